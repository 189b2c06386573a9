// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each allocation of claim and release fails in turn: an error or success, and
 * afterwards everything is free. Needs a kernel with failslab (make check-debug).
 *
 * /proc/PID/fail-nth holds a number for each task, so the allocations of the
 * request, of the manager's worker and of the workqueue are counted apart.
 *
 * Where drivers/of puts nodes into sysfs (drivers/of/kobj.c), it does not survive
 * a failure itself: it warns, and the removal of what was never added is an oops.
 * So the worker, which applies and removes overlays, is spared the failures of
 * the caches that this code takes from.
 */
#include <dirent.h>
#include <stdlib.h>

#include "hwc.h"

#define FAILSLAB "/sys/kernel/debug/failslab/"
#define BIND_TIMEOUT HWC_PARAMETERS "bind_timeout_ms"
#define SHA_BIT HWC_IMAGES "sha256-pr0.bit"
#define SHA_DTBO HWC_DTBO "sha256-pr0.dtbo"
/* Tests before this one may have kept many of the kernel's workers busy. */
#define TASKS_MAX 2048
/* More than any path allocates. */
#define NTH_MAX 5000
/*
 * There is no n-th allocation when it was not come to this often: a work may be
 * done by a kernel thread that did not exist when the threads were told.
 */
#define MISSES_MAX 3

FIXTURE(failslab)
{
	struct hwc_ctx *ctx;
	int image;
	int overlay;
	long bind_timeout;
	pid_t task[TASKS_MAX];
	int tasks;
};

FIXTURE_SETUP(failslab)
{
	if (access(FAILSLAB, F_OK))
		SKIP(return, "this kernel cannot make allocations fail (no failslab)");
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->image = hwc_test_open(SHA_BIT);
	self->overlay = hwc_test_open(SHA_DTBO);
	self->bind_timeout = hwc_test_number(BIND_TIMEOUT);
	ASSERT_EQ(0, hwc_test_set(BIND_TIMEOUT, 100));
	/* those that may wait fail, too; no backtrace of each */
	ASSERT_EQ(0, hwc_test_write(FAILSLAB "ignore-gfp-wait", "N"));
	ASSERT_EQ(0, hwc_test_write(FAILSLAB "verbose", "0"));
}

FIXTURE_TEARDOWN(failslab)
{
	if (!self->ctx)
		return;
	hwc_test_write(FAILSLAB "ignore-gfp-wait", "Y");
	hwc_test_set(BIND_TIMEOUT, self->bind_timeout);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(0, hwc_test_claims(self->ctx));
	hwc_ctx_free(self->ctx);
}

static int set_nth(pid_t pid, int nth)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/fail-nth", pid, pid);
	return hwc_test_set(path, nth);
}

static int get_nth(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/task/%d/fail-nth", pid, pid);
	return hwc_test_number(path);
}

/* Kernel threads whose name begins with @prefix. */
static void find_tasks(FIXTURE_DATA(failslab) * self, const char *prefix)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	char path[64];

	self->tasks = 0;
	while ((entry = readdir(proc)) && self->tasks < TASKS_MAX) {
		if (!atoi(entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/comm", atoi(entry->d_name));
		if (!strncmp(hwc_test_read(path), prefix, strlen(prefix)))
			self->task[self->tasks++] = atoi(entry->d_name);
	}
	closedir(proc);
}

/* Returns whether any of them has come to its n-th allocation. */
static bool disarm(FIXTURE_DATA(failslab) * self)
{
	bool reached = false;
	int i;

	for (i = 0; i < self->tasks; i++) {
		reached |= !get_nth(self->task[i]);
		set_nth(self->task[i], 0);
	}
	return reached;
}

static void arm(FIXTURE_DATA(failslab) * self, int nth)
{
	int i;

	for (i = 0; i < self->tasks; i++)
		set_nth(self->task[i], nth);
}

/* From the request to the end, with whatever comes. */
static int claim_and_release(FIXTURE_DATA(failslab) * self, int holder)
{
	struct hwc_grant grant;
	int ret, file;

	ret = hwc_test_claim(self->ctx, HWC_PR0, holder, self->image, self->overlay, 0, &grant);
	if (ret)
		return ret;
	file = hwc_claim_open(self->ctx, holder, grant.id);
	ret = hwc_claim_wait(self->ctx, holder, grant.id, HWC_TEST_WAIT_MS);
	hwc_claim_delete(self->ctx, &grant.id, 1);
	if (file >= 0) {
		hwc_claim_wait_released(self->ctx, file, HWC_TEST_WAIT_MS);
		close(file);
	}
	return ret;
}

static void check_after(struct __test_metadata *_metadata, FIXTURE_DATA(failslab) * self, int nth,
			int ret)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	struct hwc_ctx *ctx;
	int state;

	/* one whose connection no failure has touched */
	ASSERT_EQ(0, hwc_ctx_new(&ctx));
	while (hwc_test_claims(ctx) && hwc_test_ms() < end)
		usleep(2000);
	EXPECT_EQ(0, hwc_test_claims(ctx)) TH_LOG("allocation %d", nth);
	state = hwc_test_state(ctx, HWC_PR0);
	EXPECT_TRUE(state == HWCONTAINER_RESOURCE_STATE_FREE ||
		    (ret && state == HWCONTAINER_RESOURCE_STATE_FAILED))
	TH_LOG("allocation %d: returned %d (%s), state %d", nth, ret, hwc_ctx_error(self->ctx),
	       state);
	EXPECT_NE(-ETIMEDOUT, ret) TH_LOG("allocation %d", nth);
	hwc_ctx_free(ctx);
}

