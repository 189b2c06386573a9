// SPDX-License-Identifier: GPL-2.0-or-later
/* SHA-256 against the examples of FIPS 180-4 and a digest of every length. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "digest.h"

static void check(const void *data, size_t size, const char *want)
{
	uint8_t digest[HWCONTAINER_DIGEST_LEN];
	char hex[2 * HWCONTAINER_DIGEST_LEN + 1];

	hwc_sha256(data, size, digest);
	for (int i = 0; i < HWCONTAINER_DIGEST_LEN; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	assert_string_equal(hex, want);
}

static void test_examples(void **state)
{
	static const char two[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	check(NULL, 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check(two, strlen(two), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void test_million(void **state)
{
	size_t size = 1000000;
	char *data = malloc(size);

	(void)state;
	assert_non_null(data);
	memset(data, 'a', size);
	check(data, size, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	free(data);
}

/*
 * The digest of the digests of 0 to 256 bytes, which goes through every length
 * of the last block. Computed with sha256sum:
 *	for n in $(seq 0 256); do head -c $n /dev/zero | sha256sum; done |
 *		cut -c 1-64 | xxd -r -p | sha256sum
 */
static void test_every_length(void **state)
{
	static const uint8_t zeros[256];
	static uint8_t digests[257 * HWCONTAINER_DIGEST_LEN];

	(void)state;
	for (size_t n = 0; n <= sizeof(zeros); n++)
		hwc_sha256(zeros, n, digests + n * HWCONTAINER_DIGEST_LEN);
	check(digests, sizeof(digests),
	      "4920ef261aa0cee250c4cd2c5d48e9182af1f9c806668531f39afd5d8e26e2da");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_million),
		cmocka_unit_test(test_every_length),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
