// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: the files of an image, from a descriptor to bytes in memory.
 *
 * In the request only what needs no waiting is looked at; the file is read in a
 * workqueue, for a disk is slow and a FUSE server may never answer.
 */
#include <crypto/hash.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/vmalloc.h>

#include "claim.h"
#include "core.h"
#include "grant.h"
#include "group.h"
#include "image-list.h"
#include "image.h"
#include "signature.h"

static struct crypto_shash *hwc_sha256;

static const char *const hwc_slot_names[HWCONTAINER_SLOTS] = {
	[HWCONTAINER_IMAGE] = "image",
	[HWCONTAINER_OVERLAY] = "overlay",
};

const char *hwc_slot_name(enum hwcontainer_slot slot)
{
	return hwc_slot_names[slot];
}

static int hwc_file_fits(struct file *file, size_t max, const char *what,
			 struct netlink_ext_ack *extack)
{
	loff_t size = i_size_read(file_inode(file));

	if (!S_ISREG(file_inode(file)->i_mode))
		return hwc_refuse(extack, -EINVAL, "the %s is not a regular file", what);
	if (!(file->f_mode & FMODE_READ))
		return hwc_refuse(extack, -EBADF, "the %s is not open for reading", what);
	if (!size)
		return hwc_refuse(extack, -ENODATA, "the %s is empty", what);
	if (size > max)
		return hwc_refuse(extack, -EFBIG, "the %s has %lld bytes, at most %zu are taken",
				  what, size, max);
	if (inode_is_open_for_write(file_inode(file)))
		return hwc_refuse(extack, -ETXTBSY, "the %s is open for writing", what);
	return 0;
}

static int hwc_file_take_signature(struct hwc_file *f, const struct hwc_want *want,
				   enum hwcontainer_slot slot, struct netlink_ext_ack *extack)
{
	const char *what = hwc_slot_names[slot];

	if (!want->signature[slot])
		return 0;
	if (want->fd[slot] < 0)
		return hwc_refuse(extack, -EINVAL, "there is a signature of the %s, but no %s",
				  what, what);
	return hwc_signature_take(f, want->signature[slot], want->signature_size[slot], what,
				  extack);
}

/**
 * hwc_file_get() - take a file of the caller
 * @fd: its number there
 * @max: most bytes that are taken
 * @what: what it is
 * @file: receives the file
 * @extack: receives the sentence
 *
 * Return: 0 or -errno.
 */
int hwc_file_get(int fd, size_t max, const char *what, struct file **file,
		 struct netlink_ext_ack *extack)
{
	struct file *got = fget(fd);
	int ret;

	if (!got)
		return hwc_refuse(extack, -EBADF, "%s: %d is no open file descriptor", what, fd);
	ret = hwc_file_fits(got, max, what, extack);
	if (ret)
		fput(got);
	else
		*file = got;
	return ret;
}

/**
 * hwc_file_open() - take a file that a request names
 * @f: zeroed; receives the file, the digest it must have and its signature
 * @want: the request
 * @slot: which of its files
 * @kind: says what is taken
 * @extack: receives the sentence
 *
 * Return: 0 or -errno.
 */
int hwc_file_open(struct hwc_file *f, const struct hwc_want *want, enum hwcontainer_slot slot,
		  const struct hwcontainer_kind *kind, struct netlink_ext_ack *extack)
{
	const char *what = hwc_slot_names[slot];
	int fd = want->fd[slot];
	int ret = hwc_file_take_signature(f, want, slot, extack);

	if (ret)
		return ret;
	if (want->digest[slot]) {
		f->wanted = true;
		memcpy(f->want, want->digest[slot], sizeof(f->want));
	}
	if (fd < 0) {
		if (kind->blob_required[slot] && !f->wanted)
			return hwc_refuse(extack, -EINVAL, "a resource of kind %s needs an %s",
					  kind->name, what);
		return 0;
	}
	f->max = kind->blob_max[slot];
	if (!f->max)
		return hwc_refuse(extack, -EINVAL, "a resource of kind %s takes no %s",
				  kind->name, what);
	return hwc_file_get(fd, f->max, what, &f->file, extack);
}

