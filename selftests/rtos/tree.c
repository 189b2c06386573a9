// SPDX-License-Identifier: GPL-2.0-or-later
/* The device tree, by libfdt. Nodes are its offsets; negative: there is none. */
#include "rtos.h"

#include <libfdt.h>

#define CELL sizeof(fdt32_t)

/* What the interrupt controller's specifier has. */
#define CELLS_INTERRUPT 3
#define SHARED 0
#define FIRST_SHARED 32
#define FIRST_PRIVATE 16

static const void *tree;

/**
 * tree_start() - take the tree that the boot protocol hands over
 * @blob: where it is
 *
 * Return: whether it is one.
 */
bool tree_start(void *blob)
{
	tree = blob;
	return !fdt_check_header(tree);
}

static bool enabled(int node)
{
	const char *status = tree_text(node, "status");

	return !status || !strcmp(status, "okay") || !strcmp(status, "ok");
}

/* The first node of a kind that is not disabled. */
int tree_find(const char *compatible)
{
	int node = -1;

	do {
		node = fdt_node_offset_by_compatible(tree, node, compatible);
	} while (node >= 0 && !enabled(node));
	return node;
}

/* By a path, which ends at a colon as in "stdout-path". */
int tree_path(const char *path)
{
	const char *end = strchr(path, ':');

	return fdt_path_offset_namelen(tree, path, end ? end - path : (int)strlen(path));
}

/* The first node that has a property. */
int tree_with(const char *property)
{
	int node;

	for (node = 0; node >= 0; node = fdt_next_node(tree, node, NULL))
		if (tree_get(node, property, NULL))
			break;
	return node;
}

int tree_phandle(u32 phandle)
{
	return fdt_node_offset_by_phandle(tree, phandle);
}

bool tree_is(int node, const char *compatible)
{
	return !fdt_node_check_compatible(tree, node, compatible);
}

const void *tree_get(int node, const char *property, int *size)
{
	return fdt_getprop(tree, node, property, size);
}

/* A property's text; nothing where it does not end. */
const char *tree_text(int node, const char *property)
{
	int size;
	const char *text = tree_get(node, property, &size);

	return text && size > 0 && !text[size - 1] ? text : NULL;
}

u32 tree_number(int node, const char *property, u32 otherwise)
{
	int size;
	const fdt32_t *cell = tree_get(node, property, &size);

	return cell && size == CELL ? fdt32_ld(cell) : otherwise;
}

static u64 read_cells(const fdt32_t *cell, int cells)
{
	u64 value = 0;

	while (cells--)
		value = value << 32 | fdt32_ld(cell++);
	return value;
}

/* From the bus @node's addresses to those of its parent's bus. */
static bool translate(int node, u64 *address)
{
	int parent = fdt_parent_offset(tree, node), size;
	int child_cells = fdt_address_cells(tree, node), size_cells = fdt_size_cells(tree, node);
	int parent_cells = fdt_address_cells(tree, parent);
	const fdt32_t *at = tree_get(node, "ranges", &size);
	const fdt32_t *end;
	u64 begin, bytes;

	if (!at)
		return false;
	if (!size)
		return true;
	for (end = at + size / CELL; end - at >= child_cells + parent_cells + size_cells;
	     at += child_cells + parent_cells + size_cells) {
		begin = read_cells(at, child_cells);
		bytes = read_cells(at + child_cells + parent_cells, size_cells);
		if (*address - begin < bytes) {
			*address += read_cells(at + child_cells, parent_cells) - begin;
			return true;
		}
	}
	return false;
}

/**
 * tree_reg() - a range of addresses of a node, as the processor has them
 * @node: the node
 * @index: which of them
 * @range: where it is written to
 *
 * Return: whether there is that one.
 */
bool tree_reg(int node, u32 index, struct range *range)
{
	int bus = fdt_parent_offset(tree, node), size;
	int cells = fdt_address_cells(tree, bus), size_cells = fdt_size_cells(tree, bus);
	const fdt32_t *reg = tree_get(node, "reg", &size);

	if (!reg || cells < 1 || size_cells < 1)
		return false;
	if ((u64)size < (index + 1) * (cells + size_cells) * CELL)
		return false;
	reg += index * (cells + size_cells);
	range->start = read_cells(reg, cells);
	range->size = read_cells(reg + cells, size_cells);
	for (; bus > 0; bus = fdt_parent_offset(tree, bus))
		if (!translate(bus, &range->start))
			return false;
	return true;
}

/**
 * tree_interrupt() - an interrupt of a node, by the number that the controller has
 * @node: the node, whose interrupts go to the one controller that there is
 * @index: which of them
 * @interrupt: where it is written to
 *
 * Return: whether there is that one.
 */
bool tree_interrupt(int node, u32 index, u32 *interrupt)
{
	int size;
	const fdt32_t *cell = tree_get(node, "interrupts", &size);

	if (!cell || (u64)size < (index + 1) * CELLS_INTERRUPT * CELL)
		return false;
	cell += index * CELLS_INTERRUPT;
	*interrupt = fdt32_ld(cell + 1) + (fdt32_ld(cell) == SHARED ? FIRST_SHARED : FIRST_PRIVATE);
	return true;
}

static bool is_type(int node, const char *type)
{
	const char *text = tree_text(node, "device_type");

	return text && !strcmp(text, type);
}

/* Memory, counted over all nodes that describe some. */
bool tree_memory(u32 index, struct range *range)
{
	u32 i;
	int node;

	fdt_for_each_subnode(node, tree, 0) {
		if (!is_type(node, "memory"))
			continue;
		for (i = 0; tree_reg(node, i, range); i++)
			if (!index--)
				return true;
	}
	return false;
}

u32 tree_cpus(void)
{
	u32 cpus = 0;
	int node, parent = fdt_path_offset(tree, "/cpus");

	fdt_for_each_subnode(node, tree, parent)
		cpus += is_type(node, "cpu");
	return cpus;
}
