// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a secure container's configuration becomes: the record that vm-init reads, which
 * does so here, too, and the archive that it lies in.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../../vm-init/vm-init.h"
#include "../vm-root.h"

static const char *const log_path = "/tmp/hwc-test-vm-record.log";
static struct command command = { .sink = -1 };

static struct spec spec_of(const char *json)
{
	struct spec spec = {
		.config = json_tokener_parse(json),
		.bundle = strdup("/tmp"),
		.rootfs = strdup("/tmp"),
	};

	assert_non_null(spec.config);
	return spec;
}

/* As the guest reads it. */
static void read_back(const char *json, struct record *record)
{
	struct spec spec = spec_of(json);
	struct shares shares = { 0 };
	const char *wrong = "";
	size_t size;
	char *text;
	FILE *file = open_memstream(&text, &size);

	assert_int_equal(record_check(&command, &spec), 0);
	record_process(file, &spec);
	assert_int_equal(mounts_record(file, &command, &spec, &shares), 0);
	fclose(file);
	if (record_parse(record, text, size, &wrong))
		fail_msg("%s", wrong);
	shares_free(&shares);
	spec_free(&spec);
}

static void test_least(void **state)
{
	struct record record;

	(void)state;
	read_back("{ 'process': { 'args': [ 'sh' ] } }", &record);
	assert_string_equal(record.args[0], "sh");
	assert_string_equal(record.cwd, "/");
	assert_int_equal(record.uid, 0);
	assert_int_equal(record.umask, -1);
	/* what is not said is not given, as with runc */
	for (int i = 0; i < CAPS_SETS; i++)
		assert_true(record.caps[i] == 0);
	/* and what every container has is mounted all the same */
	assert_int_equal(record.mount_count, 3);
	assert_string_equal(record.mounts[0].path, "/proc");
	assert_string_equal(record.mounts[1].path, "/dev");
	assert_string_equal(record.mounts[1].type, "tmpfs");
	assert_string_equal(record.mounts[2].path, "/dev/pts");
	record_free(&record);
}

static void test_process(void **state)
{
	struct record record;

	(void)state;
	read_back("{ 'hostname': 'h', 'root': { 'readonly': true },"
		  "'linux': { 'sysctl': { 'net.ipv4.ip_forward': '1' },"
		  "'maskedPaths': [ '/proc/keys', '/a b' ], 'readonlyPaths': [ '/proc/sys' ] },"
		  "'process': { 'args': [ 'a b', '', 'c=d' ], 'env': [ 'X=1' ], 'cwd': '/w',"
		  "'terminal': true, 'consoleSize': { 'height': 24, 'width': 80 },"
		  "'noNewPrivileges': true,"
		  "'user': { 'uid': 1000, 'gid': 1001, 'umask': 18, 'additionalGids': [ 5, 6 ] },"
		  "'rlimits': [ { 'type': 'RLIMIT_NOFILE', 'soft': 10, 'hard': 20 } ],"
		  "'capabilities': { 'bounding': [ 'CAP_KILL', 'CAP_FUTURE' ],"
		  "'ambient': [ 'CAP_CHOWN', 'CAP_CHECKPOINT_RESTORE' ] } } }",
		  &record);
	assert_string_equal(record.hostname, "h");
	assert_int_equal(record.arg_count, 3);
	assert_string_equal(record.args[0], "a b");
	assert_string_equal(record.args[1], "");
	assert_string_equal(record.args[2], "c=d");
	assert_string_equal(record.env[0], "X=1");
	assert_string_equal(record.cwd, "/w");
	assert_string_equal(record.sysctls[0], "net.ipv4.ip_forward=1");
	assert_int_equal(record.masked_count, 2);
	assert_string_equal(record.masked_paths[1], "/a b");
	assert_int_equal(record.readonly_count, 1);
	assert_string_equal(record.readonly_paths[0], "/proc/sys");
	assert_true(record.terminal && record.readonly && record.no_new_privs);
	assert_int_equal(record.rows, 24);
	assert_int_equal(record.columns, 80);
	assert_int_equal(record.uid, 1000);
	assert_int_equal(record.gid, 1001);
	assert_int_equal(record.umask, 022);
	assert_int_equal(record.group_count, 2);
	assert_int_equal(record.groups[1], 6);
	assert_int_equal(record.limits[0].resource, RLIMIT_NOFILE);
	assert_true(record.limits[0].value.rlim_cur == 10 && record.limits[0].value.rlim_max == 20);
	assert_true(record.caps[CAPS_BOUNDING] == 1 << 5);
	assert_true(record.caps[CAPS_AMBIENT] == ((1ull << 40) | 1));
	record_free(&record);
}

