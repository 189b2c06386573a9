// SPDX-License-Identifier: GPL-2.0-or-later
/* Overlays: what they touch, and every reason to refuse them. */
#include <errno.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "context.h"
#include "ctx.h"
#include "overlay.h"
#include "replay.h"
#include "scene.h"

#define ROOM 16384

/**
 * struct fixture - an overlay that is made, and where it is to go
 * @ctx: keeps the sentences
 * @scene: the live tree
 * @fdt: the overlay
 * @overlay: what the library says of it
 */
struct fixture {
	struct hwc_ctx *ctx;
	char *scene;
	char fdt[ROOM];
	struct hwc_overlay *overlay;
};

static int setup(void **state)
{
	struct fixture *f;

	if (context_begins(state, sizeof(*f)))
		return -1;
	f = *state;
	f->scene = scene_new();
	return fdt_create_empty_tree(f->fdt, ROOM);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	hwc_overlay_free(f->overlay);
	scene_free(f->scene);
	context_ends(f);
	return 0;
}

static int add(struct fixture *f, int parent, const char *name)
{
	int node = fdt_add_subnode(f->fdt, parent, name);

	assert_true(node >= 0);
	return node;
}

static int node_at(struct fixture *f, const char *path)
{
	int node = fdt_path_offset(f->fdt, path);

	assert_true(node >= 0);
	return node;
}

/* "/fragment@0/__overlay__", for @target. */
static void fragment(struct fixture *f, const char *name, const char *target)
{
	int node = add(f, 0, name);

	assert_int_equal(fdt_setprop_string(f->fdt, node, "target-path", target), 0);
	add(f, node, "__overlay__");
}

#define INSIDE "/fragment@0/__overlay__"

/* A device with @start and @size as its reg. */
static void device(struct fixture *f, const char *inside, const char *name, uint32_t start,
		   uint32_t size)
{
	int node = add(f, node_at(f, inside), name);

	assert_int_equal(fdt_setprop_string(f->fdt, node, "compatible", "hwcontainer,test"), 0);
	assert_int_equal(fdt_setprop_u32(f->fdt, node, "reg", start), 0);
	assert_int_equal(fdt_appendprop_u32(f->fdt, node, "reg", size), 0);
}

static void engine(struct fixture *f)
{
	fragment(f, "fragment@0", "/fpga/PR0");
	device(f, INSIDE, "engine@100", 0x100, 0x80);
}

static void set_cell(struct fixture *f, const char *path, const char *name, uint32_t cell)
{
	assert_int_equal(fdt_setprop_u32(f->fdt, node_at(f, path), name, cell), 0);
}

static void set_string(struct fixture *f, const char *path, const char *name, const char *text)
{
	assert_int_equal(fdt_setprop_string(f->fdt, node_at(f, path), name, text), 0);
}

/* A place that waits for @label. */
static void fixup(struct fixture *f, const char *label, const char *place)
{
	int node = fdt_subnode_offset(f->fdt, 0, "__fixups__");

	if (node < 0)
		node = add(f, 0, "__fixups__");
	assert_int_equal(fdt_appendprop_string(f->fdt, node, label, place), 0);
}

static void parse_in(struct fixture *f, const char *region, const char *tree)
{
	const struct hwc_overlay_place place = { .region = region, .tree = tree };
	char *copy;

	assert_int_equal(fdt_pack(f->fdt), 0);
	copy = malloc(fdt_totalsize(f->fdt));
	assert_non_null(copy);
	memcpy(copy, f->fdt, fdt_totalsize(f->fdt));
	assert_int_equal(
		hwc_overlay_parse(f->ctx, copy, fdt_totalsize(f->fdt), &place, &f->overlay), 0);
	free(copy);
}

static void accepted(struct fixture *f)
{
	parse_in(f, "/fpga/PR0", f->scene);
	if (hwc_overlay_refusals(f->overlay))
		fail_msg("%s", hwc_overlay_refusal(f->overlay, 0));
	assert_int_equal(hwc_overlay_check(f->ctx, f->overlay), 0);
}

static void refused_in(struct fixture *f, const char *region, const char *sentence)
{
	parse_in(f, region, f->scene);
	for (size_t i = 0; i < hwc_overlay_refusals(f->overlay); i++)
		if (!strcmp(hwc_overlay_refusal(f->overlay, i), sentence)) {
			assert_int_equal(hwc_overlay_check(f->ctx, f->overlay), -EINVAL);
			assert_string_equal(hwc_ctx_error(f->ctx),
					    hwc_overlay_refusal(f->overlay, 0));
			return;
		}
	fail_msg("%s", hwc_overlay_refusals(f->overlay) ? hwc_overlay_refusal(f->overlay, 0) :
							  "it was accepted");
}

static void refused(struct fixture *f, const char *sentence)
{
	refused_in(f, "/fpga/PR0", sentence);
	for (size_t i = 1; i < hwc_overlay_refusals(f->overlay); i++)
		print_error("also: %s\n", hwc_overlay_refusal(f->overlay, i));
	/* once, not once for each look at it */
	assert_int_equal(hwc_overlay_refusals(f->overlay), 1);
}

