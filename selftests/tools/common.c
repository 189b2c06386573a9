// SPDX-License-Identifier: GPL-2.0-or-later
/* What the generators share. */
#include <err.h>
#include <stdlib.h>

#include "common.h"

const struct image_options image_defaults = {
	.desc = { .engine = "none", .reg_size = 4096 },
	.size = 64 << 10,
};

bool set_image_option(struct image_options *opt, int c)
{
	switch (c) {
	case 'o':
		opt->output = optarg;
		return true;
	case OPT_IDCODE:
		opt->idcode = number(optarg, 0xffffffff);
		return true;
	case OPT_ENGINE:
		set_engine(&opt->desc, optarg);
		return true;
	case OPT_SLOT:
		opt->slot = number(optarg, SIM_SLOTS_MAX - 1);
		return true;
	case OPT_SIZE:
		opt->size = number(optarg, 256 << 20);
		return true;
	case OPT_REG_OFFSET:
		opt->desc.reg_offset = number(optarg, 0xffffffff);
		return true;
	case OPT_REG_SIZE:
		opt->desc.reg_size = number(optarg, 0xffffffff);
		return true;
	case OPT_IRQ:
		opt->desc.irq = number(optarg, 0xffffffff);
		return true;
	case OPT_FULL:
		opt->full = true;
		return true;
	case OPT_NO_DESCRIPTOR:
		opt->no_desc = true;
		return true;
	}
	return false;
}

void read_options(int argc, char **argv, const struct option *options, const char *usage,
		  bool (*set)(void *opt, int c), void *opt)
{
	int c;

	while ((c = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(usage, stdout);
			exit(EXIT_SUCCESS);
		}
		if (!set(opt, c)) {
			fputs(usage, stderr);
			exit(EXIT_USAGE);
		}
	}
	if (optind != argc)
		errx(EXIT_USAGE, "%s: not an option", argv[optind]);
}

unsigned long number(const char *text, unsigned long max)
{
	unsigned long scale = 1;
	unsigned long value;
	char *end;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (*end == 'K' || *end == 'M')
		scale = *end++ == 'K' ? 1UL << 10 : 1UL << 20;
	if (errno || end == text || *end || *text == '-' || value > max / scale)
		errx(EXIT_USAGE, "%s: expected a number up to %lu", text, max);
	return value * scale;
}

void set_engine(struct sim_desc *desc, const char *name)
{
	if (!*name || strlen(name) >= sizeof(desc->engine))
		errx(EXIT_USAGE, "--engine %s: expected 1 to %zu characters", name,
		     sizeof(desc->engine) - 1);
	strcpy(desc->engine, name);
}

u32 next_random(u32 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

FILE *open_output(const char *path)
{
	FILE *out;

	if (!path)
		errx(EXIT_USAGE, "--output is missing");
	out = fopen(path, "w");
	if (!out)
		err(EXIT_FAILURE, "%s", path);
	return out;
}

void close_output(FILE *out, const char *path)
{
	if (fclose(out))
		err(EXIT_FAILURE, "%s", path);
}

void write_bytes(FILE *out, const void *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, out) != size)
		err(EXIT_FAILURE, "write");
}
