// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * Xilinx configuration bitstreams: recognise, check, describe.
 *
 * Sources: UG470 (7 series) and UG570 (UltraScale and UltraScale+), chapters on
 * configuration packets, registers and commands; UG909 on partial images; the
 * bitstream notes of prjxray; and AMD's published partial images for the K26,
 * which taught what the manuals leave out and is marked "K26" below.
 */
#include "file-check.h"

#define SYNC_WORD		0xaa995566
#define SYNC_WORD_SWAPPED	0x665599aa
#define DUMMY_WORD		0xffffffff
#define BUS_WIDTH_SYNC		0x000000bb
#define BUS_WIDTH_DETECT	0x11220044
#define NOOP			0x20000000

#define PACKET_TYPE(word)	((word) >> 29)
#define PACKET_OPCODE(word)	(((word) >> 27) & 3)
#define OPCODE_WRITE		2
#define TYPE1_REGISTER(word)	(((word) >> 13) & 0x3fff)
#define TYPE1_COUNT(word)	((word) & 0x7ff)
#define TYPE2_COUNT(word)	((word) & 0x7ffffff)

enum {
	REG_FAR		= 0x01,
	REG_FDRI	= 0x02,
	REG_CMD		= 0x04,
	REG_CTL0	= 0x05,
	REG_MASK	= 0x06,
	REG_MFWR	= 0x0a,
	REG_CBC		= 0x0b,
	REG_IDCODE	= 0x0c,
	REG_WBSTAR	= 0x10,
	REG_TIMER	= 0x11,
};

enum {
	CMD_START	= 0x05,
	CMD_SWITCH	= 0x09,
	CMD_SHUTDOWN	= 0x0b,
	CMD_DESYNC	= 0x0d,
	CMD_IPROG	= 0x0f,
	CMD_LAST	= 0x13,
};

/* UG470, CTL0: the AES decryptor is on, what follows is not for us to read. */
#define CTL0_DEC		BIT(6)

enum reg_kind {
	REG_UNKNOWN,
	REG_READ_ONLY,
	REG_ONE_WORD,
	REG_WORDS,
};

/* UG570, "Configuration Registers"; 0x13 is in its sample as "reserved/unused". */
static const struct {
	const char *name;
	enum reg_kind kind;
} registers[] = {
	[0x00]		= { "CRC", REG_ONE_WORD },
	[REG_FAR]	= { "FAR", REG_ONE_WORD },
	[REG_FDRI]	= { "FDRI", REG_WORDS },
	[0x03]		= { "FDRO", REG_READ_ONLY },
	[REG_CMD]	= { "CMD", REG_ONE_WORD },
	[REG_CTL0]	= { "CTL0", REG_ONE_WORD },
	[REG_MASK]	= { "MASK", REG_ONE_WORD },
	[0x07]		= { "STAT", REG_READ_ONLY },
	[0x08]		= { "LOUT", REG_WORDS },
	[0x09]		= { "COR0", REG_ONE_WORD },
	[REG_MFWR]	= { "MFWR", REG_WORDS },
	[REG_CBC]	= { "CBC", REG_WORDS },
	[REG_IDCODE]	= { "IDCODE", REG_ONE_WORD },
	[0x0d]		= { "AXSS", REG_ONE_WORD },
	[0x0e]		= { "COR1", REG_ONE_WORD },
	[REG_WBSTAR]	= { "WBSTAR", REG_ONE_WORD },
	[REG_TIMER]	= { "TIMER", REG_ONE_WORD },
	[0x13]		= { "reserved register 0x13", REG_ONE_WORD },
	[0x16]		= { "BOOTSTS", REG_READ_ONLY },
	[0x18]		= { "CTL1", REG_ONE_WORD },
	[0x1f]		= { "BSPI", REG_ONE_WORD },
};

