// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl claim list */
#include "hwctl.h"

static int add_json(const struct hwc_claim *claim, void *data)
{
	json_object_array_add(data, json_claim(claim));
	return 0;
}

static char *holder(const struct hwc_claim *claim)
{
	enum hwcontainer_holder type = hwc_claim_holder(claim);

	if (hwc_claim_holder_pid(claim))
		return text("%s %u", type == HWCONTAINER_HOLDER_PROCESS ? "process" : "file of",
			    hwc_claim_holder_pid(claim));
	return type ? word(hwc_holder_name(type), type) : text("-");
}

static int add_row(const struct hwc_claim *claim, void *data)
{
	enum hwcontainer_claim_state state = hwc_claim_state(claim);
	struct table *t = data;

	table_cell(t, PLAIN, text("%u", hwc_claim_id(claim)));
	table_cell(t, claim_color(state), word(hwc_claim_state_name(state), state));
	table_cell(t, PLAIN, text("%s", hwc_claim_resource(claim)));
	table_cell(t, PLAIN, holder(claim));
	table_cell(t, PLAIN,
		   text("%s", *hwc_claim_container(claim) ? hwc_claim_container(claim) : "-"));
	table_cell(t, PLAIN, claim_nodes(claim));
	return 0;
}

static int list_json(struct hwctl *h)
{
	struct json_object *list = need(json_object_new_array());

	if (hwc_claim_foreach(h->ctx, add_json, list)) {
		json_object_put(list);
		return refused(h);
	}
	json_print(h, list);
	return DONE;
}

static int list_text(struct hwctl *h)
{
	static const char *const heads[] = {
		"CLAIM", "STATE", "RESOURCE", "HOLDER", "CONTAINER", "DEVICES",
	};
	struct table t = { .columns = ARRAY_SIZE(heads) };

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		table_cell(&t, HEAD, text("%s", heads[i]));
	if (hwc_claim_foreach(h->ctx, add_row, &t))
		return refused(h);
	table_print(&t);
	return DONE;
}

int claim_list(struct hwctl *h, int argc, char **argv)
{
	if (args_words(h, argc, argv, 0, 0))
		return USAGE;
	return h->json ? list_json(h) : list_text(h);
}
