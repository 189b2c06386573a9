// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets between the process of a firmware container and those who create and
 * start it: errors for them to log, then one that says that all is well. A
 * connection that ends without that one says that it is not.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "runtime.h"

#define PACKET_MAX 2048

enum { PACKET_ERROR = 'E', PACKET_WELL = 'W' };

/* Sockets have short names, folders of engines long ones. */
static void fill_address(const struct container *container, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(address->sun_path, sizeof(address->sun_path), "/proc/self/fd/%d/%s",
		 container->dirfd, CONTAINER_CONTROL);
}

static int fail(const struct container *container, int fd)
{
	int err = log_errno(container->command, CONTAINER_CONTROL);

	if (fd >= 0)
		close(fd);
	return err;
}

int talk_listen(const struct container *container)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	fill_address(container, &address);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 8))
		return fail(container, fd);
	return fd;
}

int talk_connect(const struct container *container)
{
	struct sockaddr_un address;
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	fill_address(container, &address);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fail(container, fd);
	return fd;
}

void talk_say(int fd, const char *text)
{
	char packet[PACKET_MAX];
	int size = snprintf(packet, sizeof(packet), "%c%s", text ? PACKET_ERROR : PACKET_WELL,
			    text ? text : "");

	if (size >= (int)sizeof(packet))
		size = sizeof(packet) - 1;
	/* who does not listen any more will not miss it */
	if (send(fd, packet, size, MSG_NOSIGNAL) < 0)
		return;
}

int talk_hear(const struct command *command, int fd)
{
	char packet[PACKET_MAX + 1];
	bool told = false;
	ssize_t size;

	do {
		size = recv(fd, packet, PACKET_MAX, 0);
		if (size <= 0)
			continue;
		packet[size] = '\0';
		if (*packet == PACKET_WELL)
			return 0;
		log_error(command, "%s", packet + 1);
		told = true;
	} while (size > 0 || (size < 0 && errno == EINTR));
	if (!told)
		log_error(command, "the process of container %s has ended", command->id);
	return -EIO;
}
