/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where cores come from reset, calls from the guest arrive, and the guest is
 * entered. All at EL3.
 */
#include "../../bare/registers.inc"
#include "monitor-page.h"

#define STACK_SHIFT 12

	.section .text.entry, "ax"
	.global _start
_start:
	bl	prepare
	bl	monitor_main

/* Another core, from reset or sent here by machine.cpu_on(). */
	.global monitor_secondary
monitor_secondary:
	bl	prepare
	bl	monitor_secondary_main

/* Stack and vectors of this core; x0 = its number. */
prepare:
	mrs	x0, mpidr_el1
	and	x0, x0, #0xff
	msr	spsel, #1
	adr	x1, stacks
	add	x2, x0, #1
	add	x1, x1, x2, lsl #STACK_SHIFT
	mov	sp, x1
	adr	x1, vectors
	msr	vbar_el3, x1
	isb
	ret

/* monitor_eret(entry, context, spsr) */
	.global monitor_eret
monitor_eret:
	msr	elr_el3, x0
	msr	spsr_el3, x2
	mov	x0, x1
	mrs	x4, mpidr_el1		/* the stack is empty again */
	and	x4, x4, #0xff
	adr	x5, stacks
	add	x4, x4, #1
	add	x5, x5, x4, lsl #STACK_SHIFT
	mov	sp, x5
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	eret

/* semihosting(operation, block): QEMU's way out */
	.global semihosting
semihosting:
	hlt	#0xf000
	ret

/* A call from the guest: struct smc on the stack is what C sees of it. */
call:
	sub	sp, sp, #160
	x0_to_x17 stp
	stp	x18, x30, [sp, #144]
	mrs	x1, esr_el3
	mov	x0, sp
	bl	monitor_call
	x0_to_x17 ldp
	ldp	x18, x30, [sp, #144]
	add	sp, sp, #160
	eret

fault:
	mrs	x0, esr_el3
	mrs	x1, elr_el3
	mrs	x2, far_el3
	bl	monitor_fault

	.balign 2048
vectors:
	.rept 8			/* of the monitor itself */
	.balign 128
	b	fault
	.endr
	.balign 128		/* synchronous, from AArch64 below */
	b	call
	.rept 7
	.balign 128
	b	fault
	.endr

	.bss
	.balign 64
stacks:
	.skip	4 << STACK_SHIFT
