// SPDX-License-Identifier: GPL-2.0-or-later
/* Claims and resources of any kind, on one that is none (kernel/tests/toy.c). */
#include <sys/resource.h>

#include "hwc.h"

FIXTURE(claim)
{
	struct hwc_ctx *ctx;
	int file;
};

FIXTURE_VARIANT(claim)
{
	const char *toys;
};

/* With a worker and without: the same to whoever claims. */
FIXTURE_VARIANT_ADD(claim, worker){ "count=1100" };
FIXTURE_VARIANT_ADD(claim, at_once){ "count=1100 worker=n" };

static void load(struct __test_metadata *_metadata, const char *options)
{
	char command[128];

	snprintf(command, sizeof(command), "modprobe hwcontainer-toy %s", options);
	ASSERT_EQ(0, hwc_test_run(command));
}

FIXTURE_SETUP(claim)
{
	load(_metadata, variant->toys);
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->file = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->file);
}

static void wait_no_claims(struct __test_metadata *_metadata, struct hwc_ctx *ctx)
{
	EXPECT_EQ(0, hwc_test_wait_no_claims(ctx));
}

/* The step that ended the last claim has the module a little longer than there are claims. */
static void unload(struct __test_metadata *_metadata)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	while (hwc_test_number("/sys/module/hwcontainer_toy/refcnt") && hwc_test_ms() < end)
		usleep(2000);
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer-toy"));
}

FIXTURE_TEARDOWN(claim)
{
	close(self->file);
	wait_no_claims(_metadata, self->ctx);
	hwc_ctx_free(self->ctx);
	unload(_metadata);
}

/* Ask for @n toys from number @first on. */
static int batch(struct hwc_ctx *ctx, int file, int first, int n, struct hwc_grant *grants)
{
	struct hwc_request *req;
	char name[16];
	int i, ret = hwc_request_new(ctx, &req);

	if (ret)
		return ret;
	hwc_request_holder_file(req, file);
	for (i = 0; i < n && !ret; i++) {
		snprintf(name, sizeof(name), "toy%d", first + i);
		ret = hwc_request_add(req, name, -1, -1, NULL, NULL);
	}
	if (!ret)
		ret = hwc_request_submit(req, grants);
	hwc_request_free(req);
	return ret;
}

TEST_F(claim, batches_of_every_size)
{
	static const int sizes[] = { 1, 2, 3, 100, HWCONTAINER_REQUESTS_MAX };
	static struct hwc_grant grants[HWCONTAINER_REQUESTS_MAX];
	static uint32_t ids[HWCONTAINER_REQUESTS_MAX];
	size_t s;
	int i;

	for (s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
		ASSERT_EQ(0, batch(self->ctx, self->file, 0, sizes[s], grants))
		TH_LOG("%d: %s", sizes[s], hwc_ctx_error(self->ctx));
		for (i = 0; i < sizes[s]; i++) {
			ids[i] = grants[i].id;
			ASSERT_EQ(0,
				  hwc_claim_wait(self->ctx, self->file, ids[i], HWC_TEST_WAIT_MS));
		}
		EXPECT_EQ(sizes[s], hwc_test_claims(self->ctx));
		ASSERT_EQ(0, hwc_claim_delete(self->ctx, ids, sizes[s]));
		wait_no_claims(_metadata, self->ctx);
	}
}

/* The last one of many is taken: nothing is. */
TEST_F(claim, batch_is_all_or_none)
{
	static struct hwc_grant grants[512];
	struct hwc_grant one;
	char sentence[64];

	ASSERT_EQ(0, batch(self->ctx, self->file, 511, 1, &one));
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->file, one.id, HWC_TEST_WAIT_MS));
	EXPECT_EQ(-EBUSY, batch(self->ctx, self->file, 0, 512, grants));
	snprintf(sentence, sizeof(sentence), "toy511 is held by claim %u", one.id);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	EXPECT_EQ(1, hwc_test_claims(self->ctx));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, "toy0"));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, "toy510"));
	/* and the ones before it can be had at once */
	ASSERT_EQ(0, batch(self->ctx, self->file, 0, 511, grants));
}

TEST_F(claim, deletes_what_is_named_twice)
{
	struct hwc_grant grant;
	uint32_t ids[2];

	ASSERT_EQ(0, batch(self->ctx, self->file, 0, 1, &grant));
	ids[0] = grant.id;
	ids[1] = grant.id;
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, ids, 2));
	wait_no_claims(_metadata, self->ctx);
	EXPECT_EQ(-ENOENT, hwc_claim_delete(self->ctx, ids, 1));
}

