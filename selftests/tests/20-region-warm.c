// SPDX-License-Identifier: GPL-2.0-or-later
/* Images that stay loaded when their claim ends (keep), and who may use them. */
#include "hwc.h"

#define LOADS HWC_MGR "loads"
#define KEEP HWCONTAINER_CLAIM_FLAGS_KEEP
#define WARM HWCONTAINER_RESOURCE_STATE_WARM

FIXTURE(warm)
{
	struct hwc_ctx *ctx;
	int holder;
};

FIXTURE_SETUP(warm)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
}

FIXTURE_TEARDOWN(warm)
{
	close(self->holder);
	hwc_test_cool_down(_metadata, self->ctx, HWC_PR0, HWC_IMAGES "none-pr0.bit");
	hwc_test_cool_down(_metadata, self->ctx, HWC_FULL, HWC_IMAGES "full.bit");
	hwc_ctx_free(self->ctx);
}

/* What a claim asks for: files by path, digests; NULL for what it does not. */
struct want {
	const char *resource;
	const char *image;
	const char *overlay;
	const uint8_t *image_digest;
	const uint8_t *overlay_digest;
	uint32_t flags;
};

static int submit(FIXTURE_DATA(warm) * self, const struct want *want, struct hwc_grant *grant)
{
	int image = want->image ? hwc_test_open(want->image) : -1;
	int overlay = want->overlay ? hwc_test_open(want->overlay) : -1;
	struct hwc_request *req;
	int ret = hwc_request_new(self->ctx, &req);

	if (ret)
		return ret;
	hwc_request_holder_file(req, self->holder);
	hwc_request_flags(req, want->flags);
	ret = hwc_request_add(req, want->resource, image, overlay, want->image_digest,
			      want->overlay_digest);
	if (!ret)
		ret = hwc_request_submit(req, grant);
	hwc_request_free(req);
	close(image);
	close(overlay);
	return ret;
}

static int digest_of(struct hwc_ctx *ctx, const char *path, uint8_t *digest)
{
	struct hwc_overlay *overlay;
	struct hwc_image *image;
	int ret;

	if (strstr(path, ".dtbo")) {
		ret = hwc_overlay_open(ctx, path, NULL, &overlay);
		if (!ret) {
			memcpy(digest, hwc_overlay_digest(overlay), HWCONTAINER_DIGEST_LEN);
			hwc_overlay_free(overlay);
		}
		return ret;
	}
	ret = hwc_image_open(ctx, hwc_test_file(path), &image);
	if (!ret) {
		memcpy(digest, hwc_image_digest(image), HWCONTAINER_DIGEST_LEN);
		hwc_image_free(image);
	}
	return ret;
}

static void end(struct __test_metadata *_metadata, FIXTURE_DATA(warm) * self, uint32_t id)
{
	int file = hwc_claim_open(self->ctx, self->holder, id);

	ASSERT_LE(0, file);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_claim_wait_released(self->ctx, file, HWC_TEST_WAIT_MS));
	close(file);
}

