// SPDX-License-Identifier: GPL-2.0-or-later
/* Functions: lists say what an image computes, and groups count and limit claims by that. */
#include "trust.h"

#define KNOWN_MAX 32

/**
 * struct function - a namespace in web/a, and one in web/b
 * @ctx: of the host
 * @a: the first one
 * @b: the second one
 * @one: digest of the image "one"
 */
FIXTURE(function)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a, b;
	uint8_t one[HWCONTAINER_DIGEST_LEN];
};

FIXTURE_SETUP(function)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy count=4"));
	ASSERT_EQ(0, hwc_test_digest(NULL, "one", self->one));
	hwc_test_two_groups(_metadata, &self->a, &self->b);
}

/* Accounts are at zero; names of functions go with the module only. */
FIXTURE_TEARDOWN(function)
{
	static const char *const groups[] = { "web/a", "web/b", "web" };
	size_t i;

	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		EXPECT_EQ(0, hwc_test_group_wait_remove(groups[i]));
	EXPECT_NE(0, hwc_test_run("grep -v ' 0$' " HWC_GROUPS "current"));
	EXPECT_EQ(0, hwc_test_unload_toys());
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer && modprobe hwcontainer"));
}

/* A line for the image, with the end of it. */
static const char *line(const char *image, const char *end)
{
	static char text[2][160];
	static int n;

	n = !n;
	snprintf(text[n], sizeof(text[n]), "%s %s", hwc_test_listed(image), end);
	return text[n];
}

#define current(group, name) hwc_test_group_number(group, "current", "function:" name)
#define peak(group, name) hwc_test_group_number(group, "peak", "function:" name)

#define ONE .image = "one"

TEST_F(function, is_counted_at_the_request_where_the_digest_is_known)
{
	int id;

	ASSERT_EQ(0, hwc_test_list("web/a", line("one", "function=sha256"), NULL));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "function:sha256 1\n"));
	EXPECT_EQ(1, hwc_test_group_number("web", "max", "function:sha256"));
	EXPECT_EQ(-1, hwc_test_group_number("web/a", "max", "function:sha256"));
	id = hwc_test_claim_in(&self->a, .resource = "toy0", ONE, .wants = self->one);
	ASSERT_LT(0, id);
	EXPECT_EQ(1, current("web/a", "sha256"));
	EXPECT_EQ(1, current("web", "sha256"));
	EXPECT_EQ(1, current("", "sha256"));
	EXPECT_EQ(0, current("web/b", "sha256"));
	EXPECT_EQ(-EDQUOT, hwc_test_claim_in(&self->a, .resource = "toy1", ONE, .no_wait = true,
					     .wants = self->one,
					     .says = "group web has 1 of 1 claims of function "
						     "sha256"));
	EXPECT_EQ(1, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(1, hwc_test_group_number("web", "events", "max"));
	EXPECT_EQ(0, hwc_test_group_number("web/a", "events", "max"));
	EXPECT_EQ(0, hwc_test_end(self->ctx, id));
	EXPECT_EQ(0, current("web", "sha256"));
	EXPECT_EQ(1, peak("web", "sha256"));
	EXPECT_EQ(0, hwc_test_group_write("web", "peak", "\n"));
	EXPECT_EQ(0, peak("web", "sha256"));
}

TEST_F(function, is_counted_after_the_image_was_read)
{
	int id;

	ASSERT_EQ(0, hwc_test_list("web/a", line("one", "function=sha256"), "any"));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "max", "function:sha256 1"));
	id = hwc_test_claim_in(&self->a, .resource = "toy0", ONE);
	ASSERT_LT(0, id);
	EXPECT_EQ(1, current("web", "sha256"));
	EXPECT_EQ(1, peak("web", "sha256"));
	EXPECT_EQ(-EDQUOT, hwc_test_claim_in(&self->a, .resource = "toy1", ONE,
					     .says = "group a has 1 of 1 claims of function "
						     "sha256"));
	/* it was a claim until then, and never reached the hardware */
	EXPECT_EQ(1, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(2, hwc_test_group_number("web", "peak", "toy"));
	EXPECT_EQ(1, peak("web", "sha256"));
	EXPECT_EQ(1, hwc_test_number(HWC_TOY "configured"));
	/* other images are others */
	EXPECT_LT(0, hwc_test_claim_in(&self->a, .resource = "toy2", .image = "two"));
	EXPECT_EQ(1, current("web", "sha256"));
	EXPECT_EQ(0, hwc_test_end(self->ctx, id));
	EXPECT_EQ(0, current("web", "sha256"));
	EXPECT_LT(0, hwc_test_claim_in(&self->a, .resource = "toy1", ONE));
}

