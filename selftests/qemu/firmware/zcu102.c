// SPDX-License-Identifier: GPL-2.0-or-later
/* QEMU's xlnx-zcu102: Zynq UltraScale+ MPSoC, addresses as in UG1087. */
#include "monitor.h"

#define GIC_DISTRIBUTOR 0xf9010000
#define GIC_INTERFACE 0xf9020000
#define UART0_FIFO 0xff000030

/* CRF_APB.RST_FPD_APU: a core's bit going from 1 to 0 starts it at its RVBAR. */
#define CRF_RST_FPD_APU 0xfd1a0104
#define RST_ACPU(cpu) BIT(cpu)
#define APU_RVBARADDR0L 0xfd5c0040
#define APU_RVBARADDR0H 0xfd5c0044

#define RESTART_NS 500000000

#define XCZU9EG 0x04738093

/* include/dt-bindings/power/xlnx-zynqmp-power.h; the firmware's last is PL. */
#define PD_RPU_0 7
#define PD_RPU_1 8
#define PD_LAST 69

/* enum zynqmp_pm_reset */
#define RESET_FIRST 1000
#define RESET_PS_PL0 1116
#define RESET_LAST 1119

/*
 * Protects RST_FPD_APU; innermost. A core that turns itself off does not come to
 * the end of what it does and leaves the lock to the next.
 */
static struct lock crf_lock;
static u32 crf_dying; /* bit of the core that holds the lock and is going */

static void init(void)
{
	pl_init(0);
	node_assert(RESET_PS_PL0);
}

static void gic_init(u32 cpu, bool first)
{
	(void)cpu;
	gicv2_init(GIC_DISTRIBUTOR, GIC_INTERFACE, first);
}

/* Where its holder is going, the lock is the next one's once it has gone. */
static void crf_take(void)
{
	u32 ticket = __atomic_fetch_add(&crf_lock.next, 1, __ATOMIC_ACQUIRE);
	u32 serving, dying;

	while ((serving = __atomic_load_n(&crf_lock.serving, __ATOMIC_ACQUIRE)) != ticket) {
		dying = __atomic_load_n(&crf_dying, __ATOMIC_ACQUIRE);
		if (dying && serving + 1 == ticket && read32(CRF_RST_FPD_APU) & dying) {
			__atomic_store_n(&crf_dying, 0, __ATOMIC_RELAXED);
			unlock(&crf_lock);
		}
		__asm__ volatile("yield");
	}
}

static void pulse(u32 cpu)
{
	u32 resets;

	crf_take();
	resets = read32(CRF_RST_FPD_APU);
	write32(CRF_RST_FPD_APU, resets | RST_ACPU(cpu));
	write32(CRF_RST_FPD_APU, resets & ~RST_ACPU(cpu));
	unlock(&crf_lock);
}

/* QEMU ignores the pulse while the core is still on its way to being off. */
static void cpu_on(u32 cpu)
{
	u64 again;

	write32(APU_RVBARADDR0L + 8 * cpu, (unsigned long)monitor_secondary);
	write32(APU_RVBARADDR0H + 8 * cpu, 0);
	psci_expect(cpu);
	while (!psci_arrived(cpu)) {
		pulse(cpu);
		again = now_ns() + RESTART_NS;
		while (!psci_arrived(cpu) && now_ns() < again)
			__asm__ volatile("yield");
	}
}

static void cpu_off(u32 cpu)
{
	u32 resets;

	crf_take();
	resets = read32(CRF_RST_FPD_APU) & ~RST_ACPU(cpu);
	write32(CRF_RST_FPD_APU, resets);
	__atomic_store_n(&crf_dying, RST_ACPU(cpu), __ATOMIC_RELEASE);
	write32(CRF_RST_FPD_APU, resets | RST_ACPU(cpu));
}

/* The machine has real-time cores only beyond four processors, and no way to reset them. */
static bool rpu_set(u32 core, bool run)
{
	(void)core;
	return run;
}

const struct machine machine = {
	.cpus = 4,
	.ddr_size = 0x80000000,
	.uart = UART0_FIFO,
	.entry_el = 2,
	.ps_idcode = XCZU9EG,
	.init = init,
	.gic_init = gic_init,
	.cpu_on = cpu_on,
	.cpu_off = cpu_off,
	.rpu_set = rpu_set,
};

const struct eemi_call machine_calls[] = {
	{ PM_REGISTER_NOTIFIER, 1, false, eemi_accept },
	{ PM_FPGA_LOAD, 1, true, bitstream_load },
	{ PM_FPGA_GET_STATUS, 1, false, bitstream_status },
	{ PM_FPGA_READ, 1, false, bitstream_read },
	{ 0, 0, false, NULL },
};

