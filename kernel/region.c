// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: FPGA regions.
 *
 * Programming takes the mutex of each of a region's bridges and keeps it until
 * the region is closed (fpga_region_program_fpga(), fpga_bridges_put()). Only
 * when one task does both is that clean, so everything that touches a manager's
 * regions runs in that manager's worker. The manager's own locks answer -EBUSY
 * rather than wait; one worker for each manager is also the queue for it.
 *
 * Bridges keep a pointer to the image info they were had with, so the info is
 * freed after the bridges are put. region->info is left NULL in between: what is
 * there, of-fpga-region frees on the removal of any overlay of the region.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/fpga/fpga-bridge.h>
#include <linux/fpga/fpga-mgr.h>
#include <linux/fpga/fpga-region.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "bitstream.h"
#include "internal.h"

/* Largest bitstream: a whole device of the largest part has about 200 MiB. */
#define HWC_BITSTREAM_MAX	(256 * SZ_1M)
#define HWC_OVERLAY_MAX		SZ_64K

static unsigned int hwc_bind_timeout_ms = 5000;
module_param_named(bind_timeout_ms, hwc_bind_timeout_ms, uint, 0644);
MODULE_PARM_DESC(bind_timeout_ms, "how long devices of an image may take to find their drivers");

/**
 * struct hwc_manager - an FPGA manager with regions
 * @in_managers: in hwc_managers
 * @mgr: the manager; its regions keep it
 * @worker: touches its regions
 * @regions: how many use it
 */
struct hwc_manager {
	struct list_head in_managers;
	struct fpga_manager *mgr;
	struct kthread_worker *worker;
	unsigned int regions;
};

/**
 * struct hwc_region - a region that can be claimed
 * @in_regions: in hwc_regions
 * @region: mainline's; we have a reference to its device
 * @manager: that programs it
 * @guard: keeps foreign overlays away while it is configured
 * @res: the resource it is
 * @idcode: of its device, where @has_idcode
 * @has_idcode: whether that is known
 * @frames: first and last frame address that its images begin at, where @has_frames
 * @has_frames: whether they are known
 * @nested: a region inside a region takes partial bitstreams only
 * @loaded: it was programmed by us; changed in the worker, under the core lock
 * @info: of the programming, until the bridges are put
 * @overlay: number of our overlay, or 0
 * @digest: of what is loaded, where @has_digest
 * @has_digest: whether they are known
 * @failed: why it could not be cleared, or ""
 * @unload: unloads it when it leaves
 */
struct hwc_region {
	struct list_head in_regions;
	struct fpga_region *region;
	struct hwc_manager *manager;
	struct hwc_guard guard;
	struct hwcontainer_resource *res;
	u32 idcode;
	bool has_idcode;
	u32 frames[2];
	bool has_frames;
	bool nested;

	bool loaded;
	struct fpga_image_info *info;
	int overlay;
	u8 digest[HWCONTAINER_SLOTS][HWCONTAINER_DIGEST_LEN];
	bool has_digest[HWCONTAINER_SLOTS];
	char failed[128];
	struct kthread_work unload;
};

/* Both lists change in the class interface's callbacks only, under the core lock. */
static LIST_HEAD(hwc_managers);
static LIST_HEAD(hwc_regions);

/* Woken when a platform device is bound to a driver. */
static DECLARE_WAIT_QUEUE_HEAD(hwc_bound);

static const char *hwc_region_name(const struct hwc_region *r)
{
	return hwcontainer_resource_name(r->res);
}

/* Zynq-7000's devcfg takes bitstreams with each word's bytes reversed. */
static bool hwc_manager_wants_swapped(const struct fpga_manager *mgr)
{
	return mgr->dev.parent &&
	       of_device_is_compatible(mgr->dev.parent->of_node, "xlnx,zynq-devcfg-1.0");
}

/* Images. */

