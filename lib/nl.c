// SPDX-License-Identifier: LGPL-2.1-or-later
/* Requests over generic netlink, and what comes back. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <string.h>
#include "attr.h"
#include "ctx.h"
#include "io.h"
#include "nl.h"

/* Enough for most answers; larger ones make it grow. */
#define BUFFER_SIZE 32768

/* A list that changes each time it is read is busy beyond reason. */
#define DUMP_TRIES 16

#define MALFORMED "the module's answer is malformed"

/**
 * struct exchange - a request under way
 * @ctx: whose
 * @nl: its connection
 * @type: messages of this type are answers
 * @single: the answer is one message, and nothing comes behind it
 * @finished: the last message was seen
 * @changed: the list changed while it was read
 * @refused: what the kernel answered: 0 or -errno with its sentence
 * @wordless: it said no sentence
 * @answer: who takes the answers
 * @data: for @answer
 */
struct exchange {
	struct hwc_ctx *ctx;
	struct hwc_nl *nl;
	uint16_t type;
	bool single;
	bool finished;
	bool changed;
	int refused;
	bool wordless;
	hwc_nl_answer answer;
	void *data;
};

int hwc_buf_reserve(struct hwc_buf *buf, size_t size)
{
	void *data;

	if (size <= buf->size)
		return 0;
	data = realloc(buf->data, size);
	if (!data)
		return -ENOMEM;
	buf->data = data;
	buf->size = size;
	return 0;
}

/* mnl_nlmsg_ok() takes a length above INT_MAX for a negative one. */
bool hwc_nl_ok(const struct nlmsghdr *nlh, int left)
{
	return mnl_nlmsg_ok(nlh, left) && nlh->nlmsg_len <= (size_t)left;
}

int hwc_nl_attrs(const struct nlmsghdr *nlh, const struct nlattr **attrs, size_t *size)
{
	size_t payload = mnl_nlmsg_get_payload_len(nlh);

	if (payload < GENL_HDRLEN)
		return -EBADMSG;
	*attrs = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
	*size = payload - GENL_HDRLEN;
	return 0;
}

/* The attributes behind an ack or the end of a dump; none where it has none. */
static int ack_attrs(const struct nlmsghdr *nlh, size_t fixed, const struct nlattr **attrs,
		     size_t *size)
{
	const char *payload = mnl_nlmsg_get_payload(nlh);
	size_t length = mnl_nlmsg_get_payload_len(nlh);

	*attrs = NULL;
	*size = 0;
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return 0;
	fixed = MNL_ALIGN(fixed);
	if (fixed > length)
		return -EBADMSG;
	*attrs = (const struct nlattr *)(payload + fixed);
	*size = length - fixed;
	return 0;
}

/* Keeps the kernel's sentence, where there is one. */
static int ack_sentence(struct exchange *x, const struct nlattr *attrs, size_t size)
{
	const struct nlattr *attr = NULL;
	int more;

	while ((more = hwc_attr_next(&attr, attrs, size)) > 0) {
		const char *text = mnl_attr_get_payload(attr);
		size_t length = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_MSG)
			continue;
		if (!length || strnlen(text, length) != length - 1)
			return -EBADMSG;
		hwc_err(x->ctx, 0, "%s", text);
		x->wordless = false;
	}
	return more;
}

/* @fixed: length of what stands before the attributes. */
static int take_ack(struct exchange *x, const struct nlmsghdr *nlh, int code, size_t fixed)
{
	const struct nlattr *attrs;
	size_t size;
	int err;

	if (code > 0)
		return -EBADMSG;
	x->finished = true;
	x->refused = code;
	if (!code)
		return 0;
	x->wordless = true;
	hwc_err(x->ctx, 0, "the module refuses the request: %s", strerror(-code));
	err = ack_attrs(nlh, fixed, &attrs, &size);
	return err ? err : ack_sentence(x, attrs, size);
}

static int take_error(struct exchange *x, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *ack = mnl_nlmsg_get_payload(nlh);
	size_t fixed = sizeof(*ack);

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*ack))
		return -EBADMSG;
	/* unless told otherwise the kernel repeats the request it refuses */
	if (ack->error && !(nlh->nlmsg_flags & NLM_F_CAPPED)) {
		if (ack->msg.nlmsg_len < sizeof(ack->msg))
			return -EBADMSG;
		fixed += ack->msg.nlmsg_len - sizeof(ack->msg);
	}
	return take_ack(x, nlh, ack->error, fixed);
}

static int take_done(struct exchange *x, const struct nlmsghdr *nlh)
{
	int code;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(code))
		return -EBADMSG;
	memcpy(&code, mnl_nlmsg_get_payload(nlh), sizeof(code));
	return take_ack(x, nlh, code, sizeof(code));
}

