// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The real-time cores: that they run or do not, where they begin, and the calls
 * between them and the application cores.
 */
#include "monitor.h"

/* It is low or high vectors, and says so in the same bit. */
#define WAKE_HAS_ADDRESS BIT(0)

/* A start is tried again after so long, and given up after so long. */
#define TRY_NS 500000000ULL
#define START_NS 10000000000ULL
#define ANSWERS 3
#define ASK(n) (0x5200 + (n)) /* no firmware writes that when it calls */

/**
 * struct rpu - a real-time core
 * @running: it is out of reset
 * @listened: somebody wants to hear when it calls
 */
struct rpu {
	bool running;
	bool listened;
};

static struct rpu rpus[MON_RPUS];
static struct lock power_lock; /* what runs; inside eemi_lock */
static struct lock call_lock; /* calls, and who listens; innermost */
static u32 rpu_mode; /* both under eemi_lock */
static u32 tcm_mode;

#define VECTORS 8

/*
 * A32, after reset: the core repeats what it is told, until that is 0; then it goes
 * to the beginning of its memory.
 */
static const u32 reset[] = {
	0xee100fb0, /* mrc p15, 0, r0, c0, c0, 5: MPIDR */
	0xe2000001, /* and r0, r0, #1 */
	0xe59f101c, /* ldr r1, =MON_RPU_TO(0) */
	0xe0811180, /* add r1, r1, r0, lsl #3 */
	0xe320f002, /* wfe */
	0xe5912000, /* ldr r2, [r1] */
	0xe5812004, /* str r2, [r1, #4]: MON_RPU_FROM */
	0xe3520000, /* cmp r2, #0 */
	0x1afffffa, /* bne . - 16 */
	0xe59f1004, /* ldr r1, =MON_RPU_MEMORY(0) */
	0xe081fa00, /* add pc, r1, r0, lsl #20 */
	MON_RPU_TO(0), MON_RPU_MEMORY(0),
};

/*
 * A32, for each of the other vectors: by its number the core goes to the one of two
 * addresses behind the code; its registers but TPIDRPRW are as they were.
 */
static const u32 dispatch[] = {
	0xee0d0f90, /* mcr p15, 0, r0, c13, c0, 4: TPIDRPRW */
	0xee100fb0, /* mrc p15, 0, r0, c0, c0, 5: MPIDR */
	0xe3100001, /* tst r0, #1 */
	0xee1d0f90, /* mrc p15, 0, r0, c13, c0, 4 */
	0x059ff000, /* ldreq pc, . + 8 */
	0x159ff000, /* ldrne pc, . + 8 */
};

/* The processor adds 8 to the address of the branch itself. */
#define A32_BRANCH(from, to) (0xea000000 | ((to) - (from)-8) / 4)

/* Lets vector @n go to @at, and puts @code there. Returns the end of it. */
static u64 write_vector(u32 n, u64 at, const u32 *code, u32 words)
{
	u64 vector = MON_RPU_VECTORS + 4 * n;
	u32 i;

	write32(vector, A32_BRANCH(vector, at));
	for (i = 0; i < words; i++)
		write32(at + 4 * i, code[i]);
	return at + 4 * words;
}

/**
 * rpu_init() - what the cores find when they come out of reset
 */
void rpu_init(void)
{
	u64 at = MON_RPU_VECTORS + 4 * VECTORS;
	u32 n, core;

	at = write_vector(0, at, reset, ARRAY_SIZE(reset));
	for (n = 1; n < VECTORS; n++) {
		at = write_vector(n, at, dispatch, ARRAY_SIZE(dispatch));
		for (core = 0; core < MON_RPUS; core++, at += 4)
			write32(at, MON_RPU_MEMORY(core) + 4 * n);
	}
}

bool rpu_runs(u32 core)
{
	return rpus[core].running;
}

static bool repeats(u32 core, u32 word, u64 until)
{
	write32(MON_RPU_TO(core), word);
	while (read32(MON_RPU_FROM(core)) != word) {
		if (now_ns() > until)
			return false;
		__asm__ volatile("yield");
	}
	return true;
}

/*
 * A core that was stopped a moment ago may still be on its way there: then QEMU does
 * not start it, or stops it behind the start. So it has to answer several times
 * before it may go on; by then all that was to come has come.
 */
static bool start_once(u32 core)
{
	u64 until = now_ns() + TRY_NS;
	u32 i;

	write32(MON_RPU_FROM(core), 0);
	write32(MON_RPU_TO(core), ASK(ANSWERS));
	machine.rpu_set(core, false);
	machine.rpu_set(core, true);
	for (i = ANSWERS; i; i--)
		if (!repeats(core, ASK(i), until))
			return false;
	return repeats(core, 0, until);
}

static bool start(u32 core)
{
	u64 until = now_ns() + START_NS;

	if (!machine.rpu_agent)
		return true;
	while (!start_once(core))
		if (now_ns() > until)
			return false;
	return true;
}

static void set_running(u32 core, bool run)
{
	u32 others = page_read(MON_RPU_RUNNING) & ~BIT(core);

	rpus[core].running = machine.rpu_set(core, run);
	page_write(MON_RPU_RUNNING, rpus[core].running ? others | BIT(core) : others);
}

static bool wake(u32 core)
{
	bool run;

	lock(&power_lock);
	run = rpus[core].running || start(core);
	set_running(core, run);
	unlock(&power_lock);
	return run;
}

u32 rpu_wake(struct eemi *eemi)
{
	int core = machine_rpu_core(eemi->arg[0]);
	bool injected;

	lock(&eemi_lock);
	injected = eemi_injected(eemi);
	unlock(&eemi_lock);
	if (injected)
		return eemi->status;
	if (core < 0)
		return XST_PM_INVALID_NODE;
	if (eemi->arg[1] & ~WAKE_HAS_ADDRESS || eemi->arg[2])
		return XST_INVALID_PARAM;
	return wake(core) ? XST_PM_SUCCESS : XST_FAILURE;
}

u32 rpu_power_down(struct eemi *eemi)
{
	int core = machine_rpu_core(eemi->arg[0]);

	if (core < 0)
		return XST_PM_INVALID_NODE;
	lock(&power_lock);
	set_running(core, false);
	unlock(&power_lock);
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
		if (rpus[core].running && rpus[core].listened && read32(MON_RPU_FROM(core)))
			machine.rpu_line(true);
}

/**
 * rpu_listen() - begin or stop to hear a core
 * @core: which
 * @on: begin
 */
void rpu_listen(u32 core, bool on)
{
	lock(&call_lock);
	rpus[core].listened = on;
	update_line();
	unlock(&call_lock);
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

	lock(&call_lock);
	called = read32(MON_RPU_FROM(core));
	/* not without a look: the core writes here as well */
	if (called)
		write32(MON_RPU_FROM(core), 0);
	update_line();
	unlock(&call_lock);
	return called;
}
