// SPDX-License-Identifier: GPL-2.0-or-later
/* Interrupts, whichever version of Arm's generic controller there is. */
#include "rtos.h"

#define HANDLERS 8

static const struct {
	const char *compatible;
	u32 version;
	const struct gic_ops *ops;
} kinds[] = {
	{ "arm,gic-v3", 3, &gicv3_ops },
	{ "arm,cortex-a15-gic", 2, &gicv2_ops },
	{ "arm,gic-400", 2, &gicv2_ops },
};

static const struct gic_ops *gic;
static u32 version;

static struct {
	u32 interrupt;
	gic_handler handler;
} handlers[HANDLERS];

/**
 * gic_start() - find the controller and set it up
 *
 * Return: whether there is one that is known.
 */
bool gic_start(void)
{
	u32 i;
	int node;

	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		node = tree_find(kinds[i].compatible);
		if (node < 0 || !kinds[i].ops->start(node))
			continue;
		gic = kinds[i].ops;
		version = kinds[i].version;
		return true;
	}
	return false;
}

u32 gic_version(void)
{
	return version;
}

/**
 * gic_listen() - handle an interrupt from now on
 * @interrupt: its number
 * @handler: what does
 *
 * Return: whether there was room for one more.
 */
bool gic_listen(u32 interrupt, gic_handler handler)
{
	u32 i;

	for (i = 0; i < HANDLERS && handlers[i].handler; i++)
		;
	if (i == HANDLERS)
		return false;
	handlers[i].interrupt = interrupt;
	handlers[i].handler = handler;
	gic->enable(interrupt);
	return true;
}

void gic_enable(u32 interrupt)
{
	gic->enable(interrupt);
}

void gic_disable(u32 interrupt)
{
	gic->disable(interrupt);
}

static void handle(u32 interrupt)
{
	u32 i;

	for (i = 0; i < HANDLERS && handlers[i].handler; i++)
		if (handlers[i].interrupt == interrupt)
			handlers[i].handler();
}

/**
 * gic_handle() - do all that is to be done: called by start.S
 */
void gic_handle(void)
{
	u32 interrupt;

	while ((interrupt = gic->take()) < GIC_NONE) {
		handle(interrupt);
		gic->done(interrupt);
	}
}
