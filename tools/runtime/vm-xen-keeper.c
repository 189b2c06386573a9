// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A domain lives until somebody destroys it: it is nobody's child. So it has a keeper, a
 * process outside the container's cgroup and namespaces, which makes the domain and
 * destroys it when the container's process is done with it or has ended, in whatever way.
 * What the claims end with is open here, too: as long as the domain is there, nobody else
 * gets the hardware that it has.
 *
 * "xl create -F" stays as long as the domain does, and says how that ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "vm-xen.h"

/* What xl says when the domain is made: its number follows. */
#define MADE "(domid "
#define MADE_WORD ") to die"

/* Unix98 pseudo-terminals: UNIX98_PTY_SLAVE_MAJOR and those after it. */
#define PTY_MAJOR 136
#define PTY_MAJORS 8

/* What ends a service ends all in the cgroup of who created the container, at once. */
#define CGROUP "hwcontainer-keepers"

/* Between two looks for a console, which xenconsoled makes. */
#define CONSOLE_MS 100

static struct xl new_xl(const struct keeper *k, int quit)
{
	return xl_new(&k->command, k->program, k->timeout_ms, quit);
}

int keeper_parse_end(const char *said, int id)
{
	char text[64];
	const char *at;
	int reason;

	snprintf(text, sizeof(text), "Domain %d has shut down, reason code %%d", id);
	at = strstr(said, "has shut down");
	while (at && at > said && at[-1] != '\n')
		at--;
	if (at && sscanf(at, text, &reason) == 1)
		return reason;
	snprintf(text, sizeof(text), "Domain %d has been destroyed", id);
	return strstr(said, text) ? XEN_DESTROYED : -1;
}

/* creation */

/* The files have the numbers that the configuration has. */
static int place_files(const struct keeper *k, const int *files, int *placed)
{
	for (int i = 0; i < XL_FILES_MAX; i++) {
		placed[i] = -1;
		if (files[i] < 0)
			continue;
		placed[i] = dup3(files[i], XL_FILES + i, O_CLOEXEC);
		if (placed[i] < 0)
			return log_errno(&k->command, "the domain's files");
	}
	return 0;
}

static void close_files(int *files)
{
	for (size_t i = 0; i < XL_FILES_MAX; i++)
		if (files[i] >= 0)
			close(files[i]);
}

static bool is_about_memory(const char *said)
{
	return strstr(said, "Out of memory") || strstr(said, "Cannot allocate memory") ||
	       strstr(said, "failed to free memory");
}

/* Where xl's own words do not say what is wrong. */
static int refuse_create(const struct keeper *k, int answer)
{
	struct xl info = new_xl(k, k->socket);
	const char *said = k->monitor.text;
	int64_t mib = -1;

	if (answer > 0 && strstr(said, "console tty: timed out")) {
		log_error(&k->command, "xenconsoled does not answer: is it running?");
		return -ETIMEDOUT;
	}
	if (answer > 0 && is_about_memory(said))
		mib = xl_free_memory(&info);
	if (mib < 0 || (uint64_t)mib >= k->memory)
		return xl_refuse(&k->monitor, answer);
	log_error(
		&k->command,
		"the domain is to have %llu MiB of memory, and Xen has %lld MiB free: give it less, or its first domain (dom0_mem=)",
		(unsigned long long)k->memory, (long long)mib);
	return -ENOMEM;
}

static int make_domain(struct keeper *k, const int *files)
{
	char path[32];
	const char *const words[] = { "create", "-F", "-p", path, NULL };
	int err, answer;

	snprintf(path, sizeof(path), XL_FOLDER "%d", XL_FILES + XEN_FILE_CONFIG);
	k->tried = true;
	err = xl_begin(&k->monitor, words, files, XL_FILES_MAX);
	if (err)
		return err;
	answer = xl_wait(&k->monitor, MADE_WORD);
	if (answer)
		return refuse_create(k, answer);
	k->id = atoi(strstr(k->monitor.text, MADE) + strlen(MADE));
	return 0;
}

static bool is_pty(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISCHR(st.st_mode) && major(st.st_rdev) >= PTY_MAJOR &&
	       major(st.st_rdev) < PTY_MAJOR + PTY_MAJORS;
}

