// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: FPGA regions: who may have them, what fits them. */
#include <linux/module.h>
#include <linux/of.h>
#include <linux/sizes.h>
#include <linux/string.h>

#include "claim.h"
#include "confine.h"
#include "core.h"
#include "domain.h"
#include "overlay.h"
#include "pdi.h"
#include "region.h"

/* Largest bitstream: a whole device of the largest part has about 200 MiB. */
#define HWC_BITSTREAM_MAX	(256 * SZ_1M)
#define HWC_OVERLAY_MAX		SZ_64K

/* Room for any sentence on an image, whatever the region is called, with its NUL. */
#define HWC_REGION_WHY (HWC_BITSTREAM_WHY + HWCONTAINER_NAME_MAX)

static __printf(4, 5) int hwc_region_why(char *why, size_t room, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, room, fmt, args);
	va_end(args);
	return err;
}

static int hwc_region_check_device(struct hwc_region *r, const struct hwc_bitstream *bs,
				   char *why, size_t room)
{
	if (r->has_idcode && bs->has_idcode && (r->idcode ^ bs->idcode) & HWC_IDCODE_MASK)
		return hwc_region_why(why, room, -EBADMSG,
			"image is for IDCODE 0x%08x (%s), the device of %s has 0x%08x (%s)",
			bs->idcode, hwc_bitstream_idcode_part(bs->idcode) ?: "unknown part",
			hwc_region_name(r), r->idcode,
			hwc_bitstream_idcode_part(r->idcode) ?: "unknown part");
	if (r->nested && !bs->partial)
		return hwc_region_why(why, room, -EBADMSG,
			"image is a full %s, %s takes a partial one",
			bs->format == HWC_BITSTREAM_PDI ? "PDI" : "bitstream",
			hwc_region_name(r));
	/* Where it begins and no more: AMD's for a K26 also write clock columns elsewhere. */
	if (r->has_frames && bs->has_frames &&
	    (bs->far_first < r->frames[0] || bs->far_first > r->frames[1]))
		return hwc_region_why(why, room, -EBADMSG,
			"image begins at frame 0x%08x, those of %s are 0x%08x to 0x%08x",
			bs->far_first, hwc_region_name(r), r->frames[0], r->frames[1]);
	if (r->has_node && bs->format == HWC_BITSTREAM_PDI &&
	    (bs->pdi.node_first != r->node || bs->pdi.node_last != r->node))
		return hwc_region_why(why, room, -EBADMSG,
			"image configures nodes 0x%08x to 0x%08x, %s is node 0x%08x",
			bs->pdi.node_first, bs->pdi.node_last, hwc_region_name(r), r->node);
	return 0;
}

/* A PDI's frames are looked at nowhere else: one without has other things to do. */
static int hwc_region_check_pdi(struct hwc_region *r, const struct hwc_bitstream *bs, char *why,
				size_t room)
{
	if (bs->pdi.boot)
		return hwc_region_why(why, room, -EBADMSG,
			"image is a boot PDI, which a device starts from; manager %s takes partial ones",
			r->manager->mgr->name);
	if (!bs->frame_words)
		return hwc_region_why(why, room, -EBADMSG,
			"image is a PDI without frames of programmable logic, %s needs them",
			hwc_region_name(r));
	return 0;
}

