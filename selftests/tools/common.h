/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the generators share. */
#ifndef HWC_TOOLS_COMMON_H
#define HWC_TOOLS_COMMON_H

#include <stdio.h>

#include "sim/sim-image.h"

#define EXIT_USAGE 2

/* An argument up to @max, in any base of C; K and M are understood. */
unsigned long number(const char *text, unsigned long max);

/* The name of an engine, which must fit its descriptor. */
void set_engine(struct sim_desc *desc, const char *name);

/* xorshift32: the same image for the same options, and nothing compressible. */
u32 next_random(u32 *state);

void write_bytes(FILE *out, const void *bytes, size_t size);

#endif
