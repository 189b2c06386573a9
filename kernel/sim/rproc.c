// SPDX-License-Identifier: GPL-2.0-only
/*
 * Simulated remote processors, on the mainline framework and without a tie to
 * hwcontainer.ko. A core has SIM_RPROC_SIZE bytes of memory at SIM_RPROC_DA and
 * executes nothing: when it starts it writes the text at its firmware's entry point
 * into the trace buffers that the resource table names. It crashes when it is told to
 * below, or to the framework, with remoteproc/remoteprocN/crash in debugfs.
 *
 * Nodes with the compatible "hwcontainer,sim-rproc" are cores. Others come with
 *
 * /sys/kernel/debug/hwcontainer-sim-rproc/
 *	add		"NAME" or "NAME MODE": one that is
 *				auto	started by its driver, which has no firmware
 *				attached	running since before Linux
 *				raw	of a driver with a loader of its own, which
 *					does not say what a core dump has
 *	remove		"NAME": it goes, claimed or not
 *	die		"NAME TEXT": it writes a line into its trace buffers and crashes
 *	die_at_start	1: each crashes as soon as it is started
 *	fail_prepare fail_start fail_stop
 *			an errno (5 for -EIO): the step fails with it
 *	stall_start_ms stall_stop_ms
 *			the step takes that long
 *	running		how many cores run
 *	starts		how often one was started
 *	memory		of each core: how many words of its memory are not 0 (left), and
 *			how many were not when it was prepared last (found)
 *	channels announce withdraw say
 *			see rproc-rpmsg.c
 *	reset		a write turns every knob off
 */
#include <linux/atomic.h>
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/elf.h>
#include <linux/firmware.h>
#include <linux/list.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/remoteproc.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "knob.h"
#include "rproc.h"

#define SIM_RPROC_DA	0x10000000
#define SIM_RPROC_SIZE	SZ_256K
#define SIM_RPROC_NAME	32

enum sim_rproc_mode { PLAIN, AUTO, ATTACHED, RAW };

static const char *const sim_modes[] = {
	[PLAIN] = "", [AUTO] = "auto", [ATTACHED] = "attached", [RAW] = "raw",
};

/**
 * struct sim_rproc_wish - what a core should be
 * @name: its name
 * @mode: what is special about it
 */
struct sim_rproc_wish {
	char name[SIM_RPROC_NAME];
	enum sim_rproc_mode mode;
};

/**
 * struct sim_rproc - a core
 * @rproc: the framework's
 * @mode: what is special about it
 * @va: its memory
 * @dma: the same
 * @on: it runs
 * @found: words that were not 0 when it was prepared
 * @rpmsg: its messages
 */
struct sim_rproc {
	struct rproc *rproc;
	enum sim_rproc_mode mode;
	void *va;
	dma_addr_t dma;
	bool on;
	size_t found;
	struct sim_rpmsg rpmsg;
};

/**
 * struct sim_rproc_guest - a core that is in no device tree
 * @in_guests: in the list of them
 * @pdev: its device
 * @name: its name
 */
struct sim_rproc_guest {
	struct list_head in_guests;
	struct platform_device *pdev;
	char name[SIM_RPROC_NAME];
};

/* Protects the list. Held while a core comes or goes, never in the framework's ops. */
static DEFINE_MUTEX(sim_guests_lock);
static LIST_HEAD(sim_guests);

static struct dentry *sim_dir;
static atomic_t sim_running, sim_starts;

enum { FAIL_PREPARE, FAIL_START, FAIL_STOP, STALL_START_MS, STALL_STOP_MS, DIE_AT_START };

static struct sim_knob sim_rproc_knob[] = {
	[FAIL_PREPARE]	 = { "fail_prepare" },
	[FAIL_START]	 = { "fail_start" },
	[FAIL_STOP]	 = { "fail_stop" },
	[STALL_START_MS] = { "stall_start_ms" },
	[STALL_STOP_MS]	 = { "stall_stop_ms" },
	[DIE_AT_START]	 = { "die_at_start" },
};

/* Words that are not 0. */
static size_t sim_rproc_left(const struct sim_rproc *sim)
{
	const u64 *at = sim->va;
	size_t i, left = 0;

	for (i = 0; i < SIM_RPROC_SIZE / sizeof(*at); i++)
		left += at[i] != 0;
	return left;
}

