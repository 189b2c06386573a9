// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: KUnit tests of what groups are charged with. */
#include <kunit/test.h>
#include <linux/module.h>
#include <linux/prandom.h>
#include <net/net_namespace.h>

#include "../claim.h"
#include "../core.h"
#include "../domain.h"
#include "../group.h"

/* Of the kinds that the kernel knows. */
#define SLOT 3
#define OTHER 4

/* Of the functions that groups can count. */
#define SHA (HWC_KINDS + 1)
#define FIR (HWC_KINDS + 2)

/**
 * struct tree - groups, the number of each one's parent being smaller
 * @group: the first is the root; 1 is in it, 2 in 1, 3 in 2, 4 in 1, 5 in the root
 * @idle: which have lost their last claim
 */
struct tree {
	struct hwc_group group[6];
	bool idle[6];
};

static const unsigned int parents[] = { 0, 0, 1, 2, 1, 0 };
static const char *const names[] = { "/", "a", "a/b", "a/b/c", "a/d", "e" };

static struct tree *tree;

static void note_idle(struct hwc_group *group)
{
	tree->idle[group - tree->group] = true;
}

static int tree_init(struct kunit *test)
{
	unsigned int i;

	tree = kunit_kzalloc(test, sizeof(*tree), GFP_KERNEL);
	if (!tree)
		return -ENOMEM;
	tree->group[0].name = names[0];
	INIT_LIST_HEAD(&tree->group[0].domains);
	for (i = 1; i < ARRAY_SIZE(parents); i++) {
		hwc_group_begin(&tree->group[i], &tree->group[parents[i]], names[i]);
		tree->group[i].idle = note_idle;
	}
	return 0;
}

static struct hwc_charge charge_of(unsigned int group, unsigned int function)
{
	return (struct hwc_charge){
		.group = &tree->group[group],
		.kind = SLOT,
		.function = function,
	};
}

static int charge_as(const struct hwc_charge *from, const struct hwc_charge *to, bool admin)
{
	/* the host's, whom nobody tells anything of the tests */
	struct hwc_domain domain = { .net = &init_net, .group = to->group };
	int ret;

	mutex_lock(&hwc_lock);
	ret = hwc_group_charge_locked(&domain, from, to, admin, "toy", NULL);
	mutex_unlock(&hwc_lock);
	return ret;
}

static int charge(unsigned int group, struct hwc_group *from, bool admin)
{
	const struct hwc_charge before = { .group = from, .kind = SLOT }, to = charge_of(group, 0);

	return charge_as(&before, &to, admin);
}

static int add(unsigned int group)
{
	return charge(group, NULL, true);
}

static int move(unsigned int from, unsigned int to)
{
	int ret = charge(to, &tree->group[from], true);

	mutex_lock(&hwc_lock);
	if (!ret)
		hwc_group_left_locked(&tree->group[from]);
	mutex_unlock(&hwc_lock);
	return ret;
}

static void end_as(unsigned int group, unsigned int function)
{
	const struct hwc_charge charge = charge_of(group, function);

	mutex_lock(&hwc_lock);
	hwc_group_uncharge_locked(&charge);
	mutex_unlock(&hwc_lock);
}

static void end(unsigned int group)
{
	end_as(group, 0);
}

/* What each group has of something, with those inside. */
static void expect_slot(struct kunit *test, unsigned int slot, unsigned int root, unsigned int a,
			unsigned int b, unsigned int c, unsigned int d, unsigned int e)
{
	const unsigned int used[] = { root, a, b, c, d, e };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(used); i++)
		KUNIT_EXPECT_EQ_MSG(test, used[i], tree->group[i].used[slot], "%s", names[i]);
}

static void expect_used(struct kunit *test, unsigned int root, unsigned int a, unsigned int b,
			unsigned int c, unsigned int d, unsigned int e)
{
	expect_slot(test, SLOT, root, a, b, c, d, e);
	expect_slot(test, OTHER, 0, 0, 0, 0, 0, 0);
}

