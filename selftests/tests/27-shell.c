// SPDX-License-Identifier: GPL-2.0-or-later
/* Shells: images whose overlays bring slots, and who may have what at a time. */
#include <stdlib.h>

#include "hwc.h"

#define SLOT4 HWC_FULL "/fpga-PR4"
#define SLOT5 HWC_FULL "/fpga-PR5"
#define FULL_BIT HWC_IMAGES "full.bit"
#define SHELL_DTBO HWC_DTBO "shell.dtbo"
#define REGIONS "/sys/bus/platform/drivers/of-fpga-region/"
#define FULL_DEV "fpga-full"
#define SLOT4_DEV "fpga-full:fpga-PR4"
#define CONTAINER "0123456789abcdef"
#define KEEP HWCONTAINER_CLAIM_FLAGS_KEEP

/* Three holders: of the shell and of each slot. */
enum { SHELL, PR4, PR5, HOLDERS };

FIXTURE(shell)
{
	struct hwc_ctx *ctx;
	int holder[HOLDERS];
};

FIXTURE_SETUP(shell)
{
	int i;

	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	for (i = 0; i < HOLDERS; i++) {
		self->holder[i] = hwc_holder_open(self->ctx);
		ASSERT_LE(0, self->holder[i]);
	}
}

static void check_no_slots(struct __test_metadata *_metadata, FIXTURE_DATA(shell) * self,
			   const char *when)
{
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, SLOT4, -ENOENT))
	TH_LOG("%s", when);
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, SLOT5)) TH_LOG("%s", when);
	EXPECT_FALSE(hwc_test_has_node(SLOT4)) TH_LOG("%s", when);
	EXPECT_FALSE(hwc_test_has_node(SLOT5)) TH_LOG("%s", when);
	EXPECT_FALSE(hwc_test_has_node(HWC_FULL "/bridge@40000"))
	TH_LOG("%s", when);
}

static void end(FIXTURE_DATA(shell) * self, int who)
{
	if (self->holder[who] >= 0)
		close(self->holder[who]);
	self->holder[who] = -1;
}

/* A shell that was kept goes with the next image. */
FIXTURE_TEARDOWN(shell)
{
	int i, holder;

	hwc_test_write(HWC_SIM "reset", "1");
	for (i = 0; i < HOLDERS; i++)
		end(self, i);
	while (hwc_test_claims(self->ctx) > 0)
		usleep(2000);
	if (hwc_test_state(self->ctx, HWC_FULL) == HWCONTAINER_RESOURCE_STATE_WARM) {
		holder = hwc_holder_open(self->ctx);
		EXPECT_LT(0, hwc_test_try(self->ctx, HWC_FULL, holder, FULL_BIT, NULL))
		TH_LOG("%s", hwc_ctx_error(self->ctx));
		close(holder);
	}
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	check_no_slots(_metadata, self, "at the end");
	hwc_ctx_free(self->ctx);
}

/* Returns the claim's number, or -errno. */
static int claim_as(FIXTURE_DATA(shell) * self, int who, const char *resource, const char *image,
		    const char *overlay, uint32_t flags, const uint8_t *const *digests)
{
	int image_fd = image ? hwc_test_open(image) : -1;
	int overlay_fd = overlay ? hwc_test_open(overlay) : -1;
	struct hwc_grant grant;
	struct hwc_request *req;
	int ret = hwc_request_new(self->ctx, &req);

	if (ret)
		return ret;
	hwc_request_holder_file(req, self->holder[who]);
	hwc_request_flags(req, flags);
	if (who != SHELL)
		hwc_request_container(req, CONTAINER);
	ret = hwc_request_add(req, resource, image_fd, overlay_fd, digests ? digests[0] : NULL,
			      digests ? digests[1] : NULL);
	if (!ret)
		ret = hwc_request_submit(req, &grant);
	hwc_request_free(req);
	close(image_fd);
	close(overlay_fd);
	if (!ret)
		ret = hwc_claim_wait(self->ctx, self->holder[who], grant.id, HWC_TEST_WAIT_MS);
	return ret ? ret : (int)grant.id;
}

