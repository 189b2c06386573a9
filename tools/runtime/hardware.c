// SPDX-License-Identifier: GPL-2.0-or-later
/* The hardware of a firmware container from inside: its claims, and who hears its cores. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "firmware.h"

/* Firmware that brings devices, which are for rpmsg, may get a terminal at any time. */
static void add_core(struct firmware *f, const struct hwc_claim *claim)
{
	struct core *core = &f->cores.core[f->cores.count];

	if (strcmp(hwc_claim_kind(claim), "remoteproc"))
		return;
	*core = (struct core){ .speaks = hwc_claim_devices(claim) > 1, .heard_ms = now_ms() };
	snprintf(core->name, sizeof(core->name), "%s", hwc_claim_resource(claim));
	f->cores.count++;
	traces_add(&f->traces, core);
}

/* What tells of a claim's end, and what its core has to say. */
static int watch_claim(struct firmware *f, size_t i)
{
	const struct claims *claims = f->s->claims;
	struct hwc_claim *claim;
	int err = holding_watch(claims, i);

	if (err)
		return err;
	err = claims_report(claims, hwc_claim_get(claims->ctx, claims->grants[i].id, &claim));
	if (err)
		return err;
	add_core(f, claim);
	hwc_claim_free(claim);
	return 0;
}

static int watch_claims(struct firmware *f)
{
	int err = 0;

	for (size_t i = 0; !err && i < f->s->claims->count; i++)
		err = watch_claim(f, i);
	if (!err && f->watchdog_ms && !cores_speak(&f->cores)) {
		log_error(
			&f->s->command,
			"org.hwcontainer.watchdog-ms needs a trace buffer or rpmsg, and the firmware has neither");
		return -EINVAL;
	}
	return err;
}

/* Cores that crash before their claims are ready may have said why, and leave a dump. */
static void hear_crashed(struct firmware *f)
{
	const struct claims *claims = f->s->claims;

	for (size_t i = 0; i < claims->count; i++) {
		struct hwc_claim *claim;

		if (!claims->grants[i].id ||
		    hwc_claim_get(claims->ctx, claims->grants[i].id, &claim))
			continue;
		if (dumps_crashed(&f->dumps, hwc_claim_resource(claim)))
			watch_claim(f, i);
		hwc_claim_free(claim);
	}
	traces_step(&f->traces);
}

int hardware_start(struct firmware *f)
{
	int err;

	dumps_expect_all(&f->dumps, f->s->claims);
	err = claims_take(f->s->claims);
	if (err)
		hear_crashed(f);
	return err ? err : watch_claims(f);
}

int hardware_stop(struct firmware *f)
{
	int code;

	traces_step(&f->traces);
	terminals_end(&f->terminals);
	code = holding_end(f->s->claims);
	dumps_collect(&f->dumps, &f->s->command);
	traces_end(&f->traces);
	output_finish(&f->s->output);
	f->cores.count = 0;
	return code;
}
