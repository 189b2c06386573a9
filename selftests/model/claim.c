// SPDX-License-Identifier: GPL-2.0-or-later
/* Claims, their holders, and claims as files. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "model.h"

/**
 * struct claim_file - one that was given out
 * @theirs: the end that was, which poll() sees
 * @ours: the other
 * @next: the next one
 */
struct claim_file {
	int theirs;
	int ours;
	struct claim_file *next;
};

struct claim *claims;
static uint32_t last_id;

struct claim *claim_find(uint32_t id)
{
	struct claim *claim = claims;

	while (claim && claim->id != id)
		claim = claim->next;
	return claim;
}

/* POLLIN is a datagram, POLLERR the other end's disconnect with one unread. */
static void file_show(const struct claim_file *file, uint32_t state)
{
	const struct sockaddr nobody = { .sa_family = AF_UNSPEC };

	if (state == HWCONTAINER_CLAIM_STATE_RELEASED)
		shutdown(file->theirs, SHUT_RDWR);
	if (state == HWCONTAINER_CLAIM_STATE_READY || state == HWCONTAINER_CLAIM_STATE_FAILED)
		send(file->ours, "", 1, MSG_DONTWAIT);
	if (state == HWCONTAINER_CLAIM_STATE_FAILED) {
		send(file->theirs, "", 1, MSG_DONTWAIT);
		connect(file->ours, &nobody, sizeof(nobody));
	}
}

int claim_open(uint32_t id)
{
	struct claim *claim = claim_find(id);
	struct claim_file *file;
	int pair[2];

	if (!claim)
		return -ENOENT;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	file = calloc(1, sizeof(*file));
	if (!file)
		return -ENOMEM;
	*file = (struct claim_file){ pair[0], pair[1], claim->files };
	claim->files = file;
	file_show(file, claim->state);
	return file->theirs;
}

static void become(struct claim *claim, uint32_t state)
{
	claim->state = state;
	for (const struct claim_file *file = claim->files; file; file = file->next)
		file_show(file, state);
	wire_tell(claim);
}

static struct claim *refuse_busy(struct request *request, const struct claim *like,
				 const struct claim *other)
{
	if (other->txn == like->txn)
		refuse(request, -EINVAL, "%s is asked for twice", other->core->name);
	else if (*other->container)
		refuse(request, -EBUSY, "%s is held by container %.12s (claim %u)",
		       other->core->name, other->container, other->id);
	else
		refuse(request, -EBUSY, "%s is held by claim %u", other->core->name, other->id);
	return NULL;
}

/* The very file, by way of its number in who asks. */
static int open_image(struct request *request, int fd)
{
	char path[64];
	struct stat st;
	int image;

	if (fd < 0)
		return refuse(request, -EINVAL, "a resource of kind remoteproc needs an image");
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", request->pid, fd);
	image = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (image < 0)
		return refuse(request, -EBADF, "image: %d is no open file descriptor", fd);
	if (!fstat(image, &st) && S_ISREG(st.st_mode) && st.st_size)
		return image;
	close(image);
	return refuse(request, -EINVAL, "the image is not a regular file, or empty");
}

struct claim *claim_grant(struct request *request, const struct claim *like, const char *name,
			  int image)
{
	struct core *core = core_named(name);
	const char *busy = core ? core_busy(core) : NULL;
	struct claim *claim;

	if (!core) {
		refuse(request, -ENOENT, "there is no resource %s", name);
		return NULL;
	}
	if (core->claim)
		return refuse_busy(request, like, core->claim);
	if (like->flags & HWCONTAINER_CLAIM_FLAGS_ASSIGN) {
		refuse(request, -EOPNOTSUPP,
		       "%s is a remoteproc, which no virtual machine can be given", core->name);
		return NULL;
	}
	if (busy && !(like->flags & HWCONTAINER_CLAIM_FLAGS_TAKEOVER)) {
		refuse(request, -EBUSY, "%s is %s; a claim must say takeover", core->name, busy);
		return NULL;
	}
	image = open_image(request, image);
	claim = image < 0 ? NULL : malloc(sizeof(*claim));
	if (!claim)
		return NULL;
	*claim = *like;
	claim->process.fd = -1;
	claim->id = ++last_id;
	claim->state = HWCONTAINER_CLAIM_STATE_QUEUED;
	claim->holder = HWCONTAINER_HOLDER_NOBODY;
	claim->core = core;
	claim->image = image;
	claim->next = claims;
	claims = claim;
	core->claim = claim;
	return claim;
}

