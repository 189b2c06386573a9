// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: the checker of PDIs. */
#include <linux/module.h>
#include <linux/prandom.h>
#include <linux/unaligned.h>

#include "../pdi.h"
#include "outcome.h"
#include "pdi-cases.h"

static struct outcome *outcome_alloc(struct kunit *test)
{
	return outcome_of(test, hwc_image_parse);
}

static u8 *pdi_of(struct kunit *test, const u32 *words, size_t size)
{
	return image_of(test, words, size, true);
}

static void pdi_partial_test(struct kunit *test)
{
	u8 *pdi = pdi_of(test, case_pdi, sizeof(case_pdi));
	struct outcome *out = outcome_alloc(test);
	struct hwc_pdi_image image;

	expect_accepted(test, pdi, sizeof(case_pdi), out);
	KUNIT_EXPECT_EQ(test, out->bs.format, HWC_BITSTREAM_PDI);
	KUNIT_EXPECT_TRUE(test, out->bs.partial);
	KUNIT_EXPECT_FALSE(test, out->bs.encrypted);
	KUNIT_EXPECT_FALSE(test, out->bs.has_frames);
	KUNIT_EXPECT_TRUE(test, out->bs.has_idcode);
	KUNIT_EXPECT_EQ(test, out->bs.idcode, CASE_PDI_IDCODE);
	KUNIT_EXPECT_EQ(test, out->bs.frame_words, CASE_PDI_FRAME_WORDS);
	KUNIT_EXPECT_EQ(test, out->bs.data_offset, 0);
	KUNIT_EXPECT_EQ(test, out->bs.data_size, sizeof(case_pdi));
	KUNIT_EXPECT_FALSE(test, out->bs.pdi.boot);
	KUNIT_EXPECT_EQ(test, out->bs.pdi.images, 2);
	KUNIT_EXPECT_EQ(test, out->bs.pdi.partitions, 3);
	KUNIT_EXPECT_EQ(test, out->bs.pdi.node_first, 0x18700001);
	KUNIT_EXPECT_EQ(test, out->bs.pdi.node_last, 0x18700002);
	hwc_pdi_image(pdi, &out->bs.pdi, 1, &image);
	KUNIT_EXPECT_STREQ(test, image.name, "sixteen letters.");
	KUNIT_EXPECT_EQ(test, image.id, 0x18700002);
}

/* A node that is none must not hide behind one that is. */
static void pdi_node_zero_test(struct kunit *test)
{
	u8 *pdi = pdi_of(test, case_pdi, sizeof(case_pdi));
	struct outcome *out = outcome_alloc(test);

	put_unaligned_le32(0, pdi + 0xb0);
	put_unaligned_le32(case_pdi[0xcc / 4] + case_pdi[0xb0 / 4], pdi + 0xcc);
	expect_accepted(test, pdi, sizeof(case_pdi), out);
	KUNIT_EXPECT_EQ(test, out->bs.pdi.node_first, 0);
	KUNIT_EXPECT_EQ(test, out->bs.pdi.node_last, 0x18700002);
}

static void pdi_boot_test(struct kunit *test)
{
	u8 *pdi = pdi_of(test, case_boot_pdi, sizeof(case_boot_pdi));
	struct outcome *out = outcome_alloc(test);

	expect_accepted(test, pdi, sizeof(case_boot_pdi), out);
	KUNIT_EXPECT_TRUE(test, out->bs.pdi.boot);
	KUNIT_EXPECT_FALSE(test, out->bs.partial);
	KUNIT_EXPECT_EQ(test, out->bs.idcode, CASE_PDI_IDCODE);
}

static void pdi_encrypted_test(struct kunit *test)
{
	u8 *pdi = pdi_of(test, case_pdi, sizeof(case_pdi));
	struct outcome *out = outcome_alloc(test);

	case_store(pdi + 0x110 + PDI_PART_KEY, 0xa5c3c5a3, true);
	case_set_sums(pdi, case_pdi_sums, ARRAY_SIZE(case_pdi_sums));
	expect_accepted(test, pdi, sizeof(case_pdi), out);
	KUNIT_EXPECT_TRUE(test, out->bs.encrypted);
}

