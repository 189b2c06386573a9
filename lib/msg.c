// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The family's objects: which attribute becomes which member, and how requests
 * are written. No other file knows the attributes of the family.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdlib.h>
#include <string.h>
#include "attr.h"
#include "ctx.h"
#include "digest.h"
#include "file.h"
#include "msg.h"
#include "nl.h"

#define FIELD(attr, what, object, member)                                                 \
	{                                                                                 \
		.type = (attr), .kind = (what), .offset = offsetof(struct object, member) \
	}
#define NESTED(attr, what, object, member, schema)                                         \
	{                                                                                  \
		.type = (attr), .kind = (what), .offset = offsetof(struct object, member), \
		.nested = &(schema)                                                        \
	}
#define SCHEMA(object, table, mask)                                   \
	{                                                             \
		.size = sizeof(struct object), .fields = (table),     \
		.n_fields = HWC_ARRAY_SIZE(table), .required = (mask) \
	}
#define NEEDS(attr) (1u << (attr))

static const struct hwc_field info_fields[] = {
	FIELD(HWCONTAINER_A_INFO_VERSION, HWC_STRING, hwc_info, version),
	FIELD(HWCONTAINER_A_INFO_KIND, HWC_STRINGS, hwc_info, kinds),
	FIELD(HWCONTAINER_A_INFO_SEQ, HWC_UINT, hwc_info, seq),
};

const struct hwc_schema hwc_info_schema =
	SCHEMA(hwc_info, info_fields, NEEDS(HWCONTAINER_A_INFO_VERSION));

static const struct hwc_field resource_fields[] = {
	FIELD(HWCONTAINER_A_RESOURCE_ID, HWC_U32, hwc_resource, id),
	FIELD(HWCONTAINER_A_RESOURCE_NAME, HWC_STRING, hwc_resource, name),
	FIELD(HWCONTAINER_A_RESOURCE_ALIAS, HWC_STRINGS, hwc_resource, aliases),
	FIELD(HWCONTAINER_A_RESOURCE_KIND, HWC_STRING, hwc_resource, kind),
	FIELD(HWCONTAINER_A_RESOURCE_STATE, HWC_U32, hwc_resource, state),
	FIELD(HWCONTAINER_A_RESOURCE_CAPACITY, HWC_U32, hwc_resource, capacity),
	FIELD(HWCONTAINER_A_RESOURCE_IN_USE, HWC_U32, hwc_resource, in_use),
	FIELD(HWCONTAINER_A_RESOURCE_CONTROLLER, HWC_STRING, hwc_resource, controller),
	FIELD(HWCONTAINER_A_RESOURCE_DEVICE_ID, HWC_U32, hwc_resource, device_id),
	FIELD(HWCONTAINER_A_RESOURCE_IMAGE_DIGEST, HWC_DIGEST, hwc_resource, digest),
	FIELD(HWCONTAINER_A_RESOURCE_OVERLAY_DIGEST, HWC_DIGEST, hwc_resource, overlay_digest),
	FIELD(HWCONTAINER_A_RESOURCE_CLAIM_ID, HWC_U32, hwc_resource, claim_id),
	FIELD(HWCONTAINER_A_RESOURCE_CONTAINER, HWC_STRING, hwc_resource, container),
	FIELD(HWCONTAINER_A_RESOURCE_MESSAGE, HWC_STRING, hwc_resource, message),
	FIELD(HWCONTAINER_A_RESOURCE_WAITING, HWC_U32, hwc_resource, waiting),
	FIELD(HWCONTAINER_A_RESOURCE_SEQ, HWC_UINT, hwc_resource, seq),
	FIELD(HWCONTAINER_A_RESOURCE_BLANK_DIGEST, HWC_DIGEST, hwc_resource, blank_digest),
	FIELD(HWCONTAINER_A_RESOURCE_BLANK_ERROR, HWC_U32, hwc_resource, blank_error),
};

const struct hwc_schema hwc_resource_schema =
	SCHEMA(hwc_resource, resource_fields,
	       NEEDS(HWCONTAINER_A_RESOURCE_ID) | NEEDS(HWCONTAINER_A_RESOURCE_NAME));

static const struct hwc_field node_fields[] = {
	FIELD(HWCONTAINER_A_NODE_PATH, HWC_STRING, hwc_node, path),
	FIELD(HWCONTAINER_A_NODE_TYPE, HWC_U32, hwc_node, type),
	FIELD(HWCONTAINER_A_NODE_MAJOR, HWC_U32, hwc_node, major),
	FIELD(HWCONTAINER_A_NODE_MINOR, HWC_U32, hwc_node, minor),
};

