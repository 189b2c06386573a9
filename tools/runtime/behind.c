// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The runtime behind this one, runc or crun, which runs what Linux can execute. Where
 * neither is installed there are only containers that we run ourselves.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "runtime.h"

#define INSTALL \
	"neither runc nor crun is installed: install one of them, or name another runtime in " SETTINGS_PATH

int behind_refuse(const struct command *command)
{
	log_error(command, "container %s is neither firmware nor a virtual machine, and " INSTALL,
		  command->id ? command->id : "");
	return -ENOENT;
}

static bool is_about_container(const struct command *command)
{
	static const char *const verbs[] = { "state",	   "start",   "kill",	"delete",
					     "exec",	   "pause",   "resume", "ps",
					     "checkpoint", "restore", "events", "update" };

	for (size_t i = 0; command->id && i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(command->verb, verbs[i]))
			return true;
	return false;
}

static bool asks_for_version(const struct command *command)
{
	for (char **word = command->argv + 1; !command->verb && *word; word++)
		if (!strcmp(*word, "--version") || !strcmp(*word, "-v"))
			return true;
	return false;
}

static bool asks_for_help(const struct command *command)
{
	char **word = command->argv + 1;

	if (command->verb)
		return !strcmp(command->verb, "help");
	while (*word && strcmp(*word, "--help") && strcmp(*word, "-h"))
		word++;
	return *word || !command->argv[1];
}

static void print_help(void)
{
	printf("usage: hwcontainer-runtime [GLOBAL-OPTION...] COMMAND [OPTION...] [CONTAINER]\n"
	       "\n"
	       "Runs containers whose program is firmware, and those that are virtual machines:\n"
	       "create, start, run, state, kill, delete, list, features. All others are for runc\n"
	       "or crun, and neither is installed. Options are theirs; see hwcontainer-runtime(8).\n");
}

/* Without another runtime, to what firmware containers know nothing of. */
static int answer_alone(const struct command *command)
{
	if (asks_for_version(command)) {
		printf("hwcontainer-runtime version %s\nspec: " OCI_VERSION "\n", hwc_version());
		return EXIT_SUCCESS;
	}
	if (asks_for_help(command)) {
		print_help();
		return EXIT_SUCCESS;
	}
	if (command->verb && is_about_container(command)) {
		if (command->force && !strcmp(command->verb, "delete"))
			return EXIT_SUCCESS;
		/* the words of runc, which engines look for */
		log_error(command, "container %s does not exist", command->id);
		return EXIT_FAILURE;
	}
	log_error(command, "%s is the other runtime's to answer, and " INSTALL,
		  command->verb ? command->verb : "this command line");
	return EXIT_FAILURE;
}

/* Its own name first, as crun looks at it; the rest as it came. */
int behind_execute(const struct command *command, const struct settings *settings)
{
	if (!settings->runtime)
		return answer_alone(command);
	command->argv[0] = settings->runtime;
	execv(settings->runtime, command->argv);
	log_error(command, "%s cannot be executed: %s", settings->runtime, strerror(errno));
	return EXIT_FAILURE;
}

static void execute(const struct settings *settings, char **argv, int out)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (dup2(out, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(EXIT_FAILURE);
	argv[0] = settings->runtime;
	execv(settings->runtime, argv);
	_exit(EXIT_FAILURE);
}

int behind_ask(const struct settings *settings, char **argv, struct json_object **answer)
{
	struct json_object *obj;
	int pipes[2], status;
	pid_t pid;

	if (!settings->runtime || pipe2(pipes, O_CLOEXEC))
		return -ENOENT;
	pid = fork();
	if (!pid)
		execute(settings, argv, pipes[1]);
	close(pipes[1]);
	obj = pid > 0 ? json_object_from_fd(pipes[0]) : NULL;
	close(pipes[0]);
	if (pid > 0 && waitpid(pid, &status, 0) == pid && !status) {
		*answer = obj;
		return 0;
	}
	json_object_put(obj);
	return -EIO;
}
