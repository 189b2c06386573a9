// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests, as the module answers them. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include "model.h"

#define GROUP 1
#define REQUESTS_MAX 64

static uint32_t last_txn;

/* Attributes: the last one of a kind counts. */

static int keep(const struct nlattr *attr, void *data)
{
	const struct nlattr **table = data;

	if (mnl_attr_get_type(attr) < __HWCONTAINER_A_CLAIM_MAX)
		table[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

struct table {
	const struct nlattr *attr[__HWCONTAINER_A_CLAIM_MAX];
};

static struct table table_of(const struct request *request)
{
	struct table table = { 0 };

	mnl_attr_parse(request->nlh, sizeof(struct genlmsghdr), keep, table.attr);
	return table;
}

static uint32_t number(const struct table *table, int type, uint32_t otherwise)
{
	const struct nlattr *attr = table->attr[type];

	return attr && !mnl_attr_validate(attr, MNL_TYPE_U32) ? mnl_attr_get_u32(attr) : otherwise;
}

static const char *word(const struct table *table, int type)
{
	const struct nlattr *attr = table->attr[type];

	return attr && !mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) ? mnl_attr_get_str(attr) : "";
}

/* Commands: 0 when they have answered, 1 when an ack is left to do, or -errno */

static int tell_family(const struct request *request)
{
	struct nlmsghdr *nlh = wire_begin(request, GENL_ID_CTRL, 0, CTRL_CMD_NEWFAMILY);
	struct nlattr *groups, *group;

	mnl_attr_put_u16(nlh, CTRL_ATTR_FAMILY_ID, FAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, HWCONTAINER_FAMILY_NAME);
	groups = mnl_attr_nest_start(nlh, CTRL_ATTR_MCAST_GROUPS);
	group = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_u32(nlh, CTRL_ATTR_MCAST_GRP_ID, GROUP);
	mnl_attr_put_strz(nlh, CTRL_ATTR_MCAST_GRP_NAME, HWCONTAINER_MCGRP_EVENTS);
	mnl_attr_nest_end(nlh, group);
	mnl_attr_nest_end(nlh, groups);
	wire_put(request->peer, nlh);
	return 0;
}

static int tell(const struct request *request, uint8_t cmd, fill_fn fill, const void *object)
{
	uint16_t flags = request->nlh->nlmsg_flags & NLM_F_DUMP ? NLM_F_MULTI : 0;
	struct nlmsghdr *nlh = wire_begin(request, FAMILY, flags, cmd);

	fill(nlh, object);
	wire_put(request->peer, nlh);
	return 0;
}

static int tell_cores(struct request *request)
{
	struct table table = table_of(request);
	const char *name = word(&table, HWCONTAINER_A_RESOURCE_NAME);
	const struct core *core = core_named(name);

	if (request->nlh->nlmsg_flags & NLM_F_DUMP) {
		for (core = cores; core; core = core->next)
			tell(request, HWCONTAINER_CMD_RESOURCE_GET, fill_core, core);
		return wire_put_done(request);
	}
	if (core)
		return tell(request, HWCONTAINER_CMD_RESOURCE_GET, fill_core, core);
	return refuse(request, -ENOENT, "there is no resource %s", name);
}

static int tell_claims(struct request *request)
{
	struct table table = table_of(request);
	uint32_t id = number(&table, HWCONTAINER_A_CLAIM_ID, 0);
	const struct claim *claim = claim_find(id);

	if (request->nlh->nlmsg_flags & NLM_F_DUMP) {
		for (claim = claims; claim; claim = claim->next)
			tell(request, HWCONTAINER_CMD_CLAIM_GET, fill_claim, claim);
		return wire_put_done(request);
	}
	if (claim)
		return tell(request, HWCONTAINER_CMD_CLAIM_GET, fill_claim, claim);
	return refuse(request, -ENOENT, "there is no claim %u", id);
}

static int hold(struct request *request, struct claim *claim, const struct table *table)
{
	if (table->attr[HWCONTAINER_A_TXN_HOLDER_FILE])
		return claim_hold_file(request, claim,
				       number(table, HWCONTAINER_A_TXN_HOLDER_FILE, -1));
	return claim_hold(request, claim, number(table, HWCONTAINER_A_TXN_HOLDER_PIDFD, -1));
}

static struct claim *grant(struct request *request, const struct nlattr *attr,
			   const struct table *txn)
{
	struct claim like = {
		.txn = last_txn,
		.flags = number(txn, HWCONTAINER_A_TXN_FLAGS, 0),
		.priority = number(txn, HWCONTAINER_A_TXN_PRIORITY, 0),
	};
	struct table table = { 0 };
	struct claim *claim;

	mnl_attr_parse_nested(attr, keep, table.attr);
	snprintf(like.container, sizeof(like.container), "%s",
		 word(txn, HWCONTAINER_A_TXN_CONTAINER));
	claim = claim_grant(request, &like, word(&table, HWCONTAINER_A_REQUEST_RESOURCE),
			    number(&table, HWCONTAINER_A_REQUEST_IMAGE_FD, -1));
	if (claim && hold(request, claim, txn)) {
		claim_end(claim);
		claim = NULL;
	}
	return claim;
}

static void put_grants(const struct request *request, struct claim **granted, size_t count)
{
	struct nlmsghdr *nlh = wire_begin(request, FAMILY, 0, HWCONTAINER_CMD_CLAIM_NEW);

	for (size_t i = 0; i < count; i++) {
		struct nlattr *nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_TXN_GRANT);

		mnl_attr_put_u32(nlh, HWCONTAINER_A_GRANT_ID, granted[i]->id);
		mnl_attr_put_u32(nlh, HWCONTAINER_A_GRANT_STATE, granted[i]->state);
		mnl_attr_nest_end(nlh, nest);
	}
	wire_put(request->peer, nlh);
}

