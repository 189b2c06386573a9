/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A live device tree of files, and overlays for it. */
#ifndef HWC_TESTS_SCENE_H
#define HWC_TESTS_SCENE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A temporary folder that looks like /sys/firmware/devicetree/base:
 *
 *	/		#address-cells 2, #size-cells 2
 *	/__symbols__	PR0
 *	/fpga		#address-cells 1, #size-cells 1, ranges: 0x0 is 0xa0000000, 0x100000 long
 *	/fpga/PR0	ranges: 0x0 is 0x10000, 0x10000 long; phandle 0x42
 *	/fpga/PR0/bus	empty ranges
 *	/fpga/PR1	ranges: 0x0 is 0x20000, 0x10000 long
 *	/open		like /fpga, with empty ranges
 *	/closed		like /fpga, without ranges
 */
char *scene_new(void);
void scene_free(char *scene);

/* A property of n cells. */
void scene_cells(const char *scene, const char *node, const char *name, size_t n, ...);

#endif