static void charge_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, add(3));
	expect_used(test, 1, 1, 1, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, 0, add(1));
	expect_used(test, 2, 2, 1, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, 0, add(0));
	expect_used(test, 3, 2, 1, 1, 0, 0);
	end(3);
	expect_used(test, 2, 1, 0, 0, 0, 0);
	KUNIT_EXPECT_TRUE(test, tree->idle[3]);
	KUNIT_EXPECT_FALSE(test, tree->idle[1]);
	end(1);
	end(0);
	expect_used(test, 0, 0, 0, 0, 0, 0);
	KUNIT_EXPECT_TRUE(test, tree->idle[1]);
}

/* The nearest that is full refuses, and those above it count that. */
static void limit_test(struct kunit *test)
{
	tree->group[1].max[SLOT] = 2;
	tree->group[3].max[SLOT] = 1;
	KUNIT_EXPECT_EQ(test, 0, add(3));
	KUNIT_EXPECT_EQ(test, -EDQUOT, add(3));
	KUNIT_EXPECT_EQ(test, 1, tree->group[3].max_hits);
	KUNIT_EXPECT_EQ(test, 1, tree->group[0].max_hits);
	KUNIT_EXPECT_EQ(test, 0, add(4));
	expect_used(test, 2, 2, 1, 1, 1, 0);
	KUNIT_EXPECT_EQ(test, -EDQUOT, add(4));
	KUNIT_EXPECT_EQ(test, 0, tree->group[4].max_hits);
	KUNIT_EXPECT_EQ(test, 2, tree->group[1].max_hits);
	expect_used(test, 2, 2, 1, 1, 1, 0);
	KUNIT_EXPECT_EQ(test, 0, add(5));
	/* what is above a lowered limit stays, and makes no room */
	tree->group[1].max[SLOT] = 1;
	end(3);
	KUNIT_EXPECT_EQ(test, -EDQUOT, add(2));
	end(4);
	KUNIT_EXPECT_EQ(test, 0, add(2));
}

/* Without privilege there has to be a number, in the group or above it. */
static void delegated_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, -EDQUOT, charge(3, NULL, false));
	KUNIT_EXPECT_EQ(test, 1, tree->group[3].max_hits);
	expect_used(test, 0, 0, 0, 0, 0, 0);
	tree->group[1].max[SLOT] = 1;
	KUNIT_EXPECT_EQ(test, 0, charge(3, NULL, false));
	expect_used(test, 1, 1, 1, 1, 0, 0);
}

/* Those that are above both have it once, before and after. */
static void move_test(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 0, add(3));
	KUNIT_EXPECT_EQ(test, 0, move(3, 4));
	expect_used(test, 1, 1, 0, 0, 1, 0);
	KUNIT_EXPECT_TRUE(test, tree->idle[3]);
	KUNIT_EXPECT_EQ(test, 0, move(4, 5));
	expect_used(test, 1, 0, 0, 0, 0, 1);
	KUNIT_EXPECT_EQ(test, 0, move(5, 0));
	expect_used(test, 1, 0, 0, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, 0, move(0, 3));
	expect_used(test, 1, 1, 1, 1, 0, 0);
	/* to the one above it, and back */
	KUNIT_EXPECT_EQ(test, 0, move(3, 1));
	expect_used(test, 1, 1, 0, 0, 0, 0);
	KUNIT_EXPECT_EQ(test, 0, move(1, 3));
	expect_used(test, 1, 1, 1, 1, 0, 0);
	end(3);
	expect_used(test, 0, 0, 0, 0, 0, 0);
}

/* A group that is full and keeps the claim is not asked; one that gets it is. */
static void move_limit_test(struct kunit *test)
{
	tree->group[1].max[SLOT] = 1;
	KUNIT_EXPECT_EQ(test, 0, add(3));
	KUNIT_EXPECT_EQ(test, 0, move(3, 4));
	KUNIT_EXPECT_EQ(test, 0, move(4, 1));
	KUNIT_EXPECT_EQ(test, 0, move(1, 2));
	KUNIT_EXPECT_EQ(test, 0, add(5));
	KUNIT_EXPECT_EQ(test, -EDQUOT, move(5, 4));
	KUNIT_EXPECT_EQ(test, 1, tree->group[1].max_hits);
	expect_used(test, 2, 1, 1, 0, 0, 1);
	KUNIT_EXPECT_FALSE(test, tree->idle[5]);
	tree->group[3].max[SLOT] = 0;
	KUNIT_EXPECT_EQ(test, -EDQUOT, move(2, 3));
	expect_used(test, 2, 1, 1, 0, 0, 1);
}

