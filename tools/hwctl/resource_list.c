// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl resource list */
#include "hwctl.h"

static int add_json(const struct hwc_resource *res, void *data)
{
	json_object_array_add(data, json_resource(res));
	return 0;
}

static int add_row(const struct hwc_resource *res, void *data)
{
	enum hwcontainer_resource_state state = hwc_resource_state(res);
	uint32_t claim = hwc_resource_claim_id(res);
	struct table *t = data;

	table_cell(t, PLAIN, text("%s", hwc_resource_name(res)));
	table_cell(t, PLAIN, text("%s", hwc_resource_kind(res)));
	table_cell(t, resource_color(state), word(hwc_resource_state_name(state), state));
	table_cell(t, PLAIN, text("%u/%u", hwc_resource_in_use(res), hwc_resource_capacity(res)));
	table_cell(t, PLAIN, claim ? text("%u", claim) : text("-"));
	table_cell(t, PLAIN, text("%s", hwc_resource_container(res)));
	return 0;
}

static int list_json(struct hwctl *h)
{
	struct json_object *list = need(json_object_new_array());

	return list_print(h, list, NULL, hwc_resource_foreach(h->ctx, add_json, list));
}

static int list_text(struct hwctl *h)
{
	static const char *const heads[] = {
		"NAME", "KIND", "STATE", "CLAIMS", "CLAIM", "CONTAINER",
	};
	struct table t = { 0 };

	table_heads(&t, heads, ARRAY_SIZE(heads));
	return list_print(h, NULL, &t, hwc_resource_foreach(h->ctx, add_row, &t));
}

int resource_list(struct hwctl *h, int argc, char **argv)
{
	if (args_words(h, argc, argv, 0, 0))
		return USAGE;
	return h->json ? list_json(h) : list_text(h);
}
