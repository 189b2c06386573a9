// SPDX-License-Identifier: GPL-2.0-or-later
/* The monitor: its start, the way to the guest and back, time, locks, the end. */
#include "monitor.h"

/* As selftests/qemu/machines/ put them. */
#define GUEST_KERNEL 0x00200000
#define GUEST_DTB 0x07000000

#define TIMER_HZ 62500000

#define SCR_NS BIT(0)
#define SCR_RES1 (3U << 4)
#define SCR_HCE BIT(8)
#define SCR_RW BIT(10)
#define HCR_RW BIT(31)
#define SCTLR_EL1_RES1 0x30d00800
#define SCTLR_EL2_RES1 0x30c50830
#define SPSR_MASKED 0x3c0
#define SPSR_EL1H 5
#define SPSR_EL2H 9
#define CPTR_EL2_RES1 0x33ff

#define ESR_CLASS(esr) ((esr) >> 26)
#define ESR_SMC64 0x17

#define SMC_UNKNOWN (~0ULL)
#define SMC_OWNER(function) ((function) >> 24)
#define SMC_STANDARD32 0x84
#define SMC_STANDARD64 0xc4
#define SMC_SIP32 0x82
#define SMC_SIP64 0xc2

#define SEMIHOSTING_EXIT 0x18
#define SEMIHOSTING_EXIT_DONE 0x20026

void monitor_main(u32 cpu);
void monitor_secondary_main(u32 cpu);
void monitor_call(struct smc *smc, u64 esr);
void monitor_fault(u64 esr, u64 elr, u64 far);

u32 this_cpu(void)
{
	return read_sysreg(mpidr_el1) & 0xff;
}

void lock(struct lock *lock)
{
	u32 ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_ACQUIRE);

	while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != ticket)
		__asm__ volatile("yield");
}

void unlock(struct lock *lock)
{
	__atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

u64 now_ns(void)
{
	return read_sysreg(cntpct_el0) * (1000000000 / TIMER_HZ);
}

void wait_until_ns(u64 when)
{
	while (now_ns() < when)
		__asm__ volatile("yield");
}

bool in_ddr(u64 address, u64 size)
{
	return address < machine.ddr_size && size <= machine.ddr_size - address;
}

void power_off(void)
{
	static const u64 done[] = { SEMIHOSTING_EXIT_DONE, 0 };

	semihosting(SEMIHOSTING_EXIT, done);
	for (;;)
		__asm__ volatile("wfi");
}

/* The non-secure world of this core, before anything runs in it. */
static void prepare_guest(void)
{
	write_sysreg(scr_el3, SCR_NS | SCR_RES1 | SCR_HCE | SCR_RW);
	write_sysreg(cptr_el3, 0);
	write_sysreg(mdcr_el3, 0);
	write_sysreg(cntfrq_el0, TIMER_HZ);
	write_sysreg(cntvoff_el2, 0);
	write_sysreg(cnthctl_el2, 3);
	write_sysreg(hcr_el2, HCR_RW);
	write_sysreg(cptr_el2, CPTR_EL2_RES1);
	write_sysreg(hstr_el2, 0);
	write_sysreg(mdcr_el2, 0);
	write_sysreg(vttbr_el2, 0);
	write_sysreg(vpidr_el2, read_sysreg(midr_el1));
	write_sysreg(vmpidr_el2, read_sysreg(mpidr_el1));
	write_sysreg(sctlr_el2, SCTLR_EL2_RES1);
	write_sysreg(sctlr_el1, SCTLR_EL1_RES1);
	__asm__ volatile("isb");
}

void enter_guest(u64 entry, u64 context)
{
	prepare_guest();
	monitor_eret(entry, context, SPSR_MASKED | (machine.entry_el == 2 ? SPSR_EL2H : SPSR_EL1H));
}

void monitor_main(u32 cpu)
{
	machine.init();
	machine.gic_init(cpu, true);
	page_write(MON_VERSION_AT, MON_VERSION);
	page_write(MON_MAGIC_AT, MON_MAGIC);
	enter_guest(GUEST_KERNEL, GUEST_DTB);
}

void monitor_secondary_main(u32 cpu)
{
	u64 entry, context;

	machine.gic_init(cpu, false);
	entry = psci_entered(&context);
	enter_guest(entry, context);
}

void monitor_call(struct smc *smc, u64 esr)
{
	u32 function = smc->x[0];

	if (ESR_CLASS(esr) != ESR_SMC64)
		monitor_fault(esr, read_sysreg(elr_el3), read_sysreg(far_el3));
	switch (SMC_OWNER(function)) {
	case SMC_STANDARD32:
	case SMC_STANDARD64:
		if (psci_call(smc))
			return;
		break;
	case SMC_SIP64:
		eemi_call(smc);
		return;
	case SMC_SIP32:
		if (ipi_call(smc))
			return;
		break;
	}
	smc->x[0] = SMC_UNKNOWN;
}

static void say(const char *text)
{
	while (*text)
		write32(machine.uart, *text++);
}

static void say_number(const char *name, u64 value)
{
	int shift;

	say(name);
	for (shift = 60; shift >= 0; shift -= 4)
		write32(machine.uart, "0123456789abcdef"[value >> shift & 0xf]);
}

/* What must not happen; the machine ends, and its console says why. */
void monitor_fault(u64 esr, u64 elr, u64 far)
{
	say("\r\nmonitor: exception at EL3,");
	say_number(" esr 0x", esr);
	say_number(", elr 0x", elr);
	say_number(", far 0x", far);
	say("\r\n");
	power_off();
}
