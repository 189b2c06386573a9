// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * model DIR: listens at dev/hwcontainer in DIR and plays the module for what is in
 * sys/class/remoteproc there. See lib/sysroot.h for what is spoken. Whatever it keeps
 * ends with it; nothing is enforced.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <libmnl/libmnl.h>
#include "../../lib/sysroot.h"
#include "model.h"

#define DEVICE "dev/hwcontainer"

struct peer *peers;
static int poller;

void watch_add(struct watch *watch, int fd, void (*ready)(struct watch *watch))
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = watch };

	watch->fd = fd;
	watch->ready = ready;
	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
}

void watch_end(struct watch *watch)
{
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
}

/* The socket at the other end has that number in /proc, and its address beside it. */
struct peer *peer_find(pid_t pid, int fd)
{
	char path[64], target[64] = "", line[512];
	unsigned long wanted, inode;
	struct peer *peer = peers;
	uint32_t port = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	if (readlink(path, target, sizeof(target) - 1) < 0 ||
	    sscanf(target, "socket:[%lu]", &wanted) != 1)
		return NULL;
	file = fopen("/proc/net/unix", "re");
	while (file && !port && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*s %*x %*x %*x %*x %*x %lu @%x", &inode, &port) != 2 ||
		    inode != wanted)
			port = 0;
	if (file)
		fclose(file);
	while (peer && peer->port != port)
		peer = peer->next;
	return peer;
}

static void answer_open(const struct peer *peer, uint32_t claim)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	int fd = claim_open(claim), answer = fd < 0 ? fd : 0;
	struct iovec data = { &answer, sizeof(answer) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = fd < 0 ? NULL : control,
		.msg_controllen = fd < 0 ? 0 : sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	if (header) {
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &fd, sizeof(int));
	}
	sendmsg(peer->watch.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void take(struct peer *peer, const void *packet, size_t size, pid_t pid)
{
	struct request request = { .peer = peer, .pid = pid, .nlh = packet };
	struct hwc_sysroot_call call;

	if (size == sizeof(call)) {
		memcpy(&call, packet, sizeof(call));
		if (call.what == HWC_SYSROOT_JOIN)
			peer->listens = true;
		else if (call.what == HWC_SYSROOT_CLAIM_OPEN)
			answer_open(peer, call.value);
	} else if (mnl_nlmsg_ok(packet, size)) {
		command_answer(&request);
	}
}

static void leave(struct peer *peer)
{
	struct peer **at = &peers;

	while (*at != peer)
		at = &(*at)->next;
	*at = peer->next;
	claims_leave(peer);
	watch_end(&peer->watch);
	free(peer);
}

/* Who sends may be another process than who connected: the kernel says which. */
static void hear(struct watch *watch)
{
	static char packet[1 << 18] __attribute__((aligned(8)));
	struct peer *peer = (struct peer *)watch;
	char control[CMSG_SPACE(sizeof(struct ucred))] __attribute__((aligned(8)));
	struct iovec data = { packet, sizeof(packet) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size = recvmsg(watch->fd, &message, MSG_DONTWAIT);
	struct cmsghdr *header = size > 0 ? CMSG_FIRSTHDR(&message) : NULL;
	struct ucred sender = { 0 };

	if (header && header->cmsg_type == SCM_CREDENTIALS)
		memcpy(&sender, CMSG_DATA(header), sizeof(sender));
	if (size > 0)
		take(peer, packet, size, sender.pid);
	else if (!size || errno != EAGAIN)
		leave(peer);
}

static void greet(struct watch *watch)
{
	struct sockaddr_un address = { 0 };
	socklen_t size = sizeof(address);
	struct peer *peer = calloc(1, sizeof(*peer));
	int fd = accept4(watch->fd, (struct sockaddr *)&address, &size, SOCK_CLOEXEC);

	if (!peer || fd < 0)
		exit(EXIT_FAILURE);
	peer->port = strtoul(address.sun_path + 1, NULL, 16);
	peer->next = peers;
	peers = peer;
	watch_add(&peer->watch, fd, hear);
}

static int listen_at(const char *dir)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = DEVICE };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), one = 1;

	if (chdir(dir) || fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &one, sizeof(one)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return -errno;
	return fd;
}

int main(int argc, char **argv)
{
	struct watch listener;
	struct epoll_event event;
	int fd = argc == 2 ? listen_at(argv[1]) : -EINVAL, err = fd, n;

	poller = epoll_create1(EPOLL_CLOEXEC);
	if (fd >= 0)
		err = cores_find();
	if (err) {
		fprintf(stderr, "model DIR: %s\n", strerror(-err));
		return EXIT_FAILURE;
	}
	watch_add(&listener, fd, greet);
	/* from here on somebody can connect */
	if (listen(fd, SOMAXCONN))
		return EXIT_FAILURE;
	/* one at a time: the answer to one may end the next */
	while ((n = epoll_wait(poller, &event, 1, -1)) > 0 || errno == EINTR) {
		struct watch *watch = n > 0 ? event.data.ptr : NULL;

		/* none when it was stopped and goes on */
		if (watch)
			watch->ready(watch);
	}
	return EXIT_FAILURE;
}
