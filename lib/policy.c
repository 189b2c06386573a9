// SPDX-License-Identifier: LGPL-2.1-or-later
/* What images may ask for on this host: /etc/hwcontainer/policy.json. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ctx.h"
#include "digest.h"
#include "json.h"
#include "policy.h"
#include "sysroot.h"

#define POLICY_MAX (1 << 20)

/**
 * struct hwc_policy - a policy file
 * @ctx: keeps the sentences
 * @path: where it is
 * @is_hosts: it is the one of this system
 * @obj: the file
 * @rules: what it allows; the strings are @obj's
 * @count: how many
 * @distrusts: annotations are taken for the image's words
 */
struct hwc_policy {
	struct hwc_ctx *ctx;
	char *path;
	bool is_hosts;
	struct json_object *obj;
	struct hwc_rule *rules;
	size_t count;
	bool distrusts;
};

static const char *const rule_keys[] = {
	[HWC_RULE_DIGEST] = "digest",
	[HWC_RULE_NAME] = "name",
	[HWC_RULE_ALL] = "all",
};

/* A member that narrows a rule and is not known here must not be passed over. */
static int read_member(struct hwc_policy *policy, const char *key, struct json_object *value,
		       struct hwc_rule *rule)
{
	const char *text = json_object_get_string(value);
	bool is_text = json_object_is_type(value, json_type_string);
	enum hwc_rule_type type;

	if (!strcmp(key, "comment") && is_text) {
		rule->comment = text;
		return 0;
	}
	for (type = HWC_RULE_DIGEST; type <= HWC_RULE_ALL; type++)
		if (!strcmp(key, rule_keys[type]))
			break;
	if (type > HWC_RULE_ALL || rule->type ||
	    (type == HWC_RULE_ALL ? !json_object_get_boolean(value) : !is_text))
		return hwc_err(policy->ctx, -EBADMSG,
			       "%s: \"%s\" is not understood in a rule of \"allow\"", policy->path,
			       key);
	rule->type = type;
	rule->value = type == HWC_RULE_ALL ? NULL : text;
	return 0;
}

static int check_rule(struct hwc_policy *policy, const struct hwc_rule *rule)
{
	struct hwc_digest digest;

	if (rule->type == HWC_RULE_DIGEST && hwc_digest_parse(rule->value, &digest))
		return hwc_err(policy->ctx, -EINVAL,
			       "\"%s\" is not \"sha256:\" and 64 hexadecimal digits", rule->value);
	if (rule->type == HWC_RULE_NAME && !*rule->value)
		return hwc_err(policy->ctx, -EINVAL, "the name of an image is empty");
	return 0;
}

static int read_rule(struct hwc_policy *policy, struct json_object *obj, struct hwc_rule *rule)
{
	char text[HWC_ERROR_MAX];
	int err;

	if (!json_object_is_type(obj, json_type_object))
		return hwc_err(policy->ctx, -EBADMSG, "%s: a rule of \"allow\" is not an object",
			       policy->path);
	json_object_object_foreach(obj, key, value) {
		err = read_member(policy, key, value, rule);
		if (err)
			return err;
	}
	if (!rule->type)
		return hwc_err(policy->ctx, -EBADMSG,
			       "%s: a rule of \"allow\" has no digest, name or all", policy->path);
	if (!check_rule(policy, rule))
		return 0;
	snprintf(text, sizeof(text), "%s", hwc_ctx_error(policy->ctx));
	return hwc_err(policy->ctx, -EBADMSG, "%s: %s", policy->path, text);
}

static int read_rules(struct hwc_policy *policy, struct json_object *list)
{
	size_t i, count;
	int err = 0;

	if (!json_object_is_type(list, json_type_array))
		return hwc_err(policy->ctx, -EBADMSG, "%s: \"allow\" is not an array",
			       policy->path);
	count = json_object_array_length(list);
	policy->rules = calloc(count + 1, sizeof(*policy->rules));
	if (!policy->rules)
		return hwc_err_nomem(policy->ctx);
	for (i = 0; !err && i < count; i++)
		err = read_rule(policy, json_object_array_get_idx(list, i), &policy->rules[i]);
	policy->count = count;
	return err;
}

