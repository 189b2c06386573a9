// SPDX-License-Identifier: GPL-2.0-or-later
/* Errors: whole lines of JSON, whatever is in their text. */
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "../runtime.h"

#define LOG_SIZE 8192

/* A text is cut there, its end included. */
#define TEXT_MAX 1024

static char path[] = "/tmp/hwc-log-XXXXXX";

static int make_log(void **state)
{
	int fd;

	(void)state;
	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	return close(fd);
}

static int remove_log(void **state)
{
	(void)state;
	return unlink(path);
}

/* A text that is nothing but one character. */
static const char *all(char c)
{
	static char text[2 * TEXT_MAX];

	memset(text, c, sizeof(text) - 1);
	return text;
}

static const char *logged(const char *text, bool json)
{
	struct command command = { .log = path, .log_json = json, .sink = -1 };
	static char log[LOG_SIZE];
	ssize_t size;
	int fd;

	log_error(&command, "%s", text);
	fd = open(path, O_RDWR | O_CLOEXEC);
	size = read(fd, log, sizeof(log) - 1);
	assert_true(size > 0);
	log[size] = '\0';
	assert_int_equal(strlen(log), size);
	assert_ptr_equal(strchr(log, '\n'), log + size - 1);
	assert_int_equal(ftruncate(fd, 0), 0);
	close(fd);
	return log;
}

static const char *member(struct json_object *line, const char *key)
{
	return json_object_get_string(json_object_object_get(line, key));
}

static void expect_json(const char *text, char seen)
{
	struct json_object *line = json_tokener_parse(logged(text, true));
	const char *message = member(line, "msg");

	assert_string_equal(member(line, "level"), "error");
	assert_int_equal(strlen(member(line, "time")), strlen("2026-01-01T00:00:00Z"));
	assert_int_equal(strlen(message), TEXT_MAX - 1);
	for (; *message; message++)
		assert_int_equal(*message, seen);
	json_object_put(line);
}

static void test_json(void **state)
{
	(void)state;
	expect_json(all('a'), 'a');
	expect_json(all('"'), '"');
	expect_json(all('\x1b'), '?');
	/* of 8 bits, and no UTF-8 either */
	expect_json(all('\x9b'), '?');
}

static void test_text(void **state)
{
	static const char start[] = "level=error msg=\"a ?[2J? b\" time=\"";

	(void)state;
	assert_int_equal(strncmp(logged("a \x1b[2J\n b", false), start, strlen(start)), 0);
	assert_true(strlen(logged(all('"'), false)) > 2 * (TEXT_MAX - 1));
}

/* What another process of ours is told, it logs. */
static void test_sink(void **state)
{
	struct command command = { 0 };
	char said[64] = "";
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	command.sink = pair[0];
	log_error(&command, "a\x1b\x7f%s", "\r\n");
	assert_true(recv(pair[1], said, sizeof(said) - 1, 0) > 0);
	assert_string_equal(said + 1, "a????");
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_log, remove_log)
	const struct CMUnitTest tests[] = { TEST(test_json), TEST(test_text), TEST(test_sink) };

	return cmocka_run_group_tests_name("runtime-log", tests, NULL, NULL);
}
