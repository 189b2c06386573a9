// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: KUnit tests of what the module knows about boards. */
#include <kunit/test.h>
#include <linux/module.h>

#include "../confine.h"
#include "../region.h"

/* As xilfpga numbers them; 0x0c is also an errno of the driver's own. */
static void codes_of_pcap(struct kunit *test)
{
	const struct hwc_firmware_code *fw;
	u32 code;

	for (code = 0x01; code <= 0x1d; code++) {
		fw = hwc_firmware_code_find(code);
		KUNIT_EXPECT_EQ(test, code, fw->code);
		KUNIT_EXPECT_LT(test, fw->err, 0);
		KUNIT_EXPECT_EQ(test, fw->err, hwc_errno(fw->err));
		KUNIT_EXPECT_EQ(test, 'X', fw->name[0]);
		/* as the firmware moves it, alone and with a module's code above */
		KUNIT_EXPECT_PTR_EQ(test, fw, hwc_firmware_code_find(code << 8));
		KUNIT_EXPECT_PTR_EQ(test, fw, hwc_firmware_code_find(code << 8 | 0xabcd0000));
	}
	KUNIT_EXPECT_STREQ(test, "XFPGA_HDR_NOAUTH_PART_AUTH", hwc_firmware_code_find(0x0e)->name);
	KUNIT_EXPECT_EQ(test, -ENOMEM, hwc_firmware_code_find(0x0c)->err);
	KUNIT_EXPECT_EQ(test, -ETIMEDOUT, hwc_firmware_code_find(0x1600)->err);
}

static void codes_of_platform_management(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, "XST_PM_NO_ACCESS", hwc_firmware_code_find(2002)->name);
	KUNIT_EXPECT_EQ(test, -EACCES, hwc_firmware_code_find(2002)->err);
	KUNIT_EXPECT_STREQ(test, "XST_PM_MULT_USER", hwc_firmware_code_find(2008)->name);
}

/* What zynqmp_pm_ret_code() makes of them. */
static void codes_of_which_an_errno_is_left(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, "XST_PM_NO_ACCESS", hwc_firmware_errno_name(-EACCES));
	KUNIT_EXPECT_STREQ(test, "XST_PM_ABORT_SUSPEND", hwc_firmware_errno_name(-ECANCELED));
	KUNIT_EXPECT_STREQ(test, "XST_PM_MULT_USER", hwc_firmware_errno_name(-EUSERS));
	KUNIT_EXPECT_STREQ(test, "XST_PM_NO_FEATURE or XST_PM_INVALID_VERSION",
			   hwc_firmware_errno_name(hwc_errno(-ENOTSUPP)));
	KUNIT_EXPECT_NULL(test, hwc_firmware_errno_name(-EINVAL));
	KUNIT_EXPECT_NULL(test, hwc_firmware_errno_name(-ENOMEM));
}

static void codes_that_are_unknown(struct kunit *test)
{
	static const u32 codes[] = { 0x1e, 0xff, 0x1e00, 0xff00, 0x10000, 1999, 2009, U32_MAX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		KUNIT_EXPECT_STREQ(test, "unknown", hwc_firmware_code_find(codes[i])->name);
		KUNIT_EXPECT_EQ(test, -EIO, hwc_firmware_code_find(codes[i])->err);
	}
}

static void errnos_are_those_of_user_space(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -ENOMEM, hwc_errno(-ENOMEM));
	KUNIT_EXPECT_EQ(test, -EHWPOISON, hwc_errno(-EHWPOISON));
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, hwc_errno(-ENOTSUPP));
	KUNIT_EXPECT_EQ(test, -EAGAIN, hwc_errno(-EPROBE_DEFER));
	KUNIT_EXPECT_EQ(test, -EIO, hwc_errno(-ERESTARTSYS));
	KUNIT_EXPECT_EQ(test, -EIO, hwc_errno(-0x1600));
	KUNIT_EXPECT_EQ(test, -EIO, hwc_errno(INT_MIN));
	KUNIT_EXPECT_EQ(test, -EIO, hwc_errno(1));
}

