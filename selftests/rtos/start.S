/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where the image is entered, and where exceptions arrive. Numbers of registers and
 * bits are of the Arm ARM (DDI 0487), D19.
 */
#include "../bare/registers.inc"
#include "exceptions.h"

/* D8.3: a block of 1 GiB, readable, writable, accessed, executed by the kernel only. */
#define BLOCK_SHIFT 30
#define BLOCKS 512
#define BLOCK 0x40000000000401		/* UXN, AF, block */
#define BLOCK_DEVICE BLOCK | 1 << 53	/* PXN; attribute 0 */
#define BLOCK_MEMORY BLOCK | 0x304	/* inner shareable; attribute 1 */
#define MAIR 0xff04			/* 1: write-back; 0: nGnRE */
/* 39 bits of address, 4 KiB, cached tables, none for the upper half. */
#define TCR 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23
#define TCR_IPS_SHIFT 32
#define SCTLR_OFF 0x30d00800		/* the bits that are always 1 */
#define SCTLR_ON 0x1005			/* I, C, M */

#define HCR_RW 1 << 31
#define CNTHCTL_ALL 3
#define CPTR_NONE 0x33ff
#define SPSR_EL1 0x3c5			/* EL1 with its own stack, all masked */
#define CPACR_VECTORS 3 << 20
#define SRE_ALL 0xf
#define PFR0_GIC_SHIFT 24

#define R_AARCH64_RELATIVE 1027

/* Wherever the image is. */
	.macro	address register, symbol
	adrp	\register, \symbol
	add	\register, \register, :lo12:\symbol
	.endm

/* Documentation/arch/arm64/booting.rst in the kernel's source. */
	.section .head, "ax"
	.global image
image:
	b	start
	.long	0
	.quad	0			/* the offset from a boundary of 2 MiB */
	.long	image_size, 0
	.quad	0xa			/* little endian, 4 KiB, anywhere */
	.quad	0, 0, 0
	.ascii	"ARM\x64"
	.long	0

/* x0: the device tree. x19 and x20 keep it and the exception level. */
start:
	mov	x19, x0
	mrs	x20, CurrentEL
	lsr	x20, x20, #2
	cmp	x20, #2
	b.ne	1f
	bl	leave_el2
1:	mov	x0, #CPACR_VECTORS	/* the library's code may use them */
	msr	cpacr_el1, x0
	bl	map
	bl	relocate
	bl	clear
	address	x0, stack_top
	mov	sp, x0
	adr	x0, vectors
	msr	vbar_el1, x0
	isb
	mov	x0, x19
	mov	x1, x20
	bl	main
	b	.

leave_el2:
	mov	x0, #SCTLR_OFF & 0xffff
	movk	x0, #SCTLR_OFF >> 16, lsl #16
	msr	sctlr_el1, x0
	mov	x0, #HCR_RW
	msr	hcr_el2, x0
	mov	x0, #CNTHCTL_ALL
	msr	cnthctl_el2, x0
	msr	cntvoff_el2, xzr
	mov	x0, #CPTR_NONE
	msr	cptr_el2, x0
	msr	hstr_el2, xzr
	mrs	x0, midr_el1
	msr	vpidr_el2, x0
	mrs	x0, mpidr_el1
	msr	vmpidr_el2, x0
	mrs	x0, id_aa64pfr0_el1	/* whether there are registers of a GICv3 */
	ubfx	x0, x0, #PFR0_GIC_SHIFT, #4
	cbz	x0, 1f
	mov	x0, #SRE_ALL
	msr	s3_4_c12_c9_5, x0	/* ICC_SRE_EL2 */
	isb
	msr	s3_4_c12_c11_0, xzr	/* ICH_HCR_EL2 */
1:	mov	x0, #SPSR_EL1
	msr	spsr_el2, x0
	msr	elr_el2, x30
	eret

/*
 * Every address is where it is. What holds this image and the device tree is memory,
 * all else devices. Without translation all were device memory, where neither what is
 * not aligned nor the exclusive accesses work that libfdt was compiled with.
 */
map:
	adrp	x1, table
	mov	x2, #BLOCKS - 1
	ldr	x3, =BLOCK_DEVICE
