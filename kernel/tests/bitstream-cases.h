/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Bitstreams, and damages with the sentence each must be refused with, for the
 * KUnit suite and for the library's test. Written out word by word, so that no
 * generator can share a mistake with the checker.
 */
#ifndef HWC_TEST_BITSTREAM_CASES_H
#define HWC_TEST_BITSTREAM_CASES_H

#include "cases.h"

#define CASE_IDCODE	0x04a49093
#define CASE_PART	"xck26-sfvc784-2LV-c"

/* A partial image: frames from FAR 0x2500 and from FAR 0x82500. */
static const u32 case_partial[] = {
	/* 0x00 */ 0xffffffff, 0x000000bb, 0x11220044, 0xffffffff,
	/* 0x10 */ 0xaa995566, 0x20000000,
	/* 0x18 */ 0x30008001, 0x00000007, /* CMD RCRC */
	/* 0x20 */ 0x20000000,
	/* 0x24 */ 0x30018001, 0x04a49093, /* IDCODE */
	/* 0x2c */ 0x30008001, 0x00000000, /* CMD NULL */
	/* 0x34 */ 0x3000c001, 0x00000540, /* MASK */
	/* 0x3c */ 0x3000a001, 0x00000400, /* CTL0 */
	/* 0x44 */ 0x30002001, 0x00002500, /* FAR */
	/* 0x4c */ 0x30008001, 0x00000001, /* CMD WCFG */
	/* 0x54 */ 0x20000000,
	/* 0x58 */ 0x30004003, 0xaa995566, 0x30008001, 0x0000000d, /* FDRI */
	/* 0x68 */ 0x30002001, 0x00082500, /* FAR */
	/* 0x70 */ 0x30004000, 0x50000004, /* FDRI, type 2 */
	/* 0x78 */ 0xffffffff, 0x12345678, 0x00000000, 0x7fffffff,
	/* 0x88 */ 0x30002001, 0x07fc0000, /* FAR */
	/* 0x90 */ 0x30000001, 0xd91b9307, /* CRC */
	/* 0x98 */ 0x30008001, 0x0000000d, /* CMD DESYNC */
	/* 0xa0 */ 0x20000000, 0x20000000,
};

#define CASE_PACKETS		17
#define CASE_FRAME_WORDS	7
#define CASE_SYNC_OFFSET	0x10
/* Bytes up to and with DESYNC: behind it a raw file may end at any word. */
#define CASE_DESYNC_END		0xa0

/* Two sections: shut down; frames and start-up. The shape of AMD's images. */
static const u32 case_sections[] = {
	/* 0x00 */ 0xffffffff, 0xaa995566,
	/* 0x08 */ 0x30018001, 0x04a49093, /* IDCODE */
	/* 0x10 */ 0x30008001, 0x0000000b, /* CMD SHUTDOWN */
	/* 0x18 */ 0x30008001, 0x0000000d, /* CMD DESYNC */
	/* 0x20 */ 0x20000000, 0xffffffff, 0x000000bb, 0x11220044,
	/* 0x30 */ 0xaa995566, 0x00000000,
	/* 0x38 */ 0x30018001, 0x04a49093, /* IDCODE */
	/* 0x40 */ 0x30002001, 0x00002500, /* FAR */
	/* 0x48 */ 0x30004001, 0x00000000, /* FDRI */
	/* 0x50 */ 0x30008001, 0x00000005, /* CMD START */
	/* 0x58 */ 0x30008001, 0x0000000d, /* CMD DESYNC */
};

/* The opening of a whole-device image, as in UG570's sample. */
static const u32 case_full[] = {
	/* 0x00 */ 0xffffffff, 0xaa995566,
	/* 0x08 */ 0x30022001, 0x00000000, /* TIMER */
	/* 0x10 */ 0x30020001, 0x00000000, /* WBSTAR */
	/* 0x18 */ 0x30018001, 0x04a49093, /* IDCODE */
	/* 0x20 */ 0x30008001, 0x00000009, /* CMD SWITCH */
	/* 0x28 */ 0x30002001, 0x00000000, /* FAR */
	/* 0x30 */ 0x30004001, 0x00000000, /* FDRI */
	/* 0x38 */ 0x30008001, 0x00000005, /* CMD START */
	/* 0x40 */ 0x30008001, 0x0000000d, /* CMD DESYNC */
};

