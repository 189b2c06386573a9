// SPDX-License-Identifier: GPL-2.0-or-later
/* How long a delete waits for who works for a virtual machine. Time passes only where it waits. */
#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>
#include "../vm.h"

/* The keeper's time for one call of xl, and what it has beside that. */
#define TIMEOUT_MS 60000
#define MARGIN_MS 10000

static int64_t passed_ms, left_ms;
static int hold = -1;

/* Instead of the C library's. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
	(void)clock;
	*now = (struct timespec){ passed_ms / 1000, passed_ms % 1000 * 1000000 };
	return 0;
}

/* Somebody works for the container for @left_ms. */
int poll(struct pollfd *files, nfds_t n, int timeout_ms)
{
	assert_null(files);
	assert_int_equal(n, 0);
	assert_true(timeout_ms > 0);
	passed_ms += timeout_ms;
	if (passed_ms >= left_ms && hold >= 0) {
		close(hold);
		hold = -1;
	}
	return 0;
}

/**
 * struct place - a container that has ended
 * @dir: folder of them
 * @command: its log is @said
 * @container: the container
 * @said: other end of that
 */
struct place {
	char dir[40];
	struct command command;
	struct container container;
	int said;
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	int pair[2];

	strcpy(place->dir, "/tmp/hwc-reap-XXXXXX");
	if (!mkdtemp(place->dir) || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	place->command = (struct command){ .root = place->dir, .id = "c1", .sink = pair[0] };
	place->said = pair[1];
	*state = place;
	passed_ms = 0;
	if (container_new(&place->command, &place->container))
		return -1;
	container_set(&place->container, "hypervisor", json_object_new_string("qemu"));
	hold = container_hold(&place->container);
	return hold < 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	if (hold >= 0)
		close(hold);
	hold = -1;
	container_remove(&place->container);
	container_close(&place->container);
	rmdir(place->dir);
	close(place->command.sink);
	close(place->said);
	free(place);
	return 0;
}

static int reap(const struct place *place)
{
	const struct settings settings = { .vm = { .timeout_ms = TIMEOUT_MS } };

	return kind_vm.reap(&place->container, &settings);
}

/* As long as that may take for what it calls. */
static void test_waits(void **state)
{
	char byte;

	left_ms = TIMEOUT_MS + MARGIN_MS / 2;
	assert_int_equal(reap(*state), 0);
	assert_true(passed_ms >= left_ms);
	assert_int_equal(recv(((struct place *)*state)->said, &byte, 1, MSG_DONTWAIT), -1);
}

static void test_gives_up(void **state)
{
	const struct place *place = *state;
	char text[128] = "";

	left_ms = INT64_MAX;
	assert_int_equal(reap(place), -ETIMEDOUT);
	assert_in_range(passed_ms, TIMEOUT_MS + MARGIN_MS, TIMEOUT_MS + 2 * MARGIN_MS);
	assert_true(recv(place->said, text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
	assert_string_equal(text + 1, "the hypervisor of container c1 does not end");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_waits, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_gives_up, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
