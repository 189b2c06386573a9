// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: KUnit tests of the check that a blob is a flattened device tree. */
#include <kunit/test.h>
#include <linux/libfdt.h>
#include <linux/module.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "../overlay.h"

#define BLOB_MAX 512

/**
 * struct blob - a device tree under construction
 * @bytes: header, structure block, strings block
 * @at: where the next word of the structure block goes
 */
struct blob {
	u8 bytes[BLOB_MAX];
	u32 at;
};

/* Each string is found by its offset, STRING_... below. */
static const char blob_strings[] =
	"reg\0compatible\0phandle\0name\0a/b\0target\0#address-cells\0#interrupt-cells";
#define STRING_REG		0
#define STRING_COMPATIBLE	4
#define STRING_PHANDLE		15
#define STRING_NAME		23
#define STRING_SLASH		28
#define STRING_TARGET		32
#define STRING_ADDRESS_CELLS	39
#define STRING_INTERRUPT_CELLS	54

static void blob_word(struct blob *b, u32 word)
{
	put_unaligned_be32(word, b->bytes + b->at);
	b->at += sizeof(word);
}

static void blob_text(struct blob *b, const char *text)
{
	memcpy(b->bytes + b->at, text, strlen(text));
	b->at += ALIGN(strlen(text) + 1, sizeof(u32));
}

static void blob_node(struct blob *b, const char *name)
{
	blob_word(b, FDT_BEGIN_NODE);
	blob_text(b, name);
}

static void blob_prop(struct blob *b, u32 name, u32 value)
{
	blob_word(b, FDT_PROP);
	blob_word(b, sizeof(value));
	blob_word(b, name);
	blob_word(b, value);
}

static void blob_header(struct blob *b, size_t field, u32 value)
{
	put_unaligned_be32(value, b->bytes + field);
}

#define blob_set(b, field, value) blob_header((b), offsetof(struct fdt_header, field), (value))

static void blob_begin(struct blob *b)
{
	memset(b, 0, sizeof(*b));
	b->at = sizeof(struct fdt_header);
}

/* Add the strings and the header; returns the size. */
static u32 blob_end(struct blob *b)
{
	u32 size = b->at + sizeof(blob_strings);

	memcpy(b->bytes + b->at, blob_strings, sizeof(blob_strings));
	blob_set(b, magic, FDT_MAGIC);
	blob_set(b, totalsize, size);
	blob_set(b, off_dt_struct, sizeof(struct fdt_header));
	blob_set(b, off_dt_strings, b->at);
	blob_set(b, version, 17);
	blob_set(b, last_comp_version, 16);
	blob_set(b, size_dt_strings, sizeof(blob_strings));
	blob_set(b, size_dt_struct, b->at - sizeof(struct fdt_header));
	return size;
}

/* An overlay of one fragment, whose __overlay__ is open. */
static void blob_overlay(struct blob *b)
{
	blob_begin(b);
	blob_node(b, "");
	blob_node(b, "fragment@0");
	blob_node(b, "__overlay__");
}

/* The same with one node in it that has one property, before the end token. */
static void blob_body(struct blob *b)
{
	blob_overlay(b);
	blob_node(b, "fir@0");
	blob_prop(b, STRING_REG, 0x1000);
	blob_word(b, FDT_END_NODE);
	blob_word(b, FDT_END_NODE);
	blob_word(b, FDT_END_NODE);
	blob_word(b, FDT_END_NODE);
}

static void expect_error(struct kunit *test, const struct blob *b, size_t size, int error,
			 const char *text)
{
	char why[HWC_WHY] = "";

	KUNIT_EXPECT_EQ(test, hwc_fdt_check(b->bytes, size, why, sizeof(why)), error);
	KUNIT_EXPECT_STREQ(test, why, text);
}

static void expect_refused(struct kunit *test, const struct blob *b, size_t size, const char *text)
{
	expect_error(test, b, size, -EBADMSG, text);
}

static void expect_good(struct kunit *test, const struct blob *b, size_t size)
{
	char why[HWC_WHY] = "";

	KUNIT_EXPECT_EQ_MSG(test, hwc_fdt_check(b->bytes, size, why, sizeof(why)), 0, "%s", why);
}

static void good_tree_is_taken(struct kunit *test)
{
	struct blob b;

	blob_body(&b);
	blob_word(&b, FDT_NOP);
	blob_word(&b, FDT_END);
	expect_good(test, &b, blob_end(&b));
}

