/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: overlays, ours confined to a region and others kept out of it. */
#ifndef HWC_OVERLAY_H
#define HWC_OVERLAY_H

#include <linux/list.h>
#include <linux/types.h>

struct device_node;

/* fdt.c: flattened device trees, before anything else looks at them */

/* Nodes inside each other in an overlay, counted from its root. */
#define HWC_FDT_DEPTH 16

/* Room for any sentence on an overlay, with its NUL. */
#define HWC_WHY 192

int hwc_fdt_check(const void *fdt, size_t size, char *why, size_t room);

/* overlay.c: overlays, ours confined to a region and others kept out of it */

/**
 * struct hwc_guard - a region whose part of the device tree is ours
 * @in_guards: in the list of guards, while it is guarded
 * @np: the region's node
 * @assign: its devices are for a virtual machine; of the worker that guards it
 */
struct hwc_guard {
	struct list_head in_guards;
	struct device_node *np;
	bool assign;
};

int hwc_overlay_init(void);
void hwc_overlay_exit(void);
void hwc_guard_on(struct hwc_guard *guard, bool assign);
void hwc_guard_off(struct hwc_guard *guard);
bool hwc_guard_assigns(const struct device_node *np);
void hwc_overlay_barrier(void);
int hwc_overlay_check(const struct hwc_guard *guard, const void *fdt, size_t size, bool assign,
		      char *why);
int hwc_overlay_apply(struct hwc_guard *guard, const void *fdt, size_t size, int *id, char *why);
int hwc_overlay_remove(struct hwc_guard *guard, int *id);

#endif /* HWC_OVERLAY_H */
