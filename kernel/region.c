// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: FPGA regions: which there are, who may have them, what fits them. */
#include <linux/device.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "confine.h"
#include "pdi.h"
#include "region.h"

/* Largest bitstream: a whole device of the largest part has about 200 MiB. */
#define HWC_BITSTREAM_MAX	(256 * SZ_1M)
#define HWC_OVERLAY_MAX		SZ_64K

/* Changes as hwc_regions does. */
static LIST_HEAD(hwc_managers);
LIST_HEAD(hwc_regions);

/* Zynq-7000's devcfg takes bitstreams with each word's bytes reversed. */
static bool hwc_manager_wants_swapped(const struct fpga_manager *mgr)
{
	return mgr->dev.parent &&
	       of_device_is_compatible(mgr->dev.parent->of_node, "xlnx,zynq-devcfg-1.0");
}

/* The board's firmware takes what Versal has instead of bitstreams. */
static bool hwc_manager_wants_pdi(const struct fpga_manager *mgr)
{
	return mgr->dev.parent &&
	       of_device_is_compatible(mgr->dev.parent->of_node, "xlnx,versal-fpga");
}

static int hwc_region_check_device(struct hwc_region *r, struct hwcontainer_claim *claim,
				   const struct hwc_bitstream *bs)
{
	if (r->has_idcode && bs->has_idcode && (r->idcode ^ bs->idcode) & HWC_IDCODE_MASK)
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image is for IDCODE 0x%08x (%s), the device of %s has 0x%08x (%s)",
			bs->idcode, hwc_bitstream_idcode_part(bs->idcode) ?: "unknown part",
			hwc_region_name(r), r->idcode,
			hwc_bitstream_idcode_part(r->idcode) ?: "unknown part");
	if (r->nested && !bs->partial)
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image is a full %s, %s takes a partial one",
			bs->format == HWC_BITSTREAM_PDI ? "PDI" : "bitstream",
			hwc_region_name(r));
	/* Where it begins and no more: AMD's for a K26 also write clock columns elsewhere. */
	if (r->has_frames && bs->has_frames &&
	    (bs->far_first < r->frames[0] || bs->far_first > r->frames[1]))
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image begins at frame 0x%08x, those of %s are 0x%08x to 0x%08x",
			bs->far_first, hwc_region_name(r), r->frames[0], r->frames[1]);
	if (r->has_node && bs->format == HWC_BITSTREAM_PDI &&
	    (bs->pdi.node_first != r->node || bs->pdi.node_last != r->node))
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image configures nodes 0x%08x to 0x%08x, %s is node 0x%08x",
			bs->pdi.node_first, bs->pdi.node_last, hwc_region_name(r), r->node);
	return 0;
}

/* A PDI's frames are looked at nowhere else: one without has other things to do. */
static int hwc_region_check_pdi(struct hwc_region *r, struct hwcontainer_claim *claim,
				const struct hwc_bitstream *bs)
{
	if (bs->pdi.boot)
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image is a boot PDI, which a device starts from; manager %s takes partial ones",
			r->manager->mgr->name);
	if (!bs->frame_words)
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image is a PDI without frames of programmable logic, %s needs them",
			hwc_region_name(r));
	return 0;
}

static int hwc_region_check_manager(struct hwc_region *r, struct hwcontainer_claim *claim,
				    const struct hwc_bitstream *bs)
{
	struct fpga_manager *mgr = r->manager->mgr;
	bool is_pdi = bs->format == HWC_BITSTREAM_PDI;

	if (is_pdi != hwc_manager_wants_pdi(mgr))
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image is a %s, manager %s takes %s",
			is_pdi ? "PDI for Versal" : "bitstream", mgr->name,
			is_pdi ? "bitstreams" : "PDIs");
	if (bs->encrypted)
		return hwcontainer_claim_refuse(claim, -EOPNOTSUPP,
			"image is encrypted, manager %s takes plain ones only", mgr->name);
	if (is_pdi)
		return hwc_region_check_pdi(r, claim, bs);
	if (bs->swapped != hwc_manager_wants_swapped(mgr))
		return hwcontainer_claim_refuse(claim, -EBADMSG,
			"image has %s words (sync word %s at byte %zu), manager %s takes %s ones",
			bs->swapped ? "byte-swapped" : "straight",
			bs->swapped ? "66 55 99 aa" : "aa 99 55 66", bs->sync_offset, mgr->name,
			bs->swapped ? "straight" : "byte-swapped");
	return 0;
}

