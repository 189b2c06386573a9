/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libhwcontainer: hardware for containers.
 *
 * Thin: it talks to the kernel module, checks images and reads and edits OCI
 * bundles. No global state, no threads, no printing, no exit. A context is for
 * one thread at a time; different contexts do not know of each other.
 *
 * Every function that can fail returns 0 or a negative errno, leaves its
 * outputs untouched on failure and keeps one sentence that says what is wrong
 * in the context (hwc_ctx_error()); where the kernel refused, that is the
 * kernel's own sentence. Strings and arrays belong to the object they were
 * asked of and live as long as it does.
 */
#ifndef HWCONTAINER_H
#define HWCONTAINER_H

#include <linux/hwcontainer.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HWC_API __attribute__((visibility("default")))

/* ctx: a connection and its last error */
struct hwc_ctx;

/**
 * hwc_ctx_new() - make a context
 * @ctx: receives it
 *
 * Does not need the module: the connection is made when first used.
 *
 * Return: 0 or -ENOMEM.
 */
HWC_API int hwc_ctx_new(struct hwc_ctx **ctx);

/** hwc_ctx_free() - close the connection and free @ctx; NULL is fine */
HWC_API void hwc_ctx_free(struct hwc_ctx *ctx);

/**
 * hwc_ctx_error() - what went wrong last
 *
 * Return: one sentence without newline, or "" before the first failure. Valid
 * until the next call with @ctx.
 */
HWC_API const char *hwc_ctx_error(const struct hwc_ctx *ctx);

/**
 * hwc_ctx_set_sysroot() - let a folder stand in for this system
 * @dir: the folder
 *
 * For tests and development: nothing is enforced by a kernel then. All paths of
 * this system that the library goes by itself begin in @dir from now on: those
 * below /sys, /dev/hwcontainer and HWC_POLICY_PATH; symbolic links in it do not
 * lead out of it. Paths that it is given stay those of this system.
 *
 * Where /dev/hwcontainer in @dir is a Unix socket (SOCK_SEQPACKET), the program
 * that listens there is spoken to instead of the module; where nothing is there,
 * the module is said not to be loaded.
 *
 * Return: 0 or -errno of opening @dir.
 */
HWC_API int hwc_ctx_set_sysroot(struct hwc_ctx *ctx, const char *dir);

/**
 * hwc_ctx_open() - open a file of this system, or of what stands in for it
 * @path: absolute
 * @flags: as for open(); O_CLOEXEC is always there, and nothing is made
 *
 * Return: a file descriptor, or -errno.
 */
HWC_API int hwc_ctx_open(struct hwc_ctx *ctx, const char *path, int flags);

/** hwc_version() - version of this library, such as "0.1.0" */
HWC_API const char *hwc_version(void);

/* info: the module */
struct hwc_info;

/**
 * hwc_info_get() - ask the module for its version and its kinds
 * @info: receives it
 *
 * Return: 0; -ENOENT when the module is not loaded; -errno of the connection.
 */
HWC_API int hwc_info_get(struct hwc_ctx *ctx, struct hwc_info **info);
HWC_API void hwc_info_free(struct hwc_info *info);
HWC_API const char *hwc_info_version(const struct hwc_info *info);
HWC_API size_t hwc_info_kinds(const struct hwc_info *info);
HWC_API const char *hwc_info_kind(const struct hwc_info *info, size_t i);
/* number of the last event for this network namespace (hwc_event_seq()); 0 before the first */
HWC_API uint64_t hwc_info_seq(const struct hwc_info *info);

/** hwc_noop() - one round trip to the module that does nothing */
HWC_API int hwc_noop(struct hwc_ctx *ctx);

/* resource: what can be handed out */
struct hwc_resource;

/**
 * hwc_resource_get() - describe a resource
 * @name: its name or an alias
 * @res: receives it
 *
 * Return: 0; -ENOENT when there is none of that name or no module.
 */
HWC_API int hwc_resource_get(struct hwc_ctx *ctx, const char *name, struct hwc_resource **res);
HWC_API void hwc_resource_free(struct hwc_resource *res);

/**
 * hwc_resource_foreach() - describe all resources
 * @fn: called for each; a non-zero return ends the walk and is returned. The
 *	resource is freed afterwards.
 * @data: passed to @fn
 *
 * A list that changed while it was read is read again.
 *
 * Return: 0, what @fn returned, or -errno.
 */
HWC_API int hwc_resource_foreach(struct hwc_ctx *ctx,
				 int (*fn)(const struct hwc_resource *res, void *data), void *data);

HWC_API uint32_t hwc_resource_id(const struct hwc_resource *res);
HWC_API const char *hwc_resource_name(const struct hwc_resource *res);
HWC_API size_t hwc_resource_aliases(const struct hwc_resource *res);
HWC_API const char *hwc_resource_alias(const struct hwc_resource *res, size_t i);
HWC_API const char *hwc_resource_kind(const struct hwc_resource *res);
HWC_API enum hwcontainer_resource_state hwc_resource_state(const struct hwc_resource *res);
HWC_API uint32_t hwc_resource_capacity(const struct hwc_resource *res);
HWC_API uint32_t hwc_resource_in_use(const struct hwc_resource *res);
/* "" where there is none */
HWC_API const char *hwc_resource_controller(const struct hwc_resource *res);
HWC_API const char *hwc_resource_container(const struct hwc_resource *res);
HWC_API const char *hwc_resource_message(const struct hwc_resource *res);
/* 0 where it is not known, or nobody */
HWC_API uint32_t hwc_resource_device_id(const struct hwc_resource *res);
HWC_API uint32_t hwc_resource_claim_id(const struct hwc_resource *res);
/* claims that wait for it */
HWC_API uint32_t hwc_resource_waiting(const struct hwc_resource *res);
/* HWCONTAINER_DIGEST_LEN bytes, or NULL where it is not known */
HWC_API const uint8_t *hwc_resource_image_digest(const struct hwc_resource *res);
HWC_API const uint8_t *hwc_resource_overlay_digest(const struct hwc_resource *res);
/* of its blank image, or NULL; told on the host, as is the next */
HWC_API const uint8_t *hwc_resource_blank_digest(const struct hwc_resource *res);
/*
 * what became of the last hwc_resource_set_blank(): an errno, with the sentence in the
 * message; EINPROGRESS while the file is read and checked; 0
 */
HWC_API int hwc_resource_blank_error(const struct hwc_resource *res);

/**
 * hwc_resource_set_blank() - say what a resource is left with
 * @name: its name or an alias
 * @fd: open file with the image that is loaded whenever a claim's is unloaded; -1 takes
 *	the one that it has off
 *
 * Returns before the file is read; hwc_resource_blank_error() tells what became of it.
 *
 * Return: 0; -EPERM for all but administrators of the host in its network namespace;
 * -EOPNOTSUPP for a resource of a kind that has no images; -errno.
 */
HWC_API int hwc_resource_set_blank(struct hwc_ctx *ctx, const char *name, int fd);

/* request: claims that are asked for together */
struct hwc_request;

/**
 * hwc_request_new() - an empty request
 *
 * Claims made by it are nobody's, that is they stay until deleted, unless a
 * holder is set.
 *
 * Return: 0 or -ENOMEM.
 */
HWC_API int hwc_request_new(struct hwc_ctx *ctx, struct hwc_request **req);
HWC_API void hwc_request_free(struct hwc_request *req);

