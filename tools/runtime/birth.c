// SPDX-License-Identifier: GPL-2.0-or-later
/* A container of ours comes into being: its folder, its process, its record. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "runtime.h"

/**
 * struct birth - a container of ours that is being created
 * @claims: its hardware
 * @spec: its configuration
 * @container: its folder and record
 * @listener: where it will be told to start
 * @terminal: its terminal, or -1
 * @pid: its process
 * @child: the connection to that
 * @s: what becomes of this program there
 */
struct birth {
	struct claims *claims;
	struct spec spec;
	struct container container;
	int listener;
	int terminal;
	pid_t pid;
	int child;
	struct supervisor s;
};

static int open_terminal(struct birth *birth)
{
	const struct command *command = birth->claims->command;

	birth->terminal = -1;
	if (!spec_wants_terminal(&birth->spec) || command_waits(command))
		return 0;
	if (!command->console_socket) {
		log_error(command, "process.terminal is true, and there is no --console-socket");
		return -EINVAL;
	}
	birth->terminal = console_open(command);
	return birth->terminal < 0 ? birth->terminal : 0;
}

static void set_text(const struct birth *birth, const char *key, const char *text)
{
	container_set(&birth->container, key, text ? json_object_new_string(text) : NULL);
}

static void set_time(const struct birth *birth)
{
	char text[NOW_SIZE];

	set_text(birth, "created", now_text(text, NOW_RFC3339, 9));
}

static void set_resources(const struct birth *birth)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; list && i < birth->claims->count; i++)
		json_object_array_add(
			list,
			json_object_new_string(hwc_bundle_ask(birth->claims->bundle, i)->resource));
	container_set(&birth->container, "resources", list);
}

/* What is known before there is a process. */
static void fill_record(const struct birth *birth)
{
	static const char *const version[] = { "ociVersion", NULL };
	static const char *const annotations[] = { "annotations", NULL };
	static const char *const hooks[] = { "hooks", NULL };
	const struct container *container = &birth->container;
	const struct command *command = birth->claims->command;

	set_text(birth, "ociVersion", json_object_get_string(spec_find(&birth->spec, version)));
	set_text(birth, "id", command->id);
	set_text(birth, "kind", birth->s.kind->name);
	set_text(birth, "bundle", birth->spec.bundle);
	set_text(birth, "rootfs", birth->spec.rootfs);
	set_time(birth);
	set_resources(birth);
	container_set(container, "annotations",
		      json_object_get(spec_find(&birth->spec, annotations)));
	container_set(container, "hooks", json_object_get(spec_find(&birth->spec, hooks)));
	container_set(container, "creating", json_object_new_boolean(true));
	container_set(container, "started", json_object_new_boolean(false));
	container_set(container, "restarts",
		      json_object_new_int64(hwc_bundle_restarts(birth->claims->bundle)));
	if (birth->s.kind->describe)
		birth->s.kind->describe(&birth->s);
}

/* Whoever deletes what is left of a create that was killed finds the cgroup here. */
static int begin_record(const struct birth *birth)
{
	fill_record(birth);
	return container_save(&birth->container);
}

static int record_process(const struct birth *birth)
{
	container_set(&birth->container, "pid", json_object_new_int64(birth->pid));
	container_set(&birth->container, "startTime",
		      json_object_new_int64(process_time(birth->pid)));
	return container_save(&birth->container);
}

/* In the child; an exit status. */
static int live(struct birth *birth, int parent)
{
	struct supervisor *s = &birth->s;

	s->parent = parent;
	s->listener = birth->listener;
	s->terminal = birth->terminal;
	s->command.sink = parent;
	/* what is answered on the other connection is for who creates the container */
	if (library_open(&s->command, &birth->claims->ctx))
		return ENDED_REFUSED;
	return supervisor_live(s);
}

/* Its process, which has settled in and waits to be let go. */
static int fork_supervisor(struct birth *birth)
{
	const struct command *command = birth->claims->command;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return log_errno(command, "socketpair");
	birth->pid = place_fork(command, &birth->spec);
	if (!birth->pid) {
		close(pair[0]);
		_exit(live(birth, pair[1]));
	}
	close(pair[1]);
	birth->child = pair[0];
	if (birth->pid < 0)
		return birth->pid;
	return talk_hear(command, birth->child);
}

static int write_pid_file(const struct birth *birth)
{
	const struct command *command = birth->claims->command;
	char text[16];
	int err;

	if (!command->pid_file)
		return 0;
	snprintf(text, sizeof(text), "%d", birth->pid);
	err = write_file_at(AT_FDCWD, command->pid_file, text, 0644);
	if (err)
		log_error(command, "--pid-file %s: %s", command->pid_file, strerror(-err));
	return err;
}

static int find_cgroups(const struct birth *birth)
{
	struct json_object *folders;
	int err = cgroup_find(birth->claims->command, &birth->spec, &folders);

	if (!err)
		container_set(&birth->container, "cgroups", folders);
	return err;
}

/* Its network namespace is its own, and nothing is claimed there yet. */
static int join_group(const struct birth *birth)
{
	const char *group = hwc_bundle_group(birth->claims->bundle);
	struct hwc_ctx *ctx = birth->claims->ctx;

	return group ? claims_report(birth->claims, hwc_group_attach(ctx, group, birth->pid)) : 0;
}

