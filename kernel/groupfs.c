// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: groups as folders in configfs, with the files of cgroup v2.
 *
 * A folder that has members, claims or folders is depended upon, so that rmdir is
 * refused with EBUSY. Dependencies are taken in calls from configfs only, where the
 * folder is there, and given back anywhere: that takes no more than a spinlock.
 */
#include <linux/configfs.h>
#include <linux/ctype.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <net/net_namespace.h>

#include "core.h"
#include "domain.h"
#include "group.h"
#include "groupfs.h"
#include "optional.h"

/* Before the name of what is a function and not a kind. */
#define HWC_GROUPFS_FUNCTION "function:"

/* Folders inside each other: charging goes through all of them. */
#define HWC_DEPTH_MAX 16

/**
 * struct hwc_folder - a group that was made by mkdir
 * @group: the group
 * @dir: its folder
 * @busy: depended upon, because it has members or claims; core lock
 */
struct hwc_folder {
	struct hwc_group group;
	struct config_group dir;
	bool busy;
};

static const struct config_item_type hwc_folder_type;

static struct configfs_subsystem hwc_groupfs;

static struct hwc_folder *to_folder(struct config_item *item)
{
	return container_of(to_config_group(item), struct hwc_folder, dir);
}

static bool hwc_groupfs_is_root(const struct config_item *item)
{
	return item == &hwc_groupfs.su_group.cg_item;
}

struct hwc_group *hwc_groupfs_group(struct config_item *item)
{
	return hwc_groupfs_is_root(item) ? &hwc_root : &to_folder(item)->group;
}

/* Files are opened by some and written to by others. */
int hwc_groupfs_may_write(void)
{
	return hwc_domain_current_is_admin() ? 0 : -EPERM;
}