static void pdi_damage_test(struct kunit *test)
{
	const struct case_pdi_damage *damage = test->param_value;
	u8 *pdi = pdi_of(test, case_pdi, sizeof(case_pdi));
	struct outcome *out = outcome_alloc(test);

	case_damage_pdi(pdi, damage, case_pdi_sums, ARRAY_SIZE(case_pdi_sums));
	expect_refused(test, pdi, damage->keep ?: sizeof(case_pdi), out, damage->why);
}

static void pdi_boot_damage_test(struct kunit *test)
{
	const struct case_pdi_damage *damage = test->param_value;
	u8 *pdi = pdi_of(test, case_boot_pdi, sizeof(case_boot_pdi));
	struct outcome *out = outcome_alloc(test);

	case_damage_pdi(pdi, damage, case_boot_sums, ARRAY_SIZE(case_boot_sums));
	expect_refused(test, pdi, damage->keep ?: sizeof(case_boot_pdi), out, damage->why);
}

static void damage_name(const struct case_pdi_damage *damage, char *name)
{
	strscpy(name, damage->why, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(damage, case_pdi_damages, damage_name);
KUNIT_ARRAY_PARAM(boot_damage, case_boot_damages, damage_name);

static void pdi_cut_test(struct kunit *test)
{
	u8 *boot = pdi_of(test, case_boot_pdi, sizeof(case_boot_pdi));
	u8 *pdi = pdi_of(test, case_pdi, sizeof(case_pdi));
	struct outcome *out = outcome_alloc(test);
	size_t size;

	for (size = 1; size < sizeof(case_pdi); size++)
		expect_refused(test, pdi, size, out, NULL);
	for (size = 1; size < sizeof(case_boot_pdi); size++)
		expect_refused(test, boot, size, out, NULL);
}

/* A bitstream's sync word is where a boot header has the same word. */
static void pdi_bitstream_test(struct kunit *test)
{
	static const u32 words[] = { ~0, ~0, ~0, ~0, 0xaa995566, 0x20000000 };
	u8 *image = pdi_of(test, words, sizeof(words));

	KUNIT_EXPECT_FALSE(test, hwc_pdi_is(image, sizeof(words)));
}

/* Bytes of the headers changed and their checksums made right. */
static void pdi_mutated_test(struct kunit *test)
{
	u8 *pdi = pdi_of(test, case_pdi, sizeof(case_pdi));
	struct outcome *out = outcome_alloc(test);
	struct hwc_pdi_image image;
	struct rnd_state state;
	int i, n;

	prandom_seed_state(&state, 4);
	for (i = 0; i < 5000; i++) {
		case_fill(pdi, case_pdi, sizeof(case_pdi), true);
		for (n = 0; n <= i % 3; n++)
			pdi[prandom_u32_state(&state) % 0x290] = prandom_u32_state(&state);
		case_set_sums(pdi, case_pdi_sums, ARRAY_SIZE(case_pdi_sums));
		if (parse(test, pdi, sizeof(case_pdi), out))
			continue;
		KUNIT_EXPECT_LE(test, out->bs.pdi.images, PDI_IMAGES_MAX);
		for (n = 0; n < out->bs.pdi.images; n++)
			hwc_pdi_image(pdi, &out->bs.pdi, n, &image);
	}
}

static struct kunit_case pdi_cases[] = {
	KUNIT_CASE(pdi_partial_test),
	KUNIT_CASE(pdi_node_zero_test),
	KUNIT_CASE(pdi_boot_test),
	KUNIT_CASE(pdi_encrypted_test),
	KUNIT_CASE_PARAM(pdi_damage_test, damage_gen_params),
	KUNIT_CASE_PARAM(pdi_boot_damage_test, boot_damage_gen_params),
	KUNIT_CASE(pdi_cut_test),
	KUNIT_CASE(pdi_bitstream_test),
	KUNIT_CASE(pdi_mutated_test),
	{}
};

static struct kunit_suite pdi_suite = {
	.name = "hwcontainer-pdi",
	.test_cases = pdi_cases,
};

kunit_test_suite(pdi_suite);
