// SPDX-License-Identifier: GPL-2.0-or-later
/* Overlays as vendors ship them: what becomes of them, and which are refused. */
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
#include "context.h"
#include "ctx.h"
#include "dts.h"
#include "overlay.h"
#include "rewrite.h"
#include "scene.h"

#define REGION "/fpga-region"
#define INSIDE "/fragment@0/__overlay__"

/**
 * struct fixture - an overlay and what is made of it
 * @ctx: keeps the sentences
 * @scene: a board's live tree
 * @shell: overlay of the shell, exactly as large as it is
 * @shell_size: that size
 * @rewrite: the result
 */
struct fixture {
	struct hwc_ctx *ctx;
	char *scene;
	void *shell;
	size_t shell_size;
	struct hwc_rewrite *rewrite;
};

static int setup(void **state)
{
	struct fixture *f;

	if (context_begins(state, sizeof(*f)))
		return -1;
	f = *state;
	f->scene = scene_board();
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	hwc_rewrite_free(f->rewrite);
	free(f->shell);
	scene_free(f->scene);
	context_ends(f);
	return 0;
}

/* Rewrites an overlay that is compiled with labels. */
static int rewrite(struct fixture *f, const char *dts, const struct hwc_plan *plan)
{
	size_t size;
	void *blob = dts_compile(dts, "-@", &size);
	int err;

	hwc_rewrite_free(f->rewrite);
	f->rewrite = NULL;
	err = hwc_rewrite_plan(f->ctx, blob, size, plan, &f->rewrite);
	free(blob);
	return err;
}

static void rewritten(struct fixture *f, const char *dts, const struct hwc_plan *plan)
{
	if (rewrite(f, dts, plan))
		fail_msg("%s", hwc_ctx_error(f->ctx));
}

static void refused(struct fixture *f, const char *dts, const struct hwc_plan *plan,
		    const char *sentence)
{
	assert_int_equal(rewrite(f, dts, plan), -EPERM);
	assert_string_equal(hwc_ctx_error(f->ctx), sentence);
	assert_null(f->rewrite);
}

static struct hwc_plan for_region(const struct fixture *f)
{
	return (struct hwc_plan){ .region = REGION, .tree = f->scene };
}

static struct hwc_plan for_slot(struct fixture *f, const char *slot)
{
	if (!f->shell)
		f->shell = dts_compile(dts_shell, "-@", &f->shell_size);
	return (struct hwc_plan){
		.region = slot,
		.tree = f->scene,
		.shell = f->shell,
		.shell_size = f->shell_size,
	};
}

static int node_of(const struct fixture *f, const char *path)
{
	return fdt_path_offset(hwc_rewrite_data(f->rewrite), path);
}

static bool has(const struct fixture *f, const char *path)
{
	return node_of(f, path) >= 0;
}

static const void *value(const struct fixture *f, const char *path, const char *name, int size)
{
	int length;
	const void *prop =
		fdt_getprop(hwc_rewrite_data(f->rewrite), node_of(f, path), name, &length);

	if (!prop || length != size)
		fail_msg("%s of %s has %d bytes, not %d", name, path, length, size);
	return prop;
}

static void is_cells(const struct fixture *f, const char *path, const char *name, size_t n, ...)
{
	const void *prop = value(f, path, name, 4 * n);
	va_list args;

	va_start(args, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(hwc_cell(prop, i), va_arg(args, uint32_t));
	va_end(args);
}

static void is_text(const struct fixture *f, const char *path, const char *name, const char *text)
{
	assert_string_equal(value(f, path, name, strlen(text) + 1), text);
}

/* A list of strings, each with its NUL, the last one the literal's. */
#define is_texts(f, path, name, text) \
	assert_memory_equal(value(f, path, name, sizeof(text)), text, sizeof(text))

static void told(const struct fixture *f, const char *node, const char *text)
{
	for (size_t i = 0; i < hwc_rewrite_changes(f->rewrite); i++) {
		const struct hwc_rewrite_change *change = hwc_rewrite_change(f->rewrite, i);

		if (!strcmp(change->text, text)) {
			assert_string_equal(change->node, node);
			return;
		}
	}
	for (size_t i = 0; i < hwc_rewrite_changes(f->rewrite); i++)
		print_error("%s\n", hwc_rewrite_change(f->rewrite, i)->text);
	fail_msg("it was not told: %s", text);
}

static void test_shell(void **state)
{
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);

	rewritten(f, dts_shell, &plan);
	is_text(f, "/fragment@0", "target-path", REGION);
	assert_int_equal(hwc_rewrite_slots(f->rewrite), 2);
	assert_string_equal(hwc_rewrite_firmware(f->rewrite), "shell.bit.bin");
	assert_int_equal(fdt_first_property_offset(hwc_rewrite_data(f->rewrite),
						   node_of(f, INSIDE)),
			 -FDT_ERR_NOTFOUND);
	is_cells(f, INSIDE "/fpga-PR0", "ranges", 6, 0, 0x80000000, 0, 0x80000000, 0, 0x11000);
	is_cells(f, INSIDE "/fpga-PR1", "ranges", 6, 0, 0x82000000, 0, 0x82000000, 0, 0x10000);
	is_cells(f, INSIDE "/clock@a0010000", "reg", 4, 0, 0xa0010000, 0, 0x1000);
	is_cells(f, INSIDE "/clock@a0010000", "clocks", 2, HWC_PHANDLE_UNRESOLVED, 71);
	assert_false(has(f, INSIDE "/engine@80000000"));
	assert_false(has(f, INSIDE "/engine@82000000"));
	assert_false(has(f, INSIDE "/afi0"));
	assert_false(has(f, INSIDE "/clocking0"));
	assert_false(has(f, "/__symbols__"));
	is_text(f, "/__fixups__", "zynqmp_clk", "/fragment@0/__overlay__/clock@a0010000:clocks:0");
	/* what nothing waits for any more */
	assert_null(fdt_getprop(hwc_rewrite_data(f->rewrite), node_of(f, "/__fixups__"),
				"fpga_full", NULL));
	assert_false(has(f, "/__local_fixups__"));
}

