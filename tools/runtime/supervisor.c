// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The process of a container that we run ourselves. The claims are its own, so that the
 * kernel takes the hardware back when it ends, in whatever way; it lets the container's
 * program run when it is told to, and ends when that does.
 */
#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>
#include "runtime.h"

/* Whoever creates the container lets go with a byte, in each of its steps. */
static bool is_let_on(const struct supervisor *s)
{
	char byte;

	return recv(s->parent, &byte, 1, 0) == 1;
}

/*
 * One who creates the container and is killed before its end leaves nothing. The
 * record is that one's until then: this process may not even know its own number.
 */
static bool is_let_go(const struct supervisor *s)
{
	return is_let_on(s) && !container_read(s->container);
}

static int accept_one(const struct supervisor *s)
{
	return accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
}

/* What goes wrong until it runs is told to who started it. */
static int start_for(struct supervisor *s, int fd)
{
	int err;

	s->command.sink = fd;
	err = s->kind->begin(s);
	if (!err) {
		container_set(s->container, "started", json_object_new_boolean(true));
		err = container_save(s->container);
	}
	if (err)
		s->kind->stop(s);
	else
		talk_say(fd, NULL);
	s->command.sink = -1;
	return err;
}

/* Nothing but a start can be asked for: an exit status, or -1 where it goes on. */
static int answer(struct supervisor *s)
{
	int fd = accept_one(s), err;

	if (fd < 0)
		return -1;
	if (s->started) {
		talk_say(fd, "the container is running already");
		close(fd);
		return -1;
	}
	err = start_for(s, fd);
	close(fd);
	s->started = !err;
	if (!err)
		return -1;
	return settle_is_interrupted(s, 0) ? ENDED_STOPPED : ENDED_REFUSED;
}

enum { FILE_SIGNALS, FILE_LISTENER, FILE_KIND };

/* Waits, and sees what has happened: an exit status, or -1 while it goes on. */
static int step(struct supervisor *s, struct pollfd *files)
{
	size_t n = FILE_KIND + s->kind->files(s, files + FILE_KIND);
	int code = -1;

	files[FILE_SIGNALS] = (struct pollfd){ s->signals, POLLIN, 0 };
	files[FILE_LISTENER] = (struct pollfd){ s->listener, POLLIN, 0 };
	if (poll(files, n, s->kind->wait_ms(s)) < 0)
		return -1;
	if (files[FILE_SIGNALS].revents)
		code = s->kind->signal(s);
	if (code < 0)
		code = s->kind->look(s, files + FILE_KIND);
	if (code < 0 && files[FILE_LISTENER].revents)
		code = answer(s);
	return code;
}

static int run(struct supervisor *s)
{
	struct pollfd *files = calloc(FILE_KIND + s->kind->files(s, NULL), sizeof(*files));
	int code = -1;

	if (!files) {
		claims_no_memory(s->claims);
		s->kind->stop(s);
		return ENDED_FAILED;
	}
	while (code < 0)
		code = step(s, files);
	free(files);
	return code;
}

/* When it is known who it is: what it may charge its hardware to, for one. */
static int create(struct supervisor *s)
{
	if (!s->kind->create)
		return 0;
	if (!is_let_on(s) || s->kind->create(s))
		return -ECANCELED;
	talk_say(s->parent, NULL);
	return 0;
}

static int go_on(struct supervisor *s)
{
	/* who created it may be killed before it says so, and this process has the folder, too */
	container_made(s->container);
	close(s->parent);
	/* from here on its errors are those of the container, not of a command */
	s->command.sink = -1;
	s->command.log = NULL;
	s->command.supervises = true;
	return run(s);
}

int supervisor_live(struct supervisor *s)
{
	int code = ENDED_REFUSED;

	s->claims->command = &s->command;
	s->container->command = &s->command;
	s->command.sink = s->parent;
	s->command.debug = false;
	if (settle_in(s))
		return ENDED_REFUSED;
	s->claims->interrupt = s->signals;
	talk_say(s->parent, NULL);
	if (create(s))
		return ENDED_REFUSED;
	if (is_let_go(s))
		code = go_on(s);
	else if (s->kind->create)
		s->kind->stop(s);
	if (s->kind->end)
		s->kind->end(s);
	return code;
}