/* Drop whatever there is of the file; its digest and its signer stay. */
void hwc_file_close(struct hwc_file *f)
{
	if (f->file)
		fput(f->file);
	f->file = NULL;
	kfree(f->signature);
	f->signature = NULL;
	vfree(f->blob.data);
	f->blob.data = NULL;
	f->blob.size = 0;
}

/* Bytes between two looks at whether somebody else wants the processor. */
#define HWC_DIGEST_STEP SZ_1M

static int hwc_sha256_digest(const struct hwcontainer_claim *claim, const void *data, size_t size,
			     u8 *digest)
{
	SHASH_DESC_ON_STACK(desc, hwc_sha256);
	size_t step;
	int ret;

	desc->tfm = hwc_sha256;
	ret = crypto_shash_init(desc);
	for (; size && !ret; size -= step, data += step) {
		if (claim && hwcontainer_claim_cancelled(claim))
			return -ECANCELED;
		step = min_t(size_t, size, HWC_DIGEST_STEP);
		ret = crypto_shash_update(desc, data, step);
		cond_resched();
	}
	return ret ?: crypto_shash_final(desc, digest);
}

/*
 * Groups look at digests; a claim outside of all of them needs none, unless there is a list
 * anywhere: it may be handed over to where that counts. It is charged as long as its files
 * are read. Whose image is known has a known overlay, too: without one, it would be taken for
 * an image that has come without an overlay.
 */
static bool hwc_file_needs_digest(const struct hwcontainer_claim *claim,
				  enum hwcontainer_slot slot)
{
	bool ret = !claim->admin || claim->file[slot].wanted ||
		   claim->file[HWCONTAINER_IMAGE].blob.has_digest ||
		   claim->flags & HWCONTAINER_CLAIM_FLAGS_KEEP;

	mutex_lock(&hwc_lock);
	ret |= claim->charge.group != &hwc_root || hwc_image_lists;
	mutex_unlock(&hwc_lock);
	return ret;
}

static int hwc_file_digest(struct hwcontainer_claim *claim, enum hwcontainer_slot slot)
{
	struct hwc_file *f = &claim->file[slot];
	u8 digest[HWCONTAINER_DIGEST_LEN];
	int ret;

	if (!hwc_file_needs_digest(claim, slot))
		return 0;
	ret = hwc_sha256_digest(claim, f->blob.data, f->blob.size, digest);
	if (ret)
		return hwcontainer_claim_refuse(claim, ret, "the kernel cannot compute SHA-256");
	mutex_lock(&hwc_lock);
	memcpy(f->blob.digest, digest, sizeof(digest));
	f->blob.has_digest = true;
	mutex_unlock(&hwc_lock);
	if (f->wanted && memcmp(f->want, f->blob.digest, sizeof(f->want)))
		return hwcontainer_claim_refuse(claim, -EBADMSG,
						"the digest of the %s is %*phN, asked for was %*phN",
						hwc_slot_names[slot], (int)sizeof(f->want),
						f->blob.digest, (int)sizeof(f->want), f->want);
	return 0;
}

static int hwc_file_refuse_unlisted(struct hwcontainer_claim *claim, enum hwcontainer_slot slot,
				    const char *group, int err)
{
	const struct hwc_file *f = &claim->file[slot];
	const char *says = hwc_group_bar_name(err), *what = hwc_slot_names[slot];
	int len = sizeof(f->blob.digest);

	if (f->signer.size)
		return hwcontainer_claim_refuse(claim, err,
						"group %s %s the %s sha256:%*phN of signer:%*phN",
						group, says, what, len, f->blob.digest,
						f->signer.size, f->signer.id);
	if (f->signature && err == -EPERM)
		return hwcontainer_claim_refuse(claim, -ENOKEY,
			"group %s %s the %s sha256:%*phN, and its signer is not in keyring .hwcontainer",
			group, says, what, len, f->blob.digest);
	return hwcontainer_claim_refuse(claim, err, "group %s %s the %s sha256:%*phN", group, says,
					what, len, f->blob.digest);
}

/* Counts it as what lists say it computes; @why tells of a limit. */
static int hwc_file_count_function_locked(struct hwcontainer_claim *claim,
					  enum hwcontainer_slot slot,
					  const struct hwc_image *image,
					  struct netlink_ext_ack *why)
{
	if (slot != HWCONTAINER_IMAGE)
		return 0;
	return hwc_claim_set_function_locked(claim,
					     hwc_group_function_locked(claim->charge.group, image),
					     why);
}

