// SPDX-License-Identifier: GPL-2.0-or-later
/* Remote processors: found, claimed, started, watched, given back. */
#include "../../kernel/tests/elf-cases.h"
#include "rproc-dump.h"

#define SIM "/sys/kernel/debug/hwcontainer-sim-rproc/"
#define DRIVER "/sys/bus/platform/drivers/hwcontainer-sim-rproc/"

/* How long a core takes that does not answer in time. */
#define LATE_MS (1000 * (hwc_test_slow() > 1 ? 2 : 1))

#define CORE0 "sim-core0"
#define FIRMWARE "/tmp/rproc-test.elf"

/* A file of what @fw says, with @bytes of @value written to @at where @bytes is not 0. */
static void write_firmware(const struct case_fw *fw, size_t at, unsigned int bytes, u64 value)
{
	u8 buf[CASE_SIZE];
	int fd;

	case_build(buf, fw);
	if (bytes)
		case_put(buf, at, bytes, value);
	unlink(FIRMWARE);
	fd = open(FIRMWARE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (write(fd, buf, sizeof(buf)) != sizeof(buf))
		abort();
	close(fd);
}

static const struct case_fw hello = {
	.class = ELFCLASS32,
	.machine = EM_ARM,
	.text = "hello",
};

const struct target target = {
	.name = CORE0,
	.driver = "hwcontainer-sim-rproc",
	.image = FIRMWARE,
	.says = CORE0 ": hello\n",
	.running = SIM "running",
	.devices = 1,
	.recovery = "enabled",
};

FIXTURE_SETUP(rproc)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-sim-rproc"));
	set_up(_metadata, self);
	write_firmware(&hello, 0, 0, 0);
}

FIXTURE_TEARDOWN(rproc)
{
	hwc_test_write(SIM "reset", "1");
	tear_down(_metadata, self);
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer-sim-rproc"));
	unlink(FIRMWARE);
}

TEST_F(rproc, has_its_names)
{
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, self->core));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, CORE0));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, "/" CORE0));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, "/sim-core1"));
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, "sim-core2"));
}

TEST_F(rproc, runs_and_is_given_back)
{
	test_runs_and_is_given_back(_metadata, self);
}

/* The device node of the rpmsg bus is the claim's. */
TEST_F(rproc, rpmsg_is_reported)
{
	struct case_fw fw = hello;
	const struct hwc_device *dev;
	struct hwc_claim *claim;
	int id;

	fw.vdev = true;
	write_firmware(&fw, 0, 0, 0);
	id = try_claim(self, self->core);
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	ASSERT_EQ(2, hwc_claim_devices(claim));
	dev = hwc_claim_device(claim, 1);
	EXPECT_STREQ("rproc-virtio", hwc_device_driver(dev));
	ASSERT_EQ(1, hwc_device_nodes(dev));
	EXPECT_EQ(0, strncmp("rpmsg_ctrl", hwc_device_node(dev, 0)->path, 10))
	TH_LOG("%s", hwc_device_node(dev, 0)->path);
	EXPECT_EQ(0, access(path("/dev/", hwc_device_node(dev, 0)->path, ""), F_OK));
	hwc_claim_free(claim);
}

TEST_F(rproc, comes_and_goes)
{
	struct hwc_grant grant;
	char core[32];
	int id;

	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, "extra"));
	ASSERT_EQ(0, hwc_test_write(SIM "add", "extra"));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, "extra"));
	/* a name that is taken: this one has only its own */
	ASSERT_EQ(0, hwc_test_write(SIM "add", CORE0));
	find_other(CORE0, self->core, core);
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, core));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, CORE0));
	ASSERT_EQ(0, hwc_test_write(SIM "remove", CORE0));
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, core));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, CORE0));

	id = try_claim(self, "extra");
	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	find_core("extra", core);
	ASSERT_EQ(0, hwc_test_write(SIM "remove", "extra"));
	EXPECT_EQ(-ENOENT, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, "extra"));
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, core));
	EXPECT_EQ(0, hwc_test_number(SIM "running"));
	EXPECT_NE(0, access(path(PLACED, core, ""), F_OK));

	/* in the middle of its start */
	ASSERT_EQ(0, hwc_test_write(SIM "add", "extra"));
	ASSERT_EQ(0, hwc_test_set(SIM "stall_start_ms", 500));
	ASSERT_EQ(0, start(self, "extra", 0, &grant));
	usleep(200000);
	ASSERT_EQ(0, hwc_test_write(SIM "remove", "extra"));
	EXPECT_EQ(-ENOENT, hwc_test_claim_state(self->ctx, grant.id));
	EXPECT_EQ(0, hwc_test_number(SIM "running"));
}