1:	orr	x4, x3, x2, lsl #BLOCK_SHIFT
	str	x4, [x1, x2, lsl #3]
	subs	x2, x2, #1
	b.pl	1b
	ldr	x3, =BLOCK_MEMORY
	adr	x2, image
	lsr	x2, x2, #BLOCK_SHIFT
	orr	x4, x3, x2, lsl #BLOCK_SHIFT
	str	x4, [x1, x2, lsl #3]
	lsr	x2, x19, #BLOCK_SHIFT
	orr	x4, x3, x2, lsl #BLOCK_SHIFT
	str	x4, [x1, x2, lsl #3]
	/* old lines of a cache must not hide what was written past it */
	dmb	sy
	mov	x2, #BLOCKS * 8
	mov	x3, x1
1:	dc	ivac, x3
	add	x3, x3, #16		/* no line is shorter */
	subs	x2, x2, #16
	b.ne	1b
	dsb	sy

	mov	x0, #MAIR
	msr	mair_el1, x0
	ldr	x0, =TCR
	mrs	x2, id_aa64mmfr0_el1
	and	x2, x2, #7		/* how many bits there are; more than 48 are none of ours */
	cmp	x2, #5
	mov	x3, #5
	csel	x2, x3, x2, hi
	orr	x0, x0, x2, lsl #TCR_IPS_SHIFT
	msr	tcr_el1, x0
	msr	ttbr0_el1, x1
	tlbi	vmalle1
	ic	iallu
	dsb	sy
	isb
	ldr	x0, =SCTLR_OFF | SCTLR_ON
	msr	sctlr_el1, x0
	isb
	ret

relocate:
	adr	x0, image
	address	x1, rela_begin
	address	x2, rela_end
1:	cmp	x1, x2
	b.hs	2f
	ldp	x3, x4, [x1], #16
	ldr	x5, [x1], #8
	cmp	x4, #R_AARCH64_RELATIVE
	b.ne	1b
	add	x5, x5, x0
	str	x5, [x0, x3]
	b	1b
2:	ret

clear:
	address	x0, bss_begin
	address	x1, bss_end
1:	cmp	x0, x1
	b.hs	2f
	stp	xzr, xzr, [x0], #16
	b	1b
2:	ret

/* u64 call_hvc(u64 x0, u64 x1, u64 x2, u64 x3), of PSCI; call_smc likewise. */
	.text
	.global call_hvc
call_hvc:
	hvc	#0
	ret

	.global call_smc
call_smc:
	smc	#0
	ret

/* u64 call_xen(u64 x0, u64 x1, u64 number): xen/include/public/arch-arm.h */
	.global call_xen
call_xen:
	mov	x16, x2
	hvc	#0xea1
	ret

/* What a call may change, and where to go on. */
interrupt:
	sub	sp, sp, #192
	x0_to_x17 stp
	stp	x18, x29, [sp, #144]
	str	x30, [sp, #160]
	bl	gic_handle
	x0_to_x17 ldp
	ldp	x18, x29, [sp, #144]
	ldr	x30, [sp, #160]
	add	sp, sp, #192
	eret

/* struct registers on a stack of its own: the other one may be what is wrong. */
fault:
	msr	tpidr_el1, x1
	mov	x1, sp
	msr	tpidrro_el0, x1
	address	x1, fault_stack_top
	mov	sp, x1
	mrs	x1, tpidr_el1
	sub	sp, sp, #REGISTERS_SIZE
	x0_to_x17 stp
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	mrs	x1, tpidrro_el0
	stp	x30, x1, [sp, #240]
	mrs	x0, elr_el1
	mrs	x1, spsr_el1
	stp	x0, x1, [sp, #256]
	mrs	x0, esr_el1
	mrs	x1, far_el1
	stp	x0, x1, [sp, #272]
	mov	x0, sp
	bl	exception_fault

	.balign 2048
vectors:
	.rept 5			/* with another stack; of this one, synchronous */
	.balign 128
	b	fault
	.endr
	.balign 128
	b	interrupt
	.rept 10
	.balign 128
	b	fault
	.endr

	.section .map, "aw", %nobits
table:
	.skip	BLOCKS * 8

	.bss
	.balign 16
	.skip	16384
stack_top:
	.skip	4096
fault_stack_top:
