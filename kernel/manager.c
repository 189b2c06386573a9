// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: FPGA managers: their workers, and what goes wrong while one
 * programs: it is busy, it does not answer, or it says no.
 */
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "claim.h"
#include "core.h"
#include "overdue.h"
#include "region.h"

static unsigned int hwc_program_timeout_ms = 60000;
module_param_named(program_timeout_ms, hwc_program_timeout_ms, uint, 0644);
MODULE_PARM_DESC(program_timeout_ms, "how long a manager may take to program an image, 0 for ever");

static unsigned int hwc_busy_timeout_ms = 2000;
module_param_named(busy_timeout_ms, hwc_busy_timeout_ms, uint, 0644);
MODULE_PARM_DESC(busy_timeout_ms, "how long to wait for a region that another driver uses");

/* Protects the list and the counts in it. Nothing is taken inside it. */
static DEFINE_MUTEX(hwc_managers_lock);
static LIST_HEAD(hwc_managers);

unsigned int hwc_manager_overdue_ms(const struct hwc_manager *m)
{
	return hwc_overdue_ms_locked(&m->overdue);
}

static void hwc_manager_fail_claims(struct hwc_overdue *o, unsigned int ms)
{
	struct hwc_manager *m = container_of(o, struct hwc_manager, overdue);
	struct hwc_region *r;
	char text[128];

	lockdep_assert_held(&hwc_lock);
	snprintf(text, sizeof(text), "manager %s has not answered for %u ms", m->mgr->name, ms);
	list_for_each_entry(r, &hwc_regions, in_regions)
		if (r->manager == m && r->res)
			hwc_resource_overdue_locked(r->res, -ETIMEDOUT, text);
}

static struct hwc_manager *hwc_manager_alloc(struct fpga_manager *mgr)
{
	struct hwc_manager *m = kzalloc(sizeof(*m), GFP_KERNEL);

	if (!m)
		return NULL;
	m->mgr = fpga_mgr_get(mgr->dev.parent);
	if (IS_ERR(m->mgr))
		goto err_free;
	m->worker = kthread_create_worker(0, "hwc-%s", dev_name(&mgr->dev));
	if (IS_ERR(m->worker))
		goto err_put;
	hwc_overdue_init(&m->overdue, hwc_manager_fail_claims);
	return m;

err_put:
	fpga_mgr_put(m->mgr);
err_free:
	kfree(m);
	return NULL;
}

struct hwc_manager *hwc_manager_get(struct fpga_manager *mgr)
{
	struct hwc_manager *m;

	mutex_lock(&hwc_managers_lock);
	list_for_each_entry(m, &hwc_managers, in_managers)
		if (m->mgr == mgr)
			goto found;
	m = hwc_manager_alloc(mgr);
	if (!m)
		goto out;
	list_add(&m->in_managers, &hwc_managers);
found:
	m->regions++;
out:
	mutex_unlock(&hwc_managers_lock);
	return m;
}

/* Context: not the worker, unless other regions are left. */
void hwc_manager_put(struct hwc_manager *m)
{
	bool last;

	mutex_lock(&hwc_managers_lock);
	last = !--m->regions;
	if (last)
		list_del(&m->in_managers);
	mutex_unlock(&hwc_managers_lock);
	if (!last)
		return;
	kthread_destroy_worker(m->worker);
	fpga_mgr_put(m->mgr);
	kfree(m);
}

bool hwc_manager_is(const struct hwc_manager *m, const char *compatible)
{
	const struct device *dev = m->mgr->dev.parent;

	return dev && of_device_is_compatible(dev->of_node, compatible);
}

static int hwc_device_is_bridge(struct device *dev, void *unused)
{
	return dev->class && !strcmp(dev->class->name, "fpga_bridge");
}

static int hwc_device_is_held_bridge(struct device *dev, void *unused)
{
	return hwc_device_is_bridge(dev, NULL) && mutex_is_locked(&to_fpga_bridge(dev)->mutex);
}