/* Its memory is as DDR is: what was there before is there still. */
static int sim_rproc_prepare(struct rproc *rproc)
{
	struct sim_rproc *sim = rproc->priv;
	struct rproc_mem_entry *mem;
	int ret = sim_knob_errno(&sim_rproc_knob[FAIL_PREPARE]);

	if (ret)
		return ret;
	sim->found = sim_rproc_left(sim);
	mem = rproc_mem_entry_init(rproc->dev.parent, sim->va, sim->dma, SIM_RPROC_SIZE,
				   SIM_RPROC_DA, NULL, NULL, "sim-memory");
	if (!mem)
		return -ENOMEM;
	rproc_add_carveout(rproc, mem);
	if (sim->mode != RAW)
		rproc_coredump_add_segment(rproc, SIM_RPROC_DA, SIM_RPROC_SIZE);
	return 0;
}

/* Firmware clears its trace buffers before it writes to them. */
static void sim_rproc_clear(struct rproc *rproc, const struct fw_rsc_trace *trace)
{
	char *buf = rproc_da_to_va(rproc, trace->da, trace->len, NULL);

	if (buf)
		memset(buf, 0, trace->len);
}

static void sim_rproc_print(struct rproc *rproc, const struct fw_rsc_trace *trace,
			    const char *text, size_t room)
{
	char *buf = rproc_da_to_va(rproc, trace->da, trace->len, NULL);
	size_t used = buf ? strnlen(buf, trace->len) : trace->len;

	if (used < trace->len)
		snprintf(buf + used, trace->len - used, "%s: %.*s\n", rproc->name,
			 (int)min_t(size_t, room, 80), text);
}

/* A line, of at most @room bytes, in each of its trace buffers, alone if they are @fresh. */
static void sim_rproc_print_all(struct rproc *rproc, const char *text, size_t room, bool fresh)
{
	struct resource_table *table = rproc->table_ptr;
	struct fw_rsc_hdr *hdr;
	u32 i;

	for (i = 0; table && i < table->num; i++) {
		hdr = (void *)table + table->offset[i];
		if (hdr->type != RSC_TRACE)
			continue;
		if (fresh)
			sim_rproc_clear(rproc, (void *)hdr->data);
		sim_rproc_print(rproc, (void *)hdr->data, text, room);
	}
}

/* What a core would print: the text at its first instruction. */
static void sim_rproc_execute(struct rproc *rproc)
{
	const char *text = rproc_da_to_va(rproc, rproc->bootaddr, 1, NULL);
	struct sim_rproc *sim = rproc->priv;

	if (text)
		sim_rproc_print_all(rproc, text, (char *)sim->va + SIM_RPROC_SIZE - text, true);
}

static void sim_rproc_set_on(struct sim_rproc *sim, bool on)
{
	if (sim->on == on)
		return;
	sim->on = on;
	if (on)
		atomic_inc(&sim_running);
	else
		atomic_dec(&sim_running);
}

static int sim_rproc_start(struct rproc *rproc)
{
	int ret = sim_knob_errno(&sim_rproc_knob[FAIL_START]);

	atomic_inc(&sim_starts);
	sim_knob_stall(&sim_rproc_knob[STALL_START_MS]);
	if (ret)
		return ret;
	sim_rproc_execute(rproc);
	sim_rproc_set_on(rproc->priv, true);
	if (sim_knob(&sim_rproc_knob[DIE_AT_START]))
		rproc_report_crash(rproc, RPROC_FATAL_ERROR);
	return 0;
}

static int sim_rproc_stop(struct rproc *rproc)
{
	struct sim_rproc *sim = rproc->priv;
	int ret = sim_knob_errno(&sim_rproc_knob[FAIL_STOP]);

	sim_knob_stall(&sim_rproc_knob[STALL_STOP_MS]);
	if (ret)
		return ret;
	sim_rpmsg_stop(&sim->rpmsg);
	sim_rproc_set_on(sim, false);
	return 0;
}

static int sim_rproc_attach(struct rproc *rproc)
{
	return 0;
}

static void sim_rproc_kick(struct rproc *rproc, int vq)
{
	struct sim_rproc *sim = rproc->priv;

	sim_rpmsg_kick(&sim->rpmsg);
}

static int sim_rproc_load_raw(struct rproc *rproc, const struct firmware *fw)
{
	struct sim_rproc *sim = rproc->priv;

	if (fw->size > SIM_RPROC_SIZE)
		return -EFBIG;
	memcpy(sim->va, fw->data, fw->size);
	return 0;
}