static int hwc_region_check_device(struct hwc_region *r, struct hwcontainer_claim *claim,
				   const struct hwc_bitstream *bs)
{
	if (r->has_idcode && bs->has_idcode && (r->idcode ^ bs->idcode) & HWC_IDCODE_MASK)
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image is for IDCODE 0x%08x (%s), the device of %s has 0x%08x (%s)",
			bs->idcode, hwc_bitstream_idcode_part(bs->idcode) ?: "unknown part",
			hwc_region_name(r), r->idcode,
			hwc_bitstream_idcode_part(r->idcode) ?: "unknown part");
	if (r->nested && !bs->partial)
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image is a full bitstream, %s takes a partial one", hwc_region_name(r));
	/* Where it begins and no more: AMD's for a K26 also write clock columns elsewhere. */
	if (r->has_frames && bs->has_frames &&
	    (bs->far_first < r->frames[0] || bs->far_first > r->frames[1]))
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image begins at frame 0x%08x, those of %s are 0x%08x to 0x%08x",
			bs->far_first, hwc_region_name(r), r->frames[0], r->frames[1]);
	return 0;
}

static int hwc_region_check_manager(struct hwc_region *r, struct hwcontainer_claim *claim,
				    const struct hwc_bitstream *bs)
{
	struct fpga_manager *mgr = r->manager->mgr;

	if (bs->encrypted)
		return hwcontainer_claim_refuse(claim, -EOPNOTSUPP,
			"image is encrypted, manager %s takes plain ones only", mgr->name);
	if (bs->swapped != hwc_manager_wants_swapped(mgr))
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image has %s words (sync word %s at byte %zu), manager %s takes %s ones",
			bs->swapped ? "byte-swapped" : "straight",
			bs->swapped ? "66 55 99 aa" : "aa 99 55 66", bs->sync_offset, mgr->name,
			bs->swapped ? "straight" : "byte-swapped");
	return 0;
}

static int hwc_region_check_overlay(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_OVERLAY);
	char why[HWC_WHY];
	int ret;

	if (!blob->data)
		return 0;
	ret = hwc_overlay_check(&r->guard, blob->data, blob->size, why);
	return ret ? hwcontainer_claim_refuse(claim, ret, "%s", why) : 0;
}

static int hwc_region_examine(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_IMAGE);
	struct hwc_bitstream *bs = hwcontainer_claim_priv(claim);
	struct hwc_region *r = hwcontainer_resource_priv(res);
	char why[HWC_BITSTREAM_WHY];
	int ret;

	ret = hwc_bitstream_parse(blob->data, blob->size, bs, why, sizeof(why));
	if (ret)
		return hwcontainer_claim_refuse(claim, ret, "%s", why);
	return hwc_region_check_device(r, claim, bs) ?:
	       hwc_region_check_manager(r, claim, bs) ?:
	       hwc_region_check_overlay(r, claim);
}

/* Hardware; all of this runs in the manager's worker. */

static void hwc_region_set_failed(struct hwc_region *r, const char *text)
{
	mutex_lock(&hwc_lock);
	strscpy(r->failed, text);
	mutex_unlock(&hwc_lock);
}

/* No manager's header is that large; fpga_mgr_load() begins by setting the size. */
#define HWC_NOT_LOADED SIZE_MAX

static struct fpga_image_info *hwc_region_info(struct hwc_region *r,
					       const struct hwcontainer_blob *blob,
					       const struct hwc_bitstream *bs)
{
	struct fpga_image_info *info = fpga_image_info_alloc(&r->region->dev);

	if (!info)
		return NULL;
	if (bs->partial)
		info->flags |= FPGA_MGR_PARTIAL_RECONFIG;
	/* A buffer and not a scatter list: each fragment of one would be a load. */
	info->buf = blob->data + bs->data_offset;
	info->count = bs->data_size;
	info->header_size = HWC_NOT_LOADED;
	of_property_read_u32(r->guard.np, "region-unfreeze-timeout-us", &info->enable_timeout_us);
	of_property_read_u32(r->guard.np, "region-freeze-timeout-us", &info->disable_timeout_us);
	of_property_read_u32(r->guard.np, "config-complete-timeout-us",
			     &info->config_complete_timeout_us);
	return info;
}

