// SPDX-License-Identifier: GPL-2.0-or-later
/* mkpdi: well-formed PDIs for the bench's Versal, and damaged ones for tests. */
#include <err.h>
#include <stdlib.h>

#include "common.h"
#include "pdi-layout.h"

/* XCVC1902, which QEMU's xlnx-versal-virt plays. */
#define IDCODE 0x14ca8093
#define EXT_IDCODE 1

/* Nodes and names as Vivado gives them. */
#define NODE_PMC 0x1c000001
#define NAME_PMC "pmc_subsys"
#define NAME_PL "pl_cfi"

/* A boot PDI's loader, of which nobody runs a word. */
#define LOADER_SIZE 0x100

/* Identities of the PDIs: the boot PDI's, and of those that belong to it. */
#define ID_BOOT 2
#define ID_PARTIAL 3

struct options {
	struct image_options image;
	bool boot;
	bool encrypted;
	bool no_frames;
	bool bad_checksum;
};

/**
 * struct pdi - a file that is being made
 * @bytes: the file
 * @size: its length
 * @table: where the image header table is
 * @images: so many image headers, each has one partition
 * @image: where the next one goes
 * @partition: where the next partition's header goes
 * @data: where the next partition's data go
 */
struct pdi {
	u8 *bytes;
	size_t size;
	size_t table;
	u32 images;
	size_t image;
	size_t partition;
	size_t data;
};

static void put(struct pdi *pdi, size_t at, u32 word)
{
	u8 *to = pdi->bytes + at;

	to[0] = word;
	to[1] = word >> 8;
	to[2] = word >> 16;
	to[3] = word >> 24;
}

static u32 get(const struct pdi *pdi, size_t at)
{
	const u8 *from = pdi->bytes + at;

	return (u32)from[3] << 24 | from[2] << 16 | from[1] << 8 | from[0];
}

static void put_sum(struct pdi *pdi, size_t from, size_t at)
{
	u32 sum = 0;
	size_t i;

	for (i = from; i < at; i += 4)
		sum += get(pdi, i);
	put(pdi, at, ~sum);
}

static void put_smap(struct pdi *pdi)
{
	put(pdi, 0x0, PDI_SMAP_32);
	put(pdi, 0x4, 0x11223344);
	put(pdi, 0x8, 0x55667788);
	put(pdi, 0xc, 0x99aabbcc);
}

static void put_boot_header(struct pdi *pdi)
{
	put(pdi, PDI_BOOT_WIDTH, PDI_WIDTH);
	put(pdi, PDI_BOOT_IDENT, PDI_XLNX);
	put(pdi, PDI_BOOT_LOADER, PDI_BOOT_END);
	put(pdi, PDI_BOOT_LOADER_SIZE, LOADER_SIZE);
	put(pdi, PDI_BOOT_TABLE, pdi->table);
	put_sum(pdi, PDI_BOOT_WIDTH, PDI_BOOT_CHECKSUM);
}

static void put_table(struct pdi *pdi, const struct options *opt)
{
	size_t at = pdi->table;

	put(pdi, at + PDI_TABLE_VERSION, PDI_VERSION_MAX);
	put(pdi, at + PDI_TABLE_IMAGES, pdi->images);
	put(pdi, at + PDI_TABLE_IMAGES_AT, pdi->image / 4);
	put(pdi, at + PDI_TABLE_PARTITIONS, pdi->images);
	put(pdi, at + PDI_TABLE_PARTITIONS_AT, pdi->partition / 4);
	put(pdi, at + PDI_TABLE_IDCODE, opt->image.idcode);
	put(pdi, at + PDI_TABLE_ID, opt->boot ? ID_BOOT : ID_PARTIAL);
	put(pdi, at + PDI_TABLE_PARENT, ID_BOOT);
	put(pdi, at + PDI_TABLE_IDENT, opt->boot ? PDI_FPDI : PDI_PPDI);
	put(pdi, at + PDI_TABLE_HEADERS, PDI_HEADERS);
	put(pdi, at + PDI_TABLE_LENGTH, pdi->images * (PDI_IMAGE_SIZE + PDI_PART_SIZE) / 4);
	put(pdi, at + PDI_TABLE_EXT_IDCODE, EXT_IDCODE);
	put_sum(pdi, at, at + PDI_TABLE_SIZE - 4);
}

