// SPDX-License-Identifier: GPL-2.0-or-later
/* What Xen is told of a domain, and what xenstored and keepers say. */
#include <errno.h>
#include <fcntl.h>
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

static int sink[2], pair[2];
static char sentence[512];
static struct supervisor supervisor;
static struct hwc_vm asked;
static struct vm vm;
static struct xen_config config;

static int set_up(void **state)
{
	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sink) ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair))
		return -1;
	supervisor = (struct supervisor){ .command = { .sink = sink[0] } };
	asked = (struct hwc_vm){ 0 };
	vm = (struct vm){ .s = &supervisor, .asked = &asked, .memory = 32 << 20, .vcpus = 2 };
	config = (struct xen_config){ .vm = &vm, .name = "hwc-c1", .uuid = "u-1" };
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		close(sink[i]);
		close(pair[i]);
	}
	return 0;
}

static const char *logged(void)
{
	ssize_t n = recv(sink[1], sentence, sizeof(sentence) - 1, 0);

	sentence[n > 0 ? n : 0] = '\0';
	return n > 0 ? sentence + 1 : sentence;
}

static void expect_config(const char *want)
{
	char *text = xen_config_write(&config);

	assert_non_null(text);
	assert_string_equal(text, want);
	free(text);
}

#define ENDS                         \
	"on_poweroff=\"preserve\"\n" \
	"on_reboot=\"preserve\"\n"   \
	"on_crash=\"preserve\"\n"    \
	"on_watchdog=\"preserve\"\n" \
	"on_soft_reset=\"preserve\"\n"
#define BEGIN               \
	"name=\"hwc-c1\"\n" \
	"uuid=\"u-1\"\n"    \
	"type=\"pvh\"\n"    \
	"memory=32\n"       \
	"vcpus=2\n"         \
	"kernel=\"/proc/self/fd/11\"\n"

static void test_least(void **state)
{
	(void)state;
	expect_config(BEGIN "cmdline=\"\"\n"
			    "iomem=[]\n"
			    "irqs=[]\n"
			    "vuart=\"sbsa_uart\"\n"
			    "dtdev=[]\n" ENDS);
}

/* The operator's lines come first, so that ours win. */
static void test_most(void **state)
{
	static const char *const parameters[] = { "cpus=\"1\"", "name=\"other\"" };
	static const struct hwc_iomem iomems[] = {
		{ .host = 0x9010, .guest = 0x10000, .pages = 1 },
		{ .host = 0x7ff30, .guest = 0x10001, .pages = 2 }
	};
	static const uint32_t irqs[] = { 34, 110 };
	static const char *const dtdevs[] = { "/amba/dma@1" };

	(void)state;
	asked.hypervisor_parameters = parameters;
	asked.n_hypervisor_parameters = 2;
	asked.iomems = iomems;
	asked.n_iomems = 2;
	asked.irqs = irqs;
	asked.n_irqs = 2;
	asked.dtdevs = dtdevs;
	asked.n_dtdevs = 1;
	config.ramdisk = true;
	config.dtb = true;
	vm.cmdline = (char *)"console=hvc0";
	vm.memory++;
	expect_config("cpus=\"1\"\n"
		      "name=\"other\"\n"
		      "name=\"hwc-c1\"\n"
		      "uuid=\"u-1\"\n"
		      "type=\"pvh\"\n"
		      "memory=33\n"
		      "vcpus=2\n"
		      "kernel=\"/proc/self/fd/11\"\n"
		      "ramdisk=\"/proc/self/fd/12\"\n"
		      "device_tree=\"/proc/self/fd/13\"\n"
		      "cmdline=\"console=hvc0\"\n"
		      "iomem=[\"9010,1@10000\",\"7ff30,2@10001\",]\n"
		      "irqs=[34,110,]\n"
		      "vuart=\"sbsa_uart\"\n"
		      "dtdev=[\"/amba/dma@1\",]\n"
		      "passthrough=\"enabled\"\n" ENDS);
}

/* The uart that Xen plays has an interrupt that may be somebody's. */
static void test_uart(void **state)
{
	static const uint32_t irqs[] = { 32 };
	char *text;

	(void)state;
	asked.console = "pv";
	text = xen_config_write(&config);
	assert_null(strstr(text, "vuart"));
	free(text);
	asked.console = "uart";
	asked.irqs = irqs;
	asked.n_irqs = 1;
	text = xen_config_write(&config);
	assert_null(strstr(text, "vuart"));
	free(text);
}

static void test_quotes(void **state)
{
	(void)state;
	vm.cmdline = (char *)"a=\"b c\" \\n 'd' # ; [e]\xc3\xa9 \\";
	expect_config(BEGIN "cmdline=\"a=\\\"b c\\\" \\\\n 'd' # ; [e]\xc3\xa9 \\\\\"\n"
			    "iomem=[]\n"
			    "irqs=[]\n"
			    "vuart=\"sbsa_uart\"\n"
			    "dtdev=[]\n" ENDS);
}

