/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The init of a secure container's virtual machine, sectioned by file. */
#ifndef HWC_VM_INIT_H
#define HWC_VM_INIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include "protocol.h"
#include "relay.h"

/* record.c: what to run, as the runtime wrote it */

/**
 * struct limit - a resource limit of the process
 * @resource: which
 * @value: soft and hard
 */
struct limit {
	int resource;
	struct rlimit value;
};

/**
 * struct mount - something to mount in the container
 * @path: where, in its root
 * @type: "9p", "file", or a file system of the kernel
 * @source: a tag, a file of the initramfs, or what the file system calls its source
 * @flags: MS_*
 * @data: further options
 */
struct mount {
	const char *path;
	const char *type;
	const char *source;
	unsigned long flags;
	const char *data;
};

enum { CAPS_BOUNDING, CAPS_EFFECTIVE, CAPS_PERMITTED, CAPS_INHERITABLE, CAPS_AMBIENT, CAPS_SETS };

/**
 * struct record - what to run
 * @text: the file, which all strings point into
 * @args: ends with NULL, as @env does
 * @umask: or -1
 * @root: "9p", or a block device
 */
struct record {
	char *text;
	const char *hostname;
	const char *cwd;
	const char *root;
	bool readonly;
	bool terminal;
	bool no_new_privs;
	unsigned int rows;
	unsigned int columns;
	uid_t uid;
	gid_t gid;
	int umask;
	uint64_t caps[CAPS_SETS];
	char **args;
	char **env;
	char **sysctls;
	char **readonly_paths;
	char **masked_paths;
	gid_t *groups;
	struct limit *limits;
	struct mount *mounts;
	size_t arg_count;
	size_t env_count;
	size_t sysctl_count;
	size_t readonly_count;
	size_t masked_count;
	size_t group_count;
	size_t limit_count;
	size_t mount_count;
};

/**
 * record_parse() - from the text of the file
 * @text: of @size bytes, from malloc(); the record's in any case
 * @wrong: receives what is wrong
 *
 * Return: 0, or -errno.
 */
int record_parse(struct record *record, char *text, size_t size, const char **wrong);
int record_read(struct record *record, const char *path, const char **wrong);
void record_free(struct record *record);

/* ports.c: the runtime's ends of the machine */

/**
 * struct ports - as files, -1 where there is none
 */
struct ports {
	int control;
	int in;
	int out;
	int err;
};

/* Finds them; they may take a moment to come. */
void ports_open(struct ports *ports, bool terminal);
/* Writes a line; where there is no port, to the kernel's console. */
void ports_say(const struct ports *ports, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* failure.c */

/**
 * struct failure - why the process does not come to be
 * @code: its exit status then
 * @text: a sentence
 */
struct failure {
	int code;
	char text[CONTROL_LINE_MAX - 16];
};

/* "WHAT: why" of errno; returns -1. */
int failure_errno(struct failure *failure, const char *what);
int failure_say(struct failure *failure, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* machine.c: what all processes share */

/* The file systems that are needed here; returns whether they could be had. */
bool machine_mount(struct failure *failure);
/* Name, network and settings of the kernel. */
int machine_set(const struct record *record, struct failure *failure);
void machine_off(void) __attribute__((noreturn));

/* root.c: the container's file systems, made by its process */

/* Mounts all of them and goes in. */
int root_enter(const struct record *record, struct failure *failure);
/* Makes a folder with those that lead to it. */
int root_make_folder(const char *path);

/* devices.c */

/* Fills /dev of the container, where a tmpfs is mounted. */
int devices_make(struct failure *failure);

/* birth.c: the container's process */

/**
 * struct child - the process from outside
 * @pid: it
 * @in: what it reads, or -1; the terminal has one file for both
 * @out: what it writes
 * @err: and its errors, or -1
 */
struct child {
	pid_t pid;
	int in;
	int out;
	int err;
};

/* Starts it; false with a failure when it could not be. */
bool birth_give(const struct record *record, struct child *child, struct failure *failure);

/* become.c: that process, in its root, becomes the program; returns only with a failure */
void become(const struct record *record, struct failure *failure);

/* life.c: the life of the process, from outside */

enum { WAY_IN, WAY_OUT, WAY_ERR, WAYS };

/**
 * struct life - what is looked after
 * @child: the process; its number is 0 when there is none
 * @ports: the runtime's
 * @line: what has come of a line of the control port
 * @filled: bytes of that
 * @ways: the process's standard streams
 * @input_end: bytes that come on its standard input, or UINT64_MAX while more may
 * @off: the runtime wants the end, or is gone
 */
struct life {
	struct child child;
	struct ports ports;
	char line[CONTROL_LINE_MAX];
	size_t filled;
	struct relay ways[WAYS];
	uint64_t input_end;
	bool off;
};

/* Until the process ends; returns its exit status. */
int life_watch(struct life *life, const struct record *record);
/* Tells the exit status, and waits until the runtime has heard all. */
void life_end(struct life *life, int code);

#endif
