// SPDX-License-Identifier: GPL-2.0-or-later
/* A live device tree of files: what is found there, and that nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "bus.h"
#include "scene.h"
#include "tree.h"

struct fixture {
	char *scene;
	struct hwc_tree *tree;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->scene = scene_new();
	f->tree = hwc_tree_open(f->scene);
	*state = f;
	return f->tree ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	hwc_tree_close(f->tree);
	scene_free(f->scene);
	free(f);
	return 0;
}

static void test_has(void **state)
{
	struct fixture *f = *state;

	assert_true(hwc_tree_has(f->tree, "/"));
	assert_true(hwc_tree_has(f->tree, "/fpga/PR0/bus"));
	assert_false(hwc_tree_has(f->tree, "/fpga/PR9"));
	/* a property is no node */
	assert_false(hwc_tree_has(f->tree, "/fpga/ranges"));
}

static void test_prop(void **state)
{
	struct fixture *f = *state;
	size_t size;
	void *prop;

	prop = hwc_tree_prop(f->tree, "/fpga/PR0", "ranges", &size);
	assert_non_null(prop);
	assert_int_equal(size, 12);
	assert_int_equal(hwc_cell(prop, 1), 0x10000);
	free(prop);
	assert_null(hwc_tree_prop(f->tree, "/fpga/PR0", "reg", &size));
	assert_null(hwc_tree_prop(f->tree, "/fpga", "PR0", &size));
}

static void test_cell(void **state)
{
	struct fixture *f = *state;
	uint32_t cell = 7;

	assert_false(hwc_tree_cell(f->tree, "/fpga/PR0", "ranges", &cell));
	assert_false(hwc_tree_cell(f->tree, "/fpga/PR0", "reg", &cell));
	assert_int_equal(cell, 7);
	assert_true(hwc_tree_cell(f->tree, "/fpga/PR0", "phandle", &cell));
	assert_int_equal(cell, 0x42);
}

/* What a node does not say, those above it do. */
static void test_bus_cells(void **state)
{
	struct fixture *f = *state;

	scene_cells(f->scene, "/fpga/PR0/bus", "#size-cells", 1, 0);
	assert_int_equal(hwc_tree_bus_cells(f->tree, "/fpga/PR0/bus", "#size-cells"), 0);
	assert_int_equal(hwc_tree_bus_cells(f->tree, "/fpga/PR0/bus", "#address-cells"), 1);
	assert_int_equal(hwc_tree_bus_cells(f->tree, "/", "#address-cells"), 2);
	assert_int_equal(hwc_tree_bus_cells(f->tree, "/fpga", "#other-cells"), 1);
}

static void test_compatible(void **state)
{
	static const char list[] = "vendor,simple-bus\0simple-bus";
	struct fixture *f = *state;

	scene_prop(f->scene, "/fpga", "compatible", list, sizeof(list));
	assert_true(hwc_tree_compatible(f->tree, "/fpga", "simple-bus"));
	assert_true(hwc_tree_compatible(f->tree, "/fpga", "vendor,simple-bus"));
	assert_false(hwc_tree_compatible(f->tree, "/fpga", "simple"));
	assert_false(hwc_tree_compatible(f->tree, "/fpga", "bus"));
	scene_prop(f->scene, "/fpga", "compatible", "x-bus", sizeof("x-bus"));
	assert_false(hwc_tree_compatible(f->tree, "/fpga", "bus"));
	assert_false(hwc_tree_compatible(f->tree, "/none", "bus"));
}

static void test_label(void **state)
{
	struct fixture *f = *state;
	char *path = hwc_tree_label(f->tree, "PR0");

	assert_string_equal(path, "/fpga/PR0");
	free(path);
	assert_null(hwc_tree_label(f->tree, "PR9"));
	assert_null(hwc_tree_label(f->tree, "../fpga/ranges"));
}

static void test_phandle(void **state)
{
	struct fixture *f = *state;
	char *path = hwc_tree_phandle(f->tree, 0x42);

	assert_string_equal(path, "/fpga/PR0");
	free(path);
	assert_null(hwc_tree_phandle(f->tree, 0x43));
}

/* Paths come from overlays, that is from strangers. */
static void test_paths_out_of_the_tree(void **state)
{
	struct fixture *f = *state;
	char link[512];

	assert_false(hwc_tree_has(f->tree, "/.."));
	assert_false(hwc_tree_has(f->tree, "/fpga/../fpga"));
	assert_false(hwc_tree_has(f->tree, "/fpga/./PR0"));
	assert_false(hwc_tree_has(f->tree, "//fpga"));
	assert_false(hwc_tree_has(f->tree, "fpga"));
	assert_false(hwc_tree_has(f->tree, ""));
	snprintf(link, sizeof(link), "%s/link", f->scene);
	assert_int_equal(symlink("/tmp", link), 0);
	assert_false(hwc_tree_has(f->tree, "/link"));
}

static void test_names(void **state)
{
	(void)state;
	assert_true(hwc_tree_name_ok("sha256@a0000000"));
	assert_true(hwc_tree_name_ok("a,b.c_d+e-f"));
	assert_false(hwc_tree_name_ok(""));
	assert_false(hwc_tree_name_ok(".hidden"));
	assert_false(hwc_tree_name_ok("a b"));
	assert_false(hwc_tree_name_ok("a/b"));
	assert_false(hwc_tree_name_ok("\033[2J"));
	assert_true(hwc_tree_path_ok("/"));
	assert_true(hwc_tree_path_ok("/a/b@1"));
	assert_false(hwc_tree_path_ok("/a/"));
	assert_false(hwc_tree_path_ok("/a//b"));
}

static void test_paths(void **state)
{
	char path[] = "/a/b@1";

	(void)state;
	assert_true(hwc_path_below("/a/b", "/a"));
	assert_true(hwc_path_below("/a", "/"));
	assert_false(hwc_path_below("/a", "/a"));
	assert_false(hwc_path_below("/ab", "/a"));
	assert_false(hwc_path_below("/", "/"));
	hwc_path_up(path);
	assert_string_equal(path, "/a");
	hwc_path_up(path);
	assert_string_equal(path, "/");
	hwc_path_up(path);
	assert_string_equal(path, "/");
}

static void test_no_tree(void **state)
{
	(void)state;
	assert_null(hwc_tree_open("/no/such/folder"));
	assert_null(hwc_tree_open(""));
	hwc_tree_close(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_has),	       TEST(test_prop),
		TEST(test_cell),       TEST(test_bus_cells),
		TEST(test_compatible), TEST(test_label),
		TEST(test_phandle),    TEST(test_paths_out_of_the_tree),
		TEST(test_names),      TEST(test_paths),
		TEST(test_no_tree),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
