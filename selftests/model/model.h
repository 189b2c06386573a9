/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A program that plays the module for remote processors in a folder that stands in
 * for the system; what its files know of each other, sectioned by file.
 */
#ifndef HWC_MODEL_H
#define HWC_MODEL_H

#include <linux/hwcontainer.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct nlmsghdr;

/* main.c: who is listened to */

/**
 * struct watch - a file that something may come from
 * @fd: the file, or -1
 * @ready: called when something has
 */
struct watch {
	int fd;
	void (*ready)(struct watch *watch);
};

void watch_add(struct watch *watch, int fd, void (*ready)(struct watch *watch));
/* Closes the file, too. */
void watch_end(struct watch *watch);

/**
 * struct peer - a connection: for requests, for events, or an open /dev/hwcontainer
 * @watch: its socket
 * @port: number that it is known by
 * @listens: it is told events
 * @next: the next one
 */
struct peer {
	struct watch watch;
	uint32_t port;
	bool listens;
	struct peer *next;
};

extern struct peer *peers;

/* The connection that file @fd of a process is the other end of, or NULL. */
struct peer *peer_find(pid_t pid, int fd);

/* wire.c: netlink */

/* Any number that is no other message's. */
#define FAMILY 0x20

/**
 * struct request - a message from somebody
 * @peer: the connection
 * @pid: the process
 * @nlh: the message
 * @err: 0, or why it is refused
 * @sentence: the same in words
 */
struct request {
	struct peer *peer;
	pid_t pid;
	const struct nlmsghdr *nlh;
	int err;
	char sentence[256];
};

/* Keeps a sentence; returns @err. */
int refuse(struct request *request, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* An answer, or without @request an event; valid until the next one. */
struct nlmsghdr *wire_begin(const struct request *request, uint16_t type, uint16_t flags,
			    uint8_t cmd);
void wire_put(const struct peer *peer, const struct nlmsghdr *nlh);
void wire_put_result(const struct request *request, int err);
int wire_put_done(const struct request *request);

typedef void (*fill_fn)(struct nlmsghdr *nlh, const void *object);

void fill_info(struct nlmsghdr *nlh, const void *nothing);
void fill_core(struct nlmsghdr *nlh, const void *core);
void fill_claim(struct nlmsghdr *nlh, const void *claim);

struct claim;
/* Tells those who listen what the claim has become. */
void wire_tell(const struct claim *claim);

/* command.c */

void command_answer(struct request *request);

/* core.c: remote processors, which are folders */

/**
 * struct core - one of sys/class/remoteproc
 * @crash: FIFO "crash" in its folder of debugfs
 * @id: number of the resource
 * @name: of its folder
 * @alias: what is in its file "name"
 * @firmware: what was in its file "firmware" before a claim
 * @claim: who has it, or NULL
 * @running: for a claim
 * @message: why it does not stop, or ""
 * @next: the next one
 */
struct core {
	struct watch crash;
	uint32_t id;
	char name[64];
	char alias[64];
	char firmware[256];
	struct claim *claim;
	bool running;
	char message[256];
	struct core *next;
};

extern struct core *cores;

int cores_find(void);
struct core *core_named(const char *name);
/* What somebody else does with it, in a word, or NULL. */
const char *core_busy(const struct core *core);
/* Starts it with a file. @why: receives the sentence when it does not. */
int core_start(struct core *core, int image, char *why, size_t room);
void core_stop(struct core *core);

/* claim.c */

/**
 * struct claim - who has a core
 * @process: pidfd of its holder, or -1
 * @id: its number
 * @txn: of the request that it came with
 * @state: enum hwcontainer_claim_state
 * @core: what it is of
 * @holder: enum hwcontainer_holder
 * @pid: of the holder, or 0
 * @peer: the holder, or NULL
 * @container: id, or ""
 * @flags: enum hwcontainer_claim_flags
 * @priority: is kept
 * @image: the firmware until it runs, or -1
 * @error: why it failed, or 0
 * @message: the same in words
 * @files: what claim_open() has given out
 * @next: the next one
 */
struct claim {
	struct watch process;
	uint32_t id;
	uint32_t txn;
	uint32_t state;
	struct core *core;
	uint32_t holder;
	uint32_t pid;
	const struct peer *peer;
	char container[HWCONTAINER_CONTAINER_MAX + 1];
	uint32_t flags;
	int32_t priority;
	int image;
	uint32_t error;
	char message[256];
	struct claim_file *files;
	struct claim *next;
};

extern struct claim *claims;

struct claim *claim_find(uint32_t id);
/* Gives a core to nobody yet, of what @like says of the request; NULL when refused. */
struct claim *claim_grant(struct request *request, const struct claim *like, const char *name,
			  int image);
void claim_start(struct claim *claim);
void claim_fail(struct claim *claim, int err);
void claim_end(struct claim *claim);
/* Lets @claim hang on a process, as the number of a pidfd in who asks; -1 is nobody. */
int claim_hold(struct request *request, struct claim *claim, int pidfd);
/* The same of a file. */
int claim_hold_file(struct request *request, struct claim *claim, int file);
/* Ends what hangs on a connection. */
void claims_leave(const struct peer *peer);
/* A file that shows the state to poll(), the caller's no more; -errno. */
int claim_open(uint32_t id);

#endif
