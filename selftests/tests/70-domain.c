// SPDX-License-Identifier: GPL-2.0-or-later
/* Domains: claims are a network namespace's, seen there and from the host, and end with it. */
#include <sys/stat.h>

#include "domain.h"

FIXTURE(domain)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a, b;
};

FIXTURE_SETUP(domain)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_domain_new(&self->a));
	ASSERT_EQ(0, hwc_test_domain_new(&self->b));
}

FIXTURE_TEARDOWN(domain)
{
	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	hwc_test_write(HWC_TOY "reset", "1");
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_unload_toys());
}

/* A claim of nobody's on @resource, ready; or -errno. */
static int claim(const char *resource)
{
	struct hwc_grant grant;
	struct hwc_ctx *ctx;
	int file, ret = hwc_ctx_new(&ctx);

	if (ret)
		return ret;
	file = hwc_holder_open(ctx);
	ret = hwc_test_claim(ctx, resource, -1, -1, -1, 0, &grant);
	if (!ret)
		ret = hwc_claim_wait(ctx, file, grant.id, HWC_TEST_WAIT_MS);
	close(file);
	hwc_ctx_free(ctx);
	return ret ? ret : (int)grant.id;
}

static int claim_toy0(const void *unused)
{
	struct hwc_grant grant;
	struct hwc_ctx *ctx;
	int ret = hwc_ctx_new(&ctx);

	(void)unused;
	if (ret)
		return ret;
	ret = hwc_test_claim(ctx, "toy0", -1, -1, -1, 0, &grant);
	hwc_ctx_free(ctx);
	return ret ? ret : (int)grant.id;
}

static int count_claims(const void *unused)
{
	struct hwc_ctx *ctx;
	int ret = hwc_ctx_new(&ctx);

	(void)unused;
	if (ret)
		return ret;
	ret = hwc_test_claims(ctx);
	hwc_ctx_free(ctx);
	return ret;
}

static int delete (const void *id)
{
	struct hwc_ctx *ctx;
	int ret = hwc_ctx_new(&ctx);

	if (ret)
		return ret;
	ret = hwc_claim_delete(ctx, id, 1);
	hwc_ctx_free(ctx);
	return ret;
}

static int open_claim(const void *id)
{
	struct hwc_ctx *ctx;
	int file, ret = hwc_ctx_new(&ctx);

	if (ret)
		return ret;
	file = hwc_holder_open(ctx);
	ret = hwc_claim_open(ctx, file, *(const uint32_t *)id);
	close(file);
	hwc_ctx_free(ctx);
	return ret < 0 ? ret : 0;
}

TEST_F(domain, is_charged_with_what_it_claims)
{
	uint32_t id = hwc_test_domain_run(&self->a, claim_toy0, NULL);
	struct hwc_claim *claim;
	struct stat st;
	char path[64];

	ASSERT_LT(0, (int)id);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_READY));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	snprintf(path, sizeof(path), "/proc/%d/ns/net", self->a.pid);
	ASSERT_EQ(0, stat(path, &st));
	EXPECT_EQ(st.st_ino, hwc_claim_netns(claim));
	hwc_claim_free(claim);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
}

TEST_F(domain, the_host_has_its_own)
{
	uint32_t id = claim("toy0");
	struct hwc_claim *claim;
	struct stat st;

	ASSERT_LT(0, (int)id);
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	ASSERT_EQ(0, stat("/proc/self/ns/net", &st));
	EXPECT_EQ(st.st_ino, hwc_claim_netns(claim));
	hwc_claim_free(claim);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
}

/* Seen, waited for and ended from within and from the host; elsewhere there is no such claim. */
TEST_F(domain, is_seen_from_within_and_from_the_host)
{
	uint32_t id = hwc_test_domain_run(&self->a, claim_toy0, NULL);

	ASSERT_LT(0, (int)id);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_READY));
	EXPECT_EQ(1, hwc_test_claims(self->ctx));
	EXPECT_EQ(1, hwc_test_domain_run(&self->a, count_claims, NULL));
	EXPECT_EQ(0, hwc_test_domain_run(&self->b, count_claims, NULL));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY,
		  hwc_test_domain_run(&self->a, hwc_test_look_at, &id));
	EXPECT_EQ(-ENOENT, hwc_test_domain_run(&self->b, hwc_test_look_at, &id));
	EXPECT_EQ(0, hwc_test_domain_run(&self->a, open_claim, &id));
	EXPECT_EQ(-ENOENT, hwc_test_domain_run(&self->b, delete, &id));
	EXPECT_EQ(0, hwc_test_domain_run(&self->a, delete, &id));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
}

/* What the host holds is not seen in a namespace, and cannot be ended there. */
TEST_F(domain, does_not_see_the_host)
{
	uint32_t id = claim("toy0");

	ASSERT_LT(0, (int)id);
	EXPECT_EQ(0, hwc_test_domain_run(&self->a, count_claims, NULL));
	EXPECT_EQ(-ENOENT, hwc_test_domain_run(&self->a, hwc_test_look_at, &id));
	EXPECT_EQ(-ENOENT, hwc_test_domain_run(&self->a, delete, &id));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
}

