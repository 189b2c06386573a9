/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ctx.c: a context, and the sentence why a call failed */
#ifndef HWC_CTX_H
#define HWC_CTX_H

#include <hwcontainer.h>
#include <string.h>

struct hwc_nl;

#define HWC_ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The module's, whose open files hold claims. */
#define HWC_DEVICE "/dev/hwcontainer"

#define HWC_NOT_LOADED "hwcontainer module is not loaded (modprobe hwcontainer)"

#define HWC_ERROR_MAX 512

struct hwc_ctx {
	struct hwc_nl *nl; /* NULL until it is needed */
	int sysroot; /* a folder that stands in for /, or -1 */
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

static inline bool hwc_ends_in(const char *name, const char *end)
{
	size_t length = strlen(name), n = strlen(end);

	return length > n && !strcmp(name + length - n, end);
}

#endif
