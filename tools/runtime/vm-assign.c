// SPDX-License-Identifier: GPL-2.0-or-later
/* What a virtual machine is given of this one, and the device tree that tells it so. */
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "vm.h"

/* Read once: what is checked is what is used. */
int vm_assign_check(struct vm *vm)
{
	struct stat st;
	int err;

	if (vm->files.dtb < 0)
		return 0;
	if (fstat(vm->files.dtb, &st))
		return log_errno(&vm->s->command, vm->asked->dtb.path);
	vm->dtb_size = st.st_size;
	err = vm_read(vm, vm->asked->dtb.path, vm->files.dtb, vm->dtb_size, &vm->dtb);
	return err ? err :
		     claims_report(vm->s->claims,
				   hwc_partial_check(vm->s->claims->ctx, vm->dtb, vm->dtb_size));
}

static int get_claims(const struct claims *claims, struct hwc_claim **claim)
{
	int err = 0;

	for (size_t i = 0; !err && i < claims->count; i++) {
		err = holding_watch(claims, i);
		if (!err)
			err = claims_report(claims, hwc_claim_get(claims->ctx, claims->grants[i].id,
								  &claim[i]));
	}
	return err;
}

int vm_assign(struct vm *vm)
{
	const struct claims *claims = vm->s->claims;
	const struct hwc_assignment_plan plan = {
		.dtb = vm->dtb,
		.dtb_size = vm->dtb_size,
		.taken = vm->asked->iomems,
		.n_taken = vm->asked->n_iomems,
	};
	struct hwc_claim **claim = calloc(claims->count, sizeof(*claim));
	int err;

	if (!claim)
		return vm_no_memory(vm);
	err = get_claims(claims, claim);
	if (!err)
		err = claims_report(claims, hwc_assignment_new(claims->ctx, &plan, claim,
							       claims->count, &vm->assignment));
	for (size_t i = 0; i < claims->count; i++)
		hwc_claim_free(claim[i]);
	free(claim);
	return err;
}
