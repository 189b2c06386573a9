// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the nodes of an overlay refer to, and which properties the module will
 * not have in them. The lists are those of the module's fdt.c, confine.c and
 * supplies.c.
 */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "bus.h"
#include "ctx.h"
#include "overlay.h"
#include "tree.h"

/* The module's limit: the resolver adds to them without a look at the carry. */
#define PHANDLE_MAX 0xffff

/* Others of its limits: what the kernel has room for where it looks at an interrupt. */
#define ADDRESS_CELLS_MAX 3
#define INTERRUPT_CELLS_MAX 8

/* MAX_PHANDLE_ARGS of the kernel. */
#define ARGS_MAX 16

/* Properties that may refer to what lies outside of the overlay: HWC_REFS_OUTWARD. */
static const char *const outward[] = {
	"clocks", "resets", "interrupt-parent", "interrupts-extended", "iommus", "power-domains",
};

/* What a claim brings itself. */
static const char *const forbidden[] = {
	"firmware-name", "external-fpga-config", "encrypted-fpga-config", "partial-fpga-config",
	"fpga-mgr",
};

/* What leads out of the region by ways that are not checked, or changes what a node is. */
static const char *const unchecked[] = {
	"name",	      "device_type",   "linux,phandle", "ibm,phandle", "assigned-addresses",
	"dma-ranges", "interrupt-map", "iommu-map",	"msi-map",     "hwcontainer,idcode",
};

/* What drivers read as phandles; these must stay inside of the overlay. */
static const char *const phandles[] = {
	"access-controllers",
	"assigned-clock-parents",
	"assigned-clocks",
	"backlight",
	"dmas",
	"extcon",
	"fpga-bridges",
	"gpios",
	"hwlocks",
	"interconnects",
	"interrupt-map",
	"io-backends",
	"io-channels",
	"iommu-map",
	"leds",
	"mboxes",
	"memory-region",
	"msi-map",
	"msi-parent",
	"nvmem",
	"nvmem-cells",
	"operating-points-v2",
	"panel",
	"phy-handle",
	"phys",
	"pinctrl-0",
	"pinctrl-1",
	"pinctrl-2",
	"post-init-providers",
	"power-supplies",
	"pwms",
	"remote-endpoint",
	"sound-dai",
	"syscon",
	"thermal-sensors",
	"wakeup-parent",
};

/**
 * struct fixup - a place in the overlay that waits for a phandle from outside
 * @label: what it waits for
 * @path: of the node in the overlay, @path_size bytes
 * @path_size: length of @path
 * @prop: the property, @prop_size bytes
 * @prop_size: length of @prop
 */
struct fixup {
	const char *label;
	const char *path;
	size_t path_size;
	const char *prop;
	size_t prop_size;
};

/* "path:property:offset" */
static bool fixup_split(const char *text, struct fixup *fixup)
{
	const char *colon = strchr(text, ':');
	const char *end = colon ? strchr(colon + 1, ':') : NULL;

	if (!end)
		return false;
	fixup->path = text;
	fixup->path_size = colon - text;
	fixup->prop = colon + 1;
	fixup->prop_size = end - colon - 1;
	return true;
}

/* Calls @fn for every place, until it returns true. */
static bool fixups_walk(struct hwc_walk *w,
			bool (*fn)(struct hwc_walk *w, const struct fixup *fixup, void *data),
			void *data)
{
	int fixups = fdt_subnode_offset(w->fdt, 0, "__fixups__");
	struct fixup fixup;
	int prop;

	if (fixups < 0)
		return false;
	fdt_for_each_property_offset(prop, w->fdt, fixups) {
		int size;
		const char *text = fdt_getprop_by_offset(w->fdt, prop, &fixup.label, &size);
		const char *end = text ? text + size : NULL;

		/* a string that does not end is not looked at, and no kernel takes it */
		for (; text < end && memchr(text, '\0', end - text); text += strlen(text) + 1)
			if (fixup_split(text, &fixup) && fn(w, &fixup, data))
				return true;
	}
	return false;
}

static bool bytes_are(const char *bytes, size_t size, const char *text)
{
	return strlen(text) == size && !memcmp(bytes, text, size);
}