/* What failed: the manager's state is of this load only if there was one. */
static const char *hwc_manager_state(const struct fpga_manager *mgr,
				     const struct fpga_image_info *info)
{
	switch (info->header_size == HWC_NOT_LOADED ? FPGA_MGR_STATE_UNKNOWN : mgr->state) {
	case FPGA_MGR_STATE_PARSE_HEADER_ERR:
		return "did not like the image's header";
	case FPGA_MGR_STATE_WRITE_INIT_ERR:
		return "could not prepare for the image";
	case FPGA_MGR_STATE_WRITE_ERR:
		return "broke off writing the image";
	case FPGA_MGR_STATE_WRITE_COMPLETE_ERR:
		return "did not come up with the image";
	default:
		return "or a bridge is in use or failed";
	}
}

static bool hwc_region_has_bridge(const struct hwc_region *r, const struct device_node *bridge)
{
	struct device_node *np;
	bool found = r->guard.np->parent == bridge;
	int i;

	for (i = 0; !found && (np = of_parse_phandle(r->guard.np, "fpga-bridges", i)); i++) {
		found = np == bridge;
		of_node_put(np);
	}
	return found;
}

static bool hwc_region_shares_bridge(const struct hwc_region *r, const struct hwc_region *other)
{
	struct device_node *np;
	bool shared = false;
	int i;

	for (i = 0; !shared && (np = of_parse_phandle(r->guard.np, "fpga-bridges", i)); i++) {
		shared = hwc_region_has_bridge(other, np);
		of_node_put(np);
	}
	return shared;
}

/* Node of a loaded region of which @is_in_the_way is true, with a reference, or NULL. */
static struct device_node *
hwc_region_in_the_way(const struct hwc_region *r,
		      bool (*is_in_the_way)(const struct hwc_region *r,
					    const struct hwc_region *other))
{
	struct device_node *np = NULL;
	struct hwc_region *other;

	mutex_lock(&hwc_lock);
	list_for_each_entry(other, &hwc_regions, in_regions)
		if (!np && other != r && other->loaded && is_in_the_way(r, other))
			np = of_node_get(other->guard.np);
	mutex_unlock(&hwc_lock);
	return np;
}

/*
 * An attempt to have a bridge that is held leaves our info in it all the same,
 * for its holder to find freed (__fpga_bridge_get()).
 */
static int hwc_region_check_bridges(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	struct device_node *np = hwc_region_in_the_way(r, hwc_region_shares_bridge);
	int ret = 0;

	if (np)
		ret = hwcontainer_claim_refuse(claim, -EBUSY, "%s has a bridge in common with %pOF",
					       hwc_region_name(r), np);
	of_node_put(np);
	return ret;
}

static int hwc_region_program(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_IMAGE);
	struct fpga_image_info *info;
	int ret;

	/*
	 * Programming again what is programmed is refused by the bridges, and
	 * the refusal gives them up for the one who has them.
	 */
	if (!list_empty(&r->region->bridge_list) || r->region->info)
		return hwcontainer_claim_refuse(claim, -EBUSY,
						"%s was programmed by somebody else",
						hwc_region_name(r));
	ret = hwc_region_check_bridges(r, claim);
	if (ret)
		return ret;
	info = hwc_region_info(r, blob, hwcontainer_claim_priv(claim));
	if (!info)
		return hwcontainer_claim_refuse(claim, -ENOMEM, "out of memory");

	r->region->info = info;
	ret = fpga_region_program_fpga(r->region);
	r->region->info = NULL;
	info->buf = NULL;
	info->count = 0;
	if (ret) {
		ret = hwcontainer_claim_refuse(claim, ret, "manager %s %s (error %d)",
					       r->manager->mgr->name,
					       hwc_manager_state(r->manager->mgr, info), -ret);
		fpga_image_info_free(info);
		return ret;
	}
	r->info = info;
	return 0;
}

/* of-fpga-region has done this already if it saw our overlay being removed. */
static void hwc_region_close(struct hwc_region *r)
{
	if (!list_empty(&r->region->bridge_list)) {
		fpga_bridges_disable(&r->region->bridge_list);
		fpga_bridges_put(&r->region->bridge_list);
	}
	fpga_image_info_free(r->info);
	r->info = NULL;
}

