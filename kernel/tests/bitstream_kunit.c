// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: the bitstream checker. */
#include <linux/module.h>
#include <linux/prandom.h>

#include "../sim/sim-image.h"
#include "bitstream-cases.h"
#include "outcome.h"

static struct outcome *outcome_alloc(struct kunit *test)
{
	return outcome_of(test, hwc_bitstream_parse);
}

static u8 *bit_image(struct kunit *test)
{
	u8 *image = kunit_kzalloc(test, CASE_BIT_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, image);
	case_fill_bit(image);
	return image;
}

static void expect_partial(struct kunit *test, const struct hwc_bitstream *bs, size_t data)
{
	KUNIT_EXPECT_TRUE(test, bs->partial);
	KUNIT_EXPECT_FALSE(test, bs->encrypted);
	KUNIT_EXPECT_TRUE(test, bs->has_idcode);
	KUNIT_EXPECT_TRUE(test, bs->has_frames);
	KUNIT_EXPECT_EQ(test, bs->idcode, CASE_IDCODE);
	KUNIT_EXPECT_EQ(test, bs->far_first, 0x2500);
	KUNIT_EXPECT_EQ(test, bs->far_last, 0x82500);
	KUNIT_EXPECT_EQ(test, bs->sections, 1);
	KUNIT_EXPECT_EQ(test, bs->packets, CASE_PACKETS);
	KUNIT_EXPECT_EQ(test, bs->frame_words, CASE_FRAME_WORDS);
	KUNIT_EXPECT_EQ(test, bs->sync_offset, data + CASE_SYNC_OFFSET);
	KUNIT_EXPECT_EQ(test, bs->data_offset, data);
	KUNIT_EXPECT_EQ(test, bs->data_size, sizeof(case_partial));
}

static void bitstream_bin_test(struct kunit *test)
{
	struct outcome *out = outcome_alloc(test);
	bool swap = *(const bool *)test->param_value;

	expect_accepted(test, image_of(test, case_partial, sizeof(case_partial), swap),
			sizeof(case_partial), out);
	KUNIT_EXPECT_EQ(test, out->bs.format, HWC_BITSTREAM_BIN);
	KUNIT_EXPECT_EQ(test, out->bs.swapped, swap);
	KUNIT_EXPECT_STREQ(test, out->bs.part, "");
	expect_partial(test, &out->bs, 0);
}

static const bool byte_orders[] = { false, true };

