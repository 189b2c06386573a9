/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy.c: what the host allows */
#ifndef HWC_POLICY_H
#define HWC_POLICY_H

#include <hwcontainer.h>

bool hwc_policy_allows(const struct hwc_policy *policy, enum hwc_rule_type type, const char *value);
/* Whether annotations are to be taken for the image's words. */
bool hwc_policy_distrusts(const struct hwc_policy *policy);

#endif
