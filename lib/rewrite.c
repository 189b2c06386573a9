// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Overlays as vendors ship them load the FPGA, add devices to the machine's bus
 * and are resolved by labels. A claim loads the FPGA itself, and its overlay adds
 * devices to its region only. This makes one of the other, and tells every step.
 * What no rule covers is refused.
 */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "internal.h"

#define OVERLAY "__overlay__"

/* Set up clocks and ports of the processing system, or an interface to all of the FPGA. */
static const char *const machine_setup[] = { "xlnx,afi-fpga", "xlnx,fclk", "xlnx,zocl" };

/* Buses of registers, as the trees of the boards call them. */
static const char *const bus_labels[] = { "amba", "amba_pl", "axi" };
static const char *const bus_paths[] = { "/", "/amba", "/axi" };

int hwc_rewrite_tell(struct hwc_rewriter *r, const char *node, const char *fmt, ...)
{
	struct hwc_rewrite_change *change;
	char what[HWC_ERROR_MAX];
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	change = hwc_array_grow(&r->out->changes, sizeof(*change));
	if (!change || asprintf(&text, "%s %s", node, what) < 0)
		return hwc_err_nomem(r->ctx);
	hwc_clean_text(text);
	change->node = strdup(node);
	change->text = text;
	r->out->changes.count++;
	return change->node ? 0 : hwc_err_nomem(r->ctx);
}

char *hwc_rewrite_above(const char *region)
{
	char *above = strdup(hwc_text(region));
	char *slash = above ? strrchr(above, '/') : NULL;

	if (slash)
		*slash = '\0';
	return above;
}

static void changes_free(struct hwc_rewrite *rewrite)
{
	struct hwc_rewrite_change *changes = rewrite->changes.data;

	for (size_t i = 0; i < rewrite->changes.count; i++) {
		free((char *)changes[i].node);
		free((char *)changes[i].text);
	}
	free(changes);
}

static bool is_one_of(const char *text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(text, list[i]))
			return true;
	return false;
}

/* fragments */

enum target_kind {
	TARGET_REGION,
	TARGET_INSIDE,
	TARGET_BUS,
};

/**
 * struct target - what a fragment of the overlay changes
 * @fragment: the fragment
 * @overlay: its content
 * @label: as which it names it, or NULL
 * @path: where that is in the live tree, or NULL
 * @kind: what that is
 * @by: how far the nodes move inside of the region
 */
struct target {
	struct hwc_dt_node *fragment;
	struct hwc_dt_node *overlay;
	const char *label;
	char *path;
	enum target_kind kind;
	int64_t by;
};

/* Name of the target for people. */
static const char *target_text(const struct target *t)
{
	return t->path ? t->path : hwc_text(t->label);
}

static int read_target(struct hwc_rewriter *r, struct target *t)
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

/* Says of the region itself how it is configured, or brings regions. */
static bool is_regions(const struct hwc_dt_node *overlay)
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
static char *other_slot(const struct hwc_rewriter *r, const struct target *t)
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
	if ((!node && !is_regions(t->overlay)) || hwc_rewrite_slot(t->label) < 0)
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

