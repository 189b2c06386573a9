/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the library know of each other, sectioned by file. */
#ifndef HWC_INTERNAL_H
#define HWC_INTERNAL_H

#include <hwcontainer.h>
#include <stdarg.h>
#include <string.h>
#include <sys/types.h>

struct dirent;
struct nlattr;
struct nlmsghdr;
struct mnl_socket;

#define HWC_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The module's, whose open files hold claims. */
#define HWC_DEVICE "/dev/hwcontainer"

/* Where the kernel shows its live device tree. */
#define HWC_LIVE_TREE "/sys/firmware/devicetree/base"

#define HWC_NOT_LOADED "hwcontainer module is not loaded (modprobe hwcontainer)"

/* ctx.c */

#define HWC_ERROR_MAX 512

/**
 * struct hwc_buf - a message buffer that grows
 * @data: @size bytes, aligned for any message
 * @size: room
 */
struct hwc_buf {
	void *data;
	size_t size;
};

struct hwc_nl;

struct hwc_ctx {
	struct hwc_nl *nl; /* NULL until it is needed */
	int sysroot; /* a folder that stands in for /, or -1 */
	char error[HWC_ERROR_MAX];
};

/**
 * hwc_err() - keep a sentence and pass the error on
 * @err: negative errno
 * @fmt: one sentence, no newline
 *
 * Return: @err.
 */
