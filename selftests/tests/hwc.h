/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the guest's tests share. */
#ifndef HWC_TEST_H
#define HWC_TEST_H

#include <errno.h>
#include <fcntl.h>
#include <hwcontainer.h>
#include <kselftest_harness.h>
#include <linux/hwcontainer_cdev.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Longest wait for hardware in these tests, slow debug kernels included. */
#define HWC_TEST_WAIT_MS 20000

/* Write @text to @path: knobs, sysfs. Returns 0 or -errno. */
static inline int hwc_test_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		ret = -errno;
	close(fd);
	return ret;
}

static inline int hwc_test_pidfd(pid_t pid)
{
	return syscall(SYS_pidfd_open, pid, 0);
}

/* A child that sleeps until it is killed. */
static inline pid_t hwc_test_sleeper(void)
{
	pid_t pid = fork();

	if (!pid) {
		for (;;)
			pause();
	}
	return pid;
}

/* Make one claim on @resource; the numbers of files may be -1. */
static inline int hwc_test_claim(struct hwc_ctx *ctx, const char *resource, int holder, int image,
				 int overlay, uint32_t flags, struct hwc_grant *grant)
{
	struct hwc_request *req;
	int ret = hwc_request_new(ctx, &req);

	if (ret)
		return ret;
	if (holder >= 0)
		hwc_request_holder_file(req, holder);
	hwc_request_flags(req, flags);
	ret = hwc_request_add(req, resource, image, overlay, NULL, NULL);
	if (!ret)
		ret = hwc_request_submit(req, grant);
	hwc_request_free(req);
	return ret;
}

/* State of a resource, or -errno. */
static inline int hwc_test_state(struct hwc_ctx *ctx, const char *resource)
{
	struct hwc_resource *res;
	int ret = hwc_resource_get(ctx, resource, &res);

	if (ret)
		return ret;
	ret = hwc_resource_state(res);
	hwc_resource_free(res);
	return ret;
}

/* Wait until @resource is in @state. Returns 0 or -ETIMEDOUT. */
static inline int hwc_test_wait_state(struct hwc_ctx *ctx, const char *resource, int state)
{
	int ms;

	for (ms = 0; ms < HWC_TEST_WAIT_MS; ms += 5) {
		if (hwc_test_state(ctx, resource) == state)
			return 0;
		usleep(5000);
	}
	return -ETIMEDOUT;
}

#define hwc_test_wait_free(ctx, resource) \
	hwc_test_wait_state(ctx, resource, HWCONTAINER_RESOURCE_STATE_FREE)

#endif
