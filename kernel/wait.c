// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: claims that wait for their resource.
 *
 * Who is next is decided in queue.c. When a claim ends, a work of the resource gives it to
 * that one and tells nobody else. The next has no resource that nobody else has, either,
 * when the kind says that it is busy: with a region around it, or a manager that does not
 * answer. It then is asked again when any claim has left hardware, and each second.
 */
#include <linux/jiffies.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "claim.h"
#include "core.h"
#include "grant.h"
#include "group.h"
#include "image.h"
#include "wait.h"

/* Resources that the next waiter cannot have though there is room. Core lock. */
static LIST_HEAD(hwc_blocked);

static struct hwcontainer_claim *to_claim(struct hwc_waiter *w)
{
	return w ? container_of(w, struct hwcontainer_claim, waiter) : NULL;
}

/* Give the resource to whoever waits for it, soon. */
void hwc_wait_serve_locked(struct hwcontainer_resource *res)
{
	lockdep_assert_held(&hwc_lock);
	if (!res->gone && (res->queue.length || res->noticed))
		mod_delayed_work(hwc_wq, &res->serve, 0);
}

/* What all of them depend on has changed. */
void hwc_wait_serve_all_locked(void)
{
	struct hwcontainer_resource *res;
	unsigned long index;

	lockdep_assert_held(&hwc_lock);
	xa_for_each(&hwc_resources, index, res)
		hwc_wait_serve_locked(res);
}

/* Some hardware is free: that may have been in the way. */
void hwc_wait_retry_locked(void)
{
	struct hwcontainer_resource *res;

	lockdep_assert_held(&hwc_lock);
	list_for_each_entry(res, &hwc_blocked, in_blocked)
		hwc_wait_serve_locked(res);
}

static void hwc_wait_block_locked(struct hwcontainer_resource *res)
{
	if (list_empty(&res->in_blocked))
		list_add_tail(&res->in_blocked, &hwc_blocked);
	if (!res->gone)
		mod_delayed_work(hwc_wq, &res->serve, HZ);
}

static void hwc_wait_unblock_locked(struct hwcontainer_resource *res)
{
	list_del_init(&res->in_blocked);
}

static void hwc_wait_stop_locked(struct hwcontainer_claim *claim)
{
	struct hwcontainer_resource *res = claim->res;

	if (!res->queue.length)
		hwc_wait_unblock_locked(res);
	if (cancel_delayed_work(&claim->patience))
		hwc_claim_put(claim);
}

/**
 * hwc_wait_end_locked() - a claim waits no more and got nothing
 * @claim: a claim that waits; its caller has a reference
 *
 * Context: core lock held.
 */
void hwc_wait_end_locked(struct hwcontainer_claim *claim)
{
	lockdep_assert_held(&hwc_lock);
	hwc_queue_leave(&claim->res->queue, &claim->waiter);
	hwc_wait_stop_locked(claim);
	hwc_wait_serve_locked(claim->res);
}

/* Takes @message over. */
void hwc_wait_fail_locked(struct hwcontainer_claim *claim, int err, char *message)
{
	int slot;

	hwc_wait_end_locked(claim);
	kfree(claim->message);
	claim->message = NULL;
	hwc_claim_fail_locked(claim, err, message);
	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++)
		hwc_file_close(&claim->file[slot]);
}

/* Who has it, or what was in the way when it was asked for last. */
static char *hwc_wait_why_locked(const struct hwcontainer_claim *claim)
{
	unsigned int ms = div_u64(ktime_get_ns() - claim->start, NSEC_PER_MSEC);
	struct netlink_ext_ack why = {};

	if (!claim->message)
		hwc_refuse_busy_locked(claim->res, claim->domain, 0, &why);
	return kasprintf(GFP_KERNEL, "waited %u ms: %s", ms, claim->message ?: why._msg);
}

/**
 * hwc_wait_left() - how long a timer has to run for a time to be over, and not sooner
 * @until: that time, as ktime_get_ns() has it
 *
 * Jiffies that are behind catch up at once, and a timer in them ends before its time.
 *
 * Return: jiffies; 0 when it is over.
 */
unsigned long hwc_wait_left(u64 until)
{
	s64 left = until - ktime_get_ns();

	return left > 0 ? nsecs_to_jiffies(left) + 1 : 0;
}

/* Its time is over. The work has a reference. */
void hwc_wait_patience(struct work_struct *work)
{
	struct hwcontainer_claim *claim = container_of(to_delayed_work(work),
						       struct hwcontainer_claim, patience);
	unsigned long left = 0;

	mutex_lock(&hwc_lock);
	if (hwc_waiter_waits(&claim->waiter)) {
		left = hwc_wait_left(claim->patient_until);
		if (left)
			queue_delayed_work(hwc_wq, &claim->patience, left);
		else
			hwc_wait_fail_locked(claim, -ETIMEDOUT, hwc_wait_why_locked(claim));
	}
	mutex_unlock(&hwc_lock);
	if (!left)
		hwc_claim_put(claim);
}

static int hwc_wait_refuse_locked(const struct hwcontainer_claim *claim, int err,
				  struct netlink_ext_ack *extack)
{
	const char *name = hwcontainer_resource_name(claim->res);

	if (err == -ENOBUFS)
		return hwc_refuse(extack, err, "%s is waited for by %u claims, the most there are",
				  hwc_tail(name, 28), claim->res->queue.length);
	return hwc_refuse(extack, err, "out of memory");
}

