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

	if (hwc_resource_foreach(h->ctx, add_json, list)) {
		json_object_put(list);
		return refused(h);
	}
	json_print(h, list);
	return DONE;
}

static int list_text(struct hwctl *h)
{
	static const char *const heads[] = {
		"NAME", "KIND", "STATE", "CLAIMS", "CLAIM", "CONTAINER",
	};
	struct table t = { .columns = ARRAY_SIZE(heads) };

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		table_cell(&t, HEAD, text("%s", heads[i]));
	if (hwc_resource_foreach(h->ctx, add_row, &t))
		return refused(h);
	table_print(&t);
	return DONE;
}

int resource_list(struct hwctl *h, int argc, char **argv)
{
	if (args_words(h, argc, argv, 0, 0))
		return USAGE;
	return h->json ? list_json(h) : list_text(h);
}