static void headers_that_lie_are_refused(struct kunit *test)
{
	struct blob b;
	u32 size;

	blob_body(&b);
	blob_word(&b, FDT_END);
	size = blob_end(&b);
	expect_refused(test, &b, 16, "overlay has 16 bytes, a device tree's header 40");
	blob_set(&b, magic, 0x27051956);
	expect_refused(test, &b, size,
		       "overlay begins with 0x27051956, a device tree with 0xd00dfeed");
	blob_set(&b, magic, FDT_MAGIC);
	blob_set(&b, totalsize, size + 1);
	expect_refused(test, &b, size, "overlay has 199 bytes, its header says 200");
	blob_set(&b, totalsize, size);
	blob_set(&b, version, 3);
	expect_refused(test, &b, size, "overlay is of version 3, 17 is understood");
	blob_set(&b, version, 17);
	blob_set(&b, off_dt_struct, 0xfffffffc);
	expect_refused(test, &b, size,
		       "overlay's structure block at 4294967292 does not fit in it");
	blob_set(&b, off_dt_struct, sizeof(struct fdt_header));
	blob_set(&b, size_dt_strings, 0xffffffff);
	expect_refused(test, &b, size, "overlay's strings block at 128 does not fit in it");
}

static void every_cut_is_refused(struct kunit *test)
{
	char why[HWC_WHY];
	struct blob b;
	u32 size, cut;

	blob_body(&b);
	blob_word(&b, FDT_END);
	size = blob_end(&b);
	/* The whole blob says that it is shorter, in every way that fits. */
	for (cut = sizeof(struct fdt_header); cut < size; cut++) {
		blob_set(&b, totalsize, cut);
		blob_set(&b, size_dt_struct, min(b.at, cut) - sizeof(struct fdt_header) -
			 (cut <= b.at));
		KUNIT_EXPECT_EQ_MSG(test, hwc_fdt_check(b.bytes, cut, why, sizeof(why)), -EBADMSG,
				    "cut at %u", cut);
	}
}

static void broken_structures_are_refused(struct kunit *test)
{
	struct blob b;

	blob_body(&b);
	expect_refused(test, &b, blob_end(&b), "overlay has no end token");

	blob_body(&b);
	blob_word(&b, FDT_END_NODE);
	blob_word(&b, FDT_END);
	expect_refused(test, &b, blob_end(&b), "overlay ends a node too many at byte 128");

	blob_begin(&b);
	blob_node(&b, "");
	blob_word(&b, FDT_END);
	expect_refused(test, &b, blob_end(&b), "overlay ends with 1 nodes open");

	blob_body(&b);
	blob_node(&b, "");
	expect_refused(test, &b, blob_end(&b), "overlay has more than one root");

	blob_body(&b);
	blob_word(&b, 7);
	expect_refused(test, &b, blob_end(&b), "overlay has the token 0x00000007 at byte 124");

	blob_body(&b);
	blob_prop(&b, STRING_REG, 0);
	expect_refused(test, &b, blob_end(&b),
		       "overlay has a property outside of nodes at byte 124");

	blob_overlay(&b);
	blob_node(&b, "fir@0");
	blob_word(&b, FDT_END_NODE);
	blob_prop(&b, STRING_REG, 0);
	expect_refused(test, &b, blob_end(&b), "overlay has a property behind nodes at byte 96");
}

/* A node @name where @open says, with one property. */
static void expect_part_error(struct kunit *test, const char *const *open, u32 name, u32 value,
			      int error, const char *text)
{
	struct blob b;

	blob_begin(&b);
	blob_node(&b, "");
	for (; *open; open++)
		blob_node(&b, *open);
	blob_prop(&b, name, value);
	expect_error(test, &b, blob_end(&b), error, text);
}

#define PARTS(...) ((const char *const []) { __VA_ARGS__, NULL })

static void only_the_parts_of_an_overlay_are_taken(struct kunit *test)
{
	expect_part_error(test, PARTS("fir@0"), 0, 0, -EBADMSG,
			  "overlay's node fir@0 is no part of an overlay");
	expect_part_error(test, PARTS("__symbols__"), 0, 0, -EPERM,
			  "overlay has __symbols__, build it without dtc -@");
	expect_part_error(test, PARTS("__symbols__@0"), 0, 0, -EBADMSG,
			  "overlay's node __symbols__@0 is no part of an overlay");
	/* of_get_child_by_name() takes it for __overlay__ */
	expect_part_error(test, PARTS("fragment@0", "__overlay__@0"), 0, 0, -EPERM,
			  "overlay may not have the node __overlay__@0 at byte 64");
	expect_part_error(test, PARTS("fragment@0", "__overlay__", "pcie@0"), 0, 0, -EPERM,
			  "overlay may not have the node pcie@0 at byte 80");
	expect_part_error(test, PARTS("fragment@0", "__overlay__", "isa"), 0, 0, -EPERM,
			  "overlay may not have the node isa at byte 80");
	expect_part_error(test, PARTS("fragment@0", "__overlay__", "../x"), 0, 0, -EPERM,
			  "overlay may not have the node ../x at byte 80");
	/* would fix up the fixups after they were checked */
	expect_part_error(test, PARTS("__local_fixups__", "__fixups__"), 0, 0, -EPERM,
			  "overlay may not have the node __fixups__ at byte 72");
}

