// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes firmware for simulated remote processors, which do not execute it. */
#include <stdlib.h>
#include <string.h>

#include "common.h"
#include "tests/elf-cases.h"

static const char usage_text[] =
	"usage: mkfw -o FILE [OPTION]...\n"
	"Make firmware that a simulated core takes for its own.\n"
	"\n"
	"  -o, --output FILE  where to write it\n"
	"      --text TEXT    what the core prints when it starts (hello)\n"
	"      --rpmsg        it has a virtio device for messages\n"
	"      --aarch64      it is for another machine\n"
	"      --bare         it has no resource table\n";

enum {
	OPT_TEXT = 256,
	OPT_RPMSG,
	OPT_AARCH64,
	OPT_BARE,
};

static const struct option long_options[] = { { "output", required_argument, NULL, 'o' },
					      { "text", required_argument, NULL, OPT_TEXT },
					      { "rpmsg", no_argument, NULL, OPT_RPMSG },
					      { "aarch64", no_argument, NULL, OPT_AARCH64 },
					      { "bare", no_argument, NULL, OPT_BARE },
					      { "help", no_argument, NULL, 'h' },
					      {} };

struct options {
	struct case_fw fw;
	const char *output;
};

static bool set_option(void *data, int c)
{
	struct options *opt = data;

	switch (c) {
	case 'o':
		opt->output = optarg;
		return true;
	case OPT_TEXT:
		opt->fw.text = optarg;
		return true;
	case OPT_RPMSG:
		opt->fw.vdev = true;
		return true;
	case OPT_AARCH64:
		opt->fw.machine = EM_AARCH64;
		return true;
	case OPT_BARE:
		opt->fw.bare = true;
		return true;
	}
	return false;
}

int main(int argc, char **argv)
{
	struct options opt = {
		.fw = { .class = ELFCLASS32, .machine = EM_ARM, .text = "hello" },
	};
	u8 bytes[CASE_SIZE];
	FILE *out;

	read_options(argc, argv, long_options, usage_text, set_option, &opt);
	out = open_output(opt.output);
	case_build(bytes, &opt.fw);
	write_bytes(out, bytes, sizeof(bytes));
	close_output(out, opt.output);
	return EXIT_SUCCESS;
}