static int relocate(struct hwc_rewriter *r, struct target *t, const char *from)
{
	int err = 0;

	if (!r->plan->relocate)
		return hwc_err(r->ctx, -EPERM,
			       "%s was written for %s, and its image is not known to fit %s",
			       t->fragment->name, from, r->plan->region);
	t->kind = TARGET_REGION;
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

static bool is_bus(const struct hwc_rewriter *r, const struct target *t)
{
	char *compatible;
	size_t size;
	bool found;

	if (t->label && is_one_of(t->label, bus_labels, HWC_ARRAY_SIZE(bus_labels)))
		return true;
	if (!t->path)
		return false;
	if (is_one_of(t->path, bus_paths, HWC_ARRAY_SIZE(bus_paths)))
		return true;
	compatible = r->tree ? hwc_tree_prop(r->tree, t->path, "compatible", &size) : NULL;
	found = compatible && memmem(compatible, size, "simple-bus", sizeof("simple-bus"));
	free(compatible);
	return found;
}

static bool is_inside(const char *path, const char *region)
{
	size_t length = strlen(region);

	return !strncmp(path, region, length) && path[length] == '/';
}

/* What is not known by the live tree is known by what the fragment says. */
static bool is_the_region(const struct hwc_rewriter *r, const struct target *t)
{
	const char *region = r->plan->region;

	if (!region)
		return is_regions(t->overlay);
	if (t->path)
		return !strcmp(t->path, region);
	return names_region(t->label, region) || (r->slot < 0 && is_regions(t->overlay));
}

static int refuse_target(struct hwc_rewriter *r, const struct target *t)
{
	const char *region = r->plan->region ? r->plan->region : "a region";

	if (is_regions(t->overlay))
		return hwc_err(r->ctx, -EPERM, "%s is for %s, not for %s", t->fragment->name,
			       target_text(t), region);
	return hwc_err(
		r->ctx, -EPERM,
		"%s changes %s, which is not in %s; only devices on a bus of registers can be moved there",
		t->fragment->name, target_text(t), region);
}

static int classify(struct hwc_rewriter *r, struct target *t)
{
	char *other;
	int err;

	if (is_the_region(r, t)) {
		t->kind = TARGET_REGION;
		return 0;
	}
	if (r->plan->region && t->path && is_inside(t->path, r->plan->region)) {
		t->kind = TARGET_INSIDE;
		return 0;
	}
	other = r->plan->region ? other_slot(r, t) : NULL;
	if (other) {
		err = relocate(r, t, other);
		free(other);
		return err;
	}
	if (!is_bus(r, t) || is_regions(t->overlay))
		return refuse_target(r, t);
	t->kind = TARGET_BUS;
	return 0;
}

/* what is said of the region itself */

static int keep_firmware(struct hwc_rewriter *r, const struct target *t)
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

static int drop_prop(struct hwc_rewriter *r, const struct target *t, const char *name)
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
		       t->fragment->name, name, target_text(t));
}

