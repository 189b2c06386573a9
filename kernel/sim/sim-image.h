/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * What the simulated silicon and the bitstream generator agree upon.
 *
 * The simulated device obeys the public rules of UG570 (configuration packets,
 * registers, commands), in the order in which a real one does:
 *
 * - Words are 32 bits, most significant byte first. Before the sync word
 *   0xaa995566 every word is ignored. The port takes this byte order only: a
 *   file whose sync word reads 0x665599aa (as zynq-fpga.c wants it) never
 *   synchronises it.
 * - After it come packets. Type 1 names a register and a count, type 2 repeats
 *   the register of the type 1 before it with a count of 27 bits, 0x20000000 is
 *   a NOOP.
 * - Each word written to a register other than CRC goes through
 *   sim_crc_word(). CMD = RCRC sets the checksum to 0. A write to CRC is a
 *   check: the word must equal the checksum so far, which becomes 0 again; a
 *   difference aborts the configuration. Synchronisation does not reset it.
 * - IDCODE must equal the device's own (bits 27:0, HWC_IDCODE_MASK), and be
 *   written before the first frame.
 * - CMD = WCFG and FAR come before FDRI. FDRI words are frames, of
 *   SIM_FRAME_WORDS each; the last frame of each write is padding.
 * - CMD = DESYNC ends a section; more of them may follow, each from a sync word
 *   of its own. AMD's K26 partial images hold four: clear, shut down, frames
 *   and start-up, clear. A load is complete when its last section is desynced.
 * - CMD = START takes effect with the DESYNC after it. START without a SHUTDOWN
 *   before it in the same file is the start of a whole device.
 *
 * sim_crc_word() was checked against every CRC write of those images: all agree.
 *
 * What a region becomes is told by a descriptor, SIM_DESC_WORDS words that open
 * the first FDRI write of the image. A first FDRI write without SIM_DESC_MAGIC
 * is a stranger's (such as AMD's): it is loaded, and its region becomes nothing.
 *
 * Versal's images are PDIs (../pdi-layout.h). The first partition of type CFI
 * opens with the same words, least significant byte first. The image that it
 * belongs to names with its id what is configured: SIM_PDI_NODE(slot), or
 * SIM_PDI_PL for the whole of the programmable logic. One for a slot has the
 * parent UID SIM_PDI_UID, which is the UID of the one for the whole. The bench's
 * firmware tells the simulator of the load what it would tell of a bitstream's:
 * partial is one with a parent, and begins at frame SIM_FAR(slot).
 */
#ifndef HWC_SIM_IMAGE_H
#define HWC_SIM_IMAGE_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include "../bitstream.h"
#endif

#define SIM_SYNC_WORD		0xaa995566
#define SIM_DUMMY_WORD		0xffffffff
#define SIM_BUS_WIDTH_SYNC	0x000000bb
#define SIM_BUS_WIDTH_DETECT	0x11220044
#define SIM_NOOP		0x20000000

/* Packet headers (UG570, "Configuration Packets"). */
#define SIM_TYPE1_WRITE(reg, count)	(0x30000000 | ((reg) << 13) | (count))
#define SIM_TYPE2_WRITE(count)		(0x50000000 | (count))
#define SIM_TYPE1_COUNT_MAX		0x7ff
#define SIM_TYPE2_COUNT_MAX		0x7ffffff

/* Configuration registers (UG570, "Configuration Registers"). */
enum sim_reg {
	SIM_REG_CRC	= 0x00,
	SIM_REG_FAR	= 0x01,
	SIM_REG_FDRI	= 0x02,
	SIM_REG_CMD	= 0x04,
	SIM_REG_CTL0	= 0x05,
	SIM_REG_MASK	= 0x06,
	SIM_REG_COR0	= 0x09,
	SIM_REG_IDCODE	= 0x0c,
	SIM_REG_COR1	= 0x0e,
	SIM_REG_WBSTAR	= 0x10,
	SIM_REG_TIMER	= 0x11,
	SIM_REG_CTL1	= 0x18,
};

/* Commands (UG570, "Command Register"). */
enum sim_cmd {
	SIM_CMD_NULL		= 0x00,
	SIM_CMD_WCFG		= 0x01,
	SIM_CMD_DGHIGH		= 0x03,
	SIM_CMD_START		= 0x05,
	SIM_CMD_RCRC		= 0x07,
	SIM_CMD_AGHIGH		= 0x08,
	SIM_CMD_SWITCH		= 0x09,
	SIM_CMD_GRESTORE	= 0x0a,
	SIM_CMD_SHUTDOWN	= 0x0b,
	SIM_CMD_DESYNC		= 0x0d,
};

/* 32-bit words in a frame of an UltraScale+ device. */
#define SIM_FRAME_WORDS		93

