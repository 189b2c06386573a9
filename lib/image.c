// SPDX-License-Identifier: LGPL-2.1-or-later
/* Images, checked by the same code that the module has. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../kernel/pdi.h"
#include "ctx.h"
#include "digest.h"
#include "file.h"
#include "msg.h"
#include "tree.h"

/**
 * struct hwc_image - an image
 * @bs: what the checker found
 * @size: length of the file
 * @digest: of the file
 * @names: of @entries
 * @entries: what is in a PDI, @bs.pdi.images of them
 */
struct hwc_image {
	struct hwc_bitstream bs;
	size_t size;
	uint8_t digest[HWCONTAINER_DIGEST_LEN];
	char names[PDI_IMAGES_MAX][PDI_IMAGE_NAME_SIZE + 1];
	struct hwc_image_entry entries[PDI_IMAGES_MAX];
};

static void read_entries(struct hwc_image *image, const void *data)
{
	struct hwc_pdi_image from;

	for (u32 i = 0; i < image->bs.pdi.images; i++) {
		hwc_pdi_image(data, &image->bs.pdi, i, &from);
		strcpy(image->names[i], from.name);
		image->entries[i] = (struct hwc_image_entry){
			.name = image->names[i],
			.id = from.id,
			.uid = from.uid,
			.parent_uid = from.parent_uid,
			.function_id = from.function_id,
			.partitions = from.partitions,
		};
	}
}

static int image_parse(struct hwc_ctx *ctx, const void *data, size_t size, const char *name,
		       struct hwc_image **image)
{
	char why[HWC_BITSTREAM_WHY];
	struct hwc_image *new;
	int err;

	new = calloc(1, sizeof(*new));
	if (!new)
		return hwc_err_nomem(ctx);
	err = hwc_image_parse(data, size, &new->bs, why, sizeof(why));
	if (err) {
		free(new);
		return hwc_err(ctx, err, "%s: %s", name, why);
	}
	new->size = size;
	read_entries(new, data);
	hwc_sha256(data, size, new->digest);
	*image = new;
	return 0;
}

int hwc_image_read(struct hwc_ctx *ctx, int fd, const char *name, struct hwc_image **image)
{
	size_t size;
	void *data;
	int err;

	err = hwc_file_read(ctx, fd, name, HWC_IMAGE_MAX, &data, &size);
	if (err)
		return err;
	err = image_parse(ctx, data, size, name, image);
	free(data);
	return err;
}

int hwc_image_open(struct hwc_ctx *ctx, const char *path, struct hwc_image **image)
{
	int fd, err;

	fd = hwc_file_open(ctx, path);
	if (fd < 0)
		return fd;
	err = hwc_image_read(ctx, fd, path, image);
	close(fd);
	return err;
}

void hwc_image_free(struct hwc_image *image)
{
	free(image);
}

/* " (xck26)", or nothing; @text has room for it. */
static const char *device_text(uint32_t idcode, char *text, size_t room)
{
	const char *device = hwc_bitstream_idcode_part(idcode);

	if (device)
		snprintf(text, room, " (%s)", device);
	else
		*text = '\0';
	return text;
}

static int check_device(struct hwc_ctx *ctx, const struct hwc_bitstream *bs,
			const struct hwc_resource *res)
{
	char image[32], device[32];

	if (!res->device_id || !bs->has_idcode ||
	    !((bs->idcode ^ res->device_id) & HWC_IDCODE_MASK))
		return 0;
	return hwc_err(ctx, -EBADMSG, "image is for IDCODE 0x%08x%s, the device of %s has 0x%08x%s",
		       bs->idcode, device_text(bs->idcode, image, sizeof(image)), res->name,
		       res->device_id, device_text(res->device_id, device, sizeof(device)));
}

