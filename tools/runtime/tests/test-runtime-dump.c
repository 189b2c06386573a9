// SPDX-License-Identifier: GPL-2.0-or-later
/* Core dumps: which are told of, where they are kept, and how many. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../firmware.h"

#define CORE "remoteproc0"
#define FOLDER "/var/dumps"
#define BYTES 100000

static char root[] = "/tmp/test-runtime-dump-XXXXXX";
static struct hwc_ctx *ctx;
static struct command command;
static struct dumps dumps;
static char log_path[64];

static const char *in_root(const char *path)
{
	static char text[2][256];
	static int next;

	next = !next;
	snprintf(text[next], sizeof(text[next]), "%s%s", root, path);
	return text[next];
}

static void make_folders(const char *path)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", in_root(path));
	for (char *at = text + strlen(root) + 1; (at = strchr(at, '/')); at++) {
		*at = '\0';
		mkdir(text, 0755);
		*at = '/';
	}
	assert_int_equal(mkdir(text, 0755), 0);
}

static void write_whole(const char *path, const char *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_int_equal(write(fd, bytes, size), (ssize_t)size);
	close(fd);
}

/* Bytes of the core's dump, each of them different in every dump. */
static char byte_of(const char *name, size_t i)
{
	return 'a' + (i * 7 + name[5]) % 26;
}

/* The kernel makes a dump of the core's memory. */
static void crash(const char *name)
{
	static char bytes[BYTES];
	char path[128];

	for (size_t i = 0; i < BYTES; i++)
		bytes[i] = byte_of(name, i);
	snprintf(path, sizeof(path), "/sys/class/devcoredump/%s", name);
	make_folders(path);
	snprintf(path, sizeof(path), "%s/sys/class/devcoredump/%s/data", root, name);
	write_whole(path, bytes, BYTES);
	unlink(in_root("/sys/class/remoteproc/" CORE "/devcoredump"));
	snprintf(path, sizeof(path), "../../devcoredump/%s", name);
	assert_int_equal(symlink(path, in_root("/sys/class/remoteproc/" CORE "/devcoredump")), 0);
}

/* The last line that was logged, and no more than that one. */
static const char *told(void)
{
	static char text[1024];
	int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	unlink(log_path);
	text[n > 0 ? n : 0] = '\0';
	assert_true(!strchr(text, '\n') || !strchr(text, '\n')[1]);
	return text;
}

