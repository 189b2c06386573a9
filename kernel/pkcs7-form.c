// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: the form of a signature, before the kernel's own parser sees it.
 *
 * Whoever may claim sends signatures. The kernel's parser takes many forms, reads X.509
 * certificates that come along, trusts what a trusted key has certified, and warns in the
 * log of what it does not like. Here one form is taken, the one that signatures of modules
 * have: DER, detached, one signer, no certificates, no attributes. So who signed is said by
 * the signature alone, and nobody fills the log. For that, its digest and its cipher are among
 * those that the parser knows: it prints the number of every other.
 *
 * Sources: RFC 5652, sections 3 to 5.3; crypto/asymmetric_keys/pkcs7.asn1.
 */
#include <linux/oid_registry.h>
#include <linux/string.h>

#include "signature.h"

enum {
	DER_INTEGER = 0x02,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_KEY_ID = 0x80,	/* [0], primitive */
	DER_0 = 0xa0,		/* [0], constructed, and so on */
	DER_2 = 0xa2,
};

static const u8 hwc_oid_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01 };
static const u8 hwc_oid_signed_data[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02 };

static const char hwc_no_algorithm[] = "has a digest or a cipher that is not known";
static const char hwc_no_pkcs7[] = "is no PKCS#7 signature in DER";

/**
 * struct hwc_der - bytes that elements follow each other in
 * @at: the next element
 * @left: bytes from there
 */
struct hwc_der {
	const u8 *at;
	size_t left;
};

/* Tag of the next element, or 0 behind the last: no element here has that. */
static u8 hwc_der_tag(const struct hwc_der *in)
{
	return in->left ? in->at[0] : 0;
}

/* Lengths of up to two bytes: no signature is longer. Moves @in behind the length. */
static bool hwc_der_length(struct hwc_der *in, size_t *length)
{
	size_t n = in->left > 1 ? in->at[1] : 0x80, i;

	if (n < 0x80) {
		*length = n;
		n = 0;
	} else {
		n -= 0x80;
		if (!n || n > 2 || in->left < 2 + n)
			return false;
		for (i = 0, *length = 0; i < n; i++)
			*length = *length << 8 | in->at[2 + i];
	}
	in->at += 2 + n;
	in->left -= 2 + n;
	return true;
}

/* Take the next element, which has to be a @tag; @body, what is in it, may be NULL. */
static bool hwc_der_take(struct hwc_der *in, u8 tag, struct hwc_der *body)
{
	size_t length;

	if (hwc_der_tag(in) != tag || !hwc_der_length(in, &length) || length > in->left)
		return false;
	if (body)
		*body = (struct hwc_der){ .at = in->at, .left = length };
	in->at += length;
	in->left -= length;
	return true;
}

static bool hwc_der_take_oid(struct hwc_der *in, const u8 *oid, size_t size)
{
	struct hwc_der body;

	return hwc_der_take(in, DER_OID, &body) && body.left == size &&
	       !memcmp(body.at, oid, size);
}

/* A version of one byte, or 0. */
static u8 hwc_der_take_version(struct hwc_der *in)
{
	struct hwc_der body;

	return hwc_der_take(in, DER_INTEGER, &body) && body.left == 1 ? body.at[0] : 0;
}

/* Who has signed: the issuer and the number of his certificate, or his key. */
static bool hwc_pkcs7_take_signer(struct hwc_der *info, u8 version, struct hwc_pkcs7_signer *signer)
{
	struct hwc_der name, issuer = { }, id;

	if (version == 3) {
		if (!hwc_der_take(info, DER_KEY_ID, &id))
			return false;
	} else if (version != 1 || !hwc_der_take(info, DER_SEQUENCE, &name) ||
		   !hwc_der_take(&name, DER_SEQUENCE, &issuer) ||
		   !hwc_der_take(&name, DER_INTEGER, &id) || name.left) {
		return false;
	}
	signer->id = id.at;
	signer->id_size = id.left;
	signer->issuer = issuer.at;
	signer->issuer_size = issuer.left;
	return id.left;
}

/* As pkcs7_sig_note_digest_algo(). */
static bool hwc_oid_is_digest(enum OID oid)
{
	switch (oid) {
	case OID_sha1:
	case OID_sha224:
	case OID_sha256:
	case OID_sha384:
	case OID_sha512:
	case OID_sha3_256:
	case OID_sha3_384:
	case OID_sha3_512:
	case OID_sm3:
	case OID_gost2012Digest256:
	case OID_gost2012Digest512:
		return true;
	default:
		return false;
	}
}

