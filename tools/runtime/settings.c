// SPDX-License-Identifier: GPL-2.0-or-later
/* /etc/hwcontainer/runtime.json and HWCONTAINER_RUNTIME. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "runtime.h"

#define TIMEOUT_DEFAULT_S 30
#define TIMEOUT_MAX_S 3600

/* What a virtual machine has where nobody says how much. */
#define MEMORY_DEFAULT (UINT64_C(256) << 20)
#define MEMORY_MIN (INT64_C(1) << 20)

static int refuse(const struct command *command, const char *path, const char *key,
		  const char *must)
{
	log_error(command, "%s: \"%s\" must be %s", path, key, must);
	return -EINVAL;
}

/* Without the slashes that it ends with. */
static size_t length_of(const char *path)
{
	size_t length = strlen(path);

	while (length && path[length - 1] == '/')
		length--;
	return length;
}

static int take_path(const struct command *command, const char *path, const char *key,
		     struct json_object *value, char **field)
{
	const char *text = json_object_get_string(value);

	if (!json_object_is_type(value, json_type_string) || text[0] != '/')
		return refuse(command, path, key, "an absolute path");
	if (!length_of(text))
		return refuse(command, path, key, "another path than /");
	free(*field);
	*field = strndup(text, length_of(text));
	return *field ? 0 : -ENOMEM;
}

static int take_seconds(const struct command *command, const char *path, const char *key,
			struct json_object *value, int *field_ms)
{
	int seconds = json_object_get_int(value);

	if (!json_object_is_type(value, json_type_int) || seconds < 1 || seconds > TIMEOUT_MAX_S)
		return refuse(command, path, key, "a number of seconds from 1 to 3600");
	*field_ms = 1000 * seconds;
	return 0;
}

static int take_hypervisor(const struct command *command, const char *path, const char *key,
			   struct json_object *value, char **field)
{
	const char *text = json_object_get_string(value);

	if (!json_object_is_type(value, json_type_string) ||
	    (strcmp(text, "xen") && strcmp(text, "qemu")))
		return refuse(command, path, key, "\"xen\" or \"qemu\"");
	free(*field);
	*field = strdup(text);
	return *field ? 0 : -ENOMEM;
}

static int take_memory(const struct command *command, const char *path, const char *key,
		       struct json_object *value, uint64_t *field)
{
	int64_t bytes = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || bytes < MEMORY_MIN)
		return refuse(command, path, key, "a number of bytes from 1048576");
	*field = bytes;
	return 0;
}

static int take_vm_member(const struct command *command, const char *path, const char *key,
			  struct json_object *value, struct vm_settings *vm)
{
	if (!strcmp(key, "hypervisor"))
		return take_hypervisor(command, path, "vm.hypervisor", value, &vm->hypervisor);
	if (!strcmp(key, "kernel"))
		return take_path(command, path, "vm.kernel", value, &vm->kernel);
	if (!strcmp(key, "init"))
		return take_path(command, path, "vm.init", value, &vm->init);
	if (!strcmp(key, "qemu"))
		return take_path(command, path, "vm.qemu", value, &vm->qemu);
	if (!strcmp(key, "xl"))
		return take_path(command, path, "vm.xl", value, &vm->xl);
	if (!strcmp(key, "memory"))
		return take_memory(command, path, "vm.memory", value, &vm->memory);
	if (!strcmp(key, "timeout"))
		return take_seconds(command, path, "vm.timeout", value, &vm->timeout_ms);
	log_error(command, "%s: \"vm.%s\" is not a setting", path, key);
	return -EINVAL;
}

static int take_vm(const struct command *command, const char *path, struct json_object *obj,
		   struct vm_settings *vm)
{
	int err;

	if (!json_object_is_type(obj, json_type_object))
		return refuse(command, path, "vm", "an object");
	json_object_object_foreach(obj, key, value) {
		err = take_vm_member(command, path, key, value, vm);
		if (err)
			return err;
	}
	return 0;
}

