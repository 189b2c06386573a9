// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: the files of groups that say who is next for what others have. */
#include <linux/configfs.h>
#include <linux/module.h>
#include <linux/string.h>

#include "core.h"
#include "group.h"
#include "groupfs.h"
#include "wait.h"

/* An hour of notice is more than anybody waits for. */
#define HWC_NOTICE_MAX_MS (60 * 60 * 1000)

static ssize_t hwc_group_weight_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%u\n", READ_ONCE(hwc_groupfs_group(item)->party.weight));
}

static ssize_t hwc_group_weight_store(struct config_item *item, const char *page, size_t count)
{
	u32 weight;
	int ret = hwc_groupfs_may_write() ?: kstrtou32(page, 10, &weight);

	if (ret)
		return ret;
	if (!weight || weight > HWC_WEIGHT_MAX)
		return -ERANGE;
	mutex_lock(&hwc_lock);
	WRITE_ONCE(hwc_groupfs_group(item)->party.weight, weight);
	mutex_unlock(&hwc_lock);
	return count;
}

static ssize_t hwc_group_priority_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(hwc_groupfs_group(item)->priority));
}

static ssize_t hwc_group_priority_store(struct config_item *item, const char *page, size_t count)
{
	s32 priority;
	int ret = hwc_groupfs_may_write() ?: kstrtos32(page, 10, &priority);

	if (ret)
		return ret;
	mutex_lock(&hwc_lock);
	WRITE_ONCE(hwc_groupfs_group(item)->priority, priority);
	mutex_unlock(&hwc_lock);
	return count;
}

static ssize_t hwc_group_preempt_show(struct config_item *item, char *page)
{
	int preempt = READ_ONCE(hwc_groupfs_group(item)->preempt);

	if (preempt > 0)
		return sysfs_emit(page, "%d\n", preempt);
	return sysfs_emit(page, preempt == HWC_PREEMPT_OFF ? "off\n" : "inherit\n");
}

static int hwc_groupfs_parse_preempt(const char *page, int *preempt)
{
	int ret;

	if (sysfs_streq(page, "off")) {
		*preempt = HWC_PREEMPT_OFF;
		return 0;
	}
	if (sysfs_streq(page, "inherit")) {
		*preempt = HWC_PREEMPT_INHERIT;
		return 0;
	}
	ret = kstrtoint(page, 10, preempt);
	if (ret)
		return ret;
	return *preempt < 1 || *preempt > HWC_NOTICE_MAX_MS ? -ERANGE : 0;
}

static ssize_t hwc_group_preempt_store(struct config_item *item, const char *page, size_t count)
{
	int preempt;
	int ret = hwc_groupfs_may_write() ?: hwc_groupfs_parse_preempt(page, &preempt);

	if (ret)
		return ret;
	mutex_lock(&hwc_lock);
	WRITE_ONCE(hwc_groupfs_group(item)->preempt, preempt);
	hwc_wait_serve_all_locked();
	mutex_unlock(&hwc_lock);
	return count;
}

#define HWC_GROUPFS_FILE(file)				\
struct configfs_attribute hwc_groupfs_##file = {	\
	.ca_name = #file,				\
	.ca_mode = 0644,				\
	.ca_owner = THIS_MODULE,			\
	.show = hwc_group_##file##_show,		\
	.store = hwc_group_##file##_store,		\
}

HWC_GROUPFS_FILE(weight);
HWC_GROUPFS_FILE(priority);
HWC_GROUPFS_FILE(preempt);
