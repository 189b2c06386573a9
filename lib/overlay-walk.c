// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What an overlay touches, and every reason for which the module will not have
 * it. The module looks at the same things when the overlay is applied; here
 * they are said for people, before, and all at once.
 */
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "array.h"
#include "bus.h"
#include "ctx.h"
#include "overlay.h"
#include "sysroot.h"
#include "tree.h"

/* Nodes inside each other: the module's 16, less root, fragment and __overlay__. */
#define DEPTH_MAX 13

/* Whether the module lets overlays of regions with empty ranges name any address. */
#define UNCONFINED "/sys/module/hwcontainer/parameters/unconfined"

/* Further reasons help nobody. */
#define REFUSALS_MAX 64

/* Cells of a bus that nothing is known of. */
#define CELLS_UNKNOWN UINT32_MAX

/* Takes @text over. */
static void string_add(struct hwc_walk *w, struct hwc_array *strings, char *text)
{
	if (hwc_strings_add(strings, text))
		w->nomem = true;
}

void hwc_walk_refuse(struct hwc_walk *w, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	if (w->overlay->refusals.count == REFUSALS_MAX)
		return;
	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	string_add(w, &w->overlay->refusals, text);
}

const char *hwc_walk_name(const struct hwc_walk *w, int node)
{
	const char *name = fdt_get_name(w->fdt, node, NULL);

	return name ? name : "";
}

/* A string property; NULL where it is none. */
static const char *prop_string(const struct hwc_walk *w, int node, const char *name)
{
	int size;
	const char *text = fdt_getprop(w->fdt, node, name, &size);

	return text && size > 0 && memchr(text, '\0', size) ? text : NULL;
}

bool hwc_walk_cell(const struct hwc_walk *w, int node, const char *name, uint32_t *cell)
{
	int size;
	const void *prop = fdt_getprop(w->fdt, node, name, &size);

	if (!prop || size != sizeof(*cell))
		return false;
	*cell = hwc_cell(prop, 0);
	return true;
}

static void bus_free(struct hwc_bus *bus)
{
	while (bus) {
		struct hwc_bus *parent = (struct hwc_bus *)bus->parent;

		hwc_bus_clear(bus);
		free((char *)bus->path);
		free(bus);
		bus = parent;
	}
}

/* Fills in the ranges of a live bus; without ranges it is opaque. */
static void live_ranges(struct hwc_walk *w, struct hwc_bus *bus)
{
	char *above = strdup(bus->path);
	size_t size = 0;
	uint32_t cells;
	void *prop;
	int err;

	if (!above) {
		w->nomem = true;
		return;
	}
	hwc_path_up(above);
	if (!bus->path[1]) /* addresses of the root are those of the machine */
		bus->kind = HWC_BUS_IDENTITY;
	cells = hwc_tree_bus_cells(w->tree, above, "#address-cells");
	prop = hwc_tree_prop(w->tree, bus->path, "ranges", &size);
	err = hwc_bus_set_ranges(bus, cells, prop, size);
	if (err == -ENOMEM)
		w->nomem = true;
	else if (err)
		hwc_walk_refuse(w, "the ranges of %s are not understood", bus->path);
	free(prop);
	free(above);
}

static struct hwc_bus *live_bus(struct hwc_walk *w, const char *path);

static struct hwc_bus *live_parent(struct hwc_walk *w, const char *path)
{
	char *above = strdup(path);
	struct hwc_bus *bus;

	if (!above) {
		w->nomem = true;
		return NULL;
	}
	hwc_path_up(above);
	bus = live_bus(w, above);
	free(above);
	return bus;
}

/* Whether its addresses are those of the machine. */
static bool is_flat(const struct hwc_bus *bus)
{
	for (; bus; bus = bus->parent)
		if (bus->kind != HWC_BUS_IDENTITY)
			return false;
	return true;
}

/*
 * The bus that @path is in the live tree, with those above it. Without a tree,
 * or without that node in it, nothing is known.
 */
static struct hwc_bus *live_bus(struct hwc_walk *w, const char *path)
{
	struct hwc_bus *bus = calloc(1, sizeof(*bus));
	char *name = strdup(path);

