// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Free memory. Besides what is free for all, each processor keeps pages for its
 * next allocations, up to some megabytes: /proc/meminfo and sysinfo() take them
 * for used.
 */
#include "bench.h"

/* Bytes that are free in all zones, the processor's own pages among them. */
uint64_t bench_memory_free(void)
{
	FILE *info = fopen("/proc/zoneinfo", "re");
	unsigned long long pages = 0, value;
	char line[256];

	if (!info)
		err(EXIT_FAILURE, "/proc/zoneinfo");
	while (fgets(line, sizeof(line), info))
		if (sscanf(line, " pages free %llu", &value) == 1 ||
		    sscanf(line, " count: %llu", &value) == 1)
			pages += value;
	fclose(info);
	return pages * sysconf(_SC_PAGESIZE);
}
