// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device tree whose nodes can be moved. What refers to a node of an overlay, by
 * __fixups__ and __local_fixups__, hangs on the property that does, so that it
 * stays right wherever the node goes; labels hang on their nodes.
 */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"

/* As deep as the module takes them, and a level for what wraps the fragments. */
#define DEPTH_MAX 17

static int malformed(struct hwc_ctx *ctx, const char *what, const char *where)
{
	return hwc_err(ctx, -EBADMSG, "the overlay's %s does not fit the overlay: %s", what, where);
}

struct hwc_dt_node *hwc_dt_new(struct hwc_dt *dt, const char *name)
{
	struct hwc_dt_node **slot = hwc_array_grow(&dt->nodes, sizeof(*slot));
	struct hwc_dt_node *node = slot ? calloc(1, sizeof(*node)) : NULL;

	if (!node)
		return NULL;
	node->name = strdup(name);
	if (!node->name) {
		free(node);
		return NULL;
	}
	*slot = node;
	dt->nodes.count++;
	return node;
}

void hwc_dt_append(struct hwc_dt_node *parent, struct hwc_dt_node *node)
{
	struct hwc_dt_node **end = &parent->child;

	while (*end)
		end = &(*end)->next;
	*end = node;
	node->parent = parent;
	node->next = NULL;
}

void hwc_dt_detach(struct hwc_dt_node *node)
{
	struct hwc_dt_node **at = &node->parent->child;

	while (*at != node)
		at = &(*at)->next;
	*at = node->next;
	node->parent = NULL;
	node->next = NULL;
}

static void prop_clear(struct hwc_dt_prop *prop)
{
	struct hwc_dt_ref *refs = prop->refs.data;

	for (size_t i = 0; i < prop->refs.count; i++)
		free(refs[i].label);
	free(refs);
	free(prop->name);
	free(prop->value);
}

static struct hwc_dt_prop *props_of(const struct hwc_dt_node *node)
{
	return node->props.data;
}

struct hwc_dt_prop *hwc_dt_prop(const struct hwc_dt_node *node, const char *name)
{
	for (size_t i = 0; i < node->props.count; i++)
		if (!strcmp(props_of(node)[i].name, name))
			return &props_of(node)[i];
	return NULL;
}

void hwc_dt_unset(struct hwc_dt_node *node, const char *name)
{
	struct hwc_dt_prop *prop = hwc_dt_prop(node, name);
	size_t i;

	if (!prop)
		return;
	i = prop - props_of(node);
	prop_clear(prop);
	memmove(prop, prop + 1, (node->props.count - i - 1) * sizeof(*prop));
	node->props.count--;
}

int hwc_dt_set(struct hwc_dt_node *node, const char *name, const void *value, size_t size)
{
	struct hwc_dt_prop new = { .name = strdup(name), .value = malloc(size + 1), .size = size };
	struct hwc_dt_prop *slot;

	hwc_dt_unset(node, name);
	slot = new.name &&new.value ? hwc_array_grow(&node->props, sizeof(*slot)) : NULL;
	if (!slot) {
		prop_clear(&new);
		return -ENOMEM;
	}
	if (size)
		memcpy(new.value, value, size);
	new.value[size] = '\0';
	*slot = new;
	node->props.count++;
	return 0;
}

int hwc_dt_add_ref(struct hwc_dt_prop *prop, uint32_t offset, const char *label,
		   struct hwc_dt_node *node)
{
	struct hwc_dt_ref *ref = hwc_array_grow(&prop->refs, sizeof(*ref));

	if (!ref)
		return -ENOMEM;
	ref->offset = offset;
	ref->node = node;
	ref->label = label ? strdup(label) : NULL;
	prop->refs.count++;
	return label && !ref->label ? -ENOMEM : 0;
}

int hwc_dt_copy_refs(struct hwc_dt_prop *to, const struct hwc_dt_prop *from)
{
	const struct hwc_dt_ref *refs = from->refs.data;

	for (size_t i = 0; i < from->refs.count; i++)
		if (hwc_dt_add_ref(to, refs[i].offset, refs[i].label, refs[i].node))
			return -ENOMEM;
	return 0;
}

