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
#include <sys/mman.h>
#include <unistd.h>
#include "../kernel/bitstream.h"
#include "internal.h"

/* All images together that are read for their frames: more than a shell's folder has. */
#define FRAMES_READ_MAX (1u << 30)

/* MFD_NOEXEC_SEAL of Linux 6.3, which some hosts insist on */
#define NOEXEC_SEAL 0x8u

struct hwc_data {
	int image_fd;
	int overlay_fd;
	char *image_path;
	char *overlay_path;
	struct hwc_rewrite *rewrite;
};

/**
 * struct search - a request whose files are looked for
 * @ctx: keeps the sentence
 * @rootfd: the container's root
 * @tree: folder with the live tree
 * @resource: name of the resource
 * @data: receives what is found
 * @shell: what the folder of the shell has, or NULL
 * @shell_item: the shell in there, or NULL
 * @shell_is_claimed: it is what the request is for
 * @exact: the image's folder is that of the slot
 * @devices: struct hwc_slot_device, of @shell
 * @frames: struct hwc_slot_frames, of @shell
 * @frames_known: they have been looked for
 * @frames_read: bytes of images that were read for it
 */
struct search {
	struct hwc_ctx *ctx;
	int rootfd;
	const char *tree;
	const char *resource;
	struct hwc_data *data;
	struct hwc_dfx *shell;
	const struct hwc_dfx_item *shell_item;
	bool shell_is_claimed;
	bool exact;
	struct hwc_array devices;
	struct hwc_array frames;
	bool frames_known;
	size_t frames_read;
};

static bool ends_in(const char *name, const char *end)
{
	size_t length = strlen(name), n = strlen(end);

	return length > n && !strcmp(name + length - n, end);
}

/* files */

static int keep_path(const struct search *s, char **field, const char *path)
{
	*field = strdup(path);
	return *field ? 0 : hwc_err_nomem(s->ctx);
}

static int open_image(const struct search *s, const char *path)
{
	int err =
		hwc_root_open(s->ctx, s->rootfd, "image ", path, HWC_IMAGE_MAX, &s->data->image_fd);

	return err ? err : keep_path(s, &s->data->image_path, path);
}

static int open_overlay(const struct search *s, const char *path)
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

static int open_beside(const struct search *s, const char *image)
{
	char *path = overlay_beside(image);
	int err;

	if (!path)
		return hwc_err_nomem(s->ctx);
	err = open_overlay(s, path);
	free(path);
	return err == -ENOENT ? 0 : err;
}

/* The module takes no file that somebody may write to: it is opened once more. */
static int reopen(const struct search *s, int fd)
{
	char path[64];
	int again;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	again = open(path, O_RDONLY | O_CLOEXEC);
	close(fd);
	return again < 0 ? hwc_err(s->ctx, -errno, "%s: %m", path) : again;
}

static int new_memory(void)
{
	static const char name[] = "hwcontainer-overlay";
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create(name, flags) : fd;
}

static bool fill_and_seal(int fd, const char *bytes, size_t size)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL;

	while (size) {
		ssize_t n = write(fd, bytes, size);

		if (n < 0)
			return false;
		bytes += n;
		size -= n;
	}
	return !fcntl(fd, F_ADD_SEALS, seals);
}

/* A file in memory with these bytes; negative errno. */
static int memory_file(const struct search *s, const void *bytes, size_t size)
{
	int fd = new_memory(), err;

	if (fd < 0)
		return hwc_err(s->ctx, -errno, "memfd_create: %m");
	if (!fill_and_seal(fd, bytes, size)) {
		err = hwc_err(s->ctx, -errno, "overlay in memory: %m");
		close(fd);
		return err;
	}
	return reopen(s, fd);
}

/* frames */

/* Where the frames of an image begin; false where it does not say. */
static int first_frame(struct search *s, int fd, const char *path, uint32_t *first, bool *known)
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

static struct hwc_slot_frames *frames_of(const struct search *s, int slot)
{
	struct hwc_slot_frames *frames = s->frames.data;

	for (size_t i = 0; i < s->frames.count; i++)
		if ((int)frames[i].slot == slot)
			return &frames[i];
	return NULL;
}

