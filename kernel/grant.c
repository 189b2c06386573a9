// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: the grant of a claim, from the request to its first step.
 *
 * Everything that can be refused without the hardware is refused here.
 */
#include <linux/module.h>
#include <linux/slab.h>

#include "claim.h"
#include "core.h"
#include "device.h"
#include "domain.h"
#include "grant.h"
#include "group.h"
#include "image-list.h"
#include "image.h"
#include "netlink.h"
#include "signature.h"
#include "wait.h"

static u32 hwc_next_claim;

/*
 * One sentence on who is in the way of @asks, in the request @txn. Where nobody has the
 * resource that is those in its queue, in which the asker is, too.
 */
int hwc_refuse_busy_locked(const struct hwcontainer_resource *res, const struct hwc_domain *asks,
			   u64 txn, struct netlink_ext_ack *extack)
{
	const struct hwcontainer_claim *claim = hwc_resource_tenant_locked(res);
	const char *name = hwcontainer_resource_name(res);

	lockdep_assert_held(&hwc_lock);
	if (res->in_use < res->capacity)
		return hwc_refuse(extack, -EBUSY, "others wait for %s, %u of them",
				  hwc_tail(name, 40), res->queue.length - 1);
	if (res->capacity > 1)
		return hwc_refuse(extack, -EBUSY, "%s is held by %u claims, its capacity",
				  hwc_tail(name, 40), res->in_use);
	if (claim->txn == txn)
		return hwc_refuse(extack, -EINVAL, "%s is asked for twice", hwc_tail(name, 56));
	if (!hwc_domain_sees(asks, claim))
		return hwc_refuse(extack, -EBUSY, "%s is held from another network namespace",
				  hwc_tail(name, 36));
	if (claim->container)
		return hwc_refuse(extack, -EBUSY, "%s is held by container %.12s (claim %u)",
				  hwc_tail(name, 25), claim->container, claim->id);
	return hwc_refuse(extack, -EBUSY, "%s is held by claim %u", hwc_tail(name, 50), claim->id);
}

/*
 * Nothing here is charged to the requester's memory cgroup, nor in queue.c and signature.c:
 * one that is full would be reclaimed from with the core lock held, while all others wait.
 * Limits of groups bound claims, and HWC_WAITERS_MAX those that wait.
 */
static struct hwcontainer_claim *hwc_claim_alloc(struct hwcontainer_resource *res,
						 const struct hwc_txn *txn)
{
	struct hwcontainer_claim *claim;

	int ret = -ENODEV;

	if (!try_module_get(THIS_MODULE))
		return ERR_PTR(ret);
	if (!try_module_get(res->kind->owner))
		goto err_put_self;
	ret = -ENOMEM;
	claim = kzalloc(struct_size(claim, priv, res->kind->priv_size), GFP_KERNEL);
	if (!claim)
		goto err_put_owner;
	if (txn->container) {
		claim->container = kstrdup(txn->container, GFP_KERNEL);
		if (!claim->container)
			goto err_free;
	}

	kref_init(&claim->ref);
	claim->state = HWCONTAINER_CLAIM_STATE_QUEUED;
	claim->res = res;
	claim->owner = res->kind->owner;
	claim->txn = txn->serial;
	claim->admin = txn->admin;
	claim->flags = txn->flags;
	claim->priority = txn->priority;
	claim->start = ktime_get_ns();
	INIT_LIST_HEAD(&claim->in_res);
	INIT_LIST_HEAD(&claim->in_waiting);
	INIT_DELAYED_WORK(&claim->patience, hwc_wait_patience);
	INIT_LIST_HEAD(&claim->in_holder);
	INIT_LIST_HEAD(&claim->in_domain);
	INIT_WORK(&claim->work, hwc_claim_work);
	kthread_init_work(&claim->hw, hwc_claim_hw);
	init_waitqueue_head(&claim->wait);
	return claim;

err_free:
	kfree(claim);
err_put_owner:
	module_put(res->kind->owner);
err_put_self:
	module_put(THIS_MODULE);
	return ERR_PTR(ret);
}

