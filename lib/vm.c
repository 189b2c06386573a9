// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is said of a virtual machine: sources are read from the strongest to the weakest. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "ctx.h"
#include "digest.h"
#include "keys.h"
#include "vm.h"

int hwc_vm_check_text(const struct hwc_vm_reader *r, const char *key, struct json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return hwc_err(r->ctx, -EINVAL, "%s: the value of %s is not a string", r->what,
			       key);
	text = json_object_get_string(value);
	for (int i = 0; i < json_object_get_string_len(value); i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return hwc_err(r->ctx, -EINVAL,
				       "%s: the value of %s has a control character", r->what, key);
	return 0;
}

int hwc_vm_set_text(const struct hwc_vm_reader *r, const char **field, const char *text)
{
	char *copy;

	if (*field)
		return 0;
	copy = strdup(text);
	if (hwc_strings_add(&r->machine->strings, copy))
		return hwc_err_nomem(r->ctx);
	*field = copy;
	return 0;
}

int hwc_vm_set_file(const struct hwc_vm_reader *r, struct hwc_vm_file *file, const char *key,
		    const char *path, bool host)
{
	int err;

	if (path[0] != '/')
		return hwc_err(r->ctx, -EINVAL, "%s: %s=%s does not give an absolute path", r->what,
			       key, path);
	if (file->path)
		return 0;
	err = hwc_vm_set_text(r, &file->path, path);
	if (!err)
		err = hwc_vm_set_text(r, &file->key, key);
	file->host = host;
	return err;
}

int hwc_vm_set_cmdline(const struct hwc_vm_reader *r, const char *key, const char *text)
{
	if (strlen(text) > HWC_CMDLINE_MAX)
		return hwc_err(r->ctx, -E2BIG,
			       "%s: the command line in %s has %zu characters, a kernel takes %d",
			       r->what, key, strlen(text), HWC_CMDLINE_MAX);
	if (!r->machine->vm.cmdline) {
		r->machine->cmdline_key = key;
		if (r->image)
			r->machine->image_key = key;
	}
	return hwc_vm_set_text(r, &r->machine->vm.cmdline, text);
}

/*
 * Keys of a kernel that nobody names would start a container as something else. In
 * which of the sources they are is not known any more; their names find them.
 */
static int check_alone(const struct hwc_vm_reader *r)
{
	const struct hwc_machine *m = r->machine;
	const char *key = m->vm.ramdisk.key;

	if (!key && !m->asked)
		key = m->vm.dtb.key ? m->vm.dtb.key : m->cmdline_key;
	if (!key)
		return 0;
	return hwc_err(r->ctx, -EINVAL, "%s is for a kernel and none is named: KERNEL is missing",
		       key);
}

/* A digest of a file that nobody names was meant for something. */
static int attach(const struct hwc_vm_reader *r, struct hwc_vm_file *file,
		  const struct hwc_digest *digest, const char *name)
{
	if (digest->known && !file->path)
		return hwc_err(r->ctx, -EINVAL,
			       HWC_KEY_VM_PREFIX ".%s.digest is of a file that is not named", name);
	file->digest = file->host ? NULL : hwc_digest_bytes(digest);
	return 0;
}

static int attach_digests(const struct hwc_vm_reader *r)
{
	struct hwc_machine *m = r->machine;
	int err = attach(r, &m->vm.kernel, &m->kernel, "kernel");

	if (!err)
		err = attach(r, &m->vm.ramdisk, &m->ramdisk, "ramdisk");
	return err ? err : attach(r, &m->vm.dtb, &m->dtb, "dtb");
}

/* What nobody says of memory and processors follows from what the container may have. */
static int settle_sizes(const struct hwc_vm_reader *r, struct json_object *config)
{
	struct hwc_machine *m = r->machine;
	uint64_t memory;
	uint32_t vcpus;

	hwc_vm_limits(config, &memory, &vcpus);
	if (!m->vm.memory)
		m->vm.memory = memory;
	else if (m->memory_key && memory && m->vm.memory > memory)
		return hwc_err(r->ctx, -ERANGE,
			       "%s asks for %" PRIu64 " bytes and the container may have %" PRIu64
			       " (linux.resources.memory.limit)",
			       m->memory_key, m->vm.memory, memory);
	if (!m->vm.vcpus)
		m->vm.vcpus = vcpus;
	else if (m->vcpus_key && vcpus && m->vm.vcpus > vcpus)
		return hwc_err(r->ctx, -ERANGE,
			       "%s asks for %u processors and the container may have %u "
			       "(linux.resources.cpu)",
			       m->vcpus_key, m->vm.vcpus, vcpus);
	return 0;
}

static void publish(struct hwc_machine *m)
{
	struct hwc_vm *vm = &m->vm;

	vm->hypervisor_parameters = m->parameters.data;
	vm->n_hypervisor_parameters = m->parameters.count;
	vm->dtdevs = m->dtdevs.data;
	vm->n_dtdevs = m->dtdevs.count;
	vm->iomems = m->iomems.data;
	vm->n_iomems = m->iomems.count;
	vm->irqs = m->irqs.data;
	vm->n_irqs = m->irqs.count;
	vm->cmdline = hwc_text(vm->cmdline);
}

int hwc_vm_settle(const struct hwc_vm_reader *r, struct json_object *config)
{
	struct hwc_machine *m = r->machine;
	int err = 0;

	m->vm.secure = !m->vm.kernel.path || m->kata;
	if (m->vm.secure)
		err = check_alone(r);
	if (err || !m->asked)
		return err;
	/* a kernel of somebody else would write to the operator's disk */
	if (m->vm.image.path && (m->vm.secure || !m->vm.kernel.host))
		return hwc_err(r->ctx, -EINVAL,
			       "%s: the root in vm.image needs a kernel in vm.kernel", r->what);
	err = attach_digests(r);
	if (!err)
		err = settle_sizes(r, config);
	publish(m);
	return err;
}

void hwc_machine_free(struct hwc_machine *machine)
{
	hwc_strings_free(&machine->strings);
	hwc_strings_free(&machine->parameters);
	hwc_strings_free(&machine->dtdevs);
	free(machine->iomems.data);
	free(machine->irqs.data);
	*machine = (struct hwc_machine){ 0 };
}
