// SPDX-License-Identifier: GPL-2.0-or-later
/* PSCI 1.1 (Arm DEN 0022) for the application cores. */
#include "monitor.h"

#define PSCI_VERSION 0x84000000
#define PSCI_CPU_SUSPEND 0x84000001
#define PSCI_CPU_OFF 0x84000002
#define PSCI_CPU_ON 0x84000003
#define PSCI_AFFINITY_INFO 0x84000004
#define PSCI_MIGRATE_INFO_TYPE 0x84000006
#define PSCI_SYSTEM_OFF 0x84000008
#define PSCI_SYSTEM_RESET 0x84000009
#define PSCI_FEATURES 0x8400000a
#define PSCI_64 0x40000000

#define PSCI_1_1 0x00010001

#define PSCI_SUCCESS 0
#define PSCI_NOT_SUPPORTED (-1)
#define PSCI_INVALID_PARAMETERS (-2)
#define PSCI_DENIED (-3)
#define PSCI_ALREADY_ON (-4)
#define PSCI_ON_PENDING (-5)
#define PSCI_INVALID_ADDRESS (-9)

#define PSCI_NO_TRUSTED_OS 2

/* A power state of type standby, the only one that the bench's trees could name. */
#define PSCI_STATE_POWERDOWN BIT(30)

/* As AFFINITY_INFO says it. */
enum cpu_state {
	CPU_ON,
	CPU_OFF,
	CPU_PENDING,
};

/**
 * struct cpu - a core
 * @state: as AFFINITY_INFO says it
 * @entry: where the guest wants it to begin
 * @context: and with what in x0
 */
struct cpu {
	enum cpu_state state;
	u64 entry;
	u64 context;
};

static struct lock psci_lock; /* cpus */
static struct cpu cpus[MON_CPUS] = {
	{ .state = CPU_ON },
	{ .state = CPU_OFF },
	{ .state = CPU_OFF },
	{ .state = CPU_OFF },
};

static bool arrived[MON_CPUS];

/* Affinity 0 is the core; the boards have one cluster, number 0. */
static struct cpu *find_cpu(u64 target)
{
	target &= 0xff00ffffffULL;
	return target < machine.cpus ? &cpus[target] : NULL;
}

static int cpu_on(u64 target, u64 entry, u64 context)
{
	struct cpu *cpu = find_cpu(target);
	int ret = PSCI_SUCCESS;

	if (!cpu)
		return PSCI_INVALID_PARAMETERS;
	if (!in_ddr(entry, 4) || entry % 4)
		return PSCI_INVALID_ADDRESS;
	lock(&psci_lock);
	if (cpu->state == CPU_ON) {
		ret = PSCI_ALREADY_ON;
	} else if (cpu->state == CPU_PENDING) {
		ret = PSCI_ON_PENDING;
	} else {
		cpu->state = CPU_PENDING;
		cpu->entry = entry;
		cpu->context = context;
		machine.cpu_on(cpu - cpus);
	}
	unlock(&psci_lock);
	return ret;
}

/**
 * psci_expect() - a core is about to be started
 * @cpu: which
 */
void psci_expect(u32 cpu)
{
	__atomic_store_n(&arrived[cpu], false, __ATOMIC_RELEASE);
}

/**
 * psci_arrived() - whether a core that was started has arrived
 * @cpu: which
 */
bool psci_arrived(u32 cpu)
{
	return __atomic_load_n(&arrived[cpu], __ATOMIC_ACQUIRE);
}

/**
 * psci_entered() - a core that was started has arrived
 * @context: receives what the guest wants in its x0
 *
 * Return: where the guest wants it to begin.
 */
u64 psci_entered(u64 *context)
{
	struct cpu *cpu = &cpus[this_cpu()];
	u64 entry;

	/* before the lock: the core that starts this one waits for it there */
	__atomic_store_n(&arrived[this_cpu()], true, __ATOMIC_RELEASE);
	lock(&psci_lock);
	cpu->state = CPU_ON;
	entry = cpu->entry;
	*context = cpu->context;
	unlock(&psci_lock);
	return entry;
}

static void cpu_off(void)
{
	u32 number = this_cpu();

	lock(&psci_lock);
	cpus[number].state = CPU_OFF;
	unlock(&psci_lock);
	machine.cpu_off(number);
	for (;;)
		__asm__ volatile("wfi");
}

static int affinity_info(u64 target, u64 level)
{
	struct cpu *cpu = find_cpu(target);
	int ret;

	if (!cpu || level)
		return PSCI_INVALID_PARAMETERS;
	lock(&psci_lock);
	ret = cpu->state;
	unlock(&psci_lock);
	return ret;
}

static int cpu_suspend(u64 state)
{
	if (state & PSCI_STATE_POWERDOWN)
		return PSCI_INVALID_PARAMETERS;
	__asm__ volatile("wfi");
	return PSCI_SUCCESS;
}

static int features(u32 function)
{
	switch (function) {
	case PSCI_VERSION:
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND | PSCI_64:
	case PSCI_CPU_OFF:
	case PSCI_CPU_ON:
	case PSCI_CPU_ON | PSCI_64:
	case PSCI_AFFINITY_INFO:
	case PSCI_AFFINITY_INFO | PSCI_64:
	case PSCI_MIGRATE_INFO_TYPE:
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET:
	case PSCI_FEATURES:
		return PSCI_SUCCESS;
	}
	return PSCI_NOT_SUPPORTED;
}

/**
 * psci_call() - answer a call of the standard services
 * @smc: registers of the caller; a 32-bit call's upper halves are ignored
 *
 * Return: whether it is one of PSCI's.
 */
bool psci_call(struct smc *smc)
{
	u32 function = smc->x[0];
	u64 mask = function & PSCI_64 ? ~0ULL : 0xffffffffULL;
	s64 ret;

	switch (function) {
	case PSCI_VERSION:
		ret = PSCI_1_1;
		break;
	case PSCI_CPU_SUSPEND:
	case PSCI_CPU_SUSPEND | PSCI_64:
		ret = cpu_suspend(smc->x[1]);
		break;
	case PSCI_CPU_OFF:
		cpu_off();
		return true;
	case PSCI_CPU_ON:
	case PSCI_CPU_ON | PSCI_64:
		ret = cpu_on(smc->x[1] & mask, smc->x[2] & mask, smc->x[3] & mask);
		break;
	case PSCI_AFFINITY_INFO:
	case PSCI_AFFINITY_INFO | PSCI_64:
		ret = affinity_info(smc->x[1] & mask, smc->x[2] & mask);
		break;
	case PSCI_MIGRATE_INFO_TYPE:
		ret = PSCI_NO_TRUSTED_OS;
		break;
	case PSCI_SYSTEM_OFF:
	case PSCI_SYSTEM_RESET: /* run.sh says -no-reboot: both are the end */
		power_off();
	case PSCI_FEATURES:
		ret = features(smc->x[1]);
		break;
	default:
		return false;
	}
	smc->x[0] = ret;
	return true;
}