TEST_F(function, is_that_of_the_nearest_line_that_names_one)
{
	ASSERT_EQ(0, hwc_test_list("web", line("one", "function=outer"), "any function=rest"));
	ASSERT_EQ(0, hwc_test_list("web/a", line("one", "toy0 function=inner"), "any"));
	EXPECT_LT(0, hwc_test_claim_in(&self->a, .resource = "toy0", ONE));
	EXPECT_EQ(1, current("web", "inner"));
	EXPECT_EQ(0, current("web", "outer"));
	EXPECT_LT(0, hwc_test_claim_in(&self->a, .resource = "toy1", ONE));
	EXPECT_EQ(1, current("web", "inner"));
	EXPECT_EQ(1, current("web", "outer"));
	EXPECT_EQ(0, current("web", "rest"));
	EXPECT_LT(0, hwc_test_claim_in(&self->a, .resource = "toy2", .image = "two"));
	EXPECT_EQ(1, current("web/a", "rest"));
	/* a claim without an image computes nothing */
	EXPECT_LT(0, hwc_test_claim_in(&self->a, .resource = "toy3"));
	EXPECT_EQ(1, current("web/a", "rest"));
	EXPECT_EQ(4, hwc_test_group_number("web", "current", "toy"));
}

TEST_F(function, may_be_what_a_signer_signs)
{
	char signer[200];

	snprintf(signer, sizeof(signer), "%s function=fir", hwc_test_signer("alice"));
	ASSERT_LT(0, hwc_test_add_key("alice", hwc_test_keyring()));
	ASSERT_EQ(0, hwc_test_list("web/a", signer, line("one", "function=sha256")));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "max", "function:fir 1"));
	/* at the request only the digest says something */
	EXPECT_LT(0, hwc_test_claim_in(&self->a, .resource = "toy0", ONE, .by = "alice",
				       .wants = self->one));
	EXPECT_EQ(1, current("web", "fir"));
	EXPECT_EQ(0, current("web", "sha256"));
	EXPECT_EQ(-EDQUOT, hwc_test_claim_in(&self->a, .resource = "toy1", ONE, .by = "alice",
					     .says = "group a has 1 of 1 claims of function fir"));
	EXPECT_LT(0, hwc_test_claim_in(&self->a, .resource = "toy1", ONE));
	EXPECT_EQ(1, current("web", "sha256"));
}

static int give(struct hwc_ctx *ctx, int id, const struct hwc_test_domain *domain)
{
	uint32_t claim = id;
	char path[64];
	int netns, ret;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", domain->pid);
	netns = open(path, O_RDONLY | O_CLOEXEC);
	ret = hwc_claim_handover_netns(ctx, &claim, 1, netns);
	close(netns);
	return ret;
}

