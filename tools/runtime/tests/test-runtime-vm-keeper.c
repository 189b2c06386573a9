// SPDX-License-Identifier: GPL-2.0-or-later
/* The keeper of a domain: whom it answers, and what it leaves for the end. Scripts are xl here. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../vm-xen.h"

/* Longer than anything that is waited for. */
#define LONG_MS 60000

static char folder[] = "/tmp/test-vm-keeper-XXXXXX";
static char program[64];
static int ends[2];
static pid_t keeper;
static int holder;
static struct keeper_packet packet;

static int set_up(void **state)
{
	(void)state;
	holder = -1;
	strcpy(folder, "/tmp/test-vm-keeper-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(program, sizeof(program), "%s/xl", folder);
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
}

static int tear_down(void **state)
{
	(void)state;
	close(ends[0]);
	unlink(program);
	return rmdir(folder);
}

/* @tried: there may be a domain, as far as it knows */
static void begin(const char *xl, bool tried)
{
	struct keeper k = { .program = program,
			    .timeout_ms = LONG_MS,
			    .name = "hwc-x",
			    .uuid = "c0ffee00-1111-4222-8333-444455556666",
			    .socket = ends[1],
			    .holder = holder,
			    .hold = -1,
			    .tried = tried };
	int fd = open(program, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "#!/bin/sh\n%s\n", xl) > 0);
	close(fd);
	keeper = fork();
	if (!keeper) {
		close(ends[0]);
		keeper_live(&k);
	}
	close(ends[1]);
}

static void hear(void)
{
	assert_int_equal(keeper_receive(ends[0], &packet, LONG_MS / 2), 0);
	keeper_close(&packet);
}

static void ask_for(char request)
{
	assert_int_equal(keeper_send(ends[0], request, NULL, NULL, 0), 0);
}

static void has_ended(void)
{
	int status;

	assert_int_equal(waitpid(keeper, &status, 0), keeper);
	assert_int_equal(status, 0);
}

/* An answer names its request, so that a late one is not another's. */
static void test_answers(void **state)
{
	(void)state;
	begin("[ $1 != unpause ] || exit 1", false);
	ask_for(KEEPER_START);
	hear();
	assert_int_equal(packet.kind, KEEPER_ERROR);
	assert_string_equal(packet.text, "xl unpause: failed, and does not say why");
	hear();
	assert_int_equal(packet.kind, KEEPER_NOT_DONE);
	assert_true(keeper_is_answer(&packet, KEEPER_START));
	assert_false(keeper_is_answer(&packet, KEEPER_DESTROY));
	shutdown(ends[0], SHUT_WR);
	hear();
	assert_int_equal(packet.kind, KEEPER_DONE);
	assert_true(keeper_is_answer(&packet, KEEPER_DESTROY));
	has_ended();
}

/* Neither xl that hangs nor requests that wait keep it from the end. */
static void test_end_comes_first(void **state)
{
	int64_t begun = now_ms();

	(void)state;
	begin("[ $1 != unpause ] || exec sleep 100", false);
	for (int i = 0; i < 3; i++)
		ask_for(KEEPER_START);
	/* the first has begun */
	usleep(300000);
	shutdown(ends[0], SHUT_WR);
	hear();
	assert_int_equal(packet.kind, KEEPER_NOT_DONE);
	assert_true(keeper_is_answer(&packet, KEEPER_START));
	hear();
	assert_true(keeper_is_answer(&packet, KEEPER_DESTROY));
	assert_int_equal(packet.kind, KEEPER_DONE);
	has_ended();
	assert_true(now_ms() - begun < LONG_MS / 2);
}

/* Whoever waits is told that a domain is there still, and the keeper stays with it. */
static void test_stays(void **state)
{
	(void)state;
	begin("exit 1", true);
	shutdown(ends[0], SHUT_WR);
	hear();
	assert_int_equal(packet.kind, KEEPER_ERROR);
	hear();
	assert_true(keeper_is_answer(&packet, KEEPER_DESTROY));
	assert_int_equal(packet.kind, KEEPER_NOT_DONE);
	assert_int_equal(waitpid(keeper, NULL, WNOHANG), 0);
	kill(keeper, SIGKILL);
	waitpid(keeper, NULL, 0);
}

static short events_of(int fd, int timeout_ms)
{
	struct pollfd file = { .fd = fd };

	poll(&file, 1, timeout_ms);
	return file.revents;
}

/* Who waits for the end of a file that came along does not wait for it. */
static void test_files(void **state)
{
	int others[2], held[2], high;

	(void)state;
	assert_int_equal(pipe(others), 0);
	assert_int_equal(pipe(held), 0);
	/* behind those that it takes for its own */
	high = fcntl(others[1], F_DUPFD, 200);
	assert_true(high >= 0);
	holder = held[1];
	begin("exit 0", false);
	close(others[1]);
	close(high);
	close(held[1]);
	assert_int_equal(events_of(others[0], LONG_MS / 2), POLLHUP);
	assert_int_equal(events_of(held[0], 0), 0);
	shutdown(ends[0], SHUT_WR);
	hear();
	has_ended();
	assert_int_equal(events_of(held[0], LONG_MS / 2), POLLHUP);
	close(others[0]);
	close(held[0]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_answers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_end_comes_first, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_stays, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
