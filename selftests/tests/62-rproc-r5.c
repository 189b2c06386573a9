// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Real remote processors: the two Cortex-R5 of QEMU's Versal, started by mainline's
 * xlnx_r5_remoteproc with the firmware of selftests/r5.
 */
#include <glob.h>

#include "rproc-dump.h"

#define CORE0 "fe800000.r5f"
#define CORE1 "fe900000.r5f"
#define FIRMWARE0 "/hwc/firmware/r5-core0.elf"
#define FIRMWARE1 "/hwc/firmware/r5-core1.elf"

/* What the board's firmware is told to fail with, and the errno of that. */
#define XST_PM_NO_ACCESS 2002
#define PM_FORCE_POWERDOWN 8
#define PM_REQUEST_WAKEUP 10

/* A bit for each. */
#define RUNNING HWC_MGR "rpus"

#define MESSAGE 512

const struct target target = {
	.name = CORE0,
	.driver = "zynqmp_r5_remoteproc",
	.image = FIRMWARE0,
	.says = "core 0: started\n",
	.running = RUNNING,
	.devices = 2,
	.recovery = "disabled",
};

FIXTURE_SETUP(rproc)
{
	set_up(_metadata, self);
}

FIXTURE_TEARDOWN(rproc)
{
	hwc_test_set(HWC_MGR "fail_count", 0);
	tear_down(_metadata, self);
}

TEST_F(rproc, has_its_names)
{
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, self->core));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, CORE0));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, CORE1));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE,
		  hwc_test_state(self->ctx, "/remoteproc@fe800000/r5f@fe800000"));
}

TEST_F(rproc, runs_and_is_given_back)
{
	test_runs_and_is_given_back(_metadata, self);
}

/* The channel that the firmware announces is the claim's, as is the bus. */
TEST_F(rproc, rpmsg_is_reported)
{
	const struct hwc_device *dev;
	struct hwc_claim *claim;
	int id = try_claim(self, self->core);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	ASSERT_EQ(2, hwc_claim_devices(claim));
	dev = hwc_claim_device(claim, 1);
	/* the terminal is announced later, and may be late */
	ASSERT_LE(2, hwc_device_nodes(dev));
	EXPECT_EQ(0, strncmp("rpmsg_ctrl", hwc_device_node(dev, 0)->path, 10))
	TH_LOG("%s", hwc_device_node(dev, 0)->path);
	EXPECT_EQ(0, strspn(hwc_device_node(dev, 1)->path, "rpmsg0123456789") -
			     strlen(hwc_device_node(dev, 1)->path))
	TH_LOG("%s", hwc_device_node(dev, 1)->path);
	EXPECT_EQ(0, access(path("/dev/", hwc_device_node(dev, 1)->path, ""), F_OK));
	hwc_claim_free(claim);
}

TEST_F(rproc, crashes)
{
	test_crashes(_metadata, self);
}

TEST_F(rproc, dump_is_kept)
{
	test_dump_is_kept(_metadata, self);
}

TEST_F(rproc, dump_waits_for_nobody)
{
	test_dump_waits_for_nobody(_metadata, self);
}

TEST_F(rproc, last_words)
{
	test_last_words(_metadata, self);
}

TEST_F(rproc, others_interfere)
{
	test_others_interfere(_metadata, self);
}

TEST_F(rproc, holder_dies)
{
	test_holder_dies(_metadata, self);
}

/* It does something, and stops doing it. */
TEST_F(rproc, trace_grows)
{
	int id = try_claim(self, self->core);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, wait_trace(self->core, ": counter 1, commands 0\n"));
	EXPECT_EQ(0, wait_trace(self->core, ": counter 4, commands 0\n"));
}

