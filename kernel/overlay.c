// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: device-tree overlays. Ours add devices inside a region and do
 * nothing else; everybody else's stay away from a region that is guarded.
 *
 * What ours may do is checked twice: in advance on a copy, so that a refusal
 * comes before the hardware is touched, and in a notifier on what is applied.
 * The notifier is called with of_mutex held, before of-fpga-region's (priority
 * 0), once for each fragment, in the context of who applies or removes. Of a
 * foreign overlay the first call looks at all fragments: a later veto would come
 * after of-fpga-region has programmed for the first one.
 *
 * of-fpga-region closes the bridges of a region whenever an overlay that
 * targets it is removed, whoever's it is, and also when it was vetoed. So the
 * removal is hidden from it unless it is the one that tears the region down.
 *
 * When a removal of ours has taken its nodes out of the tree, and before they are
 * freed, it waits. For our own checks in advance, which go from one node to the next
 * while the worker removes them: for as long as it takes. And for whoever else has
 * one for a moment, such as somebody who unbinds a driver by sysfs and so has its
 * device: for a second, after which the node is lost memory, of which the kernel
 * complains (__of_changeset_entry_destroy()).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/of_fdt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>

#include "compat.h"
#include "confine.h"
#include "overlay.h"

/*
 * Protects hwc_guards and hwc_ops. Taken inside of_mutex, and by the platform bus's notifier
 * (assign.c) inside whatever those have locked who add a device that came with an overlay.
 * So nothing is taken inside it.
 */
static DEFINE_MUTEX(hwc_guards_lock);
static LIST_HEAD(hwc_guards);
static LIST_HEAD(hwc_ops);

/* Those of us who look at the tree while others change it; they take no of_mutex. */
DEFINE_STATIC_SRCU(hwc_tree_readers);

/* Longest wait for somebody else who has a node that was removed; of_mutex is held. */
#define HWC_LET_GO_MS 1000

/**
 * struct hwc_overlay_op - an apply or remove of ours, while it runs
 * @in_ops: in hwc_ops
 * @task: who runs it
 * @guard: the region it is for
 * @teardown: a remove that closes the region
 * @vetoed: one of our checks refused it; nothing was changed
 * @passed: they were passed; changes were begun
 * @applied: it is in the tree, whatever apply returns
 * @nodes: of a remove: those of overlays below the region, with references
 * @n_nodes: how many
 * @why: receives the sentence on refusal, HWC_WHY bytes
 */
