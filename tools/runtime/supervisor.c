// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process of a firmware container. The claims are its own, so that the kernel
 * stops the cores when it ends, in whatever way; it starts them when it is told to,
 * copies what they say, and ends when they do.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "runtime.h"

/* Between two looks at what the cores say. */
#define TRACE_LOOK_MS 50

/* Before a start again, doubled each time up to the other. */
#define BACKOFF_MS 100
#define BACKOFF_MAX_MS 10000

/* For the kernel to believe in a crash, and between two looks whether it does. */
#define CRASH_MS 1000
#define CRASH_LOOK_MS 5

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
static int open_signals(void)
{
	sigset_t stop, all;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int use_terminal(const struct supervisor *s)
{
	if (s->terminal < 0)
		return 0;
	if (ioctl(s->terminal, TIOCSCTTY, 0) || dup2(s->terminal, STDIN_FILENO) < 0 ||
	    dup2(s->terminal, STDOUT_FILENO) < 0 || dup2(s->terminal, STDERR_FILENO) < 0)
		return log_errno(&s->command, "terminal");
	close(s->terminal);
	return 0;
}

static int settle_in(struct supervisor *s)
{
	int err;

	close_inherited();
	prctl(PR_SET_NAME, "hwc-firmware");
	if (s->foreground)
		prctl(PR_SET_PDEATHSIG, SIGTERM);
	setsid();
	s->signals = open_signals();
	if (s->signals < 0)
		return log_errno(&s->command, "signalfd");
	s->claim = calloc(s->claims->count, sizeof(*s->claim));
	if (!s->claim)
		return claims_no_memory(s->claims);
	for (size_t i = 0; i < s->claims->count; i++)
		s->claim[i] = -1;
	traces_open(&s->traces, s->claims->ctx);
	dumps_open(&s->dumps, s->claims->ctx, s->claims->settings->coredumps);
	err = claims_connect(s->claims);
	if (!err)
		err = use_terminal(s);
	return err ? err : place_enter(&s->command, s->spec);
}

/*
 * One who creates the container and is killed before its end leaves nothing. The
 * record is that one's until then: this process may not even know its own number.
 */
static bool is_let_go(const struct supervisor *s)
{
	char byte;

	return recv(s->parent, &byte, 1, 0) == 1 && !container_read(s->container);
}

static void forget_claims(struct supervisor *s)
{
	for (size_t i = 0; i < s->claims->count; i++) {
		if (s->claim[i] >= 0)
			close(s->claim[i]);
		s->claim[i] = -1;
	}
}

/* What tells of a claim's end, and what its core has to say. */
static int watch_claim(struct supervisor *s, size_t i)
{
	const struct claims *claims = s->claims;
	struct hwc_claim *claim;
	int err;

	s->claim[i] = hwc_claim_open(claims->ctx, claims->holder, claims->grants[i].id);
	if (s->claim[i] < 0)
		return s->claim[i];
	err = hwc_claim_get(claims->ctx, claims->grants[i].id, &claim);
	if (err)
		return err;
	if (!strcmp(hwc_claim_kind(claim), "remoteproc"))
		traces_add(&s->traces, hwc_claim_resource(claim));
	hwc_claim_free(claim);
	return 0;
}

static int watch_claims(struct supervisor *s)
{
	struct claims *claims = s->claims;
	int err = 0;

	for (size_t i = 0; !err && i < claims->count; i++)
		err = watch_claim(s, i);
	if (!err && s->watchdog_ms && !s->traces.count) {
		log_error(
			&s->command,
			"org.hwcontainer.watchdog-ms needs a trace buffer, and the firmware has none");
		return -EINVAL;
	}
	return claims_report(claims, err);
}

/* Cores that crash before their claims are ready may have said why, and leave a dump. */
static void hear_crashed(struct supervisor *s)
{
	const struct claims *claims = s->claims;

	for (size_t i = 0; i < claims->count; i++) {
		struct hwc_claim *claim;

		if (!claims->grants[i].id ||
		    hwc_claim_get(claims->ctx, claims->grants[i].id, &claim))
			continue;
		if (dumps_crashed(&s->dumps, hwc_claim_resource(claim)))
			watch_claim(s, i);
		hwc_claim_free(claim);
	}
	traces_step(&s->traces);
}

static int start(struct supervisor *s)
{
	int err;

	dumps_expect_all(&s->dumps, s->claims);
	err = claims_take(s->claims);
	if (err)
		hear_crashed(s);
	return err ? err : watch_claims(s);
}

/* Whether some hardware could not be stopped, of which it says so. */
static bool is_stuck(const struct supervisor *s)
{
	bool stuck = false;

	for (size_t i = 0; i < s->claims->count; i++) {
		const struct hwc_ask *ask = hwc_bundle_ask(s->claims->bundle, i);
		struct hwc_resource *resource;

		if (hwc_resource_get(s->claims->ctx, ask->resource, &resource))
			continue;
		if (hwc_resource_state(resource) == HWCONTAINER_RESOURCE_STATE_FAILED) {
			log_error(&s->command, "%s", hwc_resource_message(resource));
			stuck = true;
		}
		hwc_resource_free(resource);
	}
	return stuck;
}

/* Gives all claims back and waits until the cores are off; an exit status. */
static int stop(struct supervisor *s)
{
	int64_t end = now_ms() + s->claims->settings->timeout_ms;
	int code = ENDED_STOPPED;

	claims_drop(s->claims);
	for (size_t i = 0; i < s->claims->count; i++) {
		int64_t left = end - now_ms();

		if (s->claim[i] >= 0 &&
		    hwc_claim_wait_released(s->claims->ctx, s->claim[i], left > 0 ? left : 0)) {
			claims_report(s->claims, -ETIMEDOUT);
			code = ENDED_STUCK;
		}
	}
	if (code == ENDED_STOPPED && is_stuck(s))
		code = ENDED_STUCK;
	forget_claims(s);
	dumps_collect(&s->dumps, &s->command);
	traces_end(&s->traces);
	return code;
}

static bool is_told_to_stop(const struct supervisor *s, int timeout_ms)
{
	struct pollfd file = { .fd = s->signals, .events = POLLIN };

	return poll(&file, 1, timeout_ms) > 0;
}

/* Why it ended: the claim's own sentence, where it was not somebody's will. */
static int tell_failure(const struct supervisor *s)
{
	int code = ENDED_TAKEN;

	for (size_t i = 0; i < s->claims->count; i++) {
		const struct hwc_ask *ask = hwc_bundle_ask(s->claims->bundle, i);
		struct hwc_claim *claim;

		if (hwc_claim_get(s->claims->ctx, s->claims->grants[i].id, &claim)) {
			log_error(&s->command, "the claim of %s was ended by somebody else",
				  ask->resource);
			continue;
		}
		if (hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_FAILED) {
			log_error(&s->command, "%s", hwc_claim_message(claim));
			code = ENDED_FAILED;
		}
		hwc_claim_free(claim);
	}
	return code;
}

/* The kernel is told of a crash, so that it keeps what the core's memory holds. */
static void report_crash(const struct supervisor *s, const char *core)
{
	int64_t end = now_ms() + CRASH_MS;
	char path[HWCONTAINER_NAME_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/crash", core);
	fd = openat(s->traces.dirfd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* as of a watchdog: enum rproc_crash_type in linux/remoteproc.h */
	if (write(fd, "1", 1) == 1)
		while (!dumps_crashed(&s->dumps, core) && now_ms() < end)
			poll(NULL, 0, CRASH_LOOK_MS);
	close(fd);
}

/* A core without a trap for it cannot tell its crash, but it says nothing any more. */
static int tell_silence(const struct supervisor *s, const char *core)
{
	log_error(&s->command, "%s has said nothing for more than %u ms", core, s->watchdog_ms);
	report_crash(s, core);
	return ENDED_FAILED;
}

static bool may_restart(struct supervisor *s)
{
	int64_t left = container_number(s->container, "restarts");

	if (left <= 0)
		return false;
	container_set(s->container, "restarts", json_object_new_int64(left - 1));
	container_set(s->container, "restarting", json_object_new_boolean(true));
	return !container_save(s->container);
}

/* Starts what failed again, as often as it may; an exit status, or -1 when it runs. */
static int restart(struct supervisor *s, int code, int *backoff_ms)
{
	while (may_restart(s)) {
		log_error(&s->command, "starting again in %d ms, for %lld times more at most",
			  *backoff_ms, (long long)container_number(s->container, "restarts"));
		if (is_told_to_stop(s, *backoff_ms))
			return ENDED_STOPPED;
		*backoff_ms = *backoff_ms * 2 < BACKOFF_MAX_MS ? *backoff_ms * 2 : BACKOFF_MAX_MS;
		if (!start(s)) {
			container_set(s->container, "restarting", json_object_new_boolean(false));
			container_save(s->container);
			return -1;
		}
		stop(s);
		if (is_told_to_stop(s, 0))
			return ENDED_STOPPED;
	}
	return code;
}

/* What was told has ended it: an exit status, or -1 when it runs again. */
static int fail(struct supervisor *s, int code, int *backoff_ms)
{
	int stopped = stop(s);

	if (stopped != ENDED_STOPPED)
		return stopped;
	return code == ENDED_FAILED ? restart(s, code, backoff_ms) : code;
}

static int accept_one(const struct supervisor *s)
{
	return accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
}

/* Nothing but a start can be asked for, and there was one. */
static void refuse_start(struct supervisor *s)
{
	int fd = accept_one(s);

	if (fd < 0)
		return;
	talk_say(fd, "the container is running already");
	close(fd);
}

/* Until the cores end, or are to. */
static int run(struct supervisor *s)
{
	size_t n = s->claims->count, i;
	struct pollfd *files = calloc(n + 2, sizeof(*files));
	int backoff_ms = BACKOFF_MS, code = -1;

	if (!files) {
		claims_no_memory(s->claims);
		code = ENDED_FAILED;
	}
	while (code < 0) {
		const char *silent = NULL;
		bool failed = false;

		/* that a claim is ready is no news: ends are told in any case */
		for (i = 0; i < n; i++)
			files[i] = (struct pollfd){ .fd = s->claim[i] };
		files[n] = (struct pollfd){ s->signals, POLLIN, 0 };
		files[n + 1] = (struct pollfd){ s->listener, POLLIN, 0 };
		poll(files, n + 2, s->traces.count || s->traces.size ? TRACE_LOOK_MS : -1);
		traces_step(&s->traces);
		if (s->watchdog_ms)
			silent = traces_silent(&s->traces, s->watchdog_ms);
		for (i = 0; i < n; i++)
			failed = failed || files[i].revents;
		if (files[n].revents)
			code = stop(s);
		else if (failed)
			code = fail(s, tell_failure(s), &backoff_ms);
		else if (silent)
			code = fail(s, tell_silence(s, silent), &backoff_ms);
		else if (files[n + 1].revents)
			refuse_start(s);
	}
	free(files);
	return code;
}

/* What goes wrong until it runs is told to who started it. */
static int start_for(struct supervisor *s, int fd)
{
	int err;

	s->command.sink = fd;
	err = start(s);
	if (!err) {
		container_set(s->container, "started", json_object_new_boolean(true));
		err = container_save(s->container);
	}
	if (err)
		stop(s);
	else
		talk_say(fd, NULL);
	s->command.sink = -1;
	return err;
}

/* Created, not started. */
static int wait_for_start(struct supervisor *s)
{
	struct pollfd files[] = { { s->signals, POLLIN, 0 }, { s->listener, POLLIN, 0 } };
	int fd, err;

	do {
		poll(files, 2, -1);
		if (files[0].revents)
			return ENDED_STOPPED;
		fd = accept_one(s);
	} while (fd < 0);
	err = start_for(s, fd);
	close(fd);
	if (!err)
		return run(s);
	return is_told_to_stop(s, 0) ? ENDED_STOPPED : ENDED_REFUSED;
}

int supervisor_live(struct supervisor *s)
{
	s->claims->command = &s->command;
	s->container->command = &s->command;
	s->command.sink = s->parent;
	s->command.debug = false;
	if (settle_in(s))
		return ENDED_REFUSED;
	s->claims->interrupt = s->signals;
	talk_say(s->parent, NULL);
	if (!is_let_go(s))
		return ENDED_REFUSED;
	/* who created it may be killed before it says so, and this process has the folder, too */
	container_made(s->container);
	close(s->parent);
	/* from here on its errors are those of the container, not of a command */
	s->command.sink = -1;
	s->command.log = NULL;
	s->command.supervises = true;
	return wait_for_start(s);
}