/* Whether the sentence on a toy that another domain has names nobody. */
static int refused_without_a_name(const void *unused)
{
	struct hwc_resource *res;
	struct hwc_grant grant;
	struct hwc_ctx *ctx;
	int ret = hwc_ctx_new(&ctx);

	(void)unused;
	if (ret)
		return ret;
	ret = hwc_test_claim(ctx, "toy0", -1, -1, -1, 0, &grant);
	if (ret != -EBUSY ||
	    strcmp(hwc_ctx_error(ctx), "toy0 is held from another network namespace"))
		return 1;
	ret = hwc_resource_get(ctx, "toy0", &res);
	if (ret)
		return ret;
	ret = hwc_resource_claim_id(res) || *hwc_resource_container(res) ? 2 : 0;
	if (hwc_resource_state(res) != HWCONTAINER_RESOURCE_STATE_CLAIMED)
		ret = 3;
	hwc_resource_free(res);
	hwc_ctx_free(ctx);
	return ret;
}

TEST_F(domain, is_not_told_who_has_what_elsewhere)
{
	uint32_t id = claim("toy0");

	ASSERT_LT(0, (int)id);
	EXPECT_EQ(0, hwc_test_domain_run(&self->a, refused_without_a_name, NULL));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
}

/* Persistent claims, too; and hardware that is slow is waited for by nobody. */
TEST_F(domain, ends_its_claims)
{
	int64_t begin;
	uint32_t id;

	id = hwc_test_domain_run(&self->a, claim_toy0, NULL);
	ASSERT_LT(0, (int)id);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_READY));
	begin = hwc_test_ms();
	hwc_test_domain_end(&self->a);
	ASSERT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
	TH_LOG("free %d ms after the last process", (int)(hwc_test_ms() - begin));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	EXPECT_EQ(1, hwc_test_number(HWC_TOY "released"));
}

TEST_F(domain, ends_while_hardware_is_configured)
{
	struct hwc_claim *claim;
	uint32_t id;

	ASSERT_EQ(0, hwc_test_set(HWC_TOY "stall_configure_ms", 3000 * hwc_test_slow()));
	id = hwc_test_domain_run(&self->a, claim_toy0, NULL);
	ASSERT_LT(0, (int)id);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_PREPARING));
	hwc_test_domain_end(&self->a);
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_RELEASING));
	/* the namespace is gone, the hardware is not free yet: it is the host's */
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &claim));
	EXPECT_EQ(0, hwc_claim_netns(claim));
	hwc_claim_free(claim);
	/* other namespaces end meanwhile */
	hwc_test_domain_end(&self->b);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
}

/* Listens to a life of its own from beginning to end: how many states it heard of. */
static int live(void)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	int id, heard = 0, strange = 0, last = 0;
	struct hwc_events *events;
	struct hwc_event *event;
	struct hwc_ctx *ctx;

	if (hwc_ctx_new(&ctx) || hwc_events_new(ctx, &events))
		return -1;
	id = claim("toy1");
	if (id < 0 || hwc_claim_delete(ctx, (uint32_t[]){ id }, 1))
		return -2;
	while (last != HWCONTAINER_CLAIM_STATE_RELEASED && hwc_test_ms() < end) {
		if (hwc_events_next(events, &event)) {
			usleep(1000);
			continue;
		}
		if (hwc_event_claim(event)) {
			heard++;
			strange += (int)hwc_claim_id(hwc_event_claim(event)) != id;
			last = hwc_claim_state(hwc_event_claim(event));
		}
		hwc_event_free(event);
	}
	hwc_events_free(events);
	hwc_ctx_free(ctx);
	return strange ? -3 : heard;
}

static int live_and_listen(const void *other)
{
	struct hwc_ctx *ctx;
	struct hwc_events *events;
	struct hwc_event *event;
	int id, heard;

	if (hwc_ctx_new(&ctx) || hwc_events_new(ctx, &events))
		return -1;
	id = *(const int *)other;
	heard = live();
	while (!hwc_events_next(events, &event)) {
		if (hwc_event_claim(event) && (int)hwc_claim_id(hwc_event_claim(event)) == id)
			heard = -4;
		hwc_event_free(event);
	}
	hwc_events_free(events);
	hwc_ctx_free(ctx);
	return heard;
}

/* Its own five states and nobody else's; the host hears them, too. */
TEST_F(domain, hears_of_its_own)
{
	struct hwc_events *events;
	struct hwc_event *event;
	int id, here = 0, there = 0;
	struct stat st;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", self->a.pid);
	ASSERT_EQ(0, stat(path, &st));
	id = claim("toy0");
	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_events_new(self->ctx, &events));
	EXPECT_EQ(5, hwc_test_domain_run(&self->a, live_and_listen, &id));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, (uint32_t[]){ id }, 1));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	while (!hwc_events_next(events, &event)) {
		const struct hwc_claim *claim = hwc_event_claim(event);

		if (claim && hwc_claim_netns(claim) == st.st_ino)
			there++;
		else if (claim)
			here++;
		hwc_event_free(event);
	}
	EXPECT_EQ(5, there);
	EXPECT_EQ(2, here);
	hwc_events_free(events);
}

