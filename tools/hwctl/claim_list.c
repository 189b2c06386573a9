// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl claim list */
#include <errno.h>
#include "hwctl.h"

/* Of one that waits, with its place. */
static char *state_text(const struct hwc_claim *claim)
{
	enum hwcontainer_claim_state state = hwc_claim_state(claim);

	if (hwc_claim_position(claim))
		return text("%s(%u)", hwc_claim_state_name(state), hwc_claim_position(claim));
	return word(hwc_claim_state_name(state), state);
}

static void add_row(struct table *t, const struct hwc_claim *claim)
{
	enum hwcontainer_claim_state state = hwc_claim_state(claim);

	table_cell(t, PLAIN, text("%u", hwc_claim_id(claim)));
	table_cell(t, claim_color(state), state_text(claim));
	table_cell(t, PLAIN, text("%s", hwc_claim_resource(claim)));
	table_cell(t, PLAIN, claim_holder(claim));
	table_cell(t, PLAIN,
		   text("%s", *hwc_claim_container(claim) ? hwc_claim_container(claim) : "-"));
	table_cell(t, PLAIN, claim_nodes(claim));
}

/**
 * struct list - claims that are listed
 * @h: this run
 * @json: receives them, or NULL
 * @table: receives them otherwise
 */
struct list {
	struct hwctl *h;
	struct json_object *json;
	struct table table;
};

static void add(struct list *list, const struct hwc_claim *claim)
{
	if (list->json)
		json_object_array_add(list->json, json_claim(claim));
	else
		add_row(&list->table, claim);
}

/* The kernel lists claims without their devices: ask again, for each. */
static int add_claim(const struct hwc_claim *claim, void *data)
{
	struct list *list = data;
	struct hwc_claim *whole;
	int err;

	err = hwc_claim_get(list->h->ctx, hwc_claim_id(claim), &whole);
	if (err == -ENOENT) /* it has ended meanwhile */
		return 0;
	if (err)
		return err;
	add(list, whole);
	hwc_claim_free(whole);
	return 0;
}

int claim_list(struct hwctl *h, int argc, char **argv)
{
	static const char *const heads[] = {
		"CLAIM", "STATE", "RESOURCE", "HOLDER", "CONTAINER", "DEVICES",
	};
	struct list list = { .h = h };

	if (args_words(h, argc, argv, 0, 0))
		return USAGE;
	if (h->json)
		list.json = need(json_object_new_array());
	else
		table_heads(&list.table, heads, ARRAY_SIZE(heads));
	return list_print(h, list.json, &list.table, hwc_claim_foreach(h->ctx, add_claim, &list));
}
