// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Overlays as vendors ship them load the FPGA, add devices to the machine's bus
 * and are resolved by labels. A claim loads the FPGA itself, and its overlay adds
 * devices to its region only. This makes one of the other, and tells every step.
 * What no rule covers is refused.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "clean.h"
#include "ctx.h"
#include "digest.h"
#include "dtree.h"
#include "file.h"
#include "overlay.h"
#include "rewrite.h"
#include "tree.h"

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

/* the result */

static int add_region(struct hwc_rewriter *r)
{
	struct hwc_dt_node *fragment = NULL;
	const char *region = r->plan->region;

	r->root = hwc_dt_new(&r->dt, "");
	if (r->root)
		fragment = hwc_dt_new(&r->dt, "fragment@0");
	if (fragment)
		r->region = hwc_dt_new(&r->dt, "__overlay__");
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
		overlay = hwc_dt_overlay(node);
		for (size_t i = 0;
		     overlay && hwc_target_is_regions(overlay) && i < HWC_ARRAY_SIZE(names); i++) {
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
static int drop_empty(struct hwc_rewriter *r)
{
	r->out->empty = !r->region->child && !r->region->parent->next;
	if (r->out->empty)
		return hwc_rewrite_tell(r, "overlay",
					"has no device left: a claim brings the image alone");
	if (!r->region->child)
		hwc_dt_detach(r->region->parent);
	return 0;
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

	if (!err)
		err = drop_empty(r);
	if (!err)
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
		err = hwc_rewrite_take(r);
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
static struct hwc_tree *open_tree(const struct hwc_ctx *ctx, const struct hwc_plan *plan)
{
	struct hwc_tree *tree = hwc_tree_open_live(ctx, plan->tree);
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
	r->tree = open_tree(r->ctx, r->plan);
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
	struct hwc_target t = { .fragment = node };
	bool needs = false;

	t.overlay = hwc_dt_overlay(node);
	if (!t.overlay || hwc_target_read(r, &t))
		return false;
	for (size_t i = 0; i < HWC_ARRAY_SIZE(loading); i++)
		needs |= !!hwc_dt_prop(t.overlay, loading[i]);
	if (!needs && !hwc_target_classify(r, &t))
		needs = t.kind == HWC_TARGET_BUS ||
			(t.kind == HWC_TARGET_REGION && !hwc_target_is_region(r, &t));
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
