// SPDX-License-Identifier: GPL-2.0-or-later
/* The order in which a container gets what it waits for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "../runtime.h"

/* @names, asked for in this order, come in the order that @wanted has their numbers. */
static void expect_order(const char *const *names, const int *wanted, size_t n)
{
	struct place_in_line line[8] = { 0 };

	for (size_t i = 0; i < n; i++)
		line[i].name = (char *)names[i];
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(order_next(line, n), wanted[i]);
		line[wanted[i]].done = true;
	}
	assert_int_equal(order_next(line, n), -1);
}

static void test_by_name(void **state)
{
	static const char *const names[] = { "toy1",	   "remoteproc0", "/fpga-full/fpga-PR1",
					     "/fpga-full", "toy0",	  "/fpga-full/fpga-PR0" };
	static const int wanted[] = { 3, 5, 2, 1, 4, 0 };

	(void)state;
	expect_order(names, wanted, 6);
}

/* '-' is before '/' in ASCII: who has a region would wait for its neighbour, and that for it. */
static void test_what_is_inside_follows(void **state)
{
	static const char *const names[] = { "/fpga-b/x", "/fpga-b-c", "/fpga-b", "/fpga-a" };
	static const int wanted[] = { 3, 2, 0, 1 };

	(void)state;
	expect_order(names, wanted, 4);
	assert_true(order_compare("/a", "/a/b") < 0);
	assert_true(order_compare("/a/b", "/a-") < 0);
	assert_true(order_compare("/a\xc3", "/ab") > 0);
	assert_int_equal(order_compare("/a/b", "/a/b"), 0);
}

/* A slot has a name when its shell is there; then it is that shell's next. */
static void test_slots_have_names_later(void **state)
{
	struct place_in_line line[] = { { NULL, false }, { "toy0", false }, { "/fpga-b", false } };

	(void)state;
	assert_int_equal(order_next(line, 3), 2);
	line[2].done = true;
	line[0].name = "/fpga-b/slot";
	assert_int_equal(order_next(line, 3), 0);
	line[0].name = NULL;
	assert_int_equal(order_next(line, 3), 1);
	line[1].done = true;
	assert_int_equal(order_next(line, 3), 0);
}

/* What is asked for twice comes in the order that it was asked for. */
static void test_twice(void **state)
{
	static const char *const names[] = { "toy1", "toy0", "toy1", "toy0" };
	static const int wanted[] = { 1, 3, 0, 2 };

	(void)state;
	expect_order(names, wanted, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_name),
		cmocka_unit_test(test_what_is_inside_follows),
		cmocka_unit_test(test_slots_have_names_later),
		cmocka_unit_test(test_twice),
	};

	return cmocka_run_group_tests_name("runtime-order", tests, NULL, NULL);
}
