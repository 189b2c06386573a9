/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what differs between kernels, or is exported without a public header. */
#ifndef HWC_COMPAT_H
#define HWC_COMPAT_H

#include <linux/workqueue.h>

struct device_node;
struct firmware;
struct rproc;

/* drivers/of/resolver.c; exported, but declared in drivers/of/of_private.h. */
int of_resolve_phandles(struct device_node *tree);

/* drivers/remoteproc/remoteproc_elf_loader.c; declared in remoteproc_internal.h there. */
int rproc_elf_load_segments(struct rproc *rproc, const struct firmware *fw);
int rproc_elf_load_rsc_table(struct rproc *rproc, const struct firmware *fw);

/*
 * Wait for what drivers have given to schedule_work(), whichever queue that goes to:
 * nothing else leads to a work item of a driver. The kernel warns of it, for others'
 * work is waited for, too.
 */
static inline void hwc_flush_scheduled_work(void)
{
#define __warn_flushing_systemwide_wq() ((void)0)
	flush_scheduled_work();
#undef __warn_flushing_systemwide_wq
}

#endif
