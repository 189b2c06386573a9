// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: does a fragment of an overlay stay inside its region?
 *
 * Works on nodes that are not in the tree yet, after their phandles were
 * resolved. What can be seen in the flat blob already is checked in fdt.c.
 *
 * A driver may take any number in a property of its own for a phandle, so no
 * list of properties can be complete: an overlay wants the same trust as the
 * bitstream it comes with. This keeps out what the common bindings can do.
 */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/of.h>
#include <linux/string.h>

#include "confine.h"
#include "overlay.h"

/**
 * struct hwc_list - a property that is a list of phandles
 * @name: of the property, or its end when it begins with '-'
 * @cells: property of the provider that says how many cells follow, or NULL
 */
struct hwc_list {
	const char *name;
	const char *cells;
};

/*
 * By drivers/of/property.c and the common bindings. What they name must be a
 * node of the overlay. Clocks, resets, interrupts, IOMMUs and power domains are
 * not here: they may lead outside (hwc_fdt_outward, supplies.c).
 */
static const struct hwc_list hwc_lists[] = {
	{ "access-controllers", "#access-controller-cells" },
	{ "assigned-clock-parents", "#clock-cells" },
	{ "assigned-clocks", "#clock-cells" },
	{ "backlight" },
	{ "cooling-device", "#cooling-cells" },
	{ "cpus" },
	{ "dmas", "#dma-cells" },
	{ "extcon" },
	{ "fpga-bridges" },
	{ "gpio", "#gpio-cells" },
	{ "-gpio", "#gpio-cells" },
	{ "gpios", "#gpio-cells" },
	{ "-gpios", "#gpio-cells" },
	{ "hwlocks", "#hwlock-cells" },
	{ "interconnects", "#interconnect-cells" },
	{ "io-backends", "#io-backend-cells" },
	{ "io-channels", "#io-channel-cells" },
	{ "iommu-addresses" },
	{ "leds" },
	{ "mboxes", "#mbox-cells" },
	{ "mdio-parent-bus" },
	{ "memory-region" },
	{ "mmc-pwrseq" },
	{ "msi-parent", "#msi-cells" },
	{ "mux-controls", "#mux-control-cells" },
	{ "next-level-cache" },
	{ "nvmem" },
	{ "nvmem-cells", "#nvmem-cell-cells" },
	{ "operating-points-v2" },
	{ "panel" },
	{ "pcs-handle" },
	{ "phy" },
	{ "phy-handle" },
	{ "phys", "#phy-cells" },
	{ "pinctrl-" },
	{ "post-init-providers" },
	{ "power-supplies" },
	{ "pwms", "#pwm-cells" },
	{ "regmap" },
	{ "remote-endpoint" },
	{ "sound-dai", "#sound-dai-cells" },
	{ "-supply" },
	{ "syscon" },
	{ "thermal-sensors", "#thermal-sensor-cells" },
	{ "trips" },
	{ "usb-phy" },
	{ "wakeup-parent" },
};

/* Return: -EPERM, and the sentence in @ov->why. */
int hwc_confine_refuse(const struct hwc_ov *ov, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(ov->why, HWC_WHY, fmt, args);
	va_end(args);
	return -EPERM;
}

static bool hwc_list_is(const struct hwc_list *list, const char *name)
{
	size_t len = strlen(list->name), n = strlen(name);

	if (list->name[0] == '-')
		return n > len && !strcmp(name + n - len, list->name);
	if (list->name[len - 1] == '-')
		return !strncmp(name, list->name, len) && isdigit(name[len]);
	return !strcmp(name, list->name);
}

static const struct hwc_list *hwc_list_find(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(hwc_lists); i++)
		if (hwc_list_is(&hwc_lists[i], name))
			return &hwc_lists[i];
	return NULL;
}

static const struct device_node *hwc_node_by_phandle(const struct device_node *top, u32 phandle)
{
	const struct device_node *found;
	struct device_node *child;

	if (phandle && top->phandle == phandle)
		return top;
	for_each_child_of_node(top, child) {
		found = hwc_node_by_phandle(child, phandle);
		if (found) {
			of_node_put(child);
			return found;
		}
	}
	return NULL;
}

/* The overlay's node with this phandle, or NULL; none of them is in the tree yet. */
const struct device_node *hwc_ov_node(const struct hwc_ov *ov, u32 phandle)
{
	return hwc_node_by_phandle(ov->overlay->parent->parent, phandle);
}

/**
 * hwc_phandle_args() - how many cells follow a phandle
 * @provider: node that it is the phandle of, or NULL
 * @cells: property of @provider that says so, or NULL
 * @left: cells that are left in the list, from the phandle on
 *
 * Return: that, or -EINVAL where it is no provider, or more than there are, or
 * more than of_phandle_iterator_args() takes without a warning.
 */
