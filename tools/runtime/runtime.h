/* SPDX-License-Identifier: GPL-2.0-or-later */
/* hwcontainer-runtime: what its files know of each other, sectioned by file. */
#ifndef HWC_RUNTIME_H
#define HWC_RUNTIME_H

#include <dirent.h>
#include <hwcontainer.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <termios.h>

struct core;
struct container;
struct firmware;
struct json_object;
struct pollfd;
struct supervisor;
struct vm;

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* args.c */

/**
 * struct command - what the command line says that matters here
 * @argv: all of it, ends with NULL
 * @verb: first word that is no option, or NULL
 * @words: what follows the verb, for our own verb
 * @id: of the container, or NULL
 * @signal: the word after that, which a kill sends, or NULL
 * @bundle: its folder
 * @config: crun's option to read another file than config.json, or NULL
 * @root: folder for the states of containers, or NULL
 * @sysroot: folder that stands in for this system, or NULL
 * @pid_file: where the container's process is told, or NULL
 * @console_socket: who gets the container's terminal, or NULL
 * @log: file that errors are added to, or NULL
 * @log_json: as JSON
 * @debug: tell more
 * @format: of a list, or NULL
 * @quiet: only the ids in it
 * @systemd_cgroup: cgroups are systemd's to make
 * @no_cgroup: none is made
 * @detach: a run does not wait
 * @keep: nor deletes
 * @force: a delete kills
 * @sink: who is told errors instead, or -1; see talk.c
 * @supervises: this is the process of a container of ours
 */
struct command {
	char **argv;
	const char *verb;
	char **words;
	const char *id;
	const char *signal;
	const char *bundle;
	const char *config;
	const char *root;
	const char *sysroot;
	const char *pid_file;
	const char *console_socket;
	const char *log;
	bool log_json;
	bool debug;
	const char *format;
	bool quiet;
	bool systemd_cgroup;
	bool no_cgroup;
	bool detach;
	bool keep;
	bool force;
	int sink;
	bool supervises;
};

/* Takes the options that the other runtime does not know out of @argv. */
void command_parse(struct command *command, char **argv);

/* Whether it starts a container from a bundle. */
bool command_starts(const struct command *command);
/* Whether it also waits for that container's end. */
bool command_waits(const struct command *command);

/* library.c */

/* A context for what the command line is about. Logs errors. */
int library_open(const struct command *command, struct hwc_ctx **ctx);

/* time.c */

#define NOW_SIZE 48
#define NOW_RFC3339 "%Y-%m-%dT%H:%M:%S"

int64_t now_ms(void);
/* The time of day in UTC, as strftime() has it and with so many digits of a second. */
const char *now_text(char *text, const char *form, int digits);

/* log.c: in the form and to the places of runc and crun, as engines read them */

