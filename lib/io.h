/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* io.c: the only code that touches a netlink socket; tests replay it */
#ifndef HWC_IO_H
#define HWC_IO_H

#include <hwcontainer.h>
#include <sys/types.h>

struct mnl_socket;

/**
 * struct hwc_buf - a message buffer that grows
 * @data: @size bytes, aligned for any message
 * @size: room
 */
struct hwc_buf {
	void *data;
	size_t size;
};

/**
 * struct hwc_io - a netlink socket
 * @sock: libmnl's
 * @portid: our address
 * @stand_in: the other end is a program that stands in for the module
 */
struct hwc_io {
	struct mnl_socket *sock;
	uint32_t portid;
	bool stand_in;
};

int hwc_io_open(const struct hwc_ctx *ctx, struct hwc_io *io, bool nonblock);
void hwc_io_close(struct hwc_io *io);
int hwc_io_fd(const struct hwc_io *io);
int hwc_io_join(const struct hwc_io *io, uint32_t group);
int hwc_io_send(const struct hwc_io *io, const void *data, size_t size);

/**
 * hwc_io_recv() - receive one datagram
 * @buf: grows as needed
 *
 * Return: its length; -EAGAIN when none came in time; -ECONNRESET when the other
 * end is gone; -errno.
 */
ssize_t hwc_io_recv(const struct hwc_io *io, struct hwc_buf *buf);

#endif
