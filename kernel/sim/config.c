// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration logic: takes an image word by word and does what it says,
 * by the rules at the top of sim-image.h.
 *
 * What is wrong ends the load at once, as the checksum does in a real device;
 * what had been written by then stays written.
 */
#include <linux/device.h>
#include <linux/fpga/fpga-mgr.h>
#include <linux/unaligned.h>

#include "../bitstream.h"
#include "sim.h"

#define SYNC_WORD_SWAPPED 0x665599aa

#define HEADER_TYPE(word)	((word) >> 29)
#define HEADER_OP(word)		(((word) >> 27) & 3)
#define HEADER_REG(word)	(((word) >> 13) & 0x1f)
#define OP_NOOP			0
#define OP_WRITE		2

#define FAR_BLOCK_TYPE(far)	(((far) >> 24) & 7)
#define FAR_COLUMN(far)		(((far) >> 8) & 0x3ff)

#define CMD_IPROG		0x0f	/* loads another image from flash */
#define CMD_MAX			0x1f

/* Registers that can be written (UG570, "Configuration Registers"). */
static const u32 writable = BIT(SIM_REG_CRC) | BIT(SIM_REG_FAR) | BIT(SIM_REG_FDRI) |
			    BIT(SIM_REG_CMD) | BIT(SIM_REG_CTL0) | BIT(SIM_REG_MASK) |
			    BIT(0x08) /* LOUT */ | BIT(SIM_REG_COR0) | BIT(0x0a) /* MFWR */ |
			    BIT(0x0b) /* CBC */ | BIT(SIM_REG_IDCODE) | BIT(0x0d) /* AXSS */ |
			    BIT(SIM_REG_COR1) | BIT(SIM_REG_WBSTAR) | BIT(SIM_REG_TIMER) |
			    BIT(0x13) /* reserved, Vivado writes it */ | BIT(SIM_REG_CTL1) |
			    BIT(0x1f) /* BSPI */;

static __printf(3, 4)
int sim_config_abort(struct sim_config *config, u64 status, const char *fmt, ...)
{
	struct va_format vaf = { .fmt = fmt };
	va_list args;

	config->status |= status;
	va_start(args, fmt);
	vaf.va = &args;
	dev_err_ratelimited(config->fabric->dev, "configuration stopped at word %u: %pV\n",
			    config->words, &vaf);
	va_end(args);
	return status == FPGA_MGR_STATUS_CRC_ERR ? -EBADMSG : -EINVAL;
}

/* The first words of frame data say what the slot or the device becomes. */
static int sim_config_describe(struct sim_config *config)
{
	struct sim_desc desc;
	int ret = sim_desc_decode(config->desc, &desc);

	if (ret == -ENOENT)
		return 0;
	if (ret)
		return sim_config_abort(config, FPGA_MGR_STATUS_INCOMPATIBLE_IMAGE_ERR,
					"the descriptor's checksum or version is wrong");
	if (!config->partial)
		return 0;
	if (sim_fabric_check(config->fabric, &desc))
		return sim_config_abort(config, FPGA_MGR_STATUS_INCOMPATIBLE_IMAGE_ERR,
					"no engine \"%s\" with registers 0x%x+0x%x and interrupt %u fits a slot",
					desc.engine, desc.reg_offset, desc.reg_size, desc.irq);
	return 0;
}

static int sim_config_frame_word(struct sim_config *config, u32 word)
{
	if (config->n_desc == SIM_DESC_WORDS)
		return 0;
	config->desc[config->n_desc++] = word;
	return config->n_desc == SIM_DESC_WORDS ? sim_config_describe(config) : 0;
}

/*
 * The slot is that of the first frame. Later ones may lie elsewhere: AMD's
 * images for the first slot of a K26 write clock columns at the left edge too.
 */
static int sim_config_target(struct sim_config *config)
{
	u32 slot = SIM_SLOT(config->far);

	if (!config->partial)
		return 0;
	if (!config->has_frames) {
		if (slot >= config->fabric->n_slots)
			return sim_config_abort(config, FPGA_MGR_STATUS_INCOMPATIBLE_IMAGE_ERR,
						"frame 0x%08x is in slot %u, there are %u",
						config->far, slot, config->fabric->n_slots);
		config->slot = slot;
		sim_fabric_clear_slot(config->fabric, slot);
	} else if (slot != config->slot && !FAR_BLOCK_TYPE(config->far) &&
		   FAR_COLUMN(config->far) >= SIM_FAR_COLUMN) {
		return sim_config_abort(config, FPGA_MGR_STATUS_INCOMPATIBLE_IMAGE_ERR,
					"frame 0x%08x is in slot %u, the first one was in slot %u",
					config->far, slot, config->slot);
	}
	return 0;
}

