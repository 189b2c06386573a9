// SPDX-License-Identifier: LGPL-2.1-or-later
/* The netlink socket. Tests put a replay of it in its place. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include "internal.h"

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

int hwc_io_open(struct hwc_io *io, bool nonblock)
{
	int err;

	io->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | (nonblock ? SOCK_NONBLOCK : 0));
	if (!io->sock)
		return -errno;
	if (mnl_socket_bind(io->sock, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		mnl_socket_close(io->sock);
		return err;
	}
	io->portid = mnl_socket_get_portid(io->sock);
	io_set_options(io, nonblock);
	return 0;
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
	if (mnl_socket_setsockopt(io->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) < 0)
		return -errno;
	return 0;
}

int hwc_io_send(const struct hwc_io *io, const void *data, size_t size)
{
	ssize_t sent;

	do {
		sent = mnl_socket_sendto(io->sock, data, size);
	} while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* One recv(); repeated when a signal came first. */
static ssize_t io_recv(const struct hwc_io *io, void *data, size_t size, int flags,
		       struct sockaddr_nl *from)
{
	struct iovec iov = { .iov_base = data, .iov_len = size };
	struct msghdr msg = {
		.msg_name = from,
		.msg_namelen = sizeof(*from),
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
