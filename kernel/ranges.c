// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: registers of an overlay's devices, translated from bus to bus up
 * to the region, whose `ranges` must contain them. The rules are those of
 * drivers/of/address.c; that code itself works only on nodes of the live tree.
 */
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/of.h>

#include "ranges.h"

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
 * @parent: address on the bus above
 * @size: length
 */
struct hwc_cells {
	u32 addr;
	u32 parent;
	u32 size;
};

static bool hwc_cells_ok(const struct hwc_cells *c)
{
	return c->addr >= 1 && c->addr <= 2 && c->parent <= 2 && c->size >= 1 && c->size <= 2;
}

/* Find [*addr, *addr + size) in one entry of @ranges and translate it. */
static int hwc_ranges_translate(const __be32 *ranges, int len, const struct hwc_cells *c,
				u64 *addr, u64 size)
{
	int step = c->addr + c->parent + c->size;
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

static int hwc_ranges_walk(const struct hwc_ov *ov, const struct device_node *bus, u64 addr,
			   u64 size)
{
	const struct device_node *up;
	const __be32 *ranges;
	struct hwc_cells c;
	int len, ret;

	for (;; bus = up) {
		up = hwc_ov_up(ov, bus);
		ranges = of_get_property(bus, "ranges", &len);
		if (!ranges)
			return bus == ov->region ? HWC_OUTSIDE : HWC_NOT_MEMORY;
		if (!len && bus == ov->region)
			return hwc_unconfined ? 0 : HWC_UNCONFINED;
		if (!len)
			continue;
		c.addr = hwc_ov_cells(ov, bus, "#address-cells");
		c.size = hwc_ov_cells(ov, bus, "#size-cells");
		c.parent = hwc_ov_cells(ov, up, "#address-cells");
		ret = hwc_cells_ok(&c) ? hwc_ranges_translate(ranges, len, &c, &addr, size) :
					 HWC_OUTSIDE;
		if (ret || bus == ov->region)
			return ret;
	}
}

static int hwc_reg_refuse(int outcome, const struct hwc_ov *ov, const struct device_node *node,
			  u64 addr, u64 size, char *why, size_t room)
{
	if (outcome == HWC_UNCONFINED)
		snprintf(why, room,
			 "%pOF has empty ranges, so %s cannot be confined to it (see the module parameter unconfined)",
			 ov->region, node->full_name);
	else
		snprintf(why, room,
			 "overlay's node %s has registers at 0x%llx, 0x%llx bytes, outside of the region",
			 node->full_name, addr, size);
	return -EPERM;
}

/**
 * hwc_ranges_check() - are a node's registers inside the region?
 * @ov: the fragment
 * @node: a node of its overlay
 * @why: receives one sentence on refusal
 * @room: bytes there
 *
 * Return: 0 or -EPERM.
 */
int hwc_ranges_check(const struct hwc_ov *ov, const struct device_node *node, char *why,
		     size_t room)
{
	const struct device_node *bus = hwc_ov_up(ov, node);
	struct hwc_cells c = {
		.addr = hwc_ov_cells(ov, bus, "#address-cells"),
		.size = hwc_ov_cells(ov, bus, "#size-cells"),
	};
	const __be32 *reg;
	u64 addr, size;
	int len, ret;

	reg = of_get_property(node, "reg", &len);
	if (!reg || !c.size)
		return 0;	/* no registers, or none in memory, such as on I2C */
	if (!hwc_cells_ok(&c))
		return hwc_reg_refuse(HWC_OUTSIDE, ov, node, 0, 0, why, room);
	for (len /= sizeof(*reg); len >= c.addr + c.size;
	     len -= c.addr + c.size, reg += c.addr + c.size) {
		addr = of_read_number(reg, c.addr);
		size = of_read_number(reg + c.addr, c.size);
		ret = hwc_ranges_walk(ov, bus, addr, size);
		if (ret && ret != HWC_NOT_MEMORY)
			return hwc_reg_refuse(ret, ov, node, addr, size, why, room);
	}
	return 0;
}
