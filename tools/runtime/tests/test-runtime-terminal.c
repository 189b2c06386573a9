// SPDX-License-Identifier: GPL-2.0-or-later
/* Terminals of cores, played by pseudo terminals below a folder that is the system. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>
#include "../firmware.h"

static char folder[] = "/tmp/hwc-test-XXXXXX";
static int root;
static struct hwc_ctx *ctx;
static struct output output;
static struct terminals terminals;
static struct core core[2] = { { .name = "remoteproc1" }, { .name = "remoteproc0" } };
static const struct core_list cores = { core, 2 };

/* Standard input is a pipe, of which this is the other end. */
static int typist;

/**
 * struct fake - what plays a core's terminal
 * @core: the core's end
 * @ours: kept open, so that the other end never sees the last one close
 * @name: ttyRPMSGn
 */
struct fake {
	int core;
	int ours;
	char name[16];
};

static void make_folder(const char *path)
{
	char part[256];

	for (const char *at = strchr(path, '/'); at; at = strchr(at + 1, '/')) {
		snprintf(part, sizeof(part), "%.*s", (int)(at - path), path);
		assert_true(!mkdirat(root, part, 0755) || errno == EEXIST);
	}
}

static void make_file(const char *path, const char *text)
{
	int fd;

	make_folder(path);
	fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_return_code(fd, errno);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void remove_link(const char *folder_of, const char *name)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder_of, name);
	unlinkat(root, path, 0);
}

/* Says in sysfs that the terminal @number belongs to @owner. */
static void publish(const struct fake *fake, const char *owner)
{
	char path[256], text[300];
	struct stat st;

	assert_return_code(fstat(fake->ours, &st), errno);
	snprintf(path, sizeof(path), "sys/devices/x/remoteproc/%s/v/tty/%s/dev", owner, fake->name);
	snprintf(text, sizeof(text), "%u:%u\n", major(st.st_rdev), minor(st.st_rdev));
	make_file(path, text);
	*strrchr(path, '/') = '\0';
	snprintf(text, sizeof(text), "%s/device/driver_override", path);
	make_file(text, "");
	snprintf(text, sizeof(text), "../../%s", path + strlen("sys/"));
	remove_link("sys/class/tty", fake->name);
	snprintf(path, sizeof(path), "sys/class/tty/%s", fake->name);
	assert_return_code(symlinkat(text, root, path), errno);
}

static struct fake make_terminal(int number, const char *owner)
{
	struct fake fake = { .core = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC) };
	char path[256], name[64];

	assert_return_code(fake.core, errno);
	assert_int_equal(grantpt(fake.core) | unlockpt(fake.core), 0);
	assert_int_equal(ptsname_r(fake.core, name, sizeof(name)), 0);
	fake.ours = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_return_code(fake.ours, errno);
	snprintf(fake.name, sizeof(fake.name), "ttyRPMSG%d", number);
	snprintf(path, sizeof(path), "dev/%s", fake.name);
	make_folder(path);
	unlinkat(root, path, 0);
	assert_return_code(symlinkat(name, root, path), errno);
	publish(&fake, owner);
	return fake;
}

static void hang_up(const struct fake *fake)
{
	remove_link("sys/class/tty", fake->name);
	close(fake->core);
	close(fake->ours);
}

