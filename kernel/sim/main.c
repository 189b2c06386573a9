// SPDX-License-Identifier: GPL-2.0-only
/*
 * A simulated FPGA: silicon and nothing else, on the mainline frameworks. Start
 * and end of the module.
 */
#include <linux/module.h>

#include "sim.h"

static int __init sim_init(void)
{
	int ret;

	sim_knobs_init();
	ret = sim_mgr_init();
	if (ret)
		goto err_knobs;
	ret = sim_board_init();
	if (ret)
		goto err_mgr;
	ret = sim_bridge_init();
	if (ret)
		goto err_board;
	ret = sim_line_init();
	if (ret)
		goto err_bridge;
	ret = sim_intc_init();
	if (ret)
		goto err_line;
	return 0;

err_line:
	sim_line_exit();
err_bridge:
	sim_bridge_exit();
err_board:
	sim_board_exit();
err_mgr:
	sim_mgr_exit();
err_knobs:
	sim_knobs_exit();
	return ret;
}

/*
 * The regions' hold on the managers sees to it that none of them is left. The
 * interrupt controller goes first: its end unbinds the accelerators' drivers,
 * which its lines make its consumers.
 */
static void __exit sim_exit(void)
{
	sim_intc_exit();
	sim_line_exit();
	sim_bridge_exit();
	sim_board_exit();
	sim_mgr_exit();
	sim_knobs_exit();
}

module_init(sim_init);
module_exit(sim_exit);
MODULE_DESCRIPTION("Simulated FPGA for tests of hwcontainer");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
