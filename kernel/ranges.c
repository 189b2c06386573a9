// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: registers of an overlay's devices, translated from bus to bus up
 * to the region, whose `ranges` must contain them. The rules are those of
 * drivers/of/address.c for its default bus (fdt.c keeps the others out); that
 * code itself works only on nodes of the live tree.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/of.h>

#include "confine.h"

static bool hwc_unconfined;
module_param_named(unconfined, hwc_unconfined, bool, 0644);
MODULE_PARM_DESC(unconfined, "let overlays name any address in regions with empty ranges");

/* Outcomes of a translation besides 0. */
#define HWC_NOT_MEMORY	1	/* a bus on the way has no ranges: no address at all */
#define HWC_OUTSIDE	2	/* not in the ranges of a bus on the way */
#define HWC_UNCONFINED	3	/* the region's ranges are empty */

/* The node above, where the overlay's own root stands for its target. */
static const struct device_node *hwc_ov_up(const struct hwc_ov *ov, const struct device_node *np)
{
	return np->parent == ov->overlay ? ov->target : np->parent;
}

/* As of_bus_n_addr_cells(): the nearest node from @bus up that says so, or 1. */
static u32 hwc_ov_cells(const struct hwc_ov *ov, const struct device_node *bus, const char *name)
{
	u32 cells;

	for (; bus; bus = hwc_ov_up(ov, bus))
		if (!of_property_read_u32(bus, name, &cells))
			return cells;
	return 1;
}

/**
 * struct hwc_cells - how many 32-bit cells make an entry
 * @addr: address
 * @parent: address on the bus above, none in `reg`
 * @size: length
 */
struct hwc_cells {
	u32 addr;
	u32 parent;
	u32 size;
};

static u32 hwc_cells_sum(const struct hwc_cells *c)
{
	return c->addr + c->parent + c->size;
}

/* Whole entries, of numbers that fit in 64 bits. */
static bool hwc_cells_fit(const struct hwc_cells *c, int len)
{
	return c->addr >= 1 && c->addr <= 2 && c->parent <= 2 && c->size >= 1 && c->size <= 2 &&
	       !(len % (hwc_cells_sum(c) * sizeof(__be32)));
}

static struct hwc_cells hwc_ranges_cells(const struct hwc_ov *ov, const struct device_node *bus)
{
	return (struct hwc_cells) {
		.addr = hwc_ov_cells(ov, bus, "#address-cells"),
		.parent = hwc_ov_cells(ov, hwc_ov_up(ov, bus), "#address-cells"),
		.size = hwc_ov_cells(ov, bus, "#size-cells"),
	};
}

/* Find [*addr, *addr + size) in one entry of @ranges and translate it. */
static int hwc_ranges_translate(const __be32 *ranges, int len, const struct hwc_cells *c,
				u64 *addr, u64 size)
{
	int step = hwc_cells_sum(c);
	u64 from, to, n;

	for (len /= sizeof(*ranges); len >= step; len -= step, ranges += step) {
		from = of_read_number(ranges, c->addr);
		to = of_read_number(ranges + c->addr, c->parent);
		n = of_read_number(ranges + c->addr + c->parent, c->size);
		if (*addr >= from && *addr - from < n && size <= n - (*addr - from)) {
			*addr = to + (*addr - from);
			return 0;
		}
	}
	return HWC_OUTSIDE;
}

/*
 * Empty ranges of a region mean addresses of the machine, where the nodes above it
 * translate nothing either: those of the programmable logic, if we know them.
 */
static int hwc_ranges_empty(const struct hwc_ov *ov, u64 addr, u64 size)
{
	const struct device_node *np;
	int map = hwc_windows_map(), len;
	const void *ranges;

	if (hwc_unconfined)
		return 0;
	for (np = ov->region->parent; np && np->parent; np = np->parent) {
		ranges = of_get_property(np, "ranges", &len);
		if (!ranges || len)
			return HWC_UNCONFINED;
	}
	if (map < 0)
		return HWC_UNCONFINED;
	return hwc_windows_contain(map, addr, size) ? 0 : HWC_OUTSIDE;
}

static int hwc_ranges_walk(const struct hwc_ov *ov, const struct device_node *bus, u64 addr,
			   u64 size)
{
	const __be32 *ranges;
	struct hwc_cells c;
	int len, ret;

	for (;; bus = hwc_ov_up(ov, bus)) {
		ranges = of_get_property(bus, "ranges", &len);
		if (!ranges)
			return bus == ov->region ? HWC_OUTSIDE : HWC_NOT_MEMORY;
		if (!len && bus == ov->region)
			return hwc_ranges_empty(ov, addr, size);
		if (!len)
			continue;
		c = hwc_ranges_cells(ov, bus);
		if (!c.parent || !hwc_cells_fit(&c, len))
			return HWC_OUTSIDE;
		ret = hwc_ranges_translate(ranges, len, &c, &addr, size);
		if (ret || bus == ov->region)
			return ret;
	}
}

