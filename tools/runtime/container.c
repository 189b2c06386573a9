// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A container that we run has a folder below --root, as those of runc and crun do, so
 * that no two containers have one name. The record in it is not called as theirs:
 * they do not take the container for one of their own.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "runtime.h"

/* Of its start, which happens once; its locks are those who start it. */
#define STARTS "hwcontainer-start"

/* What records of 0.1 were called, which knew firmware only. */
#define OLD_RECORD "firmware.json"

/* Between two looks whether all have left. */
#define LEFT_LOOK_MS 2

#define TEMPORARY ".hwcontainer-new-"

const char *container_root(const struct command *command)
{
	return command->root ? command->root : CONTAINER_ROOT;
}

/* As runc has them. */
static bool is_id(const char *id)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_+.-";

	return *id && !id[strspn(id, allowed)] && strcmp(id, ".") && strcmp(id, "..");
}

/* With the folders above it. */
static int make_folders(const char *path)
{
	char *copy = strdup(path), *at = copy;
	int err = copy ? 0 : -ENOMEM;

	while (!err && at && *at) {
		at = strchr(at + 1, '/');
		if (at)
			*at = '\0';
		if (mkdir(copy, 0711) && errno != EEXIST)
			err = -errno;
		if (at)
			*at = '/';
	}
	free(copy);
	return err;
}

