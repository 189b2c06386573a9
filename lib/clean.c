// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Sentences have parts that come from images, guests and device trees. What a terminal
 * would obey is taken out of them, and what is no UTF-8, which JSON has to be.
 */
#include <stddef.h>
#include <stdint.h>
#include "clean.h"

#define ASCII_END 0x80
#define DELETE 0x7f

/* The least of each length: of two bytes those below are controls, too (ECMA-48, "C1"). */
static const uint32_t least[] = { 0, 0, 0xa0, 0x800, 0x10000 };

/* By its first byte; 0 for none. */
static size_t length_of(unsigned char first)
{
	if (first < 0xc0 || first >= 0xf8)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* RFC 3629, section 3. */
static int is_character(uint32_t code, size_t length)
{
	return code >= least[length] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
}

/* Bytes of the character there, or 0 where it is none to show. */
static size_t show(const unsigned char *at)
{
	size_t length = length_of(*at);
	uint32_t code = *at & (0x7f >> length);

	if (*at < ASCII_END)
		return *at >= ' ' && *at != DELETE;
	for (size_t i = 1; i < length; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (at[i] & 0x3f);
	}
	return is_character(code, length) ? length : 0;
}

void hwc_clean_text(char *text)
{
	while (*text) {
		size_t length = show((const unsigned char *)text);

		if (!length)
			*text = '?';
		text += length ? length : 1;
	}
}