/* Every step is told with its node. */
static void test_what_is_told(void **state)
{
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);

	rewritten(f, dts_shell, &plan);
	told(f, "__symbols__", "__symbols__ is left out: it would stay in the device tree");
	told(f, "fragment@0",
	     "fragment@0 loses firmware-name shell.bit.bin: the claim itself brings the image");
	told(f, "fragment@0",
	     "fragment@0 loses resets: a claim closes the region's bridges instead");
	told(f, "fragment@0", "fragment@0 loses #size-cells: the region has its own");
	told(f, "afi0",
	     "afi0 is left out: xlnx,afi-fpga sets up the machine outside of the region");
	told(f, "clocking0",
	     "clocking0 is left out: xlnx,fclk sets up the machine outside of the region");
	told(f, "clock@a0010000", "clock@a0010000 is moved from /axi into the region");
	told(f, "engine@80000000",
	     "engine@80000000 is left to the images of fpga-PR0, whose device it is");
	told(f, "fpga-PR0", "fpga-PR0 gets the window 0x80000000, 0x11000 bytes, of its devices");
}

/* A shell does without a device that reaches out of the region, and without what needs that. */
static void test_shell_leaves_devices_out(void **state)
{
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);

	rewritten(f, dts_shell, &plan);
	assert_false(has(f, INSIDE "/codec@a0020000"));
	assert_false(has(f, INSIDE "/user@a0030000"));
	told(f, "codec@a0020000",
	     "codec@a0020000 is left out of the shell: codec@a0020000 refers to &gpio by reset-gpios; only clocks, resets, interrupt-parent, interrupts-extended, iommus and power-domains may refer to what is outside of the overlay");
	told(f, "user@a0030000",
	     "user@a0030000 is left out of the shell: user@a0030000 refers to &codec by clocks, which is left out");
}

/* The module takes it: the check that is made of overlays has nothing against it. */
static void test_result_is_accepted(void **state)
{
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);
	const struct hwc_overlay_place place = { .region = REGION, .tree = f->scene };
	struct hwc_overlay *overlay;

	rewritten(f, dts_shell, &plan);
	assert_int_equal(hwc_overlay_parse(f->ctx, hwc_rewrite_data(f->rewrite),
					   hwc_rewrite_size(f->rewrite), &place, &overlay),
			 0);
	assert_int_equal(hwc_overlay_check(f->ctx, overlay), 0);
	assert_memory_equal(hwc_overlay_digest(overlay), hwc_rewrite_digest(f->rewrite),
			    HWCONTAINER_DIGEST_LEN);
	hwc_overlay_free(overlay);
}

/* What was rewritten is not changed once more. */
static void test_result_stays(void **state)
{
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);
	struct hwc_rewrite *again;

	rewritten(f, dts_shell, &plan);
	assert_false(hwc_rewrite_needed(f->ctx, hwc_rewrite_data(f->rewrite),
					hwc_rewrite_size(f->rewrite), &plan));
	assert_int_equal(hwc_rewrite_plan(f->ctx, hwc_rewrite_data(f->rewrite),
					  hwc_rewrite_size(f->rewrite), &plan, &again),
			 0);
	assert_int_equal(hwc_rewrite_changes(again), 0);
	assert_int_equal(hwc_rewrite_size(again), hwc_rewrite_size(f->rewrite));
	assert_memory_equal(hwc_rewrite_data(again), hwc_rewrite_data(f->rewrite),
			    hwc_rewrite_size(again));
	hwc_rewrite_free(again);
}

