// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of the container's process, as process 1 sees it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "vm-init.h"

static void resize(const struct life *life, const char *text)
{
	struct winsize size = { 0 };
	char *at;

	size.ws_row = strtoul(text, &at, 10);
	size.ws_col = strtoul(at, NULL, 10);
	ioctl(life->child.out, TIOCSWINSZ, &size);
}

static void obey(struct life *life, const char *line)
{
	/* 0 would be a whole group of processes */
	if (!strncmp(line, "signal ", 7) && life->child.pid)
		kill(life->child.pid, atoi(line + 7));
	else if (!strncmp(line, "size ", 5))
		resize(life, line + 5);
	else if (!strncmp(line, "eof ", 4))
		life->input_end = strtoull(line + 4, NULL, 10);
	else if (!strcmp(line, "off"))
		life->off = true;
}

/* What is too long is nothing that the runtime says. */
static void take_lines(struct life *life)
{
	char *end;

	while ((end = memchr(life->line, '\n', life->filled))) {
		size_t size = end + 1 - life->line;

		*end = '\0';
		obey(life, life->line);
		life->filled -= size;
		memmove(life->line, end + 1, life->filled);
	}
	if (life->filled == sizeof(life->line))
		life->filled = 0;
}

static void hear(struct life *life)
{
	ssize_t n = read(life->ports.control, life->line + life->filled,
			 sizeof(life->line) - life->filled);

	if (n > 0) {
		life->filled += n;
		take_lines(life);
	} else if (n == 0 || errno != EAGAIN) {
		/* nobody is there any more */
		life->ports.control = -1;
		life->off = true;
	}
}

/* A terminal has no end that one could see: it is told by a key. */
static void end_input(struct life *life)
{
	struct relay *way = &life->ways[WAY_IN];

	if (way->from < 0 || way->size || way->total < life->input_end)
		return;
	way->from = -1;
	if (life->child.in >= 0 && life->child.in != life->child.out) {
		close(life->child.in);
		life->child.in = -1;
		way->to = -1;
	}
}

/* As with a pipe that is not read any more: the next write there is an error. */
static void end_output(struct life *life)
{
	for (int i = WAY_OUT; i <= WAY_ERR; i++) {
		struct relay *way = &life->ways[i];

		if (way->to >= 0 || way->from < 0 || way->from == life->child.in)
			continue;
		close(way->from);
		way->from = -1;
	}
}

/* Its exit status when it was this one, else -1. All orphans come here. */
static int reap(pid_t pid)
{
	int status, code = -1;
	pid_t ended;

	while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
		if (ended == pid)
			code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return code;
}

static void clear_signals(int fd)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) > 0)
		;
}

static void wait_for_news(struct life *life, int signals)
{
	struct pollfd files[2 + 2 * WAYS] = { { signals, POLLIN, 0 },
					      { life->ports.control, POLLIN, 0 } };
	struct pollfd *file = files + 2;

	for (int i = 0; i < WAYS; i++) {
		const struct relay *way = &life->ways[i];

		*file++ = (struct pollfd){ relay_input(way), POLLIN, 0 };
		*file++ = (struct pollfd){ relay_output(way), POLLOUT, 0 };
	}
	poll(files, file - files, -1);
	if (files[0].revents)
		clear_signals(signals);
	if (files[1].revents)
		hear(life);
}

static int live(struct life *life, int signals)
{
	int code = -1;

	while (code < 0 && !life->off) {
		wait_for_news(life, signals);
		for (int i = 0; i < WAYS; i++)
			relay_move(&life->ways[i]);
		end_input(life);
		end_output(life);
		code = reap(life->child.pid);
	}
	life->child.pid = 0;
	return code < 0 ? 128 + SIGKILL : code;
}

/* It is blocked since process 1 began. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void prepare(struct life *life, const struct record *record)
{
	const struct child *child = &life->child;
	const struct winsize size = { .ws_row = record->rows, .ws_col = record->columns };

	life->ways[WAY_IN] = (struct relay){ .from = life->ports.in, .to = child->in };
	life->ways[WAY_OUT] = (struct relay){ .from = child->out, .to = life->ports.out };
	life->ways[WAY_ERR] = (struct relay){ .from = child->err, .to = life->ports.err };
	life->input_end = UINT64_MAX;
	if (record->terminal && record->rows)
		ioctl(child->out, TIOCSWINSZ, &size);
}

/* Those that it leaves behind end with it. */
static void end_others(void)
{
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

int life_watch(struct life *life, const struct record *record)
{
	int code;

	prepare(life, record);
	ports_say(&life->ports, "started");
	code = live(life, open_signals());
	end_others();
	relay_drain(&life->ways[WAY_OUT], -1);
	relay_drain(&life->ways[WAY_ERR], -1);
	return code;
}

void life_end(struct life *life, int code)
{
	struct pollfd file = { .fd = life->ports.control, .events = POLLIN };

	sync();
	ports_say(&life->ports, "exit %d %llu %llu", code,
		  (unsigned long long)life->ways[WAY_OUT].total,
		  (unsigned long long)life->ways[WAY_ERR].total);
	while (life->ports.control >= 0 && !life->off) {
		poll(&file, 1, -1);
		hear(life);
	}
}