static void test_what_it_touches(void **state)
{
	struct fixture *f = *state;
	const struct hwc_overlay_node *node;

	engine(f);
	set_cell(f, INSIDE "/engine@100", "interrupts", 7);
	set_string(f, INSIDE "/engine@100", "reg-names", "regs");
	set_cell(f, INSIDE "/engine@100", "clocks", HWC_PHANDLE_UNRESOLVED);
	fixup(f, "clk", INSIDE "/engine@100:clocks:0");
	accepted(f);
	assert_int_equal(hwc_overlay_targets(f->overlay), 1);
	assert_string_equal(hwc_overlay_target(f->overlay, 0), "/fpga/PR0");
	assert_int_equal(hwc_overlay_nodes(f->overlay), 1);
	node = hwc_overlay_node(f->overlay, 0);
	assert_string_equal(node->path, "/fpga/PR0/engine@100");
	assert_string_equal(node->compatible, "hwcontainer,test");
	assert_int_equal(node->n_windows, 1);
	assert_string_equal(node->windows[0].name, "regs");
	assert_int_equal(node->windows[0].start, 0xa0010100);
	assert_int_equal(node->windows[0].size, 0x80);
	assert_int_equal(node->n_interrupts, 1);
	assert_int_equal(node->interrupts[0], 7);
	assert_int_equal(hwc_overlay_refs(f->overlay), 1);
	assert_string_equal(hwc_overlay_ref(f->overlay, 0)->node, "/fpga/PR0/engine@100");
	assert_string_equal(hwc_overlay_ref(f->overlay, 0)->property, "clocks");
	assert_string_equal(hwc_overlay_ref(f->overlay, 0)->label, "clk");
	assert_int_equal(hwc_overlay_size(f->overlay), fdt_totalsize(f->fdt));
}

static void test_target_by_label(void **state)
{
	struct fixture *f = *state;

	add(f, add(f, 0, "fragment@0"), "__overlay__");
	set_cell(f, "/fragment@0", "target", HWC_PHANDLE_UNRESOLVED);
	fixup(f, "PR0", "/fragment@0:target:0");
	device(f, INSIDE, "engine@0", 0, 16);
	accepted(f);
	assert_string_equal(hwc_overlay_target(f->overlay, 0), "/fpga/PR0");
}

static void test_target_by_phandle(void **state)
{
	struct fixture *f = *state;

	add(f, add(f, 0, "fragment@0"), "__overlay__");
	set_cell(f, "/fragment@0", "target", 0x42);
	device(f, INSIDE, "engine@0", 0, 16);
	accepted(f);
	assert_string_equal(hwc_overlay_target(f->overlay, 0), "/fpga/PR0");
}

static void test_target_below_the_region(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0/bus");
	device(f, INSIDE, "engine@0", 0xff00, 0x100);
	accepted(f);
	assert_int_equal(hwc_overlay_node(f->overlay, 0)->windows[0].start, 0xa001ff00);
}

/* Without a tree only what the overlay says itself is known. */
static void test_without_a_tree(void **state)
{
	struct fixture *f = *state;

	add(f, add(f, 0, "fragment@0"), "__overlay__");
	set_cell(f, "/fragment@0", "target", HWC_PHANDLE_UNRESOLVED);
	fixup(f, "PR0", "/fragment@0:target:0");
	device(f, INSIDE, "engine@999999", 0x999999, 16);
	parse_in(f, "/fpga/PR0", "");
	assert_int_equal(hwc_overlay_refusals(f->overlay), 0);
	assert_string_equal(hwc_overlay_target(f->overlay, 0), "&PR0");
	assert_string_equal(hwc_overlay_node(f->overlay, 0)->path, "&PR0/engine@999999");
	assert_int_equal(hwc_overlay_node(f->overlay, 0)->n_windows, 0);
}

static void test_cells_of_the_overlay(void **state)
{
	struct fixture *f = *state;

	engine(f);
	set_cell(f, INSIDE, "#address-cells", 1);
	set_cell(f, INSIDE, "#size-cells", 1);
	parse_in(f, NULL, "");
	assert_int_equal(hwc_overlay_refusals(f->overlay), 0);
	assert_int_equal(hwc_overlay_node(f->overlay, 0)->windows[0].start, 0x100);
}

static void test_target_outside(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR1");
	device(f, INSIDE, "engine@0", 0, 16);
	refused(f, "fragment@0 has the target /fpga/PR1, outside the region /fpga/PR0");
}

/* "/fpga/PR0x" begins like the region. */
static void test_target_that_begins_alike(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0x");
	refused(f, "fragment@0 has the target /fpga/PR0x, outside the region /fpga/PR0");
}

