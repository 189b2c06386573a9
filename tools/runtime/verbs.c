// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The verbs of an OCI runtime, for the containers that this program does not leave to
 * another runtime: firmware and virtual machines.
 */
#include <errno.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "runtime.h"

/* For a process to end after SIGKILL. */
#define KILL_TIMEOUT_MS 10000

static int kill_and_wait(const struct container *container)
{
	int pidfd;
	bool ended;

	if (!kind_of_record(container)->takes(container, SIGKILL))
		return -EBUSY;
	pidfd = container_process(container);
	if (pidfd < 0)
		return 0;
	process_signal(pidfd, SIGKILL);
	ended = process_wait(pidfd, KILL_TIMEOUT_MS);
	close(pidfd);
	if (ended)
		return 0;
	log_error(container->command, "the process of container %s does not end",
		  container->command->id);
	return -ETIMEDOUT;
}

static int refuse_state(const struct command *command, enum status status)
{
	log_error(command, "cannot %s %s container %s", command->verb, status_name(status),
		  command->id);
	return -EINVAL;
}

/* start */

static int ask_to_start(const struct container *container)
{
	int fd = talk_connect(container), err;

	if (fd < 0)
		return fd;
	err = talk_hear(container->command, fd);
	close(fd);
	return err;
}

static int start_with_hooks(const struct container *container)
{
	int err = hooks_run(container, "startContainer", STATUS_CREATED);

	if (err) {
		kill_and_wait(container);
		return err;
	}
	err = ask_to_start(container);
	if (!err)
		hooks_run_all(container, "poststart", STATUS_RUNNING);
	return err;
}

static int start(struct container *container, struct hwc_ctx *ctx)
{
	int lock = container_lock_start(container), err;
	enum status status;

	if (lock < 0)
		return lock;
	status = status_of(container, ctx);
	if (status == STATUS_CREATED)
		err = start_with_hooks(container);
	else
		err = refuse_state(container->command, status);
	close(lock);
	return err;
}

/* state */

