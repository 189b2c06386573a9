// SPDX-License-Identifier: GPL-2.0-or-later
/* Hardware that fails or stalls at each step: what is said, and what comes after. */
#include "hwc.h"

#define SHA_BIT HWC_IMAGES "sha256-pr0.bit"
#define SHA_DTBO HWC_DTBO "sha256-pr0.dtbo"
#define BRIDGE HWC_SIM "fpga-bridge0/"
#define BIND_TIMEOUT HWC_PARAMETERS "bind_timeout_ms"

FIXTURE(fault)
{
	struct hwc_ctx *ctx;
	int holder;
	long bind_timeout;
};

FIXTURE_SETUP(fault)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	self->bind_timeout = hwc_test_number(BIND_TIMEOUT);
}

FIXTURE_TEARDOWN(fault)
{
	hwc_test_write(HWC_SIM "reset", "1");
	hwc_test_set(BIND_TIMEOUT, self->bind_timeout);
	close(self->holder);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	hwc_ctx_free(self->ctx);
}

/* The region works again. */
static void check_recovers(struct __test_metadata *_metadata, FIXTURE_DATA(fault) * self)
{
	struct hwc_claim *claim;
	char path[64], text[65] = "";
	int fd, id;

	hwc_test_write(HWC_SIM "reset", "1");
	id = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	ASSERT_EQ(1, hwc_claim_devices(claim));
	snprintf(path, sizeof(path), "/dev/%s",
		 hwc_device_node(hwc_claim_device(claim, 0), 0)->path);
	hwc_claim_free(claim);
	fd = open(path, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(3, write(fd, "abc", 3));
	ASSERT_EQ(64, read(fd, text, 64));
	EXPECT_STREQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", text);
	close(fd);
}

FIXTURE(write_fault)
{
	struct hwc_ctx *ctx;
	int holder;
	long bind_timeout;
};

FIXTURE_VARIANT(write_fault)
{
	const char *knob;
	int error;
	const char *sentence;
};

#define SAYS(what) "manager MANAGER " what
FIXTURE_VARIANT_ADD(write_fault, init){ HWC_MGR "fail_write_init", EIO,
					SAYS("could not prepare for the image (error 5)") };
FIXTURE_VARIANT_ADD(write_fault, write){ HWC_MGR "fail_write", EIO,
					 SAYS("broke off writing the image (error 5)") };
FIXTURE_VARIANT_ADD(write_fault, complete){ HWC_MGR "fail_write_complete", ETIMEDOUT,
					    SAYS("did not come up with the image (error 110)") };
FIXTURE_VARIANT_ADD(write_fault,
		    bridge_disable){ BRIDGE "fail_bridge_disable", EIO,
				     SAYS("or a bridge is in use or failed (error 5)") };
FIXTURE_VARIANT_ADD(write_fault,
		    bridge_enable){ BRIDGE "fail_bridge_enable", EIO,
				    SAYS("or a bridge is in use or failed (error 5)") };

FIXTURE_SETUP(write_fault)
{
	fault_setup(_metadata, (FIXTURE_DATA(fault) *)self, NULL);
}

FIXTURE_TEARDOWN(write_fault)
{
	fault_teardown(_metadata, (FIXTURE_DATA(fault) *)self, NULL);
}

TEST_F(write_fault, is_told_and_gone_with_the_next_claim)
{
	struct hwc_resource *res;

	if (access(variant->knob, F_OK))
		SKIP(return, "only a simulated manager can be told to fail in this step");
	ASSERT_EQ(0, hwc_test_set(variant->knob, variant->error));
	EXPECT_EQ(-variant->error,
		  hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	EXPECT_STREQ(hwc_test_says(variant->sentence), hwc_ctx_error(self->ctx));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FAILED, hwc_resource_state(res));
	EXPECT_STREQ("the last image could not be programmed", hwc_resource_message(res));
	hwc_resource_free(res);
	/* twice: the refused one must not have kept the bridges */
	EXPECT_EQ(-variant->error,
		  hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	EXPECT_STREQ(hwc_test_says(variant->sentence), hwc_ctx_error(self->ctx));
	check_recovers(_metadata, (FIXTURE_DATA(fault) *)self);
}

/* A claim that failed stays for its holder to look at, and holds nothing. */
TEST_F(fault, failed_claim_says_why_and_holds_nothing)
{
	int image = hwc_test_open(SHA_BIT);
	struct hwc_claim *claim;
	struct hwc_grant grant;
	struct pollfd file;

	ASSERT_EQ(0, hwc_test_fail_loads(-1));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, self->holder, image, -1, 0, &grant));
	file.fd = hwc_claim_open(self->ctx, self->holder, grant.id);
	file.events = POLLIN;
	ASSERT_EQ(1, poll(&file, 1, HWC_TEST_WAIT_MS));
	EXPECT_EQ(POLLIN | POLLERR, file.revents);
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_claim_state(claim));
	EXPECT_EQ(hwc_test_machine()->load_error, hwc_claim_error(claim));
	EXPECT_STREQ(hwc_test_says(SAYS("")),
		     strndupa(hwc_claim_message(claim), strlen(hwc_test_says(SAYS("")))));
	EXPECT_STREQ(hwc_test_machine()->load_says,
		     hwc_claim_message(claim) + strlen(hwc_test_says(SAYS(""))));
	hwc_claim_free(claim);
	check_recovers(_metadata, self);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &grant.id, 1));
	EXPECT_EQ(1, poll(&file, 1, HWC_TEST_WAIT_MS));
	EXPECT_EQ(POLLIN | POLLHUP, file.revents);
	close(file.fd);
	close(image);
}