static void test_slot(void **state)
{
	struct fixture *f = *state;
	const struct hwc_plan plan = for_slot(f, REGION "/fpga-PR0");

	rewritten(f, dts_slot0, &plan);
	is_text(f, "/fragment@0", "target-path", REGION "/fpga-PR0");
	assert_string_equal(hwc_rewrite_firmware(f->rewrite), "slot0.bit.bin");
	is_cells(f, INSIDE "/engine@80000000", "reg", 8, 0, 0x80000000, 0, 0x10000, 0, 0x80010000,
		 0, 0x1000);
	is_cells(f, INSIDE "/engine@80000000", "clocks", 2, HWC_PHANDLE_UNRESOLVED, 73);
	is_cells(f, INSIDE "/engine@80000000", "interrupts", 3, 0, 89, 4);
	is_text(f, "/__fixups__", "gic",
		"/fragment@0/__overlay__/engine@80000000:interrupt-parent:0");
	assert_false(has(f, INSIDE "/engine@82000000"));
	assert_false(has(f, INSIDE "/clock@a0010000"));
	told(f, "engine@80000000",
	     "engine@80000000 is taken from the overlay of the shell, as the slot's");
	assert_int_equal(hwc_rewrite_slots(f->rewrite), 0);
}

/* The second engine has a clock of the shell's, which is known by its number alone. */
static void test_slot_that_refers_to_its_shell(void **state)
{
	static const char dts[] = "/dts-v1/; /plugin/; &fpga_PR1 { partial-fpga-config; };";
	struct fixture *f = *state;
	const struct hwc_plan plan = for_slot(f, REGION "/fpga-PR1");

	refused(f, dts, &plan,
		"engine@82000000 refers to &static_clk by clocks, which is left out");
	scene_node(f->scene, REGION "/clock@a0010000");
	scene_cells(f->scene, REGION "/clock@a0010000", "phandle", 1, 0x77);
	rewritten(f, dts, &plan);
	is_cells(f, INSIDE "/engine@82000000", "clocks", 4, HWC_PHANDLE_UNRESOLVED, 74, 0x77, 0);
	is_texts(f, "/__fixups__", "zynqmp_clk",
		 "/fragment@0/__overlay__/engine@82000000:clocks:0");
}

/* Devices that accel.json names need no label. */
static void test_devices_by_name(void **state)
{
	static const struct hwc_slot_device devices[] = {
		{ 0, (char *)"80000000.engine" },
		{ 1, (char *)"82000000.engine" },
	};
	struct fixture *f = *state;
	struct hwc_plan plan = for_region(f);
	size_t size;
	void *blob = dts_compile(dts_shell, "", &size);

	assert_int_equal(hwc_rewrite_plan(f->ctx, blob, size, &plan, &f->rewrite), -EPERM);
	assert_string_equal(
		hwc_ctx_error(f->ctx),
		"fpga-PR0 has no window: it has no ranges, and no device that is known to be its own");
	plan.devices = devices;
	plan.n_devices = HWC_ARRAY_SIZE(devices);
	assert_int_equal(hwc_rewrite_plan(f->ctx, blob, size, &plan, &f->rewrite), 0);
	is_cells(f, INSIDE "/fpga-PR1", "ranges", 6, 0, 0x82000000, 0, 0x82000000, 0, 0x10000);
	free(blob);
}

static void test_frames(void **state)
{
	static const struct hwc_slot_frames frames[] = { { 0, 0, 0x100 }, { 1, 0x82000, 0x82000 } };
	struct fixture *f = *state;
	struct hwc_plan plan = for_region(f);

	plan.frames = frames;
	plan.n_frames = HWC_ARRAY_SIZE(frames);
	rewritten(f, dts_shell, &plan);
	is_cells(f, INSIDE "/fpga-PR0", "hwcontainer,frame-range", 2, 0, 0x81fff);
	is_cells(f, INSIDE "/fpga-PR1", "hwcontainer,frame-range", 2, 0x82000, 0xffffffff);
	told(f, "fpga-PR0",
	     "fpga-PR0 takes images that begin at frames 0x0 to 0x81fff, as those in its folders do");
}

/* Frames that tell nothing are not written down. */
static void test_frames_of_two_slots_that_mix(void **state)
{
	static const struct hwc_slot_frames frames[] = { { 0, 0, 0x90000 },
							 { 1, 0x82000, 0x82000 } };
	struct fixture *f = *state;
	struct hwc_plan plan = for_region(f);

	plan.frames = frames;
	plan.n_frames = HWC_ARRAY_SIZE(frames);
	rewritten(f, dts_shell, &plan);
	assert_null(fdt_getprop(hwc_rewrite_data(f->rewrite), node_of(f, INSIDE "/fpga-PR0"),
				"hwcontainer,frame-range", NULL));
}