static int load_shell(struct __test_metadata *_metadata, FIXTURE_DATA(shell) * self, uint32_t flags)
{
	int id = claim_as(self, SHELL, HWC_FULL, FULL_BIT, SHELL_DTBO, flags, NULL);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	return id;
}

static int fill_slot4(struct __test_metadata *_metadata, FIXTURE_DATA(shell) * self, uint32_t flags)
{
	int id = claim_as(self, PR4, SLOT4, HWC_IMAGES "sha256-pr4.bit",
			  HWC_DTBO "shell-sha256-pr4.dtbo", flags, NULL);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	return id;
}

static int fill_slot5(struct __test_metadata *_metadata, FIXTURE_DATA(shell) * self)
{
	int id = claim_as(self, PR5, SLOT5, HWC_IMAGES "fir-pr5.bit", HWC_DTBO "shell-fir-pr5.dtbo",
			  0, NULL);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	return id;
}

/* The accelerator in slot 4 computes. */
static void check_slot4(struct __test_metadata *_metadata, const char *when)
{
	char text[65] = "";
	int fd = open("/dev/hwsim-sha256-0", O_RDWR | O_CLOEXEC);

	ASSERT_LE(0, fd) TH_LOG("%s", when);
	ASSERT_EQ(3, write(fd, "abc", 3)) TH_LOG("%s", when);
	ASSERT_EQ(64, read(fd, text, 64)) TH_LOG("%s", when);
	EXPECT_STREQ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", text)
	TH_LOG("%s", when);
	close(fd);
}

TEST_F(shell, brings_slots_for_others)
{
	int id = load_shell(_metadata, self, 0), slot;
	struct hwc_claim *claim;

	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, SLOT4));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, SLOT5));
	/* the shell's own devices are its bridges */
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	ASSERT_EQ(2, hwc_claim_devices(claim));
	EXPECT_STREQ(HWC_FULL "/bridge@40000", hwc_device_of_path(hwc_claim_device(claim, 1)));
	EXPECT_STREQ(HWC_FULL "/bridge@50000", hwc_device_of_path(hwc_claim_device(claim, 0)));
	hwc_claim_free(claim);

	slot = fill_slot4(_metadata, self, 0);
	fill_slot5(_metadata, self);
	check_slot4(_metadata, "both slots are filled");
	EXPECT_TRUE(hwc_test_slot(0, 4, "bridge=enabled"));
	EXPECT_TRUE(hwc_test_slot(0, 5, "loaded=fir"));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, slot, &claim));
	ASSERT_EQ(1, hwc_claim_devices(claim));
	EXPECT_STREQ(SLOT4 "/sha256@0", hwc_device_of_path(hwc_claim_device(claim, 0)));
	hwc_claim_free(claim);

	/* one slot's end is nobody else's business */
	end(self, PR5);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, SLOT5));
	check_slot4(_metadata, "the other slot is free");
	EXPECT_TRUE(hwc_test_slot(0, 4, "hot_loads=0"));
}

TEST_F(shell, slot_is_used_again_while_its_neighbour_runs)
{
	int i;

	load_shell(_metadata, self, 0);
	fill_slot4(_metadata, self, 0);
	for (i = 0; i < 5; i++) {
		fill_slot5(_metadata, self);
		check_slot4(_metadata, "slot 5 is filled");
		end(self, PR5);
		self->holder[PR5] = hwc_holder_open(self->ctx);
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, SLOT5));
		check_slot4(_metadata, "slot 5 is free");
	}
}

/* Without its shell there is no slot. */
TEST_F(shell, slot_needs_its_shell)
{
	EXPECT_EQ(-ENOENT, claim_as(self, PR4, SLOT4, HWC_IMAGES "sha256-pr4.bit",
				    HWC_DTBO "shell-sha256-pr4.dtbo", 0, NULL));
	/* the library says why */
	EXPECT_NE(NULL, strstr(hwc_ctx_error(self->ctx), SLOT4 " does not exist"))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
}

