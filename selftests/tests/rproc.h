/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remote processors: what is the same for simulated ones (60-rproc.c) and for real
 * ones (62-rproc-r5.c). Each file says in target what it tests with.
 */
#ifndef HWC_TEST_RPROC_H
#define HWC_TEST_RPROC_H

#include <sys/stat.h>

#include "cores.h"

/**
 * struct target - the processor that is tested with
 * @name: its name in sysfs
 * @driver: its driver's name
 * @image: firmware for it
 * @says: what that writes into its trace buffer
 * @running: a file that says 1 while it is the only one that runs, or else 0
 * @devices: how many a claim of it has: itself, and what its firmware brings
 * @recovery: what its file of this name says when nobody has it
 */
struct target {
	const char *name;
	const char *driver;
	const char *image;
	const char *says;
	const char *running;
	size_t devices;
	const char *recovery;
};

extern const struct target target;

/* Real ones take a moment until they say something. */
static inline int wait_trace(const char *core, const char *want)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	while (!contains(path(DEBUG, core, "/trace0"), want)) {
		if (hwc_test_ms() > end)
			return -ETIMEDOUT;
		usleep(2000);
	}
	return 0;
}

FIXTURE(rproc)
{
	struct hwc_ctx *ctx;
	int holder;
	char core[32];
	char before[128];
	long timeout;
};

static inline void set_up(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	find_core(target.name, self->core);
	ASSERT_STRNE("", self->core);
	snprintf(self->before, sizeof(self->before), "%s",
		 hwc_test_read(path(CLASS, self->core, "/firmware")));
	self->timeout = hwc_test_number(HWC_PARAMETERS "rproc_timeout_ms");
}

/* Nothing of it is left: not the core, not the file, not the modes in sysfs. */
static inline void tear_down(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	struct stat st;

	hwc_test_set(HWC_PARAMETERS "rproc_timeout_ms", self->timeout);
	close(self->holder);
	while (hwc_test_claims(self->ctx) > 0)
		usleep(2000);
	find_core(target.name, self->core);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_EQ(0, hwc_test_number(target.running));
	EXPECT_NE(0, access("/lib/firmware/hwcontainer", F_OK));
	EXPECT_TRUE(is_state(self->core, "offline"));
	EXPECT_STREQ(self->before, hwc_test_read(path(CLASS, self->core, "/firmware")));
	EXPECT_TRUE(contains(path(CLASS, self->core, "/recovery"), target.recovery));
	EXPECT_EQ(0, stat(path(CLASS, self->core, "/state"), &st));
	EXPECT_EQ(0644, st.st_mode & 0777);
	hwc_ctx_free(self->ctx);
}

#define try_claim(self, name) hwc_test_try((self)->ctx, name, (self)->holder, target.image, NULL)

static inline int start(FIXTURE_DATA(rproc) * self, const char *name, uint32_t flags,
			struct hwc_grant *grant)
{
	int fd = hwc_test_open(target.image);
	int ret = hwc_test_claim(self->ctx, name, self->holder, fd, -1, flags, grant);

	close(fd);
	return ret;
}

/* As it should be while it runs for a claim. */
static inline void check_runs(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	EXPECT_TRUE(is_state(self->core, "running"));
	EXPECT_EQ(1, hwc_test_number(target.running));
	EXPECT_EQ(0, wait_trace(self->core, target.says));
	EXPECT_EQ(0, access(path(PLACED, self->core, ""), F_OK));
}

static inline void check_works(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	int id = try_claim(self, self->core);
	uint32_t claim = id;

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	check_runs(_metadata, self);
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_TRUE(is_state(self->core, "offline"));
}

static inline void test_runs_and_is_given_back(struct __test_metadata *_metadata,
					       FIXTURE_DATA(rproc) * self)
{
	static const char *const files[] = { "/state", "/firmware", "/recovery", "/coredump" };
	struct hwc_resource *res;
	struct hwc_claim *claim;
	char *before = strdup(hwc_test_read("/sys/module/firmware_class/parameters/path"));
	uint32_t id;
	int ret;

	ret = try_claim(self, self->core);
	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	id = ret;
	check_runs(_metadata, self);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		EXPECT_EQ(-EACCES, hwc_test_write(path(CLASS, self->core, files[i]), "stop"));
	EXPECT_TRUE(is_state(self->core, "running"));
	EXPECT_STREQ(before, hwc_test_read("/sys/module/firmware_class/parameters/path"));
	free(before);

	ASSERT_EQ(0, hwc_resource_get(self->ctx, self->core, &res));
	EXPECT_STREQ("remoteproc", hwc_resource_kind(res));
	EXPECT_STREQ(target.driver, hwc_resource_controller(res));
	EXPECT_STREQ(path("its trace is remoteproc/", self->core, "/trace0 in debugfs"),
		     hwc_resource_message(res));
	hwc_resource_free(res);
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	ASSERT_EQ(target.devices, hwc_claim_devices(claim));
	EXPECT_STREQ(self->core, hwc_device_name(hwc_claim_device(claim, 0)));
	EXPECT_EQ(0, hwc_device_nodes(hwc_claim_device(claim, 0)));
	hwc_claim_free(claim);

	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_EQ(0, hwc_test_number(target.running));
	EXPECT_EQ(0, hwc_test_write(path(CLASS, self->core, "/recovery"), target.recovery));
	check_works(_metadata, self);
}

