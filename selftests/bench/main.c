// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * bench JSON [PART...]: instructions per operation, against what the same costs
 * without us, measured in the same run. Parts: claims, images, memory, runtime;
 * all of them where none is named.
 */
#include "bench.h"

static bool wanted(char **parts, const char *part)
{
	if (!*parts)
		return true;
	for (; *parts; parts++)
		if (!strcmp(*parts, part))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	struct hwc_ctx *ctx;
	int holder;

	if (argc < 2)
		errx(2, "usage: bench JSON [claims] [images] [memory] [runtime]");
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
	close(holder);
	hwc_ctx_free(ctx);
	return bench_finish(argv[1]) ? EXIT_FAILURE : EXIT_SUCCESS;
}
