// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: is this blob a flattened device tree, all of it?
 *
 * The kernel trusts what it is given beyond the header, for it comes from the
 * boot loader. Ours comes from a container image. Besides the structure this
 * checks the values that code trusts which runs before our notifier: strings
 * that it takes to end, and what drivers/of/resolver.c does with phandles.
 * Source of the format: Devicetree Specification v0.4, chapter 5.
 */
#include <kunit/visibility.h>
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/libfdt.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "internal.h"

/* Nodes below the root that drivers/of/resolver.c reads. */
enum hwc_fdt_part {
	HWC_FDT_NODES,
	HWC_FDT_FIXUPS,
	HWC_FDT_LOCAL_FIXUPS,
};

/*
 * Largest phandle in an overlay. They are added to the largest of the live tree:
 * a sum that wraps around would be somebody else's.
 */
#define HWC_FDT_PHANDLE_MAX	0xffff

/**
 * struct hwc_fdt - a blob while it is walked
 * @base: its first byte
 * @structs: offset of the structure block
 * @structs_end: and of its end
 * @strings: offset of the strings block
 * @strings_end: and of its end
 * @at: offset of the next token
 * @depth: open nodes
 * @part: what the node below the root is, in which we are
 * @why: receives the sentence
 * @room: bytes there
 */
struct hwc_fdt {
	const u8 *base;
	u32 structs;
	u32 structs_end;
	u32 strings;
	u32 strings_end;
	u32 at;
	unsigned int depth;
	enum hwc_fdt_part part;
	char *why;
	size_t room;
};

static u32 hwc_fdt_field(const void *fdt, size_t offset)
{
	return get_unaligned_be32(fdt + offset);
}

#define hwc_fdt_header(fdt, field) \
	hwc_fdt_field((fdt), offsetof(struct fdt_header, field))

static __printf(2, 3) int hwc_fdt_refuse(const struct hwc_fdt *t, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(t->why, t->room, fmt, args);
	va_end(args);
	return -EBADMSG;
}

static bool hwc_fdt_block_inside(u32 offset, u32 len, size_t size)
{
	return offset >= sizeof(struct fdt_header) && offset <= size && len <= size - offset;
}

static int hwc_fdt_check_header(struct hwc_fdt *t, size_t size)
{
	const void *fdt = t->base;

	if (size < sizeof(struct fdt_header))
		return hwc_fdt_refuse(t, "overlay has %zu bytes, a device tree's header %zu",
				      size, sizeof(struct fdt_header));
	if (hwc_fdt_header(fdt, magic) != FDT_MAGIC)
		return hwc_fdt_refuse(t, "overlay begins with 0x%08x, a device tree with 0x%08x",
				      hwc_fdt_header(fdt, magic), FDT_MAGIC);
	if (hwc_fdt_header(fdt, totalsize) != size)
		return hwc_fdt_refuse(t, "overlay has %zu bytes, its header says %u",
				      size, hwc_fdt_header(fdt, totalsize));
	if (hwc_fdt_header(fdt, version) < 17 || hwc_fdt_header(fdt, last_comp_version) > 17)
		return hwc_fdt_refuse(t, "overlay is of version %u, 17 is understood",
				      hwc_fdt_header(fdt, version));

	t->structs = hwc_fdt_header(fdt, off_dt_struct);
	t->strings = hwc_fdt_header(fdt, off_dt_strings);
	if (!hwc_fdt_block_inside(t->structs, hwc_fdt_header(fdt, size_dt_struct), size) ||
	    t->structs % sizeof(u32))
		return hwc_fdt_refuse(t, "overlay's structure block at %u does not fit in it",
				      t->structs);
	if (!hwc_fdt_block_inside(t->strings, hwc_fdt_header(fdt, size_dt_strings), size))
		return hwc_fdt_refuse(t, "overlay's strings block at %u does not fit in it",
				      t->strings);
	t->structs_end = t->structs + hwc_fdt_header(fdt, size_dt_struct);
	t->strings_end = t->strings + hwc_fdt_header(fdt, size_dt_strings);
	return 0;
}

static bool hwc_fdt_next(struct hwc_fdt *t, u32 *value)
{
	if (t->structs_end - t->at < sizeof(u32))
		return false;
	*value = get_unaligned_be32(t->base + t->at);
	t->at += sizeof(u32);
	return true;
}

/* Step over @len bytes and the padding to the next token. */
static bool hwc_fdt_skip(struct hwc_fdt *t, u32 len)
{
	u32 left = t->structs_end - t->at;

	if (len > left || ALIGN(len, sizeof(u32)) > left)
		return false;
	t->at += ALIGN(len, sizeof(u32));
	return true;
}

/*
 * Names end up in sysfs. Property names may have '?' and '#' where node names
 * have '@' (Devicetree Specification v0.4, tables 2.1 and 2.2).
 */
static bool hwc_fdt_name_ok(const u8 *name, size_t len, const char *extra)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isalnum(name[i]) && !strchr(",._+-", name[i]) && !strchr(extra, name[i]))
			return false;
	return len > 0 && len < 128;
}

/* As of_node_name_eq(), which does not look at the unit address. */
static enum hwc_fdt_part hwc_fdt_part(const u8 *name)
{
	size_t len = strcspn(name, "@");

	if (len == strlen("__fixups__") && !strncmp(name, "__fixups__", len))
		return HWC_FDT_FIXUPS;
	if (len == strlen("__local_fixups__") && !strncmp(name, "__local_fixups__", len))
		return HWC_FDT_LOCAL_FIXUPS;
	return HWC_FDT_NODES;
}

