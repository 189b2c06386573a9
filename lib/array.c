// SPDX-License-Identifier: LGPL-2.1-or-later
/* Arrays that grow. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"

void *hwc_array_grow(struct hwc_array *array, size_t size)
{
	char *data = reallocarray(array->data, array->count + 1, size);

	if (!data)
		return NULL;
	array->data = data;
	return memset(data + array->count * size, 0, size);
}

int hwc_strings_add(struct hwc_array *strings, char *text)
{
	char **slot = text ? hwc_array_grow(strings, sizeof(*slot)) : NULL;

	if (!slot) {
		free(text);
		return -ENOMEM;
	}
	*slot = text;
	strings->count++;
	return 0;
}

void hwc_strings_free(struct hwc_array *strings)
{
	for (size_t i = 0; i < strings->count; i++)
		free(((char **)strings->data)[i]);
	free(strings->data);
	*strings = (struct hwc_array){ 0 };
}
