/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The monitor of the boards that QEMU plays: what its files share, sectioned by
 * the file that defines it.
 *
 * It runs at EL3 from the on-chip memory with translation off, so all that it
 * touches is device memory: no unaligned access, no cache to look after. It is
 * PSCI for the application cores and in one the firmware that Xilinx's boards
 * have behind it (PMU firmware on ZynqMP, PLM on Versal), as far as the mainline
 * drivers of Linux 6.12 call it. Names and numbers of those calls are those of
 * include/linux/firmware/xlnx-zynqmp.h there.
 */
#ifndef HWC_MONITOR_H
#define HWC_MONITOR_H

#include <stdbool.h>
#include <stddef.h>

#include "../../bare/arm64.h"
#include "monitor-page.h"

/* As the headers that are shared with kernel and library have them. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef long long s64;

#define BIT(nr) (1U << (nr))

#define MON_CPUS 4
#define MON_STACK 4096

static inline u32 page_read(u32 offset)
{
	return read32(MON_PAGE_BASE + offset);
}

static inline void page_write(u32 offset, u32 value)
{
	write32(MON_PAGE_BASE + offset, value);
}

/* entry.S */

/**
 * struct smc - the registers of a caller, which are answered in place
 * @x: x0 to x17
 */
struct smc {
	u64 x[18];
};

void monitor_secondary(void);
void semihosting(u64 operation, const void *block);
void monitor_eret(u64 entry, u64 context, u64 spsr) __attribute__((noreturn));

/* main.c: what is done by nobody else */

/**
 * struct machine - what differs between the boards
 * @cpus: application cores
 * @ddr_size: bytes of memory, which begins at 0
 * @uart: transmit register of the console, for the monitor's last words
 * @entry_el: exception level that the guest begins at
 * @ps_idcode: what GET_CHIPID says where QEMU's options say nothing
 * @init: once, on the first core
 * @gic_init: the interrupt controller, or the part of it that is the core's own
 * @cpu_on: start another core at monitor_secondary(), and wait until it is there
 * @cpu_off: stop the calling core, which has said that it is off
 * @rpu_set: let a real-time core run, or hold it in reset; says which it now is
 * @rpu_line: raise or lower the interrupt that the real-time cores call with
 * @rpu_agent: number of the first real-time core among those that can interrupt
 *	each other, the second one's is the next; 0 where they cannot
 */
struct machine {
	u32 cpus;
	u64 ddr_size;
	u64 uart;
	u32 entry_el;
	u32 ps_idcode;
	void (*init)(void);
	void (*gic_init)(u32 cpu, bool first);
	void (*cpu_on)(u32 cpu);
	void (*cpu_off)(u32 cpu);
	bool (*rpu_set)(u32 core, bool run);
	void (*rpu_line)(bool raise);
	u32 rpu_agent;
};

extern const struct machine machine;

#define MON_RPUS 2

/* A ticket lock, so that no core starves another under emulation. */
struct lock {
	u32 next;
	u32 serving;
};

void lock(struct lock *lock);
void unlock(struct lock *lock);
u64 now_ns(void);
void wait_until_ns(u64 when);
u32 this_cpu(void);
void power_off(void) __attribute__((noreturn));
bool in_ddr(u64 address, u64 size);
void enter_guest(u64 entry, u64 context) __attribute__((noreturn));

/* psci.c */

bool psci_call(struct smc *smc);
u64 psci_entered(u64 *context);
void psci_expect(u32 cpu);
bool psci_arrived(u32 cpu);

/* ipi.c */

bool ipi_call(struct smc *smc);

/* eemi.c: the calls of both boards but for those of the files below */

/* PMU-FW return status codes, with two that the drivers never name. */
enum eemi_status {
	XST_PM_SUCCESS = 0,
	XST_FAILURE = 1,
	XST_PM_INVALID_VERSION = 4,
	XST_INVALID_PARAM = 15,
	XST_PM_NO_FEATURE = 19,
	XST_PM_INTERNAL = 2000,
	XST_PM_NO_ACCESS = 2002,
	XST_PM_INVALID_NODE = 2003,
	XST_PM_DOUBLE_REQ = 2004,
};

