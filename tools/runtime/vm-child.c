// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A program that works for the process of a container: it has none of its files but
 * those that it is given, no more rights than it began with, or fewer, and ends with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "vm.h"

/* Lines that it may say to a log while it works. */
#define TOLD_MAX 50

/* At once, more than a pipe holds: one that floods must not keep us busy. */
#define READS 100

static void default_signals(void)
{
	sigset_t none;

	/* nobody ignores those for real time, which would be twice as many */
	for (int number = 1; number <= SIGSYS; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static bool take_files(int out, const int *kept, size_t n)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	for (size_t i = 0; i < n; i++)
		if (kept[i] >= 0 && fcntl(kept[i], F_SETFD, 0))
			return false;
	return dup2(null, STDIN_FILENO) == STDIN_FILENO && dup2(out, STDOUT_FILENO) >= 0 &&
	       dup2(out, STDERR_FILENO) >= 0;
}

static int open_self(const struct command *command)
{
	int fd = syscall(SYS_pidfd_open, getpid(), 0);

	return fd < 0 ? log_errno(command, "pidfd_open") : fd;
}

/* In a child of that process. */
static void end_with(int parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* who ended before that was said kills nobody */
	if (process_has_ended(parent))
		_exit(127);
}

/* @pid: as fork() has it */
static pid_t forked(const struct command *command, int self, pid_t pid)
{
	if (pid < 0)
		pid = log_errno(command, "fork");
	close(self);
	return pid;
}

pid_t child_fork(const struct command *command)
{
	int self = open_self(command);
	pid_t pid;

	if (self < 0)
		return self;
	pid = fork();
	if (!pid)
		end_with(self);
	return forked(command, self, pid);
}

/* In the child. */
_Noreturn static void execute(char *const *words, int out, const int *kept, size_t n,
			      const uint64_t *caps)
{
	static char *const environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };

	/* what is typed is the guest's, and no signal for this one */
	setsid();
	default_signals();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (!take_files(out, kept, n))
		_exit(127);
	if (caps && confine(words[0], *caps))
		_exit(127);
	execve(words[0], words, environment);
	dprintf(STDERR_FILENO, "%s cannot be executed: %s\n", words[0], strerror(errno));
	_exit(127);
}

/*
 * Who executes at once needs no copy of this process, which waits for that. One that is
 * to be confined has more to do, which may take long.
 */
static pid_t fork_and_execute(int self, char *const *words, int out, const int *kept, size_t n,
			      const uint64_t *caps)
{
	pid_t pid = caps ? fork() : vfork();

	if (pid)
		return pid;
	end_with(self);
	execute(words, out, kept, n, caps);
}

int child_start(const struct command *command, struct child *child, const struct words *words,
		const int *kept, size_t n, const uint64_t *caps)
{
	int self, pipes[2], err;

	*child = (struct child){ .pidfd = -1, .says = -1 };
	if (words->failed) {
		log_error(command, "out of memory");
		return -ENOMEM;
	}
	self = open_self(command);
	if (self < 0)
		return self;
	if (pipe2(pipes, O_CLOEXEC)) {
		err = log_errno(command, "pipe");
		close(self);
		return err;
	}
	child->says = pipes[0];
	fcntl(child->says, F_SETFL, O_NONBLOCK);
	child->pid =
		forked(command, self, fork_and_execute(self, words->list, pipes[1], kept, n, caps));
	close(pipes[1]);
	if (child->pid < 0) {
		err = child->pid;
		child_kill(child);
		return err;
	}
	child->pidfd = syscall(SYS_pidfd_open, child->pid, 0);
	if (child->pidfd >= 0)
		return 0;
	err = log_errno(command, "pidfd_open");
	child_kill(child);
	return err;
}

static void end_line(const struct command *command, struct child *child, bool tell)
{
	child->line[child->size] = '\0';
	if (!*child->first)
		strcpy(child->first, child->line);
	/* what a guest makes it say must not fill a log */
	if (tell && child->size && child->told++ < TOLD_MAX)
		log_warning(command, "%s", child->line);
	child->size = 0;
}

static void take(const struct command *command, struct child *child, bool tell, const char *text,
		 size_t size)
{
	for (; size; text++, size--) {
		if (*text == '\n' || child->size == sizeof(child->line) - 1)
			end_line(command, child, tell);
		if (*text != '\n')
			child->line[child->size++] = *text;
	}
}

void child_hear(const struct command *command, struct child *child, bool tell)
{
	char text[1024];
	ssize_t n = -1;

	for (int i = 0; i < READS && child->says >= 0 && n; i++) {
		n = read(child->says, text, sizeof(text));
		if (n < 0 && errno != EINTR)
			return;
		if (n > 0)
			take(command, child, tell, text, n);
	}
	if (n)
		return;
	if (child->size)
		end_line(command, child, tell);
	close(child->says);
	child->says = -1;
}

static void forget(struct child *child)
{
	if (child->pidfd >= 0)
		close(child->pidfd);
	if (child->says >= 0)
		close(child->says);
	child->pidfd = -1;
	child->says = -1;
	child->pid = 0;
}

int child_wait(struct child *child)
{
	int status = 0;

	while (child->pid > 0 && waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		;
	forget(child);
	return status;
}

/* Nobody else waits for it: its number is its own until we do. */
void child_kill(struct child *child)
{
	if (child->pid > 0)
		kill(child->pid, SIGKILL);
	child_wait(child);
}
