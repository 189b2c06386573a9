// SPDX-License-Identifier: GPL-2.0-or-later
/* The device tree that a container brings: with what is assigned, and in a machine's. */
#include <errno.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "bus.h"
#include "ctx.h"
#include "dts.h"
#include "machine.h"

#define IMAGE_OF(props, passthrough, rest)                                                           \
	"/dts-v1/; / { #address-cells = <2>; #size-cells = <2>; " props " passthrough { "            \
	"compatible = \"simple-bus\"; #address-cells = <2>; #size-cells = <2>; ranges; " passthrough \
	" }; " rest " };"
#define IMAGE(passthrough, rest) IMAGE_OF("", passthrough, rest)

/* Its phandles stay, ours are others; its root goes. */
static void test_image(void **state)
{
	static const char image[] =
		IMAGE_OF("interrupt-parent = <&gic>;",
			 "one: dev@11000000 { reg = <0 0x11000000 0 0x1000>; phandle = <1>;"
			 " partner = <&two>; interrupts = <0 5 4>; };"
			 "two: other@12000000 { reg = <0 0x12000000 0 0x1000>; phandle = <7>;"
			 " x-supply = <&one>; };",
			 "gic: gic { interrupt-controller; #interrupt-cells = <3>; };"
			 "aliases { dev0 = \"/passthrough/dev@11000000\"; };");
	struct assign *f = *state;
	int got = assign_with(f, SHA, PR0 "/sha@0", image);

	assign_says(f, got, "interrupt-parent = <0x08>", "phandle = <0x08>", "sha@10000000 {",
		    "clocks = <0x09>", "phandle = <0x09>", "dev@11000000 {", "partner = <0x07>",
		    "phandle = <0x01>", "other@12000000 {", "x-supply = <0x01>", "phandle = <0x07>",
		    "aliases {", "dev0 = \"/passthrough/dev@11000000\"", NULL);
	assert_false(assign_has_word(f, "gic"));
	assign_xl(f, "iomem=[\"0xa0010,0x1@0x10000\"]\nirqs=[34]\n");
}

/* One that needs nothing of the machine, with cells of its own. */
static void test_image_alone(void **state)
{
	struct assign *f = *state;
	int got = assign_with(f, NULL, NULL,
			      "/dts-v1/; / { #address-cells = <1>; #size-cells = <1>; passthrough {"
			      " #address-cells = <1>; #size-cells = <1>; ranges;"
			      " dev@11000000 { reg = <0x11000000 0x1000>; }; }; };");

	assign_says(f, got, "#address-cells = <0x01>", "passthrough {",
		    "compatible = \"simple-bus\"", "#address-cells = <0x01>",
		    "#size-cells = <0x01>", "reg = <0x11000000 0x1000>", NULL);
	got = assign_with(f, SHA, PR0 "/sha@0",
			  "/dts-v1/; / { #address-cells = <1>; #size-cells = <2>; passthrough {"
			  " #address-cells = <1>; #size-cells = <2>; ranges; }; };");
	assign_says(f, got, "sha@10000000 {", "reg = <0x10000000 0x00 0x1000>", NULL);
}

/* What was made is what can be brought. */
static void test_image_again(void **state)
{
	struct assign *f = *state;
	const void *dtb;
	size_t size;

	assert_int_equal(assign(f, SHA, PR0 "/sha@0"), 0);
	dtb = hwc_assignment_dtb(f->as, &size);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), 0);
}

/* Also without a node, which would have no registers. */
static void test_image_words(void **state)
{
	struct assign *f = *state;
	int got = assign_with(f, SHA, PR0 "/sha@0",
			      IMAGE_OF("",
				       "interrupt-parent = <0x77>; acme,mode = \"fast\";"
				       " phandle = <4>;",
				       ""));

	assign_says(f, got, "passthrough {", "compatible = \"simple-bus\"", "acme,mode = \"fast\"",
		    "phandle = <0x04>", "sha@10000000", NULL);
}

