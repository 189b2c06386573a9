// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Clocks: what drivers/clk/zynqmp/ asks about them and does to them. The rates
 * are Linux's to compute from parents and dividers.
 */
#include "monitor.h"

/* enum pm_query_id */
#define PM_QID_CLOCK_GET_NAME 1
#define PM_QID_CLOCK_GET_TOPOLOGY 2
#define PM_QID_CLOCK_GET_FIXEDFACTOR_PARAMS 3
#define PM_QID_CLOCK_GET_PARENTS 4
#define PM_QID_CLOCK_GET_ATTRIBUTES 5
#define PM_QID_PINCTRL_GET_NUM_PINS 6
#define PM_QID_CLOCK_GET_NUM_CLOCKS 12
#define PM_QID_CLOCK_GET_MAX_DIVISOR 13

#define ATTRIBUTE_VALID BIT(0)
#define ATTRIBUTE_EXTERNAL BIT(2)

#define CLOCK_INDEX(id) ((id)&0x3fff)
#define TOPOLOGY_TYPE(word) ((word)&0xf)

#define MAX_DIVISOR 63 /* six bits */

/* A half of PM_CLOCK_SETDIVIDER's argument that leaves its divider as it is. */
#define DIVIDER_KEEP 0xffff

static struct clock *find_clock(u32 id)
{
	u32 i;

	for (i = 0; i < machine_n_clocks; i++)
		if (machine_clocks[i].id == CLOCK_INDEX(id))
			return &machine_clocks[i];
	return NULL;
}

static bool is_made_of(const struct clock *clock, u32 type)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(clock->topology); i++)
		if (TOPOLOGY_TYPE(clock->topology[i]) == type)
			return true;
	return false;
}

static u32 count_parents(const struct clock *clock)
{
	u32 n = 0;

	while (n < ARRAY_SIZE(clock->parents) && clock->parents[n] != CLOCK_END)
		n++;
	return n;
}

/* The whole answer is its name, where others have their status. */
static u32 get_name(const struct clock *clock, struct eemi *eemi)
{
	u32 words[4] = { 0 };
	u32 i;

	for (i = 0; clock && i < sizeof(words) - 1 && clock->name[i]; i++)
		words[i / 4] |= (u32)(u8)clock->name[i] << i % 4 * 8;
	for (i = 0; i < ARRAY_SIZE(eemi->out); i++)
		eemi->out[i] = words[i + 1];
	return words[0];
}

/* Three from the index in the second argument on. */
static u32 get_topology(const struct clock *clock, struct eemi *eemi)
{
	u32 i, at;

	for (i = 0; i < ARRAY_SIZE(eemi->out); i++) {
		at = eemi->arg[2] + i;
		eemi->out[i] = at < ARRAY_SIZE(clock->topology) ? clock->topology[at] : 0;
	}
	return XST_PM_SUCCESS;
}

static u32 get_parents(const struct clock *clock, struct eemi *eemi)
{
	u32 n = count_parents(clock);
	u32 i, at;

	for (i = 0; i < ARRAY_SIZE(eemi->out); i++) {
		at = eemi->arg[2] + i;
		eemi->out[i] = at < n ? clock->parents[at] : CLOCK_END;
	}
	return XST_PM_SUCCESS;
}

static u32 get_fixed_factor(const struct clock *clock, struct eemi *eemi)
{
	if (!is_made_of(clock, CLOCK_FIXED))
		return XST_INVALID_PARAM;
	eemi->out[0] = 1;
	eemi->out[1] = clock->divider;
	return XST_PM_SUCCESS;
}

static u32 get_attributes(const struct clock *clock, struct eemi *eemi)
{
	if (eemi->arg[1] >= machine_clock_max)
		return XST_INVALID_PARAM;
	if (clock)
		eemi->out[0] = clock->node | ATTRIBUTE_VALID |
			       (clock->topology[0] ? 0 : ATTRIBUTE_EXTERNAL);
	return XST_PM_SUCCESS;
}

static u32 get_max_divisor(const struct clock *clock, struct eemi *eemi)
{
	if (!is_made_of(clock, eemi->arg[2]))
		return XST_INVALID_PARAM;
	eemi->out[0] = MAX_DIVISOR;
	return XST_PM_SUCCESS;
}

/**
 * clock_query() - PM_QUERY_DATA
 * @eemi: the call: which query, a clock, and what the query wants
 *
 * Return: its status, or the first letters of a name.
 */