static int hwc_region_check_overlay(struct hwc_region *r, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_OVERLAY);
	char why[HWC_WHY];
	int ret;

	if (!blob->data)
		return 0;
	ret = hwc_overlay_check(&r->guard, blob->data, blob->size, why);
	return ret ? hwcontainer_claim_refuse(claim, ret, "%s", why) : 0;
}

static int hwc_region_examine(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_IMAGE);
	struct hwc_bitstream *bs = hwcontainer_claim_priv(claim);
	struct hwc_region *r = hwcontainer_resource_priv(res);
	char why[HWC_BITSTREAM_WHY];
	int ret;

	ret = hwc_image_parse(blob->data, blob->size, bs, why, sizeof(why));
	if (ret)
		return hwcontainer_claim_refuse(claim, ret, "%s", why);
	return hwc_region_check_manager(r, claim, bs) ?:
	       hwc_region_check_device(r, claim, bs) ?:
	       hwc_region_check_overlay(r, claim);
}

bool hwc_region_is_inside(const struct hwc_region *inner, const struct hwc_region *outer)
{
	return hwc_node_is_below(inner->guard.np->parent, outer->guard.np);
}

static bool hwc_region_in_use(const struct hwc_region *r)
{
	return r->res && (r->res->in_use || r->res->on_hw);
}

/* A region and one inside it are the same hardware. */
static int hwc_region_check_family(struct hwc_region *r, struct netlink_ext_ack *extack)
{
	struct hwc_region *other;

	list_for_each_entry(other, &hwc_regions, in_regions) {
		if (!hwc_region_in_use(other))
			continue;
		if (hwc_region_is_inside(other, r))
			return hwc_refuse(extack, -EBUSY, "%s inside it is claimed",
					  hwc_tail(hwc_region_name(other), 50));
		if (hwc_region_is_inside(r, other))
			return hwc_refuse(extack, -EBUSY, "%s around it is claimed",
					  hwc_tail(hwc_region_name(other), 50));
	}
	return 0;
}

/* Is what the claim asks for loaded, to the last bit? */
static bool hwc_region_is_warm_for(const struct hwc_region *r,
				   const struct hwcontainer_claim *claim)
{
	const u8 *want;
	int slot;

	if (!r->loaded || r->failed[0] || !hwcontainer_claim_wants(claim, HWCONTAINER_IMAGE))
		return false;
	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		want = hwcontainer_claim_wants(claim, slot);
		if (!want && hwcontainer_claim_brings(claim, slot))
			return false;
		if (!want != !r->has_digest[slot])
			return false;
		if (want && memcmp(want, r->digest[slot], HWCONTAINER_DIGEST_LEN))
			return false;
	}
	return true;
}

static int hwc_region_acquire(struct hwcontainer_resource *res, struct hwcontainer_claim *claim,
			      struct netlink_ext_ack *extack)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);
	int ret;

	lockdep_assert_held(&hwc_lock);
	r->res = res;	/* a claim may be faster than the registration returns */
	ret = hwc_region_check_family(r, extack);
	if (ret)
		return ret;
	if (!res->on_hw && hwc_region_is_warm_for(r, claim) &&
	    !(hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_DRY_RUN))
		return HWCONTAINER_DONE;
	if (!hwcontainer_claim_brings(claim, HWCONTAINER_IMAGE))
		return hwc_refuse(extack, -ENOENT,
				  "the image with that digest is not loaded, and no file was given");
	return HWCONTAINER_WORK;
}

static int hwc_region_drop(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	const struct hwc_region *r = hwcontainer_resource_priv(res);

	if (hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_KEEP &&
	    r->has_digest[HWCONTAINER_IMAGE])
		return HWCONTAINER_DONE;
	return HWCONTAINER_WORK;
}

