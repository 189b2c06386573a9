// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: remote processors: taken, started, watched, stopped, given back.
 *
 * While one is ours, its files in sysfs are read-only and the framework's recovery
 * is off: a recovery that fails leaves it offline and still counted as powered, so
 * that nobody can start it again (rproc_boot_recovery()). Nobody tells us of a
 * crash then; so we look.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/platform_device.h>
#include <linux/rpmsg.h>
#include <linux/slab.h>
#include <linux/sysfs.h>
#include <linux/virtio.h>

#include "claim.h"
#include "compat.h"
#include "core.h"
#include "overdue.h"
#include "rproc.h"

/* Between two looks at a processor. */
#define HWC_RPROC_LOOK msecs_to_jiffies(100)
/* Between two looks at what it announces. */
#define HWC_RPROC_ANNOUNCE_LOOK_MS 10

static unsigned int hwc_rproc_timeout_ms = 60000;
module_param_named(rproc_timeout_ms, hwc_rproc_timeout_ms, uint, 0644);
MODULE_PARM_DESC(rproc_timeout_ms,
		 "how long a remote processor may take to start or stop, 0 for ever");

static unsigned int hwc_rproc_announce_ms = 500;
module_param_named(rproc_announce_ms, hwc_rproc_announce_ms, uint, 0644);
MODULE_PARM_DESC(rproc_announce_ms,
		 "how long to wait for a remote processor's first rpmsg channel");

static unsigned int hwc_rproc_grace_ms = 1000;
module_param_named(rproc_grace_ms, hwc_rproc_grace_ms, uint, 0644);
MODULE_PARM_DESC(rproc_grace_ms,
		 "how long a crashed remote processor's holder may take to read its last words");

static const char *hwc_rproc_name(const struct hwc_rproc *r)
{
	return dev_name(&r->rproc->dev);
}

void hwc_rproc_fail_claims(struct hwc_overdue *o, unsigned int ms)
{
	struct hwc_rproc *r = container_of(o, struct hwc_rproc, overdue);
	char text[96];

	lockdep_assert_held(&hwc_lock);
	snprintf(text, sizeof(text), "%s has not %s for %u ms", hwc_rproc_name(r), o->doing, ms);
	hwc_resource_overdue_locked(r->res, -ETIMEDOUT, text);
}

static void hwc_rproc_begin(struct hwc_rproc *r, const char *doing)
{
	hwc_overdue_begin(&r->overdue, doing, READ_ONCE(hwc_rproc_timeout_ms));
}

void hwc_rproc_set_failed(struct hwc_rproc *r, const char *why)
{
	mutex_lock(&hwc_lock);
	strscpy(r->failed, why);
	mutex_unlock(&hwc_lock);
}

static void hwc_rproc_set_owned(struct hwc_rproc *r, bool owned)
{
	mutex_lock(&hwc_lock);
	r->owned = owned;
	mutex_unlock(&hwc_lock);
}

/*
 * A recovery that failed has left it off, counted as powered and with what it was
 * started with: rproc_shutdown() clears that away if it takes it for crashed.
 */
static void hwc_rproc_revive(struct rproc *rproc)
{
	mutex_lock(&rproc->lock);
	if (rproc->state == RPROC_OFFLINE && atomic_read(&rproc->power))
		rproc->state = RPROC_CRASHED;
	mutex_unlock(&rproc->lock);
}

static int hwc_rproc_break_device(struct device *dev, void *unused)
{
	if (!strcmp(dev_bus_name(dev), "virtio"))
		virtio_break_device(dev_to_virtio(dev));
	return 0;
}

static int hwc_rproc_break_child(struct device *dev, void *unused)
{
	return dev_is_platform(dev) ? device_for_each_child(dev, NULL, hwc_rproc_break_device) : 0;
}

/*
 * Whoever takes its rings away does not look whether a message is just being
 * received: rpmsg_remove() frees what rpmsg_recv_done() works with, and drivers call
 * that from a work item that nobody waits for (xlnx_r5_remoteproc's is
 * handle_event_notified()). A core that has just started is announcing its
 * channels. So nothing more is received, and what has begun comes to its end.
 */
static void hwc_rproc_quiesce(struct rproc *rproc)
{
	device_for_each_child(&rproc->dev, NULL, hwc_rproc_break_child);
	hwc_flush_scheduled_work();
}

