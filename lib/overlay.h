/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What overlay*.c know of each other, and others of them, sectioned by file. */
#ifndef HWC_OVERLAY_H
#define HWC_OVERLAY_H

#include <hwcontainer.h>
#include "array.h"

struct hwc_tree;

/* overlay.c */

struct hwc_overlay_item {
	struct hwc_overlay_node node; /* what is seen from outside, made at the end */
	char *path;
	char *compatible;
	struct hwc_array windows; /* struct hwc_window with names of their own */
	struct hwc_array interrupts; /* uint32_t */
};

struct hwc_overlay {
	size_t size;
	uint8_t digest[HWCONTAINER_DIGEST_LEN];
	struct hwc_array targets; /* char * */
	struct hwc_array items; /* struct hwc_overlay_item */
	struct hwc_array refs; /* struct hwc_overlay_ref with strings of its own */
	struct hwc_array refusals; /* char * */
};

/* Whether it is a well-formed device tree of exactly that size: 0 or -EBADMSG. */
int hwc_overlay_blob(struct hwc_ctx *ctx, const void *fdt, size_t size);
/* Reads one from a file; @fdt is to be freed. */
int hwc_overlay_load(struct hwc_ctx *ctx, int fd, const char *path, void **fdt, size_t *size);
/* The same by its path below a root. */
int hwc_overlay_load_at(struct hwc_ctx *ctx, int rootfd, const char *path, void **fdt,
			size_t *size);

/* overlay-walk.c: what an overlay touches, and what the module will not have */

/* What a reference reads as until the kernel fills it in. */
#define HWC_PHANDLE_UNRESOLVED UINT32_MAX

/**
 * struct hwc_walk - a look at an overlay
 * @overlay: receives what is found
 * @fdt: the overlay
 * @tree: the live tree, NULL where there is none
 * @region: path of the region it must stay in, NULL for anywhere
 * @changes: the __overlay__ node of the fragment under way
 * @loaded: what is in the region now goes before the overlay comes
 * @may_be_unconfined: registers may be anywhere where the region's ranges are empty
 * @nomem: memory ran out
 */
struct hwc_walk {
	struct hwc_overlay *overlay;
	const void *fdt;
	struct hwc_tree *tree;
	const char *region;
	int changes;
	bool loaded;
	bool may_be_unconfined;
	bool nomem;
};

void hwc_walk_refuse(struct hwc_walk *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
const char *hwc_walk_name(const struct hwc_walk *w, int node);
bool hwc_walk_cell(const struct hwc_walk *w, int node, const char *name, uint32_t *cell);
/* NULL becomes "". */
char *hwc_walk_copy(struct hwc_walk *w, const char *text);

/**
 * hwc_overlay_walk() - look at every fragment
 * @overlay: receives what they touch and each reason to refuse them
 * @fdt: an overlay that fdt_check_full() has passed
 *
 * Return: 0 or -ENOMEM.
 */
int hwc_overlay_walk(const struct hwc_ctx *ctx, struct hwc_overlay *overlay, const void *fdt,
		     const struct hwc_overlay_place *place);

/* overlay-refs.c: what an overlay refers to */

/* For people: what hwc_refs_may_leave() is true for. */
#define HWC_REFS_OUTWARD \
	"clocks, resets, interrupt-parent, interrupts-extended, iommus and power-domains"

/* Whether a property may refer to what lies outside of the overlay. */
bool hwc_refs_may_leave(const char *prop);
/* Whether the module takes no overlay with it, wherever it is. */
bool hwc_refs_is_forbidden(const char *prop);
/* Whether drivers read it as phandles, other than those that may leave. */
bool hwc_refs_is_phandle(const char *prop);

/* The label that the target of a fragment waits for; NULL where it is none. */
const char *hwc_refs_target(struct hwc_walk *w, int fragment);
/* What the nodes of a fragment wait for. */
void hwc_refs_check(struct hwc_walk *w, int fragment, const char *target);
/* The slots below a node, whose addresses have @parent_cells. */
void hwc_refs_slots(struct hwc_walk *w, int parent, uint32_t parent_cells);
/* The properties of a node that an overlay adds. */
void hwc_refs_node(struct hwc_walk *w, int node, const char *path);

#endif