void log_error(const struct command *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* What went wrong and changes nothing. */
void log_warning(const struct command *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void log_debug(const struct command *command, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* Logs "@what: why" of errno; returns it negative. */
int log_errno(const struct command *command, const char *what);
/* Whether a write would not have to wait, within a time. */
bool can_write(int fd, int timeout_ms);

/* settings.c */

#define SETTINGS_PATH "/etc/hwcontainer/runtime.json"

/**
 * struct vm_settings - the same for virtual machines
 * @hypervisor: of those that name none, or NULL for what this host has
 * @kernel: of those that bring none, absolute, or NULL
 * @init: what is started in those, absolute, or NULL
 * @qemu: program, absolute, or NULL for the one that suits the machine
 * @xl: the same
 * @memory: bytes that one has where nobody says how many
 * @timeout_ms: most to wait for the hypervisor
 */
struct vm_settings {
	char *hypervisor;
	char *kernel;
	char *init;
	char *qemu;
	char *xl;
	uint64_t memory;
	int timeout_ms;
};

/**
 * struct settings - how this runtime works on this host
 * @runtime: the runtime that it execs, absolute, or NULL where there is none
 * @policy: file with what images may ask for
 * @coredumps: folder for what cores that crash leave, or NULL
 * @timeout_ms: most to wait for the hardware
 * @keep: leave images loaded when containers end
 * @vm: how virtual machines are run
 */
struct settings {
	char *runtime;
	char *policy;
	char *coredumps;
	int timeout_ms;
	bool keep;
	struct vm_settings vm;
};

/**
 * settings_read() - from a file and the environment
 * @path: the file; it need not be there
 *
 * Return: 0, or -errno after an error was logged.
 */
int settings_read(const struct command *command, const char *path, struct settings *settings);
void settings_free(struct settings *settings);

/* claims.c: the hardware of one container */

/**
 * struct claims - what a bundle asks for
 * @command: the command line
 * @settings: how
 * @ctx: the library
 * @bundle: who asks
 * @count: for how many resources
 * @grants: the claims, an id of 0 where there is none
 * @file: of each a file that tells of its end, -1 where there is none
 * @flags: enum hwcontainer_claim_flags that all of them get
 * @holder: /dev/hwcontainer, which tells of them; -1 until it is needed
 * @by_file: they end with that file, which others may have, too, and not with this process
 * @interrupt: readable when nobody waits for them any more, or -1
 * @netns: network namespace that they are charged to, -1 for our own
 */
struct claims {
	const struct command *command;
	const struct settings *settings;
	struct hwc_ctx *ctx;
	struct hwc_bundle *bundle;
	size_t count;
	struct hwc_grant *grants;
	int *file;
	uint32_t flags;
	int holder;
	bool by_file;
	int interrupt;
	int netns;
};

/* All that return an int: 0, or -errno after an error was logged. */

int claims_open(struct claims *claims);
void claims_close(struct claims *claims);
/* Opens the files, asks the policy, and finds the container's network namespace. */
int claims_check(struct claims *claims);
/* The same for a process that has just made that namespace. */
int claims_move_in(struct claims *claims);
/* Whether the kernel would grant them now; takes nothing. */
int claims_try(struct claims *claims);
/* Connects to the module, for those who will lose sight of its files. */
int claims_connect(struct claims *claims);
/* Takes them, for this process, and waits until they are ready. */
int claims_take(struct claims *claims);
/* Gives back what there is. */
void claims_drop(const struct claims *claims);
/* Logs the library's sentence if there is an error; returns it. */
int claims_report(const struct claims *claims, int err);
int claims_no_memory(const struct claims *claims);

/* holding.c: claims of the process of a container. Logs errors. */

/* Opens the file of one. */
int holding_watch(const struct claims *claims, size_t i);
/* Gives all back and waits until the hardware is free; an exit status. */
int holding_end(const struct claims *claims);
/* Why claims have ended, or one of them has; an exit status. */
int holding_tell(const struct claims *claims);

/* order.c: containers that wait for several resources get them in one order */

/**
 * struct place_in_line - one resource that a container asks for
 * @name: what the module calls it, or NULL as long as it knows none
 * @done: the container has it, or is not to have it now
 */
struct place_in_line {
	char *name;
	bool done;
};

/* As strcmp(), but that what is in a region comes right behind that. */
int order_compare(const char *a, const char *b);
/* Whose turn it is, those without a name coming last, or -1. */
int order_next(const struct place_in_line *line, size_t n);

/* start.c: create and run */

/**
 * start_prepare() - before the runtime is executed
 * @code: receives an exit status where that is not needed
 *
 * Return: 0 when the runtime may be executed, 1 when the container was started
 * here, or -errno after an error was logged.
 */
int start_prepare(const struct command *command, const struct settings *settings, int *code);
/* Refuses what only the process of a firmware container can do. Logs errors. */
int start_refuse_supervision(const struct claims *claims);

/* handover.c: our own verb, for the hook that start.c puts into config.json */

#define HOOK_NAME "hwcontainer-runtime"
#define HOOK_VERB "hook"
#define HOOK_HANDOVER "handover"
#define HOOK_GROUP "--group="

int handover_run(const struct command *command);

/* signals.c */

/* Number of "9", "KILL" or "SIGKILL" in any case; 0 for none. */
int signal_parse(const char *text);
/* "SIGKILL", or a number in @text, which has room for 16. */
const char *signal_name(int number, char *text);

/* process.c: processes that may be gone, or others by now */

/* When a process began, of the text in /proc/PID/stat; 0 where it says nothing. */
uint64_t process_stat_time(const char *text);
uint64_t process_time(pid_t pid);
/* The process of that number that began then, as a pidfd; -ESRCH when it has ended. */
int process_open(pid_t pid, uint64_t time);
bool process_has_ended(int pidfd);
/* Its number in its own pid namespace, of the text in /proc/PID/status; 0 without one. */
pid_t process_status_inner(const char *text);
pid_t process_inner_number(pid_t pid);
int process_signal(int pidfd, int signal);
/* Whether it ends within a time. */
bool process_wait(int pidfd, int timeout_ms);

/* kind.c: what containers are */

enum status { STATUS_CREATING, STATUS_CREATED, STATUS_RUNNING, STATUS_STOPPED };

/**
 * struct kind - one of the things that a container can be
 * @name: in records
 * @subject: "a container ..." of that kind
 * @what: the same as "container c1 is ..."
 * @process: name of its process
 * @works: its process does the container's work, whose limits it gets
 * @orphaned: signal that it gets when the runtime that waits for it is killed
 * @fits: whether a bundle is one
 * @start: create and run; as start_prepare()
 * @check: refuses what cannot be done, and opens what is needed, before there is anything
 * @describe: adds to the record what the verbs need to know
 * @prepare: in the runtime, when the container has a folder and no process yet
 * @leave: in the runtime, when it is done with the container: closes what those opened
 * @signals: adds those that its process takes to SIGTERM and SIGINT
 * @settle: in its process, before that goes to its cgroup and namespaces
 * @create: in its process, when it is there and is known to the host
 * @begin: makes the container's program run
 * @files: what is waited for; with NULL how many there can be
 * @wait_ms: for how long at most, -1 for ever
 * @look: what has happened: an exit status, or -1 while it goes on
 * @signal: one has come; the same
 * @stop: ends all and gives the hardware back; an exit status
 * @end: the last before the process ends
 * @takes: whether a signal may be sent; logs why not
 * @status: of one that was started and whose process lives
 * @reap: a delete, when the process has ended: what else there may be of it
 *
 * The kinds whose containers others run have no more than @start, others all but what is
 * said here: @describe, @prepare, @leave, @signals, @settle, @create, @end and @reap may
 * be NULL. What returns an int and is not said to be an exit status returns 0 or -errno
 * after an error was logged.
 */
struct kind {
	const char *name;
	const char *subject;
	const char *what;
	const char *process;
	bool works;
	int orphaned;
	bool (*fits)(const struct hwc_bundle *bundle);
	int (*start)(struct claims *claims, int *code);
	int (*check)(struct supervisor *s);
	void (*describe)(const struct supervisor *s);
	int (*prepare)(struct supervisor *s);
	void (*leave)(struct supervisor *s);
	void (*signals)(const struct supervisor *s, sigset_t *set);
	int (*settle)(struct supervisor *s);
	int (*create)(struct supervisor *s);
	int (*begin)(struct supervisor *s);
	size_t (*files)(const struct supervisor *s, struct pollfd *files);
	int (*wait_ms)(const struct supervisor *s);
	int (*look)(struct supervisor *s, const struct pollfd *files);
	int (*signal)(struct supervisor *s);
	int (*stop)(struct supervisor *s);
	void (*end)(struct supervisor *s);
	bool (*takes)(const struct container *container, int number);
	enum status (*status)(const struct container *container, struct hwc_ctx *ctx);
	int (*reap)(const struct container *container, const struct settings *settings);
};

extern const struct kind kind_firmware, kind_process, kind_vm;

/* What a bundle is. */
const struct kind *kind_of_bundle(const struct hwc_bundle *bundle);
/* What a record says; NULL where this program knows no such kind. */
const struct kind *kind_of_record(const struct container *container);

/* container.c: containers of ours as they are kept below --root */

#define CONTAINER_ROOT "/run/hwcontainer-runtime"
#define CONTAINER_RECORD "hwcontainer.json"
#define CONTAINER_CONTROL "hwcontainer-control"
#define CONTAINER_HOLD "hwcontainer-hold"

/**
 * struct container - a container that we run
 * @command: who asks
 * @rootfd: folder of all containers
 * @dirfd: its own
 * @record: what is known of it, as in its file: "ociVersion", "id", "kind", "bundle",
 *	"rootfs", "created", "annotations", "resources", "pid", "startTime", "cgroups",
 *	"hooks", "creating", "started", "restarts", "restarting"
 */
struct container {
	const struct command *command;
	int rootfd;
	int dirfd;
	struct json_object *record;
};

/*
 * Makes its folder; -EEXIST when it is there. Logs errors. It is locked until
 * container_made(), or the end of all that have the folder open.
 */
int container_new(const struct command *command, struct container *container);
void container_made(const struct container *container);
/* Whether it still is locked so. */
bool container_is_being_made(const struct container *container);
/* Opens a folder of that name, whosever it is; to be closed in any case. */
int container_open(const struct command *command, struct container *container);
/* Finds it; -ENOENT when it is not there or not ours. Logs other errors. */
int container_find(const struct command *command, struct container *container);
/*
 * The same, for a delete by force: waits for a create under way, which would make more,
 * and locks the folder, which is open where there is one without a record. Where there
 * is none, none is made until this is closed.
 */
int container_find_made(const struct command *command, struct container *container);
/*
 * Where there is none, none is made until the runtime that is executed now has ended: it
 * removes a folder of that name, whosever it has become.
 */
void container_leave(const struct container *container);
/*
 * Waits for others who start it, and reads the record again: a file that is to be closed
 * by who has started it. Logs errors.
 */
int container_lock_start(struct container *container);
/* Reads its record again. */
int container_read(struct container *container);
/* Writes the record; whoever reads it finds the old one or this one. Logs errors. */
int container_save(const struct container *container);
/* The folder of all containers. */
const char *container_root(const struct command *command);
/*
 * Removes the folder, with whatever of ours is in it; -ENOENT when somebody else has
 * done so meanwhile.
 */
int container_remove(const struct container *container);
void container_close(struct container *container);

const char *container_string(const struct container *container, const char *key);
int64_t container_number(const struct container *container, const char *key);
bool container_flag(const struct container *container, const char *key);
/* @value is the record's then; without memory nothing is set. */
void container_set(const struct container *container, const char *key, struct json_object *value);
/* A file that all have open who work for the container, and what they execute. Logs errors. */
int container_hold(const struct container *container);
/* Whether all who have that open have ended, within a time. */
bool container_wait_left(const struct container *container, int timeout_ms);
/* Its process as a pidfd, or -ESRCH. */
int container_process(const struct container *container);
/* The beginning of a file, as it comes with one read(); whether there was any. */
bool read_text_at(int dirfd, const char *path, char *text, size_t room);
int write_all(int fd, const char *data, size_t size);
/* Writes a file by way of another, which takes its place. */
int write_file_at(int dirfd, const char *name, const char *text, mode_t mode);

/* status.c: what the kernel knows of a container of ours */

const char *status_name(enum status status);
/* @ctx: where the claims are asked for */
enum status status_of(const struct container *container, struct hwc_ctx *ctx);
/* What is true of one that runs where the kernel does not say that its claims are over. */
enum status status_of_claims(const struct container *container, struct hwc_ctx *ctx);
/*
 * The answer to the verb "state", and with an owner to "list"; to be put, or NULL
 * without memory.
 */
struct json_object *status_describe(const struct container *container, struct hwc_ctx *ctx,
				    enum status status, const char *owner);
/* Waits until the claims of its process are released; whether they are. */
bool status_wait_free(const struct container *container, struct hwc_ctx *ctx, int timeout_ms);

/* spec.c: a bundle's configuration, of which our containers need little */

/**
 * struct spec - what the configuration of a container of ours says
 * @config: all of it
 * @bundle: its folder, absolute
 * @rootfs: the root file system, absolute
 */
struct spec {
	struct json_object *config;
	char *bundle;
	char *rootfs;
};

/* Logs errors. */
int spec_read(const struct command *command, const char *json, struct spec *spec);
void spec_free(struct spec *spec);
/* The member that keys, up to NULL, lead to, or NULL. */
struct json_object *spec_find(const struct spec *spec, const char *const *keys);
bool spec_wants_terminal(const struct spec *spec);
/* Refuses hooks that could not be run. Logs errors. */
int spec_check_hooks(const struct command *command, const struct spec *spec);

/* place.c: namespaces of the supervisor */

/* Refuses what cannot be done, for a @subject. Logs errors, as do the others. */
int place_check(const struct command *command, const struct spec *spec, const char *subject);
/* fork(), into the container's pid namespace. */
pid_t place_fork(const struct command *command, const struct spec *spec);
/* In the child: the other namespaces. */
int place_enter(const struct command *command, const struct spec *spec);
/* fork(), into the pid namespace of a process. */
pid_t place_fork_beside(const struct command *command, pid_t neighbour, int pidfd);
/* Its other namespaces that are not ours, for setns(). */
int place_flags(pid_t pid);

/* cgroup.c: that of the supervisor. Logs errors. */

/* The cgroup of a systemd unit, from "slice:prefix:name"; to be freed. NULL sets errno. */
char *cgroup_of_unit(const char *path);
/* Its folders, in each hierarchy, as strings; to be put. Refuses what cannot be done. */
int cgroup_find(const struct command *command, const struct spec *spec,
		struct json_object **folders);
/* Makes those that its record names, and lets this process in. */
int cgroup_enter(const struct command *command, const struct container *container);
/* One of them; NULL behind the last. */
const char *cgroup_folder(const struct container *container, size_t i);
/*
 * Makes one at the top of version 2, or else of each hierarchy, and lets this process in.
 * Logs errors.
 */
int cgroup_enter_top(const struct command *command, const char *name);
/* Removes them. */
void cgroup_remove(const struct container *container);

/* limit.c: what it may use */

/* QEMU was seen to need 60 MiB beside its guest's memory, and its translations may grow to 128. */
#define LIMIT_MORE_MEMORY (INT64_C(256) << 20)
/* Threads of a hypervisor, which are none of the guest's processes. */
#define LIMIT_MORE_PIDS 128

/* Limits it as its configuration says, and what is its own work. Logs errors. */
int limit_apply(const struct command *command, const struct container *container,
		const struct spec *spec);

/* console.c */

/* Sends a terminal's one end to --console-socket; returns the other, or -errno. */
int console_open(const struct command *command);
/* Standard streams that are terminals make nobody here wait from now on. Logs errors. */
int console_unblock(const struct command *command);

/* Whether it is something to read what is typed from. @terminal: also a terminal */
bool console_is_typed(int fd, bool terminal);
/* All bytes as they are, in both directions: makes @modes such, or sets them. */
void console_raw_modes(struct termios *modes);
bool console_make_raw(int fd);
/* Whether a terminal is ours for now. */
bool console_is_in_front(int fd);

/**
 * struct console - the terminal that is standard input, as it was
 * @saved: it is one that was ours to read
 * @modes: its modes
 */
struct console {
	bool saved;
	struct termios modes;
};

void console_save(struct console *console);
/* For a process that could not do it any more. */
void console_restore(const struct console *console);

/* typing.c: what is typed on standard input, for whoever in a container takes it */

/**
 * struct typing - what is typed
 * @input: where, or -1
 * @in_front: @input is ours to read
 * @keys: it is a terminal that gives each key at once
 * @saved: it was, and @before is what it was before
 * @before: its modes
 * @text: of what was typed what was not taken yet
 * @size: bytes of it
 */
struct typing {
	int input;
	bool in_front;
	bool keys;
	bool saved;
	struct termios before;
	char text[256];
	size_t size;
};

/* @terminal: standard input may be one */
void typing_open(struct typing *typing, bool terminal);
/* Whether it is ours now. */
void typing_look(struct typing *typing);
/*
 * Where it is a terminal that is ours, sets it to modes that @change makes of what it has:
 * whoever was in front meanwhile has set the modes that it likes.
 */
void typing_take_keys(struct typing *typing, void (*change)(struct termios *modes));
/* What typing_read() is to be called for when it can be read, or -1. */
int typing_input(const struct typing *typing);
void typing_read(struct typing *typing);
/* So many bytes of it were taken. */
void typing_sent(struct typing *typing, size_t n);
/* Standard input is as it was. */
void typing_close(const struct typing *typing);

/* output.c: what a container says, to standard output */

#define LINE_SIZE 1024

/**
 * struct voice - one of a core's ways to speak
 * @core: whose it is
 * @line: the beginning of a line that is not finished
 * @size: bytes of that
 * @since_ms: when it was begun, as now_ms()
 */
struct voice {
	struct core *core;
	char line[LINE_SIZE];
	size_t size;
	int64_t since_ms;
};

/**
 * struct output - standard output
 * @text: what could not be written yet
 * @size: bytes of that
 * @lost: bytes that did not fit there
 * @unfinished: the last line is
 * @speaker: whose that is, or NULL when nobody will go on with it
 */
struct output {
	char *text;
	size_t size;
	size_t lost;
	bool unfinished;
	const struct voice *speaker;
};

/* Takes what is new of one who speaks alone. */
void output_add(struct output *output, const char *text, size_t size);
/* Takes what is new. Lines up to LINE_SIZE stay whole. */
void output_say(struct output *output, struct voice *voice, const char *text, size_t size);
/* Takes a line that is not finished, when that has lasted. */
void output_settle(struct output *output, struct voice *voice);
/* It says nothing more. */
void output_leave(struct output *output, struct voice *voice);
/* Writes what can be written. */
void output_write(struct output *output);
/* Nobody says anything for now: a reader that is slow is waited for, for a second. */
void output_finish(struct output *output);

/* talk.c: from one of our processes to another, in packets */

/* A socket in a container's folder. Logs errors. */
int talk_listen(const struct container *container);
int talk_connect(const struct container *container);
/* An error, or without @text that all is well. */
void talk_say(int fd, const char *text);
/* Logs the errors until all is well; -EIO when it is not. */
int talk_hear(const struct command *command, int fd);

/* supervisor.c: the process of a container of ours */

enum {
	/* its exit status */
	ENDED_STOPPED = 0,
	ENDED_FAILED = 1,
	ENDED_TAKEN = 2,
	ENDED_STUCK = 3,
	ENDED_REFUSED = 126,
};

/**
 * struct supervisor - a container from inside
 * @kind: what it is
 * @command: whose sink changes
 * @claims: its hardware
 * @container: its record
 * @spec: its configuration
 * @parent: who creates it: is told when all is well, and lets go with one byte
 * @listener: where it is told to start
 * @terminal: its standard streams, or -1 for those it has
 * @foreground: it ends with @parent's process
 * @started: it was
 * @signals: those that it takes, as a file
 * @output: what it says
 * @firmware: where it is that
 * @vm: where it is that
 */
struct supervisor {
	const struct kind *kind;
	struct command command;
	struct claims *claims;
	struct container *container;
	const struct spec *spec;
	int parent;
	int listener;
	int terminal;
	bool foreground;
	bool started;
	int signals;
	struct output output;
	union {
		struct firmware *firmware;
		struct vm *vm;
	};
};

/* The life of that process; returns its exit status. */
int supervisor_live(struct supervisor *s);

/* settle.c: how it begins. Logs errors. */

int settle_in(struct supervisor *s);
/* Whether it is told to end, within a time. */
bool settle_is_interrupted(const struct supervisor *s, int timeout_ms);

/* hooks.c: those of the configuration */

/* Runs those of a kind until one fails, which is an error. @status: of the container */
int hooks_run(const struct container *container, const char *kind, enum status status);
/* Runs all of a kind; those that fail are warned of. */
void hooks_run_all(const struct container *container, const char *kind, enum status status);

/* birth.c */

/* Creates a container of ours; @pid receives its process. Logs errors. */
int birth_create(struct claims *claims, const struct kind *kind, pid_t *pid);

/* verbs.c: for containers that we run ourselves */

/* create and run; as start_prepare(). */
int verbs_start(struct claims *claims, int *code);
/* Any other: false when the container is not one of these. */
bool verbs_answer(const struct command *command, const struct settings *settings, int *code);

/* features.c: false when the runtime is to answer itself */
bool features_print(const struct command *command, const struct settings *settings);

/* list.c: the same; @code receives an exit status */
bool list_answer(const struct command *command, const struct settings *settings, int *code);

/* behind.c: the runtime behind this one, if there is one */

/* What is implemented for containers of ours. */
#define OCI_VERSION "1.3.0"

/* Becomes it; answers itself where there is none. Returns an exit status. */
int behind_execute(const struct command *command, const struct settings *settings);
/* What it prints, as JSON, when it is executed with that; @argv begins with room for it. */
int behind_ask(const struct settings *settings, char **argv, struct json_object **answer);
/* Says that there is none for the container. */
int behind_refuse(const struct command *command);

#endif