/* Encrypted from 0x18 on: what follows are no packets. */
static const u32 case_encrypted[] = {
	/* 0x00 */ 0xffffffff, 0xaa995566,
	/* 0x08 */ 0x3000c001, 0x00000040, /* MASK */
	/* 0x10 */ 0x3000a001, 0x00000040, /* CTL0: DEC */
	/* 0x18 */ 0x8badf00d, 0xdeadbeef,
};

/**
 * struct case_damage - a damaged case_partial and its refusal
 * @words: what is replaced; an @at of 0 ends the list
 * @keep: bytes that are kept, or 0 for all
 * @why: the sentence
 */
struct case_damage {
	struct case_word words[3];
	u32 keep;
	const char *why;
};

static const struct case_damage case_damages[] = {
	{ {}, 1, "no sync word 0xaa995566 before the end at byte 0x1" },
	{ {}, 0x10, "no sync word 0xaa995566 before the end at byte 0x10" },
	{ { { 0x10, 0x12345678 } }, 0,
	  "word 0x12345678 at byte 0x10 is neither padding nor the sync word 0xaa995566" },
	{ { { 0x10, 0xffffffff } }, 0,
	  "word 0x30008001 at byte 0x18 is neither padding nor the sync word 0xaa995566" },
	{ { { 0x18, 0x70008001 } }, 0,
	  "word 0x70008001 at byte 0x18 is a packet of type 3, types are 1 and 2" },
	{ { { 0x18, 0x00000001 } }, 0,
	  "word 0x00000001 at byte 0x18 is a packet of type 0, types are 1 and 2" },
	{ { { 0x18, 0x28008001 } }, 0,
	  "packet 0x28008001 at byte 0x18 has opcode 1, an image writes (2)" },
	{ { { 0x18, 0x38008001 } }, 0,
	  "packet 0x38008001 at byte 0x18 has opcode 3, an image writes (2)" },
	{ { { 0x18, 0x20000001 } }, 0,
	  "packet 0x20000001 at byte 0x18 has opcode 0, an image writes (2)" },
	{ { { 0x18, 0x50000001 } }, 0,
	  "packet at byte 0x18 is of type 2, none of type 1 and 0 words is before it" },
	{ { { 0x70, 0x20000000 } }, 0,
	  "packet at byte 0x74 is of type 2, none of type 1 and 0 words is before it" },
	{ { { 0x18, 0x3001e001 } }, 0,
	  "packet at byte 0x18 writes register 0xf, which does not exist" },
	{ { { 0x18, 0x37ffe001 } }, 0,
	  "packet at byte 0x18 writes register 0x3fff, which does not exist" },
	{ { { 0x18, 0x3000e001 } }, 0,
	  "packet at byte 0x18 writes STAT, which is read-only" },
	{ { { 0x24, 0x30018002 } }, 0,
	  "packet at byte 0x24 writes 2 words to IDCODE, which takes 1" },
	{ { { 0x58, 0x300047ff } }, 0,
	  "packet at byte 0x58 writes 2047 words to FDRI, 19 are left" },
	{ { { 0x74, 0x57ffffff } }, 0,
	  "packet at byte 0x74 writes 134217727 words to FDRI, 12 are left" },
	{ { { 0x30, 0x0000000f } }, 0,
	  "packet at byte 0x2c writes IPROG to CMD, which reboots the device" },
	{ { { 0x30, 0x00000014 } }, 0,
	  "packet at byte 0x2c writes 0x14 to CMD, commands end at 0x13" },
	{ { { 0x24, 0x30012001 } }, 0,
	  "packet at byte 0x58 writes FDRI before any packet wrote IDCODE" },
	{ { { 0x44, 0x3001a001 } }, 0,
	  "packet at byte 0x58 writes FDRI before any packet wrote FAR" },
	{ { { 0x58, 0x30014003 }, { 0x44, 0x3001a001 } }, 0,
	  "packet at byte 0x58 writes MFWR before any packet wrote FAR" },
	{ { { 0x88, 0x30018001 } }, 0,
	  "packet at byte 0x88 writes IDCODE 0x07fc0000, the one at 0x24 0x04a49093" },
	{ { { 0x24, 0x30012001 }, { 0x58, 0x30010003 }, { 0x70, 0x30010000 } }, 0,
	  "no packet before the end at byte 0xa8 writes IDCODE" },
	{ { { 0x58, 0x30010003 }, { 0x70, 0x30010000 } }, 0,
	  "no packet before the end at byte 0xa8 writes frames (FDRI)" },
	{ { { 0x30, 0x0000000b } }, 0,
	  "packet at byte 0x2c writes SHUTDOWN to CMD, no START follows" },
	{ { { 0x9c, 0x00000000 } }, 0, "file ends at byte 0xa8 without DESYNC" },
	{ { { 0xa4, 0xaa995566 } }, 0, "file ends at byte 0xa8 without DESYNC" },
	{ { { 0xa4, 0x12345678 } }, 0,
	  "word 0x12345678 at byte 0xa4, after DESYNC, is neither padding nor a sync word" },
	{ { { 0x98, 0x30016001 } }, 0xa0,
	  "packet at byte 0x98 announces encrypted data, 0 bytes follow" },
	{ {}, 0x98, "file ends at byte 0x98 without DESYNC" },
	{ {}, 0xa2, "file ends at byte 0xa2, within the word at 0xa0" },
};