static void test_second_target_outside(void **state)
{
	struct fixture *f = *state;

	engine(f);
	fragment(f, "fragment@1", "/fpga/PR1");
	refused(f, "fragment@1 has the target /fpga/PR1, outside the region /fpga/PR0");
}

static void test_target_with_dots(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0/../PR1");
	refused(f, "fragment@0 has the target /fpga/PR0/../PR1, which is no device-tree path");
}

static void test_target_that_is_not_there(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0/nothing");
	refused(f,
		"fragment@0 has the target /fpga/PR0/nothing, which is not in the live device tree");
}

static void test_unknown_label(void **state)
{
	struct fixture *f = *state;

	add(f, add(f, 0, "fragment@0"), "__overlay__");
	set_cell(f, "/fragment@0", "target", HWC_PHANDLE_UNRESOLVED);
	fixup(f, "PR9", "/fragment@0:target:0");
	refused(f, "the target &PR9 is not in the live device tree");
}

static void test_unknown_phandle(void **state)
{
	struct fixture *f = *state;

	add(f, add(f, 0, "fragment@0"), "__overlay__");
	set_cell(f, "/fragment@0", "target", 0x77);
	refused(f, "the target with phandle 0x77 is not in the live device tree");
}

static void test_no_target(void **state)
{
	struct fixture *f = *state;

	add(f, add(f, 0, "fragment@0"), "__overlay__");
	refused(f, "fragment@0 has no target");
}

static void test_no_fragment(void **state)
{
	struct fixture *f = *state;

	add(f, 0, "fragment@0");
	refused(f, "the overlay has no fragment");
}

static void test_symbols(void **state)
{
	struct fixture *f = *state;

	engine(f);
	add(f, 0, "__symbols__");
	refused(f,
		"the overlay carries __symbols__, which would stay in the live device tree; dtc makes them for -@");
}

static void test_properties_of_the_target(void **state)
{
	static const char *const names[] = {
		"firmware-name", "external-fpga-config", "encrypted-fpga-config", "status",
		"ranges",
	};

	for (size_t i = 0; i < HWC_ARRAY_SIZE(names); i++) {
		char sentence[128];
		struct fixture *f;

		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
		f = *state;
		engine(f);
		set_string(f, INSIDE, names[i], "x");
		snprintf(sentence, sizeof(sentence),
			 "%s of /fpga/PR0 is set: an overlay adds nodes, it changes none",
			 names[i]);
		refused(f, sentence);
	}
}

static void test_cells_as_they_are(void **state)
{
	struct fixture *f = *state;

	engine(f);
	set_cell(f, INSIDE, "#address-cells", 1);
	set_cell(f, INSIDE, "#size-cells", 1);
	accepted(f);
}

static void test_cells_that_differ(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0");
	set_cell(f, INSIDE, "#address-cells", 2);
	refused(f, "#address-cells of /fpga/PR0 is set: an overlay adds nodes, it changes none");
}

static void test_properties_of_nodes(void **state)
{
	static const struct {
		const char *name;
		const char *sentence;
	} bad[] = {
		{ "firmware-name",
		  "/fpga/PR0/engine@100 has firmware-name, which a claim brings itself" },
		{ "fpga-mgr", "/fpga/PR0/engine@100 has fpga-mgr, which a claim brings itself" },
		{ "name", "/fpga/PR0/engine@100 has no valid value for name" },
		{ "phandle", "/fpga/PR0/engine@100 has no valid value for phandle" },
	};

	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad); i++) {
		struct fixture *f;

		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
		f = *state;
		engine(f);
		set_string(f, INSIDE "/engine@100", bad[i].name, "a long text");
		refused(f, bad[i].sentence);
	}
}

static void test_region_inside(void **state)
{
	struct fixture *f = *state;

	engine(f);
	set_string(f, INSIDE "/engine@100", "compatible", "fpga-region");
	set_cell(f, INSIDE "/engine@100", "#address-cells", 1);
	set_cell(f, INSIDE "/engine@100", "#size-cells", 1);
	refused(f, "/fpga/PR0/engine@100 is an FPGA region without ranges of its own");
}

/* Lists of phandles, what their providers have, and what those are. */
static const struct {
	const char *name;
	const char *cells;
	const char *one;
} supplies[] = {
	{ "clocks", "#clock-cells", "clock" },
	{ "resets", "#reset-cells", "reset controller" },
	{ "interrupts-extended", "#interrupt-cells", "interrupt controller" },
	{ "iommus", "#iommu-cells", "IOMMU" },
	{ "power-domains", "#power-domain-cells", "power domain" },
};

static void again(struct fixture *f)
{
	hwc_overlay_free(f->overlay);
	f->overlay = NULL;
	assert_int_equal(fdt_open_into(f->fdt, f->fdt, ROOM), 0);
}