static void hwc_region_describe(struct hwcontainer_resource *res,
				struct hwcontainer_resource_info *info)
{
	const struct hwc_region *r = hwcontainer_resource_priv(res);

	strscpy(info->controller, r->manager->mgr->name);
	info->device_id = r->idcode;
	info->has_device_id = r->has_idcode;
	info->warm = r->loaded;
	strscpy(info->failed, r->failed);
	memcpy(info->digest, r->digest, sizeof(r->digest));
	memcpy(info->has_digest, r->has_digest, sizeof(r->has_digest));
}

static const struct hwcontainer_kind hwc_region_kind = {
	.name = "fpga-region",
	.owner = THIS_MODULE,
	.priv_size = sizeof(struct hwc_bitstream),
	.blob_max = { HWC_BITSTREAM_MAX, HWC_OVERLAY_MAX },
	.blob_required = { true, false },
	.acquire = hwc_region_acquire,
	.examine = hwc_region_examine,
	.configure = hwc_region_configure,
	.settle = hwc_region_settle,
	.drop = hwc_region_drop,
	.release = hwc_region_release,
	.describe = hwc_region_describe,
};

/* Coming and going; the callers are serialised by the class's mutex. */

static struct hwc_manager *hwc_manager_get(struct fpga_manager *mgr)
{
	struct hwc_manager *m;

	list_for_each_entry(m, &hwc_managers, in_managers)
		if (m->mgr == mgr) {
			m->regions++;
			return m;
		}
	m = kzalloc(sizeof(*m), GFP_KERNEL);
	if (!m)
		return NULL;
	m->worker = kthread_create_worker(0, "hwc-%s", dev_name(&mgr->dev));
	if (IS_ERR(m->worker)) {
		kfree(m);
		return NULL;
	}
	m->mgr = mgr;
	m->regions = 1;
	list_add(&m->in_managers, &hwc_managers);
	return m;
}

static void hwc_manager_put(struct hwc_manager *m)
{
	if (--m->regions)
		return;
	list_del(&m->in_managers);
	kthread_destroy_worker(m->worker);
	kfree(m);
}

/* Identity and frames are properties of ours; see Documentation/devicetree. */
static void hwc_region_read_node(struct hwc_region *r)
{
	struct device *mgr = r->region->mgr->dev.parent;
	struct device_node *np;

	for (np = r->guard.np; np && !r->has_idcode; np = np->parent)
		r->has_idcode = !of_property_read_u32(np, "hwcontainer,idcode", &r->idcode);
	if (!r->has_idcode && mgr && mgr->of_node)
		r->has_idcode = !of_property_read_u32(mgr->of_node, "hwcontainer,idcode",
						      &r->idcode);
	r->has_frames = !of_property_read_u32_array(r->guard.np, "hwcontainer,frame-range",
						    r->frames, ARRAY_SIZE(r->frames));
	r->has_node = !of_property_read_u32(r->guard.np, "hwcontainer,pdi-node", &r->node);
	for (np = r->guard.np->parent; np && !r->nested; np = np->parent)
		r->nested = of_device_is_compatible(np, "fpga-region");
}

/* Unload a warm region from outside the worker. */
static void hwc_region_unload_work(struct kthread_work *work)
{
	struct hwc_region *r = container_of(work, struct hwc_region, unload);

	if (!hwc_region_unload(r))
		hwc_region_abandon(r);
}

static void hwc_region_free(struct hwc_region *r)
{
	hwc_manager_put(r->manager);
	of_node_put(r->guard.np);
	put_device(&r->region->dev);
	kfree(r);
}

static struct hwc_region *hwc_region_alloc(struct fpga_region *region)
{
	struct hwc_region *r = kzalloc(sizeof(*r), GFP_KERNEL);

	if (!r)
		return NULL;
	r->manager = hwc_manager_get(region->mgr);
	if (!r->manager) {
		kfree(r);
		return NULL;
	}
	get_device(&region->dev);
	r->region = region;
	r->guard.np = of_node_get(region->dev.of_node);
	INIT_LIST_HEAD(&r->guard.in_guards);
	kthread_init_work(&r->unload, hwc_region_unload_work);
	hwc_region_read_node(r);
	return r;
}

