// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many in several namespaces who claim, wait, hand over, let go and die at random while limits
 * change and claims are moved from one namespace to another. The host listens, and keeps books
 * by what it hears: no event is one too many for a limit, nobody who waits does so for longer
 * than it said, everybody gets something, and all books are at zero in the end.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "group.h"

#define DOMAINS 8
#define CHILDREN 64
#define SECONDS 6
#define TOYS 24

/* From here on everybody must have got something, not only every namespace. */
#define LONG_SECONDS 30

/* The most that all of them may ever have together, and that one may. */
#define ALL_MAX 20
#define ONE_MAX 6

/* Longest wait for a toy, and what a slow machine may need beyond that to say so. */
#define WAIT_MS 700
#define LATE_MS (2000 * hwc_test_slow())

/* Claims by number, far enough apart for those that live at a time. */
#define BOOK 8192
#define ORIGINS 1024
#define HANDED 8

/* The group of all of them, behind those of the namespaces. */
#define ALL DOMAINS

/**
 * struct entry - a claim as it was heard of last
 * @id: its number
 * @group: that it is charged to, or -1
 * @waits: for its resource
 */
struct entry {
	uint32_t id;
	int group;
	bool waits;
};

/**
 * struct origin - whose a network namespace is
 * @netns: its number, which others had before and will have
 * @group: what it is in
 * @seq: events up to this one are about others
 */
struct origin {
	uint32_t netns;
	int group;
	uint64_t seq;
};

/**
 * struct limit - how much a group may have
 * @now: that
 * @before: and until when
 * @seq: the last event that was
 */
struct limit {
	int now;
	int before;
	uint64_t seq;
};

/**
 * struct luck - what one of the processes got, and those before it in its place
 * @got: claims
 * @waited: of these after a wait
 */
struct luck {
	unsigned int got;
	unsigned int waited;
};

FIXTURE(stress)
{
	struct hwc_ctx *ctx;
	struct hwc_events *events;
	struct hwc_test_domain domain[DOMAINS];
	char group[DOMAINS + 1][16];
	struct entry *book;
	struct origin origin[ORIGINS];
	int origins;
	struct limit limit[DOMAINS + 1];
	int has[DOMAINS + 1];
	struct luck *luck;
	uint32_t handed[HANDED];
	unsigned int heard, added, moved, refused, longest;
};

/* Number of the last event there was. */
static uint64_t last_seq(struct hwc_ctx *ctx)
{
	struct hwc_info *info;
	uint64_t seq;

	if (hwc_info_get(ctx, &info))
		return UINT64_MAX;
	seq = hwc_info_seq(info);
	hwc_info_free(info);
	return seq;
}

static uint32_t netns_of(const struct hwc_test_domain *domain)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", domain->pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* A new namespace in group @i. Nothing is charged to it before it is there. */
static int begin_domain(FIXTURE_DATA(stress) * self, int i)
{
	int ret = hwc_test_domain_new(&self->domain[i]);

	if (ret)
		return ret;
	if (self->origins == ORIGINS)
		return -ENOSPC;
	self->origin[self->origins++] = (struct origin){
		.netns = netns_of(&self->domain[i]),
		.group = i,
		.seq = last_seq(self->ctx),
	};
	return hwc_test_group_attach(self->group[i], &self->domain[i]);
}

/* What was heard until now may have been allowed by the old one. */
static int set_limit(FIXTURE_DATA(stress) * self, int i, int limit)
{
	char text[32];
	int ret;

	snprintf(text, sizeof(text), "toy %d", limit);
	ret = hwc_test_group_write(self->group[i], "max", text);
	self->limit[i].before = self->limit[i].now;
	self->limit[i].now = limit;
	self->limit[i].seq = last_seq(self->ctx);
	return ret;
}

FIXTURE_SETUP(stress)
{
	int i, room = 32 << 20;
	char text[48];

	snprintf(text, sizeof(text), "modprobe hwcontainer-toy count=%d", TOYS);
	ASSERT_EQ(0, hwc_test_run(text));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	ASSERT_EQ(0, hwc_events_new(self->ctx, &self->events));
	ASSERT_EQ(0, setsockopt(hwc_events_fd(self->events), SOL_SOCKET, SO_RCVBUFFORCE, &room,
				sizeof(room)));
	self->book = calloc(BOOK, sizeof(*self->book));
	ASSERT_NE(NULL, self->book);
	for (i = 0; i < BOOK; i++)
		self->book[i].group = -1;
	self->luck = mmap(NULL, CHILDREN * sizeof(*self->luck), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, self->luck);
	strcpy(self->group[ALL], "all");
	ASSERT_EQ(0, hwc_test_group_new("all"));
	ASSERT_EQ(0, set_limit(self, ALL, ALL_MAX));
	for (i = 0; i < DOMAINS; i++) {
		snprintf(self->group[i], sizeof(self->group[i]), "all/%d", i);
		ASSERT_EQ(0, hwc_test_group_new(self->group[i]));
		ASSERT_EQ(0, set_limit(self, i, ONE_MAX));
		ASSERT_EQ(0, hwc_test_group_write(self->group[i], "delegate", "1"));
		ASSERT_EQ(0, begin_domain(self, i));
	}
}

