// SPDX-License-Identifier: LGPL-2.1-or-later
/* Groups: folders in configfs, and their files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ctx.h"
#include "group.h"
#include "nl.h"
#include "sysroot.h"

#define MOUNTS "/proc/mounts"

/* Where a folder that stands in for the system has them. */
#define USUAL_MOUNT "/sys/kernel/config"

/* What is wrong with a write, by file (NULL: any) and errno. */
static const struct refusal {
	const char *file;
	int err;
	const char *why;
} refusals[] = {
	{ "max", EINVAL,
	  "there is no such kind (hwctl version lists them), or that is no name or number" },
	{ "max", ERANGE, "the number is too large" },
	{ "max", ENOSPC, "there are as many functions as groups can count" },
	{ "namespaces", ESRCH, "there is no such process" },
	{ "namespaces", EBADF, "there is no such open file" },
	{ "namespaces", EINVAL,
	  "that is no network namespace, or it is the host's, which stays in the root" },
	{ "images", EINVAL, "a line is not one of those that a list of images has" },
	{ "images", EOPNOTSUPP, "the kernel cannot check signatures" },
	{ "images", ENOSPC, "there are as many functions as groups can count" },
	{ "images", E2BIG, "that is more than a list of images takes" },
	{ "revoke", EINVAL, "that is no line of a list of images" },
	{ "revoke", EOPNOTSUPP, "the kernel cannot check signatures" },
	{ "revoke", E2BIG, "that is more than can be revoked" },
	{ "revoke", ENOENT, "that was not revoked" },
	{ "weight", ERANGE, "a weight is 1 to 10000" },
	{ "preempt", EINVAL, "it is off, inherit, or 1 to 3600000 milliseconds of notice" },
	{ "preempt", ERANGE, "the notice is 1 to 3600000 milliseconds" },
	{ "delegate", EINVAL, "it is 0 or 1" },
	{ NULL, EINVAL, "that is not understood" },
	{ NULL, ERANGE, "the number is too large" },
	{ NULL, EPERM, "groups are changed by administrators of the host" },
	{ NULL, EACCES, "groups are changed by administrators of the host" },
};

static const char *reason(const char *file, int err)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(refusals); i++)
		if (refusals[i].err == -err &&
		    (!refusals[i].file || (file && !strcmp(refusals[i].file, file))))
			return refusals[i].why;
	return strerror(-err);
}

/* "\040" is a space: mounts are separated by those. */
static void unescape(char *path)
{
	char *to = path;

	while (*path) {
		unsigned int c;

		if (path[0] == '\\' && sscanf(path + 1, "%3o", &c) == 1) {
			*to++ = c;
			path += 4;
		} else {
			*to++ = *path++;
		}
	}
	*to = '\0';
}

/* The first configfs in a list of mounts. */
static int find_in(FILE *mounts, char *path)
{
	char *line = NULL, *at, *type;
	size_t size = 0;
	int err = -ENOENT;

	while (err && getline(&line, &size, mounts) > 0) {
		at = line + strcspn(line, " ");
		at += strspn(at, " ");
		type = at + strcspn(at, " ");
		if (strncmp(type, " configfs ", strlen(" configfs ")))
			continue;
		*type = '\0';
		unescape(at);
		if (snprintf(path, PATH_MAX, "%s/hwcontainer", at) < PATH_MAX)
			err = 0;
	}
	free(line);
	return err;
}

static int find_root(struct hwc_ctx *ctx, char *path)
{
	int fd = hwc_sysroot_open(ctx, MOUNTS, O_RDONLY), err;
	FILE *mounts;

	if (fd == -ENOENT && ctx->sysroot >= 0) {
		strcpy(path, USUAL_MOUNT "/hwcontainer");
		return 0;
	}
	if (fd < 0)
		return hwc_err(ctx, fd, MOUNTS ": %s", strerror(-fd));
	mounts = fdopen(fd, "r");
	if (!mounts) {
		close(fd);
		return hwc_err_nomem(ctx);
	}
	err = find_in(mounts, path);
	fclose(mounts);
	if (err)
		return hwc_err(ctx, err, "configfs is not mounted (mount -t configfs configfs %s)",
			       USUAL_MOUNT);
	return 0;
}

