// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What a virtual machine is given of claims: pages of registers, interrupts, what
 * is behind an IOMMU, and a device tree that describes them (Documentation/vm.rst).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "assign.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"
#include "msg.h"
#include "tree.h"

/* As Xen's guests have them, unless the container's tree has others. */
#define CELLS 2

char *hwc_assign_path(const struct hwc_dt_node *node)
{
	return node->parent ? hwc_dt_path(node, NULL) : strdup("/");
}

int hwc_assign_refuse(struct hwc_assigner *a, int err, const struct hwc_dt_node *node,
		      const char *fmt, ...)
{
	char *path = hwc_assign_path(node), *why = NULL;
	va_list args;
	int length;

	va_start(args, fmt);
	length = vasprintf(&why, fmt, args);
	va_end(args);
	if (path && length >= 0)
		hwc_err(a->ctx, err, "%s cannot be assigned: %s", path, why);
	else
		err = hwc_err_nomem(a->ctx);
	if (length >= 0)
		free(why);
	free(path);
	return err;
}

/* the guest's tree */

static int set_cell(struct hwc_dt_node *node, const char *name, uint32_t value)
{
	uint8_t cell[sizeof(value)];

	hwc_cells_put(cell, value, 1);
	return hwc_dt_set(node, name, cell, sizeof(cell));
}

static struct hwc_dt_node *add_node(struct hwc_assigner *a, struct hwc_dt_node *parent,
				    const char *name)
{
	struct hwc_dt_node *node = hwc_dt_new(&a->live, name);

	if (node && parent)
		hwc_dt_append(parent, node);
	return node;
}

static int set_cells(struct hwc_assigner *a, struct hwc_dt_node *node)
{
	if (set_cell(node, "#address-cells", a->cells.addr))
		return -ENOMEM;
	return set_cell(node, "#size-cells", a->cells.size);
}

/*
 * Above /passthrough is what dtc wants to see, for it checks the cells of
 * interrupts; libxl has a root and an interrupt controller of its own.
 */
static int add_root(struct hwc_assigner *a)
{
	struct hwc_dt_node *gic;

	a->root = add_node(a, NULL, "");
	gic = a->root ? add_node(a, a->root, "interrupt-controller") : NULL;
	if (!gic || set_cells(a, a->root) || set_cell(a->root, "interrupt-parent", 0) ||
	    hwc_dt_add_ref(hwc_dt_prop(a->root, "interrupt-parent"), 0, NULL, gic))
		return -ENOMEM;
	if (hwc_dt_set(gic, "interrupt-controller", "", 0) ||
	    set_cell(gic, "#interrupt-cells", 3) || set_cell(gic, "#address-cells", 0))
		return -ENOMEM;
	return 0;
}

/* What the container says there, also of itself; not what it is. */
static int copy_props(struct hwc_dt_node *to, const struct hwc_dt_node *from)
{
	const struct hwc_dt_prop *props = from->props.data;

	for (size_t i = 0; i < from->props.count; i++)
		if (!hwc_dt_prop(to, props[i].name) &&
		    hwc_dt_set(to, props[i].name, props[i].value, props[i].size))
			return -ENOMEM;
	to->phandle = from->phandle;
	to->fixed = true;
	return 0;
}

static struct hwc_dt_node *add_passthrough(struct hwc_assigner *a)
{
	static const char compatible[] = "simple-bus";
	struct hwc_dt_node *node = add_node(a, a->root, "passthrough");

	if (!node || hwc_dt_set(node, "compatible", compatible, sizeof(compatible)) ||
	    set_cells(a, node) || hwc_dt_set(node, "ranges", "", 0))
		return NULL;
	if (a->partial.passthrough && copy_props(node, a->partial.passthrough))
		return NULL;
	return node;
}

static int put_node(struct hwc_assigner *a, struct hwc_dt_node *passthrough,
		    struct hwc_dt_node *node)
{
	if (hwc_dt_child(passthrough, node->name, strlen(node->name)))
		return hwc_err(a->ctx, -EEXIST, "there would be two nodes /passthrough/%s",
			       node->name);
	hwc_dt_append(passthrough, node);
	return 0;
}

