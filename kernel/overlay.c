// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: device-tree overlays. Ours add devices inside a region and do
 * nothing else; everybody else's stay away from a region that is guarded.
 *
 * All of it happens in a notifier, which is called with of_mutex held, before
 * of-fpga-region's (priority 0), once for each fragment, in the context of who
 * applies or removes. The first call looks at all fragments: a later veto would
 * come after of-fpga-region has programmed for the first one.
 *
 * of-fpga-region closes the bridges of a region whenever an overlay that
 * targets it is removed, whoever's it is, and also when it was vetoed. So the
 * removal is hidden from it unless it is the one that tears the region down.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/sched.h>

#include "internal.h"
#include "ranges.h"

/* Protects hwc_guards and hwc_ops. Taken inside of_mutex; nothing inside it. */
static DEFINE_MUTEX(hwc_guards_lock);
static LIST_HEAD(hwc_guards);
static LIST_HEAD(hwc_ops);

/**
 * struct hwc_overlay_op - an apply or remove of ours, while it runs
 * @in_ops: in hwc_ops
 * @task: who runs it
 * @guard: the region it is for
 * @teardown: a remove that closes the region
 * @checked: the fragments have been looked at
 * @why: receives the sentence on refusal, HWC_WHY bytes
 */
struct hwc_overlay_op {
	struct list_head in_ops;
	struct task_struct *task;
	struct hwc_guard *guard;
	bool teardown;
	bool checked;
	char *why;
};

static __printf(2, 3) int hwc_overlay_refuse(const struct hwc_overlay_op *op, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(op->why, HWC_WHY, fmt, args);
	va_end(args);
	return -EPERM;
}

static void hwc_op_begin(struct hwc_overlay_op *op)
{
	op->task = current;
	mutex_lock(&hwc_guards_lock);
	list_add(&op->in_ops, &hwc_ops);
	mutex_unlock(&hwc_guards_lock);
}

static void hwc_op_end(struct hwc_overlay_op *op)
{
	mutex_lock(&hwc_guards_lock);
	list_del(&op->in_ops);
	mutex_unlock(&hwc_guards_lock);
}

static struct hwc_overlay_op *hwc_op_current_locked(void)
{
	struct hwc_overlay_op *op;

	lockdep_assert_held(&hwc_guards_lock);
	list_for_each_entry(op, &hwc_ops, in_ops)
		if (op->task == current)
			return op;
	return NULL;
}

/* From now on, only we change what is below the region. */
void hwc_guard_on(struct hwc_guard *guard)
{
	mutex_lock(&hwc_guards_lock);
	if (list_empty(&guard->in_guards))
		list_add(&guard->in_guards, &hwc_guards);
	mutex_unlock(&hwc_guards_lock);
}

void hwc_guard_off(struct hwc_guard *guard)
{
	mutex_lock(&hwc_guards_lock);
	list_del_init(&guard->in_guards);
	mutex_unlock(&hwc_guards_lock);
}

static bool hwc_node_is_below(const struct device_node *np, const struct device_node *top)
{
	for (; np; np = np->parent)
		if (np == top)
			return true;
	return false;
}

/* Live node that a fragment targets, with a reference, or NULL. */
static struct device_node *hwc_fragment_target(const struct device_node *fragment)
{
	const char *path;
	u32 phandle;

	if (!of_property_read_u32(fragment, "target", &phandle))
		return of_find_node_by_phandle(phandle);
	if (!of_property_read_string(fragment, "target-path", &path))
		return of_find_node_by_path(path);
	return NULL;
}

static struct device_node *hwc_child_named(const struct device_node *np, const char *name)
{
	struct device_node *child;

	for_each_child_of_node(np, child)
		if (!of_node_cmp(kbasename(child->full_name), kbasename(name)))
			return child;
	return NULL;
}

/*
 * Would an overlay whose nodes are below @overlay, applied to @target, change
 * anything at or below @np? The way down from @target to @np is compared name by
 * name, from below, so that no list of it is needed.
 */
