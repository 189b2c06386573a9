// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests and what comes back, malformed answers included. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ctx.h"
#include "msg.h"
#include "replay.h"

#define ACK_FLAGS (NLM_F_REQUEST | NLM_F_ACK)
#define DUMP_FLAGS (NLM_F_REQUEST | NLM_F_DUMP)

/* From the second request on: the first one resolves the family. */
static void expect_noop(uint32_t seq)
{
	replay_expect(replay_request(HWCONTAINER_CMD_NOOP, seq));
}

static void test_noop(void **state)
{
	replay_family();
	expect_noop(2);
	replay_ack(2, 0, NULL);
	assert_int_equal(hwc_noop(*state), 0);
	/* the family is resolved once */
	expect_noop(3);
	replay_ack(3, 0, NULL);
	assert_int_equal(hwc_noop(*state), 0);
}

static void test_not_loaded(void **state)
{
	struct nlmsghdr *nlh;

	nlh = replay_message(GENL_ID_CTRL, NLM_F_REQUEST, 1, CTRL_CMD_GETFAMILY, 64);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "hwcontainer");
	replay_expect(nlh);
	replay_ack(1, -ENOENT, NULL);
	assert_int_equal(hwc_noop(*state), -ENOENT);
	assert_string_equal(hwc_ctx_error(*state),
			    "hwcontainer module is not loaded (modprobe hwcontainer)");
	assert_int_equal(replay_sockets(), 0);
	/* and may be loaded later */
	replay_family();
	expect_noop(2);
	replay_ack(2, 0, NULL);
	assert_int_equal(hwc_noop(*state), 0);
}

static void test_unloaded_meanwhile(void **state)
{
	replay_family();
	expect_noop(2);
	replay_ack(2, -ENOENT, NULL);
	assert_int_equal(hwc_noop(*state), -ENOENT);
	assert_string_equal(hwc_ctx_error(*state),
			    "hwcontainer module is not loaded (modprobe hwcontainer)");
	assert_int_equal(replay_sockets(), 0);
}

static void test_sentence_is_verbatim(void **state)
{
	static const char sentence[] = "region /a is held by container 3f2a (claim 17)";

	replay_family();
	expect_noop(2);
	replay_ack(2, -EBUSY, sentence);
	assert_int_equal(hwc_noop(*state), -EBUSY);
	assert_string_equal(hwc_ctx_error(*state), sentence);
	assert_int_equal(replay_sockets(), 1);
}

static void test_refusal_without_sentence(void **state)
{
	replay_family();
	expect_noop(2);
	replay_ack(2, -EPERM, NULL);
	assert_int_equal(hwc_noop(*state), -EPERM);
	assert_string_equal(hwc_ctx_error(*state),
			    "the module refuses the request: Operation not permitted");
}

/* A kernel that was not told to leave the request out of its refusals. */
static void test_sentence_behind_the_request(void **state)
{
	struct nlmsghdr *nlh = replay_message(NLMSG_ERROR, NLM_F_ACK_TLVS, 2, 0, 256);
	struct nlmsgerr *ack;

	replay_family();
	expect_noop(2);
	nlh->nlmsg_len = MNL_NLMSG_HDRLEN;
	ack = mnl_nlmsg_put_extra_header(nlh, sizeof(*ack) + GENL_HDRLEN);
	ack->error = -EINVAL;
	ack->msg.nlmsg_len = MNL_NLMSG_HDRLEN + GENL_HDRLEN;
	mnl_attr_put_u32(nlh, NLMSGERR_ATTR_OFFS, 20);
	mnl_attr_put_strz(nlh, NLMSGERR_ATTR_MSG, "no good");
	replay_give(nlh);
	assert_int_equal(hwc_noop(*state), -EINVAL);
	assert_string_equal(hwc_ctx_error(*state), "no good");
}

static void expect_malformed(void **state)
{
	assert_int_equal(hwc_noop(*state), -EBADMSG);
	assert_string_equal(hwc_ctx_error(*state), "the module's answer is malformed");
	assert_int_equal(replay_sockets(), 0);
}

static void test_wrong_sequence(void **state)
{
	replay_family();
	expect_noop(2);
	replay_ack(1, 0, NULL);
	expect_malformed(state);
}

static void test_wrong_port(void **state)
{
	struct nlmsghdr *nlh = replay_message(NLMSG_ERROR, 0, 2, 0, 64);

	replay_family();
	expect_noop(2);
	nlh->nlmsg_pid = REPLAY_PORTID + 1;
	replay_give_bytes(nlh, nlh->nlmsg_len);
	free(nlh);
	expect_malformed(state);
}

static void test_answer_that_was_not_asked_for(void **state)
{
	replay_family();
	expect_noop(2);
	replay_give(replay_answer(HWCONTAINER_CMD_NOOP, 2));
	expect_malformed(state);
}

