// SPDX-License-Identifier: GPL-2.0-only
/*
 * The configuration port: an FPGA manager that takes images in pieces of any
 * size, at the pace of the port.
 */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/device.h>
#include <linux/io.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/sizes.h>
#include <linux/spinlock.h>

#include "sim.h"

/* About 100 MB/s; what Linux reaches through PCAP is less, the port does more. */
#define NS_PER_KIB	10240
/* Between two looks at the clock. */
#define CHUNK		SZ_64K
/* Below this a sleep costs more than it takes. */
#define SLEEP_MIN_US	20

enum { FAIL_WRITE_INIT, FAIL_WRITE, FAIL_WRITE_COMPLETE, STALL_WRITE_MS, HANG, NS_PER_KIB_KNOB };

static const struct sim_knob sim_mgr_knob[] = {
	[FAIL_WRITE_INIT]     = { "fail_write_init" },
	[FAIL_WRITE]	      = { "fail_write" },
	[FAIL_WRITE_COMPLETE] = { "fail_write_complete" },
	[STALL_WRITE_MS]      = { "stall_write_ms" },
	[HANG]		      = { "hang" },
	[NS_PER_KIB_KNOB]     = { "ns_per_kib", NS_PER_KIB },
};

/**
 * struct sim_mgr - the configuration port of a device
 * @fabric: what it configures
 * @config: state of the configuration logic; like what follows, of the load
 *	under way, which the fpga-mgr core allows only one of
 * @begun: when the load began
 * @bytes: how much of the image has been taken
 * @loads: loads that were completed
 * @failures: loads that were not
 * @knobs: what can be made to fail
 * @knob: the same
 */
struct sim_mgr {
	struct sim_fabric fabric;
	struct sim_config config;
	ktime_t begun;
	u64 bytes;
	u32 loads;
	u32 failures;
	struct sim_knobs knobs;
	struct sim_knob knob[ARRAY_SIZE(sim_mgr_knob)];
};

/* Loads under way in all devices, and the most there ever were. */
static DEFINE_SPINLOCK(sim_load_lock);
static u32 sim_loading;
u32 sim_loading_peak;

static void sim_mgr_begin(struct sim_mgr *sim)
{
	sim->begun = ktime_get();
	sim->bytes = 0;
	spin_lock(&sim_load_lock);
	sim_loading++;
	sim_loading_peak = max(sim_loading_peak, sim_loading);
	spin_unlock(&sim_load_lock);
}

static void sim_mgr_finish(u32 *counter)
{
	spin_lock(&sim_load_lock);
	(*counter)++;
	sim_loading--;
	spin_unlock(&sim_load_lock);
}

/* Return: @ret, so that what can fail passes through it on its way out. */
static int sim_mgr_failed(struct sim_mgr *sim, int ret)
{
	if (ret)
		sim_mgr_finish(&sim->failures);
	return ret;
}

static enum fpga_mgr_states sim_mgr_state(struct fpga_manager *mgr)
{
	struct sim_mgr *sim = mgr->priv;

	return sim_fabric_running(&sim->fabric) ? FPGA_MGR_STATE_OPERATING :
						  FPGA_MGR_STATE_UNKNOWN;
}

static u64 sim_mgr_status(struct fpga_manager *mgr)
{
	struct sim_mgr *sim = mgr->priv;

	return sim->config.status;
}

static int sim_mgr_write_init(struct fpga_manager *mgr, struct fpga_image_info *info,
			      const char *buf, size_t count)
{
	struct sim_mgr *sim = mgr->priv;
	int ret;

	sim_mgr_begin(sim);
	if (info->flags & ~FPGA_MGR_PARTIAL_RECONFIG) {
		dev_err(&mgr->dev, "flags 0x%x ask for what this port cannot do\n", info->flags);
		return sim_mgr_failed(sim, -EINVAL);
	}
	ret = sim_knob_errno(&sim->knob[FAIL_WRITE_INIT]);
	if (!ret)
		ret = sim_config_begin(&sim->config, &sim->fabric,
				       info->flags & FPGA_MGR_PARTIAL_RECONFIG);
	return sim_mgr_failed(sim, ret);
}

