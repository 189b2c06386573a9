// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Handover: charges go where the new holder is, if there is room for them, and everybody
 * who may see a claim sees it go; and claims that a network namespace holds.
 */
#include <pthread.h>
#include <stdlib.h>

#include "group.h"

#define IMAGE "/tmp/image"

FIXTURE(handover)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a, b;
	int host;
};

/* Two namespaces, each in a group of its own, which are in one. */
FIXTURE_SETUP(handover)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy count=8"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->host = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->host);
	hwc_test_two_groups(_metadata, &self->a, &self->b);
}

FIXTURE_TEARDOWN(handover)
{
	static const char *const groups[] = { "web/a", "web/b", "web" };
	size_t i;

	hwc_test_write(HWC_TOY "reset", "1");
	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	for (i = 0; i < 8; i++)
		hwc_test_end_toy(self->ctx, i);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(0, hwc_test_group_number(groups[i], "current", "toy"));
		EXPECT_EQ(0, hwc_test_group_wait_remove(groups[i]));
	}
	EXPECT_EQ(0, hwc_test_group_number("", "current", "toy"));
	unlink(IMAGE);
	close(self->host);
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_unload_toys());
}

static int netns_file(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* An open /dev/hwcontainer, opened in the namespace. */
static int open_there(const struct hwc_test_domain *domain, struct hwc_ctx *ctx, int back)
{
	int file = hwc_test_domain_enter(domain) ? -1 : hwc_holder_open(ctx);

	return setns(back, CLONE_NEWNET) ? -1 : file;
}

/* A claim on a toy of nobody's, ready, charged to where @netns is; or -errno. */
static int claim_for(struct hwc_ctx *ctx, const char *toy, int netns)
{
	struct hwc_request *req;
	struct hwc_grant grant;
	int ret = hwc_request_new(ctx, &req);

	if (ret)
		return ret;
	hwc_request_netns(req, netns);
	ret = hwc_request_add(req, toy, -1, -1, NULL, NULL);
	if (!ret)
		ret = hwc_request_submit(req, &grant);
	hwc_request_free(req);
	if (!ret)
		ret = hwc_test_wait_claim(ctx, grant.id, HWCONTAINER_CLAIM_STATE_READY);
	return ret ? ret : (int)grant.id;
}

static int claim_in(struct hwc_ctx *ctx, const char *toy, pid_t pid)
{
	int netns = netns_file(pid);
	int ret = claim_for(ctx, toy, netns);

	close(netns);
	return ret;
}

/* The same on the host. */
static uint32_t claim(struct __test_metadata *_metadata, struct hwc_ctx *ctx, const char *toy)
{
	int id = claim_for(ctx, toy, -1);

	EXPECT_LT(0, id)
	TH_LOG("%s: %s", toy, hwc_ctx_error(ctx));
	return id;
}

static int give_to_process(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, pid_t pid)
{
	int pidfd = hwc_test_pidfd(pid);
	int ret = hwc_claim_handover(ctx, ids, n, pidfd);

	close(pidfd);
	return ret;
}

static int give_to_namespace(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, pid_t pid)
{
	int netns = netns_file(pid);
	int ret = hwc_claim_handover_netns(ctx, ids, n, netns);

	close(netns);
	return ret;
}

/* What holds a claim, and whether it is charged to @pid's namespace: that holder, or -errno. */
static int holder_in(struct hwc_ctx *ctx, uint32_t id, pid_t pid)
{
	struct hwc_claim *claim;
	int netns = netns_file(pid), ret = hwc_claim_get(ctx, id, &claim);
	struct stat st;

	if (!ret) {
		ret = fstat(netns, &st) || st.st_ino != hwc_claim_netns(claim) ?
			      -EXDEV :
			      (int)hwc_claim_holder(claim);
		hwc_claim_free(claim);
	}
	close(netns);
	return ret;
}

/* Claims of the groups: web/a, web/b, web and all there are. */
static void expect_accounts(struct __test_metadata *_metadata, int a, int b, int web, int all)
{
	EXPECT_EQ(a, hwc_test_group_number("web/a", "current", "toy"));
	EXPECT_EQ(b, hwc_test_group_number("web/b", "current", "toy"));
	EXPECT_EQ(web, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(all, hwc_test_group_number("", "current", "toy"));
}

TEST_F(handover, charges_the_namespace_of_the_process)
{
	uint32_t id = claim(_metadata, self->ctx, "toy0");

	expect_accounts(_metadata, 0, 0, 0, 1);
	ASSERT_EQ(0, give_to_process(self->ctx, &id, 1, self->b.pid))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(HWCONTAINER_HOLDER_PROCESS, holder_in(self->ctx, id, self->b.pid));
	expect_accounts(_metadata, 0, 1, 1, 1);
	EXPECT_EQ(1, hwc_test_group_number("web/b", "peak", "toy"));
	/* it is seen there now, and nowhere else but on the host */
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY,
		  hwc_test_domain_run(&self->b, hwc_test_look_at, &id));
	EXPECT_EQ(-ENOENT, hwc_test_domain_run(&self->a, hwc_test_look_at, &id));

	ASSERT_EQ(0, give_to_process(self->ctx, &id, 1, self->a.pid));
	EXPECT_EQ(HWCONTAINER_HOLDER_PROCESS, holder_in(self->ctx, id, self->a.pid));
	expect_accounts(_metadata, 1, 0, 1, 1);
	EXPECT_EQ(-ENOENT, hwc_test_domain_run(&self->b, hwc_test_look_at, &id));

	/* back to nobody, who is on the host */
	ASSERT_EQ(0, hwc_claim_handover(self->ctx, &id, 1, -1));
	EXPECT_EQ(HWCONTAINER_HOLDER_NOBODY, holder_in(self->ctx, id, getpid()));
	expect_accounts(_metadata, 0, 0, 0, 1);
	hwc_test_domain_end(&self->a);
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
}

TEST_F(handover, ends_with_the_holder_it_went_to)
{
	uint32_t id = claim(_metadata, self->ctx, "toy0");

	ASSERT_EQ(0, give_to_process(self->ctx, &id, 1, self->b.pid));
	hwc_test_domain_end(&self->b);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
}

/* A group that has the claim already gets no more than it had. */
TEST_F(handover, counts_a_group_above_both_once)
{
	int id = claim_in(self->ctx, "toy0", self->a.pid);

	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 1"));
	expect_accounts(_metadata, 1, 0, 1, 1);
	ASSERT_EQ(0, give_to_process(self->ctx, (uint32_t[]){ id }, 1, self->b.pid))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	expect_accounts(_metadata, 0, 1, 1, 1);
	EXPECT_EQ(1, hwc_test_group_number("web", "peak", "toy"));
}

TEST_F(handover, is_refused_where_there_is_no_room)
{
	uint32_t ids[3] = {
		claim(_metadata, self->ctx, "toy0"),
		claim(_metadata, self->ctx, "toy1"),
		claim(_metadata, self->ctx, "toy2"),
	};

	ASSERT_EQ(0, hwc_test_group_write("web/b", "max", "toy 2"));
	EXPECT_EQ(-EDQUOT, give_to_process(self->ctx, ids, 3, self->b.pid));
	EXPECT_STREQ("group b has 2 of 2 claims of kind toy", hwc_ctx_error(self->ctx));
	/* none has gone there, not for a moment */
	expect_accounts(_metadata, 0, 0, 0, 3);
	EXPECT_EQ(0, hwc_test_group_number("web/b", "peak", "toy"));
	EXPECT_EQ(HWCONTAINER_HOLDER_NOBODY, holder_in(self->ctx, ids[0], getpid()));
	EXPECT_EQ(1, hwc_test_group_number("web/b", "events", "max"));
	EXPECT_EQ(1, hwc_test_group_number("web", "events", "max"));
	EXPECT_EQ(-ENOENT, hwc_test_domain_run(&self->b, hwc_test_look_at, ids));

	/* one that is meant twice is one */
	ASSERT_EQ(0, give_to_process(self->ctx, (uint32_t[]){ ids[0], ids[1], ids[0] }, 3,
				     self->b.pid))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	expect_accounts(_metadata, 0, 2, 2, 3);
	EXPECT_EQ(-EDQUOT, give_to_process(self->ctx, &ids[2], 1, self->b.pid));
	ASSERT_EQ(0, hwc_test_group_write("web/b", "max", "toy max"));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 2"));
	EXPECT_EQ(-EDQUOT, give_to_process(self->ctx, &ids[2], 1, self->a.pid));
	EXPECT_STREQ("group web has 2 of 2 claims of kind toy", hwc_ctx_error(self->ctx));
	/* what leaves makes room */
	ASSERT_EQ(0, hwc_claim_handover(self->ctx, ids, 1, -1));
	EXPECT_EQ(0, give_to_process(self->ctx, &ids[2], 1, self->a.pid));
	expect_accounts(_metadata, 1, 1, 2, 3);
}

/* And while some of a request are there already. */
TEST_F(handover, undoes_what_it_began)
{
	uint32_t ids[3] = { claim(_metadata, self->ctx, "toy0"),
			    claim(_metadata, self->ctx, "toy1") };
	int there = claim_in(self->ctx, "toy2", self->a.pid);

	ASSERT_LT(0, there);
	ids[2] = there;
	ASSERT_EQ(0, hwc_test_group_write("web/b", "max", "toy 2"));
	EXPECT_EQ(-EDQUOT, give_to_process(self->ctx, (uint32_t[]){ ids[2], ids[0], ids[1] }, 3,
					   self->b.pid));
	expect_accounts(_metadata, 1, 0, 1, 3);
	EXPECT_EQ(-EBUSY, hwc_test_group_remove("web/a"));
	EXPECT_EQ(HWCONTAINER_HOLDER_NAMESPACE, holder_in(self->ctx, ids[2], self->a.pid));
}

/* A group has what was handed there, and is free of what was handed away. */
TEST_F(handover, keeps_the_folder)
{
	int id = claim_in(self->ctx, "toy0", self->a.pid);

	ASSERT_LT(0, id);
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	EXPECT_EQ(-EBUSY, hwc_test_group_remove("web/a"));
	/* to where its namespace is now */
	ASSERT_EQ(0, give_to_process(self->ctx, (uint32_t[]){ id }, 1, self->a.pid));
	expect_accounts(_metadata, 0, 0, 1, 1);
	EXPECT_EQ(0, hwc_test_group_remove("web/a"));
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
}

TEST_F(handover, charges_the_namespace_where_a_file_was_opened)
{
	uint32_t id = claim(_metadata, self->ctx, "toy0");
	int file = open_there(&self->a, self->ctx, self->host);

	ASSERT_LE(0, file);
	ASSERT_EQ(0, hwc_claim_handover_file(self->ctx, &id, 1, file))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(HWCONTAINER_HOLDER_FILE, holder_in(self->ctx, id, self->a.pid));
	expect_accounts(_metadata, 1, 0, 1, 1);
	/* one that was opened here, and the last copy's end */
	close(file);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
	expect_accounts(_metadata, 0, 0, 0, 0);
}

/* The file is open here, and holds nothing for a namespace that is no more. */
TEST_F(handover, is_refused_for_a_file_of_a_namespace_that_ended)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	uint32_t id = claim(_metadata, self->ctx, "toy0");
	int file = open_there(&self->a, self->ctx, self->host), ret;

	ASSERT_LE(0, file);
	hwc_test_domain_end(&self->a);
	while ((ret = hwc_claim_handover_file(self->ctx, &id, 1, file)) != -ESRCH &&
	       hwc_test_ms() < end) {
		/* before its end it takes the claim with it */
		if (ret)
			id = claim(_metadata, self->ctx, "toy0");
		usleep(1000);
	}
	EXPECT_EQ(-ESRCH, ret);
	EXPECT_STREQ("the holder's network namespace has ended", hwc_ctx_error(self->ctx));
	close(file);
}

