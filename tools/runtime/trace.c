// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Trace buffers of cores, copied to standard output as they grow. A buffer is
 * memory that the core writes to when it likes and that nobody tells us of: so it is
 * looked at, and what has changed since is what is new.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "runtime.h"

#define FOLDER "/sys/kernel/debug/remoteproc"

/* What waits for a reader of standard output that is slow. */
#define PENDING_MAX (256u << 10)

/* How long such a one is waited for when a core has stopped. */
#define LAST_WORDS_MS 1000

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

void traces_open(struct traces *traces, struct hwc_ctx *ctx)
{
	*traces = (struct traces){ 0 };
	traces->dirfd = hwc_ctx_open(ctx, FOLDER, O_PATH | O_DIRECTORY);
}

void traces_add(struct traces *traces, const char *core)
{
	char path[HWCONTAINER_NAME_MAX + 32];

	for (int i = 0; traces->count < TRACES_MAX; i++) {
		struct trace *trace = &traces->trace[traces->count];

		snprintf(path, sizeof(path), "%s/trace%d", core, i);
		*trace = (struct trace){ .fd = openat(traces->dirfd, path, O_RDONLY | O_CLOEXEC) };
		if (trace->fd < 0)
			break;
		snprintf(trace->core, sizeof(trace->core), "%s", core);
		trace->heard_ms = now_ms();
		traces->count++;
	}
}

static void append(struct traces *traces, const char *text, size_t size)
{
	char *longer = NULL;

	if (size <= PENDING_MAX - traces->size)
		longer = realloc(traces->text, traces->size + size);
	if (!longer) {
		traces->lost += size;
		return;
	}
	memcpy(longer + traces->size, text, size);
	traces->text = longer;
	traces->size += size;
}

static void keep(void *data, const char *text, size_t size)
{
	struct traces *traces = data;
	char note[64];

	if (traces->lost && traces->size < PENDING_MAX / 2) {
		size_t lost = traces->lost;

		traces->lost = 0;
		append(traces, note, sprintf(note, "\n[%zu bytes are missing]\n", lost));
	}
	append(traces, text, size);
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

/* In pieces that a pipe takes at once when it can be written. */
static void write_out(struct traces *traces, int timeout_ms)
{
	while (traces->size && can_write(STDOUT_FILENO, timeout_ms)) {
		size_t piece = traces->size < PIPE_BUF ? traces->size : PIPE_BUF;
		ssize_t n = write(STDOUT_FILENO, traces->text, piece);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		/* nobody reads it: then nobody misses it */
		if (n < 0)
			n = traces->size;
		traces->size -= n;
		memmove(traces->text, traces->text + n, traces->size);
	}
}

void traces_step(struct traces *traces)
{
	for (size_t i = 0; i < traces->count; i++) {
		struct trace *trace = &traces->trace[i];
		size_t size;
		char *now = read_all(trace, &size);

		if (now && trace_follow(trace, now, size, keep, traces))
			trace->heard_ms = now_ms();
	}
	write_out(traces, 0);
}

static int64_t last_word(const struct traces *traces, const char *core)
{
	int64_t last = 0;

	for (size_t i = 0; i < traces->count; i++)
		if (!strcmp(traces->trace[i].core, core) && traces->trace[i].heard_ms > last)
			last = traces->trace[i].heard_ms;
	return last;
}

const char *traces_silent(const struct traces *traces, int64_t ms)
{
	for (size_t i = 0; i < traces->count; i++)
		if (now_ms() - last_word(traces, traces->trace[i].core) > ms)
			return traces->trace[i].core;
	return NULL;
}

void traces_end(struct traces *traces)
{
	while (traces->count) {
		struct trace *trace = &traces->trace[--traces->count];

		close(trace->fd);
		free(trace->old);
	}
	write_out(traces, LAST_WORDS_MS);
}