TEST_F(shell, is_not_replaced_while_a_slot_is_claimed)
{
	char sentence[128];
	int slot;

	load_shell(_metadata, self, 0);
	slot = fill_slot4(_metadata, self, 0);
	end(self, SHELL);
	self->holder[SHELL] = hwc_holder_open(self->ctx);
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, HWC_FULL, HWCONTAINER_RESOURCE_STATE_WARM));
	EXPECT_EQ(-EBUSY, claim_as(self, SHELL, HWC_FULL, FULL_BIT, NULL, 0, NULL));
	snprintf(sentence, sizeof(sentence),
		 "its slot fpga-PR4 is held by container %.12s (claim %d)", CONTAINER, slot);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	check_slot4(_metadata, "a claim on the shell was refused");
	end(self, PR4);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	load_shell(_metadata, self, 0);
}

TEST_F(shell, stays_until_its_last_slot_is_free)
{
	struct hwc_resource *res;

	load_shell(_metadata, self, 0);
	fill_slot4(_metadata, self, 0);
	fill_slot5(_metadata, self);
	end(self, SHELL);
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, HWC_FULL, HWCONTAINER_RESOURCE_STATE_WARM));
	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_FULL, &res));
	EXPECT_STREQ("stays loaded until its last slot is free", hwc_resource_message(res));
	hwc_resource_free(res);
	check_slot4(_metadata, "the shell's holder is gone");
	end(self, PR5);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, SLOT5));
	check_slot4(_metadata, "one slot is left");
	/* and may be claimed again */
	self->holder[PR5] = hwc_holder_open(self->ctx);
	fill_slot5(_metadata, self);
	end(self, PR4);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, SLOT4));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_WARM, hwc_test_state(self->ctx, HWC_FULL));
	end(self, PR5);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	check_no_slots(_metadata, self, "the last slot is free");
}

static int digests_of(struct hwc_ctx *ctx, const char *resource, uint8_t digests[2][32])
{
	struct hwc_resource *res;
	int ret = hwc_resource_get(ctx, resource, &res);

	if (ret)
		return ret;
	if (hwc_resource_image_digest(res) && hwc_resource_overlay_digest(res)) {
		memcpy(digests[0], hwc_resource_image_digest(res), 32);
		memcpy(digests[1], hwc_resource_overlay_digest(res), 32);
	} else {
		ret = -ENODATA;
	}
	hwc_resource_free(res);
	return ret;
}

/* Kept, it stays without slots; by its digests it is taken also while one is claimed. */
TEST_F(shell, kept_is_taken_again_by_its_digests)
{
	uint8_t bytes[2][32];
	const uint8_t *digests[] = { bytes[0], bytes[1] };
	int id;

	load_shell(_metadata, self, KEEP);
	fill_slot4(_metadata, self, 0);
	ASSERT_EQ(0, digests_of(self->ctx, HWC_FULL, bytes));
	end(self, SHELL);
	self->holder[SHELL] = hwc_holder_open(self->ctx);
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, HWC_FULL, HWCONTAINER_RESOURCE_STATE_WARM));
	id = claim_as(self, SHELL, HWC_FULL, NULL, NULL, 0, digests);
	EXPECT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	check_slot4(_metadata, "the shell was claimed as it is");
	end(self, SHELL);
	self->holder[SHELL] = hwc_holder_open(self->ctx);
	check_slot4(_metadata, "it waits to be unloaded");
	/* claimed again, it is not unloaded with the last slot */
	id = claim_as(self, SHELL, HWC_FULL, NULL, NULL, KEEP, digests);
	EXPECT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	end(self, PR4);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, SLOT4));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_CLAIMED, hwc_test_state(self->ctx, HWC_FULL));
	end(self, SHELL);
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, HWC_FULL, HWCONTAINER_RESOURCE_STATE_WARM));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, SLOT4));
}