static void *sleep_on(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/* The first thread of a process may end before the others. */
TEST_F(handover, finds_the_namespace_of_any_thread)
{
	uint32_t id = claim(_metadata, self->ctx, "toy0");
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	pid_t pid = fork();
	char path[64];

	if (!pid) {
		pthread_t thread;

		if (hwc_test_domain_enter(&self->b) ||
		    pthread_create(&thread, NULL, sleep_on, NULL))
			_exit(1);
		syscall(SYS_exit, 0);
	}
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	while (!strstr(hwc_test_read(path), ") Z ") && hwc_test_ms() < end)
		usleep(1000);
	EXPECT_EQ(0, give_to_process(self->ctx, &id, 1, pid))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	expect_accounts(_metadata, 0, 1, 1, 1);
	hwc_test_kill(pid);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
}

static int claim_toy0_there(const void *unused)
{
	struct hwc_ctx *ctx;

	(void)unused;
	return hwc_ctx_new(&ctx) ? 9 : claim_for(ctx, "toy0", -1);
}

/* Nobody's is the host's alone: elsewhere it is the namespace that holds. */
TEST_F(handover, leaves_claims_to_the_namespace)
{
	uint32_t id = hwc_test_domain_run(&self->a, claim_toy0_there, NULL);

	ASSERT_LT(0, (int)id);
	EXPECT_EQ(HWCONTAINER_HOLDER_NAMESPACE, holder_in(self->ctx, id, self->a.pid));
	EXPECT_STREQ("namespace", hwc_holder_name(HWCONTAINER_HOLDER_NAMESPACE));
	/* from the host, to another one, and to the host, where nothing ends */
	ASSERT_EQ(0, give_to_namespace(self->ctx, &id, 1, self->b.pid));
	EXPECT_EQ(HWCONTAINER_HOLDER_NAMESPACE, holder_in(self->ctx, id, self->b.pid));
	expect_accounts(_metadata, 0, 1, 1, 1);
	ASSERT_EQ(0, hwc_claim_handover_netns(self->ctx, &id, 1, self->host));
	EXPECT_EQ(HWCONTAINER_HOLDER_NOBODY, holder_in(self->ctx, id, getpid()));
	ASSERT_EQ(0, give_to_namespace(self->ctx, &id, 1, self->b.pid));
	hwc_test_domain_end(&self->b);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
}

TEST_F(handover, takes_no_nonsense_for_a_namespace)
{
	uint32_t id = claim(_metadata, self->ctx, "toy0");
	int file = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	char sentence[80];

	EXPECT_EQ(-EINVAL, hwc_claim_handover_netns(self->ctx, &id, 1, file));
	snprintf(sentence, sizeof(sentence), "file descriptor %d is no network namespace", file);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	close(file);
	EXPECT_EQ(-EBADF, hwc_claim_handover_netns(self->ctx, &id, 1, 777));
	EXPECT_STREQ("file descriptor 777 is no network namespace", hwc_ctx_error(self->ctx));
	EXPECT_EQ(-EBADF, claim_for(self->ctx, "toy1", 777));
}

/* The host's administrator may claim for a namespace, inside its limits. */
TEST_F(handover, may_begin_with_a_claim_for_another_namespace)
{
	int netns = netns_file(self->a.pid), id;
	char sentence[80];

	ASSERT_EQ(0, hwc_test_group_write("web/a", "max", "toy 1"));
	id = claim_for(self->ctx, "toy0", netns);
	ASSERT_LT(0, id);
	EXPECT_EQ(HWCONTAINER_HOLDER_NAMESPACE, holder_in(self->ctx, id, self->a.pid));
	expect_accounts(_metadata, 1, 0, 1, 1);
	EXPECT_EQ(-EDQUOT, claim_for(self->ctx, "toy1", netns));
	EXPECT_STREQ("group a has 1 of 1 claims of kind toy", hwc_ctx_error(self->ctx));
	/* who asks is told who is in the way, as he may see it */
	EXPECT_EQ(-EBUSY, claim_for(self->ctx, "toy0", netns));
	snprintf(sentence, sizeof(sentence), "toy0 is held by claim %d", id);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	close(netns);
}

/* "sha256:HEX\n" of IMAGE. */
static const char *digest_line(void)
{
	static char line[80] = "sha256:";
	FILE *in = popen("sha256sum " IMAGE, "r");

	if (!in || fread(line + 7, 1, 64, in) != 64)
		line[7] = '\0';
	if (in)
		pclose(in);
	strcpy(line + 71, "\n");
	return line;
}

static int claim_image(struct hwc_ctx *ctx, const char *toy)
{
	int image = open(IMAGE, O_RDONLY | O_CLOEXEC);
	struct hwc_grant grant;
	int ret = hwc_test_claim(ctx, toy, -1, image, -1, 0, &grant);

	close(image);
	if (!ret)
		ret = hwc_test_wait_claim(ctx, grant.id, HWCONTAINER_CLAIM_STATE_READY);
	return ret ? ret : (int)grant.id;
}

/* Images are asked for as if they were loaded there. */
TEST_F(handover, asks_the_lists_of_images)
{
	char sentence[80], other[80];
	uint32_t early, id;

	memset(other, '0', sizeof(other));
	memcpy(other, "sha256:", 7);
	strcpy(other + 71, "\n");
	ASSERT_EQ(0, hwc_test_run("echo an image >" IMAGE));
	early = claim_image(self->ctx, "toy0");
	ASSERT_LT(0, (int)early);
	ASSERT_EQ(0, hwc_test_group_write("web", "images", other));
	id = claim_image(self->ctx, "toy1");
	ASSERT_LT(0, (int)id);
	/* there was no list when it was read, so that nobody knows what it is */
	EXPECT_EQ(-EPERM, give_to_process(self->ctx, &early, 1, self->a.pid));
	snprintf(sentence, sizeof(sentence), "the digest of the image of claim %u is not known",
		 early);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	EXPECT_EQ(-EPERM, give_to_process(self->ctx, &id, 1, self->a.pid));
	snprintf(sentence, sizeof(sentence), "group web does not list the image of claim %u", id);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	expect_accounts(_metadata, 0, 0, 0, 2);
	EXPECT_EQ(2, hwc_test_group_number("web/a", "events", "denials"));
	ASSERT_EQ(0, hwc_test_group_write("web", "images", digest_line()));
	EXPECT_EQ(0, give_to_process(self->ctx, &id, 1, self->a.pid))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	/* what was loaded stays, also within the namespace */
	ASSERT_EQ(0, hwc_test_group_write("web", "images", other));
	EXPECT_EQ(0, give_to_namespace(self->ctx, &id, 1, self->a.pid));
	EXPECT_EQ(-EPERM, give_to_namespace(self->ctx, &id, 1, self->b.pid));
	expect_accounts(_metadata, 1, 0, 1, 2);
}

/* Written by the host when the claim has gone; the listener may look then. */
struct listener {
	int ready;
	int go;
	uint32_t id;
};

/* What a listener there is told of the claim: its states, one digit each. */
static int hear(const void *data)
{
	const struct listener *l = data;
	struct hwc_events *events;
	struct hwc_event *event;
	struct hwc_ctx *ctx;
	int heard = 0;
	char byte;

	if (hwc_ctx_new(&ctx) || hwc_events_new(ctx, &events) || write(l->ready, "", 1) != 1 ||
	    read(l->go, &byte, 1) != 1)
		return -1;
	while (!hwc_events_next(events, &event)) {
		if (hwc_event_claim(event) && hwc_claim_id(hwc_event_claim(event)) == l->id)
			heard = heard * 10 + hwc_claim_state(hwc_event_claim(event));
		hwc_event_free(event);
	}
	return heard;
}

/* Listens in @domain while the claim is given to the processes; what was heard. */
static int heard_in(struct hwc_ctx *ctx, const struct hwc_test_domain *domain, uint32_t id,
		    pid_t first, pid_t second)
{
	int ready[2], go[2], answer[2], heard = -2;
	struct listener l = { .id = id };
	char byte;
	pid_t pid;

	if (pipe(ready) || pipe(go) || pipe(answer))
		return -3;
	l.ready = ready[1];
	l.go = go[0];
	pid = fork();
	if (!pid) {
		heard = hwc_test_domain_enter(domain) ? -4 : hear(&l);
		_exit(write(answer[1], &heard, sizeof(heard)) != sizeof(heard));
	}
	if (read(ready[0], &byte, 1) != 1 || give_to_process(ctx, &id, 1, first) ||
	    give_to_process(ctx, &id, 1, second) || write(go[1], "", 1) != 1 ||
	    read(answer[0], &heard, sizeof(heard)) != sizeof(heard))
		heard = -5;
	waitpid(pid, NULL, 0);
	return heard;
}

/* Where it comes, its state; where it goes, an end, though the hardware is as it was. */
TEST_F(handover, is_told_in_both_namespaces)
{
	int id = claim_in(self->ctx, "toy0", self->a.pid);
	struct hwc_events *events;
	struct hwc_event *event;
	int netns[4], n = 0;
	struct stat st;

	ASSERT_LT(0, id);
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_RELEASED * 10 + HWCONTAINER_CLAIM_STATE_READY,
		  heard_in(self->ctx, &self->a, id, self->b.pid, self->a.pid));
	ASSERT_EQ(0, hwc_events_new(self->ctx, &events));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY * 10 + HWCONTAINER_CLAIM_STATE_RELEASED,
		  heard_in(self->ctx, &self->b, id, self->b.pid, getpid()));
	/* the host hears where it is */
	while (!hwc_events_next(events, &event) && n < 4) {
		EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_claim_state(hwc_event_claim(event)));
		netns[n++] = hwc_claim_netns(hwc_event_claim(event));
		hwc_event_free(event);
	}
	ASSERT_EQ(2, n);
	EXPECT_NE(netns[0], netns[1]);
	ASSERT_EQ(0, fstat(self->host, &st));
	EXPECT_EQ((int)st.st_ino, netns[1]);
	hwc_events_free(events);
}