/* Before the frames of one FDRI write. */
static int sim_config_frames(struct sim_config *config, u32 count)
{
	int ret;

	if (!config->has_idcode)
		return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR,
					"frames before IDCODE");
	if (!config->has_far || config->cmd != SIM_CMD_WCFG)
		return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR,
					"frames without %s before them",
					config->has_far ? "CMD WCFG" : "FAR");
	if (count % SIM_FRAME_WORDS)
		return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR,
					"%u words of frame data are no multiple of %u",
					count, SIM_FRAME_WORDS);
	ret = sim_config_target(config);
	if (ret)
		return ret;
	config->has_frames = true;
	return 0;
}

/* DESYNC: the section ends, and what it started begins. */
static void sim_config_desync(struct sim_config *config)
{
	config->synced = false;
	config->left = 0;
	config->shift = 0;
	if (config->start && config->whole)
		config->started = true;
	config->start = false;
}

static int sim_config_start(struct sim_config *config)
{
	config->start = true;
	config->whole = !config->shutdown;
	if (config->whole && config->partial)
		return sim_config_abort(config, FPGA_MGR_STATUS_INCOMPATIBLE_IMAGE_ERR,
					"START of a whole device in an image for one slot");
	return 0;
}

static int sim_config_command(struct sim_config *config, u32 command)
{
	if (command > CMD_MAX || command == CMD_IPROG)
		return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR,
					"command 0x%x", command);
	config->cmd = command;
	switch (command) {
	case SIM_CMD_RCRC:
		config->crc = 0;
		return 0;
	case SIM_CMD_SHUTDOWN:
		config->shutdown = true;
		return 0;
	case SIM_CMD_START:
		return sim_config_start(config);
	case SIM_CMD_DESYNC:
		sim_config_desync(config);
		return 0;
	}
	return 0;
}

static int sim_config_crc(struct sim_config *config, u32 word)
{
	u32 crc = config->crc;

	config->crc = 0;
	if (word != crc)
		return sim_config_abort(config, FPGA_MGR_STATUS_CRC_ERR,
					"CRC is 0x%08x, 0x%08x was computed", word, crc);
	return 0;
}

static int sim_config_idcode(struct sim_config *config, u32 word)
{
	if ((word ^ config->fabric->idcode) & HWC_IDCODE_MASK)
		return sim_config_abort(config, FPGA_MGR_STATUS_INCOMPATIBLE_IMAGE_ERR,
					"image for IDCODE 0x%08x, the device's is 0x%08x",
					word, config->fabric->idcode);
	config->has_idcode = true;
	return 0;
}

/* A word of the packet under way. */
static int sim_config_payload(struct sim_config *config, u32 word)
{
	config->left--;
	if (config->reg == SIM_REG_CRC)
		return sim_config_crc(config, word);
	config->crc = sim_crc_word(config->crc, config->reg, word);
	switch (config->reg) {
	case SIM_REG_FDRI:
		return sim_config_frame_word(config, word);
	case SIM_REG_CMD:
		return sim_config_command(config, word);
	case SIM_REG_IDCODE:
		return sim_config_idcode(config, word);
	case SIM_REG_FAR:
		config->far = word;
		config->has_far = true;
		return 0;
	}
	return 0;
}

static int sim_config_type1(struct sim_config *config, u32 word)
{
	u32 count = word & SIM_TYPE1_COUNT_MAX;

	config->reg = HEADER_REG(word);
	if (HEADER_OP(word) != OP_WRITE || !(writable & BIT(config->reg)))
		return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR,
					"packet header 0x%08x is no write to a register that can be written",
					word);
	config->may_extend = !count;
	config->left = count;
	if (config->reg == SIM_REG_FDRI && count)
		return sim_config_frames(config, count);
	return 0;
}