/* A node without one of these would let a container have the wrong device. */
static const struct hwc_schema node_schema =
	SCHEMA(hwc_node, node_fields,
	       NEEDS(HWCONTAINER_A_NODE_PATH) | NEEDS(HWCONTAINER_A_NODE_TYPE) |
		       NEEDS(HWCONTAINER_A_NODE_MAJOR) | NEEDS(HWCONTAINER_A_NODE_MINOR));

static const struct hwc_field window_fields[] = {
	FIELD(HWCONTAINER_A_WINDOW_NAME, HWC_STRING, hwc_window, name),
	FIELD(HWCONTAINER_A_WINDOW_START, HWC_UINT, hwc_window, start),
	FIELD(HWCONTAINER_A_WINDOW_SIZE, HWC_UINT, hwc_window, size),
};

static const struct hwc_schema window_schema =
	SCHEMA(hwc_window, window_fields,
	       NEEDS(HWCONTAINER_A_WINDOW_START) | NEEDS(HWCONTAINER_A_WINDOW_SIZE));

static const struct hwc_field clock_fields[] = {
	FIELD(HWCONTAINER_A_CLOCK_OF_PATH, HWC_STRING, hwc_clock, of_path),
	FIELD(HWCONTAINER_A_CLOCK_INDEX, HWC_U32, hwc_clock, index),
	FIELD(HWCONTAINER_A_CLOCK_RATE, HWC_UINT, hwc_clock, rate),
};

static const struct hwc_schema clock_schema =
	SCHEMA(hwc_clock, clock_fields,
	       NEEDS(HWCONTAINER_A_CLOCK_OF_PATH) | NEEDS(HWCONTAINER_A_CLOCK_INDEX) |
		       NEEDS(HWCONTAINER_A_CLOCK_RATE));

static const struct hwc_field device_fields[] = {
	FIELD(HWCONTAINER_A_DEVICE_NAME, HWC_STRING, hwc_device, name),
	FIELD(HWCONTAINER_A_DEVICE_DRIVER, HWC_STRING, hwc_device, driver),
	FIELD(HWCONTAINER_A_DEVICE_OF_PATH, HWC_STRING, hwc_device, of_path),
	NESTED(HWCONTAINER_A_DEVICE_NODE, HWC_NESTS, hwc_device, nodes, node_schema),
	NESTED(HWCONTAINER_A_DEVICE_WINDOW, HWC_NESTS, hwc_device, windows, window_schema),
	FIELD(HWCONTAINER_A_DEVICE_IRQ, HWC_U32S, hwc_device, irqs),
	NESTED(HWCONTAINER_A_DEVICE_CLOCK, HWC_NESTS, hwc_device, clocks, clock_schema),
};

static const struct hwc_schema device_schema =
	SCHEMA(hwc_device, device_fields, NEEDS(HWCONTAINER_A_DEVICE_NAME));

static const struct hwc_field timing_fields[] = {
	FIELD(HWCONTAINER_A_TIMING_STAGE, HWC_U32, hwc_timing, stage),
	FIELD(HWCONTAINER_A_TIMING_TIME, HWC_UINT, hwc_timing, time),
};

static const struct hwc_schema timing_schema =
	SCHEMA(hwc_timing, timing_fields,
	       NEEDS(HWCONTAINER_A_TIMING_STAGE) | NEEDS(HWCONTAINER_A_TIMING_TIME));

