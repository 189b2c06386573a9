// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: the wire, the holder that a request names and the namespace it is in.
 */
#include <linux/file.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "core.h"
#include "domain.h"
#include "holder.h"
#include "netlink.h"

static int hwc_nl_holder_file_get(struct genl_info *info, int fd, struct hwc_nl_holder *h)
{
	h->file = fget(fd);
	if (!h->file)
		return hwc_refuse(info->extack, -EBADF, "%d is no open file descriptor", fd);
	h->holder = hwc_holder_from_file(h->file);
	if (h->holder)
		return 0;
	fput(h->file);
	return hwc_refuse(info->extack, -EBADF, "file descriptor %d is not /dev/hwcontainer", fd);
}

static int hwc_nl_netns_get(struct genl_info *info, struct hwc_nl_holder *h)
{
	struct nlattr *netns = info->attrs[HWCONTAINER_A_TXN_NETNS];

	if (!netns)
		return 0;
	h->net = get_net_ns_by_fd(nla_get_s32(netns));
	if (!IS_ERR(h->net))
		return 0;
	return hwc_refuse(info->extack, PTR_ERR(h->net),
			  "file descriptor %d is no network namespace", nla_get_s32(netns));
}

/*
 * Nobody, when the request names no holder: then the claims end with the namespace that it
 * names, or with the asker's.
 */
int hwc_nl_holder_get(struct genl_info *info, struct hwc_domain *asker, struct hwc_nl_holder *h)
{
	struct nlattr *file = info->attrs[HWCONTAINER_A_TXN_HOLDER_FILE];
	struct nlattr *pidfd = info->attrs[HWCONTAINER_A_TXN_HOLDER_PIDFD];
	int ret;

	*h = (struct hwc_nl_holder){};
	if (file && pidfd)
		return hwc_refuse(info->extack, -EINVAL,
				  "a claim is held by a file or by a process, not by both");
	ret = hwc_nl_netns_get(info, h);
	if (ret)
		return ret;
	if (file) {
		ret = hwc_nl_holder_file_get(info, nla_get_s32(file), h);
	} else if (pidfd) {
		h->holder = hwc_holder_from_pidfd(nla_get_s32(pidfd), info->extack);
		ret = PTR_ERR_OR_ZERO(h->holder);
	} else {
		h->holder = hwc_domain_holder(h->net ? hwc_domain_of(h->net) : asker);
	}
	if (ret && h->net)
		put_net(h->net);
	return ret;
}

void hwc_nl_holder_put(struct hwc_nl_holder *h)
{
	if (h->file)
		fput(h->file);
	if (h->holder->type == HWCONTAINER_HOLDER_PROCESS) {
		mutex_lock(&hwc_lock);
		hwc_holder_put_locked(h->holder);
		mutex_unlock(&hwc_lock);
	}
	if (h->net)
		put_net(h->net);
}

/* The process may have died since its pidfd was looked at. */
int hwc_nl_holder_check_locked(struct genl_info *info, const struct hwc_holder *holder)
{
	lockdep_assert_held(&hwc_lock);
	if (holder->dead)
		return hwc_refuse(info->extack, -ESRCH, "the process has exited");
	return 0;
}

/* Claims go where their new holder is; it is kept there as long as the request runs. */
int hwc_nl_holder_locate(struct genl_info *info, struct hwc_nl_holder *h)
{
	bool process = h->holder->type == HWCONTAINER_HOLDER_PROCESS;

	if (h->net && (h->file || process))
		return hwc_refuse(info->extack, -EINVAL,
				  "claims are handed to a holder or to a namespace, not to both");
	if (!process)
		return 0;
	h->net = hwc_holder_net(h->holder);
	if (h->net)
		return 0;
	return hwc_refuse(info->extack, -ESRCH, "the process has exited");
}

/* The new holder's. Core lock held; it keeps that of a file. */
struct hwc_domain *hwc_nl_holder_domain_locked(const struct hwc_nl_holder *h,
					       struct hwc_domain *asker)
{
	if (h->net)
		return hwc_domain_of(h->net);
	return h->file ? h->holder->domain : asker;
}
