// SPDX-License-Identifier: GPL-2.0-only
/*
 * The programmable logic of a board that QEMU plays: the slots are ours, but what
 * is in them is configured by the mainline manager of the board, through the
 * monitor that answers for its firmware (selftests/qemu/firmware). The monitor
 * keeps a record of the last load that succeeded; who enables a bridge, or looks
 * at the state, brings it in. A load that no bridge was disabled for before the
 * next one is not seen.
 *
 * The monitor's knobs and its log of calls are in the folder that the simulated
 * manager has elsewhere.
 */
#include <linux/cleanup.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/firmware/xlnx-zynqmp.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/seq_file.h>

#include "../../selftests/qemu/firmware/monitor-page.h"
#include "sim.h"

/* As the simulated manager takes. */
#define NS_PER_KIB	10240

/* Words of an entry in the log. */
enum { LOG_API, LOG_ARGS, LOG_STATUS = LOG_ARGS + 4 };

static const struct {
	struct sim_knob knob;
	u32 reg;
} sim_board_knob[] = {
	{ { "stall_write_ms" }, MON_STALL_MS },
	{ { "ns_per_kib", NS_PER_KIB }, MON_LOAD_NS_PER_KIB },
	{ { "fail_api" }, MON_FAIL_API },
	{ { "fail_status" }, MON_FAIL_STATUS },
	{ { "fail_count" }, MON_FAIL_COUNT },
	{ { "hang" }, MON_HANG },
};

/**
 * struct sim_board - the programmable logic of a board
 * @fabric: its slots
 * @page: what the monitor shares
 * @lock: protects @seq and what follows from it; outside the fabric's
 * @seq: number of the last load that was brought in
 * @knobs: the monitor's
 * @knob: the same
 */
struct sim_board {
	struct sim_fabric fabric;
	void __iomem *page;
	struct mutex lock; /* seq */
	u32 seq;
	struct sim_knobs knobs;
	struct sim_knob knob[ARRAY_SIZE(sim_board_knob)];
};

static u32 sim_board_read(const struct sim_board *board, u32 reg)
{
	return readl(board->page + reg);
}

/* By the rules of config.c, when the image is complete. */
static void sim_board_configure_slot(struct sim_board *board, u32 slot)
{
	u32 words[MON_LOAD_NWORDS];
	struct sim_desc desc;
	int i, ret;

	BUILD_BUG_ON(MON_LOAD_NWORDS != SIM_DESC_WORDS);
	for (i = 0; i < MON_LOAD_NWORDS; i++)
		words[i] = sim_board_read(board, MON_LOAD_WORDS + 4 * i);
	ret = sim_desc_decode(words, &desc) ?: sim_fabric_check(&board->fabric, &desc);
	sim_fabric_clear_slot(&board->fabric, slot);
	sim_fabric_fill_slot(&board->fabric, slot, ret ? NULL : &desc);
}

static void sim_board_look(struct sim_fabric *fabric)
{
	struct sim_board *board = container_of(fabric, struct sim_board, fabric);
	u32 seq, slot;

	guard(mutex)(&board->lock);
	seq = sim_board_read(board, MON_LOAD_SEQ);
	if (seq == board->seq)
		return;
	board->seq = seq;
	slot = SIM_SLOT(sim_board_read(board, MON_LOAD_FAR));
	if (!sim_board_read(board, MON_LOAD_PARTIAL)) {
		sim_fabric_clear(fabric);
		sim_fabric_run(fabric);
	} else if (slot < fabric->n_slots) {
		sim_board_configure_slot(board, slot);
	}
}

