// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: the wire, requests. Only the netlink files see attributes.
 *
 * Requests run with genl's lock held for reading, which a waiting writer turns
 * into a stop for every family: nothing here waits for hardware or files.
 */
#include <linux/ctype.h>
#include <linux/file.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>
#include <net/sock.h>

#include "blank.h"
#include "claim.h"
#include "core.h"
#include "domain.h"
#include "grant.h"
#include "group.h"
#include "handover.h"
#include "netlink.h"
#include "netlink_gen.h"

/* Number of the last request that made claims. Core lock. */
static u64 hwc_txn_serial;

/* Names from a request end up in sentences, and those on terminals. */
static int hwc_nl_check_word(struct genl_info *info, const char *word, const char *what)
{
	for (; *word; word++)
		if (!isgraph(*word) || !isascii(*word))
			return hwc_refuse(info->extack, -EINVAL,
					  "the %s has a character that is not printable", what);
	return 0;
}

/* Attributes come in any order and may be missing: say which. */
static int hwc_nl_missing(struct genl_info *info, const char *what)
{
	return hwc_refuse(info->extack, -EINVAL, "the request has no %s", what);
}

/**
 * struct hwc_asker - who makes a request
 * @domain: what the request is made from
 * @admin: is one of the host's administrators: has CAP_SYS_ADMIN in the first user
 *	namespace, and had it when the socket was made, which is the host's or he is there
 */
struct hwc_asker {
	struct hwc_domain *domain;
	bool admin;
};

static struct hwc_asker hwc_nl_asker(struct sk_buff *skb, const struct net *net)
{
	bool host = net_eq(net, &init_net) || hwc_domain_current_on_host();

	return (struct hwc_asker){
		.domain = hwc_domain_of(net),
		.admin = host && netlink_capable(skb, CAP_SYS_ADMIN),
	};
}

/*
 * A socket speaks for the network namespace that it was made in. It can be passed
 * to other containers, and what it may do there is no more than they may.
 */
static int hwc_nl_check_place(const struct hwc_asker *asker, struct netlink_ext_ack *extack)
{
	if (asker->admin || asker->domain == hwc_domain_current())
		return 0;
	return hwc_refuse(extack, -EPERM, "the socket is from another network namespace");
}

/* Who may look at hardware? Core lock held. */
static int hwc_nl_check_look_locked(const struct hwc_asker *asker, struct netlink_ext_ack *extack)
{
	return hwc_nl_check_place(asker, extack) ?:
	       hwc_domain_check_look_locked(asker->domain, asker->admin, extack);
}

/*
 * Before anything of the request is looked at; its doit asks again with the lock that
 * it makes the change with. Leaves the asker in user_ptr, for hwc_nl_changer().
 */
int hwc_nl_pre_change(const struct genl_split_ops *ops, struct sk_buff *skb,
		      struct genl_info *info)
{
	struct hwc_asker asker = hwc_nl_asker(skb, genl_info_net(info));
	int ret = hwc_nl_check_place(&asker, info->extack);

	if (ret)
		return ret;
	mutex_lock(&hwc_lock);
	ret = hwc_domain_check_change_locked(asker.domain, asker.admin, info->extack);
	mutex_unlock(&hwc_lock);
	info->user_ptr[0] = asker.domain;
	info->user_ptr[1] = asker.admin ? asker.domain : NULL;
	return ret;
}

static struct hwc_asker hwc_nl_changer(const struct genl_info *info)
{
	return (struct hwc_asker){ .domain = info->user_ptr[0], .admin = info->user_ptr[1] };
}

/*
 * The two below leave the object that a request is about in user_ptr[0], locked,
 * for hwc_nl_post_unlock().
 */
