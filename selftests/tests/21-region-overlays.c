// SPDX-License-Identifier: GPL-2.0-or-later
/* Overlays that are not confined to their region: refused, and nothing is left. */
#include <stdlib.h>

#include "hwc.h"

#define SHA_BIT HWC_IMAGES "sha256-pr0.bit"
#define SHA_BIN HWC_IMAGES "sha256-pr0.bin"
#define SHA_DTBO HWC_DTBO "sha256-pr0.dtbo"
#define LOADS HWC_MGR "loads"
#define BIND_TIMEOUT HWC_PARAMETERS "bind_timeout_ms"

FIXTURE(overlay)
{
	struct hwc_ctx *ctx;
	int holder;
	long loads;
};

FIXTURE_SETUP(overlay)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	self->loads = hwc_test_number(LOADS);
}

FIXTURE_TEARDOWN(overlay)
{
	close(self->holder);
	hwc_test_write(HWC_SIM "reset", "1");
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	hwc_ctx_free(self->ctx);
}

static void check_clean(struct __test_metadata *_metadata, FIXTURE_DATA(overlay) * self,
			const char *what, long loads)
{
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0)) TH_LOG("%s", what);
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0")) TH_LOG("%s", what);
	EXPECT_FALSE(hwc_test_has_node(HWC_PR1 "/sha256@0")) TH_LOG("%s", what);
	EXPECT_FALSE(hwc_test_has_node("/sha256@7ff00000")) TH_LOG("%s", what);
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled")) TH_LOG("%s", what);
	EXPECT_NE(0, access("/dev/hwsim-sha256-0", F_OK)) TH_LOG("%s", what);
	self->loads += loads;
	EXPECT_EQ(self->loads, hwc_test_number(LOADS)) TH_LOG("%s", what);
}

struct bad {
	const char *overlay;
	int error;
	const char *sentence;
};

static const struct bad unconfined[] = {
	{ "bad-target", EPERM, "overlay targets /, which is not in the region" },
	{ "bad-two-targets", EPERM, "overlay targets " HWC_PR1 ", which is not in the region" },
	{ "bad-through-parent", EPERM, "overlay targets " HWC_FULL ", which is not in the region" },
	{ "sha256-pr1", EPERM, "overlay targets " HWC_PR1 ", which is not in the region" },
	{ "bad-firmware-name", EPERM, "overlay may not have the property firmware-name" },
	{ "bad-region-property", EPERM, "overlay sets ranges of the region itself" },
	{ "bad-symbols", EPERM, "overlay has __symbols__, build it without dtc -@" },
	{ "bad-reg", EPERM,
	  "overlay's node sha256@10000 has reg at 0x10000, 0x1000 bytes, outside of the region" },
	{ "bad-reg-end", EPERM,
	  "overlay's node sha256@f800 has reg at 0xf800, 0x1000 bytes, outside of the region" },
	{ "bad-reg-wrap", EPERM,
	  "overlay's node sha256@8 has reg at 0x8, 0xffffffff bytes, outside of the region" },
	{ "bad-nested", EPERM,
	  "overlay's node bus@0 has ranges at 0x10000, 0x1000 bytes, outside of the region" },
	{ "bad-phandle", EPERM,
	  "overlay reaches out at /fragment@0/__overlay__/sha256@0:memory-region:0" },
	{ "bad-phandle-property", EPERM,
	  "overlay reaches out at /fragment@0/__overlay__/sha256@0:hwcontainer,sim-slot:0" },
	{ "bad-phandle-number", EPERM,
	  "overlay's node sha256@0 reaches out of the region by memory-region" },
	{ "bad-twice", EPERM, "overlay adds the node sha256@0 twice" },
};

/* Seen before the image is loaded. */
TEST_F_TIMEOUT(overlay, not_confined, 60)
{
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(unconfined) / sizeof(unconfined[0]); i++) {
		const struct bad *bad = &unconfined[i];

		snprintf(path, sizeof(path), HWC_DTBO "%s.dtbo", bad->overlay);
		EXPECT_EQ(-bad->error,
			  hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, path))
		TH_LOG("%s: %s", bad->overlay, hwc_ctx_error(self->ctx));
		EXPECT_STREQ(bad->sentence, hwc_ctx_error(self->ctx));
		check_clean(_metadata, self, bad->overlay, 0);
	}
	EXPECT_LT(0, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
}

/* For the region around the slots, one of which the overlay would change. */
TEST_F(overlay, collides_with_a_node)
{
	EXPECT_EQ(-EPERM, hwc_test_try(self->ctx, HWC_FULL, self->holder, HWC_IMAGES "full.bit",
				       HWC_DTBO "bad-collision.dtbo"));
	EXPECT_STREQ("overlay's node fpga-PR0 exists already", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, HWC_PR0));
}

