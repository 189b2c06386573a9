// SPDX-License-Identifier: LGPL-2.1-or-later
/* Events: what the module tells everybody who listens. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include "ctx.h"
#include "io.h"
#include "msg.h"
#include "nl.h"

/**
 * struct hwc_events - somebody who listens
 * @ctx: keeps the sentences
 * @io: a socket of its own, so that events do not mix with answers
 * @buf: the last datagram
 * @next: the next message in it
 * @left: bytes from there
 * @family: number of the module's family
 * @last: number of the last event that came or is known to have been; 0 where there are none
 */
struct hwc_events {
	struct hwc_ctx *ctx;
	struct hwc_io io;
	struct hwc_buf buf;
	const struct nlmsghdr *next;
	int left;
	uint16_t family;
	uint64_t last;
};

struct hwc_event {
	uint32_t type;
	uint64_t seq;
	uint64_t missed;
	struct hwc_resource *resource;
	struct hwc_claim *claim;
	struct hwc_told *told;
};

static int events_open(struct hwc_events *events, uint32_t group)
{
	int err;

	err = hwc_io_open(events->ctx, &events->io, true);
	if (err)
		return err;
	err = hwc_io_join(&events->io, group);
	if (err)
		hwc_io_close(&events->io);
	return err;
}

/* What has a number up to this one was before us, or waits in the socket. */
static int events_begin(struct hwc_events *events)
{
	struct hwc_info *info;
	int err = hwc_info_get(events->ctx, &info);

	if (err)
		return err;
	events->last = hwc_info_seq(info);
	hwc_info_free(info);
	return 0;
}

int hwc_events_new(struct hwc_ctx *ctx, struct hwc_events **events)
{
	struct hwc_events *new;
	int err;

	/* the group's number may be another one since the module was loaded again */
	hwc_nl_close(ctx);
	err = hwc_nl_connect(ctx);
	if (err)
		return err;
	new = calloc(1, sizeof(*new));
	if (!new)
		return hwc_err_nomem(ctx);
	new->ctx = ctx;
	new->family = ctx->nl->family;
	err = events_open(new, ctx->nl->group);
	if (err) {
		free(new);
		return hwc_err(ctx, err, "listening to events: %s", strerror(-err));
	}
	err = events_begin(new);
	if (err)
		hwc_events_free(new);
	else
		*events = new;
	return err;
}

void hwc_events_free(struct hwc_events *events)
{
	if (!events)
		return;
	hwc_io_close(&events->io);
	free(events->buf.data);
	free(events);
}

int hwc_events_fd(const struct hwc_events *events)
{
	return hwc_io_fd(&events->io);
}

static int event_fill(struct hwc_events *events, struct hwc_event *event,
		      const struct nlattr *attrs, size_t size)
{
	void *object;
	int err;

	switch (event->type) {
	case HWCONTAINER_CMD_RESOURCE_ADD_NTF:
	case HWCONTAINER_CMD_RESOURCE_DEL_NTF:
		err = hwc_msg_object(events->ctx, &hwc_resource_schema, attrs, size, &object);
		if (err)
			return err;
		event->resource = object;
		event->seq = event->resource->seq;
		return 0;
	case HWCONTAINER_CMD_CLAIM_NTF:
		err = hwc_msg_object(events->ctx, &hwc_claim_schema, attrs, size, &object);
		if (err)
			return err;
		event->claim = object;
		event->seq = event->claim->seq;
		return 0;
	case HWCONTAINER_CMD_GROUP_NTF:
		err = hwc_msg_object(events->ctx, &hwc_told_schema, attrs, size, &object);
		if (err)
			return err;
		event->told = object;
		event->seq = event->told->seq;
		return 0;
	default:
		/* a newer module's: not for us, and not missed */
		events->last++;
		return -EAGAIN;
	}
}

/* Events that waited while the first number was asked for are older than that. */
static void events_count(struct hwc_events *events, struct hwc_event *event)
{
	if (event->seq <= events->last)
		return;
	event->missed = event->seq - events->last - 1;
	events->last = event->seq;
}

static int event_make(struct hwc_events *events, const struct nlmsghdr *nlh,
		      struct hwc_event **event)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attrs;
	struct hwc_event *new;
	size_t size;
	int err;

	if (nlh->nlmsg_type != events->family)
		return -EAGAIN;
	err = hwc_nl_attrs(nlh, &attrs, &size);
	if (err)
		return hwc_err(events->ctx, err, "the module's event is malformed");
	new = calloc(1, sizeof(*new));
	if (!new)
		return hwc_err_nomem(events->ctx);
	new->type = genl->cmd;
	err = event_fill(events, new, attrs, size);
	if (err) {
		free(new);
		return err;
	}
	events_count(events, new);
	*event = new;
	return 0;
}

/* Makes @next a message; -EAGAIN when there is none now. */
static int events_fetch(struct hwc_events *events)
{
	ssize_t size;

	if (events->left > 0)
		return 0;
	size = hwc_io_recv(&events->io, &events->buf);
	if (size == -EAGAIN)
		return size;
	if (size == -ENOBUFS)
		return hwc_err(events->ctx, size,
			       "events came faster than they were read, some are lost");
	if (size < 0)
		return hwc_err(events->ctx, size, "listening to events: %s", strerror(-size));
	events->next = events->buf.data;
	events->left = size;
	return 0;
}

int hwc_events_next(struct hwc_events *events, struct hwc_event **event)
{
	const struct nlmsghdr *nlh;
	int err;

	do {
		err = events_fetch(events);
		if (err)
			return err;
		nlh = events->next;
		if (!hwc_nl_ok(nlh, events->left)) {
			events->left = 0;
			return hwc_err(events->ctx, -EBADMSG, "the module's event is malformed");
		}
		events->next = mnl_nlmsg_next(nlh, &events->left);
		err = event_make(events, nlh, event);
	} while (err == -EAGAIN);
	return err;
}

void hwc_event_free(struct hwc_event *event)
{
	if (!event)
		return;
	hwc_resource_free(event->resource);
	hwc_claim_free(event->claim);
	hwc_object_free(&hwc_told_schema, event->told);
	free(event);
}

uint32_t hwc_event_type(const struct hwc_event *event)
{
	return event->type;
}

uint64_t hwc_event_seq(const struct hwc_event *event)
{
	return event->seq;
}

uint64_t hwc_event_missed(const struct hwc_event *event)
{
	return event->missed;
}

const struct hwc_resource *hwc_event_resource(const struct hwc_event *event)
{
	return event->resource;
}

const struct hwc_claim *hwc_event_claim(const struct hwc_event *event)
{
	return event->claim;
}

const struct hwc_group_event *hwc_event_group(const struct hwc_event *event)
{
	return event->told ? &event->told->group : NULL;
}
