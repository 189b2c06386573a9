// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl group revoke, hwctl group unrevoke */
#include <stdlib.h>
#include "hwctl.h"

/* The module takes one in a write, with a minus before what is revoked no more. */
static int put_each(struct hwctl *h, int argc, char **argv, const char *before)
{
	int ret = DONE;

	if (args_words(h, argc, argv, 2, INT32_MAX))
		return USAGE;
	for (int i = 2; ret == DONE && i < argc; i++)
		ret = group_put(h, argv[1], "revoke", text("%s%s", before, argv[i]));
	return ret;
}

int group_revoke(struct hwctl *h, int argc, char **argv)
{
	return put_each(h, argc, argv, "");
}

int group_unrevoke(struct hwctl *h, int argc, char **argv)
{
	return put_each(h, argc, argv, "-");
}