struct hwc_overlay_op {
	struct list_head in_ops;
	struct task_struct *task;
	struct hwc_guard *guard;
	bool teardown;
	bool vetoed;
	bool passed;
	bool applied;
	struct device_node **nodes;
	unsigned int n_nodes;
	char *why;
};

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
void hwc_guard_on(struct hwc_guard *guard, bool assign)
{
	mutex_lock(&hwc_guards_lock);
	guard->assign = assign;
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

static struct hwc_guard *hwc_guard_find_locked(const struct device_node *np)
{
	struct hwc_guard *guard;

	lockdep_assert_held(&hwc_guards_lock);
	list_for_each_entry(guard, &hwc_guards, in_guards)
		if (guard->np == np)
			return guard;
	return NULL;
}

/**
 * hwc_guard_assigns() - is a node of the tree for a virtual machine?
 * @np: the node, or NULL
 *
 * The innermost guarded region around it says. What came with no overlay is not.
 */
bool hwc_guard_assigns(const struct device_node *np)
{
	const struct hwc_guard *guard = NULL;
	bool assigns;

	if (!np || !of_node_check_flag(np, OF_OVERLAY))
		return false;
	mutex_lock(&hwc_guards_lock);
	while (!guard && np) {
		np = np->parent;
		guard = hwc_guard_find_locked(np);
	}
	assigns = guard && guard->assign;
	mutex_unlock(&hwc_guards_lock);
	return assigns;
}

/* Without a reference: the nodes of an overlay are not counted, and stay. */
static const struct device_node *hwc_child_named(const struct device_node *np, const char *name)
{
	struct device_node *child;

	for_each_child_of_node(np, child)
		if (!of_node_cmp(kbasename(child->full_name), kbasename(name))) {
			of_node_put(child);
			return child;
		}
	return NULL;
}

/*
 * Would an overlay whose nodes are below @overlay, applied to @target, change
 * anything at or below @np? The way down from @target to @np is compared name by
 * name; it is found from below, one step further down each time.
 */
static bool hwc_overlay_reaches(const struct device_node *overlay,
				const struct device_node *target, const struct device_node *np)
{
	const struct device_node *step;

	if (hwc_node_is_below(target, np))
		return true;
	if (!hwc_node_is_below(np, target))
		return false;
	for (; overlay && target != np; target = step) {
		for (step = np; step->parent != target;)
			step = step->parent;
		overlay = hwc_child_named(overlay, step->full_name);
	}
	return overlay;
}

/* Does any fragment of somebody else's overlay reach a guarded region? */
static int hwc_check_foreign_locked(const struct device_node *root)
{
	struct device_node *fragment, *overlay, *target;
	struct hwc_guard *guard;
	int ret = 0;

	for_each_child_of_node(root, fragment) {
		overlay = of_get_child_by_name(fragment, "__overlay__");
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

static int hwc_check_own(struct hwc_overlay_op *op, const struct of_overlay_notify_data *nd)
{
	struct hwc_ov ov = {
		.region = op->guard->np,
		.target = nd->target,
		.overlay = nd->overlay,
		.assign = op->guard->assign,
		.why = op->why,
	};
	int ret = hwc_confine_fragment(&ov);

	op->vetoed = ret;
	op->passed = !ret;
	return ret;
}

static int hwc_overlay_pre_apply_locked(struct hwc_overlay_op *op,
					const struct of_overlay_notify_data *nd)
{
	const struct device_node *fragment = nd->overlay->parent;

	/* __symbols__ comes as a last fragment of its own, right below the root. */
	if (!fragment || !fragment->parent)
		return op ? -EPERM : 0;
	return op ? hwc_check_own(op, nd) : hwc_check_foreign_locked(fragment->parent);
}

static unsigned int hwc_count_overlay_nodes(const struct device_node *np)
{
	struct device_node *child;
	unsigned int n = 0;

	for_each_child_of_node(np, child)
		n += of_node_check_flag(child, OF_OVERLAY) + hwc_count_overlay_nodes(child);
	return n;
}

static void hwc_op_hold_nodes_below(struct hwc_overlay_op *op, const struct device_node *np,
				    unsigned int room)
{
	struct device_node *child;

	for_each_child_of_node(np, child) {
		if (of_node_check_flag(child, OF_OVERLAY) && op->n_nodes < room)
			op->nodes[op->n_nodes++] = of_node_get(child);
		hwc_op_hold_nodes_below(op, child, room);
	}
}

/* Without memory for it, nobody but our readers is waited for. */
static void hwc_op_hold_nodes(struct hwc_overlay_op *op)
{
	unsigned int room = hwc_count_overlay_nodes(op->guard->np);

	op->nodes = kcalloc(room, sizeof(*op->nodes), GFP_KERNEL);
	if (op->nodes)
		hwc_op_hold_nodes_below(op, op->guard->np, room);
}

static void hwc_op_put_nodes(struct hwc_overlay_op *op)
{
	while (op->n_nodes)
		of_node_put(op->nodes[--op->n_nodes]);
	kfree(op->nodes);
	op->nodes = NULL;
}

static unsigned int hwc_count_properties(const struct property *prop)
{
	unsigned int n = 0;

	for (; prop; prop = prop->next)
		n++;
	return n;
}

/*
 * Of a node that is gone from the tree its changeset has a reference for the node
 * and one for each property, and we have one.
 */
static bool hwc_node_is_held(const struct device_node *np)
{
	return of_node_check_flag(np, OF_DETACHED) &&
	       kref_read(&np->kobj.kref) > 2 + hwc_count_properties(np->properties) +
					   hwc_count_properties(np->deadprops);
}

/* In the order of the tree, in which somebody who has one goes on to the next. */
static void hwc_op_wait_for_nodes(struct hwc_overlay_op *op)
{
	unsigned long end = jiffies + msecs_to_jiffies(HWC_LET_GO_MS);
	unsigned int i;

	for (i = 0; i < op->n_nodes; i++) {
		while (hwc_node_is_held(op->nodes[i]) && time_before(jiffies, end))
			usleep_range(500, 1000);
		if (hwc_node_is_held(op->nodes[i]))
			pr_warn_ratelimited("%pOF was removed, and somebody still has it after %u ms\n",
					    op->nodes[i], HWC_LET_GO_MS);
	}
	hwc_op_put_nodes(op);
}

static bool hwc_overlay_hides_removal_locked(const struct hwc_overlay_op *op,
					     const struct device_node *target)
{
	const struct hwc_guard *guard = hwc_guard_find_locked(target);

	return guard && !(op && op->teardown && op->guard == guard);
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
	else if (action == OF_OVERLAY_POST_APPLY && op)
		op->applied = true;
	else if (action == OF_OVERLAY_POST_REMOVE &&
		 hwc_overlay_hides_removal_locked(op, nd->target))
		ret = NOTIFY_STOP;
	mutex_unlock(&hwc_guards_lock);
	if (action == OF_OVERLAY_POST_REMOVE && op) {
		synchronize_srcu_expedited(&hwc_tree_readers);
		hwc_op_wait_for_nodes(op);
	}
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

	hwc_op_hold_nodes(&op);
	hwc_op_begin(&op);
	ret = of_overlay_remove(id);
	hwc_op_end(&op);
	hwc_op_put_nodes(&op);
	return ret;
}

/*
 * A failed apply leaves its changeset. Removing it is right when nothing of it
 * was applied yet or all of it was; in between, removal would revert entries
 * that were never applied (__of_changeset_revert_entries()), so it is left.
 */
static void hwc_overlay_discard(const struct hwc_overlay_op *op, int *id)
{
	int ret;

	if (!*id || op->applied)
		return;
	ret = op->passed && !op->vetoed ? -EIO : hwc_overlay_undo(op->guard, id, false);
	if (ret)
		pr_err_ratelimited("overlay for %pOF stays in memory (error %d)\n",
				   op->guard->np, -ret);
	*id = 0;
}

/**
 * hwc_overlay_apply() - add an image's devices to its region
 * @guard: the region, guarded
 * @fdt: flattened overlay, checked by hwc_overlay_check()
 * @size: its bytes
 * @id: receives what hwc_overlay_remove() wants; may be set on failure too
 * @why: receives one sentence on refusal, HWC_WHY bytes
 *
 * Context: the manager's worker, see region.c.
 * Return: 0 or -errno; -EPERM when the overlay is not confined to the region.
 */
int hwc_overlay_apply(struct hwc_guard *guard, const void *fdt, size_t size, int *id, char *why)
{
	struct hwc_overlay_op op = { .guard = guard, .why = why };
	int ret;

	why[0] = '\0';
	hwc_op_begin(&op);
	ret = of_overlay_fdt_apply(fdt, size, id, NULL);
	hwc_op_end(&op);
	if (!ret)
		return 0;
	if (!why[0])
		snprintf(why, HWC_WHY, "overlay cannot be applied (error %d)", -ret);
	hwc_overlay_discard(&op, id);
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

static int hwc_overlay_check_tree(const struct hwc_guard *guard, struct device_node *root,
				  bool assign, char *why)
{
	struct hwc_ov ov = {
		.region = guard->np,
		.in_advance = true,
		.assign = assign,
		.why = why,
	};
	struct device_node *fragment, *overlay, *target;
	int ret = of_resolve_phandles(root);

	if (ret) {
		snprintf(why, HWC_WHY, "overlay names labels that the device tree does not have");
		return ret;
	}
	for_each_child_of_node(root, fragment) {
		overlay = of_get_child_by_name(fragment, "__overlay__");
		if (!overlay)
			continue;
		target = hwc_fragment_target(fragment);
		ov.overlay = overlay;
		ov.target = target;
		ret = hwc_confine_fragment(&ov);
		of_node_put(target);
		of_node_put(overlay);
		if (ret) {
			of_node_put(fragment);
			return ret;
		}
	}
	return 0;
}

/**
 * hwc_overlay_check() - would an overlay be taken?
 * @guard: the region; need not be guarded
 * @fdt: flattened overlay, unchecked
 * @size: its bytes
 * @assign: its devices are for a virtual machine
 * @why: receives one sentence on refusal, HWC_WHY bytes
 *
 * Nothing is changed; the same is checked again when it is applied.
 *
 * Return: 0; -EBADMSG when it is no valid overlay; -EPERM when it is not
 * confined to the region; other -errno when it does not fit the tree.
 */
int hwc_overlay_check(const struct hwc_guard *guard, const void *fdt, size_t size, bool assign,
		      char *why)
{
	struct device_node *root;
	void *copy, *mem;
	int ret = hwc_fdt_check(fdt, size, why, HWC_WHY);
	int reader;

	if (ret)
		return ret;
	/* The tree points into the blob, and resolving changes it. */
	copy = kmemdup(fdt, size, GFP_KERNEL);
	mem = copy ? of_fdt_unflatten_tree(copy, NULL, &root) : NULL;
	if (mem) {
		reader = srcu_read_lock(&hwc_tree_readers);
		ret = hwc_overlay_check_tree(guard, root, assign, why);
		srcu_read_unlock(&hwc_tree_readers, reader);
	} else {
		snprintf(why, HWC_WHY, "out of memory");
		ret = -ENOMEM;
	}
	kfree(mem);
	kfree(copy);
	return ret;
}

/**
 * hwc_overlay_barrier() - wait until nobody is changing the device tree
 *
 * Whoever was past our notifier when a guard came up is through then, and what
 * he did can be seen.
 */
void hwc_overlay_barrier(void)
{
	struct of_changeset empty;

	of_changeset_init(&empty);
	of_changeset_apply(&empty);
	of_changeset_destroy(&empty);
}

int hwc_overlay_init(void)
{
	return of_overlay_notifier_register(&hwc_overlay_nb);
}

void hwc_overlay_exit(void)
{
	of_overlay_notifier_unregister(&hwc_overlay_nb);
}
