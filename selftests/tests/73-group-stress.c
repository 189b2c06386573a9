// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many in several namespaces who claim, hand over, let go and die at random while limits
 * change: no limit is exceeded at any time, and the accounts are at zero in the end.
 */
#include <stdlib.h>

#include "group.h"

#define DOMAINS 4
#define CHILDREN 16
#define SECONDS 5
#define TOYS 24

/* What all of them may have together, and the most that one may have at any time. */
#define ALL_MAX 4
#define ONE_MAX 3

FIXTURE(stress)
{
	struct hwc_ctx *ctx;
	struct hwc_test_domain domain[DOMAINS];
	uint32_t netns[DOMAINS];
	char group[DOMAINS][16];
};

static uint32_t netns_of(const struct hwc_test_domain *domain)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", domain->pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* A namespace of its own in group @i, which delegates. */
static int begin_domain(FIXTURE_DATA(stress) * self, int i)
{
	int ret = hwc_test_domain_new(&self->domain[i]);

	if (ret)
		return ret;
	self->netns[i] = netns_of(&self->domain[i]);
	return hwc_test_group_attach(self->group[i], &self->domain[i]);
}

FIXTURE_SETUP(stress)
{
	char text[48];
	int i;

	snprintf(text, sizeof(text), "modprobe hwcontainer-toy count=%d", TOYS);
	ASSERT_EQ(0, hwc_test_run(text));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_test_group_new("all"));
	snprintf(text, sizeof(text), "toy %d", ALL_MAX);
	ASSERT_EQ(0, hwc_test_group_write("all", "max", text));
	snprintf(text, sizeof(text), "toy %d", ONE_MAX);
	for (i = 0; i < DOMAINS; i++) {
		snprintf(self->group[i], sizeof(self->group[i]), "all/%d", i);
		ASSERT_EQ(0, hwc_test_group_new(self->group[i]));
		ASSERT_EQ(0, hwc_test_group_write(self->group[i], "max", text));
		ASSERT_EQ(0, hwc_test_group_write(self->group[i], "delegate", "1"));
		ASSERT_EQ(0, begin_domain(self, i));
	}
}

FIXTURE_TEARDOWN(stress)
{
	int i;

	for (i = 0; i < DOMAINS; i++)
		hwc_test_domain_end(&self->domain[i]);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	for (i = 0; i < DOMAINS; i++) {
		EXPECT_EQ(0, hwc_test_group_number(self->group[i], "current", "toy"));
		EXPECT_EQ(0, hwc_test_group_wait_remove(self->group[i]));
	}
	EXPECT_EQ(0, hwc_test_group_number("all", "current", "toy"));
	EXPECT_EQ(0, hwc_test_group_wait_remove("all"));
	EXPECT_EQ(0, hwc_test_group_number("", "current", "toy"));
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_unload_toys());
}

/* One request for up to three toys, held by @file. Returns how many were had. */
static int claim_some(struct hwc_ctx *ctx, int file, unsigned int *seed, uint32_t *ids)
{
	int i, ret, n = 1 + rand_r(seed) % 3, first = rand_r(seed) % (TOYS - 3);
	struct hwc_grant grants[3];
	struct hwc_request *req;
	char name[16];

	if (hwc_request_new(ctx, &req))
		return 0;
	hwc_request_holder_file(req, file);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "toy%d", first + i);
		hwc_request_add(req, name, -1, -1, NULL, NULL);
	}
	ret = hwc_request_submit(req, grants);
	hwc_request_free(req);
	for (i = 0; i < n && !ret; i++)
		ids[i] = grants[i].id;
	return ret ? 0 : n;
}

/* Without privilege, in a namespace. */
static void live(const struct hwc_test_domain *domain, int file, unsigned int seed)
{
	struct hwc_ctx *ctx;
	uint32_t ids[3];
	int n;

	if (hwc_test_domain_enter(domain) || setgid(65534) || setuid(65534) || hwc_ctx_new(&ctx))
		_exit(1);
	for (;;) {
		n = claim_some(ctx, file, &seed, ids);
		usleep(rand_r(&seed) % 5000);
		if (!n)
			continue;
		switch (rand_r(&seed) % 4) {
		case 0:
			hwc_test_hand_over(ctx, ids, n, &seed);
			break;
		case 1:
			_exit(0);
		case 2:
			/* nobody's, until the namespace ends or a sibling finds it */
			hwc_claim_handover(ctx, ids, n, -1);
			usleep(rand_r(&seed) % 5000);
			/* fallthrough */
		default:
			hwc_claim_delete(ctx, ids, n);
		}
	}
}