static void close_image(struct claim *claim)
{
	if (claim->image >= 0)
		close(claim->image);
	claim->image = -1;
}

void claim_start(struct claim *claim)
{
	int err = 0;

	if (!(claim->flags & HWCONTAINER_CLAIM_FLAGS_DRY_RUN))
		err = core_start(claim->core, claim->image, claim->message, sizeof(claim->message));
	close_image(claim);
	if (err)
		claim_fail(claim, err);
	else
		become(claim, HWCONTAINER_CLAIM_STATE_READY);
}

/* @claim->message says why. Its core is given back. */
void claim_fail(struct claim *claim, int err)
{
	claim->error = -err;
	claim->core->claim = NULL;
	core_stop(claim->core);
	become(claim, HWCONTAINER_CLAIM_STATE_FAILED);
}

static void leave_holder(struct claim *claim)
{
	watch_end(&claim->process);
	claim->pid = 0;
	claim->peer = NULL;
	claim->holder = 0;
}

static void forget(struct claim *claim)
{
	struct claim **at = &claims;

	while (*at != claim)
		at = &(*at)->next;
	*at = claim->next;
	while (claim->files) {
		struct claim_file *file = claim->files;

		claim->files = file->next;
		close(file->theirs);
		close(file->ours);
		free(file);
	}
	free(claim);
}

void claim_end(struct claim *claim)
{
	leave_holder(claim);
	become(claim, HWCONTAINER_CLAIM_STATE_RELEASING);
	if (claim->core->claim == claim) {
		core_stop(claim->core);
		claim->core->claim = NULL;
	}
	close_image(claim);
	become(claim, HWCONTAINER_CLAIM_STATE_RELEASED);
	forget(claim);
}

/* The first member. */
static void process_ended(struct watch *watch)
{
	claim_end((struct claim *)watch);
}

void claims_leave(const struct peer *peer)
{
	for (struct claim *claim = claims, *next; claim; claim = next) {
		next = claim->next;
		if (claim->peer == peer)
			claim_end(claim);
	}
}

int claim_hold_file(struct request *request, struct claim *claim, int file)
{
	const struct peer *peer = peer_find(request->pid, file);

	if (!peer)
		return refuse(request, -EBADF, "file descriptor %d is not /dev/hwcontainer", file);
	leave_holder(claim);
	claim->holder = HWCONTAINER_HOLDER_FILE;
	claim->peer = peer;
	return 0;
}

/* The process that a pidfd of another process is of, or 0. */
static pid_t pid_behind(pid_t pid, int pidfd)
{
	char path[64], line[128];
	pid_t found = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, pidfd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "Pid: %d", &found) == 1)
			break;
	if (file)
		fclose(file);
	return found;
}

int claim_hold(struct request *request, struct claim *claim, int pidfd)
{
	pid_t pid = pidfd < 0 ? 0 : pid_behind(request->pid, pidfd);
	int fd = -1;

	if (pidfd >= 0 && !pid)
		return refuse(request, -EBADF, "file descriptor %d is no pidfd of a process",
			      pidfd);
	if (pid)
		fd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (pid && fd < 0)
		return refuse(request, -ESRCH, "the process of pidfd %d has exited", pidfd);
	leave_holder(claim);
	claim->holder = pid ? HWCONTAINER_HOLDER_PROCESS : HWCONTAINER_HOLDER_NOBODY;
	claim->pid = pid;
	if (pid)
		watch_add(&claim->process, fd, process_ended);
	return 0;
}
