// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: claims that make room for more important ones.
 *
 * Only where a group says so, and not without notice. One claim of a resource has notice at
 * a time, in favour of the one that is next; it is taken back when that one is no longer
 * there, or no longer next and more important. Nothing is taken for one that could not use it.
 */
#include <linux/slab.h>

#include "claim.h"
#include "core.h"
#include "domain.h"
#include "grant.h"
#include "group.h"
#include "netlink.h"
#include "wait.h"

static struct hwcontainer_claim *hwc_preempt_cause_locked(struct hwcontainer_resource *res)
{
	struct hwcontainer_claim *claim;
	struct hwc_waiter *w = NULL;

	if (!res->gone && res->in_use >= res->capacity)
		w = hwc_queue_next(&res->queue);
	if (!w)
		return NULL;
	claim = container_of(w, struct hwcontainer_claim, waiter);
	return hwc_claim_would_load_locked(claim) ? claim : NULL;
}

static bool hwc_preempt_may_locked(const struct hwcontainer_claim *claim,
				   const struct hwcontainer_claim *cause)
{
	return claim->priority < cause->priority && claim->charge.group &&
	       hwc_group_notice_locked(claim->charge.group);
}

/* The least important one; of several, the one that has come last. */
static struct hwcontainer_claim *hwc_preempt_choose_locked(struct hwcontainer_resource *res,
							   const struct hwcontainer_claim *cause)
{
	struct hwcontainer_claim *claim, *least = NULL;

	list_for_each_entry(claim, &res->claims, in_res) {
		if (!claim->counted)
			break;
		if (hwc_preempt_may_locked(claim, cause) &&
		    (!least || claim->priority < least->priority))
			least = claim;
	}
	return least;
}

static void hwc_preempt_tell_locked(struct hwcontainer_claim *claim)
{
	hwc_claim_ntf_locked(claim);
	wake_up_all(&claim->wait);
}

static void hwc_preempt_notice_locked(struct hwcontainer_claim *claim)
{
	u64 notice = hwc_group_notice_locked(claim->charge.group);

	claim->res->noticed = claim;
	claim->taken_at = ktime_get_ns() + notice * NSEC_PER_MSEC;
	WRITE_ONCE(claim->noticed, true);
	mod_delayed_work(hwc_wq, &claim->res->take, hwc_wait_left(claim->taken_at));
	hwc_preempt_tell_locked(claim);
}

/* The claim is about to end or to fail, which is told anyway. */
void hwc_preempt_forget_locked(struct hwcontainer_claim *claim)
{
	lockdep_assert_held(&hwc_lock);
	if (!claim->noticed)
		return;
	WRITE_ONCE(claim->noticed, false);
	claim->res->noticed = NULL;
	cancel_delayed_work(&claim->res->take);
}

/**
 * hwc_preempt_review_locked() - who has come, and who has left: has anybody notice, and who?
 * @res: a resource
 *
 * Context: core lock held.
 */
void hwc_preempt_review_locked(struct hwcontainer_resource *res)
{
	struct hwcontainer_claim *cause = hwc_preempt_cause_locked(res), *claim = res->noticed;

	lockdep_assert_held(&hwc_lock);
	if (claim && cause && hwc_preempt_may_locked(claim, cause))
		return;
	if (claim) {
		hwc_preempt_forget_locked(claim);
		hwc_preempt_tell_locked(claim);
	}
	claim = cause ? hwc_preempt_choose_locked(res, cause) : NULL;
	if (claim)
		hwc_preempt_notice_locked(claim);
}

static char *hwc_preempt_why(const struct hwcontainer_claim *claim,
			     const struct hwcontainer_claim *cause)
{
	const char *name = hwcontainer_resource_name(claim->res);

	if (!claim->domain || !hwc_domain_sees(claim->domain, cause))
		return kasprintf(GFP_KERNEL,
				 "%s was taken for a claim of priority %d in another network namespace",
				 name, cause->priority);
	if (cause->container)
		return kasprintf(GFP_KERNEL,
				 "%s was taken for container %.12s (claim %u) of priority %d",
				 name, cause->container, cause->id, cause->priority);
	return kasprintf(GFP_KERNEL, "%s was taken for claim %u of priority %d", name, cause->id,
			 cause->priority);
}

/* The time of notice is over, unless it has begun again meanwhile. */
void hwc_preempt_work(struct work_struct *work)
{
	struct hwcontainer_resource *res = container_of(to_delayed_work(work),
							struct hwcontainer_resource, take);
	struct hwcontainer_claim *claim;
	unsigned long left;

	mutex_lock(&hwc_lock);
	hwc_preempt_review_locked(res);
	claim = res->noticed;
	left = claim ? hwc_wait_left(claim->taken_at) : 0;
	if (left) {
		mod_delayed_work(hwc_wq, &res->take, left);
	} else if (claim) {
		hwc_group_preempted_locked(claim->charge.group, claim->domain, res->kind->name);
		hwc_claim_take_locked(claim, -ECANCELED,
				      hwc_preempt_why(claim, hwc_preempt_cause_locked(res)));
	}
	mutex_unlock(&hwc_lock);
}

/* Milliseconds until the resource is taken from a claim, 1 at least; 0 without notice. */
unsigned int hwc_preempt_left_locked(const struct hwcontainer_claim *claim)
{
	s64 left = claim->taken_at - ktime_get_ns();

	lockdep_assert_held(&hwc_lock);
	if (!claim->noticed)
		return 0;
	return left > NSEC_PER_MSEC ? div_u64(left, NSEC_PER_MSEC) : 1;
}
