// SPDX-License-Identifier: GPL-2.0-or-later
/* The queue: who waits for what others have, in what order, and how that ends. */
#include "queue.h"

FIXTURE(queue)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a, b;
	uint32_t holder;
};

FIXTURE_SETUP(queue)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_domain_new(&self->a));
	ASSERT_EQ(0, hwc_test_domain_new(&self->b));
	self->holder = hwc_test_get_in_line(.container = "first");
	ASSERT_LT(0, (int)self->holder);
	ASSERT_EQ(0, hwc_test_wait_ready(self->ctx, self->holder));
}

FIXTURE_TEARDOWN(queue)
{
	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	hwc_test_write(HWC_TOY "reset", "1");
	EXPECT_EQ(0, hwc_test_end_all(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_unload_toys());
}

TEST_F(queue, is_waited_in)
{
	struct hwc_claim *claim;
	int64_t begin = hwc_test_ms();
	int id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS);

	ASSERT_LT(0, id);
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_WAITING, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(1, hwc_test_position(self->ctx, id));
	EXPECT_EQ(0, hwc_test_position(self->ctx, self->holder));
	EXPECT_EQ(1, hwc_test_waiting(self->ctx, "toy0"));
	EXPECT_EQ(0, hwc_test_waiting(self->ctx, "toy1"));
	EXPECT_EQ(2, hwc_test_claims(self->ctx));
	usleep(50000);
	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	ASSERT_EQ(0, hwc_test_wait_ready(self->ctx, id));
	EXPECT_EQ(0, hwc_test_waiting(self->ctx, "toy0"));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	EXPECT_EQ(0, hwc_claim_position(claim));
	/* how long it has waited */
	EXPECT_LE(50000000, (int64_t)hwc_claim_time(claim, HWCONTAINER_STAGE_GRANTED));
	EXPECT_GE((hwc_test_ms() - begin + 1) * 1000000,
		  (int64_t)hwc_claim_time(claim, HWCONTAINER_STAGE_GRANTED));
	hwc_claim_free(claim);
}

/* What is free is had at once. */
TEST_F(queue, is_not_waited_in_without_need)
{
	int id = hwc_test_get_in_line("toy1", .ms = 1);

	ASSERT_LT(0, id);
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, id));
}

TEST_F(queue, is_for_one_resource)
{
	struct hwc_grant grants[2];
	struct hwc_request *req;

	ASSERT_EQ(0, hwc_request_new(self->ctx, &req));
	hwc_request_wait(req, 1);
	ASSERT_EQ(0, hwc_request_add(req, "toy1", -1, -1, NULL, NULL));
	ASSERT_EQ(0, hwc_request_add(req, "toy2", -1, -1, NULL, NULL));
	EXPECT_EQ(-EINVAL, hwc_request_submit(req, grants));
	EXPECT_STREQ("2 resources are asked for; one that may wait asks for 1",
		     hwc_ctx_error(self->ctx));
	hwc_request_free(req);
}

TEST_F(queue, goes_by_priority_then_arrival)
{
	static const int priorities[] = { 0, 5, INT32_MIN, 0, 5, INT32_MAX };
	static const int places[] = { 4, 2, 6, 5, 3, 1 };
	int ids[6], i;

	for (i = 0; i < 6; i++) {
		ids[i] = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = priorities[i]);
		ASSERT_LT(0, ids[i]);
	}
	for (i = 0; i < 6; i++)
		EXPECT_EQ(places[i], hwc_test_position(self->ctx, ids[i]));
	EXPECT_EQ(5, hwc_test_next(self->ctx, &self->holder, ids, 6));
	EXPECT_EQ(1, hwc_test_next(self->ctx, &self->holder, ids, 6));
	EXPECT_EQ(4, hwc_test_next(self->ctx, &self->holder, ids, 6));
	EXPECT_EQ(0, hwc_test_next(self->ctx, &self->holder, ids, 6));
	EXPECT_EQ(3, hwc_test_next(self->ctx, &self->holder, ids, 6));
	EXPECT_EQ(2, hwc_test_next(self->ctx, &self->holder, ids, 6));
}