/* Whose it was when event @seq was told; -1 for nobody of ours. */
static int group_of(const FIXTURE_DATA(stress) * self, uint32_t netns, uint64_t seq)
{
	int i;

	for (i = self->origins - 1; i >= 0; i--)
		if (self->origin[i].netns == netns && self->origin[i].seq < seq)
			return self->origin[i].group;
	return -1;
}

/* What is charged: all that is not released or about to be. One that failed has memory. */
static bool is_charged(const struct hwc_claim *claim)
{
	return hwc_claim_state(claim) != HWCONTAINER_CLAIM_STATE_RELEASING &&
	       hwc_claim_state(claim) != HWCONTAINER_CLAIM_STATE_RELEASED;
}

/* One more is one too many? */
static void add(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self, int group,
		uint64_t seq)
{
	const struct limit *limit = &self->limit[group];
	int most = limit->now;

	if (seq <= limit->seq && most < limit->before)
		most = limit->before;
	self->has[group]++;
	self->added++;
	EXPECT_GE(most, self->has[group])
	TH_LOG("group %s, event %llu", self->group[group], (unsigned long long)seq);
}

/* From one group to another, -1 being none of ours; the one around them keeps what moves. */
static void carry(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self, int from, int to,
		  uint64_t seq)
{
	if (from == to)
		return;
	if (from >= 0)
		self->has[from]--;
	if (to >= 0)
		add(_metadata, self, to, seq);
	if (from >= 0 && to >= 0)
		self->moved++;
	else if (to >= 0)
		add(_metadata, self, ALL, seq);
	else
		self->has[ALL]--;
}

/* For how long it has waited, as the module says, in milliseconds. */
static unsigned int waited(const struct hwc_claim *claim)
{
	unsigned int ms = hwc_claim_time(claim, HWCONTAINER_STAGE_GRANTED) / 1000000;

	if (!ms)
		sscanf(hwc_claim_message(claim), "waited %u ms", &ms);
	return ms;
}

static void note_wait(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self,
		      struct entry *e, const struct hwc_claim *claim)
{
	bool waits = hwc_claim_state(claim) == HWCONTAINER_CLAIM_STATE_WAITING;

	if (e->waits && !waits) {
		if (waited(claim) > self->longest)
			self->longest = waited(claim);
		EXPECT_GE(WAIT_MS + LATE_MS, waited(claim)) TH_LOG("claim %u", e->id);
	}
	e->waits = waits;
}

static void hear_claim(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self,
		       const struct hwc_claim *claim, uint64_t seq)
{
	struct entry *e = &self->book[hwc_claim_id(claim) % BOOK];
	int group = is_charged(claim) ? group_of(self, hwc_claim_netns(claim), seq) : -1;

	if (e->id != hwc_claim_id(claim)) {
		EXPECT_TRUE(!e->id || e->group < 0);
		*e = (struct entry){ .id = hwc_claim_id(claim), .group = -1 };
	}
	carry(_metadata, self, e->group, group, seq);
	e->group = group;
	note_wait(_metadata, self, e, claim);
}

/* All that has happened, in its order and without a gap. */
static void hear(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self)
{
	struct hwc_event *event;

	while (!hwc_events_next(self->events, &event)) {
		EXPECT_EQ(0, hwc_event_missed(event));
		if (hwc_event_claim(event))
			hear_claim(_metadata, self, hwc_event_claim(event), hwc_event_seq(event));
		self->heard++;
		hwc_event_free(event);
	}
}

