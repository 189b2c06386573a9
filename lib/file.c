// SPDX-License-Identifier: LGPL-2.1-or-later
/* Files that are read whole: images and overlays. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "ctx.h"
#include "file.h"

/* Never waits for a FIFO's other end. */
int hwc_file_open(struct hwc_ctx *ctx, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return hwc_err(ctx, -errno, "%s: %s", path, strerror(errno));
	return fd;
}

int hwc_file_check(struct hwc_ctx *ctx, int fd, const char *name, size_t limit, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st))
		return hwc_err(ctx, -errno, "%s: %s", name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return hwc_err(ctx, -EINVAL, "%s is not a regular file", name);
	if (!st.st_size)
		return hwc_err(ctx, -ENODATA, "%s is empty", name);
	if ((uintmax_t)st.st_size > limit)
		return hwc_err(ctx, -EFBIG, "%s has %ju bytes, at most %zu are read", name,
			       (uintmax_t)st.st_size, limit);
	*size = st.st_size;
	return 0;
}

/* Up to @size bytes; fewer where the file became shorter. */
static ssize_t read_whole(int fd, char *data, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t got = pread(fd, data + have, size - have, have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		have += got;
	}
	return have;
}

int hwc_file_read(struct hwc_ctx *ctx, int fd, const char *name, size_t limit, void **data,
		  size_t *size)
{
	size_t room = 0;
	ssize_t got;
	void *new;
	int err;

	err = hwc_file_check(ctx, fd, name, limit, &room);
	if (err)
		return err;
	new = malloc(room);
	if (!new)
		return hwc_err_nomem(ctx);
	got = read_whole(fd, new, room);
	if (got == (ssize_t)room) {
		*data = new;
		*size = room;
		return 0;
	}
	free(new);
	if (got < 0)
		return hwc_err(ctx, got, "reading %s: %s", name, strerror(-got));
	return hwc_err(ctx, -EIO, "%s became shorter while it was read", name);
}

int hwc_file_load(struct hwc_ctx *ctx, const char *path, size_t limit, void **data, size_t *size)
{
	int fd = hwc_file_open(ctx, path);
	int err;

	if (fd < 0)
		return fd;
	err = hwc_file_read(ctx, fd, path, limit, data, size);
	close(fd);
	return err;
}
