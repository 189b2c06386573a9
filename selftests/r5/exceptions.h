/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions that nothing handles: what start.S tells main.c. */
#ifndef R5_EXCEPTIONS_H
#define R5_EXCEPTIONS_H

#define EXCEPTION_UNDEFINED 0
#define EXCEPTION_SUPERVISOR 1
#define EXCEPTION_PREFETCH 2
#define EXCEPTION_DATA 3
#define EXCEPTION_INTERRUPT 4

#ifndef __ASSEMBLER__

/**
 * struct registers - what the core was about, as start.S puts it on the stack
 * @cpsr: its state
 * @sp: its stack
 * @lr: where it was to return to
 * @r: the others
 * @pc: the instruction
 */
struct registers {
	u32 cpsr;
	u32 sp;
	u32 lr;
	u32 r[13];
	u32 pc;
};

#endif

#endif
