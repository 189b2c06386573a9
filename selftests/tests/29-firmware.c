// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Regions on the boards' own drivers: what the firmware answers, in time, late or
 * never, and that regions can be used afterwards. The monitor's knobs are in
 * the folder of the simulated manager (Documentation/simulator.rst).
 */
#include "hwc.h"

#define SHA_BIT HWC_IMAGES "sha256-pr0.bit"
#define SHA_DTBO HWC_DTBO "sha256-pr0.dtbo"
#define FIR_BIT HWC_IMAGES "fir-pr0.bit"
#define FIR_DTBO HWC_DTBO "fir-pr0.dtbo"

#define BROKE_OFF "manager MANAGER broke off writing the image: "

/* XST_PM_DOUBLE_REQ */
#define DOUBLE_REQ 2004

FIXTURE(firmware)
{
	struct hwc_ctx *ctx;
	int holder;
	long timeout;
	long bind_timeout;
};

FIXTURE_SETUP(firmware)
{
	if (!hwc_test_board())
		SKIP(return, "this machine has no firmware (BOARD=zcu102, BOARD=versal)");
	hwc_test_keep_workers_on_last_cpu();
	hwc_test_pin("29-firmware", 0);
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	self->timeout = hwc_test_number(HWC_PARAMETERS "program_timeout_ms");
	self->bind_timeout = hwc_test_number(HWC_PARAMETERS "bind_timeout_ms");
}

FIXTURE_TEARDOWN(firmware)
{
	if (!self->ctx)
		return;
	hwc_test_write(HWC_SIM "reset", "1");
	hwc_test_set(HWC_PARAMETERS "program_timeout_ms", self->timeout);
	hwc_test_set(HWC_PARAMETERS "bind_timeout_ms", self->bind_timeout);
	close(self->holder);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	hwc_ctx_free(self->ctx);
}

static void check_works(struct __test_metadata *_metadata, FIXTURE_DATA(firmware) * self)
{
	int ret = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO);
	uint32_t claim = ret;

	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=sha256"));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
}

static void fail_once(struct __test_metadata *_metadata, uint32_t status)
{
	ASSERT_EQ(0, hwc_test_set(HWC_MGR "fail_api", hwc_test_machine()->load_call));
	ASSERT_EQ(0, hwc_test_set(HWC_MGR "fail_status", status));
	ASSERT_EQ(0, hwc_test_set(HWC_MGR "fail_count", 1));
}

/**
 * struct status - what the firmware may answer
 * @status: the number
 * @error: the errno that comes of it
 * @says: its name, or what the driver has left of it
 */
struct status {
	uint32_t status;
	int error;
	const char *says;
};

/* xilfpga_pcap.h, and xlnx-zynqmp.h for those from 2000 on */
static const struct status zcu102_statuses[] = {
	{ 0x01, EIO, "XFPGA_FAILURE" },
	{ 0x02, EIO, "XFPGA_ERROR_CSUDMA_INIT_FAIL" },
	{ 0x03, EIO, "XFPGA_ERROR_PL_POWER_UP" },
	{ 0x04, EIO, "XFPGA_ERROR_PL_ISOLATION" },
	{ 0x05, EIO, "XPFGA_ERROR_PCAP_INIT" },
	{ 0x06, EIO, "XFPGA_ERROR_BITSTREAM_LOAD_FAIL" },
	{ 0x07, EINVAL, "XFPGA_ERROR_CRYPTO_FLAGS" },
	{ 0x08, EKEYREJECTED, "XFPGA_ERROR_HDR_AUTH" },
	{ 0x09, EACCES, "XFPGA_ENC_ISCOMPULSORY" },
	{ 0x0a, EKEYREJECTED, "XFPGA_PARTITION_AUTH_FAILURE" },
	{ 0x0b, EINVAL, "XFPGA_STRING_INVALID_ERROR" },
	{ 0x0c, ENOMEM, "XFPGA_ERROR_SECURE_CRYPTO_FLAGS, or no memory for a buffer" },
	{ 0x0d, EOPNOTSUPP, "XFPGA_ERROR_SECURE_MODE_EN" },
	{ 0x0e, EKEYREJECTED, "XFPGA_HDR_NOAUTH_PART_AUTH" },
	{ 0x0f, ENOKEY, "XFPGA_DEC_WRONG_KEY_SOURCE" },
	{ 0x10, EKEYREJECTED, "XFPGA_ERROR_DDR_AUTH_VERIFY_SPK" },
	{ 0x11, EKEYREJECTED, "XFPGA_ERROR_DDR_AUTH_PARTITION" },
	{ 0x12, EIO, "XFPGA_ERROR_DDR_AUTH_WRITE_PL" },
	{ 0x13, EKEYREJECTED, "XFPGA_ERROR_OCM_AUTH_VERIFY_SPK" },
	{ 0x14, EKEYREJECTED, "XFPGA_ERROR_OCM_AUTH_PARTITION" },
	{ 0x15, EIO, "XFPGA_ERROR_OCM_REAUTH_WRITE_PL" },
	{ 0x16, ETIMEDOUT, "XFPGA_ERROR_PCAP_PL_DONE" },
	{ 0x17, EBADMSG, "XFPGA_ERROR_AES_DECRYPT_PL" },
	{ 0x18, EIO, "XFPGA_ERROR_CSU_PCAP_TRANSFER" },
	{ 0x19, EIO, "XFPGA_ERROR_PLSTATE_UNKNOWN" },
	{ 0x1a, EBADMSG, "XFPGA_ERROR_BITSTREAM_FORMAT" },
	{ 0x1b, EINVAL, "XFPGA_ERROR_UNALIGN_ADDR" },
	{ 0x1c, EIO, "XFPGA_ERROR_AES_INIT" },
	{ 0x1d, EACCES, "XFPGA_ERROR_EFUSE_CHECK" },
	{ 0x77, EIO, "unknown" },
	/* as xilfpga packs them: its own code above the step's */
	{ 0x1a00, EBADMSG, "XFPGA_ERROR_BITSTREAM_FORMAT" },
	{ 2000, EIO, "XST_PM_INTERNAL" },
	{ 2001, EBUSY, "XST_PM_CONFLICT" },
	{ 2002, EACCES, "XST_PM_NO_ACCESS" },
	{ 2003, ENODEV, "XST_PM_INVALID_NODE" },
	{ DOUBLE_REQ, EBUSY, "XST_PM_DOUBLE_REQ" },
	{ 2005, ECANCELED, "XST_PM_ABORT_SUSPEND" },
	{ 2008, EUSERS, "XST_PM_MULT_USER" },
};