/* The folder that has all groups. */
static int open_root(struct hwc_ctx *ctx)
{
	char path[PATH_MAX];
	int fd, err = find_root(ctx, path);

	if (err)
		return err;
	fd = hwc_sysroot_open(ctx, path, O_RDONLY | O_DIRECTORY);
	if (fd >= 0)
		return fd;
	if (fd != -ENOENT)
		return hwc_err(ctx, fd, "%s: %s", path, strerror(-fd));
	err = hwc_nl_connect(ctx);
	if (err)
		return err;
	return hwc_err(ctx, -ENOENT, "the module has no groups: its kernel has no configfs");
}

static bool is_root(const char *group)
{
	return !strcmp(group, "/");
}

/* No way out of the folder of all groups, and one name for each. */
int hwc_group_check_name(struct hwc_ctx *ctx, const char *group)
{
	const char *at = group;

	while (*at) {
		size_t len = strcspn(at, "/");

		if (!len || (len == 1 && *at == '.') || (len == 2 && !strncmp(at, "..", 2)))
			break;
		at += len;
		if (*at == '/' && at[1])
			at++;
	}
	if (*group && !*at)
		return 0;
	return hwc_err(ctx, -EINVAL, "\"%s\" is no name of a group", group);
}

/* The folder of all groups, for something that is done to one in it. */
static int open_above(struct hwc_ctx *ctx, const char *group)
{
	int err = hwc_group_check_name(ctx, group);

	return err ? err : open_root(ctx);
}

int hwc_group_open(struct hwc_ctx *ctx, const char *group)
{
	int root, fd, err;

	if (is_root(group))
		return open_root(ctx);
	root = open_above(ctx, group);
	if (root < 0)
		return root;
	fd = openat(root, group, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	err = fd < 0 ? -errno : 0;
	close(root);
	if (err == -ENOENT || err == -ENOTDIR)
		return hwc_err(ctx, -ENOENT, "there is no group %s", group);
	return err ? hwc_err(ctx, err, "group %s: %s", group, strerror(-err)) : fd;
}

static int create_failed(struct hwc_ctx *ctx, const char *group, int err)
{
	int parent = strrchr(group, '/') ? (int)(strrchr(group, '/') - group) : 0;

	switch (err) {
	case -EEXIST:
		return hwc_err(ctx, err, "group %s exists already", group);
	case -ENOENT:
	case -ENOTDIR:
		return hwc_err(ctx, -ENOENT, "there is no group %.*s, which %s would be in", parent,
			       group, group);
	case -EAGAIN:
		return hwc_err(ctx, err, "group %s would be deeper than groups can be", group);
	case -EINVAL:
		return hwc_err(ctx, err,
			       "the name of group %s has a character that is not printable", group);
	default:
		return hwc_err(ctx, err, "group %s: %s", group, reason(NULL, err));
	}
}

int hwc_group_create(struct hwc_ctx *ctx, const char *group)
{
	int root, err;

	if (is_root(group))
		return create_failed(ctx, group, -EEXIST);
	root = open_above(ctx, group);
	if (root < 0)
		return root;
	err = mkdirat(root, group, 0755) ? -errno : 0;
	close(root);
	return err ? create_failed(ctx, group, err) : 0;
}

/* Names of what is in a folder, sorted; their number or -errno. */
static int names_in(int dir, struct dirent ***names)
{
	int n = scandirat(dir, ".", names, NULL, alphasort);

	return n < 0 ? -errno : n;
}

static void free_names(struct dirent **names, int n)
{
	while (n > 0)
		free(names[--n]);
	free(names);
}

static bool is_folder(int dir, const char *name)
{
	struct stat st;

	return *name != '.' && !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISDIR(st.st_mode);
}

static bool is_readable(int dir, const char *name)
{
	struct stat st;

	return !fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) && S_ISREG(st.st_mode) &&
	       st.st_mode & (S_IRUSR | S_IRGRP | S_IROTH);
}

