// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Interrupts of an assigned node. Those of the machine's GIC that all CPUs share
 * are handed over, under their own numbers; those of a controller that is assigned,
 * too, stay as they are. There are no others in a guest.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "assign.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"

/* Devicetree binding arm,gic.yaml and arm,gic-v3.yaml */
#define GIC_CELLS 3
#define GIC_SPI 0
#define GIC_PPI 1
#define GIC_SPI_BASE 32
#define GIC_SPI_MAX (1020 - GIC_SPI_BASE)

/* More than any controller has. */
#define CELLS_MAX 16

/* Steps up to a controller: none takes more, and phandles could lead in a circle. */
#define STEPS_MAX 64

/* Those that Xen knows (xen/arch/arm/gic-v2.c and gic-v3.c). */
static const char *const gics[] = {
	"arm,gic-400",	     "arm,gic-v3",     "arm,cortex-a15-gic",
	"arm,cortex-a9-gic", "arm,eb11mp-gic", "arm,cortex-a7-gic",
};

struct irq_walk {
	struct hwc_assigner *a;
	struct hwc_dt_node *node;
	size_t from_gic;
	size_t from_assigned;
	uint8_t *cells; /* of those from the GIC */
	size_t n_cells;
};

/* The machine's own: an image may bring a node that looks like one. */
static bool is_gic(const struct hwc_dt_node *node)
{
	if (hwc_assign_region(node) || !hwc_assign_is_used(node))
		return false;
	for (size_t i = 0; i < HWC_ARRAY_SIZE(gics); i++)
		if (hwc_dt_compatible(node, gics[i], true))
			return true;
	return false;
}

/* of_irq_find_parent() of drivers/of/irq.c */
static struct hwc_dt_node *parent_of(const struct hwc_dt *dt, struct hwc_dt_node *node)
{
	uint32_t phandle;
	int steps = 0;

	do {
		if (hwc_dt_cell(node, "interrupt-parent", &phandle))
			node = hwc_dt_by_phandle(dt, phandle);
		else
			node = node->parent;
	} while (node && !hwc_dt_prop(node, "#interrupt-cells") && ++steps < STEPS_MAX);
	return steps < STEPS_MAX ? node : NULL;
}

static int refuse_controller(struct irq_walk *w, const struct hwc_dt_node *controller)
{
	char *path = hwc_assign_path(controller);
	int err;

	if (!path)
		return hwc_err_nomem(w->a->ctx);
	err = hwc_assign_refuse(w->a, -EPERM, w->node,
				"its interrupt goes through %s, which a guest cannot have", path);
	free(path);
	return err;
}

/* They are in their order, each once. */
static int add_irq(struct irq_walk *w, uint32_t irq)
{
	struct hwc_array *irqs = &w->a->out->irqs;
	uint32_t *all = irqs->data;
	size_t i = 0;

	while (i < irqs->count && all[i] < irq)
		i++;
	if (i < irqs->count && all[i] == irq)
		return 0;
	if (!hwc_array_grow(irqs, sizeof(*all)))
		return hwc_err_nomem(w->a->ctx);
	all = irqs->data;
	memmove(all + i + 1, all + i, (irqs->count - i) * sizeof(*all));
	all[i] = irq;
	irqs->count++;
	return 0;
}

/* Who else has it. */

static bool is_spi(const uint8_t *words, uint32_t number)
{
	return hwc_cell(words, 0) == GIC_SPI && hwc_cell(words, 1) == number;
}

/* How many bytes an interrupt has; 0 where it can be none of a GIC. */
static size_t step_of(const struct hwc_dt_node *controller)
{
	uint32_t cells;

	if (!hwc_dt_cell(controller, "#interrupt-cells", &cells) || cells < GIC_CELLS ||
	    cells > CELLS_MAX)
		return 0;
	return cells * sizeof(cells);
}

static bool has_plain(const struct hwc_dt *dt, struct hwc_dt_node *node,
		      const struct hwc_dt_node *gic, uint32_t number)
{
	const struct hwc_dt_prop *prop = hwc_dt_prop(node, "interrupts");
	size_t step = prop && parent_of(dt, node) == gic ? step_of(gic) : 0;

	for (size_t at = 0; step && at + step <= prop->size; at += step)
		if (is_spi(prop->value + at, number))
			return true;
	return false;
}

/*
 * Entries of interrupts-extended, and of interrupt-map, where @before bytes for the child
 * are before each and the controller's unit address is in them. What is not understood
 * ends the list: it is of no use to whoever has it.
 */
