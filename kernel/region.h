/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: FPGA regions; between region.c (who may) and load.c (what is in it). */
#ifndef HWC_REGION_H
#define HWC_REGION_H

#include <linux/fpga/fpga-bridge.h>
#include <linux/fpga/fpga-mgr.h>
#include <linux/fpga/fpga-region.h>

#include "bitstream.h"
#include "internal.h"

/**
 * struct hwc_manager - an FPGA manager with regions
 * @in_managers: in hwc_managers
 * @mgr: the manager; its regions keep it
 * @worker: touches its regions
 * @regions: how many use it
 */
struct hwc_manager {
	struct list_head in_managers;
	struct fpga_manager *mgr;
	struct kthread_worker *worker;
	unsigned int regions;
};

/**
 * struct hwc_region - a region that can be claimed
 * @in_regions: in hwc_regions
 * @region: mainline's; we have a reference to its device
 * @manager: that programs it
 * @guard: keeps foreign overlays away while it is configured
 * @res: the resource it is
 * @idcode: of its device, where @has_idcode
 * @has_idcode: whether that is known
 * @frames: first and last frame address that its images begin at, where @has_frames
 * @has_frames: whether they are known
 * @node: what PDIs for it configure, where @has_node
 * @has_node: whether that is known
 * @nested: a region inside a region takes partial bitstreams only
 * @loaded: it was programmed by us; changed in the worker, under the core lock
 * @info: of the programming, until the bridges are put
 * @overlay: number of our overlay, or 0
 * @digest: of what is loaded, where @has_digest
 * @has_digest: whether they are known
 * @failed: why it could not be cleared, or ""
 * @unload: unloads it when it leaves
 */
struct hwc_region {
	struct list_head in_regions;
	struct fpga_region *region;
	struct hwc_manager *manager;
	struct hwc_guard guard;
	struct hwcontainer_resource *res;
	u32 idcode;
	bool has_idcode;
	u32 frames[2];
	bool has_frames;
	u32 node;
	bool has_node;
	bool nested;

	bool loaded;
	struct fpga_image_info *info;
	int overlay;
	u8 digest[HWCONTAINER_SLOTS][HWCONTAINER_DIGEST_LEN];
	bool has_digest[HWCONTAINER_SLOTS];
	char failed[128];
	struct kthread_work unload;
};

/* region.c */

/* Every region there is. Changes in the class interface's callbacks, under the core lock. */
extern struct list_head hwc_regions;

bool hwc_region_is_inside(const struct hwc_region *inner, const struct hwc_region *outer);

static inline const char *hwc_region_name(const struct hwc_region *r)
{
	return hwcontainer_resource_name(r->res);
}

/* load.c; all but settle in the manager's worker */

int hwc_load_init(void);
void hwc_load_exit(void);
bool hwc_region_unload(struct hwc_region *r);
void hwc_region_abandon(struct hwc_region *r);
int hwc_region_configure(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
int hwc_region_settle(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
void hwc_region_release(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);

#endif
