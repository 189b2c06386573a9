/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Programmable device images (PDI) of Versal: where what is. Numbers only, for
 * the checker, the generator and the firmware of the bench.
 *
 * Sources: UG1283 (Bootgen), "Versal Adaptive SoC" chapters on boot header, image
 * header table, image header and partition header; AM011, "Boot Header"; and for
 * what these leave open bootgen's readimage-versal.cpp and embeddedsw's xilpdi,
 * which is the code that reads them on the device.
 *
 * Words are 32 bits, least significant byte first. Offsets in a header are in
 * words from the first byte of the file, but for PDI_BOOT_TABLE. A header's
 * checksum is its last word: the sum of the words before it, inverted.
 *
 *   boot PDI      SelectMAP words, boot header, loader; image header table,
 *                 image headers, partition headers; data of the partitions
 *   partial PDI   SelectMAP words (or none); then the same from the table on
 *
 * Only the device's boot ROM starts from a boot PDI. The loader that runs then
 * (PLM) takes partial ones: it looks for the table where that of a partial PDI is.
 */
#ifndef HWC_PDI_LAYOUT_H
#define HWC_PDI_LAYOUT_H

/* SelectMAP bus width words: four, of which the first tells the width. */
#define PDI_SMAP_SIZE		0x10
#define PDI_SMAP_8		0xdd000000
#define PDI_SMAP_16		0x00dd0000
#define PDI_SMAP_32		0x000000dd

/* Boot header; its checksum is over the words from PDI_BOOT_WIDTH on. */
#define PDI_BOOT_WIDTH		0x10	/* PDI_WIDTH */
#define PDI_BOOT_IDENT		0x14	/* PDI_XLNX */
#define PDI_BOOT_KEY		0x18	/* encryption key source, 0 is none */
#define PDI_BOOT_LOADER		0x1c	/* byte offset of the loader */
#define PDI_BOOT_LOADER_SIZE	0x2c	/* in bytes */
#define PDI_BOOT_TABLE		0xc4	/* byte offset of the image header table */
#define PDI_BOOT_CHECKSUM	0xf30
#define PDI_BOOT_END		0xf80

#define PDI_WIDTH		0xaa995566
#define PDI_XLNX		0x584c4e58

/* Image header table. */
#define PDI_TABLE_VERSION	0x00
#define PDI_TABLE_IMAGES	0x04	/* how many */
#define PDI_TABLE_IMAGES_AT	0x08
#define PDI_TABLE_PARTITIONS	0x0c	/* how many */
#define PDI_TABLE_PARTITIONS_AT	0x10
#define PDI_TABLE_IDCODE	0x18	/* as on JTAG */
#define PDI_TABLE_ATTRIBUTES	0x1c
#define PDI_TABLE_ID		0x20
#define PDI_TABLE_PARENT	0x24	/* id of the boot PDI */
#define PDI_TABLE_IDENT		0x28	/* PDI_FPDI or PDI_PPDI */
#define PDI_TABLE_HEADERS	0x2c	/* PDI_HEADERS */
#define PDI_TABLE_LENGTH	0x30	/* words of headers behind the table */
#define PDI_TABLE_KEY		0x40	/* of the headers behind the table */
#define PDI_TABLE_EXT_IDCODE	0x44
#define PDI_TABLE_CERTIFICATE	0x48	/* authentication, 0 is none */
#define PDI_TABLE_OPTIONAL	0x58	/* words of other data behind the table */
#define PDI_TABLE_SIZE		0x80

/* Version 2 has the sizes below; 3 and 4 changed what encrypted data look like. */
#define PDI_VERSION_MIN		0x00020000
#define PDI_VERSION_MAX		0x00040000
#define PDI_FPDI		0x46504449
#define PDI_PPDI		0x50504449
/* Words of table, image header and partition header, 8 bits each. */
#define PDI_HEADERS		0x00201020
#define PDI_HEADERS_MASK	0x00ffffff
#define PDI_IMAGES_MAX		32
#define PDI_PARTITIONS_MAX	32

/* Image header. */
#define PDI_IMAGE_PARTITION	0x00	/* its first partition header */
#define PDI_IMAGE_PARTITIONS	0x04	/* how many */
#define PDI_IMAGE_NAME		0x10	/* padded with NULs */
#define PDI_IMAGE_NAME_SIZE	0x10
#define PDI_IMAGE_ID		0x20	/* node that it configures */
#define PDI_IMAGE_UID		0x24	/* what it becomes */
#define PDI_IMAGE_PARENT	0x28	/* UID of what it becomes a part of; 0: nothing */
#define PDI_IMAGE_FUNCTION	0x2c
#define PDI_IMAGE_SIZE		0x40

/* Node of the programmable logic; those of its reconfigurable partitions follow. */
#define PDI_NODE_PL		0x18700000

/* Partition header. Lengths are in words. */
#define PDI_PART_ENCRYPTED	0x00	/* length as it is in the file */
#define PDI_PART_PLAIN		0x04	/* length of what comes of it */
#define PDI_PART_TOTAL		0x08	/* length in the file with authentication */
#define PDI_PART_NEXT		0x0c	/* next partition header */
#define PDI_PART_EXEC		0x10	/* 64 bits */
#define PDI_PART_LOAD		0x18	/* 64 bits */
#define PDI_PART_DATA		0x20	/* the data */
#define PDI_PART_ATTRIBUTES	0x24
#define PDI_PART_ID		0x30
#define PDI_PART_CERTIFICATE	0x34	/* authentication, 0 is none */
#define PDI_PART_KEY		0x44	/* encryption key source, 0 is none */
#define PDI_PART_SIZE		0x80

/* Bits 26:24 of the attributes. */
#define PDI_PART_TYPE(attributes) ((attributes) >> 24 & 7)
#define PDI_TYPE_ELF		1
#define PDI_TYPE_CDO		2
#define PDI_TYPE_CFI		3	/* frames of the programmable logic */
#define PDI_TYPE_RAW		4
#define PDI_TYPE_RAW_ELF	5
#define PDI_TYPE_CFI_MASKED	6
#define PDI_TYPE_CFI_UNMASKED	7

#endif
