/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* annotation.c: requests as they are written */
#ifndef HWC_ANNOTATION_H
#define HWC_ANNOTATION_H

#include "digest.h"
#include "file.h"

struct json_object;

/**
 * struct hwc_want - one request
 * @ask: what the library's user sees; its strings are the ones here
 * @number: of the namespaced form, -1 in the plain one
 * @key: annotation that names the resource
 * @resource: NULL until a namespaced request was told
 * @image: path or NULL
 * @overlay: path, "" or NULL
 * @signature: of the image: path, "" or NULL
 * @overlay_signature: of the overlay: path, "" or NULL
 * @container: name of the only container of its pod that is meant, or NULL
 * @digest: SHA-256 that the image must have
 * @overlay_digest: SHA-256 of the overlay that was granted
 * @image_fd: -1 until it is open
 * @overlay_fd: -1 until it is open
 * @image_signed: bytes of the image's signature
 * @overlay_signed: bytes of the overlay's signature
 * @data: where they were found, NULL until then
 */
struct hwc_want {
	struct hwc_ask ask;
	int number;
	char *key;
	char *resource;
	char *image;
	char *overlay;
	char *signature;
	char *overlay_signature;
	char *container;
	struct hwc_digest digest;
	struct hwc_digest overlay_digest;
	int image_fd;
	int overlay_fd;
	struct hwc_bytes image_signed;
	struct hwc_bytes overlay_signed;
	struct hwc_data *data;
};

/**
 * struct hwc_wants - requests in their order
 * @items: namespaced ones by number, then plain ones by key
 * @count: how many
 * @none: the operator wants no hardware at all
 * @restart_known: something was said about restarts
 * @restarts: how often firmware is started again after a failure
 * @watchdog_known: something was said about the watchdog
 * @watchdog_ms: silence of firmware that is a failure, 0 for none
 * @group: for the container's network namespace, or NULL
 * @wait_known: something was said about waiting
 * @wait_s: how long to wait for what others have, in seconds
 */
struct hwc_wants {
	struct hwc_want *items;
	size_t count;
	bool none;
	bool restart_known;
	unsigned int restarts;
	bool watchdog_known;
	unsigned int watchdog_ms;
	char *group;
	bool wait_known;
	unsigned int wait_s;
};

/**
 * hwc_wants_parse() - read requests from annotations
 * @what: where they are, for the sentence
 * @members: object of strings
 * @strict: every key must be ours
 * @wants: empty; to be freed also after an error
 */
int hwc_wants_parse(struct hwc_ctx *ctx, const char *what, struct json_object *members, bool strict,
		    struct hwc_wants *wants);

/* Forget what is meant for another container of the pod than @name. */
void hwc_wants_select(struct hwc_wants *wants, const char *name);
void hwc_wants_free(struct hwc_wants *wants);

#endif
