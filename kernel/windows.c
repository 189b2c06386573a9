// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: where the programmable logic of a machine is in its address map.
 * That is what a region with empty ranges can mean there.
 */
#include <kunit/visibility.h>
#include <linux/array_size.h>
#include <linux/export.h>
#include <linux/of.h>
#include <linux/sizes.h>

#include "confine.h"

struct hwc_span {
	u64 start;
	u64 size;
};

/* UG1085, "PS-PL AXI Interfaces": the ports that the processors master. */
static const struct hwc_span hwc_zynqmp_spans[] = {
	{ 0x80000000, SZ_512M },		/* M_AXI_HPM0_LPD */
	{ 0xa0000000, SZ_256M },		/* M_AXI_HPM0_FPD */
	{ 0xb0000000, SZ_256M },		/* M_AXI_HPM1_FPD */
	{ 0x400000000, SZ_4G },			/* M_AXI_HPM0_FPD */
	{ 0x500000000, SZ_4G },			/* M_AXI_HPM1_FPD */
	{ 0x1000000000, 224ULL * SZ_1G },	/* M_AXI_HPM0_FPD */
	{ 0x4800000000, 224ULL * SZ_1G },	/* M_AXI_HPM1_FPD */
};

/* AM011, "4 GB Processor System Address Map" */
static const struct hwc_span hwc_versal_spans[] = {
	{ 0x80000000, SZ_512M },		/* LPD_AXI_PL */
	{ 0xa4000000, 192ULL * SZ_1M },		/* FPD_AXI_PL, lower */
	{ 0xb0000000, SZ_256M },		/* FPD_AXI_PL, upper */
};

static const struct {
	const char *machine;
	const struct hwc_span *spans;
	size_t n;
} hwc_maps[] = {
	{ "xlnx,zynqmp", hwc_zynqmp_spans, ARRAY_SIZE(hwc_zynqmp_spans) },
	{ "xlnx,versal", hwc_versal_spans, ARRAY_SIZE(hwc_versal_spans) },
};

/**
 * hwc_windows_map() - address map of the machine that this is
 *
 * Return: a number for hwc_windows_contain(), or -ENOENT.
 */
int hwc_windows_map(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hwc_maps); i++)
		if (of_machine_is_compatible(hwc_maps[i].machine))
			return i;
	return -ENOENT;
}

/**
 * hwc_windows_map_named() - address map by the name of its machine
 * @machine: compatible string of the device tree's root
 *
 * Return: as hwc_windows_map().
 */
int hwc_windows_map_named(const char *machine)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hwc_maps); i++)
		if (!strcmp(hwc_maps[i].machine, machine))
			return i;
	return -ENOENT;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_windows_map_named);

/**
 * hwc_windows_contain() - are these addresses those of the programmable logic?
 * @map: from hwc_windows_map()
 * @addr: the first
 * @size: how many
 *
 * Return: true when one window has them all.
 */
bool hwc_windows_contain(int map, u64 addr, u64 size)
{
	const struct hwc_span *span = hwc_maps[map].spans;
	size_t n;

	for (n = hwc_maps[map].n; n; n--, span++)
		if (addr >= span->start && addr - span->start < span->size &&
		    size <= span->size - (addr - span->start))
			return true;
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_windows_contain);
