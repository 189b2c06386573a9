// SPDX-License-Identifier: GPL-2.0-or-later
/* A domain from the container's process, whose keeper the tests are. */
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
#include <unistd.h>
#include <cmocka.h>
#include "../vm-xen.h"

/* For answers that do not come. */
#define SHORT_MS 50

static struct settings settings;
static struct claims claims;
static struct supervisor supervisor;
static struct xen xen;
static struct vm vm;
static int keeper, said;
static struct keeper_packet packet;

static int set_up(void **state)
{
	int ends[2], sink[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sink))
		return -1;
	settings = (struct settings){ .vm = { .timeout_ms = SHORT_MS } };
	claims = (struct claims){ .settings = &settings };
	supervisor = (struct supervisor){ .command = { .sink = sink[0] }, .claims = &claims };
	xen = (struct xen){ .name = "hwc-c1", .xl = "/bin/false", .socket = ends[0] };
	vm = (struct vm){ .s = &supervisor, .own = &xen };
	keeper = ends[1];
	said = sink[1];
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	if (xen.socket >= 0)
		close(xen.socket);
	close(supervisor.command.sink);
	close(said);
	if (keeper >= 0)
		close(keeper);
	return 0;
}

static void answer(char kind, const char *text)
{
	assert_int_equal(keeper_send(keeper, kind, text, NULL, 0), 0);
}

static void hears(char request)
{
	assert_int_equal(keeper_receive(keeper, &packet, 0), 0);
	assert_int_equal(packet.kind, request);
}

static void hears_nothing(void)
{
	assert_int_equal(keeper_receive(keeper, &packet, 0), -ETIMEDOUT);
}

static void hears_the_end(void)
{
	assert_int_equal(keeper_receive(keeper, &packet, 0), -ECONNRESET);
}

/* The sentence that was logged next, or "". */
static const char *logged(void)
{
	static char text[512];
	ssize_t n = recv(said, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return n > 0 ? text + 1 : text;
}

static enum vm_end look(void)
{
	struct pollfd files[VM_FILES];

	vm_xen.files(&vm, files);
	assert_true(poll(files, VM_FILES, 0) >= 0);
	return vm_xen.look(&vm, files);
}

static void test_answers(void **state)
{
	(void)state;
	answer(KEEPER_DONE, "S");
	assert_int_equal(vm_xen.start(&vm), 0);
	hears(KEEPER_START);
	answer(KEEPER_ERROR, "xl unpause: no");
	answer(KEEPER_NOT_DONE, "S");
	assert_int_equal(vm_xen.start(&vm), -EIO);
	hears(KEEPER_START);
	assert_string_equal(logged(), "xl unpause: no");
	answer(KEEPER_DONE, "D");
	assert_int_equal(vm_xen.destroy(&vm), 0);
	hears_the_end();
	assert_int_equal(xen.socket, -1);
	assert_string_equal(logged(), "");
}

/* What was given up may be answered later: that says nothing of what is asked then. */
static void test_late_answer(void **state)
{
	(void)state;
	assert_int_equal(vm_xen.start(&vm), -ETIMEDOUT);
	assert_string_equal(logged(), "the keeper of domain hwc-c1 does not answer");
	hears(KEEPER_START);
	answer(KEEPER_DONE, "S");
	answer(KEEPER_ERROR, "domain 5 is still there after xl destroy");
	answer(KEEPER_NOT_DONE, "D");
	assert_int_equal(vm_xen.destroy(&vm), -EIO);
	assert_string_equal(logged(), "domain 5 is still there after xl destroy");
}

/* Whoever asks a guest to end again and again has asked once, until that was answered. */
static void test_asks_once(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(vm_xen.ask(&vm), 0);
	hears(KEEPER_ASK);
	hears_nothing();
	/* an answer to something else is none to that */
	answer(KEEPER_DONE, "S");
	assert_int_equal(look(), VM_LIVES);
	assert_int_equal(vm_xen.ask(&vm), 0);
	hears_nothing();
	answer(KEEPER_NOT_DONE, "A");
	assert_int_equal(look(), VM_LIVES);
	assert_int_equal(vm_xen.ask(&vm), 0);
	hears(KEEPER_ASK);
}

/* It is not waited for: the end is told the keeper at once. */
static void test_end_comes_first(void **state)
{
	(void)state;
	assert_int_equal(vm_xen.ask(&vm), 0);
	answer(KEEPER_DONE, "D");
	assert_int_equal(vm_xen.destroy(&vm), 0);
	hears(KEEPER_ASK);
	hears_the_end();
}

#define REASON(number)                                                                    \
	"the guest has stopped for reason " number " of Xen's, such as to be suspended: " \
	"nobody here goes on with it"

static void test_ends(void **state)
{
	static const struct {
		const char *text;
		enum vm_end end;
		const char *says;
	} table[] = {
		{ "0", VM_OFF, "" },
		{ "1", VM_REBOOT, "" },
		{ "5", VM_REBOOT, "" },
		{ "3", VM_CRASHED, "" },
		{ "4", VM_CRASHED, "" },
		{ "256", VM_KILLED, "" },
		{ "257", VM_BROKEN, "" },
		{ "2", VM_BROKEN, REASON("2") },
		{ "255", VM_BROKEN, REASON("255") },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		xen.end = VM_LIVES;
		assert_int_equal(look(), VM_LIVES);
		answer(KEEPER_ENDED, table[i].text);
		assert_int_equal(look(), table[i].end);
		assert_string_equal(logged(), table[i].says);
	}
}

/* Then the domain is destroyed from here, by a program that fails. */
static void test_keeper_is_killed(void **state)
{
	(void)state;
	xen.tried = true;
	close(keeper);
	keeper = -1;
	assert_int_equal(look(), VM_BROKEN);
	assert_string_equal(logged(),
			    "the keeper of domain hwc-c1 was killed; the domain is destroyed");
	assert_int_equal(vm_xen.destroy(&vm), -EIO);
	assert_string_equal(logged(), "xl list: failed, and does not say why");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(test_answers),	    TEST(test_late_answer), TEST(test_asks_once),
		TEST(test_end_comes_first), TEST(test_ends),	    TEST(test_keeper_is_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
