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
/* HWCONTAINER_DIGEST_LEN bytes, or NULL where it is not known */
HWC_API const uint8_t *hwc_resource_image_digest(const struct hwc_resource *res);
HWC_API const uint8_t *hwc_resource_overlay_digest(const struct hwc_resource *res);

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
/** hwc_request_container() - id of the container; -EINVAL when it is too long */
HWC_API int hwc_request_container(struct hwc_request *req, const char *container);
/** hwc_request_flags() - enum hwcontainer_claim_flags, or-ed */
HWC_API void hwc_request_flags(struct hwc_request *req, uint32_t flags);
/** hwc_request_priority() - larger is more important, 0 is normal */
HWC_API void hwc_request_priority(struct hwc_request *req, int32_t priority);

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
 * struct hwc_grant - a claim that was made
 * @id: its number
 * @state: ready, where no hardware work is needed; queued otherwise
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
 * Return: 0; -EBUSY when one is held; -ENOENT when one does not exist; -EPERM;
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
/** hwc_claim_foreach() - describe all claims, as hwc_resource_foreach() */
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
 * EPOLLIN: it is ready, failed (with EPOLLERR) or released (with EPOLLHUP).
 *
 * Return: a file descriptor (O_CLOEXEC), or -ENOENT.
 */
HWC_API int hwc_claim_open(struct hwc_ctx *ctx, int holder, uint32_t id);

/**
 * hwc_claim_handover() - give claims to another holder, all or none
 * @ids: @n numbers
 * @pidfd: the process that holds them from now on
 */
HWC_API int hwc_claim_handover(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int pidfd);

/**
 * hwc_claim_delete() - end claims, all or none
 *
 * Returns at once; where hardware must be cleared, hwc_claim_wait() on a file
 * opened before tells when it is done.
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
HWC_API uint32_t hwc_claim_flags(const struct hwc_claim *claim);
HWC_API int32_t hwc_claim_priority(const struct hwc_claim *claim);
HWC_API const uint8_t *hwc_claim_image_digest(const struct hwc_claim *claim);
HWC_API const uint8_t *hwc_claim_overlay_digest(const struct hwc_claim *claim);
/* positive errno, 0 where it did not fail */
HWC_API uint32_t hwc_claim_error(const struct hwc_claim *claim);
HWC_API const char *hwc_claim_message(const struct hwc_claim *claim);
/* nanoseconds from the request to the end of @stage; 0 when it is not done */
HWC_API uint64_t hwc_claim_time(const struct hwc_claim *claim, enum hwcontainer_stage stage);
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

HWC_API const char *hwc_device_name(const struct hwc_device *dev);
HWC_API const char *hwc_device_driver(const struct hwc_device *dev);
HWC_API const char *hwc_device_of_path(const struct hwc_device *dev);
HWC_API size_t hwc_device_nodes(const struct hwc_device *dev);
HWC_API const struct hwc_node *hwc_device_node(const struct hwc_device *dev, size_t i);
HWC_API size_t hwc_device_windows(const struct hwc_device *dev);
HWC_API const struct hwc_window *hwc_device_window(const struct hwc_device *dev, size_t i);
HWC_API size_t hwc_device_irqs(const struct hwc_device *dev);
HWC_API uint32_t hwc_device_irq(const struct hwc_device *dev, size_t i);

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
 * Return: 0; -EAGAIN when there is none now; -ENOBUFS when events were lost.
 */
HWC_API int hwc_events_next(struct hwc_events *events, struct hwc_event **event);
HWC_API void hwc_event_free(struct hwc_event *event);
/* enum of the notifications: HWCONTAINER_CMD_..._NTF */
HWC_API uint32_t hwc_event_type(const struct hwc_event *event);
/* what it is about; the other one is NULL */
HWC_API const struct hwc_resource *hwc_event_resource(const struct hwc_event *event);
HWC_API const struct hwc_claim *hwc_event_claim(const struct hwc_event *event);

/* names: the spec's words for the numbers; NULL for a number without one */
HWC_API const char *hwc_resource_state_name(enum hwcontainer_resource_state state);
HWC_API const char *hwc_claim_state_name(enum hwcontainer_claim_state state);
HWC_API const char *hwc_holder_name(enum hwcontainer_holder holder);
HWC_API const char *hwc_stage_name(enum hwcontainer_stage stage);

#ifdef __cplusplus
}
#endif

#endif /* HWCONTAINER_H */