/* What those without privilege may not have wherever they are. */
static int hwc_claim_check_rights_locked(const struct hwcontainer_claim *claim,
					 struct hwc_domain *domain, struct netlink_ext_ack *extack)
{
	const struct hwc_group *lowest;
	s32 priority;

	if (claim->admin)
		return 0;
	priority = hwc_group_priority_locked(domain->group, &lowest);
	if (claim->priority > priority) {
		hwc_group_deny_locked(domain->group, domain, claim->res->kind->name);
		return hwc_refuse(extack, -EPERM, "group %s has priority %d at most",
				  hwc_tail(lowest->name, 40), priority);
	}
	if (!(claim->flags & HWCONTAINER_CLAIM_FLAGS_TAKEOVER))
		return 0;
	hwc_group_deny_locked(domain->group, domain, claim->res->kind->name);
	return hwc_refuse(extack, -EPERM, "to take over what runs needs CAP_SYS_ADMIN");
}

/* Not every kind can keep the host's drivers away. */
static int hwc_claim_check_assign(const struct hwcontainer_claim *claim,
				  struct netlink_ext_ack *extack)
{
	const struct hwcontainer_resource *res = claim->res;

	if (res->kind->assignable || !(claim->flags & HWCONTAINER_CLAIM_FLAGS_ASSIGN))
		return 0;
	return hwc_refuse(extack, -EOPNOTSUPP,
			  "%s is a %.16s, which no virtual machine can be given",
			  hwc_tail(hwcontainer_resource_name(res), 17), res->kind->name);
}

static bool hwc_signer_same(const struct hwc_signer *a, const struct hwc_signer *b)
{
	return a->size == b->size && !memcmp(a->id, b->id, a->size);
}

/*
 * Who has signed what is loaded, if that is the file and the key is still trusted; or nobody.
 * The bytes are not there to be verified again, but they are those that were.
 */
static struct hwc_signer hwc_claim_left_signer_locked(const struct hwcontainer_claim *claim,
						      enum hwcontainer_slot slot)
{
	const struct hwc_left *left = &claim->res->left[slot];
	const struct hwc_file *f = &claim->file[slot];

	if (left->has_digest && !memcmp(left->digest, f->want, sizeof(f->want)) &&
	    left->signer.size && hwc_signer_is_trusted(&left->signer))
		return left->signer;
	return (struct hwc_signer){ };
}

/* 0, or what @bar has against a file whose digest is asked for. */
static int hwc_claim_ask_image_locked(struct hwcontainer_claim *claim, struct hwc_group *group,
				      enum hwcontainer_slot slot, const struct hwc_group **bar)
{
	struct hwc_file *f = &claim->file[slot];
	struct hwc_image image = { .res = claim->res, .digest = f->want };
	struct hwc_signer left = hwc_claim_left_signer_locked(claim, slot), by;
	int ret, err = -ENOKEY;

	if (f->signature)
		err = hwc_signature_find_signer(f, &by);
	f->must_read = err != -ENOKEY && (err || !hwc_signer_same(&by, &left));
	if (!f->must_read)
		image.signer = left;
	f->function = hwc_group_function_locked(group, &image);
	ret = hwc_group_check_image_locked(group, claim->admin, &image, bar);
	return f->must_read && ret != -EKEYREVOKED ? 0 : ret;
}

static int hwc_claim_check_image_locked(struct hwcontainer_claim *claim, struct hwc_group *group,
					struct hwc_domain *domain, enum hwcontainer_slot slot,
					struct netlink_ext_ack *extack)
{
	const struct hwc_group *bar;
	int ret = hwc_claim_ask_image_locked(claim, group, slot, &bar);

	if (!ret)
		return 0;
	hwc_group_deny_locked(group, domain, claim->res->kind->name);
	return hwc_refuse(extack, ret, "group %s %s that %s", hwc_tail(bar->name, 40),
			  hwc_group_bar_name(ret), hwc_slot_name(slot));
}

/* Images that are asked for by digest need not be read to be known, unless for who signed. */
int hwc_claim_check_images_locked(struct hwcontainer_claim *claim, struct hwc_group *group,
				  struct hwc_domain *domain, struct netlink_ext_ack *extack)
{
	int slot, ret = 0;