	if (!bus || !name) {
		free(bus);
		free(name);
		w->nomem = true;
		return NULL;
	}
	bus->path = name;
	if (!w->tree || !hwc_tree_has(w->tree, path)) {
		bus->addr_cells = CELLS_UNKNOWN;
		bus->size_cells = CELLS_UNKNOWN;
		bus->kind = HWC_BUS_IDENTITY;
		return bus;
	}
	bus->addr_cells = hwc_tree_bus_cells(w->tree, path, "#address-cells");
	bus->size_cells = hwc_tree_bus_cells(w->tree, path, "#size-cells");
	live_ranges(w, bus);
	if (path[1])
		bus->parent = live_parent(w, path);
	if (w->region && !strcmp(path, w->region) && !w->may_be_unconfined && is_flat(bus) &&
	    hwc_windows_set(w->tree, bus))
		w->nomem = true;
	return bus;
}

static struct hwc_overlay_item *item_last(struct hwc_walk *w)
{
	return (struct hwc_overlay_item *)w->overlay->items.data + w->overlay->items.count - 1;
}

char *hwc_walk_copy(struct hwc_walk *w, const char *text)
{
	char *copy = strdup(text ? text : "");

	if (!copy)
		w->nomem = true;
	return copy;
}

static bool item_add(struct hwc_walk *w, const char *path, int node)
{
	struct hwc_overlay_item *slot = hwc_array_grow(&w->overlay->items, sizeof(*slot));
	struct hwc_overlay_item item = {
		.path = hwc_walk_copy(w, path),
		.compatible = hwc_walk_copy(w, prop_string(w, node, "compatible")),
	};

	w->nomem = w->nomem || !slot;
	if (w->nomem) {
		free(item.path);
		free(item.compatible);
		return false;
	}
	*slot = item;
	w->overlay->items.count++;
	return true;
}

static void window_add(struct hwc_walk *w, const struct hwc_window *window, const char *name)
{
	struct hwc_overlay_item *item = item_last(w);
	struct hwc_window *slot = hwc_array_grow(&item->windows, sizeof(*slot));

	if (!slot) {
		w->nomem = true;
		return;
	}
	*slot = *window;
	slot->name = hwc_walk_copy(w, name);
	if (slot->name)
		item->windows.count++;
}

static bool is_region(const struct hwc_walk *w, const struct hwc_bus *bus)
{
	return w->region && !strcmp(bus->path, w->region);
}

/* Above the region nothing is the overlay's fault. */
static const struct hwc_bus *above_region(const struct hwc_walk *w, const struct hwc_bus *bus)
{
	for (; bus; bus = bus->parent)
		if (is_region(w, bus))
			return bus->parent;
	return NULL;
}

static bool is_unconfined(const struct hwc_walk *w, const struct hwc_bus *edge)
{
	return is_region(w, edge) && edge->kind == HWC_BUS_IDENTITY &&
	       edge->addr_cells != CELLS_UNKNOWN && !w->may_be_unconfined;
}

static void refuse_unconfined(struct hwc_walk *w, const struct hwc_bus *edge, const char *path)
{
	hwc_walk_refuse(
		w,
		"%s has empty ranges, so %s cannot be confined to it (see the module's parameter unconfined)",
		edge->path, path);
}

/* Takes the way up to the region, then that up to where the processor is. */
static void reg_entry(struct hwc_walk *w, int node, const struct hwc_bus *bus,
		      struct hwc_window window, int index)
{
	const char *name = fdt_stringlist_get(w->fdt, node, "reg-names", index, NULL);
	const struct hwc_bus *above = above_region(w, bus), *edge;
	const char *path = item_last(w)->path;
	struct hwc_window seen = window;