static const struct hwc_field claim_fields[] = {
	FIELD(HWCONTAINER_A_CLAIM_ID, HWC_U32, hwc_claim, id),
	FIELD(HWCONTAINER_A_CLAIM_STATE, HWC_U32, hwc_claim, state),
	FIELD(HWCONTAINER_A_CLAIM_RESOURCE_ID, HWC_U32, hwc_claim, resource_id),
	FIELD(HWCONTAINER_A_CLAIM_RESOURCE, HWC_STRING, hwc_claim, resource),
	FIELD(HWCONTAINER_A_CLAIM_KIND, HWC_STRING, hwc_claim, kind),
	FIELD(HWCONTAINER_A_CLAIM_CONTAINER, HWC_STRING, hwc_claim, container),
	FIELD(HWCONTAINER_A_CLAIM_HOLDER, HWC_U32, hwc_claim, holder),
	FIELD(HWCONTAINER_A_CLAIM_HOLDER_PID, HWC_U32, hwc_claim, holder_pid),
	FIELD(HWCONTAINER_A_CLAIM_FLAGS, HWC_U32, hwc_claim, flags),
	FIELD(HWCONTAINER_A_CLAIM_PRIORITY, HWC_U32, hwc_claim, priority),
	FIELD(HWCONTAINER_A_CLAIM_IMAGE_DIGEST, HWC_DIGEST, hwc_claim, digest),
	FIELD(HWCONTAINER_A_CLAIM_OVERLAY_DIGEST, HWC_DIGEST, hwc_claim, overlay_digest),
	NESTED(HWCONTAINER_A_CLAIM_TIMING, HWC_NESTS, hwc_claim, timings, timing_schema),
	NESTED(HWCONTAINER_A_CLAIM_DEVICE, HWC_NESTS, hwc_claim, devices, device_schema),
	FIELD(HWCONTAINER_A_CLAIM_ERROR, HWC_U32, hwc_claim, error),
	FIELD(HWCONTAINER_A_CLAIM_MESSAGE, HWC_STRING, hwc_claim, message),
	FIELD(HWCONTAINER_A_CLAIM_NETNS, HWC_U32, hwc_claim, netns),
	FIELD(HWCONTAINER_A_CLAIM_POSITION, HWC_U32, hwc_claim, position),
	FIELD(HWCONTAINER_A_CLAIM_TAKEN_IN, HWC_U32, hwc_claim, taken_in),
	FIELD(HWCONTAINER_A_CLAIM_SEQ, HWC_UINT, hwc_claim, seq),
	FIELD(HWCONTAINER_A_CLAIM_AGE, HWC_UINT, hwc_claim, age),
	FIELD(HWCONTAINER_A_CLAIM_IMAGE_SIGNER, HWC_KEY_ID, hwc_claim, signer),
	FIELD(HWCONTAINER_A_CLAIM_OVERLAY_SIGNER, HWC_KEY_ID, hwc_claim, overlay_signer),
};

const struct hwc_schema hwc_claim_schema =
	SCHEMA(hwc_claim, claim_fields,
	       NEEDS(HWCONTAINER_A_CLAIM_ID) | NEEDS(HWCONTAINER_A_CLAIM_STATE) |
		       NEEDS(HWCONTAINER_A_CLAIM_RESOURCE));

static const struct hwc_field group_fields[] = {
	FIELD(HWCONTAINER_A_GROUP_NAME, HWC_STRING, hwc_told, group.name),
	FIELD(HWCONTAINER_A_GROUP_KIND, HWC_STRING, hwc_told, group.kind),
	FIELD(HWCONTAINER_A_GROUP_EVENT, HWC_U32, hwc_told, group.event),
	FIELD(HWCONTAINER_A_GROUP_COUNT, HWC_UINT, hwc_told, group.count),
	FIELD(HWCONTAINER_A_GROUP_SEQ, HWC_UINT, hwc_told, seq),
};

const struct hwc_schema hwc_told_schema = SCHEMA(
	hwc_told, group_fields, NEEDS(HWCONTAINER_A_GROUP_NAME) | NEEDS(HWCONTAINER_A_GROUP_EVENT));

static const struct hwc_field grant_fields[] = {
	FIELD(HWCONTAINER_A_GRANT_ID, HWC_U32, hwc_grant, id),
	FIELD(HWCONTAINER_A_GRANT_STATE, HWC_U32, hwc_grant, state),
};

static const struct hwc_schema grant_schema = SCHEMA(
	hwc_grant, grant_fields, NEEDS(HWCONTAINER_A_GRANT_ID) | NEEDS(HWCONTAINER_A_GRANT_STATE));

static const struct hwc_field txn_fields[] = {
	NESTED(HWCONTAINER_A_TXN_GRANT, HWC_NESTS, hwc_txn, grants, grant_schema),
};

const struct hwc_schema hwc_txn_schema = SCHEMA(hwc_txn, txn_fields, 0);

/* Most bytes a request nest takes without signatures: header, name, two numbers, two digests. */
#define ATTR_ROOM(size) (MNL_ATTR_HDRLEN + MNL_ALIGN(size))
#define ITEM_ROOM                                                                                  \
	(MNL_ATTR_HDRLEN + ATTR_ROOM(HWCONTAINER_NAME_MAX + 1) + 2 * ATTR_ROOM(sizeof(uint32_t)) + \
	 2 * ATTR_ROOM(HWCONTAINER_DIGEST_LEN))
