// SPDX-License-Identifier: GPL-2.0-or-later
/* Bad input for FPGA regions: one sentence each, and nothing changes. */
#include <stdlib.h>
#include <sys/stat.h>

#include "hwc.h"

#define SHA_BIT HWC_IMAGES "sha256-pr0.bit"
#define SHA_DTBO HWC_DTBO "sha256-pr0.dtbo"
#define LOADS HWC_MGR "loads"
#define FAILURES HWC_MGR "failures"

FIXTURE(refused)
{
	struct hwc_ctx *ctx;
	int holder;
	long loads;
	long failures;
};

FIXTURE_SETUP(refused)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	self->loads = hwc_test_number(LOADS);
	self->failures = hwc_test_number(FAILURES);
}

FIXTURE_TEARDOWN(refused)
{
	close(self->holder);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	/* one that ended before it came to the hardware leaves it free and ends later */
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	hwc_ctx_free(self->ctx);
}

/* As it was before: no devices, bridge closed; @touched loads more than before. */
static void check_clean(struct __test_metadata *_metadata, FIXTURE_DATA(refused) * self,
			const char *what, long touched)
{
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0,
					 touched < 0 ? HWCONTAINER_RESOURCE_STATE_FAILED :
						       HWCONTAINER_RESOURCE_STATE_FREE))
	TH_LOG("%s: state is %d", what, hwc_test_state(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0")) TH_LOG("%s", what);
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled")) TH_LOG("%s", what);
	EXPECT_NE(0, access("/dev/hwsim-sha256-0", F_OK)) TH_LOG("%s", what);
	if (touched >= 0) {
		self->loads += touched;
		EXPECT_EQ(self->loads, hwc_test_number(LOADS)) TH_LOG("%s", what);
		EXPECT_EQ(self->failures, hwc_test_number(FAILURES)) TH_LOG("%s", what);
	}
}

struct bad {
	const char *resource;
	const char *image;
	const char *overlay;
	int error;
	const char *sentence;
};

static void check_refused(struct __test_metadata *_metadata, FIXTURE_DATA(refused) * self,
			  const struct bad *bad, size_t n, long touched)
{
	for (; n; n--, bad++) {
		const char *what = bad->overlay ? bad->overlay : bad->image ? bad->image : "-";

		EXPECT_EQ(-bad->error, hwc_test_try(self->ctx, bad->resource, self->holder,
						    bad->image, bad->overlay))
		TH_LOG("%s: %s", what, hwc_ctx_error(self->ctx));
		EXPECT_STREQ(hwc_test_says(bad->sentence), hwc_ctx_error(self->ctx));
		check_clean(_metadata, self, what, touched);
	}
}

#define CHECK(table, touched) \
	check_refused(_metadata, self, table, sizeof(table) / sizeof(table[0]), touched)

TEST_F(refused, requests)
{
	static const struct bad requests[] = {
		{ "/fpga-full/fpga-PR9", SHA_BIT, NULL, ENOENT,
		  "/fpga-full/fpga-PR9 does not exist: it comes with a shell, and none is loaded in /fpga-full" },
		{ "fpga-PR0", SHA_BIT, NULL, ENOENT, "there is no resource fpga-PR0" },
		{ HWC_PR0, NULL, NULL, EINVAL, "a resource of kind fpga-region needs an image" },
		{ HWC_PR0, NULL, SHA_DTBO, EINVAL,
		  "a resource of kind fpga-region needs an image" },
		{ HWC_PR0, "/tmp", NULL, EINVAL, "the image is not a regular file" },
		{ HWC_PR0, "/dev/zero", NULL, EINVAL, "the image is not a regular file" },
		{ HWC_PR0, HWC_IMAGES "bad-empty.bin", NULL, ENODATA, "the image is empty" },
		{ HWC_PR0, SHA_BIT, HWC_IMAGES "bad-empty.bin", ENODATA, "the overlay is empty" },
		{ HWC_PR0, SHA_BIT, "/tmp", EINVAL, "the overlay is not a regular file" },
		{ HWC_PR0, SHA_BIT, HWC_IMAGES "sha256-4m.bin", EFBIG,
		  "the overlay has 4194668 bytes, at most 65536 are taken" },
	};

	CHECK(requests, 0);
}

TEST_F(refused, images)
{
	static const struct bad images[] = {
		{ HWC_PR0, HWC_IMAGES "sha256-other.bit", NULL, EBADMSG,
		  "image is for IDCODE 0x0484a093 (xczu9), the device of " HWC_PR0 " has DEVICE" },
		{ HWC_PR0, HWC_IMAGES "full.bit", NULL, EBADMSG,
		  "image is a full bitstream, " HWC_PR0 " takes a partial one" },
		{ HWC_PR0, HWC_IMAGES "bad-swap.bin", NULL, EBADMSG,
		  "image has byte-swapped words (sync word 66 55 99 aa at byte 80), manager MANAGER takes straight ones" },
		{ HWC_PR0, HWC_IMAGES "sha256-pr1.bit", NULL, EBADMSG,
		  "image begins at frame 0x00082500, those of " HWC_PR0
		  " are 0x00000000 to 0x0007ffff" },
		{ HWC_PR0, HWC_IMAGES "bad-slot.bit", NULL, EBADMSG,
		  "image begins at frame 0x00482500, those of " HWC_PR0
		  " are 0x00000000 to 0x0007ffff" },
		{ HWC_PR0, HWC_IMAGES "bad-idcode.bit", NULL, EBADMSG,
		  "packet at byte 0x117 writes FDRI before any packet wrote IDCODE" },
		{ HWC_PR0, SHA_DTBO, NULL, EBADMSG,
		  "word 0xd00dfeed at byte 0x0 is neither padding nor the sync word 0xaa995566" },
	};

	if (!hwc_test_takes_bitstreams())
		SKIP(return, "27-region-pdi has what is wrong with PDIs");
	CHECK(images, 0);
}

/* /fpga-other has a simulated manager on every machine: no PDI is for it. */
TEST_F(refused, pdis)
{
	static const char takes[] =
		"image is a PDI for Versal, manager hwcontainer simulated FPGA takes bitstreams";
	static const struct bad images[] = {
		{ HWC_OTHER0, HWC_IMAGES "sha256-pr0.pdi", NULL, EBADMSG, takes },
		{ HWC_OTHER0, HWC_IMAGES "full.pdi", NULL, EBADMSG, takes },
		{ HWC_OTHER0, HWC_IMAGES "boot.pdi", NULL, EBADMSG, takes },
		{ HWC_OTHER0, HWC_IMAGES "encrypted.pdi", NULL, EBADMSG, takes },
		{ HWC_OTHER0, HWC_IMAGES "bad-checksum.pdi", NULL, EBADMSG,
		  "partition header at byte 0xd0 has checksum 0x7cff88ab, its words have 0xfcff88ab" },
		{ HWC_OTHER0, HWC_IMAGES "bad-idcode.pdi", NULL, EBADMSG,
		  "image header table at byte 0x10 has IDCODE 0x00000000" },
		{ HWC_OTHER0, HWC_IMAGES "bad-truncated.pdi", NULL, EBADMSG,
		  "file ends at byte 0x5000, 40624 bytes of a partition begin at byte 0x150" },
	};

	CHECK(images, 0);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_OTHER0));
}

