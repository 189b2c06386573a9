// SPDX-License-Identifier: GPL-2.0-or-later
/* Folders of dfx-mgr: what is found in them, and what is missing. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "context.h"
#include "ctx.h"
#include "dfx.h"
#include "folder.h"

#define APP "/lib/firmware/xilinx/app"

struct fixture {
	struct hwc_ctx *ctx;
	char *root;
	struct hwc_dfx *dfx;
};

static int setup(void **state)
{
	return context_begins(state, sizeof(struct fixture));
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	hwc_dfx_free(f->dfx);
	if (f->root)
		folder_free(f->root);
	context_ends(f);
	return 0;
}

static void open_folder(struct fixture *f, const char *path, size_t items)
{
	hwc_dfx_free(f->dfx);
	f->dfx = NULL;
	if (hwc_dfx_open(f->ctx, f->root, path, &f->dfx))
		fail_msg("%s", hwc_ctx_error(f->ctx));
	assert_int_equal(hwc_dfx_items(f->dfx), items);
}

/* An application with nothing but what the test puts there. */
static const struct hwc_dfx_item *app(struct fixture *f)
{
	open_folder(f, APP, 1);
	return hwc_dfx_item(f->dfx, 0);
}

static void problem(const struct hwc_dfx_item *item, const char *text)
{
	for (size_t i = 0; i < item->n_problems; i++)
		if (!strcmp(item->problems[i], text))
			return;
	fail_msg("%s", item->n_problems ? item->problems[0] : "there is no problem");
}

static void test_shell(void **state)
{
	struct fixture *f = *state;
	const struct hwc_dfx_item *item;

	f->root = folder_new();
	open_folder(f, FOLDER_SHELL, 4);
	item = hwc_dfx_item(f->dfx, 0);
	assert_int_equal(item->type, HWC_DFX_SHELL);
	assert_string_equal(item->path, FOLDER_SHELL);
	assert_string_equal(item->kind, "PL_DFX");
	assert_int_equal(item->slots, 2);
	assert_int_equal(item->slot, -1);
	assert_string_equal(item->image, FOLDER_SHELL "/shell.bit");
	assert_string_equal(item->overlay, FOLDER_SHELL "/shell.dtbo");
	assert_string_equal(item->firmware, "shell.bit.bin");
	assert_int_equal(item->n_problems, 0);
	item = hwc_dfx_item(f->dfx, 1);
	assert_int_equal(item->type, HWC_DFX_ACCEL);
	assert_string_equal(item->path, FOLDER_SHELL "/AES/AES_slot0");
	assert_string_equal(item->kind, "SIHA_PL_DFX");
	assert_int_equal(item->slot, 0);
	assert_string_equal(item->image, FOLDER_SHELL "/AES/AES_slot0/slot0.bit");
	assert_string_equal(((char **)hwc_dfx_entry(f->dfx, 1)->devices.data)[0],
			    "80000000.engine");
	assert_int_equal(hwc_dfx_item(f->dfx, 2)->slot, 1);
	/* without an accel.json, by its name */
	assert_string_equal(hwc_dfx_item(f->dfx, 3)->path, FOLDER_SHELL "/FFT/FFT_slot0");
}

static void test_folders_around_and_inside(void **state)
{
	struct fixture *f = *state;

	f->root = folder_new();
	folder_text(f->root, APP "/shell.json", "{\"shell_type\": \"XRT_FLAT\"}");
	folder_image(f->root, APP "/app.bit.bin", 0);
	open_folder(f, "/lib/firmware/xilinx", 5);
	assert_int_equal(hwc_dfx_item(f->dfx, 0)->type, HWC_DFX_FLAT);
	assert_string_equal(hwc_dfx_item(f->dfx, 0)->image, APP "/app.bit.bin");
	open_folder(f, FOLDER_SHELL "/AES", 2);
	open_folder(f, FOLDER_SHELL "/AES/AES_slot1/", 1);
	assert_int_equal(hwc_dfx_item(f->dfx, 0)->slot, 1);
	open_folder(f, "/lib/firmware/xilinx/shell/AES/AES_slot1/../..", 4);
}

