// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The programmable logic, and what loads of both boards have in common: the time
 * they take, failures that tests ask for, and the record of what was loaded.
 */
#include "monitor.h"

#define NS_PER_MS 1000000ULL

struct pl pl; /* under pl_lock */

static struct lock pl_lock; /* one load at a time; nothing else waits for it */

static void set_done(bool done)
{
	pl.done = done;
	page_write(MON_PL_DONE, done);
}

/**
 * pl_init() - the programmable logic as the boot loader leaves it
 * @uid: identity of the design that it has loaded
 */
void pl_init(u32 uid)
{
	bool empty = page_read(MON_PL_EMPTY);

	pl.powered = !empty;
	pl.uid = empty ? 0 : uid;
	set_done(!empty);
}

/* From now on, as long as tests want it to take. */
static void take_time(const struct pl_load *load)
{
	u64 ns = load->size / 1024 * page_read(MON_LOAD_NS_PER_KIB) +
		 page_read(MON_STALL_MS) * NS_PER_MS;

	wait_until_ns(now_ns() + ns);
	while (page_read(MON_HANG))
		__asm__ volatile("yield");
}

static void record(const struct pl_load *load)
{
	u32 i;

	page_write(MON_LOAD_PARTIAL, load->partial);
	page_write(MON_LOAD_FAR, load->far);
	page_write(MON_LOAD_SIZE, load->size);
	for (i = 0; i < MON_LOAD_NWORDS; i++)
		page_write(MON_LOAD_WORDS + 4 * i, load->words[i]);
	page_write(MON_LOADS, page_read(MON_LOADS) + 1);
	page_write(MON_LOAD_SEQ, page_read(MON_LOAD_SEQ) + 1);
}

/**
 * pl_run() - do a load
 * @eemi: the call
 * @load: what it was told to load; gets what came of it
 * @configure: puts it into the logic and returns its status
 *
 * The logic works no longer while the whole of it is loaded, and if that fails.
 *
 * Return: the call's status.
 */
u32 pl_run(struct eemi *eemi, struct pl_load *load, u32 (*configure)(struct pl_load *load))
{
	u32 status;

	lock(&pl_lock);
	status = configure(load);
	take_time(load);
	lock(&eemi_lock);
	if (!status && eemi_injected(eemi)) {
		status = eemi->status;
		if (!load->partial)
			set_done(false);
	}
	unlock(&eemi_lock);
	if (status) {
		page_write(MON_FAILURES, page_read(MON_FAILURES) + 1);
	} else {
		if (!load->partial)
			pl.uid = load->uid;
		if (load->n_words)
			record(load);
	}
	unlock(&pl_lock);
	return status;
}

/* pl_clear() - the whole of it is about to be loaded, which powers it up first */
void pl_clear(void)
{
	pl.powered = true;
	pl.uid = 0;
	set_done(false);
}

/* pl_start() - the whole of it was loaded, and starts */
void pl_start(void)
{
	set_done(true);
}
