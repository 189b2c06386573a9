// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * Firmware of remote processors: recognise, check, describe.
 *
 * The rules are those of the kernel's drivers/remoteproc/remoteproc_elf_loader.c,
 * which reads the file, and of remoteproc_core.c, which reads the resource table.
 */
#include "file-check.h"
#include "firmware-elf.h"
#include "firmware-elf-layout.h"

/* Sizes of the resource table's parts, include/linux/remoteproc.h. */
#define TABLE_HEADER	16
#define ENTRY_TYPE	4
#define ENTRY_MEMORY	52	/* struct fw_rsc_carveout, struct fw_rsc_devmem */
#define ENTRY_TRACE	44
#define ENTRY_VDEV	24
#define ENTRY_VRING	20

#define TABLE_NAME	".resource_table"
#define TABLE_VERSION	1
#define VRINGS_MAX	2
#define ANY_ADDRESS	0xffffffff

/* Bytes of the file's header. */
static const u8 hwc_elf_ehdr_size[] = { 52, 64 };

enum { CARVEOUT, DEVMEM, TRACE, VDEV };

/**
 * struct walk - one pass through a file
 * @buf: the file
 * @size: its length
 * @wide: it is for 64 bits
 * @elf: what was found so far
 * @refusal: why it is refused, if it is
 */
struct walk {
	const u8 *buf;
	u64 size;
	bool wide;
	struct hwc_elf elf;
	struct hwc_refusal refusal;
};

/* A field of the header at @at. */
static u64 field(const u8 *buf, u64 at, bool wide, enum hwc_elf_field which)
{
	const struct hwc_elf_place *place = &hwc_elf_places[which][wide];

	return hwc_le_at(buf + at + place->at, place->bytes);
}

static int check_room(struct walk *w, const char *what, u64 at, u64 size)
{
	if (at <= w->size && size <= w->size - at)
		return 0;
	return refuse(w, "%s at byte %llu with %llu bytes, the file has %llu", what,
		      (unsigned long long)at, (unsigned long long)size,
		      (unsigned long long)w->size);
}

bool hwc_elf_is(const void *buf, size_t size)
{
	return size >= SELFMAG && !memcmp(buf, ELFMAG, SELFMAG);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_elf_is);

static int check_ident(struct walk *w)
{
	if (!hwc_elf_is(w->buf, w->size))
		return refuse(w, "firmware is no ELF file");
	if (w->size < hwc_elf_ehdr_size[0])
		return refuse(w, "firmware has %llu bytes, the header of an ELF file %u",
			      (unsigned long long)w->size, hwc_elf_ehdr_size[0]);
	w->elf.class = w->buf[EI_CLASS];
	if (w->elf.class != ELFCLASS32 && w->elf.class != ELFCLASS64)
		return refuse(w, "firmware has the ELF class %u, there are 1 (32 bits) and 2 (64)",
			      w->elf.class);
	if (w->buf[EI_DATA] != ELFDATA2LSB)
		return refuse(w, "firmware is not little-endian");
	w->wide = w->elf.class == ELFCLASS64;
	return check_room(w, "ELF header", 0, hwc_elf_ehdr_size[w->wide]);
}

static int check_header(struct walk *w)
{
	u8 phdr_size = hwc_elf_phdr_size[w->wide];
	u64 phentsize = field(w->buf, 0, w->wide, EHDR_PHENTSIZE);

	w->elf.machine = field(w->buf, 0, w->wide, EHDR_MACHINE);
	w->elf.entry = field(w->buf, 0, w->wide, EHDR_ENTRY);
	w->elf.phoff = field(w->buf, 0, w->wide, EHDR_PHOFF);
	w->elf.phnum = field(w->buf, 0, w->wide, EHDR_PHNUM);
	if (!w->elf.phnum)
		return refuse(w, "firmware has no segments");
	if (phentsize != phdr_size)
		return refuse(w, "program headers have %llu bytes each, those of its class %u",
			      (unsigned long long)phentsize, phdr_size);
	return check_room(w, "table of program headers", w->elf.phoff,
			  (u64)w->elf.phnum * phdr_size);
}

