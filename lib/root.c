// SPDX-License-Identifier: LGPL-2.1-or-later
/* Files below a container's root, which its author laid there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "array.h"
#include "ctx.h"
#include "file.h"
#include "root.h"

/* More than any folder of images has. */
#define NAMES_MAX 1024

int hwc_root_resolve(int rootfd, const char *path, int flags)
{
	const struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = syscall(SYS_openat2, rootfd, path, &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* Whether a path climbs over its beginning, whatever is there. */
static bool leads_out(const char *path)
{
	int depth = 0;

	while (*path) {
		size_t length = strcspn(path, "/");

		if (length == 2 && !strncmp(path, "..", 2))
			depth--;
		else if (length && !(length == 1 && *path == '.'))
			depth++;
		if (depth < 0)
			return true;
		path += length;
		path += strspn(path, "/");
	}
	return false;
}

static bool is_link(int rootfd, const char *path)
{
	int fd = hwc_root_resolve(rootfd, path, O_PATH | O_NOFOLLOW);
	struct stat st;
	bool link;

	if (fd < 0)
		return false;
	link = !fstat(fd, &st) && S_ISLNK(st.st_mode);
	close(fd);
	return link;
}

static int refuse_missing(struct hwc_ctx *ctx, int rootfd, const char *what, const char *path,
			  int err)
{
	if (err == -ENOENT && is_link(rootfd, path))
		return hwc_err(
			ctx, -EXDEV,
			"%s%s is a symbolic link that leads out of the container's root file system or to nothing in it",
			what, path);
	if (err == -ENOENT)
		return hwc_err(ctx, err, "%s%s is not in the container's root file system", what,
			       path);
	return hwc_err(ctx, err, "%s%s: %s", what, path, strerror(-err));
}

static int refuse_type(struct hwc_ctx *ctx, const char *what, const char *path, mode_t mode)
{
	if (S_ISDIR(mode))
		return hwc_err(ctx, -EISDIR, "%s%s is a directory", what, path);
	return hwc_err(ctx, -EINVAL, "%s%s is a %s, not a file", what, path,
		       S_ISFIFO(mode) ? "FIFO" :
		       S_ISSOCK(mode) ? "socket" :
					"device node");
}

static int check(struct hwc_ctx *ctx, int fd, const char *what, const char *path, size_t max)
{
	struct stat st;

	if (fstat(fd, &st))
		return hwc_err(ctx, -errno, "%s%s: %m", what, path);
	if (!S_ISREG(st.st_mode))
		return refuse_type(ctx, what, path, st.st_mode);
	if (!st.st_size)
		return hwc_err(ctx, -ENODATA, "%s%s is empty", what, path);
	if ((unsigned long long)st.st_size > max)
		return hwc_err(ctx, -EFBIG, "%s%s has %lld bytes, more than the %zu it may have",
			       what, path, (long long)st.st_size, max);
	return 0;
}

int hwc_root_open(struct hwc_ctx *ctx, int rootfd, const char *what, const char *path, size_t max,
		  int *fd)
{
	char again[64];
	int found, opened, err;

	if (leads_out(path))
		return hwc_err(ctx, -EXDEV, "%s%s leads out of the container's root file system",
			       what, path);
	found = hwc_root_resolve(rootfd, path, O_PATH);
	if (found < 0)
		return refuse_missing(ctx, rootfd, what, path, found);
	err = check(ctx, found, what, path, max);
	if (err) {
		close(found);
		return err;
	}
	/* the very file that was looked at, not its path once more */
	snprintf(again, sizeof(again), "/proc/self/fd/%d", found);
	opened = open(again, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	err = opened < 0 ? hwc_err(ctx, -errno, "%s%s: %m", what, path) : 0;
	close(found);
	if (!err)
		*fd = opened;
	return err;
}

static int read_signature(struct hwc_ctx *ctx, int rootfd, const char *path,
			  struct hwc_bytes *signature)
{
	int fd, err;

	err = hwc_root_open(ctx, rootfd, "signature ", path, HWCONTAINER_SIGNATURE_MAX, &fd);
	if (err)
		return err;
	err = hwc_file_read(ctx, fd, path, HWCONTAINER_SIGNATURE_MAX, &signature->data,
			    &signature->size);
	close(fd);
	return err;
}

int hwc_root_signature(struct hwc_ctx *ctx, int rootfd, const char *path, const char *given,
		       struct hwc_bytes *signature)
{
	char *beside;
	int err;

	if (given)
		return *given ? read_signature(ctx, rootfd, given, signature) : 0;
	if (asprintf(&beside, "%s" HWC_SIGNED, path) < 0)
		return hwc_err_nomem(ctx);
	err = read_signature(ctx, rootfd, beside, signature);
	free(beside);
	return err == -ENOENT ? 0 : err;
}

int hwc_root_folder(struct hwc_ctx *ctx, const char *root)
{
	const char *path = root ? root : "/";
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? hwc_err(ctx, -errno, "%s: %m", path) : fd;
}

static int compare_names(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static int read_names(struct hwc_ctx *ctx, DIR *dir, const char *path, struct hwc_array *names)
{
	struct dirent *entry;

	while ((entry = readdir(dir))) {
		if (*entry->d_name == '.')
			continue;
		if (names->count == NAMES_MAX)
			return hwc_err(ctx, -E2BIG, "%s has more than %d files", path, NAMES_MAX);
		if (hwc_strings_add(names, strdup(entry->d_name)))
			return hwc_err_nomem(ctx);
	}
	if (names->count)
		qsort(names->data, names->count, sizeof(char *), compare_names);
	return 0;
}

int hwc_root_list(struct hwc_ctx *ctx, int rootfd, const char *path, struct hwc_array *names)
{
	struct hwc_array new = { 0 };
	DIR *dir;
	int fd, err;

	if (leads_out(path))
		return hwc_err(ctx, -EXDEV, "%s leads out of the container's root file system",
			       path);
	fd = hwc_root_resolve(rootfd, path, O_RDONLY | O_DIRECTORY);
	if (fd == -ENOTDIR)
		return hwc_err(ctx, fd, "%s is no folder", path);
	if (fd < 0)
		return refuse_missing(ctx, rootfd, "", path, fd);
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return hwc_err_nomem(ctx);
	}
	err = read_names(ctx, dir, path, &new);
	closedir(dir);
	if (err)
		hwc_strings_free(&new);
	else
		*names = new;
	return err;
}
