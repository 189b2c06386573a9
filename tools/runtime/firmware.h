/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Containers whose program is firmware: what their files know of each other, sectioned by file. */
#ifndef HWC_RUNTIME_FIRMWARE_H
#define HWC_RUNTIME_FIRMWARE_H

#include "runtime.h"

/* core.c: remote processors as sysfs has them */

/* Room for any of the words there. */
#define CORE_STATE_SIZE 32

/* The folder of all of them, or -errno. */
int cores_open(struct hwc_ctx *ctx);
/* What @word, of CORE_STATE_SIZE, then says one's state is; whether that could be read. */
bool core_state(int classfd, const char *core, char *word);

/**
 * struct core - one that speaks
 * @name: what the kernel calls it
 * @speaks: it has a way to, or may get one
 * @heard_ms: when it was heard last, or began to run, as now_ms()
 */
struct core {
	char name[HWCONTAINER_NAME_MAX];
	bool speaks;
	int64_t heard_ms;
};

/**
 * struct core_list - those of a container
 * @core: they
 * @count: how many
 */
struct core_list {
	struct core *core;
	size_t count;
};

/* Whether one of them speaks. */
bool cores_speak(const struct core_list *cores);
/* A core that has said nothing for longer than that, or NULL. */
const struct core *cores_silent(const struct core_list *cores, int64_t ms);

/* trace.c: what a core writes into the buffer that its resource table names */

#define TRACE_MAX (1u << 20)

/**
 * struct trace - a buffer that is followed
 * @fd: its file, or -1
 * @old: what was in it last
 * @size: bytes of that
 * @at: where the core goes on writing
 * @voice: whose it is
 */
struct trace {
	int fd;
	char *old;
	size_t size;
	size_t at;
	struct voice voice;
};

/**
 * trace_follow() - find what is new
 * @now: what is in it, @size bytes, which become the trace's
 * @out: called for each piece in its order
 *
 * A core writes on where it was and, at the end of the buffer, from its beginning.
 *
 * Return: whether there was something new.
 */
bool trace_follow(struct trace *trace, char *now, size_t size,
		  void (*out)(void *data, const char *text, size_t size), void *data);

#define TRACES_MAX 16

/**
 * struct traces - those of a container's cores
 * @output: where they go
 * @dirfd: remoteproc of debugfs, or -1
 * @trace: the buffers
 * @count: how many
 */
struct traces {
	struct output *output;
	int dirfd;
	struct trace trace[TRACES_MAX];
	size_t count;
};

void traces_open(struct traces *traces, struct output *output, struct hwc_ctx *ctx);
/* Follows a core from its start. */
void traces_add(struct traces *traces, struct core *core);
/* Takes what is new. */
void traces_step(struct traces *traces);
/* The cores have stopped. */
void traces_end(struct traces *traces);

/* terminal.c: terminals of cores */

/* As many as mainline's rpmsg_tty makes. */
#define TERMINALS_MAX 32

/**
 * struct terminal - one of a core
 * @fd: its file
 * @name: ttyRPMSGn
 * @voice: whose it is
 * @greeted: the core was sent something, and so knows where to send to
 */
struct terminal {
	int fd;
	char name[NAME_MAX + 1];
	struct voice voice;
	bool greeted;
};

/**
 * struct terminals - those of a container's cores
 * @output: where they go
 * @listing: the terminals in sysfs, or NULL
 * @devices: /dev, or -1
 * @terminal: in the order in which they came
 * @count: how many
 * @typing: what is typed, for the first of them
 */
struct terminals {
	struct output *output;
	DIR *listing;
	int devices;
	struct terminal *terminal[TERMINALS_MAX];
	size_t count;
	struct typing typing;
};

/* @wants_terminal: standard input may be a terminal */
void terminals_open(struct terminals *terminals, struct output *output, struct hwc_ctx *ctx,
		    bool wants_terminal);
/* Takes what is new there, opens those that are new, sends what could not be sent before. */
void terminals_look(struct terminals *terminals, const struct core_list *cores);
/* What terminals_type() is to be called for when it can be read, or -1. */
int terminals_input(const struct terminals *terminals);
/* Takes what was typed. */
void terminals_type(struct terminals *terminals, const struct core_list *cores);
/* The cores are about to be stopped. */
void terminals_end(struct terminals *terminals);

/* dump.c: what was in a core's memory when it crashed */

/* So much is kept in the folder for them; the oldest goes first, the newest stays. */
#define DUMPS_MAX 16
#define DUMPS_BYTES_MAX (256l << 20)

/* Room for a name in that folder, and for a path below a class in sysfs. */
#define DUMP_NAME_MAX 256

/**
 * struct dump - one that may come
 * @core: whose
 * @old: name of the one that is there already, or empty
 */
struct dump {
	char core[HWCONTAINER_NAME_MAX];
	char old[32];
};

/**
 * struct dumps - those of a container's cores
 * @classfd: remoteproc of sysfs, or -errno
 * @path: folder that they are copied to, or NULL
 * @folder: that folder, or -errno
 * @dump: they
 * @count: how many
 */
struct dumps {
	int classfd;
	const char *path;
	int folder;
	struct dump dump[TRACES_MAX];
	size_t count;
};

/* @folder: or NULL */
void dumps_open(struct dumps *dumps, struct hwc_ctx *ctx, const char *folder);
/* Before a core starts: a dump that is there by now is of an earlier crash. */
void dumps_expect(struct dumps *dumps, const char *core);
/* The same for all cores that are asked for, and no others. */
void dumps_expect_all(struct dumps *dumps, const struct claims *claims);
/* Whether a core has crashed and is not stopped yet. */
bool dumps_crashed(const struct dumps *dumps, const char *core);
/* The cores are stopped: tells of their dumps, copied where that is wanted and can be done. */
void dumps_collect(struct dumps *dumps, const struct command *command);

/* firmware.c: the kind */

/**
 * struct firmware - a firmware container from inside
 * @s: what it shares with other kinds
 * @watchdog_ms: silence of a core that is a failure, or 0
 * @backoff_ms: before it is started again, or 0
 * @look_ms: when the cores were looked at last, as now_ms()
 * @cores: they
 * @traces: what they write into their memory
 * @terminals: and by rpmsg
 * @dumps: what they leave
 */
struct firmware {
	struct supervisor *s;
	unsigned int watchdog_ms;
	int backoff_ms;
	int64_t look_ms;
	struct core_list cores;
	struct traces traces;
	struct terminals terminals;
	struct dumps dumps;
};

/* hardware.c: its claims. Logs errors. */

/* Takes them, and hears the cores from their start. */
int hardware_start(struct firmware *f);
/* Gives all of them back and waits until the cores are off; an exit status. */
int hardware_stop(struct firmware *f);

/* failure.c: an exit status, or -1 when it runs again */

int failure_of_claims(struct firmware *f);
int failure_of_silence(struct firmware *f, const struct core *core);

#endif