/* Off, however many have asked for it to be on. */
static int hwc_rproc_stop(struct hwc_rproc *r)
{
	struct rproc *rproc = r->rproc;
	int users, ret = 0;

	hwc_rproc_begin(r, "stopped");
	hwc_rproc_quiesce(rproc);
	hwc_rproc_revive(rproc);
	for (users = atomic_read(&rproc->power); users > 0 && !ret; users--)
		ret = rproc_shutdown(rproc);
	hwc_overdue_end(&r->overdue);
	if (!ret && READ_ONCE(rproc->state) != RPROC_OFFLINE)
		ret = -EBUSY;
	return ret;
}

static void hwc_rproc_set_sysfs(struct hwc_rproc *r, bool read_only)
{
	struct rproc *rproc = r->rproc;

	rproc->sysfs_read_only = read_only;
	if (sysfs_update_groups(&rproc->dev.kobj, rproc->dev.class->dev_groups))
		dev_warn(&rproc->dev, "sysfs files keep their modes\n");
}

/**
 * hwc_rproc_disown() - give a processor back, as it was found
 * @r: one that is off, or whose device goes
 */
void hwc_rproc_disown(struct hwc_rproc *r)
{
	struct rproc *rproc = r->rproc;

	if (!r->owned)
		return;
	hwc_rproc_watch_memory(r, false);
	if (r->old_firmware)
		rproc_set_firmware(rproc, r->old_firmware);
	kfree(r->old_firmware);
	r->old_firmware = NULL;
	if (r->placed)
		hwc_firmware_remove(r->file);
	r->placed = false;
	rproc->recovery_disabled = r->was_unrecovered;
	hwc_rproc_set_sysfs(r, r->was_read_only);
	module_put(r->owner);
	hwc_rproc_set_owned(r, false);
}

/* Somebody may have been quicker than the claim was granted. */
static int hwc_rproc_clear(struct hwc_rproc *r, struct hwcontainer_claim *claim)
{
	const char *busy = hwc_rproc_busy(r);
	int ret;

	if (!busy)
		return 0;
	if (!(hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_TAKEOVER))
		return hwcontainer_claim_refuse(claim, -EBUSY,
						"%s is %s; a claim must say takeover",
						hwc_rproc_name(r), busy);
	/* One that the boot loader started is stopped only by who is attached to it. */
	ret = READ_ONCE(r->rproc->state) == RPROC_DETACHED ? rproc_boot(r->rproc) : 0;
	ret = ret ?: hwc_rproc_stop(r);
	if (ret)
		return hwcontainer_claim_refuse(claim, ret,
						"%s is %s and does not stop (error %d)",
						hwc_rproc_name(r), busy, -ret);
	return 0;
}

static int hwc_rproc_own(struct hwc_rproc *r, struct hwcontainer_claim *claim)
{
	int ret;

	/* The claim before could not stop it. */
	if (r->owned) {
		ret = hwc_rproc_stop(r);
		if (ret)
			return hwcontainer_claim_refuse(claim, ret,
							"%s still runs and does not stop (error %d)",
							hwc_rproc_name(r), -ret);
		hwc_rproc_disown(r);
	}
	if (!try_module_get(r->owner))
		return hwcontainer_claim_refuse(claim, -ENODEV, "the driver of %s is leaving",
						hwc_rproc_name(r));
	hwc_rproc_set_failed(r, "");
	r->was_read_only = r->rproc->sysfs_read_only;
	r->was_unrecovered = r->rproc->recovery_disabled;
	r->rproc->recovery_disabled = true;
	hwc_rproc_set_sysfs(r, true);
	hwc_rproc_watch_memory(r, true);
	ret = hwc_rproc_clear(r, claim);
	hwc_rproc_set_owned(r, true);
	if (ret)
		hwc_rproc_disown(r);
	return ret;
}

/* Memory that is there, is got at the start, or is asked for by the firmware. */
static bool hwc_rproc_has_memory(struct rproc *rproc, const void *fw, const struct hwc_elf *elf,
				 const struct hwc_elf_range *range)
{
	struct hwc_elf_range carveout;
	u32 i;

	if (hwc_rproc_has_carveout(rproc, range))
		return true;
	for (i = 0; i < elf->carveouts; i++) {
		hwc_elf_carveout(fw, elf, i, &carveout);
		if (hwc_range_is_inside(range, carveout.da, carveout.size))
			return true;
	}
	return rproc_da_to_va(rproc, range->da, range->size, NULL);
}

