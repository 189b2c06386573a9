/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later */
/*
 * Programmable device images (PDI) of Versal: recognise, check, describe.
 *
 * As bitstream.h, built into the module and into libhwcontainer.
 */
#ifndef HWC_PDI_H
#define HWC_PDI_H

#include "bitstream.h"
#include "pdi-layout.h"

/**
 * struct hwc_pdi_image - one of the images in a PDI
 * @name: as its designer called it, or ""
 * @id: node of the device that it configures
 * @uid: identity of what it becomes, or 0
 * @parent_uid: identity of what it becomes a part of, or 0
 * @function_id: which of those that may become a part there, or 0
 * @partitions: how many
 */
struct hwc_pdi_image {
	char name[PDI_IMAGE_NAME_SIZE + 1];
	u32 id;
	u32 uid;
	u32 parent_uid;
	u32 function_id;
	u32 partitions;
};

/**
 * hwc_pdi_is() - whether a file means to be a PDI
 * @buf: the whole file
 * @size: its length in bytes
 *
 * Told by the words in front: SelectMAP bus width, boot header or image header
 * table. A whole one has none of them in common with a bitstream.
 */
bool hwc_pdi_is(const void *buf, size_t size);

/**
 * hwc_pdi_parse() - check a PDI's structure
 * @buf: the whole file
 * @size: its length in bytes
 * @bs: filled on success, untouched otherwise
 * @why: receives one sentence on refusal, naming the field and both values
 * @why_size: room at @why, HWC_BITSTREAM_WHY is enough
 *
 * Checks each header's checksum, counts and offsets, and that the data are
 * there. Trusts nothing in @buf. Does not look into the data, which the device
 * does. Where the headers are encrypted it says so and stops behind their table.
 *
 * Return: 0, or -EBADMSG when this is no well-formed PDI.
 */
int hwc_pdi_parse(const void *buf, size_t size, struct hwc_bitstream *bs,
		  char *why, size_t why_size);

/**
 * hwc_pdi_image() - read one image's header
 * @buf: a file that hwc_pdi_parse() has accepted
 * @pdi: what it has found there
 * @index: below @pdi->images
 * @image: filled
 */
void hwc_pdi_image(const void *buf, const struct hwc_pdi *pdi, u32 index,
		   struct hwc_pdi_image *image);

/**
 * hwc_image_parse() - recognise what a programmable device is configured with
 * @buf: the whole file
 * @size: its length in bytes
 * @bs: filled on success, untouched otherwise; its format says which it is
 * @why: receives one sentence on refusal
 * @why_size: room at @why, HWC_BITSTREAM_WHY is enough
 *
 * Return: as hwc_pdi_parse() for what hwc_pdi_is(), as hwc_bitstream_parse() for
 * all else.
 */
int hwc_image_parse(const void *buf, size_t size, struct hwc_bitstream *bs,
		    char *why, size_t why_size);

#endif
