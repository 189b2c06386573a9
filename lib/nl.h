/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* nl.c: requests and their answers */
#ifndef HWC_NL_H
#define HWC_NL_H

#include "io.h"

struct nlattr;
struct nlmsghdr;

/**
 * struct hwc_nl - the connection of a context
 * @io: its socket
 * @buf: the request that is being written, then the answer
 * @seq: number of the last request
 * @family: number of the module's family
 * @group: number of its multicast group
 */
struct hwc_nl {
	struct hwc_io io;
	struct hwc_buf buf;
	uint32_t seq;
	uint16_t family;
	uint32_t group;
};

/**
 * struct hwc_msg - a request that is being written
 * @nlh: the message, in the context's buffer
 * @room: size of that buffer
 * @full: something did not fit
 */
struct hwc_msg {
	struct nlmsghdr *nlh;
	size_t room;
	bool full;
};

/* Called with the attributes of each answer; 0 or -errno with its sentence. */
typedef int (*hwc_nl_answer)(struct hwc_ctx *ctx, const struct nlattr *attrs, size_t size,
			     void *data);

int hwc_buf_reserve(struct hwc_buf *buf, size_t size);
int hwc_nl_connect(struct hwc_ctx *ctx);
void hwc_nl_close(struct hwc_ctx *ctx);
int hwc_nl_resolve(struct hwc_ctx *ctx, struct hwc_nl *nl);

/**
 * hwc_nl_start() - begin a request
 * @cmd: of our family
 * @room: bytes its attributes may need
 * @msg: receives it; valid until the next call with @ctx
 */
int hwc_nl_start(struct hwc_ctx *ctx, uint8_t cmd, size_t room, struct hwc_msg *msg);

/**
 * hwc_nl_do() - send a request and take its answer
 * @answer: called for each answer; NULL where none is expected
 *
 * A connection on which anything but a refusal went wrong is closed: what is
 * still under way in it must not be taken for the answer to the next request.
 */
int hwc_nl_do(struct hwc_ctx *ctx, const struct hwc_msg *msg, hwc_nl_answer answer, void *data);

/**
 * hwc_nl_dump() - ask for all objects of a kind
 * @cmd: of our family
 * @answer: called for each
 * @reset: called before the list is read again because it changed meanwhile
 */
int hwc_nl_dump(struct hwc_ctx *ctx, uint8_t cmd, hwc_nl_answer answer, void (*reset)(void *data),
		void *data);

/* Whether all of a message is there. */
bool hwc_nl_ok(const struct nlmsghdr *nlh, int left);

/* The content of a generic netlink message; -EBADMSG where it has none. */
int hwc_nl_attrs(const struct nlmsghdr *nlh, const struct nlattr **attrs, size_t *size);

#endif
