// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: what exists because of a claim, as reported to its holder. */
#include <linux/clk.h>
#include <linux/device.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "claim.h"
#include "core.h"
#include "device.h"

static void hwc_device_free(struct hwc_device *d)
{
	struct hwc_clock *clock, *next_clock;
	struct hwc_node *node, *next;
	unsigned int i;

	list_for_each_entry_safe(node, next, &d->nodes, in_device)
		kfree(node);
	list_for_each_entry_safe(clock, next_clock, &d->clocks, in_device) {
		kfree(clock->of_path);
		kfree(clock);
	}
	kfree(d->name);
	kfree(d->driver);
	kfree(d->of_path);
	for (i = 0; i < d->n_windows; i++)
		kfree(d->window[i].name);
	kfree(d->window);
	kfree(d->irq);
	kfree(d);
}

static void hwc_devset_free(struct kref *ref)
{
	struct hwc_devset *set = container_of(ref, struct hwc_devset, ref);
	struct hwc_device *d, *next;

	list_for_each_entry_safe(d, next, &set->devices, in_set)
		hwc_device_free(d);
	kfree(set);
}

/* NULL is fine, here and below. */
struct hwc_devset *hwc_devset_get(struct hwc_devset *set)
{
	if (set)
		kref_get(&set->ref);
	return set;
}

void hwc_devset_put(struct hwc_devset *set)
{
	if (set)
		kref_put(&set->ref, hwc_devset_free);
}

/* Path below /dev, as devtmpfs makes it from the class and the name. */
static char *hwc_node_path(struct device *dev)
{
	char *path = NULL;

	if (dev->type && dev->type->devnode)
		path = dev->type->devnode(dev, NULL, NULL, NULL);
	else if (dev->class && dev->class->devnode)
		path = dev->class->devnode(dev, NULL);
	if (!path)
		path = kstrdup(dev_name(dev), GFP_KERNEL);
	return path ? strreplace(path, '!', '/') : NULL;
}

static int hwc_node_add(struct hwc_device *d, struct device *dev)
{
	char *path = hwc_node_path(dev);
	struct hwc_node *node;

	if (!path)
		return -ENOMEM;
	node = kzalloc(struct_size(node, path, strlen(path) + 1), GFP_KERNEL);
	if (node) {
		memcpy(node->path, path, strlen(path));
		node->devt = dev->devt;
		/* block_class is not exported. */
		node->block = dev->class && !strcmp(dev->class->name, "block");
		list_add_tail(&node->in_device, &d->nodes);
	}
	kfree(path);
	return node ? 0 : -ENOMEM;
}

/*
 * A device's nodes belong to devices below it: its misc, uio or block device.
 * What is below a device of the device tree is that one's own.
 */
static int hwc_device_add_nodes(struct device *dev, void *data)
{
	struct hwc_device *d = data;
	int ret;

	if (dev_is_platform(dev))
		return 0;
	if (MAJOR(dev->devt)) {
		ret = hwc_node_add(d, dev);
		if (ret)
			return ret;
	}
	return device_for_each_child(dev, d, hwc_device_add_nodes);
}

static int hwc_device_add_windows(struct hwc_device *d, struct platform_device *pdev)
{
	const struct resource *r;
	struct hwc_window *w;
	unsigned int i;

	d->window = kcalloc(pdev->num_resources, sizeof(*d->window), GFP_KERNEL);
	if (pdev->num_resources && !d->window)
		return -ENOMEM;
	for (i = 0; i < pdev->num_resources; i++) {
		r = &pdev->resource[i];
		if (resource_type(r) != IORESOURCE_MEM)
			continue;
		w = &d->window[d->n_windows++];
		w->start = r->start;
		w->size = resource_size(r);
		w->name = r->name ? kstrdup(r->name, GFP_KERNEL) : NULL;
		if (r->name && !w->name)
			return -ENOMEM;
	}
	return 0;
}

static int hwc_device_add_irqs(struct hwc_device *d, struct platform_device *pdev)
{
	int count = platform_irq_count(pdev);
	int i, irq;

	if (count <= 0)
		return 0;
	d->irq = kcalloc(count, sizeof(*d->irq), GFP_KERNEL);
	if (!d->irq)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		irq = platform_get_irq_optional(pdev, i);
		if (irq > 0)
			d->irq[d->n_irq++] = irq;
	}
	return 0;
}

/* What is told of a device has to fit into one attribute of netlink: 64 KiB. */
#define HWC_CLOCKS_SIZE SZ_16K

/* Bytes of a clock there, about, without its node's path. */
#define HWC_CLOCK_SIZE 64

