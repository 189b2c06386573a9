/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* dtree*.c: a device tree whose nodes can be moved */
#ifndef HWC_DTREE_H
#define HWC_DTREE_H

#include "array.h"
#include "bus.h"

struct hwc_tree;
struct hwc_dt_node;

/**
 * struct hwc_dt_ref - a cell of a property that stands for a node
 * @offset: of the cell, in bytes
 * @label: what it waits for, outside of the overlay; NULL for @node
 * @node: a node of the overlay
 */
struct hwc_dt_ref {
	uint32_t offset;
	char *label;
	struct hwc_dt_node *node;
};

/**
 * struct hwc_dt_prop - a property
 * @name: its name
 * @value: its bytes, and a NUL
 * @size: how many
 * @refs: struct hwc_dt_ref
 */
struct hwc_dt_prop {
	char *name;
	uint8_t *value;
	size_t size;
	struct hwc_array refs;
};

/**
 * struct hwc_dt_node - a node
 * @name: with its unit address
 * @label: the first one that __symbols__ has, or NULL
 * @parent: node above, NULL for the root and where it was taken out
 * @child: first one below
 * @next: next one beside
 * @props: struct hwc_dt_prop, without the phandle
 * @phandle: 0 for none
 * @fixed: the phandle is written as it is
 * @mark: free for whoever has the tree
 */
struct hwc_dt_node {
	char *name;
	const char *label;
	struct hwc_dt_node *parent;
	struct hwc_dt_node *child;
	struct hwc_dt_node *next;
	struct hwc_array props;
	uint32_t phandle;
	bool fixed;
	bool mark;
};

struct hwc_dt_label {
	const char *name;
	struct hwc_dt_node *node;
};

/**
 * struct hwc_dt - a tree; zeroed when empty
 * @what: what sentences call it; NULL for "the overlay"
 * @root: its root, of an overlay the node above the fragments
 * @labels: struct hwc_dt_label, as __symbols__ had them
 * @nodes: struct hwc_dt_node *, all of them, also those taken out
 */
struct hwc_dt {
	const char *what;
	struct hwc_dt_node *root;
	struct hwc_array labels;
	struct hwc_array nodes;
};

/* dtree-blob.c: whether a blob, whose address is aligned, is well-formed: 0, or libfdt's error. */
int hwc_dt_check(const void *fdt, size_t size);

/**
 * hwc_dt_parse() - make a tree of an overlay
 * @fdt: one that hwc_dt_check() has passed
 * @dt: empty; to be cleared also after an error
 *
 * Return: 0; -EBADMSG when fixups or symbols do not fit the rest; -ENOMEM.
 */
int hwc_dt_parse(struct hwc_ctx *ctx, const void *fdt, struct hwc_dt *dt);
/* The same of a tree that is no overlay, whose phandles stay and which has nothing to resolve. */
int hwc_dt_parse_whole(struct hwc_ctx *ctx, const char *what, const void *fdt, struct hwc_dt *dt);
/* A property as a tree has it; a phandle becomes the node's. */
int hwc_dt_take_prop(struct hwc_ctx *ctx, const struct hwc_dt *dt, struct hwc_dt_node *node,
		     const char *name, const void *value, size_t size);
void hwc_dt_clear(struct hwc_dt *dt);
/* A node of @dt that is nowhere yet; NULL without memory. */
struct hwc_dt_node *hwc_dt_new(struct hwc_dt *dt, const char *name);
void hwc_dt_append(struct hwc_dt_node *parent, struct hwc_dt_node *node);
/* It keeps what is below it. */
void hwc_dt_detach(struct hwc_dt_node *node);
struct hwc_dt_prop *hwc_dt_prop(const struct hwc_dt_node *node, const char *name);
/* Sets a property that refers to nothing; 0 or -ENOMEM. */
int hwc_dt_set(struct hwc_dt_node *node, const char *name, const void *value, size_t size);
void hwc_dt_unset(struct hwc_dt_node *node, const char *name);
/* Says that a cell of a property stands for a node or a label; 0 or -ENOMEM. */
int hwc_dt_add_ref(struct hwc_dt_prop *prop, uint32_t offset, const char *label,
		   struct hwc_dt_node *node);