/* -ECANCELED when nobody waits for it. */
static int find_tty(const struct keeper *k, int xenstore, const char *of, char *tty, size_t room)
{
	int64_t end = now_ms() + k->timeout_ms;
	struct pollfd quit = { k->socket, POLLRDHUP, 0 };
	char path[64];
	int length;

	snprintf(path, sizeof(path), "/local/domain/%d/%s/tty", k->id, of);
	for (;;) {
		length = xenstore_read(xenstore, path, tty, room, k->timeout_ms, k->socket);
		if (length > 0)
			return 0;
		if (length < 0 && length != -ENOENT)
			return length;
		if (now_ms() >= end)
			return -ENOENT;
		if (poll(&quit, 1, CONSOLE_MS) > 0)
			return -ECANCELED;
	}
}

static int open_tty(const char *tty)
{
	int fd = open(tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (is_pty(fd))
		return fd;
	close(fd);
	return -ENOTTY;
}

/* One that the domain is to have: without it what the guest says is lost. */
static int open_console(const struct keeper *k, int xenstore, const char *of)
{
	char tty[64];
	int fd = find_tty(k, xenstore, of, tty, sizeof(tty));

	if (!fd)
		fd = open_tty(tty);
	if (fd == -ENOENT)
		log_error(
			&k->command,
			"the domain's console (%s) is not there after %d ms: is xenconsoled running?",
			of, k->timeout_ms);
	else if (fd < 0 && fd != -ECANCELED)
		log_error(&k->command, "the domain's console (%s): %s", of, strerror(-fd));
	return fd;
}

static int open_consoles(const struct keeper *k, bool uart, int *files)
{
	int xenstore = xenstore_connect(), err = 0;

	if (xenstore < 0) {
		log_error(&k->command, "xenstored does not answer: %s", strerror(-xenstore));
		return xenstore;
	}
	if (uart)
		err = files[0] = open_console(k, xenstore, "vuart/0");
	if (err >= 0)
		err = files[1] = open_console(k, xenstore, "console");
	close(xenstore);
	return err < 0 ? err : 0;
}

/* @files receives its consoles. */
static int create(struct keeper *k, struct keeper_packet *packet, int *files)
{
	int placed[XL_FILES_MAX] = { -1, -1, -1, -1 };
	int err = cgroup_enter_top(&k->command, CGROUP);

	if (!err)
		err = place_files(k, packet->files, placed);
	if (!err)
		err = make_domain(k, placed);
	close_files(placed);
	return err ? err : open_consoles(k, !strcmp(packet->text, KEEPER_UART), files);
}

/* other requests */

static int run(const struct keeper *k, const char *verb)
{
	struct xl xl = new_xl(k, k->socket);
	char number[16];
	const char *const words[] = { verb, number, NULL };
	int err;

	snprintf(number, sizeof(number), "%d", k->id);
	err = xl_run(&xl, words);
	xl_end(&xl);
	return err;
}

/* The container's process is done with it, or has ended. */
static bool is_over(const struct keeper *k)
{
	struct pollfd file = { k->socket, POLLRDHUP, 0 };

	return poll(&file, 1, 0) > 0;
}

/* What a guest's driver says of itself there: xl would wait for one that says nothing. */
static bool listens(const struct keeper *k)
{
	int xenstore = xenstore_connect();
	char path[64], value[8] = "";

	if (xenstore < 0)
		return false;
	snprintf(path, sizeof(path), "/local/domain/%d/control/feature-poweroff", k->id);
	xenstore_read(xenstore, path, value, sizeof(value), k->timeout_ms, k->socket);
	close(xenstore);
	return !strcmp(value, "1");
}

static int ask(const struct keeper *k)
{
	if (listens(k))
		return run(k, "shutdown");
	if (!is_over(k))
		log_error(
			&k->command,
			"the guest does not listen when it is asked to switch itself off; SIGKILL ends it");
	return 0;
}

static void tell_end(struct keeper *k, int end)
{
	char text[16];

	if (k->told)
		return;
	k->told = true;
	snprintf(text, sizeof(text), "%d", end);
	keeper_send(k->socket, KEEPER_ENDED, text, NULL, 0);
}

/* What xl has said since, and whether it has ended. */
static void watch(struct keeper *k, bool ended)
{
	int answer, end;

	xl_hear(&k->monitor);
	end = keeper_parse_end(k->monitor.text, k->id);
	if (end < 0 && !ended)
		return;
	if (end < 0) {
		answer = xl_wait(&k->monitor, NULL);
		end = keeper_parse_end(k->monitor.text, k->id);
		if (end < 0) {
			log_error(&k->command,
				  "xl, which waits for the end of domain %s, has ended before",
				  k->name);
			xl_refuse(&k->monitor, answer);
			end = XEN_UNWATCHED;
		}
	}
	tell_end(k, end);
}

/* Whoever waits has lost interest in all that is not its own request's. */
static void answer(const struct keeper *k, char request, int err, const int *files)
{
	const char text[] = { request, '\0' };

	keeper_send(k->socket, err ? KEEPER_NOT_DONE : KEEPER_DONE, text, files,
		    err || !files ? 0 : XL_FILES_MAX);
}

static void do_request(struct keeper *k, struct keeper_packet *packet)
{
	int files[XL_FILES_MAX] = { -1, -1, -1, -1 }, err;

	if (packet->kind == KEEPER_CREATE)
		err = create(k, packet, files);
	else if (packet->kind == KEEPER_START)
		err = run(k, "unpause");
	else
		err = ask(k);
	answer(k, packet->kind, err, files);
	close_files(files);
	keeper_close(packet);
}

/* False when the container's process is done with it, whatever it asked for before. */
static bool take_request(struct keeper *k)
{
	struct keeper_packet packet;
	int err = keeper_receive(k->socket, &packet, -1);

	if (err)
		return err == -EAGAIN;
	/* what is not taken would make the socket's end an error, and lose the last answer */
	if (is_over(k))
		keeper_close(&packet);
	else
		do_request(k, &packet);
	return true;
}

static void serve(struct keeper *k)
{
	bool goes_on = true;

	while (goes_on) {
		bool watched = k->id && !k->told;
		struct pollfd files[] = { { k->socket, POLLIN, 0 },
					  { watched ? k->monitor.child.says : -1, POLLIN, 0 },
					  { watched ? k->monitor.child.pidfd : -1, POLLIN, 0 } };

		if (poll(files, ARRAY_SIZE(files), -1) < 0)
			continue;
		if (files[1].revents || files[2].revents)
			watch(k, files[2].revents);
		if (files[0].revents)
			goes_on = take_request(k);
	}
}

/* Whoever waits for that is told once; then it is tried without an end. */
static void destroy(struct keeper *k)
{
	struct xl xl = new_xl(k, -1);
	int err = 0;

	xl_end(&k->monitor);
	if (k->tried)
		err = xl_destroy(&xl, k->uuid);
	answer(k, KEEPER_DESTROY, err, NULL);
	if (!err)
		return;
	do
		poll(NULL, 0, XEN_AGAIN_MS);
	while (xl_destroy(&xl, k->uuid));
}

/* its life */

/* Out of the way of the numbers that xl's files have. */
static int move(int fd)
{
	int moved = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, XL_FILES + XL_FILES_MAX);

	if (fd >= 0 && moved < 0)
		_exit(EXIT_FAILURE);
	return moved;
}

