// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * QEMU's way to be told of a crash: a PCI function with one register
 * (docs/specs/pvpanic.txt there). Its window is where the tree has room for one.
 */
#include "rtos.h"

#include <libfdt.h>

#define FUNCTIONS 256 /* of the first bus */
#define FUNCTION_SHIFT 12
#define PVPANIC 0x00111b36 /* device, vendor */
#define PCI_COMMAND 0x04
#define PCI_COMMAND_MEMORY 2
#define PCI_BAR0 0x10

/* Of "ranges": kind, address there (64 bits), here, and size. */
#define RANGE_CELLS 7
#define RANGE_KIND(cell) ((cell) >> 24 & 3)
#define RANGE_MEMORY 2

#define PANICKED 1

static u64 find_function(u64 config)
{
	u32 i;

	for (i = 0; i < FUNCTIONS; i++, config += 1 << FUNCTION_SHIFT)
		if (read32(config) == PVPANIC)
			return config;
	return 0;
}

/* Where addresses there and here are the same and have 32 bits. */
static u32 find_room(int node)
{
	int size;
	const fdt32_t *at = tree_get(node, "ranges", &size);
	const fdt32_t *end;

	if (!at)
		return 0;
	for (end = at + size / sizeof(*at); end - at >= RANGE_CELLS; at += RANGE_CELLS)
		if (RANGE_KIND(fdt32_ld(at)) == RANGE_MEMORY &&
		    fdt32_ld(at + 2) == fdt32_ld(at + 4))
			return fdt32_ld(at + 2);
	return 0;
}

/**
 * pvpanic_tell() - say that the guest has crashed
 *
 * Return: whether there is somebody to tell.
 */
bool pvpanic_tell(void)
{
	int node = tree_find("pci-host-ecam-generic");
	struct range config;
	u64 function;
	u32 room;

	if (node < 0 || !tree_reg(node, 0, &config))
		return false;
	function = find_function(config.start);
	room = find_room(node);
	if (!function || !room)
		return false;
	write32(function + PCI_BAR0, room);
	write32(function + PCI_COMMAND, PCI_COMMAND_MEMORY);
	*(volatile u8 *)(u64)room = PANICKED;
	return true;
}
