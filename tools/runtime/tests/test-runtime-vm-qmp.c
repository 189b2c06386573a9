// SPDX-License-Identifier: GPL-2.0-or-later
/* QEMU's protocol: messages however they arrive, and what is none. */
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "../vm.h"

struct link {
	struct qmp qmp;
	int qemu;
};

static struct link open_link(void)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	return (struct link){ .qmp = { .fd = pair[0] }, .qemu = pair[1] };
}

static void close_link(struct link *link)
{
	qmp_close(&link->qmp);
	if (link->qemu >= 0)
		close(link->qemu);
}

static void say(const struct link *link, const char *text)
{
	assert_int_equal(write(link->qemu, text, strlen(text)), strlen(text));
}

static void expect_event(struct link *link, const char *name)
{
	struct json_object *message = qmp_take(&link->qmp);

	assert_non_null(message);
	assert_string_equal(json_object_get_string(json_object_object_get(message, "event")), name);
	json_object_put(message);
}

static void messages_come_in_pieces(void **state)
{
	struct link link = open_link();

	(void)state;
	assert_null(qmp_take(&link.qmp));
	say(&link, "{\"event\": ");
	assert_null(qmp_take(&link.qmp));
	say(&link, "\"A\"}\r\n{\"event\":\"B\"}\n{\"ev");
	expect_event(&link, "A");
	expect_event(&link, "B");
	assert_null(qmp_take(&link.qmp));
	say(&link, "ent\":\"C\"}\n");
	expect_event(&link, "C");
	assert_false(link.qmp.ended);
	close_link(&link);
}

static void others_are_passed_over(void **state)
{
	struct link link = open_link();

	(void)state;
	say(&link, "no message\n\n{\"event\":\n{\"event\":\"A\"}\n");
	expect_event(&link, "A");
	assert_null(qmp_take(&link.qmp));
	close_link(&link);
}

static void last_words_are_heard(void **state)
{
	struct link link = open_link();

	(void)state;
	say(&link, "{\"event\":\"A\"}\n{\"event\":\"cut");
	close(link.qemu);
	link.qemu = -1;
	expect_event(&link, "A");
	assert_null(qmp_take(&link.qmp));
	assert_true(link.qmp.ended);
	assert_int_not_equal(qmp_send(&link.qmp, "cont"), 0);
	close_link(&link);
}

/* It would have to be kept for ever. */
static void endless_line_is_an_end(void **state)
{
	struct link link = open_link();
	char piece[4096];

	(void)state;
	memset(piece, 'x', sizeof(piece));
	for (size_t i = 0; i <= QMP_LINE_MAX / sizeof(piece); i++) {
		assert_int_equal(write(link.qemu, piece, sizeof(piece)), sizeof(piece));
		assert_null(qmp_take(&link.qmp));
	}
	assert_true(link.qmp.ended);
	close_link(&link);
}

static void commands_are_lines(void **state)
{
	struct link link = open_link();
	char text[64];
	ssize_t n;

	(void)state;
	assert_int_equal(qmp_send(&link.qmp, "cont"), 0);
	n = read(link.qemu, text, sizeof(text) - 1);
	assert_true(n > 0);
	text[n] = '\0';
	assert_string_equal(text, "{\"execute\":\"cont\"}\n");
	close_link(&link);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_come_in_pieces), cmocka_unit_test(others_are_passed_over),
		cmocka_unit_test(last_words_are_heard),	   cmocka_unit_test(endless_line_is_an_end),
		cmocka_unit_test(commands_are_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
