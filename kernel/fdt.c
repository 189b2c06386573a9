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

#include "overlay.h"

/* What a child of the root is; drivers/of reads no others. */
enum hwc_fdt_part {
	HWC_FDT_ROOT,
	HWC_FDT_FRAGMENT,
	HWC_FDT_FIXUPS,
	HWC_FDT_LOCAL_FIXUPS,
};

/*
 * Largest phandle in an overlay. They are added to the largest of the live tree:
 * a sum that wraps around would be somebody else's.
 */
#define HWC_FDT_PHANDLE_MAX	0xffff

/*
 * Limits, far above what a region's devices need: the kernel compares every
 * property of a node with every other, and makes a resource of every address.
 */
#define HWC_FDT_NODES_MAX	256
#define HWC_FDT_PROPS_MAX	64
#define HWC_FDT_VALUE_MAX	4096

/**
 * struct hwc_fdt - a blob while it is walked
 * @base: its first byte
 * @structs: offset of the structure block
 * @structs_end: and of its end
 * @strings: offset of the strings block
 * @strings_end: and of its end
 * @at: offset of the next token
 * @depth: open nodes
 * @content: offset of the first token inside each open node
 * @has_children: an open node has had a child
 * @props: properties of the innermost open node
 * @nodes: nodes so far
 * @parts: children of the root there have been, by enum hwc_fdt_part
 * @part: the one in which we are
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
	u32 content[HWC_FDT_DEPTH + 1];
	bool has_children[HWC_FDT_DEPTH + 1];
	unsigned int props;
	unsigned int nodes;
	unsigned int parts[HWC_FDT_LOCAL_FIXUPS + 1];
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

/* Well formed, but more than an overlay of a region may say. */
#define hwc_fdt_forbid(t, fmt, ...) \
	(hwc_fdt_refuse(t, fmt, ##__VA_ARGS__), -EPERM)

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
static bool hwc_fdt_name_ok(const char *name, size_t len, const char *first, const char *extra)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isascii(name[i]) || (!isalnum(name[i]) && !strchr(",._+-", name[i]) &&
					  !strchr(extra, name[i])))
			return false;
	return len > 0 && len < 128 && (isalnum(name[0]) || strchr(first, name[0]));
}

/* Is @name a fragment's, "fragment@0" or "fragment-0"? */
static bool hwc_fdt_is_fragment(const char *name)
{
	size_t len = strlen("fragment");

	return !strncmp(name, "fragment", len) && (name[len] == '@' || name[len] == '-');
}

/* A child of the root: nothing but what an overlay is made of. */
static int hwc_fdt_begin_part(struct hwc_fdt *t, const char *name)
{
	if (!strcmp(name, "__symbols__"))
		return hwc_fdt_forbid(t, "overlay has __symbols__, build it without dtc -@");
	if (hwc_fdt_is_fragment(name))
		t->part = HWC_FDT_FRAGMENT;
	else if (!strcmp(name, "__fixups__"))
		t->part = HWC_FDT_FIXUPS;
	else if (!strcmp(name, "__local_fixups__"))
		t->part = HWC_FDT_LOCAL_FIXUPS;
	else
		return hwc_fdt_refuse(t, "overlay's node %s is no part of an overlay", name);
	if (t->parts[t->part]++ && t->part != HWC_FDT_FRAGMENT)
		return hwc_fdt_refuse(t, "overlay has more than one node %s", name);
	return 0;
}

/*
 * Below the parts: a fragment has one __overlay__ and in it the devices; the
 * tree of __local_fixups__ mirrors fragments and must not lead to itself.
 *
 * drivers/of/address.c reads addresses below buses called isa or pcie by rules
 * of their own.
 */
static bool hwc_fdt_node_belongs(const struct hwc_fdt *t, const char *name)
{
	bool mirror = t->part == HWC_FDT_LOCAL_FIXUPS;

	if (t->part == HWC_FDT_FIXUPS)
		return false;
	if (mirror && t->depth == 2)
		return hwc_fdt_is_fragment(name);
	if (t->depth == 2 + mirror)
		return !strcmp(name, "__overlay__") && !t->has_children[t->depth];
	if (strcspn(name, "@") == 3 && !strncmp(name, "isa", 3))
		return false;
	if (strcspn(name, "@") == 4 && !strncmp(name, "pcie", 4))
		return false;
	return hwc_fdt_name_ok(name, strlen(name), "", "@");
}

