// SPDX-License-Identifier: LGPL-2.1-or-later
/* Requests as annotations and /etc/hwcontainer.json hold them (Documentation/oci.rst). */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "annotation.h"
#include "ctx.h"
#include "digest.h"
#include "group.h"
#include "keys.h"

/* Room for the names of many groups inside each other. */
#define GROUP_MAX 1023

struct parser {
	struct hwc_ctx *ctx;
	const char *what;
	struct hwc_wants *wants;
};

/* A path must be one in the container: its folders are not known here. */
static int check_path(const struct parser *parser, const char *key, const char *path)
{
	if (path[0] == '/')
		return 0;
	return hwc_err(parser->ctx, -EINVAL, "%s: %s=%s does not give an absolute path",
		       parser->what, key, path);
}

static int keep(const struct parser *parser, char **field, const char *value)
{
	*field = strdup(value);
	return *field ? 0 : hwc_err_nomem(parser->ctx);
}

static struct hwc_want *add_want(const struct parser *parser, int number)
{
	struct hwc_wants *wants = parser->wants;
	struct hwc_want *items;

	if (wants->count == HWCONTAINER_REQUESTS_MAX) {
		hwc_err(parser->ctx, -E2BIG, "%s asks for more than %d resources", parser->what,
			HWCONTAINER_REQUESTS_MAX);
		return NULL;
	}
	items = reallocarray(wants->items, wants->count + 1, sizeof(*items));
	if (!items) {
		hwc_err_nomem(parser->ctx);
		return NULL;
	}
	wants->items = items;
	items[wants->count] = (struct hwc_want){
		.number = number,
		.image_fd = -1,
		.overlay_fd = -1,
	};
	return &items[wants->count++];
}

/* The namespaced request of that number; made when it is first mentioned. */
static struct hwc_want *numbered_want(const struct parser *parser, int number)
{
	size_t i;

	for (i = 0; i < parser->wants->count; i++)
		if (parser->wants->items[i].number == number)
			return &parser->wants->items[i];
	return add_want(parser, number);
}

static int name_resource(const struct parser *parser, struct hwc_want *want, const char *key,
			 const char *name)
{
	size_t length = strlen(name);

	if (!length || length > HWCONTAINER_NAME_MAX)
		return hwc_err(parser->ctx, -EINVAL,
			       "%s: %s gives no name of 1 to %d characters to a resource",
			       parser->what, key, HWCONTAINER_NAME_MAX);
	want->resource = hwc_key_resource(name);
	return want->resource ? keep(parser, &want->key, key) : hwc_err_nomem(parser->ctx);
}

/* RESOURCE=DEVICE_DATA */
static int parse_plain(const struct parser *parser, const char *key, const char *value)
{
	struct hwc_want *want;
	int err;

	err = *value ? check_path(parser, key, value) : 0;
	if (err)
		return err;
	want = add_want(parser, -1);
	if (!want)
		return -ENOMEM;
	err = name_resource(parser, want, key, key);
	if (!err && *value)
		err = keep(parser, &want->image, value);
	return err;
}

static int set_resource(const struct parser *parser, struct hwc_want *want, const char *key,
			const char *value)
{
	return name_resource(parser, want, key, value);
}

static int set_image(const struct parser *parser, struct hwc_want *want, const char *key,
		     const char *value)
{
	int err = check_path(parser, key, value);

	return err ? err : keep(parser, &want->image, value);
}

/* Empty for none. */
static int set_other_path(const struct parser *parser, char **field, const char *key,
			  const char *value)
{
	int err = *value ? check_path(parser, key, value) : 0;

	return err ? err : keep(parser, field, value);
}

static int set_overlay(const struct parser *parser, struct hwc_want *want, const char *key,
		       const char *value)
{
	return set_other_path(parser, &want->overlay, key, value);
}

static int set_signature(const struct parser *parser, struct hwc_want *want, const char *key,
			 const char *value)
{
	return set_other_path(parser, &want->signature, key, value);
}

static int set_overlay_signature(const struct parser *parser, struct hwc_want *want,
				 const char *key, const char *value)
{
	return set_other_path(parser, &want->overlay_signature, key, value);
}

static int set_digest(const struct parser *parser, struct hwc_want *want, const char *key,
		      const char *value)
{
	if (!hwc_digest_parse(value, &want->digest))
		return 0;
	return hwc_err(parser->ctx, -EINVAL,
		       "%s: %s=%s is not \"sha256:\" and 64 hexadecimal digits", parser->what, key,
		       value);
}

static int set_container(const struct parser *parser, struct hwc_want *want, const char *key,
			 const char *value)
{
	(void)key;
	return keep(parser, &want->container, value);
}