static int set_up(void **state)
{
	int ends[2];

	(void)state;
	strcpy(folder, "/tmp/hwc-test-XXXXXX");
	if (!mkdtemp(folder) || hwc_ctx_new(&ctx))
		return -1;
	root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	make_folder("sys/class/tty/");
	make_folder("dev/");
	if (pipe2(ends, O_CLOEXEC) || hwc_ctx_set_sysroot(ctx, folder))
		return -1;
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	typist = ends[1];
	output = (struct output){ 0 };
	terminals_open(&terminals, &output, ctx, false);
	return 0;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	terminals_end(&terminals);
	typing_close(&terminals.typing);
	if (typist >= 0)
		close(typist);
	free(output.text);
	hwc_ctx_free(ctx);
	close(root);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

/* Waits for what is typed, or a moment, and takes what there is. */
static void step(void)
{
	struct pollfd file = { terminals_input(&terminals), POLLIN, 0 };

	if (poll(&file, 1, 50) > 0)
		terminals_type(&terminals, &cores);
	terminals_look(&terminals, &cores);
}

/* What was heard since the last time. */
static const char *heard(void)
{
	static char text[8192];

	snprintf(text, sizeof(text), "%.*s", (int)output.size, output.text ? output.text : "");
	output.size = 0;
	return text;
}

static void assert_heard(const char *want)
{
	for (int i = 0; i < 20 && output.size < strlen(want); i++)
		step();
	assert_string_equal(heard(), want);
}

static void say(const struct fake *fake, const char *text)
{
	assert_int_equal(write(fake->core, text, strlen(text)), strlen(text));
}

/* As much as is wanted of what the core gets next. */
static const char *gets_next(const struct fake *fake, const char *want)
{
	struct pollfd file = { fake->core, POLLIN, 0 };
	static char text[512];
	size_t size = 0;
	ssize_t n;

	for (int i = 0; i < 20 && size < strlen(want); i++) {
		poll(&file, 1, 100);
		n = read(fake->core, text + size, sizeof(text) - 1 - size);
		size += n > 0 ? n : 0;
	}
	text[size] = '\0';
	return text;
}

static void assert_gets(const struct fake *fake, const char *want)
{
	assert_string_equal(gets_next(fake, want), want);
}

static void test_is_found_later(void **state)
{
	struct fake fake;

	(void)state;
	terminals_look(&terminals, &cores);
	assert_int_equal(terminals.count, 0);
	fake = make_terminal(3, "remoteproc0");
	terminals_look(&terminals, &cores);
	terminals_look(&terminals, &cores);
	assert_int_equal(terminals.count, 1);
	assert_ptr_equal(terminals.terminal[0]->voice.core, &core[1]);
	/* once, and nothing that a terminal would make of it */
	assert_gets(&fake, "\n");
	say(&fake, "\x03\x04\r\n");
	assert_heard("\x03\x04\r\n");
	assert_gets(&fake, "");
	hang_up(&fake);
}

static void test_is_none_of_ours(void **state)
{
	static const char *const others[] = { "remoteproc2", "remoteproc01", "remoteproc10",
					      "xremoteproc0" };
	struct fake fake = make_terminal(0, "remoteproc2");

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		publish(&fake, others[i]);
		terminals_look(&terminals, &cores);
		assert_int_equal(terminals.count, 0);
	}
	/* no device of that number, one whose driver is not ready, or none at all */
	publish(&fake, "remoteproc0");
	unlinkat(root,
		 "sys/devices/x/remoteproc/remoteproc0/v/tty/ttyRPMSG0/device/driver_override", 0);
	terminals_look(&terminals, &cores);
	assert_int_equal(terminals.count, 0);
	publish(&fake, "remoteproc0");
	make_file("sys/devices/x/remoteproc/remoteproc0/v/tty/ttyRPMSG0/dev", "1:3\n");
	terminals_look(&terminals, &cores);
	assert_int_equal(terminals.count, 0);
	unlinkat(root, "dev/ttyRPMSG0", 0);
	terminals_look(&terminals, &cores);
	assert_int_equal(terminals.count, 0);
	hang_up(&fake);
}

/* One that is no terminal at all. */
static void test_is_no_terminal(void **state)
{
	(void)state;
	make_file("sys/devices/x/remoteproc/remoteproc0/v/tty/ttyRPMSG0/dev", "1:3\n");
	make_file("sys/devices/x/remoteproc/remoteproc0/v/tty/ttyRPMSG0/device/driver_override",
		  "");
	assert_return_code(symlinkat("../../devices/x/remoteproc/remoteproc0/v/tty/ttyRPMSG0", root,
				     "sys/class/tty/ttyRPMSG0"),
			   errno);
	assert_return_code(symlinkat("/dev/null", root, "dev/ttyRPMSG0"), errno);
	terminals_look(&terminals, &cores);
	assert_int_equal(terminals.count, 0);
}

