// SPDX-License-Identifier: GPL-2.0-or-later
/* Claims whose devices are for a virtual machine: no driver of the host sees them. */
#include "hwc.h"

#define ASSIGN HWCONTAINER_CLAIM_FLAGS_ASSIGN
#define KEEP HWCONTAINER_CLAIM_FLAGS_KEEP
#define DRY_RUN HWCONTAINER_CLAIM_FLAGS_DRY_RUN
#define UNBOUND HWCONTAINER_CLAIM_FLAGS_UNBOUND

#define BUS "/sys/bus/platform/"
#define DEVICE "7ff00000.sha256"
#define NODE "/dev/hwsim-sha256-0"
#define HOST_DRIVER "hwcontainer-sim-sha256"
#define OUR_DRIVER "hwcontainer-assign"
#define PROBES HWC_SIM "probes"
#define CLOCKS "/sys/kernel/debug/clk/"
#define CLOCK CLOCKS "sim-clock/clk_enable_count"
#define CLOCK_RATE 100000000
#define BIND_TIMEOUT HWC_PARAMETERS "bind_timeout_ms"
#define BIT HWC_IMAGES "sha256-pr0.bit"
#define DTBO HWC_DTBO "sha256-pr0.dtbo"

FIXTURE(assign)
{
	struct hwc_ctx *ctx;
	int holder;
	long probes;
	long bind_timeout;
};

FIXTURE_SETUP(assign)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	self->probes = hwc_test_number(PROBES);
	self->bind_timeout = hwc_test_number(BIND_TIMEOUT);
}

FIXTURE_TEARDOWN(assign)
{
	close(self->holder);
	hwc_test_write(BUS "drivers_autoprobe", "1");
	hwc_test_set(BIND_TIMEOUT, self->bind_timeout);
	hwc_test_cool_down(_metadata, self->ctx, HWC_PR0, HWC_IMAGES "none-pr0.bit");
	hwc_test_cool_down(_metadata, self->ctx, HWC_FULL, HWC_IMAGES "full.bit");
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	hwc_ctx_free(self->ctx);
}

/* Its state in the answer, when it is granted; or -errno. */
static int submit(FIXTURE_DATA(assign) * self, const char *resource, const char *image,
		  const char *overlay, uint32_t flags, struct hwc_grant *grant)
{
	int image_fd = image ? hwc_test_open(image) : -1;
	int overlay_fd = overlay ? hwc_test_open(overlay) : -1;
	int ret = hwc_test_claim(self->ctx, resource, self->holder, image_fd, overlay_fd, flags,
				 grant);

	close(image_fd);
	close(overlay_fd);
	return ret;
}

static int try(FIXTURE_DATA(assign) * self, const char *resource, const char *image,
	       const char *overlay, uint32_t flags, struct hwc_grant *grant)
{
	int ret = submit(self, resource, image, overlay, flags, grant);

	return ret ? ret : hwc_claim_wait(self->ctx, self->holder, grant->id, HWC_TEST_WAIT_MS);
}

/* A claim on the first region that is ready, with its only device. */
static struct hwc_claim *claim_device(struct __test_metadata *_metadata,
				      FIXTURE_DATA(assign) * self, uint32_t flags)
{
	struct hwc_claim *claim;
	struct hwc_grant grant;

	ASSERT_EQ(0, try(self, HWC_PR0, BIT, DTBO, flags, &grant))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	ASSERT_EQ(1, hwc_claim_devices(claim));
	return claim;
}

static void end(struct __test_metadata *_metadata, FIXTURE_DATA(assign) * self, uint32_t id)
{
	int file = hwc_claim_open(self->ctx, self->holder, id);

	ASSERT_LE(0, file);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_claim_wait_released(self->ctx, file, HWC_TEST_WAIT_MS));
	close(file);
}

static const char *driver_of(const char *device)
{
	static char target[256];
	char path[256];
	ssize_t n;

	snprintf(path, sizeof(path), BUS "devices/%s/driver", device);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return "none";
	target[n] = '\0';
	return strrchr(target, '/') + 1;
}

/* One block through the engine; 0 when the digest is right. */
static int digest_is_right(const char *node)
{
	static const char want[] =
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
	char digest[65] = "";
	int fd = open(node, O_RDWR | O_CLOEXEC);
	int ret = -errno;

	if (fd < 0)
		return ret;
	ret = write(fd, "abc", 3) == 3 && read(fd, digest, 64) == 64 ? 0 : -errno;
	close(fd);
	return ret ? ret : strcmp(want, digest);
}

