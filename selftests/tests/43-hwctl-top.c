// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl top: what it shows, that it follows what happens, and that the terminal is given back. */
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "group.h"

#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"

/* Far longer than any step takes, except where something hangs. */
#define LIMIT_MS 8000

/**
 * struct screen - a terminal with hwctl top on it
 * @pid: of hwctl
 * @fd: our end of the terminal
 * @before: how the terminal was
 * @text: all that was written to it
 * @have: how much that is
 */
struct screen {
	pid_t pid;
	int fd;
	struct termios before;
	char text[262144];
	size_t have;
};

FIXTURE(top)
{
	struct hwc_ctx *ctx;
	struct screen screen;
	struct hwc_test_domain domain;
};

FIXTURE_SETUP(top)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy count=4"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_group_new("web"));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 2"));
	ASSERT_EQ(0, hwc_test_domain_new(&self->domain));
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->domain));
}

FIXTURE_TEARDOWN(top)
{
	hwc_test_domain_end(&self->domain);
	if (self->screen.pid)
		hwc_test_kill(self->screen.pid);
	if (self->screen.fd)
		close(self->screen.fd);
	EXPECT_EQ(0, hwc_test_run("hwctl claim list | tail -n +2 | while read id rest; do"
				  " hwctl claim delete $id; done; true"));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_group_wait_remove("web"));
	EXPECT_EQ(0, hwc_test_unload_toys());
}

static int start(struct screen *s, const char *option, const char *value)
{
	const struct winsize size = { .ws_row = 24, .ws_col = 200 };

	s->pid = forkpty(&s->fd, NULL, NULL, &size);
	if (!s->pid) {
		execlp("hwctl", "hwctl", "top", option, value, NULL);
		_exit(127);
	}
	return s->pid < 0 || tcgetattr(s->fd, &s->before) ? -errno : 0;
}

/* Reads what is there, for a while at most; false when the other end is closed. */
static bool look(struct screen *s, int ms)
{
	struct pollfd file = { .fd = s->fd, .events = POLLIN };
	ssize_t got;

	if (poll(&file, 1, ms) <= 0)
		return true;
	/* the last screen is enough */
	if (s->have > sizeof(s->text) / 2) {
		memmove(s->text, s->text + sizeof(s->text) / 4, s->have -= sizeof(s->text) / 4);
		s->text[s->have] = '\0';
	}
	got = read(s->fd, s->text + s->have, sizeof(s->text) - 1 - s->have);
	if (got <= 0)
		return false;
	s->have += got;
	s->text[s->have] = '\0';
	return true;
}

/* The last whole screen: from where the cursor went home to where the rest is erased. */
static const char *last_screen(struct screen *s)
{
	static char shown[65536];
	char *end = NULL, *begin = NULL, *at;

	shown[0] = '\0';
	for (at = s->text; (at = strstr(at, "\033[J")); at++)
		end = at;
	for (at = s->text; end && (at = strstr(at, "\033[H")) && at < end; at++)
		begin = at;
	if (begin && (size_t)(end - begin) < sizeof(shown))
		snprintf(shown, sizeof(shown), "%.*s", (int)(end - begin), begin);
	return shown;
}

static bool shows(struct screen *s, const char *what)
{
	int64_t end = hwc_test_ms() + LIMIT_MS;

	while (!strstr(last_screen(s), what) && hwc_test_ms() < end)
		if (!look(s, 100))
			break;
	if (strstr(last_screen(s), what))
		return true;
	printf("# not on the screen: %s\n# %s\n", what, last_screen(s));
	fflush(stdout);
	return false;
}

static bool shows_no_more(struct screen *s, const char *what)
{
	int64_t end = hwc_test_ms() + LIMIT_MS;

	while (strstr(last_screen(s), what) && hwc_test_ms() < end)
		if (!look(s, 100))
			break;
	return !strstr(last_screen(s), what);
}

