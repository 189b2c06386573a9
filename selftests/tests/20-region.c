// SPDX-License-Identifier: GPL-2.0-or-later
/* Claims on FPGA regions: what works. */
#include <glob.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "hwc.h"

#define LOADS0 HWC_MGR "loads"
#define LOADS1 HWC_SIM "fpga-mgr1/loads"

FIXTURE(region)
{
	struct hwc_ctx *ctx;
	int holder;
};

FIXTURE_SETUP(region)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
}

/* A claim that was kept leaves its region warm: a claim without the flag ends that. */
FIXTURE_TEARDOWN(region)
{
	static const char *const regions[] = { HWC_PR0, HWC_PR1, HWC_FULL, HWC_OTHER0 };
	size_t i;

	close(self->holder);
	for (i = 0; i < sizeof(regions) / sizeof(regions[0]); i++)
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, regions[i])) TH_LOG("%s", regions[i]);
	EXPECT_EQ(0, hwc_test_claims(self->ctx));
	hwc_ctx_free(self->ctx);
}

/* A message that has to go through the engine's buffer several times. */
static void fill(uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		data[i] = i * 7 + (i >> 8);
}

/* Digest of @size bytes in @text, by the device @node or by busybox. */
static int digest_by_device(const char *node, const uint8_t *data, size_t size, char *text)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	if (write(fd, data, size) != (ssize_t)size) {
		close(fd);
		return -EIO;
	}
	n = read(fd, text, 64);
	close(fd);
	text[64] = '\0';
	return n == 64 ? 0 : -EIO;
}

static int digest_by_software(const uint8_t *data, size_t size, char *text)
{
	FILE *out = fopen("/tmp/message", "w");
	FILE *sum;
	int ret;

	if (!out || fwrite(data, 1, size, out) != size || fclose(out))
		return -EIO;
	sum = popen("sha256sum /tmp/message", "r");
	ret = sum && fscanf(sum, "%64s", text) == 1 ? 0 : -EIO;
	if (sum)
		pclose(sum);
	unlink("/tmp/message");
	return ret;
}

/* Claim, and look at the only device that comes of it. */
static struct hwc_claim *claim_device(struct __test_metadata *_metadata,
				      FIXTURE_DATA(region) * self, const char *resource,
				      const char *image, const char *overlay)
{
	struct hwc_claim *claim;
	int id = hwc_test_try(self->ctx, resource, self->holder, image, overlay);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	ASSERT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_claim_state(claim));
	ASSERT_EQ(1, hwc_claim_devices(claim));
	ASSERT_EQ(1, hwc_device_nodes(hwc_claim_device(claim, 0)));
	return claim;
}

static void node_path(const struct hwc_claim *claim, char *path, size_t size)
{
	snprintf(path, size, "/dev/%s", hwc_device_node(hwc_claim_device(claim, 0), 0)->path);
}

static void check_sha256(struct __test_metadata *_metadata, const struct hwc_claim *claim)
{
	static uint8_t data[10000];
	char path[128], there[72], here[72];

	fill(data, sizeof(data));
	node_path(claim, path, sizeof(path));
	ASSERT_EQ(0, digest_by_device(path, data, sizeof(data), there));
	ASSERT_EQ(0, digest_by_software(data, sizeof(data), here));
	EXPECT_STREQ(here, there);
}

TEST_F(region, sha256_engine_computes_true_digests)
{
	struct hwc_claim *claim = claim_device(
		_metadata, self, HWC_PR0, HWC_IMAGES "sha256-pr0.bit", HWC_DTBO "sha256-pr0.dtbo");

	check_sha256(_metadata, claim);
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=sha256"));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=enabled"));
	hwc_claim_free(claim);
}

