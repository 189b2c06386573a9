// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Time, from the cycle counter of the performance monitor (Arm DDI 0460, 6.4): the
 * bench has no timer for these cores.
 */
#include "r5.h"

#define PMCR_ENABLE (1U << 0)
#define PMCR_RESET_CYCLES (1U << 2)
#define PMCNTENSET_CYCLES (1U << 31)

/* QEMU counts nanoseconds; a Versal's core would have some 600 million a second. */
#define CYCLES_PER_MS 1000000

static u32 seen; /* the counter's value up to which milliseconds were counted */
static u32 milliseconds;

static u32 read_cycles(void)
{
	u32 cycles;

	__asm__ volatile("mrc p15, 0, %0, c9, c13, 0" : "=r"(cycles));
	return cycles;
}

void clock_start(void)
{
	__asm__ volatile("mcr p15, 0, %0, c9, c12, 0" : : "r"(PMCR_ENABLE | PMCR_RESET_CYCLES));
	__asm__ volatile("mcr p15, 0, %0, c9, c12, 1" : : "r"(PMCNTENSET_CYCLES));
	seen = read_cycles();
}

/* To be asked more often than the counter wraps, which is every four seconds. */
u32 clock_ms(void)
{
	u32 now = read_cycles();

	while (now - seen >= CYCLES_PER_MS) {
		seen += CYCLES_PER_MS;
		milliseconds++;
	}
	return milliseconds;
}
