// SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later
/*
 * Programmable device images (PDI) of Versal: recognise, check, describe.
 *
 * What is refused is what the device's loader would refuse, or could not find;
 * pdi-layout.h names the sources.
 */
#include "file-check.h"
#include "pdi.h"

/**
 * struct walk - one pass through a file
 * @buf: the file
 * @size: its length
 * @bs: what was found so far
 * @table: byte offset of the image header table
 * @headers_end: first byte behind the last header
 * @partitions_at: byte offset of the first partition header
 * @counted: partitions of the images so far
 * @has_nodes: one of them has frames, and its node was noted
 * @refusal: why it is refused, if it is
 */
struct walk {
	const u8 *buf;
	size_t size;
	struct hwc_bitstream bs;
	size_t table;
	size_t headers_end;
	size_t partitions_at;
	u32 counted;
	bool has_nodes;
	struct hwc_refusal refusal;
};

/* The caller knows that four bytes are there. */
static u32 le32_at(const u8 *buf, size_t at)
{
	return hwc_le_at(buf + at, 4);
}

static u32 word_at(const struct walk *w, size_t at)
{
	return le32_at(w->buf, at);
}

static int check_room(struct walk *w, const char *what, u64 at, u64 size)
{
	if (at <= w->size && size <= w->size - at)
		return 0;
	return refuse(w, "file ends at byte 0x%zx, %llu bytes of %s begin at byte 0x%llx",
		      w->size, (unsigned long long)size, what, (unsigned long long)at);
}

/* Of the words from @from, and at @at the checksum that is to be theirs. */
static int check_sum(struct walk *w, const char *what, size_t from, size_t at)
{
	u32 sum = 0;
	size_t i;

	for (i = from; i < at; i += 4)
		sum += word_at(w, i);
	if (word_at(w, at) == ~sum)
		return 0;
	return refuse(w, "%s at byte 0x%zx has checksum 0x%08x, its words have 0x%08x",
		      what, from, word_at(w, at), ~sum);
}

static bool has_smap(const u8 *buf, size_t size)
{
	if (size < PDI_SMAP_SIZE)
		return false;
	switch (le32_at(buf, 0)) {
	case PDI_SMAP_8:
		return le32_at(buf, 4) == 0x44332211;
	case PDI_SMAP_16:
		return le32_at(buf, 4) == 0x33441122;
	case PDI_SMAP_32:
		return le32_at(buf, 4) == 0x11223344;
	}
	return false;
}

/* Both words: the first is also a bitstream's sync word, bytes reversed. */
static bool has_boot_header(const u8 *buf, size_t size)
{
	return size >= PDI_BOOT_IDENT + 4 && le32_at(buf, PDI_BOOT_WIDTH) == PDI_WIDTH &&
	       le32_at(buf, PDI_BOOT_IDENT) == PDI_XLNX;
}

bool hwc_pdi_is(const void *buf, size_t size)
{
	return has_smap(buf, size) || has_boot_header(buf, size) ||
	       (size >= PDI_TABLE_IDENT + 4 && le32_at(buf, PDI_TABLE_IDENT) == PDI_PPDI);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_pdi_is);

static int read_boot_header(struct walk *w)
{
	u32 table;
	int ret;

	ret = check_room(w, "the boot header", PDI_BOOT_WIDTH, PDI_BOOT_END - PDI_BOOT_WIDTH);
	if (ret)
		return ret;
	ret = check_sum(w, "boot header", PDI_BOOT_WIDTH, PDI_BOOT_CHECKSUM);
	if (ret)
		return ret;
	table = word_at(w, PDI_BOOT_TABLE);
	if (table < PDI_BOOT_END || table % 4)
		return refuse(w,
			      "boot header puts the image header table at byte 0x%x, expected a multiple of 4 from 0x%x",
			      table, PDI_BOOT_END);
	w->table = table;
	w->bs.encrypted = word_at(w, PDI_BOOT_KEY);
	return 0;
}

