// SPDX-License-Identifier: GPL-2.0-or-later
/* The checker of PDIs, which is the kernel's source built into the library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "images.h"

#include "../../kernel/tests/bitstream-cases.h"
#include "../../kernel/tests/pdi-cases.h"

#define MUTATIONS 300000

static void assert_accepted(const u8 *pdi, size_t size, struct outcome *out)
{
	image_accepted(hwc_image_parse, pdi, size, out);
}

static void assert_refused(const u8 *pdi, size_t size, const char *why)
{
	image_refused(hwc_image_parse, pdi, size, why);
}

static void fill_partial(u8 *pdi)
{
	case_fill(pdi, case_pdi, sizeof(case_pdi), true);
}

static void fill_boot(u8 *pdi)
{
	case_fill(pdi, case_boot_pdi, sizeof(case_boot_pdi), true);
}

static void set_sums(u8 *pdi)
{
	case_set_sums(pdi, case_pdi_sums, ARRAY_SIZE(case_pdi_sums));
}

static void assert_partial(const struct hwc_bitstream *bs)
{
	assert_int_equal(bs->format, HWC_BITSTREAM_PDI);
	assert_true(bs->partial);
	assert_false(bs->encrypted);
	assert_false(bs->swapped);
	assert_false(bs->has_frames);
	assert_true(bs->has_idcode);
	assert_int_equal(bs->idcode, CASE_PDI_IDCODE);
	assert_int_equal(bs->frame_words, CASE_PDI_FRAME_WORDS);
	assert_int_equal(bs->data_offset, 0);
	assert_string_equal(bs->part, "");
	assert_false(bs->pdi.boot);
	assert_false(bs->pdi.authenticated);
	assert_int_equal(bs->pdi.version, 4);
	assert_int_equal(bs->pdi.id, 0x31);
	assert_int_equal(bs->pdi.parent_id, 0x30);
	assert_int_equal(bs->pdi.ext_idcode, 1);
	assert_int_equal(bs->pdi.images, 2);
	assert_int_equal(bs->pdi.partitions, 3);
	assert_int_equal(bs->pdi.node_first, 0x18700001);
	assert_int_equal(bs->pdi.node_last, 0x18700002);
}

static void test_partial(void **state)
{
	u8 pdi[sizeof(case_pdi)];
	struct outcome out;

	fill_partial(pdi);
	assert_accepted(pdi, sizeof(pdi), &out);
	assert_partial(&out.bs);
	assert_int_equal(out.bs.data_size, sizeof(pdi));
	assert_int_equal(out.bs.pdi.images_at, 0x90);
	(void)state;
}

static void test_images(void **state)
{
	u8 pdi[sizeof(case_pdi)];
	struct hwc_pdi_image image;
	struct outcome out;

	fill_partial(pdi);
	assert_accepted(pdi, sizeof(pdi), &out);
	hwc_pdi_image(pdi, &out.bs.pdi, 0, &image);
	assert_string_equal(image.name, "rp0_sha256");
	assert_int_equal(image.id, 0x18700001);
	assert_int_equal(image.uid, 0x51);
	assert_int_equal(image.parent_uid, 0x50);
	assert_int_equal(image.function_id, 0x52);
	assert_int_equal(image.partitions, 2);
	/* a name of full length has no NUL in the file */
	hwc_pdi_image(pdi, &out.bs.pdi, 1, &image);
	assert_string_equal(image.name, "sixteen letters.");
	assert_int_equal(image.id, 0x18700002);
	assert_int_equal(image.partitions, 1);
	(void)state;
}

/* The SelectMAP words are of three widths. */
static void test_widths(void **state)
{
	static const u32 widths[][2] = { { PDI_SMAP_8, 0x44332211 }, { PDI_SMAP_16, 0x33441122 } };
	u8 pdi[sizeof(case_pdi)];
	struct outcome out;
	size_t i;

	fill_partial(pdi);
	for (i = 0; i < ARRAY_SIZE(widths); i++) {
		case_store(pdi, widths[i][0], true);
		case_store(pdi + 4, widths[i][1], true);
		assert_accepted(pdi, sizeof(pdi), &out);
		assert_partial(&out.bs);
	}
	(void)state;
}

