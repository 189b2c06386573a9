// SPDX-License-Identifier: LGPL-2.1-or-later
/* Requests: claims that are asked for together. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctx.h"
#include "digest.h"
#include "file.h"
#include "msg.h"
#include "nl.h"
#include "rewrite.h"

int hwc_request_new(struct hwc_ctx *ctx, struct hwc_request **req)
{
	struct hwc_request *new = calloc(1, sizeof(*new));

	if (!new)
		return hwc_err_nomem(ctx);
	new->ctx = ctx;
	new->holder_file = -1;
	new->holder_pidfd = -1;
	new->netns = -1;
	*req = new;
	return 0;
}

void hwc_request_free(struct hwc_request *req)
{
	struct hwc_request_item *items;

	if (!req)
		return;
	items = req->items.data;
	for (size_t i = 0; i < req->items.count; i++) {
		free(items[i].resource);
		free(items[i].image_signature.data);
		free(items[i].overlay_signature.data);
	}
	free(items);
	free(req->container);
	free(req);
}

void hwc_request_holder_file(struct hwc_request *req, int fd)
{
	req->holder_file = fd;
}

void hwc_request_holder_pidfd(struct hwc_request *req, int pidfd)
{
	req->holder_pidfd = pidfd;
}

void hwc_request_netns(struct hwc_request *req, int fd)
{
	req->netns = fd;
}

int hwc_request_container(struct hwc_request *req, const char *container)
{
	char *copy;

	if (strlen(container) > HWCONTAINER_CONTAINER_MAX)
		return hwc_err(req->ctx, -EINVAL,
			       "a container id has at most %d bytes, this has %zu",
			       HWCONTAINER_CONTAINER_MAX, strlen(container));
	copy = strdup(container);
	if (!copy)
		return hwc_err_nomem(req->ctx);
	free(req->container);
	req->container = copy;
	return 0;
}

void hwc_request_flags(struct hwc_request *req, uint32_t flags)
{
	req->flags = flags;
}

void hwc_request_priority(struct hwc_request *req, int32_t priority)
{
	req->priority = priority;
}

void hwc_request_wait(struct hwc_request *req, uint32_t ms)
{
	req->wait_ms = ms;
}

static void digest_set(struct hwc_digest *digest, const uint8_t *bytes)
{
	digest->known = bytes;
	if (bytes)
		memcpy(digest->bytes, bytes, sizeof(digest->bytes));
}

static int check_item(struct hwc_request *req, const char *resource)
{
	size_t length = strlen(resource);

	if (!length || length > HWCONTAINER_NAME_MAX)
		return hwc_err(req->ctx, -EINVAL,
			       "a resource's name has 1 to %d bytes, this has %zu",
			       HWCONTAINER_NAME_MAX, length);
	if (req->items.count == HWCONTAINER_REQUESTS_MAX)
		return hwc_err(req->ctx, -E2BIG, "one request asks for at most %d resources",
			       HWCONTAINER_REQUESTS_MAX);
	return 0;
}

int hwc_request_add(struct hwc_request *req, const char *resource, int image_fd, int overlay_fd,
		    const uint8_t *image_digest, const uint8_t *overlay_digest)
{
	struct hwc_request_item *items, *item;
	int err;

	err = check_item(req, resource);
	if (err)
		return err;
	items = reallocarray(req->items.data, req->items.count + 1, sizeof(*items));
	if (!items)
		return hwc_err_nomem(req->ctx);
	req->items.data = items;
	item = &items[req->items.count];
	item->resource = strdup(resource);
	if (!item->resource)
		return hwc_err_nomem(req->ctx);
	item->image_signature = (struct hwc_bytes){ 0 };
	item->overlay_signature = (struct hwc_bytes){ 0 };
	item->image_fd = image_fd;
	item->overlay_fd = overlay_fd;
	digest_set(&item->image_digest, image_digest);
	digest_set(&item->overlay_digest, overlay_digest);
	req->items.count++;
	return 0;
}

static int set_signature(struct hwc_request *req, struct hwc_bytes *to, const void *data,
			 size_t size)
{
	void *copy;

	if (!size || size > HWCONTAINER_SIGNATURE_MAX)
		return hwc_err(req->ctx, size ? -EFBIG : -ENODATA,
			       "a signature has 1 to %d bytes, this has %zu",
			       HWCONTAINER_SIGNATURE_MAX, size);
	copy = malloc(size);
	if (!copy)
		return hwc_err_nomem(req->ctx);
	free(to->data);
	to->data = memcpy(copy, data, size);
	to->size = size;
	return 0;
}

/* The resource that was added last, or NULL with its sentence. */
static struct hwc_request_item *last_item(struct hwc_request *req)
{
	struct hwc_request_item *items = req->items.data;

