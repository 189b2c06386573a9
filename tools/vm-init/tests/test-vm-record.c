// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of what a secure container runs, as its virtual machine reads it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "../vm-init.h"

/* A string literal whose words end with NUL, as it does itself. */
#define PARSE(record, text) parse(record, text, sizeof(text))

static const char *wrong;

static int parse(struct record *record, const char *text, size_t size)
{
	/* exactly as large, so that whoever reads on is caught */
	char *copy = malloc(size ? size : 1);

	wrong = NULL;
	memcpy(copy, text, size);
	return record_parse(record, copy, size, &wrong);
}

static void test_least(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(PARSE(&record, RECORD_VERSION "\0arg=sh"), 0);
	assert_string_equal(record.args[0], "sh");
	assert_null(record.args[1]);
	assert_null(record.env[0]);
	assert_string_equal(record.cwd, "/");
	assert_string_equal(record.root, "9p");
	assert_int_equal(record.umask, -1);
	assert_false(record.terminal || record.readonly || record.no_new_privs);
	assert_null(record.hostname);
	record_free(&record);
}

static void test_process(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(PARSE(&record, RECORD_VERSION
			       "\0hostname=h\0cwd=/w\0arg=a=b\0arg=\0env=X=1=2\0env=Y="
			       "\0terminal=1\0rows=24\0columns=80\0sysctl=a.b=c"
			       "\0root=/dev/vda\0readonly=1"
			       "\0mask=/proc/keys\0protect=/proc/sys\0mask=/sys/firmware"),
			 0);
	assert_string_equal(record.hostname, "h");
	assert_string_equal(record.cwd, "/w");
	assert_int_equal(record.arg_count, 2);
	assert_string_equal(record.args[0], "a=b");
	assert_string_equal(record.args[1], "");
	assert_null(record.args[2]);
	assert_string_equal(record.env[0], "X=1=2");
	assert_string_equal(record.env[1], "Y=");
	assert_null(record.env[2]);
	assert_true(record.terminal && record.readonly);
	assert_int_equal(record.rows, 24);
	assert_int_equal(record.columns, 80);
	assert_string_equal(record.sysctls[0], "a.b=c");
	assert_string_equal(record.root, "/dev/vda");
	assert_int_equal(record.masked_count, 2);
	assert_string_equal(record.masked_paths[0], "/proc/keys");
	assert_string_equal(record.masked_paths[1], "/sys/firmware");
	assert_int_equal(record.readonly_count, 1);
	assert_string_equal(record.readonly_paths[0], "/proc/sys");
	record_free(&record);
}

static void test_rights(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(PARSE(&record, RECORD_VERSION
			       "\0arg=sh\0uid=1000\0gid=1001\0group=7\0group=8\0umask=63\0nnp=1"
			       "\0rlimit=7 1024 18446744073709551615"
			       "\0cap=1 2 3 4 18446744073709551615"),
			 0);
	assert_int_equal(record.uid, 1000);
	assert_int_equal(record.gid, 1001);
	assert_int_equal(record.group_count, 2);
	assert_int_equal(record.groups[1], 8);
	assert_int_equal(record.umask, 077);
	assert_true(record.no_new_privs);
	assert_int_equal(record.limits[0].resource, 7);
	assert_true(record.limits[0].value.rlim_cur == 1024);
	assert_true(record.limits[0].value.rlim_max == RLIM_INFINITY);
	assert_true(record.caps[CAPS_BOUNDING] == 1 && record.caps[CAPS_INHERITABLE] == 4);
	assert_true(record.caps[CAPS_AMBIENT] == UINT64_MAX);
	record_free(&record);
}

static void test_mounts(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(PARSE(&record, RECORD_VERSION
			       "\0arg=sh\0mount=/p q\0type=9p\0source=m0\0flags=4097\0data=x=y"
			       "\0mount=/t\0type=tmpfs"),
			 0);
	assert_int_equal(record.mount_count, 2);
	assert_string_equal(record.mounts[0].path, "/p q");
	assert_string_equal(record.mounts[0].type, "9p");
	assert_string_equal(record.mounts[0].source, "m0");
	assert_int_equal(record.mounts[0].flags, 4097);
	assert_string_equal(record.mounts[0].data, "x=y");
	assert_string_equal(record.mounts[1].type, "tmpfs");
	assert_string_equal(record.mounts[1].data, "");
	record_free(&record);
}

static void refused(const char *text, size_t size, const char *why)
{
	struct record record;

	assert_int_not_equal(parse(&record, text, size), 0);
	assert_string_equal(wrong, why);
	record_free(&record);
}

#define REFUSED(text, why) refused(text, sizeof(text), why)

static void test_wrong(void **state)
{
	(void)state;
	REFUSED("hwcontainer-process 2\0arg=sh",
		"it is of another version: runtime and vm-init belong together");
	REFUSED(RECORD_VERSION, "it has nothing to run");
	REFUSED(RECORD_VERSION "\0env=X=1", "it has nothing to run");
	REFUSED(RECORD_VERSION "\0arg=sh\0unknown=1", "unknown");
	REFUSED(RECORD_VERSION "\0arg", "arg");
	/* what belongs to a mount, before there is one */
	REFUSED(RECORD_VERSION "\0arg=sh\0type=9p", "type");
}

static void test_cut(void **state)
{
	static const char text[] = RECORD_VERSION "\0arg=sh\0mount=/t\0type=tmpfs\0flags=3";
	struct record record;

	(void)state;
	for (size_t size = 0; size < sizeof(text); size++) {
		int err = parse(&record, text, size);

		if (!size || text[size - 1])
			assert_string_equal(wrong, "it does not end where a word ends");
		else
			assert_int_equal(!err, size > sizeof(RECORD_VERSION));
		record_free(&record);
	}
}

static void test_no_file(void **state)
{
	struct record record;

	(void)state;
	assert_int_equal(record_read(&record, "/nonesuch/process", &wrong), -EIO);
	assert_string_equal(wrong, "it cannot be read");
	record_free(&record);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least),	cmocka_unit_test(test_process),
		cmocka_unit_test(test_rights),	cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_wrong),	cmocka_unit_test(test_cut),
		cmocka_unit_test(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