/* As a request does it that is refused in the middle. */
static void back_test(struct kunit *test)
{
	const struct hwc_charge here = charge_of(3, 0), there = charge_of(4, 0);

	tree->group[4].max[SLOT] = 1;
	KUNIT_EXPECT_EQ(test, 0, add(3));
	KUNIT_EXPECT_EQ(test, 0, add(5));
	KUNIT_EXPECT_EQ(test, 0, charge(4, &tree->group[3], true));
	KUNIT_EXPECT_EQ(test, -EDQUOT, charge(4, &tree->group[5], true));
	mutex_lock(&hwc_lock);
	hwc_group_charge_back_locked(&there, &here);
	mutex_unlock(&hwc_lock);
	expect_used(test, 2, 1, 1, 1, 0, 1);
	/* whoever has claims cannot be removed meanwhile */
	KUNIT_EXPECT_FALSE(test, tree->idle[3]);
	KUNIT_EXPECT_EQ(test, 1, tree->group[3].claims);
	KUNIT_EXPECT_EQ(test, 0, tree->group[4].claims);
}

static void peak_test(struct kunit *test)
{
	const struct hwc_charge charge = charge_of(3, 0);

	KUNIT_EXPECT_EQ(test, 0, add(3));
	KUNIT_EXPECT_EQ(test, 0, add(4));
	KUNIT_EXPECT_EQ(test, 0, tree->group[1].peak[SLOT]);
	mutex_lock(&hwc_lock);
	hwc_group_peak_locked(&charge);
	mutex_unlock(&hwc_lock);
	end(4);
	KUNIT_EXPECT_EQ(test, 1, tree->group[3].peak[SLOT]);
	KUNIT_EXPECT_EQ(test, 2, tree->group[1].peak[SLOT]);
	KUNIT_EXPECT_EQ(test, 0, tree->group[4].peak[SLOT]);
}

/* A claim counts as what it is and as what it computes, and is refused as a whole. */
static void function_test(struct kunit *test)
{
	const struct hwc_charge none = charge_of(3, 0), sha = charge_of(3, SHA);
	const struct hwc_charge other = charge_of(4, SHA);

	tree->group[1].max[SHA] = 1;
	KUNIT_EXPECT_EQ(test, 0, charge_as(NULL, &sha, true));
	expect_used(test, 1, 1, 1, 1, 0, 0);
	expect_slot(test, SHA, 1, 1, 1, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, -EDQUOT, charge_as(NULL, &other, true));
	KUNIT_EXPECT_EQ(test, 1, tree->group[1].max_hits);
	expect_used(test, 1, 1, 1, 1, 0, 0);
	expect_slot(test, SHA, 1, 1, 1, 1, 0, 0);
	/* nobody needs a number for a function, and one for that is none for the kind */
	KUNIT_EXPECT_EQ(test, -EDQUOT, charge_as(NULL, &none, false));
	mutex_lock(&hwc_lock);
	hwc_group_peak_locked(&sha);
	mutex_unlock(&hwc_lock);
	end_as(3, SHA);
	KUNIT_EXPECT_EQ(test, 1, tree->group[1].peak[SHA]);
	expect_used(test, 0, 0, 0, 0, 0, 0);
	expect_slot(test, SHA, 0, 0, 0, 0, 0, 0);
}

/* Once the image was read, a claim has a function, or another one. */
static void function_known_test(struct kunit *test)
{
	const struct hwc_charge none = charge_of(3, 0), sha = charge_of(3, SHA);
	const struct hwc_charge fir = charge_of(3, FIR);

	tree->group[1].max[SLOT] = 1;
	tree->group[2].max[FIR] = 0;
	KUNIT_EXPECT_EQ(test, 0, charge_as(NULL, &none, false));
	/* what it has been let in for is not asked again */
	tree->group[1].max[SLOT] = HWC_NO_LIMIT;
	KUNIT_EXPECT_EQ(test, 0, charge_as(&none, &sha, false));
	expect_used(test, 1, 1, 1, 1, 0, 0);
	expect_slot(test, SHA, 1, 1, 1, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, -EDQUOT, charge_as(&sha, &fir, false));
	expect_slot(test, SHA, 1, 1, 1, 1, 0, 0);
	tree->group[2].max[FIR] = 1;
	KUNIT_EXPECT_EQ(test, 0, charge_as(&sha, &fir, false));
	expect_slot(test, SHA, 0, 0, 0, 0, 0, 0);
	expect_slot(test, FIR, 1, 1, 1, 1, 0, 0);
	KUNIT_EXPECT_EQ(test, 1, tree->group[3].claims);
	end_as(3, FIR);
	expect_slot(test, FIR, 0, 0, 0, 0, 0, 0);
}

