/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hwcontainer: how a module brings a kind of hardware that can be claimed.
 *
 * A backend describes its kind once (struct hwcontainer_kind), registers each
 * piece of hardware as a resource, and is then called for claims on it:
 *
 *   acquire    in the request, decides at once; must not sleep on hardware
 *   examine    in a workqueue: does the image fit?
 *   configure  in the resource's worker: make the hardware what the image says
 *   settle     in a workqueue: wait until it can be used, report the devices
 *   drop       in whoever ends the claim, decides at once
 *   release    in the resource's worker: the mirror image of configure
 *
 * The core calls them in this order and never two of one resource's configure
 * and release at a time. It knows nothing of kinds.
 */
#ifndef _LINUX_HWCONTAINER_H
#define _LINUX_HWCONTAINER_H

#include <linux/types.h>
#include <uapi/linux/hwcontainer.h>

struct device;
struct hwcontainer_claim;
struct hwcontainer_resource;
struct kthread_worker;
struct module;
struct netlink_ext_ack;

/**
 * enum hwcontainer_slot - the files of an image
 * @HWCONTAINER_IMAGE: bitstream, firmware
 * @HWCONTAINER_OVERLAY: flattened device-tree overlay with its devices
 * @HWCONTAINER_SLOTS: how many there are
 */
enum hwcontainer_slot {
	HWCONTAINER_IMAGE,
	HWCONTAINER_OVERLAY,
	HWCONTAINER_SLOTS,
};

/**
 * struct hwcontainer_blob - a file of an image, in memory
 * @data: its bytes, or NULL when the claim brought none or they were dropped
 * @size: how many
 * @has_digest: @digest is valid
 * @digest: SHA-256 of the bytes, computed by the core where asked for
 *
 * Valid from examine until the end of configure.
 */
struct hwcontainer_blob {
	const void *data;
	size_t size;
	bool has_digest;
	u8 digest[HWCONTAINER_DIGEST_LEN];
};

/**
 * struct hwcontainer_resource_info - what a backend says of a resource
 * @controller: what configures it, or ""
 * @device_id: identity images must be made for, where @has_device_id
 * @has_device_id: whether that is known
 * @warm: an image is loaded that the next claim may use as it is
 * @failed: why the hardware is in no known state, or ""
 * @note: what else there is to say of it, or ""
 * @digest: digests of what is loaded, where @has_digest
 * @has_digest: whether they are known
 */
struct hwcontainer_resource_info {
	char controller[64];
	u32 device_id;
	bool has_device_id;
	bool warm;
	char failed[128];
	char note[128];
	u8 digest[HWCONTAINER_SLOTS][HWCONTAINER_DIGEST_LEN];
	bool has_digest[HWCONTAINER_SLOTS];
};

/* What acquire and drop say of the hardware work that is left to do. */
#define HWCONTAINER_DONE	0
#define HWCONTAINER_WORK	1

/**
 * struct hwcontainer_kind - a kind of hardware
 * @name: "fpga-region"
 * @owner: module of the backend, pinned by every claim
 * @priv_size: bytes of backend's memory in each claim, zeroed
 * @blob_max: largest file in each slot in bytes; 0 means none is taken
 * @blob_required: the slots without which there is nothing to do
 * @assignable: a claim for a virtual machine (HWCONTAINER_CLAIM_FLAGS_ASSIGN) is taken: no
 *	driver of the host is then to see the devices. The core refuses it for other kinds.
 * @acquire: May @claim have @res? Core lock held; must not sleep on hardware.
 *	Returns HWCONTAINER_DONE when it is ready as it is (the other steps are
 *	then not called, only drop), HWCONTAINER_WORK when it is to be prepared,
 *	or -errno with a sentence in @extack. Changes nothing unless it returns
 *	DONE. Optional: means WORK.
 * @examine: Does the image fit? May sleep. Returns 0 or
 *	hwcontainer_claim_refuse(). Optional.
 * @configure: Makes the hardware what the image says. Called in the
 *	resource's worker. On failure leaves nothing behind and returns
 *	hwcontainer_claim_refuse(). Optional.
 * @settle: Waits until it can be used and reports devices with
 *	hwcontainer_claim_add_device(). May sleep; gives up early when
 *	hwcontainer_claim_cancelled(). Returns 0 or hwcontainer_claim_refuse(),
 *	after which release is called. Optional.
 * @drop: The claim was ready and ends. Core lock held; must not sleep on
 *	hardware. Returns HWCONTAINER_DONE or HWCONTAINER_WORK. Optional: means
 *	WORK.
 * @release: Undoes configure. Called in the resource's worker, only after a
 *	configure or an acquire that succeeded. Cannot fail: what it cannot
 *	clear it says in describe. Optional.
 * @idle: The last claim that had @res, got it or was leaving it is gone. Core
 *	lock held; must not sleep on hardware. Optional.
 * @check_blank: Does an image fit that is to be loaded where a claim's was unloaded? May
 *	sleep. @priv is as a claim's. Returns 0, or -errno with a sentence in @why.
 *	Optional: means that there is no such image. Who loads it is the kind.
 * @revoke: What is loaded may not stay. Core lock held; must not sleep on hardware. Nobody
 *	gets it any more as it is: where no claim has it, it is to be unloaded, and
 *	where one has, that has failed and is about to be released. Optional.
 * @describe: Fills what @res is at the moment. Core lock held.  Optional.
 */
