// SPDX-License-Identifier: GPL-2.0-or-later
/* What the tests of the checkers of images share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "images.h"

/* What a refusal must leave alone. */
#define UNTOUCHED 0x5a

int image_check(image_checker check, const u8 *image, size_t size, struct outcome *out)
{
	u8 *copy = malloc(size);
	int ret;

	assert_true(copy || !size);
	if (size)
		memcpy(copy, image, size);
	memset(out, UNTOUCHED, sizeof(*out));
	ret = check(copy, size, &out->bs, out->why, sizeof(out->why));
	free(copy);
	return ret;
}

void image_accepted(image_checker check, const u8 *image, size_t size, struct outcome *out)
{
	if (image_check(check, image, size, out))
		fail_msg("refused: %s", out->why);
}

void outcome_refused(const struct outcome *out)
{
	const u8 *p = (const u8 *)&out->bs;
	size_t i;

	for (i = 0; i < sizeof(out->bs); i++)
		assert_int_equal(p[i], UNTOUCHED);
	assert_in_range(strnlen(out->why, sizeof(out->why)), 1, sizeof(out->why) - 2);
	assert_null(strchr(out->why, '\n'));
}

void image_refused(image_checker check, const u8 *image, size_t size, const char *why)
{
	struct outcome out;

	assert_int_equal(image_check(check, image, size, &out), -EBADMSG);
	outcome_refused(&out);
	if (why)
		assert_string_equal(out.why, why);
}

u32 next_random(u32 *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return *seed;
}
