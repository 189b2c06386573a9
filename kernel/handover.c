// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: handover, a claim's way from one holder to another.
 *
 * Charges go with it: from then on a claim is charged to the domain that its holder is in,
 * and to the group that this is in at that moment, as if it had been made there. So
 * everything is asked that is asked of a request there: limits, and lists of images.
 */
#include "claim.h"
#include "core.h"
#include "domain.h"
#include "group.h"
#include "handover.h"
#include "image-list.h"
#include "image.h"
#include "netlink.h"
#include "wait.h"

/* A file that was read while there was no list anywhere has no digest to ask for. */
static int hwc_handover_refuse_unknown_locked(const struct hwc_handover *h,
					      const struct hwcontainer_claim *claim,
					      enum hwcontainer_slot slot,
					      struct netlink_ext_ack *extack)
{
	hwc_group_deny_locked(h->domain->group, h->asker, claim->res->kind->name);
	return hwc_refuse(extack, -EPERM, "the digest of the %s of claim %u is not known",
			  hwc_slot_name(slot), claim->id);
}

static int hwc_handover_check_file_locked(const struct hwc_handover *h,
					  const struct hwcontainer_claim *claim,
					  enum hwcontainer_slot slot,
					  struct netlink_ext_ack *extack)
{
	struct hwc_image image = hwc_image_of(claim, slot);
	const struct hwc_file *f = &claim->file[slot];
	struct hwc_group *group = h->domain->group;
	const struct hwc_group *bar;
	int ret;

	if (!f->wanted && !f->max)
		return 0;
	/* administrators need no list; what is read without privilege is asked for then */
	if (!hwc_group_asks_locked(group) && (h->admin || !image.digest))
		return 0;
	if (!image.digest)
		return hwc_handover_refuse_unknown_locked(h, claim, slot, extack);
	ret = hwc_group_check_image_locked(group, claim->admin, &image, &bar);
	if (!ret)
		return 0;
	hwc_group_deny_locked(group, h->asker, claim->res->kind->name);
	return hwc_refuse(extack, ret, "group %s %s the %s of claim %u", hwc_tail(bar->name, 30),
			  hwc_group_bar_name(ret), hwc_slot_name(slot), claim->id);
}

static int hwc_handover_check_images_locked(const struct hwc_handover *h,
					    const struct hwcontainer_claim *claim,
					    struct netlink_ext_ack *extack)
{
	int slot, ret;

	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		ret = hwc_handover_check_file_locked(h, claim, slot, extack);
		if (ret)
			return ret;
	}
	return 0;
}

/* Groups take turns in a queue: one that waits has its place by its group. */
static int hwc_handover_check_turn_locked(const struct hwcontainer_claim *claim,
					  struct netlink_ext_ack *extack)
{
	if (!hwc_waiter_waits(&claim->waiter))
		return 0;
	return hwc_refuse(extack, -EBUSY, "claim %u waits, and its place is its group's",
			  claim->id);
}

/* What its image computes, as the lists there say. */
static unsigned int hwc_handover_function_locked(const struct hwcontainer_claim *claim,
						 const struct hwc_group *group)
{
	const struct hwc_image image = hwc_image_of(claim, HWCONTAINER_IMAGE);

	return hwc_group_function_locked(group, &image);
}

/* Leaves in @move what it takes to undo it. A claim that failed may be charged to nobody. */
static int hwc_handover_charge_locked(const struct hwc_handover *h, struct hwc_move *move,
				      struct netlink_ext_ack *extack)
{
	struct hwcontainer_claim *claim = move->claim;
	struct hwc_charge to = { .group = h->domain->group, .kind = claim->charge.kind };
	int ret;

	move->from.group = NULL;
	if (!claim->charge.group || claim->charge.group == to.group)
		return 0;
	to.function = hwc_handover_function_locked(claim, to.group);
	ret = hwc_handover_check_turn_locked(claim, extack) ?:
	      hwc_handover_check_images_locked(h, claim, extack) ?:
	      hwc_group_charge_locked(h->domain, &claim->charge, &to, h->admin,
				      claim->res->kind->name, extack);
	if (ret)
		return ret;
	move->from = claim->charge;
	claim->charge = to;
	return 0;
}

static void hwc_handover_undo_locked(struct hwc_move *move)
{
	struct hwcontainer_claim *claim = move->claim;

	if (!move->from.group)
		return;
	hwc_group_charge_back_locked(&claim->charge, &move->from);
	claim->charge = move->from;
}

/*
 * Who has had the hardware may have files and mappings of it still: no container is to get it
 * as it is from another one. The host's share what they keep, also those that it claims for.
 */
static void hwc_handover_mark_locked(struct hwcontainer_claim *claim, const struct hwc_domain *from)
{
	if (claim->on_hw && !hwc_domain_is_host(from))
		claim->res->moved = true;
}

static void hwc_handover_finish_locked(const struct hwc_handover *h, const struct hwc_move *move)
{
	struct hwcontainer_claim *claim = move->claim;
	struct hwc_domain *old = claim->domain;

	hwc_claim_hold_locked(claim, h->holder);
	if (move->from.group) {
		hwc_group_peak_locked(&claim->charge);
		hwc_group_left_locked(move->from.group);
		/* one group lets claims be taken for others, another does not */
		hwc_wait_serve_locked(claim->res);
	}
	if (old == h->domain)
		return;
	hwc_handover_mark_locked(claim, old);
	hwc_claim_join_domain_locked(claim, h->domain);
	hwc_claim_left_ntf_locked(claim, old);
	hwc_claim_ntf_locked(claim);
}

/**
 * hwc_handover_locked() - give claims to another holder, all of them or none
 * @h: what, by whom and to whom; a claim may be there twice
 * @extack: receives the sentence
 *
 * Context: core lock held.
 * Return: 0; -EPERM, -EKEYREVOKED, -EDQUOT, -ESRCH, or -EBUSY for a claim that waits in another
 * group; then nothing has changed.
 */
int hwc_handover_locked(struct hwc_handover *h, struct netlink_ext_ack *extack)
{
	unsigned int i;
	int ret;

	lockdep_assert_held(&hwc_lock);
	ret = hwc_domain_check_charge_locked(h->asker, h->admin, h->domain, extack);
	if (ret)
		return ret;
	for (i = 0; i < h->n; i++) {
		ret = hwc_handover_charge_locked(h, &h->move[i], extack);
		if (ret)
			goto err_undo;
	}
	for (i = 0; i < h->n; i++)
		hwc_handover_finish_locked(h, &h->move[i]);
	return 0;

err_undo:
	while (i--)
		hwc_handover_undo_locked(&h->move[i]);
	return ret;
}
