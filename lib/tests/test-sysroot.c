// SPDX-License-Identifier: GPL-2.0-or-later
/* A folder in place of this system, and a socket in place of the module. */
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>
#include "ctx.h"
#include "io.h"
#include "sysroot.h"

/**
 * struct place - what a test has
 * @dir: a folder
 * @ctx: for which it stands in
 * @listener: /dev/hwcontainer of it, or -1
 */
struct place {
	char dir[40];
	struct hwc_ctx *ctx;
	int listener;
};

/* A path in the folder, until the next one. */
static const char *in(const struct place *place, const char *path)
{
	static char text[128];

	snprintf(text, sizeof(text), "%s%s", place->dir, path);
	return text;
}

static void write_file(const struct place *place, const char *path, const char *content)
{
	FILE *file = fopen(in(place, path), "w");

	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->dir, "/tmp/hwc-sysroot-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	assert_int_equal(mkdir(in(place, "/dev"), 0700), 0);
	assert_int_equal(mkdir(in(place, "/etc"), 0700), 0);
	assert_int_equal(mkdir(in(place, "/etc/hwcontainer"), 0700), 0);
	assert_int_equal(hwc_ctx_new(&place->ctx), 0);
	assert_int_equal(hwc_ctx_set_sysroot(place->ctx, place->dir), 0);
	place->listener = -1;
	*state = place;
	return 0;
}

static int free_place(void **state)
{
	struct place *place = *state;

	hwc_ctx_free(place->ctx);
	if (place->listener >= 0)
		close(place->listener);
	unlink(in(place, HWC_DEVICE));
	unlink(in(place, HWC_POLICY_PATH));
	rmdir(in(place, "/etc/hwcontainer"));
	rmdir(in(place, "/etc"));
	rmdir(in(place, "/dev"));
	assert_int_equal(rmdir(place->dir), 0);
	free(place);
	return 0;
}

static void listen_at(struct place *place)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strcpy(address.sun_path, in(place, HWC_DEVICE));
	place->listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	assert_int_equal(bind(place->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(place->listener, 4), 0);
}

static void test_files(void **state)
{
	struct place *place = *state;
	char text[8] = "";
	int fd;

	write_file(place, "/etc/hwcontainer/a", "inside");
	fd = hwc_ctx_open(place->ctx, "/etc/hwcontainer/a", O_RDONLY);
	assert_true(fd >= 0);
	assert_int_equal(read(fd, text, sizeof(text)), 6);
	assert_string_equal(text, "inside");
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	unlink(in(place, "/etc/hwcontainer/a"));

	assert_int_equal(hwc_ctx_open(place->ctx, "/etc/passwd", O_RDONLY), -ENOENT);
	assert_string_equal(hwc_ctx_error(place->ctx), "/etc/passwd: No such file or directory");
	/* neither does a link lead out */
	assert_int_equal(symlink("/etc/passwd", in(place, "/etc/passwd")), 0);
	assert_int_equal(hwc_ctx_open(place->ctx, "/etc/passwd", O_RDONLY), -ELOOP);
	assert_int_equal(hwc_ctx_open(place->ctx, "/../etc/group", O_RDONLY), -ENOENT);
	unlink(in(place, "/etc/passwd"));

	assert_int_equal(hwc_ctx_set_sysroot(place->ctx, "/no/such"), -ENOENT);
	assert_string_equal(hwc_ctx_error(place->ctx), "/no/such: No such file or directory");
}

static void test_policy(void **state)
{
	struct hwc_rule rule = { .type = HWC_RULE_NAME, .value = "a" };
	struct place *place = *state;
	struct hwc_policy *policy;
	struct stat st;

	assert_int_equal(hwc_policy_load(place->ctx, NULL, &policy), 0);
	assert_int_equal(hwc_policy_rules(policy), 0);
	assert_int_equal(hwc_policy_allow(policy, &rule), 0);
	assert_int_equal(hwc_policy_save(policy), 0);
	hwc_policy_free(policy);
	assert_int_equal(stat(in(place, HWC_POLICY_PATH), &st), 0);
	assert_int_equal(hwc_policy_load(place->ctx, NULL, &policy), 0);
	assert_int_equal(hwc_policy_rules(policy), 1);
	hwc_policy_free(policy);
	/* a path that is given is one of this system */
	assert_int_equal(hwc_policy_load(place->ctx, HWC_POLICY_PATH, &policy), 0);
	hwc_policy_free(policy);
	assert_int_equal(hwc_policy_load(place->ctx, in(place, HWC_POLICY_PATH), &policy), 0);
	assert_int_equal(hwc_policy_rules(policy), 1);
	hwc_policy_free(policy);
}

