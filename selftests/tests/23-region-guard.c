// SPDX-License-Identifier: GPL-2.0-or-later
/* Others who touch a region: overlays that are not ours, drivers and modules that go. */
#include "hwc.h"

#define SHA_BIT HWC_IMAGES "sha256-pr0.bit"
#define SHA_DTBO HWC_DTBO "sha256-pr0.dtbo"
#define LOADS HWC_MGR "loads"
#define FW_PATH "/sys/module/firmware_class/parameters/path"
#define REGIONS "/sys/bus/platform/drivers/of-fpga-region/"
#define PR0_DEV "fpga-full:fpga-PR0"
#define SHA_DRV "/sys/bus/platform/drivers/hwcontainer-sim-sha256/"

FIXTURE(guard)
{
	struct hwc_ctx *ctx;
	int holder;
};

/* The module's overlays name firmware, which goes to the manager as it is. */
static int provide_firmware(void)
{
	char command[256];
	const char *image = hwc_test_takes_bitstreams() ? HWC_IMAGES "sha256-pr0.bin" :
							  hwc_test_file(SHA_BIT);

	snprintf(command, sizeof(command),
		 "mkdir -p /tmp/firmware && cp %s /tmp/firmware/sha256-pr0.bit", image);
	return hwc_test_run(command) ?: hwc_test_write(FW_PATH, "/tmp/firmware");
}

FIXTURE_SETUP(guard)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-foreign"));
	ASSERT_EQ(0, provide_firmware());
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
}

FIXTURE_TEARDOWN(guard)
{
	close(self->holder);
	hwc_test_write(HWC_SIM "reset", "1");
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer-foreign"));
	hwc_test_write(REGIONS "bind", PR0_DEV);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR1));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
	EXPECT_TRUE(hwc_test_slot(0, 1, "bridge=disabled"));
	hwc_ctx_free(self->ctx);
}

static int foreign_apply(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), HWC_DTBO "%s.dtbo", name);
	return hwc_test_write(HWC_FOREIGN "apply", path);
}

static int foreign_remove(void)
{
	return hwc_test_write(HWC_FOREIGN "remove", "1");
}

static uint32_t claim_sha256(struct __test_metadata *_metadata, FIXTURE_DATA(guard) * self)
{
	int id = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	return id;
}

/* The owner's accelerator computes. */
static void check_works(struct __test_metadata *_metadata, const char *when)
{
	char text[65] = "";
	int fd = open("/dev/hwsim-sha256-0", O_RDWR);

	ASSERT_LE(0, fd) TH_LOG("%s", when);
	EXPECT_EQ(3, write(fd, "abc", 3)) TH_LOG("%s", when);
	EXPECT_EQ(64, read(fd, text, 64)) TH_LOG("%s", when);
	EXPECT_EQ(0, strncmp(text, "ba7816bf", 8)) TH_LOG("%s: %s", when, text);
	close(fd);
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=enabled")) TH_LOG("%s", when);
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=sha256")) TH_LOG("%s", when);
}

TEST_F(guard, foreign_overlay_on_a_claimed_region)
{
	static const char *const overlays[] = {
		"fir-pr0",	     "bad-no-driver",	 "foreign-root",   "bad-through-parent",
		"bad-firmware-name", "foreign-firmware", "foreign-second", "bad-two-targets",
	};
	uint32_t id = claim_sha256(_metadata, self);
	long loads = hwc_test_number(LOADS);
	size_t i;

	for (i = 0; i < sizeof(overlays) / sizeof(overlays[0]); i++) {
		EXPECT_EQ(-EPERM, foreign_apply(overlays[i])) TH_LOG("%s", overlays[i]);
		EXPECT_EQ(loads, hwc_test_number(LOADS)) TH_LOG("%s", overlays[i]);
		check_works(_metadata, overlays[i]);
		EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/stranger@8000"));
		EXPECT_FALSE(hwc_test_has_node(HWC_PR1 "/sha256@0"));
		EXPECT_TRUE(hwc_test_slot(0, 1, "bridge=disabled"));
	}
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(0, hwc_test_run("dmesg | grep -q 'overlay of foreign refused: " HWC_PR0
				  " is claimed'"));
	/* the owner's end is as it should be */
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
}

/* A neighbour that is free is anybody's. */
TEST_F(guard, foreign_overlay_beside_a_claimed_region)
{
	claim_sha256(_metadata, self);
	ASSERT_EQ(0, foreign_apply("foreign-root-other"));
	EXPECT_TRUE(hwc_test_has_node("/stranger"));
	check_works(_metadata, "applied");
	ASSERT_EQ(0, foreign_remove());
	check_works(_metadata, "removed");
}