static bool hwc_region_unload(struct hwc_region *r)
{
	int ret = 0;

	if (!r->loaded)
		return true;
	if (r->overlay)
		ret = hwc_overlay_remove(&r->guard, &r->overlay);
	/* It may fail after the devices are gone: the number tells. */
	if (r->overlay) {
		hwc_region_set_failed(r, ret == -EBUSY ?
				      "its devices stay: another overlay lies on top of them" :
				      "its devices cannot be removed from the device tree");
		return false;
	}
	hwc_region_close(r);
	hwc_guard_off(&r->guard);

	mutex_lock(&hwc_lock);
	r->loaded = false;
	memset(r->has_digest, 0, sizeof(r->has_digest));
	r->failed[0] = '\0';
	mutex_unlock(&hwc_lock);
	return true;
}

static bool hwc_node_is_device(struct device_node *np)
{
	struct platform_device *pdev = of_find_device_by_node(np);

	if (pdev)
		put_device(&pdev->dev);
	return pdev || of_node_check_flag(np, OF_OVERLAY);
}

/*
 * First device in the region, with a reference, or NULL: while nothing of ours
 * is loaded it came with the boot loader's tree or with a foreign overlay, and
 * its driver would be left with other hardware.
 */
static struct device_node *hwc_region_foreign(const struct device_node *np)
{
	struct device_node *child, *found;

	for_each_child_of_node(np, child) {
		if (!of_device_is_compatible(child, "fpga-region")) {
			if (hwc_node_is_device(child))
				return child;
			continue;
		}
		found = hwc_region_foreign(child);
		if (found) {
			of_node_put(child);
			return found;
		}
	}
	return NULL;
}

static int hwc_region_check_foreign(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	struct device_node *np = hwc_region_foreign(r->guard.np);
	int ret = 0;

	if (np)
		ret = hwcontainer_claim_refuse(claim, -EBUSY,
					       "%pOF is in the region and came with no claim", np);
	of_node_put(np);
	return ret;
}

static bool hwc_region_is_inside(const struct hwc_region *inner, const struct hwc_region *outer)
{
	const struct device_node *np;

	for (np = inner->guard.np->parent; np; np = np->parent)
		if (np == outer->guard.np)
			return true;
	return false;
}

static bool hwc_region_is_anothers(const struct hwc_region *r, const struct hwc_region *other)
{
	return other->manager != r->manager && hwc_region_is_inside(other, r);
}

/* A loaded region inside @r; nobody but this worker unloads it, or frees it. */
static struct hwc_region *hwc_region_loaded_inside(const struct hwc_region *r)
{
	struct hwc_region *other, *found = NULL;

	mutex_lock(&hwc_lock);
	list_for_each_entry(other, &hwc_regions, in_regions)
		if (other->loaded && other->manager == r->manager && hwc_region_is_inside(other, r))
			found = other;
	mutex_unlock(&hwc_lock);
	return found;
}

/* Regions around @r will not be what was loaded into them any more. */
static void hwc_region_spoil_around(const struct hwc_region *r)
{
	struct hwc_region *other;

	mutex_lock(&hwc_lock);
	list_for_each_entry(other, &hwc_regions, in_regions)
		if (hwc_region_is_inside(r, other))
			memset(other->has_digest, 0, sizeof(other->has_digest));
	mutex_unlock(&hwc_lock);
}

/* Nothing of an earlier image may be in use when the next one comes. */
static int hwc_region_clear(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	struct device_node *np = hwc_region_in_the_way(r, hwc_region_is_anothers);
	struct hwc_region *other;
	int ret = 0;

	if (np)
		ret = hwcontainer_claim_refuse(claim, -EBUSY, "%pOF inside it is loaded", np);
	of_node_put(np);
	if (ret)
		return ret;
	if (!hwc_region_unload(r))
		return hwcontainer_claim_refuse(claim, -EBUSY, "%s: %s", hwc_region_name(r),
						r->failed);
	while ((other = hwc_region_loaded_inside(r)))
		if (!hwc_region_unload(other))
			return hwcontainer_claim_refuse(claim, -EBUSY, "%pOF inside it: %s",
							other->guard.np, other->failed);
	hwc_region_spoil_around(r);
	return 0;
}

