/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Domains of Xen: what their files know of each other, sectioned by file. */
#ifndef HWC_RUNTIME_VM_XEN_H
#define HWC_RUNTIME_VM_XEN_H

#include "vm.h"

/* vm-xenstore.c: what Xen's daemons say of a domain */

/* A domain that cannot be destroyed keeps its hardware, and is tried again so often. */
#define XEN_AGAIN_MS 5000

/* A connection to xenstored, or -errno. */
int xenstore_connect(void);
/*
 * What a path holds, as a string; its length, or -errno: -ENOENT where there is no such
 * path, -ETIMEDOUT where nobody answers. @quit: as of struct xl, for -ECANCELED
 */
int xenstore_read(int fd, const char *path, char *value, size_t room, int timeout_ms, int quit);

/* vm-xl.c: the program that rules Xen */

/* The files that a new domain is made of: their numbers begin with XL_FILES. */
#define XL_FILES 10
#define XL_FOLDER "/proc/self/fd/"
#define XL_FILES_MAX 4

/**
 * struct xl - xl, as a child
 * @command: where its errors are logged
 * @program: its path
 * @timeout_ms: most to wait for it
 * @quit: a socket: when nothing more comes from there nobody waits any more; or -1
 * @verb: what it does
 * @child: the program
 * @text: what it has said, a string, or NULL
 * @size: bytes of that
 * @lost: it has said more
 */
struct xl {
	const struct command *command;
	const char *program;
	int timeout_ms;
	int quit;
	const char *verb;
	struct child child;
	char *text;
	size_t size;
	bool lost;
};

/* One that is not executed yet. */
struct xl xl_new(const struct command *command, const char *program, int timeout_ms, int quit);
/*
 * @words: what follows the program's name, the verb first, ends with NULL; @files: those that
 * it has, under their numbers. Logs errors.
 */
int xl_begin(struct xl *xl, const char *const *words, const int *files, size_t n);
/* Takes what it says. */
void xl_hear(struct xl *xl);
/*
 * Waits until it has said a word or, without one, has ended. Return: 0 for the word; its
 * exit status and 1 when it has ended; -ETIMEDOUT, or -ECANCELED when nobody waits.
 */
#define XL_ENDED(status) ((status) + 1)
int xl_wait(struct xl *xl, const char *word);
/* Kills it, if it is there, and forgets what it said. */
void xl_end(struct xl *xl);
/* Executes it: 0, or -errno after an error was logged; what it said is there until xl_end(). */
int xl_run(struct xl *xl, const char *const *words);
/* The error in what it said, without the names of its functions. */
void xl_error(const char *said, char *text, size_t room);
/* Why it has not done what it was to, for an answer of xl_wait(). Logs it; returns -errno. */
int xl_refuse(const struct xl *xl, int answer);

/**
 * struct xl_domain - a domain, as xl lists it
 * @id: its number; 0 for none
 * @ended: it has shut down, or crashed, or is on its way out
 */
struct xl_domain {
	int id;
	bool ended;
};

/* Finds the one of a uuid in a list; false where it is not there. */
bool xl_parse_list(const char *list, const char *uuid, struct xl_domain *domain);
/* Asks for it. Logs errors. */
int xl_find(struct xl *xl, const char *uuid, struct xl_domain *domain);
/* There is none of that uuid any more, within the time. Logs errors. */
int xl_destroy(struct xl *xl, const char *uuid);
/* What Xen has for domains, in MiB, or -1. Logs errors. */
int64_t xl_free_memory(struct xl *xl);

/* vm-xen-config.c: xl.cfg */

#define XEN_UUID_SIZE 37
#define XEN_NAME_SIZE 48

/**
 * struct xen_config - what is written there
 * @vm: the virtual machine
 * @name: of the domain
 * @uuid: of the domain
 * @ramdisk: it has one
 * @dtb: it has one
 */
struct xen_config {
	const struct vm *vm;
	const char *name;
	const char *uuid;
	bool ramdisk;
	bool dtb;
};

/* The files that it names are XL_FILES and those after it, in this order. */
enum { XEN_FILE_CONFIG, XEN_FILE_KERNEL, XEN_FILE_RAMDISK, XEN_FILE_DTB };

