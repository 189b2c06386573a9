// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: shells and their slots. A shell is an image of a region whose
 * overlay brings regions inside it, its slots. They are claimed while somebody
 * else holds the shell, and keep it loaded.
 *
 * What is to be unloaded when nobody's step does it (a shell whose last slot has
 * become free, a region whose device goes) is unloaded by the region's tidy work
 * in the manager's worker. It runs whenever something may have come true that it
 * waits for, and looks itself.
 */
#include <linux/of.h>

#include "claim.h"
#include "core.h"
#include "region.h"

/* The loaded region that has just brought @np with its overlay, or NULL. */
struct hwc_region *hwc_shell_find_locked(const struct device_node *np)
{
	struct hwc_region *r;

	lockdep_assert_held(&hwc_lock);
	if (!of_node_check_flag(np, OF_OVERLAY))
		return NULL;
	list_for_each_entry(r, &hwc_regions, in_regions)
		if (r->guard.np == np->parent && r->loaded)
			return r;
	return NULL;
}

/* A slot of @r that is claimed, or that a claim has not left, or NULL. */
const struct hwc_region *hwc_shell_busy_slot_locked(const struct hwc_region *r)
{
	const struct hwc_region *slot;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry(slot, &hwc_regions, in_regions)
		if (slot->shell == r && hwc_region_in_use(slot))
			return slot;
	return NULL;
}

/* Is @inner in a slot of @outer's image? Then it does not change what @outer is. */
bool hwc_shell_is_around(const struct hwc_region *outer, const struct hwc_region *inner)
{
	return inner->shell == outer;
}

/*
 * Is @r a region of the device that @slot's shell was loaded over? What is put
 * there changes the shell below whoever has the slot.
 */
bool hwc_shell_is_beside(const struct hwc_region *r, const struct hwc_region *slot)
{
	return slot->shell && r->shell != slot->shell && hwc_region_is_inside(r, slot->shell);
}

/*
 * Is somebody about to put another image in the place of the shell, or to take it
 * away? Whoever ends does not count against the region any more, and has it still.
 */
static bool hwc_shell_is_changed_locked(const struct hwc_region *shell)
{
	const struct hwcontainer_claim *claim;

	list_for_each_entry(claim, &shell->res->claims, in_res)
		if ((claim->counted || claim->on_hw) &&
		    claim->state != HWCONTAINER_CLAIM_STATE_READY &&
		    !(claim->flags & HWCONTAINER_CLAIM_FLAGS_DRY_RUN))
			return true;
	return false;
}

/* May the slot be claimed, as far as its shell is concerned? */
int hwc_shell_check_slot_locked(const struct hwc_region *slot, struct netlink_ext_ack *extack)
{
	const struct hwc_region *shell = slot->shell;

	lockdep_assert_held(&hwc_lock);
	if (!shell || (shell->slots_open && !shell->leaving &&
		       !hwc_shell_is_changed_locked(shell)))
		return 0;
	return hwc_refuse(extack, -EBUSY, "the image of %s is changing or was changed",
			  hwc_tail(hwc_region_name(shell), 36));
}

/* The claim on the shell is ready. */
void hwc_shell_open_locked(struct hwc_region *r)
{
	lockdep_assert_held(&hwc_lock);
	r->slots_open = true;
}

/* Nobody gets what is loaded as it is from now on, nor a slot of it. */
void hwc_shell_hide_locked(struct hwc_region *r)
{
	lockdep_assert_held(&hwc_lock);
	memset(r->has_digest, 0, sizeof(r->has_digest));
	r->slots_open = false;
}

/* The regions that @r's image has brought cannot be found any more. */
void hwc_shell_withdraw_slots_locked(struct hwc_region *r)
{
	struct hwc_region *slot;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry(slot, &hwc_regions, in_regions)
		if (slot->shell == r && slot->res)
			hwc_resource_withdraw_locked(slot->res);
}

/* @r goes without its slots, whose devices could not be removed. */
void hwc_shell_forget_locked(struct hwc_region *r)
{
	struct hwc_region *slot;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry(slot, &hwc_regions, in_regions)
		if (slot->shell == r)
			slot->shell = NULL;
}

/* A slot of @r that is loaded, or NULL; only this worker frees it. */
static struct hwc_region *hwc_shell_warm_slot(const struct hwc_region *r)
{
	struct hwc_region *slot, *found = NULL;

	mutex_lock(&hwc_lock);
	list_for_each_entry(slot, &hwc_regions, in_regions)
		if (slot->shell == r && slot->loaded)
			found = slot;
	mutex_unlock(&hwc_lock);
	return found;
}

/*
 * Whoever unbinds a slot's driver has the lock of its device and waits until the
 * worker has left the slot. The worker needs that lock when it removes the
 * device, so it has left all slots before, and none whose driver comes meanwhile
 * is taken in any more.
 */
