/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what exists because of a claim. */
#ifndef HWC_DEVICE_H
#define HWC_DEVICE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/types.h>

/**
 * struct hwc_node - a device node
 * @in_device: in the device's nodes
 * @path: below /dev
 * @block: block device
 * @devt: numbers
 */
struct hwc_node {
	struct list_head in_device;
	bool block;
	dev_t devt;
	char path[];
};

/**
 * struct hwc_window - a range of registers
 * @name: from the device tree, or NULL
 * @start: physical address
 * @size: bytes
 */
struct hwc_window {
	char *name;
	u64 start;
	u64 size;
};

/**
 * struct hwc_clock - a clock that runs for a virtual machine
 * @in_device: in the device's clocks
 * @of_path: node that names it
 * @index: which of that node's
 * @rate: in Hz; 0 where nobody on the host knows
 */
struct hwc_clock {
	struct list_head in_device;
	char *of_path;
	u32 index;
	unsigned long rate;
};

/**
 * struct hwc_device - a device as it was when it was reported
 * @in_set: in the set
 * @name: on its bus
 * @driver: that it is bound to, or NULL
 * @of_path: its device-tree node, or NULL
 * @nodes: its device nodes
 * @window: its registers, @n_windows of them
 * @irq: its interrupts, @n_irq of them
 * @clocks: its clocks, where it is for a virtual machine
 * @clocks_size: bytes that it takes to tell of them, about
 */
struct hwc_device {
	struct list_head in_set;
	char *name;
	char *driver;
	char *of_path;
	struct list_head nodes;
	struct hwc_window *window;
	unsigned int n_windows;
	u32 *irq;
	unsigned int n_irq;
	struct list_head clocks;
	size_t clocks_size;
};

/* The devices of an image: counted, and not changed once it is shared. */
struct hwc_devset {
	struct kref ref;
	struct list_head devices;
};

struct hwc_devset *hwc_devset_get(struct hwc_devset *set);
void hwc_devset_put(struct hwc_devset *set);

#endif /* HWC_DEVICE_H */
