/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * PDIs, and damages with the sentence each must be refused with, for the KUnit
 * suite and for the library's test. As bitstream-cases.h, written out.
 */
#ifndef HWC_TEST_PDI_CASES_H
#define HWC_TEST_PDI_CASES_H

#include "cases.h"

#define CASE_PDI_IDCODE	0x14ca8093

/* A partial PDI: two images, of two partitions and of one. */
static const u32 case_pdi[0x2b8 / 4] = {
	/* SelectMAP bus width */
	[0x0 / 4] = 0x000000dd,
	[0x4 / 4] = 0x11223344,
	[0x8 / 4] = 0x55667788,
	[0xc / 4] = 0x99aabbcc,
	/* image header table */
	[0x10 / 4] = 0x00040000, /* version 4 */
	[0x14 / 4] = 0x00000002, /* images */
	[0x18 / 4] = 0x00000024, /* their headers, at byte 0x90 */
	[0x1c / 4] = 0x00000003, /* partitions */
	[0x20 / 4] = 0x00000044, /* their headers, at byte 0x110 */
	[0x28 / 4] = 0x14ca8093, /* IDCODE */
	[0x30 / 4] = 0x00000031, /* id */
	[0x34 / 4] = 0x00000030, /* id of the boot PDI */
	[0x38 / 4] = 0x50504449, /* PPDI */
	[0x3c / 4] = 0x00201020, /* sizes of headers */
	[0x40 / 4] = 0x00000080, /* words of them */
	[0x54 / 4] = 0x00000001, /* extended IDCODE */
	[0x8c / 4] = 0x9ac129b4, /* checksum */
	/* image header */
	[0x90 / 4] = 0x00000044, /* first partition header, at byte 0x110 */
	[0x94 / 4] = 0x00000002, /* partitions */
	[0xa0 / 4] = 0x5f307072, /* "rp0_" */
	[0xa4 / 4] = 0x32616873, /* "sha2" */
	[0xa8 / 4] = 0x00003635, /* "56" */
	[0xb0 / 4] = 0x18700001, /* node */
	[0xb4 / 4] = 0x00000051, /* UID */
	[0xb8 / 4] = 0x00000050, /* UID of the parent */
	[0xbc / 4] = 0x00000052, /* function */
	[0xcc / 4] = 0x55fdefab, /* checksum */
	/* image header */
	[0xd0 / 4] = 0x00000084, /* first partition header, at byte 0x210 */
	[0xd4 / 4] = 0x00000001, /* partitions */
	[0xe0 / 4] = 0x74786973, /* "sixt" */
	[0xe4 / 4] = 0x206e6565, /* "een " */
	[0xe8 / 4] = 0x7474656c, /* "lett" */
	[0xec / 4] = 0x2e737265, /* "ers." */
	[0xf0 / 4] = 0x18700002, /* node */
	[0xf4 / 4] = 0x00000061, /* UID */
	[0xf8 / 4] = 0x00000050, /* UID of the parent */
	[0x10c / 4] = 0xafc1581e, /* checksum */
	/* partition header */
	[0x110 / 4] = 0x00000004, /* words */
	[0x114 / 4] = 0x00000004, /* words, plain */
	[0x118 / 4] = 0x00000004, /* words, total */
	[0x11c / 4] = 0x00000064, /* next header */
	[0x130 / 4] = 0x000000a4, /* data, at byte 0x290 */
	[0x134 / 4] = 0x02000000, /* type CDO */
	[0x18c / 4] = 0xfdfffeeb, /* checksum */
	/* partition header */
	[0x190 / 4] = 0x00000003, /* words */
	[0x194 / 4] = 0x00000003, /* words, plain */
	[0x198 / 4] = 0x00000004, /* words, total */
	[0x19c / 4] = 0x00000084, /* next header */
	[0x1b0 / 4] = 0x000000a8, /* data, at byte 0x2a0 */
	[0x1b4 / 4] = 0x03000000, /* type CFI */
	[0x20c / 4] = 0xfcfffec9, /* checksum */
	/* partition header */
	[0x210 / 4] = 0x00000002, /* words */
	[0x214 / 4] = 0x00000002, /* words, plain */
	[0x218 / 4] = 0x00000002, /* words, total */
	[0x230 / 4] = 0x000000ac, /* data, at byte 0x2b0 */
	[0x234 / 4] = 0x03000000, /* type CFI */
	[0x28c / 4] = 0xfcffff4d, /* checksum */
	/* data */
	[0x290 / 4] = 0x00000004,
	[0x294 / 4] = 0x004f4443,
	[0x298 / 4] = 0x00000200,
	[0x29c / 4] = 0x12345678,
	[0x2a0 / 4] = 0xaa995566,
	[0x2a4 / 4] = 0x00000001,
	[0x2a8 / 4] = 0x00000002,
	[0x2ac / 4] = 0x00000003,
	[0x2b0 / 4] = 0xffffffff,
	[0x2b4 / 4] = 0x00000000,
};

