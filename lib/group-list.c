// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Files of groups that are lists. The kernel takes a list as a whole: it is read, changed
 * and written, with the folder locked against others who do that here.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include "ctx.h"
#include "group.h"

/**
 * struct list - a list that is changed
 * @ctx: keeps the sentence
 * @group: whose it is
 * @file: of the group
 * @text: its lines, with room for as many as a file takes
 */
struct list {
	struct hwc_ctx *ctx;
	const char *group;
	const char *file;
	char text[HWC_GROUP_FILE_MAX + 1];
};

/* A list that was cut would lose its end for good. */
static int list_load(struct list *list)
{
	char *text;
	size_t len;
	int err = hwc_group_read(list->ctx, list->group, list->file, &text);

	if (err)
		return err;
	len = strlen(text);
	if (len >= HWC_GROUP_FILE_MAX - 1 || (len && text[len - 1] != '\n'))
		err = hwc_err(list->ctx, -EFBIG,
			      "group %s, %s: the list is too long to be read, write all of it anew",
			      list->group, list->file);
	else
		memcpy(list->text, text, len + 1);
	free(text);
	return err;
}

/*
 * The next character of a line as the kernel prints it, '\0' at its end: hexadecimal digits
 * small and without colons between them, one blank before each word behind those.
 */
static char normal_next(const char **at, bool *in_hex, bool *in_name)
{
	char c;

	while (*in_hex && !*in_name && **at == ':')
		++*at;
	if (**at == ' ' || **at == '\t') {
		*at += strspn(*at, " \t");
		*in_name = true;
		return **at && **at != '\n' ? ' ' : '\0';
	}
	c = **at;
	if (!c || c == '\n')
		return '\0';
	++*at;
	*in_hex |= c == ':';
	return *in_name ? c : tolower((unsigned char)c);
}

/* Would the kernel take one for the other? */
static bool is_same(const char *a, const char *b)
{
	bool a_hex = false, a_name = false, b_hex = false, b_name = false;
	char c;

	do {
		c = normal_next(&a, &a_hex, &a_name);
		if (c != normal_next(&b, &b_hex, &b_name))
			return false;
	} while (c);
	return true;
}

static char *list_find(struct list *list, const char *line)
{
	for (char *at = list->text; *at; at = strchr(at, '\n') + 1)
		if (is_same(at, line))
			return at;
	return NULL;
}

static int list_add(struct list *list, const char *line)
{
	size_t len = strlen(list->text);

	if (!*line || strchr(line, '\n'))
		return hwc_err(list->ctx, -EINVAL, "\"%s\" is no line of a list", line);
	if (list_find(list, line))
		return 0;
	if (len + strlen(line) + 1 >= HWC_GROUP_FILE_MAX - 1)
		return hwc_err(list->ctx, -E2BIG, "group %s, %s: the list would be too long",
			       list->group, list->file);
	strcpy(list->text + len, line);
	strcat(list->text, "\n");
	return 0;
}

/* However often it is there. */
static int list_remove(struct list *list, const char *line)
{
	char *at = list_find(list, line), *next;

	if (!at)
		return hwc_err(list->ctx, -ENOENT, "group %s does not list %s", list->group, line);
	for (; at; at = list_find(list, line)) {
		next = strchr(at, '\n') + 1;
		memmove(at, next, strlen(next) + 1);
	}
	if (*list->text)
		return 0;
	return hwc_err(list->ctx, -EINVAL,
		       "group %s would have no list without %s, which allows everything",
		       list->group, line);
}

static int list_edit(struct hwc_ctx *ctx, const char *group, const char *file,
		     const char *const *lines, size_t n, int (*edit)(struct list *, const char *))
{
	struct list list = { .ctx = ctx, .group = group, .file = file };
	int dir = hwc_group_open(ctx, group), err;

	if (dir < 0)
		return dir;
	err = flock(dir, LOCK_EX) ? hwc_err(ctx, -errno, "group %s: %m", group) : list_load(&list);
	for (size_t i = 0; !err && i < n; i++)
		err = edit(&list, lines[i]);
	if (!err && *list.text)
		err = hwc_group_write(ctx, group, file, list.text);
	close(dir);
	return err;
}

int hwc_group_list_add(struct hwc_ctx *ctx, const char *group, const char *file,
		       const char *const *lines, size_t n)
{
	return list_edit(ctx, group, file, lines, n, list_add);
}

int hwc_group_list_remove(struct hwc_ctx *ctx, const char *group, const char *file,
			  const char *const *lines, size_t n)
{
	return list_edit(ctx, group, file, lines, n, list_remove);
}
