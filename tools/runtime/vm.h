/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Virtual machines: what their files know of each other, sectioned by file. */
#ifndef HWC_RUNTIME_VM_H
#define HWC_RUNTIME_VM_H

#include "runtime.h"

#define MIB (UINT64_C(1) << 20)

struct vm_root;

/* vm-exit.c: how a guest tells its exit code, on its console */

/* "ESC ] hwcontainer;exit=N BEL", which terminals show nothing of; N from 0 to 255. */
#define VM_EXIT_MAX 24

/**
 * struct vm_exit - a console that is looked through for it
 * @held: what may be the beginning of it
 * @size: bytes of that
 * @code: the last one that was found, or -1
 */
struct vm_exit {
	char held[VM_EXIT_MAX];
	size_t size;
	int code;
};

/* Takes what is new; @out gets all but what was found, in its order. */
void vm_exit_feed(struct vm_exit *exit, const char *text, size_t size,
		  void (*out)(void *data, const char *text, size_t size), void *data);
/* Nothing more comes: @out gets what was held. */
void vm_exit_end(struct vm_exit *exit, void (*out)(void *data, const char *text, size_t size),
		 void *data);

/* vm-console.c: what the guest says is standard output, what is typed is for the guest */

#define VM_CONSOLES 2
#define VM_CONSOLE_FILES (VM_CONSOLES + 1)

/**
 * struct vm_line - one of a guest's consoles
 * @fd: its file, or -1 when it has ended
 * @heard: bytes that were read
 * @exit: what is looked for there
 */
struct vm_line {
	int fd;
	uint64_t heard;
	struct vm_exit exit;
};

/**
 * struct vm_console - a guest's consoles
 * @output: where they go
 * @line: they
 * @count: how many
 * @spoke: the one that spoke last, which is typed to
 * @code: exit code that the guest told, or -1
 * @typing: what is typed, for the guest
 */
struct vm_console {
	struct output *output;
	struct vm_line line[VM_CONSOLES];
	size_t count;
	size_t spoke;
	int code;
	struct typing typing;
};

/* @terminal: standard input may be one */
void vm_console_open(struct vm_console *console, struct output *output, bool terminal);
/* One more of the guest's, which becomes the console's: a socket or a raw terminal. */
void vm_console_add(struct vm_console *console, int fd);
/* Files to poll, VM_CONSOLE_FILES of them, and for how long at most. */
void vm_console_files(const struct vm_console *console, struct pollfd *files);
int vm_console_wait_ms(const struct vm_console *console);
/* What has happened there. */
void vm_console_look(struct vm_console *console, const struct pollfd *files);
/* The guest has ended: takes the last of what it said. */
void vm_console_drain(struct vm_console *console);

/* vm.c: the kind */

/**
 * enum vm_end - how a virtual machine ended
 * @VM_LIVES: it has not
 * @VM_OFF: the guest has switched it off
 * @VM_REBOOT: the guest wanted to begin anew
 * @VM_CRASHED: the guest has crashed
 * @VM_KILLED: somebody has destroyed it
 * @VM_BROKEN: its hypervisor has failed, of which a sentence was logged
 */
enum vm_end { VM_LIVES, VM_OFF, VM_REBOOT, VM_CRASHED, VM_KILLED, VM_BROKEN };

/* Most that a hypervisor can want to be polled. */
#define VM_FILES 4

/**
 * struct vm - a virtual machine from inside
 * @s: what it shares with other kinds
 * @asked: what its bundle says
 * @ops: its hypervisor
 * @files: what it is started with
 * @memory: bytes, a multiple of a MiB
 * @vcpus: processors
 * @cmdline: what its kernel is told
 * @dtb: the partial device tree of its image, checked, or NULL
 * @dtb_size: bytes of that
 * @assignment: what it is given of claims, or NULL without claims
 * @console: what it says
 * @root: of a secure container, or NULL
 * @exit: exit code that it told otherwise, or -1
 * @signal: that ended the hypervisor, where one did
 * @own: of the hypervisor's operations
 */
struct vm {
	struct supervisor *s;
	const struct hwc_vm *asked;
	const struct vm_ops *ops;
	struct hwc_vm_files files;
	uint64_t memory;
	uint32_t vcpus;
	char *cmdline;
	void *dtb;
	size_t dtb_size;
	struct hwc_assignment *assignment;
	struct vm_console console;
	struct vm_root *root;
	int exit;
	int signal;
	void *own;
};

/**
 * struct vm_ops - a hypervisor
 * @name: as configurations call it
 * @kernels: what it can start
 * @is_here: whether this host is made for it
 * @check: refuses what it cannot do; the files are open
 * @describe: in the record of a container that is being created
 * @prepare: in the runtime, when the container has a folder and no process yet
 * @leave: in the runtime, when it is done with the container: closes what that opened
 * @settle: in the container's process, before that goes to its cgroup and namespaces
 * @create: makes the virtual machine, which does not run yet, and adds its consoles
 * @start: lets it run
 * @ask: asks the guest to switch itself off
 * @destroy: there is none any more, whatever there was; also after a @create that failed
 * @files: fills in VM_FILES files to poll, an fd of -1 where there is none
 * @look: what has happened there
 * @status: of a container from outside, whose process lives; NULL where that says it
 * @may_kill: whether that process may be killed; logs why not; or NULL
 * @reap: destroys what the container's process has left, or NULL
 *
 * What returns an int returns 0, or -errno after an error was logged; @describe, @prepare,
 * @leave and @settle may be NULL.
 */