/** hwc_request_holder_file() - the claims end with the open /dev/hwcontainer @fd */
HWC_API void hwc_request_holder_file(struct hwc_request *req, int fd);
/** hwc_request_holder_pidfd() - the claims end with the process of @pidfd */
HWC_API void hwc_request_holder_pidfd(struct hwc_request *req, int pidfd);
/**
 * hwc_request_netns() - the claims are charged to a network namespace
 * @fd: a file of it, such as /proc/PID/ns/net
 *
 * Without a holder the claims end with it. One that is not the caller's takes
 * CAP_SYS_ADMIN.
 */
HWC_API void hwc_request_netns(struct hwc_request *req, int fd);
/** hwc_request_container() - id of the container; -EINVAL when it is too long */
HWC_API int hwc_request_container(struct hwc_request *req, const char *container);
/** hwc_request_flags() - enum hwcontainer_claim_flags, or-ed */
HWC_API void hwc_request_flags(struct hwc_request *req, uint32_t flags);
/** hwc_request_priority() - larger is more important, 0 is normal */
HWC_API void hwc_request_priority(struct hwc_request *req, int32_t priority);
/**
 * hwc_request_wait() - wait for a resource that others have
 * @ms: longest time in the queue; 0, as before the call, to be refused instead
 *
 * Of one resource only. hwc_request_submit() does not wait: the claim is made at once in
 * the state waiting, and fails with ETIMEDOUT at the end of that time.
 */
HWC_API void hwc_request_wait(struct hwc_request *req, uint32_t ms);

/**
 * hwc_request_add() - ask for one more resource
 * @resource: its name or an alias
 * @image_fd: its image, open for reading, or -1; stays the caller's
 * @overlay_fd: the overlay with the image's devices, or -1; stays the caller's
 * @image_digest: SHA-256 the image must have, or NULL
 * @overlay_digest: SHA-256 the overlay must have, or NULL
 *
 * Return: 0; -EINVAL when the name is empty or too long; -E2BIG after
 * HWCONTAINER_REQUESTS_MAX; -ENOMEM.
 */
HWC_API int hwc_request_add(struct hwc_request *req, const char *resource, int image_fd,
			    int overlay_fd, const uint8_t *image_digest,
			    const uint8_t *overlay_digest);

/**
 * hwc_request_image_signature() - bring the signature of an image
 * @data: PKCS#7, detached, DER, without certificates and attributes; copied
 * @size: bytes of it, at most HWCONTAINER_SIGNATURE_MAX
 *
 * The image is that of the resource that was added last.
 *
 * Return: 0; -EINVAL before a resource was added; -ENODATA; -EFBIG; -ENOMEM.
 */
HWC_API int hwc_request_image_signature(struct hwc_request *req, const void *data, size_t size);
/** hwc_request_overlay_signature() - the same for its overlay */
HWC_API int hwc_request_overlay_signature(struct hwc_request *req, const void *data, size_t size);

/**
 * struct hwc_grant - a claim that was made
 * @id: its number
 * @state: ready, where no hardware work is needed; waiting, where others have the
 *	resource; queued otherwise
 */
struct hwc_grant {
	uint32_t id;
	enum hwcontainer_claim_state state;
};

/**
 * hwc_request_submit() - make all the claims, or none
 * @grants: receives as many as were asked for, in that order
 *
 * Does not wait for the hardware: hwc_claim_wait() does.
 *
 * Return: 0; -EBUSY when one is held, or others wait for it; -ENOENT when one does not exist;
 * -EPERM;
 * other errnos as the kernel's sentence says.
 */
HWC_API int hwc_request_submit(struct hwc_request *req, struct hwc_grant *grants);

/* holder: what a claim's life hangs on */

/**
 * hwc_holder_open() - open /dev/hwcontainer
 *
 * Return: a file descriptor (O_CLOEXEC) that is the caller's to close, or
 * -ENOENT without the module, -EACCES.
 */
HWC_API int hwc_holder_open(struct hwc_ctx *ctx);

/* claim: a holder's right to a resource */
struct hwc_claim;
struct hwc_device;

/** hwc_claim_get() - describe a claim; -ENOENT when there is none */
HWC_API int hwc_claim_get(struct hwc_ctx *ctx, uint32_t id, struct hwc_claim **claim);
HWC_API void hwc_claim_free(struct hwc_claim *claim);
/**
 * hwc_claim_foreach() - describe all claims, as hwc_resource_foreach()
 *
 * Their devices are only seen by hwc_claim_get(), which @fn may call.
 */
HWC_API int hwc_claim_foreach(struct hwc_ctx *ctx,
			      int (*fn)(const struct hwc_claim *claim, void *data), void *data);

/**
 * hwc_claim_wait() - wait until a claim is ready
 * @holder: an open /dev/hwcontainer; need not be the claim's holder
 * @timeout_ms: most to wait; negative means for ever
 *
 * Return: 0 when it is ready; -ETIMEDOUT; -ENOENT when it was released; -EINTR;
 * else the errno that the claim failed with and its sentence in the context.
 */
HWC_API int hwc_claim_wait(struct hwc_ctx *ctx, int holder, uint32_t id, int timeout_ms);

/**
 * hwc_claim_open() - open a claim as a file to poll
 *
 * EPOLLIN: it is ready, failed (with EPOLLERR) or released (with EPOLLHUP). EPOLLPRI: it was
 * given notice, see hwc_claim_taken_in().
 *
 * Return: a file descriptor (O_CLOEXEC), or -ENOENT.
 */
HWC_API int hwc_claim_open(struct hwc_ctx *ctx, int holder, uint32_t id);

/**
 * hwc_claim_wait_released() - wait until a claim's hardware is free again
 * @file: the claim, from hwc_claim_open()
 * @timeout_ms: most to wait; negative means for ever
 *
 * Return: 0; -ETIMEDOUT; -EINTR.
 */
HWC_API int hwc_claim_wait_released(struct hwc_ctx *ctx, int file, int timeout_ms);

/**
 * hwc_claim_handover() - give claims to another holder, all or none
 * @ids: @n numbers
 * @pidfd: the process that holds them from now on; -1 for nobody, that is they
 *	stay until deleted, or until the caller's network namespace ends if it is
 *	not the host's
 *
 * They are charged to the network namespace of the process, or of the caller for
 * nobody, from then on.
 *
 * Return: 0; -ENOENT when there is no such claim; -ESRCH when the process is
 * dead; -EDQUOT when there is no room for them in a group of that namespace; -EPERM;
 * other errnos as the kernel's sentence says.
 */
HWC_API int hwc_claim_handover(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int pidfd);
/**
 * hwc_claim_handover_file() - the same, to an open /dev/hwcontainer
 * @fd: that; the namespace is that of whoever opened it
 */
HWC_API int hwc_claim_handover_file(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int fd);
/**
 * hwc_claim_handover_netns() - the same, to a network namespace
 * @fd: a file of it, such as /proc/PID/ns/net; the claims end with it, or are
 *	nobody's if it is the host's
 */
HWC_API int hwc_claim_handover_netns(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int fd);

/**
 * hwc_claim_delete() - end claims, all or none
 *
 * Returns at once; where hardware must be cleared, hwc_claim_wait_released() on
 * a file opened before tells when it is done.
 */
HWC_API int hwc_claim_delete(struct hwc_ctx *ctx, const uint32_t *ids, size_t n);

