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
 * @claims: what it asks for
 * @edits: what it is given
 */
struct start {
	struct claims claims;
	struct hwc_edits *edits;
};

static void tell_claim(const struct start *start, const struct hwc_claim *claim)
{
	enum hwcontainer_stage stage;

	for (stage = HWCONTAINER_STAGE_GRANTED; stage <= HWCONTAINER_STAGE_BOUND; stage++)
		if (hwc_claim_time(claim, stage))
			log_debug(start->claims.command, "claim %u, %s: %s after %.3f ms",
				  hwc_claim_id(claim), hwc_claim_resource(claim),
				  hwc_stage_name(stage), hwc_claim_time(claim, stage) / 1e6);
}

static int add_claims(const struct start *start)
{
	struct hwc_claim *claim;
	size_t i;
	int err = 0;

	for (i = 0; !err && i < start->claims.count; i++) {
		err = hwc_claim_get(start->claims.ctx, start->claims.grants[i].id, &claim);
		if (err)
			break;
		tell_claim(start, claim);
		err = hwc_edits_claim(start->edits, claim, i);
		hwc_claim_free(claim);
	}
	return claims_report(&start->claims, err);
}

/* @words: as many as there are claims, and a NULL */
static int add_hook(const struct start *start, char **words)
{
	const struct command *command = start->claims.command;
	const char *group = hwc_bundle_group(start->claims.bundle);
	const char *args[HWCONTAINER_REQUESTS_MAX + 7] = { HOOK_NAME };
	char self[PATH_MAX], sysroot[PATH_MAX], option[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	size_t n = 1;

	if (length < 0)
		return log_errno(command, "/proc/self/exe");
	self[length] = '\0';
	if (command->sysroot) {
		if (!realpath(command->sysroot, sysroot))
			return log_errno(command, "--sysroot");
		args[n++] = "--sysroot";
		args[n++] = sysroot;
	}
	args[n++] = HOOK_VERB;
	args[n++] = HOOK_HANDOVER;
	if (group) {
		snprintf(option, sizeof(option), HOOK_GROUP "%s", group);
		args[n++] = option;
	}
	memcpy(args + n, words, (start->claims.count + 1) * sizeof(*words));
	return claims_report(&start->claims, hwc_edits_hook(start->edits, "createRuntime", self,
							    args, HOOK_TIMEOUT_S));
}

/* The claims' numbers separated by spaces. */
static char *write_mark(const struct start *start)
{
	char *mark = malloc(12 * start->claims.count + 1), *at = mark;
	size_t i;

	for (i = 0; mark && i < start->claims.count; i++)
		at += sprintf(at, "%s%u", i ? " " : "", start->claims.grants[i].id);
	return mark;
}

static int finish(const struct start *start, const char *mark)
{
	int err;

	err = claims_report(&start->claims,
			    hwc_bundle_apply(start->claims.bundle, start->edits, mark));
	if (!err)
		err = claims_report(&start->claims, hwc_bundle_save(start->claims.bundle));
	if (!err && setenv(MARK_VARIABLE, mark, 1))
		err = claims_no_memory(&start->claims);
	if (!err)
		log_debug(start->claims.command, "%s/config.json edited: %s",
			  start->claims.command->bundle, hwc_edits_json(start->edits));
	return err;
}

static int edit(const struct start *start)
{
	char *mark = write_mark(start), *copy = mark ? strdup(mark) : NULL, *at = copy;
	char **words = calloc(start->claims.count + 1, sizeof(*words));
	size_t i;
	int err;

	err = copy && words ? add_claims(start) : claims_no_memory(&start->claims);
	for (i = 0; !err && i < start->claims.count; i++)
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
	struct claims *claims = &start->claims;
	int err = claims_open(claims);

	if (!err)
		err = claims_check(claims);
	if (!err)
		err = claims_take(claims);
	if (!err)
		err = claims_report(claims, hwc_edits_new(claims->ctx, &start->edits));
	if (!err)
		err = edit(start);
	hwc_edits_free(start->edits);
	claims_close(claims);
	return err;
}

int start_refuse_supervision(const struct claims *claims)
{
	const struct hwc_bundle *bundle = claims->bundle;

	if (!hwc_bundle_restarts(bundle) && !hwc_bundle_watchdog_ms(bundle))
		return 0;
	log_error(claims->command, "org.hwcontainer.%s is for containers whose program is firmware",
		  hwc_bundle_restarts(bundle) ? "restart" : "watchdog-ms");
	return -EINVAL;
}

static int process_start(struct claims *claims, int *code)
{
	struct start start = { .claims = *claims };
	int err;

	(void)code;
	if (!claims->settings->runtime)
		return behind_refuse(claims->command);
	if (!claims->count)
		return claims_report(claims, hwc_bundle_save(claims->bundle));
	err = start_refuse_supervision(claims);
	return err ? err : claim_and_edit(&start);
}

static bool fits(const struct hwc_bundle *bundle)
{
	(void)bundle;
	return true;
}

/* What is no other kind's: hardware for a container that the runtime behind this one runs. */
const struct kind kind_process = {
	.name = "process",
	.fits = fits,
	.start = process_start,
};

/* Whether the one who executed us has claimed for this very start. */
static bool is_nested(const struct claims *claims)
{
	const char *mark = hwc_bundle_mark(claims->bundle), *ours = getenv(MARK_VARIABLE);

	return mark && ours && !strcmp(mark, ours);
}

static int prepare(struct claims *claims, int *code)
{
	int err;

	if (is_nested(claims))
		return 0;
	err = claims_report(claims, hwc_bundle_read(claims->bundle));
	if (err)
		return err;
	claims->count = hwc_bundle_asks(claims->bundle);
	return kind_of_bundle(claims->bundle)->start(claims, code);
}

int start_prepare(const struct command *command, const struct settings *settings, int *code)
{
	struct claims claims = { .command = command, .settings = settings };
	int err;

	if (command->config) {
		log_error(command,
			  "the option --config is not supported: the file is %s/config.json",
			  command->bundle);
		return -EINVAL;
	}
	err = library_open(command, &claims.ctx);
	if (err)
		return err;
	err = hwc_bundle_open(claims.ctx, command->bundle, &claims.bundle);
	if (!err) {
		err = prepare(&claims, code);
		hwc_bundle_free(claims.bundle);
	} else if (err == -ENOENT && settings->runtime) {
		err = 0; /* the runtime says so in its own words */
	} else {
		claims_report(&claims, err);
	}
	hwc_ctx_free(claims.ctx);
	return err;
}
