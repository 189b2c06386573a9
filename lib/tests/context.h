/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Set-up of tests that need a context and nothing else. */
#ifndef HWC_TESTS_CONTEXT_H
#define HWC_TESTS_CONTEXT_H

/* The state is a struct hwc_ctx. */
int context_new(void **state);
int context_free(void **state);

#endif
