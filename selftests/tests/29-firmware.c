// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Regions on the ZCU102's own drivers: what the firmware answers, in time, late
 * or never, and that regions can be used afterwards. The monitor's knobs are in
 * the folder of the simulated manager (Documentation/simulator.rst).
 */
#include "hwc.h"

#define MGR HWC_SIM "fpga-mgr0/"
#define PARAMETERS "/sys/module/hwcontainer/parameters/"
#define SHA_BIT HWC_IMAGES "sha256-pr0.bit"
#define SHA_DTBO HWC_DTBO "sha256-pr0.dtbo"
#define BROKE_OFF "manager Xilinx ZynqMP FPGA Manager broke off writing the image: "
#define SILENT "manager Xilinx ZynqMP FPGA Manager has not answered for "

/* PM_FPGA_LOAD of linux/firmware/xlnx-zynqmp.h */
#define FPGA_LOAD 22

/* Each with its devices, and many more without. */
#define CYCLES 1000
#define CYCLES_WITH_DEVICES 50

FIXTURE(firmware)
{
	struct hwc_ctx *ctx;
	int holder;
	long timeout;
};

FIXTURE_SETUP(firmware)
{
	if (strcmp(hwc_test_read("/hwc/machine"), "zcu102\n"))
		SKIP(return, "only the ZCU102 has this firmware (BOARD=zcu102)");
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	self->timeout = hwc_test_number(PARAMETERS "program_timeout_ms");
}

FIXTURE_TEARDOWN(firmware)
{
	if (!self->ctx)
		return;
	hwc_test_write(HWC_SIM "reset", "1");
	hwc_test_set(PARAMETERS "program_timeout_ms", self->timeout);
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
	ASSERT_EQ(0, hwc_test_set(MGR "fail_api", FPGA_LOAD));
	ASSERT_EQ(0, hwc_test_set(MGR "fail_status", status));
	ASSERT_EQ(0, hwc_test_set(MGR "fail_count", 1));
}

/* xilfpga_pcap.h, and xlnx-zynqmp.h for those from 2000 on */
static const struct {
	uint32_t status;
	int error;
	const char *name;
} statuses[] = {
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
	{ 2004, EBUSY, "XST_PM_DOUBLE_REQ" },
	{ 2005, ECANCELED, "XST_PM_ABORT_SUSPEND" },
	{ 2008, EUSERS, "XST_PM_MULT_USER" },
};

TEST_F_TIMEOUT(firmware, each_status_is_an_errno_and_a_name, 300)
{
	char says[160];
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		fail_once(_metadata, statuses[i].status);
		EXPECT_EQ(-statuses[i].error,
			  hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO))
		TH_LOG("status 0x%x: %s", statuses[i].status, hwc_ctx_error(self->ctx));
		snprintf(says, sizeof(says), BROKE_OFF "firmware error 0x%02x (%s)",
			 statuses[i].status, statuses[i].name);
		EXPECT_STREQ(says, hwc_ctx_error(self->ctx));
		check_works(_metadata, self);
	}
}

TEST_F(firmware, late_answer_is_waited_for)
{
	int64_t begin = hwc_test_ms();

	ASSERT_EQ(0, hwc_test_set(MGR "stall_write_ms", 1500));
	check_works(_metadata, self);
	EXPECT_LT(1500, hwc_test_ms() - begin);
}

/* A state of the region that says why, until the firmware answers. */
TEST_F_TIMEOUT(firmware, no_answer_at_all, 120)
{
	struct hwc_resource *res;
	int64_t begin = hwc_test_ms();

	ASSERT_EQ(0, hwc_test_set(PARAMETERS "program_timeout_ms", 500));
	ASSERT_EQ(0, hwc_test_set(MGR "hang", 1));
	EXPECT_EQ(-ETIMEDOUT, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	EXPECT_EQ(0, strncmp(SILENT, hwc_ctx_error(self->ctx), strlen(SILENT)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_GT(HWC_TEST_WAIT_MS, hwc_test_ms() - begin);

	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FAILED, hwc_resource_state(res));
	ASSERT_NE(NULL, hwc_resource_message(res));
	EXPECT_EQ(0, strncmp(SILENT, hwc_resource_message(res), strlen(SILENT)))
	TH_LOG("%s", hwc_resource_message(res));
	hwc_resource_free(res);
	EXPECT_EQ(-EBUSY, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	EXPECT_EQ(0, strncmp(SILENT, hwc_ctx_error(self->ctx), strlen(SILENT)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));

	ASSERT_EQ(0, hwc_test_set(MGR "hang", 0));
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
	ASSERT_EQ(0, hwc_test_set(MGR "stall_write_ms", 3000));
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
	EXPECT_EQ(-EPERM, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT,
				       HWC_DTBO "firmware-clock.dtbo"));
	EXPECT_NE(NULL, strstr(hwc_ctx_error(self->ctx), "names clock 999, which "))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	check_works(_metadata, self);
}

TEST_F_TIMEOUT(firmware, thousand_cycles, 300)
{
	long loads = hwc_test_number(MGR "loads");
	int i;

	for (i = 0; i < CYCLES; i++) {
		bool devices = i % (CYCLES / CYCLES_WITH_DEVICES) == 0;
		int ret = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT,
				       devices ? SHA_DTBO : NULL);
		uint32_t claim = ret;

		ASSERT_LT(0, ret) TH_LOG("cycle %d: %s", i, hwc_ctx_error(self->ctx));
		ASSERT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
		ASSERT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	}
	EXPECT_EQ(loads + CYCLES, hwc_test_number(MGR "loads"));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
}

TEST_HARNESS_MAIN
