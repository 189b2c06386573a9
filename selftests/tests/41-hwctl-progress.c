// SPDX-License-Identifier: GPL-2.0-or-later
/* On a terminal hwctl tells how it goes, once that takes long; elsewhere it does not. */
#include <pty.h>
#include <sys/ioctl.h>

#include "hwc.h"

/* Claims that take more than the second before which nothing is told. */
#define LONG_MS 1200

FIXTURE(progress)
{
	char seen[16384];
};

FIXTURE_SETUP(progress)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy"));
}

FIXTURE_TEARDOWN(progress)
{
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer-toy"));
}

/* Everything that @fd gives until its other end is closed. */
static void read_all(int fd, char *text, size_t room)
{
	size_t have = 0;
	ssize_t got;

	while ((got = read(fd, text + have, room - 1 - have)) > 0)
		have += got;
	text[have] = '\0';
}

static int claim_on_terminal(FIXTURE_DATA(progress) * self)
{
	int fd, status = -1;
	pid_t pid = forkpty(&fd, NULL, NULL, NULL);

	if (!pid) {
		execlp("hwctl", "hwctl", "claim", "new", "toy0", "--", "true", NULL);
		_exit(127);
	}
	read_all(fd, self->seen, sizeof(self->seen));
	close(fd);
	waitpid(pid, &status, 0);
	return status;
}

TEST_F(progress, long_claim_is_told_on_a_terminal)
{
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "stall_settle_ms", LONG_MS));
	EXPECT_EQ(0, claim_on_terminal(self));
	EXPECT_NE(NULL, strstr(self->seen, "toy0: ")) TH_LOG("%s", self->seen);
	EXPECT_NE(NULL, strstr(self->seen, " s, "));
	EXPECT_NE(NULL, strstr(self->seen, " %"));
	/* and the line is gone at the end */
	EXPECT_STREQ("\r\033[K", strrchr(self->seen, '\r'));
}

TEST_F(progress, short_claim_is_not_told)
{
	EXPECT_EQ(0, claim_on_terminal(self));
	EXPECT_STREQ("", self->seen);
}

TEST_F(progress, nothing_is_told_elsewhere)
{
	FILE *out;

	ASSERT_EQ(0, hwc_test_set(HWC_TOY "stall_settle_ms", LONG_MS));
	out = popen("hwctl claim new toy0 -- true 2>&1", "r");
	ASSERT_NE(NULL, out);
	read_all(fileno(out), self->seen, sizeof(self->seen));
	EXPECT_EQ(0, pclose(out));
	EXPECT_STREQ("", self->seen);
}

TEST_HARNESS_MAIN
