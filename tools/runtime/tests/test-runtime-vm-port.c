// SPDX-License-Identifier: GPL-2.0-or-later
/* The runtime's end of what leads into a secure container: the tests are the guest. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "../vm-root.h"

/* Our standard streams are pipes meanwhile, of which these are the other ends. */
static int kept[3], input, output, errors;
static struct vm_ports ports;

static int replace(int fd, int with_end)
{
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	kept[fd] = dup(fd);
	dup2(ends[with_end], fd);
	close(ends[with_end]);
	return ends[!with_end];
}

static int begin(void **state)
{
	(void)state;
	input = replace(STDIN_FILENO, 0);
	output = replace(STDOUT_FILENO, 1);
	errors = replace(STDERR_FILENO, 1);
	return vm_ports_open(&ports, false, NULL);
}

static int end(void **state)
{
	(void)state;
	vm_ports_close(&ports);
	for (int fd = 0; fd < 3; fd++) {
		dup2(kept[fd], fd);
		close(kept[fd]);
	}
	close(input);
	close(output);
	close(errors);
	return 0;
}

static void guest_says(int port, const char *text)
{
	assert_int_equal(write(ports.theirs[port], text, strlen(text)), strlen(text));
	vm_ports_look(&ports);
}

/* All that has come there and was not read. */
static const char *heard(int fd)
{
	static char text[512];
	ssize_t n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	n = read(fd, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static const char *guest_hears(int port)
{
	return heard(ports.theirs[port]);
}

static void test_streams(void **state)
{
	(void)state;
	assert_int_equal(write(input, "in", 2), 2);
	guest_says(VM_PORT_OUT, "out");
	guest_says(VM_PORT_ERR, "err");
	assert_string_equal(guest_hears(VM_PORT_IN), "in");
	assert_string_equal(heard(output), "out");
	assert_string_equal(heard(errors), "err");
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "");
	close(input);
	input = -1;
	vm_ports_look(&ports);
	vm_ports_look(&ports);
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "eof 2\n");
}

static void test_signal(void **state)
{
	(void)state;
	vm_ports_signal(&ports, 15);
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "signal 15\n");
}

static bool waits_for_room(void)
{
	struct pollfd files[VM_PORTS_FILES];

	vm_ports_files(&ports, files);
	return files[0].events & POLLOUT;
}

/* Signals are lost to a guest that hears none; its end is not, however late it listens. */
static void test_full(void **state)
{
	const char *text;
	char last[8] = "";

	(void)state;
	for (int i = 0; i < 100000 && !ports.full; i++)
		vm_ports_signal(&ports, 10);
	assert_true(waits_for_room());
	vm_ports_look(&ports);
	assert_false(waits_for_room());
	guest_says(VM_PORT_CONTROL, "exit 0 0 0\n");
	assert_true(waits_for_room());
	while (*(text = guest_hears(VM_PORT_CONTROL)))
		snprintf(last, sizeof(last), "%s", text + strlen(text) - 7);
	assert_string_equal(last, "nal 10\n");
	vm_ports_look(&ports);
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "off\n");
	assert_false(waits_for_room());
}

static void test_exit(void **state)
{
	static const char line[] = "started\nexit 7 3 2\n";
	char byte[2] = "";

	(void)state;
	/* as it may come */
	for (const char *at = line; *at; at++) {
		assert_int_equal(ports.code, -1);
		*byte = *at;
		guest_says(VM_PORT_CONTROL, byte);
	}
	assert_int_equal(ports.code, 7);
	/* not all that the process wrote is here */
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "");
	guest_says(VM_PORT_OUT, "out");
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "");
	guest_says(VM_PORT_ERR, "er");
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "off\n");
	vm_ports_look(&ports);
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "");
}

static void test_bad_lines(void **state)
{
	char text[CONTROL_LINE_MAX + 1];

	(void)state;
	guest_says(VM_PORT_CONTROL, "\n\nexit\nunknown 3\nerror a b\n");
	assert_int_equal(ports.code, -1);
	assert_string_equal(ports.error, "a b");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	guest_says(VM_PORT_CONTROL, text);
	guest_says(VM_PORT_CONTROL, "\nexit 300 0 0\n");
	assert_int_equal(ports.code, 300 & 0xff);
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "off\n");
}

/* What nobody reads any more the guest cannot write any more, and is not waited for. */
static void test_reader_leaves(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	close(output);
	output = -1;
	guest_says(VM_PORT_OUT, "out");
	assert_int_equal(write(ports.theirs[VM_PORT_OUT], "out", 3), -1);
	assert_int_equal(errno, EPIPE);
	guest_says(VM_PORT_CONTROL, "exit 0 1000 0\n");
	assert_string_equal(guest_hears(VM_PORT_CONTROL), "off\n");
}