/* Exit status, or -1 when it does not end. */
static int wait_for_end(struct screen *s)
{
	int64_t end = hwc_test_ms() + LIMIT_MS;
	int status = -1;

	while (hwc_test_ms() < end) {
		look(s, 20);
		if (waitpid(s->pid, &status, WNOHANG) == s->pid) {
			s->pid = 0;
			while (poll(&(struct pollfd){ .fd = s->fd, .events = POLLIN }, 1, 100) >
				       0 &&
			       look(s, 0))
				;
			return status;
		}
	}
	return -1;
}

static bool ends_with(const struct screen *s, const char *what)
{
	return s->have >= strlen(what) && !strcmp(s->text + s->have - strlen(what), what);
}

static size_t longest_line(const char *text)
{
	size_t longest = 0, len = 0;

	for (; *text; text++) {
		if (*text == '\033') {
			text += strcspn(text, "mHKJ");
			continue;
		}
		len = *text == '\n' ? 0 : len + (*text != '\r');
		if (len > longest)
			longest = len;
	}
	return longest;
}

TEST_F(top, shows_who_has_what)
{
	char wait[32];

	ASSERT_EQ(0, hwc_test_ask(&self->domain, .first = 1, .n = 2));
	ASSERT_EQ(0, hwc_test_run("hwctl claim new toy3 >/dev/null"));
	ASSERT_EQ(0, start(&self->screen, NULL, NULL));
	EXPECT_TRUE(shows(&self->screen, "toy1"));
	EXPECT_TRUE(shows(&self->screen, "claims: 3  waiting: 0"));
	EXPECT_NE(NULL, strstr(last_screen(&self->screen), "nobody"));
	EXPECT_NE(NULL, strstr(last_screen(&self->screen), "toy0"));
	/* the group with all it may have, and the root */
	EXPECT_NE(NULL, strstr(last_screen(&self->screen), "web    toy"));
	EXPECT_NE(NULL, strstr(last_screen(&self->screen), "/      toy"));
	/* since when: that grows */
	snprintf(wait, sizeof(wait), "  2s ");
	EXPECT_TRUE(shows(&self->screen, wait));
}

/* Long before the next time. */
TEST_F(top, follows_events)
{
	int64_t begin;

	ASSERT_EQ(0, start(&self->screen, "-d", "1000"));
	EXPECT_TRUE(shows(&self->screen, "claims: 0"));
	begin = hwc_test_ms();
	ASSERT_EQ(0, hwc_test_run("hwctl claim new toy2 --container c17 >/dev/null"));
	EXPECT_TRUE(shows(&self->screen, "c17"));
	EXPECT_TRUE(shows(&self->screen, "claims: 1"));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 2));
	EXPECT_TRUE(shows_no_more(&self->screen, "c17"));
	EXPECT_GT(LIMIT_MS, hwc_test_ms() - begin);
}

static void expect_terminal_as_before(struct __test_metadata *_metadata, struct screen *s)
{
	struct termios now;

	EXPECT_NE(NULL, strstr(s->text, LEAVE));
	EXPECT_TRUE(ends_with(s, LEAVE));
	ASSERT_EQ(0, tcgetattr(s->fd, &now));
	EXPECT_EQ(s->before.c_lflag, now.c_lflag);
	EXPECT_EQ(s->before.c_iflag, now.c_iflag);
	EXPECT_EQ(s->before.c_oflag, now.c_oflag);
}

TEST_F(top, q_ends_it)
{
	struct termios raw;

	ASSERT_EQ(0, start(&self->screen, "-d", "1000"));
	EXPECT_TRUE(shows(&self->screen, "toy0"));
	EXPECT_EQ(0, strncmp(self->screen.text, ENTER, strlen(ENTER)));
	ASSERT_EQ(0, tcgetattr(self->screen.fd, &raw));
	EXPECT_EQ(0, raw.c_lflag & (ICANON | ECHO));
	/* other keys are not echoed and do nothing but show it anew */
	ASSERT_EQ(1, write(self->screen.fd, "x", 1));
	EXPECT_TRUE(shows(&self->screen, "toy0"));
	ASSERT_EQ(1, write(self->screen.fd, "q", 1));
	EXPECT_EQ(0, wait_for_end(&self->screen));
	expect_terminal_as_before(_metadata, &self->screen);
}

