/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rewrite*.c: overlays as vendors ship them, made into what the module takes */
#ifndef HWC_REWRITE_H
#define HWC_REWRITE_H

#include "dtree.h"

struct hwc_tree;

/**
 * struct hwc_slot_device - a device of a shell that belongs to a slot
 * @slot: number of the slot
 * @name: "80000000.AccelConfig", as dfx-mgr's accel.json names it
 */
struct hwc_slot_device {
	unsigned int slot;
	char *name;
};

/**
 * struct hwc_slot_frames - where the images of a slot begin
 * @slot: number of the slot
 * @first: lowest frame address of any of them
 * @last: highest of these lowest ones
 */
struct hwc_slot_frames {
	unsigned int slot;
	uint32_t first;
	uint32_t last;
};

/**
 * struct hwc_plan - what is known when an overlay is rewritten
 * @region: resource that it is for, a path; NULL when any
 * @tree: folder with the live tree; NULL for this machine's, "" for none
 * @shell: overlay of the shell that brought @region, or NULL
 * @shell_size: bytes there
 * @devices: devices of slots that are known by name
 * @n_devices: how many
 * @frames: frames of slots, by slot
 * @n_frames: how many
 * @relocate: the image fits @region, whichever slot the overlay was written for
 */
struct hwc_plan {
	const char *region;
	const char *tree;
	const void *shell;
	size_t shell_size;
	const struct hwc_slot_device *devices;
	size_t n_devices;
	const struct hwc_slot_frames *frames;
	size_t n_frames;
	bool relocate;
};

/**
 * hwc_rewrite_plan() - rewrite an overlay
 * @fdt: the overlay
 * @rewrite: receives the result
 *
 * Return: 0; -EBADMSG when it is no overlay; -EPERM when it says what the rules
 * do not allow; -EFBIG; -ENOMEM.
 */
int hwc_rewrite_plan(struct hwc_ctx *ctx, const void *fdt, size_t size, const struct hwc_plan *plan,
		     struct hwc_rewrite **rewrite);

/**
 * hwc_rewrite_slot() - number of the slot that a path or name ends in
 *
 * Return: 0 for "/fpga-region/fpga-PR0", -1 where it ends in no number.
 */
int hwc_rewrite_slot(const char *name);

/* Whether an overlay loads the FPGA, has labels, or is for another place than the region. */
bool hwc_rewrite_needed(struct hwc_ctx *ctx, const void *fdt, size_t size,
			const struct hwc_plan *plan);

/* What rewrite*.c know of each other. */

/**
 * struct hwc_rewriter - an overlay that is being rewritten
 * @ctx: keeps the sentence
 * @out: the result
 * @plan: what is known
 * @tree: the live tree, or NULL
 * @dt: the overlay
 * @shell: that of the shell, empty without one
 * @root: of the result
 * @region: its nodes that go into the region
 * @cells: of the region
 * @brings_slots: it is a shell's
 * @slot: number of the slot that the region is; -1 where it is none
 */
struct hwc_rewriter {
	struct hwc_ctx *ctx;
	struct hwc_rewrite *out;
	const struct hwc_plan *plan;
	struct hwc_tree *tree;
	struct hwc_dt dt;
	struct hwc_dt shell;
	struct hwc_dt_node *root;
	struct hwc_dt_node *region;
	struct hwc_cell_sizes cells;
	bool brings_slots;
	int slot;
};

struct hwc_rewrite {
	struct hwc_array changes; /* struct hwc_rewrite_change with strings of its own */
	char *firmware;
	size_t slots;
	bool empty; /* without any node */
	void *fdt;
	size_t size;
	uint8_t digest[HWCONTAINER_DIGEST_LEN];
};

/* One sentence that begins with the node; 0 or -ENOMEM with the sentence. */
int hwc_rewrite_tell(struct hwc_rewriter *r, const char *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The path of the node that a slot of this name or region is in; "" where none is known. */
char *hwc_rewrite_above(const char *region);

/* rewrite-target.c: what the fragments are for */

/**
 * enum hwc_target_kind - what a fragment changes
 * @HWC_TARGET_REGION: the region
 * @HWC_TARGET_INSIDE: a node in it
 * @HWC_TARGET_BUS: a bus of registers
 */
enum hwc_target_kind {
	HWC_TARGET_REGION,
	HWC_TARGET_INSIDE,
	HWC_TARGET_BUS,
};

/**
 * struct hwc_target - what a fragment of the overlay changes
 * @fragment: the fragment
 * @overlay: its content
 * @label: as which it names it, or NULL
 * @path: where that is in the live tree, or NULL
 * @kind: what that is
 * @by: how far the nodes move inside of the region
 */
struct hwc_target {
	struct hwc_dt_node *fragment;
	struct hwc_dt_node *overlay;
	const char *label;
	char *path;
	enum hwc_target_kind kind;
	int64_t by;
};

/* Takes what @t->fragment says of its target; 0 or -EPERM. */
int hwc_target_read(struct hwc_rewriter *r, struct hwc_target *t);
/* Says what it is, and where its nodes move; 0 or -EPERM. */
int hwc_target_classify(struct hwc_rewriter *r, struct hwc_target *t);
/* Its name for people. */
const char *hwc_target_text(const struct hwc_target *t);
/* Whether it says of a region how that is configured, or brings regions. */
bool hwc_target_is_regions(const struct hwc_dt_node *overlay);
/* What is not known by the live tree is known by what the fragment says. */
bool hwc_target_is_region(const struct hwc_rewriter *r, const struct hwc_target *t);

/* rewrite-take.c */

/* Takes the nodes of all fragments into the result; 0 or -EPERM. */
int hwc_rewrite_take(struct hwc_rewriter *r);

/* rewrite-slots.c: what belongs to the slots of a shell */

/* Leaves the devices of slots to their images, and gives the slots their windows. */
int hwc_slots_part(struct hwc_rewriter *r);
/* Takes the devices of the slot that the region is from the shell's overlay. */
int hwc_slots_collect(struct hwc_rewriter *r);
/* Whether a shell's node belongs to some slot, and to which. */
bool hwc_slots_owner(const struct hwc_rewriter *r, const struct hwc_dt_node *node,
		     unsigned int *slot);

/* rewrite-reg.c: addresses of nodes that move */

/* Cells that a node says, or else @cells. */
struct hwc_cell_sizes hwc_reg_cells(const struct hwc_dt_node *overlay, struct hwc_cell_sizes cells);
/* Those of a live node; 2 and 2, as on all boards, where it is not there. */
struct hwc_cell_sizes hwc_reg_live_cells(const struct hwc_rewriter *r, const char *node);
/* Whether addresses on a live bus are those in the region, too: 0 or -EPERM. */
int hwc_reg_same_space(struct hwc_rewriter *r, const char *bus);
/* Writes reg of a node with the region's cells, @by further on. */
int hwc_reg_move(struct hwc_rewriter *r, struct hwc_dt_node *node,
		 const struct hwc_cell_sizes *from, int64_t by);
/* How far the windows of two live slots are apart; -ENOENT where they have none. */
int hwc_reg_distance(const struct hwc_rewriter *r, const char *from, int64_t *by);

/* rewrite-refs.c: what the nodes say, and what they refer to */

/* Every node must be one that the module takes; in a shell others are left out. */
int hwc_refs_close(struct hwc_rewriter *r);

#endif
