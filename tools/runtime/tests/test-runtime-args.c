// SPDX-License-Identifier: GPL-2.0-or-later
/* Command lines as engines and people write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "../runtime.h"

#define ARGV(...) ((char *[]){ "hwcontainer-runtime", __VA_ARGS__, NULL })

static void expect(char **argv, const char *verb, const char *id, const char *bundle)
{
	struct command command;

	command_parse(&command, argv);
	assert_string_equal(command.verb, verb);
	assert_string_equal(command.id ? command.id : "", id);
	assert_string_equal(command.bundle, bundle);
}

/* containerd's shim, conmon, Slurm, people */
static void test_engines(void **state)
{
	(void)state;
	expect(ARGV("--root", "/run/containerd/runc/default", "--log", "/run/log.json",
		    "--log-format", "json", "--systemd-cgroup", "create", "--bundle", "/run/b",
		    "--pid-file", "/run/b/init.pid", "--console-socket", "/tmp/pty.sock", "c1"),
	       "create", "c1", "/run/b");
	expect(ARGV("--systemd-cgroup", "--root=/run/runc", "create", "--bundle", "/b",
		    "--pid-file", "/p", "--preserve-fds", "2", "c1"),
	       "create", "c1", "/b");
	expect(ARGV("--root=/run/slurm-runc", "run", "j.1", "-b", "/b"), "run", "j.1", "/b");
	expect(ARGV("run", "c1"), "run", "c1", ".");
	/* conmon's exec, containerd's update, people */
	expect(ARGV("exec", "--pid-file", "/p", "--process", "/b/exec", "--detach", "c1"), "exec",
	       "c1", ".");
	expect(ARGV("exec", "-u", "1:1", "-e", "A=b", "-t", "c1", "ls", "-p"), "exec", "c1", ".");
	expect(ARGV("update", "--resources", "-", "c1"), "update", "c1", ".");
	expect(ARGV("update", "-r", "/f", "--memory", "1", "c1"), "update", "c1", ".");
	expect(ARGV("events", "--interval", "1s", "--stats", "c1"), "events", "c1", ".");
	/* Arm's remoteproc-runtime */
	expect(ARGV("--log-level", "debug", "create", "--bundle", "/b", "--pid-file", "/p", "c1"),
	       "create", "c1", "/b");
	expect(ARGV("run", "-d", "--no-pivot", "--keep", "--bundle=/b", "c1"), "run", "c1", "/b");
}

static void test_forms(void **state)
{
	(void)state;
	/* one dash as two, "=", adjoined, the last one counts */
	expect(ARGV("-root", "/r", "run", "-bundle", "/b", "c1"), "run", "c1", "/b");
	expect(ARGV("run", "-b=/b", "c1"), "run", "c1", "/b");
	expect(ARGV("run", "-b/b", "c1"), "run", "c1", "/b");
	expect(ARGV("run", "-b", "/a", "--bundle", "/b", "c1"), "run", "c1", "/b");
	/* a value that looks like a verb, an option or nothing */
	expect(ARGV("--root", "create", "run", "c1"), "run", "c1", ".");
	expect(ARGV("--log", "--debug", "run", "c1"), "run", "c1", ".");
	expect(ARGV("--log=", "run", "c1"), "run", "c1", ".");
	expect(ARGV("--rootless", "true", "run", "c1"), "run", "c1", ".");
	expect(ARGV("--cgroup-manager", "cgroupfs", "run", "c1"), "run", "c1", ".");
	/* what follows "--" is no option */
	expect(ARGV("run", "--", "-b"), "run", "-b", ".");
	expect(ARGV("run", "-"), "run", "-", ".");
	expect(ARGV("run", "c1", "--bundle"), "run", "c1", ".");
	/* an option that is not known has no value */
	expect(ARGV("--new-flag", "run", "--other=x", "c1"), "run", "c1", ".");
}