static bool is_loaded(const u8 *buf, u64 phdr, bool wide)
{
	return field(buf, phdr, wide, PHDR_TYPE) == PT_LOAD &&
	       field(buf, phdr, wide, PHDR_MEMSZ);
}

void hwc_elf_segment(const void *buf, const struct hwc_elf *elf, u32 i,
		     struct hwc_elf_range *range)
{
	bool wide = elf->class == ELFCLASS64;
	u64 phdr = elf->phoff;

	for (; !is_loaded(buf, phdr, wide) || i--; phdr += hwc_elf_phdr_size[wide])
		;
	range->da = field(buf, phdr, wide, PHDR_PADDR);
	range->size = field(buf, phdr, wide, PHDR_MEMSZ);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_elf_segment);

static int check_segment(struct walk *w, u64 phdr)
{
	u64 da = field(w->buf, phdr, w->wide, PHDR_PADDR);
	u64 memsz = field(w->buf, phdr, w->wide, PHDR_MEMSZ);
	u64 filesz = field(w->buf, phdr, w->wide, PHDR_FILESZ);
	u64 top = w->wide ? ~0ULL : ANY_ADDRESS;

	if (filesz > memsz)
		return refuse(w, "segment at 0x%llx has 0x%llx bytes, and 0x%llx in memory",
			      (unsigned long long)da, (unsigned long long)filesz,
			      (unsigned long long)memsz);
	if (memsz - 1 > top - da)
		return refuse(w, "segment at 0x%llx with 0x%llx bytes ends beyond the last address",
			      (unsigned long long)da, (unsigned long long)memsz);
	return check_room(w, "segment", field(w->buf, phdr, w->wide, PHDR_OFFSET), filesz);
}

static bool overlap(const struct hwc_elf_range *a, const struct hwc_elf_range *b)
{
	return a->da <= b->da + (b->size - 1) && b->da <= a->da + (a->size - 1);
}

static int check_overlaps(struct walk *w)
{
	struct hwc_elf_range a, b;
	u32 i, j;

	for (i = 1; i < w->elf.segments; i++) {
		hwc_elf_segment(w->buf, &w->elf, i, &a);
		for (j = 0; j < i; j++) {
			hwc_elf_segment(w->buf, &w->elf, j, &b);
			if (overlap(&a, &b))
				return refuse(w, "segments at 0x%llx and 0x%llx overlap",
					      (unsigned long long)b.da, (unsigned long long)a.da);
		}
	}
	return 0;
}

static int check_segments(struct walk *w)
{
	u64 phdr = w->elf.phoff;
	u32 i;
	int ret;

	for (i = 0; i < w->elf.phnum; i++, phdr += hwc_elf_phdr_size[w->wide]) {
		if (!is_loaded(w->buf, phdr, w->wide))
			continue;
		ret = check_segment(w, phdr);
		if (ret)
			return ret;
		if (++w->elf.segments > HWC_ELF_SEGMENTS_MAX)
			return refuse(w, "firmware has more than %u segments to load",
				      HWC_ELF_SEGMENTS_MAX);
	}
	if (!w->elf.segments)
		return refuse(w, "firmware has no segment to load");
	return check_overlaps(w);
}

