// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process of a firmware container. The claims are its own, so that the kernel
 * stops the cores when it ends, in whatever way; it starts them when it is told to,
 * copies what they say, and ends when they do.
 */
#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "runtime.h"

/* Between two looks at what the cores say, and have to say it with. */
#define LOOK_MS 50

/*
 * One who creates the container and is killed before its end leaves nothing. The
 * record is that one's until then: this process may not even know its own number.
 */
static bool is_let_go(const struct supervisor *s)
{
	char byte;

	return recv(s->parent, &byte, 1, 0) == 1 && !container_read(s->container);
}

static int accept_one(const struct supervisor *s)
{
	return accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
}

/* Nothing but a start can be asked for, and there was one. */
static void refuse_start(struct supervisor *s)
{
	int fd = accept_one(s);

	if (fd < 0)
		return;
	talk_say(fd, "the container is running already");
	close(fd);
}

/**
 * struct watch - what is waited for
 * @files: the files of that: FILE_* and the claims
 * @claims: how many of the files are claims
 * @look_ms: when the cores were looked at last, as now_ms()
 */
struct watch {
	struct pollfd *files;
	size_t claims;
	int64_t look_ms;
};

enum { FILE_SIGNALS, FILE_LISTENER, FILE_TYPED, FILE_CLAIMS };

/* How long to wait at most: for ever where nobody speaks, and nothing is left to be read. */
static int until_look(const struct supervisor *s, const struct watch *watch)
{
	int64_t left = watch->look_ms + LOOK_MS - now_ms();

	if (!cores_speak(&s->cores) && !s->output.size)
		return -1;
	return left > 0 ? left : 0;
}

/* That a claim is ready is no news: ends are told in any case. */
static void wait_for_news(const struct supervisor *s, const struct watch *watch)
{
	struct pollfd *files = watch->files;

	files[FILE_SIGNALS] = (struct pollfd){ s->signals, POLLIN, 0 };
	files[FILE_LISTENER] = (struct pollfd){ s->listener, POLLIN, 0 };
	files[FILE_TYPED] = (struct pollfd){ terminals_input(&s->terminals), POLLIN, 0 };
	for (size_t i = 0; i < watch->claims; i++)
		files[FILE_CLAIMS + i] = (struct pollfd){ .fd = s->claim[i] };
	poll(files, FILE_CLAIMS + watch->claims, until_look(s, watch));
}

static void hear_cores(struct supervisor *s, struct watch *watch)
{
	if (watch->files[FILE_TYPED].revents)
		terminals_type(&s->terminals, &s->cores);
	if (now_ms() - watch->look_ms >= LOOK_MS) {
		traces_step(&s->traces);
		terminals_look(&s->terminals, &s->cores);
		watch->look_ms = now_ms();
	}
	output_write(&s->output);
}

static bool has_failed(const struct watch *watch)
{
	for (size_t i = 0; i < watch->claims; i++)
		if (watch->files[FILE_CLAIMS + i].revents)
			return true;
	return false;
}

/* What has happened: an exit status, or -1 while it runs. */
static int see(struct supervisor *s, const struct watch *watch, int *backoff_ms)
{
	const struct core *silent = s->watchdog_ms ? cores_silent(&s->cores, s->watchdog_ms) : NULL;

	if (watch->files[FILE_SIGNALS].revents)
		return hardware_stop(s);
	if (has_failed(watch))
		return failure_of_claims(s, backoff_ms);
	if (silent)
		return failure_of_silence(s, silent, backoff_ms);
	if (watch->files[FILE_LISTENER].revents)
		refuse_start(s);
	return -1;
}

/* Until the cores end, or are to. */
static int run(struct supervisor *s)
{
	struct watch watch = { .claims = s->claims->count };
	int backoff_ms = 0, code = -1;

	watch.files = calloc(FILE_CLAIMS + watch.claims, sizeof(*watch.files));
	if (!watch.files) {
		claims_no_memory(s->claims);
		code = ENDED_FAILED;
	}
	while (code < 0) {
		wait_for_news(s, &watch);
		hear_cores(s, &watch);
		code = see(s, &watch, &backoff_ms);
	}
	free(watch.files);
	return code;
}

/* What goes wrong until it runs is told to who started it. */
static int start_for(struct supervisor *s, int fd)
{
	int err;

	s->command.sink = fd;
	err = hardware_start(s);
	if (!err) {
		container_set(s->container, "started", json_object_new_boolean(true));
		err = container_save(s->container);
	}
	if (err)
		hardware_stop(s);
	else
		talk_say(fd, NULL);
	s->command.sink = -1;
	return err;
}

/* Created, not started. */
static int wait_for_start(struct supervisor *s)
{
	struct pollfd files[] = { { s->signals, POLLIN, 0 }, { s->listener, POLLIN, 0 } };
	int fd, err, code;

	do {
		poll(files, 2, -1);
		if (files[0].revents)
			return ENDED_STOPPED;
		fd = accept_one(s);
	} while (fd < 0);
	err = start_for(s, fd);
	close(fd);
	if (!err) {
		code = run(s);
		terminals_close(&s->terminals);
		return code;
	}
	return settle_is_interrupted(s, 0) ? ENDED_STOPPED : ENDED_REFUSED;
}

int supervisor_live(struct supervisor *s)
{
	s->claims->command = &s->command;
	s->container->command = &s->command;
	s->command.sink = s->parent;
	s->command.debug = false;
	if (settle_in(s))
		return ENDED_REFUSED;
	s->claims->interrupt = s->signals;
	talk_say(s->parent, NULL);
	if (!is_let_go(s))
		return ENDED_REFUSED;
	/* who created it may be killed before it says so, and this process has the folder, too */
	container_made(s->container);
	close(s->parent);
	/* from here on its errors are those of the container, not of a command */
	s->command.sink = -1;
	s->command.log = NULL;
	s->command.supervises = true;
	return wait_for_start(s);
}