#define TXN_ROOM (ATTR_ROOM(HWCONTAINER_CONTAINER_MAX + 1) + 6 * ATTR_ROOM(sizeof(uint32_t)))

static void put_digest(struct hwc_msg *msg, uint16_t type, const struct hwc_digest *digest)
{
	if (digest->known)
		hwc_msg_binary(msg, type, digest->bytes, sizeof(digest->bytes));
}

static void put_fd(struct hwc_msg *msg, uint16_t type, int fd)
{
	if (fd >= 0)
		hwc_msg_u32(msg, type, fd);
}

static void put_signature(struct hwc_msg *msg, uint16_t type, const struct hwc_bytes *signature)
{
	if (signature->data)
		hwc_msg_binary(msg, type, signature->data, signature->size);
}

static size_t signatures_room(const struct hwc_request *req)
{
	const struct hwc_request_item *items = req->items.data;
	size_t room = 0;

	for (size_t i = 0; i < req->items.count; i++) {
		room += ATTR_ROOM(items[i].image_signature.size);
		room += ATTR_ROOM(items[i].overlay_signature.size);
	}
	return room;
}

static void put_item(struct hwc_msg *msg, const struct hwc_request_item *item)
{
	struct nlattr *nest = hwc_msg_nest_start(msg, HWCONTAINER_A_TXN_REQUEST);

	hwc_msg_string(msg, HWCONTAINER_A_REQUEST_RESOURCE, item->resource);
	put_fd(msg, HWCONTAINER_A_REQUEST_IMAGE_FD, item->image_fd);
	put_fd(msg, HWCONTAINER_A_REQUEST_OVERLAY_FD, item->overlay_fd);
	put_digest(msg, HWCONTAINER_A_REQUEST_IMAGE_DIGEST, &item->image_digest);
	put_digest(msg, HWCONTAINER_A_REQUEST_OVERLAY_DIGEST, &item->overlay_digest);
	put_signature(msg, HWCONTAINER_A_REQUEST_IMAGE_SIGNATURE, &item->image_signature);
	put_signature(msg, HWCONTAINER_A_REQUEST_OVERLAY_SIGNATURE, &item->overlay_signature);
	hwc_msg_nest_end(msg, nest);
}

int hwc_msg_request(struct hwc_ctx *ctx, const struct hwc_request *req, struct hwc_msg *msg)
{
	const struct hwc_request_item *items = req->items.data;
	int err;

	err = hwc_nl_start(ctx, HWCONTAINER_CMD_CLAIM_NEW,
			   TXN_ROOM + req->items.count * ITEM_ROOM + signatures_room(req), msg);
	if (err)
		return err;
	for (size_t i = 0; i < req->items.count; i++)
		put_item(msg, &items[i]);
	put_fd(msg, HWCONTAINER_A_TXN_HOLDER_FILE, req->holder_file);
	put_fd(msg, HWCONTAINER_A_TXN_HOLDER_PIDFD, req->holder_pidfd);
	put_fd(msg, HWCONTAINER_A_TXN_NETNS, req->netns);
	if (req->container)
		hwc_msg_string(msg, HWCONTAINER_A_TXN_CONTAINER, req->container);
	if (req->flags)
		hwc_msg_u32(msg, HWCONTAINER_A_TXN_FLAGS, req->flags);
	if (req->priority)
		hwc_msg_u32(msg, HWCONTAINER_A_TXN_PRIORITY, req->priority);
	if (req->wait_ms)
		hwc_msg_u32(msg, HWCONTAINER_A_TXN_WAIT, req->wait_ms);
	return 0;
}

int hwc_msg_resource(struct hwc_ctx *ctx, const char *name, struct hwc_msg *msg)
{
	int err;

	err = hwc_nl_start(ctx, HWCONTAINER_CMD_RESOURCE_GET, ATTR_ROOM(strlen(name) + 1), msg);
	if (!err)
		hwc_msg_string(msg, HWCONTAINER_A_RESOURCE_NAME, name);
	return err;
}

/* -1 takes the blank image off: put_fd() would leave it out. */
int hwc_msg_resource_blank(struct hwc_ctx *ctx, const char *name, int fd, struct hwc_msg *msg)
{
	int err;

	err = hwc_nl_start(ctx, HWCONTAINER_CMD_RESOURCE_SET,
			   ATTR_ROOM(strlen(name) + 1) + ATTR_ROOM(sizeof(fd)), msg);
	if (err)
		return err;
	hwc_msg_string(msg, HWCONTAINER_A_RESOURCE_NAME, name);
	hwc_msg_u32(msg, HWCONTAINER_A_RESOURCE_BLANK_FD, fd);
	return 0;
}

