/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* tree.c: a device tree as the kernel shows it in files */
#ifndef HWC_TREE_H
#define HWC_TREE_H

#include <hwcontainer.h>

struct dirent;

/* Where the kernel shows its live device tree. */
#define HWC_LIVE_TREE "/sys/firmware/devicetree/base"

struct hwc_tree;

/* @path: its folder. Return: NULL where there is none, or no memory. */
struct hwc_tree *hwc_tree_open(const char *path);
/* The same, and without @path that of this system. */
struct hwc_tree *hwc_tree_open_live(const struct hwc_ctx *ctx, const char *path);
void hwc_tree_close(struct hwc_tree *tree);
bool hwc_tree_has(const struct hwc_tree *tree, const char *node);

/**
 * hwc_tree_prop() - read a property
 * @node: path in the tree
 * @size: receives its length
 *
 * Return: its bytes and a NUL, to be freed; NULL where there is no such property, or with
 * the errno why it is not read.
 */
void *hwc_tree_prop(const struct hwc_tree *tree, const char *node, const char *name, size_t *size);
/* A property of one cell; false where it is none. */
bool hwc_tree_cell(const struct hwc_tree *tree, const char *node, const char *name, uint32_t *cell);
/* As of_bus_n_addr_cells(): what the nearest node upwards says that says so. */
uint32_t hwc_tree_bus_cells(const struct hwc_tree *tree, const char *node, const char *name);
/**
 * hwc_tree_list() - what is in a node
 * @list: receives the entries by name, both to be freed; folders are nodes, files properties
 *
 * Return: how many, or -1 where there is no such node.
 */
int hwc_tree_list(const struct hwc_tree *tree, const char *node, struct dirent ***list);
/* Whether one of the strings of compatible is @name. */
bool hwc_tree_compatible(const struct hwc_tree *tree, const char *node, const char *name);
/* Path of a label, to be freed; NULL where it is not known. */
char *hwc_tree_label(const struct hwc_tree *tree, const char *label);
/* Path of the node with a phandle, to be freed; NULL where there is none. */
char *hwc_tree_phandle(const struct hwc_tree *tree, uint32_t phandle);

/* Whether every name in a path is one that a device tree may have. */
bool hwc_tree_path_ok(const char *path);
bool hwc_tree_name_ok(const char *name);

/* Whether the first path is that of something inside of the second. */
bool hwc_path_below(const char *path, const char *top);
/* Makes of a path from the root the one above; "/" above "/a" and "/". */
void hwc_path_up(char *path);

#endif
