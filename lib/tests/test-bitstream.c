// SPDX-License-Identifier: GPL-2.0-or-later
/* The bitstream checker, which is the kernel's source built into the library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <glob.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "images.h"

#include "../../kernel/sim/sim-image.h"
#include "../../kernel/tests/bitstream-cases.h"

#define MUTATIONS 300000
#define K26_IMAGES "/k26-dfx/*/*/*.bit"

static void assert_accepted(const u8 *image, size_t size, struct outcome *out)
{
	image_accepted(hwc_bitstream_parse, image, size, out);
}

static void assert_refused(const u8 *image, size_t size, const char *why)
{
	image_refused(hwc_bitstream_parse, image, size, why);
}

static void assert_partial(const struct hwc_bitstream *bs, size_t data)
{
	assert_true(bs->partial);
	assert_false(bs->encrypted);
	assert_true(bs->has_idcode);
	assert_true(bs->has_frames);
	assert_int_equal(bs->idcode, CASE_IDCODE);
	assert_int_equal(bs->far_first, 0x2500);
	assert_int_equal(bs->far_last, 0x82500);
	assert_int_equal(bs->sections, 1);
	assert_int_equal(bs->packets, CASE_PACKETS);
	assert_int_equal(bs->frame_words, CASE_FRAME_WORDS);
	assert_int_equal(bs->sync_offset, data + CASE_SYNC_OFFSET);
	assert_int_equal(bs->data_offset, data);
	assert_int_equal(bs->data_size, sizeof(case_partial));
}

static void assert_bin(bool swap)
{
	u8 image[sizeof(case_partial)];
	struct outcome out;

	case_fill(image, case_partial, sizeof(image), swap);
	assert_accepted(image, sizeof(image), &out);
	assert_int_equal(out.bs.format, HWC_BITSTREAM_BIN);
	assert_int_equal(out.bs.swapped, swap);
	assert_string_equal(out.bs.design, "");
	assert_string_equal(out.bs.part, "");
	assert_partial(&out.bs, 0);
}

static void test_bin(void **state)
{
	(void)state;
	assert_bin(false);
}

static void test_bin_swapped(void **state)
{
	(void)state;
	assert_bin(true);
}

static void test_bit(void **state)
{
	u8 image[CASE_BIT_SIZE];
	struct outcome out;

	(void)state;
	case_fill_bit(image);
	assert_accepted(image, sizeof(image), &out);
	assert_int_equal(out.bs.format, HWC_BITSTREAM_BIT);
	assert_false(out.bs.swapped);
	assert_string_equal(out.bs.design, "d");
	assert_string_equal(out.bs.part, CASE_PART);
	assert_string_equal(out.bs.date, "2026/01/01");
	assert_string_equal(out.bs.time, "00:00:00");
	assert_partial(&out.bs, sizeof(case_header));
}

/* Bits 31:28 are the revision of the silicon: another one is the same part. */
static void test_revision(void **state)
{
	u8 image[CASE_BIT_SIZE];
	struct outcome out;

	(void)state;
	case_fill_bit(image);
	image[0x7d] = 0x24;
	assert_accepted(image, sizeof(image), &out);
	assert_int_equal(out.bs.idcode, 0x24a49093);
}

static void test_sections(void **state)
{
	u8 image[sizeof(case_sections)];
	struct outcome out;

	(void)state;
	case_fill(image, case_sections, sizeof(image), false);
	assert_accepted(image, sizeof(image), &out);
	assert_true(out.bs.partial);
	assert_int_equal(out.bs.sections, 2);
	assert_refused(image, 0x30, "no packet before the end at byte 0x30 writes frames (FDRI)");
	case_store(image + 0x54, 0, false);
	assert_refused(image, sizeof(image),
		       "packet at byte 0x10 writes SHUTDOWN to CMD, no START follows");
}

static void test_full(void **state)
{
	static const struct {
		u32 at;
		u32 value;
	} removed[] = {
		{ 0x08, 0x30012001 }, /* TIMER becomes COR0 */
		{ 0x10, 0x30012001 }, /* WBSTAR becomes COR0 */
		{ 0x24, 0 }, /* SWITCH becomes NULL */
		{ 0x3c, 0 }, /* START becomes NULL */
	};
	u8 image[sizeof(case_full)];
	struct outcome out;
	size_t i, j;

	(void)state;
	/* Each of the four signs is enough, none of them is a partial image. */
	for (i = 0; i <= ARRAY_SIZE(removed); i++) {
		case_fill(image, case_full, sizeof(image), false);
		for (j = 0; j < ARRAY_SIZE(removed); j++)
			if (j != i)
				case_store(image + removed[j].at, removed[j].value, false);
		assert_accepted(image, sizeof(image), &out);
		assert_int_equal(out.bs.partial, i == ARRAY_SIZE(removed));
	}
}

