// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The button by which QEMU asks a guest to end (system_powerdown): a line of a PL061
 * (Arm DDI 0190), which the node of the keys names.
 */
#include "rtos.h"

#include <libfdt.h>

#define KEY_POWER 116

#define GPIO_IS 0x404
#define GPIO_IBE 0x408
#define GPIO_IEV 0x40c
#define GPIO_IE 0x410
#define GPIO_IC 0x41c

static u64 gpio;
static u32 line;
static bool pressed;

static void press(void)
{
	write32(gpio + GPIO_IC, line);
	pressed = true;
}

/* The controller of the line that the button is at, and that line. */
static int find_gpio(void)
{
	int node = tree_with("linux,code"), size;
	const fdt32_t *cells;

	if (node < 0 || tree_number(node, "linux,code", 0) != KEY_POWER)
		return -1;
	cells = tree_get(node, "gpios", &size);
	if (!cells || size < 2 * (int)sizeof(*cells))
		return -1;
	line = 1U << (fdt32_ld(cells + 1) & 7);
	return tree_phandle(fdt32_ld(cells));
}

/**
 * button_start() - listen to the button, where there is one
 */
void button_start(void)
{
	struct range range;
	int node = find_gpio();
	u32 interrupt;

	if (node < 0 || !tree_is(node, "arm,pl061") || !tree_reg(node, 0, &range) ||
	    !tree_interrupt(node, 0, &interrupt))
		return;
	gpio = range.start;
	write32(gpio + GPIO_IS, 0);
	write32(gpio + GPIO_IBE, 0);
	write32(gpio + GPIO_IEV, line);
	write32(gpio + GPIO_IC, line);
	write32(gpio + GPIO_IE, line);
	gic_listen(interrupt, press);
}

bool button_pressed(void)
{
	return pressed;
}