TEST_F(guard, region_with_foreign_devices_is_refused)
{
	ASSERT_EQ(0, foreign_apply("bad-no-driver"));
	EXPECT_EQ(-EBUSY, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	EXPECT_STREQ(HWC_PR0 "/stranger@0 is in the region and came with no claim",
		     hwc_ctx_error(self->ctx));
	/* the region around it is the same hardware */
	EXPECT_EQ(-EBUSY,
		  hwc_test_try(self->ctx, HWC_FULL, self->holder, HWC_IMAGES "full.bit", NULL));
	EXPECT_STREQ(HWC_PR0 "/stranger@0 is in the region and came with no claim",
		     hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, foreign_remove());
	claim_sha256(_metadata, self);
	check_works(_metadata, "after the foreign one went");
}

/* Programmed by mainline's own way: its bridges are taken, its devices none of ours. */
TEST_F(guard, region_that_somebody_programmed_is_refused)
{
	static const char *const overlays[] = { "foreign-firmware", "bad-firmware-name" };
	static const char *const sentences[] = {
		HWC_PR0 " was programmed by somebody else",
		HWC_PR0 "/sha256@0 is in the region and came with no claim",
	};
	int i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, foreign_apply(overlays[i])) TH_LOG("%s", overlays[i]);
		EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=enabled"));
		EXPECT_EQ(-EBUSY,
			  hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
		EXPECT_STREQ(sentences[i], hwc_ctx_error(self->ctx));
		EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=enabled"));
		ASSERT_EQ(0, foreign_remove());
		EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
	}
	claim_sha256(_metadata, self);
	check_works(_metadata, "after the foreign one went");
}

/* Wait for the end of a claim whose file is @file. */
static void check_ends(struct __test_metadata *_metadata, FIXTURE_DATA(guard) * self, int file)
{
	ASSERT_LE(0, file);
	EXPECT_EQ(0, hwc_claim_wait_released(self->ctx, file, HWC_TEST_WAIT_MS))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	close(file);
}

TEST_F(guard, region_goes_while_claimed)
{
	uint32_t id = claim_sha256(_metadata, self);
	int file = hwc_claim_open(self->ctx, self->holder, id);
	int i;

	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, hwc_test_write(REGIONS "unbind", PR0_DEV));
		check_ends(_metadata, self, file);
		EXPECT_EQ(-ENOENT, hwc_test_claim_state(self->ctx, id));
		EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, HWC_PR0));
		EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
		EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
		ASSERT_EQ(0, hwc_test_write(REGIONS "bind", PR0_DEV));
		id = claim_sha256(_metadata, self);
		check_works(_metadata, "after it came back");
		file = hwc_claim_open(self->ctx, self->holder, id);
	}
	close(file);
}

/* The listeners are told why the claim ended. */
TEST_F(guard, region_goes_and_says_so)
{
	uint32_t id = claim_sha256(_metadata, self);
	struct hwc_events *events;
	struct hwc_event *event;
	bool told = false, gone = false;

	ASSERT_EQ(0, hwc_events_new(self->ctx, &events));
	ASSERT_EQ(0, hwc_test_write(REGIONS "unbind", PR0_DEV));
	while (!hwc_events_next(events, &event)) {
		const struct hwc_claim *claim = hwc_event_claim(event);
		const struct hwc_resource *res = hwc_event_resource(event);

		if (claim && hwc_claim_id(claim) == id &&
		    hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_RELEASED) {
			EXPECT_EQ(ENODEV, hwc_claim_error(claim));
			EXPECT_STREQ(HWC_PR0 " left the system", hwc_claim_message(claim));
			told = true;
		}
		if (res && hwc_resource_state(res) == HWCONTAINER_RESOURCE_STATE_GONE)
			gone = !strcmp(hwc_resource_name(res), HWC_PR0);
		hwc_event_free(event);
	}
	EXPECT_TRUE(told);
	EXPECT_TRUE(gone);
	hwc_events_free(events);
	ASSERT_EQ(0, hwc_test_write(REGIONS "bind", PR0_DEV));
}

