// SPDX-License-Identifier: GPL-2.0-or-later
/* Images and signers that are revoked, while what is loaded of them runs, comes or stays. */
#include "trust.h"

#define TOYS "modprobe hwcontainer-toy count=4"
#define LOADS HWC_MGR "loads"
#define KEEP HWCONTAINER_CLAIM_FLAGS_KEEP
#define WARM HWCONTAINER_RESOURCE_STATE_WARM
#define FAILED HWCONTAINER_CLAIM_STATE_FAILED
#define READY HWCONTAINER_CLAIM_STATE_READY
#define SLOT4 HWC_FULL "/fpga-PR4"

/**
 * struct revoke - two namespaces, in web/a and in other, where alice and bob are trusted
 * @ctx: of the host
 * @a: the one in web/a
 * @b: the one in other
 * @keyring: number of the keyring
 * @alice: number of her key
 */
FIXTURE(revoke)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a, b;
	int keyring;
	int alice;
};

FIXTURE_SETUP(revoke)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_run(TOYS));
	self->keyring = hwc_test_keyring();
	self->alice = hwc_test_add_key("alice", self->keyring);
	ASSERT_LT(0, self->alice);
	ASSERT_LT(0, hwc_test_add_key("bob", self->keyring));
	ASSERT_EQ(0, hwc_test_domain_new(&self->a));
	ASSERT_EQ(0, hwc_test_domain_new(&self->b));
	ASSERT_EQ(0, hwc_test_group_new("web"));
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_new("other"));
	ASSERT_EQ(0, hwc_test_group_attach("web/a", &self->a));
	ASSERT_EQ(0, hwc_test_group_attach("other", &self->b));
	ASSERT_EQ(0, hwc_test_list("web", hwc_test_signer("alice"), hwc_test_signer("bob")));
}

