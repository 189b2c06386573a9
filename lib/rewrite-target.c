// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the fragments of an overlay change: the region, something in it, or a bus
 * of registers, whose devices can be moved into the region.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctx.h"
#include "dtree.h"
#include "rewrite.h"
#include "tree.h"

/* Buses of registers, as the trees of the boards call them. */
static const char *const bus_labels[] = { "amba", "amba_pl", "axi" };
static const char *const bus_paths[] = { "/", "/amba", "/axi" };

static bool is_one_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(text, list[i]))
			return true;
	return false;
}

const char *hwc_target_text(const struct hwc_target *t)
{
	return t->path ? t->path : hwc_text(t->label);
}

int hwc_target_read(struct hwc_rewriter *r, struct hwc_target *t)
{
	const struct hwc_dt_prop *prop = hwc_dt_prop(t->fragment, "target");
	const struct hwc_dt_ref *ref = prop && prop->refs.count ? prop->refs.data : NULL;
	const char *path = hwc_dt_string(t->fragment, "target-path");
	uint32_t phandle;

	if (ref && ref->node)
		return hwc_err(
			r->ctx, -EPERM,
			"%s has a target inside of the overlay itself; a claim adds whole nodes",
			t->fragment->name);
	if (ref) {
		t->label = ref->label;
		/* a shell's label is its node, whatever else has that label */
		if (r->tree && !hwc_dt_symbol(&r->shell, ref->label))
			t->path = hwc_tree_label(r->tree, ref->label);
	} else if (hwc_dt_cell(t->fragment, "target", &phandle)) {
		t->path = r->tree ? hwc_tree_phandle(r->tree, phandle) : NULL;
	} else if (path) {
		t->path = strdup(path);
	}
	if (t->path && !hwc_tree_path_ok(t->path))
		return hwc_err(r->ctx, -EPERM, "%s has the target %s, which is no device-tree path",
			       t->fragment->name, t->path);
	if (t->label || t->path)
		return 0;
	return hwc_err(r->ctx, -EPERM, "%s has no target that is known", t->fragment->name);
}

bool hwc_target_is_regions(const struct hwc_dt_node *overlay)
{
	const struct hwc_dt_node *child;

	for (child = overlay->child; child; child = child->next)
		if (hwc_is_region(child))
			return true;
	return hwc_dt_prop(overlay, "firmware-name") || hwc_dt_prop(overlay, "partial-fpga-config");
}

/* fpga_PR0 is how a tree labels fpga-PR0. */
static bool names_region(const char *label, const char *region)
{
	const char *name = strrchr(region, '/') ? strrchr(region, '/') + 1 : region;

	while (*label && (*label == *name || (*label == '_' && *name == '-'))) {
		label++;
		name++;
	}
	return !*label && !*name;
}

static bool is_sibling(const char *path, const char *region)
{
	char *a = hwc_rewrite_above(path), *b = hwc_rewrite_above(region);
	bool same = a && b && *a && !strcmp(a, b);

	free(a);
	free(b);
	return same && hwc_rewrite_slot(path) >= 0 && hwc_rewrite_slot(region) >= 0;
}

/* The other slot that a fragment was written for, to be freed; NULL where it is none. */
static char *other_slot(const struct hwc_rewriter *r, const struct hwc_target *t)
{
	const char *region = r->plan->region;
	struct hwc_dt_node *node = NULL;
	char *above, *path = NULL;

	if (t->path)
		return is_sibling(t->path, region) ? strdup(t->path) : NULL;
	if (r->slot < 0)
		return NULL;
	if (t->label)
		node = hwc_dt_symbol(&r->shell, t->label);
	if ((!node && !hwc_target_is_regions(t->overlay)) || hwc_rewrite_slot(t->label) < 0)
		return NULL;
	above = hwc_rewrite_above(region);
	if (!above || asprintf(&path, "%s/%s", above, node ? node->name : t->label) < 0)
		path = NULL;
	for (char *at = path ? path + strlen(above) : NULL; at && *at; at++)
		if (*at == '_')
			*at = '-';
	free(above);
	return path;
}

static int relocate(struct hwc_rewriter *r, struct hwc_target *t, const char *from)
{
	int err = 0;

	if (!r->plan->relocate)
		return hwc_err(r->ctx, -EPERM,
			       "%s was written for %s, and its image is not known to fit %s",
			       t->fragment->name, from, r->plan->region);
	t->kind = HWC_TARGET_REGION;
	if (t->overlay->child)
		err = hwc_reg_distance(r, from, &t->by);
	if (!err)
		err = hwc_rewrite_tell(r, t->fragment->name, "was written for %s and is for %s now",
				       from, r->plan->region);
	if (!err && t->by)
		err = hwc_rewrite_tell(r, t->fragment->name, "moves its registers by %s0x%jx",
				       t->by < 0 ? "-" : "",
				       (uintmax_t)(t->by < 0 ? -t->by : t->by));
	return err;
}

static bool is_bus(const struct hwc_rewriter *r, const struct hwc_target *t)
{
	if (t->label && is_one_of(t->label, bus_labels, HWC_ARRAY_SIZE(bus_labels)))
		return true;
	if (!t->path)
		return false;
	if (is_one_of(t->path, bus_paths, HWC_ARRAY_SIZE(bus_paths)))
		return true;
	return r->tree && hwc_tree_compatible(r->tree, t->path, "simple-bus");
}

bool hwc_target_is_region(const struct hwc_rewriter *r, const struct hwc_target *t)
{
	const char *region = r->plan->region;

	if (!region)
		return hwc_target_is_regions(t->overlay);
	if (t->path)
		return !strcmp(t->path, region);
	return names_region(t->label, region) || (r->slot < 0 && hwc_target_is_regions(t->overlay));
}

static int refuse_target(struct hwc_rewriter *r, const struct hwc_target *t)
{
	const char *region = r->plan->region ? r->plan->region : "a region";

	if (hwc_target_is_regions(t->overlay))
		return hwc_err(r->ctx, -EPERM, "%s is for %s, not for %s", t->fragment->name,
			       hwc_target_text(t), region);
	return hwc_err(
		r->ctx, -EPERM,
		"%s changes %s, which is not in %s; only devices on a bus of registers can be moved there",
		t->fragment->name, hwc_target_text(t), region);
}

int hwc_target_classify(struct hwc_rewriter *r, struct hwc_target *t)
{
	char *other;
	int err;

	if (hwc_target_is_region(r, t)) {
		t->kind = HWC_TARGET_REGION;
		return 0;
	}
	if (r->plan->region && t->path && hwc_path_below(t->path, r->plan->region)) {
		t->kind = HWC_TARGET_INSIDE;
		return 0;
	}
	other = r->plan->region ? other_slot(r, t) : NULL;
	if (other) {
		err = relocate(r, t, other);
		free(other);
		return err;
	}
	if (!is_bus(r, t) || hwc_target_is_regions(t->overlay))
		return refuse_target(r, t);
	t->kind = HWC_TARGET_BUS;
	return 0;
}
