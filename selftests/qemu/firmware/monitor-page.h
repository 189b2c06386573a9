/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * The memory that the monitor shares with its guest's tests: the last 8 KiB of
 * the on-chip memory. Both sides see it as device memory, little-endian, and
 * write words only. QEMU's loader writes the first part before anything runs.
 */
#ifndef HWC_MONITOR_PAGE_H
#define HWC_MONITOR_PAGE_H

#define MON_PAGE_BASE 0xffffe000
#define MON_PAGE_SIZE 0x2000

/* Set by QEMU's loader: one word each. */
#define MON_PL_IDCODE 0x000 /* IDCODE of the programmable logic */
#define MON_PS_IDCODE 0x004 /* IDCODE of the processing system: GET_CHIPID */
#define MON_PL_EMPTY 0x008 /* not 0: nothing has configured the logic at boot */

/* Written by the monitor. */
#define MON_MAGIC_AT 0x010
#define MON_MAGIC 0x48574d4e /* "HWMN", once it runs */
#define MON_VERSION_AT 0x014
#define MON_VERSION 1
#define MON_PL_DONE 0x018 /* not 0: the programmable logic is configured */
#define MON_RPU_RUNNING 0x01c /* a bit for each real-time core that is not in reset */

/* Knobs: 0 is off. */
#define MON_FAIL_API 0x040 /* EEMI number of the call that fails */
#define MON_FAIL_STATUS 0x044 /* with this status */
#define MON_FAIL_COUNT 0x048 /* so many times; counts down */
#define MON_FAIL_FOREVER 0xffffffff
#define MON_LOAD_NS_PER_KIB 0x04c /* time that a load takes */
#define MON_STALL_MS 0x050 /* and how much longer */
#define MON_HANG 0x054 /* a load does not return while this is not 0 */

/* What the last load that succeeded has configured. */
#define MON_LOAD_SEQ 0x080 /* changes last; 0: nothing was loaded yet */
#define MON_LOAD_PARTIAL 0x084
#define MON_LOAD_FAR 0x088 /* first frame address of its frame data */
#define MON_LOAD_SIZE 0x08c /* bytes */
#define MON_LOADS 0x090 /* loads that succeeded */
#define MON_FAILURES 0x094 /* loads that did not */
#define MON_LOAD_WORDS 0x098 /* first words of its frame data */
#define MON_LOAD_NWORDS 10

/* Ring of calls: entry n is at MON_LOG + n % MON_LOG_ENTRIES * MON_LOG_SIZE. */
#define MON_LOG_NEXT 0x0f0 /* calls so far */
#define MON_LOG 0x100
#define MON_LOG_SIZE 32 /* words: number, four arguments, status, two payloads */
#define MON_LOG_ENTRIES 240
#define MON_LOG_UNANSWERED 0xffffffff /* as status: the call has not returned yet */

/*
 * Versal's real-time cores. Both come out of reset at the high vectors, as
 * selftests/qemu/machines/versal.sh has them made, and with each vector the monitor
 * sends a core on to the same one at the beginning of its own memory. Behind them
 * are two words for each core, which stand for the interrupts between processors
 * that QEMU does not have.
 */
#define MON_RPU_VECTORS 0xffff0000
#define MON_RPU_MEMORY(core) (0xfe800000 + (core)*0x100000) /* as dts/versal.dtsi */
#define MON_RPU_MEMORY_SIZE 0x20000
#define MON_RPU_POOL(core) (0x7fe08000 + (core)*0x80000) /* rpmsg's buffers, as there, too */
#define MON_RPU_POOL_SIZE 0x40000
#define MON_RPU_TO(core) (0xffff0200 + (core)*8) /* not 0: it is called; it writes 0 */
#define MON_RPU_FROM(core) (0xffff0204 + (core)*8) /* it writes 1 when it calls... */
#define MON_RPU_LINE 0xff010000 /* ...and then anything here */

#endif