/* Identification and version first: they say how the rest is to be read. */
static int check_table(struct walk *w)
{
	u32 ident = w->bs.pdi.boot ? PDI_FPDI : PDI_PPDI;
	size_t at = w->table;
	u32 version, headers;
	int ret;

	ret = check_room(w, "the image header table", at, PDI_TABLE_SIZE);
	if (ret)
		return ret;
	if (word_at(w, at + PDI_TABLE_IDENT) != ident)
		return refuse(w,
			      "image header table at byte 0x%zx has identification 0x%08x, a %s PDI has 0x%08x",
			      at, word_at(w, at + PDI_TABLE_IDENT),
			      w->bs.pdi.boot ? "boot" : "partial", ident);
	version = word_at(w, at + PDI_TABLE_VERSION);
	if (version < PDI_VERSION_MIN || version > PDI_VERSION_MAX || version & 0xffff)
		return refuse(w,
			      "image header table at byte 0x%zx has version 0x%08x, known are 0x%08x to 0x%08x",
			      at, version, PDI_VERSION_MIN, PDI_VERSION_MAX);
	ret = check_sum(w, "image header table", at, at + PDI_TABLE_SIZE - 4);
	if (ret)
		return ret;
	headers = word_at(w, at + PDI_TABLE_HEADERS);
	if ((headers & PDI_HEADERS_MASK) != PDI_HEADERS)
		return refuse(w,
			      "image header table at byte 0x%zx has header sizes 0x%08x, version %u has 0x%08x",
			      at, headers, version >> 16, PDI_HEADERS);
	return 0;
}

static int read_count(struct walk *w, size_t offset, const char *what, u32 max, u32 *count)
{
	*count = word_at(w, w->table + offset);
	if (*count && *count <= max)
		return 0;
	return refuse(w, "image header table at byte 0x%zx has %u %s, possible are 1 to %u",
		      w->table, *count, what, max);
}

static int read_table(struct walk *w)
{
	struct hwc_pdi *pdi = &w->bs.pdi;
	size_t at = w->table;
	int ret;

	ret = check_table(w);
	if (ret)
		return ret;
	ret = read_count(w, PDI_TABLE_IMAGES, "images", PDI_IMAGES_MAX, &pdi->images);
	if (ret)
		return ret;
	ret = read_count(w, PDI_TABLE_PARTITIONS, "partitions", PDI_PARTITIONS_MAX,
			 &pdi->partitions);
	if (ret)
		return ret;
	pdi->version = word_at(w, at + PDI_TABLE_VERSION) >> 16;
	pdi->id = word_at(w, at + PDI_TABLE_ID);
	pdi->parent_id = word_at(w, at + PDI_TABLE_PARENT);
	pdi->ext_idcode = word_at(w, at + PDI_TABLE_EXT_IDCODE);
	pdi->authenticated = word_at(w, at + PDI_TABLE_CERTIFICATE);
	w->bs.idcode = word_at(w, at + PDI_TABLE_IDCODE);
	if (!w->bs.idcode)
		return refuse(w, "image header table at byte 0x%zx has IDCODE 0x00000000", at);
	w->bs.has_idcode = true;
	return 0;
}

/*
 * Where @count headers of @size bytes are that the table puts at @offset; they
 * come behind @floor.
 */
static int find_headers(struct walk *w, const char *what, size_t offset, size_t floor,
			size_t size, size_t *at)
{
	u64 from = (u64)word_at(w, w->table + offset) * 4;

	if (from < floor)
		return refuse(w,
			      "image header table at byte 0x%zx puts the %s at byte 0x%llx, what is before ends at 0x%zx",
			      w->table, what, (unsigned long long)from, floor);
	*at = from;
	return check_room(w, what, from, size);
}

