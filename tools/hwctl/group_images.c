// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl group images */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hwctl.h"

static int list(struct hwctl *h, const char *group)
{
	char *lines;

	if (hwc_group_read(h->ctx, group, "images", &lines))
		return refused(h);
	if (h->json)
		json_print(h, json_group_file("images", lines));
	else
		fputs(lines, stdout);
	free(lines);
	return DONE;
}

int group_images(struct hwctl *h, int argc, char **argv)
{
	const char *const *images = (const char *const *)argv + 3;
	int err;

	if (args_words(h, argc, argv, 2, INT32_MAX))
		return USAGE;
	if (!strcmp(argv[2], "list"))
		return argc == 3 ? list(h, argv[1]) : usage(h, "list needs nothing more");
	if (argc == 3)
		return usage(h, "which images?");
	if (!strcmp(argv[2], "add"))
		err = hwc_group_list_add(h->ctx, argv[1], "images", images, argc - 3);
	else if (!strcmp(argv[2], "remove"))
		err = hwc_group_list_remove(h->ctx, argv[1], "images", images, argc - 3);
	else
		return usage(h, "%s is none of list, add and remove", argv[2]);
	return err ? refused(h) : DONE;
}
