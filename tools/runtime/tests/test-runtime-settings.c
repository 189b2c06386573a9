// SPDX-License-Identifier: GPL-2.0-or-later
/* The file of settings: what it may say. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "../runtime.h"

static char path[] = "/tmp/hwc-settings-XXXXXX";

static int make_file(void **state)
{
	(void)state;
	unsetenv("HWCONTAINER_RUNTIME");
	strcpy(path + strlen(path) - 6, "XXXXXX");
	return close(mkstemp(path));
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_settings(const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void expect_coredumps(const char *text, const char *folder)
{
	struct command command = { .sink = -1 };
	struct settings settings;

	write_settings(text);
	assert_int_equal(settings_read(&command, path, &settings), 0);
	assert_string_equal(settings.coredumps, folder);
	settings_free(&settings);
}

static void expect_refusal(const char *text, const char *sentence)
{
	char wanted[128], said[128] = "";
	struct command command = { 0 };
	struct settings settings;
	int pair[2];

	write_settings(text);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	command.sink = pair[0];
	assert_int_equal(settings_read(&command, path, &settings), -EINVAL);
	assert_true(recv(pair[1], said, sizeof(said) - 1, 0) > 0);
	snprintf(wanted, sizeof(wanted), "%s: %s", path, sentence);
	assert_string_equal(said + 1, wanted);
	close(pair[0]);
	close(pair[1]);
}

static void test_paths(void **state)
{
	(void)state;
	expect_coredumps("{\"coredumps\": \"/var/lib/dumps\"}", "/var/lib/dumps");
	expect_coredumps("{\"coredumps\": \"/var/lib/dumps/\"}", "/var/lib/dumps");
	expect_coredumps("{\"coredumps\": \"/dumps//\"}", "/dumps");
	expect_refusal("{\"coredumps\": \"/\"}", "\"coredumps\" must be another path than /");
	expect_refusal("{\"policy\": \"//\"}", "\"policy\" must be another path than /");
	expect_refusal("{\"runtime\": \"runc\"}", "\"runtime\" must be an absolute path");
	expect_refusal("{\"coredumps\": 7}", "\"coredumps\" must be an absolute path");
}

static void test_others(void **state)
{
	static const char seconds[] = "\"timeout\" must be a number of seconds from 1 to 3600";

	(void)state;
	expect_refusal("{\"timeout\": 0}", seconds);
	expect_refusal("{\"timeout\": 3601}", seconds);
	expect_refusal("{\"timeout\": \"1\"}", seconds);
	expect_refusal("{\"keep\": 1}", "\"keep\" must be true or false");
	expect_refusal("{\"dumps\": \"/\"}", "\"dumps\" is not a setting");
}

static struct vm_settings read_vm(const char *text)
{
	struct command command = { .sink = -1 };
	struct settings settings;

	write_settings(text);
	assert_int_equal(settings_read(&command, path, &settings), 0);
	return settings.vm;
}

static void test_vm(void **state)
{
	static const char bytes[] = "\"vm.memory\" must be a number of bytes from 1048576";
	struct vm_settings vm = read_vm("{}");

	(void)state;
	assert_null(vm.hypervisor);
	assert_null(vm.qemu);
	assert_int_equal(vm.memory, 256 << 20);
	assert_int_equal(vm.timeout_ms, 30000);
	vm = read_vm("{\"vm\": {\"hypervisor\": \"xen\", \"kernel\": \"/k\", \"init\": \"/i\","
		     "\"qemu\": \"/q\", \"xl\": \"/x\", \"memory\": 8589934592, \"timeout\": 5}}");
	assert_string_equal(vm.hypervisor, "xen");
	assert_string_equal(vm.kernel, "/k");
	assert_string_equal(vm.init, "/i");
	assert_string_equal(vm.qemu, "/q");
	assert_string_equal(vm.xl, "/x");
	assert_int_equal(vm.memory, UINT64_C(8) << 30);
	assert_int_equal(vm.timeout_ms, 5000);
	free(vm.hypervisor);
	free(vm.kernel);
	free(vm.init);
	free(vm.qemu);
	free(vm.xl);
	expect_refusal("{\"vm\": 1}", "\"vm\" must be an object");
	expect_refusal("{\"vm\": {\"cpus\": 1}}", "\"vm.cpus\" is not a setting");
	expect_refusal("{\"vm\": {\"hypervisor\": \"kvm\"}}",
		       "\"vm.hypervisor\" must be \"xen\" or \"qemu\"");
	expect_refusal("{\"vm\": {\"qemu\": \"qemu\"}}", "\"vm.qemu\" must be an absolute path");
	expect_refusal("{\"vm\": {\"memory\": 1048575}}", bytes);
	expect_refusal("{\"vm\": {\"memory\": -1}}", bytes);
	expect_refusal("{\"vm\": {\"memory\": \"1G\"}}", bytes);
	expect_refusal("{\"vm\": {\"timeout\": 0}}",
		       "\"vm.timeout\" must be a number of seconds from 1 to 3600");
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_file, remove_file)
	const struct CMUnitTest tests[] = { TEST(test_paths), TEST(test_others), TEST(test_vm) };

	return cmocka_run_group_tests_name("runtime-settings", tests, NULL, NULL);
}
