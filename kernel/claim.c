// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: claims, from their first step to the end.
 *
 * A claim that needs work goes through steps, each queued by the one before:
 * read, examine, configure, settle, and release at its end. Steps run without the
 * core lock; between two of them, hwc_claim_advance_locked() decides what is
 * next. However a claim ends, the steps under way see @ending and unwind.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "claim.h"
#include "core.h"
#include "device.h"
#include "domain.h"
#include "group.h"
#include "holder.h"
#include "image-list.h"
#include "image.h"
#include "netlink.h"
#include "wait.h"

DEFINE_XARRAY_ALLOC1(hwc_claims);
/* Number that was given back last, see hwc_claim_forget_locked(). Core lock. */
static u32 hwc_last_claim;

struct hwcontainer_claim *hwc_claim_get(struct hwcontainer_claim *claim)
{
	kref_get(&claim->ref);
	return claim;
}

static void hwc_claim_close_files(struct hwcontainer_claim *claim)
{
	int slot;

	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++)
		hwc_file_close(&claim->file[slot]);
}

static void hwc_claim_free(struct kref *ref)
{
	struct hwcontainer_claim *claim = container_of(ref, struct hwcontainer_claim, ref);

	hwc_claim_close_files(claim);
	hwc_devset_put(claim->devices);
	kfree(claim->container);
	kfree(claim->message);
	module_put(claim->owner);
	kfree(claim);
	module_put(THIS_MODULE);
}

void hwc_claim_put(struct hwcontainer_claim *claim)
{
	kref_put(&claim->ref, hwc_claim_free);
}

/* Context: core lock held, which keeps what is returned from going. */
struct hwcontainer_claim *hwc_claim_find_locked(u32 id)
{
	lockdep_assert_held(&hwc_lock);
	return xa_load(&hwc_claims, id);
}

void hwc_claim_set_state_locked(struct hwcontainer_claim *claim,
				enum hwcontainer_claim_state state)
{
	if (claim->state == state)
		return;
	WRITE_ONCE(claim->state, state);
	if (claim->announced)
		hwc_claim_ntf_locked(claim);
	wake_up_all(&claim->wait);
}

void hwc_claim_uncharge_locked(struct hwcontainer_claim *claim)
{
	if (claim->charge.group)
		hwc_group_uncharge_locked(&claim->charge);
	claim->charge.group = NULL;
}

/*
 * What takes memory stays charged, so that nobody without privilege has more of it than
 * his group may have claims: a claim that failed, until it ends; a file that is never
 * read to its end, which has a place in the workqueue, too.
 */
static bool hwc_claim_stays_charged(const struct hwcontainer_claim *claim)
{
	if (claim->busy && claim->step == HWC_READ && claim->reads)
		return true;
	return !claim->ending && !claim->admin;
}

static void hwc_claim_uncount_locked(struct hwcontainer_claim *claim)
{
	if (claim->counted) {
		claim->counted = false;
		claim->res->in_use--;
		list_move_tail(&claim->in_res, &claim->res->claims);
		hwc_preempt_forget_locked(claim);
		hwc_wait_serve_locked(claim->res);
	}
	if (!hwc_claim_stays_charged(claim))
		hwc_claim_uncharge_locked(claim);
}

static struct workqueue_struct *hwc_claim_wq(const struct hwcontainer_claim *claim,
					     enum hwc_step step)
{
	if (step != HWC_READ)
		return hwc_wq;
	return claim->admin ? hwc_admin_read_wq : hwc_read_wq;
}

/* Queue the next @step where it belongs; the step has a reference of its own. */
void hwc_claim_queue_locked(struct hwcontainer_claim *claim, enum hwc_step step)
{
	bool in_worker = step == HWC_CONFIGURE || step == HWC_RELEASE;

	lockdep_assert_held(&hwc_lock);
	hwc_claim_get(claim);
	claim->busy = true;
	claim->step = step;
	if (in_worker && claim->res->worker)
		kthread_queue_work(claim->res->worker, &claim->hw);
	else
		queue_work(hwc_claim_wq(claim, step), &claim->work);
}

static void hwc_claim_enter_hw_locked(struct hwcontainer_claim *claim)
{
	struct hwcontainer_resource *res = claim->res;

	claim->on_hw = true;
	res->on_hw++;
	hwc_claim_queue_locked(claim, HWC_CONFIGURE);
}

