// SPDX-License-Identifier: GPL-2.0-or-later
/* The time that has passed, and the time of day. */
#include <stdio.h>
#include <time.h>
#include "runtime.h"

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

const char *now_text(char *text, const char *form, int digits)
{
	struct timespec now;
	char fraction[16];
	struct tm tm;
	size_t size;

	clock_gettime(CLOCK_REALTIME, &now);
	size = strftime(text, NOW_SIZE, form, gmtime_r(&now.tv_sec, &tm));
	snprintf(fraction, sizeof(fraction), ".%09ld", now.tv_nsec);
	snprintf(text + size, NOW_SIZE - size, "%.*sZ", digits ? digits + 1 : 0, fraction);
	return text;
}