HWC_API uint32_t hwc_claim_id(const struct hwc_claim *claim);
HWC_API enum hwcontainer_claim_state hwc_claim_state(const struct hwc_claim *claim);
HWC_API uint32_t hwc_claim_resource_id(const struct hwc_claim *claim);
HWC_API const char *hwc_claim_resource(const struct hwc_claim *claim);
HWC_API const char *hwc_claim_kind(const struct hwc_claim *claim);
HWC_API const char *hwc_claim_container(const struct hwc_claim *claim);
HWC_API enum hwcontainer_holder hwc_claim_holder(const struct hwc_claim *claim);
HWC_API uint32_t hwc_claim_holder_pid(const struct hwc_claim *claim);
/* network namespace it is charged to, as readlink /proc/PID/ns/net tells; 0 where that has ended */
HWC_API uint32_t hwc_claim_netns(const struct hwc_claim *claim);
HWC_API uint32_t hwc_claim_flags(const struct hwc_claim *claim);
HWC_API int32_t hwc_claim_priority(const struct hwc_claim *claim);
/* of a claim that waits: 1 is next; else 0 */
HWC_API uint32_t hwc_claim_position(const struct hwc_claim *claim);
/* milliseconds until a claim of higher priority takes the resource from it; 0 without notice */
HWC_API uint32_t hwc_claim_taken_in(const struct hwc_claim *claim);
HWC_API const uint8_t *hwc_claim_image_digest(const struct hwc_claim *claim);
HWC_API const uint8_t *hwc_claim_overlay_digest(const struct hwc_claim *claim);
/* key identifier of who was found to have signed it, @size bytes; NULL where nobody was */
HWC_API const uint8_t *hwc_claim_image_signer(const struct hwc_claim *claim, size_t *size);
HWC_API const uint8_t *hwc_claim_overlay_signer(const struct hwc_claim *claim, size_t *size);
/* positive errno, 0 where it did not fail */
HWC_API uint32_t hwc_claim_error(const struct hwc_claim *claim);
HWC_API const char *hwc_claim_message(const struct hwc_claim *claim);
/* nanoseconds from the request to the end of @stage; 0 when it is not done */
HWC_API uint64_t hwc_claim_time(const struct hwc_claim *claim, enum hwcontainer_stage stage);
/* nanoseconds since the request, when the module told of the claim */
HWC_API uint64_t hwc_claim_age(const struct hwc_claim *claim);
HWC_API size_t hwc_claim_devices(const struct hwc_claim *claim);
HWC_API const struct hwc_device *hwc_claim_device(const struct hwc_claim *claim, size_t i);

/* device: what exists because of a claim */

/**
 * struct hwc_node - a device node
 * @path: below /dev, such as "hwsim/sha256-0"
 * @type: character or block
 * @major: number
 * @minor: number
 */
struct hwc_node {
	const char *path;
	enum hwcontainer_node_type type;
	uint32_t major;
	uint32_t minor;
};

/**
 * struct hwc_window - a range of registers
 * @name: from the device tree, or ""
 * @start: physical address of the first byte
 * @size: bytes
 */
struct hwc_window {
	const char *name;
	uint64_t start;
	uint64_t size;
};

/**
 * struct hwc_clock - a clock that the host lets run for a device of a virtual machine
 * @of_path: the node that names it: the device's, or one below that
 * @index: which entry of that node's clocks, from 0
 * @rate: in Hz; 0 where the host does not know
 */
struct hwc_clock {
	const char *of_path;
	uint32_t index;
	uint64_t rate;
};

HWC_API const char *hwc_device_name(const struct hwc_device *dev);
HWC_API const char *hwc_device_driver(const struct hwc_device *dev);
HWC_API const char *hwc_device_of_path(const struct hwc_device *dev);
HWC_API size_t hwc_device_nodes(const struct hwc_device *dev);
HWC_API const struct hwc_node *hwc_device_node(const struct hwc_device *dev, size_t i);
HWC_API size_t hwc_device_windows(const struct hwc_device *dev);
HWC_API const struct hwc_window *hwc_device_window(const struct hwc_device *dev, size_t i);
HWC_API size_t hwc_device_irqs(const struct hwc_device *dev);
HWC_API uint32_t hwc_device_irq(const struct hwc_device *dev, size_t i);
/* none but in a claim with the flag assign */
HWC_API size_t hwc_device_clocks(const struct hwc_device *dev);
HWC_API const struct hwc_clock *hwc_device_clock(const struct hwc_device *dev, size_t i);

/* event: what the module tells everybody */
struct hwc_event;
struct hwc_events;

/** hwc_events_new() - listen, from now on */
HWC_API int hwc_events_new(struct hwc_ctx *ctx, struct hwc_events **events);
HWC_API void hwc_events_free(struct hwc_events *events);
/** hwc_events_fd() - readable when there is an event; belongs to @events */
HWC_API int hwc_events_fd(const struct hwc_events *events);
/**
 * hwc_events_next() - take the next event
 * @event: receives it
 *
 * Return: 0; -EAGAIN when there is none now; -ENOBUFS when events were lost: how many,
 * the next one tells (hwc_event_missed()).
 */
HWC_API int hwc_events_next(struct hwc_events *events, struct hwc_event **event);
HWC_API void hwc_event_free(struct hwc_event *event);
/* enum of the notifications: HWCONTAINER_CMD_..._NTF */
HWC_API uint32_t hwc_event_type(const struct hwc_event *event);

/**
 * hwc_event_seq() - number of an event
 *
 * Each network namespace has numbers of its own. They ascend by one from event to event,
 * whether anybody listens or not. What hwc_info_seq() says before a list is read is
 * the number up to which the list has all that happened.
 *
 * Return: the number; 0 where the module gives none.
 */
HWC_API uint64_t hwc_event_seq(const struct hwc_event *event);
/** hwc_event_missed() - how many events were missed between the one before and this one */
HWC_API uint64_t hwc_event_missed(const struct hwc_event *event);

/**
 * struct hwc_group_event - something that happened in a group
 * @name: of the group: on the host its path, such as "web/a"; elsewhere the last part of it
 * @kind: of the resource that was asked for, or ""
 * @event: what happened
 * @count: how often by now
 */
struct hwc_group_event {
	const char *name;
	const char *kind;
	enum hwcontainer_group_event event;
	uint64_t count;
};

/* what it is about; the others are NULL */
HWC_API const struct hwc_resource *hwc_event_resource(const struct hwc_event *event);
HWC_API const struct hwc_claim *hwc_event_claim(const struct hwc_event *event);
HWC_API const struct hwc_group_event *hwc_event_group(const struct hwc_event *event);

/*
 * group: folders in configfs that say how much their members may have
 *
 * A group is named by its path below the folder of all of them, such as "web/a"; "/" is
 * the root. What the files of a group are is in Documentation/uapi/groups.rst; none of
 * them is known here, but for namespaces.
 */

/**
 * hwc_group_foreach() - name all groups
 * @fn: called for each, the root first and those inside a group after it; a
 *	non-zero return ends the walk and is returned
 *
 * Return: 0, what @fn returned, -ENOENT when the module is not loaded or has no groups,
 * or configfs is not mounted, or -errno.
 */
HWC_API int hwc_group_foreach(struct hwc_ctx *ctx, int (*fn)(const char *group, void *data),
			      void *data);
/** hwc_group_create() - make a group; -EEXIST, -EAGAIN when it would be too deep, -EPERM */
HWC_API int hwc_group_create(struct hwc_ctx *ctx, const char *group);
/** hwc_group_delete() - remove a group; -EBUSY when it has members, claims or groups inside */
HWC_API int hwc_group_delete(struct hwc_ctx *ctx, const char *group);
/** hwc_group_files() - name the files of a group that can be read, as hwc_group_foreach() */
HWC_API int hwc_group_files(struct hwc_ctx *ctx, const char *group,
			    int (*fn)(const char *file, void *data), void *data);
/**
 * hwc_group_read() - read a file of a group
 * @text: receives what it says, for free()
 */
