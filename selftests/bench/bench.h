/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the benchmark share. Sectioned by the file that defines it. */
#ifndef HWC_BENCH_H
#define HWC_BENCH_H

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <hwcontainer.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* clock.c: a clock that counts instructions */

/**
 * struct bench_op - something to be measured
 * @op: what is counted
 * @undo: what makes @op possible again and is not counted, or NULL
 * @data: for both
 * @times: how often in one round
 * @rounds: how many, or 0 for as many as most need
 */
struct bench_op {
	void (*op)(void *data);
	void (*undo)(void *data);
	void *data;
	unsigned int times;
	unsigned int rounds;
};

void bench_check_clock(void);
uint64_t bench_measure(const struct bench_op *op);

/* memory.c: how much is free */

uint64_t bench_memory_free(void);

/* table.c: what was measured */

/**
 * struct bench_row - one line of the table
 * @name: what was measured
 * @value: instructions, or what @name says in parentheses
 * @baseline: the same of what it is compared with; 0 when with nothing
 * @bound: largest ratio of the two that is good; 0 when any is
 */
struct bench_row {
	char name[64];
	uint64_t value;
	uint64_t baseline;
	double bound;
};

void bench_title(void);
void bench_row(uint64_t value, uint64_t baseline, double bound, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int bench_finish(const char *json);

/* claims.c, image.c, runtime.c, xen.c: what is measured */

void bench_claims(struct hwc_ctx *ctx, int holder);
void bench_images(struct hwc_ctx *ctx, int holder);
void bench_memory(struct hwc_ctx *ctx, int holder);
void bench_runtime(void);
void bench_xen(void);

/* Every operation here succeeds, or the figures mean nothing. */
#define must(ctx, ret)                                                                           \
	do {                                                                                     \
		if ((ret) < 0)                                                                   \
			errx(EXIT_FAILURE, "%s:%d: %s", __FILE__, __LINE__, hwc_ctx_error(ctx)); \
	} while (0)

#endif
