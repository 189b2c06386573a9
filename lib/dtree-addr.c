// SPDX-License-Identifier: LGPL-2.1-or-later
/* Where the registers of a node are for the CPU: its reg, through all ranges above it. */
#include <errno.h>
#include "bus.h"
#include "dtree.h"

/* of_bus_n_addr_cells() and of_bus_n_size_cells() without any such property. */
#define CELLS_DEFAULT 1

static uint32_t cells_above(const struct hwc_dt_node *bus, const char *name)
{
	uint32_t cells = CELLS_DEFAULT;

	while (bus && !hwc_dt_cell(bus, name, &cells))
		bus = bus->parent;
	return cells;
}

struct hwc_cell_sizes hwc_dt_cells(const struct hwc_dt_node *bus)
{
	return (struct hwc_cell_sizes){
		.addr = cells_above(bus, "#address-cells"),
		.size = cells_above(bus, "#size-cells"),
	};
}

int hwc_dt_bus(const struct hwc_dt_node *node, struct hwc_bus *bus)
{
	struct hwc_cell_sizes cells = hwc_dt_cells(node), above = hwc_dt_cells(node->parent);
	const struct hwc_dt_prop *ranges = hwc_dt_prop(node, "ranges");

	*bus = (struct hwc_bus){ .addr_cells = cells.addr, .size_cells = cells.size };
	return hwc_bus_set_ranges(bus, above.addr, ranges ? ranges->value : NULL,
				  ranges ? ranges->size : 0);
}

static bool wraps(const struct hwc_window *window)
{
	return window->size && window->size - 1 > UINT64_MAX - window->start;
}

/* Through the ranges of one bus, which is not the root. */
static int up(const struct hwc_dt_node *node, struct hwc_window *window)
{
	const struct hwc_bus *edge;
	struct hwc_bus bus;
	int err = hwc_dt_bus(node, &bus);

	if (!err)
		err = hwc_bus_translate(&bus, NULL, window, &edge);
	hwc_bus_clear(&bus);
	return err;
}

int hwc_dt_up(const struct hwc_dt_node *bus, struct hwc_window *window,
	      const struct hwc_dt_node **at)
{
	for (*at = bus; (*at)->parent; *at = (*at)->parent) {
		int err = up(*at, window);

		if (!err && wraps(window))
			err = -EINVAL;
		if (err)
			return err;
	}
	return 0;
}

bool hwc_dt_cells_ok(const struct hwc_cell_sizes *cells)
{
	return cells->addr && cells->addr <= HWC_CELLS_MAX && cells->size &&
	       cells->size <= HWC_CELLS_MAX;
}

bool hwc_reg_entry(const struct hwc_dt_node *node, const struct hwc_cell_sizes *cells, size_t i,
		   struct hwc_window *window)
{
	const struct hwc_dt_prop *reg = hwc_dt_prop(node, "reg");
	size_t step;

	if (!reg || !hwc_dt_cells_ok(cells))
		return false;
	step = cells->addr + cells->size;
	if ((i + 1) * step * sizeof(uint32_t) > reg->size)
		return false;
	window->start = hwc_cells(reg->value, i * step, cells->addr);
	window->size = hwc_cells(reg->value, i * step + cells->addr, cells->size);
	return true;
}

int hwc_dt_window(const struct hwc_dt_node *node, size_t i, struct hwc_window *window,
		  const struct hwc_dt_node **at)
{
	struct hwc_cell_sizes cells = hwc_dt_cells(node->parent);
	struct hwc_window found = { .name = "" };
	int err;

	*at = node;
	if (!hwc_reg_entry(node, &cells, i, &found) || !found.size || wraps(&found))
		return -EINVAL;
	err = hwc_dt_up(node->parent, &found, at);
	if (!err)
		*window = found;
	return err;
}

size_t hwc_dt_windows(const struct hwc_dt_node *node)
{
	const struct hwc_dt_prop *reg = hwc_dt_prop(node, "reg");
	struct hwc_cell_sizes cells;
	size_t step;

	if (!reg || !node->parent)
		return 0;
	cells = hwc_dt_cells(node->parent);
	step = sizeof(uint32_t) * ((size_t)cells.addr + cells.size);
	/* what is left over, or has no size, is one that hwc_dt_window() will not have */
	return step ? (reg->size + step - 1) / step : 1;
}