TEST_F(function, goes_with_a_handover)
{
	int id;

	ASSERT_EQ(0, hwc_test_list("web", line("one", "function=sha256"), NULL));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "function:sha256 1"));
	ASSERT_EQ(0, hwc_test_group_write("web/b", "max", "function:sha256 0"));
	id = hwc_test_claim_in(&self->a, .resource = "toy0", ONE);
	ASSERT_LT(0, id);
	EXPECT_EQ(-EDQUOT, give(self->ctx, id, &self->b));
	EXPECT_STREQ("group b has 0 of 0 claims of function sha256", hwc_ctx_error(self->ctx));
	EXPECT_EQ(1, current("web/a", "sha256"));
	EXPECT_EQ(0, current("web/b", "sha256"));
	/* web has it already, and is not asked */
	ASSERT_EQ(0, hwc_test_group_write("web/b", "max", "function:sha256 max"));
	EXPECT_EQ(0, give(self->ctx, id, &self->b));
	EXPECT_EQ(0, current("web/a", "sha256"));
	EXPECT_EQ(1, current("web/b", "sha256"));
	EXPECT_EQ(1, peak("web/b", "sha256"));
	EXPECT_EQ(1, current("web", "sha256"));
	/* lists elsewhere say what it is there */
	ASSERT_EQ(0, hwc_test_list("web/a", "any function=hash", NULL));
	EXPECT_EQ(0, give(self->ctx, id, &self->a));
	EXPECT_EQ(0, current("web", "sha256"));
	EXPECT_EQ(0, current("web/b", "sha256"));
	EXPECT_EQ(1, current("web", "hash"));
	EXPECT_EQ(1, current("web/a", "hash"));
}

/* A list that changes says something of claims to come. */
TEST_F(function, stays_when_lists_change)
{
	int id;

	ASSERT_EQ(0, hwc_test_list("web/a", line("one", "function=sha256"), NULL));
	id = hwc_test_claim_in(&self->a, .resource = "toy0", ONE);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_list("web/a", "any function=other", NULL));
	EXPECT_EQ(1, current("web/a", "sha256"));
	EXPECT_EQ(0, current("web/a", "other"));
	EXPECT_EQ(0, hwc_test_end(self->ctx, id));
	EXPECT_EQ(0, current("web/a", "sha256"));
	EXPECT_EQ(0, current("web/a", "other"));
}

/**
 * struct in_line - what waits for toy0, with image "one"
 * @wants: its digest, or NULL
 */
struct in_line {
	const uint8_t *wants;
};

/* The number of a claim of nobody's that waits, or -errno. */
static int get_in_line(const void *data)
{
	const struct in_line *in_line = data;
	int image = hwc_test_open_trusted("one");
	struct hwc_grant grant = { 0 };
	struct hwc_request *req;
	struct hwc_ctx *ctx;
	int ret;

	if (hwc_ctx_new(&ctx) || hwc_request_new(ctx, &req))
		return 8001;
	hwc_request_wait(req, 10 * HWC_TEST_WAIT_MS);
	ret = hwc_request_add(req, "toy0", image, -1, in_line->wants, NULL);
	if (!ret)
		ret = hwc_request_submit(req, &grant);
	hwc_request_free(req);
	hwc_ctx_free(ctx);
	close(image);
	return ret ? ret : (int)grant.id;
}

#define waiting_in(domain, ...) \
	hwc_test_domain_run(domain, get_in_line, &(const struct in_line){ __VA_ARGS__ })

TEST_F(function, is_counted_of_what_waits)
{
	int holder, known, unknown;

	ASSERT_EQ(0, hwc_test_list("web", line("one", "function=sha256"), NULL));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "function:sha256 1"));
	ASSERT_EQ(0, hwc_test_group_write("web/b", "max", "function:later 0"));
	holder = hwc_test_claim_in(&self->a, .resource = "toy0");
	ASSERT_LT(0, holder);
	known = waiting_in(&self->a, .wants = self->one);
	ASSERT_LT(0, known);
	EXPECT_EQ(1, current("web/a", "sha256"));
	EXPECT_EQ(-EDQUOT, waiting_in(&self->b, .wants = self->one));
	/* what an unknown one is will be seen when its turn has come */
	unknown = waiting_in(&self->b);
	ASSERT_LT(0, unknown);
	EXPECT_EQ(0, current("web/b", "sha256"));
	EXPECT_EQ(0, hwc_test_end(self->ctx, holder));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, known, HWCONTAINER_CLAIM_STATE_READY));
	EXPECT_EQ(1, current("web", "sha256"));
	ASSERT_EQ(0, hwc_test_list("web/b", "any function=later", NULL));
	EXPECT_EQ(0, hwc_test_end(self->ctx, known));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, unknown, HWCONTAINER_CLAIM_STATE_FAILED));
	EXPECT_EQ(0, current("web", "sha256"));
	EXPECT_EQ(0, current("web", "later"));
	EXPECT_EQ(0, hwc_test_end(self->ctx, unknown));
}

