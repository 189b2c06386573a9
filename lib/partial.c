// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The device tree that a container brings for its virtual machine: /passthrough
 * and /aliases, as xl's device_tree has it. The rest of a guest's tree is for the
 * hypervisor to say. Nothing in it is trusted.
 */
#include <errno.h>
#include <inttypes.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "assign.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"
#include "overlay.h"
#include "tree.h"

#define WHAT "the container's device tree"

/* Larger ones are for those that hypervisors give. */
#define PHANDLE_MAX 0xffff

/* The form of a tree that both were put into. */
#define WHOLE "the machine's device tree"

/* More bytes than it has itself are nobody's, as for libxl. */
static int check_blob(struct hwc_ctx *ctx, const char *what, const void *fdt, size_t size)
{
	int err = hwc_dt_check(fdt, size);

	if (err)
		return hwc_err(ctx, -EBADMSG, "%s is no well-formed device tree (%s)", what,
			       fdt_strerror(err));
	return 0;
}

static int refuse(struct hwc_ctx *ctx, const struct hwc_dt_node *node, const char *why)
{
	char *path = hwc_assign_path(node);
	int err;

	if (!path)
		return hwc_err_nomem(ctx);
	err = hwc_err(ctx, -EPERM, WHAT " has %s, which %s", path, why);
	free(path);
	return err;
}

static const char *type_of(const struct hwc_dt_node *node)
{
	return hwc_text(hwc_dt_string(node, "device_type"));
}

static bool is_named(const struct hwc_dt_node *node, const char *name)
{
	size_t length = strlen(name);

	return !strncmp(node->name, name, length) &&
	       (!node->name[length] || node->name[length] == '@');
}

/* What dtc adds, and the interrupt controller that it wants to see: the guest has its own. */
static bool is_left_out(const struct hwc_dt_node *node)
{
	return is_named(node, "__symbols__") || is_named(node, "__local_fixups__") ||
	       (hwc_dt_prop(node, "interrupt-controller") && !hwc_dt_prop(node, "reg") &&
		!node->child);
}

static int check_root(struct hwc_ctx *ctx, const struct hwc_dt_node *node)
{
	static const char only[] =
		"is for the hypervisor to say: only /passthrough and /aliases are taken";

	if (is_left_out(node))
		return 0;
	if (is_named(node, "memory") || is_named(node, "reserved-memory"))
		return refuse(ctx, node, "describes memory; the hypervisor does that");
	if (is_named(node, "cpus"))
		return refuse(ctx, node, "describes CPUs; the hypervisor does that");
	if (is_named(node, "__fixups__"))
		return refuse(ctx, node, "refers to other trees: it is an overlay");
	return refuse(ctx, node, only);
}

static bool is_below(const struct hwc_dt_node *node, const struct hwc_dt_node *top)
{
	while (node && node != top)
		node = node->parent;
	return node;
}

static int check_phandle(struct hwc_ctx *ctx, const struct hwc_partial *p,
			 const struct hwc_dt_node *node)
{
	if (!node->phandle)
		return 0;
	if (node->phandle > PHANDLE_MAX || node->phandle == HWC_PHANDLE_GIC)
		return refuse(ctx, node, "has a phandle that is the hypervisor's to give");
	if (hwc_dt_by_phandle(&p->dt, node->phandle) != node)
		return refuse(ctx, node, "has the phandle of another node");
	return 0;
}

static int check_names(struct hwc_ctx *ctx, const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *other;

	if (!hwc_tree_name_ok(node->name))
		return refuse(ctx, node, "is no name of a node");
	for (other = node->parent->child; other != node; other = other->next)
		if (!strcmp(other->name, node->name))
			return refuse(ctx, node, "is there twice");
	return 0;
}

static int find_parts(struct hwc_ctx *ctx, struct hwc_partial *p)
{
	struct hwc_dt_node *node;
	int err = 0;

	for (node = p->dt.root->child; !err && node; node = node->next) {
		err = check_names(ctx, node);
		if (!err && !strcmp(node->name, "passthrough"))
			p->passthrough = node;
		else if (!err && !strcmp(node->name, "aliases"))
			p->aliases = node;
		else if (!err)
			err = check_root(ctx, node);
	}
	return err;
}

