/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what its files share. Sectioned by the file that defines it. */
#ifndef HWC_INTERNAL_H
#define HWC_INTERNAL_H

#include <linux/hwcontainer.h>
#include <linux/kref.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/ratelimit_types.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#include "queue.h"

struct file;
struct hwc_blank_set;
struct genl_info;
struct hwc_devset;
struct hwc_domain;
struct hwc_group;
struct hwc_holder;
struct hwc_image;
struct hwc_line;
struct net;
struct sk_buff;

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
/**
 * struct hwc_signer - who has signed a file
 * @size: bytes of @id, 0 for nobody
 * @id: subject key identifier of the key
 */
struct hwc_signer {
	u8 size;
	u8 id[HWCONTAINER_SIGNER_MAX];
};

/* core.c: kinds and resources */

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

/* claim.c: who has what */

extern struct xarray hwc_claims;

/**
 * struct hwc_file - one file of a claim's image
 * @file: open file, until it is read
 * @max: most bytes that are taken
 * @wanted: a digest was asked for
 * @want: that digest
 * @must_read: what is loaded already will not do, whatever its digest
 * @signature: PKCS#7 over the bytes, until they are read, or NULL
 * @signature_size: bytes of it
 * @signer: who was found to have signed it
 * @function: what it computes, as lists said of @want: where groups count that, or 0
 * @blob: the bytes, from examine to the end of configure
 */
struct hwc_file {
	struct file *file;
	size_t max;
	bool wanted;
	u8 want[HWCONTAINER_DIGEST_LEN];
	bool must_read;
	void *signature;
	size_t signature_size;
	struct hwc_signer signer;
	unsigned int function;
	struct hwcontainer_blob blob;
};

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

/* grant.c: what a request gets */

/**
 * struct hwc_want - what a request asks of one resource
 * @resource: its name or an alias
 * @fd: file in each slot, or -1
 * @digest: digest in each slot, or NULL
 * @signature: signature of each file, or NULL
 * @signature_size: bytes of it
 */
struct hwc_want {
	const char *resource;
	int fd[HWCONTAINER_SLOTS];
	const u8 *digest[HWCONTAINER_SLOTS];
	const void *signature[HWCONTAINER_SLOTS];
	size_t signature_size[HWCONTAINER_SLOTS];
};

/**
 * struct hwc_txn - what all the claims of a request have in common
 * @serial: number of the request
 * @holder: whose they will be
 * @asker: where the request is from
 * @domain: what they are charged to
 * @admin: one of the host's administrators asks for them
 * @container: id of the container, or NULL
 * @flags: enum hwcontainer_claim_flags
 * @priority: larger is more important
 * @wait: milliseconds that it may wait for what others have
 */
struct hwc_txn {
	u64 serial;
	struct hwc_holder *holder;
	struct hwc_domain *asker;
	struct hwc_domain *domain;
	bool admin;
	const char *container;
	u32 flags;
	s32 priority;
	u32 wait;
};

struct hwcontainer_claim *hwc_claim_grant_locked(const struct hwc_txn *txn,
						 const struct hwc_want *want,
						 struct netlink_ext_ack *extack);
void hwc_claim_revoke_locked(struct hwcontainer_claim *claim);
void hwc_claim_start_locked(struct hwcontainer_claim *claim);
int hwc_claim_check_images_locked(struct hwcontainer_claim *claim, struct hwc_group *group,
				  struct hwc_domain *domain, struct netlink_ext_ack *extack);
bool hwc_claim_would_load_locked(struct hwcontainer_claim *claim);
int hwc_claim_set_function_locked(struct hwcontainer_claim *claim, unsigned int function,
				  struct netlink_ext_ack *extack);
int hwc_claim_acquire_locked(struct hwcontainer_claim *claim, struct netlink_ext_ack *extack);
int hwc_refuse_busy_locked(const struct hwcontainer_resource *res, const struct hwc_domain *asks,
			   u64 txn, struct netlink_ext_ack *extack);

/* wait.c: claims that wait for their resource */

