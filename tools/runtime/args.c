// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The command line, as far as it must be understood: which words are options,
 * which are their values. Options with a value are those of runc 1.0 to 1.3 and
 * crun 1.0 to 1.20; any other is taken to have none, or one after "=".
 */
#include <string.h>
#include "runtime.h"

static const char *const options_with_value[] = {
	/* before the verb */
	"root",
	"log",
	"log-format",
	"log-level",
	"criu",
	"rootless",
	"cgroup-manager",
	"sysroot",
	/* after it */
	"bundle",
	"b",
	"config",
	"f",
	"format",
	"console-socket",
	"pid-file",
	"pidfd-socket",
	"preserve-fds",
	/* of exec, update, events, checkpoint and restore */
	"additional-gids",
	"apparmor",
	"blkio-weight",
	"cap",
	"cgroup",
	"cpu-burst",
	"cpu-idle",
	"cpu-period",
	"cpu-quota",
	"cpu-rt-period",
	"cpu-rt-runtime",
	"cpu-share",
	"cpuset-cpus",
	"cpuset-mems",
	"cwd",
	"empty-ns",
	"env",
	"image-path",
	"interval",
	"kernel-memory",
	"kernel-memory-tcp",
	"l3-cache-schema",
	"lsm-mount-context",
	"lsm-profile",
	"manage-cgroups-mode",
	"mem-bw-schema",
	"memory",
	"memory-reservation",
	"memory-swap",
	"page-server",
	"parent-path",
	"pids-limit",
	"process",
	"process-label",
	"resources",
	"status-fd",
	"user",
	"work-path",
};

/**
 * struct option - one option of the command line
 * @name: without dashes
 * @length: of the name
 * @value: what follows "=", or the name's letter, or NULL
 */
struct option {
	const char *name;
	size_t length;
	const char *value;
};

static bool option_is(const struct option *option, const char *name)
{
	return strlen(name) == option->length && !strncmp(option->name, name, option->length);
}

bool command_starts(const struct command *command)
{
	return command->verb && (!strcmp(command->verb, "create") || !strcmp(command->verb, "run"));
}

bool command_waits(const struct command *command)
{
	return command->verb && !strcmp(command->verb, "run") && !command->detach;
}

/* "-f" is "--config FILE" to crun and "--force" to a delete. */
static bool is_force(const struct command *command, const struct option *option)
{
	return option_is(option, "f") && command->verb && !strcmp(command->verb, "delete");
}

/* Letters that mean something else, or nothing, elsewhere. */
static bool is_letter_with_value(const struct command *command, const struct option *option)
{
	if (option->length != 1 || !command->verb)
		return false;
	return (!strcmp(command->verb, "exec") && strchr("egpuc", *option->name)) ||
	       (!strcmp(command->verb, "update") && *option->name == 'r');
}

/* and "--format" to a list. */
static bool is_format(const struct command *command, const struct option *option)
{
	return option_is(option, "f") && command->verb && !strcmp(command->verb, "list");
}

static bool takes_value(const struct command *command, const struct option *option)
{
	size_t i;

	if (is_force(command, option))
		return false;
	if (is_letter_with_value(command, option))
		return true;
	for (i = 0; i < sizeof(options_with_value) / sizeof(*options_with_value); i++)
		if (option_is(option, options_with_value[i]))
			return true;
	return false;
}

/*
 * runc takes one dash or two for every name; crun reads "-bDIR" as "-b DIR",
 * which no name that runc knows begins with.
 */
static struct option read_option(const struct command *command, const char *word)
{
	const char *name = word + (word[1] == '-' ? 2 : 1);
	struct option option = { .name = name, .length = strcspn(name, "=") };

	if (name[option.length])
		option.value = name + option.length + 1;
	if (word[1] == '-' || option.length < 2 || takes_value(command, &option))
		return option;
	if (*name == 'b' || *name == 'f') {
		option.value = name + 1;
		option.length = 1;
	}
	return option;
}

static bool is_on(const struct option *option)
{
	return !option->value || !strcmp(option->value, "true");
}

static void use_flag(struct command *command, const struct option *option)
{
	if (option_is(option, "debug"))
		command->debug = is_on(option);
	else if (option_is(option, "systemd-cgroup"))
		command->systemd_cgroup = is_on(option);
	else if (option_is(option, "detach") || option_is(option, "d"))
		command->detach = is_on(option);
	else if (option_is(option, "quiet") || option_is(option, "q"))
		command->quiet = is_on(option);
	else if (option_is(option, "keep"))
		command->keep = is_on(option);
	else if (option_is(option, "force") || is_force(command, option))
		command->force = is_on(option);
}

/* crun's word for it; of several the last one counts. */
static void use_cgroup_manager(struct command *command, const char *manager)
{
	command->systemd_cgroup = manager && !strcmp(manager, "systemd");
	command->no_cgroup = manager && !strcmp(manager, "disabled");
}

/* Ours alone, and of no verb: what follows an exec's is its program's. */
static bool is_sysroot(const struct command *command, const struct option *option)
{
	return option_is(option, "sysroot") && !command->verb;
}

static void use_option(struct command *command, const struct option *option)
{
	if (option_is(option, "bundle") || option_is(option, "b"))
		command->bundle = option->value;
	else if (option_is(option, "root"))
		command->root = option->value;
	else if (is_sysroot(command, option))
		command->sysroot = option->value ? option->value : "";
	else if (option_is(option, "cgroup-manager"))
		use_cgroup_manager(command, option->value);
	else if (option_is(option, "pid-file"))
		command->pid_file = option->value;
	else if (option_is(option, "console-socket"))
		command->console_socket = option->value;
	else if (option_is(option, "log"))
		command->log = option->value;
	else if (option_is(option, "log-format"))
		command->log_json = option->value && !strcmp(option->value, "json");
	else if (option_is(option, "format") || is_format(command, option))
		command->format = option->value;
	else if (takes_value(command, option) &&
		 (option_is(option, "config") || option_is(option, "f")))
		command->config = option->value;
	else
		use_flag(command, option);
}

static void use_word(struct command *command, char **word)
{
	if (!command->verb) {
		command->verb = *word;
		command->words = word + 1;
	} else if (!command->id) {
		command->id = *word;
	} else if (!command->signal) {
		command->signal = *word;
	}
}

static bool is_option(const char *word)
{
	return word[0] == '-' && word[1];
}

static void take_out(char **words, size_t n)
{
	do
		*words = words[n];
	while (*words++);
}

void command_parse(struct command *command, char **argv)
{
	bool options = true;
	char **word, **first;

	*command = (struct command){ .argv = argv, .bundle = ".", .sink = -1 };
	for (word = argv + 1; word[-1] && *word; word++) {
		struct option option;

		if (!options || !is_option(*word)) {
			use_word(command, word);
			continue;
		}
		if (!strcmp(*word, "--")) {
			options = false;
			continue;
		}
		first = word;
		option = read_option(command, *word);
		if (!option.value && takes_value(command, &option) && word[1])
			option.value = *++word;
		use_option(command, &option);
		if (is_sysroot(command, &option)) {
			take_out(first, word - first + 1);
			word = first - 1;
		}
	}
	if (!command->bundle)
		command->bundle = ".";
}
