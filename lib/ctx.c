// SPDX-License-Identifier: LGPL-2.1-or-later
/* The context: a connection and its last error. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "clean.h"
#include "ctx.h"
#include "nl.h"

int hwc_ctx_new(struct hwc_ctx **ctx)
{
	struct hwc_ctx *new = calloc(1, sizeof(*new));

	if (!new)
		return -ENOMEM;
	new->sysroot = -1;
	*ctx = new;
	return 0;
}

void hwc_ctx_free(struct hwc_ctx *ctx)
{
	if (!ctx)
		return;
	hwc_nl_close(ctx);
	if (ctx->sysroot >= 0)
		close(ctx->sysroot);
	free(ctx);
}

const char *hwc_ctx_error(const struct hwc_ctx *ctx)
{
	return ctx->error;
}

const char *hwc_version(void)
{
	return HWC_VERSION;
}

int hwc_err(struct hwc_ctx *ctx, int err, const char *fmt, ...)
{
	char text[HWC_ERROR_MAX];
	va_list args;

	/* an argument may be the sentence that is there now */
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	hwc_clean_text(text);
	snprintf(ctx->error, sizeof(ctx->error), "%s", text);
	return err;
}

int hwc_err_nomem(struct hwc_ctx *ctx)
{
	return hwc_err(ctx, -ENOMEM, "out of memory");
}