/* They may be missing. */
static void test_bare(void **state)
{
	static const u32 offsets[] = { 0x18, 0x20, 0x130, 0x1b0, 0x230 };
	u8 pdi[sizeof(case_pdi)];
	struct outcome out;
	size_t i;

	fill_partial(pdi);
	for (i = 0; i < ARRAY_SIZE(offsets); i++)
		case_store(pdi + offsets[i], case_pdi[offsets[i] / 4] - 4, true);
	set_sums(pdi);
	assert_accepted(pdi + 16, sizeof(pdi) - 16, &out);
	assert_partial(&out.bs);
	assert_int_equal(out.bs.pdi.images_at, 0x80);
	(void)state;
}

static void test_boot(void **state)
{
	u8 pdi[sizeof(case_boot_pdi)];
	struct hwc_pdi_image image;
	struct outcome out;

	fill_boot(pdi);
	assert_accepted(pdi, sizeof(pdi), &out);
	assert_true(out.bs.pdi.boot);
	assert_false(out.bs.partial);
	assert_false(out.bs.encrypted);
	assert_int_equal(out.bs.idcode, CASE_PDI_IDCODE);
	assert_int_equal(out.bs.frame_words, 4);
	assert_int_equal(out.bs.pdi.images, 2);
	/* the loader's image has no frames */
	assert_int_equal(out.bs.pdi.node_first, 0x18700000);
	assert_int_equal(out.bs.pdi.node_last, 0x18700000);
	hwc_pdi_image(pdi, &out.bs.pdi, 1, &image);
	assert_string_equal(image.name, "pl_cfi");
	/* a parent makes no part of what a device starts from */
	case_store(pdi + 0x10a8, 0x77, true);
	case_set_sums(pdi, case_boot_sums, ARRAY_SIZE(case_boot_sums));
	assert_accepted(pdi, sizeof(pdi), &out);
	assert_false(out.bs.partial);
	(void)state;
}

/* Of the whole of the logic: none of the images has a parent. */
static void test_whole(void **state)
{
	u8 pdi[sizeof(case_pdi)];
	struct outcome out;

	fill_partial(pdi);
	case_store(pdi + 0xb8, 0, true);
	set_sums(pdi);
	assert_accepted(pdi, sizeof(pdi), &out);
	assert_true(out.bs.partial);
	case_store(pdi + 0xf8, 0, true);
	set_sums(pdi);
	assert_accepted(pdi, sizeof(pdi), &out);
	assert_false(out.bs.partial);
	(void)state;
}

static void test_encrypted(void **state)
{
	u8 pdi[sizeof(case_pdi)];
	struct outcome out;

	fill_partial(pdi);
	case_store(pdi + 0x190 + 0x44, 0xa5c3c5a3, true);
	set_sums(pdi);
	assert_accepted(pdi, sizeof(pdi), &out);
	assert_true(out.bs.encrypted);
	assert_int_equal(out.bs.frame_words, 2);
	(void)state;
}

/* Then nothing behind the table can be read. */
static void test_encrypted_headers(void **state)
{
	u8 pdi[sizeof(case_pdi)];
	struct outcome out;

	fill_partial(pdi);
	case_store(pdi + 0x10 + 0x40, 0xa5c3c5a3, true);
	set_sums(pdi);
	memset(pdi + 0x90, 0xff, 0x200);
	assert_accepted(pdi, sizeof(pdi), &out);
	assert_true(out.bs.encrypted);
	assert_int_equal(out.bs.idcode, CASE_PDI_IDCODE);
	assert_int_equal(out.bs.pdi.images, 0);
	assert_int_equal(out.bs.pdi.partitions, 0);
	(void)state;
}

static void test_encrypted_loader(void **state)
{
	u8 pdi[sizeof(case_boot_pdi)];
	struct outcome out;

	fill_boot(pdi);
	case_store(pdi + 0x18, 0xa5c3c5a3, true);
	case_set_sums(pdi, case_boot_sums, ARRAY_SIZE(case_boot_sums));
	assert_accepted(pdi, sizeof(pdi), &out);
	assert_true(out.bs.encrypted);
	(void)state;
}

static void test_authenticated(void **state)
{
	static const u32 certificates[] = { 0x10 + 0x48, 0x110 + 0x34 };
	u8 pdi[sizeof(case_pdi)];
	struct outcome out;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(certificates); i++) {
		fill_partial(pdi);
		case_store(pdi + certificates[i], 0xac, true);
		set_sums(pdi);
		assert_accepted(pdi, sizeof(pdi), &out);
		assert_true(out.bs.pdi.authenticated);
	}
	(void)state;
}

