// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kind of hardware that is none: shows that another module can bring a kind,
 * and lets tests see what the core makes of one that fails, stalls or goes.
 *
 * /sys/kernel/debug/hwcontainer-toy/
 *	fail_acquire fail_examine fail_configure fail_settle
 *				an errno (5 for -EIO): the step fails with it
 *	stall_configure_ms stall_settle_ms
 *				the step takes that long
 *	configured released	how often each was done
 *	add remove		a name written there: a resource of that name
 *				comes or goes, claimed or not
 *	reset			a write turns every knob off and sets the counts to 0
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/hwcontainer.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "../sim/knob.h"

/* Between two looks at whether the claim has been given up. */
#define POLL_MS 10

static unsigned int count = 4;
module_param(count, uint, 0444);
MODULE_PARM_DESC(count, "resources at the start: toy0, toy1 ... (4)");

static unsigned int capacity = 1;
module_param(capacity, uint, 0444);
MODULE_PARM_DESC(capacity, "claims that each may have at a time (1)");

static bool worker = true;
module_param(worker, bool, 0444);
MODULE_PARM_DESC(worker, "configure and release in a worker, not everything at once (y)");

/**
 * struct toy - a toy
 * @in_all: in the list of all of them
 * @res: what it is registered as
 * @name: its name
 */
struct toy {
	struct list_head in_all;
	struct hwcontainer_resource *res;
	char name[];
};

/* Protects the list. Held while a toy is (un)registered, never in the kind's ops. */
static DEFINE_MUTEX(toy_lock);
static LIST_HEAD(toys);

static struct kthread_worker *toy_worker;
static struct dentry *toy_dir;
static atomic_t toy_configured, toy_released;

enum {
	FAIL_ACQUIRE, FAIL_EXAMINE, FAIL_CONFIGURE, FAIL_SETTLE,
	STALL_CONFIGURE_MS, STALL_SETTLE_MS,
};

static struct sim_knob toy_knob[] = {
	[FAIL_ACQUIRE]	     = { "fail_acquire" },
	[FAIL_EXAMINE]	     = { "fail_examine" },
	[FAIL_CONFIGURE]     = { "fail_configure" },
	[FAIL_SETTLE]	     = { "fail_settle" },
	[STALL_CONFIGURE_MS] = { "stall_configure_ms" },
	[STALL_SETTLE_MS]    = { "stall_settle_ms" },
};

/* The step that @knob makes fail; the sentence names it. */
static int toy_step(struct hwcontainer_resource *res, struct hwcontainer_claim *claim,
		    unsigned int knob)
{
	int ret = sim_knob_errno(&toy_knob[knob]);

	if (!ret)
		return 0;
	return hwcontainer_claim_refuse(claim, ret, "%s: %s is set to %d",
					hwcontainer_resource_name(res), toy_knob[knob].name, -ret);
}

static int toy_acquire(struct hwcontainer_resource *res, struct hwcontainer_claim *claim,
		       struct netlink_ext_ack *extack)
{
	int ret = sim_knob_errno(&toy_knob[FAIL_ACQUIRE]);

	if (ret) {
		NL_SET_ERR_MSG_FMT(extack, "%.32s: fail_acquire is set to %d",
				   hwcontainer_resource_name(res), -ret);
		return ret;
	}
	return worker ? HWCONTAINER_WORK : HWCONTAINER_DONE;
}

static int toy_examine(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	return toy_step(res, claim, FAIL_EXAMINE);
}

static int toy_configure(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	int ret;

	sim_knob_stall(&toy_knob[STALL_CONFIGURE_MS]);
	ret = toy_step(res, claim, FAIL_CONFIGURE);
	if (!ret)
		atomic_inc(&toy_configured);
	return ret;
}

static int toy_settle(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	u32 ms = sim_knob(&toy_knob[STALL_SETTLE_MS]);
	u32 step;

	for (; ms; ms -= step) {
		if (hwcontainer_claim_cancelled(claim))
			return hwcontainer_claim_refuse(claim, -ECANCELED, "%s: given up",
							hwcontainer_resource_name(res));
		step = min_t(u32, ms, POLL_MS);
		msleep(step);
	}
	return toy_step(res, claim, FAIL_SETTLE);
}

static int toy_drop(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	return worker ? HWCONTAINER_WORK : HWCONTAINER_DONE;
}

static void toy_release(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	atomic_inc(&toy_released);
}

static void toy_describe(struct hwcontainer_resource *res, struct hwcontainer_resource_info *info)
{
	strscpy(info->controller, "toy box");
}