/* Addresses are understood, and are none of memory. */
static int check_reg(struct hwc_ctx *ctx, const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *at;
	struct hwc_window window;

	for (size_t i = 0; i < hwc_dt_windows(node); i++) {
		int err = hwc_dt_window(node, i, &window, &at);

		if (err == -ENOMEM)
			return hwc_err_nomem(ctx);
		if (err && node->parent->parent && !node->parent->parent->parent)
			return refuse(ctx, node, "has a reg that is none");
		if (!err && window.start + (window.size - 1) >= HWC_GUEST_RAM)
			return refuse(ctx, node, "has registers where a guest has memory");
	}
	return 0;
}

/* Devicetree Specification 2.2.4: the characters of their names. */
static int check_props(struct hwc_ctx *ctx, const struct hwc_dt_node *node)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789,._+?#-";
	const struct hwc_dt_prop *props = node->props.data;

	for (size_t i = 0; i < node->props.count; i++)
		if (!*props[i].name || props[i].name[strspn(props[i].name, letters)])
			return refuse(ctx, node, "has a property whose name is none");
	return 0;
}

/* The first phandle is looked at; what follows it, only a driver knows. */
static int check_refs(struct hwc_ctx *ctx, const struct hwc_partial *p,
		      const struct hwc_dt_node *node)
{
	const struct hwc_dt_prop *props = node->props.data;

	for (size_t i = 0; i < node->props.count; i++) {
		uint32_t phandle;

		if (props[i].size < sizeof(phandle) ||
		    (!hwc_refs_is_phandle(props[i].name) && !hwc_refs_may_leave(props[i].name)))
			continue;
		phandle = hwc_cell(props[i].value, 0);
		if (phandle && !is_below(hwc_dt_by_phandle(&p->dt, phandle), p->passthrough))
			return hwc_err(ctx, -EPERM,
				       WHAT "'s node %s refers by %s to what is not in "
					    "/passthrough",
				       node->name, props[i].name);
	}
	return 0;
}

static int check_node(struct hwc_ctx *ctx, const struct hwc_partial *p,
		      const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *child;
	int err = check_names(ctx, node);

	if (!err)
		err = check_props(ctx, node);
	if (!err && !strcmp(type_of(node), "memory"))
		err = refuse(ctx, node, "describes memory; the hypervisor does that");
	if (!err && !strcmp(type_of(node), "cpu"))
		err = refuse(ctx, node, "describes a CPU; the hypervisor does that");
	if (!err)
		err = check_phandle(ctx, p, node);
	if (!err)
		err = check_reg(ctx, node);
	if (!err)
		err = check_refs(ctx, p, node);
	for (child = node->child; !err && child; child = child->next)
		err = check_node(ctx, p, child);
	return err;
}

static int check_passthrough(struct hwc_ctx *ctx, struct hwc_partial *p)
{
	const struct hwc_dt_prop *ranges = hwc_dt_prop(p->passthrough, "ranges");
	const struct hwc_dt_node *child;
	int err;

	p->cells = hwc_dt_cells(p->passthrough);
	if (!ranges || ranges->size)
		return refuse(ctx, p->passthrough, "must have ranges, and empty ones");
	if (!p->cells.addr || p->cells.addr > HWC_CELLS_MAX || !p->cells.size ||
	    p->cells.size > HWC_CELLS_MAX)
		return refuse(ctx, p->passthrough,
			      "must have one or two #address-cells and #size-cells");
	/* the guest's controller, whatever stands for it here */
	hwc_dt_unset(p->passthrough, "interrupt-parent");
	err = check_props(ctx, p->passthrough);
	if (!err)
		err = check_phandle(ctx, p, p->passthrough);
	if (!err)
		err = check_refs(ctx, p, p->passthrough);
	for (child = p->passthrough->child; !err && child; child = child->next)
		err = check_node(ctx, p, child);
	return err;
}

static int check_alias(struct hwc_ctx *ctx, const struct hwc_partial *p, const char *name)
{
	const char *path = hwc_dt_string(p->aliases, name);

	if (!path || !is_below(hwc_dt_at(&p->dt, path), p->passthrough))
		return hwc_err(ctx, -EPERM, WHAT "'s alias %s is none of a node in /passthrough",
			       name);
	return 0;
}

static int check_aliases(struct hwc_ctx *ctx, const struct hwc_partial *p)
{
	const struct hwc_dt_prop *props = p->aliases->props.data;
	int err = check_props(ctx, p->aliases);

	if (!err)
		err = check_phandle(ctx, p, p->aliases);
	if (!err && p->aliases->child)
		err = refuse(ctx, p->aliases, "must have no nodes in it");
	for (size_t i = 0; !err && i < p->aliases->props.count; i++)
		err = check_alias(ctx, p, props[i].name);
	return err;
}

