// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * From what a request names to what is given to the module: an image and its
 * overlay, or a folder as dfx-mgr has them, in which both are found. Overlays
 * that are not such as a claim brings are rewritten.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "ctx.h"
#include "data.h"
#include "dfx.h"
#include "file.h"
#include "rewrite.h"
#include "root.h"

/* files */

static int keep_path(const struct hwc_search *s, char **field, const char *path)
{
	*field = strdup(path);
	return *field ? 0 : hwc_err_nomem(s->ctx);
}

static int open_image(const struct hwc_search *s, const char *path)
{
	int err =
		hwc_root_open(s->ctx, s->rootfd, "image ", path, HWC_IMAGE_MAX, &s->data->image_fd);

	return err ? err : keep_path(s, &s->data->image_path, path);
}

static int open_overlay(const struct hwc_search *s, const char *path)
{
	int err = hwc_root_open(s->ctx, s->rootfd, "overlay ", path, HWC_OVERLAY_MAX,
				&s->data->overlay_fd);

	return err ? err : keep_path(s, &s->data->overlay_path, path);
}

/* "/boot/a.bit" to "/boot/a.dtbo" */
static char *overlay_beside(const char *image)
{
	const char *name = strrchr(image, '/');
	const char *dot = strrchr(name ? name : image, '.');
	char *path;

	if (asprintf(&path, "%.*s.dtbo", dot ? (int)(dot - image) : (int)strlen(image), image) < 0)
		return NULL;
	return path;
}

static int open_beside(const struct hwc_search *s, const char *image)
{
	char *path = overlay_beside(image);
	int err;

	if (!path)
		return hwc_err_nomem(s->ctx);
	err = open_overlay(s, path);
	free(path);
	return err == -ENOENT ? 0 : err;
}

/* folders */

/* The folder above that has a shell.json, two at most; none is no error. */
static int find_shell(struct hwc_search *s, const char *folder)
{
	char *path = strdup(folder);
	int err = path ? 0 : hwc_err_nomem(s->ctx);

	for (int i = 0; !err && !s->shell && i < 2; i++) {
		char *slash = strrchr(path, '/');

		if (!slash || slash == path)
			break;
		*slash = '\0';
		/* whatever else is there, such as all firmware, is not our matter */
		if (!hwc_dfx_is_app(s->ctx, s->rootfd, path))
			continue;
		err = hwc_dfx_read(s->ctx, s->rootfd, path, &s->shell);
		if (err)
			break;
		s->shell_item = hwc_dfx_items(s->shell) ? hwc_dfx_item(s->shell, 0) : NULL;
		if (s->shell_item && s->shell_item->type == HWC_DFX_SHELL &&
		    !strcmp(s->shell_item->path, path))
			break;
		hwc_dfx_free(s->shell);
		s->shell = NULL;
		s->shell_item = NULL;
	}
	free(path);
	return err;
}

/* Whether an image for another slot goes into this one. */
static int other_fits(struct hwc_search *s, const struct hwc_dfx_item *item, bool *fits)
{
	int err = open_image(s, item->image);

	if (!err)
		err = hwc_search_fits(s, fits);
	if (s->data->image_fd >= 0)
		close(s->data->image_fd);
	s->data->image_fd = -1;
	free(s->data->image_path);
	s->data->image_path = NULL;
	return err;
}

static int refuse_variants(struct hwc_search *s, const struct hwc_dfx *dfx, const char *folder)
{
	const struct hwc_dfx_item *other = hwc_dfx_item(dfx, 0);

	if (other->n_problems)
		return hwc_err(s->ctx, -ENOENT, "%s: %s", other->path, other->problems[0]);
	return hwc_err(
		s->ctx, -ENOENT,
		"%s has no image for %s: that of slot %d is not known to fit, as a bitstream is tied to its frames",
		folder, s->resource, other->slot);
}

/* How well a folder suits a slot; 0: it is another's. */
static int suits(const struct hwc_dfx_item *item, int slot)
{
	return item->slot < 0 ? 1 : item->slot == slot ? 2 : 0;
}

/* The accelerator's folder for the slot that the resource is, or for any; none is no error. */
static int choose_own(struct hwc_search *s, const struct hwc_dfx *dfx, const char *folder,
		      const struct hwc_dfx_item **chosen)
{
	int slot = hwc_rewrite_slot(s->resource), best = 0;

	*chosen = NULL;
	for (size_t i = 0; i < hwc_dfx_items(dfx); i++) {
		const struct hwc_dfx_item *item = hwc_dfx_item(dfx, i);
		int how = suits(item, slot);

		if (!how || how < best)
			continue;
		if (how == best && strcmp((*chosen)->path, folder))
			return hwc_err(
				s->ctx, -EISDIR,
				"%s holds several accelerators; name one of them, such as %s",
				folder, (*chosen)->path);
		if (how > best)
			*chosen = item;
		best = how;
	}
	s->exact = best == 2;
	return 0;
}

/* That, or else one whose frames are the slot's. */
static int choose_variant(struct hwc_search *s, const struct hwc_dfx *dfx, const char *folder,
			  const struct hwc_dfx_item **chosen)
{
	int err = choose_own(s, dfx, folder, chosen);
	bool fits = false;

	for (size_t i = 0; !err && !*chosen && i < hwc_dfx_items(dfx); i++) {
		const struct hwc_dfx_item *item = hwc_dfx_item(dfx, i);

		if (!item->image)
			continue;
		err = other_fits(s, item, &fits);
		if (fits)
			*chosen = item;
	}
	if (!err && !*chosen)
		err = refuse_variants(s, dfx, folder);
	return err;
}