static void test_last_phandles(void **state)
{
	struct assign *f = *state;
	int got = assign_with(f, SHA, PR0 "/sha@0",
			      IMAGE("dev@0 { reg = <0 0 0 4>; phandle = <64999>; };", ""));

	/* 65000 is libxl's */
	assign_says(f, got, "interrupt-parent = <0xfde9>", "clocks = <0xfdea>",
		    "phandle = <0xfdea>", "phandle = <0xfde7>", NULL);
}

static const struct bad_image {
	const char *dts;
	int err;
	const char *sentence;
} bad_images[] = {
	{ IMAGE("", "memory@50000000 { reg = <0 0x50000000 0 0x1000>; };"), -EPERM,
	  "the container's device tree has /memory@50000000, which describes memory; the "
	  "hypervisor does that" },
	{ IMAGE("", "memory { };"), -EPERM,
	  "the container's device tree has /memory, which describes memory; the hypervisor does "
	  "that" },
	{ IMAGE("", "reserved-memory { };"), -EPERM,
	  "the container's device tree has /reserved-memory, which describes memory; the "
	  "hypervisor does that" },
	{ IMAGE("", "cpus { };"), -EPERM,
	  "the container's device tree has /cpus, which describes CPUs; the hypervisor does "
	  "that" },
	{ IMAGE("", "chosen { bootargs = \"x\"; };"), -EPERM,
	  "the container's device tree has /chosen, which is for the hypervisor to say: only "
	  "/passthrough and /aliases are taken" },
	{ IMAGE("", "gic@1000 { interrupt-controller; reg = <0 0x1000 0 0x1000>; };"), -EPERM,
	  "the container's device tree has /gic@1000, which is for the hypervisor to say: only "
	  "/passthrough and /aliases are taken" },
	{ IMAGE("", "__fixups__ { x = \"/passthrough:a:0\"; };"), -EPERM,
	  "the container's device tree has /__fixups__, which refers to other trees: it is an "
	  "overlay" },
	{ IMAGE("m { device_type = \"memory\"; };", ""), -EPERM,
	  "the container's device tree has /passthrough/m, which describes memory; the hypervisor "
	  "does that" },
	{ IMAGE("m { c { device_type = \"cpu\"; }; };", ""), -EPERM,
	  "the container's device tree has /passthrough/m/c, which describes a CPU; the "
	  "hypervisor does that" },
	{ IMAGE("d { phandle = <65000>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d, which has a phandle that is the "
	  "hypervisor's to give" },
	{ IMAGE("d { phandle = <0x10000>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d, which has a phandle that is the "
	  "hypervisor's to give" },
	{ IMAGE("d@40000000 { reg = <0 0x40000000 0 0x1000>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d@40000000, which has registers where a "
	  "guest has memory" },
	{ IMAGE("d@3ffff000 { reg = <0 0x3ffff000 0 0x1001>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d@3ffff000, which has registers where a "
	  "guest has memory" },
	{ IMAGE("d@11000000 { reg = <0 0x11000000 0>; };", ""), -EPERM,
	  "the container's device tree has /passthrough/d@11000000, which has a reg that is "
	  "none" },
	{ IMAGE("d@0 { reg = <0 0xfff 0 1>, <0 0x10000000 0 1>; };", ""), -EEXIST,
	  "the container's device tree's node d@0 has registers at 0x10000000, where a claim's "
	  "are" },
	{ IMAGE("b { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0x10000000 0x1000>;"
		" d@800 { reg = <0x800 4>; }; };",
		""),
	  -EEXIST,
	  "the container's device tree's node d@800 has registers at 0x10000800, where a claim's "
	  "are" },
	{ IMAGE("sha@10000000 { };", ""), -EEXIST,
	  "there would be two nodes /passthrough/sha@10000000" },
	{ IMAGE("x-supply = <0x77>;", ""), -EPERM,
	  "the container's device tree's node passthrough refers by x-supply to what is not in "
	  "/passthrough" },
	{ IMAGE("d { x-supply = <0x77>; };", ""), -EPERM,
	  "the container's device tree's node d refers by x-supply to what is not in "
	  "/passthrough" },
	{ IMAGE("d { interrupt-parent = <&gic>; };",
		"gic: gic { interrupt-controller; #interrupt-cells = <3>; };"),
	  -EPERM,
	  "the container's device tree's node d refers by interrupt-parent to what is not in "
	  "/passthrough" },
	{ IMAGE("", "aliases { a = \"/passthrough/none\"; };"), -EPERM,
	  "the container's device tree's alias a is none of a node in /passthrough" },
	{ IMAGE("", "aliases { a = \"/\"; };"), -EPERM,
	  "the container's device tree's alias a is none of a node in /passthrough" },
	{ IMAGE("", "aliases { a = [ 2f ]; };"), -EPERM,
	  "the container's device tree's alias a is none of a node in /passthrough" },
	{ IMAGE("", "aliases { phandle = <65000>; };"), -EPERM,
	  "the container's device tree has /aliases, which has a phandle that is the "
	  "hypervisor's to give" },
	{ IMAGE("", "aliases { a { }; };"), -EPERM,
	  "the container's device tree has /aliases, which must have no nodes in it" },
	{ "/dts-v1/; / { passthrough { }; };", -EPERM,
	  "the container's device tree has /passthrough, which must have ranges, and empty ones" },
	{ "/dts-v1/; / { passthrough { #address-cells = <3>; #size-cells = <2>; ranges; }; };",
	  -EPERM,
	  "the container's device tree has /passthrough, which must have one or two "
	  "#address-cells and #size-cells" },
};

static void test_bad_images(void **state)
{
	struct assign *f = *state;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad_images); i++)
		assign_refused(f, assign_with(f, SHA, PR0 "/sha@0", bad_images[i].dts),
			       bad_images[i].err, bad_images[i].sentence);
}

/* Phandles of two nodes, and names that dtc would not write. */
static void test_forged(void **state)
{
	struct assign *f = *state;
	size_t size;
	char *dtb =
		dts_compile(IMAGE("aa { phandle = <5>; }; bb { phandle = <6>; };", ""), "", &size);
	char *at = memmem(dtb, size, "bb", 2);
	char *cell = memmem(dtb, size, "\0\0\0\6", 4);

	assert_non_null(at);
	assert_non_null(cell);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), 0);
	memcpy(at, "aa", 2);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EPERM);
	assert_string_equal(
		hwc_ctx_error(f->ctx),
		"the container's device tree has /passthrough/aa, which is there twice");
	memcpy(at, "\"]", 2);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EPERM);
	assert_string_equal(hwc_ctx_error(f->ctx), "the container's device tree has "
						   "/passthrough/\"], which is no name of a node");
	memcpy(at, "bb", 2);
	cell[3] = 5;
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EPERM);
	assert_string_equal(hwc_ctx_error(f->ctx),
			    "the container's device tree has "
			    "/passthrough/bb, which has the phandle of another node");
	free(dtb);
}

