// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The container's file systems. They are mounted inside its root, so that whatever links
 * its image has lead nowhere else.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "vm-init.h"

#define NEW_ROOT "/newroot"

/*
 * What a process writes is in the host's file when the call returns, and what the host
 * writes is seen: nothing is kept here. The price is that there are no shared mappings of
 * files that can be written to.
 */
#define OPTIONS_9P "trans=virtio,version=9p2000.L,access=client,cache=none,msize=262144"

static int refuse_mount(struct failure *failure, const struct mount *mount)
{
	return failure_say(failure, EXIT_NOT_RUN, "mounting %s on %s: %s", mount->type, mount->path,
			   strerror(errno));
}

/* the root */

static int mount_9p(const char *tag, const char *path, unsigned long flags)
{
	return mount(tag, path, "9p", flags, OPTIONS_9P);
}

/* By the first file system of this kernel that takes it. */
static int mount_block(const char *device, unsigned long flags)
{
	FILE *types = fopen("/proc/filesystems", "re");
	char line[128];
	int err = -1;

	errno = ENODEV;
	while (types && err && fgets(line, sizeof(line), types)) {
		line[strcspn(line, "\n")] = '\0';
		if (*line == '\t')
			err = mount(device, NEW_ROOT, line + 1, flags, NULL);
	}
	if (types)
		fclose(types);
	return err;
}

static int mount_root(const struct record *record, struct failure *failure)
{
	unsigned long flags = record->readonly ? MS_RDONLY : 0;
	int err;

	mkdir(NEW_ROOT, 0755);
	if (!strcmp(record->root, "9p"))
		err = mount_9p(RECORD_ROOT_TAG, NEW_ROOT, flags);
	else
		err = mount_block(record->root, flags);
	if (!err)
		return 0;
	return failure_say(failure, EXIT_NOT_RUN, "mounting the root file system (%s): %s%s",
			   record->root, strerror(errno),
			   errno == ENODEV ? "; the micro-VM's kernel has no such file system" :
					     "");
}

/* places to mount on */

int root_make_folder(const char *path)
{
	char part[PATH_MAX];

	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	for (char *at = part + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(part, 0755);
		*at = '/';
	}
	if (!mkdir(part, 0755) || errno == EEXIST)
		return 0;
	return -1;
}

static int make_file(const char *path)
{
	char folder[PATH_MAX];
	char *slash;
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	slash = strrchr(folder, '/');
	if (slash && slash != folder) {
		*slash = '\0';
		root_make_folder(folder);
	}
	if (!access(path, F_OK))
		return 0;
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0)
		return -1;
	return close(fd);
}

static int refuse_place(struct failure *failure, const struct record *record, const char *path)
{
	if (errno == EROFS && record->readonly)
		return failure_say(failure, EXIT_NOT_RUN,
				   "the root file system is read-only and has no %s to mount on",
				   path);
	return failure_errno(failure, path);
}

/* the others */

/* What a kernel may lack, and a container rarely misses. */
static bool is_optional(const char *type)
{
	return !strcmp(type, "mqueue") || !strncmp(type, "cgroup", 6);
}

static int mount_file(int file, const struct mount *mount)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_NODEV };

	if (mount->flags & MS_RDONLY)
		attributes.attr_set |= MOUNT_ATTR_RDONLY;
	if (file < 0 || mount_setattr(file, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)))
		return -1;
	return move_mount(file, "", AT_FDCWD, mount->path, MOVE_MOUNT_F_EMPTY_PATH);
}

static int mount_one(const struct record *record, const struct mount *m, int file,
		     struct failure *failure)
{
	bool is_file = !strcmp(m->type, "file");
	int err;

	if (is_file ? make_file(m->path) : root_make_folder(m->path))
		return refuse_place(failure, record, m->path);
	if (is_file)
		err = mount_file(file, m);
	else if (!strcmp(m->type, "9p"))
		err = mount_9p(m->source, m->path, m->flags);
	else
		err = mount(m->source, m->path, m->type, m->flags, m->data);
	if (err && !(errno == ENODEV && is_optional(m->type)))
		return refuse_mount(failure, m);
	if (!strcmp(m->path, "/dev"))
		return devices_make(failure);
	return 0;
}

/* what is there and not for the container; runc does not miss what is not there, either */

static int protect(const char *path, struct failure *failure)
{
	struct mount_attr attributes = { .attr_set = MOUNT_ATTR_RDONLY };

	if (mount(path, path, NULL, MS_BIND | MS_REC, NULL))
		return errno == ENOENT || errno == ENOTDIR ? 0 : failure_errno(failure, path);
	if (mount_setattr(AT_FDCWD, path, AT_RECURSIVE, &attributes, sizeof(attributes)))
		return failure_errno(failure, path);
	return 0;
}

/* A file by one that is empty, a folder by one that is. */
static int mask(const char *path, struct failure *failure)
{
	struct stat st;
	int err;

	if (stat(path, &st))
		return errno == ENOENT || errno == ENOTDIR ? 0 : failure_errno(failure, path);
	if (S_ISDIR(st.st_mode))
		err = mount("tmpfs", path, "tmpfs", MS_RDONLY, NULL);
	else
		err = mount("/dev/null", path, NULL, MS_BIND, NULL);
	return err ? failure_errno(failure, path) : 0;
}

static int hide(const struct record *record, struct failure *failure)
{
	int err = 0;

	for (size_t i = 0; !err && i < record->readonly_count; i++)
		err = protect(record->readonly_paths[i], failure);
	for (size_t i = 0; !err && i < record->masked_count; i++)
		err = mask(record->masked_paths[i], failure);
	return err;
}

/* Files of the initramfs, which are out of sight later, as mounts that are nowhere yet. */
static int *open_files(const struct record *record)
{
	int *files = malloc((record->mount_count + 1) * sizeof(*files));

	for (size_t i = 0; files && i < record->mount_count; i++) {
		const struct mount *mount = &record->mounts[i];

		files[i] = -1;
		if (!strcmp(mount->type, "file"))
			files[i] = open_tree(AT_FDCWD, mount->source,
					     OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	}
	return files;
}

static int go_in(struct failure *failure)
{
	if (chdir(NEW_ROOT) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		return failure_errno(failure, "entering the root file system");
	return 0;
}

/* The other files go with the program that is executed. */
int root_enter(const struct record *record, struct failure *failure)
{
	int *files = open_files(record), err;

	if (!files)
		return failure_errno(failure, "mounts");
	err = mount_root(record, failure);
	if (!err)
		err = go_in(failure);
	for (size_t i = 0; !err && i < record->mount_count; i++)
		err = mount_one(record, &record->mounts[i], files[i], failure);
	free(files);
	return err ? err : hide(record, failure);
}
