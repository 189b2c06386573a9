// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests, byte for byte, up to the largest one. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "msg.h"
#include "replay.h"

static const uint8_t digest[HWCONTAINER_DIGEST_LEN] = { 0xab };

static struct hwc_request *new_request(void **state)
{
	struct hwc_request *req;

	assert_int_equal(hwc_request_new(*state, &req), 0);
	return req;
}

static void put_grant(struct nlmsghdr *nlh, uint32_t id, uint32_t claim_state)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_TXN_GRANT);

	mnl_attr_put_u32(nlh, HWCONTAINER_A_GRANT_ID, id);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_GRANT_STATE, claim_state);
	mnl_attr_nest_end(nlh, nest);
}

static void put_name(struct nlmsghdr *nlh, const char *name)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_TXN_REQUEST);

	mnl_attr_put_strz(nlh, HWCONTAINER_A_REQUEST_RESOURCE, name);
	mnl_attr_nest_end(nlh, nest);
}

static void test_everything(void **state)
{
	struct hwc_request *req = new_request(state);
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_NEW, 2);
	struct hwc_grant grants[2];
	struct nlattr *nest;

	assert_int_equal(hwc_request_add(req, "/a", 3, 4, digest, digest), 0);
	assert_int_equal(hwc_request_add(req, "/b", -1, -1, NULL, NULL), 0);
	hwc_request_holder_file(req, 5);
	assert_int_equal(hwc_request_container(req, "not this"), 0);
	assert_int_equal(hwc_request_container(req, "3f2a"), 0);
	hwc_request_flags(req, HWCONTAINER_CLAIM_FLAGS_KEEP);
	hwc_request_priority(req, -1);
	hwc_request_wait(req, 1500);
	hwc_request_netns(req, 6);

	replay_family();
	nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_TXN_REQUEST);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_REQUEST_RESOURCE, "/a");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_REQUEST_IMAGE_FD, 3);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_REQUEST_OVERLAY_FD, 4);
	mnl_attr_put(nlh, HWCONTAINER_A_REQUEST_IMAGE_DIGEST, sizeof(digest), digest);
	mnl_attr_put(nlh, HWCONTAINER_A_REQUEST_OVERLAY_DIGEST, sizeof(digest), digest);
	mnl_attr_nest_end(nlh, nest);
	put_name(nlh, "/b");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_HOLDER_FILE, 5);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_NETNS, 6);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_TXN_CONTAINER, "3f2a");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_FLAGS, HWCONTAINER_CLAIM_FLAGS_KEEP);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_PRIORITY, (uint32_t)-1);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_WAIT, 1500);
	replay_expect(nlh);
	nlh = replay_answer(HWCONTAINER_CMD_CLAIM_NEW, 2);
	put_grant(nlh, 17, HWCONTAINER_CLAIM_STATE_QUEUED);
	put_grant(nlh, 18, HWCONTAINER_CLAIM_STATE_READY);
	replay_give(nlh);

	assert_int_equal(hwc_request_submit(req, grants), 0);
	assert_int_equal(grants[0].id, 17);
	assert_int_equal(grants[0].state, HWCONTAINER_CLAIM_STATE_QUEUED);
	assert_int_equal(grants[1].id, 18);
	assert_int_equal(grants[1].state, HWCONTAINER_CLAIM_STATE_READY);
	hwc_request_free(req);
}

/* As long as they may be, for both files of a request; a second one counts. */
static void test_signatures(void **state)
{
	static const uint8_t signature[HWCONTAINER_SIGNATURE_MAX] = { 0x30, 0x82 };
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_NEW, 2);
	struct hwc_request *req = new_request(state);
	struct hwc_grant grant;
	struct nlattr *nest;

	assert_int_equal(hwc_request_add(req, "/a", 3, 4, NULL, NULL), 0);
	assert_int_equal(hwc_request_image_signature(req, "x", 1), 0);
	assert_int_equal(hwc_request_image_signature(req, signature, sizeof(signature)), 0);
	assert_int_equal(hwc_request_overlay_signature(req, signature, sizeof(signature)), 0);
	replay_family();
	nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_TXN_REQUEST);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_REQUEST_RESOURCE, "/a");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_REQUEST_IMAGE_FD, 3);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_REQUEST_OVERLAY_FD, 4);
	mnl_attr_put(nlh, HWCONTAINER_A_REQUEST_IMAGE_SIGNATURE, sizeof(signature), signature);
	mnl_attr_put(nlh, HWCONTAINER_A_REQUEST_OVERLAY_SIGNATURE, sizeof(signature), signature);
	mnl_attr_nest_end(nlh, nest);
	replay_expect(nlh);
	nlh = replay_answer(HWCONTAINER_CMD_CLAIM_NEW, 2);
	put_grant(nlh, 17, HWCONTAINER_CLAIM_STATE_QUEUED);
	replay_give(nlh);
	assert_int_equal(hwc_request_submit(req, &grant), 0);
	hwc_request_free(req);
}

