// SPDX-License-Identifier: GPL-2.0-or-later
/* The container's process comes into being. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "send-file.h"
#include "vm-init.h"

/**
 * struct birth - one under way
 * @record: what it will be
 * @pair: process 1's end and its own; a failure comes there, and before that its terminal
 * @in: pipes, unless it has a terminal
 */
struct birth {
	const struct record *record;
	int pair[2];
	int in[2];
	int out[2];
	int err[2];
};

/* in the process */

static void send_failure(int sock, const struct failure *failure)
{
	send(sock, failure, sizeof(*failure), 0);
}

/* Its user may open them again, by /dev/stdout and the like. */
static int use_streams(const struct record *record, const int *files)
{
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++)
		if (fchown(files[i], record->uid, record->gid) || dup2(files[i], i) < 0)
			return -1;
	return 0;
}

static void name_console(const char *name)
{
	int fd = open("/dev/console", O_CREAT | O_RDWR | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd >= 0)
		close(fd);
	mount(name, "/dev/console", NULL, MS_BIND, NULL);
}

/* One of the container's own, so that it has a name there. */
static int use_terminal(const struct birth *birth)
{
	int engine = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), terminal;
	char name[64];

	if (engine < 0 || grantpt(engine) || unlockpt(engine) ||
	    ptsname_r(engine, name, sizeof(name)))
		return -1;
	terminal = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0))
		return -1;
	name_console(name);
	if (use_streams(birth->record, (int[]){ terminal, terminal, terminal }))
		return -1;
	return send_file(birth->pair[1], engine, "", 1);
}

static int use_pipes(const struct birth *birth)
{
	return use_streams(birth->record, (int[]){ birth->in[0], birth->out[1], birth->err[1] });
}

static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
}

static void be_born(const struct birth *birth)
{
	struct failure failure = { .code = EXIT_NOT_RUN };

	close(birth->pair[0]);
	reset_signals();
	setsid();
	if (unshare(CLONE_NEWNS))
		failure_errno(&failure, "mount namespace");
	else if (root_enter(birth->record, &failure))
		;
	else if (birth->record->terminal ? use_terminal(birth) : use_pipes(birth))
		failure_errno(&failure, "standard streams");
	else
		become(birth->record, &failure);
	send_failure(birth->pair[1], &failure);
	_exit(failure.code);
}

/* in process 1 */

static int open_pipes(struct birth *birth)
{
	if (birth->record->terminal)
		return 0;
	if (pipe2(birth->in, O_CLOEXEC) || pipe2(birth->out, O_CLOEXEC) ||
	    pipe2(birth->err, O_CLOEXEC))
		return -1;
	return 0;
}

/* Process 1 has its ends, and nobody waits there. */
static void keep_pipes(const struct birth *birth, struct child *child)
{
	if (birth->record->terminal)
		return;
	close(birth->in[0]);
	close(birth->out[1]);
	close(birth->err[1]);
	child->in = birth->in[1];
	child->out = birth->out[0];
	child->err = birth->err[0];
}

static int received_file(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd = -1;

	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(header), sizeof(int));
	return fd;
}

/* Until it executes its program, which closes its end, or fails. */
static bool hear(int sock, struct child *child, struct failure *failure)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct iovec data = { failure, sizeof(*failure) };
	ssize_t n;

	for (;;) {
		struct msghdr message = {
			.msg_iov = &data,
			.msg_iovlen = 1,
			.msg_control = control,
			.msg_controllen = sizeof(control),
		};

		n = recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
		if (n < 0 && errno == EINTR)
			continue;
		if (n != 1)
			return n <= 0;
		child->in = child->out = received_file(&message);
	}
}

static void unblock(const struct child *child)
{
	const int files[] = { child->in, child->out, child->err };

	for (int i = 0; i < 3; i++)
		if (files[i] >= 0)
			fcntl(files[i], F_SETFL, O_NONBLOCK);
}

bool birth_give(const struct record *record, struct child *child, struct failure *failure)
{
	struct birth birth = { .record = record };
	bool born;

	*child = (struct child){ .in = -1, .out = -1, .err = -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, birth.pair) || open_pipes(&birth))
		return failure_errno(failure, "standard streams") == 0;
	/* it is process 1, as in every container; a kernel may know no such namespaces */
	unshare(CLONE_NEWPID);
	child->pid = fork();
	if (!child->pid)
		be_born(&birth);
	if (child->pid < 0)
		return failure_errno(failure, "fork") == 0;
	close(birth.pair[1]);
	keep_pipes(&birth, child);
	born = hear(birth.pair[0], child, failure);
	close(birth.pair[0]);
	unblock(child);
	return born;
}