/* Claims made and ended by the ten thousands leave the slabs as they were. */
TEST_F_TIMEOUT(claim, memory_stays_flat, 150)
{
	static struct hwc_grant grants[100];
	static uint32_t ids[100];
	int i, round, rounds = 200 / hwc_test_slow();
	long before = 0, after;

	for (round = 0; round < rounds + 20; round++) {
		if (round == 20) {
			wait_no_claims(_metadata, self->ctx);
			before = strtol(strstr(hwc_test_read("/proc/meminfo"), "SUnreclaim:") + 11,
					NULL, 10);
		}
		ASSERT_EQ(0, batch(self->ctx, self->file, 0, 100, grants))
		TH_LOG("%s", hwc_ctx_error(self->ctx));
		for (i = 0; i < 100; i++)
			ids[i] = grants[i].id;
		ASSERT_EQ(0, hwc_claim_delete(self->ctx, ids, 100));
	}
	wait_no_claims(_metadata, self->ctx);
	after = strtol(strstr(hwc_test_read("/proc/meminfo"), "SUnreclaim:") + 11, NULL, 10);
	TH_LOG("%d claims, unreclaimable slab %ld -> %ld KiB", rounds * 100, before, after);
	/* less than 64 bytes each, were they all to stay; the debug kernel's quarantine is larger */
	if (hwc_test_slow() == 1)
		EXPECT_GT(before + 1200, after);
}

static int count_one(const struct hwc_resource *res, void *data)
{
	if (!strcmp(hwc_resource_kind(res), "toy"))
		++*(int *)data;
	return 0;
}

/* A list that is read while claims come and go is whole, or read again. */
TEST_F(claim, lists_while_things_change)
{
	int64_t end = hwc_test_ms() + 1500;
	int seen, ret, rounds = 0;
	pid_t pid = fork();

	if (!pid) {
		static struct hwc_grant grants[64];
		struct hwc_ctx *ctx;

		hwc_ctx_new(&ctx);
		for (;;) {
			int file = hwc_holder_open(ctx);

			batch(ctx, file, rounds++ % 1000, 64, grants);
			close(file);
		}
	}
	while (hwc_test_ms() < end) {
		seen = 0;
		EXPECT_EQ(0, hwc_resource_foreach(self->ctx, count_one, &seen))
		TH_LOG("%s", hwc_ctx_error(self->ctx));
		EXPECT_EQ(1100, seen);
		/* of claims that never stop changing no list is ever whole */
		ret = hwc_test_claims(self->ctx);
		EXPECT_TRUE(ret >= 0 || ret == -EAGAIN) TH_LOG("%s", hwc_ctx_error(self->ctx));
		rounds++;
	}
	hwc_test_kill(pid);
	EXPECT_LT(0, rounds);
}

FIXTURE(toy)
{
	struct hwc_ctx *ctx;
	int file;
};

FIXTURE_SETUP(toy)
{
	load(_metadata, "");
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->file = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->file);
}

FIXTURE_TEARDOWN(toy)
{
	close(self->file);
	hwc_test_write(HWC_TOY "reset", "1");
	wait_no_claims(_metadata, self->ctx);
	hwc_ctx_free(self->ctx);
	unload(_metadata);
}

static int try_toy(FIXTURE_DATA(toy) * self, const char *name)
{
	return hwc_test_try(self->ctx, name, self->file, NULL, NULL);
}

TEST_F(toy, is_described)
{
	struct hwc_resource *res;
	struct hwc_info *info;
	bool found = false;
	size_t i;

	ASSERT_EQ(0, hwc_info_get(self->ctx, &info));
	for (i = 0; i < hwc_info_kinds(info); i++)
		found |= !strcmp("toy", hwc_info_kind(info, i));
	hwc_info_free(info);
	EXPECT_TRUE(found);
	ASSERT_EQ(0, hwc_resource_get(self->ctx, "toy3", &res));
	EXPECT_STREQ("toy", hwc_resource_kind(res));
	EXPECT_STREQ("toy box", hwc_resource_controller(res));
	EXPECT_EQ(1, hwc_resource_capacity(res));
	EXPECT_EQ(0, hwc_resource_in_use(res));
	hwc_resource_free(res);
}

TEST_F(toy, fails_in_each_step)
{
	static const char *const steps[] = {
		"fail_acquire",
		"fail_examine",
		"fail_configure",
		"fail_settle",
	};
	char path[128], sentence[64];
	int i, id;

	for (i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), HWC_TOY "%s", steps[i]);
		snprintf(sentence, sizeof(sentence), "toy0: %s is set to 71", steps[i]);
		ASSERT_EQ(0, hwc_test_set(path, EPROTO));
		EXPECT_EQ(-EPROTO, try_toy(self, "toy0")) TH_LOG("%s", steps[i]);
		EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
		ASSERT_EQ(0, hwc_test_write(HWC_TOY "reset", "1"));
		id = try_toy(self, "toy0");
		ASSERT_LT(0, id) TH_LOG("%s: %s", steps[i], hwc_ctx_error(self->ctx));
		ASSERT_EQ(0, hwc_claim_delete(self->ctx, (uint32_t[]){ id }, 1));
		wait_no_claims(_metadata, self->ctx);
	}
}