static void test_bad_signatures(void **state)
{
	static const uint8_t signature[HWCONTAINER_SIGNATURE_MAX + 1];
	struct hwc_request *req = new_request(state);

	assert_int_equal(hwc_request_image_signature(req, signature, 1), -EINVAL);
	assert_string_equal(hwc_ctx_error(*state), "a signature needs a resource");
	assert_int_equal(hwc_request_overlay_signature(req, signature, 1), -EINVAL);
	assert_int_equal(hwc_request_add(req, "/a", 3, 4, NULL, NULL), 0);
	assert_int_equal(hwc_request_image_signature(req, signature, sizeof(signature)), -EFBIG);
	assert_string_equal(hwc_ctx_error(*state),
			    "a signature has 1 to 8192 bytes, this has 8193");
	assert_int_equal(hwc_request_overlay_signature(req, signature, 0), -ENODATA);
	hwc_request_free(req);
}

/* 0 is a file descriptor like any other. */
static void test_descriptor_zero(void **state)
{
	struct hwc_request *req = new_request(state);
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_NEW, 2);
	struct hwc_grant grant = { 0 };
	struct nlattr *nest;

	assert_int_equal(hwc_request_add(req, "/a", 0, -1, NULL, NULL), 0);
	hwc_request_holder_pidfd(req, 0);
	replay_family();
	nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_TXN_REQUEST);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_REQUEST_RESOURCE, "/a");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_REQUEST_IMAGE_FD, 0);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_HOLDER_PIDFD, 0);
	replay_expect(nlh);
	replay_ack(2, -EBUSY, "region /a is held");
	assert_int_equal(hwc_request_submit(req, &grant), -EBUSY);
	assert_string_equal(hwc_ctx_error(*state), "region /a is held");
	assert_int_equal(grant.id, 0);
	hwc_request_free(req);
}

static void test_names(void **state)
{
	struct hwc_request *req = new_request(state);
	char name[HWCONTAINER_NAME_MAX + 2];

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(hwc_request_add(req, name, -1, -1, NULL, NULL), -EINVAL);
	assert_string_equal(hwc_ctx_error(*state),
			    "a resource's name has 1 to 255 bytes, this has 256");
	assert_int_equal(hwc_request_add(req, "", -1, -1, NULL, NULL), -EINVAL);
	assert_int_equal(hwc_request_add(req, name + 1, -1, -1, NULL, NULL), 0);
	assert_int_equal(hwc_request_container(req, name), -EINVAL);
	assert_string_equal(hwc_ctx_error(*state),
			    "a container id has at most 127 bytes, this has 256");
	hwc_request_free(req);
}

/* The largest request there can be, of names, files and digests as large as they get. */
static void test_largest(void **state)
{
	struct hwc_request *req = new_request(state);
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_NEW, 2);
	static struct hwc_grant grants[HWCONTAINER_REQUESTS_MAX];
	char name[HWCONTAINER_NAME_MAX + 1], container[HWCONTAINER_CONTAINER_MAX + 1];

	memset(container, 'c', sizeof(container) - 1);
	container[sizeof(container) - 1] = '\0';
	for (int i = 0; i < HWCONTAINER_REQUESTS_MAX; i++) {
		struct nlattr *nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_TXN_REQUEST);

		snprintf(name, sizeof(name), "%0255d", i);
		assert_int_equal(hwc_request_add(req, name, i, i, digest, digest), 0);
		mnl_attr_put_strz(nlh, HWCONTAINER_A_REQUEST_RESOURCE, name);
		mnl_attr_put_u32(nlh, HWCONTAINER_A_REQUEST_IMAGE_FD, i);
		mnl_attr_put_u32(nlh, HWCONTAINER_A_REQUEST_OVERLAY_FD, i);
		mnl_attr_put(nlh, HWCONTAINER_A_REQUEST_IMAGE_DIGEST, sizeof(digest), digest);
		mnl_attr_put(nlh, HWCONTAINER_A_REQUEST_OVERLAY_DIGEST, sizeof(digest), digest);
		mnl_attr_nest_end(nlh, nest);
	}
	assert_int_equal(hwc_request_add(req, "/a", -1, -1, NULL, NULL), -E2BIG);
	assert_string_equal(hwc_ctx_error(*state), "one request asks for at most 1024 resources");
	hwc_request_holder_file(req, 1);
	assert_int_equal(hwc_request_container(req, container), 0);
	hwc_request_flags(req, 3);
	hwc_request_priority(req, 1);
	hwc_request_wait(req, 1);
	replay_family();
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_HOLDER_FILE, 1);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_TXN_CONTAINER, container);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_FLAGS, 3);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_PRIORITY, 1);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_WAIT, 1);
	replay_expect(nlh);
	nlh = replay_answer(HWCONTAINER_CMD_CLAIM_NEW, 2);
	for (uint32_t i = 0; i < HWCONTAINER_REQUESTS_MAX; i++)
		put_grant(nlh, i + 1, HWCONTAINER_CLAIM_STATE_QUEUED);
	replay_give(nlh);
	assert_int_equal(hwc_request_submit(req, grants), 0);
	assert_int_equal(grants[HWCONTAINER_REQUESTS_MAX - 1].id, HWCONTAINER_REQUESTS_MAX);
	hwc_request_free(req);
}

