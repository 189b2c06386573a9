// SPDX-License-Identifier: GPL-2.0-only
/* The interrupt controller that all simulated logic is wired to; lines are edges. */
#include <linux/bitmap.h>
#include <linux/irq.h>
#include <linux/irq_work.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/spinlock.h>

#include "sim.h"

#define SIM_INTC_LINES 64

/**
 * struct sim_intc - the interrupt controller
 * @domain: its lines as the kernel knows them
 * @work: delivers @pending in interrupt context
 * @pending: lines that have risen
 */
struct sim_intc {
	struct irq_domain *domain;
	struct irq_work work;
	DECLARE_BITMAP(pending, SIM_INTC_LINES);
};

/* Protects the pointer; nothing is taken inside it. */
static DEFINE_SPINLOCK(sim_intc_lock);
static struct sim_intc *sim_intc;

void sim_intc_raise(u32 line)
{
	unsigned long flags;

	if (sim_no_irq())
		return;
	spin_lock_irqsave(&sim_intc_lock, flags);
	if (sim_intc && line < SIM_INTC_LINES) {
		set_bit(line, sim_intc->pending);
		irq_work_queue(&sim_intc->work);
	}
	spin_unlock_irqrestore(&sim_intc_lock, flags);
}

/* A line that nobody uses has no mapping, and its edge is lost. */
static void sim_intc_deliver(struct irq_work *work)
{
	struct sim_intc *intc = container_of(work, struct sim_intc, work);
	unsigned int line;

	for_each_set_bit(line, intc->pending, SIM_INTC_LINES) {
		clear_bit(line, intc->pending);
		generic_handle_domain_irq(intc->domain, line);
	}
}

/* The edge flow handler wants one; there is nothing to acknowledge. */
static void sim_intc_ack(struct irq_data *data)
{
}

/* Masking is left to the core: it remembers an edge while a line is disabled. */
static struct irq_chip sim_intc_chip = {
	.name = "hwcontainer-sim",
	.irq_ack = sim_intc_ack,
};

static int sim_intc_map(struct irq_domain *domain, unsigned int virq, irq_hw_number_t line)
{
	irq_set_chip_and_handler(virq, &sim_intc_chip, handle_edge_irq);
	irq_set_noprobe(virq);
	return 0;
}

static void sim_intc_unmap(struct irq_domain *domain, unsigned int virq)
{
	irq_set_chip_and_handler(virq, NULL, NULL);
}

static const struct irq_domain_ops sim_intc_ops = {
	.map = sim_intc_map,
	.unmap = sim_intc_unmap,
	.xlate = irq_domain_xlate_onecell,
};

static int sim_intc_probe(struct platform_device *pdev)
{
	struct sim_intc *intc = devm_kzalloc(&pdev->dev, sizeof(*intc), GFP_KERNEL);

	if (!intc)
		return -ENOMEM;
	intc->work = IRQ_WORK_INIT_HARD(sim_intc_deliver);
	intc->domain = irq_domain_create_linear(dev_fwnode(&pdev->dev), SIM_INTC_LINES,
						&sim_intc_ops, intc);
	if (!intc->domain)
		return -ENOMEM;
	platform_set_drvdata(pdev, intc);
	spin_lock_irq(&sim_intc_lock);
	sim_intc = intc;
	spin_unlock_irq(&sim_intc_lock);
	return 0;
}

/* The driver core has unbound the users of its lines: they are its consumers. */
static void sim_intc_remove(struct platform_device *pdev)
{
	struct sim_intc *intc = platform_get_drvdata(pdev);
	unsigned int line;

	spin_lock_irq(&sim_intc_lock);
	sim_intc = NULL;
	spin_unlock_irq(&sim_intc_lock);
	irq_work_sync(&intc->work);
	for (line = 0; line < SIM_INTC_LINES; line++)
		irq_dispose_mapping(irq_find_mapping(intc->domain, line));
	irq_domain_remove(intc->domain);
}

static const struct of_device_id sim_intc_ids[] = {
	{ .compatible = "hwcontainer,sim-intc" },
	{}
};
MODULE_DEVICE_TABLE(of, sim_intc_ids);

static struct platform_driver sim_intc_driver = {
	.probe = sim_intc_probe,
	.remove_new = sim_intc_remove,
	.driver = {
		.name = "hwcontainer-sim-intc",
		.of_match_table = sim_intc_ids,
		.suppress_bind_attrs = true,
	},
};

int sim_intc_init(void)
{
	return platform_driver_register(&sim_intc_driver);
}

void sim_intc_exit(void)
{
	platform_driver_unregister(&sim_intc_driver);
}