/* Is there a bridge @is says yes to? To ask for it by the framework may spoil it. */
static bool hwc_node_has_bridge(struct device_node *np,
				int (*is)(struct device *dev, void *unused))
{
	struct platform_device *pdev = of_find_device_by_node(np);
	bool has;

	if (!pdev)
		return false;
	has = device_for_each_child(&pdev->dev, NULL, is);
	put_device(&pdev->dev);
	return has;
}

/* The first of the bridges that @r names of which @is holds or not, with a reference. */
static struct device_node *hwc_region_bridge(const struct hwc_region *r,
					     int (*is)(struct device *dev, void *unused), bool has)
{
	struct device_node *np;
	int i;

	for (i = 0; (np = of_parse_phandle(r->guard.np, "fpga-bridges", i)); i++) {
		if (hwc_node_has_bridge(np, is) == has)
			return np;
		of_node_put(np);
	}
	return NULL;
}

/* The first bridge of @r that somebody has, with a reference, or NULL. */
static struct device_node *hwc_region_held_bridge(const struct hwc_region *r)
{
	if (hwc_node_has_bridge(r->guard.np->parent, hwc_device_is_held_bridge))
		return of_node_get(r->guard.np->parent);
	return hwc_region_bridge(r, hwc_device_is_held_bridge, true);
}

/* The first bridge of @r that no driver has brought, with a reference, or NULL. */
static struct device_node *hwc_region_missing_bridge(const struct hwc_region *r)
{
	return hwc_region_bridge(r, hwc_device_is_bridge, false);
}

/* What of the region somebody else is using, in @what; or nothing. */
static bool hwc_region_is_busy(const struct hwc_region *r, char *what, size_t room)
{
	struct device_node *bridge;

	if (mutex_is_locked(&r->region->mutex)) {
		snprintf(what, room, "region %s", dev_name(&r->region->dev));
	} else if (mutex_is_locked(&r->manager->mgr->ref_mutex)) {
		snprintf(what, room, "manager %s (%s)", r->manager->mgr->name,
			 dev_name(&r->manager->mgr->dev));
	} else {
		bridge = hwc_region_held_bridge(r);
		if (!bridge)
			return false;
		snprintf(what, room, "bridge %pOF", bridge);
		of_node_put(bridge);
	}
	return true;
}

/**
 * hwc_manager_wait_turn() - wait while another driver uses what a region needs
 * @r: the region
 * @claim: for which
 *
 * The framework's locks are tried and not waited for, and each attempt is an
 * error in the kernel's log; one at a held bridge also leaves our image info in
 * it (__fpga_bridge_get()).
 *
 * Return: 0, -ECANCELED, or -EBUSY with the claim's message set.
 */
int hwc_manager_wait_turn(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	unsigned int timeout = READ_ONCE(hwc_busy_timeout_ms);
	unsigned long end = jiffies + msecs_to_jiffies(timeout);
	char what[96];

	while (hwc_region_is_busy(r, what, sizeof(what))) {
		if (hwcontainer_claim_cancelled(claim))
			return -ECANCELED;
		if (time_after(jiffies, end))
			return hwcontainer_claim_refuse(claim, -EBUSY,
				"%s has been in use by another driver for %u ms", what, timeout);
		msleep(20);
	}
	return 0;
}

/**
 * hwc_manager_program() - program a region with its image info, watched
 * @r: the region
 *
 * Return: what the framework and the driver return, which need not be an errno.
 */
int hwc_manager_program(struct hwc_region *r)
{
	struct hwc_overdue *o = &r->manager->overdue;
	int ret;

	hwc_overdue_begin(o, "programmed", READ_ONCE(hwc_program_timeout_ms));
	ret = fpga_region_program_fpga(r->region);
	hwc_overdue_end(o);
	return ret;
}

/* Did it fail to write? Its state is of this load only if there was one. */
static bool hwc_manager_was_writing(const struct fpga_manager *mgr,
				    const struct fpga_image_info *info)
{
	return info->header_size != HWC_NOT_LOADED && mgr->state == FPGA_MGR_STATE_WRITE_ERR;
}

