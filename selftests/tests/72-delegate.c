// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Rights: a namespace of a group that delegates claims without privilege, what the
 * group allows; and the ways out of there, each of which is refused.
 */

#include "group.h"

#define IMAGE "/tmp/image"
#define OTHER_IMAGE "/tmp/other-image"
#define CHANGED_IMAGE "/tmp/changed-image"

/* SHA-256 of "listed\n" and of "another\n", as sha256sum says. */
static char listed[80], another[80];

/**
 * struct way - what a member without privilege has at hand
 * @ctx: with a socket from the host
 * @device: /dev/hwcontainer, opened on the host
 * @host_claim: made on the host, toy7
 * @neighbour_claim: made in another namespace, toy6
 * @admin_claim: made by an administrator in its own namespace, toy5
 * @neighbour: that namespace
 * @netns: file of the host's network namespace
 * @files: files of its group, open for writing: namespaces, max, delegate, images
 */
struct way {
	struct hwc_ctx *ctx;
	int device;
	uint32_t host_claim;
	uint32_t neighbour_claim;
	uint32_t admin_claim;
	const struct hwc_test_domain *neighbour;
	int netns;
	int files[4];
};

enum { NAMESPACES, MAX, DELEGATE, IMAGES };
static const char *const group_files[] = { "namespaces", "max", "delegate", "images" };

FIXTURE(delegate)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain a, b;
	struct way way;
};

/* "sha256:HEX\n" of a file. */
static void digest_of(const char *path, char *line)
{
	char command[128];
	FILE *in;

	snprintf(command, sizeof(command), "sha256sum %s", path);
	in = popen(command, "r");
	strcpy(line, "sha256:");
	if (!in || fread(line + 7, 1, 64, in) != 64)
		line[0] = '\0';
	pclose(in);
	strcpy(line + 71, "\n");
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int ret = fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;

	close(fd);
	return ret;
}

FIXTURE_SETUP(delegate)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy count=8"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_domain_new(&self->a));
	ASSERT_EQ(0, hwc_test_domain_new(&self->b));
	ASSERT_EQ(0, hwc_test_group_new("web"));
	ASSERT_EQ(0, hwc_test_group_new("web/a"));
	ASSERT_EQ(0, hwc_test_group_attach("web/a", &self->a));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy 4"));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "max", "toy 3"));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "delegate", "1"));
	ASSERT_EQ(0, write_file(IMAGE, "listed\n"));
	ASSERT_EQ(0, write_file(OTHER_IMAGE, "another\n"));
	digest_of(IMAGE, listed);
	digest_of(OTHER_IMAGE, another);
	ASSERT_EQ(0, hwc_test_group_write("web/a", "images", listed));
	ASSERT_EQ(0, chmod("/dev/hwcontainer", 0666));
}

