// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Claims that need no work on the hardware: an FPGA region whose image is
 * loaded already, and toys (hwcontainer-toy without its worker), of which there
 * are TOYS with room for many claims each.
 *
 * All of it goes through the library, the null round trip too: what is compared
 * is what a user pays.
 */
#include <sched.h>
#include <sys/stat.h>

#include "bench.h"

#define REGION "/fpga-full/fpga-PR0"
#define IMAGE "/hwc/images/sha256-pr0.bit"

/* As many as bench.sh asks hwcontainer-toy for. */
#define TOYS 1000

/* And how many claims it asks to be there on each. */
#define CAPACITY 200

/* That wait for one of them. */
#define WAITERS 1000

/* Most bounds are those of the project's first issue. */
#define BOUND_WARM 4
#define BOUND_ALIVE 1.1
#define BOUND_BATCH 0.8
#define BOUND_GROUPS 1.15
#define BOUND_QUEUE 1.1

#define GROUPS "/sys/kernel/config/hwcontainer"
#define LEVELS 4

#define TIMES 2000

/**
 * struct batch - claims on toys that are made and ended together
 * @ctx: the library
 * @holder: whose they are
 * @n: how many, on one toy each
 * @id: their numbers
 */
struct batch {
	struct hwc_ctx *ctx;
	int holder;
	unsigned int n;
	uint32_t id[TOYS];
};

struct warm {
	struct hwc_ctx *ctx;
	int holder;
	const uint8_t *digest;
};

static void noop(void *data)
{
	struct hwc_ctx *ctx = data;

	must(ctx, hwc_noop(ctx));
}

static struct hwc_request *request_new(struct hwc_ctx *ctx, int holder)
{
	struct hwc_request *req;

	must(ctx, hwc_request_new(ctx, &req));
	hwc_request_holder_file(req, holder);
	return req;
}

/* A claim with @image, or on what is loaded where it is -1. Returns its number. */
static uint32_t warm_claim(const struct warm *warm, int image, enum hwcontainer_claim_state want)
{
	struct hwc_request *req = request_new(warm->ctx, warm->holder);
	struct hwc_grant grant;

	hwc_request_flags(req, HWCONTAINER_CLAIM_FLAGS_KEEP);
	must(warm->ctx, hwc_request_add(req, REGION, image, -1, warm->digest, NULL));
	must(warm->ctx, hwc_request_submit(req, &grant));
	hwc_request_free(req);
	if (grant.state != want)
		errx(EXIT_FAILURE, "a claim on %s is %s", REGION,
		     hwc_claim_state_name(grant.state));
	return grant.id;
}

static void warm_claim_release(void *data)
{
	struct warm *warm = data;
	uint32_t id = warm_claim(warm, -1, HWCONTAINER_CLAIM_STATE_READY);

	must(warm->ctx, hwc_claim_delete(warm->ctx, &id, 1));
}

/* Load the image once and let it stay. */
static void warm_up(const struct warm *warm)
{
	int image = open(IMAGE, O_RDONLY | O_CLOEXEC);
	uint32_t id;

	if (image < 0)
		err(EXIT_FAILURE, "%s", IMAGE);
	id = warm_claim(warm, image, HWCONTAINER_CLAIM_STATE_QUEUED);
	close(image);
	must(warm->ctx, hwc_claim_wait(warm->ctx, warm->holder, id, 10000));
	must(warm->ctx, hwc_claim_delete(warm->ctx, &id, 1));
}

static void bench_warm(struct hwc_ctx *ctx, int holder, uint64_t null)
{
	struct warm warm = { .ctx = ctx, .holder = holder };
	struct bench_op op = { .op = warm_claim_release, .data = &warm, .times = TIMES };
	struct hwc_image *image;

	must(ctx, hwc_image_open(ctx, IMAGE, &image));
	warm.digest = hwc_image_digest(image);
	warm_up(&warm);
	bench_row(bench_measure(&op), null, BOUND_WARM, "claim + release, warm region");
	hwc_image_free(image);
}

static void batch_claim(struct batch *batch)
{
	struct hwc_request *req = request_new(batch->ctx, batch->holder);
	struct hwc_grant grants[TOYS];
	char toy[16];

	for (unsigned int i = 0; i < batch->n; i++) {
		snprintf(toy, sizeof(toy), "toy%u", i);
		must(batch->ctx, hwc_request_add(req, toy, -1, -1, NULL, NULL));
	}
	must(batch->ctx, hwc_request_submit(req, grants));
	hwc_request_free(req);
	for (unsigned int i = 0; i < batch->n; i++)
		batch->id[i] = grants[i].id;
}

static void batch_claim_release(void *data)
{
	struct batch *batch = data;

	batch_claim(batch);
	must(batch->ctx, hwc_claim_delete(batch->ctx, batch->id, batch->n));
}

/* Instructions of a claim and its release, @n at a time. */
static uint64_t measure_batch(struct hwc_ctx *ctx, int holder, unsigned int n)
{
	struct batch batch = { .ctx = ctx, .holder = holder, .n = n };
	struct bench_op op = { .op = batch_claim_release, .data = &batch };

	op.times = TIMES / n < 5 ? 5 : TIMES / n;
	return bench_measure(&op) / n;
}

static void bench_batches(struct hwc_ctx *ctx, int holder)
{
	uint64_t single = measure_batch(ctx, holder, 1);

	bench_row(single, 0, 0, "claim + release, toy");
	bench_row(measure_batch(ctx, holder, 10), single, 0, "each of 10 in a batch");
	bench_row(measure_batch(ctx, holder, 100), single, 0, "each of 100 in a batch");
	bench_row(measure_batch(ctx, holder, TOYS), single, BOUND_BATCH, "each of %d in a batch",
		  TOYS);
}

