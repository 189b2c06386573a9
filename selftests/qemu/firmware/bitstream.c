// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PM_FPGA_LOAD of ZynqMP: reads a bitstream out of the guest's memory and does
 * what its packets say (UG570, "Configuration Packets"), by the rules at the top
 * of kernel/sim/sim-image.h. The statuses are those of the PMU firmware's library
 * xilfpga, which puts the step that failed into bits 7:0 and why into 15:8.
 *
 * A device tells the firmware only that it did not start: whatever is wrong in
 * the packets is XFPGA_ERROR_PCAP_PL_DONE.
 */
#include "monitor.h"

#include "../../../kernel/sim/sim-image.h"

/* The step (xilfpga.h) ... */
#define XFPGA_VALIDATE_ERROR 0x02
#define XFPGA_PRE_CONFIG_ERROR 0x03
#define XFPGA_WRITE_BITSTREAM_ERROR 0x04
#define XFPGA_OPS_NOT_IMPLEMENTED 0x06
#define XFPGA_INVALID_PARAM 0x08
/* ... and why (xilfpga_pcap.h). */
#define XPFGA_ERROR_PCAP_INIT 0x05
#define XFPGA_ERROR_SECURE_MODE_EN 0x0d
#define XFPGA_ERROR_PCAP_PL_DONE 0x16
#define XFPGA_ERROR_BITSTREAM_FORMAT 0x1a
#define XFPGA_ERROR_UNALIGN_ADDR 0x1b
#define STATUS(step, why) ((u32)(why) << 8 | (step))

#define FLAG_PARTIAL BIT(0)
#define FLAGS_SECURE 0x1e /* authenticated, encrypted */

/* PCAP_STATUS of the configuration port, as PM_FPGA_GET_STATUS gives it. */
#define PCAP_IDLE 0x3
#define PCAP_PL_INIT BIT(2)
#define PCAP_PL_DONE BIT(3)

/* PM_FPGA_READ: the logic's register STAT (UG570, "Status Register"). */
#define READ_REGISTER 0
#define REGISTER_STAT 7
#define STAT_EOS BIT(4)
#define STAT_INIT (3U << 11)
#define STAT_DONE (3U << 13)

/* The firmware looks for the sync word only so far. */
#define PREAMBLE 4096
#define SYNC_WORD_SWAPPED 0x665599aa

#define HEADER_TYPE(word) ((word) >> 29)
#define HEADER_OP(word) ((word) >> 27 & 3)
#define HEADER_REG(word) ((word) >> 13 & 0x1f)
#define OP_NOOP 0
#define OP_WRITE 2

#define IDCODE_MASK HWC_IDCODE_MASK

/**
 * struct config - the configuration logic in the middle of an image
 * @load: what is loaded
 * @swapped: the firmware reverses the bytes of each word
 * @synced: between a sync word and a DESYNC
 * @shift: the last four bytes, while there is no sync
 * @reg: register of the packet
 * @left: words of it that are still to come
 * @may_extend: the packet before was a type 1 write of no words
 * @crc: checksum so far
 * @cmd: last command
 * @far: last frame address
 * @has_far: there was one
 * @has_idcode: the device's IDCODE was seen
 * @has_frames: there were frames
 * @shutdown: SHUTDOWN was seen
 * @start: START was seen and takes effect with DESYNC
 * @started: it was that of a whole device, and has taken effect
 * @sections: sync words seen
 */
struct config {
	struct pl_load *load;
	bool swapped;
	bool synced;
	u32 shift;
	u32 reg;
	u32 left;
	bool may_extend;
	u32 crc;
	u32 cmd;
	u32 far;
	bool has_far;
	bool has_idcode;
	bool has_frames;
	bool shutdown;
	bool start;
	bool started;
	u32 sections;
};

static u32 be32_at(u64 at)
{
	return __builtin_bswap32(read32(at));
}

/* Frames come after IDCODE, FAR and CMD WCFG, whole ones only. */
static bool begin_frames(struct config *config, u32 count)
{
	if (!config->has_idcode || !config->has_far || config->cmd != SIM_CMD_WCFG ||
	    count % SIM_FRAME_WORDS)
		return false;
	if (!config->has_frames)
		config->load->far = config->far;
	config->has_frames = true;
	return true;
}

static void desync(struct config *config)
{
	config->synced = false;
	config->left = 0;
	config->shift = 0;
	if (config->start && !config->shutdown)
		config->started = true;
	config->start = false;
}

static bool do_command(struct config *config, u32 command)
{
	config->cmd = command;
	switch (command) {
	case SIM_CMD_RCRC:
		config->crc = 0;
		break;
	case SIM_CMD_SHUTDOWN:
		config->shutdown = true;
		break;
	case SIM_CMD_START:
		config->start = true;
		return config->shutdown || !config->load->partial;
	case SIM_CMD_DESYNC:
		desync(config);
		break;
	}
	return true;
}

static void keep_frame_word(struct pl_load *load, u32 word)
{
	if (load->n_words < MON_LOAD_NWORDS)
		load->words[load->n_words++] = word;
}

