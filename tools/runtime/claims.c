// SPDX-License-Identifier: GPL-2.0-or-later
/* What a bundle asks for: allowed by the policy, claimed, waited for. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "runtime.h"

int claims_no_memory(const struct claims *claims)
{
	log_error(claims->command, "out of memory");
	return -ENOMEM;
}

/* The library's sentence. */
int claims_report(const struct claims *claims, int err)
{
	if (err)
		log_error(claims->command, "%s", hwc_ctx_error(claims->ctx));
	return err;
}

static void tell_requests(const struct claims *claims)
{
	size_t i;

	for (i = 0; i < claims->count; i++) {
		const struct hwc_ask *ask = hwc_bundle_ask(claims->bundle, i);

		log_debug(claims->command, "asked for: %s=%s, overlay %s", ask->resource,
			  ask->image ? ask->image : "",
			  ask->overlay && *ask->overlay ? ask->overlay : "none");
	}
}

static int open_netns(struct claims *claims, const char *path)
{
	/* what stands in for the module has no namespaces */
	if (claims->netns >= 0 || claims->command->sysroot)
		return 0;
	claims->netns = open(path, O_RDONLY | O_CLOEXEC);
	return claims->netns < 0 ? log_errno(claims->command, path) : 0;
}

/* One that is there already: what its group may not have is refused before it is configured. */
static int find_netns(struct claims *claims)
{
	const char *path = hwc_bundle_netns(claims->bundle);

	if (hwc_bundle_group(claims->bundle) && (!path || *path)) {
		log_error(
			claims->command,
			"org.hwcontainer.group is for containers with a new network namespace, and this one joins %s",
			path ? path : "the host's");
		return -EINVAL;
	}
	return path && *path ? open_netns(claims, path) : 0;
}

int claims_move_in(struct claims *claims)
{
	return hwc_bundle_netns(claims->bundle) ? open_netns(claims, "/proc/self/ns/net") : 0;
}

int claims_check(struct claims *claims)
{
	struct hwc_policy *policy;
	int err;

	err = claims_report(claims,
			    hwc_policy_load(claims->ctx, claims->settings->policy, &policy));
	if (err)
		return err;
	err = claims_report(claims, hwc_bundle_load(claims->bundle));
	if (!err) {
		tell_requests(claims);
		err = claims_report(claims, hwc_bundle_grant(claims->bundle, policy));
	}
	hwc_policy_free(policy);
	return err ? err : find_netns(claims);
}

static size_t count_waiting(const struct claims *claims)
{
	size_t i, n = 0;

	for (i = 0; i < claims->count; i++)
		n += hwc_bundle_waits(claims->bundle, i);
	return n;
}

/**
 * struct turn - those claims of a container that are asked for together
 * @claims: all of them
 * @pidfd: their holder
 * @waiting: those that come after a shell of the same container, or all others
 * @only: the one that is asked for now, whichever it is of these, or -1
 * @flags: for each
 * @wait_end: when nobody waits any more for what others have
 * @limit_ms: they must be ready so long after they were asked for
 * @end: when that is
 */
struct turn {
	struct claims *claims;
	int pidfd;
	bool waiting;
	int only;
	uint32_t flags;
	int64_t wait_end;
	int64_t limit_ms;
	int64_t end;
};

static void set_end(struct turn *turn, int64_t limit_ms)
{
	turn->limit_ms = limit_ms;
	turn->end = now_ms() + limit_ms;
}

static bool is_in_turn(const struct turn *turn, size_t i)
{
	if (turn->only >= 0)
		return turn->only == (int)i;
	return hwc_bundle_waits(turn->claims->bundle, i) == turn->waiting;
}

/* Of time that may be over. */
static int64_t left_ms(int64_t ms)
{
	return ms > 0 ? ms : 0;
}

static int fill_request(const struct turn *turn, struct hwc_request *req)
{
	const struct claims *claims = turn->claims;
	size_t i;
	int err;

	if (claims->by_file)
		hwc_request_holder_file(req, claims->holder);
	else
		hwc_request_holder_pidfd(req, turn->pidfd);
	hwc_request_netns(req, claims->netns);
	hwc_request_wait(req, turn->only < 0 ? 0 : left_ms(turn->wait_end - now_ms()));
	hwc_request_flags(req, turn->flags | claims->flags |
				       (claims->settings->keep ? HWCONTAINER_CLAIM_FLAGS_KEEP : 0));
	err = claims->command->id ? hwc_request_container(req, claims->command->id) : 0;
	for (i = 0; !err && i < claims->count; i++)
		if (is_in_turn(turn, i))
			err = hwc_bundle_request(claims->bundle, i, req);
	return err;
}

/**
 * struct cores - the remote processors of this machine, as one text
 * @text: their names, with the ones their drivers gave them
 */
struct cores {
	char text[512];
};

