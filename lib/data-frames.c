// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * For which slot an image was made: a bitstream goes where its frames are, and
 * nowhere else, whichever slot its overlay was written for.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>
#include "../kernel/bitstream.h"
#include "array.h"
#include "bus.h"
#include "ctx.h"
#include "data.h"
#include "file.h"
#include "rewrite.h"
#include "root.h"
#include "tree.h"

/* All images together that are read for their frames: more than a shell's folder has. */
#define FRAMES_READ_MAX (1u << 30)

/* frames */

/* Where the frames of an image begin; false where it does not say. */
static int first_frame(struct hwc_search *s, int fd, const char *path, uint32_t *first, bool *known)
{
	char why[HWC_BITSTREAM_WHY];
	struct hwc_bitstream bs;
	size_t size;
	void *data;
	int err;

	err = hwc_file_read(s->ctx, fd, path, HWC_IMAGE_MAX, &data, &size);
	if (err)
		return err;
	s->frames_read += size;
	if (s->frames_read > FRAMES_READ_MAX) {
		free(data);
		return hwc_err(s->ctx, -E2BIG,
			       "%s and the images beside it have more than %u bytes", path,
			       FRAMES_READ_MAX);
	}
	/* what is wrong with it, the module says */
	*known = !hwc_bitstream_parse(data, size, &bs, why, sizeof(why)) && bs.has_frames;
	if (*known)
		*first = bs.far_first;
	free(data);
	return 0;
}

static struct hwc_slot_frames *frames_of(const struct hwc_search *s, int slot)
{
	struct hwc_slot_frames *frames = s->frames.data;

	for (size_t i = 0; i < s->frames.count; i++)
		if ((int)frames[i].slot == slot)
			return &frames[i];
	return NULL;
}

static int add_frames(struct hwc_search *s, const struct hwc_dfx_item *item)
{
	struct hwc_slot_frames *frames = frames_of(s, item->slot);
	uint32_t first = 0;
	bool known = false;
	int fd, err;

	if (item->slot < 0 || !item->image || hwc_ends_in(item->image, ".pdi"))
		return 0;
	err = hwc_root_open(s->ctx, s->rootfd, "image ", item->image, HWC_IMAGE_MAX, &fd);
	if (!err) {
		err = first_frame(s, fd, item->image, &first, &known);
		close(fd);
	}
	if (err || !known)
		return err;
	if (!frames) {
		frames = hwc_array_grow(&s->frames, sizeof(*frames));
		if (!frames)
			return hwc_err_nomem(s->ctx);
		s->frames.count++;
		*frames = (struct hwc_slot_frames){ item->slot, first, first };
	}
	frames->first = first < frames->first ? first : frames->first;
	frames->last = first > frames->last ? first : frames->last;
	return 0;
}

int hwc_search_frames(struct hwc_search *s)
{
	int err = 0;

	if (s->frames_known)
		return 0;
	for (size_t i = 0; s->shell && !err && i < hwc_dfx_items(s->shell); i++)
		if (hwc_dfx_item(s->shell, i)->type == HWC_DFX_ACCEL)
			err = add_frames(s, hwc_dfx_item(s->shell, i));
	s->frames_known = !err;
	return err;
}

/* What the live tree says of the resource. */
static bool live_frames(const struct hwc_search *s, struct hwc_slot_frames *frames)
{
	struct hwc_tree *tree = hwc_tree_open_live(s->ctx, s->tree);
	size_t size = 0;
	void *range = NULL;
	bool found;

	if (tree && *s->resource == '/')
		range = hwc_tree_prop(tree, s->resource, "hwcontainer,frame-range", &size);
	found = range && size == 2 * sizeof(uint32_t);
	if (found)
		*frames = (struct hwc_slot_frames){ 0, hwc_cell(range, 0), hwc_cell(range, 1) };
	free(range);
	hwc_tree_close(tree);
	return found;
}

int hwc_search_fits(struct hwc_search *s, bool *fits)
{
	const struct hwc_slot_frames *known;
	struct hwc_slot_frames live;
	bool says = false;
	uint32_t first = 0;
	int err;

	*fits = false;
	if (s->data->image_fd < 0)
		return 0;
	err = first_frame(s, s->data->image_fd, s->data->image_path, &first, &says);
	if (err || !says)
		return err;
	if (live_frames(s, &live)) {
		known = &live;
	} else {
		err = hwc_search_frames(s);
		known = frames_of(s, hwc_rewrite_slot(s->resource));
	}
	*fits = !err && known && first >= known->first && first <= known->last;
	return err;
}
