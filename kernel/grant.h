/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what a request gets. */
#ifndef HWC_GRANT_H
#define HWC_GRANT_H

#include <linux/hwcontainer.h>

struct hwc_domain;
struct hwc_group;
struct hwc_holder;
struct netlink_ext_ack;

/**
 * struct hwc_want - what a request asks of one resource
 * @resource: its name or an alias
 * @fd: file in each slot, or -1
 * @digest: digest in each slot, or NULL
 * @signature: signature of each file, or NULL
 * @signature_size: bytes of it
 */
struct hwc_want {
	const char *resource;
	int fd[HWCONTAINER_SLOTS];
	const u8 *digest[HWCONTAINER_SLOTS];
	const void *signature[HWCONTAINER_SLOTS];
	size_t signature_size[HWCONTAINER_SLOTS];
};

/**
 * struct hwc_txn - what all the claims of a request have in common
 * @serial: number of the request
 * @holder: whose they will be
 * @asker: where the request is from
 * @domain: what they are charged to
 * @admin: one of the host's administrators asks for them
 * @container: id of the container, or NULL
 * @flags: enum hwcontainer_claim_flags
 * @priority: larger is more important
 * @wait: milliseconds that it may wait for what others have
 */
struct hwc_txn {
	u64 serial;
	struct hwc_holder *holder;
	struct hwc_domain *asker;
	struct hwc_domain *domain;
	bool admin;
	const char *container;
	u32 flags;
	s32 priority;
	u32 wait;
};

struct hwcontainer_claim *hwc_claim_grant_locked(const struct hwc_txn *txn,
						 const struct hwc_want *want,
						 struct netlink_ext_ack *extack);
void hwc_claim_revoke_locked(struct hwcontainer_claim *claim);
void hwc_claim_start_locked(struct hwcontainer_claim *claim);
int hwc_claim_check_images_locked(struct hwcontainer_claim *claim, struct hwc_group *group,
				  struct hwc_domain *domain, struct netlink_ext_ack *extack);
bool hwc_claim_would_load_locked(struct hwcontainer_claim *claim);
int hwc_claim_set_function_locked(struct hwcontainer_claim *claim, unsigned int function,
				  struct netlink_ext_ack *extack);
int hwc_claim_acquire_locked(struct hwcontainer_claim *claim, struct netlink_ext_ack *extack);
int hwc_refuse_busy_locked(const struct hwcontainer_resource *res, const struct hwc_domain *asks,
			   u64 txn, struct netlink_ext_ack *extack);

#endif /* HWC_GRANT_H */