int hwc_nl_pre_resource(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info)
{
	struct nlattr *id = info->attrs[HWCONTAINER_A_RESOURCE_ID];
	struct nlattr *name = info->attrs[HWCONTAINER_A_RESOURCE_NAME];
	struct hwc_asker asker = hwc_nl_asker(skb, genl_info_net(info));
	int ret;

	mutex_lock(&hwc_lock);
	ret = hwc_nl_check_look_locked(&asker, info->extack);
	if (!ret && !id == !name)
		ret = hwc_refuse(info->extack, -EINVAL, "give the id or the name of a resource");
	if (ret) {
		mutex_unlock(&hwc_lock);
		return ret;
	}
	info->user_ptr[0] = id ? xa_load(&hwc_resources, nla_get_u32(id)) :
				 hwc_resource_find(nla_data(name));
	if (info->user_ptr[0])
		return 0;
	mutex_unlock(&hwc_lock);
	if (id)
		return hwc_refuse(info->extack, -ENOENT, "there is no resource %u",
				  nla_get_u32(id));
	return hwc_nl_check_word(info, nla_data(name), "name of the resource") ?:
	       hwc_refuse(info->extack, -ENOENT, "there is no resource %s",
			  hwc_tail(nla_data(name), 50));
}

/* Of claims elsewhere nobody hears that they exist. */
static struct hwcontainer_claim *hwc_nl_claim_find_locked(const struct hwc_asker *asker, u32 id)
{
	struct hwcontainer_claim *claim = hwc_claim_find_locked(id);

	return claim && hwc_domain_sees(asker->domain, claim) ? claim : NULL;
}

int hwc_nl_pre_claim(const struct genl_split_ops *ops, struct sk_buff *skb,
		     struct genl_info *info)
{
	struct nlattr *id = info->attrs[HWCONTAINER_A_CLAIM_ID];
	struct hwc_asker asker = hwc_nl_asker(skb, genl_info_net(info));
	int ret;

	mutex_lock(&hwc_lock);
	ret = hwc_nl_check_look_locked(&asker, info->extack);
	if (!ret && !id)
		ret = hwc_nl_missing(info, "claim id");
	if (ret) {
		mutex_unlock(&hwc_lock);
		return ret;
	}
	info->user_ptr[0] = hwc_nl_claim_find_locked(&asker, nla_get_u32(id));
	if (info->user_ptr[0])
		return 0;
	mutex_unlock(&hwc_lock);
	return hwc_refuse(info->extack, -ENOENT, "there is no claim %u", nla_get_u32(id));
}

void hwc_nl_post_unlock(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info)
{
	mutex_unlock(&hwc_lock);
}

/*
 * A reply of @size bytes, filled by the caller. Larger ones than a page come
 * with many grants or devices.
 */
static struct sk_buff *hwc_nl_reply_new(struct genl_info *info, size_t size, void **hdr)
{
	struct sk_buff *msg = genlmsg_new(size, GFP_KERNEL);

	if (!msg)
		return NULL;
	*hdr = genlmsg_iput(msg, info);
	if (!*hdr) {
		nlmsg_free(msg);
		return NULL;
	}
	return msg;
}

int hwcontainer_nl_noop_doit(struct sk_buff *skb, struct genl_info *info)
{
	return 0;
}

static int hwc_nl_fill_kinds_locked(struct sk_buff *msg)
{
	const char *name;
	unsigned int i;

	for (i = 0; (name = hwc_kind_name(i)); i++)
		if (nla_put_string(msg, HWCONTAINER_A_INFO_KIND, name))
			return -EMSGSIZE;
	return 0;
}

int hwcontainer_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg;
	void *hdr;
	int ret;

	msg = hwc_nl_reply_new(info, GENLMSG_DEFAULT_SIZE, &hdr);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&hwc_lock);
	ret = nla_put_string(msg, HWCONTAINER_A_INFO_VERSION, HWC_VERSION) ?:
	      hwc_nl_fill_kinds_locked(msg) ?:
	      nla_put_uint(msg, HWCONTAINER_A_INFO_SEQ,
			   hwc_domain_of(genl_info_net(info))->events);
	mutex_unlock(&hwc_lock);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

static int hwc_nl_answer(struct genl_info *info, u8 cmd, hwc_fill_fn fill, void *object)
{
	struct sk_buff *msg = hwc_nl_one_locked(info->snd_portid, info->snd_seq, cmd, fill, object,
						hwc_domain_of(genl_info_net(info)));

	return msg ? genlmsg_reply(msg, info) : -ENOMEM;
}

int hwcontainer_nl_resource_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return hwc_nl_answer(info, HWCONTAINER_CMD_RESOURCE_GET, hwc_resource_fill_locked,
			     info->user_ptr[0]);
}