static int hwc_rproc_check_segments(struct hwc_rproc *r, struct hwcontainer_claim *claim)
{
	const void *fw = hwcontainer_claim_blob(claim, HWCONTAINER_IMAGE)->data;
	const struct hwc_elf *elf = hwcontainer_claim_priv(claim);
	struct hwc_elf_range range;
	u32 i;

	for (i = 0; i < elf->segments; i++) {
		hwc_elf_segment(fw, elf, i, &range);
		if (!hwc_rproc_has_memory(r->rproc, fw, elf, &range))
			return hwcontainer_claim_refuse(claim, -EBADMSG,
				"segment at 0x%llx with 0x%llx bytes is outside the memory of %s",
				range.da, range.size, hwc_rproc_name(r));
	}
	return 0;
}

static int hwc_rproc_scrub_before(struct hwc_rproc *r, struct hwcontainer_claim *claim)
{
	int ret = r->rproc->ops->prepare ? hwc_rproc_scrub_prepared(r) : 0;

	if (ret)
		return hwcontainer_claim_refuse(claim, ret,
						"memory of %s could not be cleared (error %d)",
						hwc_rproc_name(r), -ret);
	return 0;
}

/*
 * Drivers say which memory a core has when they prepare it, which is undone here as
 * rproc_fw_boot() does when it refuses firmware. The core itself stays off.
 */
static int hwc_rproc_check_memory(struct hwc_rproc *r, struct hwcontainer_claim *claim)
{
	struct rproc *rproc = r->rproc;
	int ret = 0;

	mutex_lock(&rproc->lock);
	if (rproc->ops->prepare)
		ret = rproc->ops->prepare(rproc);
	if (ret) {
		ret = hwcontainer_claim_refuse(claim, ret, "%s cannot be prepared (error %d)",
					       hwc_rproc_name(r), -ret);
		goto out_unlock;
	}
	ret = hwc_rproc_check_segments(r, claim) ?: hwc_rproc_scrub_before(r, claim);
	if (rproc->ops->prepare) {
		rproc_resource_cleanup(rproc);
		if (rproc->ops->unprepare)
			rproc->ops->unprepare(rproc);
	}
out_unlock:
	mutex_unlock(&rproc->lock);
	return ret;
}

static int hwc_rproc_place(struct hwc_rproc *r, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_IMAGE);
	int ret = hwc_firmware_put(r->file, blob->data, blob->size);

	if (ret)
		return hwcontainer_claim_refuse(claim, ret,
						"firmware cannot be put into /lib/firmware/%s (error %d)",
						r->file, -ret);
	r->placed = true;
	r->old_firmware = kstrdup(r->rproc->firmware, GFP_KERNEL);
	ret = r->old_firmware ? rproc_set_firmware(r->rproc, r->file) : -ENOMEM;
	if (ret)
		return hwcontainer_claim_refuse(claim, ret, "%s takes no firmware (error %d)",
						hwc_rproc_name(r), -ret);
	return 0;
}

static void hwc_rproc_set_loading(struct hwc_rproc *r, struct hwcontainer_claim *claim)
{
	mutex_lock(&r->rproc->lock);
	r->loading = claim;
	mutex_unlock(&r->rproc->lock);
}

static int hwc_rproc_start(struct hwc_rproc *r, struct hwcontainer_claim *claim)
{
	const struct hwc_elf *elf = hwcontainer_claim_priv(claim);
	int ret;

	r->elf_class = elf->class;
	r->elf_machine = elf->machine;
	hwc_rproc_set_claim(r, claim);
	hwc_rproc_set_loading(r, claim);
	r->crashes = r->rproc->crash_cnt;
	hwc_rproc_begin(r, "started");
	ret = rproc_boot(r->rproc);
	hwc_overdue_end(&r->overdue);
	hwc_rproc_set_loading(r, NULL);
	if (ret)
		return hwcontainer_claim_refuse(claim, ret, "%s could not be started (error %d)",
						hwc_rproc_name(r), -ret);
	return 0;
}

int hwc_rproc_configure(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	struct hwc_rproc *r = hwcontainer_resource_priv(res);
	int ret;

	ret = hwc_rproc_own(r, claim);
	if (ret)
		return ret;
	ret = hwc_rproc_check_memory(r, claim) ?:
	      hwc_rproc_place(r, claim) ?:
	      hwc_rproc_start(r, claim);
	if (ret) {
		hwc_rproc_disown(r);
		return ret;
	}
	hwcontainer_claim_stage(claim, HWCONTAINER_STAGE_PROGRAMMED);
	return 0;
}