static bool is_in(const char *bytes, size_t size, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes_are(bytes, size, list[i]))
			return true;
	return false;
}

struct target_search {
	const char *fragment;
	const char *label;
};

static bool is_target(struct hwc_walk *w, const struct fixup *fixup, void *data)
{
	struct target_search *search = data;

	(void)w;
	if (!bytes_are(fixup->prop, fixup->prop_size, "target") ||
	    !bytes_are(fixup->path + 1, fixup->path_size - 1, search->fragment))
		return false;
	search->label = fixup->label;
	return true;
}

/* The label that the target of a fragment waits for; NULL where it is none. */
const char *hwc_refs_target(struct hwc_walk *w, int fragment)
{
	struct target_search search = { .fragment = hwc_walk_name(w, fragment) };

	fixups_walk(w, is_target, &search);
	return search.label;
}

bool hwc_refs_may_leave(const char *prop)
{
	return is_in(prop, strlen(prop), outward, HWC_ARRAY_SIZE(outward));
}

bool hwc_refs_is_forbidden(const char *prop)
{
	size_t size = strlen(prop);

	return is_in(prop, size, forbidden, HWC_ARRAY_SIZE(forbidden)) ||
	       is_in(prop, size, unchecked, HWC_ARRAY_SIZE(unchecked));
}

static bool may_refer(const struct fixup *fixup)
{
	return is_in(fixup->prop, fixup->prop_size, outward, HWC_ARRAY_SIZE(outward));
}

static char *copy_bytes(struct hwc_walk *w, const char *bytes, size_t size)
{
	char *copy = strndup(bytes, size);

	if (!copy)
		w->nomem = true;
	return copy;
}

/**
 * struct supply - a list of phandles that may lead outside
 * @name: of the property
 * @cells: property of the provider that says how many cells follow
 * @one: what the provider of one is called
 */
struct supply {
	const char *name;
	const char *cells;
	const char *one;
};

static const struct supply supplies[] = {
	{ "clocks", "#clock-cells", "clock" },
	{ "resets", "#reset-cells", "reset controller" },
	{ "interrupts-extended", "#interrupt-cells", "interrupt controller" },
	{ "iommus", "#iommu-cells", "IOMMU" },
	{ "power-domains", "#power-domain-cells", "power domain" },
};

static const struct supply *supply_find(const char *name)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(supplies); i++)
		if (!strcmp(supplies[i].name, name))
			return &supplies[i];
	return NULL;
}

/* Whether a label is a provider's; also where the tree does not say. */
static bool is_provider(const struct hwc_walk *w, const struct supply *supply, const char *label)
{
	char *path = w->tree ? hwc_tree_label(w->tree, label) : NULL;
	size_t size;
	void *cells = path ? hwc_tree_prop(w->tree, path, supply->cells, &size) : NULL;
	bool provider = !path || cells || !hwc_tree_has(w->tree, path);

	free(cells);
	free(path);
	return provider;
}

/* Takes @node over. */
static void ref_add(struct hwc_walk *w, const struct fixup *fixup, char *node)
{
	struct hwc_overlay_ref *ref = hwc_array_grow(&w->overlay->refs, sizeof(*ref));
	const struct supply *supply;

	if (!ref) {
		free(node);
		w->nomem = true;
		return;
	}
	w->overlay->refs.count++;
	ref->node = node;
	ref->property = copy_bytes(w, fixup->prop, fixup->prop_size);
	ref->label = hwc_walk_copy(w, fixup->label);
	if (!ref->property)
		return;
	supply = supply_find(ref->property);
	if (!may_refer(fixup))
		hwc_walk_refuse(w,
				"%s refers to &%s by %s; only " HWC_REFS_OUTWARD
				" may refer to what is outside of the overlay",
				node, fixup->label, ref->property);
	else if (supply && !is_provider(w, supply, fixup->label))
		hwc_walk_refuse(w, "%s refers to &%s by %s, which is no %s", node, fixup->label,
				supply->name, supply->one);
}

struct refs {
	const char *inside; /* "/fragment@0/__overlay__" */
	const char *target;
};