static int add_core(const struct hwc_resource *resource, void *data)
{
	size_t aliases = hwc_resource_aliases(resource);
	struct cores *cores = data;
	size_t used = strlen(cores->text);

	if (!strcmp(hwc_resource_kind(resource), "remoteproc"))
		snprintf(cores->text + used, sizeof(cores->text) - used, "%s%s (%s)",
			 used ? ", " : "", hwc_resource_name(resource),
			 aliases ? hwc_resource_alias(resource, aliases - 1) : "");
	return 0;
}

/* Whether it is a remote processor that is asked for. */
static bool is_core(const struct claims *claims, size_t i)
{
	return (int)i == hwc_bundle_firmware(claims->bundle) ||
	       !strncmp(hwc_bundle_ask(claims->bundle, i)->resource, "remoteproc",
			strlen("remoteproc"));
}

/* The name of a core is not known until one has looked: so those that exist are told. */
static bool report_missing(const struct turn *turn)
{
	const struct claims *claims = turn->claims;
	struct cores cores = { "" };

	for (size_t i = 0; i < claims->count; i++) {
		const char *name = hwc_bundle_ask(claims->bundle, i)->resource;
		struct hwc_resource *resource;
		int err;

		if (!is_in_turn(turn, i) || !is_core(claims, i))
			continue;
		err = hwc_resource_get(claims->ctx, name, &resource);
		if (!err) {
			hwc_resource_free(resource);
			continue;
		}
		if (err != -ENOENT || hwc_resource_foreach(claims->ctx, add_core, &cores))
			break;
		log_error(claims->command,
			  "remote processor %s does not exist, available remote processors: %s",
			  name, *cores.text ? cores.text : "none");
		return true;
	}
	return false;
}

static void report_refusal(const struct turn *turn, int err)
{
	char *sentence = strdup(hwc_ctx_error(turn->claims->ctx));

	if (err != -ENOENT || !report_missing(turn))
		log_error(turn->claims->command, "%s", sentence ? sentence : strerror(-err));
	free(sentence);
}

static int submit(const struct turn *turn, struct hwc_request *req)
{
	const struct claims *claims = turn->claims;
	struct hwc_grant *grants = calloc(claims->count, sizeof(*grants));
	size_t i, n = 0;
	int err;

	if (!grants)
		return claims_no_memory(claims);
	err = hwc_request_submit(req, grants);
	if (err)
		report_refusal(turn, err);
	for (i = 0; !err && i < claims->count; i++)
		if (is_in_turn(turn, i))
			claims->grants[i] = grants[n++];
	free(grants);
	return err;
}

static int ask(const struct turn *turn)
{
	const struct claims *claims = turn->claims;
	struct hwc_request *req;
	int err;

	err = claims_report(claims, hwc_request_new(claims->ctx, &req));
	if (err)
		return err;
	err = claims_report(claims, fill_request(turn, req));
	if (!err)
		err = submit(turn, req);
	hwc_request_free(req);
	return err;
}

/* Until it is ready or not to be, or the caller has other things to do. */
static int wait_or_leave(const struct turn *turn, uint32_t id, int64_t left)
{
	const struct claims *claims = turn->claims;
	struct pollfd files[] = { { .events = POLLIN }, { claims->interrupt, POLLIN, 0 } };
	int ready;

	files[0].fd = hwc_claim_open(claims->ctx, claims->holder, id);
	if (files[0].fd < 0)
		return claims_report(claims, files[0].fd);
	ready = poll(files, 2, left);
	close(files[0].fd);
	if (ready > 0 && !files[0].revents) {
		log_error(claims->command, "claim %u was not waited for", id);
		return -EINTR;
	}
	if (!ready) {
		log_error(claims->command, "claim %u is not ready after %" PRId64 " ms", id,
			  turn->limit_ms);
		return -ETIMEDOUT;
	}
	return claims_report(claims, hwc_claim_wait(claims->ctx, claims->holder, id, 0));
}

int claims_connect(struct claims *claims)
{
	int err;

	/* who asks for none needs no module */
	if (!claims->count)
		return 0;
	err = claims_report(claims, hwc_noop(claims->ctx));
	if (!err && claims->holder < 0)
		claims->holder = hwc_holder_open(claims->ctx);
	return !err && claims->holder < 0 ? claims_report(claims, claims->holder) : err;
}

static int wait_one(const struct turn *turn, uint32_t id, int64_t left)
{
	struct claims *claims = turn->claims;
	int err = claims->holder < 0 ? claims_connect(claims) : 0;

	if (err)
		return err;
	if (claims->interrupt >= 0)
		return wait_or_leave(turn, id, left);
	return claims_report(claims, hwc_claim_wait(claims->ctx, claims->holder, id, left));
}

/* One time limit for all of them. A signal ends us, and with us the claims. */
static int wait_ready(const struct turn *turn)
{
	struct claims *claims = turn->claims;
	int err = 0;
	size_t i;

	for (i = 0; !err && i < claims->count; i++) {
		int64_t left = turn->end - now_ms();

		if (claims->grants[i].id &&
		    claims->grants[i].state != HWCONTAINER_CLAIM_STATE_READY)
			err = wait_one(turn, claims->grants[i].id, left > 0 ? left : 0);
	}
	return err;
}

static int take_at_once(const struct turn *turn)
{
	int err = ask(turn);

	return err ? err : wait_ready(turn);
}