/*
 * IDCODEs of programmable logic, without revision. Sources: SIM_CONFIGE3 of
 * Xilinx's unisim library where its entries for one die agree, prjuray's
 * part.yaml (xczu3, xczu7), XilSKey (xczu9), UG470 and U-Boot's zynq device
 * codes (xc7z), K26, the scripts of AMD's board software that choose a PDI by
 * IDCODE (xcv). Parts whose public sources disagree or give only the code
 * of the processing system (xczu6, xczu11 and up) are left out on purpose: a
 * part that is not here is not checked against its IDCODE.
 */
static const struct {
	const char *part;
	u32 idcode;
} parts[] = {
	{ "xczu2", 0x04a43093 },
	{ "xczu3", 0x04a42093 },
	{ "xczu4", 0x04a47093 },
	{ "xczu5", 0x04a46093 },
	{ "xczu7", 0x04a5a093 },
	{ "xczu9", 0x0484a093 },
	{ "xck26", 0x04a49093 },
	{ "xc7z007s", 0x03723093 },
	{ "xc7z010", 0x03722093 },
	{ "xc7z012s", 0x0373c093 },
	{ "xc7z014s", 0x03728093 },
	{ "xc7z015", 0x0373b093 },
	{ "xc7z020", 0x03727093 },
	{ "xc7z030", 0x0372c093 },
	{ "xc7z035", 0x03732093 },
	{ "xc7z045", 0x03731093 },
	{ "xc7z100", 0x03736093 },
	{ "xcvc1902", 0x04ca8093 },
	{ "xcvm1802", 0x04caa093 },
	{ "xcvp1202", 0x04d00093 },
};

/* Opens every .bit file: a field of 9 bytes, a field of 1 byte, which is 'a'. */
static const u8 bit_magic[] = {
	0x00, 0x09, 0x0f, 0xf0, 0x0f, 0xf0, 0x0f, 0xf0, 0x0f, 0xf0, 0x00,
	0x00, 0x01,
};

/**
 * struct walk - one pass through a file
 * @buf: the file
 * @pos: next byte to look at
 * @end: first byte behind the configuration data
 * @bs: what was found so far
 * @header_partial: the .bit header says PARTIAL=TRUE
 * @synced: between a sync word and a DESYNC
 * @far_set: FAR was written
 * @reg: register that a type 2 packet continues
 * @continues: the packet before was a type 1 write of 0 words
 * @far: last value of FAR
 * @mask: last value of MASK, which says what bits of CTL0 a write changes
 * @idcode_at: offset of the packet that wrote IDCODE
 * @shutdown_at: offset of a SHUTDOWN no START has followed yet, or 0
 * @full_at: offset of the first packet only a whole-device image has, or 0
 * @full_by: what that packet does
 * @refusal: why it is refused, if it is
 */
struct walk {
	const u8 *buf;
	size_t pos;
	size_t end;
	struct hwc_bitstream bs;
	bool header_partial;
	bool synced;
	bool far_set;
	u32 reg;
	bool continues;
	u32 far;
	u32 mask;
	size_t idcode_at;
	size_t shutdown_at;
	size_t full_at;
	const char *full_by;
	struct hwc_refusal refusal;
};

/* The caller knows that four bytes are there. */
static u32 word_at(const struct walk *w, size_t at)
{
	u32 word = hwc_be32_at(w->buf + at);

	if (!w->bs.swapped)
		return word;
	return word >> 24 | (word >> 8 & 0xff00) | (word & 0xff00) << 8 | word << 24;
}

static bool word_left(const struct walk *w)
{
	return w->end - w->pos >= 4;
}

/* ---- the header of a .bit file ---- */

/* A header text ends up in messages and JSON: nothing but printable ASCII. */
static int check_text(struct walk *w, char key, size_t at, size_t len)
{
	size_t i;

	if (!len || w->buf[at + len - 1])
		return refuse(w, "header field '%c' at byte 0x%zx does not end with a NUL",
			      key, at - 3);
	for (i = at; i < at + len - 1; i++)
		if (!hwc_byte_prints(w->buf[i]))
			return refuse(w,
				      "header field '%c' holds 0x%02x at byte 0x%zx, not a printable character",
				      key, w->buf[i], i);
	return 0;
}