/* What the device's own regions would take away is the shell below its slots. */
TEST_F(shell, regions_beside_slots_are_the_same_hardware)
{
	int id;

	load_shell(_metadata, self, KEEP);
	end(self, SHELL);
	self->holder[SHELL] = hwc_holder_open(self->ctx);
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, HWC_FULL, HWCONTAINER_RESOURCE_STATE_WARM));
	fill_slot4(_metadata, self, 0);
	EXPECT_EQ(-EBUSY,
		  claim_as(self, SHELL, HWC_PR1, HWC_IMAGES "sha256-pr1.bit", NULL, 0, NULL));
	EXPECT_STREQ(SLOT4 " in the same shell is claimed", hwc_ctx_error(self->ctx));
	check_slot4(_metadata, "a region beside it was refused");
	end(self, PR4);
	self->holder[PR4] = hwc_holder_open(self->ctx);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, SLOT4));

	id = claim_as(self, SHELL, HWC_PR1, HWC_IMAGES "sha256-pr1.bit", NULL, 0, NULL);
	EXPECT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(-EBUSY, claim_as(self, PR4, SLOT4, HWC_IMAGES "sha256-pr4.bit", NULL, 0, NULL));
	EXPECT_STREQ(HWC_PR1 " in the same shell is claimed", hwc_ctx_error(self->ctx));
	end(self, SHELL);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR1));
	EXPECT_EQ(-EBUSY, claim_as(self, PR4, SLOT4, HWC_IMAGES "sha256-pr4.bit", NULL, 0, NULL));
	EXPECT_STREQ("the image of " HWC_FULL " is changing or was changed",
		     hwc_ctx_error(self->ctx));
}

/* By its digests it is had whole or not at all, also when it is just being unloaded. */
TEST_F_TIMEOUT(shell, is_not_had_while_it_goes, 120)
{
	uint8_t bytes[2][32];
	const uint8_t *digests[] = { bytes[0], bytes[1] };
	int i, id, had = 0;

	for (i = 0; i < 20; i++) {
		load_shell(_metadata, self, KEEP);
		fill_slot4(_metadata, self, 0);
		ASSERT_EQ(0, digests_of(self->ctx, HWC_FULL, bytes));
		end(self, SHELL);
		self->holder[SHELL] = hwc_holder_open(self->ctx);
		ASSERT_LT(0, claim_as(self, SHELL, HWC_FULL, NULL, NULL, 0, digests));
		end(self, SHELL);
		self->holder[SHELL] = hwc_holder_open(self->ctx);
		/* the slot takes its shell along */
		end(self, PR4);
		self->holder[PR4] = hwc_holder_open(self->ctx);
		while (hwc_test_state(self->ctx, SLOT4) == HWCONTAINER_RESOURCE_STATE_CLAIMED)
			continue;
		usleep(rand() % 10000);
		id = claim_as(self, SHELL, HWC_FULL, NULL, NULL, 0, digests);
		if (id > 0) {
			had++;
			usleep(50000);
			EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE,
				  hwc_test_state(self->ctx, SLOT4));
		} else {
			EXPECT_EQ(-ENOENT, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
		}
		end(self, SHELL);
		self->holder[SHELL] = hwc_holder_open(self->ctx);
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	}
	TH_LOG("had %d of %d times", had, i);
}

TEST_F(shell, takes_its_warm_slots_along)
{
	load_shell(_metadata, self, 0);
	fill_slot4(_metadata, self, KEEP);
	end(self, PR4);
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, SLOT4, HWCONTAINER_RESOURCE_STATE_WARM));
	end(self, SHELL);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	check_no_slots(_metadata, self, "a slot was warm");
	EXPECT_NE(0, access("/dev/hwsim-sha256-0", F_OK));
}

