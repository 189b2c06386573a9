// SPDX-License-Identifier: GPL-2.0-or-later
/* How it ends: by PSCI (Arm DEN 0022), or in a way that the hypervisor calls a crash. */
#include "rtos.h"

#include <string.h>

#define PSCI_SYSTEM_OFF 0x84000008
#define PSCI_SYSTEM_RESET 0x84000009

/* xen/include/public: sched.h, xen.h */
#define XEN_SCHED_OP 29
#define SCHEDOP_SHUTDOWN 2
#define SHUTDOWN_CRASH 3

void power_hang(void)
{
	console_flush();
	for (;;)
		__asm__ volatile("wfi");
}

static void call_psci(u64 function)
{
	int node = tree_path("/psci");
	const char *method = node < 0 ? NULL : tree_text(node, "method");

	console_flush();
	if (method && !strcmp(method, "hvc"))
		call_hvc(function, 0, 0, 0);
	if (method && !strcmp(method, "smc"))
		call_smc(function, 0, 0, 0);
	say("rtos: nothing here turns it off\n");
	power_hang();
}

/**
 * power_off() - end, with a code
 * @code: what the container's exit code is to be: told to whoever reads the console
 */
void power_off(u32 code)
{
	say("\033]hwcontainer;exit=%u\a", code);
	call_psci(PSCI_SYSTEM_OFF);
	__builtin_unreachable();
}

void power_reset(void)
{
	call_psci(PSCI_SYSTEM_RESET);
	__builtin_unreachable();
}

/* Xen's call; QEMU's device, where it has one; else nobody is told. */
void power_crash(void)
{
	u32 reason = SHUTDOWN_CRASH;

	console_flush();
	if (tree_find("xen,xen") >= 0)
		call_xen(SCHEDOP_SHUTDOWN, (u64)&reason, XEN_SCHED_OP);
	else if (!pvpanic_tell())
		say("rtos: no hypervisor that could be told of a crash\n");
	power_hang();
}