/* Three of four grants are of the group of three times the weight, from the first on. */
TEST_F(queue, is_shared_by_weight)
{
	int ids[16], i, heavy = 0;

	ASSERT_EQ(0, hwc_test_group_new("qa"));
	ASSERT_EQ(0, hwc_test_group_new("qb"));
	EXPECT_EQ(0, hwc_test_group_write("qb", "weight", "300"));
	ASSERT_EQ(0, hwc_test_group_attach("qa", &self->a));
	ASSERT_EQ(0, hwc_test_group_attach("qb", &self->b));
	for (i = 0; i < 16; i++) {
		ids[i] = hwc_test_get_in_line_of(i < 4 ? &self->a : &self->b,
						 .ms = HWC_TEST_LONG_MS);
		ASSERT_LT(0, ids[i]);
	}
	for (i = 0; i < 8; i++)
		heavy += hwc_test_next(self->ctx, &self->holder, ids, 16) >= 4;
	EXPECT_EQ(6, heavy);
	/* what was seen is what comes */
	for (i = 1; i <= 8; i++) {
		int next, n;

		for (n = 0; n < 16 && hwc_test_position(self->ctx, ids[n]) != 1; n++)
			;
		next = hwc_test_next(self->ctx, &self->holder, ids, 16);
		EXPECT_EQ(n, next);
	}
	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	EXPECT_EQ(0, hwc_test_group_wait_remove("qa"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("qb"));
}

TEST_F(queue, starves_nobody)
{
	int poor = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS), passed = 0, ids[2];

	ASSERT_LT(0, poor);
	ids[0] = poor;
	for (;;) {
		ids[1] = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .priority = 9);
		ASSERT_LT(0, ids[1]);
		if (hwc_test_position(self->ctx, poor) == 1)
			break;
		ASSERT_EQ(1, hwc_test_next(self->ctx, &self->holder, ids, 2));
		passed++;
	}
	EXPECT_EQ(HWC_OVERTAKES_MAX, passed);
	EXPECT_EQ(0, hwc_test_next(self->ctx, &self->holder, ids, 2));
	EXPECT_EQ(1, hwc_test_next(self->ctx, &self->holder, ids, 2));
}

/* A sentence says how long that was and who has it. */
TEST_F(queue, is_left_when_time_is_over)
{
	int64_t begin = hwc_test_ms();
	int early = hwc_test_get_in_line(.ms = 100);
	int late = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS);
	int file = hwc_holder_open(self->ctx);
	const char *message;
	char want[80];

	ASSERT_LT(0, early);
	ASSERT_LT(0, late);
	EXPECT_EQ(-ETIMEDOUT, hwc_claim_wait(self->ctx, file, early, HWC_TEST_WAIT_MS));
	EXPECT_LE(100, hwc_test_ms() - begin);
	close(file);
	message = hwc_test_message(self->ctx, early);
	EXPECT_EQ(0, strncmp(message, "110 waited 1", 12)) TH_LOG("%s", message);
	snprintf(want, sizeof(want), " ms: toy0 is held by container first (claim %u)",
		 self->holder);
	EXPECT_NE(NULL, strstr(message, want)) TH_LOG("%s", message);
	EXPECT_EQ(1, hwc_test_position(self->ctx, late));
	EXPECT_EQ(1, hwc_test_waiting(self->ctx, "toy0"));
	EXPECT_EQ(0, hwc_test_end(self->ctx, early));
}

/* From elsewhere nobody hears who has it. */
TEST_F(queue, is_left_without_a_name)
{
	int id = hwc_test_get_in_line_of(&self->a, .ms = 1);
	const char *message;

	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	message = hwc_test_message(self->ctx, id);
	EXPECT_NE(NULL, strstr(message, " ms: toy0 is held from another network namespace"))
	TH_LOG("%s", message);
}

/* By its deletion, its file, its process, its namespace. */
TEST_F(queue, is_left_by_the_end_of_a_claim)
{
	pid_t pid = hwc_test_sleeper();
	int device = hwc_holder_open(self->ctx), holder = hwc_holder_open(self->ctx);
	int ids[5], files[4], i, pidfd;

	ids[0] = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS);
	ids[1] = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS, .holder = holder);
	ids[2] = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS);
	ids[3] = hwc_test_get_in_line_of(&self->a, .ms = HWC_TEST_LONG_MS);
	ids[4] = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS);
	for (i = 0; i < 5; i++)
		ASSERT_LT(0, ids[i]);
	for (i = 0; i < 4; i++) {
		files[i] = hwc_claim_open(self->ctx, device, ids[i]);
		ASSERT_LT(0, files[i]);
	}
	/* who waits is handed over like anybody else */
	pidfd = hwc_test_pidfd(pid);
	ASSERT_EQ(0, hwc_claim_handover(self->ctx, (uint32_t[]){ ids[2] }, 1, pidfd));
	close(pidfd);
	EXPECT_EQ(5, hwc_test_position(self->ctx, ids[4]));

	ASSERT_EQ(0, hwc_test_end(self->ctx, ids[0]));
	EXPECT_EQ(POLLIN | POLLHUP, hwc_test_poll(files[0]));
	close(holder);
	EXPECT_EQ(POLLIN | POLLHUP, hwc_test_poll(files[1]));
	hwc_test_kill(pid);
	EXPECT_EQ(POLLIN | POLLHUP, hwc_test_poll(files[2]));
	EXPECT_EQ(2, hwc_test_position(self->ctx, ids[4]));
	hwc_test_domain_end(&self->a);
	EXPECT_EQ(POLLIN | POLLHUP, hwc_test_poll(files[3]));
	EXPECT_EQ(1, hwc_test_position(self->ctx, ids[4]));
	EXPECT_EQ(0, hwc_test_next(self->ctx, &self->holder, ids + 4, 1));
	for (i = 0; i < 4; i++)
		close(files[i]);
	close(device);
}

