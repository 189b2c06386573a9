// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/hwcontainer.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "netlink_gen.h"

#include <uapi/linux/hwcontainer.h>

/* Common nested types */
const struct nla_policy hwcontainer_request_nl_policy[HWCONTAINER_A_REQUEST_OVERLAY_SIGNATURE + 1] = {
	[HWCONTAINER_A_REQUEST_RESOURCE] = { .type = NLA_NUL_STRING, .len = HWCONTAINER_NAME_MAX, },
	[HWCONTAINER_A_REQUEST_IMAGE_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[HWCONTAINER_A_REQUEST_OVERLAY_FD] = NLA_POLICY_MIN(NLA_S32, 0),
	[HWCONTAINER_A_REQUEST_IMAGE_DIGEST] = NLA_POLICY_EXACT_LEN(HWCONTAINER_DIGEST_LEN),
	[HWCONTAINER_A_REQUEST_OVERLAY_DIGEST] = NLA_POLICY_EXACT_LEN(HWCONTAINER_DIGEST_LEN),
	[HWCONTAINER_A_REQUEST_IMAGE_SIGNATURE] = { .type = NLA_BINARY, },
	[HWCONTAINER_A_REQUEST_OVERLAY_SIGNATURE] = { .type = NLA_BINARY, },
};

/* HWCONTAINER_CMD_RESOURCE_GET - do */
static const struct nla_policy hwcontainer_resource_get_nl_policy[HWCONTAINER_A_RESOURCE_NAME + 1] = {
	[HWCONTAINER_A_RESOURCE_ID] = { .type = NLA_U32, },
	[HWCONTAINER_A_RESOURCE_NAME] = { .type = NLA_NUL_STRING, .len = HWCONTAINER_NAME_MAX, },
};

/* HWCONTAINER_CMD_CLAIM_GET - do */
static const struct nla_policy hwcontainer_claim_get_nl_policy[HWCONTAINER_A_CLAIM_ID + 1] = {
	[HWCONTAINER_A_CLAIM_ID] = { .type = NLA_U32, },
};

/* HWCONTAINER_CMD_CLAIM_NEW - do */
static const struct nla_policy hwcontainer_claim_new_nl_policy[HWCONTAINER_A_TXN_NETNS + 1] = {
	[HWCONTAINER_A_TXN_REQUEST] = NLA_POLICY_NESTED(hwcontainer_request_nl_policy),
	[HWCONTAINER_A_TXN_HOLDER_FILE] = NLA_POLICY_MIN(NLA_S32, 0),
	[HWCONTAINER_A_TXN_HOLDER_PIDFD] = NLA_POLICY_MIN(NLA_S32, 0),
	[HWCONTAINER_A_TXN_CONTAINER] = { .type = NLA_NUL_STRING, .len = HWCONTAINER_CONTAINER_MAX, },
	[HWCONTAINER_A_TXN_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0x1f),
	[HWCONTAINER_A_TXN_PRIORITY] = { .type = NLA_S32, },
	[HWCONTAINER_A_TXN_WAIT] = NLA_POLICY_MIN(NLA_U32, 1),
	[HWCONTAINER_A_TXN_NETNS] = NLA_POLICY_MIN(NLA_S32, 0),
};

/* HWCONTAINER_CMD_CLAIM_HANDOVER - do */
static const struct nla_policy hwcontainer_claim_handover_nl_policy[HWCONTAINER_A_TXN_NETNS + 1] = {
	[HWCONTAINER_A_TXN_CLAIM_ID] = { .type = NLA_U32, },
	[HWCONTAINER_A_TXN_HOLDER_FILE] = NLA_POLICY_MIN(NLA_S32, 0),
	[HWCONTAINER_A_TXN_HOLDER_PIDFD] = NLA_POLICY_MIN(NLA_S32, 0),
	[HWCONTAINER_A_TXN_NETNS] = NLA_POLICY_MIN(NLA_S32, 0),
};

/* HWCONTAINER_CMD_CLAIM_DEL - do */
static const struct nla_policy hwcontainer_claim_del_nl_policy[HWCONTAINER_A_TXN_CLAIM_ID + 1] = {
	[HWCONTAINER_A_TXN_CLAIM_ID] = { .type = NLA_U32, },
};

/* HWCONTAINER_CMD_RESOURCE_SET - do */
static const struct nla_policy hwcontainer_resource_set_nl_policy[HWCONTAINER_A_RESOURCE_BLANK_FD + 1] = {
	[HWCONTAINER_A_RESOURCE_ID] = { .type = NLA_U32, },
	[HWCONTAINER_A_RESOURCE_NAME] = { .type = NLA_NUL_STRING, .len = HWCONTAINER_NAME_MAX, },
	[HWCONTAINER_A_RESOURCE_BLANK_FD] = { .type = NLA_S32, },
};

/* Ops table for hwcontainer */
static const struct genl_split_ops hwcontainer_nl_ops[] = {
	{
		.cmd	= HWCONTAINER_CMD_NOOP,
		.doit	= hwcontainer_nl_noop_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= HWCONTAINER_CMD_INFO_GET,
		.doit	= hwcontainer_nl_info_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HWCONTAINER_CMD_RESOURCE_GET,
		.pre_doit	= hwc_nl_pre_resource,
		.doit		= hwcontainer_nl_resource_get_doit,
		.post_doit	= hwc_nl_post_unlock,
		.policy		= hwcontainer_resource_get_nl_policy,
		.maxattr	= HWCONTAINER_A_RESOURCE_NAME,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= HWCONTAINER_CMD_RESOURCE_GET,
		.dumpit	= hwcontainer_nl_resource_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= HWCONTAINER_CMD_CLAIM_GET,
		.pre_doit	= hwc_nl_pre_claim,
		.doit		= hwcontainer_nl_claim_get_doit,
		.post_doit	= hwc_nl_post_unlock,
		.policy		= hwcontainer_claim_get_nl_policy,
		.maxattr	= HWCONTAINER_A_CLAIM_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= HWCONTAINER_CMD_CLAIM_GET,
		.dumpit	= hwcontainer_nl_claim_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= HWCONTAINER_CMD_CLAIM_NEW,
		.pre_doit	= hwc_nl_pre_change,
		.doit		= hwcontainer_nl_claim_new_doit,
		.policy		= hwcontainer_claim_new_nl_policy,
		.maxattr	= HWCONTAINER_A_TXN_NETNS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HWCONTAINER_CMD_CLAIM_HANDOVER,
		.pre_doit	= hwc_nl_pre_change,
		.doit		= hwcontainer_nl_claim_handover_doit,
		.policy		= hwcontainer_claim_handover_nl_policy,
		.maxattr	= HWCONTAINER_A_TXN_NETNS,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HWCONTAINER_CMD_CLAIM_DEL,
		.pre_doit	= hwc_nl_pre_change,
		.doit		= hwcontainer_nl_claim_del_doit,
		.policy		= hwcontainer_claim_del_nl_policy,
		.maxattr	= HWCONTAINER_A_TXN_CLAIM_ID,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= HWCONTAINER_CMD_RESOURCE_SET,
		.pre_doit	= hwc_nl_pre_resource,
		.doit		= hwcontainer_nl_resource_set_doit,
		.post_doit	= hwc_nl_post_unlock,
		.policy		= hwcontainer_resource_set_nl_policy,
		.maxattr	= HWCONTAINER_A_RESOURCE_BLANK_FD,
		.flags		= GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group hwcontainer_nl_mcgrps[] = {
	[HWCONTAINER_NLGRP_EVENTS] = { "events", },
};

struct genl_family hwcontainer_nl_family __ro_after_init = {
	.name		= HWCONTAINER_FAMILY_NAME,
	.version	= HWCONTAINER_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= hwcontainer_nl_ops,
	.n_split_ops	= ARRAY_SIZE(hwcontainer_nl_ops),
	.mcgrps		= hwcontainer_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(hwcontainer_nl_mcgrps),
};