enum eemi_api {
	PM_API_FEATURES = 0,
	PM_GET_API_VERSION = 1,
	PM_GET_NODE_STATUS = 3,
	PM_REGISTER_NOTIFIER = 5,
	PM_FORCE_POWERDOWN = 8,
	PM_REQUEST_WAKEUP = 10,
	PM_SYSTEM_SHUTDOWN = 12,
	PM_REQUEST_NODE = 13,
	PM_RELEASE_NODE = 14,
	PM_SET_REQUIREMENT = 15,
	PM_RESET_ASSERT = 17,
	PM_RESET_GET_STATUS = 18,
	PM_MMIO_WRITE = 19,
	PM_MMIO_READ = 20,
	PM_PM_INIT_FINALIZE = 21,
	PM_FPGA_LOAD = 22,
	PM_FPGA_GET_STATUS = 23,
	PM_GET_CHIPID = 24,
	PM_PINCTRL_REQUEST = 28,
	PM_PINCTRL_RELEASE = 29,
	PM_PINCTRL_SET_FUNCTION = 31,
	PM_PINCTRL_CONFIG_PARAM_GET = 32,
	PM_PINCTRL_CONFIG_PARAM_SET = 33,
	PM_IOCTL = 34,
	PM_QUERY_DATA = 35,
	PM_CLOCK_ENABLE = 36,
	PM_CLOCK_DISABLE = 37,
	PM_CLOCK_GETSTATE = 38,
	PM_CLOCK_SETDIVIDER = 39,
	PM_CLOCK_GETDIVIDER = 40,
	PM_CLOCK_SETPARENT = 43,
	PM_CLOCK_GETPARENT = 44,
	PM_FPGA_READ = 46,
	PM_FEATURE_CHECK = 63,
	PM_LOAD_PDI = 0x701,
	PM_LOADER_FEATURES = 0x700,
	GET_CALLBACK_DATA = 0xa01,
	PM_SET_SUSPEND_MODE = 0xa02,
	PM_GET_TRUSTZONE_VERSION = 0xa03,
	TF_A_PM_REGISTER_SGI = 0xa04,
};

/* enum pm_ioctl_id */
enum eemi_ioctl {
	IOCTL_GET_RPU_OPER_MODE = 0,
	IOCTL_SET_RPU_OPER_MODE = 1,
	IOCTL_TCM_COMB_CONFIG = 3,
	IOCTL_SET_PLL_FRAC_MODE = 8,
	IOCTL_SET_PLL_FRAC_DATA = 10,
	IOCTL_GET_PLL_FRAC_DATA = 11,
	IOCTL_WRITE_GGS = 12,
	IOCTL_READ_GGS = 13,
	IOCTL_WRITE_PGGS = 14,
	IOCTL_READ_PGGS = 15,
	IOCTL_SET_BOOT_HEALTH_STATUS = 17,
	IOCTL_REGISTER_SGI = 25,
	IOCTL_SET_FEATURE_CONFIG = 26,
	IOCTL_GET_FEATURE_CONFIG = 27,
};

/**
 * struct eemi - a call and its answer
 * @api: its number
 * @arg: its arguments
 * @status: first word of the answer
 * @out: the three words behind it
 */
struct eemi {
	u32 api;
	u32 arg[4];
	u32 status;
	u32 out[3];
};

/**
 * struct eemi_call - one that this machine's firmware knows
 * @api: its number
 * @version: what a feature check answers
 * @unlocked: @call takes eemi_lock itself, because it takes its time
 * @call: does it and returns its status
 */
struct eemi_call {
	u16 api;
	u8 version;
	bool unlocked;
	u32 (*call)(struct eemi *eemi);
};

/* Calls of one machine only; the end has no @call. */
extern const struct eemi_call machine_calls[];

/* Real-time cores and other nodes, as the machine counts them. */
int machine_rpu_core(u32 node);
bool machine_node_exists(u32 node);
bool machine_reset_exists(u32 reset);

extern struct lock eemi_lock;

void eemi_call(struct smc *smc);
u32 eemi_accept(struct eemi *eemi);
bool eemi_injected(struct eemi *eemi);

/* node.c: nodes, resets */

u32 node_request(struct eemi *eemi);
u32 node_release(struct eemi *eemi);
u32 node_set_requirement(struct eemi *eemi);
u32 node_get_status(struct eemi *eemi);
void node_assert(u32 reset);
u32 node_reset(struct eemi *eemi);
u32 node_reset_status(struct eemi *eemi);

/* rpu.c: the real-time cores */

void rpu_init(void);
bool rpu_runs(u32 core);
u32 rpu_wake(struct eemi *eemi);
u32 rpu_power_down(struct eemi *eemi);
u32 rpu_ioctl(struct eemi *eemi);
int rpu_agent(u32 agent);
void rpu_listen(u32 core, bool on);
void rpu_notify(u32 core);
bool rpu_take(u32 core);

/* clock.c */