static int take_answer(struct exchange *x, const struct nlmsghdr *nlh)
{
	const struct nlattr *attrs;
	size_t size;
	int err;

	if (nlh->nlmsg_type != x->type || !x->answer)
		return -EBADMSG;
	x->finished = x->single;
	err = hwc_nl_attrs(nlh, &attrs, &size);
	return err ? err : x->answer(x->ctx, attrs, size, x->data);
}

static int take_message(struct exchange *x, const struct nlmsghdr *nlh)
{
	if (nlh->nlmsg_seq != x->nl->seq || nlh->nlmsg_pid != x->nl->io.portid || x->finished)
		return -EBADMSG;
	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->changed = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
		return take_error(x, nlh);
	case NLMSG_DONE:
		return take_done(x, nlh);
	default:
		return take_answer(x, nlh);
	}
}

static int take_datagram(struct exchange *x, size_t size)
{
	const struct nlmsghdr *nlh = x->nl->buf.data;
	int left = size;
	int err;

	while (hwc_nl_ok(nlh, left)) {
		err = take_message(x, nlh);
		if (err)
			return err;
		nlh = mnl_nlmsg_next(nlh, &left);
	}
	return left > 0 ? -EBADMSG : 0;
}

static int say_why(struct hwc_ctx *ctx, ssize_t err, const char *doing)
{
	return hwc_err(ctx, err, "%s: %s", doing, strerror(-err));
}

/* Returns what went wrong with the exchange itself. */
static int exchange_messages(struct exchange *x, const struct nlmsghdr *nlh)
{
	ssize_t size;
	int err;

	err = hwc_io_send(&x->nl->io, nlh, nlh->nlmsg_len);
	if (err)
		return say_why(x->ctx, err, "sending to the module");
	while (!x->finished) {
		size = hwc_io_recv(&x->nl->io, &x->nl->buf);
		if (size == -EAGAIN)
			return hwc_err(x->ctx, -ETIMEDOUT, "the module does not answer");
		if (size < 0)
			return say_why(x->ctx, size, "listening to the module");
		*x->ctx->error = '\0';
		err = take_datagram(x, size);
		/* whoever took the answer may have said it better */
		if (err && !*x->ctx->error)
			hwc_err(x->ctx, err, MALFORMED);
		if (err)
			return err;
	}
	return 0;
}

static struct nlmsghdr *start_message(struct hwc_nl *nl, uint16_t type, uint8_t cmd,
				      uint8_t version)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->buf.data);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = ++nl->seq;
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

static int group_from_uapi(struct hwc_nl *nl, const struct nlattr *group)
{
	const struct nlattr *attr = NULL;
	uint32_t id = 0;
	bool ours = false;
	int more;

	while ((more = hwc_attr_next(&attr, mnl_attr_get_payload(group),
				     mnl_attr_get_payload_len(group))) > 0) {
		const void *payload = mnl_attr_get_payload(attr);
		size_t length = mnl_attr_get_payload_len(attr);

		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID && length == sizeof(id))
			memcpy(&id, payload, sizeof(id));
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			ours = length == sizeof(HWCONTAINER_MCGRP_EVENTS) &&
			       !memcmp(payload, HWCONTAINER_MCGRP_EVENTS, length);
	}
	if (ours)
		nl->group = id;
	return more;
}

static int groups_from_uapi(struct hwc_nl *nl, const struct nlattr *groups)
{
	const struct nlattr *attr = NULL;
	int more;

	while ((more = hwc_attr_next(&attr, mnl_attr_get_payload(groups),
				     mnl_attr_get_payload_len(groups))) > 0) {
		int err = group_from_uapi(nl, attr);

		if (err)
			return err;
	}
	return more;
}

static int family_from_uapi(struct hwc_ctx *ctx, const struct nlattr *attrs, size_t size,
			    void *data)
{
	const struct nlattr *attr = NULL;
	struct hwc_nl *nl = data;
	int more, err;

	(void)ctx;
	while ((more = hwc_attr_next(&attr, attrs, size)) > 0) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_get_payload_len(attr) != sizeof(nl->family))
				return -EBADMSG;
			nl->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			err = groups_from_uapi(nl, attr);
			if (err)
				return err;
			break;
		}
	}
	if (more < 0)
		return more;
	return nl->family > GENL_ID_CTRL && nl->group ? 0 : -EBADMSG;
}

