/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* data*.c: the files of a request, found in a folder */
#ifndef HWC_DATA_H
#define HWC_DATA_H

#include <hwcontainer.h>
#include "array.h"

struct hwc_dfx;
struct hwc_rewrite;

/* Takes the open files out, which are the caller's then; -1 for none. */
void hwc_data_take(struct hwc_data *data, int *image_fd, int *overlay_fd);

/* hwc_data_open() below an open root. */
int hwc_data_load(struct hwc_ctx *ctx, int rootfd, const char *tree, const char *resource,
		  const char *image, const char *overlay, struct hwc_data **data);

/* What data*.c know of each other. */

/**
 * struct hwc_data - files that a request gives to the module
 * @image_fd: the image, or -1
 * @overlay_fd: the overlay, or -1
 * @image_path: where it is, or NULL
 * @overlay_path: where it is, or was before it was rewritten; or NULL
 * @rewrite: what was made of the overlay, or NULL
 */
struct hwc_data {
	int image_fd;
	int overlay_fd;
	char *image_path;
	char *overlay_path;
	struct hwc_rewrite *rewrite;
};

/**
 * struct hwc_search - a request whose files are looked for
 * @ctx: keeps the sentence
 * @rootfd: the container's root
 * @tree: folder with the live tree
 * @resource: name of the resource
 * @data: receives what is found
 * @shell: what the folder of the shell has, or NULL
 * @shell_item: the shell in there, or NULL
 * @shell_is_claimed: it is what the request is for
 * @exact: the image's folder is that of the slot
 * @devices: struct hwc_slot_device, of @shell
 * @frames: struct hwc_slot_frames, of @shell
 * @frames_known: they have been looked for
 * @frames_read: bytes of images that were read for it
 */
struct hwc_search {
	struct hwc_ctx *ctx;
	int rootfd;
	const char *tree;
	const char *resource;
	struct hwc_data *data;
	struct hwc_dfx *shell;
	const struct hwc_dfx_item *shell_item;
	bool shell_is_claimed;
	bool exact;
	struct hwc_array devices;
	struct hwc_array frames;
	bool frames_known;
	size_t frames_read;
};

/* data-frames.c */

/* The frames of slots are those of the images for them that the shell's folder has. */
int hwc_search_frames(struct hwc_search *s);
/* Whether the image was made for the frames of the resource. */
int hwc_search_fits(struct hwc_search *s, bool *fits);

/* data-overlay.c */

/* Puts what is made of the overlay in its place. */
int hwc_search_rewrite(struct hwc_search *s);
/* The same for one that is not our own, which stays the file that it is. */
int hwc_search_rewrite_needed(struct hwc_search *s);

#endif