static int hwc_region_check_manager(struct hwc_region *r, const struct hwc_bitstream *bs,
				    char *why, size_t room)
{
	struct fpga_manager *mgr = r->manager->mgr;
	/* Zynq-7000's devcfg takes bitstreams with each word's bytes reversed. */
	bool swapped = hwc_manager_is(r->manager, "xlnx,zynq-devcfg-1.0");
	/* The board's firmware takes what Versal has instead of bitstreams. */
	bool is_pdi = bs->format == HWC_BITSTREAM_PDI;

	if (is_pdi != hwc_manager_is(r->manager, "xlnx,versal-fpga"))
		return hwc_region_why(why, room, -EBADMSG,
			"image is a %s, manager %s takes %s",
			is_pdi ? "PDI for Versal" : "bitstream", mgr->name,
			is_pdi ? "bitstreams" : "PDIs");
	if (bs->encrypted)
		return hwc_region_why(why, room, -EOPNOTSUPP,
			"image is encrypted, manager %s takes plain ones only", mgr->name);
	if (is_pdi)
		return hwc_region_check_pdi(r, bs, why, room);
	if (bs->swapped != swapped)
		return hwc_region_why(why, room, -EBADMSG,
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
	ret = hwc_overlay_check(&r->guard, blob->data, blob->size, hwc_claim_assigns(claim), why);
	return ret ? hwcontainer_claim_refuse(claim, ret, "%s", why) : 0;
}

static int hwc_region_check_image(struct hwcontainer_resource *res,
				  const struct hwcontainer_blob *blob, void *priv, char *why,
				  size_t room)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);
	struct hwc_bitstream *bs = priv;

	/* A blank image, too, may be faster than the registration returns. */
	mutex_lock(&hwc_lock);
	r->res = res;
	mutex_unlock(&hwc_lock);
	return hwc_image_parse(blob->data, blob->size, bs, why, room) ?:
	       hwc_region_check_manager(r, bs, why, room) ?:
	       hwc_region_check_device(r, bs, why, room);
}

static int hwc_region_examine(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	const struct hwcontainer_blob *blob = hwcontainer_claim_blob(claim, HWCONTAINER_IMAGE);
	struct hwc_region *r = hwcontainer_resource_priv(res);
	char why[HWC_REGION_WHY];
	int ret;

	ret = hwc_region_check_image(res, blob, hwcontainer_claim_priv(claim), why, sizeof(why));
	if (ret)
		return hwcontainer_claim_refuse(claim, ret, "%s", why);
	return hwc_region_check_overlay(r, claim);
}

bool hwc_region_is_inside(const struct hwc_region *inner, const struct hwc_region *outer)
{
	return hwc_node_is_below(inner->guard.np->parent, outer->guard.np);
}

bool hwc_region_in_use(const struct hwc_region *r)
{
	return r->res && (r->res->in_use || r->res->on_hw);
}

/* Who has a slot is told where that is seen. */
static int hwc_region_refuse_inside(const struct hwc_region *inner,
				    const struct hwcontainer_claim *asks,
				    struct netlink_ext_ack *extack)
{
	const struct hwcontainer_claim *claim = hwc_resource_tenant_locked(inner->res);
	const char *name = hwc_region_name(inner);

	if (!inner->shell || !claim || !hwc_domain_sees(asks->domain, claim))
		return hwc_refuse(extack, -EBUSY, "%s inside it is claimed", hwc_tail(name, 50));
	name = hwc_tail(kbasename(name), 17);
	if (!claim->container)
		return hwc_refuse(extack, -EBUSY, "its slot %s is held by claim %u", name,
				  claim->id);
	return hwc_refuse(extack, -EBUSY, "its slot %s is held by container %.12s (claim %u)",
			  name, claim->container, claim->id);
}

/*
 * A region and one inside it are the same hardware, but for a shell and its slots:
 * those may have another holder, and then the shell stays what it is.
 */
static int hwc_region_check_family(struct hwc_region *r, const struct hwcontainer_claim *claim,
				   bool warm, struct netlink_ext_ack *extack)
{
	struct hwc_region *other;

	list_for_each_entry(other, &hwc_regions, in_regions) {
		if (!hwc_region_in_use(other))
			continue;
		if (hwc_region_is_inside(other, r) && !(warm && hwc_shell_is_around(r, other)))
			return hwc_region_refuse_inside(other, claim, extack);
		if (hwc_region_is_inside(r, other) && !hwc_shell_is_around(other, r))
			return hwc_refuse(extack, -EBUSY, "%s around it is claimed",
					  hwc_tail(hwc_region_name(other), 50));
		if (hwc_shell_is_beside(r, other) || hwc_shell_is_beside(other, r))
			return hwc_refuse(extack, -EBUSY, "%s in the same shell is claimed",
					  hwc_tail(hwc_region_name(other), 50));
	}
	return hwc_shell_check_slot_locked(r, extack);
}

