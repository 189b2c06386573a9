// SPDX-License-Identifier: GPL-2.0-or-later
/* Overlays as trees: read, moved, written, and those that do not fit together. */
#include <errno.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "bus.h"
#include "context.h"
#include "ctx.h"
#include "dtree.h"
#include "dts.h"
#include "file.h"
#include "overlay.h"

#define INSIDE "/fragment@0/__overlay__"

struct fixture {
	struct hwc_ctx *ctx;
	void *blob;
	struct hwc_dt dt;
	void *out;
};

static int setup(void **state)
{
	return context_begins(state, sizeof(struct fixture));
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	hwc_dt_clear(&f->dt);
	free(f->out);
	free(f->blob);
	context_ends(f);
	return 0;
}

static int parse(struct fixture *f, const char *dts)
{
	size_t size;

	free(f->blob);
	hwc_dt_clear(&f->dt);
	f->blob = dts_compile(dts, "-@", &size);
	return hwc_dt_parse(f->ctx, f->blob, &f->dt);
}

static void write_out(struct fixture *f)
{
	size_t size;

	free(f->out);
	f->out = NULL;
	if (hwc_dt_write(f->ctx, f->dt.root, &f->out, &size))
		fail_msg("%s", hwc_ctx_error(f->ctx));
	assert_int_equal(fdt_check_full(f->out, size), 0);
}

static const char *text(const struct fixture *f, const char *path, const char *name)
{
	return fdt_getprop(f->out, fdt_path_offset(f->out, path), name, NULL);
}

/* A node takes with it what it refers to and what refers to it. */
static void test_move(void **state)
{
	struct fixture *f = *state;
	struct hwc_dt_node *node;
	uint32_t cell;

	assert_int_equal(parse(f, "/dts-v1/; /plugin/; &bus { clk: clk { };"
				  " dev { clocks = <&far 1>, <&clk>; }; other: other { }; };"),
			 0);
	node = hwc_dt_symbol(&f->dt, "clk");
	assert_string_equal(node->name, "clk");
	assert_null(hwc_dt_symbol(&f->dt, "far"));
	hwc_dt_detach(node);
	hwc_dt_append(hwc_dt_symbol(&f->dt, "other"), node);
	write_out(f);
	cell = fdt_get_phandle(f->out, fdt_path_offset(f->out, INSIDE "/other/clk"));
	assert_true(cell);
	assert_int_equal(hwc_cell(text(f, INSIDE "/dev", "clocks"), 2), cell);
	assert_int_equal(hwc_cell(text(f, INSIDE "/dev", "clocks"), 0), HWC_PHANDLE_UNRESOLVED);
	assert_string_equal(text(f, "/__fixups__", "far"), INSIDE "/dev:clocks:0");
	assert_int_equal(hwc_cell(text(f, "/__local_fixups__" INSIDE "/dev", "clocks"), 0), 8);
	assert_int_equal(fdt_path_offset(f->out, "/__symbols__"), -FDT_ERR_NOTFOUND);
}

/* What waits for one label in several places. */
static void test_several_places(void **state)
{
	static const char places[] = INSIDE "/a:x:0\0" INSIDE "/a:x:4\0" INSIDE "/b:y:0";
	struct fixture *f = *state;

	assert_int_equal(parse(f, "/dts-v1/; /plugin/;"
				  "&bus { a { x = <&l &l>; }; b { y = <&l>; }; };"),
			 0);
	write_out(f);
	assert_memory_equal(text(f, "/__fixups__", "l"), places, sizeof(places));
}

static void test_properties(void **state)
{
	struct fixture *f = *state;
	struct hwc_dt_node *node;
	uint32_t cell = 0;

	assert_int_equal(parse(f, "/dts-v1/; /plugin/; &bus { l: n { compatible = \"a,b\", \"c,d\";"
				  " cell = <7>; text = \"t\"; two = <1 2>; }; };"),
			 0);
	node = hwc_dt_symbol(&f->dt, "l");
	assert_true(hwc_dt_cell(node, "cell", &cell));
	assert_int_equal(cell, 7);
	assert_false(hwc_dt_cell(node, "two", &cell));
	assert_string_equal(hwc_dt_string(node, "text"), "t");
	assert_null(hwc_dt_string(node, "none"));
	assert_true(hwc_dt_compatible(node, "c,d", true));
	assert_false(hwc_dt_compatible(node, "c", true));
	assert_true(hwc_dt_compatible(node, "c", false));
	assert_int_equal(hwc_dt_set(node, "cell", "x", 1), 0);
	hwc_dt_unset(node, "text");
	hwc_dt_unset(node, "none");
	write_out(f);
	assert_memory_equal(text(f, INSIDE "/n", "cell"), "x", 1);
	assert_null(text(f, INSIDE "/n", "text"));
}

