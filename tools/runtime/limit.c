// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Limits of a container of ours whose process does its work: those of linux.resources
 * are written to its cgroup, in the files of version 2 or of 1, whichever there are.
 * What a hypervisor needs beside its guest is added, so that its own needs end nobody.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "runtime.h"

/* The kernel's, where there is a quota and no period. */
#define PERIOD_US 100000

/**
 * struct limits - being applied
 * @command: for its log
 * @container: whose cgroup
 * @spec: what says them
 * @err: of the first that was refused
 */
struct limits {
	const struct command *command;
	const struct container *container;
	const struct spec *spec;
	int err;
};

static struct json_object *find(const struct limits *l, const char *group, const char *key)
{
	const char *const keys[] = { "linux", "resources", group, key, NULL };

	return spec_find(l->spec, keys);
}

/* 0 where nothing is said, or that there is no limit. */
static int64_t find_number(const struct limits *l, const char *group, const char *key)
{
	int64_t number = json_object_get_int64(find(l, group, key));

	return number > 0 ? number : 0;
}

static int64_t add(int64_t number, int64_t more)
{
	return number > INT64_MAX - more ? INT64_MAX : number + more;
}

/* Version 2 has a controller below a folder only when that says so; version 1 has no such file. */
static void enable_in(const char *folder, const char *controller)
{
	char *path, text[16];
	int fd;

	if (asprintf(&path, "%s/cgroup.subtree_control", folder) < 0)
		return;
	snprintf(text, sizeof(text), "+%s", controller);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	/* the file that is missing then is told of */
	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		errno = 0;
	if (fd >= 0)
		close(fd);
	free(path);
}

static void enable_above(const char *folder, const char *controller)
{
	char *path = strdup(folder);

	for (char *at = path; at && (at = strchr(at + 1, '/'));) {
		*at = '\0';
		enable_in(path, controller);
		*at = '/';
	}
	free(path);
}

static void enable(const struct limits *l, const char *controller)
{
	const char *folder;

	for (size_t i = 0; (folder = cgroup_folder(l->container, i)); i++)
		enable_above(folder, controller);
}

/* Whether there is such a file. */
static bool write_in(struct limits *l, const char *folder, const char *file, const char *text)
{
	char *path;
	int fd;

	if (asprintf(&path, "%s/%s", folder, file) < 0) {
		l->err = -ENOMEM;
		return false;
	}
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, text, strlen(text)) < 0) {
		l->err = -errno;
		log_error(l->command, "linux.resources: the cgroup's %s does not take %s: %s", path,
			  text, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	free(path);
	return fd >= 0;
}

static bool write_limit(struct limits *l, const char *file, const char *text)
{
	const char *folder;

	for (size_t i = 0; (folder = cgroup_folder(l->container, i)); i++)
		if (write_in(l, folder, file, text))
			return true;
	return false;
}

/* What nothing can apply is asked for all the same by engines that know no better. */
static void tell(const struct limits *l, const char *key, const char *controller)
{
	if (!l->err)
		log_warning(
			l->command,
			"linux.resources.%s is not applied: no cgroup of the container has the controller \"%s\"",
			key, controller);
}

static void limit_number(struct limits *l, const char *key, const char *controller,
			 const char *file, const char *old_file, int64_t number)
{
	char text[24];

	if (l->err || !number)
		return;
	snprintf(text, sizeof(text), "%" PRId64, number);
	enable(l, controller);
	if (!write_limit(l, file, text) && !write_limit(l, old_file, text))
		tell(l, key, controller);
}

static void limit_text(struct limits *l, const char *key, const char *file, const char *text)
{
	if (l->err || !text || !*text)
		return;
	enable(l, "cpuset");
	if (!write_limit(l, file, text))
		tell(l, key, "cpuset");
}

static void limit_memory(struct limits *l)
{
	int64_t bytes = find_number(l, "memory", "limit");

	limit_number(l, "memory.limit", "memory", "memory.max", "memory.limit_in_bytes",
		     bytes ? add(bytes, LIMIT_MORE_MEMORY) : 0);
}

static void limit_pids(struct limits *l)
{
	int64_t n = find_number(l, "pids", "limit");

	limit_number(l, "pids.limit", "pids", "pids.max", "pids.max",
		     n ? add(n, LIMIT_MORE_PIDS) : 0);
}

static void limit_quota(struct limits *l)
{
	int64_t quota = find_number(l, "cpu", "quota"), period = find_number(l, "cpu", "period");
	char text[48], old_period[24];

	if (l->err || !quota)
		return;
	if (!period)
		period = PERIOD_US;
	snprintf(text, sizeof(text), "%" PRId64 " %" PRId64, quota, period);
	snprintf(old_period, sizeof(old_period), "%" PRId64, period);
	enable(l, "cpu");
	if (write_limit(l, "cpu.max", text))
		return;
	write_limit(l, "cpu.cfs_period_us", old_period);
	limit_number(l, "cpu.quota", "cpu", "cpu.max", "cpu.cfs_quota_us", quota);
}

/* 2 to 262144 of version 1 are 1 to 10000 of version 2, as runc has it. */
static int64_t weight_of(int64_t shares)
{
	return shares >= 262144 ? 10000 : 1 + (shares - 2) * 9999 / 262142;
}

static void limit_shares(struct limits *l)
{
	int64_t shares = find_number(l, "cpu", "shares");
	char text[24];

	if (l->err || !shares)
		return;
	snprintf(text, sizeof(text), "%" PRId64, weight_of(shares));
	enable(l, "cpu");
	if (!write_limit(l, "cpu.weight", text))
		limit_number(l, "cpu.shares", "cpu", "cpu.shares", "cpu.shares", shares);
}

int limit_apply(const struct command *command, const struct container *container,
		const struct spec *spec)
{
	struct limits l = { command, container, spec, 0 };

	limit_memory(&l);
	limit_pids(&l);
	limit_quota(&l);
	limit_shares(&l);
	limit_text(&l, "cpu.mems", "cpuset.mems", json_object_get_string(find(&l, "cpu", "mems")));
	limit_text(&l, "cpu.cpus", "cpuset.cpus", json_object_get_string(find(&l, "cpu", "cpus")));
	return l.err;
}
