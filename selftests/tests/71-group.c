// SPDX-License-Identifier: GPL-2.0-or-later
/* Groups: limits of claims, kept at every level, and folders that go when nothing is in them. */
#include <sys/socket.h>

#include "group.h"

FIXTURE(group)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a, b;
};

FIXTURE_SETUP(group)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy count=8"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_domain_new(&self->a));
	ASSERT_EQ(0, hwc_test_domain_new(&self->b));
	ASSERT_EQ(0, hwc_test_group_new("web"));
}

/* After each test the accounts are at zero and the folders can go. */
FIXTURE_TEARDOWN(group)
{
	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	hwc_test_write(HWC_TOY "reset", "1");
	if (!access(HWC_GROUPS "web/a", F_OK))
		EXPECT_EQ(0, hwc_test_group_wait_remove("web/a"));
	if (!access(HWC_GROUPS "web/b", F_OK))
		EXPECT_EQ(0, hwc_test_group_wait_remove("web/b"));
	EXPECT_EQ(0, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("web"));
	EXPECT_EQ(0, hwc_test_group_number("", "current", "toy"));
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_unload_toys());
}

TEST_F(group, begins_without_limits)
{
	EXPECT_EQ(-1, hwc_test_group_number("web", "max", "toy"));
	EXPECT_EQ(0, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(0, hwc_test_group_number("web", "peak", "toy"));
	EXPECT_EQ(0, hwc_test_group_number("web", "events", "max"));
	EXPECT_STREQ("", hwc_test_group_read("web", "namespaces"));
	if (!hwc_test_run("grep -q '^fpga' /sys/kernel/config/hwcontainer/web/max"))
		EXPECT_EQ(-1, hwc_test_group_number("web", "max", "fpga-region"));
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .n = 8));
	EXPECT_EQ(8, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(8, hwc_test_group_number("", "current", "toy"));
}

TEST_F(group, gets_no_more_than_its_limit)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 2\n"));
	EXPECT_EQ(2, hwc_test_group_number("web", "max", "toy"));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .first = 0, .n = 1));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .first = 1, .n = 1));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->a, .first = 2, .n = 1,
					.says = "group web has 2 of 2 claims of kind toy"));
	EXPECT_EQ(2, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(1, hwc_test_group_number("web", "events", "max"));
	/* others are none of its business */
	EXPECT_EQ(0, hwc_test_ask(&self->b, .first = 2, .n = 3));
	/* an end makes room at once */
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 0));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .first = 5, .n = 1));
	EXPECT_EQ(2, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(5, hwc_test_group_number("", "current", "toy"));
}

TEST_F(group, takes_none_with_a_limit_of_zero)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 0"));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->a, .n = 1,
					.says = "group web has 0 of 0 claims of kind toy"));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy max"));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .n = 1));
}

/* Each level counts what is below it, and the first that is full refuses. */
TEST_F(group, is_charged_with_those_below)
{
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_new("web/b"));
	ASSERT_EQ(0, hwc_test_group_attach("web/a", &self->a));
	ASSERT_EQ(0, hwc_test_group_attach("web/b", &self->b));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 3"));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "max", "toy 2"));

	ASSERT_EQ(0, hwc_test_ask(&self->a, .first = 0, .n = 2));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->a, .first = 2, .n = 1,
					.says = "group a has 2 of 2 claims of kind toy"));
	ASSERT_EQ(0, hwc_test_ask(&self->b, .first = 3, .n = 1));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->b, .first = 4, .n = 1,
					.says = "group web has 3 of 3 claims of kind toy"));
	EXPECT_EQ(2, hwc_test_group_number("web/a", "current", "toy"));
	EXPECT_EQ(1, hwc_test_group_number("web/b", "current", "toy"));
	EXPECT_EQ(3, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(1, hwc_test_group_number("web/a", "events", "max"));
	EXPECT_EQ(0, hwc_test_group_number("web/b", "events", "max"));
	EXPECT_EQ(2, hwc_test_group_number("web", "events", "max"));

	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 0));
	ASSERT_EQ(0, hwc_test_ask(&self->b, .first = 4, .n = 1));
	EXPECT_EQ(1, hwc_test_group_number("web/a", "current", "toy"));
	EXPECT_EQ(2, hwc_test_group_number("web/b", "current", "toy"));
	EXPECT_EQ(3, hwc_test_group_number("web", "current", "toy"));
}

