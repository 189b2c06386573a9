// SPDX-License-Identifier: GPL-2.0-or-later
/* Limits of a container, in folders that look like cgroups of version 2 and of 1. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../runtime.h"

static const char *const log_path = "/tmp/hwc-test-limit.log";
static struct command command = { .sink = -1 };
static char folder[] = "/tmp/hwc-test-limit-XXXXXX";

static char *in(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void make_files(const char *const *names)
{
	for (; *names; names++) {
		int fd = open(in(*names), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		assert_true(fd >= 0);
		close(fd);
	}
}

static void remove_files(const char *const *names)
{
	for (; *names; names++)
		assert_int_equal(unlink(in(*names)), 0);
}

static const char *text_of(const char *path)
{
	static char text[512];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	assert_true(n >= 0);
	close(fd);
	text[n] = '\0';
	return text;
}

static void expect_text(const char *path, const char *wanted)
{
	assert_string_equal(text_of(path), wanted);
}

static void expect_empty(const char *const *names)
{
	for (; *names; names++)
		expect_text(in(*names), "");
}

static void expect_logged(const char *wanted)
{
	const char *text = text_of(log_path);

	if (!strstr(text, wanted))
		fail_msg("%s", text);
}

/* What becomes of linux.resources in @n folders. */
static int apply(const char *resources, const char *const *folders, size_t n)
{
	struct container container = { .record = json_object_new_object() };
	struct json_object *list = json_object_new_array();
	struct spec spec = { 0 };
	char *text;
	int err;

	assert_true(asprintf(&text, "{\"linux\":{\"resources\":%s}}", resources) > 0);
	spec.config = json_tokener_parse(text);
	assert_non_null(spec.config);
	free(text);
	for (size_t i = 0; i < n; i++)
		json_object_array_add(list, json_object_new_string(in(folders[i])));
	json_object_object_add(container.record, "cgroups", list);
	assert_int_equal(truncate(log_path, 0), 0);
	err = limit_apply(&command, &container, &spec);
	json_object_put(container.record);
	json_object_put(spec.config);
	return err;
}

static const char all[] = "{\"memory\":{\"limit\":67108864},"
			  "\"cpu\":{\"quota\":50000,\"period\":200000,\"shares\":1024,"
			  "\"cpus\":\"0-1\",\"mems\":\"0\"},\"pids\":{\"limit\":7}}";

static void test_version_2(void **state)
{
	static const char *const names[] = { "c/memory.max",	    "c/pids.max",
					     "c/cpu.max",	    "c/cpu.weight",
					     "c/cpuset.cpus",	    "c/cpuset.mems",
					     "c/cpu.cfs_period_us", NULL };
	static const char *const one[] = { "c" };

	(void)state;
	make_files(names);
	assert_int_equal(apply(all, one, 1), 0);
	expect_text(in("c/memory.max"), "335544320");
	expect_text(in("c/pids.max"), "135");
	expect_text(in("c/cpu.max"), "50000 200000");
	expect_text(in("c/cpu.weight"), "39");
	expect_text(in("c/cpuset.cpus"), "0-1");
	expect_text(in("c/cpuset.mems"), "0");
	/* both versions at once are nowhere: what one has taken the other is not asked for */
	expect_text(in("c/cpu.cfs_period_us"), "");
	expect_text(log_path, "");
	remove_files(names);
}

/* A controller is there only where it was enabled above. */
static void test_controllers(void **state)
{
	static const struct {
		const char *resources;
		const char *file;
		const char *enabled;
	} table[] = {
		{ "{\"memory\":{\"limit\":1}}", "c/memory.max", "+memory" },
		{ "{\"pids\":{\"limit\":1}}", "c/pids.max", "+pids" },
		{ "{\"cpu\":{\"quota\":1}}", "c/cpu.max", "+cpu" },
		{ "{\"cpu\":{\"shares\":1}}", "c/cpu.weight", "+cpu" },
		{ "{\"cpu\":{\"cpus\":\"1\"}}", "c/cpuset.cpus", "+cpuset" },
		{ "{\"cpu\":{\"mems\":\"1\"}}", "c/cpuset.mems", "+cpuset" },
	};
	static const char *const one[] = { "c" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		const char *const names[] = { "cgroup.subtree_control", table[i].file, NULL };

		make_files(names);
		assert_int_equal(apply(table[i].resources, one, 1), 0);
		expect_text(in("cgroup.subtree_control"), table[i].enabled);
		remove_files(names);
	}
}

