// SPDX-License-Identifier: GPL-2.0-or-later
/* Containers whose image brings signatures: hwcontainer-runtime passes them on. */
#include "trust.h"

#define BUNDLE "/tmp/signed"
#define BOOT BUNDLE "/rootfs/boot/"
#define POLICY "/etc/hwcontainer/policy.json"

FIXTURE(runtime)
{
	struct hwc_ctx *ctx;
	int keyring;
};

FIXTURE_SETUP(runtime)
{
	if (!hwc_test_takes_bitstreams())
		SKIP(return, "the demonstration's image has a bitstream");
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->keyring = hwc_test_keyring();
	ASSERT_LT(0, hwc_test_add_key("alice", self->keyring));
	ASSERT_EQ(0, hwc_test_run("rm -rf " BUNDLE " && cp -a /hwc/demo/bundle " BUNDLE));
	ASSERT_EQ(0, hwc_test_run("hwctl policy allow all >/dev/null"));
	ASSERT_EQ(0, hwc_test_run("cp " HWC_TRUST "sha256-pr0.bit.alice " BOOT "sha256.bit.p7s"));
	ASSERT_EQ(0, hwc_test_run("cp " HWC_TRUST "sha256-pr0.dtbo.bob " BOOT "sha256.dtbo.p7s"));
}

FIXTURE_TEARDOWN(runtime)
{
	if (!self->ctx)
		return;
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(0, hwc_test_keyctl(KEYCTL_CLEAR, self->keyring, 0, 0, 0));
	hwc_test_run("rm -rf " BUNDLE " " POLICY);
	hwc_ctx_free(self->ctx);
}

/* Number of the claim that a container has, when it is ready; or -errno. */
static int wait_claim(struct hwc_ctx *ctx)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	struct hwc_resource *res;
	uint32_t id = 0;

	while (hwc_test_ms() < end) {
		if (!hwc_resource_get(ctx, HWC_PR0, &res)) {
			id = hwc_resource_claim_id(res);
			hwc_resource_free(res);
		}
		if (id && hwc_test_claim_state(ctx, id) == HWCONTAINER_CLAIM_STATE_READY)
			return id;
		usleep(2000);
	}
	return -ETIMEDOUT;
}

/* As it is shown to people, with a blank between what it is and who it is. */
static int shows_signer(int id, const char *signer)
{
	char command[320];

	snprintf(command, sizeof(command), "hwctl claim show %d | grep -q '^signer  *%s$'", id,
		 signer);
	return hwc_test_run(command);
}

/* alice is known, and bob is not. */
TEST_F(runtime, brings_what_is_beside_the_files)
{
	FILE *container = popen(
		"hwcontainer-runtime run --bundle " BUNDLE " signed >/tmp/signed.out 2>&1", "w");
	int id = wait_claim(self->ctx);

	ASSERT_NE(NULL, container);
	EXPECT_LT(0, id) TH_LOG("%s", hwc_test_read("/tmp/signed.out"));
	EXPECT_STREQ(hwc_test_signer("alice"), hwc_test_signed_by(self->ctx, id, false));
	EXPECT_STREQ("", hwc_test_signed_by(self->ctx, id, true));
	EXPECT_EQ(0, shows_signer(id, hwc_test_signer("alice")));
	fputs("a text", container);
	EXPECT_EQ(0, pclose(container)) TH_LOG("%s", hwc_test_read("/tmp/signed.out"));
}

TEST_F(runtime, does_not_start_what_somebody_else_has_signed)
{
	ASSERT_EQ(0, hwc_test_run("cp " HWC_TRUST "one.alice " BOOT "sha256.bit.p7s"));
	EXPECT_EQ(1, hwc_test_run("hwcontainer-runtime run --bundle " BUNDLE
				  " signed </dev/null >/tmp/signed.out 2>&1"));
	EXPECT_NE(NULL, strstr(hwc_test_read("/tmp/signed.out"),
			       "the signature is not one of this image"))
	TH_LOG("%s", hwc_test_read("/tmp/signed.out"));
}

/* A link is the container's, and what it names is as large as a signature may be. */
TEST_F(runtime, opens_signatures_as_any_file_of_the_container)
{
	ASSERT_EQ(0, hwc_test_run("ln -sf /../../hwc/trust/one.alice " BOOT "sha256.bit.p7s"));
	EXPECT_EQ(1, hwc_test_run("hwcontainer-runtime run --bundle " BUNDLE
				  " signed </dev/null >/tmp/signed.out 2>&1"));
	ASSERT_EQ(0, hwc_test_run("rm " BOOT "sha256.bit.p7s && cp " HWC_IMAGES
				  "sha256-pr0.bit " BOOT "sha256.bit.p7s"));
	EXPECT_EQ(1, hwc_test_run("hwcontainer-runtime run --bundle " BUNDLE
				  " signed </dev/null >/tmp/signed.out 2>&1"));
	EXPECT_NE(NULL, strstr(hwc_test_read("/tmp/signed.out"), "8192"))
	TH_LOG("%s", hwc_test_read("/tmp/signed.out"));
}

TEST_HARNESS_MAIN
