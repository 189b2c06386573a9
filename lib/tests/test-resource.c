// SPDX-License-Identifier: GPL-2.0-or-later
/* Resources, and the module itself, as the kernel describes them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "msg.h"
#include "replay.h"

static const uint8_t digest[HWCONTAINER_DIGEST_LEN] = { 0xde, 0xad };

static void put_region(struct nlmsghdr *nlh)
{
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_ID, 3);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_NAME, "/fpga-full/fpga-PR0");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_ALIAS, "region0");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_ALIAS, "pr0");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_KIND, "fpga-region");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_STATE, HWCONTAINER_RESOURCE_STATE_CLAIMED);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_CAPACITY, 1);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_IN_USE, 1);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_CONTROLLER, "fpga0");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_DEVICE_ID, 0x04a49093);
	mnl_attr_put(nlh, HWCONTAINER_A_RESOURCE_IMAGE_DIGEST, sizeof(digest), digest);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_CLAIM_ID, 17);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_CONTAINER, "3f2a");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_MESSAGE, "all is well");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_WAITING, 4);
	mnl_attr_put(nlh, HWCONTAINER_A_RESOURCE_BLANK_DIGEST, sizeof(digest), digest);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_BLANK_ERROR, EINPROGRESS);
}

static void expect_get(const char *name)
{
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_RESOURCE_GET, 2);

	replay_family();
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_NAME, name);
	replay_expect(nlh);
}

static void test_get(void **state)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_RESOURCE_GET, 2);
	struct hwc_resource *res;

	expect_get("pr0");
	put_region(nlh);
	replay_give(nlh);
	assert_int_equal(hwc_resource_get(*state, "pr0", &res), 0);
	assert_int_equal(hwc_resource_id(res), 3);
	assert_string_equal(hwc_resource_name(res), "/fpga-full/fpga-PR0");
	assert_int_equal(hwc_resource_aliases(res), 2);
	assert_string_equal(hwc_resource_alias(res, 1), "pr0");
	assert_string_equal(hwc_resource_kind(res), "fpga-region");
	assert_int_equal(hwc_resource_state(res), HWCONTAINER_RESOURCE_STATE_CLAIMED);
	assert_int_equal(hwc_resource_capacity(res), 1);
	assert_int_equal(hwc_resource_in_use(res), 1);
	assert_string_equal(hwc_resource_controller(res), "fpga0");
	assert_int_equal(hwc_resource_device_id(res), 0x04a49093);
	assert_memory_equal(hwc_resource_image_digest(res), digest, sizeof(digest));
	assert_null(hwc_resource_overlay_digest(res));
	assert_int_equal(hwc_resource_claim_id(res), 17);
	assert_string_equal(hwc_resource_container(res), "3f2a");
	assert_string_equal(hwc_resource_message(res), "all is well");
	assert_int_equal(hwc_resource_waiting(res), 4);
	assert_memory_equal(hwc_resource_blank_digest(res), digest, sizeof(digest));
	assert_int_equal(hwc_resource_blank_error(res), EINPROGRESS);
	hwc_resource_free(res);
}

static void expect_set(int32_t fd, int err, const char *sentence)
{
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_RESOURCE_SET, 2);

	replay_family();
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_NAME, "pr0");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_BLANK_FD, fd);
	replay_expect(nlh);
	replay_ack(2, err, sentence);
}

static void test_set_blank(void **state)
{
	expect_set(7, 0, NULL);
	assert_int_equal(hwc_resource_set_blank(*state, "pr0", 7), 0);
}

static void test_set_no_blank(void **state)
{
	expect_set(-1, -EPERM, "not you");
	assert_int_equal(hwc_resource_set_blank(*state, "pr0", -1), -EPERM);
	assert_string_equal(hwc_ctx_error(*state), "not you");
}

static void test_set_needs_a_name(void **state)
{
	assert_int_equal(hwc_resource_set_blank(*state, "", 7), -ENOENT);
}

static void test_get_what_is_not_there(void **state)
{
	struct hwc_resource *res = NULL;

	expect_get("nope");
	replay_ack(2, -ENOENT, "there is no resource nope");
	assert_int_equal(hwc_resource_get(*state, "nope", &res), -ENOENT);
	assert_null(res);
	assert_string_equal(hwc_ctx_error(*state), "there is no resource nope");
}

static void test_names_that_none_can_have(void **state)
{
	char name[HWCONTAINER_NAME_MAX + 2];
	struct hwc_resource *res = NULL;

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(hwc_resource_get(*state, name, &res), -ENOENT);
	assert_string_equal(hwc_ctx_error(*state),
			    "a resource's name has 1 to 255 bytes, this has 256");
	assert_int_equal(hwc_resource_get(*state, "", &res), -ENOENT);
	assert_null(res);
}

/* An ack in the place of the answer. */
static void test_no_answer(void **state)
{
	struct hwc_resource *res = NULL;

	expect_get("a");
	replay_ack(2, 0, NULL);
	assert_int_equal(hwc_resource_get(*state, "a", &res), -EBADMSG);
	assert_string_equal(hwc_ctx_error(*state), "the module's answer is empty");
	assert_null(res);
}

static int count(const struct hwc_resource *res, void *data)
{
	assert_string_equal(hwc_resource_kind(res), "fpga-region");
	++*(int *)data;
	return 0;
}

static void test_foreach(void **state)
{
	struct nlmsghdr *nlh;
	int calls = 0;

	replay_family();
	replay_expect(replay_message(REPLAY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 2,
				     HWCONTAINER_CMD_RESOURCE_GET, 0));
	for (int i = 0; i < 20; i++) {
		nlh = replay_answer(HWCONTAINER_CMD_RESOURCE_GET, 2);
		put_region(nlh);
		replay_give(nlh);
	}
	replay_done(2, 0);
	assert_int_equal(hwc_resource_foreach(*state, count, &calls), 0);
	assert_int_equal(calls, 20);
}

static void test_info(void **state)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_INFO_GET, 2);
	struct hwc_info *info;

	replay_family();
	replay_expect(replay_request(HWCONTAINER_CMD_INFO_GET, 2));
	mnl_attr_put_strz(nlh, HWCONTAINER_A_INFO_VERSION, "0.1.0");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_INFO_KIND, "fpga-region");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_INFO_KIND, "toy");
	mnl_attr_put_u64(nlh, HWCONTAINER_A_INFO_SEQ, UINT64_C(1) << 40);
	replay_give(nlh);
	assert_int_equal(hwc_info_get(*state, &info), 0);
	assert_string_equal(hwc_info_version(info), "0.1.0");
	assert_int_equal(hwc_info_kinds(info), 2);
	assert_string_equal(hwc_info_kind(info, 1), "toy");
	assert_int_equal(hwc_info_seq(info), UINT64_C(1) << 40);
	hwc_info_free(info);
}

static void test_free_of_nothing(void **state)
{
	(void)state;
	hwc_resource_free(NULL);
	hwc_info_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, replay_setup, replay_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_get),
		TEST(test_set_blank),
		TEST(test_set_no_blank),
		TEST(test_set_needs_a_name),
		TEST(test_get_what_is_not_there),
		TEST(test_names_that_none_can_have),
		TEST(test_no_answer),
		TEST(test_foreach),
		TEST(test_info),
		TEST(test_free_of_nothing),
	};

	return cmocka_run_group_tests_name("resource", tests, NULL, NULL);
}
