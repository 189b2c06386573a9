// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: FPGA regions: the blank image that is loaded over what a claim has left.
 *
 * The devices are gone and the bridges closed, which they stay. Where it cannot be loaded
 * the region says so, and no claim gets it before that has been done.
 */
#include <linux/slab.h>

#include "blank.h"
#include "region.h"

static int hwc_region_load_blank(struct hwc_region *r, struct hwc_blank *blank)
{
	struct fpga_image_info *info = hwc_region_info(r, &blank->blob, (void *)blank->priv);
	int ret;

	if (!info)
		return -ENOMEM;
	ret = hwc_manager_load(r, info);
	kfree(info);
	return ret;
}

/**
 * hwc_region_blank() - load a region's blank image, if it has one
 * @r: a region with nothing loaded, or with what could not be loaded
 *
 * Context: the manager's worker.
 * Return: true when that is done, or was not asked for; false when the region says in
 * @failed why not, and is @stained.
 */
bool hwc_region_blank(struct hwc_region *r)
{
	struct hwc_blank *blank = hwc_blank_get(r->res);
	char why[64];
	int ret;

	r->stained = false;
	if (!blank)
		return true;
	ret = hwc_region_load_blank(r, blank);
	hwc_blank_put(blank);
	r->stained = ret;
	if (ret)
		snprintf(why, sizeof(why), "its blank image could not be loaded (error %d)", -ret);
	hwc_region_set_failed(r, ret ? why : "");
	return !ret;
}