static void hwc_claim_leave_hw_locked(struct hwcontainer_claim *claim)
{
	struct hwcontainer_resource *res = claim->res;
	struct hwcontainer_claim *next;

	if (!claim->on_hw)
		return;
	claim->on_hw = false;
	res->on_hw--;

	next = list_first_entry_or_null(&res->waiting, struct hwcontainer_claim, in_waiting);
	if (next) {
		list_del_init(&next->in_waiting);
		hwc_claim_enter_hw_locked(next);
	}
}

/*
 * Numbers ascend. The one that is given back keeps its place in the table until
 * the next is, and with it the nodes of the tree that lead there: where claims
 * come and go one at a time, each would otherwise build them and free them.
 */
static void hwc_claim_forget_locked(struct hwcontainer_claim *claim)
{
	lockdep_assert_held(&hwc_lock);
	xa_store(&hwc_claims, claim->id, NULL, 0);
	if (hwc_last_claim)
		xa_erase(&hwc_claims, hwc_last_claim);
	hwc_last_claim = claim->id;
}

/* Tell the backend when nobody has the resource, gets it or is leaving it. */
static void hwc_resource_idle_locked(struct hwcontainer_resource *res)
{
	lockdep_assert_held(&hwc_lock);
	if (!res->in_use && !res->on_hw && res->kind->idle)
		res->kind->idle(res);
	hwc_wait_retry_locked();
}

/* From now on it is seen from there, and no longer from where it was. */
void hwc_claim_join_domain_locked(struct hwcontainer_claim *claim, struct hwc_domain *domain)
{
	lockdep_assert_held(&hwc_lock);
	list_move_tail(&claim->in_domain, &domain->claims);
	claim->domain = domain;
}

/* From now on it is seen from the host only. */
void hwc_claim_leave_domain_locked(struct hwcontainer_claim *claim)
{
	lockdep_assert_held(&hwc_lock);
	list_del_init(&claim->in_domain);
	claim->domain = NULL;
}

/* The claim's life is over; only open files of it may be left. */
static void hwc_claim_released_locked(struct hwcontainer_claim *claim)
{
	struct hwcontainer_resource *res = claim->res;

	hwc_claim_leave_hw_locked(claim);
	hwc_claim_uncount_locked(claim);
	hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_RELEASED);
	list_del_init(&claim->in_waiting);
	list_del_init(&claim->in_res);
	hwc_claim_leave_domain_locked(claim);
	hwc_claim_forget_locked(claim);
	hwc_claim_generation++;
	claim->res = NULL;
	hwc_resource_idle_locked(res);
	wake_up_all(&res->drained);
	hwc_claim_put(claim);
}

/* The hardware is given back, or was never touched: what is the end of it? */
static void hwc_claim_finish_locked(struct hwcontainer_claim *claim)
{
	hwc_claim_leave_hw_locked(claim);
	if (claim->ending) {
		hwc_claim_released_locked(claim);
	} else if (claim->error) {
		hwc_claim_uncount_locked(claim);
		hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_FAILED);
		hwc_resource_idle_locked(claim->res);
	} else {
		hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_READY);
	}
}

/*
 * A file may never answer (FUSE), and its reader cannot be interrupted. So a
 * claim may end and its resource go while this runs: it touches neither.
 */
static int hwc_claim_read(struct hwcontainer_claim *claim)
{
	int slot, ret;

	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		ret = hwc_file_read(claim, slot);
		if (ret)
			return ret;
	}
	hwcontainer_claim_stage(claim, HWCONTAINER_STAGE_READ);
	return 0;
}

static int hwc_claim_examine(struct hwcontainer_claim *claim)
{
	struct hwcontainer_resource *res = claim->res;
	int ret = res->kind->examine ? res->kind->examine(res, claim) : 0;

	if (!ret)
		hwcontainer_claim_stage(claim, HWCONTAINER_STAGE_CHECKED);
	return ret;
}

/* What was left is about to be unloaded. */
static void hwc_resource_forget_left_locked(struct hwcontainer_resource *res)
{
	hwc_devset_put(res->devices);
	res->devices = NULL;
	memset(res->left, 0, sizeof(res->left));
	res->moved = false;
}

/* Once that is known to happen: who has ended meanwhile leaves everything as it is. */
static int hwc_claim_begin_configure_locked(struct hwcontainer_claim *claim)
{
	lockdep_assert_held(&hwc_lock);
	if (hwcontainer_claim_cancelled(claim))
		return -ECANCELED;
	hwc_resource_forget_left_locked(claim->res);
	hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_PREPARING);
	return 0;
}