bool hwc_dt_cell(const struct hwc_dt_node *node, const char *name, uint32_t *cell)
{
	const struct hwc_dt_prop *prop = hwc_dt_prop(node, name);

	if (!prop || prop->size != sizeof(*cell))
		return false;
	*cell = hwc_cell(prop->value, 0);
	return true;
}

const char *hwc_dt_string(const struct hwc_dt_node *node, const char *name)
{
	const struct hwc_dt_prop *prop = hwc_dt_prop(node, name);

	return prop && prop->size && !prop->value[prop->size - 1] ? (char *)prop->value : NULL;
}

bool hwc_dt_compatible(const struct hwc_dt_node *node, const char *begin, bool whole)
{
	const struct hwc_dt_prop *prop = hwc_dt_prop(node, "compatible");
	const char *at = prop ? (char *)prop->value : NULL, *end = prop ? at + prop->size : NULL;

	for (; at < end; at += strlen(at) + 1)
		if (whole ? !strcmp(at, begin) : !strncmp(at, begin, strlen(begin)))
			return true;
	return false;
}

bool hwc_is_region(const struct hwc_dt_node *node)
{
	return hwc_dt_compatible(node, "fpga-region", true);
}

struct hwc_dt_node *hwc_dt_child(const struct hwc_dt_node *node, const char *name, size_t size)
{
	struct hwc_dt_node *child;

	for (child = node->child; child; child = child->next)
		if (strlen(child->name) == size && !memcmp(child->name, name, size))
			return child;
	return NULL;
}

struct hwc_dt_node *hwc_dt_overlay(const struct hwc_dt_node *fragment)
{
	return hwc_dt_child(fragment, "__overlay__", strlen("__overlay__"));
}

/* The node at the first @size bytes of @path. */
static struct hwc_dt_node *node_at(const struct hwc_dt *dt, const char *path, size_t size)
{
	const char *end = path + size;
	struct hwc_dt_node *node = dt->root;

	while (node && path < end) {
		size_t length;

		if (*path++ != '/')
			return NULL;
		length = strcspn(path, "/");
		if (length > (size_t)(end - path))
			length = end - path;
		if (length || node != dt->root)
			node = hwc_dt_child(node, path, length);
		path += length;
	}
	return node;
}

struct hwc_dt_node *hwc_dt_symbol(const struct hwc_dt *dt, const char *label)
{
	const struct hwc_dt_label *labels = dt->labels.data;

	for (size_t i = 0; i < dt->labels.count; i++)
		if (!strcmp(labels[i].name, label))
			return labels[i].node;
	return NULL;
}

struct hwc_dt_node *hwc_dt_at(const struct hwc_dt *dt, const char *path)
{
	return node_at(dt, path, strlen(path));
}

char *hwc_dt_path(const struct hwc_dt_node *node, const struct hwc_dt_node *top)
{
	char *above, *path;

	if (node == top || !node->parent)
		return strdup("");
	above = hwc_dt_path(node->parent, top);
	if (!above || asprintf(&path, "%s/%s", above, node->name) < 0)
		path = NULL;
	free(above);
	return path;
}

/* parsing */

static const char *name_of(const struct hwc_dt *dt)
{
	return dt->what ? dt->what : "the overlay";
}

int hwc_dt_take_prop(struct hwc_ctx *ctx, const struct hwc_dt *dt, struct hwc_dt_node *node,
		     const char *name, const void *value, size_t size)
{
	if (strcmp(name, "phandle") && strcmp(name, "linux,phandle"))
		return hwc_dt_set(node, name, value, size) ? hwc_err_nomem(ctx) : 0;
	if (size != sizeof(uint32_t))
		return hwc_err(ctx, -EBADMSG, "%s's node %s has a %s of %zu bytes", name_of(dt),
			       node->name, name, size);
	node->phandle = hwc_cell(value, 0);
	return 0;
}

