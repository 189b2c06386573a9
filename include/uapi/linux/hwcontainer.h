/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/hwcontainer.yaml */
/* YNL-GEN uapi header */

#ifndef _UAPI_LINUX_HWCONTAINER_H
#define _UAPI_LINUX_HWCONTAINER_H

#define HWCONTAINER_FAMILY_NAME		"hwcontainer"
#define HWCONTAINER_FAMILY_VERSION	1

#define HWCONTAINER_NAME_MAX		255
#define HWCONTAINER_CONTAINER_MAX	127
#define HWCONTAINER_DIGEST_LEN		32
#define HWCONTAINER_SIGNATURE_MAX	8192
#define HWCONTAINER_SIGNER_MAX		64
#define HWCONTAINER_REQUESTS_MAX	1024

/**
 * enum hwcontainer_resource_state - What a resource is at the moment.
 * @HWCONTAINER_RESOURCE_STATE_FREE: Nobody holds it and nothing is loaded.
 * @HWCONTAINER_RESOURCE_STATE_WARM: Nobody holds it; its last image is still
 *   loaded.
 * @HWCONTAINER_RESOURCE_STATE_CLAIMED: As many claims hold it as it has
 *   capacity for, or one is being set up.
 * @HWCONTAINER_RESOURCE_STATE_FAILED: The last attempt to configure or to
 *   clear it failed. A new claim may try again.
 * @HWCONTAINER_RESOURCE_STATE_GONE: It left the system. Only seen in the
 *   notification of that.
 */
enum hwcontainer_resource_state {
	HWCONTAINER_RESOURCE_STATE_FREE = 1,
	HWCONTAINER_RESOURCE_STATE_WARM,
	HWCONTAINER_RESOURCE_STATE_CLAIMED,
	HWCONTAINER_RESOURCE_STATE_FAILED,
	HWCONTAINER_RESOURCE_STATE_GONE,
};

/**
 * enum hwcontainer_claim_state - Life of a claim, in this order; but waiting,
 *   the last, comes first.
 * @HWCONTAINER_CLAIM_STATE_QUEUED: Granted; waits for its image to be read or
 *   for the hardware's worker.
 * @HWCONTAINER_CLAIM_STATE_PREPARING: The hardware is being configured.
 * @HWCONTAINER_CLAIM_STATE_READY: Configured; the devices are there.
 * @HWCONTAINER_CLAIM_STATE_RELEASING: Ended by its holder; the hardware is
 *   being cleared.
 * @HWCONTAINER_CLAIM_STATE_RELEASED: The hardware is free again. The claim's
 *   number is no longer valid.
 * @HWCONTAINER_CLAIM_STATE_FAILED: Configuring failed and the hardware was
 *   given back, or waiting did not help. Error and message say why. Stays
 *   until its holder deletes it or dies.
 * @HWCONTAINER_CLAIM_STATE_WAITING: Not granted yet: waits for its resource,
 *   which others have. Comes before queued, in the life of a claim that may
 *   wait.
 */
enum hwcontainer_claim_state {
	HWCONTAINER_CLAIM_STATE_QUEUED = 1,
	HWCONTAINER_CLAIM_STATE_PREPARING,
	HWCONTAINER_CLAIM_STATE_READY,
	HWCONTAINER_CLAIM_STATE_RELEASING,
	HWCONTAINER_CLAIM_STATE_RELEASED,
	HWCONTAINER_CLAIM_STATE_FAILED,
	HWCONTAINER_CLAIM_STATE_WAITING,
};

/**
 * enum hwcontainer_holder - What a claim's life hangs on.
 * @HWCONTAINER_HOLDER_FILE: An open /dev/hwcontainer.
 * @HWCONTAINER_HOLDER_PROCESS: A process, by its pidfd.
 * @HWCONTAINER_HOLDER_NOBODY: The claim stays until it is deleted. It is the
 *   host's.
 * @HWCONTAINER_HOLDER_NAMESPACE: The network namespace that it is charged to.
 */
enum hwcontainer_holder {
	HWCONTAINER_HOLDER_FILE = 1,
	HWCONTAINER_HOLDER_PROCESS,
	HWCONTAINER_HOLDER_NOBODY,
	HWCONTAINER_HOLDER_NAMESPACE,
};

