// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the nodes of a rewritten overlay say and what they refer to. A label
 * that the machine has stays one, which the kernel resolves; a node that came
 * with the shell is referred to by its phandle, as it has lost its label.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctx.h"
#include "dtree.h"
#include "overlay.h"
#include "rewrite.h"
#include "tree.h"

/* A node that cannot be as it is; its sentence is in the context. */
#define OUTSIDE_RULES (-EPERM)

static bool is_below(const struct hwc_dt_node *node, const struct hwc_dt_node *top)
{
	for (; node; node = node->parent)
		if (node == top)
			return true;
	return false;
}

static const char *name_of(const struct hwc_dt_ref *ref)
{
	return ref->label ? ref->label : ref->node->label ? ref->node->label : ref->node->name;
}

/* Where a node of the shell's overlay is once that is applied; NULL where it is not. */
static char *shell_path(const struct hwc_rewriter *r, const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *top = node;
	char *above, *inside, *path;

	while (top && strcmp(top->name, "__overlay__"))
		top = top->parent;
	if (!top || !is_below(top, r->shell.root))
		return NULL;
	above = hwc_rewrite_above(r->plan->region);
	inside = hwc_dt_path(node, top);
	if (!above || !inside || asprintf(&path, "%s%s", above, inside) < 0)
		path = NULL;
	free(above);
	free(inside);
	return path;
}

/* Makes a number of a reference to a node that the loaded shell has brought. */
static bool refer_to_shell(struct hwc_rewriter *r, struct hwc_dt_prop *prop, size_t i,
			   const struct hwc_dt_node *node)
{
	struct hwc_dt_ref *refs = prop->refs.data;
	char *path = r->tree ? shell_path(r, node) : NULL;
	size_t size = 0;
	void *phandle = path ? hwc_tree_prop(r->tree, path, "phandle", &size) : NULL;
	bool found = phandle && size == sizeof(uint32_t);

	if (found) {
		memcpy(prop->value + refs[i].offset, phandle, size);
		free(refs[i].label);
		prop->refs.count--;
		memmove(&refs[i], &refs[i + 1], (prop->refs.count - i) * sizeof(*refs));
	}
	free(phandle);
	free(path);
	return found;
}

static bool machine_has(const struct hwc_rewriter *r, const char *label)
{
	char *path = r->tree ? hwc_tree_label(r->tree, label) : NULL;
	bool found = !r->tree || path;

	free(path);
	return found;
}

/* 1: the reference at @i is gone. */
static int close_ref(struct hwc_rewriter *r, struct hwc_dt_node *node, struct hwc_dt_prop *prop,
		     size_t i)
{
	struct hwc_dt_ref *ref = (struct hwc_dt_ref *)prop->refs.data + i;
	struct hwc_dt_node *to = ref->node;

	if (!to) {
		to = hwc_dt_symbol(&r->shell, ref->label);
		if (to && is_below(to, r->region)) {
			free(ref->label);
			ref->label = NULL;
			ref->node = to;
		}
	}
	if (ref->node && is_below(ref->node, r->root))
		return 0;
	if (!hwc_refs_may_leave(prop->name))
		return hwc_err(r->ctx, OUTSIDE_RULES,
			       "%s refers to &%s by %s; only " HWC_REFS_OUTWARD
			       " may refer to what is outside of the overlay",
			       node->name, name_of(ref), prop->name);
	if (ref->label && (!to || !r->tree) && machine_has(r, ref->label))
		return 0;
	if (to && refer_to_shell(r, prop, i, to))
		return 1;
	if (ref->label)
		return hwc_err(
			r->ctx, OUTSIDE_RULES,
			"%s refers to &%s by %s, and the machine's device tree has no such label",
			node->name, ref->label, prop->name);
	return hwc_err(r->ctx, OUTSIDE_RULES, "%s refers to &%s by %s, which is left out",
		       node->name, name_of(ref), prop->name);
}

static int close_prop(struct hwc_rewriter *r, struct hwc_dt_node *node, struct hwc_dt_prop *prop)
{
	if (hwc_refs_is_forbidden(prop->name))
		return hwc_err(r->ctx, OUTSIDE_RULES,
			       "%s has %s, which no overlay of a claim may have", node->name,
			       prop->name);
	for (size_t i = 0; i < prop->refs.count;) {
		int gone = close_ref(r, node, prop, i);

		if (gone < 0)
			return gone;
		i += !gone;
	}
	return 0;
}

static int close_node(struct hwc_rewriter *r, struct hwc_dt_node *node)
{
	struct hwc_dt_node *child;
	int err = 0;

	for (size_t i = 0; !err && i < node->props.count; i++)
		err = close_prop(r, node, (struct hwc_dt_prop *)node->props.data + i);
	for (child = node->child; !err && child; child = child->next)
		err = close_node(r, child);
	return err;
}

/* What was said of it becomes the reason. */
static int leave_out(struct hwc_rewriter *r, struct hwc_dt_node *node)
{
	char reason[HWC_ERROR_MAX];

	snprintf(reason, sizeof(reason), "%s", hwc_ctx_error(r->ctx));
	hwc_dt_detach(node);
	return hwc_rewrite_tell(r, node->name, "is left out of the shell: %s", reason);
}

/*
 * A shell is claimed for its slots: it does without a device of its own, which
 * the image of a slot or of a whole device does not.
 */
static int close_children(struct hwc_rewriter *r, bool *again)
{
	struct hwc_dt_node *node, *next;
	int err;

	*again = false;
	for (node = r->region->child; node; node = next) {
		next = node->next;
		err = close_node(r, node);
		if (err == OUTSIDE_RULES && r->brings_slots && !hwc_is_region(node)) {
			err = leave_out(r, node);
			*again = true; /* something may refer to it */
		}
		if (err)
			return err;
	}
	return 0;
}

int hwc_refs_close(struct hwc_rewriter *r)
{
	bool again = true;
	struct hwc_dt_node *fragment, *overlay;
	int err = 0;

	while (!err && again)
		err = close_children(r, &again);
	for (fragment = r->root->child; !err && fragment; fragment = fragment->next) {
		overlay = hwc_dt_overlay(fragment);
		if (overlay && overlay != r->region)
			err = close_node(r, overlay);
	}
	return err;
}
