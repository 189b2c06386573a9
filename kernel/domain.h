/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: the network namespaces that claims are charged to. */
#ifndef HWC_DOMAIN_H
#define HWC_DOMAIN_H

#include <linux/hwcontainer.h>
#include <linux/list.h>

#include "holder.h"

struct hwc_group;
struct net;
struct netlink_ext_ack;

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

#endif /* HWC_DOMAIN_H */
