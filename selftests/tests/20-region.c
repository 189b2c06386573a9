// SPDX-License-Identifier: GPL-2.0-or-later
/* Claims on FPGA regions: what works. */
#include "hwc.h"

#define PR0 "/fpga-full/fpga-PR0"

FIXTURE(region)
{
	struct hwc_ctx *ctx;
	int holder;
	int image;
	int overlay;
};

FIXTURE_SETUP(region)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	self->image = open("/hwc/images/sha256-pr0.bit", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->image);
	self->overlay = open("/hwc/dtbo/sha256-pr0.dtbo", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->overlay);
}

FIXTURE_TEARDOWN(region)
{
	close(self->overlay);
	close(self->image);
	if (self->holder >= 0)
		close(self->holder);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, PR0));
	hwc_ctx_free(self->ctx);
}

TEST_F(region, image_brings_its_devices)
{
	struct hwc_grant grant;
	struct hwc_claim *claim;
	const struct hwc_device *dev;

	ASSERT_EQ(0, hwc_test_claim(self->ctx, PR0, self->holder, self->image, self->overlay, 0,
				    &grant)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_QUEUED, grant.state);
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS))
		TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_claim_state(claim));
	ASSERT_EQ(1, hwc_claim_devices(claim));
	dev = hwc_claim_device(claim, 0);
	TH_LOG("%s %s %s %s", hwc_device_name(dev), hwc_device_driver(dev),
	       hwc_device_of_path(dev), hwc_device_node(dev, 0)->path);
	ASSERT_EQ(1, hwc_device_nodes(dev));
	EXPECT_EQ(1, hwc_device_windows(dev));
	EXPECT_EQ(1, hwc_device_irqs(dev));
	hwc_claim_free(claim);
}

TEST_HARNESS_MAIN