/*
 * The region's driver must stay while devices are added below it, or the driver
 * core warns (fw_devlink_refresh_fwnode()). Whoever unbinds it has the lock and
 * waits for this worker, so this worker does not wait for the lock.
 */
static int hwc_region_lock_driver(struct hwc_region *r, const struct hwcontainer_claim *claim)
{
	while (!hwcontainer_claim_cancelled(claim)) {
		if (device_trylock(r->region->dev.parent))
			return 0;
		msleep(20);
	}
	return -ECANCELED;
}

static int hwc_region_add_devices(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_OVERLAY);
	char why[HWC_WHY];
	int ret;

	if (!blob->data)
		return 0;
	ret = hwc_region_lock_driver(r, claim);
	if (ret)
		return ret;
	ret = hwc_overlay_apply(&r->guard, blob->data, blob->size, &r->overlay, why);
	device_unlock(r->region->dev.parent);
	return ret ? hwcontainer_claim_refuse(claim, ret, "%s", why) : 0;
}

static void hwc_region_loaded(struct hwc_region *r, const struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob;
	int slot;

	mutex_lock(&hwc_lock);
	r->loaded = true;
	r->failed[0] = '\0';
	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		blob = hwcontainer_claim_blob(claim, slot);
		r->has_digest[slot] = blob->has_digest;
		memcpy(r->digest[slot], blob->digest, sizeof(blob->digest));
	}
	mutex_unlock(&hwc_lock);
}

static int hwc_region_configure(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);
	int ret;

	ret = hwc_region_clear(r, claim);
	if (ret)
		return ret;
	hwc_guard_on(&r->guard);
	hwc_overlay_barrier();
	ret = hwc_region_check_foreign(r, claim);
	if (ret) {
		hwc_guard_off(&r->guard);
		return ret;
	}
	ret = hwc_region_program(r, claim);
	if (ret) {
		hwc_guard_off(&r->guard);
		hwc_region_set_failed(r, "the last image could not be programmed");
		return ret;
	}
	hwc_region_loaded(r, claim);
	hwcontainer_claim_stage(claim, HWCONTAINER_STAGE_PROGRAMMED);

	ret = hwc_region_add_devices(r, claim);
	if (ret) {
		hwc_region_unload(r);
		return ret;
	}
	hwcontainer_claim_stage(claim, HWCONTAINER_STAGE_OVERLAY);
	return 0;
}

static void hwc_region_release(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	hwc_region_unload(hwcontainer_resource_priv(res));
}

/* Devices. */

static bool hwc_node_wants_driver(const struct device_node *np)
{
	return of_node_check_flag(np, OF_OVERLAY) && of_property_present(np, "compatible") &&
	       of_device_is_available(np);
}

static bool hwc_node_is_bound(struct device_node *np)
{
	struct platform_device *pdev = of_find_device_by_node(np);
	bool bound = pdev && device_is_bound(&pdev->dev);

	if (pdev)
		put_device(&pdev->dev);
	return bound;
}

/* First of the region's new nodes without a driver, with a reference, or NULL. */
static struct device_node *hwc_region_unbound(const struct hwc_region *r)
{
	struct device_node *child;

	for_each_child_of_node(r->guard.np, child)
		if (hwc_node_wants_driver(child) && !hwc_node_is_bound(child))
			return child;
	return NULL;
}

static bool hwc_region_all_bound(const struct hwc_region *r)
{
	struct device_node *np = hwc_region_unbound(r);

	of_node_put(np);
	return !np;
}

static int hwc_region_wait_bound(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	unsigned int timeout = READ_ONCE(hwc_bind_timeout_ms);
	unsigned long end = jiffies + msecs_to_jiffies(timeout);
	struct device_node *np;
	int ret = 0;

	while (!wait_event_timeout(hwc_bound, hwc_region_all_bound(r), msecs_to_jiffies(50))) {
		if (hwcontainer_claim_cancelled(claim))
			return -ECANCELED;
		if (time_after(jiffies, end))
			break;
	}
	np = hwc_region_unbound(r);
	if (np)
		ret = hwcontainer_claim_refuse(claim, -ENODEV, "%pOF has no driver after %u ms", np,
					       timeout);
	of_node_put(np);
	return ret;
}

