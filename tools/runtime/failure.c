// SPDX-License-Identifier: GPL-2.0-or-later
/* Firmware has failed: that is told, and it is started again where it may be. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>
#include "firmware.h"

/* Before a start again, doubled each time up to the other. */
#define BACKOFF_MS 100
#define BACKOFF_MAX_MS 10000

/* For the kernel to believe in a crash, and between two looks whether it does. */
#define CRASH_MS 1000
#define CRASH_LOOK_MS 5

/* The kernel is told of a crash, so that it keeps what the core's memory holds. */
static void report_crash(const struct firmware *f, const char *core)
{
	int64_t end = now_ms() + CRASH_MS;
	char path[HWCONTAINER_NAME_MAX + 32];
	int fd;

	snprintf(path, sizeof(path), "%s/crash", core);
	fd = openat(f->traces.dirfd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	/* as of a watchdog: enum rproc_crash_type in linux/remoteproc.h */
	if (write(fd, "1", 1) == 1)
		while (!dumps_crashed(&f->dumps, core) && now_ms() < end)
			poll(NULL, 0, CRASH_LOOK_MS);
	close(fd);
}

/* A core without a trap for it cannot tell its crash, but it says nothing any more. */
static int tell_silence(const struct firmware *f, const struct core *core)
{
	log_error(&f->s->command, "%s has said nothing for more than %u ms", core->name,
		  f->watchdog_ms);
	report_crash(f, core->name);
	return ENDED_FAILED;
}

static bool may_restart(struct firmware *f)
{
	int64_t left = container_number(f->s->container, "restarts");

	if (left <= 0)
		return false;
	container_set(f->s->container, "restarts", json_object_new_int64(left - 1));
	container_set(f->s->container, "restarting", json_object_new_boolean(true));
	return !container_save(f->s->container);
}

/* Starts what failed again, as often as it may; an exit status, or -1 when it runs. */
static int restart(struct firmware *f, int code)
{
	if (!f->backoff_ms)
		f->backoff_ms = BACKOFF_MS;
	while (may_restart(f)) {
		log_error(&f->s->command, "starting again in %d ms, restarts left: %lld",
			  f->backoff_ms, (long long)container_number(f->s->container, "restarts"));
		if (settle_is_interrupted(f->s, f->backoff_ms))
			return ENDED_STOPPED;
		f->backoff_ms = f->backoff_ms * 2 < BACKOFF_MAX_MS ? f->backoff_ms * 2 :
								     BACKOFF_MAX_MS;
		if (!hardware_start(f)) {
			container_set(f->s->container, "restarting",
				      json_object_new_boolean(false));
			container_save(f->s->container);
			return -1;
		}
		hardware_stop(f);
		if (settle_is_interrupted(f->s, 0))
			return ENDED_STOPPED;
	}
	return code;
}

/* What was told has ended it: an exit status, or -1 when it runs again. */
static int fail(struct firmware *f, int code)
{
	int stopped = hardware_stop(f);

	if (stopped != ENDED_STOPPED)
		return stopped;
	return code == ENDED_FAILED ? restart(f, code) : code;
}

int failure_of_claims(struct firmware *f)
{
	return fail(f, holding_tell(f->s->claims));
}

int failure_of_silence(struct firmware *f, const struct core *core)
{
	return fail(f, tell_silence(f, core));
}
