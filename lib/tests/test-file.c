// SPDX-License-Identifier: GPL-2.0-or-later
/* Files that are read whole, and what is none. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "context.h"
#include "ctx.h"
#include "file.h"

static int memory_file(const char *content)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	return fd;
}

static void refused(struct hwc_ctx *ctx, int fd, int err, const char *sentence)
{
	void *data = NULL;
	size_t size = 77;

	assert_int_equal(hwc_file_read(ctx, fd, "x", 100, &data, &size), err);
	assert_string_equal(hwc_ctx_error(ctx), sentence);
	assert_null(data);
	assert_int_equal(size, 77);
}

static void test_read(void **state)
{
	int fd = memory_file("some bytes");
	size_t size;
	void *data;

	assert_int_equal(hwc_file_read(*state, fd, "x", 10, &data, &size), 0);
	assert_int_equal(size, 10);
	assert_memory_equal(data, "some bytes", 10);
	free(data);
	close(fd);
}

static void test_too_large(void **state)
{
	int fd = memory_file("");

	/* sparse: nothing of that size is allocated */
	assert_int_equal(ftruncate(fd, 4LL << 30), 0);
	refused(*state, fd, -EFBIG, "x has 4294967296 bytes, at most 100 are read");
	close(fd);
}

static void test_empty(void **state)
{
	int fd = memory_file("");

	refused(*state, fd, -ENODATA, "x is empty");
	close(fd);
}

static void test_no_regular_file(void **state)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	refused(*state, fds[0], -EINVAL, "x is not a regular file");
	close(fds[0]);
	close(fds[1]);
	fds[0] = open("/", O_RDONLY);
	refused(*state, fds[0], -EINVAL, "x is not a regular file");
	close(fds[0]);
}

static void test_not_open(void **state)
{
	refused(*state, -1, -EBADF, "x: Bad file descriptor");
}

static void test_open_only_for_writing(void **state)
{
	char path[] = "/tmp/hwc-test-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "x", 1), 1);
	close(fd);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	refused(*state, fd, -EBADF, "reading x: Bad file descriptor");
	close(fd);
	unlink(path);
}

/* A FIFO that nobody writes to must not make anybody wait. */
static void test_open(void **state)
{
	char path[] = "/tmp/hwc-test-XXXXXX";
	int fd;

	assert_non_null(mkdtemp(path));
	assert_int_equal(hwc_file_open(*state, "/no/such/file"), -ENOENT);
	assert_string_equal(hwc_ctx_error(*state), "/no/such/file: No such file or directory");
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = hwc_file_open(*state, path);
	assert_true(fd >= 0);
	refused(*state, fd, -EINVAL, "x is not a regular file");
	close(fd);
	unlink(path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, context_new, context_free)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read),     TEST(test_too_large),
		TEST(test_empty),    TEST(test_no_regular_file),
		TEST(test_not_open), TEST(test_open_only_for_writing),
		TEST(test_open),
	};

	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
