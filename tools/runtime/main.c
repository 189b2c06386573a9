// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hwcontainer-runtime: an OCI runtime that gives a container the hardware it
 * asks for and lets runc or crun do the rest, but for firmware and virtual machines,
 * which it runs itself. See hwcontainer-runtime(8).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "runtime.h"

/* What is not left to the other runtime: an exit status, or -1. */
static int answer(const struct command *command, const struct settings *settings)
{
	int code = EXIT_SUCCESS, done;

	if (command_starts(command)) {
		done = start_prepare(command, settings, &code);
		if (done < 0)
			return EXIT_FAILURE;
		return done ? code : -1;
	}
	if (verbs_answer(command, settings, &code))
		return code;
	if (list_answer(command, settings, &code))
		return code;
	if (features_print(command, settings))
		return EXIT_SUCCESS;
	return -1;
}

/* Also those of what stands in for this system. */
static int read_settings(const struct command *command, struct settings *settings)
{
	char *path;
	int err;

	if (asprintf(&path, "%s" SETTINGS_PATH, command->sysroot ? command->sysroot : "") < 0) {
		log_error(command, "out of memory");
		return -ENOMEM;
	}
	err = settings_read(command, path, settings);
	free(path);
	return err;
}

/* Who executes us may have closed some: what is opened first would be our output. */
static void keep_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int main(int argc, char **argv)
{
	struct settings settings;
	struct command command;
	int code;

	if (!argc)
		return EXIT_FAILURE;
	keep_streams();
	/* where it is ignored, by who executed us, nobody is told how a child ended */
	signal(SIGCHLD, SIG_DFL);
	command_parse(&command, argv);
	if (command.verb && !strcmp(command.verb, HOOK_VERB))
		return handover_run(&command) ? EXIT_FAILURE : EXIT_SUCCESS;
	if (read_settings(&command, &settings))
		return EXIT_FAILURE;
	code = answer(&command, &settings);
	if (code < 0)
		code = behind_execute(&command, &settings);
	settings_free(&settings);
	return code;
}
