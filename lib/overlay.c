// SPDX-License-Identifier: LGPL-2.1-or-later
/* Overlays: the devices that an image brings. */
#include <errno.h>
#include <libfdt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "array.h"
#include "ctx.h"
#include "digest.h"
#include "dtree.h"
#include "file.h"
#include "overlay.h"
#include "root.h"

static int check_header(struct hwc_ctx *ctx, const void *fdt, size_t size)
{
	if (size < sizeof(struct fdt_header))
		return hwc_err(ctx, -EBADMSG,
			       "the overlay has %zu bytes, a device tree's header %zu", size,
			       sizeof(struct fdt_header));
	if (fdt_magic(fdt) != FDT_MAGIC)
		return hwc_err(
			ctx, -EBADMSG,
			"the overlay begins with 0x%08x, a flattened device tree with 0x%08x",
			fdt_magic(fdt), FDT_MAGIC);
	if (fdt_totalsize(fdt) != size)
		return hwc_err(ctx, -EBADMSG, "the overlay has %zu bytes, its header says %u", size,
			       fdt_totalsize(fdt));
	return 0;
}

int hwc_overlay_blob(struct hwc_ctx *ctx, const void *fdt, size_t size)
{
	int err = check_header(ctx, fdt, size);

	if (err)
		return err;
	err = hwc_dt_check(fdt, size);
	if (err)
		return hwc_err(ctx, -EBADMSG,
			       "the overlay is not a well-formed flattened device tree (%s)",
			       fdt_strerror(err));
	return 0;
}

int hwc_overlay_load(struct hwc_ctx *ctx, int fd, const char *path, void **fdt, size_t *size)
{
	int err = hwc_file_read(ctx, fd, path, HWC_OVERLAY_MAX, fdt, size);

	if (err)
		return err;
	err = hwc_overlay_blob(ctx, *fdt, *size);
	if (err) {
		err = hwc_err(ctx, err, "%s: %s", path, hwc_ctx_error(ctx));
		free(*fdt);
	}
	return err;
}

int hwc_overlay_load_at(struct hwc_ctx *ctx, int rootfd, const char *path, void **fdt, size_t *size)
{
	int fd, err;

	err = hwc_root_open(ctx, rootfd, "overlay ", path, HWC_OVERLAY_MAX, &fd);
	if (err)
		return err;
	err = hwc_overlay_load(ctx, fd, path, fdt, size);
	close(fd);
	return err;
}

/* What is shown points to what is owned, once nothing moves any more. */
static void publish_items(struct hwc_overlay *overlay)
{
	struct hwc_overlay_item *items = overlay->items.data;

	for (size_t i = 0; i < overlay->items.count; i++)
		items[i].node = (struct hwc_overlay_node){
			.path = items[i].path,
			.compatible = items[i].compatible,
			.windows = items[i].windows.data,
			.n_windows = items[i].windows.count,
			.interrupts = items[i].interrupts.data,
			.n_interrupts = items[i].interrupts.count,
		};
}

static int overlay_parse(struct hwc_ctx *ctx, const void *fdt, size_t size,
			 const struct hwc_overlay_place *place, struct hwc_overlay **overlay)
{
	static const struct hwc_overlay_place anywhere;
	struct hwc_overlay *new = calloc(1, sizeof(*new));

	if (!new)
		return hwc_err_nomem(ctx);
	new->size = size;
	hwc_sha256(fdt, size, new->digest);
	if (hwc_overlay_walk(ctx, new, fdt, place ? place : &anywhere)) {
		hwc_overlay_free(new);
		return hwc_err_nomem(ctx);
	}
	publish_items(new);
	*overlay = new;
	return 0;
}