/* The event comes, the sentence stays, the core is stopped and not started again. */
static inline void test_crashes(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	struct hwc_events *events;
	struct hwc_event *event;
	struct hwc_claim *claim;
	char want[128];
	bool told = false;
	int id;

	id = try_claim(self, self->core);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	snprintf(want, sizeof(want), "%s crashed", self->core);
	ASSERT_EQ(0, hwc_events_new(self->ctx, &events));
	ASSERT_EQ(0, hwc_test_write(path(DEBUG, self->core, "/crash"), "2"));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	EXPECT_EQ(EIO, hwc_claim_error(claim));
	EXPECT_STREQ(want, hwc_claim_message(claim));
	hwc_claim_free(claim);
	while (!hwc_events_next(events, &event)) {
		const struct hwc_claim *of = hwc_event_claim(event);

		if (of && hwc_claim_state(of) == HWCONTAINER_CLAIM_STATE_FAILED &&
		    !strcmp(want, hwc_claim_message(of)))
			told = true;
		hwc_event_free(event);
	}
	EXPECT_TRUE(told);
	hwc_events_free(events);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_TRUE(is_state(self->core, "offline"));
	EXPECT_EQ(0, hwc_test_number(target.running));
	EXPECT_NE(0, access("/lib/firmware/hwcontainer", F_OK));
	check_works(_metadata, self);
}

/* Through the character device, which we cannot close. */
static inline void test_others_interfere(struct __test_metadata *_metadata,
					 FIXTURE_DATA(rproc) * self)
{
	const char *dev = path("/dev/", self->core, "");
	struct hwc_claim *claim;
	char want[128];
	uint32_t id;
	int ret;

	/* somebody more wants it to run: the end of the claim stops it all the same */
	ret = try_claim(self, self->core);
	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	id = ret;
	ASSERT_EQ(0, hwc_test_write(dev, "start"));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_EQ(0, hwc_test_number(target.running));

	ret = try_claim(self, self->core);
	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	id = ret;
	dev = path("/dev/", self->core, "");
	ASSERT_EQ(0, hwc_test_write(dev, "stop"));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	snprintf(want, sizeof(want), "%s was stopped by somebody else", self->core);
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	EXPECT_STREQ(want, hwc_claim_message(claim));
	hwc_claim_free(claim);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));

	/* the file that it was started from goes */
	ret = try_claim(self, self->core);
	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	id = ret;
	EXPECT_EQ(0, unlink(path(PLACED, self->core, "")));
	usleep(300000);
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	check_works(_metadata, self);
}

/* At any instant: in the start, in the stop, while it runs. */
static inline void test_holder_dies(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self)
{
	struct hwc_grant grant;
	unsigned int seed = 1;
	int image, ret;
	pid_t pid;

	for (int i = 0; i < 60; i++) {
		image = hwc_test_open(target.image);
		pid = hwc_test_sleeper();
		ret = hwc_test_claim(self->ctx, self->core, -1, image, -1, 0, &grant);
		close(image);
		ASSERT_EQ(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
		ret = hwc_test_pidfd(pid);
		ASSERT_EQ(0, hwc_claim_handover(self->ctx, &grant.id, 1, ret));
		close(ret);
		usleep(rand_r(&seed) % 60000);
		hwc_test_kill(pid);
		ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, grant.id, -ENOENT));
		ASSERT_EQ(0, hwc_test_number(target.running));
		ASSERT_TRUE(is_state(self->core, "offline"));
		ASSERT_NE(0, access("/lib/firmware/hwcontainer", F_OK));
		ASSERT_EQ(0, access(path(CLASS, self->core, "/state"), W_OK));
	}
	check_works(_metadata, self);
}

#endif
