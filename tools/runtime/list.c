// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verb "list", as runc has it: firmware and virtual machines among those of the runtime behind
 * this one. Where there are none it is that one's own answer.
 */
#include <dirent.h>
#include <errno.h>
#include <json-c/json.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "runtime.h"

static const char *owner_of(const struct container *container, char *text, size_t room)
{
	struct passwd *user;
	struct stat st;

	if (fstat(container->dirfd, &st))
		return "";
	user = getpwuid(st.st_uid);
	if (user)
		snprintf(text, room, "%s", user->pw_name);
	else
		snprintf(text, room, "#%u", st.st_uid);
	return text;
}

static int add(struct json_object *list, const struct container *container, struct hwc_ctx *ctx)
{
	char owner[64];
	struct json_object *obj = status_describe(container, ctx, status_of(container, ctx),
						  owner_of(container, owner, sizeof(owner)));

	if (obj && !json_object_array_add(list, obj))
		return 0;
	json_object_put(obj);
	return -ENOMEM;
}

static int add_folder(const struct command *command, const char *id, struct json_object *list,
		      struct hwc_ctx *ctx)
{
	struct command one = *command;
	struct container container;
	int err;

	one.id = id;
	if (container_find(&one, &container))
		return 0;
	err = add(list, &container, ctx);
	container_close(&container);
	return err;
}

/* Those that we run. */
static int add_ours(const struct command *command, struct json_object *list)
{
	DIR *dir = opendir(container_root(command));
	struct dirent *entry;
	struct hwc_ctx *ctx;
	int err = 0;

	if (!dir)
		return 0;
	err = library_open(command, &ctx);
	if (err) {
		closedir(dir);
		return err;
	}
	while (!err && (entry = readdir(dir)))
		err = add_folder(command, entry->d_name, list, ctx);
	hwc_ctx_free(ctx);
	closedir(dir);
	return err;
}

/* What the runtime behind has. */
static int add_theirs(const struct command *command, const struct settings *settings,
		      struct json_object *list)
{
	char *argv[] = { "", "--root", (char *)command->root, "list", "--format", "json", NULL };
	struct json_object *theirs = NULL;
	int err;

	if (!settings->runtime)
		return 0;
	err = behind_ask(settings, command->root ? argv : argv + 2, &theirs);
	/* runc says "null" for none */
	for (size_t i = 0; theirs && !err && i < json_object_array_length(theirs); i++)
		err = json_object_array_add(list,
					    json_object_get(json_object_array_get_idx(theirs, i)));
	json_object_put(theirs);
	return err;
}

static const char *text_of(struct json_object *obj, const char *key)
{
	const char *text = json_object_get_string(json_object_object_get(obj, key));

	return text ? text : "";
}

static int compare(const void *a, const void *b)
{
	return strcmp(text_of(*(struct json_object **)a, "id"),
		      text_of(*(struct json_object **)b, "id"));
}

static void print_ids(struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		puts(text_of(json_object_array_get_idx(list, i), "id"));
}

/**
 * struct column - one of the table
 * @title: what stands above it
 * @key: of the member in it
 * @width: of the widest, with what separates it from the next
 */
struct column {
	const char *title;
	const char *key;
	size_t width;
};

static void widen(struct column *column, const char *text)
{
	/* Go's tabwriter in runc's list.go: twelve at least, three between them */
	if (strlen(text) + 3 > column->width)
		column->width = strlen(text) + 3;
}

static void print_table(struct json_object *list)
{
	struct column columns[] = {
		{ "ID", "id", 12 },	      { "PID", "pid", 12 },
		{ "STATUS", "status", 12 },   { "BUNDLE", "bundle", 12 },
		{ "CREATED", "created", 12 }, { "OWNER", "owner", 0 },
	};
	size_t n = json_object_array_length(list), last = ARRAY_SIZE(columns) - 1, i, k;

	for (i = 0; i < n; i++)
		for (k = 0; k < last; k++)
			widen(&columns[k],
			      text_of(json_object_array_get_idx(list, i), columns[k].key));
	for (k = 0; k < last; k++)
		printf("%-*s", (int)columns[k].width, columns[k].title);
	puts(columns[last].title);
	for (i = 0; i < n; i++) {
		struct json_object *obj = json_object_array_get_idx(list, i);

		for (k = 0; k < last; k++)
			printf("%-*s", (int)columns[k].width, text_of(obj, columns[k].key));
		puts(text_of(obj, columns[last].key));
	}
}

static int print(const struct command *command, struct json_object *list)
{
	const char *format = command->format ? command->format : "table";

	json_object_array_sort(list, compare);
	if (command->quiet) {
		print_ids(list);
	} else if (!strcmp(format, "table")) {
		print_table(list);
	} else if (!strcmp(format, "json")) {
		puts(json_object_to_json_string_ext(list, JSON_C_TO_STRING_PLAIN |
								  JSON_C_TO_STRING_NOSLASHESCAPE));
	} else {
		log_error(command, "--format %s is not \"table\" or \"json\"", format);
		return -EINVAL;
	}
	return 0;
}

bool list_answer(const struct command *command, const struct settings *settings, int *code)
{
	struct json_object *list;
	bool ours = true;
	int err;

	if (!command->verb || strcmp(command->verb, "list"))
		return false;
	list = json_object_new_array();
	err = list ? add_ours(command, list) : -ENOMEM;
	if (!err && settings->runtime && !json_object_array_length(list))
		ours = false;
	if (!err && ours)
		err = add_theirs(command, settings, list);
	/* one that cannot tell is left to say so itself */
	if (err == -EIO)
		ours = false;
	if (err == -ENOMEM)
		log_error(command, "out of memory");
	if (!err && ours)
		err = print(command, list);
	json_object_put(list);
	*code = err ? EXIT_FAILURE : EXIT_SUCCESS;
	return ours;
}