FIXTURE_TEARDOWN(delegate)
{
	hwc_test_domain_end(&self->a);
	hwc_test_domain_end(&self->b);
	chmod("/dev/hwcontainer", 0600);
	unlink(IMAGE);
	unlink(OTHER_IMAGE);
	hwc_test_write(HWC_TOY "reset", "1");
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	EXPECT_EQ(0, hwc_test_group_number("web/a", "current", "toy"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("web/a"));
	EXPECT_EQ(0, hwc_test_group_number("web", "current", "toy"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("web"));
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_unload_toys());
}

static int become_nobody(void)
{
	return setgid(65534) || setuid(65534) ? -1 : 0;
}

static int wish_as_nobody(const void *data)
{
	return become_nobody() ? 9 : hwc_test_wish(data);
}

#define ask_as_nobody(domain, ...) \
	hwc_test_domain_run(domain, wish_as_nobody, &(const struct hwc_test_wish){ __VA_ARGS__ })

/* One claim on @toy, with a file where @path is not NULL; its number, or -errno. */
static int claim_one(struct hwc_ctx *ctx, const char *toy, const char *path, int holder,
		     uint32_t flags)
{
	int image = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct hwc_grant grant;
	int ret = hwc_test_claim(ctx, toy, holder, image, -1, flags, &grant);

	close(image);
	return ret ? ret : (int)grant.id;
}

/* And what becomes of it: 0, or -errno. */
static int claim_and_wait(const char *toy, const char *path)
{
	struct hwc_ctx *ctx;
	int file, id, ret = hwc_ctx_new(&ctx);

	if (ret)
		return ret;
	file = hwc_holder_open(ctx);
	if (file < 0)
		return file;
	id = claim_one(ctx, toy, path, file, 0);
	ret = id < 0 ? id : hwc_claim_wait(ctx, file, id, HWC_TEST_WAIT_MS);
	close(file);
	hwc_ctx_free(ctx);
	return ret;
}

static int load_as_nobody(const void *path)
{
	return become_nobody() ? 9 : claim_and_wait("toy0", path);
}

static int load_as_root(const void *path)
{
	return claim_and_wait("toy0", path);
}

/* Everything that a claim goes through, with nothing but the namespace. */
static int live_as_nobody(const void *unused)
{
	struct hwc_claim *claim;
	struct hwc_ctx *ctx;
	int file, id, watched, ret;
	uint32_t number;

	(void)unused;
	if (become_nobody() || hwc_ctx_new(&ctx))
		return 1;
	if (hwc_test_state(ctx, "toy0") != HWCONTAINER_RESOURCE_STATE_FREE)
		return 2;
	file = hwc_holder_open(ctx);
	id = claim_one(ctx, "toy0", IMAGE, file, 0);
	if (file < 0 || id < 0)
		return 3;
	if (hwc_claim_wait(ctx, file, id, HWC_TEST_WAIT_MS))
		return 4;
	watched = hwc_claim_open(ctx, file, id);
	if (watched < 0 || hwc_claim_get(ctx, id, &claim))
		return 5;
	ret = hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_READY ? 0 : 6;
	hwc_claim_free(claim);
	number = id;
	if (hwc_test_claims(ctx) != 1)
		return 7;
	if (hwc_claim_handover(ctx, &number, 1, -1))
		return 8;
	close(file);
	file = hwc_holder_open(ctx);
	if (hwc_test_claim_state(ctx, id) != HWCONTAINER_CLAIM_STATE_READY)
		return 9;
	if (hwc_claim_delete(ctx, &number, 1))
		return 10;
	if (hwc_claim_wait_released(ctx, watched, HWC_TEST_WAIT_MS))
		return 11;
	return ret;
}

TEST_F(delegate, claims_without_privilege)
{
	EXPECT_EQ(0, hwc_test_domain_run(&self->a, live_as_nobody, NULL));
	EXPECT_EQ(0, hwc_test_group_number("web/a", "events", "denials"));
	EXPECT_EQ(1, hwc_test_group_number("web/a", "peak", "toy"));
}

TEST_F(delegate, begins_with_nothing)
{
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->b));
	EXPECT_STREQ("0\n", hwc_test_group_read("web", "delegate"));
	EXPECT_STREQ("", hwc_test_group_read("web", "images"));
	EXPECT_EQ(-EPERM, ask_as_nobody(&self->b, .n = 1,
					.says = "hardware is handed out from the first network "
						"namespace only"));
	EXPECT_EQ(1, hwc_test_group_number("web", "events", "denials"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "delegate", "2"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "delegate", "-1"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web", "delegate", "yes"));
}

/* No limit is none for administrators, and nothing for all others. */
TEST_F(delegate, needs_a_limit)
{
	ASSERT_EQ(0, hwc_test_group_write("web/a", "max", "toy max"));
	EXPECT_EQ(0, ask_as_nobody(&self->a, .n = 1));
	ASSERT_EQ(0, hwc_test_group_write("web", "max", "toy max\nremoteproc 9"));
	EXPECT_EQ(-EDQUOT, ask_as_nobody(&self->a, .first = 1, .n = 1,
					 .says = "group a has no limit for kind toy"));
	EXPECT_EQ(1, hwc_test_group_number("web/a", "events", "max"));
	EXPECT_EQ(1, hwc_test_group_number("web", "events", "max"));
	EXPECT_EQ(0, hwc_test_ask(&self->a, .first = 2, .n = 6));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "max", "toy 8"));
	EXPECT_EQ(0, ask_as_nobody(&self->a, .first = 1, .n = 1));
}

/* A list is whole, or as it was. */
TEST_F(delegate, takes_no_nonsense_for_an_image)
{
	char text[5000];
	int i;

	EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "images", "sha256:12"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "images", "md5:12"));
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "images", "anything"));
	snprintf(text, sizeof(text), "%ssha256:xx", another);
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "images", text));
	strcpy(text, another);
	text[10] = 'g';
	EXPECT_EQ(-EINVAL, hwc_test_group_write("web/a", "images", text));
	EXPECT_STREQ(listed, hwc_test_group_read("web/a", "images"));
	for (i = 0; i < 56; i++)
		strcpy(text + 72 * i, another);
	EXPECT_EQ(0, hwc_test_group_write("web/a", "images", text));
	EXPECT_STREQ(text, hwc_test_group_read("web/a", "images"));
	strcpy(text + 72 * i, another);
	EXPECT_EQ(-E2BIG, hwc_test_group_write("web/a", "images", text));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "images", "any\n"));
	EXPECT_STREQ("any\n", hwc_test_group_read("web/a", "images"));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "images", "\n"));
	EXPECT_STREQ("", hwc_test_group_read("web/a", "images"));
}

