// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a core's next firmware finds in its memory, and who finds a core dump: nothing of
 * the last, and nobody else. Simulated cores, whose memory stays as it is left.
 */
#include "group.h"
#include "rproc-dump.h"

#define SIM "/sys/kernel/debug/hwcontainer-sim-rproc/"
#define CORE "sim-core0"
#define HOST_FIRMWARE "/lib/firmware/hwcontainer-sim-none.elf"
#define DUMP_MAX HWC_PARAMETERS "rproc_dump_max"

/* Of its memory, which every dump has. */
#define CORE_BYTES (256 << 10)

const struct target target = {
	.name = CORE,
	.driver = "hwcontainer-sim-rproc",
	.image = HWC_IMAGES "hello.elf",
	.says = CORE ": hello\n",
	.running = SIM "running",
	.devices = 1,
	.recovery = "enabled",
};

FIXTURE_SETUP(rproc)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-sim-rproc"));
	set_up(_metadata, self);
}

FIXTURE_TEARDOWN(rproc)
{
	hwc_test_write(SIM "reset", "1");
	free_dump(self->core);
	tear_down(_metadata, self);
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer-sim-rproc"));
	unlink(HOST_FIRMWARE);
}

/* What the simulator says of the core's memory: "left=", now, or "found=", when prepared. */
static long words(const char *what)
{
	const char *line = strstr(hwc_test_read(SIM "memory"), CORE " ");
	const char *at = line ? strstr(line, what) : NULL;

	return at ? atol(at + strlen(what)) : -1;
}

#define left() words("left=")
#define found() words("found=")

static uint32_t claim_it(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	int id = try_claim(self, self->core);

	EXPECT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	return id < 0 ? 0 : id;
}

static void end_it(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self, uint32_t id)
{
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
}

TEST_F(rproc, nothing_is_left_when_it_stops)
{
	uint32_t id = claim_it(_metadata, self);
	pid_t pid;
	int pidfd;

	EXPECT_LT(0, left());
	end_it(_metadata, self, id);
	EXPECT_EQ(0, left());

	id = claim_it(_metadata, self);
	EXPECT_EQ(0, found());
	pid = hwc_test_sleeper();
	pidfd = hwc_test_pidfd(pid);
	ASSERT_EQ(0, hwc_claim_handover(self->ctx, &id, 1, pidfd));
	close(pidfd);
	EXPECT_LT(0, left());
	hwc_test_kill(pid);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_EQ(0, left());
}

/* Its dump is made before. */
TEST_F(rproc, nothing_is_left_when_it_crashes)
{
	static char trace[8192];

	run_and_crash(_metadata, self, trace);
	EXPECT_EQ(0, left());
	check_dump(_metadata, self, trace);
}

TEST_F(rproc, nothing_is_left_when_it_does_not_start_or_stop)
{
	uint32_t id;

	ASSERT_EQ(0, hwc_test_set(SIM "fail_start", EIO));
	EXPECT_EQ(-EIO, try_claim(self, self->core));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_EQ(0, left());
	hwc_test_write(SIM "reset", "1");

	id = claim_it(_metadata, self);
	ASSERT_EQ(0, hwc_test_set(SIM "fail_stop", EIO));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, self->core, HWCONTAINER_RESOURCE_STATE_FAILED));
	EXPECT_LT(0, left());
	hwc_test_write(SIM "reset", "1");
	/* the next claim stops it, and finds nothing */
	id = claim_it(_metadata, self);
	EXPECT_EQ(0, found());
	end_it(_metadata, self, id);
	EXPECT_EQ(0, left());
}

static void start_on_host(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	ASSERT_EQ(0, hwc_test_write(path(CLASS, self->core, "/state"), "start"));
	EXPECT_LT(0, left());
}

/* Nor does the first holder find what the host has run there. */
TEST_F(rproc, nothing_of_the_host_is_found)
{
	struct hwc_grant grant;
	uint32_t id;

	ASSERT_EQ(0, hwc_test_run("mkdir -p /lib/firmware && cp " HWC_IMAGES
				  "other.elf " HOST_FIRMWARE));
	start_on_host(_metadata, self);
	ASSERT_EQ(0, hwc_test_write(path(CLASS, self->core, "/state"), "stop"));
	EXPECT_LT(0, left());
	id = claim_it(_metadata, self);
	EXPECT_EQ(0, found());
	end_it(_metadata, self, id);

	start_on_host(_metadata, self);
	ASSERT_EQ(0, start(self, self->core, HWCONTAINER_CLAIM_FLAGS_TAKEOVER, &grant));
	EXPECT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_EQ(0, found());
	end_it(_metadata, self, grant.id);

	/* and the host nothing of the last holder */
	start_on_host(_metadata, self);
	EXPECT_EQ(0, found());
	ASSERT_EQ(0, hwc_test_write(path(CLASS, self->core, "/state"), "stop"));
}