static int read_trust(struct hwc_policy *policy, struct json_object *value)
{
	const char *text = json_object_get_string(value);

	policy->distrusts = text && !strcmp(text, "image");
	if (policy->distrusts || (text && !strcmp(text, "operator")))
		return 0;
	return hwc_err(policy->ctx, -EBADMSG,
		       "%s: \"annotations\" is neither \"operator\" nor \"image\"", policy->path);
}

/* Fills the rules from the file as it is now. */
static int read_policy(struct hwc_policy *policy)
{
	int err = 0;

	free(policy->rules);
	policy->rules = NULL;
	policy->count = 0;
	json_object_object_foreach(policy->obj, key, value) {
		if (!strcmp(key, "allow"))
			err = read_rules(policy, value);
		else if (!strcmp(key, "annotations"))
			err = read_trust(policy, value);
		else
			err = hwc_err(policy->ctx, -EBADMSG, "%s: \"%s\" is not understood",
				      policy->path, key);
		if (err)
			break;
	}
	return err;
}

static int check_owner(struct hwc_policy *policy, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return hwc_err(policy->ctx, -errno, "%s: %m", policy->path);
	if (st.st_uid && st.st_uid != geteuid())
		return hwc_err(policy->ctx, -EPERM, "%s belongs to user %u and is not trusted",
			       policy->path, st.st_uid);
	if (st.st_mode & (S_IWGRP | S_IWOTH))
		return hwc_err(policy->ctx, -EPERM,
			       "%s may be written by others than its owner and is not trusted",
			       policy->path);
	return 0;
}

