// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a container is given, in the model of the Container Device Interface:
 * the edits are a containerEdits object of CDI, from which a front end renders
 * what its engine reads; here that is an OCI configuration.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctx.h"
#include "edits.h"
#include "json.h"
#include "msg.h"

/* What the container may do with its device: not make more nodes of it. */
#define NODE_ACCESS "rw"
#define NODE_MODE 0660

#define ENV_PREFIX "HWC_"

/**
 * struct hwc_edits - edits
 * @ctx: keeps the sentences
 * @cdi: containerEdits
 */
struct hwc_edits {
	struct hwc_ctx *ctx;
	struct json_object *cdi;
};

int hwc_edits_new(struct hwc_ctx *ctx, struct hwc_edits **edits)
{
	struct hwc_edits *new = calloc(1, sizeof(*new));

	if (!new)
		return hwc_err_nomem(ctx);
	new->ctx = ctx;
	new->cdi = json_object_new_object();
	if (!new->cdi) {
		free(new);
		return hwc_err_nomem(ctx);
	}
	*edits = new;
	return 0;
}

void hwc_edits_free(struct hwc_edits *edits)
{
	if (!edits)
		return;
	json_object_put(edits->cdi);
	free(edits);
}

const char *hwc_edits_json(struct hwc_edits *edits)
{
	return json_object_to_json_string_ext(edits->cdi, JSON_C_TO_STRING_PLAIN |
								  JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* These take @value over, also when they fail; NULL is what ran out of memory. */
static int add_member(struct json_object *obj, const char *key, struct json_object *value)
{
	if (value && !json_object_object_add(obj, key, value))
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static int add_element(struct json_object *array, struct json_object *value)
{
	if (value && !json_object_array_add(array, value))
		return 0;
	json_object_put(value);
	return -ENOMEM;
}

static int add_string(struct json_object *obj, const char *key, const char *value)
{
	return add_member(obj, key, json_object_new_string(value));
}

static int add_number(struct json_object *obj, const char *key, int64_t value)
{
	return add_member(obj, key, json_object_new_int64(value));
}

/* The list @key of the edits, made when it is first needed. */
static struct json_object *list_of(struct hwc_edits *edits, const char *key)
{
	struct json_object *list;

	if (json_object_object_get_ex(edits->cdi, key, &list))
		return list;
	list = json_object_new_array();
	return add_member(edits->cdi, key, list) ? NULL : list;
}

static int append(struct hwc_edits *edits, const char *key, struct json_object *value)
{
	struct json_object *list = list_of(edits, key);

	if (!list) {
		json_object_put(value);
		return hwc_err_nomem(edits->ctx);
	}
	return add_element(list, value) ? hwc_err_nomem(edits->ctx) : 0;
}

static bool is_below_dev(const char *path)
{
	const char *part = path;
	size_t length;

	do {
		length = strcspn(part, "/");
		if (!length || (length <= 2 && !strncmp(part, "..", length)))
			return false;
		part += length;
	} while (*part++);
	return true;
}

static struct json_object *describe_node(const struct hwc_node *node, const char *path)
{
	struct json_object *obj = json_object_new_object();

	if (!obj)
		return NULL;
	if (add_string(obj, "path", path) ||
	    add_string(obj, "type", node->type == HWCONTAINER_NODE_TYPE_BLOCK ? "b" : "c") ||
	    add_number(obj, "major", node->major) || add_number(obj, "minor", node->minor) ||
	    add_number(obj, "fileMode", NODE_MODE) || add_string(obj, "permissions", NODE_ACCESS)) {
		json_object_put(obj);
		return NULL;
	}
	return obj;
}

int hwc_edits_node(struct hwc_edits *edits, const struct hwc_node *node)
{
	char *path;
	int err;

	if (!is_below_dev(node->path))
		return hwc_err(edits->ctx, -EINVAL, "the device node \"%s\" is not one below /dev",
			       node->path);
	if (asprintf(&path, "/dev/%s", node->path) < 0)
		return hwc_err_nomem(edits->ctx);
	err = append(edits, "deviceNodes", describe_node(node, path));
	free(path);
	return err;
}

/* Whether @entry, "NAME=VALUE", is of that name. */
static bool has_name(const char *entry, const char *name, size_t length)
{
	return !strncmp(entry, name, length) && entry[length] == '=';
}

static void drop_env(struct json_object *list, const char *name, size_t length)
{
	size_t i = json_object_array_length(list);

	while (i--) {
		struct json_object *entry = json_object_array_get_idx(list, i);

		if (json_object_is_type(entry, json_type_string) &&
		    has_name(json_object_get_string(entry), name, length))
			json_object_array_del_idx(list, i, 1);
	}
}

int hwc_edits_env(struct hwc_edits *edits, const char *name, const char *value)
{
	struct json_object *list = list_of(edits, "env");
	char *entry;
	int err;

	if (!list || asprintf(&entry, "%s=%s", name, value) < 0)
		return hwc_err_nomem(edits->ctx);
	drop_env(list, name, strlen(name));
	err = append(edits, "env", json_object_new_string(entry));
	free(entry);
	return err;
}

static struct json_object *list_strings(const char *const *strings)
{
	struct json_object *list = json_object_new_array();

	for (; list && *strings; strings++) {
		if (add_element(list, json_object_new_string(*strings))) {
			json_object_put(list);
			return NULL;
		}
	}
	return list;
}

int hwc_edits_hook(struct hwc_edits *edits, const char *point, const char *path,
		   const char *const *args, unsigned int timeout)
{
	struct json_object *hook = json_object_new_object();

	if (!hook)
		return hwc_err_nomem(edits->ctx);
	if (add_string(hook, "hookName", point) || add_string(hook, "path", path) ||
	    add_member(hook, "args", list_strings(args)) || add_number(hook, "timeout", timeout)) {
		json_object_put(hook);
		return hwc_err_nomem(edits->ctx);
	}
	return append(edits, "hooks", hook);
}

static int claim_env(struct hwc_edits *edits, const char *what, size_t i, const char *value)
{
	char name[64];

	snprintf(name, sizeof(name), ENV_PREFIX "%s_%zu", what, i);
	return hwc_edits_env(edits, name, value);
}

/* Adds "/dev/NODE" to the list in @all, separated by colons. */
static int extend(struct hwc_edits *edits, char **all, const char *node)
{
	char *longer;

	if (asprintf(&longer, "%s%s/dev/%s", hwc_text(*all), *all ? ":" : "", node) < 0)
		return hwc_err_nomem(edits->ctx);
	free(*all);
	*all = longer;
	return 0;
}

static int claim_nodes(struct hwc_edits *edits, const struct hwc_claim *claim, char **all)
{
	size_t d, n;
	int err = 0;

	for (d = 0; d < hwc_claim_devices(claim); d++) {
		const struct hwc_device *device = hwc_claim_device(claim, d);

		for (n = 0; !err && n < hwc_device_nodes(device); n++) {
			const struct hwc_node *node = hwc_device_node(device, n);

			err = hwc_edits_node(edits, node);
			if (!err)
				err = extend(edits, all, node->path);
		}
	}
	return err;
}

static int devices_env(struct hwc_edits *edits, size_t i, char *all)
{
	int err = claim_env(edits, "DEVICES", i, all);

	if (err)
		return err;
	all[strcspn(all, ":")] = '\0';
	return claim_env(edits, "DEVICE", i, all);
}

int hwc_edits_claim(struct hwc_edits *edits, const struct hwc_claim *claim, size_t i)
{
	char number[32];
	char *all = NULL;
	int err;

	snprintf(number, sizeof(number), "%zu", i + 1);
	err = hwc_edits_env(edits, ENV_PREFIX "RESOURCES", number);
	if (!err)
		err = claim_env(edits, "RESOURCE", i, hwc_claim_resource(claim));
	if (!err)
		err = claim_nodes(edits, claim, &all);
	if (!err && all)
		err = devices_env(edits, i, all);
	free(all);
	return err;
}

/* An OCI configuration */

/**
 * struct target - a configuration that is being edited
 * @ctx: keeps the sentences
 * @what: the file, for the sentence
 * @config: its tree
 */
struct target {
	struct hwc_ctx *ctx;
	const char *what;
	struct json_object *config;
};

/* A member that is there, or becomes an empty object or array. */
static int enter(const struct target *target, struct json_object *parent, const char *key,
		 enum json_type type, struct json_object **child)
{
	struct json_object *new;

	if (json_object_object_get_ex(parent, key, child) && *child) {
		if (json_object_is_type(*child, type))
			return 0;
		return hwc_err(target->ctx, -EBADMSG, "%s: \"%s\" is not an %s", target->what, key,
			       json_type_to_name(type));
	}
	new = type == json_type_array ? json_object_new_array() : json_object_new_object();
	if (add_member(parent, key, new))
		return hwc_err_nomem(target->ctx);
	*child = new;
	return 0;
}

/* The list that two keys lead to, as process.env. */
static int enter_list(const struct target *target, const char *object, const char *key,
		      struct json_object **list)
{
	struct json_object *parent;
	int err = enter(target, target->config, object, json_type_object, &parent);

	return err ? err : enter(target, parent, key, json_type_array, list);
}

/* The members of @from whose names are listed, in that order. */
static struct json_object *copy_members(struct json_object *from, const char *const *keys)
{
	struct json_object *copy = json_object_new_object();
	struct json_object *value;

	for (; copy && *keys; keys++) {
		if (!json_object_object_get_ex(from, *keys, &value))
			continue;
		if (add_member(copy, *keys, json_object_get(value))) {
			json_object_put(copy);
			return NULL;
		}
	}
	return copy;
}

/* The cgroup's rule for a node, which a node in linux.devices does not imply. */
static struct json_object *rule_of(struct json_object *node)
{
	static const char *const keys[] = { "type", "major", "minor", NULL };
	struct json_object *rule = copy_members(node, keys);

	if (rule && (add_member(rule, "allow", json_object_new_boolean(true)) ||
		     add_string(rule, "access", NODE_ACCESS))) {
		json_object_put(rule);
		return NULL;
	}
	return rule;
}

/* The container's user owns the node, as nobody else can see it. */
static int copy_user(const struct target *target, struct json_object *device)
{
	static const char *const ids[] = { "uid", "gid" };
	struct json_object *process, *user = NULL, *id;
	size_t i;

	if (json_object_object_get_ex(target->config, "process", &process))
		json_object_object_get_ex(process, "user", &user);
	for (i = 0; i < HWC_ARRAY_SIZE(ids); i++) {
		id = NULL;
		if (user)
			json_object_object_get_ex(user, ids[i], &id);
		if (add_number(device, ids[i], json_object_get_int64(id)))
			return -ENOMEM;
	}
	return 0;
}

static struct json_object *device_of(const struct target *target, struct json_object *node)
{
	static const char *const keys[] = { "path", "type", "major", "minor", "fileMode", NULL };
	struct json_object *device = copy_members(node, keys);

	if (device && copy_user(target, device)) {
		json_object_put(device);
		return NULL;
	}
	return device;
}

static bool same_string(struct json_object *a, struct json_object *b, const char *key)
{
	const char *left = hwc_json_string(a, key), *right = hwc_json_string(b, key);

	return left && right && !strcmp(left, right);
}

static void drop_path(struct json_object *devices, struct json_object *node)
{
	size_t i = json_object_array_length(devices);

	while (i--)
		if (same_string(json_object_array_get_idx(devices, i), node, "path"))
			json_object_array_del_idx(devices, i, 1);
}

static int apply_node(const struct target *target, struct json_object *node)
{
	struct json_object *devices, *linux_, *resources, *rules;
	int err;

	err = enter_list(target, "linux", "devices", &devices);
	if (!err)
		err = enter(target, target->config, "linux", json_type_object, &linux_);
	if (!err)
		err = enter(target, linux_, "resources", json_type_object, &resources);
	if (!err)
		err = enter(target, resources, "devices", json_type_array, &rules);
	if (err)
		return err;
	drop_path(devices, node);
	if (add_element(devices, device_of(target, node)) || add_element(rules, rule_of(node)))
		return hwc_err_nomem(target->ctx);
	return 0;
}

static int apply_env(const struct target *target, struct json_object *entry)
{
	const char *text = json_object_get_string(entry);
	struct json_object *list;
	int err;

	err = enter_list(target, "process", "env", &list);
	if (err)
		return err;
	drop_env(list, text, strcspn(text, "="));
	return add_element(list, json_object_get(entry)) ? hwc_err_nomem(target->ctx) : 0;
}

/* Before the others: until it has run, the claims are the runtime's. */
static int apply_hook(const struct target *target, struct json_object *edit)
{
	static const char *const keys[] = { "path", "args", "timeout", NULL };
	const char *point = hwc_json_string(edit, "hookName");
	struct json_object *hooks, *old, *list;
	size_t i;
	int err;

	err = enter_list(target, "hooks", point, &old);
	if (err)
		return err;
	list = json_object_new_array();
	if (!list)
		return hwc_err_nomem(target->ctx);
	err = add_element(list, copy_members(edit, keys));
	for (i = 0; !err && i < json_object_array_length(old); i++)
		err = add_element(list, json_object_get(json_object_array_get_idx(old, i)));
	json_object_object_get_ex(target->config, "hooks", &hooks);
	if (!err)
		return add_member(hooks, point, list) ? hwc_err_nomem(target->ctx) : 0;
	json_object_put(list);
	return hwc_err_nomem(target->ctx);
}

static int apply_list(const struct target *target, const struct hwc_edits *edits, const char *key,
		      int (*apply)(const struct target *target, struct json_object *edit))
{
	struct json_object *list;
	size_t i;
	int err = 0;

	if (!json_object_object_get_ex(edits->cdi, key, &list))
		return 0;
	for (i = 0; !err && i < json_object_array_length(list); i++)
		err = apply(target, json_object_array_get_idx(list, i));
	return err;
}

int hwc_edits_apply(struct hwc_ctx *ctx, const char *what, struct json_object *config,
		    const struct hwc_edits *edits)
{
	const struct target target = { ctx, what, config };
	int err;

	err = apply_list(&target, edits, "deviceNodes", apply_node);
	if (!err)
		err = apply_list(&target, edits, "env", apply_env);
	if (!err)
		err = apply_list(&target, edits, "hooks", apply_hook);
	return err;
}

/* The member that keys, up to NULL, lead to, or NULL; it is of @type. */
static struct json_object *find(struct json_object *obj, const char *const *keys,
				enum json_type type)
{
	for (; obj && *keys; keys++)
		if (!json_object_is_type(obj, json_type_object) ||
		    !json_object_object_get_ex(obj, *keys, &obj))
			return NULL;
	return json_object_is_type(obj, type) ? obj : NULL;
}

static struct json_object *find_list(struct json_object *obj, const char *a, const char *b,
				     const char *c)
{
	const char *const keys[] = { a, b, c, NULL };

	return find(obj, keys, json_type_array);
}

/* Drops the elements of @list that hold all that @like holds. */
static void drop_like(struct json_object *list, struct json_object *like)
{
	size_t i = list && like ? json_object_array_length(list) : 0;

	while (i--) {
		struct json_object *element = json_object_array_get_idx(list, i), *other;
		bool equal = json_object_is_type(element, json_type_object);

		if (!equal)
			continue;
		json_object_object_foreach(like, key, value) {
			equal = equal && json_object_object_get_ex(element, key, &other) &&
				json_object_equal(value, other);
		}
		if (equal)
			json_object_array_del_idx(list, i, 1);
	}
}

static void undo_node(struct json_object *config, struct json_object *node)
{
	static const char *const keys[] = { "path", "type", "major", "minor", NULL };
	struct json_object *device = copy_members(node, keys);
	struct json_object *rule = rule_of(node);

	drop_like(find_list(config, "linux", "devices", NULL), device);
	drop_like(find_list(config, "linux", "resources", "devices"), rule);
	json_object_put(device);
	json_object_put(rule);
}

static void undo_env(struct json_object *config, struct json_object *entry)
{
	struct json_object *list = find_list(config, "process", "env", NULL);
	const char *text = json_object_get_string(entry);
	size_t i = list ? json_object_array_length(list) : 0;

	if (strncmp(hwc_text(text), ENV_PREFIX, strlen(ENV_PREFIX)))
		return;
	while (i--)
		if (json_object_equal(json_object_array_get_idx(list, i), entry))
			json_object_array_del_idx(list, i, 1);
}

/* Whether it is the runtime's own hook: others may protect the host. */
static bool is_our_hook(struct json_object *hook)
{
	static const char *const words[] = { "hwcontainer-runtime", "hook", "handover" };
	struct json_object *args = find_list(hook, "args", NULL, NULL);
	size_t i;

	if (!args || json_object_array_length(args) < HWC_ARRAY_SIZE(words))
		return false;
	for (i = 0; i < HWC_ARRAY_SIZE(words); i++) {
		const char *arg = json_object_get_string(json_object_array_get_idx(args, i));

		if (!arg || strcmp(arg, words[i]))
			return false;
	}
	return true;
}

static void undo_hook(struct json_object *config, struct json_object *edit)
{
	static const char *const keys[] = { "path", "args", "timeout", NULL };
	const char *point = hwc_json_string(edit, "hookName");
	struct json_object *hook;

	if (!point || !is_our_hook(edit))
		return;
	hook = copy_members(edit, keys);
	drop_like(find_list(config, "hooks", point, NULL), hook);
	json_object_put(hook);
}

static void undo_list(struct json_object *config, struct json_object *record, const char *key,
		      enum json_type type,
		      void (*undo)(struct json_object *config, struct json_object *edit))
{
	struct json_object *list = find_list(record, key, NULL, NULL);
	size_t i, count = list ? json_object_array_length(list) : 0;

	for (i = 0; i < count; i++) {
		struct json_object *edit = json_object_array_get_idx(list, i);

		if (json_object_is_type(edit, type))
			undo(config, edit);
	}
}

void hwc_edits_undo(struct json_object *config, struct json_object *record)
{
	undo_list(config, record, "deviceNodes", json_type_object, undo_node);
	undo_list(config, record, "env", json_type_string, undo_env);
	undo_list(config, record, "hooks", json_type_object, undo_hook);
}
