// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Slots of a shell. Vendors' tools put the devices of every slot into the
 * overlay of the shell; here they come and go with the slot's image. A slot's
 * window is made of the registers of its devices.
 */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "array.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"
#include "rewrite.h"

int hwc_rewrite_slot(const char *name)
{
	size_t end, at;

	if (strrchr(name, '/'))
		name = strrchr(name, '/') + 1;
	end = strcspn(name, "@");
	for (at = end; at && isdigit((unsigned char)name[at - 1]); at--)
		;
	return at == end || end - at > 4 ? -1 : atoi(name + at);
}

/* "RP_1_AccelConfig_0", as the vendor's tools label what is in a partition. */
static bool label_owner(const char *label, unsigned int *slot)
{
	int length = 0;

	/* sscanf() would take blanks and a sign, too */
	return label && !strncmp(label, "RP_", 3) && isdigit((unsigned char)label[3]) &&
	       sscanf(label + 3, "%4u_%n", slot, &length) == 1 && length;
}

/* Whether "80000000.AccelConfig" is the node AccelConfig@80000000. */
static bool is_device(const struct hwc_dt_node *node, const char *name)
{
	const char *dot = strchr(name, '.'), *at = strchr(node->name, '@');

	return dot && at && strlen(at + 1) == (size_t)(dot - name) &&
	       !strncasecmp(at + 1, name, dot - name) &&
	       strlen(dot + 1) == (size_t)(at - node->name) &&
	       !strncmp(dot + 1, node->name, at - node->name);
}

bool hwc_slots_owner(const struct hwc_rewriter *r, const struct hwc_dt_node *node,
		     unsigned int *slot)
{
	for (size_t i = 0; i < r->plan->n_devices; i++)
		if (is_device(node, r->plan->devices[i].name)) {
			*slot = r->plan->devices[i].slot;
			return true;
		}
	return label_owner(node->label, slot);
}

static struct hwc_dt_node *slot_node(const struct hwc_rewriter *r, unsigned int slot)
{
	struct hwc_dt_node *node;

	for (node = r->region->child; node; node = node->next)
		if (hwc_is_region(node) && hwc_rewrite_slot(node->name) == (int)slot)
			return node;
	return NULL;
}

/**
 * struct owned - a window of a slot
 * @slot: node of the slot
 * @window: registers of one or several of its devices
 */
struct owned {
	const struct hwc_dt_node *slot;
	struct hwc_window window;
};

static int own(struct hwc_rewriter *r, struct hwc_array *owned, const struct hwc_dt_node *slot,
	       const struct hwc_dt_node *device)
{
	struct hwc_window window;

	for (size_t i = 0; hwc_reg_entry(device, &r->cells, i, &window); i++) {
		struct owned *new;

		if (!window.size || window.start + window.size < window.start)
			return hwc_err(r->ctx, -EPERM, "%s has registers of no possible size",
				       device->name);
		new = hwc_array_grow(owned, sizeof(*new));
		if (!new)
			return hwc_err_nomem(r->ctx);
		*new = (struct owned){ .slot = slot, .window = window };
		owned->count++;
	}
	return 0;
}

static int leave_to_slots(struct hwc_rewriter *r, struct hwc_array *owned)
{
	struct hwc_dt_node *node, *next, *slot;
	unsigned int number;
	int err = 0;

	for (node = r->region->child; !err && node; node = next) {
		next = node->next;
		if (hwc_is_region(node) || !hwc_slots_owner(r, node, &number))
			continue;
		slot = slot_node(r, number);
		if (!slot)
			continue;
		err = own(r, owned, slot, node);
		if (!err)
			err = hwc_rewrite_tell(r, node->name,
					       "is left to the images of %s, whose device it is",
					       slot->name);
		hwc_dt_detach(node);
	}
	return err;
}

static int compare_owned(const void *left, const void *right)
{
	const struct owned *a = left, *b = right;

	if (a->window.start != b->window.start)
		return a->window.start < b->window.start ? -1 : 1;
	return a->window.size < b->window.size ? -1 : a->window.size > b->window.size;
}

