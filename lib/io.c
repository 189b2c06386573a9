// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The netlink socket, or one to a program that stands in for the module. Tests put a
 * replay of it in its place.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "ctx.h"
#include "io.h"
#include "nl.h"
#include "sysroot.h"

/*
 * The answer to a request is there when send returns; this is for a module
 * that forgets to answer.
 */
#define ANSWER_TIMEOUT_S 10

/* As much as an unprivileged process gets; enough for HWCONTAINER_REQUESTS_MAX. */
#define SEND_BUFFER 212992

/* All of them are wishes: without them the connection works for most requests. */
static void io_set_options(const struct hwc_io *io, bool nonblock)
{
	const struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	int fd = mnl_socket_get_fd(io->sock);
	int size = SEND_BUFFER;
	int one = 1;

	mnl_socket_setsockopt(io->sock, NETLINK_EXT_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(io->sock, NETLINK_CAP_ACK, &one, sizeof(one));
	mnl_socket_setsockopt(io->sock, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	if (!nonblock)
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
}

static int io_stand_in(struct hwc_io *io, int fd)
{
	io->sock = mnl_socket_fdopen(fd);
	if (!io->sock) {
		close(fd);
		return -ENOMEM;
	}
	io->portid = hwc_sysroot_port(fd);
	io->stand_in = true;
	return 0;
}

static int io_netlink(struct hwc_io *io, int flags)
{
	int err;

	io->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | flags);
	if (!io->sock)
		return -errno;
	if (mnl_socket_bind(io->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		mnl_socket_close(io->sock);
		return err;
	}
	io->portid = mnl_socket_get_portid(io->sock);
	io->stand_in = false;
	return 0;
}

int hwc_io_open(const struct hwc_ctx *ctx, struct hwc_io *io, bool nonblock)
{
	int flags = nonblock ? SOCK_NONBLOCK : 0, fd = hwc_sysroot_connect(ctx, flags), err;

	if (fd < 0 && fd != -ENOTSOCK)
		return fd;
	err = fd < 0 ? io_netlink(io, flags) : io_stand_in(io, fd);
	if (!err)
		io_set_options(io, nonblock);
	return err;
}

void hwc_io_close(struct hwc_io *io)
{
	mnl_socket_close(io->sock);
}

int hwc_io_fd(const struct hwc_io *io)
{
	return mnl_socket_get_fd(io->sock);
}

int hwc_io_join(const struct hwc_io *io, uint32_t group)
{
	const struct hwc_sysroot_call call = { HWC_SYSROOT_JOIN, group };

	if (io->stand_in)
		return hwc_io_send(io, &call, sizeof(call));
	if (mnl_socket_setsockopt(io->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

int hwc_io_send(const struct hwc_io *io, const void *data, size_t size)
{
	ssize_t sent;

	do {
		/* without an address it is for the kernel */
		sent = send(mnl_socket_get_fd(io->sock), data, size, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* One recv(); repeated when a signal came first. */
static ssize_t io_recv(const struct hwc_io *io, void *data, size_t size, int flags,
		       struct sockaddr_nl *from)
{
	struct iovec iov = { .iov_base = data, .iov_len = size };
	struct msghdr msg = {
		/* the other kind has addresses of its own */
		.msg_name = io->stand_in ? NULL : from,
		.msg_namelen = io->stand_in ? 0 : sizeof(*from),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	ssize_t got;

	do {
		got = recvmsg(mnl_socket_get_fd(io->sock), &msg, flags);
	} while (got < 0 && errno == EINTR);
	return got < 0 ? -errno : got;
}

ssize_t hwc_io_recv(const struct hwc_io *io, struct hwc_buf *buf)
{
	struct sockaddr_nl from = { 0 };
	ssize_t size;
	int err;

	do {
		size = io_recv(io, NULL, 0, MSG_PEEK | MSG_TRUNC, &from);
		if (!size)
			return -ECONNRESET;
		if (size < 0)
			return size;
		err = hwc_buf_reserve(buf, size);
		if (err)
			return err;
		size = io_recv(io, buf->data, buf->size, 0, &from);
		if (size < 0)
			return size;
	} while (from.nl_pid != 0); /* only the kernel is listened to */
	return size;
}
