// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: the checker of firmware for remote processors. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/slab.h>

#include "elf-cases.h"

/* What a refusal must leave alone. */
#define UNTOUCHED 0x5a

static const struct case_fw fw32 = {
	.class = ELFCLASS32,
	.machine = EM_ARM,
	.text = "hello",
	.vdev = true,
	.carveout = true,
};

static const struct case_fw fw64 = {
	.class = ELFCLASS64,
	.machine = EM_AARCH64,
	.text = "hello",
	.vdev = true,
	.carveout = true,
};

/* Parses a copy of exactly @size bytes: KASAN sees a read behind its end. */
static int parse(struct kunit *test, const u8 *fw, size_t size, struct hwc_elf *elf, char *why)
{
	u8 *copy = kmemdup(fw, size, GFP_KERNEL);
	struct hwc_elf_range range;
	int ret;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memset(elf, UNTOUCHED, sizeof(*elf));
	why[0] = '\0';
	ret = hwc_elf_parse(copy, size, elf, why, HWC_ELF_WHY);
	for (i = 0; !ret && i < elf->segments; i++)
		hwc_elf_segment(copy, elf, i, &range);
	for (i = 0; !ret && i < elf->carveouts; i++)
		hwc_elf_carveout(copy, elf, i, &range);
	kfree(copy);
	if (ret) {
		KUNIT_EXPECT_EQ(test, ret, -EBADMSG);
		KUNIT_EXPECT_NE(test, why[0], '\0');
		KUNIT_EXPECT_NULL(test, memchr_inv(elf, UNTOUCHED, sizeof(*elf)));
	}
	return ret;
}

static u8 *build(struct kunit *test, const struct case_fw *fw)
{
	u8 *buf = kunit_kzalloc(test, CASE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buf);
	case_build(buf, fw);
	return buf;
}

static void expect_described(struct kunit *test, const struct case_fw *fw)
{
	struct hwc_elf_range range;
	u8 *buf = build(test, fw);
	char why[HWC_ELF_WHY];
	struct hwc_elf elf;

	KUNIT_ASSERT_EQ_MSG(test, parse(test, buf, CASE_SIZE, &elf, why), 0, "%s", why);
	KUNIT_EXPECT_EQ(test, elf.class, fw->class);
	KUNIT_EXPECT_EQ(test, elf.machine, fw->machine);
	KUNIT_EXPECT_EQ(test, elf.entry, CASE_DA);
	KUNIT_EXPECT_TRUE(test, elf.has_table);
	KUNIT_EXPECT_EQ(test, elf.traces, 1);
	KUNIT_EXPECT_EQ(test, elf.vdevs, 1);
	KUNIT_ASSERT_EQ(test, elf.segments, 2);
	hwc_elf_segment(buf, &elf, 1, &range);
	KUNIT_EXPECT_EQ(test, range.da, CASE_TABLE_DA);
	KUNIT_EXPECT_EQ(test, range.size, CASE_END);
	KUNIT_ASSERT_EQ(test, elf.carveouts, 1);
	hwc_elf_carveout(buf, &elf, 0, &range);
	KUNIT_EXPECT_EQ(test, range.da, CASE_CARVEOUT_DA);
	KUNIT_EXPECT_EQ(test, range.size, 0x1000);
}

static void elf_class_test(struct kunit *test)
{
	expect_described(test, &fw32);
	expect_described(test, &fw64);
}

static void elf_bare_test(struct kunit *test)
{
	struct case_fw fw = fw32;
	char why[HWC_ELF_WHY];
	struct hwc_elf elf;

	fw.bare = true;
	KUNIT_ASSERT_EQ_MSG(test, parse(test, build(test, &fw), CASE_SIZE, &elf, why), 0, "%s",
			    why);
	KUNIT_EXPECT_FALSE(test, elf.has_table);
	KUNIT_EXPECT_EQ(test, elf.traces, 0);
}

/* A field of the file, in the class of 32 bits, is not what it should be. */
struct damage {
	const char *name;
	size_t at;
	int field;	/* of the header there, or one of the next two */
	u64 value;
	const char *why;
};

enum { BYTE = -1, WORD = -4 };