/* A constant stays what it is once the filter has forgotten the silence before. */
TEST_F(region, fir_engine_filters)
{
	struct hwc_claim *claim = claim_device(_metadata, self, HWC_PR1, HWC_IMAGES "fir-pr1.bit",
					       HWC_DTBO "fir-pr1.dtbo");
	int16_t in[64], out[64];
	char path[128];
	size_t i;
	int fd;

	for (i = 0; i < 64; i++)
		in[i] = 12345;
	node_path(claim, path, sizeof(path));
	fd = open(path, O_RDWR);
	ASSERT_LE(0, fd);
	ASSERT_EQ(sizeof(in), write(fd, in, sizeof(in)));
	ASSERT_EQ(sizeof(out), read(fd, out, sizeof(out)));
	close(fd);
	/* -79 of 32768 */
	EXPECT_EQ(12345 * -79 / 32768, out[0] + (out[0] < 12345 * -79 / 32768));
	for (i = 16; i < 64; i++)
		EXPECT_EQ(12345, out[i]);
	hwc_claim_free(claim);
}

TEST_F(region, report_is_what_is_there)
{
	struct hwc_claim *claim = claim_device(
		_metadata, self, HWC_PR1, HWC_IMAGES "sha256-pr1.bit", HWC_DTBO "sha256-pr1.dtbo");
	const struct hwc_device *dev = hwc_claim_device(claim, 0);
	const struct hwc_node *node = hwc_device_node(dev, 0);
	char path[128];
	struct stat st;

	EXPECT_STREQ(HWC_PR1, hwc_claim_resource(claim));
	EXPECT_STREQ("fpga-region", hwc_claim_kind(claim));
	EXPECT_EQ(HWCONTAINER_HOLDER_FILE, hwc_claim_holder(claim));
	EXPECT_STREQ("7ff10000.sha256", hwc_device_name(dev));
	EXPECT_STREQ("hwcontainer-sim-sha256", hwc_device_driver(dev));
	EXPECT_STREQ(HWC_PR1 "/sha256@0", hwc_device_of_path(dev));
	EXPECT_TRUE(hwc_test_has_node(hwc_device_of_path(dev)));

	EXPECT_EQ(HWCONTAINER_NODE_TYPE_CHAR, node->type);
	node_path(claim, path, sizeof(path));
	ASSERT_EQ(0, stat(path, &st)) TH_LOG("%s", path);
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(makedev(node->major, node->minor), st.st_rdev);

	ASSERT_EQ(1, hwc_device_windows(dev));
	EXPECT_EQ(0x7ff10000, hwc_device_window(dev, 0)->start);
	EXPECT_EQ(0x1000, hwc_device_window(dev, 0)->size);
	ASSERT_EQ(1, hwc_device_irqs(dev));
	EXPECT_NE(NULL, strstr(hwc_test_read("/proc/interrupts"), "7ff10000.sha256"));
	hwc_claim_free(claim);
}

TEST_F(region, stages_follow_each_other)
{
	struct hwc_claim *claim = claim_device(
		_metadata, self, HWC_PR0, HWC_IMAGES "sha256-400k.bit", HWC_DTBO "sha256-pr0.dtbo");
	uint64_t before = 0, time;
	int stage;

	for (stage = HWCONTAINER_STAGE_GRANTED; stage <= HWCONTAINER_STAGE_BOUND; stage++) {
		time = hwc_claim_time(claim, stage);
		EXPECT_LT(before, time) TH_LOG("stage %s", hwc_stage_name(stage));
		before = time;
	}
	/* 400 KiB at 10240 ns each */
	EXPECT_LT(4000000, hwc_claim_time(claim, HWCONTAINER_STAGE_PROGRAMMED) -
				   hwc_claim_time(claim, HWCONTAINER_STAGE_CHECKED));
	hwc_claim_free(claim);
}

TEST_F(region, nothing_is_left_after_the_end)
{
	struct hwc_claim *claim = claim_device(
		_metadata, self, HWC_PR0, HWC_IMAGES "sha256-pr0.bit", HWC_DTBO "sha256-pr0.dtbo");
	uint32_t id = hwc_claim_id(claim);
	char path[128];
	int file;

	node_path(claim, path, sizeof(path));
	file = hwc_claim_open(self->ctx, self->holder, id);
	ASSERT_LE(0, file);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	ASSERT_EQ(0, hwc_claim_wait_released(self->ctx, file, HWC_TEST_WAIT_MS));
	close(file);
	EXPECT_EQ(-ENOENT, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, HWC_PR0));
	EXPECT_NE(0, access(path, F_OK));
	EXPECT_FALSE(hwc_test_has_node(hwc_device_of_path(hwc_claim_device(claim, 0))));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
	/* no slot was programmed while its bridge let accesses pass */
	EXPECT_TRUE(hwc_test_slot(0, 0, "hot_loads=0"));
	hwc_claim_free(claim);
}