/* With a file of its own to hold by; root opens it, for the node is root's. */
static pid_t spawn(FIXTURE_DATA(stress) * self, unsigned int seed)
{
	pid_t pid = fork();

	if (!pid) {
		struct hwc_ctx *ctx;

		if (hwc_ctx_new(&ctx))
			_exit(1);
		live(&self->domain[seed % DOMAINS], hwc_holder_open(ctx), seed);
	}
	return pid;
}

/**
 * struct census - claims that count, as a list of all shows them
 * @self: the namespaces
 * @of: claims in each
 * @all: claims in all of them
 */
struct census {
	FIXTURE_DATA(stress) * self;
	int of[DOMAINS];
	int all;
};

static int count_one(const struct hwc_claim *claim, void *data)
{
	struct census *census = data;
	int i;

	switch (hwc_claim_state(claim)) {
	case HWCONTAINER_CLAIM_STATE_QUEUED:
	case HWCONTAINER_CLAIM_STATE_PREPARING:
	case HWCONTAINER_CLAIM_STATE_READY:
		break;
	default:
		return 0;
	}
	census->all++;
	for (i = 0; i < DOMAINS; i++)
		census->of[i] += hwc_claim_netns(claim) == census->self->netns[i];
	return 0;
}

/* Not by what the groups say of themselves. Returns whether a list was whole. */
static bool take_census(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self)
{
	struct census census = { .self = self };
	int i;

	if (hwc_claim_foreach(self->ctx, count_one, &census))
		return false;
	EXPECT_GE(ALL_MAX, census.all);
	for (i = 0; i < DOMAINS; i++)
		EXPECT_GE(ONE_MAX, census.of[i]);
	return true;
}

/* And by that. */
static void look_at_accounts(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self)
{
	int i;

	EXPECT_GE(ALL_MAX, hwc_test_group_number("all", "current", "toy"));
	EXPECT_GE(ALL_MAX, hwc_test_group_number("all", "peak", "toy"));
	for (i = 0; i < DOMAINS; i++)
		EXPECT_GE(ONE_MAX, hwc_test_group_number(self->group[i], "peak", "toy"));
}

/* Another limit for one of them; every eighth time its namespace ends and another begins. */
static void change_something(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self,
			     unsigned int *seed, int *changes)
{
	int i = rand_r(seed) % DOMAINS;
	char text[32];

	if (++*changes % 8) {
		snprintf(text, sizeof(text), "toy %d", rand_r(seed) % (ONE_MAX + 1));
		EXPECT_EQ(0, hwc_test_group_write(self->group[i], "max", text));
		return;
	}
	hwc_test_domain_end(&self->domain[i]);
	ASSERT_EQ(0, begin_domain(self, i));
}

TEST_F_TIMEOUT(stress, exceeds_no_limit, 250)
{
	const char *given = getenv("HWC_SEED");
	unsigned int seed = given ? atoi(given) : time(NULL);
	int i, deaths = 0, censuses = 0, changes = 0;
	const char *seconds = getenv("HWC_SECONDS");
	int64_t end = hwc_test_ms() + (seconds ? atoi(seconds) : SECONDS) * 1000;
	pid_t child[CHILDREN];

	TH_LOG("HWC_SEED=%u", seed);
	for (i = 0; i < CHILDREN; i++)
		child[i] = spawn(self, rand_r(&seed));
	while (hwc_test_ms() < end || changes < 8) {
		usleep(rand_r(&seed) % 10000);
		censuses += take_census(_metadata, self);
		look_at_accounts(_metadata, self);
		if (!(rand_r(&seed) % 4))
			change_something(_metadata, self, &seed, &changes);
		i = rand_r(&seed) % CHILDREN;
		if (waitpid(child[i], NULL, WNOHANG) != child[i]) {
			if (rand_r(&seed) % 2)
				continue;
			hwc_test_kill(child[i]);
		}
		deaths++;
		child[i] = spawn(self, rand_r(&seed));
	}
	for (i = 0; i < CHILDREN; i++)
		hwc_test_kill(child[i]);
	TH_LOG("%d deaths, %d namespaces ended, %d lists, %d refused by a limit", deaths,
	       changes / 8, censuses, hwc_test_group_number("all", "events", "max"));
	EXPECT_LT(0, deaths);
	EXPECT_LT(0, censuses);
	EXPECT_EQ(0, hwc_test_group_number("all", "events", "denials"));
	EXPECT_LT(0, hwc_test_group_number("all", "events", "max"));
}

TEST_HARNESS_MAIN
