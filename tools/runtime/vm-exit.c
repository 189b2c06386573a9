// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest has no exit code: it switches its machine off, and that is all. So it may say
 * one before, on its console, in a sequence that terminals know as one for others ("OSC",
 * ECMA-48 8.3.89). It is taken out of what the guest says; all else stays as it is.
 */
#include <stdlib.h>
#include <string.h>
#include "vm.h"

#define BEGIN "\033]hwcontainer;exit="
#define BEGIN_SIZE (sizeof(BEGIN) - 1)
#define END '\a'
#define DIGITS_MAX 3
#define CODE_MAX 255

/* Whether what is held may become one, or is. */
static bool may_be(const struct vm_exit *exit)
{
	const char *digits = exit->held + BEGIN_SIZE;
	size_t n;

	if (exit->size <= BEGIN_SIZE)
		return !memcmp(exit->held, BEGIN, exit->size);
	n = exit->size - BEGIN_SIZE;
	if (digits[n - 1] == END)
		return n > 1 && atoi(digits) <= CODE_MAX;
	return n <= DIGITS_MAX && digits[n - 1] >= '0' && digits[n - 1] <= '9';
}

static void take(struct vm_exit *exit, char c,
		 void (*out)(void *data, const char *text, size_t size), void *data)
{
	exit->held[exit->size++] = c;
	if (may_be(exit)) {
		if (c != END)
			return;
		exit->code = atoi(exit->held + BEGIN_SIZE);
		exit->size = 0;
		return;
	}
	/* only the first byte of one begins one */
	exit->size--;
	vm_exit_end(exit, out, data);
	if (c == *BEGIN)
		exit->held[exit->size++] = c;
	else
		out(data, &c, 1);
}

void vm_exit_feed(struct vm_exit *exit, const char *text, size_t size,
		  void (*out)(void *data, const char *text, size_t size), void *data)
{
	while (size) {
		const char *begin = exit->size ? text : memchr(text, *BEGIN, size);
		size_t plain = begin ? (size_t)(begin - text) : size;

		if (plain)
			out(data, text, plain);
		text += plain;
		size -= plain;
		if (!size)
			return;
		take(exit, *text++, out, data);
		size--;
	}
}

void vm_exit_end(struct vm_exit *exit, void (*out)(void *data, const char *text, size_t size),
		 void *data)
{
	if (exit->size)
		out(data, exit->held, exit->size);
	exit->size = 0;
}
