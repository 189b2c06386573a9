// SPDX-License-Identifier: GPL-2.0-or-later
/* A live device tree of files. */
#include <fcntl.h>
#include <ftw.h>
#include <libfdt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "scene.h"

static void write_file(const char *scene, const char *node, const char *name, const void *data,
		       size_t size)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s%s/%s", scene, node, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

void scene_cells(const char *scene, const char *node, const char *name, size_t n, ...)
{
	uint8_t data[64];
	va_list args;

	va_start(args, n);
	for (size_t i = 0; i < n; i++) {
		uint32_t cell = va_arg(args, uint32_t);

		data[4 * i] = cell >> 24;
		data[4 * i + 1] = cell >> 16;
		data[4 * i + 2] = cell >> 8;
		data[4 * i + 3] = cell;
	}
	va_end(args);
	write_file(scene, node, name, data, 4 * n);
}

static void add_node(const char *scene, const char *node)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", scene, node);
	assert_int_equal(mkdir(path, 0700), 0);
}

static void add_bus(const char *scene, const char *node)
{
	add_node(scene, node);
	scene_cells(scene, node, "#address-cells", 1, 1);
	scene_cells(scene, node, "#size-cells", 1, 1);
}

/* A root with 2 and 2 cells, and no label yet. */
static char *new_tree(void)
{
	char *scene = strdup("/tmp/hwc-tree-XXXXXX");

	assert_non_null(scene);
	assert_non_null(mkdtemp(scene));
	scene_cells(scene, "", "#address-cells", 1, 2);
	scene_cells(scene, "", "#size-cells", 1, 2);
	add_node(scene, "/__symbols__");
	return scene;
}

char *scene_new(void)
{
	char *scene = new_tree();

	write_file(scene, "/__symbols__", "PR0", "/fpga/PR0", sizeof("/fpga/PR0"));
	add_bus(scene, "/fpga");
	scene_cells(scene, "/fpga", "ranges", 4, 0, 0, 0xa0000000, 0x100000);
	add_bus(scene, "/fpga/PR0");
	scene_cells(scene, "/fpga/PR0", "ranges", 3, 0, 0x10000, 0x10000);
	scene_cells(scene, "/fpga/PR0", "phandle", 1, 0x42);
	add_bus(scene, "/fpga/PR0/bus");
	scene_cells(scene, "/fpga/PR0/bus", "ranges", 0);
	add_bus(scene, "/fpga/PR1");
	scene_cells(scene, "/fpga/PR1", "ranges", 3, 0, 0x20000, 0x10000);
	add_bus(scene, "/open");
	scene_cells(scene, "/open", "ranges", 0);
	add_bus(scene, "/closed");
	return scene;
}

static void add_label(const char *scene, const char *label, const char *path)
{
	write_file(scene, "/__symbols__", label, path, strlen(path) + 1);
}

void scene_prop(const char *scene, const char *node, const char *name, const void *data,
		size_t size)
{
	write_file(scene, node, name, data, size);
}

void scene_node(const char *scene, const char *node)
{
	add_node(scene, node);
}

void scene_slot(const char *scene, const char *node, uint32_t start)
{
	add_node(scene, node);
	write_file(scene, node, "compatible", "fpga-region", sizeof("fpga-region"));
	scene_cells(scene, node, "#address-cells", 1, 2);
	scene_cells(scene, node, "#size-cells", 1, 2);
	scene_cells(scene, node, "ranges", 6, 0, start, 0, start, 0, 0x10000);
}

char *scene_board(void)
{
	static const char *const labels[][2] = {
		{ "fpga_full", "/fpga-region" }, { "amba", "/axi" },	  { "i2c0", "/axi/i2c" },
		{ "gic", "/axi/gic" },		 { "gpio", "/axi/gpio" }, { "zynqmp_clk", "/clk" },
		{ "zynqmp_reset", "/reset" },
	};
	char *scene = new_tree();

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		add_label(scene, labels[i][0], labels[i][1]);
	scene_slot(scene, "/fpga-region", 0x80000000);
	scene_cells(scene, "/fpga-region", "ranges", 6, 0, 0x80000000, 0, 0x80000000, 0,
		    0x40000000);
	add_node(scene, "/axi");
	write_file(scene, "/axi", "compatible", "simple-bus", sizeof("simple-bus"));
	scene_cells(scene, "/axi", "#address-cells", 1, 2);
	scene_cells(scene, "/axi", "#size-cells", 1, 2);
	scene_cells(scene, "/axi", "ranges", 0);
	add_node(scene, "/axi/i2c");
	return scene;
}

static void unpack_node(const char *scene, const void *fdt, int offset, const char *node)
{
	int at;

	fdt_for_each_property_offset(at, fdt, offset) {
		const char *name;
		int size;
		const void *value = fdt_getprop_by_offset(fdt, at, &name, &size);

		assert_non_null(value);
		write_file(scene, node, name, value, size);
	}
	fdt_for_each_subnode(at, fdt, offset) {
		char path[256];

		snprintf(path, sizeof(path), "%s/%s", node, fdt_get_name(fdt, at, NULL));
		add_node(scene, path);
		unpack_node(scene, fdt, at, path);
	}
}

char *scene_unpack(const void *fdt)
{
	char *scene = strdup("/tmp/hwc-tree-XXXXXX");

	assert_non_null(scene);
	assert_non_null(mkdtemp(scene));
	unpack_node(scene, fdt, 0, "");
	return scene;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void scene_free(char *scene)
{
	nftw(scene, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(scene);
}
