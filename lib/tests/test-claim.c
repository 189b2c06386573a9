// SPDX-License-Identifier: GPL-2.0-or-later
/* Claims and their devices, as the kernel describes them; handing over, ending. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ctx.h"
#include "msg.h"
#include "replay.h"

static void put_timing(struct nlmsghdr *nlh, uint32_t stage, uint64_t time)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_CLAIM_TIMING);

	mnl_attr_put_u32(nlh, HWCONTAINER_A_TIMING_STAGE, stage);
	if (time > UINT32_MAX)
		mnl_attr_put_u64(nlh, HWCONTAINER_A_TIMING_TIME, time);
	else
		mnl_attr_put_u32(nlh, HWCONTAINER_A_TIMING_TIME, time);
	mnl_attr_nest_end(nlh, nest);
}

static void put_device(struct nlmsghdr *nlh)
{
	struct nlattr *dev = mnl_attr_nest_start(nlh, HWCONTAINER_A_CLAIM_DEVICE);
	struct nlattr *nest;

	mnl_attr_put_strz(nlh, HWCONTAINER_A_DEVICE_NAME, "a0000000.sha256");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_DEVICE_DRIVER, "hwsim-sha256");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_DEVICE_OF_PATH, "/fpga-full/fpga-PR0/sha256@0");
	nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_DEVICE_NODE);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_NODE_PATH, "hwsim/sha256-0");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_NODE_TYPE, HWCONTAINER_NODE_TYPE_CHAR);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_NODE_MAJOR, 240);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_NODE_MINOR, 1);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_DEVICE_WINDOW);
	mnl_attr_put_u64(nlh, HWCONTAINER_A_WINDOW_START, UINT64_C(0x500000000));
	mnl_attr_put_u32(nlh, HWCONTAINER_A_WINDOW_SIZE, 4096);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_DEVICE_IRQ, 45);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_DEVICE_IRQ, 46);
	nest = mnl_attr_nest_start(nlh, HWCONTAINER_A_DEVICE_CLOCK);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLOCK_OF_PATH, "/fpga-full/fpga-PR0/sha256@0/part");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLOCK_INDEX, 2);
	mnl_attr_put_u64(nlh, HWCONTAINER_A_CLOCK_RATE, UINT64_C(5000000000));
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, dev);
}

static void expect_get(uint32_t seq, uint32_t id)
{
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_GET, seq);

	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ID, id);
	replay_expect(nlh);
}

static struct nlmsghdr *claim(uint32_t seq, uint32_t id)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_CLAIM_GET, seq);

	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ID, id);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_STATE, HWCONTAINER_CLAIM_STATE_READY);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_RESOURCE, "/fpga-full/fpga-PR0");
	return nlh;
}

static void check_device(const struct hwc_device *dev)
{
	assert_string_equal(hwc_device_name(dev), "a0000000.sha256");
	assert_string_equal(hwc_device_driver(dev), "hwsim-sha256");
	assert_string_equal(hwc_device_of_path(dev), "/fpga-full/fpga-PR0/sha256@0");
	assert_int_equal(hwc_device_nodes(dev), 1);
	assert_string_equal(hwc_device_node(dev, 0)->path, "hwsim/sha256-0");
	assert_int_equal(hwc_device_node(dev, 0)->type, HWCONTAINER_NODE_TYPE_CHAR);
	assert_int_equal(hwc_device_node(dev, 0)->major, 240);
	assert_int_equal(hwc_device_node(dev, 0)->minor, 1);
	assert_int_equal(hwc_device_windows(dev), 1);
	assert_string_equal(hwc_device_window(dev, 0)->name, "");
	assert_true(hwc_device_window(dev, 0)->start == UINT64_C(0x500000000));
	assert_int_equal(hwc_device_window(dev, 0)->size, 4096);
	assert_int_equal(hwc_device_irqs(dev), 2);
	assert_int_equal(hwc_device_irq(dev, 1), 46);
	assert_int_equal(hwc_device_clocks(dev), 1);
	assert_string_equal(hwc_device_clock(dev, 0)->of_path, "/fpga-full/fpga-PR0/sha256@0/part");
	assert_int_equal(hwc_device_clock(dev, 0)->index, 2);
	assert_true(hwc_device_clock(dev, 0)->rate == UINT64_C(5000000000));
}

static void test_get(void **state)
{
	static const uint8_t digest[HWCONTAINER_DIGEST_LEN] = { 1 };
	static const uint8_t key[HWCONTAINER_SIGNER_MAX] = { 2 };
	struct nlmsghdr *nlh = claim(2, 17);
	struct hwc_claim *got;
	size_t size;

	replay_family();
	expect_get(2, 17);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_RESOURCE_ID, 3);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_KIND, "fpga-region");
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_CONTAINER, "3f2a");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_HOLDER, HWCONTAINER_HOLDER_PROCESS);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_HOLDER_PID, 1234);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_NETNS, 4026531840);
	mnl_attr_put_u64(nlh, HWCONTAINER_A_CLAIM_AGE, UINT64_C(5000000000));
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_FLAGS, HWCONTAINER_CLAIM_FLAGS_KEEP);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_PRIORITY, (uint32_t)-5);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_POSITION, 3);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_TAKEN_IN, 750);
	mnl_attr_put(nlh, HWCONTAINER_A_CLAIM_IMAGE_DIGEST, sizeof(digest), digest);
	mnl_attr_put(nlh, HWCONTAINER_A_CLAIM_OVERLAY_SIGNER, sizeof(key), key);
	put_timing(nlh, HWCONTAINER_STAGE_GRANTED, 1000);
	put_timing(nlh, HWCONTAINER_STAGE_PROGRAMMED, UINT64_C(5000000000));
	put_device(nlh);
	put_device(nlh);
	replay_give(nlh);
	assert_int_equal(hwc_claim_get(*state, 17, &got), 0);
	assert_int_equal(hwc_claim_id(got), 17);
	assert_int_equal(hwc_claim_state(got), HWCONTAINER_CLAIM_STATE_READY);
	assert_int_equal(hwc_claim_resource_id(got), 3);
	assert_string_equal(hwc_claim_resource(got), "/fpga-full/fpga-PR0");
	assert_string_equal(hwc_claim_kind(got), "fpga-region");
	assert_string_equal(hwc_claim_container(got), "3f2a");
	assert_int_equal(hwc_claim_holder(got), HWCONTAINER_HOLDER_PROCESS);
	assert_int_equal(hwc_claim_holder_pid(got), 1234);
	assert_int_equal(hwc_claim_netns(got), 4026531840);
	assert_int_equal(hwc_claim_age(got), UINT64_C(5000000000));
	assert_int_equal(hwc_claim_flags(got), HWCONTAINER_CLAIM_FLAGS_KEEP);
	assert_int_equal(hwc_claim_priority(got), -5);
	assert_int_equal(hwc_claim_position(got), 3);
	assert_int_equal(hwc_claim_taken_in(got), 750);
	assert_memory_equal(hwc_claim_image_digest(got), digest, sizeof(digest));
	assert_null(hwc_claim_overlay_digest(got));
	assert_null(hwc_claim_image_signer(got, &size));
	assert_int_equal(size, 0);
	assert_memory_equal(hwc_claim_overlay_signer(got, &size), key, sizeof(key));
	assert_int_equal(size, sizeof(key));
	assert_int_equal(hwc_claim_time(got, HWCONTAINER_STAGE_GRANTED), 1000);
	assert_true(hwc_claim_time(got, HWCONTAINER_STAGE_PROGRAMMED) == UINT64_C(5000000000));
	assert_int_equal(hwc_claim_time(got, HWCONTAINER_STAGE_BOUND), 0);
	assert_int_equal(hwc_claim_error(got), 0);
	assert_string_equal(hwc_claim_message(got), "");
	assert_int_equal(hwc_claim_devices(got), 2);
	check_device(hwc_claim_device(got, 1));
	hwc_claim_free(got);
}

static void test_signer_too_long(void **state)
{
	static const uint8_t key[HWCONTAINER_SIGNER_MAX + 1] = { 2 };
	struct nlmsghdr *nlh = claim(2, 17);
	struct hwc_claim *got;

	replay_family();
	expect_get(2, 17);
	mnl_attr_put(nlh, HWCONTAINER_A_CLAIM_IMAGE_SIGNER, sizeof(key), key);
	replay_give(nlh);
	assert_int_equal(hwc_claim_get(*state, 17, &got), -EBADMSG);
}

static void test_failed(void **state)
{
	struct nlmsghdr *nlh = claim(2, 17);
	struct hwc_claim *got;

	replay_family();
	expect_get(2, 17);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ERROR, EIO);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_MESSAGE, "the device does not answer");
	replay_give(nlh);
	assert_int_equal(hwc_claim_get(*state, 17, &got), 0);
	assert_int_equal(hwc_claim_error(got), EIO);
	assert_string_equal(hwc_claim_message(got), "the device does not answer");
	hwc_claim_free(got);
}

/* Larger than any buffer that was there before: 500 devices. */
static void test_many_devices(void **state)
{
	struct nlmsghdr *nlh = claim(2, 17);
	struct hwc_claim *got;

	replay_family();
	expect_get(2, 17);
	for (int i = 0; i < 500; i++)
		put_device(nlh);
	replay_give(nlh);
	assert_int_equal(hwc_claim_get(*state, 17, &got), 0);
	assert_int_equal(hwc_claim_devices(got), 500);
	check_device(hwc_claim_device(got, 499));
	hwc_claim_free(got);
}

