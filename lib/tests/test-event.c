// SPDX-License-Identifier: GPL-2.0-or-later
/* Events, and the words for their numbers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <hwcontainer.h>
#include "replay.h"

/* The last event had this number, 0 where the module has none. */
static struct hwc_events *listen_after(void **state, uint64_t seq)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_INFO_GET, 2);
	struct hwc_events *events;

	mnl_attr_put_strz(nlh, HWCONTAINER_A_INFO_VERSION, "0.1.0");
	if (seq)
		mnl_attr_put_u64(nlh, HWCONTAINER_A_INFO_SEQ, seq);
	replay_family();
	replay_expect(replay_request(HWCONTAINER_CMD_INFO_GET, 2));
	replay_give(nlh);
	replay_ack(2, 0, NULL);
	assert_int_equal(hwc_events_new(*state, &events), 0);
	assert_int_equal(replay_groups(), REPLAY_GROUP);
	assert_int_equal(hwc_events_fd(events), 42);
	return events;
}

static struct hwc_events *listen_to(void **state)
{
	return listen_after(state, 0);
}

static struct nlmsghdr *claim_event(uint32_t id)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_CLAIM_NTF, 0);

	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ID, id);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_STATE, HWCONTAINER_CLAIM_STATE_RELEASED);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_RESOURCE, "/a");
	return nlh;
}

static struct nlmsghdr *numbered(uint64_t seq)
{
	struct nlmsghdr *nlh = claim_event(17);

	if (seq > UINT32_MAX)
		mnl_attr_put_u64(nlh, HWCONTAINER_A_CLAIM_SEQ, seq);
	else
		mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_SEQ, seq);
	return nlh;
}

static struct nlmsghdr *group_event(const char *name, uint32_t seq)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_GROUP_NTF, 0);

	if (name)
		mnl_attr_put_strz(nlh, HWCONTAINER_A_GROUP_NAME, name);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_GROUP_KIND, "toy");
	mnl_attr_put_u32(nlh, HWCONTAINER_A_GROUP_EVENT, HWCONTAINER_GROUP_EVENT_MAX);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_GROUP_COUNT, 3);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_GROUP_SEQ, seq);
	return nlh;
}

/* The next event has this number, and so many are missing before it. */
static void expect_event(struct hwc_events *events, uint64_t seq, uint64_t missed)
{
	struct hwc_event *event;

	assert_int_equal(hwc_events_next(events, &event), 0);
	assert_int_equal(hwc_event_seq(event), seq);
	assert_int_equal(hwc_event_missed(event), missed);
	hwc_event_free(event);
}

static void test_events(void **state)
{
	struct hwc_events *events = listen_to(state);
	struct hwc_event *event;
	struct nlmsghdr *nlh;

	nlh = replay_answer(HWCONTAINER_CMD_RESOURCE_DEL_NTF, 0);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_RESOURCE_ID, 3);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_RESOURCE_NAME, "/a");
	replay_give(nlh);
	replay_give(claim_event(17));
	replay_give_error(-EAGAIN);

	assert_int_equal(hwc_events_next(events, &event), 0);
	assert_int_equal(hwc_event_type(event), HWCONTAINER_CMD_RESOURCE_DEL_NTF);
	assert_string_equal(hwc_resource_name(hwc_event_resource(event)), "/a");
	assert_null(hwc_event_claim(event));
	hwc_event_free(event);
	assert_int_equal(hwc_events_next(events, &event), 0);
	assert_int_equal(hwc_event_type(event), HWCONTAINER_CMD_CLAIM_NTF);
	assert_int_equal(hwc_claim_id(hwc_event_claim(event)), 17);
	assert_int_equal(hwc_claim_state(hwc_event_claim(event)), HWCONTAINER_CLAIM_STATE_RELEASED);
	assert_null(hwc_event_resource(event));
	assert_null(hwc_event_group(event));
	hwc_event_free(event);
	assert_int_equal(hwc_events_next(events, &event), -EAGAIN);
	hwc_events_free(events);
}

