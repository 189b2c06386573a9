// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programmable logic: slots, their register windows, and engines that run
 * in them.
 *
 * The windows are memory that the device tree keeps out of the kernel's hands,
 * so nothing tells a model that a register was written. A thread looks, as the
 * clock of real logic does: often while there is work, once a millisecond
 * between, and not at all while no slot has both an engine and an enabled
 * bridge.
 */
#include <linux/cleanup.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kthread.h>
#include <linux/ktime.h>
#include <linux/of.h>
#include <linux/of_reserved_mem.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>

#include "sim.h"
#include "sim-regs.h"

#define IDLE_PERIOD_US	1000
#define BUSY_PERIOD_US	20
/* A command that follows this soon finds the engine awake. */
#define BUSY_US		2000

static const struct sim_engine *const sim_engines[] = {
	&sim_engine_sha256,
	&sim_engine_fir,
};

/* Protects the list of fabrics; outside each fabric's own lock. */
static DEFINE_MUTEX(sim_fabrics_lock);
static LIST_HEAD(sim_fabrics);

u32 sim_slot_read(const struct sim_slot *slot, u32 reg)
{
	return readl(slot->regs + reg);
}

void sim_slot_write(struct sim_slot *slot, u32 reg, u32 value)
{
	writel(value, slot->regs + reg);
}

static bool sim_slot_live(const struct sim_slot *slot)
{
	return slot->engine && slot->connected;
}

/* Registers as they are after reset, or nothing where no engine answers. */
static void sim_slot_reset(struct sim_slot *slot)
{
	if (!slot->engine)
		return;
	memset_io(slot->regs, 0, slot->regs_size);
	if (!slot->connected)
		return;
	sim_slot_write(slot, SIM_VERSION, SIM_VERSION_1);
	sim_slot_write(slot, SIM_DATA_SIZE, SIM_DATA_BYTES);
	slot->engine->reset(slot);
}

static void sim_fabric_count_live(struct sim_fabric *fabric)
{
	unsigned int i, live = 0;

	lockdep_assert_held(&fabric->lock);
	for (i = 0; i < fabric->n_slots; i++)
		live += sim_slot_live(&fabric->slots[i]);
	WRITE_ONCE(fabric->live, live);
	if (live)
		wake_up(&fabric->wake);
}

/* One command, if there is one. */
static bool sim_slot_poll(struct sim_fabric *fabric, struct sim_slot *slot)
{
	u32 ctrl = sim_slot_read(slot, SIM_CTRL);
	u32 status = SIM_STATUS_DONE;
	u32 len;
	int ret = -EINVAL;

	if (!(ctrl & SIM_CTRL_START))
		return false;
	sim_slot_write(slot, SIM_STATUS, SIM_STATUS_BUSY);
	sim_slot_write(slot, SIM_CTRL, ctrl & ~SIM_CTRL_START);
	len = sim_slot_read(slot, SIM_LEN);
	if (len <= SIM_DATA_BYTES) {
		memcpy_fromio(fabric->data, slot->regs + SIM_DATA, len);
		ret = slot->engine->run(slot, ctrl, fabric->data, len);
	}
	if (ret < 0)
		status |= SIM_STATUS_ERROR;
	else
		memcpy_toio(slot->regs + SIM_DATA, fabric->data, ret);
	slot->commands++;
	sim_slot_write(slot, SIM_STATUS, status);
	if (ctrl & SIM_CTRL_IRQ)
		sim_intc_raise(slot->line);
	return true;
}

static bool sim_fabric_poll(struct sim_fabric *fabric)
{
	bool busy = false;
	unsigned int i;

	guard(mutex)(&fabric->lock);
	for (i = 0; i < fabric->n_slots; i++)
		if (sim_slot_live(&fabric->slots[i]))
			busy |= sim_slot_poll(fabric, &fabric->slots[i]);
	return busy;
}

static int sim_fabric_thread(void *data)
{
	struct sim_fabric *fabric = data;
	ktime_t busy_until = 0;
	unsigned long period;

	while (!kthread_should_stop()) {
		if (!READ_ONCE(fabric->live)) {
			wait_event_idle(fabric->wake,
					READ_ONCE(fabric->live) || kthread_should_stop());
			continue;
		}
		if (sim_fabric_poll(fabric))
			busy_until = ktime_add_us(ktime_get(), BUSY_US);
		period = ktime_before(ktime_get(), busy_until) ? BUSY_PERIOD_US : IDLE_PERIOD_US;
		usleep_range_state(period, period + period / 4, TASK_IDLE);
	}
	return 0;
}

static int sim_fabric_read_u32(struct device *dev, const char *name, u32 *value)
{
	int ret = of_property_read_u32(dev->of_node, name, value);

	return ret ? dev_err_probe(dev, ret, "no number in %s\n", name) : 0;
}