FIXTURE_TEARDOWN(revoke)
{
	hwc_test_write(HWC_TOY "reset", "1");
	hwc_test_write(HWC_SIM "reset", "1");
	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	EXPECT_EQ(0, hwc_test_group_wait_remove("web/a"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("web"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("other"));
	hwc_test_cool_down(_metadata, self->ctx, HWC_PR0, HWC_IMAGES "none-pr0.bit");
	hwc_test_cool_down(_metadata, self->ctx, HWC_FULL, HWC_IMAGES "full.bit");
	EXPECT_EQ(0, hwc_test_keyctl(KEYCTL_CLEAR, self->keyring, 0, 0, 0));
	EXPECT_EQ(0, hwc_test_unload_toys());
	hwc_ctx_free(self->ctx);
}

static int take_back(const char *group, const char *what)
{
	return hwc_test_group_write(group, "revoke", what);
}

/* The claim has failed for this reason, and says so. */
static bool is_revoked(struct hwc_ctx *ctx, int id, const char *group, const char *what)
{
	struct hwc_claim *claim;
	char says[300];
	bool ret;

	snprintf(says, sizeof(says), "group %s has revoked %s", group, what);
	if (hwc_claim_get(ctx, id, &claim))
		return false;
	ret = hwc_claim_state(claim) == FAILED && hwc_claim_error(claim) == EKEYREVOKED &&
	      !strcmp(hwc_claim_message(claim), says);
	if (!ret)
		printf("# state %d, error %u, \"%s\"\n", hwc_claim_state(claim),
		       hwc_claim_error(claim), hwc_claim_message(claim));
	hwc_claim_free(claim);
	return ret;
}

/* Until what is done in a worker has been done so often. */
static int wait_number(const char *path, long number)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	while (hwc_test_number(path) != number && hwc_test_ms() < end)
		usleep(2000);
	return hwc_test_number(path);
}

#define TOY(n) .resource = "toy" #n, .image = "one"

TEST_F(revoke, an_image_that_runs)
{
	const char *one = hwc_test_listed("one");
	int in_a, in_b;

	ASSERT_EQ(0, hwc_test_list("web", "any", NULL));
	in_a = hwc_test_claim_in(&self->a, TOY(0));
	in_b = hwc_test_claim_in(&self->b, TOY(1));
	ASSERT_LT(0, in_a);
	ASSERT_LT(0, in_b);
	ASSERT_EQ(0, take_back("web", one));
	EXPECT_TRUE(is_revoked(self->ctx, in_a, "web", one));
	EXPECT_EQ(1, wait_number(HWC_TOY "released", 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
	/* elsewhere, nothing was revoked */
	EXPECT_EQ(READY, hwc_test_claim_state(self->ctx, in_b));
	EXPECT_EQ(0, hwc_test_end(self->ctx, in_b));
	EXPECT_EQ(0, hwc_test_end(self->ctx, in_a));

	/* the list still says any */
	EXPECT_EQ(-EKEYREVOKED,
		  hwc_test_claim_in(&self->a, TOY(0), .says = "group web has revoked the image"));
	EXPECT_LT(0, hwc_test_claim_in(&self->a, .resource = "toy0", .image = "two"));
}

/* Asked for by its digest, it is refused before anything is read. */
TEST_F(revoke, a_digest_that_is_asked_for)
{
	uint8_t digest[HWCONTAINER_DIGEST_LEN];

	ASSERT_EQ(0, hwc_test_digest(self->ctx, "one", digest));
	ASSERT_EQ(0, take_back("web/a", hwc_test_listed("one")));
	EXPECT_EQ(-EKEYREVOKED, hwc_test_claim_in(&self->a, TOY(0), .by = "alice", .wants = digest,
						  .says = "group a has revoked that image"));
}

TEST_F(revoke, a_signer)
{
	const char *alice = hwc_test_signer("alice");
	int of_alice, of_bob;

	of_alice = hwc_test_claim_in(&self->a, TOY(0), .by = "alice");
	of_bob = hwc_test_claim_in(&self->a, TOY(1), .by = "bob");
	ASSERT_LT(0, of_alice);
	ASSERT_LT(0, of_bob);
	ASSERT_EQ(0, take_back("web", alice));
	EXPECT_TRUE(is_revoked(self->ctx, of_alice, "web", alice));
	EXPECT_EQ(READY, hwc_test_claim_state(self->ctx, of_bob));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
	EXPECT_EQ(-EKEYREVOKED,
		  hwc_test_claim_in(&self->a, TOY(2), .by = "alice",
				    .says = "group web has revoked the image sha256:"));
	EXPECT_LT(0, hwc_test_claim_in(&self->a, TOY(2), .by = "bob"));

	/* a new list does not take it back */
	ASSERT_EQ(0, hwc_test_list("web", alice, "any"));
	EXPECT_EQ(-EKEYREVOKED, hwc_test_claim_in(&self->a, TOY(0), .by = "alice"));
	ASSERT_EQ(0, hwc_test_group_write("web", "revoke", hwc_test_signer("bob")));
	EXPECT_TRUE(is_revoked(self->ctx, of_bob, "web", hwc_test_signer("bob")));
}

TEST_F(revoke, is_kept_until_it_is_taken_back)
{
	char text[300];

	EXPECT_STREQ("", hwc_test_group_read("web", "revoke"));
	EXPECT_EQ(-EINVAL, take_back("web", "any"));
	EXPECT_EQ(-EINVAL, take_back("web", "sha256:12"));
	EXPECT_EQ(-EINVAL, take_back("web", "\n"));
	snprintf(text, sizeof(text), "%s toy0", hwc_test_signer("alice"));
	EXPECT_EQ(-EINVAL, take_back("web", text));
	snprintf(text, sizeof(text), "-%s", hwc_test_signer("alice"));
	EXPECT_EQ(-ENOENT, take_back("web", text));
	ASSERT_EQ(0, take_back("web", hwc_test_signer("alice")));
	ASSERT_EQ(0, take_back("web", hwc_test_listed("one")));
	ASSERT_EQ(0, take_back("web", text + 1));
	snprintf(text, sizeof(text), "%s\n%s\n", hwc_test_signer("alice"), hwc_test_listed("one"));
	EXPECT_STREQ(text, hwc_test_group_read("web", "revoke"));
	EXPECT_EQ(-EKEYREVOKED, hwc_test_claim_in(&self->a, TOY(0), .by = "bob"));
	snprintf(text, sizeof(text), "-%s\n", hwc_test_listed("one"));
	ASSERT_EQ(0, take_back("web", text));
	EXPECT_LT(0, hwc_test_claim_in(&self->a, TOY(0), .by = "bob"));
	EXPECT_EQ(-EKEYREVOKED, hwc_test_claim_in(&self->a, TOY(1), .by = "alice"));
}

TEST_F(revoke, holds_as_much_as_one_page)
{
	char line[100];
	int i, ret = 0;

	for (i = 0; !ret && i < 100; i++) {
		snprintf(line, sizeof(line), "sha256:%064d", i);
		ret = take_back("web", line);
	}
	EXPECT_EQ(-E2BIG, ret);
	EXPECT_EQ(57, i);
	EXPECT_EQ(56 * 72, strlen(hwc_test_group_read("web", "revoke")));
}

/* What is being done runs on; the claim does not wait for it. */
TEST_F(revoke, an_image_that_is_being_configured)
{
	static const char *const stalls[] = { HWC_TOY "stall_configure_ms",
					      HWC_TOY "stall_settle_ms" };
	const char *alice = hwc_test_signer("alice");
	char back[200];
	int64_t start;
	size_t i;
	int id;

	snprintf(back, sizeof(back), "-%s", alice);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, hwc_test_set(stalls[i], 1000));
		id = hwc_test_claim_in(&self->a, TOY(0), .by = "alice", .no_wait = true);
		ASSERT_LT(0, id);
		ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_PREPARING));
		start = hwc_test_ms();
		ASSERT_EQ(0, take_back("web", alice));
		EXPECT_TRUE(is_revoked(self->ctx, id, "web", alice));
		EXPECT_GT(500 * hwc_test_slow(), hwc_test_ms() - start);
		EXPECT_EQ(i + 1, wait_number(HWC_TOY "released", i + 1));
		EXPECT_EQ(i + 1, hwc_test_number(HWC_TOY "configured"));
		EXPECT_TRUE(is_revoked(self->ctx, id, "web", alice));
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
		EXPECT_EQ(0, hwc_test_end(self->ctx, id));
		ASSERT_EQ(0, take_back("web", back));
		ASSERT_EQ(0, hwc_test_set(stalls[i], 0));
	}
}