int machine_rpu_core(u32 node)
{
	return node == PD_RPU_0 || node == PD_RPU_1 ? (int)(node - PD_RPU_0) : -1;
}

bool machine_node_exists(u32 node)
{
	return node && node <= PD_LAST;
}

bool machine_reset_exists(u32 reset)
{
	return reset >= RESET_FIRST && reset <= RESET_LAST;
}

/* include/dt-bindings/clock/xlnx-zynqmp-clk.h; what is outside comes behind those. */
enum clock_id {
	IOPLL = 0,
	RPLL = 1,
	DPLL = 3,
	DPLL_TO_LPD = 8,
	LPD_SWITCH = 30,
	LPD_LSBUS = 31,
	CPU_R5 = 37,
	PCAP = 41,
	UART0_REF = 56,
	UART1_REF = 57,
	PL0_REF = 71,
	PL1_REF = 72,
	PL2_REF = 73,
	PL3_REF = 74,
	IOPLL_INT = 76,
	RPLL_INT = 81,
	DPLL_INT = 91,
	PSS_REF_CLK = 113,
	CLOCKS,
};

/* A PLL from the board's 33.333 MHz, and the selector that can go round it. */
#define PLL(name_, id_, int_, multiplier)                                                        \
	{ .id = int_,                                                                            \
	  .name = name_ "_int",                                                                  \
	  .topology = { CLOCK_PLL },                                                             \
	  .parents = { CLOCK_FROM_OUTSIDE(PSS_REF_CLK), CLOCK_END },                             \
	  .divider = multiplier,                                                                 \
	  .enabled = true },                                                                     \
	{                                                                                        \
		.id = id_, .name = name_,                                                        \
		.topology = { CLOCK_MUX | CLOCK_FLAGS(CLOCK_IGNORE_UNUSED, 0) },                 \
		.parents = { int_, CLOCK_FROM_OUTSIDE(PSS_REF_CLK), CLOCK_END }, .enabled = true \
	}

/* Those that are never turned off, and those that drivers turn on. */
#define BUS(name_, id_, divider_)                                                             \
	{                                                                                     \
		.id = id_, .name = name_,                                                     \
		.topology = { CLOCK_MUX, CLOCK_DIV1 | CLOCK_FLAGS(0, CLOCK_DIV_FLAGS),        \
			      CLOCK_GATE | CLOCK_FLAGS(CLOCK_IGNORE_UNUSED, 0) },             \
		.parents = { RPLL, CLOCK_DUMMY, IOPLL, DPLL_TO_LPD, CLOCK_END }, .parent = 2, \
		.divider = divider_, .enabled = true                                          \
	}
#define REFERENCE(name_, id_)                                                                   \
	{                                                                                       \
		.id = id_, .name = name_, .topology = CLOCK_CHAIN,                              \
		.parents = { IOPLL, CLOCK_DUMMY, RPLL, DPLL_TO_LPD, CLOCK_END }, .divider = 15, \
		.divider2 = 1                                                                   \
	}

struct clock machine_clocks[] = {
	PLL("iopll", IOPLL, IOPLL_INT, 45),
	PLL("rpll", RPLL, RPLL_INT, 36),
	PLL("dpll", DPLL, DPLL_INT, 64),
	{ .id = DPLL_TO_LPD,
	  .name = "dpll_to_lpd",
	  .topology = { CLOCK_DIV1 | CLOCK_FLAGS(0, CLOCK_DIV_FLAGS) },
	  .parents = { DPLL, CLOCK_END },
	  .divider = 3,
	  .enabled = true },
	BUS("lpd_switch", LPD_SWITCH, 3),
	BUS("lpd_lsbus", LPD_LSBUS, 15),
	BUS("cpu_r5", CPU_R5, 3),
	BUS("pcap", PCAP, 8),
	REFERENCE("uart0_ref", UART0_REF),
	REFERENCE("uart1_ref", UART1_REF),
	REFERENCE("pl0_ref", PL0_REF),
	REFERENCE("pl1_ref", PL1_REF),
	REFERENCE("pl2_ref", PL2_REF),
	REFERENCE("pl3_ref", PL3_REF),
	{ .id = PSS_REF_CLK, .name = "pss_ref_clk", .parents = { CLOCK_END }, .enabled = true },
};

const u32 machine_n_clocks = ARRAY_SIZE(machine_clocks);
const u32 machine_clock_max = CLOCKS;
