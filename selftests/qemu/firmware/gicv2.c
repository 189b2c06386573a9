// SPDX-License-Identifier: GPL-2.0-or-later
/* Generic interrupt controller 2: all interrupts to the non-secure world. */
#include "monitor.h"

#define GICD_CTLR 0x000
#define GICD_TYPER 0x004
#define GICD_IGROUPR 0x080
#define GICC_CTLR 0x000
#define GICC_PMR 0x004

#define BOTH_GROUPS 3

/**
 * gicv2_init() - hand the controller to the guest
 * @distributor: address of its distributor
 * @interface: address of the cores' interfaces
 * @first: on the first core: what all of them share, too
 */
void gicv2_init(u64 distributor, u64 interface, bool first)
{
	u32 words = first ? (read32(distributor + GICD_TYPER) & 0x1f) + 1 : 1;
	u32 i;

	for (i = 0; i < words; i++)
		write32(distributor + GICD_IGROUPR + 4 * i, ~0U);
	if (first)
		write32(distributor + GICD_CTLR, BOTH_GROUPS);
	write32(interface + GICC_PMR, 0xff);
	write32(interface + GICC_CTLR, BOTH_GROUPS);
}