int hwcontainer_nl_resource_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hwc_asker asker = hwc_nl_asker(skb, genl_info_net(info));
	struct nlattr *fd = info->attrs[HWCONTAINER_A_RESOURCE_BLANK_FD];

	if (!asker.admin || !hwc_domain_is_host(asker.domain))
		return hwc_refuse(info->extack, -EPERM,
				  "a blank image is given by the host's CAP_SYS_ADMIN only");
	if (!fd)
		return hwc_nl_missing(info, "blank image");
	if (nla_get_s32(fd) < -1)
		return hwc_refuse(info->extack, -EBADF, "%d is no file descriptor",
				  nla_get_s32(fd));
	return hwc_blank_set_locked(info->user_ptr[0], nla_get_s32(fd), info->extack);
}

/* Where registers are is for those to know who may read /proc/iomem. */
int hwcontainer_nl_claim_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hwc_asker asker = hwc_nl_asker(skb, genl_info_net(info));
	hwc_fill_fn fill = asker.admin ? hwc_claim_fill_all_locked : hwc_claim_fill_devices_locked;

	return hwc_nl_answer(info, HWCONTAINER_CMD_CLAIM_GET, fill, info->user_ptr[0]);
}

/**
 * struct hwc_nl_table - what can be dumped
 * @objects: all there are
 * @generation: changes when one comes or goes
 * @cmd: of the messages
 * @fill: fills one
 * @seen: whether its reader may know of an object, or NULL for all
 */
struct hwc_nl_table {
	struct xarray *objects;
	const unsigned int *generation;
	u8 cmd;
	hwc_fill_fn fill;
	bool (*seen)(const struct hwc_domain *reader, void *object);
};

static int hwc_nl_dump_locked(struct sk_buff *skb, struct netlink_callback *cb,
			      const struct hwc_nl_table *table, const struct hwc_domain *reader)
{
	unsigned long index;
	void *object, *hdr;
	int ret = 0;

	lockdep_assert_held(&hwc_lock);
	cb->seq = *table->generation;
	xa_for_each_start(table->objects, index, object, cb->args[0]) {
		if (table->seen && !table->seen(reader, object))
			continue;
		hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				  &hwcontainer_nl_family, NLM_F_MULTI, table->cmd);
		ret = hdr ? table->fill(skb, object, reader) : -EMSGSIZE;
		if (ret) {
			if (hdr)
				genlmsg_cancel(skb, hdr);
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
		cb->args[0] = index + 1;
	}
	return ret;
}

/* The one dumper: everything in @table, from where the last message stopped. */
static int hwc_nl_dump(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct hwc_nl_table *table)
{
	struct hwc_asker asker = hwc_nl_asker(cb->skb, sock_net(skb->sk));
	int ret;

	mutex_lock(&hwc_lock);
	ret = hwc_nl_check_look_locked(&asker, cb->extack) ?:
	      hwc_nl_dump_locked(skb, cb, table, asker.domain);
	mutex_unlock(&hwc_lock);
	return ret;
}

int hwcontainer_nl_resource_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const struct hwc_nl_table table = {
		.objects = &hwc_resources,
		.generation = &hwc_resource_generation,
		.cmd = HWCONTAINER_CMD_RESOURCE_GET,
		.fill = hwc_resource_fill_locked,
	};

	return hwc_nl_dump(skb, cb, &table);
}

static bool hwc_nl_claim_seen(const struct hwc_domain *reader, void *object)
{
	return hwc_domain_sees(reader, object);
}

int hwcontainer_nl_claim_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const struct hwc_nl_table table = {
		.objects = &hwc_claims,
		.generation = &hwc_claim_generation,
		.cmd = HWCONTAINER_CMD_CLAIM_GET,
		.fill = hwc_claim_fill_place_locked,
		.seen = hwc_nl_claim_seen,
	};

	return hwc_nl_dump(skb, cb, &table);
}

/* Every attribute of one type: the parser keeps only the last of them. */
#define hwc_nl_for_each(attr, info, type, rem) \
	nlmsg_for_each_attr_type(attr, type, (info)->nlhdr, GENL_HDRLEN, rem)

static unsigned int hwc_nl_count(struct genl_info *info, int type)
{
	struct nlattr *attr;
	unsigned int n = 0;
	int rem;

	hwc_nl_for_each(attr, info, type, rem)
		n++;
	return n;
}