static int hwc_region_check_manager_answers(struct hwc_region *r, struct netlink_ext_ack *extack)
{
	unsigned int ms = hwc_manager_overdue_ms(r->manager);

	if (!ms)
		return 0;
	return hwc_refuse(extack, -EBUSY, "manager %.32s has not answered for %u ms",
			  r->manager->mgr->name, ms);
}

/*
 * Is what the claim asks for loaded, to the last bit, and by those who ask for it? The
 * files and mappings of others would go on reaching the devices.
 */
static bool hwc_region_has_loaded(const struct hwc_region *r,
				  const struct hwcontainer_claim *claim)
{
	const u8 *want;
	int slot;

	if (r->loader != claim->domain->serial || r->res->moved)
		return false;
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
	bool loaded, warm, same_side;
	int ret;

	lockdep_assert_held(&hwc_lock);
	r->res = res;	/* a claim may be faster than the registration returns */
	loaded = !res->on_hw && hwc_region_has_loaded(r, claim);
	/* What a guest leaves is not for the host's drivers, nor what those leave for a guest. */
	same_side = hwc_claim_assigns(claim) == r->guard.assign;
	warm = loaded && same_side &&
	       !(hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_DRY_RUN);
	ret = hwc_region_check_family(r, claim, warm, extack) ?:
	      hwc_region_check_manager_answers(r, extack);
	if (ret)
		return ret;
	if (warm) {
		r->deferred = false;
		return HWCONTAINER_DONE;
	}
	if (hwcontainer_claim_brings(claim, HWCONTAINER_IMAGE))
		return HWCONTAINER_WORK;
	if (loaded && !same_side)
		return hwc_refuse(extack, -ENOENT,
				  "the image is loaded for %s, and no file was given",
				  r->guard.assign ? "virtual machines" : "the host");
	return hwc_refuse(extack, -ENOENT,
			  "the image with that digest is not loaded, and no file was given");
}

static int hwc_region_drop(struct hwcontainer_resource *res, struct hwcontainer_claim *claim)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);

	if (hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_KEEP && !res->moved &&
	    r->has_digest[HWCONTAINER_IMAGE])
		return HWCONTAINER_DONE;
	/* A shell whose slot is claimed goes after that. */
	r->deferred = hwc_shell_busy_slot_locked(r);
	return r->deferred ? HWCONTAINER_DONE : HWCONTAINER_WORK;
}

static void hwc_region_describe(struct hwcontainer_resource *res,
				struct hwcontainer_resource_info *info)
{
	const struct hwc_region *r = hwcontainer_resource_priv(res);
	unsigned int ms = hwc_manager_overdue_ms(r->manager);

	strscpy(info->controller, r->manager->mgr->name);
	info->device_id = r->idcode;
	info->has_device_id = r->has_idcode;
	info->warm = r->loaded;
	strscpy(info->failed, r->failed);
	if (ms && res->on_hw)
		snprintf(info->failed, sizeof(info->failed),
			 "manager %s has not answered for %u ms", r->manager->mgr->name, ms);
	if (r->deferred)
		strscpy(info->note, "stays loaded until its last slot is free");
	memcpy(info->digest, r->digest, sizeof(r->digest));
	memcpy(info->has_digest, r->has_digest, sizeof(r->has_digest));
}

const struct hwcontainer_kind hwc_region_kind = {
	.name = "fpga-region",
	.owner = THIS_MODULE,
	.priv_size = sizeof(struct hwc_bitstream),
	.blob_max = { HWC_BITSTREAM_MAX, HWC_OVERLAY_MAX },
	.blob_required = { true, false },
	.assignable = true,
	.acquire = hwc_region_acquire,
	.examine = hwc_region_examine,
	.configure = hwc_region_configure,
	.settle = hwc_region_settle,
	.drop = hwc_region_drop,
	.release = hwc_region_release,
	.idle = hwc_region_idle,
	.check_blank = hwc_region_check_image,
	.revoke = hwc_region_revoke,
	.describe = hwc_region_describe,
};
