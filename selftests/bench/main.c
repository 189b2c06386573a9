// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench JSON [PART...]: instructions per operation, against what the same costs
 * without us, measured in the same run. Parts: claims, images, memory, runtime, all
 * of which are measured where none is named, and xen.
 */
#include "bench.h"

static bool named(char **parts, const char *part)
{
	for (; *parts; parts++)
		if (!strcmp(*parts, part))
			return true;
	return false;
}

static bool wanted(char **parts, const char *part)
{
	return !*parts || named(parts, part);
}

int main(int argc, char **argv)
{
	struct hwc_ctx *ctx;
	int holder;

	if (argc < 2)
		errx(2, "usage: bench JSON [claims] [images] [memory] [runtime] [xen]");
	bench_check_clock();
	if (hwc_ctx_new(&ctx))
		errx(EXIT_FAILURE, "out of memory");
	holder = hwc_holder_open(ctx);
	must(ctx, holder);

	bench_title();
	if (wanted(argv + 2, "claims"))
		bench_claims(ctx, holder);
	if (wanted(argv + 2, "images"))
		bench_images(ctx, holder);
	if (wanted(argv + 2, "memory"))
		bench_memory(ctx, holder);
	if (wanted(argv + 2, "runtime"))
		bench_runtime();
	if (named(argv + 2, "xen"))
		bench_xen();
	close(holder);
	hwc_ctx_free(ctx);
	return bench_finish(argv[1]) ? EXIT_FAILURE : EXIT_SUCCESS;
}
