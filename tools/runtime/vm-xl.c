// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xl is the program that people rule Xen with, and ours, too. It waits without an end for
 * daemons, for other copies of itself and for guests: so each has a time limit here, and
 * ends with whoever waits for it. Its errors are many lines, of which the first says why.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "vm-xen.h"

/* What is taken of what it says: a list of 4000 domains. */
#define TEXT_MAX (512u << 10)
#define PIECE 4096

/* Between two looks whether a domain has gone. */
#define GONE_MS 100

struct xl xl_new(const struct command *command, const char *program, int timeout_ms, int quit)
{
	return (struct xl){ .command = command,
			    .program = program,
			    .timeout_ms = timeout_ms,
			    .quit = quit,
			    .child = { .pidfd = -1, .says = -1 } };
}

int xl_begin(struct xl *xl, const char *const *words, const int *files, size_t n)
{
	struct words all = { 0 };
	int err;

	xl->verb = words[0];
	xl->size = 0;
	xl->lost = false;
	xl->text = calloc(1, 1);
	words_add(&all, "%s", xl->program);
	for (; *words; words++)
		words_add(&all, "%s", *words);
	all.failed = all.failed || !xl->text;
	err = child_start(xl->command, &xl->child, &all, files, n, NULL);
	words_free(&all);
	if (err)
		xl_end(xl);
	return err;
}

/* What it says of too many things is lost, and what follows, too. */
static void keep(struct xl *xl, const char *piece, size_t size)
{
	char *longer = NULL;

	if (xl->lost)
		return;
	if (xl->size + size <= TEXT_MAX)
		longer = realloc(xl->text, xl->size + size + 1);
	if (!longer) {
		xl->lost = true;
		return;
	}
	memcpy(longer + xl->size, piece, size);
	xl->text = longer;
	xl->size += size;
	xl->text[xl->size] = '\0';
}

void xl_hear(struct xl *xl)
{
	char piece[PIECE];
	ssize_t n = 0;

	while (xl->child.says >= 0 && (n = read(xl->child.says, piece, sizeof(piece))) > 0)
		keep(xl, piece, n);
	if (n < 0 || xl->child.says < 0)
		return;
	close(xl->child.says);
	xl->child.says = -1;
}

