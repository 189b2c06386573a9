/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: what differs between kernels, or is exported without a public header. */
#ifndef HWC_COMPAT_H
#define HWC_COMPAT_H

#include <linux/clk-provider.h>
#include <linux/platform_device.h>
#include <linux/string.h>
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
 * Let a platform device have that driver only. What says so was the platform device's,
 * and has become the device's within 6.12, too (see Kbuild).
 */
#ifdef HWC_DEVICE_HAS_OVERRIDE
static inline int hwc_device_set_override(struct device *dev, const char *driver)
{
	return device_set_driver_override(dev, driver);
}
#else
static inline int hwc_device_set_override(struct device *dev, const char *driver)
{
	return driver_set_override(dev, &to_platform_device(dev)->driver_override, driver,
				   strlen(driver));
}
#endif

/* Where the hardware cannot say it, Linux's count does. */
#ifdef CONFIG_COMMON_CLK
static inline bool hwc_clk_is_on(struct clk *clk)
{
	return __clk_is_enabled(clk);
}
#else
static inline bool hwc_clk_is_on(struct clk *clk)
{
	return false;
}
#endif

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
