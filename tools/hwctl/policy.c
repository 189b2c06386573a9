// SPDX-License-Identifier: GPL-2.0-or-later
/* What the policy commands have in common. */
#include <getopt.h>
#include <string.h>
#include "hwctl.h"

/**
 * struct rules - rules of one type
 * @type: what they go by
 * @comment: why, or NULL
 * @file: the policy, NULL for the host's
 * @values: one for each; NULL where the type has none
 * @n: how many
 */
struct rules {
	enum hwc_rule_type type;
	const char *comment;
	const char *file;
	char **values;
	int n;
};

static const char *const type_names[] = {
	[HWC_RULE_DIGEST] = "digest",
	[HWC_RULE_NAME] = "name",
	[HWC_RULE_ALL] = "all",
};

const char *policy_type_name(enum hwc_rule_type type)
{
	return type < ARRAY_SIZE(type_names) ? type_names[type] : NULL;
}

static int parse_type(const struct hwctl *h, int argc, char **argv, struct rules *rules)
{
	size_t i;

	for (i = 1; argc && i < ARRAY_SIZE(type_names); i++)
		if (!strcmp(argv[0], type_names[i]))
			rules->type = i;
	if (!rules->type)
		return usage(h, "which images? all, name NAME or digest sha256:HEX");
	if ((rules->type == HWC_RULE_ALL) != (argc == 1))
		return usage(h, argc == 1 ? "the %s is missing" : "%s needs nothing more", argv[0]);
	rules->values = argc > 1 ? argv + 1 : NULL;
	rules->n = argc > 1 ? argc - 1 : 1;
	return DONE;
}

static int parse(struct hwctl *h, int argc, char **argv, struct rules *rules)
{
	static const struct option options[] = {
		{ "file", required_argument, NULL, 'f' },
		{ "comment", required_argument, NULL, 'c' },
		{ 0 },
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'f')
			rules->file = optarg;
		else if (option == 'c')
			rules->comment = optarg;
		else
			return usage(h, "see hwctl policy %s -h", h->command->verb);
	}
	return parse_type(h, argc - optind, argv + optind, rules);
}

static int change_all(struct hwc_policy *policy, const struct rules *rules, policy_change_fn change)
{
	int err = 0;

	for (int i = 0; !err && i < rules->n; i++) {
		struct hwc_rule rule = {
			.type = rules->type,
			.value = rules->values ? rules->values[i] : NULL,
			.comment = rules->comment,
		};

		err = change(policy, &rule);
	}
	return err ? err : hwc_policy_save(policy);
}

int policy_change(struct hwctl *h, int argc, char **argv, policy_change_fn change)
{
	struct hwc_policy *policy;
	struct rules rules = { 0 };
	int ret;

	ret = parse(h, argc, argv, &rules);
	if (ret != DONE)
		return ret;
	if (hwc_policy_load(h->ctx, rules.file, &policy))
		return refused(h);
	if (change_all(policy, &rules, change))
		ret = refused(h);
	hwc_policy_free(policy);
	return ret;
}