/* Lists count from the member up; without one, those with rights of their own load anything. */
TEST_F(delegate, loads_what_every_list_has)
{
	char both[160];

	EXPECT_EQ(0, hwc_test_domain_run(&self->a, load_as_nobody, IMAGE));
	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, load_as_nobody, OTHER_IMAGE));
	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, load_as_root, OTHER_IMAGE));
	EXPECT_EQ(2, hwc_test_group_number("web", "events", "denials"));
	EXPECT_EQ(1, hwc_test_number(HWC_TOY "configured"));

	ASSERT_EQ(0, hwc_test_group_write("web", "images", another));
	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, load_as_nobody, IMAGE));
	snprintf(both, sizeof(both), "%s%s", listed, another);
	ASSERT_EQ(0, hwc_test_group_write("web", "images", both));
	EXPECT_EQ(0, hwc_test_domain_run(&self->a, load_as_nobody, IMAGE));
	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, load_as_nobody, OTHER_IMAGE));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "images", "any"));
	EXPECT_EQ(0, hwc_test_domain_run(&self->a, load_as_nobody, OTHER_IMAGE));

	ASSERT_EQ(0, hwc_test_group_write("web", "images", "\n"));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "images", "\n"));
	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, load_as_nobody, IMAGE));
	EXPECT_EQ(0, hwc_test_domain_run(&self->a, load_as_root, OTHER_IMAGE));
	/* nobody's image is nobody's business */
	EXPECT_EQ(0, hwc_test_domain_run(&self->a, load_as_nobody, NULL));
}

/* What was loaded before stays: lists are for claims to come. */
TEST_F(delegate, keeps_what_it_has_when_the_list_changes)
{
	struct hwc_ctx *ctx = self->ctx;
	int id;

	ASSERT_EQ(0, ask_as_nobody(&self->a, .first = 1, .n = 1));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "images", another));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "delegate", "0"));
	EXPECT_EQ(1, hwc_test_claims(ctx));
	/* it may look at what it has, and no more than that */
	EXPECT_EQ(-EPERM, ask_as_nobody(&self->a, .first = 2, .n = 1));
	id = hwc_test_end_toy(ctx, 1);
	EXPECT_EQ(0, id);
}

/* Claims of nobody's, one after the other, that fail: how many there can be. */
static int fail_as_nobody(const void *path)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	struct hwc_ctx *ctx;
	int n, id;

	if (become_nobody() || hwc_ctx_new(&ctx))
		return 1;
	for (n = 0; n < 20; n++) {
		id = claim_one(ctx, "toy0", path, -1, 0);
		if (id < 0)
			return id == -EDQUOT ? 100 + n : id;
		while (hwc_test_claim_state(ctx, id) != HWCONTAINER_CLAIM_STATE_FAILED)
			if (hwc_test_ms() > end)
				return 2;
	}
	return 100 + n;
}

static int end_one(const struct hwc_claim *claim, void *ctx)
{
	uint32_t id = hwc_claim_id(claim);

	return hwc_claim_delete(ctx, &id, 1);
}

static int end_all_as_nobody(const void *unused)
{
	struct hwc_ctx *list, *ctx;

	(void)unused;
	if (become_nobody() || hwc_ctx_new(&ctx) || hwc_ctx_new(&list))
		return 1;
	return hwc_claim_foreach(list, end_one, ctx);
}

/* Failed claims have memory until they end: a group has no more of them than claims. */
TEST_F(delegate, piles_up_no_failures)
{
	static const char *const knobs[] = {
		HWC_TOY "fail_examine",
		HWC_TOY "fail_configure",
		HWC_TOY "fail_settle",
	};
	size_t i;

	EXPECT_EQ(103, hwc_test_domain_run(&self->a, fail_as_nobody, OTHER_IMAGE));
	for (i = 0; i < 3; i++) {
		EXPECT_EQ(3, hwc_test_claims(self->ctx));
		EXPECT_EQ(3, hwc_test_group_number("web/a", "current", "toy"));
		EXPECT_EQ(3, hwc_test_group_number("web", "current", "toy"));
		ASSERT_EQ(0, hwc_test_domain_run(&self->a, end_all_as_nobody, NULL));
		ASSERT_EQ(0, hwc_test_wait_no_claims(self->ctx));
		EXPECT_EQ(0, hwc_test_group_number("web/a", "current", "toy"));
		ASSERT_EQ(0, hwc_test_write(HWC_TOY "reset", "1"));
		ASSERT_EQ(0, hwc_test_set(knobs[i], EPROTO));
		EXPECT_EQ(103, hwc_test_domain_run(&self->a, fail_as_nobody, IMAGE))
		TH_LOG("%s", knobs[i]);
	}
	ASSERT_EQ(0, hwc_test_domain_run(&self->a, end_all_as_nobody, NULL));
	ASSERT_EQ(0, hwc_test_wait_no_claims(self->ctx));
}

