// SPDX-License-Identifier: GPL-2.0-or-later
/* Address spaces: ranges, and the way up through them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "bus.h"
#include "ctx.h"

static const uint8_t cells[] = { 0x00, 0x00, 0x00, 0x05, 0x12, 0x34, 0x56, 0x78 };

static void test_cells(void **state)
{
	(void)state;
	assert_int_equal(hwc_cell(cells, 1), 0x12345678);
	assert_int_equal(hwc_cells(cells, 0, 0), 0);
	assert_int_equal(hwc_cells(cells, 0, 1), 5);
	assert_true(hwc_cells(cells, 0, 2) == UINT64_C(0x512345678));
}

/* Children 0x0 to 0xffff are at 0xa0000000, and 0x80000000 to the end at 0xb0000000. */
static const uint8_t two_ranges[] = {
	0x00, 0, 0, 0, 0xa0, 0, 0, 0, 0x00, 1, 0, 0, 0x80, 0, 0, 0, 0xb0, 0, 0, 0, 0x80, 0, 0, 0,
};

static struct hwc_bus make_bus(const struct hwc_bus *parent)
{
	struct hwc_bus bus = { .parent = parent, .path = "/bus", .addr_cells = 1, .size_cells = 1 };

	assert_int_equal(hwc_bus_set_ranges(&bus, 1, two_ranges, sizeof(two_ranges)), 0);
	return bus;
}

static int translate(const struct hwc_bus *bus, uint64_t start, uint64_t size, uint64_t *result)
{
	struct hwc_window window = { .start = start, .size = size };
	const struct hwc_bus *edge;
	int err = hwc_bus_translate(bus, NULL, &window, &edge);

	*result = window.start;
	return err;
}

static void test_translate(void **state)
{
	struct hwc_bus bus = make_bus(NULL);
	uint64_t at;

	(void)state;
	assert_int_equal(bus.n_ranges, 2);
	assert_int_equal(translate(&bus, 0, 0x10000, &at), 0);
	assert_true(at == 0xa0000000);
	assert_int_equal(translate(&bus, 0xfffc, 4, &at), 0);
	assert_true(at == 0xa000fffc);
	assert_int_equal(translate(&bus, 0xffffffff, 1, &at), 0);
	assert_true(at == 0x12fffffff);
	hwc_bus_clear(&bus);
}

static void test_outside(void **state)
{
	static const struct {
		uint64_t start;
		uint64_t size;
	} bad[] = {
		{ 0xfffc, 8 },
		{ 0x10000, 1 },
		{ 0, 0x10001 },
		{ 8, 0xffffffff },
		{ 0x7fffffff, 2 },
		{ 0x80000000, 0x80000001 },
		{ UINT64_C(0x100000000), 1 },
		{ 0xfff0, UINT64_MAX },
		{ UINT64_MAX, 1 },
		{ UINT64_MAX, UINT64_MAX },
	};
	struct hwc_bus bus = make_bus(NULL);
	uint64_t at;

	(void)state;
	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad); i++)
		assert_int_equal(translate(&bus, bad[i].start, bad[i].size, &at), -ERANGE);
	hwc_bus_clear(&bus);
}

static void test_nested(void **state)
{
	struct hwc_bus outer = make_bus(NULL);
	struct hwc_bus inner = { .parent = &outer,
				 .path = "/bus/in",
				 .addr_cells = 1,
				 .size_cells = 1,
				 .kind = HWC_BUS_IDENTITY };
	struct hwc_bus opaque = { .parent = &inner, .path = "/bus/in/i2c" };
	struct hwc_window window = { .start = 0x10000, .size = 4 };
	const struct hwc_bus *edge;
	uint64_t at;

	(void)state;
	assert_int_equal(translate(&inner, 0x100, 4, &at), 0);
	assert_true(at == 0xa0000100);
	assert_int_equal(translate(&opaque, 0x100, 4, &at), -ENXIO);
	assert_int_equal(hwc_bus_translate(&inner, NULL, &window, &edge), -ERANGE);
	assert_ptr_equal(edge, &outer);
	/* only as far as asked */
	assert_int_equal(hwc_bus_translate(&inner, &outer, &window, &edge), 0);
	assert_ptr_equal(edge, &inner);
	assert_int_equal(window.start, 0x10000);
	hwc_bus_clear(&outer);
}

static void test_ranges_of_wrong_length(void **state)
{
	struct hwc_bus bus = { .addr_cells = 1, .size_cells = 1 };

	(void)state;
	assert_int_equal(hwc_bus_set_ranges(&bus, 1, two_ranges, 23), -EINVAL);
	assert_int_equal(hwc_bus_set_ranges(&bus, 2, two_ranges, sizeof(two_ranges)), -EINVAL);
	bus.addr_cells = 3;
	assert_int_equal(hwc_bus_set_ranges(&bus, 1, two_ranges, 20), -EINVAL);
	bus.addr_cells = UINT32_MAX;
	assert_int_equal(hwc_bus_set_ranges(&bus, 1, two_ranges, sizeof(two_ranges)), -EINVAL);
	assert_null(bus.ranges);
}

static void test_kinds(void **state)
{
	struct hwc_bus bus = { .addr_cells = 1, .size_cells = 1 };

	(void)state;
	assert_int_equal(hwc_bus_set_ranges(&bus, 1, NULL, 0), 0);
	assert_int_equal(bus.kind, HWC_BUS_OPAQUE);
	assert_int_equal(hwc_bus_set_ranges(&bus, 1, two_ranges, 0), 0);
	assert_int_equal(bus.kind, HWC_BUS_IDENTITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cells),
		cmocka_unit_test(test_translate),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_ranges_of_wrong_length),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests_name("bus", tests, NULL, NULL);
}