/* Sorts them, makes one of those of a slot that touch, and lets no two slots share any. */
static int join(struct hwc_rewriter *r, struct hwc_array *owned)
{
	struct owned *all = owned->data;
	size_t kept = 0;

	if (!owned->count)
		return 0;
	qsort(all, owned->count, sizeof(*all), compare_owned);
	for (size_t i = 1; i < owned->count; i++) {
		struct owned *last = &all[kept];
		uint64_t end = last->window.start + last->window.size;
		uint64_t new_end = all[i].window.start + all[i].window.size;

		if (all[i].window.start < end && all[i].slot != last->slot)
			return hwc_err(r->ctx, -EPERM, "%s and %s both have a device at 0x%jx",
				       last->slot->name, all[i].slot->name,
				       (uintmax_t)all[i].window.start);
		if (all[i].window.start > end || all[i].slot != last->slot)
			all[++kept] = all[i];
		else if (new_end > end)
			last->window.size = new_end - last->window.start;
	}
	owned->count = kept + 1;
	return 0;
}

static int tell_window(struct hwc_rewriter *r, const struct hwc_dt_node *slot,
		       const struct hwc_window *window)
{
	return hwc_rewrite_tell(r, slot->name, "gets the window 0x%jx, 0x%jx bytes, of its devices",
				(uintmax_t)window->start, (uintmax_t)window->size);
}

/* The windows of @slot as its ranges: addresses in it are those of the region. */
static int set_ranges(struct hwc_rewriter *r, struct hwc_dt_node *slot,
		      const struct hwc_array *owned)
{
	const struct hwc_cell_sizes cells = hwc_reg_cells(slot, r->cells);
	const struct owned *all = owned->data;
	size_t step = (cells.addr + r->cells.addr + cells.size) * sizeof(uint32_t);
	uint8_t *data, *at;
	int err = 0;

	if (cells.addr > HWC_CELLS_MAX || cells.size > HWC_CELLS_MAX || !cells.addr || !cells.size)
		return hwc_err(r->ctx, -EPERM, "%s has addresses of %u and %u cells", slot->name,
			       cells.addr, cells.size);
	data = malloc(owned->count * step + 1);
	if (!data)
		return hwc_err_nomem(r->ctx);
	at = data;
	for (size_t i = 0; !err && i < owned->count; i++) {
		if (all[i].slot != slot)
			continue;
		at = hwc_cells_put(at, all[i].window.start, cells.addr);
		at = hwc_cells_put(at, all[i].window.start, r->cells.addr);
		at = hwc_cells_put(at, all[i].window.size, cells.size);
		err = tell_window(r, slot, &all[i].window);
	}
	if (!err && at == data)
		err = hwc_err(
			r->ctx, -EPERM,
			"%s has no window: it has no ranges, and no device that is known to be its own",
			slot->name);
	if (!err && hwc_dt_set(slot, "ranges", data, at - data))
		err = hwc_err_nomem(r->ctx);
	free(data);
	return err;
}

static const struct hwc_slot_frames *frames_of(const struct hwc_rewriter *r, int slot)
{
	for (size_t i = 0; i < r->plan->n_frames; i++)
		if ((int)r->plan->frames[i].slot == slot)
			return &r->plan->frames[i];
	return NULL;
}

/* Where the images of the next slot begin; false when some of them begin among these. */
static bool frames_end(const struct hwc_rewriter *r, const struct hwc_slot_frames *own,
		       uint32_t *end)
{
	*end = UINT32_MAX;
	for (size_t i = 0; i < r->plan->n_frames; i++) {
		const struct hwc_slot_frames *other = &r->plan->frames[i];

		if (other == own)
			continue;
		if (other->first <= own->last && own->first <= other->last)
			return false;
		if (other->first > own->last && other->first - 1 < *end)
			*end = other->first - 1;
	}
	return true;
}