static const struct mount *mount_on(const struct record *record, const char *path)
{
	for (size_t i = 0; i < record->mount_count; i++)
		if (!strcmp(record->mounts[i].path, path))
			return &record->mounts[i];
	return NULL;
}

static void test_mounts(void **state)
{
	const struct mount *mount;
	struct record record;

	(void)state;
	read_back("{ 'process': { 'args': [ 'sh' ] }, 'mounts': ["
		  "{ 'destination': '/proc', 'type': 'proc', 'source': 'proc' },"
		  "{ 'destination': '/dev', 'type': 'tmpfs', 'options':"
		  "[ 'nosuid', 'strictatime', 'mode=755', 'size=65536k' ] },"
		  "{ 'destination': '/sys', 'type': 'sysfs', 'options':"
		  "[ 'nosuid', 'noexec', 'nodev', 'ro' ] },"
		  "{ 'destination': '/sys/fs/cgroup', 'type': 'cgroup', 'options': [ 'ro', 'x' ] },"
		  "{ 'destination': '/dev/shm', 'type': 'bind', 'source': '/nonesuch',"
		  "'options': [ 'bind', 'rprivate', 'nodev', 'noexec' ] } ] }",
		  &record);
	assert_int_equal(record.mount_count, 6);
	mount = mount_on(&record, "/dev");
	assert_int_equal(mount->flags, MS_NOSUID | MS_STRICTATIME);
	assert_string_equal(mount->data, "mode=755,size=65536k");
	mount = mount_on(&record, "/sys");
	assert_int_equal(mount->flags, MS_NOSUID | MS_NOEXEC | MS_NODEV | MS_RDONLY);
	assert_string_equal(mount->data, "");
	mount = mount_on(&record, "/sys/fs/cgroup");
	assert_string_equal(mount->type, "cgroup2");
	assert_string_equal(mount->data, "");
	/* its processes share memory of the guest, wherever this host would have had it */
	mount = mount_on(&record, "/dev/shm");
	assert_string_equal(mount->type, "tmpfs");
	assert_string_equal(mount->source, "tmpfs");
	assert_int_equal(mount->flags, MS_NODEV | MS_NOEXEC);
	/* added, behind what it lies in */
	assert_string_equal(record.mounts[5].path, "/dev/pts");
	record_free(&record);
}

static void test_file(void **state)
{
	const struct mount *mount;
	struct record record;

	(void)state;
	read_back("{ 'process': { 'args': [ 'sh' ] }, 'mounts': ["
		  "{ 'destination': '/etc/hosts', 'type': 'bind', 'source': '/etc/hosts',"
		  "'options': [ 'rbind', 'rw' ] } ] }",
		  &record);
	mount = mount_on(&record, "/etc/hosts");
	assert_string_equal(mount->type, "file");
	assert_string_equal(mount->source, RECORD_FILES "/0");
	assert_int_equal(mount->flags, MS_RDONLY);
	record_free(&record);
}

