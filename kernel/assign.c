// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: devices that are for a virtual machine.
 *
 * No driver of the host may see them, not even for as long as a probe takes that fails.
 * So each is told that it wants our driver and no other when it is added, which is before
 * the bus looks for one. Ours touches no register. It holds what the guest cannot ask
 * the host for: the registers' addresses, so that nobody else on the host can have them, the
 * clocks, and the resets, which are let go. DMA is left to whoever runs the guest.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/clk.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/reset.h>

#include "compat.h"
#include "region.h"

#define HWC_ASSIGN "hwcontainer-assign"

/**
 * struct hwc_assigned - a device that we hold
 * @clks: its clocks
 * @n_clks: how many
 * @resets: its resets, or NULL
 */
struct hwc_assigned {
	struct clk_bulk_data *clks;
	int n_clks;
	struct reset_control *resets;
};

static int hwc_assign_take_windows(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	const struct resource *window;
	unsigned int i;

	for (i = 0; (window = platform_get_resource(pdev, IORESOURCE_MEM, i)); i++)
		if (!devm_request_mem_region(dev, window->start, resource_size(window),
					     dev_name(dev)))
			return dev_err_probe(dev, -EBUSY, "%pR is in use on the host\n", window);
	return 0;
}

static void hwc_assign_disable_clocks(void *data)
{
	struct hwc_assigned *a = data;

	clk_bulk_disable_unprepare(a->n_clks, a->clks);
}

static int hwc_assign_enable_clocks(struct device *dev, struct hwc_assigned *a)
{
	int ret;

	a->n_clks = devm_clk_bulk_get_all(dev, &a->clks);
	if (a->n_clks < 0)
		return dev_err_probe(dev, a->n_clks, "no clocks\n");
	ret = clk_bulk_prepare_enable(a->n_clks, a->clks);
	if (ret)
		return dev_err_probe(dev, ret, "clocks do not start\n");
	return devm_add_action_or_reset(dev, hwc_assign_disable_clocks, a);
}

static void hwc_assign_reset(void *data)
{
	struct hwc_assigned *a = data;

	reset_control_assert(a->resets);
}

/* Shared, for devices of an image may have one in common. */
static int hwc_assign_end_reset(struct device *dev, struct hwc_assigned *a)
{
	int ret;

	a->resets = devm_reset_control_array_get_optional_shared(dev);
	if (IS_ERR(a->resets))
		return dev_err_probe(dev, PTR_ERR(a->resets), "no resets\n");
	ret = reset_control_deassert(a->resets);
	if (ret)
		return dev_err_probe(dev, ret, "reset does not end\n");
	return devm_add_action_or_reset(dev, hwc_assign_reset, a);
}

static int hwc_assign_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct hwc_assigned *a = devm_kzalloc(dev, sizeof(*a), GFP_KERNEL);

	if (!a)
		return -ENOMEM;
	return hwc_assign_take_windows(pdev) ?: hwc_assign_enable_clocks(dev, a) ?:
	       hwc_assign_end_reset(dev, a);
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

/* Where there is no memory for it, hwc_assign_check() refuses what has come of that. */
static int hwc_assign_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	struct device *dev = data;

	if (action != BUS_NOTIFY_ADD_DEVICE || !hwc_guard_assigns(dev->of_node))
		return NOTIFY_DONE;
	if (hwc_device_set_override(dev, HWC_ASSIGN))
		dev_err(dev, "no memory to keep the host's drivers away\n");
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
