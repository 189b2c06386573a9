// SPDX-License-Identifier: GPL-2.0-or-later
/* Waiting for the hardware, with a line that tells how it goes. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include "hwctl.h"

/* How often the line is written, and what needs none. */
#define SLICE_MS 200
#define QUIET_MS 1000

#define STAGES HWCONTAINER_STAGE_BOUND

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
	(void)number;
	interrupted = 1;
}

void catch_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };

	/* no SA_RESTART: a wait is to end */
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
}

bool was_interrupted(void)
{
	return interrupted;
}

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Steps that are done. */
static int stages_done(const struct hwc_claim *claim)
{
	int done = 0;

	for (int stage = HWCONTAINER_STAGE_GRANTED; stage <= STAGES; stage++)
		if (hwc_claim_time(claim, stage))
			done = stage;
	return done;
}

static uint32_t count_waiting(struct hwctl *h, const char *name)
{
	struct hwc_resource *res;
	uint32_t n;

	if (hwc_resource_get(h->ctx, name, &res))
		return 0;
	n = hwc_resource_waiting(res);
	hwc_resource_free(res);
	return n;
}

static void print_place(struct hwctl *h, const struct hwc_claim *claim, int64_t elapsed)
{
	fprintf(stderr, "\r\033[K%s: waiting, %u of %u, %.1f s", hwc_claim_resource(claim),
		hwc_claim_position(claim), count_waiting(h, hwc_claim_resource(claim)),
		elapsed / 1000.0);
}

static void print_stage(const struct hwc_claim *claim, int64_t elapsed)
{
	static const char *const doing[] = {
		[0] = "asking",
		[HWCONTAINER_STAGE_GRANTED] = "reading the image",
		[HWCONTAINER_STAGE_READ] = "checking the image",
		[HWCONTAINER_STAGE_CHECKED] = "programming",
		[HWCONTAINER_STAGE_PROGRAMMED] = "adding the devices",
		[HWCONTAINER_STAGE_OVERLAY] = "waiting for drivers",
		[HWCONTAINER_STAGE_BOUND] = "done",
	};
	int done = stages_done(claim);

	fprintf(stderr, "\r\033[K%s: %s, %.1f s, %d %%", hwc_claim_resource(claim), doing[done],
		elapsed / 1000.0, done * 100 / STAGES);
}

static void print_line(struct hwctl *h, uint32_t id, int64_t elapsed)
{
	struct hwc_claim *claim;

	if (hwc_claim_get(h->ctx, id, &claim))
		return;
	if (hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_WAITING)
		print_place(h, claim, elapsed);
	else
		print_stage(claim, elapsed);
	hwc_claim_free(claim);
}

static int slice(int64_t end, int timeout_ms)
{
	int64_t left = end - now_ms();

	if (timeout_ms < 0 || left > SLICE_MS)
		return SLICE_MS;
	return left > 0 ? left : 0;
}

/* Whether the claim has failed, which may be for want of time, too. */
static bool is_over(struct hwctl *h, uint32_t id)
{
	struct hwc_claim *claim;
	bool over;

	if (hwc_claim_get(h->ctx, id, &claim))
		return true;
	over = hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_FAILED;
	hwc_claim_free(claim);
	return over;
}

/* Until @end; says each slice how it goes, once it takes long. */
static int wait_one(struct hwctl *h, int holder, uint32_t id, int64_t start, int timeout_ms,
		    bool *line)
{
	int64_t end = start + timeout_ms;
	int err;

	for (;;) {
		int ms = slice(end, timeout_ms);

		err = hwc_claim_wait(h->ctx, holder, id, ms);
		if (err == -EINTR && !interrupted)
			continue;
		if (err == -ETIMEDOUT && is_over(h, id)) {
			err = hwc_claim_wait(h->ctx, holder, id, 0);
			return err == -ETIMEDOUT ? -ETIME : err;
		}
		if (err != -ETIMEDOUT || interrupted || ms < SLICE_MS)
			return err;
		if (now_ms() - start < QUIET_MS || !isatty(STDERR_FILENO))
			continue;
		print_line(h, id, now_ms() - start);
		*line = true;
	}
}

int wait_ready(struct hwctl *h, int holder, const struct hwc_grant *grants, size_t n,
	       int timeout_ms)
{
	int64_t start = now_ms();
	bool line = false;
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		if (grants[i].state != HWCONTAINER_CLAIM_STATE_READY)
			err = wait_one(h, holder, grants[i].id, start, timeout_ms, &line);
	if (line)
		fputs("\r\033[K", stderr);
	return err;
}
