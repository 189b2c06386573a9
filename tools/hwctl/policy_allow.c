// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl policy allow */
#include "hwctl.h"

int policy_allow(struct hwctl *h, int argc, char **argv)
{
	return policy_change(h, argc, argv, hwc_policy_allow);
}