/* The claim is in the queue: has it come to the front of a resource that can be had? */
static int hwc_wait_try_locked(struct hwcontainer_claim *claim, struct netlink_ext_ack *extack)
{
	struct hwcontainer_resource *res = claim->res;
	int ret;

	if (res->in_use >= res->capacity || hwc_queue_next(&res->queue) != &claim->waiter)
		return hwc_refuse_busy_locked(res, claim->domain, 0, extack);
	ret = hwc_claim_acquire_locked(claim, extack);
	if (ret == -EBUSY)
		hwc_wait_block_locked(res);
	return ret;
}

/**
 * hwc_wait_begin_locked() - a new claim goes behind those that wait
 * @claim: the claim
 * @ms: how long it waits at most; 0: it does not, and only overtakes whom it may
 * @extack: receives the sentence
 *
 * Context: core lock held.
 * Return: 0, when it waits or has got the resource; -EBUSY when others are before it and
 * it may not wait; -ENOBUFS; -ENOMEM; or what its kind says.
 */
int hwc_wait_begin_locked(struct hwcontainer_claim *claim, u32 ms, struct netlink_ext_ack *extack)
{
	struct hwcontainer_resource *res = claim->res;
	int ret;

	lockdep_assert_held(&hwc_lock);
	ret = hwc_queue_add(&res->queue, &claim->waiter, &claim->charge.group->party,
			    claim->priority);
	if (ret)
		return hwc_wait_refuse_locked(claim, ret, extack);
	ret = hwc_wait_try_locked(claim, extack);
	if (!ret) {
		hwc_queue_grant(&res->queue, &claim->waiter);
		return 0;
	}
	if (ret != -EBUSY || !ms) {
		hwc_queue_leave(&res->queue, &claim->waiter);
		if (!res->queue.length)
			hwc_wait_unblock_locked(res);
		return ret;
	}
	extack->_msg = NULL;	/* no refusal any more */
	hwc_claim_set_state_locked(claim, HWCONTAINER_CLAIM_STATE_WAITING);
	hwc_claim_get(claim);
	claim->patient_until = ktime_get_ns() + (u64)ms * NSEC_PER_MSEC;
	queue_delayed_work(hwc_wq, &claim->patience, hwc_wait_left(claim->patient_until));
	hwc_wait_serve_locked(res);
	return 0;
}

static void hwc_wait_granted_locked(struct hwcontainer_claim *claim)
{
	hwc_queue_grant(&claim->res->queue, &claim->waiter);
	hwc_wait_stop_locked(claim);
	kfree(claim->message);
	claim->message = NULL;
	if (claim->state == HWCONTAINER_CLAIM_STATE_QUEUED)
		hwc_claim_queue_locked(claim, HWC_READ);
}

/* The lists of its group may have become others since it came. */
static int hwc_wait_acquire_locked(struct hwcontainer_claim *claim, struct netlink_ext_ack *why)
{
	int ret = hwc_claim_check_images_locked(claim, claim->charge.group, claim->domain, why) ?:
		  hwc_claim_set_function_locked(claim, claim->file[HWCONTAINER_IMAGE].function,
						why);

	return ret ?: hwc_claim_acquire_locked(claim, why);
}

/* Whether the next one was dealt with, for better or worse. */
static bool hwc_wait_serve_one_locked(struct hwcontainer_resource *res)
{
	struct hwcontainer_claim *claim = to_claim(hwc_queue_next(&res->queue));
	struct netlink_ext_ack why = {};
	char *message;
	int ret;

	if (!claim || res->gone || res->in_use >= res->capacity)
		return false;
	ret = hwc_wait_acquire_locked(claim, &why);
	if (!ret) {
		hwc_wait_granted_locked(claim);
		return true;
	}
	message = why._msg ? kstrdup(why._msg, GFP_KERNEL) : NULL;
	if (ret != -EBUSY) {
		hwc_wait_fail_locked(claim, ret, message);
		return true;
	}
	swap(claim->message, message);
	kfree(message);
	hwc_wait_block_locked(res);
	return false;
}

static void hwc_wait_serve_work(struct work_struct *work)
{
	struct hwcontainer_resource *res = container_of(to_delayed_work(work),
							struct hwcontainer_resource, serve);

	mutex_lock(&hwc_lock);
	hwc_wait_unblock_locked(res);
	while (hwc_wait_serve_one_locked(res))
		;
	hwc_preempt_review_locked(res);
	mutex_unlock(&hwc_lock);
}

/* Place of a claim in the queue, 1 for the next; 0 when it does not wait. */
unsigned int hwc_wait_position_locked(const struct hwcontainer_claim *claim)
{
	lockdep_assert_held(&hwc_lock);
	if (!hwc_waiter_waits(&claim->waiter))
		return 0;
	return hwc_queue_position(&claim->res->queue, &claim->waiter);
}

void hwc_wait_init(struct hwcontainer_resource *res)
{
	hwc_queue_init(&res->queue);
	INIT_DELAYED_WORK(&res->serve, hwc_wait_serve_work);
	INIT_LIST_HEAD(&res->in_blocked);
	INIT_DELAYED_WORK(&res->take, hwc_preempt_work);
}

/* Context: the resource is gone and has no claims; sleeps. */
void hwc_wait_exit(struct hwcontainer_resource *res)
{
	cancel_delayed_work_sync(&res->serve);
	cancel_delayed_work_sync(&res->take);
}