static int hwc_nl_parse_want(struct nlattr *attr, struct hwc_want *want, struct genl_info *info)
{
	static const int fds[] = {
		[HWCONTAINER_IMAGE] = HWCONTAINER_A_REQUEST_IMAGE_FD,
		[HWCONTAINER_OVERLAY] = HWCONTAINER_A_REQUEST_OVERLAY_FD,
	};
	static const int digests[] = {
		[HWCONTAINER_IMAGE] = HWCONTAINER_A_REQUEST_IMAGE_DIGEST,
		[HWCONTAINER_OVERLAY] = HWCONTAINER_A_REQUEST_OVERLAY_DIGEST,
	};
	static const int signatures[] = {
		[HWCONTAINER_IMAGE] = HWCONTAINER_A_REQUEST_IMAGE_SIGNATURE,
		[HWCONTAINER_OVERLAY] = HWCONTAINER_A_REQUEST_OVERLAY_SIGNATURE,
	};
	struct nlattr *tb[HWCONTAINER_A_REQUEST_MAX + 1], *signature;
	int slot, ret;

	/* The policy was checked with the message. */
	ret = nla_parse_nested(tb, HWCONTAINER_A_REQUEST_MAX, attr, NULL, info->extack);
	if (ret)
		return ret;
	if (!tb[HWCONTAINER_A_REQUEST_RESOURCE])
		return hwc_nl_missing(info, "resource");
	want->resource = nla_data(tb[HWCONTAINER_A_REQUEST_RESOURCE]);
	for (slot = 0; slot < HWCONTAINER_SLOTS; slot++) {
		want->fd[slot] = tb[fds[slot]] ? nla_get_s32(tb[fds[slot]]) : -1;
		want->digest[slot] = tb[digests[slot]] ? nla_data(tb[digests[slot]]) : NULL;
		signature = tb[signatures[slot]];
		want->signature[slot] = signature ? nla_data(signature) : NULL;
		want->signature_size[slot] = signature ? nla_len(signature) : 0;
	}
	return hwc_nl_check_word(info, want->resource, "name of the resource");
}

