// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Regions with a blank image: what a claim has loaded is gone before the region is free,
 * the bridges stay closed meanwhile, and where that fails nobody gets it.
 */
#include <sys/stat.h>

#include "domain.h"

#define LOADS HWC_MGR "loads"
#define KEEP HWCONTAINER_CLAIM_FLAGS_KEEP
#define FREE HWCONTAINER_RESOURCE_STATE_FREE
#define FAILED HWCONTAINER_RESOURCE_STATE_FAILED
#define WARM HWCONTAINER_RESOURCE_STATE_WARM
#define IMAGE HWC_IMAGES "sha256-pr0.bit"
#define OVERLAY HWC_DTBO "sha256-pr0.dtbo"
#define BLANK HWC_IMAGES "none-pr0.bit"
#define SLOT4 HWC_FULL "/fpga-PR4"
#define NOT_LOADED "its blank image could not be loaded (error %d)"

FIXTURE(blank)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a;
	int holder;
	long loads;
	char hot[32];
};

/* "hot_loads=N": how often a slot of the first FPGA was loaded behind an open bridge. */
static void read_hot(char *hot)
{
	const char *line = strstr(hwc_test_read(HWC_SIM "state"), "fpga-mgr0 slot=0 ");
	const char *at = line ? strstr(line, "hot_loads=") : NULL;

	snprintf(hot, 32, "%.*s", at ? (int)strcspn(at, " \n") : 0, at ? at : "");
}

FIXTURE_SETUP(blank)
{
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_domain_new(&self->a));
	self->holder = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->holder);
	self->loads = hwc_test_number(LOADS);
	read_hot(self->hot);
}

/* What became of a request: 0 or the errno. */
static int wait_set(struct hwc_ctx *ctx, const char *resource)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	struct hwc_resource *res;
	int error = EINPROGRESS;

	while (error == EINPROGRESS && hwc_test_ms() < end) {
		if (hwc_resource_get(ctx, resource, &res))
			return -1;
		error = hwc_resource_blank_error(res);
		hwc_resource_free(res);
		usleep(1000);
	}
	return error;
}

/* NULL takes it off. */
static int set_blank(struct hwc_ctx *ctx, const char *resource, const char *image)
{
	int fd = image ? hwc_test_open(image) : -1;
	int ret = hwc_resource_set_blank(ctx, resource, fd);

	if (image)
		close(fd);
	return ret ? ret : wait_set(ctx, resource);
}

static int work_again(void)
{
	return hwc_test_write(HWC_SIM "reset", "1");
}

FIXTURE_TEARDOWN(blank)
{
	char hot[32];

	work_again();
	hwc_test_domain_end(&self->a);
	close(self->holder);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	EXPECT_EQ(0, set_blank(self->ctx, HWC_PR0, NULL));
	EXPECT_EQ(0, set_blank(self->ctx, HWC_FULL, NULL));
	hwc_test_cool_down(_metadata, self->ctx, HWC_PR0, BLANK);
	hwc_test_cool_down(_metadata, self->ctx, HWC_FULL, HWC_IMAGES "full.bit");
	read_hot(hot);
	EXPECT_STREQ(self->hot, hot);
	hwc_ctx_free(self->ctx);
}

static uint32_t claim_it(struct __test_metadata *_metadata, FIXTURE_DATA(blank) * self)
{
	int id = hwc_test_try(self->ctx, HWC_PR0, self->holder, IMAGE, OVERLAY);

	EXPECT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=sha256"));
	return id < 0 ? 0 : id;
}

static void end_it(struct __test_metadata *_metadata, FIXTURE_DATA(blank) * self, uint32_t id,
		   int state)
{
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
	EXPECT_EQ(state, hwc_test_state(self->ctx, HWC_PR0));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled"));
}

#define check_loads(more)                                       \
	do {                                                    \
		self->loads += (more);                          \
		EXPECT_EQ(self->loads, hwc_test_number(LOADS)); \
	} while (0)

