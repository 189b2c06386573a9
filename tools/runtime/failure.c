// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware has failed: that is told, and it is started again where it may be. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
#include "runtime.h"

/* Before a start again, doubled each time up to the other. */
#define BACKOFF_MS 100
#define BACKOFF_MAX_MS 10000

/* For the kernel to believe in a crash, and between two looks whether it does. */
#define CRASH_MS 1000
#define CRASH_LOOK_MS 5

/* Hardware that leaves takes its name and then its claims along. */
static void tell_end(const struct supervisor *s, const char *name)
{
	struct hwc_resource *resource;
	int err = hwc_resource_get(s->claims->ctx, name, &resource);

	if (err == -ENOENT)
		log_error(&s->command, "%s is gone", name);
	else
		log_error(&s->command, "the claim of %s was ended by somebody else", name);
	if (!err)
		hwc_resource_free(resource);
}

/* Why it ended: the claim's own sentence, where it was not somebody's will. */
static int tell_failure(const struct supervisor *s)
{
	int code = ENDED_TAKEN;

	for (size_t i = 0; i < s->claims->count; i++) {
		const struct hwc_ask *ask = hwc_bundle_ask(s->claims->bundle, i);
		struct hwc_claim *claim;

		if (hwc_claim_get(s->claims->ctx, s->claims->grants[i].id, &claim)) {
			tell_end(s, ask->resource);
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
	if (!*backoff_ms)
		*backoff_ms = BACKOFF_MS;
	while (may_restart(s)) {
		log_error(&s->command, "starting again in %d ms, for %lld times more at most",
			  *backoff_ms, (long long)container_number(s->container, "restarts"));
		if (settle_is_interrupted(s, *backoff_ms))
			return ENDED_STOPPED;
		*backoff_ms = *backoff_ms * 2 < BACKOFF_MAX_MS ? *backoff_ms * 2 : BACKOFF_MAX_MS;
		if (!hardware_start(s)) {
			container_set(s->container, "restarting", json_object_new_boolean(false));
			container_save(s->container);
			return -1;
		}
		hardware_stop(s);
		if (settle_is_interrupted(s, 0))
			return ENDED_STOPPED;
	}
	return code;
}

/* What was told has ended it: an exit status, or -1 when it runs again. */
static int fail(struct supervisor *s, int code, int *backoff_ms)
{
	int stopped = hardware_stop(s);

	if (stopped != ENDED_STOPPED)
		return stopped;
	return code == ENDED_FAILED ? restart(s, code, backoff_ms) : code;
}

int failure_of_claims(struct supervisor *s, int *backoff_ms)
{
	return fail(s, tell_failure(s), backoff_ms);
}

int failure_of_silence(struct supervisor *s, const struct core *core, int *backoff_ms)
{
	return fail(s, tell_silence(s, core), backoff_ms);
}