static void names_that_clash_are_refused(struct kunit *test)
{
	struct blob b;

	blob_overlay(&b);
	blob_node(&b, "fir@0");
	blob_word(&b, FDT_END_NODE);
	blob_node(&b, "FIR@0");
	expect_refused(test, &b, blob_end(&b), "overlay has two nodes FIR@0 beside each other");

	blob_overlay(&b);
	blob_word(&b, FDT_END_NODE);
	blob_word(&b, FDT_END_NODE);
	blob_node(&b, "fragment@0");
	expect_refused(test, &b, blob_end(&b),
		       "overlay has two nodes fragment@0 beside each other");

	blob_overlay(&b);
	blob_prop(&b, STRING_REG, 0);
	blob_prop(&b, STRING_REG, 0);
	expect_refused(test, &b, blob_end(&b), "overlay has reg twice in one node at byte 96");

	blob_overlay(&b);
	blob_prop(&b, STRING_SLASH, 0);
	expect_refused(test, &b, blob_end(&b), "overlay's property at byte 80 has no valid name");

	blob_overlay(&b);
	blob_prop(&b, sizeof(blob_strings), 0);
	expect_refused(test, &b, blob_end(&b), "overlay's property at byte 80 has no name");
}

static void values_the_kernel_trusts_are_checked(struct kunit *test)
{
	const char *const *device = PARTS("fragment@0", "__overlay__", "fir@0");

	expect_part_error(test, device, STRING_COMPATIBLE, 0x61626364, -EBADMSG,
			  "overlay's property compatible at byte 92 has no valid value");
	expect_part_error(test, device, STRING_NAME, 0x61620000, -EPERM,
			  "overlay may not have the property name");
	expect_part_error(test, device, STRING_PHANDLE, 0, -EBADMSG,
			  "overlay's property phandle at byte 92 has no valid value");
	expect_part_error(test, device, STRING_PHANDLE, 0xfffffff0, -EBADMSG,
			  "overlay's property phandle at byte 92 has no valid value");
	/* off + 4 > length would wrap around in adjust_local_phandle_references() */
	expect_part_error(test, PARTS("__local_fixups__", "fragment@0"), STRING_TARGET, 0xfffffffc,
			  -EBADMSG, "overlay's property target at byte 88 has no valid value");
	/* a string that was checked would lose its end */
	expect_part_error(test, PARTS("__local_fixups__", "fragment@0"), STRING_COMPATIBLE, 0,
			  -EBADMSG, "overlay's property compatible at byte 88 has no valid value");
	/* strlen() in update_usages_of_a_phandle_reference() */
	expect_part_error(test, PARTS("__fixups__"), STRING_REG, 0x2f613a62, -EBADMSG,
			  "overlay's fixup of reg has no end");
	expect_part_error(test, PARTS("__fixups__"), STRING_REG, 0x2f613a00, -EPERM,
			  "overlay reaches out at /a:");
}

/* Of both, the kernel's parser of interrupts keeps a few on its stack. */
static void numbers_of_cells_are_bounded(struct kunit *test)
{
	const char *const *device = PARTS("fragment@0", "__overlay__", "fir@0");
	struct blob b;

	expect_part_error(test, device, STRING_ADDRESS_CELLS, 4, -EBADMSG,
			  "overlay's property #address-cells at byte 92 has no valid value");
	expect_part_error(test, device, STRING_INTERRUPT_CELLS, 9, -EBADMSG,
			  "overlay's property #interrupt-cells at byte 92 has no valid value");
	blob_overlay(&b);
	blob_word(&b, FDT_PROP);
	blob_word(&b, 0);
	blob_word(&b, STRING_ADDRESS_CELLS);
	expect_refused(test, &b, blob_end(&b),
		       "overlay's property #address-cells at byte 80 has no valid value");
	/* as many as there may be; what is missing comes behind them */
	blob_overlay(&b);
	blob_prop(&b, STRING_ADDRESS_CELLS, 3);
	blob_prop(&b, STRING_INTERRUPT_CELLS, 8);
	expect_refused(test, &b, blob_end(&b), "overlay has no end token");
}

static void sizes_are_bounded(struct kunit *test)
{
	struct blob b;
	int i;

	blob_overlay(&b);
	for (i = 3; i <= HWC_FDT_DEPTH; i++)
		blob_node(&b, "n");
	expect_refused(test, &b, blob_end(&b), "overlay has more than 16 nodes inside each other");
}

static struct kunit_case hwc_fdt_cases[] = {
	KUNIT_CASE(good_tree_is_taken),
	KUNIT_CASE(headers_that_lie_are_refused),
	KUNIT_CASE(every_cut_is_refused),
	KUNIT_CASE(broken_structures_are_refused),
	KUNIT_CASE(only_the_parts_of_an_overlay_are_taken),
	KUNIT_CASE(names_that_clash_are_refused),
	KUNIT_CASE(values_the_kernel_trusts_are_checked),
	KUNIT_CASE(numbers_of_cells_are_bounded),
	KUNIT_CASE(sizes_are_bounded),
	{}
};

static struct kunit_suite hwc_fdt_suite = {
	.name = "hwcontainer-fdt",
	.test_cases = hwc_fdt_cases,
};

kunit_test_suite(hwc_fdt_suite);
MODULE_DESCRIPTION("KUnit tests of hwcontainer");
MODULE_LICENSE("GPL");
