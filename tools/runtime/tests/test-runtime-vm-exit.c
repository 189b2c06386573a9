// SPDX-License-Identifier: GPL-2.0-or-later
/* The exit code that a guest tells on its console: found, and nothing else touched. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../vm.h"

#define SEQUENCE(code) "\033]hwcontainer;exit=" code "\a"

struct seen {
	char text[512];
	size_t size;
};

static void see(void *data, const char *text, size_t size)
{
	struct seen *seen = data;

	assert_true(size > 0);
	assert_in_range(size, 1, sizeof(seen->text) - seen->size);
	memcpy(seen->text + seen->size, text, size);
	seen->size += size;
}

/* In one piece, in two at each byte, and byte by byte. */
static void expect(const char *text, size_t size, const char *shown, size_t shown_size, int code)
{
	for (size_t cut = 0; cut <= size + 1; cut++) {
		struct vm_exit exit = { .code = -1 };
		struct seen seen = { .size = 0 };

		if (cut <= size) {
			vm_exit_feed(&exit, text, cut, see, &seen);
			vm_exit_feed(&exit, text + cut, size - cut, see, &seen);
		}
		for (size_t i = 0; cut > size && i < size; i++)
			vm_exit_feed(&exit, text + i, 1, see, &seen);
		vm_exit_end(&exit, see, &seen);
		assert_int_equal(exit.code, code);
		assert_int_equal(seen.size, shown_size);
		assert_memory_equal(seen.text, shown, shown_size);
	}
}

static void expect_text(const char *text, const char *shown, int code)
{
	expect(text, strlen(text), shown, strlen(shown), code);
}

static void codes_are_found(void **state)
{
	(void)state;
	expect_text(SEQUENCE("0"), "", 0);
	expect_text(SEQUENCE("7"), "", 7);
	expect_text(SEQUENCE("255"), "", 255);
	expect_text(SEQUENCE("007"), "", 7);
	expect_text("before" SEQUENCE("42") "\r\nafter\r\n", "before\r\nafter\r\n", 42);
}

static void last_one_counts(void **state)
{
	(void)state;
	expect_text(SEQUENCE("1") "x" SEQUENCE("2"), "x", 2);
	expect_text(SEQUENCE("9") SEQUENCE("0"), "", 0);
}

/* What is nearly one is shown as it came. */
static void others_are_shown(void **state)
{
	static const char *const texts[] = {
		"",
		"plain",
		"\033",
		"\033[31mred\033[0m",
		"\033]0;a title\a",
		"\033]hwcontainer;exit=",
		"\033]hwcontainer;exit=\a",
		"\033]hwcontainer;exit=256\a",
		"\033]hwcontainer;exit=1000\a",
		"\033]hwcontainer;exit=-1\a",
		"\033]hwcontainer;exit= 1\a",
		"\033]hwcontainer;exit=1x\a",
		"\033]hwcontainer;exit=1",
		"\033]hwcontainer;exit=1\033\\",
		"\033]hwcontainer; exit=1\a",
		"\033]hwcontainer;exit\a",
		"]hwcontainer;exit=1\a",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		expect_text(texts[i], texts[i], -1);
}

/* One that is cut off by the next, which counts. */
static void broken_off_ones_are_shown(void **state)
{
	(void)state;
	expect_text("\033" SEQUENCE("3"), "\033", 3);
	expect_text("\033]hwcont" SEQUENCE("3"), "\033]hwcont", 3);
	expect_text("\033]hwcontainer;exit=12" SEQUENCE("3") "\033]",
		    "\033]hwcontainer;exit=12\033]", 3);
}

static void all_bytes_pass(void **state)
{
	char text[256];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i;
	expect(text, sizeof(text), text, sizeof(text), -1);
	expect("\033]hw\0container", 14, "\033]hw\0container", 14, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_are_found),  cmocka_unit_test(last_one_counts),
		cmocka_unit_test(others_are_shown), cmocka_unit_test(broken_off_ones_are_shown),
		cmocka_unit_test(all_bytes_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
