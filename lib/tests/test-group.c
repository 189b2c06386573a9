// SPDX-License-Identifier: GPL-2.0-or-later
/* Groups, in folders of a system that a folder stands in for. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "ctx.h"
#include "folder.h"
#include "group.h"

#define GROUPS "/sys/kernel/config/hwcontainer/"
#define ONE "sha256:1111111111111111111111111111111111111111111111111111111111111111"
#define TWO "sha256:22222222222222222222222222222222222222222222222222222222222222aa"

/**
 * struct place - what a test has
 * @root: a folder
 * @ctx: for which it stands in
 */
struct place {
	char *root;
	struct hwc_ctx *ctx;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	place->root = folder_new();
	folder_text(place->root, GROUPS "namespaces", "");
	folder_text(place->root, GROUPS "current", "toy 3\n");
	folder_text(place->root, GROUPS "web/max", "toy 4\n");
	folder_text(place->root, GROUPS "web/current", "fpga-region 1\ntoy 2\nfunction:fir 2\n");
	folder_text(place->root, GROUPS "web/namespaces", "4026532001\n");
	folder_text(place->root, GROUPS "web/images", ONE "\n");
	folder_text(place->root, GROUPS "web/b/max", "");
	folder_text(place->root, GROUPS "web/a/max", "");
	assert_int_equal(hwc_ctx_new(&place->ctx), 0);
	assert_int_equal(hwc_ctx_set_sysroot(place->ctx, place->root), 0);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	hwc_ctx_free(place->ctx);
	folder_free(place->root);
	free(place);
	return 0;
}

static void expect_text(const struct place *place, const char *group, const char *file,
			const char *want)
{
	char *text;

	assert_int_equal(hwc_group_read(place->ctx, group, file, &text), 0);
	assert_string_equal(text, want);
	free(text);
}

#define expect_refusal(place, err, call, sentence)                          \
	do {                                                                \
		assert_int_equal(call, err);                                \
		assert_string_equal(hwc_ctx_error((place)->ctx), sentence); \
	} while (0)

static int append(const char *name, void *data)
{
	strcat(data, name);
	strcat(data, " ");
	return 0;
}

static int stop(const char *name, void *data)
{
	strcpy(data, name);
	return 7;
}

static void test_names(void **state)
{
	struct place *place = *state;
	char seen[128] = "";

	assert_int_equal(hwc_group_foreach(place->ctx, append, seen), 0);
	assert_string_equal(seen, "/ web web/a web/b ");
	assert_int_equal(hwc_group_foreach(place->ctx, stop, seen), 7);
	assert_string_equal(seen, "/");
	seen[0] = '\0';
	assert_int_equal(hwc_group_files(place->ctx, "web", append, seen), 0);
	assert_string_equal(seen, "current images max namespaces ");
	expect_refusal(place, -ENOENT, hwc_group_files(place->ctx, "nope", append, seen),
		       "there is no group nope");
}

/* A file that can only be written is not among those to read. */
static void test_files_that_can_be_read(void **state)
{
	struct place *place = *state;
	char path[256], seen[128] = "";

	folder_text(place->root, GROUPS "web/a/revoke", "");
	snprintf(path, sizeof(path), "%s" GROUPS "web/a/revoke", place->root);
	assert_int_equal(chmod(path, 0200), 0);
	assert_int_equal(hwc_group_files(place->ctx, "web/a", append, seen), 0);
	assert_string_equal(seen, "max ");
}

static void test_bad_names(void **state)
{
	static const char *const bad[] = { "",	     ".",      "..",	  "../x",   "/web",  "web/",
					   "web//a", "web/..", "web/./a", "a/../b", "web/a/" };
	struct place *place = *state;
	char sentence[64];

	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad); i++) {
		char *text = NULL;

		snprintf(sentence, sizeof(sentence), "\"%s\" is no name of a group", bad[i]);
		expect_refusal(place, -EINVAL, hwc_group_create(place->ctx, bad[i]), sentence);
		expect_refusal(place, -EINVAL, hwc_group_delete(place->ctx, bad[i]), sentence);
		expect_refusal(place, -EINVAL, hwc_group_read(place->ctx, bad[i], "max", &text),
			       sentence);
		assert_null(text);
	}
	expect_refusal(place, -ENOENT, hwc_group_write(place->ctx, "web", "a/max", "toy 1"),
		       "group web has no file \"a/max\"");
	expect_refusal(place, -ENOENT, hwc_group_write(place->ctx, "web", "..", "toy 1"),
		       "group web has no file \"..\"");
	expect_refusal(place, -ENOENT, hwc_group_write(place->ctx, "web", "a", "toy 1"),
		       "group web has no file a");
	expect_refusal(place, -ENOENT, hwc_group_write(place->ctx, "web", "weight", "1"),
		       "group web has no file weight");
}