#define OTHER "error 22, which its driver makes of most errors of the firmware"

/* xplmi_status.h as in the monitor's pdi.c, and those that zynqmp_pm_ret_code() knows. */
static const struct status versal_statuses[] = {
	{ 0x03000000, EINVAL, OTHER }, /* XLOADER_UNSUPPORTED_BOOT_MODE */
	{ 0x03020000, EINVAL, OTHER }, /* XLOADER_ERR_IMGHDR_TBL */
	{ 0x03030000, EINVAL, OTHER }, /* XLOADER_ERR_IMGHDR */
	{ 0x03040000, EINVAL, OTHER }, /* XLOADER_ERR_PRTNHDR */
	{ 0x03260001, EINVAL, OTHER }, /* XLOADER_ERR_GEN_IDCODE, XLOADER_ERR_IDCODE */
	{ 0x033a0000, EINVAL, OTHER }, /* XLOADER_ERR_DMA_XFER */
	{ 0x03510000, EINVAL, OTHER }, /* XLOADER_ERR_DEV_NOT_DEFINED */
	{ 0x03530000, EINVAL, OTHER }, /* XLOADER_ERR_INCOMPATIBLE_CHILD_IMAGE */
	{ 0x77, EINVAL, OTHER },
	{ 301, EINVAL, OTHER }, /* XST_PM_INVALID_CRC */
	{ 2000, EINVAL, OTHER }, /* XST_PM_INTERNAL */
	{ 2001, EINVAL, OTHER }, /* XST_PM_CONFLICT */
	{ 2003, EINVAL, OTHER }, /* XST_PM_INVALID_NODE */
	{ 4, EOPNOTSUPP, "firmware error XST_PM_NO_FEATURE or XST_PM_INVALID_VERSION" },
	{ 19, EOPNOTSUPP, "firmware error XST_PM_NO_FEATURE or XST_PM_INVALID_VERSION" },
	{ 2002, EACCES, "firmware error XST_PM_NO_ACCESS" },
	{ 2005, ECANCELED, "firmware error XST_PM_ABORT_SUSPEND" },
	{ 2008, EUSERS, "firmware error XST_PM_MULT_USER" },
};

/* Where the driver hands the status on, the sentence has its number, too. */
static void check_status(struct __test_metadata *_metadata, FIXTURE_DATA(firmware) * self,
			 const struct status *status, bool number)
{
	char says[256];
	struct hwc_resource *res;

	fail_once(_metadata, status->status);
	EXPECT_EQ(-status->error, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO))
	TH_LOG("status 0x%x: %s", status->status, hwc_ctx_error(self->ctx));
	if (number)
		snprintf(says, sizeof(says), "%sfirmware error 0x%02x (%s)",
			 hwc_test_says(BROKE_OFF), status->status, status->says);
	else
		snprintf(says, sizeof(says), "%s%s", hwc_test_says(BROKE_OFF), status->says);
	EXPECT_STREQ(says, hwc_ctx_error(self->ctx));

	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FAILED, hwc_resource_state(res));
	EXPECT_STREQ("the last image could not be programmed", hwc_resource_message(res));
	hwc_resource_free(res);
	check_works(_metadata, self);
}

TEST_F_TIMEOUT(firmware, each_status_is_an_errno_and_a_sentence, 300)
{
	bool named = hwc_test_takes_bitstreams();
	const struct status *status = named ? zcu102_statuses : versal_statuses;
	size_t i, n = named ? ARRAY_SIZE(zcu102_statuses) : ARRAY_SIZE(versal_statuses);

	for (i = 0; i < n; i++)
		check_status(_metadata, self, &status[i], named);
}