TEST_F(guard, region_goes_while_preparing)
{
	static const char *const knobs[] = {
		HWC_MGR "stall_write_ms",
		HWC_SIM "stall_probe_ms",
	};
	size_t i;

	for (i = 0; i < 2; i++) {
		int image = hwc_test_open(SHA_BIT), overlay = hwc_test_open(SHA_DTBO);
		struct hwc_grant grant;
		int file;

		ASSERT_EQ(0, hwc_test_set(knobs[i], 300));
		ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, self->holder, image, overlay, 0,
					    &grant));
		file = hwc_claim_open(self->ctx, self->holder, grant.id);
		ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, grant.id,
						 HWCONTAINER_CLAIM_STATE_PREPARING));
		usleep(50000);
		ASSERT_EQ(0, hwc_test_write(REGIONS "unbind", PR0_DEV)) TH_LOG("%s", knobs[i]);
		check_ends(_metadata, self, file);
		EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, HWC_PR0));
		EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0")) TH_LOG("%s", knobs[i]);
		EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled")) TH_LOG("%s", knobs[i]);
		hwc_test_write(HWC_SIM "reset", "1");
		ASSERT_EQ(0, hwc_test_write(REGIONS "bind", PR0_DEV));
		claim_sha256(_metadata, self);
		check_works(_metadata, knobs[i]);
		close(self->holder);
		self->holder = hwc_holder_open(self->ctx);
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
		close(image);
		close(overlay);
	}
}

/* The operator takes the accelerator's driver away: the claim's end still cleans up. */
TEST_F(guard, driver_goes)
{
	uint32_t id = claim_sha256(_metadata, self);

	ASSERT_EQ(0, hwc_test_write(SHA_DRV "unbind", "7ff00000.sha256"));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
	EXPECT_NE(0, access("/dev/hwsim-sha256-0", F_OK));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
}

/* The accelerator is open when its claim ends: its user is told, nothing hangs. */
TEST_F(guard, device_is_open_at_the_end)
{
	uint32_t id = claim_sha256(_metadata, self);
	int fd = open("/dev/hwsim-sha256-0", O_RDWR);

	ASSERT_LE(0, fd);
	ASSERT_EQ(3, write(fd, "abc", 3));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(-1, write(fd, "abc", 3));
	EXPECT_EQ(ENODEV, errno);
	close(fd);
}

TEST_F(guard, module_stays_while_claimed)
{
	uint32_t id = claim_sha256(_metadata, self);

	EXPECT_NE(0, hwc_test_run("rmmod hwcontainer 2>/tmp/why"));
	EXPECT_NE(NULL, strstr(hwc_test_read("/tmp/why"), "Resource temporarily unavailable"))
	TH_LOG("%s", hwc_test_read("/tmp/why"));
	unlink("/tmp/why");
	EXPECT_NE(0, hwc_test_run("rmmod hwcontainer-sim 2>/dev/null"));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
	check_works(_metadata, "after rmmod was refused");
}

/* A claim of nobody keeps it too. */
TEST_F(guard, module_stays_for_a_claim_of_nobody)
{
	int image = hwc_test_open(SHA_BIT);
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, -1, image, -1, 0, &grant));
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	close(self->holder);
	EXPECT_NE(0, hwc_test_run("rmmod hwcontainer 2>/dev/null"));
	self->holder = hwc_holder_open(self->ctx);
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, grant.id));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &grant.id, 1));
	close(image);
}

static int each_region(const char *what)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "for r in fpga-full:fpga-PR0 fpga-full:fpga-PR1 fpga-full:fpga-PR2 "
		 "fpga-full:fpga-PR3 fpga-other:fpga-PR0 fpga-full fpga-other; do "
		 "echo $r >" REGIONS "%s || exit 1; done",
		 what);
	return hwc_test_run(command);
}

/* Loaded where there is no region, the module finds those that come later. */
TEST_F(guard, regions_that_come_after_the_module)
{
	close(self->holder);
	ASSERT_EQ(0, hwc_test_run("rmmod hwcontainer"));
	ASSERT_EQ(0, each_region("unbind"));
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer"));
	hwc_ctx_free(self->ctx);
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, HWC_PR0));
	/* a board has one of its own, which nobody unbinds */
	if (!hwc_test_board())
		EXPECT_NE(0, hwc_test_run("ls /sys/class/fpga_region | grep -q ."));
	ASSERT_EQ(0, each_region("bind"));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	claim_sha256(_metadata, self);
	check_works(_metadata, "regions came later");
}

/* Warm regions do not keep the module; it clears them when it goes. */
TEST_F(guard, module_goes_with_a_warm_region)
{
	int image = hwc_test_open(SHA_BIT), overlay = hwc_test_open(SHA_DTBO);
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, self->holder, image, overlay,
				    HWCONTAINER_CLAIM_FLAGS_KEEP, &grant));
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	close(image);
	close(overlay);
	close(self->holder);
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, HWCONTAINER_RESOURCE_STATE_WARM));
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer"));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer"));
	hwc_ctx_free(self->ctx);
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	claim_sha256(_metadata, self);
	check_works(_metadata, "after the module came back");
}

TEST_HARNESS_MAIN
