// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Clocks of an assigned node. The host keeps them; the guest is told how fast they
 * run, by a fixed clock for each, which is in the first node that has it: right
 * below /passthrough, a bus, would have to be only what has registers.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "array.h"
#include "assign.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"
#include "sysroot.h"

#define DEBUGFS_CLK "/sys/kernel/debug/clk"

/**
 * struct clock_use - a clock that a node has
 * @node: the node
 * @provider: where it comes from
 * @args: its words there, @n_args bytes
 * @n_args: bytes of @args
 */
struct clock_use {
	const struct hwc_dt_node *node;
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

/* What the node wanted the clock to be set to: 1, 0 where it did not say, or the error. */
static int assigned_rate(struct hwc_assigner *a, const struct clock_use *use, uint32_t *rate)
{
	const struct hwc_dt_prop *clocks = hwc_dt_prop(use->node, "assigned-clocks");
	const struct hwc_dt_prop *rates = hwc_dt_prop(use->node, "assigned-clock-rates");
	struct hwc_assign_ref ref = { 0 };
	int ret;

	if (!clocks || !rates)
		return 0;
	for (size_t i = 0; (i + 1) * sizeof(*rate) <= rates->size; i++) {
		ret = hwc_assign_next_ref(a, use->node, clocks, "#clock-cells", &ref);
		if (ret <= 0)
			return ret;
		*rate = hwc_cell(rates->value, i);
		if (*rate && ref.to &&
		    is_same(use, ref.to, clocks->value + ref.offset + sizeof(*rate), ref.args))
			return 1;
	}
	return 0;
}

/* The n-th name of clock-output-names. */
static const char *output_name(const char *names, size_t size, uint32_t n)
{
	const char *end = names + size;

	for (; names < end; names += strlen(names) + 1)
		if (!n--)
			return names;
	return NULL;
}

/* Which of a provider's outputs is meant; clock-indices names those that are not in order. */
static uint32_t output_of(const struct clock_use *use)
{
	const struct hwc_dt_prop *indices = hwc_dt_prop(use->provider, "clock-indices");
	uint32_t arg = use->n_args ? hwc_cell(use->args, 0) : 0;

	for (size_t i = 0; indices && (i + 1) * sizeof(arg) <= indices->size; i++)
		if (hwc_cell(indices->value, i) == arg)
			return i;
	return indices ? UINT32_MAX : arg;
}

/* The name that Linux gives the clock, to be freed; NULL where it is not known. */
static char *linux_name(const struct clock_use *use)
{
	const struct hwc_dt_prop *names = hwc_dt_prop(use->provider, "clock-output-names");
	const char *name = NULL;

	if (use->n_args > sizeof(uint32_t))
		return NULL;
	if (names)
		name = output_name((char *)names->value, names->size, output_of(use));
	else if (!use->n_args)
		return strndup(use->provider->name, strcspn(use->provider->name, "@"));
	return name && *name && *name != '.' && !strchr(name, '/') ? strdup(name) : NULL;
}

/* What Linux says it runs at; 0 where it does not. */
static uint32_t live_rate(struct hwc_assigner *a, const struct clock_use *use)
{
	char *name = linux_name(use), *path = NULL, *end;
	unsigned long long rate = 0;
	char digits[32];
	ssize_t got = -1;
	int fd = -1;

	if (name && asprintf(&path, DEBUGFS_CLK "/%s/clk_rate", name) >= 0)
		fd = hwc_sysroot_open(a->ctx, path, O_RDONLY);
	if (fd >= 0) {
		got = read(fd, digits, sizeof(digits) - 1);
		close(fd);
	}
	free(path);
	free(name);
	if (got <= 0)
		return 0;
	digits[got] = '\0';
	rate = strtoull(digits, &end, 10);
	return (*end && *end != '\n') || rate > UINT32_MAX ? 0 : rate;
}

static int refuse_rate(struct hwc_assigner *a, const struct clock_use *use)
{
	char *path = hwc_assign_path(use->provider);
	int err;

	if (!path)
		return hwc_err_nomem(a->ctx);
	err = hwc_assign_refuse(a, -EPERM, use->node,
				"nothing says how fast its clock of %s runs; assigned-clock-rates "
				"can, and debugfs in /sys/kernel/debug",
				path);
	free(path);
	return err;
}

static int find_rate(struct hwc_assigner *a, const struct clock_use *use, uint32_t *rate)
{
	int ret;

	if (hwc_dt_compatible(use->provider, "fixed-clock", true) &&
	    hwc_dt_cell(use->provider, "clock-frequency", rate) && *rate)
		return 0;
	ret = assigned_rate(a, use, rate);
	if (ret)
		return ret > 0 ? 0 : ret;
	*rate = live_rate(a, use);
	return *rate ? 0 : refuse_rate(a, use);
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
	uint32_t rate;
	int err;

	*node = find_node(a, use);
	if (*node)
		return 0;
	err = find_rate(a, use, &rate);
	if (err)
		return err;
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