HWC_API int hwc_group_read(struct hwc_ctx *ctx, const char *group, const char *file, char **text);
/** hwc_group_write() - write a file of a group, which takes all of it or nothing */
HWC_API int hwc_group_write(struct hwc_ctx *ctx, const char *group, const char *file,
			    const char *text);
/**
 * hwc_group_attach() - make a network namespace a member
 * @pid: of a process in it; 0 is the caller
 *
 * It is no longer one of the group that it was in. What is attached to the root is nobody's
 * member.
 *
 * Return: 0; -ESRCH; -EINVAL for the host's namespace; -EPERM; -errno.
 */
HWC_API int hwc_group_attach(struct hwc_ctx *ctx, const char *group, uint32_t pid);
/** hwc_group_attach_fd() - the same, by an open file such as /proc/PID/ns/net */
HWC_API int hwc_group_attach_fd(struct hwc_ctx *ctx, const char *group, int fd);
/**
 * hwc_group_list_add() - add lines to a file that is a list, such as images
 * @lines: @n of them; those that are there already stay once
 *
 * Writes the whole list, which no other caller of this library changes meanwhile.
 *
 * Return: 0; -EFBIG when the list is too long to be read; -E2BIG when it would be; -errno.
 */
HWC_API int hwc_group_list_add(struct hwc_ctx *ctx, const char *group, const char *file,
			       const char *const *lines, size_t n);
/**
 * hwc_group_list_remove() - take lines out of a list, all of them or none
 *
 * Return: 0; -ENOENT when one is not there; -EINVAL when none would be left, for without a
 * list everything is allowed; -EFBIG; -errno.
 */
HWC_API int hwc_group_list_remove(struct hwc_ctx *ctx, const char *group, const char *file,
				  const char *const *lines, size_t n);

/* names: the spec's words for the numbers; NULL for a number without one */
HWC_API const char *hwc_resource_state_name(enum hwcontainer_resource_state state);
HWC_API const char *hwc_claim_state_name(enum hwcontainer_claim_state state);
HWC_API const char *hwc_holder_name(enum hwcontainer_holder holder);
HWC_API const char *hwc_stage_name(enum hwcontainer_stage stage);
HWC_API const char *hwc_group_event_name(enum hwcontainer_group_event event);

/* image: what is loaded into a resource; works without the module */
struct hwc_image;

/**
 * enum hwc_image_format - format of an image file
 * @HWC_IMAGE_BIT: Xilinx bitstream with its header
 * @HWC_IMAGE_BIN: Xilinx bitstream without
 * @HWC_IMAGE_PDI: programmable device image of Versal
 */
enum hwc_image_format {
	HWC_IMAGE_BIT = 1,
	HWC_IMAGE_BIN,
	HWC_IMAGE_PDI,
};

/**
 * hwc_image_open() - read an image and check its structure
 * @path: a regular file
 * @image: receives it
 *
 * Return: 0; -EBADMSG when it is no well-formed image; -ENODATA when it is
 * empty; -EINVAL when it is no regular file; -EFBIG; -errno of opening or
 * reading it.
 */
HWC_API int hwc_image_open(struct hwc_ctx *ctx, const char *path, struct hwc_image **image);

/** hwc_image_read() - as hwc_image_open(), of an open file that is called @name in sentences */
HWC_API int hwc_image_read(struct hwc_ctx *ctx, int fd, const char *name,
			   struct hwc_image **image);
HWC_API void hwc_image_free(struct hwc_image *image);

/**
 * hwc_image_fits() - whether an image was made for a resource
 * @res: a resource whose device is known; where it is not, every image fits
 *
 * The module asks for more when it claims; a claim with the flag dry-run is the
 * complete check.
 *
 * Return: 0; -EBADMSG when it is for another device, or of the whole device
 * where @res takes a part.
 */
HWC_API int hwc_image_fits(struct hwc_ctx *ctx, const struct hwc_image *image,
			   const struct hwc_resource *res);

HWC_API enum hwc_image_format hwc_image_format(const struct hwc_image *image);
HWC_API const char *hwc_image_format_name(enum hwc_image_format format);
HWC_API size_t hwc_image_size(const struct hwc_image *image);
/* SHA-256, HWCONTAINER_DIGEST_LEN bytes */
HWC_API const uint8_t *hwc_image_digest(const struct hwc_image *image);
/* identity of the device it is for, 0 where it does not say */
HWC_API uint32_t hwc_image_device_id(const struct hwc_image *image);
/* family of that device, such as "xck26", or "" */
HWC_API const char *hwc_image_device(const struct hwc_image *image);
/* what its header says, or "" */
HWC_API const char *hwc_image_part(const struct hwc_image *image);
HWC_API const char *hwc_image_design(const struct hwc_image *image);
HWC_API const char *hwc_image_date(const struct hwc_image *image);
HWC_API const char *hwc_image_time(const struct hwc_image *image);
/* it configures a part of a device that is running */
HWC_API bool hwc_image_partial(const struct hwc_image *image);
HWC_API bool hwc_image_encrypted(const struct hwc_image *image);
/* the bytes of each word are reversed */
HWC_API bool hwc_image_swapped(const struct hwc_image *image);
/* bytes of configuration data, 0 where they are encrypted */
HWC_API size_t hwc_image_frames(const struct hwc_image *image);
/* of a PDI: a device starts from it, none that runs takes it */
HWC_API bool hwc_image_boot(const struct hwc_image *image);
/* of a PDI: it is signed */
HWC_API bool hwc_image_authenticated(const struct hwc_image *image);
/* of a PDI: its identity, and that of the boot PDI it belongs to; 0 of others */
HWC_API uint32_t hwc_image_id(const struct hwc_image *image);
HWC_API uint32_t hwc_image_parent_id(const struct hwc_image *image);

/**
 * struct hwc_image_entry - one of the images in a PDI
 * @name: as its designer called it, or ""
 * @id: node of the device that it configures
 * @uid: identity of what it becomes, or 0
 * @parent_uid: identity of what it becomes a part of, or 0
 * @function_id: which of those that may become a part there, or 0
 * @partitions: how many parts it has
 */
struct hwc_image_entry {
	const char *name;
	uint32_t id;
	uint32_t uid;
	uint32_t parent_uid;
	uint32_t function_id;
	uint32_t partitions;
};

/* how many: 0 of bitstreams, and where the headers are encrypted */
HWC_API size_t hwc_image_entries(const struct hwc_image *image);
HWC_API const struct hwc_image_entry *hwc_image_entry(const struct hwc_image *image, size_t i);

/* overlay: the devices that an image brings; works without the module */
struct hwc_overlay;

/**
 * struct hwc_overlay_place - where an overlay is to be applied
 * @region: device-tree path of the region, or NULL when any will do
 * @tree: folder with the live device tree; NULL for this machine's, "" for none
 * @loaded: an image is in the region, whose devices go before the next one's come
 *
 * What cannot be looked up, because there is no such tree or it has no such
 * region, is not checked.
 */
struct hwc_overlay_place {
	const char *region;
	const char *tree;
	bool loaded;
};

/**
 * struct hwc_overlay_node - a device-tree node that an overlay adds
 * @path: where
 * @compatible: first of them, or ""
 * @windows: its registers, at their physical addresses where those are known
 * @n_windows: how many
 * @interrupts: the cells of its interrupts, as they are written there
 * @n_interrupts: how many
 */
struct hwc_overlay_node {
	const char *path;
	const char *compatible;
	const struct hwc_window *windows;
	size_t n_windows;
	const uint32_t *interrupts;
	size_t n_interrupts;
};