/* Off the board a label is all that is known of the region. */
static void test_without_a_resource(void **state)
{
	const struct hwc_plan plan = { .tree = "" };
	struct fixture *f = *state;

	rewritten(f, dts_shell, &plan);
	is_cells(f, "/fragment@0", "target", 1, HWC_PHANDLE_UNRESOLVED);
	is_text(f, "/__fixups__", "fpga_full", "/fragment@0:target:0");
}

/* A flat image: everything is in the region, references inside stay. */
static void test_flat(void **state)
{
	static const char dts[] =
		"/dts-v1/; /plugin/;\n"
		"&fpga_full { firmware-name = \"flat.bit.bin\"; pid = <1>; uid = <2>; };\n"
		"&amba {\n"
		"	pl: pl-bus { #address-cells = <2>; #size-cells = <2>; ranges;\n"
		"		compatible = \"simple-bus\";\n"
		"		clk: clk { compatible = \"fixed-clock\"; #clock-cells = <0>; };\n"
		"		dev@a0000000 { reg = <0 0xa0000000 0 0x1000>; clocks = <&clk>, <&zynqmp_clk 1>; };\n"
		"	};\n"
		"};\n";
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);
	uint32_t phandle;

	rewritten(f, dts, &plan);
	phandle = fdt_get_phandle(hwc_rewrite_data(f->rewrite), node_of(f, INSIDE "/pl-bus/clk"));
	assert_true(phandle);
	is_cells(f, INSIDE "/pl-bus/dev@a0000000", "clocks", 3, phandle, HWC_PHANDLE_UNRESOLVED, 1);
	is_cells(f, "/__local_fixups__" INSIDE "/pl-bus/dev@a0000000", "clocks", 1, 0);
	is_text(f, "/__fixups__", "zynqmp_clk",
		"/fragment@0/__overlay__/pl-bus/dev@a0000000:clocks:4");
	assert_int_equal(hwc_rewrite_slots(f->rewrite), 0);
}

#define SLOT_DTS(properties, nodes)                                                                               \
	"/dts-v1/; /plugin/; / { fragment@0 { target-path = \"/fpga-region/fpga-PR0\"; __overlay__ { " properties \
	" " nodes " }; }; };"

static void test_refusals(void **state)
{
	static const struct {
		const char *dts;
		const char *sentence;
	} cases[] = {
		{ "/dts-v1/; /plugin/; &fpga_full { encrypted-fpga-config; };",
		  "fragment@0 has encrypted-fpga-config: encrypted images are not loaded, as mainline's drivers ignore that" },
		{ "/dts-v1/; /plugin/; &fpga_full { external-fpga-config; };",
		  "fragment@0 has external-fpga-config: it wants an FPGA that somebody else has configured" },
		{ "/dts-v1/; /plugin/; &fpga_full { fpga-bridges = <1>; };",
		  "fragment@0 sets fpga-bridges of /fpga-region; a claim adds nodes and changes none" },
		{ "/dts-v1/; /plugin/; &i2c0 { chip@50 { reg = <0x50>; }; };",
		  "fragment@0 changes /axi/i2c, which is not in /fpga-region; only devices on a bus of registers can be moved there" },
		{ "/dts-v1/; /plugin/; &nowhere { chip { }; };",
		  "fragment@0 changes nowhere, which is not in /fpga-region; only devices on a bus of registers can be moved there" },
		{ "/dts-v1/; /plugin/; &amba { firmware-name = \"a.bit\"; };",
		  "fragment@0 is for /axi, not for /fpga-region" },
		{ "/dts-v1/; /plugin/; &amba { status = \"okay\"; dev { }; };",
		  "fragment@0 sets status of /axi; a claim adds nodes and changes none" },
		{ "/dts-v1/; /plugin/; &fpga_full { firmware-name = \"\"; };",
		  "fragment@0 has a firmware-name that is no name" },
		{ "/dts-v1/; /plugin/; &fpga_full { firmware-name = \"a\"; };"
		  " / { fragment@7 { target = <&fpga_full>; __overlay__ { firmware-name = \"b\"; }; }; };",
		  "the overlay names two images, a and b" },
		{ "/dts-v1/; /plugin/; &fpga_full { dev@a0000000 { clocks = <&no_clk 0>; }; };",
		  "dev@a0000000 refers to &no_clk by clocks, and the machine's device tree has no such label" },
		{ "/dts-v1/; /plugin/; &amba { dev@a0000000 { reset-gpios = <&gpio 1 0>; }; };",
		  "dev@a0000000 refers to &gpio by reset-gpios; only clocks, resets, interrupt-parent, interrupts-extended, iommus and power-domains may refer to what is outside of the overlay" },
		{ "/dts-v1/; /plugin/; &amba { dev@a0000000 { dma-ranges; }; };",
		  "dev@a0000000 has dma-ranges, which no overlay of a claim may have" },
		{ "/dts-v1/; /plugin/; &amba { clk: c { compatible = \"xlnx,fclk\"; }; d { clocks = <&clk>; }; };",
		  "d refers to &clk by clocks, which is left out" },
		{ "/dts-v1/; /plugin/; &fpga_full { d { }; }; &amba { d { }; };",
		  "the overlay has d twice" },
		{ "/dts-v1/; /plugin/; &amba { d@f0000000 { reg = <0 0xf0000000 0 0x1000>; }; };",
		  "/fpga-region/d@f0000000 has registers at 0xf0000000, 0x1000 bytes, outside of the ranges of /fpga-region" },
		{ "/dts-v1/; / { soc { }; };", "soc is no part of an overlay" },
		{ "/dts-v1/; /plugin/; / { fragment@0 { __overlay__ { }; }; };",
		  "fragment@0 has no target that is known" },
		{ "/dts-v1/; /plugin/; / { fragment@0 { target-path = \"soc\"; __overlay__ { }; }; };",
		  "fragment@0 has the target soc, which is no device-tree path" },
		{ "/dts-v1/; /plugin/; &fpga_full { a: a { }; }; / { fragment@9 { target = <&a>; __overlay__ { }; }; };",
		  "fragment@9 has a target inside of the overlay itself; a claim adds whole nodes" },
		{ "/dts-v1/; /plugin/; &amba { #address-cells = <1>; #size-cells = <3>;"
		  " d { reg = <1 0 0 1>; }; };",
		  "d cannot be moved into the region: its addresses have a number of cells that is not understood" },
	};
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);

	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++)
		refused(f, cases[i].dts, &plan, cases[i].sentence);
}