static int drop_props(struct hwc_rewriter *r, const struct target *t)
{
	while (t->overlay->props.count) {
		struct hwc_dt_prop *prop = t->overlay->props.data;
		int err = 0;

		/* what a bus is, nobody needs to be told */
		if (t->kind != TARGET_BUS || prop->name[0] != '#')
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

static int move_node(struct hwc_rewriter *r, const struct target *t, struct hwc_dt_node *node,
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
	if (!err && t->kind == TARGET_BUS && (r->slot >= 0 || !hwc_slots_owner(r, node, &slot)))
		err = hwc_rewrite_tell(r, node->name, "is moved from %s into the region",
				       target_text(t));
	return err;
}

static int move_nodes(struct hwc_rewriter *r, const struct target *t,
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
static int keep_fragment(struct hwc_rewriter *r, const struct target *t)
{
	hwc_dt_detach(t->fragment);
	hwc_dt_append(r->root, t->fragment);
	hwc_dt_unset(t->fragment, "target");
	if (hwc_dt_set(t->fragment, "target-path", t->path, strlen(t->path) + 1))
		return hwc_err_nomem(r->ctx);
	return 0;
}

static int take_fragment(struct hwc_rewriter *r, struct target *t)
{
	struct hwc_cell_sizes cells;
	int err = drop_setup(r, t->overlay);

	if (err || (t->kind == TARGET_BUS && !t->overlay->child))
		return err;
	if (t->kind == TARGET_INSIDE)
		return keep_fragment(r, t);
	cells = hwc_reg_cells(t->overlay,
			      t->kind == TARGET_BUS ? hwc_reg_live_cells(r, t->path) : r->cells);
	/* the overlay's word for what the region has, where the tree has none */
	if (t->kind == TARGET_REGION && !r->tree)
		r->cells = cells;
	err = drop_props(r, t);
	if (!err && t->path && t->kind == TARGET_BUS && r->tree)
		err = hwc_reg_same_space(r, t->path);
	return err ? err : move_nodes(r, t, &cells);
}

static int take_fragments(struct hwc_rewriter *r)
{
	struct hwc_dt_node *node, *next;
	int err = 0;

	for (node = r->dt.root->child; !err && node; node = next) {
		struct target t = { .fragment = node };

		next = node->next;
		t.overlay = hwc_dt_child(node, OVERLAY, strlen(OVERLAY));
		if (!t.overlay)
			return hwc_err(r->ctx, -EPERM, "%s is no part of an overlay", node->name);
		err = read_target(r, &t);
		if (!err)
			err = classify(r, &t);
		if (!err)
			err = take_fragment(r, &t);
		free(t.path);
	}
	return err;
}

/* the result */

static int add_region(struct hwc_rewriter *r)
{
	struct hwc_dt_node *fragment = NULL;
	const char *region = r->plan->region;

	r->root = hwc_dt_new(&r->dt, "");
	if (r->root)
		fragment = hwc_dt_new(&r->dt, "fragment@0");
	if (fragment)
		r->region = hwc_dt_new(&r->dt, OVERLAY);
	if (!r->region)
		return hwc_err_nomem(r->ctx);
	hwc_dt_append(r->root, fragment);
	hwc_dt_append(fragment, r->region);
	if (region && hwc_dt_set(fragment, "target-path", region, strlen(region) + 1))
		return hwc_err_nomem(r->ctx);
	return 0;
}

/* Where no region was named, the fragment of the region says how it is called. */
static int keep_target(struct hwc_rewriter *r)
{
	static const char *const names[] = { "target", "target-path" };
	const struct hwc_dt_node *node, *overlay;

	for (node = r->dt.root->child; node; node = node->next) {
		overlay = hwc_dt_child(node, OVERLAY, strlen(OVERLAY));
		for (size_t i = 0; overlay && is_regions(overlay) && i < HWC_ARRAY_SIZE(names);
		     i++) {
			const struct hwc_dt_prop *prop = hwc_dt_prop(node, names[i]);

			if (!prop)
				continue;
			if (hwc_dt_set(r->region->parent, names[i], prop->value, prop->size))
				return hwc_err_nomem(r->ctx);
			return hwc_dt_copy_refs(hwc_dt_prop(r->region->parent, names[i]), prop) ?
				       hwc_err_nomem(r->ctx) :
				       0;
		}
	}
	return hwc_err(r->ctx, -EPERM, "no fragment of the overlay says that it is for a region");
}

static int name_fragments(struct hwc_rewriter *r)
{
	unsigned int number = 0;
	struct hwc_dt_node *node;

	for (node = r->root->child; node; node = node->next) {
		free(node->name);
		if (asprintf(&node->name, "fragment@%u", number++) < 0) {
			node->name = NULL;
			return hwc_err_nomem(r->ctx);
		}
	}
	return 0;
}

/* A region without devices needs no fragment beside others, nor any at all. */
static void drop_empty(struct hwc_rewriter *r)
{
	r->out->empty = !r->region->child && !r->region->parent->next;
	if (!r->region->child && r->region->parent->next)
		hwc_dt_detach(r->region->parent);
}

/* The check that is made of every overlay; what is there now goes before it is applied. */
static int check_result(struct hwc_rewriter *r)
{
	const struct hwc_overlay_place place = {
		.region = r->plan->region,
		.tree = r->plan->tree,
		.loaded = true,
	};
	struct hwc_overlay *overlay;
	int err;

	if (!r->plan->region)
		return 0;
	err = hwc_overlay_parse(r->ctx, r->out->fdt, r->out->size, &place, &overlay);
	if (err)
		return err;
	err = hwc_overlay_check(r->ctx, overlay) ? -EPERM : 0;
	hwc_overlay_free(overlay);
	return err;
}

static int finish(struct hwc_rewriter *r)
{
	int err = hwc_refs_close(r);

	if (err)
		return err;
	drop_empty(r);
	err = name_fragments(r);
	if (!err)
		err = hwc_dt_write(r->ctx, r->root, &r->out->fdt, &r->out->size);
	if (err)
		return err;
	hwc_sha256(r->out->fdt, r->out->size, r->out->digest);
	return check_result(r);
}

static int run(struct hwc_rewriter *r)
{
	int err = 0;

	if (r->dt.labels.count)
		err = hwc_rewrite_tell(r, "__symbols__",
				       "is left out: it would stay in the device tree");
	if (!err)
		err = add_region(r);
	if (!err && !r->plan->region)
		err = keep_target(r);
	if (!err)
		err = take_fragments(r);
	if (!err)
		err = hwc_slots_collect(r);
	if (!err)
		err = hwc_slots_part(r);
	return err ? err : finish(r);
}

static int parse(struct hwc_rewriter *r, const void *fdt, size_t size, struct hwc_dt *dt)
{
	int err = hwc_overlay_blob(r->ctx, fdt, size);

	return err ? err : hwc_dt_parse(r->ctx, fdt, dt);
}

/* The tree of this machine, if it is the one that the region is in, or will be. */
static struct hwc_tree *open_tree(const struct hwc_plan *plan)
{
	struct hwc_tree *tree = hwc_tree_open(plan->tree ? plan->tree : HWC_LIVE_TREE);
	char *above = hwc_rewrite_above(plan->region);

	if (tree && plan->region && !hwc_tree_has(tree, plan->region) &&
	    (!above || !*above || !hwc_tree_has(tree, above))) {
		hwc_tree_close(tree);
		tree = NULL;
	}
	free(above);
	return tree;
}

/* The cells that a slot will have which the shell's overlay brings. */
static void slot_cells(struct hwc_rewriter *r)
{
	const char *name = strrchr(r->plan->region, '/') + 1;
	struct hwc_dt_node **nodes = r->shell.nodes.data;
	char *above = hwc_rewrite_above(r->plan->region);

	for (size_t i = 0; above && i < r->shell.nodes.count; i++)
		if (hwc_is_region(nodes[i]) && !strcmp(nodes[i]->name, name))
			r->cells = hwc_reg_cells(nodes[i], hwc_reg_live_cells(r, above));
	free(above);
}

static int start(struct hwc_rewriter *r, const void *fdt, size_t size)
{
	int err = 0;

	if (r->plan->region && !hwc_tree_path_ok(r->plan->region))
		return hwc_err(r->ctx, -EINVAL, "%s is no path of a device tree", r->plan->region);
	if (r->plan->shell && !r->plan->region)
		return hwc_err(r->ctx, -EINVAL,
			       "a shell is given, and not which slot of it is meant");
	r->tree = open_tree(r->plan);
	r->slot = r->plan->shell ? hwc_rewrite_slot(r->plan->region) : -1;
	r->cells = hwc_reg_live_cells(r, r->plan->region);
	if (r->plan->shell)
		err = parse(r, r->plan->shell, r->plan->shell_size, &r->shell);
	if (!err && r->plan->shell && !(r->tree && hwc_tree_has(r->tree, r->plan->region)))
		slot_cells(r);
	return err ? err : parse(r, fdt, size, &r->dt);
}

static void stop(struct hwc_rewriter *r)
{
	hwc_dt_clear(&r->dt);
	hwc_dt_clear(&r->shell);
	hwc_tree_close(r->tree);
}

int hwc_rewrite_plan(struct hwc_ctx *ctx, const void *fdt, size_t size, const struct hwc_plan *plan,
		     struct hwc_rewrite **rewrite)
{
	struct hwc_rewriter r = { .ctx = ctx, .plan = plan };
	int err;

	r.out = calloc(1, sizeof(*r.out));
	if (!r.out)
		return hwc_err_nomem(ctx);
	err = start(&r, fdt, size);
	if (!err)
		err = run(&r);
	stop(&r);
	if (err) {
		hwc_rewrite_free(r.out);
		return err;
	}
	*rewrite = r.out;
	return 0;
}

/* What loads the FPGA, or is said of it. */
static const char *const loading[] = {
	"firmware-name", "partial-fpga-config", "encrypted-fpga-config", "external-fpga-config",
	"resets",
};

static bool fragment_needs(struct hwc_rewriter *r, struct hwc_dt_node *node)
{
	struct target t = { .fragment = node };
	bool needs = false;

	t.overlay = hwc_dt_child(node, OVERLAY, strlen(OVERLAY));
	if (!t.overlay || read_target(r, &t))
		return false;
	for (size_t i = 0; i < HWC_ARRAY_SIZE(loading); i++)
		needs |= !!hwc_dt_prop(t.overlay, loading[i]);
	if (!needs && !classify(r, &t))
		needs = t.kind == TARGET_BUS || (t.kind == TARGET_REGION && !is_the_region(r, &t));
	free(t.path);
	return needs;
}

bool hwc_rewrite_needed(struct hwc_ctx *ctx, const void *fdt, size_t size,
			const struct hwc_plan *plan)
{
	struct hwc_rewrite out = { 0 };
	struct hwc_rewriter r = { .ctx = ctx, .plan = plan, .out = &out };
	struct hwc_dt_node *node;
	bool needed = false;

	if (!start(&r, fdt, size)) {
		needed = r.dt.labels.count;
		for (node = r.dt.root->child; !needed && node; node = node->next)
			needed = fragment_needs(&r, node);
	}
	stop(&r);
	changes_free(&out);
	return needed;
}

int hwc_rewrite_open(struct hwc_ctx *ctx, const char *path, const struct hwc_rewrite_place *place,
		     struct hwc_rewrite **rewrite)
{
	struct hwc_plan plan = { .region = place->region, .tree = place->tree };
	void *shell = NULL, *data = NULL;
	size_t size = 0;
	int err = 0;

	if (place->shell)
		err = hwc_file_load(ctx, place->shell, HWC_OVERLAY_MAX, &shell, &plan.shell_size);
	plan.shell = shell;
	if (!err)
		err = hwc_file_load(ctx, path, HWC_OVERLAY_MAX, &data, &size);
	if (!err) {
		err = hwc_rewrite_plan(ctx, data, size, &plan, rewrite);
		if (err)
			err = hwc_err(ctx, err, "%s: %s", path, hwc_ctx_error(ctx));
	}
	free(shell);
	free(data);
	return err;
}

void hwc_rewrite_free(struct hwc_rewrite *rewrite)
{
	if (!rewrite)
		return;
	changes_free(rewrite);
	free(rewrite->firmware);
	free(rewrite->fdt);
	free(rewrite);
}

size_t hwc_rewrite_changes(const struct hwc_rewrite *rewrite)
{
	return rewrite->changes.count;
}

const struct hwc_rewrite_change *hwc_rewrite_change(const struct hwc_rewrite *rewrite, size_t i)
{
	return (const struct hwc_rewrite_change *)rewrite->changes.data + i;
}

const void *hwc_rewrite_data(const struct hwc_rewrite *rewrite)
{
	return rewrite->fdt;
}

size_t hwc_rewrite_size(const struct hwc_rewrite *rewrite)
{
	return rewrite->size;
}

const uint8_t *hwc_rewrite_digest(const struct hwc_rewrite *rewrite)
{
	return rewrite->digest;
}

const char *hwc_rewrite_firmware(const struct hwc_rewrite *rewrite)
{
	return rewrite->firmware;
}

size_t hwc_rewrite_slots(const struct hwc_rewrite *rewrite)
{
	return rewrite->slots;
}
