// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Numbers of events: each namespace has its own, what was not delivered leaves a gap of
 * just that size, and what happens in groups is told, but not without end.
 */
#include <poll.h>
#include <sys/socket.h>

#include "group.h"

/* Times in a second that an event of a group is told (kernel/group.c). */
#define TOLD 10

/**
 * struct listener - somebody who listens, and what was heard
 * @ctx: of the namespace
 * @events: from there
 * @first: number of the first event that was heard
 * @last: of the last one
 * @heard: how many were heard
 * @missed: how many were said to be missed
 * @groups: how many of these were about groups
 * @disorder: a number did not follow from the one before and what was missed
 * @lost: how often the library said that events are lost
 * @event: of the last one about a group
 * @count: of that
 * @name: of that
 * @kind: of that
 */
struct listener {
	struct hwc_ctx *ctx;
	struct hwc_events *events;
	uint64_t first, last, heard, missed, groups;
	bool disorder;
	int lost;
	int event;
	uint64_t count;
	char name[64], kind[32];
};

FIXTURE(events)
{
	struct hwc_test_domain a, b;
	struct listener host, in_a, in_b;
};

static int listen_here(struct listener *l)
{
	int ret = hwc_ctx_new(&l->ctx);

	return ret ? ret : hwc_events_new(l->ctx, &l->events);
}

/* A socket stays in the namespace that it was made in. */
static int listen_in(struct listener *l, const struct hwc_test_domain *domain)
{
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	int ret = hwc_test_domain_enter(domain) ? -errno : listen_here(l);

	if (setns(home, CLONE_NEWNET))
		ret = -errno;
	close(home);
	return ret;
}

static void listen_no_more(struct listener *l)
{
	hwc_events_free(l->events);
	hwc_ctx_free(l->ctx);
	memset(l, 0, sizeof(*l));
}

static void hear(struct listener *l, const struct hwc_event *event)
{
	const struct hwc_group_event *group = hwc_event_group(event);
	uint64_t seq = hwc_event_seq(event), missed = hwc_event_missed(event);

	if (!l->heard)
		l->first = seq - missed;
	else if (seq != l->last + missed + 1)
		l->disorder = true;
	l->last = seq;
	l->heard++;
	l->missed += missed;
	if (!group)
		return;
	l->groups++;
	l->event = group->event;
	l->count = group->count;
	snprintf(l->name, sizeof(l->name), "%s", group->name);
	snprintf(l->kind, sizeof(l->kind), "%s", group->kind);
}

/* All there is now. What is told of a request is there when its answer is. */
static int hear_all(struct listener *l)
{
	struct hwc_event *event;
	int ret;

	while ((ret = hwc_events_next(l->events, &event)) != -EAGAIN) {
		if (ret == -ENOBUFS) {
			l->lost++;
			continue;
		}
		if (ret)
			return ret;
		hear(l, event);
		hwc_event_free(event);
	}
	return 0;
}

/* The number of the last event, or -1. */
static int64_t number(const struct listener *l)
{
	struct hwc_info *info;
	int64_t seq;

	if (hwc_info_get(l->ctx, &info))
		return -1;
	seq = hwc_info_seq(info);
	hwc_info_free(info);
	return seq;
}

/* Makes events: granted and ready, releasing and released. */
static int claim_and_end(struct hwc_ctx *ctx)
{
	struct hwc_grant grant;
	int ret = hwc_test_claim(ctx, "toy7", -1, -1, -1, 0, &grant);

	return ret ? ret : hwc_claim_delete(ctx, &grant.id, 1);
}

FIXTURE_SETUP(events)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy count=8"));
	ASSERT_EQ(0, hwc_test_domain_new(&self->a));
	ASSERT_EQ(0, hwc_test_domain_new(&self->b));
	ASSERT_EQ(0, hwc_test_group_new("web"));
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_attach("web/a", &self->a));
	ASSERT_EQ(0, listen_here(&self->host));
	ASSERT_EQ(0, listen_in(&self->in_a, &self->a));
	ASSERT_EQ(0, listen_in(&self->in_b, &self->b));
}