/**
 * struct hwc_overlay_ref - what a node refers to outside of the overlay
 * @node: path of the node
 * @property: the property that does
 * @label: label of what it refers to
 */
struct hwc_overlay_ref {
	const char *node;
	const char *property;
	const char *label;
};

/**
 * hwc_overlay_open() - read an overlay, say what it touches and what is wrong
 * @path: a regular file
 * @place: where it is to be applied; NULL for anywhere
 * @overlay: receives it, also where the module would refuse it
 *
 * Return: 0; -EBADMSG when this is no flattened device tree; otherwise as
 * hwc_image_open().
 */
HWC_API int hwc_overlay_open(struct hwc_ctx *ctx, const char *path,
			     const struct hwc_overlay_place *place, struct hwc_overlay **overlay);

/** hwc_overlay_read() - as hwc_overlay_open(), of an open file called @name in sentences */
HWC_API int hwc_overlay_read(struct hwc_ctx *ctx, int fd, const char *name,
			     const struct hwc_overlay_place *place, struct hwc_overlay **overlay);

/** hwc_overlay_parse() - as hwc_overlay_open(), of @size bytes in memory */
HWC_API int hwc_overlay_parse(struct hwc_ctx *ctx, const void *fdt, size_t size,
			      const struct hwc_overlay_place *place, struct hwc_overlay **overlay);
HWC_API void hwc_overlay_free(struct hwc_overlay *overlay);

/**
 * hwc_overlay_check() - whether the module would take it
 *
 * Return: 0; -EINVAL with the first of hwc_overlay_refusal() as the sentence.
 */
HWC_API int hwc_overlay_check(struct hwc_ctx *ctx, const struct hwc_overlay *overlay);

HWC_API size_t hwc_overlay_size(const struct hwc_overlay *overlay);
/* SHA-256, HWCONTAINER_DIGEST_LEN bytes */
HWC_API const uint8_t *hwc_overlay_digest(const struct hwc_overlay *overlay);
/* paths of the nodes that are changed, or "&label" where that cannot be resolved */
HWC_API size_t hwc_overlay_targets(const struct hwc_overlay *overlay);
HWC_API const char *hwc_overlay_target(const struct hwc_overlay *overlay, size_t i);
HWC_API size_t hwc_overlay_nodes(const struct hwc_overlay *overlay);
HWC_API const struct hwc_overlay_node *hwc_overlay_node(const struct hwc_overlay *overlay,
							size_t i);
HWC_API size_t hwc_overlay_refs(const struct hwc_overlay *overlay);
HWC_API const struct hwc_overlay_ref *hwc_overlay_ref(const struct hwc_overlay *overlay, size_t i);
/* one sentence for each reason to refuse it */
HWC_API size_t hwc_overlay_refusals(const struct hwc_overlay *overlay);
HWC_API const char *hwc_overlay_refusal(const struct hwc_overlay *overlay, size_t i);

/* rewrite: an overlay as vendors ship it, made into one that a claim can bring */
struct hwc_rewrite;

/**
 * struct hwc_rewrite_place - where it is to be applied
 * @region: device-tree path of the resource; NULL when it is not known
 * @tree: folder with the live device tree; NULL for this machine's, "" for none
 * @shell: file with the overlay of the shell that @region comes with, or NULL
 */
struct hwc_rewrite_place {
	const char *region;
	const char *tree;
	const char *shell;
};

/**
 * struct hwc_rewrite_change - something that was done to it
 * @node: name of the node
 * @text: one sentence
 */
struct hwc_rewrite_change {
	const char *node;
	const char *text;
};

/**
 * hwc_rewrite_open() - read an overlay and rewrite it
 * @path: a regular file
 * @rewrite: receives the result
 *
 * What loads the FPGA is taken out of it, devices on the machine's bus are moved
 * into the region, and those of a shell's slots into the slots' own overlays.
 * Documentation/design.rst has the rules.
 *
 * Return: 0; -EBADMSG when it is no overlay; -EPERM when it has something that
 * no rule allows, where the sentence names the node and the rule; -EFBIG; -errno
 * of opening or reading it.
 */
HWC_API int hwc_rewrite_open(struct hwc_ctx *ctx, const char *path,
			     const struct hwc_rewrite_place *place, struct hwc_rewrite **rewrite);
HWC_API void hwc_rewrite_free(struct hwc_rewrite *rewrite);
/* none: the overlay can be used as it was */
HWC_API size_t hwc_rewrite_changes(const struct hwc_rewrite *rewrite);
HWC_API const struct hwc_rewrite_change *hwc_rewrite_change(const struct hwc_rewrite *rewrite,
							    size_t i);
/* the result: a flattened device tree */
HWC_API const void *hwc_rewrite_data(const struct hwc_rewrite *rewrite);
HWC_API size_t hwc_rewrite_size(const struct hwc_rewrite *rewrite);
HWC_API const uint8_t *hwc_rewrite_digest(const struct hwc_rewrite *rewrite);
/* the image that it named, or NULL */
HWC_API const char *hwc_rewrite_firmware(const struct hwc_rewrite *rewrite);
/* how many regions it brings; a claim of it wants HWCONTAINER_CLAIM_FLAGS_UNBOUND */
HWC_API size_t hwc_rewrite_slots(const struct hwc_rewrite *rewrite);

/* dfx: folders as dfx-mgr has them in /lib/firmware/xilinx; works without the module */
struct hwc_dfx;

/**
 * enum hwc_dfx_type - what a folder holds
 * @HWC_DFX_FLAT: an image of the whole device
 * @HWC_DFX_SHELL: an image that brings slots
 * @HWC_DFX_ACCEL: an image for a slot of the shell in whose folder it is
 */
enum hwc_dfx_type {
	HWC_DFX_FLAT = 1,
	HWC_DFX_SHELL,
	HWC_DFX_ACCEL,
};

/**
 * struct hwc_dfx_item - a folder with an image
 * @type: what it holds
 * @path: the folder, below the root
 * @kind: shell_type or accel_type, or ""
 * @slot: number of the slot that it is for; -1 where it does not say
 * @slots: how many the shell says that it has
 * @image: path of the image, or NULL
 * @overlay: path of the overlay, or NULL
 * @firmware: firmware-name of the overlay, or NULL
 * @source: path of the overlay's source where there is no overlay, or NULL
 * @problems: what is missing or wrong, one sentence each
 * @n_problems: how many
 */
struct hwc_dfx_item {
	enum hwc_dfx_type type;
	const char *path;
	const char *kind;
	int slot;
	unsigned int slots;
	const char *image;
	const char *overlay;
	const char *firmware;
	const char *source;
	const char *const *problems;
	size_t n_problems;
};

/**
 * hwc_dfx_open() - look at a folder and those in it
 * @root: folder that paths and symbolic links do not lead out of; NULL for "/"
 * @path: folder of an application, a shell, an accelerator, or of several
 *
 * Return: 0, also where nothing is found; -ENOENT, -ENOTDIR, -EXDEV; -E2BIG when
 * there are too many; -errno.
 */
HWC_API int hwc_dfx_open(struct hwc_ctx *ctx, const char *root, const char *path,
			 struct hwc_dfx **dfx);
HWC_API void hwc_dfx_free(struct hwc_dfx *dfx);
/* a shell comes before what is in its folder */
HWC_API size_t hwc_dfx_items(const struct hwc_dfx *dfx);
HWC_API const struct hwc_dfx_item *hwc_dfx_item(const struct hwc_dfx *dfx, size_t i);
HWC_API const char *hwc_dfx_type_name(enum hwc_dfx_type type);