/* libfdt may go round for ever, or say that one of less than nothing is there. */
static void test_negative_lengths(void **state)
{
	struct assign *f = *state;
	size_t size;
	void *dtb = dts_compile(IMAGE("a { empty; };", ""), "", &size);
	struct fdt_property *empty;

	empty = fdt_get_property_w(dtb, fdt_path_offset(dtb, "/passthrough/a"), "empty", NULL);
	assert_non_null(empty);
	alarm(20);
	for (int length = -(int)sizeof(*empty); length < 0; length++) {
		empty->len = cpu_to_fdt32(length);
		assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EBADMSG);
		assert_string_equal(hwc_ctx_error(f->ctx),
				    "the container's device tree is no well-formed device tree "
				    "(FDT_ERR_BADSTRUCTURE)");
	}
	alarm(0);
	free(dtb);
}

/* dtc would find fault with the tree that is made of it. */
static void test_property_names(void **state)
{
	static const struct {
		const char *dts;
		const char *path;
	} nodes[] = {
		{ IMAGE("some-prop = <1>;", ""), "/passthrough" },
		{ IMAGE("a { some-prop; };", ""), "/passthrough/a" },
		{ IMAGE("a { };", "aliases { some-prop = \"/passthrough/a\"; };"), "/aliases" },
	};
	struct assign *f = *state;
	char sentence[200];
	size_t size;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(nodes); i++) {
		char *dtb = dts_compile(nodes[i].dts, "", &size);
		char *at = memmem(dtb, size, "some-prop", strlen("some-prop"));

		assert_non_null(at);
		assert_int_equal(hwc_partial_check(f->ctx, dtb, size), 0);
		at[4] = '"';
		assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EPERM);
		snprintf(
			sentence, sizeof(sentence),
			"the container's device tree has %s, which has a property whose name is none",
			nodes[i].path);
		assert_string_equal(hwc_ctx_error(f->ctx), sentence);
		free(dtb);
	}
}