static void test_supply_that_is_none(void **state)
{
	struct fixture *f = *state;
	char text[160];

	engine(f);
	for (size_t i = 0; i < HWC_ARRAY_SIZE(supplies); i++) {
		set_cell(f, INSIDE "/engine@100", supplies[i].name, HWC_PHANDLE_UNRESOLVED);
		snprintf(text, sizeof(text), INSIDE "/engine@100:%s:0", supplies[i].name);
		fixup(f, "PR0", text);
		snprintf(text, sizeof(text),
			 "/fpga/PR0/engine@100 refers to &PR0 by %s, which is no %s",
			 supplies[i].name, supplies[i].one);
		refused(f, text);
		again(f);
		scene_cells(f->scene, "/fpga/PR0", supplies[i].cells, 1, 0);
		accepted(f);
		again(f);
	}
}

static void test_supply_of_the_overlay(void **state)
{
	static const uint32_t bad[] = { 1, 2, UINT32_MAX };
	struct fixture *f = *state;
	char text[160];

	engine(f);
	add(f, node_at(f, INSIDE), "provider");
	set_cell(f, INSIDE "/provider", "phandle", 1);
	for (size_t i = 0; i < HWC_ARRAY_SIZE(supplies); i++) {
		/* said of the number itself */
		size_t n = strcmp(supplies[i].cells, "#interrupt-cells") ? HWC_ARRAY_SIZE(bad) : 2;

		set_cell(f, INSIDE "/engine@100", supplies[i].name, 1);
		snprintf(text, sizeof(text), "/fpga/PR0/engine@100 has %s that are none",
			 supplies[i].name);
		refused(f, text);
		for (size_t k = 0; k < n; k++) {
			again(f);
			set_cell(f, INSIDE "/provider", supplies[i].cells, bad[k]);
			refused(f, text);
		}
		again(f);
		set_cell(f, INSIDE "/provider", supplies[i].cells, 0);
		accepted(f);
		again(f);
	}
}

/* As many cells as there are, and more than the kernel has room for. */
static void test_cells_beyond_the_kernels(void **state)
{
	struct fixture *f = *state;
	int node;

	engine(f);
	add(f, node_at(f, INSIDE), "provider");
	set_cell(f, INSIDE "/provider", "phandle", 1);
	set_cell(f, INSIDE "/provider", "#reset-cells", 16);
	set_cell(f, INSIDE "/engine@100", "resets", 1);
	node = node_at(f, INSIDE "/engine@100");
	for (int i = 0; i < 16; i++)
		assert_int_equal(fdt_appendprop_u32(f->fdt, node, "resets", 0), 0);
	accepted(f);
	again(f);
	set_cell(f, INSIDE "/provider", "#reset-cells", 17);
	node = node_at(f, INSIDE "/engine@100");
	assert_int_equal(fdt_appendprop_u32(f->fdt, node, "resets", 0), 0);
	refused(f, "/fpga/PR0/engine@100 has resets that are none");
	again(f);
	set_cell(f, INSIDE "/provider", "#reset-cells", 16);
	set_cell(f, INSIDE "/engine@100", "resets", 0);
	set_cell(f, INSIDE "/provider", "#interrupt-cells", 8);
	set_cell(f, INSIDE "/provider", "#address-cells", 3);
	accepted(f);
	again(f);
	set_cell(f, INSIDE "/provider", "#interrupt-cells", 9);
	refused(f, "/fpga/PR0/provider has no valid value for #interrupt-cells");
	again(f);
	set_cell(f, INSIDE "/provider", "#interrupt-cells", 8);
	set_string(f, INSIDE "/provider", "#address-cells", "");
	refused(f, "/fpga/PR0/provider has no valid value for #address-cells");
}

/* A slot whose window is @start on, 0x1000 bytes. */
static void slot_named(struct fixture *f, const char *inside, const char *name, uint32_t start)
{
	int node = add(f, node_at(f, inside), name);

	assert_int_equal(fdt_setprop_string(f->fdt, node, "compatible", "fpga-region"), 0);
	assert_int_equal(fdt_setprop_u32(f->fdt, node, "ranges", start), 0);
	assert_int_equal(fdt_appendprop_u32(f->fdt, node, "ranges", start), 0);
	assert_int_equal(fdt_appendprop_u32(f->fdt, node, "ranges", 0x1000), 0);
	assert_int_equal(fdt_setprop_u32(f->fdt, node, "#address-cells", 1), 0);
	assert_int_equal(fdt_setprop_u32(f->fdt, node, "#size-cells", 1), 0);
}

static void slot(struct fixture *f, const char *inside, uint32_t start)
{
	slot_named(f, inside, "slot-0", start);
}

static void test_slots_that_overlap(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0");
	slot(f, INSIDE, 0x2000);
	slot_named(f, INSIDE, "slot-1", 0x2fff);
	slot_named(f, INSIDE, "slot-2", 0x4000);
	refused(f, "the slots slot-1 and slot-0 have addresses in common");
}

/* What comes into a slot comes with an image of its own. */
static void test_slot_with_a_device(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0");
	slot(f, INSIDE, 0x2000);
	device(f, INSIDE "/slot-0", "engine@2000", 0x2000, 16);
	refused(f,
		"/fpga/PR0/slot-0 is an FPGA region with a node in it, which comes with its own image");
}