static void test_damages(void **state)
{
	u8 pdi[sizeof(case_pdi)], boot[sizeof(case_boot_pdi)];
	const struct case_pdi_damage *damage;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(case_pdi_damages); i++) {
		damage = &case_pdi_damages[i];
		fill_partial(pdi);
		case_damage_pdi(pdi, damage, case_pdi_sums, ARRAY_SIZE(case_pdi_sums));
		assert_refused(pdi, damage->keep ?: sizeof(pdi), damage->why);
	}
	for (i = 0; i < ARRAY_SIZE(case_boot_damages); i++) {
		damage = &case_boot_damages[i];
		fill_boot(boot);
		case_damage_pdi(boot, damage, case_boot_sums, ARRAY_SIZE(case_boot_sums));
		assert_refused(boot, damage->keep ?: sizeof(boot), damage->why);
	}
	(void)state;
}

static void test_cut(void **state)
{
	u8 pdi[sizeof(case_pdi)], boot[sizeof(case_boot_pdi)];
	size_t size;

	fill_partial(pdi);
	for (size = 0; size < sizeof(pdi); size++)
		assert_refused(pdi, size, NULL);
	fill_boot(boot);
	for (size = 0; size < sizeof(boot); size++)
		assert_refused(boot, size, NULL);
	(void)state;
}

static void test_short_room(void **state)
{
	u8 pdi[sizeof(case_pdi)];
	char why[8];
	struct hwc_bitstream bs;

	fill_partial(pdi);
	case_store(pdi + 0x14, 0, true);
	assert_int_equal(hwc_image_parse(pdi, sizeof(pdi), &bs, why, sizeof(why)), -EBADMSG);
	assert_string_equal(why, "image h");
	assert_int_equal(hwc_image_parse(pdi, sizeof(pdi), &bs, NULL, 0), -EBADMSG);
	(void)state;
}

/* A bitstream's sync word is where a boot header has the same word. */
static void test_bitstream(void **state)
{
	u8 image[sizeof(case_partial)];
	struct outcome out;

	case_fill(image, case_partial, sizeof(image), true);
	assert_int_equal(image[0x10], 0x66);
	assert_false(hwc_pdi_is(image, sizeof(image)));
	assert_accepted(image, sizeof(image), &out);
	assert_int_equal(out.bs.format, HWC_BITSTREAM_BIN);
	(void)state;
}

/* Words of the headers changed and their checksums made right. */
static void test_mutated(void **state)
{
	u8 original[sizeof(case_pdi)], pdi[sizeof(case_pdi)];
	struct hwc_pdi_image image;
	struct hwc_bitstream bs;
	u32 random = 5, i, n;
	char why[HWC_BITSTREAM_WHY];

	fill_partial(original);
	for (i = 0; i < MUTATIONS; i++) {
		memcpy(pdi, original, sizeof(pdi));
		for (n = next_random(&random) % 3 + 1; n; n--)
			pdi[next_random(&random) % 0x290] = next_random(&random);
		set_sums(pdi);
		if (hwc_image_parse(pdi, sizeof(pdi), &bs, why, sizeof(why)))
			continue;
		assert_in_range(bs.pdi.images, 0, PDI_IMAGES_MAX);
		for (n = 0; n < bs.pdi.images; n++)
			hwc_pdi_image(pdi, &bs.pdi, n, &image);
	}
	(void)state;
}

static void test_parts(void **state)
{
	assert_string_equal(hwc_bitstream_idcode_part(CASE_PDI_IDCODE), "xcvc1902");
	assert_int_equal(hwc_bitstream_part_idcode("xcvc1902-vsva2197-2MP-e-S"), 0x04ca8093);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_partial),
		cmocka_unit_test(test_images),
		cmocka_unit_test(test_widths),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_boot),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_encrypted),
		cmocka_unit_test(test_encrypted_headers),
		cmocka_unit_test(test_encrypted_loader),
		cmocka_unit_test(test_authenticated),
		cmocka_unit_test(test_damages),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_short_room),
		cmocka_unit_test(test_bitstream),
		cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_parts),
	};

	return cmocka_run_group_tests_name("pdi", tests, NULL, NULL);
}