static bool hwc_overlay_reaches(const struct device_node *overlay,
				const struct device_node *target, const struct device_node *np)
{
	struct device_node *above, *here;

	if (hwc_node_is_below(target, np))
		return true;
	if (!hwc_node_is_below(np, target))
		return false;
	if (np->parent == target) {
		here = hwc_child_named(overlay, np->full_name);
		of_node_put(here);
		return here;
	}
	/* The overlay's copy of the parent, found the same way. */
	above = NULL;
	for (here = np->parent; here != target; here = here->parent)
		above = here;
	here = hwc_child_named(overlay, above->full_name);
	if (!here)
		return false;
	of_node_put(here);
	return hwc_overlay_reaches(here, above, np);
}

static const char *const hwc_forbidden_props[] = {
	"firmware-name", "external-fpga-config", "encrypted-fpga-config", "fpga-mgr",
	"fpga-bridges",
};

/* What an overlay may say of the outside (see Documentation/design.rst). */
static const char *const hwc_outward_props[] = {
	"target", "clocks", "resets", "interrupt-parent", "interrupts-extended", "iommus",
	"power-domains",
};

/*
 * Properties that drivers read as phandles, by drivers/of/property.c and the
 * common bindings; those ending in -supply, -gpio and -gpios come on top. Their
 * first cell must name a node of the overlay itself.
 */
static const char *const hwc_phandle_props[] = {
	"access-controllers", "assigned-clock-parents", "assigned-clocks", "backlight", "dmas",
	"extcon", "gpios", "hwlocks", "interconnects", "interrupt-map", "io-backends",
	"io-channels", "iommu-map", "leds", "mboxes", "memory-region", "msi-map", "msi-parent",
	"nvmem", "nvmem-cells", "operating-points-v2", "panel", "phy-handle", "phys", "pinctrl-0",
	"pinctrl-1", "pinctrl-2", "post-init-providers", "power-supplies", "pwms",
	"remote-endpoint", "sound-dai", "syscon", "thermal-sensors", "wakeup-parent",
};

static bool hwc_name_in(const char *name, const char *const *list, size_t n)
{
	return match_string(list, n, name) >= 0;
}

static bool hwc_prop_is_phandle(const char *name)
{
	size_t len = strlen(name);

	return hwc_name_in(name, hwc_phandle_props, ARRAY_SIZE(hwc_phandle_props)) ||
	       (len > 7 && !strcmp(name + len - 7, "-supply")) ||
	       (len > 5 && !strcmp(name + len - 5, "-gpio")) ||
	       (len > 6 && !strcmp(name + len - 6, "-gpios"));
}

static bool hwc_tree_has_phandle(struct device_node *top, u32 phandle)
{
	struct device_node *child;

	if (top->phandle == phandle)
		return true;
	for_each_child_of_node(top, child)
		if (hwc_tree_has_phandle(child, phandle)) {
			of_node_put(child);
			return true;
		}
	return false;
}

static int hwc_check_prop(struct hwc_overlay_op *op, const struct hwc_ov *ov,
			  const struct device_node *node, const struct property *prop)
{
	if (hwc_name_in(prop->name, hwc_forbidden_props, ARRAY_SIZE(hwc_forbidden_props)))
		return hwc_overlay_refuse(op, "overlay's node %s may not have %s",
					  node->full_name, prop->name);
	if (hwc_prop_is_phandle(prop->name) && prop->length >= sizeof(u32) &&
	    !hwc_tree_has_phandle(ov->overlay, be32_to_cpup(prop->value)))
		return hwc_overlay_refuse(op, "overlay's node %s reaches out of the region by %s",
					  node->full_name, prop->name);
	return 0;
}

static int hwc_check_node(struct hwc_overlay_op *op, const struct hwc_ov *ov,
			  const struct device_node *node)
{
	const struct property *prop;
	struct device_node *child;
	int ret;

	if (of_device_is_compatible(node, "fpga-region"))
		return hwc_overlay_refuse(op, "overlay's node %s is an FPGA region of its own",
					  node->full_name);
	for_each_property_of_node(node, prop) {
		ret = hwc_check_prop(op, ov, node, prop);
		if (ret)
			return ret;
	}
	ret = hwc_ranges_check(ov, node, op->why, HWC_WHY);
	if (ret)
		return ret;
	for_each_child_of_node(node, child) {
		ret = hwc_check_node(op, ov, child);
		if (ret) {
			of_node_put(child);
			return ret;
		}
	}
	return 0;
}

