/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What assign*.c and partial.c know of each other, sectioned by file. */
#ifndef HWC_ASSIGN_H
#define HWC_ASSIGN_H

#include "array.h"
#include "ctx.h"
#include "dtree.h"
#include "msg.h"

/* partial.c: the device tree that a container brings */

/* Bytes that are taken of it, and that are made of it and of what is assigned. */
#define HWC_PARTIAL_MAX (64u << 10)
#define HWC_ASSIGNMENT_MAX (256u << 10)

/* Guests of Xen on arm64, and QEMU's virt machine, have memory from here on. */
#define HWC_GUEST_RAM UINT64_C(0x40000000)

/**
 * struct hwc_partial - one that has been checked
 * @blob: its bytes
 * @dt: the tree
 * @passthrough: the node with all that it describes, or NULL
 * @aliases: or NULL
 * @cells: of @passthrough
 */
struct hwc_partial {
	void *blob;
	struct hwc_dt dt;
	struct hwc_dt_node *passthrough;
	struct hwc_dt_node *aliases;
	struct hwc_cell_sizes cells;
};

/* @p: zeroed; to be cleared also after an error. */
int hwc_partial_read(struct hwc_ctx *ctx, const void *dtb, size_t size, struct hwc_partial *p);
void hwc_partial_clear(struct hwc_partial *p);

/* assign.c */

struct hwc_assignment {
	struct hwc_array iomems; /* struct hwc_iomem */
	struct hwc_array irqs; /* uint32_t */
	struct hwc_array dtdevs; /* char * */
	void *dtb;
	size_t dtb_size;
	char *xl;
};

/**
 * struct hwc_assign_node - a device of a claim
 * @node: its node
 * @claim: number of the claim
 */
struct hwc_assign_node {
	struct hwc_dt_node *node;
	uint32_t claim;
};

/**
 * struct hwc_assign_window - registers that are assigned
 * @node: whose
 * @window: where they are on this machine
 */
struct hwc_assign_window {
	struct hwc_dt_node *node;
	struct hwc_window window;
};

/**
 * struct hwc_assign_rate - how fast the host lets a clock run
 * @node: that names it
 * @index: which of the node's
 * @rate: in Hz; 0 where the host does not know
 */
struct hwc_assign_rate {
	const struct hwc_dt_node *node;
	uint32_t index;
	uint64_t rate;
};

/**
 * struct hwc_assign_clock - a clock that a guest sees running
 * @provider: what it comes from on this machine
 * @args: its words there
 * @n_args: how many bytes of them
 * @node: its node in the guest
 */
struct hwc_assign_clock {
	const struct hwc_dt_node *provider;
	uint8_t *args;
	size_t n_args;
	struct hwc_dt_node *node;
};

/**
 * struct hwc_assigner - an assignment that is being worked out
 * @ctx: keeps the sentence
 * @out: the result
 * @plan: what is known
 * @live: the machine's tree, whose nodes are marked that go into the guest's
 * @partial: the container's
 * @root: of the guest's tree, which is a part of @live
 * @cells: of /passthrough there
 * @claimed: struct hwc_assign_node, of all claims
 * @tops: struct hwc_dt_node *, those right below /passthrough
 * @windows: struct hwc_assign_window
 * @rates: struct hwc_assign_rate
 * @clocks: struct hwc_assign_clock, with words of their own
 */
struct hwc_assigner {
	struct hwc_ctx *ctx;
	struct hwc_assignment *out;
	const struct hwc_assignment_plan *plan;
	struct hwc_dt live;
	struct hwc_partial partial;
	struct hwc_dt_node *root;
	struct hwc_cell_sizes cells;
	struct hwc_array claimed;
	struct hwc_array tops;
	struct hwc_array windows;
	struct hwc_array rates;
	struct hwc_array clocks;
};

/* "PATH cannot be assigned: ..."; returns @err. */
int hwc_assign_refuse(struct hwc_assigner *a, int err, const struct hwc_dt_node *node,
		      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The path of a node for a sentence, to be freed; NULL without memory. */
char *hwc_assign_path(const struct hwc_dt_node *node);

/* assign-take.c: which nodes go into the guest's tree */

/* Marks them, and collects their registers. */
int hwc_assign_take(struct hwc_assigner *a, struct hwc_claim *const *claims, size_t n);
/* Whether a node goes into the guest's tree. */
bool hwc_assign_has(const struct hwc_dt_node *node);
/* Whether it, or one above it, does: that belongs to what is assigned. */
bool hwc_assign_is_below(const struct hwc_dt_node *node);
/* The region whose image a node is of, or NULL. */
const struct hwc_dt_node *hwc_assign_region(const struct hwc_dt_node *node);
/* Whether neither it nor one above it is switched off. */
bool hwc_assign_is_used(const struct hwc_dt_node *node);

/* assign-map.c: where registers are in the guest */

/* Gives all of them pages, which nobody else must have anything in. */
int hwc_assign_map(struct hwc_assigner *a);
/* Address in the guest of registers that have pages. */
uint64_t hwc_assign_guest(const struct hwc_assigner *a, uint64_t host);
/* Whether a guest's window has addresses of assigned registers. */
bool hwc_assign_is_mapped(const struct hwc_assigner *a, const struct hwc_window *window);

/* assign-edit.c: the nodes as the guest sees them */

/* Edits all of them, those below others first. */
int hwc_assign_edit(struct hwc_assigner *a);

/* assign-irq.c */
int hwc_assign_interrupts(struct hwc_assigner *a, struct hwc_dt_node *node);

/* assign-clock.c */
int hwc_assign_clocks(struct hwc_assigner *a, struct hwc_dt_node *node);

/* assign-refs.c: what else nodes refer to */

/**
 * struct hwc_assign_ref - an entry of a list of phandles
 * @started: there has been a first one
 * @index: which one, from 0
 * @offset: of the phandle, in bytes
 * @to: the node; NULL for an entry that is empty
 * @args: words behind it, in bytes
 */
struct hwc_assign_ref {
	bool started;
	uint32_t index;
	size_t offset;
	struct hwc_dt_node *to;
	size_t args;
};

/**
 * hwc_assign_next_ref() - step through a list of phandles
 * @cells: property that says how many words belong to one; NULL for none
 * @ref: zeroed for the first one
 *
 * Return: 1; 0 at the end; -EPERM with the sentence.
 */
int hwc_assign_next_ref(struct hwc_assigner *a, const struct hwc_dt_node *node,
			const struct hwc_dt_prop *prop, const char *cells,
			struct hwc_assign_ref *ref);
int hwc_assign_refs(struct hwc_assigner *a, struct hwc_dt_node *node);

#endif
