// SPDX-License-Identifier: GPL-2.0-or-later
/* Managers that do not answer or are in use, and devices that nobody drives. */
#include <arpa/inet.h>
#include "hwc.h"

#define SHA_BIT HWC_IMAGES "sha256-pr0.bit"
#define SHA_DTBO HWC_DTBO "sha256-pr0.dtbo"
#define BASELINE "/sys/kernel/debug/hwcontainer-baseline/load"
#define REGIONS "/sys/bus/platform/drivers/of-fpga-region/"
#define SILENT hwc_test_says("manager MANAGER has not answered for ")

FIXTURE(manager)
{
	struct hwc_ctx *ctx;
	int holder;
	long program_timeout, busy_timeout;
};

FIXTURE_SETUP(manager)
{
	if (hwc_test_board())
		hwc_test_keep_workers_on_last_cpu();
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	self->program_timeout = hwc_test_number(HWC_PARAMETERS "program_timeout_ms");
	self->busy_timeout = hwc_test_number(HWC_PARAMETERS "busy_timeout_ms");
}

FIXTURE_TEARDOWN(manager)
{
	hwc_test_write(HWC_SIM "reset", "1");
	hwc_test_set(HWC_PARAMETERS "program_timeout_ms", self->program_timeout);
	hwc_test_set(HWC_PARAMETERS "busy_timeout_ms", self->busy_timeout);
	close(self->holder);
	while (hwc_test_claims(self->ctx) > 0)
		usleep(2000);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR1));
	hwc_ctx_free(self->ctx);
}

static int start(FIXTURE_DATA(manager) * self, const char *resource, const char *image,
		 struct hwc_grant *grant)
{
	int fd = hwc_test_open(image);
	int ret = hwc_test_claim(self->ctx, resource, self->holder, fd, -1, 0, grant);

	close(fd);
	return ret;
}

static void check_works(struct __test_metadata *_metadata, FIXTURE_DATA(manager) * self)
{
	uint32_t claim;
	int id = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, access("/dev/hwsim-sha256-0", F_OK));
	claim = id;
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
}

/* The manager does not answer before release(). */
static int hang(void)
{
	return hwc_test_set(HWC_MGR "hang", 1);
}

static int release(void)
{
	return hwc_test_set(HWC_MGR "hang", 0);
}

/* That in @ms milliseconds, while the caller waits for something. Returns the process. */
static pid_t release_after(int ms)
{
	pid_t pid = fork();

	if (!pid) {
		usleep(ms * 1000);
		_exit(!!release());
	}
	return pid;
}

static void check_ended_well(struct __test_metadata *_metadata, pid_t pid)
{
	int status = -1;

	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
}

/* The claims fail at once, whoever comes later is refused, and all ends when it answers. */
TEST_F(manager, does_not_answer)
{
	struct hwc_grant grants[2], other;
	struct hwc_resource *res;
	int i;

	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "program_timeout_ms", 300));
	ASSERT_EQ(0, hang());
	ASSERT_EQ(0, start(self, HWC_PR0, SHA_BIT, &grants[0]));
	ASSERT_EQ(0, start(self, HWC_PR1, HWC_IMAGES "sha256-pr1.bit", &grants[1]));
	for (i = 0; i < 2; i++) {
		EXPECT_EQ(-ETIMEDOUT,
			  hwc_claim_wait(self->ctx, self->holder, grants[i].id, HWC_TEST_WAIT_MS));
		EXPECT_EQ(0, strncmp(SILENT, hwc_ctx_error(self->ctx), strlen(SILENT)))
		TH_LOG("%s", hwc_ctx_error(self->ctx));
	}

	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FAILED, hwc_resource_state(res));
	ASSERT_NE(NULL, hwc_resource_message(res));
	EXPECT_EQ(0, strncmp(SILENT, hwc_resource_message(res), strlen(SILENT)))
	TH_LOG("%s", hwc_resource_message(res));
	hwc_resource_free(res);

	for (i = 0; i < 2; i++) {
		struct hwc_grant none;

		EXPECT_EQ(-EBUSY, start(self, i ? HWC_PR0 : HWC_PR2, SHA_BIT, &none));
		EXPECT_EQ(0, strncmp(SILENT, hwc_ctx_error(self->ctx), strlen(SILENT)))
		TH_LOG("%s", hwc_ctx_error(self->ctx));
	}
	/* the other FPGA has another manager, but may need the processor that a board's keeps */
	ASSERT_EQ(0, start(self, HWC_OTHER0, HWC_IMAGES "sha256-other.bit", &other))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	if (!hwc_test_board()) {
		EXPECT_EQ(0, hwc_claim_wait(self->ctx, self->holder, other.id, HWC_TEST_WAIT_MS))
		TH_LOG("%s", hwc_ctx_error(self->ctx));
	}

	/* the failed claims say why until they are deleted */
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, grants[0].id));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FAILED, hwc_test_state(self->ctx, HWC_PR0));
	ASSERT_EQ(0, release());
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(0, hwc_claim_wait(self->ctx, self->holder, other.id, HWC_TEST_WAIT_MS))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, grants[0].id));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &grants[0].id, 1));
	hwc_test_write(HWC_SIM "reset", "1");
	check_works(_metadata, self);
}