FIXTURE_TEARDOWN(events)
{
	EXPECT_FALSE(self->host.disorder);
	EXPECT_FALSE(self->in_a.disorder);
	EXPECT_FALSE(self->in_b.disorder);
	listen_no_more(&self->in_a);
	listen_no_more(&self->in_b);
	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->host.ctx));
	listen_no_more(&self->host);
	EXPECT_EQ(0, hwc_test_group_wait_remove("web/a"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("web"));
	EXPECT_EQ(0, hwc_test_unload_toys());
}

TEST_F(events, have_numbers_that_ascend_by_one)
{
	int64_t before = number(&self->host);
	int i;

	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, claim_and_end(self->host.ctx));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->host.ctx));
	ASSERT_EQ(0, hear_all(&self->host));
	EXPECT_LE(10, self->host.heard);
	EXPECT_EQ(before + 1, self->host.first);
	EXPECT_EQ(before + self->host.heard, self->host.last);
	EXPECT_EQ(self->host.last, number(&self->host));
	EXPECT_EQ(0, self->host.missed);
}

/* What a list that is read now has in it are all events up to the number asked for before. */
TEST_F(events, are_counted_when_nobody_listens)
{
	int64_t before = number(&self->host), after;

	/* netlink counts listeners of all namespaces as one */
	listen_no_more(&self->host);
	listen_no_more(&self->in_a);
	listen_no_more(&self->in_b);
	ASSERT_EQ(0, hwc_ctx_new(&self->host.ctx));
	ASSERT_EQ(0, claim_and_end(self->host.ctx));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->host.ctx));
	after = number(&self->host);
	EXPECT_LE(before + 2, after);

	hwc_ctx_free(self->host.ctx);
	ASSERT_EQ(0, listen_here(&self->host));
	ASSERT_EQ(0, claim_and_end(self->host.ctx));
	ASSERT_EQ(0, hear_all(&self->host));
	EXPECT_EQ(after + 1, self->host.first);
	EXPECT_EQ(0, self->host.missed);
}

TEST_F(events, that_find_the_buffer_full_are_a_gap)
{
	int64_t before = number(&self->host);
	int size = 1, i;

	ASSERT_EQ(0, setsockopt(hwc_events_fd(self->host.events), SOL_SOCKET, SO_RCVBUF, &size,
				sizeof(size)));
	for (i = 0; i < 50; i++)
		ASSERT_EQ(0, claim_and_end(self->host.ctx));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->host.ctx));
	ASSERT_EQ(0, hear_all(&self->host));
	EXPECT_LE(1, self->host.lost);
	/* the gap is seen when the next one comes */
	ASSERT_EQ(0, claim_and_end(self->host.ctx));
	ASSERT_EQ(0, hear_all(&self->host));
	EXPECT_EQ(before + 1, self->host.first);
	EXPECT_LE(50, self->host.missed);
	EXPECT_EQ(before + self->host.heard + self->host.missed, self->host.last);
}

TEST_F(events, are_counted_for_each_namespace)
{
	ASSERT_EQ(0, hwc_test_ask(&self->a, .first = 0, .n = 2));
	ASSERT_EQ(0, hwc_test_ask(&self->b, .first = 2, .n = 1));
	ASSERT_EQ(0, hwc_test_end_toy(self->host.ctx, 0));
	ASSERT_EQ(0, hwc_test_end_toy(self->host.ctx, 1));
	ASSERT_EQ(0, hwc_test_end_toy(self->host.ctx, 2));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->host.ctx));
	ASSERT_EQ(0, hear_all(&self->host));
	ASSERT_EQ(0, hear_all(&self->in_a));
	ASSERT_EQ(0, hear_all(&self->in_b));

	/* a namespace that is new has heard of nothing */
	EXPECT_EQ(1, self->in_a.first);
	EXPECT_EQ(1, self->in_b.first);
	EXPECT_EQ(self->in_a.heard, self->in_a.last);
	EXPECT_EQ(self->in_b.heard, self->in_b.last);
	EXPECT_EQ(self->in_a.heard + self->in_b.heard, self->host.heard);
	EXPECT_EQ(self->in_a.last, number(&self->in_a));
	EXPECT_EQ(self->in_b.last, number(&self->in_b));
	EXPECT_EQ(0, self->host.missed + self->in_a.missed + self->in_b.missed);
}