TEST_F(assign, device_is_held_and_given_back)
{
	struct hwc_claim *claim = claim_device(_metadata, self, ASSIGN);
	const struct hwc_device *dev = hwc_claim_device(claim, 0);

	EXPECT_STREQ(DEVICE, hwc_device_name(dev));
	EXPECT_STREQ(OUR_DRIVER, hwc_device_driver(dev));
	EXPECT_STREQ(HWC_PR0 "/sha256@0", hwc_device_of_path(dev));
	EXPECT_EQ(0, hwc_device_nodes(dev));
	EXPECT_EQ(1, hwc_device_windows(dev));
	EXPECT_EQ(1, hwc_device_irqs(dev));
	EXPECT_STREQ(OUR_DRIVER, driver_of(DEVICE));
	/* the guest cannot ask for it */
	EXPECT_EQ(1, hwc_test_number(CLOCK));
	ASSERT_EQ(1, hwc_device_clocks(dev));
	EXPECT_STREQ(HWC_PR0 "/sha256@0", hwc_device_clock(dev, 0)->of_path);
	EXPECT_EQ(0, hwc_device_clock(dev, 0)->index);
	EXPECT_EQ(CLOCK_RATE, hwc_device_clock(dev, 0)->rate);
	EXPECT_NE(NULL, strstr(hwc_test_read("/proc/iomem"), "7ff00000-7ff00fff : " DEVICE));
	end(_metadata, self, hwc_claim_id(claim));
	hwc_claim_free(claim);
	EXPECT_EQ(0, hwc_test_number(CLOCK));
	EXPECT_EQ(NULL, strstr(hwc_test_read("/proc/iomem"), DEVICE));
	EXPECT_EQ(self->probes, hwc_test_number(PROBES));

	claim = claim_device(_metadata, self, 0);
	EXPECT_STREQ(HOST_DRIVER, hwc_device_driver(hwc_claim_device(claim, 0)));
	EXPECT_EQ(0, hwc_device_clocks(hwc_claim_device(claim, 0)));
	EXPECT_EQ(self->probes + 1, hwc_test_number(PROBES));
	EXPECT_EQ(0, digest_is_right(NODE));
	hwc_claim_free(claim);
}

TEST_F(assign, claim_says_so)
{
	struct hwc_claim *claim = claim_device(_metadata, self, ASSIGN | KEEP);
	char command[128];

	EXPECT_EQ(ASSIGN | KEEP, hwc_claim_flags(claim));
	snprintf(command, sizeof(command), "hwctl claim show %u | grep -q 'flags.*keep assign'",
		 hwc_claim_id(claim));
	EXPECT_EQ(0, hwc_test_run(command));
	hwc_claim_free(claim);
}

/* What root can do by sysfs gives nobody else the device. */
TEST_F(assign, nobody_on_the_host_gets_it)
{
	struct hwc_claim *claim = claim_device(_metadata, self, ASSIGN);

	EXPECT_NE(0, access(BUS "drivers/" OUR_DRIVER "/unbind", F_OK));
	EXPECT_NE(0, access(BUS "drivers/" OUR_DRIVER "/bind", F_OK));
	EXPECT_EQ(-ENODEV, hwc_test_write(BUS "drivers/" HOST_DRIVER "/bind", DEVICE));
	EXPECT_EQ(-ENODEV, hwc_test_write(BUS "drivers/" HOST_DRIVER "/unbind", DEVICE));
	ASSERT_EQ(0, hwc_test_write(BUS "devices/" DEVICE "/driver_override", HOST_DRIVER));
	EXPECT_EQ(-EBUSY, hwc_test_write(BUS "drivers/" HOST_DRIVER "/bind", DEVICE));
	hwc_test_write(BUS "drivers_probe", DEVICE);
	EXPECT_STREQ(OUR_DRIVER, driver_of(DEVICE));
	EXPECT_EQ(self->probes, hwc_test_number(PROBES));
	end(_metadata, self, hwc_claim_id(claim));
	hwc_claim_free(claim);

	claim = claim_device(_metadata, self, ASSIGN);
	EXPECT_STREQ(OUR_DRIVER, driver_of(DEVICE));
	hwc_claim_free(claim);
}

