// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: domains, the network namespaces that claims are charged to.
 *
 * A domain is as old as its namespace and keeps no reference to it: one would keep
 * the namespace alive, whose end is to end its claims.
 */
#include <linux/capability.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "claim.h"
#include "core.h"
#include "domain.h"
#include "group.h"
#include "holder.h"

static unsigned int hwc_net_id __read_mostly;

/* Number of the domain that began last. Core lock. */
static u64 hwc_domain_serial;

/**
 * hwc_domain_of() - the domain of a network namespace
 * @net: a namespace that the caller keeps from ending
 *
 * Return: the domain.
 */
struct hwc_domain *hwc_domain_of(const struct net *net)
{
	return net_generic(net, hwc_net_id);
}

/* Where the calling process is, whatever the files are that it was given. */
struct hwc_domain *hwc_domain_current(void)
{
	return hwc_domain_of(current->nsproxy->net_ns);
}

/*
 * Whether the calling process is one of the host's, as far as its namespaces say: a
 * container with CAP_SYS_ADMIN in the first user namespace still is none.
 */
bool hwc_domain_current_on_host(void)
{
	return task_active_pid_ns(current) == &init_pid_ns ||
	       net_eq(current->nsproxy->net_ns, &init_net);
}

/* Whether the calling process is one of the host's administrators. */
bool hwc_domain_current_is_admin(void)
{
	return hwc_domain_current_on_host() && capable(CAP_SYS_ADMIN);
}

/* The first namespace is the host's. */
bool hwc_domain_is_host(const struct hwc_domain *domain)
{
	return net_eq(domain->net, &init_net);
}

/* A claim is seen from where it is charged, and from the host. */
bool hwc_domain_sees(const struct hwc_domain *domain, const struct hwcontainer_claim *claim)
{
	return domain == claim->domain || hwc_domain_is_host(domain);
}

/* The number that readlink /proc/PID/ns/net shows. */
u32 hwc_domain_inum(const struct hwc_domain *domain)
{
	return domain->net->ns.inum;
}

/* What a claim's life hangs on that nobody holds here; the host does not end. */
struct hwc_holder *hwc_domain_holder(struct hwc_domain *domain)
{
	return hwc_domain_is_host(domain) ? &hwc_nobody : &domain->holder;
}

/**
 * hwc_domain_check_look_locked() - may somebody look at hardware from here?
 * @domain: where the request is from
 * @admin: it is one of the host's administrators
 * @extack: receives the sentence
 *
 * Context: core lock held.
 * Return: 0 or -EPERM.
 */
int hwc_domain_check_look_locked(const struct hwc_domain *domain, bool admin,
				 struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&hwc_lock);
	if (admin || hwc_domain_is_host(domain) || domain->group->delegate ||
	    !list_empty(&domain->claims))
		return 0;
	return hwc_refuse(extack, -EPERM,
			  "hardware is handed out from the first network namespace only");
}

/**
 * hwc_domain_check_change_locked() - may somebody claim from here?
 * @domain: where the request is from
 * @admin: it is one of the host's administrators
 * @extack: receives the sentence
 *
 * Whoever has the hardware configured can master the bus, which is more than
 * CAP_NET_ADMIN says. Where a group delegates, anybody may, with images that it lists.
 *
 * Context: core lock held.
 * Return: 0 or -EPERM.
 */
int hwc_domain_check_change_locked(struct hwc_domain *domain, bool admin,
				   struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&hwc_lock);
	if (admin || domain->group->delegate)
		return 0;
	hwc_group_deny_locked(domain->group, domain, NULL);
	if (hwc_domain_is_host(domain))
		return hwc_refuse(extack, -EPERM, "configuring hardware needs CAP_SYS_ADMIN");
	return hwc_refuse(extack, -EPERM,
			  "hardware is handed out from the first network namespace only");
}

/**
 * hwc_domain_check_charge_locked() - may claims be charged there?
 * @domain: where the request is from
 * @admin: it is one of the host's administrators
 * @to: what they are to be charged to, or NULL where that has ended
 * @extack: receives the sentence
 *
 * Rights end at the border of a namespace, whatever file or process is at hand.
 *
 * Context: core lock held.
 * Return: 0, -EPERM or -ESRCH.
 */
int hwc_domain_check_charge_locked(struct hwc_domain *domain, bool admin,
				   const struct hwc_domain *to, struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&hwc_lock);
	if (!to)
		return hwc_refuse(extack, -ESRCH, "the holder's network namespace has ended");
	if (admin || to == domain)
		return 0;
	hwc_group_deny_locked(domain->group, domain, NULL);
	return hwc_refuse(extack, -EPERM,
			  "claims in another network namespace need CAP_SYS_ADMIN");
}

static int __net_init hwc_domain_begin(struct net *net)
{
	struct hwc_domain *domain = hwc_domain_of(net);

	domain->net = net;
	INIT_LIST_HEAD(&domain->claims);
	INIT_LIST_HEAD(&domain->files);
	hwc_holder_init(&domain->holder, HWCONTAINER_HOLDER_NAMESPACE);
	mutex_lock(&hwc_lock);
	domain->serial = ++hwc_domain_serial;
	hwc_group_move_locked(domain, &hwc_root);
	mutex_unlock(&hwc_lock);
	return 0;
}

/*
 * Nobody waits for hardware: claims that are still leaving it are the host's from
 * now on. Files that others have open hold what they hold.
 */
static void __net_exit hwc_domain_end(struct net *net)
{
	struct hwc_domain *domain = hwc_domain_of(net);
	struct hwcontainer_claim *claim, *next;
	struct hwc_holder *file, *next_file;

	mutex_lock(&hwc_lock);
	list_for_each_entry_safe(claim, next, &domain->claims, in_domain)
		hwc_claim_end_locked(claim);
	list_for_each_entry_safe(claim, next, &domain->claims, in_domain)
		hwc_claim_leave_domain_locked(claim);
	list_for_each_entry_safe(file, next_file, &domain->files, in_domain) {
		list_del_init(&file->in_domain);
		file->domain = NULL;
	}
	hwc_group_move_locked(domain, NULL);
	mutex_unlock(&hwc_lock);
}

static struct pernet_operations hwc_domain_ops = {
	.init = hwc_domain_begin,
	.exit = hwc_domain_end,
	.id = &hwc_net_id,
	.size = sizeof(struct hwc_domain),
};

int hwc_domain_init(void)
{
	return register_pernet_subsys(&hwc_domain_ops);
}

void hwc_domain_exit(void)
{
	unregister_pernet_subsys(&hwc_domain_ops);
}