static bool has_entry(const struct hwc_dt *dt, const struct hwc_dt_prop *prop, bool map,
		      size_t before, const struct hwc_dt_node *gic, uint32_t number)
{
	const size_t word = sizeof(uint32_t);

	for (size_t at = before; prop && at + word <= prop->size; at += before) {
		const struct hwc_dt_node *to = hwc_dt_by_phandle(dt, hwc_cell(prop->value + at, 0));
		uint32_t cells = 0, unit = 0;

		if (!to && map)
			return false;
		at += word;
		if (to && (!hwc_dt_cell(to, "#interrupt-cells", &cells) || cells > CELLS_MAX))
			return false;
		if (to && map && hwc_dt_cell(to, "#address-cells", &unit) && unit > CELLS_MAX)
			return false;
		if (at + (unit + cells) * word > prop->size)
			return false;
		at += unit * word;
		if (to == gic && cells >= GIC_CELLS && is_spi(prop->value + at, number))
			return true;
		at += cells * word;
	}
	return false;
}

static bool has_mapped(const struct hwc_dt *dt, const struct hwc_dt_node *node,
		       const struct hwc_dt_node *gic, uint32_t number)
{
	const struct hwc_dt_prop *map = hwc_dt_prop(node, "interrupt-map");
	uint32_t unit = 0, cells = 0;

	if (!map || !hwc_dt_cell(node, "#interrupt-cells", &cells) || cells > CELLS_MAX ||
	    (hwc_dt_cell(node, "#address-cells", &unit) && unit > CELLS_MAX))
		return false;
	return has_entry(dt, map, true, (unit + cells) * sizeof(uint32_t), gic, number);
}

/* By xen,passthrough a node says that its interrupts are for a guest, whose ever. */
static bool has_spi(const struct hwc_dt *dt, struct hwc_dt_node *node,
		    const struct hwc_dt_node *gic, uint32_t number)
{
	if (hwc_assign_is_below(node) || !hwc_assign_is_used(node) ||
	    hwc_dt_prop(node, "xen,passthrough"))
		return false;
	return has_plain(dt, node, gic, number) || has_mapped(dt, node, gic, number) ||
	       has_entry(dt, hwc_dt_prop(node, "interrupts-extended"), false, 0, gic, number);
}

static int check_alone(struct irq_walk *w, const struct hwc_dt_node *gic, uint32_t number)
{
	struct hwc_dt_node **nodes = w->a->live.nodes.data;
	char *path;
	int err;

	for (size_t i = 0; i < w->a->live.nodes.count; i++) {
		if (!has_spi(&w->a->live, nodes[i], gic, number))
			continue;
		path = hwc_assign_path(nodes[i]);
		if (!path)
			return hwc_err_nomem(w->a->ctx);
		err = hwc_assign_refuse(w->a, -EPERM, w->node,
					"its interrupt (SPI %u) is one of %s, too, which is not "
					"assigned",
					number, path);
		free(path);
		return err;
	}
	return 0;
}

static int add_spi(struct irq_walk *w, const struct hwc_dt_node *gic, const void *words)
{
	uint32_t type = hwc_cell(words, 0), number = hwc_cell(words, 1);
	int err;

	if (type == GIC_PPI)
		return hwc_assign_refuse(w->a, -EPERM, w->node,
					 "its interrupt is a private one of each CPU (PPI %u)",
					 number);
	if (type != GIC_SPI || number >= GIC_SPI_MAX)
		return hwc_assign_refuse(w->a, -EPERM, w->node,
					 "its interrupt %u of type %u is no shared one (SPI)",
					 number, type);
	err = check_alone(w, gic, number);
	if (err)
		return err;
	memcpy(w->cells + w->n_cells, words, GIC_CELLS * sizeof(uint32_t));
	w->n_cells += GIC_CELLS * sizeof(uint32_t);
	w->from_gic++;
	return add_irq(w, number + GIC_SPI_BASE);
}

/* One interrupt of @size bytes. */
static int add_interrupt(struct irq_walk *w, const struct hwc_dt_node *controller,
			 const uint8_t *words, size_t size)
{
	if (hwc_assign_has(controller)) {
		w->from_assigned++;
		return 0;
	}
	if (!is_gic(controller) || size < GIC_CELLS * sizeof(uint32_t))
		return refuse_controller(w, controller);
	return add_spi(w, controller, words);
}

static int refuse_nowhere(struct irq_walk *w)
{
	return hwc_assign_refuse(w->a, -EPERM, w->node,
				 "its interrupts lead to no interrupt controller");
}