static int sim_fabric_parse_numbers(struct sim_fabric *fabric)
{
	struct device *dev = fabric->dev;
	int ret;

	ret = sim_fabric_read_u32(dev, "hwcontainer,idcode", &fabric->idcode) ?:
	      sim_fabric_read_u32(dev, "hwcontainer,sim-slots", &fabric->n_slots) ?:
	      sim_fabric_read_u32(dev, "hwcontainer,sim-slot-size", &fabric->slot_size) ?:
	      sim_fabric_read_u32(dev, "hwcontainer,sim-first-line", &fabric->line_base);
	if (ret)
		return ret;
	if (fabric->n_slots > SIM_SLOTS_MAX || fabric->slot_size % SZ_4K)
		return dev_err_probe(dev, -EINVAL, "%u slots of 0x%x bytes cannot be\n",
				     fabric->n_slots, fabric->slot_size);
	return 0;
}

/* The windows, one behind the other in the memory that is set aside for them. */
static int sim_fabric_map(struct sim_fabric *fabric)
{
	struct device *dev = fabric->dev;
	struct device_node *np = of_parse_phandle(dev->of_node, "memory-region", 0);
	struct reserved_mem *mem = np ? of_reserved_mem_lookup(np) : NULL;
	void __iomem *base;
	unsigned int i;

	of_node_put(np);
	if (!mem || mem->size < (u64)fabric->n_slots * fabric->slot_size)
		return dev_err_probe(dev, -EINVAL, "memory-region holds no %u windows of 0x%x\n",
				     fabric->n_slots, fabric->slot_size);
	fabric->base = mem->base;
	base = devm_ioremap(dev, mem->base, fabric->n_slots * fabric->slot_size);
	if (!base)
		return -ENOMEM;
	for (i = 0; i < fabric->n_slots; i++)
		fabric->slots[i].window = base + i * fabric->slot_size;
	return 0;
}

/**
 * sim_fabric_parse() - read from the device tree what a device is like
 * @fabric: with its dev; receives what is constant, and the slots' windows
 *
 * Return: 0 or -errno, which is said.
 */
int sim_fabric_parse(struct sim_fabric *fabric)
{
	return sim_fabric_parse_numbers(fabric) ?: sim_fabric_map(fabric);
}

static void sim_fabric_stop(void *data)
{
	struct sim_fabric *fabric = data;

	mutex_lock(&sim_fabrics_lock);
	list_del(&fabric->in_all);
	mutex_unlock(&sim_fabrics_lock);
	kthread_stop(fabric->thread);
}

/**
 * devm_sim_fabric_start() - let time pass for a device's logic
 * @fabric: with everything set that is not protected by its lock, and the
 *	windows of its slots
 *
 * The device is born running, as one is whose boot loader has loaded a design;
 * its slots are empty.
 *
 * Return: 0 or -ENOMEM.
 */
int devm_sim_fabric_start(struct sim_fabric *fabric)
{
	unsigned int i;

	fabric->data = devm_kmalloc(fabric->dev, SIM_DATA_BYTES, GFP_KERNEL);
	if (!fabric->data)
		return -ENOMEM;
	mutex_init(&fabric->lock);
	init_waitqueue_head(&fabric->wake);
	fabric->running = true;
	for (i = 0; i < fabric->n_slots; i++) {
		fabric->slots[i].connected = true;
		memset_io(fabric->slots[i].window, 0, fabric->slot_size);
	}
	fabric->thread = kthread_run(sim_fabric_thread, fabric, "sim/%s", dev_name(fabric->dev));
	if (IS_ERR(fabric->thread))
		return PTR_ERR(fabric->thread);
	mutex_lock(&sim_fabrics_lock);
	list_add_tail(&fabric->in_all, &sim_fabrics);
	mutex_unlock(&sim_fabrics_lock);
	return devm_add_action_or_reset(fabric->dev, sim_fabric_stop, fabric);
}

/* Valid for as long as this module is: its drivers cannot be unbound by hand. */
struct sim_fabric *sim_fabric_find(const struct device_node *np)
{
	struct sim_fabric *fabric;

	guard(mutex)(&sim_fabrics_lock);
	list_for_each_entry(fabric, &sim_fabrics, in_all)
		if (fabric->dev->of_node == np)
			return fabric;
	return NULL;
}

/* The device in whose windows @addr is, and which slot's it is; or NULL. */
struct sim_fabric *sim_fabric_find_slot(phys_addr_t addr, u32 *slot)
{
	struct sim_fabric *fabric;

	guard(mutex)(&sim_fabrics_lock);
	list_for_each_entry(fabric, &sim_fabrics, in_all) {
		if (addr < fabric->base)
			continue;
		*slot = (addr - fabric->base) / fabric->slot_size;
		if (*slot < fabric->n_slots)
			return fabric;
	}
	return NULL;
}

