// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl group delete */
#include "hwctl.h"

int group_delete(struct hwctl *h, int argc, char **argv)
{
	if (args_words(h, argc, argv, 1, INT32_MAX))
		return USAGE;
	for (int i = 1; i < argc; i++)
		if (hwc_group_delete(h->ctx, argv[i]))
			return refused(h);
	return DONE;
}