/* Have @more claims alive, which stay until @holder is closed. */
static void live(struct hwc_ctx *ctx, int holder, unsigned int more)
{
	struct batch batch = { .ctx = ctx, .holder = holder };

	for (; more; more -= batch.n) {
		batch.n = more < TOYS ? more : TOYS;
		batch_claim(&batch);
	}
}

static void bench_alive(struct hwc_ctx *ctx, int holder)
{
	int others = hwc_holder_open(ctx);
	uint64_t one, memory;

	must(ctx, others);
	live(ctx, others, 1);
	one = measure_batch(ctx, holder, 1);
	bench_row(one, 0, 0, "claim + release, 1 other alive");
	live(ctx, others, 999);
	bench_row(measure_batch(ctx, holder, 1), one, BOUND_ALIVE,
		  "claim + release, 1000 others alive");
	memory = bench_memory_free();
	live(ctx, others, 99000);
	memory -= bench_memory_free();
	bench_row(measure_batch(ctx, holder, 1), one, BOUND_ALIVE,
		  "claim + release, 100000 others alive");
	bench_row(memory / 99000, 0, 0, "memory of a claim (bytes)");
	close(others);
}

/* Be a member of the group at @path. */
static void join(const char *path)
{
	char file[128];
	int fd;

	snprintf(file, sizeof(file), "%s/namespaces", path);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		err(EXIT_FAILURE, "%s", file);
	close(fd);
}

/* In a network namespace that is in no group, and LEVELS deep in groups with limits. */
static void measure_groups(struct hwc_ctx *ctx, int holder)
{
	uint64_t none = measure_batch(ctx, holder, 1);
	char path[64] = GROUPS;

	for (int i = 0; i < LEVELS; i++) {
		strcat(path, "/g");
		if (mkdir(path, 0755))
			err(EXIT_FAILURE, "%s", path);
	}
	join(path);
	bench_row(none, 0, 0, "claim + release, toy, in a namespace");
	bench_row(measure_batch(ctx, holder, 1), none, BOUND_GROUPS,
		  "claim + release, toy, %d levels of groups", LEVELS);
	join(GROUPS);
	for (int i = 0; i < LEVELS; i++) {
		if (rmdir(path))
			err(EXIT_FAILURE, "%s", path);
		path[strlen(path) - 2] = '\0';
	}
}

static void bench_groups(int holder)
{
	int host = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct hwc_ctx *ctx;

	if (host < 0 || unshare(CLONE_NEWNET) || hwc_ctx_new(&ctx))
		err(EXIT_FAILURE, "a network namespace");
	measure_groups(ctx, holder);
	hwc_ctx_free(ctx);
	if (setns(host, CLONE_NEWNET))
		err(EXIT_FAILURE, "the first network namespace");
	close(host);
}

/**
 * struct line - claims that wait for the first toy, which has no room
 * @ctx: the library
 * @holder: whose they are
 * @req: one more
 * @id: their numbers, in a ring: those that have the toy, then the others, by arrival
 * @n: how many
 * @first: the first of them in @id
 */
struct line {
	struct hwc_ctx *ctx;
	int holder;
	struct hwc_request *req;
	uint32_t id[CAPACITY + WAITERS];
	unsigned int n;
	unsigned int first;
};

static void line_come(void *data)
{
	struct line *line = data;
	struct hwc_grant grant;

	must(line->ctx, hwc_request_submit(line->req, &grant));
	line->id[(line->first + line->n - 1) % line->n] = grant.id;
}

/* The first leaves, and who is next has the toy. */
static void line_move(void *data)
{
	struct line *line = data;
	uint32_t next = line->id[(line->first + CAPACITY) % line->n];

	must(line->ctx, hwc_claim_delete(line->ctx, &line->id[line->first], 1));
	must(line->ctx, hwc_claim_wait(line->ctx, line->holder, next, 10000));
	line->first = (line->first + 1) % line->n;
}

/* Instructions of a claim's end and the grant to the next of @waiters. */
static uint64_t measure_grant(struct hwc_ctx *ctx, unsigned int waiters)
{
	struct line line = { .ctx = ctx, .holder = hwc_holder_open(ctx) };
	struct bench_op op = { .op = line_move, .undo = line_come, .data = &line, .times = TIMES };
	uint64_t took;

	must(ctx, line.holder);
	line.req = request_new(ctx, line.holder);
	hwc_request_wait(line.req, UINT32_MAX);
	must(ctx, hwc_request_add(line.req, "toy0", -1, -1, NULL, NULL));
	while (line.n < CAPACITY + waiters) {
		line.n++;
		line_come(&line);
	}
	took = bench_measure(&op);
	hwc_request_free(line.req);
	close(line.holder);
	return took;
}

static void bench_queue(struct hwc_ctx *ctx)
{
	uint64_t few = measure_grant(ctx, 10);

	bench_row(few, 0, 0, "grant to the next of 10 that wait");
	bench_row(measure_grant(ctx, WAITERS), few, BOUND_QUEUE,
		  "grant to the next of %d that wait", WAITERS);
}

void bench_claims(struct hwc_ctx *ctx, int holder)
{
	struct bench_op op = { .op = noop, .data = ctx, .times = TIMES };
	uint64_t null = bench_measure(&op);

	bench_row(null, 0, 0, "null round trip");
	bench_warm(ctx, holder, null);
	bench_alive(ctx, holder);
	bench_batches(ctx, holder);
	bench_groups(holder);
	bench_queue(ctx);
}