TEST_F(overlay, device_without_driver)
{
	long before = hwc_test_number(BIND_TIMEOUT);

	ASSERT_EQ(0, hwc_test_set(BIND_TIMEOUT, 300));
	EXPECT_EQ(-ENODEV, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT,
					HWC_DTBO "bad-no-driver.dtbo"));
	EXPECT_STREQ(HWC_PR0 "/stranger@0 has no driver after 300 ms", hwc_ctx_error(self->ctx));
	check_clean(_metadata, self, "no driver", 1);
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/stranger@0"));
	hwc_test_set(BIND_TIMEOUT, before);
}

static uint8_t *slurp(const char *path, size_t *size)
{
	FILE *in = fopen(path, "r");
	uint8_t *data = malloc(1 << 16);

	*size = in && data ? fread(data, 1, 1 << 16, in) : 0;
	if (in)
		fclose(in);
	return data;
}

/* Claim with these bytes for an overlay. */
static int try_bytes(FIXTURE_DATA(overlay) * self, const uint8_t *data, size_t size)
{
	int fd = open("/tmp/overlay", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int ret;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return -EIO;
	close(fd);
	ret = hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, "/tmp/overlay");
	unlink("/tmp/overlay");
	return ret;
}

static void put32(uint8_t *at, uint32_t value)
{
	at[0] = value >> 24;
	at[1] = value >> 16;
	at[2] = value >> 8;
	at[3] = value;
}

TEST_F(overlay, no_device_tree)
{
	char sentence[128];
	size_t size;
	uint8_t *data = slurp(SHA_DTBO, &size);

	EXPECT_EQ(-EBADMSG, try_bytes(self, (const uint8_t *)"hello", 5));
	EXPECT_STREQ("overlay has 5 bytes, a device tree's header 40", hwc_ctx_error(self->ctx));
	EXPECT_EQ(-EBADMSG, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_BIN));
	EXPECT_STREQ("overlay begins with 0xffffffff, a device tree with 0xd00dfeed",
		     hwc_ctx_error(self->ctx));
	EXPECT_EQ(-EBADMSG, try_bytes(self, data, size - 1));
	snprintf(sentence, sizeof(sentence), "overlay has %zu bytes, its header says %zu", size - 1,
		 size);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	check_clean(_metadata, self, "no device tree", 0);
	free(data);
}

/* Cut at any word, with a header that believes it. */
TEST_F_TIMEOUT(overlay, truncated_anywhere, 60)
{
	size_t size, at;
	uint8_t *data = slurp(SHA_DTBO, &size);

	ASSERT_LT(100, size);
	for (at = 4; at < size; at += 4) {
		put32(data + 4, at);
		EXPECT_EQ(-EBADMSG, try_bytes(self, data, at))
		TH_LOG("cut at byte %zu: %s", at, hwc_ctx_error(self->ctx));
	}
	check_clean(_metadata, self, "truncated", 0);
	free(data);
}

/* Damaged anywhere: refused or applied, but never more than a refusal. */
TEST_F_TIMEOUT(overlay, damaged_anywhere, 120)
{
	long before = hwc_test_number(BIND_TIMEOUT);
	size_t size, at, seed = 815;
	uint8_t *data = slurp(SHA_DTBO, &size);
	int i, ret, taken = 0;

	TH_LOG("seed %zu", seed);
	ASSERT_EQ(0, hwc_test_set(BIND_TIMEOUT, 50));
	for (i = 0; i < 150; i++) {
		uint32_t id;
		uint8_t was;

		seed = seed * 6364136223846793005 + 1442695040888963407;
		at = (seed >> 33) % size;
		was = data[at];
		data[at] ^= 1 + (seed >> 56) % 255;
		ret = try_bytes(self, data, size);
		EXPECT_NE(-ETIMEDOUT, ret) TH_LOG("byte %zu", at);
		if (ret > 0) {
			taken++;
			id = ret;
			EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
		}
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0))
		TH_LOG("byte %zu: 0x%02x for 0x%02x, then state %d", at, data[at], was,
		       hwc_test_state(self->ctx, HWC_PR0));
		data[at] = was;
	}
	TH_LOG("%d of 150 were taken", taken);
	hwc_test_set(BIND_TIMEOUT, before);
	EXPECT_LT(0, hwc_test_try(self->ctx, HWC_PR0, self->holder, SHA_BIT, SHA_DTBO));
	free(data);
}

TEST_HARNESS_MAIN