static const struct hwcontainer_kind toy_kind = {
	.name = "toy",
	.owner = THIS_MODULE,
	.blob_max = { [HWCONTAINER_IMAGE] = SZ_1M },
	.acquire = toy_acquire,
	.examine = toy_examine,
	.configure = toy_configure,
	.settle = toy_settle,
	.drop = toy_drop,
	.release = toy_release,
	.describe = toy_describe,
};

static int toy_add(char *name)
{
	size_t size = strlen(name) + 1;
	struct toy *toy = kzalloc(struct_size(toy, name, size), GFP_KERNEL);
	struct hwcontainer_resource_desc desc = {
		.kind = &toy_kind,
		.capacity = capacity,
		.worker = toy_worker,
		.priv = toy,
	};

	if (!toy)
		return -ENOMEM;
	memcpy(toy->name, name, size);
	desc.name = toy->name;
	mutex_lock(&toy_lock);
	toy->res = hwcontainer_resource_register(&desc);
	if (!IS_ERR(toy->res))
		list_add_tail(&toy->in_all, &toys);
	mutex_unlock(&toy_lock);
	if (IS_ERR(toy->res)) {
		int ret = PTR_ERR(toy->res);

		kfree(toy);
		return ret;
	}
	return 0;
}

DEFINE_SIM_COMMAND(toy_add);

static void toy_free_locked(struct toy *toy)
{
	lockdep_assert_held(&toy_lock);
	list_del(&toy->in_all);
	hwcontainer_resource_unregister(toy->res);
	kfree(toy);
}

static int toy_remove(char *name)
{
	struct toy *toy, *next;
	int ret = -ENOENT;

	mutex_lock(&toy_lock);
	list_for_each_entry_safe(toy, next, &toys, in_all) {
		if (strcmp(toy->name, name))
			continue;
		toy_free_locked(toy);
		ret = 0;
		break;
	}
	mutex_unlock(&toy_lock);
	return ret;
}

DEFINE_SIM_COMMAND(toy_remove);

static void toy_remove_all(void)
{
	struct toy *toy, *next;

	mutex_lock(&toy_lock);
	list_for_each_entry_safe(toy, next, &toys, in_all)
		toy_free_locked(toy);
	mutex_unlock(&toy_lock);
}

static int toy_add_numbered(void)
{
	char name[16];
	unsigned int i;
	int ret;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "toy%u", i);
		ret = toy_add(name);
		if (ret)
			return ret;
	}
	return 0;
}

static int toy_reset(char *unused)
{
	sim_knobs_clear(toy_knob, ARRAY_SIZE(toy_knob));
	atomic_set(&toy_configured, 0);
	atomic_set(&toy_released, 0);
	return 0;
}

DEFINE_SIM_COMMAND(toy_reset);

static void toy_debugfs_add(void)
{
	toy_dir = debugfs_create_dir("hwcontainer-toy", NULL);
	sim_knobs_create(toy_dir, toy_knob, ARRAY_SIZE(toy_knob));
	debugfs_create_atomic_t("configured", 0444, toy_dir, &toy_configured);
	debugfs_create_atomic_t("released", 0444, toy_dir, &toy_released);
	debugfs_create_file("add", 0200, toy_dir, NULL, &toy_add_fops);
	debugfs_create_file("remove", 0200, toy_dir, NULL, &toy_remove_fops);
	debugfs_create_file("reset", 0200, toy_dir, NULL, &toy_reset_fops);
}

static void toy_stop_worker(void)
{
	if (toy_worker)
		kthread_destroy_worker(toy_worker);
}

static int __init toy_init(void)
{
	int ret;

	if (!capacity)
		return -EINVAL;
	if (worker) {
		toy_worker = kthread_create_worker(0, "toy");
		if (IS_ERR(toy_worker))
			return PTR_ERR(toy_worker);
	}
	ret = hwcontainer_kind_register(&toy_kind);
	if (ret)
		goto err_worker;
	ret = toy_add_numbered();
	if (ret)
		goto err_toys;
	toy_debugfs_add();
	return 0;

err_toys:
	toy_remove_all();
	hwcontainer_kind_unregister(&toy_kind);
err_worker:
	toy_stop_worker();
	return ret;
}

static void __exit toy_exit(void)
{
	debugfs_remove(toy_dir);
	toy_remove_all();
	hwcontainer_kind_unregister(&toy_kind);
	toy_stop_worker();
}

module_init(toy_init);
module_exit(toy_exit);
MODULE_DESCRIPTION("A kind of hardware for tests of hwcontainer");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
