// SPDX-License-Identifier: GPL-2.0-only
/* KUnit: who is next for a resource that others have. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/prandom.h>

#include "../queue.h"

#define MANY 1000

/**
 * struct bench - a queue, parties and as many waiters as it takes
 * @q: the queue
 * @root: what all others are inside of
 * @a: a party in it
 * @b: another one
 * @ax: a party in @a
 * @ay: another one
 * @w: waiters
 * @of: whose they are, while they wait
 */
struct bench {
	struct hwc_queue q;
	struct hwc_party root, a, b, ax, ay;
	struct hwc_waiter w[HWC_WAITERS_MAX + 1];
	const struct hwc_party *of[HWC_WAITERS_MAX + 1];
};

static struct hwc_party party(const struct hwc_party *parent, u32 serial)
{
	return (struct hwc_party){ parent, serial, HWC_WEIGHT_DEFAULT };
}

static int queue_init(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	hwc_queue_init(&b->q);
	b->root = party(NULL, 0);
	b->a = party(&b->root, 1);
	b->b = party(&b->root, 2);
	b->ax = party(&b->a, 3);
	b->ay = party(&b->a, 4);
	test->priv = b;
	return 0;
}

/* Nothing may be left of a queue, however its test ended. */
static void queue_exit(struct kunit *test)
{
	struct bench *b = test->priv;
	struct hwc_waiter *w;

	while ((w = hwc_queue_next(&b->q)))
		hwc_queue_leave(&b->q, w);
	KUNIT_EXPECT_TRUE(test, xa_empty(&b->q.shares));
}

static void add(struct kunit *test, unsigned int i, const struct hwc_party *of, s32 priority)
{
	struct bench *b = test->priv;

	KUNIT_ASSERT_EQ(test, hwc_queue_add(&b->q, &b->w[i], of, priority), 0);
	b->of[i] = of;
}

/* Number of the waiter that is granted. */
static unsigned int grant(struct kunit *test)
{
	struct bench *b = test->priv;
	struct hwc_waiter *w = hwc_queue_next(&b->q);

	KUNIT_ASSERT_NOT_NULL(test, w);
	hwc_queue_grant(&b->q, w);
	KUNIT_EXPECT_FALSE(test, hwc_waiter_waits(w));
	return w - b->w;
}

/* How many of the next @n grants are of @of, each of whose waiters comes back at once. */
static unsigned int grants_of(struct kunit *test, const struct hwc_party *of, unsigned int n)
{
	struct bench *b = test->priv;
	unsigned int hits = 0, i;

	while (n--) {
		i = grant(test);
		hits += b->of[i] == of;
		add(test, i, b->of[i], 0);
	}
	return hits;
}

static void queue_arrival_test(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 10; i++)
		add(test, i, &((struct bench *)test->priv)->a, 0);
	for (i = 0; i < 10; i++)
		KUNIT_EXPECT_EQ(test, grant(test), i);
}

/* Of other parties, too: those that have had as much as each other go by arrival. */
static void queue_tie_test(struct kunit *test)
{
	struct bench *b = test->priv;

	add(test, 0, &b->b, 0);
	add(test, 1, &b->a, 0);
	add(test, 2, &b->root, 0);
	KUNIT_EXPECT_EQ(test, grant(test), 0);
	KUNIT_EXPECT_EQ(test, grant(test), 1);
	KUNIT_EXPECT_EQ(test, grant(test), 2);
}

static void queue_priority_test(struct kunit *test)
{
	struct bench *b = test->priv;

	b->b.weight = HWC_WEIGHT_MAX;
	add(test, 0, &b->b, S32_MIN);
	add(test, 1, &b->b, 0);
	add(test, 2, &b->ax, 7);
	add(test, 3, &b->root, S32_MAX);
	add(test, 4, &b->ay, 7);
	KUNIT_EXPECT_EQ(test, grant(test), 3);
	KUNIT_EXPECT_EQ(test, grant(test), 2);
	KUNIT_EXPECT_EQ(test, grant(test), 4);
	KUNIT_EXPECT_EQ(test, grant(test), 1);
	KUNIT_EXPECT_EQ(test, grant(test), 0);
}

static void fill(struct kunit *test, unsigned int first, unsigned int n,
		 const struct hwc_party *of)
{
	while (n--)
		add(test, first++, of, 0);
}

static void queue_weight_test(struct kunit *test)
{
	struct bench *b = test->priv;

	b->b.weight = 3 * HWC_WEIGHT_DEFAULT;
	fill(test, 0, 8, &b->a);
	fill(test, 8, 8, &b->b);
	KUNIT_EXPECT_EQ(test, grants_of(test, &b->b, 400), 300);
}