/**
 * hwc_manager_load() - program a region that is behind closed bridges, watched
 * @r: the region
 * @info: what to program
 *
 * The framework's way of programming a region would open its bridges behind that.
 *
 * Return: 0 or -errno.
 */
int hwc_manager_load(struct hwc_region *r, struct fpga_image_info *info)
{
	unsigned long end = jiffies + msecs_to_jiffies(READ_ONCE(hwc_busy_timeout_ms));
	struct fpga_manager *mgr = r->manager->mgr;
	struct hwc_overdue *o = &r->manager->overdue;
	int ret;

	/* Its lock is tried and not waited for, and each attempt is an error in the log. */
	while (mutex_is_locked(&mgr->ref_mutex) && time_before(jiffies, end))
		msleep(20);
	ret = fpga_mgr_lock(mgr);
	if (ret)
		return ret;
	hwc_overdue_begin(o, "programmed", READ_ONCE(hwc_program_timeout_ms));
	ret = fpga_mgr_load(mgr, info);
	hwc_overdue_end(o);
	if (ret && hwc_manager_was_writing(mgr, info) &&
	    hwc_manager_is(r->manager, "xlnx,zynqmp-pcap-fpga"))
		ret = hwc_firmware_code_find(-(u32)ret)->err;
	fpga_mgr_unlock(mgr);
	return ret ? hwc_errno(ret) : 0;
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

static int hwc_manager_refuse_bridge(struct hwc_region *r, struct hwcontainer_claim *claim,
				     struct device_node *bridge)
{
	hwcontainer_claim_refuse(claim, -ENODEV,
				 "%s is behind the bridge %pOF, which has no driver",
				 hwc_region_name(r), bridge);
	of_node_put(bridge);
	return -ENODEV;
}

/* Versal's driver knows what zynqmp_pm_ret_code() has left of the firmware's status. */
static int hwc_manager_refuse_pdi(const struct fpga_manager *mgr, struct hwcontainer_claim *claim,
				  const char *what, int ret)
{
	const char *name = hwc_firmware_errno_name(ret);

	if (ret == -EINVAL)
		return hwcontainer_claim_refuse(claim, ret,
			"manager %s %s: error %d, which its driver makes of most errors of the firmware",
			mgr->name, what, -ret);
	if (name)
		return hwcontainer_claim_refuse(claim, ret, "manager %s %s: firmware error %s",
						mgr->name, what, name);
	return hwcontainer_claim_refuse(claim, ret, "manager %s %s (error %d)", mgr->name, what,
					-ret);
}

/**
 * hwc_manager_refuse() - say why an image could not be programmed
 * @r: the region
 * @claim: for which
 * @info: that it was programmed with
 * @ret: what hwc_manager_program() returned
 *
 * Return: a negative errno, also where the driver returned something else.
 */
int hwc_manager_refuse(struct hwc_region *r, struct hwcontainer_claim *claim,
		       const struct fpga_image_info *info, int ret)
{
	const struct fpga_manager *mgr = r->manager->mgr;
	const char *what = hwc_manager_state(mgr, info);
	const struct hwc_firmware_code *fw;
	struct device_node *bridge;
	bool written = hwc_manager_was_writing(mgr, info);

	if (written && hwc_manager_is(r->manager, "xlnx,zynqmp-pcap-fpga")) {
		fw = hwc_firmware_code_find(-(u32)ret);
		return hwcontainer_claim_refuse(claim, fw->err,
			"manager %s %s: firmware error 0x%02x (%s)", mgr->name, what, -(u32)ret,
			fw->name);
	}
	ret = hwc_errno(ret);
	bridge = ret == -ENODEV ? hwc_region_missing_bridge(r) : NULL;
	if (bridge)
		return hwc_manager_refuse_bridge(r, claim, bridge);
	if (written && hwc_manager_is(r->manager, "xlnx,versal-fpga"))
		return hwc_manager_refuse_pdi(mgr, claim, what, ret);
	return hwcontainer_claim_refuse(claim, ret, "manager %s %s (error %d)", mgr->name, what,
					-ret);
}
