// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A whole container, from the exec of the runtime to its exit: runc alone, and
 * through hwcontainer-runtime, without and with a request for an FPGA region.
 * The region is cold: programming and overlay are in the figure.
 */
#include <sys/wait.h>
#include "bench.h"

#define BUNDLES "/tmp/bench/"
#define RUNC "/usr/bin/runc"
#define RUNTIME "/usr/bin/hwcontainer-runtime"

#define BOUND_RUNTIME 1.10

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

static uint64_t measure(const char *runtime, const char *bundle)
{
	struct run r = { .runtime = runtime, .bundle = bundle };
	struct bench_op op = { .op = run, .data = &r, .times = 1 };

	return bench_measure(&op);
}

void bench_runtime(void)
{
	uint64_t bare = measure(RUNC, BUNDLES "plain");

	bench_row(bare, 0, 0, "runc run");
	bench_row(measure(RUNTIME, BUNDLES "plain"), bare, BOUND_RUNTIME,
		  "hwcontainer-runtime run, no request");
	bench_row(measure(RUNTIME, BUNDLES "region"), bare, BOUND_RUNTIME,
		  "hwcontainer-runtime run, a region");
}