	switch (hwc_bus_translate(bus, above, &seen, &edge)) {
	case 0:
		/* every address of the machine would be the region's */
		if (is_unconfined(w, edge))
			refuse_unconfined(w, edge, path);
		window = seen;
		if (!hwc_bus_translate(above, NULL, &window, &edge))
			seen = window;
		window_add(w, &seen, name);
		break;
	case -ERANGE:
		hwc_walk_refuse(
			w, "%s has registers at 0x%jx, 0x%jx bytes, outside of the ranges of %s",
			path, (uintmax_t)window.start, (uintmax_t)window.size, edge->path);
		break;
	default:
		/* numbers on a bus that is not mapped, such as I2C */
		if (is_region(w, edge))
			hwc_walk_refuse(w, "%s has registers, but %s has no ranges", path,
					edge->path);
	}
}

static void reg_check(struct hwc_walk *w, int node, const struct hwc_bus *bus)
{
	uint32_t cells = bus->addr_cells + bus->size_cells;
	const char *path = item_last(w)->path;
	const void *reg;
	int size;

	reg = fdt_getprop(w->fdt, node, "reg", &size);
	if (!reg || bus->addr_cells == CELLS_UNKNOWN || !bus->size_cells)
		return;
	if (!bus->addr_cells || bus->addr_cells > HWC_CELLS_MAX ||
	    bus->size_cells > HWC_CELLS_MAX) {
		hwc_walk_refuse(
			w, "%s has registers on a bus with %u and %u cells, 1 to %d are understood",
			path, bus->addr_cells, bus->size_cells, HWC_CELLS_MAX);
		return;
	}
	if (!size || size % (4 * cells)) {
		hwc_walk_refuse(w, "%s has %d bytes of reg, an entry on its bus has %u", path, size,
				4 * cells);
		return;
	}
	for (uint32_t i = 0; i < size / (4 * cells); i++) {
		struct hwc_window window = {
			.start = hwc_cells(reg, (size_t)i * cells, bus->addr_cells),
			.size = hwc_cells(reg, (size_t)i * cells + bus->addr_cells,
					  bus->size_cells),
		};

		reg_entry(w, node, bus, window, i);
	}
}

static void interrupts_add(struct hwc_walk *w, int node)
{
	struct hwc_overlay_item *item = item_last(w);
	const void *prop;
	int size;

	prop = fdt_getprop(w->fdt, node, "interrupts", &size);
	for (int i = 0; prop && i < size / 4; i++) {
		uint32_t *slot = hwc_array_grow(&item->interrupts, sizeof(*slot));

		if (!slot) {
			w->nomem = true;
			return;
		}
		*slot = hwc_cell(prop, i);
		item->interrupts.count++;
	}
}

/* Drivers of bridges use the ranges of their node without translation. */
static void window_check(struct hwc_walk *w, const struct hwc_bus *bus)
{
	const struct hwc_bus *above = above_region(w, bus->parent), *edge;

	for (size_t i = 0; i < bus->n_ranges; i++) {
		struct hwc_window window = {
			.start = bus->ranges[i].parent,
			.size = bus->ranges[i].size,
		};
		int err = hwc_bus_translate(bus->parent, above, &window, &edge);

		if (err == -ERANGE)
			hwc_walk_refuse(
				w,
				"%s has a window at 0x%jx, 0x%jx bytes, outside of the ranges of %s",
				bus->path, (uintmax_t)bus->ranges[i].parent,
				(uintmax_t)bus->ranges[i].size, edge->path);
		else if (!err && is_unconfined(w, edge))
			refuse_unconfined(w, edge, bus->path);
	}
}

/* The bus that a node of the overlay is; cells that it does not say are inherited. */
static void node_bus(struct hwc_walk *w, int node, const char *path, const struct hwc_bus *above,
		     struct hwc_bus *bus)
{
	const void *ranges;
	int size, err;

	*bus = (struct hwc_bus){
		.parent = above,
		.path = path,
		.addr_cells = above->addr_cells,
		.size_cells = above->size_cells,
	};
	hwc_walk_cell(w, node, "#address-cells", &bus->addr_cells);
	hwc_walk_cell(w, node, "#size-cells", &bus->size_cells);
	ranges = fdt_getprop(w->fdt, node, "ranges", &size);
	if (ranges && size && above->addr_cells == CELLS_UNKNOWN) {
		bus->kind = HWC_BUS_OPAQUE;
		return;
	}
	err = hwc_bus_set_ranges(bus, above->addr_cells, ranges, ranges ? size : 0);
	if (err == -ENOMEM)
		w->nomem = true;
	else if (err)
		hwc_walk_refuse(w, "the ranges of %s do not fit its cells", path);
	window_check(w, bus);
}