/* A configuration begins: whatever was in the slot is gone. */
static void sim_slot_clear(struct sim_fabric *fabric, struct sim_slot *slot)
{
	slot->loaded[0] = '\0';
	slot->engine = NULL;
	memset_io(slot->window, 0, fabric->slot_size);
}

void sim_fabric_clear(struct sim_fabric *fabric)
{
	unsigned int i;

	guard(mutex)(&fabric->lock);
	fabric->running = false;
	for (i = 0; i < fabric->n_slots; i++)
		sim_slot_clear(fabric, &fabric->slots[i]);
	sim_fabric_count_live(fabric);
}

void sim_fabric_clear_slot(struct sim_fabric *fabric, u32 nr)
{
	struct sim_slot *slot = &fabric->slots[nr];

	guard(mutex)(&fabric->lock);
	if (slot->connected)
		slot->hot_loads++;
	sim_slot_clear(fabric, slot);
	sim_fabric_count_live(fabric);
}

static const struct sim_engine *sim_engine_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sim_engines); i++)
		if (!strcmp(sim_engines[i]->name, name))
			return sim_engines[i];
	return NULL;
}

/* "none" is a slot that is loaded and does nothing. */
int sim_fabric_check(struct sim_fabric *fabric, const struct sim_desc *desc)
{
	if (!strcmp(desc->engine, "none"))
		return 0;
	if (!sim_engine_find(desc->engine) || desc->irq >= SIM_SLOT_LINES ||
	    desc->reg_size < SIM_REGS_BYTES || desc->reg_size > fabric->slot_size ||
	    desc->reg_offset > fabric->slot_size - desc->reg_size ||
	    (desc->reg_offset | desc->reg_size) % 8)
		return -EINVAL;
	return 0;
}

/**
 * sim_fabric_fill_slot() - a configuration is complete: the slot becomes it
 * @fabric: whose slot
 * @nr: which
 * @desc: what it becomes, checked; NULL for an image that says nothing of it
 */
void sim_fabric_fill_slot(struct sim_fabric *fabric, u32 nr, const struct sim_desc *desc)
{
	struct sim_slot *slot = &fabric->slots[nr];

	guard(mutex)(&fabric->lock);
	strscpy(slot->loaded, desc ? desc->engine : "unknown");
	if (!desc)
		return;
	slot->engine = sim_engine_find(desc->engine);
	if (!slot->engine)
		return;
	slot->regs = slot->window + desc->reg_offset;
	slot->regs_size = desc->reg_size;
	slot->line = fabric->line_base + nr * SIM_SLOT_LINES + desc->irq;
	sim_slot_reset(slot);
	sim_fabric_count_live(fabric);
}

/* A whole-device image is complete. */
void sim_fabric_run(struct sim_fabric *fabric)
{
	guard(mutex)(&fabric->lock);
	fabric->running = true;
}

bool sim_fabric_running(struct sim_fabric *fabric)
{
	guard(mutex)(&fabric->lock);
	return fabric->running;
}

static void sim_fabric_look(struct sim_fabric *fabric)
{
	if (fabric->look)
		fabric->look(fabric);
}

/* What a bridge does: a slot behind a disabled one is held in reset. */
void sim_fabric_connect(struct sim_fabric *fabric, u32 nr, bool on)
{
	struct sim_slot *slot = &fabric->slots[nr];

	sim_fabric_look(fabric);
	guard(mutex)(&fabric->lock);
	slot->bridged = true;
	if (slot->connected == on)
		return;
	slot->connected = on;
	sim_slot_reset(slot);
	sim_fabric_count_live(fabric);
}

bool sim_fabric_connected(struct sim_fabric *fabric, u32 nr)
{
	guard(mutex)(&fabric->lock);
	return fabric->slots[nr].connected;
}

static void sim_fabric_show_one(struct seq_file *m, struct sim_fabric *fabric)
{
	const char *name = dev_name(fabric->dev);
	unsigned int i;

	sim_fabric_look(fabric);
	guard(mutex)(&fabric->lock);
	seq_printf(m, "%s idcode=0x%08x running=%d\n", name, fabric->idcode, fabric->running);
	for (i = 0; i < fabric->n_slots; i++) {
		const struct sim_slot *slot = &fabric->slots[i];

		seq_printf(m, "%s slot=%u loaded=%s bridge=%s commands=%u hot_loads=%u\n",
			   name, i, slot->loaded[0] ? slot->loaded : "-",
			   !slot->bridged ? "none" : slot->connected ? "enabled" : "disabled",
			   slot->commands, slot->hot_loads);
	}
}

void sim_fabric_show(struct seq_file *m)
{
	struct sim_fabric *fabric;

	guard(mutex)(&sim_fabrics_lock);
	list_for_each_entry(fabric, &sim_fabrics, in_all)
		sim_fabric_show_one(m, fabric);
}
