// SPDX-License-Identifier: GPL-2.0-or-later
/* Trace buffers that grow, wrap and begin again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../firmware.h"

static char said[512];

static void hear(void *data, const char *text, size_t size)
{
	(void)data;
	snprintf(said + strlen(said), sizeof(said) - strlen(said), "%.*s|", (int)size, text);
}

/* What is new when the buffer holds @now. */
static const char *follow(struct trace *trace, const char *now)
{
	said[0] = '\0';
	trace_follow(trace, strdup(now), strlen(now), hear, NULL);
	return said;
}

static bool is_new(struct trace *trace, const char *now)
{
	return trace_follow(trace, strdup(now), strlen(now), hear, NULL);
}

static void test_is_silent(void **state)
{
	struct trace trace = { .fd = -1 };

	(void)state;
	assert_true(is_new(&trace, "aaaabbbb"));
	assert_false(is_new(&trace, "aaaabbbb"));
	assert_true(is_new(&trace, "aaaabbbbc"));
	/* begun again, and emptied */
	assert_true(is_new(&trace, "dd"));
	assert_false(is_new(&trace, ""));
	assert_false(is_new(&trace, ""));
	free(trace.old);
}

static void test_grows(void **state)
{
	struct trace trace = { .fd = -1 };

	(void)state;
	assert_string_equal(follow(&trace, ""), "");
	assert_string_equal(follow(&trace, "one\n"), "one\n|");
	assert_string_equal(follow(&trace, "one\n"), "");
	assert_string_equal(follow(&trace, "one\ntwo\n"), "two\n|");
	/* the same once more is new, too */
	assert_string_equal(follow(&trace, "one\ntwo\ntwo\n"), "two\n|");
	free(trace.old);
}

/* A buffer of 12 bytes. */
static void test_wraps(void **state)
{
	struct trace trace = { .fd = -1 };

	(void)state;
	assert_string_equal(follow(&trace, "aaaabbbb"), "aaaabbbb|");
	/* to the end and on from the beginning */
	assert_string_equal(follow(&trace, "ddaabbbbcccc"), "cccc|dd|");
	assert_string_equal(follow(&trace, "ddeebbbbcccc"), "ee|");
	assert_string_equal(follow(&trace, "ddeebbbbcccc"), "");
	assert_string_equal(follow(&trace, "ddeeffffffcc"), "ffffff|");
	/* and once more */
	assert_string_equal(follow(&trace, "hhhhffffffgg"), "gg|hhhh|");
	free(trace.old);
}

/* What looks like the old text is told with what follows it. */
static void test_repeats(void **state)
{
	struct trace trace = { .fd = -1 };

	(void)state;
	follow(&trace, "abcabcabcabc");
	assert_string_equal(follow(&trace, "Xbcabcabcabc"), "X|");
	assert_string_equal(follow(&trace, "XbcaYcabcabc"), "bcaY|");
	free(trace.old);
}

/* Text that ends in a zero: what is behind it cannot be seen. */
static void test_begins_again(void **state)
{
	struct trace trace = { .fd = -1 };

	(void)state;
	assert_string_equal(follow(&trace, "first life"), "first life|");
	assert_string_equal(follow(&trace, "new"), "new|");
	assert_string_equal(follow(&trace, "newer"), "er|");
	assert_string_equal(follow(&trace, ""), "");
	assert_string_equal(follow(&trace, "x"), "x|");
	free(trace.old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_is_silent),    cmocka_unit_test(test_grows),
		cmocka_unit_test(test_wraps),	     cmocka_unit_test(test_repeats),
		cmocka_unit_test(test_begins_again),
	};

	return cmocka_run_group_tests_name("runtime-trace", tests, NULL, NULL);
}
