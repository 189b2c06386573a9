// SPDX-License-Identifier: GPL-2.0-or-later
/* What the group commands have in common: values, and the files of a group in JSON. */
#include <stdlib.h>
#include <string.h>
#include "hwctl.h"

char *join_lines(int argc, char **argv)
{
	char *lines = text("%s", argc ? argv[0] : "");

	for (int i = 1; i < argc; i++) {
		char *longer = text("%s\n%s", lines, argv[i]);

		free(lines);
		lines = longer;
	}
	return lines;
}

char *limit_lines(const struct hwctl *h, int argc, char **argv)
{
	char *lines = text("%s", "");

	for (int i = 0; i < argc; i++) {
		const char *equals = strchr(argv[i], '=');
		char *longer;

		if (!equals || equals == argv[i] || !equals[1]) {
			usage(h, "%s is not KIND=N", argv[i]);
			free(lines);
			return NULL;
		}
		longer = text("%s%.*s %s\n", lines, (int)(equals - argv[i]), argv[i], equals + 1);
		free(lines);
		lines = longer;
	}
	return lines;
}

int group_put(struct hwctl *h, const char *group, const char *file, char *lines)
{
	int err = hwc_group_write(h->ctx, group, file, lines);

	free(lines);
	return err ? refused(h) : DONE;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return *line ? line + 1 : line;
}

char *line_value(const char *lines, const char *key)
{
	size_t len = strlen(key);

	for (; *lines; lines = next_line(lines))
		if (!strncmp(lines, key, len) && lines[len] == ' ')
			return text("%.*s", (int)strcspn(lines + len + 1, "\n"), lines + len + 1);
	return NULL;
}

/* Numbers as such, all else as text. */
static struct json_object *json_value(const char *value, size_t len)
{
	size_t sign = len && *value == '-';

	if (len > sign && len < 20 && strspn(value + sign, "0123456789") >= len - sign)
		return need(sign ? json_object_new_int64(strtoll(value, NULL, 10)) :
				   json_object_new_uint64(strtoull(value, NULL, 10)));
	return need(json_object_new_string_len(value, len));
}

static struct json_object *json_list(const char *lines)
{
	struct json_object *list = need(json_object_new_array());

	for (; *lines; lines = next_line(lines))
		json_object_array_add(list, json_value(lines, strcspn(lines, "\n")));
	return list;
}

static struct json_object *json_keyed(const char *lines)
{
	struct json_object *json = need(json_object_new_object());

	for (; *lines; lines = next_line(lines)) {
		size_t len = strcspn(lines, " \n");
		const char *value = lines + len + strspn(lines + len, " ");
		char *key = text("%.*s", (int)len, lines);

		json_object_object_add(json, key, json_value(value, strcspn(value, "\n")));
		free(key);
	}
	return json;
}

static bool is_one_of(const char *word, const char *const *words)
{
	while (*words && strcmp(*words, word))
		words++;
	return *words;
}

/* Files that are not known here are what they look like. */
struct json_object *json_group_file(const char *file, const char *lines)
{
	static const char *const lists[] = { "namespaces", "images", "revoke", NULL };
	static const char *const keyed[] = { "max", "current", "peak", "events", NULL };
	size_t first = strcspn(lines, "\n");

	if (is_one_of(file, lists))
		return json_list(lines);
	if (is_one_of(file, keyed) || (memchr(lines, ' ', first) && lines[first]))
		return json_keyed(lines);
	if (lines[first] && lines[first + 1])
		return json_list(lines);
	return json_value(lines, first);
}

/**
 * struct files - a group that is put into JSON
 * @h: this run
 * @group: its name
 * @json: receives its files
 */
struct files {
	struct hwctl *h;
	const char *group;
	struct json_object *json;
};

static int add_file(const char *file, void *data)
{
	struct files *files = data;
	char *lines;
	int err = hwc_group_read(files->h->ctx, files->group, file, &lines);

	if (err)
		return err;
	json_object_object_add(files->json, file, json_group_file(file, lines));
	free(lines);
	return 0;
}

int json_group(struct hwctl *h, const char *group, struct json_object **json)
{
	struct files files = { h, group, need(json_object_new_object()) };
	int err;

	json_text(files.json, "name", group);
	err = hwc_group_files(h->ctx, group, add_file, &files);
	if (err)
		json_object_put(files.json);
	else
		*json = files.json;
	return err;
}

static void tell_limit(const char *line, const char *max,
		       void (*fn)(const struct group_limit *limit, void *data), void *data)
{
	size_t len = strcspn(line, " ");
	struct group_limit limit;

	limit.kind = text("%.*s", (int)len, line);
	limit.current = line_value(line, limit.kind);
	limit.max = line_value(max, limit.kind);
	if (!limit.max) /* the root has none */
		limit.max = text("max");
	if (limit.current && (strcmp(limit.current, "0") || strcmp(limit.max, "max")))
		fn(&limit, data);
	free(limit.kind);
	free(limit.current);
	free(limit.max);
}

int group_limits(struct hwctl *h, const char *group,
		 void (*fn)(const struct group_limit *limit, void *data), void *data)
{
	char *current, *max;
	int err = hwc_group_read(h->ctx, group, "current", &current);

	if (err)
		return err;
	if (!strcmp(group, "/"))
		max = text("%s", "");
	else
		err = hwc_group_read(h->ctx, group, "max", &max);
	if (!err) {
		for (const char *line = current; *line; line = next_line(line))
			tell_limit(line, max, fn, data);
		free(max);
	}
	free(current);
	return err;
}