/* A write by somebody who may: @set gets a copy of it that it may cut up. */
ssize_t hwc_groupfs_store_text(struct config_item *item, const char *page, size_t count,
			       int (*set)(struct hwc_group *group, char *text))
{
	char *text;
	int ret = hwc_groupfs_may_write();

	if (ret)
		return ret;
	text = kstrndup(page, count, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = set(hwc_groupfs_group(item), text);
	kfree(text);
	return ret ?: count;
}

static int hwc_groupfs_busy_locked(struct hwc_group *group)
{
	struct hwc_folder *folder = container_of(group, struct hwc_folder, group);
	int ret;

	lockdep_assert_held(&hwc_lock);
	if (group == &hwc_root || folder->busy)
		return 0;
	ret = configfs_depend_item_unlocked(&hwc_groupfs, &folder->dir.cg_item);
	folder->busy = !ret;
	return ret;
}

/* The last member or claim has left; the folder may be removed at once. */
static void hwc_groupfs_idle_locked(struct hwc_group *group)
{
	struct hwc_folder *folder = container_of(group, struct hwc_folder, group);

	lockdep_assert_held(&hwc_lock);
	if (!folder->busy)
		return;
	folder->busy = false;
	configfs_undepend_item(&folder->dir.cg_item);
}

/* A number, or "max" for none. */
static int hwc_groupfs_put_number(char *page, int at, const char *what, const char *name,
				  unsigned int number)
{
	return number == HWC_NO_LIMIT ?
	       scnprintf(page + at, HWC_FILE_MAX - at, "%s%s max\n", what, name) :
	       scnprintf(page + at, HWC_FILE_MAX - at, "%s%s %u\n", what, name, number);
}

/* Kinds first, then functions. */
static ssize_t hwc_groupfs_show_numbers(const unsigned int *number, char *page)
{
	unsigned int slot;
	const char *name;
	int at = 0;

	mutex_lock(&hwc_lock);
	for (slot = 0; (name = hwc_kind_of_slot_locked(slot)); slot++)
		at += hwc_groupfs_put_number(page, at, "", name, number[slot]);
	for (slot = HWC_KINDS; *(name = hwc_function_of_slot_locked(slot)); slot++)
		at += hwc_groupfs_put_number(page, at, HWC_GROUPFS_FUNCTION, name, number[slot]);
	mutex_unlock(&hwc_lock);
	return at;
}

static ssize_t hwc_group_max_show(struct config_item *item, char *page)
{
	return hwc_groupfs_show_numbers(hwc_groupfs_group(item)->max, page);
}

static ssize_t hwc_group_current_show(struct config_item *item, char *page)
{
	return hwc_groupfs_show_numbers(hwc_groupfs_group(item)->used, page);
}

static ssize_t hwc_group_peak_show(struct config_item *item, char *page)
{
	return hwc_groupfs_show_numbers(hwc_groupfs_group(item)->peak, page);
}

/* "KIND", one that there is or was, or "function:NAME", which is known then. Core lock held. */
static int hwc_groupfs_parse_slot(const char *name)
{
	int slot;

	if (strstarts(name, HWC_GROUPFS_FUNCTION))
		return hwc_function_take_slot_locked(name + strlen(HWC_GROUPFS_FUNCTION));
	slot = hwc_kind_slot_locked(name);
	return slot < 0 ? -EINVAL : slot;
}

/* One line, of what and how many, a number or "max". Core lock held. */
static int hwc_groupfs_parse_limit(char *line, unsigned int *max)
{
	int slot = hwc_groupfs_parse_slot(strsep(&line, " "));
	unsigned int limit;
	int ret;

	if (slot < 0)
		return slot;
	if (!line)
		return -EINVAL;
	line = strim(line);
	if (!strcmp(line, "max")) {
		max[slot] = HWC_NO_LIMIT;
		return 0;
	}
	ret = kstrtouint(line, 10, &limit);
	if (ret)
		return ret;
	if (limit == HWC_NO_LIMIT)
		return -ERANGE;
	max[slot] = limit;
	return 0;
}

/* All lines of a write count, or none does. */
static int hwc_groupfs_set_limits_locked(struct hwc_group *group, char *text)
{
	unsigned int known = hwc_functions_known_locked();
	unsigned int max[HWC_SLOTS];
	char *line;
	int ret;

	memcpy(max, group->max, sizeof(max));
	while ((line = strsep(&text, "\n"))) {
		line = strim(line);
		ret = *line ? hwc_groupfs_parse_limit(line, max) : 0;
		if (ret) {
			hwc_functions_forget_locked(known);
			return ret;
		}
	}
	memcpy(group->max, max, sizeof(max));
	return 0;
}

static int hwc_groupfs_set_limits(struct hwc_group *group, char *text)
{
	int ret;

	mutex_lock(&hwc_lock);
	ret = hwc_groupfs_set_limits_locked(group, text);
	mutex_unlock(&hwc_lock);
	return ret;
}

static ssize_t hwc_group_max_store(struct config_item *item, const char *page, size_t count)
{
	return hwc_groupfs_store_text(item, page, count, hwc_groupfs_set_limits);
}

/* Whatever is written. */
static ssize_t hwc_group_peak_store(struct config_item *item, const char *page, size_t count)
{
	struct hwc_group *group = hwc_groupfs_group(item);
	int ret = hwc_groupfs_may_write();

	if (ret)
		return ret;
	mutex_lock(&hwc_lock);
	memcpy(group->peak, group->used, sizeof(group->peak));
	mutex_unlock(&hwc_lock);
	return count;
}

static ssize_t hwc_group_events_show(struct config_item *item, char *page)
{
	const struct hwc_group *group = hwc_groupfs_group(item);
	ssize_t ret;

	mutex_lock(&hwc_lock);
	ret = sysfs_emit(page, "max %llu\ndenials %llu\npreemptions %llu\n", group->max_hits,
			 group->denials, group->preemptions);
	mutex_unlock(&hwc_lock);
	return ret;
}

/* As many as there is room for. */
static ssize_t hwc_group_namespaces_show(struct config_item *item, char *page)
{
	const struct hwc_domain *domain;
	int at = 0, len;

	mutex_lock(&hwc_lock);
	list_for_each_entry(domain, &hwc_groupfs_group(item)->domains, in_group) {
		len = snprintf(page + at, HWC_FILE_MAX - at, "%u\n", hwc_domain_inum(domain));
		if (at + len >= HWC_FILE_MAX)
			break;
		at += len;
	}
	mutex_unlock(&hwc_lock);
	return at;
}

static int hwc_groupfs_attach(struct hwc_group *group, const struct net *net)
{
	struct hwc_domain *domain = hwc_domain_of(net);
	int ret;

	/* The host's own is limited by nothing but what there is. */
	if (hwc_domain_is_host(domain))
		return group == &hwc_root ? 0 : -EINVAL;
	mutex_lock(&hwc_lock);
	ret = hwc_groupfs_busy_locked(group);
	if (!ret)
		hwc_group_move_locked(domain, group);
	mutex_unlock(&hwc_lock);
	return ret;
}

/*
 * A process, 0 for the one that writes; or "fd:N", an open file of that one, such as
 * /proc/PID/ns/net. No path: to look one up is not safe with configfs' locks held.
 */
static struct net *hwc_groupfs_parse_namespace(char *text)
{
	bool is_fd = strstarts(text, "fd:");
	int number;

	if (kstrtoint(is_fd ? text + strlen("fd:") : text, 10, &number) || number < 0)
		return ERR_PTR(-EINVAL);
	if (is_fd)
		return get_net_ns_by_fd(number);
	return get_net_ns_by_pid(number ?: task_pid_vnr(current));
}

static ssize_t hwc_group_namespaces_store(struct config_item *item, const char *page, size_t count)
{
	char text[24];
	struct net *net;
	int ret = hwc_groupfs_may_write();

	if (ret)
		return ret;
	if (strscpy(text, page, sizeof(text)) < 0)
		return -EINVAL;
	net = hwc_groupfs_parse_namespace(strim(text));
	if (IS_ERR(net))
		return PTR_ERR(net);
	ret = hwc_groupfs_attach(hwc_groupfs_group(item), net);
	put_net(net);
	return ret ?: count;
}

static ssize_t hwc_group_delegate_show(struct config_item *item, char *page)
{
	return sysfs_emit(page, "%d\n", READ_ONCE(hwc_groupfs_group(item)->delegate));
}

static ssize_t hwc_group_delegate_store(struct config_item *item, const char *page, size_t count)
{
	u8 delegate;
	int ret = hwc_groupfs_may_write() ?: kstrtou8(page, 10, &delegate);

	if (ret)
		return ret;
	if (delegate > 1)
		return -EINVAL;
	mutex_lock(&hwc_lock);
	WRITE_ONCE(hwc_groupfs_group(item)->delegate, delegate);
	mutex_unlock(&hwc_lock);
	return count;
}

static ssize_t hwc_group_dump_max_show(struct config_item *item, char *page)
{
	u64 max;

	mutex_lock(&hwc_lock);
	max = hwc_groupfs_group(item)->dump_max;
	mutex_unlock(&hwc_lock);
	return max == U64_MAX ? sysfs_emit(page, "max\n") : sysfs_emit(page, "%llu\n", max);
}

/* Bytes, or "max". */
static ssize_t hwc_group_dump_max_store(struct config_item *item, const char *page, size_t count)
{
	u64 max = U64_MAX;
	int ret = hwc_groupfs_may_write();

	if (!ret && !sysfs_streq(page, "max"))
		ret = kstrtou64(page, 10, &max);
	if (ret)
		return ret;
	mutex_lock(&hwc_lock);
	hwc_groupfs_group(item)->dump_max = max;
	mutex_unlock(&hwc_lock);
	return count;
}

CONFIGFS_ATTR(hwc_group_, max);
CONFIGFS_ATTR(hwc_group_, peak);
CONFIGFS_ATTR_RO(hwc_group_, events);
CONFIGFS_ATTR(hwc_group_, namespaces);
CONFIGFS_ATTR(hwc_group_, delegate);
CONFIGFS_ATTR(hwc_group_, dump_max);

/* By hand: "current" is a macro. */
static struct configfs_attribute hwc_group_attr_in_use = {
	.ca_name = "current",
	.ca_mode = 0444,
	.ca_owner = THIS_MODULE,
	.show = hwc_group_current_show,
};

static struct configfs_attribute *hwc_root_attrs[] = {
	&hwc_group_attr_namespaces,
	&hwc_group_attr_in_use,
	NULL,
};

static struct configfs_attribute *hwc_folder_attrs[] = {
	&hwc_group_attr_namespaces,
	&hwc_group_attr_max,
	&hwc_group_attr_in_use,
	&hwc_group_attr_peak,
	&hwc_group_attr_events,
	&hwc_group_attr_delegate,
	&hwc_groupfs_images,
	&hwc_group_attr_dump_max,
	&hwc_groupfs_weight,
	&hwc_groupfs_priority,
	&hwc_groupfs_preempt,
	&hwc_groupfs_revoke,
	NULL,
};

/* It comes back in sentences, and those on terminals. */
static int hwc_groupfs_check_name(const char *name)
{
	for (; *name; name++)
		if (!isgraph(*name) || !isascii(*name))
			return -EINVAL;
	return 0;
}

static struct config_group *hwc_groupfs_mkdir(struct config_group *parent, const char *name)
{
	struct hwc_folder *folder;
	int ret = hwc_groupfs_may_write() ?: hwc_groupfs_check_name(name);

	if (ret)
		return ERR_PTR(ret);
	if (hwc_groupfs_group(&parent->cg_item)->depth >= HWC_DEPTH_MAX)
		return ERR_PTR(-EAGAIN);
	folder = kzalloc(sizeof(*folder), GFP_KERNEL);
	if (!folder)
		return ERR_PTR(-ENOMEM);
	config_group_init_type_name(&folder->dir, name, &hwc_folder_type);
	hwc_group_begin(&folder->group, hwc_groupfs_group(&parent->cg_item),
			config_item_name(&folder->dir.cg_item));
	folder->group.idle = hwc_groupfs_idle_locked;
	if (!folder->group.name)
		ret = -ENOMEM;
	else if (!hwc_groupfs_is_root(&parent->cg_item))
		ret = configfs_depend_item_unlocked(&hwc_groupfs, &parent->cg_item);
	if (!ret)
		return &folder->dir;
	config_group_put(&folder->dir);
	return ERR_PTR(ret);
}

static void hwc_groupfs_rmdir(struct config_group *parent, struct config_item *item)
{
	mutex_lock(&hwc_lock);
	hwc_image_lists -= hwc_group_has_lists(hwc_groupfs_group(item));
	mutex_unlock(&hwc_lock);
	if (!hwc_groupfs_is_root(&parent->cg_item))
		configfs_undepend_item(&parent->cg_item);
	config_item_put(item);
}

static void hwc_folder_release(struct config_item *item)
{
	hwc_group_end(&to_folder(item)->group);
	kfree(to_folder(item));
}

static struct configfs_item_operations hwc_folder_item_ops = {
	.release = hwc_folder_release,
};

static struct configfs_group_operations hwc_groupfs_group_ops = {
	.make_group = hwc_groupfs_mkdir,
	.drop_item = hwc_groupfs_rmdir,
};

static const struct config_item_type hwc_folder_type = {
	.ct_owner = THIS_MODULE,
	.ct_item_ops = &hwc_folder_item_ops,
	.ct_group_ops = &hwc_groupfs_group_ops,
	.ct_attrs = hwc_folder_attrs,
};

static const struct config_item_type hwc_root_type = {
	.ct_owner = THIS_MODULE,
	.ct_group_ops = &hwc_groupfs_group_ops,
	.ct_attrs = hwc_root_attrs,
};

static struct configfs_subsystem hwc_groupfs = {
	.su_group.cg_item = {
		.ci_namebuf = "hwcontainer",
		.ci_type = &hwc_root_type,
	},
	.su_mutex = __MUTEX_INITIALIZER(hwc_groupfs.su_mutex),
};

int hwc_groupfs_init(void)
{
	config_group_init(&hwc_groupfs.su_group);
	return configfs_register_subsystem(&hwc_groupfs);
}

void hwc_groupfs_exit(void)
{
	configfs_unregister_subsystem(&hwc_groupfs);
}
