// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where the programmable logic of a machine is in its address map, which is what
 * empty ranges of a region mean there. The module's windows.c has the same.
 */
#include <errno.h>
#include <stdlib.h>
#include "internal.h"

#define MIB (1ull << 20)
#define GIB (1ull << 30)

struct span {
	uint64_t start;
	uint64_t size;
};

/* UG1085, "PS-PL AXI Interfaces": the ports that the processors master. */
static const struct span zynqmp[] = {
	{ 0x80000000, 512 * MIB }, /* M_AXI_HPM0_LPD */
	{ 0xa0000000, 256 * MIB }, /* M_AXI_HPM0_FPD */
	{ 0xb0000000, 256 * MIB }, /* M_AXI_HPM1_FPD */
	{ 0x400000000, 4 * GIB }, /* M_AXI_HPM0_FPD */
	{ 0x500000000, 4 * GIB }, /* M_AXI_HPM1_FPD */
	{ 0x1000000000, 224 * GIB }, /* M_AXI_HPM0_FPD */
	{ 0x4800000000, 224 * GIB }, /* M_AXI_HPM1_FPD */
};

/* AM011, "4 GB Processor System Address Map" */
static const struct span versal[] = {
	{ 0x80000000, 512 * MIB }, /* LPD_AXI_PL */
	{ 0xa4000000, 192 * MIB }, /* FPD_AXI_PL, lower */
	{ 0xb0000000, 256 * MIB }, /* FPD_AXI_PL, upper */
};

static const struct {
	const char *machine;
	const struct span *spans;
	size_t n;
} maps[] = {
	{ "xlnx,zynqmp", zynqmp, HWC_ARRAY_SIZE(zynqmp) },
	{ "xlnx,versal", versal, HWC_ARRAY_SIZE(versal) },
};

static int set_ranges(struct hwc_bus *bus, const struct span *spans, size_t n)
{
	bus->ranges = calloc(n, sizeof(*bus->ranges));
	if (!bus->ranges)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		bus->ranges[i] = (struct hwc_bus_range){
			.child = spans[i].start,
			.parent = spans[i].start,
			.size = spans[i].size,
		};
	bus->n_ranges = n;
	bus->kind = HWC_BUS_WINDOWS;
	return 0;
}

int hwc_windows_set(const struct hwc_tree *tree, struct hwc_bus *bus)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(maps); i++)
		if (hwc_tree_compatible(tree, "/", maps[i].machine))
			return set_ranges(bus, maps[i].spans, maps[i].n);
	return 0;
}
