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
