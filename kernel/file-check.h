/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/* What the checkers of bitstreams, PDIs and firmware have in common. */
#ifndef HWC_FILE_CHECK_H
#define HWC_FILE_CHECK_H

#include "bitstream.h"

/**
 * struct hwc_refusal - where a checker says why it refuses a file
 * @why: receives one sentence
 * @room: bytes there
 */
struct hwc_refusal {
	char *why;
	size_t room;
};

static inline __printf(2, 3) int hwc_file_refuse(const struct hwc_refusal *r, const char *fmt, ...)
{
	va_list args;

	if (r->room) {
		va_start(args, fmt);
		vsnprintf(r->why, r->room, fmt, args);
		va_end(args);
	}
	return -EBADMSG;
}

/* Each checker has one in its struct walk. */
#define refuse(w, ...) hwc_file_refuse(&(w)->refusal, __VA_ARGS__)

/* The caller knows that the bytes are there. */
static inline u32 hwc_be32_at(const u8 *p)
{
	return (u32)p[0] << 24 | (u32)p[1] << 16 | (u32)p[2] << 8 | p[3];
}

/* The same, least significant byte first; at most eight. */
static inline u64 hwc_le_at(const u8 *p, unsigned int bytes)
{
	u64 value = 0;

	while (bytes--)
		value = value << 8 | p[bytes];
	return value;
}

static inline bool hwc_byte_prints(u8 byte)
{
	return byte >= 0x20 && byte <= 0x7e;
}

#endif
