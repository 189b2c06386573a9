// SPDX-License-Identifier: GPL-2.0-only
/*
 * The FIR engine: filters the 16-bit samples in DATA in their place. It keeps
 * no samples between commands; those before the first count as zero.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/unaligned.h>

#include "sim.h"
#include "sim-regs.h"

static const s16 sim_fir_taps[SIM_FIR_TAPS] = SIM_FIR_TAPS_RESET;

static void sim_fir_reset(struct sim_slot *slot)
{
	int i;

	sim_slot_write(slot, SIM_ID, SIM_ID_FIR);
	for (i = 0; i < SIM_FIR_TAPS; i++)
		sim_slot_write(slot, SIM_FIR_TAP(i), (u16)sim_fir_taps[i]);
}

/* Rounded to the nearest, half upwards, and kept within 16 bits. */
static s16 sim_fir_round(s64 sum)
{
	return clamp_t(s64, (sum + (1 << 14)) >> 15, S16_MIN, S16_MAX);
}

static int sim_fir_run(struct sim_slot *slot, u32 ctrl, u8 *data, u32 len)
{
	s16 tap[SIM_FIR_TAPS];
	u32 i, k;
	s64 sum;

	if (len % 2)
		return -EINVAL;
	for (i = 0; i < SIM_FIR_TAPS; i++)
		tap[i] = sim_slot_read(slot, SIM_FIR_TAP(i));
	/* From the end, for a result takes the place of a sample. */
	for (i = len / 2; i--;) {
		sum = 0;
		for (k = 0; k < SIM_FIR_TAPS && k <= i; k++)
			sum += tap[k] * (s16)get_unaligned_le16(data + 2 * (i - k));
		put_unaligned_le16(sim_fir_round(sum), data + 2 * i);
	}
	return len;
}

const struct sim_engine sim_engine_fir = {
	.name = "fir",
	.reset = sim_fir_reset,
	.run = sim_fir_run,
};