/* Behind one that is still leaving. */
TEST_F(revoke, an_image_that_waits_for_its_turn)
{
	const char *alice = hwc_test_signer("alice");
	int first, id;

	ASSERT_EQ(0, hwc_test_set(HWC_TOY "stall_configure_ms", 1000));
	first = hwc_test_claim_in(&self->a, TOY(0), .by = "bob", .no_wait = true);
	ASSERT_LT(0, first);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, first, HWCONTAINER_CLAIM_STATE_PREPARING));
	ASSERT_EQ(0, hwc_test_end(self->ctx, first));
	id = hwc_test_claim_in(&self->a, TOY(0), .by = "alice", .no_wait = true);
	ASSERT_LT(0, id);
	while (!*hwc_test_signed_by(self->ctx, id, false))
		usleep(1000);
	ASSERT_EQ(0, take_back("web", alice));
	EXPECT_TRUE(is_revoked(self->ctx, id, "web", alice));
	EXPECT_EQ(1, wait_number(HWC_TOY "released", 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
	EXPECT_EQ(1, hwc_test_number(HWC_TOY "configured"));
}

/* The real path: a bitstream and an overlay, each with its signature. */
static const char *image(void)
{
	return hwc_test_takes_bitstreams() ? "sha256-pr0.bit" : "sha256-pr0.pdi";
}

#define PR0 .resource = HWC_PR0, .image = image(), .overlay = "sha256-pr0.dtbo"
#define SIGNED PR0, .by = "alice", .overlay_by = "alice"

TEST_F(revoke, a_region_with_what_it_has)
{
	const char *bob = hwc_test_signer("bob");
	long loads = hwc_test_number(LOADS);
	int id;

	EXPECT_EQ(-EPERM, hwc_test_claim_in(&self->a, PR0, .by = "alice",
					    .says = "group web does not list the overlay sha256:"));
	EXPECT_EQ(-EPERM, hwc_test_claim_in(&self->a, PR0, .overlay_by = "alice",
					    .says = "group web does not list the image sha256:"));
	EXPECT_EQ(-EKEYREJECTED,
		  hwc_test_claim_in(&self->a, PR0, .by = "alice", .overlay_by = "@one.alice",
				    .says = "the signature is not one of this overlay"));
	EXPECT_EQ(loads, hwc_test_number(LOADS));

	id = hwc_test_claim_in(&self->a, PR0, .by = "alice", .overlay_by = "bob");
	ASSERT_LT(0, id);
	EXPECT_STREQ(hwc_test_signer("alice"), hwc_test_signed_by(self->ctx, id, false));
	EXPECT_STREQ(bob, hwc_test_signed_by(self->ctx, id, true));
	EXPECT_TRUE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
	ASSERT_EQ(0, take_back("web", bob));
	EXPECT_TRUE(is_revoked(self->ctx, id, "web", bob));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
}

static void warm_up(struct __test_metadata *_metadata, FIXTURE_DATA(revoke) * self,
		    uint8_t digest[2][HWCONTAINER_DIGEST_LEN])
{
	int id;

	ASSERT_EQ(0, hwc_test_digest(self->ctx, image(), digest[0]));
	ASSERT_EQ(0, hwc_test_digest(self->ctx, "sha256-pr0.dtbo", digest[1]));
	id = hwc_test_claim_in(&self->a, SIGNED, .flags = KEEP);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));
}

