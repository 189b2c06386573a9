// SPDX-License-Identifier: LGPL-2.1-or-later
/* An OCI bundle: whose words its requests are, and whether the host's policy allows them. */
#include <errno.h>
#include <string.h>
#include "annotation.h"
#include "bundle.h"
#include "ctx.h"
#include "digest.h"
#include "keys.h"
#include "policy.h"
#include "vm.h"

/*
 * A converter from image to configuration copies the image's labels to
 * annotations, and tells by these what the image is for (image-spec,
 * conversion.md). Engines that know an operator do neither.
 */
bool hwc_bundle_is_converted(const struct hwc_bundle *bundle)
{
	return hwc_bundle_annotation(bundle, "org.opencontainers.image.os") ||
	       hwc_bundle_annotation(bundle, "org.opencontainers.image.architecture");
}

enum hwc_source hwc_bundle_source(const struct hwc_bundle *bundle, const struct hwc_policy *policy)
{
	if (bundle->from_file || hwc_bundle_is_converted(bundle) || hwc_policy_distrusts(policy))
		return HWC_SOURCE_IMAGE;
	return HWC_SOURCE_OPERATOR;
}

/* What the request says of its image must be so. */
static int pin(struct hwc_bundle *bundle, struct hwc_digest *pinned, const uint8_t *seen)
{
	char wanted[HWC_DIGEST_TEXT_LEN + 1], found[HWC_DIGEST_TEXT_LEN + 1];

	if (!pinned->known) {
		pinned->known = true;
		memcpy(pinned->bytes, seen, sizeof(pinned->bytes));
		return 0;
	}
	if (!memcmp(pinned->bytes, seen, sizeof(pinned->bytes)))
		return 0;
	hwc_digest_text(pinned->bytes, wanted);
	hwc_digest_text(seen, found);
	return hwc_err(bundle->ctx, -EBADMSG, "the image is %s and was asked for as %s", found,
		       wanted);
}

/*
 * Whether every file of a request is allowed by its digest. @texts receives
 * those digests, separated by spaces, as the command that allows them has them.
 */
static int grant_files(struct hwc_bundle *bundle, struct hwc_want *want,
		       const struct hwc_policy *policy, char *texts)
{
	struct hwc_digest *const pins[] = { &want->digest, &want->overlay_digest };
	const char *const names[] = { want->image, want->overlay };
	const int fds[] = { want->image_fd, want->overlay_fd };
	bool granted = want->image_fd >= 0;
	uint8_t seen[HWCONTAINER_DIGEST_LEN];
	size_t i;
	int err;

	for (i = 0; i < HWC_ARRAY_SIZE(fds); i++) {
		if (fds[i] < 0)
			continue;
		err = hwc_digest_file(bundle->ctx, fds[i], names[i], seen);
		if (!err)
			err = pin(bundle, pins[i], seen);
		if (err)
			return err;
		if (i && want->image_fd >= 0)
			*texts++ = ' ';
		hwc_digest_text(seen, texts);
		granted = granted && hwc_policy_allows(policy, HWC_RULE_DIGEST, texts);
		texts += HWC_DIGEST_TEXT_LEN;
	}
	return granted ? 0 : -EPERM;
}

static int refuse(struct hwc_bundle *bundle, const struct hwc_want *want, const char *name,
		  const char *texts)
{
	const char *with = want->image ? " with " : "";
	const char *command = *texts ? "digest " : name ? "name " : "all";

	return hwc_err(bundle->ctx, -EPERM,
		       "the image asks for %s%s%s and this host does not allow it; "
		       "hwctl policy allow %s%s does",
		       want->resource, with, hwc_text(want->image), command,
		       *texts ? texts : hwc_text(name));
}

static bool has_operator(const struct hwc_bundle *bundle, const struct hwc_policy *policy)
{
	return !hwc_bundle_is_converted(bundle) && !hwc_policy_distrusts(policy);
}

/* A group says how much there is to be had; an image could say how much it wants. */
static int check_group(struct hwc_bundle *bundle, const struct hwc_policy *policy)
{
	if (!bundle->wants.group || has_operator(bundle, policy))
		return 0;
	return hwc_err(bundle->ctx, -EPERM,
		       "%s: " HWC_KEY_GROUP
		       " is for the operator to say, and these annotations are the image's",
		       bundle->path);
}

/* Kata names kernels by their paths on the host, where an image is to open nothing. */
static int check_host_files(struct hwc_bundle *bundle, const struct hwc_policy *policy)
{
	if (!bundle->machine.kata || has_operator(bundle, policy))
		return 0;
	return hwc_err(bundle->ctx, -EPERM,
		       "%s: %s names a file of the host, and these annotations are the image's",
		       bundle->path, bundle->machine.vm.kernel.key);
}

