// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: steps of hardware that take longer than they may.
 *
 * Nothing can interrupt a driver. When a step is overdue the claims that wait for
 * it fail at once; the worker is stuck in the call, and cleans up when it returns.
 */
#include <linux/cpu.h>
#include <linux/jiffies.h>
#include <linux/sched.h>

#include "core.h"
#include "overdue.h"

/* How often to look for claims that have come to wait for an overdue step. */
#define HWC_OVERDUE_AGAIN_MS 500

/*
 * The firmware of ZynqMP and Versal works on the CPU that asks it, and until it
 * answers no timer of that CPU runs; nor does any that idle CPUs have left to it,
 * which they do unless it is bound to one of them (kernel/time/timer_migration.c).
 */
static void hwc_overdue_queue(struct hwc_overdue *o, unsigned int ms)
{
	unsigned int cpu;

	cpus_read_lock();
	cpu = cpumask_any_but(cpu_online_mask, o->cpu);
	queue_delayed_work_on(cpu < nr_cpu_ids ? cpu : WORK_CPU_UNBOUND, hwc_wq, &o->work,
			      msecs_to_jiffies(ms));
	cpus_read_unlock();
}

/*
 * Whoever waits for the step waits no more. Nor do those who were granted before
 * and have their files read and examined only later.
 */
static void hwc_overdue_work(struct work_struct *work)
{
	struct hwc_overdue *o = container_of(to_delayed_work(work), struct hwc_overdue, work);
	bool again;

	mutex_lock(&hwc_lock);
	again = o->doing;
	if (again) {
		o->late = true;
		o->fail(o, hwc_overdue_ms_locked(o));
	}
	mutex_unlock(&hwc_lock);
	if (again)
		hwc_overdue_queue(o, HWC_OVERDUE_AGAIN_MS);
}

/**
 * hwc_overdue_init() - make ready to watch a worker's steps
 * @o: the watch
 * @fail: fails the claims that wait for the step; called with the core lock held,
 *	and again as long as the step goes on
 */
void hwc_overdue_init(struct hwc_overdue *o, void (*fail)(struct hwc_overdue *o, unsigned int ms))
{
	o->fail = fail;
	INIT_DELAYED_WORK(&o->work, hwc_overdue_work);
}

/**
 * hwc_overdue_begin() - a step begins
 * @o: the watch
 * @doing: what is done until hwc_overdue_end(), for messages
 * @timeout: milliseconds that it may take, 0 for ever
 *
 * Context: the worker that does the step, which stays on its CPU until the end.
 */
void hwc_overdue_begin(struct hwc_overdue *o, const char *doing, unsigned int timeout)
{
	mutex_lock(&hwc_lock);
	o->doing = doing;
	o->began = jiffies;
	mutex_unlock(&hwc_lock);
	migrate_disable();
	o->cpu = smp_processor_id();
	if (timeout)
		hwc_overdue_queue(o, timeout);
}

/**
 * hwc_overdue_end() - the step has come to its end
 * @o: the watch
 */
void hwc_overdue_end(struct hwc_overdue *o)
{
	migrate_enable();
	cancel_delayed_work_sync(&o->work);
	mutex_lock(&hwc_lock);
	o->doing = NULL;
	o->late = false;
	mutex_unlock(&hwc_lock);
}

/* Since when the step is under way, in milliseconds; 0 where none is overdue. */
unsigned int hwc_overdue_ms_locked(const struct hwc_overdue *o)
{
	lockdep_assert_held(&hwc_lock);
	return o->late ? jiffies_to_msecs(jiffies - o->began) : 0;
}
