// SPDX-License-Identifier: LGPL-2.1-or-later
/* Images, checked by the same code that the module has. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../kernel/bitstream.h"
#include "internal.h"

/* More than the largest device takes. */
#define IMAGE_MAX ((size_t)512 << 20)

struct hwc_image {
	struct hwc_bitstream bs;
	size_t size;
	uint8_t digest[HWCONTAINER_DIGEST_LEN];
};

static int image_parse(struct hwc_ctx *ctx, const void *data, size_t size, const char *name,
		       struct hwc_image **image)
{
	char why[HWC_BITSTREAM_WHY];
	struct hwc_image *new;
	int err;

	new = calloc(1, sizeof(*new));
	if (!new)
		return hwc_err_nomem(ctx);
	err = hwc_bitstream_parse(data, size, &new->bs, why, sizeof(why));
	if (err) {
		free(new);
		return hwc_err(ctx, err, "%s: %s", name, why);
	}
	new->size = size;
	hwc_sha256(data, size, new->digest);
	*image = new;
	return 0;
}

int hwc_image_read(struct hwc_ctx *ctx, int fd, const char *name, struct hwc_image **image)
{
	size_t size;
	void *data;
	int err;

	err = hwc_file_read(ctx, fd, name, IMAGE_MAX, &data, &size);
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

int hwc_image_fits(struct hwc_ctx *ctx, const struct hwc_image *image,
		   const struct hwc_resource *res)
{
	const struct hwc_bitstream *bs = &image->bs;
	uint32_t want = res->device_id & HWC_IDCODE_MASK;

	if (!want || !bs->has_idcode || (bs->idcode & HWC_IDCODE_MASK) == want)
		return 0;
	return hwc_err(ctx, -EINVAL, "the image is for IDCODE 0x%08x, %s has 0x%08x", bs->idcode,
		       res->name, res->device_id);
}

enum hwc_image_format hwc_image_format(const struct hwc_image *image)
{
	return image->bs.format == HWC_BITSTREAM_BIT ? HWC_IMAGE_BIT : HWC_IMAGE_BIN;
}

const char *hwc_image_format_name(enum hwc_image_format format)
{
	switch (format) {
	case HWC_IMAGE_BIT:
		return "bit";
	case HWC_IMAGE_BIN:
		return "bin";
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