/* A newer module's events, and what is not of the family, are stepped over. */
static void test_unknown_events(void **state)
{
	struct hwc_events *events = listen_to(state);
	struct hwc_event *event;

	replay_give(replay_answer(200, 0));
	replay_give(replay_message(REPLAY_FAMILY + 1, 0, 0, HWCONTAINER_CMD_CLAIM_NTF, 0));
	replay_give(claim_event(18));
	assert_int_equal(hwc_events_next(events, &event), 0);
	assert_int_equal(hwc_claim_id(hwc_event_claim(event)), 18);
	hwc_event_free(event);
	hwc_events_free(events);
}

static void test_two_in_a_datagram(void **state)
{
	struct hwc_events *events = listen_to(state);
	struct nlmsghdr *one = claim_event(17), *two = claim_event(18);
	size_t first = MNL_ALIGN(one->nlmsg_len);
	struct hwc_event *event;

	memcpy((char *)one + first, two, two->nlmsg_len);
	replay_give_bytes(one, first + two->nlmsg_len);
	free(one);
	free(two);
	for (uint32_t id = 17; id <= 18; id++) {
		assert_int_equal(hwc_events_next(events, &event), 0);
		assert_int_equal(hwc_claim_id(hwc_event_claim(event)), id);
		hwc_event_free(event);
	}
	assert_int_equal(hwc_events_next(events, &event), -EAGAIN);
	hwc_events_free(events);
}

static void test_lost_events(void **state)
{
	struct hwc_events *events = listen_to(state);
	struct hwc_event *event;

	replay_give_error(-ENOBUFS);
	replay_give(claim_event(17));
	assert_int_equal(hwc_events_next(events, &event), -ENOBUFS);
	assert_string_equal(hwc_ctx_error(*state),
			    "events came faster than they were read, some are lost");
	assert_int_equal(hwc_events_next(events, &event), 0);
	hwc_event_free(event);
	hwc_events_free(events);
}

/* One that is malformed is no reason to miss the next. */
static void test_malformed_event(void **state)
{
	struct hwc_events *events = listen_to(state);
	struct hwc_event *event = NULL;

	replay_give(replay_answer(HWCONTAINER_CMD_CLAIM_NTF, 0));
	replay_give_bytes("short", 5);
	replay_give(claim_event(17));
	assert_int_equal(hwc_events_next(events, &event), -EBADMSG);
	assert_int_equal(hwc_events_next(events, &event), -EBADMSG);
	assert_null(event);
	assert_int_equal(hwc_events_next(events, &event), 0);
	hwc_event_free(event);
	hwc_events_free(events);
}

static void test_missed_events(void **state)
{
	const uint64_t large = UINT64_C(1) << 33;
	struct hwc_events *events = listen_after(state, 4);

	replay_give(numbered(5));
	replay_give(numbered(6));
	replay_give(numbered(9));
	replay_give(numbered(large));
	replay_give(numbered(large + 1));
	expect_event(events, 5, 0);
	expect_event(events, 6, 0);
	expect_event(events, 9, 2);
	expect_event(events, large, large - 10);
	expect_event(events, large + 1, 0);
	hwc_events_free(events);
}

/* Missed by somebody who has heard of none yet. */
static void test_missed_from_the_start(void **state)
{
	struct hwc_events *events = listen_after(state, 4);

	replay_give(numbered(8));
	expect_event(events, 8, 3);
	hwc_events_free(events);
}

/* They waited in the socket while the number was asked for. */
static void test_events_before_the_number(void **state)
{
	struct hwc_events *events = listen_after(state, 6);

	for (uint64_t seq = 5; seq <= 7; seq++)
		replay_give(numbered(seq));
	for (uint64_t seq = 5; seq <= 7; seq++)
		expect_event(events, seq, 0);
	hwc_events_free(events);
}

static void test_missed_when_lost(void **state)
{
	struct hwc_events *events = listen_after(state, 4);
	struct hwc_event *event;

	replay_give(numbered(5));
	replay_give_error(-ENOBUFS);
	replay_give(numbered(6));
	replay_give_error(-ENOBUFS);
	replay_give(numbered(20));
	expect_event(events, 5, 0);
	assert_int_equal(hwc_events_next(events, &event), -ENOBUFS);
	expect_event(events, 6, 0);
	assert_int_equal(hwc_events_next(events, &event), -ENOBUFS);
	expect_event(events, 20, 13);
	hwc_events_free(events);
}