int hwc_phandle_args(const struct device_node *provider, const char *cells, u32 left)
{
	u32 args = 0;

	if (!provider || (cells && of_property_read_u32(provider, cells, &args)))
		return -EINVAL;
	return args < left && args <= MAX_PHANDLE_ARGS ? args : -EINVAL;
}

/* Walk the entries of a list of phandles: does each name a node of the overlay? */
static bool hwc_list_stays_inside(const struct hwc_ov *ov, const struct hwc_list *list,
				  const struct property *prop)
{
	const struct device_node *provider;
	const __be32 *cell = prop->value;
	u32 left = prop->length / sizeof(*cell);
	int args;

	for (; left; left -= 1 + args, cell += 1 + args) {
		provider = hwc_ov_node(ov, be32_to_cpup(cell));
		args = hwc_phandle_args(provider, list->cells, left);
		if (args < 0)
			return false;
	}
	return !(prop->length % sizeof(*cell));
}

static int hwc_confine_prop(const struct hwc_ov *ov, const struct device_node *node,
			    const struct property *prop)
{
	const struct hwc_list *list = hwc_list_find(prop->name);

	if (list && prop->length && !hwc_list_stays_inside(ov, list, prop))
		return hwc_confine_refuse(ov, "overlay's node %s reaches out of the region by %s",
					  node->full_name, prop->name);
	return 0;
}

bool hwc_node_is_region(const struct device_node *node)
{
	return of_device_is_compatible(node, "fpga-region");
}

/* A slot in @before, up to @node, whose addresses @node would share, or NULL. */
static const struct device_node *hwc_slot_overlapped_in(const struct hwc_ov *before,
							const struct hwc_ov *ov,
							const struct device_node *node)
{
	struct device_node *other;

	for_each_child_of_node(before->overlay, other) {
		if (other == node) {
			of_node_put(other);
			return NULL;
		}
		if (hwc_node_is_region(other) && hwc_ranges_overlap(before, other, ov, node)) {
			of_node_put(other);
			return other;
		}
	}
	return NULL;
}

/* The same in this fragment and in those before it that add to the same target. */
static const struct device_node *hwc_slot_overlapped(const struct hwc_ov *ov,
						     const struct device_node *node)
{
	const struct device_node *own = ov->overlay->parent, *found = NULL;
	struct device_node *fragment, *overlay, *target;
	struct hwc_ov before = *ov;

	for_each_child_of_node(own->parent, fragment) {
		overlay = of_get_child_by_name(fragment, "__overlay__");
		target = overlay ? hwc_fragment_target(fragment) : NULL;
		before.overlay = overlay;
		if (target == ov->target)
			found = hwc_slot_overlapped_in(&before, ov, node);
		of_node_put(target);
		of_node_put(overlay);
		if (found || fragment == own) {
			of_node_put(fragment);
			break;
		}
	}
	return found;
}

/*
 * A region that an image brings is a slot of it: right below the image's own, a
 * part of its addresses and of nobody else's, and empty, for what comes into a
 * slot comes with an image of its own.
 */
static int hwc_confine_slot(const struct hwc_ov *ov, const struct device_node *node)
{
	const struct device_node *other;
	int len = 0;

	if (ov->assign)
		return hwc_confine_refuse(ov,
			"overlay's node %s is a slot: a shell is claimed without assign, its slots with it",
			node->full_name);
	if (of_node_check_flag(ov->region, OF_OVERLAY))
		return hwc_confine_refuse(ov, "overlay's node %s would be a slot of a slot",
					  node->full_name);
	if (node->parent != ov->overlay || ov->target != ov->region)
		return hwc_confine_refuse(ov, "overlay's FPGA region %s is not directly below %pOF",
					  node->full_name, ov->region);
	if (!of_property_present(node, "#address-cells") ||
	    !of_property_present(node, "#size-cells"))
		return hwc_confine_refuse(ov,
			"overlay's FPGA region %s has no #address-cells or #size-cells",
			node->full_name);
	if (!of_get_property(node, "ranges", &len) || !len)
		return hwc_confine_refuse(ov, "overlay's FPGA region %s has no ranges of its own",
					  node->full_name);
	if (node->child)
		return hwc_confine_refuse(ov,
			"overlay's FPGA region %s has the node %s, which comes with an image of its own",
			node->full_name, node->child->full_name);
	other = hwc_slot_overlapped(ov, node);
	if (other)
		return hwc_confine_refuse(ov,
			"overlay's FPGA regions %s and %s have addresses in common",
			other->full_name, node->full_name);
	return 0;
}