static int find_all_headers(struct walk *w)
{
	u32 optional = word_at(w, w->table + PDI_TABLE_OPTIONAL);
	size_t end = w->table + PDI_TABLE_SIZE;
	size_t size;
	int ret;

	ret = check_room(w, "optional data", end, (u64)optional * 4);
	if (ret)
		return ret;
	end += (size_t)optional * 4;
	size = w->bs.pdi.images * PDI_IMAGE_SIZE;
	ret = find_headers(w, "image headers", PDI_TABLE_IMAGES_AT, end, size,
			   &w->bs.pdi.images_at);
	if (ret)
		return ret;
	end = w->bs.pdi.images_at + size;
	size = w->bs.pdi.partitions * PDI_PART_SIZE;
	ret = find_headers(w, "partition headers", PDI_TABLE_PARTITIONS_AT, end, size,
			   &w->partitions_at);
	if (ret)
		return ret;
	w->headers_end = w->partitions_at + size;
	return 0;
}

/* It ends up in messages and JSON: nothing but printable ASCII. */
static int check_name(struct walk *w, size_t at)
{
	const u8 *name = w->buf + at + PDI_IMAGE_NAME;
	size_t len = strnlen((const char *)name, PDI_IMAGE_NAME_SIZE);
	size_t i;

	for (i = 0; i < PDI_IMAGE_NAME_SIZE; i++)
		if (i < len ? !hwc_byte_prints(name[i]) : name[i])
			return refuse(w,
				      "image header at byte 0x%zx has 0x%02x in its name at byte 0x%zx, expected %s",
				      at, name[i], at + PDI_IMAGE_NAME + i,
				      i < len ? "a printable character" : "a NUL");
	return 0;
}

static int check_lengths(struct walk *w, size_t at)
{
	u32 encrypted = word_at(w, at + PDI_PART_ENCRYPTED);
	u32 plain = word_at(w, at + PDI_PART_PLAIN);
	u32 total = word_at(w, at + PDI_PART_TOTAL);

	if (!encrypted || !plain || !total)
		return refuse(w,
			      "partition header at byte 0x%zx has lengths %u, %u and %u, none may be 0",
			      at, encrypted, plain, total);
	if (total < encrypted || total < plain)
		return refuse(w,
			      "partition header at byte 0x%zx has total length %u, of which %u and %u are data",
			      at, total, encrypted, plain);
	return 0;
}

/* A boot PDI has its loader before the headers and the rest behind them. */
static int check_data(struct walk *w, size_t at)
{
	u64 from = (u64)word_at(w, at + PDI_PART_DATA) * 4;
	u64 size = (u64)word_at(w, at + PDI_PART_TOTAL) * 4;
	size_t floor = w->bs.pdi.boot ? PDI_BOOT_END : w->table;

	if (from < floor || (from < w->headers_end && from + size > w->table))
		return refuse(w,
			      "partition header at byte 0x%zx puts its data at byte 0x%llx, headers end at 0x%zx",
			      at, (unsigned long long)from, w->headers_end);
	return check_room(w, "a partition", from, size);
}

static bool is_frames(u32 type)
{
	return type == PDI_TYPE_CFI || type == PDI_TYPE_CFI_MASKED || type == PDI_TYPE_CFI_UNMASKED;
}

static void note_node(struct walk *w, u32 node)
{
	struct hwc_pdi *pdi = &w->bs.pdi;

	if (!w->has_nodes || node < pdi->node_first)
		pdi->node_first = node;
	if (node > pdi->node_last)
		pdi->node_last = node;
	w->has_nodes = true;
}

/* @node is what its image configures. */
static int read_partition(struct walk *w, size_t at, u32 node)
{
	u32 type;
	int ret;

	ret = check_sum(w, "partition header", at, at + PDI_PART_SIZE - 4);
	if (ret)
		return ret;
	ret = check_lengths(w, at);
	if (ret)
		return ret;
	type = PDI_PART_TYPE(word_at(w, at + PDI_PART_ATTRIBUTES));
	if (!type)
		return refuse(w, "partition header at byte 0x%zx has type 0, types are 1 to 7", at);
	ret = check_data(w, at);
	if (ret)
		return ret;
	if (is_frames(type))
		note_node(w, node);
	if (word_at(w, at + PDI_PART_KEY))
		w->bs.encrypted = true;
	else if (is_frames(type))
		w->bs.frame_words += word_at(w, at + PDI_PART_PLAIN);
	if (word_at(w, at + PDI_PART_CERTIFICATE))
		w->bs.pdi.authenticated = true;
	return 0;
}

