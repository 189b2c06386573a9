// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl claim show ID */
#include "hwctl.h"

int claim_show(struct hwctl *h, int argc, char **argv)
{
	struct hwc_claim *claim;
	uint32_t id;

	if (args_words(h, argc, argv, 1, 1) || !parse_id(h, argv[1], &id))
		return USAGE;
	if (hwc_claim_get(h->ctx, id, &claim))
		return refused(h);
	if (h->json)
		json_print(h, json_claim(claim));
	else
		show_claim(claim);
	hwc_claim_free(claim);
	return DONE;
}