/* Registers that the container describes are none of those that it is given otherwise. */
static int check_described(struct hwc_assigner *a, const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *child, *at;
	struct hwc_window window;
	int err = 0;

	for (size_t i = 0; i < hwc_dt_windows(node); i++)
		if (!hwc_dt_window(node, i, &window, &at) && hwc_assign_is_mapped(a, &window))
			return hwc_err(a->ctx, -EEXIST,
				       "%s's node %s has registers at 0x%" PRIx64
				       ", where a claim's are",
				       a->partial.dt.what, node->name, window.start);
	for (child = node->child; !err && child; child = child->next)
		err = check_described(a, child);
	return err;
}

static int put_partial(struct hwc_assigner *a, struct hwc_dt_node *passthrough)
{
	struct hwc_dt_node *from = a->partial.passthrough, *node;
	int err = from ? check_described(a, from) : 0;

	while (!err && from && (node = from->child)) {
		hwc_dt_detach(node);
		err = put_node(a, passthrough, node);
	}
	if (!err && a->partial.aliases) {
		hwc_dt_detach(a->partial.aliases);
		hwc_dt_append(a->root, a->partial.aliases);
	}
	return err;
}

static int write_tree(struct hwc_assigner *a)
{
	static const struct hwc_dt_form form = {
		.what = "the virtual machine's device tree",
		.max = HWC_ASSIGNMENT_MAX,
		.resolved = true,
	};
	struct hwc_dt_node **tops = a->tops.data, *passthrough;
	int err = 0;

	if (!a->tops.count && !a->partial.passthrough)
		return 0;
	if (add_root(a))
		return hwc_err_nomem(a->ctx);
	passthrough = add_passthrough(a);
	if (!passthrough)
		return hwc_err_nomem(a->ctx);
	for (size_t i = 0; !err && i < a->tops.count; i++)
		err = put_node(a, passthrough, tops[i]);
	if (!err)
		err = put_partial(a, passthrough);
	return err ? err : hwc_dt_flatten(a->ctx, a->root, &form, &a->out->dtb, &a->out->dtb_size);
}

/* lines of an xl.cfg */

static void xl_begin(FILE *out, const char *key, size_t i)
{
	if (i)
		fputs(", ", out);
	else
		fprintf(out, "%s=[", key);
}

static void xl_end(FILE *out, size_t n)
{
	if (n)
		fputs("]\n", out);
}

/* Names of nodes have no character that would end a string. */
static void xl_print(FILE *out, const struct hwc_assignment *as)
{
	for (size_t i = 0; i < as->iomems.count; i++) {
		const struct hwc_iomem *iomem = hwc_assignment_iomem(as, i);

		xl_begin(out, "iomem", i);
		fprintf(out, "\"0x%" PRIx64 ",0x%" PRIx64 "@0x%" PRIx64 "\"", iomem->host,
			iomem->pages, iomem->guest);
	}
	xl_end(out, as->iomems.count);
	for (size_t i = 0; i < as->irqs.count; i++) {
		xl_begin(out, "irqs", i);
		fprintf(out, "%" PRIu32, hwc_assignment_irq(as, i));
	}
	xl_end(out, as->irqs.count);
	for (size_t i = 0; i < as->dtdevs.count; i++) {
		xl_begin(out, "dtdev", i);
		fprintf(out, "\"%s\"", hwc_assignment_dtdev(as, i));
	}
	xl_end(out, as->dtdevs.count);
	if (as->dtdevs.count)
		fputs("passthrough=\"enabled\"\n", out);
}

static int write_xl(struct hwc_assigner *a)
{
	size_t size;
	FILE *out = open_memstream(&a->out->xl, &size);
	int failed;

	if (!out)
		return hwc_err_nomem(a->ctx);
	xl_print(out, a->out);
	failed = ferror(out);
	return fclose(out) || failed ? hwc_err_nomem(a->ctx) : 0;
}