/* The other runtime does not know it, and has its own where a verb is before it. */
static void test_sysroot(void **state)
{
	static const struct {
		char *argv[8];
		const char *sysroot;
		const char *left[8];
	} cases[] = {
		{ { "p", "--sysroot", "/s", "state", "c1" }, "/s", { "p", "state", "c1" } },
		{ { "p", "--root", "/r", "--sysroot=/s", "delete", "c1" },
		  "/s",
		  { "p", "--root", "/r", "delete", "c1" } },
		{ { "p", "-sysroot", "/s", "--debug", "start", "c1" },
		  "/s",
		  { "p", "--debug", "start", "c1" } },
		{ { "p", "--sysroot", "/a", "--sysroot", "/s", "run", "c1" },
		  "/s",
		  { "p", "run", "c1" } },
		{ { "p", "exec", "c1", "ls", "--sysroot", "/s" },
		  NULL,
		  { "p", "exec", "c1", "ls", "--sysroot", "/s" } },
		{ { "p", "--root", "--sysroot", "run", "c1" },
		  NULL,
		  { "p", "--root", "--sysroot", "run", "c1" } },
		{ { "p", "--sysroot" }, "", { "p" } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct command command;
		char *argv[8];
		size_t n;

		memcpy(argv, cases[i].argv, sizeof(argv));
		command_parse(&command, argv);
		assert_int_equal(!command.sysroot, !cases[i].sysroot);
		if (command.sysroot)
			assert_string_equal(command.sysroot, cases[i].sysroot);
		for (n = 0; cases[i].left[n]; n++)
			assert_string_equal(argv[n], cases[i].left[n]);
		assert_null(argv[n]);
		if (n > 1)
			assert_non_null(command.verb);
	}
}

static void test_log(void **state)
{
	struct command command;

	(void)state;
	command_parse(&command, ARGV("--log", "/l", "--log-format=json", "--debug", "create"));
	assert_string_equal(command.log, "/l");
	assert_true(command.log_json);
	assert_true(command.debug);
	command_parse(&command,
		      ARGV("--log=/l", "--log-format", "text", "--debug=false", "create"));
	assert_string_equal(command.log, "/l");
	assert_false(command.log_json);
	assert_false(command.debug);
	assert_null(command.id);
}

static void test_starts(void **state)
{
	struct command command;

	(void)state;
	command_parse(&command, ARGV("create", "c1"));
	assert_true(command_starts(&command));
	command_parse(&command, ARGV("run", "c1"));
	assert_true(command_starts(&command));
	/* "create" as the name of a container */
	command_parse(&command, ARGV("state", "create"));
	assert_false(command_starts(&command));
	command_parse(&command, ARGV("--version"));
	assert_false(command_starts(&command));
	command_parse(&command, (char *[]){ "hwcontainer-runtime", NULL });
	assert_false(command_starts(&command));
}

static void test_config_and_words(void **state)
{
	struct command command;

	(void)state;
	command_parse(&command, ARGV("run", "--config", "x.json", "c1"));
	assert_string_equal(command.config, "x.json");
	command_parse(&command, ARGV("hook", "handover", "1", "2"));
	assert_string_equal(command.words[0], "handover");
	assert_string_equal(command.words[2], "2");
	assert_null(command.words[3]);
}

/* What matters to containers whose program is firmware. */
static void test_firmware(void **state)
{
	struct command command;

	(void)state;
	command_parse(&command, ARGV("--root", "/r", "--systemd-cgroup", "create", "--pid-file",
				     "/p", "--console-socket=/s", "c1"));
	assert_string_equal(command.root, "/r");
	assert_string_equal(command.pid_file, "/p");
	assert_string_equal(command.console_socket, "/s");
	assert_true(command.systemd_cgroup);
	assert_null(command.signal);
	assert_int_equal(command.sink, -1);
	command_parse(&command, ARGV("kill", "--all", "c1", "KILL"));
	assert_string_equal(command.id, "c1");
	assert_string_equal(command.signal, "KILL");
	command_parse(&command, ARGV("run", "-d", "--keep", "c1"));
	assert_true(command.detach);
	assert_true(command.keep);
	command_parse(&command, ARGV("delete", "--force=false", "c1"));
	assert_false(command.force);
}

static void test_cgroups(void **state)
{
	static const struct {
		char *argv[5];
		bool systemd;
		bool none;
	} cases[] = {
		{ { "p", "--systemd-cgroup", "create", "c1" }, true, false },
		{ { "p", "--systemd-cgroup=false", "create", "c1" }, false, false },
		/* crun's */
		{ { "p", "--cgroup-manager=systemd", "create", "c1" }, true, false },
		{ { "p", "--cgroup-manager", "systemd", "create", "c1" }, true, false },
		{ { "p", "--cgroup-manager=cgroupfs", "create", "c1" }, false, false },
		{ { "p", "--cgroup-manager=disabled", "create", "c1" }, false, true },
		{ { "p", "--systemd-cgroup", "--cgroup-manager=cgroupfs", "create", "c1" },
		  false,
		  false },
		{ { "p", "--cgroup-manager" }, false, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct command command;
		char *argv[6] = { NULL };

		memcpy(argv, cases[i].argv, sizeof(cases[i].argv));
		command_parse(&command, argv);
		assert_int_equal(command.systemd_cgroup, cases[i].systemd);
		assert_int_equal(command.no_cgroup, cases[i].none);
	}
}

/* "-f" is an option with a value for crun's run, and without one for deletes. */
static void test_force(void **state)
{
	struct command command;

	(void)state;
	command_parse(&command, ARGV("delete", "-f", "c1"));
	assert_string_equal(command.id, "c1");
	assert_true(command.force);
	assert_null(command.config);
	command_parse(&command, ARGV("run", "-f", "x.json", "c1"));
	assert_string_equal(command.id, "c1");
	assert_string_equal(command.config, "x.json");
	assert_false(command.force);
}

/* "-f" has a value for a list, too. */
static void test_list(void **state)
{
	struct command command;

	(void)state;
	command_parse(&command, ARGV("--root", "/r", "list", "-q", "--format", "json"));
	assert_string_equal(command.format, "json");
	assert_true(command.quiet);
	assert_null(command.id);
	command_parse(&command, ARGV("list", "-f", "table"));
	assert_string_equal(command.format, "table");
	assert_null(command.config);
	assert_false(command.quiet);
	command_parse(&command, ARGV("ps", "--format=json", "c1"));
	assert_string_equal(command.id, "c1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_engines),	 cmocka_unit_test(test_forms),
		cmocka_unit_test(test_sysroot),	 cmocka_unit_test(test_log),
		cmocka_unit_test(test_starts),	 cmocka_unit_test(test_config_and_words),
		cmocka_unit_test(test_firmware), cmocka_unit_test(test_force),
		cmocka_unit_test(test_list),	 cmocka_unit_test(test_cgroups),
	};

	return cmocka_run_group_tests_name("runtime-args", tests, NULL, NULL);
}