/* A driver that comes later does not get it, and none need be there. */
TEST_F(assign, drivers_of_the_host_may_come_and_go)
{
	struct hwc_claim *claim;

	ASSERT_EQ(0, hwc_test_run("rmmod hwcontainer-sim-accel"));
	claim = claim_device(_metadata, self, ASSIGN);
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-sim-accel"));
	EXPECT_STREQ(OUR_DRIVER, driver_of(DEVICE));
	EXPECT_EQ(self->probes, hwc_test_number(PROBES));
	hwc_claim_free(claim);
}

/* EAGAIN: the device is seen, and not all of it is there. */
static int bind_host_driver(void)
{
	int64_t limit = hwc_test_ms() + HWC_TEST_WAIT_MS;
	int ret;

	do {
		usleep(500);
		ret = hwc_test_write(BUS "drivers/" HOST_DRIVER "/bind", DEVICE);
	} while (ret == -EAGAIN && hwc_test_ms() < limit);
	return ret;
}

/* Somebody is quick between the device and our driver: the claim fails. */
TEST_F(assign, driver_that_was_faster_fails_the_claim)
{
	int64_t limit = hwc_test_ms() + HWC_TEST_WAIT_MS;
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_write(BUS "drivers_autoprobe", "0"));
	ASSERT_EQ(0, submit(self, HWC_PR0, BIT, DTBO, ASSIGN, &grant));
	while (access(BUS "devices/" DEVICE, F_OK) && hwc_test_ms() < limit)
		usleep(1000);
	EXPECT_EQ(-ENODEV, bind_host_driver());
	ASSERT_EQ(0, hwc_test_write(BUS "devices/" DEVICE "/driver_override", HOST_DRIVER));
	ASSERT_EQ(0, bind_host_driver());
	EXPECT_EQ(-EBUSY, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_STREQ(HWC_PR0 "/sha256@0 is for a virtual machine, and its driver is " HOST_DRIVER
			     " instead of " OUR_DRIVER,
		     hwc_ctx_error(self->ctx));
	EXPECT_STREQ("none", driver_of(DEVICE));
}

TEST_F(assign, device_that_cannot_be_held_fails_the_claim)
{
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_write(BUS "drivers_autoprobe", "0"));
	ASSERT_EQ(0, hwc_test_set(BIND_TIMEOUT, 100));
	EXPECT_EQ(-ENODEV, try(self, HWC_PR0, BIT, DTBO, ASSIGN, &grant));
	EXPECT_STREQ(
		HWC_PR0
		"/sha256@0 cannot be held for a virtual machine after 100 ms: "
		"the kernel's log says what it lacks, or it waits for the driver of what it names",
		hwc_ctx_error(self->ctx));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
}

/* Nobody else may have what the guest gets, nor may another device of its own. */
TEST_F(assign, registers_are_one_devices)
{
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_set(BIND_TIMEOUT, 100));
	EXPECT_EQ(-ENODEV, try(self, HWC_PR0, BIT, HWC_DTBO "same-registers.dtbo", ASSIGN, &grant));
	EXPECT_STREQ(
		HWC_PR0
		"/second@800 cannot be held for a virtual machine after 100 ms: "
		"the kernel's log says what it lacks, or it waits for the driver of what it names",
		hwc_ctx_error(self->ctx));
	EXPECT_EQ(0,
		  hwc_test_run("dmesg | tail -30 | grep -q "
			       "'7ff00800.second: .*7ff00800-0x7ff00fff.* is in use on the host'"));
}

/* What a driver of the host would do before it touches a register. */
TEST_F(assign, resets_are_released)
{
	struct hwc_grant grant;

	if (strcmp(hwc_test_machine()->name, "zcu102"))
		SKIP(return, "no resets of the firmware lead to the logic here (BOARD=zcu102)");
	ASSERT_EQ(0, try(self, HWC_PR0, BIT, HWC_DTBO "assign-reset.dtbo", ASSIGN, &grant))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	/* 1116, asserted at first, is released, and asserted when nobody has the device */
	EXPECT_EQ(0, hwc_test_run("grep RESET_ASSERT " HWC_MGR
				  "log | tail -n 1 | grep -q ': 0x45c 0x0 '"));
	end(_metadata, self, grant.id);
	EXPECT_EQ(0, hwc_test_run("grep RESET_ASSERT " HWC_MGR
				  "log | tail -n 1 | grep -q ': 0x45c 0x1 '"));
}

