// SPDX-License-Identifier: GPL-2.0-or-later
/* Makes firmware for simulated remote processors, which do not execute it. */
#include <err.h>
#include <getopt.h>
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

static void set_option(struct case_fw *fw, const char **output, int c)
{
	switch (c) {
	case 'o':
		*output = optarg;
		break;
	case OPT_TEXT:
		fw->text = optarg;
		break;
	case OPT_RPMSG:
		fw->vdev = true;
		break;
	case OPT_AARCH64:
		fw->machine = EM_AARCH64;
		break;
	case OPT_BARE:
		fw->bare = true;
		break;
	case 'h':
		fputs(usage_text, stdout);
		exit(EXIT_SUCCESS);
	default:
		fputs(usage_text, stderr);
		exit(EXIT_USAGE);
	}
}

int main(int argc, char **argv)
{
	struct case_fw fw = { .class = ELFCLASS32, .machine = EM_ARM, .text = "hello" };
	const char *output = NULL;
	u8 bytes[CASE_SIZE];
	FILE *out;
	int c;

	while ((c = getopt_long(argc, argv, "o:h", long_options, NULL)) != -1)
		set_option(&fw, &output, c);
	if (optind != argc)
		errx(EXIT_USAGE, "%s: not an option", argv[optind]);
	if (!output)
		errx(EXIT_USAGE, "--output is missing");
	case_build(bytes, &fw);
	out = fopen(output, "w");
	if (!out)
		err(EXIT_FAILURE, "%s", output);
	write_bytes(out, bytes, sizeof(bytes));
	if (fclose(out))
		err(EXIT_FAILURE, "%s", output);
	return EXIT_SUCCESS;
}