#define CASE_PDI_FRAME_WORDS 5

/* A boot PDI: the loader's image, and one of programmable logic. */
static const u32 case_boot_pdi[0x11d0 / 4] = {
	/* SelectMAP bus width */
	[0x0 / 4] = 0x000000dd,
	[0x4 / 4] = 0x11223344,
	[0x8 / 4] = 0x55667788,
	[0xc / 4] = 0x99aabbcc,
	/* boot header */
	[0x10 / 4] = 0xaa995566, /* width detection */
	[0x14 / 4] = 0x584c4e58, /* XLNX */
	[0x1c / 4] = 0x00000f80, /* loader */
	[0x2c / 4] = 0x00000040, /* bytes of it */
	[0xc4 / 4] = 0x00000fc0, /* image header table */
	[0xf30 / 4] = 0xfd1a3cc1, /* checksum */
	/* loader */
	[0xf80 / 4] = 0xe1a00000,
	/* image header table */
	[0xfc0 / 4] = 0x00040000, /* version 4 */
	[0xfc4 / 4] = 0x00000002, /* images */
	[0xfc8 / 4] = 0x00000410, /* their headers, at byte 0x1040 */
	[0xfcc / 4] = 0x00000002, /* partitions */
	[0xfd0 / 4] = 0x00000430, /* their headers, at byte 0x10c0 */
	[0xfd8 / 4] = 0x14ca8093, /* IDCODE */
	[0xfe0 / 4] = 0x00000030, /* id */
	[0xfe4 / 4] = 0x00000030, /* id of the boot PDI */
	[0xfe8 / 4] = 0x46504449, /* FPDI */
	[0xfec / 4] = 0x00201020, /* sizes of headers */
	[0xff0 / 4] = 0x00000060, /* words of them */
	[0x1004 / 4] = 0x00000001, /* extended IDCODE */
	[0x103c / 4] = 0xa4c121fe, /* checksum */
	/* image header */
	[0x1040 / 4] = 0x00000430, /* first partition header, at byte 0x10c0 */
	[0x1044 / 4] = 0x00000001, /* partitions */
	[0x1050 / 4] = 0x5f636d70, /* "pmc_" */
	[0x1054 / 4] = 0x73627573, /* "subs" */
	[0x1058 / 4] = 0x00007379, /* "ys" */
	[0x1060 / 4] = 0x1c000001, /* node */
	[0x107c / 4] = 0x1139a571, /* checksum */
	/* image header */
	[0x1080 / 4] = 0x00000450, /* first partition header, at byte 0x1140 */
	[0x1084 / 4] = 0x00000001, /* partitions */
	[0x1090 / 4] = 0x635f6c70, /* "pl_c" */
	[0x1094 / 4] = 0x00006966, /* "fi" */
	[0x10a0 / 4] = 0x18700000, /* node */
	[0x10a4 / 4] = 0x00000050, /* UID */
	[0x10bc / 4] = 0x84302588, /* checksum */
	/* partition header */
	[0x10c0 / 4] = 0x00000010, /* words */
	[0x10c4 / 4] = 0x00000010, /* words, plain */
	[0x10c8 / 4] = 0x00000010, /* words, total */
	[0x10cc / 4] = 0x00000450, /* next header */
	[0x10e0 / 4] = 0x000003e0, /* data, at byte 0xf80 */
	[0x10e4 / 4] = 0x01000000, /* type ELF */
	[0x113c / 4] = 0xfefff79f, /* checksum */
	/* partition header */
	[0x1140 / 4] = 0x00000004, /* words */
	[0x1144 / 4] = 0x00000004, /* words, plain */
	[0x1148 / 4] = 0x00000004, /* words, total */
	[0x1160 / 4] = 0x00000470, /* data, at byte 0x11c0 */
	[0x1164 / 4] = 0x03000000, /* type CFI */
	[0x11bc / 4] = 0xfcfffb83, /* checksum */
	/* data */
	[0x11c0 / 4] = 0x01010101,
	[0x11c4 / 4] = 0x02020202,
	[0x11c8 / 4] = 0x03030303,
	[0x11cc / 4] = 0x04040404,
};

