/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: the files of an image. */
#ifndef HWC_IMAGE_H
#define HWC_IMAGE_H

#include <linux/hwcontainer.h>

struct file;
struct hwc_want;
struct netlink_ext_ack;

/**
 * struct hwc_signer - who has signed a file
 * @size: bytes of @id, 0 for nobody
 * @id: subject key identifier of the key
 */
struct hwc_signer {
	u8 size;
	u8 id[HWCONTAINER_SIGNER_MAX];
};

/**
 * struct hwc_file - one file of a claim's image
 * @file: open file, until it is read
 * @max: most bytes that are taken
 * @wanted: a digest was asked for
 * @want: that digest
 * @must_read: what is loaded already will not do, whatever its digest
 * @signature: PKCS#7 over the bytes, until they are read, or NULL
 * @signature_size: bytes of it
 * @signer: who was found to have signed it
 * @function: what it computes, as lists said of @want: where groups count that, or 0
 * @blob: the bytes, from examine to the end of configure
 */
struct hwc_file {
	struct file *file;
	size_t max;
	bool wanted;
	u8 want[HWCONTAINER_DIGEST_LEN];
	bool must_read;
	void *signature;
	size_t signature_size;
	struct hwc_signer signer;
	unsigned int function;
	struct hwcontainer_blob blob;
};

int hwc_image_init(void);
void hwc_image_exit(void);
int hwc_file_open(struct hwc_file *f, const struct hwc_want *want, enum hwcontainer_slot slot,
		  const struct hwcontainer_kind *kind, struct netlink_ext_ack *extack);
int hwc_file_read(struct hwcontainer_claim *claim, enum hwcontainer_slot slot);
void hwc_file_close(struct hwc_file *f);
const char *hwc_slot_name(enum hwcontainer_slot slot);
int hwc_file_get(int fd, size_t max, const char *what, struct file **file,
		 struct netlink_ext_ack *extack);
int hwc_blob_read(struct file *file, size_t max, struct hwcontainer_blob *blob);

#endif /* HWC_IMAGE_H */