static const struct rproc_ops sim_rproc_ops = {
	.prepare = sim_rproc_prepare,
	.start = sim_rproc_start,
	.stop = sim_rproc_stop,
	.attach = sim_rproc_attach,
	.kick = sim_rproc_kick,
};

static const struct rproc_ops sim_rproc_raw_ops = {
	.prepare = sim_rproc_prepare,
	.start = sim_rproc_start,
	.stop = sim_rproc_stop,
	.kick = sim_rproc_kick,
	.load = sim_rproc_load_raw,
};

/* One that is attached runs until it is stopped, or goes. */
static void sim_rproc_off(void *data)
{
	struct sim_rproc *sim = data;

	sim_rpmsg_exit(&sim->rpmsg);
	sim_rproc_set_on(sim, false);
}

static int sim_rproc_probe(struct platform_device *pdev)
{
	const struct sim_rproc_wish *wish = dev_get_platdata(&pdev->dev);
	const char *name = wish ? wish->name : pdev->dev.of_node->name;
	enum sim_rproc_mode mode = wish ? wish->mode : PLAIN;
	struct sim_rproc *sim;
	struct rproc *rproc;
	int ret;

	ret = dma_coerce_mask_and_coherent(&pdev->dev, DMA_BIT_MASK(32));
	if (ret)
		return ret;
	rproc = devm_rproc_alloc(&pdev->dev, name,
				 mode == RAW ? &sim_rproc_raw_ops : &sim_rproc_ops,
				 "hwcontainer-sim-none.elf", sizeof(*sim));
	if (!rproc)
		return -ENOMEM;
	if (mode != RAW)
		rproc_coredump_set_elf_info(rproc, ELFCLASS32, EM_ARM);
	rproc->auto_boot = mode == AUTO;
	sim = rproc->priv;
	sim->rproc = rproc;
	sim->mode = mode;
	platform_set_drvdata(pdev, rproc);
	sim_rpmsg_init(&sim->rpmsg, rproc);
	ret = devm_add_action_or_reset(&pdev->dev, sim_rproc_off, sim);
	if (ret)
		return ret;
	if (mode == ATTACHED) {
		rproc->state = RPROC_DETACHED;
		sim_rproc_set_on(sim, true);
	}
	sim->va = dmam_alloc_coherent(&pdev->dev, SIM_RPROC_SIZE, &sim->dma, GFP_KERNEL);
	if (!sim->va)
		return -ENOMEM;
	return devm_rproc_add(&pdev->dev, rproc);
}

static const struct of_device_id sim_rproc_of_match[] = {
	{ .compatible = "hwcontainer,sim-rproc" },
	{}
};
MODULE_DEVICE_TABLE(of, sim_rproc_of_match);

static struct platform_driver sim_rproc_driver = {
	.probe = sim_rproc_probe,
	.driver = {
		.name = "hwcontainer-sim-rproc",
		.of_match_table = sim_rproc_of_match,
	},
};

static int sim_guest_add(char *text)
{
	char *name = strsep(&text, " ");
	struct sim_rproc_wish wish = {};
	struct sim_rproc_guest *guest;
	int mode, ret;

	mode = match_string(sim_modes, ARRAY_SIZE(sim_modes), text ?: "");
	if (mode < 0 || strscpy(wish.name, name) <= 0)
		return -EINVAL;
	wish.mode = mode;
	guest = kzalloc(sizeof(*guest), GFP_KERNEL);
	if (!guest)
		return -ENOMEM;
	strscpy(guest->name, name);
	guest->pdev = platform_device_register_data(NULL, "hwcontainer-sim-rproc",
						    PLATFORM_DEVID_AUTO, &wish, sizeof(wish));
	if (IS_ERR(guest->pdev)) {
		ret = PTR_ERR(guest->pdev);
		kfree(guest);
		return ret;
	}
	mutex_lock(&sim_guests_lock);
	list_add_tail(&guest->in_guests, &sim_guests);
	mutex_unlock(&sim_guests_lock);
	return 0;
}

DEFINE_SIM_COMMAND(sim_guest_add);

static void sim_guest_free_locked(struct sim_rproc_guest *guest)
{
	lockdep_assert_held(&sim_guests_lock);
	list_del(&guest->in_guests);
	platform_device_unregister(guest->pdev);
	kfree(guest);
}

static int sim_guest_remove(char *name)
{
	struct sim_rproc_guest *guest, *next;
	int ret = -ENOENT;

	mutex_lock(&sim_guests_lock);
	list_for_each_entry_safe(guest, next, &sim_guests, in_guests) {
		if (strcmp(guest->name, name))
			continue;
		sim_guest_free_locked(guest);
		ret = 0;
		break;
	}
	mutex_unlock(&sim_guests_lock);
	return ret;
}

