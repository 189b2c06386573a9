// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: where the programmable logic of a machine is in its address map.
 * That is what a region with empty ranges can mean there.
 */
#include <kunit/visibility.h>
#include <linux/export.h>
#include <linux/of.h>

#include "confine.h"
#include "windows.h"

/**
 * hwc_windows_map() - address map of the machine that this is
 *
 * Return: a number for hwc_windows_contain(), or -ENOENT.
 */
int hwc_windows_map(void)
{
	size_t i;

	for (i = 0; hwc_maps[i].machine; i++)
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

	for (i = 0; hwc_maps[i].machine; i++)
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
	const struct hwc_span *span;

	for (span = hwc_maps[map].spans; span->size; span++)
		if (addr >= span->start && addr - span->start < span->size &&
		    size <= span->size - (addr - span->start))
			return true;
	return false;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_windows_contain);