static int hwc_nl_fill_grant(struct sk_buff *msg, const struct hwcontainer_claim *claim)
{
	struct nlattr *nest = nla_nest_start(msg, HWCONTAINER_A_TXN_GRANT);

	if (!nest ||
	    nla_put_u32(msg, HWCONTAINER_A_GRANT_ID, claim->id) ||
	    nla_put_u32(msg, HWCONTAINER_A_GRANT_STATE, claim->state))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static size_t hwc_nl_grant_size(void)
{
	return nla_total_size(nla_total_size(sizeof(u32)) + nla_total_size(sizeof(u32)));
}

/* Grant every request of the message, or none. */
static int hwc_nl_grant_all_locked(struct genl_info *info, const struct hwc_txn *txn,
				   struct hwcontainer_claim **claims, struct sk_buff *msg)
{
	struct hwc_want want;
	struct nlattr *attr;
	unsigned int n = 0;
	int rem, ret;

	hwc_nl_for_each(attr, info, HWCONTAINER_A_TXN_REQUEST, rem) {
		ret = hwc_nl_parse_want(attr, &want, info);
		if (ret)
			goto err_revoke;
		claims[n] = hwc_claim_grant_locked(txn, &want, info->extack);
		ret = PTR_ERR_OR_ZERO(claims[n]);
		if (ret)
			goto err_revoke;
		ret = hwc_nl_fill_grant(msg, claims[n++]);
		if (ret)
			goto err_revoke;
	}
	return 0;

err_revoke:
	NL_SET_BAD_ATTR(info->extack, attr);
	while (n--)
		hwc_claim_revoke_locked(claims[n]);
	return ret;
}

/*
 * The answer goes out before any work starts, so that it comes before the
 * notifications; where it cannot, there are no claims that nobody knows of.
 */
static int hwc_nl_claim_all_locked(struct genl_info *info, const struct hwc_txn *txn,
				   struct hwcontainer_claim **claims, unsigned int n,
				   struct sk_buff *msg, void *hdr)
{
	unsigned int i;
	int ret;

	ret = hwc_domain_check_change_locked(txn->asker, txn->admin, info->extack) ?:
	      hwc_domain_check_charge_locked(txn->asker, txn->admin, txn->domain, info->extack) ?:
	      hwc_nl_holder_check_locked(info, txn->holder) ?:
	      hwc_nl_grant_all_locked(info, txn, claims, msg);
	if (ret) {
		nlmsg_free(msg);
		return ret;
	}
	genlmsg_end(msg, hdr);
	ret = genlmsg_reply(msg, info);
	for (i = 0; i < n; i++) {
		if (ret)
			hwc_claim_revoke_locked(claims[i]);
		else
			hwc_claim_start_locked(claims[i]);
	}
	return ret;
}

/* Consumes @msg, a reply with room for @n grants. */
static int hwc_nl_claim_all(struct genl_info *info, const struct hwc_asker *asker,
			    const struct hwc_nl_holder *h, unsigned int n, struct sk_buff *msg,
			    void *hdr)
{
	struct nlattr *container = info->attrs[HWCONTAINER_A_TXN_CONTAINER];
	struct nlattr *flags = info->attrs[HWCONTAINER_A_TXN_FLAGS];
	struct nlattr *priority = info->attrs[HWCONTAINER_A_TXN_PRIORITY];
	struct nlattr *wait = info->attrs[HWCONTAINER_A_TXN_WAIT];
	struct hwc_txn txn = {
		.holder = h->holder,
		.asker = asker->domain,
		.domain = h->net ? hwc_domain_of(h->net) : asker->domain,
		.admin = asker->admin,
		.container = container ? nla_data(container) : NULL,
		.flags = flags ? nla_get_u32(flags) : 0,
		.priority = priority ? nla_get_s32(priority) : 0,
		.wait = wait ? nla_get_u32(wait) : 0,
	};
	struct hwcontainer_claim *one, **claims = &one;
	int ret;

	if (n > 1) {
		claims = kcalloc(n, sizeof(*claims), GFP_KERNEL);
		if (!claims) {
			nlmsg_free(msg);
			return -ENOMEM;
		}
	}

	mutex_lock(&hwc_lock);
	txn.serial = ++hwc_txn_serial;
	ret = hwc_nl_claim_all_locked(info, &txn, claims, n, msg, hdr);
	mutex_unlock(&hwc_lock);

	if (claims != &one)
		kfree(claims);
	return ret;
}

int hwcontainer_nl_claim_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	unsigned int n = hwc_nl_count(info, HWCONTAINER_A_TXN_REQUEST);
	struct nlattr *container = info->attrs[HWCONTAINER_A_TXN_CONTAINER];
	struct hwc_asker asker = hwc_nl_changer(info);
	struct hwc_nl_holder h;
	struct sk_buff *msg;
	void *hdr;
	int ret;

	if (!n)
		return hwc_nl_missing(info, "resource");
	if (n > HWCONTAINER_REQUESTS_MAX)
		return hwc_refuse(info->extack, -E2BIG,
				  "%u resources are asked for, %u are the most", n,
				  HWCONTAINER_REQUESTS_MAX);
	if (n > 1 && info->attrs[HWCONTAINER_A_TXN_WAIT])
		return hwc_refuse(info->extack, -EINVAL,
				  "%u resources are asked for; one that may wait asks for 1", n);
	ret = container ? hwc_nl_check_word(info, nla_data(container), "container id") : 0;
	if (ret)
		return ret;
	ret = hwc_nl_holder_get(info, asker.domain, &h);
	if (ret)
		return ret;
	msg = hwc_nl_reply_new(info, n * hwc_nl_grant_size(), &hdr);
	ret = msg ? hwc_nl_claim_all(info, &asker, &h, n, msg, hdr) : -ENOMEM;
	hwc_nl_holder_put(&h);
	return ret;
}

/* What an administrator claimed in a namespace is not for everybody there to end. */
static int hwc_nl_check_owner_locked(struct genl_info *info, const struct hwc_asker *asker,
				     const struct hwcontainer_claim *claim)
{
	if (asker->admin || !claim->admin)
		return 0;
	hwc_group_deny_locked(asker->domain->group, asker->domain, claim->res->kind->name);
	return hwc_refuse(info->extack, -EPERM, "claim %u was made with CAP_SYS_ADMIN", claim->id);
}