static int state(const struct container *container, struct hwc_ctx *ctx)
{
	struct json_object *obj = status_describe(container, ctx, status_of(container, ctx), "");

	if (!obj) {
		log_error(container->command, "out of memory");
		return -ENOMEM;
	}
	puts(json_object_to_json_string_ext(obj, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
							 JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(obj);
	return 0;
}

/* kill */

static int send_signal(const struct container *container, int number)
{
	int pidfd = container_process(container), err;

	if (pidfd < 0) {
		log_error(container->command, "container not running");
		return pidfd;
	}
	err = process_signal(pidfd, number);
	close(pidfd);
	if (err)
		log_error(container->command, "kill: %s", strerror(-err));
	return err;
}

static int kill_container(const struct container *container)
{
	const struct command *command = container->command;
	const char *word = command->signal ? command->signal : "TERM";
	int number = signal_parse(word), err;

	/* whether it lives is asked that way */
	if (!strcmp(word, "0"))
		return send_signal(container, 0);
	if (!number) {
		log_error(command, "\"%s\" is no signal", word);
		return -EINVAL;
	}
	if (!kind_of_record(container)->takes(container, number))
		return -EINVAL;
	err = send_signal(container, number);
	/* who works for it ends after its process: from now on all say the same of it */
	if (!err && number == SIGKILL)
		container_wait_left(container, KILL_TIMEOUT_MS);
	return err;
}

/* delete */

/* When it is gone its hardware is free, or somebody is told that it is not. */
static int wait_free(const struct container *container, struct hwc_ctx *ctx,
		     const struct settings *settings)
{
	if (status_wait_free(container, ctx, settings->timeout_ms))
		return 0;
	log_error(container->command, "the hardware of container %s is not free after %d ms",
		  container->command->id, settings->timeout_ms);
	return container->command->force ? 0 : -ETIMEDOUT;
}

/* One that was never started is killed without being told to, as runc does. */
static bool is_deletable(const struct container *container, enum status status)
{
	return container->command->force || status == STATUS_STOPPED || status == STATUS_CREATED;
}

/* Its hooks are run by who removes it, where several want to. */
static int remove_and_tell(const struct container *container)
{
	int err = container_remove(container);

	if (!err)
		hooks_run_all(container, "poststop", STATUS_STOPPED);
	if (!err || err == -ENOENT)
		return 0;
	log_error(container->command, "the folder of container %s has files of somebody else",
		  container->command->id);
	return err;
}

static int delete (const struct container *container, struct hwc_ctx *ctx,
		   const struct settings *settings)
{
	const struct kind *kind = kind_of_record(container);
	enum status status = status_of(container, ctx);
	int err;

	if (!is_deletable(container, status))
		return refuse_state(container->command, status);
	err = kill_and_wait(container);
	if (!err && kind->reap)
		err = kind->reap(container, settings);
	if (!err)
		err = wait_free(container, ctx, settings);
	if (err)
		return err;
	cgroup_remove(container);
	return remove_and_tell(container);
}

/* run */

/* What ends a program before a terminal, and what tells of that end. */
static void fill_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	sigaddset(set, SIGQUIT);
	sigaddset(set, SIGCHLD);
}

static int wait_for_end(pid_t pid, const struct console *console)
{
	sigset_t set;
	int status = 0, number;
	pid_t ended;

	fill_signals(&set);
	while (!(ended = waitpid(pid, &status, WNOHANG)))
		if (!sigwait(&set, &number) && number != SIGCHLD)
			kill(pid, SIGTERM);
	if (ended < 0)
		return EXIT_FAILURE;
	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	console_restore(console);
	return 128 + WTERMSIG(status);
}

/* The rest of a run, of what has been created. */
static int go_on(const struct claims *claims, pid_t pid, int *code)
{
	struct container container;
	struct console console;
	int err = container_find(claims->command, &container);

	if (err == -ENOENT)
		log_error(claims->command, "container %s was deleted", claims->command->id);
	if (err)
		return err;
	console_save(&console);
	err = start(&container, claims->ctx);
	if (!err && command_waits(claims->command))
		*code = wait_for_end(pid, &console);
	if (err)
		kill_and_wait(&container);
	if (err || (command_waits(claims->command) && !claims->command->keep)) {
		waitpid(pid, NULL, 0);
		delete (&container, claims->ctx, claims->settings);
	}
	container_close(&container);
	return err;
}

int verbs_start(struct claims *claims, int *code)
{
	int err = claims_open(claims);
	pid_t pid = 0;
	sigset_t set;

	*code = EXIT_SUCCESS;
	/* those that come before there is anybody to pass them on to, too */
	fill_signals(&set);
	if (command_waits(claims->command))
		sigprocmask(SIG_BLOCK, &set, NULL);
	if (!err)
		err = birth_create(claims, kind_of_bundle(claims->bundle), &pid);
	if (!err && !strcmp(claims->command->verb, "run"))
		err = go_on(claims, pid, code);
	claims_close(claims);
	return err ? err : 1;
}

/* other verbs */

static int refuse_verb(const struct container *container)
{
	log_error(container->command, "container %s is %s: there is no \"%s\" for it",
		  container->command->id, kind_of_record(container)->what,
		  container->command->verb);
	return -EOPNOTSUPP;
}

static int do_verb(struct container *container, struct hwc_ctx *ctx,
		   const struct settings *settings)
{
	const char *verb = container->command->verb;

	if (!strcmp(verb, "start"))
		return start(container, ctx);
	if (!strcmp(verb, "state"))
		return state(container, ctx);
	if (!strcmp(verb, "kill"))
		return kill_container(container);
	if (!strcmp(verb, "delete"))
		return delete (container, ctx, settings);
	return refuse_verb(container);
}

static bool is_forced_delete(const struct command *command)
{
	return !strcmp(command->verb, "delete") && command->force;
}

static int verb_for(struct container *container, const struct settings *settings)
{
	struct hwc_ctx *ctx;
	int err;

	if (!kind_of_record(container)) {
		log_error(container->command,
			  "container %s is of a kind that this version of "
			  "hwcontainer-runtime does not know",
			  container->command->id);
		return -EOPNOTSUPP;
	}
	err = library_open(container->command, &ctx);
	if (err)
		return err;
	err = do_verb(container, ctx, settings);
	hwc_ctx_free(ctx);
	return err;
}

/* Without a record it is of a create that was killed, ours or another's. */
static bool remove_rest(const struct container *container)
{
	int err = container->dirfd < 0 ? -ENOTDIR : container_remove(container);

	return !err || err == -ENOENT;
}

bool verbs_answer(const struct command *command, const struct settings *settings, int *code)
{
	struct container container;
	bool ours = true;
	int err;

	if (!command->verb || command_starts(command))
		return false;
	if (is_forced_delete(command))
		err = container_find_made(command, &container);
	else
		err = container_find(command, &container);
	if (!err)
		err = verb_for(&container, settings);
	else if (err == -ENOENT)
		ours = remove_rest(&container);
	if (!ours && is_forced_delete(command))
		container_leave(&container);
	container_close(&container);
	*code = err && err != -ENOENT ? EXIT_FAILURE : EXIT_SUCCESS;
	return ours;
}
