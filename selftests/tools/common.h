/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the generators share. */
#ifndef HWC_TOOLS_COMMON_H
#define HWC_TOOLS_COMMON_H

#include <getopt.h>
#include <stdio.h>

#include "sim/sim-image.h"

#define EXIT_USAGE 2

/**
 * struct image_options - what can be asked of images of either format
 * @output: where it goes
 * @desc: what the region becomes
 * @idcode: device it is for
 * @slot: which region
 * @size: how large it is
 * @full: it is for the whole device
 * @no_desc: it says nothing of an engine
 */
struct image_options {
	const char *output;
	struct sim_desc desc;
	u32 idcode;
	u32 slot;
	size_t size;
	bool full;
	bool no_desc;
};

/* Where nothing is asked for. */
extern const struct image_options image_defaults;

/* Their letters; those of a format begin with OPT_FORMAT. */
enum {
	OPT_IDCODE = 256,
	OPT_ENGINE,
	OPT_SLOT,
	OPT_SIZE,
	OPT_REG_OFFSET,
	OPT_REG_SIZE,
	OPT_IRQ,
	OPT_FULL,
	OPT_NO_DESCRIPTOR,
	OPT_FORMAT,
};

#define IMAGE_OPTIONS                                                      \
	{ "output", required_argument, NULL, 'o' },                        \
		{ "idcode", required_argument, NULL, OPT_IDCODE },         \
		{ "engine", required_argument, NULL, OPT_ENGINE },         \
		{ "slot", required_argument, NULL, OPT_SLOT },             \
		{ "size", required_argument, NULL, OPT_SIZE },             \
		{ "reg-offset", required_argument, NULL, OPT_REG_OFFSET }, \
		{ "reg-size", required_argument, NULL, OPT_REG_SIZE },     \
		{ "irq", required_argument, NULL, OPT_IRQ },               \
		{ "full", no_argument, NULL, OPT_FULL },                   \
		{ "no-descriptor", no_argument, NULL, OPT_NO_DESCRIPTOR }, \
	{                                                                  \
		"help", no_argument, NULL, 'h'                             \
	}

/* Takes one of these; false where it is another. */
bool set_image_option(struct image_options *opt, int c);

/**
 * read_options() - take what the command line says
 * @options: for getopt_long(); 'o' and 'h' are its letters
 * @usage: what --help prints, and a mistake does
 * @set: takes an option, with its argument in optarg; false where it knows none
 * @opt: for @set
 */
void read_options(int argc, char **argv, const struct option *options, const char *usage,
		  bool (*set)(void *opt, int c), void *opt);

/* An argument up to @max, in any base of C; K and M are understood. */
unsigned long number(const char *text, unsigned long max);

/* The name of an engine, which must fit its descriptor. */
void set_engine(struct sim_desc *desc, const char *name);

/* xorshift32: the same image for the same options, and nothing compressible. */
u32 next_random(u32 *state);

/* @path: as --output gave it, or NULL */
FILE *open_output(const char *path);
void close_output(FILE *out, const char *path);
void write_bytes(FILE *out, const void *bytes, size_t size);

#endif
