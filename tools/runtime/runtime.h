/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hwcontainer-runtime: what its files know of each other, sectioned by file. */
#ifndef HWC_RUNTIME_H
#define HWC_RUNTIME_H

#include <hwcontainer.h>
#include <stdbool.h>

/* args.c */

/**
 * struct command - what the command line says that matters here
 * @argv: all of it, ends with NULL
 * @verb: first word that is no option, or NULL
 * @words: what follows the verb, for our own verb
 * @id: of the container, or NULL
 * @bundle: its folder
 * @config: crun's option to read another file than config.json, or NULL
 * @log: file that errors are added to, or NULL
 * @log_json: as JSON
 * @debug: tell more
 */
struct command {
	char **argv;
	const char *verb;
	char **words;
	const char *id;
	const char *bundle;
	const char *config;
	const char *log;
	bool log_json;
	bool debug;
};

void command_parse(struct command *command, char **argv);

/* Whether it starts a container from a bundle. */
bool command_starts(const struct command *command);

/* log.c: in the form and to the places of runc and crun, as engines read them */

void log_error(const struct command *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void log_debug(const struct command *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* settings.c */

#define SETTINGS_PATH "/etc/hwcontainer/runtime.json"

/**
 * struct settings - how this runtime works on this host
 * @runtime: the runtime that it execs, absolute
 * @policy: file with what images may ask for
 * @timeout_ms: most to wait for the hardware
 * @keep: leave images loaded when containers end
 */
struct settings {
	char *runtime;
	char *policy;
	int timeout_ms;
	bool keep;
};

/**
 * settings_read() - from a file and the environment
 * @path: the file; it need not be there
 *
 * Return: 0, or -errno after an error was logged.
 */
int settings_read(const struct command *command, const char *path, struct settings *settings);
void settings_free(struct settings *settings);

/* start.c: create and run */

/* Return: 0 when the runtime may be executed, or -errno after an error was logged. */
int start_prepare(const struct command *command, const struct settings *settings);

/* hook.c: our own verb, for the hook that start.c puts into config.json */

#define HOOK_NAME "hwcontainer-runtime"
#define HOOK_VERB "hook"
#define HOOK_HANDOVER "handover"

int hook_run(const struct command *command);

#endif
