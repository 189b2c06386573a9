// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: clocks, resets and the like that a device of an overlay names. They
 * may be outside of the region; here is looked whether they exist.
 *
 * Providers are asked before the hardware is touched, and not while the tree
 * changes. One whose driver is yet to come cannot be asked; nor can that of a
 * reset be in general: who asks the framework gets the reset, and a warning in
 * the log where somebody else has it on other terms.
 */
#include <linux/clk.h>
#include <linux/err.h>
#include <linux/firmware/xlnx-zynqmp.h>
#include <linux/kernel.h>
#include <linux/of.h>

#include "confine.h"
#include "overlay.h"

static bool hwc_clock_is_missing(struct of_phandle_args *args)
{
	struct clk *clk;

	if (!IS_ENABLED(CONFIG_COMMON_CLK))
		return false;
	clk = of_clk_get_from_provider(args);
	if (!IS_ERR(clk)) {
		clk_put(clk);
		return false;
	}
	return PTR_ERR(clk) == -EINVAL || PTR_ERR(clk) == -ENOENT;
}

/* Those of ZynqMP and Versal are the firmware's, whose driver takes any number. */
static bool hwc_reset_is_missing(struct of_phandle_args *args)
{
	u32 first = 0, status;

	if (of_device_is_compatible(args->np, "xlnx,zynqmp-reset"))
		first = ZYNQMP_PM_RESET_START;
	else if (!of_device_is_compatible(args->np, "xlnx,versal-reset"))
		return false;
	return zynqmp_pm_reset_get_status(first + args->args[0], &status) == -EINVAL;
}

static bool hwc_node_has_reset(const struct device_node *np, const struct of_phandle_args *args)
{
	int n = of_count_phandle_with_args(np, "resets", "#reset-cells"), i;
	struct of_phandle_args one;

	for (i = 0; i < n; i++) {
		if (of_parse_phandle_with_args(np, "resets", "#reset-cells", i, &one))
			continue;
		of_node_put(one.np);
		if (of_phandle_args_equal(&one, args))
			return true;
	}
	return false;
}

/*
 * A device of the host that has this reset, with a reference, or NULL. Its driver has it for
 * itself, of which the framework warns whoever asks for it, or must be able to assert it.
 */
static struct device_node *hwc_reset_user(const struct hwc_ov *ov,
					  const struct of_phandle_args *args)
{
	struct device_node *np;

	for_each_node_with_property(np, "resets") {
		if (of_device_is_available(np) && !hwc_node_is_below(np, ov->region) &&
		    !hwc_guard_assigns(np) && hwc_node_has_reset(np, args))
			return np;
	}
	return NULL;
}

static int hwc_reset_check_assigned(const struct hwc_ov *ov, const struct device_node *node,
				    const struct of_phandle_args *args)
{
	struct device_node *user = hwc_reset_user(ov, args);
	int ret = 0;

	if (user)
		ret = hwc_confine_refuse(ov,
					 "overlay's node %s names reset %u of %pOF, which the host's %pOF has",
					 node->full_name, args->args[0], args->np, user);
	of_node_put(user);
	return ret;
}

/**
 * struct hwc_supply - a list of phandles that may lead outside (hwc_fdt_outward)
 * @name: of the property
 * @cells: property of the provider that says how many cells follow
 * @one: what one entry is called
 * @is_missing: the provider says that it has none of this number; or NULL
 * @check_assigned: may a virtual machine's device have it?; or NULL
 */
struct hwc_supply {
	const char *name;
	const char *cells;
	const char *one;
	bool (*is_missing)(struct of_phandle_args *args);
	int (*check_assigned)(const struct hwc_ov *ov, const struct device_node *node,
			      const struct of_phandle_args *args);
};

static const struct hwc_supply hwc_supplies[] = {
	{ "clocks", "#clock-cells", "clock", hwc_clock_is_missing },
	{ "resets", "#reset-cells", "reset", hwc_reset_is_missing,
	  hwc_reset_check_assigned },
	{ "interrupts-extended", "#interrupt-cells" },
	{ "iommus", "#iommu-cells" },
	{ "power-domains", "#power-domain-cells" },
};

/* The entry at @cell, of @left cells at most. Return: its cells, or -EPERM. */
static int hwc_supply_check_next(const struct hwc_ov *ov, const struct device_node *node,
				 const struct hwc_supply *s, const __be32 *cell, u32 left)
{
	u32 phandle = be32_to_cpup(cell);
	const struct device_node *own = hwc_ov_node(ov, phandle);
	struct device_node *np = own ? NULL : of_find_node_by_phandle(phandle);
	int i, n = hwc_phandle_args(own ?: np, s->cells, left);
	struct of_phandle_args args = { .np = np, .args_count = max(n, 0) };

	for (i = 0; i < n; i++)
		args.args[i] = be32_to_cpup(cell + 1 + i);
	if (n < 0)
		n = hwc_confine_refuse(ov, "overlay's node %s has %s that are none",
				       node->full_name, s->name);
	else if (np && s->is_missing && s->is_missing(&args))
		n = hwc_confine_refuse(ov,
				       "overlay's node %s names %s %u, which %pOF does not have",
				       node->full_name, s->one, args.args[0], np);
	else if (np && ov->assign && s->check_assigned)
		n = s->check_assigned(ov, node, &args) ?: n;
	of_node_put(np);
	return n < 0 ? n : 1 + n;
}

static int hwc_supply_check(const struct hwc_ov *ov, const struct device_node *node,
			    const struct hwc_supply *s)
{
	const __be32 *cell;
	int len, step;

	cell = of_get_property(node, s->name, &len);
	if (!cell)
		return 0;
	for (len /= sizeof(*cell); len > 0; len -= step, cell += step) {
		step = hwc_supply_check_next(ov, node, s, cell, len);
		if (step < 0)
			return step;
	}
	return 0;
}

/* The driver core gives a device power, and nothing inside of one becomes a device. */
static int hwc_supply_check_inside(const struct hwc_ov *ov, const struct device_node *node)
{
	if (!ov->assign || node->parent == ov->overlay ||
	    !of_property_present(node, "power-domains"))
		return 0;
	return hwc_confine_refuse(ov,
		"overlay's node %s has power-domains inside of %s: assign takes them right below the region",
		node->full_name, node->parent->full_name);
}

/**
 * hwc_supplies_check() - do the clocks, resets and so on that a node names exist?
 * @ov: the fragment
 * @node: a node of its overlay
 *
 * Context: sleeps; asks drivers and the firmware where @ov is looked at in advance.
 * Return: 0, or -EPERM with the sentence in @ov->why.
 */
int hwc_supplies_check(const struct hwc_ov *ov, const struct device_node *node)
{
	int ret = hwc_supply_check_inside(ov, node);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hwc_supplies) && ov->in_advance && !ret; i++)
		ret = hwc_supply_check(ov, node, &hwc_supplies[i]);
	return ret;
}