TEST_F(shell, slot_reaches_nothing_but_itself)
{
	static const struct {
		const char *overlay;
		const char *sentence;
	} bad[] = {
		{ "shell-bad-neighbour",
		  "overlay's node sha256@10000 has reg at 0x10000, 0x1000 bytes, outside of the region" },
		{ "shell-bad-slot-of-slot", "overlay's node fpga-inner would be a slot of a slot" },
		{ "shell-fir-pr5", "overlay targets " SLOT5 ", which is not in the region" },
		{ "shell", "overlay targets " HWC_FULL ", which is not in the region" },
	};
	char path[128];
	size_t i;
	int id;

	load_shell(_metadata, self, 0);
	fill_slot5(_metadata, self);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(path, sizeof(path), HWC_DTBO "%s.dtbo", bad[i].overlay);
		id = claim_as(self, PR4, SLOT4, HWC_IMAGES "sha256-pr4.bit", path, 0, NULL);
		EXPECT_EQ(-EPERM, id);
		EXPECT_STREQ(bad[i].sentence, hwc_ctx_error(self->ctx));
	}
	/* no slot of these shells says which node of a PDI it is */
	if (!hwc_test_takes_bitstreams())
		return;
	/* its frames are its own, too, and it is a part of something */
	id = claim_as(self, PR4, SLOT4, HWC_IMAGES "sha256-pr5.bit", NULL, 0, NULL);
	EXPECT_EQ(-EBADMSG, id);
	EXPECT_EQ(-EBADMSG, claim_as(self, PR4, SLOT4, FULL_BIT, NULL, 0, NULL));
	EXPECT_STREQ("image is a full bitstream, " SLOT4 " takes a partial one",
		     hwc_ctx_error(self->ctx));
	EXPECT_TRUE(hwc_test_slot(0, 5, "loaded=fir"));
}

TEST_F(shell, bad_ones_are_refused)
{
	static const struct {
		const char *overlay;
		const char *sentence;
	} bad[] = {
		{ "shell-bad-below",
		  "overlay's FPGA region fpga-PR4 is not directly below " HWC_FULL },
		{ "shell-bad-ranges", "overlay's FPGA region fpga-PR4 has no ranges of its own" },
		{ "shell-bad-outside",
		  "overlay's node fpga-PR4 has ranges at 0x60000, 0x10000 bytes, outside of the region" },
		{ "shell-bad-cells",
		  "overlay's FPGA region fpga-PR4 has no #address-cells or #size-cells" },
		{ "shell-bad-device",
		  "overlay's FPGA region fpga-PR4 has the node sha256@0, which comes with an image of its own" },
		{ "shell-bad-overlap",
		  "overlay's FPGA regions fpga-PR4 and fpga-PR5 have addresses in common" },
		{ "shell-bad-two-fragments",
		  "overlay's FPGA regions fpga-PR4 and fpga-PR5 have addresses in common" },
		{ "shell-bad-bridge",
		  "overlay reaches out at /fragment@0/__overlay__/fpga-PR4:fpga-bridges:0" },
		{ "shell-bad-manager", "overlay may not have the property fpga-mgr" },
		{ "shell-bad-idcode", "overlay may not have the property hwcontainer,idcode" },
	};
	long loads = hwc_test_number(HWC_MGR "loads");
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(path, sizeof(path), HWC_DTBO "%s.dtbo", bad[i].overlay);
		EXPECT_EQ(-EPERM, claim_as(self, SHELL, HWC_FULL, FULL_BIT, path, 0, NULL));
		EXPECT_STREQ(bad[i].sentence, hwc_ctx_error(self->ctx));
		check_no_slots(_metadata, self, bad[i].overlay);
	}
	EXPECT_EQ(loads, hwc_test_number(HWC_MGR "loads"));
}

/* A slot whose bridge is not there, in a shell that was taken without. */
TEST_F(shell, slot_with_a_bridge_that_has_no_driver)
{
	int id = claim_as(self, SHELL, HWC_FULL, FULL_BIT, HWC_DTBO "shell-no-bridge.dtbo",
			  HWCONTAINER_CLAIM_FLAGS_UNBOUND, NULL);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(-ENODEV, claim_as(self, PR4, SLOT4, HWC_IMAGES "sha256-pr4.bit",
				    HWC_DTBO "shell-sha256-pr4.dtbo", 0, NULL));
	EXPECT_STREQ(SLOT4 " is behind the bridge " HWC_FULL "/bridge@40000, which has no driver",
		     hwc_ctx_error(self->ctx));
}

