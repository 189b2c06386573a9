// SPDX-License-Identifier: LGPL-2.1-or-later
/* The module itself. */
#include "ctx.h"
#include "msg.h"
#include "nl.h"

int hwc_info_get(struct hwc_ctx *ctx, struct hwc_info **info)
{
	struct hwc_msg msg;
	void *object;
	int err;

	err = hwc_nl_start(ctx, HWCONTAINER_CMD_INFO_GET, 0, &msg);
	if (err)
		return err;
	err = hwc_msg_get(ctx, &msg, &hwc_info_schema, &object);
	if (!err)
		*info = object;
	return err;
}

void hwc_info_free(struct hwc_info *info)
{
	hwc_object_free(&hwc_info_schema, info);
}

const char *hwc_info_version(const struct hwc_info *info)
{
	return info->version;
}

size_t hwc_info_kinds(const struct hwc_info *info)
{
	return info->kinds.count;
}

const char *hwc_info_kind(const struct hwc_info *info, size_t i)
{
	return ((char **)info->kinds.data)[i];
}

uint64_t hwc_info_seq(const struct hwc_info *info)
{
	return info->seq;
}

int hwc_noop(struct hwc_ctx *ctx)
{
	struct hwc_msg msg;
	int err;

	err = hwc_nl_start(ctx, HWCONTAINER_CMD_NOOP, 0, &msg);
	return err ? err : hwc_nl_do(ctx, &msg, NULL, NULL);
}
