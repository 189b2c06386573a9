// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of drivers/mailbox/zynqmp-ipi-mailbox.c: interrupts between processors.
 * Those to and from the real-time cores are real. The mailbox to the firmware is
 * there so that the power driver finds it; the firmware never writes first, and no
 * driver of the kernel sends through it.
 */
#include "monitor.h"

#define IPI_MAILBOX_OPEN 0x82001000
#define IPI_MAILBOX_STATUS_ENQUIRY 0x82001002
#define IPI_MAILBOX_NOTIFY 0x82001003
#define IPI_MAILBOX_ENABLE_IRQ 0x82001005
#define IPI_MAILBOX_DISABLE_IRQ 0x82001006

/* Of an enquiry: it comes from the interrupt's handler. */
#define ENQUIRY_DISABLE_IRQ BIT(0)

#define STATUS_IDLE 0
#define STATUS_RECV_PENDING 2

/*
 * Whether the core has called. The handler's question takes the call away, not the
 * acknowledgement, which the driver may put off until after it has looked at what
 * the core has written: a call in between would be lost. Whether the core has heard
 * is not said: the driver looks every 5 ms, and would run out of room meanwhile.
 */
static u64 enquire(u32 core, u64 flags)
{
	if (flags & ENQUIRY_DISABLE_IRQ && rpu_take(core))
		return STATUS_RECV_PENDING;
	return STATUS_IDLE;
}

/**
 * ipi_call() - answer a call about a mailbox
 * @smc: registers of the caller: function, its own number, that of the other end
 *
 * Return: whether it is one of these.
 */
bool ipi_call(struct smc *smc)
{
	u32 function = smc->x[0];
	int core = rpu_agent(smc->x[2]);

	if (function < IPI_MAILBOX_OPEN || function > IPI_MAILBOX_DISABLE_IRQ)
		return false;
	smc->x[0] = 0;
	if (core < 0)
		return true;
	switch (function) {
	case IPI_MAILBOX_STATUS_ENQUIRY:
		smc->x[0] = enquire(core, smc->x[3]);
		break;
	case IPI_MAILBOX_NOTIFY:
		rpu_notify(core);
		break;
	case IPI_MAILBOX_ENABLE_IRQ:
	case IPI_MAILBOX_DISABLE_IRQ:
		rpu_listen(core, function == IPI_MAILBOX_ENABLE_IRQ);
		break;
	}
	return true;
}