/* The host hears where the group is, its member what the refusal said, others nothing. */
TEST_F(events, tell_of_limits)
{
	ASSERT_EQ(0, hwc_test_group_write("web/a", "max", "toy 1"));
	ASSERT_EQ(0, hear_all(&self->host));
	ASSERT_EQ(-EDQUOT, hwc_test_ask(&self->a, .n = 2));
	ASSERT_EQ(-EDQUOT, hwc_test_ask(&self->a, .n = 2));
	ASSERT_EQ(0, hear_all(&self->host));
	ASSERT_EQ(0, hear_all(&self->in_a));
	ASSERT_EQ(0, hear_all(&self->in_b));

	EXPECT_EQ(2, self->host.groups);
	EXPECT_STREQ("web/a", self->host.name);
	EXPECT_STREQ("toy", self->host.kind);
	EXPECT_EQ(HWCONTAINER_GROUP_EVENT_MAX, self->host.event);
	EXPECT_EQ(2, self->host.count);
	EXPECT_EQ(2, self->in_a.groups);
	EXPECT_STREQ("a", self->in_a.name);
	EXPECT_EQ(2, self->in_a.count);
	EXPECT_EQ(0, self->in_b.heard);
	EXPECT_EQ(0, number(&self->in_b));
}

/* The group that is full, which may be one above. */
TEST_F(events, tell_which_limit)
{
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 0"));
	ASSERT_EQ(-EDQUOT, hwc_test_ask(&self->a, .n = 1));
	ASSERT_EQ(0, hear_all(&self->host));
	ASSERT_EQ(0, hear_all(&self->in_a));
	EXPECT_STREQ("web", self->host.name);
	EXPECT_STREQ("web", self->in_a.name);
	EXPECT_EQ(1, self->in_a.count);
}

static int ask_without_privilege(const void *data)
{
	return setgid(65534) || setuid(65534) ? 9997 : hwc_test_wish(data);
}

TEST_F(events, tell_of_denials)
{
	const struct hwc_test_wish wish = { .n = 1 };

	ASSERT_EQ(-EPERM, hwc_test_domain_run(&self->a, ask_without_privilege, &wish));
	ASSERT_EQ(0, hear_all(&self->host));
	ASSERT_EQ(0, hear_all(&self->in_a));
	ASSERT_EQ(0, hear_all(&self->in_b));
	EXPECT_EQ(1, self->host.groups);
	EXPECT_STREQ("web/a", self->host.name);
	EXPECT_STREQ("", self->host.kind);
	EXPECT_EQ(HWCONTAINER_GROUP_EVENT_DENIED, self->host.event);
	EXPECT_EQ(1, self->host.count);
	EXPECT_EQ(1, self->in_a.groups);
	EXPECT_EQ(0, self->in_b.heard);

	/* those whom nobody put anywhere are in the root */
	ASSERT_EQ(-EPERM, hwc_test_domain_run(&self->b, ask_without_privilege, &wish));
	ASSERT_EQ(0, hear_all(&self->host));
	ASSERT_EQ(0, hear_all(&self->in_b));
	EXPECT_STREQ("/", self->host.name);
	EXPECT_EQ(1, self->in_b.groups);
	EXPECT_STREQ("/", self->in_b.name);
}

/* 300 refusals in a loop: 0, or 1 where one was none. */
static int ask_in_vain(const void *data)
{
	int i;

	for (i = 0; i < 300; i++)
		if (hwc_test_wish(data) != -EPERM)
			return 1;
	return 0;
}

static int ask_in_vain_without_privilege(const void *data)
{
	return setgid(65534) || setuid(65534) ? 9997 : ask_in_vain(data);
}