/*
 * What was read is what is loaded, and what groups look at. From here on the claim is found
 * by who revokes the image or its signer, with the same lock.
 */
static int hwc_file_check_listed(struct hwcontainer_claim *claim, enum hwcontainer_slot slot,
				 const struct hwc_signer *signer)
{
	struct hwc_file *f = &claim->file[slot];
	struct netlink_ext_ack why = {};
	const struct hwc_group *bar;
	struct hwc_image image;
	char name[64] = "";
	int ret = -ECANCELED;

	mutex_lock(&hwc_lock);
	f->signer = *signer;
	if (claim->res && claim->charge.group) {
		image = hwc_image_of(claim, slot);
		ret = hwc_group_check_image_locked(claim->charge.group, claim->admin, &image, &bar);
		if (ret) {
			hwc_group_deny_locked(claim->charge.group, claim->domain,
					      claim->res->kind->name);
			strscpy(name, bar->name);
		} else {
			ret = hwc_file_count_function_locked(claim, slot, &image, &why);
		}
	}
	mutex_unlock(&hwc_lock);
	if (!ret || ret == -ECANCELED)
		return ret;
	if (why._msg)
		return hwcontainer_claim_refuse(claim, ret, "%s", why._msg);
	return hwc_file_refuse_unlisted(claim, slot, name, ret);
}

static int hwc_file_check(struct hwcontainer_claim *claim, enum hwcontainer_slot slot)
{
	struct hwc_signer signer = { };
	int ret = hwc_file_digest(claim, slot);

	if (!ret && claim->file[slot].signature)
		ret = hwc_signature_verify(claim, slot, &signer);
	if (ret == -ENOKEY)
		ret = 0;
	return ret ?: hwc_file_check_listed(claim, slot, &signer);
}

/**
 * hwc_file_read() - bring a file of the image into memory
 * @claim: a claim
 * @slot: which file
 *
 * No size is asked of kernel_read_file(), for then it would not keep to the
 * limit.
 *
 * Context: workqueue, sleeps.
 * Return: 0 or -errno, with the claim's message set.
 */
int hwc_file_read(struct hwcontainer_claim *claim, enum hwcontainer_slot slot)
{
	const char *what = hwc_slot_names[slot];
	struct hwc_file *f = &claim->file[slot];
	void *data = NULL;
	ssize_t size;

	if (!f->file) {
		if (f->wanted)
			return hwcontainer_claim_refuse(claim, -ENOENT,
							"no %s with the digest %*phN is loaded",
							what, (int)sizeof(f->want), f->want);
		return 0;
	}
	size = kernel_read_file(f->file, 0, &data, f->max, NULL, READING_FIRMWARE);
	fput(f->file);
	f->file = NULL;
	if (size == -ETXTBSY)
		return hwcontainer_claim_refuse(claim, size, "the %s is open for writing", what);
	if (size < 0)
		return hwcontainer_claim_refuse(claim, size, "the %s cannot be read (error %zd)",
						what, -size);
	f->blob.data = data;
	f->blob.size = size;
	return hwc_file_check(claim, slot);
}

/**
 * hwc_blob_read() - bring a file that is no claim's into memory, with its digest
 * @file: the file
 * @max: most bytes that are taken
 * @blob: receives them, to be freed by vfree()
 *
 * Context: workqueue, sleeps.
 * Return: 0 or -errno.
 */
int hwc_blob_read(struct file *file, size_t max, struct hwcontainer_blob *blob)
{
	void *data = NULL;
	ssize_t size = kernel_read_file(file, 0, &data, max, NULL, READING_FIRMWARE);
	int ret;

	if (size < 0)
		return size;
	ret = hwc_sha256_digest(NULL, data, size, blob->digest);
	if (ret) {
		vfree(data);
		return ret;
	}
	blob->data = data;
	blob->size = size;
	blob->has_digest = true;
	return 0;
}

int hwc_image_init(void)
{
	hwc_sha256 = crypto_alloc_shash("sha256", 0, 0);
	return PTR_ERR_OR_ZERO(hwc_sha256);
}

void hwc_image_exit(void)
{
	crypto_free_shash(hwc_sha256);
}