static void test_encrypted(void **state)
{
	u8 image[sizeof(case_encrypted)];
	u8 bit[CASE_BIT_SIZE];
	struct outcome out;

	(void)state;
	case_fill(image, case_encrypted, sizeof(image), false);
	assert_accepted(image, sizeof(image), &out);
	assert_true(out.bs.encrypted);
	assert_false(out.bs.partial);
	assert_false(out.bs.has_idcode);

	/* Only a header can call encrypted data partial. */
	case_fill_bit(bit);
	case_store(bit + sizeof(case_header) + 0x40, 0x00000040, false);
	assert_accepted(bit, sizeof(bit), &out);
	assert_true(out.bs.encrypted);
	assert_true(out.bs.partial);

	/* MASK does not let DEC through: in clear. */
	case_store(image + 0x0c, 0x00000400, false);
	assert_refused(image, sizeof(image),
		       "word 0x8badf00d at byte 0x18 is a packet of type 4, types are 1 and 2");
}

/* A boot image has the swapped sync word at 0x20: it is none of ours. */
static void test_boot_image(void **state)
{
	u8 image[0x100] = {};

	(void)state;
	memset(image, 0xfe, 0x20);
	case_store(image + 0x20, 0xaa995566, true);
	assert_refused(
		image, sizeof(image),
		"word 0xfefefefe at byte 0x0 is neither padding nor the sync word 0xaa995566");
}

static void test_preamble_bounded(void **state)
{
	size_t size = HWC_BITSTREAM_PREAMBLE + sizeof(case_partial);
	u8 *image = malloc(size);
	struct outcome out;

	(void)state;
	assert_non_null(image);
	memset(image, 0xff, size);
	case_fill(image + HWC_BITSTREAM_PREAMBLE - 0x14, case_partial, sizeof(case_partial), false);
	assert_accepted(image, size, &out);
	assert_int_equal(out.bs.sync_offset, HWC_BITSTREAM_PREAMBLE - 4);
	memset(image, 0xff, size);
	case_fill(image + HWC_BITSTREAM_PREAMBLE - 0x10, case_partial, sizeof(case_partial), false);
	assert_refused(image, size, "no sync word 0xaa995566 in 4096 bytes from byte 0x0");
	free(image);
}

static void test_damages(void **state)
{
	u8 image[sizeof(case_partial)];
	size_t i, j;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(case_damages); i++) {
		const struct case_damage *damage = &case_damages[i];

		case_fill(image, case_partial, sizeof(image), false);
		for (j = 0; j < ARRAY_SIZE(damage->words) && damage->words[j].at; j++)
			case_store(image + damage->words[j].at, damage->words[j].value, false);
		assert_refused(image, damage->keep ? damage->keep : sizeof(image), damage->why);
	}
}

static void test_header_damages(void **state)
{
	u8 image[CASE_BIT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(case_header_damages); i++) {
		case_fill_bit(image);
		image[case_header_damages[i].at] = case_header_damages[i].value;
		assert_refused(image, sizeof(image), case_header_damages[i].why);
	}
}

static size_t put_field(u8 *to, char key, const char *text)
{
	size_t len = strlen(text) + 1;

	to[0] = key;
	to[1] = len >> 8;
	to[2] = len;
	memcpy(to + 3, text, len);
	return len + 3;
}

static size_t fill_bit(u8 *to, const char *design, const char *part, const u32 *words, size_t size)
{
	u8 length[] = { 'e', 0, 0, 0, size };
	size_t n = 13;

	memcpy(to, case_header, n);
	n += put_field(to + n, 'a', design);
	n += put_field(to + n, 'b', part);
	n += put_field(to + n, 'c', "2026/01/01");
	n += put_field(to + n, 'd', "00:00:00");
	memcpy(to + n, length, sizeof(length));
	n += sizeof(length);
	case_fill(to + n, words, size, false);
	return n + size;
}

