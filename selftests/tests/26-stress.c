// SPDX-License-Identifier: GPL-2.0-or-later
/* Many who claim, hand over, let go and die at random: at the end, all is free. */
#include <stdlib.h>

#include "hwc.h"

#define CHILDREN 6
#define SECONDS 12

static const struct target {
	const char *resource;
	const char *image;
	const char *overlay;
} targets[] = {
	{ HWC_PR0, HWC_IMAGES "bad-crc.bit", HWC_DTBO "sha256-pr0.dtbo" },
	{ HWC_PR1, HWC_IMAGES "fir-pr1.bit", HWC_DTBO "bad-target.dtbo" },
	{ HWC_PR0, HWC_IMAGES "sha256-pr0.bit", HWC_DTBO "sha256-pr0.dtbo" },
	{ HWC_PR1, HWC_IMAGES "fir-pr1.bit", HWC_DTBO "fir-pr1.dtbo" },
	{ HWC_PR2, HWC_IMAGES "sha256-pr2.bit", NULL },
	{ HWC_PR3, HWC_IMAGES "sha256-pr3.bit", HWC_DTBO "sha256-pr3.dtbo" },
	{ HWC_OTHER0, HWC_IMAGES "fir-other.bit", HWC_DTBO "fir-other.dtbo" },
	{ HWC_FULL, HWC_IMAGES "full.bit", NULL },
	{ "toy0", NULL, NULL },
	{ "toy1", NULL, NULL },
	{ "toy2", NULL, NULL },
};

#define TARGETS (sizeof(targets) / sizeof(targets[0]))

/* The first of them are bad, so that whoever takes one after the other ends with good ones. */
#define BAD 2

/* What a claim is held by, and what becomes of it. */
static int claim_somehow(struct hwc_ctx *ctx, int file, unsigned int *seed, struct hwc_grant *grant)
{
	const struct target *t = &targets[rand_r(seed) % TARGETS];
	int image = t->image ? hwc_test_open(t->image) : -1;
	int overlay = t->overlay ? hwc_test_open(t->overlay) : -1;
	int ret = hwc_test_claim(ctx, t->resource, file, image, overlay, 0, grant);

	close(image);
	close(overlay);
	return ret;
}

static void live(unsigned int seed)
{
	struct hwc_grant grant;
	struct hwc_ctx *ctx;
	int file;

	if (hwc_ctx_new(&ctx))
		_exit(1);
	for (;;) {
		file = hwc_holder_open(ctx);
		if (!claim_somehow(ctx, file, &seed, &grant)) {
			if (rand_r(&seed) % 2)
				hwc_claim_wait(ctx, file, grant.id, rand_r(&seed) % 200);
			else
				usleep(rand_r(&seed) % 3000);
			switch (rand_r(&seed) % 4) {
			case 0:
				hwc_claim_delete(ctx, &grant.id, 1);
				break;
			case 1:
				hwc_test_hand_over(ctx, &grant.id, 1, &seed);
				break;
			case 2:
				_exit(0);
			}
		}
		close(file);
	}
}

static pid_t spawn(unsigned int seed)
{
	pid_t pid = fork();

	if (!pid)
		live(seed);
	return pid;
}

static void check_all_free(struct __test_metadata *_metadata, struct hwc_ctx *ctx)
{
	size_t i;
	int state;

	for (i = 0; i < TARGETS; i++) {
		int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

		do {
			state = hwc_test_state(ctx, targets[i].resource);
			usleep(2000);
		} while (state == HWCONTAINER_RESOURCE_STATE_CLAIMED && hwc_test_ms() < end);
		/* a bad image may have been the last */
		EXPECT_TRUE(state == HWCONTAINER_RESOURCE_STATE_FREE ||
			    state == HWCONTAINER_RESOURCE_STATE_FAILED)
		TH_LOG("%s is in state %d", targets[i].resource, state);
	}
	EXPECT_EQ(0, hwc_test_claims(ctx));
	EXPECT_EQ(NULL, strstr(hwc_test_read(HWC_SIM "state"), "bridge=enabled"));
	EXPECT_EQ(0, hwc_test_run("ls /dev/hwsim-* >/dev/null 2>&1 && exit 1; exit 0"));
}

/* Each region works, and is free without any failure afterwards. */
static void check_all_work(struct __test_metadata *_metadata, struct hwc_ctx *ctx)
{
	size_t i;

	for (i = 0; i < TARGETS; i++) {
		int holder = hwc_holder_open(ctx);
		int ret = hwc_test_try(ctx, targets[i].resource, holder, targets[i].image,
				       targets[i].overlay);

		if (i < BAD) {
			EXPECT_GT(0, ret);
		} else {
			EXPECT_LT(0, ret)
			TH_LOG("%s: %s", targets[i].resource, hwc_ctx_error(ctx));
		}
		close(holder);
		while (hwc_test_claims(ctx) > 0)
			usleep(2000);
	}
	for (i = 0; i < TARGETS; i++) {
		EXPECT_EQ(0, hwc_test_wait_free(ctx, targets[i].resource))
		TH_LOG("%s", targets[i].resource);
	}
}

FIXTURE(stress)
{
	struct hwc_ctx *ctx;
};

FIXTURE_SETUP(stress)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
}

FIXTURE_TEARDOWN(stress)
{
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer-toy"));
}

TEST_F_TIMEOUT(stress, leaves_everything_free, 200)
{
	const char *given = getenv("HWC_SEED");
	unsigned int seed = given ? atoi(given) : time(NULL);
	int64_t end = hwc_test_ms() + SECONDS * 1000;
	pid_t child[CHILDREN];
	int i, deaths = 0;

	TH_LOG("HWC_SEED=%u", seed);
	for (i = 0; i < CHILDREN; i++)
		child[i] = spawn(rand_r(&seed));
	while (hwc_test_ms() < end) {
		usleep(rand_r(&seed) % 20000);
		i = rand_r(&seed) % CHILDREN;
		if (waitpid(child[i], NULL, WNOHANG) != child[i]) {
			if (rand_r(&seed) % 2)
				continue;
			hwc_test_kill(child[i]);
		}
		deaths++;
		child[i] = spawn(rand_r(&seed));
	}
	for (i = 0; i < CHILDREN; i++)
		hwc_test_kill(child[i]);
	TH_LOG("%d deaths", deaths);
	check_all_free(_metadata, self->ctx);
	check_all_work(_metadata, self->ctx);
}

TEST_HARNESS_MAIN
