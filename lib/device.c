// SPDX-License-Identifier: LGPL-2.1-or-later
/* Devices that exist because of a claim. */
#include "msg.h"

const char *hwc_device_name(const struct hwc_device *dev)
{
	return dev->name;
}

const char *hwc_device_driver(const struct hwc_device *dev)
{
	return dev->driver;
}

const char *hwc_device_of_path(const struct hwc_device *dev)
{
	return dev->of_path;
}

size_t hwc_device_nodes(const struct hwc_device *dev)
{
	return dev->nodes.count;
}

const struct hwc_node *hwc_device_node(const struct hwc_device *dev, size_t i)
{
	return (const struct hwc_node *)dev->nodes.data + i;
}

size_t hwc_device_windows(const struct hwc_device *dev)
{
	return dev->windows.count;
}

const struct hwc_window *hwc_device_window(const struct hwc_device *dev, size_t i)
{
	return (const struct hwc_window *)dev->windows.data + i;
}

size_t hwc_device_irqs(const struct hwc_device *dev)
{
	return dev->irqs.count;
}

uint32_t hwc_device_irq(const struct hwc_device *dev, size_t i)
{
	return ((const uint32_t *)dev->irqs.data)[i];
}

size_t hwc_device_clocks(const struct hwc_device *dev)
{
	return dev->clocks.count;
}

const struct hwc_clock *hwc_device_clock(const struct hwc_device *dev, size_t i)
{
	return (const struct hwc_clock *)dev->clocks.data + i;
}