	for (slot = 0; slot < HWCONTAINER_SLOTS && !ret; slot++)
		if (claim->file[slot].wanted)
			ret = hwc_claim_check_image_locked(claim, group, domain, slot, extack);
	return ret;
}

/**
 * hwc_claim_would_load_locked() - does a claim that waits come to more than a refusal?
 * @claim: the claim
 *
 * What its resource has loaded now is taken not to be there any more then.
 *
 * Context: core lock held.
 * Return: false when it is a dry run, when a file is missing that it asks for by digest, or
 * when its groups do not allow one.
 */
bool hwc_claim_would_load_locked(struct hwcontainer_claim *claim)
{
	const struct hwc_group *bar;
	int slot;

	lockdep_assert_held(&hwc_lock);
	if (claim->flags & HWCONTAINER_CLAIM_FLAGS_DRY_RUN)
		return false;
	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++)
		if (claim->file[slot].wanted &&
		    (!claim->file[slot].file ||
		     hwc_claim_ask_image_locked(claim, claim->charge.group, slot, &bar)))
			return false;
	return true;
}

static int hwc_claim_open_files(struct hwcontainer_claim *claim, const struct hwc_want *want,
				struct netlink_ext_ack *extack)
{
	int slot, ret;

	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		ret = hwc_file_open(&claim->file[slot], want, slot, claim->res->kind, extack);
		if (ret)
			return ret;
		if (claim->file[slot].file)
			claim->reads = true;
	}
	return 0;
}

static int hwc_claim_charge_locked(struct hwcontainer_claim *claim, struct hwc_domain *domain,
				   struct netlink_ext_ack *extack)
{
	const struct hwcontainer_resource *res = claim->res;
	const struct hwc_charge charge = {
		.group = domain->group,
		.kind = res->slot,
		.function = claim->file[HWCONTAINER_IMAGE].function,
	};
	int ret = hwc_group_charge_locked(domain, NULL, &charge, claim->admin, res->kind->name,
					  extack);

	if (ret)
		return ret;
	claim->charge = charge;
	hwc_claim_join_domain_locked(claim, domain);
	return 0;
}

/**
 * hwc_claim_set_function_locked() - what a claim's image computes has become known
 * @claim: a claim that is charged
 * @function: slot of that, or 0: it counts as that from now on
 * @extack: receives the sentence
 *
 * Context: core lock held.
 * Return: 0, or -EDQUOT; then it counts as before.
 */
int hwc_claim_set_function_locked(struct hwcontainer_claim *claim, unsigned int function,
				  struct netlink_ext_ack *extack)
{
	struct hwc_charge charge = claim->charge;
	int ret;

	lockdep_assert_held(&hwc_lock);
	charge.function = function;
	ret = hwc_group_charge_locked(claim->domain, &claim->charge, &charge, claim->admin,
				      claim->res->kind->name, extack);
	if (ret)
		return ret;
	claim->charge = charge;
	hwc_group_peak_locked(&charge);
	return 0;
}

/**
 * hwc_claim_acquire_locked() - give a claim its resource, if its kind has nothing against it
 * @claim: a claim on a resource that can have one more
 * @extack: receives the sentence
 *
 * Context: core lock held.
 * Return: 0, when it counts and is ready or queued; or -errno.
 */
int hwc_claim_acquire_locked(struct hwcontainer_claim *claim, struct netlink_ext_ack *extack)
{
	enum hwcontainer_claim_state state = HWCONTAINER_CLAIM_STATE_QUEUED;
	struct hwcontainer_resource *res = claim->res;
	int ret = HWCONTAINER_WORK;

	lockdep_assert_held(&hwc_lock);
	if (res->kind->acquire)
		ret = res->kind->acquire(res, claim, extack);
	if (ret < 0)
		return ret;
	if (ret == HWCONTAINER_DONE) {
		claim->on_hw = true;
		res->on_hw++;
		claim->devices = hwc_devset_get(res->devices);
		hwc_resource_take_left_locked(res, claim);
		state = HWCONTAINER_CLAIM_STATE_READY;
	}
	claim->counted = true;
	res->in_use++;
	list_move(&claim->in_res, &res->claims);
	hwcontainer_claim_stage(claim, HWCONTAINER_STAGE_GRANTED);
	hwc_claim_set_state_locked(claim, state);
	return 0;
}