/*
 * Ways out. Each is tried by a process without privilege in the namespace, which gets -errno.
 */

static int with_ctx(int (*way)(struct hwc_ctx *ctx, const struct way *w), const struct way *w)
{
	struct hwc_ctx *ctx;
	int ret = hwc_ctx_new(&ctx);

	if (!ret)
		ret = way(ctx, w);
	return ret;
}

/* A way that needs a context made where it is tried. */
#define WAY(name)                                                           \
	static int name##_with(struct hwc_ctx *ctx, const struct way *w);   \
	static int name(const struct way *w)                                \
	{                                                                   \
		return with_ctx(name##_with, w);                            \
	}                                                                   \
	static int name##_with(struct hwc_ctx *ctx __attribute__((unused)), \
			       const struct way *w __attribute__((unused)))

static int toys(int n)
{
	return hwc_test_wish(&(const struct hwc_test_wish){ .n = n });
}

static int more_than_its_limit(const struct way *w)
{
	(void)w;
	return toys(4);
}

static int one_by_one(const struct way *w)
{
	int i, ret = 0;

	(void)w;
	for (i = 0; i < 5 && !ret; i++)
		ret = hwc_test_wish(&(const struct hwc_test_wish){ .first = i, .n = 1 });
	return ret;
}

/* Each a process of its own. */
static int by_children(const struct way *w)
{
	int i, status, ret = 0;

	(void)w;
	for (i = 0; i < 5; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(-hwc_test_wish(&(const struct hwc_test_wish){ .first = i, .n = 1 }));
		waitpid(pid, &status, 0);
		ret = -WEXITSTATUS(status);
	}
	return ret;
}

/* One after the other, until one is refused. */
static int claim_four(struct hwc_ctx *ctx, int holder, uint32_t flags)
{
	char toy[8];
	int i, ret = 0;

	for (i = 0; i < 4 && ret >= 0; i++) {
		snprintf(toy, sizeof(toy), "toy%d", i);
		ret = claim_one(ctx, toy, NULL, holder, flags);
	}
	return ret;
}

/* Held by the file of somebody who is not limited. */
WAY(by_the_hosts_file)
{
	return claim_four(ctx, w->device, 0);
}

WAY(by_dry_runs)
{
	return claim_four(ctx, -1, HWCONTAINER_CLAIM_FLAGS_DRY_RUN);
}

WAY(by_taking_over)
{
	return claim_one(ctx, "toy0", NULL, -1, HWCONTAINER_CLAIM_FLAGS_TAKEOVER);
}

WAY(what_the_host_has)
{
	return claim_one(ctx, "toy7", NULL, -1, 0);
}

WAY(what_a_neighbour_has)
{
	return claim_one(ctx, "toy6", NULL, -1, 0);
}

static int an_image_that_is_not_listed(const struct way *w)
{
	(void)w;
	return claim_and_wait("toy0", OTHER_IMAGE);
}

WAY(kept_images_that_are_not_listed)
{
	int id = claim_one(ctx, "toy0", OTHER_IMAGE, w->device, HWCONTAINER_CLAIM_FLAGS_KEEP);

	return id < 0 ? id : hwc_claim_wait(ctx, w->device, id, HWC_TEST_WAIT_MS);
}

static void parse_digest(const char *line, uint8_t *digest)
{
	unsigned int byte;
	int i;

	for (i = 0; i < HWCONTAINER_DIGEST_LEN && sscanf(line + 7 + 2 * i, "%2x", &byte) == 1; i++)
		digest[i] = byte;
}

/* Asks for a digest, with the bytes of a file. */
static int by_digest(struct hwc_ctx *ctx, const char *line, const char *path)
{
	uint8_t digest[HWCONTAINER_DIGEST_LEN] = { 0 };
	int image = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	int file = hwc_holder_open(ctx);
	struct hwc_request *req;
	struct hwc_grant grant;
	int ret;

	parse_digest(line, digest);
	if (hwc_request_new(ctx, &req))
		return 1;
	hwc_request_holder_file(req, file);
	ret = hwc_request_add(req, "toy0", image, -1, digest, NULL);
	if (!ret)
		ret = hwc_request_submit(req, &grant);
	hwc_request_free(req);
	if (!ret)
		ret = hwc_claim_wait(ctx, file, grant.id, HWC_TEST_WAIT_MS);
	close(image);
	close(file);
	return ret;
}

WAY(a_digest_that_is_not_listed)
{
	return by_digest(ctx, another, OTHER_IMAGE);
}

