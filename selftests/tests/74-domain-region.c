// SPDX-License-Identifier: GPL-2.0-or-later
/* Regions between domains: what one of them loaded is nothing to the others. */
#include "domain.h"

#define LOADS HWC_MGR "loads"
#define KEEP HWCONTAINER_CLAIM_FLAGS_KEEP
#define DRY_RUN HWCONTAINER_CLAIM_FLAGS_DRY_RUN
#define WARM HWCONTAINER_RESOURCE_STATE_WARM
#define SLOT4 HWC_FULL "/fpga-PR4"
#define CONTAINER "0123456789abcdef"

FIXTURE(region)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a, b;
};

FIXTURE_SETUP(region)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_domain_new(&self->a));
	ASSERT_EQ(0, hwc_test_domain_new(&self->b));
}

FIXTURE_TEARDOWN(region)
{
	hwc_test_write(HWC_SIM "reset", "1");
	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	hwc_test_cool_down(_metadata, self->ctx, HWC_PR0, HWC_IMAGES "none-pr0.bit");
	hwc_test_cool_down(_metadata, self->ctx, HWC_FULL, HWC_IMAGES "full.bit");
	hwc_ctx_free(self->ctx);
}

/**
 * struct want - what is asked for in a domain
 * @resource: which
 * @image: file
 * @overlay: file
 * @by_digest: with the digests of both
 * @without_files: with nothing else
 * @flags: of the claim
 * @persists: nobody holds it
 */
struct want {
	const char *resource;
	const char *image;
	const char *overlay;
	bool by_digest;
	bool without_files;
	uint32_t flags;
	bool persists;
};

#define SHA256                                                     \
	.resource = HWC_PR0, .image = HWC_IMAGES "sha256-pr0.bit", \
	.overlay = HWC_DTBO "sha256-pr0.dtbo"

static int digests_of(struct hwc_ctx *ctx, const struct want *want, uint8_t digest[2][32])
{
	struct hwc_overlay *overlay;
	struct hwc_image *image;
	int ret = hwc_image_open(ctx, hwc_test_file(want->image), &image);

	if (ret)
		return ret;
	memcpy(digest[0], hwc_image_digest(image), 32);
	hwc_image_free(image);
	ret = hwc_overlay_open(ctx, want->overlay, NULL, &overlay);
	if (ret)
		return ret;
	memcpy(digest[1], hwc_overlay_digest(overlay), 32);
	hwc_overlay_free(overlay);
	return 0;
}

static int submit(struct hwc_ctx *ctx, const struct want *want, int holder, struct hwc_grant *grant)
{
	int image = want->without_files ? -1 : hwc_test_open(want->image);
	int overlay = want->without_files ? -1 : hwc_test_open(want->overlay);
	uint8_t digest[2][32];
	struct hwc_request *req;
	int ret = want->by_digest ? digests_of(ctx, want, digest) : 0;

	if (ret)
		return ret;
	ret = hwc_request_new(ctx, &req);
	if (ret)
		return ret;
	if (!want->persists)
		hwc_request_holder_file(req, holder);
	hwc_request_flags(req, want->flags);
	hwc_request_container(req, CONTAINER);
	ret = hwc_request_add(req, want->resource, image, overlay,
			      want->by_digest ? digest[0] : NULL,
			      want->by_digest ? digest[1] : NULL);
	if (!ret)
		ret = hwc_request_submit(req, grant);
	hwc_request_free(req);
	close(image);
	close(overlay);
	return ret;
}

/* Claims and waits until that is ready: 1 when it was at once, 0 when it came to be; -errno. */
static int claim(const void *data)
{
	const struct want *want = data;
	struct hwc_grant grant;
	struct hwc_ctx *ctx;
	int file, ret;

	if (hwc_ctx_new(&ctx))
		return 9;
	file = hwc_holder_open(ctx);
	ret = submit(ctx, want, file, &grant);
	if (!ret && grant.state == HWCONTAINER_CLAIM_STATE_READY)
		return 1;
	if (!ret)
		ret = hwc_claim_wait(ctx, file, grant.id, HWC_TEST_WAIT_MS);
	if (ret)
		printf("# %s\n", hwc_ctx_error(ctx));
	close(file);
	hwc_ctx_free(ctx);
	return ret;
}

