/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: who has what. */
#ifndef HWC_CLAIM_H
#define HWC_CLAIM_H

#include <linux/hwcontainer.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "image.h"
#include "queue.h"

struct hwc_devset;
struct hwc_domain;
struct hwc_group;
struct hwc_holder;

extern struct xarray hwc_claims;

/* What is done for a claim; configure and release in the resource's worker. */
enum hwc_step {
	HWC_READ,
	HWC_EXAMINE,
	HWC_CONFIGURE,
	HWC_SETTLE,
	HWC_RELEASE,
};

/**
 * struct hwc_charge - what a claim is charged to, and as what
 * @group: to that and all above it; or NULL
 * @kind: slot of its kind, where groups count
 * @function: slot of what its image computes, or 0 where no list says so
 */
struct hwc_charge {
	struct hwc_group *group;
	unsigned int kind;
	unsigned int function;
};

/**
 * struct hwcontainer_claim - a holder's right to a resource
 * @ref: one for the table, one for a step under way, one for each open file
 * @id: its number
 * @state: where it is in its life
 * @res: what it is a right to; NULL once it is released
 * @owner: module of the backend, pinned
 * @txn: serial number of the request that made it
 * @in_res: in the resource's claims
 * @in_waiting: in the resource's waiting
 * @waiter: in the resource's queue
 * @patience: ends its time there
 * @patient_until: when that is, as ktime_get_ns() has it
 * @noticed: the resource's @noticed
 * @taken_at: when the resource is taken from it, as ktime_get_ns() has it
 * @holder: what its life hangs on; NULL once it ends
 * @in_holder: in the holder's claims
 * @domain: what it is charged to; NULL once it is released, or that has ended
 * @in_domain: in the domain's claims
 * @charge: what it is charged to
 * @admin: one of the host's administrators asked for it
 * @reads: it brought files, which may never be read to their end
 * @container: id of the container, or NULL
 * @flags: enum hwcontainer_claim_flags
 * @priority: larger is more important
 * @file: its image
 * @start: time of the request
 * @done: time from there to the end of each stage, 0 when not done
 * @counted: counts in the resource's in_use
 * @on_hw: counts in the resource's on_hw
 * @busy: a step is queued or running
 * @step: that step
 * @announced: listeners know of it
 * @ending: its holder let it go, or its resource went
 * @given_up: it has failed while a step is done for it, or waits to be
 * @error: why it failed, -errno
 * @message: why it failed, or NULL
 * @devices: what exists because of it, or NULL
 * @work: its next step that does not touch hardware
 * @hw: its next step that does
 * @wait: woken when it changes its state
 * @priv: the backend's own
 */
struct hwcontainer_claim {
	struct kref ref;
	u32 id;
	enum hwcontainer_claim_state state;
	struct hwcontainer_resource *res;
	struct module *owner;
	u64 txn;
	struct list_head in_res;
	struct list_head in_waiting;
	struct hwc_waiter waiter;
	struct delayed_work patience;
	u64 patient_until;
	bool noticed;
	u64 taken_at;
	struct hwc_holder *holder;
	struct list_head in_holder;
	struct hwc_domain *domain;
	struct list_head in_domain;
	struct hwc_charge charge;
	bool admin;
	bool reads;
	char *container;
	u32 flags;
	s32 priority;
	struct hwc_file file[HWCONTAINER_SLOTS];
	u64 start;
	u64 done[HWCONTAINER_STAGE_BOUND + 1];
	bool counted;
	bool on_hw;
	bool busy;
	enum hwc_step step;
	bool announced;
	bool ending;
	bool given_up;
	int error;
	char *message;
	struct hwc_devset *devices;
	struct work_struct work;
	struct kthread_work hw;
	wait_queue_head_t wait;
	u8 priv[] __aligned(sizeof(u64));
};

void hwc_claim_work(struct work_struct *work);
void hwc_claim_hw(struct kthread_work *work);
void hwc_claim_queue_locked(struct hwcontainer_claim *claim, enum hwc_step step);
void hwc_claim_set_state_locked(struct hwcontainer_claim *claim,
				enum hwcontainer_claim_state state);
void hwc_claim_fail_locked(struct hwcontainer_claim *claim, int err, char *message);
void hwc_claim_take_locked(struct hwcontainer_claim *claim, int err, char *message);
void hwc_claim_uncharge_locked(struct hwcontainer_claim *claim);
void hwc_claim_end_locked(struct hwcontainer_claim *claim);
void hwc_claim_hold_locked(struct hwcontainer_claim *claim, struct hwc_holder *holder);
void hwc_claim_join_domain_locked(struct hwcontainer_claim *claim, struct hwc_domain *domain);
void hwc_claim_leave_domain_locked(struct hwcontainer_claim *claim);
void hwc_claim_withdraw_locked(struct hwcontainer_claim *claim, int err, char *message);
void hwc_claim_linger(struct hwcontainer_claim *claim, unsigned int ms);
struct hwcontainer_claim *hwc_claim_find_locked(u32 id);
struct hwcontainer_claim *hwc_claim_get(struct hwcontainer_claim *claim);
void hwc_claim_put(struct hwcontainer_claim *claim);
void hwc_resource_end_claims_locked(struct hwcontainer_resource *res);
void hwc_resource_drain(struct hwcontainer_resource *res);
void hwc_resource_overdue_locked(struct hwcontainer_resource *res, int err, const char *text);
const struct hwcontainer_claim *hwc_resource_tenant_locked(const struct hwcontainer_resource *res);

#endif /* HWC_CLAIM_H */