/* Lists elsewhere may call it something else, or nothing. */
static void function_move_test(struct kunit *test)
{
	const struct hwc_charge c = charge_of(3, SHA), d = charge_of(4, SHA);
	const struct hwc_charge d_fir = charge_of(4, FIR), e = charge_of(5, 0);

	tree->group[1].max[SHA] = 1;
	KUNIT_EXPECT_EQ(test, 0, charge_as(NULL, &c, true));
	/* what is above both has it already */
	KUNIT_EXPECT_EQ(test, 0, charge_as(&c, &d, true));
	expect_slot(test, SHA, 1, 1, 0, 0, 1, 0);
	tree->group[1].max[FIR] = 0;
	KUNIT_EXPECT_EQ(test, -EDQUOT, charge_as(&d, &d_fir, true));
	tree->group[1].max[FIR] = 1;
	KUNIT_EXPECT_EQ(test, 0, charge_as(&d, &e, true));
	expect_slot(test, SHA, 0, 0, 0, 0, 0, 0);
	expect_used(test, 1, 0, 0, 0, 0, 1);
	KUNIT_EXPECT_EQ(test, 0, charge_as(&e, &d_fir, true));
	expect_slot(test, FIR, 1, 1, 0, 0, 1, 0);
	mutex_lock(&hwc_lock);
	hwc_group_charge_back_locked(&d_fir, &c);
	mutex_unlock(&hwc_lock);
	expect_slot(test, FIR, 0, 0, 0, 0, 0, 0);
	expect_slot(test, SHA, 1, 1, 1, 1, 0, 0);
	expect_used(test, 1, 1, 1, 1, 0, 0);
}

/* Any number of steps: each group has what is charged to it and to those inside. */
static void random_test(struct kunit *test)
{
	unsigned int own[ARRAY_SIZE(parents)] = { 0 }, sum[ARRAY_SIZE(parents)], i, from, to;
	struct rnd_state state;
	int step;

	prandom_seed_state(&state, 5);
	for (i = 1; i < ARRAY_SIZE(parents); i++)
		tree->group[i].max[SLOT] = 2 + i;
	for (step = 0; step < 5000; step++) {
		from = prandom_u32_state(&state) % ARRAY_SIZE(parents);
		to = prandom_u32_state(&state) % ARRAY_SIZE(parents);
		if (!own[from]) {
			own[from] += !add(from);
		} else if (from == to) {
			end(from);
			own[from]--;
		} else if (!move(from, to)) {
			own[from]--;
			own[to]++;
		}
		memcpy(sum, own, sizeof(sum));
		for (i = ARRAY_SIZE(parents) - 1; i; i--)
			sum[parents[i]] += sum[i];
		expect_used(test, sum[0], sum[1], sum[2], sum[3], sum[4], sum[5]);
		for (i = 1; i < ARRAY_SIZE(parents); i++)
			KUNIT_EXPECT_LE(test, sum[i], 2 + i);
	}
}

static struct kunit_case group_cases[] = {
	KUNIT_CASE(charge_test),
	KUNIT_CASE(limit_test),
	KUNIT_CASE(delegated_test),
	KUNIT_CASE(move_test),
	KUNIT_CASE(move_limit_test),
	KUNIT_CASE(back_test),
	KUNIT_CASE(peak_test),
	KUNIT_CASE(function_test),
	KUNIT_CASE(function_known_test),
	KUNIT_CASE(function_move_test),
	KUNIT_CASE(random_test),
	{}
};

static struct kunit_suite group_suite = {
	.name = "hwcontainer-group",
	.init = tree_init,
	.test_cases = group_cases,
};

kunit_test_suite(group_suite);

MODULE_IMPORT_NS(EXPORTED_FOR_KUNIT_TESTING);
MODULE_DESCRIPTION("KUnit tests of hwcontainer's groups");
MODULE_LICENSE("GPL");
