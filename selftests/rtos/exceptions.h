/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions that nothing handles: what start.S tells exception.c. */
#ifndef RTOS_EXCEPTIONS_H
#define RTOS_EXCEPTIONS_H

#define REGISTERS_SIZE 288

#ifndef __ASSEMBLER__

/**
 * struct registers - what the processor was about
 * @x: its registers
 * @sp: its stack
 * @pc: the instruction
 * @spsr: its state
 * @esr: what kind of exception it is
 * @far: the address that it is about, with some kinds
 */
struct registers {
	u64 x[31];
	u64 sp;
	u64 pc;
	u64 spsr;
	u64 esr;
	u64 far;
};

_Static_assert(sizeof(struct registers) == REGISTERS_SIZE, "what start.S stores");

#endif

#endif
