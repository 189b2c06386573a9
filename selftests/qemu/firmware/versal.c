// SPDX-License-Identifier: GPL-2.0-or-later
/* QEMU's xlnx-versal-virt: Versal, addresses as in AM012. */
#include "monitor.h"

#include "../../../kernel/sim/sim-image.h"

#define GIC_DISTRIBUTOR 0xf9000000
#define GIC_REDISTRIBUTORS 0xf9080000
#define UART0_DR 0xff000000

/* CRL.RST_CPU_R5: a core's bit going from 1 to 0 starts it at its vectors. */
#define CRL_RST_CPU_R5 0xff5e0300
#define RST_R5(core) BIT(core)

/*
 * The second serial port, a PL011 (Arm DDI 0183): what a real-time core writes to it
 * goes nowhere, but makes its transmit interrupt come. QEMU has nothing else that
 * such a core could interrupt the others with.
 */
#define UART1_DR MON_RPU_LINE
#define UART1_CR 0xff010030
#define UART_CR_ON 0x101 /* enabled, and so is the transmitter */
#define UART1_IMSC 0xff010038
#define UART1_ICR 0xff010044
#define UART_TX BIT(5)

/* Agents of the interrupts between processors (AM011): IPI1 is the first R5's. */
#define AGENT_RPU0 3

#define XCVC1902 0x04ca8093

/*
 * The machine has no register that starts an A72: QEMU does it itself, for HVC
 * alone (machines/versal.sh), and begins at EL2. There the core calls EL3, whose
 * vectors are at 0 after reset: what Linux keeps of the first 2 MiB is lent for
 * the jump from there to here.
 */
#define PSCI_CPU_OFF 0x84000002
#define PSCI_CPU_ON 0xc4000003
#define PSCI_ALREADY_ON (-4)
#define RESET_VECTOR_SYNC 0x400
#define RESET_ENTRY 0x600

/* Class 6 are devices, class 3 resets; below those the index. */
#define NODE_CLASS(id) ((id) >> 26)
#define NODE_INDEX(id) ((id)&0x3fff)
#define CLASS_RESET 3
#define CLASS_DEVICE 6
#define LAST_DEVICE 0x1ff
#define LAST_RESET 0x5f
#define PM_DEV_RPU0_0 0x18110005
#define PM_DEV_RPU0_1 0x18110006

static const u32 jump[] = {
	0x58000050, /* ldr x16, . + 8 */
	0xd61f0200, /* br x16 */
};

static u32 borrowed[8];

static void init(void)
{
	pl_init(SIM_PDI_UID);
	rpu_init();
	write32(UART1_CR, UART_CR_ON);
	write32(UART1_IMSC, UART_TX);
}

static void gic_init(u32 cpu, bool first)
{
	gicv3_init(GIC_DISTRIBUTOR, GIC_REDISTRIBUTORS, cpu, first);
}

static s64 qemu_psci(u64 function, u64 target, u64 entry)
{
	register u64 x0 __asm__("x0") = function;
	register u64 x1 __asm__("x1") = target;
	register u64 x2 __asm__("x2") = entry;
	register u64 x3 __asm__("x3") = 0;

	__asm__ volatile("hvc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
}

static void exchange(u64 at, u32 *keep, const u32 *put, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		keep[i] = read32(at + 4 * i);
		write32(at + 4 * i, put[i]);
	}
}

static void give_back(u64 at, const u32 *kept, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		write32(at + 4 * i, kept[i]);
}

static void cpu_on(u32 cpu)
{
	u64 here = (unsigned long)monitor_secondary;
	const u32 vector[] = { jump[0], jump[1], here, here >> 32 };
	const u32 entry[] = { 0xd4000003 /* smc #0 */ };

	exchange(RESET_VECTOR_SYNC, borrowed, vector, ARRAY_SIZE(vector));
	exchange(RESET_ENTRY, borrowed + ARRAY_SIZE(vector), entry, ARRAY_SIZE(entry));
	__asm__ volatile("ic iallu\n\tdsb sy\n\tisb" : : : "memory");
	psci_expect(cpu);
	/* one that is turning itself off may be on still */
	while (qemu_psci(PSCI_CPU_ON, cpu, RESET_ENTRY) == PSCI_ALREADY_ON)
		__asm__ volatile("yield");
	while (!psci_arrived(cpu))
		__asm__ volatile("yield");
	give_back(RESET_VECTOR_SYNC, borrowed, ARRAY_SIZE(vector));
	give_back(RESET_ENTRY, borrowed + ARRAY_SIZE(vector), ARRAY_SIZE(entry));
}

static void cpu_off(u32 cpu)
{
	(void)cpu;
	qemu_psci(PSCI_CPU_OFF, 0, 0);
}

static bool rpu_set(u32 core, bool run)
{
	u32 resets = read32(CRL_RST_CPU_R5);

	write32(CRL_RST_CPU_R5, run ? resets & ~RST_R5(core) : resets | RST_R5(core));
	return !(read32(CRL_RST_CPU_R5) & RST_R5(core));
}

