// SPDX-License-Identifier: LGPL-2.1-or-later
/* Resources: what can be handed out. */
#include <errno.h>
#include <string.h>
#include "ctx.h"
#include "digest.h"
#include "msg.h"
#include "nl.h"

static int check_name(struct hwc_ctx *ctx, const char *name)
{
	if (!*name || strlen(name) > HWCONTAINER_NAME_MAX)
		return hwc_err(ctx, -ENOENT, "a resource's name has 1 to %d bytes, this has %zu",
			       HWCONTAINER_NAME_MAX, strlen(name));
	return 0;
}

int hwc_resource_get(struct hwc_ctx *ctx, const char *name, struct hwc_resource **res)
{
	struct hwc_msg msg;
	void *object;
	int err;

	err = check_name(ctx, name);
	if (!err)
		err = hwc_msg_resource(ctx, name, &msg);
	if (err)
		return err;
	err = hwc_msg_get(ctx, &msg, &hwc_resource_schema, &object);
	if (!err)
		*res = object;
	return err;
}

int hwc_resource_set_blank(struct hwc_ctx *ctx, const char *name, int fd)
{
	struct hwc_msg msg;
	int err;

	err = check_name(ctx, name);
	if (!err)
		err = hwc_msg_resource_blank(ctx, name, fd, &msg);
	return err ? err : hwc_nl_do(ctx, &msg, NULL, NULL);
}

void hwc_resource_free(struct hwc_resource *res)
{
	hwc_object_free(&hwc_resource_schema, res);
}

struct resource_walk {
	int (*fn)(const struct hwc_resource *res, void *data);
	void *data;
};

static int resource_visit(const void *object, void *data)
{
	const struct resource_walk *walk = data;

	return walk->fn(object, walk->data);
}

int hwc_resource_foreach(struct hwc_ctx *ctx, int (*fn)(const struct hwc_resource *res, void *data),
			 void *data)
{
	struct resource_walk walk = { .fn = fn, .data = data };

	return hwc_msg_foreach(ctx, HWCONTAINER_CMD_RESOURCE_GET, &hwc_resource_schema,
			       resource_visit, &walk);
}

uint32_t hwc_resource_id(const struct hwc_resource *res)
{
	return res->id;
}

const char *hwc_resource_name(const struct hwc_resource *res)
{
	return res->name;
}

size_t hwc_resource_aliases(const struct hwc_resource *res)
{
	return res->aliases.count;
}

const char *hwc_resource_alias(const struct hwc_resource *res, size_t i)
{
	return ((char **)res->aliases.data)[i];
}

const char *hwc_resource_kind(const struct hwc_resource *res)
{
	return res->kind;
}

enum hwcontainer_resource_state hwc_resource_state(const struct hwc_resource *res)
{
	return res->state;
}

uint32_t hwc_resource_capacity(const struct hwc_resource *res)
{
	return res->capacity;
}

uint32_t hwc_resource_in_use(const struct hwc_resource *res)
{
	return res->in_use;
}

const char *hwc_resource_controller(const struct hwc_resource *res)
{
	return res->controller;
}

const char *hwc_resource_container(const struct hwc_resource *res)
{
	return res->container;
}

const char *hwc_resource_message(const struct hwc_resource *res)
{
	return res->message;
}

uint32_t hwc_resource_device_id(const struct hwc_resource *res)
{
	return res->device_id;
}

uint32_t hwc_resource_claim_id(const struct hwc_resource *res)
{
	return res->claim_id;
}

const uint8_t *hwc_resource_image_digest(const struct hwc_resource *res)
{
	return hwc_digest_bytes(&res->digest);
}

const uint8_t *hwc_resource_overlay_digest(const struct hwc_resource *res)
{
	return hwc_digest_bytes(&res->overlay_digest);
}

uint32_t hwc_resource_waiting(const struct hwc_resource *res)
{
	return res->waiting;
}

const uint8_t *hwc_resource_blank_digest(const struct hwc_resource *res)
{
	return hwc_digest_bytes(&res->blank_digest);
}

int hwc_resource_blank_error(const struct hwc_resource *res)
{
	return res->blank_error;
}
