// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: who is next for a resource that others have.
 *
 * Priority first; then weighted fair between groups, which have shares of their parent's
 * share as in cgroup v2; then arrival. What is shared are grants, not time. Every group
 * that somebody waits in is a share with a time of its own, which advances with each grant
 * by 1 / weight; among siblings of the same priority the one that is furthest behind is
 * next (start-time fair queuing, Goyal et al. 1996). Those who wait in a group that has
 * groups inside are one more sibling of these, of the default weight.
 *
 * No starvation: of HWC_OVERTAKES_MAX + 1 grants in a row one goes to whoever has waited
 * longest. When a waiter comes, n others are older; of each so many grants one makes them
 * fewer, and nothing makes them more. So it has its grant after at most
 * (n + 1) * (HWC_OVERTAKES_MAX + 1), whatever priorities and weights others have.
 *
 * Pure logic. The callers' lock is the core lock. A grant costs O(d log n) in n waiters
 * and siblings and the tree's depth d.
 */
#include <kunit/visibility.h>
#include <linux/bug.h>
#include <linux/export.h>
#include <linux/list_sort.h>
#include <linux/rbtree_augmented.h>
#include <linux/slab.h>

#include "queue.h"

/* What a grant costs a group of weight 1. */
#define HWC_GRANT_TIME BIT_ULL(24)

/**
 * struct hwc_share - what a party, or those who wait in it itself, get
 * @party: whose it is; not valid while nobody waits
 * @parent: what it is a part of; NULL for the root
 * @leaf: of those who wait in the party itself; others have shares inside
 * @in_parent: there, by priority, time and arrival; empty while nobody waits
 * @members: waiters of a leaf, the shares inside of others
 * @priority: of the waiter that would be next
 * @serial: of that one
 * @time: grants by weight
 * @behind: the largest -@time here and below in the parent's tree
 * @floor: time that shares inside begin at
 * @saved: @time, while positions are computed
 * @saved_floor: and @floor
 */
struct hwc_share {
	const struct hwc_party *party;
	struct hwc_share *parent;
	bool leaf;
	struct rb_node in_parent;
	struct rb_root_cached members;
	s32 priority;
	u64 serial;
	u64 time;
	s64 behind;
	u64 floor;
	u64 saved;
	u64 saved_floor;
};

#define to_share(node) rb_entry(node, struct hwc_share, in_parent)
#define to_waiter(node) rb_entry(node, struct hwc_waiter, in_share)

static s64 hwc_share_behind(struct hwc_share *s)
{
	return -(s64)s->time;
}

RB_DECLARE_CALLBACKS_MAX(static, hwc_share_augment, struct hwc_share, in_parent, s64, behind,
			 hwc_share_behind)

static bool hwc_waiter_less(struct rb_node *a, const struct rb_node *b)
{
	const struct hwc_waiter *x = to_waiter(a), *y = to_waiter(b);

	if (x->priority != y->priority)
		return x->priority > y->priority;
	return x->serial < y->serial;
}

static bool hwc_share_less(struct rb_node *a, const struct rb_node *b)
{
	const struct hwc_share *x = to_share(a), *y = to_share(b);

	if (x->priority != y->priority)
		return x->priority > y->priority;
	if (x->time != y->time)
		return x->time < y->time;
	return x->serial < y->serial;
}

static bool hwc_share_waits(const struct hwc_share *s)
{
	return !RB_EMPTY_NODE(&s->in_parent);
}

static u32 hwc_share_weight(const struct hwc_share *s)
{
	return s->leaf ? HWC_WEIGHT_DEFAULT : s->party->weight;
}

/* Two for each party: its whole share, and that of those who wait in it itself. */
static unsigned long hwc_share_index(const struct hwc_party *party, bool leaf)
{
	return 2UL * party->serial + leaf;
}

/* Take @s and all around it out of their trees: what they are sorted by is to change. */
static void hwc_share_unlink(struct hwc_share *s)
{
	for (; s->parent; s = s->parent) {
		if (!hwc_share_waits(s))
			continue;
		rb_erase_augmented_cached(&s->in_parent, &s->parent->members, &hwc_share_augment);
		RB_CLEAR_NODE(&s->in_parent);
	}
}

/* What would be next in @s; false when there is nobody. */
static bool hwc_share_look(struct hwc_share *s)
{
	struct rb_node *first = rb_first_cached(&s->members);

	if (!first)
		return false;
	if (s->leaf) {
		s->priority = to_waiter(first)->priority;
		s->serial = to_waiter(first)->serial;
	} else {
		s->priority = to_share(first)->priority;
		s->serial = to_share(first)->serial;
	}
	return true;
}

