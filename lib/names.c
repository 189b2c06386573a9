// SPDX-License-Identifier: LGPL-2.1-or-later
/* The spec's words for its numbers. */
#include "ctx.h"

static const char *name_of(const char *const *names, size_t n, unsigned int value)
{
	return value < n ? names[value] : NULL;
}

const char *hwc_resource_state_name(enum hwcontainer_resource_state state)
{
	static const char *const names[] = {
		[HWCONTAINER_RESOURCE_STATE_FREE] = "free",
		[HWCONTAINER_RESOURCE_STATE_WARM] = "warm",
		[HWCONTAINER_RESOURCE_STATE_CLAIMED] = "claimed",
		[HWCONTAINER_RESOURCE_STATE_FAILED] = "failed",
		[HWCONTAINER_RESOURCE_STATE_GONE] = "gone",
	};

	return name_of(names, HWC_ARRAY_SIZE(names), state);
}

const char *hwc_claim_state_name(enum hwcontainer_claim_state state)
{
	static const char *const names[] = {
		[HWCONTAINER_CLAIM_STATE_QUEUED] = "queued",
		[HWCONTAINER_CLAIM_STATE_PREPARING] = "preparing",
		[HWCONTAINER_CLAIM_STATE_READY] = "ready",
		[HWCONTAINER_CLAIM_STATE_RELEASING] = "releasing",
		[HWCONTAINER_CLAIM_STATE_RELEASED] = "released",
		[HWCONTAINER_CLAIM_STATE_FAILED] = "failed",
		[HWCONTAINER_CLAIM_STATE_WAITING] = "waiting",
	};

	return name_of(names, HWC_ARRAY_SIZE(names), state);
}

const char *hwc_holder_name(enum hwcontainer_holder holder)
{
	static const char *const names[] = {
		[HWCONTAINER_HOLDER_FILE] = "file",
		[HWCONTAINER_HOLDER_PROCESS] = "process",
		[HWCONTAINER_HOLDER_NOBODY] = "nobody",
		[HWCONTAINER_HOLDER_NAMESPACE] = "namespace",
	};

	return name_of(names, HWC_ARRAY_SIZE(names), holder);
}

const char *hwc_group_event_name(enum hwcontainer_group_event event)
{
	static const char *const names[] = {
		[HWCONTAINER_GROUP_EVENT_MAX] = "max",
		[HWCONTAINER_GROUP_EVENT_DENIED] = "denied",
		[HWCONTAINER_GROUP_EVENT_PREEMPTED] = "preempted",
	};

	return name_of(names, HWC_ARRAY_SIZE(names), event);
}

const char *hwc_stage_name(enum hwcontainer_stage stage)
{
	static const char *const names[] = {
		[HWCONTAINER_STAGE_GRANTED] = "granted",
		[HWCONTAINER_STAGE_READ] = "read",
		[HWCONTAINER_STAGE_CHECKED] = "checked",
		[HWCONTAINER_STAGE_PROGRAMMED] = "programmed",
		[HWCONTAINER_STAGE_OVERLAY] = "overlay",
		[HWCONTAINER_STAGE_BOUND] = "bound",
	};

	return name_of(names, HWC_ARRAY_SIZE(names), stage);
}