/* The driver is there and does not take the device. */
TEST_F(fault, probe_fails)
{
	ASSERT_EQ(0, hwc_test_set(BIND_TIMEOUT, 200));
	ASSERT_EQ(0, hwc_test_set(HWC_SIM "fail_probe", 19));
	EXPECT_EQ(-ENODEV, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	EXPECT_STREQ(HWC_PR0 "/sha256@0 has no driver after 200 ms", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
	check_recovers(_metadata, self);
}

/* The image is not what its overlay says: the driver finds another engine. */
TEST_F(fault, image_and_overlay_do_not_agree)
{
	ASSERT_EQ(0, hwc_test_set(BIND_TIMEOUT, 200));
	EXPECT_EQ(-ENODEV, hwc_test_try(self->ctx, HWC_PR0, self->holder, HWC_IMAGES "fir-pr0.bit",
					SHA_DTBO));
	EXPECT_STREQ(HWC_PR0 "/sha256@0 has no driver after 200 ms", hwc_ctx_error(self->ctx));
	check_recovers(_metadata, self);
}

TEST_F(fault, probe_takes_its_time)
{
	struct hwc_claim *claim;
	int id;

	ASSERT_EQ(0, hwc_test_set(HWC_SIM "stall_probe_ms", 700));
	id = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	EXPECT_LT(700000000, hwc_claim_time(claim, HWCONTAINER_STAGE_BOUND));
	hwc_claim_free(claim);
}

/* The claim is fine, the accelerator is not: its user is told by the driver. */
TEST_F(fault, no_interrupt)
{
	char text[64];
	int fd, id;

	ASSERT_EQ(0, hwc_test_set(HWC_SIM "no_irq", 1));
	id = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	fd = open("/dev/hwsim-sha256-0", O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, read(fd, text, sizeof(text)));
	EXPECT_EQ(ETIMEDOUT, errno);
	close(fd);
}

/* A bridge that cannot be closed at the end does not keep the region. */
TEST_F(fault, bridge_stays_open_at_the_end)
{
	int id = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO);
	uint32_t claim = id;

	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_set(BRIDGE "fail_bridge_disable", 5));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	check_recovers(_metadata, self);
}

/* While one region is being programmed, claims on its neighbour wait their turn. */
TEST_F(fault, slow_port_makes_a_queue)
{
	int image[2] = { hwc_test_open(SHA_BIT), hwc_test_open(HWC_IMAGES "sha256-pr1.bit") };
	struct hwc_grant grants[2];
	struct hwc_claim *claim;
	uint64_t end[2];
	int i;

	ASSERT_EQ(0, hwc_test_set(HWC_MGR "stall_write_ms", 300));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, self->holder, image[0], -1, 0, &grants[0]));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR1, self->holder, image[1], -1, 0, &grants[1]));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0,
			  hwc_claim_wait(self->ctx, self->holder, grants[i].id, HWC_TEST_WAIT_MS))
		TH_LOG("%s", hwc_ctx_error(self->ctx));
		ASSERT_EQ(0, hwc_claim_get(self->ctx, grants[i].id, &claim));
		end[i] = hwc_claim_time(claim, HWCONTAINER_STAGE_PROGRAMMED);
		hwc_claim_free(claim);
		close(image[i]);
	}
	EXPECT_LT(300000000, end[0] < end[1] ? end[0] : end[1]);
	EXPECT_LT(550000000, end[0] < end[1] ? end[1] : end[0]);
}

TEST_HARNESS_MAIN