/* Only what was configured is released, and all of it. */
TEST_F(toy, releases_what_it_configured)
{
	int i;

	for (i = 0; i < 4; i++) {
		hwc_test_set(HWC_TOY "fail_settle", i == 1 ? 5 : 0);
		hwc_test_set(HWC_TOY "fail_configure", i == 2 ? 5 : 0);
		try_toy(self, "toy1");
		close(self->file);
		self->file = hwc_holder_open(self->ctx);
		wait_no_claims(_metadata, self->ctx);
	}
	EXPECT_EQ(3, hwc_test_number(HWC_TOY "configured"));
	EXPECT_EQ(3, hwc_test_number(HWC_TOY "released"));
}

TEST_F(toy, takes_no_overlay)
{
	EXPECT_EQ(-EINVAL,
		  hwc_test_try(self->ctx, "toy0", self->file, NULL, HWC_DTBO "sha256-pr0.dtbo"));
	EXPECT_STREQ("a resource of kind toy takes no overlay", hwc_ctx_error(self->ctx));
}

/* Each is granted at once and gets the hardware in turn. */
TEST_F(toy, serves_those_who_wait_in_order)
{
	struct hwc_grant grants[5];
	int i, seen[5];

	ASSERT_EQ(0, hwc_test_set(HWC_TOY "stall_configure_ms", 60));
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, hwc_test_claim(self->ctx, "toy0", self->file, -1, -1, 0, &grants[i]))
		TH_LOG("%s", hwc_ctx_error(self->ctx));
		seen[i] = hwc_claim_open(self->ctx, self->file, grants[i].id);
		if (i < 4)
			ASSERT_EQ(0, hwc_claim_delete(self->ctx, &grants[i].id, 1));
	}
	ASSERT_EQ(0, hwc_claim_wait(self->ctx, self->file, grants[4].id, HWC_TEST_WAIT_MS));
	for (i = 0; i < 5; i++) {
		struct pollfd p = { .fd = seen[i], .events = POLLIN };

		ASSERT_EQ(1, poll(&p, 1, 0)) TH_LOG("claim %d", i);
		EXPECT_EQ(i < 4 ? POLLIN | POLLHUP : POLLIN, p.revents);
		close(seen[i]);
	}
}

TEST_F(toy, goes_while_claimed)
{
	struct hwc_grant grant;
	int stage, file;

	for (stage = 0; stage < 3; stage++) {
		if (stage)
			hwc_test_set(stage == 1 ? HWC_TOY "stall_configure_ms" :
						  HWC_TOY "stall_settle_ms",
				     200);
		ASSERT_EQ(0, hwc_test_claim(self->ctx, "toy2", self->file, -1, -1, 0, &grant));
		file = hwc_claim_open(self->ctx, self->file, grant.id);
		usleep(30000);
		ASSERT_EQ(0, hwc_test_write(HWC_TOY "remove", "toy2"));
		EXPECT_EQ(0, hwc_claim_wait_released(self->ctx, file, 0));
		close(file);
		EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, "toy2"));
		hwc_test_write(HWC_TOY "reset", "1");
		ASSERT_EQ(0, hwc_test_write(HWC_TOY "add", "toy2"));
		EXPECT_LT(0, try_toy(self, "toy2"));
		close(self->file);
		self->file = hwc_holder_open(self->ctx);
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, "toy2"));
	}
}

TEST_F(toy, names_are_unique)
{
	EXPECT_EQ(-EEXIST, hwc_test_write(HWC_TOY "add", "toy1"));
	EXPECT_EQ(-EEXIST, hwc_test_write(HWC_TOY "add", HWC_PR0));
	EXPECT_LT(0, try_toy(self, "toy1"));
}