/* Only the sizes of addresses may be said of the target, and only as they are. */
static int hwc_check_target_props(struct hwc_overlay_op *op, const struct hwc_ov *ov)
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
		return hwc_overlay_refuse(op, "overlay sets %s of the region itself", prop->name);
	}
	return 0;
}

static int hwc_check_fragment(struct hwc_overlay_op *op, const struct hwc_ov *ov)
{
	struct device_node *child, *live;
	int ret;

	if (!ov->target)
		return hwc_overlay_refuse(op, "overlay targets a node that does not exist");
	if (!hwc_node_is_below(ov->target, op->guard->np))
		return hwc_overlay_refuse(op, "overlay targets %pOF%s, which is not in the region",
					  ov->target, ov->target->parent ? "" : "/");
	ret = hwc_check_target_props(op, ov);
	if (ret)
		return ret;
	for_each_child_of_node(ov->overlay, child) {
		live = hwc_child_named(ov->target, child->full_name);
		of_node_put(live);
		ret = live ? hwc_overlay_refuse(op, "overlay's node %s exists already",
						child->full_name) :
			     hwc_check_node(op, ov, child);
		if (ret) {
			of_node_put(child);
			return ret;
		}
	}
	return 0;
}

/* Is the entry "path:property:offset" of __fixups__ about one of those? */
static bool hwc_fixup_allowed(const char *entry)
{
	const char *prop = strchr(entry, ':');
	size_t i, len;

	if (!prop)
		return false;
	len = strcspn(++prop, ":");
	for (i = 0; i < ARRAY_SIZE(hwc_outward_props); i++)
		if (strlen(hwc_outward_props[i]) == len &&
		    !strncmp(prop, hwc_outward_props[i], len))
			return true;
	return false;
}

static int hwc_check_fixups(struct hwc_overlay_op *op, const struct device_node *root)
{
	struct device_node *fixups = hwc_child_named(root, "__fixups__");
	struct property *prop;
	const char *entry;
	int ret = 0;

	if (!fixups)
		return 0;
	for_each_property_of_node(fixups, prop) {
		if (!strcmp(prop->name, "name"))
			continue;
		for (entry = NULL; (entry = of_prop_next_string(prop, entry));)
			if (!hwc_fixup_allowed(entry))
				ret = hwc_overlay_refuse(op, "overlay reaches out at %s", entry);
	}
	of_node_put(fixups);
	return ret;
}

static int hwc_check_own(struct hwc_overlay_op *op, const struct device_node *root)
{
	struct device_node *fragment, *symbols = hwc_child_named(root, "__symbols__");
	struct hwc_ov ov = { .region = op->guard->np };
	int ret;

	of_node_put(symbols);
	if (symbols)
		return hwc_overlay_refuse(op, "overlay has __symbols__, build it without dtc -@");
	ret = hwc_check_fixups(op, root);
	if (ret)
		return ret;
	for_each_child_of_node(root, fragment) {
		ov.overlay = hwc_child_named(fragment, "__overlay__");
		if (!ov.overlay)
			continue;
		ov.target = hwc_fragment_target(fragment);
		ret = hwc_check_fragment(op, &ov);
		of_node_put(ov.target);
		of_node_put(ov.overlay);
		if (ret) {
			of_node_put(fragment);
			return ret;
		}
	}
	return 0;
}

/* Does any fragment of somebody else's overlay reach a guarded region? */
static int hwc_check_foreign_locked(const struct device_node *root)
{
	struct device_node *fragment, *overlay, *target;
	struct hwc_guard *guard;
	int ret = 0;

	for_each_child_of_node(root, fragment) {
		overlay = hwc_child_named(fragment, "__overlay__");
		target = overlay ? hwc_fragment_target(fragment) : NULL;
		list_for_each_entry(guard, &hwc_guards, in_guards) {
			if (!target || !hwc_overlay_reaches(overlay, target, guard->np))
				continue;
			pr_warn_ratelimited("overlay of %s refused: %pOF is claimed\n",
					    current->comm, guard->np);
			ret = -EPERM;
		}
		of_node_put(target);
		of_node_put(overlay);
	}
	return ret;
}

