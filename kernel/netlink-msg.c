// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: the wire, messages about resources, claims and groups.
 */
#include <linux/sizes.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "blank.h"
#include "claim.h"
#include "core.h"
#include "device.h"
#include "domain.h"
#include "group.h"
#include "holder.h"
#include "image.h"
#include "netlink.h"
#include "netlink_gen.h"
#include "wait.h"

static int hwc_nl_fill_digest(struct sk_buff *msg, int attr, bool known, const u8 *digest)
{
	return known ? nla_put(msg, attr, HWCONTAINER_DIGEST_LEN, digest) : 0;
}

static int hwc_nl_fill_string(struct sk_buff *msg, int attr, const char *text)
{
	return text && *text ? nla_put_string(msg, attr, text) : 0;
}

static int hwc_nl_fill_aliases(struct sk_buff *msg, const struct hwcontainer_resource *res)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = hwc_resource_alias(res, i)); i++)
		if (nla_put_string(msg, HWCONTAINER_A_RESOURCE_ALIAS, name))
			return -EMSGSIZE;
	return 0;
}

/* Who holds an exclusive resource. */
static int hwc_nl_fill_tenant(struct sk_buff *msg, const struct hwcontainer_claim *claim)
{
	return nla_put_u32(msg, HWCONTAINER_A_RESOURCE_CLAIM_ID, claim->id) ?:
	       hwc_nl_fill_string(msg, HWCONTAINER_A_RESOURCE_CONTAINER, claim->container);
}

/* What is loaded, and why that failed or stays; @why is of the blank image. */
static int hwc_nl_fill_load(struct sk_buff *msg, const struct hwcontainer_resource_info *info,
			    const char *why)
{
	const char *what = *why ? why : info->note;

	return hwc_nl_fill_digest(msg, HWCONTAINER_A_RESOURCE_IMAGE_DIGEST,
				  info->has_digest[HWCONTAINER_IMAGE],
				  info->digest[HWCONTAINER_IMAGE]) ?:
	       hwc_nl_fill_digest(msg, HWCONTAINER_A_RESOURCE_OVERLAY_DIGEST,
				  info->has_digest[HWCONTAINER_OVERLAY],
				  info->digest[HWCONTAINER_OVERLAY]) ?:
	       hwc_nl_fill_string(msg, HWCONTAINER_A_RESOURCE_MESSAGE,
				  info->failed[0] ? info->failed : what);
}

static int hwc_nl_fill_blank(struct sk_buff *msg, const struct hwcontainer_resource *res)
{
	const struct hwc_blank *blank = res->blank;

	return hwc_nl_fill_digest(msg, HWCONTAINER_A_RESOURCE_BLANK_DIGEST, blank,
				  blank ? blank->blob.digest : NULL) ?:
	       (res->blank_error ?
			nla_put_u32(msg, HWCONTAINER_A_RESOURCE_BLANK_ERROR, res->blank_error) : 0);
}

/* Until a tenant is ready, what is loaded may be what the last one left. */
static bool hwc_nl_has_loaded(const struct hwcontainer_claim *tenant)
{
	return tenant->on_hw && tenant->state == HWCONTAINER_CLAIM_STATE_READY;
}

/* The host hears it all; others, what they have and what they loaded. */
int hwc_resource_fill_locked(struct sk_buff *msg, void *object,
			     const struct hwc_domain *reader)
{
	struct hwcontainer_resource *res = object;
	const struct hwcontainer_claim *tenant;
	struct hwcontainer_resource_info info;
	bool host, own;
	int ret;

	tenant = res->capacity == 1 ? hwc_resource_tenant_locked(res) : NULL;
	own = tenant && hwc_domain_sees(reader, tenant);
	host = hwc_domain_is_host(reader);

	hwc_resource_describe(res, &info);
	ret = nla_put_u32(msg, HWCONTAINER_A_RESOURCE_ID, res->id) ?:
	      nla_put_string(msg, HWCONTAINER_A_RESOURCE_NAME, hwcontainer_resource_name(res)) ?:
	      hwc_nl_fill_aliases(msg, res) ?:
	      nla_put_string(msg, HWCONTAINER_A_RESOURCE_KIND, res->kind->name) ?:
	      nla_put_u32(msg, HWCONTAINER_A_RESOURCE_STATE, hwc_resource_state(res, &info)) ?:
	      nla_put_u32(msg, HWCONTAINER_A_RESOURCE_CAPACITY, res->capacity) ?:
	      nla_put_u32(msg, HWCONTAINER_A_RESOURCE_IN_USE, res->in_use) ?:
	      hwc_nl_fill_string(msg, HWCONTAINER_A_RESOURCE_CONTROLLER, info.controller);
	if (!ret && (host || (own && hwc_nl_has_loaded(tenant))))
		ret = hwc_nl_fill_load(msg, &info, host ? res->blank_why : "");
	if (!ret && host)
		ret = hwc_nl_fill_blank(msg, res);
	if (!ret && own)
		ret = hwc_nl_fill_tenant(msg, tenant);
	if (!ret && res->queue.length)
		ret = nla_put_u32(msg, HWCONTAINER_A_RESOURCE_WAITING, res->queue.length);
	if (!ret && info.has_device_id)
		ret = nla_put_u32(msg, HWCONTAINER_A_RESOURCE_DEVICE_ID, info.device_id);
	return ret;
}

