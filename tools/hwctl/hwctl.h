/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of hwctl know of each other, sectioned by file. */
#ifndef HWCTL_H
#define HWCTL_H

#include <hwcontainer.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Exit codes. */
enum {
	DONE = 0,
	REFUSED = 1,
	USAGE = 2,
};

/**
 * struct hwctl - a run of the program
 * @ctx: the library
 * @json: answer in JSON
 * @pretty: with line breaks
 * @sysroot: folder that stands in for this system, or NULL
 * @command: object and verb, for the usage
 */
struct hwctl {
	struct hwc_ctx *ctx;
	bool json;
	bool pretty;
	const char *sysroot;
	const struct command *command;
};

/**
 * struct command - what hwctl can do
 * @object: first word, such as "claim"
 * @verb: second word; "" where there is none
 * @args: what follows
 * @what: what it does, in a few words
 * @more: options, one per line; NULL for none
 * @run: does it; @argv[0] is the program. Returns an exit code.
 */
struct command {
	const char *object;
	const char *verb;
	const char *args;
	const char *what;
	const char *more;
	int (*run)(struct hwctl *h, int argc, char **argv);
};

/* main.c */

/* Says what is wrong with the command line, and how it is written. */
int usage(const struct hwctl *h, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The library's sentence, to people. */
int refused(const struct hwctl *h);
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* one file for each */

int resource_list(struct hwctl *h, int argc, char **argv);
int resource_set(struct hwctl *h, int argc, char **argv);
int resource_show(struct hwctl *h, int argc, char **argv);
int claim_new(struct hwctl *h, int argc, char **argv);
int claim_list(struct hwctl *h, int argc, char **argv);
int claim_show(struct hwctl *h, int argc, char **argv);
int claim_handover(struct hwctl *h, int argc, char **argv);
int claim_delete(struct hwctl *h, int argc, char **argv);
int image_check(struct hwctl *h, int argc, char **argv);
int image_list(struct hwctl *h, int argc, char **argv);
int image_rewrite(struct hwctl *h, int argc, char **argv);
int image_pack(struct hwctl *h, int argc, char **argv);
int policy_list(struct hwctl *h, int argc, char **argv);
int policy_allow(struct hwctl *h, int argc, char **argv);
int policy_remove(struct hwctl *h, int argc, char **argv);
int group_list(struct hwctl *h, int argc, char **argv);
int group_show(struct hwctl *h, int argc, char **argv);
int group_new(struct hwctl *h, int argc, char **argv);
int group_delete(struct hwctl *h, int argc, char **argv);
int group_set(struct hwctl *h, int argc, char **argv);
int group_images(struct hwctl *h, int argc, char **argv);
int group_revoke(struct hwctl *h, int argc, char **argv);
int group_unrevoke(struct hwctl *h, int argc, char **argv);
int group_attach(struct hwctl *h, int argc, char **argv);
int group_detach(struct hwctl *h, int argc, char **argv);
int monitor(struct hwctl *h, int argc, char **argv);
int top(struct hwctl *h, int argc, char **argv);
int version(struct hwctl *h, int argc, char **argv);

/* args.c: words of the command line */

/* No options, and between @min and @max words; else -1 and what is wrong is said. */
int args_words(const struct hwctl *h, int argc, char **argv, int min, int max);
bool parse_u32(const char *text, uint32_t *value);
/* Seconds, with decimals, as milliseconds. */
bool parse_seconds(const char *text, int *ms);
/* 64 hexadecimal digits, "sha256:" before them or not. */
bool parse_digest(const char *text, uint8_t *digest);
bool parse_id(const struct hwctl *h, const char *text, uint32_t *id);
/* Those of claims, for free(); NULL when one of them is none. */
uint32_t *parse_ids(const struct hwctl *h, char **texts, size_t n);
/* The overlay that belongs to an image, "IMAGE.dtbo" for IMAGE.bit; NULL if it is not there. */
char *overlay_beside(const char *image);
/* The path from the root, without links; NULL after having said why. */
char *absolute(const char *path);

/* out.c: text for people */

enum color {
	PLAIN,
	GOOD,
	BUSY,
	BAD,
	HEAD,
};

/**
 * struct table - aligned columns
 * @columns: how many
 * @count: cells
 * @cells: texts of their own
 * @colors: of each
 * @width: longest row, 0 for any
 */
struct table {
	size_t columns;
	size_t count;
	char **cells;
	enum color *colors;
	size_t width;
};

void *need(void *memory);
char *text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Takes @cell over. What a terminal would obey is replaced. */
void table_cell(struct table *t, enum color color, char *cell);
void table_heads(struct table *t, const char *const *heads, size_t n);
/* Empties it. */
void table_write(struct table *t, FILE *out);
void table_print(struct table *t);
/* "name:  value"; nothing where the value is "". Takes @value over. */
void field(const char *name, enum color color, char *value);
char *digest_text(const uint8_t *digest);
/* "5m03s": the two largest parts. */
char *age_text(uint64_t ns);
char *signer_text(const uint8_t *id, size_t size);
enum color resource_color(enum hwcontainer_resource_state state);
enum color claim_color(enum hwcontainer_claim_state state);
/* The spec's word, or the number. */
char *word(const char *name, unsigned int number);

/* json.c: the same for programs; keys are the spec's attribute names */

void json_print(const struct hwctl *h, struct json_object *json);
/* A list that was read, in @json or else in @table, or why it was not; an exit code. */
int list_print(struct hwctl *h, struct json_object *json, struct table *table, int err);
void json_text(struct json_object *json, const char *key, const char *value);
void json_number(struct json_object *json, const char *key, uint64_t value);
void json_flag(struct json_object *json, const char *key, bool value);
void json_word(struct json_object *json, const char *key, const char *name, unsigned int number);
void json_digest(struct json_object *json, const char *key, const uint8_t *digest);
/* One more text in a list. */
void json_append(struct json_object *list, const char *value);
struct json_object *json_resource(const struct hwc_resource *res);
struct json_object *json_claim(const struct hwc_claim *claim);

/* show.c: a claim in full, for people */
void show_claim(const struct hwc_claim *claim);
/* The word for a flag of claims, by its bit; NULL where there is none. */
const char *claim_flag_name(unsigned int bit);
/* "/dev/a /dev/b", of all its devices */
char *claim_nodes(const struct hwc_claim *claim);
/* "process 17", in a word or two. */
char *claim_holder(const struct hwc_claim *claim);
/* Time of the last stage, as text. */
char *claim_took(const struct hwc_claim *claim);

/*
 * image_kernel.c: says what a kernel is, or what is missing of it, and refuses it where an
 * image for a region is meant; false where it is none
 */
bool image_is_kernel(struct hwctl *h, const char *path, bool for_region, int *ret);

/* claim_vm.c */

/**
 * struct vm_form - what is to be said of an assignment
 * @xl: lines for an xl.cfg
 * @dtb: the device tree
 * @file: where that goes, NULL for standard output
 */
struct vm_form {
	bool xl;
	bool dtb;
	const char *file;
};

/* What a virtual machine would be given of @n claims. */
int show_for_vm(struct hwctl *h, const uint32_t *ids, size_t n, const struct vm_form *form);

/* image_list.c: what is wrong with a folder of dfx-mgr */
void say_problems(const struct hwc_dfx_item *item);

/* image_rewrite.c: what was done to an overlay */
void show_rewrite(const struct hwc_rewrite *rewrite);
struct json_object *json_rewrite(const struct hwc_rewrite *rewrite);

/* policy.c: what the policy commands have in common */

/* One rule with one value, changed in a policy. */
typedef int (*policy_change_fn)(struct hwc_policy *policy, const struct hwc_rule *rule);

int policy_change(struct hwctl *h, int argc, char **argv, policy_change_fn change);
/* "digest"; NULL for a type of a newer library. */
const char *policy_type_name(enum hwc_rule_type type);

/* group.c: what the group commands have in common */

/* "KIND N" for each KIND=N, in lines; NULL after having said what is wrong. */
char *limit_lines(const struct hwctl *h, int argc, char **argv);
/* Words in lines of their own. */
char *join_lines(int argc, char **argv);
/* Writes @text to a file of a group and frees it; an exit code. */
int group_put(struct hwctl *h, const char *group, const char *file, char *text);
/* The value behind @key in lines "KEY VALUE"; NULL where there is none. */
char *line_value(const char *lines, const char *key);
/* What @file says, in JSON. */
struct json_object *json_group_file(const char *file, const char *lines);
/* A group and its files. */
int json_group(struct hwctl *h, const char *group, struct json_object **json);

/**
 * struct group_limit - claims of one kind
 * @kind: which
 * @current: what there is of it
 * @max: most there may be, or "max"
 */
struct group_limit {
	char *kind;
	char *current;
	char *max;
};

/* Calls @fn for each kind that a group has claims of or a limit for. */
int group_limits(struct hwctl *h, const char *group,
		 void (*fn)(const struct group_limit *limit, void *data), void *data);

/* release.c */

/**
 * end_claims() - delete claims and wait until their hardware is free
 * @timeout_ms: most to wait; 0 means not at all
 *
 * Return: 0 or -errno with the context's sentence.
 */
int end_claims(struct hwctl *h, const uint32_t *ids, size_t n, int timeout_ms);

/* Longest wait for hardware to be cleared, where nobody says otherwise. */
#define RELEASE_TIMEOUT_MS 30000

/* run.c: a command that lives with its claims */

/* Only returns if it cannot be run; an exit code. */
int run_holding(struct hwctl *h, const struct hwc_grant *grants, size_t n, char **command);
/* Waits for a signal, or for the end of a claim. An exit code. */
int hold(struct hwctl *h, int holder, const struct hwc_grant *grants, size_t n);

/* screen.c: a terminal that is drawn on, and given back as it was */

/* -errno where standard input and output are no terminal. */
int screen_open(void);
/* Gives it back; as often as one likes. */
void screen_close(void);
void screen_size(size_t *rows, size_t *columns);
/* Shows as many lines of @lines as there is room for. */
void screen_draw(const char *lines);

/**
 * screen_wait() - wait for what is to be seen, or for a key
 * @fd: readable when something has happened
 * @ms: most to wait
 *
 * Return: the key; 0 when @fd is readable, the size has changed or the time is over; -EINTR when
 * the program is to end.
 */
int screen_wait(int fd, int ms);

/* top_view.c: what hwctl top shows */

/* Prints it, in lines of at most @width where that is not 0; 0 or -errno. */
int top_print(struct hwctl *h, FILE *out, size_t width);
int top_print_json(struct hwctl *h);

/* progress.c: waiting for the hardware */

/**
 * wait_ready() - wait for claims, with a line that tells how it goes
 * @holder: an open /dev/hwcontainer
 * @timeout_ms: negative for ever
 *
 * Return: 0 or -errno with the context's sentence; -EINTR after a signal; -ETIMEDOUT after
 * @timeout_ms; -ETIME when the time in the queue was over.
 */
int wait_ready(struct hwctl *h, int holder, const struct hwc_grant *grants, size_t n,
	       int timeout_ms);
/* SIGINT and SIGTERM end a wait, not the program. */
void catch_signals(void);
bool was_interrupted(void);
int64_t now_ms(void);

#endif