/* A claim that failed is charged to nobody, and goes as it is. */
TEST_F(handover, takes_what_failed)
{
	struct hwc_grant grant;
	uint32_t id;

	ASSERT_EQ(0, hwc_test_set(HWC_TOY "fail_configure", EPROTO));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, "toy0", -1, -1, -1, 0, &grant));
	id = grant.id;
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_FAILED));
	ASSERT_EQ(0, hwc_test_group_write("web/b", "max", "toy 0"));
	EXPECT_EQ(0, give_to_process(self->ctx, &id, 1, self->b.pid))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	expect_accounts(_metadata, 0, 0, 0, 0);
	EXPECT_EQ(HWCONTAINER_HOLDER_PROCESS, holder_in(self->ctx, id, self->b.pid));
}

/* Groups take turns: a claim that waits goes to another holder, and to no other group. */
TEST_F(handover, keeps_the_place_of_what_waits)
{
	uint32_t first = claim(_metadata, self->ctx, "toy0"), id;
	struct hwc_request *req;
	struct hwc_grant grant;
	char sentence[80];

	ASSERT_EQ(0, hwc_request_new(self->ctx, &req));
	hwc_request_wait(req, HWC_TEST_WAIT_MS);
	ASSERT_EQ(0, hwc_request_add(req, "toy0", -1, -1, NULL, NULL));
	ASSERT_EQ(0, hwc_request_submit(req, &grant)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	hwc_request_free(req);
	id = grant.id;
	EXPECT_EQ(-EBUSY, give_to_process(self->ctx, (uint32_t[]){ first, id }, 2, self->b.pid));
	snprintf(sentence, sizeof(sentence), "claim %u waits, and its place is its group's", id);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	expect_accounts(_metadata, 0, 0, 0, 2);
	EXPECT_EQ(0, give_to_process(self->ctx, &id, 1, getpid()))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_WAITING, hwc_test_claim_state(self->ctx, id));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &first, 1));
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, HWCONTAINER_CLAIM_STATE_READY));
	EXPECT_EQ(0, give_to_process(self->ctx, &id, 1, self->b.pid));
	expect_accounts(_metadata, 0, 1, 1, 1);
}