/* Steps over one text field; *text and *len are its text without the NUL. */
static int read_field(struct walk *w, char key, const char **text, size_t *len)
{
	size_t left = w->end - w->pos;
	size_t n;
	int ret;

	if (left < 3)
		return refuse(w, "file ends at byte 0x%zx, header field '%c' begins at 0x%zx",
			      w->end, key, w->pos);
	if (w->buf[w->pos] != key)
		return refuse(w, "byte 0x%zx is 0x%02x, expected header field '%c'",
			      w->pos, w->buf[w->pos], key);
	n = (size_t)w->buf[w->pos + 1] << 8 | w->buf[w->pos + 2];
	if (n > left - 3)
		return refuse(w, "header field '%c' at byte 0x%zx says %zu bytes, %zu are left",
			      key, w->pos, n, left - 3);
	w->pos += 3;
	ret = check_text(w, key, w->pos, n);
	if (ret)
		return ret;
	*text = (const char *)w->buf + w->pos;
	*len = n - 1;
	w->pos += n;
	return 0;
}

/* Design names are for people: a longer one is cut, others are refused. */
static int read_text(struct walk *w, char key, char *to, size_t size)
{
	const char *text;
	size_t len;
	int ret;

	ret = read_field(w, key, &text, &len);
	if (ret)
		return ret;
	if (len >= size)
		return refuse(w,
			      "header field '%c' is %zu characters long, at most %zu are taken",
			      key, len, size - 1);
	memcpy(to, text, len);
	to[len] = '\0';
	return 0;
}

/* Field a: "design;PARTIAL=TRUE;UserID=0XFFFFFFFF;Version=2022.1" (K26). */
static int read_design(struct walk *w)
{
	static const char partial[] = "PARTIAL=TRUE";
	const size_t partial_len = sizeof(partial) - 1;
	size_t len, i, start = 0, keep = 0;
	const char *text;
	int ret;

	ret = read_field(w, 'a', &text, &len);
	if (ret)
		return ret;
	for (i = 0; i <= len; i++) {
		if (i < len && text[i] != ';')
			continue;
		if (!start)
			keep = i;
		else if (i - start == partial_len && !memcmp(text + start, partial, partial_len))
			w->header_partial = true;
		start = i + 1;
	}
	if (keep >= sizeof(w->bs.design))
		keep = sizeof(w->bs.design) - 1;
	memcpy(w->bs.design, text, keep);
	w->bs.design[keep] = '\0';
	return 0;
}

static int read_length(struct walk *w)
{
	size_t left = w->end - w->pos;
	size_t at = w->pos;
	u32 n;

	if (left < 5)
		return refuse(w, "file ends at byte 0x%zx, header field 'e' begins at 0x%zx",
			      w->end, at);
	if (w->buf[at] != 'e')
		return refuse(w,
			      "byte 0x%zx is 0x%02x, expected header field 'e'",
			      at, w->buf[at]);
	n = hwc_be32_at(w->buf + at + 1);
	if (n != left - 5)
		return refuse(w,
			      "header field 'e' at byte 0x%zx says %u bytes of data, %zu follow",
			      at, n, left - 5);
	w->pos += 5;
	return 0;
}

static int read_header(struct walk *w)
{
	int ret;

	w->bs.format = HWC_BITSTREAM_BIN;
	if (w->end < sizeof(bit_magic) || memcmp(w->buf, bit_magic, sizeof(bit_magic)))
		return 0;
	w->bs.format = HWC_BITSTREAM_BIT;
	w->pos = sizeof(bit_magic);
	ret = read_design(w);
	if (ret)
		return ret;
	ret = read_text(w, 'b', w->bs.part, sizeof(w->bs.part));
	if (ret)
		return ret;
	ret = read_text(w, 'c', w->bs.date, sizeof(w->bs.date));
	if (ret)
		return ret;
	ret = read_text(w, 'd', w->bs.time, sizeof(w->bs.time));
	if (ret)
		return ret;
	return read_length(w);
}

/* ---- between sections ---- */