/* Images have their partitions in the order of the table of these. */
static int read_image(struct walk *w, size_t at)
{
	u32 left = w->bs.pdi.partitions - w->counted;
	u32 count, end;
	int ret;

	ret = check_sum(w, "image header", at, at + PDI_IMAGE_SIZE - 4);
	if (ret)
		return ret;
	ret = check_name(w, at);
	if (ret)
		return ret;
	count = word_at(w, at + PDI_IMAGE_PARTITIONS);
	if (count > left)
		return refuse(w,
			      "image header at byte 0x%zx has %u partitions, %u of the table's %u are left",
			      at, count, left, w->bs.pdi.partitions);
	if (word_at(w, at + PDI_IMAGE_PARENT) && !w->bs.pdi.boot)
		w->bs.partial = true;
	for (end = w->counted + count; w->counted < end; w->counted++) {
		ret = read_partition(w, w->partitions_at + w->counted * PDI_PART_SIZE,
				     word_at(w, at + PDI_IMAGE_ID));
		if (ret)
			return ret;
	}
	return 0;
}

static int read_images(struct walk *w)
{
	u32 i;
	int ret;

	for (i = 0; i < w->bs.pdi.images; i++) {
		ret = read_image(w, w->bs.pdi.images_at + i * PDI_IMAGE_SIZE);
		if (ret)
			return ret;
	}
	if (w->counted != w->bs.pdi.partitions)
		return refuse(w, "image headers have %u partitions, their table has %u",
			      w->counted, w->bs.pdi.partitions);
	return 0;
}

static int read_all(struct walk *w)
{
	int ret;

	w->bs.pdi.boot = has_boot_header(w->buf, w->size);
	if (w->bs.pdi.boot) {
		ret = read_boot_header(w);
		if (ret)
			return ret;
	} else if (has_smap(w->buf, w->size)) {
		w->table = PDI_SMAP_SIZE;
	}
	ret = read_table(w);
	if (ret)
		return ret;
	if (word_at(w, w->table + PDI_TABLE_KEY)) {
		w->bs.encrypted = true;
		w->bs.pdi.images = 0;
		w->bs.pdi.partitions = 0;
		return 0;
	}
	ret = find_all_headers(w);
	if (ret)
		return ret;
	return read_images(w);
}

int hwc_pdi_parse(const void *buf, size_t size, struct hwc_bitstream *bs,
		  char *why, size_t why_size)
{
	struct walk w = {
		.buf = buf,
		.size = size,
		.bs = { .format = HWC_BITSTREAM_PDI, .data_size = size },
		.refusal = { why, why_size },
	};
	int ret;

	ret = read_all(&w);
	if (ret)
		return ret;
	*bs = w.bs;
	return 0;
}
EXPORT_SYMBOL_IF_KUNIT(hwc_pdi_parse);

void hwc_pdi_image(const void *buf, const struct hwc_pdi *pdi, u32 index,
		   struct hwc_pdi_image *image)
{
	const u8 *header = (const u8 *)buf + pdi->images_at + index * PDI_IMAGE_SIZE;

	memcpy(image->name, header + PDI_IMAGE_NAME, PDI_IMAGE_NAME_SIZE);
	image->name[PDI_IMAGE_NAME_SIZE] = '\0';
	image->id = le32_at(header, PDI_IMAGE_ID);
	image->uid = le32_at(header, PDI_IMAGE_UID);
	image->parent_uid = le32_at(header, PDI_IMAGE_PARENT);
	image->function_id = le32_at(header, PDI_IMAGE_FUNCTION);
	image->partitions = le32_at(header, PDI_IMAGE_PARTITIONS);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_pdi_image);

int hwc_image_parse(const void *buf, size_t size, struct hwc_bitstream *bs,
		    char *why, size_t why_size)
{
	if (hwc_pdi_is(buf, size))
		return hwc_pdi_parse(buf, size, bs, why, why_size);
	return hwc_bitstream_parse(buf, size, bs, why, why_size);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_image_parse);