/* How often a call to the firmware is in its log. */
static long calls(const char *call)
{
	char command[160];

	snprintf(command, sizeof(command), "grep -c '%s ' " HWC_MGR "log >/tmp/calls", call);
	hwc_test_run(command);
	return hwc_test_number("/tmp/calls");
}

/* An image may name whatever there is, and others than Linux may need it. */
TEST_F(assign, clocks_and_resets_are_left_as_they_were)
{
	struct hwc_grant grant;
	long ends, resets;

	if (strcmp(hwc_test_machine()->name, "zcu102"))
		SKIP(return, "no firmware here has clocks and resets for the logic (BOARD=zcu102)");
	ASSERT_EQ(0, hwc_test_number(CLOCKS "cpu_r5/clk_enable_count"));
	ends = calls("CLOCK_DISABLE.*: 0x47");
	resets = calls("RESET_ASSERT.*: 0x45d");
	ASSERT_EQ(0, try(self, HWC_PR0, BIT, HWC_DTBO "assign-running.dtbo", ASSIGN, &grant))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_NE(0, hwc_test_number(CLOCKS "cpu_r5/clk_enable_count"));
	EXPECT_EQ(1, hwc_test_number(CLOCKS "pl0_ref/clk_enable_count"));
	end(_metadata, self, grant.id);
	EXPECT_EQ(0, hwc_test_number(CLOCKS "pl0_ref/clk_enable_count"));
	EXPECT_EQ(ends + 1, calls("CLOCK_DISABLE.*: 0x47"));
	/* the other processor's, which ran */
	EXPECT_EQ(0, calls("CLOCK_DISABLE.*: 0x25"));
	EXPECT_EQ(resets, calls("RESET_ASSERT.*: 0x45d"));
	unlink("/tmp/calls");
}

/* Whether a device tree of a guest has a clock of that rate. */
static bool tree_has_rate(const char *path, uint32_t rate)
{
	uint32_t cell = htobe32(rate);
	int fd = hwc_test_open(path);
	char tree[8192];
	ssize_t n = fd < 0 ? 0 : read(fd, tree, sizeof(tree));

	close(fd);
	return n > 0 && memmem(tree, n, "fixed-clock", sizeof("fixed-clock")) &&
	       memmem(tree, n, &cell, sizeof(cell));
}

/* Mainline's driver of the board's clocks has no names for them in its node. */
TEST_F(assign, rates_of_the_firmwares_clocks_are_told)
{
	static const char *const names[] = { "cpu_r5", "pl0_ref" };
	char path[64], command[64];
	struct hwc_claim *claim;
	struct hwc_grant grant;
	uint32_t i;

	if (strcmp(hwc_test_machine()->name, "zcu102"))
		SKIP(return, "no firmware here has clocks for the logic (BOARD=zcu102)");
	ASSERT_EQ(0, try(self, HWC_PR0, BIT, HWC_DTBO "assign-running.dtbo", ASSIGN, &grant))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	snprintf(command, sizeof(command), "hwctl claim show --dtb=/tmp/tree %u", grant.id);
	EXPECT_EQ(0, hwc_test_run(command));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	ASSERT_EQ(2, hwc_device_clocks(hwc_claim_device(claim, 0)));
	for (i = 0; i < 2; i++) {
		const struct hwc_clock *clock = hwc_device_clock(hwc_claim_device(claim, 0), i);

		snprintf(path, sizeof(path), CLOCKS "%s/clk_rate", names[i]);
		EXPECT_NE(0, clock->rate);
		EXPECT_EQ(hwc_test_number(path), clock->rate);
		EXPECT_EQ(i, clock->index);
		EXPECT_TRUE(tree_has_rate("/tmp/tree", clock->rate));
		/* what the guest was told stays true */
		snprintf(path, sizeof(path), CLOCKS "%s/clk_protect_count", names[i]);
		EXPECT_EQ(1, hwc_test_number(path));
	}
	hwc_claim_free(claim);
	end(_metadata, self, grant.id);
	EXPECT_EQ(0, hwc_test_number(CLOCKS "cpu_r5/clk_protect_count"));
	EXPECT_EQ(0, hwc_test_number(CLOCKS "pl0_ref/clk_protect_count"));
	unlink("/tmp/tree");
}

