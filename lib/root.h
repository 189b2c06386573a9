/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* root.c: files of the container, whose author is not trusted */
#ifndef HWC_ROOT_H
#define HWC_ROOT_H

#include "array.h"
#include "file.h"

/* Links and ".." stop at the root, as they do for a process whose root it is. */
int hwc_root_resolve(int rootfd, const char *path, int flags);

/**
 * hwc_root_open() - open a file below the container's root
 * @rootfd: the root
 * @what: what the sentence calls it: "image " or ""
 * @path: absolute, as seen from in there
 * @max: bytes it may have
 * @fd: receives it, open for reading
 *
 * Only a regular file is ever opened: not a FIFO that would wait, nor a device
 * that would begin to work.
 */
int hwc_root_open(struct hwc_ctx *ctx, int rootfd, const char *what, const char *path, size_t max,
		  int *fd);

/* What the name of a signature ends in that is beside its file. */
#define HWC_SIGNED ".p7s"

/**
 * hwc_root_signature() - read the signature of a file below the container's root
 * @path: the file
 * @given: path of the signature; "" for none; NULL: what is beside the file, if anything is
 * @signature: receives it, to be freed; nothing where there is none
 */
int hwc_root_signature(struct hwc_ctx *ctx, int rootfd, const char *path, const char *given,
		       struct hwc_bytes *signature);

/**
 * hwc_root_list() - names in a folder below the container's root
 * @names: receives char *, sorted; to be freed with hwc_strings_free()
 *
 * Return: 0; -ENOTDIR; -E2BIG when it has too many; other errnos as
 * hwc_root_open().
 */
int hwc_root_list(struct hwc_ctx *ctx, int rootfd, const char *path, struct hwc_array *names);
/* The folder where paths begin, NULL for that of this system; a descriptor, or -errno. */
int hwc_root_folder(struct hwc_ctx *ctx, const char *root);

#endif