#define BY_DIGEST .resource = HWC_PR0, .wants = digest[0], .overlay_wants = digest[1], .flags = KEEP
#define SIGNED_BY_DIGEST SIGNED, .wants = digest[0], .overlay_wants = digest[1], .flags = KEEP

/* The bytes are not there to be verified, but they are those that were. */
TEST_F(revoke, who_signed_what_stays_loaded_is_known)
{
	uint8_t digest[2][HWCONTAINER_DIGEST_LEN];
	long loads;
	int id;

	warm_up(_metadata, self, digest);
	loads = hwc_test_number(LOADS);
	id = hwc_test_claim_in(&self->a, BY_DIGEST);
	ASSERT_LT(0, id);
	EXPECT_STREQ(hwc_test_signer("alice"), hwc_test_signed_by(self->ctx, id, false));
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	id = hwc_test_claim_in(&self->a, SIGNED_BY_DIGEST);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	EXPECT_EQ(loads, hwc_test_number(LOADS));

	/* once more, when the list has another one */
	ASSERT_EQ(0, hwc_test_list("web", hwc_test_signer("bob"), NULL));
	EXPECT_EQ(-EPERM, hwc_test_claim_in(&self->a, BY_DIGEST,
					    .says = "group web does not list that image"));
	EXPECT_EQ(-EPERM, hwc_test_claim_in(&self->a, SIGNED_BY_DIGEST));
	ASSERT_EQ(0, hwc_test_list("web", hwc_test_signer("alice"), NULL));
	/* and when the key is not trusted any more */
	ASSERT_EQ(0, hwc_test_keyctl(KEYCTL_UNLINK, self->alice, self->keyring, 0, 0));
	EXPECT_EQ(-EPERM, hwc_test_claim_in(&self->a, BY_DIGEST));
	EXPECT_EQ(-EPERM, hwc_test_claim_in(&self->a, SIGNED_BY_DIGEST));
	EXPECT_EQ(loads, hwc_test_number(LOADS));
}

