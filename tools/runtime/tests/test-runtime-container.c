// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of containers, signals by name, processes by number and beginning. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../runtime.h"

/* A folder of containers, two levels of which are not there. */
struct place {
	char dir[40];
	char root[64];
	struct command command;
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->dir, "/tmp/hwc-container-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	snprintf(place->root, sizeof(place->root), "%s/a/b", place->dir);
	place->command = (struct command){ .root = place->root, .id = "c1", .sink = -1 };
	*state = place;
	return 0;
}

static int free_place(void **state)
{
	struct place *place = *state;
	char above[64];

	snprintf(above, sizeof(above), "%s/a", place->dir);
	assert_int_equal(rmdir(place->root), 0);
	assert_int_equal(rmdir(above), 0);
	assert_int_equal(rmdir(place->dir), 0);
	free(place);
	return 0;
}

static void test_record(void **state)
{
	struct place *place = *state;
	struct container made, found;
	struct stat st;

	assert_int_equal(container_find(&place->command, &found), -ENOENT);
	assert_int_equal(container_new(&place->command, &made), 0);
	/* without a record it is not one of ours */
	assert_int_equal(container_find(&place->command, &found), -ENOENT);
	container_set(&made, "bundle", json_object_new_string("/b/1"));
	container_set(&made, "pid", json_object_new_int64(7));
	container_set(&made, "started", json_object_new_boolean(true));
	assert_int_equal(container_save(&made), 0);
	assert_int_equal(fstatat(made.dirfd, CONTAINER_RECORD, &st, 0), 0);
	assert_int_equal(st.st_mode & 0777, 0600);

	assert_int_equal(container_find(&place->command, &found), 0);
	assert_string_equal(container_string(&found, "bundle"), "/b/1");
	assert_null(container_string(&found, "cgroup"));
	assert_int_equal(container_number(&found, "pid"), 7);
	assert_int_equal(container_number(&found, "startTime"), 0);
	assert_true(container_flag(&found, "started"));
	/* a new record takes the place of the old one at once */
	container_set(&made, "pid", json_object_new_int64(8));
	assert_int_equal(container_save(&made), 0);
	assert_int_equal(container_read(&found), 0);
	assert_int_equal(container_number(&found, "pid"), 8);
	container_close(&made);
	assert_int_equal(container_remove(&found), 0);
	container_close(&found);
	assert_int_equal(container_find(&place->command, &found), -ENOENT);
}

static void expect_errors(const struct command *command, const char *text)
{
	char said[256] = "";
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	((struct command *)command)->sink = pair[0];
	assert_true(container_new(command, &(struct container){ 0 }) < 0);
	assert_true(recv(pair[1], said, sizeof(said) - 1, 0) > 0);
	assert_string_equal(said + 1, text);
	((struct command *)command)->sink = -1;
	close(pair[0]);
	close(pair[1]);
}

static void test_new_refusals(void **state)
{
	static const char *const ids[] = { "", ".", "..", "a/b", "a b", "a\n", "\xc3\xa4" };
	struct place *place = *state;
	struct container container, second;
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(ids); i++) {
		place->command.id = ids[i];
		snprintf(text, sizeof(text), "\"%s\" cannot be the id of a container",
			 strcmp(ids[i], "a\n") ? ids[i] : "a?");
		expect_errors(&place->command, text);
		assert_int_equal(container_find(&place->command, &container), -ENOENT);
	}
	place->command.id = NULL;
	expect_errors(&place->command, "\"\" cannot be the id of a container");
	place->command.id = "A-z_0.9+";
	assert_int_equal(container_new(&place->command, &container), 0);
	expect_errors(&place->command, "container A-z_0.9+ exists already");
	/* what is somebody else's stays */
	assert_int_equal(mkdirat(container.dirfd, "state.json", 0700), 0);
	assert_int_equal(container_remove(&container), -ENOTEMPTY);
	assert_int_equal(unlinkat(container.dirfd, "state.json", AT_REMOVEDIR), 0);
	assert_int_equal(container_open(&place->command, &second), 0);
	assert_int_equal(container_remove(&second), 0);
	/* once, whoever else has it open; and not another one of that name */
	assert_int_equal(container_remove(&container), -ENOENT);
	container_close(&container);
	assert_int_equal(container_new(&place->command, &container), 0);
	assert_int_equal(container_remove(&second), -ENOENT);
	assert_int_equal(container_remove(&container), 0);
	container_close(&second);
	container_close(&container);
}

static void test_bad_records(void **state)
{
	static const char *const records[] = { "", "{", "[]", "7" };
	struct place *place = *state;
	struct container container, found;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(container_new(&place->command, &container), 0);
	place->command.sink = pair[0];
	for (size_t i = 0; i < ARRAY_SIZE(records); i++) {
		assert_int_equal(write_file_at(container.dirfd, CONTAINER_RECORD, records[i], 0600),
				 0);
		assert_int_equal(container_find(&place->command, &found), -EBADMSG);
	}
	assert_int_equal(container_remove(&container), 0);
	container_close(&container);
	close(pair[0]);
	close(pair[1]);
}

static void test_signals(void **state)
{
	static const struct {
		const char *text;
		int number;
	} cases[] = {
		{ "TERM", SIGTERM },
		{ "SIGTERM", SIGTERM },
		{ "sigkill", SIGKILL },
		{ "9", SIGKILL },
		{ "int", SIGINT },
		{ "64", 64 },
		{ "0", 0 },
		{ "65", 0 },
		{ "999", 0 },
		{ "", 0 },
		{ "SIG", 0 },
		{ "9x", 0 },
		{ "-9", 0 },
		{ "SIGNONE", 0 },
	};
	char text[16];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(signal_parse(cases[i].text), cases[i].number);
	assert_string_equal(signal_name(SIGHUP, text), "SIGHUP");
	assert_string_equal(signal_name(40, text), "40");
}

static void test_stat(void **state)
{
	(void)state;
	assert_int_equal(process_stat_time("7 (a) (b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 "
					   "17 18 12345 99 1\n"),
			 12345);
	assert_int_equal(process_stat_time("7 (a) S 1 2"), 0);
	assert_int_equal(process_stat_time(""), 0);
	assert_true(process_time(getpid()) > 0);
}

static void test_processes(void **state)
{
	pid_t pid = fork();
	uint64_t time;
	int pidfd;

	(void)state;
	if (!pid) {
		pause();
		_exit(0);
	}
	time = process_time(pid);
	assert_int_equal(process_open(0, time), -ESRCH);
	assert_int_equal(process_open(pid, time + 1), -ESRCH);
	pidfd = process_open(pid, time);
	assert_true(pidfd >= 0);
	assert_false(process_has_ended(pidfd));
	assert_int_equal(process_signal(pidfd, SIGKILL), 0);
	assert_true(process_wait(pidfd, 10000));
	/* it has ended, though nobody has asked for its status yet */
	assert_int_equal(process_open(pid, time), -ESRCH);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(process_signal(pidfd, SIGKILL), -ESRCH);
	close(pidfd);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_place, free_place)
	const struct CMUnitTest tests[] = {
		TEST(test_record),	     TEST(test_new_refusals),
		TEST(test_bad_records),	     cmocka_unit_test(test_signals),
		cmocka_unit_test(test_stat), cmocka_unit_test(test_processes),
	};

	return cmocka_run_group_tests_name("runtime-container", tests, NULL, NULL);
}