int hwc_partial_read(struct hwc_ctx *ctx, const void *dtb, size_t size, struct hwc_partial *p)
{
	int err;

	if (size > HWC_PARTIAL_MAX)
		return hwc_err(ctx, -EFBIG, WHAT " has %zu bytes, at most %u are read", size,
			       HWC_PARTIAL_MAX);
	/* libfdt wants it aligned, and whoever gave it may not have known */
	p->blob = malloc(size + 1);
	if (!p->blob)
		return hwc_err_nomem(ctx);
	memcpy(p->blob, dtb, size);
	err = check_blob(ctx, WHAT, p->blob, size);
	if (!err)
		err = hwc_dt_parse_whole(ctx, WHAT, p->blob, &p->dt);
	if (!err)
		err = find_parts(ctx, p);
	if (!err && p->passthrough)
		err = check_passthrough(ctx, p);
	if (!err && p->aliases)
		err = check_aliases(ctx, p);
	return err;
}

void hwc_partial_clear(struct hwc_partial *p)
{
	hwc_dt_clear(&p->dt);
	free(p->blob);
}

int hwc_partial_check(struct hwc_ctx *ctx, const void *dtb, size_t size)
{
	struct hwc_partial p = { 0 };
	int err = hwc_partial_read(ctx, dtb, size, &p);

	hwc_partial_clear(&p);
	return err;
}

/* merging */

static int clash(struct hwc_ctx *ctx, const char *what, const char *name)
{
	return hwc_err(ctx, -EEXIST, WHAT " has %s %s, and so has the machine's", what, name);
}

static int check_phandles_apart(struct hwc_ctx *ctx, const struct hwc_dt *whole,
				const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *child;
	int err = 0;

	if (hwc_dt_by_phandle(whole, node->phandle))
		return clash(ctx, "the phandle of", node->name);
	for (child = node->child; !err && child; child = child->next)
		err = check_phandles_apart(ctx, whole, child);
	return err;
}

static int merge_aliases(struct hwc_ctx *ctx, struct hwc_dt *whole, struct hwc_partial *p)
{
	static const char name[] = "aliases";
	struct hwc_dt_node *to = hwc_dt_child(whole->root, name, strlen(name));
	const struct hwc_dt_prop *props = p->aliases->props.data;

	if (!to) {
		hwc_dt_detach(p->aliases);
		hwc_dt_append(whole->root, p->aliases);
		return 0;
	}
	for (size_t i = 0; i < p->aliases->props.count; i++) {
		if (hwc_dt_prop(to, props[i].name))
			return clash(ctx, "an alias", props[i].name);
		if (hwc_dt_set(to, props[i].name, props[i].value, props[i].size))
			return hwc_err_nomem(ctx);
	}
	return 0;
}

static int merge(struct hwc_ctx *ctx, struct hwc_dt *whole, struct hwc_partial *p)
{
	int err;

	if (!p->passthrough)
		return 0;
	if (hwc_dt_child(whole->root, "passthrough", strlen("passthrough")))
		return clash(ctx, "a node", "/passthrough");
	err = check_phandles_apart(ctx, whole, p->passthrough);
	if (err)
		return err;
	hwc_dt_detach(p->passthrough);
	hwc_dt_append(whole->root, p->passthrough);
	return p->aliases ? merge_aliases(ctx, whole, p) : 0;
}

int hwc_partial_merge(struct hwc_ctx *ctx, const void *whole, size_t whole_size, const void *dtb,
		      size_t size, void **fdt, size_t *fdt_size)
{
	struct hwc_dt_form form = { .what = WHOLE, .resolved = true };
	struct hwc_partial p = { 0 };
	struct hwc_dt dt = { 0 };
	void *copy = malloc(whole_size + 1);
	int err;

	if (!copy)
		return hwc_err_nomem(ctx);
	memcpy(copy, whole, whole_size);
	form.like = copy;
	form.max = whole_size + HWC_ASSIGNMENT_MAX;
	err = hwc_partial_read(ctx, dtb, size, &p);
	if (!err)
		err = check_blob(ctx, WHOLE, copy, whole_size);
	if (!err)
		err = hwc_dt_parse_whole(ctx, WHOLE, copy, &dt);
	if (!err)
		err = merge(ctx, &dt, &p);
	if (!err)
		err = hwc_dt_flatten(ctx, dt.root, &form, fdt, fdt_size);
	hwc_dt_clear(&dt);
	hwc_partial_clear(&p);
	free(copy);
	return err;
}
