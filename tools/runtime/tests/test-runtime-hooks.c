// SPDX-License-Identifier: GPL-2.0-or-later
/* Hooks of a firmware container, run on this machine, and cgroups of systemd's units. */
#include <errno.h>
#include <json-c/json.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "../runtime.h"

/* A container that is no more than its record, and who is told what goes wrong. */
struct place {
	struct command command;
	struct container container;
	int told;
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	place->told = pair[0];
	place->command = (struct command){ .id = "c1", .sink = pair[1] };
	place->container = (struct container){ .command = &place->command,
					       .record = json_object_new_object() };
	container_set(&place->container, "id", json_object_new_string("c1"));
	container_set(&place->container, "bundle", json_object_new_string("/"));
	container_set(&place->container, "pid", json_object_new_int(getpid()));
	*state = place;
	return 0;
}

static int free_place(void **state)
{
	struct place *place = *state;

	json_object_put(place->container.record);
	close(place->told);
	close(place->command.sink);
	free(place);
	return 0;
}

static void expect_told(const struct place *place, const char *text)
{
	char said[2048] = "";

	recv(place->told, said, sizeof(said) - 1, MSG_DONTWAIT);
	assert_string_equal(*said ? said + 1 : said, text);
}

/* A shell that does that, as hooks of one kind. */
static void set_hook(const struct place *place, const char *script, const char *more)
{
	char *text;

	assert_true(
		asprintf(&text,
			 "{\"prestart\":[{\"path\":\"/bin/sh\",\"args\":[\"sh\",\"-c\",\"%s\"]%s}]}",
			 script, more) > 0);
	container_set(&place->container, "hooks", json_tokener_parse(text));
	free(text);
}

static void expect_hook(const struct place *place, const char *script, const char *more,
			const char *told)
{
	set_hook(place, script, more);
	assert_int_equal(hooks_run(&place->container, "prestart", STATUS_CREATING),
			 *told ? -ECANCELED : 0);
	expect_told(place, told);
	/* the same, where it does not matter */
	hooks_run_all(&place->container, "prestart", STATUS_CREATING);
	expect_told(place, told);
}

static void test_ends(void **state)
{
	const struct place *place = *state;
	int64_t began;

	expect_hook(place, "true", "", "");
	expect_hook(place, "echo one >&2", "", "");
	expect_hook(place, "exit 9", "", "prestart hook /bin/sh ended with 9");
	expect_hook(place, "printf 'a\\\\nb\\\\n\\\\n' >&2; exit 1", "",
		    "prestart hook /bin/sh ended with 1: b");
	expect_hook(place, "kill -TERM $$", "", "prestart hook /bin/sh was killed by SIGTERM");
	/* what it leaves behind, with its standard error, is not waited for */
	began = now_ms();
	expect_hook(place, "sleep 10 & exit 2", "", "prestart hook /bin/sh ended with 2");
	assert_true(now_ms() - began < 10000);
	expect_hook(place, "echo slow >&2; exec sleep 60", ",\"timeout\":1",
		    "prestart hook /bin/sh did not end within 1 s: slow");
	/* no other kind */
	set_hook(place, "exit 1", "");
	assert_int_equal(hooks_run(&place->container, "poststop", STATUS_STOPPED), 0);
	expect_told(place, "");
}

/* Of what is much longer than is kept, the end. */
static void test_long_words(void **state)
{
	const struct place *place = *state;
	char said[2048] = "", line[512];

	set_hook(place, "head -c 100000 /dev/zero | tr '\\\\0' x >&2; exit 1", "");
	assert_int_equal(hooks_run(&place->container, "prestart", STATUS_CREATING), -ECANCELED);
	recv(place->told, said, sizeof(said) - 1, MSG_DONTWAIT);
	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	assert_string_equal(strrchr(said, ' ') + 1, line);
}

/* In the container's namespaces, which here are ours: that takes no privileges. */
static void test_inside(void **state)
{
	const struct place *place = *state;

	container_set(&place->container, "hooks",
		      json_tokener_parse("{\"startContainer\":[{\"path\":\"/bin/false\"}]}"));
	assert_int_equal(hooks_run(&place->container, "startContainer", STATUS_CREATED), -ESRCH);
	expect_told(place, "the process of container c1 has ended");
	container_set(&place->container, "startTime",
		      json_object_new_int64(process_time(getpid())));
	assert_int_equal(hooks_run(&place->container, "startContainer", STATUS_CREATED),
			 -ECANCELED);
	expect_told(place, "startContainer hook /bin/false ended with 1");
}

