/* SPDX-License-Identifier: GPL-2.0-only */
/* KUnit: what a checker says of an image. */
#ifndef HWC_TEST_OUTCOME_H
#define HWC_TEST_OUTCOME_H

#include <kunit/test.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../bitstream.h"
#include "cases.h"

/* What a refusal must leave alone. */
#define UNTOUCHED 0x5a

/**
 * struct outcome - what a checker says of an image
 * @check: the checker
 * @bs: its description of the last image
 * @why: why it has refused that
 * @ret: and what it has returned
 */
struct outcome {
	int (*check)(const void *buf, size_t size, struct hwc_bitstream *bs, char *why,
		     size_t why_size);
	struct hwc_bitstream bs;
	char why[HWC_BITSTREAM_WHY];
	int ret;
};

static struct outcome *outcome_of(struct kunit *test, typeof(((struct outcome *)0)->check) check)
{
	struct outcome *out = kunit_kzalloc(test, sizeof(*out), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, out);
	out->check = check;
	return out;
}

/* Parses a copy of exactly @size bytes: KASAN sees a read behind its end. */
static int parse(struct kunit *test, const u8 *image, size_t size, struct outcome *out)
{
	u8 *copy = kmemdup(image, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memset(&out->bs, UNTOUCHED, sizeof(out->bs));
	out->why[0] = '\0';
	out->ret = out->check(copy, size, &out->bs, out->why, sizeof(out->why));
	kfree(copy);
	return out->ret;
}

static void expect_accepted(struct kunit *test, const u8 *image, size_t size, struct outcome *out)
{
	KUNIT_ASSERT_EQ_MSG(test, parse(test, image, size, out), 0, "%s", out->why);
}

static void expect_refused(struct kunit *test, const u8 *image, size_t size, struct outcome *out,
			   const char *why)
{
	KUNIT_EXPECT_EQ(test, parse(test, image, size, out), -EBADMSG);
	if (why)
		KUNIT_EXPECT_STREQ(test, out->why, why);
	KUNIT_EXPECT_NE(test, out->why[0], '\0');
	KUNIT_EXPECT_NULL(test, memchr_inv(&out->bs, UNTOUCHED, sizeof(out->bs)));
}

static u8 *image_of(struct kunit *test, const u32 *words, size_t size, bool swap)
{
	u8 *image = kunit_kzalloc(test, size, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, image);
	case_fill(image, words, size, swap);
	return image;
}

#endif