TEST_F(assign, resets_of_the_hosts_devices_are_refused)
{
	static const char says[] = "overlay's node sha256@0 names reset 32 of ";
	struct hwc_grant grant;

	if (strcmp(hwc_test_machine()->name, "zcu102"))
		SKIP(return, "no device of the host has a reset here (BOARD=zcu102)");
	EXPECT_EQ(-EPERM,
		  try(self, HWC_PR0, BIT, HWC_DTBO "assign-host-reset.dtbo", ASSIGN, &grant));
	EXPECT_EQ(0, strncmp(says, hwc_ctx_error(self->ctx), strlen(says)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_NE(NULL, strstr(hwc_ctx_error(self->ctx),
			       ", which the host's /axi/ethernet@ff0e0000 has"));
}

/* More than a guest is told of. */
TEST_F(assign, too_many_clocks_are_refused)
{
	struct hwc_grant grant;

	EXPECT_EQ(-E2BIG, try(self, HWC_PR0, BIT, HWC_DTBO "assign-clocks.dtbo", ASSIGN, &grant));
	EXPECT_NE(NULL, strstr(hwc_ctx_error(self->ctx),
			       DEVICE " has more clocks than a guest can be told of"))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_number(CLOCK));
}

/* Its driver would be one of the host's, so that none comes; it is the guest's. */
TEST_F(assign, clock_may_be_the_images)
{
	const struct hwc_device *dev;
	struct hwc_claim *claim;
	struct hwc_grant grant;
	int i;

	ASSERT_EQ(0, try(self, HWC_PR0, BIT, HWC_DTBO "assign-clock.dtbo", ASSIGN, &grant))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	ASSERT_EQ(2, hwc_claim_devices(claim));
	for (i = 0; i < 2; i++) {
		dev = hwc_claim_device(claim, i);
		if (strcmp(hwc_device_name(dev), DEVICE)) {
			EXPECT_EQ(0, hwc_device_clocks(dev));
			continue;
		}
		ASSERT_EQ(1, hwc_device_clocks(dev));
		EXPECT_EQ(1, hwc_device_clock(dev, 0)->index);
		EXPECT_EQ(CLOCK_RATE, hwc_device_clock(dev, 0)->rate);
	}
	hwc_claim_free(claim);
	EXPECT_STREQ(OUR_DRIVER, driver_of(DEVICE));
	EXPECT_EQ(1, hwc_test_number(CLOCK));
	end(_metadata, self, grant.id);
	EXPECT_EQ(0, hwc_test_number(CLOCK));
}

/* The guest gets what is below a device, too, and cannot ask for it either. */
TEST_F(assign, what_is_below_a_device_is_held)
{
	const struct hwc_device *dev;
	struct hwc_claim *claim;
	struct hwc_grant grant;

	ASSERT_EQ(0, try(self, HWC_PR0, BIT, HWC_DTBO "assign-below.dtbo", ASSIGN, &grant))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(1, hwc_test_number(CLOCK));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	dev = hwc_claim_device(claim, 0);
	EXPECT_STREQ(HWC_PR0 "/bus@0", hwc_device_of_path(dev));
	ASSERT_EQ(1, hwc_device_clocks(dev));
	EXPECT_STREQ(HWC_PR0 "/bus@0/sha256@0", hwc_device_clock(dev, 0)->of_path);
	EXPECT_EQ(CLOCK_RATE, hwc_device_clock(dev, 0)->rate);
	hwc_claim_free(claim);
	EXPECT_NE(NULL, strstr(hwc_test_read("/proc/iomem"), "7ff00000-7ff00fff : "));
	EXPECT_NE(NULL, strstr(hwc_test_read("/proc/iomem"), "7ff01000-7ff01fff : "));
	EXPECT_EQ(NULL, strstr(hwc_test_read("/proc/iomem"), "7ff02000-"));
	EXPECT_STREQ("none", driver_of(DEVICE));
	EXPECT_EQ(self->probes, hwc_test_number(PROBES));
	end(_metadata, self, grant.id);
	EXPECT_EQ(0, hwc_test_number(CLOCK));
	EXPECT_EQ(NULL, strstr(hwc_test_read("/proc/iomem"), "7ff00000-7ff00fff"));
}

TEST_F(assign, power_domain_below_a_device_is_refused)
{
	struct hwc_grant grant;

	EXPECT_EQ(-EPERM,
		  try(self, HWC_PR0, BIT, HWC_DTBO "assign-power-below.dtbo", ASSIGN, &grant));
	EXPECT_STREQ("overlay's node sha256@0 has power-domains inside of bus@0: "
		     "assign takes them right below the region",
		     hwc_ctx_error(self->ctx));
}

TEST_F(assign, dry_run_touches_nothing)
{
	long loads = hwc_test_number(HWC_MGR "loads");
	struct hwc_grant grant;

	ASSERT_EQ(0, try(self, HWC_PR0, BIT, DTBO, ASSIGN | DRY_RUN, &grant));
	EXPECT_EQ(loads, hwc_test_number(HWC_MGR "loads"));
	EXPECT_STREQ("none", driver_of(DEVICE));
}

/* There is always a driver, so none is done without. */
TEST_F(assign, unbound_makes_no_difference)
{
	struct hwc_claim *claim = claim_device(_metadata, self, ASSIGN | UNBOUND);
	struct hwc_grant grant;

	EXPECT_STREQ(OUR_DRIVER, driver_of(DEVICE));
	end(_metadata, self, hwc_claim_id(claim));
	hwc_claim_free(claim);
	ASSERT_EQ(0, hwc_test_write(BUS "drivers_autoprobe", "0"));
	ASSERT_EQ(0, hwc_test_set(BIND_TIMEOUT, 100));
	EXPECT_EQ(-ENODEV, try(self, HWC_PR0, BIT, DTBO, ASSIGN | UNBOUND, &grant));
}

/* Ask by digest for what is loaded, without a file. */
static int ask_again(FIXTURE_DATA(assign) * self, uint32_t flags, struct hwc_grant *grant)
{
	struct hwc_resource *res;
	struct hwc_request *req;
	int ret;

	if (hwc_resource_get(self->ctx, HWC_PR0, &res))
		return -EIO;
	ret = hwc_request_new(self->ctx, &req);
	if (!ret) {
		hwc_request_holder_file(req, self->holder);
		hwc_request_flags(req, flags);
		ret = hwc_request_add(req, HWC_PR0, -1, -1, hwc_resource_image_digest(res),
				      hwc_resource_overlay_digest(res));
		if (!ret)
			ret = hwc_request_submit(req, grant);
		hwc_request_free(req);
	}
	hwc_resource_free(res);
	return ret;
}

/*
 * What is kept is kept for those it was loaded for, and loaded again for the others. The
 * digests are known because the first claim asks for them.
 */
static void keep(struct __test_metadata *_metadata, FIXTURE_DATA(assign) * self, uint32_t flags)
{
	int image = hwc_test_open(BIT), overlay = hwc_test_open(DTBO);
	const uint8_t *digest[2];
	struct hwc_overlay *ov;
	struct hwc_grant grant;
	struct hwc_request *req;
	struct hwc_image *im;

	ASSERT_EQ(0, hwc_image_open(self->ctx, hwc_test_file(BIT), &im));
	ASSERT_EQ(0, hwc_overlay_open(self->ctx, DTBO, NULL, &ov));
	digest[0] = hwc_image_digest(im);
	digest[1] = hwc_overlay_digest(ov);
	ASSERT_EQ(0, hwc_request_new(self->ctx, &req));
	hwc_request_holder_file(req, self->holder);
	hwc_request_flags(req, flags | KEEP);
	ASSERT_EQ(0, hwc_request_add(req, HWC_PR0, image, overlay, digest[0], digest[1]));
	ASSERT_EQ(0, hwc_request_submit(req, &grant)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	hwc_request_free(req);
	hwc_overlay_free(ov);
	hwc_image_free(im);
	close(image);
	close(overlay);
	end(_metadata, self, grant.id);
	ASSERT_EQ(HWCONTAINER_RESOURCE_STATE_WARM, hwc_test_state(self->ctx, HWC_PR0));
}

TEST_F(assign, kept_image_is_for_the_next_machine)
{
	struct hwc_claim *claim;
	struct hwc_grant grant;

	keep(_metadata, self, ASSIGN);
	EXPECT_STREQ(OUR_DRIVER, driver_of(DEVICE));
	ASSERT_EQ(0, ask_again(self, ASSIGN | KEEP, &grant));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, grant.state);
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	EXPECT_STREQ(OUR_DRIVER, hwc_device_driver(hwc_claim_device(claim, 0)));
	EXPECT_EQ(1, hwc_device_clocks(hwc_claim_device(claim, 0)));
	hwc_claim_free(claim);
	end(_metadata, self, grant.id);

	EXPECT_EQ(-ENOENT, ask_again(self, 0, &grant));
	EXPECT_STREQ("the image is loaded for virtual machines, and no file was given",
		     hwc_ctx_error(self->ctx));
	EXPECT_EQ(self->probes, hwc_test_number(PROBES));
	claim = claim_device(_metadata, self, 0);
	EXPECT_STREQ(HOST_DRIVER, hwc_device_driver(hwc_claim_device(claim, 0)));
	EXPECT_EQ(0, digest_is_right(NODE));
	hwc_claim_free(claim);
}

TEST_F(assign, kept_image_of_the_host_is_loaded_again)
{
	long loads;
	struct hwc_claim *claim;
	struct hwc_grant grant;

	keep(_metadata, self, 0);
	EXPECT_STREQ(HOST_DRIVER, driver_of(DEVICE));
	EXPECT_EQ(-ENOENT, ask_again(self, ASSIGN, &grant));
	EXPECT_STREQ("the image is loaded for the host, and no file was given",
		     hwc_ctx_error(self->ctx));
	loads = hwc_test_number(HWC_MGR "loads");
	claim = claim_device(_metadata, self, ASSIGN);
	EXPECT_STREQ(OUR_DRIVER, driver_of(DEVICE));
	EXPECT_EQ(loads + 1, hwc_test_number(HWC_MGR "loads"));
	hwc_claim_free(claim);
}

/* Whoever dies when, nothing stays and no driver of the host comes. */
TEST_F(assign, holder_may_die_at_any_time)
{
	unsigned int seed = getenv("HWC_SEED") ? atoi(getenv("HWC_SEED")) : getpid();
	int i;

	TH_LOG("HWC_SEED=%u", seed);
	for (i = 0; i < 30; i++) {
		struct hwc_grant grant;

		ASSERT_EQ(0, submit(self, HWC_PR0, BIT, DTBO, ASSIGN, &grant));
		usleep(rand_r(&seed) % 60000);
		close(self->holder);
		self->holder = hwc_holder_open(self->ctx);
		ASSERT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	}
	EXPECT_EQ(self->probes, hwc_test_number(PROBES));
	EXPECT_STREQ("none", driver_of(DEVICE));
}

TEST_F(assign, region_may_leave)
{
	struct hwc_claim *claim = claim_device(_metadata, self, ASSIGN);

	ASSERT_EQ(0, hwc_test_write(BUS "drivers/of-fpga-region/unbind", "fpga-full:fpga-PR0"));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, hwc_claim_id(claim), -ENOENT));
	EXPECT_STREQ("none", driver_of(DEVICE));
	ASSERT_EQ(0, hwc_test_write(BUS "drivers/of-fpga-region/bind", "fpga-full:fpga-PR0"));
	hwc_claim_free(claim);
	claim = claim_device(_metadata, self, 0);
	EXPECT_STREQ(HOST_DRIVER, driver_of(DEVICE));
	hwc_claim_free(claim);
}