static const struct damage damages[] = {
	{ "magic", 0, BYTE, 0, "firmware is no ELF file" },
	{ "class", EI_CLASS, BYTE, 3,
	  "firmware has the ELF class 3, there are 1 (32 bits) and 2 (64)" },
	{ "byte order", EI_DATA, BYTE, ELFDATA2MSB, "firmware is not little-endian" },
	{ "no program headers", 0, EHDR_PHNUM, 0, "firmware has no segments" },
	{ "size of a program header", 0, EHDR_PHENTSIZE, 56,
	  "program headers have 56 bytes each, those of its class 32" },
	{ "program headers outside", 0, EHDR_PHOFF, 0x330,
	  "table of program headers at byte 816 with 64 bytes, the file has 832" },
	{ "program headers far outside", 0, EHDR_PHOFF, 0xffffffff,
	  "table of program headers at byte 4294967295 with 64 bytes, the file has 832" },
	{ "section headers outside", 0, EHDR_SHOFF, 0x300,
	  "table of section headers at byte 768 with 120 bytes, the file has 832" },
	{ "size of a section header", 0, EHDR_SHENTSIZE, 64,
	  "section headers have 64 bytes each, those of its class 40" },
	{ "section of the names", 0, EHDR_SHSTRNDX, 3,
	  "names of the sections are in section 3 of 3" },
	{ "names without an end", CASE_SHDR + 80, SHDR_SIZE, 10,
	  "table of section names has no end" },
	{ "no names", CASE_SHDR + 80, SHDR_SIZE, 0, "table of section names has no end" },
	{ "names outside", CASE_SHDR + 80, SHDR_OFFSET, 0x400,
	  "table of section names at byte 1024 with 27 bytes, the file has 832" },
	{ "name outside", CASE_SHDR + 40, SHDR_NAME, 27, "section 1 has no name" },
	{ "less memory than file", CASE_PHDR, PHDR_MEMSZ, 0x10,
	  "segment at 0x10000000 has 0x80 bytes, and 0x10 in memory" },
	{ "segment wraps", CASE_PHDR, PHDR_PADDR, 0xfffffff0,
	  "segment at 0xfffffff0 with 0x80 bytes ends beyond the last address" },
	{ "segment truncated", CASE_PHDR, PHDR_OFFSET, 0x300,
	  "segment at byte 768 with 128 bytes, the file has 832" },
	{ "segments overlap", CASE_PHDR, PHDR_MEMSZ, 0x1001,
	  "segments at 0x10000000 and 0x10001000 overlap" },
	{ "table outside", CASE_SHDR + 40, SHDR_SIZE, 0x1000,
	  "resource table at byte 384 with 4096 bytes, the file has 832" },
	{ "table of no bytes", CASE_SHDR + 40, SHDR_SIZE, 0,
	  "resource table has 0 bytes, its header alone has 16" },
	{ "table too short", CASE_SHDR + 40, SHDR_SIZE, 15,
	  "resource table has 15 bytes, its header alone has 16" },
	{ "table's version", CASE_TABLE + 0, WORD, 2,
	  "resource table has version 2, version 1 is understood" },
	{ "table's reserved words", CASE_TABLE + 12, WORD, 1,
	  "resource table's reserved words are not zero" },
	{ "table's entries", CASE_TABLE + 4, WORD, 48,
	  "resource table names 48 entries and has 204 bytes" },
	{ "table's entries wrap", CASE_TABLE + 4, WORD, 0x40000001,
	  "resource table names 1073741825 entries and has 204 bytes" },
	{ "entry outside", CASE_TABLE + 16, WORD, 201,
	  "entry 0 of the resource table is at byte 201 of 204" },
	{ "entry far outside", CASE_TABLE + 20, WORD, 0xffffffff,
	  "entry 1 of the resource table is at byte 4294967295 of 204" },
	{ "entry in the header", CASE_TABLE + 16, WORD, 8,
	  "entry 0 of the resource table is in its header" },
	{ "entry cut off", CASE_TABLE + 16, WORD, 180,
	  "entry 0 of the resource table has 56 bytes at byte 180 of 204" },
	{ "trace of no bytes", CASE_TABLE + CASE_TRACE + 8, WORD, 0,
	  "entry 0 of the resource table: trace buffer has no bytes" },
	{ "trace's reserved word", CASE_TABLE + CASE_TRACE + 12, WORD, 1,
	  "entry 0 of the resource table: reserved word is not zero" },
	{ "vrings", CASE_TABLE + CASE_VDEV + 25, BYTE, 3,
	  "entry 1 of the resource table has 3 vrings, 2 are possible" },
	{ "virtio device's reserved bytes", CASE_TABLE + CASE_VDEV + 27, BYTE, 1,
	  "entry 1 of the resource table: reserved bytes are not zero" },
	{ "virtio device's configuration", CASE_TABLE + CASE_VDEV + 20, WORD, 0xffffffff,
	  "entry 1 of the resource table has 4294967363 bytes at byte 80 of 204" },
	{ "carveout's reserved word", CASE_TABLE + CASE_CARVEOUT + 20, WORD, 1,
	  "entry 2 of the resource table: reserved word is not zero" },
};

