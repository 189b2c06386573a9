// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A tree of dtree.c, flattened. Phandles are numbered anew, for nodes of two
 * trees may be in it; only the nodes that something refers to and those that had
 * a phandle get one. No __symbols__ are written.
 */
#include <errno.h>
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "ctx.h"
#include "dtree.h"
#include "file.h"
#include "overlay.h"

/* "path:property:offset" strings, each with its NUL, of one label */
struct fixup {
	const char *label;
	char *places;
	size_t size;
};

struct writer {
	void *fdt;
	const struct hwc_dt_form *form;
	const struct hwc_dt_node *root;
	struct hwc_array fixups;
	uint32_t phandle;
	int err; /* the first; libfdt's or -ENOMEM */
	bool nomem;
};

static void put(struct writer *w, int err)
{
	if (!w->err)
		w->err = err;
}

static const struct hwc_dt_prop *prop_at(const struct hwc_dt_node *node, size_t i)
{
	return (const struct hwc_dt_prop *)node->props.data + i;
}

static const struct hwc_dt_ref *ref_at(const struct hwc_dt_prop *prop, size_t i)
{
	return (const struct hwc_dt_ref *)prop->refs.data + i;
}

static void mark_reference(struct hwc_dt_node *to)
{
	if (to && !(to->fixed && to->phandle))
		to->phandle = UINT32_MAX;
}

static void mark_references(struct hwc_dt_node *node)
{
	struct hwc_dt_node *child;

	for (size_t i = 0; i < node->props.count; i++)
		for (size_t k = 0; k < prop_at(node, i)->refs.count; k++)
			mark_reference(ref_at(prop_at(node, i), k)->node);
	for (child = node->child; child; child = child->next)
		mark_references(child);
}

/* Those that stay are below the first one that is given. */
static void skip_fixed(struct writer *w, const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *child;

	if (node->fixed && node->phandle != UINT32_MAX && node->phandle > w->phandle)
		w->phandle = node->phandle;
	for (child = node->child; child; child = child->next)
		skip_fixed(w, child);
}

static uint32_t next_phandle(struct writer *w)
{
	w->phandle++;
	if (w->phandle == HWC_PHANDLE_GIC)
		w->phandle++;
	return w->phandle;
}

static void number(struct writer *w, struct hwc_dt_node *node)
{
	struct hwc_dt_node *child;

	if (node->phandle && (!node->fixed || node->phandle == UINT32_MAX))
		node->phandle = next_phandle(w);
	for (child = node->child; child; child = child->next)
		number(w, child);
}

static struct fixup *fixup_of(struct writer *w, const char *label)
{
	struct fixup *fixups = w->fixups.data;

	for (size_t i = 0; i < w->fixups.count; i++)
		if (!strcmp(fixups[i].label, label))
			return &fixups[i];
	fixups = hwc_array_grow(&w->fixups, sizeof(*fixups));
	if (!fixups)
		return NULL;
	fixups->label = label;
	w->fixups.count++;
	return fixups;
}

static void add_fixup(struct writer *w, const struct hwc_dt_node *node,
		      const struct hwc_dt_prop *prop, const struct hwc_dt_ref *ref)
{
	struct fixup *fixup = fixup_of(w, ref->label);
	char *path = hwc_dt_path(node, w->root), *place = NULL, *longer = NULL;
	int length = -1;

	if (path && fixup)
		length = asprintf(&place, "%s:%s:%u", path, prop->name, ref->offset);
	if (length >= 0)
		longer = realloc(fixup->places, fixup->size + length + 1);
	if (longer) {
		memcpy(longer + fixup->size, place, length + 1);
		fixup->places = longer;
		fixup->size += length + 1;
	} else {
		w->nomem = true;
	}
	if (length >= 0)
		free(place);
	free(path);
}

/* The value, with what it refers to as the kernel's resolver wants to find it. */
static void write_prop(struct writer *w, const struct hwc_dt_node *node,
		       const struct hwc_dt_prop *prop)
{
	void *value;

	put(w, fdt_property_placeholder(w->fdt, prop->name, prop->size, &value));
	if (w->err)
		return;
	if (prop->size)
		memcpy(value, prop->value, prop->size);
	for (size_t i = 0; i < prop->refs.count; i++) {
		const struct hwc_dt_ref *ref = ref_at(prop, i);
		fdt32_t cell =
			cpu_to_fdt32(ref->node ? ref->node->phandle : HWC_PHANDLE_UNRESOLVED);

		memcpy((char *)value + ref->offset, &cell, sizeof(cell));
		if (ref->label)
			add_fixup(w, node, prop, ref);
	}
}