/* Value of the token at @at of a checked part of the blob, and the one after it. */
static u32 hwc_fdt_token_at(const struct hwc_fdt *t, u32 at, u32 *next)
{
	u32 token = get_unaligned_be32(t->base + at);

	*next = at + sizeof(u32);
	if (token == FDT_BEGIN_NODE)
		*next += ALIGN(strlen(t->base + *next) + 1, sizeof(u32));
	else if (token == FDT_PROP)
		*next += 2 * sizeof(u32) + ALIGN(get_unaligned_be32(t->base + *next), sizeof(u32));
	return token;
}

/* Names of siblings differ, as drivers/of/overlay.c compares them. */
static bool hwc_fdt_has_sibling(const struct hwc_fdt *t, const char *name, u32 end)
{
	unsigned int depth = 0;
	u32 at, next, token;

	for (at = t->content[t->depth]; at < end; at = next) {
		token = hwc_fdt_token_at(t, at, &next);
		if (token == FDT_BEGIN_NODE && !depth++ &&
		    !strcasecmp(t->base + at + sizeof(u32), name))
			return true;
		if (token == FDT_END_NODE)
			depth--;
	}
	return false;
}

static int hwc_fdt_check_node(struct hwc_fdt *t, const char *name, u32 begin)
{
	if (!t->depth)
		return *name ? hwc_fdt_refuse(t, "overlay's root has the name %s", name) : 0;
	if (t->depth == 1) {
		int ret = hwc_fdt_begin_part(t, name);

		if (ret)
			return ret;
	} else if (!hwc_fdt_node_belongs(t, name)) {
		return hwc_fdt_forbid(t, "overlay may not have the node %.32s at byte %u", name,
				      begin);
	}
	if (hwc_fdt_has_sibling(t, name, begin))
		return hwc_fdt_refuse(t, "overlay has two nodes %s beside each other", name);
	return 0;
}

static int hwc_fdt_begin_node(struct hwc_fdt *t)
{
	u32 begin = t->at - sizeof(u32), room = t->structs_end - t->at;
	const char *name = t->base + t->at;
	int ret;

	if (strnlen(name, room) == room || !hwc_fdt_skip(t, strlen(name) + 1))
		return hwc_fdt_refuse(t, "overlay ends inside a node's name at byte %u", t->at);
	ret = hwc_fdt_check_node(t, name, begin);
	if (ret)
		return ret;
	if (++t->nodes > HWC_FDT_NODES_MAX)
		return hwc_fdt_refuse(t, "overlay has more than %d nodes", HWC_FDT_NODES_MAX);
	t->has_children[t->depth] = true;
	if (++t->depth > HWC_FDT_DEPTH)
		return hwc_fdt_refuse(t, "overlay has more than %d nodes inside each other",
				      HWC_FDT_DEPTH);
	t->has_children[t->depth] = false;
	t->content[t->depth] = t->at;
	t->props = 0;
	return 0;
}

/**
 * struct hwc_fdt_prop - a property of the blob
 * @name: its name
 * @value: its bytes
 * @len: how many
 */
struct hwc_fdt_prop {
	const char *name;
	const u8 *value;
	u32 len;
};

/* Bytes that the kernel takes for a string, or several, that end. */
static bool hwc_fdt_is_text(const struct hwc_fdt_prop *p)
{
	return p->len && !p->value[p->len - 1];
}

static bool hwc_fdt_is_phandle(const struct hwc_fdt_prop *p)
{
	u32 phandle = p->len == sizeof(u32) ? get_unaligned_be32(p->value) : 0;

	return phandle && phandle <= HWC_FDT_PHANDLE_MAX;
}

/**
 * struct hwc_fdt_count - a property that says how many cells others have
 * @name: its name
 * @max: most cells
 */