FIXTURE_TEARDOWN(stress)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;
	int i;

	for (i = 0; i < DOMAINS; i++)
		hwc_test_domain_end(&self->domain[i]);
	EXPECT_EQ(0, hwc_test_wait_no_claims(self->ctx));
	do {
		hear(_metadata, self);
	} while (self->has[ALL] && hwc_test_ms() < end && !usleep(1000));
	for (i = 0; i <= DOMAINS; i++) {
		EXPECT_EQ(0, self->has[i]) TH_LOG("group %s", self->group[i]);
		EXPECT_EQ(0, hwc_test_group_number(self->group[i], "current", "toy"));
		if (i != ALL)
			EXPECT_EQ(0, hwc_test_group_wait_remove(self->group[i]));
	}
	EXPECT_EQ(0, hwc_test_group_wait_remove("all"));
	EXPECT_EQ(0, hwc_test_group_number("", "current", "toy"));
	hwc_events_free(self->events);
	munmap(self->luck, CHILDREN * sizeof(*self->luck));
	free(self->book);
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_unload_toys());
}

/* One request for toys, held by @file; for one it may wait. How many claims were made. */
static int claim_some(struct hwc_ctx *ctx, int file, bool wait, unsigned int *seed,
		      struct hwc_grant *grants)
{
	int i, ret, n = wait ? 1 : 1 + rand_r(seed) % 3, first = rand_r(seed) % (TOYS - 3);
	struct hwc_request *req;
	char name[16];

	if (hwc_request_new(ctx, &req))
		return 0;
	hwc_request_holder_file(req, file);
	if (wait)
		hwc_request_wait(req, 1 + rand_r(seed) % WAIT_MS);
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "toy%d", first + i);
		hwc_request_add(req, name, -1, -1, NULL, NULL);
	}
	ret = hwc_request_submit(req, grants);
	hwc_request_free(req);
	return ret ? 0 : n;
}

/* Whether the claims came to something. */
static bool get(struct hwc_ctx *ctx, int file, bool wait, unsigned int *seed, struct luck *luck,
		uint32_t *ids, int *n)
{
	struct hwc_grant grants[3];
	int i;

	*n = claim_some(ctx, file, wait, seed, grants);
	for (i = 0; i < *n; i++)
		ids[i] = grants[i].id;
	if (!*n)
		return false;
	if (wait && grants[0].state == HWCONTAINER_CLAIM_STATE_WAITING) {
		if (hwc_claim_wait(ctx, file, ids[0], WAIT_MS + LATE_MS)) {
			hwc_claim_delete(ctx, ids, 1);
			return false;
		}
		luck->waited++;
	}
	luck->got++;
	return true;
}

/* Without privilege, in a namespace. */
static void live(const struct hwc_test_domain *domain, int file, struct luck *luck,
		 unsigned int seed)
{
	struct hwc_ctx *ctx;
	uint32_t ids[3];
	int n;

	if (hwc_test_domain_enter(domain) || setgid(65534) || setuid(65534) || hwc_ctx_new(&ctx))
		_exit(1);
	for (;;) {
		bool some = get(ctx, file, rand_r(&seed) % 2, &seed, luck, ids, &n);

		usleep(rand_r(&seed) % 20000);
		if (!some)
			continue;
		switch (rand_r(&seed) % 8) {
		case 0:
			hwc_test_hand_over(ctx, ids, n, &seed);
			break;
		case 1:
			_exit(0);
		case 2:
			/* the namespace's, until that ends or a sibling finds it */
			hwc_claim_handover(ctx, ids, n, -1);
			usleep(rand_r(&seed) % 5000);
			/* fallthrough */
		default:
			hwc_claim_delete(ctx, ids, n);
		}
	}
}

/* With a file of its own to hold by; root opens it, for the node is root's. */
static pid_t spawn(FIXTURE_DATA(stress) * self, int i, unsigned int seed)
{
	pid_t pid = fork();

	if (!pid) {
		struct hwc_ctx *ctx;

		hwc_events_free(self->events);
		if (setpriority(PRIO_PROCESS, 0, 0) || hwc_ctx_new(&ctx))
			_exit(1);
		live(&self->domain[i % DOMAINS], hwc_holder_open(ctx), &self->luck[i], seed);
	}
	return pid;
}

/* Claims become those of another namespace, if that has room; the oldest of these ends. */
static void move_some(FIXTURE_DATA(stress) * self, unsigned int *seed)
{
	int to = rand_r(seed) % DOMAINS, slot = rand_r(seed) % HANDED, tries = BOOK, at;
	int pidfd = hwc_test_pidfd(self->domain[to].pid);

	if (self->handed[slot])
		hwc_claim_delete(self->ctx, &self->handed[slot], 1);
	self->handed[slot] = 0;
	for (at = rand_r(seed) % BOOK; tries-- && self->book[at].group < 0; at = (at + 1) % BOOK)
		;
	if (tries >= 0) {
		self->handed[slot] = self->book[at].id;
		self->refused += !!hwc_claim_handover(self->ctx, &self->handed[slot], 1, pidfd);
	}
	close(pidfd);
}

