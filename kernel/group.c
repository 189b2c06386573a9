// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: groups, the tree of limits whose members are domains.
 *
 * A claim is charged to the group that its domain is in at that moment, and to all
 * above it, up to the root, or to none. It stays charged there wherever the domain
 * goes. What people see of groups is in groupfs.c.
 */
#include <kunit/visibility.h>
#include <linux/ratelimit.h>

#include "claim.h"
#include "core.h"
#include "domain.h"
#include "group.h"
#include "image-list.h"
#include "netlink.h"

/* Groups that say what may be loaded, or what may not. Core lock. */
unsigned int hwc_image_lists;

/* Times in a second that people are told of an event of a group. */
#define HWC_GROUP_TOLD 10

/* What is not told is not worth a line in the kernel's log either. */
#define HWC_GROUP_QUIET RATELIMIT_MSG_ON_RELEASE

/* Domains that nobody put anywhere. Has no limits. */
struct hwc_group hwc_root = {
	.name = "/",
	.party.weight = HWC_WEIGHT_DEFAULT,
	.images = LIST_HEAD_INIT(hwc_root.images),
	.revoked = LIST_HEAD_INIT(hwc_root.revoked),
	.domains = LIST_HEAD_INIT(hwc_root.domains),
	.told = {
		[0 ... HWCONTAINER_GROUP_EVENT_PREEMPTED] =
			RATELIMIT_STATE_INIT_FLAGS(hwc_root, HZ, HWC_GROUP_TOLD, HWC_GROUP_QUIET),
	},
};

static void hwc_group_begin_telling(struct hwc_group *group)
{
	unsigned int event;

	for (event = 0; event < ARRAY_SIZE(group->told); event++) {
		ratelimit_state_init(&group->told[event], HZ, HWC_GROUP_TOLD);
		ratelimit_set_flags(&group->told[event], HWC_GROUP_QUIET);
	}
}

/* Number of the last group's party; 0 is the root's. */
static atomic_t hwc_party_serial;

/**
 * hwc_group_begin() - a new group
 * @group: zeroed
 * @parent: what it is charged to, too
 * @name: kept
 */
void hwc_group_begin(struct hwc_group *group, struct hwc_group *parent, const char *name)
{
	unsigned int slot;

	group->parent = parent;
	group->depth = parent->depth + 1;
	group->name = name;
	group->party.parent = &parent->party;
	group->party.serial = atomic_inc_return(&hwc_party_serial);
	group->party.weight = HWC_WEIGHT_DEFAULT;
	group->preempt = HWC_PREEMPT_INHERIT;
	INIT_LIST_HEAD(&group->images);
	INIT_LIST_HEAD(&group->revoked);
	INIT_LIST_HEAD(&group->domains);
	for (slot = 0; slot < HWC_SLOTS; slot++)
		group->max[slot] = HWC_NO_LIMIT;
	group->dump_max = U64_MAX;
	hwc_group_begin_telling(group);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_group_begin);

/**
 * hwc_group_tell_locked() - tell of something that happened in a group
 * @group: where it is counted
 * @asker: whom it happened to, or NULL
 * @event: what happened
 * @kind: of the resource that was asked for, or NULL
 * @count: how often it has happened
 *
 * Members can have it happen as often as they like, and must not keep listeners from
 * hearing of other things by that.
 *
 * Context: core lock held.
 */
void hwc_group_tell_locked(struct hwc_group *group, struct hwc_domain *asker,
			   enum hwcontainer_group_event event, const char *kind, u64 count)
{
	lockdep_assert_held(&hwc_lock);
	if (__ratelimit(&group->told[event]))
		hwc_group_ntf_locked(group, asker, event, kind, count);
}

/* Nobody is in it, nor has claims there. */
void hwc_group_end(struct hwc_group *group)
{
	struct hwcontainer_resource *res;
	unsigned long index;

	mutex_lock(&hwc_lock);
	xa_for_each(&hwc_resources, index, res)
		hwc_queue_forget(&res->queue, &group->party);
	mutex_unlock(&hwc_lock);
	hwc_lines_free(&group->images);
	hwc_lines_free(&group->revoked);
}