/* A region inside a region is a part of the device. */
static bool takes_parts(const struct hwc_ctx *ctx, const struct hwc_resource *res)
{
	struct hwc_tree *tree = hwc_tree_open_live(ctx, NULL);
	char *above = strdup(res->name);
	bool nested = false;

	if (tree && above && *above == '/') {
		hwc_path_up(above);
		nested = hwc_tree_compatible(tree, res->name, "fpga-region") &&
			 hwc_tree_compatible(tree, above, "fpga-region");
	}
	free(above);
	hwc_tree_close(tree);
	return nested;
}

int hwc_image_fits(struct hwc_ctx *ctx, const struct hwc_image *image,
		   const struct hwc_resource *res)
{
	int err = check_device(ctx, &image->bs, res);

	if (err)
		return err;
	if (image->bs.pdi.boot)
		return hwc_err(
			ctx, -EBADMSG,
			"image is a boot PDI, which a device starts from; %s takes partial ones",
			res->name);
	if (!image->bs.partial && takes_parts(ctx, res))
		return hwc_err(ctx, -EBADMSG, "image is a full %s, %s takes a partial one",
			       image->bs.format == HWC_BITSTREAM_PDI ? "PDI" : "bitstream",
			       res->name);
	return 0;
}

enum hwc_image_format hwc_image_format(const struct hwc_image *image)
{
	switch (image->bs.format) {
	case HWC_BITSTREAM_BIT:
		return HWC_IMAGE_BIT;
	case HWC_BITSTREAM_PDI:
		return HWC_IMAGE_PDI;
	default:
		return HWC_IMAGE_BIN;
	}
}

const char *hwc_image_format_name(enum hwc_image_format format)
{
	switch (format) {
	case HWC_IMAGE_BIT:
		return "bit";
	case HWC_IMAGE_BIN:
		return "bin";
	case HWC_IMAGE_PDI:
		return "pdi";
	}
	return NULL;
}

size_t hwc_image_size(const struct hwc_image *image)
{
	return image->size;
}

const uint8_t *hwc_image_digest(const struct hwc_image *image)
{
	return image->digest;
}

uint32_t hwc_image_device_id(const struct hwc_image *image)
{
	return image->bs.has_idcode ? image->bs.idcode : 0;
}

const char *hwc_image_device(const struct hwc_image *image)
{
	const char *device = NULL;

	if (image->bs.has_idcode)
		device = hwc_bitstream_idcode_part(image->bs.idcode);
	return device ? device : "";
}

const char *hwc_image_part(const struct hwc_image *image)
{
	return image->bs.part;
}

const char *hwc_image_design(const struct hwc_image *image)
{
	return image->bs.design;
}

const char *hwc_image_date(const struct hwc_image *image)
{
	return image->bs.date;
}

const char *hwc_image_time(const struct hwc_image *image)
{
	return image->bs.time;
}

bool hwc_image_partial(const struct hwc_image *image)
{
	return image->bs.partial;
}

bool hwc_image_encrypted(const struct hwc_image *image)
{
	return image->bs.encrypted;
}

bool hwc_image_swapped(const struct hwc_image *image)
{
	return image->bs.swapped;
}

size_t hwc_image_frames(const struct hwc_image *image)
{
	return (size_t)image->bs.frame_words * sizeof(u32);
}

bool hwc_image_boot(const struct hwc_image *image)
{
	return image->bs.pdi.boot;
}

bool hwc_image_authenticated(const struct hwc_image *image)
{
	return image->bs.pdi.authenticated;
}

uint32_t hwc_image_id(const struct hwc_image *image)
{
	return image->bs.pdi.id;
}

uint32_t hwc_image_parent_id(const struct hwc_image *image)
{
	return image->bs.pdi.parent_id;
}

size_t hwc_image_entries(const struct hwc_image *image)
{
	return image->bs.pdi.images;
}

const struct hwc_image_entry *hwc_image_entry(const struct hwc_image *image, size_t i)
{
	return &image->entries[i];
}
