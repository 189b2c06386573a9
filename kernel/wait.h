/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: claims that wait, and others that make room for them. */
#ifndef HWC_WAIT_H
#define HWC_WAIT_H

#include <linux/hwcontainer.h>

struct netlink_ext_ack;
struct work_struct;

/* wait.c: claims that wait for their resource */

void hwc_wait_init(struct hwcontainer_resource *res);
void hwc_wait_exit(struct hwcontainer_resource *res);
void hwc_wait_patience(struct work_struct *work);
unsigned long hwc_wait_left(u64 until);
int hwc_wait_begin_locked(struct hwcontainer_claim *claim, u32 ms, struct netlink_ext_ack *extack);
void hwc_wait_fail_locked(struct hwcontainer_claim *claim, int err, char *message);
void hwc_wait_end_locked(struct hwcontainer_claim *claim);
void hwc_wait_serve_locked(struct hwcontainer_resource *res);
void hwc_wait_serve_all_locked(void);
void hwc_wait_retry_locked(void);
unsigned int hwc_wait_position_locked(const struct hwcontainer_claim *claim);

/* preempt.c: claims that make room for more important ones */

void hwc_preempt_work(struct work_struct *work);
void hwc_preempt_review_locked(struct hwcontainer_resource *res);
void hwc_preempt_forget_locked(struct hwcontainer_claim *claim);
unsigned int hwc_preempt_left_locked(const struct hwcontainer_claim *claim);

#endif /* HWC_WAIT_H */