static void test_design_long(void **state)
{
	struct outcome out;
	char design[200];
	u8 image[1024];
	size_t size;

	(void)state;
	/* It is cut, and what stands behind it is still read. */
	memset(design, 'n', sizeof(design));
	strcpy(design + 150, ";PARTIAL=TRUE;Version=2022.1");
	size = fill_bit(image, design, "xcunknown", case_partial, sizeof(case_partial));
	assert_accepted(image, size, &out);
	assert_int_equal(strlen(out.bs.design), sizeof(out.bs.design) - 1);
	assert_true(out.bs.partial);
	size = fill_bit(image, design, "xcunknown", case_full, sizeof(case_full));
	assert_refused(
		image, size,
		"header says PARTIAL=TRUE, packet at byte 0xf7 (TIMER) is of a whole-device image");
}

/* PARTIAL=TRUE counts as a whole attribute only, and not as the design. */
static void test_partial_word(void **state)
{
	struct outcome out;
	u8 image[1024];
	size_t size;

	(void)state;
	size = fill_bit(image, "PARTIAL=TRUE;XPARTIAL=TRUE;PARTIAL=TRUEX;PARTIAL=FALSE", "x",
			case_full, sizeof(case_full));
	assert_accepted(image, size, &out);
	assert_string_equal(out.bs.design, "PARTIAL=TRUE");
	assert_false(out.bs.partial);
	size = fill_bit(image, ";PARTIAL=TRUE", "x", case_partial, sizeof(case_partial));
	assert_accepted(image, size, &out);
	assert_string_equal(out.bs.design, "");
}

static void test_part_long(void **state)
{
	u8 image[1024];
	size_t size;

	(void)state;
	size = fill_bit(image, "d", "12345678901234567890123456789012", case_partial,
			sizeof(case_partial));
	assert_refused(image, size, "header field 'b' is 32 characters long, at most 31 are taken");
}

/* Whatever the order in which frames are written. */
static void test_frame_addresses(void **state)
{
	u8 image[sizeof(case_partial)];
	struct outcome out;

	(void)state;
	case_fill(image, case_partial, sizeof(image), false);
	case_store(image + 0x48, 0x00082500, false);
	case_store(image + 0x6c, 0x00002500, false);
	assert_accepted(image, sizeof(image), &out);
	assert_partial(&out.bs, 0);
}

static void test_cut_anywhere(void **state)
{
	u8 bin[sizeof(case_partial)], bit[CASE_BIT_SIZE];
	struct outcome out;
	size_t size;

	(void)state;
	case_fill_bit(bit);
	for (size = 0; size < sizeof(bit); size++)
		assert_refused(bit, size, NULL);
	case_fill(bin, case_partial, sizeof(bin), false);
	for (size = 0; size < CASE_DESYNC_END; size++)
		assert_refused(bin, size, NULL);
	/* Behind DESYNC nothing tells a raw file from one that was always so. */
	for (; size < sizeof(bin); size += 4) {
		assert_accepted(bin, size, &out);
		assert_refused(bin, size + 1, NULL);
		assert_refused(bin, size + 3, NULL);
	}
}

/* Frame data lie in pages that fault: the checker steps over them. */
static void test_frames_not_read(void **state)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t frames = 1024 * page, size = frames + 2 * page;
	u32 words[sizeof(case_partial) / 4];
	struct hwc_bitstream bs;
	char why[HWC_BITSTREAM_WHY];
	u8 *image;

	(void)state;
	image = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(image, MAP_FAILED);
	memcpy(words, case_partial, sizeof(words));
	/* The type 2 packet grows until its last word ends the last page but one. */
	words[0x74 / 4] = 0x50000000 | (frames + page - 0x78) / 4;
	case_fill(image, words, 0x7c, false);
	case_fill(image + page + frames, words + 0x88 / 4, sizeof(words) - 0x88, false);
	assert_int_equal(mprotect(image + page, frames, PROT_NONE), 0);
	if (hwc_bitstream_parse(image, size, &bs, why, sizeof(why)))
		fail_msg("refused: %s", why);
	assert_int_equal(bs.packets, CASE_PACKETS);
	munmap(image, size);
}