/**
 * struct case_sum - a checksum
 * @from: where the words begin that it is of
 * @at: where it is
 */
struct case_sum {
	u32 from;
	u32 at;
};

static const struct case_sum case_pdi_sums[] = {
	{ 0x10, 0x8c },	  { 0x90, 0xcc },   { 0xd0, 0x10c },
	{ 0x110, 0x18c }, { 0x190, 0x20c }, { 0x210, 0x28c },
};

static const struct case_sum case_boot_sums[] = {
	{ 0x10, 0xf30 },     { 0xfc0, 0x103c },	  { 0x1040, 0x107c },
	{ 0x1080, 0x10bc },  { 0x10c0, 0x113c },  { 0x1140, 0x11bc },
};

/**
 * struct case_pdi_damage - a damaged PDI and its refusal
 * @words: what is replaced; an @at of 0 ends the list
 * @keep: bytes that are kept, or 0 for all
 * @sums: the checksums are left as they were
 * @why: the sentence
 */
struct case_pdi_damage {
	struct case_word words[2];
	u32 keep;
	bool sums;
	const char *why;
};

static const struct case_pdi_damage case_pdi_damages[] = {
	{ {}, 0x10, false,
	  "file ends at byte 0x10, 128 bytes of the image header table begin at byte 0x10" },
	{ {}, 0x8f, false,
	  "file ends at byte 0x8f, 128 bytes of the image header table begin at byte 0x10" },
	{ {}, 0x90, false,
	  "file ends at byte 0x90, 128 bytes of image headers begin at byte 0x90" },
	{ {}, 0xd0, false,
	  "file ends at byte 0xd0, 128 bytes of image headers begin at byte 0x90" },
	{ {}, 0x110, false,
	  "file ends at byte 0x110, 384 bytes of partition headers begin at byte 0x110" },
	{ {}, 0x190, false,
	  "file ends at byte 0x190, 384 bytes of partition headers begin at byte 0x110" },
	{ {}, 0x210, false,
	  "file ends at byte 0x210, 384 bytes of partition headers begin at byte 0x110" },
	{ {}, 0x290, false,
	  "file ends at byte 0x290, 16 bytes of a partition begin at byte 0x290" },
	{ {}, 0x2a0, false,
	  "file ends at byte 0x2a0, 16 bytes of a partition begin at byte 0x2a0" },
	{ {}, 0x2b7, false, "file ends at byte 0x2b7, 8 bytes of a partition begin at byte 0x2b0" },
	{ { { 0x30, 0x32 } }, 0, true,
	  "image header table at byte 0x10 has checksum 0x9ac129b4, its words have 0x9ac129b3" },
	{ { { 0x8c, 0 } }, 0, true,
	  "image header table at byte 0x10 has checksum 0x00000000, its words have 0x9ac129b4" },
	{ { { 0xb0, 0x18700000 } }, 0, true,
	  "image header at byte 0x90 has checksum 0x55fdefab, its words have 0x55fdefac" },
	{ { { 0x10c, 1 } }, 0, true,
	  "image header at byte 0xd0 has checksum 0x00000001, its words have 0xafc1581e" },
	{ { { 0x124, 1 } }, 0, true,
	  "partition header at byte 0x110 has checksum 0xfdfffeeb, its words have 0xfdfffeea" },
	{ { { 0x28c, 0 } }, 0, true,
	  "partition header at byte 0x210 has checksum 0x00000000, its words have 0xfcffff4d" },
	{ { { 0x38, 0x46504449 } }, 0, false,
	  "image header table at byte 0x10 has identification 0x46504449, a partial PDI has 0x50504449"
	},
	{ { { 0x10, 0x01030000 } }, 0, false,
	  "image header table at byte 0x10 has version 0x01030000, known are 0x00020000 to 0x00040000"
	},
	{ { { 0x10, 0x00010000 } }, 0, false,
	  "image header table at byte 0x10 has version 0x00010000, known are 0x00020000 to 0x00040000"
	},
	{ { { 0x10, 0x00030001 } }, 0, false,
	  "image header table at byte 0x10 has version 0x00030001, known are 0x00020000 to 0x00040000"
	},
	{ { { 0x3c, 0x00201010 } }, 0, false,
	  "image header table at byte 0x10 has header sizes 0x00201010, version 4 has 0x00201020" },
	{ { { 0x14, 0 } }, 0, false,
	  "image header table at byte 0x10 has 0 images, possible are 1 to 32" },
	{ { { 0x14, 33 } }, 0, false,
	  "image header table at byte 0x10 has 33 images, possible are 1 to 32" },
	{ { { 0x1c, 0 } }, 0, false,
	  "image header table at byte 0x10 has 0 partitions, possible are 1 to 32" },
	{ { { 0x1c, 0xffffffff } }, 0, false,
	  "image header table at byte 0x10 has 4294967295 partitions, possible are 1 to 32" },
	{ { { 0x28, 0 } }, 0, false, "image header table at byte 0x10 has IDCODE 0x00000000" },
	{ { { 0x68, 0x8b } }, 0, false,
	  "file ends at byte 0x2b8, 556 bytes of optional data begin at byte 0x90" },
	{ { { 0x68, 0xffffffff } }, 0, false,
	  "file ends at byte 0x2b8, 17179869180 bytes of optional data begin at byte 0x90" },
	{ { { 0x68, 1 } }, 0, false,
	  "image header table at byte 0x10 puts the image headers at byte 0x90, what is before ends at 0x94"
	},
	{ { { 0x18, 0 } }, 0, false,
	  "image header table at byte 0x10 puts the image headers at byte 0x0, what is before ends at 0x90"
	},
	{ { { 0x18, 0x40000024 } }, 0, false,
	  "file ends at byte 0x2b8, 128 bytes of image headers begin at byte 0x100000090" },
	{ { { 0x20, 0x43 } }, 0, false,
	  "image header table at byte 0x10 puts the partition headers at byte 0x10c, what is before ends at 0x110"
	},
	{ { { 0x20, 0xffffffff } }, 0, false,
	  "file ends at byte 0x2b8, 384 bytes of partition headers begin at byte 0x3fffffffc" },
	{ { { 0xa0, 0x0a307072 } }, 0, false,
	  "image header at byte 0x90 has 0x0a in its name at byte 0xa3, expected a printable character"
	},
	{ { { 0xac, 0x80000000 } }, 0, false,
	  "image header at byte 0x90 has 0x80 in its name at byte 0xaf, expected a NUL" },
	{ { { 0x94, 4 } }, 0, false,
	  "image header at byte 0x90 has 4 partitions, 3 of the table's 3 are left" },
	{ { { 0xd4, 0xffffffff } }, 0, false,
	  "image header at byte 0xd0 has 4294967295 partitions, 1 of the table's 3 are left" },
	{ { { 0xd4, 0 } }, 0, false, "image headers have 2 partitions, their table has 3" },
	{ { { 0x110, 0 } }, 0, false,
	  "partition header at byte 0x110 has lengths 0, 4 and 4, none may be 0" },
	{ { { 0x194, 0 } }, 0, false,
	  "partition header at byte 0x190 has lengths 3, 0 and 4, none may be 0" },
	{ { { 0x218, 0 } }, 0, false,
	  "partition header at byte 0x210 has lengths 2, 2 and 0, none may be 0" },
	{ { { 0x110, 5 } }, 0, false,
	  "partition header at byte 0x110 has total length 4, of which 5 and 4 are data" },
	{ { { 0x114, 0x80000000 } }, 0, false,
	  "partition header at byte 0x110 has total length 4, of which 4 and 2147483648 are data" },
	{ { { 0x1b4, 0xf8ffffff } }, 0, false,
	  "partition header at byte 0x190 has type 0, types are 1 to 7" },
	{ { { 0x130, 0 } }, 0, false,
	  "partition header at byte 0x110 puts its data at byte 0x0, headers end at 0x290" },
	{ { { 0x130, 0xa3 } }, 0, false,
	  "partition header at byte 0x110 puts its data at byte 0x28c, headers end at 0x290" },
	{ { { 0x230, 0xad } }, 0, false,
	  "file ends at byte 0x2b8, 8 bytes of a partition begin at byte 0x2b4" },
	{ { { 0x230, 0xffffffff } }, 0, false,
	  "file ends at byte 0x2b8, 8 bytes of a partition begin at byte 0x3fffffffc" },
	{ { { 0x198, 0xffffffff } }, 0, false,
	  "file ends at byte 0x2b8, 17179869180 bytes of a partition begin at byte 0x2a0" },
};

