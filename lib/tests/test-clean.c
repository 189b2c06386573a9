// SPDX-License-Identifier: LGPL-2.1-or-later
/* Text of others, and what is left of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "clean.h"

static const char *cleaned(const char *text)
{
	static char copy[64];

	strcpy(copy, text);
	hwc_clean_text(copy);
	return copy;
}

static void test_same(void **state)
{
	static const char *const good[] = {
		"",
		"plain ~",
		"gr\u00fc\u00df",
		"\u00a0\u07ff",
		"\u0800\ud7ff\ue000\uffff",
		"\U00010000\U0010ffff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_string_equal(cleaned(good[i]), good[i]);
}

static void test_controls(void **state)
{
	(void)state;
	assert_string_equal(cleaned("a\x1b[2J\n\r\t\x7f"), "a?[2J????");
	/* of 8 bits, alone and as UTF-8 */
	assert_string_equal(cleaned("a\x9b[2J"), "a?[2J");
	assert_string_equal(cleaned("a\xc2\x9b"
				    "2J\xc2\x80\xc2\x9f"),
			    "a??2J????");
}

static void test_broken(void **state)
{
	(void)state;
	/* begun, and not gone on with */
	assert_string_equal(cleaned("\xc3"), "?");
	assert_string_equal(cleaned("\xc3z\xe2\x82z\xf0\x9f\x98"), "?z??z???");
	assert_string_equal(cleaned("\xe2\xc3\xa4"), "?\xc3\xa4");
	/* a part of nothing, and first bytes of nothing */
	assert_string_equal(cleaned("\x80\xbf\xf8\x88\xff"), "?????");
	/* more bytes than it takes: an escape, and a control of 8 bits */
	assert_string_equal(cleaned("\xc0\x9b\xe0\x80\x9b\xf0\x80\x82\x9b"), "?????????");
	/* halves of pairs, and what is behind the end */
	assert_string_equal(cleaned("\xed\xa0\x80\xed\xbf\xbf"), "??????");
	assert_string_equal(cleaned("\xf4\x90\x80\x80"), "????");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
