// SPDX-License-Identifier: GPL-2.0-or-later
/* What nothing handles: it is told, and is a crash. */
#include "rtos.h"

#include "exceptions.h"

#define ESR_CLASS_SHIFT 26
#define ESR_CLASS_UNDEFINED 0x00
#define ESR_CLASS_FETCH 0x21
#define ESR_CLASS_DATA 0x25

static const char *name_of(u64 esr)
{
	switch (esr >> ESR_CLASS_SHIFT & 0x3f) {
	case ESR_CLASS_UNDEFINED:
		return "undefined instruction";
	case ESR_CLASS_FETCH:
		return "instruction abort";
	case ESR_CLASS_DATA:
		return "data abort";
	default:
		return "exception";
	}
}

/**
 * exception_fault() - called by start.S
 * @regs: what the processor was about
 */
void exception_fault(const struct registers *regs)
{
	u32 i;

	say("rtos: %s at 0x%lx, esr 0x%lx, far 0x%lx\n", name_of(regs->esr), regs->pc, regs->esr,
	    regs->far);
	for (i = 0; i < 30; i += 3)
		say("x%u: %lx %lx %lx\n", i, regs->x[i], regs->x[i + 1], regs->x[i + 2]);
	say("x30: %lx, sp: %lx, spsr: %lx\n", regs->x[30], regs->sp, regs->spsr);
	power_crash();
}
