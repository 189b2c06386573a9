// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * PM_LOAD_PDI of Versal: finds its way through a PDI in the guest's memory
 * (kernel/pdi-layout.h) and loads the first image with frames in it. The statuses
 * are those of Versal's loader, PLM: what went wrong in bits 31:16 (xplmi_status.h
 * of 2021 and later), which of the IDCODEs in 15:0. The kernel makes -EINVAL of all.
 *
 * The call tells no length: the memory's end is the only bound there is.
 */
#include "monitor.h"

#include "../../../kernel/pdi-layout.h"
#include "../../../kernel/sim/sim-image.h"

#define XLOADER_UNSUPPORTED_BOOT_MODE 0x300
#define XLOADER_ERR_IMGHDR_TBL 0x302
#define XLOADER_ERR_IMGHDR 0x303
#define XLOADER_ERR_PRTNHDR 0x304
#define XLOADER_ERR_GEN_IDCODE 0x326
#define XLOADER_ERR_DMA_XFER 0x33a
#define XLOADER_ERR_DEV_NOT_DEFINED 0x351
#define XLOADER_ERR_INCOMPATIBLE_CHILD_IMAGE 0x353
#define XLOADER_ERR_IDCODE 1
#define STATUS(major, minor) ((u32)(major) << 16 | (minor))

#define PDI_SRC_DDR 0xf

/**
 * struct pdi - a PDI on its way in
 * @base: where it is
 * @table: where its image header table is
 * @end: first byte behind what was found of it
 */
struct pdi {
	u64 base;
	u64 table;
	u64 end;
};

/* Words behind the end of memory read as 0, and no header is all 0. */
static u32 word_at(u64 at)
{
	return in_ddr(at, 4) ? read32(at) : 0;
}

static u64 offset_at(const struct pdi *pdi, u64 at)
{
	return pdi->base + 4ULL * word_at(at);
}

static bool has_checksum(u64 at, u32 size)
{
	u32 sum = 0;
	u32 i;

	for (i = 0; i < size - 4; i += 4)
		sum += word_at(at + i);
	return word_at(at + size - 4) == ~sum;
}

/*
 * The table of a partial PDI, behind the words that tell SelectMAP's width. In a
 * boot PDI there is no table.
 */
static bool find_table(struct pdi *pdi)
{
	pdi->table = pdi->base + PDI_SMAP_SIZE;
	if (word_at(pdi->table + PDI_TABLE_IDENT) != PDI_PPDI)
		pdi->table = pdi->base;
	return word_at(pdi->table + PDI_TABLE_IDENT) == PDI_PPDI;
}

static u32 check_table(struct pdi *pdi)
{
	u32 version, images, partitions;

	if (!find_table(pdi) || !has_checksum(pdi->table, PDI_TABLE_SIZE))
		return STATUS(XLOADER_ERR_IMGHDR_TBL, 0);
	version = word_at(pdi->table + PDI_TABLE_VERSION);
	images = word_at(pdi->table + PDI_TABLE_IMAGES);
	partitions = word_at(pdi->table + PDI_TABLE_PARTITIONS);
	if (version < PDI_VERSION_MIN || version > PDI_VERSION_MAX || !images ||
	    images > PDI_IMAGES_MAX || !partitions || partitions > PDI_PARTITIONS_MAX)
		return STATUS(XLOADER_ERR_IMGHDR_TBL, 0);
	if ((word_at(pdi->table + PDI_TABLE_IDCODE) ^ page_read(MON_PL_IDCODE)) & HWC_IDCODE_MASK)
		return STATUS(XLOADER_ERR_GEN_IDCODE, XLOADER_ERR_IDCODE);
	return XST_PM_SUCCESS;
}

/* Its first words are the load's frame data; it must be in memory as a whole. */
static u32 take_frames(struct pdi *pdi, u64 partition, struct pl_load *load)
{
	u64 data = offset_at(pdi, partition + PDI_PART_DATA);
	u64 size = 4ULL * word_at(partition + PDI_PART_TOTAL);

	if (!in_ddr(data, size) || size < sizeof(load->words))
		return STATUS(XLOADER_ERR_DMA_XFER, 0);
	for (; load->n_words < MON_LOAD_NWORDS; load->n_words++)
		load->words[load->n_words] = read32(data + 4 * load->n_words);
	if (data + size > pdi->end)
		pdi->end = data + size;
	return XST_PM_SUCCESS;
}

