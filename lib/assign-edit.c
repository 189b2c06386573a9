// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Assigned nodes as a guest sees them: without what the host keeps for itself, with
 * registers where the guest has them.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "assign.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"

/*
 * What the host has done already and goes on doing: the device is powered, out of
 * reset, its pins are set up; or what is for Xen alone.
 */
static const char *const hosts[] = {
	"resets",
	"reset-names",
	"power-domains",
	"power-domain-names",
	"assigned-clocks",
	"assigned-clock-parents",
	"assigned-clock-rates",
	"access-controllers",
	"access-controller-names",
	"iommus",
	"status",
	"xen,passthrough",
	"xen,path",
	"xen,reg",
	"xen,force-assign-without-iommu",
};

static bool is_hosts(const char *name)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(hosts); i++)
		if (!strcmp(name, hosts[i]))
			return true;
	return !strncmp(name, "pinctrl-", strlen("pinctrl-"));
}

static void drop_hosts(struct hwc_dt_node *node)
{
	size_t i = 0;

	while (i < node->props.count) {
		const struct hwc_dt_prop *prop = (struct hwc_dt_prop *)node->props.data + i;

		if (is_hosts(prop->name))
			hwc_dt_unset(node, prop->name);
		else
			i++;
	}
}

/* Its children are at the guest's addresses, as it is. */
static int edit_bus(struct hwc_assigner *a, struct hwc_dt_node *node)
{
	uint8_t cell[sizeof(uint32_t)];

	if (!hwc_dt_prop(node, "ranges"))
		return 0;
	hwc_cells_put(cell, a->cells.addr, 1);
	if (hwc_dt_set(node, "#address-cells", cell, sizeof(cell)))
		return hwc_err_nomem(a->ctx);
	hwc_cells_put(cell, a->cells.size, 1);
	if (hwc_dt_set(node, "#size-cells", cell, sizeof(cell)) ||
	    hwc_dt_set(node, "ranges", cell, 0))
		return hwc_err_nomem(a->ctx);
	return 0;
}

/* How often its registers are in the list, which has them in their order. */
static size_t count_windows(const struct hwc_assigner *a, const struct hwc_dt_node *node,
			    const struct hwc_assign_window **first)
{
	const struct hwc_assign_window *windows = a->windows.data;
	size_t count = 0;

	for (size_t i = 0; i < a->windows.count; i++)
		if (windows[i].node == node && !count++)
			*first = &windows[i];
	return count;
}

static int rename_node(struct hwc_assigner *a, struct hwc_dt_node *node, uint64_t address)
{
	char *name;

	if (asprintf(&name, "%.*s@%" PRIx64, (int)strcspn(node->name, "@"), node->name, address) <
	    0)
		return hwc_err_nomem(a->ctx);
	free(node->name);
	node->name = name;
	return 0;
}

static int edit_reg(struct hwc_assigner *a, struct hwc_dt_node *node)
{
	const size_t step = (a->cells.addr + a->cells.size) * sizeof(uint32_t);
	const struct hwc_assign_window *first = NULL;
	size_t count = count_windows(a, node, &first);
	uint8_t *reg, *at;
	int err;

	if (!count)
		return 0;
	reg = at = calloc(count, step);
	if (!reg)
		return hwc_err_nomem(a->ctx);
	for (size_t i = 0; i < count; i++) {
		at = hwc_cells_put(at, hwc_assign_guest(a, first[i].window.start), a->cells.addr);
		at = hwc_cells_put(at, first[i].window.size, a->cells.size);
	}
	err = hwc_dt_set(node, "reg", reg, count * step);
	free(reg);
	if (err)
		return hwc_err_nomem(a->ctx);
	return rename_node(a, node, hwc_assign_guest(a, first->window.start));
}

/* What is looked up in the machine's tree, which is as it was until all nodes are done. */
static int edit_node(struct hwc_assigner *a, struct hwc_dt_node *node)
{
	const struct hwc_dt_prop *dma = hwc_dt_prop(node, "dma-ranges");
	int err;

	if (dma && dma->size)
		return hwc_assign_refuse(a, -EPERM, node, "its dma-ranges are not understood");
	err = hwc_assign_clocks(a, node);
	drop_hosts(node);
	return err ? err : hwc_assign_refs(a, node);
}

static int edit(struct hwc_assigner *a, struct hwc_dt_node *node,
		int (*change)(struct hwc_assigner *a, struct hwc_dt_node *node))
{
	struct hwc_dt_node *child;
	int err = 0;

	for (child = node->child; !err && child; child = child->next)
		if (child->mark)
			err = edit(a, child, change);
	return err ? err : change(a, node);
}

/* What is no part of the machine's tree any more; phandles will be others. */
static int shape(struct hwc_assigner *a, struct hwc_dt_node *node)
{
	struct hwc_dt_node *child, *next;
	int err = 0;

	for (child = node->child; !err && child; child = next) {
		next = child->next;
		if (child->mark)
			err = shape(a, child);
		else
			hwc_dt_detach(child);
	}
	node->phandle = 0;
	if (!err)
		err = edit_bus(a, node);
	return err ? err : edit_reg(a, node);
}

int hwc_assign_edit(struct hwc_assigner *a)
{
	struct hwc_dt_node **tops = a->tops.data;
	int err = 0;

	/* those inside of others, which come later, first: they have the others' controller */
	for (size_t i = a->tops.count; !err && i--;)
		err = edit(a, tops[i], hwc_assign_interrupts);
	for (size_t i = 0; !err && i < a->tops.count; i++)
		err = edit(a, tops[i], edit_node);
	for (size_t i = 0; !err && i < a->tops.count; i++) {
		/* a bus that is left out may be inside of one that is not */
		hwc_dt_detach(tops[i]);
		err = shape(a, tops[i]);
	}
	return err;
}
