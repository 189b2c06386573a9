/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* digest.c: SHA-256 of files, in bytes and for people */
#ifndef HWC_DIGEST_H
#define HWC_DIGEST_H

#include <hwcontainer.h>

struct hwc_digest {
	bool known;
	uint8_t bytes[HWCONTAINER_DIGEST_LEN];
};

static inline const uint8_t *hwc_digest_bytes(const struct hwc_digest *digest)
{
	return digest->known ? digest->bytes : NULL;
}

#define HWC_DIGEST_TEXT_LEN (sizeof("sha256:") - 1 + 2 * HWCONTAINER_DIGEST_LEN)

/**
 * hwc_digest_file() - SHA-256 of a whole file, wherever its position is
 * @name: what it is called in sentences
 * @digest: receives HWCONTAINER_DIGEST_LEN bytes
 */
int hwc_digest_file(struct hwc_ctx *ctx, int fd, const char *name, uint8_t *digest);

/* "sha256:..." to bytes; -EINVAL where it is not that. */
int hwc_digest_parse(const char *text, struct hwc_digest *digest);
/* @text: room for HWC_DIGEST_TEXT_LEN + 1 */
void hwc_digest_text(const uint8_t *digest, char *text);

/* sha256.c */

void hwc_sha256(const void *data, size_t size, uint8_t digest[HWCONTAINER_DIGEST_LEN]);

#endif