static int sim_config_type2(struct sim_config *config, u32 word)
{
	u32 count = word & SIM_TYPE2_COUNT_MAX;

	if (HEADER_OP(word) != OP_WRITE || !config->may_extend)
		return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR,
					"packet header 0x%08x continues no write", word);
	config->may_extend = false;
	config->left = count;
	if (config->reg == SIM_REG_FDRI && count)
		return sim_config_frames(config, count);
	return 0;
}

static int sim_config_word(struct sim_config *config, u32 word)
{
	config->words++;
	if (config->left)
		return sim_config_payload(config, word);
	switch (HEADER_TYPE(word)) {
	case 1:
		if (HEADER_OP(word) == OP_NOOP) {
			config->may_extend = false;
			return 0;
		}
		return sim_config_type1(config, word);
	case 2:
		return sim_config_type2(config, word);
	}
	return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR,
				"0x%08x is no packet header", word);
}

/* Out of sync, a device looks for the sync word at every byte. */
static void sim_config_hunt(struct sim_config *config, u8 byte)
{
	config->shift = config->shift << 8 | byte;
	if (config->shift == SYNC_WORD_SWAPPED)
		config->swapped = true;
	if (config->shift != SIM_SYNC_WORD)
		return;
	config->synced = true;
	config->sections++;
	config->may_extend = false;
	config->cmd = SIM_CMD_NULL;
}

/**
 * sim_config_begin() - make the configuration logic ready for an image
 * @config: its state
 * @fabric: what is configured
 * @partial: the image is for one slot; otherwise the device is cleared
 *
 * Return: 0, or -EINVAL when there is no running device to change a part of.
 */
int sim_config_begin(struct sim_config *config, struct sim_fabric *fabric, bool partial)
{
	memset(config, 0, sizeof(*config));
	config->fabric = fabric;
	config->partial = partial;
	if (!partial)
		sim_fabric_clear(fabric);
	else if (!sim_fabric_running(fabric))
		return sim_config_abort(config, FPGA_MGR_STATUS_OPERATION_ERR,
					"an image for one slot, but the device is not running");
	return 0;
}

/**
 * sim_config_feed() - take the next bytes of the image
 * @config: state of the configuration logic
 * @bytes: any part of it
 * @count: how many
 *
 * Return: 0, -EBADMSG when a checksum is wrong, or -EINVAL when anything else
 * is; the log says what.
 */
int sim_config_feed(struct sim_config *config, const u8 *bytes, size_t count)
{
	const u8 *end = bytes + count;
	u32 word;
	int ret;

	while (bytes < end) {
		if (!config->synced) {
			sim_config_hunt(config, *bytes++);
			continue;
		}
		if (!config->have && end - bytes >= 4) {
			word = get_unaligned_be32(bytes);
			bytes += 4;
		} else {
			config->shift = config->shift << 8 | *bytes++;
			config->have = (config->have + 1) % 4;
			if (config->have)
				continue;
			word = config->shift;
		}
		ret = sim_config_word(config, word);
		if (ret)
			return ret;
	}
	return 0;
}

static int sim_config_complete(struct sim_config *config)
{
	if (!config->sections)
		return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR, "no sync word%s",
					config->swapped ? ", but one with its bytes reversed" : "");
	if (config->synced)
		return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR,
					"the image ends before DESYNC");
	if (!config->has_frames)
		return sim_config_abort(config, FPGA_MGR_STATUS_IP_PROTOCOL_ERR,
					"the image has no frames");
	if (!config->partial && !config->started)
		return sim_config_abort(config, FPGA_MGR_STATUS_INCOMPATIBLE_IMAGE_ERR,
					"the image does not start a whole device");
	return 0;
}

/**
 * sim_config_end() - the image is complete: let it take effect
 * @config: state of the configuration logic
 *
 * Return: 0, or -EINVAL when something was missing; the log says what.
 */
int sim_config_end(struct sim_config *config)
{
	struct sim_desc desc;
	int ret;

	ret = sim_config_complete(config);
	if (ret)
		return ret;
	if (!config->partial) {
		sim_fabric_run(config->fabric);
		return 0;
	}
	ret = sim_desc_decode(config->desc, &desc);
	sim_fabric_fill_slot(config->fabric, config->slot, ret ? NULL : &desc);
	return 0;
}