/* Loaded without a signature, an image is loaded again by who has one. */
TEST_F(revoke, what_was_not_signed_is_not_taken_as_it_is)
{
	uint8_t digest[2][HWCONTAINER_DIGEST_LEN];
	long loads;
	int id;

	ASSERT_EQ(0, hwc_test_list("web", "any", NULL));
	ASSERT_EQ(0, hwc_test_digest(self->ctx, image(), digest[0]));
	ASSERT_EQ(0, hwc_test_digest(self->ctx, "sha256-pr0.dtbo", digest[1]));
	id = hwc_test_claim_in(&self->a, PR0, .flags = KEEP);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));
	loads = hwc_test_number(LOADS);
	ASSERT_EQ(0, hwc_test_list("web", hwc_test_signer("alice"), NULL));
	EXPECT_EQ(-EPERM, hwc_test_claim_in(&self->a, BY_DIGEST));
	id = hwc_test_claim_in(&self->a, SIGNED_BY_DIGEST);
	ASSERT_LT(0, id);
	EXPECT_STREQ(hwc_test_signer("alice"), hwc_test_signed_by(self->ctx, id, false));
	EXPECT_EQ(loads + 1, hwc_test_number(LOADS));
}

TEST_F(revoke, an_image_that_nobody_has)
{
	uint8_t digest[2][HWCONTAINER_DIGEST_LEN];
	char listed[80];

	warm_up(_metadata, self, digest);
	snprintf(listed, sizeof(listed), "%s", hwc_test_listed(image()));
	/* by whom it was loaded does not matter */
	ASSERT_EQ(0, take_back("other", hwc_test_signer("bob")));
	EXPECT_EQ(WARM, hwc_test_state(self->ctx, HWC_PR0));
	ASSERT_EQ(0, take_back("other", listed));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));

	warm_up(_metadata, self, digest);
	ASSERT_EQ(0, take_back("web/a", hwc_test_signer("alice")));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(-EKEYREVOKED, hwc_test_claim_in(&self->a, SIGNED_BY_DIGEST));
}

/* A claim that would have replaced what is warm ends before the worker comes to it. */
static void nearly_replace(struct __test_metadata *_metadata, FIXTURE_DATA(revoke) * self)
{
	int other = hwc_test_open(HWC_IMAGES "sha256-pr1.bit"), id;
	struct hwc_grant first;

	if (hwc_test_board())
		hwc_test_keep_workers_on_last_cpu();
	ASSERT_EQ(0, hwc_test_set(HWC_MGR "hang", 1));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, HWC_PR1, -1, other, -1, 0, &first));
	close(other);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, first.id, HWCONTAINER_CLAIM_STATE_PREPARING));
	/* without digests, the same files are to be loaded again */
	id = hwc_test_claim_in(&self->a, SIGNED, .no_wait = true);
	ASSERT_LT(0, id);
	while (!*hwc_test_signed_by(self->ctx, id, true))
		usleep(1000);
	/* long enough to be examined, and to be the next */
	usleep(200000 * hwc_test_slow());
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	ASSERT_EQ(0, hwc_test_set(HWC_MGR "hang", 0));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, first.id, HWCONTAINER_CLAIM_STATE_READY));
	EXPECT_EQ(0, hwc_test_end(self->ctx, first.id));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR1));
	EXPECT_EQ(WARM, hwc_test_state(self->ctx, HWC_PR0));
}

