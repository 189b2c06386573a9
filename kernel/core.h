/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: kinds and resources, and what every file of it needs. */
#ifndef HWC_CORE_H
#define HWC_CORE_H

#include <linux/hwcontainer.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "image.h"
#include "queue.h"

struct hwc_blank;
struct hwc_blank_set;
struct hwc_devset;
struct kthread_worker;

#define HWC_VERSION "0.1.0"

/*
 * Refuse in a request: one sentence for the extended ack, which has room for
 * 79 bytes; bound every string in it (hwc_tail()).
 */
#define hwc_refuse(extack, err, fmt, ...) ({				\
	NL_SET_ERR_MSG_FMT((extack), fmt, ##__VA_ARGS__);		\
	(err);								\
})

/* Room for any sentence on a blank image, with its NUL. */
#define HWC_BLANK_WHY 384

/*
 * Protects every table and every state in the module: kinds, resources, claims,
 * holders. Never held while hardware is touched or a file is read. Outside it:
 * the driver core's class locks. Inside it: the xarrays' and a pidfd's wait
 * queue lock.
 */
extern struct mutex hwc_lock;

/* Names of kinds that groups can count; a name keeps its place until the module goes. */
#define HWC_KINDS 32

/* Names of functions that groups can count, and bytes of the longest. */
#define HWC_FUNCTIONS 32
#define HWC_FUNCTION_MAX 31

/* What groups count: kinds, and behind them functions. */
#define HWC_SLOTS (HWC_KINDS + HWC_FUNCTIONS)

/* Change whenever a resource, or a claim, comes or goes: dumps compare them. */
extern unsigned int hwc_resource_generation;
extern unsigned int hwc_claim_generation;

extern struct xarray hwc_resources;

/*
 * Runs everything that may sleep but does not touch hardware. Files have their own, for one
 * that never answers (FUSE) keeps its place; and those of the host's administrators another,
 * in which nobody else takes the places.
 */
extern struct workqueue_struct *hwc_wq;
extern struct workqueue_struct *hwc_read_wq;
extern struct workqueue_struct *hwc_admin_read_wq;

/**
 * struct hwc_left - a file that a claim has left loaded
 * @has_digest: @digest is known
 * @digest: SHA-256 of it
 * @signer: whose signature was verified when it was loaded
 */
struct hwc_left {
	bool has_digest;
	u8 digest[HWCONTAINER_DIGEST_LEN];
	struct hwc_signer signer;
};

/**
 * struct hwcontainer_resource - a registered resource
 * @id: its number
 * @kind: what it is
 * @slot: of the kind, where groups count
 * @names: name and aliases, in the table of names
 * @n_names: how many; the name is the first
 * @capacity: most claims at a time
 * @worker: runs its configure and release
 * @priv: the backend's own
 * @in_use: claims that count against the capacity
 * @on_hw: claims that have, get or still have the hardware; <= capacity
 * @gone: unregistered; no new claims
 * @claims: every claim on it that is not freed; those that count against the capacity first
 * @waiting: claims that wait for @on_hw to shrink, first come first served
 * @queue: claims that wait for @in_use to shrink
 * @serve: grants it to those
 * @in_blocked: in the list of those that nobody has, and the next cannot have
 * @noticed: claim that has notice to leave, or NULL
 * @take: takes it from that one
 * @devices: devices of the image that is still loaded, or NULL
 * @blank: what is loaded into it when a claim's image is unloaded, or NULL
 * @blank_set: the last request to change that, until it is done, or NULL
 * @blank_checks: how many of these are looking at it
 * @blank_error: why the last of them was refused, an errno, or 0
 * @blank_why: the sentence for that, or ""
 * @left: that image, while nobody has it
 * @moved: a domain that was not the host's has had it, and another one after that
 * @drained: woken when a claim leaves the hardware or the list
 */
struct hwcontainer_resource {
	u32 id;
	const struct hwcontainer_kind *kind;
	unsigned int slot;
	struct hwc_name *names;
	unsigned int n_names;
	unsigned int capacity;
	struct kthread_worker *worker;
	void *priv;

	unsigned int in_use;
	unsigned int on_hw;
	bool gone;
	struct list_head claims;
	struct list_head waiting;
	struct hwc_queue queue;
	struct delayed_work serve;
	struct list_head in_blocked;
	struct hwcontainer_claim *noticed;
	struct delayed_work take;
	struct hwc_devset *devices;
	struct hwc_blank *blank;
	struct hwc_blank_set *blank_set;
	unsigned int blank_checks;
	int blank_error;
	char blank_why[HWC_BLANK_WHY];
	struct hwc_left left[HWCONTAINER_SLOTS];
	bool moved;
	wait_queue_head_t drained;
};

int hwc_core_init(void);
void hwc_core_exit(void);
struct hwcontainer_resource *hwc_resource_find(const char *name);
const char *hwc_resource_alias(const struct hwcontainer_resource *res, unsigned int i);
enum hwcontainer_resource_state
hwc_resource_state(const struct hwcontainer_resource *res,
		   const struct hwcontainer_resource_info *info);
void hwc_resource_describe(struct hwcontainer_resource *res,
			   struct hwcontainer_resource_info *info);
void hwc_resource_withdraw_locked(struct hwcontainer_resource *res);
const char *hwc_kind_name(unsigned int i);
const char *hwc_kind_of_slot_locked(unsigned int slot);
int hwc_kind_slot_locked(const char *name);
const char *hwc_tail(const char *name, size_t room);

#endif /* HWC_CORE_H */