/* As the boards' firmware does, which does not return either while this knob is set. */
static void sim_mgr_hang(const struct sim_mgr *sim)
{
	while (sim_knob(&sim->knob[HANG]))
		msleep(20);
}

/* Sleeps until the port would have taken all bytes so far. */
static void sim_mgr_pace(struct sim_mgr *sim)
{
	u64 ns = div_u64(sim->bytes * sim_knob(&sim->knob[NS_PER_KIB_KNOB]), SZ_1K);
	s64 us = ktime_us_delta(ktime_add_ns(sim->begun, ns), ktime_get());

	if (us >= SLEEP_MIN_US)
		fsleep(us);
}

static int sim_mgr_write(struct fpga_manager *mgr, const char *buf, size_t count)
{
	struct sim_mgr *sim = mgr->priv;
	size_t chunk;
	int ret;

	sim_knob_stall(&sim->knob[STALL_WRITE_MS]);
	sim_mgr_hang(sim);
	for (; count; buf += chunk, count -= chunk) {
		chunk = min_t(size_t, count, CHUNK);
		ret = sim_config_feed(&sim->config, buf, chunk);
		if (!ret)
			ret = sim_knob_errno(&sim->knob[FAIL_WRITE]);
		if (ret)
			return sim_mgr_failed(sim, ret);
		sim->bytes += chunk;
		sim_mgr_pace(sim);
	}
	return 0;
}

static int sim_mgr_write_complete(struct fpga_manager *mgr, struct fpga_image_info *info)
{
	struct sim_mgr *sim = mgr->priv;
	int ret;

	ret = sim_knob_errno(&sim->knob[FAIL_WRITE_COMPLETE]);
	if (!ret)
		ret = sim_config_end(&sim->config);
	if (ret)
		return sim_mgr_failed(sim, ret);
	sim_mgr_finish(&sim->loads);
	return 0;
}

static const struct fpga_manager_ops sim_mgr_ops = {
	.state = sim_mgr_state,
	.status = sim_mgr_status,
	.write_init = sim_mgr_write_init,
	.write = sim_mgr_write,
	.write_complete = sim_mgr_write_complete,
};

static int sim_mgr_add_files(struct sim_mgr *sim)
{
	int ret;

	memcpy(sim->knob, sim_mgr_knob, sizeof(sim->knob));
	ret = devm_sim_knobs(sim->fabric.dev, &sim->knobs, sim->knob, ARRAY_SIZE(sim->knob));
	if (ret)
		return ret;
	debugfs_create_u32("loads", 0444, sim->knobs.dir, &sim->loads);
	debugfs_create_u32("failures", 0444, sim->knobs.dir, &sim->failures);
	return 0;
}

static int sim_mgr_probe(struct platform_device *pdev)
{
	struct device *dev = &pdev->dev;
	struct sim_mgr *sim = devm_kzalloc(dev, sizeof(*sim), GFP_KERNEL);
	int ret;

	if (!sim)
		return -ENOMEM;
	sim->fabric.dev = dev;
	ret = sim_fabric_parse(&sim->fabric) ?: devm_sim_fabric_start(&sim->fabric);
	if (ret)
		return ret;
	ret = sim_mgr_add_files(sim);
	if (ret)
		return ret;
	return PTR_ERR_OR_ZERO(devm_fpga_mgr_register(dev, "hwcontainer simulated FPGA",
						      &sim_mgr_ops, sim));
}

static const struct of_device_id sim_mgr_ids[] = {
	{ .compatible = "hwcontainer,sim-fpga-mgr" },
	{}
};
MODULE_DEVICE_TABLE(of, sim_mgr_ids);

struct platform_driver sim_mgr_driver = {
	.probe = sim_mgr_probe,
	.driver = {
		.name = "hwcontainer-sim-fpga-mgr",
		.of_match_table = sim_mgr_ids,
		.suppress_bind_attrs = true,
	},
};
