// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl group new */
#include <stdlib.h>
#include "hwctl.h"

/* With its limits, or not at all. */
static int make(struct hwctl *h, const char *group, char *limits)
{
	int ret;

	if (hwc_group_create(h->ctx, group)) {
		free(limits);
		return refused(h);
	}
	if (!*limits) {
		free(limits);
		return DONE;
	}
	ret = group_put(h, group, "max", limits);
	if (ret != DONE && hwc_group_delete(h->ctx, group))
		refused(h);
	return ret;
}

int group_new(struct hwctl *h, int argc, char **argv)
{
	char *limits;

	if (args_words(h, argc, argv, 1, INT32_MAX))
		return USAGE;
	limits = limit_lines(h, argc - 2, argv + 2);
	return limits ? make(h, argv[1], limits) : USAGE;
}