/**
 * enum hwcontainer_stage - Steps of a claim; each is stamped when it is done.
 * @HWCONTAINER_STAGE_GRANTED: The resource is held.
 * @HWCONTAINER_STAGE_READ: The image is in memory.
 * @HWCONTAINER_STAGE_CHECKED: The image is well formed and fits the resource.
 * @HWCONTAINER_STAGE_PROGRAMMED: The hardware took the image.
 * @HWCONTAINER_STAGE_OVERLAY: The devices are described to the system.
 * @HWCONTAINER_STAGE_BOUND: Every device has its driver.
 */
enum hwcontainer_stage {
	HWCONTAINER_STAGE_GRANTED = 1,
	HWCONTAINER_STAGE_READ,
	HWCONTAINER_STAGE_CHECKED,
	HWCONTAINER_STAGE_PROGRAMMED,
	HWCONTAINER_STAGE_OVERLAY,
	HWCONTAINER_STAGE_BOUND,
};

/**
 * enum hwcontainer_claim_flags - How a resource is asked for.
 * @HWCONTAINER_CLAIM_FLAGS_KEEP: Leave the image loaded when the claim ends,
 *   so that the next claim with the same digests is ready at once. Without it
 *   the hardware is cleared.
 * @HWCONTAINER_CLAIM_FLAGS_DRY_RUN: Check everything that can be checked
 *   without the hardware; end as ready or failed without having touched it.
 * @HWCONTAINER_CLAIM_FLAGS_UNBOUND: Be ready also with devices for which no
 *   driver is registered. They are reported without one. Without the flag such
 *   a device fails the claim.
 * @HWCONTAINER_CLAIM_FLAGS_TAKEOVER: Take a remote processor that runs or
 *   would by itself: the boot loader, its driver or another program started
 *   it. It is stopped first. Without the flag such a claim is refused.
 * @HWCONTAINER_CLAIM_FLAGS_ASSIGN: The devices are for a virtual machine. The
 *   host's drivers are not asked: the module binds them to its own,
 *   hwcontainer-assign, which only holds them, with their clocks on and out of
 *   reset. Where root has bound another by hand before that, the claim fails.
 *   Refused for kinds that no virtual machine can be given, for images that
 *   bring slots, and for resets that devices of the host have.
 */
enum hwcontainer_claim_flags {
	HWCONTAINER_CLAIM_FLAGS_KEEP = 1,
	HWCONTAINER_CLAIM_FLAGS_DRY_RUN = 2,
	HWCONTAINER_CLAIM_FLAGS_UNBOUND = 4,
	HWCONTAINER_CLAIM_FLAGS_TAKEOVER = 8,
	HWCONTAINER_CLAIM_FLAGS_ASSIGN = 16,
};

/**
 * enum hwcontainer_node_type - Kind of a device node.
 * @HWCONTAINER_NODE_TYPE_CHAR: Character device.
 * @HWCONTAINER_NODE_TYPE_BLOCK: Block device.
 */
enum hwcontainer_node_type {
	HWCONTAINER_NODE_TYPE_CHAR = 1,
	HWCONTAINER_NODE_TYPE_BLOCK,
};

/**
 * enum hwcontainer_group_event - What happened to a member of a group.
 * @HWCONTAINER_GROUP_EVENT_MAX: A limit of the group refused a claim.
 * @HWCONTAINER_GROUP_EVENT_DENIED: A request was refused for want of rights,
 *   or because of an image.
 * @HWCONTAINER_GROUP_EVENT_PREEMPTED: A resource was taken for somebody more
 *   important.
 */
enum hwcontainer_group_event {
	HWCONTAINER_GROUP_EVENT_MAX = 1,
	HWCONTAINER_GROUP_EVENT_DENIED,
	HWCONTAINER_GROUP_EVENT_PREEMPTED,
};

enum {
	HWCONTAINER_A_INFO_VERSION = 1,
	HWCONTAINER_A_INFO_KIND,
	HWCONTAINER_A_INFO_SEQ,

	__HWCONTAINER_A_INFO_MAX,
	HWCONTAINER_A_INFO_MAX = (__HWCONTAINER_A_INFO_MAX - 1)
};

