// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Terminals of cores: firmware that announces an rpmsg channel "rpmsg-tty" gets one, by
 * mainline's rpmsg_tty. What a core writes there is the container's standard output,
 * and what comes to standard input goes to a core.
 *
 * Nobody tells us of a terminal, which firmware announces when it gets round to it: so
 * it is looked which there are. Their folders in sysfs are links that lead through the
 * core's own.
 *
 * rpmsg_tty (6.12) has two gaps to be kept out of. A terminal is there before its driver
 * knows the channel, and until it is hung up after the channel has gone: whoever writes
 * to it then, or asks with poll() whether he could, has the kernel follow a pointer to
 * nothing. So one is opened when its driver is done with it, read without poll(), and
 * looked for once more before something is written.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>
#include "firmware.h"

#define CLASS "/sys/class/tty"
#define DEVICES "/dev"
#define PREFIX "ttyRPMSG"

/* Of 4096 bytes, at once: what the kernel keeps. One that floods must not keep us busy. */
#define READS 16

void terminals_open(struct terminals *terminals, struct output *output, struct hwc_ctx *ctx,
		    bool wants_terminal)
{
	int fd = hwc_ctx_open(ctx, CLASS, O_RDONLY | O_DIRECTORY);

	*terminals = (struct terminals){
		.output = output,
		.listing = fd < 0 ? NULL : fdopendir(fd),
		.devices = hwc_ctx_open(ctx, DEVICES, O_PATH | O_DIRECTORY),
	};
	typing_open(&terminals->typing, wants_terminal);
}

/* Whose a terminal is, by the folder that it has now; NULL where it is none of ours. */
static struct core *find_core(const struct terminals *terminals, const char *name,
			      const struct core_list *cores)
{
	char target[PATH_MAX], part[HWCONTAINER_NAME_MAX + 32];
	ssize_t size = readlinkat(dirfd(terminals->listing), name, target, sizeof(target) - 1);

	if (size < 0)
		return NULL;
	target[size] = '\0';
	for (size_t i = 0; i < cores->count; i++) {
		snprintf(part, sizeof(part), "/remoteproc/%s/", cores->core[i].name);
		if (strstr(target, part))
			return &cores->core[i];
	}
	return NULL;
}

/* Whether the file is of the device that sysfs tells of. */
static bool is_device(const struct terminals *terminals, const char *name, int fd)
{
	char path[NAME_MAX + 8], text[32], want[32];
	struct stat st;

	snprintf(path, sizeof(path), "%s/dev", name);
	if (!read_text_at(dirfd(terminals->listing), path, text, sizeof(text)) || fstat(fd, &st) ||
	    !S_ISCHR(st.st_mode))
		return false;
	snprintf(want, sizeof(want), "%u:%u\n", major(st.st_rdev), minor(st.st_rdev));
	return !strcmp(text, want);
}

/*
 * Waits until the channel's driver has done its work. That has the device locked, as has,
 * for a moment, whoever writes to this file; no driver was ever set there.
 */
