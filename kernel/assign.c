// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: devices that are for a virtual machine.
 *
 * No driver of the host may see them, not even for as long as a probe takes that fails.
 * So each is told that it wants our driver and no other when it is added, which is before
 * the bus looks for one. Ours touches no register. It holds what the guest cannot ask
 * the host for: the registers' addresses, so that nobody else on the host can have them, the
 * clocks, and the resets, which are let go (held.c). DMA is left to whoever runs the guest.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/device.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/platform_device.h>

#include "claim.h"
#include "compat.h"
#include "overlay.h"
#include "region.h"

#define HWC_ASSIGN "hwcontainer-assign"

/**
 * struct hwc_need - what a guest's node names and the host has to give
 * @name: property that lists it
 * @cells: property of the provider that says how many cells follow
 * @one: what one of it is called
 * @hold: gives it
 */
struct hwc_need {
	const char *name;
	const char *cells;
	const char *one;
	int (*hold)(struct device_node *np, int i, struct hwc_held **held);
};

static const struct hwc_need hwc_clocks = {
	"clocks", "#clock-cells", "clock", hwc_hold_clock,
};

static const struct hwc_need hwc_resets = {
	"resets", "#reset-cells", "reset", hwc_hold_reset,
};

/* A device may have parts in its own registers. */
static bool hwc_window_is_ours(const struct device *dev, struct device_node *np,
			       const struct resource *window)
{
	struct resource around;
	int i;

	while (np != dev->of_node) {
		np = np->parent;
		for (i = 0; !of_address_to_resource(np, i, &around); i++)
			if (resource_contains(&around, window))
				return true;
	}
	return false;
}

/* Where the bus has no addresses of the CPU, such as I2C, there is nothing to request. */
static int hwc_assign_take_windows(struct device *dev, struct device_node *np)
{
	struct resource window;
	int i;

	for (i = 0; !of_address_to_resource(np, i, &window); i++) {
		if (hwc_window_is_ours(dev, np, &window))
			continue;
		if (!devm_request_mem_region(dev, window.start, resource_size(&window),
					     dev_name(dev)))
			return dev_err_probe(dev, -EBUSY, "%pR is in use on the host\n", &window);
	}
	return 0;
}

/* No entry, or one whose provider is the guest's, too. */
static bool hwc_need_is_guests(const struct hwc_need *need, const struct device_node *np, int i)
{
	struct of_phandle_args args;
	bool guests;

	if (of_parse_phandle_with_args(np, need->name, need->cells, i, &args))
		return true;
	guests = hwc_guard_assigns(args.np);
	of_node_put(args.np);
	return guests;
}

static void hwc_assign_let_go(void *held)
{
	hwc_held_put(held);
}

static int hwc_assign_hold(struct device *dev, struct device_node *np,
			   const struct hwc_need *need)
{
	int n = of_count_phandle_with_args(np, need->name, need->cells);
	struct hwc_held *held;
	int i, ret;

	for (i = 0; i < n; i++) {
		if (hwc_need_is_guests(need, np, i))
			continue;
		ret = need->hold(np, i, &held);
		if (ret)
			return dev_err_probe(dev, ret, "%s %d of %pOF is not there\n", need->one, i,
					     np);
		ret = devm_add_action_or_reset(dev, hwc_assign_let_go, held);
		if (ret)
			return ret;
	}
	return 0;
}

static int hwc_assign_take_clocks(struct device *dev, struct device_node *np)
{
	return hwc_assign_hold(dev, np, &hwc_clocks);
}

static int hwc_assign_take_resets(struct device *dev, struct device_node *np)
{
	return hwc_assign_hold(dev, np, &hwc_resets);
}

/* What is below a device is the guest's with it, and nobody else's on the host. */
static int hwc_assign_take(struct device *dev, struct device_node *np,
			   int (*take)(struct device *dev, struct device_node *np))
{
	struct device_node *child;
	int ret = take(dev, np);

	if (ret)
		return ret;
	for_each_available_child_of_node(np, child) {
		ret = hwc_assign_take(dev, child, take);
		if (ret) {
			of_node_put(child);
			return ret;
		}
	}
	return 0;
}

static int hwc_assign_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;

	return hwc_assign_take(dev, dev->of_node, hwc_assign_take_windows) ?:
	       hwc_assign_take(dev, dev->of_node, hwc_assign_take_clocks) ?:
	       hwc_assign_take(dev, dev->of_node, hwc_assign_take_resets);
}

/*
 * It matches no device but those that want it by name. Nobody may unbind one of them by
 * hand: what a guest has would be for the next driver.
 */
static struct platform_driver hwc_assign_driver = {
	.probe = hwc_assign_probe,
	.driver_managed_dma = true,
	.driver = {
		.name = HWC_ASSIGN,
		.suppress_bind_attrs = true,
	},
};

/* No driver at all, rather than one of the host's; the claim fails for want of ours. */
static void hwc_assign_refuse_drivers(struct device *dev)
{
	dev_err(dev, "no memory to keep the host's drivers away by name: it gets none\n");
	device_lock(dev);
	kill_device(dev);
	device_unlock(dev);
}

static int hwc_assign_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;

	if (action != BUS_NOTIFY_ADD_DEVICE || !hwc_guard_assigns(dev->of_node))
		return NOTIFY_DONE;
	if (hwc_device_set_override(dev, HWC_ASSIGN))
		hwc_assign_refuse_drivers(dev);
	return NOTIFY_OK;
}

static struct notifier_block hwc_assign_nb = {
	.notifier_call = hwc_assign_notify,
};

/**
 * hwc_assign_check() - is a device held for the virtual machine that it is for?
 * @claim: the claim that it is of
 * @dev: the device
 *
 * Return: 0, or -EBUSY, with the claim's message set.
 */
int hwc_assign_check(struct hwcontainer_claim *claim, struct device *dev)
{
	char driver[40] = "none";
	bool held;

	device_lock(dev);
	held = dev->driver == &hwc_assign_driver.driver;
	if (dev->driver)
		strscpy(driver, dev->driver->name);
	device_unlock(dev);
	if (held)
		return 0;
	return hwcontainer_claim_refuse(claim, -EBUSY,
		"%pOF is for a virtual machine, and its driver is %s instead of " HWC_ASSIGN,
		dev->of_node, driver);
}

int hwc_assign_init(void)
{
	int ret = platform_driver_register(&hwc_assign_driver);

	if (ret)
		return ret;
	ret = bus_register_notifier(&platform_bus_type, &hwc_assign_nb);
	if (ret)
		platform_driver_unregister(&hwc_assign_driver);
	return ret;
}

void hwc_assign_exit(void)
{
	bus_unregister_notifier(&platform_bus_type, &hwc_assign_nb);
	platform_driver_unregister(&hwc_assign_driver);
}