TEST_F(queue, ends_with_its_resource)
{
	int device = hwc_holder_open(self->ctx), file;
	int id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS);

	ASSERT_LT(0, id);
	file = hwc_claim_open(self->ctx, device, id);
	ASSERT_EQ(0, hwc_test_write(HWC_TOY "remove", "toy0"));
	EXPECT_EQ(POLLIN | POLLHUP, hwc_test_poll(file));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	close(file);
	close(device);
}

TEST_F(queue, keeps_the_module)
{
	int id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS);

	ASSERT_LT(0, id);
	EXPECT_NE(0, hwc_test_run("rmmod hwcontainer-toy 2>/dev/null"));
	EXPECT_NE(0, hwc_test_run("rmmod hwcontainer 2>/dev/null"));
	EXPECT_EQ(1, hwc_test_position(self->ctx, id));
	EXPECT_EQ(0, hwc_test_next(self->ctx, &self->holder, &id, 1));
}

/*
 * Nobody has it, and still the next one cannot have it: who comes now has no more right
 * to it. The module looks again each second.
 */
TEST_F(queue, is_not_overtaken)
{
	int id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS), other;

	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "fail_acquire", EBUSY));
	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	ASSERT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_WAITING, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(-EBUSY, hwc_test_get_in_line(.says = "others wait for toy0, 1 of them"));
	other = hwc_test_get_in_line(.ms = 1);
	ASSERT_LT(0, other);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, other, HWCONTAINER_CLAIM_STATE_FAILED));
	EXPECT_NE(NULL, strstr(hwc_test_message(self->ctx, other),
			       " ms: others wait for toy0, 1 of them"));
	/* it would be the next one */
	EXPECT_EQ(-EBUSY,
		  hwc_test_get_in_line(.priority = 1, .says = "toy0: fail_acquire is set to 16"));
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "fail_acquire", 0));
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, id));
}

TEST_F(queue, is_overtaken_by_more_important_ones)
{
	int id = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS), other;

	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "fail_acquire", EBUSY));
	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	ASSERT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
	usleep(10000);
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "fail_acquire", 0));
	other = hwc_test_get_in_line(.priority = 1);
	ASSERT_LT(0, other);
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, other));
	EXPECT_EQ(1, hwc_test_position(self->ctx, id));
}

/* What the kind says but busy is the end of it, and the turn of the next one. */
TEST_F(queue, is_left_by_who_cannot_have_it)
{
	int ids[2], i;

	for (i = 0; i < 2; i++) {
		ids[i] = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS);
		ASSERT_LT(0, ids[i]);
	}
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "fail_acquire", EIO));
	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0,
			  hwc_test_wait_claim(self->ctx, ids[i], HWCONTAINER_CLAIM_STATE_FAILED));
		EXPECT_STREQ("5 toy0: fail_acquire is set to 5",
			     hwc_test_message(self->ctx, ids[i]));
	}
	EXPECT_EQ(0, hwc_test_waiting(self->ctx, "toy0"));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
}

TEST_F(queue, is_bounded)
{
	static uint32_t ids[HWC_WAITERS_MAX];
	struct hwc_grant grant;
	struct hwc_request *req;
	int i;

	ASSERT_EQ(0, hwc_request_new(self->ctx, &req));
	hwc_request_wait(req, HWC_TEST_LONG_MS);
	ASSERT_EQ(0, hwc_request_add(req, "toy0", -1, -1, NULL, NULL));
	for (i = 0; i < HWC_WAITERS_MAX; i++) {
		ASSERT_EQ(0, hwc_request_submit(req, &grant));
		ids[i] = grant.id;
	}
	EXPECT_EQ(-ENOBUFS, hwc_request_submit(req, &grant));
	EXPECT_STREQ("toy0 is waited for by 1024 claims, the most there are",
		     hwc_ctx_error(self->ctx));
	hwc_request_free(req);
	EXPECT_EQ(HWC_WAITERS_MAX, hwc_test_waiting(self->ctx, "toy0"));
	EXPECT_EQ(HWC_WAITERS_MAX, hwc_test_position(self->ctx, ids[HWC_WAITERS_MAX - 1]));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, ids, HWC_WAITERS_MAX));
	EXPECT_EQ(0, hwc_test_waiting(self->ctx, "toy0"));
}

