// SPDX-License-Identifier: LGPL-2.1-or-later
/* JSON files as trees that keep what is not known here. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ctx.h"
#include "file.h"
#include "json.h"

/*
 * json-c keeps the last of two equal keys and bends an integer that is too
 * large; both would change a file in silence. So its result is compared with
 * the text: struct scan walks over a text that json-c has found well-formed.
 */

/**
 * struct scan_key - a key where it stands
 * @object: which object it belongs to
 * @text: without its quotes, as it is written
 * @size: bytes
 */
struct scan_key {
	unsigned int object;
	unsigned int size;
	const char *text;
};

struct scan {
	const char *at;
	const char *end;
	unsigned int objects;
	unsigned int depth;
	unsigned int inside[HWC_JSON_DEPTH_MAX + 1];
	struct scan_key *keys;
	size_t count;
	size_t room;
};

static int scan_add_key(struct scan *scan, const char *text, unsigned int size)
{
	if (scan->count == scan->room) {
		size_t room = scan->room ? 2 * scan->room : 256;
		struct scan_key *keys = reallocarray(scan->keys, room, sizeof(*keys));

		if (!keys)
			return -ENOMEM;
		scan->keys = keys;
		scan->room = room;
	}
	scan->keys[scan->count++] = (struct scan_key){
		.object = scan->inside[scan->depth],
		.text = text,
		.size = size,
	};
	return 0;
}

static void scan_space(struct scan *scan)
{
	while (scan->at < scan->end && isspace((unsigned char)*scan->at))
		scan->at++;
}

/* A string; it is a key if a colon follows. */
static int scan_string(struct scan *scan)
{
	const char *text = ++scan->at;
	unsigned int size;

	while (scan->at < scan->end && *scan->at != '"')
		scan->at += *scan->at == '\\' ? 2 : 1;
	size = scan->at++ - text;
	scan_space(scan);
	if (scan->at < scan->end && *scan->at == ':')
		return scan_add_key(scan, text, size);
	return 0;
}

/* Whether 64 bits hold an integer of that many characters. */
static bool fits(const char *text, size_t size)
{
	char number[24];

	if (size >= sizeof(number))
		return false;
	memcpy(number, text, size);
	number[size] = '\0';
	errno = 0;
	if (*number == '-')
		strtoll(number, NULL, 10);
	else
		strtoull(number, NULL, 10);
	return errno != ERANGE;
}

/* A number, true, false or null. */
static int scan_word(struct scan *scan)
{
	const char *text = scan->at;
	bool integer = true;

	while (scan->at < scan->end && !strchr(",]} \t\r\n", *scan->at)) {
		if (!isdigit((unsigned char)*scan->at) && *scan->at != '-')
			integer = false;
		scan->at++;
	}
	return !integer || fits(text, scan->at - text) ? 0 : -ERANGE;
}

static void scan_open(struct scan *scan)
{
	scan->inside[++scan->depth] = ++scan->objects;
	scan->at++;
}

static int scan_step(struct scan *scan)
{
	switch (*scan->at) {
	case '{':
	case '[':
		scan_open(scan);
		return 0;
	case '}':
	case ']':
		scan->depth--;
		scan->at++;
		return 0;
	case '"':
		return scan_string(scan);
	case ',':
	case ':':
		scan->at++;
		return 0;
	}
	return scan_word(scan);
}

static int scan_text(struct scan *scan)
{
	int err = 0;

	while (!err) {
		scan_space(scan);
		if (scan->at >= scan->end)
			break;
		err = scan_step(scan);
	}
	return err;
}

static int compare_keys(const void *left, const void *right)
{
	const struct scan_key *a = left, *b = right;

	if (a->object != b->object)
		return a->object < b->object ? -1 : 1;
	if (a->size != b->size)
		return a->size < b->size ? -1 : 1;
	return memcmp(a->text, b->text, a->size);
}

static const struct scan_key *find_duplicate(struct scan *scan)
{
	size_t i;

	if (!scan->count)
		return NULL;
	qsort(scan->keys, scan->count, sizeof(*scan->keys), compare_keys);
	for (i = 1; i < scan->count; i++)
		if (!compare_keys(&scan->keys[i - 1], &scan->keys[i]))
			return &scan->keys[i];
	return NULL;
}

static size_t count_members(struct json_object *obj)
{
	size_t count = 0, i;

	if (json_object_is_type(obj, json_type_array))
		for (i = 0; i < json_object_array_length(obj); i++)
			count += count_members(json_object_array_get_idx(obj, i));
	if (json_object_is_type(obj, json_type_object)) {
		json_object_object_foreach(obj, key, value) {
			(void)key;
			count += 1 + count_members(value);
		}
	}
	return count;
}

static int check_text(struct hwc_ctx *ctx, const char *what, const char *text, size_t size,
		      struct json_object *obj)
{
	struct scan scan = { .at = text, .end = text + size };
	const struct scan_key *twice;
	int err;