struct hwcontainer_kind {
	const char *name;
	struct module *owner;
	size_t priv_size;
	size_t blob_max[HWCONTAINER_SLOTS];
	bool blob_required[HWCONTAINER_SLOTS];
	bool assignable;

	int (*acquire)(struct hwcontainer_resource *res, struct hwcontainer_claim *claim,
		       struct netlink_ext_ack *extack);
	int (*examine)(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
	int (*configure)(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
	int (*settle)(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
	int (*drop)(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
	void (*release)(struct hwcontainer_resource *res, struct hwcontainer_claim *claim);
	void (*idle)(struct hwcontainer_resource *res);
	int (*check_blank)(struct hwcontainer_resource *res, const struct hwcontainer_blob *blob,
			   void *priv, char *why, size_t room);
	void (*revoke)(struct hwcontainer_resource *res);
	void (*describe)(struct hwcontainer_resource *res,
			 struct hwcontainer_resource_info *info);
};

/**
 * struct hwcontainer_resource_desc - a resource to be registered
 * @kind: what it is
 * @name: what people already call it; unique, and so is every alias
 * @alias: other names, or NULL; copied, as is @name
 * @n_alias: how many
 * @capacity: most claims at a time, at least 1
 * @worker: runs configure and release; shared by resources whose hardware
 *	cannot be configured at the same time. NULL where neither does anything.
 * @priv: the backend's own
 */
struct hwcontainer_resource_desc {
	const struct hwcontainer_kind *kind;
	const char *name;
	const char *const *alias;
	unsigned int n_alias;
	unsigned int capacity;
	struct kthread_worker *worker;
	void *priv;
};

int hwcontainer_kind_register(const struct hwcontainer_kind *kind);
void hwcontainer_kind_unregister(const struct hwcontainer_kind *kind);

struct hwcontainer_resource *
hwcontainer_resource_register(const struct hwcontainer_resource_desc *desc);
void hwcontainer_resource_unregister(struct hwcontainer_resource *res);
void *hwcontainer_resource_priv(const struct hwcontainer_resource *res);
const char *hwcontainer_resource_name(const struct hwcontainer_resource *res);

const struct hwcontainer_blob *hwcontainer_claim_blob(const struct hwcontainer_claim *claim,
						      enum hwcontainer_slot slot);
const u8 *hwcontainer_claim_wants(const struct hwcontainer_claim *claim,
				  enum hwcontainer_slot slot);
bool hwcontainer_claim_brings(const struct hwcontainer_claim *claim, enum hwcontainer_slot slot);
u32 hwcontainer_claim_id(const struct hwcontainer_claim *claim);
u32 hwcontainer_claim_flags(const struct hwcontainer_claim *claim);
const char *hwcontainer_claim_container(const struct hwcontainer_claim *claim);
void *hwcontainer_claim_priv(struct hwcontainer_claim *claim);
bool hwcontainer_claim_cancelled(const struct hwcontainer_claim *claim);
void hwcontainer_claim_stage(struct hwcontainer_claim *claim, enum hwcontainer_stage stage);
int hwcontainer_claim_add_device(struct hwcontainer_claim *claim, struct device *dev);
__printf(3, 4)
int hwcontainer_claim_refuse(struct hwcontainer_claim *claim, int err, const char *fmt, ...);
__printf(3, 4)
bool hwcontainer_claim_lost(struct hwcontainer_claim *claim, int err, const char *fmt, ...);

#endif /* _LINUX_HWCONTAINER_H */