/* What only the device can find reaches it, and is told in its state's words. */
TEST_F(refused, images_by_the_hardware)
{
	static const struct bad images[] = {
		{ HWC_PR0, HWC_IMAGES "bad-crc.bit", SHA_DTBO, EBADMSG,
		  "manager MANAGER broke off writing the image (error 74)" },
		{ HWC_PR0, HWC_IMAGES "bad-engine.bit", SHA_DTBO, EINVAL,
		  "manager MANAGER broke off writing the image (error 22)" },
		{ HWC_PR0, HWC_IMAGES "bad-window.bit", SHA_DTBO, EINVAL,
		  "manager MANAGER broke off writing the image (error 22)" },
	};
	struct hwc_resource *res;

	if (hwc_test_board())
		SKIP(return, "29-firmware has what a board's firmware says of images");
	CHECK(images, -1);
	EXPECT_EQ(self->loads, hwc_test_number(LOADS));
	EXPECT_EQ(self->failures + 3, hwc_test_number(FAILURES));
	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	EXPECT_STREQ("the last image could not be programmed", hwc_resource_message(res));
	hwc_resource_free(res);
	EXPECT_LT(0, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
}

/* Make a file and open it for reading. */
static int file_of(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return -1;
	close(fd);
	return hwc_test_open(path);
}

static void *slurp(const char *path, size_t *size)
{
	FILE *in = fopen(hwc_test_file(path), "r");
	void *data = malloc(1 << 20);

	*size = in && data ? fread(data, 1, 1 << 20, in) : 0;
	if (in)
		fclose(in);
	return data;
}

/* The sentence about descriptor @image or @overlay; 0 when it was granted. */
static int try_fds(FIXTURE_DATA(refused) * self, int image, int overlay)
{
	struct hwc_grant grant;
	int ret = hwc_test_claim(self->ctx, HWC_PR0, self->holder, image, overlay, 0, &grant);

	return ret ? ret : hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS);
}

