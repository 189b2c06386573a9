/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what keeps an overlay inside its region; between the files that check it. */
#ifndef HWC_CONFINE_H
#define HWC_CONFINE_H

#include <linux/types.h>

struct device_node;

/**
 * struct hwc_ov - a fragment that is looked at
 * @region: live node of the region
 * @target: live node that the fragment targets, or NULL
 * @overlay: the fragment's __overlay__, not in the tree
 * @in_advance: nodes of overlays that are in the region now will have gone
 * @assign: its devices are for a virtual machine
 * @why: receives one sentence on refusal, HWC_WHY bytes
 */
struct hwc_ov {
	const struct device_node *region;
	const struct device_node *target;
	const struct device_node *overlay;
	bool in_advance;
	bool assign;
	char *why;
};

/* confine.c */
__printf(2, 3)
int hwc_confine_refuse(const struct hwc_ov *ov, const char *fmt, ...);
const struct device_node *hwc_ov_node(const struct hwc_ov *ov, u32 phandle);
int hwc_phandle_args(const struct device_node *provider, const char *cells, u32 left);
int hwc_confine_fragment(const struct hwc_ov *ov);
bool hwc_node_is_region(const struct device_node *node);
bool hwc_node_is_below(const struct device_node *np, const struct device_node *top);
struct device_node *hwc_fragment_target(const struct device_node *fragment);

/* ranges.c */
int hwc_ranges_check(const struct hwc_ov *ov, const struct device_node *node);
bool hwc_ranges_overlap(const struct hwc_ov *ov_a, const struct device_node *a,
			const struct hwc_ov *ov_b, const struct device_node *b);

/* supplies.c */
int hwc_supplies_check(const struct hwc_ov *ov, const struct device_node *node);

/* windows.c */
int hwc_windows_map(void);
int hwc_windows_map_named(const char *machine);
bool hwc_windows_contain(int map, u64 addr, u64 size);

#endif
