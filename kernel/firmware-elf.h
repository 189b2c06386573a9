/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Firmware of remote processors: ELF with a resource table.
 *
 * Knows no kernel interface, so that it can also be built into libhwcontainer.
 */
#ifndef HWC_FIRMWARE_ELF_H
#define HWC_FIRMWARE_ELF_H

#ifdef __KERNEL__
#include <kunit/visibility.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include "bitstream.h"
#include <elf.h>
#endif

/* Room for any sentence this checker writes, with its NUL. */
#define HWC_ELF_WHY 160

/* Most segments to be loaded; linkers make fewer than ten. */
#define HWC_ELF_SEGMENTS_MAX 128

/**
 * struct hwc_elf - a firmware file that was understood
 * @class: ELFCLASS32 or ELFCLASS64
 * @machine: EM_ARM, EM_AARCH64 ...
 * @entry: address of its first instruction
 * @segments: how many are to be loaded
 * @phoff: byte offset of the program headers
 * @phnum: how many there are
 * @has_table: it has a resource table
 * @table: byte offset of that
 * @table_size: its bytes
 * @carveouts: ranges of memory that the table asks for
 * @traces: trace buffers in the table
 * @vdevs: virtio devices in the table
 */
struct hwc_elf {
	u8 class;
	u16 machine;
	u64 entry;
	u32 segments;
	u64 phoff;
	u32 phnum;
	bool has_table;
	u64 table;
	u64 table_size;
	u32 carveouts;
	u32 traces;
	u32 vdevs;
};

/**
 * struct hwc_elf_range - addresses as the core sees them
 * @da: the first
 * @size: bytes
 */
struct hwc_elf_range {
	u64 da;
	u64 size;
};

/**
 * hwc_elf_is() - whether a file means to be ELF
 * @buf: the whole file
 * @size: its length in bytes
 */
bool hwc_elf_is(const void *buf, size_t size);

/**
 * hwc_elf_parse() - check a firmware file and describe it
 * @buf: the whole file
 * @size: its length in bytes
 * @elf: filled in on success, otherwise left alone
 * @why: receives one sentence on failure, cut to @room
 * @room: at least HWC_ELF_WHY for a whole one
 *
 * What is refused is what drivers/remoteproc would refuse, what would make it
 * read behind the end of the file, and segments on top of each other.
 *
 * Return: 0 or -EBADMSG.
 */
int hwc_elf_parse(const void *buf, size_t size, struct hwc_elf *elf, char *why, size_t room);

/**
 * hwc_elf_segment() - where a segment is loaded to
 * @buf: the file
 * @elf: as hwc_elf_parse() filled it
 * @i: number, less than @elf's segments
 * @range: receives the addresses
 */
void hwc_elf_segment(const void *buf, const struct hwc_elf *elf, u32 i,
		     struct hwc_elf_range *range);

/**
 * hwc_elf_carveout() - memory that the resource table asks for
 * @buf: the file
 * @elf: as hwc_elf_parse() filled it
 * @i: number, less than @elf's carveouts
 * @range: receives the addresses
 */
void hwc_elf_carveout(const void *buf, const struct hwc_elf *elf, u32 i,
		      struct hwc_elf_range *range);

/**
 * hwc_elf_machine() - what a machine is called
 * @machine: EM_ARM ...
 *
 * Return: "Arm" ..., or NULL when it is not known.
 */
const char *hwc_elf_machine(u16 machine);

#endif
