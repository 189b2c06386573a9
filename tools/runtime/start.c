// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Before a container is created: claim what it asks for and put it into
 * config.json. The claims are held by this process, which becomes runc or crun
 * by exec and stays the same to the kernel: a runtime that is killed gives them
 * back, and no file descriptor is there that a hook or a container could inherit
 * and outlive it with. The createRuntime hook gives them to the container.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "runtime.h"

/* The hook does one request; it may have to wait for other users of netlink. */
#define HOOK_TIMEOUT_S 30

/* Tells a runtime that we exec, and that is us again, not to claim twice. */
#define MARK_VARIABLE "HWCONTAINER_ALLOCATED"

/**
 * struct start - a container that is being prepared
 * @command: the command line
 * @settings: how
 * @ctx: the library
 * @bundle: what is edited
 * @count: how many resources it asks for
 * @grants: the claims
 * @edits: what the container is given
 */
struct start {
	const struct command *command;
	const struct settings *settings;
	struct hwc_ctx *ctx;
	struct hwc_bundle *bundle;
	size_t count;
	struct hwc_grant *grants;
	struct hwc_edits *edits;
};

static int out_of_memory(const struct start *start)
{
	log_error(start->command, "out of memory");
	return -ENOMEM;
}

/* The library's sentence. */
static int report(const struct start *start, int err)
{
	if (err)
		log_error(start->command, "%s", hwc_ctx_error(start->ctx));
	return err;
}

static void tell_requests(const struct start *start)
{
	size_t i;

	for (i = 0; i < start->count; i++) {
		const struct hwc_ask *ask = hwc_bundle_ask(start->bundle, i);

		log_debug(start->command, "asked for: %s=%s, overlay %s", ask->resource,
			  ask->image ? ask->image : "",
			  ask->overlay && *ask->overlay ? ask->overlay : "none");
	}
}

static int check_policy(const struct start *start)
{
	struct hwc_policy *policy;
	int err;

	err = report(start, hwc_policy_load(start->ctx, start->settings->policy, &policy));
	if (err)
		return err;
	err = report(start, hwc_bundle_load(start->bundle));
	if (!err) {
		tell_requests(start);
		err = report(start, hwc_bundle_grant(start->bundle, policy));
	}
	hwc_policy_free(policy);
	return err;
}

static bool any_waits(const struct start *start)
{
	size_t i;

	for (i = 0; i < start->count; i++)
		if (hwc_bundle_waits(start->bundle, i))
			return true;
	return false;
}

static int fill_request(const struct start *start, struct hwc_request *req, int pidfd, bool waiting)
{
	size_t i;
	int err;

	hwc_request_holder_pidfd(req, pidfd);
	hwc_request_flags(req, start->settings->keep ? HWCONTAINER_CLAIM_FLAGS_KEEP : 0);
	err = start->command->id ? hwc_request_container(req, start->command->id) : 0;
	for (i = 0; !err && i < start->count; i++)
		if (hwc_bundle_waits(start->bundle, i) == waiting)
			err = hwc_bundle_request(start->bundle, i, req);
	return err;
}

static int submit(const struct start *start, struct hwc_request *req, bool waiting)
{
	struct hwc_grant *grants = calloc(start->count, sizeof(*grants));
	size_t i, n = 0;
	int err;

	if (!grants)
		return -ENOMEM;
	err = hwc_request_submit(req, grants);
	for (i = 0; !err && i < start->count; i++)
		if (hwc_bundle_waits(start->bundle, i) == waiting)
			start->grants[i] = grants[n++];
	free(grants);
	return err;
}

/* Those that come after a shell of the same container, or all others. */
static int claim_some(const struct start *start, int pidfd, bool waiting)
{
	struct hwc_request *req;
	int err;

	err = hwc_request_new(start->ctx, &req);
	if (err)
		return report(start, err);
	err = fill_request(start, req, pidfd, waiting);
	if (!err)
		err = submit(start, req, waiting);
	hwc_request_free(req);
	return report(start, err);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* One time limit for all of them. A signal ends us, and with us the claims. */
static int wait_ready(const struct start *start, int64_t end)
{
	int holder = -1, err = 0;
	size_t i;

	for (i = 0; !err && i < start->count; i++) {
		int64_t left = end - now_ms();

		if (!start->grants[i].id || start->grants[i].state == HWCONTAINER_CLAIM_STATE_READY)
			continue;
		if (holder < 0)
			holder = hwc_holder_open(start->ctx);
		err = holder < 0 ? holder :
				   hwc_claim_wait(start->ctx, holder, start->grants[i].id,
						  left > 0 ? left : 0);
	}
	if (holder >= 0)
		close(holder);
	return report(start, err);
}

static int claim(const struct start *start)
{
	int64_t end = now_ms() + start->settings->timeout_ms;
	int pidfd, err;

	pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	if (pidfd < 0) {
		err = -errno;
		log_error(start->command, "pidfd_open: %s", strerror(errno));
		return err;
	}
	err = claim_some(start, pidfd, false);
	if (!err)
		err = wait_ready(start, end);
	if (!err && any_waits(start))
		err = claim_some(start, pidfd, true);
	if (!err)
		err = wait_ready(start, end);
	close(pidfd);
	return err;
}

static void tell_claim(const struct start *start, const struct hwc_claim *claim)
{
	enum hwcontainer_stage stage;

	for (stage = HWCONTAINER_STAGE_GRANTED; stage <= HWCONTAINER_STAGE_BOUND; stage++)
		if (hwc_claim_time(claim, stage))
			log_debug(start->command, "claim %u, %s: %s after %.3f ms",
				  hwc_claim_id(claim), hwc_claim_resource(claim),
				  hwc_stage_name(stage), hwc_claim_time(claim, stage) / 1e6);
}

static int add_claims(const struct start *start)
{
	struct hwc_claim *claim;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < start->count; i++) {
		err = hwc_claim_get(start->ctx, start->grants[i].id, &claim);
		if (err)
			break;
		tell_claim(start, claim);
		err = hwc_edits_claim(start->edits, claim, i);
		hwc_claim_free(claim);
	}
	return report(start, err);
}