static void test_input(void **state)
{
	const struct place *place = *state;
	char wanted[256];

	snprintf(wanted, sizeof(wanted),
		 "prestart hook /bin/sh ended with 1: "
		 "{\"id\":\"c1\",\"bundle\":\"/\",\"status\":\"creating\",\"pid\":%d}",
		 getpid());
	expect_hook(place, "cat >&2; exit 1", "", wanted);
	setenv("A_NOTE", "ours", 1);
	expect_hook(place, "echo $A_NOTE >&2; exit 1", "",
		    "prestart hook /bin/sh ended with 1: ours");
	expect_hook(place, "echo $A_NOTE$B_NOTE >&2; exit 1", ",\"env\":[\"B_NOTE=its\"]",
		    "prestart hook /bin/sh ended with 1: its");
	expect_hook(place, "echo $A_NOTE. >&2; exit 1", ",\"env\":[]",
		    "prestart hook /bin/sh ended with 1: .");
}

static void test_refusals(void **state)
{
	static const struct {
		const char *hooks;
		const char *told;
	} cases[] = {
		{ "{}", "" },
		{ "{\"of-the-future\":7}", "" },
		{ "{\"prestart\":[{\"path\":\"/a\",\"args\":[],\"env\":[\"A=b\"],\"timeout\":1}]}",
		  "" },
		{ "[]", "hooks is no object" },
		{ "{\"prestart\":{}}", "hooks.prestart is no list" },
		{ "{\"poststop\":[{\"path\":\"/a\"},7]}",
		  "hooks.poststop[1] needs an absolute path" },
		{ "{\"poststop\":[{}]}", "hooks.poststop[0] needs an absolute path" },
		{ "{\"poststart\":[{\"path\":\"a\"}]}",
		  "hooks.poststart[0] needs an absolute path" },
		{ "{\"createRuntime\":[{\"path\":\"/a\",\"timeout\":0}]}",
		  "hooks.createRuntime[0] has a timeout that is no number of seconds above 0" },
		{ "{\"createContainer\":[{\"path\":\"/a\",\"args\":\"x\"}]}",
		  "hooks.createContainer[0] has args or env that are no list of strings" },
		{ "{\"startContainer\":[{\"path\":\"/a\",\"env\":[1]}]}",
		  "hooks.startContainer[0] has args or env that are no list of strings" },
	};
	const struct place *place = *state;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct spec spec = { .config = json_object_new_object() };

		json_object_object_add(spec.config, "hooks", json_tokener_parse(cases[i].hooks));
		assert_int_equal(spec_check_hooks(&place->command, &spec),
				 *cases[i].told ? -EINVAL : 0);
		expect_told(place, cases[i].told);
		json_object_put(spec.config);
	}
}

static void test_units(void **state)
{
	static const struct {
		const char *path;
		const char *cgroup;
	} cases[] = {
		{ "machine.slice:libpod:c1", "/machine.slice/libpod-c1.scope" },
		{ ":docker:c1", "/system.slice/docker-c1.scope" },
		{ "-.slice:a:c1", "/a-c1.scope" },
		{ "a-b-c.slice:p:c1", "/a.slice/a-b.slice/a-b-c.slice/p-c1.scope" },
		{ "user.slice::c1", "/user.slice/c1.scope" },
		{ "machine.slice:p:c1.slice", "/machine.slice/c1.slice" },
		{ "machine.slice:p", NULL },
		{ "/machine/c1", NULL },
		{ "a.slice:b:c:d", NULL },
		{ "a.slice:b:", NULL },
		{ "a.slice:b:../c", NULL },
		{ "a/b.slice:b:c", NULL },
		{ "machine:libpod:c1", NULL },
		{ "-a.slice:libpod:c1", NULL },
		{ ".slice:libpod:c1", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char *cgroup = cgroup_of_unit(cases[i].path);

		if (cases[i].cgroup)
			assert_string_equal(cgroup, cases[i].cgroup);
		else
			assert_null(cgroup);
		free(cgroup);
	}
}

static void test_inner_number(void **state)
{
	(void)state;
	assert_int_equal(process_status_inner("Name:\ta\nNSpid:\t123\t45\t1\nNSpgid:\t0\n"), 1);
	assert_int_equal(process_status_inner("Name:\ta\nNSpid:\t123\n"), 123);
	assert_int_equal(process_status_inner("Name:\tNSpid:\t3\n"), 0);
	assert_int_equal(process_inner_number(getpid()), getpid());
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_place, free_place)
	const struct CMUnitTest tests[] = {
		TEST(test_ends),
		TEST(test_long_words),
		TEST(test_inside),
		TEST(test_input),
		TEST(test_refusals),
		cmocka_unit_test(test_units),
		cmocka_unit_test(test_inner_number),
	};

	return cmocka_run_group_tests_name("runtime-hooks", tests, NULL, NULL);
}