/*
 * Every claim the message names: checked first, so that all or none are done.
 * A claim that is ending is one no more, except that it may end twice.
 */
static int hwc_nl_check_claims_locked(struct genl_info *info, const struct hwc_asker *asker,
				      bool may_end)
{
	struct hwcontainer_claim *claim;
	struct nlattr *attr;
	int rem, ret;

	ret = hwc_domain_check_change_locked(asker->domain, asker->admin, info->extack);
	if (ret)
		return ret;
	hwc_nl_for_each(attr, info, HWCONTAINER_A_TXN_CLAIM_ID, rem) {
		claim = hwc_nl_claim_find_locked(asker, nla_get_u32(attr));
		if (claim && (may_end || !claim->ending))
			ret = hwc_nl_check_owner_locked(info, asker, claim);
		else
			ret = hwc_refuse(info->extack, -ENOENT, "there is no claim %u",
					 nla_get_u32(attr));
		if (ret)
			break;
	}
	if (ret)
		NL_SET_BAD_ATTR(info->extack, attr);
	return ret;
}

static int hwc_nl_handover_locked(struct genl_info *info, const struct hwc_asker *asker,
				  const struct hwc_nl_holder *holder, struct hwc_handover *h)
{
	struct nlattr *attr;
	unsigned int n = 0;
	int rem, ret;

	ret = hwc_nl_holder_check_locked(info, holder->holder) ?:
	      hwc_nl_check_claims_locked(info, asker, false);
	if (ret)
		return ret;
	h->holder = holder->holder;
	h->domain = hwc_nl_holder_domain_locked(holder, asker->domain);
	h->asker = asker->domain;
	h->admin = asker->admin;
	hwc_nl_for_each(attr, info, HWCONTAINER_A_TXN_CLAIM_ID, rem)
		h->move[n++].claim = hwc_claim_find_locked(nla_get_u32(attr));
	return hwc_handover_locked(h, info->extack);
}

static int hwc_nl_handover(struct genl_info *info, const struct hwc_asker *asker,
			   struct hwc_nl_holder *holder)
{
	unsigned int n = hwc_nl_count(info, HWCONTAINER_A_TXN_CLAIM_ID);
	struct hwc_handover *h;
	int ret = hwc_nl_holder_locate(info, holder);

	if (ret)
		return ret;
	h = kzalloc(struct_size(h, move, n), GFP_KERNEL);
	if (!h)
		return -ENOMEM;
	h->n = n;
	mutex_lock(&hwc_lock);
	ret = hwc_nl_handover_locked(info, asker, holder, h);
	mutex_unlock(&hwc_lock);
	kfree(h);
	return ret;
}

int hwcontainer_nl_claim_handover_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hwc_asker asker = hwc_nl_changer(info);
	struct hwc_nl_holder holder;
	int ret;

	if (!info->attrs[HWCONTAINER_A_TXN_CLAIM_ID])
		return hwc_nl_missing(info, "claim id");
	ret = hwc_nl_holder_get(info, asker.domain, &holder);
	if (ret)
		return ret;
	ret = hwc_nl_handover(info, &asker, &holder);
	hwc_nl_holder_put(&holder);
	return ret;
}

int hwcontainer_nl_claim_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct hwc_asker asker = hwc_nl_changer(info);
	struct hwcontainer_claim *claim;
	struct nlattr *attr;
	int rem, ret;

	if (!info->attrs[HWCONTAINER_A_TXN_CLAIM_ID])
		return hwc_nl_missing(info, "claim id");

	mutex_lock(&hwc_lock);
	ret = hwc_nl_check_claims_locked(info, &asker, true);
	hwc_nl_for_each(attr, info, HWCONTAINER_A_TXN_CLAIM_ID, rem) {
		if (ret)
			break;
		/* The same id twice: the first may have been the last of it. */
		claim = hwc_claim_find_locked(nla_get_u32(attr));
		if (claim)
			hwc_claim_end_locked(claim);
	}
	mutex_unlock(&hwc_lock);
	return ret;
}

int hwc_netlink_init(void)
{
	return genl_register_family(&hwcontainer_nl_family);
}

void hwc_netlink_exit(void)
{
	genl_unregister_family(&hwcontainer_nl_family);
}