/* All or none; the answer comes before the work, as the module's does. */
static int new_claims(struct request *request)
{
	struct claim *granted[REQUESTS_MAX];
	struct table table = table_of(request);
	const struct nlattr *attr;
	size_t count = 0;

	last_txn++;
	mnl_attr_for_each(attr, request->nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != HWCONTAINER_A_TXN_REQUEST)
			continue;
		granted[count] = count < REQUESTS_MAX - 1 ? grant(request, attr, &table) : NULL;
		if (!granted[count]) {
			while (count)
				claim_end(granted[--count]);
			return request->err;
		}
		count++;
	}
	put_grants(request, granted, count);
	for (size_t i = 0; i < count; i++)
		claim_start(granted[i]);
	return 0;
}

/* Every claim that is named, or none. */
static int each_claim(struct request *request, bool end)
{
	struct table table = table_of(request);
	const struct nlattr *attr;
	struct claim *claim;
	int err = 0;

	for (int act = 0; act < 2; act++) {
		mnl_attr_for_each(attr, request->nlh, sizeof(struct genlmsghdr)) {
			if (mnl_attr_get_type(attr) != HWCONTAINER_A_TXN_CLAIM_ID)
				continue;
			claim = claim_find(mnl_attr_get_u32(attr));
			if (!claim && !act)
				return refuse(request, -ENOENT, "there is no claim %u",
					      mnl_attr_get_u32(attr));
			if (claim && act && end)
				claim_end(claim);
			else if (claim && act && !err)
				err = hold(request, claim, &table);
		}
	}
	return err ? err : 1;
}

static int do_command(struct request *request)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(request->nlh);

	if (mnl_nlmsg_get_payload_len(request->nlh) < sizeof(*genl))
		return -EINVAL;
	if (request->nlh->nlmsg_type == GENL_ID_CTRL)
		return tell_family(request);
	switch (genl->cmd) {
	case HWCONTAINER_CMD_NOOP:
		return 1;
	case HWCONTAINER_CMD_INFO_GET:
		return tell(request, genl->cmd, fill_info, NULL);
	case HWCONTAINER_CMD_RESOURCE_GET:
		return tell_cores(request);
	case HWCONTAINER_CMD_CLAIM_GET:
		return tell_claims(request);
	case HWCONTAINER_CMD_CLAIM_NEW:
		return new_claims(request);
	case HWCONTAINER_CMD_CLAIM_HANDOVER:
		return each_claim(request, false);
	case HWCONTAINER_CMD_CLAIM_DEL:
		return each_claim(request, true);
	default:
		return -EOPNOTSUPP;
	}
}

void command_answer(struct request *request)
{
	int result = do_command(request);

	if (result)
		wire_put_result(request, result < 0 ? result : 0);
}