/* This machine's own module is not spoken to instead. */
static void test_nothing_there(void **state)
{
	struct place *place = *state;

	assert_int_equal(hwc_sysroot_connect(place->ctx, 0), -ENOENT);
	assert_int_equal(hwc_noop(place->ctx), -ENOENT);
	assert_string_equal(hwc_ctx_error(place->ctx), HWC_NOT_LOADED);
	assert_int_equal(hwc_holder_open(place->ctx), -ENOENT);
	assert_string_equal(hwc_ctx_error(place->ctx), HWC_DEVICE " is not there; " HWC_NOT_LOADED);
	/* one whose program has ended */
	listen_at(place);
	close(place->listener);
	place->listener = -1;
	assert_int_equal(hwc_holder_open(place->ctx), -ECONNREFUSED);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    "opening " HWC_DEVICE ": Connection refused");
}

/* The number of who connects, from the address. */
static uint32_t port_of(int peer)
{
	struct sockaddr_un address = { 0 };
	socklen_t size = sizeof(address);

	assert_int_equal(getpeername(peer, (struct sockaddr *)&address, &size), 0);
	assert_int_equal(address.sun_path[0], '\0');
	return strtoul(address.sun_path + 1, NULL, 16);
}

static void test_exchange(void **state)
{
	struct nlmsghdr nlh = { .nlmsg_len = sizeof(nlh), .nlmsg_type = NLMSG_NOOP };
	struct hwc_buf buf = { NULL, 0 };
	struct hwc_sysroot_call call;
	struct place *place = *state;
	struct hwc_io io;
	int peer;

	listen_at(place);
	assert_int_equal(hwc_io_open(place->ctx, &io, true), 0);
	peer = accept(place->listener, NULL, NULL);
	assert_true(io.portid == port_of(peer));
	assert_int_equal(hwc_io_recv(&io, &buf), -EAGAIN);

	assert_int_equal(hwc_io_join(&io, 5), 0);
	assert_int_equal(recv(peer, &call, sizeof(call), MSG_TRUNC), sizeof(call));
	assert_int_equal(call.what, HWC_SYSROOT_JOIN);
	assert_int_equal(call.value, 5);

	assert_int_equal(hwc_io_send(&io, &nlh, sizeof(nlh)), 0);
	assert_int_equal(recv(peer, &nlh, sizeof(nlh), MSG_TRUNC), sizeof(nlh));
	assert_int_equal(send(peer, &nlh, sizeof(nlh), 0), sizeof(nlh));
	assert_int_equal(hwc_io_recv(&io, &buf), sizeof(nlh));

	/* its end is told, and no signal */
	close(peer);
	assert_int_equal(hwc_io_recv(&io, &buf), -ECONNRESET);
	assert_int_equal(hwc_io_send(&io, &nlh, sizeof(nlh)), -EPIPE);
	free(buf.data);
	hwc_io_close(&io);
}

static void send_answer(int peer, int answer, int file)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec data = { &answer, sizeof(answer) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	struct cmsghdr *header;

	if (file >= 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		header = CMSG_FIRSTHDR(&message);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &file, sizeof(int));
	}
	assert_int_equal(sendmsg(peer, &message, 0), sizeof(answer));
}

static void test_claim_open(void **state)
{
	struct hwc_sysroot_call call;
	struct place *place = *state;
	int holder, peer, file;

	listen_at(place);
	holder = hwc_holder_open(place->ctx);
	assert_true(holder >= 0);
	peer = accept(place->listener, NULL, NULL);
	file = open("/dev/null", O_RDONLY);

	/* answers are there before they are asked for */
	send_answer(peer, 0, file);
	close(file);
	file = hwc_claim_open(place->ctx, holder, 7);
	assert_true(file >= 0);
	assert_true(fcntl(file, F_GETFD) & FD_CLOEXEC);
	close(file);
	assert_int_equal(recv(peer, &call, sizeof(call), MSG_TRUNC), sizeof(call));
	assert_int_equal(call.what, HWC_SYSROOT_CLAIM_OPEN);
	assert_int_equal(call.value, 7);

	send_answer(peer, -ENOENT, -1);
	assert_int_equal(hwc_claim_open(place->ctx, holder, 8), -ENOENT);
	assert_string_equal(hwc_ctx_error(place->ctx), "there is no claim 8");
	send_answer(peer, 0, -1);
	assert_int_equal(hwc_claim_open(place->ctx, holder, 9), -EBADMSG);
	assert_int_equal(send(peer, "", 1, 0), 1);
	assert_int_equal(hwc_claim_open(place->ctx, holder, 9), -EBADMSG);
	assert_int_equal(shutdown(peer, SHUT_WR), 0);
	assert_int_equal(hwc_claim_open(place->ctx, holder, 9), -ECONNRESET);
	while (recv(peer, &call, sizeof(call), MSG_DONTWAIT) > 0)
		;
	close(peer);
	assert_int_equal(hwc_claim_open(place->ctx, holder, 9), -EPIPE);
	close(holder);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_place, free_place)
	const struct CMUnitTest tests[] = {
		TEST(test_files),    TEST(test_policy),	    TEST(test_nothing_there),
		TEST(test_exchange), TEST(test_claim_open),
	};

	return cmocka_run_group_tests_name("sysroot", tests, NULL, NULL);
}
