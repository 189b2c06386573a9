// SPDX-License-Identifier: GPL-2.0-or-later
/* A little of printf. */
#include "format.h"

#include <stdbool.h>

/* Of a number of 64 bits, written to the base 10. */
#define DIGITS 20

/**
 * struct out - text that is being written
 * @at: where the next character goes
 * @left: characters for which there is room, but for the last zero
 */
struct out {
	char *at;
	size_t left;
};

static void put(struct out *out, char character)
{
	if (!out->left)
		return;
	*out->at++ = character;
	out->left--;
}

static void put_text(struct out *out, const char *text)
{
	while (*text)
		put(out, *text++);
}

static void put_number(struct out *out, unsigned long number, unsigned int base)
{
	char digits[DIGITS];
	size_t n = 0;

	do {
		digits[n++] = "0123456789abcdef"[number % base];
		number /= base;
	} while (number);
	while (n)
		put(out, digits[--n]);
}

static unsigned long take_number(bool is_long, va_list *args)
{
	return is_long ? va_arg(*args, unsigned long) : va_arg(*args, unsigned int);
}

/* The letter behind a % and the value that it is for. */
static void put_value(struct out *out, bool is_long, char letter, va_list *args)
{
	switch (letter) {
	case 's':
		put_text(out, va_arg(*args, const char *));
		break;
	case 'u':
		put_number(out, take_number(is_long, args), 10);
		break;
	case 'x':
		put_number(out, take_number(is_long, args), 16);
		break;
	default:
		put(out, letter);
		break;
	}
}

/**
 * format() - text with values in it
 * @buffer: room for it
 * @size: bytes of room
 * @text: of printf's: %s, %u, %x, %lu, %lx and %%
 * @args: the values
 *
 * Return: how many characters there are before the zero; the rest is cut off.
 */
size_t format(char *buffer, size_t size, const char *text, va_list args)
{
	struct out out = { .at = buffer, .left = size - 1 };
	bool is_long;
	va_list values;

	va_copy(values, args);
	for (; *text; text++) {
		if (*text != '%') {
			put(&out, *text);
			continue;
		}
		is_long = *++text == 'l';
		if (is_long)
			text++;
		put_value(&out, is_long, *text, &values);
	}
	va_end(values);
	*out.at = '\0';
	return out.at - buffer;
}