static void test_short_messages(void **state)
{
	static const uint8_t nothing[64];

	for (size_t size = 0; size < 40; size++) {
		/* an ack of no length is no message, nor is one that is cut */
		struct nlmsghdr *nlh = replay_message(NLMSG_ERROR, 0, 2, 0, 64);

		nlh->nlmsg_len = 36;
		nlh->nlmsg_pid = REPLAY_PORTID;
		replay_family();
		expect_noop(2);
		if (size == 36)
			replay_give_bytes(nothing, 36);
		else
			replay_give_bytes(nlh, size);
		free(nlh);
		assert_int_equal(hwc_noop(*state), size ? -EBADMSG : -ETIMEDOUT);
	}
}

static void test_no_answer(void **state)
{
	replay_family();
	expect_noop(2);
	replay_give_error(-EAGAIN);
	assert_int_equal(hwc_noop(*state), -ETIMEDOUT);
	assert_string_equal(hwc_ctx_error(*state), "the module does not answer");
}

static void test_send_fails(void **state)
{
	replay_family();
	replay_refuse_send(-ENOBUFS);
	assert_int_equal(hwc_noop(*state), -ENOBUFS);
	assert_string_equal(hwc_ctx_error(*state),
			    "sending to the module: No buffer space available");
}

static void test_receive_fails(void **state)
{
	replay_family();
	expect_noop(2);
	replay_give_error(-ENOBUFS);
	assert_int_equal(hwc_noop(*state), -ENOBUFS);
	assert_string_equal(hwc_ctx_error(*state),
			    "listening to the module: No buffer space available");
}

/* An answer and its ack may come in one datagram. */
/* No ack was asked for: nothing comes behind an answer. */
static void test_more_than_the_answer(void **state)
{
	struct hwc_info *info = NULL;
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_INFO_GET, 2);
	struct nlmsghdr *ack;
	struct nlmsgerr *err;

	replay_family();
	replay_expect(replay_request(HWCONTAINER_CMD_INFO_GET, 2));
	mnl_attr_put_strz(nlh, HWCONTAINER_A_INFO_VERSION, "0.1.0");
	nlh->nlmsg_pid = REPLAY_PORTID;
	ack = mnl_nlmsg_put_header((char *)nlh + MNL_ALIGN(nlh->nlmsg_len));
	ack->nlmsg_type = NLMSG_ERROR;
	ack->nlmsg_seq = 2;
	ack->nlmsg_pid = REPLAY_PORTID;
	err = mnl_nlmsg_put_extra_header(ack, sizeof(*err));
	err->error = 0;
	replay_give_bytes(nlh, MNL_ALIGN(nlh->nlmsg_len) + ack->nlmsg_len);
	free(nlh);
	assert_int_equal(hwc_info_get(*state, &info), -EBADMSG);
	assert_null(info);
}

static void expect_dump(uint32_t seq)
{
	replay_expect(replay_message(REPLAY_FAMILY, DUMP_FLAGS, seq, HWCONTAINER_CMD_CLAIM_GET, 0));
}

static void give_claim(uint32_t seq, uint32_t id, uint16_t flags)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_CLAIM_GET, seq);

	nlh->nlmsg_flags = NLM_F_MULTI | flags;
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ID, id);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_STATE, HWCONTAINER_CLAIM_STATE_READY);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_RESOURCE, "/a");
	replay_give(nlh);
}

static int sum_ids(const struct hwc_claim *claim, void *data)
{
	*(uint32_t *)data = *(uint32_t *)data * 10 + hwc_claim_id(claim);
	return 0;
}

static void test_dump(void **state)
{
	uint32_t seen = 0;

	replay_family();
	expect_dump(2);
	give_claim(2, 1, 0);
	give_claim(2, 2, 0);
	replay_done(2, 0);
	assert_int_equal(hwc_claim_foreach(*state, sum_ids, &seen), 0);
	assert_int_equal(seen, 12);
}

static void test_empty_dump(void **state)
{
	uint32_t seen = 0;

	replay_family();
	expect_dump(2);
	replay_done(2, 0);
	assert_int_equal(hwc_claim_foreach(*state, sum_ids, &seen), 0);
	assert_int_equal(seen, 0);
}

/* What was read of a list that changed is not shown. */
static void test_interrupted_dump_is_read_again(void **state)
{
	uint32_t seen = 0;

	replay_family();
	expect_dump(2);
	give_claim(2, 1, 0);
	give_claim(2, 2, NLM_F_DUMP_INTR);
	replay_done(2, 0);
	expect_dump(3);
	give_claim(3, 3, 0);
	replay_done(3, 0);
	assert_int_equal(hwc_claim_foreach(*state, sum_ids, &seen), 0);
	assert_int_equal(seen, 3);
}

static void test_dump_is_not_read_for_ever(void **state)
{
	uint32_t seen = 0;

	replay_family();
	for (uint32_t seq = 2; seq < 2 + 16; seq++) {
		expect_dump(seq);
		give_claim(seq, 1, 0);
		replay_done(seq, NLM_F_DUMP_INTR);
	}
	assert_int_equal(hwc_claim_foreach(*state, sum_ids, &seen), -EAGAIN);
	assert_string_equal(hwc_ctx_error(*state),
			    "the list changed each of the 16 times it was read");
	assert_int_equal(seen, 0);
}