static void test_weights(void **state)
{
	static const char *const weight[] = { "c/cpu.weight", NULL };
	static const char *const one[] = { "c" };
	static const int table[][2] = {
		{ 1, 1 }, { 2, 1 }, { 100, 4 }, { 262144, 10000 }, { 1048576, 10000 }
	};
	char resources[64], wanted[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		snprintf(resources, sizeof(resources), "{\"cpu\":{\"shares\":%d}}", table[i][0]);
		snprintf(wanted, sizeof(wanted), "%d", table[i][1]);
		make_files(weight);
		assert_int_equal(apply(resources, one, 1), 0);
		expect_text(in("c/cpu.weight"), wanted);
		remove_files(weight);
	}
}

/* Each hierarchy is a folder of its own. */
static void test_version_1(void **state)
{
	static const char *const names[] = { "c/memory.limit_in_bytes",
					     "d/cpu.cfs_period_us",
					     "d/cpu.cfs_quota_us",
					     "d/cpu.shares",
					     "c/pids.max",
					     "d/cpuset.cpus",
					     NULL };
	static const char *const two[] = { "c", "d" };

	(void)state;
	make_files(names);
	assert_int_equal(apply("{\"memory\":{\"limit\":1},\"cpu\":{\"quota\":50000,\"shares\":1024,"
			       "\"cpus\":\"1\"},\"pids\":{\"limit\":9223372036854775807}}",
			       two, 2),
			 0);
	expect_text(in("c/memory.limit_in_bytes"), "268435457");
	expect_text(in("d/cpu.cfs_period_us"), "100000");
	expect_text(in("d/cpu.cfs_quota_us"), "50000");
	expect_text(in("d/cpu.shares"), "1024");
	expect_text(in("d/cpuset.cpus"), "1");
	expect_text(in("c/pids.max"), "9223372036854775807");
	expect_text(log_path, "");
	remove_files(names);
}

static void test_no_limit(void **state)
{
	static const char *const names[] = { "c/memory.max", "c/pids.max", "c/cpu.max",
					     "c/cpu.weight", NULL };
	static const char *const one[] = { "c" };

	(void)state;
	make_files(names);
	assert_int_equal(apply("{\"memory\":{\"limit\":-1},\"pids\":{\"limit\":-1},"
			       "\"cpu\":{\"quota\":-1,\"period\":1000,\"shares\":0,\"cpus\":\"\"}}",
			       one, 1),
			 0);
	expect_empty(names);
	expect_text(log_path, "");
	remove_files(names);
}

static void test_is_not_there(void **state)
{
	static const char *const one[] = { "c" };

	(void)state;
	assert_int_equal(apply("{\"memory\":{\"limit\":4096}}", one, 1), 0);
	expect_logged("linux.resources.memory.limit is not applied: ");
	assert_int_equal(apply("{\"pids\":{\"limit\":4}}", NULL, 0), 0);
	expect_logged("linux.resources.pids.limit is not applied: ");
}

/* A device that is always full stands for a kernel that does not take it. */
static void test_is_refused(void **state)
{
	static const char *const one[] = { "c" };
	char wanted[256];

	(void)state;
	assert_int_equal(symlink("/dev/full", in("c/cpuset.cpus")), 0);
	assert_int_equal(apply("{\"cpu\":{\"cpus\":\"99\"}}", one, 1), -ENOSPC);
	snprintf(
		wanted, sizeof(wanted),
		"linux.resources: the cgroup's %s/c/cpuset.cpus does not take 99: No space left on device",
		folder);
	expect_logged(wanted);
	assert_int_equal(unlink(in("c/cpuset.cpus")), 0);
}

/* Nothing is written after that, and the first error is the one that is told. */
static void test_ends_at_first(void **state)
{
	static const char *const names[] = { "c/pids.max",    "c/cpu.max",     "c/cpu.weight",
					     "c/cpuset.cpus", "c/cpuset.mems", NULL };
	static const char *const one[] = { "c" };

	(void)state;
	make_files(names);
	assert_int_equal(symlink("/dev/full", in("c/memory.max")), 0);
	assert_int_equal(apply(all, one, 1), -ENOSPC);
	expect_logged("/c/memory.max does not take 335544320: ");
	expect_empty(names);
	assert_int_equal(unlink(in("c/memory.max")), 0);
	remove_files(names);
}

static int make_folders(void **state)
{
	(void)state;
	command.log = log_path;
	if (!mkdtemp(folder) || mkdir(in("c"), 0700) || mkdir(in("d"), 0700))
		return -1;
	return close(open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
}

static int remove_folders(void **state)
{
	(void)state;
	unlink(log_path);
	rmdir(in("c"));
	rmdir(in("d"));
	return rmdir(folder);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_2),  cmocka_unit_test(test_controllers),
		cmocka_unit_test(test_weights),	   cmocka_unit_test(test_version_1),
		cmocka_unit_test(test_no_limit),   cmocka_unit_test(test_is_not_there),
		cmocka_unit_test(test_is_refused), cmocka_unit_test(test_ends_at_first),
	};

	return cmocka_run_group_tests(tests, make_folders, remove_folders);
}