/*
 * Frame addresses of UltraScale+: block type 26:24, row 23:18, column 17:8,
 * minor 7:0. A simulated slot owns two clock rows from column 0x25 on, which
 * is where the slots of AMD's two-slot K26 design lie. A whole-device image
 * starts at frame 0; that it is one is known by its commands, not by its FAR.
 * The first frame write of an image names the slot; the others need not lie in
 * it (AMD's image for slot 0 also writes frames of row 3).
 */
#define SIM_FAR_COLUMN		0x25
#define SIM_FAR_STATIC		0
#define SIM_FAR(slot)		(((slot) * 2u) << 18 | SIM_FAR_COLUMN << 8)
#define SIM_SLOT(far)		((((far) >> 18) & 0x3f) / 2)
#define SIM_SLOTS_MAX		32

/* Nodes of a Versal device: PDI_NODE_PL, and its reconfigurable partitions. */
#define SIM_PDI_PL		0x18700000
#define SIM_PDI_NODE(slot)	(SIM_PDI_PL + 1 + (slot))
#define SIM_PDI_SLOT(id)	((id) - SIM_PDI_PL - 1)
#define SIM_PDI_UID		0x48574301

#define SIM_DESC_MAGIC		0x48574353	/* "HWCS" */
#define SIM_DESC_VERSION	1
#define SIM_DESC_ENGINE		16	/* bytes, with the NUL */
#define SIM_DESC_WORDS		10

/* The engine of an image for the whole device. */
#define SIM_ENGINE_STATIC	"static"

/**
 * struct sim_desc - what a region becomes
 * @engine: name of the engine ("sha256", "fir", "none", "static")
 * @reg_offset: offset of its registers in the region's window, in bytes
 * @reg_size: size of its registers, in bytes
 * @irq: number of its interrupt line within the region
 *
 * As words of frame data: magic, version, four of the engine's name (first
 * character in bits 31:24), @reg_offset, @reg_size, @irq, and the checksum
 * (sim_crc_word() over the nine before, from 0, as if written to FDRI).
 */
struct sim_desc {
	char engine[SIM_DESC_ENGINE];
	u32 reg_offset;
	u32 reg_size;
	u32 irq;
};

/**
 * sim_crc_word() - put one register write into the configuration checksum
 * @crc: checksum so far
 * @reg: register address
 * @word: word written to it
 *
 * CRC-32C, least significant bit first, over the 32 bits of @word and then the
 * 5 bits of @reg; neither inverted at the start nor at the end. Four bits a
 * step: a 4 MB image is a million words.
 *
 * Return: the new checksum.
 */
static inline u32 sim_crc_word(u32 crc, u32 reg, u32 word)
{
	static const u32 nibble[16] = {
		0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
		0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
		0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
		0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
	};
	int i;

	crc ^= word;
	for (i = 0; i < 8; i++)
		crc = (crc >> 4) ^ nibble[crc & 0xf];
	crc ^= reg & 0xf;
	crc = (crc >> 4) ^ nibble[crc & 0xf];
	crc ^= (reg >> 4) & 1;
	return (crc >> 1) ^ (crc & 1 ? nibble[8] : 0);
}

static inline u32 sim_desc_checksum(const u32 *words)
{
	u32 crc = 0;
	int i;

	for (i = 0; i < SIM_DESC_WORDS - 1; i++)
		crc = sim_crc_word(crc, SIM_REG_FDRI, words[i]);
	return crc;
}

/**
 * sim_desc_encode() - write a descriptor as words of frame data
 * @desc: what the region becomes, engine NUL-terminated
 * @words: receives SIM_DESC_WORDS words
 */
static inline void sim_desc_encode(const struct sim_desc *desc, u32 *words)
{
	int i;

	memset(words, 0, SIM_DESC_WORDS * sizeof(*words));
	words[0] = SIM_DESC_MAGIC;
	words[1] = SIM_DESC_VERSION;
	for (i = 0; i < SIM_DESC_ENGINE && desc->engine[i]; i++)
		words[2 + i / 4] |= (u32)(u8)desc->engine[i] << (24 - i % 4 * 8);
	words[6] = desc->reg_offset;
	words[7] = desc->reg_size;
	words[8] = desc->irq;
	words[9] = sim_desc_checksum(words);
}

/**
 * sim_desc_decode() - read a descriptor from words of frame data
 * @words: SIM_DESC_WORDS words
 * @desc: filled on success
 *
 * Return: 0, -ENOENT when these are not a descriptor, -EBADMSG when its
 * version, name or checksum is wrong.
 */
static inline int sim_desc_decode(const u32 *words, struct sim_desc *desc)
{
	int i;

	if (words[0] != SIM_DESC_MAGIC)
		return -ENOENT;
	if (words[1] != SIM_DESC_VERSION || words[9] != sim_desc_checksum(words) ||
	    !words[2] || (words[5] & 0xff))
		return -EBADMSG;
	for (i = 0; i < SIM_DESC_ENGINE; i++)
		desc->engine[i] = words[2 + i / 4] >> (24 - i % 4 * 8);
	desc->reg_offset = words[6];
	desc->reg_size = words[7];
	desc->irq = words[8];
	return 0;
}

#endif