int hwc_nl_resolve(struct hwc_ctx *ctx, struct hwc_nl *nl)
{
	struct nlmsghdr *nlh = start_message(nl, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	struct exchange x = {
		.ctx = ctx,
		.nl = nl,
		.type = GENL_ID_CTRL,
		.single = true,
		.answer = family_from_uapi,
		.data = nl,
	};
	int err;

	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, HWCONTAINER_FAMILY_NAME);
	err = exchange_messages(&x, nlh);
	if (err)
		return err;
	if (x.refused == -ENOENT)
		return hwc_err(ctx, -ENOENT, HWC_NOT_LOADED);
	if (!x.refused && !nl->family)
		return hwc_err(ctx, -EBADMSG, MALFORMED);
	return x.refused;
}

static void nl_free(struct hwc_nl *nl)
{
	hwc_io_close(&nl->io);
	free(nl->buf.data);
	free(nl);
}

int hwc_nl_connect(struct hwc_ctx *ctx)
{
	struct hwc_nl *nl;
	int err;

	if (ctx->nl)
		return 0;
	nl = calloc(1, sizeof(*nl));
	if (!nl)
		return hwc_err_nomem(ctx);
	err = hwc_io_open(ctx, &nl->io, false);
	if (err) {
		free(nl);
		/* what would stand in for it is not there either */
		if (err == -ENOENT)
			return hwc_err(ctx, err, HWC_NOT_LOADED);
		return say_why(ctx, err, "opening a netlink socket");
	}
	err = hwc_buf_reserve(&nl->buf, BUFFER_SIZE);
	if (err)
		hwc_err_nomem(ctx);
	else
		err = hwc_nl_resolve(ctx, nl);
	if (err) {
		nl_free(nl);
		return err;
	}
	ctx->nl = nl;
	return 0;
}

void hwc_nl_close(struct hwc_ctx *ctx)
{
	if (!ctx->nl)
		return;
	nl_free(ctx->nl);
	ctx->nl = NULL;
}

int hwc_nl_start(struct hwc_ctx *ctx, uint8_t cmd, size_t room, struct hwc_msg *msg)
{
	struct hwc_nl *nl;
	int err;

	err = hwc_nl_connect(ctx);
	if (err)
		return err;
	nl = ctx->nl;
	if (hwc_buf_reserve(&nl->buf, MNL_NLMSG_HDRLEN + GENL_HDRLEN + room))
		return hwc_err_nomem(ctx);
	msg->nlh = start_message(nl, nl->family, cmd, HWCONTAINER_FAMILY_VERSION);
	msg->room = nl->buf.size;
	msg->full = false;
	return 0;
}

/* Only a family that is gone is refused without a sentence like this. */
static bool family_is_gone(const struct exchange *x)
{
	return x->refused == -ENOENT && x->wordless;
}

static int exchange_end(struct exchange *x, int err)
{
	if (err || family_is_gone(x))
		hwc_nl_close(x->ctx);
	if (err)
		return err;
	if (family_is_gone(x))
		return hwc_err(x->ctx, -ENOENT, HWC_NOT_LOADED);
	return x->refused;
}

int hwc_nl_do(struct hwc_ctx *ctx, const struct hwc_msg *msg, hwc_nl_answer answer, void *data)
{
	struct exchange x = {
		.ctx = ctx,
		.nl = ctx->nl,
		.type = ctx->nl->family,
		.single = answer,
		.answer = answer,
		.data = data,
	};

	if (msg->full)
		return hwc_err(ctx, -EMSGSIZE, "the request is too large for one message");
	/* a refusal comes anyhow; an ack on top of an answer is one message more */
	if (!answer)
		msg->nlh->nlmsg_flags |= NLM_F_ACK;
	return exchange_end(&x, exchange_messages(&x, msg->nlh));
}

static int dump_once(struct hwc_ctx *ctx, uint8_t cmd, hwc_nl_answer answer, void *data,
		     bool *changed)
{
	struct exchange x = { .ctx = ctx, .answer = answer, .data = data };
	struct hwc_msg msg;
	int err;

	err = hwc_nl_start(ctx, cmd, 0, &msg);
	if (err)
		return err;
	msg.nlh->nlmsg_flags |= NLM_F_DUMP;
	x.nl = ctx->nl;
	x.type = ctx->nl->family;
	err = exchange_end(&x, exchange_messages(&x, msg.nlh));
	*changed = x.changed;
	return err;
}

int hwc_nl_dump(struct hwc_ctx *ctx, uint8_t cmd, hwc_nl_answer answer, void (*reset)(void *data),
		void *data)
{
	bool changed;
	int err;

	for (int i = 0; i < DUMP_TRIES; i++) {
		err = dump_once(ctx, cmd, answer, data, &changed);
		if (err || !changed)
			return err;
		reset(data);
	}
	return hwc_err(ctx, -EAGAIN, "the list changed each of the %d times it was read",
		       DUMP_TRIES);
}