static void test_type_names(void **state)
{
	(void)state;
	assert_string_equal(hwc_dfx_type_name(HWC_DFX_FLAT), "flat");
	assert_string_equal(hwc_dfx_type_name(HWC_DFX_SHELL), "shell");
	assert_string_equal(hwc_dfx_type_name(HWC_DFX_ACCEL), "accelerator");
	assert_null(hwc_dfx_type_name(99));
}

static void test_json_problems(void **state)
{
	static const struct {
		const char *json;
		const char *text;
	} cases[] = {
		{ "{}", "shell.json has no shell_type" },
		{ "{\"shell_type\": \"RPU\"}",
		  "shell_type RPU is not PL_DFX, PL_FLAT or XRT_FLAT" },
		{ "{\"shell_type\": \"a\\u001b\"}",
		  "shell_type a? is not PL_DFX, PL_FLAT or XRT_FLAT" },
		{ "{", APP "/shell.json ends in the middle of its JSON" },
		{ "", APP "/shell.json is empty" },
	};
	struct fixture *f = *state;

	f->root = folder_new();
	folder_image(f->root, APP "/app.bit", 0);
	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		folder_text(f->root, APP "/shell.json", cases[i].json);
		problem(app(f), cases[i].text);
	}
}

static void test_accel_problem(void **state)
{
	struct fixture *f = *state;

	f->root = folder_new();
	folder_text(f->root, FOLDER_SHELL "/AES/AES_slot0/accel.json", "{\"accel_devices\": 7}");
	open_folder(f, FOLDER_SHELL "/AES/AES_slot0", 1);
	problem(hwc_dfx_item(f->dfx, 0), "accel.json has accel_devices that are no list");
	folder_text(f->root, FOLDER_SHELL "/AES/AES_slot0/accel.json",
		    "{\"accel_devices\": [7, {}, {\"dev_name\": 7}, {\"dev_name\": \"\"}]}");
	open_folder(f, FOLDER_SHELL "/AES/AES_slot0", 1);
	assert_int_equal(hwc_dfx_item(f->dfx, 0)->n_problems, 0);
	assert_int_equal(hwc_dfx_entry(f->dfx, 0)->devices.count, 0);
}

static void flat_app(struct fixture *f)
{
	f->root = folder_new();
	folder_text(f->root, APP "/shell.json", "{\"shell_type\": \"PL_FLAT\"}");
}

static void test_missing_files(void **state)
{
	struct fixture *f = *state;
	const struct hwc_dfx_item *item;

	flat_app(f);
	problem(app(f), "has no image");
	folder_text(f->root, APP "/app.dtsi", "/dts-v1/;");
	item = app(f);
	assert_string_equal(item->source, APP "/app.dtsi");
	problem(item, "the overlay is not compiled: dtc -@ -I dts -O dtb -o " APP "/app.dtbo " APP
		      "/app.dtsi");
	folder_image(f->root, APP "/a.bit", 0);
	folder_image(f->root, APP "/b.bit", 0);
	problem(app(f), "has more than one image: a.bit and b.bit");
	assert_int_equal(app(f)->n_problems, 2);
	folder_remove(f->root, APP "/b.bit");
	folder_image(f->root, APP "/a.bit-old.bit", 0);
	problem(app(f), "has more than one image: a.bit and a.bit-old.bit");
	/* one image in two wrappings */
	folder_remove(f->root, APP "/a.bit-old.bit");
	folder_image(f->root, APP "/a.bit.bin", 0);
	item = app(f);
	assert_string_equal(item->image, APP "/a.bit");
	folder_text(f->root, APP "/a.dtbo", "not a tree");
	problem(app(f), APP "/a.dtbo: the overlay has 10 bytes, a device tree's header 40");
}