/* The lowest group that both are in or are, or NULL where one is none. */
static struct hwc_group *hwc_group_common(struct hwc_group *a, struct hwc_group *b)
{
	while (a != b) {
		if (!a || !b)
			return NULL;
		if (a->depth >= b->depth)
			a = a->parent;
		else
			b = b->parent;
	}
	return a;
}

/* The first from @group on to below @top whose limit is reached, or NULL. The root has none. */
static struct hwc_group *hwc_group_full(struct hwc_group *group, const struct hwc_group *top,
					unsigned int slot)
{
	for (; group != top && group->parent; group = group->parent)
		if (group->used[slot] >= group->max[slot])
			return group;
	return NULL;
}

static bool hwc_group_has_limit(const struct hwc_group *group, unsigned int slot)
{
	for (; group->parent; group = group->parent)
		if (group->max[slot] != HWC_NO_LIMIT)
			return true;
	return false;
}

static void hwc_group_hit_max(struct hwc_group *group, struct hwc_domain *asker, const char *kind)
{
	struct hwc_group *at;

	for (at = group; at; at = at->parent)
		at->max_hits++;
	hwc_group_tell_locked(group, asker, HWCONTAINER_GROUP_EVENT_MAX, kind, group->max_hits);
}

/**
 * struct hwc_way - of a claim, from where it is counted to where it will be
 * @from: counted there and above it so far, or NULL
 * @was: in that slot
 * @to: there and above it then, or NULL
 * @slot: in that slot
 * @top: counts it as that before and after, with all above it; or NULL
 */
struct hwc_way {
	struct hwc_group *from;
	unsigned int was;
	struct hwc_group *to;
	unsigned int slot;
	struct hwc_group *top;
};

static struct hwc_way hwc_way_of_kind(const struct hwc_charge *from, const struct hwc_charge *to)
{
	return (struct hwc_way){
		.from = from->group,
		.was = from->kind,
		.to = to->group,
		.slot = to->kind,
		.top = hwc_group_common(from->group, to->group),
	};
}

/* Not all claims have a function, and lists may call it another one elsewhere. */
static struct hwc_way hwc_way_of_function(const struct hwc_charge *from,
					  const struct hwc_charge *to)
{
	struct hwc_way way = {
		.from = from->function ? from->group : NULL,
		.was = from->function,
		.to = to->function ? to->group : NULL,
		.slot = to->function,
	};

	if (way.was == way.slot)
		way.top = hwc_group_common(way.from, way.to);
	return way;
}

static void hwc_group_go(const struct hwc_way *way)
{
	struct hwc_group *at;

	for (at = way->from; at != way->top; at = at->parent)
		at->used[way->was]--;
	for (at = way->to; at != way->top; at = at->parent)
		at->used[way->slot]++;
}

/* One claim less in @from and above it, one more in @to; either may be to no group. */
static void hwc_group_shift(const struct hwc_charge *from, const struct hwc_charge *to)
{
	const struct hwc_way kind = hwc_way_of_kind(from, to);
	const struct hwc_way function = hwc_way_of_function(from, to);

	if (from->group)
		from->group->claims--;
	if (to->group)
		to->group->claims++;
	hwc_group_go(&kind);
	hwc_group_go(&function);
}

static const struct hwc_charge hwc_no_charge;

static int hwc_group_check_room(const struct hwc_way *way, struct hwc_domain *asker,
				const char *kind, struct netlink_ext_ack *extack)
{
	struct hwc_group *full = hwc_group_full(way->to, way->top, way->slot);
	bool is_kind = way->slot < HWC_KINDS;

	if (!full)
		return 0;
	hwc_group_hit_max(full, asker, kind);
	return hwc_refuse(extack, -EDQUOT, "group %s has %u of %u claims of %s %s",
			  hwc_tail(full->name, 16), full->used[way->slot], full->max[way->slot],
			  is_kind ? "kind" : "function",
			  hwc_tail(is_kind ? kind : hwc_function_of_slot_locked(way->slot), 16));
}