/* By way of the driver, whose module stays while a core of it is claimed. */
TEST_F(rproc, driver_goes)
{
	int id = try_claim(self, self->core);

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_NE(0, hwc_test_run("rmmod hwcontainer-sim-rproc 2>/dev/null"));
	EXPECT_TRUE(is_state(self->core, "running"));
	ASSERT_EQ(0, hwc_test_write(DRIVER "unbind", CORE0));
	EXPECT_EQ(-ENOENT, hwc_test_claim_state(self->ctx, id));
	EXPECT_EQ(-ENOENT, hwc_test_state(self->ctx, CORE0));
	EXPECT_EQ(0, hwc_test_number(SIM "running"));
	EXPECT_NE(0, access("/lib/firmware/hwcontainer", F_OK));
	ASSERT_EQ(0, hwc_test_write(DRIVER "bind", CORE0));
	find_core(CORE0, self->core);
	check_works(_metadata, self);
}

static void check_taken(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self,
			const char *name, const char *word)
{
	struct hwc_resource *res;
	struct hwc_grant grant;
	char core[32], want[128];

	find_core(name, core);
	snprintf(want, sizeof(want), "%s is %s; a claim must say takeover", core, word);
	EXPECT_EQ(-EBUSY, try_claim(self, core));
	EXPECT_STREQ(want, hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_resource_get(self->ctx, core, &res));
	snprintf(want, sizeof(want), "is %s, for no claim", word);
	EXPECT_STREQ(want, hwc_resource_message(res));
	hwc_resource_free(res);

	ASSERT_EQ(0, start(self, core, HWCONTAINER_CLAIM_FLAGS_TAKEOVER, &grant))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_TRUE(is_state(core, "running"));
	EXPECT_TRUE(contains(path(DEBUG, core, "/trace0"), ": hello\n"));
	EXPECT_EQ(1, hwc_test_number(SIM "running"));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &grant.id, 1));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, grant.id, -ENOENT));
	EXPECT_EQ(0, hwc_test_number(SIM "running"));
	EXPECT_TRUE(is_state(core, "offline"));
}

TEST_F(rproc, is_taken_over_only_when_asked)
{
	ASSERT_EQ(0, hwc_test_write(SIM "add", "one auto"));
	check_taken(_metadata, self, "one", "auto-booted");
	ASSERT_EQ(0, hwc_test_write(SIM "remove", "one"));

	ASSERT_EQ(0, hwc_test_write(SIM "add", "two attached"));
	/* its driver's work attaches to nothing: it is not asked to */
	check_taken(_metadata, self, "two", "attached");
	ASSERT_EQ(0, hwc_test_write(SIM "remove", "two"));

	ASSERT_EQ(0, hwc_test_run("mkdir -p /lib/firmware && cp " FIRMWARE
				  " /lib/firmware/hwcontainer-sim-none.elf"));
	ASSERT_EQ(0, hwc_test_write(path(CLASS, self->core, "/state"), "start"));
	check_taken(_metadata, self, CORE0, "running");

	/* one that crashed while it was nobody's, and whose recovery then failed */
	ASSERT_EQ(0, hwc_test_write(path(CLASS, self->core, "/state"), "start"));
	unlink("/lib/firmware/hwcontainer-sim-none.elf");
	ASSERT_EQ(0, hwc_test_write(path(DEBUG, self->core, "/crash"), "2"));
	while (!is_state(self->core, "offline"))
		usleep(2000);
	check_taken(_metadata, self, CORE0, "powered");
	check_works(_metadata, self);
}