static int walk_plain(struct irq_walk *w, const struct hwc_dt_prop *prop,
		      const struct hwc_dt_node *controller)
{
	uint32_t cells;
	size_t step;
	int err = 0;

	if (!controller || !hwc_dt_cell(controller, "#interrupt-cells", &cells) || !cells ||
	    cells > CELLS_MAX)
		return refuse_nowhere(w);
	step = cells * sizeof(uint32_t);
	if (!prop->size || prop->size % step)
		return hwc_assign_refuse(w->a, -EPERM, w->node, "its interrupts are none");
	for (size_t at = 0; !err && at < prop->size; at += step)
		err = add_interrupt(w, controller, prop->value + at, step);
	return err;
}

static int walk_extended(struct irq_walk *w, const struct hwc_dt_prop *prop)
{
	struct hwc_assign_ref ref = { 0 };
	int ret = 0, err = 0;

	while (!err &&
	       (ret = hwc_assign_next_ref(w->a, w->node, prop, "#interrupt-cells", &ref)) > 0)
		err = ref.to ? add_interrupt(w, ref.to, prop->value + ref.offset + sizeof(uint32_t),
					     ref.args) :
			       refuse_nowhere(w);
	return err ? err : ret;
}

/* Also an empty entry keeps its place. */
static int refer_extended(struct irq_walk *w, struct hwc_dt_prop *prop)
{
	struct hwc_assign_ref ref = { 0 };
	int ret = 0, err = 0;

	while (!err &&
	       (ret = hwc_assign_next_ref(w->a, w->node, prop, "#interrupt-cells", &ref)) > 0)
		err = hwc_dt_add_ref(prop, ref.offset, NULL, ref.to);
	return err ? hwc_err_nomem(w->a->ctx) : ret;
}

static int refer_parent(struct irq_walk *w, struct hwc_dt_node *controller)
{
	static const uint8_t zero[sizeof(uint32_t)];

	if (hwc_dt_set(w->node, "interrupt-parent", zero, sizeof(zero)) ||
	    hwc_dt_add_ref(hwc_dt_prop(w->node, "interrupt-parent"), 0, NULL, controller))
		return hwc_err_nomem(w->a->ctx);
	return 0;
}

/* Whether a node will have interrupt-parent in the guest, for those below it, too. */
static bool has_parent(const struct irq_walk *w, struct hwc_dt_node *node)
{
	const struct hwc_dt_node *controller;

	if (hwc_dt_prop(node, "interrupts-extended") || !hwc_dt_prop(node, "interrupts"))
		return false;
	controller = parent_of(&w->a->live, node);
	return controller && hwc_assign_has(controller);
}

/* In the guest it is the root that says which controller is meant. */
static int write_gic(struct irq_walk *w)
{
	struct hwc_dt_node *above;

	for (above = w->node->parent; above && hwc_assign_has(above); above = above->parent)
		if (hwc_dt_prop(above, "#interrupt-cells"))
			return hwc_assign_refuse(w->a, -EPERM, w->node,
						 "its interrupt passes the controller it is in");
		else if (has_parent(w, above))
			return hwc_assign_refuse(w->a, -EPERM, w->node,
						 "its interrupt goes through another controller "
						 "than that of %s, which it is in",
						 above->name);
	hwc_dt_unset(w->node, "interrupts-extended");
	return hwc_dt_set(w->node, "interrupts", w->cells, w->n_cells) ? hwc_err_nomem(w->a->ctx) :
									 0;
}

static int edit(struct irq_walk *w, struct hwc_dt_prop *extended, struct hwc_dt_node *controller)
{
	if (w->from_gic && w->from_assigned)
		return hwc_assign_refuse(w->a, -EPERM, w->node,
					 "its interrupts go through two controllers");
	if (w->from_gic)
		return write_gic(w);
	return extended ? refer_extended(w, extended) : refer_parent(w, controller);
}

int hwc_assign_interrupts(struct hwc_assigner *a, struct hwc_dt_node *node)
{
	struct irq_walk w = { .a = a, .node = node };
	struct hwc_dt_prop *extended = hwc_dt_prop(node, "interrupts-extended");
	struct hwc_dt_prop *prop = extended ? extended : hwc_dt_prop(node, "interrupts");
	struct hwc_dt_node *controller = extended ? NULL : parent_of(&a->live, node);
	int err;

	if (!prop) {
		hwc_dt_unset(node, "interrupt-parent");
		return 0;
	}
	w.cells = malloc(prop->size + 1);
	if (!w.cells)
		return hwc_err_nomem(a->ctx);
	err = extended ? walk_extended(&w, prop) : walk_plain(&w, prop, controller);
	if (!err) {
		hwc_dt_unset(node, "interrupt-parent");
		if (extended)
			hwc_dt_unset(node, "interrupts");
		/* the one that was found may have moved */
		err = edit(&w, hwc_dt_prop(node, "interrupts-extended"), controller);
	}
	free(w.cells);
	return err;
}
