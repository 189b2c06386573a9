// SPDX-License-Identifier: GPL-2.0-or-later
/* What libfdt and the compiler take from a C library. */
#include <stddef.h>
#include <string.h>

/* libfdt.a is compiled with a guard for its stack. */
unsigned long __stack_chk_guard = 0x5ca1ab1e0ddba11;
void __stack_chk_fail(void);

void __stack_chk_fail(void)
{
	__builtin_trap();
}

void *memcpy(void *to, const void *from, size_t size)
{
	return memmove(to, from, size);
}

void *memmove(void *to, const void *from, size_t size)
{
	const char *source = from;
	char *target = to;
	size_t i;

	if (target < source)
		for (i = 0; i < size; i++)
			target[i] = source[i];
	else
		for (i = size; i > 0; i--)
			target[i - 1] = source[i - 1];
	return to;
}

void *memset(void *to, int value, size_t size)
{
	char *target = to;

	while (size--)
		*target++ = (char)value;
	return to;
}

int memcmp(const void *one, const void *other, size_t size)
{
	const unsigned char *a = one, *b = other;

	for (; size; size--, a++, b++)
		if (*a != *b)
			return *a - *b;
	return 0;
}

void *memchr(const void *where, int value, size_t size)
{
	const unsigned char *at = where;

	for (; size; size--, at++)
		if (*at == (unsigned char)value)
			return (void *)at;
	return NULL;
}

size_t strlen(const char *text)
{
	size_t size = 0;

	while (text[size])
		size++;
	return size;
}

size_t strnlen(const char *text, size_t most)
{
	size_t size = 0;

	while (size < most && text[size])
		size++;
	return size;
}

int strcmp(const char *one, const char *other)
{
	return memcmp(one, other, strnlen(other, strlen(one)) + 1);
}

int strncmp(const char *one, const char *other, size_t size)
{
	size_t shorter = strnlen(other, strnlen(one, size));

	return memcmp(one, other, shorter < size ? shorter + 1 : size);
}

char *strchr(const char *text, int value)
{
	return memchr(text, value, strlen(text) + 1);
}

char *strrchr(const char *text, int value)
{
	const char *at = text + strlen(text);

	while (*at != (char)value)
		if (at-- == text)
			return NULL;
	return (char *)at;
}
