// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * terminal SOCKET TEXT: an engine's part of a container's terminal. Takes one at SOCKET, types
 * TEXT when the container has said something, and prints what it says until it ends.
 */
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* For each thing that is waited for, on a machine that emulates others. */
#define LIMIT_MS 60000

static void wait_for(int fd, const char *what)
{
	struct pollfd file = { fd, POLLIN, 0 };

	if (poll(&file, 1, LIMIT_MS) <= 0)
		errx(EXIT_FAILURE, "%s does not come", what);
}

/* Whoever sees the name may connect to it. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s.new", path);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 1) || rename(address.sun_path, path))
		err(EXIT_FAILURE, "%s", path);
	return listener;
}

static int take_file(int connection)
{
	char control[CMSG_SPACE(sizeof(int))], name[256];
	struct iovec data = { name, sizeof(name) };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control,
				  .msg_controllen = sizeof(control) };
	struct cmsghdr *head;
	int fd;

	wait_for(connection, "the terminal");
	if (recvmsg(connection, &message, MSG_CMSG_CLOEXEC) < 0)
		err(EXIT_FAILURE, "the terminal");
	head = CMSG_FIRSTHDR(&message);
	if (!head || head->cmsg_type != SCM_RIGHTS)
		errx(EXIT_FAILURE, "a message without a terminal");
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

static int take_terminal(const char *path)
{
	int listener = listen_at(path), connection, terminal;

	wait_for(listener, "the runtime");
	connection = accept(listener, NULL, NULL);
	if (connection < 0)
		err(EXIT_FAILURE, "%s", path);
	terminal = take_file(connection);
	close(connection);
	close(listener);
	return terminal;
}

/* False at the end: nobody has the other side any more. */
static int print_next(int terminal)
{
	char said[4096];
	ssize_t n;

	wait_for(terminal, "what it says next");
	n = read(terminal, said, sizeof(said));
	if (n > 0 && write(STDOUT_FILENO, said, n) != n)
		err(EXIT_FAILURE, "standard output");
	return n > 0;
}

int main(int argc, char **argv)
{
	int terminal;

	if (argc != 3)
		errx(EXIT_FAILURE, "usage: terminal SOCKET TEXT");
	terminal = take_terminal(argv[1]);
	if (print_next(terminal) &&
	    write(terminal, argv[2], strlen(argv[2])) != (ssize_t)strlen(argv[2]))
		err(EXIT_FAILURE, "typing");
	while (print_next(terminal))
		;
	return unlink(argv[1]);
}