/* Two at a time: as many go in as come out, and no more. */
TEST_F(queue, is_for_all_there_is_room_for)
{
	int ids[4], i;

	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	ASSERT_EQ(0, hwc_test_unload_toys());
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy capacity=2"));
	for (i = 0; i < 4; i++) {
		ids[i] = hwc_test_get_in_line(.ms = HWC_TEST_LONG_MS);
		ASSERT_LT(0, ids[i]);
	}
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, ids[1]));
	EXPECT_EQ(2, hwc_test_waiting(self->ctx, "toy0"));
	ASSERT_EQ(0, hwc_test_end(self->ctx, ids[1]));
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, ids[2]));
	EXPECT_EQ(1, hwc_test_position(self->ctx, ids[3]));
	EXPECT_EQ(-EBUSY, hwc_test_get_in_line(.says = "toy0 is held by 2 claims, its capacity"));
	ASSERT_EQ(0, hwc_test_end(self->ctx, ids[0]));
	EXPECT_EQ(0, hwc_test_wait_ready(self->ctx, ids[3]));
}

/* Waiting costs what having costs, and priority what the group says. */
TEST_F(queue, is_limited_for_those_without_privilege)
{
	int id;

	ASSERT_EQ(0, hwc_test_group_new("q"));
	ASSERT_EQ(0, hwc_test_group_new("q/in"));
	EXPECT_EQ(0, hwc_test_group_write("q/in", "delegate", "1"));
	EXPECT_EQ(0, hwc_test_group_write("q/in", "max", "toy 1"));
	ASSERT_EQ(0, hwc_test_group_attach("q/in", &self->a));

	EXPECT_EQ(-EPERM, hwc_test_get_in_line_of(&self->a, .ms = HWC_TEST_LONG_MS, .priority = 1,
						  .nobody = true,
						  .says = "group in has priority 0 at most"));
	EXPECT_EQ(0, hwc_test_group_write("q/in", "priority", "7"));
	EXPECT_EQ(-EPERM, hwc_test_get_in_line_of(&self->a, "toy1", .priority = 1, .nobody = true,
						  .says = "group q has priority 0 at most"));
	EXPECT_EQ(0, hwc_test_group_write("q", "priority", "5"));
	EXPECT_EQ(-EPERM, hwc_test_get_in_line_of(&self->a, .ms = HWC_TEST_LONG_MS, .priority = 6,
						  .nobody = true));
	EXPECT_EQ(3, hwc_test_group_number("q", "events", "denials"));
	id = hwc_test_get_in_line_of(&self->a, .ms = HWC_TEST_LONG_MS, .priority = 5,
				     .nobody = true);
	ASSERT_LT(0, id);
	EXPECT_EQ(1, hwc_test_group_number("q/in", "current", "toy"));
	EXPECT_EQ(-EDQUOT,
		  hwc_test_get_in_line_of(&self->a, .ms = HWC_TEST_LONG_MS, .nobody = true));
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	EXPECT_EQ(0, hwc_test_group_number("q/in", "current", "toy"));
	hwc_test_domain_end(&self->a);
	EXPECT_EQ(0, hwc_test_group_wait_remove("q/in"));
	EXPECT_EQ(0, hwc_test_group_remove("q"));
}

