// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: the keys that are trusted, and what they have signed.
 *
 * The keyring ".hwcontainer" has the certificates of who may sign images, added with
 * add_key() by the host's administrators. It is made as fs-verity makes its own
 * (fs/verity/signature.c), but for one thing: there the user id 0 is enough, which the
 * root of a container without a user namespace has, too.
 */
#include <keys/asymmetric-type.h>
#include <linux/cred.h>
#include <linux/key.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/verification.h>

#include "claim.h"
#include "core.h"
#include "domain.h"
#include "image.h"
#include "signature.h"

static struct key *hwc_keyring;

static bool hwc_lock_keys;

/* There is no way back but to load the module again, which forgets the keys. */
static int hwc_lock_keys_set(const char *text, const struct kernel_param *param)
{
	bool lock;
	int ret = kstrtobool(text, &lock);

	if (ret)
		return ret;
	if (!lock && READ_ONCE(hwc_lock_keys))
		return -EPERM;
	WRITE_ONCE(hwc_lock_keys, lock);
	return 0;
}

static const struct kernel_param_ops hwc_lock_keys_ops = {
	.set = hwc_lock_keys_set,
	.get = param_get_bool,
};

module_param_cb(lock_keys, &hwc_lock_keys_ops, &hwc_lock_keys, 0644);
MODULE_PARM_DESC(lock_keys, "no key comes to keyring .hwcontainer any more (n; y stays)");

/* Called with the keyring locked, by whoever adds a key or links one. */
static int hwc_keyring_check(struct key *keyring, const struct key_type *type,
			     const union key_payload *payload, struct key *unused)
{
	if (type != &key_type_asymmetric)
		return -EOPNOTSUPP;
	if (READ_ONCE(hwc_lock_keys) || !hwc_domain_current_is_admin())
		return -EPERM;
	return 0;
}

static struct key *hwc_keyring_alloc(const char *name, struct key_restriction *restriction)
{
	return keyring_alloc(name, GLOBAL_ROOT_UID, GLOBAL_ROOT_GID, current_cred(),
			     KEY_POS_SEARCH | KEY_USR_VIEW | KEY_USR_READ | KEY_USR_WRITE |
			     KEY_USR_SEARCH | KEY_USR_SETATTR,
			     KEY_ALLOC_NOT_IN_QUOTA, restriction, NULL);
}

int hwc_signature_init(void)
{
	struct key_restriction *restriction = kzalloc(sizeof(*restriction), GFP_KERNEL);

	if (!restriction)
		return -ENOMEM;
	restriction->check = hwc_keyring_check;
	hwc_keyring = hwc_keyring_alloc(".hwcontainer", restriction);
	if (!IS_ERR(hwc_keyring))
		return 0;
	kfree(restriction);
	return PTR_ERR(hwc_keyring);
}

/* Somebody may still have the keyring, and be about to link to it: that calls nothing here. */
void hwc_signature_exit(void)
{
	down_write(&hwc_keyring->sem);
	hwc_keyring->restrict_link->check = NULL;
	up_write(&hwc_keyring->sem);
	key_revoke(hwc_keyring);
	key_put(hwc_keyring);
}

/**
 * hwc_signature_take() - take the signature that comes with a file
 * @f: receives a copy
 * @data: the signature
 * @size: bytes of it
 * @what: name of the file
 * @extack: receives the sentence
 *
 * Its form is looked at here, what it signs when the file is read.
 *
 * Return: 0 or -errno.
 */
int hwc_signature_take(struct hwc_file *f, const void *data, size_t size, const char *what,
		       struct netlink_ext_ack *extack)
{
	struct hwc_pkcs7_signer unused;
	const char *why;

	if (size > HWCONTAINER_SIGNATURE_MAX)
		return hwc_refuse(extack, -EFBIG,
				  "the signature of the %s has %zu bytes, %u are the most", what,
				  size, HWCONTAINER_SIGNATURE_MAX);
	why = hwc_pkcs7_check_form(data, size, &unused);
	if (why)
		return hwc_refuse(extack, -EBADMSG, "the signature of the %s %s", what, why);
	f->signature = kmemdup(data, size, GFP_KERNEL);
	if (!f->signature)
		return hwc_refuse(extack, -ENOMEM, "out of memory");
	f->signature_size = size;
	return 0;
}

static struct key *hwc_key_find(const void *id, size_t id_size, const void *issuer,
				size_t issuer_size)
{
	struct asymmetric_key_id *kid;
	struct key *key;

	kid = asymmetric_key_generate_id(id, id_size, issuer, issuer_size);
	if (IS_ERR(kid))
		return ERR_CAST(kid);
	key = find_asymmetric_key(hwc_keyring, kid, NULL, NULL, false);
	kfree(kid);
	return key;
}