static int open_root(const struct command *command)
{
	int fd = open(container_root(command), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int refuse(const struct command *command, int err)
{
	if (err == -EEXIST)
		log_error(command, "container %s exists already", command->id);
	else
		log_error(command, "%s/%s: %s", container_root(command), command->id,
			  strerror(-err));
	return err;
}

static int open_folder(struct container *container)
{
	container->dirfd = openat(container->rootfd, container->command->id,
				  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return container->dirfd < 0 ? -errno : 0;
}

static void lock(int fd, int how)
{
	while (flock(fd, how) && errno == EINTR)
		;
}

static int make_folder(struct container *container)
{
	int err = make_folders(container_root(container->command));

	if (err)
		return err;
	container->rootfd = open_root(container->command);
	if (container->rootfd < 0)
		return container->rootfd;
	lock(container->rootfd, LOCK_EX);
	err = mkdirat(container->rootfd, container->command->id, 0700) ? -errno : 0;
	if (!err)
		err = open_folder(container);
	if (!err)
		lock(container->dirfd, LOCK_EX);
	lock(container->rootfd, LOCK_UN);
	return err;
}

void container_made(const struct container *container)
{
	flock(container->dirfd, LOCK_UN);
}

bool container_is_being_made(const struct container *container)
{
	int fd = openat(container->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool is_free = fd < 0 || !flock(fd, LOCK_SH | LOCK_NB);

	if (fd >= 0)
		close(fd);
	return !is_free;
}

int container_new(const struct command *command, struct container *container)
{
	int err;

	*container = (struct container){ .command = command, .rootfd = -1, .dirfd = -1 };
	if (!command->id || !is_id(command->id)) {
		log_error(command, "\"%s\" cannot be the id of a container",
			  command->id ? command->id : "");
		return -EINVAL;
	}
	err = make_folder(container);
	if (!err) {
		container->record = json_object_new_object();
		err = container->record ? 0 : -ENOMEM;
	}
	if (!err)
		return 0;
	container_close(container);
	return refuse(command, err);
}

int container_read(struct container *container)
{
	int fd = openat(container->dirfd, CONTAINER_RECORD, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0 && errno == ENOENT)
		fd = openat(container->dirfd, OLD_RECORD, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return -errno;
	json_object_put(container->record);
	container->record = json_object_from_fd(fd);
	close(fd);
	return json_object_is_type(container->record, json_type_object) ? 0 : -EBADMSG;
}

/* The folder of all. */
static int open_above(const struct command *command, struct container *container)
{
	*container = (struct container){ .command = command, .rootfd = -1, .dirfd = -1 };
	if (!command->id || !is_id(command->id))
		return -ENOENT;
	container->rootfd = open_root(command);
	return container->rootfd < 0 ? container->rootfd : 0;
}

int container_open(const struct command *command, struct container *container)
{
	int err = open_above(command, container);

	return err ? err : open_folder(container);
}

/* What cannot be opened was not made by us: the other runtime says what is wrong. */
int container_find(const struct command *command, struct container *container)
{
	int err = container_open(command, container) ? -ENOENT : container_read(container);

	if (!err)
		return 0;
	container_close(container);
	return err == -EBADMSG ? refuse(command, err) : -ENOENT;
}

/* Whether the folder that is open is still the one of its name. */
static bool is_there(const struct container *container)
{
	struct stat ours, theirs;

	return !fstat(container->dirfd, &ours) &&
	       !fstatat(container->rootfd, container->command->id, &theirs, AT_SYMLINK_NOFOLLOW) &&
	       ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino;
}

/* Locks the one of its name, which may have become another while that was waited for. */
static int lock_folder(struct container *container)
{
	for (;;) {
		lock(container->rootfd, LOCK_SH);
		if (open_folder(container))
			return -ENOENT;
		lock(container->rootfd, LOCK_UN);
		lock(container->dirfd, LOCK_EX);
		if (is_there(container))
			return 0;
		close(container->dirfd);
		container->dirfd = -1;
	}
}

int container_find_made(const struct command *command, struct container *container)
{
	int err;

	if (open_above(command, container) || lock_folder(container))
		return -ENOENT;
	err = container_read(container);
	/* what cannot be read may be of one that lives */
	return err && err != -ENOENT ? refuse(command, err) : err;
}

int container_lock_start(struct container *container)
{
	int fd = openat(container->dirfd, STARTS, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int err;

	if (fd < 0)
		return refuse(container->command, -errno);
	lock(fd, LOCK_EX);
	err = container_read(container);
	if (!err)
		return fd;
	close(fd);
	return refuse(container->command, err);
}

void container_leave(const struct container *container)
{
	if (container->rootfd >= 0 && fcntl(container->rootfd, F_DUPFD, STDERR_FILENO + 1) < 0)
		log_debug(container->command, "%s: %s", container_root(container->command),
			  strerror(errno));
}

void container_close(struct container *container)
{
	json_object_put(container->record);
	if (container->dirfd >= 0)
		close(container->dirfd);
	if (container->rootfd >= 0)
		close(container->rootfd);
	*container = (struct container){ .rootfd = -1, .dirfd = -1 };
}

bool read_text_at(int dirfd, const char *path, char *text, size_t room)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return false;
	size = read(fd, text, room - 1);
	close(fd);
	text[size > 0 ? size : 0] = '\0';
	return size > 0;
}

int write_all(int fd, const char *data, size_t size)
{
	while (size) {
		ssize_t n = write(fd, data, size);

		if (n < 0)
			return -errno;
		data += n;
		size -= n;
	}
	return 0;
}

int write_file_at(int dirfd, const char *name, const char *text, mode_t mode)
{
	const char *base = strrchr(name, '/');
	char *temporary;
	int fd, err;

	base = base ? base + 1 : name;
	if (asprintf(&temporary, "%.*s" TEMPORARY "%s", (int)(base - name), name, base) < 0)
		return -ENOMEM;
	unlinkat(dirfd, temporary, 0);
	fd = openat(dirfd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	err = fd < 0 ? -errno : write_all(fd, text, strlen(text));
	if (fd >= 0 && close(fd) && !err)
		err = -errno;
	if (!err && renameat(dirfd, temporary, dirfd, name))
		err = -errno;
	if (err && fd >= 0)
		unlinkat(dirfd, temporary, 0);
	free(temporary);
	return err;
}

int container_save(const struct container *container)
{
	const char *text = json_object_to_json_string_ext(
		container->record, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE);
	int err = text ? write_file_at(container->dirfd, CONTAINER_RECORD, text, 0600) : -ENOMEM;

	return err ? refuse(container->command, err) : 0;
}

/* Their names are nobody else's: a folder may be another runtime's. */
int container_remove(const struct container *container)
{
	static const char *const names[] = { CONTAINER_RECORD, CONTAINER_CONTROL,
					     CONTAINER_HOLD,   OLD_RECORD,
					     STARTS,	       TEMPORARY CONTAINER_RECORD };
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlinkat(container->dirfd, names[i], 0);
	lock(container->rootfd, LOCK_EX);
	if (!is_there(container))
		err = -ENOENT;
	else if (unlinkat(container->rootfd, container->command->id, AT_REMOVEDIR))
		err = -errno;
	lock(container->rootfd, LOCK_UN);
	return err;
}

const char *container_string(const struct container *container, const char *key)
{
	return json_object_get_string(json_object_object_get(container->record, key));
}

int64_t container_number(const struct container *container, const char *key)
{
	return json_object_get_int64(json_object_object_get(container->record, key));
}

bool container_flag(const struct container *container, const char *key)
{
	return json_object_get_boolean(json_object_object_get(container->record, key));
}

void container_set(const struct container *container, const char *key, struct json_object *value)
{
	if (value && json_object_object_add(container->record, key, value))
		json_object_put(value);
}

int container_process(const struct container *container)
{
	return process_open(container_number(container, "pid"),
			    container_number(container, "startTime"));
}

int container_hold(const struct container *container)
{
	int fd = openat(container->dirfd, CONTAINER_HOLD, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
			0600);

	if (fd < 0)
		return log_errno(container->command, CONTAINER_HOLD);
	lock(fd, LOCK_SH);
	return fd;
}

bool container_wait_left(const struct container *container, int timeout_ms)
{
	int fd = openat(container->dirfd, CONTAINER_HOLD, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	int64_t end = now_ms() + timeout_ms;
	bool left;

	if (fd < 0)
		return errno == ENOENT;
	while (!(left = !flock(fd, LOCK_EX | LOCK_NB)) && now_ms() < end)
		poll(NULL, 0, LEFT_LOOK_MS);
	close(fd);
	return left;
}
