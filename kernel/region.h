/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: FPGA regions; shared by the files that deal with them. */
#ifndef HWC_REGION_H
#define HWC_REGION_H

#include <linux/fpga/fpga-bridge.h>
#include <linux/fpga/fpga-mgr.h>
#include <linux/fpga/fpga-region.h>

#include "bitstream.h"
#include "claim.h"
#include "core.h"
#include "overdue.h"
#include "overlay.h"

/**
 * struct hwc_manager - an FPGA manager with regions
 * @in_managers: in the list of managers
 * @mgr: the manager; we have a reference
 * @worker: touches its regions
 * @regions: how many use it
 * @overdue: watches it while it programs
 */
struct hwc_manager {
	struct list_head in_managers;
	struct fpga_manager *mgr;
	struct kthread_worker *worker;
	unsigned int regions;

	struct hwc_overdue overdue;
};

/**
 * struct hwc_region - a region that can be claimed
 * @ref: one for the list, one for whoever waits for its end
 * @in_regions: in hwc_regions
 * @region: mainline's; we have a reference to its device
 * @parent: the device that registered it; we have a reference
 * @manager: that programs it
 * @guard: keeps foreign overlays away while it is configured
 * @res: the resource it is
 * @shell: the region whose image brought it, or NULL; set in the worker
 * @idcode: of its device, where @has_idcode
 * @has_idcode: whether that is known
 * @frames: first and last frame address that its images begin at, where @has_frames
 * @has_frames: whether they are known
 * @node: what PDIs for it configure, where @has_node
 * @has_node: whether that is known
 * @nested: a region inside a region takes partial bitstreams only
 * @loaded: it was programmed by us; changed in the worker, under the core lock
 * @slots_open: its image is a shell whose slots may be claimed
 * @slots_left: its slots have left the worker; no others of that image may come
 * @deferred: to be unloaded when the last of its slots is free
 * @info: of the programming, until the bridges are put
 * @overlay: number of our overlay, or 0
 * @loader: serial number of the domain that it was loaded for, or 0
 * @digest: of what is loaded, where @has_digest
 * @has_digest: whether they are known
 * @stained: its blank image could not be loaded over what a claim left; of the worker
 * @failed: why it could not be cleared, or ""
 * @tidy: unloads it when that is nobody's step, see hwc_region_kick_locked()
 * @tidy_queued: that is going to run
 * @leaving: its device goes
 * @gone: nothing of it is left in the worker; @tidy will not run again
 * @left: completed then
 */
struct hwc_region {
	struct kref ref;
	struct list_head in_regions;
	struct fpga_region *region;
	struct device *parent;
	struct hwc_manager *manager;
	struct hwc_guard guard;
	struct hwcontainer_resource *res;
	struct hwc_region *shell;
	u32 idcode;
	bool has_idcode;
	u32 frames[2];
	bool has_frames;
	u32 node;
	bool has_node;
	bool nested;

	bool loaded;
	bool slots_open;
	bool slots_left;
	bool deferred;
	struct fpga_image_info *info;
	int overlay;
	u64 loader;
	u8 digest[HWCONTAINER_SLOTS][HWCONTAINER_DIGEST_LEN];
	bool has_digest[HWCONTAINER_SLOTS];
	bool stained;
	char failed[128];

	struct kthread_work tidy;
	bool tidy_queued;
	bool leaving;
	bool gone;
	struct completion left;
};

static inline const char *hwc_region_name(const struct hwc_region *r)
{
	return hwcontainer_resource_name(r->res);
}

static inline bool hwc_claim_assigns(const struct hwcontainer_claim *claim)
{
	return hwcontainer_claim_flags(claim) & HWCONTAINER_CLAIM_FLAGS_ASSIGN;
}

/* region.c */

extern const struct hwcontainer_kind hwc_region_kind;

/* members.c */

/* Every region there is. The list and what it links change under the core lock. */
extern struct list_head hwc_regions;

bool hwc_region_is_inside(const struct hwc_region *inner, const struct hwc_region *outer);
bool hwc_region_in_use(const struct hwc_region *r);

/* manager.c */

struct hwc_manager *hwc_manager_get(struct fpga_manager *mgr);
void hwc_manager_put(struct hwc_manager *m);
bool hwc_manager_is(const struct hwc_manager *m, const char *compatible);
unsigned int hwc_manager_overdue_ms(const struct hwc_manager *m);
int hwc_manager_wait_turn(struct hwc_region *r, struct hwcontainer_claim *claim);
int hwc_manager_program(struct hwc_region *r);
int hwc_manager_load(struct hwc_region *r, struct fpga_image_info *info);
int hwc_manager_refuse(struct hwc_region *r, struct hwcontainer_claim *claim,
		       const struct fpga_image_info *info, int ret);

/* No manager's header is that large; fpga_mgr_load() begins by setting the size. */
#define HWC_NOT_LOADED SIZE_MAX

/* shell.c */

struct hwc_region *hwc_shell_find_locked(const struct device_node *np);
const struct hwc_region *hwc_shell_busy_slot_locked(const struct hwc_region *r);
int hwc_shell_check_slot_locked(const struct hwc_region *slot, struct netlink_ext_ack *extack);
void hwc_shell_open_locked(struct hwc_region *r);
bool hwc_shell_close(struct hwc_region *r);
void hwc_shell_hide_locked(struct hwc_region *r);
void hwc_shell_withdraw_slots_locked(struct hwc_region *r);
void hwc_shell_forget_locked(struct hwc_region *r);
bool hwc_shell_is_around(const struct hwc_region *outer, const struct hwc_region *inner);
bool hwc_shell_is_beside(const struct hwc_region *r, const struct hwc_region *slot);
void hwc_region_kick_locked(struct hwc_region *r);
void hwc_region_idle(struct hwcontainer_resource *res);
void hwc_region_revoke(struct hwcontainer_resource *res);
void hwc_region_tidy(struct kthread_work *work);

/* load.c; all but settle in the manager's worker */

int hwc_load_init(void);
void hwc_load_exit(void);
bool hwc_region_unload(struct hwc_region *r);
void hwc_region_abandon(struct hwc_region *r);
int hwc_region_configure(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
int hwc_region_settle(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
void hwc_region_release(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);

void hwc_region_set_failed(struct hwc_region *r, const char *text);
struct fpga_image_info *hwc_region_info(struct hwc_region *r, const struct hwcontainer_blob *blob,
					const struct hwc_bitstream *bs);

/* held.c */

struct hwc_held;

int hwc_hold_clock(struct device_node *np, int i, struct hwc_held **held);
int hwc_hold_reset(struct device_node *np, int i, struct hwc_held **held);
void hwc_held_put(struct hwc_held *held);

/* assign.c */

int hwc_assign_init(void);
void hwc_assign_exit(void);
int hwc_assign_check(struct hwcontainer_claim *claim, struct device *dev);

/* region-blank.c; in the manager's worker */

bool hwc_region_blank(struct hwc_region *r);

/* idcode.c */

bool hwc_idcode_of_machine(const struct hwc_manager *m, u32 *idcode);
u32 hwc_idcode_of_chip(u32 chip);

/* firmware-codes.c */

/**
 * struct hwc_firmware_code - what the platform's firmware answers
 * @code: the status
 * @err: errno for it
 * @name: what it is called
 */
struct hwc_firmware_code {
	u32 code;
	int err;
	const char *name;
};

const struct hwc_firmware_code *hwc_firmware_code_find(u32 status);
const char *hwc_firmware_errno_name(int err);
int hwc_errno(int ret);

#endif