int hwc_err(struct hwc_ctx *ctx, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int hwc_err_nomem(struct hwc_ctx *ctx);
/* Makes one line of a text that a terminal shows as it is. */
void hwc_clean_text(char *text);

/* sysroot.c: a folder that stands in for this system */

/* A file of this system or of what stands in for it; without a sentence. */
int hwc_sysroot_open(const struct hwc_ctx *ctx, const char *path, int flags);

/**
 * hwc_sysroot_connect() - connect to a program that stands in for the module
 * @flags: SOCK_NONBLOCK or none
 *
 * Return: a socket; -ENOTSOCK where the module is meant; -ENOENT where the folder
 * has neither; -errno.
 */
int hwc_sysroot_connect(const struct hwc_ctx *ctx, int flags);
uint32_t hwc_sysroot_port(int sock);
/* A claim as a file; -ENOTSOCK where @holder is the module's. */
int hwc_sysroot_claim_open(const struct hwc_ctx *ctx, int holder, uint32_t id);

/* io.c: the only code that touches a netlink socket; tests replay it */

/**
 * struct hwc_io - a netlink socket
 * @sock: libmnl's
 * @portid: our address
 * @stand_in: the other end is a program that stands in for the module
 */
struct hwc_io {
	struct mnl_socket *sock;
	uint32_t portid;
	bool stand_in;
};

int hwc_io_open(const struct hwc_ctx *ctx, struct hwc_io *io, bool nonblock);
void hwc_io_close(struct hwc_io *io);
int hwc_io_fd(const struct hwc_io *io);
int hwc_io_join(const struct hwc_io *io, uint32_t group);
int hwc_io_send(const struct hwc_io *io, const void *data, size_t size);

/**
 * hwc_io_recv() - receive one datagram
 * @buf: grows as needed
 *
 * Return: its length; -EAGAIN when none came in time; -ECONNRESET when the other
 * end is gone; -errno.
 */
ssize_t hwc_io_recv(const struct hwc_io *io, struct hwc_buf *buf);

/* nl.c: requests and their answers */

/**
 * struct hwc_nl - the connection of a context
 * @io: its socket
 * @buf: the request that is being written, then the answer
 * @seq: number of the last request
 * @family: number of the module's family
 * @group: number of its multicast group
 */
struct hwc_nl {
	struct hwc_io io;
	struct hwc_buf buf;
	uint32_t seq;
	uint16_t family;
	uint32_t group;
};

/**
 * struct hwc_msg - a request that is being written
 * @nlh: the message, in the context's buffer
 * @room: size of that buffer
 * @full: something did not fit
 */
struct hwc_msg {
	struct nlmsghdr *nlh;
	size_t room;
	bool full;
};

/* Called with the attributes of each answer; 0 or -errno with its sentence. */
typedef int (*hwc_nl_answer)(struct hwc_ctx *ctx, const struct nlattr *attrs, size_t size,
			     void *data);

int hwc_buf_reserve(struct hwc_buf *buf, size_t size);
int hwc_nl_connect(struct hwc_ctx *ctx);
void hwc_nl_close(struct hwc_ctx *ctx);
int hwc_nl_resolve(struct hwc_ctx *ctx, struct hwc_nl *nl);

/**
 * hwc_nl_start() - begin a request
 * @cmd: of our family
 * @room: bytes its attributes may need
 * @msg: receives it; valid until the next call with @ctx
 */
int hwc_nl_start(struct hwc_ctx *ctx, uint8_t cmd, size_t room, struct hwc_msg *msg);

/**
 * hwc_nl_do() - send a request and take its answer
 * @answer: called for each answer; NULL where none is expected
 *
 * A connection on which anything but a refusal went wrong is closed: what is
 * still under way in it must not be taken for the answer to the next request.
 */
int hwc_nl_do(struct hwc_ctx *ctx, const struct hwc_msg *msg, hwc_nl_answer answer, void *data);

/**
 * hwc_nl_dump() - ask for all objects of a kind
 * @cmd: of our family
 * @answer: called for each
 * @reset: called before the list is read again because it changed meanwhile
 */
int hwc_nl_dump(struct hwc_ctx *ctx, uint8_t cmd, hwc_nl_answer answer, void (*reset)(void *data),
		void *data);

/* Whether all of a message is there. */
bool hwc_nl_ok(const struct nlmsghdr *nlh, int left);

/* The content of a generic netlink message; -EBADMSG where it has none. */
int hwc_nl_attrs(const struct nlmsghdr *nlh, const struct nlattr **attrs, size_t *size);

/* group.c: groups as folders */

/* Most that a file of configfs gives and takes; one byte less where it was cut. */
#define HWC_GROUP_FILE_MAX 4096

/* Names like "web/a" are one of a group; -EINVAL with the sentence. */
int hwc_group_check_name(struct hwc_ctx *ctx, const char *group);
/* The folder of a group, for reading; -errno with its sentence. */
int hwc_group_open(struct hwc_ctx *ctx, const char *group);

/* attr.c: attributes, of which nothing is trusted */

struct hwc_array {
	void *data;
	size_t count;
};

struct hwc_digest {
	bool known;
	uint8_t bytes[HWCONTAINER_DIGEST_LEN];
};

static inline const uint8_t *hwc_digest_bytes(const struct hwc_digest *digest)
{
	return digest->known ? digest->bytes : NULL;
}

/* Key identifier of a signer; of none, 0 bytes. */
struct hwc_key_id {
	size_t size;
	uint8_t bytes[HWCONTAINER_SIGNER_MAX];
};

/* Makes room for one more element, zeroed; whoever fills it counts it. */
void *hwc_array_grow(struct hwc_array *array, size_t size);

/**
 * enum hwc_field_kind - what an attribute becomes
 * @HWC_U32: uint32_t, int32_t or an enum
 * @HWC_UINT: uint64_t, sent in 4 or 8 bytes
 * @HWC_STRING: char *, never NULL
 * @HWC_DIGEST: struct hwc_digest
 * @HWC_KEY_ID: struct hwc_key_id
 * @HWC_NEST: struct of the nested schema
 * @HWC_U32S: struct hwc_array of uint32_t
 * @HWC_STRINGS: struct hwc_array of char *
 * @HWC_NESTS: struct hwc_array of structs of the nested schema
 */
enum hwc_field_kind {
	HWC_U32,
	HWC_UINT,
	HWC_STRING,
	HWC_DIGEST,
	HWC_KEY_ID,
	HWC_NEST,
	HWC_U32S,
	HWC_STRINGS,
	HWC_NESTS,
};

struct hwc_schema;

/**
 * struct hwc_field - a member and the attribute it comes from
 * @type: of the attribute, below 32
 * @kind: what it becomes
 * @offset: where, in the object
 * @nested: what a nest becomes
 */
struct hwc_field {
	uint16_t type;
	enum hwc_field_kind kind;
	size_t offset;
	const struct hwc_schema *nested;
};

/**
 * struct hwc_schema - an object and its attributes
 * @size: of the object
 * @fields: its members
 * @n_fields: how many
 * @required: mask of attribute types without which it is no such object
 */
struct hwc_schema {
	size_t size;
	const struct hwc_field *fields;
	size_t n_fields;
	uint32_t required;
};

/**
 * hwc_object_from_uapi() - make an object of attributes
 * @object: receives it; zeroed, of the schema's size
 *
 * Attributes that the schema does not know are stepped over. On failure
 * nothing is left behind in @object.
 *
 * Return: 0; -EBADMSG when it is malformed; -ENOMEM.
 */
int hwc_object_from_uapi(const struct hwc_schema *schema, const struct nlattr *attrs, size_t size,
			 void *object);
/* Frees what the members hold, not the object. */
void hwc_object_clear(const struct hwc_schema *schema, void *object);

/**
 * hwc_attr_next() - step through attributes
 * @attr: the one before, or NULL
 * @attrs: the first one
 * @size: bytes of all
 *
 * Return: 1 and the next in @attr; 0 at the end; -EBADMSG.
 */
int hwc_attr_next(const struct nlattr **attr, const struct nlattr *attrs, size_t size);

void hwc_msg_u32(struct hwc_msg *msg, uint16_t type, uint32_t value);
void hwc_msg_string(struct hwc_msg *msg, uint16_t type, const char *value);
void hwc_msg_binary(struct hwc_msg *msg, uint16_t type, const void *value, size_t size);
struct nlattr *hwc_msg_nest_start(struct hwc_msg *msg, uint16_t type);
void hwc_msg_nest_end(struct hwc_msg *msg, struct nlattr *nest);

/* msg.c: the objects of the family and their attributes */

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

/* Bytes of a file, or NULL. */
struct hwc_bytes {
	void *data;
	size_t size;
};

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

/* sha256.c */

void hwc_sha256(const void *data, size_t size, uint8_t digest[HWCONTAINER_DIGEST_LEN]);

/* file.c */

int hwc_file_open(struct hwc_ctx *ctx, const char *path);
/* A regular file that is not empty and has no more than @limit bytes; errnos as hwc_file_read(). */
int hwc_file_check(struct hwc_ctx *ctx, int fd, const char *name, size_t limit, size_t *size);
/* hwc_file_read() of a file by its path. */
int hwc_file_load(struct hwc_ctx *ctx, const char *path, size_t limit, void **data, size_t *size);

/**
 * hwc_file_read() - read a regular file
 * @name: what it is called in sentences
 * @limit: most bytes to take
 * @data: receives the bytes, to be freed
 *
 * Return: 0; -EINVAL when it is no regular file; -ENODATA when it is empty;
 * -EFBIG; -EIO when it became shorter; -ENOMEM; -errno of reading.
 */
int hwc_file_read(struct hwc_ctx *ctx, int fd, const char *name, size_t limit, void **data,
		  size_t *size);

/* tree.c: a device tree as the kernel shows it in files */

struct hwc_tree;

/* @path: its folder. Return: NULL where there is none, or no memory. */
struct hwc_tree *hwc_tree_open(const char *path);
/* The same, and without @path that of this system. */
struct hwc_tree *hwc_tree_open_live(const struct hwc_ctx *ctx, const char *path);
void hwc_tree_close(struct hwc_tree *tree);
bool hwc_tree_has(const struct hwc_tree *tree, const char *node);

/**
 * hwc_tree_prop() - read a property
 * @node: path in the tree
 * @size: receives its length
 *
 * Return: its bytes and a NUL, to be freed; NULL where there is no such property, or with
 * the errno why it is not read.
 */
void *hwc_tree_prop(const struct hwc_tree *tree, const char *node, const char *name, size_t *size);
/* A property of one cell; false where it is none. */
bool hwc_tree_cell(const struct hwc_tree *tree, const char *node, const char *name, uint32_t *cell);
/* As of_bus_n_addr_cells(): what the nearest node upwards says that says so. */
uint32_t hwc_tree_bus_cells(const struct hwc_tree *tree, const char *node, const char *name);
/**
 * hwc_tree_list() - what is in a node
 * @list: receives the entries by name, both to be freed; folders are nodes, files properties
 *
 * Return: how many, or -1 where there is no such node.
 */
int hwc_tree_list(const struct hwc_tree *tree, const char *node, struct dirent ***list);
/* Whether one of the strings of compatible is @name. */
bool hwc_tree_compatible(const struct hwc_tree *tree, const char *node, const char *name);
/* Path of a label, to be freed; NULL where it is not known. */
char *hwc_tree_label(const struct hwc_tree *tree, const char *label);
/* Path of the node with a phandle, to be freed; NULL where there is none. */
char *hwc_tree_phandle(const struct hwc_tree *tree, uint32_t phandle);

/* Whether every name in a path is one that a device tree may have. */
bool hwc_tree_path_ok(const char *path);
bool hwc_tree_name_ok(const char *name);

/* Whether the first path is that of something inside of the second. */
bool hwc_path_below(const char *path, const char *top);
/* Makes of a path from the root the one above; "/" above "/a" and "/". */
void hwc_path_up(char *path);

/* bus.c: address spaces of a device tree */

/**
 * enum hwc_bus_ranges - how a bus shows in the address space above it
 * @HWC_BUS_OPAQUE: not at all, its addresses are its own
 * @HWC_BUS_IDENTITY: as it is
 * @HWC_BUS_WINDOWS: through its ranges
 */
enum hwc_bus_ranges {
	HWC_BUS_OPAQUE,
	HWC_BUS_IDENTITY,
	HWC_BUS_WINDOWS,
};

struct hwc_bus_range {
	uint64_t child;
	uint64_t parent;
	uint64_t size;
};

/**
 * struct hwc_bus - a node whose children have addresses
 * @parent: bus above it; NULL where addresses are looked at no further
 * @path: its node
 * @addr_cells: of its children
 * @size_cells: of its children
 * @kind: how it shows above
 * @ranges: its windows
 * @n_ranges: how many
 */
struct hwc_bus {
	const struct hwc_bus *parent;
	const char *path;
	uint32_t addr_cells;
	uint32_t size_cells;
	enum hwc_bus_ranges kind;
	struct hwc_bus_range *ranges;
	size_t n_ranges;
};

/* Longest address and size that are understood, in cells. */
#define HWC_CELLS_MAX 2

uint32_t hwc_cell(const void *cells, size_t i);
uint64_t hwc_cells(const void *cells, size_t first, uint32_t n);

/**
 * hwc_bus_set_ranges() - take the ranges property of a bus
 * @bus: its cells are set
 * @parent_cells: cells of an address above it
 * @prop: the property, NULL where it has none
 * @size: its length in bytes
 *
 * Return: 0; -EINVAL when the length does not fit the cells; -ENOMEM.
 */
int hwc_bus_set_ranges(struct hwc_bus *bus, uint32_t parent_cells, const void *prop, size_t size);
void hwc_bus_clear(struct hwc_bus *bus);

/**
 * hwc_bus_translate() - follow an address upwards
 * @bus: the bus it is on
 * @end: one of those above it, where to stop; NULL for the way to the end
 * @window: receives the result in @start; @size is followed, too
 * @edge: receives the bus in whose ranges it does not lie
 *
 * Return: 0; -ERANGE when it leaves a bus' ranges; -ENXIO when a bus is opaque.
 */
int hwc_bus_translate(const struct hwc_bus *bus, const struct hwc_bus *end,
		      struct hwc_window *window, const struct hwc_bus **edge);

/* windows.c */

/* Gives a bus the addresses of the machine's programmable logic, if we know them; -ENOMEM. */
int hwc_windows_set(const struct hwc_tree *tree, struct hwc_bus *bus);

/* A string that may be missing, for people. */
static inline const char *hwc_text(const char *text)
{
	return text ? text : "";
}

static inline bool hwc_ends_in(const char *name, const char *end)
{
	size_t length = strlen(name), n = strlen(end);

	return length > n && !strcmp(name + length - n, end);
}

/* overlay.c */

struct hwc_overlay_item {
	struct hwc_overlay_node node; /* what is seen from outside, made at the end */
	char *path;
	char *compatible;
	struct hwc_array windows; /* struct hwc_window with names of their own */
	struct hwc_array interrupts; /* uint32_t */
};

struct hwc_overlay {
	size_t size;
	uint8_t digest[HWCONTAINER_DIGEST_LEN];
	struct hwc_array targets; /* char * */
	struct hwc_array items; /* struct hwc_overlay_item */
	struct hwc_array refs; /* struct hwc_overlay_ref with strings of its own */
	struct hwc_array refusals; /* char * */
};

/* Whether it is a well-formed device tree of exactly that size: 0 or -EBADMSG. */
int hwc_overlay_blob(struct hwc_ctx *ctx, const void *fdt, size_t size);
/* Reads one from a file; @fdt is to be freed. */
int hwc_overlay_load(struct hwc_ctx *ctx, int fd, const char *path, void **fdt, size_t *size);
/* The same by its path below a root. */
int hwc_overlay_load_at(struct hwc_ctx *ctx, int rootfd, const char *path, void **fdt,
			size_t *size);

/* overlay-walk.c: what an overlay touches, and what the module will not have */

/* What a reference reads as until the kernel fills it in. */
#define HWC_PHANDLE_UNRESOLVED UINT32_MAX

/**
 * struct hwc_walk - a look at an overlay
 * @overlay: receives what is found
 * @fdt: the overlay
 * @tree: the live tree, NULL where there is none
 * @region: path of the region it must stay in, NULL for anywhere
 * @changes: the __overlay__ node of the fragment under way
 * @loaded: what is in the region now goes before the overlay comes
 * @may_be_unconfined: registers may be anywhere where the region's ranges are empty
 * @nomem: memory ran out
 */
struct hwc_walk {
	struct hwc_overlay *overlay;
	const void *fdt;
	struct hwc_tree *tree;
	const char *region;
	int changes;
	bool loaded;
	bool may_be_unconfined;
	bool nomem;
};

void hwc_walk_refuse(struct hwc_walk *w, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
const char *hwc_walk_name(const struct hwc_walk *w, int node);
bool hwc_walk_cell(const struct hwc_walk *w, int node, const char *name, uint32_t *cell);
/* NULL becomes "". */
char *hwc_walk_copy(struct hwc_walk *w, const char *text);

/**
 * hwc_overlay_walk() - look at every fragment
 * @overlay: receives what they touch and each reason to refuse them
 * @fdt: an overlay that fdt_check_full() has passed
 *
 * Return: 0 or -ENOMEM.
 */
int hwc_overlay_walk(const struct hwc_ctx *ctx, struct hwc_overlay *overlay, const void *fdt,
		     const struct hwc_overlay_place *place);

/* overlay-refs.c: what an overlay refers to */

/* For people: what hwc_refs_may_leave() is true for. */
#define HWC_REFS_OUTWARD \
	"clocks, resets, interrupt-parent, interrupts-extended, iommus and power-domains"

/* Whether a property may refer to what lies outside of the overlay. */
bool hwc_refs_may_leave(const char *prop);
/* Whether the module takes no overlay with it, wherever it is. */
bool hwc_refs_is_forbidden(const char *prop);
/* Whether drivers read it as phandles, other than those that may leave. */
bool hwc_refs_is_phandle(const char *prop);

/* The label that the target of a fragment waits for; NULL where it is none. */
const char *hwc_refs_target(struct hwc_walk *w, int fragment);
/* What the nodes of a fragment wait for. */
void hwc_refs_check(struct hwc_walk *w, int fragment, const char *target);
/* The slots below a node, whose addresses have @parent_cells. */
void hwc_refs_slots(struct hwc_walk *w, int parent, uint32_t parent_cells);
/* The properties of a node that an overlay adds. */
void hwc_refs_node(struct hwc_walk *w, int node, const char *path);

/* dtree.c: a device tree whose nodes can be moved */

struct hwc_dt_node;

/**
 * struct hwc_dt_ref - a cell of a property that stands for a node
 * @offset: of the cell, in bytes
 * @label: what it waits for, outside of the overlay; NULL for @node
 * @node: a node of the overlay
 */
struct hwc_dt_ref {
	uint32_t offset;
	char *label;
	struct hwc_dt_node *node;
};

/**
 * struct hwc_dt_prop - a property
 * @name: its name
 * @value: its bytes, and a NUL
 * @size: how many
 * @refs: struct hwc_dt_ref
 */
struct hwc_dt_prop {
	char *name;
	uint8_t *value;
	size_t size;
	struct hwc_array refs;
};

/**
 * struct hwc_dt_node - a node
 * @name: with its unit address
 * @label: the first one that __symbols__ has, or NULL
 * @parent: node above, NULL for the root and where it was taken out
 * @child: first one below
 * @next: next one beside
 * @props: struct hwc_dt_prop, without the phandle
 * @phandle: 0 for none
 * @fixed: the phandle is written as it is
 * @mark: free for whoever has the tree
 */
struct hwc_dt_node {
	char *name;
	const char *label;
	struct hwc_dt_node *parent;
	struct hwc_dt_node *child;
	struct hwc_dt_node *next;
	struct hwc_array props;
	uint32_t phandle;
	bool fixed;
	bool mark;
};

struct hwc_dt_label {
	const char *name;
	struct hwc_dt_node *node;
};

/**
 * struct hwc_dt - a tree; zeroed when empty
 * @what: what sentences call it; NULL for "the overlay"
 * @root: its root, of an overlay the node above the fragments
 * @labels: struct hwc_dt_label, as __symbols__ had them
 * @nodes: struct hwc_dt_node *, all of them, also those taken out
 */
struct hwc_dt {
	const char *what;
	struct hwc_dt_node *root;
	struct hwc_array labels;
	struct hwc_array nodes;
};

/**
 * hwc_dt_parse() - make a tree of an overlay
 * @fdt: one that fdt_check_full() has passed
 * @dt: empty; to be cleared also after an error
 *
 * Return: 0; -EBADMSG when fixups or symbols do not fit the rest; -ENOMEM.
 */
int hwc_dt_parse(struct hwc_ctx *ctx, const void *fdt, struct hwc_dt *dt);
/* The same of a tree that is no overlay, whose phandles stay and which has nothing to resolve. */
int hwc_dt_parse_whole(struct hwc_ctx *ctx, const char *what, const void *fdt, struct hwc_dt *dt);
/* A property as a tree has it; a phandle becomes the node's. */
int hwc_dt_take_prop(struct hwc_ctx *ctx, const struct hwc_dt *dt, struct hwc_dt_node *node,
		     const char *name, const void *value, size_t size);
void hwc_dt_clear(struct hwc_dt *dt);
/* A node of @dt that is nowhere yet; NULL without memory. */
struct hwc_dt_node *hwc_dt_new(struct hwc_dt *dt, const char *name);
void hwc_dt_append(struct hwc_dt_node *parent, struct hwc_dt_node *node);
/* It keeps what is below it. */
void hwc_dt_detach(struct hwc_dt_node *node);
struct hwc_dt_prop *hwc_dt_prop(const struct hwc_dt_node *node, const char *name);
/* Sets a property that refers to nothing; 0 or -ENOMEM. */
int hwc_dt_set(struct hwc_dt_node *node, const char *name, const void *value, size_t size);
void hwc_dt_unset(struct hwc_dt_node *node, const char *name);
/* Says that a cell of a property stands for a node or a label; 0 or -ENOMEM. */
int hwc_dt_add_ref(struct hwc_dt_prop *prop, uint32_t offset, const char *label,
		   struct hwc_dt_node *node);
/* Adds what the same value of @from refers to; 0 or -ENOMEM. */
int hwc_dt_copy_refs(struct hwc_dt_prop *to, const struct hwc_dt_prop *from);
bool hwc_dt_cell(const struct hwc_dt_node *node, const char *name, uint32_t *cell);
/* A string property; NULL where it is none. */
const char *hwc_dt_string(const struct hwc_dt_node *node, const char *name);
/* Whether one of the strings of compatible is @begin, or, unless @whole, begins with it. */
bool hwc_dt_compatible(const struct hwc_dt_node *node, const char *begin, bool whole);
struct hwc_dt_node *hwc_dt_child(const struct hwc_dt_node *node, const char *name, size_t size);
/* What a fragment adds; NULL where it is none. */
struct hwc_dt_node *hwc_dt_overlay(const struct hwc_dt_node *fragment);
/* The node at a path; NULL where there is none. */
struct hwc_dt_node *hwc_dt_at(const struct hwc_dt *dt, const char *path);
/* Wherever it is; NULL for 0, too. */
struct hwc_dt_node *hwc_dt_by_phandle(const struct hwc_dt *dt, uint32_t phandle);
/* Wherever it is now. */
struct hwc_dt_node *hwc_dt_symbol(const struct hwc_dt *dt, const char *label);
/* Path from @top down, "" for itself; to be freed, NULL without memory. */
char *hwc_dt_path(const struct hwc_dt_node *node, const struct hwc_dt_node *top);

/* dtree-addr.c */

struct hwc_cell_sizes {
	uint32_t addr;
	uint32_t size;
};

/* Of what is below a node. */
struct hwc_cell_sizes hwc_dt_cells(const struct hwc_dt_node *bus);
/* The ranges of a node that is not the root, to be cleared; as hwc_bus_set_ranges(). */
int hwc_dt_bus(const struct hwc_dt_node *node, struct hwc_bus *bus);
/* Where a window on a bus is for the CPU; as hwc_dt_window(). */
int hwc_dt_up(const struct hwc_dt_node *bus, struct hwc_window *window,
	      const struct hwc_dt_node **at);
/* How many entries reg has, also where the last one is none. */
size_t hwc_dt_windows(const struct hwc_dt_node *node);
/**
 * hwc_dt_window() - where registers of a node are for the CPU
 * @i: number of the entry of reg
 * @at: receives the node that is to blame
 *
 * Return: 0; -EINVAL when reg, or the ranges of @at, are none; -ENXIO when @at has no
 * ranges; -ERANGE when they do not lie in them; -ENOMEM.
 */
int hwc_dt_window(const struct hwc_dt_node *node, size_t i, struct hwc_window *window,
		  const struct hwc_dt_node **at);

/* dtree-load.c */

/**
 * hwc_dt_load() - make a tree of the one that the kernel shows in files
 * @tree: the files
 * @dt: empty; to be cleared also after an error
 *
 * Children are in the order of their names.
 */
int hwc_dt_load(struct hwc_ctx *ctx, const struct hwc_tree *tree, struct hwc_dt *dt);

/* dtree-write.c */

/* libxl gives this one to the interrupt controller of a guest, whatever else there is. */
#define HWC_PHANDLE_GIC 65000

/**
 * struct hwc_dt_form - what a flattened tree is to be
 * @what: what sentences call it
 * @max: bytes that it may have
 * @resolved: it says nowhere which cells are references
 * @like: one whose memory reservations and boot CPU it has, or NULL
 */
struct hwc_dt_form {
	const char *what;
	size_t max;
	bool resolved;
	const void *like;
};

/**
 * hwc_dt_flatten() - flatten a tree
 * @root: its root; phandles below it change, but for those that are fixed
 * @fdt: receives it, to be freed
 *
 * What is referred to by a reference must be below @root.
 *
 * Return: 0; -EFBIG; -ENOMEM.
 */
int hwc_dt_flatten(struct hwc_ctx *ctx, struct hwc_dt_node *root, const struct hwc_dt_form *form,
		   void **fdt, size_t *size);

/**
 * hwc_dt_write() - the same as an overlay that the module takes
 *
 * Return: 0; -EFBIG when the module would not take so much; -ENOMEM.
 */
int hwc_dt_write(struct hwc_ctx *ctx, struct hwc_dt_node *root, void **fdt, size_t *size);

/* rewrite.c: overlays as vendors ship them, made into what the module takes */

/**
 * struct hwc_slot_device - a device of a shell that belongs to a slot
 * @slot: number of the slot
 * @name: "80000000.AccelConfig", as dfx-mgr's accel.json names it
 */
struct hwc_slot_device {
	unsigned int slot;
	char *name;
};

/**
 * struct hwc_slot_frames - where the images of a slot begin
 * @slot: number of the slot
 * @first: lowest frame address of any of them
 * @last: highest of these lowest ones
 */
struct hwc_slot_frames {
	unsigned int slot;
	uint32_t first;
	uint32_t last;
};

/**
 * struct hwc_plan - what is known when an overlay is rewritten
 * @region: resource that it is for, a path; NULL when any
 * @tree: folder with the live tree; NULL for this machine's, "" for none
 * @shell: overlay of the shell that brought @region, or NULL
 * @shell_size: bytes there
 * @devices: devices of slots that are known by name
 * @n_devices: how many
 * @frames: frames of slots, by slot
 * @n_frames: how many
 * @relocate: the image fits @region, whichever slot the overlay was written for
 */
struct hwc_plan {
	const char *region;
	const char *tree;
	const void *shell;
	size_t shell_size;
	const struct hwc_slot_device *devices;
	size_t n_devices;
	const struct hwc_slot_frames *frames;
	size_t n_frames;
	bool relocate;
};

/**
 * hwc_rewrite_plan() - rewrite an overlay
 * @fdt: the overlay
 * @rewrite: receives the result
 *
 * Return: 0; -EBADMSG when it is no overlay; -EPERM when it says what the rules
 * do not allow; -EFBIG; -ENOMEM.
 */
int hwc_rewrite_plan(struct hwc_ctx *ctx, const void *fdt, size_t size, const struct hwc_plan *plan,
		     struct hwc_rewrite **rewrite);

/**
 * hwc_rewrite_slot() - number of the slot that a path or name ends in
 *
 * Return: 0 for "/fpga-region/fpga-PR0", -1 where it ends in no number.
 */
int hwc_rewrite_slot(const char *name);

/* Whether an overlay loads the FPGA, has labels, or is for another place than the region. */
bool hwc_rewrite_needed(struct hwc_ctx *ctx, const void *fdt, size_t size,
			const struct hwc_plan *plan);

/* What rewrite*.c know of each other. */

/**
 * struct hwc_rewriter - an overlay that is being rewritten
 * @ctx: keeps the sentence
 * @out: the result
 * @plan: what is known
 * @tree: the live tree, or NULL
 * @dt: the overlay
 * @shell: that of the shell, empty without one
 * @root: of the result
 * @region: its nodes that go into the region
 * @cells: of the region
 * @brings_slots: it is a shell's
 * @slot: number of the slot that the region is; -1 where it is none
 */
struct hwc_rewriter {
	struct hwc_ctx *ctx;
	struct hwc_rewrite *out;
	const struct hwc_plan *plan;
	struct hwc_tree *tree;
	struct hwc_dt dt;
	struct hwc_dt shell;
	struct hwc_dt_node *root;
	struct hwc_dt_node *region;
	struct hwc_cell_sizes cells;
	bool brings_slots;
	int slot;
};

struct hwc_rewrite {
	struct hwc_array changes; /* struct hwc_rewrite_change with strings of its own */
	char *firmware;
	size_t slots;
	bool empty; /* without any node */
	void *fdt;
	size_t size;
	uint8_t digest[HWCONTAINER_DIGEST_LEN];
};

/* One sentence that begins with the node; 0 or -ENOMEM with the sentence. */
int hwc_rewrite_tell(struct hwc_rewriter *r, const char *node, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The path of the node that a slot of this name or region is in; "" where none is known. */
char *hwc_rewrite_above(const char *region);

/* rewrite-target.c: what the fragments are for */

/**
 * enum hwc_target_kind - what a fragment changes
 * @HWC_TARGET_REGION: the region
 * @HWC_TARGET_INSIDE: a node in it
 * @HWC_TARGET_BUS: a bus of registers
 */
enum hwc_target_kind {
	HWC_TARGET_REGION,
	HWC_TARGET_INSIDE,
	HWC_TARGET_BUS,
};

/**
 * struct hwc_target - what a fragment of the overlay changes
 * @fragment: the fragment
 * @overlay: its content
 * @label: as which it names it, or NULL
 * @path: where that is in the live tree, or NULL
 * @kind: what that is
 * @by: how far the nodes move inside of the region
 */
struct hwc_target {
	struct hwc_dt_node *fragment;
	struct hwc_dt_node *overlay;
	const char *label;
	char *path;
	enum hwc_target_kind kind;
	int64_t by;
};

/* Takes what @t->fragment says of its target; 0 or -EPERM. */
int hwc_target_read(struct hwc_rewriter *r, struct hwc_target *t);
/* Says what it is, and where its nodes move; 0 or -EPERM. */
int hwc_target_classify(struct hwc_rewriter *r, struct hwc_target *t);
/* Its name for people. */
const char *hwc_target_text(const struct hwc_target *t);
/* Whether it says of a region how that is configured, or brings regions. */
bool hwc_target_is_regions(const struct hwc_dt_node *overlay);
/* What is not known by the live tree is known by what the fragment says. */
bool hwc_target_is_region(const struct hwc_rewriter *r, const struct hwc_target *t);

/* rewrite-take.c */

/* Takes the nodes of all fragments into the result; 0 or -EPERM. */
int hwc_rewrite_take(struct hwc_rewriter *r);

/* rewrite-slots.c: what belongs to the slots of a shell */

bool hwc_is_region(const struct hwc_dt_node *node);
/* Leaves the devices of slots to their images, and gives the slots their windows. */
int hwc_slots_part(struct hwc_rewriter *r);
/* Takes the devices of the slot that the region is from the shell's overlay. */
int hwc_slots_collect(struct hwc_rewriter *r);
/* Whether a shell's node belongs to some slot, and to which. */
bool hwc_slots_owner(const struct hwc_rewriter *r, const struct hwc_dt_node *node,
		     unsigned int *slot);

/* rewrite-reg.c: addresses of nodes that move */

/* Cells that a node says, or else @cells. */
struct hwc_cell_sizes hwc_reg_cells(const struct hwc_dt_node *overlay, struct hwc_cell_sizes cells);
/* Those of a live node; 2 and 2, as on all boards, where it is not there. */
struct hwc_cell_sizes hwc_reg_live_cells(const struct hwc_rewriter *r, const char *node);
/* Whether addresses on a live bus are those in the region, too: 0 or -EPERM. */
int hwc_reg_same_space(struct hwc_rewriter *r, const char *bus);
/* Writes reg of a node with the region's cells, @by further on. */
int hwc_reg_move(struct hwc_rewriter *r, struct hwc_dt_node *node,
		 const struct hwc_cell_sizes *from, int64_t by);
/* An entry of reg; false where there is none, or it is not understood. */
bool hwc_reg_entry(const struct hwc_dt_node *node, const struct hwc_cell_sizes *cells, size_t i,
		   struct hwc_window *window);
/* Appends a number of @n cells to @data and returns what is behind it. */
uint8_t *hwc_cells_put(uint8_t *data, uint64_t value, uint32_t n);
/* How far the windows of two live slots are apart; -ENOENT where they have none. */
int hwc_reg_distance(const struct hwc_rewriter *r, const char *from, int64_t *by);

/* rewrite-refs.c: what the nodes say, and what they refer to */

/* Every node must be one that the module takes; in a shell others are left out. */
int hwc_refs_close(struct hwc_rewriter *r);

/* json.c: JSON files as trees that keep what is not known here */

struct json_object;
struct stat;

#define HWC_JSON_DEPTH_MAX 64

/**
 * hwc_json_parse() - make a tree of a text
 * @what: the file, for the sentence
 * @obj: receives an object, to be put
 *
 * Return: 0; -EBADMSG when it is not well-formed, has a key twice or an integer
 * that 64 bits do not hold, or is not an object; -E2BIG when it is too deep.
 */
int hwc_json_parse(struct hwc_ctx *ctx, const char *what, const char *text, size_t size,
		   struct json_object **obj);

/**
 * hwc_json_read() - read a file and make a tree of it
 * @fd: the file, at its beginning
 * @max: bytes that it may have
 */
int hwc_json_read(struct hwc_ctx *ctx, int fd, const char *what, size_t max,
		  struct json_object **obj);

/**
 * hwc_json_write() - replace a file by a tree
 * @dirfd: where it lies
 * @name: its name there
 * @like: owner and mode that it gets
 */
int hwc_json_write(struct hwc_ctx *ctx, int dirfd, const char *name, const char *what,
		   struct json_object *obj, const struct stat *like);

/* The string that @key of @obj is, or NULL. */
const char *hwc_json_string(struct json_object *obj, const char *key);

/* keys.c: what is an annotation of ours, what looks like one */

/**
 * enum hwc_key - what a key of an annotation is
 * @HWC_KEY_FOREIGN: somebody else's
 * @HWC_KEY_RESOURCE: names a resource: a path, an address or a known name
 * @HWC_KEY_OURS: in our name space
 * @HWC_KEY_VM: says something of a virtual machine
 * @HWC_KEY_MISTAKEN: looks like a resource and is none
 */
enum hwc_key {
	HWC_KEY_FOREIGN,
	HWC_KEY_RESOURCE,
	HWC_KEY_OURS,
	HWC_KEY_VM,
	HWC_KEY_MISTAKEN,
};

#define HWC_KEY_PREFIX "org.hwcontainer."
#define HWC_KEY_MARK HWC_KEY_PREFIX "allocated"
#define HWC_KEY_EDITS HWC_KEY_PREFIX "edits"
#define HWC_KEY_RESTART HWC_KEY_PREFIX "restart"
#define HWC_KEY_WATCHDOG HWC_KEY_PREFIX "watchdog-ms"
#define HWC_KEY_GROUP HWC_KEY_PREFIX "group"
#define HWC_KEY_WAIT HWC_KEY_PREFIX "wait"
#define HWC_KEY_VM_PREFIX HWC_KEY_PREFIX "vm"
#define HWC_REQUESTS_PATH "/etc/hwcontainer.json"

enum hwc_key hwc_key_classify(const char *key);

/**
 * hwc_key_resource() - the name the kernel knows a resource by
 * @key: as a person writes it: "02:00.1", "/remoteproc0", "/amba/pr@1"
 *
 * Return: the name, to be freed, or NULL without memory.
 */
char *hwc_key_resource(const char *key);

/* annotation.c: requests as they are written */

/**
 * struct hwc_want - one request
 * @ask: what the library's user sees; its strings are the ones here
 * @number: of the namespaced form, -1 in the plain one
 * @key: annotation that names the resource
 * @resource: NULL until a namespaced request was told
 * @image: path or NULL
 * @overlay: path, "" or NULL
 * @signature: of the image: path, "" or NULL
 * @overlay_signature: of the overlay: path, "" or NULL
 * @container: name of the only container of its pod that is meant, or NULL
 * @digest: SHA-256 that the image must have
 * @overlay_digest: SHA-256 of the overlay that was granted
 * @image_fd: -1 until it is open
 * @overlay_fd: -1 until it is open
 * @image_signed: bytes of the image's signature
 * @overlay_signed: bytes of the overlay's signature
 * @data: where they were found, NULL until then
 */
struct hwc_want {
	struct hwc_ask ask;
	int number;
	char *key;
	char *resource;
	char *image;
	char *overlay;
	char *signature;
	char *overlay_signature;
	char *container;
	struct hwc_digest digest;
	struct hwc_digest overlay_digest;
	int image_fd;
	int overlay_fd;
	struct hwc_bytes image_signed;
	struct hwc_bytes overlay_signed;
	struct hwc_data *data;
};

/**
 * struct hwc_wants - requests in their order
 * @items: namespaced ones by number, then plain ones by key
 * @count: how many
 * @none: the operator wants no hardware at all
 * @restart_known: something was said about restarts
 * @restarts: how often firmware is started again after a failure
 * @watchdog_known: something was said about the watchdog
 * @watchdog_ms: silence of firmware that is a failure, 0 for none
 * @group: for the container's network namespace, or NULL
 * @wait_known: something was said about waiting
 * @wait_s: how long to wait for what others have, in seconds
 */
struct hwc_wants {
	struct hwc_want *items;
	size_t count;
	bool none;
	bool restart_known;
	unsigned int restarts;
	bool watchdog_known;
	unsigned int watchdog_ms;
	char *group;
	bool wait_known;
	unsigned int wait_s;
};

/**
 * hwc_wants_parse() - read requests from annotations
 * @what: where they are, for the sentence
 * @members: object of strings
 * @strict: every key must be ours
 * @wants: empty; to be freed also after an error
 */
int hwc_wants_parse(struct hwc_ctx *ctx, const char *what, struct json_object *members, bool strict,
		    struct hwc_wants *wants);

/* Forget what is meant for another container of the pod than @name. */
void hwc_wants_select(struct hwc_wants *wants, const char *name);
void hwc_wants_free(struct hwc_wants *wants);

/* vm.c: what is said of a virtual machine, by the strongest first */

/* Linux on arm64 and x86 takes no more of its command line. */
#define HWC_CMDLINE_MAX 2047
#define HWC_VM_MEMORY_MAX (1ull << 48)
#define HWC_VM_VCPUS_MAX 1024

/**
 * struct hwc_machine - a virtual machine while it is read, and then
 * @vm: what the library's user sees; its strings are the ones here
 * @asked: there is one
 * @denied: there is none, whatever weaker sources say
 * @closed: a source has named the kernel; weaker ones add nothing to it
 * @kata: the kernel is that of an annotation of Kata's
 * @of_image: it was named by the image: by its file or, maybe, its variables
 * @memory_key: key that says how much memory, where that is not the vm object
 * @vcpus_key: key that says how many processors, likewise
 * @cmdline_key: key of the command line
 * @image_key: key of the image's file that says what a kernel is told, or NULL
 * @strings: char *
 * @parameters: char *, for the hypervisor
 * @dtdevs: char *
 * @iomems: struct hwc_iomem
 * @irqs: uint32_t
 * @kernel: digest that it must have
 * @ramdisk: digest that it must have
 * @dtb: digest that it must have
 */
struct hwc_machine {
	struct hwc_vm vm;
	bool asked;
	bool denied;
	bool closed;
	bool kata;
	bool of_image;
	const char *memory_key;
	const char *vcpus_key;
	const char *cmdline_key;
	const char *image_key;
	struct hwc_array strings;
	struct hwc_array parameters;
	struct hwc_array dtdevs;
	struct hwc_array iomems;
	struct hwc_array irqs;
	struct hwc_digest kernel;
	struct hwc_digest ramdisk;
	struct hwc_digest dtb;
};

/**
 * struct hwc_vm_reader - a source that is read
 * @ctx: keeps the sentences
 * @what: the source, for them
 * @machine: receives what no stronger source has said
 * @image: the source is a file of the image
 */
struct hwc_vm_reader {
	struct hwc_ctx *ctx;
	const char *what;
	struct hwc_machine *machine;
	bool image;
};

/* Whether @value is a string without control characters: 0 or -EINVAL. */
int hwc_vm_check_text(const struct hwc_vm_reader *r, const char *key, struct json_object *value);
/* Keeps @text where @field has none. */
int hwc_vm_set_text(const struct hwc_vm_reader *r, const char **field, const char *text);
/* The same of a file; @path must be absolute. */
int hwc_vm_set_file(const struct hwc_vm_reader *r, struct hwc_vm_file *file, const char *key,
		    const char *path, bool host);
int hwc_vm_set_cmdline(const struct hwc_vm_reader *r, const char *key, const char *text);
/* Says what follows from all sources, and what does not fit together. */
int hwc_vm_settle(const struct hwc_vm_reader *r, struct json_object *config);
void hwc_machine_free(struct hwc_machine *machine);

/* vm-keys.c: annotations and variables */

/* Whether an annotation is one of those for virtual machines. */
bool hwc_vm_is_key(const char *key);

/**
 * hwc_vm_read_keys() - read our own keys
 * @members: annotations, or the requests of the root file system
 * @container: name of the container in its pod, or NULL
 */
int hwc_vm_read_keys(const struct hwc_vm_reader *r, struct json_object *members,
		     const char *container);
/* Kata's kernel, and of a virtual machine the rest of Kata's that means the same. */
int hwc_vm_read_kata(const struct hwc_vm_reader *r, struct json_object *members);
int hwc_vm_read_kata_sizes(const struct hwc_vm_reader *r, struct json_object *members);
/* RunX's variables. */
int hwc_vm_read_environment(const struct hwc_vm_reader *r, struct json_object *config);

/* vm-config.c: the vm object of the configuration, and resources */

int hwc_vm_read_config(const struct hwc_vm_reader *r, struct json_object *config);
/* Memory and processors that the container may have; 0 for any. */
void hwc_vm_limits(struct json_object *config, uint64_t *memory, uint32_t *vcpus);

/* bundle-vm.c */

int hwc_bundle_read_vm(struct hwc_bundle *bundle, bool sandbox);
/* Digests of those of its files that the container has, taken for those that they must have. */
int hwc_bundle_pin_vm(struct hwc_bundle *bundle);

/* bundle.c */

/**
 * struct hwc_bundle - a bundle
 * @ctx: keeps the sentences
 * @dirfd: its folder
 * @rootfd: root file system of the container, -1 until it is needed
 * @path: its configuration, for people
 * @config: the configuration
 * @changed: it is not what the file says
 * @from_file: the requests come from a file in the root file system
 * @file_known: that file was looked for
 * @file: that file, or NULL where there is none
 * @wants: the requests
 * @machine: the virtual machine
 * @granted: the host's policy allows what was read
 */
struct hwc_bundle {
	struct hwc_ctx *ctx;
	int dirfd;
	int rootfd;
	char *path;
	struct json_object *config;
	bool changed;
	bool from_file;
	bool file_known;
	struct json_object *file;
	struct hwc_wants wants;
	struct hwc_machine machine;
	bool granted;
};

/* The annotation, or NULL. */
const char *hwc_bundle_annotation(const struct hwc_bundle *bundle, const char *key);
/* The same of either: engines have names of their own for one thing. */
const char *hwc_bundle_engine_says(const struct hwc_bundle *bundle, const char *containerd,
				   const char *crio);
/* Opens the root file system, once. */
int hwc_bundle_root(struct hwc_bundle *bundle);
/* Reads the requests of the root file system, once. */
int hwc_bundle_read_file(struct hwc_bundle *bundle);
/* The annotations, or NULL. */
struct json_object *hwc_bundle_annotations(const struct hwc_bundle *bundle);
/* Name of the container in its pod, or NULL. */
const char *hwc_bundle_container(const struct hwc_bundle *bundle);
bool hwc_bundle_is_converted(const struct hwc_bundle *bundle);

/* policy.c */

bool hwc_policy_allows(const struct hwc_policy *policy, enum hwc_rule_type type, const char *value);
/* Whether annotations are to be taken for the image's words. */
bool hwc_policy_distrusts(const struct hwc_policy *policy);

/* digest.c */

#define HWC_DIGEST_TEXT_LEN (sizeof("sha256:") - 1 + 2 * HWCONTAINER_DIGEST_LEN)

/**
 * hwc_digest_file() - SHA-256 of a whole file, wherever its position is
 * @name: what it is called in sentences
 * @digest: receives HWCONTAINER_DIGEST_LEN bytes
 */
int hwc_digest_file(struct hwc_ctx *ctx, int fd, const char *name, uint8_t *digest);

/* "sha256:..." to bytes; -EINVAL where it is not that. */
int hwc_digest_parse(const char *text, struct hwc_digest *digest);
/* @text: room for HWC_DIGEST_TEXT_LEN + 1 */
void hwc_digest_text(const uint8_t *digest, char *text);

/* root.c: files of the container, whose author is not trusted */

#define HWC_IMAGE_MAX (256u << 20)
#define HWC_OVERLAY_MAX (64u << 10) /* as the module, which takes no more */

/* Links and ".." stop at the root, as they do for a process whose root it is. */
int hwc_root_resolve(int rootfd, const char *path, int flags);

/**
 * hwc_root_open() - open a file below the container's root
 * @rootfd: the root
 * @what: what the sentence calls it: "image " or ""
 * @path: absolute, as seen from in there
 * @max: bytes it may have
 * @fd: receives it, open for reading
 *
 * Only a regular file is ever opened: not a FIFO that would wait, nor a device
 * that would begin to work.
 */
int hwc_root_open(struct hwc_ctx *ctx, int rootfd, const char *what, const char *path, size_t max,
		  int *fd);

/* What the name of a signature ends in that is beside its file. */
#define HWC_SIGNED ".p7s"

/**
 * hwc_root_signature() - read the signature of a file below the container's root
 * @path: the file
 * @given: path of the signature; "" for none; NULL: what is beside the file, if anything is
 * @signature: receives it, to be freed; nothing where there is none
 */
int hwc_root_signature(struct hwc_ctx *ctx, int rootfd, const char *path, const char *given,
		       struct hwc_bytes *signature);

/**
 * hwc_root_list() - names in a folder below the container's root
 * @names: receives char *, sorted; to be freed with hwc_strings_free()
 *
 * Return: 0; -ENOTDIR; -E2BIG when it has too many; other errnos as
 * hwc_root_open().
 */
int hwc_root_list(struct hwc_ctx *ctx, int rootfd, const char *path, struct hwc_array *names);
/* The folder where paths begin, NULL for that of this system; a descriptor, or -errno. */
int hwc_root_folder(struct hwc_ctx *ctx, const char *root);

/* Takes @text over, also in failure; NULL is one: 0 or -ENOMEM. */
int hwc_strings_add(struct hwc_array *strings, char *text);
void hwc_strings_free(struct hwc_array *strings);

/* dfx.c: folders as dfx-mgr has them */

struct hwc_dfx_entry {
	struct hwc_dfx_item item; /* what is seen from outside */
	struct hwc_array problems; /* char * */
	struct hwc_array devices; /* char *, of an accelerator */
};

struct hwc_dfx {
	struct hwc_array entries; /* struct hwc_dfx_entry */
	size_t folders; /* that were looked at */
};

/* hwc_dfx_open() below an open root. */
int hwc_dfx_read(struct hwc_ctx *ctx, int rootfd, const char *path, struct hwc_dfx **dfx);
/* Whether a folder is a shell's or an application's, without a look at what is below it. */
bool hwc_dfx_is_app(struct hwc_ctx *ctx, int rootfd, const char *path);
/* The path without slashes at its end; to be freed, NULL without memory. */
char *hwc_dfx_folder(const char *path);
const struct hwc_dfx_entry *hwc_dfx_entry(const struct hwc_dfx *dfx, size_t i);

/**
 * hwc_dfx_firmware() - find the image that an overlay names
 * @overlay: path of the overlay
 * @name: its firmware-name
 * @path: receives the image's path, to be freed
 *
 * Beside the overlay, as it is or without its last ".bin", then in /lib/firmware.
 *
 * Return: 0; -EPERM when the name is absolute or climbs; -ENOENT.
 */
int hwc_dfx_firmware(struct hwc_ctx *ctx, int rootfd, const char *overlay, const char *name,
		     char **path);

/* The firmware-name of an overlay, to be freed; -ENODATA where it has none. */
int hwc_dfx_named(struct hwc_ctx *ctx, int rootfd, const char *overlay, char **name);

/* data.c */

/* Takes the open files out, which are the caller's then; -1 for none. */
void hwc_data_take(struct hwc_data *data, int *image_fd, int *overlay_fd);

/* hwc_data_open() below an open root. */
int hwc_data_load(struct hwc_ctx *ctx, int rootfd, const char *tree, const char *resource,
		  const char *image, const char *overlay, struct hwc_data **data);

/* What data*.c know of each other. */

/**
 * struct hwc_data - files that a request gives to the module
 * @image_fd: the image, or -1
 * @overlay_fd: the overlay, or -1
 * @image_path: where it is, or NULL
 * @overlay_path: where it is, or was before it was rewritten; or NULL
 * @rewrite: what was made of the overlay, or NULL
 */
struct hwc_data {
	int image_fd;
	int overlay_fd;
	char *image_path;
	char *overlay_path;
	struct hwc_rewrite *rewrite;
};

/**
 * struct hwc_search - a request whose files are looked for
 * @ctx: keeps the sentence
 * @rootfd: the container's root
 * @tree: folder with the live tree
 * @resource: name of the resource
 * @data: receives what is found
 * @shell: what the folder of the shell has, or NULL
 * @shell_item: the shell in there, or NULL
 * @shell_is_claimed: it is what the request is for
 * @exact: the image's folder is that of the slot
 * @devices: struct hwc_slot_device, of @shell
 * @frames: struct hwc_slot_frames, of @shell
 * @frames_known: they have been looked for
 * @frames_read: bytes of images that were read for it
 */
struct hwc_search {
	struct hwc_ctx *ctx;
	int rootfd;
	const char *tree;
	const char *resource;
	struct hwc_data *data;
	struct hwc_dfx *shell;
	const struct hwc_dfx_item *shell_item;
	bool shell_is_claimed;
	bool exact;
	struct hwc_array devices;
	struct hwc_array frames;
	bool frames_known;
	size_t frames_read;
};

/* data-frames.c */

/* The frames of slots are those of the images for them that the shell's folder has. */
int hwc_search_frames(struct hwc_search *s);
/* Whether the image was made for the frames of the resource. */
int hwc_search_fits(struct hwc_search *s, bool *fits);

/* data-overlay.c */

/* Puts what is made of the overlay in its place. */
int hwc_search_rewrite(struct hwc_search *s);
/* The same for one that is not our own, which stays the file that it is. */
int hwc_search_rewrite_needed(struct hwc_search *s);

/* edits.c */

/* Put @edits into a configuration; what @config lacks is made. */
int hwc_edits_apply(struct hwc_ctx *ctx, const char *what, struct json_object *config,
		    const struct hwc_edits *edits);

/**
 * hwc_edits_undo() - take out of a configuration what was put in before
 * @record: hwc_edits_json() of then
 *
 * Only what hwc_edits_apply() could have put there goes, and all that grants
 * something: nobody gains by a forged record.
 */
void hwc_edits_undo(struct json_object *config, struct json_object *record);

#endif
