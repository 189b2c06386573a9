// SPDX-License-Identifier: LGPL-2.1-or-later
/* /dev/hwcontainer: the file that holds claims, and claims as files to wait on. */
#include <errno.h>
#include <fcntl.h>
#include <linux/hwcontainer_cdev.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "ctx.h"
#include "msg.h"
#include "sysroot.h"

/* A failed claim's file is always ready: look again this often until it is gone. */
#define FAILED_RETRY_MS 10

#define MAX_ERRNO 4095

int hwc_holder_open(struct hwc_ctx *ctx)
{
	int fd = hwc_sysroot_connect(ctx, 0);

	if (fd == -ENOTSOCK)
		fd = hwc_sysroot_open(ctx, HWC_DEVICE, O_RDWR);
	if (fd >= 0)
		return fd;
	if (fd == -ENOENT || fd == -ENXIO || fd == -ENODEV)
		return hwc_err(ctx, -ENOENT, "%s is not there; %s", HWC_DEVICE, HWC_NOT_LOADED);
	return hwc_err(ctx, fd, "opening %s: %s", HWC_DEVICE, strerror(-fd));
}

static int claim_open(int holder, uint32_t id)
{
	struct hwcontainer_claim_open arg = { .size = sizeof(arg), .claim = id };
	int fd = ioctl(holder, HWCONTAINER_IOC_CLAIM_OPEN, &arg);

	return fd < 0 ? -errno : fd;
}

int hwc_claim_open(struct hwc_ctx *ctx, int holder, uint32_t id)
{
	int fd = hwc_sysroot_claim_open(ctx, holder, id);

	if (fd == -ENOTSOCK)
		fd = claim_open(holder, id);
	if (fd >= 0)
		return fd;
	if (fd == -ENOENT)
		return hwc_err(ctx, fd, "there is no claim %u", id);
	return hwc_err(ctx, fd, "opening claim %u: %s", id, strerror(-fd));
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* What is left until @end, as poll() wants it; a negative @timeout has no end. */
static int left_ms(int timeout, int64_t end)
{
	int64_t left = end - now_ms();

	if (timeout < 0)
		return -1;
	return left > 0 ? left : 0;
}

/* One poll(); returns what it saw, or -errno. */
static int poll_file(struct hwc_ctx *ctx, int fd, short events, int timeout_ms)
{
	struct pollfd file = { .fd = fd, .events = events };
	int ready = poll(&file, 1, timeout_ms);

	if (ready < 0)
		return hwc_err(ctx, -errno, "waiting for the claim: %s", strerror(errno));
	return ready ? file.revents : 0;
}

/* The claim's own words for its failure. */
static int claim_failure(struct hwc_ctx *ctx, uint32_t id)
{
	struct hwc_claim *claim;
	uint32_t code;
	int err;

	err = hwc_claim_get(ctx, id, &claim);
	if (err)
		return err;
	code = claim->error && claim->error <= MAX_ERRNO ? claim->error : EIO;
	err = hwc_err(ctx, -(int)code, "%s", *claim->message ? claim->message : strerror(code));
	hwc_claim_free(claim);
	return err;
}

int hwc_claim_wait(struct hwc_ctx *ctx, int holder, uint32_t id, int timeout_ms)
{
	int fd, seen;

	fd = hwc_claim_open(ctx, holder, id);
	if (fd < 0)
		return fd;
	seen = poll_file(ctx, fd, POLLIN, timeout_ms);
	close(fd);
	if (seen < 0)
		return seen;
	if (!seen)
		return hwc_err(ctx, -ETIMEDOUT, "claim %u is not ready after %d ms", id,
			       timeout_ms);
	if (seen & POLLHUP)
		return hwc_err(ctx, -ENOENT, "claim %u was released", id);
	if (seen & POLLERR)
		return claim_failure(ctx, id);
	return 0;
}

int hwc_claim_wait_released(struct hwc_ctx *ctx, int file, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;
	struct timespec nap = { .tv_nsec = FAILED_RETRY_MS * 1000000L };
	int seen;

	for (;;) {
		int left = left_ms(timeout_ms, end);

		/* POLLHUP and POLLERR are always told; being ready is no news here */
		seen = poll_file(ctx, file, 0, left);
		if (seen < 0)
			return seen;
		if (seen & (POLLHUP | POLLNVAL))
			return 0;
		if (!left || !seen)
			return hwc_err(ctx, -ETIMEDOUT, "the hardware is not free after %d ms",
				       timeout_ms);
		if (nanosleep(&nap, NULL))
			return hwc_err(ctx, -errno, "waiting for the claim: %s", strerror(errno));
	}
}
