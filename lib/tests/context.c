// SPDX-License-Identifier: GPL-2.0-or-later
/* Set-up of tests that need a context and nothing else. */
#include "context.h"
#include "ctx.h"

int context_new(void **state)
{
	struct hwc_ctx *ctx;

	if (hwc_ctx_new(&ctx))
		return -1;
	*state = ctx;
	return 0;
}

int context_free(void **state)
{
	hwc_ctx_free(*state);
	return 0;
}