static void test_random(void **state)
{
	u32 seed = 1;
	u8 image[256];
	size_t i;
	int run;

	(void)state;
	for (run = 0; run < 5000; run++) {
		for (i = 0; i < sizeof(image); i++)
			image[i] = next_random(&seed);
		assert_refused(image, next_random(&seed) % (sizeof(image) + 1), NULL);
	}
}

static void mutate(u8 *image, size_t size, u32 *seed)
{
	u32 changes = 1 + next_random(seed) % 4;

	while (changes--) {
		size_t at = next_random(seed) % size;

		switch (next_random(seed) % 3) {
		case 0:
			image[at] ^= 1 << next_random(seed) % 8;
			break;
		case 1:
			image[at] = next_random(seed);
			break;
		case 2:
			/* A word of the image at another place in it. */
			if (at + 4 <= size)
				memmove(image + at, image + next_random(seed) % (size - 3), 4);
			break;
		}
	}
}

static void assert_consistent(const struct hwc_bitstream *bs, size_t size)
{
	assert_int_equal(bs->data_offset + bs->data_size, size);
	assert_in_range(bs->sync_offset, bs->data_offset, size - 4);
	assert_true((u64)bs->frame_words * 4 <= bs->data_size);
	assert_true((u64)bs->packets * 4 <= bs->data_size);
	assert_true(bs->encrypted || (bs->has_idcode && bs->has_frames));
	assert_true(bs->far_first <= bs->far_last);
	assert_true(strnlen(bs->design, sizeof(bs->design)) < sizeof(bs->design));
	assert_true(strnlen(bs->part, sizeof(bs->part)) < sizeof(bs->part));
	assert_true(strnlen(bs->date, sizeof(bs->date)) < sizeof(bs->date));
	assert_true(strnlen(bs->time, sizeof(bs->time)) < sizeof(bs->time));
}

static void test_mutated(void **state)
{
	u8 original[CASE_BIT_SIZE], image[CASE_BIT_SIZE];
	size_t accepted = 0;
	u32 seed = 7;
	int run;

	(void)state;
	case_fill_bit(original);
	for (run = 0; run < MUTATIONS; run++) {
		/* Half of them without header, so that the length is not known. */
		size_t skip = run % 2 ? sizeof(case_header) : 0;
		size_t size = sizeof(image) - skip;
		struct outcome out;
		int ret;

		memcpy(image, original + skip, size);
		mutate(image, size, &seed);
		if (next_random(&seed) % 8 == 0)
			size = next_random(&seed) % (size + 1);
		ret = image_check(hwc_bitstream_parse, image, size, &out);
		if (ret) {
			assert_int_equal(ret, -EBADMSG);
			outcome_refused(&out);
		} else {
			assert_consistent(&out.bs, size);
			accepted++;
		}
	}
	/* Neither outcome may be the rare one, or the run tests little. */
	assert_in_range(accepted, MUTATIONS / 20, MUTATIONS * 3 / 4);
}

static void test_short_why(void **state)
{
	struct hwc_bitstream bs;
	char why[8];

	(void)state;
	assert_int_equal(hwc_bitstream_parse("", 0, &bs, why, sizeof(why)), -EBADMSG);
	assert_string_equal(why, "no sync");
	assert_int_equal(hwc_bitstream_parse("", 0, &bs, NULL, 0), -EBADMSG);
}

static void test_parts(void **state)
{
	static const char *const known[] = {
		"xczu2",   "xczu3",    "xczu4",	  "xczu5",    "xczu7",	  "xczu9",
		"xck26",   "xc7z007s", "xc7z010", "xc7z012s", "xc7z014s", "xc7z015",
		"xc7z020", "xc7z030",  "xc7z035", "xc7z045",  "xc7z100",
	};
	static const char *const unknown[] = {
		"",
		"x",
		"xczu",
		"xck2",
		"xczu11eg-ffvc1760-1-e",
		"xczu28dr-ffvg1517-2-e",
		"xczu21dr",
		"xczu48dr",
		"xck24-ubva530-2LV-c",
		"xczu3tcg-sfvc784-1-e",
		"7z0",
		"zu3eg",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(known); i++) {
		u32 idcode = hwc_bitstream_part_idcode(known[i]);

		/* Manufacturer Xilinx, and the bit that is always set. */
		assert_int_equal(idcode & 0xfff, 0x093);
		assert_string_equal(hwc_bitstream_idcode_part(idcode), known[i]);
		assert_string_equal(hwc_bitstream_idcode_part(idcode | 0x30000000), known[i]);
	}
	for (i = 0; i < ARRAY_SIZE(unknown); i++)
		assert_int_equal(hwc_bitstream_part_idcode(unknown[i]), 0);
	assert_int_equal(hwc_bitstream_part_idcode(CASE_PART), CASE_IDCODE);
	assert_int_equal(hwc_bitstream_part_idcode("xczu3eg-sbva484-1-e"), 0x04a42093);
	assert_int_equal(hwc_bitstream_part_idcode("7z020clg484"), 0x03727093);
	assert_int_equal(hwc_bitstream_part_idcode("xc7z020clg484-1"), 0x03727093);
	assert_null(hwc_bitstream_idcode_part(0));
	assert_null(hwc_bitstream_idcode_part(0xffffffff));
}