struct hwc_fdt_count {
	const char *name;
	u32 max;
};

/*
 * of_irq_parse_one() has room for MAX_PHANDLE_ARGS cells of an interrupt and three
 * of an address, and of_irq_parse_raw() warns of a sum beyond the former. The
 * latter also reads a cell of each without a look at the length.
 */
static const struct hwc_fdt_count hwc_fdt_counts[] = {
	{ "#address-cells", 3 },
	{ "#interrupt-cells", 8 },
};

static bool hwc_fdt_is_count(const struct hwc_fdt_prop *p, u32 max)
{
	return p->len == sizeof(u32) && get_unaligned_be32(p->value) <= max;
}

/* Read as strings without a look at their end. */
static const char *const hwc_fdt_texts[] = { "compatible", "model", "status" };

/*
 * The first row programs FPGAs, which only a claim does; nor does an image say
 * what device it is loaded into. Name and device_type
 * change what a node is for drivers/of, the two phandles are of other times, and
 * the rest leads out of the region by ways that are not checked.
 */
static const char *const hwc_fdt_no[] = {
	"firmware-name", "external-fpga-config", "encrypted-fpga-config", "partial-fpga-config",
	"fpga-mgr", "hwcontainer,idcode",
	"name", "device_type", "linux,phandle", "ibm,phandle",
	"assigned-addresses", "dma-ranges", "interrupt-map", "iommu-map", "msi-map",
};

static bool hwc_fdt_in(const char *name, const char *const *list, size_t n)
{
	return match_string(list, n, name) >= 0;
}

static bool hwc_fdt_value_ok(const struct hwc_fdt_prop *p)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hwc_fdt_counts); i++)
		if (!strcmp(p->name, hwc_fdt_counts[i].name))
			return hwc_fdt_is_count(p, hwc_fdt_counts[i].max);
	if (!strcmp(p->name, "phandle"))
		return hwc_fdt_is_phandle(p);
	if (hwc_fdt_in(p->name, hwc_fdt_texts, ARRAY_SIZE(hwc_fdt_texts)))
		return hwc_fdt_is_text(p);
	return true;
}

/*
 * Offsets into a property of the same name, to whose words a number is added:
 * in adjust_local_phandle_references() their sum with 4 may wrap around, and
 * the words must not be those that were checked above.
 */
static bool hwc_fdt_local_fixup_ok(const struct hwc_fdt_prop *p)
{
	u32 i;

	if (p->name[0] == '#' || !strcmp(p->name, "phandle") || !strcmp(p->name, "reg") ||
	    !strcmp(p->name, "ranges") || !strcmp(p->name, "target-path") ||
	    hwc_fdt_in(p->name, hwc_fdt_texts, ARRAY_SIZE(hwc_fdt_texts)))
		return false;
	for (i = 0; i + sizeof(u32) <= p->len; i += sizeof(u32))
		if (get_unaligned_be32(p->value + i) > INT_MAX)
			return false;
	return true;
}

/* What an overlay may say of the outside (see Documentation/design.rst). */
static const char *const hwc_fdt_outward[] = {
	"target", "clocks", "resets", "interrupt-parent", "interrupts-extended", "iommus",
	"power-domains",
};

/* "/fragment...:property:offset", of a property that may lead outside. */
static bool hwc_fdt_fixup_entry_ok(const char *entry)
{
	const char *prop = strchr(entry, ':');
	size_t i, len;

	if (!prop || entry[0] != '/' || !hwc_fdt_is_fragment(entry + 1))
		return false;
	len = strcspn(++prop, ":");
	for (i = 0; i < ARRAY_SIZE(hwc_fdt_outward); i++)
		if (strlen(hwc_fdt_outward[i]) == len && !strncmp(prop, hwc_fdt_outward[i], len))
			return true;
	return false;
}

