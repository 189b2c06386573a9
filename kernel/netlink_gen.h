/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/hwcontainer.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_HWCONTAINER_GEN_H
#define _LINUX_HWCONTAINER_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/hwcontainer.h>

/* Common nested types */
extern const struct nla_policy hwcontainer_request_nl_policy[HWCONTAINER_A_REQUEST_OVERLAY_SIGNATURE + 1];

int hwc_nl_pre_resource(const struct genl_split_ops *ops, struct sk_buff *skb,
			struct genl_info *info);
int hwc_nl_pre_claim(const struct genl_split_ops *ops, struct sk_buff *skb,
		     struct genl_info *info);
int hwc_nl_pre_change(const struct genl_split_ops *ops, struct sk_buff *skb,
		      struct genl_info *info);
void
hwc_nl_post_unlock(const struct genl_split_ops *ops, struct sk_buff *skb,
		   struct genl_info *info);

int hwcontainer_nl_noop_doit(struct sk_buff *skb, struct genl_info *info);
int hwcontainer_nl_info_get_doit(struct sk_buff *skb, struct genl_info *info);
int hwcontainer_nl_resource_get_doit(struct sk_buff *skb,
				     struct genl_info *info);
int hwcontainer_nl_resource_get_dumpit(struct sk_buff *skb,
				       struct netlink_callback *cb);
int hwcontainer_nl_claim_get_doit(struct sk_buff *skb, struct genl_info *info);
int hwcontainer_nl_claim_get_dumpit(struct sk_buff *skb,
				    struct netlink_callback *cb);
int hwcontainer_nl_claim_new_doit(struct sk_buff *skb, struct genl_info *info);
int hwcontainer_nl_claim_handover_doit(struct sk_buff *skb,
				       struct genl_info *info);
int hwcontainer_nl_claim_del_doit(struct sk_buff *skb, struct genl_info *info);
int hwcontainer_nl_resource_set_doit(struct sk_buff *skb,
				     struct genl_info *info);

enum {
	HWCONTAINER_NLGRP_EVENTS,
};

extern struct genl_family hwcontainer_nl_family;

#endif /* _LINUX_HWCONTAINER_GEN_H */
