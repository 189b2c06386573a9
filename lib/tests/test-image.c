// SPDX-License-Identifier: GPL-2.0-or-later
/* Images: what the checker found, as the library tells it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../kernel/bitstream.h"
#include "../../kernel/tests/bitstream-cases.h"
#include "../../kernel/tests/pdi-cases.h"
#include "context.h"
#include "ctx.h"
#include "digest.h"
#include "msg.h"

/* The words as a file, most significant byte first, or last if they are @swapped. */
static int words_file(const u32 *words, size_t n, bool swapped)
{
	int fd = memfd_create("test", MFD_CLOEXEC);
	u8 bytes[4];

	assert_true(fd >= 0);
	for (size_t i = 0; i < n; i++) {
		case_store(bytes, words[i], swapped);
		assert_int_equal(write(fd, bytes, sizeof(bytes)), sizeof(bytes));
	}
	return fd;
}

static int image_file(const u32 *words, size_t n)
{
	return words_file(words, n, false);
}

static struct hwc_image *partial(struct hwc_ctx *ctx)
{
	int fd = image_file(case_partial, ARRAY_SIZE(case_partial));
	struct hwc_image *image;

	assert_int_equal(hwc_image_read(ctx, fd, "x", &image), 0);
	close(fd);
	return image;
}

static void test_partial(void **state)
{
	struct hwc_image *image = partial(*state);

	assert_int_equal(hwc_image_format(image), HWC_IMAGE_BIN);
	assert_string_equal(hwc_image_format_name(hwc_image_format(image)), "bin");
	assert_int_equal(hwc_image_size(image), sizeof(case_partial));
	assert_int_equal(hwc_image_device_id(image), CASE_IDCODE);
	assert_string_equal(hwc_image_device(image), "xck26");
	assert_true(hwc_image_partial(image));
	assert_false(hwc_image_encrypted(image));
	assert_false(hwc_image_swapped(image));
	assert_int_equal(hwc_image_frames(image), CASE_FRAME_WORDS * sizeof(u32));
	/* only a header says these */
	assert_string_equal(hwc_image_part(image), "");
	assert_string_equal(hwc_image_design(image), "");
	assert_string_equal(hwc_image_date(image), "");
	assert_string_equal(hwc_image_time(image), "");
	hwc_image_free(image);
}

static void test_digest(void **state)
{
	struct hwc_image *image = partial(*state);
	uint8_t bytes[sizeof(case_partial)], digest[HWCONTAINER_DIGEST_LEN];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = case_partial[i / 4] >> (24 - i % 4 * 8);
	hwc_sha256(bytes, sizeof(bytes), digest);
	assert_memory_equal(hwc_image_digest(image), digest, sizeof(digest));
	hwc_image_free(image);
}

static void test_refusal_names_the_file(void **state)
{
	static const u32 nothing[] = { 0x12345678, 0 };
	int fd = image_file(nothing, ARRAY_SIZE(nothing));
	struct hwc_image *image = NULL;

	assert_int_equal(hwc_image_read(*state, fd, "some.bit", &image), -EBADMSG);
	assert_non_null(strstr(hwc_ctx_error(*state), "some.bit: word 0x12345678 at byte 0x0"));
	assert_null(image);
	close(fd);
}

static void test_no_image(void **state)
{
	int fd = image_file(NULL, 0);
	struct hwc_image *image = NULL;

	assert_int_equal(hwc_image_read(*state, fd, "x", &image), -ENODATA);
	assert_int_equal(hwc_image_open(*state, "/no/such/file", &image), -ENOENT);
	assert_int_equal(hwc_image_open(*state, "/dev/null", &image), -EINVAL);
	assert_string_equal(hwc_ctx_error(*state), "/dev/null is not a regular file");
	assert_null(image);
	hwc_image_free(NULL);
	close(fd);
}