u32 clock_query(struct eemi *eemi)
{
	const struct clock *clock = find_clock(eemi->arg[1]);

	switch (eemi->arg[0]) {
	case PM_QID_CLOCK_GET_NUM_CLOCKS:
		eemi->out[0] = machine_clock_max;
		return XST_PM_SUCCESS;
	case PM_QID_PINCTRL_GET_NUM_PINS:
		return XST_PM_SUCCESS;
	case PM_QID_CLOCK_GET_NAME:
		return get_name(clock, eemi);
	case PM_QID_CLOCK_GET_ATTRIBUTES:
		return get_attributes(clock, eemi);
	}
	if (eemi->arg[0] > PM_QID_CLOCK_GET_MAX_DIVISOR)
		return XST_PM_NO_FEATURE;
	if (!clock)
		return XST_INVALID_PARAM;
	switch (eemi->arg[0]) {
	case PM_QID_CLOCK_GET_TOPOLOGY:
		return get_topology(clock, eemi);
	case PM_QID_CLOCK_GET_PARENTS:
		return get_parents(clock, eemi);
	case PM_QID_CLOCK_GET_FIXEDFACTOR_PARAMS:
		return get_fixed_factor(clock, eemi);
	case PM_QID_CLOCK_GET_MAX_DIVISOR:
		return get_max_divisor(clock, eemi);
	}
	return XST_PM_NO_FEATURE;
}

static u32 set_enabled(u32 id, bool enabled)
{
	struct clock *clock = find_clock(id);

	if (!clock || !clock->topology[0])
		return XST_INVALID_PARAM;
	clock->enabled = enabled;
	return XST_PM_SUCCESS;
}

u32 clock_enable(struct eemi *eemi)
{
	return set_enabled(eemi->arg[0], true);
}

u32 clock_disable(struct eemi *eemi)
{
	return set_enabled(eemi->arg[0], false);
}

u32 clock_get_state(struct eemi *eemi)
{
	const struct clock *clock = find_clock(eemi->arg[0]);

	if (!clock)
		return XST_INVALID_PARAM;
	eemi->out[0] = clock->enabled;
	return XST_PM_SUCCESS;
}

/* A PLL takes its multiplier whole, the others one divider or both. */
u32 clock_set_divider(struct eemi *eemi)
{
	struct clock *clock = find_clock(eemi->arg[0]);
	u32 first = eemi->arg[1] & 0xffff, second = eemi->arg[1] >> 16;

	if (!clock)
		return XST_INVALID_PARAM;
	if (is_made_of(clock, CLOCK_PLL)) {
		clock->divider = eemi->arg[1];
		return XST_PM_SUCCESS;
	}
	if (first != DIVIDER_KEEP) {
		if (!is_made_of(clock, CLOCK_DIV1) || first > MAX_DIVISOR)
			return XST_INVALID_PARAM;
		clock->divider = first;
	}
	if (second != DIVIDER_KEEP) {
		if (!is_made_of(clock, CLOCK_DIV2) || second > MAX_DIVISOR)
			return XST_INVALID_PARAM;
		clock->divider2 = second;
	}
	return XST_PM_SUCCESS;
}

u32 clock_get_divider(struct eemi *eemi)
{
	const struct clock *clock = find_clock(eemi->arg[0]);

	if (!clock || !clock->topology[0])
		return XST_INVALID_PARAM;
	eemi->out[0] = (u32)clock->divider2 << 16 | clock->divider;
	return XST_PM_SUCCESS;
}

u32 clock_set_parent(struct eemi *eemi)
{
	struct clock *clock = find_clock(eemi->arg[0]);

	if (!clock || !is_made_of(clock, CLOCK_MUX) || eemi->arg[1] >= count_parents(clock) ||
	    clock->parents[eemi->arg[1]] == CLOCK_DUMMY)
		return XST_INVALID_PARAM;
	clock->parent = eemi->arg[1];
	return XST_PM_SUCCESS;
}

u32 clock_get_parent(struct eemi *eemi)
{
	const struct clock *clock = find_clock(eemi->arg[0]);

	if (!clock || !is_made_of(clock, CLOCK_MUX))
		return XST_INVALID_PARAM;
	eemi->out[0] = clock->parent;
	return XST_PM_SUCCESS;
}

/**
 * clock_pll_ioctl() - PM_IOCTL for a PLL's fraction
 * @eemi: the call: nothing, which, the PLL, a value
 *
 * The PLLs of the bench only multiply by whole numbers.
 *
 * Return: its status.
 */
u32 clock_pll_ioctl(struct eemi *eemi)
{
	const struct clock *clock = find_clock(eemi->arg[2]);

	if (!clock || !is_made_of(clock, CLOCK_PLL))
		return XST_INVALID_PARAM;
	if (eemi->arg[1] == IOCTL_SET_PLL_FRAC_MODE || eemi->arg[1] == IOCTL_SET_PLL_FRAC_DATA)
		return eemi->arg[3] ? XST_PM_NO_FEATURE : XST_PM_SUCCESS;
	return XST_PM_SUCCESS;
}
