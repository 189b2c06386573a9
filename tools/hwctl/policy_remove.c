// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl policy remove */
#include "hwctl.h"

int policy_remove(struct hwctl *h, int argc, char **argv)
{
	return policy_change(h, argc, argv, hwc_policy_remove);
}
