// SPDX-License-Identifier: GPL-2.0-or-later
/* Ends claims and waits until their hardware is free. */
#include <stdlib.h>
#include <unistd.h>
#include "hwctl.h"

/* Files of the claims, from before they end; -1 for one that has ended already. */
static void open_claims(struct hwctl *h, const uint32_t *ids, int *files, size_t n)
{
	int holder = hwc_holder_open(h->ctx);

	for (size_t i = 0; i < n; i++)
		files[i] = holder < 0 ? -1 : hwc_claim_open(h->ctx, holder, ids[i]);
	if (holder >= 0)
		close(holder);
}

static int wait_files(struct hwctl *h, const int *files, size_t n, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		int64_t left = end - now_ms();

		if (files[i] >= 0)
			err = hwc_claim_wait_released(h->ctx, files[i], left > 0 ? left : 0);
	}
	return err;
}

int end_claims(struct hwctl *h, const uint32_t *ids, size_t n, int timeout_ms)
{
	int *files;
	int err;

	if (!timeout_ms)
		return hwc_claim_delete(h->ctx, ids, n);
	files = need(calloc(n, sizeof(*files)));
	open_claims(h, ids, files, n);
	err = hwc_claim_delete(h->ctx, ids, n);
	if (!err)
		err = wait_files(h, files, n, timeout_ms);
	for (size_t i = 0; i < n; i++)
		if (files[i] >= 0)
			close(files[i]);
	free(files);
	return err;
}
