/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* file.c: files that are read whole */
#ifndef HWC_FILE_H
#define HWC_FILE_H

#include <hwcontainer.h>

#define HWC_IMAGE_MAX (256u << 20)
#define HWC_OVERLAY_MAX (64u << 10) /* as the module, which takes no more */

/* Bytes of a file, or NULL. */
struct hwc_bytes {
	void *data;
	size_t size;
};

int hwc_file_open(struct hwc_ctx *ctx, const char *path);
/* A regular file that is not empty and has no more than @limit bytes; errnos as hwc_file_read(). */
int hwc_file_check(struct hwc_ctx *ctx, int fd, const char *name, size_t limit, size_t *size);
/* hwc_file_read() of a file by its path. */
int hwc_file_load(struct hwc_ctx *ctx, const char *path, size_t limit, void **data, size_t *size);

/**
 * hwc_file_read() - read a regular file
 * @name: what it is called in sentences
 * @limit: most bytes to take
 * @data: receives the bytes, to be freed
 *
 * Return: 0; -EINVAL when it is no regular file; -ENODATA when it is empty;
 * -EFBIG; -EIO when it became shorter; -ENOMEM; -errno of reading.
 */
int hwc_file_read(struct hwc_ctx *ctx, int fd, const char *name, size_t limit, void **data,
		  size_t *size);

#endif