static int take(const struct command *command, const char *path, const char *key,
		struct json_object *value, struct settings *settings)
{
	if (!strcmp(key, "runtime"))
		return take_path(command, path, key, value, &settings->runtime);
	if (!strcmp(key, "policy"))
		return take_path(command, path, key, value, &settings->policy);
	if (!strcmp(key, "coredumps"))
		return take_path(command, path, key, value, &settings->coredumps);
	if (!strcmp(key, "timeout"))
		return take_seconds(command, path, key, value, &settings->timeout_ms);
	if (!strcmp(key, "vm"))
		return take_vm(command, path, value, &settings->vm);
	if (!strcmp(key, "keep")) {
		if (!json_object_is_type(value, json_type_boolean))
			return refuse(command, path, key, "true or false");
		settings->keep = json_object_get_boolean(value);
		return 0;
	}
	log_error(command, "%s: \"%s\" is not a setting", path, key);
	return -EINVAL;
}

static int read_members(const struct command *command, const char *path, struct json_object *obj,
			struct settings *settings)
{
	int err;

	if (!json_object_is_type(obj, json_type_object)) {
		log_error(command, "%s is not a JSON object", path);
		return -EINVAL;
	}
	json_object_object_foreach(obj, key, value) {
		err = take(command, path, key, value, settings);
		if (err)
			return err;
	}
	return 0;
}

static int read_file(const struct command *command, const char *path, struct settings *settings)
{
	struct json_object *obj;
	int fd, err;

	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0) {
		err = -errno;
		log_error(command, "%s: %s", path, strerror(errno));
		return err;
	}
	obj = json_object_from_fd(fd);
	close(fd);
	err = read_members(command, path, obj, settings);
	json_object_put(obj);
	return err;
}

static int read_environment(const struct command *command, struct settings *settings)
{
	const char *runtime = getenv("HWCONTAINER_RUNTIME");

	if (!runtime)
		return 0;
	if (runtime[0] != '/') {
		log_error(command, "HWCONTAINER_RUNTIME=%s is not an absolute path", runtime);
		return -EINVAL;
	}
	free(settings->runtime);
	settings->runtime = strdup(runtime);
	return settings->runtime ? 0 : -ENOMEM;
}

/* Never by PATH, on which we may be under the name of runc. There may be none. */
static void find_runtime(struct settings *settings)
{
	static const char *const places[] = {
		"/usr/bin/runc",	"/usr/sbin/runc", "/usr/local/bin/runc",
		"/usr/local/sbin/runc", "/usr/bin/crun",  "/usr/local/bin/crun",
	};
	size_t i;

	for (i = 0; !settings->runtime && i < sizeof(places) / sizeof(*places); i++)
		if (!access(places[i], X_OK))
			settings->runtime = strdup(places[i]);
}

static int check_runtime(const struct command *command, const struct settings *settings)
{
	struct stat self, runtime;
	int err;

	if (stat(settings->runtime, &runtime)) {
		err = -errno;
		log_error(command, "the runtime %s: %s", settings->runtime, strerror(errno));
		return err;
	}
	if (stat("/proc/self/exe", &self) || self.st_dev != runtime.st_dev ||
	    self.st_ino != runtime.st_ino)
		return 0;
	log_error(command, "the runtime %s is this program itself", settings->runtime);
	return -ELOOP;
}

int settings_read(const struct command *command, const char *path, struct settings *settings)
{
	int err;

	*settings = (struct settings){
		.timeout_ms = 1000 * TIMEOUT_DEFAULT_S,
		.vm = { .memory = MEMORY_DEFAULT, .timeout_ms = 1000 * TIMEOUT_DEFAULT_S },
	};
	err = read_file(command, path, settings);
	if (!err)
		err = read_environment(command, settings);
	if (!err)
		find_runtime(settings);
	if (!err && settings->runtime)
		err = check_runtime(command, settings);
	if (err)
		settings_free(settings);
	return err;
}

void settings_free(struct settings *settings)
{
	free(settings->runtime);
	free(settings->policy);
	free(settings->coredumps);
	free(settings->vm.hypervisor);
	free(settings->vm.kernel);
	free(settings->vm.init);
	free(settings->vm.qemu);
	free(settings->vm.xl);
	*settings = (struct settings){ 0 };
}