static bool is_ready(const struct terminals *terminals, const char *name)
{
	char path[NAME_MAX + 32];
	bool ready;
	int fd;

	snprintf(path, sizeof(path), "%s/device/driver_override", name);
	fd = openat(dirfd(terminals->listing), path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	ready = write(fd, "\n", 1) == 1;
	close(fd);
	return ready;
}

/*
 * What is typed goes to the core as it is typed, which shows it if it likes. Interrupts
 * stay what they are: they stop the container.
 */
static void change_modes(struct termios *modes)
{
	modes->c_iflag &= ~(ICRNL | INLCR | IGNCR | IXON);
	modes->c_lflag &= ~(ICANON | ECHO | IEXTEN);
}

/*
 * The name may become another core's meanwhile: where it is still ours when the file is
 * open, the file is ours, or of a terminal that was ours before and is hung up.
 */
static int open_terminal(const struct terminals *terminals, const char *name,
			 const struct core *core, const struct core_list *cores)
{
	int fd = -1;

	if (is_ready(terminals, name))
		fd = openat(terminals->devices, name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return fd;
	if (is_device(terminals, name, fd) && find_core(terminals, name, cores) == core &&
	    console_make_raw(fd))
		return fd;
	close(fd);
	return -1;
}

static bool is_open(const struct terminals *terminals, const char *name)
{
	for (size_t i = 0; i < terminals->count; i++)
		if (!strcmp(terminals->terminal[i]->name, name))
			return true;
	return false;
}

static void add(struct terminals *terminals, const char *name, const struct core_list *cores)
{
	struct core *core = find_core(terminals, name, cores);
	struct terminal *terminal = core ? calloc(1, sizeof(*terminal)) : NULL;

	if (!terminal)
		return;
	terminal->fd = open_terminal(terminals, name, core, cores);
	if (terminal->fd < 0) {
		free(terminal);
		return;
	}
	terminal->voice.core = core;
	snprintf(terminal->name, sizeof(terminal->name), "%s", name);
	terminals->terminal[terminals->count++] = terminal;
}

/* What it has not taken is not for the one that comes after it. */
static void drop(struct terminals *terminals, size_t i)
{
	struct terminal *terminal = terminals->terminal[i];

	if (i == 0)
		terminals->typing.size = 0;
	output_leave(terminals->output, &terminal->voice);
	/* what a driver has not sent yet must not be waited for */
	tcflush(terminal->fd, TCOFLUSH);
	close(terminal->fd);
	free(terminal);
	terminals->count--;
	memmove(&terminals->terminal[i], &terminals->terminal[i + 1],
		(terminals->count - i) * sizeof(*terminals->terminal));
}

/* Whether there may be more; errno is EAGAIN when there is none now. */
static bool hear_once(const struct terminals *terminals, struct terminal *terminal)
{
	char text[4096];
	ssize_t n = read(terminal->fd, text, sizeof(text));

	if (n > 0)
		output_say(terminals->output, &terminal->voice, text, n);
	if (n == 0)
		errno = EIO;
	return n > 0;
}

/* Whether it is still there. */
static bool hear(const struct terminals *terminals, struct terminal *terminal)
{
	for (int i = 0; i < READS; i++)
		if (!hear_once(terminals, terminal))
			return errno == EAGAIN || errno == EINTR;
	return true;
}

static ssize_t send_to(const struct terminals *terminals, const struct terminal *terminal,
		       const char *text, size_t size, const struct core_list *cores)
{
	if (find_core(terminals, terminal->name, cores) != terminal->voice.core)
		return -1;
	return write(terminal->fd, text, size);
}

/*
 * A core does not know where to send to before it was sent something: rpmsg_tty does
 * not tell it. So the first thing is an empty line, as by "echo >/dev/ttyRPMSG0".
 */
static void greet(const struct terminals *terminals, struct terminal *terminal,
		  const struct core_list *cores)
{
	if (!terminal->greeted)
		terminal->greeted = send_to(terminals, terminal, "\n", 1, cores) == 1;
}

/* To the one that was there first. A core that has no room for it gets it later. */
static void send_typed(struct terminals *terminals, const struct core_list *cores)
{
	struct typing *typing = &terminals->typing;
	ssize_t n;

	if (!typing->size || !terminals->count || !terminals->terminal[0]->greeted)
		return;
	n = send_to(terminals, terminals->terminal[0], typing->text, typing->size, cores);
	if (n > 0)
		typing_sent(typing, n);
}

static void find_more(struct terminals *terminals, const struct core_list *cores)
{
	struct dirent *entry;

	if (!terminals->listing)
		return;
	rewinddir(terminals->listing);
	while (terminals->count < TERMINALS_MAX && (entry = readdir(terminals->listing)))
		if (!strncmp(entry->d_name, PREFIX, strlen(PREFIX)) &&
		    !is_open(terminals, entry->d_name))
			add(terminals, entry->d_name, cores);
}

void terminals_look(struct terminals *terminals, const struct core_list *cores)
{
	/* from the last to the first, as those that are gone are taken out */
	for (size_t i = terminals->count; i--;)
		if (!hear(terminals, terminals->terminal[i]))
			drop(terminals, i);
	find_more(terminals, cores);
	typing_look(&terminals->typing);
	if (terminals->count)
		typing_take_keys(&terminals->typing, change_modes);
	for (size_t i = 0; i < terminals->count; i++) {
		greet(terminals, terminals->terminal[i], cores);
		output_settle(terminals->output, &terminals->terminal[i]->voice);
	}
	send_typed(terminals, cores);
}

/* Not before what was typed already is the core's: the rest waits where it is. */
int terminals_input(const struct terminals *terminals)
{
	return terminals->count ? typing_input(&terminals->typing) : -1;
}

void terminals_type(struct terminals *terminals, const struct core_list *cores)
{
	typing_read(&terminals->typing);
	send_typed(terminals, cores);
}

void terminals_end(struct terminals *terminals)
{
	while (terminals->count) {
		hear(terminals, terminals->terminal[terminals->count - 1]);
		drop(terminals, terminals->count - 1);
	}
}
