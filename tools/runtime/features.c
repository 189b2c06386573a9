// SPDX-License-Identifier: GPL-2.0-or-later
/* The verb "features": the other runtime's answer, and the annotations that count here. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "runtime.h"

/* Of runtime-spec's features.md: those that change what the host does. */
#define UNSAFE "potentiallyUnsafeConfigAnnotations"

static void execute(const struct command *command, char *runtime, int out)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(EXIT_FAILURE);
	command->argv[0] = runtime;
	execv(runtime, command->argv);
	_exit(EXIT_FAILURE);
}

/* What it prints, if that is an object; NULL where it knows no such verb. */
static struct json_object *ask(const struct command *command, char *runtime)
{
	struct json_object *obj;
	int pipes[2], status;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC))
		return NULL;
	pid = fork();
	if (!pid)
		execute(command, runtime, pipes[1]);
	close(pipes[1]);
	obj = pid > 0 ? json_object_from_fd(pipes[0]) : NULL;
	close(pipes[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && !status &&
	    json_object_is_type(obj, json_type_object))
		return obj;
	json_object_put(obj);
	return NULL;
}

static void add_annotations(struct json_object *obj)
{
	static const char *const names[] = { "org.hwcontainer.", "remoteproc.name" };
	struct json_object *list = json_object_object_get(obj, UNSAFE);

	if (!json_object_is_type(list, json_type_array)) {
		list = json_object_new_array();
		if (!list || json_object_object_add(obj, UNSAFE, list))
			return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		json_object_array_add(list, json_object_new_string(names[i]));
}

bool features_print(const struct command *command, char *runtime)
{
	struct json_object *obj;

	if (!command->verb || strcmp(command->verb, "features"))
		return false;
	obj = ask(command, runtime);
	if (!obj)
		return false;
	add_annotations(obj);
	puts(json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
							 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(obj);
	return true;
}
