// SPDX-License-Identifier: GPL-2.0-or-later
/* Claims that make room for more important ones, where their group says so, with notice. */
#include "queue.h"

/* Of notice, where it is to end; and where it is not to. */
#define SHORT "100"
#define LONG "60000"

FIXTURE(preempt)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a;
	int device, file;
	uint32_t holder;
};

FIXTURE_SETUP(preempt)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_domain_new(&self->a));
	ASSERT_EQ(0, hwc_test_group_new("p"));
	ASSERT_EQ(0, hwc_test_group_new("p/in"));
	ASSERT_EQ(0, hwc_test_group_attach("p/in", &self->a));
	self->holder = hwc_test_get_in_line_of(&self->a, .priority = 1);
	ASSERT_LT(0, (int)self->holder);
	ASSERT_EQ(0, hwc_test_wait_ready(self->ctx, self->holder));
	self->device = hwc_holder_open(self->ctx);
	self->file = hwc_claim_open(self->ctx, self->device, self->holder);
	ASSERT_LT(0, self->file);
}

FIXTURE_TEARDOWN(preempt)
{
	close(self->file);
	close(self->device);
	hwc_test_domain_end(&self->a);
	hwc_test_write(HWC_TOY "reset", "1");
	EXPECT_EQ(0, hwc_test_end_all(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	EXPECT_EQ(0, hwc_test_group_wait_remove("p/in"));
	EXPECT_EQ(0, hwc_test_group_remove("p"));
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_unload_toys());
}

/* Is the claim the only one that has the resource, and without notice, some time from now? */
static int is_left_alone(FIXTURE_DATA(preempt) * self)
{
	usleep(50000 * hwc_test_slow());
	return !hwc_test_taken_in(self->ctx, self->holder) &&
	       hwc_test_claim_state(self->ctx, self->holder) == HWCONTAINER_CLAIM_STATE_READY &&
	       hwc_test_poll(self->file) == POLLIN;
}

TEST_F(preempt, is_off)
{
	int id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 2);

	ASSERT_LT(0, id);
	EXPECT_TRUE(is_left_alone(self));
	EXPECT_EQ(0, hwc_test_group_write("p", "preempt", LONG));
	EXPECT_EQ(POLLIN | POLLPRI, hwc_test_poll_but(self->file, POLLIN));
	/* the nearest group that says anything decides */
	EXPECT_EQ(0, hwc_test_group_write("p/in", "preempt", "off"));
	EXPECT_EQ(POLLIN, hwc_test_poll_but(self->file, POLLIN | POLLPRI));
	EXPECT_TRUE(is_left_alone(self));
	EXPECT_EQ(0, hwc_test_group_number("p", "events", "preemptions"));
}

TEST_F(preempt, is_for_more_important_ones)
{
	ASSERT_EQ(0, hwc_test_group_write("p/in", "preempt", "1"));
	ASSERT_LT(0, hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 1));
	EXPECT_TRUE(is_left_alone(self));
	/* nor for one that does not wait */
	EXPECT_EQ(-EBUSY, hwc_test_get_in_line(.priority = 2));
	EXPECT_TRUE(is_left_alone(self));
}

/* One that brings no file of the digest it asks for would find nothing loaded. */
TEST_F(preempt, is_not_for_who_could_not_use_it)
{
	static const uint8_t digest[HWCONTAINER_DIGEST_LEN] = { 1 };
	int id;

	ASSERT_EQ(0, hwc_test_group_write("p/in", "preempt", "1"));
	id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 2, .digest = digest);
	ASSERT_LT(0, id);
	EXPECT_TRUE(is_left_alone(self));
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 2,
				  .flags = HWCONTAINER_CLAIM_FLAGS_DRY_RUN);
	ASSERT_LT(0, id);
	EXPECT_TRUE(is_left_alone(self));
	EXPECT_EQ(0, hwc_test_group_number("p", "events", "preemptions"));
}

/* Notice, by an event and the claim's file; then the end, and the other has it. */
TEST_F(preempt, comes_with_notice)
{
	int notices = 0, failures = 0, id;
	struct hwc_events *events;
	struct hwc_event *event;
	char want[80];

	ASSERT_EQ(0, hwc_test_group_write("p", "preempt", SHORT));
	ASSERT_EQ(0, hwc_events_new(self->ctx, &events));
	id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 2);
	ASSERT_LT(0, id);
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, id));
	EXPECT_EQ(POLLIN | POLLERR, hwc_test_poll(self->file));
	while (!hwc_events_next(events, &event)) {
		const struct hwc_claim *claim = hwc_event_claim(event);

		if (claim && hwc_claim_id(claim) == self->holder) {
			uint32_t ms = hwc_claim_taken_in(claim);

			notices += ms && ms <= (uint32_t)atoi(SHORT);
			failures += hwc_claim_error(claim) == ECANCELED;
		}
		hwc_event_free(event);
	}
	hwc_events_free(events);
	EXPECT_EQ(1, notices);
	EXPECT_EQ(1, failures);
	snprintf(want, sizeof(want),
		 "%d toy0 was taken for a claim of priority 2 in another network namespace",
		 ECANCELED);
	EXPECT_STREQ(want, hwc_test_message(self->ctx, self->holder));
	EXPECT_EQ(1, hwc_test_group_number("p", "events", "preemptions"));
	EXPECT_EQ(1, hwc_test_group_number("p/in", "events", "preemptions"));
	EXPECT_EQ(1, hwc_test_number(HWC_TOY "released"));
}