/* A device that is kept for the next machine does not keep the module. */
TEST_F(assign, module_may_leave)
{
	struct hwc_claim *claim = claim_device(_metadata, self, ASSIGN | KEEP);

	EXPECT_NE(0, hwc_test_run("rmmod hwcontainer 2>/dev/null"));
	end(_metadata, self, hwc_claim_id(claim));
	hwc_claim_free(claim);
	EXPECT_STREQ(OUR_DRIVER, driver_of(DEVICE));
	close(self->holder);
	hwc_ctx_free(self->ctx);
	ASSERT_EQ(0, hwc_test_run("rmmod hwcontainer"));
	EXPECT_STREQ("none", driver_of(DEVICE));
	EXPECT_NE(0, access(BUS "drivers/" OUR_DRIVER, F_OK));
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	EXPECT_EQ(self->probes, hwc_test_number(PROBES));
}

TEST_F(assign, other_kinds_refuse)
{
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy"));
	EXPECT_EQ(-EOPNOTSUPP, submit(self, "toy0", NULL, NULL, ASSIGN, &grant));
	EXPECT_STREQ("toy0 is a toy, which no virtual machine can be given",
		     hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer-toy"));

	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-sim-rproc"));
	EXPECT_EQ(-EOPNOTSUPP, submit(self, "remoteproc0", HWC_IMAGES "hello.elf", NULL,
				      ASSIGN | HWCONTAINER_CLAIM_FLAGS_TAKEOVER, &grant));
	EXPECT_STREQ("remoteproc0 is a remoteproc, which no virtual machine can be given",
		     hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer-sim-rproc"));
}

/* The slots are for others, so the host keeps the shell. */
TEST_F(assign, slots_are_assigned_and_no_shell)
{
	static const char slot[] = HWC_FULL "/fpga-PR4";
	struct hwc_claim *claim;
	struct hwc_grant grant;
	int shell;

	EXPECT_EQ(-EPERM, try(self, HWC_FULL, HWC_IMAGES "full.bit", HWC_DTBO "shell.dtbo", ASSIGN,
			      &grant));
	EXPECT_STREQ("overlay's node fpga-PR4 is a slot: a shell is claimed without assign, "
		     "its slots with it",
		     hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &grant.id, 1));
	ASSERT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));

	shell = hwc_holder_open(self->ctx);
	ASSERT_LT(0, hwc_test_try(self->ctx, HWC_FULL, shell, HWC_IMAGES "full.bit",
				  HWC_DTBO "shell.dtbo"))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, try(self, slot, HWC_IMAGES "sha256-pr4.bit", HWC_DTBO "shell-sha256-pr4.dtbo",
			 ASSIGN, &grant))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	ASSERT_EQ(1, hwc_claim_devices(claim));
	EXPECT_STREQ(OUR_DRIVER, hwc_device_driver(hwc_claim_device(claim, 0)));
	hwc_claim_free(claim);
	end(_metadata, self, grant.id);
	EXPECT_EQ(self->probes, hwc_test_number(PROBES));
	close(shell);
}

