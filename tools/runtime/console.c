// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The terminal of a container: one that is made here and handed to the engine, or the
 * one that it inherits.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "../vm-init/send-file.h"
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
	/* as runc does: its name, with the file itself beside it */
	err = send_file(sock, engine, name, strlen(name));
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

/* A file of our own: the shell's, of the same terminal, goes on waiting. */
static int reopen(int fd)
{
	int flags = fd == STDIN_FILENO ? O_RDONLY : O_WRONLY;
	char path[32];
	int terminal, err = 0;

	if (!isatty(fd))
		return 0;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	terminal = open(path, flags | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (terminal < 0)
		return -errno;
	if (dup2(terminal, fd) < 0)
		err = -errno;
	close(terminal);
	return err;
}

int console_unblock(const struct command *command)
{
	int err = 0;

	for (int fd = STDIN_FILENO; !err && fd <= STDERR_FILENO; fd++)
		err = reopen(fd);
	if (err)
		log_error(command, "terminal: %s", strerror(-err));
	return err;
}

bool console_is_typed(int fd, bool terminal)
{
	struct stat st;

	if (fstat(fd, &st))
		return false;
	if (isatty(fd))
		return terminal;
	return S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || S_ISREG(st.st_mode);
}

void console_raw_modes(struct termios *modes)
{
	cfmakeraw(modes);
	modes->c_cflag |= CLOCAL | CREAD;
}

bool console_make_raw(int fd)
{
	struct termios modes;

	if (tcgetattr(fd, &modes))
		return false;
	console_raw_modes(&modes);
	return !tcsetattr(fd, TCSANOW, &modes);
}

/*
 * Whether a terminal is ours for now, as a shell has it: one in the background may not
 * even read nothing. The numbers of process groups do not tell, for those outside of a
 * pid namespace have none in it. SIGTTIN is blocked, or it would stop us.
 */
bool console_is_in_front(int fd)
{
	char none;

	return !isatty(fd) || read(fd, &none, 0) == 0 || errno != EIO;
}

/* In the background it is the shell's, which has set modes of its own. */
static bool is_group_in_front(void)
{
	return tcgetpgrp(STDIN_FILENO) == getpgrp();
}

void console_save(struct console *console)
{
	console->saved = is_group_in_front() && !tcgetattr(STDIN_FILENO, &console->modes);
}

void console_restore(const struct console *console)
{
	if (console->saved && is_group_in_front())
		tcsetattr(STDIN_FILENO, TCSANOW, &console->modes);
}
