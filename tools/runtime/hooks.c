// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The hooks of a firmware container's configuration, which runc and crun run for all
 * others (runtime-spec, config.md, "POSIX-platform Hooks"). The container has no root
 * file system of its own: all of them are files of the host.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "runtime.h"

/* As much of what a hook says as can hold its last line. */
#define TAIL_MAX 512

/**
 * struct hook - a hook that is being run
 * @container: its container
 * @kind: "prestart" and so on
 * @json: its configuration
 * @path: what is executed
 * @seconds: how long it may take, or 0
 * @inside: pidfd of the container's process whose namespaces it is run in, or -1
 * @flags: those namespaces
 * @input: its standard input
 * @output: what it says on standard error
 * @pid: its process
 * @tail: the last of what it said, ended with a zero
 * @length: of that
 */
struct hook {
	const struct container *container;
	const char *kind;
	struct json_object *json;
	const char *path;
	int seconds;
	int inside;
	int flags;
	int input;
	int output;
	pid_t pid;
	char tail[TAIL_MAX];
	size_t length;
};

/* its process */

/* A list of strings as execve() takes it, with @first where there is none; or NULL. */
static char **make_words(struct json_object *list, const char *first)
{
	size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
	char **words = calloc(n + 2, sizeof(*words));

	if (words && !n)
		words[0] = (char *)first;
	for (size_t i = 0; words && i < n; i++)
		words[i] = (char *)json_object_get_string(json_object_array_get_idx(list, i));
	return words;
}