static void test_slot_without_cells(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0");
	slot(f, INSIDE, 0x2000);
	assert_int_equal(fdt_delprop(f->fdt, node_at(f, INSIDE "/slot-0"), "#size-cells"), 0);
	refused(f, "/fpga/PR0/slot-0 is an FPGA region without #address-cells or #size-cells");
}

/* A slot's bridge is one of the shell's devices, and only slots have bridges. */
static void test_bridges(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0");
	slot(f, INSIDE, 0x2000);
	device(f, INSIDE, "bridge@100", 0x100, 16);
	set_cell(f, INSIDE "/bridge@100", "phandle", 7);
	set_cell(f, INSIDE "/slot-0", "fpga-bridges", 7);
	accepted(f);
	hwc_overlay_free(f->overlay);
	f->overlay = NULL;
	assert_int_equal(fdt_open_into(f->fdt, f->fdt, ROOM), 0);
	set_cell(f, INSIDE "/slot-0", "fpga-bridges", 8);
	refused(f,
		"/fpga/PR0/slot-0 refers to phandle 0x8 by fpga-bridges, which is outside of the overlay");
	hwc_overlay_free(f->overlay);
	f->overlay = NULL;
	assert_int_equal(fdt_open_into(f->fdt, f->fdt, ROOM), 0);
	set_cell(f, INSIDE "/slot-0", "fpga-bridges", 7);
	set_cell(f, INSIDE "/bridge@100", "fpga-bridges", 7);
	refused(f, "/fpga/PR0/bridge@100 has fpga-bridges and is no FPGA region");
}

/* Empty ranges are the addresses of the programmable logic, where that is known. */
static void test_empty_ranges_of_a_board(void **state)
{
	static const struct {
		uint32_t start;
		bool good;
	} cases[] = {
		{ 0x80000000, true }, { 0xbffff000, true }, { 0xff000000, false }, { 0, false }
	};
	struct fixture *f = *state;
	const char machine[] = "xlnx,zynqmp-zcu102\0xlnx,zynqmp";
	const struct hwc_overlay_place place = { .region = "/open", .tree = f->scene };

	scene_prop(f->scene, "", "compatible", machine, sizeof(machine));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(fdt_create_empty_tree(f->fdt, ROOM), 0);
		fragment(f, "fragment@0", "/open");
		device(f, INSIDE, "dev", cases[i].start, 0x1000);
		assert_int_equal(fdt_pack(f->fdt), 0);
		hwc_overlay_free(f->overlay);
		f->overlay = NULL;
		assert_int_equal(hwc_overlay_parse(f->ctx, f->fdt, fdt_totalsize(f->fdt), &place,
						   &f->overlay),
				 0);
		assert_int_equal(hwc_overlay_refusals(f->overlay), !cases[i].good);
	}
	assert_string_equal(
		hwc_overlay_refusal(f->overlay, 0),
		"/open/dev has registers at 0x0, 0x1000 bytes, outside of the ranges of /open");
}

static void test_slot(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0");
	slot(f, INSIDE, 0x2000);
	accepted(f);
}

static void test_slot_with_a_window_outside(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0");
	slot(f, INSIDE, 0xf800);
	refused(f,
		"/fpga/PR0/slot-0 has a window at 0xf800, 0x1000 bytes, outside of the ranges of /fpga/PR0");
}

static void test_slot_that_is_not_right_below(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0/bus");
	slot(f, INSIDE, 0x2000);
	refused(f, "/fpga/PR0/bus/slot-0 is an FPGA region that is not right below /fpga/PR0");
}

/* What is in a warm region goes before the next image's devices come. */
static void test_node_of_the_image_that_is_loaded(void **state)
{
	struct fixture *f = *state;
	const struct hwc_overlay_place place = {
		.region = "/fpga/PR0",
		.tree = f->scene,
		.loaded = true,
	};

	fragment(f, "fragment@0", "/fpga/PR0");
	add(f, node_at(f, INSIDE), "bus");
	assert_int_equal(fdt_pack(f->fdt), 0);
	assert_int_equal(
		hwc_overlay_parse(f->ctx, f->fdt, fdt_totalsize(f->fdt), &place, &f->overlay), 0);
	assert_int_equal(hwc_overlay_refusals(f->overlay), 0);
}

static void test_registers_outside(void **state)
{
	static const struct {
		uint32_t start;
		uint32_t size;
	} bad[] = { { 0xfffc, 8 }, { 0x10000, 4 }, { 8, 0xffffffff }, { 0xffffffff, 1 } };

	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad); i++) {
		char sentence[160];
		struct fixture *f;

		assert_int_equal(teardown(state), 0);
		assert_int_equal(setup(state), 0);
		f = *state;
		fragment(f, "fragment@0", "/fpga/PR0");
		device(f, INSIDE, "engine", bad[i].start, bad[i].size);
		snprintf(
			sentence, sizeof(sentence),
			"/fpga/PR0/engine has registers at 0x%x, 0x%x bytes, outside of the ranges of /fpga/PR0",
			bad[i].start, bad[i].size);
		refused(f, sentence);
	}
}

