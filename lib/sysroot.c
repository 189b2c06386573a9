// SPDX-License-Identifier: LGPL-2.1-or-later
/* A folder that stands in for this system, and a program for the module. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "ctx.h"
#include "nl.h"
#include "root.h"
#include "sysroot.h"

int hwc_ctx_set_sysroot(struct hwc_ctx *ctx, const char *dir)
{
	int fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return hwc_err(ctx, -errno, "%s: %m", dir);
	hwc_nl_close(ctx);
	if (ctx->sysroot >= 0)
		close(ctx->sysroot);
	ctx->sysroot = fd;
	return 0;
}

int hwc_sysroot_open(const struct hwc_ctx *ctx, const char *path, int flags)
{
	int fd;

	if (ctx->sysroot >= 0)
		return hwc_root_resolve(ctx->sysroot, path, flags);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int hwc_ctx_open(struct hwc_ctx *ctx, const char *path, int flags)
{
	int fd = hwc_sysroot_open(ctx, path, flags);

	return fd < 0 ? hwc_err(ctx, fd, "%s: %s", path, strerror(-fd)) : fd;
}

/* With an address of its own, by which the other end knows it. */
static int connect_to(int file, int flags)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);
	int err = 0;

	if (fd < 0)
		return -errno;
	/* the very file that was looked at, whose path may be too long for a socket */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d", file);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address.sun_family)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)))
		err = -errno;
	if (!err)
		return fd;
	close(fd);
	return err;
}

int hwc_sysroot_connect(const struct hwc_ctx *ctx, int flags)
{
	int file, fd = -ENOTSOCK;
	struct stat st;

	if (ctx->sysroot < 0)
		return fd;
	file = hwc_sysroot_open(ctx, HWC_DEVICE, O_PATH);
	if (file < 0)
		return file;
	if (!fstat(file, &st) && S_ISSOCK(st.st_mode))
		fd = connect_to(file, flags);
	close(file);
	return fd;
}

/* The address that the kernel gave it is a number, as those of netlink's sockets are. */
uint32_t hwc_sysroot_port(int sock)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	socklen_t size = sizeof(address);
	uint32_t port = 0;

	if (!getsockname(sock, (struct sockaddr *)&address, &size))
		sscanf(address.sun_path + 1, "%" SCNx32, &port);
	return port;
}

/* The file that came with an answer, or what the answer says instead. */
static int take_file(struct msghdr *message, int answer)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fd = -EBADMSG;

	if (answer < 0)
		return answer;
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(header), sizeof(fd));
	return fd;
}

int hwc_sysroot_claim_open(const struct hwc_ctx *ctx, int holder, uint32_t id)
{
	const struct hwc_sysroot_call call = { HWC_SYSROOT_CLAIM_OPEN, id };
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	int answer = 0;
	struct iovec data = { &answer, sizeof(answer) };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control),
	};
	ssize_t size;

	if (ctx->sysroot < 0)
		return -ENOTSOCK;
	if (send(holder, &call, sizeof(call), MSG_NOSIGNAL) < 0)
		return -errno;
	size = recvmsg(holder, &message, MSG_CMSG_CLOEXEC);
	if (size <= 0)
		return size ? -errno : -ECONNRESET;
	return size == sizeof(answer) ? take_file(&message, answer) : -EBADMSG;
}
