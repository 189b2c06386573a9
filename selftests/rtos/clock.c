// SPDX-License-Identifier: GPL-2.0-or-later
/* Time, and a tick by the virtual timer (Arm ARM, D12). */
#include "rtos.h"

#define VIRTUAL 2 /* its place among the timers' interrupts in the tree */
#define ENABLE 1

static u64 ticks;
static u64 due;

static u64 counter(void)
{
	__asm__ volatile("isb" : : : "memory");
	return read_sysreg(cntvct_el0);
}

static u64 frequency(void)
{
	return read_sysreg(cntfrq_el0);
}

/*
 * Level: gone when the next one is not due yet. Those that were slept over are left out. Xen
 * has masked the timer when it interrupts, and leaves it to its guest to undo that.
 */
static void tick(void)
{
	u64 period = frequency() / 1000 * CLOCK_TICK_MS;

	do {
		due += period;
	} while (due <= counter());
	write_sysreg(cntv_cval_el0, due);
	write_sysreg(cntv_ctl_el0, ENABLE);
	ticks++;
}

/**
 * clock_start() - let it tick
 *
 * Return: whether there is a timer whose interrupt is known.
 */
bool clock_start(void)
{
	int node = tree_find("arm,armv8-timer");
	u32 interrupt;

	if (node < 0)
		node = tree_find("arm,armv7-timer");
	if (node < 0 || !tree_interrupt(node, VIRTUAL, &interrupt))
		return false;
	due = counter();
	tick();
	ticks = 0;
	return gic_listen(interrupt, tick);
}

u64 clock_us(void)
{
	return counter() / (frequency() / 1000000);
}

/* How many there have been. */
u64 clock_ticks(void)
{
	return ticks;
}
