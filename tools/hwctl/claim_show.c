// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl claim show ID, and what a virtual machine would be given of claims */
#include <getopt.h>
#include <stdlib.h>
#include "hwctl.h"

static int parse(struct hwctl *h, int argc, char **argv, struct vm_form *form)
{
	static const struct option options[] = {
		{ "xl", no_argument, NULL, 'x' },
		{ "dtb", optional_argument, NULL, 'd' },
		{ 0 },
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return usage(h, "see hwctl claim show -h");
		if (option == 'x')
			form->xl = true;
		else
			form->dtb = true;
		if (option == 'd')
			form->file = optarg;
	}
	if (optind == argc)
		return usage(h, "no claim is given");
	if (argc - optind > 1 && !form->xl && !form->dtb)
		return usage(h, "too many words: %s", argv[optind + 1]);
	if (form->xl && form->dtb && !form->file)
		return usage(h, "with --xl the tree needs a file: --dtb=FILE");
	return DONE;
}

static int show(struct hwctl *h, uint32_t id)
{
	struct hwc_claim *claim;

	if (hwc_claim_get(h->ctx, id, &claim))
		return refused(h);
	if (h->json)
		json_print(h, json_claim(claim));
	else
		show_claim(claim);
	hwc_claim_free(claim);
	return DONE;
}

int claim_show(struct hwctl *h, int argc, char **argv)
{
	struct vm_form form = { 0 };
	uint32_t *ids;
	int ret;

	ret = parse(h, argc, argv, &form);
	if (ret != DONE)
		return ret;
	ids = parse_ids(h, argv + optind, argc - optind);
	if (!ids)
		return USAGE;
	if (form.xl || form.dtb)
		ret = show_for_vm(h, ids, argc - optind, &form);
	else
		ret = show(h, ids[0]);
	free(ids);
	return ret;
}