static void test_slots_that_overlap(void **state)
{
	static const char dts[] =
		"/dts-v1/; /plugin/;\n"
		"&fpga_full { fpga-PR0 { compatible = \"fpga-region\"; #address-cells = <2>; #size-cells = <2>; };\n"
		"	     fpga-PR1 { compatible = \"fpga-region\"; #address-cells = <2>; #size-cells = <2>; };\n"
		"	RP_0_a: a@80000000 { reg = <0 0x80000000 0 0x2000>; };\n"
		"	RP_1_b: b@80001000 { reg = <0 0x80001000 0 0x2000>; }; };\n";
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);

	refused(f, dts, &plan, "fpga-PR0 and fpga-PR1 both have a device at 0x80001000");
}

/* A label whose number has a sign is no slot's: the region below has none. */
static void test_label_with_a_sign(void **state)
{
	static const char dts[] =
		"/dts-v1/;\n"
		"/ { fragment@0 { target-path = \"" REGION "\"; __overlay__ {\n"
		"	part { compatible = \"fpga-region\"; #address-cells = <2>; #size-cells = <2>;\n"
		"		ranges = <0 0x81000000 0 0x81000000 0 0x1000>; };\n"
		"	a@80000000 { reg = <0 0x80000000 0 0x1000>; }; }; };\n"
		"	__symbols__ { RP_-1_a = \"/fragment@0/__overlay__/a@80000000\"; }; };\n";
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);

	rewritten(f, dts, &plan);
	assert_true(has(f, INSIDE "/a@80000000"));
}

/* An overlay that says no cells has those of the region it was written for. */
static void test_cells_that_are_not_said(void **state)
{
	static const char dts[] =
		SLOT_DTS("firmware-name = \"a\";", "d@80000000 { reg = <0x80000000 0x1000>; };");
	struct fixture *f = *state;
	struct hwc_plan plan = { .region = REGION "/fpga-PR0", .tree = f->scene };

	scene_slot(f->scene, REGION "/fpga-PR0", 0x80000000);
	scene_cells(f->scene, REGION "/fpga-PR0", "#address-cells", 1, 1);
	scene_cells(f->scene, REGION "/fpga-PR0", "#size-cells", 1, 1);
	scene_cells(f->scene, REGION "/fpga-PR0", "ranges", 4, 0x80000000, 0, 0x80000000, 0x10000);
	rewritten(f, dts, &plan);
	is_cells(f, INSIDE "/d@80000000", "reg", 2, 0x80000000, 0x1000);
}

/* Those of a slot whose shell is not loaded yet are what the shell says of it. */
static void test_cells_of_a_slot_to_come(void **state)
{
	static const char shell[] =
		"/dts-v1/; /plugin/;\n"
		"&fpga_full { #address-cells = <1>; #size-cells = <1>; fpga_PR0: fpga-PR0 {\n"
		"	compatible = \"fpga-region\"; #address-cells = <1>; #size-cells = <1>; };\n"
		"	RP_0_d: d@80000000 { reg = <0x80000000 0x1000>; }; };\n";
	struct fixture *f = *state;
	struct hwc_plan plan;

	f->shell = dts_compile(shell, "-@", &f->shell_size);
	plan = for_slot(f, REGION "/fpga-PR0");
	rewritten(f, dts_slot0, &plan);
	is_cells(f, INSIDE "/d@80000000", "reg", 2, 0x80000000, 0x1000);
}

