// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl version */
#include <errno.h>
#include "hwctl.h"

static void print_text(const struct hwc_info *info)
{
	field("hwctl", PLAIN, text("%s", HWCTL_VERSION));
	field("library", PLAIN, text("%s", hwc_version()));
	field("module", PLAIN, info ? text("%s", hwc_info_version(info)) : text("not loaded"));
	for (size_t i = 0; info && i < hwc_info_kinds(info); i++)
		field("kind", PLAIN, text("%s", hwc_info_kind(info, i)));
}

static void print_json(const struct hwctl *h, const struct hwc_info *info)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *kinds = need(json_object_new_array());

	json_text(json, "hwctl", HWCTL_VERSION);
	json_text(json, "library", hwc_version());
	if (info)
		json_text(json, "version", hwc_info_version(info));
	for (size_t i = 0; info && i < hwc_info_kinds(info); i++)
		json_append(kinds, hwc_info_kind(info, i));
	json_object_object_add(json, "kind", kinds);
	json_print(h, json);
}

/* Works without the module, unless that is there and does not answer. */
int version(struct hwctl *h, int argc, char **argv)
{
	struct hwc_info *info = NULL;
	int err;

	if (args_words(h, argc, argv, 0, 0))
		return USAGE;
	err = hwc_info_get(h->ctx, &info);
	if (h->json)
		print_json(h, info);
	else
		print_text(info);
	hwc_info_free(info);
	return err && err != -ENOENT ? refused(h) : DONE;
}