	err = scan_text(&scan);
	twice = err ? NULL : find_duplicate(&scan);
	if (err == -ENOMEM)
		hwc_err_nomem(ctx);
	else if (err)
		err = hwc_err(ctx, -EBADMSG, "%s has an integer that 64 bits do not hold", what);
	else if (twice)
		err = hwc_err(ctx, -EBADMSG, "%s has the key \"%.*s\" twice in one object", what,
			      twice->size > 100 ? 100 : (int)twice->size, twice->text);
	else if (scan.count != count_members(obj)) /* "a" and "\u0061" */
		err = hwc_err(ctx, -EBADMSG, "%s has a key twice in one object", what);
	free(scan.keys);
	return err;
}

static int parse_error(struct hwc_ctx *ctx, const char *what, struct json_tokener *tok)
{
	enum json_tokener_error error = json_tokener_get_error(tok);

	if (error == json_tokener_error_depth)
		return hwc_err(ctx, -E2BIG, "%s nests deeper than %d levels", what,
			       HWC_JSON_DEPTH_MAX);
	if (error == json_tokener_continue)
		return hwc_err(ctx, -EBADMSG, "%s ends in the middle of its JSON", what);
	return hwc_err(ctx, -EBADMSG, "%s is not JSON at byte %zu: %s", what,
		       json_tokener_get_parse_end(tok), json_tokener_error_desc(error));
}

int hwc_json_parse(struct hwc_ctx *ctx, const char *what, const char *text, size_t size,
		   struct json_object **obj)
{
	/* json-c counts a level that the text does not have */
	struct json_tokener *tok = json_tokener_new_ex(HWC_JSON_DEPTH_MAX + 1);
	struct json_object *new = NULL;
	int err = 0;

	if (!tok)
		return hwc_err_nomem(ctx);
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	if (size <= INT_MAX)
		new = json_tokener_parse_ex(tok, text, size);
	if (json_tokener_get_error(tok) != json_tokener_success)
		err = parse_error(ctx, what, tok);
	else if (!json_object_is_type(new, json_type_object))
		err = hwc_err(ctx, -EBADMSG, "%s is not a JSON object", what);
	else
		err = check_text(ctx, what, text, size, new);
	json_tokener_free(tok);
	if (err) {
		json_object_put(new);
		return err;
	}
	*obj = new;
	return 0;
}

int hwc_json_read(struct hwc_ctx *ctx, int fd, const char *what, size_t max,
		  struct json_object **obj)
{
	size_t size;
	void *text;
	int err = hwc_file_read(ctx, fd, what, max, &text, &size);

	if (err)
		return err;
	err = hwc_json_parse(ctx, what, text, size, obj);
	free(text);
	return err;
}

static int write_all(int fd, const char *text, size_t size)
{
	while (size) {
		ssize_t n = write(fd, text, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		size -= n;
	}
	return 0;
}

static int own_like(int fd, const struct stat *like)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if ((st.st_uid != like->st_uid || st.st_gid != like->st_gid) &&
	    fchown(fd, like->st_uid, like->st_gid))
		return -errno;
	return fchmod(fd, like->st_mode & 07777) ? -errno : 0;
}

/* The name holds our number: what is there is what one of us left by dying. */
static int open_temporary(int dirfd, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int fd = openat(dirfd, name, flags, 0600);

	if (fd < 0 && errno == EEXIST && !unlinkat(dirfd, name, 0))
		fd = openat(dirfd, name, flags, 0600);
	return fd < 0 ? -errno : fd;
}

static int write_temporary(int dirfd, const char *name, const char *text, size_t size,
			   const struct stat *like)
{
	int fd = open_temporary(dirfd, name);
	int err;

	if (fd < 0)
		return fd;
	err = write_all(fd, text, size);
	if (!err)
		err = write_all(fd, "\n", 1);
	if (!err)
		err = own_like(fd, like);
	if (!err && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

int hwc_json_write(struct hwc_ctx *ctx, int dirfd, const char *name, const char *what,
		   struct json_object *obj, const struct stat *like)
{
	const int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_PRETTY_TAB |
			  JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;
	char temporary[64];
	size_t size;
	const char *text = json_object_to_json_string_length(obj, flags, &size);
	int err;

	if (!text)
		return hwc_err_nomem(ctx);
	snprintf(temporary, sizeof(temporary), ".hwcontainer.%ld", (long)getpid());
	err = write_temporary(dirfd, temporary, text, size, like);
	if (!err && renameat(dirfd, temporary, dirfd, name))
		err = -errno;
	if (!err)
		return 0;
	unlinkat(dirfd, temporary, 0);
	return hwc_err(ctx, err, "%s cannot be replaced: %s", what, strerror(-err));
}

const char *hwc_json_string(struct json_object *obj, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(obj, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}
