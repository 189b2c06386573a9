// SPDX-License-Identifier: GPL-2.0-or-later
/* A connection that is played from a table. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ctx.h"
#include "io.h"
#include "replay.h"

enum kind {
	EXPECT,
	SEND_ERROR,
	GIVE,
	GIVE_ERROR,
};

struct line {
	enum kind kind;
	void *data;
	size_t size;
	int err;
};

#define LINES_MAX 256

static struct line lines[LINES_MAX];
static size_t count, next;
static int sockets;
static uint32_t groups;

static void add(enum kind kind, const void *data, size_t size, int err)
{
	struct line *line = &lines[count++];

	assert_true(count <= LINES_MAX);
	line->kind = kind;
	line->data = malloc(size ? size : 1);
	assert_non_null(line->data);
	if (size)
		memcpy(line->data, data, size);
	line->size = size;
	line->err = err;
}

static struct line *take(enum kind kind, enum kind error)
{
	if (next == count || (lines[next].kind != kind && lines[next].kind != error))
		return NULL;
	return &lines[next++];
}

void replay_forget(void)
{
	for (size_t i = 0; i < count; i++)
		free(lines[i].data);
	count = 0;
	next = 0;
}

int replay_setup(void **state)
{
	struct hwc_ctx *ctx;

	replay_forget();
	sockets = 0;
	groups = 0;
	if (hwc_ctx_new(&ctx))
		return -1;
	*state = ctx;
	return 0;
}

int replay_teardown(void **state)
{
	size_t left = count - next;

	hwc_ctx_free(*state);
	replay_forget();
	if (left)
		print_error("%zu messages were not exchanged\n", left);
	if (sockets)
		print_error("%d sockets were left open\n", sockets);
	return left || sockets ? -1 : 0;
}

struct nlmsghdr *replay_message(uint16_t type, uint16_t flags, uint32_t seq, uint8_t cmd,
				size_t room)
{
	void *data = calloc(1, MNL_NLMSG_HDRLEN + GENL_HDRLEN + room);
	struct genlmsghdr *genl;
	struct nlmsghdr *nlh;

	assert_non_null(data);
	nlh = mnl_nlmsg_put_header(data);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = flags;
	nlh->nlmsg_seq = seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = 1;
	return nlh;
}

struct nlmsghdr *replay_request(uint8_t cmd, uint32_t seq)
{
	bool answered = cmd == HWCONTAINER_CMD_INFO_GET || cmd == HWCONTAINER_CMD_RESOURCE_GET ||
			cmd == HWCONTAINER_CMD_CLAIM_GET || cmd == HWCONTAINER_CMD_CLAIM_NEW;
	uint16_t flags = NLM_F_REQUEST | (answered ? 0 : NLM_F_ACK);

	return replay_message(REPLAY_FAMILY, flags, seq, cmd, 1 << 19);
}

struct nlmsghdr *replay_answer(uint8_t cmd, uint32_t seq)
{
	return replay_message(REPLAY_FAMILY, 0, seq, cmd, 1 << 19);
}

void replay_expect(struct nlmsghdr *nlh)
{
	add(EXPECT, nlh, nlh->nlmsg_len, 0);
	free(nlh);
}

void replay_give(struct nlmsghdr *nlh)
{
	nlh->nlmsg_pid = REPLAY_PORTID;
	add(GIVE, nlh, nlh->nlmsg_len, 0);
	free(nlh);
}

void replay_give_bytes(const void *bytes, size_t size)
{
	add(GIVE, bytes, size, 0);
}

void replay_give_error(int err)
{
	add(GIVE_ERROR, NULL, 0, err);
}

void replay_refuse_send(int err)
{
	add(SEND_ERROR, NULL, 0, err);
}

void replay_family(void)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest, *group;

	nlh = replay_message(GENL_ID_CTRL, NLM_F_REQUEST, 1, CTRL_CMD_GETFAMILY, 256);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "hwcontainer");
	replay_expect(nlh);
	nlh = replay_message(GENL_ID_CTRL, 0, 1, CTRL_CMD_NEWFAMILY, 256);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "hwcontainer");
	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, REPLAY_FAMILY);
	nest = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, REPLAY_GROUP + 1);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, "others");
	mnl_attr_nest_end(nlh, group);
	group = mnl_attr_nest_start(nlh, 2);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, REPLAY_GROUP);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, "events");
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, nest);
	replay_give(nlh);
}

void replay_ack(uint32_t seq, int err, const char *sentence)
{
	void *data = calloc(1, 4096);
	struct nlmsghdr *nlh;
	struct nlmsgerr *ack;

	assert_non_null(data);
	nlh = mnl_nlmsg_put_header(data);
	nlh->nlmsg_type = NLMSG_ERROR;
	nlh->nlmsg_flags = NLM_F_CAPPED | (sentence ? NLM_F_ACK_TLVS : 0);
	nlh->nlmsg_seq = seq;
	ack = mnl_nlmsg_put_extra_header(nlh, sizeof(*ack));
	ack->error = err;
	ack->msg.nlmsg_len = sizeof(ack->msg);
	if (sentence)
		mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, sentence);
	replay_give(nlh);
}

void replay_done(uint32_t seq, uint16_t flags)
{
	void *data = calloc(1, 64);
	struct nlmsghdr *nlh;

	assert_non_null(data);
	nlh = mnl_nlmsg_put_header(data);
	nlh->nlmsg_type = NLMSG_DONE;
	nlh->nlmsg_flags = NLM_F_MULTI | flags;
	nlh->nlmsg_seq = seq;
	mnl_nlmsg_put_extra_header(nlh, sizeof(int));
	replay_give(nlh);
}

int replay_sockets(void)
{
	return sockets;
}

uint32_t replay_groups(void)
{
	return groups;
}

uint32_t replay_random(uint32_t *seed)
{
	/* xorshift32 */
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}

/* In place of io.c */

int hwc_io_open(const struct hwc_ctx *ctx, struct hwc_io *io, bool nonblock)
{
	(void)ctx;
	(void)nonblock;
	sockets++;
	io->sock = NULL;
	io->portid = REPLAY_PORTID;
	return 0;
}

void hwc_io_close(struct hwc_io *io)
{
	(void)io;
	sockets--;
}

int hwc_io_fd(const struct hwc_io *io)
{
	(void)io;
	return 42;
}

int hwc_io_join(const struct hwc_io *io, uint32_t group)
{
	(void)io;
	groups |= group;
	return 0;
}

int hwc_io_send(const struct hwc_io *io, const void *data, size_t size)
{
	struct line *line = take(EXPECT, SEND_ERROR);

	(void)io;
	assert_non_null(line);
	if (line->kind == SEND_ERROR)
		return line->err;
	assert_int_equal(size, line->size);
	assert_memory_equal(data, line->data, size);
	return 0;
}

ssize_t hwc_io_recv(const struct hwc_io *io, struct hwc_buf *buf)
{
	struct line *line = take(GIVE, GIVE_ERROR);
	void *data;

	(void)io;
	if (!line)
		return -EAGAIN;
	if (line->kind == GIVE_ERROR)
		return line->err;
	/* exactly as large as the datagram, so that reading past it is seen */
	data = malloc(line->size ? line->size : 1);
	assert_non_null(data);
	memcpy(data, line->data, line->size);
	free(buf->data);
	buf->data = data;
	buf->size = line->size;
	return line->size;
}