static int hwc_confine_node(const struct hwc_ov *ov, const struct device_node *node)
{
	bool is_region = hwc_node_is_region(node);
	const struct property *prop;
	struct device_node *child;
	int ret;

	for_each_property_of_node(node, prop) {
		ret = hwc_confine_prop(ov, node, prop);
		if (ret)
			return ret;
	}
	if (!is_region && of_property_present(node, "fpga-bridges"))
		return hwc_confine_refuse(ov,
			"overlay's node %s has fpga-bridges and is no FPGA region",
			node->full_name);
	ret = hwc_ranges_check(ov, node) ?: hwc_supplies_check(ov, node);
	if (!ret && is_region)
		ret = hwc_confine_slot(ov, node);
	if (ret)
		return ret;
	for_each_child_of_node(node, child) {
		ret = hwc_confine_node(ov, child);
		if (ret) {
			of_node_put(child);
			return ret;
		}
	}
	return 0;
}

/* Only the sizes of addresses may be said of the target, and only as they are. */
static int hwc_confine_target_props(const struct hwc_ov *ov)
{
	const struct property *prop, *live;

	for_each_property_of_node(ov->overlay, prop) {
		if (!strcmp(prop->name, "name") || !strcmp(prop->name, "phandle"))
			continue;
		live = of_find_property(ov->target, prop->name, NULL);
		if ((!strcmp(prop->name, "#address-cells") || !strcmp(prop->name, "#size-cells")) &&
		    live && live->length == prop->length &&
		    !memcmp(live->value, prop->value, prop->length))
			continue;
		return hwc_confine_refuse(ov, "overlay sets %s of the region itself", prop->name);
	}
	return 0;
}

/* As drivers/of/overlay.c looks for what a fragment's node would be added to. */
static bool hwc_has_child_named(const struct device_node *np, const char *name, bool only_static)
{
	struct device_node *child;

	for_each_child_of_node(np, child) {
		if (only_static && of_node_check_flag(child, OF_OVERLAY))
			continue;
		if (!of_node_cmp(kbasename(child->full_name), kbasename(name))) {
			of_node_put(child);
			return true;
		}
	}
	return false;
}

bool hwc_node_is_below(const struct device_node *np, const struct device_node *top)
{
	for (; np; np = np->parent)
		if (np == top)
			return true;
	return false;
}

/* Live node that a fragment targets, with a reference, or NULL. */
struct device_node *hwc_fragment_target(const struct device_node *fragment)
{
	const char *path;
	u32 phandle;

	if (!of_property_read_u32(fragment, "target", &phandle))
		return of_find_node_by_phandle(phandle);
	if (!of_property_read_string(fragment, "target-path", &path))
		return of_find_node_by_path(path);
	return NULL;
}

/* Does an earlier fragment add a node of this name to the same target? */
static bool hwc_added_before(const struct hwc_ov *ov, const char *name)
{
	const struct device_node *own = ov->overlay->parent;
	struct device_node *fragment, *overlay, *target;
	bool found = false;

	for_each_child_of_node(own->parent, fragment) {
		if (fragment == own || found) {
			of_node_put(fragment);
			break;
		}
		overlay = of_get_child_by_name(fragment, "__overlay__");
		target = overlay ? hwc_fragment_target(fragment) : NULL;
		found = target == ov->target && hwc_has_child_named(overlay, name, false);
		of_node_put(target);
		of_node_put(overlay);
	}
	return found;
}

/**
 * hwc_confine_fragment() - does a fragment stay inside its region?
 * @ov: the fragment; a target of NULL is refused
 *
 * Return: 0, or -EPERM with the sentence in @ov->why.
 */
int hwc_confine_fragment(const struct hwc_ov *ov)
{
	struct device_node *child;
	int ret;

	if (!ov->target)
		return hwc_confine_refuse(ov, "overlay targets a node that does not exist");
	/* %pOF prints nothing for the root. */
	if (!hwc_node_is_below(ov->target, ov->region))
		return hwc_confine_refuse(ov, "overlay targets %pOF%s, which is not in the region",
					  ov->target, ov->target->parent ? "" : "/");
	ret = hwc_confine_target_props(ov);
	if (ret)
		return ret;
	for_each_child_of_node(ov->overlay, child) {
		if (hwc_has_child_named(ov->target, child->full_name, ov->in_advance))
			ret = hwc_confine_refuse(ov, "overlay's node %s exists already",
						 child->full_name);
		else if (hwc_added_before(ov, child->full_name))
			ret = hwc_confine_refuse(ov, "overlay adds the node %s twice",
						 child->full_name);
		else
			ret = hwc_confine_node(ov, child);
		if (ret) {
			of_node_put(child);
			return ret;
		}
	}
	return 0;
}