/* A rate of some clock would be taken for the wrong one. */
static void test_clock_without_number(void **state)
{
	struct nlmsghdr *nlh = claim(2, 17);
	struct nlattr *dev, *clock;
	struct hwc_claim *got = NULL;

	replay_family();
	expect_get(2, 17);
	dev = mnl_attr_nest_start(nlh, HWCONTAINER_A_CLAIM_DEVICE);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_DEVICE_NAME, "a0000000.sha256");
	clock = mnl_attr_nest_start(nlh, HWCONTAINER_A_DEVICE_CLOCK);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLOCK_OF_PATH, "/fpga-full/fpga-PR0/sha256@0");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLOCK_RATE, 100000000);
	mnl_attr_nest_end(nlh, clock);
	mnl_attr_nest_end(nlh, dev);
	replay_give(nlh);
	assert_int_equal(hwc_claim_get(*state, 17, &got), -EBADMSG);
	assert_null(got);
}

/* A node without its numbers would let a container have the wrong device. */
static void test_node_without_numbers(void **state)
{
	struct nlmsghdr *nlh = claim(2, 17);
	struct nlattr *dev, *node;
	struct hwc_claim *got = NULL;

	replay_family();
	expect_get(2, 17);
	dev = mnl_attr_nest_start(nlh, HWCONTAINER_A_CLAIM_DEVICE);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_DEVICE_NAME, "a0000000.sha256");
	node = mnl_attr_nest_start(nlh, HWCONTAINER_A_DEVICE_NODE);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_NODE_PATH, "mem");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_NODE_TYPE, HWCONTAINER_NODE_TYPE_CHAR);
	mnl_attr_nest_end(nlh, node);
	mnl_attr_nest_end(nlh, dev);
	replay_give(nlh);
	assert_int_equal(hwc_claim_get(*state, 17, &got), -EBADMSG);
	assert_null(got);
}