static int end_of(struct xl *xl)
{
	int status;

	/* what it said last */
	xl_hear(xl);
	status = child_wait(&xl->child);
	return XL_ENDED(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

static bool is_over(const struct pollfd *file)
{
	return file->fd >= 0 && file->revents & (POLLHUP | POLLRDHUP | POLLERR);
}

int xl_wait(struct xl *xl, const char *word)
{
	int64_t end = now_ms() + xl->timeout_ms, left;
	struct pollfd files[3];

	for (;;) {
		left = end - now_ms();
		files[0] = (struct pollfd){ xl->child.says, POLLIN, 0 };
		files[1] = (struct pollfd){ xl->child.pidfd, POLLIN, 0 };
		files[2] = (struct pollfd){ xl->quit, POLLRDHUP, 0 };
		if (left <= 0 || !poll(files, ARRAY_SIZE(files), left))
			return -ETIMEDOUT;
		xl_hear(xl);
		if (word && strstr(xl->text, word))
			return 0;
		if (files[1].revents)
			return end_of(xl);
		if (is_over(&files[2]))
			return -ECANCELED;
	}
}

void xl_end(struct xl *xl)
{
	/* with the processes that it has started it is one group */
	if (xl->child.pid > 0)
		kill(-xl->child.pid, SIGKILL);
	child_kill(&xl->child);
	free(xl->text);
	xl->text = NULL;
	xl->size = 0;
}

/* The end of a word that names code: "libxl_dom.c:586:libxl__build_dom:", "panic:". */
static const char *skip_code(const char *at)
{
	size_t length = strcspn(at, " \n");
	bool code = memmem(at, length, ".c:", 3) || memchr(at, '_', length) ||
		    !strncmp(at, "panic:", length);

	return length && at[length - 1] == ':' && code && at[length] == ' ' ? at + length + 1 :
									      NULL;
}

/* "Domain 17:" is a number that nobody knows. */
static const char *skip_number(const char *at)
{
	static const char domain[] = "Domain ";
	const char *end;

	if (strncmp(at, domain, strlen(domain)))
		return at;
	end = at + strlen(domain) + strspn(at + strlen(domain), "0123456789");
	return *end == ':' ? end + 1 : at;
}

static const char *last_line(const char *said)
{
	const char *line = said, *next;

	while ((next = strchr(line, '\n')) && next[1])
		line = next + 1;
	return line;
}

void xl_error(const char *said, char *text, size_t room)
{
	static const char mark[] = "error: ";
	const char *at = strstr(said, mark), *next;

	at = at ? at + strlen(mark) : last_line(said);
	while ((next = skip_code(at)))
		at = next;
	at = skip_number(at);
	at += strspn(at, " ");
	snprintf(text, room, "%.*s", (int)strcspn(at, "\n"), at);
}

int xl_refuse(const struct xl *xl, int answer)
{
	char why[512];

	if (answer == -ETIMEDOUT) {
		log_error(xl->command, "xl %s has not ended after %d ms, and was killed", xl->verb,
			  xl->timeout_ms);
		return answer;
	}
	if (answer < 0)
		return answer;
	if (answer > XL_ENDED(128)) {
		log_error(xl->command, "xl %s was killed by signal %d", xl->verb,
			  answer - XL_ENDED(128));
		return -EIO;
	}
	xl_error(xl->text, why, sizeof(why));
	log_error(xl->command, "xl %s: %s", xl->verb, *why ? why : "failed, and does not say why");
	return -EIO;
}

int xl_run(struct xl *xl, const char *const *words)
{
	int err = xl_begin(xl, words, NULL, 0), answer;

	if (err)
		return err;
	answer = xl_wait(xl, NULL);
	if (answer == XL_ENDED(0))
		return 0;
	err = xl_refuse(xl, answer);
	xl_end(xl);
	return err;
}

/* As xl 4.17 has them: name, id, memory, processors, state, time, uuid. */
bool xl_parse_list(const char *list, const char *uuid, struct xl_domain *domain)
{
	const char *line = list;
	char state[16], theirs[64];
	int id;

	*domain = (struct xl_domain){ 0 };
	while (line && *line) {
		if (sscanf(line, "%*s %d %*s %*s %15s %*s %63s", &id, state, theirs) == 3 &&
		    !strcmp(theirs, uuid)) {
			domain->id = id;
			domain->ended = strpbrk(state, "scd");
			return true;
		}
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return false;
}

/* Half a list does not say that a domain is not there. */
static int check_list(const struct xl *xl)
{
	if (!xl->lost)
		return 0;
	log_error(xl->command, "xl list says more than there is memory for: it is no answer");
	return -E2BIG;
}

int xl_find(struct xl *xl, const char *uuid, struct xl_domain *domain)
{
	static const char *const words[] = { "list", "-v", NULL };
	int err = xl_run(xl, words);

	if (err)
		return err;
	err = check_list(xl);
	if (!err)
		xl_parse_list(xl->text, uuid, domain);
	xl_end(xl);
	return err;
}

/* One that goes meanwhile is no error. */
static void destroy_one(struct xl *xl, int id)
{
	struct xl silent = *xl;
	char number[16];
	const char *const words[] = { "destroy", number, NULL };

	snprintf(number, sizeof(number), "%d", id);
	if (!xl_begin(&silent, words, NULL, 0))
		xl_wait(&silent, NULL);
	xl_end(&silent);
}

int xl_destroy(struct xl *xl, const char *uuid)
{
	int64_t end = now_ms() + xl->timeout_ms;
	struct xl_domain domain;
	bool again = false;
	int err;

	while (!(err = xl_find(xl, uuid, &domain)) && domain.id) {
		if (now_ms() >= end) {
			log_error(xl->command, "domain %d is still there after xl destroy",
				  domain.id);
			return -ETIMEDOUT;
		}
		if (again)
			poll(NULL, 0, GONE_MS);
		destroy_one(xl, domain.id);
		again = true;
	}
	return err;
}

int64_t xl_free_memory(struct xl *xl)
{
	static const char *const words[] = { "info", NULL };
	static const char key[] = "\nfree_memory";
	const char *at;
	int64_t mib = -1;

	if (xl_run(xl, words))
		return -1;
	at = strstr(xl->text, key);
	if (!at || sscanf(at + strlen(key), " : %" SCNd64, &mib) != 1)
		mib = -1;
	xl_end(xl);
	return mib;
}