/*
 * The host's kernel that a secure container has starts programs and opens files as it
 * is told, with rights that the container's process does not have.
 */
static int check_orders(struct hwc_bundle *bundle, const struct hwc_policy *policy)
{
	const struct hwc_machine *m = &bundle->machine;
	const char *key = m->image_key;

	if (!m->asked || !m->vm.secure)
		return 0;
	if (!key && !has_operator(bundle, policy))
		key = m->cmdline_key ? m->cmdline_key : m->vm.dtb.host ? NULL : m->vm.dtb.key;
	if (!key)
		return 0;
	return hwc_err(bundle->ctx, -EPERM,
		       "%s: %s is the image's and it has no kernel: what the host's kernel is told "
		       "is for the operator to say",
		       m->image_key ? HWC_REQUESTS_PATH : bundle->path, key);
}

/*
 * A guest with hardware has registers, and no driver of the host's before them: what
 * was allowed by its digest is the hardware and who drives it.
 */
static int grant_vm(struct hwc_bundle *bundle, const struct hwc_policy *policy)
{
	const struct hwc_vm *vm = hwc_bundle_vm(bundle);
	const struct hwc_vm_file *files[] = { &vm->kernel, &vm->ramdisk, &vm->dtb };
	char texts[HWC_ARRAY_SIZE(files) * (HWC_DIGEST_TEXT_LEN + 1)] = "", *at = texts;
	const char *path = NULL;
	bool granted = true;
	int err = hwc_bundle_pin_vm(bundle);

	for (size_t i = 0; !err && i < HWC_ARRAY_SIZE(files); i++) {
		if (!files[i]->digest)
			continue;
		if (path)
			*at++ = ' ';
		else
			path = files[i]->path;
		hwc_digest_text(files[i]->digest, at);
		granted = granted && hwc_policy_allows(policy, HWC_RULE_DIGEST, at);
		at += HWC_DIGEST_TEXT_LEN;
	}
	if (err || granted)
		return err;
	return hwc_err(bundle->ctx, -EPERM,
		       "the image asks for a virtual machine with %s that gets hardware and this "
		       "host does not allow it; hwctl policy allow digest %s does",
		       path, texts);
}

static int grant_files_of_all(struct hwc_bundle *bundle, const struct hwc_policy *policy,
			      const char *name)
{
	char texts[2 * (HWC_DIGEST_TEXT_LEN + 1)];
	int err;

	for (size_t i = 0; i < bundle->wants.count; i++) {
		texts[0] = '\0';
		err = grant_files(bundle, &bundle->wants.items[i], policy, texts);
		if (err == -EPERM)
			return refuse(bundle, &bundle->wants.items[i], name, texts);
		if (err)
			return err;
	}
	return 0;
}

/* By claims, or by what the configuration's vm object names beside them. */
static bool gets_hardware(const struct hwc_bundle *bundle)
{
	const struct hwc_vm *vm = hwc_bundle_vm(bundle);

	return bundle->wants.count || (vm && (vm->n_iomems || vm->n_irqs || vm->n_dtdevs));
}

/*
 * Who asks for hardware does not hand it to a kernel that the image brings: that is
 * for the policy, too.
 */
static int grant(struct hwc_bundle *bundle, const struct hwc_policy *policy)
{
	const bool operators = hwc_bundle_source(bundle, policy) == HWC_SOURCE_OPERATOR;
	const char *name = NULL;
	int err = 0;

	if (!gets_hardware(bundle) || (operators && !bundle->machine.of_image) ||
	    hwc_policy_allows(policy, HWC_RULE_ALL, NULL))
		return 0;
	/* a converted image could give itself any name */
	if (!hwc_bundle_is_converted(bundle))
		name = hwc_bundle_engine_says(bundle, "io.kubernetes.cri.image-name",
					      "io.kubernetes.cri-o.ImageName");
	if (name && hwc_policy_allows(policy, HWC_RULE_NAME, name))
		return 0;
	if (!operators)
		err = grant_files_of_all(bundle, policy, name);
	return err || !hwc_bundle_vm(bundle) ? err : grant_vm(bundle, policy);
}

int hwc_bundle_grant(struct hwc_bundle *bundle, const struct hwc_policy *policy)
{
	int err = check_group(bundle, policy);

	if (!err)
		err = check_host_files(bundle, policy);
	if (!err)
		err = check_orders(bundle, policy);
	if (!err)
		err = grant(bundle, policy);
	bundle->granted = !err;
	return err;
}