void hwc_wait_init(struct hwcontainer_resource *res);
void hwc_wait_exit(struct hwcontainer_resource *res);
void hwc_wait_patience(struct work_struct *work);
unsigned long hwc_wait_left(u64 until);
int hwc_wait_begin_locked(struct hwcontainer_claim *claim, u32 ms, struct netlink_ext_ack *extack);
void hwc_wait_fail_locked(struct hwcontainer_claim *claim, int err, char *message);
void hwc_wait_end_locked(struct hwcontainer_claim *claim);
void hwc_wait_serve_locked(struct hwcontainer_resource *res);
void hwc_wait_serve_all_locked(void);
void hwc_wait_retry_locked(void);
unsigned int hwc_wait_position_locked(const struct hwcontainer_claim *claim);

/* preempt.c: claims that make room for more important ones */

void hwc_preempt_work(struct work_struct *work);
void hwc_preempt_review_locked(struct hwcontainer_resource *res);
void hwc_preempt_forget_locked(struct hwcontainer_claim *claim);
unsigned int hwc_preempt_left_locked(const struct hwcontainer_claim *claim);

/* holder.c: what a claim's life hangs on */

/**
 * struct hwc_holder - something whose death ends its claims
 * @type: what it is
 * @refs: claims that hang on it, and whoever is using it; freed at 0 where
 *	it is a process
 * @dead: it holds nothing any more
 * @claims: those claims
 * @domain: of a file: where it was opened, or NULL when that has ended
 * @in_domain: in the domain's files
 */
struct hwc_holder {
	enum hwcontainer_holder type;
	unsigned int refs;
	bool dead;
	struct list_head claims;
	struct hwc_domain *domain;
	struct list_head in_domain;
};

extern struct hwc_holder hwc_nobody;

void hwc_holder_init(struct hwc_holder *holder, enum hwcontainer_holder type);
void hwc_holder_get_locked(struct hwc_holder *holder);
void hwc_holder_put_locked(struct hwc_holder *holder);
void hwc_holder_die(struct hwc_holder *holder);
struct hwc_holder *hwc_holder_from_pidfd(int fd, struct netlink_ext_ack *extack);
struct net *hwc_holder_net(struct hwc_holder *holder);
u32 hwc_holder_pid(struct hwc_holder *holder);
bool hwc_holder_is_current(struct hwc_holder *holder);

/* handover.c: from one holder to another */

/**
 * struct hwc_move - a claim on its way
 * @claim: the claim
 * @from: what it was charged to; to no group where it stays charged to that
 */
struct hwc_move {
	struct hwcontainer_claim *claim;
	struct hwc_charge from;
};

/**
 * struct hwc_handover - claims that are handed over together
 * @holder: whose they will be
 * @domain: where that is
 * @asker: where the request is from
 * @admin: one of the host's administrators asks for it
 * @n: how many
 * @move: those
 */
struct hwc_handover {
	struct hwc_holder *holder;
	struct hwc_domain *domain;
	struct hwc_domain *asker;
	bool admin;
	unsigned int n;
	struct hwc_move move[] __counted_by(n);
};

int hwc_handover_locked(struct hwc_handover *h, struct netlink_ext_ack *extack);

/* domain.c: the network namespaces that claims are charged to */

/**
 * struct hwc_domain - a network namespace
 * @net: the namespace, which is not held
 * @serial: its number, which no other one gets; not 0
 * @claims: charged to it, until they are released
 * @group: what its claims are charged to from now on
 * @in_group: in the group's domains
 * @events: number of the last event for it; core lock
 * @holder: claims that end with it and with nothing else
 * @files: open /dev/hwcontainer that were opened here
 */
struct hwc_domain {
	struct net *net;
	u64 serial;
	struct list_head claims;
	struct hwc_group *group;
	struct list_head in_group;
	u64 events;
	struct hwc_holder holder;
	struct list_head files;
};

