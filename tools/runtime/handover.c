// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hwcontainer-runtime hook handover CLAIM...: the createRuntime hook. Gives the
 * claims to the container's first process, which the state on standard input
 * names. It cannot be reaped, nor its number used again, before the runtime that
 * waits for this hook goes; and with the runtime go the claims.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "runtime.h"

static int parse_claim(const char *text, uint32_t *id)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || *end || end == text || *text == '-' || value > UINT32_MAX)
		return -EINVAL;
	*id = value;
	return 0;
}

/* How many there are, or -EINVAL. */
static int parse_claims(char **words, uint32_t *ids)
{
	int count;

	for (count = 0; words[count]; count++)
		if (count == HWCONTAINER_REQUESTS_MAX || parse_claim(words[count], &ids[count]))
			return -EINVAL;
	return count ? count : -EINVAL;
}

/* The process that the state names, as a pidfd. */
static int open_container(const struct command *command)
{
	struct json_object *state = json_object_from_fd(STDIN_FILENO), *value = NULL;
	int pid, fd;

	if (json_object_is_type(state, json_type_object))
		json_object_object_get_ex(state, "pid", &value);
	pid = json_object_get_int(value);
	json_object_put(state);
	if (pid <= 0) {
		log_error(command, "the container's state on standard input names no process");
		return -EINVAL;
	}
	fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0)
		return fd;
	fd = -errno;
	log_error(command, "process %d of the container: %s", pid, strerror(errno));
	return fd;
}

static int handover(const struct command *command, char **words)
{
	uint32_t ids[HWCONTAINER_REQUESTS_MAX];
	struct hwc_ctx *ctx;
	int count, pidfd, err;

	count = parse_claims(words, ids);
	if (count < 0) {
		log_error(command, "a handover takes the numbers of claims");
		return count;
	}
	pidfd = open_container(command);
	if (pidfd < 0)
		return pidfd;
	err = library_open(command, &ctx);
	if (!err) {
		err = hwc_claim_handover(ctx, ids, count, pidfd);
		if (err)
			log_error(command, "%s", hwc_ctx_error(ctx));
		hwc_ctx_free(ctx);
	}
	close(pidfd);
	return err;
}

int handover_run(const struct command *command)
{
	char **words = command->words;

	if (words[0] && !strcmp(words[0], HOOK_HANDOVER))
		return handover(command, words + 1);
	log_error(command, "the only hook is \"" HOOK_VERB " " HOOK_HANDOVER " CLAIM...\"");
	return -EINVAL;
}
