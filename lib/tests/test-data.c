// SPDX-License-Identifier: GPL-2.0-or-later
/* What a request names, and the files that are found for it. */
#include <errno.h>
#include <fcntl.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "context.h"
#include "ctx.h"
#include "data.h"
#include "file.h"
#include "folder.h"
#include "scene.h"

#define REGION "/fpga-region"
#define PR0 REGION "/fpga-PR0"
#define PR1 REGION "/fpga-PR1"
#define INSIDE "/fragment@0/__overlay__"
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL)
#define OWN_DTS                                                                         \
	"/dts-v1/; /plugin/; / { fragment@0 { target-path = \"" PR0 "\"; __overlay__ {" \
	" engine@80000000 { reg = <0 0x80000000 0 0x1000>; }; }; }; };"

struct fixture {
	struct hwc_ctx *ctx;
	char *root;
	char *scene;
	struct hwc_data *data;
	char overlay[4096];
};

static int setup(void **state)
{
	struct fixture *f;

	if (context_begins(state, sizeof(*f)))
		return -1;
	f = *state;
	f->root = folder_new();
	f->scene = scene_board();
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	hwc_data_free(f->data);
	folder_free(f->root);
	scene_free(f->scene);
	context_ends(f);
	return 0;
}

static int find(struct fixture *f, const char *resource, const char *image, const char *overlay)
{
	const struct hwc_data_place place = { .root = f->root, .tree = f->scene };

	hwc_data_free(f->data);
	f->data = NULL;
	return hwc_data_open(f->ctx, &place, resource, image, overlay, &f->data);
}

static void found(struct fixture *f, const char *resource, const char *image, const char *overlay)
{
	if (find(f, resource, image, overlay))
		fail_msg("%s", hwc_ctx_error(f->ctx));
}

static void refused(struct fixture *f, const char *resource, const char *image, int err,
		    const char *sentence)
{
	assert_int_equal(find(f, resource, image, NULL), err);
	assert_string_equal(hwc_ctx_error(f->ctx), sentence);
	assert_null(f->data);
}