static void put_image(struct pdi *pdi, const char *name, u32 id, u32 uid, u32 parent)
{
	size_t at = pdi->image;

	put(pdi, at + PDI_IMAGE_PARTITION, pdi->partition / 4);
	put(pdi, at + PDI_IMAGE_PARTITIONS, 1);
	memcpy(pdi->bytes + at + PDI_IMAGE_NAME, name, strlen(name));
	put(pdi, at + PDI_IMAGE_ID, id);
	put(pdi, at + PDI_IMAGE_UID, uid);
	put(pdi, at + PDI_IMAGE_PARENT, parent);
	put_sum(pdi, at, at + PDI_IMAGE_SIZE - 4);
	pdi->image += PDI_IMAGE_SIZE;
}

/* UG1283: what is loaded into no memory has load and execution addresses of ones. */
static void put_partition(struct pdi *pdi, u32 type, size_t size, u32 key)
{
	size_t at = pdi->partition;
	u32 i;

	put(pdi, at + PDI_PART_ENCRYPTED, size / 4);
	put(pdi, at + PDI_PART_PLAIN, size / 4);
	put(pdi, at + PDI_PART_TOTAL, size / 4);
	for (i = PDI_PART_EXEC; i < PDI_PART_DATA; i += 4)
		put(pdi, at + i, 0xffffffff);
	put(pdi, at + PDI_PART_DATA, pdi->data / 4);
	put(pdi, at + PDI_PART_ATTRIBUTES, type << 24);
	put(pdi, at + PDI_PART_KEY, key);
	put_sum(pdi, at, at + PDI_PART_SIZE - 4);
	pdi->partition += PDI_PART_SIZE;
}

static void put_data(struct pdi *pdi, const struct options *opt)
{
	u32 random = 0x48574353 + opt->image.slot;
	u32 words[SIM_DESC_WORDS];
	size_t at = pdi->data;
	u32 i;

	if (!opt->image.no_desc) {
		sim_desc_encode(&opt->image.desc, words);
		for (i = 0; i < SIM_DESC_WORDS; i++, at += 4)
			put(pdi, at, words[i]);
	}
	for (; at < pdi->size; at += 4)
		put(pdi, at, next_random(&random));
}

static void put_loader(struct pdi *pdi)
{
	size_t behind = pdi->data;

	pdi->data = PDI_BOOT_END;
	put_image(pdi, NAME_PMC, NODE_PMC, 0, 0);
	put_partition(pdi, PDI_TYPE_ELF, LOADER_SIZE, 0);
	pdi->data = behind;
}

static void put_logic(struct pdi *pdi, const struct options *opt)
{
	size_t size = pdi->size - pdi->data;
	u32 type = opt->no_frames ? PDI_TYPE_CDO : PDI_TYPE_CFI;
	/* AM011: the key in the eFUSEs. */
	u32 key = opt->encrypted ? 0xa5c3c5a3 : 0;

	if (opt->image.full)
		put_image(pdi, NAME_PL, SIM_PDI_PL, SIM_PDI_UID, 0);
	else
		put_image(pdi, opt->image.desc.engine, SIM_PDI_NODE(opt->image.slot),
			  SIM_PDI_UID + 1, SIM_PDI_UID);
	put_partition(pdi, type, size, key);
	put_data(pdi, opt);
	if (opt->bad_checksum)
		pdi->bytes[pdi->partition - 1] ^= 0x80;
}