/* Opens the endpoint that the firmware of @core has announced; -errno. */
static int open_endpoint(const char *core)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	const char *pattern =
		path(CLASS, core, "/rproc-virtio.*/virtio*/virtio*.rpmsg-raw.*/rpmsg/rpmsg[0-9]*");
	int fd = -ENODEV;
	glob_t found;

	while (hwc_test_ms() < end) {
		if (!glob(pattern, 0, NULL, &found)) {
			fd = open(path("/dev/", strrchr(found.gl_pathv[0], '/') + 1, ""),
				  O_RDWR | O_CLOEXEC);
			globfree(&found);
		}
		if (fd >= 0)
			return fd;
		usleep(2000);
	}
	return fd;
}

/* Sends @text and leaves the answer in @answer. Returns its size, or -errno. */
static int command(int fd, const char *text, char *answer)
{
	struct pollfd ready = { .fd = fd, .events = POLLIN };
	int n;

	if (write(fd, text, strlen(text)) < 0)
		return -errno;
	if (poll(&ready, 1, HWC_TEST_WAIT_MS) != 1)
		return -ETIMEDOUT;
	n = read(fd, answer, MESSAGE - 1);
	if (n < 0)
		return -errno;
	answer[n] = '\0';
	return n;
}

static void check_echo(struct __test_metadata *_metadata, int fd, int nr)
{
	char text[64], answer[MESSAGE];

	snprintf(text, sizeof(text), "echo the %d. message", nr);
	ASSERT_LT(0, command(fd, text, answer));
	ASSERT_STREQ(text + strlen("echo "), answer);
}

TEST_F(rproc, answers)
{
	char answer[MESSAGE], text[MESSAGE];
	int id, fd, before;

	id = try_claim(self, self->core);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	fd = open_endpoint(self->core);
	ASSERT_LE(0, fd);
	for (int i = 0; i < 300; i++)
		check_echo(_metadata, fd, i);
	EXPECT_LT(0, command(fd, "counter", answer));
	before = atoi(answer);
	usleep(600000);
	EXPECT_LT(0, command(fd, "counter", answer));
	EXPECT_LT(before, atoi(answer));

	/* a whole buffer, an empty answer, and what is no command */
	memset(text, 'x', sizeof(text));
	memcpy(text, "echo ", 5);
	text[496] = '\0';
	EXPECT_EQ(491, command(fd, text, answer));
	EXPECT_STREQ(text + 5, answer);
	EXPECT_EQ(0, command(fd, "echo", answer));
	EXPECT_LT(0, command(fd, "counters", answer));
	EXPECT_STREQ("commands are: echo TEXT, counter, crash, fault", answer);
	close(fd);
}

/* Two images at once; one goes, the other one stays. */
TEST_F(rproc, both_at_once)
{
	int id[2], fd[2];
	char core[32];
	uint32_t claim;

	find_core(CORE1, core);
	id[0] = try_claim(self, self->core);
	ASSERT_LT(0, id[0]) TH_LOG("%s", hwc_ctx_error(self->ctx));
	id[1] = hwc_test_try(self->ctx, core, self->holder, FIRMWARE1, NULL);
	ASSERT_LT(0, id[1]) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(3, hwc_test_number(RUNNING));
	EXPECT_EQ(0, wait_trace(core, "core 1: started\n"));
	fd[0] = open_endpoint(self->core);
	ASSERT_LE(0, fd[0]);
	fd[1] = open_endpoint(core);
	ASSERT_LE(0, fd[1]);
	for (int i = 0; i < 200; i++)
		check_echo(_metadata, fd[i % 2], i);

	close(fd[0]);
	claim = id[0];
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_EQ(2, hwc_test_number(RUNNING));
	for (int i = 0; i < 50; i++)
		check_echo(_metadata, fd[1], i);
	close(fd[1]);
	claim = id[1];
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, core));
}

/* Each image is for its core's own memory. */
TEST_F(rproc, firmware_of_the_other_core)
{
	char want[128];

	EXPECT_EQ(-EBADMSG, hwc_test_try(self->ctx, self->core, self->holder, FIRMWARE1, NULL));
	snprintf(want, sizeof(want), " bytes is outside the memory of %s", self->core);
	EXPECT_EQ(0, strncmp("segment at 0xfe900000 with 0x", hwc_ctx_error(self->ctx), 29))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_TRUE(strstr(hwc_ctx_error(self->ctx), want))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_number(RUNNING));
	check_works(_metadata, self);
}

