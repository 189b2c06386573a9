// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From a vendor's fragments into the region: nodes are moved, and what they say
 * of the region itself, or set up outside of it, is left out.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "ctx.h"
#include "dtree.h"
#include "rewrite.h"

/* Set up clocks and ports of the processing system, or an interface to all of the FPGA. */
static const char *const machine_setup[] = { "xlnx,afi-fpga", "xlnx,fclk", "xlnx,zocl" };

static int keep_firmware(struct hwc_rewriter *r, const struct hwc_target *t)
{
	const char *name = hwc_dt_string(t->overlay, "firmware-name");

	if (!name || !*name)
		return hwc_err(r->ctx, -EPERM, "%s has a firmware-name that is no name",
			       t->fragment->name);
	if (r->out->firmware && strcmp(r->out->firmware, name))
		return hwc_err(r->ctx, -EPERM, "the overlay names two images, %s and %s",
			       r->out->firmware, name);
	free(r->out->firmware);
	r->out->firmware = strdup(name);
	if (!r->out->firmware)
		return hwc_err_nomem(r->ctx);
	return hwc_rewrite_tell(r, t->fragment->name,
				"loses firmware-name %s: the claim itself brings the image",
				r->out->firmware);
}

/* Properties that can go, and why. */
static const struct {
	const char *name;
	const char *why;
} needless[] = {
	{ "partial-fpga-config", "the image itself tells that it is partial" },
	{ "resets", "a claim closes the region's bridges instead" },
	{ "ranges", "the region has its own" },
	{ "#address-cells", "the region has its own" },
	{ "#size-cells", "the region has its own" },
	{ "pid", "the image is checked against the region itself" },
	{ "uid", "the image is checked against the region itself" },
};

static int drop_prop(struct hwc_rewriter *r, const struct hwc_target *t, const char *name)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(needless); i++)
		if (!strcmp(needless[i].name, name))
			return hwc_rewrite_tell(r, t->fragment->name, "loses %s: %s", name,
						needless[i].why);
	if (!strcmp(name, "firmware-name"))
		return keep_firmware(r, t);
	if (!strncmp(name, "encrypted-", strlen("encrypted-")))
		return hwc_err(
			r->ctx, -EPERM,
			"%s has %s: encrypted images are not loaded, as mainline's drivers ignore that",
			t->fragment->name, name);
	if (!strcmp(name, "external-fpga-config"))
		return hwc_err(r->ctx, -EPERM,
			       "%s has %s: it wants an FPGA that somebody else has configured",
			       t->fragment->name, name);
	return hwc_err(r->ctx, -EPERM, "%s sets %s of %s; a claim adds nodes and changes none",
		       t->fragment->name, name, hwc_target_text(t));
}

static int drop_props(struct hwc_rewriter *r, const struct hwc_target *t)
{
	while (t->overlay->props.count) {
		struct hwc_dt_prop *prop = t->overlay->props.data;
		int err = 0;

		/* what a bus is, nobody needs to be told */
		if (t->kind != HWC_TARGET_BUS || prop->name[0] != '#')
			err = drop_prop(r, t, prop->name);
		if (err)
			return err;
		hwc_dt_unset(t->overlay, prop->name);
	}
	return 0;
}

/* nodes */

static int drop_setup(struct hwc_rewriter *r, struct hwc_dt_node *parent)
{
	struct hwc_dt_node *node, *next;
	int err = 0;

	for (node = parent->child; !err && node; node = next) {
		next = node->next;
		err = drop_setup(r, node);
		for (size_t i = 0; !err && i < HWC_ARRAY_SIZE(machine_setup); i++) {
			if (!hwc_dt_compatible(node, machine_setup[i], false))
				continue;
			hwc_dt_detach(node);
			err = hwc_rewrite_tell(
				r, node->name,
				"is left out: %s sets up the machine outside of the region",
				machine_setup[i]);
			break;
		}
	}
	return err;
}

static int move_node(struct hwc_rewriter *r, const struct hwc_target *t, struct hwc_dt_node *node,
		     const struct hwc_cell_sizes *cells)
{
	unsigned int slot;
	int err;

	if (hwc_dt_child(r->region, node->name, strlen(node->name)))
		return hwc_err(r->ctx, -EPERM, "the overlay has %s twice", node->name);
	hwc_dt_detach(node);
	hwc_dt_append(r->region, node);
	err = hwc_reg_move(r, node, cells, t->by);
	/* what is a slot's is told of there */
	if (!err && t->kind == HWC_TARGET_BUS && (r->slot >= 0 || !hwc_slots_owner(r, node, &slot)))
		err = hwc_rewrite_tell(r, node->name, "is moved from %s into the region",
				       hwc_target_text(t));
	return err;
}

static int move_nodes(struct hwc_rewriter *r, const struct hwc_target *t,
		      const struct hwc_cell_sizes *cells)
{
	struct hwc_dt_node *node, *next;
	int err = 0;

	for (node = t->overlay->child; !err && node; node = next) {
		next = node->next;
		err = move_node(r, t, node, cells);
	}
	return err;
}

/* A fragment for a node below the region stays one, named by its path. */
static int keep_fragment(struct hwc_rewriter *r, const struct hwc_target *t)
{
	hwc_dt_detach(t->fragment);
	hwc_dt_append(r->root, t->fragment);
	hwc_dt_unset(t->fragment, "target");
	if (hwc_dt_set(t->fragment, "target-path", t->path, strlen(t->path) + 1))
		return hwc_err_nomem(r->ctx);
	return 0;
}

static int take_fragment(struct hwc_rewriter *r, struct hwc_target *t)
{
	struct hwc_cell_sizes cells;
	int err = drop_setup(r, t->overlay);

	if (err || (t->kind == HWC_TARGET_BUS && !t->overlay->child))
		return err;
	if (t->kind == HWC_TARGET_INSIDE)
		return keep_fragment(r, t);
	cells = hwc_reg_cells(
		t->overlay, t->kind == HWC_TARGET_BUS ? hwc_reg_live_cells(r, t->path) : r->cells);
	/* the overlay's word for what the region has, where the tree has none */
	if (t->kind == HWC_TARGET_REGION && !r->tree)
		r->cells = cells;
	err = drop_props(r, t);
	if (!err && t->path && t->kind == HWC_TARGET_BUS && r->tree)
		err = hwc_reg_same_space(r, t->path);
	return err ? err : move_nodes(r, t, &cells);
}

int hwc_rewrite_take(struct hwc_rewriter *r)
{
	struct hwc_dt_node *node, *next;
	int err = 0;

	for (node = r->dt.root->child; !err && node; node = next) {
		struct hwc_target t = { .fragment = node };

		next = node->next;
		t.overlay = hwc_dt_overlay(node);
		if (!t.overlay)
			return hwc_err(r->ctx, -EPERM, "%s is no part of an overlay", node->name);
		err = hwc_target_read(r, &t);
		if (!err)
			err = hwc_target_classify(r, &t);
		if (!err)
			err = take_fragment(r, &t);
		free(t.path);
	}
	return err;
}