/* Adds what the same value of @from refers to; 0 or -ENOMEM. */
int hwc_dt_copy_refs(struct hwc_dt_prop *to, const struct hwc_dt_prop *from);
bool hwc_dt_cell(const struct hwc_dt_node *node, const char *name, uint32_t *cell);
/* A string property; NULL where it is none. */
const char *hwc_dt_string(const struct hwc_dt_node *node, const char *name);
/* Whether one of the strings of compatible is @begin, or, unless @whole, begins with it. */
bool hwc_dt_compatible(const struct hwc_dt_node *node, const char *begin, bool whole);
/* Whether it is one that an FPGA is configured through. */
bool hwc_is_region(const struct hwc_dt_node *node);
struct hwc_dt_node *hwc_dt_child(const struct hwc_dt_node *node, const char *name, size_t size);
/* What a fragment adds; NULL where it is none. */
struct hwc_dt_node *hwc_dt_overlay(const struct hwc_dt_node *fragment);
/* The node at a path; NULL where there is none. */
struct hwc_dt_node *hwc_dt_at(const struct hwc_dt *dt, const char *path);
/* Wherever it is; NULL for 0, too. */
struct hwc_dt_node *hwc_dt_by_phandle(const struct hwc_dt *dt, uint32_t phandle);
/* Wherever it is now. */
struct hwc_dt_node *hwc_dt_symbol(const struct hwc_dt *dt, const char *label);
/* Path from @top down, "" for itself; to be freed, NULL without memory. */
char *hwc_dt_path(const struct hwc_dt_node *node, const struct hwc_dt_node *top);

/* dtree-addr.c */

struct hwc_cell_sizes {
	uint32_t addr;
	uint32_t size;
};

/* Of what is below a node. */
struct hwc_cell_sizes hwc_dt_cells(const struct hwc_dt_node *bus);
/* Whether numbers of so many cells are understood. */
bool hwc_dt_cells_ok(const struct hwc_cell_sizes *cells);
/* The ranges of a node that is not the root, to be cleared; as hwc_bus_set_ranges(). */
int hwc_dt_bus(const struct hwc_dt_node *node, struct hwc_bus *bus);
/* Where a window on a bus is for the CPU; as hwc_dt_window(). */
int hwc_dt_up(const struct hwc_dt_node *bus, struct hwc_window *window,
	      const struct hwc_dt_node **at);
/* An entry of reg; false where there is none, or it is not understood. */
bool hwc_reg_entry(const struct hwc_dt_node *node, const struct hwc_cell_sizes *cells, size_t i,
		   struct hwc_window *window);
/* How many entries reg has, also where the last one is none. */
size_t hwc_dt_windows(const struct hwc_dt_node *node);
/**
 * hwc_dt_window() - where registers of a node are for the CPU
 * @i: number of the entry of reg
 * @at: receives the node that is to blame
 *
 * Return: 0; -EINVAL when reg, or the ranges of @at, are none; -ENXIO when @at has no
 * ranges; -ERANGE when they do not lie in them; -ENOMEM.
 */
int hwc_dt_window(const struct hwc_dt_node *node, size_t i, struct hwc_window *window,
		  const struct hwc_dt_node **at);

/* dtree-load.c */

/**
 * hwc_dt_load() - make a tree of the one that the kernel shows in files
 * @tree: the files
 * @dt: empty; to be cleared also after an error
 *
 * Children are in the order of their names.
 */
int hwc_dt_load(struct hwc_ctx *ctx, const struct hwc_tree *tree, struct hwc_dt *dt);

/* dtree-write.c */

/* libxl gives this one to the interrupt controller of a guest, whatever else there is. */
#define HWC_PHANDLE_GIC 65000

/**
 * struct hwc_dt_form - what a flattened tree is to be
 * @what: what sentences call it
 * @max: bytes that it may have
 * @resolved: it says nowhere which cells are references
 * @like: one whose memory reservations and boot CPU it has, or NULL
 */
struct hwc_dt_form {
	const char *what;
	size_t max;
	bool resolved;
	const void *like;
};

/**
 * hwc_dt_flatten() - flatten a tree
 * @root: its root; phandles below it change, but for those that are fixed
 * @fdt: receives it, to be freed
 *
 * What is referred to by a reference must be below @root.
 *
 * Return: 0; -EFBIG; -ENOMEM.
 */
int hwc_dt_flatten(struct hwc_ctx *ctx, struct hwc_dt_node *root, const struct hwc_dt_form *form,
		   void **fdt, size_t *size);

/**
 * hwc_dt_write() - the same as an overlay that the module takes
 *
 * Return: 0; -EFBIG when the module would not take so much; -ENOMEM.
 */
int hwc_dt_write(struct hwc_ctx *ctx, struct hwc_dt_node *root, void **fdt, size_t *size);

#endif
