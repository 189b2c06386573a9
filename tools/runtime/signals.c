// SPDX-License-Identifier: GPL-2.0-or-later
/* Signals as people and engines name them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "runtime.h"

int signal_parse(const char *text)
{
	const char *name = strncasecmp(text, "SIG", 3) ? text : text + 3;
	size_t digits = strspn(text, "0123456789");
	int number;

	if (digits && !text[digits])
		return digits < 3 && atoi(text) < NSIG ? atoi(text) : 0;
	for (number = 1; number < NSIG; number++) {
		const char *known = sigabbrev_np(number);

		if (known && !strcasecmp(known, name))
			return number;
	}
	return 0;
}

const char *signal_name(int number, char *text)
{
	const char *name = sigabbrev_np(number);

	if (name)
		snprintf(text, 16, "SIG%s", name);
	else
		snprintf(text, 16, "%d", number);
	return text;
}
