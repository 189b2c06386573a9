/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bus.c: address spaces of a device tree */
#ifndef HWC_BUS_H
#define HWC_BUS_H

#include <hwcontainer.h>

struct hwc_tree;

/**
 * enum hwc_bus_ranges - how a bus shows in the address space above it
 * @HWC_BUS_OPAQUE: not at all, its addresses are its own
 * @HWC_BUS_IDENTITY: as it is
 * @HWC_BUS_WINDOWS: through its ranges
 */
enum hwc_bus_ranges {
	HWC_BUS_OPAQUE,
	HWC_BUS_IDENTITY,
	HWC_BUS_WINDOWS,
};

struct hwc_bus_range {
	uint64_t child;
	uint64_t parent;
	uint64_t size;
};

/**
 * struct hwc_bus - a node whose children have addresses
 * @parent: bus above it; NULL where addresses are looked at no further
 * @path: its node
 * @addr_cells: of its children
 * @size_cells: of its children
 * @kind: how it shows above
 * @ranges: its windows
 * @n_ranges: how many
 */
struct hwc_bus {
	const struct hwc_bus *parent;
	const char *path;
	uint32_t addr_cells;
	uint32_t size_cells;
	enum hwc_bus_ranges kind;
	struct hwc_bus_range *ranges;
	size_t n_ranges;
};

/* Longest address and size that are understood, in cells. */
#define HWC_CELLS_MAX 2

uint32_t hwc_cell(const void *cells, size_t i);
uint64_t hwc_cells(const void *cells, size_t first, uint32_t n);

/* Appends a number of @n cells to @data and returns what is behind it. */
uint8_t *hwc_cells_put(uint8_t *data, uint64_t value, uint32_t n);

/**
 * hwc_bus_set_ranges() - take the ranges property of a bus
 * @bus: its cells are set
 * @parent_cells: cells of an address above it
 * @prop: the property, NULL where it has none
 * @size: its length in bytes
 *
 * Return: 0; -EINVAL when the length does not fit the cells; -ENOMEM.
 */
int hwc_bus_set_ranges(struct hwc_bus *bus, uint32_t parent_cells, const void *prop, size_t size);
void hwc_bus_clear(struct hwc_bus *bus);

/**
 * hwc_bus_translate() - follow an address upwards
 * @bus: the bus it is on
 * @end: one of those above it, where to stop; NULL for the way to the end
 * @window: receives the result in @start; @size is followed, too
 * @edge: receives the bus in whose ranges it does not lie
 *
 * Return: 0; -ERANGE when it leaves a bus' ranges; -ENXIO when a bus is opaque.
 */
int hwc_bus_translate(const struct hwc_bus *bus, const struct hwc_bus *end,
		      struct hwc_window *window, const struct hwc_bus **edge);

/* windows.c */

/* Gives a bus the addresses of the machine's programmable logic, if we know them; -ENOMEM. */
int hwc_windows_set(const struct hwc_tree *tree, struct hwc_bus *bus);

#endif
