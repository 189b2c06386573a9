// SPDX-License-Identifier: GPL-2.0-or-later
/* The hardware of a firmware container from inside: its claims, and who hears its cores. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "runtime.h"

static void forget_claims(struct supervisor *s)
{
	for (size_t i = 0; i < s->claims->count; i++) {
		if (s->claim[i] >= 0)
			close(s->claim[i]);
		s->claim[i] = -1;
	}
}

/* Firmware that brings devices, which are for rpmsg, may get a terminal at any time. */
static void add_core(struct supervisor *s, const struct hwc_claim *claim)
{
	struct core *core = &s->cores.core[s->cores.count];

	if (strcmp(hwc_claim_kind(claim), "remoteproc"))
		return;
	*core = (struct core){ .speaks = hwc_claim_devices(claim) > 1, .heard_ms = now_ms() };
	snprintf(core->name, sizeof(core->name), "%s", hwc_claim_resource(claim));
	s->cores.count++;
	traces_add(&s->traces, core);
}

/* What tells of a claim's end, and what its core has to say. */
static int watch_claim(struct supervisor *s, size_t i)
{
	const struct claims *claims = s->claims;
	struct hwc_claim *claim;
	int err;

	s->claim[i] = hwc_claim_open(claims->ctx, claims->holder, claims->grants[i].id);
	if (s->claim[i] < 0)
		return s->claim[i];
	err = hwc_claim_get(claims->ctx, claims->grants[i].id, &claim);
	if (err)
		return err;
	add_core(s, claim);
	hwc_claim_free(claim);
	return 0;
}

static int watch_claims(struct supervisor *s)
{
	struct claims *claims = s->claims;
	int err = 0;

	for (size_t i = 0; !err && i < claims->count; i++)
		err = watch_claim(s, i);
	if (!err && s->watchdog_ms && !cores_speak(&s->cores)) {
		log_error(
			&s->command,
			"org.hwcontainer.watchdog-ms needs a trace buffer or rpmsg, and the firmware has neither");
		return -EINVAL;
	}
	return claims_report(claims, err);
}

/* Cores that crash before their claims are ready may have said why, and leave a dump. */
static void hear_crashed(struct supervisor *s)
{
	const struct claims *claims = s->claims;

	for (size_t i = 0; i < claims->count; i++) {
		struct hwc_claim *claim;

		if (!claims->grants[i].id ||
		    hwc_claim_get(claims->ctx, claims->grants[i].id, &claim))
			continue;
		if (dumps_crashed(&s->dumps, hwc_claim_resource(claim)))
			watch_claim(s, i);
		hwc_claim_free(claim);
	}
	traces_step(&s->traces);
}

int hardware_start(struct supervisor *s)
{
	int err;

	dumps_expect_all(&s->dumps, s->claims);
	err = claims_take(s->claims);
	if (err)
		hear_crashed(s);
	return err ? err : watch_claims(s);
}

/* Whether some hardware could not be stopped, of which it says so. */
static bool is_stuck(const struct supervisor *s)
{
	bool stuck = false;

	for (size_t i = 0; i < s->claims->count; i++) {
		const struct hwc_ask *ask = hwc_bundle_ask(s->claims->bundle, i);
		struct hwc_resource *resource;

		if (hwc_resource_get(s->claims->ctx, ask->resource, &resource))
			continue;
		if (hwc_resource_state(resource) == HWCONTAINER_RESOURCE_STATE_FAILED) {
			log_error(&s->command, "%s", hwc_resource_message(resource));
			stuck = true;
		}
		hwc_resource_free(resource);
	}
	return stuck;
}

int hardware_stop(struct supervisor *s)
{
	int64_t end = now_ms() + s->claims->settings->timeout_ms;
	int code = ENDED_STOPPED;

	traces_step(&s->traces);
	terminals_end(&s->terminals);
	claims_drop(s->claims);
	for (size_t i = 0; i < s->claims->count; i++) {
		int64_t left = end - now_ms();

		if (s->claim[i] >= 0 &&
		    hwc_claim_wait_released(s->claims->ctx, s->claim[i], left > 0 ? left : 0)) {
			claims_report(s->claims, -ETIMEDOUT);
			code = ENDED_STUCK;
		}
	}
	if (code == ENDED_STOPPED && is_stuck(s))
		code = ENDED_STUCK;
	forget_claims(s);
	dumps_collect(&s->dumps, &s->command);
	traces_end(&s->traces);
	output_finish(&s->output);
	s->cores.count = 0;
	return code;
}
