// SPDX-License-Identifier: GPL-2.0-or-later
/* Generic interrupt controller 2 (Arm IHI 0048). */
#include "rtos.h"

#define GICD_CTLR_ENABLE 1
#define GICD_ITARGETSR 0x800
#define GICC_CTLR 0x00
#define GICC_CTLR_ENABLE 1
#define GICC_PMR 0x04
#define GICC_PMR_ALL 0xff
#define GICC_IAR 0x0c
#define GICC_IAR_INTERRUPT 0x3ff
#define GICC_EOIR 0x10

static u64 distributor, interface;
static u32 taken; /* what the register said: of private ones it names the sender, too */

static void set_priorities(u32 interrupts)
{
	u32 i;

	for (i = 0; i < interrupts; i += 4)
		write32(distributor + GICD_IPRIORITYR + i, GICD_PRIORITIES);
}

/* The private ones tell which bit is this processor's. */
static void set_targets(u32 interrupts)
{
	u32 i, self = read32(distributor + GICD_ITARGETSR);

	for (i = GIC_FIRST_SHARED; i < interrupts; i += 4)
		write32(distributor + GICD_ITARGETSR + i, self);
}

static bool start(int node)
{
	struct range range[2];
	u32 interrupts;

	if (!tree_reg(node, 0, &range[0]) || !tree_reg(node, 1, &range[1]))
		return false;
	distributor = range[0].start;
	interface = range[1].start;
	interrupts = 32 * ((read32(distributor + GICD_TYPER) & 0x1f) + 1);
	set_priorities(interrupts);
	set_targets(interrupts);
	write32(distributor + GICD_CTLR, GICD_CTLR_ENABLE);
	write32(interface + GICC_PMR, GICC_PMR_ALL);
	write32(interface + GICC_CTLR, GICC_CTLR_ENABLE);
	return true;
}

static void enable(u32 interrupt)
{
	write32(distributor + GICD_ISENABLER + interrupt / 32 * 4, 1U << interrupt % 32);
}

static void disable(u32 interrupt)
{
	write32(distributor + GICD_ICENABLER + interrupt / 32 * 4, 1U << interrupt % 32);
}

static u32 take(void)
{
	taken = read32(interface + GICC_IAR);
	return taken & GICC_IAR_INTERRUPT;
}

static void done(u32 interrupt)
{
	(void)interrupt;
	write32(interface + GICC_EOIR, taken);
}

const struct gic_ops gicv2_ops = {
	.start = start,
	.enable = enable,
	.disable = disable,
	.take = take,
	.done = done,
};