WAY(a_loaded_digest_that_is_not_listed)
{
	return by_digest(ctx, another, NULL);
}

WAY(a_listed_digest_with_other_bytes)
{
	return by_digest(ctx, listed, OTHER_IMAGE);
}

/* Bytes that change when they were looked at. */
static int a_listed_image_that_changes(const struct way *w)
{
	int image, ret = write_file(CHANGED_IMAGE, "listed\n");
	struct hwc_grant grant;
	struct hwc_ctx *ctx;

	(void)w;
	if (ret || hwc_ctx_new(&ctx))
		return 1;
	image = open(CHANGED_IMAGE, O_RDWR);
	ret = hwc_test_claim(ctx, "toy0", -1, image, -1, 0, &grant);
	close(image);
	unlink(CHANGED_IMAGE);
	return ret;
}

static int in_a_memory_file(const struct way *w)
{
	int ret, image = syscall(SYS_memfd_create, "image", 0);
	struct hwc_grant grant;
	struct hwc_ctx *ctx;

	if (image < 0 || write(image, "another\n", 8) != 8 || hwc_ctx_new(&ctx))
		return 1;
	ret = hwc_test_claim(ctx, "toy0", w->device, image, -1, 0, &grant);
	return ret ? ret : hwc_claim_wait(ctx, w->device, grant.id, HWC_TEST_WAIT_MS);
}

WAY(end_the_hosts_claim)
{
	return hwc_claim_delete(ctx, &w->host_claim, 1);
}

WAY(end_a_neighbours_claim)
{
	return hwc_claim_delete(ctx, &w->neighbour_claim, 1);
}

WAY(end_an_administrators_claim)
{
	return hwc_claim_delete(ctx, &w->admin_claim, 1);
}

WAY(take_the_hosts_claim)
{
	return hwc_claim_handover(ctx, &w->host_claim, 1, -1);
}

WAY(take_a_neighbours_claim)
{
	return hwc_claim_handover(ctx, &w->neighbour_claim, 1, -1);
}

WAY(take_an_administrators_claim)
{
	return hwc_claim_handover(ctx, &w->admin_claim, 1, -1);
}

/* What it may have goes nowhere else, by whatever it can open. */
static int hand_over(struct hwc_ctx *ctx, int fd,
		     int (*handover)(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int fd))
{
	int id = claim_one(ctx, "toy0", NULL, -1, 0), ret;

	if (id < 0)
		return 1;
	ret = handover(ctx, (uint32_t[]){ id }, 1, fd);
	close(fd);
	return ret;
}

WAY(hand_over_to_the_hosts_file)
{
	return hand_over(ctx, dup(w->device), hwc_claim_handover_file);
}

WAY(hand_over_to_a_process_of_the_hosts)
{
	return hand_over(ctx, hwc_test_pidfd(1), hwc_claim_handover);
}

WAY(hand_over_to_a_neighbours_process)
{
	return hand_over(ctx, hwc_test_pidfd(w->neighbour->pid), hwc_claim_handover);
}

WAY(hand_over_to_the_hosts_namespace)
{
	return hand_over(ctx, dup(w->netns), hwc_claim_handover_netns);
}

WAY(claim_for_the_hosts_namespace)
{
	struct hwc_request *req;
	struct hwc_grant grant;
	int ret = hwc_request_new(ctx, &req);

	if (ret)
		return 1;
	hwc_request_netns(req, w->netns);
	ret = hwc_request_add(req, "toy0", -1, -1, NULL, NULL);
	if (!ret)
		ret = hwc_request_submit(req, &grant);
	hwc_request_free(req);
	return ret;
}

/* Its own with it: none or all. */
WAY(end_one_of_its_own_with_the_hosts)
{
	int id = claim_one(ctx, "toy0", NULL, -1, 0);
	int ret;

	if (id < 0)
		return 1;
	ret = hwc_claim_delete(ctx, (uint32_t[]){ id, w->host_claim }, 2);
	return hwc_test_claim_state(ctx, id) < 0 ? 2 : ret;
}

WAY(look_at_the_hosts_claim)
{
	return hwc_test_claim_state(ctx, w->host_claim);
}

WAY(look_at_a_neighbours_claim)
{
	return hwc_test_claim_state(ctx, w->neighbour_claim);
}

WAY(open_the_hosts_claim)
{
	return hwc_claim_open(ctx, w->device, w->host_claim);
}

WAY(open_a_neighbours_claim)
{
	return hwc_claim_open(ctx, w->device, w->neighbour_claim);
}

WAY(open_the_hosts_claim_with_its_own_file)
{
	return hwc_claim_open(ctx, hwc_holder_open(ctx), w->host_claim);
}

static int claim_by_the_hosts_socket(const struct way *w)
{
	return claim_one(w->ctx, "toy0", NULL, -1, 0);
}