static void hwc_shell_leave_slots(struct hwc_region *r)
{
	struct hwc_region *slot;

	mutex_lock(&hwc_lock);
	r->slots_left = true;
	hwc_shell_withdraw_slots_locked(r);
	list_for_each_entry(slot, &hwc_regions, in_regions) {
		if (slot->shell != r || slot->gone)
			continue;
		slot->leaving = true;
		slot->gone = true;
		if (slot->tidy_queued)
			kthread_cancel_work_sync(&slot->tidy);
		complete_all(&slot->left);
	}
	mutex_unlock(&hwc_lock);
}

/**
 * hwc_shell_close() - give up the slots of a region that is to be unloaded
 * @r: the region; need not be a shell
 *
 * Slots that are loaded without being claimed are unloaded. Where one is claimed
 * nothing changes, and @r is unloaded when it is free.
 *
 * Context: the manager's worker.
 * Return: true when there are no slots any more.
 */
bool hwc_shell_close(struct hwc_region *r)
{
	struct hwc_region *slot;

	mutex_lock(&hwc_lock);
	r->deferred = hwc_shell_busy_slot_locked(r);
	if (!r->deferred)
		r->slots_open = false;
	mutex_unlock(&hwc_lock);
	if (r->deferred)
		return false;

	while ((slot = hwc_shell_warm_slot(r)))
		if (!hwc_region_unload(slot))
			hwc_region_abandon(slot);
	hwc_shell_leave_slots(r);
	return true;
}

/**
 * hwc_region_kick_locked() - look whether a region is to be unloaded now
 * @r: the region
 *
 * Context: core lock held.
 */
void hwc_region_kick_locked(struct hwc_region *r)
{
	lockdep_assert_held(&hwc_lock);
	if (r->gone || r->tidy_queued)
		return;
	r->tidy_queued = true;
	kthread_queue_work(r->manager->worker, &r->tidy);
}

static void hwc_shell_fail_slots_locked(struct hwc_region *r)
{
	struct hwcontainer_claim *claim, *next;
	struct hwc_region *slot;
	char *message;

	list_for_each_entry(slot, &hwc_regions, in_regions) {
		if (slot->shell != r || !slot->res)
			continue;
		list_for_each_entry_safe(claim, next, &slot->res->claims, in_res) {
			message = kasprintf(GFP_KERNEL, "the image of %s around it is revoked",
					    hwc_region_name(r));
			hwc_claim_withdraw_locked(claim, -EKEYREVOKED, message);
		}
	}
}

/* Whoever has a slot of an image that may not stay loses that: it would keep the image. */
void hwc_region_revoke(struct hwcontainer_resource *res)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);

	lockdep_assert_held(&hwc_lock);
	hwc_shell_hide_locked(r);
	hwc_shell_fail_slots_locked(r);
	r->deferred = true;
	hwc_region_kick_locked(r);
}

/* No claim has the region any more: who has waited for that? */
void hwc_region_idle(struct hwcontainer_resource *res)
{
	struct hwc_region *r = hwcontainer_resource_priv(res);

	lockdep_assert_held(&hwc_lock);
	if (r->leaving || r->deferred)
		hwc_region_kick_locked(r);
	if (r->shell && (r->shell->leaving || r->shell->deferred))
		hwc_region_kick_locked(r->shell);
}

static bool hwc_region_is_to_go_locked(const struct hwc_region *r)
{
	return r->loaded && (r->leaving || r->deferred) && !hwc_region_in_use(r) &&
	       !hwc_shell_busy_slot_locked(r);
}

static bool hwc_region_has_left_locked(const struct hwc_region *r)
{
	return r->leaving && !r->loaded && !hwc_region_in_use(r) && !r->tidy_queued;
}

/*
 * Nobody can queue this work again, and nobody looks at the region here, once it
 * is @gone: then whoever waits for that may free it.
 */
static void hwc_region_leave_worker(struct hwc_region *r)
{
	bool left;

	mutex_lock(&hwc_lock);
	left = !r->gone && hwc_region_has_left_locked(r);
	if (left) {
		r->gone = true;
		complete_all(&r->left);
	}
	mutex_unlock(&hwc_lock);
}

void hwc_region_tidy(struct kthread_work *work)
{
	struct hwc_region *r = container_of(work, struct hwc_region, tidy);
	bool unload;

	mutex_lock(&hwc_lock);
	r->tidy_queued = false;
	unload = hwc_region_is_to_go_locked(r);
	if (unload)
		hwc_shell_hide_locked(r);
	mutex_unlock(&hwc_lock);
	if (unload && !hwc_region_unload(r) && r->leaving)
		hwc_region_abandon(r);
	hwc_region_leave_worker(r);
}
