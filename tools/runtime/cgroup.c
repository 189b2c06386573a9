// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The cgroup of a container of ours: a folder in each hierarchy that is mounted below
 * /sys/fs/cgroup, of version 2 or 1. What it may use is limit.c's. Where systemd is to
 * make the cgroup, it is the one that its unit would have, but systemd is not asked and
 * knows no such unit.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "runtime.h"

#define CGROUPS "/sys/fs/cgroup"
#define MOUNTS "/proc/self/mounts"
#define SLICE ".slice"

static bool has_dots(const char *path)
{
	for (const char *at = path; (at = strstr(at, "..")); at += 2)
		if ((at == path || at[-1] == '/') && (!at[2] || at[2] == '/'))
			return true;
	return false;
}

static bool is_slice(const char *name)
{
	size_t length = strlen(name), suffix = strlen(SLICE);

	return length > suffix && !strcmp(name + length - suffix, SLICE);
}

/* "a-b.slice" is inside "a.slice", "-.slice" is the root: see systemd.slice(5). */
static int write_slice(FILE *out, const char *slice)
{
	if (!*slice)
		slice = "system" SLICE;
	if (!strcmp(slice, "-" SLICE))
		return 0;
	if (*slice == '-' || !is_slice(slice))
		return -EINVAL;
	for (const char *at = slice; (at = strchr(at, '-')); at++)
		fprintf(out, "/%.*s" SLICE, (int)(at - slice), slice);
	fprintf(out, "/%s", slice);
	return 0;
}

/* "slice:prefix:name", as runc and crun take it. */
static int write_unit(FILE *out, char *path)
{
	char *slice = strsep(&path, ":"), *prefix = strsep(&path, ":");

	if (!path || !*path || strchr(path, ':') || strchr(slice, '/') || strchr(prefix, '/') ||
	    strchr(path, '/'))
		return -EINVAL;
	if (write_slice(out, slice))
		return -EINVAL;
	if (is_slice(path))
		fprintf(out, "/%s", path);
	else
		fprintf(out, "/%s%s%s.scope", prefix, *prefix ? "-" : "", path);
	return 0;
}

char *cgroup_of_unit(const char *path)
{
	char *copy = strdup(path), *unit = NULL;
	size_t size;
	FILE *out = copy ? open_memstream(&unit, &size) : NULL;
	int err = out ? write_unit(out, copy) : -ENOMEM;

	if (out)
		fclose(out);
	free(copy);
	if (!err)
		return unit;
	free(unit);
	errno = -err;
	return NULL;
}

/* Below each hierarchy; NULL where none is wanted, which errno of 0 tells. */
static char *find_path(const struct command *command, const struct spec *spec)
{
	static const char *const keys[] = { "linux", "cgroupsPath", NULL };
	const char *path = json_object_get_string(spec_find(spec, keys));
	char *unit;

	errno = 0;
	if (!path || !*path || command->no_cgroup)
		return NULL;
	if (has_dots(path)) {
		log_error(command, "linux.cgroupsPath %s has \"..\"", path);
		errno = EINVAL;
		return NULL;
	}
	if (!command->systemd_cgroup)
		return strdup(path);
	unit = cgroup_of_unit(path);
	if (unit)
		log_debug(command, "cgroup %s of %s is made without systemd", unit, path);
	else if (errno == EINVAL)
		log_error(command,
			  "linux.cgroupsPath %s is not \"slice:prefix:name\", as systemd needs it",
			  path);
	return unit;
}

static bool is_hierarchy(const struct mntent *mount)
{
	return (!strcmp(mount->mnt_type, "cgroup") || !strcmp(mount->mnt_type, "cgroup2")) &&
	       !strncmp(mount->mnt_dir, CGROUPS, strlen(CGROUPS));
}

static int add_folder(struct json_object *list, const char *hierarchy, const char *path)
{
	struct json_object *folder;
	char *text;
	int err;

	if (asprintf(&text, "%s/%s", hierarchy, path + strspn(path, "/")) < 0)
		return -ENOMEM;
	folder = json_object_new_string(text);
	err = folder ? json_object_array_add(list, folder) : -1;
	free(text);
	if (!err)
		return 0;
	json_object_put(folder);
	return -ENOMEM;
}

