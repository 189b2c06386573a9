// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl group show */
#include <stdlib.h>
#include <string.h>
#include "hwctl.h"

/**
 * struct shown - a group that is shown
 * @h: this run
 * @group: its name
 */
struct shown {
	struct hwctl *h;
	const char *group;
};

/* A line in each, the name before the first. */
static int show_file(const char *file, void *data)
{
	const struct shown *shown = data;
	const char *name = file;
	char *lines, *line, *rest;
	int err = hwc_group_read(shown->h->ctx, shown->group, file, &lines);

	if (err)
		return err;
	rest = lines;
	while ((line = strsep(&rest, "\n"))) {
		if (!*line)
			continue;
		field(name, PLAIN, text("%s", line));
		name = "";
	}
	free(lines);
	return 0;
}

int group_show(struct hwctl *h, int argc, char **argv)
{
	struct json_object *json;
	struct shown shown = { .h = h };

	if (args_words(h, argc, argv, 1, 1))
		return USAGE;
	shown.group = argv[1];
	if (h->json) {
		if (json_group(h, argv[1], &json))
			return refused(h);
		json_print(h, json);
		return DONE;
	}
	if (hwc_group_files(h->ctx, argv[1], show_file, &shown))
		return refused(h);
	return DONE;
}