FIXTURE(image)
{
	struct hwc_ctx *ctx;
	int holder;
};

FIXTURE_VARIANT(image)
{
	const char *resource;
	const char *image;
	const char *overlay;
	size_t devices;
	bool only_bitstream;
};

FIXTURE_VARIANT_ADD(image, raw){ HWC_PR0, HWC_IMAGES "sha256-pr0.bin", HWC_DTBO "sha256-pr0.dtbo",
				 1, true };
FIXTURE_VARIANT_ADD(image, of_4_mb){ HWC_PR0, HWC_IMAGES "sha256-4m.bit",
				     HWC_DTBO "sha256-pr0.dtbo", 1, false };
FIXTURE_VARIANT_ADD(image, with_reset){ HWC_PR0, HWC_IMAGES "sha256-reset.bit",
					HWC_DTBO "sha256-pr0.dtbo", 1, true };
FIXTURE_VARIANT_ADD(image, without_overlay){ HWC_PR0, HWC_IMAGES "sha256-pr0.bit", NULL, 0, false };
FIXTURE_VARIANT_ADD(image, of_a_stranger){ HWC_PR0, HWC_IMAGES "stranger-pr0.bit", NULL, 0, false };
FIXTURE_VARIANT_ADD(image, of_a_whole_device){ HWC_FULL, HWC_IMAGES "full.bit", NULL, 0, false };
FIXTURE_VARIANT_ADD(image, for_the_other_device){ HWC_OTHER0, HWC_IMAGES "sha256-other.bit",
						  HWC_DTBO "sha256-other.dtbo", 1, false };

FIXTURE_SETUP(image)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
}

FIXTURE_TEARDOWN(image)
{
	close(self->holder);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, variant->resource));
	hwc_ctx_free(self->ctx);
}

TEST_F(image, is_taken)
{
	struct hwc_claim *claim;
	int id;

	if (!hwc_test_takes_bitstreams() && variant->only_bitstream)
		SKIP(return, "there is no such thing as this image in PDIs");
	id = hwc_test_try(self->ctx, variant->resource, self->holder, variant->image,
			  variant->overlay);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	ASSERT_EQ(variant->devices, hwc_claim_devices(claim));
	if (variant->devices)
		check_sha256(_metadata, claim);
	hwc_claim_free(claim);
}

TEST_F(region, two_regions_of_a_manager_at_a_time)
{
	struct hwc_claim *sha = claim_device(_metadata, self, HWC_PR0, HWC_IMAGES "sha256-pr0.bit",
					     HWC_DTBO "sha256-pr0.dtbo");
	struct hwc_claim *other = claim_device(
		_metadata, self, HWC_PR1, HWC_IMAGES "sha256-pr1.bit", HWC_DTBO "sha256-pr1.dtbo");

	check_sha256(_metadata, sha);
	check_sha256(_metadata, other);
	hwc_claim_free(sha);
	hwc_claim_free(other);
}