enum {
	HWCONTAINER_A_RESOURCE_ID = 1,
	HWCONTAINER_A_RESOURCE_NAME,
	HWCONTAINER_A_RESOURCE_ALIAS,
	HWCONTAINER_A_RESOURCE_KIND,
	HWCONTAINER_A_RESOURCE_STATE,
	HWCONTAINER_A_RESOURCE_CAPACITY,
	HWCONTAINER_A_RESOURCE_IN_USE,
	HWCONTAINER_A_RESOURCE_CONTROLLER,
	HWCONTAINER_A_RESOURCE_DEVICE_ID,
	HWCONTAINER_A_RESOURCE_IMAGE_DIGEST,
	HWCONTAINER_A_RESOURCE_OVERLAY_DIGEST,
	HWCONTAINER_A_RESOURCE_CLAIM_ID,
	HWCONTAINER_A_RESOURCE_CONTAINER,
	HWCONTAINER_A_RESOURCE_MESSAGE,
	HWCONTAINER_A_RESOURCE_WAITING,
	HWCONTAINER_A_RESOURCE_SEQ,
	HWCONTAINER_A_RESOURCE_BLANK_DIGEST,
	HWCONTAINER_A_RESOURCE_BLANK_ERROR,
	HWCONTAINER_A_RESOURCE_BLANK_FD,

	__HWCONTAINER_A_RESOURCE_MAX,
	HWCONTAINER_A_RESOURCE_MAX = (__HWCONTAINER_A_RESOURCE_MAX - 1)
};

enum {
	HWCONTAINER_A_NODE_PATH = 1,
	HWCONTAINER_A_NODE_TYPE,
	HWCONTAINER_A_NODE_MAJOR,
	HWCONTAINER_A_NODE_MINOR,

	__HWCONTAINER_A_NODE_MAX,
	HWCONTAINER_A_NODE_MAX = (__HWCONTAINER_A_NODE_MAX - 1)
};

enum {
	HWCONTAINER_A_WINDOW_NAME = 1,
	HWCONTAINER_A_WINDOW_START,
	HWCONTAINER_A_WINDOW_SIZE,

	__HWCONTAINER_A_WINDOW_MAX,
	HWCONTAINER_A_WINDOW_MAX = (__HWCONTAINER_A_WINDOW_MAX - 1)
};

enum {
	HWCONTAINER_A_DEVICE_NAME = 1,
	HWCONTAINER_A_DEVICE_DRIVER,
	HWCONTAINER_A_DEVICE_OF_PATH,
	HWCONTAINER_A_DEVICE_NODE,
	HWCONTAINER_A_DEVICE_WINDOW,
	HWCONTAINER_A_DEVICE_IRQ,

	__HWCONTAINER_A_DEVICE_MAX,
	HWCONTAINER_A_DEVICE_MAX = (__HWCONTAINER_A_DEVICE_MAX - 1)
};

enum {
	HWCONTAINER_A_TIMING_STAGE = 1,
	HWCONTAINER_A_TIMING_TIME,

	__HWCONTAINER_A_TIMING_MAX,
	HWCONTAINER_A_TIMING_MAX = (__HWCONTAINER_A_TIMING_MAX - 1)
};

enum {
	HWCONTAINER_A_CLAIM_ID = 1,
	HWCONTAINER_A_CLAIM_STATE,
	HWCONTAINER_A_CLAIM_RESOURCE_ID,
	HWCONTAINER_A_CLAIM_RESOURCE,
	HWCONTAINER_A_CLAIM_KIND,
	HWCONTAINER_A_CLAIM_CONTAINER,
	HWCONTAINER_A_CLAIM_HOLDER,
	HWCONTAINER_A_CLAIM_HOLDER_PID,
	HWCONTAINER_A_CLAIM_FLAGS,
	HWCONTAINER_A_CLAIM_PRIORITY,
	HWCONTAINER_A_CLAIM_IMAGE_DIGEST,
	HWCONTAINER_A_CLAIM_OVERLAY_DIGEST,
	HWCONTAINER_A_CLAIM_TIMING,
	HWCONTAINER_A_CLAIM_DEVICE,
	HWCONTAINER_A_CLAIM_ERROR,
	HWCONTAINER_A_CLAIM_MESSAGE,
	HWCONTAINER_A_CLAIM_NETNS,
	HWCONTAINER_A_CLAIM_POSITION,
	HWCONTAINER_A_CLAIM_TAKEN_IN,
	HWCONTAINER_A_CLAIM_SEQ,
	HWCONTAINER_A_CLAIM_AGE,
	HWCONTAINER_A_CLAIM_IMAGE_SIGNER,
	HWCONTAINER_A_CLAIM_OVERLAY_SIGNER,