/* Words that a device without synchronisation is sent on purpose. */
static bool is_padding(u32 word)
{
	return word == DUMMY_WORD || word == BUS_WIDTH_SYNC || word == BUS_WIDTH_DETECT ||
	       word == NOOP || word == 0;
}

/*
 * The byte order is told by the first sync word; until then padding of either
 * order passes. Everything else does not, so that a container of a bitstream
 * (a boot image, an archive) is not taken for one.
 */
static int find_sync(struct walk *w)
{
	size_t start = w->pos;
	u32 word;

	for (; word_left(w); w->pos += 4) {
		if (w->pos - start >= HWC_BITSTREAM_PREAMBLE)
			return refuse(w, "no sync word 0x%08x in %u bytes from byte 0x%zx",
				      SYNC_WORD, HWC_BITSTREAM_PREAMBLE, start);
		w->bs.swapped = false;
		word = word_at(w, w->pos);
		if (word == SYNC_WORD)
			return 0;
		w->bs.swapped = true;
		if (word == SYNC_WORD_SWAPPED)
			return 0;
		if (!is_padding(word) && !is_padding(word_at(w, w->pos)))
			return refuse(w,
				      "word 0x%08x at byte 0x%zx is neither padding nor the sync word 0x%08x",
				      word, w->pos, SYNC_WORD);
	}
	return refuse(w, "no sync word 0x%08x before the end at byte 0x%zx", SYNC_WORD, w->end);
}

static int step_padding(struct walk *w)
{
	u32 word = word_at(w, w->pos);

	if (word == SYNC_WORD) {
		w->synced = true;
		w->continues = false;
		w->bs.sections++;
	} else if (!is_padding(word)) {
		return refuse(w,
			      "word 0x%08x at byte 0x%zx, after DESYNC, is neither padding nor a sync word",
			      word, w->pos);
	}
	w->pos += 4;
	return 0;
}

/* ---- packets ---- */

static void note_full(struct walk *w, size_t at, const char *what)
{
	if (w->full_at)
		return;
	w->full_at = at;
	w->full_by = what;
}

/*
 * UG909: a partial image has no startup sequence. K26: those that reset their
 * region do, yet behind a SHUTDOWN, which a device that is not running has no
 * use for. START alone, and what only matters at boot (the clock switch, the
 * watchdog and the multiboot address), is a whole device's.
 */
static int on_command(struct walk *w, size_t at, u32 command)
{
	switch (command) {
	case CMD_START:
		if (!w->shutdown_at)
			note_full(w, at, "START without SHUTDOWN");
		w->shutdown_at = 0;
		return 0;
	case CMD_SWITCH:
		note_full(w, at, "SWITCH");
		return 0;
	case CMD_SHUTDOWN:
		w->shutdown_at = at;
		return 0;
	case CMD_DESYNC:
		w->synced = false;
		return 0;
	case CMD_IPROG:
		return refuse(w,
			      "packet at byte 0x%zx writes IPROG to CMD, which reboots the device",
			      at);
	}
	if (command > CMD_LAST)
		return refuse(w,
			      "packet at byte 0x%zx writes 0x%x to CMD, commands end at 0x%x",
			      at, command, CMD_LAST);
	return 0;
}

/* Devices of several dies would repeat it with other values: not Zynq. */
static int on_idcode(struct walk *w, size_t at, u32 idcode)
{
	if (w->bs.has_idcode && w->bs.idcode != idcode)
		return refuse(w,
			      "packet at byte 0x%zx writes IDCODE 0x%08x, the one at 0x%zx 0x%08x",
			      at, idcode, w->idcode_at, w->bs.idcode);
	w->bs.has_idcode = true;
	w->bs.idcode = idcode;
	w->idcode_at = at;
	return 0;
}