static int add_frames(struct search *s, const struct hwc_dfx_item *item)
{
	struct hwc_slot_frames *frames = frames_of(s, item->slot);
	uint32_t first = 0;
	bool known = false;
	int fd, err;

	if (item->slot < 0 || !item->image || ends_in(item->image, ".pdi"))
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

/* The frames of slots are those of the images for them that the shell's folder has. */
static int find_frames(struct search *s)
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
static bool live_frames(const struct search *s, struct hwc_slot_frames *frames)
{
	struct hwc_tree *tree = hwc_tree_open(s->tree ? s->tree : HWC_LIVE_TREE);
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

/*
 * Whether the image was made for the frames of the resource, whichever slot its
 * overlay was written for. A bitstream goes where its frames are, and nowhere else.
 */
static int image_fits(struct search *s, bool *fits)
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
		err = find_frames(s);
		known = frames_of(s, hwc_rewrite_slot(s->resource));
	}
	*fits = !err && known && first >= known->first && first <= known->last;
	return err;
}

/* the overlay */

static int read_overlay(const struct search *s, int fd, const char *path, void **fdt, size_t *size)
{
	int err = hwc_file_read(s->ctx, fd, path, HWC_OVERLAY_MAX, fdt, size);

	if (err)
		return err;
	err = hwc_overlay_blob(s->ctx, *fdt, *size);
	if (err) {
		err = hwc_err(s->ctx, err, "%s: %s", path, hwc_ctx_error(s->ctx));
		free(*fdt);
	}
	return err;
}

/* What is rewritten takes the place of the file; without a node there is nothing to bring. */
static int replace_overlay(struct search *s, const void *fdt, size_t size,
			   const struct hwc_plan *plan)
{
	int fd = -1, err;

	err = hwc_rewrite_plan(s->ctx, fdt, size, plan, &s->data->rewrite);
	if (err)
		return hwc_err(s->ctx, err, "%s: %s", s->data->overlay_path, hwc_ctx_error(s->ctx));
	if (!s->data->rewrite->empty) {
		fd = memory_file(s, hwc_rewrite_data(s->data->rewrite),
				 hwc_rewrite_size(s->data->rewrite));
		if (fd < 0)
			return fd;
	}
	close(s->data->overlay_fd);
	s->data->overlay_fd = fd;
	return 0;
}

static int read_shell(const struct search *s, void **fdt, size_t *size)
{
	int fd, err;

	if (!s->shell_item || !s->shell_item->overlay)
		return 0;
	err = hwc_root_open(s->ctx, s->rootfd, "overlay ", s->shell_item->overlay, HWC_OVERLAY_MAX,
			    &fd);
	if (err)
		return err;
	err = read_overlay(s, fd, s->shell_item->overlay, fdt, size);
	close(fd);
	return err;
}

/* Devices of slots, as the accelerators in the shell's folder name them. */
static int find_devices(struct search *s)
{
	for (size_t i = 0; s->shell && i < hwc_dfx_items(s->shell); i++) {
		const struct hwc_dfx_entry *entry = hwc_dfx_entry(s->shell, i);
		char **names = entry->devices.data;

		for (size_t k = 0; entry->item.slot >= 0 && k < entry->devices.count; k++) {
			struct hwc_slot_device *device;

			device = hwc_array_grow(&s->devices, sizeof(*device));
			if (!device)
				return hwc_err_nomem(s->ctx);
			*device = (struct hwc_slot_device){ entry->item.slot, names[k] };
			s->devices.count++;
		}
	}
	return 0;
}

/* What is known of the slots, where the overlay is a shell's or one of its slots'. */
static int make_plan(struct search *s, struct hwc_plan *plan)
{
	int err = find_devices(s);

	/* an image in its own folder is where it belongs, or is not */
	if (!err && !s->exact && hwc_rewrite_slot(s->resource) >= 0)
		err = image_fits(s, &plan->relocate);
	else if (!err && s->shell_is_claimed)
		err = find_frames(s);
	plan->devices = s->devices.data;
	plan->n_devices = s->devices.count;
	plan->frames = s->frames.data;
	plan->n_frames = s->frames.count;
	return err;
}

