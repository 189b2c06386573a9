/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Where the programmable logic of a machine is in its address map. Numbers only,
 * for the module and the library.
 */
#ifndef HWC_WINDOWS_H
#define HWC_WINDOWS_H

#include <linux/types.h>

#define HWC_MIB	0x100000ULL
#define HWC_GIB	0x40000000ULL

/* Lists of these end with one of no size. */
struct hwc_span {
	__u64 start;
	__u64 size;
};

/* UG1085, "PS-PL AXI Interfaces": the ports that the processors master. */
static const struct hwc_span hwc_zynqmp_spans[] = {
	{ 0x80000000, 512 * HWC_MIB },		/* M_AXI_HPM0_LPD */
	{ 0xa0000000, 256 * HWC_MIB },		/* M_AXI_HPM0_FPD */
	{ 0xb0000000, 256 * HWC_MIB },		/* M_AXI_HPM1_FPD */
	{ 0x400000000, 4 * HWC_GIB },		/* M_AXI_HPM0_FPD */
	{ 0x500000000, 4 * HWC_GIB },		/* M_AXI_HPM1_FPD */
	{ 0x1000000000, 224 * HWC_GIB },	/* M_AXI_HPM0_FPD */
	{ 0x4800000000, 224 * HWC_GIB },	/* M_AXI_HPM1_FPD */
	{}
};

/* AM011, "4 GB Processor System Address Map" */
static const struct hwc_span hwc_versal_spans[] = {
	{ 0x80000000, 512 * HWC_MIB },		/* LPD_AXI_PL */
	{ 0xa4000000, 192 * HWC_MIB },		/* FPD_AXI_PL, lower */
	{ 0xb0000000, 256 * HWC_MIB },		/* FPD_AXI_PL, upper */
	{}
};

/* By the compatible string of the device tree's root; the last has none. */
static const struct {
	const char *machine;
	const struct hwc_span *spans;
} hwc_maps[] = {
	{ "xlnx,zynqmp", hwc_zynqmp_spans },
	{ "xlnx,versal", hwc_versal_spans },
	{}
};

#endif
