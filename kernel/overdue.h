/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: steps of hardware that take longer than they may. */
#ifndef HWC_OVERDUE_H
#define HWC_OVERDUE_H

#include <linux/workqueue.h>

/**
 * struct hwc_overdue - a watch over a worker's steps
 * @fail: fails the claims that wait for the step
 * @doing: what the step is, or NULL while there is none; core lock
 * @began: when it began, in jiffies
 * @cpu: that it is done on
 * @late: it takes longer than it may; core lock
 * @work: runs out then, and again and again
 */
struct hwc_overdue {
	void (*fail)(struct hwc_overdue *o, unsigned int ms);
	const char *doing;
	unsigned long began;
	unsigned int cpu;
	bool late;
	struct delayed_work work;
};

void hwc_overdue_init(struct hwc_overdue *o, void (*fail)(struct hwc_overdue *o, unsigned int ms));
void hwc_overdue_begin(struct hwc_overdue *o, const char *doing, unsigned int timeout);
void hwc_overdue_end(struct hwc_overdue *o);
unsigned int hwc_overdue_ms_locked(const struct hwc_overdue *o);

#endif /* HWC_OVERDUE_H */
