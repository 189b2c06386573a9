// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The calls of drivers/mailbox/zynqmp-ipi-mailbox.c. The mailbox to the firmware
 * is there so that the power driver finds it; the firmware never writes first,
 * and no driver of the kernel sends through it.
 */
#include "monitor.h"

#define IPI_MAILBOX_OPEN 0x82001000
#define IPI_MAILBOX_DISABLE_IRQ 0x82001006

/**
 * ipi_call() - answer a call about a mailbox
 * @smc: registers of the caller
 *
 * Every status is "nothing pending", as of a mailbox whose other end has read all.
 *
 * Return: whether it is one of these.
 */
bool ipi_call(struct smc *smc)
{
	u32 function = smc->x[0];

	if (function < IPI_MAILBOX_OPEN || function > IPI_MAILBOX_DISABLE_IRQ)
		return false;
	smc->x[0] = 0;
	return true;
}
