// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Programming: from the request to the claim being ready, against reading the
 * file and fpga_mgr_load() in a module of ten lines (hwcontainer-baseline), in
 * the same simulated device. bench.sh lets the simulator take no time of its
 * own, but its work on every word of the image is in both figures, as the
 * hardware's driver would be. Clearing the region is not counted.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/stat.h>
#include <time.h>
#include "bench.h"

#define REGION "/fpga-full/fpga-PR0"
#define SMALL "/hwc/images/sha256-400k.bin"
#define LARGE "/hwc/images/sha256-4m.bin"
#define BASELINE "/sys/kernel/debug/hwcontainer-baseline/load"

#define BOUND_PROGRAM 1.10
/* One copy and small things; two would be 2. */
#define BOUND_MEMORY 1.20

#define TIMES 5
#define WAIT_MS 20000

/* Between two looks at the free memory: about a hundred while 4 MB are loaded. */
#define SAMPLE_NS 1000000

/**
 * struct load - an image that is loaded
 * @ctx: the library
 * @holder: whose claims they are
 * @image: the image
 * @baseline: what loads it without us
 * @flags: of the claim
 * @claim: number of the claim
 */
struct load {
	struct hwc_ctx *ctx;
	int holder;
	int image;
	int baseline;
	uint32_t flags;
	uint32_t claim;
};

static void load_baseline(void *data)
{
	struct load *load = data;
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", load->image);

	if (pwrite(load->baseline, text, n, 0) != n)
		err(EXIT_FAILURE, "%s", BASELINE);
}

static void load_claim(void *data)
{
	struct load *load = data;
	struct hwc_request *req;
	struct hwc_grant grant;

	must(load->ctx, hwc_request_new(load->ctx, &req));
	hwc_request_holder_file(req, load->holder);
	hwc_request_flags(req, load->flags);
	must(load->ctx, hwc_request_add(req, REGION, load->image, -1, NULL, NULL));
	must(load->ctx, hwc_request_submit(req, &grant));
	hwc_request_free(req);
	load->claim = grant.id;
	must(load->ctx, hwc_claim_wait(load->ctx, load->holder, grant.id, WAIT_MS));
}

static void unload(void *data)
{
	struct load *load = data;
	int file = hwc_claim_open(load->ctx, load->holder, load->claim);

	must(load->ctx, file);
	must(load->ctx, hwc_claim_delete(load->ctx, &load->claim, 1));
	if (!load->flags)
		must(load->ctx, hwc_claim_wait_released(load->ctx, file, WAIT_MS));
	close(file);
}

static int must_open(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);

	if (fd < 0)
		err(EXIT_FAILURE, "%s", path);
	return fd;
}

static void bench_image(struct load *load, const char *path, const char *size, double bound)
{
	struct bench_op baseline = { .op = load_baseline, .data = load, .times = TIMES };
	struct bench_op claim = { .op = load_claim, .undo = unload, .data = load, .times = TIMES };
	uint64_t without;

	load->image = must_open(path, O_RDONLY);
	without = bench_measure(&baseline);
	bench_row(without, 0, 0, "read + fpga_mgr_load, %s", size);
	load->flags = 0;
	bench_row(bench_measure(&claim), without, bound, "claim that programs %s", size);
	load->flags = HWCONTAINER_CLAIM_FLAGS_KEEP;
	bench_row(bench_measure(&claim), without, bound, "claim that programs %s, with digest",
		  size);
	close(load->image);
}

/* Memory. */

struct watch {
	pthread_t thread;
	bool stop;
	uint64_t least;
};

/* More urgent than the kernel's workers: it sees what they have at any moment. */
static void *watch_memory(void *data)
{
	const struct timespec pause = { .tv_nsec = SAMPLE_NS };
	const struct sched_param urgent = { .sched_priority = 1 };
	struct watch *watch = data;

	if (sched_setscheduler(0, SCHED_FIFO, &urgent))
		err(EXIT_FAILURE, "SCHED_FIFO");
	while (!__atomic_load_n(&watch->stop, __ATOMIC_ACQUIRE)) {
		uint64_t left = bench_memory_free();

		if (left < watch->least)
			watch->least = left;
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* What loading takes at its peak, beyond what was taken before. */
static uint64_t memory_peak(struct load *load)
{
	struct watch watch = { .least = UINT64_MAX };
	uint64_t before;

	before = bench_memory_free();
	if (pthread_create(&watch.thread, NULL, watch_memory, &watch))
		errx(EXIT_FAILURE, "pthread_create");
	load_claim(load);
	__atomic_store_n(&watch.stop, true, __ATOMIC_RELEASE);
	pthread_join(watch.thread, NULL);
	unload(load);
	return before - watch.least;
}

void bench_memory(struct hwc_ctx *ctx, int holder)
{
	struct load load = { .ctx = ctx, .holder = holder };
	struct stat stat;
	uint64_t peak;

	load.image = must_open(LARGE, O_RDONLY);
	if (fstat(load.image, &stat))
		err(EXIT_FAILURE, "%s", LARGE);
	memory_peak(&load);
	peak = memory_peak(&load);
	bench_row(peak, stat.st_size, BOUND_MEMORY,
		  "memory at the peak of programming 4 MB (bytes)");
	close(load.image);
}

void bench_images(struct hwc_ctx *ctx, int holder)
{
	struct load load = { .ctx = ctx, .holder = holder };

	load.baseline = must_open(BASELINE, O_WRONLY);
	bench_image(&load, SMALL, "0.4 MB", 0);
	bench_image(&load, LARGE, "4 MB", BOUND_PROGRAM);
	close(load.baseline);
}