static int add_prop(struct hwc_ctx *ctx, const struct hwc_dt *dt, const void *fdt, int offset,
		    struct hwc_dt_node *node)
{
	const char *name;
	int size;
	const void *value = fdt_getprop_by_offset(fdt, offset, &name, &size);

	if (!value)
		return hwc_err(ctx, -EBADMSG, "%s's node %s has a property without value",
			       name_of(dt), node->name);
	return hwc_dt_take_prop(ctx, dt, node, name, value, size);
}

static int add_node(struct hwc_ctx *ctx, struct hwc_dt *dt, const void *fdt, int offset,
		    struct hwc_dt_node *parent, int depth)
{
	const char *name = fdt_get_name(fdt, offset, NULL);
	struct hwc_dt_node *node = hwc_dt_new(dt, name ? name : "");
	int at, err;

	if (!node)
		return hwc_err_nomem(ctx);
	if (parent)
		hwc_dt_append(parent, node);
	else
		dt->root = node;
	if (depth > DEPTH_MAX)
		return hwc_err(ctx, -EBADMSG, "%s has more than %d nodes inside each other",
			       name_of(dt), DEPTH_MAX);
	fdt_for_each_property_offset(at, fdt, offset) {
		err = add_prop(ctx, dt, fdt, at, node);
		if (err)
			return err;
	}
	fdt_for_each_subnode(at, fdt, offset) {
		err = add_node(ctx, dt, fdt, at, node, depth + 1);
		if (err)
			return err;
	}
	return 0;
}

static int add_labels(struct hwc_ctx *ctx, struct hwc_dt *dt, const struct hwc_dt_node *symbols)
{
	for (size_t i = 0; symbols && i < symbols->props.count; i++) {
		const char *name = props_of(symbols)[i].name;
		const char *path = hwc_dt_string(symbols, name);
		struct hwc_dt_node *node = path ? hwc_dt_at(dt, path) : NULL;
		struct hwc_dt_label *label;

		if (!node)
			return malformed(ctx, "__symbols__", name);
		label = hwc_array_grow(&dt->labels, sizeof(*label));
		if (!label)
			return hwc_err_nomem(ctx);
		*label = (struct hwc_dt_label){ .name = name, .node = node };
		dt->labels.count++;
		if (!node->label)
			node->label = name;
	}
	return 0;
}

static bool is_cell_in(const struct hwc_dt_prop *prop, unsigned long offset)
{
	return prop->size >= sizeof(uint32_t) && offset <= prop->size - sizeof(uint32_t);
}

/* "/fragment@0/__overlay__/uart:clocks:0" */
static int add_fixup(struct hwc_ctx *ctx, const struct hwc_dt *dt, const char *label,
		     const char *entry)
{
	const char *colon = strchr(entry, ':'), *last = strrchr(entry, ':');
	struct hwc_dt_prop *prop = NULL;
	struct hwc_dt_node *node;
	unsigned long offset;
	char *name, *end;

	if (!colon || colon == last)
		return malformed(ctx, "__fixups__", entry);
	node = node_at(dt, entry, colon - entry);
	name = strndup(colon + 1, last - colon - 1);
	if (!name)
		return hwc_err_nomem(ctx);
	if (node)
		prop = hwc_dt_prop(node, name);
	free(name);
	offset = strtoul(last + 1, &end, 10);
	if (!prop || end == last + 1 || *end || !is_cell_in(prop, offset))
		return malformed(ctx, "__fixups__", entry);
	return hwc_dt_add_ref(prop, offset, label, NULL) ? hwc_err_nomem(ctx) : 0;
}

static int add_fixups(struct hwc_ctx *ctx, const struct hwc_dt *dt,
		      const struct hwc_dt_node *fixups)
{
	for (size_t i = 0; fixups && i < fixups->props.count; i++) {
		const struct hwc_dt_prop *prop = &props_of(fixups)[i];
		const char *entry = (char *)prop->value, *end = entry + prop->size;

		for (; entry < end; entry += strlen(entry) + 1) {
			int err = add_fixup(ctx, dt, prop->name, entry);

			if (err)
				return err;
		}
	}
	return 0;
}