/* Who is seen is named. */
TEST_F(preempt, says_for_whom)
{
	char want[80];
	int id;

	ASSERT_EQ(0, hwc_test_group_write("p", "preempt", "1"));
	id = hwc_test_get_in_line_of(&self->a, .ms = HWC_TEST_LONG_MS, .priority = 2,
				     .container = "better");
	ASSERT_LT(0, id);
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, id));
	snprintf(want, sizeof(want),
		 "%d toy0 was taken for container better (claim %d) of priority 2", ECANCELED, id);
	EXPECT_STREQ(want, hwc_test_message(self->ctx, self->holder));
}

/* Whoever was the reason goes: by itself, or for want of time. */
TEST_F(preempt, is_called_off)
{
	int id;

	ASSERT_EQ(0, hwc_test_group_write("p", "preempt", LONG));
	id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 2);
	ASSERT_LT(0, id);
	EXPECT_EQ(POLLIN | POLLPRI, hwc_test_poll_but(self->file, POLLIN));
	EXPECT_LT(50000, hwc_test_taken_in(self->ctx, self->holder));
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	EXPECT_EQ(POLLIN, hwc_test_poll_but(self->file, POLLIN | POLLPRI));
	EXPECT_TRUE(is_left_alone(self));
	/* long enough for the notice to be seen */
	ASSERT_LT(0, hwc_test_get_in_line(.ms = 300, .priority = 2));
	EXPECT_EQ(POLLIN | POLLPRI, hwc_test_poll_but(self->file, POLLIN));
	EXPECT_EQ(POLLIN, hwc_test_poll_but(self->file, POLLIN | POLLPRI));
	EXPECT_TRUE(is_left_alone(self));
	EXPECT_EQ(0, hwc_test_group_number("p", "events", "preemptions"));
}

/* Who has notice and leaves by itself was not taken from. */
TEST_F(preempt, is_not_needed)
{
	int id;

	ASSERT_EQ(0, hwc_test_group_write("p", "preempt", LONG));
	id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 2);
	ASSERT_LT(0, id);
	EXPECT_EQ(POLLIN | POLLPRI, hwc_test_poll_but(self->file, POLLIN));
	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, id));
	EXPECT_EQ(0, hwc_test_group_number("p", "events", "preemptions"));
}

/* A claim whose hardware is still configured: the step ends, and is released. */
static void take_while(struct __test_metadata *_metadata, FIXTURE_DATA(preempt) * self,
		       const char *knob, int state)
{
	int id, other;

	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	ASSERT_EQ(0, hwc_test_write(HWC_TOY "reset", "1"));
	ASSERT_EQ(0, hwc_test_set(knob, 300));
	ASSERT_EQ(0, hwc_test_group_write("p", "preempt", "1"));
	id = hwc_test_get_in_line_of(&self->a, .priority = 1);
	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, state));
	other = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 2);
	ASSERT_LT(0, other);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, other));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(2, hwc_test_number(HWC_TOY "configured"));
	EXPECT_EQ(1, hwc_test_number(HWC_TOY "released"));
	EXPECT_EQ(0, hwc_test_end(self->ctx, id));
}

TEST_F(preempt, comes_while_hardware_is_configured)
{
	take_while(_metadata, self, HWC_TOY "stall_configure_ms",
		   HWCONTAINER_CLAIM_STATE_PREPARING);
}

TEST_F(preempt, comes_while_devices_are_waited_for)
{
	take_while(_metadata, self, HWC_TOY "stall_settle_ms", HWCONTAINER_CLAIM_STATE_PREPARING);
}

/* Of several the least important one, and of these the last; one after the other. */
TEST_F(preempt, takes_the_least_important_one)
{
	static const int priorities[] = { 1, 0, 0, 5 };
	int ids[4], better[2], i;

	close(self->file);
	self->file = -1;
	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	ASSERT_EQ(0, hwc_test_unload_toys());
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy capacity=4"));
	for (i = 0; i < 4; i++) {
		ids[i] = hwc_test_get_in_line_of(&self->a, .priority = priorities[i]);
		ASSERT_LT(0, ids[i]);
		ASSERT_EQ(0, hwc_test_wait_ready(self->ctx, ids[i]));
	}
	ASSERT_EQ(0, hwc_test_group_write("p", "preempt", SHORT));
	for (i = 0; i < 2; i++) {
		better[i] = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 1);
		ASSERT_LT(0, better[i]);
	}
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, better[0]));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, ids[2]));
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, better[1]));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_FAILED, hwc_test_claim_state(self->ctx, ids[1]));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, ids[0]));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, ids[3]));
}

TEST_HARNESS_MAIN
