// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The real-time cores: that they run or do not, where they begin, and the calls
 * between them and the application cores.
 */
#include "monitor.h"

/* enum pm_ioctl_id */
#define IOCTL_GET_RPU_OPER_MODE 0
#define IOCTL_SET_RPU_OPER_MODE 1
#define IOCTL_TCM_COMB_CONFIG 3

#define WAKE_HAS_ADDRESS BIT(0)

/**
 * struct rpu - a real-time core
 * @running: it is out of reset
 * @boot_address: where it was to begin
 * @listened: somebody wants to hear when it calls
 */
struct rpu {
	bool running;
	u64 boot_address;
	bool listened;
};

static struct rpu rpus[MON_RPUS]; /* under eemi_lock, @listened under rpu_lock */
static u32 rpu_mode; /* both under eemi_lock */
static u32 tcm_mode;
static struct lock rpu_lock; /* calls, and who listens; inside eemi_lock */

#define VECTORS 8

/*
 * A32, for each vector: by its number the core goes to the one of two addresses
 * behind the code; its registers but TPIDRPRW are as they were.
 */
static const u32 dispatch[] = {
	0xee0d0f90, /* mcr p15, 0, r0, c13, c0, 4: TPIDRPRW */
	0xee100fb0, /* mrc p15, 0, r0, c0, c0, 5: MPIDR */
	0xe3100001, /* tst r0, #1 */
	0xee1d0f90, /* mrc p15, 0, r0, c13, c0, 4 */
	0x059ff000, /* ldreq pc, . + 8 */
	0x159ff000, /* ldrne pc, . + 8 */
};

#define DISPATCH_WORDS (ARRAY_SIZE(dispatch) + MON_RPUS)

/* The processor adds 8 to the address of the branch itself. */
#define A32_BRANCH(from, to) (0xea000000 | ((to) - (from)-8) / 4)

static void write_vector(u32 n)
{
	u64 code = MON_RPU_VECTORS + 4 * (VECTORS + n * DISPATCH_WORDS);
	u32 i;

	write32(MON_RPU_VECTORS + 4 * n, A32_BRANCH(MON_RPU_VECTORS + 4 * n, code));
	for (i = 0; i < ARRAY_SIZE(dispatch); i++)
		write32(code + 4 * i, dispatch[i]);
	for (i = 0; i < MON_RPUS; i++)
		write32(code + 4 * (ARRAY_SIZE(dispatch) + i), MON_RPU_MEMORY(i) + 4 * n);
}

/**
 * rpu_init() - what the cores find when they come out of reset
 */
void rpu_init(void)
{
	u32 n;

	for (n = 0; n < VECTORS; n++)
		write_vector(n);
}

bool rpu_runs(u32 core)
{
	return rpus[core].running;
}

/* What was called before is no concern of the firmware that comes next. */
static void forget_calls(u32 core)
{
	lock(&rpu_lock);
	write32(MON_RPU_TO(core), 0);
	write32(MON_RPU_FROM(core), 0);
	unlock(&rpu_lock);
}

static void set_running(u32 core, bool run)
{
	u32 others = page_read(MON_RPU_RUNNING) & ~BIT(core);

	if (machine.rpu_agent && run && !rpus[core].running)
		forget_calls(core);
	rpus[core].running = run;
	machine.rpu_set(core, run);
	page_write(MON_RPU_RUNNING, run ? others | BIT(core) : others);
}

u32 rpu_wake(struct eemi *eemi)
{
	int core = machine_rpu_core(eemi->arg[0]);

	if (core < 0)
		return XST_PM_INVALID_NODE;
	if (eemi->arg[1] & WAKE_HAS_ADDRESS)
		rpus[core].boot_address = ((u64)eemi->arg[2] << 32 | eemi->arg[1]) &
					  ~(u64)WAKE_HAS_ADDRESS;
	set_running(core, true);
	return XST_PM_SUCCESS;
}

u32 rpu_power_down(struct eemi *eemi)
{
	int core = machine_rpu_core(eemi->arg[0]);

	if (core < 0)
		return XST_PM_INVALID_NODE;
	set_running(core, false);
	return XST_PM_SUCCESS;
}

/**
 * rpu_ioctl() - PM_IOCTL for the real-time cores
 * @eemi: the call; its first argument is the core's node
 *
 * Return: XST_PM_NO_FEATURE where it is for something else.
 */
u32 rpu_ioctl(struct eemi *eemi)
{
	if (eemi->arg[1] > IOCTL_TCM_COMB_CONFIG)
		return XST_PM_NO_FEATURE;
	if (machine_rpu_core(eemi->arg[0]) < 0)
		return XST_PM_INVALID_NODE;
	if (eemi->arg[1] != IOCTL_GET_RPU_OPER_MODE && eemi->arg[2] > 1)
		return XST_INVALID_PARAM;
	switch (eemi->arg[1]) {
	case IOCTL_GET_RPU_OPER_MODE:
		eemi->out[0] = rpu_mode;
		break;
	case IOCTL_SET_RPU_OPER_MODE:
		rpu_mode = eemi->arg[2];
		break;
	case IOCTL_TCM_COMB_CONFIG:
		tcm_mode = eemi->arg[2];
		break;
	}
	return XST_PM_SUCCESS;
}

/**
 * rpu_agent() - which core it is that an interrupt between processors is for
 * @agent: its number there
 *
 * Return: -1 where it is another processor's.
 */
int rpu_agent(u32 agent)
{
	if (!machine.rpu_agent || agent - machine.rpu_agent >= MON_RPUS)
		return -1;
	return agent - machine.rpu_agent;
}

/* Lowered first: a core that calls meanwhile raises it once more. */
static void update_line(void)
{
	u32 core;

	machine.rpu_line(false);
	for (core = 0; core < MON_RPUS; core++)
		if (rpus[core].listened && read32(MON_RPU_FROM(core)))
			machine.rpu_line(true);
}

/**
 * rpu_listen() - begin or stop to hear a core
 * @core: which
 * @on: begin
 */
void rpu_listen(u32 core, bool on)
{
	lock(&rpu_lock);
	rpus[core].listened = on;
	update_line();
	unlock(&rpu_lock);
}

/**
 * rpu_notify() - call a core
 * @core: which
 */
void rpu_notify(u32 core)
{
	write32(MON_RPU_TO(core), 1);
}

/**
 * rpu_take() - whether a core has called, since this was asked last
 * @core: which
 */
bool rpu_take(u32 core)
{
	bool called;

	lock(&rpu_lock);
	called = read32(MON_RPU_FROM(core));
	/* not without a look: the core writes here as well */
	if (called)
		write32(MON_RPU_FROM(core), 0);
	update_line();
	unlock(&rpu_lock);
	return called;
}
