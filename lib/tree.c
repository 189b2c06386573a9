// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * A device tree as the kernel shows it in files: a folder for each node, a file
 * for each property.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "bus.h"
#include "ctx.h"
#include "sysroot.h"
#include "tree.h"

/* Longer than any path of a node. */
#define PATH_ROOM 4096

/* Longer than any property that is asked for here. */
#define PROP_MAX 65536

/* Deeper than any device tree. */
#define DEPTH_MAX 32

/* of_bus_n_addr_cells() and of_bus_n_size_cells() without any such property. */
#define CELLS_DEFAULT 1

struct hwc_tree {
	int fd;
};

static struct hwc_tree *tree_new(int fd)
{
	struct hwc_tree *tree;

	if (fd < 0)
		return NULL;
	tree = malloc(sizeof(*tree));
	if (!tree) {
		close(fd);
		return NULL;
	}
	tree->fd = fd;
	return tree;
}

struct hwc_tree *hwc_tree_open(const char *path)
{
	return tree_new(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

struct hwc_tree *hwc_tree_open_live(const struct hwc_ctx *ctx, const char *path)
{
	if (path)
		return hwc_tree_open(path);
	return tree_new(hwc_sysroot_open(ctx, HWC_LIVE_TREE, O_RDONLY | O_DIRECTORY));
}

void hwc_tree_close(struct hwc_tree *tree)
{
	if (!tree)
		return;
	close(tree->fd);
	free(tree);
}

/* Devicetree Specification 2.2.1: the characters of node names. */
bool hwc_tree_name_ok(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789,._+-@";

	return *name && *name != '.' && !name[strspn(name, letters)];
}

bool hwc_tree_path_ok(const char *path)
{
	char *copy, *name, *rest;
	bool ok = *path == '/';

	if (!ok || !path[1])
		return ok;
	copy = strdup(path + 1);
	if (!copy)
		return false;
	rest = copy;
	while (ok && (name = strsep(&rest, "/")))
		ok = hwc_tree_name_ok(name);
	free(copy);
	return ok;
}

bool hwc_path_below(const char *path, const char *top)
{
	size_t length = strlen(top);

	if (length == 1 && *top == '/')
		return path[0] == '/' && path[1];
	return !strncmp(path, top, length) && path[length] == '/';
}

void hwc_path_up(char *path)
{
	char *slash = strrchr(path, '/');

	slash[slash == path] = '\0';
}

/* A folder or file of the tree; -1 where the path is not one of a device tree. */
static int tree_open_at(const struct hwc_tree *tree, const char *node, const char *prop, int flags)
{
	const struct open_how how = {
		.flags = flags | O_RDONLY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	char path[PATH_ROOM];
	int length;

	errno = EINVAL; /* of a path that is none; it may also be memory that is missing */
	if (!hwc_tree_path_ok(node))
		return -1;
	length = snprintf(path, sizeof(path), ".%s/%s", node, prop);
	if (length < 0 || (size_t)length >= sizeof(path))
		return -1;
	return syscall(SYS_openat2, tree->fd, path, &how, sizeof(how));
}

bool hwc_tree_has(const struct hwc_tree *tree, const char *node)
{
	int fd = tree_open_at(tree, node, "", O_DIRECTORY);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static void *read_prop(int fd, size_t *size)
{
	struct stat st;
	char *data;
	ssize_t got;

	if (fstat(fd, &st))
		return NULL;
	errno = EFBIG;
	if (!S_ISREG(st.st_mode) || st.st_size > PROP_MAX)
		return NULL;
	data = malloc(st.st_size + 1);
	if (!data)
		return NULL;
	got = read(fd, data, st.st_size);
	if (got != st.st_size) {
		free(data);
		return NULL;
	}
	data[got] = '\0';
	*size = got;
	return data;
}

void *hwc_tree_prop(const struct hwc_tree *tree, const char *node, const char *name, size_t *size)
{
	int fd = tree_open_at(tree, node, name, O_NONBLOCK);
	void *data;

	if (fd < 0)
		return NULL;
	data = read_prop(fd, size);
	close(fd);
	return data;
}

bool hwc_tree_cell(const struct hwc_tree *tree, const char *node, const char *name, uint32_t *cell)
{
	size_t size;
	void *prop = hwc_tree_prop(tree, node, name, &size);
	bool found = prop && size == sizeof(*cell);

	if (found)
		*cell = hwc_cell(prop, 0);
	free(prop);
	return found;
}

uint32_t hwc_tree_bus_cells(const struct hwc_tree *tree, const char *node, const char *name)
{
	uint32_t cells = CELLS_DEFAULT;
	char path[PATH_ROOM];

	if (strlen(node) >= sizeof(path))
		return cells;
	strcpy(path, node);
	while (!hwc_tree_cell(tree, path, name, &cells) && path[1])
		hwc_path_up(path);
	return cells;
}

bool hwc_tree_compatible(const struct hwc_tree *tree, const char *node, const char *name)
{
	size_t size;
	char *compatible = hwc_tree_prop(tree, node, "compatible", &size);
	const char *at = compatible, *end = compatible ? compatible + size : NULL;
	bool found = false;

	for (; at < end && !found; at += strlen(at) + 1)
		found = !strcmp(at, name);
	free(compatible);
	return found;
}

char *hwc_tree_label(const struct hwc_tree *tree, const char *label)
{
	size_t size;

	if (!hwc_tree_name_ok(label))
		return NULL;
	return hwc_tree_prop(tree, "/__symbols__", label, &size);
}

static int by_name(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static int is_visible(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

int hwc_tree_list(const struct hwc_tree *tree, const char *node, struct dirent ***list)
{
	int fd = tree_open_at(tree, node, "", O_DIRECTORY);
	int count;

	if (fd < 0)
		return -1;
	count = scandirat(fd, ".", list, is_visible, by_name);
	close(fd);
	return count;
}

static bool has_phandle(const struct hwc_tree *tree, const char *node, uint32_t phandle)
{
	uint32_t cell;

	return hwc_tree_cell(tree, *node ? node : "/", "phandle", &cell) && cell == phandle;
}

static char *find_phandle(const struct hwc_tree *tree, const char *node, uint32_t phandle,
			  int depth);

/* @dir is closed. */
static char *find_below(const struct hwc_tree *tree, DIR *dir, const char *node, uint32_t phandle,
			int depth)
{
	struct dirent *entry;
	char *found = NULL;
	char *child;

	while (!found && (entry = readdir(dir))) {
		if (entry->d_type != DT_DIR || *entry->d_name == '.')
			continue;
		if (asprintf(&child, "%s/%s", node, entry->d_name) < 0)
			break;
		found = find_phandle(tree, child, phandle, depth + 1);
		free(child);
	}
	closedir(dir);
	return found;
}

/* @node: "" for the root */
static char *find_phandle(const struct hwc_tree *tree, const char *node, uint32_t phandle,
			  int depth)
{
	DIR *dir;
	int fd;

	if (has_phandle(tree, node, phandle))
		return strdup(*node ? node : "/");
	if (depth == DEPTH_MAX)
		return NULL;
	fd = tree_open_at(tree, *node ? node : "/", "", O_DIRECTORY);
	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return NULL;
	}
	return find_below(tree, dir, node, phandle, depth);
}

char *hwc_tree_phandle(const struct hwc_tree *tree, uint32_t phandle)
{
	return find_phandle(tree, "", phandle, 0);
}