int hwc_domain_init(void);
void hwc_domain_exit(void);
struct hwc_domain *hwc_domain_of(const struct net *net);
struct hwc_domain *hwc_domain_current(void);
bool hwc_domain_current_on_host(void);
bool hwc_domain_current_is_admin(void);
bool hwc_domain_is_host(const struct hwc_domain *domain);
bool hwc_domain_sees(const struct hwc_domain *domain, const struct hwcontainer_claim *claim);
u32 hwc_domain_inum(const struct hwc_domain *domain);
struct hwc_holder *hwc_domain_holder(struct hwc_domain *domain);
int hwc_domain_check_look_locked(const struct hwc_domain *domain, bool admin,
				 struct netlink_ext_ack *extack);
int hwc_domain_check_change_locked(struct hwc_domain *domain, bool admin,
				   struct netlink_ext_ack *extack);
int hwc_domain_check_charge_locked(struct hwc_domain *domain, bool admin,
				   const struct hwc_domain *to, struct netlink_ext_ack *extack);

/* group.c: the tree of limits */

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

/* image-list.c: lists of images */

enum hwc_line_type {
	HWC_LINE_ANY,
	HWC_LINE_DIGEST,
	HWC_LINE_SIGNER,
};

/*
 * Longest line: what it is, in hexadecimal digits, of what, computing what; with spaces, newline
 * and NUL.
 */
#define HWC_LINE_MAX (32 + 2 * HWCONTAINER_SIGNER_MAX + HWCONTAINER_NAME_MAX + HWC_FUNCTION_MAX)

/**
 * struct hwc_line - a line of a list
 * @in_list: in the list
 * @type: what it is about
 * @size: bytes of @id
 * @id: digest of an image, or key identifier of a signer
 * @function: name of what the image computes, or ""
 * @slot: where groups count that, from when the line is in a list; or 0
 * @resource: name of the resource that it is for, or "" for all
 */
struct hwc_line {
	struct list_head in_list;
	enum hwc_line_type type;
	u8 size;
	u8 id[HWCONTAINER_SIGNER_MAX];
	char function[HWC_FUNCTION_MAX + 1];
	unsigned int slot;
	char resource[];
};

/**
 * struct hwc_image - a file of an image, as lists know it
 * @res: where it is, or is to be loaded
 * @digest: SHA-256 of it, or NULL where that is not known
 * @signer: who has signed it
 */
struct hwc_image {
	const struct hwcontainer_resource *res;
	const u8 *digest;
	struct hwc_signer signer;
};

struct hwc_line *hwc_line_parse(char *text);
int hwc_line_print(const struct hwc_line *line, char *page, size_t room);
bool hwc_line_same(const struct hwc_line *a, const struct hwc_line *b);
bool hwc_lines_have_locked(const struct list_head *lines, const struct hwc_image *image);
int hwc_lines_take_slots_locked(struct list_head *lines);
unsigned int hwc_lines_function_locked(const struct list_head *lines,
				       const struct hwc_image *image);
void hwc_lines_free(struct list_head *lines);
struct hwc_image hwc_image_of(const struct hwcontainer_claim *claim, enum hwcontainer_slot slot);
void hwc_images_revoke_locked(const struct hwc_group *group, const struct hwc_line *line);
void hwc_resource_keep_left_locked(struct hwcontainer_resource *res,
				   const struct hwcontainer_claim *claim);
void hwc_resource_take_left_locked(struct hwcontainer_resource *res,
				   struct hwcontainer_claim *claim);

/* groupfs.c: groups in configfs */

#if IS_ENABLED(CONFIG_CONFIGFS_FS)
int hwc_groupfs_init(void);
void hwc_groupfs_exit(void);
#else
static inline int hwc_groupfs_init(void)
{
	return 0;
}

static inline void hwc_groupfs_exit(void)
{
}
#endif

/* image.c: the files of an image */

int hwc_image_init(void);
void hwc_image_exit(void);
int hwc_file_open(struct hwc_file *f, const struct hwc_want *want, enum hwcontainer_slot slot,
		  const struct hwcontainer_kind *kind, struct netlink_ext_ack *extack);
int hwc_file_read(struct hwcontainer_claim *claim, enum hwcontainer_slot slot);
void hwc_file_close(struct hwc_file *f);
const char *hwc_slot_name(enum hwcontainer_slot slot);
int hwc_file_get(int fd, size_t max, const char *what, struct file **file,
		 struct netlink_ext_ack *extack);