/* What was refused leaves no trace, not even in the peak. */
TEST_F(group, charges_all_of_a_request_or_none)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 3"));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->a, .n = 4));
	EXPECT_EQ(0, hwc_test_claims(self->ctx));
	EXPECT_EQ(0, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(0, hwc_test_group_number("web", "peak", "toy"));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .n = 3));
	EXPECT_EQ(3, hwc_test_group_number("web", "peak", "toy"));
}

TEST_F(group, may_have_more_than_a_lowered_limit)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .n = 3));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 1"));
	EXPECT_EQ(3, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(3, hwc_test_claims(self->ctx));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->a, .first = 3, .n = 1,
					.says = "group web has 3 of 1 claims of kind toy"));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 0));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 1));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->a, .first = 3, .n = 1));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 2));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .first = 3, .n = 1));
}

TEST_F(group, remembers_its_peak)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .n = 3));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 0));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 1));
	EXPECT_EQ(1, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(3, hwc_test_group_number("web", "peak", "toy"));
	ASSERT_EQ(0, hwc_test_group_write("web", "peak", "reset"));
	EXPECT_EQ(1, hwc_test_group_number("web", "peak", "toy"));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .first = 4, .n = 1));
	EXPECT_EQ(2, hwc_test_group_number("web", "peak", "toy"));
}

/* Kinds have limits of their own. */
TEST_F(group, limits_each_kind)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 1\nremoteproc 7\n"));
	EXPECT_EQ(1, hwc_test_group_number("web", "max", "toy"));
	EXPECT_EQ(7, hwc_test_group_number("web", "max", "remoteproc"));
	EXPECT_EQ(0, hwc_test_group_number("web", "current", "remoteproc"));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "remoteproc 0"));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .n = 1));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->a, .first = 1, .n = 1));
}

/* Limits of a kind outlive the module that brings it. */
TEST_F(group, keeps_limits_of_kinds_that_go)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 1"));
	ASSERT_EQ(0, hwc_test_unload_toys());
	EXPECT_EQ(1, hwc_test_group_number("web", "max", "toy"));
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy count=8"));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .n = 1));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->a, .first = 1, .n = 1));
}

TEST_F(group, takes_no_nonsense_for_a_limit)
{
	static const struct {
		const char *text;
		int err;
	} bad[] = {
		{ "toy", EINVAL },
		{ "toy ", EINVAL },
		{ "toy -1", EINVAL },
		{ "toy x", EINVAL },
		{ "toy 1 2", EINVAL },
		{ "toy 1x", EINVAL },
		{ "1", EINVAL },
		{ "max", EINVAL },
		{ "teddy 1", EINVAL },
		{ "toy maximum", EINVAL },
		{ "toy 4294967295", ERANGE },
		{ "toy 4294967296", ERANGE },
		{ "toy 1\nteddy 1", EINVAL },
	};
	size_t i;

	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 5"));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT_EQ(-bad[i].err, hwc_test_group_write("web", "max", bad[i].text))
		TH_LOG("%s", bad[i].text);
		EXPECT_EQ(5, hwc_test_group_number("web", "max", "toy"));
	}
	EXPECT_EQ(0, hwc_test_group_write("web", "max", " toy  4294967294 \n\n"));
}

/* A claim that failed, and one whose resource went, are nobody's. */
TEST_F(group, is_not_charged_with_failures)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "fail_acquire", EPROTO));
	EXPECT_EQ(-EPROTO, hwc_test_ask(&self->a, .n = 1));
	EXPECT_EQ(0, hwc_test_group_number("web", "current", "toy"));
	ASSERT_EQ(0, hwc_test_write(HWC_TOY "reset", "1"));
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "fail_configure", EPROTO));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .n = 1));
	while (hwc_test_group_number("web", "current", "toy") && hwc_test_ms() < end)
		usleep(2000);
	EXPECT_EQ(0, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(1, hwc_test_claims(self->ctx));
	ASSERT_EQ(0, hwc_test_write(HWC_TOY "reset", "1"));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .first = 1, .n = 1));
	EXPECT_EQ(1, hwc_test_group_number("web", "current", "toy"));
	ASSERT_EQ(0, hwc_test_write(HWC_TOY "remove", "toy1"));
	EXPECT_EQ(0, hwc_test_group_number("web", "current", "toy"));
}

TEST_F(group, is_charged_with_dry_runs_while_they_last)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 1"));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .n = 1, .flags = HWCONTAINER_CLAIM_FLAGS_DRY_RUN));
	EXPECT_EQ(1, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->a, .first = 1, .n = 1));
}

