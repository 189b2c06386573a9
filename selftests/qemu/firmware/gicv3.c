// SPDX-License-Identifier: GPL-2.0-or-later
/* Generic interrupt controller 3: all interrupts to the non-secure world. */
#include "monitor.h"

#define GICD_CTLR 0x0000
#define GICD_CTLR_ARE 0x30 /* of both worlds */
#define GICD_CTLR_GROUPS 0x07
#define GICD_TYPER 0x0004
#define GICD_IGROUPR 0x0080

#define GICR_STRIDE 0x20000
#define GICR_WAKER 0x0014
#define GICR_WAKER_SLEEP BIT(1)
#define GICR_WAKER_ASLEEP BIT(2)
#define GICR_IGROUPR0 0x10080

#define ICC_SRE_ALL 0xf

static void wake(u64 redistributor)
{
	write32(redistributor + GICR_WAKER, read32(redistributor + GICR_WAKER) & ~GICR_WAKER_SLEEP);
	while (read32(redistributor + GICR_WAKER) & GICR_WAKER_ASLEEP)
		;
	write32(redistributor + GICR_IGROUPR0, ~0U);
}

static void init_interface(void)
{
	write_sysreg(s3_6_c12_c12_5, ICC_SRE_ALL); /* ICC_SRE_EL3 */
	__asm__ volatile("isb");
	write_sysreg(s3_4_c12_c9_5, ICC_SRE_ALL); /* ICC_SRE_EL2 */
	write_sysreg(s3_0_c12_c12_5, ICC_SRE_ALL); /* ICC_SRE_EL1 */
	write_sysreg(s3_4_c12_c11_0, 0); /* ICH_HCR_EL2 */
	write_sysreg(s3_0_c4_c6_0, 0xff); /* ICC_PMR_EL1 */
	write_sysreg(s3_6_c12_c12_7, 3); /* ICC_IGRPEN1_EL3 */
	__asm__ volatile("isb");
}

/**
 * gicv3_init() - hand the controller to the guest
 * @distributor: address of its distributor
 * @redistributors: address of the first core's redistributor
 * @cpu: the calling core
 * @first: on the first core: what all of them share, too
 */
void gicv3_init(u64 distributor, u64 redistributors, u32 cpu, bool first)
{
	u32 words, i;

	if (first) {
		write32(distributor + GICD_CTLR, GICD_CTLR_ARE);
		write32(distributor + GICD_CTLR, GICD_CTLR_ARE | GICD_CTLR_GROUPS);
		words = (read32(distributor + GICD_TYPER) & 0x1f) + 1;
		for (i = 1; i < words; i++)
			write32(distributor + GICD_IGROUPR + 4 * i, ~0U);
	}
	wake(redistributors + (u64)cpu * GICR_STRIDE);
	init_interface();
}
