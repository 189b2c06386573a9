// SPDX-License-Identifier: LGPL-2.1-or-later
/* Addresses of nodes that move from one bus or slot to another. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bus.h"
#include "ctx.h"
#include "dtree.h"
#include "rewrite.h"
#include "tree.h"

#define CELLS_DEFAULT 2

struct hwc_cell_sizes hwc_reg_cells(const struct hwc_dt_node *overlay, struct hwc_cell_sizes cells)
{
	hwc_dt_cell(overlay, "#address-cells", &cells.addr);
	hwc_dt_cell(overlay, "#size-cells", &cells.size);
	return cells;
}

static bool fits(uint64_t value, uint32_t cells)
{
	return cells > 1 || value <= UINT32_MAX;
}

/* The unit address, where it is what reg begins with. */
static int rename_node(struct hwc_rewriter *r, struct hwc_dt_node *node, uint64_t was, uint64_t is)
{
	const char *at = strchr(node->name, '@');
	char *end, *name;

	if (!at || was == is || strtoull(at + 1, &end, 16) != was || *end)
		return 0;
	if (asprintf(&name, "%.*s@%" PRIx64, (int)(at - node->name), node->name, is) < 0)
		return hwc_err_nomem(r->ctx);
	free(node->name);
	node->name = name;
	return 0;
}

static int refuse(struct hwc_rewriter *r, const struct hwc_dt_node *node, const char *why)
{
	return hwc_err(r->ctx, -EPERM, "%s cannot be moved into the region: %s", node->name, why);
}

static int move_entries(struct hwc_rewriter *r, struct hwc_dt_node *node,
			const struct hwc_cell_sizes *from, int64_t by, size_t n)
{
	size_t size = n * (r->cells.addr + r->cells.size) * sizeof(uint32_t);
	uint8_t *data = malloc(size), *at = data;
	struct hwc_window window, first;
	int err = 0;

	if (!data)
		return hwc_err_nomem(r->ctx);
	hwc_reg_entry(node, from, 0, &first);
	for (size_t i = 0; i < n; i++) {
		hwc_reg_entry(node, from, i, &window);
		window.start += by;
		if (!fits(window.start, r->cells.addr) || !fits(window.size, r->cells.size))
			err = refuse(r, node, "its address has more cells than the region's have");
		at = hwc_cells_put(at, window.start, r->cells.addr);
		at = hwc_cells_put(at, window.size, r->cells.size);
	}
	if (!err && hwc_dt_set(node, "reg", data, size))
		err = hwc_err_nomem(r->ctx);
	free(data);
	return err ? err : rename_node(r, node, first.start, first.start + by);
}

int hwc_reg_move(struct hwc_rewriter *r, struct hwc_dt_node *node,
		 const struct hwc_cell_sizes *from, int64_t by)
{
	const struct hwc_dt_prop *reg = hwc_dt_prop(node, "reg");
	const struct hwc_dt_prop *ranges = hwc_dt_prop(node, "ranges");
	bool same = from->addr == r->cells.addr && from->size == r->cells.size;
	size_t step;

	if (same && !by)
		return 0;
	if (ranges && ranges->size)
		return refuse(r, node, "its ranges are those of another place");
	if (!reg)
		return 0;
	if (!hwc_dt_cells_ok(from) || !hwc_dt_cells_ok(&r->cells))
		return refuse(r, node,
			      "its addresses have a number of cells that is not understood");
	step = (from->addr + from->size) * sizeof(uint32_t);
	if (!reg->size || reg->size % step)
		return refuse(r, node, "its reg are no whole addresses");
	return move_entries(r, node, from, by, reg->size / step);
}

/* First address of the window of a live slot. */
static bool window_start(const struct hwc_rewriter *r, const char *slot, uint64_t *start)
{
	size_t size = 0;
	void *ranges = hwc_tree_prop(r->tree, slot, "ranges", &size);
	uint32_t n;
	bool found = ranges && hwc_tree_cell(r->tree, slot, "#address-cells", &n) && n &&
		     n <= HWC_CELLS_MAX && size >= n * sizeof(uint32_t);

	if (found)
		*start = hwc_cells(ranges, 0, n);
	free(ranges);
	return found;
}

int hwc_reg_distance(const struct hwc_rewriter *r, const char *from, int64_t *by)
{
	uint64_t there, here;

	if (!r->tree || !window_start(r, from, &there) || !window_start(r, r->plan->region, &here))
		return hwc_err(
			r->ctx, -ENOENT,
			"the overlay was written for %s, and the windows of that and of %s are not both known",
			from, r->plan->region);
	*by = here - there;
	return 0;
}

struct hwc_cell_sizes hwc_reg_live_cells(const struct hwc_rewriter *r, const char *node)
{
	struct hwc_cell_sizes cells = { CELLS_DEFAULT, CELLS_DEFAULT };

	/* what is not there, such as a slot whose shell is not loaded, has those of all boards */
	if (r->tree && node && hwc_tree_has(r->tree, node)) {
		cells.addr = hwc_tree_bus_cells(r->tree, node, "#address-cells");
		cells.size = hwc_tree_bus_cells(r->tree, node, "#size-cells");
	}
	return cells;
}

/* Whether a live node shows addresses above it as they are below it. */
static bool is_identity(const struct hwc_rewriter *r, const char *path)
{
	struct hwc_bus bus = { 0 };
	size_t size = 0;
	void *ranges = hwc_tree_prop(r->tree, path, "ranges", &size);
	bool same = ranges &&
		    (!size || hwc_tree_cell(r->tree, path, "#address-cells", &bus.addr_cells));

	if (same && size) {
		bus.size_cells = bus.addr_cells;
		same = !hwc_bus_set_ranges(&bus, bus.addr_cells, ranges, size);
		for (size_t i = 0; i < bus.n_ranges; i++)
			same &= bus.ranges[i].child == bus.ranges[i].parent;
		hwc_bus_clear(&bus);
	}
	free(ranges);
	return same;
}

static bool is_identity_upwards(const struct hwc_rewriter *r, const char *node)
{
	char *path = strdup(node);
	bool same = path;

	while (same && path[1]) {
		/* what is not there yet will be as the shell's overlay says */
		same = !hwc_tree_has(r->tree, path) || is_identity(r, path);
		hwc_path_up(path);
	}
	free(path);
	return same;
}

int hwc_reg_same_space(struct hwc_rewriter *r, const char *bus)
{
	const char *region = r->plan->region;

	if (is_identity_upwards(r, bus) && (!region || is_identity_upwards(r, region)))
		return 0;
	return hwc_err(r->ctx, -EPERM,
		       "devices of %s cannot be moved into %s, where addresses are other ones", bus,
		       region ? region : "the region");
}