TEST_F(queue, has_files_that_take_what_they_mean)
{
	ASSERT_EQ(0, hwc_test_group_new("q"));
	EXPECT_STREQ("100\n", hwc_test_group_read("q", "weight"));
	EXPECT_EQ(0, hwc_test_group_write("q", "weight", "10000"));
	EXPECT_STREQ("10000\n", hwc_test_group_read("q", "weight"));
	EXPECT_EQ(-ERANGE, hwc_test_group_write("q", "weight", "0"));
	EXPECT_EQ(-ERANGE, hwc_test_group_write("q", "weight", "10001"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("q", "weight", "much"));
	EXPECT_STREQ("10000\n", hwc_test_group_read("q", "weight"));
	EXPECT_STREQ("0\n", hwc_test_group_read("q", "priority"));
	EXPECT_EQ(0, hwc_test_group_write("q", "priority", "-3"));
	EXPECT_STREQ("-3\n", hwc_test_group_read("q", "priority"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("q", "priority", "high"));
	EXPECT_STREQ("inherit\n", hwc_test_group_read("q", "preempt"));
	EXPECT_EQ(0, hwc_test_group_write("q", "preempt", "250"));
	EXPECT_STREQ("250\n", hwc_test_group_read("q", "preempt"));
	EXPECT_EQ(0, hwc_test_group_write("q", "preempt", "off\n"));
	EXPECT_STREQ("off\n", hwc_test_group_read("q", "preempt"));
	EXPECT_EQ(-ERANGE, hwc_test_group_write("q", "preempt", "0"));
	EXPECT_EQ(-ERANGE, hwc_test_group_write("q", "preempt", "3600001"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("q", "preempt", "soon"));
	EXPECT_EQ(0, hwc_test_group_write("q", "preempt", "inherit"));
	EXPECT_EQ(0, hwc_test_group_remove("q"));
}

/* A list is asked again when the turn has come. */
TEST_F(queue, does_not_help_what_is_not_listed_any_more)
{
	static const uint8_t digest[HWCONTAINER_DIGEST_LEN] = { 0xab };
	int image = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), id;

	ASSERT_EQ(0, hwc_test_group_new("q"));
	EXPECT_EQ(0, hwc_test_group_write("q", "images", "any"));
	ASSERT_EQ(0, hwc_test_group_attach("q", &self->a));
	id = hwc_test_get_in_line_of(&self->a, .ms = HWC_TEST_LONG_MS, .image = image,
				     .digest = digest);
	ASSERT_LT(0, id);
	EXPECT_EQ(0, hwc_test_group_write("q", "images",
					  "sha256:00000000000000000000000000000000"
					  "00000000000000000000000000000000"));
	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	EXPECT_STREQ("1 group q does not list that image", hwc_test_message(self->ctx, id));
	close(image);
	ASSERT_EQ(0, hwc_test_end(self->ctx, id));
	hwc_test_domain_end(&self->a);
	EXPECT_EQ(0, hwc_test_group_wait_remove("q"));
}

/* hwctl in the queue: killed with @sig, its exit code. */
static int hwctl_wait_and_kill(struct hwc_ctx *ctx, int sig)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		close(STDERR_FILENO);
		execlp("hwctl", "hwctl", "claim", "new", "--wait", "toy0", NULL);
		_exit(127);
	}
	while (hwc_test_waiting(ctx, "toy0") != 1)
		usleep(2000);
	/* until it can be interrupted */
	usleep(100000 * hwc_test_slow());
	kill(pid, sig);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(queue, is_left_by_a_signal)
{
	EXPECT_EQ(1, hwctl_wait_and_kill(self->ctx, SIGINT));
	EXPECT_EQ(1, hwc_test_claims(self->ctx));
	EXPECT_EQ(1, hwctl_wait_and_kill(self->ctx, SIGTERM));
	EXPECT_EQ(1, hwc_test_claims(self->ctx));
	EXPECT_EQ(-1, hwctl_wait_and_kill(self->ctx, SIGKILL));
	while (hwc_test_claims(self->ctx) != 1)
		usleep(2000);
}

TEST_F(queue, is_waited_in_by_hwctl)
{
	FILE *out = popen("hwctl claim new --wait=600 toy0 && hwctl claim list", "r");
	char text[1024] = "";

	ASSERT_NE(NULL, out);
	while (hwc_test_waiting(self->ctx, "toy0") != 1)
		usleep(2000);
	EXPECT_EQ(0, hwc_test_run("hwctl claim list | grep -q 'waiting(1) *toy0'"));
	EXPECT_EQ(0, hwc_test_run("hwctl -j claim list | grep -q '\"position\": *1[,}]'"));
	EXPECT_EQ(0, hwc_test_run("hwctl resource show toy0 | grep -q 'waiting *1$'"));
	ASSERT_EQ(0, hwc_test_end(self->ctx, self->holder));
	EXPECT_LT(0, (int)fread(text, 1, sizeof(text) - 1, out));
	EXPECT_EQ(0, pclose(out));
	EXPECT_NE(NULL, strstr(text, "ready")) TH_LOG("%s", text);
	/* its time is over */
	EXPECT_EQ(1, hwc_test_run("hwctl claim new --wait=0.1 toy0 2>/dev/null"));
	EXPECT_EQ(2, hwc_test_run("hwctl claim new --wait=0 toy0 2>/dev/null"));
	EXPECT_EQ(2, hwc_test_run("hwctl claim new --wait toy1 toy2 2>/dev/null"));
}

TEST_HARNESS_MAIN