static int hwc_region_publish(struct hwc_region *r)
{
	const char *alias = dev_name(&r->region->dev);
	struct hwcontainer_resource_desc desc = {
		.kind = &hwc_region_kind,
		.alias = &alias,
		.n_alias = 1,
		.capacity = 1,
		.worker = r->manager->worker,
		.priv = r,
	};
	struct hwcontainer_resource *res;
	char *name = kasprintf(GFP_KERNEL, "%pOF", r->guard.np);

	if (!name)
		return -ENOMEM;
	mutex_lock(&hwc_lock);
	list_add_tail(&r->in_regions, &hwc_regions);
	mutex_unlock(&hwc_lock);

	desc.name = name;
	res = hwcontainer_resource_register(&desc);
	kfree(name);

	mutex_lock(&hwc_lock);
	if (IS_ERR(res))
		list_del(&r->in_regions);
	else
		r->res = res;
	mutex_unlock(&hwc_lock);
	return PTR_ERR_OR_ZERO(res);
}

static int hwc_region_add(struct device *dev)
{
	struct fpga_region *region = to_fpga_region(dev);
	struct hwc_region *r;
	int ret;

	/* Regions of PCI cards (DFL) have no node, and no overlays. */
	if (!dev->of_node || !region->mgr)
		return 0;
	r = hwc_region_alloc(region);
	if (!r)
		return -ENOMEM;
	ret = hwc_region_publish(r);
	if (ret) {
		dev_err(dev, "cannot be offered to containers (error %d)\n", -ret);
		hwc_region_free(r);
	}
	return ret;
}

static void hwc_region_remove(struct device *dev)
{
	struct hwc_region *r;

	list_for_each_entry(r, &hwc_regions, in_regions)
		if (&r->region->dev == dev)
			goto found;
	return;

found:
	mutex_lock(&hwc_lock);
	list_del(&r->in_regions);
	mutex_unlock(&hwc_lock);
	hwcontainer_resource_unregister(r->res);
	kthread_queue_work(r->manager->worker, &r->unload);
	kthread_flush_work(&r->unload);
	hwc_region_free(r);
}

static struct class_interface hwc_region_interface = {
	.add_dev = hwc_region_add,
	.remove_dev = hwc_region_remove,
};

static int hwc_match_any(struct device *dev, const void *data)
{
	return 1;
}

/*
 * The class is not exported. Where no region has come yet to show it, one of
 * our own does for a moment.
 */
static const struct class *hwc_region_class(void)
{
	struct fpga_region *region = fpga_region_class_find(NULL, NULL, hwc_match_any);
	struct platform_device *pdev;
	const struct class *class;

	if (region) {
		class = region->dev.class;
		put_device(&region->dev);
		return class;
	}
	pdev = platform_device_register_simple("hwcontainer-probe", PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(pdev))
		return ERR_CAST(pdev);
	region = fpga_region_register(&pdev->dev, NULL, NULL);
	class = IS_ERR(region) ? ERR_CAST(region) : region->dev.class;
	if (!IS_ERR(region))
		fpga_region_unregister(region);
	platform_device_unregister(pdev);
	return class;
}

int hwc_region_init(void)
{
	int ret;

	hwc_region_interface.class = hwc_region_class();
	if (IS_ERR(hwc_region_interface.class))
		return PTR_ERR(hwc_region_interface.class);
	ret = hwc_overlay_init();
	if (ret)
		return ret;
	ret = hwc_load_init();
	if (ret)
		goto err_overlay;
	ret = hwcontainer_kind_register(&hwc_region_kind);
	if (ret)
		goto err_load;
	ret = class_interface_register(&hwc_region_interface);
	if (ret)
		goto err_kind;
	return 0;

err_kind:
	hwcontainer_kind_unregister(&hwc_region_kind);
err_load:
	hwc_load_exit();
err_overlay:
	hwc_overlay_exit();
	return ret;
}

void hwc_region_exit(void)
{
	class_interface_unregister(&hwc_region_interface);
	hwcontainer_kind_unregister(&hwc_region_kind);
	hwc_load_exit();
	hwc_overlay_exit();
}
