// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where the programmable logic of a machine is in its address map, which is what
 * empty ranges of a region mean there.
 */
#include <errno.h>
#include <stdlib.h>
#include "../kernel/windows.h"
#include "bus.h"
#include "tree.h"

static int set_ranges(struct hwc_bus *bus, const struct hwc_span *spans)
{
	size_t n = 0;

	while (spans[n].size)
		n++;
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
	for (size_t i = 0; hwc_maps[i].machine; i++)
		if (hwc_tree_compatible(tree, "/", hwc_maps[i].machine))
			return set_ranges(bus, hwc_maps[i].spans);
	return 0;
}