/* The one that was checked would not be the one that is taken. */
static void test_two_of_a_name(void **state)
{
	struct assign *f = *state;
	size_t size;
	char *dtb = dts_compile(IMAGE("", "aliases { }; aliasez { };"), "-f", &size);
	char *at = memmem(dtb, size, "aliasez", strlen("aliasez"));

	assert_non_null(at);
	at[6] = 's';
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EPERM);
	assert_string_equal(hwc_ctx_error(f->ctx),
			    "the container's device tree has /aliases, which is there twice");
	free(dtb);
}

static void test_sizes(void **state)
{
	static char big[(64 << 10) + 1];
	struct assign *f = *state;
	char deep[1024] = "";
	size_t size;
	void *dtb;

	assert_int_equal(hwc_partial_check(f->ctx, big, sizeof(big)), -EFBIG);
	assert_string_equal(hwc_ctx_error(f->ctx),
			    "the container's device tree has 65537 bytes, at most 65536 are read");
	assert_int_equal(hwc_partial_check(f->ctx, big, 1024), -EBADMSG);
	assert_string_equal(hwc_ctx_error(f->ctx), "the container's device tree is no well-formed "
						   "device tree (FDT_ERR_BADMAGIC)");
	assert_int_equal(hwc_partial_check(f->ctx, big, 0), -EBADMSG);
	for (int i = 0; i < 20; i++)
		strcat(deep, "a { ");
	for (int i = 0; i < 20; i++)
		strcat(deep, "}; ");
	snprintf(big, sizeof(big), IMAGE("%s", ""), deep);
	dtb = dts_compile(big, "", &size);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), -EBADMSG);
	assert_string_equal(hwc_ctx_error(f->ctx), "the container's device tree has more than 17 "
						   "nodes inside each other");
	free(dtb);
	dtb = dts_compile(IMAGE("", ""), "", &size);
	dtb = realloc(dtb, size + 8);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size + 8), 0);
	assert_int_equal(hwc_partial_check(f->ctx, dtb, size - 4), -EBADMSG);
	free(dtb);
}

/*
 * Whatever its bytes are, it is taken or refused; each is in memory of its own, so
 * that a step beyond its end is seen. What is taken can be put into a machine's.
 */
static void try_image(struct assign *f, const char *dtb, size_t size, const void *whole,
		      size_t whole_size)
{
	void *copy = malloc(size ? size : 1), *merged;
	size_t merged_size;

	assert_non_null(copy);
	memcpy(copy, dtb, size);
	if (!hwc_partial_check(f->ctx, copy, size) &&
	    !hwc_partial_merge(f->ctx, whole, whole_size, copy, size, &merged, &merged_size))
		free(merged);
	free(copy);
}