/*
 * Mainline's driver does not hear of a crash: the core says it in its trace buffer
 * and does nothing more. The claim ends like any other.
 */
TEST_F(rproc, firmware_crashes)
{
	static char before[8192];
	uint32_t claim;
	int id, fd;

	id = try_claim(self, self->core);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	fd = open_endpoint(self->core);
	ASSERT_LE(0, fd);
	ASSERT_EQ(5, write(fd, "crash", 5));
	EXPECT_EQ(0, wait_trace(self->core, "core 0: undefined instruction at 0xfe80"));
	EXPECT_TRUE(contains(path(DEBUG, self->core, "/trace0"), ", halted\n"));
	EXPECT_TRUE(contains(path(DEBUG, self->core, "/trace0"), "\nr12: "));
	snprintf(before, sizeof(before), "%s", hwc_test_read(path(DEBUG, self->core, "/trace0")));
	usleep(700000);
	EXPECT_STREQ(before, hwc_test_read(path(DEBUG, self->core, "/trace0")));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
	close(fd);
	claim = id;
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	check_works(_metadata, self);
}

/* It says what it was about before somebody tells the kernel, and its dump has that. */
TEST_F(rproc, firmware_faults)
{
	static char trace[8192];
	uint32_t claim;
	int id, fd;

	id = try_claim(self, self->core);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	claim = id;
	fd = open_endpoint(self->core);
	ASSERT_LE(0, fd);
	ASSERT_EQ(5, write(fd, "fault", 5));
	EXPECT_EQ(0, wait_trace(self->core, "core 0: data abort at 0xfe80"));
	snprintf(trace, sizeof(trace), "%s", hwc_test_read(path(DEBUG, self->core, "/trace0")));
	EXPECT_TRUE(strstr(trace, ", address 0xf9000000\n")) TH_LOG("%s", trace);
	ASSERT_EQ(0, hwc_test_write(path(DEBUG, self->core, "/crash"), "2"));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	EXPECT_STREQ(trace, hwc_test_read(path(DEBUG, self->core, "/trace0")));
	close(fd);
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	check_dump(_metadata, self, trace);
	free_dump(self->core);
}

static void fail_call(int api)
{
	hwc_test_set(HWC_MGR "fail_api", api);
	hwc_test_set(HWC_MGR "fail_status", XST_PM_NO_ACCESS);
	hwc_test_set(HWC_MGR "fail_count", 1);
}

TEST_F(rproc, board_refuses_to_start)
{
	char want[128];

	fail_call(PM_REQUEST_WAKEUP);
	EXPECT_EQ(-EACCES, try_claim(self, self->core));
	snprintf(want, sizeof(want), "%s could not be started (error 13)", self->core);
	EXPECT_STREQ(want, hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	EXPECT_EQ(0, hwc_test_number(RUNNING));
	check_works(_metadata, self);
}

TEST_F(rproc, board_refuses_to_stop)
{
	char want[128];
	uint32_t claim;
	struct hwc_resource *res;
	int id = try_claim(self, self->core);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	fail_call(PM_FORCE_POWERDOWN);
	claim = id;
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &claim, 1));
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, self->core, HWCONTAINER_RESOURCE_STATE_FAILED));
	snprintf(want, sizeof(want), "%s still runs and does not stop (error 13)", self->core);
	ASSERT_EQ(0, hwc_resource_get(self->ctx, self->core, &res));
	EXPECT_STREQ(want, hwc_resource_message(res));
	hwc_resource_free(res);
	EXPECT_EQ(1, hwc_test_number(RUNNING));
	check_works(_metadata, self);
}

int main(int argc, char **argv)
{
	if (strcmp(hwc_test_machine()->name, "versal")) {
		printf("TAP version 13\n1..0 # SKIP %s has no Cortex-R5\n",
		       hwc_test_machine()->name);
		return KSFT_SKIP;
	}
	return test_harness_run(argc, argv);
}