/* The loop: @who says whose allocations fail. */
static void fail_each(struct __test_metadata *_metadata, FIXTURE_DATA(failslab) * self,
		      const char *who)
{
	int nth = 1, missed = 0, refused = 0;
	int holder, ret;

	while (nth < NTH_MAX && missed < MISSES_MAX) {
		hwc_ctx_free(self->ctx);
		ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
		hwc_noop(self->ctx);
		holder = hwc_holder_open(self->ctx);
		if (who)
			find_tasks(self, who);
		ASSERT_GT(TASKS_MAX, self->tasks);
		arm(self, nth);
		ret = claim_and_release(self, holder);
		missed = disarm(self) ? 0 : missed + 1;
		close(holder);
		check_after(_metadata, self, nth, ret);
		refused += !!ret;
		nth += !missed;
	}
	TH_LOG("%d allocations failed, %d claims were refused", nth - 1, refused);
	EXPECT_LT(5, nth);
	EXPECT_GT(NTH_MAX, nth);
	holder = hwc_holder_open(self->ctx);
	EXPECT_EQ(0, claim_and_release(self, holder)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	close(holder);
}

TEST_F_TIMEOUT(failslab, of_the_request, 300)
{
	self->task[0] = getpid();
	self->tasks = 1;
	fail_each(_metadata, self, NULL);
}

TEST_F_TIMEOUT(failslab, of_the_workqueue, 300)
{
	fail_each(_metadata, self, "kworker/u");
}

/* Names and kernfs nodes, all of them small. */
static bool is_spared(const char *cache)
{
	static const char *const spared[] = {
		"kernfs_node_cache", "radix_tree_node", "kmalloc-8",
		"kmalloc-16",	     "kmalloc-32",	"kmalloc-64",
	};
	size_t i;

	for (i = 0; i < sizeof(spared) / sizeof(spared[0]); i++)
		if (!strcmp(cache, spared[i]))
			return true;
	return false;
}

/* Let allocations fail in the caches that are not spared, or in any again. */
static int filter_caches(bool on)
{
	DIR *slab = opendir("/sys/kernel/slab");
	struct dirent *entry;
	char path[320];
	int n = 0;

	while (slab && (entry = readdir(slab))) {
		snprintf(path, sizeof(path), "/sys/kernel/slab/%s/failslab", entry->d_name);
		if (entry->d_name[0] != '.' && !is_spared(entry->d_name))
			n += !hwc_test_write(path, on ? "1" : "0");
	}
	if (slab)
		closedir(slab);
	hwc_test_write(FAILSLAB "cache-filter", on ? "Y" : "N");
	return n;
}

TEST_F_TIMEOUT(failslab, of_the_managers_worker, 900)
{
	int caches = filter_caches(true);

	TH_LOG("%d caches", caches);
	EXPECT_LT(20, caches);
	fail_each(_metadata, self, "hwc-fpga0");
	filter_caches(false);
}

TEST_HARNESS_MAIN