static int end_by_the_hosts_socket(const struct way *w)
{
	return hwc_claim_delete(w->ctx, &w->host_claim, 1);
}

static int take_by_the_hosts_socket(const struct way *w)
{
	return hwc_claim_handover(w->ctx, &w->host_claim, 1, -1);
}

static int look_by_the_hosts_socket(const struct way *w)
{
	return hwc_test_claim_state(w->ctx, w->host_claim);
}

static int list_by_the_hosts_socket(const struct way *w)
{
	return hwc_test_claims(w->ctx);
}

static int list_resources_by_the_hosts_socket(const struct way *w)
{
	return hwc_test_state(w->ctx, "toy7");
}

/* Full capabilities, over itself. */
static int take_over_as_root_of_itself(const struct way *w)
{
	if (unshare(CLONE_NEWUSER))
		return 1;
	return by_taking_over(w);
}

static int end_as_root_of_itself(const struct way *w)
{
	if (unshare(CLONE_NEWUSER))
		return 1;
	return end_an_administrators_claim(w);
}

static int claim_from_a_namespace_of_its_own(const struct way *w)
{
	(void)w;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 1;
	return toys(1);
}

/* Its own socket, its own new namespace. */
WAY(claim_by_its_socket_from_elsewhere)
{
	if (hwc_test_claims(ctx) < 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 1;
	return claim_one(ctx, "toy0", NULL, -1, 0);
}

WAY(open_the_device_elsewhere)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 1;
	return hwc_holder_open(ctx);
}

static int enter(pid_t pid)
{
	int pidfd = hwc_test_pidfd(pid);

	return setns(pidfd, CLONE_NEWNET) ? -errno : 0;
}

static int enter_the_hosts_namespace(const struct way *w)
{
	(void)w;
	return enter(1);
}

static int enter_a_neighbours_namespace(const struct way *w)
{
	return enter(w->neighbour->pid);
}

static int enter_it_as_root_of_itself(const struct way *w)
{
	if (unshare(CLONE_NEWUSER))
		return 1;
	return enter(w->neighbour->pid);
}

static int raise_its_limit(const struct way *w)
{
	(void)w;
	return hwc_test_group_write("web/a", "max", "toy max");
}

static int delegate_to_itself(const struct way *w)
{
	(void)w;
	return hwc_test_group_write("web", "delegate", "1");
}

static int leave_its_group(const struct way *w)
{
	(void)w;
	return hwc_test_group_write("", "namespaces", "0");
}

static int make_a_group(const struct way *w)
{
	(void)w;
	return hwc_test_group_new("web/a/mine");
}

static int remove_its_group(const struct way *w)
{
	(void)w;
	return hwc_test_group_remove("web/a");
}

static int write_to(int fd, const char *text)
{
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}

static int raise_its_limit_by_an_open_file(const struct way *w)
{
	return write_to(w->files[MAX], "toy max");
}

static int list_by_an_open_file(const struct way *w)
{
	return write_to(w->files[IMAGES], "any");
}

static int delegate_by_an_open_file(const struct way *w)
{
	return write_to(w->files[DELEGATE], "1");
}

static int attach_by_an_open_file(const struct way *w)
{
	return write_to(w->files[NAMESPACES], "0");
}

static int attach_by_an_open_file_as_root_of_itself(const struct way *w)
{
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 1;
	return write_to(w->files[NAMESPACES], "0");
}

