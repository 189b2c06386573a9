/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: the tree of limits. */
#ifndef HWC_GROUP_H
#define HWC_GROUP_H

#include <linux/hwcontainer.h>
#include <linux/list.h>
#include <linux/ratelimit_types.h>

#include "core.h"
#include "queue.h"

struct hwc_charge;
struct hwc_domain;
struct hwc_image;
struct netlink_ext_ack;

#define HWC_NO_LIMIT UINT_MAX

/* What a group says of preemption: no; what the one around it says. */
#define HWC_PREEMPT_OFF 0
#define HWC_PREEMPT_INHERIT -1

/**
 * struct hwc_group - a node of the tree
 * @parent: what it is charged to, too; NULL for the root
 * @depth: how many are above it
 * @name: what people call it
 * @max: most claims of each kind, and of each function
 * @used: claims of each at the moment, those of groups below it, too
 * @peak: the most there have been
 * @max_hits: claims that were refused because of its limits, or of those below it
 * @denials: requests of members that were refused for want of rights
 * @preemptions: claims that were taken for more important ones
 * @delegate: members claim without privilege
 * @party: its part of what is waited for
 * @priority: most that members may ask for without privilege
 * @preempt: milliseconds of notice before claims are taken, or one of the two below
 * @images: what members may load, when there are any lines
 * @revoked: what they may not, whatever @images says
 * @dump_max: largest core dump of what is claimed there, in bytes
 * @claims: charged to this very group
 * @domains: its members
 * @told: how often people are told of each event
 * @idle: told when the last claim or member has left, or NULL; core lock held
 */
struct hwc_group {
	struct hwc_group *parent;
	unsigned int depth;
	const char *name;
	unsigned int max[HWC_SLOTS];
	unsigned int used[HWC_SLOTS];
	unsigned int peak[HWC_SLOTS];
	u64 max_hits;
	u64 denials;
	u64 preemptions;
	bool delegate;
	struct hwc_party party;
	s32 priority;
	int preempt;
	struct list_head images;
	struct list_head revoked;
	u64 dump_max;
	unsigned int claims;
	struct list_head domains;
	struct ratelimit_state told[HWCONTAINER_GROUP_EVENT_PREEMPTED + 1];
	void (*idle)(struct hwc_group *group);
};

extern struct hwc_group hwc_root;
extern unsigned int hwc_image_lists;

void hwc_group_begin(struct hwc_group *group, struct hwc_group *parent, const char *name);
int hwc_group_charge_locked(struct hwc_domain *asker, const struct hwc_charge *from,
			    const struct hwc_charge *to, bool admin, const char *kind,
			    struct netlink_ext_ack *extack);
void hwc_group_charge_back_locked(const struct hwc_charge *charge, const struct hwc_charge *from);
void hwc_group_left_locked(struct hwc_group *group);
void hwc_group_peak_locked(const struct hwc_charge *charge);
void hwc_group_uncharge_locked(const struct hwc_charge *charge);
void hwc_group_move_locked(struct hwc_domain *domain, struct hwc_group *group);
u64 hwc_group_dump_max_locked(const struct hwc_group *group);
void hwc_group_tell_locked(struct hwc_group *group, struct hwc_domain *asker,
			   enum hwcontainer_group_event event, const char *kind, u64 count);
void hwc_group_deny_locked(struct hwc_group *group, struct hwc_domain *asker, const char *kind);
void hwc_group_end(struct hwc_group *group);
s32 hwc_group_priority_locked(const struct hwc_group *group, const struct hwc_group **lowest);
int hwc_group_notice_locked(const struct hwc_group *group);
void hwc_group_preempted_locked(struct hwc_group *group, struct hwc_domain *domain,
				const char *kind);
bool hwc_group_has_lists(const struct hwc_group *group);
bool hwc_group_asks_locked(const struct hwc_group *group);
const char *hwc_group_bar_name(int err);
int hwc_group_check_image_locked(const struct hwc_group *group, bool admin,
				 const struct hwc_image *image, const struct hwc_group **bar);
unsigned int hwc_group_function_locked(const struct hwc_group *group,
				       const struct hwc_image *image);

/* function.c: names of what images compute */

const char *hwc_function_of_slot_locked(unsigned int slot);
bool hwc_function_is_name(const char *name);
int hwc_function_take_slot_locked(const char *name);
unsigned int hwc_functions_known_locked(void);
void hwc_functions_forget_locked(unsigned int known);

#endif /* HWC_GROUP_H */