/* The overlay, as the module would read it: of a file that nobody can write to. */
static const void *overlay(struct fixture *f)
{
	int fd = hwc_data_overlay(f->data);
	ssize_t size;

	assert_true(fd >= 0);
	assert_int_equal(fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
	size = pread(fd, f->overlay, sizeof(f->overlay), 0);
	assert_true(size > 0);
	assert_int_equal(fdt_check_full(f->overlay, size), 0);
	return f->overlay;
}

static bool has(struct fixture *f, const char *path)
{
	return fdt_path_offset(overlay(f), path) >= 0;
}

static void test_shell(void **state)
{
	struct fixture *f = *state;
	const fdt32_t *frames;
	int size;

	found(f, REGION, FOLDER_SHELL, NULL);
	assert_string_equal(hwc_data_image_path(f->data), FOLDER_SHELL "/shell.bit");
	assert_string_equal(hwc_data_overlay_path(f->data), FOLDER_SHELL "/shell.dtbo");
	assert_true(hwc_data_image(f->data) >= 0);
	assert_int_equal(hwc_rewrite_slots(hwc_data_rewrite(f->data)), 2);
	found(f, REGION, FOLDER_SHELL "//", NULL);
	/* by the images for the slots that are in its folder */
	assert_true(has(f, INSIDE "/fpga-PR1"));
	frames = fdt_getprop(f->overlay, fdt_path_offset(f->overlay, INSIDE "/fpga-PR1"),
			     "hwcontainer,frame-range", &size);
	assert_non_null(frames);
	assert_int_equal(fdt32_to_cpu(frames[0]), 0x82500);
}

static void test_accelerator(void **state)
{
	struct fixture *f = *state;

	found(f, PR0, FOLDER_SHELL "/AES", NULL);
	assert_string_equal(hwc_data_image_path(f->data), FOLDER_SHELL "/AES/AES_slot0/slot0.bit");
	assert_true(has(f, INSIDE "/engine@80000000"));
	assert_false(has(f, INSIDE "/engine@82000000"));
	scene_node(f->scene, REGION "/clock@a0010000");
	scene_cells(f->scene, REGION "/clock@a0010000", "phandle", 1, 0x77);
	found(f, PR1, FOLDER_SHELL "/AES", NULL);
	assert_string_equal(hwc_data_image_path(f->data), FOLDER_SHELL "/AES/AES_slot1/slot1.bit");
	assert_true(has(f, INSIDE "/engine@82000000"));
	/* the folder of the slot itself */
	found(f, PR0, FOLDER_SHELL "/AES/AES_slot0/", NULL);
	assert_string_equal(hwc_data_image_path(f->data), FOLDER_SHELL "/AES/AES_slot0/slot0.bit");
}

/* Nobody can write to what was rewritten, whoever finds it in /proc. */
static void test_overlay_is_sealed(void **state)
{
	struct fixture *f = *state;
	char path[64];
	int fd;

	found(f, PR0, FOLDER_SHELL "/AES", NULL);
	assert_int_equal(fcntl(hwc_data_overlay(f->data), F_GET_SEALS) & SEALS, SEALS);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", hwc_data_overlay(f->data));
	fd = open(path, O_RDWR);
	if (fd >= 0) {
		assert_int_equal(write(fd, "x", 1), -1);
		assert_int_equal(ftruncate(fd, 1), -1);
		close(fd);
	}
}

/* Reading what a hostile image lays there comes to an end. */
static void test_large_images(void **state)
{
	struct fixture *f = *state;
	char path[128], *whole;

	for (int i = 0; i < 6; i++) {
		snprintf(path, sizeof(path), FOLDER_SHELL "/Z%d/Z%d_slot0/z.bit", i, i);
		folder_image(f->root, path, 0);
		assert_true(asprintf(&whole, "%s%s", f->root, path) > 0);
		assert_int_equal(truncate(whole, HWC_IMAGE_MAX), 0);
		free(whole);
	}
	refused(f, REGION, FOLDER_SHELL, -E2BIG,
		FOLDER_SHELL
		"/Z3/Z3_slot0/z.bit and the images beside it have more than 1073741824 bytes");
}

static void test_several_accelerators(void **state)
{
	struct fixture *f = *state;

	folder_remove(f->root, FOLDER_SHELL "/shell.json");
	refused(f, PR0, FOLDER_SHELL, -EISDIR,
		FOLDER_SHELL " holds several accelerators; name one of them, such as " FOLDER_SHELL
			     "/AES/AES_slot0");
	/* one of a folder in which another one is */
	folder_text(f->root, "/boot/one/accel.json", "{}");
	folder_image(f->root, "/boot/one/a.bit", 0);
	folder_text(f->root, "/boot/one/two/accel.json", "{}");
	folder_image(f->root, "/boot/one/two/b.bit", 0);
	found(f, PR0, "/boot/one", NULL);
	assert_string_equal(hwc_data_image_path(f->data), "/boot/one/a.bit");
}

static void test_no_variant(void **state)
{
	struct fixture *f = *state;

	refused(f, PR1, FOLDER_SHELL "/FFT", -ENOENT,
		FOLDER_SHELL
		"/FFT has no image for " PR1
		": that of slot 0 is not known to fit, as a bitstream is tied to its frames");
}

/* An image in the folder of another slot, whose frames are this one's. */
static void test_relocated_variant(void **state)
{
	struct fixture *f = *state;

	folder_image(f->root, FOLDER_SHELL "/FFT/FFT_slot0/slot0.bit", 0x82500);
	folder_remove(f->root, FOLDER_SHELL "/FFT/FFT_slot0/slot0.dtbo");
	folder_overlay(f->root, FOLDER_SHELL "/FFT/FFT_slot0/slot0.dtbo",
		       "/dts-v1/; /plugin/; / { fragment@0 { target-path = \"" PR0
		       "\"; __overlay__ { firmware-name = \"slot0.bit\";"
		       " fft@80000000 { reg = <0 0x80000000 0 0x1000>; }; }; }; };");
	scene_slot(f->scene, PR0, 0x80000000);
	scene_slot(f->scene, PR1, 0x82000000);
	scene_node(f->scene, REGION "/clock@a0010000");
	scene_cells(f->scene, REGION "/clock@a0010000", "phandle", 1, 0x77);
	scene_cells(f->scene, PR1, "hwcontainer,frame-range", 2, 0x82000, 0x82fff);
	found(f, PR1, FOLDER_SHELL "/FFT", NULL);
	assert_true(has(f, INSIDE "/fft@82000000"));
	/* and not where the slot has other frames */
	scene_cells(f->scene, PR1, "hwcontainer,frame-range", 2, 0x90000, 0x92fff);
	assert_int_equal(find(f, PR1, FOLDER_SHELL "/FFT", NULL), -ENOENT);
}

static void test_folder_refusals(void **state)
{
	struct fixture *f = *state;

	refused(f, REGION, "/lib/firmware", -EISDIR,
		"/lib/firmware holds several applications; name one of them, such as " FOLDER_SHELL);
	refused(f, REGION, "/lib/firmware/xilinx/../../../..", -EXDEV,
		"image /lib/firmware/xilinx/../../../.. leads out of the container's root file system");
	refused(f, "region0", FOLDER_SHELL, -EINVAL,
		"region0 is an alias: " FOLDER_SHELL
		"/shell.dtbo can only be had for a resource that is named by its path");
	folder_remove(f->root, FOLDER_SHELL "/shell.bit");
	refused(f, REGION, FOLDER_SHELL, -ENOENT,
		FOLDER_SHELL
		": " FOLDER_SHELL
		"/shell.dtbo has the firmware-name shell.bit.bin, which is neither in " FOLDER_SHELL
		" nor in /lib/firmware");
	folder_remove(f->root, FOLDER_SHELL "/shell.dtbo");
	folder_text(f->root, FOLDER_SHELL "/shell.dtsi", "/dts-v1/;");
	refused(f, REGION, FOLDER_SHELL, -ENOENT,
		FOLDER_SHELL ": the overlay is not compiled: dtc -@ -I dts -O dtb -o " FOLDER_SHELL
			     "/shell.dtbo " FOLDER_SHELL "/shell.dtsi");
}

/* Whose devices it has is not known, so it is not claimed without any. */
static void test_two_overlays(void **state)
{
	struct fixture *f = *state;

	folder_overlay(f->root, FOLDER_SHELL "/AES/AES_slot0/slot0-new.dtbo", OWN_DTS);
	refused(f, PR0, FOLDER_SHELL "/AES", -ENOENT,
		FOLDER_SHELL
		"/AES/AES_slot0: has more than one overlay: slot0-new.dtbo and slot0.dtbo");
	found(f, PR0, FOLDER_SHELL "/AES", "");
}

/* An application is found among all the firmware that there is. */
static void test_among_many_files(void **state)
{
	struct fixture *f = *state;
	char path[64];

	folder_text(f->root, "/lib/firmware/xilinx/app/shell.json",
		    "{\"shell_type\": \"PL_FLAT\"}");
	folder_image(f->root, "/lib/firmware/xilinx/app/app.bit", 0);
	for (int i = 0; i < 1025; i++) {
		snprintf(path, sizeof(path), "/lib/firmware/%d.fw", i);
		folder_text(f->root, path, "x");
	}
	found(f, REGION, "/lib/firmware/xilinx/app", NULL);
	assert_string_equal(hwc_data_image_path(f->data), "/lib/firmware/xilinx/app/app.bit");
}

static void test_folder_with_another_overlay(void **state)
{
	struct fixture *f = *state;

	found(f, PR0, FOLDER_SHELL "/AES", "");
	assert_int_equal(hwc_data_overlay(f->data), -1);
	assert_null(hwc_data_overlay_path(f->data));
	folder_overlay(f->root, "/boot/own.dtbo", OWN_DTS);
	scene_slot(f->scene, PR0, 0x80000000);
	found(f, PR0, FOLDER_SHELL "/AES", "/boot/own.dtbo");
	assert_string_equal(hwc_data_overlay_path(f->data), "/boot/own.dtbo");
}

/* An image without devices brings no overlay: there is nothing to apply. */
static void test_nothing_in_the_overlay(void **state)
{
	struct fixture *f = *state;

	folder_image(f->root, "/boot/a.bit", 0);
	folder_overlay(f->root, "/boot/a.dtbo",
		       "/dts-v1/; /plugin/; &fpga_full { firmware-name = \"a.bit\"; };");
	found(f, REGION, "/boot/a.bit", NULL);
	assert_int_equal(hwc_data_overlay(f->data), -1);
	assert_non_null(hwc_data_rewrite(f->data));
	assert_int_equal(hwc_rewrite_changes(hwc_data_rewrite(f->data)), 2);
	assert_string_equal(hwc_rewrite_change(hwc_data_rewrite(f->data), 1)->text,
			    "overlay has no device left: a claim brings the image alone");
}

static void test_own_overlay_is_left_alone(void **state)
{
	struct fixture *f = *state;
	struct stat st, file;
	char path[128];

	scene_slot(f->scene, PR0, 0x80000000);
	folder_image(f->root, "/boot/a.bit", 0);
	folder_overlay(f->root, "/boot/a.dtbo", OWN_DTS);
	found(f, PR0, "/boot/a.bit", NULL);
	assert_null(hwc_data_rewrite(f->data));
	snprintf(path, sizeof(path), "%s/boot/a.dtbo", f->root);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(fstat(hwc_data_overlay(f->data), &st), 0);
	assert_int_equal(st.st_ino, file.st_ino);
	/* what is no tree the module refuses in its own words */
	folder_text(f->root, "/boot/a.dtbo", "no tree");
	found(f, PR0, "/boot/a.bit", NULL);
	/* and an alias is not a place to look at */
	folder_overlay(f->root, "/boot/a.dtbo", OWN_DTS);
	found(f, "region0", "/boot/a.bit", NULL);
	assert_null(hwc_data_rewrite(f->data));
}

/* By the frames that the board's tree has of the slot. */
static void test_relocated_file(void **state)
{
	struct fixture *f = *state;

	scene_slot(f->scene, PR0, 0x80000000);
	scene_slot(f->scene, PR1, 0x82000000);
	folder_image(f->root, "/boot/a.bit", 0x82500);
	folder_overlay(f->root, "/boot/a.dtbo", OWN_DTS);
	refused(f, PR1, "/boot/a.bit", -EPERM,
		"/boot/a.dtbo: fragment@0 was written for " PR0
		", and its image is not known to fit " PR1);
	scene_cells(f->scene, PR1, "hwcontainer,frame-range", 2, 0x82000, 0x82fff);
	found(f, PR1, "/boot/a.bit", NULL);
	assert_true(has(f, INSIDE "/engine@82000000"));
	folder_image(f->root, "/boot/a.bit", 0x2500);
	assert_int_equal(find(f, PR1, "/boot/a.bit", NULL), -EPERM);
}

/* An overlay alone names its image. */
static void test_overlay_that_names_its_image(void **state)
{
	struct fixture *f = *state;

	found(f, REGION, FOLDER_SHELL "/shell.dtbo", NULL);
	assert_string_equal(hwc_data_image_path(f->data), FOLDER_SHELL "/shell.bit");
	folder_overlay(f->root, "/boot/a.dtbo", OWN_DTS);
	refused(f, PR0, "/boot/a.dtbo", -ENODATA,
		"/boot/a.dtbo names no image: it has no firmware-name");
}

static void test_take(void **state)
{
	struct fixture *f = *state;
	int image, file;

	found(f, PR0, FOLDER_SHELL "/AES", NULL);
	hwc_data_take(f->data, &image, &file);
	assert_int_equal(hwc_data_image(f->data), -1);
	assert_int_equal(hwc_data_overlay(f->data), -1);
	assert_int_equal(close(image), 0);
	assert_int_equal(close(file), 0);
	hwc_data_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_shell),
		TEST(test_accelerator),
		TEST(test_overlay_is_sealed),
		TEST(test_large_images),
		TEST(test_several_accelerators),
		TEST(test_no_variant),
		TEST(test_relocated_variant),
		TEST(test_folder_refusals),
		TEST(test_two_overlays),
		TEST(test_among_many_files),
		TEST(test_folder_with_another_overlay),
		TEST(test_nothing_in_the_overlay),
		TEST(test_own_overlay_is_left_alone),
		TEST(test_relocated_file),
		TEST(test_overlay_that_names_its_image),
		TEST(test_take),
	};

	return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
