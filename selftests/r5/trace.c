// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The trace buffer. Linux shows it up to its first zero, so that it grows until it
 * is full; then it is emptied and begins anew.
 */
#include "r5.h"

#define LINE 96

static size_t end;

static void empty(void)
{
	for (end = TRACE_SIZE; end; end--)
		resources_trace[end - 1] = '\0';
}

void trace(const char *text, ...)
{
	char line[LINE];
	size_t size, i;
	va_list args;

	va_start(args, text);
	size = format(line, sizeof(line), text, args);
	va_end(args);
	if (end + size >= TRACE_SIZE)
		empty();
	for (i = 0; i < size; i++)
		resources_trace[end++] = line[i];
	core_barrier();
}
