// SPDX-License-Identifier: GPL-2.0-or-later
/* Events, and the words for their numbers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "internal.h"
#include "replay.h"

static struct hwc_events *listen_to(void **state)
{
	struct hwc_events *events;

	replay_family();
	assert_int_equal(hwc_events_new(*state, &events), 0);
	assert_int_equal(replay_groups(), REPLAY_GROUP);
	assert_int_equal(hwc_events_fd(events), 42);
	return events;
}

static struct nlmsghdr *claim_event(uint32_t id)
{
	struct nlmsghdr *nlh = replay_answer(HWCONTAINER_CMD_CLAIM_NTF, 0);

	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_ID, id);
	mnl_attr_put_u32(nlh, HWCONTAINER_A_CLAIM_STATE, HWCONTAINER_CLAIM_STATE_RELEASED);
	mnl_attr_put_strz(nlh, HWCONTAINER_A_CLAIM_RESOURCE, "/a");
	return nlh;
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
	assert_null(hwc_resource_state_name(0));
	assert_null(hwc_resource_state_name(6));
	assert_string_equal(hwc_claim_state_name(HWCONTAINER_CLAIM_STATE_WAITING), "waiting");
	assert_null(hwc_claim_state_name(8));
	assert_null(hwc_holder_name(4));
	assert_null(hwc_stage_name(7));
	assert_null(hwc_stage_name((enum hwcontainer_stage) - 1));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, replay_setup, replay_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_events),	TEST(test_unknown_events),  TEST(test_two_in_a_datagram),
		TEST(test_lost_events), TEST(test_malformed_event), TEST(test_free_of_nothing),
		TEST(test_names),
	};

	return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
