/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* Where the fields of ELF's headers are, in files for 32 and for 64 bits. */
#ifndef HWC_FIRMWARE_ELF_LAYOUT_H
#define HWC_FIRMWARE_ELF_LAYOUT_H

enum hwc_elf_field {
	EHDR_MACHINE, EHDR_ENTRY, EHDR_PHOFF, EHDR_SHOFF, EHDR_PHENTSIZE, EHDR_PHNUM,
	EHDR_SHENTSIZE, EHDR_SHNUM, EHDR_SHSTRNDX,
	PHDR_TYPE, PHDR_OFFSET, PHDR_PADDR, PHDR_FILESZ, PHDR_MEMSZ,
	SHDR_NAME, SHDR_ADDR, SHDR_OFFSET, SHDR_SIZE,
};

/**
 * struct hwc_elf_place - where a field is in its header
 * @at: byte offset
 * @bytes: how many
 */
struct hwc_elf_place {
	u8 at;
	u8 bytes;
};

static const struct hwc_elf_place hwc_elf_places[][2] = {
	[EHDR_MACHINE]	 = { { 18, 2 }, { 18, 2 } },
	[EHDR_ENTRY]	 = { { 24, 4 }, { 24, 8 } },
	[EHDR_PHOFF]	 = { { 28, 4 }, { 32, 8 } },
	[EHDR_SHOFF]	 = { { 32, 4 }, { 40, 8 } },
	[EHDR_PHENTSIZE] = { { 42, 2 }, { 54, 2 } },
	[EHDR_PHNUM]	 = { { 44, 2 }, { 56, 2 } },
	[EHDR_SHENTSIZE] = { { 46, 2 }, { 58, 2 } },
	[EHDR_SHNUM]	 = { { 48, 2 }, { 60, 2 } },
	[EHDR_SHSTRNDX]	 = { { 50, 2 }, { 62, 2 } },
	[PHDR_TYPE]	 = { { 0, 4 },	{ 0, 4 } },
	[PHDR_OFFSET]	 = { { 4, 4 },	{ 8, 8 } },
	[PHDR_PADDR]	 = { { 12, 4 }, { 24, 8 } },
	[PHDR_FILESZ]	 = { { 16, 4 }, { 32, 8 } },
	[PHDR_MEMSZ]	 = { { 20, 4 }, { 40, 8 } },
	[SHDR_NAME]	 = { { 0, 4 },	{ 0, 4 } },
	[SHDR_ADDR]	 = { { 12, 4 }, { 16, 8 } },
	[SHDR_OFFSET]	 = { { 16, 4 }, { 24, 8 } },
	[SHDR_SIZE]	 = { { 20, 4 }, { 32, 8 } },
};

/* Bytes of a program header, of a section header. */
static const u8 hwc_elf_phdr_size[] = { 32, 56 };
static const u8 hwc_elf_shdr_size[] = { 40, 64 };

#endif