/* As pkcs7_sig_note_pkey_algo(). */
static bool hwc_oid_is_cipher(enum OID oid)
{
	switch (oid) {
	case OID_rsaEncryption:
	case OID_id_ecdsa_with_sha1:
	case OID_id_ecdsa_with_sha224:
	case OID_id_ecdsa_with_sha256:
	case OID_id_ecdsa_with_sha384:
	case OID_id_ecdsa_with_sha512:
	case OID_id_ecdsa_with_sha3_256:
	case OID_id_ecdsa_with_sha3_384:
	case OID_id_ecdsa_with_sha3_512:
	case OID_gost2012PKey256:
	case OID_gost2012PKey512:
		return true;
	default:
		return false;
	}
}

/* Take an AlgorithmIdentifier: NULL, or what is wrong with it. */
static const char *hwc_pkcs7_take_algorithm(struct hwc_der *in, bool (*is_known)(enum OID oid))
{
	struct hwc_der algorithm, oid;

	if (!hwc_der_take(in, DER_SEQUENCE, &algorithm) ||
	    !hwc_der_take(&algorithm, DER_OID, &oid) || !oid.left)
		return hwc_no_pkcs7;
	return is_known(look_up_OID(oid.at, oid.left)) ? NULL : hwc_no_algorithm;
}

/* The digests of all signers: there is one at most. */
static const char *hwc_pkcs7_take_digests(struct hwc_der *data)
{
	const char *why = NULL;
	struct hwc_der digests;

	if (!hwc_der_take(data, DER_SET, &digests))
		return hwc_no_pkcs7;
	if (digests.left)
		why = hwc_pkcs7_take_algorithm(&digests, hwc_oid_is_digest);
	if (!why && digests.left)
		return "has several digests";
	return why;
}

/* NULL, or what is wrong with it. */
static const char *hwc_pkcs7_check_signer_info(struct hwc_der *infos, u8 version,
					       struct hwc_pkcs7_signer *signer)
{
	struct hwc_der info;
	const char *why;

	if (!hwc_der_take(infos, DER_SEQUENCE, &info) || hwc_der_take_version(&info) != version ||
	    !hwc_pkcs7_take_signer(&info, version, signer))
		return hwc_no_pkcs7;
	if (infos->left)
		return "has several signers";
	why = hwc_pkcs7_take_algorithm(&info, hwc_oid_is_digest);
	if (why)
		return why;
	if (hwc_der_tag(&info) == DER_0 || hwc_der_tag(&info) == DER_2)
		return "has attributes: use -noattr";
	why = hwc_pkcs7_take_algorithm(&info, hwc_oid_is_cipher);
	if (why)
		return why;
	if (!hwc_der_take(&info, DER_OCTETS, NULL) || info.left)
		return hwc_no_pkcs7;
	return NULL;
}

/* NULL, or what is wrong with it. */
static const char *hwc_pkcs7_check_signed_data(struct hwc_der *data,
					       struct hwc_pkcs7_signer *signer)
{
	u8 version = hwc_der_take_version(data);
	const char *why = hwc_pkcs7_take_digests(data);
	struct hwc_der content, infos;

	if (why)
		return why;
	if (!hwc_der_take(data, DER_SEQUENCE, &content) ||
	    !hwc_der_take_oid(&content, hwc_oid_data, sizeof(hwc_oid_data)))
		return hwc_no_pkcs7;
	if (content.left)
		return "is not detached";
	if (hwc_der_tag(data) == DER_0 || hwc_der_tag(data) == DER_2)
		return "has certificates: use -nocerts";
	if (!hwc_der_take(data, DER_SET, &infos) || data->left)
		return hwc_no_pkcs7;
	return hwc_pkcs7_check_signer_info(&infos, version, signer);
}

/**
 * hwc_pkcs7_check_form() - look at a signature, and who has made it
 * @data: the signature
 * @size: bytes of it
 * @signer: receives what is said of the signer; points into @data
 *
 * Nothing of it is verified.
 *
 * Return: NULL, or what is wrong with it, to follow "the signature".
 */
const char *hwc_pkcs7_check_form(const u8 *data, size_t size, struct hwc_pkcs7_signer *signer)
{
	struct hwc_der in = { .at = data, .left = size }, info, body, signed_data;

	if (!hwc_der_take(&in, DER_SEQUENCE, &info) || in.left ||
	    !hwc_der_take_oid(&info, hwc_oid_signed_data, sizeof(hwc_oid_signed_data)) ||
	    !hwc_der_take(&info, DER_0, &body) || info.left ||
	    !hwc_der_take(&body, DER_SEQUENCE, &signed_data) || body.left)
		return hwc_no_pkcs7;
	return hwc_pkcs7_check_signed_data(&signed_data, signer);
}
