// SPDX-License-Identifier: GPL-2.0-or-later
/* What the generators share. */
#include <err.h>
#include <stdlib.h>

#include "common.h"

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

void write_bytes(FILE *out, const void *bytes, size_t size)
{
	if (fwrite(bytes, 1, size, out) != size)
		err(EXIT_FAILURE, "write");
}
