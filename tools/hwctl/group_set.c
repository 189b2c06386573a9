// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl group set */
#include <stdlib.h>
#include <string.h>
#include "hwctl.h"

/* What people say for the numbers of a switch. */
static char *switch_value(const struct hwctl *h, const char *value)
{
	if (!strcmp(value, "on") || !strcmp(value, "1"))
		return text("1");
	if (!strcmp(value, "off") || !strcmp(value, "0"))
		return text("0");
	usage(h, "%s is neither on nor off", value);
	return NULL;
}

static char *value_of(const struct hwctl *h, const char *file, int argc, char **argv)
{
	char *lines;

	if (!strcmp(file, "max"))
		return limit_lines(h, argc, argv);
	if (!strcmp(file, "delegate") && argc == 1)
		return switch_value(h, argv[0]);
	lines = join_lines(argc, argv);
	if (*lines)
		return lines;
	/* a write of nothing is none */
	free(lines);
	return text("\n");
}

int group_set(struct hwctl *h, int argc, char **argv)
{
	char *lines;

	/* a value may begin with a minus */
	if (args_words(h, argc < 3 ? argc : 3, argv, 2, 2))
		return USAGE;
	if (argc == 3)
		return usage(h, "what is %s to be?", argv[2]);
	lines = value_of(h, argv[2], argc - 3, argv + 3);
	return lines ? group_put(h, argv[1], argv[2], lines) : USAGE;
}