static void test_is_typed_to(void **state)
{
	struct fake first, second;

	(void)state;
	/* it waits for the first terminal that there is */
	assert_int_equal(write(typist, "typed early\n", 12), 12);
	step();
	first = make_terminal(7, "remoteproc0");
	terminals_look(&terminals, &cores);
	second = make_terminal(1, "remoteproc1");
	terminals_look(&terminals, &cores);
	step();
	assert_gets(&first, "\ntyped early\n");
	assert_gets(&second, "\n");
	hang_up(&first);
	step();
	assert_int_equal(terminals.count, 1);
	assert_int_equal(write(typist, "next", 4), 4);
	step();
	assert_gets(&second, "next");
	/* who types no more does not keep it busy */
	close(typist);
	typist = -1;
	step();
	assert_int_equal(terminals.typing.input, -1);
	assert_int_equal(terminals.count, 1);
	hang_up(&second);
}

static void test_goes_and_comes(void **state)
{
	struct fake fake = make_terminal(0, "remoteproc0");

	(void)state;
	terminals_look(&terminals, &cores);
	say(&fake, "not finished");
	step();
	hang_up(&fake);
	step();
	step();
	assert_int_equal(terminals.count, 0);
	fake = make_terminal(0, "remoteproc0");
	terminals_look(&terminals, &cores);
	say(&fake, "again\n");
	assert_heard("not finished\nagain\n");
	hang_up(&fake);
}

static void test_last_words(void **state)
{
	struct fake fake = make_terminal(0, "remoteproc0");

	(void)state;
	terminals_look(&terminals, &cores);
	say(&fake, "one\nlast ");
	terminals_end(&terminals);
	assert_string_equal(heard(), "one\nlast ");
	assert_int_equal(terminals.count, 0);
	hang_up(&fake);
}

static void test_too_many(void **state)
{
	struct fake fakes[TERMINALS_MAX + 2];

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fakes); i++)
		fakes[i] = make_terminal(i, "remoteproc0");
	terminals_look(&terminals, &cores);
	assert_int_equal(terminals.count, TERMINALS_MAX);
	step();
	terminals_end(&terminals);
	for (size_t i = 0; i < ARRAY_SIZE(fakes); i++)
		hang_up(&fakes[i]);
}

/* A terminal that we have is one only where one was asked for. */
static void test_keys(void **state)
{
	struct fake keyboard = make_terminal(9, "nobody"), fake;
	struct termios modes;

	(void)state;
	dup2(keyboard.ours, STDIN_FILENO);
	terminals_open(&terminals, &output, ctx, false);
	assert_int_equal(terminals.typing.input, -1);
	terminals_open(&terminals, &output, ctx, true);
	assert_int_equal(terminals.typing.input, STDIN_FILENO);
	assert_return_code(tcgetattr(STDIN_FILENO, &modes), errno);
	assert_true(modes.c_lflag & ICANON);
	fake = make_terminal(0, "remoteproc0");
	terminals_look(&terminals, &cores);
	assert_return_code(tcgetattr(STDIN_FILENO, &modes), errno);
	assert_false(modes.c_lflag & (ICANON | ECHO));
	assert_true(modes.c_lflag & ISIG);
	assert_gets(&fake, "\n");
	assert_int_equal(write(keyboard.core, "k\r", 2), 2);
	step();
	assert_gets(&fake, "k\r");
	typing_close(&terminals.typing);
	assert_return_code(tcgetattr(STDIN_FILENO, &modes), errno);
	assert_true(modes.c_lflag & ICANON && modes.c_lflag & ECHO);
	hang_up(&fake);
	hang_up(&keyboard);
}

