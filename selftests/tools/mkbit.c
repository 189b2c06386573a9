// SPDX-License-Identifier: GPL-2.0-or-later
/* mkbit: well-formed bitstreams for the simulator, and damaged ones for tests. */
#include <err.h>
#include <stdlib.h>

#include "bitstream.h"
#include "common.h"

/* Frames of one FDRI write, the padding frame among them; minor has 8 bits. */
#define CHUNK_FRAMES 256
/* The column after the last one that a frame address can hold. */
#define COLUMN_END 0x400
/* What is not frames takes less than this. */
#define OVERHEAD_WORDS 256
/* Where AMD's partial images leave FAR: a frame that does not exist. */
#define FAR_PARKED 0x07fc0000

struct options {
	struct image_options image;
	const char *part;
	const char *design;
	long truncate_packet;
	bool reset;
	bool bin;
	bool swap;
	bool bad_crc;
	bool no_crc;
	bool no_desync;
	bool no_idcode;
};

struct image {
	u32 *words;
	size_t count;
	size_t room;
	u32 crc;
	long packets;
	long truncate_packet;
	size_t truncate_at;
	u32 random;
};

static void put(struct image *img, u32 word)
{
	if (img->count == img->room) {
		img->room = img->room ? 2 * img->room : 4096;
		img->words = realloc(img->words, img->room * sizeof(*img->words));
		if (!img->words)
			err(EXIT_FAILURE, "image of %zu words", img->room);
	}
	img->words[img->count++] = word;
}

/* Opens a packet; the first after a sync word has number 0. */
static void put_header(struct image *img, u32 word)
{
	if (img->packets++ == img->truncate_packet)
		img->truncate_at = img->count;
	put(img, word);
}

static void put_payload(struct image *img, u32 reg, u32 word)
{
	put(img, word);
	img->crc = sim_crc_word(img->crc, reg, word);
}

static void put_write(struct image *img, u32 reg, u32 word)
{
	put_header(img, SIM_TYPE1_WRITE(reg, 1));
	put_payload(img, reg, word);
}

static void put_command(struct image *img, u32 command)
{
	put_write(img, SIM_REG_CMD, command);
	if (command == SIM_CMD_RCRC)
		img->crc = 0;
}

static void put_crc(struct image *img, const struct options *opt)
{
	if (opt->no_crc)
		return;
	put_header(img, SIM_TYPE1_WRITE(SIM_REG_CRC, 1));
	put(img, opt->bad_crc ? ~img->crc : img->crc);
	img->crc = 0;
}

static void put_noops(struct image *img, int count)
{
	while (count--)
		put_header(img, SIM_NOOP);
}

/* UG570: dummy words, bus width pattern, sync word. */
static void put_sync(struct image *img)
{
	int i;

	for (i = 0; i < 16; i++)
		put(img, SIM_DUMMY_WORD);
	put(img, SIM_BUS_WIDTH_SYNC);
	put(img, SIM_BUS_WIDTH_DETECT);
	put(img, SIM_DUMMY_WORD);
	put(img, SIM_DUMMY_WORD);
	put(img, SIM_SYNC_WORD);
}

static void put_desync(struct image *img, const struct options *opt)
{
	if (!opt->no_desync)
		put_command(img, SIM_CMD_DESYNC);
	put_noops(img, 16);
}

static void put_idcode(struct image *img, const struct options *opt)
{
	if (!opt->no_idcode)
		put_write(img, SIM_REG_IDCODE, opt->image.idcode);
}