DEFINE_SIM_COMMAND(sim_guest_remove);

/**
 * struct sim_rproc_death - what a core is to do last
 * @name: the core's
 * @text: what it says
 */
struct sim_rproc_death {
	const char *name;
	const char *text;
};

/* Both in one, as nearly as a core can. Returns whether it was this one, and ran. */
static int sim_rproc_die(struct device *dev, void *data)
{
	const struct sim_rproc_death *death = data;
	struct rproc *rproc;
	bool ran = false;

	device_lock(dev);
	rproc = dev_get_drvdata(dev);
	if (rproc && !strcmp(rproc->name, death->name)) {
		mutex_lock(&rproc->lock);
		ran = rproc->state == RPROC_RUNNING;
		if (ran) {
			sim_rproc_print_all(rproc, death->text, strlen(death->text), false);
			rproc_report_crash(rproc, RPROC_FATAL_ERROR);
		}
		mutex_unlock(&rproc->lock);
	}
	device_unlock(dev);
	return ran;
}

static int sim_rproc_kill(char *text)
{
	struct sim_rproc_death death = { .name = strsep(&text, " ") };

	death.text = text ?: "";
	if (driver_for_each_device(&sim_rproc_driver.driver, NULL, &death, sim_rproc_die) <= 0)
		return -ESRCH;
	return 0;
}

DEFINE_SIM_COMMAND(sim_rproc_kill);

static int sim_rproc_show_one(struct device *dev, void *m)
{
	struct sim_rproc *sim;
	struct rproc *rproc;

	device_lock(dev);
	rproc = dev_get_drvdata(dev);
	if (rproc) {
		sim = rproc->priv;
		mutex_lock(&rproc->lock);
		seq_printf(m, "%s left=%zu found=%zu\n", rproc->name, sim_rproc_left(sim),
			   sim->found);
		mutex_unlock(&rproc->lock);
	}
	device_unlock(dev);
	return 0;
}

static int sim_rproc_memory_show(struct seq_file *m, void *unused)
{
	return driver_for_each_device(&sim_rproc_driver.driver, NULL, m, sim_rproc_show_one);
}

DEFINE_SHOW_ATTRIBUTE(sim_rproc_memory);

static int sim_rproc_reset(char *unused)
{
	sim_knobs_clear(sim_rproc_knob, ARRAY_SIZE(sim_rproc_knob));
	sim_rpmsg_reset();
	return 0;
}

DEFINE_SIM_COMMAND(sim_rproc_reset);

static void sim_debugfs_add(void)
{
	sim_dir = debugfs_create_dir("hwcontainer-sim-rproc", NULL);
	sim_knobs_create(sim_dir, sim_rproc_knob, ARRAY_SIZE(sim_rproc_knob));
	debugfs_create_atomic_t("running", 0444, sim_dir, &sim_running);
	debugfs_create_atomic_t("starts", 0444, sim_dir, &sim_starts);
	debugfs_create_file("memory", 0444, sim_dir, NULL, &sim_rproc_memory_fops);
	debugfs_create_file("add", 0200, sim_dir, NULL, &sim_guest_add_fops);
	debugfs_create_file("remove", 0200, sim_dir, NULL, &sim_guest_remove_fops);
	debugfs_create_file("die", 0200, sim_dir, NULL, &sim_rproc_kill_fops);
	sim_rpmsg_debugfs_add(sim_dir);
	debugfs_create_file("reset", 0200, sim_dir, NULL, &sim_rproc_reset_fops);
}

static int __init sim_rproc_init(void)
{
	int ret = platform_driver_register(&sim_rproc_driver);

	if (!ret)
		sim_debugfs_add();
	return ret;
}

static void __exit sim_rproc_exit(void)
{
	struct sim_rproc_guest *guest, *next;

	debugfs_remove(sim_dir);
	mutex_lock(&sim_guests_lock);
	list_for_each_entry_safe(guest, next, &sim_guests, in_guests)
		sim_guest_free_locked(guest);
	mutex_unlock(&sim_guests_lock);
	platform_driver_unregister(&sim_rproc_driver);
}

module_init(sim_rproc_init);
module_exit(sim_rproc_exit);
MODULE_DESCRIPTION("Simulated remote processors for tests of hwcontainer");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