/* The count of the line's first processor and all others, or -1. */
static long interrupts(const char *device, const char *controller)
{
	FILE *in = fopen("/proc/interrupts", "re");
	char line[512];
	long sum = -1;

	while (in && fgets(line, sizeof(line), in)) {
		char *at = strchr(line, ':');

		if (!at || !strstr(line, device) || !strstr(line, controller))
			continue;
		for (sum = 0, at++; at[strspn(at, " ")] >= '0' && at[strspn(at, " ")] <= '9';)
			sum += strtol(at, &at, 10);
	}
	if (in)
		fclose(in);
	return sum;
}

/* A line of the machine's own interrupt controller, which a hypervisor can give away. */
TEST_F(assign, interrupt_can_be_the_machines)
{
	struct hwc_claim *claim;
	struct hwc_grant grant;
	long before;
	int i;

	if (!hwc_test_has_node("/sim-line@9010000"))
		SKIP(return, "this machine has no line that the simulator could raise");
	ASSERT_EQ(0, try(self, HWC_PR3, HWC_IMAGES "sha256-pr3.bit", HWC_DTBO "sha256-pr3-gic.dtbo",
			 0, &grant))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	before = interrupts("7ff30000.sha256", "GIC");
	ASSERT_LE(0, before);
	for (i = 0; i < 20; i++)
		EXPECT_EQ(0, digest_is_right(NODE));
	EXPECT_EQ(before + 20, interrupts("7ff30000.sha256", "GIC"));
	EXPECT_EQ(0, hwc_test_set(HWC_SIM "no_irq", 1));
	EXPECT_EQ(-ETIMEDOUT, digest_is_right(NODE));
	EXPECT_EQ(0, hwc_test_set(HWC_SIM "no_irq", 0));
	end(_metadata, self, grant.id);

	ASSERT_EQ(0, try(self, HWC_PR3, HWC_IMAGES "sha256-pr3.bit", HWC_DTBO "sha256-pr3-gic.dtbo",
			 ASSIGN, &grant));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	EXPECT_EQ(1, hwc_device_irqs(hwc_claim_device(claim, 0)));
	hwc_claim_free(claim);
	end(_metadata, self, grant.id);
}

TEST_HARNESS_MAIN