/* What the resource says of its state, and that it has a blank image, or has none. */
static void check_says(struct __test_metadata *_metadata, FIXTURE_DATA(blank) * self,
		       const char *want, bool has)
{
	struct hwc_resource *res;

	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	EXPECT_STREQ(want, hwc_resource_message(res));
	EXPECT_EQ(has, !!hwc_resource_blank_digest(res));
	hwc_resource_free(res);
}

TEST_F(blank, is_loaded_at_the_end_of_a_claim)
{
	struct hwc_resource *res;
	struct hwc_image *image;
	uint32_t id;
	int pidfd;
	pid_t pid;

	/* without one, what was loaded stays, behind closed bridges */
	id = claim_it(_metadata, self);
	end_it(_metadata, self, id, FREE);
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=sha256"));
	check_loads(1);

	ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, BLANK));
	ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
	ASSERT_EQ(0, hwc_image_open(self->ctx, hwc_test_file(BLANK), &image));
	ASSERT_NE(NULL, hwc_resource_blank_digest(res));
	EXPECT_EQ(0, memcmp(hwc_image_digest(image), hwc_resource_blank_digest(res),
			    HWCONTAINER_DIGEST_LEN));
	hwc_image_free(image);
	hwc_resource_free(res);
	check_loads(0);

	id = claim_it(_metadata, self);
	end_it(_metadata, self, id, FREE);
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=none"));
	check_loads(2);

	id = claim_it(_metadata, self);
	pid = hwc_test_sleeper();
	pidfd = hwc_test_pidfd(pid);
	ASSERT_EQ(0, hwc_claim_handover(self->ctx, &id, 1, pidfd));
	close(pidfd);
	hwc_test_kill(pid);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=none"));
	check_loads(2);

	ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, NULL));
	check_says(_metadata, self, "", false);
	id = claim_it(_metadata, self);
	end_it(_metadata, self, id, FREE);
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=sha256"));
	check_loads(1);
}

/* A claim that keeps its image, in a namespace; its holder is gone when this returns. */
static int keep(const void *unused)
{
	int image = hwc_test_open(IMAGE), overlay = hwc_test_open(OVERLAY), holder;
	struct hwc_grant grant;
	struct hwc_ctx *ctx;

	(void)unused;
	if (hwc_ctx_new(&ctx))
		return -1;
	holder = hwc_holder_open(ctx);
	if (hwc_test_claim(ctx, HWC_PR0, holder, image, overlay, KEEP, &grant))
		return -2;
	return hwc_claim_wait(ctx, holder, grant.id, HWC_TEST_WAIT_MS);
}

TEST_F(blank, waits_while_an_image_is_warm)
{
	uint32_t id;

	ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, BLANK));
	ASSERT_EQ(0, hwc_test_domain_run(&self->a, keep, NULL));
	ASSERT_EQ(0, hwc_test_wait_state(self->ctx, HWC_PR0, WARM));
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=sha256"));
	check_loads(1);
	/* another domain: over the warm one comes the blank one, then its own */
	id = claim_it(_metadata, self);
	check_loads(2);
	end_it(_metadata, self, id, FREE);
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=none"));
	check_loads(1);
}

