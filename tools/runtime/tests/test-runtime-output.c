// SPDX-License-Identifier: GPL-2.0-or-later
/* What several cores say, on one standard output. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../firmware.h"

/* Standard output is a pipe meanwhile, of which this is the other end. */
static int reader;
static int saved;

static struct output output;
static struct core core[2];
static struct voice one, two;

static int set_up(void **state)
{
	int ends[2];

	(void)state;
	output = (struct output){ 0 };
	one = (struct voice){ .core = &core[0] };
	two = (struct voice){ .core = &core[1] };
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -1;
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(ends[1], STDOUT_FILENO);
	close(ends[1]);
	reader = ends[0];
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	dup2(saved, STDOUT_FILENO);
	close(saved);
	if (reader >= 0)
		close(reader);
	free(output.text);
	return 0;
}

static void say(struct voice *voice, const char *text)
{
	output_say(&output, voice, text, strlen(text));
}

/* What has come to standard output since the last time. */
static const char *printed(void)
{
	static char text[8192];
	ssize_t n;

	output_write(&output);
	n = read(reader, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

/* As if the time for it were over. */
static void settle(struct voice *voice)
{
	voice->since_ms -= 1000;
	output_settle(&output, voice);
}

static void test_lines(void **state)
{
	(void)state;
	say(&one, "one\n");
	say(&two, "two\nand ");
	say(&one, "begun, ");
	assert_string_equal(printed(), "one\ntwo\n");
	say(&two, "more\n");
	say(&one, "ended\n");
	assert_string_equal(printed(), "and more\nbegun, ended\n");
}

static void test_prompt(void **state)
{
	(void)state;
	say(&one, "login: ");
	output_settle(&output, &one);
	assert_string_equal(printed(), "");
	settle(&one);
	assert_string_equal(printed(), "login: ");
	/* each key at once, now that its line is shown */
	say(&one, "r");
	assert_string_equal(printed(), "r");
	say(&one, "oot\nhello");
	assert_string_equal(printed(), "oot\n");
	settle(&one);
	assert_string_equal(printed(), "hello");
}

/* A line that is shown and not finished is not gone on with by somebody else. */
static void test_interrupted(void **state)
{
	(void)state;
	say(&one, "login: ");
	settle(&one);
	say(&two, "alarm\n");
	say(&one, "root\n");
	assert_string_equal(printed(), "login: \nalarm\nroot\n");
	say(&one, "one");
	output_leave(&output, &one);
	assert_string_equal(printed(), "one");
	/* nor by one that has its place */
	say(&one, "another\n");
	assert_string_equal(printed(), "\nanother\n");
}

static void test_long_line(void **state)
{
	char line[LINE_SIZE + 100];

	(void)state;
	memset(line, 'x', sizeof(line));
	output_say(&output, &one, line, sizeof(line));
	assert_int_equal(strlen(printed()), LINE_SIZE);
	say(&one, "\n");
	assert_string_equal(printed() + 100, "\n");
	output_say(&output, &one, line, LINE_SIZE - 1);
	say(&one, "yz\n");
	assert_string_equal(printed() + LINE_SIZE - 1, "yz\n");
}

static void test_lost(void **state)
{
	char line[1000], *note;
	size_t size = 0, read_size = 0;
	static char all[400000];
	ssize_t n;

	(void)state;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (; size < 1000000; size += sizeof(line)) {
		output_say(&output, &one, line, sizeof(line));
		output_write(&output);
	}
	assert_true(output.size <= 256 << 10);
	assert_int_not_equal(output.lost, 0);
	size -= output.lost;
	do {
		output_write(&output);
		n = read(reader, all + read_size, sizeof(all) - 1 - read_size);
		read_size += n > 0 ? n : 0;
	} while (n > 0);
	assert_int_equal(read_size, size);
	say(&one, "at last\n");
	note = (char *)printed();
	assert_int_equal(strncmp(note, "\n[", 2), 0);
	assert_int_equal(strtoul(note + 2, &note, 10), 1000000 - size);
	assert_string_equal(note, " bytes are missing]\nat last\n");
}

static void test_nobody_reads(void **state)
{
	(void)state;
	close(reader);
	reader = -1;
	say(&one, "one\n");
	output_write(&output);
	assert_int_equal(output.size, 0);
}

/* What there is room for in a pipe, again and again, but never the time for it all. */
static void read_slowly(void)
{
	char text[4096];

	do
		poll(NULL, 0, 300);
	while (read(reader, text, sizeof(text)) > 0);
	_exit(0);
}

static void test_slow_reader(void **state)
{
	static char line[4096];
	int64_t begin;
	pid_t pid;

	(void)state;
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 60; i++)
		output_say(&output, &one, line, sizeof(line));
	pid = fork();
	if (!pid)
		read_slowly();
	begin = now_ms();
	output_finish(&output);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	assert_in_range(now_ms() - begin, 900, 1900);
	assert_in_range(output.size, 1, 59 * sizeof(line));
}

/* What is missing at the end is told, though nobody says anything after it. */
static void test_lost_last(void **state)
{
	static char text[300000], all[sizeof(text) + 64];
	size_t size = 0;
	pid_t pid;
	ssize_t n;

	(void)state;
	memset(text, 'x', sizeof(text));
	output_add(&output, text, 200000);
	output_add(&output, text, 100000);
	pid = fork();
	if (!pid) {
		output_finish(&output);
		_exit(0);
	}
	close(STDOUT_FILENO);
	fcntl(reader, F_SETFL, 0);
	while ((n = read(reader, all + size, sizeof(all) - 1 - size)) > 0)
		size += n;
	waitpid(pid, NULL, 0);
	assert_string_equal(all + 200000, "\n[100000 bytes are missing]\n");
}

/* It is written as soon as there is room. */
static void test_last_words(void **state)
{
	(void)state;
	say(&one, "last words\n");
	output_finish(&output);
	assert_int_equal(output.size, 0);
	assert_string_equal(printed(), "last words\n");
}

static void test_silence(void **state)
{
	struct core_list cores = { core, 2 };

	(void)state;
	core[0] = (struct core){ .name = "remoteproc0", .speaks = true, .heard_ms = now_ms() };
	core[1] = (struct core){ .name = "remoteproc1" };
	assert_null(cores_silent(&cores, 1000));
	core[0].heard_ms -= 2000;
	assert_ptr_equal(cores_silent(&cores, 1000), &core[0]);
	say(&one, "not even a line");
	assert_null(cores_silent(&cores, 1000));
	/* one that cannot say anything is not waited for */
	core[1].heard_ms = now_ms() - 2000;
	assert_null(cores_silent(&cores, 1000));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),     TEST(test_prompt),      TEST(test_interrupted),
		TEST(test_long_line), TEST(test_lost),	      TEST(test_nobody_reads),
		TEST(test_lost_last), TEST(test_slow_reader), TEST(test_last_words),
		TEST(test_silence),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("runtime-output", tests, NULL, NULL);
}