static void test_firmware_name(void **state)
{
	static const struct {
		const char *name;
		const char *image;
		const char *text;
	} cases[] = {
		{ "a.bit.bin", APP "/a.bit", NULL },
		{ "a.bit", APP "/a.bit", NULL },
		{ "sub/b.bin", APP "/sub/b.bin", NULL },
		{ "xilinx/far.bin", "/lib/firmware/xilinx/far.bin", NULL },
		{ "no.bin", NULL,
		  APP "/a.dtbo has the firmware-name no.bin, which is neither in " APP
		      " nor in /lib/firmware" },
		{ "/boot/a.bit", NULL,
		  APP
		  "/a.dtbo has the firmware-name /boot/a.bit; a name without .. that does not begin with / is looked for" },
		{ "sub/../a.bit", NULL,
		  APP
		  "/a.dtbo has the firmware-name sub/../a.bit; a name without .. that does not begin with / is looked for" },
		{ "link.bit", NULL,
		  "image " APP
		  "/link.bit is a symbolic link that leads out of the container's root file system or to nothing in it" },
	};
	struct fixture *f = *state;
	char dts[256];

	flat_app(f);
	folder_image(f->root, APP "/a.bit", 0);
	folder_image(f->root, APP "/sub/b.bin", 0);
	folder_image(f->root, "/lib/firmware/xilinx/far.bin", 0);
	folder_link(f->root, APP "/link.bit", "/etc/passwd");
	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		const struct hwc_dfx_item *item;

		snprintf(dts, sizeof(dts),
			 "/dts-v1/; /plugin/; &fpga_full { firmware-name = \"%s\"; };",
			 cases[i].name);
		folder_overlay(f->root, APP "/a.dtbo", dts);
		item = app(f);
		assert_string_equal(item->firmware, cases[i].name);
		if (cases[i].image)
			assert_string_equal(item->image, cases[i].image);
		else
			assert_null(item->image);
		if (cases[i].text)
			problem(item, cases[i].text);
		else
			assert_int_equal(item->n_problems, 0);
	}
}

static void test_refusals(void **state)
{
	struct fixture *f = *state;

	f->root = folder_new();
	assert_int_equal(hwc_dfx_open(f->ctx, f->root, "/nowhere", &f->dfx), -ENOENT);
	assert_string_equal(hwc_ctx_error(f->ctx),
			    "/nowhere is not in the container's root file system");
	assert_int_equal(hwc_dfx_open(f->ctx, f->root, "/lib/../..", &f->dfx), -EXDEV);
	assert_int_equal(hwc_dfx_open(f->ctx, f->root, FOLDER_SHELL "/shell.json", &f->dfx),
			 -ENOTDIR);
	assert_string_equal(hwc_ctx_error(f->ctx), FOLDER_SHELL "/shell.json is no folder");
	assert_int_equal(hwc_dfx_open(f->ctx, "/nowhere", "/", &f->dfx), -ENOENT);
	assert_null(f->dfx);
	open_folder(f, FOLDER_SHELL "/AES/AES_slot0/..", 2);
}

/* Links that lead in circles end somewhere. */
static void test_circle(void **state)
{
	struct fixture *f = *state;
	char path[64];

	f->root = folder_new();
	for (int i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), "/circle/to%d", i);
		folder_link(f->root, path, "/circle");
	}
	assert_int_equal(hwc_dfx_open(f->ctx, f->root, "/circle", &f->dfx), -E2BIG);
	assert_string_equal(hwc_ctx_error(f->ctx), "there are more than 1024 folders to look at");
}

static void test_many_files(void **state)
{
	struct fixture *f = *state;
	char path[64];

	f->root = folder_new();
	for (int i = 0; i < 1025; i++) {
		snprintf(path, sizeof(path), "/many/%d.json", i);
		folder_text(f->root, path, "x");
	}
	assert_int_equal(hwc_dfx_open(f->ctx, f->root, "/many", &f->dfx), -E2BIG);
	assert_string_equal(hwc_ctx_error(f->ctx), "/many has more than 1024 files");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shell),	  TEST(test_folders_around_and_inside),
		TEST(test_type_names),	  TEST(test_json_problems),
		TEST(test_accel_problem), TEST(test_missing_files),
		TEST(test_firmware_name), TEST(test_refusals),
		TEST(test_circle),	  TEST(test_many_files),
	};

	return cmocka_run_group_tests_name("dfx", tests, NULL, NULL);
}
