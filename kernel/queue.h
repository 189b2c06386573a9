/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: who is next for a resource that others have. */
#ifndef HWC_QUEUE_H
#define HWC_QUEUE_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>
#include <linux/xarray.h>

/* Waiters of one resource at most: more is no queue, and positions cost time for each. */
#define HWC_WAITERS_MAX 1024

/* So often in a row the oldest waiter is passed over; then it is next. */
#define HWC_OVERTAKES_MAX 64

#define HWC_WEIGHT_DEFAULT 100
#define HWC_WEIGHT_MAX 10000

/**
 * struct hwc_party - a node of the tree that shares are counted in
 * @parent: the one whose share it has a part of; NULL for the root
 * @serial: its number, which no other one gets
 * @weight: its part, against those of its siblings; 1 to HWC_WEIGHT_MAX
 */
struct hwc_party {
	const struct hwc_party *parent;
	u32 serial;
	u32 weight;
};

struct hwc_share;

/**
 * struct hwc_waiter - somebody who waits
 * @share: what its grant is charged to; NULL when it does not wait
 * @in_share: there, by priority and arrival
 * @in_arrival: in the queue, by arrival
 * @priority: larger goes first
 * @serial: ascends with arrival
 * @position: 1 is next; valid while the queue is @foreseen
 */
struct hwc_waiter {
	struct hwc_share *share;
	struct rb_node in_share;
	struct list_head in_arrival;
	s32 priority;
	u64 serial;
	unsigned int position;
};

/**
 * struct hwc_queue - those who wait for a resource
 * @root: everybody's share, or NULL before the first came
 * @shares: of all parties that came since it was empty, by number
 * @arrival: waiters, the oldest first
 * @length: how many there are
 * @overtakes: grants since the oldest one got one
 * @last: serial number of the last to come
 * @foreseen: positions are those of now
 */
struct hwc_queue {
	struct hwc_share *root;
	struct xarray shares;
	struct list_head arrival;
	unsigned int length;
	unsigned int overtakes;
	u64 last;
	bool foreseen;
};

void hwc_queue_init(struct hwc_queue *q);
int hwc_queue_add(struct hwc_queue *q, struct hwc_waiter *w, const struct hwc_party *party,
		  s32 priority);
struct hwc_waiter *hwc_queue_next(struct hwc_queue *q);
void hwc_queue_grant(struct hwc_queue *q, struct hwc_waiter *w);
void hwc_queue_leave(struct hwc_queue *q, struct hwc_waiter *w);
unsigned int hwc_queue_position(struct hwc_queue *q, const struct hwc_waiter *w);
void hwc_queue_forget(struct hwc_queue *q, const struct hwc_party *party);

static inline bool hwc_waiter_waits(const struct hwc_waiter *w)
{
	return w->share;
}

#endif /* HWC_QUEUE_H */