static int hwc_claim_configure(struct hwcontainer_claim *claim)
{
	struct hwcontainer_resource *res = claim->res;
	int ret;

	mutex_lock(&hwc_lock);
	ret = hwc_claim_begin_configure_locked(claim);
	mutex_unlock(&hwc_lock);

	if (!ret && res->kind->configure)
		ret = res->kind->configure(res, claim);
	hwc_claim_close_files(claim);
	return ret;
}

static int hwc_claim_settle(struct hwcontainer_claim *claim)
{
	struct hwcontainer_resource *res = claim->res;

	return res->kind->settle ? res->kind->settle(res, claim) : 0;
}

static int hwc_claim_release(struct hwcontainer_claim *claim)
{
	struct hwcontainer_resource *res = claim->res;

	if (res->kind->release)
		res->kind->release(res, claim);
	return 0;
}

static int (*const hwc_steps[])(struct hwcontainer_claim *claim) = {
	[HWC_READ] = hwc_claim_read,
	[HWC_EXAMINE] = hwc_claim_examine,
	[HWC_CONFIGURE] = hwc_claim_configure,
	[HWC_SETTLE] = hwc_claim_settle,
	[HWC_RELEASE] = hwc_claim_release,
};

static void hwc_claim_advance_locked(struct hwcontainer_claim *claim, int ret)
{
	struct hwcontainer_resource *res = claim->res;

	lockdep_assert_held(&hwc_lock);
	claim->busy = false;
	if (ret && !claim->error)
		claim->error = ret;

	switch (claim->step) {
	case HWC_READ:
		if (!res) {	/* released meanwhile */
			hwc_claim_uncharge_locked(claim);
			break;
		}
		if (ret || hwcontainer_claim_cancelled(claim))
			hwc_claim_finish_locked(claim);
		else
			hwc_claim_queue_locked(claim, HWC_EXAMINE);
		break;
	case HWC_EXAMINE:
		if (ret || hwcontainer_claim_cancelled(claim) ||
		    claim->flags & HWCONTAINER_CLAIM_FLAGS_DRY_RUN)
			hwc_claim_finish_locked(claim);
		else if (res->on_hw < res->capacity)
			hwc_claim_enter_hw_locked(claim);
		else
			list_add_tail(&claim->in_waiting, &res->waiting);
		break;
	case HWC_CONFIGURE:
		if (ret)
			hwc_claim_finish_locked(claim);
		else
			hwc_claim_queue_locked(claim, hwcontainer_claim_cancelled(claim) ?
					       HWC_RELEASE : HWC_SETTLE);
		break;
	case HWC_SETTLE:
		if (ret || hwcontainer_claim_cancelled(claim))
			hwc_claim_queue_locked(claim, HWC_RELEASE);
		else
			hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_READY);
		break;
	case HWC_RELEASE:
		hwc_devset_put(claim->devices);
		claim->devices = NULL;
		hwc_claim_finish_locked(claim);
		break;
	}
}

/* Will no other step look at its files? Then they go before it is charged to nobody. */
static bool hwc_claim_has_done_with_files(const struct hwcontainer_claim *claim, int ret)
{
	return ret || hwcontainer_claim_cancelled(claim) ||
	       (claim->step == HWC_EXAMINE && claim->flags & HWCONTAINER_CLAIM_FLAGS_DRY_RUN);
}

static void hwc_claim_run(struct hwcontainer_claim *claim)
{
	int ret = hwc_steps[claim->step](claim);

	/* without the lock: there may be much to free, and while busy they are this step's */
	if (hwc_claim_has_done_with_files(claim, ret))
		hwc_claim_close_files(claim);
	mutex_lock(&hwc_lock);
	hwc_claim_advance_locked(claim, ret);
	/* cancelled just now */
	if (!claim->busy && list_empty(&claim->in_waiting))
		hwc_claim_close_files(claim);
	mutex_unlock(&hwc_lock);
	hwc_claim_put(claim);
}

void hwc_claim_work(struct work_struct *work)
{
	hwc_claim_run(container_of(work, struct hwcontainer_claim, work));
}

void hwc_claim_hw(struct kthread_work *work)
{
	hwc_claim_run(container_of(work, struct hwcontainer_claim, hw));
}