static void test_other_number_of_grants(void **state)
{
	struct hwc_grant grants[3] = { { 0 } };

	replay_family();
	for (uint32_t n = 0; n < 4; n++) {
		struct hwc_request *req = new_request(state);
		struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_NEW, 2 + n);

		hwc_request_add(req, "/a", -1, -1, NULL, NULL);
		hwc_request_add(req, "/b", -1, -1, NULL, NULL);
		put_name(nlh, "/a");
		put_name(nlh, "/b");
		replay_expect(nlh);
		nlh = replay_answer(HWCONTAINER_CMD_CLAIM_NEW, 2 + n);
		for (uint32_t i = 0; i < n; i++)
			put_grant(nlh, i + 1, HWCONTAINER_CLAIM_STATE_READY);
		replay_give(nlh);
		assert_int_equal(hwc_request_submit(req, grants), n == 2 ? 0 : -EBADMSG);
		assert_int_equal(grants[2].id, 0);
		hwc_request_free(req);
	}
}

/* A request for /fpga/PR0 that the kernel does not know. */
static struct hwc_request *missing(void **state)
{
	struct hwc_request *req = new_request(state);
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_NEW, 2);

	assert_int_equal(hwc_request_add(req, "/fpga/PR0", -1, -1, NULL, NULL), 0);
	replay_family();
	put_name(nlh, "/fpga/PR0");
	replay_expect(nlh);
	replay_ack(2, -ENOENT, "there is no resource /fpga/PR0");
	nlh = replay_request(HWCONTAINER_CMD_RESOURCE_GET, 3);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_NAME, "/fpga");
	replay_expect(nlh);
	return req;
}

static void slot_is_missing(void **state, uint32_t region, const char *sentence)
{
	struct hwc_request *req = missing(state);
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_RESOURCE_GET, 3);
	struct hwc_grant grant;

	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_ID, 1);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_NAME, "/fpga");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_KIND, "fpga-region");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_STATE, region);
	replay_give(nlh);
	assert_int_equal(hwc_request_submit(req, &grant), -ENOENT);
	assert_string_equal(hwc_ctx_error(*state), sentence);
	hwc_request_free(req);
}

static void test_slot_without_its_shell(void **state)
{
	slot_is_missing(
		state, HWCONTAINER_RESOURCE_STATE_FREE,
		"/fpga/PR0 does not exist: it comes with a shell, and none is loaded in /fpga");
}

static void test_slot_of_another_shell(void **state)
{
	slot_is_missing(state, HWCONTAINER_RESOURCE_STATE_CLAIMED,
			"/fpga/PR0 does not exist: what is loaded in /fpga has no such slot");
}

static void test_missing_resource(void **state)
{
	struct hwc_request *req = missing(state);
	struct hwc_grant grant;

	replay_ack(3, -ENOENT, "there is no resource /fpga");
	assert_int_equal(hwc_request_submit(req, &grant), -ENOENT);
	assert_string_equal(hwc_ctx_error(*state), "there is no resource /fpga/PR0");
	hwc_request_free(req);
}

/* Any other name is not a slot's. */
static void test_missing_name(void **state)
{
	struct hwc_request *req = new_request(state);
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_NEW, 2);
	struct hwc_grant grant;

	assert_int_equal(hwc_request_add(req, "/fpga/none", -1, -1, NULL, NULL), 0);
	replay_family();
	put_name(nlh, "/fpga/none");
	replay_expect(nlh);
	replay_ack(2, -ENOENT, "there is no resource /fpga/none");
	assert_int_equal(hwc_request_submit(req, &grant), -ENOENT);
	assert_string_equal(hwc_ctx_error(*state), "there is no resource /fpga/none");
	hwc_request_free(req);
}

static void test_free_of_nothing(void **state)
{
	(void)state;
	hwc_request_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, replay_setup, replay_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_everything),
		TEST(test_descriptor_zero),
		TEST(test_signatures),
		TEST(test_bad_signatures),
		TEST(test_names),
		TEST(test_largest),
		TEST(test_other_number_of_grants),
		TEST(test_slot_without_its_shell),
		TEST(test_slot_of_another_shell),
		TEST(test_missing_resource),
		TEST(test_missing_name),
		TEST(test_free_of_nothing),
	};

	return cmocka_run_group_tests_name("request", tests, NULL, NULL);
}