/* Said before the core is touched. */
TEST_F(rproc, firmware_is_checked)
{
	static const struct {
		struct case_fw fw;
		size_t at;
		unsigned int bytes;
		u64 value;
		const char *why;
	} bad[] = {
		{ { ELFCLASS32, EM_AARCH64, "a", 0, 0, 0 },
		  0,
		  0,
		  0,
		  "firmware is for machine 183 (AArch64), %s is 40 (Arm)" },
		{ { ELFCLASS64, EM_ARM, "a", 0, 0, 0 },
		  0,
		  0,
		  0,
		  "firmware is for 64 bits, %s takes 32" },
		{ { ELFCLASS32, EM_ARM, "a", true, 0, 0 },
		  0,
		  0,
		  0,
		  "firmware has no resource table, %s needs one" },
		{ { ELFCLASS32, EM_ARM, "a", 0, 0, 0 }, 0, 1, 0, "firmware is no ELF file" },
		{ { ELFCLASS32, EM_ARM, "a", 0, 0, 0 },
		  CASE_TABLE,
		  4,
		  2,
		  "resource table has version 2, version 1 is understood" },
		{ { ELFCLASS32, EM_ARM, "a", 0, 0, 0 },
		  CASE_TABLE + 16,
		  4,
		  0x10000,
		  "entry 0 of the resource table is at byte 65536 of 204" },
		{ { ELFCLASS32, EM_ARM, "a", 0, 0, 0 },
		  CASE_PHDR + 12,
		  4,
		  0x1003ffff,
		  "segment at 0x1003ffff with 0x80 bytes is outside the memory of %s" },
		{ { ELFCLASS32, EM_ARM, "a", 0, 0, 0 },
		  CASE_PHDR + 12,
		  4,
		  0x20000000,
		  "segment at 0x20000000 with 0x80 bytes is outside the memory of %s" },
	};
	long starts = hwc_test_number(SIM "starts");
	char want[128];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		write_firmware(&bad[i].fw, bad[i].at, bad[i].bytes, bad[i].value);
		EXPECT_EQ(-EBADMSG, try_claim(self, self->core));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(want, sizeof(want), bad[i].why, self->core);
#pragma GCC diagnostic pop
		EXPECT_STREQ(want, hwc_ctx_error(self->ctx));
	}
	EXPECT_EQ(starts, hwc_test_number(SIM "starts"));
	write_firmware(&hello, 0, 0, 0);
	check_works(_metadata, self);
}

/* Memory that the firmware asks for is the core's, too. */
TEST_F(rproc, segment_in_a_carveout)
{
	struct case_fw fw = hello;
	int id;

	fw.vdev = true;
	fw.carveout = true;
	write_firmware(&fw, CASE_PHDR + 12, 4, CASE_CARVEOUT_DA);
	id = try_claim(self, self->core);
	EXPECT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
}

/* A driver with a loader of its own says what it takes. */
TEST_F(rproc, raw_firmware)
{
	int id;

	ASSERT_EQ(0, hwc_test_write(SIM "add", "raw raw"));
	write_firmware(&hello, 0, 1, 0);
	id = try_claim(self, "raw");
	EXPECT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(1, hwc_test_number(SIM "running"));
	/* what is ELF is checked */
	write_firmware(&hello, CASE_TABLE, 4, 2);
	EXPECT_EQ(-EBUSY, try_claim(self, "raw"));
	ASSERT_EQ(0, hwc_test_write(SIM "remove", "raw"));
	ASSERT_EQ(0, hwc_test_write(SIM "add", "raw raw"));
	EXPECT_EQ(-EBADMSG, try_claim(self, "raw"));
}

TEST_F(rproc, does_not_start)
{
	char want[128];

	ASSERT_EQ(0, hwc_test_set(SIM "fail_start", EIO));
	EXPECT_EQ(-EIO, try_claim(self, self->core));
	snprintf(want, sizeof(want), "%s could not be started (error 5)", self->core);
	EXPECT_STREQ(want, hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	hwc_test_write(SIM "reset", "1");

	ASSERT_EQ(0, hwc_test_set(SIM "fail_prepare", ENOMEM));
	EXPECT_EQ(-ENOMEM, try_claim(self, self->core));
	snprintf(want, sizeof(want), "%s cannot be prepared (error 12)", self->core);
	EXPECT_STREQ(want, hwc_ctx_error(self->ctx));
	hwc_test_write(SIM "reset", "1");
	check_works(_metadata, self);
}

/* The claim fails at once; when the core is up after all, it is stopped. */
TEST_F(rproc, does_not_answer)
{
	struct hwc_grant grant;
	struct hwc_resource *res;
	char want[128];
	int64_t begin = hwc_test_ms();

	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "rproc_timeout_ms", 200));
	ASSERT_EQ(0, hwc_test_set(SIM "stall_start_ms", LATE_MS));
	snprintf(want, sizeof(want), "%s has not started for ", self->core);
	EXPECT_EQ(-ETIMEDOUT, try_claim(self, self->core));
	EXPECT_EQ(0, strncmp(want, hwc_ctx_error(self->ctx), strlen(want)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_GT(LATE_MS, hwc_test_ms() - begin);
	EXPECT_EQ(-EBUSY, start(self, self->core, 0, &grant));
	EXPECT_EQ(0, strncmp(want, hwc_ctx_error(self->ctx), strlen(want)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_resource_get(self->ctx, self->core, &res));
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FAILED, hwc_resource_state(res));
	EXPECT_EQ(0, strncmp(want, hwc_resource_message(res), strlen(want)))
	TH_LOG("%s", hwc_resource_message(res));
	hwc_resource_free(res);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	hwc_test_write(SIM "reset", "1");
	check_works(_metadata, self);
}

TEST_F(rproc, does_not_answer_at_its_end)
{
	struct hwc_resource *res;
	struct hwc_grant grant;
	char want[128];
	uint32_t id;
	int ret = try_claim(self, self->core);

	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	id = ret;
	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "rproc_timeout_ms", 200));
	ASSERT_EQ(0, hwc_test_set(SIM "stall_stop_ms", LATE_MS));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, self->core, HWCONTAINER_RESOURCE_STATE_FAILED));
	snprintf(want, sizeof(want), "%s has not stopped for ", self->core);
	ASSERT_EQ(0, hwc_resource_get(self->ctx, self->core, &res));
	EXPECT_EQ(0, strncmp(want, hwc_resource_message(res), strlen(want)))
	TH_LOG("%s", hwc_resource_message(res));
	hwc_resource_free(res);
	EXPECT_EQ(-EBUSY, start(self, self->core, 0, &grant));
	EXPECT_EQ(0, strncmp(want, hwc_ctx_error(self->ctx), strlen(want)))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	hwc_test_write(SIM "reset", "1");
	check_works(_metadata, self);
}