static void test_mutations(void **state)
{
	static const char image[] = IMAGE(
		"a: dev@11000000 { reg = <0 0x11000000 0 0x1000>; x-supply = <&b>; };"
		"b: bus { #address-cells = <1>; #size-cells = <1>; ranges = <0 0 0x12000000 4>;"
		" d@0 { reg = <0 4>; }; };",
		"aliases { d = \"/passthrough/dev@11000000\"; };");
	static const unsigned char others[] = { 0x00, 0x01, 0x2f, 0x80, 0xff };
	struct assign *f = *state;
	size_t size, whole_size;
	char *dtb = dts_compile(image, "-@", &size);
	void *whole = dts_compile("/dts-v1/; / { aliases { }; };", "", &whole_size);

	assert_int_equal(hwc_partial_check(f->ctx, dtb, size), 0);
	for (size_t i = 0; i < size; i++) {
		char was = dtb[i];

		try_image(f, dtb, i, whole, whole_size);
		for (int bit = 0; bit < 8; bit++) {
			dtb[i] = was ^ 1 << bit;
			try_image(f, dtb, size, whole, whole_size);
		}
		for (size_t k = 0; k < sizeof(others); k++) {
			dtb[i] = others[k];
			try_image(f, dtb, size, whole, whole_size);
		}
		dtb[i] = was;
	}
	free(whole);
	free(dtb);
}

/* merging */

static const char virt[] =
	"/dts-v1/; /memreserve/ 0x40000000 0x1000; / { interrupt-parent = <&gic>;"
	" #address-cells = <2>; #size-cells = <2>; compatible = \"linux,dummy-virt\";"
	" gic: intc@8000000 { reg = <0 0x8000000 0 0x1000>; phandle = <0x8002>;"
	" #interrupt-cells = <3>; interrupt-controller; #address-cells = <2>; };"
	" uart@9000000 { reg = <0 0x9000000 0 0x1000>; interrupts = <0 1 4>; };"
	" aliases { serial0 = \"/uart@9000000\"; }; };";

static int merge(struct assign *f, const char *whole_dts, const char *dts, void **fdt, size_t *size)
{
	size_t whole_size, part_size;
	void *whole = dts_compile(whole_dts, "-b 3", &whole_size);
	void *part = dts_compile(dts, "", &part_size);
	int err = hwc_partial_merge(f->ctx, whole, whole_size, part, part_size, fdt, size);

	free(whole);
	free(part);
	return err;
}

