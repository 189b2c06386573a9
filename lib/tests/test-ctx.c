// SPDX-License-Identifier: GPL-2.0-or-later
/* The context keeps the last error. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "context.h"
#include "ctx.h"

static void test_no_error_at_first(void **state)
{
	assert_string_equal(hwc_ctx_error(*state), "");
}

static void test_error_is_kept(void **state)
{
	struct hwc_ctx *ctx = *state;

	assert_int_equal(hwc_err(ctx, -EBUSY, "region %s is held", "/a"), -EBUSY);
	assert_string_equal(hwc_ctx_error(ctx), "region /a is held");
	/* what is there may be part of what replaces it */
	assert_int_equal(hwc_err(ctx, -EIO, "x: %s", hwc_ctx_error(ctx)), -EIO);
	assert_string_equal(hwc_ctx_error(ctx), "x: region /a is held");
	assert_int_equal(hwc_err_nomem(ctx), -ENOMEM);
	assert_string_equal(hwc_ctx_error(ctx), "out of memory");
}

static void test_long_error_is_cut(void **state)
{
	char text[2 * HWC_ERROR_MAX];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	hwc_err(*state, -EIO, "%s", text);
	assert_int_equal(strlen(hwc_ctx_error(*state)), HWC_ERROR_MAX - 1);
}

static void test_free_of_nothing(void **state)
{
	(void)state;
	hwc_ctx_free(NULL);
}

static void test_version(void **state)
{
	(void)state;
	assert_string_equal(hwc_version(), HWC_VERSION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_error_at_first), cmocka_unit_test(test_error_is_kept),
		cmocka_unit_test(test_long_error_is_cut), cmocka_unit_test(test_free_of_nothing),
		cmocka_unit_test(test_version),
	};

	return cmocka_run_group_tests_name("ctx", tests, context_new, context_free);
}