static const struct {
	const char *name;
	int (*way)(const struct way *w);
	int err;
} ways[] = {
#define TRY(way, err)          \
	{                      \
#way, way, err \
	}
	TRY(more_than_its_limit, EDQUOT),
	TRY(one_by_one, EDQUOT),
	TRY(by_children, EDQUOT),
	TRY(by_the_hosts_file, EDQUOT),
	TRY(by_dry_runs, EDQUOT),
	TRY(by_taking_over, EPERM),
	TRY(what_the_host_has, EBUSY),
	TRY(what_a_neighbour_has, EBUSY),
	TRY(an_image_that_is_not_listed, EPERM),
	TRY(kept_images_that_are_not_listed, EPERM),
	TRY(a_digest_that_is_not_listed, EPERM),
	TRY(a_loaded_digest_that_is_not_listed, EPERM),
	TRY(a_listed_digest_with_other_bytes, EBADMSG),
	TRY(a_listed_image_that_changes, ETXTBSY),
	TRY(in_a_memory_file, EPERM),
	TRY(end_the_hosts_claim, ENOENT),
	TRY(end_a_neighbours_claim, ENOENT),
	TRY(end_an_administrators_claim, EPERM),
	TRY(take_the_hosts_claim, ENOENT),
	TRY(take_a_neighbours_claim, ENOENT),
	TRY(take_an_administrators_claim, EPERM),
	TRY(hand_over_to_the_hosts_file, EPERM),
	TRY(hand_over_to_a_process_of_the_hosts, EPERM),
	TRY(hand_over_to_a_neighbours_process, EPERM),
	TRY(hand_over_to_the_hosts_namespace, EPERM),
	TRY(claim_for_the_hosts_namespace, EPERM),
	TRY(end_one_of_its_own_with_the_hosts, ENOENT),
	TRY(look_at_the_hosts_claim, ENOENT),
	TRY(look_at_a_neighbours_claim, ENOENT),
	TRY(open_the_hosts_claim, ENOENT),
	TRY(open_a_neighbours_claim, ENOENT),
	TRY(open_the_hosts_claim_with_its_own_file, ENOENT),
	TRY(claim_by_the_hosts_socket, EPERM),
	TRY(end_by_the_hosts_socket, EPERM),
	TRY(take_by_the_hosts_socket, EPERM),
	TRY(look_by_the_hosts_socket, EPERM),
	TRY(list_by_the_hosts_socket, EPERM),
	TRY(list_resources_by_the_hosts_socket, EPERM),
	TRY(take_over_as_root_of_itself, EPERM),
	TRY(end_as_root_of_itself, EPERM),
	TRY(claim_from_a_namespace_of_its_own, EPERM),
	TRY(claim_by_its_socket_from_elsewhere, EPERM),
	TRY(open_the_device_elsewhere, EPERM),
	TRY(enter_the_hosts_namespace, EPERM),
	TRY(enter_a_neighbours_namespace, EPERM),
	TRY(enter_it_as_root_of_itself, EPERM),
	TRY(raise_its_limit, EACCES),
	TRY(delegate_to_itself, EACCES),
	TRY(leave_its_group, EACCES),
	TRY(make_a_group, EACCES),
	TRY(remove_its_group, EACCES),
	TRY(raise_its_limit_by_an_open_file, EPERM),
	TRY(list_by_an_open_file, EPERM),
	TRY(delegate_by_an_open_file, EPERM),
	TRY(attach_by_an_open_file, EPERM),
	TRY(attach_by_an_open_file_as_root_of_itself, EPERM),
};

/**
 * struct attempt - one way, tried in the namespace
 * @way: which
 * @w: what there is at hand
 */
struct attempt {
	size_t way;
	const struct way *w;
};

static int attempt(const void *data)
{
	const struct attempt *a = data;

	return become_nobody() ? 9 : ways[a->way].way(a->w);
}

static void prepare(struct __test_metadata *_metadata, FIXTURE_DATA(delegate) * self)
{
	struct way *w = &self->way;
	struct hwc_resource *res;
	int i;

	w->ctx = self->ctx;
	w->neighbour = &self->b;
	w->device = hwc_holder_open(self->ctx);
	ASSERT_LE(0, w->device);
	w->netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, w->netns);
	w->host_claim = claim_one(self->ctx, "toy7", NULL, -1, 0);
	ASSERT_LT(0, (int)w->host_claim);
	ASSERT_EQ(0, hwc_test_ask(&self->b, .first = 6, .n = 1));
	ASSERT_EQ(0, hwc_test_ask(&self->a, .first = 5, .n = 1));
	ASSERT_EQ(0, hwc_resource_get(self->ctx, "toy6", &res));
	w->neighbour_claim = hwc_resource_claim_id(res);
	hwc_resource_free(res);
	ASSERT_EQ(0, hwc_resource_get(self->ctx, "toy5", &res));
	w->admin_claim = hwc_resource_claim_id(res);
	hwc_resource_free(res);
	for (i = 0; i < 4; i++) {
		w->files[i] = open(hwc_test_group_file("web/a", group_files[i]), O_RDWR);
		ASSERT_LE(0, w->files[i]);
	}
}

/* What the attempts made on the way to being refused. */
static void clean_up(struct __test_metadata *_metadata, FIXTURE_DATA(delegate) * self)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	int i;

	close(self->way.device);
	self->way.device = hwc_holder_open(self->ctx);
	for (i = 0; i < 5; i++)
		hwc_test_end_toy(self->ctx, i);
	while (hwc_test_claims(self->ctx) != 3 && hwc_test_ms() < end)
		usleep(1000);
	ASSERT_EQ(3, hwc_test_claims(self->ctx));
	while (hwc_test_group_number("web/a", "current", "toy") != 1 && hwc_test_ms() < end)
		usleep(1000);
	EXPECT_EQ(1, hwc_test_group_number("web/a", "current", "toy"));
	EXPECT_EQ(1, hwc_test_group_number("web", "current", "toy"));
}

