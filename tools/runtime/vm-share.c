// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the guest of a secure container gets of this host's files. Folders are mounts of
 * their own that are nowhere to be found, without devices: what the guest makes there by
 * that name opens nothing here, whatever the hypervisor is talked into.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "vm-root.h"

static struct share *add(struct shares *shares)
{
	struct share *longer = realloc(shares->share, (shares->count + 1) * sizeof(*shares->share));

	if (!longer)
		return NULL;
	shares->share = longer;
	longer += shares->count++;
	*longer = (struct share){ .fd = -1 };
	return longer;
}

/* A folder of this host, as a mount of its own; -errno. */
static int open_folder(const char *path, bool readonly, bool recursive)
{
	unsigned int all = recursive ? AT_RECURSIVE : 0;
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_NOSUID,
	};
	int fd = open_tree(AT_FDCWD, path, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | all), err;

	if (fd < 0)
		return -errno;
	if (readonly)
		attributes.attr_set |= MOUNT_ATTR_RDONLY;
	if (!mount_setattr(fd, "", AT_EMPTY_PATH | all, &attributes, sizeof(attributes)))
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int add_folder(struct shares *shares, const char *path, bool readonly, bool recursive)
{
	int fd = open_folder(path, readonly, recursive);
	struct share *share = fd < 0 ? NULL : add(shares);

	if (fd < 0)
		return fd;
	if (!share) {
		close(fd);
		return -ENOMEM;
	}
	share->fd = fd;
	share->readonly = readonly;
	return 0;
}

static bool root_is_readonly(const struct spec *spec)
{
	static const char *const keys[] = { "root", "readonly", NULL };

	return json_object_get_boolean(spec_find(spec, keys));
}

int shares_add_root(struct shares *shares, const struct command *command, const struct spec *spec)
{
	int err = add_folder(shares, spec->rootfs, root_is_readonly(spec), false);

	if (err)
		log_error(command, "the root file system %s: %s", spec->rootfs, strerror(-err));
	return err;
}

static int add_file(struct shares *shares, int fd, size_t size)
{
	char *text = malloc(size + 1);
	struct share *share = NULL;
	ssize_t n = -1;

	if (text)
		n = read(fd, text, size);
	if (n >= 0)
		share = add(shares);
	if (!share) {
		free(text);
		return n < 0 && text ? -EIO : -ENOMEM;
	}
	share->text = text;
	share->size = n;
	return 0;
}

static int refuse_type(const struct command *command, const char *path, const struct stat *st)
{
	if (S_ISREG(st->st_mode))
		log_error(
			command,
			"%s has %lld bytes: a secure container gets copies of single files, up to %u bytes; mount the folder that it is in",
			path, (long long)st->st_size, SHARE_FILE_MAX);
	else
		log_error(
			command,
			"%s is no folder and no ordinary file: a secure container has no part of this host's kernel",
			path);
	return -EOPNOTSUPP;
}

/* Opened without waiting for anybody, and only then looked at. */
static int add_other(struct shares *shares, const struct command *command, const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), err;
	struct stat st;

	if (fd < 0)
		return log_errno(command, path);
	if (fstat(fd, &st))
		err = log_errno(command, path);
	else if (!S_ISREG(st.st_mode) || st.st_size > SHARE_FILE_MAX)
		err = refuse_type(command, path, &st);
	else {
		err = add_file(shares, fd, st.st_size);
		if (err)
			log_error(command, "%s: %s", path, strerror(-err));
	}
	close(fd);
	return err;
}

/* Relative paths are the bundle's. */
static char *source_path(const struct spec *spec, struct json_object *mount)
{
	const char *source = json_object_get_string(json_object_object_get(mount, "source"));
	char *path;

	if (!source || *source == '/')
		return strdup(source ? source : "");
	return asprintf(&path, "%s/%s", spec->bundle, source) < 0 ? NULL : path;
}

static int refuse_more(const struct shares *shares, const struct command *command, const char *path)
{
	size_t n = 0;

	for (size_t i = 0; i < shares->count; i++)
		n += shares->share[i].fd >= 0;
	/* the root is one of them */
	if (n <= SHARE_FOLDERS_MAX)
		return 0;
	log_error(
		command,
		"%s is one folder too many: a secure container has room for %u of this host; mount one that has several of them",
		path, SHARE_FOLDERS_MAX);
	return -E2BIG;
}

static int add_path(struct shares *shares, const struct command *command, const char *path,
		    bool readonly, bool recursive)
{
	struct stat st;
	int err;

	if (stat(path, &st))
		return log_errno(command, path);
	/* what opens a device may do something to it */
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return refuse_type(command, path, &st);
	if (S_ISREG(st.st_mode))
		return add_other(shares, command, path);
	err = refuse_more(shares, command, path);
	if (err)
		return err;
	err = add_folder(shares, path, readonly, recursive);
	if (err)
		log_error(command, "%s: %s", path, strerror(-err));
	return err;
}

int shares_add(struct shares *shares, const struct command *command, const struct spec *spec,
	       struct json_object *mount, bool readonly)
{
	char *path = source_path(spec, mount);
	int err;

	if (!path) {
		log_error(command, "out of memory");
		return -ENOMEM;
	}
	err = add_path(shares, command, path, readonly, mount_has_option(mount, "rbind"));
	free(path);
	return err ? err : (int)shares->count - 1;
}

void shares_free(struct shares *shares)
{
	for (size_t i = 0; i < shares->count; i++) {
		if (shares->share[i].fd >= 0)
			close(shares->share[i].fd);
		free(shares->share[i].text);
	}
	free(shares->share);
	*shares = (struct shares){ 0 };
}
