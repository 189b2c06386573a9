// SPDX-License-Identifier: GPL-2.0-or-later
/* The claims of a container from inside: what tells of their end, and why that came. */
#include <errno.h>
#include <unistd.h>
#include "runtime.h"

int holding_watch(const struct claims *claims, size_t i)
{
	claims->file[i] = hwc_claim_open(claims->ctx, claims->holder, claims->grants[i].id);
	return claims->file[i] < 0 ? claims_report(claims, claims->file[i]) : 0;
}

static void forget(const struct claims *claims)
{
	for (size_t i = 0; i < claims->count; i++) {
		if (claims->file[i] >= 0)
			close(claims->file[i]);
		claims->file[i] = -1;
	}
}

/* Whether some hardware could not be stopped, of which it says so. */
static bool is_stuck(const struct claims *claims)
{
	bool stuck = false;

	for (size_t i = 0; i < claims->count; i++) {
		const struct hwc_ask *ask = hwc_bundle_ask(claims->bundle, i);
		struct hwc_resource *resource;

		if (hwc_resource_get(claims->ctx, ask->resource, &resource))
			continue;
		if (hwc_resource_state(resource) == HWCONTAINER_RESOURCE_STATE_FAILED) {
			log_error(claims->command, "%s", hwc_resource_message(resource));
			stuck = true;
		}
		hwc_resource_free(resource);
	}
	return stuck;
}

int holding_end(const struct claims *claims)
{
	int64_t end = now_ms() + claims->settings->timeout_ms;
	int code = ENDED_STOPPED;

	claims_drop(claims);
	for (size_t i = 0; i < claims->count; i++) {
		int64_t left = end - now_ms();

		if (claims->file[i] >= 0 &&
		    hwc_claim_wait_released(claims->ctx, claims->file[i], left > 0 ? left : 0)) {
			claims_report(claims, -ETIMEDOUT);
			code = ENDED_STUCK;
		}
	}
	if (code == ENDED_STOPPED && is_stuck(claims))
		code = ENDED_STUCK;
	forget(claims);
	return code;
}

/* Hardware that leaves takes its name and then its claims along. */
static void tell_end(const struct claims *claims, const char *name)
{
	struct hwc_resource *resource;
	int err = hwc_resource_get(claims->ctx, name, &resource);

	if (err == -ENOENT)
		log_error(claims->command, "%s is gone", name);
	else
		log_error(claims->command, "the claim of %s was ended by somebody else", name);
	if (!err)
		hwc_resource_free(resource);
}

/* The claim's own sentence, where it was not somebody's will. */
int holding_tell(const struct claims *claims)
{
	int code = ENDED_TAKEN;

	for (size_t i = 0; i < claims->count; i++) {
		const struct hwc_ask *ask = hwc_bundle_ask(claims->bundle, i);
		struct hwc_claim *claim;

		if (hwc_claim_get(claims->ctx, claims->grants[i].id, &claim)) {
			tell_end(claims, ask->resource);
			continue;
		}
		if (hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_FAILED) {
			log_error(claims->command, "%s", hwc_claim_message(claim));
			code = ENDED_FAILED;
		}
		hwc_claim_free(claim);
	}
	return code;
}