static void test_malformed(void **state)
{
	static const struct {
		const char *dts;
		const char *sentence;
	} cases[] = {
		{ "/ { __symbols__ { l = \"/nowhere\"; }; };",
		  "the overlay's __symbols__ does not fit the overlay: l" },
		{ "/ { __symbols__ { l = <1>; }; };",
		  "the overlay's __symbols__ does not fit the overlay: l" },
		{ "/ { __fixups__ { l = \"/\"; }; };",
		  "the overlay's __fixups__ does not fit the overlay: /" },
		{ "/ { __fixups__ { l = \"/a:b:0\"; }; };",
		  "the overlay's __fixups__ does not fit the overlay: /a:b:0" },
		{ "/ { a { b = <1>; }; __fixups__ { l = \"/a:b:1\"; }; };",
		  "the overlay's __fixups__ does not fit the overlay: /a:b:1" },
		{ "/ { a { b = <1>; }; __fixups__ { l = \"/a:b:-1\"; }; };",
		  "the overlay's __fixups__ does not fit the overlay: /a:b:-1" },
		{ "/ { a { b = <1>; }; __fixups__ { l = \"/a:b:0x\"; }; };",
		  "the overlay's __fixups__ does not fit the overlay: /a:b:0x" },
		{ "/ { a { b = <1>; }; __local_fixups__ { a { b = <0>; }; }; };",
		  "the overlay's __local_fixups__ does not fit the overlay: b" },
		{ "/ { a { b = <1>; }; __local_fixups__ { a { b = <0xfffffffd>; }; }; };",
		  "the overlay's __local_fixups__ does not fit the overlay: b" },
		{ "/ { __local_fixups__ { a { }; }; };",
		  "the overlay's __local_fixups__ does not fit the overlay: a" },
		{ "/ { a { phandle = <1 2>; }; };",
		  "the overlay's node a has a phandle of 8 bytes" },
	};
	struct fixture *f = *state;
	char dts[256];

	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		size_t size;

		snprintf(dts, sizeof(dts), "/dts-v1/; %s", cases[i].dts);
		free(f->blob);
		hwc_dt_clear(&f->dt);
		f->blob = dts_compile(dts, "-f", &size);
		assert_int_equal(hwc_dt_parse(f->ctx, f->blob, &f->dt), -EBADMSG);
		assert_string_equal(hwc_ctx_error(f->ctx), cases[i].sentence);
	}
}

static void test_deep(void **state)
{
	struct fixture *f = *state;
	char dts[1024] = "/dts-v1/; / {";

	for (int i = 0; i < 18; i++)
		strcat(dts, " a {");
	for (int i = 0; i < 18; i++)
		strcat(dts, " };");
	strcat(dts, " };");
	assert_int_equal(parse(f, dts), -EBADMSG);
	assert_string_equal(hwc_ctx_error(f->ctx),
			    "the overlay has more than 17 nodes inside each other");
}

/* More than the module takes. */
static void test_large(void **state)
{
	static char large[HWC_OVERLAY_MAX];
	struct fixture *f = *state;
	size_t size;

	assert_int_equal(parse(f, "/dts-v1/; /plugin/; &bus { l: n { }; };"), 0);
	assert_int_equal(hwc_dt_set(hwc_dt_symbol(&f->dt, "l"), "large", large, sizeof(large)), 0);
	assert_int_equal(hwc_dt_write(f->ctx, f->dt.root, &f->out, &size), -EFBIG);
	assert_string_equal(hwc_ctx_error(f->ctx),
			    "the rewritten overlay has more than 65536 bytes");
	assert_null(f->out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_move),      TEST(test_several_places), TEST(test_properties),
		TEST(test_malformed), TEST(test_deep),		 TEST(test_large),
	};

	return cmocka_run_group_tests_name("dtree", tests, NULL, NULL);
}