/* The header of a .bit file around case_partial; data begin at its end, 0x55. */
static const u8 case_header[] = {
	0x00, 0x09, 0x0f, 0xf0, 0x0f, 0xf0, 0x0f, 0xf0, 0x0f, 0xf0, 0x00, 0x00,
	0x01,
	'a', 0x00, 0x0f, 'd', ';', 'P', 'A', 'R', 'T', 'I', 'A', 'L', '=', 'T',
	'R', 'U', 'E', 0x00,
	'b', 0x00, 0x14, 'x', 'c', 'k', '2', '6', '-', 's', 'f', 'v', 'c', '7',
	'8', '4', '-', '2', 'L', 'V', '-', 'c', 0x00,
	'c', 0x00, 0x0b, '2', '0', '2', '6', '/', '0', '1', '/', '0', '1', 0x00,
	'd', 0x00, 0x09, '0', '0', ':', '0', '0', ':', '0', '0', 0x00,
	'e', 0x00, 0x00, 0x00, sizeof(case_partial),
};

/**
 * struct case_header_damage - a damaged .bit file and its refusal
 * @at: offset of the byte that is replaced
 * @value: what is put there
 * @why: the sentence
 */
struct case_header_damage {
	u32 at;
	u8 value;
	const char *why;
};

static const struct case_header_damage case_header_damages[] = {
	{ 0x0b, 0x01,
	  "word 0x00090ff0 at byte 0x0 is neither padding nor the sync word 0xaa995566" },
	{ 0x0d, 'x', "byte 0xd is 0x78, expected header field 'a'" },
	{ 0x0e, 0xff, "header field 'a' at byte 0xd says 65295 bytes, 237 are left" },
	{ 0x1e, 'x', "header field 'a' at byte 0xd does not end with a NUL" },
	{ 0x1f, 'x', "byte 0x1f is 0x78, expected header field 'b'" },
	{ 0x22, 0x07, "header field 'b' holds 0x07 at byte 0x22, not a printable character" },
	{ 0x50, 'f', "byte 0x50 is 0x66, expected header field 'e'" },
	{ 0x54, 0xa9, "header field 'e' at byte 0x50 says 169 bytes of data, 168 follow" },
	{ 0x54, 0xa4, "header field 'e' at byte 0x50 says 164 bytes of data, 168 follow" },
	{ 0x51, 0x80, "header field 'e' at byte 0x50 says 2147483816 bytes of data, 168 follow" },
	{ 0x7f, 0x20,
	  "header says part xck26-sfvc784-2LV-c, whose IDCODE is 0x04a49093, packet at byte 0x79 writes 0x04a42093"
	},
	{ 0x88, 0x05,
	  "header says PARTIAL=TRUE, packet at byte 0x81 (START without SHUTDOWN) is of a whole-device image"
	},
	{ 0x88, 0x09,
	  "header says PARTIAL=TRUE, packet at byte 0x81 (SWITCH) is of a whole-device image" },
};

#define CASE_BIT_SIZE (sizeof(case_header) + sizeof(case_partial))

/* Writes CASE_BIT_SIZE bytes. */
static inline void case_fill_bit(u8 *to)
{
	memcpy(to, case_header, sizeof(case_header));
	case_fill(to + sizeof(case_header), case_partial, sizeof(case_partial), false);
}

#endif
