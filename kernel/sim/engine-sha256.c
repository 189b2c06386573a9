// SPDX-License-Identifier: GPL-2.0-only
/*
 * The SHA-256 engine. Its state can be read and written between commands, so
 * that a driver can serve several messages at a time.
 */
#include <crypto/sha2.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "sim.h"
#include "sim-regs.h"

static void sim_sha256_reset(struct sim_slot *slot)
{
	sim_slot_write(slot, SIM_ID, SIM_ID_SHA256);
}

static void sim_sha256_load(struct sim_slot *slot, struct sha256_state *state)
{
	int i;

	for (i = 0; i < 8; i++)
		state->state[i] = sim_slot_read(slot, SIM_SHA256_STATE + 4 * i);
	state->count = (u64)sim_slot_read(slot, SIM_SHA256_COUNT_HI) << 32 |
		       sim_slot_read(slot, SIM_SHA256_COUNT_LO);
}

static void sim_sha256_store(struct sim_slot *slot, const struct sha256_state *state)
{
	int i;

	for (i = 0; i < 8; i++)
		sim_slot_write(slot, SIM_SHA256_STATE + 4 * i, state->state[i]);
	sim_slot_write(slot, SIM_SHA256_COUNT_LO, lower_32_bits(state->count));
	sim_slot_write(slot, SIM_SHA256_COUNT_HI, upper_32_bits(state->count));
}

/* Only the end of a message may be part of a block: there is no room for it. */
static int sim_sha256_run(struct sim_slot *slot, u32 ctrl, u8 *data, u32 len)
{
	struct sha256_state state;
	u8 digest[SHA256_DIGEST_SIZE];
	int i;

	if (ctrl & SIM_CTRL_INIT)
		sha256_init(&state);
	else
		sim_sha256_load(slot, &state);
	if (state.count % SHA256_BLOCK_SIZE ||
	    (len % SHA256_BLOCK_SIZE && !(ctrl & SIM_CTRL_LAST)))
		return -EINVAL;
	sha256_update(&state, data, len);
	if (!(ctrl & SIM_CTRL_LAST)) {
		sim_sha256_store(slot, &state);
		return 0;
	}
	sha256_final(&state, digest);
	for (i = 0; i < 8; i++)
		sim_slot_write(slot, SIM_SHA256_STATE + 4 * i, get_unaligned_be32(digest + 4 * i));
	return 0;
}

const struct sim_engine sim_engine_sha256 = {
	.name = "sha256",
	.reset = sim_sha256_reset,
	.run = sim_sha256_run,
};
