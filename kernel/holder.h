/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what a claim's life hangs on. */
#ifndef HWC_HOLDER_H
#define HWC_HOLDER_H

#include <linux/hwcontainer.h>
#include <linux/list.h>

struct file;
struct hwc_domain;
struct net;
struct netlink_ext_ack;

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

/* cdev.c: /dev/hwcontainer */

int hwc_cdev_init(void);
void hwc_cdev_exit(void);
struct hwc_holder *hwc_holder_from_file(struct file *file);

#endif /* HWC_HOLDER_H */