/* EEMI calls by name (xlnx-zynqmp.h); the rest by number. */
static const char *sim_board_call(u32 api)
{
	switch (api) {
	case PM_GET_API_VERSION: return "GET_API_VERSION";
	case PM_GET_NODE_STATUS: return "GET_NODE_STATUS";
	case PM_FORCE_POWERDOWN: return "FORCE_POWERDOWN";
	case PM_REQUEST_WAKEUP: return "REQUEST_WAKEUP";
	case PM_REQUEST_NODE: return "REQUEST_NODE";
	case PM_RELEASE_NODE: return "RELEASE_NODE";
	case PM_RESET_ASSERT: return "RESET_ASSERT";
	case PM_FPGA_LOAD: return "FPGA_LOAD";
	case PM_FPGA_GET_STATUS: return "FPGA_GET_STATUS";
	case PM_GET_CHIPID: return "GET_CHIPID";
	case PM_IOCTL: return "IOCTL";
	case PM_QUERY_DATA: return "QUERY_DATA";
	case PM_CLOCK_ENABLE: return "CLOCK_ENABLE";
	case PM_CLOCK_DISABLE: return "CLOCK_DISABLE";
	case PM_CLOCK_GETSTATE: return "CLOCK_GETSTATE";
	case PM_FEATURE_CHECK: return "FEATURE_CHECK";
	case PM_LOAD_PDI: return "LOAD_PDI";
	default: return "call";
	}
}

static void sim_board_show_call(struct seq_file *m, const struct sim_board *board, u32 nr)
{
	u32 at = MON_LOG + nr % MON_LOG_ENTRIES * MON_LOG_SIZE;
	u32 api = sim_board_read(board, at + 4 * LOG_API);
	u32 status = sim_board_read(board, at + 4 * LOG_STATUS);
	int i;

	seq_printf(m, "%u %s %u:", nr, sim_board_call(api), api);
	for (i = 0; i < LOG_STATUS - LOG_ARGS; i++)
		seq_printf(m, " 0x%x", sim_board_read(board, at + 4 * (LOG_ARGS + i)));
	if (status == MON_LOG_UNANSWERED)
		seq_puts(m, " has not returned\n");
	else
		seq_printf(m, " = 0x%x\n", status);
}

static int sim_board_log_show(struct seq_file *m, void *unused)
{
	const struct sim_board *board = m->private;
	u32 next = sim_board_read(board, MON_LOG_NEXT);
	u32 nr = next > MON_LOG_ENTRIES ? next - MON_LOG_ENTRIES : 0;

	for (; nr < next; nr++)
		sim_board_show_call(m, board, nr);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sim_board_log);

static int sim_board_add_files(struct sim_board *board)
{
	unsigned int i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(sim_board_knob); i++) {
		board->knob[i] = sim_board_knob[i].knob;
		board->knob[i].reg = board->page + sim_board_knob[i].reg;
	}
	ret = devm_sim_knobs(board->fabric.dev, &board->knobs, board->knob,
			     ARRAY_SIZE(board->knob));
	if (ret)
		return ret;
	sim_knob_file(board->knobs.dir, "loads", board->page + MON_LOADS);
	sim_knob_file(board->knobs.dir, "failures", board->page + MON_FAILURES);
	sim_knob_file(board->knobs.dir, "rpus", board->page + MON_RPU_RUNNING);
	debugfs_create_file("log", 0444, board->knobs.dir, board, &sim_board_log_fops);
	return 0;
}

static int sim_board_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct sim_board *board = devm_kzalloc(dev, sizeof(*board), GFP_KERNEL);
	int ret;

	if (!board)
		return -ENOMEM;
	board->page = devm_ioremap(dev, MON_PAGE_BASE, MON_PAGE_SIZE);
	if (!board->page)
		return -ENOMEM;
	if (sim_board_read(board, MON_MAGIC_AT) != MON_MAGIC)
		return dev_err_probe(dev, -ENODEV, "the board's monitor does not run\n");
	mutex_init(&board->lock);
	board->seq = sim_board_read(board, MON_LOAD_SEQ);
	board->fabric.dev = dev;
	board->fabric.look = sim_board_look;
	ret = sim_fabric_parse(&board->fabric) ?: devm_sim_fabric_start(&board->fabric);
	return ret ?: sim_board_add_files(board);
}

static const struct of_device_id sim_board_ids[] = {
	{ .compatible = "hwcontainer,sim-fabric" },
	{}
};
MODULE_DEVICE_TABLE(of, sim_board_ids);

static struct platform_driver sim_board_driver = {
	.probe = sim_board_probe,
	.driver = {
		.name = "hwcontainer-sim-fabric",
		.of_match_table = sim_board_ids,
		.suppress_bind_attrs = true,
	},
};

int sim_board_init(void)
{
	return platform_driver_register(&sim_board_driver);
}

void sim_board_exit(void)
{
	platform_driver_unregister(&sim_board_driver);
}