/* The claim that comes next tries again, and gets nothing before that has been done. */
TEST_F(blank, that_cannot_be_loaded)
{
	char want[128], says[64];
	uint32_t id;

	ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, BLANK));
	id = claim_it(_metadata, self);
	ASSERT_EQ(0, hwc_test_fail_loads(-1));
	end_it(_metadata, self, id, FAILED);
	snprintf(says, sizeof(says), NOT_LOADED, hwc_test_machine()->load_error);
	check_says(_metadata, self, says, true);

	EXPECT_EQ(-EIO, hwc_test_try(self->ctx, HWC_PR0, self->holder, IMAGE, OVERLAY));
	snprintf(want, sizeof(want), HWC_PR0 ": %s", says);
	EXPECT_STREQ(want, hwc_ctx_error(self->ctx));
	EXPECT_EQ(FAILED, hwc_test_state(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0"));

	ASSERT_EQ(0, work_again());
	self->loads = hwc_test_number(LOADS);
	id = claim_it(_metadata, self);
	check_loads(2);
	/* or nobody asks for it any more */
	ASSERT_EQ(0, hwc_test_fail_loads(-1));
	end_it(_metadata, self, id, FAILED);
	ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, NULL));
	ASSERT_EQ(0, work_again());
	self->loads = hwc_test_number(LOADS);
	id = claim_it(_metadata, self);
	check_loads(1);
	end_it(_metadata, self, id, FREE);
}

/* Half of an image that could not be loaded is nobody's to find either. */
TEST_F(blank, is_loaded_over_a_failure)
{
	const char *image = hwc_test_board() ? IMAGE : HWC_IMAGES "bad-crc.bit";

	ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, BLANK));
	if (hwc_test_board())
		ASSERT_EQ(0, hwc_test_fail_loads(1));
	EXPECT_GT(0, hwc_test_try(self->ctx, HWC_PR0, self->holder, image, OVERLAY));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=none"));
}

#define FOREIGN "foreign-firmware"
#define FW_PATH "/sys/module/firmware_class/parameters/path"

/* Mainline's own way programs the region, with an image of its own. */
static int program_as_foreign(void)
{
	const char *image = hwc_test_takes_bitstreams() ? HWC_IMAGES "sha256-pr0.bin" :
							  hwc_test_file(IMAGE);
	char command[512];

	snprintf(command, sizeof(command),
		 "modprobe hwcontainer-foreign && mkdir -p /tmp/firmware && "
		 "cp %s /tmp/firmware/sha256-pr0.bit && echo -n /tmp/firmware >" FW_PATH " && "
		 "echo " HWC_DTBO FOREIGN ".dtbo >" HWC_FOREIGN "apply",
		 image);
	return hwc_test_run(command);
}

static int end_foreign(void)
{
	return hwc_test_run("echo 1 >" HWC_FOREIGN "remove && rmmod hwcontainer-foreign && "
			    "rm -r /tmp/firmware");
}

static void check_foreign_stays(struct __test_metadata *_metadata, FIXTURE_DATA(blank) * self)
{
	ASSERT_EQ(0, program_as_foreign());
	self->loads = hwc_test_number(LOADS);
	EXPECT_EQ(-EBUSY, hwc_test_try(self->ctx, HWC_PR0, self->holder, IMAGE, OVERLAY));
	EXPECT_STREQ(HWC_PR0 " was programmed by somebody else", hwc_ctx_error(self->ctx));
	check_loads(0);
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=sha256"));
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=enabled"));
	EXPECT_EQ(0, end_foreign());
}

/* What somebody else has programmed, and uses, is not blanked, however it came to be. */
TEST_F(blank, is_not_loaded_over_what_others_use)
{
	uint32_t id;

	ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, BLANK));
	check_foreign_stays(_metadata, self);
	EXPECT_EQ(FREE, hwc_test_state(self->ctx, HWC_PR0));
	/* nor where a claim has left something that could not be */
	id = claim_it(_metadata, self);
	ASSERT_EQ(0, hwc_test_fail_loads(-1));
	end_it(_metadata, self, id, FAILED);
	ASSERT_EQ(0, work_again());
	check_foreign_stays(_metadata, self);
	EXPECT_EQ(FAILED, hwc_test_state(self->ctx, HWC_PR0));
	id = claim_it(_metadata, self);
	check_loads(2);
	end_it(_metadata, self, id, FREE);
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=none"));
}

