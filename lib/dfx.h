/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dfx.c: folders as dfx-mgr has them */
#ifndef HWC_DFX_H
#define HWC_DFX_H

#include <hwcontainer.h>
#include "array.h"

struct hwc_dfx_entry {
	struct hwc_dfx_item item; /* what is seen from outside */
	struct hwc_array problems; /* char * */
	struct hwc_array devices; /* char *, of an accelerator */
};

struct hwc_dfx {
	struct hwc_array entries; /* struct hwc_dfx_entry */
	size_t folders; /* that were looked at */
};

/* hwc_dfx_open() below an open root. */
int hwc_dfx_read(struct hwc_ctx *ctx, int rootfd, const char *path, struct hwc_dfx **dfx);
/* Whether a folder is a shell's or an application's, without a look at what is below it. */
bool hwc_dfx_is_app(struct hwc_ctx *ctx, int rootfd, const char *path);
/* The path without slashes at its end; to be freed, NULL without memory. */
char *hwc_dfx_folder(const char *path);
const struct hwc_dfx_entry *hwc_dfx_entry(const struct hwc_dfx *dfx, size_t i);

/**
 * hwc_dfx_firmware() - find the image that an overlay names
 * @overlay: path of the overlay
 * @name: its firmware-name
 * @path: receives the image's path, to be freed
 *
 * Beside the overlay, as it is or without its last ".bin", then in /lib/firmware.
 *
 * Return: 0; -EPERM when the name is absolute or climbs; -ENOENT.
 */
int hwc_dfx_firmware(struct hwc_ctx *ctx, int rootfd, const char *overlay, const char *name,
		     char **path);

/* The firmware-name of an overlay, to be freed; -ENODATA where it has none. */
int hwc_dfx_named(struct hwc_ctx *ctx, int rootfd, const char *overlay, char **name);

#endif