static bool hwc_fdt_is_text(const u8 *value, u32 len)
{
	return len && !value[len - 1];
}

/* Offsets that are added to without a look at the carry. */
static bool hwc_fdt_are_offsets(const u8 *value, u32 len)
{
	u32 i;

	for (i = 0; i + sizeof(u32) <= len; i += sizeof(u32))
		if (get_unaligned_be32(value + i) > INT_MAX)
			return false;
	return true;
}

static bool hwc_fdt_is_phandle(const u8 *value, u32 len)
{
	u32 phandle = len == sizeof(u32) ? get_unaligned_be32(value) : 0;

	return phandle && phandle <= HWC_FDT_PHANDLE_MAX;
}

static bool hwc_fdt_value_ok(const struct hwc_fdt *t, const char *name, const u8 *value, u32 len)
{
	static const char *const texts[] = { "compatible", "device_type", "model", "status" };

	if (t->part == HWC_FDT_FIXUPS)
		return hwc_fdt_is_text(value, len);
	if (t->part == HWC_FDT_LOCAL_FIXUPS)
		return hwc_fdt_are_offsets(value, len);
	if (!strcmp(name, "phandle") || !strcmp(name, "linux,phandle"))
		return hwc_fdt_is_phandle(value, len);
	if (match_string(texts, ARRAY_SIZE(texts), name) >= 0)
		return hwc_fdt_is_text(value, len);
	/* Only trees older than version 16 carry it; it becomes the node's name. */
	return strcmp(name, "name");
}

static int hwc_fdt_begin_node(struct hwc_fdt *t)
{
	u32 room = t->structs_end - t->at;
	const u8 *name = t->base + t->at;
	size_t len = strnlen(name, room);

	if (len == room || !hwc_fdt_skip(t, len + 1))
		return hwc_fdt_refuse(t, "overlay ends inside a node's name at byte %u", t->at);
	if (t->depth ? !hwc_fdt_name_ok(name, len, "@") : len > 0)
		return hwc_fdt_refuse(t, "overlay's node at byte %u has no valid name", t->at);
	if (t->depth == 1)
		t->part = hwc_fdt_part(name);
	if (++t->depth > HWC_FDT_DEPTH)
		return hwc_fdt_refuse(t, "overlay has more than %d nodes inside each other",
				      HWC_FDT_DEPTH);
	return 0;
}

static int hwc_fdt_prop(struct hwc_fdt *t)
{
	u32 at = t->at, len, name, room, value;
	const u8 *text;
	size_t n;

	if (!t->depth)
		return hwc_fdt_refuse(t, "overlay has a property outside of nodes at byte %u", at);
	if (!hwc_fdt_next(t, &len) || !hwc_fdt_next(t, &name))
		return hwc_fdt_refuse(t, "overlay ends inside a property at byte %u", at);
	value = t->at;
	if (!hwc_fdt_skip(t, len))
		return hwc_fdt_refuse(t, "overlay ends inside a property at byte %u", at);
	room = t->strings_end - t->strings;
	if (name >= room)
		return hwc_fdt_refuse(t, "overlay's property at byte %u has no name", at);
	text = t->base + t->strings + name;
	n = strnlen(text, room - name);
	if (n == room - name || !hwc_fdt_name_ok(text, n, "?#"))
		return hwc_fdt_refuse(t, "overlay's property at byte %u has no valid name", at);
	if (!hwc_fdt_value_ok(t, text, t->base + value, len))
		return hwc_fdt_refuse(t, "overlay's property %s at byte %u has no valid value",
				      text, at);
	return 0;
}

static int hwc_fdt_end_node(struct hwc_fdt *t)
{
	if (!t->depth)
		return hwc_fdt_refuse(t, "overlay ends a node too many at byte %u", t->at);
	t->depth--;
	return 0;
}

static int hwc_fdt_check_structs(struct hwc_fdt *t)
{
	unsigned int roots = 0;
	u32 token;
	int ret;

	t->at = t->structs;
	while (hwc_fdt_next(t, &token)) {
		ret = 0;
		switch (token) {
		case FDT_BEGIN_NODE:
			if (!t->depth && roots++)
				return hwc_fdt_refuse(t, "overlay has more than one root");
			ret = hwc_fdt_begin_node(t);
			break;
		case FDT_PROP:
			ret = hwc_fdt_prop(t);
			break;
		case FDT_END_NODE:
			ret = hwc_fdt_end_node(t);
			break;
		case FDT_NOP:
			break;
		case FDT_END:
			if (t->depth || !roots)
				return hwc_fdt_refuse(t, "overlay ends with %u nodes open",
						      t->depth);
			return 0;
		default:
			return hwc_fdt_refuse(t, "overlay has the token 0x%08x at byte %zu", token,
					      t->at - sizeof(u32));
		}
		if (ret)
			return ret;
	}
	return hwc_fdt_refuse(t, "overlay has no end token");
}

/**
 * hwc_fdt_check() - check a flattened device tree
 * @fdt: the bytes
 * @size: how many
 * @why: receives one sentence on refusal
 * @room: bytes there, HWC_WHY is enough
 *
 * Return: 0, or -EBADMSG.
 */
int hwc_fdt_check(const void *fdt, size_t size, char *why, size_t room)
{
	struct hwc_fdt t = { .base = fdt, .why = why, .room = room };

	return hwc_fdt_check_header(&t, size) ?: hwc_fdt_check_structs(&t);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_fdt_check);
