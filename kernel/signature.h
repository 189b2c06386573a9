/* SPDX-License-Identifier: GPL-2.0-only */
/* hwcontainer: signatures of images. Sectioned by the file that defines it. */
#ifndef HWC_SIGNATURE_H
#define HWC_SIGNATURE_H

#include "claim.h"
#include "image.h"

/* pkcs7-form.c */

/**
 * struct hwc_pkcs7_signer - who a signature says has made it
 * @id: number of his certificate; without @issuer, his key's identifier
 * @id_size: bytes of it
 * @issuer: name of whoever issued the certificate
 * @issuer_size: bytes of it, or 0
 */
struct hwc_pkcs7_signer {
	const u8 *id;
	size_t id_size;
	const u8 *issuer;
	size_t issuer_size;
};

const char *hwc_pkcs7_check_form(const u8 *data, size_t size, struct hwc_pkcs7_signer *signer);

/* signature.c: the keys that are trusted, and what they have signed */

#if IS_ENABLED(CONFIG_SYSTEM_DATA_VERIFICATION)
int hwc_signature_init(void);
void hwc_signature_exit(void);
int hwc_signature_take(struct hwc_file *f, const void *data, size_t size, const char *what,
		       struct netlink_ext_ack *extack);
int hwc_signature_find_signer(const struct hwc_file *f, struct hwc_signer *signer);
bool hwc_signer_is_trusted(const struct hwc_signer *signer);
int hwc_signature_verify(struct hwcontainer_claim *claim, enum hwcontainer_slot slot,
			 struct hwc_signer *signer);
#else
static inline int hwc_signature_init(void)
{
	return 0;
}

static inline void hwc_signature_exit(void)
{
}

/* Nobody's key is known here, and a signature by such a key counts as none. */
static inline int hwc_signature_take(struct hwc_file *f, const void *data, size_t size,
				     const char *what, struct netlink_ext_ack *extack)
{
	return 0;
}

/* From here on there are no signatures. */
static inline int hwc_signature_find_signer(const struct hwc_file *f, struct hwc_signer *signer)
{
	return -ENOKEY;
}

static inline bool hwc_signer_is_trusted(const struct hwc_signer *signer)
{
	return false;
}

static inline int hwc_signature_verify(struct hwcontainer_claim *claim, enum hwcontainer_slot slot,
				       struct hwc_signer *signer)
{
	return -ENOKEY;
}
#endif

#endif /* HWC_SIGNATURE_H */
