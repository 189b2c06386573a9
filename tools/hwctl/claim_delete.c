// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl claim delete ID... */
#include <getopt.h>
#include <stdlib.h>
#include "hwctl.h"

static int parse(struct hwctl *h, int argc, char **argv, int *timeout_ms)
{
	static const struct option options[] = {
		{ "no-wait", no_argument, NULL, 'n' },
		{ "timeout", required_argument, NULL, 't' },
		{ 0 },
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			*timeout_ms = 0;
		else if (option == '?')
			return usage(h, "see hwctl claim delete -h");
		else if (!parse_seconds(optarg, timeout_ms))
			return usage(h, "%s is no number of seconds", optarg);
	}
	return optind == argc ? usage(h, "no claim is given") : DONE;
}

int claim_delete(struct hwctl *h, int argc, char **argv)
{
	int timeout_ms = RELEASE_TIMEOUT_MS;
	uint32_t *ids;
	size_t n;
	int ret;

	ret = parse(h, argc, argv, &timeout_ms);
	if (ret != DONE)
		return ret;
	n = argc - optind;
	ids = parse_ids(h, argv + optind, n);
	if (!ids)
		return USAGE;
	if (end_claims(h, ids, n, timeout_ms))
		ret = refused(h);
	free(ids);
	return ret;
}