/* @words: as many as there are claims, and a NULL */
static int add_hook(const struct start *start, char **words)
{
	const char *args[HWCONTAINER_REQUESTS_MAX + 4] = { HOOK_NAME, HOOK_VERB, HOOK_HANDOVER };
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (length < 0) {
		log_error(start->command, "/proc/self/exe: %s", strerror(errno));
		return -EIO;
	}
	self[length] = '\0';
	memcpy(args + 3, words, (start->count + 1) * sizeof(*words));
	return report(start,
		      hwc_edits_hook(start->edits, "createRuntime", self, args, HOOK_TIMEOUT_S));
}

/* The claims' numbers separated by spaces. */
static char *write_mark(const struct start *start)
{
	char *mark = malloc(12 * start->count + 1), *at = mark;
	size_t i;

	for (i = 0; mark && i < start->count; i++)
		at += sprintf(at, "%s%u", i ? " " : "", start->grants[i].id);
	return mark;
}

static int finish(const struct start *start, const char *mark)
{
	int err;

	err = report(start, hwc_bundle_apply(start->bundle, start->edits, mark));
	if (!err)
		err = report(start, hwc_bundle_save(start->bundle));
	if (!err && setenv(MARK_VARIABLE, mark, 1))
		err = out_of_memory(start);
	if (!err)
		log_debug(start->command, "%s/config.json edited: %s", start->command->bundle,
			  hwc_edits_json(start->edits));
	return err;
}

static int edit(const struct start *start)
{
	char *mark = write_mark(start), *copy = mark ? strdup(mark) : NULL, *at = copy;
	char **words = calloc(start->count + 1, sizeof(*words));
	size_t i;
	int err;

	err = copy && words ? add_claims(start) : out_of_memory(start);
	for (i = 0; !err && i < start->count; i++)
		words[i] = strsep(&at, " ");
	if (!err)
		err = add_hook(start, words);
	if (!err)
		err = finish(start, mark);
	free(words);
	free(copy);
	free(mark);
	return err;
}

static int claim_and_edit(struct start *start)
{
	int err;

	start->grants = calloc(start->count, sizeof(*start->grants));
	if (!start->grants)
		return out_of_memory(start);
	err = check_policy(start);
	if (!err)
		err = claim(start);
	if (!err)
		err = report(start, hwc_edits_new(start->ctx, &start->edits));
	if (!err)
		err = edit(start);
	hwc_edits_free(start->edits);
	free(start->grants);
	return err;
}

/* Whether the one who executed us has claimed for this very start. */
static bool is_nested(const struct start *start)
{
	const char *mark = hwc_bundle_mark(start->bundle), *ours = getenv(MARK_VARIABLE);

	return mark && ours && !strcmp(mark, ours);
}

static int prepare(struct start *start)
{
	int err;

	if (is_nested(start))
		return 0;
	err = report(start, hwc_bundle_read(start->bundle));
	if (err)
		return err;
	start->count = hwc_bundle_asks(start->bundle);
	if (start->count)
		return claim_and_edit(start);
	return report(start, hwc_bundle_save(start->bundle));
}

int start_prepare(const struct command *command, const struct settings *settings)
{
	struct start start = { .command = command, .settings = settings };
	int err;

	if (command->config) {
		log_error(command,
			  "the option --config is not supported: the file is %s/config.json",
			  command->bundle);
		return -EINVAL;
	}
	if (hwc_ctx_new(&start.ctx))
		return out_of_memory(&start);
	err = hwc_bundle_open(start.ctx, command->bundle, &start.bundle);
	if (!err) {
		err = prepare(&start);
		hwc_bundle_free(start.bundle);
	} else if (err == -ENOENT) {
		err = 0; /* the runtime says so in its own words */
	} else {
		report(&start, err);
	}
	hwc_ctx_free(start.ctx);
	return err;
}
