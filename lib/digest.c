// SPDX-License-Identifier: LGPL-2.1-or-later
/* Digests as people write them, by which images are known. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctx.h"
#include "digest.h"
#include "file.h"

#define DIGEST_PREFIX "sha256:"

int hwc_digest_file(struct hwc_ctx *ctx, int fd, const char *name, uint8_t *digest)
{
	size_t size;
	void *data;
	int err = hwc_file_read(ctx, fd, name, HWC_IMAGE_MAX, &data, &size);

	if (err)
		return err;
	hwc_sha256(data, size, digest);
	free(data);
	return 0;
}

static int nibble(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

int hwc_digest_parse(const char *text, struct hwc_digest *digest)
{
	struct hwc_digest new = { .known = true };
	size_t i;

	if (strlen(text) != HWC_DIGEST_TEXT_LEN ||
	    strncmp(text, DIGEST_PREFIX, strlen(DIGEST_PREFIX)))
		return -EINVAL;
	text += strlen(DIGEST_PREFIX);
	for (i = 0; i < HWCONTAINER_DIGEST_LEN; i++) {
		int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -EINVAL;
		new.bytes[i] = high << 4 | low;
	}
	*digest = new;
	return 0;
}

void hwc_digest_text(const uint8_t *digest, char *text)
{
	size_t i;

	text = stpcpy(text, DIGEST_PREFIX);
	for (i = 0; i < HWCONTAINER_DIGEST_LEN; i++)
		text += sprintf(text, "%02x", digest[i]);
}
