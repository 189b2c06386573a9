// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The real socket, with the kernel's own family nlctrl at the other end; the
 * device file is tested in the guest.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "ctx.h"
#include "io.h"
#include "nl.h"

/* All families there are: more than fits a small buffer. */
static void ask(const struct hwc_io *io, uint32_t seq)
{
	char room[64] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct genlmsghdr *genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));

	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = seq;
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	assert_int_equal(hwc_io_send(io, nlh, nlh->nlmsg_len), 0);
}

static int make_ctx(void **state)
{
	return hwc_ctx_new((struct hwc_ctx **)state);
}

static int free_ctx(void **state)
{
	hwc_ctx_free(*state);
	return 0;
}

static void test_exchange(void **state)
{
	struct hwc_buf buf = { NULL, 0 };
	const struct nlmsghdr *nlh;
	struct hwc_io io;
	ssize_t size;

	assert_int_equal(hwc_io_open(*state, &io, false), 0);
	assert_true(io.portid != 0);
	assert_true(hwc_io_fd(&io) >= 0);
	ask(&io, 77);
	do {
		size = hwc_io_recv(&io, &buf);
		assert_true(size > 0);
		assert_true(buf.size >= (size_t)size);
		nlh = buf.data;
		assert_true(hwc_nl_ok(nlh, size));
		assert_int_equal(nlh->nlmsg_seq, 77);
		assert_int_equal(nlh->nlmsg_pid, io.portid);
	} while (nlh->nlmsg_type != NLMSG_DONE);
	free(buf.data);
	hwc_io_close(&io);
}

static void test_nothing_to_read(void **state)
{
	struct hwc_buf buf = { NULL, 0 };
	struct hwc_io io;

	assert_int_equal(hwc_io_open(*state, &io, true), 0);
	assert_int_equal(hwc_io_recv(&io, &buf), -EAGAIN);
	hwc_io_close(&io);
}

static void test_unknown_group(void **state)
{
	struct hwc_io io;

	assert_int_equal(hwc_io_open(*state, &io, true), 0);
	assert_true(hwc_io_join(&io, 0xffffff) < 0);
	hwc_io_close(&io);
}

static void test_no_module(void **state)
{
	struct hwc_ctx *ctx = *state;
	int fd = hwc_holder_open(ctx);

	if (fd >= 0 || fd == -EACCES)
		skip();
	assert_int_equal(fd, -ENOENT);
	assert_string_equal(
		hwc_ctx_error(ctx),
		"/dev/hwcontainer is not there; hwcontainer module is not loaded (modprobe hwcontainer)");
	assert_int_equal(hwc_noop(ctx), -ENOENT);
	assert_string_equal(hwc_ctx_error(ctx),
			    "hwcontainer module is not loaded (modprobe hwcontainer)");
	/* what is no /dev/hwcontainer opens no claims */
	assert_int_equal(hwc_claim_open(ctx, -1, 1), -EBADF);
	assert_string_equal(hwc_ctx_error(ctx), "opening claim 1: Bad file descriptor");
	assert_int_equal(hwc_claim_wait(ctx, -1, 1, 0), -EBADF);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_ctx, free_ctx)
	const struct CMUnitTest tests[] = {
		TEST(test_exchange),
		TEST(test_nothing_to_read),
		TEST(test_unknown_group),
		TEST(test_no_module),
	};

	return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