/* A claim is charged where its domain was when it was made. */
TEST_F(group, keeps_claims_of_those_who_leave)
{
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_attach("web/a", &self->a));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .first = 0, .n = 2));
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	EXPECT_STREQ("", hwc_test_group_read("web/a", "namespaces"));
	EXPECT_EQ(2, hwc_test_group_number("web/a", "current", "toy"));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .first = 2, .n = 1));
	EXPECT_EQ(2, hwc_test_group_number("web/a", "current", "toy"));
	EXPECT_EQ(3, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(-EBUSY, hwc_test_group_remove("web/a"));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 0));
	EXPECT_EQ(-EBUSY, hwc_test_group_remove("web/a"));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 1));
	EXPECT_EQ(0, hwc_test_group_remove("web/a"));
}

TEST_F(group, stays_while_it_has_members)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	EXPECT_EQ(-EBUSY, hwc_test_group_remove("web"));
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->b));
	ASSERT_EQ(0, hwc_test_group_attach("", &self->a));
	EXPECT_EQ(-EBUSY, hwc_test_group_remove("web"));
	ASSERT_EQ(0, hwc_test_group_attach("", &self->b));
	EXPECT_EQ(0, hwc_test_group_remove("web"));
	ASSERT_EQ(0, hwc_test_group_new("web"));
}

TEST_F(group, stays_while_it_has_folders)
{
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_new("web/b"));
	EXPECT_EQ(-EBUSY, hwc_test_group_remove("web"));
	EXPECT_EQ(-EEXIST, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_remove("web/a"));
	EXPECT_EQ(-EBUSY, hwc_test_group_remove("web"));
	ASSERT_EQ(0, hwc_test_group_remove("web/b"));
	EXPECT_EQ(0, hwc_test_group_remove("web"));
	ASSERT_EQ(0, hwc_test_group_new("web"));
}

/* The end of a namespace ends its claims and its membership, and makes room. */
TEST_F(group, is_left_by_namespaces_that_end)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->b));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 2"));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .first = 0, .n = 2));
	EXPECT_EQ(-EDQUOT, hwc_test_ask(&self->b, .first = 2, .n = 2));
	hwc_test_domain_end(&self->a);
	while (hwc_test_group_number("web", "current", "toy") && hwc_test_ms() < end)
		usleep(2000);
	EXPECT_EQ(0, hwc_test_ask(&self->b, .first = 2, .n = 2));
	EXPECT_EQ(NULL, strchr(strchr(hwc_test_group_read("web", "namespaces"), '\n') + 1, '\n'));
}

/* By process, by the one that writes, and by an open file of that. */
TEST_F(group, takes_members_in_three_ways)
{
	char path[64], text[16], inum[32];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", self->a.pid);
	ASSERT_EQ(0, stat(path, &st));
	snprintf(inum, sizeof(inum), "%ju\n", (uintmax_t)st.st_ino);
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	EXPECT_STREQ(inum, hwc_test_group_read("web", "namespaces"));
	/* again is no news */
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	EXPECT_STREQ(inum, hwc_test_group_read("web", "namespaces"));
	ASSERT_EQ(0, hwc_test_group_attach("", &self->a));
	EXPECT_STREQ("", hwc_test_group_read("web", "namespaces"));

	fd = open(path, O_RDONLY);
	ASSERT_LE(0, fd);
	snprintf(text, sizeof(text), "fd:%d\n", fd);
	ASSERT_EQ(0, hwc_test_group_write("web", "namespaces", text));
	EXPECT_STREQ(inum, hwc_test_group_read("web", "namespaces"));
	close(fd);
	ASSERT_EQ(0, hwc_test_group_attach("", &self->a));
}

static int attach_myself(const void *group)
{
	return hwc_test_group_write(group, "namespaces", "0");
}

TEST_F(group, is_joined_by_who_writes_zero)
{
	ASSERT_EQ(0, hwc_test_domain_run(&self->a, attach_myself, "web"));
	EXPECT_NE(NULL, strchr(hwc_test_group_read("web", "namespaces"), '\n'));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .n = 1));
	EXPECT_EQ(1, hwc_test_group_number("web", "current", "toy"));
}

