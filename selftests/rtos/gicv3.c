// SPDX-License-Identifier: GPL-2.0-or-later
/* Generic interrupt controller 3 (Arm IHI 0069), with its system registers. */
#include "rtos.h"

#define GICD_CTLR_ENABLE 0x12 /* group 1, by affinity */
#define GICD_IGROUPR 0x080
#define GICD_IROUTER 0x6000

#define GICR_STRIDE 0x20000
#define GICR_TYPER 0x08
#define GICR_TYPER_LAST 0x10
#define GICR_WAKER 0x14
#define GICR_WAKER_SLEEP 2
#define GICR_WAKER_ASLEEP 4
#define GICR_PRIVATE 0x10000 /* private interrupts, with the distributor's registers */

#define ICC_SRE 1

static u64 distributor, redistributor;

/* Affinity, as it is in the upper half of GICR_TYPER. */
static u32 own_affinity(void)
{
	u64 mpidr = read_sysreg(mpidr_el1);

	return (u32)((mpidr >> 8 & 0xff000000) | (mpidr & 0xffffff));
}

static bool find_redistributor(const struct range *range)
{
	u64 at, type;

	for (at = range->start; at - range->start < range->size; at += GICR_STRIDE) {
		type = read64(at + GICR_TYPER);
		if (type >> 32 == own_affinity()) {
			redistributor = at;
			return true;
		}
		if (type & GICR_TYPER_LAST)
			break;
	}
	return false;
}

static void wake(void)
{
	u32 waker = read32(redistributor + GICR_WAKER);

	write32(redistributor + GICR_WAKER, waker & ~GICR_WAKER_SLEEP);
	while (read32(redistributor + GICR_WAKER) & GICR_WAKER_ASLEEP)
		;
}

static void set_groups(u64 block, u32 first, u32 end)
{
	u32 i;

	for (i = first; i < end; i += 32)
		write32(block + GICD_IGROUPR + i / 8, ~0U);
	for (i = first; i < end; i += 4)
		write32(block + GICD_IPRIORITYR + i, GICD_PRIORITIES);
}

static void start_interface(void)
{
	write_sysreg(s3_0_c12_c12_5, ICC_SRE); /* ICC_SRE_EL1 */
	write_sysreg(s3_0_c4_c6_0, 0xff); /* ICC_PMR_EL1 */
	write_sysreg(s3_0_c12_c12_7, 1); /* ICC_IGRPEN1_EL1 */
}

static bool start(int node)
{
	struct range range[2];
	u32 interrupts, i;

	if (!tree_reg(node, 0, &range[0]) || !tree_reg(node, 1, &range[1]) ||
	    !find_redistributor(&range[1]))
		return false;
	distributor = range[0].start;
	interrupts = 32 * ((read32(distributor + GICD_TYPER) & 0x1f) + 1);
	if (interrupts > GIC_NONE)
		interrupts = GIC_NONE;
	write32(distributor + GICD_CTLR, GICD_CTLR_ENABLE);
	wake();
	set_groups(redistributor + GICR_PRIVATE, 0, GIC_FIRST_SHARED);
	set_groups(distributor, GIC_FIRST_SHARED, interrupts);
	for (i = GIC_FIRST_SHARED; i < interrupts; i++)
		write64(distributor + GICD_IROUTER + 8 * i, read_sysreg(mpidr_el1) & 0xff00ffffff);
	start_interface();
	return true;
}

static u64 block_of(u32 interrupt)
{
	return interrupt < GIC_FIRST_SHARED ? redistributor + GICR_PRIVATE : distributor;
}

static void enable(u32 interrupt)
{
	write32(block_of(interrupt) + GICD_ISENABLER + interrupt / 32 * 4, 1U << interrupt % 32);
}

static void disable(u32 interrupt)
{
	write32(block_of(interrupt) + GICD_ICENABLER + interrupt / 32 * 4, 1U << interrupt % 32);
}

static u32 take(void)
{
	u64 interrupt = read_sysreg(s3_0_c12_c12_0); /* ICC_IAR1_EL1 */

	__asm__ volatile("dsb sy" : : : "memory");
	return (u32)interrupt & 0xffffff;
}

static void done(u32 interrupt)
{
	write_sysreg(s3_0_c12_c12_1, interrupt); /* ICC_EOIR1_EL1 */
}

const struct gic_ops gicv3_ops = {
	.start = start,
	.enable = enable,
	.disable = disable,
	.take = take,
	.done = done,
};
