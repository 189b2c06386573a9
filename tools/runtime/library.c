// SPDX-License-Identifier: GPL-2.0-or-later
/* The library, on this system or on the folder that stands in for it. */
#include <errno.h>
#include "runtime.h"

int library_open(const struct command *command, struct hwc_ctx **ctx)
{
	struct hwc_ctx *new;
	int err;

	if (hwc_ctx_new(&new)) {
		log_error(command, "out of memory");
		return -ENOMEM;
	}
	err = command->sysroot ? hwc_ctx_set_sysroot(new, command->sysroot) : 0;
	if (!err) {
		*ctx = new;
		return 0;
	}
	log_error(command, "--sysroot: %s", hwc_ctx_error(new));
	hwc_ctx_free(new);
	return err;
}