static int hwc_region_report(struct hwcontainer_claim *claim, struct device_node *np)
{
	struct platform_device *pdev;
	struct device_node *child;
	int ret = 0;

	for_each_child_of_node(np, child) {
		if (!of_node_check_flag(child, OF_OVERLAY))
			continue;
		pdev = of_find_device_by_node(child);
		if (pdev) {
			ret = hwcontainer_claim_add_device(claim, &pdev->dev);
			put_device(&pdev->dev);
		}
		ret = ret ?: hwc_region_report(claim, child);
		if (ret) {
			of_node_put(child);
			return ret;
		}
	}
	return 0;
}

static int hwc_region_settle(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);
	int ret;

	ret = hwc_region_wait_bound(r, claim) ?: hwc_region_report(claim, r->guard.np);
	if (!ret)
		hwcontainer_claim_stage(claim, HWCONTAINER_STAGE_BOUND);
	return ret;
}

static int hwc_region_bus_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action == BUS_NOTIFY_BOUND_DRIVER)
		wake_up_all(&hwc_bound);
	return NOTIFY_DONE;
}

static struct notifier_block hwc_region_bus_nb = {
	.notifier_call = hwc_region_bus_notify,
};

/* Claims. */

static bool hwc_region_in_use(const struct hwc_region *r)
{
	return r->res && (r->res->in_use || r->res->on_hw);
}

/* A region and one inside it are the same hardware. */
static int hwc_region_check_family(struct hwc_region *r, struct netlink_ext_ack *extack)
{
	struct hwc_region *other;

	list_for_each_entry(other, &hwc_regions, in_regions) {
		if (!hwc_region_in_use(other))
			continue;
		if (hwc_region_is_inside(other, r))
			return hwc_refuse(extack, -EBUSY, "%s inside it is claimed",
					  hwc_tail(hwc_region_name(other), 50));
		if (hwc_region_is_inside(r, other))
			return hwc_refuse(extack, -EBUSY, "%s around it is claimed",
					  hwc_tail(hwc_region_name(other), 50));
	}
	return 0;
}

/* Is what the claim asks for loaded, to the last bit? */
static bool hwc_region_is_warm_for(const struct hwc_region *r,
				   const struct hwcontainer_claim *claim)
{
	const u8 *want;
	int slot;

	if (!r->loaded || r->failed[0] || !hwcontainer_claim_wants(claim, HWCONTAINER_IMAGE))
		return false;
	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		want = hwcontainer_claim_wants(claim, slot);
		if (!want && hwcontainer_claim_brings(claim, slot))
			return false;
		if (!want != !r->has_digest[slot])
			return false;
		if (want && memcmp(want, r->digest[slot], HWCONTAINER_DIGEST_LEN))
			return false;
	}
	return true;
}

static int hwc_region_acquire(struct hwcontainer_resource *res, struct hwcontainer_claim *claim,
			      struct netlink_ext_ack *extack)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);
	int ret;

	lockdep_assert_held(&hwc_lock);
	r->res = res;	/* a claim may be faster than the registration returns */
	ret = hwc_region_check_family(r, extack);
	if (ret)
		return ret;
	if (!res->on_hw && hwc_region_is_warm_for(r, claim) &&
	    !(hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_DRY_RUN))
		return HWCONTAINER_DONE;
	if (!hwcontainer_claim_brings(claim, HWCONTAINER_IMAGE))
		return hwc_refuse(extack, -ENOENT,
				  "the image with that digest is not loaded, and no file was given");
	return HWCONTAINER_WORK;
}

static int hwc_region_drop(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	const struct hwc_region *r = hwcontainer_resource_priv(res);

	if (hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_KEEP &&
	    r->has_digest[HWCONTAINER_IMAGE])
		return HWCONTAINER_DONE;
	return HWCONTAINER_WORK;
}

static void hwc_region_describe(struct hwcontainer_resource *res,
				struct hwcontainer_resource_info *info)
{
	const struct hwc_region *r = hwcontainer_resource_priv(res);