static int hwc_ranges_refuse(const struct hwc_ov *ov, const struct device_node *node,
			     const char *name, int outcome, u64 addr, u64 size)
{
	if (outcome == HWC_UNCONFINED)
		return hwc_confine_refuse(ov,
			"%pOF has empty ranges, so %s cannot be confined to it (see the module parameter unconfined)",
			ov->region, node->full_name);
	return hwc_confine_refuse(ov,
		"overlay's node %s has %s at 0x%llx, 0x%llx bytes, outside of the region",
		node->full_name, name, addr, size);
}

static int hwc_ranges_malformed(const struct hwc_ov *ov, const struct device_node *node,
				const char *name)
{
	return hwc_confine_refuse(ov, "overlay's node %s has %s that are no whole addresses",
				  node->full_name, name);
}

/*
 * Each entry of @name, whose address on @bus is @skip cells into it: is that
 * inside? Drivers of bridges use the ranges of their node without translation.
 */
static int hwc_ranges_check_list(const struct hwc_ov *ov, const struct device_node *node,
				 const char *name, const struct device_node *bus,
				 const struct hwc_cells *c, u32 skip)
{
	u32 step = hwc_cells_sum(c), cells = skip ? c->parent : c->addr;
	const __be32 *entry;
	u64 addr, size;
	int len, ret;

	entry = of_get_property(node, name, &len);
	if (!entry || !len)
		return 0;
	if (!hwc_cells_fit(c, len) || !cells)
		return hwc_ranges_malformed(ov, node, name);
	for (len /= sizeof(*entry); len >= step; len -= step, entry += step) {
		addr = of_read_number(entry + skip, cells);
		size = of_read_number(entry + c->addr + c->parent, c->size);
		ret = hwc_ranges_walk(ov, bus, addr, size);
		if (ret && ret != HWC_NOT_MEMORY)
			return hwc_ranges_refuse(ov, node, name, ret, addr, size);
	}
	return 0;
}

/**
 * hwc_ranges_check() - are a node's registers and windows inside the region?
 * @ov: the fragment
 * @node: a node of its overlay
 *
 * Return: 0, or -EPERM with the sentence in @ov->why.
 */
int hwc_ranges_check(const struct hwc_ov *ov, const struct device_node *node)
{
	const struct device_node *bus = hwc_ov_up(ov, node);
	struct hwc_cells reg = {
		.addr = hwc_ov_cells(ov, bus, "#address-cells"),
		.size = hwc_ov_cells(ov, bus, "#size-cells"),
	};
	struct hwc_cells ranges = hwc_ranges_cells(ov, node);
	int ret = 0;

	/* No sizes: addresses are not memory's, such as on I2C. */
	if (reg.size)
		ret = hwc_ranges_check_list(ov, node, "reg", bus, &reg, 0);
	return ret ?: hwc_ranges_check_list(ov, node, "ranges", bus, &ranges, ranges.addr);
}

/* Where one entry of a node's ranges begins on the bus above, and its length. */
static bool hwc_ranges_entry(const struct hwc_ov *ov, const struct device_node *node, int i,
			     u64 *start, u64 *size)
{
	struct hwc_cells c = hwc_ranges_cells(ov, node);
	int step = hwc_cells_sum(&c), len;
	const __be32 *ranges = of_get_property(node, "ranges", &len);

	if (!ranges || (i + 1) * step > len / (int)sizeof(*ranges))
		return false;
	ranges += i * step;
	*start = of_read_number(ranges + c.addr, c.parent);
	*size = of_read_number(ranges + c.addr + c.parent, c.size);
	return true;
}

/**
 * hwc_ranges_overlap() - have two nodes beside each other addresses in common?
 * @ov_a: the fragment of @a
 * @a: a node of its overlay, whose ranges hwc_ranges_check() has passed
 * @ov_b: the fragment of @b, with the same target
 * @b: another one, which will have the same parent
 *
 * Return: true when a window of one reaches into one of the other.
 */
bool hwc_ranges_overlap(const struct hwc_ov *ov_a, const struct device_node *a,
			const struct hwc_ov *ov_b, const struct device_node *b)
{
	u64 start_a, size_a, start_b, size_b;
	int i, j;

	for (i = 0; hwc_ranges_entry(ov_a, a, i, &start_a, &size_a); i++)
		for (j = 0; hwc_ranges_entry(ov_b, b, j, &start_b, &size_b); j++)
			if (start_a < start_b ? start_b - start_a < size_a :
						start_a - start_b < size_b)
				return true;
	return false;
}