/* The file or its folder; -errno. */
static int open_path(const struct hwc_policy *policy, const char *path, int flags)
{
	int fd;

	if (policy->is_hosts)
		return hwc_sysroot_open(policy->ctx, path, flags);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int open_policy(struct hwc_policy *policy)
{
	int fd = open_path(policy, policy->path, O_RDONLY | O_NOCTTY | O_NONBLOCK);
	int err;

	if (fd == -ENOENT) {
		policy->obj = json_object_new_object();
		return policy->obj ? 0 : hwc_err_nomem(policy->ctx);
	}
	if (fd < 0)
		return hwc_err(policy->ctx, fd, "%s: %s", policy->path, strerror(-fd));
	err = check_owner(policy, fd);
	if (!err)
		err = hwc_json_read(policy->ctx, fd, policy->path, POLICY_MAX, &policy->obj);
	close(fd);
	return err;
}

int hwc_policy_load(struct hwc_ctx *ctx, const char *path, struct hwc_policy **policy)
{
	struct hwc_policy *new = calloc(1, sizeof(*new));
	int err;

	if (!new)
		return hwc_err_nomem(ctx);
	new->ctx = ctx;
	new->path = strdup(path ? path : HWC_POLICY_PATH);
	new->is_hosts = !path;
	err = new->path ? open_policy(new) : hwc_err_nomem(ctx);
	if (!err)
		err = read_policy(new);
	if (err) {
		hwc_policy_free(new);
		return err;
	}
	*policy = new;
	return 0;
}

void hwc_policy_free(struct hwc_policy *policy)
{
	if (!policy)
		return;
	json_object_put(policy->obj);
	free(policy->rules);
	free(policy->path);
	free(policy);
}

size_t hwc_policy_rules(const struct hwc_policy *policy)
{
	return policy->count;
}

const struct hwc_rule *hwc_policy_rule(const struct hwc_policy *policy, size_t i)
{
	return &policy->rules[i];
}

/* Index of the rule, or -1. */
static ssize_t find_rule(const struct hwc_policy *policy, enum hwc_rule_type type,
			 const char *value)
{
	size_t i;

	for (i = 0; i < policy->count; i++)
		if (policy->rules[i].type == type &&
		    (type == HWC_RULE_ALL || !strcmp(policy->rules[i].value, value)))
			return i;
	return -1;
}

bool hwc_policy_allows(const struct hwc_policy *policy, enum hwc_rule_type type, const char *value)
{
	return find_rule(policy, type, value) >= 0;
}

bool hwc_policy_distrusts(const struct hwc_policy *policy)
{
	return policy->distrusts;
}

static struct json_object *describe_rule(const struct hwc_rule *rule)
{
	struct json_object *obj = json_object_new_object();
	struct json_object *value;

	if (!obj)
		return NULL;
	value = rule->type == HWC_RULE_ALL ? json_object_new_boolean(true) :
					     json_object_new_string(rule->value);
	if (!value || json_object_object_add(obj, rule_keys[rule->type], value)) {
		json_object_put(value);
		json_object_put(obj);
		return NULL;
	}
	if (rule->comment)
		json_object_object_add(obj, "comment", json_object_new_string(rule->comment));
	return obj;
}

int hwc_policy_allow(struct hwc_policy *policy, const struct hwc_rule *rule)
{
	struct json_object *list, *obj;
	int err = check_rule(policy, rule);

	if (err || hwc_policy_allows(policy, rule->type, rule->value))
		return err;
	if (!json_object_object_get_ex(policy->obj, "allow", &list)) {
		list = json_object_new_array();
		if (!list || json_object_object_add(policy->obj, "allow", list))
			return hwc_err_nomem(policy->ctx);
	}
	obj = describe_rule(rule);
	if (!obj || json_object_array_add(list, obj))
		return hwc_err_nomem(policy->ctx);
	return read_policy(policy);
}

int hwc_policy_remove(struct hwc_policy *policy, const struct hwc_rule *rule)
{
	ssize_t i = find_rule(policy, rule->type, rule->value);
	struct json_object *list;

	if (i < 0)
		return hwc_err(policy->ctx, -ENOENT, "%s has no rule for %s%s%s", policy->path,
			       rule_keys[rule->type], rule->value ? " " : "",
			       hwc_text(rule->value));
	json_object_object_get_ex(policy->obj, "allow", &list);
	json_object_array_del_idx(list, i, 1);
	return read_policy(policy);
}

/*
 * The folder, made where it is missing; its own parent must be there. A path is not
 * that of what stands in for this system, where it has to be there.
 */
static int open_folder(struct hwc_policy *policy, const char *dir)
{
	bool stands_in = policy->is_hosts && policy->ctx->sysroot >= 0;
	int fd;

	if (!stands_in && mkdir(dir, 0755) && errno != EEXIST)
		return hwc_err(policy->ctx, -errno, "%s cannot be made: %m", dir);
	fd = open_path(policy, dir, O_RDONLY | O_DIRECTORY);
	return fd < 0 ? hwc_err(policy->ctx, fd, "%s: %s", dir, strerror(-fd)) : fd;
}

int hwc_policy_save(struct hwc_policy *policy)
{
	struct stat like = { .st_mode = 0644, .st_uid = geteuid(), .st_gid = getegid() };
	char *dir = strdup(policy->path), *name = strdup(policy->path);
	int fd, err = -ENOMEM;

	if (!dir || !name) {
		hwc_err_nomem(policy->ctx);
		goto out;
	}
	fd = open_folder(policy, dirname(dir));
	err = fd < 0 ? fd : 0;
	if (err)
		goto out;
	fstatat(fd, basename(name), &like, 0);
	err = hwc_json_write(policy->ctx, fd, basename(name), policy->path, policy->obj, &like);
	close(fd);
out:
	free(dir);
	free(name);
	return err;
}