	strscpy(info->controller, r->manager->mgr->name);
	info->device_id = r->idcode;
	info->has_device_id = r->has_idcode;
	info->warm = r->loaded;
	strscpy(info->failed, r->failed);
	memcpy(info->digest, r->digest, sizeof(r->digest));
	memcpy(info->has_digest, r->has_digest, sizeof(r->has_digest));
}

static const struct hwcontainer_kind hwc_region_kind = {
	.name = "fpga-region",
	.owner = THIS_MODULE,
	.priv_size = sizeof(struct hwc_bitstream),
	.blob_max = { HWC_BITSTREAM_MAX, HWC_OVERLAY_MAX },
	.blob_required = { true, false },
	.acquire = hwc_region_acquire,
	.examine = hwc_region_examine,
	.configure = hwc_region_configure,
	.settle = hwc_region_settle,
	.drop = hwc_region_drop,
	.release = hwc_region_release,
	.describe = hwc_region_describe,
};

/* Coming and going; the callers are serialised by the class's mutex. */

static struct hwc_manager *hwc_manager_get(struct fpga_manager *mgr)
{
	struct hwc_manager *m;

	list_for_each_entry(m, &hwc_managers, in_managers)
		if (m->mgr == mgr) {
			m->regions++;
			return m;
		}
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return NULL;
	m->worker = kthread_create_worker(0, "hwc-%s", dev_name(&mgr->dev));
	if (IS_ERR(m->worker)) {
		kfree(m);
		return NULL;
	}
	m->mgr = mgr;
	m->regions = 1;
	list_add(&m->in_managers, &hwc_managers);
	return m;
}

static void hwc_manager_put(struct hwc_manager *m)
{
	if (--m->regions)
		return;
	list_del(&m->in_managers);
	kthread_destroy_worker(m->worker);
	kfree(m);
}

/* Identity and frames are properties of ours; see Documentation/devicetree. */
static void hwc_region_read_node(struct hwc_region *r)
{
	struct device *mgr = r->region->mgr->dev.parent;
	struct device_node *np;

	for (np = r->guard.np; np && !r->has_idcode; np = np->parent)
		r->has_idcode = !of_property_read_u32(np, "hwcontainer,idcode", &r->idcode);
	if (!r->has_idcode && mgr && mgr->of_node)
		r->has_idcode = !of_property_read_u32(mgr->of_node, "hwcontainer,idcode",
						      &r->idcode);
	r->has_frames = !of_property_read_u32_array(r->guard.np, "hwcontainer,frame-range",
						    r->frames, ARRAY_SIZE(r->frames));
	for (np = r->guard.np->parent; np && !r->nested; np = np->parent)
		r->nested = of_device_is_compatible(np, "fpga-region");
}

/* Unload a warm region from outside the worker. */
static void hwc_region_unload_work(struct kthread_work *work)
{
	struct hwc_region *r = container_of(work, struct hwc_region, unload);

	if (!hwc_region_unload(r)) {
		pr_err("devices of %pOF stay behind closed bridges: %s\n", r->guard.np, r->failed);
		hwc_region_close(r);
		hwc_guard_off(&r->guard);
		mutex_lock(&hwc_lock);
		r->loaded = false;
		mutex_unlock(&hwc_lock);
	}
}

static void hwc_region_free(struct hwc_region *r)
{
	hwc_manager_put(r->manager);
	of_node_put(r->guard.np);
	put_device(&r->region->dev);
	kfree(r);
}

static struct hwc_region *hwc_region_alloc(struct fpga_region *region)
{
	struct hwc_region *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return NULL;
	r->manager = hwc_manager_get(region->mgr);
	if (!r->manager) {
		kfree(r);
		return NULL;
	}
	get_device(&region->dev);
	r->region = region;
	r->guard.np = of_node_get(region->dev.of_node);
	INIT_LIST_HEAD(&r->guard.in_guards);
	kthread_init_work(&r->unload, hwc_region_unload_work);
	hwc_region_read_node(r);
	return r;
}

