/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waiting for toys. */
#ifndef HWC_TEST_QUEUE_H
#define HWC_TEST_QUEUE_H

#include "group.h"

/* As long as any of these tests could take. */
#define HWC_TEST_LONG_MS 600000

/* kernel/queue.h */
#define HWC_WAITERS_MAX 1024
#define HWC_OVERTAKES_MAX 64

/**
 * struct hwc_test_turn - a request that may wait
 * @resource: what it is for; NULL means toy0
 * @ms: how long it may wait; 0 for not at all
 * @priority: larger is more important
 * @holder: an open /dev/hwcontainer; 0 for nobody
 * @flags: enum hwcontainer_claim_flags
 * @container: id, or NULL
 * @image: file, 0 for none
 * @digest: that the image must have, or NULL
 * @nobody: asked for without privilege
 * @says: expected of a refusal, or NULL
 */
struct hwc_test_turn {
	const char *resource;
	uint32_t ms;
	int32_t priority;
	int holder;
	uint32_t flags;
	const char *container;
	int image;
	const uint8_t *digest;
	bool nobody;
	const char *says;
};

static inline int hwc_test_turn_fill(struct hwc_request *req, const struct hwc_test_turn *turn)
{
	if (turn->holder)
		hwc_request_holder_file(req, turn->holder);
	hwc_request_flags(req, turn->flags);
	hwc_request_priority(req, turn->priority);
	hwc_request_wait(req, turn->ms);
	if (turn->container && hwc_request_container(req, turn->container))
		return -EINVAL;
	return hwc_request_add(req, turn->resource ? turn->resource : "toy0",
			       turn->image ? turn->image : -1, -1, turn->digest, NULL);
}

/* The claim's number, or -errno; 9997 when the sentence is another one. */
static inline int hwc_test_turn(const void *data)
{
	const struct hwc_test_turn *turn = data;
	struct hwc_grant grant;
	struct hwc_request *req;
	struct hwc_ctx *ctx;
	int ret;

	if (turn->nobody && (setgid(65534) || setuid(65534)))
		return 9996;
	if (hwc_ctx_new(&ctx) || hwc_request_new(ctx, &req))
		return 9995;
	ret = hwc_test_turn_fill(req, turn);
	if (!ret)
		ret = hwc_request_submit(req, &grant);
	if (ret && turn->says && strcmp(turn->says, hwc_ctx_error(ctx))) {
		printf("# \"%s\"\n", hwc_ctx_error(ctx));
		fflush(stdout);
		ret = 9997;
	}
	hwc_request_free(req);
	hwc_ctx_free(ctx);
	return ret ? ret : (int)grant.id;
}

#define hwc_test_get_in_line(...) hwc_test_turn(&(const struct hwc_test_turn){ __VA_ARGS__ })

/* The same from a namespace. */
#define hwc_test_get_in_line_of(domain, ...) \
	hwc_test_domain_run(domain, hwc_test_turn, &(const struct hwc_test_turn){ __VA_ARGS__ })

/* Place in the queue; 0 when it does not wait, or -errno. */
static inline int hwc_test_position(struct hwc_ctx *ctx, uint32_t id)
{
	struct hwc_claim *claim;
	int ret = hwc_claim_get(ctx, id, &claim);

	if (ret)
		return ret;
	ret = hwc_claim_position(claim);
	hwc_claim_free(claim);
	return ret;
}

/* How many wait for a resource. */
static inline int hwc_test_waiting(struct hwc_ctx *ctx, const char *resource)
{
	struct hwc_resource *res;
	int ret = hwc_resource_get(ctx, resource, &res);

	if (ret)
		return ret;
	ret = hwc_resource_waiting(res);
	hwc_resource_free(res);
	return ret;
}

/* Milliseconds that a claim still has its resource; 0 without notice. */
static inline int hwc_test_taken_in(struct hwc_ctx *ctx, uint32_t id)
{
	struct hwc_claim *claim;
	int ret = hwc_claim_get(ctx, id, &claim);

	if (ret)
		return ret;
	ret = hwc_claim_taken_in(claim);
	hwc_claim_free(claim);
	return ret;
}

/* What a claim that failed says; "" while it did not. */
static inline const char *hwc_test_message(struct hwc_ctx *ctx, uint32_t id)
{
	static char text[256];
	struct hwc_claim *claim;

	text[0] = '\0';
	if (hwc_claim_get(ctx, id, &claim))
		return text;
	if (hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_FAILED)
		snprintf(text, sizeof(text), "%u %s", hwc_claim_error(claim),
			 hwc_claim_message(claim));
	hwc_claim_free(claim);
	return text;
}

static inline int hwc_test_end(struct hwc_ctx *ctx, uint32_t id)
{
	return hwc_claim_delete(ctx, &id, 1);
}

static inline int hwc_test_end_one(const struct hwc_claim *claim, void *ctx)
{
	int ret = hwc_test_end(ctx, hwc_claim_id(claim));

	return ret == -ENOENT ? 0 : ret;
}

static inline int hwc_test_end_all(struct hwc_ctx *ctx)
{
	return hwc_claim_foreach(ctx, hwc_test_end_one, ctx);
}

/* What a claim's file tells, once it tells anything but @not. */
static inline int hwc_test_poll_but(int file, int not )
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	struct pollfd poller = { .fd = file, .events = POLLIN | POLLPRI };

	while (poll(&poller, 1, 10) >= 0 && poller.revents == not &&hwc_test_ms() < end)
		usleep(1000);
	return poller.revents;
}

#define hwc_test_poll(file) hwc_test_poll_but(file, 0)

#define hwc_test_wait_ready(ctx, id) hwc_test_wait_claim(ctx, id, HWCONTAINER_CLAIM_STATE_READY)

/* Ends the claim that holds toy0 and waits for the next: which of @n it is, or -1. */
static inline int hwc_test_next(struct hwc_ctx *ctx, uint32_t *holder, const int *ids, int n)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	struct hwc_resource *res;
	uint32_t id = *holder;

	if (hwc_test_end(ctx, id))
		return -1;
	while (id == *holder || !id) {
		if (hwc_test_ms() > end || hwc_resource_get(ctx, "toy0", &res))
			return -1;
		id = hwc_resource_claim_id(res);
		hwc_resource_free(res);
	}
	*holder = id;
	if (hwc_test_wait_ready(ctx, id))
		return -1;
	while (n-- && ids[n] != (int)id)
		;
	return n;
}

#endif