TEST_F(group, takes_no_nonsense_for_a_member)
{
	char text[64];
	int pipes[2];

	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", "x"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", "-1"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", "1 2"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", "fd:"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", "fd:-1"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", "/proc/self/ns/net"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", "1111111111111111111111111"));
	EXPECT_EQ(-ESRCH, hwc_test_group_write("web", "namespaces", "4194305"));
	EXPECT_EQ(-EBADF, hwc_test_group_write("web", "namespaces", "fd:999"));
	ASSERT_EQ(0, pipe(pipes));
	snprintf(text, sizeof(text), "fd:%d", pipes[0]);
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", text));
	close(pipes[0]);
	close(pipes[1]);
	pipes[0] = open("/proc/self/ns/pid", O_RDONLY);
	snprintf(text, sizeof(text), "fd:%d", pipes[0]);
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", text));
	close(pipes[0]);
	/* the host has no limits */
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "namespaces", "0"));
	EXPECT_EQ(0, hwc_test_group_write("", "namespaces", "0"));
	EXPECT_STREQ("", hwc_test_group_read("web", "namespaces"));
	EXPECT_EQ(0, hwc_test_group_remove("web"));
	ASSERT_EQ(0, hwc_test_group_new("web"));
}

TEST_F(group, are_nested_up_to_a_depth)
{
	char path[256] = "web";
	int depth;

	for (depth = 2; depth <= 16; depth++) {
		strcat(path, "/a");
		ASSERT_EQ(0, hwc_test_group_new(path)) TH_LOG("%s", path);
	}
	ASSERT_EQ(0, hwc_test_group_attach(path, &self->a));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .n = 4));
	EXPECT_EQ(4, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(4, hwc_test_group_number(path, "current", "toy"));
	hwc_test_domain_end(&self->a);
	strcat(path, "/a");
	EXPECT_EQ(-EAGAIN, hwc_test_group_new(path));
	for (depth = 16; depth > 1; depth--) {
		path[strlen(path) - 2] = '\0';
		EXPECT_EQ(0, hwc_test_group_wait_remove(path)) TH_LOG("%s", path);
	}
}

TEST_F(group, has_a_name_that_can_be_printed)
{
	EXPECT_EQ(-EINVAL, hwc_test_group_new("a b"));
	EXPECT_EQ(-EINVAL, hwc_test_group_new("a\033[31m"));
	EXPECT_EQ(-EINVAL, hwc_test_group_new("\303\244"));
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_new("a-name-that-is-longer-than-what-configfs-has-room-for"));
	EXPECT_EQ(0,
		  hwc_test_group_remove("a-name-that-is-longer-than-what-configfs-has-room-for"));
}

/* Files opened by root, written by somebody else. */
TEST_F(group, is_changed_by_administrators_only)
{
	static const char *const files[] = { "max", "namespaces", "peak" };
	int fd[3], status;
	size_t i;
	pid_t pid;

	for (i = 0; i < 3; i++) {
		fd[i] = open(hwc_test_group_file("web", files[i]), O_WRONLY);
		ASSERT_LE(0, fd[i]);
	}
	pid = fork();
	if (!pid) {
		int wrong = unshare(CLONE_NEWNET) || setgid(65534) || setuid(65534);

		wrong |= write(fd[0], "toy 9", 5) >= 0 || errno != EPERM;
		wrong |= write(fd[1], "0", 1) >= 0 || errno != EPERM;
		wrong |= write(fd[2], "0", 1) >= 0 || errno != EPERM;
		wrong |= hwc_test_group_new("mine") != -EACCES;
		_exit(wrong);
	}
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(-1, hwc_test_group_number("web", "max", "toy"));
	for (i = 0; i < 3; i++)
		close(fd[i]);
}

/* Everything at once: the folder's end against members that come, and the module's users. */
TEST_F(group, comes_and_goes_while_members_do)
{
	int64_t end = hwc_test_ms() + 3000;
	int made = 0, busy = 0, ret;
	pid_t pid = fork();

	/* not killed: a process that asks for it would go on alone */
	if (!pid) {
		while (hwc_test_ms() < end) {
			hwc_test_group_attach("web/a", &self->a);
			hwc_test_ask(&self->a, .first = 0, .n = 1);
			hwc_test_group_attach("", &self->a);
			hwc_test_end_toy(self->ctx, 0);
		}
		_exit(0);
	}
	while (hwc_test_ms() < end) {
		ret = hwc_test_group_new("web/a");
		EXPECT_TRUE(!ret || ret == -EEXIST) TH_LOG("mkdir: %d", ret);
		made += !ret;
		usleep(500);
		ret = hwc_test_group_remove("web/a");
		EXPECT_TRUE(!ret || ret == -EBUSY) TH_LOG("rmdir: %d", ret);
		busy += ret == -EBUSY;
	}
	EXPECT_EQ(pid, waitpid(pid, NULL, 0));
	TH_LOG("made %d times, busy %d times", made, busy);
	EXPECT_LT(0, made);
	EXPECT_LT(0, busy);
}

TEST_HARNESS_MAIN