static void write_node(struct writer *w, const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *child;

	put(w, fdt_begin_node(w->fdt, node->name));
	for (size_t i = 0; i < node->props.count; i++)
		write_prop(w, node, prop_at(node, i));
	if (node->phandle)
		put(w, fdt_property_u32(w->fdt, "phandle", node->phandle));
	for (child = node->child; child; child = child->next)
		write_node(w, child);
	if (node != w->root)
		put(w, fdt_end_node(w->fdt));
}

static void write_fixups(struct writer *w)
{
	const struct fixup *fixups = w->fixups.data;

	if (!w->fixups.count)
		return;
	put(w, fdt_begin_node(w->fdt, "__fixups__"));
	for (size_t i = 0; i < w->fixups.count; i++)
		put(w, fdt_property(w->fdt, fixups[i].label, fixups[i].places, fixups[i].size));
	put(w, fdt_end_node(w->fdt));
}

static size_t locals_in(const struct hwc_dt_prop *prop)
{
	size_t count = 0;

	for (size_t i = 0; i < prop->refs.count; i++)
		count += !!ref_at(prop, i)->node;
	return count;
}

static bool has_locals(const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *child;

	for (size_t i = 0; i < node->props.count; i++)
		if (locals_in(prop_at(node, i)))
			return true;
	for (child = node->child; child; child = child->next)
		if (has_locals(child))
			return true;
	return false;
}

static void write_local(struct writer *w, const struct hwc_dt_prop *prop)
{
	size_t count = locals_in(prop);
	void *value;
	fdt32_t *cell;

	if (!count)
		return;
	put(w, fdt_property_placeholder(w->fdt, prop->name, count * sizeof(*cell), &value));
	if (w->err)
		return;
	cell = value;
	for (size_t i = 0; i < prop->refs.count; i++)
		if (ref_at(prop, i)->node)
			*cell++ = cpu_to_fdt32(ref_at(prop, i)->offset);
}

static void write_locals(struct writer *w, const struct hwc_dt_node *node, const char *name)
{
	const struct hwc_dt_node *child;

	if (!has_locals(node))
		return;
	put(w, fdt_begin_node(w->fdt, name));
	for (size_t i = 0; i < node->props.count; i++)
		write_local(w, prop_at(node, i));
	for (child = node->child; child; child = child->next)
		write_locals(w, child, child->name);
	put(w, fdt_end_node(w->fdt));
}

static void write_reserved(struct writer *w)
{
	int count = w->form->like ? fdt_num_mem_rsv(w->form->like) : 0;
	uint64_t start, size;

	for (int i = 0; i < count; i++) {
		put(w, fdt_get_mem_rsv(w->form->like, i, &start, &size));
		put(w, fdt_add_reservemap_entry(w->fdt, start, size));
	}
}

static void write_all(struct writer *w, void *data, size_t room)
{
	w->fdt = data;
	put(w, fdt_create(w->fdt, room));
	write_reserved(w);
	put(w, fdt_finish_reservemap(w->fdt));
	write_node(w, w->root);
	if (!w->form->resolved) {
		write_fixups(w);
		write_locals(w, w->root, "__local_fixups__");
	}
	put(w, fdt_end_node(w->fdt));
	put(w, fdt_finish(w->fdt));
	if (!w->err && w->form->like)
		fdt_set_boot_cpuid_phys(w->fdt, fdt_boot_cpuid_phys(w->form->like));
}

static void clear(struct writer *w)
{
	struct fixup *fixups = w->fixups.data;

	for (size_t i = 0; i < w->fixups.count; i++)
		free(fixups[i].places);
	free(fixups);
}

int hwc_dt_flatten(struct hwc_ctx *ctx, struct hwc_dt_node *root, const struct hwc_dt_form *form,
		   void **fdt, size_t *size)
{
	struct writer w = { .form = form, .root = root };
	void *data = calloc(1, form->max);
	int err = 0;

	if (!data)
		return hwc_err_nomem(ctx);
	mark_references(root);
	skip_fixed(&w, root);
	number(&w, root);
	write_all(&w, data, form->max);
	clear(&w);
	if (w.nomem)
		err = hwc_err_nomem(ctx);
	else if (w.err == -FDT_ERR_NOSPACE)
		err = hwc_err(ctx, -EFBIG, "%s has more than %zu bytes", form->what, form->max);
	else if (w.err)
		err = hwc_err(ctx, -EBADMSG, "%s cannot be written (%s)", form->what,
			      fdt_strerror(w.err));
	if (err) {
		free(data);
		return err;
	}
	*size = fdt_totalsize(data);
	*fdt = data;
	return 0;
}

int hwc_dt_write(struct hwc_ctx *ctx, struct hwc_dt_node *root, void **fdt, size_t *size)
{
	static const struct hwc_dt_form overlay = {
		.what = "the rewritten overlay",
		.max = HWC_OVERLAY_MAX,
	};

	return hwc_dt_flatten(ctx, root, &overlay, fdt, size);
}