/* all of it */

static int load_live(struct hwc_assigner *a)
{
	struct hwc_tree *tree = hwc_tree_open_live(a->ctx, a->plan->tree);
	int err;

	if (!tree && errno == ENOMEM)
		return hwc_err_nomem(a->ctx);
	if (!tree)
		return hwc_err(a->ctx, -ENOENT,
			       "%s has no device tree, which says what a device is",
			       a->plan->tree ? a->plan->tree : HWC_LIVE_TREE);
	err = hwc_dt_load(a->ctx, tree, &a->live);
	hwc_tree_close(tree);
	return err;
}

static int work_out(struct hwc_assigner *a, struct hwc_claim *const *claims, size_t n)
{
	int err = 0;

	if (a->plan->dtb)
		err = hwc_partial_read(a->ctx, a->plan->dtb, a->plan->dtb_size, &a->partial);
	if (!err && a->partial.passthrough)
		a->cells = a->partial.cells;
	if (!err && n)
		err = load_live(a);
	if (!err)
		err = hwc_assign_take(a, claims, n);
	if (!err)
		err = hwc_assign_map(a);
	if (!err)
		err = hwc_assign_edit(a);
	if (!err)
		err = write_tree(a);
	return err ? err : write_xl(a);
}

static void clear(struct hwc_assigner *a)
{
	struct hwc_assign_clock *clocks = a->clocks.data;

	for (size_t i = 0; i < a->clocks.count; i++)
		free(clocks[i].args);
	free(clocks);
	free(a->rates.data);
	free(a->windows.data);
	free(a->tops.data);
	free(a->claimed.data);
	hwc_dt_clear(&a->live);
	hwc_partial_clear(&a->partial);
}

int hwc_assignment_new(struct hwc_ctx *ctx, const struct hwc_assignment_plan *plan,
		       struct hwc_claim *const *claims, size_t n,
		       struct hwc_assignment **assignment)
{
	static const struct hwc_assignment_plan nothing;
	struct hwc_assigner a = {
		.ctx = ctx,
		.plan = plan ? plan : &nothing,
		.cells = { .addr = CELLS, .size = CELLS },
		.out = calloc(1, sizeof(*a.out)),
	};
	int err;

	if (!a.out)
		return hwc_err_nomem(ctx);
	err = work_out(&a, claims, n);
	clear(&a);
	if (err)
		hwc_assignment_free(a.out);
	else
		*assignment = a.out;
	return err;
}

void hwc_assignment_free(struct hwc_assignment *assignment)
{
	if (!assignment)
		return;
	hwc_strings_free(&assignment->dtdevs);
	free(assignment->iomems.data);
	free(assignment->irqs.data);
	free(assignment->dtb);
	free(assignment->xl);
	free(assignment);
}

size_t hwc_assignment_iomems(const struct hwc_assignment *assignment)
{
	return assignment->iomems.count;
}

const struct hwc_iomem *hwc_assignment_iomem(const struct hwc_assignment *assignment, size_t i)
{
	return (const struct hwc_iomem *)assignment->iomems.data + i;
}

size_t hwc_assignment_irqs(const struct hwc_assignment *assignment)
{
	return assignment->irqs.count;
}

uint32_t hwc_assignment_irq(const struct hwc_assignment *assignment, size_t i)
{
	return ((const uint32_t *)assignment->irqs.data)[i];
}

size_t hwc_assignment_dtdevs(const struct hwc_assignment *assignment)
{
	return assignment->dtdevs.count;
}

const char *hwc_assignment_dtdev(const struct hwc_assignment *assignment, size_t i)
{
	return ((char **)assignment->dtdevs.data)[i];
}

const void *hwc_assignment_dtb(const struct hwc_assignment *assignment, size_t *size)
{
	*size = assignment->dtb_size;
	return assignment->dtb;
}

const char *hwc_assignment_xl(const struct hwc_assignment *assignment)
{
	return assignment->xl;
}
