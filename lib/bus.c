// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Address spaces of a device tree (Devicetree Specification 2.3.5, 2.3.6 and
 * 2.3.8): #address-cells, #size-cells, ranges.
 */
#include <errno.h>
#include <stdlib.h>
#include "bus.h"

uint32_t hwc_cell(const void *cells, size_t i)
{
	const uint8_t *p = (const uint8_t *)cells + 4 * i;

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t hwc_cells(const void *cells, size_t first, uint32_t n)
{
	uint64_t value = 0;

	for (uint32_t i = 0; i < n; i++)
		value = value << 32 | hwc_cell(cells, first + i);
	return value;
}

uint8_t *hwc_cells_put(uint8_t *data, uint64_t value, uint32_t n)
{
	while (n--) {
		uint32_t cell = n < 2 ? value >> (32 * n) : 0;

		*data++ = cell >> 24;
		*data++ = cell >> 16;
		*data++ = cell >> 8;
		*data++ = cell;
	}
	return data;
}

int hwc_bus_set_ranges(struct hwc_bus *bus, uint32_t parent_cells, const void *prop, size_t size)
{
	size_t cells = (size_t)bus->addr_cells + parent_cells + bus->size_cells;
	size_t n;

	if (!prop)
		return 0;
	if (!size) {
		bus->kind = HWC_BUS_IDENTITY;
		return 0;
	}
	if (!cells || size % (4 * cells) || bus->addr_cells > HWC_CELLS_MAX ||
	    bus->size_cells > HWC_CELLS_MAX || parent_cells > HWC_CELLS_MAX)
		return -EINVAL;
	n = size / (4 * cells);
	bus->ranges = calloc(n, sizeof(*bus->ranges));
	if (!bus->ranges)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		size_t at = i * cells;
		struct hwc_bus_range *range = &bus->ranges[i];

		range->child = hwc_cells(prop, at, bus->addr_cells);
		range->parent = hwc_cells(prop, at + bus->addr_cells, parent_cells);
		range->size = hwc_cells(prop, at + bus->addr_cells + parent_cells, bus->size_cells);
	}
	bus->n_ranges = n;
	bus->kind = HWC_BUS_WINDOWS;
	return 0;
}

void hwc_bus_clear(struct hwc_bus *bus)
{
	free(bus->ranges);
	bus->ranges = NULL;
}

/* All of it must lie in one range; written so that nothing overflows. */
static const struct hwc_bus_range *range_find(const struct hwc_bus *bus,
					      const struct hwc_window *window)
{
	for (size_t i = 0; i < bus->n_ranges; i++) {
		const struct hwc_bus_range *range = &bus->ranges[i];
		uint64_t offset = window->start - range->child;

		if (window->start >= range->child && offset < range->size &&
		    window->size <= range->size - offset)
			return range;
	}
	return NULL;
}

int hwc_bus_translate(const struct hwc_bus *bus, const struct hwc_bus *end,
		      struct hwc_window *window, const struct hwc_bus **edge)
{
	for (; bus != end; bus = bus->parent) {
		const struct hwc_bus_range *range;

		*edge = bus;
		if (bus->kind == HWC_BUS_OPAQUE)
			return -ENXIO;
		if (bus->kind == HWC_BUS_IDENTITY)
			continue;
		range = range_find(bus, window);
		if (!range)
			return -ERANGE;
		window->start = range->parent + (window->start - range->child);
	}
	return 0;
}
