// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: what is in an FPGA region: programming it, its devices, clearing.
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
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "claim.h"
#include "confine.h"
#include "core.h"
#include "domain.h"
#include "overlay.h"
#include "region.h"

static unsigned int hwc_bind_timeout_ms = 5000;
module_param_named(bind_timeout_ms, hwc_bind_timeout_ms, uint, 0644);
MODULE_PARM_DESC(bind_timeout_ms, "how long devices of an image may take to find their drivers");

/* Woken when a platform device is bound to a driver. */
static DECLARE_WAIT_QUEUE_HEAD(hwc_bound);

void hwc_region_set_failed(struct hwc_region *r, const char *text)
{
	mutex_lock(&hwc_lock);
	strscpy(r->failed, text);
	mutex_unlock(&hwc_lock);
}

/*
 * Our own and not fpga_image_info_alloc()'s, which is managed for the region's
 * device: it would be freed when that goes, and the bridges still point to it.
 */
struct fpga_image_info *hwc_region_info(struct hwc_region *r, const struct hwcontainer_blob *blob,
					const struct hwc_bitstream *bs)
{
	struct fpga_image_info *info = kzalloc(sizeof(*info), GFP_KERNEL);

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

/*
 * Nobody gets it with what was to be blanked, not even to put something else there. That
 * may take long, so who else uses the region is asked again.
 */
static int hwc_region_clean(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	if (!r->stained)
		return 0;
	if (!hwc_region_blank(r))
		return hwcontainer_claim_refuse(claim, -EIO, "%s: %s", hwc_region_name(r),
						r->failed);
	return hwc_manager_wait_turn(r, claim);
}

/* Is there nobody else who uses what it takes? It is blank then, if it has to be. */
static int hwc_region_prepare(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	/*
	 * Programming again what is programmed is refused by the bridges, and
	 * the refusal gives them up for the one who has them.
	 */
	if (!list_empty(&r->region->bridge_list) || r->region->info)
		return hwcontainer_claim_refuse(claim, -EBUSY,
						"%s was programmed by somebody else",
						hwc_region_name(r));
	return hwc_region_check_bridges(r, claim) ?: hwc_manager_wait_turn(r, claim) ?:
	       hwc_region_clean(r, claim);
}

/* Half of an image is nobody's to find; where nothing was loaded, what is there stays. */
static void hwc_region_program_failed(struct hwc_region *r, const struct fpga_image_info *info)
{
	hwc_region_set_failed(r, "the last image could not be programmed");
	if (info->header_size != HWC_NOT_LOADED)
		hwc_region_blank(r);
}

static int hwc_region_program(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_IMAGE);
	struct fpga_image_info *info;
	int ret = hwc_region_prepare(r, claim);

	if (ret)
		return ret;
	info = hwc_region_info(r, blob, hwcontainer_claim_priv(claim));
	if (!info)
		return hwcontainer_claim_refuse(claim, -ENOMEM, "out of memory");

	r->region->info = info;
	ret = hwc_manager_program(r);
	r->region->info = NULL;
	info->buf = NULL;
	info->count = 0;
	if (ret) {
		ret = hwc_manager_refuse(r, claim, info, ret);
		hwc_region_program_failed(r, info);
		kfree(info);
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
	kfree(r->info);
	r->info = NULL;
}

/**
 * hwc_region_unload() - take away what is loaded into a region, and its devices
 * @r: the region
 *
 * Context: the manager's worker.
 * Return: true when it is clear, or will be when the last of its slots is free;
 * false when the region says in @failed why it is not. Where only its blank image could
 * not be loaded, it is clear and @stained.
 */
bool hwc_region_unload(struct hwc_region *r)
{
	int ret = 0;

	if (!r->loaded || !hwc_shell_close(r))
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

	mutex_lock(&hwc_lock);
	r->loaded = false;
	memset(r->has_digest, 0, sizeof(r->has_digest));
	r->failed[0] = '\0';
	mutex_unlock(&hwc_lock);
	hwc_region_blank(r);
	hwc_guard_off(&r->guard);
	return true;
}

static bool hwc_node_has_device(struct device_node *np)
{
	struct platform_device *pdev = of_find_device_by_node(np);

	if (pdev)
		put_device(&pdev->dev);
	return pdev;
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
		if (!hwc_node_is_region(child)) {
			if (of_node_check_flag(child, OF_OVERLAY) || hwc_node_has_device(child))
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
		if (other->loaded && other->manager == r->manager &&
		    !hwc_shell_is_around(r, other) && hwc_region_is_inside(other, r))
			found = other;
	mutex_unlock(&hwc_lock);
	return found;
}

/*
 * Regions around @r will not be what was loaded into them any more, but its shell.
 * Slots they have are nobody's then until they are loaded again.
 */
static void hwc_region_spoil_around(const struct hwc_region *r)
{
	struct hwc_region *other;

	mutex_lock(&hwc_lock);
	list_for_each_entry(other, &hwc_regions, in_regions)
		if (hwc_region_is_inside(r, other) && !hwc_shell_is_around(other, r))
			hwc_shell_hide_locked(other);
	mutex_unlock(&hwc_lock);
}

/* What is still loaded goes when nobody has it, for whose it was has been forgotten. */
static void hwc_region_defer(struct hwc_region *r)
{
	mutex_lock(&hwc_lock);
	if (r->loaded) {
		hwc_shell_hide_locked(r);
		r->deferred = true;
	}
	mutex_unlock(&hwc_lock);
}

static int hwc_region_check_inside(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	struct device_node *np = hwc_region_in_the_way(r, hwc_region_is_anothers);

	if (!np)
		return 0;
	hwcontainer_claim_refuse(claim, -EBUSY, "%pOF inside it is loaded", np);
	of_node_put(np);
	hwc_region_defer(r);
	return -EBUSY;
}

/* Nothing of an earlier image may be in use when the next one comes. */
static int hwc_region_clear(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	struct hwc_region *other;
	int ret = hwc_region_check_inside(r, claim);

	if (ret)
		return ret;
	if (!hwc_region_unload(r))
		return hwcontainer_claim_refuse(claim, -EBUSY, "%s: %s", hwc_region_name(r),
						r->failed);
	if (r->loaded)
		return hwcontainer_claim_refuse(claim, -EBUSY, "a slot of %s is claimed",
						hwc_region_name(r));
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
		if (device_trylock(r->parent))
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
	device_unlock(r->parent);
	return ret ? hwcontainer_claim_refuse(claim, ret, "%s", why) : 0;
}

static void hwc_region_loaded(struct hwc_region *r, const struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob;
	int slot;

	mutex_lock(&hwc_lock);
	r->loaded = true;
	r->slots_left = false;
	r->deferred = false;
	r->failed[0] = '\0';
	r->loader = claim->domain ? claim->domain->serial : 0;
	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		blob = hwcontainer_claim_blob(claim, slot);
		r->has_digest[slot] = blob->has_digest;
		memcpy(r->digest[slot], blob->digest, sizeof(blob->digest));
	}
	mutex_unlock(&hwc_lock);
}

int hwc_region_configure(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);
	int ret;

	ret = hwc_region_clear(r, claim);
	if (ret)
		return ret;
	hwc_guard_on(&r->guard, hwc_claim_assigns(claim));
	hwc_overlay_barrier();
	ret = hwc_region_check_foreign(r, claim);
	if (ret) {
		hwc_guard_off(&r->guard);
		return ret;
	}
	ret = hwc_region_program(r, claim);
	if (ret) {
		hwc_guard_off(&r->guard);
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

void hwc_region_release(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	hwc_region_unload(hwcontainer_resource_priv(res));
}

/* A slot is there once it can be claimed. */
static bool hwc_slot_is_ready(const struct device_node *np)
{
	const struct hwc_region *r;
	bool ready = false;

	mutex_lock(&hwc_lock);
	list_for_each_entry(r, &hwc_regions, in_regions)
		if (r->guard.np == np && r->res && !r->leaving)
			ready = true;
	mutex_unlock(&hwc_lock);
	return ready;
}

static bool hwc_node_wants_driver(const struct device_node *np)
{
	return of_node_check_flag(np, OF_OVERLAY) && of_property_present(np, "compatible") &&
	       of_device_is_available(np);
}

static int hwc_driver_matches(struct device_driver *drv, void *dev)
{
	return drv->bus->match(dev, drv) > 0;
}

static bool hwc_device_has_driver(struct device *dev)
{
	return bus_for_each_drv(&platform_bus_type, NULL, dev, hwc_driver_matches);
}

/* With @unbound, a device is ready that no driver would take. */
static bool hwc_node_is_ready(struct device_node *np, bool unbound)
{
	struct platform_device *pdev;
	bool ready;

	if (hwc_node_is_region(np))
		return hwc_slot_is_ready(np);
	pdev = of_find_device_by_node(np);
	if (!pdev)
		return false;
	ready = device_is_bound(&pdev->dev) || (unbound && !hwc_device_has_driver(&pdev->dev));
	put_device(&pdev->dev);
	return ready;
}

/*
 * First new node below @np that is not ready, with a reference, or NULL. Each in
 * the region itself must be; further down (on a bus that an image brings) those
 * that became devices, for others may be on I2C or the like. What is in slots is
 * somebody else's.
 */
static struct device_node *hwc_unbound_below(struct device_node *np, bool all, bool unbound)
{
	struct device_node *child, *found;

	for_each_child_of_node(np, child) {
		if (!hwc_node_wants_driver(child))
			continue;
		if ((all || hwc_node_has_device(child)) && !hwc_node_is_ready(child, unbound))
			return child;
		if (hwc_node_is_region(child))
			continue;
		found = hwc_unbound_below(child, false, unbound);
		if (found) {
			of_node_put(child);
			return found;
		}
	}
	return NULL;
}

static bool hwc_region_all_bound(const struct hwc_region *r, bool unbound)
{
	struct device_node *np = hwc_unbound_below(r->guard.np, true, unbound);

	of_node_put(np);
	return !np;
}

static int hwc_region_refuse_unbound(struct hwcontainer_claim *claim, struct device_node *np,
				     unsigned int ms)
{
	if (hwc_claim_assigns(claim))
		return hwcontainer_claim_refuse(claim, -ENODEV,
			"%pOF cannot be held for a virtual machine after %u ms: the kernel's log says what it lacks, or it waits for the driver of what it names",
			np, ms);
	return hwcontainer_claim_refuse(claim, -ENODEV, "%pOF has no driver after %u ms", np, ms);
}

static int hwc_region_wait_bound(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	unsigned int timeout = READ_ONCE(hwc_bind_timeout_ms);
	unsigned long end = jiffies + msecs_to_jiffies(timeout);
	bool unbound = hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_UNBOUND;
	struct device_node *np;
	int ret = 0;

	while (!wait_event_timeout(hwc_bound, hwc_region_all_bound(r, unbound),
				   msecs_to_jiffies(50))) {
		if (hwcontainer_claim_cancelled(claim))
			return -ECANCELED;
		if (time_after(jiffies, end))
			break;
	}
	np = hwc_unbound_below(r->guard.np, true, unbound);
	if (np)
		ret = hwc_region_refuse_unbound(claim, np, timeout);
	of_node_put(np);
	return ret;
}

static int hwc_region_report_one(struct hwcontainer_claim *claim, struct device *dev)
{
	int ret = hwc_claim_assigns(claim) ? hwc_assign_check(claim, dev) : 0;

	return ret ?: hwcontainer_claim_add_device(claim, dev);
}

static int hwc_region_report(struct hwcontainer_claim *claim, struct device_node *np)
{
	struct platform_device *pdev;
	struct device_node *child;
	int ret = 0;

	for_each_child_of_node(np, child) {
		if (!of_node_check_flag(child, OF_OVERLAY) || hwc_node_is_region(child))
			continue;
		pdev = of_find_device_by_node(child);
		if (pdev) {
			ret = hwc_region_report_one(claim, &pdev->dev);
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

int hwc_region_settle(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);
	int ret;

	ret = hwc_region_wait_bound(r, claim) ?: hwc_region_report(claim, r->guard.np);
	if (ret)
		return ret;
	hwcontainer_claim_stage(claim, HWCONTAINER_STAGE_BOUND);
	mutex_lock(&hwc_lock);
	if (!hwcontainer_claim_cancelled(claim))
		hwc_shell_open_locked(r);
	mutex_unlock(&hwc_lock);
	return 0;
}

/* A region leaves whose devices would not: they stay, behind closed bridges. */
void hwc_region_abandon(struct hwc_region *r)
{
	pr_err("devices of %pOF stay behind closed bridges: %s\n", r->guard.np, r->failed);
	hwc_region_close(r);
	hwc_guard_off(&r->guard);

	mutex_lock(&hwc_lock);
	r->loaded = false;
	hwc_shell_forget_locked(r);
	mutex_unlock(&hwc_lock);
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

int hwc_load_init(void)
{
	return bus_register_notifier(&platform_bus_type, &hwc_region_bus_nb);
}

void hwc_load_exit(void)
{
	bus_unregister_notifier(&platform_bus_type, &hwc_region_bus_nb);
}
