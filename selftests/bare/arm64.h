/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registers of the processor and of devices, for programs on bare arm64. */
#ifndef BARE_ARM64_H
#define BARE_ARM64_H

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

#define read_sysreg(name)                                          \
	({                                                         \
		unsigned long value_;                              \
		__asm__ volatile("mrs %0, " #name : "=r"(value_)); \
		value_;                                            \
	})

#define write_sysreg(name, value) \
	__asm__ volatile("msr " #name ", %0\n\tisb" : : "r"((unsigned long)(value)) : "memory")

/*
 * Of devices: of the size and in the order in which they are written here, and by
 * instructions that a hypervisor can do for us.
 */

static inline unsigned int read32(unsigned long address)
{
	unsigned int value;

	__asm__ volatile("ldr %w0, [%1]" : "=r"(value) : "r"(address) : "memory");
	return value;
}

static inline void write32(unsigned long address, unsigned int value)
{
	__asm__ volatile("str %w0, [%1]" : : "r"(value), "r"(address) : "memory");
}

#endif