/* A claim that stays: its number, or -errno. */
static int claim_in_domain(const void *core)
{
	int ret, image = hwc_test_open(target.image);
	struct hwc_grant grant;
	struct hwc_ctx *ctx;

	if (hwc_ctx_new(&ctx))
		return -1;
	ret = hwc_test_claim(ctx, core, -1, image, -1, 0, &grant);
	if (!ret)
		ret = hwc_claim_wait(ctx, hwc_holder_open(ctx), grant.id, HWC_TEST_WAIT_MS);
	return ret ? ret : (int)grant.id;
}

static void claim_and_crash_in(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self,
			       const struct hwc_test_domain *domain)
{
	int id = hwc_test_domain_run(domain, claim_in_domain, self->core);
	uint32_t claim = id;

	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_write(path(DEBUG, self->core, "/crash"), "2"));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	end_it(_metadata, self, claim);
	EXPECT_EQ(0, left());
}

static bool has_dump(FIXTURE_DATA(rproc) * self)
{
	char name[32];

	find_dump(self->core, name);
	return *name;
}

TEST_F(rproc, dump_goes_when_another_domain_comes)
{
	struct hwc_test_domain a, b;
	int id;
	uint32_t claim;

	ASSERT_EQ(0, hwc_test_domain_new(&a));
	ASSERT_EQ(0, hwc_test_domain_new(&b));
	claim_and_crash_in(_metadata, self, &a);
	EXPECT_TRUE(has_dump(self));
	id = hwc_test_domain_run(&a, claim_in_domain, self->core);
	claim = id;
	ASSERT_LT(0, id);
	EXPECT_TRUE(has_dump(self));
	end_it(_metadata, self, claim);
	id = hwc_test_domain_run(&b, claim_in_domain, self->core);
	claim = id;
	ASSERT_LT(0, id);
	EXPECT_FALSE(has_dump(self));
	end_it(_metadata, self, claim);
	hwc_test_domain_end(&a);
	hwc_test_domain_end(&b);
}

/* What the resource says of a dump that it did not make. */
static bool says(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self, long allowed)
{
	struct hwc_resource *res;
	char want[96];
	bool ret;

	snprintf(want, sizeof(want), "no core dump: it would have %d bytes, %ld are allowed",
		 CORE_BYTES, allowed);
	EXPECT_EQ(0, hwc_resource_get(self->ctx, self->core, &res));
	ret = !strcmp(want, hwc_resource_message(res));
	if (!ret)
		TH_LOG("\"%s\"", hwc_resource_message(res));
	hwc_resource_free(res);
	return ret;
}

TEST_F(rproc, dump_is_bounded)
{
	long before = hwc_test_number(DUMP_MAX);
	static char trace[8192];

	ASSERT_EQ(0, hwc_test_set(DUMP_MAX, CORE_BYTES - 1));
	run_and_crash(_metadata, self, trace);
	EXPECT_FALSE(has_dump(self));
	EXPECT_TRUE(says(_metadata, self, CORE_BYTES - 1));
	EXPECT_EQ(0, left());
	ASSERT_EQ(0, hwc_test_set(DUMP_MAX, CORE_BYTES));
	run_and_crash(_metadata, self, trace);
	EXPECT_TRUE(has_dump(self));
	ASSERT_EQ(0, hwc_test_set(DUMP_MAX, before));
}

/* By the least of all levels; who is in no group has what the module allows. */
TEST_F(rproc, dump_is_bounded_by_the_group)
{
	struct hwc_test_domain a;
	static char trace[8192];

	ASSERT_EQ(0, hwc_test_domain_new(&a));
	ASSERT_EQ(0, hwc_test_group_new("web"));
	ASSERT_EQ(0, hwc_test_group_new("web/shop"));
	EXPECT_STREQ("max\n", hwc_test_group_read("web", "dump_max"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "dump_max", "much"));
	ASSERT_EQ(0, hwc_test_group_write("web", "dump_max", "4096"));
	EXPECT_STREQ("4096\n", hwc_test_group_read("web", "dump_max"));
	ASSERT_EQ(0, hwc_test_group_write("web/shop", "dump_max", "10000000"));
	ASSERT_EQ(0, hwc_test_group_attach("web/shop", &a));
	claim_and_crash_in(_metadata, self, &a);
	EXPECT_FALSE(has_dump(self));
	EXPECT_TRUE(says(_metadata, self, 4096));

	ASSERT_EQ(0, hwc_test_group_write("web", "dump_max", "max"));
	claim_and_crash_in(_metadata, self, &a);
	EXPECT_TRUE(has_dump(self));
	run_and_crash(_metadata, self, trace);
	EXPECT_TRUE(has_dump(self));
	hwc_test_domain_end(&a);
	EXPECT_EQ(0, hwc_test_group_wait_remove("web/shop"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("web"));
}

TEST_HARNESS_MAIN