/* The loader reads the section header that has the names also where there are none. */
static int check_sections(struct walk *w, u64 *names, u64 *names_size)
{
	u8 shdr_size = hwc_elf_shdr_size[w->wide];
	u64 shoff = field(w->buf, 0, w->wide, EHDR_SHOFF);
	u64 shnum = field(w->buf, 0, w->wide, EHDR_SHNUM);
	u64 shstrndx = field(w->buf, 0, w->wide, EHDR_SHSTRNDX);
	u64 shentsize = field(w->buf, 0, w->wide, EHDR_SHENTSIZE);
	int ret;

	if (shnum && shentsize != shdr_size)
		return refuse(w, "section headers have %llu bytes each, those of its class %u",
			      (unsigned long long)shentsize, shdr_size);
	if (shnum && shstrndx >= shnum)
		return refuse(w, "names of the sections are in section %llu of %llu",
			      (unsigned long long)shstrndx, (unsigned long long)shnum);
	ret = check_room(w, "table of section headers", shoff,
			 (shnum ? shnum : shstrndx + 1) * shdr_size);
	if (ret || !shnum)
		return ret;
	shoff += shstrndx * shdr_size;
	*names = field(w->buf, shoff, w->wide, SHDR_OFFSET);
	*names_size = field(w->buf, shoff, w->wide, SHDR_SIZE);
	ret = check_room(w, "table of section names", *names, *names_size);
	if (ret)
		return ret;
	if (!*names_size || w->buf[*names + *names_size - 1])
		return refuse(w, "table of section names has no end");
	return 0;
}

/* The loader takes the first one, and no other. */
static int find_table(struct walk *w)
{
	u64 shdr = field(w->buf, 0, w->wide, EHDR_SHOFF);
	u64 shnum = field(w->buf, 0, w->wide, EHDR_SHNUM);
	u64 names = 0, names_size = 0, name, i;
	int ret = check_sections(w, &names, &names_size);

	for (i = 0; i < shnum && !ret; i++, shdr += hwc_elf_shdr_size[w->wide]) {
		name = field(w->buf, shdr, w->wide, SHDR_NAME);
		if (name >= names_size)
			return refuse(w, "section %llu has no name", (unsigned long long)i);
		if (strcmp((const char *)w->buf + names + name, TABLE_NAME))
			continue;
		w->elf.has_table = true;
		w->elf.table = field(w->buf, shdr, w->wide, SHDR_OFFSET);
		w->elf.table_size = field(w->buf, shdr, w->wide, SHDR_SIZE);
		return check_room(w, "resource table", w->elf.table, w->elf.table_size);
	}
	return ret;
}

static u32 table_word(const u8 *buf, const struct hwc_elf *elf, u64 at)
{
	return hwc_le_at(buf + elf->table + at, 4);
}

static int check_table_header(struct walk *w)
{
	struct hwc_elf *elf = &w->elf;
	u32 version, entries;

	if (elf->table_size < TABLE_HEADER)
		return refuse(w, "resource table has %llu bytes, its header alone has %u",
			      (unsigned long long)elf->table_size, TABLE_HEADER);
	version = table_word(w->buf, elf, 0);
	entries = table_word(w->buf, elf, 4);
	if (version != TABLE_VERSION)
		return refuse(w, "resource table has version %u, version %u is understood", version,
			      TABLE_VERSION);
	if (table_word(w->buf, elf, 8) || table_word(w->buf, elf, 12))
		return refuse(w, "resource table's reserved words are not zero");
	if (entries > (elf->table_size - TABLE_HEADER) / 4)
		return refuse(w, "resource table names %u entries and has %llu bytes", entries,
			      (unsigned long long)elf->table_size);
	return 0;
}

/* The caller knows that a type is there. */
static int check_entry_size(struct walk *w, u32 i, u32 at, u64 size)
{
	if (ENTRY_TYPE + size <= w->elf.table_size - at)
		return 0;
	return refuse(w, "entry %u of the resource table has %llu bytes at byte %u of %llu", i,
		      (unsigned long long)(ENTRY_TYPE + size), at,
		      (unsigned long long)w->elf.table_size);
}

static int check_memory(struct walk *w, u32 i, u32 at)
{
	int ret = check_entry_size(w, i, at, ENTRY_MEMORY);

	if (ret)
		return ret;
	if (table_word(w->buf, &w->elf, at + 20))
		return refuse(w, "entry %u of the resource table: reserved word is not zero", i);
	return 0;
}

static int check_trace(struct walk *w, u32 i, u32 at)
{
	int ret = check_entry_size(w, i, at, ENTRY_TRACE);

	if (ret)
		return ret;
	if (table_word(w->buf, &w->elf, at + 12))
		return refuse(w, "entry %u of the resource table: reserved word is not zero", i);
	if (!table_word(w->buf, &w->elf, at + 8))
		return refuse(w, "entry %u of the resource table: trace buffer has no bytes", i);
	return 0;
}