/**
 * hwc_group_charge_locked() - charge a claim
 * @asker: whose it is, or NULL when that has ended
 * @from: what it is charged to so far and is no longer then, or NULL; see
 *	hwc_group_left_locked()
 * @to: what it is charged to: a group and all above it
 * @admin: one of the host's administrators claims; all others need a limit
 * @kind: of the claim's resource
 * @extack: receives the sentence
 *
 * Groups that have the claim already have no more of them than before, and are not asked.
 *
 * Context: core lock held.
 * Return: 0, or -EDQUOT when one of them has all it may have, or none says how much that
 * is; then nothing has changed.
 */
int hwc_group_charge_locked(struct hwc_domain *asker, const struct hwc_charge *from,
			    const struct hwc_charge *to, bool admin, const char *kind,
			    struct netlink_ext_ack *extack)
{
	const struct hwc_way of_kind = hwc_way_of_kind(from ?: &hwc_no_charge, to);
	const struct hwc_way of_function = hwc_way_of_function(from ?: &hwc_no_charge, to);
	int ret;

	lockdep_assert_held(&hwc_lock);
	if (!admin && of_kind.from != to->group && !hwc_group_has_limit(to->group, to->kind)) {
		hwc_group_hit_max(to->group, asker, kind);
		return hwc_refuse(extack, -EDQUOT, "group %s has no limit for kind %s",
				  hwc_tail(to->group->name, 24), hwc_tail(kind, 24));
	}
	ret = hwc_group_check_room(&of_kind, asker, kind, extack) ?:
	      hwc_group_check_room(&of_function, asker, kind, extack);
	if (!ret)
		hwc_group_shift(from ?: &hwc_no_charge, to);
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_group_charge_locked);

/* Undo a charge of a claim that was charged elsewhere before: there it is again. */
void hwc_group_charge_back_locked(const struct hwc_charge *charge, const struct hwc_charge *from)
{
	lockdep_assert_held(&hwc_lock);
	hwc_group_shift(charge, from);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_group_charge_back_locked);

static void hwc_group_note_peak(struct hwc_group *group, unsigned int slot)
{
	for (; group; group = group->parent)
		if (group->peak[slot] < group->used[slot])
			group->peak[slot] = group->used[slot];
}

/* A claim that was charged is there to stay: apart, for others may have been refused with it. */
void hwc_group_peak_locked(const struct hwc_charge *charge)
{
	lockdep_assert_held(&hwc_lock);
	hwc_group_note_peak(charge->group, charge->kind);
	if (charge->function)
		hwc_group_note_peak(charge->group, charge->function);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_group_peak_locked);

/**
 * hwc_group_deny_locked() - somebody asked for what he has no right to
 * @group: what it would have been charged to
 * @asker: whose request it is, or NULL
 * @kind: of the resource that was asked for, or NULL
 *
 * Context: core lock held.
 */
void hwc_group_deny_locked(struct hwc_group *group, struct hwc_domain *asker, const char *kind)
{
	struct hwc_group *at;

	lockdep_assert_held(&hwc_lock);
	for (at = group; at; at = at->parent)
		at->denials++;
	hwc_group_tell_locked(group, asker, HWCONTAINER_GROUP_EVENT_DENIED, kind, group->denials);
}

/* The least of the group and all above it. The root has no limit. */
u64 hwc_group_dump_max_locked(const struct hwc_group *group)
{
	u64 max = U64_MAX;

	lockdep_assert_held(&hwc_lock);
	for (; group->parent; group = group->parent)
		max = min(max, group->dump_max);
	return max;
}

/**
 * hwc_group_priority_locked() - what may members ask for without privilege?
 * @group: theirs
 * @lowest: receives the group that says so
 *
 * Context: core lock held.
 * Return: the lowest priority from there up.
 */
s32 hwc_group_priority_locked(const struct hwc_group *group, const struct hwc_group **lowest)
{
	lockdep_assert_held(&hwc_lock);
	*lowest = group;
	for (; group->parent; group = group->parent)
		if (group->priority < (*lowest)->priority)
			*lowest = group;
	return (*lowest)->priority;
}

