// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole container, from the exec of the runtime to its exit: runc alone, and
 * through hwcontainer-runtime, without a request, with one for a region whose
 * image is loaded already, and with one for a cold region. The last is compared
 * with the container and the same work on the hardware done mainline's way: an
 * overlay with firmware-name is applied (of-fpga-region programs the image, the
 * device is created and its driver bound) and, when the container has ended,
 * removed.
 */
#include <glob.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include "bench.h"

#define BUNDLES "/tmp/bench/"
#define RUNC "/usr/bin/runc"
#define RUNTIME "/usr/bin/hwcontainer-runtime"
#define SETTINGS "/etc/hwcontainer/runtime.json"
#define FOREIGN "/sys/kernel/debug/hwcontainer-foreign/"
#define OVERLAY "/hwc/dtbo/bad-firmware-name.dtbo"
#define LOADS "/sys/kernel/debug/hwcontainer-sim/*/loads"

#define BOUND_RUNTIME 1.10

/* Go schedules as it likes: one run differs from the next by a hundredth. */
#define TIMES 4

struct run {
	const char *runtime;
	const char *bundle;
};

static void run(void *data)
{
	const struct run *r = data;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!pid) {
		execl(r->runtime, r->runtime, "run", "-b", r->bundle, "bench", NULL);
		err(EXIT_FAILURE, "%s", r->runtime);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		errx(EXIT_FAILURE, "%s run -b %s ended with status 0x%x", r->runtime, r->bundle,
		     status);
}

static void foreign(const char *what, const char *text)
{
	FILE *file = fopen(what, "we");

	if (!file || fputs(text, file) < 0 || fclose(file))
		err(EXIT_FAILURE, "%s", what);
}

static void run_mainline(void *data)
{
	foreign(FOREIGN "apply", OVERLAY);
	run(data);
	foreign(FOREIGN "remove", "1");
}

static uint64_t measure(const char *runtime, const char *bundle)
{
	struct run r = { .runtime = runtime, .bundle = bundle };
	struct bench_op op = { .op = run, .data = &r, .times = TIMES };

	return bench_measure(&op);
}

static uint64_t measure_mainline(void)
{
	struct run r = { .runtime = RUNC, .bundle = BUNDLES "plain" };
	struct bench_op op = { .op = run_mainline, .data = &r, .times = TIMES };

	return bench_measure(&op);
}

/* Images that the simulated devices have taken so far. */
static unsigned long count_loads(void)
{
	unsigned long sum = 0, value;
	glob_t files;

	if (glob(LOADS, 0, NULL, &files))
		errx(EXIT_FAILURE, "%s: nothing is there", LOADS);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		FILE *file = fopen(files.gl_pathv[i], "re");

		if (!file || fscanf(file, "%lu", &value) != 1)
			errx(EXIT_FAILURE, "%s holds no number", files.gl_pathv[i]);
		fclose(file);
		sum += value;
	}
	globfree(&files);
	return sum;
}

/* Images stay loaded from now on. */
static void keep_images(void)
{
	FILE *file;

	mkdir("/etc/hwcontainer", 0755);
	file = fopen(SETTINGS, "we");
	if (!file || fprintf(file, "{ \"keep\": true }\n") < 0 || fclose(file))
		err(EXIT_FAILURE, "%s", SETTINGS);
}

static uint64_t measure_warm(void)
{
	unsigned long loads;
	uint64_t value;

	keep_images();
	loads = count_loads();
	value = measure(RUNTIME, BUNDLES "warm");
	unlink(SETTINGS);
	loads = count_loads() - loads;
	if (loads != 1)
		errx(EXIT_FAILURE, "an image that is loaded already was loaded %lu times", loads);
	return value;
}

void bench_runtime(void)
{
	uint64_t bare = measure(RUNC, BUNDLES "plain");
	uint64_t mainline;

	bench_row(bare, 0, 0, "runc run");
	bench_row(measure(RUNTIME, BUNDLES "plain"), bare, BOUND_RUNTIME,
		  "hwcontainer-runtime run, no request");
	mainline = measure_mainline();
	bench_row(mainline, 0, 0, "runc run + overlay with firmware-name");
	bench_row(measure(RUNTIME, BUNDLES "cold"), mainline, BOUND_RUNTIME,
		  "hwcontainer-runtime run, cold region");
	/* leaves the image loaded, so it comes last */
	bench_row(measure_warm(), bare, BOUND_RUNTIME, "hwcontainer-runtime run, warm region");
}