static int rewrite(struct search *s, const void *fdt, size_t size)
{
	struct hwc_plan plan = { .region = s->resource, .tree = s->tree };
	void *shell = NULL;
	int err;

	err = make_plan(s, &plan);
	if (!err)
		err = read_shell(s, &shell, &plan.shell_size);
	plan.shell = shell;
	if (!err)
		err = replace_overlay(s, fdt, size, &plan);
	free(shell);
	return err;
}

/* An overlay that is one of our own stays the file that it is. */
static int rewrite_if_needed(struct search *s)
{
	const struct hwc_plan plan = {
		.region = s->resource,
		.tree = s->tree,
		.relocate = true,
	};
	size_t size;
	void *fdt;
	int err;

	if (s->data->overlay_fd < 0 || *s->resource != '/')
		return 0;
	err = read_overlay(s, s->data->overlay_fd, s->data->overlay_path, &fdt, &size);
	if (err == -EBADMSG)
		return 0; /* the module says what is wrong with it */
	if (err)
		return err;
	if (hwc_rewrite_needed(s->ctx, fdt, size, &plan))
		err = rewrite(s, fdt, size);
	free(fdt);
	return err;
}

static int rewrite_always(struct search *s)
{
	size_t size;
	void *fdt;
	int err;

	if (*s->resource != '/')
		return hwc_err(
			s->ctx, -EINVAL,
			"%s is an alias: %s can only be had for a resource that is named by its path",
			s->resource, s->data->overlay_path);
	err = read_overlay(s, s->data->overlay_fd, s->data->overlay_path, &fdt, &size);
	if (err)
		return err;
	err = rewrite(s, fdt, size);
	free(fdt);
	return err;
}

/* folders */

/* The folder above that has a shell.json, two at most; none is no error. */
static int find_shell(struct search *s, const char *folder)
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
static int other_fits(struct search *s, const struct hwc_dfx_item *item, bool *fits)
{
	int err = open_image(s, item->image);

	if (!err)
		err = image_fits(s, fits);
	if (s->data->image_fd >= 0)
		close(s->data->image_fd);
	s->data->image_fd = -1;
	free(s->data->image_path);
	s->data->image_path = NULL;
	return err;
}

static int refuse_variants(struct search *s, const struct hwc_dfx *dfx, const char *folder)
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
static int choose_own(struct search *s, const struct hwc_dfx *dfx, const char *folder,
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
static int choose_variant(struct search *s, const struct hwc_dfx *dfx, const char *folder,
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

static int choose_item(struct search *s, const struct hwc_dfx *dfx, const char *folder,
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

static int load_item(struct search *s, const struct hwc_dfx_item *item, const char *overlay)
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
	return err ? err : rewrite_always(s);
}

static int load_items(struct search *s, const char *folder, const char *overlay)
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
static int load_folder(struct search *s, const char *path, const char *overlay)
{
	char *folder = hwc_dfx_folder(path);
	int err = folder ? load_items(s, folder, overlay) : hwc_err_nomem(s->ctx);

	free(folder);
	return err;
}

/* An overlay that names its image. */
static int load_named(struct search *s, const char *path)
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
	return err ? err : rewrite_always(s);
}

static int load_files(struct search *s, const char *image, const char *overlay)
{
	int err = 0;

	if (overlay && *overlay)
		err = open_overlay(s, overlay);
	else if (!overlay && image)
		err = open_beside(s, image);
	return err ? err : rewrite_if_needed(s);
}

static int load(struct search *s, const char *image, const char *overlay)
{
	int err;

	if (image && !overlay && ends_in(image, ".dtbo"))
		return load_named(s, image);
	err = image ? open_image(s, image) : 0;
	if (err == -EISDIR)
		return load_folder(s, image, overlay);
	return err ? err : load_files(s, image, overlay);
}

int hwc_data_load(struct hwc_ctx *ctx, int rootfd, const char *tree, const char *resource,
		  const char *image, const char *overlay, struct hwc_data **data)
{
	struct search s = { .ctx = ctx, .rootfd = rootfd, .tree = tree, .resource = resource };
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
	const char *root = place->root ? place->root : "/";
	int fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), err;

	if (fd < 0)
		return hwc_err(ctx, -errno, "%s: %m", root);
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