/* A bus in the overlay, whose own ranges leave the region. */
static void test_bus_in_the_overlay(void **state)
{
	struct fixture *f = *state;
	int bus;

	fragment(f, "fragment@0", "/fpga/PR0");
	bus = add(f, node_at(f, INSIDE), "bridge");
	assert_int_equal(fdt_setprop_u32(f->fdt, bus, "ranges", 0), 0);
	assert_int_equal(fdt_appendprop_u32(f->fdt, bus, "ranges", 0x8000), 0);
	assert_int_equal(fdt_appendprop_u32(f->fdt, bus, "ranges", 0x10000), 0);
	device(f, INSIDE "/bridge", "good@100", 0x100, 16);
	device(f, INSIDE "/bridge", "bad@8000", 0x8000, 16);
	refused_in(
		f, "/fpga/PR0",
		"/fpga/PR0/bridge/bad@8000 has registers at 0x8000, 0x10 bytes, outside of the ranges of /fpga/PR0");
	/* and the bridge's own window, which its driver may use as it is */
	assert_int_equal(hwc_overlay_refusals(f->overlay), 2);
	assert_string_equal(
		hwc_overlay_refusal(f->overlay, 0),
		"/fpga/PR0/bridge has a window at 0x8000, 0x10000 bytes, outside of the ranges of /fpga/PR0");
	assert_string_equal(hwc_overlay_node(f->overlay, 2)->path, "/fpga/PR0/bridge/good@100");
	assert_int_equal(hwc_overlay_node(f->overlay, 2)->windows[0].start, 0xa0018100);
}

/* Numbers on an I2C bus are no addresses. */
static void test_bus_that_is_not_mapped(void **state)
{
	struct fixture *f = *state;
	int node;

	engine(f);
	set_cell(f, INSIDE "/engine@100", "#address-cells", 1);
	set_cell(f, INSIDE "/engine@100", "#size-cells", 0);
	node = add(f, node_at(f, INSIDE "/engine@100"), "sensor@999999");
	assert_int_equal(fdt_setprop_u32(f->fdt, node, "reg", 0x999999), 0);
	accepted(f);
}

static void test_region_with_empty_ranges(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/open");
	device(f, INSIDE, "engine@0", 0, 16);
	refused_in(
		f, "/open",
		"/open has empty ranges, so /open/engine@0 cannot be confined to it (see the module's parameter unconfined)");
}

static void test_region_without_ranges(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/closed");
	device(f, INSIDE, "engine@0", 0, 16);
	refused_in(f, "/closed", "/closed/engine@0 has registers, but /closed has no ranges");
}

static void test_reg_of_wrong_length(void **state)
{
	struct fixture *f = *state;

	engine(f);
	assert_int_equal(fdt_appendprop_u32(f->fdt, node_at(f, INSIDE "/engine@100"), "reg", 1), 0);
	refused(f, "/fpga/PR0/engine@100 has 12 bytes of reg, an entry on its bus has 8");
}

static void test_too_many_cells(void **state)
{
	struct fixture *f = *state;
	int bus;

	fragment(f, "fragment@0", "/fpga/PR0");
	bus = add(f, node_at(f, INSIDE), "pci");
	assert_int_equal(fdt_setprop_u32(f->fdt, bus, "#address-cells", 3), 0);
	device(f, INSIDE "/pci", "function@0", 0, 0);
	refused(f,
		"/fpga/PR0/pci/function@0 has registers on a bus with 3 and 1 cells, 1 to 2 are understood");
}

/* Their sum is 1. */
static void test_absurd_cells(void **state)
{
	struct fixture *f = *state;
	int bus;

	fragment(f, "fragment@0", "/fpga/PR0");
	bus = add(f, node_at(f, INSIDE), "bridge");
	assert_int_equal(fdt_setprop_u32(f->fdt, bus, "#address-cells", 3), 0);
	assert_int_equal(fdt_setprop_u32(f->fdt, bus, "#size-cells", 0xfffffffe), 0);
	device(f, INSIDE "/bridge", "engine@0", 0, 0);
	refused(f,
		"/fpga/PR0/bridge/engine@0 has registers on a bus with 3 and 4294967294 cells, 1 to 2 are understood");
}

static void test_references_outwards(void **state)
{
	static const char *const good[] = {
		"clocks", "resets",	   "interrupt-parent", "interrupts-extended",
		"iommus", "power-domains",
	};
	struct fixture *f = *state;
	char place[128];

	engine(f);
	for (size_t i = 0; i < HWC_ARRAY_SIZE(good); i++) {
		set_cell(f, INSIDE "/engine@100", good[i], HWC_PHANDLE_UNRESOLVED);
		snprintf(place, sizeof(place), INSIDE "/engine@100:%s:0", good[i]);
		fixup(f, "label", place);
	}
	accepted(f);
	assert_int_equal(hwc_overlay_refs(f->overlay), HWC_ARRAY_SIZE(good));
}

