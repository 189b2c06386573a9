// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the last firmware has left behind: this one looks, and leaves something itself,
 * in its own memory and in the pool that Linux has rpmsg's buffers from.
 */
#include "r5.h"

#include "../qemu/firmware/monitor-page.h"

/* Linux allocates from the beginning of the pool, maybe while this looks. */
#define POOL_BEGIN 0x8000

#define PAGE_SIZE 4096
#define PATTERN 0x5ec2e700

extern u32 memory_end[];

/* Words that are not 0 between two addresses; each page gets one for the next firmware. */
static u32 look(u32 from, u32 to)
{
	u32 at, words = 0;

	for (at = from; at < to; at += sizeof(u32)) {
		words += *(volatile u32 *)at != 0;
		if (at % PAGE_SIZE == 0)
			*(volatile u32 *)at = PATTERN;
	}
	return words;
}

/**
 * memory_look() - say what there is, once
 */
void memory_look(void)
{
	u32 own = MON_RPU_MEMORY(core_number()), pool = MON_RPU_POOL(core_number());

	own = look((u32)memory_end, own + MON_RPU_MEMORY_SIZE);
	pool = look(pool + POOL_BEGIN, pool + MON_RPU_POOL_SIZE);
	trace("core %u: found %u words in its memory, %u in the pool\n", core_number(), own, pool);
}