/*
 * zynqmp_pm_ret_code() takes it for success. Where nobody looks at the status itself
 * nothing tells but that the image's devices are not there.
 */
TEST_F(firmware, status_that_is_taken_for_success)
{
	int ret = hwc_test_try(self->ctx, HWC_PR0, self->holder, FIR_BIT, FIR_DTBO);
	uint32_t claim = ret;

	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "bind_timeout_ms", 200));
	fail_once(_metadata, DOUBLE_REQ);
	ret = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO);
	if (hwc_test_takes_bitstreams()) {
		EXPECT_EQ(-EBUSY, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	} else {
		EXPECT_EQ(-ENODEV, ret);
		EXPECT_STREQ(HWC_PR0 "/sha256@0 has no driver after 200 ms",
			     hwc_ctx_error(self->ctx));
	}
	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "bind_timeout_ms", self->bind_timeout));
	check_works(_metadata, self);
}

TEST_F(firmware, late_answer_is_waited_for)
{
	int64_t begin = hwc_test_ms();

	ASSERT_EQ(0, hwc_test_set(HWC_MGR "stall_write_ms", 1500));
	check_works(_metadata, self);
	EXPECT_LT(1500, hwc_test_ms() - begin);
}

/* A state of the region that says why, until the firmware answers. */
TEST_F_TIMEOUT(firmware, no_answer_at_all, 120)
{
	const char *silent = hwc_test_says("manager MANAGER has not answered for ");
	struct hwc_resource *res;
	int64_t begin = hwc_test_ms();

	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "program_timeout_ms", 500));
	ASSERT_EQ(0, hwc_test_set(HWC_MGR "hang", 1));
	EXPECT_EQ(-ETIMEDOUT, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	EXPECT_EQ(0, strncmp(silent, hwc_ctx_error(self->ctx), strlen(silent)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_GT(HWC_TEST_WAIT_MS, hwc_test_ms() - begin);

	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FAILED, hwc_resource_state(res));
	ASSERT_NE(NULL, hwc_resource_message(res));
	EXPECT_EQ(0, strncmp(silent, hwc_resource_message(res), strlen(silent)))
	TH_LOG("%s", hwc_resource_message(res));
	hwc_resource_free(res);
	EXPECT_EQ(-EBUSY, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	EXPECT_EQ(0, strncmp(silent, hwc_ctx_error(self->ctx), strlen(silent)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));

	ASSERT_EQ(0, hwc_test_set(HWC_MGR "hang", 0));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	check_works(_metadata, self);
}

/* Who changes the device tree elsewhere does not wait for a load. */
TEST_F(firmware, programming_does_not_hold_of_mutex)
{
	int image = hwc_test_open(SHA_BIT), overlay = hwc_test_open(SHA_DTBO);
	struct hwc_grant grant;
	int64_t begin, took;

	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-foreign"));
	/* nor for a processor */
	hwc_test_pin("foreign", 0);
	ASSERT_EQ(0, hwc_test_set(HWC_MGR "stall_write_ms", 3000));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, self->holder, image, overlay, 0, &grant));
	usleep(500000);
	begin = hwc_test_ms();
	EXPECT_EQ(0, hwc_test_write(HWC_FOREIGN "apply", HWC_DTBO "foreign-elsewhere.dtbo"));
	EXPECT_EQ(0, hwc_test_write(HWC_FOREIGN "remove", "1"));
	took = hwc_test_ms() - begin;
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_PREPARING, hwc_test_claim_state(self->ctx, grant.id));
	EXPECT_GT(1500, took);
	EXPECT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &grant.id, 1));
	EXPECT_EQ(0, hwc_test_run("modprobe -r hwcontainer-foreign"));
	close(image);
	close(overlay);
}

TEST_F(firmware, clock_that_does_not_exist)
{
	const char *overlay = hwc_test_takes_bitstreams() ? HWC_DTBO "firmware-clock.dtbo" :
							    HWC_DTBO "versal-clock.dtbo";

	EXPECT_EQ(-EPERM, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, overlay));
	EXPECT_NE(NULL, strstr(hwc_ctx_error(self->ctx), "names clock 999, which "))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	check_works(_metadata, self);
}

/* A thousand on one board; the others show that they come to the same. */
TEST_F_TIMEOUT(firmware, cycles, 300)
{
	int cycles = hwc_test_takes_bitstreams() ? 1000 : 200;
	long loads = hwc_test_number(HWC_MGR "loads");
	int i;

	for (i = 0; i < cycles; i++) {
		bool devices = i % 20 == 0;
		int ret = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT,
				       devices ? SHA_DTBO : NULL);
		uint32_t claim = ret;

		ASSERT_LT(0, ret) TH_LOG("cycle %d: %s", i, hwc_ctx_error(self->ctx));
		ASSERT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
		ASSERT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	}
	EXPECT_EQ(loads + cycles, hwc_test_number(HWC_MGR "loads"));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
}

TEST_HARNESS_MAIN