/* By which the module knows an image of another slot. */
static int set_frames(struct hwc_rewriter *r, struct hwc_dt_node *slot)
{
	const struct hwc_slot_frames *own = frames_of(r, hwc_rewrite_slot(slot->name));
	uint8_t data[2 * sizeof(uint32_t)];
	uint32_t end;

	if (!own || hwc_dt_prop(slot, "hwcontainer,frame-range") || !frames_end(r, own, &end))
		return 0;
	hwc_cells_put(hwc_cells_put(data, own->first, 1), end, 1);
	if (hwc_dt_set(slot, "hwcontainer,frame-range", data, sizeof(data)))
		return hwc_err_nomem(r->ctx);
	return hwc_rewrite_tell(
		r, slot->name,
		"takes images that begin at frames 0x%x to 0x%x, as those in its folders do",
		own->first, end);
}

/* Every slot says its cells, for the kernel does not take those of the region for it. */
static int set_cells(struct hwc_rewriter *r, struct hwc_dt_node *slot)
{
	static const char *const names[] = { "#address-cells", "#size-cells" };
	const struct hwc_cell_sizes cells = hwc_reg_cells(slot, r->cells);
	uint8_t data[sizeof(uint32_t)];

	for (size_t i = 0; i < HWC_ARRAY_SIZE(names); i++) {
		if (hwc_dt_prop(slot, names[i]))
			continue;
		hwc_cells_put(data, i ? cells.size : cells.addr, 1);
		if (hwc_dt_set(slot, names[i], data, sizeof(data)))
			return hwc_err_nomem(r->ctx);
		if (hwc_rewrite_tell(r, slot->name, "gets %s", names[i]))
			return -ENOMEM;
	}
	return 0;
}

static int complete_slot(struct hwc_rewriter *r, struct hwc_dt_node *slot,
			 const struct hwc_array *owned)
{
	const struct hwc_dt_prop *ranges = hwc_dt_prop(slot, "ranges");
	int err = 0;

	r->out->slots++;
	if (!ranges || !ranges->size)
		err = set_ranges(r, slot, owned);
	if (!err)
		err = set_cells(r, slot);
	return err ? err : set_frames(r, slot);
}

int hwc_slots_part(struct hwc_rewriter *r)
{
	struct hwc_array owned = { 0 };
	struct hwc_dt_node *node;
	int err;

	for (node = r->region->child; node; node = node->next)
		r->brings_slots |= hwc_is_region(node);
	if (!r->brings_slots)
		return 0;
	err = leave_to_slots(r, &owned);
	if (!err)
		err = join(r, &owned);
	for (node = r->region->child; !err && node; node = node->next)
		if (hwc_is_region(node))
			err = complete_slot(r, node, &owned);
	free(owned.data);
	return err;
}

static int collect_from(struct hwc_rewriter *r, struct hwc_dt_node *overlay)
{
	const struct hwc_cell_sizes cells = hwc_reg_cells(overlay, r->cells);
	struct hwc_dt_node *node, *next;
	unsigned int number;
	int err = 0;

	for (node = overlay->child; !err && node; node = next) {
		next = node->next;
		if (hwc_is_region(node) || !hwc_slots_owner(r, node, &number) ||
		    (int)number != r->slot)
			continue;
		/* what the image's own overlay says of a device is better known */
		if (hwc_dt_child(r->region, node->name, strlen(node->name)))
			continue;
		hwc_dt_detach(node);
		hwc_dt_append(r->region, node);
		err = hwc_reg_move(r, node, &cells, 0);
		if (!err)
			err = hwc_rewrite_tell(
				r, node->name,
				"is taken from the overlay of the shell, as the slot's");
	}
	return err;
}

int hwc_slots_collect(struct hwc_rewriter *r)
{
	struct hwc_dt_node *fragment, *overlay;
	int err = 0;

	if (!r->shell.root || r->slot < 0)
		return 0;
	for (fragment = r->shell.root->child; !err && fragment; fragment = fragment->next) {
		overlay = hwc_dt_overlay(fragment);
		if (overlay)
			err = collect_from(r, overlay);
	}
	return err;
}