static bool is_silent(FIXTURE_DATA(manager) * self, const char *resource)
{
	struct hwc_resource *res;
	const char *message;
	bool silent;

	if (hwc_resource_get(self->ctx, resource, &res))
		return false;
	message = hwc_resource_message(res);
	silent = message && !strncmp(SILENT, message, strlen(SILENT));
	hwc_resource_free(res);
	return silent;
}

/* It fails in the end, and that is not what its claim says. */
TEST_F(manager, fails_after_it_has_not_answered)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "program_timeout_ms", 200));
	ASSERT_EQ(0, hang());
	ASSERT_EQ(0, hwc_test_fail_loads(-1));
	ASSERT_EQ(0, start(self, HWC_PR0, SHA_BIT, &grant));
	EXPECT_EQ(-ETIMEDOUT, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, grant.id));
	EXPECT_TRUE(is_silent(self, HWC_PR0));
	ASSERT_EQ(0, release());
	while (is_silent(self, HWC_PR0) && hwc_test_ms() < end)
		usleep(2000);
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, grant.id));
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, HWCONTAINER_RESOURCE_STATE_FAILED));
	hwc_test_write(HWC_SIM "reset", "1");
	check_works(_metadata, self);
}

/* The holder does not wait for it, and the claim goes when it answers. */
TEST_F(manager, holder_dies_before_it_answers)
{
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "program_timeout_ms", 200));
	ASSERT_EQ(0, hang());
	ASSERT_EQ(0, start(self, HWC_PR0, SHA_BIT, &grant));
	EXPECT_EQ(-ETIMEDOUT, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	close(self->holder);
	self->holder = hwc_holder_open(self->ctx);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, grant.id, HWCONTAINER_CLAIM_STATE_RELEASING));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FAILED, hwc_test_state(self->ctx, HWC_PR0));
	ASSERT_EQ(0, release());
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, grant.id, -ENOENT));
	hwc_test_write(HWC_SIM "reset", "1");
	check_works(_metadata, self);
}

/* Nor does the next one, who waits until that claim has left the hardware. */
TEST_F(manager, next_holder_does_not_wait_either)
{
	struct hwc_grant first, second;

	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "program_timeout_ms", 1000));
	ASSERT_EQ(0, hang());
	ASSERT_EQ(0, start(self, HWC_PR0, SHA_BIT, &first));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, first.id, HWCONTAINER_CLAIM_STATE_PREPARING));
	close(self->holder);
	self->holder = hwc_holder_open(self->ctx);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, first.id, HWCONTAINER_CLAIM_STATE_RELEASING));
	ASSERT_EQ(0, start(self, HWC_PR0, SHA_BIT, &second)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(-ETIMEDOUT, hwc_claim_wait(self->ctx, self->holder, second.id, HWC_TEST_WAIT_MS));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, second.id));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_RELEASING, hwc_test_claim_state(self->ctx, first.id));
	ASSERT_EQ(0, release());
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, first.id, -ENOENT));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, second.id));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &second.id, 1));
	hwc_test_write(HWC_SIM "reset", "1");
	check_works(_metadata, self);
}

/*
 * Nor one that is still being read when the others fail: what fills its image up
 * are zeros, through which the module has to walk.
 */
