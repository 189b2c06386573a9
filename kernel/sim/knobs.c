// SPDX-License-Identifier: GPL-2.0-only
/* What can be made to fail, in debugfs. Every knob is off until it is set. */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/export.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/seq_file.h>

#include "sim.h"

struct dentry *sim_debugfs;

/* Protects the list of folders; nothing is taken inside it. */
static DEFINE_MUTEX(sim_knobs_lock);
static LIST_HEAD(sim_all_knobs);

enum { FAIL_PROBE, STALL_PROBE_MS, NO_IRQ };

static struct sim_knob sim_top_knob[] = {
	[FAIL_PROBE]	 = { "fail_probe" },
	[STALL_PROBE_MS] = { "stall_probe_ms" },
	[NO_IRQ]	 = { "no_irq" },
};

static struct sim_knobs sim_top = {
	.knob = sim_top_knob,
	.n = ARRAY_SIZE(sim_top_knob),
};

/* Times that a driver was asked whether an accelerator is its. */
static atomic_t sim_probes;

bool sim_no_irq(void)
{
	return sim_knob(&sim_top_knob[NO_IRQ]);
}

/**
 * hwcontainer_sim_probe() - do to a probing accelerator what the knobs say
 * @dev: the accelerator
 *
 * For the drivers of simulated accelerators, which have no other tie to the
 * simulator.
 *
 * Context: may sleep.
 * Return: 0, or the -errno that fail_probe holds.
 */
int hwcontainer_sim_probe(struct device *dev)
{
	int ret = sim_knob_errno(&sim_top_knob[FAIL_PROBE]);

	atomic_inc(&sim_probes);
	sim_knob_stall(&sim_top_knob[STALL_PROBE_MS]);
	if (ret)
		dev_err(dev, "fail_probe is set: %d\n", ret);
	return ret;
}
EXPORT_SYMBOL_GPL(hwcontainer_sim_probe);

static void sim_knob_write(struct sim_knob *knob, u32 value)
{
	if (knob->reg)
		writel(value, knob->reg);
	else
		WRITE_ONCE(knob->value, value);
}

static int sim_knob_get(void *data, u64 *value)
{
	const struct sim_knob *knob = data;

	*value = knob->reg ? readl(knob->reg) : sim_knob(knob);
	return 0;
}

static int sim_knob_set(void *data, u64 value)
{
	if (value > U32_MAX)
		return -EINVAL;
	sim_knob_write(data, value);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(sim_knob_fops, sim_knob_get, sim_knob_set, "%llu\n");

static int sim_reg_get(void *data, u64 *value)
{
	*value = readl((void __force __iomem *)data);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(sim_reg_fops, sim_reg_get, NULL, "%llu\n");

/* A number that somebody else counts, at @reg. */
void sim_knob_file(struct dentry *dir, const char *name, void __iomem *reg)
{
	debugfs_create_file_unsafe(name, 0444, dir, (void __force *)reg, &sim_reg_fops);
}

static void sim_knobs_add(struct sim_knobs *knobs)
{
	unsigned int i;

	for (i = 0; i < knobs->n; i++) {
		sim_knob_write(&knobs->knob[i], knobs->knob[i].initial);
		debugfs_create_file_unsafe(knobs->knob[i].name, 0644, knobs->dir, &knobs->knob[i],
					   &sim_knob_fops);
	}
	mutex_lock(&sim_knobs_lock);
	list_add_tail(&knobs->in_all, &sim_all_knobs);
	mutex_unlock(&sim_knobs_lock);
}

static void sim_knobs_remove(void *data)
{
	struct sim_knobs *knobs = data;

	debugfs_remove(knobs->dir);
	mutex_lock(&sim_knobs_lock);
	list_del(&knobs->in_all);
	mutex_unlock(&sim_knobs_lock);
}

/* Makes a folder with the device's name; it goes before @knobs does. */
int devm_sim_knobs(struct device *dev, struct sim_knobs *knobs, struct sim_knob *knob,
		   unsigned int n)
{
	knobs->knob = knob;
	knobs->n = n;
	knobs->dir = debugfs_create_dir(dev_name(dev), sim_debugfs);
	sim_knobs_add(knobs);
	return devm_add_action_or_reset(dev, sim_knobs_remove, knobs);
}

static int sim_reset(char *unused)
{
	struct sim_knobs *knobs;
	unsigned int i;

	mutex_lock(&sim_knobs_lock);
	list_for_each_entry(knobs, &sim_all_knobs, in_all)
		for (i = 0; i < knobs->n; i++)
			sim_knob_write(&knobs->knob[i], knobs->knob[i].initial);
	mutex_unlock(&sim_knobs_lock);
	return 0;
}

DEFINE_SIM_COMMAND(sim_reset);

static int sim_state_show(struct seq_file *m, void *unused)
{
	sim_fabric_show(m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sim_state);

void sim_knobs_init(void)
{
	sim_debugfs = debugfs_create_dir("hwcontainer-sim", NULL);
	sim_top.dir = sim_debugfs;
	sim_knobs_add(&sim_top);
	debugfs_create_file("reset", 0200, sim_debugfs, NULL, &sim_reset_fops);
	debugfs_create_atomic_t("probes", 0444, sim_debugfs, &sim_probes);
	debugfs_create_u32("peak", 0644, sim_debugfs, &sim_loading_peak);
	debugfs_create_file("state", 0444, sim_debugfs, NULL, &sim_state_fops);
}

void sim_knobs_exit(void)
{
	sim_knobs_remove(&sim_top);
}
