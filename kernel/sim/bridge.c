// SPDX-License-Identifier: GPL-2.0-only
/* Bridges: what stands between a slot and the bus. */
#include <linux/device.h>
#include <linux/fpga/fpga-bridge.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>

#include "sim.h"

enum { FAIL_BRIDGE_ENABLE, FAIL_BRIDGE_DISABLE };

static const struct sim_knob sim_bridge_knob[] = {
	[FAIL_BRIDGE_ENABLE]  = { "fail_bridge_enable" },
	[FAIL_BRIDGE_DISABLE] = { "fail_bridge_disable" },
};

/**
 * struct sim_bridge - a bridge
 * @fabric: the device
 * @slot: its slot behind the bridge
 * @knobs: what can be made to fail
 * @knob: the same
 */
struct sim_bridge {
	struct sim_fabric *fabric;
	u32 slot;
	struct sim_knobs knobs;
	struct sim_knob knob[ARRAY_SIZE(sim_bridge_knob)];
};

static int sim_bridge_enable_set(struct fpga_bridge *br, bool enable)
{
	struct sim_bridge *bridge = br->priv;
	int ret;

	ret = sim_knob_errno(&bridge->knob[enable ? FAIL_BRIDGE_ENABLE : FAIL_BRIDGE_DISABLE]);
	if (ret)
		return ret;
	sim_fabric_connect(bridge->fabric, bridge->slot, enable);
	return 0;
}

static int sim_bridge_enable_show(struct fpga_bridge *br)
{
	struct sim_bridge *bridge = br->priv;

	return sim_fabric_connected(bridge->fabric, bridge->slot);
}

static const struct fpga_bridge_ops sim_bridge_ops = {
	.enable_set = sim_bridge_enable_set,
	.enable_show = sim_bridge_enable_show,
};

/* One that comes with an image has registers: the window that it closes. */
static int sim_bridge_parse_window(struct sim_bridge *bridge, struct platform_device *pdev)
{
	const struct resource *window = platform_get_resource(pdev, IORESOURCE_MEM, 0);

	bridge->fabric = window ? sim_fabric_find_slot(window->start, &bridge->slot) : NULL;
	if (!bridge->fabric)
		return dev_err_probe(&pdev->dev, -EINVAL, "neither slot nor window of one\n");
	return 0;
}

/* Which slot of which device. Return: 0, -EINVAL, or -EPROBE_DEFER. */
static int sim_bridge_parse(struct sim_bridge *bridge, struct device *dev)
{
	struct of_phandle_args args;
	int ret;

	if (!of_property_present(dev->of_node, "hwcontainer,sim-slot"))
		return sim_bridge_parse_window(bridge, to_platform_device(dev));
	ret = of_parse_phandle_with_fixed_args(dev->of_node, "hwcontainer,sim-slot", 1, 0, &args);
	if (ret)
		return dev_err_probe(dev, ret, "no slot in hwcontainer,sim-slot\n");
	bridge->fabric = sim_fabric_find(args.np);
	bridge->slot = args.args[0];
	of_node_put(args.np);
	if (!bridge->fabric)
		return -EPROBE_DEFER;
	if (bridge->slot >= bridge->fabric->n_slots)
		return dev_err_probe(dev, -EINVAL, "slot %u, there are %u\n",
				     bridge->slot, bridge->fabric->n_slots);
	return 0;
}

static int sim_bridge_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct sim_bridge *bridge;
	struct fpga_bridge *br;
	int ret;

	bridge = devm_kzalloc(dev, sizeof(*bridge), GFP_KERNEL);
	if (!bridge)
		return -ENOMEM;
	ret = sim_bridge_parse(bridge, dev);
	if (ret)
		return ret;
	memcpy(bridge->knob, sim_bridge_knob, sizeof(bridge->knob));
	ret = devm_sim_knobs(dev, &bridge->knobs, bridge->knob, ARRAY_SIZE(bridge->knob));
	if (ret)
		return ret;
	sim_fabric_connect(bridge->fabric, bridge->slot, false);
	br = fpga_bridge_register(dev, "hwcontainer simulated bridge", &sim_bridge_ops, bridge);
	if (IS_ERR(br))
		return PTR_ERR(br);
	platform_set_drvdata(pdev, br);
	return 0;
}

static void sim_bridge_remove(struct platform_device *pdev)
{
	fpga_bridge_unregister(platform_get_drvdata(pdev));
}

static const struct of_device_id sim_bridge_ids[] = {
	{ .compatible = "hwcontainer,sim-bridge" },
	{}
};
MODULE_DEVICE_TABLE(of, sim_bridge_ids);

struct platform_driver sim_bridge_driver = {
	.probe = sim_bridge_probe,
	.remove_new = sim_bridge_remove,
	.driver = {
		.name = "hwcontainer-sim-bridge",
		.of_match_table = sim_bridge_ids,
		.suppress_bind_attrs = true,
	},
};