struct vm_ops {
	const char *name;
	struct hwc_kernel_taker kernels;
	bool (*is_here)(void);
	int (*check)(struct vm *vm);
	void (*describe)(const struct vm *vm);
	int (*prepare)(struct vm *vm);
	void (*leave)(struct vm *vm);
	int (*settle)(struct vm *vm);
	int (*create)(struct vm *vm);
	int (*start)(struct vm *vm);
	int (*ask)(struct vm *vm);
	int (*destroy)(struct vm *vm);
	void (*files)(const struct vm *vm, struct pollfd *files);
	enum vm_end (*look)(struct vm *vm, const struct pollfd *files);
	enum status (*status)(const struct container *container);
	bool (*may_kill)(const struct container *container);
	int (*reap)(const struct container *container, const struct settings *settings);
};

extern const struct vm_ops vm_qemu, vm_xen;

/* Logs a sentence as of this virtual machine's command; returns -ENOMEM. */
int vm_no_memory(const struct vm *vm);
const struct vm_settings *vm_settings_of(const struct vm *vm);
/* So much of a file from its beginning, to be freed. @path: as it is called. Logs errors. */
int vm_read(const struct vm *vm, const char *path, int fd, size_t size, void **data);

/* vm-assign.c: its hardware. Logs errors. */

/* Reads and checks the device tree of its image, where it has one. */
int vm_assign_check(struct vm *vm);
/* What it is given of its claims, which are ready. */
int vm_assign(struct vm *vm);

/* vm-choose.c: the table of hypervisors */

/* The one of a bundle; logs why there is none. */
const struct vm_ops *vm_choose(const struct command *command, const struct settings *settings,
			       const struct hwc_vm *asked);
/* The one of a record, or NULL. */
const struct vm_ops *vm_of_record(const struct container *container);
/*
 * A hypervisor's program: that of the settings, or else of that name where packages
 * install programs; or NULL.
 */
const char *vm_program(const char *setting, const char *name, char *path, size_t room);

/* vm-words.c: the command line of a hypervisor's program */

/**
 * struct words - what it is executed with
 * @list: they, with a NULL at the end
 * @count: how many
 * @failed: there was no memory for one
 */
struct words {
	char **list;
	size_t count;
	bool failed;
};

void words_add(struct words *words, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void words_free(struct words *words);

/* vm-child.c: that program as a child, which does not outlive this process. Logs errors. */

/**
 * struct child - one
 * @pid: its number, or 0
 * @pidfd: it, or -1
 * @says: what comes to its standard output and error, or -1
 * @first: the first line of that
 * @line: the beginning of a line that is not finished
 * @size: bytes of that
 * @told: lines that it has said to a log
 */
struct child {
	pid_t pid;
	int pidfd;
	int says;
	char first[256];
	char line[256];
	size_t size;
	unsigned int told;
};

/* As fork(), or -errno; the child ends with this process. */
pid_t child_fork(const struct command *command);
/*
 * @kept: @n files that it has under the same numbers, -1 for none; with no other but its own
 * @caps: it is confined, and has these capabilities; NULL: it may do what this process may
 */
int child_start(const struct command *command, struct child *child, const struct words *words,
		const int *kept, size_t n, const uint64_t *caps);
/* Takes what it has said. @tell: and logs it */
void child_hear(const struct command *command, struct child *child, bool tell);
/* Kills it, where it lives. */
void child_kill(struct child *child);
/* What it ended with, as waitpid() has it; it has ended. */
int child_wait(struct child *child);

/* vm-confine.c: what such a program may do */

/* In its process, before that executes it. @caps: bits; says on standard error what failed. */
int confine(const char *program, uint64_t caps);

/* vm-tree.c: QEMU's device tree of a machine. Logs errors. */

/* Where a machine is to write it: as dumpdtb=. */
#define VM_TREE_PATH "/tmp/tree"

/* @words: the machine, to be executed; @tree receives what is to be freed. */
int vm_tree_read(const struct vm *vm, const struct words *words, void **tree, size_t *size);

/* vm-qmp.c: QEMU's protocol, lines of JSON */

#define QMP_LINE_MAX (64u << 10)

/**
 * struct qmp - a connection
 * @fd: a socket, or -1
 * @text: what was read and is not taken yet
 * @size: bytes of that
 * @ended: nothing more comes
 */
struct qmp {
	int fd;
	char *text;
	size_t size;
	bool ended;
};

/* Sends a command without arguments; 0 or -errno. */
int qmp_send(const struct qmp *qmp, const char *command);
/* The next message, to be put; NULL where there is none now, or after an end. */
struct json_object *qmp_take(struct qmp *qmp);
void qmp_close(struct qmp *qmp);

#endif
