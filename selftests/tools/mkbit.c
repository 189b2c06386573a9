// SPDX-License-Identifier: GPL-2.0-or-later
/* mkbit: well-formed bitstreams for the simulator, and damaged ones for tests. */
#include <err.h>
#include <getopt.h>
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
	const char *part;
	const char *design;
	const char *output;
	struct sim_desc desc;
	u32 idcode;
	u32 slot;
	size_t size;
	long truncate_packet;
	bool full;
	bool reset;
	bool bin;
	bool swap;
	bool bad_crc;
	bool no_crc;
	bool no_desc;
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
		put_write(img, SIM_REG_IDCODE, opt->idcode);
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
	if (first && !opt->no_desc) {
		sim_desc_encode(&opt->desc, words);
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
	u32 far = opt->full ? SIM_FAR_STATIC : SIM_FAR(opt->slot);
	size_t words = opt->size / 4;
	size_t frames = words > OVERHEAD_WORDS ? (words - OVERHEAD_WORDS) / SIM_FRAME_WORDS : 0;
	size_t columns = COLUMN_END - (far >> 8) % COLUMN_END;
	bool first = true;

	if (frames < 2)
		frames = 2;
	if (frames > columns * CHUNK_FRAMES)
		errx(EXIT_USAGE, "--size %zu: at most %zu bytes fit the frame addresses", opt->size,
		     columns * CHUNK_FRAMES * SIM_FRAME_WORDS * 4);
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
		     opt->full ? "" : ";PARTIAL=TRUE") < 0)
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
	FILE *out = fopen(opt->output, "w");
	size_t i;

	if (!out)
		err(EXIT_FAILURE, "%s", opt->output);
	if (!opt->bin)
		write_header(out, opt, img->count * 4);
	for (i = 0; i < count; i++) {
		u32 word = img->words[i];
		u8 be[] = { word >> 24, word >> 16, word >> 8, word };
		u8 le[] = { word, word >> 8, word >> 16, word >> 24 };

		write_bytes(out, opt->swap ? le : be, 4);
	}
	if (fclose(out))
		err(EXIT_FAILURE, "%s", opt->output);
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
	OPT_PART = 256,
	OPT_IDCODE,
	OPT_DESIGN,
	OPT_ENGINE,
	OPT_SLOT,
	OPT_SIZE,
	OPT_REG_OFFSET,
	OPT_REG_SIZE,
	OPT_IRQ,
	OPT_PARTIAL,
	OPT_RESET,
	OPT_FULL,
	OPT_NO_DESCRIPTOR,
	OPT_BIN,
	OPT_SWAP,
	OPT_TRUNCATE,
	OPT_BAD_CRC,
	OPT_NO_CRC,
	OPT_NO_DESYNC,
	OPT_NO_IDCODE,
};

static const struct option long_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "part", required_argument, NULL, OPT_PART },
	{ "idcode", required_argument, NULL, OPT_IDCODE },
	{ "design", required_argument, NULL, OPT_DESIGN },
	{ "engine", required_argument, NULL, OPT_ENGINE },
	{ "slot", required_argument, NULL, OPT_SLOT },
	{ "size", required_argument, NULL, OPT_SIZE },
	{ "reg-offset", required_argument, NULL, OPT_REG_OFFSET },
	{ "reg-size", required_argument, NULL, OPT_REG_SIZE },
	{ "irq", required_argument, NULL, OPT_IRQ },
	{ "partial", no_argument, NULL, OPT_PARTIAL },
	{ "reset", no_argument, NULL, OPT_RESET },
	{ "full", no_argument, NULL, OPT_FULL },
	{ "no-descriptor", no_argument, NULL, OPT_NO_DESCRIPTOR },
	{ "bin", no_argument, NULL, OPT_BIN },
	{ "swap", no_argument, NULL, OPT_SWAP },
	{ "truncate-at-packet", required_argument, NULL, OPT_TRUNCATE },
	{ "bad-crc", no_argument, NULL, OPT_BAD_CRC },
	{ "no-crc", no_argument, NULL, OPT_NO_CRC },
	{ "no-desync", no_argument, NULL, OPT_NO_DESYNC },
	{ "no-idcode", no_argument, NULL, OPT_NO_IDCODE },
	{ "help", no_argument, NULL, 'h' },
	{}
};

static void set_option(struct options *opt, int c)
{
	switch (c) {
	case 'o':
		opt->output = optarg;
		break;
	case OPT_PART:
		opt->part = optarg;
		break;
	case OPT_IDCODE:
		opt->idcode = number(optarg, 0xffffffff);
		break;
	case OPT_DESIGN:
		opt->design = optarg;
		break;
	case OPT_ENGINE:
		set_engine(&opt->desc, optarg);
		break;
	case OPT_SLOT:
		opt->slot = number(optarg, SIM_SLOTS_MAX - 1);
		break;
	case OPT_SIZE:
		opt->size = number(optarg, 256 << 20);
		break;
	case OPT_REG_OFFSET:
		opt->desc.reg_offset = number(optarg, 0xffffffff);
		break;
	case OPT_REG_SIZE:
		opt->desc.reg_size = number(optarg, 0xffffffff);
		break;
	case OPT_IRQ:
		opt->desc.irq = number(optarg, 0xffffffff);
		break;
	case OPT_PARTIAL:
		opt->full = false;
		break;
	case OPT_RESET:
		opt->reset = true;
		break;
	case OPT_FULL:
		opt->full = true;
		break;
	case OPT_NO_DESCRIPTOR:
		opt->no_desc = true;
		break;
	case OPT_BIN:
		opt->bin = true;
		break;
	case OPT_SWAP:
		opt->swap = true;
		break;
	case OPT_TRUNCATE:
		opt->truncate_packet = number(optarg, 1 << 30);
		break;
	case OPT_BAD_CRC:
		opt->bad_crc = true;
		break;
	case OPT_NO_CRC:
		opt->no_crc = true;
		break;
	case OPT_NO_DESYNC:
		opt->no_desync = true;
		break;
	case OPT_NO_IDCODE:
		opt->no_idcode = true;
		break;
	case 'h':
		fputs(usage_text, stdout);
		exit(EXIT_SUCCESS);
	default:
		fputs(usage_text, stderr);
		exit(EXIT_USAGE);
	}
}

static void check_options(struct options *opt)
{
	if (!opt->output)
		errx(EXIT_USAGE, "--output is missing");
	if (opt->full && opt->reset)
		errx(EXIT_USAGE, "--reset is for partial images");
	if (!opt->idcode)
		opt->idcode = hwc_bitstream_part_idcode(opt->part);
	if (!opt->idcode)
		errx(EXIT_USAGE, "--part %s: its IDCODE is not known, give --idcode", opt->part);
	if (opt->full)
		set_engine(&opt->desc, SIM_ENGINE_STATIC);
	if (!opt->design)
		opt->design = opt->desc.engine;
}

int main(int argc, char **argv)
{
	struct options opt = {
		.part = "xck26-sfvc784-2LV-c",
		.desc = { .engine = "none", .reg_size = 4096 },
		.size = 64 << 10,
		.truncate_packet = -1,
	};
	struct image img = {};
	int c;

	while ((c = getopt_long(argc, argv, "o:h", long_options, NULL)) != -1)
		set_option(&opt, c);
	if (optind != argc)
		errx(EXIT_USAGE, "%s: not an option", argv[optind]);
	check_options(&opt);

	img.truncate_packet = opt.truncate_packet;
	img.random = 0x48574353 + opt.slot;
	if (opt.full)
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
