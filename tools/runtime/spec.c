// SPDX-License-Identifier: GPL-2.0-or-later
/* A bundle's configuration, of which a container without a program needs little. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "runtime.h"

/* As deep as the library takes it. */
#define DEPTH_MAX 64

static struct json_object *parse(const char *json)
{
	struct json_tokener *tokener = json_tokener_new_ex(DEPTH_MAX + 1);
	struct json_object *obj;

	if (!json || !tokener)
		return NULL;
	obj = json_tokener_parse_ex(tokener, json, strlen(json) + 1);
	json_tokener_free(tokener);
	return obj;
}

struct json_object *spec_find(const struct spec *spec, const char *const *keys)
{
	struct json_object *obj = spec->config;

	for (; obj && *keys; keys++)
		if (!json_object_is_type(obj, json_type_object) ||
		    !json_object_object_get_ex(obj, *keys, &obj))
			return NULL;
	return obj;
}

static char *find_rootfs(const struct spec *spec)
{
	static const char *const keys[] = { "root", "path", NULL };
	const char *path = json_object_get_string(spec_find(spec, keys));
	char *rootfs;

	if (!path || *path == '/')
		return strdup(path ? path : "");
	if (asprintf(&rootfs, "%s/%s", spec->bundle, path) < 0)
		return NULL;
	return rootfs;
}

int spec_read(const struct command *command, const char *json, struct spec *spec)
{
	struct spec new = { .config = parse(json) };

	new.bundle = realpath(command->bundle, NULL);
	if (new.config &&new.bundle)
		new.rootfs = find_rootfs(&new);
	if (new.rootfs) {
		*spec = new;
		return 0;
	}
	spec_free(&new);
	log_error(command, "out of memory");
	return -ENOMEM;
}

void spec_free(struct spec *spec)
{
	json_object_put(spec->config);
	free(spec->bundle);
	free(spec->rootfs);
	*spec = (struct spec){ 0 };
}

bool spec_wants_terminal(const struct spec *spec)
{
	static const char *const keys[] = { "process", "terminal", NULL };

	return json_object_get_boolean(spec_find(spec, keys));
}

static bool are_strings(struct json_object *list)
{
	if (list && !json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; list && i < json_object_array_length(list); i++)
		if (!json_object_is_type(json_object_array_get_idx(list, i), json_type_string))
			return false;
	return true;
}

static const char *find_mistake(struct json_object *hook)
{
	const char *path = json_object_get_string(json_object_object_get(hook, "path"));
	struct json_object *timeout = json_object_object_get(hook, "timeout");

	if (!path || *path != '/')
		return "needs an absolute path";
	if (timeout &&
	    (!json_object_is_type(timeout, json_type_int) || json_object_get_int(timeout) <= 0))
		return "has a timeout that is no number of seconds above 0";
	if (!are_strings(json_object_object_get(hook, "args")) ||
	    !are_strings(json_object_object_get(hook, "env")))
		return "has args or env that are no list of strings";
	return NULL;
}

static int check_kind(const struct command *command, const char *kind, struct json_object *list)
{
	if (list && !json_object_is_type(list, json_type_array)) {
		log_error(command, "hooks.%s is no list", kind);
		return -EINVAL;
	}
	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *hook = json_object_array_get_idx(list, i);
		const char *mistake = find_mistake(hook);

		if (!mistake)
			continue;
		log_error(command, "hooks.%s[%zu] %s", kind, i, mistake);
		return -EINVAL;
	}
	return 0;
}

int spec_check_hooks(const struct command *command, const struct spec *spec)
{
	static const char *const kinds[] = { "prestart",       "createRuntime", "createContainer",
					     "startContainer", "poststart",	"poststop" };
	static const char *const keys[] = { "hooks", NULL };
	struct json_object *hooks = spec_find(spec, keys);
	int err = 0;

	if (hooks && !json_object_is_type(hooks, json_type_object)) {
		log_error(command, "hooks is no object");
		return -EINVAL;
	}
	for (size_t i = 0; hooks && !err && i < ARRAY_SIZE(kinds); i++)
		err = check_kind(command, kinds[i], json_object_object_get(hooks, kinds[i]));
	return err;
}