/* data: what a resource is configured with, found from what a request names */
struct hwc_data;

/**
 * struct hwc_data_place - where it is looked for
 * @root: the container's root file system; NULL for "/"
 * @tree: folder with the live device tree; NULL for this machine's, "" for none
 */
struct hwc_data_place {
	const char *root;
	const char *tree;
};

/**
 * hwc_data_open() - find image and overlay of a request
 * @resource: its name; a path where an overlay is to be rewritten
 * @image: an image; the overlay of one that names its image; or a folder as
 *	dfx-mgr has them, of a shell, an application or an accelerator
 * @overlay: the overlay; "" for none; NULL for the one that belongs to @image
 *
 * An overlay that loads the FPGA itself, or was written for another place than
 * @resource, is rewritten.
 *
 * Return: 0; -ENOENT, -EXDEV, -EISDIR, -EINVAL, -ENODATA or -EFBIG when something
 * is not a file there that can be used; -EBADMSG when it is not well-formed;
 * -EPERM when the overlay cannot be rewritten; -errno.
 */
HWC_API int hwc_data_open(struct hwc_ctx *ctx, const struct hwc_data_place *place,
			  const char *resource, const char *image, const char *overlay,
			  struct hwc_data **data);
HWC_API void hwc_data_free(struct hwc_data *data);
/* open for reading and the object's; -1 for none */
HWC_API int hwc_data_image(const struct hwc_data *data);
HWC_API int hwc_data_overlay(const struct hwc_data *data);
/* paths of both below the root; NULL for none */
HWC_API const char *hwc_data_image_path(const struct hwc_data *data);
HWC_API const char *hwc_data_overlay_path(const struct hwc_data *data);
/* what was done to the overlay; NULL for nothing */
HWC_API const struct hwc_rewrite *hwc_data_rewrite(const struct hwc_data *data);

/* kernel: what a virtual machine starts */

/**
 * enum hwc_arch - whose instructions a kernel is of
 * @HWC_ARCH_UNKNOWN: it cannot be seen without unpacking it
 * @HWC_ARCH_OTHER: none of the others
 */
enum hwc_arch {
	HWC_ARCH_UNKNOWN,
	HWC_ARCH_ARM,
	HWC_ARCH_ARM64,
	HWC_ARCH_X86,
	HWC_ARCH_X86_64,
	HWC_ARCH_RISCV64,
	HWC_ARCH_OTHER,
};

/**
 * enum hwc_kernel_format - how a kernel is packed; a bit each
 * @HWC_KERNEL_IMAGE: Image of arm64 or RISC-V, which is started as it is
 * @HWC_KERNEL_GZIP: any that gzip has packed
 * @HWC_KERNEL_ZIMAGE: zImage of 32-bit Arm
 * @HWC_KERNEL_BZIMAGE: bzImage of x86
 * @HWC_KERNEL_ELF: an ELF executable
 */
enum hwc_kernel_format {
	HWC_KERNEL_IMAGE = 1 << 0,
	HWC_KERNEL_GZIP = 1 << 1,
	HWC_KERNEL_ZIMAGE = 1 << 2,
	HWC_KERNEL_BZIMAGE = 1 << 3,
	HWC_KERNEL_ELF = 1 << 4,
};

/**
 * struct hwc_kernel - what a kernel is
 * @format: how it is packed
 * @arch: whose instructions
 * @big_endian: its data are
 * @memory: bytes of memory that it needs for itself; 0 where it does not say
 */
struct hwc_kernel {
	enum hwc_kernel_format format;
	enum hwc_arch arch;
	bool big_endian;
	uint64_t memory;
};

/**
 * hwc_kernel_read() - look at a kernel
 * @fd: the file, wherever its position is
 * @name: what it is called in sentences
 * @kernel: receives what it is
 *
 * Return: 0; -ENOEXEC when it is no kernel; -ENODATA when it is cut off or empty;
 * -EINVAL when it is no regular file; -errno of reading.
 */
HWC_API int hwc_kernel_read(struct hwc_ctx *ctx, int fd, const char *name,
			    struct hwc_kernel *kernel);

/**
 * struct hwc_kernel_taker - what can be started
 * @name: who starts it, for the sentence: "Xen"
 * @arch: the machine's; HWC_ARCH_UNKNOWN for any
 * @formats: enum hwc_kernel_format, or-ed
 */
struct hwc_kernel_taker {
	const char *name;
	enum hwc_arch arch;
	unsigned int formats;
};

/**
 * hwc_kernel_check() - whether a kernel can be started
 * @name: what it is called in the sentence
 *
 * Return: 0; -ENOEXEC.
 */
HWC_API int hwc_kernel_check(struct hwc_ctx *ctx, const char *name, const struct hwc_kernel *kernel,
			     const struct hwc_kernel_taker *taker);
/* "arm64" */
HWC_API const char *hwc_arch_name(enum hwc_arch arch);
/* "Image" */
HWC_API const char *hwc_kernel_format_name(enum hwc_kernel_format format);

/* vm: the virtual machine that a bundle is (Documentation/vm.rst) */

/**
 * struct hwc_vm_file - a file of a virtual machine
 * @key: annotation, variable or member that names it; NULL where there is none
 * @path: absolute; NULL where there is none
 * @host: the path is the host's, not one below the container's root
 * @digest: HWCONTAINER_DIGEST_LEN bytes, the SHA-256 that it must have; or NULL
 */
struct hwc_vm_file {
	const char *key;
	const char *path;
	bool host;
	const uint8_t *digest;
};

/**
 * struct hwc_iomem - pages of the host's address space for a guest
 * @host: number of the first page on this machine
 * @guest: number that it has in the virtual machine
 * @pages: how many
 */
struct hwc_iomem {
	uint64_t host;
	uint64_t guest;
	uint64_t pages;
};

/**
 * struct hwc_vm - what is said of a virtual machine
 * @hypervisor: "xen" or "qemu"; NULL leaves that to the host
 * @hypervisor_path: its program, or NULL
 * @hypervisor_parameters: more parameters for it
 * @n_hypervisor_parameters: how many
 * @secure: it has no program of its own: the container's process runs in it, from the
 *	container's root. @kernel is the host's then, or there is none and the host has one
 * @kernel: what is started
 * @ramdisk: for the kernel
 * @dtb: device tree; that of a part of the machine
 * @image: disk with the root of the virtual machine, which is not the container's
 * @image_format: "raw", "qcow2", "vdi", "vmdk" or "vhd"; NULL where there is no image
 * @cmdline: for the kernel, "" for none
 * @console: where the guest speaks: "uart" or "pv"; NULL where that is not said
 * @memory: bytes; 0 where that is not said
 * @vcpus: processors; 0 where that is not said
 * @iomems: pages that it is given besides those of claims, by the operator
 * @n_iomems: how many
 * @irqs: numbers of physical interrupts, likewise
 * @n_irqs: how many
 * @dtdevs: paths in the host's device tree, likewise
 * @n_dtdevs: how many
 */
struct hwc_vm {
	const char *hypervisor;
	const char *hypervisor_path;
	const char *const *hypervisor_parameters;
	size_t n_hypervisor_parameters;
	bool secure;
	struct hwc_vm_file kernel;
	struct hwc_vm_file ramdisk;
	struct hwc_vm_file dtb;
	struct hwc_vm_file image;
	const char *image_format;
	const char *cmdline;
	const char *console;
	uint64_t memory;
	uint32_t vcpus;
	const struct hwc_iomem *iomems;
	size_t n_iomems;
	const uint32_t *irqs;
	size_t n_irqs;
	const char *const *dtdevs;
	size_t n_dtdevs;
};