static void put_chunk(struct image *img, const struct options *opt, u32 far, u32 frames, bool first)
{
	u32 count = frames * SIM_FRAME_WORDS;
	u32 words[SIM_DESC_WORDS];
	u32 i = 0;

	put_write(img, SIM_REG_FAR, far);
	put_command(img, SIM_CMD_WCFG);
	put_noops(img, 1);
	if (count <= SIM_TYPE1_COUNT_MAX) {
		put_header(img, SIM_TYPE1_WRITE(SIM_REG_FDRI, count));
	} else {
		put_header(img, SIM_TYPE1_WRITE(SIM_REG_FDRI, 0));
		put_header(img, SIM_TYPE2_WRITE(count));
	}
	if (first && !opt->image.no_desc) {
		sim_desc_encode(&opt->image.desc, words);
		for (; i < SIM_DESC_WORDS; i++)
			put_payload(img, SIM_REG_FDRI, words[i]);
	}
	for (; i < count - SIM_FRAME_WORDS; i++)
		put_payload(img, SIM_REG_FDRI, next_random(&img->random));
	for (; i < count; i++)
		put_payload(img, SIM_REG_FDRI, 0);
}

/* As many frames as come near the size, at least one and its padding. */
static void put_frames(struct image *img, const struct options *opt)
{
	u32 far = opt->image.full ? SIM_FAR_STATIC : SIM_FAR(opt->image.slot);
	size_t words = opt->image.size / 4;
	size_t frames = words > OVERHEAD_WORDS ? (words - OVERHEAD_WORDS) / SIM_FRAME_WORDS : 0;
	size_t columns = COLUMN_END - (far >> 8) % COLUMN_END;
	bool first = true;

	if (frames < 2)
		frames = 2;
	if (frames > columns * CHUNK_FRAMES)
		errx(EXIT_USAGE, "--size %zu: at most %zu bytes fit the frame addresses",
		     opt->image.size, columns * CHUNK_FRAMES * SIM_FRAME_WORDS * 4);
	while (frames) {
		size_t n = frames < CHUNK_FRAMES ? frames : CHUNK_FRAMES;

		/* A frame alone would be nothing but padding. */
		if (frames == CHUNK_FRAMES + 1)
			n--;
		put_chunk(img, opt, far, n, first);
		first = false;
		frames -= n;
		far += 1 << 8;
	}
}

static void put_ctl0(struct image *img, u32 mask, u32 value)
{
	put_write(img, SIM_REG_MASK, mask);
	put_write(img, SIM_REG_CTL0, value);
}

/* Registers reset, logic running again: how frames of a shut-down region end. */
static void put_startup(struct image *img)
{
	put_command(img, SIM_CMD_GRESTORE);
	put_noops(img, 1);
	put_command(img, SIM_CMD_DGHIGH);
	put_noops(img, 20);
	put_command(img, SIM_CMD_START);
	put_noops(img, 1);
}

/* In the order of UG570's sample of a whole-device bitstream. */
static void put_full(struct image *img, const struct options *opt)
{
	put_sync(img);
	put_noops(img, 2);
	put_write(img, SIM_REG_TIMER, 0);
	put_write(img, SIM_REG_WBSTAR, 0);
	put_command(img, SIM_CMD_NULL);
	put_noops(img, 1);
	put_command(img, SIM_CMD_RCRC);
	put_noops(img, 2);
	put_write(img, SIM_REG_COR0, 0x38003fe5);
	put_write(img, SIM_REG_COR1, 0x00400000);
	put_idcode(img, opt);
	put_command(img, SIM_CMD_SWITCH);
	put_noops(img, 1);
	put_ctl0(img, 0x00000001, 0x00000101);
	put_frames(img, opt);
	put_crc(img, opt);
	put_startup(img);
	put_write(img, SIM_REG_FAR, FAR_PARKED);
	put_crc(img, opt);
	put_desync(img, opt);
}

/* The section of AMD's partial images that stops the region. */
static void put_shutdown(struct image *img, const struct options *opt)
{
	put_sync(img);
	put_noops(img, 2);
	put_command(img, SIM_CMD_RCRC);
	put_noops(img, 2);
	put_idcode(img, opt);
	put_write(img, SIM_REG_COR0, 0x38003fe5);
	put_command(img, SIM_CMD_SHUTDOWN);
	put_noops(img, 1);
	put_crc(img, opt);
	put_noops(img, 20);
	put_command(img, SIM_CMD_AGHIGH);
	put_noops(img, 20);
	put_crc(img, opt);
	put_desync(img, opt);
}