int hwc_blob_read(struct file *file, size_t max, struct hwcontainer_blob *blob);

/* blank.c: what a resource is left with */

/**
 * struct hwc_blank - an image with nothing in it
 * @ref: one for the resource, one for whoever loads it
 * @blob: its bytes
 * @priv: what the kind's check has found out
 */
struct hwc_blank {
	struct kref ref;
	struct hwcontainer_blob blob;
	u8 priv[] __aligned(sizeof(u64));
};

int hwc_blank_set_locked(struct hwcontainer_resource *res, int fd, struct netlink_ext_ack *extack);
void hwc_blank_forget_locked(struct hwcontainer_resource *res);
struct hwc_blank *hwc_blank_get(struct hwcontainer_resource *res);
void hwc_blank_put(struct hwc_blank *blank);

/* device.c: what exists because of a claim */

/**
 * struct hwc_node - a device node
 * @in_device: in the device's nodes
 * @path: below /dev
 * @block: block device
 * @devt: numbers
 */
struct hwc_node {
	struct list_head in_device;
	bool block;
	dev_t devt;
	char path[];
};

/**
 * struct hwc_window - a range of registers
 * @name: from the device tree, or NULL
 * @start: physical address
 * @size: bytes
 */
struct hwc_window {
	char *name;
	u64 start;
	u64 size;
};

/**
 * struct hwc_device - a device as it was when it was reported
 * @in_set: in the set
 * @name: on its bus
 * @driver: that it is bound to, or NULL
 * @of_path: its device-tree node, or NULL
 * @nodes: its device nodes
 * @window: its registers, @n_windows of them
 * @irq: its interrupts, @n_irq of them
 */
struct hwc_device {
	struct list_head in_set;
	char *name;
	char *driver;
	char *of_path;
	struct list_head nodes;
	struct hwc_window *window;
	unsigned int n_windows;
	u32 *irq;
	unsigned int n_irq;
};

/* The devices of an image: counted, and not changed once it is shared. */
struct hwc_devset {
	struct kref ref;
	struct list_head devices;
};

struct hwc_devset *hwc_devset_get(struct hwc_devset *set);
void hwc_devset_put(struct hwc_devset *set);

/* netlink.c: the wire, requests */

int hwc_netlink_init(void);
void hwc_netlink_exit(void);

/* netlink-holder.c: the wire, holders */

/**
 * struct hwc_nl_holder - the holder a request names, for as long as it runs
 * @holder: the holder
 * @file: keeps it, where it is an open file
 * @net: keeps the namespace that the request names or a process is in, or NULL
 */
struct hwc_nl_holder {
	struct hwc_holder *holder;
	struct file *file;
	struct net *net;
};

int hwc_nl_holder_get(struct genl_info *info, struct hwc_domain *asker, struct hwc_nl_holder *h);
void hwc_nl_holder_put(struct hwc_nl_holder *h);
int hwc_nl_holder_locate(struct genl_info *info, struct hwc_nl_holder *h);
int hwc_nl_holder_check_locked(struct genl_info *info, const struct hwc_holder *holder);
struct hwc_domain *hwc_nl_holder_domain_locked(const struct hwc_nl_holder *h,
					       struct hwc_domain *asker);

/* netlink-msg.c: the wire, messages */

/* What is said of an object depends on who reads it. */
typedef int (*hwc_fill_fn)(struct sk_buff *msg, void *object, const struct hwc_domain *reader);

int hwc_resource_fill_locked(struct sk_buff *msg, void *object, const struct hwc_domain *reader);
int hwc_claim_fill_locked(struct sk_buff *msg, void *object, const struct hwc_domain *reader);
int hwc_claim_fill_place_locked(struct sk_buff *msg, void *object,
				const struct hwc_domain *reader);
int hwc_claim_fill_devices_locked(struct sk_buff *msg, void *object,
				  const struct hwc_domain *reader);