/* The numbers of all kinds, added; claims that have a function are among those. */
static unsigned long claims_of(const char *text)
{
	unsigned long sum = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		if (strncmp(text, "function:", strlen("function:")))
			sum += strtoul(text + strcspn(text, " \n"), NULL, 10);
	return sum;
}

static unsigned int lines_of(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static unsigned int groups_in(int dir)
{
	struct dirent **names;
	int all = names_in(dir, &names);
	unsigned int n = 0;

	for (int i = 0; i < all; i++)
		n += is_folder(dir, names[i]->d_name);
	if (all >= 0)
		free_names(names, all);
	return n;
}

/* Says what there is in it. */
static int delete_busy(struct hwc_ctx *ctx, const char *group)
{
	char *current = NULL, *members = NULL;
	int dir = hwc_group_open(ctx, group);

	if (dir < 0)
		return dir;
	if (hwc_group_read(ctx, group, "current", &current) ||
	    hwc_group_read(ctx, group, "namespaces", &members))
		hwc_err(ctx, -EBUSY, "group %s has members, claims or groups inside", group);
	else
		hwc_err(ctx, -EBUSY, "group %s has claims: %lu, namespaces: %u, groups inside: %u",
			group, claims_of(current), lines_of(members), groups_in(dir));
	free(current);
	free(members);
	close(dir);
	return -EBUSY;
}

int hwc_group_delete(struct hwc_ctx *ctx, const char *group)
{
	int root, err;

	if (is_root(group))
		return hwc_err(ctx, -EBUSY, "the root of all groups stays");
	root = open_above(ctx, group);
	if (root < 0)
		return root;
	err = unlinkat(root, group, AT_REMOVEDIR) ? -errno : 0;
	close(root);
	if (err == -ENOENT || err == -ENOTDIR)
		return hwc_err(ctx, -ENOENT, "there is no group %s", group);
	if (err == -EBUSY || err == -ENOTEMPTY)
		return delete_busy(ctx, group);
	return err ? hwc_err(ctx, err, "group %s: %s", group, reason(NULL, err)) : 0;
}

/**
 * struct walk - groups that are named
 * @ctx: keeps the sentence
 * @fn: called for each
 * @data: for @fn
 */
struct walk {
	struct hwc_ctx *ctx;
	int (*fn)(const char *group, void *data);
	void *data;
};

static int walk_inside(const struct walk *walk, int dir, const char *group);

static int walk_one(const struct walk *walk, int above, const char *name, const char *group)
{
	int dir, err = walk->fn(group, walk->data);

	if (err)
		return err;
	dir = openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 && errno == ENOENT) /* it went meanwhile */
		return 0;
	if (dir < 0)
		return hwc_err(walk->ctx, -errno, "group %s: %m", group);
	err = walk_inside(walk, dir, group);
	close(dir);
	return err;
}

static int walk_inside(const struct walk *walk, int dir, const char *group)
{
	struct dirent **names;
	int n = names_in(dir, &names), err = 0;
	char *path;

	if (n == -ENOENT) /* it went meanwhile */
		return 0;
	if (n < 0)
		return hwc_err(walk->ctx, n, "group %s: %s", group, strerror(-n));
	for (int i = 0; !err && i < n; i++) {
		const char *name = names[i]->d_name;

		if (!is_folder(dir, name))
			continue;
		if (asprintf(&path, "%s%s%s", is_root(group) ? "" : group,
			     is_root(group) ? "" : "/", name) < 0) {
			err = hwc_err_nomem(walk->ctx);
			break;
		}
		err = walk_one(walk, dir, name, path);
		free(path);
	}
	free_names(names, n);
	return err;
}

int hwc_group_foreach(struct hwc_ctx *ctx, int (*fn)(const char *group, void *data), void *data)
{
	const struct walk walk = { ctx, fn, data };
	int root = open_root(ctx), err;

	if (root < 0)
		return root;
	err = walk_one(&walk, root, ".", "/");
	close(root);
	return err;
}

