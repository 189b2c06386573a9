// SPDX-License-Identifier: GPL-2.0-or-later
/* The command line of a program, word by word. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "vm.h"

void words_add(struct words *words, const char *fmt, ...)
{
	char **list = reallocarray(words->list, words->count + 2, sizeof(*list)), *word;
	va_list args;
	int size;

	if (list)
		words->list = list;
	va_start(args, fmt);
	size = vasprintf(&word, fmt, args);
	va_end(args);
	if (!list || size < 0) {
		words->failed = true;
		if (size >= 0)
			free(word);
		return;
	}
	list[words->count++] = word;
	list[words->count] = NULL;
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->list[i]);
	free(words->list);
	*words = (struct words){ 0 };
}