TEST_F_TIMEOUT(delegate, has_no_way_out, 200)
{
	struct attempt a = { .w = &self->way };
	int configured, ret, i;

	prepare(_metadata, self);
	for (a.way = 0; a.way < sizeof(ways) / sizeof(ways[0]); a.way++) {
		ret = hwc_test_domain_run(&self->a, attempt, &a);
		EXPECT_EQ(-ways[a.way].err, ret)
		TH_LOG("%s", ways[a.way].name);
		clean_up(_metadata, self);
	}
	TH_LOG("%zu ways", a.way);
	EXPECT_LE(40, a.way);
	/* nothing that was not listed has reached the hardware, and nothing has changed */
	EXPECT_EQ(3, hwc_test_group_number("web/a", "max", "toy"));
	EXPECT_STREQ(listed, hwc_test_group_read("web/a", "images"));
	EXPECT_EQ(3, hwc_test_claims(self->ctx));
	configured = hwc_test_number(HWC_TOY "configured");
	EXPECT_EQ(-EPERM, hwc_test_domain_run(&self->a, load_as_nobody, OTHER_IMAGE));
	EXPECT_EQ(configured, hwc_test_number(HWC_TOY "configured"));
	for (i = 0; i < 4; i++)
		close(self->way.files[i]);
	close(self->way.netns);
	close(self->way.device);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &self->way.host_claim, 1));
}

static int list_anything(const struct way *w)
{
	(void)w;
	return hwc_test_group_write("web/a", "images", "any");
}

/* Ways of a container's root, with all capabilities and processes of its own. */
static const struct {
	const char *name;
	int (*way)(const struct way *w);
	int err;
} roots_ways[] = {
	TRY(by_taking_over, EPERM),
	TRY(an_image_that_is_not_listed, EPERM),
	TRY(end_the_hosts_claim, ENOENT),
	TRY(end_an_administrators_claim, EPERM),
	TRY(open_the_hosts_claim, ENOENT),
	TRY(open_a_neighbours_claim, ENOENT),
	TRY(open_the_hosts_claim_with_its_own_file, ENOENT),
	TRY(raise_its_limit, EPERM),
	TRY(delegate_to_itself, EPERM),
	TRY(list_anything, EPERM),
	TRY(leave_its_group, EPERM),
	TRY(make_a_group, EPERM),
	TRY(raise_its_limit_by_an_open_file, EPERM),
	TRY(list_by_an_open_file, EPERM),
	TRY(delegate_by_an_open_file, EPERM),
	TRY(attach_by_an_open_file, EPERM),
};

static int attempt_as_containers_root(const void *data)
{
	const struct attempt *a = data;
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID))
		return 9;
	pid = fork();
	if (!pid)
		_exit(-roots_ways[a->way].way(a->w));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? -WEXITSTATUS(status) : 8;
}

TEST_F_TIMEOUT(delegate, has_no_way_out_as_root_of_a_container, 100)
{
	struct attempt a = { .w = &self->way };
	int i;

	prepare(_metadata, self);
	for (a.way = 0; a.way < sizeof(roots_ways) / sizeof(roots_ways[0]); a.way++) {
		EXPECT_EQ(-roots_ways[a.way].err,
			  hwc_test_domain_run(&self->a, attempt_as_containers_root, &a))
		TH_LOG("%s", roots_ways[a.way].name);
		clean_up(_metadata, self);
	}
	EXPECT_EQ(3, hwc_test_group_number("web/a", "max", "toy"));
	EXPECT_STREQ("0\n", hwc_test_group_read("web", "delegate"));
	EXPECT_STREQ(listed, hwc_test_group_read("web/a", "images"));
	EXPECT_EQ(-ENOENT, hwc_test_group_remove("web/a/mine"));
	for (i = 0; i < 4; i++)
		close(self->way.files[i]);
	close(self->way.netns);
	close(self->way.device);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &self->way.host_claim, 1));
}

/* Rights go with the group, at once. */
TEST_F(delegate, loses_its_rights_when_it_is_moved)
{
	ASSERT_EQ(0, ask_as_nobody(&self->a, .n = 1));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 0));
	ASSERT_EQ(0, hwc_test_group_attach("web", &self->a));
	EXPECT_EQ(-EPERM, ask_as_nobody(&self->a, .n = 1));
	ASSERT_EQ(0, hwc_test_group_attach("web/a", &self->a));
	EXPECT_EQ(0, ask_as_nobody(&self->a, .n = 1));
	ASSERT_EQ(0, hwc_test_end_toy(self->ctx, 0));
	ASSERT_EQ(0, hwc_test_group_write("web/a", "delegate", "0"));
	EXPECT_EQ(-EPERM, ask_as_nobody(&self->a, .n = 1));
}

TEST_HARNESS_MAIN