/* What others have a part of the share of: x and y of a's half, whatever b's weight inside. */
static void queue_hierarchy_test(struct kunit *test)
{
	struct bench *b = test->priv;
	unsigned int x, y;

	b->ay.weight = 3 * HWC_WEIGHT_DEFAULT;
	fill(test, 0, 8, &b->ax);
	fill(test, 8, 8, &b->ay);
	fill(test, 16, 8, &b->b);
	x = grants_of(test, &b->ax, 800);
	y = grants_of(test, &b->ay, 800);
	KUNIT_EXPECT_GE(test, x, 99);
	KUNIT_EXPECT_LE(test, x, 101);
	KUNIT_EXPECT_GE(test, y, 299);
	KUNIT_EXPECT_LE(test, y, 301);
	/* those in a itself are one more of its parts */
	fill(test, 24, 8, &b->a);
	x = grants_of(test, &b->a, 1000);
	KUNIT_EXPECT_GE(test, x, 99);
	KUNIT_EXPECT_LE(test, x, 101);
}

/* The weight of the moment counts. */
static void queue_weight_change_test(struct kunit *test)
{
	struct bench *b = test->priv;

	fill(test, 0, 8, &b->a);
	fill(test, 8, 8, &b->b);
	KUNIT_EXPECT_EQ(test, grants_of(test, &b->b, 100), 50);
	b->b.weight = 9 * HWC_WEIGHT_DEFAULT;
	grants_of(test, &b->b, 10);
	KUNIT_EXPECT_EQ(test, grants_of(test, &b->b, 100), 90);
}

/* Who was away has saved nothing up. */
static void queue_away_test(struct kunit *test)
{
	struct bench *b = test->priv;

	fill(test, 0, 8, &b->a);
	KUNIT_EXPECT_EQ(test, grants_of(test, &b->a, 500), 500);
	fill(test, 8, 8, &b->b);
	KUNIT_EXPECT_LE(test, grants_of(test, &b->b, 20), 11);
}

/* Who has had more than its share owes that when it comes back, though it was away. */
static void queue_debt_test(struct kunit *test)
{
	struct bench *b = test->priv;
	unsigned int i, light = 0;

	b->a.weight = 1;
	fill(test, 1, 4, &b->b);
	add(test, 0, &b->a, 0);
	for (i = 0; i < 200; i++) {
		unsigned int n = grant(test);

		if (!n) {	/* back after the next one */
			light++;
			add(test, grant(test), &b->b, 0);
		}
		add(test, n, b->of[n], 0);
	}
	KUNIT_EXPECT_GE(test, light, 2);
	KUNIT_EXPECT_LE(test, light, 5);
}

/* Others come and go before it for ever, but for each so-manieth grant. */
static void queue_starvation_test(struct kunit *test)
{
	struct bench *b = test->priv;
	unsigned int passed, oldest;

	b->b.weight = HWC_WEIGHT_MAX;
	add(test, 0, &b->a, 0);
	fill(test, 1, 3, &b->b);
	add(test, 10, &b->b, 100);
	for (oldest = 0; oldest < 4; oldest++) {
		for (passed = 0; grant(test) == 10; passed++)
			add(test, 10, &b->b, 100);
		KUNIT_EXPECT_EQ(test, passed, HWC_OVERTAKES_MAX);
		KUNIT_EXPECT_FALSE(test, hwc_waiter_waits(&b->w[oldest]));
	}
}

static void queue_leave_test(struct kunit *test)
{
	struct bench *b = test->priv;

	fill(test, 0, 5, &b->a);
	hwc_queue_leave(&b->q, &b->w[0]);
	hwc_queue_leave(&b->q, &b->w[3]);
	KUNIT_EXPECT_EQ(test, hwc_queue_position(&b->q, &b->w[1]), 1);
	KUNIT_EXPECT_EQ(test, hwc_queue_position(&b->q, &b->w[4]), 3);
	KUNIT_EXPECT_EQ(test, grant(test), 1);
	KUNIT_EXPECT_EQ(test, grant(test), 2);
	KUNIT_EXPECT_EQ(test, grant(test), 4);
	KUNIT_EXPECT_NULL(test, hwc_queue_next(&b->q));
}

static void queue_full_test(struct kunit *test)
{
	struct bench *b = test->priv;

	fill(test, 0, HWC_WAITERS_MAX, &b->a);
	KUNIT_EXPECT_EQ(test, hwc_queue_add(&b->q, &b->w[HWC_WAITERS_MAX], &b->b, 1), -ENOBUFS);
	KUNIT_EXPECT_EQ(test, hwc_queue_position(&b->q, &b->w[HWC_WAITERS_MAX - 1]),
			HWC_WAITERS_MAX);
	KUNIT_EXPECT_EQ(test, grant(test), 0);
	add(test, HWC_WAITERS_MAX, &b->b, 1);
	KUNIT_EXPECT_EQ(test, grant(test), HWC_WAITERS_MAX);
}

static void queue_forget_test(struct kunit *test)
{
	struct bench *b = test->priv;

	add(test, 0, &b->ax, 0);
	fill(test, 1, 2, &b->b);
	KUNIT_EXPECT_EQ(test, grant(test), 0);
	hwc_queue_forget(&b->q, &b->ax);
	hwc_queue_forget(&b->q, &b->a);
	memset(&b->a, 0xff, sizeof(b->a));
	memset(&b->ax, 0xff, sizeof(b->ax));
	KUNIT_EXPECT_EQ(test, hwc_queue_position(&b->q, &b->w[2]), 2);
	KUNIT_EXPECT_EQ(test, grant(test), 1);
	KUNIT_EXPECT_EQ(test, grant(test), 2);
}

