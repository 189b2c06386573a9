// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Interrupts to and from Linux. On a Versal they are registers of the two agents
 * (TRIG, ISR; AM011, inter-processor interrupts). QEMU has neither those nor any
 * interrupt that comes to these cores: two words and a line that its bench has for
 * them (monitor-page.h) say the same, and have to be asked.
 */
#include "r5.h"

#include "../qemu/firmware/monitor-page.h"

static volatile u32 *word(u32 address)
{
	return (volatile u32 *)address;
}

/* Whether Linux has called since this was asked last. */
bool interrupt_take(void)
{
	volatile u32 *called = word(MON_RPU_TO(core_number()));

	if (!*called)
		return false;
	*called = 0;
	core_barrier();
	return true;
}

/* Where it has not heard the last call yet, it will see what is new with that. */
void interrupt_linux(void)
{
	volatile u32 *calling = word(MON_RPU_FROM(core_number()));

	core_barrier();
	if (*calling)
		return;
	*calling = 1;
	core_barrier();
	*word(MON_RPU_LINE) = 0;
}
