/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: lists of images. */
#ifndef HWC_IMAGE_LIST_H
#define HWC_IMAGE_LIST_H

#include <linux/hwcontainer.h>
#include <linux/list.h>

#include "core.h"
#include "image.h"

struct hwc_group;

enum hwc_line_type {
	HWC_LINE_ANY,
	HWC_LINE_DIGEST,
	HWC_LINE_SIGNER,
};

/*
 * Longest line: what it is, in hexadecimal digits, of what, computing what; with spaces, newline
 * and NUL.
 */
#define HWC_LINE_MAX (32 + 2 * HWCONTAINER_SIGNER_MAX + HWCONTAINER_NAME_MAX + HWC_FUNCTION_MAX)

/**
 * struct hwc_line - a line of a list
 * @in_list: in the list
 * @type: what it is about
 * @size: bytes of @id
 * @id: digest of an image, or key identifier of a signer
 * @function: name of what the image computes, or ""
 * @slot: where groups count that, from when the line is in a list; or 0
 * @resource: name of the resource that it is for, or "" for all
 */
struct hwc_line {
	struct list_head in_list;
	enum hwc_line_type type;
	u8 size;
	u8 id[HWCONTAINER_SIGNER_MAX];
	char function[HWC_FUNCTION_MAX + 1];
	unsigned int slot;
	char resource[];
};

/**
 * struct hwc_image - a file of an image, as lists know it
 * @res: where it is, or is to be loaded
 * @digest: SHA-256 of it, or NULL where that is not known
 * @signer: who has signed it
 */
struct hwc_image {
	const struct hwcontainer_resource *res;
	const u8 *digest;
	struct hwc_signer signer;
};

struct hwc_line *hwc_line_parse(char *text);
int hwc_line_print(const struct hwc_line *line, char *page, size_t room);
bool hwc_line_same(const struct hwc_line *a, const struct hwc_line *b);
bool hwc_lines_have_locked(const struct list_head *lines, const struct hwc_image *image);
int hwc_lines_take_slots_locked(struct list_head *lines);
unsigned int hwc_lines_function_locked(const struct list_head *lines,
				       const struct hwc_image *image);
void hwc_lines_free(struct list_head *lines);
struct hwc_image hwc_image_of(const struct hwcontainer_claim *claim, enum hwcontainer_slot slot);
void hwc_images_revoke_locked(const struct hwc_group *group, const struct hwc_line *line);
void hwc_resource_keep_left_locked(struct hwcontainer_resource *res,
				   const struct hwcontainer_claim *claim);
void hwc_resource_take_left_locked(struct hwcontainer_resource *res,
				   struct hwcontainer_claim *claim);

#endif /* HWC_IMAGE_LIST_H */
