/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * A firmware file that the checker likes, for the module's KUnit suite and for the
 * tests in the guest, which damage it. All numbers are little-endian.
 */
#ifndef HWC_ELF_CASES_H
#define HWC_ELF_CASES_H

#include "../firmware-elf.h"
#include "../firmware-elf-layout.h"

/* Where its parts are, in both classes. */
#define CASE_PHDR	0x040
#define CASE_TEXT	0x100
#define CASE_TEXT_SIZE	0x080
#define CASE_TABLE	0x180
#define CASE_NAMES	0x260
#define CASE_SHDR	0x280
#define CASE_SIZE	0x340

/* In the resource table: the header, the offsets, the entries. */
#define CASE_TRACE	32
#define CASE_VDEV	(CASE_TRACE + 48)
#define CASE_CARVEOUT	(CASE_VDEV + 68)
#define CASE_END	(CASE_CARVEOUT + 56)

#define CASE_DA		0x10000000
#define CASE_TABLE_DA	(CASE_DA + 0x1000)
#define CASE_TRACE_DA	(CASE_DA + 0x2000)
#define CASE_TRACE_SIZE	0x1000
#define CASE_CARVEOUT_DA 0x20000000

#define CASE_NAMES_TEXT	"\0.resource_table\0.shstrtab"

/**
 * struct case_fw - what the firmware should be
 * @class: ELFCLASS32 or ELFCLASS64
 * @machine: EM_ARM ...
 * @text: what stands at its entry point
 * @bare: without a resource table
 * @vdev: the table has a virtio device for rpmsg behind the trace buffer
 * @carveout: and a range of memory behind that
 */
struct case_fw {
	u8 class;
	u16 machine;
	const char *text;
	bool bare;
	bool vdev;
	bool carveout;
};

static inline void case_put(u8 *buf, size_t at, unsigned int bytes, u64 value)
{
	for (; bytes--; value >>= 8)
		buf[at++] = value;
}

/* In the header at @at. */
static inline void case_field(u8 *buf, const struct case_fw *fw, size_t at,
			      enum hwc_elf_field field, u64 value)
{
	const struct hwc_elf_place *place = &hwc_elf_places[field][fw->class == ELFCLASS64];

	case_put(buf, at + place->at, place->bytes, value);
}

static inline void case_segment(u8 *buf, const struct case_fw *fw, unsigned int i, u32 da,
				u32 offset, u32 size)
{
	size_t at = CASE_PHDR + i * hwc_elf_phdr_size[fw->class == ELFCLASS64];

	case_field(buf, fw, at, PHDR_TYPE, PT_LOAD);
	case_field(buf, fw, at, PHDR_OFFSET, offset);
	case_field(buf, fw, at, PHDR_PADDR, da);
	case_field(buf, fw, at, PHDR_FILESZ, size);
	case_field(buf, fw, at, PHDR_MEMSZ, size);
}

static inline void case_section(u8 *buf, const struct case_fw *fw, unsigned int i, u32 name,
				u32 da, u32 offset, u32 size)
{
	size_t at = CASE_SHDR + i * hwc_elf_shdr_size[fw->class == ELFCLASS64];

	case_field(buf, fw, at, SHDR_NAME, name);
	case_field(buf, fw, at, SHDR_ADDR, da);
	case_field(buf, fw, at, SHDR_OFFSET, offset);
	case_field(buf, fw, at, SHDR_SIZE, size);
}

static inline void case_header(u8 *buf, const struct case_fw *fw)
{
	memcpy(buf, ELFMAG, SELFMAG);
	buf[EI_CLASS] = fw->class;
	buf[EI_DATA] = ELFDATA2LSB;
	buf[EI_VERSION] = EV_CURRENT;
	case_field(buf, fw, 0, EHDR_MACHINE, fw->machine);
	case_field(buf, fw, 0, EHDR_ENTRY, CASE_DA);
	case_field(buf, fw, 0, EHDR_PHOFF, CASE_PHDR);
	case_field(buf, fw, 0, EHDR_SHOFF, CASE_SHDR);
	case_field(buf, fw, 0, EHDR_PHENTSIZE, hwc_elf_phdr_size[fw->class == ELFCLASS64]);
	case_field(buf, fw, 0, EHDR_PHNUM, 2);
	case_field(buf, fw, 0, EHDR_SHENTSIZE, hwc_elf_shdr_size[fw->class == ELFCLASS64]);
	case_field(buf, fw, 0, EHDR_SHNUM, 3);
	case_field(buf, fw, 0, EHDR_SHSTRNDX, 2);
}

/* The entries of struct resource_table, include/linux/remoteproc.h. */
static inline void case_table(u8 *buf, const struct case_fw *fw)
{
	u8 *table = buf + CASE_TABLE;
	unsigned int i;

	case_put(table, 0, 4, 1);
	case_put(table, 4, 4, 1 + fw->vdev + (fw->vdev && fw->carveout));
	case_put(table, 16, 4, CASE_TRACE);
	case_put(table, 20, 4, CASE_VDEV);
	case_put(table, 24, 4, CASE_CARVEOUT);

	case_put(table, CASE_TRACE, 4, 2);
	case_put(table, CASE_TRACE + 4, 4, CASE_TRACE_DA);
	case_put(table, CASE_TRACE + 8, 4, CASE_TRACE_SIZE);
	memcpy(table + CASE_TRACE + 16, "trace", 5);

	case_put(table, CASE_VDEV, 4, 3);
	case_put(table, CASE_VDEV + 4, 4, 7);
	case_put(table, CASE_VDEV + 12, 4, 1);
	table[CASE_VDEV + 25] = 2;
	for (i = 0; i < 2; i++) {
		case_put(table, CASE_VDEV + 28 + 20 * i, 4, 0xffffffff);
		case_put(table, CASE_VDEV + 32 + 20 * i, 4, 4096);
		case_put(table, CASE_VDEV + 36 + 20 * i, 4, 16);
	}

	case_put(table, CASE_CARVEOUT, 4, 0);
	case_put(table, CASE_CARVEOUT + 4, 4, CASE_CARVEOUT_DA);
	case_put(table, CASE_CARVEOUT + 12, 4, 0x1000);
}

/* Fills @buf, CASE_SIZE bytes. */
static inline void case_build(u8 *buf, const struct case_fw *fw)
{
	memset(buf, 0, CASE_SIZE);
	case_header(buf, fw);
	memcpy(buf + CASE_TEXT, fw->text, strnlen(fw->text, CASE_TEXT_SIZE - 1));
	case_table(buf, fw);
	memcpy(buf + CASE_NAMES, CASE_NAMES_TEXT, sizeof(CASE_NAMES_TEXT));
	case_segment(buf, fw, 0, CASE_DA, CASE_TEXT, CASE_TEXT_SIZE);
	case_segment(buf, fw, 1, CASE_TABLE_DA, CASE_TABLE, CASE_END);
	case_section(buf, fw, 1, !fw->bare, CASE_TABLE_DA, CASE_TABLE, CASE_END);
	case_section(buf, fw, 2, 17, 0, CASE_NAMES, sizeof(CASE_NAMES_TEXT));
}

#endif