/* It is checked as a claim's is, and the one before stays. */
TEST_F(blank, is_refused)
{
	static const struct {
		const char *image;
		int error;
		const char *says;
	} bad[] = {
		{ HWC_IMAGES "full-other.bit", EBADMSG, NULL },
		{ HWC_IMAGES "bad-random.bin", EBADMSG, NULL },
		{ HWC_IMAGES "hello.elf", EBADMSG, NULL },
		{ HWC_IMAGES "bad-empty.bin", -ENODATA, "the blank image is empty" },
		{ "/tmp", -EINVAL, "the blank image is not a regular file" },
	};
	struct hwc_resource *res;

	ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, BLANK));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(bad[i].error, set_blank(self->ctx, HWC_PR0, bad[i].image))
		TH_LOG("%s", bad[i].image);
		if (bad[i].says)
			EXPECT_STREQ(bad[i].says, hwc_ctx_error(self->ctx));
		ASSERT_EQ(0, hwc_resource_get(self->ctx, HWC_PR0, &res));
		EXPECT_NE(NULL, hwc_resource_blank_digest(res));
		EXPECT_EQ(!bad[i].says, !!*hwc_resource_message(res));
		EXPECT_EQ(FREE, hwc_resource_state(res));
		hwc_resource_free(res);
		ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, BLANK));
	}
	check_says(_metadata, self, "", true);
	EXPECT_EQ(-ENOENT, hwc_resource_set_blank(self->ctx, "nope", -1));
	EXPECT_EQ(-EBADF, hwc_resource_set_blank(self->ctx, HWC_PR0, -2));
	EXPECT_STREQ("-2 is no file descriptor", hwc_ctx_error(self->ctx));
	EXPECT_EQ(-EBADF, hwc_resource_set_blank(self->ctx, HWC_PR0, 999));
	EXPECT_STREQ("blank image: 999 is no open file descriptor", hwc_ctx_error(self->ctx));
	check_loads(0);
}

/* What becomes of setting one in a namespace, or without CAP_SYS_ADMIN; and who sees one. */
static int try_as_other(const void *user)
{
	struct hwc_resource *res;
	struct hwc_ctx *ctx;
	int ret;

	if (user && (setresgid(1000, 1000, 1000) || setresuid(1000, 1000, 1000)))
		return -1;
	if (hwc_ctx_new(&ctx))
		return -2;
	ret = hwc_resource_set_blank(ctx, HWC_PR0, -1);
	if (ret != -EPERM ||
	    strcmp("a blank image is given by the host's CAP_SYS_ADMIN only", hwc_ctx_error(ctx)))
		return printf("# %d %s\n", ret, hwc_ctx_error(ctx));
	if (hwc_resource_get(ctx, HWC_PR0, &res))
		return -3;
	ret = !hwc_resource_blank_digest(res);
	hwc_resource_free(res);
	return ret;
}

TEST_F(blank, is_the_host_administrators)
{
	pid_t pid;
	int status;

	ASSERT_EQ(0, set_blank(self->ctx, HWC_PR0, BLANK));
	/* one of the host's administrators, in another network namespace */
	EXPECT_EQ(1, hwc_test_domain_run(&self->a, try_as_other, NULL));
	/* anybody, on the host */
	pid = fork();
	if (!pid)
		_exit(try_as_other(""));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, WEXITSTATUS(status));
	check_says(_metadata, self, "", true);
}

/* Many at a time: what was said last counts. */
TEST_F(blank, the_last_one_counts)
{
	int fd = hwc_test_open(BLANK), other = hwc_test_open(HWC_IMAGES "bad-random.bin");
	int i;

	for (i = 0; i < 100; i++) {
		ASSERT_EQ(0, hwc_resource_set_blank(self->ctx, HWC_PR0, i % 3 ? other : -1));
		ASSERT_EQ(0, hwc_resource_set_blank(self->ctx, HWC_PR0, i % 2 ? -1 : fd));
		if (i % 10 > 7)
			ASSERT_EQ(0, wait_set(self->ctx, HWC_PR0));
	}
	EXPECT_EQ(0, wait_set(self->ctx, HWC_PR0));
	check_says(_metadata, self, "", false);
	ASSERT_EQ(0, hwc_resource_set_blank(self->ctx, HWC_PR0, -1));
	ASSERT_EQ(0, hwc_resource_set_blank(self->ctx, HWC_PR0, fd));
	EXPECT_EQ(0, wait_set(self->ctx, HWC_PR0));
	check_says(_metadata, self, "", true);
	close(fd);
	close(other);
}

