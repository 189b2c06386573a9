// SPDX-License-Identifier: GPL-2.0-only
/*
 * Somebody else who applies device-tree overlays, as a vendor's driver or a
 * board's boot script does, or looks at nodes of the tree: hwcontainer does not
 * know this module, and tests see who wins.
 *
 * /sys/kernel/debug/hwcontainer-foreign/
 *	apply		the path of a flattened overlay, written: it is applied;
 *			the write fails with what the kernel says
 *	remove		a write removes the last one that was applied
 *	applied		how many are
 *	hold		the path of a node, written: it is had for hold_ms
 *	hold_ms		from then on
 *
 * What changes the tree runs in one worker: mainline keeps the mutex of a region's bridges
 * from the apply to the remove (see kernel/region.c), which no system call may do.
 */
#include <linux/debugfs.h>
#include <linux/kernel_read_file.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/sizes.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "../sim/knob.h"

#define OVERLAYS_MAX 16

/* Protects what follows, and makes the jobs one at a time. */
static DEFINE_MUTEX(foreign_lock);
static int foreign_id[OVERLAYS_MAX];
static u32 foreign_applied;

static struct device_node *foreign_held;
static u32 foreign_hold_ms = 300;

static struct kthread_worker *foreign_worker;
static struct dentry *foreign_dir;

/**
 * struct foreign_job - something the worker does while its caller waits
 * @work: for the worker
 * @fdt: the overlay to apply; NULL: remove the last one
 * @size: its bytes
 * @ret: 0 or -errno
 */
struct foreign_job {
	struct kthread_work work;
	const void *fdt;
	size_t size;
	int ret;
};

/* As every caller must: a changeset that could not be applied is removed, too. */
static int foreign_apply(const void *fdt, size_t size)
{
	int id = 0;
	int ret;

	if (foreign_applied == OVERLAYS_MAX)
		return -ENOSPC;
	ret = of_overlay_fdt_apply(fdt, size, &id, NULL);
	if (ret) {
		if (id)
			of_overlay_remove(&id);
		return ret;
	}
	foreign_id[foreign_applied++] = id;
	return 0;
}

static int foreign_remove(void)
{
	int ret;

	if (!foreign_applied)
		return -ENOENT;
	ret = of_overlay_remove(&foreign_id[foreign_applied - 1]);
	if (!ret)
		foreign_applied--;
	return ret;
}

static void foreign_work(struct kthread_work *work)
{
	struct foreign_job *job = container_of(work, struct foreign_job, work);

	job->ret = job->fdt ? foreign_apply(job->fdt, job->size) : foreign_remove();
}

static int foreign_do(const void *fdt, size_t size)
{
	struct foreign_job job = { .fdt = fdt, .size = size };

	kthread_init_work(&job.work, foreign_work);
	mutex_lock(&foreign_lock);
	kthread_queue_work(foreign_worker, &job.work);
	kthread_flush_work(&job.work);
	mutex_unlock(&foreign_lock);
	return job.ret;
}

static int foreign_apply_file(char *path)
{
	void *fdt = NULL;
	ssize_t size;
	int ret;

	size = kernel_read_file_from_path(path, 0, &fdt, SZ_1M, NULL, READING_UNKNOWN);
	if (size < 0)
		return size;
	ret = foreign_do(fdt, size);
	vfree(fdt);
	return ret;
}

DEFINE_SIM_COMMAND(foreign_apply_file);

static int foreign_remove_last(char *unused)
{
	return foreign_do(NULL, 0);
}

DEFINE_SIM_COMMAND(foreign_remove_last);

static void foreign_let_go(struct work_struct *work)
{
	mutex_lock(&foreign_lock);
	of_node_put(foreign_held);
	foreign_held = NULL;
	mutex_unlock(&foreign_lock);
}

static DECLARE_DELAYED_WORK(foreign_let_go_work, foreign_let_go);

static int foreign_hold(char *path)
{
	int ret = -EBUSY;

	mutex_lock(&foreign_lock);
	if (!foreign_held) {
		foreign_held = of_find_node_by_path(path);
		ret = foreign_held ? 0 : -ENOENT;
	}
	if (!ret)
		schedule_delayed_work(&foreign_let_go_work, msecs_to_jiffies(foreign_hold_ms));
	mutex_unlock(&foreign_lock);
	return ret;
}

DEFINE_SIM_COMMAND(foreign_hold);

static int __init foreign_init(void)
{
	foreign_worker = kthread_create_worker(0, "foreign");
	if (IS_ERR(foreign_worker))
		return PTR_ERR(foreign_worker);
	foreign_dir = debugfs_create_dir("hwcontainer-foreign", NULL);
	debugfs_create_file("apply", 0200, foreign_dir, NULL, &foreign_apply_file_fops);
	debugfs_create_file("remove", 0200, foreign_dir, NULL, &foreign_remove_last_fops);
	debugfs_create_u32("applied", 0444, foreign_dir, &foreign_applied);
	debugfs_create_file("hold", 0200, foreign_dir, NULL, &foreign_hold_fops);
	debugfs_create_u32("hold_ms", 0600, foreign_dir, &foreign_hold_ms);
	return 0;
}

static void __exit foreign_exit(void)
{
	debugfs_remove(foreign_dir);
	flush_delayed_work(&foreign_let_go_work);
	while (!foreign_do(NULL, 0))
		;
	kthread_destroy_worker(foreign_worker);
}

module_init(foreign_init);
module_exit(foreign_exit);
MODULE_DESCRIPTION("Overlays of somebody else for tests of hwcontainer");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
