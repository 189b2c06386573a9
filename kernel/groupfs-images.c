// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: groups as folders in configfs: the list of images.
 */
#include <linux/hex.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "groupfs.h"

static ssize_t hwc_group_images_show(struct config_item *item, char *page)
{
	const struct hwc_images *images = &hwc_groupfs_group(item)->images;
	unsigned int i;
	int at = 0;

	mutex_lock(&hwc_lock);
	if (images->any)
		at = scnprintf(page, HWC_FILE_MAX, "any\n");
	for (i = 0; i < images->n; i++)
		at += scnprintf(page + at, HWC_FILE_MAX - at, "sha256:%*phN\n",
				HWCONTAINER_DIGEST_LEN, images->digest[i]);
	mutex_unlock(&hwc_lock);
	return at;
}

/* One line "sha256:HEX", or "any". */
static int hwc_groupfs_parse_image(const char *line, struct hwc_images *images)
{
	images->some = true;
	if (!strcmp(line, "any")) {
		images->any = true;
		return 0;
	}
	if (images->n == HWC_IMAGES_MAX)
		return -E2BIG;
	if (!strstarts(line, "sha256:"))
		return -EINVAL;
	line += strlen("sha256:");
	if (strlen(line) != 2 * HWCONTAINER_DIGEST_LEN)
		return -EINVAL;
	return hex2bin(images->digest[images->n++], line, HWCONTAINER_DIGEST_LEN);
}

static int hwc_groupfs_parse_images(char *text, struct hwc_images *images)
{
	char *line;
	int ret;

	while ((line = strsep(&text, "\n"))) {
		line = strim(line);
		ret = *line ? hwc_groupfs_parse_image(line, images) : 0;
		if (ret)
			return ret;
	}
	return 0;
}

static int hwc_groupfs_set_images(struct hwc_group *group, char *text)
{
	struct hwc_images *images = kzalloc(sizeof(*images), GFP_KERNEL);
	int ret;

	if (!images)
		return -ENOMEM;
	ret = hwc_groupfs_parse_images(text, images);
	if (!ret) {
		mutex_lock(&hwc_lock);
		hwc_image_lists += images->some - group->images.some;
		group->images = *images;
		mutex_unlock(&hwc_lock);
	}
	kfree(images);
	return ret;
}

/* A write is the whole list: one that configfs cuts into two would be the end of it. */
static ssize_t hwc_group_images_store(struct config_item *item, const char *page, size_t count)
{
	char *text;
	int ret = hwc_groupfs_may_write();

	if (ret)
		return ret;
	if (count >= HWC_FILE_MAX - 1)
		return -E2BIG;
	text = kstrndup(page, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = hwc_groupfs_set_images(hwc_groupfs_group(item), text);
	kfree(text);
	return ret ?: count;
}

struct configfs_attribute hwc_groupfs_images = {
	.ca_name = "images",
	.ca_mode = 0644,
	.ca_owner = THIS_MODULE,
	.show = hwc_group_images_show,
	.store = hwc_group_images_store,
};