/*
 * What came along would keep others waiting for its end: terminals, sockets, locks. Of
 * two that are moved the second has the higher number.
 */
static void keep_own_files(struct keeper *k)
{
	int *const own[] = { &k->socket, &k->holder, &k->hold };
	unsigned int next = STDERR_FILENO + 1;

	for (size_t i = 0; i < ARRAY_SIZE(own); i++)
		*own[i] = move(*own[i]);
	for (size_t i = 0; i < ARRAY_SIZE(own); i++) {
		if (*own[i] < 0)
			continue;
		/* none, where they follow each other */
		close_range(next, *own[i] - 1, 0);
		next = *own[i] + 1;
	}
	close_range(next, ~0u, 0);
}

static void settle(struct keeper *k)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t all;

	prctl(PR_SET_NAME, "hwc-keeper");
	setsid();
	/* what ends the container ends it, too, but not before the domain */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	keep_own_files(k);
	if (chdir("/"))
		_exit(EXIT_FAILURE);
}

void keeper_live(struct keeper *k)
{
	settle(k);
	k->command.sink = k->socket;
	k->command.log = NULL;
	k->command.debug = false;
	k->monitor = new_xl(k, k->socket);
	serve(k);
	destroy(k);
	_exit(EXIT_SUCCESS);
}