/* In one request: the managers program at the same time, their regions in turn. */
TEST_F(region, all_of_a_request_on_two_managers)
{
	static const struct {
		const char *resource, *image, *overlay;
	} want[] = {
		{ HWC_PR0, HWC_IMAGES "sha256-pr0.bit", HWC_DTBO "sha256-pr0.dtbo" },
		{ HWC_PR1, HWC_IMAGES "fir-pr1.bit", HWC_DTBO "fir-pr1.dtbo" },
		{ HWC_OTHER0, HWC_IMAGES "sha256-other.bit", HWC_DTBO "sha256-other.dtbo" },
	};
	struct hwc_request *req;
	struct hwc_grant grants[3];
	int fd[6];
	int i;

	ASSERT_EQ(0, hwc_test_write(HWC_SIM "peak", "0"));
	ASSERT_EQ(0, hwc_test_set(HWC_MGR "stall_write_ms", 200));
	ASSERT_EQ(0, hwc_test_set(HWC_SIM "fpga-mgr1/stall_write_ms", 200));
	ASSERT_EQ(0, hwc_request_new(self->ctx, &req));
	hwc_request_holder_file(req, self->holder);
	for (i = 0; i < 3; i++) {
		fd[2 * i] = hwc_test_open(want[i].image);
		fd[2 * i + 1] = hwc_test_open(want[i].overlay);
		ASSERT_EQ(0, hwc_request_add(req, want[i].resource, fd[2 * i], fd[2 * i + 1], NULL,
					     NULL));
	}
	ASSERT_EQ(0, hwc_request_submit(req, grants)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	for (i = 0; i < 6; i++)
		close(fd[i]);
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0,
			  hwc_claim_wait(self->ctx, self->holder, grants[i].id, HWC_TEST_WAIT_MS))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	hwc_request_free(req);
	hwc_test_write(HWC_SIM "reset", "1");
	/* the firmware does not tell when a load of its begins */
	if (!hwc_test_board())
		EXPECT_EQ(2, hwc_test_number(HWC_SIM "peak"));
}

/* Real images name their frames and their device, and no engine. */
TEST_F(region, images_of_amd_for_the_k26)
{
	static const char sentence[] =
		"image is for IDCODE 0x04a49093 (xck26), the device of " HWC_OTHER0
		" has 0x0484a093 (xczu9)";
	glob_t found;
	size_t i;
	int id;

	if (!hwc_test_takes_bitstreams())
		SKIP(return, "the K26 is no Versal");
	if (glob(HWC_IMAGES "k26/*.bit", 0, NULL, &found))
		SKIP(return, "HWC_TESTDATA has no images of the K26");
	EXPECT_EQ(4, found.gl_pathc);
	for (i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		const char *resource = strstr(path, "slot1") ? HWC_PR1 : HWC_PR0;
		uint32_t claim;

		id = hwc_test_try(self->ctx, resource, self->holder, path, NULL);
		ASSERT_LT(0, id) TH_LOG("%s: %s", path, hwc_ctx_error(self->ctx));
		claim = id;
		ASSERT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
		ASSERT_EQ(0, hwc_test_wait_free(self->ctx, resource));
		EXPECT_EQ(-EBADMSG, hwc_test_try(self->ctx, HWC_OTHER0, self->holder, path, NULL));
		EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	}
	globfree(&found);
}

TEST_F(region, dry_run_touches_nothing)
{
	int image = hwc_test_open(HWC_IMAGES "sha256-pr0.bit");
	int overlay = hwc_test_open(HWC_DTBO "sha256-pr0.dtbo");
	long loads = hwc_test_number(LOADS0);
	struct hwc_claim *claim;
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, self->holder, image, overlay,
				    HWCONTAINER_CLAIM_FLAGS_DRY_RUN, &grant));
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_claim_state(claim));
	EXPECT_LT(0, hwc_claim_time(claim, HWCONTAINER_STAGE_CHECKED));
	EXPECT_EQ(0, hwc_claim_time(claim, HWCONTAINER_STAGE_PROGRAMMED));
	EXPECT_EQ(0, hwc_claim_devices(claim));
	hwc_claim_free(claim);
	EXPECT_EQ(loads, hwc_test_number(LOADS0));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	close(image);
	close(overlay);
}

TEST_F(region, dry_run_finds_what_is_wrong)
{
	bool bits = hwc_test_takes_bitstreams();
	const char *sentence =
		bits ? "image is for IDCODE 0x0484a093 (xczu9), the device of " HWC_PR0
		       " has DEVICE" :
		       "image is a bitstream, manager MANAGER takes PDIs";
	int image = hwc_test_open(HWC_IMAGES "sha256-other.bit");
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR0, self->holder, image, -1,
				    HWCONTAINER_CLAIM_FLAGS_DRY_RUN, &grant));
	EXPECT_EQ(-EBADMSG, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_STREQ(hwc_test_says(sentence), hwc_ctx_error(self->ctx));
	close(image);
}

TEST_HARNESS_MAIN
