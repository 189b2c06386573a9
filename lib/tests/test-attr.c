// SPDX-License-Identifier: GPL-2.0-or-later
/* Attributes become members, or the object is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "array.h"
#include "attr.h"
#include "ctx.h"
#include "digest.h"
#include "nl.h"
#include "replay.h"

enum {
	A_NUMBER = 1,
	A_WIDE,
	A_TEXT,
	A_DIGEST,
	A_NUMBERS,
	A_TEXTS,
	A_INNER,
	A_INNERS,
};

struct inner {
	char *text;
};

struct outer {
	uint32_t number;
	uint64_t wide;
	char *text;
	struct hwc_digest digest;
	struct hwc_array numbers;
	struct hwc_array texts;
	struct inner inner;
	struct hwc_array inners;
};

static const struct hwc_field inner_fields[] = {
	{ A_TEXT, HWC_STRING, offsetof(struct inner, text), NULL },
};

static const struct hwc_schema inner_schema = { sizeof(struct inner), inner_fields, 1,
						1u << A_TEXT };

static const struct hwc_field outer_fields[] = {
	{ A_NUMBER, HWC_U32, offsetof(struct outer, number), NULL },
	{ A_WIDE, HWC_UINT, offsetof(struct outer, wide), NULL },
	{ A_TEXT, HWC_STRING, offsetof(struct outer, text), NULL },
	{ A_DIGEST, HWC_DIGEST, offsetof(struct outer, digest), NULL },
	{ A_NUMBERS, HWC_U32S, offsetof(struct outer, numbers), NULL },
	{ A_TEXTS, HWC_STRINGS, offsetof(struct outer, texts), NULL },
	{ A_INNER, HWC_NEST, offsetof(struct outer, inner), &inner_schema },
	{ A_INNERS, HWC_NESTS, offsetof(struct outer, inners), &inner_schema },
};

static const struct hwc_schema outer_schema = { sizeof(struct outer), outer_fields,
						HWC_ARRAY_SIZE(outer_fields), 1u << A_NUMBER };

/* A message to put attributes in, and what it makes. */
struct fixture {
	char room[4096];
	struct hwc_msg msg;
	struct outer outer;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->msg.nlh = mnl_nlmsg_put_header(f->room);
	f->msg.room = sizeof(f->room);
	hwc_msg_u32(&f->msg, A_NUMBER, 7);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	hwc_object_clear(&outer_schema, &f->outer);
	free(f);
	return 0;
}

/* From memory of exactly that size. */
static int make(struct fixture *f)
{
	size_t size = mnl_nlmsg_get_payload_len(f->msg.nlh);
	void *copy = malloc(size ? size : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, mnl_nlmsg_get_payload(f->msg.nlh), size);
	err = hwc_object_from_uapi(&outer_schema, copy, size, &f->outer);
	free(copy);
	return err;
}

static void refused(struct fixture *f)
{
	static const struct outer zero;

	assert_int_equal(make(f), -EBADMSG);
	assert_memory_equal(&f->outer, &zero, sizeof(zero));
}

static void put_inner(struct hwc_msg *msg, uint16_t type, const char *text)
{
	struct nlattr *nest = hwc_msg_nest_start(msg, type);

	hwc_msg_string(msg, A_TEXT, text);
	hwc_msg_nest_end(msg, nest);
}

static void test_everything(void **state)
{
	struct fixture *f = *state;
	uint8_t digest[HWCONTAINER_DIGEST_LEN] = { 1, 2, 3 };
	uint64_t wide = 0x123456789abcdef0;

	hwc_msg_binary(&f->msg, A_WIDE, &wide, sizeof(wide));
	hwc_msg_string(&f->msg, A_TEXT, "text");
	hwc_msg_binary(&f->msg, A_DIGEST, digest, sizeof(digest));
	hwc_msg_u32(&f->msg, A_NUMBERS, 1);
	hwc_msg_u32(&f->msg, A_NUMBERS, 2);
	hwc_msg_string(&f->msg, A_TEXTS, "a");
	hwc_msg_string(&f->msg, A_TEXTS, "");
	put_inner(&f->msg, A_INNER, "inner");
	put_inner(&f->msg, A_INNERS, "b");
	put_inner(&f->msg, A_INNERS, "c");
	assert_false(f->msg.full);
	assert_int_equal(make(f), 0);
	assert_int_equal(f->outer.number, 7);
	assert_true(f->outer.wide == wide);
	assert_string_equal(f->outer.text, "text");
	assert_memory_equal(hwc_digest_bytes(&f->outer.digest), digest, sizeof(digest));
	assert_int_equal(f->outer.numbers.count, 2);
	assert_int_equal(((uint32_t *)f->outer.numbers.data)[1], 2);
	assert_int_equal(f->outer.texts.count, 2);
	assert_string_equal(((char **)f->outer.texts.data)[1], "");
	assert_string_equal(f->outer.inner.text, "inner");
	assert_int_equal(f->outer.inners.count, 2);
	assert_string_equal(((struct inner *)f->outer.inners.data)[1].text, "c");
}

static void test_nothing_optional(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(make(f), 0);
	assert_string_equal(f->outer.text, "");
	assert_null(hwc_digest_bytes(&f->outer.digest));
	assert_int_equal(f->outer.inners.count, 0);
}

