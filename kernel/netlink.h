/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: the wire. Sectioned by the file that defines it. */
#ifndef HWC_NETLINK_H
#define HWC_NETLINK_H

#include <linux/hwcontainer.h>

struct file;
struct genl_info;
struct hwc_domain;
struct hwc_group;
struct hwc_holder;
struct net;
struct sk_buff;

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

#endif /* HWC_NETLINK_H */