static int become_nobody_and_look(const void *unused)
{
	struct hwc_ctx *ctx;
	int ret;

	(void)unused;
	if (setgid(65534) || setuid(65534) || hwc_ctx_new(&ctx))
		return 1;
	ret = hwc_test_claims(ctx);
	if (ret != -EPERM || strcmp(hwc_ctx_error(ctx),
				    "hardware is handed out from the first network namespace only"))
		return 2;
	return hwc_test_state(ctx, "toy0");
}

static int become_nobody_and_claim(const void *unused)
{
	if (setgid(65534) || setuid(65534))
		return 1;
	return claim_toy0(unused);
}

/* Root of a container: its capabilities do not make it the host's administrator. */
static int in_a_container(const void *run)
{
	int (*fn)(const void *data) = *(int (*const *)(const void *))run;
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWPID))
		return 1;
	pid = fork();
	if (!pid)
		_exit(-fn(NULL));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : 1;
}

TEST_F(domain, is_the_administrators_only)
{
	int (*run)(const void *data) = claim_toy0;

	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, become_nobody_and_look, NULL));
	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, become_nobody_and_claim, NULL));
	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, in_a_container, &run));
	run = count_claims;
	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, in_a_container, &run));
}

/* With a socket and a device that were opened on the host. */
static int use_what_was_passed(const void *passed)
{
	const struct hwc_test_passed *p = passed;
	struct hwc_grant grant;
	int ret;

	if (setgid(65534) || setuid(65534))
		return 1;
	ret = hwc_test_claims(p->ctx);
	if (ret != -EPERM ||
	    strcmp(hwc_ctx_error(p->ctx), "the socket is from another network namespace"))
		return 2;
	ret = hwc_test_state(p->ctx, "toy0");
	if (ret != -EPERM)
		return 3;
	ret = hwc_test_claim(p->ctx, "toy1", p->file, -1, -1, 0, &grant);
	if (ret != -EPERM)
		return 4;
	ret = hwc_claim_delete(p->ctx, &p->claim, 1);
	if (ret != -EPERM)
		return 5;
	return hwc_claim_open(p->ctx, p->file, p->claim);
}

TEST_F(domain, has_no_rights_by_what_was_passed_to_it)
{
	struct hwc_test_passed passed = { .ctx = self->ctx };

	passed.file = hwc_holder_open(self->ctx);
	passed.claim = claim("toy0");
	ASSERT_LT(0, (int)passed.claim);
	/* the first request opens the socket */
	ASSERT_EQ(1, hwc_test_claims(self->ctx));
	EXPECT_EQ(-ENOENT, hwc_test_domain_run(&self->a, use_what_was_passed, &passed));
	EXPECT_EQ(1, hwc_test_claims(self->ctx));
	close(passed.file);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &passed.claim, 1));
}

static int hold_toy0(struct hwc_ctx *ctx, pid_t pid, struct hwc_grant *grant)
{
	int pidfd = hwc_test_pidfd(pid);
	struct hwc_request *req;
	int ret = hwc_request_new(ctx, &req);

	if (ret)
		return ret;
	hwc_request_holder_pidfd(req, pidfd);
	ret = hwc_request_add(req, "toy0", -1, -1, NULL, NULL);
	if (!ret)
		ret = hwc_request_submit(req, grant);
	hwc_request_free(req);
	close(pidfd);
	return ret;
}

/* In a network namespace of its own: is there a claim of the number that is read? */
static int watch_elsewhere(struct hwc_ctx *ctx, int file, int go)
{
	uint32_t id;

	if (unshare(CLONE_NEWNET) || read(go, &id, sizeof(id)) != sizeof(id))
		return 3;
	return hwc_claim_open(ctx, file, id) < 0 ? 4 : 0;
}

static int watch_from_elsewhere(const void *holds)
{
	struct hwc_grant grant;
	struct hwc_ctx *ctx;
	int go[2], file, ret, status;
	pid_t pid;

	if (hwc_ctx_new(&ctx) || pipe(go))
		return 1;
	file = hwc_holder_open(ctx);
	if (file < 0 || unshare(CLONE_NEWPID))
		return 1;
	pid = fork();
	if (!pid)
		_exit(watch_elsewhere(ctx, file, go[0]));
	ret = hold_toy0(ctx, *(const bool *)holds ? pid : getpid(), &grant);
	if (ret || write(go[1], &grant.id, sizeof(grant.id)) != sizeof(grant.id))
		return 2;
	waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

/* What a process holds it watches wherever it went; others there do not. */
TEST_F(domain, is_left_by_who_holds_its_claims)
{
	bool holds = true;

	EXPECT_EQ(0, hwc_test_domain_run(&self->a, watch_from_elsewhere, &holds));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	holds = false;
	EXPECT_EQ(4, hwc_test_domain_run(&self->a, watch_from_elsewhere, &holds));
}

TEST_HARNESS_MAIN