/* Time of the member that is furthest behind; there is one. */
static void hwc_share_raise_floor(struct hwc_share *s)
{
	u64 least = -to_share(s->members.rb_root.rb_node)->behind;

	s->floor = max(s->floor, least);
}

/* Put @s and all around it back, those in which somebody waits. */
static void hwc_share_link(struct hwc_share *s)
{
	for (; s->parent; s = s->parent) {
		if (!hwc_share_look(s))
			continue;
		s->behind = hwc_share_behind(s);
		rb_add_augmented_cached(&s->in_parent, &s->parent->members, hwc_share_less,
					&hwc_share_augment);
		hwc_share_raise_floor(s->parent);
	}
}

/* Whoever comes back has not saved up what others had meanwhile, and owes what it owed. */
static void hwc_share_join(struct hwc_share *s)
{
	for (; s->parent && !hwc_share_waits(s); s = s->parent)
		s->time = max(s->time, s->parent->floor);
}

static void hwc_share_charge(struct hwc_share *s)
{
	for (; s->parent; s = s->parent)
		s->time += HWC_GRANT_TIME / hwc_share_weight(s);
}

static struct hwc_share *hwc_share_alloc(struct hwc_queue *q, const struct hwc_party *party,
					 struct hwc_share *parent, bool leaf)
{
	struct hwc_share *s = kzalloc(sizeof(*s), GFP_KERNEL);

	if (!s)
		return NULL;
	s->parent = parent;
	s->leaf = leaf;
	s->members = RB_ROOT_CACHED;
	RB_CLEAR_NODE(&s->in_parent);
	if (!xa_err(xa_store(&q->shares, hwc_share_index(party, leaf), s, GFP_KERNEL)))
		return s;
	kfree(s);
	return NULL;
}

/* The share of @party, and those around it; without memory some of them stay for later. */
static struct hwc_share *hwc_share_get(struct hwc_queue *q, const struct hwc_party *party,
				       bool leaf)
{
	const struct hwc_party *above = leaf ? party : party->parent;
	struct hwc_share *s = xa_load(&q->shares, hwc_share_index(party, leaf)), *parent = NULL;

	if (above && (!s || !hwc_share_waits(s))) {
		parent = hwc_share_get(q, above, false);
		if (!parent)
			return NULL;
	}
	if (!s)
		s = hwc_share_alloc(q, party, parent, leaf);
	if (s)
		s->party = party;
	return s;
}

/* With the last waiter all is forgotten. */
static void hwc_queue_clear(struct hwc_queue *q)
{
	struct hwc_share *s;
	unsigned long index;

	if (q->length)
		return;
	xa_for_each(&q->shares, index, s)
		kfree(s);
	xa_destroy(&q->shares);
	q->root = NULL;
	q->overtakes = 0;
}

/**
 * hwc_queue_init() - an empty queue
 * @q: the queue; nothing is to be freed of one that nobody waits in
 */
void hwc_queue_init(struct hwc_queue *q)
{
	memset(q, 0, sizeof(*q));
	xa_init(&q->shares);
	INIT_LIST_HEAD(&q->arrival);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_queue_init);

static void hwc_queue_put(struct hwc_waiter *w, struct hwc_share *leaf)
{
	w->share = leaf;
	rb_add_cached(&w->in_share, &leaf->members, hwc_waiter_less);
}

/**
 * hwc_queue_add() - somebody waits from now on
 * @q: the queue
 * @w: who; does not wait yet
 * @party: what its grant is charged to; stays while somebody waits in it
 * @priority: larger goes first
 *
 * Return: 0, -ENOBUFS when there are as many as there may be, or -ENOMEM.
 */
int hwc_queue_add(struct hwc_queue *q, struct hwc_waiter *w, const struct hwc_party *party,
		  s32 priority)
{
	struct hwc_share *leaf;

	if (q->length == HWC_WAITERS_MAX)
		return -ENOBUFS;
	leaf = hwc_share_get(q, party, true);
	if (!leaf) {
		hwc_queue_clear(q);
		return -ENOMEM;
	}
	if (!q->root)
		for (q->root = leaf; q->root->parent; q->root = q->root->parent)
			;
	w->priority = priority;
	w->serial = ++q->last;
	hwc_share_join(leaf);
	hwc_share_unlink(leaf);
	hwc_queue_put(w, leaf);
	hwc_share_link(leaf);
	list_add_tail(&w->in_arrival, &q->arrival);
	q->length++;
	q->foreseen = false;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_queue_add);

static struct hwc_waiter *hwc_queue_oldest(struct hwc_queue *q)
{
	return list_first_entry_or_null(&q->arrival, struct hwc_waiter, in_arrival);
}