/* A slot's bridge goes into the region with it; cells that it lacks are said. */
static void test_bridge_of_a_slot(void **state)
{
	static const char dts[] =
		"/dts-v1/; /plugin/;\n"
		"&fpga_full { fpga-PR0 { compatible = \"fpga-region\"; fpga-bridges = <&gate>; }; };\n"
		"&amba { gate: gate@a0000000 { reg = <0 0xa0000000 0 0x1000>; };\n"
		"	RP_0_a: a@80000000 { reg = <0 0x80000000 0 0x2000>; }; };\n";
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);

	rewritten(f, dts, &plan);
	is_cells(f, INSIDE "/fpga-PR0", "fpga-bridges", 1,
		 fdt_get_phandle(hwc_rewrite_data(f->rewrite),
				 node_of(f, INSIDE "/gate@a0000000")));
	is_cells(f, INSIDE "/fpga-PR0", "#address-cells", 1, 2);
	told(f, "fpga-PR0", "fpga-PR0 gets #size-cells");
}

/* Registers of 32 bits get the cells of the region. */
static void test_cells_of_the_region(void **state)
{
	static const char dts[] =
		"/dts-v1/; /plugin/; &amba { #address-cells = <1>; #size-cells = <1>;"
		" d@a0000000 { reg = <0xa0000000 0x1000>; }; };";
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);

	rewritten(f, dts, &plan);
	is_cells(f, INSIDE "/d@a0000000", "reg", 4, 0, 0xa0000000, 0, 0x1000);
}

static void test_relocation(void **state)
{
	static const char dts[] =
		SLOT_DTS("", "engine@80001000 { reg = <0 0x80001000 0 0x1000>; };");
	struct fixture *f = *state;
	struct hwc_plan plan = { .region = REGION "/fpga-PR1", .tree = f->scene };

	scene_slot(f->scene, REGION "/fpga-PR0", 0x80000000);
	scene_slot(f->scene, REGION "/fpga-PR1", 0x82000000);
	refused(f, dts, &plan,
		"fragment@0 was written for /fpga-region/fpga-PR0, and its image is not known to fit /fpga-region/fpga-PR1");
	plan.relocate = true;
	rewritten(f, dts, &plan);
	is_text(f, "/fragment@0", "target-path", REGION "/fpga-PR1");
	is_cells(f, INSIDE "/engine@82001000", "reg", 4, 0, 0x82001000, 0, 0x1000);
	told(f, "fragment@0",
	     "fragment@0 was written for /fpga-region/fpga-PR0 and is for /fpga-region/fpga-PR1 now");
	told(f, "fragment@0", "fragment@0 moves its registers by 0x2000000");
	/* and back, where it does not fit: the window of slot 0 begins at 0x80000000 */
	plan.region = REGION "/fpga-PR0";
	refused(f,
		"/dts-v1/; /plugin/; / { fragment@0 { target-path = \"/fpga-region/fpga-PR1\";"
		" __overlay__ { d { reg = <0 0x82020000 0 0x1000>; }; }; }; };",
		&plan,
		"/fpga-region/fpga-PR0/d has registers at 0x80020000, 0x1000 bytes, outside of the ranges of /fpga-region/fpga-PR0");
}

/* By its label, as the overlays of vendors name the slot. */
static void test_relocation_of_a_vendors(void **state)
{
	struct fixture *f = *state;
	struct hwc_plan plan = for_slot(f, REGION "/fpga-PR1");

	scene_node(f->scene, REGION "/clock@a0010000");
	scene_cells(f->scene, REGION "/clock@a0010000", "phandle", 1, 0x77);
	refused(f, dts_slot0, &plan,
		"fragment@0 was written for /fpga-region/fpga-PR0, and its image is not known to fit /fpga-region/fpga-PR1");
	plan.relocate = true;
	rewritten(f, dts_slot0, &plan);
	is_text(f, "/fragment@0", "target-path", REGION "/fpga-PR1");
	assert_true(has(f, INSIDE "/engine@82000000"));
}

/* A region elsewhere on the machine may be labelled as a shell's slot is. */
static void test_label_of_the_shell_first(void **state)
{
	static const char other[] = "/fpga-full/fpga-PR0";
	struct fixture *f = *state;
	struct hwc_plan plan = for_slot(f, REGION "/fpga-PR0");

	scene_node(f->scene, "/fpga-full");
	scene_node(f->scene, other);
	scene_prop(f->scene, "/__symbols__", "fpga_PR0", other, sizeof(other));
	rewritten(f, dts_slot0, &plan);
	is_text(f, "/fragment@0", "target-path", REGION "/fpga-PR0");
	/* without the shell the machine's is the only one */
	plan.shell = NULL;
	refused(f, dts_slot0, &plan,
		"fragment@0 is for /fpga-full/fpga-PR0, not for /fpga-region/fpga-PR0");
}