/*
 * What the module calls it: people have other names, which have another order. What comes with
 * a shell has its name when that is there; what else does not exist is refused before
 * anything is waited for.
 */
static int look_up(const struct claims *claims, size_t i, char **name)
{
	const char *asked = hwc_bundle_ask(claims->bundle, i)->resource;
	struct hwc_resource *resource;

	if (!hwc_resource_get(claims->ctx, asked, &resource)) {
		*name = strdup(hwc_resource_name(resource));
		hwc_resource_free(resource);
	} else if (hwc_bundle_waits(claims->bundle, i)) {
		return 0;
	} else {
		*name = strdup("");
	}
	return *name ? 0 : claims_no_memory(claims);
}

static int look_all_up(const struct claims *claims, struct place_in_line *line)
{
	int err = 0;

	for (size_t i = 0; !err && i < claims->count; i++)
		if (!line[i].name)
			err = look_up(claims, i, &line[i].name);
	return err;
}

static bool is_twice(const struct place_in_line *line, int last, int now)
{
	return last >= 0 && line[last].name && line[now].name &&
	       !strcmp(line[last].name, line[now].name);
}

/*
 * One after the other, by name: containers that wait for several resources then cannot wait
 * for each other. Nor for themselves, where they ask for one twice. A shell comes before
 * what is in it.
 */
static int take_in_line(const struct turn *all, struct place_in_line *line)
{
	const struct claims *claims = all->claims;
	struct turn turn = *all;
	int last = -1, err;

	while (!(err = look_all_up(claims, line)) &&
	       (turn.only = order_next(line, claims->count)) >= 0) {
		turn.wait_end = is_twice(line, last, turn.only) ? 0 : all->wait_end;
		set_end(&turn, left_ms(turn.wait_end - now_ms()) + claims->settings->timeout_ms);
		err = take_at_once(&turn);
		if (err)
			break;
		last = turn.only;
		line[last].done = true;
	}
	return err;
}

/* @all: also those that wait for a shell */
static int take_by_name(const struct turn *turn, bool all)
{
	const struct claims *claims = turn->claims;
	struct place_in_line *line = calloc(claims->count, sizeof(*line));
	int err;

	if (!line)
		return claims_no_memory(claims);
	for (size_t i = 0; i < claims->count; i++)
		line[i].done = !all && hwc_bundle_waits(claims->bundle, i);
	err = take_in_line(turn, line);
	for (size_t i = 0; i < claims->count; i++)
		free(line[i].name);
	free(line);
	return err;
}

/* Those that wait for a shell are asked for when it is there. */
static int take_together(const struct turn *first, bool all)
{
	struct turn turn = *first;
	size_t waiting = count_waiting(turn.claims);
	int err = 0;

	if (waiting < turn.claims->count)
		err = take_at_once(&turn);
	turn.waiting = true;
	if (!err && all && waiting)
		err = take_at_once(&turn);
	return err;
}

int claims_open(struct claims *claims)
{
	claims->interrupt = -1;
	claims->holder = -1;
	claims->netns = -1;
	/* one more, for there may be none */
	claims->grants = calloc(claims->count + 1, sizeof(*claims->grants));
	claims->file = calloc(claims->count + 1, sizeof(*claims->file));
	if (!claims->grants || !claims->file)
		return claims_no_memory(claims);
	for (size_t i = 0; i < claims->count; i++)
		claims->file[i] = -1;
	return 0;
}

void claims_close(struct claims *claims)
{
	if (claims->holder >= 0)
		close(claims->holder);
	if (claims->netns >= 0)
		close(claims->netns);
	free(claims->grants);
	claims->grants = NULL;
	free(claims->file);
	claims->file = NULL;
}

/* @all: also those that wait for a shell */
static int take(struct claims *claims, uint32_t flags, bool all)
{
	unsigned int wait_s = hwc_bundle_wait_s(claims->bundle);
	struct turn turn = { .claims = claims,
			     .only = -1,
			     .flags = flags,
			     .wait_end = now_ms() + wait_s * INT64_C(1000) };
	int err;

	if (!claims->count)
		return 0;
	turn.pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	if (turn.pidfd < 0)
		return log_errno(claims->command, "pidfd_open");
	set_end(&turn, claims->settings->timeout_ms);
	memset(claims->grants, 0, claims->count * sizeof(*claims->grants));
	err = wait_s ? take_by_name(&turn, all) : take_together(&turn, all);
	close(turn.pidfd);
	return err;
}

int claims_take(struct claims *claims)
{
	return take(claims, 0, true);
}

int claims_try(struct claims *claims)
{
	int err = take(claims, HWCONTAINER_CLAIM_FLAGS_DRY_RUN, false);

	claims_drop(claims);
	return err;
}

/* Each by itself: one that failed may be gone. */
void claims_drop(const struct claims *claims)
{
	size_t i;

	for (i = 0; i < claims->count; i++)
		if (claims->grants[i].id)
			hwc_claim_delete(claims->ctx, &claims->grants[i].id, 1);
}