static void test_malformed_dump_shows_nothing(void **state)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_CLAIM_GET, 2);
	uint32_t seen = 0;

	replay_family();
	expect_dump(2);
	give_claim(2, 1, 0);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ID, 2);
	replay_give(nlh);
	assert_int_equal(hwc_claim_foreach(*state, sum_ids, &seen), -EBADMSG);
	assert_int_equal(seen, 0);
	assert_int_equal(replay_sockets(), 0);
}

static void test_dump_is_refused(void **state)
{
	uint32_t seen = 0;

	replay_family();
	expect_dump(2);
	replay_ack(2, -EPERM, "not from here");
	assert_int_equal(hwc_claim_foreach(*state, sum_ids, &seen), -EPERM);
	assert_string_equal(hwc_ctx_error(*state), "not from here");
}

static int stop(const struct hwc_claim *claim, void *data)
{
	(void)claim;
	++*(int *)data;
	return 77;
}

static void test_walk_ends_early(void **state)
{
	int calls = 0;

	replay_family();
	expect_dump(2);
	give_claim(2, 1, 0);
	give_claim(2, 2, 0);
	replay_done(2, 0);
	assert_int_equal(hwc_claim_foreach(*state, stop, &calls), 77);
	assert_int_equal(calls, 1);
}

static void put_device(struct nlmsghdr *nlh)
{
	struct nlattr *dev = mnl_attr_nest_start(nlh, HWCONTAINER_A_CLAIM_DEVICE);
	struct nlattr *win;

	mnl_attr_put_strz(nlh, HWCONTAINER_A_DEVICE_NAME, "a0000000.sha256");
	win = mnl_attr_nest_start(nlh, HWCONTAINER_A_DEVICE_WINDOW);
	mnl_attr_put_u64(nlh, HWCONTAINER_A_WINDOW_START, 0xa0000000);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_WINDOW_SIZE, 4096);
	mnl_attr_nest_end(nlh, win);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_DEVICE_IRQ, 45);
	mnl_attr_nest_end(nlh, dev);
}

/* A good answer in which up to three bytes are changed and some are missing. */
static void give_fuzzed_claim(uint32_t *seed)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_CLAIM_GET, 2);
	uint8_t *bytes = (uint8_t *)nlh;
	size_t size;

	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ID, 7);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_STATE, HWCONTAINER_CLAIM_STATE_READY);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_RESOURCE, "/a");
	put_device(nlh);
	put_device(nlh);
	nlh->nlmsg_pid = REPLAY_PORTID;
	size = nlh->nlmsg_len;
	for (uint32_t n = replay_random(seed) % 4; n; n--)
		bytes[replay_random(seed) % size] = replay_random(seed);
	if (replay_random(seed) % 8 == 0)
		size = replay_random(seed) % size;
	replay_give_bytes(nlh, size);
	free(nlh);
}

/* No crash, nothing read that was not received, and no output on failure. */
static void test_fuzzed_claims(void **state)
{
	struct hwc_claim *const untouched = (struct hwc_claim *)state;
	uint32_t seed = 20261121;
	int good = 0;

	for (int i = 0; i < 5000; i++) {
		struct hwc_claim *claim = untouched;
		struct nlmsghdr *nlh;

		replay_family();
		nlh = replay_request(HWCONTAINER_CMD_CLAIM_GET, 2);
		mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ID, 7);
		replay_expect(nlh);
		give_fuzzed_claim(&seed);
		replay_ack(2, 0, NULL);
		if (hwc_claim_get(*state, 7, &claim)) {
			assert_ptr_equal(claim, untouched);
		} else {
			hwc_claim_free(claim);
			good++;
		}
		replay_forget();
		hwc_ctx_free(*state);
		assert_int_equal(hwc_ctx_new((struct hwc_ctx **)state), 0);
	}
	/* both happen, or this tests nothing */
	assert_in_range(good, 500, 4500);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, replay_setup, replay_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_noop),
		TEST(test_not_loaded),
		TEST(test_unloaded_meanwhile),
		TEST(test_sentence_is_verbatim),
		TEST(test_refusal_without_sentence),
		TEST(test_sentence_behind_the_request),
		TEST(test_wrong_sequence),
		TEST(test_wrong_port),
		TEST(test_answer_that_was_not_asked_for),
		TEST(test_short_messages),
		TEST(test_no_answer),
		TEST(test_send_fails),
		TEST(test_receive_fails),
		TEST(test_more_than_the_answer),
		TEST(test_dump),
		TEST(test_empty_dump),
		TEST(test_interrupted_dump_is_read_again),
		TEST(test_dump_is_not_read_for_ever),
		TEST(test_malformed_dump_shows_nothing),
		TEST(test_dump_is_refused),
		TEST(test_walk_ends_early),
		TEST(test_fuzzed_claims),
	};

	return cmocka_run_group_tests_name("nl", tests, NULL, NULL);
}