static void test_other_address_space(void **state)
{
	static const char dts[] = "/dts-v1/; /plugin/; &amba { d@0 { reg = <0 0 0 0x1000>; }; };";
	struct fixture *f = *state;
	const struct hwc_plan plan = for_region(f);

	scene_cells(f->scene, REGION, "ranges", 6, 0, 0, 0, 0x80000000, 0, 0x40000000);
	refused(f, dts, &plan,
		"devices of /axi cannot be moved into /fpga-region, where addresses are other ones");
}

static void test_needed(void **state)
{
	static const struct {
		const char *dts;
		const char *options;
		bool needed;
	} cases[] = {
		{ SLOT_DTS("", "d { };"), "", false },
		{ SLOT_DTS("", "a: d { };"), "", false },
		{ SLOT_DTS("", "a: d { };"), "-@", true },
		{ SLOT_DTS("partial-fpga-config;", ""), "", true },
		{ SLOT_DTS("", "sub { firmware-name = \"a\"; };"), "", false },
		{ "/dts-v1/; /plugin/; &amba { d { }; };", "", true },
		{ "/dts-v1/; /plugin/; &i2c0 { d { }; };", "", false },
		{ "/dts-v1/; /plugin/; / { fragment@0 { target-path = \"/fpga-region/fpga-PR1\";"
		  " __overlay__ { d { }; }; }; };",
		  "", true },
		{ "/dts-v1/; / { soc { }; };", "", false },
	};
	struct fixture *f = *state;
	const struct hwc_plan plan = {
		.region = REGION "/fpga-PR0",
		.tree = f->scene,
		.relocate = true,
	};

	scene_slot(f->scene, REGION "/fpga-PR0", 0x80000000);
	scene_slot(f->scene, REGION "/fpga-PR1", 0x82000000);
	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		size_t size;
		void *blob = dts_compile(cases[i].dts, cases[i].options, &size);

		if (hwc_rewrite_needed(f->ctx, blob, size, &plan) != cases[i].needed)
			fail_msg("case %zu", i);
		free(blob);
	}
}

static void test_slot_numbers(void **state)
{
	(void)state;
	assert_int_equal(hwc_rewrite_slot("/fpga-region/fpga-PR0"), 0);
	assert_int_equal(hwc_rewrite_slot("fpga-PR12@80000000"), 12);
	assert_int_equal(hwc_rewrite_slot("/fpga-region"), -1);
	assert_int_equal(hwc_rewrite_slot("/a0/fpga"), -1);
	assert_int_equal(hwc_rewrite_slot("pr99999"), -1);
	assert_int_equal(hwc_rewrite_slot(""), -1);
}

static void test_open(void **state)
{
	struct fixture *f = *state;
	struct hwc_rewrite_place place = { .region = REGION "/fpga-PR0", .tree = f->scene };
	char shell[] = "/tmp/hwc-shell-XXXXXX", slot[] = "/tmp/hwc-slot-XXXXXX";
	char sentence[128];
	size_t size;
	void *blob;

	close(mkstemp(shell));
	close(mkstemp(slot));
	blob = dts_compile(dts_shell, "-@", &size);
	dts_write(shell, blob, size);
	free(blob);
	blob = dts_compile(dts_slot0, "-@", &size);
	dts_write(slot, blob, size);
	free(blob);
	place.shell = shell;
	assert_int_equal(hwc_rewrite_open(f->ctx, slot, &place, &f->rewrite), 0);
	assert_true(has(f, INSIDE "/engine@80000000"));
	place.region = "fpga";
	hwc_rewrite_free(f->rewrite);
	f->rewrite = NULL;
	assert_int_equal(hwc_rewrite_open(f->ctx, slot, &place, &f->rewrite), -EINVAL);
	snprintf(sentence, sizeof(sentence), "%s: fpga is no path of a device tree", slot);
	assert_string_equal(hwc_ctx_error(f->ctx), sentence);
	place.region = NULL;
	assert_int_equal(hwc_rewrite_open(f->ctx, slot, &place, &f->rewrite), -EINVAL);
	snprintf(sentence, sizeof(sentence),
		 "%s: a shell is given, and not which slot of it is meant", slot);
	assert_string_equal(hwc_ctx_error(f->ctx), sentence);
	assert_int_equal(hwc_rewrite_open(f->ctx, "/nowhere", &place, &f->rewrite), -ENOENT);
	assert_null(f->rewrite);
	unlink(shell);
	unlink(slot);
}