static void test_create_and_delete(void **state)
{
	struct place *place = *state;

	assert_int_equal(hwc_group_create(place->ctx, "web/a/deep"), 0);
	expect_refusal(place, -EEXIST, hwc_group_create(place->ctx, "web/a/deep"),
		       "group web/a/deep exists already");
	expect_refusal(place, -EEXIST, hwc_group_create(place->ctx, "/"), "group / exists already");
	expect_refusal(place, -ENOENT, hwc_group_create(place->ctx, "nope/a"),
		       "there is no group nope, which nope/a would be in");
	assert_int_equal(hwc_group_delete(place->ctx, "web/a/deep"), 0);
	expect_refusal(place, -ENOENT, hwc_group_delete(place->ctx, "web/a/deep"),
		       "there is no group web/a/deep");
	expect_refusal(place, -ENOENT, hwc_group_delete(place->ctx, "web/max"),
		       "there is no group web/max");
	expect_refusal(place, -EBUSY, hwc_group_delete(place->ctx, "web"),
		       "group web has claims: 3, namespaces: 1, groups inside: 2");
	expect_refusal(place, -EBUSY, hwc_group_delete(place->ctx, "/"),
		       "the root of all groups stays");
}

static void test_read_and_write(void **state)
{
	struct place *place = *state;

	expect_text(place, "/", "current", "toy 3\n");
	assert_int_equal(hwc_group_write(place->ctx, "web", "max", "toy 1"), 0);
	expect_text(place, "web", "max", "toy 1");
	assert_int_equal(hwc_group_attach(place->ctx, "web", 4711), 0);
	expect_text(place, "web", "namespaces", "4711");
	assert_int_equal(hwc_group_attach_fd(place->ctx, "/", 9), 0);
	expect_text(place, "/", "namespaces", "fd:9");
}

static void test_edit_list(void **state)
{
	static const char *const two[] = { TWO, ONE, "any" };
	static const char *const upper[] = {
		"sha256:22222222222222222222222222222222222222222222222"
		"222222222222222AA"
	};
	static const char *const gone[] = { "any", "signer:nobody" };
	static const char *const rest[] = { ONE, "any" };
	struct place *place = *state;
	struct hwc_ctx *ctx = place->ctx;

	assert_int_equal(hwc_group_list_add(ctx, "web", "images", two, 3), 0);
	expect_text(place, "web", "images", ONE "\n" TWO "\nany\n");
	assert_int_equal(hwc_group_list_add(ctx, "web", "images", upper, 1), 0);
	expect_text(place, "web", "images", ONE "\n" TWO "\nany\n");
	/* all of them or none */
	expect_refusal(place, -ENOENT, hwc_group_list_remove(ctx, "web", "images", gone, 2),
		       "group web does not list signer:nobody");
	expect_text(place, "web", "images", ONE "\n" TWO "\nany\n");
	assert_int_equal(hwc_group_list_remove(ctx, "web", "images", upper, 1), 0);
	expect_text(place, "web", "images", ONE "\nany\n");
	/* no list is not an empty one */
	expect_refusal(place, -EINVAL, hwc_group_list_remove(ctx, "web", "images", rest, 2),
		       "group web would have no list without any, which allows everything");
	expect_text(place, "web", "images", ONE "\nany\n");
}

