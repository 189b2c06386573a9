/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the tests of the checkers of images share. */
#ifndef HWC_TESTS_IMAGES_H
#define HWC_TESTS_IMAGES_H

#include "../../kernel/pdi.h"

/* hwc_bitstream_parse() or hwc_image_parse() */
typedef int (*image_checker)(const void *buf, size_t size, struct hwc_bitstream *bs, char *why,
			     size_t room);

struct outcome {
	struct hwc_bitstream bs;
	char why[HWC_BITSTREAM_WHY];
};

/* Checks a copy of exactly that size, so that a sanitizer sees every read. */
int image_check(image_checker check, const u8 *image, size_t size, struct outcome *out);
void image_accepted(image_checker check, const u8 *image, size_t size, struct outcome *out);
/* Refused with one line, @why unless that is NULL, and @out->bs left alone. */
void image_refused(image_checker check, const u8 *image, size_t size, const char *why);
/* The same of an outcome that is there. */
void outcome_refused(const struct outcome *out);

/* xorshift32: the same run every time. */
u32 next_random(u32 *seed);

#endif