/* How many files are in the folder for dumps; the name of one of them. */
static size_t count_kept(char *name)
{
	DIR *dir = opendir(in_root(FOLDER));
	struct dirent *e;
	size_t n = 0;

	while (dir && (e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		n++;
		if (name)
			snprintf(name, NAME_MAX + 1, "%s", e->d_name);
	}
	if (dir)
		closedir(dir);
	return n;
}

static int set_up(void **state)
{
	(void)state;
	strcpy(root + strlen(root) - 6, "XXXXXX");
	assert_non_null(mkdtemp(root));
	make_folders("/sys/class/remoteproc/" CORE);
	make_folders("/var");
	snprintf(log_path, sizeof(log_path), "%s/log", root);
	command = (struct command){ .id = "c1", .log = log_path, .sink = -1 };
	assert_int_equal(hwc_ctx_new(&ctx), 0);
	assert_int_equal(hwc_ctx_set_sysroot(ctx, root), 0);
	return 0;
}

static int tear_down(void **state)
{
	char remove[128];

	(void)state;
	close(dumps.classfd);
	if (dumps.folder >= 0)
		close(dumps.folder);
	hwc_ctx_free(ctx);
	snprintf(remove, sizeof(remove), "rm -rf %s", root);
	return system(remove);
}

static void test_says_where_it_is(void **state)
{
	(void)state;
	dumps_open(&dumps, ctx, NULL);
	dumps_expect(&dumps, CORE);
	dumps_collect(&dumps, &command);
	assert_string_equal(told(), "");

	dumps_expect(&dumps, CORE);
	crash("devcd1");
	dumps_collect(&dumps, &command);
	assert_non_null(strstr(
		told(), "the core dump of " CORE
			" is /sys/class/devcoredump/devcd1/data for five minutes at most\""));
	/* once, and not that of another crash */
	dumps_collect(&dumps, &command);
	dumps_expect(&dumps, CORE);
	dumps_collect(&dumps, &command);
	assert_string_equal(told(), "");
}

static void test_is_copied(void **state)
{
	char name[NAME_MAX + 1], path[512], *bytes = malloc(BYTES + 1);
	struct stat st;
	int fd;

	(void)state;
	dumps_open(&dumps, ctx, FOLDER);
	dumps_expect(&dumps, CORE);
	crash("devcd1");
	dumps_collect(&dumps, &command);
	assert_int_equal(count_kept(name), 1);
	assert_int_equal(strncmp(name, "c1-" CORE "-20", 17), 0);
	assert_string_equal(name + strlen(name) - 5, "Z.elf");
	snprintf(path, sizeof(path), "the core dump of " CORE " is " FOLDER "/%s\"", name);
	assert_non_null(strstr(told(), path));

	snprintf(path, sizeof(path), "%s" FOLDER "/%s", root, name);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(stat(in_root(FOLDER), &st), 0);
	assert_int_equal(st.st_mode, S_IFDIR | 0700);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_int_equal(read(fd, bytes, BYTES + 1), BYTES);
	close(fd);
	for (size_t i = 0; i < BYTES; i++)
		assert_int_equal(bytes[i], byte_of("devcd1", i));
	free(bytes);
	/* the kernel's was written to: behind what was read, where it is but a file */
	assert_int_equal(stat(in_root("/sys/class/devcoredump/devcd1/data"), &st), 0);
	assert_int_equal(st.st_size, BYTES + 1);
}

static void test_cannot_be_copied(void **state)
{
	struct stat st;

	(void)state;
	dumps_open(&dumps, ctx, "/nowhere/dumps");
	dumps_expect(&dumps, CORE);
	crash("devcd1");
	dumps_collect(&dumps, &command);
	assert_non_null(strstr(
		told(),
		"the core dump of " CORE
		" is /sys/class/devcoredump/devcd1/data for five minutes at most, and cannot "
		"be copied to /nowhere/dumps: No such file or directory\""));
	assert_int_equal(stat(in_root("/sys/class/devcoredump/devcd1/data"), &st), 0);
	assert_int_equal(st.st_size, BYTES);
}

/* Files that others have put there stay. */
static void test_not_too_many(void **state)
{
	char name[NAME_MAX + 1], path[512];
	struct timespec times[2] = { 0 };

	(void)state;
	dumps_open(&dumps, ctx, FOLDER);
	write_whole(in_root(FOLDER "/notes"), "", 0);
	for (int i = 0; i < DUMPS_MAX + 3; i++) {
		snprintf(path, sizeof(path), "%s" FOLDER "/c0-remoteproc1-%d.elf%s", root, i,
			 i ? "" : ".part");
		write_whole(path, "x", 1);
		times[1].tv_sec = 1000 + i;
		utimensat(AT_FDCWD, path, times, 0);
	}
	dumps_expect(&dumps, CORE);
	crash("devcd1");
	dumps_collect(&dumps, &command);
	told();
	assert_int_equal(count_kept(NULL), DUMPS_MAX + 1);
	assert_int_equal(access(in_root(FOLDER "/notes"), F_OK), 0);
	assert_int_not_equal(access(in_root(FOLDER "/c0-remoteproc1-0.elf.part"), F_OK), 0);
	assert_int_not_equal(access(in_root(FOLDER "/c0-remoteproc1-3.elf"), F_OK), 0);
	assert_int_equal(access(in_root(FOLDER "/c0-remoteproc1-4.elf"), F_OK), 0);

	/* nor of too many bytes: what is older goes until the rest is little enough */
	snprintf(path, sizeof(path), "%s" FOLDER "/c0-remoteproc1-4.elf", root);
	times[1].tv_sec = 2000;
	assert_int_equal(truncate(path, DUMPS_BYTES_MAX), 0);
	utimensat(AT_FDCWD, path, times, 0);
	dumps_expect(&dumps, CORE);
	crash("devcd2");
	usleep(2000);
	dumps_collect(&dumps, &command);
	snprintf(name, sizeof(name), "%s", told());
	assert_int_not_equal(access(path, F_OK), 0);
	unlink(in_root(FOLDER "/notes"));
	assert_int_equal(count_kept(name), 2);
}

static void test_knows_a_crash(void **state)
{
	const char *file = in_root("/sys/class/remoteproc/" CORE "/state");

	(void)state;
	dumps_open(&dumps, ctx, NULL);
	assert_false(dumps_crashed(&dumps, CORE));
	write_whole(file, "running\n", 8);
	assert_false(dumps_crashed(&dumps, CORE));
	write_whole(file, "crashed\n", 8);
	assert_true(dumps_crashed(&dumps, CORE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_says_where_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_is_copied, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_cannot_be_copied, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_not_too_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_knows_a_crash, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
