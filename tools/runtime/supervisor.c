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

/* Between two looks at what the cores say, and have to say it with. */
#define LOOK_MS 50

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
	s->cores.core = calloc(s->claims->count, sizeof(*s->cores.core));
	if (!s->claim || !s->cores.core)
		return claims_no_memory(s->claims);
	for (size_t i = 0; i < s->claims->count; i++)
		s->claim[i] = -1;
	traces_open(&s->traces, &s->output, s->claims->ctx);
	dumps_open(&s->dumps, s->claims->ctx, s->claims->settings->coredumps);
	err = claims_connect(s->claims);
	if (!err)
		err = use_terminal(s);
	terminals_open(&s->terminals, &s->output, s->claims->ctx, spec_wants_terminal(s->spec));
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

/* Firmware that brings devices, which are for rpmsg, may get a terminal at any time. */
static void add_core(struct supervisor *s, const struct hwc_claim *claim)
{
	struct core *core = &s->cores.core[s->cores.count];

	if (strcmp(hwc_claim_kind(claim), "remoteproc"))
		return;
	*core = (struct core){ .speaks = hwc_claim_devices(claim) > 1, .heard_ms = now_ms() };
	snprintf(core->name, sizeof(core->name), "%s", hwc_claim_resource(claim));
	s->cores.count++;
	traces_add(&s->traces, core);
}

static bool is_mute(const struct supervisor *s)
{
	for (size_t i = 0; i < s->cores.count; i++)
		if (s->cores.core[i].speaks)
			return false;
	return true;
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
	add_core(s, claim);
	hwc_claim_free(claim);
	return 0;
}

static int watch_claims(struct supervisor *s)
{
	struct claims *claims = s->claims;
	int err = 0;

	for (size_t i = 0; !err && i < claims->count; i++)
		err = watch_claim(s, i);
	if (!err && s->watchdog_ms && is_mute(s)) {
		log_error(
			&s->command,
			"org.hwcontainer.watchdog-ms needs a trace buffer or rpmsg, and the firmware has neither");
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

	traces_step(&s->traces);
	terminals_end(&s->terminals);
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
	output_finish(&s->output);
	s->cores.count = 0;
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
static int tell_silence(const struct supervisor *s, const struct core *core)
{
	log_error(&s->command, "%s has said nothing for more than %u ms", core->name,
		  s->watchdog_ms);
	report_crash(s, core->name);
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

/**
 * struct watch - what is waited for
 * @files: the files of that: FILE_* and the claims
 * @claims: how many of the files are claims
 * @look_ms: when the cores were looked at last, as now_ms()
 */
struct watch {
	struct pollfd *files;
	size_t claims;
	int64_t look_ms;
};

enum { FILE_SIGNALS, FILE_LISTENER, FILE_TYPED, FILE_CLAIMS };

/* That a claim is ready is no news: ends are told in any case. */
static void wait_for_news(const struct supervisor *s, const struct watch *watch)
{
	struct pollfd *files = watch->files;
	int64_t left = watch->look_ms + LOOK_MS - now_ms();

	files[FILE_SIGNALS] = (struct pollfd){ s->signals, POLLIN, 0 };
	files[FILE_LISTENER] = (struct pollfd){ s->listener, POLLIN, 0 };
	files[FILE_TYPED] = (struct pollfd){ terminals_input(&s->terminals), POLLIN, 0 };
	for (size_t i = 0; i < watch->claims; i++)
		files[FILE_CLAIMS + i] = (struct pollfd){ .fd = s->claim[i] };
	poll(files, FILE_CLAIMS + watch->claims, left > 0 ? left : 0);
}

static void hear_cores(struct supervisor *s, struct watch *watch)
{
	if (watch->files[FILE_TYPED].revents)
		terminals_type(&s->terminals, &s->cores);
	if (now_ms() - watch->look_ms >= LOOK_MS) {
		traces_step(&s->traces);
		terminals_look(&s->terminals, &s->cores);
		watch->look_ms = now_ms();
	}
	output_write(&s->output, 0);
}

static bool has_failed(const struct watch *watch)
{
	for (size_t i = 0; i < watch->claims; i++)
		if (watch->files[FILE_CLAIMS + i].revents)
			return true;
	return false;
}

/* What has happened: an exit status, or -1 while it runs. */
static int see(struct supervisor *s, const struct watch *watch, int *backoff_ms)
{
	const struct core *silent = s->watchdog_ms ? cores_silent(&s->cores, s->watchdog_ms) : NULL;

	if (watch->files[FILE_SIGNALS].revents)
		return stop(s);
	if (has_failed(watch))
		return fail(s, tell_failure(s), backoff_ms);
	if (silent)
		return fail(s, tell_silence(s, silent), backoff_ms);
	if (watch->files[FILE_LISTENER].revents)
		refuse_start(s);
	return -1;
}

/* Until the cores end, or are to. */
static int run(struct supervisor *s)
{
	struct watch watch = { .claims = s->claims->count };
	int backoff_ms = BACKOFF_MS, code = -1;

	watch.files = calloc(FILE_CLAIMS + watch.claims, sizeof(*watch.files));
	if (!watch.files) {
		claims_no_memory(s->claims);
		code = ENDED_FAILED;
	}
	while (code < 0) {
		wait_for_news(s, &watch);
		hear_cores(s, &watch);
		code = see(s, &watch, &backoff_ms);
	}
	free(watch.files);
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
	int fd, err, code;

	do {
		poll(files, 2, -1);
		if (files[0].revents)
			return ENDED_STOPPED;
		fd = accept_one(s);
	} while (fd < 0);
	err = start_for(s, fd);
	close(fd);
	if (!err) {
		code = run(s);
		terminals_close(&s->terminals);
		return code;
	}
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