/**
 * hwc_signer_is_trusted() - is a signer's key in the keyring, and valid?
 * @signer: the signer
 *
 * Return: true when it is.
 */
bool hwc_signer_is_trusted(const struct hwc_signer *signer)
{
	struct key *key = hwc_key_find(signer->id, signer->size, NULL, 0);

	if (IS_ERR(key))
		return false;
	key_put(key);
	return true;
}

/* The key that a signature says it was made with. Lists call it what X.509 does. */
static struct key *hwc_signature_find_key(const struct hwc_file *f, struct hwc_signer *signer)
{
	const struct asymmetric_key_id *id;
	struct hwc_pkcs7_signer by;
	struct key *key;

	if (WARN_ON_ONCE(hwc_pkcs7_check_form(f->signature, f->signature_size, &by)))
		return ERR_PTR(-EBADMSG);
	key = hwc_key_find(by.id, by.id_size, by.issuer, by.issuer_size);
	if (IS_ERR(key))
		return key;
	id = asymmetric_key_ids(key)->id[1];
	if (!id || !id->len || id->len > sizeof(signer->id)) {
		key_put(key);
		return ERR_PTR(-ENOKEY);
	}
	signer->size = id->len;
	memcpy(signer->id, id->data, id->len);
	return key;
}

/**
 * hwc_signature_find_signer() - who a signature says has made it
 * @f: a file with a signature, which is not verified
 * @signer: receives who it is
 *
 * Return: 0; -ENOKEY when the key is not in the keyring, or has no subject key identifier;
 * -EKEYREVOKED; -EKEYEXPIRED; -ENOMEM.
 */
int hwc_signature_find_signer(const struct hwc_file *f, struct hwc_signer *signer)
{
	struct key *key = hwc_signature_find_key(f, signer);

	if (IS_ERR(key))
		return PTR_ERR(key);
	key_put(key);
	return 0;
}

static int hwc_signature_refuse(struct hwcontainer_claim *claim, const char *what, int err)
{
	switch (err) {
	case -EKEYREVOKED:
		return hwcontainer_claim_refuse(claim, err,
						"the key that signed the %s is revoked", what);
	case -EKEYEXPIRED:
		return hwcontainer_claim_refuse(claim, err,
						"the key that signed the %s has expired", what);
	case -EKEYREJECTED:
		return hwcontainer_claim_refuse(claim, err,
						"the signature is not one of this %s", what);
	case -ENOPKG:
		return hwcontainer_claim_refuse(claim, err,
			"the kernel lacks the cipher of the %s's signature", what);
	case -ENOMEM:
		return hwcontainer_claim_refuse(claim, err, "out of memory");
	default:
		return hwcontainer_claim_refuse(claim, err,
			"the signature of the %s cannot be checked (error %d)", what, -err);
	}
}

/* Against a keyring that has this key only, whatever happens to the other meanwhile. */
static int hwc_signature_verify_with(struct key *key, const struct hwc_file *f)
{
	struct key *keyring = hwc_keyring_alloc(".hwcontainer-signer", NULL);
	int ret;

	if (IS_ERR(keyring))
		return PTR_ERR(keyring);
	ret = key_link(keyring, key) ?:
	      verify_pkcs7_signature(f->blob.data, f->blob.size, f->signature, f->signature_size,
				     keyring, VERIFYING_UNSPECIFIED_SIGNATURE, NULL, NULL);
	key_put(keyring);
	return ret;
}

/**
 * hwc_signature_verify() - verify the signature of a file
 * @claim: a claim
 * @slot: which of its files; read, and with a signature
 * @signer: receives who has signed it
 *
 * The kernel does not ask whether a certificate is still valid by its dates: a key ends when
 * it is revoked, is taken from the keyring or has reached the time that keyctl gave it.
 *
 * Context: workqueue, sleeps.
 * Return: 0; -ENOKEY when the key is not known, so that the file is as one that nobody has
 * signed; another -errno with the claim's message set.
 */
int hwc_signature_verify(struct hwcontainer_claim *claim, enum hwcontainer_slot slot,
			 struct hwc_signer *signer)
{
	const struct hwc_file *f = &claim->file[slot];
	struct key *key = hwc_signature_find_key(f, signer);
	int ret = PTR_ERR_OR_ZERO(key);

	if (ret == -ENOKEY)
		return ret;
	if (!ret) {
		ret = hwc_signature_verify_with(key, f);
		key_put(key);
		/* It was there: what is unknown now is something else. */
		if (ret == -ENOKEY)
			ret = -EKEYREJECTED;
	}
	return ret ? hwc_signature_refuse(claim, hwc_slot_name(slot), ret) : 0;
}
