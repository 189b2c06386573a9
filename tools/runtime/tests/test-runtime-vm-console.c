// SPDX-License-Identifier: GPL-2.0-or-later
/* A guest's consoles: what it says is standard output, what is typed goes to it. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>
#include "../vm.h"

/**
 * struct scene - a guest, and an engine
 * @console: what is tested
 * @output: its
 * @guest: the guest's ends
 * @typing: what is typed goes there
 * @out: what standard output gets comes from there
 * @streams: standard input and output as they were
 */
struct scene {
	struct vm_console console;
	struct output output;
	int guest[VM_CONSOLES];
	int typing;
	int out;
	int streams[2];
};

static int replace(int stream, int file)
{
	int before = fcntl(stream, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	assert_int_equal(dup2(file, stream), stream);
	close(file);
	return before;
}

static void open_scene(struct scene *scene, size_t consoles)
{
	int in[2], out[2], pair[2];

	*scene = (struct scene){ .guest = { -1, -1 } };
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	scene->typing = in[1];
	scene->out = out[0];
	scene->streams[0] = replace(STDIN_FILENO, in[0]);
	scene->streams[1] = replace(STDOUT_FILENO, out[1]);
	vm_console_open(&scene->console, &scene->output, false);
	for (size_t i = 0; i < consoles; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		fcntl(pair[1], F_SETFL, O_NONBLOCK);
		vm_console_add(&scene->console, pair[0]);
		scene->guest[i] = pair[1];
	}
}

static void close_scene(struct scene *scene)
{
	typing_close(&scene->console.typing);
	close(replace(STDIN_FILENO, scene->streams[0]));
	close(replace(STDOUT_FILENO, scene->streams[1]));
	if (scene->typing >= 0)
		close(scene->typing);
	close(scene->out);
	for (size_t i = 0; i < VM_CONSOLES; i++) {
		if (scene->guest[i] >= 0)
			close(scene->guest[i]);
		if (i < scene->console.count && scene->console.line[i].fd >= 0)
			close(scene->console.line[i].fd);
	}
	free(scene->output.text);
}

/* As its process does it; whether something had happened. */
static bool step(struct scene *scene)
{
	struct pollfd files[VM_CONSOLE_FILES];
	int ready;

	vm_console_files(&scene->console, files);
	ready = poll(files, VM_CONSOLE_FILES, 0);
	vm_console_look(&scene->console, files);
	return ready > 0;
}

static void steps(struct scene *scene)
{
	for (int i = 0; i < 1000 && step(scene); i++)
		;
}

static void say(int fd, const char *text)
{
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
}

static void expect(int fd, const char *text)
{
	char seen[256];
	ssize_t n = read(fd, seen, sizeof(seen) - 1);

	seen[n > 0 ? n : 0] = '\0';
	assert_string_equal(seen, text);
}

static void test_says(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	say(scene.guest[0], "no line\033]hwcont");
	steps(&scene);
	expect(scene.out, "no line");
	assert_int_equal(scene.console.code, -1);
	say(scene.guest[0], "ainer;exit=9\ayet");
	steps(&scene);
	expect(scene.out, "yet");
	assert_int_equal(scene.console.code, 9);
	close_scene(&scene);
}

static void test_typed(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	say(scene.typing, "hello\n");
	steps(&scene);
	expect(scene.guest[0], "hello\n");
	close(scene.typing);
	scene.typing = -1;
	steps(&scene);
	assert_int_equal(scene.console.typing.input, -1);
	/* nobody is waited for then */
	assert_int_equal(vm_console_wait_ms(&scene.console), -1);
	close_scene(&scene);
}

/* What it has no room for waits where it is, and comes in its order. */
static void test_guest_that_does_not_read(void **state)
{
	static char text[8192], seen[8192];
	struct scene scene;
	size_t got = 0;
	int room = 1;

	(void)state;
	open_scene(&scene, 1);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = 'a' + i % 26;
	setsockopt(scene.console.line[0].fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	assert_int_equal(write(scene.typing, text, sizeof(text)), sizeof(text));
	for (int i = 0; i < 100; i++)
		step(&scene);
	assert_true(scene.console.typing.size > 0);
	for (int i = 0; i < 10000 && got < sizeof(seen); i++) {
		ssize_t n = read(scene.guest[0], seen + got, sizeof(seen) - got);

		got += n > 0 ? n : 0;
		step(&scene);
	}
	assert_int_equal(got, sizeof(seen));
	assert_memory_equal(seen, text, sizeof(text));
	close_scene(&scene);
}

/* It says more than anybody reads: it goes on, and what is missing is counted. */
static void test_engine_that_does_not_read(void **state)
{
	static char flood[65536], seen[65536];
	size_t said = 0, got = 0;
	struct scene scene;
	ssize_t n;

	(void)state;
	open_scene(&scene, 1);
	memset(flood, 'x', sizeof(flood));
	for (int i = 0; i < 10000 && said < 2000000; i++) {
		n = write(scene.guest[0], flood, sizeof(flood));
		said += n > 0 ? n : 0;
		step(&scene);
	}
	assert_true(said >= 2000000);
	assert_in_range(scene.output.size, 1, 256 << 10);
	assert_true(scene.output.lost > 0);
	do {
		n = read(scene.out, seen, sizeof(seen));
		got += n > 0 ? n : 0;
		step(&scene);
	} while (n > 0 || scene.output.size);
	assert_in_range(got, 1, said);
	close_scene(&scene);
}

static void test_two_consoles(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 2);
	say(scene.typing, "1");
	steps(&scene);
	expect(scene.guest[0], "1");
	say(scene.guest[1], "me");
	steps(&scene);
	expect(scene.out, "me");
	say(scene.typing, "2");
	steps(&scene);
	expect(scene.guest[0], "");
	expect(scene.guest[1], "2");
	close_scene(&scene);
}

/* The last that it said is heard, and a sequence that was begun is shown. */
static void test_end(void **state)
{
	struct scene scene;

	(void)state;
	open_scene(&scene, 1);
	say(scene.guest[0], "bye\033]hwcontainer;exit=4\a\033]hw");
	close(scene.guest[0]);
	scene.guest[0] = -1;
	vm_console_drain(&scene.console);
	expect(scene.out, "bye\033]hw");
	assert_int_equal(scene.console.code, 4);
	assert_int_equal(scene.console.line[0].fd, -1);
	/* what is typed now is nobody's */
	say(scene.typing, "x");
	assert_false(step(&scene));
	close_scene(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_says),
		cmocka_unit_test(test_typed),
		cmocka_unit_test(test_guest_that_does_not_read),
		cmocka_unit_test(test_engine_that_does_not_read),
		cmocka_unit_test(test_two_consoles),
		cmocka_unit_test(test_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