#define claim_in(domain, ...) \
	hwc_test_domain_run(domain, claim, &(const struct want){ __VA_ARGS__ })

/* Its holder is the process that claimed, so the claim is over soon. */
#define warm_up_in(domain)                                                   \
	do {                                                                 \
		ASSERT_EQ(0, claim_in(domain, SHA256, .flags = KEEP));       \
		ASSERT_EQ(0, hwc_test_wait_no_claims(self->ctx));            \
		ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM)); \
	} while (0)

/* What one domain kept has open files and mappings of its own. */
TEST_F(region, is_programmed_again_for_another_domain)
{
	long loads;

	warm_up_in(&self->a);
	loads = hwc_test_number(LOADS);
	/* for itself it is warm */
	EXPECT_EQ(1, claim_in(&self->a, SHA256, .by_digest = true, .flags = KEEP));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));
	EXPECT_EQ(1, claim_in(&self->a, SHA256, .by_digest = true, .without_files = true,
			      .flags = KEEP));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));
	EXPECT_EQ(loads, hwc_test_number(LOADS));
	/* not for others, the host among them */
	EXPECT_EQ(-ENOENT, claim_in(&self->b, SHA256, .by_digest = true, .without_files = true));
	EXPECT_EQ(0, claim_in(&self->b, SHA256, .by_digest = true, .flags = KEEP));
	EXPECT_EQ(loads + 1, hwc_test_number(LOADS));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));
	EXPECT_EQ(0, claim_in(&self->a, SHA256, .by_digest = true, .flags = KEEP));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));
	EXPECT_EQ(0, claim(&(const struct want){ SHA256, .by_digest = true, .flags = KEEP }));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));
	EXPECT_EQ(loads + 3, hwc_test_number(LOADS));
	EXPECT_EQ(0, claim_in(&self->a, SHA256, .by_digest = true));
	EXPECT_EQ(loads + 4, hwc_test_number(LOADS));
}

/* A namespace that comes later is another one, wherever its memory is. */
TEST_F(region, is_programmed_again_for_the_next_domain)
{
	int i;

	for (i = 0; i < 3; i++) {
		warm_up_in(&self->a);
		hwc_test_domain_end(&self->a);
		ASSERT_EQ(0, hwc_test_domain_new(&self->a));
		EXPECT_EQ(-ENOENT,
			  claim_in(&self->a, SHA256, .by_digest = true, .without_files = true));
	}
}

/* The claim on the region is of @domain from now on, and ends. */
static void hand_over_and_end(struct __test_metadata *_metadata, struct hwc_ctx *ctx,
			      const struct hwc_test_domain *domain)
{
	int pidfd = hwc_test_pidfd(domain->pid);
	struct hwc_resource *res;
	uint32_t id;

	ASSERT_EQ(0, hwc_resource_get(ctx, HWC_PR0, &res));
	id = hwc_resource_claim_id(res);
	hwc_resource_free(res);
	ASSERT_EQ(0, hwc_claim_handover(ctx, &id, 1, pidfd)) TH_LOG("%s", hwc_ctx_error(ctx));
	close(pidfd);
	ASSERT_EQ(0, hwc_claim_delete(ctx, &id, 1));
	ASSERT_EQ(0, hwc_test_wait_no_claims(ctx));
}

/* Who had it last may reach it still; the host's share what they keep. */
TEST_F(region, is_not_kept_where_two_containers_had_it)
{
	static const struct want keep = { SHA256, .by_digest = true, .flags = KEEP,
					  .persists = true };

	ASSERT_EQ(0, hwc_test_domain_run(&self->a, claim, &keep));
	hand_over_and_end(_metadata, self->ctx, &self->b);
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, HWC_PR0));
	EXPECT_EQ(-ENOENT, claim_in(&self->a, SHA256, .by_digest = true, .without_files = true));
	/* what is loaded anew is kept */
	warm_up_in(&self->a);

	ASSERT_EQ(0, claim(&keep));
	hand_over_and_end(_metadata, self->ctx, &self->b);
	EXPECT_EQ(WARM, hwc_test_state(self->ctx, HWC_PR0));
}