/* A container's process in a namespace of its own, in group web, that ends some time. */
static pid_t short_life(unsigned int us)
{
	pid_t pid = fork();

	if (!pid) {
		if (unshare(CLONE_NEWNET))
			_exit(1);
		hwc_test_group_write("web", "namespaces", "0");
		usleep(us);
		_exit(0);
	}
	return pid;
}

/* Whatever ends first, the claim ends with it or stays where it was. */
TEST_F_TIMEOUT(handover, meets_namespaces_that_end, 100)
{
	const char *given = getenv("HWC_SEED");
	unsigned int seed = given ? atoi(given) : time(NULL);
	int i, ret, done = 0, runs = getenv("HWC_RUNS") ? atoi(getenv("HWC_RUNS")) : 30;
	uint32_t id = 0;

	TH_LOG("HWC_SEED=%u", seed);
	for (i = 0; i < runs; i++) {
		pid_t pid = short_life(rand_r(&seed) % 8000);
		int pidfd = hwc_test_pidfd(pid);

		if (!id || hwc_test_claim_state(self->ctx, id) < 0)
			id = claim(_metadata, self->ctx, "toy0");
		usleep(rand_r(&seed) % 8000);
		ret = hwc_claim_handover(self->ctx, &id, 1, pidfd);
		EXPECT_TRUE(!ret || ret == -ESRCH) TH_LOG("%s", hwc_ctx_error(self->ctx));
		done += !ret;
		waitpid(pid, NULL, 0);
		close(pidfd);
		if (!ret) {
			EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
			id = 0;
		}
	}
	TH_LOG("%d of %d were handed over", done, runs);
	EXPECT_LT(0, done);
	if (id)
		EXPECT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
}