/* Of the namespaced form, in the order of the specification. */
static const struct {
	const char *name;
	int (*set)(const struct parser *parser, struct hwc_want *want, const char *key,
		   const char *value);
} fields[] = {
	{ "resource.", set_resource },
	{ "image.", set_image },
	{ "overlay.", set_overlay },
	{ "container.", set_container },
	{ "digest.", set_digest },
	{ "signature.", set_signature },
	{ "overlay-signature.", set_overlay_signature },
};

/* 0 to 1023 without leading zeros, or -1 */
static int parse_number(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || text[digits] || digits > 4 || (text[0] == '0' && digits > 1))
		return -1;
	return atoi(text) < HWCONTAINER_REQUESTS_MAX ? atoi(text) : -1;
}

static int parse_field(const struct parser *parser, const char *key, const char *value)
{
	const char *name = key + strlen(HWC_KEY_PREFIX);
	struct hwc_want *want;
	size_t i, length;
	int number;

	for (i = 0; i < HWC_ARRAY_SIZE(fields); i++) {
		length = strlen(fields[i].name);
		if (strncmp(name, fields[i].name, length))
			continue;
		number = parse_number(name + length);
		if (number < 0)
			return hwc_err(parser->ctx, -EINVAL,
				       "%s: %s does not end in a number from 0 to %d", parser->what,
				       key, HWCONTAINER_REQUESTS_MAX - 1);
		want = numbered_want(parser, number);
		return want ? fields[i].set(parser, want, key, value) : -ENOMEM;
	}
	return hwc_err(parser->ctx, -EINVAL, "%s: %s is not a key that is known", parser->what,
		       key);
}

/* "no", or "on-failure:" and a number; what a stronger source says stays. */
static int parse_restart(const struct parser *parser, const char *key, const char *value)
{
	static const char failure[] = "on-failure:";
	int number = 0;

	if (strcmp(value, "no"))
		number = strncmp(value, failure, strlen(failure)) ?
				 -1 :
				 parse_number(value + strlen(failure));
	if (number < 0)
		return hwc_err(parser->ctx, -EINVAL,
			       "%s: %s=%s is neither \"no\" nor \"on-failure:\" and a number to %d",
			       parser->what, key, value, HWCONTAINER_REQUESTS_MAX - 1);
	if (!parser->wants->restart_known)
		parser->wants->restarts = number;
	parser->wants->restart_known = true;
	return 0;
}

/* Milliseconds, or 0 for none; what a stronger source says stays. */
static int parse_watchdog(const struct parser *parser, const char *key, const char *value)
{
	size_t digits = strspn(value, "0123456789");

	if (!digits || value[digits] || digits > 7)
		return hwc_err(parser->ctx, -EINVAL,
			       "%s: %s=%s is no number of milliseconds from 0 to 9999999",
			       parser->what, key, value);
	if (!parser->wants->watchdog_known)
		parser->wants->watchdog_ms = atoi(value);
	parser->wants->watchdog_known = true;
	return 0;
}

static int parse_group(const struct parser *parser, const char *key, const char *value)
{
	int err = hwc_group_check_name(parser->ctx, value);

	if (!err && strlen(value) > GROUP_MAX)
		err = hwc_err(parser->ctx, -EINVAL,
			      "%s: the name in %s has more than %d characters", parser->what, key,
			      GROUP_MAX);
	return err ? err : keep(parser, &parser->wants->group, value);
}

/* Seconds, or 0 for not at all; what a stronger source says stays. */
static int parse_wait(const struct parser *parser, const char *key, const char *value)
{
	size_t digits = strspn(value, "0123456789");

	if (!digits || value[digits] || digits > 6)
		return hwc_err(parser->ctx, -EINVAL,
			       "%s: %s=%s is no number of seconds from 0 to 999999", parser->what,
			       key, value);
	if (!parser->wants->wait_known)
		parser->wants->wait_s = atoi(value);
	parser->wants->wait_known = true;
	return 0;
}

static int parse_ours(const struct parser *parser, const char *key, const char *value)
{
	if (!strcmp(key, HWC_KEY_MARK) || !strcmp(key, HWC_KEY_EDITS))
		return 0;
	if (!strcmp(key, HWC_KEY_RESTART))
		return parse_restart(parser, key, value);
	if (!strcmp(key, HWC_KEY_WATCHDOG))
		return parse_watchdog(parser, key, value);
	if (!strcmp(key, HWC_KEY_GROUP))
		return parse_group(parser, key, value);
	if (!strcmp(key, HWC_KEY_WAIT))
		return parse_wait(parser, key, value);
	if (strcmp(key, HWC_KEY_PREFIX "requests"))
		return parse_field(parser, key, value);
	if (strcmp(value, "none"))
		return hwc_err(parser->ctx, -EINVAL, "%s: %s=%s is not \"none\"", parser->what, key,
			       value);
	parser->wants->none = true;
	return 0;
}

