// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process becomes that of a container of ours: of what it inherits it keeps its
 * standard streams, of signals those that stop it, and goes where the container is.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "runtime.h"

/*
 * Files that came with the program are closed, ours would be by another one: an engine
 * that waits for the end of a pipe must not wait for us.
 */
static void close_inherited(void)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);
		int flags = fd > STDERR_FILENO ? fcntl(fd, F_GETFD) : -1;

		if (flags >= 0 && !(flags & FD_CLOEXEC))
			close(fd);
	}
	if (dir)
		closedir(dir);
}

/* All others are blocked: nothing but what the runtime sends has a meaning here. */
static int open_signals(const struct supervisor *s)
{
	sigset_t taken, all;

	sigemptyset(&taken);
	sigaddset(&taken, SIGTERM);
	sigaddset(&taken, SIGINT);
	if (s->kind->signals)
		s->kind->signals(s, &taken);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int use_terminal(const struct supervisor *s)
{
	if (s->terminal < 0)
		return console_unblock(&s->command);
	if (ioctl(s->terminal, TIOCSCTTY, 0) || dup2(s->terminal, STDIN_FILENO) < 0 ||
	    dup2(s->terminal, STDOUT_FILENO) < 0 || dup2(s->terminal, STDERR_FILENO) < 0)
		return log_errno(&s->command, "terminal");
	close(s->terminal);
	return 0;
}

int settle_in(struct supervisor *s)
{
	int err;

	close_inherited();
	prctl(PR_SET_NAME, s->kind->process);
	/* one of a shell's jobs stays in it, for the terminal is that job's */
	if (s->foreground)
		prctl(PR_SET_PDEATHSIG, s->kind->orphaned);
	else
		setsid();
	s->signals = open_signals(s);
	if (s->signals < 0)
		return log_errno(&s->command, "signalfd");
	err = claims_connect(s->claims);
	if (!err)
		err = use_terminal(s);
	if (!err && s->kind->settle)
		err = s->kind->settle(s);
	if (!err)
		err = cgroup_enter(&s->command, s->container);
	if (!err && s->kind->works)
		err = limit_apply(&s->command, s->container, s->spec);
	if (!err)
		err = place_enter(&s->command, s->spec);
	return err ? err : claims_move_in(s->claims);
}

bool settle_is_interrupted(const struct supervisor *s, int timeout_ms)
{
	struct pollfd file = { .fd = s->signals, .events = POLLIN };

	return poll(&file, 1, timeout_ms) > 0;
}
