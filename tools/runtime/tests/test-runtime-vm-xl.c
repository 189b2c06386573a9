// SPDX-License-Identifier: GPL-2.0-or-later
/* xl as a child: what it says, and what becomes of one that hangs. Scripts are xl here. */
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
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "../vm-xen.h"

#define UUID "c0ffee00-1111-4222-8333-444455556666"
/* Long enough for a machine that has other things to do; and not. */
#define LONG_MS 20000
#define SHORT_MS 1000

static char folder[] = "/tmp/test-vm-xl-XXXXXX";
static char program[64], counter[64];
static char sentence[512];
static int sink[2];
static struct command command;
static int timeout_ms;

static int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/test-vm-xl-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(program, sizeof(program), "%s/xl", folder);
	snprintf(counter, sizeof(counter), "%s/count", folder);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sink))
		return -1;
	command = (struct command){ .sink = sink[0] };
	timeout_ms = LONG_MS;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(sink[0]);
	close(sink[1]);
	unlink(program);
	unlink(counter);
	return rmdir(folder);
}

/* What xl does, as shell; $f is a file for it. */
static void xl_does(const char *what)
{
	int fd = open(program, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	assert_true(fd >= 0);
	assert_true(dprintf(fd, "#!/bin/sh\nf=%s\n%s\n", counter, what) > 0);
	close(fd);
}

static struct xl new_xl(int quit)
{
	return xl_new(&command, program, timeout_ms, quit);
}

/* The error that was logged last, or "". */
static const char *logged(void)
{
	char text[sizeof(sentence)];
	ssize_t n;

	*sentence = '\0';
	while ((n = recv(sink[1], text, sizeof(text) - 1, 0)) > 0) {
		text[n] = '\0';
		strcpy(sentence, text + 1);
	}
	return sentence;
}

static int run(const char *verb, int quit)
{
	const char *const words[] = { verb, NULL };
	struct xl xl = new_xl(quit);
	int err = xl_run(&xl, words);

	xl_end(&xl);
	return err;
}

static void test_run(void **state)
{
	const char *const words[] = { "info", NULL };
	struct xl xl = new_xl(-1);

	(void)state;
	xl_does("echo \"$1 and $#\"; echo more >&2");
	assert_int_equal(xl_run(&xl, words), 0);
	assert_string_equal(xl.text, "info and 1\nmore\n");
	xl_end(&xl);
	assert_string_equal(logged(), "");
}

/* As xl 4.17 says them; the first line is the cause, the others follow from it. */
static void test_errors(void **state)
{
	static const struct {
		const char *said;
		const char *error;
	} table[] = {
		{ "Parsing config from /x\n"
		  "libxl: error: libxl_create.c:1701:domcreate_launch_dm: Domain 22:failed give "
		  "domain access to irq 34: Device or resource busy\n"
		  "libxl: error: libxl_domain.c:1183:libxl__destroy_domid: Domain 22:Non-existant "
		  "domain\n",
		  "failed give domain access to irq 34: Device or resource busy" },
		{ "xc: error: panic: xg_dom_boot.c:119: xc_dom_boot_mem_init: can't allocate low "
		  "memory for domain: Out of memory\nlibxl: error: libxl_dom.c:586:f: b\n",
		  "can't allocate low memory for domain: Out of memory" },
		{ "libxl: error: libxl_arm.c:977:check_partial_fdt: Partial FDT is not a valid "
		  "Flat Device Tree\n",
		  "Partial FDT is not a valid Flat Device Tree" },
		{ "/x:14: config parsing error near `': syntax error\nFailed to parse config: "
		  "Invalid argument\n",
		  "Failed to parse config: Invalid argument" },
		{ "c1 is an invalid domain identifier (rc=-6)\n",
		  "c1 is an invalid domain identifier (rc=-6)" },
		{ "error: ", "" },
		{ "libxl: error: Domain x", "Domain x" },
		{ "", "" },
	};
	char text[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		xl_error(table[i].said, text, sizeof(text));
		assert_string_equal(text, table[i].error);
	}
}

static void test_failures(void **state)
{
	(void)state;
	xl_does("echo 'libxl: error: libxl_x.c:1:f: Domain 1:no'; exit 3");
	assert_int_equal(run("unpause", -1), -EIO);
	assert_string_equal(logged(), "xl unpause: no");
	xl_does("exit 1");
	assert_int_equal(run("unpause", -1), -EIO);
	assert_string_equal(logged(), "xl unpause: failed, and does not say why");
	xl_does("kill -9 $$");
	assert_int_equal(run("list", -1), -EIO);
	assert_string_equal(logged(), "xl list was killed by signal 9");
	unlink(program);
	assert_int_equal(run("list", -1), -EIO);
	assert_non_null(strstr(logged(), "/xl cannot be executed: No such file or directory"));
}

/* A process that it has started is killed with it. */
static void test_hang(void **state)
{
	int64_t begin = now_ms();
	char text[32] = "";
	int fd;

	(void)state;
	timeout_ms = SHORT_MS;
	xl_does("sleep 100 & echo $! >$f; wait");
	assert_int_equal(run("list", -1), -ETIMEDOUT);
	assert_true(now_ms() - begin < LONG_MS);
	assert_string_equal(logged(), "xl list has not ended after 1000 ms, and was killed");
	fd = open(counter, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_true(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	for (int i = 0; i < 100 && !kill(atoi(text), 0); i++)
		usleep(20000);
	assert_int_equal(kill(atoi(text), 0), -1);
}

static void test_quit(void **state)
{
	int64_t begin = now_ms();
	int pair[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	close(pair[1]);
	xl_does("sleep 100");
	assert_int_equal(run("shutdown", pair[0]), -ECANCELED);
	assert_true(now_ms() - begin < LONG_MS);
	assert_string_equal(logged(), "");
	close(pair[0]);
}

static void test_word(void **state)
{
	const char *const words[] = { "create", NULL };
	struct xl xl = new_xl(-1);

	(void)state;
	xl_does("echo 'Waiting for domain x (domid 7) to die [pid 1]' >&2; sleep 0.1; echo end");
	assert_int_equal(xl_begin(&xl, words, NULL, 0), 0);
	assert_int_equal(xl_wait(&xl, ") to die"), 0);
	assert_null(strstr(xl.text, "end"));
	assert_int_equal(xl_wait(&xl, NULL), XL_ENDED(0));
	assert_non_null(strstr(xl.text, "end\n"));
	xl_end(&xl);
	xl_does("exit 5");
	assert_int_equal(xl_begin(&xl, words, NULL, 0), 0);
	assert_int_equal(xl_wait(&xl, ") to die"), XL_ENDED(5));
	xl_end(&xl);
}

#define HEAD "Name      ID   Mem VCPUs State Time(s) UUID Reason-Code Security Label\n"
#define DOM0 "Domain-0  0   512     1 r-----  3.3 00000000-0000-0000-0000-000000000000 -  -\n"

static void test_list(void **state)
{
	struct xl_domain domain;

	(void)state;
	assert_false(xl_parse_list("", UUID, &domain));
	assert_false(xl_parse_list(HEAD DOM0, UUID, &domain));
	assert_true(xl_parse_list(HEAD DOM0 "x  5  32  1  --p---  0.0 " UUID "  -  -\n", UUID,
				  &domain));
	assert_int_equal(domain.id, 5);
	assert_false(domain.ended);
	/* one that is not made to its end has no name */
	assert_true(xl_parse_list(HEAD DOM0 "(null) 6  0  0  --p---  0.0 " UUID "  -  -\n", UUID,
				  &domain));
	assert_int_equal(domain.id, 6);
	assert_true(xl_parse_list("x 7 32 1 ---sc- 0.0 " UUID " 3 -\n", UUID, &domain));
	assert_true(domain.ended);
	assert_true(xl_parse_list("x 7 32 1 -----d 0.0 " UUID " - -", UUID, &domain));
	assert_true(domain.ended);
	/* a name is nothing else than one */
	assert_false(xl_parse_list(UUID " 8 32 1 r----- 0.0 ffffffff - -\n", UUID, &domain));
}

#define ONE "echo 'x 5 32 1 r----- 0.0 " UUID " - -'"

static void test_destroy(void **state)
{
	struct xl xl = new_xl(-1);

	(void)state;
	xl_does("[ $1 = destroy ] && echo $2 >$f; [ -s $f ] || " ONE "; exit 0");
	assert_int_equal(xl_destroy(&xl, UUID), 0);
	assert_string_equal(logged(), "");
	/* it need not be there, nor go at once */
	assert_int_equal(xl_destroy(&xl, UUID), 0);
	unlink(counter);
	xl_does("[ $1 = destroy ] && echo >>$f; [ $1 = list ] && [ $(wc -l <$f) != 2 ] && " ONE
		"; exit 0");
	fclose(fopen(counter, "w"));
	assert_int_equal(xl_destroy(&xl, UUID), 0);
	xl_does(ONE);
	xl.timeout_ms = SHORT_MS;
	assert_int_equal(xl_destroy(&xl, UUID), -ETIMEDOUT);
	assert_string_equal(logged(), "domain 5 is still there after xl destroy");
}

/* Half a list is no answer: the domain may be in the other half. */
static void test_long_list(void **state)
{
	struct xl xl = new_xl(-1);
	struct xl_domain domain;

	(void)state;
	xl_does("yes 'x 9 32 1 r----- 0.0 ffffffff - -' | head -c 600000; " ONE);
	assert_int_equal(xl_find(&xl, UUID, &domain), -E2BIG);
	assert_string_equal(logged(),
			    "xl list says more than there is memory for: it is no answer");
	assert_int_equal(xl_destroy(&xl, UUID), -E2BIG);
	/* nor is one with a hole, where a shorter piece would have room again */
	xl_does("printf %524000s; sleep 0.1; printf %600s; sleep 0.1; printf %200s; sleep 0.1; " ONE);
	assert_int_equal(xl_find(&xl, UUID, &domain), -E2BIG);
	xl_does("exit 0");
	assert_int_equal(xl_destroy(&xl, UUID), 0);
}

static void test_memory(void **state)
{
	struct xl xl = new_xl(-1);

	(void)state;
	xl_does("printf 'total_memory           : 1024\\nfree_memory            : 495\\n'");
	assert_int_equal(xl_free_memory(&xl), 495);
	xl_does("echo nothing");
	assert_int_equal(xl_free_memory(&xl), -1);
}

static void test_ends(void **state)
{
	(void)state;
	assert_int_equal(keeper_parse_end("", 5), -1);
	assert_int_equal(keeper_parse_end("Waiting for domain x (domid 5) to die\n", 5), -1);
	assert_int_equal(keeper_parse_end("Waiting for x\nDomain 5 has shut down, reason code 0 "
					  "0x0\nDone. Exiting now\n",
					  5),
			 XEN_POWEROFF);
	assert_int_equal(keeper_parse_end("Domain 5 has shut down, reason code 3 0x3\n", 5),
			 XEN_CRASH);
	assert_int_equal(keeper_parse_end("x\nDomain 5 has been destroyed.\n", 5), XEN_DESTROYED);
	assert_int_equal(keeper_parse_end("Domain 55 has been destroyed.\n", 5), -1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_run, set_up, tear_down),
		cmocka_unit_test(test_errors),
		cmocka_unit_test_setup_teardown(test_failures, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hang, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_quit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_word, set_up, tear_down),
		cmocka_unit_test(test_list),
		cmocka_unit_test_setup_teardown(test_destroy, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_list, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_memory, set_up, tear_down),
		cmocka_unit_test(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