static void test_merge(void **state)
{
	static const char part[] = IMAGE_OF(
		"interrupt-parent = <&gic>;",
		"a: dev@11000000 { reg = <0 0x11000000 0 0x1000>; interrupts = <0 5 4>; };"
		"b@12000000 { reg = <0 0x12000000 0 0x1000>; x-supply = <&a>; };",
		"gic: gic { interrupt-controller; #interrupt-cells = <3>; }; aliases { dev0 = &a; };");
	static const char wanted[] = "/dts-v1/;\n\n"
				     "/memreserve/\t0x0000000040000000 0x0000000000001000;\n"
				     "/ {\n"
				     "\tinterrupt-parent = <0x8002>;\n"
				     "\t#address-cells = <0x02>;\n"
				     "\t#size-cells = <0x02>;\n"
				     "\tcompatible = \"linux,dummy-virt\";\n\n"
				     "\tintc@8000000 {\n"
				     "\t\treg = <0x00 0x8000000 0x00 0x1000>;\n"
				     "\t\t#interrupt-cells = <0x03>;\n"
				     "\t\tinterrupt-controller;\n"
				     "\t\t#address-cells = <0x02>;\n"
				     "\t\tphandle = <0x8002>;\n"
				     "\t};\n\n"
				     "\tuart@9000000 {\n"
				     "\t\treg = <0x00 0x9000000 0x00 0x1000>;\n"
				     "\t\tinterrupts = <0x00 0x01 0x04>;\n"
				     "\t};\n\n"
				     "\taliases {\n"
				     "\t\tserial0 = \"/uart@9000000\";\n"
				     "\t\tdev0 = \"/passthrough/dev@11000000\";\n"
				     "\t};\n\n"
				     "\tpassthrough {\n"
				     "\t\tcompatible = \"simple-bus\";\n"
				     "\t\t#address-cells = <0x02>;\n"
				     "\t\t#size-cells = <0x02>;\n"
				     "\t\tranges;\n\n"
				     "\t\tdev@11000000 {\n"
				     "\t\t\treg = <0x00 0x11000000 0x00 0x1000>;\n"
				     "\t\t\tinterrupts = <0x00 0x05 0x04>;\n"
				     "\t\t\tphandle = <0x02>;\n"
				     "\t\t};\n\n"
				     "\t\tb@12000000 {\n"
				     "\t\t\treg = <0x00 0x12000000 0x00 0x1000>;\n"
				     "\t\t\tx-supply = <0x02>;\n"
				     "\t\t};\n"
				     "\t};\n"
				     "};\n";
	struct assign *f = *state;
	char *text;
	size_t size;
	void *fdt;

	assert_int_equal(merge(f, virt, part, &fdt, &size), 0);
	dts_check(fdt, size);
	text = dts_text(fdt, size);
	assert_string_equal(strstr(text, "/dts-v1/"), wanted);
	assert_int_equal(hwc_cell(fdt, 7), 3);
	free(text);
	free(fdt);
	/* a machine without aliases gets those of the container */
	assert_int_equal(merge(f,
			       "/dts-v1/; / { #address-cells = <2>; #size-cells = <2>;"
			       " interrupt-parent = <&gic>;"
			       " gic: gic { #interrupt-cells = <3>; #address-cells = <0>;"
			       " interrupt-controller; }; };",
			       part, &fdt, &size),
			 0);
	dts_check(fdt, size);
	text = dts_text(fdt, size);
	assert_non_null(strstr(text, "dev0 ="));
	free(text);
	free(fdt);
}

static void test_merge_refused(void **state)
{
	static const struct {
		const char *whole;
		const char *part;
		int err;
		const char *sentence;
	} bad[] = {
		{ virt, IMAGE("d { phandle = <0x8002>; };", ""), -EEXIST,
		  "the container's device tree has the phandle of d, and so has the machine's" },
		{ virt, IMAGE("d { };", "aliases { serial0 = \"/passthrough/d\"; };"), -EEXIST,
		  "the container's device tree has an alias serial0, and so has the machine's" },
		{ "/dts-v1/; / { passthrough { }; };", IMAGE("", ""), -EEXIST,
		  "the container's device tree has a node /passthrough, and so has the machine's" },
		{ virt, IMAGE("", "cpus { };"), -EPERM,
		  "the container's device tree has /cpus, which describes CPUs; the hypervisor "
		  "does that" },
	};
	struct assign *f = *state;
	void *fdt = NULL, *part;
	size_t size;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad); i++) {
		assert_int_equal(merge(f, bad[i].whole, bad[i].part, &fdt, &size), bad[i].err);
		assert_string_equal(hwc_ctx_error(f->ctx), bad[i].sentence);
		assert_null(fdt);
	}
	part = dts_compile(IMAGE("", ""), "", &size);
	assert_int_equal(hwc_partial_merge(f->ctx, "no tree at all", 14, part, size, &fdt, &size),
			 -EBADMSG);
	assert_string_equal(hwc_ctx_error(f->ctx), "the machine's device tree is no well-formed "
						   "device tree (FDT_ERR_TRUNCATED)");
	free(part);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, assign_setup, assign_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_image),
		TEST(test_image_alone),
		TEST(test_image_again),
		TEST(test_image_words),
		TEST(test_last_phandles),
		TEST(test_bad_images),
		TEST(test_forged),
		TEST(test_sizes),
		TEST(test_mutations),
		TEST(test_merge),
		TEST(test_merge_refused),
		TEST(test_two_of_a_name),
		TEST(test_negative_lengths),
		TEST(test_property_names),
	};

	return cmocka_run_group_tests_name("partial", tests, NULL, NULL);
}
