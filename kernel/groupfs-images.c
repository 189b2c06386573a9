// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: groups as folders in configfs: what may be loaded, and what not any more.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core.h"
#include "group.h"
#include "groupfs.h"
#include "image-list.h"

static ssize_t hwc_groupfs_show_lines(const struct list_head *lines, char *page)
{
	const struct hwc_line *line;
	int at = 0;

	mutex_lock(&hwc_lock);
	list_for_each_entry(line, lines, in_list)
		at += hwc_line_print(line, page + at, HWC_FILE_MAX - at);
	mutex_unlock(&hwc_lock);
	return at;
}

static ssize_t hwc_group_images_show(struct config_item *item, char *page)
{
	return hwc_groupfs_show_lines(&hwc_groupfs_group(item)->images, page);
}

static int hwc_groupfs_parse_lines(char *text, struct list_head *lines)
{
	struct hwc_line *new;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		line = strim(line);
		if (!*line)
			continue;
		new = hwc_line_parse(line);
		if (IS_ERR(new))
			return PTR_ERR(new);
		list_add_tail(&new->in_list, lines);
	}
	return 0;
}

/* Swaps the lines of the group for those of @lines, unless it fails. */
static int hwc_groupfs_swap_images_locked(struct hwc_group *group, struct list_head *lines)
{
	unsigned int known = hwc_functions_known_locked();
	LIST_HEAD(old);
	int ret = hwc_lines_take_slots_locked(lines);

	lockdep_assert_held(&hwc_lock);
	if (ret) {
		hwc_functions_forget_locked(known);
		return ret;
	}
	hwc_image_lists -= hwc_group_has_lists(group);
	list_splice_init(&group->images, &old);
	list_splice_init(lines, &group->images);
	list_splice(&old, lines);
	hwc_image_lists += hwc_group_has_lists(group);
	return 0;
}

static int hwc_groupfs_set_images(struct hwc_group *group, char *text)
{
	LIST_HEAD(lines);
	int ret = hwc_groupfs_parse_lines(text, &lines);

	if (!ret) {
		mutex_lock(&hwc_lock);
		ret = hwc_groupfs_swap_images_locked(group, &lines);
		mutex_unlock(&hwc_lock);
	}
	hwc_lines_free(&lines);
	return ret;
}

/*
 * A write is the whole list: one that configfs cuts into two would be the end of it. No line
 * is printed longer than it was written.
 */
static ssize_t hwc_group_images_store(struct config_item *item, const char *page, size_t count)
{
	int ret = hwc_groupfs_may_write();

	if (ret)
		return ret;
	if (count >= HWC_FILE_MAX - 1)
		return -E2BIG;
	return hwc_groupfs_store_text(item, page, count, hwc_groupfs_set_images);
}

struct configfs_attribute hwc_groupfs_images = {
	.ca_name = "images",
	.ca_mode = 0644,
	.ca_owner = THIS_MODULE,
	.show = hwc_group_images_show,
	.store = hwc_group_images_store,
};

static ssize_t hwc_group_revoke_show(struct config_item *item, char *page)
{
	return hwc_groupfs_show_lines(&hwc_groupfs_group(item)->revoked, page);
}

/* The line like @like, or NULL. Receives the bytes of all lines as they are printed. */
static struct hwc_line *hwc_groupfs_find_revoked(struct hwc_group *group,
						 const struct hwc_line *like, size_t *size)
{
	struct hwc_line *line, *found = NULL;

	*size = 0;
	list_for_each_entry(line, &group->revoked, in_list) {
		*size += hwc_line_print(line, NULL, 0);
		if (hwc_line_same(line, like))
			found = line;
	}
	return found;
}

/* Keeps @line where it returns 0; one that is there already revokes again. */
static int hwc_groupfs_revoke_locked(struct hwc_group *group, struct hwc_line *line)
{
	struct hwc_line *same;
	size_t size;

	lockdep_assert_held(&hwc_lock);
	same = hwc_groupfs_find_revoked(group, line, &size);
	if (!same && size + hwc_line_print(line, NULL, 0) >= HWC_FILE_MAX)
		return -E2BIG;
	hwc_image_lists -= hwc_group_has_lists(group);
	if (same)
		list_replace(&same->in_list, &line->in_list);
	else
		list_add_tail(&line->in_list, &group->revoked);
	hwc_image_lists += hwc_group_has_lists(group);
	kfree(same);
	hwc_images_revoke_locked(group, line);
	return 0;
}

static int hwc_groupfs_forget_locked(struct hwc_group *group, const struct hwc_line *line)
{
	struct hwc_line *same;
	size_t size;

	lockdep_assert_held(&hwc_lock);
	same = hwc_groupfs_find_revoked(group, line, &size);
	if (!same)
		return -ENOENT;
	hwc_image_lists -= hwc_group_has_lists(group);
	list_del(&same->in_list);
	hwc_image_lists += hwc_group_has_lists(group);
	kfree(same);
	return 0;
}

/* One line: "sha256:HEX" or "signer:HEX"; with "-" before it, no longer. */
static int hwc_groupfs_change_revoked(struct hwc_group *group, char *text)
{
	struct hwc_line *line;
	bool forget;
	int ret;

	text = strim(text);
	forget = *text == '-';
	line = hwc_line_parse(text + forget);
	if (IS_ERR(line))
		return PTR_ERR(line);
	mutex_lock(&hwc_lock);
	if (line->type == HWC_LINE_ANY || *line->resource || *line->function)
		ret = -EINVAL;
	else if (forget)
		ret = hwc_groupfs_forget_locked(group, line);
	else
		ret = hwc_groupfs_revoke_locked(group, line);
	mutex_unlock(&hwc_lock);
	if (ret || forget)
		kfree(line);
	return ret;
}

static ssize_t hwc_group_revoke_store(struct config_item *item, const char *page, size_t count)
{
	return hwc_groupfs_store_text(item, page, count, hwc_groupfs_change_revoked);
}

struct configfs_attribute hwc_groupfs_revoke = {
	.ca_name = "revoke",
	.ca_mode = 0644,
	.ca_owner = THIS_MODULE,
	.show = hwc_group_revoke_show,
	.store = hwc_group_revoke_store,
};