static void rpu_line(bool raise)
{
	if (raise)
		write32(UART1_DR, 0);
	else
		write32(UART1_ICR, UART_TX);
}

const struct machine machine = {
	.cpus = 2,
	.ddr_size = 0x80000000,
	.uart = UART0_DR,
	.entry_el = 1,
	.ps_idcode = XCVC1902,
	.init = init,
	.gic_init = gic_init,
	.cpu_on = cpu_on,
	.cpu_off = cpu_off,
	.rpu_set = rpu_set,
	.rpu_line = rpu_line,
	.rpu_agent = AGENT_RPU0,
};

static u32 loader_features(struct eemi *eemi)
{
	if (eemi->arg[0] != (PM_LOAD_PDI & 0xff))
		return XST_PM_NO_FEATURE;
	eemi->out[0] = 1;
	return XST_PM_SUCCESS;
}

const struct eemi_call machine_calls[] = {
	{ PM_REGISTER_NOTIFIER, 2, false, eemi_accept },
	{ PM_LOADER_FEATURES, 1, false, loader_features },
	{ PM_LOAD_PDI, 1, true, pdi_load },
	{ 0, 0, false, NULL },
};

int machine_rpu_core(u32 node)
{
	return node == PM_DEV_RPU0_0 || node == PM_DEV_RPU0_1 ? (int)(node - PM_DEV_RPU0_0) : -1;
}

bool machine_node_exists(u32 node)
{
	return NODE_CLASS(node) == CLASS_DEVICE && NODE_INDEX(node) <= LAST_DEVICE;
}

bool machine_reset_exists(u32 reset)
{
	return NODE_CLASS(reset) == CLASS_RESET && NODE_INDEX(reset) <= LAST_RESET;
}

/* include/dt-bindings/clock/xlnx-versal-clk.h */
enum clock_id {
	PMC_PLL = 1,
	PMC_PLL_OUT = 9,
	PPLL = 10,
	PMC_PL0_REF = 65,
	PMC_PL1_REF = 66,
	PMC_PL2_REF = 67,
	PMC_PL3_REF = 68,
	LPD_LSBUS = 82,
	UART0_REF = 92,
	UART1_REF = 93,
	REF_CLK = 106,
	CLOCKS,
};

/* Class 2 are clocks; below it which sort, as the firmware's node ids have it. */
#define NODE_PLL 0x08104000
#define NODE_OUT 0x08208000
#define NODE_REF 0x0820c000
#define NODE_OUTSIDE 0x0830c000

#define REFERENCE(name_, id_, divider_)                                                           \
	{                                                                                         \
		.id = id_, .node = NODE_REF, .name = name_, .topology = CLOCK_CHAIN,              \
		.parents = { PPLL, CLOCK_FROM_OUTSIDE(REF_CLK), CLOCK_END }, .divider = divider_, \
		.divider2 = 1                                                                     \
	}

struct clock machine_clocks[] = {
	{ .id = PMC_PLL,
	  .node = NODE_PLL,
	  .name = "pmc_pll",
	  .topology = { CLOCK_PLL },
	  .parents = { CLOCK_FROM_OUTSIDE(REF_CLK), CLOCK_END },
	  .divider = 72,
	  .enabled = true },
	{ .id = PMC_PLL_OUT,
	  .node = NODE_OUT,
	  .name = "pmc_pll_out",
	  .topology = { CLOCK_FIXED },
	  .parents = { PMC_PLL, CLOCK_END },
	  .divider = 2,
	  .enabled = true },
	{ .id = PPLL,
	  .node = NODE_OUT,
	  .name = "ppll",
	  .topology = { CLOCK_MUX | CLOCK_FLAGS(CLOCK_IGNORE_UNUSED, 0) },
	  .parents = { PMC_PLL_OUT, CLOCK_FROM_OUTSIDE(REF_CLK), CLOCK_END },
	  .enabled = true },
	{ .id = LPD_LSBUS,
	  .node = NODE_REF,
	  .name = "lpd_lsbus",
	  .topology = { CLOCK_MUX, CLOCK_DIV1 | CLOCK_FLAGS(0, CLOCK_DIV_FLAGS),
			CLOCK_GATE | CLOCK_FLAGS(CLOCK_IGNORE_UNUSED, 0) },
	  .parents = { PPLL, CLOCK_END },
	  .divider = 12,
	  .enabled = true },
	REFERENCE("pmc_pl0_ref", PMC_PL0_REF, 12),
	REFERENCE("pmc_pl1_ref", PMC_PL1_REF, 12),
	REFERENCE("pmc_pl2_ref", PMC_PL2_REF, 12),
	REFERENCE("pmc_pl3_ref", PMC_PL3_REF, 12),
	REFERENCE("uart0_ref", UART0_REF, 12),
	REFERENCE("uart1_ref", UART1_REF, 12),
	{ .id = REF_CLK,
	  .node = NODE_OUTSIDE,
	  .name = "ref_clk",
	  .parents = { CLOCK_END },
	  .enabled = true },
};

const u32 machine_n_clocks = ARRAY_SIZE(machine_clocks);
const u32 machine_clock_max = CLOCKS;
