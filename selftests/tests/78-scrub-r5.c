// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a real core's next firmware finds in its memory: that of selftests/r5 looks in
 * its own and in the pool of rpmsg's buffers, says so, and leaves something in both.
 */
#include "rproc.h"

#define RUNNING HWC_MGR "rpus"
#define HOST_FIRMWARE "/lib/firmware/scrub-r5.elf"
#define NOTHING "core 0: found 0 words in its memory, 0 in the pool\n"
#define LEFT_IN_POOL "core 0: found 0 words in its memory, 56 in the pool\n"

const struct target target = {
	.name = "fe800000.r5f",
	.driver = "zynqmp_r5_remoteproc",
	.image = "/hwc/firmware/r5-core0.elf",
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
	tear_down(_metadata, self);
	unlink(HOST_FIRMWARE);
}

/* What it says first; the claim is there then. */
static uint32_t claim_and_look(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self,
			       const char *finds)
{
	int id = try_claim(self, self->core);

	EXPECT_LT(0, id) TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(0, wait_trace(self->core, finds))
	TH_LOG("%s", hwc_test_read(path(DEBUG, self->core, "/trace0")));
	return id < 0 ? 0 : id;
}

static void end_it(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self, uint32_t id)
{
	EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, self->core));
}

TEST_F(rproc, nothing_of_the_last_is_found)
{
	uint32_t id = claim_and_look(_metadata, self, NOTHING);

	end_it(_metadata, self, id);
	id = claim_and_look(_metadata, self, NOTHING);
	ASSERT_EQ(0, hwc_test_write(path(DEBUG, self->core, "/crash"), "2"));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	end_it(_metadata, self, id);
	id = claim_and_look(_metadata, self, NOTHING);
	end_it(_metadata, self, id);
}

static void run_on_host(struct __test_metadata *_metadata, FIXTURE_DATA(rproc) * self,
			const char *finds)
{
	ASSERT_EQ(0, hwc_test_write(path(CLASS, self->core, "/state"), "start"));
	EXPECT_EQ(0, wait_trace(self->core, finds))
	TH_LOG("%s", hwc_test_read(path(DEBUG, self->core, "/trace0")));
	ASSERT_EQ(0, hwc_test_write(path(CLASS, self->core, "/state"), "stop"));
}

/* What mainline's driver leaves when nobody claims the core, to see that there is something. */
TEST_F(rproc, host_finds_its_own)
{
	uint32_t id = claim_and_look(_metadata, self, NOTHING);

	end_it(_metadata, self, id);
	ASSERT_EQ(
		0,
		hwc_test_run(
			"mkdir -p /lib/firmware && cp /hwc/firmware/r5-core0.elf " HOST_FIRMWARE));
	ASSERT_EQ(0, hwc_test_write(path(CLASS, self->core, "/firmware"), "scrub-r5.elf"));
	run_on_host(_metadata, self, NOTHING);
	run_on_host(_metadata, self, LEFT_IN_POOL);
	id = claim_and_look(_metadata, self, NOTHING);
	end_it(_metadata, self, id);
	run_on_host(_metadata, self, NOTHING);
	id = claim_and_look(_metadata, self, NOTHING);
	end_it(_metadata, self, id);
	snprintf(self->before, sizeof(self->before), "%s",
		 hwc_test_read(path(CLASS, self->core, "/firmware")));
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