/* What hwc_resource_get() says of what is loaded: 2 for an image, 1 for who has it. */
static int look(struct hwc_ctx *ctx, const char *resource)
{
	struct hwc_resource *res;
	int ret = hwc_resource_get(ctx, resource, &res);

	if (ret)
		return ret;
	ret = (hwc_resource_image_digest(res) || hwc_resource_overlay_digest(res) ? 2 : 0) +
	      (hwc_resource_claim_id(res) ? 1 : 0);
	hwc_resource_free(res);
	return ret;
}

/* Claims, and looks while that is not ready or loads nothing. */
static int claim_and_look(const void *data)
{
	const struct want *want = data;
	struct hwc_grant grant;
	struct hwc_ctx *ctx;
	int early, late, ret;

	if (hwc_ctx_new(&ctx))
		return -1;
	ret = submit(ctx, want, hwc_holder_open(ctx), &grant);
	if (ret)
		return ret;
	early = look(ctx, want->resource);
	ret = hwc_claim_wait(ctx, hwc_holder_open(ctx), grant.id, HWC_TEST_WAIT_MS);
	late = look(ctx, want->resource);
	return ret ? ret : 10 * early + late;
}

#define look_in(domain, ...) \
	hwc_test_domain_run(domain, claim_and_look, &(const struct want){ __VA_ARGS__ })

/* Who claims a region does not hear what was loaded before, whatever he does with it. */
TEST_F(region, does_not_say_what_others_loaded)
{
	warm_up_in(&self->a);
	EXPECT_EQ(2, look(self->ctx, HWC_PR0));
	EXPECT_EQ(11, look_in(&self->b, SHA256, .flags = DRY_RUN));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));
	EXPECT_EQ(2, look(self->ctx, HWC_PR0));
	/* his own he sees, when it is there */
	EXPECT_EQ(13, look_in(&self->b, SHA256, .by_digest = true));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->ctx));
}

/* Refused because of what has the slot of a shell: 0, -errno, or 1 when it names anybody. */
static int refused_for_a_slot(const void *data)
{
	struct hwc_grant grant;
	struct hwc_ctx *ctx;
	int ret;

	if (hwc_ctx_new(&ctx))
		return 9;
	ret = submit(ctx, data, hwc_holder_open(ctx), &grant);
	if (ret == -EBUSY && strcmp(hwc_ctx_error(ctx), SLOT4 " inside it is claimed")) {
		printf("# %s\n", hwc_ctx_error(ctx));
		fflush(stdout);
		return 1;
	}
	return ret;
}

TEST_F(region, does_not_say_who_has_a_slot_elsewhere)
{
	static const struct want shell = {
		.resource = HWC_FULL,
		.image = HWC_IMAGES "full.bit",
		.overlay = HWC_DTBO "shell.dtbo",
		.persists = true,
	};
	static const struct want slot = {
		.resource = SLOT4,
		.image = HWC_IMAGES "sha256-pr4.bit",
		.overlay = HWC_DTBO "shell-sha256-pr4.dtbo",
		.persists = true,
	};
	struct hwc_resource *res;
	uint32_t id;

	ASSERT_EQ(0, claim(&shell));
	ASSERT_EQ(0, hwc_test_domain_run(&self->a, claim, &slot));
	/* the shell's claim ends, and it stays for its slot */
	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_FULL, &res));
	id = hwc_resource_claim_id(res);
	hwc_resource_free(res);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_FULL, WARM));
	EXPECT_EQ(-EBUSY, hwc_test_domain_run(&self->b, refused_for_a_slot, &shell));
	/* whose it is may know, and the host */
	EXPECT_EQ(1, hwc_test_domain_run(&self->a, refused_for_a_slot, &shell));
	EXPECT_EQ(1, refused_for_a_slot(&shell));
	hwc_test_domain_end(&self->a);
	ASSERT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
}

TEST_HARNESS_MAIN