/* The last line of the log. */
static void assert_said(const char *sentence)
{
	char text[1024];
	int fd = open(log_path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	close(fd);
	assert_true(n > 0);
	text[n] = '\0';
	if (!strstr(text, sentence))
		fail_msg("said: %s\nexpected: %s", text, sentence);
}

static void refused(const char *json, const char *sentence)
{
	struct spec spec = spec_of(json);
	struct shares shares = { 0 };
	FILE *record = fopen("/dev/null", "w");
	int err;

	unlink(log_path);
	err = record_check(&command, &spec);
	if (!err)
		err = mounts_record(record, &command, &spec, &shares);
	assert_int_not_equal(err, 0);
	assert_said(sentence);
	shares_free(&shares);
	spec_free(&spec);
	fclose(record);
}

#define MOUNT(words) "{ 'process': { 'args': [ 'sh' ] }, 'mounts': [ { " words " } ] }"

static void test_refused(void **state)
{
	(void)state;
	refused("{ }", "process.args is empty: there is nothing to run");
	refused("{ 'process': { 'args': [ ] } }", "process.args is empty");
	refused("{ 'process': { 'args': [ 'sh' ], 'cwd': 'w' } }",
		"process.cwd is no absolute path");
	refused("{ 'process': { 'args': [ 'sh' ], 'rlimits': [ { 'type': 'NOFILE' } ] } }",
		"process.rlimits has one that is not known");
	refused("{ 'process': { 'args': [ 'sh' ] }, 'linux': { 'devices': ["
		"{ 'path': '/dev/null' }, { 'path': '/dev/sda' } ] } }",
		"asks for the device /dev/sda");
	refused("{ 'process': { 'args': [ 'sh' ] }, 'linux': { 'uidMappings': [ { } ] } }",
		"linux.uidMappings cannot be had");
	refused(MOUNT("'destination': 'a', 'type': 'tmpfs'"),
		"the mount a of config.json needs an absolute destination");
	refused(MOUNT("'destination': '/a', 'type': 'ext4', 'source': '/dev/sda'"),
		"the mount /a of config.json is of a file system that only this host's kernel has");
	refused(MOUNT("'destination': '/a', 'type': 'tmpfs', 'uidMappings': [ ]"),
		"has uidMappings");
	refused(MOUNT("'destination': '/a', 'type': 'bind', 'source': '/nonesuch'"),
		"/nonesuch: No such file or directory");
	refused(MOUNT("'destination': '/a', 'type': 'bind', 'source': '/dev/null'"),
		"/dev/null is no folder and no ordinary file");
}

static void test_large_file(void **state)
{
	static const char *const path = "/tmp/hwc-test-vm-record.large";
	int fd = open(path, O_CREAT | O_WRONLY | O_TRUNC, 0600);

	(void)state;
	assert_int_equal(ftruncate(fd, SHARE_FILE_MAX + 1), 0);
	close(fd);
	refused(MOUNT("'destination': '/a', 'type': 'bind',"
		      "'source': '/tmp/hwc-test-vm-record.large'"),
		"has 1048577 bytes: a secure container gets copies of single files");
	unlink(path);
}

/* archives */

static unsigned long field(const char *header, int nr)
{
	char text[9] = { 0 };

	memcpy(text, header + 6 + 8 * nr, 8);
	return strtoul(text, NULL, 16);
}

/* Looks at one entry as the kernel does; returns the next one. */
static const char *expect(const char *at, const char *name, unsigned long mode, const char *data)
{
	size_t name_size = field(at, 11), size = field(at, 6);

	assert_memory_equal(at, "070701", 6);
	assert_int_equal(field(at, 1), mode);
	assert_string_equal(at + 110, name);
	assert_int_equal(name_size, strlen(name) + 1);
	assert_int_equal(size, strlen(data));
	at += (110 + name_size + 3) & ~3ul;
	assert_memory_equal(at, data, size);
	return at + ((size + 3) & ~3ul);
}

static void test_archive(void **state)
{
	const char *at;
	size_t size;
	char *text;
	FILE *archive = open_memstream(&text, &size);

	(void)state;
	cpio_folder(archive, "dev");
	cpio_device(archive, "dev/console", 5, 1);
	for (int length = 0; length < 5; length++) {
		char name[16];

		/* of each length, for the padding */
		snprintf(name, sizeof(name), "file%.*s", length, "1234");
		cpio_file(archive, name, 0700, name, length);
	}
	cpio_end(archive);
	fclose(archive);
	at = expect(text, "dev", S_IFDIR | 0755, "");
	assert_int_equal(field(at, 9), 5);
	assert_int_equal(field(at, 10), 1);
	at = expect(at, "dev/console", S_IFCHR | 0600, "");
	at = expect(at, "file", S_IFREG | 0700, "");
	at = expect(at, "file1", S_IFREG | 0700, "f");
	at = expect(at, "file12", S_IFREG | 0700, "fi");
	at = expect(at, "file123", S_IFREG | 0700, "fil");
	at = expect(at, "file1234", S_IFREG | 0700, "file");
	at = expect(at, "TRAILER!!!", 0, "");
	assert_ptr_equal(at, text + size);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_least),	cmocka_unit_test(test_process),
		cmocka_unit_test(test_mounts),	cmocka_unit_test(test_file),
		cmocka_unit_test(test_refused), cmocka_unit_test(test_large_file),
		cmocka_unit_test(test_archive),
	};
	int failed;

	command.log = log_path;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(log_path);
	return failed;
}
