/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Xilinx configuration bitstreams: recognise, check, describe.
 *
 * The same source is built into the module and into libhwcontainer, so that
 * `hwctl image check` says without the module what the module will say.
 */
#ifndef HWC_BITSTREAM_H
#define HWC_BITSTREAM_H

#ifdef __KERNEL__
#include <kunit/visibility.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <linux/types.h>
typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))
#endif
#ifndef BIT
#define BIT(nr) (1UL << (nr))
#endif
#define EXPORT_SYMBOL_IF_KUNIT(...)
/* The module's build checks the format strings for both. */
#ifndef __printf
#define __printf(...)
#endif
#endif

/* Bits 31:28 of an IDCODE are the silicon revision: any one will do. */
#define HWC_IDCODE_MASK 0x0fffffff

/* Room for any sentence this checker writes, with its NUL. */
#define HWC_BITSTREAM_WHY 160

/* The sync word and what may stand before it lie within these first bytes. */
#define HWC_BITSTREAM_PREAMBLE 4096

enum hwc_bitstream_format {
	HWC_BITSTREAM_BIT = 1,	/* header with design, part, date; then the data */
	HWC_BITSTREAM_BIN,	/* the data alone */
	HWC_BITSTREAM_PDI,	/* no bitstream but what Versal has instead: pdi.h */
};

/**
 * struct hwc_pdi - what only a PDI says of itself
 * @boot: a device starts from it, none that runs takes it
 * @authenticated: the headers or a partition are signed
 * @version: of the format: 2, 3 or 4
 * @id: identity that its designer gave it
 * @parent_id: identity of the boot PDI it belongs to
 * @ext_idcode: tells devices of one IDCODE apart
 * @images: how many; 0 where the headers are encrypted
 * @partitions: how many in all of them
 * @node_first: lowest node that an image with frames configures; 0 without such
 * @node_last: highest one
 * @images_at: byte offset of the first image's header
 */
struct hwc_pdi {
	bool boot;
	bool authenticated;
	u32 version;
	u32 id;
	u32 parent_id;
	u32 ext_idcode;
	u32 images;
	u32 partitions;
	u32 node_first;
	u32 node_last;
	size_t images_at;
};

/**
 * struct hwc_bitstream - what a bitstream says of itself, or a PDI
 * @format: with or without the .bit header, or a PDI: then @swapped, @has_frames,
 *	@sections, @packets and the texts of the .bit header are empty
 * @swapped: the bytes of each 32-bit word are reversed (sync 66 55 99 aa)
 * @partial: reconfigures a part of the device that is already running; of a PDI:
 *	one of its images becomes a part of another
 * @encrypted: the configuration data are encrypted, packets are not visible
 * @has_idcode: an IDCODE write was seen; a PDI always has one
 * @has_frames: at least one frame was written, @far_first and @far_last count
 * @idcode: value written to the IDCODE register
 * @far_first: lowest frame address that frames are written from (FAR, UG570)
 * @far_last: highest frame address that frames are written from
 * @sections: stretches from a sync word to a DESYNC command; the partial images
 *	that Vivado writes for UltraScale+ have several
 * @packets: configuration packets in all of them, NOOPs included
 * @frame_words: 32-bit words of frame data (FDRI, or partitions of type CFI)
 * @sync_offset: byte offset of the first sync word in the file
 * @data_offset: byte offset of what the FPGA manager is given
 * @data_size: length of that in bytes
 * @design: design name from the .bit header, or ""
 * @part: part name from the .bit header ("xck26-sfvc784-2LV-c"), or ""
 * @date: build date from the .bit header, or ""
 * @time: build time from the .bit header, or ""
 * @pdi: the rest of a PDI
 */
struct hwc_bitstream {
	enum hwc_bitstream_format format;
	bool swapped;
	bool partial;
	bool encrypted;
	bool has_idcode;
	bool has_frames;
	u32 idcode;
	u32 far_first;
	u32 far_last;
	u32 sections;
	u32 packets;
	u32 frame_words;
	size_t sync_offset;
	size_t data_offset;
	size_t data_size;
	char design[96];
	char part[32];
	char date[16];
	char time[16];
	struct hwc_pdi pdi;
};

/**
 * hwc_bitstream_parse() - recognise a bitstream and check its structure
 * @buf: the whole file
 * @size: its length in bytes
 * @bs: filled on success, untouched otherwise
 * @why: receives one sentence on refusal, naming the field and both values
 * @why_size: room at @why, HWC_BITSTREAM_WHY is enough
 *
 * Walks every packet header and steps over frame data, so the cost is that of
 * the packets and not of the length. Trusts nothing in @buf. Does not compute
 * the configuration checksum, which the device does.
 *
 * A file cut anywhere is refused, but for a raw .bin cut behind a DESYNC: the
 * format tells nobody that more was to come (a .bit has the length in field e).
 *
 * Return: 0, or -EBADMSG when this is no well-formed bitstream.
 */
int hwc_bitstream_parse(const void *buf, size_t size, struct hwc_bitstream *bs,
			char *why, size_t why_size);

/**
 * hwc_bitstream_part_idcode() - IDCODE of a part named in a .bit header
 * @part: name as Vivado writes it, such as "xck26-sfvc784-2LV-c"
 *
 * This is the IDCODE of the programmable logic, which a bitstream carries. The
 * one that the processing system of a Zynq UltraScale+ shows on JTAG and to its
 * firmware is another (K26: 0x04724093): never compare the two. A Versal has one
 * for all, which is in its PDIs.
 *
 * Return: the IDCODE without revision, or 0 for a part that is not known here.
 */
u32 hwc_bitstream_part_idcode(const char *part);

/**
 * hwc_bitstream_idcode_part() - family name of an IDCODE
 * @idcode: as read from a device or a bitstream, revision ignored
 *
 * Return: a name such as "xck26", or NULL when it is not known here.
 */
const char *hwc_bitstream_idcode_part(u32 idcode);

#endif