/* UG570: WCFG, FAR, then frames; a wrong IDCODE locks frames out, so it is first. */
static int on_frames(struct walk *w, size_t at, u32 reg, u32 count)
{
	if (!w->bs.has_idcode)
		return refuse(w,
			      "packet at byte 0x%zx writes %s before any packet wrote IDCODE",
			      at, registers[reg].name);
	if (!w->far_set)
		return refuse(w, "packet at byte 0x%zx writes %s before any packet wrote FAR",
			      at, registers[reg].name);
	if (!w->bs.has_frames || w->far < w->bs.far_first)
		w->bs.far_first = w->far;
	if (!w->bs.has_frames || w->far > w->bs.far_last)
		w->bs.far_last = w->far;
	w->bs.has_frames = true;
	if (reg == REG_FDRI)
		w->bs.frame_words += count;
	return 0;
}

/* Nothing behind this can be read: what is left is taken as it is. */
static int on_encrypted(struct walk *w, size_t at)
{
	w->bs.encrypted = true;
	if (w->pos == w->end)
		return refuse(w,
			      "packet at byte 0x%zx announces encrypted data, 0 bytes follow",
			      at);
	w->pos = w->end;
	w->synced = false;
	return 0;
}

/* @w->pos is behind the payload, whose first word is @word. */
static int on_write(struct walk *w, size_t at, u32 reg, u32 count, u32 word)
{
	switch (reg) {
	case REG_CMD:
		return on_command(w, at, word);
	case REG_FAR:
		w->far = word;
		w->far_set = true;
		return 0;
	case REG_IDCODE:
		return on_idcode(w, at, word);
	case REG_FDRI:
	case REG_MFWR:
		return on_frames(w, at, reg, count);
	case REG_MASK:
		w->mask = word;
		return 0;
	case REG_CTL0:
		return word & w->mask & CTL0_DEC ? on_encrypted(w, at) : 0;
	case REG_CBC:
		return on_encrypted(w, at);
	case REG_WBSTAR:
	case REG_TIMER:
		note_full(w, at, registers[reg].name);
		return 0;
	}
	return 0;
}

static int check_register(struct walk *w, size_t at, u32 reg, u32 count)
{
	enum reg_kind kind = reg < ARRAY_SIZE(registers) ? registers[reg].kind : REG_UNKNOWN;
	size_t left = (w->end - w->pos) / 4;

	if (kind == REG_UNKNOWN)
		return refuse(w,
			      "packet at byte 0x%zx writes register 0x%x, which does not exist",
			      at, reg);
	if (kind == REG_READ_ONLY)
		return refuse(w, "packet at byte 0x%zx writes %s, which is read-only",
			      at, registers[reg].name);
	if (kind == REG_ONE_WORD && count > 1)
		return refuse(w, "packet at byte 0x%zx writes %u words to %s, which takes 1",
			      at, count, registers[reg].name);
	if (count > left)
		return refuse(w, "packet at byte 0x%zx writes %u words to %s, %zu are left",
			      at, count, registers[reg].name, left);
	return 0;
}

static int write_packet(struct walk *w, size_t at, u32 reg, u32 count)
{
	size_t payload = w->pos;
	int ret;

	ret = check_register(w, at, reg, count);
	if (ret || !count)
		return ret;
	w->pos += (size_t)count * 4;
	return on_write(w, at, reg, count, word_at(w, payload));
}

static int step_packet(struct walk *w)
{
	size_t at = w->pos;
	u32 word = word_at(w, at);
	bool continues = w->continues;

	w->pos += 4;
	w->bs.packets++;
	w->continues = false;
	/* prjxray: a word of zeroes ("type 0") fills up between rows of frames. */
	if (word == NOOP || word == 0)
		return 0;
	if (PACKET_TYPE(word) != 1 && PACKET_TYPE(word) != 2)
		return refuse(w,
			      "word 0x%08x at byte 0x%zx is a packet of type %u, types are 1 and 2",
			      word, at, PACKET_TYPE(word));
	if (PACKET_OPCODE(word) != OPCODE_WRITE)
		return refuse(w,
			      "packet 0x%08x at byte 0x%zx has opcode %u, an image writes (%u)",
			      word, at, PACKET_OPCODE(word), OPCODE_WRITE);
	if (PACKET_TYPE(word) == 2) {
		if (!continues)
			return refuse(w,
				      "packet at byte 0x%zx is of type 2, none of type 1 and 0 words is before it",
				      at);
		return write_packet(w, at, w->reg, TYPE2_COUNT(word));
	}
	w->reg = TYPE1_REGISTER(word);
	w->continues = !TYPE1_COUNT(word);
	return write_packet(w, at, w->reg, TYPE1_COUNT(word));
}

