// SPDX-License-Identifier: GPL-2.0-or-later
/* Set-up of tests that need a context, alone or first of all. */
#include <stdlib.h>
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

int context_begins(void **state, size_t size)
{
	struct hwc_ctx **f = calloc(1, size);

	*state = f;
	return f ? hwc_ctx_new(f) : -1;
}

void context_ends(void *state)
{
	struct hwc_ctx **f = state;

	hwc_ctx_free(*f);
	free(f);
}