static int parse_member(const struct parser *parser, const char *key, struct json_object *value,
			bool strict)
{
	enum hwc_key type = hwc_key_classify(key);

	if (type == HWC_KEY_VM || (type == HWC_KEY_FOREIGN && !strict))
		return 0;
	if (type == HWC_KEY_FOREIGN || type == HWC_KEY_MISTAKEN)
		return hwc_err(
			parser->ctx, -EINVAL,
			"%s: \"%s\" is neither a device-tree path, a PCI address nor a known name such as remoteproc0",
			parser->what, key);
	if (strict && !strcmp(key, HWC_KEY_GROUP))
		return hwc_err(parser->ctx, -EPERM, "%s: %s is for the operator to say",
			       parser->what, key);
	if (!json_object_is_type(value, json_type_string))
		return hwc_err(parser->ctx, -EINVAL, "%s: the value of %s is not a string",
			       parser->what, key);
	if (type == HWC_KEY_RESOURCE)
		return parse_plain(parser, key, json_object_get_string(value));
	return parse_ours(parser, key, json_object_get_string(value));
}

/* Namespaced ones by number, then plain ones by key: engines sort as they like. */
static int compare_wants(const void *left, const void *right)
{
	const struct hwc_want *a = left, *b = right;

	if (a->number != b->number)
		return (unsigned int)a->number < (unsigned int)b->number ? -1 : 1;
	return strcmp(a->key, b->key);
}

static int check_complete(const struct parser *parser)
{
	size_t i;

	for (i = 0; i < parser->wants->count; i++)
		if (!parser->wants->items[i].resource)
			return hwc_err(parser->ctx, -EINVAL,
				       "%s names no resource for number %d: " HWC_KEY_PREFIX
				       "resource.%d is missing",
				       parser->what, parser->wants->items[i].number,
				       parser->wants->items[i].number);
	return 0;
}

static int check_unique(const struct parser *parser)
{
	const struct hwc_want *items = parser->wants->items;
	size_t i, k;

	for (i = 0; i < parser->wants->count; i++)
		for (k = 0; k < i; k++)
			if (!strcmp(items[i].resource, items[k].resource))
				return hwc_err(parser->ctx, -EEXIST,
					       "%s asks for %s twice, with %s and with %s",
					       parser->what, items[i].resource, items[k].key,
					       items[i].key);
	return 0;
}

static void show_asks(struct hwc_wants *wants)
{
	size_t i;

	for (i = 0; i < wants->count; i++) {
		struct hwc_want *want = &wants->items[i];

		want->ask = (struct hwc_ask){
			.key = want->key,
			.resource = want->resource,
			.image = want->image,
			.overlay = want->overlay,
		};
	}
}

int hwc_wants_parse(struct hwc_ctx *ctx, const char *what, struct json_object *members, bool strict,
		    struct hwc_wants *wants)
{
	const struct parser parser = { ctx, what, wants };
	int err;

	json_object_object_foreach(members, key, value) {
		err = parse_member(&parser, key, value, strict);
		if (err)
			return err;
	}
	err = check_complete(&parser);
	if (err)
		return err;
	if (wants->count)
		qsort(wants->items, wants->count, sizeof(*wants->items), compare_wants);
	show_asks(wants);
	return check_unique(&parser);
}

static void free_want(struct hwc_want *want)
{
	free(want->key);
	free(want->resource);
	free(want->image);
	free(want->overlay);
	free(want->signature);
	free(want->overlay_signature);
	free(want->container);
	free(want->image_signed.data);
	free(want->overlay_signed.data);
	if (want->image_fd >= 0)
		close(want->image_fd);
	if (want->overlay_fd >= 0)
		close(want->overlay_fd);
	hwc_data_free(want->data);
}

void hwc_wants_select(struct hwc_wants *wants, const char *name)
{
	size_t i, kept = 0;

	for (i = 0; i < wants->count; i++) {
		struct hwc_want *want = &wants->items[i];

		if (name && want->container && strcmp(name, want->container))
			free_want(want);
		else
			wants->items[kept++] = *want;
	}
	wants->count = kept;
}

void hwc_wants_free(struct hwc_wants *wants)
{
	size_t i;

	for (i = 0; i < wants->count; i++)
		free_want(&wants->items[i]);
	free(wants->items);
	free(wants->group);
	*wants = (struct hwc_wants){ 0 };
}