int hwc_overlay_parse(struct hwc_ctx *ctx, const void *fdt, size_t size,
		      const struct hwc_overlay_place *place, struct hwc_overlay **overlay)
{
	void *copy;
	int err;

	/* libfdt wants it aligned, and whoever gave it may not have known */
	copy = malloc(size ? size : 1);
	if (!copy)
		return hwc_err_nomem(ctx);
	if (size)
		memcpy(copy, fdt, size);
	err = hwc_overlay_blob(ctx, copy, size);
	if (!err)
		err = overlay_parse(ctx, copy, size, place, overlay);
	free(copy);
	return err;
}

int hwc_overlay_read(struct hwc_ctx *ctx, int fd, const char *name,
		     const struct hwc_overlay_place *place, struct hwc_overlay **overlay)
{
	size_t size;
	void *data;
	int err;

	err = hwc_overlay_load(ctx, fd, name, &data, &size);
	if (err)
		return err;
	err = overlay_parse(ctx, data, size, place, overlay);
	free(data);
	return err;
}

int hwc_overlay_open(struct hwc_ctx *ctx, const char *path, const struct hwc_overlay_place *place,
		     struct hwc_overlay **overlay)
{
	int fd, err;

	fd = hwc_file_open(ctx, path);
	if (fd < 0)
		return fd;
	err = hwc_overlay_read(ctx, fd, path, place, overlay);
	close(fd);
	return err;
}

static void item_free(struct hwc_overlay_item *item)
{
	struct hwc_window *windows = item->windows.data;

	for (size_t i = 0; i < item->windows.count; i++)
		free((char *)windows[i].name);
	free(windows);
	free(item->interrupts.data);
	free(item->compatible);
	free(item->path);
}

static void ref_free(struct hwc_overlay_ref *ref)
{
	free((char *)ref->node);
	free((char *)ref->property);
	free((char *)ref->label);
}

void hwc_overlay_free(struct hwc_overlay *overlay)
{
	if (!overlay)
		return;
	for (size_t i = 0; i < overlay->items.count; i++)
		item_free((struct hwc_overlay_item *)overlay->items.data + i);
	free(overlay->items.data);
	for (size_t i = 0; i < overlay->refs.count; i++)
		ref_free((struct hwc_overlay_ref *)overlay->refs.data + i);
	free(overlay->refs.data);
	hwc_strings_free(&overlay->targets);
	hwc_strings_free(&overlay->refusals);
	free(overlay);
}

int hwc_overlay_check(struct hwc_ctx *ctx, const struct hwc_overlay *overlay)
{
	if (!overlay->refusals.count)
		return 0;
	return hwc_err(ctx, -EINVAL, "%s", hwc_overlay_refusal(overlay, 0));
}

size_t hwc_overlay_size(const struct hwc_overlay *overlay)
{
	return overlay->size;
}

const uint8_t *hwc_overlay_digest(const struct hwc_overlay *overlay)
{
	return overlay->digest;
}

size_t hwc_overlay_targets(const struct hwc_overlay *overlay)
{
	return overlay->targets.count;
}

const char *hwc_overlay_target(const struct hwc_overlay *overlay, size_t i)
{
	return ((char **)overlay->targets.data)[i];
}

size_t hwc_overlay_nodes(const struct hwc_overlay *overlay)
{
	return overlay->items.count;
}

const struct hwc_overlay_node *hwc_overlay_node(const struct hwc_overlay *overlay, size_t i)
{
	return &((const struct hwc_overlay_item *)overlay->items.data)[i].node;
}

size_t hwc_overlay_refs(const struct hwc_overlay *overlay)
{
	return overlay->refs.count;
}

const struct hwc_overlay_ref *hwc_overlay_ref(const struct hwc_overlay *overlay, size_t i)
{
	return (const struct hwc_overlay_ref *)overlay->refs.data + i;
}

size_t hwc_overlay_refusals(const struct hwc_overlay *overlay)
{
	return overlay->refusals.count;
}

const char *hwc_overlay_refusal(const struct hwc_overlay *overlay, size_t i)
{
	return ((char **)overlay->refusals.data)[i];
}