static int hwc_nl_fill_node(struct sk_buff *msg, const struct hwc_node *node)
{
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_DEVICE_NODE);

	if (!nest ||
	    nla_put_string(msg, HWCONTAINER_A_NODE_PATH, node->path) ||
	    nla_put_u32(msg, HWCONTAINER_A_NODE_TYPE,
			node->block ? HWCONTAINER_NODE_TYPE_BLOCK : HWCONTAINER_NODE_TYPE_CHAR) ||
	    nla_put_u32(msg, HWCONTAINER_A_NODE_MAJOR, MAJOR(node->devt)) ||
	    nla_put_u32(msg, HWCONTAINER_A_NODE_MINOR, MINOR(node->devt)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int hwc_nl_fill_window(struct sk_buff *msg, const struct hwc_window *window)
{
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_DEVICE_WINDOW);

	if (!nest ||
	    hwc_nl_fill_string(msg, HWCONTAINER_A_WINDOW_NAME, window->name) ||
	    nla_put_uint(msg, HWCONTAINER_A_WINDOW_START, window->start) ||
	    nla_put_uint(msg, HWCONTAINER_A_WINDOW_SIZE, window->size))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int hwc_nl_fill_windows(struct sk_buff *msg, const struct hwc_device *d)
{
	unsigned int i;

	for (i = 0; i < d->n_windows; i++)
		if (hwc_nl_fill_window(msg, &d->window[i]))
			return -EMSGSIZE;
	return 0;
}

static int hwc_nl_fill_clock(struct sk_buff *msg, const struct hwc_clock *clock)
{
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_DEVICE_CLOCK);

	if (!nest ||
	    nla_put_string(msg, HWCONTAINER_A_CLOCK_OF_PATH, clock->of_path) ||
	    nla_put_u32(msg, HWCONTAINER_A_CLOCK_INDEX, clock->index) ||
	    nla_put_uint(msg, HWCONTAINER_A_CLOCK_RATE, clock->rate))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int hwc_nl_fill_device(struct sk_buff *msg, const struct hwc_device *d, bool windows)
{
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_CLAIM_DEVICE);
	const struct hwc_clock *clock;
	const struct hwc_node *node;
	unsigned int i;

	if (!nest ||
	    nla_put_string(msg, HWCONTAINER_A_DEVICE_NAME, d->name) ||
	    hwc_nl_fill_string(msg, HWCONTAINER_A_DEVICE_DRIVER, d->driver) ||
	    hwc_nl_fill_string(msg, HWCONTAINER_A_DEVICE_OF_PATH, d->of_path))
		return -EMSGSIZE;
	list_for_each_entry(node, &d->nodes, in_device)
		if (hwc_nl_fill_node(msg, node))
			return -EMSGSIZE;
	if (windows && hwc_nl_fill_windows(msg, d))
		return -EMSGSIZE;
	for (i = 0; i < d->n_irq; i++)
		if (nla_put_u32(msg, HWCONTAINER_A_DEVICE_IRQ, d->irq[i]))
			return -EMSGSIZE;
	list_for_each_entry(clock, &d->clocks, in_device)
		if (hwc_nl_fill_clock(msg, clock))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int hwc_nl_fill_devices(struct sk_buff *msg, const struct hwc_devset *set, bool windows)
{
	const struct hwc_device *d;

	if (!set)
		return 0;
	list_for_each_entry(d, &set->devices, in_set)
		if (hwc_nl_fill_device(msg, d, windows))
			return -EMSGSIZE;
	return 0;
}

static int hwc_nl_fill_timings(struct sk_buff *msg, const struct hwcontainer_claim *claim)
{
	struct nlattr *nest;
	u64 time;
	u32 stage;

	for (stage = 1; stage < ARRAY_SIZE(claim->done); stage++) {
		time = READ_ONCE(claim->done[stage]);
		if (!time)
			continue;
		nest = nla_nest_start(msg, HWCONTAINER_A_CLAIM_TIMING);
		if (!nest ||
		    nla_put_u32(msg, HWCONTAINER_A_TIMING_STAGE, stage) ||
		    nla_put_uint(msg, HWCONTAINER_A_TIMING_TIME, time))
			return -EMSGSIZE;
		nla_nest_end(msg, nest);
	}
	return 0;
}

/* Numbers of processes are the host's. */
static int hwc_nl_fill_holder(struct sk_buff *msg, struct hwc_holder *holder,
			      const struct hwc_domain *reader)
{
	u32 pid = hwc_domain_is_host(reader) ? hwc_holder_pid(holder) : 0;

	if (!holder)
		return 0;
	return nla_put_u32(msg, HWCONTAINER_A_CLAIM_HOLDER, holder->type) ?:
	       (pid ? nla_put_u32(msg, HWCONTAINER_A_CLAIM_HOLDER_PID, pid) : 0);
}

static int hwc_nl_fill_failure(struct sk_buff *msg, const struct hwcontainer_claim *claim)
{
	if (!claim->error)
		return 0;
	return nla_put_u32(msg, HWCONTAINER_A_CLAIM_ERROR, -claim->error) ?:
	       hwc_nl_fill_string(msg, HWCONTAINER_A_CLAIM_MESSAGE, claim->message);
}

static int hwc_nl_fill_claim_digests(struct sk_buff *msg, const struct hwcontainer_claim *claim)
{
	const struct hwc_file *image = &claim->file[HWCONTAINER_IMAGE];
	const struct hwc_file *overlay = &claim->file[HWCONTAINER_OVERLAY];

	return hwc_nl_fill_digest(msg, HWCONTAINER_A_CLAIM_IMAGE_DIGEST,
				  image->wanted || image->blob.has_digest,
				  image->wanted ? image->want : image->blob.digest) ?:
	       hwc_nl_fill_digest(msg, HWCONTAINER_A_CLAIM_OVERLAY_DIGEST,
				  overlay->wanted || overlay->blob.has_digest,
				  overlay->wanted ? overlay->want : overlay->blob.digest);
}

static int hwc_nl_fill_signer(struct sk_buff *msg, int attr, const struct hwc_signer *signer)
{
	return signer->size ? nla_put(msg, attr, signer->size, signer->id) : 0;
}

static int hwc_nl_fill_signers(struct sk_buff *msg, const struct hwcontainer_claim *claim)
{
	return hwc_nl_fill_signer(msg, HWCONTAINER_A_CLAIM_IMAGE_SIGNER,
				  &claim->file[HWCONTAINER_IMAGE].signer) ?:
	       hwc_nl_fill_signer(msg, HWCONTAINER_A_CLAIM_OVERLAY_SIGNER,
				  &claim->file[HWCONTAINER_OVERLAY].signer);
}

static int hwc_nl_fill_domain(struct sk_buff *msg, const struct hwc_domain *domain)
{
	return domain ? nla_put_u32(msg, HWCONTAINER_A_CLAIM_NETNS, hwc_domain_inum(domain)) : 0;
}

static int hwc_nl_fill_notice(struct sk_buff *msg, const struct hwcontainer_claim *claim)
{
	unsigned int ms = hwc_preempt_left_locked(claim);

	return ms ? nla_put_u32(msg, HWCONTAINER_A_CLAIM_TAKEN_IN, ms) : 0;
}

/* Which claim it is, and of what. */
static int hwc_nl_fill_claim(struct sk_buff *msg, const struct hwcontainer_claim *claim,
			     enum hwcontainer_claim_state state)
{
	const struct hwcontainer_resource *res = claim->res;

	return nla_put_u32(msg, HWCONTAINER_A_CLAIM_ID, claim->id) ?:
	       nla_put_u32(msg, HWCONTAINER_A_CLAIM_STATE, state) ?:
	       nla_put_u32(msg, HWCONTAINER_A_CLAIM_RESOURCE_ID, res->id) ?:
	       nla_put_string(msg, HWCONTAINER_A_CLAIM_RESOURCE, hwcontainer_resource_name(res)) ?:
	       nla_put_string(msg, HWCONTAINER_A_CLAIM_KIND, res->kind->name) ?:
	       hwc_nl_fill_string(msg, HWCONTAINER_A_CLAIM_CONTAINER, claim->container);
}

int hwc_claim_fill_locked(struct sk_buff *msg, void *object, const struct hwc_domain *reader)
{
	struct hwcontainer_claim *claim = object;

	return hwc_nl_fill_claim(msg, claim, claim->state) ?:
	       hwc_nl_fill_domain(msg, claim->domain) ?:
	       hwc_nl_fill_holder(msg, claim->holder, reader) ?:
	       nla_put_u32(msg, HWCONTAINER_A_CLAIM_FLAGS, claim->flags) ?:
	       nla_put_s32(msg, HWCONTAINER_A_CLAIM_PRIORITY, claim->priority) ?:
	       hwc_nl_fill_claim_digests(msg, claim) ?:
	       hwc_nl_fill_signers(msg, claim) ?:
	       hwc_nl_fill_timings(msg, claim) ?:
	       hwc_nl_fill_failure(msg, claim) ?:
	       nla_put_uint(msg, HWCONTAINER_A_CLAIM_AGE, ktime_get_ns() - claim->start) ?:
	       hwc_nl_fill_notice(msg, claim);
}

/* What is said where somebody asks: in each notification positions would cost too much. */
int hwc_claim_fill_place_locked(struct sk_buff *msg, void *object, const struct hwc_domain *reader)
{
	unsigned int position = hwc_wait_position_locked(object);

	return hwc_claim_fill_locked(msg, object, reader) ?:
	       (position ? nla_put_u32(msg, HWCONTAINER_A_CLAIM_POSITION, position) : 0);
}

int hwc_claim_fill_devices_locked(struct sk_buff *msg, void *object,
				  const struct hwc_domain *reader)
{
	struct hwcontainer_claim *claim = object;

	return hwc_claim_fill_place_locked(msg, claim, reader) ?:
	       hwc_nl_fill_devices(msg, claim->devices, false);
}

int hwc_claim_fill_all_locked(struct sk_buff *msg, void *object,
			      const struct hwc_domain *reader)
{
	struct hwcontainer_claim *claim = object;

	return hwc_claim_fill_place_locked(msg, claim, reader) ?:
	       hwc_nl_fill_devices(msg, claim->devices, true);
}

/*
 * A message about one object, in the smallest buffer out of a few sizes that
 * takes it: a claim with many devices is large, and rare.
 */
struct sk_buff *hwc_nl_one_locked(u32 portid, u32 seq, u8 cmd, hwc_fill_fn fill,
				  void *object, const struct hwc_domain *reader)
{
	size_t size = GENLMSG_DEFAULT_SIZE;
	struct sk_buff *msg;
	void *hdr;

	for (; size <= SZ_1M; size *= 4) {
		msg = genlmsg_new(size, GFP_KERNEL);
		if (!msg)
			return NULL;
		hdr = genlmsg_put(msg, portid, seq, &hwcontainer_nl_family, 0, cmd);
		if (hdr && !fill(msg, object, reader)) {
			genlmsg_end(msg, hdr);
			return msg;
		}
		nlmsg_free(msg);
	}
	return NULL;
}

/**
 * struct hwc_nl_event - something that people are told of
 * @cmd: of the messages
 * @seq: attribute for the number of the event
 * @fill: says the rest
 * @object: what it is about
 */
struct hwc_nl_event {
	u8 cmd;
	int seq;
	hwc_fill_fn fill;
	void *object;
};

static int hwc_nl_fill_event(struct sk_buff *msg, void *object, const struct hwc_domain *listener)
{
	const struct hwc_nl_event *event = object;

	return nla_put_uint(msg, event->seq, listener->events) ?:
	       event->fill(msg, event->object, listener);
}

/*
 * Numbered before anything is made of it: what could not be made or delivered is missing
 * in the listener's numbers.
 */
static void hwc_nl_tell(struct hwc_domain *listener, struct hwc_nl_event *event)
{
	struct sk_buff *msg;

	lockdep_assert_held(&hwc_lock);
	listener->events++;
	if (!genl_has_listeners(&hwcontainer_nl_family, listener->net, HWCONTAINER_NLGRP_EVENTS))
		return;
	msg = hwc_nl_one_locked(0, 0, event->cmd, hwc_nl_fill_event, event, listener);
	if (msg)
		genlmsg_multicast_netns(&hwcontainer_nl_family, listener->net, msg, 0,
					HWCONTAINER_NLGRP_EVENTS, GFP_KERNEL);
}

/* The host, and @domain, which may be NULL. */
static void hwc_nl_tell_both(struct hwc_domain *domain, struct hwc_nl_event *event)
{
	struct hwc_domain *host = hwc_domain_of(&init_net);

	hwc_nl_tell(host, event);
	if (domain && domain != host)
		hwc_nl_tell(domain, event);
}

void hwc_resource_ntf_locked(struct hwcontainer_resource *res, bool gone)
{
	struct hwc_nl_event event = {
		.cmd = gone ? HWCONTAINER_CMD_RESOURCE_DEL_NTF : HWCONTAINER_CMD_RESOURCE_ADD_NTF,
		.seq = HWCONTAINER_A_RESOURCE_SEQ,
		.fill = hwc_resource_fill_locked,
		.object = res,
	};

	hwc_nl_tell(hwc_domain_of(&init_net), &event);
}

void hwc_claim_ntf_locked(struct hwcontainer_claim *claim)
{
	struct hwc_nl_event event = {
		.cmd = HWCONTAINER_CMD_CLAIM_NTF,
		.seq = HWCONTAINER_A_CLAIM_SEQ,
		.fill = hwc_claim_fill_locked,
		.object = claim,
	};

	hwc_nl_tell_both(claim->domain, &event);
}

/**
 * struct hwc_nl_group - what happened in a group
 * @group: that group
 * @event: what
 * @kind: of the resource, or NULL
 * @count: how often by now
 */
struct hwc_nl_group {
	const struct hwc_group *group;
	enum hwcontainer_group_event event;
	const char *kind;
	u64 count;
};

/* "web/a", written from its end. */
static int hwc_nl_fill_path(struct sk_buff *msg, int attr, const struct hwc_group *group)
{
	const struct hwc_group *at;
	struct nlattr *nla;
	size_t len = 0;
	char *end;

	for (at = group; at->parent; at = at->parent)
		len += strlen(at->name) + 1;
	nla = nla_reserve(msg, attr, len);
	if (!nla)
		return -EMSGSIZE;
	end = nla_data(nla) + len;
	for (at = group; at->parent; at = at->parent) {
		len = strlen(at->name);
		*--end = at == group ? '\0' : '/';
		end -= len;
		memcpy(end, at->name, len);
	}
	return 0;
}

/* What is above a group is the host's. */
static int hwc_nl_fill_group(struct sk_buff *msg, void *object, const struct hwc_domain *reader)
{
	const struct hwc_nl_group *told = object;
	bool path = told->group->parent && hwc_domain_is_host(reader);

	return (path ? hwc_nl_fill_path(msg, HWCONTAINER_A_GROUP_NAME, told->group) :
		       nla_put_string(msg, HWCONTAINER_A_GROUP_NAME, told->group->name)) ?:
	       hwc_nl_fill_string(msg, HWCONTAINER_A_GROUP_KIND, told->kind) ?:
	       nla_put_u32(msg, HWCONTAINER_A_GROUP_EVENT, told->event) ?:
	       nla_put_uint(msg, HWCONTAINER_A_GROUP_COUNT, told->count);
}

void hwc_group_ntf_locked(const struct hwc_group *group, struct hwc_domain *asker,
			  enum hwcontainer_group_event what, const char *kind, u64 count)
{
	struct hwc_nl_group told = {
		.group = group,
		.event = what,
		.kind = kind,
		.count = count,
	};
	struct hwc_nl_event event = {
		.cmd = HWCONTAINER_CMD_GROUP_NTF,
		.seq = HWCONTAINER_A_GROUP_SEQ,
		.fill = hwc_nl_fill_group,
		.object = &told,
	};

	hwc_nl_tell_both(asker, &event);
}

/* There it has ended, and its number is no longer valid. */
static int hwc_claim_fill_left_locked(struct sk_buff *msg, void *object,
				      const struct hwc_domain *reader)
{
	return hwc_nl_fill_claim(msg, object, HWCONTAINER_CLAIM_STATE_RELEASED);
}

/* A claim is no longer seen from @domain; the host sees all. */
void hwc_claim_left_ntf_locked(struct hwcontainer_claim *claim, struct hwc_domain *domain)
{
	struct hwc_nl_event event = {
		.cmd = HWCONTAINER_CMD_CLAIM_NTF,
		.seq = HWCONTAINER_A_CLAIM_SEQ,
		.fill = hwc_claim_fill_left_locked,
		.object = claim,
	};

	if (!hwc_domain_is_host(domain))
		hwc_nl_tell(domain, &event);
}