static void test_delete(void **state)
{
	static const uint32_t ids[] = { 17, 18, 19 };
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_DEL, 2);

	replay_family();
	for (size_t i = 0; i < HWC_ARRAY_SIZE(ids); i++)
		mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_CLAIM_ID, ids[i]);
	replay_expect(nlh);
	replay_ack(2, -ENOENT, "there is no claim 18");
	assert_int_equal(hwc_claim_delete(*state, ids, HWC_ARRAY_SIZE(ids)), -ENOENT);
	assert_string_equal(hwc_ctx_error(*state), "there is no claim 18");
}

static void test_delete_very_many(void **state)
{
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_DEL, 2);
	static uint32_t ids[20000];

	replay_family();
	for (size_t i = 0; i < HWC_ARRAY_SIZE(ids); i++) {
		ids[i] = i + 1;
		mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_CLAIM_ID, ids[i]);
	}
	replay_expect(nlh);
	replay_ack(2, 0, NULL);
	assert_int_equal(hwc_claim_delete(*state, ids, HWC_ARRAY_SIZE(ids)), 0);
}

static void test_handover(void **state)
{
	static const uint32_t id = 17;
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_HANDOVER, 2);

	replay_family();
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_CLAIM_ID, id);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_HOLDER_PIDFD, 5);
	replay_expect(nlh);
	replay_ack(2, 0, NULL);
	assert_int_equal(hwc_claim_handover(*state, &id, 1, 5), 0);
}

static void test_handover_to_nobody(void **state)
{
	static const uint32_t id = 17;
	struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_HANDOVER, 2);

	replay_family();
	mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_CLAIM_ID, id);
	replay_expect(nlh);
	replay_ack(2, 0, NULL);
	assert_int_equal(hwc_claim_handover(*state, &id, 1, -1), 0);
}

static void test_handover_to_others(void **state)
{
	static const struct {
		uint16_t attr;
		int (*handover)(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int fd);
	} ways[] = {
		{ HWCONTAINER_A_TXN_HOLDER_FILE, hwc_claim_handover_file },
		{ HWCONTAINER_A_TXN_NETNS, hwc_claim_handover_netns },
	};
	static const uint32_t ids[] = { 17, 18 };

	replay_family();
	for (size_t i = 0; i < HWC_ARRAY_SIZE(ways); i++) {
		struct nlmsghdr *nlh = replay_request(HWCONTAINER_CMD_CLAIM_HANDOVER, 2 + i);

		mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_CLAIM_ID, ids[0]);
		mnl_attr_put_u32(nlh, HWCONTAINER_A_TXN_CLAIM_ID, ids[1]);
		mnl_attr_put_u32(nlh, ways[i].attr, 6);
		replay_expect(nlh);
		replay_ack(2 + i, 0, NULL);
		assert_int_equal(ways[i].handover(*state, ids, 2, 6), 0);
	}
}

static void test_free_of_nothing(void **state)
{
	(void)state;
	hwc_claim_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, replay_setup, replay_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_get),
		TEST(test_signer_too_long),
		TEST(test_failed),
		TEST(test_many_devices),
		TEST(test_node_without_numbers),
		TEST(test_clock_without_number),
		TEST(test_delete),
		TEST(test_delete_very_many),
		TEST(test_handover),
		TEST(test_handover_to_nobody),
		TEST(test_handover_to_others),
		TEST(test_free_of_nothing),
	};

	return cmocka_run_group_tests_name("claim", tests, NULL, NULL);
}
