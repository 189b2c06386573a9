// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A virtual machine on Xen, until its first instruction: `xl create` alone, and a
 * container that is one, created and started, without hardware and with a region that is
 * programmed for it. What the host and Xen do is counted, not what the guest does: while
 * that runs the host is idle. How it is destroyed is not counted, either. Our part is
 * what xl does not need for the same two steps.
 */
#include <sys/wait.h>
#include "bench.h"

#define XL "/usr/sbin/xl"
#define CONFIGS "/tmp/bench/"
#define DOMAIN "bench"
#define BUNDLES "/tmp/bundles/"
#define RUNTIME "/usr/bin/hwcontainer-runtime"
#define CONTAINER "bench"

#define BOUND_XEN 0.05

/* Many programs start in each, with addresses at random: one in a few is disturbed little. */
#define ROUNDS 10

static void run(const char *const *words)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		err(EXIT_FAILURE, "fork");
	if (!pid) {
		/* what the guest says is no figure */
		if (!freopen("/dev/null", "w", stdout))
			err(EXIT_FAILURE, "/dev/null");
		execv(words[0], (char *const *)words);
		err(EXIT_FAILURE, "%s", words[0]);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		errx(EXIT_FAILURE, "%s %s ended with status 0x%x", words[0], words[1], status);
}

#define RUN(...) run((const char *const[]){ __VA_ARGS__, NULL })

/* The daemons have done what they do of it. */
static void settle(void)
{
	sleep(2);
}

static void create_domain(void *data)
{
	RUN(XL, "create", "-q", data);
}

/* The same in the two steps of a container. */
static void create_and_unpause(void *data)
{
	RUN(XL, "create", "-q", "-p", data);
	RUN(XL, "unpause", DOMAIN);
}

static void destroy_domain(void *data)
{
	(void)data;
	RUN(XL, "destroy", DOMAIN);
	settle();
}

static void create_container(void *data)
{
	RUN(RUNTIME, "create", "-b", data, CONTAINER);
	RUN(RUNTIME, "start", CONTAINER);
}

static void delete_container(void *data)
{
	(void)data;
	RUN(RUNTIME, "delete", "--force", CONTAINER);
	settle();
}

static uint64_t measure(void (*op)(void *), void (*undo)(void *), const char *data)
{
	struct bench_op whole = {
		.op = op, .undo = undo, .data = (void *)data, .times = 1, .rounds = ROUNDS
	};

	return bench_measure(&whole);
}

/* The smaller the guest, the larger is our part. */
static void bench_guest(const char *name, const char *config, const char *bundle)
{
	uint64_t bare = measure(create_domain, destroy_domain, config);
	uint64_t steps = measure(create_and_unpause, destroy_domain, config);
	uint64_t ours = measure(create_container, delete_container, bundle);

	bench_row(bare, 0, 0, "%s: xl create", name);
	bench_row(steps, bare, 0, "%s: xl create -p, xl unpause", name);
	bench_row(ours, bare, 0, "%s: create and start", name);
	bench_row(ours > steps ? ours - steps : 0, bare, BOUND_XEN, "%s: our part of that", name);
}

void bench_xen(void)
{
	bench_guest("Linux", CONFIGS "linux.cfg", BUNDLES "linux");
	bench_guest("RTOS", CONFIGS "rtos.cfg", BUNDLES "rtos");
	bench_row(measure(create_container, delete_container, BUNDLES "engine"), 0, 0,
		  "RTOS with a cold region: create and start");
}