static bool ref_check(struct hwc_walk *w, const struct fixup *fixup, void *data)
{
	const struct refs *refs = data;
	size_t length = strlen(refs->inside);
	char *node;

	if (fixup->path_size < length || memcmp(fixup->path, refs->inside, length) ||
	    (fixup->path_size > length && fixup->path[length] != '/'))
		return false;
	if (asprintf(&node, "%s%.*s", refs->target, (int)(fixup->path_size - length),
		     fixup->path + length) < 0)
		w->nomem = true;
	else
		ref_add(w, fixup, node);
	return w->nomem;
}

void hwc_refs_check(struct hwc_walk *w, int fragment, const char *target)
{
	struct refs refs = { .target = target };
	char *inside;

	if (asprintf(&inside, "/%s/__overlay__", hwc_walk_name(w, fragment)) < 0) {
		w->nomem = true;
		return;
	}
	refs.inside = inside;
	fixups_walk(w, ref_check, &refs);
	free(inside);
}

static bool ends_in(const char *name, size_t size, const char *end)
{
	size_t length = strlen(end);

	return size > length && !memcmp(name + size - length, end, length);
}

bool hwc_refs_is_phandle(const char *name)
{
	size_t size = strlen(name);

	return is_in(name, size, phandles, HWC_ARRAY_SIZE(phandles)) ||
	       ends_in(name, size, "-supply") || ends_in(name, size, "-gpio") ||
	       ends_in(name, size, "-gpios");
}

/* Whether a phandle is that of a node in the fragment under way. */
static bool is_inside(const struct hwc_walk *w, uint32_t phandle)
{
	int node = fdt_node_offset_by_phandle(w->fdt, phandle);

	while (node >= 0 && node != w->changes)
		node = fdt_parent_offset(w->fdt, node);
	return node >= 0;
}

/* Values that the kernel's resolver and device-tree code trust. */
static bool value_ok(const char *name, const char *value, int size)
{
	static const char *const texts[] = { "compatible", "device_type", "model", "status" };

	if (!strcmp(name, "#address-cells"))
		return size == sizeof(uint32_t) && hwc_cell(value, 0) <= ADDRESS_CELLS_MAX;
	if (!strcmp(name, "#interrupt-cells"))
		return size == sizeof(uint32_t) && hwc_cell(value, 0) <= INTERRUPT_CELLS_MAX;
	if (!strcmp(name, "phandle") || !strcmp(name, "linux,phandle"))
		return size == sizeof(uint32_t) && hwc_cell(value, 0) &&
		       hwc_cell(value, 0) <= PHANDLE_MAX;
	if (is_in(name, strlen(name), texts, HWC_ARRAY_SIZE(texts)))
		return size > 0 && !value[size - 1];
	return strcmp(name, "name");
}

/*
 * Each entry has the cells that its provider says. Where that is none of the
 * overlay's, the module can go on, and this cannot.
 */
static void supply_check(struct hwc_walk *w, const struct supply *supply, const void *value,
			 int size, const char *path)
{
	uint32_t n = size / sizeof(uint32_t), cells;

	for (uint32_t i = 0; i < n; i += 1 + cells) {
		int provider = fdt_node_offset_by_phandle(w->fdt, hwc_cell(value, i));

		if (provider < 0)
			return;
		if (!hwc_walk_cell(w, provider, supply->cells, &cells) || cells >= n - i ||
		    cells > ARGS_MAX) {
			hwc_walk_refuse(w, "%s has %s that are none", path, supply->name);
			return;
		}
	}
}

static void prop_check(struct hwc_walk *w, int prop, const char *path)
{
	const char *name;
	int size;
	const void *value = fdt_getprop_by_offset(w->fdt, prop, &name, &size);
	const struct supply *supply;
	uint32_t phandle;

	if (!value)
		return;
	supply = supply_find(name);
	if (!value_ok(name, value, size))
		hwc_walk_refuse(w, "%s has no valid value for %s", path, name);
	else if (is_in(name, strlen(name), forbidden, HWC_ARRAY_SIZE(forbidden)))
		hwc_walk_refuse(w, "%s has %s, which a claim brings itself", path, name);
	else if (is_in(name, strlen(name), unchecked, HWC_ARRAY_SIZE(unchecked)))
		hwc_walk_refuse(w, "%s has %s, which no overlay of a claim may have", path, name);
	if (supply)
		supply_check(w, supply, value, size, path);
	if (!hwc_refs_is_phandle(name) || size < (int)sizeof(phandle))
		return;
	phandle = hwc_cell(value, 0);
	/* what waits to be resolved is seen in __fixups__ */
	if (phandle != HWC_PHANDLE_UNRESOLVED && !is_inside(w, phandle))
		hwc_walk_refuse(w,
				"%s refers to phandle 0x%x by %s, which is outside of the overlay",
				path, phandle, name);
}