	__HWCONTAINER_A_CLAIM_MAX,
	HWCONTAINER_A_CLAIM_MAX = (__HWCONTAINER_A_CLAIM_MAX - 1)
};

enum {
	HWCONTAINER_A_GROUP_NAME = 1,
	HWCONTAINER_A_GROUP_KIND,
	HWCONTAINER_A_GROUP_EVENT,
	HWCONTAINER_A_GROUP_COUNT,
	HWCONTAINER_A_GROUP_SEQ,

	__HWCONTAINER_A_GROUP_MAX,
	HWCONTAINER_A_GROUP_MAX = (__HWCONTAINER_A_GROUP_MAX - 1)
};

enum {
	HWCONTAINER_A_REQUEST_RESOURCE = 1,
	HWCONTAINER_A_REQUEST_IMAGE_FD,
	HWCONTAINER_A_REQUEST_OVERLAY_FD,
	HWCONTAINER_A_REQUEST_IMAGE_DIGEST,
	HWCONTAINER_A_REQUEST_OVERLAY_DIGEST,
	HWCONTAINER_A_REQUEST_IMAGE_SIGNATURE,
	HWCONTAINER_A_REQUEST_OVERLAY_SIGNATURE,

	__HWCONTAINER_A_REQUEST_MAX,
	HWCONTAINER_A_REQUEST_MAX = (__HWCONTAINER_A_REQUEST_MAX - 1)
};

enum {
	HWCONTAINER_A_GRANT_ID = 1,
	HWCONTAINER_A_GRANT_STATE,

	__HWCONTAINER_A_GRANT_MAX,
	HWCONTAINER_A_GRANT_MAX = (__HWCONTAINER_A_GRANT_MAX - 1)
};

enum {
	HWCONTAINER_A_TXN_REQUEST = 1,
	HWCONTAINER_A_TXN_HOLDER_FILE,
	HWCONTAINER_A_TXN_HOLDER_PIDFD,
	HWCONTAINER_A_TXN_CONTAINER,
	HWCONTAINER_A_TXN_FLAGS,
	HWCONTAINER_A_TXN_PRIORITY,
	HWCONTAINER_A_TXN_GRANT,
	HWCONTAINER_A_TXN_CLAIM_ID,
	HWCONTAINER_A_TXN_WAIT,
	HWCONTAINER_A_TXN_NETNS,

	__HWCONTAINER_A_TXN_MAX,
	HWCONTAINER_A_TXN_MAX = (__HWCONTAINER_A_TXN_MAX - 1)
};

enum {
	HWCONTAINER_CMD_NOOP = 1,
	HWCONTAINER_CMD_INFO_GET,
	HWCONTAINER_CMD_RESOURCE_GET,
	HWCONTAINER_CMD_RESOURCE_ADD_NTF,
	HWCONTAINER_CMD_RESOURCE_DEL_NTF,
	HWCONTAINER_CMD_CLAIM_GET,
	HWCONTAINER_CMD_CLAIM_NTF,
	HWCONTAINER_CMD_CLAIM_NEW,
	HWCONTAINER_CMD_CLAIM_HANDOVER,
	HWCONTAINER_CMD_CLAIM_DEL,
	HWCONTAINER_CMD_GROUP_NTF,
	HWCONTAINER_CMD_RESOURCE_SET,

	__HWCONTAINER_CMD_MAX,
	HWCONTAINER_CMD_MAX = (__HWCONTAINER_CMD_MAX - 1)
};

#define HWCONTAINER_MCGRP_EVENTS	"events"

#endif /* _UAPI_LINUX_HWCONTAINER_H */
