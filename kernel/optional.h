/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: parts whose framework the kernel may lack; sectioned by file. */
#ifndef HWC_OPTIONAL_H
#define HWC_OPTIONAL_H

#include <linux/kconfig.h>

/* groupfs.c: groups in configfs */

#if IS_ENABLED(CONFIG_CONFIGFS_FS)
int hwc_groupfs_init(void);
void hwc_groupfs_exit(void);
#else
static inline int hwc_groupfs_init(void)
{
	return 0;
}

static inline void hwc_groupfs_exit(void)
{
}
#endif

/* rproc.c: remote processors */

#if IS_ENABLED(CONFIG_REMOTEPROC)
int hwc_rproc_init(void);
void hwc_rproc_exit(void);
#else
static inline int hwc_rproc_init(void)
{
	return 0;
}

static inline void hwc_rproc_exit(void)
{
}
#endif

/* region.c: FPGA regions */

#if IS_ENABLED(CONFIG_FPGA_REGION) && IS_ENABLED(CONFIG_OF_OVERLAY)
int hwc_region_init(void);
void hwc_region_exit(void);
#else
static inline int hwc_region_init(void)
{
	return 0;
}

static inline void hwc_region_exit(void)
{
}
#endif

#endif /* HWC_OPTIONAL_H */
