/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* group.c: groups as folders */
#ifndef HWC_GROUP_H
#define HWC_GROUP_H

#include <hwcontainer.h>

/* Most that a file of configfs gives and takes; one byte less where it was cut. */
#define HWC_GROUP_FILE_MAX 4096

/* Names like "web/a" are one of a group; -EINVAL with the sentence. */
int hwc_group_check_name(struct hwc_ctx *ctx, const char *group);
/* The folder of a group, for reading; -errno with its sentence. */
int hwc_group_open(struct hwc_ctx *ctx, const char *group);

#endif
