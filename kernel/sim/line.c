// SPDX-License-Identifier: GPL-2.0-only
/*
 * A line of the simulated logic that ends at the machine's own interrupt controller,
 * from where a hypervisor can hand it to a guest.
 *
 * QEMU's virt machine has one source of interrupts there that software can raise and
 * lower as it likes: its clock, a PL031 (QEMU's hw/rtc/pl031.c). An alarm is made due once and
 * never acknowledged; from then on the clock's mask is the line. Nothing tells
 * the simulator at once that an interrupt was served, so the line is an edge, as those of
 * intc.c are: a level would interrupt a machine with one processor for ever.
 */
#include <linux/cleanup.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "sim.h"

#define PL031_NOW	0x00
#define PL031_ALARM	0x04
#define PL031_MASK	0x10	/* 1: let it through */
#define PL031_DUE	0x14

/* Seconds may pass between reading the time and setting the alarm to it, but not each time. */
#define PL031_ATTEMPTS	8

/* Protects what follows. Taken inside the fabrics' locks; nothing inside it. */
static DEFINE_MUTEX(sim_line_lock);
static void __iomem *sim_line_regs;
static u32 sim_line_number;

/* A line that does not lead here has no effect. */
void sim_line_pulse(u32 line)
{
	guard(mutex)(&sim_line_lock);
	if (!sim_line_regs || line != sim_line_number)
		return;
	writel(1, sim_line_regs + PL031_MASK);
	writel(0, sim_line_regs + PL031_MASK);
}

static bool sim_line_make_due(void __iomem *regs)
{
	int i;

	writel(0, regs + PL031_MASK);
	for (i = 0; i < PL031_ATTEMPTS && !readl(regs + PL031_DUE); i++)
		writel(readl(regs + PL031_NOW), regs + PL031_ALARM);
	return readl(regs + PL031_DUE);
}

static int sim_line_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	void __iomem *regs = devm_platform_ioremap_resource(pdev, 0);
	u32 number;
	int ret;

	if (IS_ERR(regs))
		return PTR_ERR(regs);
	ret = of_property_read_u32(dev->of_node, "hwcontainer,sim-line", &number);
	if (ret)
		return dev_err_probe(dev, ret, "no number in hwcontainer,sim-line\n");
	if (!sim_line_make_due(regs))
		return dev_err_probe(dev, -ENODEV, "its alarm does not become due\n");

	guard(mutex)(&sim_line_lock);
	if (sim_line_regs)
		return dev_err_probe(dev, -EBUSY, "there is one already\n");
	sim_line_number = number;
	sim_line_regs = regs;
	return 0;
}

static void sim_line_remove(struct platform_device *pdev)
{
	guard(mutex)(&sim_line_lock);
	sim_line_regs = NULL;
}

static const struct of_device_id sim_line_ids[] = {
	{ .compatible = "hwcontainer,sim-line" },
	{}
};
MODULE_DEVICE_TABLE(of, sim_line_ids);

struct platform_driver sim_line_driver = {
	.probe = sim_line_probe,
	.remove_new = sim_line_remove,
	.driver = {
		.name = "hwcontainer-sim-line",
		.of_match_table = sim_line_ids,
		.suppress_bind_attrs = true,
	},
};
