// SPDX-License-Identifier: GPL-2.0-or-later
/* Why the container's process does not come to be. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "vm-init.h"

int failure_say(struct failure *failure, int code, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(failure->text, sizeof(failure->text), fmt, args);
	va_end(args);
	failure->code = code;
	return -1;
}

int failure_errno(struct failure *failure, const char *what)
{
	return failure_say(failure, EXIT_NOT_RUN, "%s: %s", what, strerror(errno));
}