static int hwc_overlay_pre_apply_locked(struct hwc_overlay_op *op,
					const struct of_overlay_notify_data *nd)
{
	const struct device_node *root = nd->overlay->parent ? nd->overlay->parent->parent : NULL;

	/* __symbols__ comes as a last fragment of its own, right below the root. */
	if (!root)
		return 0;
	if (!op)
		return hwc_check_foreign_locked(root);
	if (op->checked)
		return 0;
	op->checked = true;
	return hwc_check_own(op, root);
}

static bool hwc_overlay_hides_removal_locked(const struct hwc_overlay_op *op,
					     const struct device_node *target)
{
	struct hwc_guard *guard;

	list_for_each_entry(guard, &hwc_guards, in_guards)
		if (guard->np == target)
			return !(op && op->teardown && op->guard == guard);
	return false;
}

static int hwc_overlay_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	const struct of_overlay_notify_data *nd = data;
	struct hwc_overlay_op *op;
	int ret = NOTIFY_DONE;

	mutex_lock(&hwc_guards_lock);
	op = hwc_op_current_locked();
	if (action == OF_OVERLAY_PRE_APPLY)
		ret = notifier_from_errno(hwc_overlay_pre_apply_locked(op, nd));
	else if (action == OF_OVERLAY_POST_REMOVE &&
		 hwc_overlay_hides_removal_locked(op, nd->target))
		ret = NOTIFY_STOP;
	mutex_unlock(&hwc_guards_lock);
	return ret;
}

static struct notifier_block hwc_overlay_nb = {
	.notifier_call = hwc_overlay_notify,
	.priority = INT_MAX,
};

static int hwc_overlay_undo(struct hwc_guard *guard, int *id, bool teardown)
{
	struct hwc_overlay_op op = { .guard = guard, .teardown = teardown };
	int ret;

	hwc_op_begin(&op);
	ret = of_overlay_remove(id);
	hwc_op_end(&op);
	return ret;
}

/**
 * hwc_overlay_apply() - add an image's devices to its region
 * @guard: the region, guarded
 * @fdt: flattened overlay, checked by hwc_fdt_check()
 * @size: its bytes
 * @id: receives what hwc_overlay_remove() wants; 0 on failure
 * @why: receives one sentence on refusal, HWC_WHY bytes
 *
 * Context: the manager's worker, see region.c.
 * Return: 0 or -errno; -EPERM when the overlay is not confined to the region.
 */
int hwc_overlay_apply(struct hwc_guard *guard, const void *fdt, size_t size, int *id, char *why)
{
	struct hwc_overlay_op op = { .guard = guard, .why = why };
	int ret, undo;

	why[0] = '\0';
	hwc_op_begin(&op);
	ret = of_overlay_fdt_apply(fdt, size, id, NULL);
	hwc_op_end(&op);
	if (!ret)
		return 0;
	if (!why[0])
		snprintf(why, HWC_WHY, "overlay cannot be applied (error %d)", -ret);
	/* A failed apply leaves its changeset; it was never a part of the tree. */
	if (*id) {
		undo = hwc_overlay_undo(guard, id, false);
		if (undo)
			pr_err("overlay refused for %pOF stays in memory (error %d)\n",
			       guard->np, -undo);
		*id = 0;
	}
	return ret;
}

/**
 * hwc_overlay_remove() - take an image's devices away and close its region
 * @guard: the region, guarded
 * @id: from hwc_overlay_apply(); 0 when done
 *
 * Context: the manager's worker, see region.c.
 * Return: 0; -EBUSY while a later overlay lies on top; other -errno.
 */
int hwc_overlay_remove(struct hwc_guard *guard, int *id)
{
	return hwc_overlay_undo(guard, id, true);
}

int hwc_overlay_init(void)
{
	return of_overlay_notifier_register(&hwc_overlay_nb);
}

void hwc_overlay_exit(void)
{
	of_overlay_notifier_unregister(&hwc_overlay_nb);
}
