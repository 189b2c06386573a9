// SPDX-License-Identifier: LGPL-2.1-or-later
/* Claims: a holder's right to a resource. */
#include "attr.h"
#include "ctx.h"
#include "digest.h"
#include "msg.h"
#include "nl.h"

int hwc_claim_get(struct hwc_ctx *ctx, uint32_t id, struct hwc_claim **claim)
{
	struct hwc_msg msg;
	void *object;
	int err;

	err = hwc_msg_claim(ctx, id, &msg);
	if (err)
		return err;
	err = hwc_msg_get(ctx, &msg, &hwc_claim_schema, &object);
	if (!err)
		*claim = object;
	return err;
}

void hwc_claim_free(struct hwc_claim *claim)
{
	hwc_object_free(&hwc_claim_schema, claim);
}

struct claim_walk {
	int (*fn)(const struct hwc_claim *claim, void *data);
	void *data;
};

static int claim_visit(const void *object, void *data)
{
	const struct claim_walk *walk = data;

	return walk->fn(object, walk->data);
}

int hwc_claim_foreach(struct hwc_ctx *ctx, int (*fn)(const struct hwc_claim *claim, void *data),
		      void *data)
{
	struct claim_walk walk = { .fn = fn, .data = data };

	return hwc_msg_foreach(ctx, HWCONTAINER_CMD_CLAIM_GET, &hwc_claim_schema, claim_visit,
			       &walk);
}

static int do_claims(struct hwc_ctx *ctx, uint8_t cmd, const uint32_t *ids, size_t n,
		     enum hwc_receiver receiver, int fd)
{
	struct hwc_msg msg;
	int err = hwc_msg_claims(ctx, cmd, ids, n, receiver, fd, &msg);

	return err ? err : hwc_nl_do(ctx, &msg, NULL, NULL);
}

int hwc_claim_handover(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int pidfd)
{
	return do_claims(ctx, HWCONTAINER_CMD_CLAIM_HANDOVER, ids, n, HWC_RECEIVER_PROCESS, pidfd);
}

int hwc_claim_handover_file(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int fd)
{
	return do_claims(ctx, HWCONTAINER_CMD_CLAIM_HANDOVER, ids, n, HWC_RECEIVER_FILE, fd);
}

int hwc_claim_handover_netns(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int fd)
{
	return do_claims(ctx, HWCONTAINER_CMD_CLAIM_HANDOVER, ids, n, HWC_RECEIVER_NAMESPACE, fd);
}

int hwc_claim_delete(struct hwc_ctx *ctx, const uint32_t *ids, size_t n)
{
	return do_claims(ctx, HWCONTAINER_CMD_CLAIM_DEL, ids, n, HWC_RECEIVER_PROCESS, -1);
}

uint32_t hwc_claim_id(const struct hwc_claim *claim)
{
	return claim->id;
}

enum hwcontainer_claim_state hwc_claim_state(const struct hwc_claim *claim)
{
	return claim->state;
}

uint32_t hwc_claim_resource_id(const struct hwc_claim *claim)
{
	return claim->resource_id;
}

const char *hwc_claim_resource(const struct hwc_claim *claim)
{
	return claim->resource;
}

const char *hwc_claim_kind(const struct hwc_claim *claim)
{
	return claim->kind;
}

const char *hwc_claim_container(const struct hwc_claim *claim)
{
	return claim->container;
}

enum hwcontainer_holder hwc_claim_holder(const struct hwc_claim *claim)
{
	return claim->holder;
}

uint32_t hwc_claim_holder_pid(const struct hwc_claim *claim)
{
	return claim->holder_pid;
}

uint64_t hwc_claim_age(const struct hwc_claim *claim)
{
	return claim->age;
}

uint32_t hwc_claim_netns(const struct hwc_claim *claim)
{
	return claim->netns;
}

uint32_t hwc_claim_flags(const struct hwc_claim *claim)
{
	return claim->flags;
}

int32_t hwc_claim_priority(const struct hwc_claim *claim)
{
	return claim->priority;
}

uint32_t hwc_claim_position(const struct hwc_claim *claim)
{
	return claim->position;
}

uint32_t hwc_claim_taken_in(const struct hwc_claim *claim)
{
	return claim->taken_in;
}

const uint8_t *hwc_claim_image_digest(const struct hwc_claim *claim)
{
	return hwc_digest_bytes(&claim->digest);
}

const uint8_t *hwc_claim_overlay_digest(const struct hwc_claim *claim)
{
	return hwc_digest_bytes(&claim->overlay_digest);
}

static const uint8_t *key_id(const struct hwc_key_id *id, size_t *size)
{
	*size = id->size;
	return id->size ? id->bytes : NULL;
}

const uint8_t *hwc_claim_image_signer(const struct hwc_claim *claim, size_t *size)
{
	return key_id(&claim->signer, size);
}

const uint8_t *hwc_claim_overlay_signer(const struct hwc_claim *claim, size_t *size)
{
	return key_id(&claim->overlay_signer, size);
}

uint32_t hwc_claim_error(const struct hwc_claim *claim)
{
	return claim->error;
}

const char *hwc_claim_message(const struct hwc_claim *claim)
{
	return claim->message;
}

uint64_t hwc_claim_time(const struct hwc_claim *claim, enum hwcontainer_stage stage)
{
	const struct hwc_timing *timings = claim->timings.data;

	for (size_t i = 0; i < claim->timings.count; i++)
		if (timings[i].stage == stage)
			return timings[i].time;
	return 0;
}

size_t hwc_claim_devices(const struct hwc_claim *claim)
{
	return claim->devices.count;
}

const struct hwc_device *hwc_claim_device(const struct hwc_claim *claim, size_t i)
{
	return (const struct hwc_device *)claim->devices.data + i;
}