TEST_F(manager, late_one_does_not_wait_either)
{
	struct hwc_grant grants[2];
	struct hwc_request *req;
	int quick, late;

	if (hwc_test_board())
		SKIP(return, "a board's firmware keeps a processor that the reading wants");
	ASSERT_EQ(0, hwc_test_run("cp " HWC_IMAGES "sha256-pr0.bin /tmp/late"));
	ASSERT_EQ(0, truncate("/tmp/late", 32 << 20));
	quick = hwc_test_open(HWC_IMAGES "sha256-pr1.bit");
	late = hwc_test_open("/tmp/late");
	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "program_timeout_ms", 1));
	ASSERT_EQ(0, hang());
	ASSERT_EQ(0, hwc_request_new(self->ctx, &req));
	hwc_request_holder_file(req, self->holder);
	ASSERT_EQ(0, hwc_request_add(req, HWC_PR1, quick, -1, NULL, NULL));
	ASSERT_EQ(0, hwc_request_add(req, HWC_PR0, late, -1, NULL, NULL));
	ASSERT_EQ(0, hwc_request_submit(req, grants)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	hwc_request_free(req);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, grants[0].id, HWCONTAINER_CLAIM_STATE_FAILED));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_QUEUED, hwc_test_claim_state(self->ctx, grants[1].id));
	EXPECT_EQ(-ETIMEDOUT,
		  hwc_claim_wait(self->ctx, self->holder, grants[1].id, HWC_TEST_WAIT_MS));
	EXPECT_EQ(0, strncmp(SILENT, hwc_ctx_error(self->ctx), strlen(SILENT)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	unlink("/tmp/late");
	close(quick);
	close(late);
}

/* Its driver and the module leave when it has answered. */
TEST_F(manager, region_goes_before_it_answers)
{
	struct hwc_grant grant;
	pid_t pid;

	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "program_timeout_ms", 200));
	ASSERT_EQ(0, hang());
	ASSERT_EQ(0, start(self, HWC_PR0, SHA_BIT, &grant));
	EXPECT_EQ(-ETIMEDOUT, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	pid = release_after(500);
	ASSERT_EQ(0, hwc_test_write(REGIONS "unbind", "fpga-full:fpga-PR0"));
	EXPECT_EQ(0, hwc_test_number(HWC_MGR "hang"));
	check_ended_well(_metadata, pid);
	EXPECT_EQ(-ENOENT, hwc_test_claim_state(self->ctx, grant.id));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
	ASSERT_EQ(0, hwc_test_write(REGIONS "bind", "fpga-full:fpga-PR0"));
	hwc_test_write(HWC_SIM "reset", "1");
	check_works(_metadata, self);
}

/* Another module loads an image until release(). Returns its process. */
static pid_t another_user(void)
{
	pid_t pid;
	int fd;

	hang();
	pid = fork();
	if (!pid) {
		fd = hwc_test_open(hwc_test_takes_bitstreams() ? HWC_IMAGES "sha256-pr0.bin" :
								 HWC_IMAGES "sha256-pr2.bit");
		_exit(!!hwc_test_set(BASELINE, fd));
	}
	usleep(100000);
	return pid;
}

TEST_F(manager, in_use_by_another_driver)
{
	pid_t user, releaser;

	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-baseline"));
	/* waits its turn */
	user = another_user();
	releaser = release_after(500);
	EXPECT_LT(0, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	check_ended_well(_metadata, releaser);
	check_ended_well(_metadata, user);
	/* not for ever */
	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "busy_timeout_ms", 200));
	user = another_user();
	EXPECT_EQ(-EBUSY, hwc_test_try(self->ctx, HWC_PR1, self->holder,
				       HWC_IMAGES "sha256-pr1.bit", NULL));
	EXPECT_STREQ(hwc_test_says("manager MANAGER (fpga0) has been in use by another driver "
				   "for 200 ms"),
		     hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, release());
	check_ended_well(_metadata, user);
	EXPECT_LT(0,
		  hwc_test_try(self->ctx, HWC_PR1, self->holder, HWC_IMAGES "sha256-pr1.bit", NULL))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_test_run("rmmod hwcontainer-baseline"));
}

/* A device that no driver knows, for a claim that takes it so. */
TEST_F(manager, unbound_device_is_reported)
{
	int image = hwc_test_open(SHA_BIT), overlay = hwc_test_open(HWC_DTBO "bad-no-driver.dtbo");
	int64_t begin = hwc_test_ms();
	struct hwc_claim *claim;
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, self->holder, image, overlay,
				    HWCONTAINER_CLAIM_FLAGS_UNBOUND, &grant));
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_GT(4000 * hwc_test_slow(), hwc_test_ms() - begin);
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	ASSERT_EQ(1, hwc_claim_devices(claim));
	EXPECT_STREQ(HWC_PR0 "/stranger@0", hwc_device_of_path(hwc_claim_device(claim, 0)));
	EXPECT_STREQ("", hwc_device_driver(hwc_claim_device(claim, 0)));
	hwc_claim_free(claim);
	close(image);
	close(overlay);
}