/* prjxray's definition, bit by bit. */
static u32 crc_by_bits(u32 crc, u32 reg, u32 word)
{
	u64 value = (u64)reg << 32 | word;
	int i;

	for (i = 0; i < 37; i++, value >>= 1)
		crc = crc >> 1 ^ ((crc ^ value) & 1 ? 0x82f63b78 : 0);
	return crc;
}

static void test_crc(void **state)
{
	u32 seed = 11, crc = 0;
	int i;

	(void)state;
	for (i = 0; i < 10000; i++) {
		u32 reg = next_random(&seed) % 32;
		u32 word = next_random(&seed);

		assert_int_equal(sim_crc_word(crc, reg, word), crc_by_bits(crc, reg, word));
		crc = crc_by_bits(crc, reg, word);
	}
	/* From AMD's K26 images: the checksum of their shut-down section. */
	crc = sim_crc_word(0, SIM_REG_IDCODE, 0x04a49093);
	crc = sim_crc_word(crc, SIM_REG_COR0, 0x38003fe5);
	crc = sim_crc_word(crc, SIM_REG_CMD, SIM_CMD_SHUTDOWN);
	assert_int_equal(crc, 0x4fa02880);
}

static void test_descriptor(void **state)
{
	struct sim_desc desc = { .reg_offset = 0x1000, .reg_size = 0x2000, .irq = 3 }, back;
	u32 words[SIM_DESC_WORDS];
	int i;

	(void)state;
	strcpy(desc.engine, "fifteen letters");
	sim_desc_encode(&desc, words);
	assert_int_equal(sim_desc_decode(words, &back), 0);
	assert_memory_equal(&desc, &back, sizeof(desc));
	for (i = 1; i < SIM_DESC_WORDS; i++) {
		words[i] ^= 1 << i;
		assert_int_equal(sim_desc_decode(words, &back), -EBADMSG);
		words[i] ^= 1 << i;
	}
	words[0]++;
	assert_int_equal(sim_desc_decode(words, &back), -ENOENT);
	for (i = 0; i < SIM_SLOTS_MAX; i++)
		assert_int_equal(SIM_SLOT(SIM_FAR(i)), i);
}

/* ---- AMD's K26 images, where they are at hand ---- */

static u8 *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	u8 *image;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	*size = ftell(file);
	rewind(file);
	image = malloc(*size);
	assert_non_null(image);
	assert_int_equal(fread(image, 1, *size, file), *size);
	fclose(file);
	return image;
}

static u32 be32(const u8 *p)
{
	return (u32)p[0] << 24 | p[1] << 16 | p[2] << 8 | p[3];
}

/**
 * struct silicon - the rules of sim-image.h, as far as these images need them
 * @crc: checksum so far
 * @checks: CRC writes that were right
 * @sections: sections that a DESYNC has ended
 * @synced: within one
 */
struct silicon {
	u32 crc;
	int checks;
	int sections;
	bool synced;
};

static void silicon_write(struct silicon *si, u32 reg, u32 word)
{
	if (reg == SIM_REG_CRC) {
		assert_int_equal(word, si->crc);
		si->crc = 0;
		si->checks++;
		return;
	}
	si->crc = sim_crc_word(si->crc, reg, word);
	if (reg == SIM_REG_CMD && word == SIM_CMD_RCRC)
		si->crc = 0;
	if (reg == SIM_REG_CMD && word == SIM_CMD_DESYNC) {
		si->synced = false;
		si->sections++;
	}
}

