// SPDX-License-Identifier: LGPL-2.1-or-later
/* Flattened device trees from anywhere: can libfdt walk through them? */
#include <libfdt.h>
#include "dtree.h"

/*
 * As the module has them: since 2005. Of older ones fdt_check_full() before 1.7 takes it that
 * the root's name is there.
 */
#define VERSION_MIN 17

/*
 * libfdt before 1.7 adds a property's length to its place without looking ("libfdt: prevent
 * integer overflow in fdt_next_tag"). One that leads back to the property keeps
 * fdt_check_full() busy for ever, and negative ones are passed on.
 */
static int check_lengths(const void *fdt)
{
	const void *prop;
	int at = 0, next;
	uint32_t tag;

	while ((tag = fdt_next_tag(fdt, at, &next)) != FDT_END) {
		/* where the header says that it is, which may be no address of a cell */
		prop = fdt_offset_ptr(fdt, at, sizeof(struct fdt_property));
		if (tag == FDT_PROP && (!prop || hwc_cell(prop, 1) > fdt_totalsize(fdt)))
			return -FDT_ERR_BADSTRUCTURE;
		at = next;
	}
	return next < 0 ? next : 0;
}

int hwc_dt_check(const void *fdt, size_t size)
{
	int err = size < sizeof(struct fdt_header) ? -FDT_ERR_TRUNCATED : fdt_check_header(fdt);

	if (!err && fdt_version(fdt) < VERSION_MIN)
		err = -FDT_ERR_BADVERSION;
	if (!err && size < fdt_totalsize(fdt))
		err = -FDT_ERR_TRUNCATED;
	if (!err)
		err = check_lengths(fdt);
	return err ? err : fdt_check_full(fdt, size);
}