/**
 * struct clock - one that the firmware has
 * @id: its index, as in the kernel's dt-bindings
 * @node: bits of its node id above the index, 0 on ZynqMP
 * @name: at most 15 characters
 * @topology: what it is made of, in order, as QUERY_DATA says it; 0 is the end.
 *	None: it comes from outside.
 * @parents: where it may come from, as QUERY_DATA says it; CLOCK_END ends it
 * @divider: first divider, or multiplier of a PLL
 * @divider2: second divider
 * @parent: index in @parents
 * @enabled: it runs
 */
struct clock {
	u16 id;
	u32 node;
	const char *name;
	u32 topology[4];
	u32 parents[5];
	u16 divider;
	u16 divider2;
	u8 parent;
	bool enabled;
};

#define CLOCK_END 0xffffffffU
#define CLOCK_DUMMY 0xfffffffeU
#define CLOCK_FROM_OUTSIDE(id) ((id) | 5U << 16)

/* One word of a topology: enum topology_type of drivers/clk/zynqmp/clk-zynqmp.h. */
#define CLOCK_MUX 1U
#define CLOCK_PLL 2U
#define CLOCK_FIXED 3U
#define CLOCK_DIV1 4U
#define CLOCK_DIV2 5U
#define CLOCK_GATE 6U
#define CLOCK_FLAGS(common, type) ((common) << 8 | (type) << 24)
#define CLOCK_SET_RATE_PARENT BIT(2)
#define CLOCK_IGNORE_UNUSED BIT(3)
#define CLOCK_NO_REPARENT BIT(7)
#define CLOCK_DIV_FLAGS 5U /* one based, 0 is allowed */

/* The usual chain: selector, two dividers, gate. */
#define CLOCK_CHAIN                                                                         \
	{                                                                                   \
		CLOCK_MUX | CLOCK_FLAGS(CLOCK_NO_REPARENT, 0),                              \
			CLOCK_DIV1 | CLOCK_FLAGS(CLOCK_NO_REPARENT, CLOCK_DIV_FLAGS),       \
			CLOCK_DIV2 | CLOCK_FLAGS(CLOCK_NO_REPARENT | CLOCK_SET_RATE_PARENT, \
						 CLOCK_DIV_FLAGS),                          \
			CLOCK_GATE | CLOCK_FLAGS(CLOCK_SET_RATE_PARENT, 0)                  \
	}

extern struct clock machine_clocks[];
extern const u32 machine_n_clocks;
extern const u32 machine_clock_max; /* indices are below it */

u32 clock_query(struct eemi *eemi);
u32 clock_enable(struct eemi *eemi);
u32 clock_disable(struct eemi *eemi);
u32 clock_get_state(struct eemi *eemi);
u32 clock_set_divider(struct eemi *eemi);
u32 clock_get_divider(struct eemi *eemi);
u32 clock_set_parent(struct eemi *eemi);
u32 clock_get_parent(struct eemi *eemi);
u32 clock_pll_ioctl(struct eemi *eemi);

/* pl.c: the programmable logic, and what loads of all kinds have in common */

/**
 * struct pl - the programmable logic
 * @powered: it is powered up and isolated no longer
 * @done: it is configured and works
 * @uid: identity of the design in it (Versal)
 */
struct pl {
	bool powered;
	bool done;
	u32 uid;
};

extern struct pl pl;

/**
 * struct pl_load - a load, and what it has configured
 * @address: where it is
 * @size: bytes of it
 * @partial: it was for a part of the device
 * @uid: identity of the whole that it brings, or 0
 * @far: frame address of its first frame data
 * @words: the first words of those
 * @n_words: how many
 */
struct pl_load {
	u64 address;
	u64 size;
	bool partial;
	u32 uid;
	u32 far;
	u32 words[MON_LOAD_NWORDS];
	u32 n_words;
};

void pl_init(u32 uid);
u32 pl_run(struct eemi *eemi, struct pl_load *load, u32 (*configure)(struct pl_load *load));
void pl_clear(void);
void pl_start(void);

/* bitstream.c: ZynqMP's loads and what can be read of its logic */

u32 bitstream_load(struct eemi *eemi);
u32 bitstream_status(struct eemi *eemi);
u32 bitstream_read(struct eemi *eemi);

/* pdi.c: Versal's loads */

u32 pdi_load(struct eemi *eemi);

/* gicv2.c, gicv3.c */

void gicv2_init(u64 distributor, u64 interface, bool first);
void gicv3_init(u64 distributor, u64 redistributors, u32 cpu, bool first);

#endif
