// SPDX-License-Identifier: GPL-2.0-or-later
/* A root file system with folders of dfx-mgr. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../kernel/bitstream.h"
#include "../../kernel/tests/bitstream-cases.h"
#include "dts.h"
#include "folder.h"
#include "scene.h"

/* Words of case_partial that are frame addresses. */
#define FIRST_FRAME (0x48 / 4)
#define SECOND_FRAME (0x6c / 4)

static char *path_in(const char *root, const char *path)
{
	char *whole = NULL;

	assert_true(asprintf(&whole, "%s%s", root, path) > 0);
	for (char *at = strchr(whole + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		assert_true(!mkdir(whole, 0755) || errno == EEXIST);
		*at = '/';
	}
	return whole;
}

void folder_text(const char *root, const char *path, const char *text)
{
	char *whole = path_in(root, path);

	dts_write(whole, text, strlen(text));
	free(whole);
}

void folder_image(const char *root, const char *path, uint32_t frame)
{
	uint8_t bytes[sizeof(case_partial)];
	char *whole = path_in(root, path);

	for (size_t i = 0; i < ARRAY_SIZE(case_partial); i++) {
		uint32_t word = case_partial[i];

		if (i == FIRST_FRAME || i == SECOND_FRAME)
			word = frame + (i == SECOND_FRAME);
		bytes[4 * i] = word >> 24;
		bytes[4 * i + 1] = word >> 16;
		bytes[4 * i + 2] = word >> 8;
		bytes[4 * i + 3] = word;
	}
	dts_write(whole, bytes, sizeof(bytes));
	free(whole);
}

void folder_overlay(const char *root, const char *path, const char *dts)
{
	char *whole = path_in(root, path);
	size_t size;
	void *blob = dts_compile(dts, "-@", &size);

	dts_write(whole, blob, size);
	free(blob);
	free(whole);
}

void folder_remove(const char *root, const char *path)
{
	char *whole = path_in(root, path);

	assert_int_equal(remove(whole), 0);
	free(whole);
}

void folder_link(const char *root, const char *path, const char *target)
{
	char *whole = path_in(root, path);

	assert_int_equal(symlink(target, whole), 0);
	free(whole);
}

char *folder_new(void)
{
	char *root = strdup("/tmp/hwc-root-XXXXXX");

	assert_non_null(root);
	assert_non_null(mkdtemp(root));
	folder_text(root, FOLDER_SHELL "/shell.json",
		    "{\"shell_type\": \"PL_DFX\", \"num_pl_slots\": \"2\"}");
	folder_image(root, FOLDER_SHELL "/shell.bit", 0);
	folder_overlay(root, FOLDER_SHELL "/shell.dtbo", dts_shell);
	folder_text(root, FOLDER_SHELL "/AES/AES_slot0/accel.json",
		    "{\"accel_devices\": [{\"dev_name\": \"80000000.engine\"}],"
		    " \"accel_type\": \"SIHA_PL_DFX\"}");
	folder_image(root, FOLDER_SHELL "/AES/AES_slot0/slot0.bit", 0x2500);
	folder_overlay(root, FOLDER_SHELL "/AES/AES_slot0/slot0.dtbo", dts_slot0);
	folder_text(root, FOLDER_SHELL "/AES/AES_slot1/accel.json",
		    "{\"accel_devices\": [{\"dev_name\": \"82000000.engine\"}]}");
	folder_image(root, FOLDER_SHELL "/AES/AES_slot1/slot1.bit", 0x82500);
	folder_overlay(root, FOLDER_SHELL "/AES/AES_slot1/slot1.dtbo",
		       "/dts-v1/; /plugin/; &fpga_PR1 { firmware-name = \"slot1.bit\"; };");
	folder_image(root, FOLDER_SHELL "/FFT/FFT_slot0/slot0.bit", 0x2500);
	folder_overlay(root, FOLDER_SHELL "/FFT/FFT_slot0/slot0.dtbo", dts_slot0);
	return root;
}

void folder_free(char *root)
{
	scene_free(root);
}