/* Who is refused again and again does not keep others from being heard. */
TEST_F(events, of_groups_are_told_ten_times_a_second)
{
	const struct hwc_test_wish wish = { .n = 1 };
	int64_t begin = hwc_test_ms();
	int lines = hwc_test_run("exit $(dmesg | grep -c suppressed)"), seconds;

	ASSERT_EQ(0, hwc_test_domain_run(&self->a, ask_in_vain_without_privilege, &wish));
	seconds = (hwc_test_ms() - begin) / 1000 + 2;
	ASSERT_EQ(0, hear_all(&self->host));
	EXPECT_LE(TOLD, self->host.groups);
	EXPECT_GE(TOLD * seconds, self->host.groups);
	EXPECT_EQ(0, self->host.missed);
	EXPECT_EQ(300, hwc_test_group_number("web/a", "events", "denials"));
	EXPECT_GE(300, self->host.count);
	EXPECT_EQ(self->host.last, number(&self->host));
	/* and the kernel's log does not grow by it */
	sleep(1);
	ASSERT_EQ(-EPERM, hwc_test_domain_run(&self->a, ask_without_privilege, &wish));
	EXPECT_EQ(lines, hwc_test_run("exit $(dmesg | grep -c suppressed)"));
	ASSERT_EQ(0, hear_all(&self->host));
	EXPECT_EQ(301, self->host.count);
}

#define SAID "/tmp/monitor"

static pid_t start_monitor(const char *option)
{
	pid_t pid = fork();

	if (!pid) {
		if (freopen(SAID, "w", stdout))
			execlp("hwctl", "hwctl", option, "monitor", NULL);
		_exit(127);
	}
	return pid;
}

/* Events until the monitor has said something that grep finds, -1 when it does not. */
static int events_until(struct hwc_ctx *ctx, const char *pattern)
{
	char command[256];
	int i;

	snprintf(command, sizeof(command), "grep -qE '%s' " SAID " 2>/dev/null", pattern);
	for (i = 0; i < 200 && hwc_test_run(command); i++) {
		if (claim_and_end(ctx))
			return -1;
		usleep(20000);
	}
	return i < 200 ? 0 : -1;
}

/* What hwctl monitor says when it was kept from reading. */
static void overrun_monitor(struct __test_metadata *_metadata, struct hwc_ctx *ctx,
			    const char *option, const char *pattern)
{
	pid_t pid = start_monitor(option);
	int i;

	EXPECT_EQ(0, events_until(ctx, "toy7"));
	EXPECT_NE(0, hwc_test_run("grep -qE '(# |missed\":)[1-9]' " SAID));
	EXPECT_EQ(0, kill(pid, SIGSTOP));
	for (i = 0; i < 1000; i++)
		EXPECT_EQ(0, claim_and_end(ctx));
	EXPECT_EQ(0, kill(pid, SIGCONT));
	EXPECT_EQ(0, events_until(ctx, pattern));
	hwc_test_kill(pid);
	unlink(SAID);
}

TEST_F(events, that_are_missed_are_told_by_hwctl_monitor)
{
	overrun_monitor(_metadata, self->host.ctx, "-p", "^# [0-9]+ events missed$");
}

TEST_F(events, that_are_missed_are_told_in_json)
{
	overrun_monitor(_metadata, self->host.ctx, "-j",
			"^.\"name\":\"claim-ntf\",\"seq\":[0-9]+,\"missed\":[1-9][0-9]*,\"msg\":");
}

/* Since when somebody has a resource. */
TEST_F(events, say_how_old_a_claim_is)
{
	struct hwc_claim *claim;
	struct hwc_grant grant;
	uint64_t age;

	ASSERT_EQ(0, hwc_test_claim(self->host.ctx, "toy0", -1, -1, -1, 0, &grant));
	ASSERT_EQ(0, hwc_claim_get(self->host.ctx, grant.id, &claim));
	age = hwc_claim_age(claim);
	hwc_claim_free(claim);
	usleep(20000);
	ASSERT_EQ(0, hwc_claim_get(self->host.ctx, grant.id, &claim));
	EXPECT_LT(0, age);
	EXPECT_LE(age + 20000000, hwc_claim_age(claim));
	hwc_claim_free(claim);
	ASSERT_EQ(0, hwc_claim_delete(self->host.ctx, &grant.id, 1));
}

TEST_HARNESS_MAIN
