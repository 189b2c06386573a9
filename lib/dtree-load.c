// SPDX-License-Identifier: LGPL-2.1-or-later
/* The tree that the kernel shows in files, as one whose nodes can be moved. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ctx.h"
#include "dtree.h"
#include "tree.h"

/* Deeper than any device tree. */
#define DEPTH_MAX 32

struct loader {
	struct hwc_ctx *ctx;
	const struct hwc_tree *tree;
	struct hwc_dt *dt;
};

static int load_node(const struct loader *l, const char *path, struct hwc_dt_node *node, int depth);

/*
 * What was not read, for @err, may have been what makes a device one that no guest can
 * have. Only what is gone meanwhile went with a claim that is not ours; what is no name of
 * a node, or larger than any property that matters, is left out, and so is what only
 * root may read, who alone gives something to a guest.
 */
static int missed(const struct loader *l, const char *path, const char *name, int err)
{
	static const int harmless[] = { ENOENT, ENODEV, ENOTDIR, EINVAL, EFBIG, EACCES };

	for (size_t i = 0; i < HWC_ARRAY_SIZE(harmless); i++)
		if (err == harmless[i])
			return 0;
	if (err == ENOMEM)
		return hwc_err_nomem(l->ctx);
	return hwc_err(l->ctx, -err, "%s/%s of the device tree: %s", path[1] ? path : "", name,
		       strerror(err));
}

/* The kernel makes the property name itself. */
static int load_prop(const struct loader *l, const char *path, struct hwc_dt_node *node,
		     const char *name)
{
	size_t size;
	void *value;
	int err;

	if (!strcmp(name, "name"))
		return 0;
	value = hwc_tree_prop(l->tree, path, name, &size);
	if (!value)
		return missed(l, path, name, errno);
	err = hwc_dt_take_prop(l->ctx, l->dt, node, name, value, size);
	free(value);
	return err;
}

static int load_child(const struct loader *l, const char *path, struct hwc_dt_node *parent,
		      const char *name, int depth)
{
	struct hwc_dt_node *node;
	char *below;
	int err;

	if (depth > DEPTH_MAX)
		return 0;
	node = hwc_dt_new(l->dt, name);
	if (!node)
		return hwc_err_nomem(l->ctx);
	hwc_dt_append(parent, node);
	if (asprintf(&below, "%s/%s", path[1] ? path : "", name) < 0)
		return hwc_err_nomem(l->ctx);
	err = load_node(l, below, node, depth);
	free(below);
	return err;
}

static int load_node(const struct loader *l, const char *path, struct hwc_dt_node *node, int depth)
{
	struct dirent **list;
	int count = hwc_tree_list(l->tree, path, &list);
	int err = count < 0 ? missed(l, path, "", errno) : 0;

	for (int i = 0; i < count; i++) {
		const char *name = list[i]->d_name;

		if (!err && list[i]->d_type == DT_REG)
			err = load_prop(l, path, node, name);
		else if (!err && list[i]->d_type == DT_DIR)
			err = load_child(l, path, node, name, depth + 1);
		free(list[i]);
	}
	if (count >= 0)
		free(list);
	return err;
}

int hwc_dt_load(struct hwc_ctx *ctx, const struct hwc_tree *tree, struct hwc_dt *dt)
{
	const struct loader l = { .ctx = ctx, .tree = tree, .dt = dt };

	dt->what = "the machine's device tree";
	dt->root = hwc_dt_new(dt, "");
	return dt->root ? load_node(&l, "/", dt->root, 0) : hwc_err_nomem(ctx);
}