TEST_F(revoke, an_image_that_was_nearly_replaced)
{
	uint8_t digest[2][HWCONTAINER_DIGEST_LEN];
	struct hwc_claim *claim;
	int id;

	warm_up(_metadata, self, digest);
	nearly_replace(_metadata, self);
	/* whoever takes it as it is gets its devices, and who signed it is known */
	id = hwc_test_claim_in(&self->a, BY_DIGEST);
	ASSERT_LT(0, id);
	EXPECT_STREQ(hwc_test_signer("alice"), hwc_test_signed_by(self->ctx, id, false));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	EXPECT_EQ(1, hwc_claim_devices(claim));
	hwc_claim_free(claim);
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));

	nearly_replace(_metadata, self);
	ASSERT_EQ(0, take_back("other", hwc_test_listed(image())));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));
}

/* It was taken as it was; it goes all the same, and does not stay again. */
TEST_F(revoke, an_image_that_was_taken_as_it_is)
{
	uint8_t digest[2][HWCONTAINER_DIGEST_LEN];
	int id;

	warm_up(_metadata, self, digest);
	id = hwc_test_claim_in(&self->a, BY_DIGEST);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, take_back("web", hwc_test_signer("alice")));
	EXPECT_TRUE(is_revoked(self->ctx, id, "web", hwc_test_signer("alice")));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
}

/* A file that is not below HWC_TRUST, for a claim. */
static const char *elsewhere(const char *file)
{
	static char path[2][300];
	static int n;

	n = !n;
	snprintf(path[n], sizeof(path[n]), "..%s", hwc_test_file(file) + strlen("/hwc"));
	return path[n];
}

/* Who only tries whether he could have a slot keeps the shell loaded no longer than that. */
TEST_F(revoke, a_dry_run_on_a_slot)
{
	const char *tried = elsewhere(HWC_IMAGES "sha256-pr4.bit");
	int shell, slot;

	ASSERT_EQ(0, hwc_test_list("web", "any", NULL));
	shell = hwc_test_claim_in(&self->b, .resource = HWC_FULL,
				  .image = elsewhere(HWC_IMAGES "full.bit"),
				  .overlay = "../dtbo/shell.dtbo");
	ASSERT_LT(0, shell);
	slot = hwc_test_claim_in(&self->a, .resource = SLOT4, .image = tried,
				 .overlay = "../dtbo/shell-sha256-pr4.dtbo",
				 .flags = HWCONTAINER_CLAIM_FLAGS_DRY_RUN);
	ASSERT_LT(0, slot);
	ASSERT_EQ(0, hwc_test_end(self->ctx, shell));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, shell, -ENOENT));
	EXPECT_EQ(WARM, hwc_test_state(self->ctx, HWC_FULL));
	ASSERT_EQ(0, take_back("web", hwc_test_listed(tried)));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, SLOT4));
}

/* Who has a slot of a shell has what the shell is: he would keep it loaded. */
TEST_F(revoke, a_shell_with_a_claimed_slot)
{
	const char *full = elsewhere(HWC_IMAGES "full.bit");
	int shell, slot;

	ASSERT_EQ(0, hwc_test_list("web", "any", NULL));
	shell = hwc_test_claim_in(&self->a, .resource = HWC_FULL, .image = full,
				  .overlay = "../dtbo/shell.dtbo");
	ASSERT_LT(0, shell);
	slot = hwc_test_claim_in(&self->b, .resource = SLOT4,
				 .image = elsewhere(HWC_IMAGES "sha256-pr4.bit"),
				 .overlay = "../dtbo/shell-sha256-pr4.dtbo");
	ASSERT_LT(0, slot);
	ASSERT_EQ(0, take_back("web", hwc_test_listed(full)));
	EXPECT_TRUE(is_revoked(self->ctx, shell, "web", hwc_test_listed(full)));
	/* it fails, and ends when the slot is gone */
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, slot, -ENOENT));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, SLOT4));
}

TEST_HARNESS_MAIN