/* Leave the sha256 image in @resource; its digests are for the next claim. */
static void warm_up(struct __test_metadata *_metadata, FIXTURE_DATA(warm) * self,
		    const struct want *want, uint8_t *image, uint8_t *overlay)
{
	struct hwc_grant grant;

	ASSERT_EQ(0, digest_of(self->ctx, want->image, image));
	if (want->overlay)
		ASSERT_EQ(0, digest_of(self->ctx, want->overlay, overlay));
	ASSERT_EQ(0, submit(self, want, &grant)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	end(_metadata, self, grant.id);
	ASSERT_EQ(WARM, hwc_test_state(self->ctx, want->resource));
}

static const struct want sha256 = {
	.resource = HWC_PR0,
	.image = HWC_IMAGES "sha256-pr0.bit",
	.overlay = HWC_DTBO "sha256-pr0.dtbo",
	.flags = KEEP,
};

TEST_F(warm, same_image_is_ready_in_the_answer)
{
	uint8_t image[HWCONTAINER_DIGEST_LEN], overlay[HWCONTAINER_DIGEST_LEN];
	struct want again = sha256;
	struct hwc_claim *claim;
	struct hwc_grant grant;
	long loads;
	int i;

	warm_up(_metadata, self, &sha256, image, overlay);
	EXPECT_TRUE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	loads = hwc_test_number(LOADS);
	again.image_digest = image;
	again.overlay_digest = overlay;
	for (i = 0; i < 5; i++) {
		/* with the files or without */
		again.image = i ? NULL : sha256.image;
		again.overlay = i ? NULL : sha256.overlay;
		ASSERT_EQ(0, submit(self, &again, &grant)) TH_LOG("%s", hwc_ctx_error(self->ctx));
		EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, grant.state);
		ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
		EXPECT_EQ(1, hwc_claim_devices(claim));
		hwc_claim_free(claim);
		end(_metadata, self, grant.id);
		EXPECT_EQ(WARM, hwc_test_state(self->ctx, HWC_PR0));
	}
	EXPECT_EQ(loads, hwc_test_number(LOADS));
}

TEST_F(warm, resource_says_what_is_loaded)
{
	uint8_t image[HWCONTAINER_DIGEST_LEN], overlay[HWCONTAINER_DIGEST_LEN];
	struct hwc_resource *res;

	warm_up(_metadata, self, &sha256, image, overlay);
	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	ASSERT_NE(NULL, hwc_resource_image_digest(res));
	EXPECT_EQ(0, memcmp(image, hwc_resource_image_digest(res), sizeof(image)));
	ASSERT_NE(NULL, hwc_resource_overlay_digest(res));
	EXPECT_EQ(0, memcmp(overlay, hwc_resource_overlay_digest(res), sizeof(overlay)));
	hwc_resource_free(res);
}

/* Or the image would be one without an overlay to who asks for it next. */
TEST_F(warm, overlay_is_known_where_the_image_is)
{
	uint8_t image[HWCONTAINER_DIGEST_LEN];
	struct want want = sha256;
	struct hwc_resource *res;
	struct hwc_grant grant;

	ASSERT_EQ(0, digest_of(self->ctx, want.image, image));
	want.image_digest = image;
	want.flags = 0;
	ASSERT_EQ(0, submit(self, &want, &grant)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	EXPECT_NE(NULL, hwc_resource_image_digest(res));
	EXPECT_NE(NULL, hwc_resource_overlay_digest(res));
	hwc_resource_free(res);
	end(_metadata, self, grant.id);
}

TEST_F(warm, end_without_keep_clears_it)
{
	uint8_t image[HWCONTAINER_DIGEST_LEN], overlay[HWCONTAINER_DIGEST_LEN];
	struct want last = sha256;
	struct hwc_grant grant;

	warm_up(_metadata, self, &sha256, image, overlay);
	last.flags = 0;
	last.image_digest = image;
	last.overlay_digest = overlay;
	ASSERT_EQ(0, submit(self, &last, &grant));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, grant.state);
	end(_metadata, self, grant.id);
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
}

TEST_F(warm, other_image_is_programmed)
{
	uint8_t image[HWCONTAINER_DIGEST_LEN], overlay[HWCONTAINER_DIGEST_LEN];
	long loads;
	int id;

	warm_up(_metadata, self, &sha256, image, overlay);
	loads = hwc_test_number(LOADS);
	id = hwc_test_try(self->ctx, HWC_PR0, self->holder, HWC_IMAGES "fir-pr0.bit",
			  HWC_DTBO "fir-pr0.dtbo");
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(loads + 1, hwc_test_number(LOADS));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	EXPECT_TRUE(hwc_test_has_node(HWC_PR0 "/fir@0"));
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=fir"));
}