TEST_F(top, signals_end_it)
{
	static const char *const how[] = { "\003", "\034", NULL };
	static const int numbers[] = { SIGINT, SIGTERM, SIGQUIT };
	size_t i;

	for (i = 0; how[i]; i++) {
		ASSERT_EQ(0, start(&self->screen, "-d", "1000"));
		EXPECT_TRUE(shows(&self->screen, "toy0"));
		ASSERT_EQ(1, write(self->screen.fd, how[i], 1));
		EXPECT_EQ(0, wait_for_end(&self->screen));
		expect_terminal_as_before(_metadata, &self->screen);
		close(self->screen.fd);
		memset(&self->screen, 0, sizeof(self->screen));
	}
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		ASSERT_EQ(0, start(&self->screen, "-d", "1000"));
		EXPECT_TRUE(shows(&self->screen, "toy0"));
		ASSERT_EQ(0, kill(self->screen.pid, numbers[i]));
		EXPECT_EQ(0, wait_for_end(&self->screen));
		expect_terminal_as_before(_metadata, &self->screen);
		close(self->screen.fd);
		memset(&self->screen, 0, sizeof(self->screen));
	}
}

static void wait_for_text(struct screen *s, const char *what)
{
	int64_t end = hwc_test_ms() + LIMIT_MS;

	while (!strstr(s->text, what) && hwc_test_ms() < end)
		look(s, 50);
}

/* ^Z: the shell finds its terminal as it was, and the screen comes back. */
TEST_F(top, can_be_stopped_and_goes_on)
{
	int status;

	ASSERT_EQ(0, start(&self->screen, "-d", "1000"));
	EXPECT_TRUE(shows(&self->screen, "toy0"));
	ASSERT_EQ(0, kill(self->screen.pid, SIGTSTP));
	ASSERT_EQ(self->screen.pid, waitpid(self->screen.pid, &status, WUNTRACED));
	EXPECT_TRUE(WIFSTOPPED(status));
	wait_for_text(&self->screen, LEAVE);
	expect_terminal_as_before(_metadata, &self->screen);
	self->screen.have = 0;
	self->screen.text[0] = '\0';
	ASSERT_EQ(0, kill(self->screen.pid, SIGCONT));
	EXPECT_TRUE(shows(&self->screen, "toy0"));
	EXPECT_NE(NULL, strstr(self->screen.text, ENTER));
	ASSERT_EQ(1, write(self->screen.fd, "q", 1));
	EXPECT_EQ(0, wait_for_end(&self->screen));
	expect_terminal_as_before(_metadata, &self->screen);
}

/* Nothing is wrapped, and what has no room is said. */
TEST_F(top, fits_the_terminal)
{
	struct winsize small = { .ws_row = 6, .ws_col = 30 },
		       large = { .ws_row = 24, .ws_col = 200 };

	ASSERT_EQ(0, start(&self->screen, "-d", "1000"));
	EXPECT_TRUE(shows(&self->screen, "toy3"));
	EXPECT_TRUE(shows(&self->screen, "IMAGE"));
	ASSERT_EQ(0, ioctl(self->screen.fd, TIOCSWINSZ, &small));
	EXPECT_TRUE(shows(&self->screen, "... more than there is room f"));
	EXPECT_EQ(NULL, strstr(last_screen(&self->screen), "IMAGE"));
	EXPECT_GE(30, longest_line(last_screen(&self->screen)));
	ASSERT_EQ(0, ioctl(self->screen.fd, TIOCSWINSZ, &large));
	EXPECT_TRUE(shows(&self->screen, "IMAGE"));
}

