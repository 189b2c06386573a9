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
/*
 * That of a board, as far as an overlay of its vendor wants it: /fpga-region
 * (0x80000000 to 0xbfffffff), /axi with a simple-bus, and labels fpga_full,
 * amba, i2c0, gic, gpio, zynqmp_clk, zynqmp_reset.
 */
char *scene_board(void);
/* That of a flattened one. */
char *scene_unpack(const void *fdt);
void scene_free(char *scene);

/* A property of any bytes. */
void scene_prop(const char *scene, const char *node, const char *name, const void *data,
		size_t size);
/* One more node. */
void scene_node(const char *scene, const char *node);
/* A region with 2 and 2 cells and a window of 0x10000 bytes. */
void scene_slot(const char *scene, const char *node, uint32_t start);

/* A property of n cells. */
void scene_cells(const char *scene, const char *node, const char *name, size_t n, ...);

#endif