/* A run that waits for the container's end has blocked some. */
static void reset_signals(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static int take_place(const struct hook *hook)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (dup2(hook->output, STDERR_FILENO) < 0 || dup2(hook->input, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0)
		return -1;
	if (hook->flags && setns(hook->inside, hook->flags))
		return -1;
	return chdir(container_string(hook->container, "bundle"));
}

/* In the child; does not return. As runc has it: no "env" is our environment. */
static void execute(const struct hook *hook)
{
	struct json_object *env = json_object_object_get(hook->json, "env");
	char **args = make_words(json_object_object_get(hook->json, "args"), hook->path);
	char **environment = env ? make_words(env, NULL) : environ;

	reset_signals();
	if (args && environment && !take_place(hook))
		execve(hook->path, args, environment);
	dprintf(STDERR_FILENO, "%s\n", strerror(errno));
	_exit(127);
}

static pid_t fork_hook(const struct hook *hook)
{
	const struct command *command = hook->container->command;
	pid_t pid;

	if (hook->inside >= 0)
		return place_fork_beside(command, container_number(hook->container, "pid"),
					 hook->inside);
	pid = fork();
	return pid < 0 ? log_errno(command, "fork") : pid;
}

static int start(struct hook *hook)
{
	int pipes[2];

	if (pipe2(pipes, O_CLOEXEC))
		return log_errno(hook->container->command, "pipe");
	hook->output = pipes[1];
	hook->pid = fork_hook(hook);
	if (!hook->pid)
		execute(hook);
	close(pipes[1]);
	hook->output = pipes[0];
	fcntl(hook->output, F_SETFL, O_NONBLOCK);
	if (hook->pid > 0)
		return 0;
	close(hook->output);
	return -EAGAIN;
}

/* what it says */

static void keep_tail(struct hook *hook, const char *text, size_t size)
{
	size_t room = sizeof(hook->tail) - 1, cut;

	if (size > room) {
		text += size - room;
		size = room;
	}
	cut = hook->length + size > room ? hook->length + size - room : 0;
	memmove(hook->tail, hook->tail + cut, hook->length - cut);
	hook->length -= cut;
	memcpy(hook->tail + hook->length, text, size);
	hook->length += size;
	hook->tail[hook->length] = '\0';
}

/* Whether there may be more later. */
static bool read_output(struct hook *hook)
{
	char text[TAIL_MAX];
	ssize_t size;

	while ((size = read(hook->output, text, sizeof(text))) > 0)
		keep_tail(hook, text, size);
	return size < 0 && (errno == EAGAIN || errno == EINTR);
}

static const char *last_line(struct hook *hook)
{
	char *line;

	while (hook->length && hook->tail[hook->length - 1] == '\n')
		hook->tail[--hook->length] = '\0';
	line = strrchr(hook->tail, '\n');
	return line ? line + 1 : hook->tail;
}

/* its end */

/*
 * Whether it ends in time. Its process counts: one that it leaves behind may have its
 * standard error for ever.
 */
static bool wait_for_end(struct hook *hook)
{
	int64_t end = now_ms() + 1000LL * hook->seconds, left = -1;
	struct pollfd files[] = { { hook->output, POLLIN, 0 }, { .events = POLLIN } };

	files[1].fd = syscall(SYS_pidfd_open, hook->pid, 0);
	if (files[1].fd < 0)
		return true;
	do {
		if (hook->seconds)
			left = end > now_ms() ? end - now_ms() : 0;
		poll(files, ARRAY_SIZE(files), left);
		if (!read_output(hook))
			files[0].fd = -1;
	} while (!files[1].revents && left);
	close(files[1].fd);
	return files[1].revents;
}

/* The sentence about it, which is to be freed; NULL when it has done well. */
static char *judge(struct hook *hook, bool ended, int status)
{
	const char *line = last_line(hook), *colon = *line ? ": " : "";
	char name[16], *text = NULL;
	int size = 0;

	if (!ended)
		size = asprintf(&text, "%s hook %s did not end within %d s%s%s", hook->kind,
				hook->path, hook->seconds, colon, line);
	else if (WIFSIGNALED(status))
		size = asprintf(&text, "%s hook %s was killed by %s%s%s", hook->kind, hook->path,
				signal_name(WTERMSIG(status), name), colon, line);
	else if (WEXITSTATUS(status))
		size = asprintf(&text, "%s hook %s ended with %d%s%s", hook->kind, hook->path,
				WEXITSTATUS(status), colon, line);
	return size < 0 ? strdup("out of memory") : text;
}

static char *wait_and_judge(struct hook *hook)
{
	bool ended = wait_for_end(hook);
	int status = 0;

	if (!ended)
		kill(hook->pid, SIGKILL);
	while (waitpid(hook->pid, &status, 0) < 0 && errno == EINTR)
		;
	close(hook->output);
	return judge(hook, ended, status);
}

/* the state on its standard input */

/* As the one who reads it sees the process: one inside has another number for it. */
static pid_t find_pid(const struct hook *hook)
{
	pid_t pid = container_number(hook->container, "pid");

	return hook->inside >= 0 ? process_inner_number(pid) : pid;
}

static struct json_object *describe(const struct hook *hook, enum status status)
{
	static const char *const keys[] = { "ociVersion", "id", "bundle", "annotations" };
	struct json_object *obj = json_object_new_object(), *value;

	for (size_t i = 0; obj && i < ARRAY_SIZE(keys); i++)
		if (json_object_object_get_ex(hook->container->record, keys[i], &value))
			json_object_object_add(obj, keys[i], json_object_get(value));
	if (obj)
		json_object_object_add(obj, "status", json_object_new_string(status_name(status)));
	if (obj && status != STATUS_STOPPED)
		json_object_object_add(obj, "pid", json_object_new_int(find_pid(hook)));
	return obj;
}

/* A file, which a hook may also leave unread. */
static int write_input(struct hook *hook, enum status status)
{
	struct json_object *obj = describe(hook, status);
	const char *text = json_object_to_json_string_ext(
		obj, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	int err = 0;

	hook->input = memfd_create("state", MFD_CLOEXEC);
	if (!obj || hook->input < 0 || write(hook->input, text, strlen(text)) < 0 ||
	    lseek(hook->input, 0, SEEK_SET) < 0)
		err = log_errno(hook->container->command, "the state for a hook");
	json_object_put(obj);
	if (err && hook->input >= 0)
		close(hook->input);
	return err;
}

static int run(struct hook *hook, enum status status, char **sentence)
{
	int err = write_input(hook, status);

	if (err)
		return err;
	err = start(hook);
	close(hook->input);
	if (!err)
		*sentence = wait_and_judge(hook);
	return err;
}

/* Whether those of a kind are run in the container's namespaces. */
static bool is_inside(const char *kind)
{
	return !strcmp(kind, "createContainer") || !strcmp(kind, "startContainer");
}

static int run_one(const struct container *container, const char *kind, struct json_object *json,
		   enum status status, char **sentence)
{
	struct hook hook = {
		.container = container,
		.kind = kind,
		.json = json,
		.path = json_object_get_string(json_object_object_get(json, "path")),
		.seconds = json_object_get_int(json_object_object_get(json, "timeout")),
		.inside = -1,
	};
	int err;

	if (is_inside(kind)) {
		hook.inside = container_process(container);
		if (hook.inside < 0) {
			log_error(container->command, "the process of container %s has ended",
				  container->command->id);
			return hook.inside;
		}
		hook.flags = place_flags(container_number(container, "pid"));
	}
	err = run(&hook, status, sentence);
	if (hook.inside >= 0)
		close(hook.inside);
	return err;
}

static struct json_object *find_hooks(const struct container *container, const char *kind)
{
	struct json_object *hooks = json_object_object_get(container->record, "hooks");
	struct json_object *list = json_object_object_get(hooks, kind);

	return json_object_is_type(list, json_type_array) ? list : NULL;
}

int hooks_run(const struct container *container, const char *kind, enum status status)
{
	struct json_object *list = find_hooks(container, kind);
	int err = 0;

	for (size_t i = 0; list && !err && i < json_object_array_length(list); i++) {
		char *sentence = NULL;

		err = run_one(container, kind, json_object_array_get_idx(list, i), status,
			      &sentence);
		if (!sentence)
			continue;
		log_error(container->command, "%s", sentence);
		free(sentence);
		err = -ECANCELED;
	}
	return err;
}

void hooks_run_all(const struct container *container, const char *kind, enum status status)
{
	struct json_object *list = find_hooks(container, kind);

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		char *sentence = NULL;

		run_one(container, kind, json_object_array_get_idx(list, i), status, &sentence);
		if (sentence)
			log_warning(container->command, "%s", sentence);
		free(sentence);
	}
}
