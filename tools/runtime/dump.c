// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Core dumps of cores that have crashed. The kernel makes one when it stops such a core
 * and keeps it for five minutes, the last one of each core (devcoredump); where the
 * host has a folder for them it is copied there.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "firmware.h"

#define DUMPS "/sys/class/devcoredump"

/* Of a copy that is not whole yet, or never will be. */
#define PART ".part"

#define PIECE (64u << 10)

/* Where a core's dump is, from its class's folder. */
static void link_of(char *path, const char *core, const char *file)
{
	snprintf(path, DUMP_NAME_MAX, "%s/devcoredump%s", core, file);
}

/* The "devcdN" that there is of a core; empty for none. */
static void find_dump(const struct dumps *dumps, const char *core, char *name)
{
	char path[DUMP_NAME_MAX], target[PATH_MAX];
	const char *last;
	ssize_t n;

	link_of(path, core, "");
	n = readlinkat(dumps->classfd, path, target, sizeof(target) - 1);
	target[n > 0 ? n : 0] = '\0';
	last = strrchr(target, '/');
	snprintf(name, sizeof(dumps->dump[0].old), "%.31s", last ? last + 1 : target);
}

static int make_folder(int parent, const char *name)
{
	int fd;

	if (mkdirat(parent, name, 0700) && errno != EEXIST)
		return -errno;
	fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* The folder itself is made where it is not there, what it is in is not. */
static int open_folder(struct hwc_ctx *ctx, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	char *parent = strndup(path, name - path);
	int fd, folder;

	if (!parent)
		return -ENOMEM;
	fd = hwc_ctx_open(ctx, parent, O_PATH | O_DIRECTORY);
	folder = fd < 0 ? fd : make_folder(fd, name);
	if (fd >= 0)
		close(fd);
	free(parent);
	return folder;
}

void dumps_open(struct dumps *dumps, struct hwc_ctx *ctx, const char *folder)
{
	*dumps = (struct dumps){ .path = folder };
	dumps->classfd = cores_open(ctx);
	dumps->folder = folder ? open_folder(ctx, folder) : -1;
}

void dumps_expect(struct dumps *dumps, const char *core)
{
	struct dump *dump = &dumps->dump[dumps->count];

	if (dumps->count == ARRAY_SIZE(dumps->dump))
		return;
	snprintf(dump->core, sizeof(dump->core), "%s", core);
	find_dump(dumps, core, dump->old);
	dumps->count++;
}

void dumps_expect_all(struct dumps *dumps, const struct claims *claims)
{
	dumps->count = 0;
	for (size_t i = 0; i < claims->count; i++) {
		const struct hwc_ask *ask = hwc_bundle_ask(claims->bundle, i);
		struct hwc_resource *resource;

		if (hwc_resource_get(claims->ctx, ask->resource, &resource))
			continue;
		if (!strcmp(hwc_resource_kind(resource), "remoteproc"))
			dumps_expect(dumps, hwc_resource_name(resource));
		hwc_resource_free(resource);
	}
}

bool dumps_crashed(const struct dumps *dumps, const char *core)
{
	char word[CORE_STATE_SIZE];

	return core_state(dumps->classfd, core, word) && !strcmp(word, "crashed");
}

/* "ID-CORE-TIME.elf" */
static void make_name(char *name, const char *id, const char *core)
{
	char text[NOW_SIZE];

	snprintf(name, DUMP_NAME_MAX, "%.128s-%.64s-%s.elf", id, core,
		 now_text(text, "%Y%m%dT%H%M%S", 3));
}

static int copy(int from, int to)
{
	char *piece = malloc(PIECE);
	ssize_t n = -1;
	int err = piece ? 0 : -ENOMEM;

	while (!err) {
		n = read(from, piece, PIECE);
		if (n <= 0)
			break;
		err = write_all(to, piece, n);
	}
	if (!err && n < 0)
		err = -errno;
	free(piece);
	return err;
}

/* Nobody finds a part of it under its name. */
static int copy_as(const struct dumps *dumps, int from, const char *name)
{
	char part[DUMP_NAME_MAX + sizeof(PART)];
	int to, err;

	snprintf(part, sizeof(part), "%s" PART, name);
	to = openat(dumps->folder, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (to < 0)
		return -errno;
	err = copy(from, to);
	if (close(to) && !err)
		err = -errno;
	if (!err && renameat(dumps->folder, part, dumps->folder, name))
		err = -errno;
	if (err)
		unlinkat(dumps->folder, part, 0);
	return err;
}

static bool ends_with(const char *text, const char *end)
{
	size_t n = strlen(text), m = strlen(end);

	return n >= m && !strcmp(text + n - m, end);
}

/* As we call them, so that a file of somebody else in the folder stays. */
static bool is_ours(const char *name)
{
	return strstr(name, "-remoteproc") && (ends_with(name, ".elf") || ends_with(name, PART));
}

/**
 * struct census - what is in the folder
 * @n: how many dumps
 * @bytes: of all
 * @oldest: of them but for the newest; empty where there is none
 * @time: of that
 */
struct census {
	size_t n;
	off_t bytes;
	char oldest[NAME_MAX + 1];
	struct timespec time;
};

static bool is_older(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static void count_one(struct census *census, int folder, const char *name, const char *newest)
{
	struct stat st;

	if (!is_ours(name) || fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW))
		return;
	census->n++;
	census->bytes += st.st_size;
	if (strcmp(name, newest) && (!*census->oldest || is_older(&st.st_mtim, &census->time))) {
		snprintf(census->oldest, sizeof(census->oldest), "%s", name);
		census->time = st.st_mtim;
	}
}

/* Removes the oldest one where there are too many; whether it did. */
static bool thin_out(int folder, const char *newest)
{
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct census census = { 0 };
	struct dirent *e;

	while (dir && (e = readdir(dir)))
		count_one(&census, folder, e->d_name, newest);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return *census.oldest && (census.n > DUMPS_MAX || census.bytes > DUMPS_BYTES_MAX) &&
	       !unlinkat(folder, census.oldest, 0);
}

/* The kernel's own goes when somebody writes to it. */
static int keep(const struct dumps *dumps, const char *core, const char *name)
{
	char path[DUMP_NAME_MAX];
	int fd, err;

	if (dumps->folder < 0)
		return dumps->folder;
	link_of(path, core, "/data");
	fd = openat(dumps->classfd, path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = copy_as(dumps, fd, name);
	/* one that does not go now goes by itself */
	if (!err && write(fd, "1", 1) != 1)
		err = 0;
	close(fd);
	while (!err && thin_out(dumps->folder, name))
		;
	return err;
}

static void tell(const struct dumps *dumps, const struct command *command, const char *core,
		 const char *dump)
{
	char name[DUMP_NAME_MAX];
	int err;

	if (!dumps->path) {
		log_error(command,
			  "the core dump of %s is " DUMPS "/%s/data for five minutes at most", core,
			  dump);
		return;
	}
	make_name(name, command->id, core);
	err = keep(dumps, core, name);
	if (err)
		log_error(command,
			  "the core dump of %s is " DUMPS
			  "/%s/data for five minutes at most, and cannot be copied to %s: %s",
			  core, dump, dumps->path, strerror(-err));
	else
		log_error(command, "the core dump of %s is %s/%s", core, dumps->path, name);
}

void dumps_collect(struct dumps *dumps, const struct command *command)
{
	char name[sizeof(dumps->dump[0].old)];

	for (size_t i = 0; i < dumps->count; i++) {
		const struct dump *dump = &dumps->dump[i];

		find_dump(dumps, dump->core, name);
		if (*name && strcmp(name, dump->old))
			tell(dumps, command, dump->core, name);
	}
	dumps->count = 0;
}
