// SPDX-License-Identifier: GPL-2.0-or-later
/* The ports of the virtio-serial device, by the names that the runtime gave them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "vm-init.h"

#define PORTS_FOLDER "/sys/class/virtio-ports"

/* A port is made, gets its name, and is connected, one after the other. */
#define WAIT_MS 10000
#define LOOK_MS 2

static bool has_name(const char *port, const char *name)
{
	char path[320], text[64];
	ssize_t n = -1;
	int fd;

	snprintf(path, sizeof(path), PORTS_FOLDER "/%s/name", port);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		n = read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, name);
}

static int open_named(const char *name)
{
	DIR *dir = opendir(PORTS_FOLDER);
	struct dirent *entry;
	char path[320];
	int fd = -1;

	while (dir && fd < 0 && (entry = readdir(dir))) {
		if (!has_name(entry->d_name, name))
			continue;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	}
	if (dir)
		closedir(dir);
	return fd;
}

/* Until then it reads as one that was closed. */
static bool is_connected(int fd)
{
	struct pollfd file = { .fd = fd };

	return !poll(&file, 1, 0) || !(file.revents & POLLHUP);
}

static int open_port(const char *name, int *left_ms)
{
	int fd = -1;

	while ((fd < 0 || !is_connected(fd)) && *left_ms > 0) {
		if (fd < 0)
			fd = open_named(name);
		if (fd >= 0 && is_connected(fd))
			break;
		poll(NULL, 0, LOOK_MS);
		*left_ms -= LOOK_MS;
	}
	return fd;
}

/* A kernel that cannot have any is not waited for. */
void ports_open(struct ports *ports, bool terminal)
{
	int left_ms = access(PORTS_FOLDER, F_OK) ? 0 : WAIT_MS;

	ports->control = open_port(PORT_CONTROL, &left_ms);
	ports->out = open_port(PORT_OUT, &left_ms);
	ports->in = terminal ? ports->out : open_port(PORT_IN, &left_ms);
	ports->err = terminal ? -1 : open_port(PORT_ERR, &left_ms);
}

static void write_line(int fd, const char *line, size_t size)
{
	struct pollfd file = { .fd = fd, .events = POLLOUT };
	ssize_t n;

	while (size) {
		n = write(fd, line, size);
		if (n < 0 && errno == EAGAIN) {
			poll(&file, 1, -1);
			continue;
		}
		if (n <= 0)
			return;
		line += n;
		size -= n;
	}
}

void ports_say(const struct ports *ports, const char *fmt, ...)
{
	int fd = ports->control < 0 ? STDERR_FILENO : ports->control;
	char line[CONTROL_LINE_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line) - 1, fmt, args);
	va_end(args);
	/* one sentence is one line, whatever a file's name may hold */
	for (char *at = line; (at = strchr(at, '\n')); at++)
		*at = ' ';
	strcat(line, "\n");
	if (fd == STDERR_FILENO)
		write_line(fd, CONSOLE_MARK, strlen(CONSOLE_MARK));
	write_line(fd, line, strlen(line));
}
