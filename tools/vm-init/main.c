// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * vm-init: process 1 of a secure container's virtual machine. It stays in the initramfs,
 * with ports that lead to the runtime; the container's process has root, namespaces of
 * mounts and processes, and standard streams of its own.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "vm-init.h"

/* Without an initial console there are no standard streams. */
static void open_console(void)
{
	int fd = open("/dev/console", O_RDWR | O_NOCTTY);

	if (fd < 0)
		fd = open("/dev/null", O_RDWR);
	for (int i = STDIN_FILENO; fd >= 0 && i <= STDERR_FILENO; i++)
		dup2(fd, i);
	if (fd > STDERR_FILENO)
		close(fd);
}

static void block_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static bool begin(struct life *life, struct record *record, struct failure *failure)
{
	const char *wrong;
	int err;

	if (!machine_mount(failure))
		return false;
	err = record_read(record, RECORD_PATH, &wrong);
	ports_open(&life->ports, record->terminal);
	if (err) {
		failure_say(failure, EXIT_NOT_RUN, "the record of what to run: %s", wrong);
		return false;
	}
	if (life->ports.control < 0 || life->ports.in < 0 || life->ports.out < 0) {
		failure_say(
			failure, EXIT_NOT_RUN,
			"the micro-VM has no port " PORT_CONTROL
			" or none for standard streams: its kernel needs virtio and its console built in");
		return false;
	}
	return !machine_set(record, failure) && birth_give(record, &life->child, failure);
}

int main(void)
{
	static struct life life = { .ports = { -1, -1, -1, -1 } };
	struct failure failure = { 0 };
	struct record record = { 0 };
	int code;

	if (getpid() != 1) {
		fputs("vm-init: it is process 1 of a secure container's virtual machine\n", stderr);
		return 2;
	}
	umask(0);
	block_signals();
	open_console();
	if (begin(&life, &record, &failure)) {
		code = life_watch(&life, &record);
	} else {
		ports_say(&life.ports, "error %s", failure.text);
		code = failure.code;
	}
	life_end(&life, code);
	machine_off();
}
