/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* msg.c: the objects of the family and their attributes */
#ifndef HWC_MSG_H
#define HWC_MSG_H

#include "array.h"
#include "attr.h"
#include "digest.h"
#include "file.h"

struct hwc_msg;
struct nlattr;

struct hwc_info {
	char *version;
	struct hwc_array kinds; /* char * */
	uint64_t seq;
};

struct hwc_resource {
	uint32_t id;
	char *name;
	struct hwc_array aliases; /* char * */
	char *kind;
	uint32_t state;
	uint32_t capacity;
	uint32_t in_use;
	char *controller;
	uint32_t device_id;
	struct hwc_digest digest;
	struct hwc_digest overlay_digest;
	uint32_t claim_id;
	char *container;
	char *message;
	uint32_t waiting;
	uint64_t seq; /* in an event */
	struct hwc_digest blank_digest;
	uint32_t blank_error;
};

/* What an event tells of a group. */
struct hwc_told {
	struct hwc_group_event group;
	uint64_t seq;
};

struct hwc_device {
	char *name;
	char *driver;
	char *of_path;
	struct hwc_array nodes; /* struct hwc_node */
	struct hwc_array windows; /* struct hwc_window */
	struct hwc_array irqs; /* uint32_t */
	struct hwc_array clocks; /* struct hwc_clock */
};

struct hwc_timing {
	uint32_t stage;
	uint64_t time;
};

struct hwc_claim {
	uint32_t id;
	uint32_t state;
	uint32_t resource_id;
	char *resource;
	char *kind;
	char *container;
	uint32_t holder;
	uint32_t holder_pid;
	uint32_t flags;
	int32_t priority;
	struct hwc_digest digest;
	struct hwc_digest overlay_digest;
	struct hwc_array timings; /* struct hwc_timing */
	struct hwc_array devices; /* struct hwc_device */
	uint32_t error;
	char *message;
	uint32_t netns;
	uint32_t position;
	uint32_t taken_in;
	uint64_t seq; /* in an event */
	uint64_t age;
	struct hwc_key_id signer;
	struct hwc_key_id overlay_signer;
};

struct hwc_txn {
	struct hwc_array grants; /* struct hwc_grant */
};

extern const struct hwc_schema hwc_info_schema;
extern const struct hwc_schema hwc_resource_schema;
extern const struct hwc_schema hwc_claim_schema;
extern const struct hwc_schema hwc_told_schema;
extern const struct hwc_schema hwc_txn_schema;

/**
 * struct hwc_request_item - one resource that is asked for
 * @resource: its name
 * @image_fd: image, or -1
 * @overlay_fd: overlay, or -1
 * @image_digest: what the image must be, where known
 * @overlay_digest: what the overlay must be, where known
 * @image_signature: that comes with the image
 * @overlay_signature: that comes with the overlay
 */
struct hwc_request_item {
	char *resource;
	int image_fd;
	int overlay_fd;
	struct hwc_digest image_digest;
	struct hwc_digest overlay_digest;
	struct hwc_bytes image_signature;
	struct hwc_bytes overlay_signature;
};

struct hwc_request {
	struct hwc_ctx *ctx;
	struct hwc_array items; /* struct hwc_request_item */
	char *container;
	int holder_file;
	int holder_pidfd;
	int netns;
	uint32_t flags;
	int32_t priority;
	uint32_t wait_ms;
};

int hwc_msg_resource(struct hwc_ctx *ctx, const char *name, struct hwc_msg *msg);
int hwc_msg_resource_blank(struct hwc_ctx *ctx, const char *name, int fd, struct hwc_msg *msg);
int hwc_msg_claim(struct hwc_ctx *ctx, uint32_t id, struct hwc_msg *msg);
int hwc_msg_request(struct hwc_ctx *ctx, const struct hwc_request *req, struct hwc_msg *msg);

/* What claims are handed to. */
enum hwc_receiver {
	HWC_RECEIVER_FILE,
	HWC_RECEIVER_PROCESS,
	HWC_RECEIVER_NAMESPACE,
};

/* About claims; @fd: the receiver of a handover, or -1 */
int hwc_msg_claims(struct hwc_ctx *ctx, uint8_t cmd, const uint32_t *ids, size_t n,
		   enum hwc_receiver receiver, int fd, struct hwc_msg *msg);

/* Makes an object of an answer, or says that the answer is malformed. */
int hwc_msg_object(struct hwc_ctx *ctx, const struct hwc_schema *schema, const struct nlattr *attrs,
		   size_t size, void **object);
void hwc_object_free(const struct hwc_schema *schema, void *object);

/* Asks for one object of @schema by what @msg says. */
int hwc_msg_get(struct hwc_ctx *ctx, const struct hwc_msg *msg, const struct hwc_schema *schema,
		void **object);

/* Asks for all objects of @schema, then calls @fn for each. */
int hwc_msg_foreach(struct hwc_ctx *ctx, uint8_t cmd, const struct hwc_schema *schema,
		    int (*fn)(const void *object, void *data), void *data);

#endif