static u32 take_partition(struct pdi *pdi, u64 partition, struct pl_load *load)
{
	u32 type = PDI_PART_TYPE(word_at(partition + PDI_PART_ATTRIBUTES));

	if (!has_checksum(partition, PDI_PART_SIZE))
		return STATUS(XLOADER_ERR_PRTNHDR, 0);
	if (type != PDI_TYPE_CFI || load->n_words)
		return XST_PM_SUCCESS;
	return take_frames(pdi, partition, load);
}

/* Whether the image fits what is loaded, and which part of it becomes another. */
static u32 place_image(u64 image, struct pl_load *load)
{
	u32 id = word_at(image + PDI_IMAGE_ID);
	u32 parent = word_at(image + PDI_IMAGE_PARENT);

	load->partial = parent;
	load->uid = word_at(image + PDI_IMAGE_UID);
	if (!load->partial) {
		load->far = SIM_FAR_STATIC;
		return id == SIM_PDI_PL ? XST_PM_SUCCESS : STATUS(XLOADER_ERR_DEV_NOT_DEFINED, 0);
	}
	if (id < SIM_PDI_NODE(0) || SIM_PDI_SLOT(id) >= SIM_SLOTS_MAX)
		return STATUS(XLOADER_ERR_DEV_NOT_DEFINED, 0);
	if (!pl.done || parent != pl.uid)
		return STATUS(XLOADER_ERR_INCOMPATIBLE_CHILD_IMAGE, 0);
	load->far = SIM_FAR(SIM_PDI_SLOT(id));
	return XST_PM_SUCCESS;
}

static u32 take_image(struct pdi *pdi, u64 image, u64 *partition, struct pl_load *load)
{
	bool placed = load->n_words;
	u32 left, status;

	if (!has_checksum(image, PDI_IMAGE_SIZE))
		return STATUS(XLOADER_ERR_IMGHDR, 0);
	left = word_at(image + PDI_IMAGE_PARTITIONS);
	if (left > PDI_PARTITIONS_MAX)
		return STATUS(XLOADER_ERR_IMGHDR, 0);
	for (; left; left--, *partition += PDI_PART_SIZE) {
		status = take_partition(pdi, *partition, load);
		if (status)
			return status;
	}
	return load->n_words && !placed ? place_image(image, load) : XST_PM_SUCCESS;
}

/* Under the lock of loads. */
static u32 configure(struct pl_load *load)
{
	struct pdi pdi = { .base = load->address, .end = load->address };
	u64 image, partition;
	u32 status, i;

	status = check_table(&pdi);
	if (status)
		return status;
	image = offset_at(&pdi, pdi.table + PDI_TABLE_IMAGES_AT);
	partition = offset_at(&pdi, pdi.table + PDI_TABLE_PARTITIONS_AT);
	for (i = 0; i < word_at(pdi.table + PDI_TABLE_IMAGES); i++) {
		status = take_image(&pdi, image + i * PDI_IMAGE_SIZE, &partition, load);
		if (status)
			return status;
	}
	load->size = pdi.end - pdi.base;
	if (load->n_words && !load->partial) {
		pl_clear();
		pl_start();
	}
	return XST_PM_SUCCESS;
}

/**
 * pdi_load() - PM_LOAD_PDI
 * @eemi: the call: where from, address in two words
 *
 * Return: its status.
 */
u32 pdi_load(struct eemi *eemi)
{
	struct pl_load load = {
		.address = (u64)eemi->arg[2] << 32 | eemi->arg[1],
		.partial = true,
	};

	if (eemi->arg[0] != PDI_SRC_DDR)
		return STATUS(XLOADER_UNSUPPORTED_BOOT_MODE, 0);
	if (load.address % 4 || !in_ddr(load.address, PDI_TABLE_SIZE))
		return STATUS(XLOADER_ERR_DMA_XFER, 0);
	return pl_run(eemi, &load, configure);
}