/* What people write and what the kernel prints are the same line. */
static void test_one_line_in_many_forms(void **state)
{
	static const char *const forms[] = { "signer:7B:AF:01 /fpga-full/PR0",
					     "signer:7baf01\t  /fpga-full/PR0 ",
					     "signer:7bAF:01 /fpga-full/PR0" };
	static const char *const others[] = { "signer:7baf01 /fpga-full/pr0", "signer:7baf01",
					      "signer:7baf0 /fpga-full/PR0",
					      "sha256:7baf01 /fpga-full/PR0",
					      "signer:7baf01 /fpga-full/PR0 function=fir" };
	static const char kernels[] = "signer:7baf01 /fpga-full/PR0\n";
	static const char twice[] = "signer:7baf01 /fpga-full/PR0\nany toy0\n"
				    "signer:7baf01 /fpga-full/PR0\n";
	struct place *place = *state;
	struct hwc_ctx *ctx = place->ctx;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(forms); i++) {
		folder_text(place->root, GROUPS "web/images", kernels);
		assert_int_equal(hwc_group_list_add(ctx, "web", "images", &forms[i], 1), 0);
		expect_text(place, "web", "images", kernels);
		folder_text(place->root, GROUPS "web/images", twice);
		assert_int_equal(hwc_group_list_remove(ctx, "web", "images", &forms[i], 1), 0);
		expect_text(place, "web", "images", "any toy0\n");
	}
	folder_text(place->root, GROUPS "web/images", kernels);
	for (size_t i = 0; i < HWC_ARRAY_SIZE(others); i++)
		assert_int_equal(hwc_group_list_remove(ctx, "web", "images", &others[i], 1),
				 -ENOENT);
	expect_text(place, "web", "images", kernels);
	/* of what is added twice at once, one comes */
	folder_text(place->root, GROUPS "web/images", ONE "\n");
	assert_int_equal(hwc_group_list_add(ctx, "web", "images", forms, 3), 0);
	expect_text(place, "web", "images", ONE "\nsigner:7B:AF:01 /fpga-full/PR0\n");
}

static void test_lines_that_are_none(void **state)
{
	static const char *const bad[] = { "a\nb", "" };
	struct place *place = *state;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad); i++)
		assert_int_equal(hwc_group_list_add(place->ctx, "web", "images", bad + i, 1),
				 -EINVAL);
	expect_text(place, "web", "images", ONE "\n");
}

/* What was cut where it was read must not be written back. */
static void test_long_lists(void **state)
{
	static const char *const add[] = { TWO };
	struct place *place = *state;
	char list[HWC_GROUP_FILE_MAX + 64];
	size_t len;

	for (len = 0; len + sizeof(ONE) < HWC_GROUP_FILE_MAX - 1; len += sizeof(ONE))
		memcpy(list + len, ONE "\n", sizeof(ONE) + 1);
	folder_text(place->root, GROUPS "web/images", list);
	expect_refusal(place, -E2BIG, hwc_group_list_add(place->ctx, "web", "images", add, 1),
		       "group web, images: the list would be too long");
	expect_text(place, "web", "images", list);

	memset(list + len, 'x', HWC_GROUP_FILE_MAX - 1 - len);
	strcpy(list + HWC_GROUP_FILE_MAX - 2, "\n");
	folder_text(place->root, GROUPS "web/images", list);
	expect_refusal(place, -EFBIG, hwc_group_list_add(place->ctx, "web", "images", add, 1),
		       "group web, images: the list is too long to be read, write all of it anew");
	expect_refusal(place, -E2BIG, hwc_group_write(place->ctx, "web", "images", list),
		       "group web, images: that is longer than a file takes");

	folder_text(place->root, GROUPS "web/images", ONE "\nsha256:22");
	assert_int_equal(hwc_group_list_add(place->ctx, "web", "images", add, 1), -EFBIG);
	expect_text(place, "web", "images", ONE "\nsha256:22");
}

static void test_where_configfs_is(void **state)
{
	struct place *place = *state;
	char seen[64] = "";

	folder_text(place->root, "/proc/mounts",
		    "proc /proc proc rw 0 0\n"
		    "none /not configfs2 rw 0 0\n"
		    "none /my\\040config configfs rw 0 0\n");
	folder_text(place->root, "/my config/hwcontainer/other/max", "");
	assert_int_equal(hwc_group_foreach(place->ctx, append, seen), 0);
	assert_string_equal(seen, "/ other ");

	folder_text(place->root, "/proc/mounts", "proc /proc proc rw 0 0\n");
	expect_refusal(place, -ENOENT, hwc_group_foreach(place->ctx, append, seen),
		       "configfs is not mounted (mount -t configfs configfs /sys/kernel/config)");
	folder_text(place->root, "/proc/mounts", "none /empty configfs rw 0 0\n");
	expect_refusal(place, -ENOENT, hwc_group_create(place->ctx, "web"), HWC_NOT_LOADED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_files_that_can_be_read),
		TEST(test_bad_names),
		TEST(test_create_and_delete),
		TEST(test_read_and_write),
		TEST(test_edit_list),
		TEST(test_one_line_in_many_forms),
		TEST(test_lines_that_are_none),
		TEST(test_long_lists),
		TEST(test_where_configfs_is),
	};

	return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