struct hwc_dt_node *hwc_dt_by_phandle(const struct hwc_dt *dt, uint32_t phandle)
{
	struct hwc_dt_node **nodes = dt->nodes.data;

	for (size_t i = 0; phandle && i < dt->nodes.count; i++)
		if (nodes[i]->phandle == phandle)
			return nodes[i];
	return NULL;
}

/* Offsets into the property of the same name in the node that is mirrored. */
static int add_local(struct hwc_ctx *ctx, const struct hwc_dt *dt, const struct hwc_dt_prop *from,
		     struct hwc_dt_node *node)
{
	struct hwc_dt_prop *prop = hwc_dt_prop(node, from->name);

	for (size_t i = 0; i < from->size / sizeof(uint32_t); i++) {
		uint32_t offset = hwc_cell(from->value, i);
		struct hwc_dt_node *to = NULL;

		if (prop && is_cell_in(prop, offset))
			to = hwc_dt_by_phandle(dt, hwc_cells(prop->value + offset, 0, 1));
		if (!to)
			return malformed(ctx, "__local_fixups__", from->name);
		if (hwc_dt_add_ref(prop, offset, NULL, to))
			return hwc_err_nomem(ctx);
	}
	return 0;
}

static int add_locals(struct hwc_ctx *ctx, const struct hwc_dt *dt,
		      const struct hwc_dt_node *mirror, struct hwc_dt_node *node)
{
	const struct hwc_dt_node *child;
	int err = 0;

	for (size_t i = 0; !err && i < mirror->props.count; i++)
		err = add_local(ctx, dt, &props_of(mirror)[i], node);
	for (child = mirror->child; !err && child; child = child->next) {
		struct hwc_dt_node *to = hwc_dt_child(node, child->name, strlen(child->name));

		err = to ? add_locals(ctx, dt, child, to) :
			   malformed(ctx, "__local_fixups__", child->name);
	}
	return err;
}

/* A child of the root that is no part of the tree, taken out of it. */
static struct hwc_dt_node *take(struct hwc_dt *dt, const char *name)
{
	struct hwc_dt_node *node = hwc_dt_child(dt->root, name, strlen(name));

	if (node)
		hwc_dt_detach(node);
	return node;
}

int hwc_dt_parse_whole(struct hwc_ctx *ctx, const char *what, const void *fdt, struct hwc_dt *dt)
{
	int err;

	dt->what = what;
	err = add_node(ctx, dt, fdt, 0, NULL, 0);
	if (err)
		return err;
	for (size_t i = 0; i < dt->nodes.count; i++)
		((struct hwc_dt_node **)dt->nodes.data)[i]->fixed = true;
	return 0;
}

int hwc_dt_parse(struct hwc_ctx *ctx, const void *fdt, struct hwc_dt *dt)
{
	struct hwc_dt_node *symbols, *fixups, *locals;
	int err = add_node(ctx, dt, fdt, 0, NULL, 0);

	if (err)
		return err;
	symbols = take(dt, "__symbols__");
	fixups = take(dt, "__fixups__");
	locals = take(dt, "__local_fixups__");
	err = add_labels(ctx, dt, symbols);
	if (!err)
		err = add_fixups(ctx, dt, fixups);
	if (!err && locals)
		err = add_locals(ctx, dt, locals, dt->root);
	return err;
}

void hwc_dt_clear(struct hwc_dt *dt)
{
	struct hwc_dt_node **nodes = dt->nodes.data;

	for (size_t i = 0; i < dt->nodes.count; i++) {
		for (size_t k = 0; k < nodes[i]->props.count; k++)
			prop_clear(&props_of(nodes[i])[k]);
		free(nodes[i]->props.data);
		free(nodes[i]->name);
		free(nodes[i]);
	}
	free(nodes);
	free(dt->labels.data);
	*dt = (struct hwc_dt){ 0 };
}