/**
 * hwc_queue_next() - who gets the next grant?
 * @q: the queue
 *
 * Return: the waiter, or NULL when nobody waits.
 */
struct hwc_waiter *hwc_queue_next(struct hwc_queue *q)
{
	const struct hwc_share *s = q->root;

	if (!q->length || q->overtakes >= HWC_OVERTAKES_MAX)
		return hwc_queue_oldest(q);
	while (!s->leaf)
		s = to_share(rb_first_cached(&s->members));
	return to_waiter(rb_first_cached(&s->members));
}
EXPORT_SYMBOL_IF_KUNIT(hwc_queue_next);

static void hwc_queue_take(struct hwc_queue *q, struct hwc_waiter *w, bool granted)
{
	struct hwc_share *leaf = w->share;

	hwc_share_unlink(leaf);
	rb_erase_cached(&w->in_share, &leaf->members);
	if (granted) {
		hwc_share_charge(leaf);
		q->overtakes = w == hwc_queue_oldest(q) ? 0 : q->overtakes + 1;
	}
	hwc_share_link(leaf);
	list_del(&w->in_arrival);
	q->length--;
}

static void hwc_queue_remove(struct hwc_queue *q, struct hwc_waiter *w, bool granted)
{
	hwc_queue_take(q, w, granted);
	w->share = NULL;
	q->foreseen = false;
	hwc_queue_clear(q);
}

/**
 * hwc_queue_grant() - a waiter gets what it waited for
 * @q: the queue
 * @w: hwc_queue_next(), or whoever else has it
 */
void hwc_queue_grant(struct hwc_queue *q, struct hwc_waiter *w)
{
	hwc_queue_remove(q, w, true);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_queue_grant);

/**
 * hwc_queue_leave() - a waiter waits no more and got nothing
 * @q: the queue
 * @w: the waiter
 */
void hwc_queue_leave(struct hwc_queue *q, struct hwc_waiter *w)
{
	hwc_queue_remove(q, w, false);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_queue_leave);

static void hwc_queue_save(struct hwc_queue *q)
{
	struct hwc_share *s;
	unsigned long index;

	xa_for_each(&q->shares, index, s) {
		s->saved = s->time;
		s->saved_floor = s->floor;
	}
}

static void hwc_queue_restore(struct hwc_queue *q, struct list_head *granted)
{
	struct hwc_share *s;
	struct hwc_waiter *w;
	unsigned long index;

	xa_for_each(&q->shares, index, s)
		s->time = s->saved;
	list_for_each_entry(w, granted, in_arrival) {
		hwc_share_unlink(w->share);
		hwc_queue_put(w, w->share);
		hwc_share_link(w->share);
	}
	xa_for_each(&q->shares, index, s)
		s->floor = s->saved_floor;
}

static int hwc_waiter_cmp(void *unused, const struct list_head *a, const struct list_head *b)
{
	return list_entry(a, struct hwc_waiter, in_arrival)->serial >
	       list_entry(b, struct hwc_waiter, in_arrival)->serial;
}

/* Grant all of them in turn, then take that back. */
static void hwc_queue_foresee(struct hwc_queue *q)
{
	unsigned int overtakes = q->overtakes, length = q->length, position = 0;
	struct hwc_waiter *w;
	LIST_HEAD(granted);

	hwc_queue_save(q);
	while ((w = hwc_queue_next(q))) {
		hwc_queue_take(q, w, true);
		w->position = ++position;
		list_add_tail(&w->in_arrival, &granted);
	}
	list_sort(NULL, &granted, hwc_waiter_cmp);
	hwc_queue_restore(q, &granted);
	list_splice(&granted, &q->arrival);
	q->overtakes = overtakes;
	q->length = length;
	q->foreseen = true;
}

/**
 * hwc_queue_position() - the how-manieth grant is a waiter's?
 * @q: the queue
 * @w: who waits there
 *
 * If from now on nobody came and nobody left: 1 is hwc_queue_next(). Costs a grant for
 * each waiter once after each change of the queue.
 *
 * Return: the position.
 */
unsigned int hwc_queue_position(struct hwc_queue *q, const struct hwc_waiter *w)
{
	if (!q->foreseen)
		hwc_queue_foresee(q);
	return w->position;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_queue_position);

/**
 * hwc_queue_forget() - a party is no more
 * @q: a queue
 * @party: nobody waits in it, and it has none inside
 */
void hwc_queue_forget(struct hwc_queue *q, const struct hwc_party *party)
{
	kfree(xa_erase(&q->shares, hwc_share_index(party, true)));
	kfree(xa_erase(&q->shares, hwc_share_index(party, false)));
}
EXPORT_SYMBOL_IF_KUNIT(hwc_queue_forget);