/* Make @holder the one whose death ends the claim. */
void hwc_claim_hold_locked(struct hwcontainer_claim *claim, struct hwc_holder *holder)
{
	struct hwc_holder *old = claim->holder;

	lockdep_assert_held(&hwc_lock);
	list_del_init(&claim->in_holder);
	claim->holder = holder;
	if (holder) {
		hwc_holder_get_locked(holder);
		list_add_tail(&claim->in_holder, &holder->claims);
	}
	if (old)
		hwc_holder_put_locked(old);
}

/* A ready claim lets go of the hardware: is there anything to clear? */
static bool hwc_claim_drop_locked(struct hwcontainer_claim *claim)
{
	struct hwcontainer_resource *res = claim->res;

	if (!claim->on_hw)
		return false;
	if (!res->kind->drop || res->kind->drop(res, claim) == HWCONTAINER_WORK)
		return true;
	hwc_devset_put(res->devices);
	res->devices = hwc_devset_get(claim->devices);
	hwc_resource_keep_left_locked(res, claim);
	return false;
}

/**
 * hwc_claim_end_locked() - a claim ends
 * @claim: any claim, also one that is ending already
 *
 * Returns at once. The resource can be granted to the next from now on; that
 * one's work waits until this one has left the hardware.
 *
 * Context: core lock held; @claim may be freed.
 */
void hwc_claim_end_locked(struct hwcontainer_claim *claim)
{
	lockdep_assert_held(&hwc_lock);
	if (claim->ending)
		return;
	WRITE_ONCE(claim->ending, true);
	if (hwc_waiter_waits(&claim->waiter))
		hwc_wait_end_locked(claim);
	hwc_claim_uncount_locked(claim);
	hwc_claim_hold_locked(claim, NULL);

	if (claim->busy && claim->step != HWC_READ) {
		hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_RELEASING);
	} else if (claim->state == HWCONTAINER_CLAIM_STATE_READY && hwc_claim_drop_locked(claim)) {
		hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_RELEASING);
		hwc_claim_queue_locked(claim, HWC_RELEASE);
	} else {
		/* It may be open still, and is charged to nobody now. Who reads closes them. */
		if (!claim->busy)
			hwc_claim_close_files(claim);
		hwc_claim_released_locked(claim);
	}
}

/* The resource is leaving; its claims say so. */
void hwc_resource_end_claims_locked(struct hwcontainer_resource *res)
{
	struct hwcontainer_claim *claim, *next;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry_safe(claim, next, &res->claims, in_res) {
		if (!claim->message)
			claim->message = kasprintf(GFP_KERNEL, "%s left the system",
						   hwcontainer_resource_name(res));
		if (!claim->error)
			claim->error = -ENODEV;
		hwc_claim_end_locked(claim);
	}
}

/* Wait until the last claim on a resource that is withdrawn is over, and nobody looks at it. */
void hwc_resource_drain(struct hwcontainer_resource *res)
{
	wait_event(res->drained, list_empty_careful(&res->claims) && !READ_ONCE(res->blank_checks));
	/* Whoever took the last one from the list may not be done with the resource. */
	mutex_lock(&hwc_lock);
	mutex_unlock(&hwc_lock);
}

static bool hwc_claim_awaits_hw(const struct hwcontainer_claim *claim)
{
	return (claim->busy && claim->step == HWC_CONFIGURE) || !list_empty(&claim->in_waiting);
}

/* It has failed, whatever is still done for it. Takes @message over. */
void hwc_claim_fail_locked(struct hwcontainer_claim *claim, int err, char *message)
{
	lockdep_assert_held(&hwc_lock);
	if (!claim->message)
		swap(claim->message, message);
	kfree(message);
	if (!claim->error)
		claim->error = err;
	hwc_claim_uncount_locked(claim);
	if (!claim->ending)
		hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_FAILED);
}

/* Also what is done for it is given up. */
static void hwc_claim_give_up_locked(struct hwcontainer_claim *claim, int err, char *message)
{
	WRITE_ONCE(claim->given_up, true);
	hwc_claim_fail_locked(claim, err, message);
}

/**
 * hwc_resource_overdue_locked() - fail claims whose configure does not return
 * @res: a resource
 * @err: -errno
 * @text: why, one sentence
 *
 * Those that are being configured, or wait for the worker to do it or for the one
 * before them to leave, fail at once. The step itself runs on, and what it has
 * configured after all is released.
 *
 * Context: core lock held.
 */