static int check_vdev(struct walk *w, u32 i, u32 at)
{
	u32 vrings, config;
	int ret = check_entry_size(w, i, at, ENTRY_VDEV);

	if (ret)
		return ret;
	config = table_word(w->buf, &w->elf, at + 20);
	vrings = w->buf[w->elf.table + at + 25];
	if (vrings > VRINGS_MAX)
		return refuse(w, "entry %u of the resource table has %u vrings, %u are possible",
			      i, vrings, VRINGS_MAX);
	if (w->buf[w->elf.table + at + 26] || w->buf[w->elf.table + at + 27])
		return refuse(w, "entry %u of the resource table: reserved bytes are not zero", i);
	return check_entry_size(w, i, at, ENTRY_VDEV + (u64)vrings * ENTRY_VRING + config);
}

static bool is_fixed_carveout(const u8 *buf, const struct hwc_elf *elf, u32 at)
{
	return table_word(buf, elf, at) == CARVEOUT && table_word(buf, elf, at + 4) != ANY_ADDRESS;
}

/* Vendors have entries of their own (128 and above); the kernel skips the rest. */
static int check_entry(struct walk *w, u32 i, u32 at)
{
	switch (table_word(w->buf, &w->elf, at)) {
	case CARVEOUT:
	case DEVMEM:
		return check_memory(w, i, at);
	case TRACE:
		w->elf.traces++;
		return check_trace(w, i, at);
	case VDEV:
		w->elf.vdevs++;
		return check_vdev(w, i, at);
	default:
		return 0;
	}
}

static int check_table(struct walk *w)
{
	u32 entries, i, at;
	int ret = check_table_header(w);

	if (ret)
		return ret;
	entries = table_word(w->buf, &w->elf, 4);
	for (i = 0; i < entries; i++) {
		at = table_word(w->buf, &w->elf, TABLE_HEADER + 4 * i);
		if (at > w->elf.table_size - ENTRY_TYPE)
			return refuse(w, "entry %u of the resource table is at byte %u of %llu", i,
				      at, (unsigned long long)w->elf.table_size);
		if (at < TABLE_HEADER + 4 * entries)
			return refuse(w, "entry %u of the resource table is in its header", i);
		ret = check_entry(w, i, at);
		if (ret)
			return ret;
		w->elf.carveouts += is_fixed_carveout(w->buf, &w->elf, at);
	}
	return 0;
}

void hwc_elf_carveout(const void *buf, const struct hwc_elf *elf, u32 i,
		      struct hwc_elf_range *range)
{
	u32 at, n = 0;

	do
		at = table_word(buf, elf, TABLE_HEADER + 4 * n++);
	while (!is_fixed_carveout(buf, elf, at) || i--);
	range->da = table_word(buf, elf, at + 4);
	range->size = table_word(buf, elf, at + 12);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_elf_carveout);

int hwc_elf_parse(const void *buf, size_t size, struct hwc_elf *elf, char *why, size_t room)
{
	struct walk w = { .buf = buf, .size = size, .refusal = { why, room } };
	int ret;

	ret = check_ident(&w) ?: check_header(&w) ?: check_segments(&w) ?: find_table(&w);
	if (!ret && w.elf.has_table)
		ret = check_table(&w);
	if (!ret)
		*elf = w.elf;
	return ret;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_elf_parse);

const char *hwc_elf_machine(u16 machine)
{
	switch (machine) {
	case EM_ARM:
		return "Arm";
	case EM_AARCH64:
		return "AArch64";
	case EM_RISCV:
		return "RISC-V";
	case EM_XTENSA:
		return "Xtensa";
	case EM_MICROBLAZE:
		return "MicroBlaze";
	case EM_386:
		return "x86";
	case EM_X86_64:
		return "x86-64";
	default:
		return NULL;
	}
}
EXPORT_SYMBOL_IF_KUNIT(hwc_elf_machine);
