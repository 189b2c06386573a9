// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Clocks of an assigned node. The host keeps them; the guest is told how fast they
 * run, which the module knows, by a fixed clock for each. That is in the first node that
 * has it: right below /passthrough, a bus, would have to be only what has registers.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "assign.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"

/**
 * struct clock_use - a clock that a node has
 * @node: the node
 * @index: which of the node's
 * @provider: where it comes from
 * @args: its words there, @n_args bytes
 * @n_args: bytes of @args
 */
struct clock_use {
	const struct hwc_dt_node *node;
	uint32_t index;
	const struct hwc_dt_node *provider;
	const uint8_t *args;
	size_t n_args;
};

static bool is_same(const struct clock_use *use, const struct hwc_dt_node *provider,
		    const uint8_t *args, size_t n_args)
{
	return provider == use->provider && n_args == use->n_args &&
	       !memcmp(args, use->args, n_args);
}

/* What the module says, in Hz; 0 where it does not know. */
static uint64_t live_rate(const struct hwc_assigner *a, const struct clock_use *use)
{
	const struct hwc_assign_rate *rates = a->rates.data;

	for (size_t i = 0; i < a->rates.count; i++)
		if (rates[i].node == use->node && rates[i].index == use->index)
			return rates[i].rate;
	return 0;
}

static int refuse_rate(struct hwc_assigner *a, const struct clock_use *use, uint64_t rate)
{
	char *path = hwc_assign_path(use->provider);
	int err;

	if (!path)
		return hwc_err_nomem(a->ctx);
	if (rate)
		err = hwc_assign_refuse(a, -EPERM, use->node,
					"its clock %" PRIu32 " of %s runs at %" PRIu64
					" Hz, which is more than a device tree can say",
					use->index, path, rate);
	else
		err = hwc_assign_refuse(a, -EPERM, use->node,
					"the host does not know how fast its clock %" PRIu32
					" of %s runs; a fixed-clock of its overlay can say it",
					use->index, path);
	free(path);
	return err;
}

static int set_cell(struct hwc_dt_node *node, const char *name, uint32_t value)
{
	uint8_t cell[sizeof(value)];

	hwc_cells_put(cell, value, 1);
	return hwc_dt_set(node, name, cell, sizeof(cell));
}

/* Linux calls a fixed clock as its node is called, so that no two may have one name. */
static struct hwc_dt_node *make_node(struct hwc_assigner *a, struct hwc_dt_node *parent,
				     uint32_t rate)
{
	static const char compatible[] = "fixed-clock";
	struct hwc_dt_node *node;
	char name[32];

	snprintf(name, sizeof(name), "host-clock-%zu", a->clocks.count);
	node = hwc_dt_new(&a->live, name);
	if (!node || hwc_dt_set(node, "compatible", compatible, sizeof(compatible)) ||
	    set_cell(node, "#clock-cells", 0) || set_cell(node, "clock-frequency", rate))
		return NULL;
	node->mark = true;
	hwc_dt_append(parent, node);
	return node;
}

static struct hwc_dt_node *find_node(const struct hwc_assigner *a, const struct clock_use *use)
{
	const struct hwc_assign_clock *clocks = a->clocks.data;

	for (size_t i = 0; i < a->clocks.count; i++)
		if (is_same(use, clocks[i].provider, clocks[i].args, clocks[i].n_args))
			return clocks[i].node;
	return NULL;
}

/* The guest's node for a clock, a new one where it is the first to have it. */
static int clock_node(struct hwc_assigner *a, const struct clock_use *use,
		      struct hwc_dt_node *parent, struct hwc_dt_node **node)
{
	struct hwc_assign_clock *slot;
	uint64_t rate;

	*node = find_node(a, use);
	if (*node)
		return 0;
	rate = live_rate(a, use);
	if (!rate || rate > UINT32_MAX)
		return refuse_rate(a, use, rate);
	slot = hwc_array_grow(&a->clocks, sizeof(*slot));
	if (!slot)
		return hwc_err_nomem(a->ctx);
	slot->args = malloc(use->n_args + 1);
	*node = slot->args ? make_node(a, parent, rate) : NULL;
	if (!*node) {
		free(slot->args);
		return hwc_err_nomem(a->ctx);
	}
	memcpy(slot->args, use->args, use->n_args);
	slot->provider = use->provider;
	slot->n_args = use->n_args;
	slot->node = *node;
	a->clocks.count++;
	return 0;
}

/* Appends an entry to the new list of clocks. */
static int add_clock(struct hwc_assigner *a, struct hwc_dt_node *node, struct hwc_dt_prop *list,
		     const struct hwc_dt_prop *from, const struct hwc_assign_ref *ref)
{
	const struct clock_use use = {
		.node = node,
		.index = ref->index,
		.provider = ref->to,
		.args = from->value + ref->offset + sizeof(uint32_t),
		.n_args = ref->args,
	};
	struct hwc_dt_node *to = NULL;
	size_t at = list->size, args = 0;
	int err = 0;

	if (ref->to && hwc_assign_has(ref->to)) {
		to = ref->to;
		args = ref->args;
	} else if (ref->to) {
		err = clock_node(a, &use, node, &to);
	}
	if (err)
		return err;
	memset(list->value + at, 0, sizeof(uint32_t));
	memcpy(list->value + at + sizeof(uint32_t), use.args, args);
	list->size += sizeof(uint32_t) + args;
	return to && hwc_dt_add_ref(list, at, NULL, to) ? hwc_err_nomem(a->ctx) : 0;
}

static int write_list(struct hwc_assigner *a, struct hwc_dt_node *node,
		      const struct hwc_dt_prop *list)
{
	if (hwc_dt_set(node, "clocks", list->value, list->size) ||
	    hwc_dt_copy_refs(hwc_dt_prop(node, "clocks"), list))
		return hwc_err_nomem(a->ctx);
	return 0;
}

int hwc_assign_clocks(struct hwc_assigner *a, struct hwc_dt_node *node)
{
	const struct hwc_dt_prop *clocks = hwc_dt_prop(node, "clocks");
	struct hwc_assign_ref ref = { 0 };
	struct hwc_dt_prop list = { 0 };
	int ret = 0, err = 0;

	if (!clocks)
		return 0;
	/* no entry becomes longer */
	list.value = malloc(clocks->size + 1);
	if (!list.value)
		return hwc_err_nomem(a->ctx);
	while (!err && (ret = hwc_assign_next_ref(a, node, clocks, "#clock-cells", &ref)) > 0)
		err = add_clock(a, node, &list, clocks, &ref);
	if (!err)
		err = ret;
	if (!err)
		err = write_list(a, node, &list);
	free(list.refs.data);
	free(list.value);
	return err;
}
