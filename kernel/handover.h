/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: claims go from one holder to another. */
#ifndef HWC_HANDOVER_H
#define HWC_HANDOVER_H

#include "claim.h"

struct hwc_domain;
struct hwc_holder;
struct netlink_ext_ack;

/**
 * struct hwc_move - a claim on its way
 * @claim: the claim
 * @from: what it was charged to; to no group where it stays charged to that
 */
struct hwc_move {
	struct hwcontainer_claim *claim;
	struct hwc_charge from;
};

/**
 * struct hwc_handover - claims that are handed over together
 * @holder: whose they will be
 * @domain: where that is
 * @asker: where the request is from
 * @admin: one of the host's administrators asks for it
 * @n: how many
 * @move: those
 */
struct hwc_handover {
	struct hwc_holder *holder;
	struct hwc_domain *domain;
	struct hwc_domain *asker;
	bool admin;
	unsigned int n;
	struct hwc_move move[] __counted_by(n);
};

int hwc_handover_locked(struct hwc_handover *h, struct netlink_ext_ack *extack);

#endif /* HWC_HANDOVER_H */