/* A word of the packet under way; false ends the configuration. */
static bool take_payload(struct config *config, u32 word)
{
	u32 crc = config->crc;

	config->left--;
	if (config->reg == SIM_REG_CRC) {
		config->crc = 0;
		return word == crc;
	}
	config->crc = sim_crc_word(crc, config->reg, word);
	switch (config->reg) {
	case SIM_REG_FDRI:
		keep_frame_word(config->load, word);
		break;
	case SIM_REG_CMD:
		return do_command(config, word);
	case SIM_REG_IDCODE:
		config->has_idcode = !((word ^ page_read(MON_PL_IDCODE)) & IDCODE_MASK);
		return config->has_idcode;
	case SIM_REG_FAR:
		config->far = word;
		config->has_far = true;
		break;
	}
	return true;
}

static bool begin_packet(struct config *config, u32 word)
{
	if (HEADER_TYPE(word) == 1) {
		if (HEADER_OP(word) == OP_NOOP) {
			config->may_extend = false;
			return true;
		}
		config->reg = HEADER_REG(word);
		config->left = word & SIM_TYPE1_COUNT_MAX;
		config->may_extend = !config->left;
	} else if (HEADER_TYPE(word) == 2 && config->may_extend) {
		config->left = word & SIM_TYPE2_COUNT_MAX;
		config->may_extend = false;
	} else {
		return false;
	}
	if (HEADER_OP(word) != OP_WRITE)
		return false;
	return config->reg != SIM_REG_FDRI || !config->left || begin_frames(config, config->left);
}

/* Out of sync, a device looks for the sync word at every byte. */
static void hunt(struct config *config, u8 byte)
{
	config->shift = config->shift << 8 | byte;
	if (config->shift != SIM_SYNC_WORD)
		return;
	config->synced = true;
	config->sections++;
	config->may_extend = false;
	config->cmd = SIM_CMD_NULL;
}

/* Words are on four bytes' bounds: the firmware swaps, and hence sees, only those. */
static bool take_word(struct config *config, u64 at)
{
	u32 word = config->swapped ? read32(at) : be32_at(at);
	int i;

	if (!config->synced) {
		for (i = 24; i >= 0; i -= 8)
			hunt(config, word >> i);
		return true;
	}
	return config->left ? take_payload(config, word) : begin_packet(config, word);
}

static bool is_complete(const struct config *config)
{
	return config->sections && !config->synced && config->has_frames &&
	       (config->load->partial || config->started);
}

/* Which order the bytes are in; the firmware takes both. */
static bool find_order(struct config *config)
{
	u64 end = config->load->size < PREAMBLE ? config->load->size : PREAMBLE;
	u64 i;

	for (i = 0; i < end; i += 4) {
		u32 word = be32_at(config->load->address + i);

		config->swapped = word == SYNC_WORD_SWAPPED;
		if (config->swapped || word == SIM_SYNC_WORD)
			return true;
	}
	return false;
}

/* Under the lock of loads. */
static u32 configure(struct pl_load *load)
{
	struct config config = { .load = load };
	u64 i;

	if (!find_order(&config))
		return STATUS(XFPGA_VALIDATE_ERROR, XFPGA_ERROR_BITSTREAM_FORMAT);
	if (load->partial && !pl.powered)
		return STATUS(XFPGA_PRE_CONFIG_ERROR, XPFGA_ERROR_PCAP_INIT);
	if (!load->partial)
		pl_clear();
	for (i = 0; i < load->size; i += 4)
		if (!take_word(&config, load->address + i))
			break;
	if (i < load->size || !is_complete(&config) || (load->partial && !pl.done))
		return STATUS(XFPGA_WRITE_BITSTREAM_ERROR, XFPGA_ERROR_PCAP_PL_DONE);
	pl_start();
	return XST_PM_SUCCESS;
}

/**
 * bitstream_load() - PM_FPGA_LOAD
 * @eemi: the call: address in two words, bytes, flags
 *
 * Return: its status.
 */
u32 bitstream_load(struct eemi *eemi)
{
	struct pl_load load = {
		.address = (u64)eemi->arg[1] << 32 | eemi->arg[0],
		.size = eemi->arg[2],
		.partial = eemi->arg[3] & FLAG_PARTIAL,
	};

	if (eemi->arg[3] & FLAGS_SECURE)
		return STATUS(XFPGA_VALIDATE_ERROR, XFPGA_ERROR_SECURE_MODE_EN);
	if (!load.size || load.size % 4 || !in_ddr(load.address, load.size))
		return XFPGA_INVALID_PARAM;
	if (load.address % 4)
		return STATUS(XFPGA_VALIDATE_ERROR, XFPGA_ERROR_UNALIGN_ADDR);
	return pl_run(eemi, &load, configure);
}

u32 bitstream_status(struct eemi *eemi)
{
	eemi->out[0] = PCAP_IDLE | (pl.powered ? PCAP_PL_INIT : 0) | (pl.done ? PCAP_PL_DONE : 0);
	return XST_PM_SUCCESS;
}

/**
 * bitstream_read() - PM_FPGA_READ
 * @eemi: the call: register, address in two words, what is read
 *
 * Return: its status; only STAT can be read.
 */
u32 bitstream_read(struct eemi *eemi)
{
	if (eemi->arg[3] != READ_REGISTER || eemi->arg[0] != REGISTER_STAT)
		return XFPGA_OPS_NOT_IMPLEMENTED;
	eemi->out[0] = (pl.powered ? STAT_INIT : 0) | (pl.done ? STAT_DONE | STAT_EOS : 0);
	return XST_PM_SUCCESS;
}