static int read_packets(struct walk *w)
{
	int ret;

	while (word_left(w)) {
		ret = w->synced ? step_packet(w) : step_padding(w);
		if (ret)
			return ret;
	}
	if (w->pos != w->end)
		return refuse(w,
			      "file ends at byte 0x%zx, within the word at 0x%zx",
			      w->end, w->pos);
	if (w->synced)
		return refuse(w, "file ends at byte 0x%zx without DESYNC", w->end);
	return 0;
}

/* ---- the whole ---- */

static int check_part(struct walk *w)
{
	u32 expected = hwc_bitstream_part_idcode(w->bs.part);

	if (!w->bs.has_idcode || !expected || expected == (w->bs.idcode & HWC_IDCODE_MASK))
		return 0;
	return refuse(w,
		      "header says part %s, whose IDCODE is 0x%08x, packet at byte 0x%zx writes 0x%08x",
		      w->bs.part, expected, w->idcode_at, w->bs.idcode);
}

/*
 * Cleartext packets tell partial from full; encrypted ones only when they are
 * the first of a whole device's, so there the header decides, and a raw file is
 * taken for the more dangerous of the two.
 */
static int check_partial(struct walk *w)
{
	if (w->header_partial && w->full_at)
		return refuse(w,
			      "header says PARTIAL=TRUE, packet at byte 0x%zx (%s) is of a whole-device image",
			      w->full_at, w->full_by);
	w->bs.partial = w->header_partial || (!w->full_at && !w->bs.encrypted);
	return 0;
}

static int check_complete(struct walk *w)
{
	if (w->bs.encrypted)
		return 0;
	if (!w->bs.has_idcode)
		return refuse(w,
			      "no packet before the end at byte 0x%zx writes IDCODE",
			      w->end);
	if (!w->bs.has_frames)
		return refuse(w, "no packet before the end at byte 0x%zx writes frames (FDRI)",
			      w->end);
	if (w->shutdown_at)
		return refuse(w,
			      "packet at byte 0x%zx writes SHUTDOWN to CMD, no START follows",
			      w->shutdown_at);
	return 0;
}

static int read_all(struct walk *w)
{
	int ret;

	ret = read_header(w);
	if (ret)
		return ret;
	w->bs.data_offset = w->pos;
	w->bs.data_size = w->end - w->pos;
	ret = find_sync(w);
	if (ret)
		return ret;
	w->bs.sync_offset = w->pos;
	ret = read_packets(w);
	if (ret)
		return ret;
	ret = check_complete(w);
	if (ret)
		return ret;
	ret = check_part(w);
	if (ret)
		return ret;
	return check_partial(w);
}

int hwc_bitstream_parse(const void *buf, size_t size, struct hwc_bitstream *bs,
			char *why, size_t why_size)
{
	struct walk w = {
		.buf = buf,
		.end = size,
		.refusal = { why, why_size },
	};
	int ret;

	ret = read_all(&w);
	if (ret)
		return ret;
	*bs = w.bs;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_bitstream_parse);

/*
 * Vivado names 7-series parts without their "xc" ("7z020clg400"). A number goes on
 * until its last digit, and an XCZU3T is no XCZU3.
 */
static bool part_matches(const char *part, const char *known)
{
	size_t n;

	if (part[0] == '7')
		known += 2;
	n = strlen(known);
	return !strncmp(part, known, n) && !(part[n] >= '0' && part[n] <= '9') && part[n] != 't';
}

u32 hwc_bitstream_part_idcode(const char *part)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (part_matches(part, parts[i].part))
			return parts[i].idcode;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_bitstream_part_idcode);

const char *hwc_bitstream_idcode_part(u32 idcode)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i].idcode == (idcode & HWC_IDCODE_MASK))
			return parts[i].part;
	return NULL;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_bitstream_idcode_part);