int hwc_group_files(struct hwc_ctx *ctx, const char *group, int (*fn)(const char *file, void *data),
		    void *data)
{
	int dir = hwc_group_open(ctx, group), n, err = 0;
	struct dirent **names;

	if (dir < 0)
		return dir;
	n = names_in(dir, &names);
	if (n < 0)
		err = hwc_err(ctx, n, "group %s: %s", group, strerror(-n));
	for (int i = 0; !err && i < n; i++)
		if (is_readable(dir, names[i]->d_name))
			err = fn(names[i]->d_name, data);
	if (n >= 0)
		free_names(names, n);
	close(dir);
	return err;
}

static int open_file(struct hwc_ctx *ctx, const char *group, const char *file, int flags)
{
	int dir, fd, err;

	if (!*file || strchr(file, '/') || *file == '.')
		return hwc_err(ctx, -ENOENT, "group %s has no file \"%s\"", group, file);
	dir = hwc_group_open(ctx, group);
	if (dir < 0)
		return dir;
	fd = openat(dir, file, flags | O_NOFOLLOW | O_CLOEXEC);
	err = fd < 0 ? -errno : 0;
	close(dir);
	if (err == -ENOENT || err == -EISDIR)
		return hwc_err(ctx, -ENOENT, "group %s has no file %s", group, file);
	return err ? hwc_err(ctx, err, "group %s, %s: %s", group, file, reason(NULL, err)) : fd;
}

int hwc_group_read(struct hwc_ctx *ctx, const char *group, const char *file, char **text)
{
	int fd = open_file(ctx, group, file, O_RDONLY), err = 0;
	size_t have = 0;
	char *new;

	if (fd < 0)
		return fd;
	new = malloc(HWC_GROUP_FILE_MAX + 1);
	if (!new)
		err = hwc_err_nomem(ctx);
	while (!err && have < HWC_GROUP_FILE_MAX) {
		ssize_t got = read(fd, new + have, HWC_GROUP_FILE_MAX - have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			err = hwc_err(ctx, -errno, "group %s, %s: %m", group, file);
		if (got <= 0)
			break;
		have += got;
	}
	close(fd);
	if (err) {
		free(new);
		return err;
	}
	new[have] = '\0';
	*text = new;
	return 0;
}

/* One line of it, where it is one, is part of the sentence. */
static int write_failed(struct hwc_ctx *ctx, const char *group, const char *file, const char *text,
			int err)
{
	size_t len = strcspn(text, "\n");

	if (!text[len] || !text[len + 1])
		return hwc_err(ctx, err, "group %s, %s \"%.*s\": %s", group, file, (int)len, text,
			       reason(file, err));
	return hwc_err(ctx, err, "group %s, %s: %s", group, file, reason(file, err));
}

int hwc_group_write(struct hwc_ctx *ctx, const char *group, const char *file, const char *text)
{
	size_t len = strlen(text);
	ssize_t written;
	int fd, err = 0;

	/* the kernel would take a part of it for all */
	if (len >= HWC_GROUP_FILE_MAX - 1)
		return hwc_err(ctx, -E2BIG, "group %s, %s: that is longer than a file takes", group,
			       file);
	fd = open_file(ctx, group, file, O_WRONLY | O_TRUNC);
	if (fd < 0)
		return fd;
	do {
		written = write(fd, text, len);
	} while (written < 0 && errno == EINTR);
	if (written != (ssize_t)len)
		err = written < 0 ? -errno : -EIO;
	close(fd);
	return err ? write_failed(ctx, group, file, text, err) : 0;
}

int hwc_group_attach(struct hwc_ctx *ctx, const char *group, uint32_t pid)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", pid);
	return hwc_group_write(ctx, group, "namespaces", text);
}

int hwc_group_attach_fd(struct hwc_ctx *ctx, const char *group, int fd)
{
	char text[16];

	snprintf(text, sizeof(text), "fd:%d", fd);
	return hwc_group_write(ctx, group, "namespaces", text);
}