	if (req->items.count)
		return &items[req->items.count - 1];
	hwc_err(req->ctx, -EINVAL, "a signature needs a resource");
	return NULL;
}

int hwc_request_image_signature(struct hwc_request *req, const void *data, size_t size)
{
	struct hwc_request_item *item = last_item(req);

	return item ? set_signature(req, &item->image_signature, data, size) : -EINVAL;
}

int hwc_request_overlay_signature(struct hwc_request *req, const void *data, size_t size)
{
	struct hwc_request_item *item = last_item(req);

	return item ? set_signature(req, &item->overlay_signature, data, size) : -EINVAL;
}

/* What the module does not know of a name: that a shell would bring it. */
static void explain_slot(struct hwc_ctx *ctx, const char *name)
{
	const char *slash = strrchr(name, '/');
	char *path = slash > name ? strndup(name, slash - name) : NULL;
	char sentence[HWC_ERROR_MAX];
	struct hwc_resource *above;

	/* a slot is a name with a number */
	if (!path || hwc_rewrite_slot(name) < 0) {
		free(path);
		return;
	}
	snprintf(sentence, sizeof(sentence), "%s", hwc_ctx_error(ctx));
	if (hwc_resource_get(ctx, path, &above)) {
		hwc_err(ctx, -ENOENT, "%s", sentence);
	} else {
		hwc_err(ctx, -ENOENT,
			above->state == HWCONTAINER_RESOURCE_STATE_FREE ?
				"%s does not exist: it comes with a shell, and none is loaded in %s" :
				"%s does not exist: what is loaded in %s has no such slot",
			name, path);
		hwc_resource_free(above);
	}
	free(path);
}

/* The kernel's sentence names the resource that is missing. */
static void explain_missing(struct hwc_request *req)
{
	const struct hwc_request_item *items = req->items.data;
	const char *name, *end = strrchr(hwc_ctx_error(req->ctx), ' ');

	for (size_t i = 0; end && i < req->items.count; i++) {
		name = items[i].resource;
		if (*name == '/' && !strcmp(end + 1, name)) {
			explain_slot(req->ctx, name);
			return;
		}
	}
}

int hwc_request_submit(struct hwc_request *req, struct hwc_grant *grants)
{
	struct hwc_msg msg;
	struct hwc_txn *txn;
	void *object;
	int err;

	err = hwc_msg_request(req->ctx, req, &msg);
	if (err)
		return err;
	err = hwc_msg_get(req->ctx, &msg, &hwc_txn_schema, &object);
	if (err == -ENOENT)
		explain_missing(req);
	if (err)
		return err;
	txn = object;
	if (txn->grants.count == req->items.count && req->items.count)
		memcpy(grants, txn->grants.data, txn->grants.count * sizeof(*grants));
	else
		err = hwc_err(req->ctx, -EBADMSG, "%zu claims were asked for, %zu were made",
			      req->items.count, txn->grants.count);
	hwc_object_free(&hwc_txn_schema, txn);
	return err;
}
