// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * hwcontainer-runtime hook handover [--group=NAME] CLAIM...: the createRuntime hook.
 * Puts the network namespace of the container's first process, which the state on
 * standard input names, into the group, and gives the claims to the process. It cannot be
 * reaped, nor its number used again, before the runtime that waits for this hook goes; and
 * with the runtime go the claims.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
static int open_container(const struct command *command, int *number)
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
	*number = pid;
	fd = syscall(SYS_pidfd_open, pid, 0);
	if (fd >= 0)
		return fd;
	fd = -errno;
	log_error(command, "process %d of the container: %s", pid, strerror(errno));
	return fd;
}

static int handover(const struct command *command, const char *group, char **words)
{
	uint32_t ids[HWCONTAINER_REQUESTS_MAX];
	int count, pid, pidfd, err;
	struct hwc_ctx *ctx;

	count = parse_claims(words, ids);
	if (count < 0) {
		log_error(command, "a handover takes the numbers of claims");
		return count;
	}
	pidfd = open_container(command, &pid);
	if (pidfd < 0)
		return pidfd;
	err = library_open(command, &ctx);
	if (!err) {
		err = group ? hwc_group_attach(ctx, group, pid) : 0;
		if (!err)
			err = hwc_claim_handover(ctx, ids, count, pidfd);
		if (err)
			log_error(command, "%s", hwc_ctx_error(ctx));
		hwc_ctx_free(ctx);
	}
	close(pidfd);
	return err;
}

/*
 * crun lets hooks speak to /dev/null, and says of one that fails only that it did. Who waits
 * for this hook has the standard error where that is missed.
 */
static void speak_where_it_is_heard(void)
{
	struct stat null, ours;
	int runtime, heard;

	if (stat("/dev/null", &null) || fstat(STDERR_FILENO, &ours) || !S_ISCHR(ours.st_mode) ||
	    ours.st_rdev != null.st_rdev)
		return;
	runtime = syscall(SYS_pidfd_open, getppid(), 0);
	if (runtime < 0)
		return;
	heard = syscall(SYS_pidfd_getfd, runtime, STDERR_FILENO, 0);
	if (heard >= 0) {
		dup2(heard, STDERR_FILENO);
		close(heard);
	}
	close(runtime);
}

int handover_run(const struct command *command)
{
	char **words = command->words;
	const char *group = NULL;

	speak_where_it_is_heard();
	if (words[0] && !strcmp(words[0], HOOK_HANDOVER)) {
		words++;
		if (*words && !strncmp(*words, HOOK_GROUP, strlen(HOOK_GROUP)))
			group = *words++ + strlen(HOOK_GROUP);
		return handover(command, group, words);
	}
	log_error(command, "the only hook is \"" HOOK_VERB " " HOOK_HANDOVER " [" HOOK_GROUP
			   "NAME] CLAIM...\"");
	return -EINVAL;
}
