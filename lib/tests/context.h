/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Set-up of tests that need a context, alone or first of all. */
#ifndef HWC_TESTS_CONTEXT_H
#define HWC_TESTS_CONTEXT_H

#include <stddef.h>

/* The state is a struct hwc_ctx. */
int context_new(void **state);
int context_free(void **state);

/* The state is @size bytes that begin with a struct hwc_ctx *, all else of them zero. */
int context_begins(void **state, size_t size);
void context_ends(void *state);

#endif