/*
 * Refused, unless what is left is a row of whole sections: the clearing one
 * alone, or all up to the start-up. Without header nothing tells them from a
 * file that was meant to be so; the second section shuts down, so it is told.
 */
static void assert_cut(const u8 *data, size_t at, const struct silicon *si)
{
	bool whole = !si->synced && si->sections != 0 && si->sections != 2;
	struct hwc_bitstream bs;
	char why[HWC_BITSTREAM_WHY];

	assert_int_equal(hwc_bitstream_parse(data, at, &bs, why, sizeof(why)),
			 whole ? 0 : -EBADMSG);
}

/* Loads an image as a device would, and cuts it before each packet. */
static void load_and_cut(const u8 *data, size_t size, struct silicon *si)
{
	u32 word, reg = 0, count;
	size_t at = 0;

	while (at < size) {
		assert_cut(data, at, si);
		word = be32(data + at);
		at += 4;
		if (!si->synced) {
			si->synced = word == SIM_SYNC_WORD;
			continue;
		}
		if (word == SIM_NOOP)
			continue;
		if (word >> 29 == 1)
			reg = word >> 13 & 0x1f;
		count = word & (word >> 29 == 1 ? SIM_TYPE1_COUNT_MAX : SIM_TYPE2_COUNT_MAX);
		for (; count; count--, at += 4)
			silicon_write(si, reg, be32(data + at));
	}
}

static void check_k26_image(const char *path)
{
	struct outcome out, raw;
	struct silicon si = {};
	u8 *image, *data;
	size_t size, i;

	print_message("           %s\n", path);
	image = read_file(path, &size);
	assert_accepted(image, size, &out);
	assert_int_equal(out.bs.format, HWC_BITSTREAM_BIT);
	assert_string_equal(out.bs.design, "opendfx_shell_wrapper");
	assert_string_equal(out.bs.part, CASE_PART);
	assert_int_equal(out.bs.idcode, CASE_IDCODE);
	assert_true(out.bs.partial);
	assert_false(out.bs.swapped);
	assert_int_equal(out.bs.sections, 4);
	assert_consistent(&out.bs, size);

	/* Without its header, and then with its bytes reversed. */
	data = image + out.bs.data_offset;
	assert_accepted(data, out.bs.data_size, &raw);
	assert_int_equal(raw.bs.format, HWC_BITSTREAM_BIN);
	assert_int_equal(raw.bs.packets, out.bs.packets);
	load_and_cut(data, out.bs.data_size, &si);
	assert_int_equal(si.sections, 4);
	assert_int_equal(si.checks, 6);
	assert_false(si.synced);
	for (i = 0; i < out.bs.data_size; i += 4)
		case_store(data + i, be32(data + i), true);
	assert_accepted(data, out.bs.data_size, &raw);
	assert_true(raw.bs.swapped);
	assert_true(raw.bs.partial);
	assert_int_equal(raw.bs.packets, out.bs.packets);
	free(image);
}

static void test_k26(void **state)
{
	const char *folder = getenv("HWC_TESTDATA");
	char pattern[4096];
	glob_t found;
	size_t i;

	(void)state;
	if (!folder) {
		print_message(
			"[  SKIP  ] HWC_TESTDATA is not set: AMD's K26 images are not here\n");
		skip();
	}
	snprintf(pattern, sizeof(pattern), "%s%s", folder, K26_IMAGES);
	if (glob(pattern, 0, NULL, &found)) {
		print_message("[  SKIP  ] no file matches %s\n", pattern);
		skip();
	}
	for (i = 0; i < found.gl_pathc; i++)
		check_k26_image(found.gl_pathv[i]);
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bin),
		cmocka_unit_test(test_bin_swapped),
		cmocka_unit_test(test_bit),
		cmocka_unit_test(test_revision),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_boot_image),
		cmocka_unit_test(test_preamble_bounded),
		cmocka_unit_test(test_damages),
		cmocka_unit_test(test_header_damages),
		cmocka_unit_test(test_design_long),
		cmocka_unit_test(test_partial_word),
		cmocka_unit_test(test_part_long),
		cmocka_unit_test(test_frame_addresses),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_frames_not_read),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_short_why),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_crc),
		cmocka_unit_test(test_descriptor),
		cmocka_unit_test(test_k26),
	};

	return cmocka_run_group_tests_name("bitstream", tests, NULL, NULL);
}
