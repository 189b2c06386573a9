// SPDX-License-Identifier: GPL-2.0-or-later
/* A little of printf. */
#include "r5.h"

#define DIGITS 10

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

static void put_number(struct out *out, u32 number, u32 base)
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

/**
 * format() - text with values in it
 * @buffer: room for it
 * @size: bytes of room
 * @text: of printf's: %s, %u, %x and %%
 * @args: the values
 *
 * Return: how many characters there are before the zero; the rest is cut off.
 */
size_t format(char *buffer, size_t size, const char *text, va_list args)
{
	struct out out = { .at = buffer, .left = size - 1 };

	for (; *text; text++) {
		if (*text != '%') {
			put(&out, *text);
			continue;
		}
		switch (*++text) {
		case 's':
			put_text(&out, va_arg(args, const char *));
			break;
		case 'u':
			put_number(&out, va_arg(args, u32), 10);
			break;
		case 'x':
			put_number(&out, va_arg(args, u32), 16);
			break;
		default:
			put(&out, *text);
			break;
		}
	}
	*out.at = '\0';
	return out.at - buffer;
}
