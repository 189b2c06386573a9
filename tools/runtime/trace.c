// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trace buffers of cores, copied to standard output as they grow. A buffer is
 * memory that the core writes to when it likes and that nobody tells us of: so it is
 * looked at, and what has changed since is what is new.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "firmware.h"

#define FOLDER "/sys/kernel/debug/remoteproc"

/* Behind the last byte in [@from, @to) that differs; @from where none does. */
static size_t end_of_change(const struct trace *trace, const char *now, size_t from, size_t to)
{
	while (to > from && to <= trace->size && trace->old[to - 1] == now[to - 1])
		to--;
	return to;
}

bool trace_follow(struct trace *trace, char *now, size_t size,
		  void (*out)(void *data, const char *text, size_t size), void *data)
{
	/* a core that ends its text with a zero hides what is behind it */
	bool again = size < trace->at;
	size_t low = again ? size : end_of_change(trace, now, 0, trace->at);
	size_t high = low ? size : end_of_change(trace, now, trace->at, size);
	bool more = !again && high > trace->at;

	if (more)
		out(data, now + trace->at, high - trace->at);
	if (low)
		out(data, now, low);
	trace->at = low ? low : high;
	free(trace->old);
	trace->old = now;
	trace->size = size;
	return low || more;
}

void traces_open(struct traces *traces, struct output *output, struct hwc_ctx *ctx)
{
	*traces = (struct traces){ .output = output };
	traces->dirfd = hwc_ctx_open(ctx, FOLDER, O_PATH | O_DIRECTORY);
}

void traces_add(struct traces *traces, struct core *core)
{
	char path[HWCONTAINER_NAME_MAX + 32];

	for (int i = 0; traces->count < TRACES_MAX; i++) {
		struct trace *trace = &traces->trace[traces->count];

		snprintf(path, sizeof(path), "%s/trace%d", core->name, i);
		*trace = (struct trace){ .fd = openat(traces->dirfd, path, O_RDONLY | O_CLOEXEC) };
		if (trace->fd < 0)
			break;
		trace->voice.core = core;
		core->speaks = true;
		traces->count++;
	}
}

/**
 * struct following - a trace that is looked at
 * @output: where to
 * @voice: who speaks
 */
struct following {
	struct output *output;
	struct voice *voice;
};

static void say(void *data, const char *text, size_t size)
{
	const struct following *following = data;

	output_say(following->output, following->voice, text, size);
}

/* All of the file; NULL when it cannot be read, as after the core has stopped. */
static char *read_all(const struct trace *trace, size_t *size)
{
	size_t room = trace->size + 4096;
	char *text = NULL;
	ssize_t n;

	do {
		free(text);
		room = room * 2 < TRACE_MAX ? room * 2 : TRACE_MAX;
		text = malloc(room);
		n = text ? pread(trace->fd, text, room, 0) : -1;
	} while (n == (ssize_t)room && room < TRACE_MAX);
	if (n < 0) {
		free(text);
		return NULL;
	}
	*size = n;
	return text;
}

void traces_step(struct traces *traces)
{
	for (size_t i = 0; i < traces->count; i++) {
		struct trace *trace = &traces->trace[i];
		struct following following = { traces->output, &trace->voice };
		size_t size;
		char *now = read_all(trace, &size);

		if (now)
			trace_follow(trace, now, size, say, &following);
		output_settle(traces->output, &trace->voice);
	}
}

void traces_end(struct traces *traces)
{
	while (traces->count) {
		struct trace *trace = &traces->trace[--traces->count];

		output_leave(traces->output, &trace->voice);
		close(trace->fd);
		free(trace->old);
	}
}
