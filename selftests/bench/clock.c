// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The clock. Under -icount shift=0 a nanosecond of the guest's time is one
 * instruction, and time jumps over what nobody works in; the kernel says how
 * much of that there was, and it is taken off. So what is counted is work, of
 * whatever process or kernel thread.
 */
#include <time.h>
#include "bench.h"

/* The first one fills caches and is dropped. */
#define ROUNDS 5

/* Two instructions each; how many of them make the check of the clock. */
#define LOOPS 1000000

static uint64_t now(void)
{
	struct timespec t;

	if (clock_gettime(CLOCK_MONOTONIC, &t))
		err(EXIT_FAILURE, "clock_gettime");
	return t.tv_sec * UINT64_C(1000000000) + t.tv_nsec;
}

/*
 * Nanoseconds in which the only processor had nothing to do. /proc/stat says
 * so in hundredths of a second.
 */
static uint64_t idle(void)
{
	unsigned long long value = 0;
	FILE *list = fopen("/proc/timer_list", "re");
	bool found = false;
	char line[256];

	if (!list)
		err(EXIT_FAILURE, "/proc/timer_list");
	while (!found && fgets(line, sizeof(line), list))
		found = sscanf(line, " .idle_sleeptime : %llu nsecs", &value) == 1;
	if (!found)
		errx(EXIT_FAILURE, "/proc/timer_list tells no idle_sleeptime");
	fclose(list);
	return value;
}

static void spin(void)
{
	unsigned long n = LOOPS;

#ifdef __aarch64__
	asm volatile("1: subs %0, %0, #1\n\tb.ne 1b" : "+r"(n) : : "cc");
#else
	errx(EXIT_FAILURE, "the benchmark is for arm64");
#endif
}

/* Ends the program where time is not counted in instructions. */
void bench_check_clock(void)
{
	uint64_t took, best = UINT64_MAX;

	for (int i = 0; i < ROUNDS; i++) {
		took = now();
		spin();
		took = now() - took;
		if (took < best)
			best = took;
	}
	if (best < 2 * LOOPS || best > 2 * LOOPS + LOOPS / 50)
		errx(EXIT_FAILURE, "%d instructions took %llu ns: this clock does not count them",
		     2 * LOOPS, (unsigned long long)best);
}

/* An operation with a part that is not counted is measured one by one. */
static uint64_t once(const struct bench_op *op)
{
	uint64_t slept = idle(), start = now(), took;

	op->op(op->data);
	took = now() - start;
	/* reading the list is no part of it, nor can it sleep */
	slept = idle() - slept;
	if (op->undo)
		op->undo(op->data);
	return took - slept;
}

static uint64_t many(const struct bench_op *op)
{
	uint64_t slept = idle(), start = now(), took;

	for (unsigned int i = 0; i < op->times; i++)
		op->op(op->data);
	took = now() - start;
	return took - (idle() - slept);
}

/**
 * bench_measure() - instructions that an operation takes
 * @op: the operation
 *
 * Return: the mean of the round in which it was least disturbed.
 */
uint64_t bench_measure(const struct bench_op *op)
{
	unsigned int rounds = op->rounds ? op->rounds : ROUNDS;
	uint64_t best = UINT64_MAX;

	for (unsigned int round = 0; round < rounds; round++) {
		uint64_t sum = 0;

		if (op->undo)
			for (unsigned int i = 0; i < op->times; i++)
				sum += once(op);
		else
			sum = many(op);
		if (round && sum < best)
			best = sum;
	}
	return best / op->times;
}