int hwc_msg_claim(struct hwc_ctx *ctx, uint32_t id, struct hwc_msg *msg)
{
	int err;

	err = hwc_nl_start(ctx, HWCONTAINER_CMD_CLAIM_GET, ATTR_ROOM(sizeof(id)), msg);
	if (!err)
		hwc_msg_u32(msg, HWCONTAINER_A_CLAIM_ID, id);
	return err;
}

static const uint16_t receivers[] = {
	[HWC_RECEIVER_FILE] = HWCONTAINER_A_TXN_HOLDER_FILE,
	[HWC_RECEIVER_PROCESS] = HWCONTAINER_A_TXN_HOLDER_PIDFD,
	[HWC_RECEIVER_NAMESPACE] = HWCONTAINER_A_TXN_NETNS,
};

int hwc_msg_claims(struct hwc_ctx *ctx, uint8_t cmd, const uint32_t *ids, size_t n,
		   enum hwc_receiver receiver, int fd, struct hwc_msg *msg)
{
	int err;

	err = hwc_nl_start(ctx, cmd, TXN_ROOM + n * ATTR_ROOM(sizeof(*ids)), msg);
	if (err)
		return err;
	for (size_t i = 0; i < n; i++)
		hwc_msg_u32(msg, HWCONTAINER_A_TXN_CLAIM_ID, ids[i]);
	put_fd(msg, receivers[receiver], fd);
	return 0;
}

int hwc_msg_object(struct hwc_ctx *ctx, const struct hwc_schema *schema, const struct nlattr *attrs,
		   size_t size, void **object)
{
	void *new = calloc(1, schema->size);
	int err;

	if (!new)
		return hwc_err_nomem(ctx);
	err = hwc_object_from_uapi(schema, attrs, size, new);
	if (!err) {
		*object = new;
		return 0;
	}
	free(new);
	if (err == -ENOMEM)
		return hwc_err_nomem(ctx);
	return hwc_err(ctx, err, "the module's answer is malformed");
}

void hwc_object_free(const struct hwc_schema *schema, void *object)
{
	if (!object)
		return;
	hwc_object_clear(schema, object);
	free(object);
}

struct get {
	const struct hwc_schema *schema;
	void *object;
};

static int get_answer(struct hwc_ctx *ctx, const struct nlattr *attrs, size_t size, void *data)
{
	struct get *get = data;

	return hwc_msg_object(ctx, get->schema, attrs, size, &get->object);
}

int hwc_msg_get(struct hwc_ctx *ctx, const struct hwc_msg *msg, const struct hwc_schema *schema,
		void **object)
{
	struct get get = { .schema = schema };
	int err = hwc_nl_do(ctx, msg, get_answer, &get);

	if (!err && !get.object)
		err = hwc_err(ctx, -EBADMSG, "the module's answer is empty");
	if (err) {
		hwc_object_free(schema, get.object);
		return err;
	}
	*object = get.object;
	return 0;
}

struct list {
	const struct hwc_schema *schema;
	void **objects;
	size_t count;
	size_t room;
};

static int list_add(struct hwc_ctx *ctx, const struct nlattr *attrs, size_t size, void *data)
{
	struct list *list = data;
	int err;

	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 16;
		void **objects = reallocarray(list->objects, room, sizeof(*objects));

		if (!objects)
			return hwc_err_nomem(ctx);
		list->objects = objects;
		list->room = room;
	}
	err = hwc_msg_object(ctx, list->schema, attrs, size, &list->objects[list->count]);
	if (!err)
		list->count++;
	return err;
}

static void list_reset(void *data)
{
	struct list *list = data;

	while (list->count)
		hwc_object_free(list->schema, list->objects[--list->count]);
}

/* All first, then the calls: @fn may use the context, and no object comes twice. */
int hwc_msg_foreach(struct hwc_ctx *ctx, uint8_t cmd, const struct hwc_schema *schema,
		    int (*fn)(const void *object, void *data), void *data)
{
	struct list list = { .schema = schema };
	int err = hwc_nl_dump(ctx, cmd, list_add, list_reset, &list);

	for (size_t i = 0; !err && i < list.count; i++)
		err = fn(list.objects[i], data);
	list_reset(&list);
	free(list.objects);
	return err;
}