/* Now, or when its turn has come. */
static int hwc_claim_acquire_or_wait_locked(struct hwcontainer_claim *claim, u32 wait,
					    struct netlink_ext_ack *extack)
{
	struct hwcontainer_resource *res = claim->res;
	int ret = -EBUSY;

	if (!res->queue.length && res->in_use < res->capacity)
		ret = hwc_claim_acquire_locked(claim, extack);
	if (ret != -EBUSY || (!res->queue.length && !wait))
		return ret;
	return hwc_wait_begin_locked(claim, wait, extack);
}

/**
 * hwc_claim_grant_locked() - give a resource to a holder, or say why not
 * @txn: what the request's claims have in common
 * @want: the resource and its image
 * @extack: receives the sentence
 *
 * Nothing is started and nobody is told yet: hwc_claim_start_locked() or
 * hwc_claim_revoke_locked() must follow.
 *
 * Context: core lock held.
 * Return: the claim, or an ERR_PTR.
 */
struct hwcontainer_claim *hwc_claim_grant_locked(const struct hwc_txn *txn,
						 const struct hwc_want *want,
						 struct netlink_ext_ack *extack)
{
	struct hwcontainer_resource *res = hwc_resource_find(want->resource);
	struct hwcontainer_claim *claim;
	int ret;

	lockdep_assert_held(&hwc_lock);
	if (!res)
		return ERR_PTR(hwc_refuse(extack, -ENOENT, "there is no resource %s",
					  hwc_tail(want->resource, 50)));
	if (res->in_use >= res->capacity && !txn->wait)
		return ERR_PTR(hwc_refuse_busy_locked(res, txn->asker, txn->serial, extack));
	claim = hwc_claim_alloc(res, txn);
	if (IS_ERR(claim))
		return ERR_PTR(hwc_refuse(extack, PTR_ERR(claim), "%s",
					  PTR_ERR(claim) == -ENODEV ? "the module is leaving" :
					  "out of memory"));

	ret = hwc_claim_check_rights_locked(claim, txn->domain, extack) ?:
	      hwc_claim_check_assign(claim, extack) ?:
	      hwc_claim_open_files(claim, want, extack) ?:
	      hwc_claim_check_images_locked(claim, txn->domain->group, txn->domain, extack);
	if (ret)
		goto err_put;
	ret = xa_alloc_cyclic(&hwc_claims, &claim->id, claim, xa_limit_31b, &hwc_next_claim,
			      GFP_KERNEL);
	if (ret < 0) {
		hwc_refuse(extack, ret, "out of memory");
		goto err_put;
	}
	ret = hwc_claim_charge_locked(claim, txn->domain, extack);
	if (ret)
		goto err_erase;
	list_add_tail(&claim->in_res, &res->claims);
	ret = hwc_claim_acquire_or_wait_locked(claim, txn->wait, extack);
	if (ret)
		goto err_uncharge;

	hwc_claim_hold_locked(claim, txn->holder);
	hwc_claim_generation++;
	return claim;

err_uncharge:
	list_del_init(&claim->in_res);
	hwc_claim_uncharge_locked(claim);
	hwc_claim_leave_domain_locked(claim);
err_erase:
	xa_erase(&hwc_claims, claim->id);
err_put:
	hwc_claim_put(claim);
	return ERR_PTR(ret);
}

/* Undo a grant. What was warm stays warm, whatever the claim said. */
void hwc_claim_revoke_locked(struct hwcontainer_claim *claim)
{
	claim->flags |= HWCONTAINER_CLAIM_FLAGS_KEEP;
	hwc_claim_end_locked(claim);
}

/* Begin the work a granted claim needs, if any. */
void hwc_claim_start_locked(struct hwcontainer_claim *claim)
{
	lockdep_assert_held(&hwc_lock);
	if (claim->charge.group)
		hwc_group_peak_locked(&claim->charge);
	claim->announced = true;
	hwc_claim_ntf_locked(claim);
	if (claim->state == HWCONTAINER_CLAIM_STATE_QUEUED)
		hwc_claim_queue_locked(claim, HWC_READ);
}
