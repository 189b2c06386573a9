// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Containers whose program is firmware: the kernel starts their cores when they are
 * claimed, which happens at the start, and what they say is listened to while they run.
 */
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include "firmware.h"

/* Between two looks at what the cores say, and have to say it with. */
#define LOOK_MS 50

static bool fits(const struct hwc_bundle *bundle)
{
	return hwc_bundle_firmware(bundle) >= 0;
}

/* What its claims need is checked with them. */
static int check(struct supervisor *s)
{
	(void)s;
	return 0;
}

static struct firmware *make(struct supervisor *s)
{
	struct firmware *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->s = s;
	f->watchdog_ms = hwc_bundle_watchdog_ms(s->claims->bundle);
	f->cores.core = calloc(s->claims->count, sizeof(*f->cores.core));
	if (f->cores.core)
		return f;
	free(f);
	return NULL;
}

static int settle(struct supervisor *s)
{
	struct hwc_ctx *ctx = s->claims->ctx;
	struct firmware *f = make(s);

	if (!f)
		return claims_no_memory(s->claims);
	s->firmware = f;
	traces_open(&f->traces, &s->output, ctx);
	dumps_open(&f->dumps, ctx, s->claims->settings->coredumps);
	terminals_open(&f->terminals, &s->output, ctx, spec_wants_terminal(s->spec));
	return 0;
}

static int begin(struct supervisor *s)
{
	return hardware_start(s->firmware);
}

enum { FILE_TYPED, FILE_CLAIMS };

/* That a claim is ready is no news: ends are told in any case. */
static size_t fill_files(const struct supervisor *s, struct pollfd *files)
{
	const struct claims *claims = s->claims;

	if (files)
		files[FILE_TYPED] =
			(struct pollfd){ terminals_input(&s->firmware->terminals), POLLIN, 0 };
	for (size_t i = 0; files && i < claims->count; i++)
		files[FILE_CLAIMS + i] = (struct pollfd){ .fd = claims->file[i] };
	return FILE_CLAIMS + claims->count;
}

/* For ever where nobody speaks, and nothing is left to be read. */
static int wait_ms(const struct supervisor *s)
{
	int64_t left = s->firmware->look_ms + LOOK_MS - now_ms();

	if (!cores_speak(&s->firmware->cores) && !s->output.size)
		return -1;
	return left > 0 ? left : 0;
}

static void hear_cores(struct firmware *f, bool typed)
{
	if (typed)
		terminals_type(&f->terminals, &f->cores);
	if (now_ms() - f->look_ms >= LOOK_MS) {
		traces_step(&f->traces);
		terminals_look(&f->terminals, &f->cores);
		f->look_ms = now_ms();
	}
	output_write(&f->s->output);
}

static bool has_failed(const struct supervisor *s, const struct pollfd *files)
{
	for (size_t i = 0; i < s->claims->count; i++)
		if (files[FILE_CLAIMS + i].revents)
			return true;
	return false;
}

static int look(struct supervisor *s, const struct pollfd *files)
{
	struct firmware *f = s->firmware;
	const struct core *silent;

	if (!s->started)
		return -1;
	hear_cores(f, files[FILE_TYPED].revents);
	if (has_failed(s, files))
		return failure_of_claims(f);
	silent = f->watchdog_ms ? cores_silent(&f->cores, f->watchdog_ms) : NULL;
	return silent ? failure_of_silence(f, silent) : -1;
}

static int stop(struct supervisor *s)
{
	return hardware_stop(s->firmware);
}

/* All that it takes stop it. */
static int take_signal(struct supervisor *s)
{
	return s->started ? stop(s) : ENDED_STOPPED;
}

static void end(struct supervisor *s)
{
	typing_close(&s->firmware->terminals.typing);
}

static bool takes(const struct container *container, int number)
{
	char name[16];

	if (number == SIGTERM || number == SIGINT || number == SIGKILL)
		return true;
	log_error(container->command, "firmware takes no %s; SIGTERM, SIGINT and SIGKILL stop it",
		  signal_name(number, name));
	return false;
}

/* One that is being started again after a failure has no hardware meanwhile. */
static enum status status(const struct container *container, struct hwc_ctx *ctx)
{
	if (container_number(container, "restarts") || container_flag(container, "restarting"))
		return STATUS_RUNNING;
	return status_of_claims(container, ctx);
}

const struct kind kind_firmware = {
	.name = "firmware",
	.subject = "a container whose program is firmware",
	.what = "firmware",
	.process = "hwc-firmware",
	.orphaned = SIGTERM,
	.fits = fits,
	.start = verbs_start,
	.check = check,
	.settle = settle,
	.begin = begin,
	.files = fill_files,
	.wait_ms = wait_ms,
	.look = look,
	.signal = take_signal,
	.stop = stop,
	.end = end,
	.takes = takes,
	.status = status,
};