/* Milliseconds of notice for claims that are charged here, as the nearest says; 0: never. */
int hwc_group_notice_locked(const struct hwc_group *group)
{
	lockdep_assert_held(&hwc_lock);
	while (group->parent && group->preempt == HWC_PREEMPT_INHERIT)
		group = group->parent;
	return group->preempt;
}

/* A claim of @domain that is charged here was taken, on a resource of that kind. */
void hwc_group_preempted_locked(struct hwc_group *group, struct hwc_domain *domain,
				const char *kind)
{
	struct hwc_group *at;

	lockdep_assert_held(&hwc_lock);
	for (at = group; at; at = at->parent)
		at->preemptions++;
	hwc_group_tell_locked(group, domain, HWCONTAINER_GROUP_EVENT_PREEMPTED, kind,
			      group->preemptions);
}

/* Does it say anything of images? See also hwc_image_lists. */
bool hwc_group_has_lists(const struct hwc_group *group)
{
	return !list_empty(&group->images) || !list_empty(&group->revoked);
}

/* Does it, or any group above it? */
bool hwc_group_asks_locked(const struct hwc_group *group)
{
	lockdep_assert_held(&hwc_lock);
	for (; group; group = group->parent)
		if (hwc_group_has_lists(group))
			return true;
	return false;
}

static bool hwc_group_has_images(const struct hwc_group *group)
{
	for (; group; group = group->parent)
		if (!list_empty(&group->images))
			return true;
	return false;
}

/* What a group does that bars an image, by the errno of that. */
const char *hwc_group_bar_name(int err)
{
	return err == -EKEYREVOKED ? "has revoked" : "does not list";
}

/**
 * hwc_group_check_image_locked() - may an image be loaded?
 * @group: what the claim is charged to
 * @admin: one of the host's administrators asks for it
 * @image: the image
 * @bar: receives the group that does not allow it
 *
 * It has to be in every list from the group up, and revoked by none. Administrators need
 * no list, all others one at least.
 *
 * Context: core lock held.
 * Return: 0; -EKEYREVOKED; -EPERM when it is not listed.
 */
int hwc_group_check_image_locked(const struct hwc_group *group, bool admin,
				 const struct hwc_image *image, const struct hwc_group **bar)
{
	const struct hwc_group *at;

	lockdep_assert_held(&hwc_lock);
	for (at = group; at; at = at->parent) {
		*bar = at;
		if (hwc_lines_have_locked(&at->revoked, image))
			return -EKEYREVOKED;
		if (!list_empty(&at->images) && !hwc_lines_have_locked(&at->images, image))
			return -EPERM;
	}
	*bar = group;
	return admin || hwc_group_has_images(group) ? 0 : -EPERM;
}

/* What an image computes, as the nearest list from @group up says: the slot, or 0. */
unsigned int hwc_group_function_locked(const struct hwc_group *group,
				       const struct hwc_image *image)
{
	unsigned int slot = 0;

	lockdep_assert_held(&hwc_lock);
	for (; group && !slot; group = group->parent)
		slot = hwc_lines_function_locked(&group->images, image);
	return slot;
}

/**
 * hwc_group_left_locked() - a claim or a domain has left
 * @group: where it was
 *
 * Who charged a claim elsewhere says so when that stays.
 *
 * Context: core lock held.
 */
void hwc_group_left_locked(struct hwc_group *group)
{
	lockdep_assert_held(&hwc_lock);
	if (!group->claims && list_empty(&group->domains) && group->idle)
		group->idle(group);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_group_left_locked);

void hwc_group_uncharge_locked(const struct hwc_charge *charge)
{
	lockdep_assert_held(&hwc_lock);
	hwc_group_shift(charge, &hwc_no_charge);
	hwc_group_left_locked(charge->group);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_group_uncharge_locked);

/* Make a domain a member; @group is NULL when it ends. */
void hwc_group_move_locked(struct hwc_domain *domain, struct hwc_group *group)
{
	struct hwc_group *old = domain->group;

	lockdep_assert_held(&hwc_lock);
	if (old == group)
		return;
	domain->group = group;
	if (old)
		list_del(&domain->in_group);
	if (group)
		list_add_tail(&domain->in_group, &group->domains);
	if (old)
		hwc_group_left_locked(old);
}
