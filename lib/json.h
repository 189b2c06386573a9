/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* json.c: JSON files as trees that keep what is not known here */
#ifndef HWC_JSON_H
#define HWC_JSON_H

#include <hwcontainer.h>

struct json_object;
struct stat;

#define HWC_JSON_DEPTH_MAX 64

/**
 * hwc_json_parse() - make a tree of a text
 * @what: the file, for the sentence
 * @obj: receives an object, to be put
 *
 * Return: 0; -EBADMSG when it is not well-formed, has a key twice or an integer
 * that 64 bits do not hold, or is not an object; -E2BIG when it is too deep.
 */
int hwc_json_parse(struct hwc_ctx *ctx, const char *what, const char *text, size_t size,
		   struct json_object **obj);

/**
 * hwc_json_read() - read a file and make a tree of it
 * @fd: the file, at its beginning
 * @max: bytes that it may have
 */
int hwc_json_read(struct hwc_ctx *ctx, int fd, const char *what, size_t max,
		  struct json_object **obj);

/**
 * hwc_json_write() - replace a file by a tree
 * @dirfd: where it lies
 * @name: its name there
 * @like: owner and mode that it gets
 */
int hwc_json_write(struct hwc_ctx *ctx, int dirfd, const char *name, const char *what,
		   struct json_object *obj, const struct stat *like);

/* The string that @key of @obj is, or NULL. */
const char *hwc_json_string(struct json_object *obj, const char *key);

#endif