/* And by what the groups say of themselves. */
static void look_at_accounts(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self)
{
	int i;

	EXPECT_GE(ALL_MAX, hwc_test_group_number("all", "current", "toy"));
	EXPECT_GE(ALL_MAX, hwc_test_group_number("all", "peak", "toy"));
	for (i = 0; i < DOMAINS; i++)
		EXPECT_GE(ONE_MAX, hwc_test_group_number(self->group[i], "peak", "toy"));
}

/* Another limit, claims elsewhere; every 16th time a namespace ends and another begins. */
static void change_something(struct __test_metadata *_metadata, FIXTURE_DATA(stress) * self,
			     unsigned int *seed, int *changes)
{
	int i = rand_r(seed) % (DOMAINS + 1);
	int most = i == ALL ? ALL_MAX : ONE_MAX;

	move_some(self, seed);
	if (++*changes % 16) {
		hear(_metadata, self);
		EXPECT_EQ(0, set_limit(self, i, most / 2 + rand_r(seed) % (most - most / 2 + 1)));
		return;
	}
	i %= DOMAINS;
	hwc_test_domain_end(&self->domain[i]);
	ASSERT_EQ(0, begin_domain(self, i));
}

static void expect_luck(struct __test_metadata *_metadata, const FIXTURE_DATA(stress) * self,
			bool each)
{
	struct luck of[DOMAINS] = { { 0 } }, all = { 0 };
	unsigned int least = UINT32_MAX;
	int i;

	for (i = 0; i < CHILDREN; i++) {
		const struct luck *l = &self->luck[i];

		of[i % DOMAINS].got += l->got;
		all.got += l->got;
		all.waited += l->waited;
		least = l->got < least ? l->got : least;
		if (each)
			EXPECT_LT(0, l->got) TH_LOG("process %d", i);
	}
	for (i = 0; i < DOMAINS; i++)
		EXPECT_LT(0, of[i].got) TH_LOG("namespace %d", i);
	EXPECT_LT(0, all.waited);
	TH_LOG("%u requests were granted, %u of them after a wait of %u ms at most; %u to whom had least",
	       all.got, all.waited, self->longest, least);
}

TEST_F_TIMEOUT(stress, exceeds_no_limit, 500)
{
	const char *given = getenv("HWC_SEED"), *seconds = getenv("HWC_SECONDS");
	unsigned int seed = given ? atoi(given) : time(NULL);
	int lasts = seconds ? atoi(seconds) : SECONDS;
	int64_t end = hwc_test_ms() + lasts * 1000;
	int i, deaths = 0, changes = 0, ticks = 0;
	pid_t child[CHILDREN];

	TH_LOG("HWC_SEED=%u", seed);
	/* who listens must not be the one that starves */
	ASSERT_EQ(0, setpriority(PRIO_PROCESS, 0, -20));
	for (i = 0; i < CHILDREN; i++)
		child[i] = spawn(self, i, rand_r(&seed));
	while (hwc_test_ms() < end || changes < 16) {
		usleep(rand_r(&seed) % 10000);
		hear(_metadata, self);
		if (!(++ticks % 16))
			look_at_accounts(_metadata, self);
		if (!(rand_r(&seed) % 4))
			change_something(_metadata, self, &seed, &changes);
		i = rand_r(&seed) % CHILDREN;
		if (waitpid(child[i], NULL, WNOHANG) != child[i]) {
			if (rand_r(&seed) % 8)
				continue;
			hwc_test_kill(child[i]);
		}
		deaths++;
		child[i] = spawn(self, i, rand_r(&seed));
	}
	for (i = 0; i < CHILDREN; i++)
		hwc_test_kill(child[i]);
	hear(_metadata, self);
	TH_LOG("%u events, %u charges, %u handovers to another namespace, %u more refused",
	       self->heard, self->added, self->moved, self->refused);
	TH_LOG("%d deaths, %d namespaces ended, %d limits changed, %d refused by a limit", deaths,
	       changes / 16, changes - changes / 16, hwc_test_group_number("all", "events", "max"));
	expect_luck(_metadata, self, lasts >= LONG_SECONDS);
	EXPECT_LT(0, deaths);
	EXPECT_LT(0, self->moved);
	EXPECT_EQ(0, hwc_test_group_number("all", "events", "denials"));
	EXPECT_LT(0, hwc_test_group_number("all", "events", "max"));
}

TEST_HARNESS_MAIN