static void test_reference_that_is_not_allowed(void **state)
{
	struct fixture *f = *state;

	engine(f);
	set_cell(f, INSIDE "/engine@100", "memory-region", HWC_PHANDLE_UNRESOLVED);
	fixup(f, "ram", INSIDE "/engine@100:memory-region:0");
	refused(f,
		"/fpga/PR0/engine@100 refers to &ram by memory-region; only clocks, resets, interrupt-parent, interrupts-extended, iommus and power-domains may refer to what is outside of the overlay");
}

/* A number instead of a label reaches out as well. */
static void test_reference_by_number(void **state)
{
	struct fixture *f = *state;

	engine(f);
	set_cell(f, INSIDE "/engine@100", "reset-gpios", 0x55);
	refused(f,
		"/fpga/PR0/engine@100 refers to phandle 0x55 by reset-gpios, which is outside of the overlay");
}

static void test_reference_inside(void **state)
{
	struct fixture *f = *state;

	engine(f);
	device(f, INSIDE, "dma@200", 0x200, 16);
	set_cell(f, INSIDE "/dma@200", "phandle", 1);
	set_cell(f, INSIDE "/engine@100", "dmas", 1);
	accepted(f);
}

static void test_node_that_exists(void **state)
{
	struct fixture *f = *state;

	fragment(f, "fragment@0", "/fpga/PR0");
	add(f, node_at(f, INSIDE), "bus");
	refused(f, "/fpga/PR0/bus exists already");
}

static void test_node_twice(void **state)
{
	struct fixture *f = *state;

	engine(f);
	fragment(f, "fragment@1", "/fpga/PR0");
	device(f, "/fragment@1/__overlay__", "engine@100", 0, 16);
	refused(f, "/fpga/PR0/engine@100 is added twice");
}

static void test_depth(void **state)
{
	struct fixture *f = *state;
	char path[512] = INSIDE;

	fragment(f, "fragment@0", "/fpga/PR0");
	for (int i = 0; i < 13; i++) {
		add(f, node_at(f, path), "a");
		strcat(path, "/a");
	}
	accepted(f);
	hwc_overlay_free(f->overlay);
	f->overlay = NULL;
	assert_int_equal(fdt_open_into(f->fdt, f->fdt, ROOM), 0);
	add(f, node_at(f, path), "a");
	refused(f,
		"/fpga/PR0/a/a/a/a/a/a/a/a/a/a/a/a/a has children, deeper than the 13 levels that are looked at");
}

static void test_refusals_have_an_end(void **state)
{
	struct fixture *f = *state;
	char name[32];

	fragment(f, "fragment@0", "/fpga/PR0");
	for (int i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "e%d", i);
		device(f, INSIDE, name, 0x10000, 1);
	}
	parse_in(f, "/fpga/PR0", f->scene);
	assert_int_equal(hwc_overlay_refusals(f->overlay), 64);
}

static void not_an_fdt(struct fixture *f, const void *fdt, size_t size, const char *sentence)
{
	assert_int_equal(hwc_overlay_parse(f->ctx, fdt, size, NULL, &f->overlay), -EBADMSG);
	assert_string_equal(hwc_ctx_error(f->ctx), sentence);
	assert_null(f->overlay);
}

static void test_not_an_fdt(void **state)
{
	static const char text[64] = "this is no flattened device tree, but a text of some length";
	struct fixture *f = *state;

	not_an_fdt(f, NULL, 0, "the overlay has 0 bytes, a device tree's header 40");
	not_an_fdt(f, text, 39, "the overlay has 39 bytes, a device tree's header 40");
	not_an_fdt(f, text, sizeof(text),
		   "the overlay begins with 0x74686973, a flattened device tree with 0xd00dfeed");
}

/* libfdt may go round for ever, or say that one of less than nothing is there. */
static void test_negative_lengths(void **state)
{
	struct fixture *f = *state;
	struct fdt_property *empty;
	int node;

	engine(f);
	node = node_at(f, INSIDE "/engine@100");
	assert_int_equal(fdt_setprop_empty(f->fdt, node, "test,empty"), 0);
	assert_int_equal(fdt_pack(f->fdt), 0);
	empty = fdt_get_property_w(f->fdt, node_at(f, INSIDE "/engine@100"), "test,empty", NULL);
	assert_non_null(empty);
	alarm(20);
	for (int length = -(int)sizeof(*empty); length < 0; length++) {
		empty->len = cpu_to_fdt32(length);
		not_an_fdt(f, f->fdt, fdt_totalsize(f->fdt),
			   "the overlay is not a well-formed flattened device tree "
			   "(FDT_ERR_BADSTRUCTURE)");
	}
	alarm(0);
}