/* The shell's driver is taken away: its slots go with it, whoever has them. */
TEST_F(shell, driver_of_the_region_goes)
{
	int i, slot, file;

	for (i = 0; i < 3; i++) {
		load_shell(_metadata, self, 0);
		slot = fill_slot4(_metadata, self, 0);
		file = hwc_claim_open(self->ctx, self->holder[PR4], slot);
		ASSERT_EQ(0, hwc_test_write(REGIONS "unbind", FULL_DEV));
		EXPECT_EQ(0, hwc_claim_wait_released(self->ctx, file, HWC_TEST_WAIT_MS));
		close(file);
		EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, HWC_FULL));
		check_no_slots(_metadata, self, "the region's driver is gone");
		EXPECT_TRUE(hwc_test_slot(0, 4, "bridge=disabled"));
		ASSERT_EQ(0, hwc_test_write(REGIONS "bind", FULL_DEV));
	}
}

/* A slot's driver is taken away, and comes back. */
TEST_F(shell, driver_of_a_slot_goes)
{
	int i, slot, file;

	load_shell(_metadata, self, 0);
	for (i = 0; i < 3; i++) {
		slot = fill_slot4(_metadata, self, i == 1 ? KEEP : 0);
		file = hwc_claim_open(self->ctx, self->holder[PR4], slot);
		ASSERT_EQ(0, hwc_test_write(REGIONS "unbind", SLOT4_DEV));
		EXPECT_EQ(0, hwc_claim_wait_released(self->ctx, file, HWC_TEST_WAIT_MS));
		close(file);
		EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, SLOT4));
		EXPECT_FALSE(hwc_test_has_node(SLOT4 "/sha256@0"));
		EXPECT_TRUE(hwc_test_slot(0, 4, "bridge=disabled"));
		EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_CLAIMED, hwc_test_state(self->ctx, HWC_FULL));
		ASSERT_EQ(0, hwc_test_write(REGIONS "bind", SLOT4_DEV));
	}
	/* with nobody but the slot left, the shell goes after it */
	fill_slot4(_metadata, self, 0);
	end(self, SHELL);
	ASSERT_EQ(0, hwc_test_write(REGIONS "unbind", SLOT4_DEV));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	check_no_slots(_metadata, self, "the slot's driver is gone");
}

/* The kernel's log from now on. */
static int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd >= 0)
		lseek(fd, 0, SEEK_END);
	return fd;
}

static bool log_says(int fd, const char *text)
{
	char line[1024];
	ssize_t n;

	while ((n = read(fd, line, sizeof(line) - 1)) > 0) {
		line[n] = '\0';
		if (strstr(line, text))
			return true;
	}
	return false;
}

/* Whoever has a node a little longer than it is in the tree is waited for. */
TEST_F(shell, node_that_somebody_has_is_not_lost)
{
	static const char *const node[] = { SLOT4, HWC_FULL "/bridge@50000", SLOT4 "/sha256@0" };
	int log = log_open();
	int64_t begin;
	size_t i;

	ASSERT_LE(0, log);
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-foreign"));
	ASSERT_EQ(0, hwc_test_write(HWC_FOREIGN "hold_ms", "300"));
	for (i = 0; i < sizeof(node) / sizeof(node[0]); i++) {
		load_shell(_metadata, self, 0);
		fill_slot4(_metadata, self, 0);
		begin = hwc_test_ms();
		ASSERT_EQ(0, hwc_test_write(HWC_FOREIGN "hold", node[i]));
		end(self, PR4);
		end(self, SHELL);
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
		EXPECT_LE(300, hwc_test_ms() - begin) TH_LOG("%s", node[i]);
		check_no_slots(_metadata, self, node[i]);
		EXPECT_FALSE(log_says(log, "memory leak")) TH_LOG("%s", node[i]);
		self->holder[SHELL] = hwc_holder_open(self->ctx);
		self->holder[PR4] = hwc_holder_open(self->ctx);
	}
	EXPECT_EQ(0, hwc_test_run("modprobe -r hwcontainer-foreign"));
	close(log);
}