static void put_partial(struct image *img, const struct options *opt)
{
	if (opt->reset)
		put_shutdown(img, opt);
	put_sync(img);
	put_noops(img, 2);
	put_command(img, SIM_CMD_RCRC);
	put_noops(img, 2);
	put_idcode(img, opt);
	put_command(img, SIM_CMD_NULL);
	put_ctl0(img, 0x00000500, 0x00000400);
	put_frames(img, opt);
	if (opt->reset)
		put_startup(img);
	put_write(img, SIM_REG_FAR, FAR_PARKED);
	put_crc(img, opt);
	put_desync(img, opt);
}

static void write_text(FILE *out, char key, const char *text)
{
	size_t len = strlen(text) + 1;
	u8 head[] = { key, len >> 8, len };

	if (len > 0xffff)
		errx(EXIT_USAGE, "header field '%c': %zu characters are too many", key, len - 1);
	write_bytes(out, head, sizeof(head));
	write_bytes(out, text, len);
}

/* The date is a constant: the same options give the same file. */
static void write_header(FILE *out, const struct options *opt, u32 data_size)
{
	static const u8 magic[] = { 0x00, 0x09, 0x0f, 0xf0, 0x0f, 0xf0, 0x0f,
				    0xf0, 0x0f, 0xf0, 0x00, 0x00, 0x01 };
	u8 length[] = { 'e', data_size >> 24, data_size >> 16, data_size >> 8, data_size };
	char *design;

	if (asprintf(&design, "%s%s;UserID=0XFFFFFFFF;Version=2022.1", opt->design,
		     opt->image.full ? "" : ";PARTIAL=TRUE") < 0)
		err(EXIT_FAILURE, "design name");
	write_bytes(out, magic, sizeof(magic));
	write_text(out, 'a', design);
	write_text(out, 'b', opt->part);
	write_text(out, 'c', "2026/01/01");
	write_text(out, 'd', "00:00:00");
	write_bytes(out, length, sizeof(length));
	free(design);
}

/* A cut file is one whose header still tells the length it should have. */
static void write_image(const struct image *img, const struct options *opt)
{
	size_t count = img->truncate_at ? img->truncate_at : img->count;
	FILE *out = open_output(opt->image.output);
	size_t i;

	if (!opt->bin)
		write_header(out, opt, img->count * 4);
	for (i = 0; i < count; i++) {
		u32 word = img->words[i];
		u8 be[] = { word >> 24, word >> 16, word >> 8, word };
		u8 le[] = { word, word >> 8, word >> 16, word >> 24 };

		write_bytes(out, opt->swap ? le : be, 4);
	}
	close_output(out, opt->image.output);
}

static const char usage_text[] =
	"Usage: mkbit [OPTION]... -o FILE\n"
	"Make a bitstream for the hwcontainer simulator.\n"
	"\n"
	"  -o, --output FILE     where it goes\n"
	"      --part NAME       part in the header (xck26-sfvc784-2LV-c)\n"
	"      --idcode CODE     IDCODE it is for (that of the part)\n"
	"      --design NAME     design in the header (the engine)\n"
	"      --engine NAME     what the region becomes: sha256, fir, none, ... (none)\n"
	"      --slot N          which region, from 0 (0)\n"
	"      --size BYTES      about this large; K and M are understood (64K)\n"
	"      --reg-offset N    registers of the engine: where in the region (0)\n"
	"      --reg-size N      how many bytes (4096)\n"
	"      --irq N           its interrupt line in the region (0)\n"
	"      --partial         an image for one region (the default)\n"
	"      --reset           partial, with the shutdown and startup of AMD's images\n"
	"      --full            an image for the whole device, engine \"static\"\n"
	"      --no-descriptor   say nothing of an engine, as a real bitstream\n"
	"      --bin             without the header of a .bit file\n"
	"      --swap            bytes of each word reversed\n"
	"  -h, --help            this text\n"
	"\n"
	"Damage:\n"
	"      --truncate-at-packet N   end before packet N, from 0\n"
	"      --bad-crc                write wrong checksums\n"
	"      --no-crc                 write no checksums\n"
	"      --no-desync              leave out DESYNC\n"
	"      --no-idcode              leave out IDCODE\n";

