/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the library know of each other, sectioned by file. */
#ifndef HWC_INTERNAL_H
#define HWC_INTERNAL_H

#include <hwcontainer.h>
#include <stdarg.h>
#include <sys/types.h>

struct nlattr;
struct nlmsghdr;
struct mnl_socket;

#define HWC_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* Where the kernel shows its live device tree. */
#define HWC_LIVE_TREE "/sys/firmware/devicetree/base"

/* ctx.c */

#define HWC_ERROR_MAX 512

/**
 * struct hwc_buf - a message buffer that grows
 * @data: @size bytes, aligned for any message
 * @size: room
 */
struct hwc_buf {
	void *data;
	size_t size;
};

struct hwc_nl;

struct hwc_ctx {
	struct hwc_nl *nl; /* NULL until it is needed */
	char error[HWC_ERROR_MAX];
};

/**
 * hwc_err() - keep a sentence and pass the error on
 * @err: negative errno
 * @fmt: one sentence, no newline
 *
 * Return: @err.
 */
int hwc_err(struct hwc_ctx *ctx, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
int hwc_err_nomem(struct hwc_ctx *ctx);

/* A string that may be missing, for people. */
static inline const char *hwc_text(const char *text)
{
	return text ? text : "";
}

#endif
