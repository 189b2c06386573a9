// SPDX-License-Identifier: GPL-2.0-or-later
/* The terminal of a container that has one: made here, handed to the engine. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "runtime.h"

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || !connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return fd < 0 ? -errno : fd;
	err = -errno;
	close(fd);
	return err;
}

/* As runc does: its name, with the file itself beside it. */
static int send_file(int sock, int file, const char *name)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { (char *)name, strlen(name) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &file, sizeof(int));
	return sendmsg(sock, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* Both ends of a new one; returns the container's. */
static int make_terminal(int *engine, char *name, size_t room)
{
	int terminal;

	*engine = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (*engine < 0)
		return -errno;
	if (grantpt(*engine) || unlockpt(*engine) || ptsname_r(*engine, name, room))
		return -errno;
	/* its reader may stop reading, which must not stop who holds the hardware */
	terminal = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	return terminal < 0 ? -errno : terminal;
}

static int hand_over(const char *path, int engine, const char *name)
{
	int sock = connect_to(path), err;

	if (sock < 0)
		return sock;
	err = send_file(sock, engine, name);
	close(sock);
	return err;
}

int console_open(const struct command *command)
{
	char name[64];
	int engine = -1, terminal, err;

	terminal = make_terminal(&engine, name, sizeof(name));
	err = terminal < 0 ? terminal : hand_over(command->console_socket, engine, name);
	if (engine >= 0)
		close(engine);
	if (!err)
		return terminal;
	if (terminal >= 0)
		close(terminal);
	log_error(command, "--console-socket %s: %s", command->console_socket, strerror(-err));
	return err;
}
