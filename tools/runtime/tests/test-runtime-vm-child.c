// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs that work for a virtual machine: none outlives who has started it. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../vm.h"

/* Children that were left at an instant at which nothing kills them yet are some of these. */
#define ROUNDS 100
#define TIMEOUT_S 10

static struct command command = { .sink = -1 };

/* A child that nothing has killed when the test is over leaves by itself. */
static pid_t fork_sleeper(void)
{
	pid_t pid = child_fork(&command);

	if (pid)
		return pid;
	alarm(2 * TIMEOUT_S);
	for (;;)
		pause();
}

static void wait_for(pid_t pid, int wanted)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, wanted);
}

/* All of them have the pipe: the last that ends closes it. */
static void expect_end(int pipe)
{
	struct pollfd file = { .fd = pipe };

	if (poll(&file, 1, 1000 * TIMEOUT_S) != 1)
		fail_msg("a child outlives who has started it");
	assert_int_equal(file.revents, POLLHUP);
}

static void test_parent_ends_at_once(void **state)
{
	int pipes[2];

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	for (int i = 0; i < ROUNDS; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(fork_sleeper() < 0);
		wait_for(pid, 0);
	}
	close(pipes[1]);
	expect_end(pipes[0]);
	close(pipes[0]);
}

static void test_parent_is_killed(void **state)
{
	int pipes[2];
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		fork_sleeper();
		for (;;)
			pause();
	}
	close(pipes[1]);
	assert_int_equal(kill(pid, SIGKILL), 0);
	wait_for(pid, SIGKILL);
	expect_end(pipes[0]);
	close(pipes[0]);
}

static void test_program_ends_with_parent(void **state)
{
	char *const list[] = { (char *)"/bin/sleep", (char *)"20", NULL };
	struct words words = { .list = (char **)list };
	struct child child;
	int pipes[2];
	pid_t pid;
	char byte;

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	pid = fork();
	if (!pid) {
		if (child_start(&command, &child, &words, &pipes[1], 1, NULL) ||
		    write(pipes[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(pipes[1]);
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	wait_for(pid, SIGKILL);
	expect_end(pipes[0]);
	close(pipes[0]);
}

/* Who has none does not kill anybody for it. */
static void test_no_program(void **state)
{
	char *const list[] = { (char *)"/nonesuch", NULL };
	struct words words = { .list = (char **)list };
	struct child child;

	(void)state;
	assert_int_equal(child_start(&command, &child, &words, NULL, 0, NULL), 0);
	assert_true(WEXITSTATUS(child_wait(&child)) == 127);
	assert_int_equal(child.pid, 0);
	child_kill(&child);
}

/* One that says more than anybody can hear does not keep who hears it. */
static void test_flood(void **state)
{
	char *const list[] = { (char *)"/usr/bin/yes", NULL };
	struct words words = { .list = (char **)list };
	struct child child;

	(void)state;
	assert_int_equal(child_start(&command, &child, &words, NULL, 0, NULL), 0);
	process_wait(child.pidfd, 100);
	alarm(TIMEOUT_S);
	for (int i = 0; i < ROUNDS; i++)
		child_hear(&command, &child, false);
	alarm(0);
	child_kill(&child);
}

/* What one has said that has ended is heard at once, its last line, too. */
static void test_last_words(void **state)
{
	char *const list[] = { (char *)"/usr/bin/seq", (char *)"10000", NULL };
	struct words words = { .list = (char **)list };
	struct child child;

	(void)state;
	assert_int_equal(child_start(&command, &child, &words, NULL, 0, NULL), 0);
	assert_true(process_wait(child.pidfd, 1000 * TIMEOUT_S));
	child_hear(&command, &child, false);
	assert_string_equal(child.line, "10000");
	assert_int_equal(child.says, -1);
	assert_int_equal(child_wait(&child), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parent_ends_at_once),
		cmocka_unit_test(test_parent_is_killed),
		cmocka_unit_test(test_program_ends_with_parent),
		cmocka_unit_test(test_no_program),
		cmocka_unit_test(test_flood),
		cmocka_unit_test(test_last_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