int hwc_claim_fill_all_locked(struct sk_buff *msg, void *object, const struct hwc_domain *reader);
struct sk_buff *hwc_nl_one_locked(u32 portid, u32 seq, u8 cmd, hwc_fill_fn fill, void *object,
				  const struct hwc_domain *reader);
void hwc_resource_ntf_locked(struct hwcontainer_resource *res, bool gone);
void hwc_claim_ntf_locked(struct hwcontainer_claim *claim);
void hwc_group_ntf_locked(const struct hwc_group *group, struct hwc_domain *asker,
			  enum hwcontainer_group_event what, const char *kind, u64 count);
void hwc_claim_left_ntf_locked(struct hwcontainer_claim *claim, struct hwc_domain *domain);

/* cdev.c: /dev/hwcontainer */

int hwc_cdev_init(void);
void hwc_cdev_exit(void);
struct hwc_holder *hwc_holder_from_file(struct file *file);

/* fdt.c: flattened device trees, before anything else looks at them */

/* Nodes inside each other in an overlay, counted from its root. */
#define HWC_FDT_DEPTH 16

/* Room for any sentence on an overlay, with its NUL. */
#define HWC_WHY 192

int hwc_fdt_check(const void *fdt, size_t size, char *why, size_t room);

/* overlay.c: overlays, ours confined to a region and others kept out of it */

/**
 * struct hwc_guard - a region whose part of the device tree is ours
 * @in_guards: in the list of guards, while it is guarded
 * @np: the region's node
 * @assign: its devices are for a virtual machine; of the worker that guards it
 */
struct hwc_guard {
	struct list_head in_guards;
	struct device_node *np;
	bool assign;
};

int hwc_overlay_init(void);
void hwc_overlay_exit(void);
void hwc_guard_on(struct hwc_guard *guard, bool assign);
void hwc_guard_off(struct hwc_guard *guard);
bool hwc_guard_assigns(const struct device_node *np);
void hwc_overlay_barrier(void);
int hwc_overlay_check(const struct hwc_guard *guard, const void *fdt, size_t size, bool assign,
		      char *why);
int hwc_overlay_apply(struct hwc_guard *guard, const void *fdt, size_t size, int *id, char *why);
int hwc_overlay_remove(struct hwc_guard *guard, int *id);

/* overdue.c: steps of hardware that take longer than they may */

/**
 * struct hwc_overdue - a watch over a worker's steps
 * @fail: fails the claims that wait for the step
 * @doing: what the step is, or NULL while there is none; core lock
 * @began: when it began, in jiffies
 * @cpu: that it is done on
 * @late: it takes longer than it may; core lock
 * @work: runs out then, and again and again
 */
struct hwc_overdue {
	void (*fail)(struct hwc_overdue *o, unsigned int ms);
	const char *doing;
	unsigned long began;
	unsigned int cpu;
	bool late;
	struct delayed_work work;
};

void hwc_overdue_init(struct hwc_overdue *o, void (*fail)(struct hwc_overdue *o, unsigned int ms));
void hwc_overdue_begin(struct hwc_overdue *o, const char *doing, unsigned int timeout);
void hwc_overdue_end(struct hwc_overdue *o);
unsigned int hwc_overdue_ms_locked(const struct hwc_overdue *o);

/* firmware-file.c: firmware for frameworks that take it by name */

int hwc_firmware_put(const char *name, const void *data, size_t size);
void hwc_firmware_remove(const char *name);

/* rproc.c: remote processors */

#if IS_ENABLED(CONFIG_REMOTEPROC)
int hwc_rproc_init(void);
void hwc_rproc_exit(void);
#else
static inline int hwc_rproc_init(void)
{
	return 0;
}

static inline void hwc_rproc_exit(void)
{
}
#endif

/* region.c: FPGA regions */

#if IS_ENABLED(CONFIG_FPGA_REGION) && IS_ENABLED(CONFIG_OF_OVERLAY)
int hwc_region_init(void);
void hwc_region_exit(void);
#else
static inline int hwc_region_init(void)
{
	return 0;
}

static inline void hwc_region_exit(void)
{
}
#endif

#endif /* HWC_INTERNAL_H */