/* Whether the windows of two slots have addresses in common. */
static bool overlap(const struct hwc_bus *a, const struct hwc_bus *b)
{
	for (size_t i = 0; i < a->n_ranges; i++)
		for (size_t k = 0; k < b->n_ranges; k++) {
			uint64_t x = a->ranges[i].parent, y = b->ranges[k].parent;

			if (x < y ? y - x < a->ranges[i].size : x - y < b->ranges[k].size)
				return true;
		}
	return false;
}

/* Slots of one parent have its cells; those of the slots themselves are their own. */
static void slot_windows(struct hwc_walk *w, int node, uint32_t parent_cells, struct hwc_bus *bus)
{
	int size;
	const void *ranges = fdt_getprop(w->fdt, node, "ranges", &size);

	*bus = (struct hwc_bus){ 0 };
	hwc_walk_cell(w, node, "#address-cells", &bus->addr_cells);
	hwc_walk_cell(w, node, "#size-cells", &bus->size_cells);
	if (hwc_bus_set_ranges(bus, parent_cells, ranges, ranges ? size : 0) == -ENOMEM)
		w->nomem = true;
}

static bool is_slot(const struct hwc_walk *w, int node)
{
	return !fdt_node_check_compatible(w->fdt, node, "fpga-region");
}

void hwc_refs_slots(struct hwc_walk *w, int parent, uint32_t parent_cells)
{
	int node, other;

	fdt_for_each_subnode(node, w->fdt, parent) {
		struct hwc_bus bus, before;

		if (!is_slot(w, node))
			continue;
		slot_windows(w, node, parent_cells, &bus);
		for (other = fdt_first_subnode(w->fdt, parent); other != node;
		     other = fdt_next_subnode(w->fdt, other)) {
			if (!is_slot(w, other))
				continue;
			slot_windows(w, other, parent_cells, &before);
			if (overlap(&before, &bus))
				hwc_walk_refuse(w, "the slots %s and %s have addresses in common",
						hwc_walk_name(w, other), hwc_walk_name(w, node));
			hwc_bus_clear(&before);
		}
		hwc_bus_clear(&bus);
	}
}

/* A shell brings slots, right below the region, each with its own window and empty. */
static void slot_check(struct hwc_walk *w, int node, const char *path)
{
	size_t length = w->region ? strlen(w->region) : 0;
	uint32_t cells;
	int size;

	if (w->region && (strncmp(path, w->region, length) || path[length] != '/' ||
			  strchr(path + length + 1, '/')))
		hwc_walk_refuse(w, "%s is an FPGA region that is not right below %s", path,
				w->region);
	if (!fdt_getprop(w->fdt, node, "ranges", &size) || !size)
		hwc_walk_refuse(w, "%s is an FPGA region without ranges of its own", path);
	if (!hwc_walk_cell(w, node, "#address-cells", &cells) ||
	    !hwc_walk_cell(w, node, "#size-cells", &cells))
		hwc_walk_refuse(w, "%s is an FPGA region without #address-cells or #size-cells",
				path);
	if (fdt_first_subnode(w->fdt, node) >= 0)
		hwc_walk_refuse(
			w, "%s is an FPGA region with a node in it, which comes with its own image",
			path);
}

void hwc_refs_node(struct hwc_walk *w, int node, const char *path)
{
	int prop;

	if (is_slot(w, node))
		slot_check(w, node, path);
	else if (fdt_getprop(w->fdt, node, "fpga-bridges", NULL))
		hwc_walk_refuse(w, "%s has fpga-bridges and is no FPGA region", path);
	fdt_for_each_property_offset(prop, w->fdt, node)
		prop_check(w, prop, path);
}
