// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl policy list [FILE] */
#include "hwctl.h"

static void print_json(const struct hwctl *h, const struct hwc_policy *policy)
{
	struct json_object *list = need(json_object_new_array());

	for (size_t i = 0; i < hwc_policy_rules(policy); i++) {
		const struct hwc_rule *rule = hwc_policy_rule(policy, i);
		struct json_object *json = need(json_object_new_object());

		json_word(json, "type", policy_type_name(rule->type), rule->type);
		json_text(json, "value", rule->value);
		json_text(json, "comment", rule->comment);
		json_object_array_add(list, json);
	}
	json_print(h, list);
}

static void print_text(const struct hwc_policy *policy)
{
	struct table t = { .columns = 3 };

	table_cell(&t, HEAD, text("ALLOWED BY"));
	table_cell(&t, HEAD, text("VALUE"));
	table_cell(&t, HEAD, text("COMMENT"));
	for (size_t i = 0; i < hwc_policy_rules(policy); i++) {
		const struct hwc_rule *rule = hwc_policy_rule(policy, i);

		table_cell(&t, PLAIN, word(policy_type_name(rule->type), rule->type));
		table_cell(&t, PLAIN, text("%s", rule->value ? rule->value : "-"));
		table_cell(&t, PLAIN, text("%s", rule->comment ? rule->comment : ""));
	}
	table_print(&t);
}

int policy_list(struct hwctl *h, int argc, char **argv)
{
	struct hwc_policy *policy;

	if (args_words(h, argc, argv, 0, 1))
		return USAGE;
	if (hwc_policy_load(h->ctx, argc > 1 ? argv[1] : NULL, &policy))
		return refused(h);
	if (h->json)
		print_json(h, policy);
	else
		print_text(policy);
	hwc_policy_free(policy);
	return DONE;
}