void hwc_resource_overdue_locked(struct hwcontainer_resource *res, int err, const char *text)
{
	struct hwcontainer_claim *claim, *next;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry_safe(claim, next, &res->claims, in_res)
		if (hwc_claim_awaits_hw(claim) && !claim->given_up)
			hwc_claim_give_up_locked(claim, err, kstrdup(text, GFP_KERNEL));
}

/* The claim that counts against an exclusive resource, or NULL. */
const struct hwcontainer_claim *hwc_resource_tenant_locked(const struct hwcontainer_resource *res)
{
	const struct hwcontainer_claim *claim;

	lockdep_assert_held(&hwc_lock);
	if (list_empty(&res->claims))
		return NULL;
	claim = list_first_entry(&res->claims, struct hwcontainer_claim, in_res);
	return claim->counted ? claim : NULL;
}

static bool hwc_claim_has_hw(const struct hwcontainer_claim *claim)
{
	return claim->state == HWCONTAINER_CLAIM_STATE_READY && claim->on_hw;
}

/* Takes @message over. */
static void hwc_claim_lose_locked(struct hwcontainer_claim *claim, int err, char *message)
{
	hwc_claim_fail_locked(claim, err, message);
	hwc_claim_queue_locked(claim, HWC_RELEASE);
}

/**
 * hwc_claim_take_locked() - take the resource from a claim, ready or not
 * @claim: a claim that counts against the capacity
 * @err: -errno
 * @message: why, one sentence; taken over
 *
 * The claim fails at once, and what was done for it is released.
 *
 * Context: core lock held.
 */
void hwc_claim_take_locked(struct hwcontainer_claim *claim, int err, char *message)
{
	lockdep_assert_held(&hwc_lock);
	if (hwc_claim_has_hw(claim)) {
		hwc_claim_lose_locked(claim, err, message);
		return;
	}
	hwc_claim_give_up_locked(claim, err, message);
	/* No step may come that would say so: a dry run is done, a read may never be. */
	hwc_resource_idle_locked(claim->res);
}

/**
 * hwc_claim_withdraw_locked() - a claim may not go on, whatever state it is in
 * @claim: a claim; nothing happens where it is ending or has failed
 * @err: -errno
 * @message: why, one sentence; taken over
 *
 * Context: core lock held.
 */
void hwc_claim_withdraw_locked(struct hwcontainer_claim *claim, int err, char *message)
{
	lockdep_assert_held(&hwc_lock);
	if (claim->ending || claim->error)
		kfree(message);
	else if (hwc_waiter_waits(&claim->waiter))
		hwc_wait_fail_locked(claim, err, message);
	else
		hwc_claim_take_locked(claim, err, message);
}

/**
 * hwcontainer_claim_lost() - the hardware of a ready claim has failed
 * @claim: a claim between configure and release
 * @err: -errno
 * @fmt: one sentence without newline
 *
 * The claim fails at once; release is called, after which the resource is free.
 *
 * Context: sleeps. Not from the kind's ops.
 * Return: true when it was ready; otherwise nothing was done, and it may become so.
 */
bool hwcontainer_claim_lost(struct hwcontainer_claim *claim, int err, const char *fmt, ...)
{
	bool ready;
	char *message;
	va_list args;

	va_start(args, fmt);
	message = kvasprintf(GFP_KERNEL, fmt, args);
	va_end(args);

	mutex_lock(&hwc_lock);
	ready = hwc_claim_has_hw(claim);
	if (ready)
		hwc_claim_lose_locked(claim, err, message);
	mutex_unlock(&hwc_lock);
	if (!ready)
		kfree(message);
	return ready;
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_lost);

/**
 * hwc_claim_linger() - let the holder see what has failed before it goes
 * @claim: a claim that is being released
 * @ms: for how long at most
 *
 * The claim is said to have failed now, not when its release is done. Returns as
 * soon as it ends, by its holder's will or death; at once where it has ended.
 *
 * Context: release. Sleeps.
 */
void hwc_claim_linger(struct hwcontainer_claim *claim, unsigned int ms)
{
	mutex_lock(&hwc_lock);
	if (!claim->ending) {
		hwc_claim_uncount_locked(claim);
		hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_FAILED);
	}
	mutex_unlock(&hwc_lock);
	wait_event_timeout(claim->wait, READ_ONCE(claim->ending), msecs_to_jiffies(ms));
}
