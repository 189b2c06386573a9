// SPDX-License-Identifier: GPL-2.0-only
/*
 * A simulated FPGA: silicon and nothing else, on the mainline frameworks. Start
 * and end of the module.
 */
#include <linux/module.h>
#include <linux/platform_device.h>

#include "sim.h"

/*
 * In this order; they go from the end. The regions' hold on the managers sees to it that
 * none of them is left. The interrupt controller goes first: its end unbinds the
 * accelerators' drivers, which its lines make its consumers.
 */
static struct platform_driver *const sim_drivers[] = {
	&sim_mgr_driver,
	&sim_bridge_driver,
	&sim_line_driver,
	&sim_intc_driver,
};

static int __init sim_init(void)
{
	int ret;

	sim_knobs_init();
	ret = sim_board_init();
	if (ret)
		goto err_knobs;
	ret = platform_register_drivers(sim_drivers, ARRAY_SIZE(sim_drivers));
	if (ret)
		goto err_board;
	return 0;

err_board:
	sim_board_exit();
err_knobs:
	sim_knobs_exit();
	return ret;
}

static void __exit sim_exit(void)
{
	platform_unregister_drivers(sim_drivers, ARRAY_SIZE(sim_drivers));
	sim_board_exit();
	sim_knobs_exit();
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_DESCRIPTION("Simulated FPGA for tests of hwcontainer");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
