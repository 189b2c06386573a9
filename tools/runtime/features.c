// SPDX-License-Identifier: GPL-2.0-or-later
/* The verb "features": the other runtime's answer, and the annotations that count here. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include "runtime.h"

/* Of runtime-spec's features.md: those that change what the host does. */
#define UNSAFE "potentiallyUnsafeConfigAnnotations"

/* Without another runtime: what containers of ours know. */
static struct json_object *describe(void)
{
	static const char text[] =
		"{\"ociVersionMin\":\"1.0.0\",\"ociVersionMax\":\"" OCI_VERSION "\","
		"\"hooks\":[\"prestart\",\"createRuntime\",\"createContainer\","
		"\"startContainer\",\"poststart\",\"poststop\"],\"mountOptions\":[],"
		"\"linux\":{\"namespaces\":[\"cgroup\",\"ipc\",\"mount\",\"network\","
		"\"pid\",\"uts\"],\"capabilities\":[],"
		"\"cgroup\":{\"v1\":true,\"v2\":true,\"systemd\":false}}}";

	return json_tokener_parse(text);
}

static void add_annotations(struct json_object *obj)
{
	static const char *const names[] = {
		"org.hwcontainer.",
		"remoteproc.name",
		"KERNEL",
		"RAMDISK",
		"DTB",
		"CMDLINE",
		"io.katacontainers.config.hypervisor.",
	};
	struct json_object *list = json_object_object_get(obj, UNSAFE);

	if (!json_object_is_type(list, json_type_array)) {
		list = json_object_new_array();
		if (!list || json_object_object_add(obj, UNSAFE, list))
			return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		json_object_array_add(list, json_object_new_string(names[i]));
}

bool features_print(const struct command *command, const struct settings *settings)
{
	struct json_object *obj = NULL;

	if (!command->verb || strcmp(command->verb, "features"))
		return false;
	if (!settings->runtime)
		obj = describe();
	else if (behind_ask(settings, command->argv, &obj))
		return false;
	if (!json_object_is_type(obj, json_type_object)) {
		json_object_put(obj);
		return false;
	}
	add_annotations(obj);
	puts(json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
							 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(obj);
	return true;
}
