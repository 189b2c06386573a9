// SPDX-License-Identifier: GPL-2.0-or-later
/* The policy file: read, changed, written, and refused. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "ctx.h"
#include "policy.h"

#define SHA_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

struct place {
	struct hwc_ctx *ctx;
	char dir[32];
	char path[64];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->dir, "/tmp/hwc-policy-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	snprintf(place->path, sizeof(place->path), "%s/etc/policy.json", place->dir);
	assert_int_equal(hwc_ctx_new(&place->ctx), 0);
	*state = place;
	return 0;
}

static int free_place(void **state)
{
	struct place *place = *state;
	char etc[64];

	unlink(place->path);
	snprintf(etc, sizeof(etc), "%s/etc", place->dir);
	rmdir(etc);
	assert_int_equal(rmdir(place->dir), 0);
	hwc_ctx_free(place->ctx);
	free(place);
	return 0;
}

static void write_file(const struct place *place, const char *text, mode_t mode)
{
	char etc[64];
	int fd;

	snprintf(etc, sizeof(etc), "%s/etc", place->dir);
	mkdir(etc, 0755);
	fd = open(place->path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static struct hwc_policy *load(const struct place *place)
{
	struct hwc_policy *policy;

	if (hwc_policy_load(place->ctx, place->path, &policy))
		fail_msg("%s", hwc_ctx_error(place->ctx));
	return policy;
}

static void test_missing_file_allows_nothing(void **state)
{
	struct hwc_policy *policy = load(*state);

	assert_int_equal(hwc_policy_rules(policy), 0);
	assert_false(hwc_policy_allows(policy, HWC_RULE_ALL, NULL));
	assert_false(hwc_policy_allows(policy, HWC_RULE_DIGEST, SHA_A));
	assert_false(hwc_policy_distrusts(policy));
	hwc_policy_free(policy);
	hwc_policy_free(NULL);
}

static void allow(struct hwc_policy *policy, enum hwc_rule_type type, const char *value,
		  const char *comment)
{
	const struct hwc_rule rule = { type, value, comment };

	assert_int_equal(hwc_policy_allow(policy, &rule), 0);
}

static void test_round_trip(void **state)
{
	struct place *place = *state;
	struct hwc_policy *policy = load(place);
	struct stat st;

	allow(policy, HWC_RULE_DIGEST, SHA_A, "the demo's \"sha256\"");
	allow(policy, HWC_RULE_NAME, "example.org/fir:1", NULL);
	allow(policy, HWC_RULE_ALL, NULL, NULL);
	allow(policy, HWC_RULE_DIGEST, SHA_A, "again");
	assert_int_equal(hwc_policy_rules(policy), 3);
	assert_int_equal(hwc_policy_save(policy), 0);
	hwc_policy_free(policy);

	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	policy = load(place);
	assert_int_equal(hwc_policy_rules(policy), 3);
	assert_int_equal(hwc_policy_rule(policy, 0)->type, HWC_RULE_DIGEST);
	assert_string_equal(hwc_policy_rule(policy, 0)->value, SHA_A);
	assert_string_equal(hwc_policy_rule(policy, 0)->comment, "the demo's \"sha256\"");
	assert_null(hwc_policy_rule(policy, 1)->comment);
	assert_true(hwc_policy_allows(policy, HWC_RULE_ALL, NULL));
	assert_true(hwc_policy_allows(policy, HWC_RULE_NAME, "example.org/fir:1"));
	assert_false(hwc_policy_allows(policy, HWC_RULE_NAME, SHA_A));
	assert_false(hwc_policy_allows(policy, HWC_RULE_DIGEST, SHA_B));
	hwc_policy_free(policy);
}

static void test_remove(void **state)
{
	const struct hwc_rule name = { HWC_RULE_NAME, "a", NULL }, all = { .type = HWC_RULE_ALL };
	struct place *place = *state;
	struct hwc_policy *policy;
	char sentence[128];

	write_file(place, "{\"allow\": [{\"all\": true}, {\"name\": \"a\", \"comment\": \"c\"}]}",
		   0600);
	policy = load(place);
	assert_int_equal(hwc_policy_remove(policy, &name), 0);
	assert_int_equal(hwc_policy_rules(policy), 1);
	assert_int_equal(hwc_policy_remove(policy, &name), -ENOENT);
	snprintf(sentence, sizeof(sentence), "%s has no rule for name a", place->path);
	assert_string_equal(hwc_ctx_error(place->ctx), sentence);
	assert_int_equal(hwc_policy_remove(policy, &all), 0);
	assert_int_equal(hwc_policy_remove(policy, &all), -ENOENT);
	snprintf(sentence, sizeof(sentence), "%s has no rule for all", place->path);
	assert_string_equal(hwc_ctx_error(place->ctx), sentence);
	hwc_policy_free(policy);
}

static void test_save_keeps_mode(void **state)
{
	struct place *place = *state;
	struct hwc_policy *policy;
	struct stat st;

	write_file(place, "{\"annotations\": \"image\"}", 0600);
	policy = load(place);
	assert_true(hwc_policy_distrusts(policy));
	assert_int_equal(hwc_policy_save(policy), 0);
	hwc_policy_free(policy);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	policy = load(place);
	assert_true(hwc_policy_distrusts(policy));
	hwc_policy_free(policy);
}

static void test_bad_rules(void **state)
{
	const struct hwc_rule digest = { HWC_RULE_DIGEST, "sha256:1", NULL };
	const struct hwc_rule name = { HWC_RULE_NAME, "", NULL };
	struct place *place = *state;
	struct hwc_policy *policy = load(place);

	assert_int_equal(hwc_policy_allow(policy, &digest), -EINVAL);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    "\"sha256:1\" is not \"sha256:\" and 64 hexadecimal digits");
	assert_int_equal(hwc_policy_allow(policy, &name), -EINVAL);
	assert_string_equal(hwc_ctx_error(place->ctx), "the name of an image is empty");
	assert_int_equal(hwc_policy_rules(policy), 0);
	hwc_policy_free(policy);
}

static void test_refusals(void **state)
{
	static const struct {
		const char *text;
		mode_t mode;
		int err;
		const char *sentence;
	} cases[] = {
		{ "{}", 0664, -EPERM,
		  " may be written by others than its owner and is not trusted" },
		{ "{}", 0602, -EPERM,
		  " may be written by others than its owner and is not trusted" },
		{ "{\"deny\": []}", 0644, -EBADMSG, ": \"deny\" is not understood" },
		{ "{\"annotations\": \"none\"}", 0644, -EBADMSG,
		  ": \"annotations\" is neither \"operator\" nor \"image\"" },
		{ "{\"allow\": {}}", 0644, -EBADMSG, ": \"allow\" is not an array" },
		{ "{\"allow\": [\"all\"]}", 0644, -EBADMSG,
		  ": a rule of \"allow\" is not an object" },
		{ "{\"allow\": [{}]}", 0644, -EBADMSG,
		  ": a rule of \"allow\" has no digest, name or all" },
		{ "{\"allow\": [{\"all\": false}]}", 0644, -EBADMSG,
		  ": \"all\" is not understood in a rule of \"allow\"" },
		{ "{\"allow\": [{\"all\": true, \"resource\": \"/fpga/pr0\"}]}", 0644, -EBADMSG,
		  ": \"resource\" is not understood in a rule of \"allow\"" },
		{ "{\"allow\": [{\"all\": true, \"name\": \"x\"}]}", 0644, -EBADMSG,
		  ": \"name\" is not understood in a rule of \"allow\"" },
		{ "{\"allow\": [{\"digest\": \"sha256:1\"}]}", 0644, -EBADMSG,
		  ": \"sha256:1\" is not \"sha256:\" and 64 hexadecimal digits" },
		{ "{", 0644, -EBADMSG, " ends in the middle of its JSON" },
	};
	struct place *place = *state;
	struct hwc_policy *policy;
	char sentence[256];
	size_t i;

	for (i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		write_file(place, cases[i].text, cases[i].mode);
		assert_int_equal(hwc_policy_load(place->ctx, place->path, &policy), cases[i].err);
		snprintf(sentence, sizeof(sentence), "%s%s", place->path, cases[i].sentence);
		assert_string_equal(hwc_ctx_error(place->ctx), sentence);
	}
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_place, free_place)
	const struct CMUnitTest tests[] = {
		TEST(test_missing_file_allows_nothing),
		TEST(test_round_trip),
		TEST(test_remove),
		TEST(test_save_keeps_mode),
		TEST(test_bad_rules),
		TEST(test_refusals),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