/* Whatever the bytes are, nothing behind them is looked at and nothing is left. */
static void shake(struct fixture *f, const void *blob, size_t size, const struct hwc_plan *plan)
{
	for (size_t cut = 0; cut <= size; cut++) {
		char *copy = malloc(cut + 1);
		struct hwc_rewrite *out;

		/* with the length that it says, and with what is left of it */
		memcpy(copy, blob, cut);
		if (cut >= sizeof(struct fdt_header))
			fdt_set_totalsize(copy, cut);
		copy = realloc(copy, cut ? cut : 1);
		if (!hwc_rewrite_plan(f->ctx, copy, cut, plan, &out))
			hwc_rewrite_free(out);
		hwc_rewrite_needed(f->ctx, copy, cut, plan);
		free(copy);
	}
	for (size_t at = 0; at < size; at++) {
		char *copy = malloc(size);
		struct hwc_rewrite *out;

		memcpy(copy, blob, size);
		copy[at] ^= 1 << (at % 8);
		if (!hwc_rewrite_plan(f->ctx, copy, size, plan, &out))
			hwc_rewrite_free(out);
		free(copy);
	}
}

static void test_damaged(void **state)
{
	struct fixture *f = *state;
	const struct hwc_plan region = for_region(f), slot = for_slot(f, REGION "/fpga-PR0");
	struct hwc_plan damaged = slot;
	size_t size;
	void *blob = dts_compile(dts_slot0, "-@", &size);
	char *copy;

	shake(f, f->shell, f->shell_size, &region);
	shake(f, blob, size, &slot);
	/* the shell's, too, is a file of the image */
	for (size_t at = 0; at < f->shell_size; at++) {
		struct hwc_rewrite *out;

		copy = malloc(f->shell_size);
		memcpy(copy, f->shell, f->shell_size);
		copy[at] ^= 1 << (at % 8);
		damaged.shell = copy;
		if (!hwc_rewrite_plan(f->ctx, blob, size, &damaged, &out))
			hwc_rewrite_free(out);
		free(copy);
	}
	free(blob);
}

/* AMD's published two-slot design for the K26. */
static void test_k26(void **state)
{
	const char *folder = getenv("HWC_TESTDATA");
	struct fixture *f = *state;
	struct hwc_plan plan = for_region(f);
	char path[4096];
	size_t size;
	void *blob = NULL;

	if (folder) {
		snprintf(path, sizeof(path), "%s/k26-dfx/opendfx_shell_wrapper.dtsi", folder);
		blob = dts_compile_file(path, "-@", &size);
	}
	if (!blob) {
		print_message("[  SKIP  ] HWC_TESTDATA has no overlays of the K26\n");
		skip();
	}
	assert_int_equal(hwc_rewrite_plan(f->ctx, blob, size, &plan, &f->rewrite), 0);
	assert_string_equal(hwc_rewrite_firmware(f->rewrite), "opendfx_shell_wrapper.bit.bin");
	assert_int_equal(hwc_rewrite_slots(f->rewrite), 2);
	is_cells(f, INSIDE "/fpga-PR0", "ranges", 6, 0, 0x80000000, 0, 0x80000000, 0, 0x2000000);
	is_cells(f, INSIDE "/fpga-PR1", "ranges", 6, 0, 0x82000000, 0, 0x82000000, 0, 0x2000000);
	assert_true(has(f, INSIDE "/SIHA_Manager@a0100000"));
	assert_false(has(f, INSIDE "/vcu@a0000000"));
	shake(f, blob, size, &plan);
	hwc_rewrite_free(f->rewrite);
	f->rewrite = NULL;
	plan = for_slot(f, REGION "/fpga-PR0");
	plan.shell = blob;
	plan.shell_size = size;
	rewritten(f, dts_slot0, &plan);
	assert_true(has(f, INSIDE "/AccelConfig@80000000"));
	assert_true(has(f, INSIDE "/rm_comm_box@81000000"));
	free(blob);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shell),
		TEST(test_what_is_told),
		TEST(test_shell_leaves_devices_out),
		TEST(test_result_is_accepted),
		TEST(test_result_stays),
		TEST(test_slot),
		TEST(test_slot_that_refers_to_its_shell),
		TEST(test_devices_by_name),
		TEST(test_frames),
		TEST(test_frames_of_two_slots_that_mix),
		TEST(test_without_a_resource),
		TEST(test_flat),
		TEST(test_refusals),
		TEST(test_slots_that_overlap),
		TEST(test_label_with_a_sign),
		TEST(test_cells_that_are_not_said),
		TEST(test_cells_of_a_slot_to_come),
		TEST(test_bridge_of_a_slot),
		TEST(test_cells_of_the_region),
		TEST(test_relocation),
		TEST(test_relocation_of_a_vendors),
		TEST(test_label_of_the_shell_first),
		TEST(test_other_address_space),
		TEST(test_needed),
		TEST(test_slot_numbers),
		TEST(test_open),
		TEST(test_damaged),
		TEST(test_k26),
	};

	return cmocka_run_group_tests_name("rewrite", tests, NULL, NULL);
}