/* What xl could take for something else than a text. Logs errors. */
int xen_config_check(const struct command *command, const char *what, const char *text);
/* To be freed; NULL after an error was logged. */
char *xen_config_write(const struct xen_config *config);
/* The domain has the uart that Xen plays. */
bool xen_config_has_uart(const struct vm *vm);

/* vm-xen-talk.c: between the keeper and the container's process, with what talk.c has */

/*
 * Requests, and answers besides those of talk.c. KEEPER_CREATE has as text which consoles
 * there will be. KEEPER_DESTROY is not sent: who shuts its side of the socket down asks for
 * that, which ends all that the keeper waits for. The text of an answer is its request.
 */
enum {
	KEEPER_CREATE = 'C',
	KEEPER_START = 'S',
	KEEPER_ASK = 'A',
	KEEPER_DESTROY = 'D',
	KEEPER_ERROR = 'E',
	KEEPER_DONE = 'W',
	KEEPER_NOT_DONE = 'N',
	KEEPER_ENDED = 'X',
};

#define KEEPER_PACKET 2048
/* The text of KEEPER_CREATE where there is a uart. */
#define KEEPER_UART "u"

/**
 * struct keeper_packet - what one says to the other
 * @kind: KEEPER_*; 0 when the other has ended
 * @text: a sentence, or how the domain has ended, or what the kinds say
 * @files: -1 where there is none
 */
struct keeper_packet {
	char kind;
	char text[KEEPER_PACKET];
	int files[XL_FILES_MAX];
};

/* Sends one; 0 or -errno. @files: @n of them, -1 for none, which are the sender's own still */
int keeper_send(int socket, char kind, const char *text, const int *files, size_t n);
/* Receives one, and its files; 0 or -errno, -ETIMEDOUT and -ECONNRESET for one. */
int keeper_receive(int socket, struct keeper_packet *packet, int timeout_ms);
bool keeper_is_answer(const struct keeper_packet *packet, char request);
/* Closes its files. */
void keeper_close(const struct keeper_packet *packet);

/* vm-xen.c: the hypervisor's operations */

/**
 * struct xen - a domain, from the container's process
 * @name: that it has there
 * @uuid: the same
 * @xl: program
 * @path: room for that
 * @socket: to the keeper, or -1
 * @tried: there may be a domain
 * @asking: its guest is being asked to end
 * @end: how it has ended
 */
struct xen {
	char name[XEN_NAME_SIZE];
	char uuid[XEN_UUID_SIZE];
	const char *xl;
	char path[64];
	int socket;
	bool tried;
	bool asking;
	enum vm_end end;
};

/* vm-xen-keeper.c: the process that rules the domain */

/**
 * struct keeper - the keeper of a domain
 * @command: its sink is @socket
 * @program: xl
 * @timeout_ms: most to wait for it
 * @name: of the domain
 * @uuid: of the domain
 * @memory: that it is to have, in MiB
 * @socket: to the container's process
 * @holder: what the claims end with, or -1
 * @hold: tells others that it works for the container
 * @tried: there may be a domain
 * @monitor: xl, which waits for the domain's end
 * @id: of the domain, or 0
 * @told: how it ended was told
 */
struct keeper {
	struct command command;
	const char *program;
	int timeout_ms;
	const char *name;
	const char *uuid;
	uint64_t memory;
	int socket;
	int holder;
	int hold;
	bool tried;
	struct xl monitor;
	int id;
	bool told;
};

/* How a domain ended: SHUTDOWN_* of Xen's sched.h, and what no guest can say: it has a byte. */
enum {
	XEN_POWEROFF,
	XEN_REBOOT,
	XEN_SUSPEND,
	XEN_CRASH,
	XEN_WATCHDOG,
	XEN_SOFT_RESET,
	XEN_DESTROYED = 256,
	XEN_UNWATCHED,
};

/* Becomes it, with no file but those of this. */
_Noreturn void keeper_live(struct keeper *keeper);
/* What xl says of an end, XEN_*, or -1 where it has not come. */
int keeper_parse_end(const char *said, int id);

#endif
