// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where the process of a container of ours lives: the namespaces of its configuration.
 * Its root stays the host's, for it executes nothing of the image itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "runtime.h"

/* Number of the machine's own pid namespace: PROC_PID_INIT_INO of include/linux/proc_ns.h. */
#define FIRST_PID_NAMESPACE 0xeffffffcu

static const struct {
	const char *type;
	int flag;
	const char *file;
} kinds[] = {
	{ "pid", CLONE_NEWPID, "pid" },	 { "network", CLONE_NEWNET, "net" },
	{ "ipc", CLONE_NEWIPC, "ipc" },	 { "uts", CLONE_NEWUTS, "uts" },
	{ "mount", CLONE_NEWNS, "mnt" }, { "cgroup", CLONE_NEWCGROUP, "cgroup" },
};

static struct json_object *namespaces(const struct spec *spec)
{
	static const char *const keys[] = { "linux", "namespaces", NULL };
	struct json_object *list = spec_find(spec, keys);

	return json_object_is_type(list, json_type_array) ? list : NULL;
}

static const char *member(struct json_object *obj, const char *key)
{
	return json_object_get_string(json_object_object_get(obj, key));
}

/* The entry of a type, or NULL. */
static struct json_object *find_namespace(const struct spec *spec, const char *type)
{
	struct json_object *list = namespaces(spec);

	for (size_t i = 0; list && i < json_object_array_length(list); i++) {
		struct json_object *entry = json_object_array_get_idx(list, i);
		const char *name = member(entry, "type");

		if (name && !strcmp(name, type))
			return entry;
	}
	return NULL;
}

/* The "path" of an entry, or NULL. */
static const char *joined(struct json_object *entry)
{
	const char *path = entry ? member(entry, "path") : NULL;

	return path && *path ? path : NULL;
}

/* The module tells holders by their numbers in that one, and we those we know. */
static bool counts_as_the_module(const struct command *command)
{
	struct stat ours;

	/* what stands in for the module counts as we do */
	return command->sysroot || stat("/proc/self/ns/pid", &ours) ||
	       ours.st_ino == FIRST_PID_NAMESPACE;
}

int place_check(const struct command *command, const struct spec *spec, const char *subject)
{
	const char *path = joined(find_namespace(spec, "mount"));

	if (!counts_as_the_module(command)) {
		log_error(command, "%s needs the first pid namespace", subject);
		return -EINVAL;
	}
	/* in one of its own it would have no right to hardware */
	if (find_namespace(spec, "user")) {
		log_error(command, "%s cannot have a user namespace", subject);
		return -EINVAL;
	}
	/* paths of hooks and of further namespaces are the host's, and would be looked up there */
	if (path) {
		log_error(command, "%s cannot join mount namespace %s", subject, path);
		return -EINVAL;
	}
	return 0;
}

static int make_namespace(const struct command *command, const char *type, int flag)
{
	int err;

	if (!unshare(flag))
		return 0;
	err = -errno;
	log_error(command, "a %s namespace cannot be made: %s%s", type, strerror(-err),
		  err == -EPERM ? "; this container has to be started by root" : "");
	return err;
}

static int enter(const struct command *command, struct json_object *entry, int flag)
{
	const char *path = joined(entry);
	int fd, err;

	/* one of its own would keep all that is mounted now from being unmounted */
	if (flag == CLONE_NEWNS)
		return 0;
	if (!path)
		return make_namespace(command, member(entry, "type"), flag);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return log_errno(command, path);
	err = setns(fd, flag) ? log_errno(command, path) : 0;
	close(fd);
	return err;
}

static pid_t fork_here(const struct command *command)
{
	pid_t pid = fork();

	return pid < 0 ? log_errno(command, "fork") : pid;
}

/* The same for whoever has chosen the pid namespace of children, which was @own before. */
static pid_t fork_and_return(const struct command *command, int own)
{
	pid_t pid = fork_here(command);

	/* what the runtime itself starts stays outside */
	if (pid && setns(own, CLONE_NEWPID))
		log_errno(command, "/proc/self/ns/pid");
	return pid;
}

static pid_t fork_into(const struct command *command, struct json_object *entry)
{
	int own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	pid_t pid = -1;

	if (own < 0)
		return log_errno(command, "/proc/self/ns/pid");
	if (!enter(command, entry, CLONE_NEWPID))
		pid = fork_and_return(command, own);
	close(own);
	return pid;
}

static bool is_elsewhere(pid_t pid, const char *file)
{
	struct stat ours, theirs;
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/ns/%s", file);
	if (stat(path, &ours))
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, file);
	/* one that has ended is told of by who goes there */
	return stat(path, &theirs) || ours.st_ino != theirs.st_ino;
}

pid_t place_fork_beside(const struct command *command, pid_t neighbour, int pidfd)
{
	pid_t pid = -1;
	int own;

	/* that takes no privileges */
	if (!is_elsewhere(neighbour, "pid"))
		return fork_here(command);
	own = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return log_errno(command, "/proc/self/ns/pid");
	if (setns(pidfd, CLONE_NEWPID))
		log_errno(command, "the container's pid namespace");
	else
		pid = fork_and_return(command, own);
	close(own);
	return pid;
}

int place_flags(pid_t pid)
{
	int flags = 0;

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].flag != CLONE_NEWPID && is_elsewhere(pid, kinds[i].file))
			flags |= kinds[i].flag;
	return flags;
}

pid_t place_fork(const struct command *command, const struct spec *spec)
{
	struct json_object *entry = find_namespace(spec, "pid");

	return entry ? fork_into(command, entry) : fork_here(command);
}

int place_enter(const struct command *command, const struct spec *spec)
{
	int err = 0;

	for (size_t i = 0; !err && i < ARRAY_SIZE(kinds); i++) {
		struct json_object *entry = find_namespace(spec, kinds[i].type);

		if (entry && kinds[i].flag != CLONE_NEWPID)
			err = enter(command, entry, kinds[i].flag);
	}
	return err;
}