TEST_F(refused, descriptors)
{
	static const char closed[] = "image: 777 is no open file descriptor";
	int fd;

	EXPECT_EQ(-EBADF, try_fds(self, 777, -1));
	EXPECT_STREQ(closed, hwc_ctx_error(self->ctx));

	ASSERT_EQ(0, mkfifo("/tmp/fifo", 0600));
	fd = open("/tmp/fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	EXPECT_EQ(-EINVAL, try_fds(self, fd, -1));
	EXPECT_STREQ("the image is not a regular file", hwc_ctx_error(self->ctx));
	close(fd);
	unlink("/tmp/fifo");

	fd = open(hwc_test_file(SHA_BIT), O_PATH | O_CLOEXEC);
	EXPECT_EQ(-EBADF, try_fds(self, fd, -1));
	close(fd);

	fd = open("/tmp/image", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ASSERT_EQ(0, ftruncate(fd, INT64_C(4) << 30));
	EXPECT_EQ(-EFBIG, try_fds(self, fd, -1));
	EXPECT_STREQ("the image has 4294967296 bytes, at most 268435456 are taken",
		     hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, ftruncate(fd, 4096));
	EXPECT_EQ(-ETXTBSY, try_fds(self, fd, -1));
	EXPECT_STREQ("the image is open for writing", hwc_ctx_error(self->ctx));
	close(fd);

	fd = open("/tmp/image", O_WRONLY | O_CLOEXEC);
	EXPECT_EQ(-EBADF, try_fds(self, fd, -1));
	EXPECT_STREQ("the image is not open for reading", hwc_ctx_error(self->ctx));
	close(fd);
	unlink("/tmp/image");
	check_clean(_metadata, self, "descriptors", 0);
}

/* Opened for writing by somebody else after the descriptor was looked at. */
TEST_F(refused, image_open_for_writing_elsewhere)
{
	size_t size;
	void *data = slurp(SHA_BIT, &size);
	int fd = file_of("/tmp/image", data, size);
	int writer = open("/tmp/image", O_WRONLY | O_CLOEXEC);

	EXPECT_EQ(-ETXTBSY, try_fds(self, fd, -1));
	EXPECT_STREQ("the image is open for writing", hwc_ctx_error(self->ctx));
	close(writer);
	EXPECT_EQ(0, try_fds(self, fd, -1)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	close(fd);
	unlink("/tmp/image");
	free(data);
}

/* A .bit knows its length, so no cut can pass; each leaves the device alone. */
TEST_F_TIMEOUT(refused, truncated_anywhere, 120)
{
	size_t size, at, seed = 1;
	void *data = slurp(SHA_BIT, &size);
	int fd, tries = 0;

	ASSERT_LT(30000, size);
	/* every byte of header and first packets, then some of the frames, the end */
	for (at = 1; at < size; at += at < 340 || size - at < 160 ? 3 : 400 + seed % 97) {
		seed = seed * 1103515245 + 12345;
		fd = file_of("/tmp/image", data, at);
		ASSERT_LE(0, fd);
		EXPECT_EQ(-EBADMSG, try_fds(self, fd, -1))
		TH_LOG("cut at byte %zu: %s", at, hwc_ctx_error(self->ctx));
		close(fd);
		close(self->holder);
		self->holder = hwc_holder_open(self->ctx);
		tries++;
	}
	TH_LOG("%d cuts of %zu bytes", tries, size);
	check_clean(_metadata, self, "truncated", 0);
	unlink("/tmp/image");
	free(data);
}

TEST_F(refused, truncated_says_where)
{
	static const struct bad images[] = {
		{ HWC_PR0, HWC_IMAGES "bad-truncated.bit", NULL, EBADMSG,
		  "header field 'e' at byte 0x76 says 40060 bytes of data, 148 follow" },
		{ HWC_PR0, HWC_IMAGES "bad-random.bin", NULL, EBADMSG,
		  "word 0x29ce8100 at byte 0x0 is neither padding nor the sync word 0xaa995566" },
	};

	if (!hwc_test_takes_bitstreams())
		SKIP(return, "27-region-pdi has what is wrong with PDIs");
	CHECK(images, 0);
}

/* Of bytes flipped anywhere, none may take the kernel with it. */
TEST_F_TIMEOUT(refused, damaged_anywhere, 120)
{
	size_t size, at, seed = 4711;
	uint8_t *data = slurp(SHA_BIT, &size);
	int i, fd, ret, taken = 0;

	TH_LOG("seed %zu", seed);
	for (i = 0; i < 200; i++) {
		seed = seed * 6364136223846793005 + 1442695040888963407;
		/* mostly where the structure is */
		at = (seed >> 33) % (i % 4 ? 400 : size);
		data[at] ^= 1 << (seed >> 60 & 7);
		fd = file_of("/tmp/image", data, size);
		data[at] ^= 1 << (seed >> 60 & 7);
		ret = try_fds(self, fd, -1);
		taken += !ret;
		EXPECT_GE(0, ret);
		EXPECT_NE(-ETIMEDOUT, ret) TH_LOG("byte %zu", at);
		close(fd);
		close(self->holder);
		self->holder = hwc_holder_open(self->ctx);
	}
	TH_LOG("%d of 200 were taken", taken);
	EXPECT_GT(150, taken);
	EXPECT_LT(0, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	unlink("/tmp/image");
	free(data);
}

/* The bit of CTL0 that turns decryption on, and of MASK that lets it through. */
TEST_F(refused, encrypted)
{
	static const uint8_t plain[] = {
		0x30, 0x00, 0xc0, 0x01, 0, 0, 0x05, 0x00, 0x30, 0x00, 0xa0, 0x01, 0, 0, 0x04, 0x00,
	};
	size_t size;
	uint8_t *data = slurp(SHA_BIT, &size);
	uint8_t *at = memmem(data, size, plain, sizeof(plain));
	int fd;

	if (!hwc_test_takes_bitstreams()) {
		free(data);
		SKIP(return, "27-region-pdi has what is wrong with PDIs");
	}
	ASSERT_NE(NULL, at);
	at[7] |= 0x40;
	at[15] |= 0x40;
	fd = file_of("/tmp/image", data, size);
	EXPECT_EQ(-EOPNOTSUPP, try_fds(self, fd, -1));
	EXPECT_STREQ(hwc_test_says("image is encrypted, manager MANAGER takes plain ones only"),
		     hwc_ctx_error(self->ctx));
	close(fd);
	check_clean(_metadata, self, "encrypted", 0);
	unlink("/tmp/image");
	free(data);
}

TEST_F(refused, held)
{
	static const char by_container[] = HWC_PR0 " is held by container 0123456789ab (claim %d)";
	char sentence[128];
	struct hwc_request *req;
	struct hwc_grant grant;
	int image = hwc_test_open(SHA_BIT);
	int id = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, NULL);
	uint32_t claim = id;

	ASSERT_LT(0, id);
	snprintf(sentence, sizeof(sentence), HWC_PR0 " is held by claim %d", id);
	EXPECT_EQ(-EBUSY, try_fds(self, image, -1));
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));

	ASSERT_EQ(0, hwc_request_new(self->ctx, &req));
	hwc_request_holder_file(req, self->holder);
	ASSERT_EQ(0, hwc_request_container(req, "0123456789abcdef0123456789abcdef"));
	ASSERT_EQ(0, hwc_request_add(req, HWC_PR0, image, -1, NULL, NULL));
	ASSERT_EQ(0, hwc_request_submit(req, &grant)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	snprintf(sentence, sizeof(sentence), by_container, grant.id);
	EXPECT_EQ(-EBUSY, try_fds(self, image, -1));
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	hwc_request_free(req);
	close(image);
}

TEST_F(refused, twice_in_a_request)
{
	struct hwc_request *req;
	struct hwc_grant grants[2];
	int image = hwc_test_open(SHA_BIT);

	ASSERT_EQ(0, hwc_request_new(self->ctx, &req));
	hwc_request_holder_file(req, self->holder);
	ASSERT_EQ(0, hwc_request_add(req, HWC_PR0, image, -1, NULL, NULL));
	ASSERT_EQ(0, hwc_request_add(req, HWC_PR0, image, -1, NULL, NULL));
	EXPECT_EQ(-EINVAL, hwc_request_submit(req, grants));
	EXPECT_STREQ(HWC_PR0 " is asked for twice", hwc_ctx_error(self->ctx));
	hwc_request_free(req);
	close(image);
	check_clean(_metadata, self, "twice", 0);
}

/* A region and one inside it are the same hardware. */
TEST_F(refused, family)
{
	static const struct bad outer[] = {
		{ HWC_FULL, HWC_IMAGES "full.bit", NULL, EBUSY, HWC_PR1 " inside it is claimed" },
	};
	static const struct bad inner[] = {
		{ HWC_PR0, SHA_BIT, NULL, EBUSY, HWC_FULL " around it is claimed" },
	};
	uint32_t id;
	int ret = hwc_test_try(self->ctx, HWC_PR1, self->holder, HWC_IMAGES "sha256-pr1.bit", NULL);

	ASSERT_LT(0, ret);
	CHECK(outer, 1);
	id = ret;
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	ASSERT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR1));
	ret = hwc_test_try(self->ctx, HWC_FULL, self->holder, HWC_IMAGES "full.bit", NULL);
	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	CHECK(inner, 1);
}

TEST_HARNESS_MAIN
