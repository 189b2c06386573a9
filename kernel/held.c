// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: clocks and resets that devices of virtual machines need, for no driver of
 * the host asks for them. An image names them, and may name any, so at the end they are
 * as they were found: what was off or in reset is so again, and nothing else.
 *
 * Linux counts only its own users. A clock of firmware's, of another processor's or of the
 * boot loader's runs with a count of 0, and would stop with the last of ours. So
 * what we found on keeps our count, and so does what feeds a clock that we found off.
 * Resets that were not asserted are not touched. That devices of the host have
 * none of the resets is checked before (supplies.c).
 *
 * A guest is told the rates of its clocks (device.c), so nobody may change them meanwhile.
 *
 * Several devices may need the same one, so there is one record of each.
 */
#include <linux/clk.h>
#include <linux/err.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/reset.h>
#include <linux/slab.h>

#include "compat.h"
#include "region.h"

/* Protects the list and what is in it. Clocks and resets are asked inside it. */
static DEFINE_MUTEX(hwc_held_lock);
static LIST_HEAD(hwc_held_list);

/**
 * struct hwc_held - a clock or a reset that runs for virtual machines
 * @in_list: in hwc_held_list
 * @clk: the clock, or NULL
 * @reset: the reset, or NULL
 * @users: how often it is held
 * @undo: it was off, or in reset
 */
struct hwc_held {
	struct list_head in_list;
	struct clk *clk;
	struct reset_control *reset;
	unsigned int users;
	bool undo;
};

/* Next of what feeds it that is on; that keeps what feeds that. */
static int hwc_clock_keep_feeder(struct clk *clk)
{
	do
		clk = clk_get_parent(clk);
	while (!IS_ERR_OR_NULL(clk) && !hwc_clk_is_on(clk));
	return IS_ERR_OR_NULL(clk) ? 0 : clk_prepare_enable(clk);
}

static int hwc_clock_begin(struct hwc_held *held)
{
	int ret = 0;

	held->undo = !hwc_clk_is_on(held->clk);
	if (held->undo)
		ret = hwc_clock_keep_feeder(held->clk);
	ret = ret ?: clk_prepare_enable(held->clk);
	if (ret)
		return ret;
	ret = clk_rate_exclusive_get(held->clk);
	if (ret)
		clk_disable_unprepare(held->clk);
	return ret;
}

/* Whose driver cannot say is let go, and stays so. */
static int hwc_reset_begin(struct hwc_held *held)
{
	int asserted = reset_control_status(held->reset);

	held->undo = asserted > 0;
	return asserted ? reset_control_deassert(held->reset) : 0;
}

static void hwc_held_end(struct hwc_held *held)
{
	clk_rate_exclusive_put(held->clk);
	if (!held->undo)
		return;
	if (held->reset)
		reset_control_assert(held->reset);
	else
		clk_disable_unprepare(held->clk);
}

static void hwc_held_free(struct hwc_held *held)
{
	reset_control_put(held->reset);
	clk_put(held->clk);
	kfree(held);
}

static struct hwc_held *hwc_held_find_locked(const struct hwc_held *like)
{
	struct hwc_held *held;

	lockdep_assert_held(&hwc_held_lock);
	list_for_each_entry(held, &hwc_held_list, in_list)
		if (held->reset == like->reset && clk_is_match(held->clk, like->clk))
			return held;
	return NULL;
}

/* Consumes @new, whether there is a record already or not. */
static int hwc_hold(struct hwc_held *new, struct hwc_held **held)
{
	int ret = 0;

	mutex_lock(&hwc_held_lock);
	*held = hwc_held_find_locked(new);
	if (*held) {
		(*held)->users++;
	} else {
		ret = new->reset ? hwc_reset_begin(new) : hwc_clock_begin(new);
		if (!ret) {
			new->users = 1;
			list_add(&new->in_list, &hwc_held_list);
			*held = new;
		}
	}
	mutex_unlock(&hwc_held_lock);
	if (*held != new)
		hwc_held_free(new);
	return ret;
}

/**
 * hwc_hold_clock() - let a clock run
 * @np: node that names it
 * @i: which of its clocks
 * @held: receives what hwc_held_put() wants
 *
 * Return: 0 or -errno; -EPROBE_DEFER while it has no driver.
 */
int hwc_hold_clock(struct device_node *np, int i, struct hwc_held **held)
{
	struct hwc_held *new = kzalloc(sizeof(*new), GFP_KERNEL);
	struct clk *clk;

	if (!new)
		return -ENOMEM;
	clk = of_clk_get(np, i);
	if (IS_ERR(clk)) {
		kfree(new);
		return PTR_ERR(clk);
	}
	new->clk = clk;
	return hwc_hold(new, held);
}

/**
 * hwc_hold_reset() - end a reset
 * @np: node that names it
 * @i: which of its resets
 * @held: receives what hwc_held_put() wants
 *
 * Return: 0 or -errno; -EPROBE_DEFER while it has no driver.
 */
int hwc_hold_reset(struct device_node *np, int i, struct hwc_held **held)
{
	struct hwc_held *new = kzalloc(sizeof(*new), GFP_KERNEL);
	struct reset_control *reset;

	if (!new)
		return -ENOMEM;
	reset = of_reset_control_get_shared_by_index(np, i);
	if (IS_ERR(reset)) {
		kfree(new);
		return PTR_ERR(reset);
	}
	new->reset = reset;
	return hwc_hold(new, held);
}

/* Once for each time that it is held. */
void hwc_held_put(struct hwc_held *held)
{
	bool last;

	mutex_lock(&hwc_held_lock);
	last = !--held->users;
	if (last) {
		list_del(&held->in_list);
		hwc_held_end(held);
	}
	mutex_unlock(&hwc_held_lock);
	if (last)
		hwc_held_free(held);
}
