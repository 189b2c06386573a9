/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what the files of groups share. Sectioned by the file that defines it. */
#ifndef HWC_GROUPFS_H
#define HWC_GROUPFS_H

#include <linux/configfs.h>
#include <linux/sizes.h>

#include "group.h"

/* What configfs takes from a file's show (SIMPLE_ATTR_SIZE in fs/configfs/file.c). */
#define HWC_FILE_MAX SZ_4K

/* groupfs.c: folders */

struct hwc_group *hwc_groupfs_group(struct config_item *item);
int hwc_groupfs_may_write(void);
ssize_t hwc_groupfs_store_text(struct config_item *item, const char *page, size_t count,
			       int (*set)(struct hwc_group *group, char *text));

/* groupfs-images.c: lists of images */

extern struct configfs_attribute hwc_groupfs_images;
extern struct configfs_attribute hwc_groupfs_revoke;

/* groupfs-queue.c */

extern struct configfs_attribute hwc_groupfs_weight;
extern struct configfs_attribute hwc_groupfs_priority;
extern struct configfs_attribute hwc_groupfs_preempt;

#endif /* HWC_GROUPFS_H */