/* A shell goes with its slots: the whole device is loaded with the blank image. */
TEST_F(blank, of_a_shell)
{
	int shell, slot;
	uint32_t id;

	ASSERT_EQ(0, set_blank(self->ctx, HWC_FULL, HWC_IMAGES "full.bit"));
	shell = hwc_test_try(self->ctx, HWC_FULL, self->holder, HWC_IMAGES "full.bit",
			     HWC_DTBO "shell.dtbo");
	ASSERT_LT(0, shell) TH_LOG("%s", hwc_ctx_error(self->ctx));
	slot = hwc_test_try(self->ctx, SLOT4, self->holder, HWC_IMAGES "sha256-pr4.bit",
			    HWC_DTBO "shell-sha256-pr4.dtbo");
	ASSERT_LT(0, slot) TH_LOG("%s", hwc_ctx_error(self->ctx));
	check_loads(2);
	id = shell;
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(WARM, hwc_test_state(self->ctx, HWC_FULL));
	EXPECT_TRUE(hwc_test_slot(0, 4, "loaded=sha256"));
	id = slot;
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_FULL));
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, SLOT4));
	EXPECT_EQ(0, set_blank(self->ctx, HWC_FULL, NULL));
	/* the worker may still be at it: the next claim is behind it */
	shell = hwc_test_try(self->ctx, HWC_FULL, self->holder, HWC_IMAGES "full.bit", NULL);
	ASSERT_LT(0, shell) TH_LOG("%s", hwc_ctx_error(self->ctx));
	check_loads(2);
	EXPECT_TRUE(hwc_test_slot(0, 4, "loaded=-"));
}

TEST_F(blank, by_hwctl)
{
	char command[256];
	uint32_t id;

	snprintf(command, sizeof(command), "hwctl resource set " HWC_PR0 " --blank %s",
		 hwc_test_file(BLANK));
	EXPECT_EQ(0, hwc_test_run(command));
	check_says(_metadata, self, "", true);
	EXPECT_EQ(0, hwc_test_run("hwctl resource show " HWC_PR0 " | grep -q '^blank *sha256:'"));
	EXPECT_EQ(0, hwc_test_run("hwctl -j resource show " HWC_PR0 " | grep -q blank-digest"));
	id = claim_it(_metadata, self);
	end_it(_metadata, self, id, FREE);
	EXPECT_TRUE(hwc_test_slot(0, 0, "loaded=none"));
	/* exit 1: refused, with the kernel's sentence; 2: usage */
	snprintf(command, sizeof(command),
		 "hwctl resource set " HWC_PR0
		 " --blank %s 2>&1 | grep -q '^hwctl: image is for IDCODE 0x'",
		 hwc_test_file(HWC_IMAGES "full-other.bit"));
	EXPECT_EQ(0, hwc_test_run(command));
	EXPECT_EQ(1, hwc_test_run("hwctl resource set " HWC_PR0 " --blank " HWC_IMAGES
				  "bad-random.bin 2>/dev/null"));
	EXPECT_EQ(1, hwc_test_run("hwctl resource set " HWC_PR0 " --blank /nope 2>/dev/null"));
	EXPECT_EQ(2, hwc_test_run("hwctl resource set " HWC_PR0 " 2>/dev/null"));
	EXPECT_EQ(0, hwc_test_run("hwctl resource set " HWC_PR0 " --blank none"));
	check_says(_metadata, self, "", false);
}

TEST_HARNESS_MAIN