static int hwc_region_publish(struct hwc_region *r)
{
	const char *alias = dev_name(&r->region->dev);
	struct hwcontainer_resource_desc desc = {
		.kind = &hwc_region_kind,
		.alias = &alias,
		.n_alias = 1,
		.capacity = 1,
		.worker = r->manager->worker,
		.priv = r,
	};
	struct hwcontainer_resource *res;
	char *name = kasprintf(GFP_KERNEL, "%pOF", r->guard.np);

	if (!name)
		return -ENOMEM;
	mutex_lock(&hwc_lock);
	list_add_tail(&r->in_regions, &hwc_regions);
	mutex_unlock(&hwc_lock);

	desc.name = name;
	res = hwcontainer_resource_register(&desc);
	kfree(name);

	mutex_lock(&hwc_lock);
	if (IS_ERR(res))
		list_del(&r->in_regions);
	else
		r->res = res;
	mutex_unlock(&hwc_lock);
	return PTR_ERR_OR_ZERO(res);
}

static int hwc_region_add(struct device *dev)
{
	struct fpga_region *region = to_fpga_region(dev);
	struct hwc_region *r;
	int ret;

	/* Regions of PCI cards (DFL) have no node, and no overlays. */
	if (!dev->of_node || !region->mgr)
		return 0;
	r = hwc_region_alloc(region);
	if (!r)
		return -ENOMEM;
	ret = hwc_region_publish(r);
	if (ret) {
		dev_err(dev, "cannot be offered to containers (error %d)\n", -ret);
		hwc_region_free(r);
	}
	return ret;
}

static void hwc_region_remove(struct device *dev)
{
	struct hwc_region *r;

	list_for_each_entry(r, &hwc_regions, in_regions)
		if (&r->region->dev == dev)
			goto found;
	return;

found:
	mutex_lock(&hwc_lock);
	list_del(&r->in_regions);
	mutex_unlock(&hwc_lock);
	hwcontainer_resource_unregister(r->res);
	kthread_queue_work(r->manager->worker, &r->unload);
	kthread_flush_work(&r->unload);
	hwc_region_free(r);
}

static struct class_interface hwc_region_interface = {
	.add_dev = hwc_region_add,
	.remove_dev = hwc_region_remove,
};

static int hwc_match_any(struct device *dev, const void *data)
{
	return 1;
}

/*
 * The class is not exported. Where no region has come yet to show it, one of
 * our own does for a moment.
 */
static const struct class *hwc_region_class(void)
{
	struct fpga_region *region = fpga_region_class_find(NULL, NULL, hwc_match_any);
	struct platform_device *pdev;
	const struct class *class;

	if (region) {
		class = region->dev.class;
		put_device(&region->dev);
		return class;
	}
	pdev = platform_device_register_simple("hwcontainer-probe", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev))
		return ERR_CAST(pdev);
	region = fpga_region_register(&pdev->dev, NULL, NULL);
	class = IS_ERR(region) ? ERR_CAST(region) : region->dev.class;
	if (!IS_ERR(region))
		fpga_region_unregister(region);
	platform_device_unregister(pdev);
	return class;
}

int hwc_region_init(void)
{
	int ret;

	hwc_region_interface.class = hwc_region_class();
	if (IS_ERR(hwc_region_interface.class))
		return PTR_ERR(hwc_region_interface.class);
	ret = hwc_overlay_init();
	if (ret)
		return ret;
	ret = bus_register_notifier(&platform_bus_type, &hwc_region_bus_nb);
	if (ret)
		goto err_overlay;
	ret = hwcontainer_kind_register(&hwc_region_kind);
	if (ret)
		goto err_bus;
	ret = class_interface_register(&hwc_region_interface);
	if (ret)
		goto err_kind;
	return 0;

err_kind:
	hwcontainer_kind_unregister(&hwc_region_kind);
err_bus:
	bus_unregister_notifier(&platform_bus_type, &hwc_region_bus_nb);
err_overlay:
	hwc_overlay_exit();
	return ret;
}

void hwc_region_exit(void)
{
	class_interface_unregister(&hwc_region_interface);
	hwcontainer_kind_unregister(&hwc_region_kind);
	bus_unregister_notifier(&platform_bus_type, &hwc_region_bus_nb);
	hwc_overlay_exit();
}