/**
 * struct hwc_vm_files - its files, open; -1 where there is none
 * @kernel: for reading
 * @ramdisk: for reading
 * @dtb: for reading; more than its beginning was not looked at
 * @image: for reading, and for writing unless the root is read-only
 * @kernel_is: what the kernel is, where there is one
 */
struct hwc_vm_files {
	int kernel;
	int ramdisk;
	int dtb;
	int image;
	struct hwc_kernel kernel_is;
};

/* assignment: what a virtual machine is given of claims (Documentation/vm.rst) */
struct hwc_assignment;

/* bytes of what is assigned in whole: a page, as Xen has them on arm64 */
#define HWC_PAGE_SIZE 4096

/**
 * struct hwc_assignment_plan - what is known of the virtual machine
 * @tree: folder with the live device tree; NULL for this machine's
 * @dtb: the container's own partial device tree, which is not trusted; or NULL
 * @dtb_size: its bytes
 * @taken: pages that the virtual machine is given otherwise
 * @n_taken: how many there are of them
 */
struct hwc_assignment_plan {
	const char *tree;
	const void *dtb;
	size_t dtb_size;
	const struct hwc_iomem *taken;
	size_t n_taken;
};

/**
 * hwc_assignment_new() - work out what a virtual machine is given of claims
 * @plan: NULL is one that says nothing
 * @claims: @n claims that are ready, with their devices (hwc_claim_get()); 0 where
 *	only the container's device tree is to be checked
 * @assignment: receives it; does not need the claims any more
 *
 * Nothing is changed by it, and the module is not asked.
 *
 * Return: 0; -EPERM when a device is one that no guest can have; -EEXIST when
 * two have the same registers or name; -ENOSPC when the registers do not fit;
 * -EBADMSG when a device tree is not well-formed; -ENOENT without a device tree;
 * -ENOMEM.
 */
HWC_API int hwc_assignment_new(struct hwc_ctx *ctx, const struct hwc_assignment_plan *plan,
			       struct hwc_claim *const *claims, size_t n,
			       struct hwc_assignment **assignment);
HWC_API void hwc_assignment_free(struct hwc_assignment *assignment);
HWC_API size_t hwc_assignment_iomems(const struct hwc_assignment *assignment);
HWC_API const struct hwc_iomem *hwc_assignment_iomem(const struct hwc_assignment *assignment,
						     size_t i);
/* numbers of the interrupt controller's, an SPI and 32; the same ones in the guest */
HWC_API size_t hwc_assignment_irqs(const struct hwc_assignment *assignment);
HWC_API uint32_t hwc_assignment_irq(const struct hwc_assignment *assignment, size_t i);
/* paths in the device tree of what goes by DMA, each of it behind an IOMMU */
HWC_API size_t hwc_assignment_dtdevs(const struct hwc_assignment *assignment);
HWC_API const char *hwc_assignment_dtdev(const struct hwc_assignment *assignment, size_t i);
/** hwc_assignment_dtb() - the partial device tree; NULL where there is nothing to say */
HWC_API const void *hwc_assignment_dtb(const struct hwc_assignment *assignment, size_t *size);
/**
 * hwc_assignment_xl() - as lines of an xl.cfg
 *
 * Return: iomem, irqs, dtdev and passthrough, each where there is something of it;
 * device_tree is a file, and the caller's to write.
 */
HWC_API const char *hwc_assignment_xl(const struct hwc_assignment *assignment);

/**
 * hwc_partial_check() - check a partial device tree that a container brings
 * @dtb: the tree: /passthrough and /aliases
 *
 * Return: 0; -EBADMSG; -EPERM when it describes what is not its own; -EFBIG; -ENOMEM.
 */
HWC_API int hwc_partial_check(struct hwc_ctx *ctx, const void *dtb, size_t size);
/**
 * hwc_partial_merge() - put a partial device tree into the whole one of a machine
 * @whole: the machine's, as its emulator wrote it
 * @dtb: the partial one, which is checked
 * @fdt: receives the result, to be freed with free()
 *
 * Return: as hwc_partial_check(); -EEXIST when both have a node, an alias or a phandle.
 */
HWC_API int hwc_partial_merge(struct hwc_ctx *ctx, const void *whole, size_t whole_size,
			      const void *dtb, size_t size, void **fdt, size_t *fdt_size);

/* bundle: an OCI bundle that asks for hardware (Documentation/oci.rst) */
struct hwc_bundle;
struct hwc_policy;
struct hwc_edits;

/**
 * enum hwc_source - whose words a request is
 * @HWC_SOURCE_OPERATOR: annotations that the engine was given on its command
 *	line or in a pod's specification
 * @HWC_SOURCE_IMAGE: labels of the image, or its /etc/hwcontainer.json
 */
enum hwc_source {
	HWC_SOURCE_OPERATOR = 1,
	HWC_SOURCE_IMAGE,
};

/**
 * struct hwc_ask - one resource that a bundle asks for
 * @key: the annotation or member that says so
 * @resource: name of the resource
 * @image: path of its image in the container's root file system, or NULL
 * @overlay: path of the overlay there, "" for none, or NULL where it was not
 *	said: then it is the file beside the image that ends in .dtbo, if any
 */
struct hwc_ask {
	const char *key;
	const char *resource;
	const char *image;
	const char *overlay;
};

/**
 * hwc_bundle_open() - read the configuration of a bundle
 * @dir: its folder
 * @bundle: receives it
 *
 * Return: 0; -ENOENT when there is none; -EBADMSG when it is not well-formed
 * JSON without duplicate keys; -E2BIG when it is too deep or too large; -errno.
 */
HWC_API int hwc_bundle_open(struct hwc_ctx *ctx, const char *dir, struct hwc_bundle **bundle);
HWC_API void hwc_bundle_free(struct hwc_bundle *bundle);

/**
 * hwc_bundle_mark() - the claims a configuration was edited for last
 *
 * Return: their numbers separated by spaces, or NULL when it was not edited.
 */
HWC_API const char *hwc_bundle_mark(const struct hwc_bundle *bundle);

/**
 * hwc_bundle_read() - find what the bundle asks for, open nothing yet
 *
 * Takes back an earlier edit, as the claims that it was made for are not those
 * to come. A pod's sandbox asks for nothing.
 *
 * Return: 0; -EINVAL for a request that cannot be understood; -EEXIST for two
 * requests for one resource; -ERANGE for a virtual machine with more memory than the
 * container may have; -errno.
 */
HWC_API int hwc_bundle_read(struct hwc_bundle *bundle);
HWC_API size_t hwc_bundle_asks(const struct hwc_bundle *bundle);
HWC_API const struct hwc_ask *hwc_bundle_ask(const struct hwc_bundle *bundle, size_t i);

/**
 * hwc_bundle_firmware() - which request's device data is the container's program
 *
 * Then there is nothing that Linux could execute: the container is what the
 * resource does.
 *
 * Return: number of the request, or -1.
 */
HWC_API int hwc_bundle_firmware(const struct hwc_bundle *bundle);
/** hwc_bundle_restarts() - how often that is to be started again after a failure */
HWC_API unsigned int hwc_bundle_restarts(const struct hwc_bundle *bundle);
/** hwc_bundle_wait_s() - how long to wait for what others have, in seconds, or 0 */
HWC_API unsigned int hwc_bundle_wait_s(const struct hwc_bundle *bundle);