/**
 * struct life - a random life of a queue
 * @rnd: where it is from
 * @age: of each waiter, how many grants it may see before it has its own
 */
struct life {
	struct rnd_state rnd;
	unsigned int age[MANY];
};

static void life_come(struct kunit *test, struct life *life, unsigned int i)
{
	struct bench *b = test->priv;
	const struct hwc_party *all[] = { &b->root, &b->a, &b->b, &b->ax, &b->ay };

	add(test, i, all[prandom_u32_state(&life->rnd) % ARRAY_SIZE(all)],
	    (s32)(prandom_u32_state(&life->rnd) % 5) - 2);
	life->age[i] = b->q.length * (HWC_OVERTAKES_MAX + 1);
}

/* All positions, and that the one with the first is next; then grants that one. */
static void life_grant(struct kunit *test, struct life *life)
{
	struct bench *b = test->priv;
	unsigned int sum = 0, length = b->q.length, i, next;
	struct hwc_waiter *w;

	if (!length)
		return;
	list_for_each_entry(w, &b->q.arrival, in_arrival)
		sum += hwc_queue_position(&b->q, w);
	KUNIT_EXPECT_EQ(test, sum, length * (length + 1) / 2);
	KUNIT_EXPECT_EQ(test, hwc_queue_position(&b->q, hwc_queue_next(&b->q)), 1);
	next = grant(test);
	for (i = 0; i < MANY; i++)
		if (i == next || hwc_waiter_waits(&b->w[i]))
			KUNIT_EXPECT_NE(test, life->age[i]--, 0);
}

/* Whoever comes, goes, and with what weight: nobody waits longer than was promised. */
static void queue_random_test(struct kunit *test)
{
	struct life *life = kunit_kzalloc(test, sizeof(*life), GFP_KERNEL);
	struct bench *b = test->priv;
	unsigned int step, i;

	KUNIT_ASSERT_NOT_NULL(test, life);
	prandom_seed_state(&life->rnd, 5);
	for (step = 0; step < 20000; step++) {
		i = prandom_u32_state(&life->rnd) % 30;
		switch (prandom_u32_state(&life->rnd) % 16) {
		case 0:
			if (hwc_waiter_waits(&b->w[i]))
				hwc_queue_leave(&b->q, &b->w[i]);
			break;
		case 1:
			b->a.weight = 1 + prandom_u32_state(&life->rnd) % HWC_WEIGHT_MAX;
			b->ay.weight = 1 + prandom_u32_state(&life->rnd) % 1000;
			break;
		case 2 ... 9:
			if (!hwc_waiter_waits(&b->w[i]))
				life_come(test, life, i);
			break;
		default:
			life_grant(test, life);
		}
	}
}

/* Positions are the order of the grants that follow. */
static void queue_position_test(struct kunit *test)
{
	struct life *life = kunit_kzalloc(test, sizeof(*life), GFP_KERNEL);
	struct bench *b = test->priv;
	unsigned int i, round, *position;

	position = kunit_kcalloc(test, MANY, sizeof(*position), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, life);
	KUNIT_ASSERT_NOT_NULL(test, position);
	prandom_seed_state(&life->rnd, 7);
	for (round = 0; round < 5; round++) {
		b->ay.weight = 1 + prandom_u32_state(&life->rnd) % 1000;
		b->b.weight = 1 + prandom_u32_state(&life->rnd) % 1000;
		for (i = 0; i < MANY; i++)
			if (!hwc_waiter_waits(&b->w[i]))
				life_come(test, life, i);
		for (i = 0; i < MANY; i++)
			position[i] = hwc_queue_position(&b->q, &b->w[i]);
		/* some stay, and with them what is owed */
		for (i = 1; i <= MANY - 100 * round; i++)
			KUNIT_EXPECT_EQ(test, position[grant(test)], i);
	}
}

static struct kunit_case queue_cases[] = {
	KUNIT_CASE(queue_arrival_test),
	KUNIT_CASE(queue_tie_test),
	KUNIT_CASE(queue_priority_test),
	KUNIT_CASE(queue_weight_test),
	KUNIT_CASE(queue_hierarchy_test),
	KUNIT_CASE(queue_weight_change_test),
	KUNIT_CASE(queue_away_test),
	KUNIT_CASE(queue_debt_test),
	KUNIT_CASE(queue_starvation_test),
	KUNIT_CASE(queue_leave_test),
	KUNIT_CASE(queue_full_test),
	KUNIT_CASE(queue_forget_test),
	KUNIT_CASE(queue_random_test),
	KUNIT_CASE(queue_position_test),
	{}
};

static struct kunit_suite queue_suite = {
	.name = "hwcontainer-queue",
	.init = queue_init,
	.exit = queue_exit,
	.test_cases = queue_cases,
};

kunit_test_suite(queue_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("Unit tests of hwcontainer's queue");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