/* Why it does not run any more, or NULL. */
static const char *hwc_rproc_trouble(const struct hwc_rproc *r)
{
	const struct rproc *rproc = r->rproc;
	unsigned int state = READ_ONCE(rproc->state);

	if (state == RPROC_CRASHED || READ_ONCE(rproc->crash_cnt) != r->crashes)
		return "crashed";
	/* Its end says so itself. */
	if (state == RPROC_RUNNING || READ_ONCE(rproc->deleting))
		return NULL;
	return "was stopped by somebody else";
}

void hwc_rproc_watch(struct work_struct *work)
{
	struct hwc_rproc *r = container_of(to_delayed_work(work), struct hwc_rproc, watch);
	const char *trouble = hwc_rproc_trouble(r);

	if (!trouble ||
	    !hwcontainer_claim_lost(r->claim, -EIO, "%s %s", hwc_rproc_name(r), trouble))
		queue_delayed_work(hwc_wq, &r->watch, HWC_RPROC_LOOK);
}

/**
 * struct hwc_rproc_channels - what is on the rpmsg buses of a processor
 * @named: it can announce channels by name
 * @count: those that it has announced; they have looked for their drivers
 */
struct hwc_rproc_channels {
	bool named;
	unsigned int count;
};

static int hwc_rproc_count_channel(struct device *dev, void *data)
{
	struct hwc_rproc_channels *channels = data;
	const char *name;

	if (strcmp(dev_bus_name(dev), "rpmsg"))
		return device_for_each_child(dev, data, hwc_rproc_count_channel);
	name = container_of(dev, struct rpmsg_device, dev)->id.name;
	if (!strcmp(name, "rpmsg_ns"))
		channels->named = true;
	else if (strcmp(name, "rpmsg_ctrl"))
		channels->count++;
	return 0;
}

/*
 * Firmware announces its channels when it gets round to it, and does not say which is
 * the last: wait for one, and until no more have come since the last look.
 */
static void hwc_rproc_await_channels(struct rproc *rproc)
{
	unsigned long end = jiffies + msecs_to_jiffies(READ_ONCE(hwc_rproc_announce_ms));
	unsigned int before = 0;

	while (time_before(jiffies, end)) {
		struct hwc_rproc_channels channels = {};

		device_for_each_child(&rproc->dev, &channels, hwc_rproc_count_channel);
		if (!channels.named || (before && before == channels.count))
			return;
		before = channels.count;
		msleep(HWC_RPROC_ANNOUNCE_LOOK_MS);
	}
}

static int hwc_rproc_report_one(struct device *dev, void *claim)
{
	return dev_is_platform(dev) ? hwcontainer_claim_add_device(claim, dev) : 0;
}

/* The processor, and the virtio devices that its firmware brought with what is on them. */
int hwc_rproc_settle(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	struct hwc_rproc *r = hwcontainer_resource_priv(res);
	const char *trouble;
	int ret;

	hwc_rproc_await_channels(r->rproc);
	trouble = hwc_rproc_trouble(r);
	if (trouble)
		return hwcontainer_claim_refuse(claim, -EIO, "%s %s", hwc_rproc_name(r), trouble);
	ret = hwcontainer_claim_add_device(claim, &r->rproc->dev) ?:
	      device_for_each_child(&r->rproc->dev, claim, hwc_rproc_report_one);
	if (ret)
		return ret;
	hwcontainer_claim_stage(claim, HWCONTAINER_STAGE_BOUND);
	r->claim = claim;
	queue_delayed_work(hwc_wq, &r->watch, HWC_RPROC_LOOK);
	return 0;
}

/*
 * One that does not stop stays ours: nobody else could do anything with it. One that
 * has crashed keeps its trace buffers for a moment, which go when it is stopped.
 */
void hwc_rproc_release(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	struct hwc_rproc *r = hwcontainer_resource_priv(res);
	char why[sizeof(r->failed)];
	int ret;

	cancel_delayed_work_sync(&r->watch);
	if (READ_ONCE(r->rproc->state) == RPROC_CRASHED)
		hwc_claim_linger(claim, READ_ONCE(hwc_rproc_grace_ms));
	r->claim = NULL;
	ret = hwc_rproc_stop(r);
	if (!ret) {
		hwc_rproc_disown(r);
		return;
	}
	snprintf(why, sizeof(why), "%s still runs and does not stop (error %d)",
		 hwc_rproc_name(r), -ret);
	hwc_rproc_set_failed(r, why);
}
