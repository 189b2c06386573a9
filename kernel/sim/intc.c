// SPDX-License-Identifier: GPL-2.0-only
/* The interrupt controller that all simulated logic is wired to; lines are edges. */
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/irqdomain.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "sim.h"

#define SIM_INTC_LINES 64

/* Protects the pointer, and what it points at while a line is raised. */
static DEFINE_MUTEX(sim_intc_lock);
static struct irq_domain *sim_intc;

/*
 * Delivered right here, in the model's thread: an irq_work needs an interrupt
 * that a processor sends to itself, which was never taken on QEMU's virt machine
 * with one processor. A line that nobody uses has no mapping, and its edge is lost.
 */
void sim_intc_raise(u32 line)
{
	if (sim_no_irq())
		return;
	mutex_lock(&sim_intc_lock);
	if (sim_intc)
		generic_handle_domain_irq_safe(sim_intc, line);
	mutex_unlock(&sim_intc_lock);
	sim_line_pulse(line);
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

/* irq_domain_xlate_onecell() trusts the tree; ours has overlays out of images. */
static int sim_intc_xlate(struct irq_domain *domain, struct device_node *np, const u32 *cells,
			  unsigned int count, irq_hw_number_t *line, unsigned int *type)
{
	if (count != 1 || cells[0] >= SIM_INTC_LINES)
		return -EINVAL;
	*line = cells[0];
	*type = IRQ_TYPE_NONE;
	return 0;
}

static const struct irq_domain_ops sim_intc_ops = {
	.map = sim_intc_map,
	.unmap = sim_intc_unmap,
	.xlate = sim_intc_xlate,
};

static int sim_intc_probe(struct platform_device *pdev)
{
	struct irq_domain *domain;

	domain = irq_domain_create_linear(dev_fwnode(&pdev->dev), SIM_INTC_LINES,
					  &sim_intc_ops, NULL);
	if (!domain)
		return -ENOMEM;
	mutex_lock(&sim_intc_lock);
	sim_intc = domain;
	mutex_unlock(&sim_intc_lock);
	return 0;
}

/* The driver core has unbound the users of its lines: they are its consumers. */
static void sim_intc_remove(struct platform_device *pdev)
{
	struct irq_domain *domain = sim_intc;
	unsigned int line;

	mutex_lock(&sim_intc_lock);
	sim_intc = NULL;
	mutex_unlock(&sim_intc_lock);
	for (line = 0; line < SIM_INTC_LINES; line++)
		irq_dispose_mapping(irq_find_mapping(domain, line));
	irq_domain_remove(domain);
}

static const struct of_device_id sim_intc_ids[] = {
	{ .compatible = "hwcontainer,sim-intc" },
	{}
};
MODULE_DEVICE_TABLE(of, sim_intc_ids);

struct platform_driver sim_intc_driver = {
	.probe = sim_intc_probe,
	.remove_new = sim_intc_remove,
	.driver = {
		.name = "hwcontainer-sim-intc",
		.of_match_table = sim_intc_ids,
		.suppress_bind_attrs = true,
	},
};