/* Create, delete: each container has a claim of its own. */
TEST_F(handover, lives_from_create_to_delete)
{
	int i;

	for (i = 0; i < 3; i++) {
		uint32_t id = claim(_metadata, self->ctx, "toy0");
		pid_t pid = hwc_test_sleeper();

		ASSERT_EQ(0, give_to_process(self->ctx, &id, 1, pid));
		hwc_test_kill(pid);
		EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
		EXPECT_EQ(0, hwc_test_wait_free(self->ctx, "toy0"));
	}
	EXPECT_EQ(3, hwc_test_number(HWC_TOY "configured"));
}

/* Start, stop: one claim, configured once, that containers have in turn. */
TEST_F(handover, lives_from_start_to_stop)
{
	uint32_t id = claim(_metadata, self->ctx, "toy0");
	int i;

	for (i = 0; i < 3; i++) {
		pid_t pid = hwc_test_sleeper();

		ASSERT_EQ(0, give_to_process(self->ctx, &id, 1, pid));
		/* taken back before the stop; or the claim would end with it */
		ASSERT_EQ(0, hwc_claim_handover(self->ctx, &id, 1, -1));
		hwc_test_kill(pid);
		EXPECT_EQ(HWCONTAINER_CLAIM_STATE_READY, hwc_test_claim_state(self->ctx, id));
	}
	EXPECT_EQ(1, hwc_test_number(HWC_TOY "configured"));
}

TEST_HARNESS_MAIN