static bool is_added(const struct hwc_walk *w, const char *path)
{
	const struct hwc_overlay_item *items = w->overlay->items.data;

	for (size_t i = 0; i < w->overlay->items.count; i++)
		if (!strcmp(items[i].path, path))
			return true;
	return false;
}

static void children_check(struct hwc_walk *w, int parent, const char *path,
			   const struct hwc_bus *bus, int depth);

static void node_check(struct hwc_walk *w, int node, const char *path, const struct hwc_bus *above,
		       int depth)
{
	struct hwc_bus bus;

	if (!hwc_tree_name_ok(hwc_walk_name(w, node)))
		hwc_walk_refuse(w, "%s has a name that no device-tree node can have", path);
	else if (w->tree && !w->loaded && hwc_tree_has(w->tree, path))
		hwc_walk_refuse(w, "%s exists already", path);
	else if (is_added(w, path))
		hwc_walk_refuse(w, "%s is added twice", path);
	if (!item_add(w, path, node))
		return;
	hwc_refs_node(w, node, path);
	reg_check(w, node, above);
	interrupts_add(w, node);
	node_bus(w, node, path, above, &bus);
	children_check(w, node, path, &bus, depth + 1);
	hwc_bus_clear(&bus);
}

static void children_check(struct hwc_walk *w, int parent, const char *path,
			   const struct hwc_bus *bus, int depth)
{
	const char *slash = strcmp(path, "/") ? "/" : "";
	int node;

	fdt_for_each_subnode(node, w->fdt, parent) {
		char *child;

		if (depth > DEPTH_MAX) {
			hwc_walk_refuse(
				w, "%s has children, deeper than the %d levels that are looked at",
				path, DEPTH_MAX);
			return;
		}
		if (asprintf(&child, "%s%s%s", path, slash, hwc_walk_name(w, node)) < 0) {
			w->nomem = true;
			return;
		}
		node_check(w, node, child, bus, depth);
		free(child);
	}
}

/* The sizes of addresses may be repeated, not changed. */
static bool cells_as_live(struct hwc_walk *w, const char *target, const char *name,
			  const void *value, int size)
{
	uint32_t live;

	if (strcmp(name, "#address-cells") && strcmp(name, "#size-cells"))
		return false;
	if (!w->tree || !hwc_tree_has(w->tree, target))
		return true;
	return hwc_tree_cell(w->tree, target, name, &live) && size == sizeof(live) &&
	       hwc_cell(value, 0) == live;
}

static void target_props(struct hwc_walk *w, int node, const char *target)
{
	int prop;

	fdt_for_each_property_offset(prop, w->fdt, node) {
		const char *name;
		int size;
		const void *value = fdt_getprop_by_offset(w->fdt, prop, &name, &size);

		/* a label of the target inside the overlay */
		if (!value || !strcmp(name, "phandle"))
			continue;
		if (!cells_as_live(w, target, name, value, size))
			hwc_walk_refuse(w,
					"%s of %s is set: an overlay adds nodes, it changes none",
					name, target);
	}
}

static char *label_target(struct hwc_walk *w, const char *label)
{
	char *path = w->tree ? hwc_tree_label(w->tree, label) : NULL;

	if (path)
		return path;
	if (w->tree && w->region)
		hwc_walk_refuse(w, "the target &%s is not in the live device tree", label);
	if (asprintf(&path, "&%s", label) < 0) {
		w->nomem = true;
		return NULL;
	}
	return path;
}

static char *phandle_target(struct hwc_walk *w, uint32_t phandle)
{
	char *path = w->tree ? hwc_tree_phandle(w->tree, phandle) : NULL;

	if (path)
		return path;
	if (w->tree && w->region)
		hwc_walk_refuse(w, "the target with phandle 0x%x is not in the live device tree",
				phandle);
	if (asprintf(&path, "<0x%x>", phandle) < 0) {
		w->nomem = true;
		return NULL;
	}
	return path;
}