/* Nor does the next claim wait for that, which was granted and is still being read. */
TEST_F(rproc, late_one_does_not_wait_either)
{
	struct hwc_grant grant;
	int64_t begin;
	uint32_t id;
	int ret = try_claim(self, self->core);

	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	id = ret;
	/* read in more time than that, and granted in less */
	ASSERT_EQ(0, truncate(FIRMWARE, 63 << 20));
	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "rproc_timeout_ms", 20));
	ASSERT_EQ(0, hwc_test_set(SIM "stall_stop_ms", 6000));
	begin = hwc_test_ms();
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	ret = start(self, self->core, 0, &grant);
	if (ret == -EBUSY)
		SKIP(return, "the claim came too late: this machine is busy");
	ASSERT_EQ(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(-ETIMEDOUT, hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS));
	EXPECT_GT(5000, hwc_test_ms() - begin);
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &grant.id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
	hwc_test_write(SIM "reset", "1");
	hwc_test_set(HWC_PARAMETERS "rproc_timeout_ms", self->timeout);
	write_firmware(&hello, 0, 0, 0);
	check_works(_metadata, self);
}

/* It stays ours, closed and with its firmware, until it stops for the next claim. */
TEST_F(rproc, does_not_stop)
{
	uint32_t id;
	char want[128];
	struct hwc_resource *res;
	int ret = try_claim(self, self->core);

	ASSERT_LT(0, ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	id = ret;
	ASSERT_EQ(0, hwc_test_set(SIM "fail_stop", EIO));
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_state(self->ctx, self->core, HWCONTAINER_RESOURCE_STATE_FAILED));
	snprintf(want, sizeof(want), "%s still runs and does not stop (error 5)", self->core);
	ASSERT_EQ(0, hwc_resource_get(self->ctx, self->core, &res));
	EXPECT_STREQ(want, hwc_resource_message(res));
	hwc_resource_free(res);
	EXPECT_TRUE(is_state(self->core, "running"));
	EXPECT_EQ(-EACCES, hwc_test_write(path(CLASS, self->core, "/state"), "stop"));
	EXPECT_EQ(0, access(path(PLACED, self->core, ""), F_OK));

	EXPECT_EQ(-EIO, try_claim(self, self->core));
	EXPECT_STREQ(want, hwc_ctx_error(self->ctx));
	hwc_test_write(SIM "reset", "1");
	check_works(_metadata, self);
}

TEST_F(rproc, crashes)
{
	long starts = hwc_test_number(SIM "starts");

	test_crashes(_metadata, self);
	/* once for the claim, once more to see that it works: nobody else started it */
	EXPECT_EQ(starts + 2, hwc_test_number(SIM "starts"));
}

TEST_F(rproc, dump_is_kept)
{
	test_dump_is_kept(_metadata, self);
}

TEST_F(rproc, dump_waits_for_nobody)
{
	test_dump_waits_for_nobody(_metadata, self);
}

