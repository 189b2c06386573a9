// SPDX-License-Identifier: GPL-2.0-or-later
/* In which order a container gets what it waits for. */
#include <string.h>
#include "runtime.h"

/* What is in a region comes behind that, and before all that is not. */
static int rank(char c)
{
	return c == '/' ? 1 : (unsigned char)c;
}

int order_compare(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return rank(*a) - rank(*b);
}

static bool is_before(const struct place_in_line *a, const struct place_in_line *b)
{
	if (!a->name || !b->name)
		return a->name && !b->name;
	return order_compare(a->name, b->name) < 0;
}

int order_next(const struct place_in_line *line, size_t n)
{
	int next = -1;

	for (size_t i = 0; i < n; i++)
		if (!line[i].done && (next < 0 || is_before(&line[i], &line[next])))
			next = i;
	return next;
}
