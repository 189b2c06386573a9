// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What has become of a container of ours: whether its process lives, and what the
 * kernel says of the claims that it holds. The record says only what the kernel cannot:
 * whether it is complete, whether it was started, and whether what failed is being
 * started again.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "firmware.h"

const char *status_name(enum status status)
{
	static const char *const names[] = {
		[STATUS_CREATING] = "creating",
		[STATUS_CREATED] = "created",
		[STATUS_RUNNING] = "running",
		[STATUS_STOPPED] = "stopped",
	};

	return names[status];
}

/**
 * struct found - the claims of a container's process
 * @ctx: where they are asked for
 * @pid: the process
 * @container: the container
 * @err: why they could not be looked at, or 0
 * @works: one of them has not failed
 * @failed: one of them has
 * @id: of one whose hardware is not free yet, or 0
 * @states: what each is, as annotations, or NULL
 * @count: how many
 */
struct found {
	struct hwc_ctx *ctx;
	uint32_t pid;
	const char *container;
	int err;
	bool works;
	bool failed;
	uint32_t id;
	struct json_object *states;
	size_t count;
};

/* The core's own word where it is a core, else that of the claim; with the name before it. */
static void write_state(struct hwc_ctx *ctx, const struct hwc_claim *claim, char *text, size_t room)
{
	bool is_core = !strcmp(hwc_claim_kind(claim), "remoteproc");
	const char *name = hwc_claim_resource(claim);
	int cores = is_core ? cores_open(ctx) : -1;
	char word[CORE_STATE_SIZE];
	bool known = cores >= 0 && core_state(cores, name, word);

	if (cores >= 0)
		close(cores);
	snprintf(text, room, "%s %s", name,
		 known ? word : hwc_claim_state_name(hwc_claim_state(claim)));
}

static void add_state(struct found *found, const struct hwc_claim *claim)
{
	char key[64], text[HWCONTAINER_NAME_MAX + 64];
	struct json_object *value;

	snprintf(key, sizeof(key), "org.hwcontainer.status.%zu", found->count++);
	write_state(found->ctx, claim, text, sizeof(text));
	value = json_object_new_string(text);
	if (value && json_object_object_add(found->states, key, value))
		json_object_put(value);
}

static bool is_held(const struct found *found, const struct hwc_claim *claim)
{
	enum hwcontainer_holder holder = hwc_claim_holder(claim);
	bool by_us =
		holder == HWCONTAINER_HOLDER_FILE ||
		(holder == HWCONTAINER_HOLDER_PROCESS && hwc_claim_holder_pid(claim) == found->pid);

	return by_us && !strcmp(hwc_claim_container(claim), found->container);
}

/* One that is on its way out has no holder, but its hardware is not free yet. */
static bool is_ending(const struct found *found, const struct hwc_claim *claim)
{
	return !hwc_claim_holder(claim) && !strcmp(hwc_claim_container(claim), found->container);
}

static int look(const struct hwc_claim *claim, void *data)
{
	struct found *found = data;

	if (is_ending(found, claim))
		found->id = hwc_claim_id(claim);
	if (!is_held(found, claim))
		return 0;
	if (hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_FAILED)
		found->failed = true;
	else
		found->works = true;
	found->id = hwc_claim_id(claim);
	if (found->states)
		add_state(found, claim);
	return 0;
}

static struct found find_claims(const struct container *container, struct hwc_ctx *ctx,
				struct json_object *states)
{
	struct found found = {
		.ctx = ctx,
		.pid = container_number(container, "pid"),
		.container = container->command->id,
		.states = states,
	};

	found.err = hwc_claim_foreach(ctx, look, &found);
	if (found.err)
		log_debug(container->command, "%s", hwc_ctx_error(ctx));
	return found;
}

/* It may not be there yet. */
static enum status status_without_process(const struct container *container)
{
	bool comes = !container_number(container, "pid") && container_is_being_made(container);

	return comes ? STATUS_CREATING : STATUS_STOPPED;
}

/*
 * One whose hardware failed is over, whether or not its process has noticed. One that
 * lives runs where the kernel does not tell.
 */
enum status status_of_claims(const struct container *container, struct hwc_ctx *ctx)
{
	struct found found = find_claims(container, ctx, NULL);

	return found.err || (found.works && !found.failed) ? STATUS_RUNNING : STATUS_STOPPED;
}

enum status status_of(const struct container *container, struct hwc_ctx *ctx)
{
	const struct kind *kind = kind_of_record(container);
	int pidfd = container_process(container);

	if (pidfd < 0)
		return status_without_process(container);
	close(pidfd);
	if (container_flag(container, "creating"))
		return STATUS_CREATING;
	if (!container_flag(container, "started"))
		return STATUS_CREATED;
	return kind ? kind->status(container, ctx) : STATUS_RUNNING;
}

static int add(struct json_object *obj, const char *key, struct json_object *value)
{
	if (value && !json_object_object_add(obj, key, value))
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static int add_text(struct json_object *obj, const char *key, const char *text)
{
	return add(obj, key, json_object_new_string(text ? text : ""));
}

/* The configuration's, and what the hardware does. */
static struct json_object *describe_annotations(const struct container *container,
						struct hwc_ctx *ctx)
{
	struct json_object *old = json_object_object_get(container->record, "annotations");
	struct json_object *all = NULL;

	if (json_object_is_type(old, json_type_object))
		json_object_deep_copy(old, &all, NULL);
	else
		all = json_object_new_object();
	if (all)
		find_claims(container, ctx, all);
	return all;
}

struct json_object *status_describe(const struct container *container, struct hwc_ctx *ctx,
				    enum status status, const char *owner)
{
	static const char *const keys[] = { "bundle", "rootfs", "created" };
	int64_t pid = status == STATUS_STOPPED ? 0 : container_number(container, "pid");
	struct json_object *obj = json_object_new_object();
	int err = obj ? 0 : -ENOMEM;

	if (!err)
		err = add_text(obj, "ociVersion", container_string(container, "ociVersion"));
	if (!err)
		err = add_text(obj, "id", container_string(container, "id"));
	if (!err)
		err = add(obj, "pid", json_object_new_int64(pid));
	if (!err)
		err = add_text(obj, "status", status_name(status));
	for (size_t i = 0; !err && i < ARRAY_SIZE(keys); i++)
		err = add_text(obj, keys[i], container_string(container, keys[i]));
	if (!err)
		err = add(obj, "annotations", describe_annotations(container, ctx));
	if (!err)
		err = add_text(obj, "owner", owner);
	if (!err)
		return obj;
	json_object_put(obj);
	return NULL;
}

/* The file of a claim tells when its hardware is free; some failed before they had any. */
static bool wait_claim(struct hwc_ctx *ctx, int holder, uint32_t id, int timeout_ms)
{
	int file = hwc_claim_open(ctx, holder, id), err;

	if (file < 0)
		return file == -ENOENT;
	err = hwc_claim_wait_released(ctx, file, timeout_ms);
	close(file);
	return !err;
}

bool status_wait_free(const struct container *container, struct hwc_ctx *ctx, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms, left;
	int holder = hwc_holder_open(ctx);
	struct found found = { .id = 0 };
	bool is_free = true;

	/* without the module there are no claims */
	while (holder >= 0 && is_free) {
		found = find_claims(container, ctx, NULL);
		if (!found.err && !found.id)
			break;
		left = end - now_ms();
		is_free = !found.err && left > 0 && wait_claim(ctx, holder, found.id, left);
	}
	if (holder >= 0)
		close(holder);
	return is_free;
}