static void make(struct pdi *pdi, const struct options *opt)
{
	pdi->images = opt->boot ? 2 : 1;
	pdi->table = opt->boot ? PDI_BOOT_END + LOADER_SIZE : PDI_SMAP_SIZE;
	pdi->image = pdi->table + PDI_TABLE_SIZE;
	pdi->partition = pdi->image + pdi->images * PDI_IMAGE_SIZE;
	pdi->data = pdi->partition + pdi->images * PDI_PART_SIZE;
	pdi->size = opt->image.size & ~(size_t)3;
	if (pdi->size < pdi->data + SIM_DESC_WORDS * 4)
		pdi->size = pdi->data + SIM_DESC_WORDS * 4;
	pdi->bytes = calloc(1, pdi->size);
	if (!pdi->bytes)
		err(EXIT_FAILURE, "PDI of %zu bytes", pdi->size);
	put_smap(pdi);
	if (opt->boot)
		put_boot_header(pdi);
	put_table(pdi, opt);
	if (opt->boot)
		put_loader(pdi);
	put_logic(pdi, opt);
}

static const char usage_text[] =
	"Usage: mkpdi [OPTION]... -o FILE\n"
	"Make a PDI for the Versal of the hwcontainer bench.\n"
	"\n"
	"  -o, --output FILE     where it goes\n"
	"      --idcode CODE     IDCODE it is for (0x14ca8093)\n"
	"      --engine NAME     what the region becomes: sha256, fir, none, ... (none)\n"
	"      --slot N          which region, from 0 (0)\n"
	"      --size BYTES      this large; K and M are understood (64K)\n"
	"      --reg-offset N    registers of the engine: where in the region (0)\n"
	"      --reg-size N      how many bytes (4096)\n"
	"      --irq N           its interrupt line in the region (0)\n"
	"      --full            an image for the whole of the logic, engine \"static\"\n"
	"      --boot            such an image with the loader before it: a boot PDI\n"
	"      --encrypted       say that the frames are encrypted\n"
	"      --no-descriptor   say nothing of an engine, as a real PDI\n"
	"  -h, --help            this text\n"
	"\n"
	"Damage:\n"
	"      --no-frames       say that the data are no frames\n"
	"      --bad-checksum    write a wrong checksum into the last partition header\n";

enum {
	OPT_BOOT = OPT_FORMAT,
	OPT_ENCRYPTED,
	OPT_NO_FRAMES,
	OPT_BAD_CHECKSUM,
};

static const struct option long_options[] = { IMAGE_OPTIONS,
					      { "boot", no_argument, NULL, OPT_BOOT },
					      { "encrypted", no_argument, NULL, OPT_ENCRYPTED },
					      { "no-frames", no_argument, NULL, OPT_NO_FRAMES },
					      { "bad-checksum", no_argument, NULL,
						OPT_BAD_CHECKSUM },
					      {} };

static bool set_option(void *data, int c)
{
	struct options *opt = data;

	switch (c) {
	case OPT_BOOT:
		opt->boot = true;
		opt->image.full = true;
		return true;
	case OPT_ENCRYPTED:
		opt->encrypted = true;
		return true;
	case OPT_NO_FRAMES:
		opt->no_frames = true;
		return true;
	case OPT_BAD_CHECKSUM:
		opt->bad_checksum = true;
		return true;
	}
	return set_image_option(&opt->image, c);
}

static void write_pdi(const struct pdi *pdi, const char *path)
{
	FILE *out = open_output(path);

	write_bytes(out, pdi->bytes, pdi->size);
	close_output(out, path);
}

int main(int argc, char **argv)
{
	struct options opt = { .image = image_defaults };
	struct pdi pdi = {};

	opt.image.idcode = IDCODE;
	read_options(argc, argv, long_options, usage_text, set_option, &opt);
	if (opt.image.full)
		set_engine(&opt.image.desc, SIM_ENGINE_STATIC);
	make(&pdi, &opt);
	write_pdi(&pdi, opt.image.output);
	free(pdi.bytes);
	return EXIT_SUCCESS;
}
