// SPDX-License-Identifier: GPL-2.0-or-later
/* What a container is: decided by its bundle when it is created, then by its record. */
#include <string.h>
#include "runtime.h"

/* The first that fits; the last fits everything. */
static const struct kind *const kinds[] = { &kind_firmware, &kind_vm, &kind_process };

const struct kind *kind_of_bundle(const struct hwc_bundle *bundle)
{
	size_t i = 0;

	while (!kinds[i]->fits(bundle))
		i++;
	return kinds[i];
}

const struct kind *kind_of_record(const struct container *container)
{
	const char *name = container_string(container, "kind");

	/* records of 0.1 say none */
	if (!name)
		return &kind_firmware;
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i]->process && !strcmp(kinds[i]->name, name))
			return kinds[i];
	return NULL;
}