static int add_folders(const struct command *command, struct json_object *list, const char *path)
{
	FILE *mounts = setmntent(MOUNTS, "re");
	struct mntent *mount;
	int err = 0;

	if (!mounts)
		return log_errno(command, MOUNTS);
	while (!err && (mount = getmntent(mounts)))
		if (is_hierarchy(mount))
			err = add_folder(list, mount->mnt_dir, path);
	endmntent(mounts);
	if (!err && !json_object_array_length(list))
		log_debug(command, "no cgroup file system is mounted below " CGROUPS);
	return err;
}

int cgroup_find(const struct command *command, const struct spec *spec,
		struct json_object **folders)
{
	char *path = find_path(command, spec);
	int err = path ? 0 : -errno;

	*folders = json_object_new_array();
	if (!*folders)
		err = -ENOMEM;
	if (!err && path)
		err = add_folders(command, *folders, path);
	free(path);
	if (err == -ENOMEM)
		log_error(command, "out of memory");
	if (err)
		json_object_put(*folders);
	return err;
}

/* Version 1 lets no process into a cpuset that has no processors or no memory. */
static void inherit(const char *folder, const char *file)
{
	char path[PATH_MAX], text[1024];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	size = read(fd, text, sizeof(text));
	if (size <= 1) {
		int above;

		snprintf(path, sizeof(path), "%s/../%s", folder, file);
		above = open(path, O_RDONLY | O_CLOEXEC);
		size = above < 0 ? -1 : read(above, text, sizeof(text));
		/* what it did not help is told by who enters */
		if (size > 0 && write(fd, text, size) < 0)
			errno = 0;
		if (above >= 0)
			close(above);
	}
	close(fd);
}

static int make_folder(const char *folder)
{
	if (mkdir(folder, 0755))
		return errno == EEXIST ? 0 : -errno;
	inherit(folder, "cpuset.cpus");
	inherit(folder, "cpuset.mems");
	return 0;
}

/* @path: its last "/" separates what is there, or is made, from the file. */
static int make_above(char *path)
{
	for (char *at = path + strlen(CGROUPS); (at = strchr(at + 1, '/'));) {
		int err;

		*at = '\0';
		err = make_folder(path);
		*at = '/';
		if (err)
			return err;
	}
	return 0;
}

static int enter(const struct command *command, const char *folder)
{
	char *path;
	int fd = -1, err;

	if (asprintf(&path, "%s/cgroup.procs", folder) < 0)
		return -ENOMEM;
	err = make_above(path);
	if (!err) {
		fd = open(path, O_WRONLY | O_CLOEXEC);
		err = fd < 0 || write(fd, "0", 1) != 1 ? -errno : 0;
	}
	if (fd >= 0)
		close(fd);
	if (err)
		log_error(command, "%s: %s", path, strerror(-err));
	free(path);
	return err;
}

const char *cgroup_folder(const struct container *container, size_t i)
{
	struct json_object *folders = json_object_object_get(container->record, "cgroups");

	if (!json_object_is_type(folders, json_type_array))
		return NULL;
	return json_object_get_string(json_object_array_get_idx(folders, i));
}

int cgroup_enter(const struct command *command, const struct container *container)
{
	const char *folder;
	int err = 0;

	for (size_t i = 0; !err && (folder = cgroup_folder(container, i)); i++)
		err = enter(command, folder);
	return err;
}

/* Where version 2 is, a service manager goes by that alone. */
static int add_top_folders(const struct command *command, struct json_object *list,
			   const char *name)
{
	if (access(CGROUPS "/cgroup.procs", F_OK))
		return add_folders(command, list, name);
	return add_folder(list, CGROUPS, name);
}

int cgroup_enter_top(const struct command *command, const char *name)
{
	struct json_object *folders = json_object_new_array();
	int err = folders ? add_top_folders(command, folders, name) : -ENOMEM;

	for (size_t i = 0; !err && i < json_object_array_length(folders); i++)
		err = enter(command, json_object_get_string(json_object_array_get_idx(folders, i)));
	json_object_put(folders);
	if (err == -ENOMEM)
		log_error(command, "out of memory");
	return err;
}

void cgroup_remove(const struct container *container)
{
	const char *folder;

	/* one that is in use is somebody else's, too */
	for (size_t i = 0; (folder = cgroup_folder(container, i)); i++)
		rmdir(folder);
}