/* One that does not read makes the guest wait: nothing is lost, and nobody here waits. */
static void test_slow_reader(void **state)
{
	static char chunk[4096];
	size_t sent = 0, got = 0;
	ssize_t n;

	(void)state;
	fcntl(ports.theirs[VM_PORT_OUT], F_SETFL, O_NONBLOCK);
	for (int i = 0; i < 1000; i++) {
		n = write(ports.theirs[VM_PORT_OUT], chunk, sizeof(chunk));
		sent += n > 0 ? n : 0;
		vm_ports_look(&ports);
	}
	assert_true(sent > 65536 && sent < 1000 * sizeof(chunk));
	fcntl(output, F_SETFL, O_NONBLOCK);
	while (got < sent) {
		n = read(output, chunk, sizeof(chunk));
		assert_true(n > 0 || ports.out.size);
		got += n > 0 ? n : 0;
		vm_ports_look(&ports);
	}
	assert_int_equal(got, sent);
}

static unsigned char pattern(size_t i)
{
	return i * 7 ^ i >> 8;
}

/* What the guest writes next, as much as there is room for. */
static size_t write_pattern(size_t sent, size_t all)
{
	unsigned char text[4096];
	size_t size = 0;
	ssize_t n;

	for (; size < sizeof(text) && sent + size < all; size++)
		text[size] = pattern(sent + size);
	n = write(ports.theirs[VM_PORT_OUT], text, size);
	return n > 0 ? n : 0;
}

static size_t read_pattern(int fd, size_t got)
{
	unsigned char text[3000];
	ssize_t n = read(fd, text, sizeof(text));

	for (ssize_t i = 0; i < n; i++)
		assert_int_equal(text[i], pattern(got + i));
	return n > 0 ? n : 0;
}

/* A terminal takes a part of what it is given, where it has no more room. */
static void test_parts(void **state)
{
	int engine = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK), terminal;
	size_t all = 400000, sent = 0, got = 0;

	(void)state;
	assert_int_equal(unlockpt(engine), 0);
	terminal = open(ptsname(engine), O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	assert_true(console_make_raw(terminal));
	ports.out.to = terminal;
	fcntl(ports.theirs[VM_PORT_OUT], F_SETFL, O_NONBLOCK);
	while (got < all) {
		for (int i = 0; i < 40; i++) {
			sent += write_pattern(sent, all);
			vm_ports_look(&ports);
		}
		got += read_pattern(engine, got);
	}
	close(engine);
	close(terminal);
}

static void test_kernel(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	ports.messages = pair[0];
	assert_int_equal(write(pair[1], "[1.0] all well\r\n[2.0] Kernel pa", 31), 31);
	vm_ports_look(&ports);
	assert_string_equal(ports.panic, "");
	assert_int_equal(write(pair[1], "nic - not syncing: no init\r\n", 28), 28);
	assert_int_equal(write(pair[1], "Kernel panic again\n", 19), 19);
	close(pair[1]);
	vm_ports_drain(&ports);
	assert_string_equal(ports.panic, "Kernel panic - not syncing: no init");
	assert_int_equal(ports.messages, -1);
}

/* Its init then says there why it cannot go on; what others say there is nothing to us. */
static void test_no_port(void **state)
{
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	ports.messages = pair[0];
	assert_true(dprintf(pair[1], "error none\r\nexit 1\r\n") > 0);
	vm_ports_look(&ports);
	assert_int_equal(ports.code, -1);
	assert_true(dprintf(pair[1], "x" CONSOLE_MARK "error no port\r\n" CONSOLE_MARK
				     "exit 126 0 0\r\n") > 0);
	vm_ports_look(&ports);
	assert_string_equal(ports.error, "no port");
	assert_int_equal(ports.code, 126);
	close(pair[1]);
}

static void test_terminal(void **state)
{
	uint64_t count = 4;
	struct vm_ports own;

	(void)state;
	assert_int_equal(vm_ports_open(&own, true, &count), 0);
	assert_int_equal(own.theirs[VM_PORT_IN], -1);
	assert_int_equal(own.theirs[VM_PORT_ERR], -1);
	/* whose bytes others read */
	assert_int_equal(write(own.theirs[VM_PORT_CONTROL], "exit 1 5 0\n", 11), 11);
	vm_ports_look(&own);
	assert_string_equal(heard(own.theirs[VM_PORT_CONTROL]), "");
	count = 5;
	vm_ports_look(&own);
	assert_string_equal(heard(own.theirs[VM_PORT_CONTROL]), "off\n");
	vm_ports_close(&own);
}

static void test_hypervisor_ends(void **state)
{
	(void)state;
	guest_says(VM_PORT_OUT, "last");
	vm_ports_given(&ports);
	vm_ports_look(&ports);
	assert_int_equal(ports.ours[VM_PORT_CONTROL], -1);
	vm_ports_drain(&ports);
	assert_string_equal(heard(output), "last");
	assert_int_equal(ports.code, -1);
	/* to nobody */
	vm_ports_signal(&ports, 15);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_streams),   TEST(test_signal),	  TEST(test_exit),
		TEST(test_bad_lines), TEST(test_reader_leaves),	  TEST(test_slow_reader),
		TEST(test_parts),     TEST(test_kernel),	  TEST(test_no_port),
		TEST(test_terminal),  TEST(test_hypervisor_ends), TEST(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