static void test_controls(void **state)
{
	static const char *const parameters[] = { "cpus=\"1\"\nkernel=\"/x\"" };
	static const char *const dtdevs[] = { "/a\r" };

	(void)state;
	vm.cmdline = (char *)"quiet\"\nkernel=\"/etc/shadow";
	assert_null(xen_config_write(&config));
	assert_string_equal(logged(), "the kernel's command line has a control character (0xa), "
				      "which Xen cannot be told");
	for (char c = 1; c < ' '; c++) {
		char text[] = { 'a', c, 0 };

		assert_int_equal(xen_config_check(&supervisor.command, "x", text), -EINVAL);
		assert_string_not_equal(logged(), "");
	}
	assert_int_equal(xen_config_check(&supervisor.command, "x", "\x7f"), -EINVAL);
	logged();
	vm.cmdline = NULL;
	asked.hypervisor_parameters = parameters;
	asked.n_hypervisor_parameters = 1;
	assert_null(xen_config_write(&config));
	assert_string_equal(logged(), "the parameter of the hypervisor has a control character "
				      "(0xa), which Xen cannot be told");
	asked.n_hypervisor_parameters = 0;
	asked.dtdevs = dtdevs;
	asked.n_dtdevs = 1;
	assert_null(xen_config_write(&config));
	assert_string_equal(
		logged(),
		"the path of a device has a control character (0xd), which Xen cannot be told");
}

/* xenstored, as its wire has it */

static void answer(uint32_t type, const char *text, uint32_t size)
{
	const uint32_t head[] = { type, 0, 0, size };

	assert_int_equal(write(pair[1], head, sizeof(head)), sizeof(head));
	assert_int_equal(write(pair[1], text, strlen(text)), strlen(text));
}

#define LIMIT_MS 100

static int ask(const char *path, char *value, size_t room)
{
	return xenstore_read(pair[0], path, value, room, LIMIT_MS, sink[0]);
}

static void test_xenstore(void **state)
{
	static const uint32_t head[] = { 2, 0, 0, 5 };
	char value[16], message[64];

	(void)state;
	answer(2, "/dev/pts/3", 10);
	assert_int_equal(ask("/a/b", value, sizeof(value)), 10);
	assert_string_equal(value, "/dev/pts/3");
	assert_int_equal(read(pair[1], message, sizeof(message)), sizeof(head) + 5);
	assert_memory_equal(message, head, sizeof(head));
	assert_memory_equal(message + sizeof(head), "/a/b", 5);
	answer(16, "ENOENT", 7);
	assert_int_equal(write(pair[1], "", 1), 1);
	assert_int_equal(ask("/a/b", value, sizeof(value)), -ENOENT);
	answer(16, "EACCES", 6);
	assert_int_equal(ask("/a/b", value, sizeof(value)), -EIO);
}

static void test_xenstore_lies(void **state)
{
	char value[8];

	(void)state;
	answer(2, "too long for it", 15);
	assert_int_equal(ask("/a", value, sizeof(value)), -EPROTO);
	answer(7, "x", 1);
	assert_int_equal(ask("/a", value, sizeof(value)), -EPROTO);
	answer(2, "", 1u << 30);
	assert_int_equal(ask("/a", value, sizeof(value)), -EPROTO);
	/* it says less than it announces, or nothing */
	answer(2, "x", 2);
	assert_int_equal(ask("/a", value, sizeof(value)), -ETIMEDOUT);
	assert_int_equal(ask("/a", value, sizeof(value)), -ETIMEDOUT);
	close(pair[1]);
	signal(SIGPIPE, SIG_IGN);
	assert_true(ask("/a", value, sizeof(value)) < 0);
}

/* Nobody waits for what it says. */
static void test_xenstore_quit(void **state)
{
	char value[8];

	(void)state;
	shutdown(sink[1], SHUT_WR);
	assert_int_equal(ask("/a", value, sizeof(value)), -ECANCELED);
}

/* packets between keeper and process, which carry files */

static void test_talk(void **state)
{
	static struct keeper_packet packet;
	const int files[] = { -1, pair[0], -1, pair[1] };
	char byte;

	(void)state;
	assert_int_equal(keeper_receive(sink[1], &packet, 0), -ETIMEDOUT);
	assert_int_equal(keeper_send(sink[0], KEEPER_ERROR, "a sentence", NULL, 0), 0);
	assert_int_equal(keeper_receive(sink[1], &packet, 0), 0);
	assert_int_equal(packet.kind, KEEPER_ERROR);
	assert_string_equal(packet.text, "a sentence");
	assert_int_equal(packet.files[0], -1);
	assert_int_equal(keeper_send(sink[0], KEEPER_CREATE, KEEPER_UART, files, 4), 0);
	assert_int_equal(keeper_receive(sink[1], &packet, 0), 0);
	assert_int_equal(packet.kind, KEEPER_CREATE);
	assert_string_equal(packet.text, KEEPER_UART);
	assert_int_equal(packet.files[0], -1);
	assert_int_equal(packet.files[2], -1);
	assert_true(packet.files[1] >= 0 && packet.files[3] >= 0);
	/* each is where it belongs */
	assert_int_equal(write(packet.files[1], "1", 1), 1);
	assert_int_equal(read(packet.files[3], &byte, 1), 1);
	assert_int_equal(byte, '1');
	close(packet.files[1]);
	close(packet.files[3]);
	close(sink[0]);
	assert_int_equal(keeper_receive(sink[1], &packet, 0), -ECONNRESET);
	assert_int_equal(keeper_send(sink[1], KEEPER_START, NULL, NULL, 0), -EPIPE);
}

static void test_long_talk(void **state)
{
	static struct keeper_packet packet;
	static char text[2 * KEEPER_PACKET];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	assert_int_equal(keeper_send(sink[0], KEEPER_ERROR, text, NULL, 0), 0);
	assert_int_equal(keeper_receive(sink[1], &packet, 0), 0);
	assert_true(strlen(packet.text) > KEEPER_PACKET / 2);
	assert_true(strlen(packet.text) < KEEPER_PACKET);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_least, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_most, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_uart, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quotes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_controls, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_xenstore, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_xenstore_lies, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_xenstore_quit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_talk, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_talk, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
