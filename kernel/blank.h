/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what a resource is left with. */
#ifndef HWC_BLANK_H
#define HWC_BLANK_H

#include <linux/hwcontainer.h>
#include <linux/kref.h>

struct netlink_ext_ack;

/**
 * struct hwc_blank - an image with nothing in it
 * @ref: one for the resource, one for whoever loads it
 * @blob: its bytes
 * @priv: what the kind's check has found out
 */
struct hwc_blank {
	struct kref ref;
	struct hwcontainer_blob blob;
	u8 priv[] __aligned(sizeof(u64));
};

int hwc_blank_set_locked(struct hwcontainer_resource *res, int fd, struct netlink_ext_ack *extack);
void hwc_blank_forget_locked(struct hwcontainer_resource *res);
struct hwc_blank *hwc_blank_get(struct hwcontainer_resource *res);
void hwc_blank_put(struct hwc_blank *blank);

#endif /* HWC_BLANK_H */