/* Path of what a fragment changes, or a word for what cannot be resolved. */
static char *fragment_target(struct hwc_walk *w, int fragment)
{
	const char *path = prop_string(w, fragment, "target-path");
	const char *label = hwc_refs_target(w, fragment);
	uint32_t phandle;

	if (label)
		return label_target(w, label);
	if (hwc_walk_cell(w, fragment, "target", &phandle) && phandle != HWC_PHANDLE_UNRESOLVED)
		return phandle_target(w, phandle);
	if (path)
		return hwc_walk_copy(w, path);
	hwc_walk_refuse(w, "%s has no target", hwc_walk_name(w, fragment));
	return NULL;
}

static void target_check(struct hwc_walk *w, int fragment, const char *target)
{
	if (*target != '/')
		return;
	if (!hwc_tree_path_ok(target))
		hwc_walk_refuse(w, "%s has the target %s, which is no device-tree path",
				hwc_walk_name(w, fragment), target);
	else if (w->region && strcmp(target, w->region) && !hwc_path_below(target, w->region))
		hwc_walk_refuse(w, "%s has the target %s, outside the region %s",
				hwc_walk_name(w, fragment), target, w->region);
	else if (w->tree && w->region && !hwc_tree_has(w->tree, target))
		hwc_walk_refuse(w, "%s has the target %s, which is not in the live device tree",
				hwc_walk_name(w, fragment), target);
}

static void fragment_check(struct hwc_walk *w, int fragment, int changes)
{
	char *target = fragment_target(w, fragment);
	struct hwc_bus *bus;

	if (!target)
		return;
	target_check(w, fragment, target);
	w->changes = changes;
	target_props(w, changes, target);
	bus = live_bus(w, target);
	if (bus) {
		hwc_walk_cell(w, changes, "#address-cells", &bus->addr_cells);
		hwc_walk_cell(w, changes, "#size-cells", &bus->size_cells);
		children_check(w, changes, target, bus, 1);
		if (bus->addr_cells <= HWC_CELLS_MAX)
			hwc_refs_slots(w, changes, bus->addr_cells);
	}
	bus_free(bus);
	hwc_refs_check(w, fragment, target);
	string_add(w, &w->overlay->targets, target);
}

/* Only nodes with an __overlay__ in them are fragments to the kernel. */
static void root_check(struct hwc_walk *w)
{
	bool any = false;
	int node;

	fdt_for_each_subnode(node, w->fdt, 0) {
		int changes = fdt_subnode_offset(w->fdt, node, "__overlay__");

		if (changes >= 0) {
			fragment_check(w, node, changes);
			any = true;
		} else if (!strcmp(hwc_walk_name(w, node), "__symbols__")) {
			hwc_walk_refuse(
				w,
				"the overlay carries __symbols__, which would stay in the live device tree; dtc makes them for -@");
		}
	}
	if (!any)
		hwc_walk_refuse(w, "the overlay has no fragment");
}

static bool module_says_unconfined(const struct hwc_ctx *ctx)
{
	int fd = hwc_sysroot_open(ctx, UNCONFINED, O_RDONLY);
	char answer = 'N';
	bool known;

	if (fd < 0)
		return false;
	known = read(fd, &answer, 1) == 1;
	close(fd);
	return known && answer == 'Y';
}

int hwc_overlay_walk(const struct hwc_ctx *ctx, struct hwc_overlay *overlay, const void *fdt,
		     const struct hwc_overlay_place *place)
{
	struct hwc_walk w = {
		.overlay = overlay,
		.fdt = fdt,
		.region = place->region,
		.loaded = place->loaded,
		.may_be_unconfined = !place->tree && module_says_unconfined(ctx),
	};

	w.tree = hwc_tree_open_live(ctx, place->tree);
	/* a tree of another machine says nothing of this region */
	if (w.tree && w.region && !hwc_tree_has(w.tree, w.region)) {
		hwc_tree_close(w.tree);
		w.tree = NULL;
	}
	root_check(&w);
	hwc_tree_close(w.tree);
	return w.nomem ? -ENOMEM : 0;
}
