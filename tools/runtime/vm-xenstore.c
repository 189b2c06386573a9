// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xenstored is asked in its own protocol (docs/misc/xenstore.txt and
 * xen/include/public/io/xs_wire.h of Xen): a message is a head and a text. xl would wait
 * for ever for one that does not answer.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "vm-xen.h"

#define SOCKET "/run/xenstored/socket"
/* The kernel's way to one that is in a domain of its own. */
#define DEVICE "/dev/xen/xenbus"

/* XENSTORE_PAYLOAD_MAX */
#define PAYLOAD_MAX 4096

enum { XS_READ = 2, XS_ERROR = 16 };

/* struct xsd_sockmsg */
struct head {
	uint32_t type;
	uint32_t req_id;
	uint32_t tx_id;
	uint32_t len;
};

int xenstore_connect(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = SOCKET };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err;

	if (fd < 0)
		return -errno;
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd;
	err = -errno;
	close(fd);
	/* where there is a socket nobody else listens */
	if (err != -ENOENT)
		return err;
	fd = open(DEVICE, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	return fd < 0 ? -errno : fd;
}

/* Writes or reads all of it within the time, or until nothing more comes from @quit. */
static int transfer(int fd, short events, void *data, size_t size, int64_t end, int quit)
{
	char *at = data;

	while (size) {
		struct pollfd files[] = { { fd, events, 0 }, { quit, POLLRDHUP, 0 } };
		int64_t left = end - now_ms();
		ssize_t n;

		if (left <= 0 || !poll(files, ARRAY_SIZE(files), left))
			return -ETIMEDOUT;
		if (files[1].revents & (POLLRDHUP | POLLHUP | POLLERR))
			return -ECANCELED;
		n = events == POLLOUT ? write(fd, at, size) : read(fd, at, size);
		if (!n)
			return -ECONNRESET;
		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		at += n;
		size -= n;
	}
	return 0;
}

/* In one piece, which the kernel's device wants of a head. */
static int ask(int fd, const char *path, int64_t end, int quit)
{
	struct head head = { .type = XS_READ, .len = strlen(path) + 1 };
	char message[sizeof(head) + PAYLOAD_MAX];

	if (head.len > PAYLOAD_MAX)
		return -ENAMETOOLONG;
	memcpy(message, &head, sizeof(head));
	memcpy(message + sizeof(head), path, head.len);
	return transfer(fd, POLLOUT, message, sizeof(head) + head.len, end, quit);
}

/* Of all its errors only one is no fault. */
static int error_of(const char *name)
{
	return strcmp(name, "ENOENT") ? -EIO : -ENOENT;
}

int xenstore_read(int fd, const char *path, char *value, size_t room, int timeout_ms, int quit)
{
	int64_t end = now_ms() + timeout_ms;
	char payload[PAYLOAD_MAX + 1];
	struct head head;
	int err = ask(fd, path, end, quit);

	if (!err)
		err = transfer(fd, POLLIN, &head, sizeof(head), end, quit);
	if (!err && head.len > PAYLOAD_MAX)
		err = -EPROTO;
	if (!err)
		err = transfer(fd, POLLIN, payload, head.len, end, quit);
	if (err)
		return err;
	payload[head.len] = '\0';
	if (head.type == XS_ERROR)
		return error_of(payload);
	if (head.type != XS_READ || head.len >= room)
		return -EPROTO;
	memcpy(value, payload, head.len + 1);
	return head.len;
}