enum {
	OPT_PART = OPT_FORMAT,
	OPT_DESIGN,
	OPT_PARTIAL,
	OPT_RESET,
	OPT_BIN,
	OPT_SWAP,
	OPT_TRUNCATE,
	OPT_BAD_CRC,
	OPT_NO_CRC,
	OPT_NO_DESYNC,
	OPT_NO_IDCODE,
};

static const struct option long_options[] = { IMAGE_OPTIONS,
					      { "part", required_argument, NULL, OPT_PART },
					      { "design", required_argument, NULL, OPT_DESIGN },
					      { "partial", no_argument, NULL, OPT_PARTIAL },
					      { "reset", no_argument, NULL, OPT_RESET },
					      { "bin", no_argument, NULL, OPT_BIN },
					      { "swap", no_argument, NULL, OPT_SWAP },
					      { "truncate-at-packet", required_argument, NULL,
						OPT_TRUNCATE },
					      { "bad-crc", no_argument, NULL, OPT_BAD_CRC },
					      { "no-crc", no_argument, NULL, OPT_NO_CRC },
					      { "no-desync", no_argument, NULL, OPT_NO_DESYNC },
					      { "no-idcode", no_argument, NULL, OPT_NO_IDCODE },
					      {} };

static bool set_option(void *data, int c)
{
	struct options *opt = data;

	switch (c) {
	case OPT_PART:
		opt->part = optarg;
		return true;
	case OPT_DESIGN:
		opt->design = optarg;
		return true;
	case OPT_PARTIAL:
		opt->image.full = false;
		return true;
	case OPT_RESET:
		opt->reset = true;
		return true;
	case OPT_BIN:
		opt->bin = true;
		return true;
	case OPT_SWAP:
		opt->swap = true;
		return true;
	case OPT_TRUNCATE:
		opt->truncate_packet = number(optarg, 1 << 30);
		return true;
	case OPT_BAD_CRC:
		opt->bad_crc = true;
		return true;
	case OPT_NO_CRC:
		opt->no_crc = true;
		return true;
	case OPT_NO_DESYNC:
		opt->no_desync = true;
		return true;
	case OPT_NO_IDCODE:
		opt->no_idcode = true;
		return true;
	}
	return set_image_option(&opt->image, c);
}

static void check_options(struct options *opt)
{
	if (opt->image.full && opt->reset)
		errx(EXIT_USAGE, "--reset is for partial images");
	if (!opt->image.idcode)
		opt->image.idcode = hwc_bitstream_part_idcode(opt->part);
	if (!opt->image.idcode)
		errx(EXIT_USAGE, "--part %s: its IDCODE is not known, give --idcode", opt->part);
	if (opt->image.full)
		set_engine(&opt->image.desc, SIM_ENGINE_STATIC);
	if (!opt->design)
		opt->design = opt->image.desc.engine;
}

int main(int argc, char **argv)
{
	struct options opt = {
		.image = image_defaults,
		.part = "xck26-sfvc784-2LV-c",
		.truncate_packet = -1,
	};
	struct image img = {};

	read_options(argc, argv, long_options, usage_text, set_option, &opt);
	check_options(&opt);

	img.truncate_packet = opt.truncate_packet;
	img.random = 0x48574353 + opt.image.slot;
	if (opt.image.full)
		put_full(&img, &opt);
	else
		put_partial(&img, &opt);
	if (img.packets <= opt.truncate_packet)
		errx(EXIT_USAGE, "--truncate-at-packet %ld: there are %ld packets",
		     opt.truncate_packet, img.packets);
	write_image(&img, &opt);
	free(img.words);
	return EXIT_SUCCESS;
}
