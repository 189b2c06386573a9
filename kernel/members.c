// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: FPGA regions come and go. The driver core tells us with the mutex of
 * the class fpga_region held, which the manager's worker needs to bring and to
 * remove the slots of a shell. So nothing waits for the worker there: a region
 * that goes is withdrawn, and the worker is told to unload it. Whoever has taken
 * its driver away waits for that with nothing but the device's lock held, when the
 * driver core frees what is managed for the device.
 */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "core.h"
#include "optional.h"
#include "overlay.h"
#include "region.h"

LIST_HEAD(hwc_regions);

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
	if (!r->has_idcode)
		r->has_idcode = hwc_idcode_of_machine(r->manager, &r->idcode);
	r->has_frames = !of_property_read_u32_array(r->guard.np, "hwcontainer,frame-range",
						    r->frames, ARRAY_SIZE(r->frames));
	r->has_node = !of_property_read_u32(r->guard.np, "hwcontainer,pdi-node", &r->node);
	for (np = r->guard.np->parent; np && !r->nested; np = np->parent)
		r->nested = of_device_is_compatible(np, "fpga-region");
}

static void hwc_region_free(struct kref *ref)
{
	struct hwc_region *r = container_of(ref, struct hwc_region, ref);

	hwc_manager_put(r->manager);
	of_node_put(r->guard.np);
	put_device(r->parent);
	put_device(&r->region->dev);
	kfree(r);
}

static void hwc_region_put(struct hwc_region *r)
{
	kref_put(&r->ref, hwc_region_free);
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
	kref_init(&r->ref);
	get_device(&region->dev);
	r->region = region;
	r->parent = get_device(region->dev.parent);
	r->guard.np = of_node_get(region->dev.of_node);
	INIT_LIST_HEAD(&r->guard.in_guards);
	kthread_init_work(&r->tidy, hwc_region_tidy);
	init_completion(&r->left);
	hwc_region_read_node(r);
	return r;
}

/* Return: false when it is a slot whose shell is being unloaded. */
static bool hwc_region_enlist(struct hwc_region *r)
{
	bool late;

	mutex_lock(&hwc_lock);
	r->shell = hwc_shell_find_locked(r->guard.np);
	late = r->shell && r->shell->slots_left;
	if (!late)
		list_add_tail(&r->in_regions, &hwc_regions);
	mutex_unlock(&hwc_lock);
	return !late;
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
	if (!hwc_region_enlist(r)) {
		kfree(name);
		return -ENODEV;
	}
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

/* The worker has left the region, and nobody finds it. */
static void hwc_region_delist(struct hwc_region *r)
{
	wait_for_completion(&r->left);
	mutex_lock(&hwc_lock);
	hwc_shell_forget_locked(r);
	list_del(&r->in_regions);
	mutex_unlock(&hwc_lock);
	hwcontainer_resource_unregister(r->res);
	hwc_region_put(r);
}

/* The region's driver is gone, and nobody is waiting for it any more but us. */
static void hwc_region_driver_gone(struct device *dev, void *res)
{
	hwc_region_delist(*(struct hwc_region **)res);
}

static int hwc_region_match_res(struct device *dev, void *res, void *data)
{
	return *(struct hwc_region **)res == data;
}

static int hwc_region_offer(struct hwc_region *r)
{
	struct hwc_region **res = devres_alloc(hwc_region_driver_gone, sizeof(*res), GFP_KERNEL);
	int ret;

	if (!res)
		return -ENOMEM;
	*res = r;
	ret = hwc_region_publish(r);
	if (ret)
		devres_free(res);
	else
		devres_add(r->parent, res);
	return ret;
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
	ret = hwc_region_offer(r);
	if (ret) {
		if (ret != -ENODEV)
			dev_err(dev, "cannot be offered to containers (error %d)\n", -ret);
		hwc_region_put(r);
	}
	return ret;
}

static void hwc_region_remove(struct device *dev)
{
	struct hwc_region *r;

	mutex_lock(&hwc_lock);
	list_for_each_entry(r, &hwc_regions, in_regions) {
		if (&r->region->dev != dev || r->leaving)
			continue;
		r->leaving = true;
		hwc_resource_withdraw_locked(r->res);
		hwc_shell_withdraw_slots_locked(r);
		hwc_region_kick_locked(r);
	}
	mutex_unlock(&hwc_lock);
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
	ret = hwc_load_init();
	if (ret)
		goto err_overlay;
	ret = hwc_assign_init();
	if (ret)
		goto err_load;
	ret = hwcontainer_kind_register(&hwc_region_kind);
	if (ret)
		goto err_assign;
	ret = class_interface_register(&hwc_region_interface);
	if (ret)
		goto err_kind;
	return 0;

err_kind:
	hwcontainer_kind_unregister(&hwc_region_kind);
err_assign:
	hwc_assign_exit();
err_load:
	hwc_load_exit();
err_overlay:
	hwc_overlay_exit();
	return ret;
}

static struct hwc_region *hwc_region_get_first(void)
{
	struct hwc_region *r;

	mutex_lock(&hwc_lock);
	r = list_first_entry_or_null(&hwc_regions, struct hwc_region, in_regions);
	if (r)
		kref_get(&r->ref);
	mutex_unlock(&hwc_lock);
	return r;
}

/*
 * The class interface has said of each region that it goes. Either we end it here
 * or somebody who is unbinding its driver does, who is through with it when the
 * device's lock is ours.
 */
static void hwc_region_exit_one(struct hwc_region *r)
{
	int ret;

	wait_for_completion(&r->left);
	device_lock(r->parent);
	ret = devres_destroy(r->parent, hwc_region_driver_gone, hwc_region_match_res, r);
	device_unlock(r->parent);
	if (!ret)
		hwc_region_delist(r);
	hwc_region_put(r);
}

void hwc_region_exit(void)
{
	struct hwc_region *r;

	class_interface_unregister(&hwc_region_interface);
	while ((r = hwc_region_get_first()))
		hwc_region_exit_one(r);
	hwcontainer_kind_unregister(&hwc_region_kind);
	hwc_assign_exit();
	hwc_load_exit();
	hwc_overlay_exit();
}
