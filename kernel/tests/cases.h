/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* What the test images of bitstreams and PDIs are made with. */
#ifndef HWC_TEST_CASES_H
#define HWC_TEST_CASES_H

/**
 * struct case_word - a word to replace
 * @at: byte offset in the image, a multiple of 4
 * @value: what to put there
 */
struct case_word {
	u32 at;
	u32 value;
};

static inline void case_store(u8 *to, u32 word, bool swap)
{
	int i;

	for (i = 0; i < 4; i++)
		to[swap ? i : 3 - i] = word >> 8 * i;
}

/* Writes @size bytes. */
static inline void case_fill(u8 *to, const u32 *words, size_t size, bool swap)
{
	size_t i;

	for (i = 0; i < size / 4; i++)
		case_store(to + 4 * i, words[i], swap);
}

#endif