/* Drivers of slots, and of regions beside them, come and go while shells do. */
TEST_F_TIMEOUT(shell, drivers_go_at_any_time, 120)
{
	pid_t pid = fork();
	int i, id;

	if (!pid) {
		for (;;) {
			const char *dev = rand() % 2 ? SLOT4_DEV : "fpga-full:fpga-PR1";

			hwc_test_write(REGIONS "unbind", dev);
			hwc_test_write(REGIONS "bind", dev);
			usleep(rand() % 20000);
		}
	}
	for (i = 0; i < 40; i++) {
		id = claim_as(self, SHELL, HWC_FULL, FULL_BIT, SHELL_DTBO, 0, NULL);
		if (id > 0)
			claim_as(self, PR4, SLOT4, HWC_IMAGES "sha256-pr4.bit",
				 HWC_DTBO "shell-sha256-pr4.dtbo", 0, NULL);
		end(self, i % 2 ? SHELL : PR4);
		end(self, i % 2 ? PR4 : SHELL);
		self->holder[SHELL] = hwc_holder_open(self->ctx);
		self->holder[PR4] = hwc_holder_open(self->ctx);
	}
	hwc_test_kill(pid);
	hwc_test_write(REGIONS "bind", "fpga-full:fpga-PR1");
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, HWC_PR1));
}

/* Warm, they do not keep the module; it clears both when it goes. */
TEST_F(shell, module_goes_with_a_warm_slot_in_a_warm_shell)
{
	int i;

	load_shell(_metadata, self, KEEP);
	fill_slot4(_metadata, self, KEEP);
	for (i = 0; i < HOLDERS; i++)
		end(self, i);
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, SLOT4, HWCONTAINER_RESOURCE_STATE_WARM));
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, HWC_FULL, HWCONTAINER_RESOURCE_STATE_WARM));
	ASSERT_EQ(0, hwc_test_run("rmmod hwcontainer"));
	EXPECT_FALSE(hwc_test_has_node(SLOT4));
	EXPECT_FALSE(hwc_test_has_node(HWC_FULL "/bridge@40000"));
	EXPECT_TRUE(hwc_test_slot(0, 4, "bridge=disabled"));
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer"));
	hwc_ctx_free(self->ctx);
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder[SHELL] = hwc_holder_open(self->ctx);
	load_shell(_metadata, self, 0);
}

/* Holders of both die at any time; nothing is left. */
TEST_F_TIMEOUT(shell, holders_die_at_any_time, 120)
{
	unsigned int seed = time(NULL);
	pid_t pid;
	int i;

	TH_LOG("seed %u", seed);
	for (i = 0; i < 60; i++) {
		pid = fork();
		if (!pid) {
			struct hwc_ctx *ctx;

			hwc_ctx_new(&ctx);
			self->ctx = ctx;
			self->holder[SHELL] = hwc_holder_open(ctx);
			self->holder[PR4] = hwc_holder_open(ctx);
			claim_as(self, SHELL, HWC_FULL, FULL_BIT, SHELL_DTBO, 0, NULL);
			claim_as(self, PR4, SLOT4, HWC_IMAGES "sha256-pr4.bit",
				 HWC_DTBO "shell-sha256-pr4.dtbo", 0, NULL);
			end(self, rand_r(&seed) % 2 ? SHELL : PR4);
			for (;;)
				pause();
		}
		usleep(rand_r(&seed) % 80000);
		hwc_test_kill(pid);
	}
	while (hwc_test_claims(self->ctx) > 0)
		usleep(2000);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	check_no_slots(_metadata, self, "all have died");
	load_shell(_metadata, self, 0);
	fill_slot4(_metadata, self, 0);
	check_slot4(_metadata, "after the deaths");
}

TEST_HARNESS_MAIN
