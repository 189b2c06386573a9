// SPDX-License-Identifier: GPL-2.0-or-later
/* Processes by number: when one began tells it from a later one of that number. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "runtime.h"

/* Field 22; the second is a name that may hold spaces and brackets. */
uint64_t process_stat_time(const char *text)
{
	const char *at = strrchr(text, ')');

	for (int field = 2; at && field < 22; field++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	return at ? strtoull(at, NULL, 10) : 0;
}

uint64_t process_time(pid_t pid)
{
	char path[32], text[1024];

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	return read_text_at(AT_FDCWD, path, text, sizeof(text)) ? process_stat_time(text) : 0;
}

pid_t process_status_inner(const char *text)
{
	const char *line = strstr(text, "\nNSpid:"), *at;

	if (!line)
		return 0;
	/* from the outside to the inside, separated by tabs */
	line += strlen("\nNSpid:");
	for (at = line + strcspn(line, "\n"); at > line && at[-1] != '\t'; at--)
		;
	return atoi(at);
}

pid_t process_inner_number(pid_t pid)
{
	char path[32], text[4096];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	return read_text_at(AT_FDCWD, path, text, sizeof(text)) ? process_status_inner(text) : 0;
}

bool process_wait(int pidfd, int timeout_ms)
{
	struct pollfd file = { .fd = pidfd, .events = POLLIN };

	return poll(&file, 1, timeout_ms) > 0;
}

bool process_has_ended(int pidfd)
{
	return process_wait(pidfd, 0);
}

int process_open(pid_t pid, uint64_t time)
{
	int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

	if (pidfd < 0)
		return -ESRCH;
	/* looked at after it was opened: by then it cannot become another one */
	if (process_time(pid) == time && !process_has_ended(pidfd))
		return pidfd;
	close(pidfd);
	return -ESRCH;
}

int process_signal(int pidfd, int signal)
{
	return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) ? -errno : 0;
}