/* What a listener hears of a claim's life, in order. */
TEST_F(toy, events_of_a_life)
{
	static const int want[] = {
		HWCONTAINER_CLAIM_STATE_QUEUED,	  HWCONTAINER_CLAIM_STATE_PREPARING,
		HWCONTAINER_CLAIM_STATE_READY,	  HWCONTAINER_CLAIM_STATE_RELEASING,
		HWCONTAINER_CLAIM_STATE_RELEASED,
	};
	struct hwc_events *events;
	struct hwc_event *event;
	int id, n = 0, added = 0, gone = 0;

	ASSERT_EQ(0, hwc_events_new(self->ctx, &events));
	id = try_toy(self, "toy0");
	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, (uint32_t[]){ id }, 1));
	wait_no_claims(_metadata, self->ctx);
	ASSERT_EQ(0, hwc_test_write(HWC_TOY "add", "teddy"));
	ASSERT_EQ(0, hwc_test_write(HWC_TOY "remove", "teddy"));
	while (!hwc_events_next(events, &event)) {
		if (hwc_event_claim(event)) {
			ASSERT_GT(5, n);
			EXPECT_EQ(id, (int)hwc_claim_id(hwc_event_claim(event)));
			EXPECT_EQ(want[n], (int)hwc_claim_state(hwc_event_claim(event)));
			n++;
		} else {
			EXPECT_STREQ("teddy", hwc_resource_name(hwc_event_resource(event)));
			added += hwc_event_type(event) == HWCONTAINER_CMD_RESOURCE_ADD_NTF;
			gone += hwc_event_type(event) == HWCONTAINER_CMD_RESOURCE_DEL_NTF;
		}
		hwc_event_free(event);
	}
	EXPECT_EQ(5, n);
	EXPECT_EQ(1, added);
	EXPECT_EQ(1, gone);
	hwc_events_free(events);
}

TEST(toys_for_several)
{
	struct hwc_ctx *ctx;
	struct hwc_grant grants[4];
	uint32_t ids[3];
	int i, file;

	load(_metadata, "capacity=3 count=2");
	ASSERT_EQ(0, hwc_ctx_new(&ctx));
	file = hwc_holder_open(ctx);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, hwc_test_claim(ctx, "toy0", file, -1, -1, 0, &grants[i]));
		ASSERT_EQ(0, hwc_claim_wait(ctx, file, grants[i].id, HWC_TEST_WAIT_MS));
		ids[i] = grants[i].id;
	}
	EXPECT_EQ(-EBUSY, hwc_test_claim(ctx, "toy0", file, -1, -1, 0, &grants[3]));
	EXPECT_STREQ("toy0 is held by 3 claims, its capacity", hwc_ctx_error(ctx));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_CLAIMED, hwc_test_state(ctx, "toy0"));
	EXPECT_EQ(0, hwc_claim_delete(ctx, ids, 1));
	EXPECT_EQ(0, hwc_test_claim(ctx, "toy0", file, -1, -1, 0, &grants[3]))
	TH_LOG("%s", hwc_ctx_error(ctx));
	close(file);
	wait_no_claims(_metadata, ctx);
	hwc_ctx_free(ctx);
	unload(_metadata);
}

/* Files that the kernel has in its memory. */
static int files_in_memory(void)
{
	FILE *in = fopen("/proc/vmallocinfo", "re");
	char line[512];
	int n = 0;

	while (in && fgets(line, sizeof(line), in))
		n += !!strstr(line, " kernel_read_file+");
	if (in)
		fclose(in);
	return n;
}

static int wait_files(int n)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	while (files_in_memory() != n && hwc_test_ms() < end)
		usleep(1000);
	return files_in_memory();
}

/* Its file may stay open for ever, and counts as no claim any more. */
TEST(bytes_go_with_the_claim_that_waits_for_hardware)
{
	int before = files_in_memory(), holder, open_claim, image;
	struct hwc_grant first, second;
	struct hwc_ctx *ctx;

	load(_metadata, "count=1");
	ASSERT_EQ(0, hwc_ctx_new(&ctx));
	holder = hwc_holder_open(ctx);
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "stall_configure_ms", 2000 * hwc_test_slow()));
	ASSERT_EQ(0, hwc_test_claim(ctx, "toy0", holder, -1, -1, 0, &first));
	ASSERT_EQ(0, hwc_test_wait_claim(ctx, first.id, HWCONTAINER_CLAIM_STATE_PREPARING));
	ASSERT_EQ(0, hwc_claim_delete(ctx, &first.id, 1));

	image = hwc_test_open(HWC_IMAGES "sha256-pr0.bit");
	ASSERT_EQ(0, hwc_test_claim(ctx, "toy0", holder, image, -1, 0, &second))
	TH_LOG("%s", hwc_ctx_error(ctx));
	close(image);
	ASSERT_EQ(before + 1, wait_files(before + 1));
	/* long enough to be examined, and the first one is not done with the toy */
	usleep(200000 * hwc_test_slow());
	open_claim = hwc_claim_open(ctx, holder, second.id);
	ASSERT_LE(0, open_claim);
	ASSERT_EQ(0, hwc_claim_delete(ctx, &second.id, 1));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_RELEASING, hwc_test_claim_state(ctx, first.id));
	EXPECT_EQ(-ENOENT, hwc_test_claim_state(ctx, second.id));
	EXPECT_EQ(before, wait_files(before));
	close(open_claim);
	close(holder);
	wait_no_claims(_metadata, ctx);
	hwc_ctx_free(ctx);
	unload(_metadata);
}

TEST_HARNESS_MAIN