static int choose_item(struct hwc_search *s, const struct hwc_dfx *dfx, const char *folder,
		       const struct hwc_dfx_item **chosen)
{
	const struct hwc_dfx_item *first;

	if (!hwc_dfx_items(dfx))
		return hwc_err(s->ctx, -EISDIR,
			       "image %s is a directory without a shell.json or an accel.json",
			       folder);
	first = hwc_dfx_item(dfx, 0);
	if (first->type == HWC_DFX_ACCEL)
		return choose_variant(s, dfx, folder, chosen);
	if (strcmp(first->path, folder))
		return hwc_err(s->ctx, -EISDIR,
			       "%s holds several applications; name one of them, such as %s",
			       folder, first->path);
	*chosen = first;
	return 0;
}

static int load_item(struct hwc_search *s, const struct hwc_dfx_item *item, const char *overlay)
{
	int err;

	/* an image alone would come without its devices */
	if (!item->image || (!overlay && !item->overlay && item->n_problems))
		return hwc_err(s->ctx, -ENOENT, "%s: %s", item->path,
			       item->n_problems ? item->problems[0] : "has no image");
	err = open_image(s, item->image);
	if (err || (overlay ? !*overlay : !item->overlay))
		return err;
	err = open_overlay(s, overlay ? overlay : item->overlay);
	return err ? err : hwc_search_rewrite(s);
}

static int load_items(struct hwc_search *s, const char *folder, const char *overlay)
{
	const struct hwc_dfx_item *item;
	struct hwc_dfx *dfx;
	int err;

	err = hwc_dfx_read(s->ctx, s->rootfd, folder, &dfx);
	if (err)
		return err;
	if (hwc_dfx_items(dfx) && hwc_dfx_item(dfx, 0)->type == HWC_DFX_SHELL) {
		s->shell = dfx;
		s->shell_is_claimed = true;
	} else {
		err = find_shell(s, folder);
	}
	if (!err)
		err = choose_item(s, dfx, folder, &item);
	if (!err)
		err = load_item(s, item, overlay);
	if (s->shell != dfx)
		hwc_dfx_free(dfx);
	return err;
}

/* Without the slashes at its end, so that paths can be compared. */
static int load_folder(struct hwc_search *s, const char *path, const char *overlay)
{
	char *folder = hwc_dfx_folder(path);
	int err = folder ? load_items(s, folder, overlay) : hwc_err_nomem(s->ctx);

	free(folder);
	return err;
}

/* An overlay that names its image. */
static int load_named(struct hwc_search *s, const char *path)
{
	char *name, *image;
	int err;

	err = hwc_dfx_named(s->ctx, s->rootfd, path, &name);
	if (err)
		return err;
	err = hwc_dfx_firmware(s->ctx, s->rootfd, path, name, &image);
	free(name);
	if (err)
		return err;
	err = open_image(s, image);
	free(image);
	if (!err)
		err = open_overlay(s, path);
	return err ? err : hwc_search_rewrite(s);
}

static int load_files(struct hwc_search *s, const char *image, const char *overlay)
{
	int err = 0;

	if (overlay && *overlay)
		err = open_overlay(s, overlay);
	else if (!overlay && image)
		err = open_beside(s, image);
	return err ? err : hwc_search_rewrite_needed(s);
}

static int load(struct hwc_search *s, const char *image, const char *overlay)
{
	int err;

	if (image && !overlay && hwc_ends_in(image, ".dtbo"))
		return load_named(s, image);
	err = image ? open_image(s, image) : 0;
	if (err == -EISDIR)
		return load_folder(s, image, overlay);
	return err ? err : load_files(s, image, overlay);
}

int hwc_data_load(struct hwc_ctx *ctx, int rootfd, const char *tree, const char *resource,
		  const char *image, const char *overlay, struct hwc_data **data)
{
	struct hwc_search s = { .ctx = ctx, .rootfd = rootfd, .tree = tree, .resource = resource };
	int err;

	s.data = calloc(1, sizeof(*s.data));
	if (!s.data)
		return hwc_err_nomem(ctx);
	s.data->image_fd = -1;
	s.data->overlay_fd = -1;
	err = load(&s, image, overlay);
	hwc_dfx_free(s.shell);
	free(s.devices.data);
	free(s.frames.data);
	if (err) {
		hwc_data_free(s.data);
		return err;
	}
	*data = s.data;
	return 0;
}

int hwc_data_open(struct hwc_ctx *ctx, const struct hwc_data_place *place, const char *resource,
		  const char *image, const char *overlay, struct hwc_data **data)
{
	int fd = hwc_root_folder(ctx, place->root), err;

	if (fd < 0)
		return fd;
	err = hwc_data_load(ctx, fd, place->tree, resource, image, overlay, data);
	close(fd);
	return err;
}

void hwc_data_free(struct hwc_data *data)
{
	if (!data)
		return;
	if (data->image_fd >= 0)
		close(data->image_fd);
	if (data->overlay_fd >= 0)
		close(data->overlay_fd);
	hwc_rewrite_free(data->rewrite);
	free(data->image_path);
	free(data->overlay_path);
	free(data);
}

void hwc_data_take(struct hwc_data *data, int *image_fd, int *overlay_fd)
{
	*image_fd = data->image_fd;
	*overlay_fd = data->overlay_fd;
	data->image_fd = -1;
	data->overlay_fd = -1;
}

int hwc_data_image(const struct hwc_data *data)
{
	return data->image_fd;
}

int hwc_data_overlay(const struct hwc_data *data)
{
	return data->overlay_fd;
}

const char *hwc_data_image_path(const struct hwc_data *data)
{
	return data->image_path;
}

const char *hwc_data_overlay_path(const struct hwc_data *data)
{
	return data->overlay_path;
}

const struct hwc_rewrite *hwc_data_rewrite(const struct hwc_data *data)
{
	return data->rewrite;
}
