/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* edits.c: what is put into a configuration */
#ifndef HWC_EDITS_H
#define HWC_EDITS_H

#include <hwcontainer.h>

struct json_object;

/* Put @edits into a configuration; what @config lacks is made. */
int hwc_edits_apply(struct hwc_ctx *ctx, const char *what, struct json_object *config,
		    const struct hwc_edits *edits);

/**
 * hwc_edits_undo() - take out of a configuration what was put in before
 * @record: hwc_edits_json() of then
 *
 * Only what hwc_edits_apply() could have put there goes, and all that grants
 * something: nobody gains by a forged record.
 */
void hwc_edits_undo(struct json_object *config, struct json_object *record);

#endif