static void idcodes_of_zynqmp(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0x04a49093, hwc_idcode_of_chip(0x04724093));
	KUNIT_EXPECT_EQ(test, 0x0484a093, hwc_idcode_of_chip(0x04738093));
	/* of any revision */
	KUNIT_EXPECT_EQ(test, 0x0484a093, hwc_idcode_of_chip(0x24738093));
	KUNIT_EXPECT_EQ(test, 0, hwc_idcode_of_chip(0x04a49093));
	KUNIT_EXPECT_EQ(test, 0, hwc_idcode_of_chip(0));
}

static void windows_of_zynqmp(struct kunit *test)
{
	int map = hwc_windows_map_named("xlnx,zynqmp");

	KUNIT_ASSERT_GE(test, map, 0);
	KUNIT_EXPECT_TRUE(test, hwc_windows_contain(map, 0x80000000, SZ_512M));
	KUNIT_EXPECT_TRUE(test, hwc_windows_contain(map, 0xa0000000, 1));
	KUNIT_EXPECT_TRUE(test, hwc_windows_contain(map, 0xbffff000, SZ_4K));
	KUNIT_EXPECT_TRUE(test, hwc_windows_contain(map, 0x4ffffffff, 1));
	KUNIT_EXPECT_TRUE(test, hwc_windows_contain(map, 0x7fffffffff, 1));
	/* below, across two, behind, and around the end of all addresses */
	KUNIT_EXPECT_FALSE(test, hwc_windows_contain(map, 0x7ffff000, SZ_8K));
	KUNIT_EXPECT_FALSE(test, hwc_windows_contain(map, 0x9ffff000, SZ_8K));
	KUNIT_EXPECT_FALSE(test, hwc_windows_contain(map, 0xc0000000, SZ_4K));
	KUNIT_EXPECT_FALSE(test, hwc_windows_contain(map, 0x800000000, SZ_4K));
	KUNIT_EXPECT_FALSE(test, hwc_windows_contain(map, 0xff0a0000, SZ_4K));
	KUNIT_EXPECT_FALSE(test, hwc_windows_contain(map, 0x8000000000, 1));
	KUNIT_EXPECT_FALSE(test, hwc_windows_contain(map, 0x80000000, U64_MAX));
}

static void windows_of_versal(struct kunit *test)
{
	int map = hwc_windows_map_named("xlnx,versal");

	KUNIT_ASSERT_GE(test, map, 0);
	KUNIT_EXPECT_TRUE(test, hwc_windows_contain(map, 0xa4000000, SZ_4K));
	KUNIT_EXPECT_TRUE(test, hwc_windows_contain(map, 0xb0000000, SZ_256M));
	KUNIT_EXPECT_FALSE(test, hwc_windows_contain(map, 0xa0000000, SZ_4K));
	KUNIT_EXPECT_FALSE(test, hwc_windows_contain(map, 0xc0000000, SZ_4K));
}

static void windows_of_another(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -ENOENT, hwc_windows_map_named("linux,dummy-virt"));
}

static struct kunit_case board_cases[] = {
	KUNIT_CASE(codes_of_pcap),
	KUNIT_CASE(codes_of_platform_management),
	KUNIT_CASE(codes_of_which_an_errno_is_left),
	KUNIT_CASE(codes_that_are_unknown),
	KUNIT_CASE(errnos_are_those_of_user_space),
	KUNIT_CASE(idcodes_of_zynqmp),
	KUNIT_CASE(windows_of_zynqmp),
	KUNIT_CASE(windows_of_versal),
	KUNIT_CASE(windows_of_another),
	{}
};

static struct kunit_suite board_suite = {
	.name = "hwcontainer-board",
	.test_cases = board_cases,
};

kunit_test_suite(board_suite);
