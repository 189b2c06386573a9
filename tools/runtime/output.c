// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a container says, to its standard output. Several cores can speak at once, and
 * then whole lines of one stand between whole lines of others. A reader that is
 * slow, or none, holds nobody up: what does not fit is counted, and told as missing.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "firmware.h"

/* What waits for a reader of standard output that is slow. */
#define PENDING_MAX (256u << 10)

/* How long such a one is waited for when a core has stopped, and between two attempts. */
#define LAST_WORDS_MS 1000
#define LAST_LOOK_MS 10

/* A line that takes longer is shown as far as it is: it may be a question. */
#define UNFINISHED_MS 100

static void append(struct output *output, const char *text, size_t size)
{
	char *longer = NULL;

	if (size <= PENDING_MAX - output->size)
		longer = realloc(output->text, output->size + size);
	if (!longer) {
		output->lost += size;
		return;
	}
	memcpy(longer + output->size, text, size);
	output->text = longer;
	output->size += size;
}

static void tell_lost(struct output *output)
{
	size_t lost = output->lost;
	char note[64];

	if (!lost || output->size >= PENDING_MAX / 2)
		return;
	output->lost = 0;
	append(output, note, sprintf(note, "\n[%zu bytes are missing]\n", lost));
	output->unfinished = false;
}

/* Where a line is not finished nobody else goes on with it. */
static void put(struct output *output, const struct voice *voice, const char *text, size_t size)
{
	if (!size)
		return;
	tell_lost(output);
	if (output->unfinished && output->speaker != voice)
		append(output, "\n", 1);
	append(output, text, size);
	output->unfinished = text[size - 1] != '\n';
	output->speaker = voice;
}

void output_add(struct output *output, const char *text, size_t size)
{
	put(output, NULL, text, size);
}

static void put_line(struct output *output, struct voice *voice)
{
	put(output, voice, voice->line, voice->size);
	voice->size = 0;
}

/* Up to the end of its last whole line; 0 where there is none. */
static size_t whole_lines(const char *text, size_t size)
{
	const char *end = memrchr(text, '\n', size);

	return end ? end + 1 - text : 0;
}

static void keep(struct output *output, struct voice *voice, const char *text, size_t size)
{
	if (size && !voice->size)
		voice->since_ms = now_ms();
	while (size) {
		size_t room = sizeof(voice->line) - voice->size;
		size_t part = size < room ? size : room;

		memcpy(voice->line + voice->size, text, part);
		voice->size += part;
		text += part;
		size -= part;
		if (voice->size == sizeof(voice->line))
			put_line(output, voice);
	}
}

void output_say(struct output *output, struct voice *voice, const char *text, size_t size)
{
	size_t whole = whole_lines(text, size);

	if (voice->core)
		voice->core->heard_ms = now_ms();
	if (whole)
		put_line(output, voice);
	put(output, voice, text, whole);
	/* who is in the middle of a line that is shown is shown at once */
	if (output->unfinished && output->speaker == voice && !voice->size)
		put(output, voice, text + whole, size - whole);
	else
		keep(output, voice, text + whole, size - whole);
}

void output_settle(struct output *output, struct voice *voice)
{
	if (voice->size && now_ms() - voice->since_ms >= UNFINISHED_MS)
		put_line(output, voice);
}

void output_leave(struct output *output, struct voice *voice)
{
	put_line(output, voice);
	if (output->speaker == voice)
		output->speaker = NULL;
}

/* Whether something was taken out. */
static bool write_piece(struct output *output)
{
	/* so much a pipe takes at once; a terminal takes what it has room for */
	size_t piece = output->size < PIPE_BUF ? output->size : PIPE_BUF;
	ssize_t n = write(STDOUT_FILENO, output->text, piece);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	/* nobody reads it: then nobody misses it */
	if (n < 0)
		n = output->size;
	output->size -= n;
	memmove(output->text, output->text + n, output->size);
	return n > 0;
}

void output_write(struct output *output)
{
	while (output->size && can_write(STDOUT_FILENO, 0) && write_piece(output))
		;
}

/* Whether there is something; what was lost last is told when there is room for that. */
static bool has_words(struct output *output)
{
	tell_lost(output);
	return output->size;
}

void output_finish(struct output *output)
{
	int64_t end = now_ms() + LAST_WORDS_MS, left;

	while (has_words(output) && (left = end - now_ms()) > 0)
		if (can_write(STDOUT_FILENO, left) && !write_piece(output))
			/* a terminal may say that it has room, and not have enough */
			poll(NULL, 0, LAST_LOOK_MS);
}