/* Without a driver it is the image's, which the host has no clock for. */
static int hwc_device_add_clock(struct hwc_device *d, struct device_node *np, int i)
{
	struct clk *clk = of_clk_get(np, i);
	struct hwc_clock *clock;
	int ret = -ENOMEM;

	if (IS_ERR(clk))
		return PTR_ERR(clk) == -ENOMEM ? -ENOMEM : 0;
	clock = kzalloc(sizeof(*clock), GFP_KERNEL);
	if (clock) {
		list_add_tail(&clock->in_device, &d->clocks);
		clock->index = i;
		clock->rate = clk_get_rate(clk);
		clock->of_path = kasprintf(GFP_KERNEL, "%pOF", np);
		ret = clock->of_path ? 0 : -ENOMEM;
	}
	clk_put(clk);
	if (ret)
		return ret;
	d->clocks_size += strlen(clock->of_path) + HWC_CLOCK_SIZE;
	if (d->clocks_size > HWC_CLOCKS_SIZE)
		ret = -E2BIG;
	return ret;
}

/* What is below a device for a virtual machine is that one's, too. */
static int hwc_device_add_clocks(struct hwc_device *d, struct device_node *np)
{
	int n = of_count_phandle_with_args(np, "clocks", "#clock-cells");
	struct device_node *child;
	int i, ret = 0;

	for (i = 0; !ret && i < n; i++)
		ret = hwc_device_add_clock(d, np, i);
	if (ret)
		return ret;
	for_each_available_child_of_node(np, child) {
		ret = hwc_device_add_clocks(d, child);
		if (ret) {
			of_node_put(child);
			return ret;
		}
	}
	return 0;
}

static int hwc_device_fill(struct hwc_device *d, struct device *dev, bool assigned)
{
	int ret;

	d->name = kstrdup(dev_name(dev), GFP_KERNEL);
	if (!d->name)
		return -ENOMEM;
	device_lock(dev);
	if (dev->driver)
		d->driver = kstrdup(dev->driver->name, GFP_KERNEL);
	ret = dev->driver && !d->driver ? -ENOMEM : 0;
	device_unlock(dev);
	if (ret)
		return ret;
	if (dev->of_node) {
		d->of_path = kasprintf(GFP_KERNEL, "%pOF", dev->of_node);
		if (!d->of_path)
			return -ENOMEM;
	}
	ret = device_for_each_child(dev, d, hwc_device_add_nodes);
	if (ret || !dev_is_platform(dev))
		return ret;
	ret = hwc_device_add_windows(d, to_platform_device(dev));
	if (!ret)
		ret = hwc_device_add_irqs(d, to_platform_device(dev));
	if (!ret && assigned)
		ret = hwc_device_add_clocks(d, dev->of_node);
	return ret;
}

static struct hwc_devset *hwc_devset_alloc(void)
{
	struct hwc_devset *set = kzalloc(sizeof(*set), GFP_KERNEL);

	if (set) {
		kref_init(&set->ref);
		INIT_LIST_HEAD(&set->devices);
	}
	return set;
}

/**
 * hwcontainer_claim_add_device() - report a device that the claim brought
 * @claim: a claim
 * @dev: the device; what it is now is copied
 *
 * Context: settle. Sleeps, takes the device's lock.
 * Return: 0; -E2BIG: it has too many clocks; or -ENOMEM; with the claim's message set.
 */
int hwcontainer_claim_add_device(struct hwcontainer_claim *claim, struct device *dev)
{
	struct hwc_device *d = kzalloc(sizeof(*d), GFP_KERNEL);
	struct hwc_devset *set = NULL;
	int ret = -ENOMEM;

	if (!d)
		goto err_refuse;
	INIT_LIST_HEAD(&d->nodes);
	INIT_LIST_HEAD(&d->clocks);
	ret = hwc_device_fill(d, dev, claim->flags & HWCONTAINER_CLAIM_FLAGS_ASSIGN);
	if (ret)
		goto err_free;
	if (!claim->devices) {
		set = hwc_devset_alloc();
		ret = set ? 0 : -ENOMEM;
		if (ret)
			goto err_free;
	}

	mutex_lock(&hwc_lock);
	if (set)
		claim->devices = set;
	list_add_tail(&d->in_set, &claim->devices->devices);
	mutex_unlock(&hwc_lock);
	return 0;

err_free:
	hwc_device_free(d);
	if (ret == -E2BIG)
		return hwcontainer_claim_refuse(claim, ret,
						"%s has more clocks than a guest can be told of",
						dev_name(dev));
err_refuse:
	return hwcontainer_claim_refuse(claim, ret, "out of memory");
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_add_device);