/* One that is not known has come, one that is malformed is missed. */
static void test_missed_and_unknown(void **state)
{
	struct hwc_events *events = listen_after(state, 4);
	struct hwc_event *event;

	replay_give(replay_answer(200, 0));
	replay_give(numbered(6));
	replay_give(group_event(NULL, 7));
	replay_give(numbered(8));
	expect_event(events, 6, 0);
	assert_int_equal(hwc_events_next(events, &event), -EBADMSG);
	expect_event(events, 8, 1);
	hwc_events_free(events);
}

/* A module that numbers nothing. */
static void test_no_numbers(void **state)
{
	struct hwc_events *events = listen_to(state);

	replay_give(claim_event(17));
	replay_give(replay_answer(200, 0));
	replay_give(claim_event(17));
	expect_event(events, 0, 0);
	expect_event(events, 0, 0);
	hwc_events_free(events);
}

static void test_no_first_number(void **state)
{
	struct hwc_events *events = NULL;

	replay_family();
	replay_expect(replay_request(HWCONTAINER_CMD_INFO_GET, 2));
	replay_ack(2, -ENOMEM, NULL);
	assert_int_equal(hwc_events_new(*state, &events), -ENOMEM);
	assert_null(events);
}

static void test_group_event(void **state)
{
	struct hwc_events *events = listen_after(state, 4);
	const struct hwc_group_event *group;
	struct hwc_event *event;

	replay_give(group_event("web/a", 7));
	assert_int_equal(hwc_events_next(events, &event), 0);
	assert_int_equal(hwc_event_type(event), HWCONTAINER_CMD_GROUP_NTF);
	assert_int_equal(hwc_event_seq(event), 7);
	assert_int_equal(hwc_event_missed(event), 2);
	assert_null(hwc_event_resource(event));
	assert_null(hwc_event_claim(event));
	group = hwc_event_group(event);
	assert_string_equal(group->name, "web/a");
	assert_string_equal(group->kind, "toy");
	assert_int_equal(group->event, HWCONTAINER_GROUP_EVENT_MAX);
	assert_int_equal(group->count, 3);
	hwc_event_free(event);
	hwc_events_free(events);
}

static void test_free_of_nothing(void **state)
{
	(void)state;
	hwc_event_free(NULL);
	hwc_events_free(NULL);
}

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(hwc_resource_state_name(HWCONTAINER_RESOURCE_STATE_FREE), "free");
	assert_string_equal(hwc_resource_state_name(HWCONTAINER_RESOURCE_STATE_GONE), "gone");
	assert_string_equal(hwc_claim_state_name(HWCONTAINER_CLAIM_STATE_QUEUED), "queued");
	assert_string_equal(hwc_claim_state_name(HWCONTAINER_CLAIM_STATE_FAILED), "failed");
	assert_string_equal(hwc_holder_name(HWCONTAINER_HOLDER_NOBODY), "nobody");
	assert_string_equal(hwc_stage_name(HWCONTAINER_STAGE_BOUND), "bound");
	assert_string_equal(hwc_group_event_name(HWCONTAINER_GROUP_EVENT_DENIED), "denied");
	assert_null(hwc_group_event_name(0));
	assert_null(hwc_group_event_name(4));
	assert_null(hwc_resource_state_name(0));
	assert_null(hwc_resource_state_name(6));
	assert_string_equal(hwc_claim_state_name(HWCONTAINER_CLAIM_STATE_WAITING), "waiting");
	assert_null(hwc_claim_state_name(8));
	assert_string_equal(hwc_holder_name(HWCONTAINER_HOLDER_NAMESPACE), "namespace");
	assert_null(hwc_holder_name(5));
	assert_null(hwc_stage_name(7));
	assert_null(hwc_stage_name((enum hwcontainer_stage) - 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, replay_setup, replay_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_events),
		TEST(test_unknown_events),
		TEST(test_two_in_a_datagram),
		TEST(test_lost_events),
		TEST(test_malformed_event),
		TEST(test_missed_events),
		TEST(test_missed_from_the_start),
		TEST(test_events_before_the_number),
		TEST(test_missed_when_lost),
		TEST(test_missed_and_unknown),
		TEST(test_no_numbers),
		TEST(test_no_first_number),
		TEST(test_group_event),
		TEST(test_free_of_nothing),
		TEST(test_names),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