/* Its program does not run, and nobody can start it before they have ended. */
static int run_hooks(const struct birth *birth)
{
	static const char *const kinds[] = { "prestart", "createRuntime", "createContainer" };
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(kinds); i++)
		err = hooks_run(&birth->container, kinds[i], STATUS_CREATING);
	return err;
}

static int let_on(const struct birth *birth)
{
	if (send(birth->child, "", 1, MSG_NOSIGNAL) == 1)
		return 0;
	return log_errno(birth->claims->command, "the container's process");
}

/* Its process makes what there is to make of it before it starts. */
static int let_create(const struct birth *birth)
{
	int err;

	if (!birth->s.kind->create)
		return 0;
	err = let_on(birth);
	return err ? err : talk_hear(birth->claims->command, birth->child);
}

/* For its process to read it before anybody else does something with the container. */
static int complete_record(const struct birth *birth)
{
	container_set(&birth->container, "creating", json_object_new_boolean(false));
	return container_save(&birth->container);
}

static int bear(struct birth *birth)
{
	int err = find_cgroups(birth);

	if (err)
		return err;
	birth->listener = talk_listen(&birth->container);
	if (birth->listener < 0)
		return birth->listener;
	err = open_terminal(birth);
	if (!err)
		err = begin_record(birth);
	if (!err && birth->s.kind->prepare)
		err = birth->s.kind->prepare(&birth->s);
	if (!err)
		err = fork_supervisor(birth);
	if (!err)
		err = record_process(birth);
	if (!err)
		err = join_group(birth);
	if (!err)
		err = let_create(birth);
	if (!err)
		err = run_hooks(birth);
	if (!err)
		err = complete_record(birth);
	if (!err)
		err = write_pid_file(birth);
	return err ? err : let_on(birth);
}

/* Its process waits for the end of what it has made, which may be stuck. */
static void wait_process(const struct birth *birth)
{
	int pidfd = syscall(SYS_pidfd_open, birth->pid, 0);

	if (pidfd >= 0)
		process_wait(pidfd, birth->claims->settings->vm.timeout_ms);
	if (pidfd >= 0)
		close(pidfd);
}

/* What of it cannot be ended is known by its record only, and that stays for a delete. */
static int reap(struct birth *birth)
{
	int err;

	if (!birth->s.kind->reap)
		return 0;
	if (birth->pid > 0)
		wait_process(birth);
	err = birth->s.kind->reap(&birth->container, birth->claims->settings);
	if (!err)
		return 0;
	log_error(
		birth->claims->command,
		"what was made of container %s is there still: delete it when the hypervisor answers again",
		birth->claims->command->id);
	complete_record(birth);
	return err;
}

/* It ends as soon as nobody is left who could let it go. */
static void abort_birth(struct birth *birth)
{
	if (birth->child >= 0)
		close(birth->child);
	birth->child = -1;
	if (reap(birth))
		return;
	if (birth->pid > 0)
		waitpid(birth->pid, NULL, 0);
	cgroup_remove(&birth->container);
	if (!container_remove(&birth->container))
		hooks_run_all(&birth->container, "poststop", STATUS_STOPPED);
}

static int create_in_folder(struct birth *birth)
{
	int err;

	birth->listener = -1;
	birth->terminal = -1;
	birth->child = -1;
	err = container_new(birth->claims->command, &birth->container);
	if (err)
		return err;
	err = bear(birth);
	if (birth->s.kind->leave)
		birth->s.kind->leave(&birth->s);
	if (err)
		abort_birth(birth);
	container_made(&birth->container);
	container_close(&birth->container);
	if (birth->listener >= 0)
		close(birth->listener);
	if (birth->terminal >= 0)
		close(birth->terminal);
	if (birth->child >= 0)
		close(birth->child);
	return err;
}

static int check(struct birth *birth)
{
	const struct kind *kind = birth->s.kind;
	const struct command *command = birth->claims->command;
	int err = place_check(command, &birth->spec, kind->subject);

	if (!err)
		err = spec_check_hooks(command, &birth->spec);
	return err ? err : kind->check(&birth->s);
}

static int create(struct birth *birth)
{
	struct claims *claims = birth->claims;
	int err;

	err = claims_check(claims);
	if (!err)
		err = claims_try(claims);
	if (!err)
		err = claims_report(claims, hwc_bundle_save(claims->bundle));
	if (!err)
		err = spec_read(claims->command, hwc_bundle_json(claims->bundle), &birth->spec);
	if (err)
		return err;
	err = check(birth);
	if (!err)
		err = create_in_folder(birth);
	spec_free(&birth->spec);
	return err;
}

int birth_create(struct claims *claims, const struct kind *kind, pid_t *pid)
{
	struct birth birth = { .claims = claims };
	int err;

	birth.s = (struct supervisor){
		.kind = kind,
		.command = *claims->command,
		.claims = claims,
		.container = &birth.container,
		.spec = &birth.spec,
		.foreground = command_waits(claims->command),
	};
	err = create(&birth);
	*pid = birth.pid;
	return err;
}
