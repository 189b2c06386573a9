// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl group list */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "hwctl.h"

/**
 * struct list - groups that are listed
 * @h: this run
 * @json: receives them, or NULL
 * @table: receives them otherwise
 */
struct list {
	struct hwctl *h;
	struct json_object *json;
	struct table table;
};

static void add_limit(const struct group_limit *limit, void *data)
{
	char **cell = data, *longer;

	longer = text("%s%s%s %s/%s", *cell, **cell ? ", " : "", limit->kind, limit->current,
		      limit->max);
	free(*cell);
	*cell = longer;
}

static unsigned int lines_of(const char *lines)
{
	unsigned int n = 0;

	for (; *lines; lines++)
		n += *lines == '\n';
	return n;
}

/* A file of a group that the root does not have. */
static char *read_some(struct hwctl *h, const char *group, const char *file)
{
	char *lines;

	return hwc_group_read(h->ctx, group, file, &lines) ? text("%s", "") : lines;
}

static int add_row(struct list *list, const char *group)
{
	char *claims = text("%s", ""), *members, *images, *delegate;
	int err = group_limits(list->h, group, add_limit, &claims);

	if (err) {
		free(claims);
		return err;
	}
	members = read_some(list->h, group, "namespaces");
	images = read_some(list->h, group, "images");
	delegate = read_some(list->h, group, "delegate");
	table_cell(&list->table, PLAIN, text("%s", group));
	table_cell(&list->table, PLAIN, text("%u", lines_of(members)));
	table_cell(&list->table, PLAIN, text("%s", *delegate == '1' ? "on" : "-"));
	table_cell(&list->table, PLAIN, *images ? text("%u", lines_of(images)) : text("%s", "-"));
	table_cell(&list->table, PLAIN, *claims ? claims : text("%s", "-"));
	if (!*claims)
		free(claims);
	free(members);
	free(images);
	free(delegate);
	return 0;
}

static int add_json(struct list *list, const char *group)
{
	struct json_object *json;
	int err = json_group(list->h, group, &json);

	if (!err)
		json_object_array_add(list->json, json);
	return err;
}

/* One that went meanwhile is not listed. */
static int add(const char *group, void *data)
{
	struct list *list = data;
	int err = list->json ? add_json(list, group) : add_row(list, group);

	return err == -ENOENT ? 0 : err;
}

int group_list(struct hwctl *h, int argc, char **argv)
{
	static const char *const heads[] = { "GROUP", "NAMESPACES", "DELEGATE", "IMAGES",
					     "CLAIMS" };
	struct list list = { .h = h };

	if (args_words(h, argc, argv, 0, 0))
		return USAGE;
	if (h->json)
		list.json = need(json_object_new_array());
	else
		table_heads(&list.table, heads, ARRAY_SIZE(heads));
	return list_print(h, list.json, &list.table, hwc_group_foreach(h->ctx, add, &list));
}