/* Their names are paths, but for a root that is forged. */
static void test_old_version(void **state)
{
	struct fixture *f = *state;

	engine(f);
	assert_int_equal(fdt_pack(f->fdt), 0);
	fdt_set_version(f->fdt, 15);
	fdt_set_last_comp_version(f->fdt, 15);
	not_an_fdt(f, f->fdt, fdt_totalsize(f->fdt),
		   "the overlay is not a well-formed flattened device tree (FDT_ERR_BADVERSION)");
}

static void test_cut_anywhere(void **state)
{
	struct fixture *f = *state;
	size_t size;

	engine(f);
	assert_int_equal(fdt_pack(f->fdt), 0);
	size = fdt_totalsize(f->fdt);
	for (size_t cut = 0; cut < size; cut++) {
		char *copy = malloc(cut + 1);

		assert_non_null(copy);
		memcpy(copy, f->fdt, cut);
		assert_int_equal(hwc_overlay_parse(f->ctx, copy, cut, NULL, &f->overlay), -EBADMSG);
		/* also with a header that says so */
		if (cut >= sizeof(struct fdt_header)) {
			fdt_set_totalsize(copy, cut);
			assert_int_equal(hwc_overlay_parse(f->ctx, copy, cut, NULL, &f->overlay),
					 -EBADMSG);
		}
		free(copy);
	}
}

/* Bytes changed anywhere: refused or not, nothing is read that is not there. */
static void test_fuzz(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 4711;
	size_t size;

	engine(f);
	set_string(f, INSIDE "/engine@100", "reg-names", "regs");
	set_cell(f, INSIDE "/engine@100", "dmas", 7);
	fixup(f, "PR0", "/fragment@0:target:0");
	fixup(f, "clk", INSIDE "/engine@100:clocks:0");
	assert_int_equal(fdt_pack(f->fdt), 0);
	size = fdt_totalsize(f->fdt);
	for (int i = 0; i < 5000; i++) {
		const struct hwc_overlay_place place = { .region = "/fpga/PR0", .tree = f->scene };
		char *copy = malloc(size);

		assert_non_null(copy);
		memcpy(copy, f->fdt, size);
		for (uint32_t n = replay_random(&seed) % 6; n; n--)
			copy[replay_random(&seed) % size] = replay_random(&seed);
		if (!hwc_overlay_parse(f->ctx, copy, size, &place, &f->overlay))
			hwc_overlay_free(f->overlay);
		f->overlay = NULL;
		free(copy);
	}
}

static void test_open(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(hwc_overlay_open(f->ctx, "/no/such", NULL, &f->overlay), -ENOENT);
	assert_int_equal(hwc_overlay_open(f->ctx, "/", NULL, &f->overlay), -EINVAL);
	assert_string_equal(hwc_ctx_error(f->ctx), "/ is not a regular file");
	hwc_overlay_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_it_touches),
		TEST(test_target_by_label),
		TEST(test_target_by_phandle),
		TEST(test_target_below_the_region),
		TEST(test_without_a_tree),
		TEST(test_cells_of_the_overlay),
		TEST(test_target_outside),
		TEST(test_target_that_begins_alike),
		TEST(test_second_target_outside),
		TEST(test_target_with_dots),
		TEST(test_target_that_is_not_there),
		TEST(test_unknown_label),
		TEST(test_unknown_phandle),
		TEST(test_no_target),
		TEST(test_no_fragment),
		TEST(test_symbols),
		TEST(test_properties_of_the_target),
		TEST(test_cells_as_they_are),
		TEST(test_cells_that_differ),
		TEST(test_properties_of_nodes),
		TEST(test_region_inside),
		TEST(test_supply_that_is_none),
		TEST(test_supply_of_the_overlay),
		TEST(test_cells_beyond_the_kernels),
		TEST(test_slot),
		TEST(test_slots_that_overlap),
		TEST(test_slot_with_a_device),
		TEST(test_slot_without_cells),
		TEST(test_bridges),
		TEST(test_empty_ranges_of_a_board),
		TEST(test_slot_with_a_window_outside),
		TEST(test_slot_that_is_not_right_below),
		TEST(test_node_of_the_image_that_is_loaded),
		TEST(test_registers_outside),
		TEST(test_bus_in_the_overlay),
		TEST(test_bus_that_is_not_mapped),
		TEST(test_region_with_empty_ranges),
		TEST(test_region_without_ranges),
		TEST(test_reg_of_wrong_length),
		TEST(test_too_many_cells),
		TEST(test_absurd_cells),
		TEST(test_references_outwards),
		TEST(test_reference_that_is_not_allowed),
		TEST(test_reference_by_number),
		TEST(test_reference_inside),
		TEST(test_node_that_exists),
		TEST(test_node_twice),
		TEST(test_depth),
		TEST(test_refusals_have_an_end),
		TEST(test_not_an_fdt),
		TEST(test_negative_lengths),
		TEST(test_old_version),
		TEST(test_cut_anywhere),
		TEST(test_fuzz),
		TEST(test_open),
	};

	return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
