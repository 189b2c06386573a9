// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: what kinds of hardware ask of a claim, and say of it. */
#include <linux/slab.h>

#include "claim.h"
#include "core.h"
#include "image.h"

/**
 * hwcontainer_claim_blob() - a file of the claim's image
 * @claim: a claim
 * @slot: which file
 *
 * Context: examine and configure.
 * Return: the file; its data are NULL when the claim brought none.
 */
const struct hwcontainer_blob *hwcontainer_claim_blob(const struct hwcontainer_claim *claim,
						      enum hwcontainer_slot slot)
{
	return &claim->file[slot].blob;
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_blob);

/**
 * hwcontainer_claim_wants() - digest that was asked for
 * @claim: a claim
 * @slot: of which file
 *
 * What is loaded and has these digests is what the claim asks for.
 *
 * Return: HWCONTAINER_DIGEST_LEN bytes; NULL where no digest was asked for, or the file has to
 * be read in any case, for its signature.
 */
const u8 *hwcontainer_claim_wants(const struct hwcontainer_claim *claim,
				  enum hwcontainer_slot slot)
{
	const struct hwc_file *f = &claim->file[slot];

	return f->wanted && !f->must_read ? f->want : NULL;
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_wants);

/**
 * hwcontainer_claim_brings() - did the request come with a file?
 * @claim: a claim
 * @slot: which file
 *
 * Context: acquire.
 * Return: true when it did.
 */
bool hwcontainer_claim_brings(const struct hwcontainer_claim *claim, enum hwcontainer_slot slot)
{
	return claim->file[slot].file;
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_brings);

/**
 * hwcontainer_claim_id() - number of a claim
 * @claim: a claim
 *
 * Return: its number.
 */
u32 hwcontainer_claim_id(const struct hwcontainer_claim *claim)
{
	return claim->id;
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_id);

/**
 * hwcontainer_claim_flags() - how a claim was asked for
 * @claim: a claim
 *
 * Return: enum hwcontainer_claim_flags, or-ed.
 */
u32 hwcontainer_claim_flags(const struct hwcontainer_claim *claim)
{
	return claim->flags;
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_flags);

/**
 * hwcontainer_claim_container() - container that a claim is for
 * @claim: a claim
 *
 * Return: its id, or NULL.
 */
const char *hwcontainer_claim_container(const struct hwcontainer_claim *claim)
{
	return claim->container;
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_container);

/**
 * hwcontainer_claim_priv() - the backend's memory in a claim
 * @claim: a claim
 *
 * Return: the kind's priv_size bytes, zero at first.
 */
void *hwcontainer_claim_priv(struct hwcontainer_claim *claim)
{
	return claim->priv;
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_priv);

/**
 * hwcontainer_claim_cancelled() - has the claim ended or failed meanwhile?
 * @claim: a claim
 *
 * Whoever waits in a step asks this at least ten times a second.
 *
 * Return: true when the step should give up.
 */
bool hwcontainer_claim_cancelled(const struct hwcontainer_claim *claim)
{
	return READ_ONCE(claim->ending) || READ_ONCE(claim->given_up);
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_cancelled);

/**
 * hwcontainer_claim_stage() - stamp the end of a stage
 * @claim: a claim
 * @stage: what is done
 */
void hwcontainer_claim_stage(struct hwcontainer_claim *claim, enum hwcontainer_stage stage)
{
	WRITE_ONCE(claim->done[stage], max(ktime_get_ns() - claim->start, 1ULL));
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_stage);

/**
 * hwcontainer_claim_refuse() - say why a step cannot be done
 * @claim: a claim
 * @err: -errno
 * @fmt: one sentence without newline; the first one of a claim counts
 *
 * Context: examine, configure, settle. Sleeps.
 * Return: @err.
 */
int hwcontainer_claim_refuse(struct hwcontainer_claim *claim, int err, const char *fmt, ...)
{
	char *message;
	va_list args;

	va_start(args, fmt);
	message = kvasprintf(GFP_KERNEL, fmt, args);
	va_end(args);

	mutex_lock(&hwc_lock);
	if (!claim->message)
		swap(claim->message, message);
	if (!claim->error)
		claim->error = err;
	mutex_unlock(&hwc_lock);
	kfree(message);
	return err;
}
EXPORT_SYMBOL_GPL(hwcontainer_claim_refuse);