/* Walked to its strings' ends by update_usages_of_a_phandle_reference(). */
static int hwc_fdt_check_fixup(struct hwc_fdt *t, const struct hwc_fdt_prop *p)
{
	const char *entry = p->value, *end = p->value + p->len;

	if (!hwc_fdt_is_text(p))
		return hwc_fdt_refuse(t, "overlay's fixup of %s has no end", p->name);
	for (; entry < end; entry += strlen(entry) + 1)
		if (!hwc_fdt_fixup_entry_ok(entry))
			return hwc_fdt_forbid(t, "overlay reaches out at %.96s",
					      entry);
	return 0;
}

static int hwc_fdt_check_prop(struct hwc_fdt *t, const struct hwc_fdt_prop *p, u32 at)
{
	bool ok;

	if (hwc_fdt_in(p->name, hwc_fdt_no, ARRAY_SIZE(hwc_fdt_no)))
		return hwc_fdt_forbid(t, "overlay may not have the property %s", p->name);
	if (p->len > HWC_FDT_VALUE_MAX)
		return hwc_fdt_refuse(t, "overlay's property %s has %u bytes, %d are the most",
				      p->name, p->len, HWC_FDT_VALUE_MAX);
	if (t->part == HWC_FDT_FIXUPS)
		return hwc_fdt_check_fixup(t, p);
	ok = t->part == HWC_FDT_LOCAL_FIXUPS ? hwc_fdt_local_fixup_ok(p) : hwc_fdt_value_ok(p);
	if (!ok)
		return hwc_fdt_refuse(t, "overlay's property %s at byte %u has no valid value",
				      p->name, at);
	return 0;
}

/* Is there a property @name before @end in the innermost node? */
static bool hwc_fdt_has_prop(const struct hwc_fdt *t, const char *name, u32 end)
{
	u32 at, next;

	for (at = t->content[t->depth]; at < end; at = next)
		if (hwc_fdt_token_at(t, at, &next) == FDT_PROP &&
		    !strcmp(t->base + t->strings +
			    get_unaligned_be32(t->base + at + 2 * sizeof(u32)), name))
			return true;
	return false;
}

static int hwc_fdt_prop(struct hwc_fdt *t)
{
	u32 begin = t->at - sizeof(u32), name, room;
	struct hwc_fdt_prop p;
	size_t len;

	if (!t->depth)
		return hwc_fdt_refuse(t, "overlay has a property outside of nodes at byte %u",
				      begin);
	if (t->has_children[t->depth])
		return hwc_fdt_refuse(t, "overlay has a property behind nodes at byte %u", begin);
	if (!hwc_fdt_next(t, &p.len) || !hwc_fdt_next(t, &name))
		return hwc_fdt_refuse(t, "overlay ends inside a property at byte %u", begin);
	p.value = t->base + t->at;
	if (!hwc_fdt_skip(t, p.len))
		return hwc_fdt_refuse(t, "overlay ends inside a property at byte %u", begin);
	room = t->strings_end - t->strings;
	if (name >= room)
		return hwc_fdt_refuse(t, "overlay's property at byte %u has no name", begin);
	p.name = t->base + t->strings + name;
	len = strnlen(p.name, room - name);
	if (len == room - name || !hwc_fdt_name_ok(p.name, len, "#_", "?#"))
		return hwc_fdt_refuse(t, "overlay's property at byte %u has no valid name", begin);
	if (++t->props > HWC_FDT_PROPS_MAX)
		return hwc_fdt_refuse(t, "overlay has a node with more than %d properties",
				      HWC_FDT_PROPS_MAX);
	if (hwc_fdt_has_prop(t, p.name, begin))
		return hwc_fdt_refuse(t, "overlay has %s twice in one node at byte %u", p.name,
				      begin);
	return hwc_fdt_check_prop(t, &p, begin);
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
 * Return: 0; -EBADMSG when it is none; -EPERM when it says more than an overlay
 * of a region may.
 */
int hwc_fdt_check(const void *fdt, size_t size, char *why, size_t room)
{
	struct hwc_fdt t = { .base = fdt, .why = why, .room = room };

	return hwc_fdt_check_header(&t, size) ?: hwc_fdt_check_structs(&t);
}
EXPORT_SYMBOL_IF_KUNIT(hwc_fdt_check);