/* One whose driver is there and does not take it is no such device. */
TEST_F(manager, unbound_is_not_failed)
{
	long before = hwc_test_number(HWC_PARAMETERS "bind_timeout_ms");
	int image = hwc_test_open(SHA_BIT), overlay = hwc_test_open(SHA_DTBO);
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "bind_timeout_ms", 200));
	ASSERT_EQ(0, hwc_test_set(HWC_SIM "fail_probe", 19));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, self->holder, image, overlay,
				    HWCONTAINER_CLAIM_FLAGS_UNBOUND, &grant));
	EXPECT_EQ(-ENODEV, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_STREQ(HWC_PR0 "/sha256@0 has no driver after 200 ms", hwc_ctx_error(self->ctx));
	hwc_test_set(HWC_PARAMETERS "bind_timeout_ms", before);
	close(image);
	close(overlay);
}

/* Said before the image is loaded, not by a probe that fails. */
TEST_F(manager, clock_that_is_none)
{
	long loads = hwc_test_number(HWC_MGR "loads");

	EXPECT_EQ(-EPERM, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT,
				       HWC_DTBO "bad-clock.dtbo"));
	EXPECT_STREQ("overlay's node sha256@0 has clocks that are none", hwc_ctx_error(self->ctx));
	EXPECT_EQ(loads, hwc_test_number(HWC_MGR "loads"));
}

/* A copy of an overlay, /tmp/overlay, in which one word is another. */
static void patch_overlay(struct __test_metadata *_metadata, const char *overlay, uint32_t from,
			  uint32_t to)
{
	static uint8_t data[1 << 16];
	int fd = hwc_test_open(overlay);
	ssize_t size = read(fd, data, sizeof(data));
	uint8_t *word;

	close(fd);
	ASSERT_LT(0, size);
	from = htonl(from);
	to = htonl(to);
	word = memmem(data, size, &from, sizeof(from));
	ASSERT_NE(NULL, word);
	memcpy(word, &to, sizeof(to));
	fd = open("/tmp/overlay", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ASSERT_EQ(size, write(fd, data, size));
	close(fd);
}

/* As many cells as that: one more is none, and the next clock would be the same one. */
TEST_F(manager, clock_with_cells_without_end)
{
	EXPECT_EQ(-EPERM, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT,
				       HWC_DTBO "bad-clock-cells.dtbo"));
	EXPECT_STREQ("overlay's node sha256@0 has clocks that are none", hwc_ctx_error(self->ctx));
	patch_overlay(_metadata, HWC_DTBO "bad-clock-cells.dtbo", 0x7ffffff0, UINT32_MAX);
	EXPECT_EQ(-EPERM, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, "/tmp/overlay"));
	EXPECT_STREQ("overlay's node sha256@0 has clocks that are none", hwc_ctx_error(self->ctx));
	unlink("/tmp/overlay");
}

TEST_F(manager, reset_that_is_none)
{
	long loads = hwc_test_number(HWC_MGR "loads");

	EXPECT_EQ(-EPERM, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT,
				       HWC_DTBO "bad-reset.dtbo"));
	EXPECT_STREQ("overlay's node sha256@0 has resets that are none", hwc_ctx_error(self->ctx));
	EXPECT_EQ(loads, hwc_test_number(HWC_MGR "loads"));
}

/* The driver of a board's resets would take it; its firmware does not have it. */
TEST_F(manager, reset_that_does_not_exist)
{
	bool versal = !hwc_test_takes_bitstreams();
	const char *overlay = versal ? HWC_DTBO "versal-reset.dtbo" :
				       HWC_DTBO "firmware-reset.dtbo";
	uint32_t reset = versal ? 0xc104060 : 120;
	long loads = hwc_test_number(HWC_MGR "loads");
	char says[80];

	if (!hwc_test_board())
		SKIP(return, "no firmware here has resets (BOARD=zcu102, BOARD=versal)");
	EXPECT_EQ(-EPERM, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, overlay));
	snprintf(says, sizeof(says), "overlay's node sha256@0 names reset %u, which /", reset);
	EXPECT_EQ(0, strncmp(says, hwc_ctx_error(self->ctx), strlen(says)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(loads, hwc_test_number(HWC_MGR "loads"));
	patch_overlay(_metadata, overlay, reset, reset - 1);
	EXPECT_LT(0, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, "/tmp/overlay"))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	unlink("/tmp/overlay");
}

TEST_HARNESS_MAIN
