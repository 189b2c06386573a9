/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: are the registers that an overlay names inside its region? */
#ifndef HWC_RANGES_H
#define HWC_RANGES_H

#include <linux/types.h>

struct device_node;

/**
 * struct hwc_ov - a fragment that is looked at
 * @region: live node of the region
 * @target: live node that the fragment targets, the region or below
 * @overlay: the fragment's nodes, not yet in the tree
 */
struct hwc_ov {
	struct device_node *region;
	struct device_node *target;
	struct device_node *overlay;
};

int hwc_ranges_check(const struct hwc_ov *ov, const struct device_node *node, char *why,
		     size_t room);

#endif