static void byte_order_name(const bool *swap, char *name)
{
	strscpy(name, *swap ? "swapped" : "straight", KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(byte_order, byte_orders, byte_order_name);

static void bitstream_bit_test(struct kunit *test)
{
	struct outcome *out = outcome_alloc(test);

	expect_accepted(test, bit_image(test), CASE_BIT_SIZE, out);
	KUNIT_EXPECT_EQ(test, out->bs.format, HWC_BITSTREAM_BIT);
	KUNIT_EXPECT_STREQ(test, out->bs.design, "d");
	KUNIT_EXPECT_STREQ(test, out->bs.part, CASE_PART);
	KUNIT_EXPECT_STREQ(test, out->bs.date, "2026/01/01");
	KUNIT_EXPECT_STREQ(test, out->bs.time, "00:00:00");
	expect_partial(test, &out->bs, sizeof(case_header));
}

static void bitstream_sections_test(struct kunit *test)
{
	struct outcome *out = outcome_alloc(test);
	u8 *image = image_of(test, case_sections, sizeof(case_sections), false);

	expect_accepted(test, image, sizeof(case_sections), out);
	KUNIT_EXPECT_TRUE(test, out->bs.partial);
	KUNIT_EXPECT_EQ(test, out->bs.sections, 2);
}

static void bitstream_full_test(struct kunit *test)
{
	struct outcome *out = outcome_alloc(test);
	u8 *image = image_of(test, case_full, sizeof(case_full), false);

	expect_accepted(test, image, sizeof(case_full), out);
	KUNIT_EXPECT_FALSE(test, out->bs.partial);
}

static void bitstream_encrypted_test(struct kunit *test)
{
	struct outcome *out = outcome_alloc(test);
	u8 *image = image_of(test, case_encrypted, sizeof(case_encrypted), false);

	expect_accepted(test, image, sizeof(case_encrypted), out);
	KUNIT_EXPECT_TRUE(test, out->bs.encrypted);
	KUNIT_EXPECT_FALSE(test, out->bs.partial);
	KUNIT_EXPECT_FALSE(test, out->bs.has_idcode);
}

static void bitstream_damage_test(struct kunit *test)
{
	const struct case_damage *damage = test->param_value;
	struct outcome *out = outcome_alloc(test);
	u8 *image = image_of(test, case_partial, sizeof(case_partial), false);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(damage->words) && damage->words[i].at; i++)
		case_store(image + damage->words[i].at, damage->words[i].value, false);
	expect_refused(test, image, damage->keep ?: sizeof(case_partial), out, damage->why);
}

static void damage_name(const struct case_damage *damage, char *name)
{
	strscpy(name, damage->why, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(damage, case_damages, damage_name);

static void bitstream_header_damage_test(struct kunit *test)
{
	const struct case_header_damage *damage = test->param_value;
	struct outcome *out = outcome_alloc(test);
	u8 *image = bit_image(test);

	image[damage->at] = damage->value;
	expect_refused(test, image, CASE_BIT_SIZE, out, damage->why);
}

static void header_damage_name(const struct case_header_damage *damage, char *name)
{
	strscpy(name, damage->why, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(header_damage, case_header_damages, header_damage_name);

static void bitstream_cut_test(struct kunit *test)
{
	struct outcome *out = outcome_alloc(test);
	u8 *bin = image_of(test, case_partial, sizeof(case_partial), false);
	u8 *bit = bit_image(test);
	size_t size;

	for (size = 1; size < CASE_BIT_SIZE; size++)
		expect_refused(test, bit, size, out, NULL);
	for (size = 1; size < CASE_DESYNC_END; size++)
		expect_refused(test, bin, size, out, NULL);
	/* Behind DESYNC nothing tells a raw file from one that was always so. */
	for (; size < sizeof(case_partial); size += 4) {
		expect_accepted(test, bin, size, out);
		expect_refused(test, bin, size + 1, out, NULL);
	}
}

/* Nothing random passes, and KASAN sees what is read. */
static void bitstream_random_test(struct kunit *test)
{
	struct outcome *out = outcome_alloc(test);
	struct rnd_state state;
	u8 image[256];
	int i;

	prandom_seed_state(&state, 2);
	for (i = 0; i < 2000; i++) {
		prandom_bytes_state(&state, image, sizeof(image));
		expect_refused(test, image, sizeof(image), out, NULL);
	}
}

/* One byte changed: accepted or refused, but described within its own bounds. */
static void bitstream_mutated_test(struct kunit *test)
{
	struct outcome *out = outcome_alloc(test);
	u8 *image = bit_image(test);
	struct rnd_state state;
	int i;

	prandom_seed_state(&state, 3);
	for (i = 0; i < 5000; i++) {
		size_t at = prandom_u32_state(&state) % CASE_BIT_SIZE;
		u8 old = image[at];

		image[at] = prandom_u32_state(&state);
		if (parse(test, image, CASE_BIT_SIZE, out) == 0) {
			KUNIT_EXPECT_EQ(test, out->bs.data_offset + out->bs.data_size,
					CASE_BIT_SIZE);
			KUNIT_EXPECT_LT(test, out->bs.sync_offset, CASE_BIT_SIZE);
			KUNIT_EXPECT_LT(test, out->bs.frame_words, CASE_BIT_SIZE / 4);
		}
		image[at] = old;
	}
}

static void bitstream_parts_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, hwc_bitstream_part_idcode(CASE_PART), CASE_IDCODE);
	KUNIT_EXPECT_EQ(test, hwc_bitstream_part_idcode("7z020clg484"), 0x03727093);
	KUNIT_EXPECT_EQ(test, hwc_bitstream_part_idcode("xczu28dr-ffvg1517-2-e"), 0);
	KUNIT_EXPECT_EQ(test, hwc_bitstream_part_idcode("xczu3tcg-sfvc784-1-e"), 0);
	KUNIT_EXPECT_EQ(test, hwc_bitstream_part_idcode(""), 0);
	KUNIT_EXPECT_STREQ(test, hwc_bitstream_idcode_part(0x14a49093), "xck26");
	KUNIT_EXPECT_NULL(test, hwc_bitstream_idcode_part(0));
}

/* From AMD's K26 images: the checksum of their shut-down section. */
static void bitstream_crc_test(struct kunit *test)
{
	u32 crc = 0;

	crc = sim_crc_word(crc, SIM_REG_IDCODE, 0x04a49093);
	crc = sim_crc_word(crc, SIM_REG_COR0, 0x38003fe5);
	crc = sim_crc_word(crc, SIM_REG_CMD, SIM_CMD_SHUTDOWN);
	KUNIT_EXPECT_EQ(test, crc, 0x4fa02880);
}

static struct kunit_case bitstream_cases[] = {
	KUNIT_CASE_PARAM(bitstream_bin_test, byte_order_gen_params),
	KUNIT_CASE(bitstream_bit_test),
	KUNIT_CASE(bitstream_sections_test),
	KUNIT_CASE(bitstream_full_test),
	KUNIT_CASE(bitstream_encrypted_test),
	KUNIT_CASE_PARAM(bitstream_damage_test, damage_gen_params),
	KUNIT_CASE_PARAM(bitstream_header_damage_test, header_damage_gen_params),
	KUNIT_CASE(bitstream_cut_test),
	KUNIT_CASE(bitstream_random_test),
	KUNIT_CASE(bitstream_mutated_test),
	KUNIT_CASE(bitstream_parts_test),
	KUNIT_CASE(bitstream_crc_test),
	{}
};

static struct kunit_suite bitstream_suite = {
	.name = "hwcontainer-bitstream",
	.test_cases = bitstream_cases,
};

kunit_test_suite(bitstream_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
