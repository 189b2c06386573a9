/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* array.c: arrays that grow */
#ifndef HWC_ARRAY_H
#define HWC_ARRAY_H

#include <stddef.h>

struct hwc_array {
	void *data;
	size_t count;
};

/* Makes room for one more element, zeroed; whoever fills it counts it. */
void *hwc_array_grow(struct hwc_array *array, size_t size);

/* Takes @text over, also in failure; NULL is one: 0 or -ENOMEM. */
int hwc_strings_add(struct hwc_array *strings, char *text);
void hwc_strings_free(struct hwc_array *strings);

#endif