/** hwc_bundle_watchdog_ms() - silence of its trace that is a failure, or 0 */
HWC_API unsigned int hwc_bundle_watchdog_ms(const struct hwc_bundle *bundle);
/** hwc_bundle_group() - group for the container's network namespace, or NULL */
HWC_API const char *hwc_bundle_group(const struct hwc_bundle *bundle);
/**
 * hwc_bundle_netns() - the container's network namespace
 *
 * Return: a file of it; "" for a new one; NULL for the one that the runtime is in.
 */
HWC_API const char *hwc_bundle_netns(const struct hwc_bundle *bundle);
/** hwc_bundle_json() - the configuration as it is now, in JSON; NULL without memory */
HWC_API const char *hwc_bundle_json(const struct hwc_bundle *bundle);

/**
 * hwc_bundle_source() - who asks
 * @policy: may say that annotations are the image's
 */
HWC_API enum hwc_source hwc_bundle_source(const struct hwc_bundle *bundle,
					  const struct hwc_policy *policy);

/**
 * hwc_bundle_vm() - the virtual machine that the container is
 *
 * Known after hwc_bundle_read().
 *
 * Return: that, or NULL where it is none.
 */
HWC_API const struct hwc_vm *hwc_bundle_vm(const struct hwc_bundle *bundle);

/**
 * hwc_bundle_vm_open() - open the files of the virtual machine
 * @taker: what its hypervisor can start; NULL for anything
 * @files: receives them, to be closed with hwc_vm_files_close()
 *
 * After hwc_bundle_grant(). A file with a digest that it must have is a copy in memory
 * that nobody can change any more; the others are what is there now.
 *
 * Return: 0; -ENOENT, -EXDEV, -EISDIR, -EINVAL, -ENODATA or -EFBIG when one is not a
 * file that can be used; -EBADMSG when it is not the one that is meant, or no device
 * tree; -ENOEXEC when the kernel is none, or one for something else; -EPERM when it has
 * not been granted; -errno.
 */
HWC_API int hwc_bundle_vm_open(struct hwc_bundle *bundle, const struct hwc_kernel_taker *taker,
			       struct hwc_vm_files *files);
HWC_API void hwc_vm_files_close(struct hwc_vm_files *files);

/**
 * hwc_bundle_load() - open the images and overlays
 *
 * They are opened below the container's root, whose links lead nowhere else.
 *
 * Return: 0; -ENOENT, -EXDEV, -EISDIR, -EINVAL, -ENODATA or -EFBIG when one is
 * not a file there that can be an image; -errno.
 */
HWC_API int hwc_bundle_load(struct hwc_bundle *bundle);

/**
 * hwc_bundle_grant() - let the host's policy decide
 *
 * What the operator asked for is granted. What is granted by digest will be
 * refused by the kernel should the file change.
 *
 * Return: 0; -EPERM, where the sentence names the command that allows it;
 * -errno.
 */
HWC_API int hwc_bundle_grant(struct hwc_bundle *bundle, const struct hwc_policy *policy);

/**
 * hwc_bundle_waits() - whether a request comes after one for a shell
 *
 * It can be submitted when the claim of the shell is ready, which brings its
 * slot. One for something else must not be in the same request either, for that
 * of a shell is content with devices without a driver.
 */
HWC_API bool hwc_bundle_waits(const struct hwc_bundle *bundle, size_t i);

/** hwc_bundle_request() - add one of the requests to @req, with the flags that it wants */
HWC_API int hwc_bundle_request(const struct hwc_bundle *bundle, size_t i, struct hwc_request *req);

/**
 * hwc_bundle_apply() - edit the configuration in memory
 * @edits: what the container is given
 * @mark: what hwc_bundle_mark() will say
 */
HWC_API int hwc_bundle_apply(struct hwc_bundle *bundle, const struct hwc_edits *edits,
			     const char *mark);

/**
 * hwc_bundle_save() - replace the configuration if it was changed
 *
 * Written beside it, synchronised and renamed; owner and mode are kept, and so
 * is every member and number that is not known here.
 */
HWC_API int hwc_bundle_save(struct hwc_bundle *bundle);

/* edits: what a container is given, in the model of CDI's containerEdits */
HWC_API int hwc_edits_new(struct hwc_ctx *ctx, struct hwc_edits **edits);
HWC_API void hwc_edits_free(struct hwc_edits *edits);
/**
 * hwc_edits_node() - a device node and the right to use it
 * @node: its path is one below /dev
 *
 * Return: 0; -EINVAL when the path is absolute or has an empty part or a "..";
 * -ENOMEM.
 */
HWC_API int hwc_edits_node(struct hwc_edits *edits, const struct hwc_node *node);
/** hwc_edits_env() - an environment variable; replaces one of that name */
HWC_API int hwc_edits_env(struct hwc_edits *edits, const char *name, const char *value);
/**
 * hwc_edits_hook() - a program that runs at a point of the container's life
 * @point: "createRuntime" and the like
 * @path: the program, absolute
 * @args: its arguments, the first of them its name, then NULL
 * @timeout: seconds it may take
 */
HWC_API int hwc_edits_hook(struct hwc_edits *edits, const char *point, const char *path,
			   const char *const *args, unsigned int timeout);
/**
 * hwc_edits_claim() - device nodes and environment of a claim that is ready
 * @i: which of the container's claims it is, from 0
 */
HWC_API int hwc_edits_claim(struct hwc_edits *edits, const struct hwc_claim *claim, size_t i);
/** hwc_edits_json() - as the JSON of CDI's containerEdits */
HWC_API const char *hwc_edits_json(struct hwc_edits *edits);

/* policy: what images may ask for on this host */

#define HWC_POLICY_PATH "/etc/hwcontainer/policy.json"

/**
 * enum hwc_rule_type - what a rule goes by
 * @HWC_RULE_DIGEST: SHA-256 of a file, "sha256:" and 64 hexadecimal digits
 * @HWC_RULE_NAME: name of the container's image, as the engine gives it
 * @HWC_RULE_ALL: every image
 */
enum hwc_rule_type {
	HWC_RULE_DIGEST = 1,
	HWC_RULE_NAME,
	HWC_RULE_ALL,
};

/**
 * struct hwc_rule - one thing that is allowed
 * @type: what it goes by
 * @value: digest or name; NULL for all
 * @comment: why, or NULL
 */
struct hwc_rule {
	enum hwc_rule_type type;
	const char *value;
	const char *comment;
};

/**
 * hwc_policy_load() - read the host's policy
 * @path: NULL means HWC_POLICY_PATH; a file that is not there allows nothing
 *
 * Return: 0; -EBADMSG when it cannot be understood; -EPERM when others than
 * its owner may write it, or the owner is neither root nor the caller; -errno.
 */
HWC_API int hwc_policy_load(struct hwc_ctx *ctx, const char *path, struct hwc_policy **policy);
HWC_API void hwc_policy_free(struct hwc_policy *policy);
HWC_API size_t hwc_policy_rules(const struct hwc_policy *policy);
HWC_API const struct hwc_rule *hwc_policy_rule(const struct hwc_policy *policy, size_t i);
/** hwc_policy_allow() - add a rule; 0 too when it is there already; -EINVAL for a bad digest */
HWC_API int hwc_policy_allow(struct hwc_policy *policy, const struct hwc_rule *rule);
/** hwc_policy_remove() - drop a rule, whatever its comment; -ENOENT when there is none */
HWC_API int hwc_policy_remove(struct hwc_policy *policy, const struct hwc_rule *rule);
/** hwc_policy_save() - write it where it was read from, by rename */
HWC_API int hwc_policy_save(struct hwc_policy *policy);

#ifdef __cplusplus
}
#endif

#endif /* HWCONTAINER_H */