static void test_fits(void **state)
{
	struct hwc_resource res = { .name = (char *)"/fpga/PR0" };
	struct hwc_image *image = partial(*state);

	/* where the device is not known, anything may fit */
	assert_int_equal(hwc_image_fits(*state, image, &res), 0);
	res.device_id = CASE_IDCODE;
	assert_int_equal(hwc_image_fits(*state, image, &res), 0);
	/* another revision of the silicon */
	res.device_id = CASE_IDCODE | 0x20000000;
	assert_int_equal(hwc_image_fits(*state, image, &res), 0);
	res.device_id = 0x0484a093;
	assert_int_equal(hwc_image_fits(*state, image, &res), -EBADMSG);
	assert_string_equal(
		hwc_ctx_error(*state),
		"image is for IDCODE 0x04a49093 (xck26), the device of /fpga/PR0 has 0x0484a093 (xczu9)");
	res.device_id = 0x0fffffff;
	assert_int_equal(hwc_image_fits(*state, image, &res), -EBADMSG);
	assert_string_equal(
		hwc_ctx_error(*state),
		"image is for IDCODE 0x04a49093 (xck26), the device of /fpga/PR0 has 0x0fffffff");
	hwc_image_free(image);
}

static struct hwc_image *pdi(struct hwc_ctx *ctx, const u32 *words, size_t n)
{
	int fd = words_file(words, n, true);
	struct hwc_image *image;

	assert_int_equal(hwc_image_read(ctx, fd, "x", &image), 0);
	close(fd);
	return image;
}

static void test_pdi(void **state)
{
	struct hwc_image *image = pdi(*state, case_pdi, ARRAY_SIZE(case_pdi));
	const struct hwc_image_entry *entry;

	assert_int_equal(hwc_image_format(image), HWC_IMAGE_PDI);
	assert_string_equal(hwc_image_format_name(HWC_IMAGE_PDI), "pdi");
	assert_int_equal(hwc_image_size(image), sizeof(case_pdi));
	assert_int_equal(hwc_image_device_id(image), CASE_PDI_IDCODE);
	assert_string_equal(hwc_image_device(image), "xcvc1902");
	assert_true(hwc_image_partial(image));
	assert_false(hwc_image_boot(image));
	assert_false(hwc_image_encrypted(image));
	assert_false(hwc_image_authenticated(image));
	assert_int_equal(hwc_image_frames(image), CASE_PDI_FRAME_WORDS * sizeof(u32));
	assert_int_equal(hwc_image_id(image), 0x31);
	assert_int_equal(hwc_image_parent_id(image), 0x30);
	assert_string_equal(hwc_image_part(image), "");
	assert_int_equal(hwc_image_entries(image), 2);
	entry = hwc_image_entry(image, 0);
	assert_string_equal(entry->name, "rp0_sha256");
	assert_int_equal(entry->id, 0x18700001);
	assert_int_equal(entry->uid, 0x51);
	assert_int_equal(entry->parent_uid, 0x50);
	assert_int_equal(entry->function_id, 0x52);
	assert_int_equal(entry->partitions, 2);
	assert_string_equal(hwc_image_entry(image, 1)->name, "sixteen letters.");
	hwc_image_free(image);
}

static void test_boot_pdi(void **state)
{
	struct hwc_image *image = pdi(*state, case_boot_pdi, ARRAY_SIZE(case_boot_pdi));
	struct hwc_resource res = { .name = (char *)"/fpga" };

	assert_true(hwc_image_boot(image));
	assert_false(hwc_image_partial(image));
	assert_int_equal(hwc_image_fits(*state, image, &res), -EBADMSG);
	assert_string_equal(
		hwc_ctx_error(*state),
		"image is a boot PDI, which a device starts from; /fpga takes partial ones");
	hwc_image_free(image);
}

/* A bitstream has nothing that only a PDI has. */
static void test_no_pdi(void **state)
{
	struct hwc_image *image = partial(*state);

	assert_false(hwc_image_boot(image));
	assert_false(hwc_image_authenticated(image));
	assert_int_equal(hwc_image_id(image), 0);
	assert_int_equal(hwc_image_parent_id(image), 0);
	assert_int_equal(hwc_image_entries(image), 0);
	hwc_image_free(image);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, context_new, context_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_partial),  TEST(test_digest), TEST(test_refusal_names_the_file),
		TEST(test_no_image), TEST(test_fits),	TEST(test_pdi),
		TEST(test_boot_pdi), TEST(test_no_pdi),
	};

	return cmocka_run_group_tests_name("image", tests, NULL, NULL);
}