/* Lists are asked once more when the turn has come, also for what is counted already. */
TEST_F(function, of_what_waits_may_become_another)
{
	int holder, id;

	ASSERT_EQ(0, hwc_test_list("web/a", line("one", "function=sha256"), NULL));
	holder = hwc_test_claim_in(&self->b, .resource = "toy0");
	ASSERT_LT(0, holder);
	id = waiting_in(&self->a, .wants = self->one);
	ASSERT_LT(0, id);
	EXPECT_EQ(1, current("web/a", "sha256"));
	ASSERT_EQ(0, hwc_test_list("web/a", "any function=other", NULL));
	EXPECT_EQ(1, current("web/a", "sha256"));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "max", "function:other 0"));
	EXPECT_EQ(0, hwc_test_end(self->ctx, holder));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	EXPECT_EQ(0, current("web/a", "sha256"));
	EXPECT_EQ(0, hwc_test_end(self->ctx, id));
}

/* A write that is refused makes nothing known. */
TEST_F(function, is_named_in_words_of_some_letters)
{
	static const char *const lines[] = { "any function=",
					     "any function=a/b",
					     "any function=a=b",
					     "any toy0 function=a b",
					     "function=a",
					     "any function=a function=b",
					     "any toy0 a",
					     "any function=a toy0",
					     "any function=12345678901234567890123456789012" };
	static const char *const limits[] = { "function:good 1\nfunction: 1",
					      "function:a",
					      "function:a/b 1",
					      "function:a x",
					      "function:a -1",
					      "function 1",
					      "function:good 1\nteddy 1" };
	char text[400];
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "images", lines[i]))
		TH_LOG("%s", lines[i]);
	}
	for (i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "max", limits[i]))
		TH_LOG("%s", limits[i]);
	}
	EXPECT_EQ(-ERANGE, hwc_test_group_write("web/a", "max", "function:a 4294967295"));
	snprintf(text, sizeof(text), "%s function=a", hwc_test_listed("one"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "revoke", text));
	EXPECT_NE(0, hwc_test_run("grep -q function: " HWC_GROUPS "web/a/max"));
	snprintf(text, sizeof(text), "any toy0  function=Fir-64_2.1+x\n%s function=sha256\n",
		 hwc_test_listed("one"));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "images", text));
	snprintf(text, sizeof(text), "any toy0 function=Fir-64_2.1+x\n%s function=sha256\n",
		 hwc_test_listed("one"));
	EXPECT_STREQ(text, hwc_test_group_read("web/a", "images"));
	EXPECT_EQ(0, current("web/a", "Fir-64_2.1+x"));
}

TEST_F(function, is_one_of_so_many)
{
	char text[64];
	int i;

	for (i = 1; i < KNOWN_MAX; i++) {
		snprintf(text, sizeof(text), "function:f%d %d", i, i);
		ASSERT_EQ(0, hwc_test_group_write("web", "max", text));
	}
	EXPECT_EQ(-ENOSPC, hwc_test_group_write("web", "max", "function:g 1\nfunction:h 1"));
	EXPECT_EQ(-ENOSPC, hwc_test_group_write("web", "images",
						"any toy0 function=g\n"
						"any toy1 function=h"));
	EXPECT_STREQ("", hwc_test_group_read("web", "images"));
	EXPECT_EQ(-2, current("web", "g"));
	EXPECT_EQ(0, hwc_test_group_write("web", "images", "any function=g"));
	EXPECT_EQ(-ENOSPC, hwc_test_group_write("web", "max", "function:h max"));
	EXPECT_EQ(0, current("web", "g"));
	EXPECT_EQ(31, hwc_test_group_number("web", "max", "function:f31"));
	EXPECT_EQ(-1, hwc_test_group_number("web/a", "max", "function:f31"));
}

TEST_HARNESS_MAIN