static void damage_to_desc(const struct damage *damage, char *desc)
{
	strscpy(desc, damage->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(damage, damages, damage_to_desc);

static void elf_damage_test(struct kunit *test)
{
	const struct damage *damage = test->param_value;
	u8 *buf = build(test, &fw32);
	char why[HWC_ELF_WHY];
	struct hwc_elf elf;

	if (damage->field < 0)
		case_put(buf, damage->at, -damage->field, damage->value);
	else
		case_field(buf, &fw32, damage->at, damage->field, damage->value);
	KUNIT_EXPECT_NE(test, parse(test, buf, CASE_SIZE, &elf, why), 0);
	KUNIT_EXPECT_STREQ(test, why, damage->why);
}

static void elf_no_load_test(struct kunit *test)
{
	u8 *buf = build(test, &fw32);
	char why[HWC_ELF_WHY];
	struct hwc_elf elf;

	case_segment(buf, &fw32, 0, CASE_DA, CASE_TEXT, 0);
	case_segment(buf, &fw32, 1, CASE_DA, CASE_TEXT, 0);
	KUNIT_EXPECT_NE(test, parse(test, buf, CASE_SIZE, &elf, why), 0);
	KUNIT_EXPECT_STREQ(test, why, "firmware has no segment to load");
}

/* The pairs are compared: their number must not be the file's to choose. */
static void elf_many_segments_test(struct kunit *test)
{
	size_t size = CASE_SIZE + (HWC_ELF_SEGMENTS_MAX + 1) * hwc_elf_phdr_size[0];
	u8 *buf = kunit_kzalloc(test, size, GFP_KERNEL);
	char why[HWC_ELF_WHY];
	struct hwc_elf elf;
	unsigned int i;
	size_t at;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	case_build(buf, &fw32);
	case_field(buf, &fw32, 0, EHDR_PHOFF, CASE_SIZE);
	case_field(buf, &fw32, 0, EHDR_PHNUM, HWC_ELF_SEGMENTS_MAX + 1);
	for (i = 0; i <= HWC_ELF_SEGMENTS_MAX; i++) {
		at = CASE_SIZE - CASE_PHDR;
		case_segment(buf + at, &fw32, i, CASE_DA + i * 0x100, CASE_TEXT, 0x80);
	}
	KUNIT_EXPECT_NE(test, parse(test, buf, size, &elf, why), 0);
	KUNIT_EXPECT_STREQ(test, why, "firmware has more than 128 segments to load");
	case_field(buf, &fw32, 0, EHDR_PHNUM, HWC_ELF_SEGMENTS_MAX);
	KUNIT_EXPECT_EQ_MSG(test, parse(test, buf, size, &elf, why), 0, "%s", why);
	KUNIT_EXPECT_EQ(test, elf.segments, HWC_ELF_SEGMENTS_MAX);
}

static void elf_cut_test(struct kunit *test)
{
	const struct case_fw *fws[] = { &fw32, &fw64 };
	char why[HWC_ELF_WHY];
	struct hwc_elf elf;
	size_t size, end, i;
	u8 *buf;

	for (i = 0; i < ARRAY_SIZE(fws); i++) {
		buf = build(test, fws[i]);
		end = CASE_SHDR + 3 * hwc_elf_shdr_size[i];
		for (size = 1; size < end; size++)
			KUNIT_EXPECT_NE(test, parse(test, buf, size, &elf, why), 0);
	}
}

/* Whatever stands there, nothing behind the end is read. */
static void elf_mutated_test(struct kunit *test)
{
	u8 *buf = kunit_kzalloc(test, CASE_SIZE, GFP_KERNEL);
	const struct case_fw *fws[] = { &fw32, &fw64 };
	struct rnd_state state;
	char why[HWC_ELF_WHY];
	struct hwc_elf elf;
	int i, n;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	prandom_seed_state(&state, 4711);
	for (i = 0; i < 20000; i++) {
		case_build(buf, fws[i % 2]);
		for (n = 0; n <= i % 4; n++)
			buf[prandom_u32_state(&state) % CASE_SIZE] = prandom_u32_state(&state);
		parse(test, buf, CASE_SIZE, &elf, why);
	}
}

static struct kunit_case elf_cases[] = {
	KUNIT_CASE(elf_class_test),
	KUNIT_CASE(elf_bare_test),
	KUNIT_CASE_PARAM(elf_damage_test, damage_gen_params),
	KUNIT_CASE(elf_no_load_test),
	KUNIT_CASE(elf_many_segments_test),
	KUNIT_CASE(elf_cut_test),
	KUNIT_CASE(elf_mutated_test),
	{}
};

static struct kunit_suite elf_suite = {
	.name = "hwcontainer-elf",
	.test_cases = elf_cases,
};

kunit_test_suite(elf_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("Unit tests of hwcontainer's checker of firmware");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