/* Nothing is known of a file whose digest was not asked for. */
TEST_F(warm, image_without_digest_is_programmed)
{
	uint8_t image[HWCONTAINER_DIGEST_LEN], overlay[HWCONTAINER_DIGEST_LEN];
	struct want again = sha256;
	struct hwc_grant grant;
	long loads;

	warm_up(_metadata, self, &sha256, image, overlay);
	loads = hwc_test_number(LOADS);
	ASSERT_EQ(0, submit(self, &again, &grant));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_QUEUED, grant.state);
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_EQ(loads + 1, hwc_test_number(LOADS));
	end(_metadata, self, grant.id);
	/* the image is the same and the overlay is not: not the same devices */
	again.image_digest = image;
	again.overlay = HWC_DTBO "fir-pr0.dtbo";
	ASSERT_EQ(0, submit(self, &again, &grant));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_QUEUED, grant.state);
	hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS);
}

TEST_F(warm, digest_that_is_not_loaded_needs_a_file)
{
	uint8_t image[HWCONTAINER_DIGEST_LEN], overlay[HWCONTAINER_DIGEST_LEN];
	struct want want = { .resource = HWC_PR0, .image_digest = image };
	struct hwc_grant grant;

	warm_up(_metadata, self, &sha256, image, overlay);
	image[0] ^= 1;
	EXPECT_EQ(-ENOENT, submit(self, &want, &grant));
	EXPECT_STREQ("the image with that digest is not loaded, and no file was given",
		     hwc_ctx_error(self->ctx));
	EXPECT_EQ(WARM, hwc_test_state(self->ctx, HWC_PR0));
}

TEST_F(warm, wrong_digest_is_refused)
{
	uint8_t image[HWCONTAINER_DIGEST_LEN];
	char seen[65], want_text[65], sentence[256];
	struct want want = sha256;
	struct hwc_grant grant;
	long loads = hwc_test_number(LOADS);
	int i;

	ASSERT_EQ(0, digest_of(self->ctx, sha256.image, image));
	for (i = 0; i < HWCONTAINER_DIGEST_LEN; i++)
		sprintf(seen + 2 * i, "%02x", image[i]);
	image[31] ^= 0x80;
	for (i = 0; i < HWCONTAINER_DIGEST_LEN; i++)
		sprintf(want_text + 2 * i, "%02x", image[i]);
	snprintf(sentence, sizeof(sentence), "the digest of the image is %s, asked for was %s",
		 seen, want_text);
	want.image_digest = image;
	ASSERT_EQ(0, submit(self, &want, &grant));
	EXPECT_EQ(-EBADMSG, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	EXPECT_EQ(loads, hwc_test_number(LOADS));
}

/* Programming the whole device takes the regions inside it away first. */
TEST_F(warm, region_around_clears_the_ones_inside)
{
	uint8_t image[HWCONTAINER_DIGEST_LEN], overlay[HWCONTAINER_DIGEST_LEN];
	struct want want = sha256;
	struct hwc_grant grant;
	int id;

	warm_up(_metadata, self, &sha256, image, overlay);
	id = hwc_test_try(self->ctx, HWC_FULL, self->holder, HWC_IMAGES "full.bit", NULL);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
	end(_metadata, self, id);
	want.image = NULL;
	want.overlay = NULL;
	want.image_digest = image;
	want.overlay_digest = overlay;
	EXPECT_EQ(-ENOENT, submit(self, &want, &grant));
}

/* A whole device in which a region was programmed is not what was loaded. */
TEST_F(warm, region_inside_makes_the_one_around_another)
{
	static const struct want full = {
		.resource = HWC_FULL,
		.image = HWC_IMAGES "full.bit",
		.flags = KEEP,
	};
	uint8_t image[HWCONTAINER_DIGEST_LEN];
	struct want again = full;
	struct hwc_grant grant;
	long loads;
	int id;

	warm_up(_metadata, self, &full, image, NULL);
	id = hwc_test_try(self->ctx, HWC_PR0, self->holder, sha256.image, sha256.overlay);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	end(_metadata, self, id);
	loads = hwc_test_number(LOADS);
	again.image_digest = image;
	ASSERT_EQ(0, submit(self, &again, &grant)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_QUEUED, grant.state);
	EXPECT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_EQ(loads + 1, hwc_test_number(LOADS));
}

TEST_HARNESS_MAIN
