/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: remote processors; shared by the files that deal with them. */
#ifndef HWC_RPROC_H
#define HWC_RPROC_H

#include <linux/remoteproc.h>

#include "claim.h"
#include "core.h"
#include "firmware-elf.h"
#include "overdue.h"

/**
 * struct hwc_rproc - a remote processor that can be claimed
 * @in_rprocs: in the list of them
 * @rproc: mainline's; we have a reference to its device
 * @owner: module of its driver, or NULL
 * @driver: name of that
 * @file: what its firmware is called for request_firmware()
 * @worker: starts and stops it
 * @res: the resource it is
 * @tidy: removes what an earlier life of the system has left of @file
 * @bury: gives it back when it goes without having been stopped
 * @owned: sysfs is closed, recovery is off; changed in the worker, under the core lock
 * @was_read_only: sysfs was before
 * @was_unrecovered: recovery was off before
 * @old_firmware: name that was set before, while @placed
 * @placed: @file is there
 * @subdev: tells us when its memory comes and goes
 * @watched: @subdev is registered
 * @crashed: its last stop was because of a crash of the firmware in @file
 * @loader: serial number of the domain that it was started for last, or 0
 * @dump_max: most bytes of a core dump
 * @undumped: bytes of the dump that was too large, or 0; core lock
 * @elf_class: of its firmware, for a core dump, ELFCLASSNONE where that is not ELF
 * @elf_machine: of that
 * @crashes: its count of crashes when it was started
 * @loading: the claim that it is being started for; changed under the rproc's lock
 * @claim: that it runs for
 * @watch: looks whether it still runs
 * @overdue: watches it while it is "started" or "stopped"
 * @failed: why it could not be stopped, or ""; core lock
 */
struct hwc_rproc {
	struct list_head in_rprocs;
	struct rproc *rproc;
	struct module *owner;
	char driver[64];
	char file[48];
	struct kthread_worker *worker;
	struct hwcontainer_resource *res;
	struct kthread_work tidy;
	struct kthread_work bury;

	bool owned;
	bool was_read_only;
	bool was_unrecovered;
	char *old_firmware;
	bool placed;
	struct rproc_subdev subdev;
	bool watched;
	bool crashed;
	u64 loader;
	u64 dump_max;
	u64 undumped;
	u8 elf_class;
	u16 elf_machine;
	unsigned int crashes;
	struct hwcontainer_claim *loading;
	struct hwcontainer_claim *claim;
	struct delayed_work watch;

	struct hwc_overdue overdue;
	char failed[128];
};

/* rproc.c */

/* Every processor there is. Changes under the class's mutex and the core lock. */
extern struct list_head hwc_rprocs;

extern const struct hwcontainer_kind hwc_rproc_kind;

const char *hwc_rproc_busy(const struct hwc_rproc *r);

/* rproc-run.c; all but the first two in the worker */

void hwc_rproc_watch(struct work_struct *work);
void hwc_rproc_fail_claims(struct hwc_overdue *o, unsigned int ms);
int hwc_rproc_configure(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
int hwc_rproc_settle(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
void hwc_rproc_release(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
void hwc_rproc_disown(struct hwc_rproc *r);
void hwc_rproc_set_failed(struct hwc_rproc *r, const char *why);

/* rproc-memory.c; all in the worker */

bool hwc_range_is_inside(const struct hwc_elf_range *inner, u64 da, u64 size);
bool hwc_rproc_has_carveout(struct rproc *rproc, const struct hwc_elf_range *range);
void hwc_rproc_set_claim(struct hwc_rproc *r, const struct hwcontainer_claim *claim);
int hwc_rproc_scrub_prepared(struct hwc_rproc *r);
void hwc_rproc_watch_memory(struct hwc_rproc *r, bool watched);

/* firmware-file.c: firmware for frameworks that take it by name */

int hwc_firmware_put(const char *name, const void *data, size_t size);
void hwc_firmware_remove(const char *name);

#endif