static const struct case_pdi_damage case_boot_damages[] = {
	{ {}, 0x18, false,
	  "file ends at byte 0x18, 3952 bytes of the boot header begin at byte 0x10" },
	{ {}, 0xf80, false,
	  "file ends at byte 0xf80, 128 bytes of the image header table begin at byte 0xfc0" },
	{ {}, 0x1040, false,
	  "file ends at byte 0x1040, 128 bytes of image headers begin at byte 0x1040" },
	{ {}, 0x11c0, false,
	  "file ends at byte 0x11c0, 16 bytes of a partition begin at byte 0x11c0" },
	{ { { 0x38, 1 } }, 0, true,
	  "boot header at byte 0x10 has checksum 0xfd1a3cc1, its words have 0xfd1a3cc0" },
	{ { { 0xc4, 0xf7c } }, 0, false,
	  "boot header puts the image header table at byte 0xf7c, expected a multiple of 4 from 0xf80"
	},
	{ { { 0xc4, 0xfc2 } }, 0, false,
	  "boot header puts the image header table at byte 0xfc2, expected a multiple of 4 from 0xf80"
	},
	{ { { 0xc4, 0xfffffffc } }, 0, false,
	  "file ends at byte 0x11d0, 128 bytes of the image header table begin at byte 0xfffffffc"
	},
	{ { { 0x14, 0x584c4e59 } }, 0, false,
	  "image header table at byte 0x10 has identification 0x00000000, a partial PDI has 0x50504449"
	},
	{ { { 0xfe8, 0x50504449 } }, 0, false,
	  "image header table at byte 0xfc0 has identification 0x50504449, a boot PDI has 0x46504449"
	},
	{ { { 0x10e0, 0x3dc } }, 0, false,
	  "partition header at byte 0x10c0 puts its data at byte 0xf70, headers end at 0x11c0" },
	{ { { 0x10e0, 0x3e1 } }, 0, false,
	  "partition header at byte 0x10c0 puts its data at byte 0xf84, headers end at 0x11c0" },
};

/* Sets the checksums anew. */
static inline void case_set_sums(u8 *pdi, const struct case_sum *sums, size_t count)
{
	size_t i, at;

	for (i = 0; i < count; i++) {
		u32 sum = 0;

		for (at = sums[i].from; at < sums[i].at; at += 4)
			sum += pdi[at] | pdi[at + 1] << 8 | pdi[at + 2] << 16 |
			       (u32)pdi[at + 3] << 24;
		case_store(pdi + sums[i].at, ~sum, true);
	}
}

static inline void case_damage_pdi(u8 *pdi, const struct case_pdi_damage *damage,
				   const struct case_sum *sums, size_t count)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(damage->words) && damage->words[i].at; i++)
		case_store(pdi + damage->words[i].at, damage->words[i].value, true);
	if (!damage->sums)
		case_set_sums(pdi, sums, count);
}

#endif