/* In a process of its own, of which the test sees the exit status: the line. */
#define MUST(what)                              \
	do {                                    \
		if (!(what))                    \
			_exit(__LINE__ & 0xff); \
	} while (0)

static bool gives_keys(const struct fake *keyboard)
{
	struct termios modes;

	return !tcgetattr(keyboard->ours, &modes) && !(modes.c_lflag & ICANON);
}

/* Asks who plays the shell to put the job in front or behind. */
static void put(int shell, const char *where)
{
	char done;

	MUST(write(shell, where, 1) == 1 && read(shell, &done, 1) == 1);
	terminals_look(&terminals, &cores);
}

static void play_supervisor(const struct fake *keyboard, const struct fake *fake, int shell)
{
	sigset_t all;
	char key;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	dup2(keyboard->ours, STDIN_FILENO);
	terminals_open(&terminals, &output, ctx, true);
	terminals_look(&terminals, &cores);
	MUST(terminals.count == 1 && !gives_keys(keyboard));
	MUST(write(keyboard->core, "ls\n", 3) == 3 && terminals_input(&terminals) < 0);
	terminals_type(&terminals, &cores);
	MUST(!terminals.typing.size && terminals.typing.input >= 0);
	MUST(read(keyboard->ours, &key, 1) < 0);
	put(shell, "f");
	MUST(gives_keys(keyboard) && terminals_input(&terminals) == STDIN_FILENO);
	step();
	MUST(!strcmp(gets_next(fake, "\nls\n"), "\nls\n"));
	/* the shell has modes of its own, which are no business of ours */
	tcsetattr(keyboard->ours, TCSANOW, &terminals.typing.before);
	put(shell, "b");
	MUST(terminals_input(&terminals) < 0 && !gives_keys(keyboard));
	put(shell, "f");
	MUST(gives_keys(keyboard));
	put(shell, "b");
	typing_close(&terminals.typing);
	MUST(gives_keys(keyboard));
	put(shell, "f");
	typing_close(&terminals.typing);
	MUST(!gives_keys(keyboard));
	_exit(0);
}

/* Whose child has a pid namespace, where it may, in which there is no number for the job. */
static void play_run(const struct fake *keyboard, const struct fake *fake, int shell)
{
	int status;
	pid_t pid;

	setpgid(0, 0);
	if (unshare(CLONE_NEWPID))
		print_message("without a pid namespace: %s\n", strerror(errno));
	pid = fork();
	if (!pid)
		play_supervisor(keyboard, fake, shell);
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	_exit(WEXITSTATUS(status));
}

static void play_shell(const struct fake *keyboard, const struct fake *fake)
{
	int pair[2], status;
	char where;
	pid_t pid;

	setsid();
	signal(SIGTTOU, SIG_IGN);
	MUST(!ioctl(keyboard->ours, TIOCSCTTY, 0));
	MUST(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair));
	pid = fork();
	if (!pid) {
		close(pair[0]);
		play_run(keyboard, fake, pair[1]);
	}
	close(pair[1]);
	while (read(pair[0], &where, 1) == 1) {
		MUST(!tcsetpgrp(keyboard->ours, where == 'f' ? pid : getpid()));
		MUST(write(pair[0], "", 1) == 1);
	}
	MUST(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	_exit(WEXITSTATUS(status));
}

/* One in the background leaves the shell what is typed to it. */
static void test_background(void **state)
{
	struct fake keyboard = make_terminal(9, "nobody");
	struct fake fake = make_terminal(0, "remoteproc0");
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	if (!pid)
		play_shell(&keyboard, &fake);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	hang_up(&fake);
	hang_up(&keyboard);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_is_found_later), TEST(test_is_none_of_ours),
		TEST(test_is_no_terminal), TEST(test_is_typed_to),
		TEST(test_goes_and_comes), TEST(test_last_words),
		TEST(test_too_many),	   TEST(test_keys),
		TEST(test_background),
	};

	return cmocka_run_group_tests_name("runtime-terminal", tests, NULL, NULL);
}
