// SPDX-License-Identifier: GPL-2.0-or-later
/* What a virtual machine would be given of claims. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hwctl.h"

/* As config.json has them in vm.hwConfig. */
static struct json_object *json_assignment(const struct hwc_assignment *as)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *iomems = need(json_object_new_array());
	struct json_object *irqs = need(json_object_new_array());
	struct json_object *dtdevs = need(json_object_new_array());

	for (size_t i = 0; i < hwc_assignment_iomems(as); i++) {
		const struct hwc_iomem *iomem = hwc_assignment_iomem(as, i);
		struct json_object *item = need(json_object_new_object());

		json_number(item, "firstGFN", iomem->guest);
		json_number(item, "firstMFN", iomem->host);
		json_number(item, "nrMFNs", iomem->pages);
		json_object_array_add(iomems, item);
	}
	for (size_t i = 0; i < hwc_assignment_irqs(as); i++)
		json_object_array_add(irqs, need(json_object_new_int64(hwc_assignment_irq(as, i))));
	for (size_t i = 0; i < hwc_assignment_dtdevs(as); i++)
		json_append(dtdevs, hwc_assignment_dtdev(as, i));
	json_object_object_add(json, "iomems", iomems);
	json_object_object_add(json, "irqs", irqs);
	json_object_object_add(json, "dtdevs", dtdevs);
	return json;
}

static int write_tree(const struct vm_form *form, const void *dtb, size_t size)
{
	const char *name = form->file ? form->file : "standard output";
	FILE *file = form->file ? fopen(form->file, "we") : stdout;
	bool good = file && fwrite(dtb, 1, size, file) == size;

	if (file && (form->file ? fclose(file) : fflush(file)))
		good = false;
	if (!good)
		say("%s: %s", name, strerror(errno));
	return good ? DONE : REFUSED;
}

static int tell(struct hwctl *h, const struct hwc_assignment *as, const struct vm_form *form)
{
	size_t size;
	const void *dtb = hwc_assignment_dtb(as, &size);

	if (form->dtb && !dtb) {
		say("there is no device in it that a virtual machine could be given");
		return REFUSED;
	}
	if (form->xl && h->json)
		json_print(h, json_assignment(as));
	else if (form->xl)
		fputs(hwc_assignment_xl(as), stdout);
	return form->dtb ? write_tree(form, dtb, size) : DONE;
}

static int get_claims(struct hwctl *h, const uint32_t *ids, size_t n, struct hwc_claim **claims)
{
	for (size_t i = 0; i < n; i++)
		if (hwc_claim_get(h->ctx, ids[i], &claims[i]))
			return refused(h);
	return DONE;
}

int show_for_vm(struct hwctl *h, const uint32_t *ids, size_t n, const struct vm_form *form)
{
	struct hwc_claim **claims;
	struct hwc_assignment *as;
	int ret;

	if (form->dtb && !form->file && isatty(STDOUT_FILENO)) {
		say("a device tree is nothing for a terminal: --dtb=FILE, or a pipe to "
		    "dtc -I dtb -O dts");
		return REFUSED;
	}
	claims = need(calloc(n, sizeof(struct hwc_claim *)));
	ret = get_claims(h, ids, n, claims);
	if (ret == DONE && hwc_assignment_new(h->ctx, NULL, claims, n, &as)) {
		ret = refused(h);
	} else if (ret == DONE) {
		ret = tell(h, as, form);
		hwc_assignment_free(as);
	}
	for (size_t i = 0; i < n; i++)
		hwc_claim_free(claims[i]);
	free(claims);
	return ret;
}