static const char *output_of(const char *command, int *status)
{
	static char text[65536];
	FILE *in = popen(command, "r");
	size_t have = in ? fread(text, 1, sizeof(text) - 1, in) : 0;

	text[have] = '\0';
	*status = in ? pclose(in) : -1;
	return text;
}

static unsigned int times(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

TEST_F(top, is_plain_for_scripts)
{
	const char *text;
	int status;

	ASSERT_EQ(0, hwc_test_ask(&self->domain, .first = 1, .n = 1));
	text = output_of("hwctl top --once", &status);
	EXPECT_EQ(0, status);
	EXPECT_EQ(NULL, strchr(text, '\033'));
	EXPECT_EQ(1, times(text, "RESOURCE"));
	EXPECT_EQ(1, times(text, "claims: 1  waiting: 0"));
	text = output_of("hwctl top -n 3 -d 0.1", &status);
	EXPECT_EQ(0, status);
	EXPECT_EQ(3, times(text, "RESOURCE"));
	output_of("hwctl top | head -n 1", &status);
	EXPECT_EQ(0, status);
	output_of("hwctl top -n 0 2>/dev/null", &status);
	EXPECT_EQ(2, WEXITSTATUS(status));
	output_of("hwctl top -d 0.01 2>/dev/null", &status);
	EXPECT_EQ(2, WEXITSTATUS(status));
}

TEST_F(top, answers_in_json)
{
	const char *text;
	int status;

	ASSERT_EQ(0, hwc_test_ask(&self->domain, .first = 1, .n = 1));
	text = output_of("hwctl -j top", &status);
	EXPECT_EQ(0, status);
	EXPECT_EQ(1, times(text, "\n"));
	EXPECT_EQ(0, strncmp(text, "{\"seq\":", 7));
	EXPECT_NE(NULL, strstr(text, "\"resource\":[{\"id\":"));
	EXPECT_NE(NULL, strstr(text, "\"claim\":[{\"id\":"));
	EXPECT_NE(NULL, strstr(text, "\"age\":"));
	EXPECT_NE(NULL, strstr(text, "\"group\":[{\"name\":\"/\""));
	EXPECT_NE(NULL, strstr(text, "{\"name\":\"web\",\"current\":{"));
	text = output_of("hwctl -j top -n 2 -d 0.1", &status);
	EXPECT_EQ(2, times(text, "\n"));
}

/* A claim that waits for toy0. */
static int start_waiting(struct hwc_ctx *ctx)
{
	struct hwc_request *req;
	struct hwc_grant grant;
	int ret = hwc_request_new(ctx, &req);

	if (ret)
		return ret;
	hwc_request_priority(req, 3);
	hwc_request_wait(req, 3 * LIMIT_MS);
	ret = hwc_request_add(req, "toy0", -1, -1, NULL, NULL);
	if (!ret)
		ret = hwc_request_submit(req, &grant);
	hwc_request_free(req);
	return ret;
}

/* Who waits, and at which place. */
TEST_F(top, shows_who_waits)
{
	ASSERT_EQ(0, hwc_test_run("hwctl claim new toy0 --container first >/dev/null"));
	ASSERT_EQ(0, start(&self->screen, NULL, NULL));
	EXPECT_TRUE(shows(&self->screen, "first"));
	EXPECT_EQ(NULL, strstr(last_screen(&self->screen), "WAITING FOR"));
	ASSERT_EQ(0, start_waiting(self->ctx));
	EXPECT_TRUE(shows(&self->screen, "WAITING FOR"));
	EXPECT_TRUE(shows(&self->screen, "claims: 1  waiting: 1"));
	EXPECT_TRUE(shows(&self->screen, "toy0         1      "));
	EXPECT_EQ(0, hwc_test_end_toy(self->ctx, 0));
	EXPECT_TRUE(shows_no_more(&self->screen, "WAITING FOR"));
}

TEST_HARNESS_MAIN
