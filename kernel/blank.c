// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: blank images: what a resource is left with when a claim's image is
 * unloaded. The host's administrators give them, and the kind loads them.
 *
 * As the files of claims, they are read and checked in a workqueue, and a file that never
 * answers (FUSE) holds up nothing: its request is forgotten when the resource goes or
 * is given another one.
 */
#include <linux/file.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#include "blank.h"
#include "core.h"
#include "image.h"

/**
 * struct hwc_blank_set - a request to change the blank image of a resource
 * @work: reads it
 * @res: the resource, NULL when that goes or is given another one; core lock
 * @file: the image, or NULL to have none
 * @max: most bytes that are taken
 * @priv_size: bytes of the kind's memory
 * @why: the sentence of a refusal, or ""
 */
struct hwc_blank_set {
	struct work_struct work;
	struct hwcontainer_resource *res;
	struct file *file;
	size_t max;
	size_t priv_size;
	char why[HWC_BLANK_WHY];
};

static void hwc_blank_free(struct kref *ref)
{
	struct hwc_blank *blank = container_of(ref, struct hwc_blank, ref);

	vfree(blank->blob.data);
	kfree(blank);
}

void hwc_blank_put(struct hwc_blank *blank)
{
	if (blank)
		kref_put(&blank->ref, hwc_blank_free);
}

/* What a resource is to be left with, with a reference, or NULL. */
struct hwc_blank *hwc_blank_get(struct hwcontainer_resource *res)
{
	struct hwc_blank *blank;

	mutex_lock(&hwc_lock);
	blank = res->blank;
	if (blank)
		kref_get(&blank->ref);
	mutex_unlock(&hwc_lock);
	return blank;
}

static struct hwc_blank *hwc_blank_read(struct hwc_blank_set *set)
{
	struct hwc_blank *blank = kzalloc(sizeof(*blank) + set->priv_size, GFP_KERNEL);
	int ret;

	if (!blank) {
		strscpy(set->why, "out of memory");
		return ERR_PTR(-ENOMEM);
	}
	kref_init(&blank->ref);
	ret = hwc_blob_read(set->file, set->max, &blank->blob);
	if (!ret)
		return blank;
	snprintf(set->why, sizeof(set->why), "the blank image cannot be read (error %d)", -ret);
	hwc_blank_put(blank);
	return ERR_PTR(ret);
}

/* The resource stays until it is left. */
static struct hwcontainer_resource *hwc_blank_enter(const struct hwc_blank_set *set)
{
	struct hwcontainer_resource *res;

	mutex_lock(&hwc_lock);
	res = set->res;
	if (res)
		WRITE_ONCE(res->blank_checks, res->blank_checks + 1);
	mutex_unlock(&hwc_lock);
	return res;
}

/* Consumes @blank, which is an image, NULL to have none, or why it is refused. */
static void hwc_blank_leave(const struct hwc_blank_set *set, struct hwcontainer_resource *res,
			    struct hwc_blank *blank)
{
	mutex_lock(&hwc_lock);
	if (set->res) {
		res->blank_set = NULL;
		res->blank_error = IS_ERR(blank) ? -PTR_ERR(blank) : 0;
		strscpy(res->blank_why, set->why);
		if (!IS_ERR(blank))
			swap(res->blank, blank);
	}
	WRITE_ONCE(res->blank_checks, res->blank_checks - 1);
	wake_up_all(&res->drained);
	mutex_unlock(&hwc_lock);
	if (!IS_ERR(blank))
		hwc_blank_put(blank);
}

static void hwc_blank_work(struct work_struct *work)
{
	struct hwc_blank_set *set = container_of(work, struct hwc_blank_set, work);
	struct hwc_blank *blank = set->file ? hwc_blank_read(set) : NULL;
	struct hwcontainer_resource *res = hwc_blank_enter(set);
	int ret = 0;

	if (res && !IS_ERR_OR_NULL(blank))
		ret = res->kind->check_blank(res, &blank->blob, blank->priv, set->why,
					     sizeof(set->why));
	if (ret) {
		hwc_blank_put(blank);
		blank = ERR_PTR(ret);
	}
	if (res)
		hwc_blank_leave(set, res, blank);
	else if (!IS_ERR(blank))
		hwc_blank_put(blank);
	if (set->file)
		fput(set->file);
	kfree(set);
	module_put(THIS_MODULE);
}

/* Whoever reads for the resource finds that it is not wanted any more. */
void hwc_blank_forget_locked(struct hwcontainer_resource *res)
{
	lockdep_assert_held(&hwc_lock);
	if (res->blank_set)
		res->blank_set->res = NULL;
	res->blank_set = NULL;
}

static struct hwc_blank_set *hwc_blank_set_new(const struct hwcontainer_kind *kind)
{
	struct hwc_blank_set *set = kzalloc(sizeof(*set), GFP_KERNEL);

	if (!set)
		return NULL;
	set->max = kind->blob_max[HWCONTAINER_IMAGE];
	set->priv_size = kind->priv_size;
	INIT_WORK(&set->work, hwc_blank_work);
	return set;
}

/**
 * hwc_blank_set_locked() - change what a resource is left with
 * @res: the resource
 * @fd: file of the caller with the image, or -1 to have none
 * @extack: receives the sentence
 *
 * Returns before the file is read: the resource tells what became of it.
 *
 * Context: core lock held.
 * Return: 0 or -errno.
 */
int hwc_blank_set_locked(struct hwcontainer_resource *res, int fd, struct netlink_ext_ack *extack)
{
	const struct hwcontainer_kind *kind = res->kind;
	struct hwc_blank_set *set;
	int ret;

	lockdep_assert_held(&hwc_lock);
	if (!kind->check_blank)
		return hwc_refuse(extack, -EOPNOTSUPP, "a resource of kind %s takes no blank image",
				  hwc_tail(kind->name, 32));
	set = hwc_blank_set_new(kind);
	if (!set)
		return hwc_refuse(extack, -ENOMEM, "out of memory");
	ret = fd < 0 ? 0 : hwc_file_get(fd, set->max, "blank image", &set->file, extack);
	if (ret) {
		kfree(set);
		return ret;
	}
	/* The socket's family is there, and so is the module. */
	__module_get(THIS_MODULE);
	hwc_blank_forget_locked(res);
	set->res = res;
	res->blank_set = set;
	res->blank_error = EINPROGRESS;
	res->blank_why[0] = '\0';
	queue_work(hwc_admin_read_wq, &set->work);
	return 0;
}