/* A newer module may say more. */
static void test_unknown_attribute(void **state)
{
	struct fixture *f = *state;

	hwc_msg_string(&f->msg, 99, "what is this");
	assert_int_equal(make(f), 0);
}

static void test_required_attribute(void **state)
{
	struct fixture *f = *state;

	f->msg.nlh = mnl_nlmsg_put_header(f->room);
	hwc_msg_string(&f->msg, A_TEXT, "text");
	refused(f);
}

static void test_wide_in_four_bytes(void **state)
{
	struct fixture *f = *state;

	hwc_msg_u32(&f->msg, A_WIDE, 0xfffffff0);
	assert_int_equal(make(f), 0);
	assert_true(f->outer.wide == 0xfffffff0);
}

static void test_wrong_lengths(void **state)
{
	static const uint16_t types[] = { A_WIDE, A_DIGEST, A_NUMBERS };
	struct fixture *f = *state;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(types); i++) {
		f->msg.nlh = mnl_nlmsg_put_header(f->room);
		hwc_msg_u32(&f->msg, A_NUMBER, 7);
		hwc_msg_string(&f->msg, A_TEXT, "kept so long");
		hwc_msg_binary(&f->msg, types[i], "12345", 5);
		refused(f);
	}
}

static void test_strings_that_do_not_end(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} bad[] = { { "", 0 }, { "abc", 3 }, { "a\0b", 4 } };
	struct fixture *f = *state;

	for (size_t i = 0; i < HWC_ARRAY_SIZE(bad); i++) {
		f->msg.nlh = mnl_nlmsg_put_header(f->room);
		hwc_msg_u32(&f->msg, A_NUMBER, 7);
		hwc_msg_string(&f->msg, A_TEXTS, "one that is good");
		hwc_msg_binary(&f->msg, A_TEXTS, bad[i].bytes, bad[i].size);
		refused(f);
	}
}

static void test_twice(void **state)
{
	struct fixture *f = *state;

	hwc_msg_string(&f->msg, A_TEXT, "one");
	hwc_msg_string(&f->msg, A_TEXT, "two");
	refused(f);
}

static void test_bad_nest(void **state)
{
	struct fixture *f = *state;

	put_inner(&f->msg, A_INNERS, "good");
	hwc_msg_binary(&f->msg, A_INNERS, "\x20\0\3\0", 4);
	refused(f);
}

static void test_nest_without_what_it_needs(void **state)
{
	struct fixture *f = *state;
	struct nlattr *nest = hwc_msg_nest_start(&f->msg, A_INNERS);

	hwc_msg_nest_end(&f->msg, nest);
	refused(f);
}

/* Every length that ends too early, and attributes shorter than a header. */
static void test_cut_anywhere(void **state)
{
	struct fixture *f = *state;
	uint32_t length;

	hwc_msg_string(&f->msg, A_TEXT, "some text");
	length = f->msg.nlh->nlmsg_len;
	/* "some text" and its NUL leave two bytes of padding, which may be missing */
	for (uint32_t cut = 3; MNL_NLMSG_HDRLEN + 8 + cut < length; cut++) {
		f->msg.nlh->nlmsg_len = length - cut;
		refused(f);
	}
	f->msg.nlh->nlmsg_len = length - 2;
	assert_int_equal(make(f), 0);
}

static void test_short_attribute(void **state)
{
	struct fixture *f = *state;
	struct nlattr *attr = mnl_nlmsg_get_payload(f->msg.nlh);

	for (attr->nla_len = 0; attr->nla_len < MNL_ATTR_HDRLEN; attr->nla_len++)
		refused(f);
}

static void test_full_message(void **state)
{
	struct fixture *f = *state;

	f->msg.room = f->msg.nlh->nlmsg_len + 8;
	hwc_msg_u32(&f->msg, A_NUMBERS, 1);
	assert_false(f->msg.full);
	hwc_msg_u32(&f->msg, A_NUMBERS, 2);
	assert_true(f->msg.full);
	assert_null(hwc_msg_nest_start(&f->msg, A_INNER));
	hwc_msg_nest_end(&f->msg, NULL);
}

static void test_fuzz(void **state)
{
	uint32_t seed = 4711;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t size = replay_random(&seed) % 64;
		uint8_t *bytes = malloc(size + 1);
		struct outer outer = { 0 };

		assert_non_null(bytes);
		for (size_t b = 0; b < size; b++) /* small numbers are lengths and types */
			bytes[b] = replay_random(&seed) % (b % 2 ? 2 : 24);
		if (!hwc_object_from_uapi(&outer_schema, (void *)bytes, size, &outer))
			hwc_object_clear(&outer_schema, &outer);
		free(bytes);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_everything),
		TEST(test_nothing_optional),
		TEST(test_unknown_attribute),
		TEST(test_required_attribute),
		TEST(test_wide_in_four_bytes),
		TEST(test_wrong_lengths),
		TEST(test_strings_that_do_not_end),
		TEST(test_twice),
		TEST(test_bad_nest),
		TEST(test_nest_without_what_it_needs),
		TEST(test_cut_anywhere),
		TEST(test_short_attribute),
		TEST(test_full_message),
		TEST(test_fuzz),
	};

	return cmocka_run_group_tests_name("attr", tests, NULL, NULL);
}
