/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the core comes from reset and where its exceptions end (Arm DDI 0406, B1.8:
 * vectors, modes, and what the link register is ahead of). Linux has loaded all
 * segments and cleared the rest of them.
 */
#include "exceptions.h"

#define MODE_SYSTEM 0xdf /* interrupts masked */

	.syntax unified
	.section .vectors, "ax"
	.global vectors
vectors:
	b	reset
	b	undefined
	b	supervisor
	b	prefetch
	b	data
	b	.
	b	interrupt
	b	fast_interrupt

	.text
reset:
	msr	cpsr_c, #MODE_SYSTEM
	ldr	sp, =stack_top
	bl	main
	b	.

/* None returns, so all of them can have one stack: with struct registers, and aligned. */
	.macro	exception name, number, ahead
\name:
	ldr	sp, =exception_stack_top
	sub	lr, lr, #\ahead
	push	{r0-r12, lr}
	sub	sp, sp, #8
	stmia	sp, {sp, lr}^
	nop
	mrs	r0, spsr
	push	{r0}
	mov	r0, #\number
	mov	r1, sp
	sub	sp, sp, #4
	b	main_exception
	.endm

	exception undefined, EXCEPTION_UNDEFINED, 4
	exception supervisor, EXCEPTION_SUPERVISOR, 4
	exception prefetch, EXCEPTION_PREFETCH, 4
	exception data, EXCEPTION_DATA, 8
	exception interrupt, EXCEPTION_INTERRUPT, 4
	exception fast_interrupt, EXCEPTION_INTERRUPT, 4

	.bss
	.balign 8
	.skip	4096
stack_top:
	.skip	2048
exception_stack_top:
