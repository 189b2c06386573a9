// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What an assigned node refers to, other than interrupts and clocks: nodes that are
 * assigned, too, and nothing else.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "assign.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"
#include "overlay.h"

/* MAX_PHANDLE_ARGS of the kernel. */
#define ARGS_MAX (16 * sizeof(uint32_t))

/**
 * struct list - what a list of phandles is made of
 * @name: of the property, or what it ends in
 * @cells: property of the other node that says how many words belong to one
 */
struct list {
	const char *name;
	const char *cells;
};

/* All others have no words of their own. */
static const struct list lists[] = {
	{ "dmas", "#dma-cells" },
	{ "gpios", "#gpio-cells" },
	{ "hwlocks", "#hwlock-cells" },
	{ "interconnects", "#interconnect-cells" },
	{ "io-backends", "#io-backend-cells" },
	{ "io-channels", "#io-channel-cells" },
	{ "mboxes", "#mbox-cells" },
	{ "msi-parent", "#msi-cells" },
	{ "nvmem-cells", "#nvmem-cell-cells" },
	{ "phys", "#phy-cells" },
	{ "pwms", "#pwm-cells" },
	{ "sound-dai", "#sound-dai-cells" },
	{ "thermal-sensors", "#thermal-sensor-cells" },
	{ "-gpio", "#gpio-cells" },
	{ "-gpios", "#gpio-cells" },
};

/* What begins with something else than a phandle. */
static const char *const maps[] = { "interrupt-map", "iommu-map", "msi-map" };

static int refuse_nowhere(struct hwc_assigner *a, const struct hwc_dt_node *node,
			  const struct hwc_dt_prop *prop, uint32_t phandle)
{
	return hwc_assign_refuse(a, -EPERM, node, "its %s has phandle 0x%x, which no node has",
				 prop->name, phandle);
}

/* A provider that does not say how many words there are has none. */
static uint32_t words_of(const struct hwc_dt_node *node, const char *cells)
{
	uint32_t n = 0;

	if (cells)
		hwc_dt_cell(node, cells, &n);
	return n;
}

int hwc_assign_next_ref(struct hwc_assigner *a, const struct hwc_dt_node *node,
			const struct hwc_dt_prop *prop, const char *cells,
			struct hwc_assign_ref *ref)
{
	const size_t word = sizeof(uint32_t);
	size_t at = ref->started ? ref->offset + word + ref->args : 0;
	struct hwc_dt_node *to;
	uint32_t phandle, n;

	if (at == prop->size)
		return 0;
	if (prop->size - at < word)
		return hwc_assign_refuse(a, -EPERM, node, "its %s is no list of phandles",
					 prop->name);
	phandle = hwc_cells(prop->value + at, 0, 1);
	to = hwc_dt_by_phandle(&a->live, phandle);
	if (phandle && !to)
		return refuse_nowhere(a, node, prop, phandle);
	n = to ? words_of(to, cells) : 0;
	if (n > ARGS_MAX / word || n * word > prop->size - at - word)
		return hwc_assign_refuse(a, -EPERM, node, "its %s is no list of phandles",
					 prop->name);
	*ref = (struct hwc_assign_ref){ .started = true,
					.index = ref->started ? ref->index + 1 : 0,
					.offset = at,
					.to = to,
					.args = n * word };
	return 1;
}

static const char *cells_of(const char *name)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(lists); i++)
		if (*lists[i].name == '-' ? hwc_ends_in(name, lists[i].name) :
					    !strcmp(name, lists[i].name))
			return lists[i].cells;
	return NULL;
}

static bool is_map(const char *name)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(maps); i++)
		if (!strcmp(name, maps[i]))
			return true;
	return false;
}

static int refuse_outside(struct hwc_assigner *a, const struct hwc_dt_node *node, const char *name,
			  const struct hwc_dt_node *to)
{
	char *path = hwc_assign_path(to);
	int err;

	if (!path)
		return hwc_err_nomem(a->ctx);
	err = hwc_assign_refuse(a, -EPERM, node, "it refers to %s by %s, which is not assigned",
				path, name);
	free(path);
	return err;
}

static int refer(struct hwc_assigner *a, const struct hwc_dt_node *node, struct hwc_dt_prop *prop)
{
	struct hwc_assign_ref ref = { 0 };
	int ret;

	while ((ret = hwc_assign_next_ref(a, node, prop, cells_of(prop->name), &ref)) > 0) {
		if (!ref.to)
			continue;
		if (!hwc_assign_has(ref.to))
			return refuse_outside(a, node, prop->name, ref.to);
		if (hwc_dt_add_ref(prop, ref.offset, NULL, ref.to))
			return hwc_err_nomem(a->ctx);
	}
	return ret;
}

int hwc_assign_refs(struct hwc_assigner *a, struct hwc_dt_node *node)
{
	struct hwc_dt_prop *props = node->props.data;
	int err = 0;

	for (size_t i = 0; !err && i < node->props.count; i++) {
		if (is_map(props[i].name))
			err = hwc_assign_refuse(a, -EPERM, node, "its %s is not understood",
						props[i].name);
		else if (hwc_refs_is_phandle(props[i].name))
			err = refer(a, node, &props[i]);
	}
	return err;
}