/* A claim of a core that crashes then; what is dumped of it, to be freed. */
static char *crash_and_read(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self,
			    const char *core, size_t *size)
{
	int id = try_claim(self, "raw");
	char name[32];

	ASSERT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_test_write(path(DEBUG, core, "/crash"), "2"));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, core));
	find_dump(core, name);
	return read_whole(path(DUMPS, name, "/data"), size);
}

/* It has what the core's memory held, though the driver does not say where that is. */
TEST_F(rproc, dump_of_a_driver_that_says_nothing)
{
	const Elf64_Ehdr *ehdr;
	char core[32], *dump;
	size_t size;

	ASSERT_EQ(0, hwc_test_write(SIM "add", "raw raw"));
	find_core("raw", core);
	dump = crash_and_read(_metadata, self, core, &size);
	ASSERT_NE(NULL, dump);
	/* the firmware's class and machine */
	EXPECT_EQ(EM_ARM, ((Elf32_Ehdr *)dump)->e_machine);
	ASSERT_NE(NULL, dumped_at(dump, size, CASE_DA, CASE_SIZE));
	EXPECT_EQ(0, memcmp(ELFMAG, dumped_at(dump, size, CASE_DA, CASE_SIZE), SELFMAG));
	EXPECT_TRUE(is_dumped(dump, size, "hello"));
	free(dump);
	free_dump(core);

	/* and where that is no ELF file */
	write_firmware(&hello, 0, 1, 0);
	dump = crash_and_read(_metadata, self, core, &size);
	ASSERT_NE(NULL, dump);
	ehdr = (const Elf64_Ehdr *)dump;
	EXPECT_EQ(ELFCLASS64, ehdr->e_ident[EI_CLASS]);
	EXPECT_EQ(EM_NONE, ehdr->e_machine);
	EXPECT_EQ(1, ehdr->e_phnum);
	EXPECT_LT(256 << 10, size);
	free(dump);
	free_dump(core);
}

TEST_F(rproc, last_words)
{
	test_last_words(_metadata, self);
}

/* As soon as it is started, mostly before the claim is ready: its words can be read, too. */
TEST_F(rproc, dies_at_its_start)
{
	long grace = hwc_test_number(HWC_PARAMETERS "rproc_grace_ms");
	struct case_fw fw = hello;
	struct hwc_grant grant;
	struct hwc_claim *claim;
	char want[128];
	int ret;

	fw.vdev = true;
	write_firmware(&fw, 0, 0, 0);
	ASSERT_EQ(0, hwc_test_set(HWC_PARAMETERS "rproc_grace_ms", GRACE_MS));
	ASSERT_EQ(0, hwc_test_set(SIM "die_at_start", 1));
	ASSERT_EQ(0, start(self, self->core, 0, &grant));
	ret = hwc_claim_wait(self->ctx, self->holder, grant.id, HWC_TEST_WAIT_MS);
	EXPECT_TRUE(ret == -EIO || !ret) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, grant.id, HWCONTAINER_CLAIM_STATE_FAILED));
	snprintf(want, sizeof(want), "%s crashed", self->core);
	ASSERT_EQ(0, hwc_claim_get(self->ctx, grant.id, &claim));
	EXPECT_STREQ(want, hwc_claim_message(claim));
	hwc_claim_free(claim);
	check_lingers(_metadata, self, grant.id);
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &grant.id, 1));
	check_is_off(_metadata, self);
	EXPECT_EQ(0, hwc_test_set(HWC_PARAMETERS "rproc_grace_ms", grace));
	hwc_test_write(SIM "reset", "1");
	free_dump(self->core);
	check_works(_metadata, self);
}

TEST_F(rproc, others_interfere)
{
	test_others_interfere(_metadata, self);
}

/* What a system that lost its power left of an earlier claim. */
TEST_F(rproc, leftover_is_removed)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	ASSERT_EQ(0, hwc_test_run("rmmod hwcontainer-sim-rproc"));
	ASSERT_EQ(0, hwc_test_run("mkdir -p " PLACED));
	ASSERT_EQ(0, hwc_test_run(path("echo old >" PLACED, self->core, "")));
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-sim-rproc"));
	while (!access(PLACED, F_OK) && hwc_test_ms() < end)
		usleep(2000);
	EXPECT_NE(0, access(PLACED, F_OK));
	check_works(_metadata, self);
}

TEST_F(rproc, holder_dies)
{
	ASSERT_EQ(0, hwc_test_set(SIM "stall_start_ms", 15));
	ASSERT_EQ(0, hwc_test_set(SIM "stall_stop_ms", 5));
	test_holder_dies(_metadata, self);
}

TEST_HARNESS_MAIN
