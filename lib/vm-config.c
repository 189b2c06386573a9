// SPDX-License-Identifier: LGPL-2.1-or-later
/* The vm object of a configuration (runtime-spec 1.3, config-vm.md), and its resources. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "ctx.h"
#include "vm.h"

/* Pages of 4 KiB in 52 bits of address, which is what any machine has at most. */
#define FRAMES_MAX (1ull << 40)
/* CFS's, where only a quota is given. */
#define PERIOD_DEFAULT 100000
#define JOIN_MAX 4096

/* A member that is not null, of the type that it must have; NULL where there is none. */
static int get(const struct hwc_vm_reader *r, struct json_object *obj, const char *key,
	       enum json_type type, struct json_object **value)
{
	const char *name = strrchr(key, '.');

	*value = NULL;
	if (!json_object_object_get_ex(obj, name ? name + 1 : key, value) || !*value ||
	    json_object_is_type(*value, type))
		return 0;
	return hwc_err(r->ctx, -EINVAL, "%s: %s is not of the type %s", r->what, key,
		       json_type_to_name(type));
}

/* A number up to @max; @number is left alone where there is none. */
static int get_number(const struct hwc_vm_reader *r, struct json_object *obj, const char *key,
		      uint64_t min, uint64_t max, uint64_t *number)
{
	struct json_object *value;
	uint64_t found;
	int err = get(r, obj, key, json_type_int, &value);

	if (err || !value)
		return err;
	/* one that is negative is beyond any @max then */
	found = json_object_get_int64(value);
	if (found < min || found > max)
		return hwc_err(r->ctx, -EINVAL,
			       "%s: %s is %s, which is not between %" PRIu64 " and %" PRIu64,
			       r->what, key, json_object_get_string(value), min, max);
	*number = found;
	return 0;
}

static int refuse_missing(const struct hwc_vm_reader *r, const char *key)
{
	return hwc_err(r->ctx, -EINVAL, "%s: %s is missing", r->what, key);
}

static int get_text(const struct hwc_vm_reader *r, struct json_object *obj, const char *key,
		    const char **text)
{
	struct json_object *value;
	int err = get(r, obj, key, json_type_string, &value);

	if (!err && value)
		err = hwc_vm_check_text(r, key, value);
	if (!err)
		*text = value ? json_object_get_string(value) : NULL;
	return err;
}

/* A file of the host; none where the member is not there. */
static int get_file(const struct hwc_vm_reader *r, struct json_object *obj, const char *key,
		    struct hwc_vm_file *file)
{
	const char *path = NULL;
	int err = get_text(r, obj, key, &path);

	return err || !path ? err : hwc_vm_set_file(r, file, key, path, true);
}

static int get_strings(const struct hwc_vm_reader *r, struct json_object *obj, const char *key,
		       struct hwc_array *strings)
{
	struct json_object *list, *value;
	int err = get(r, obj, key, json_type_array, &list);

	for (size_t i = 0; !err && list && i < json_object_array_length(list); i++) {
		value = json_object_array_get_idx(list, i);
		err = hwc_vm_check_text(r, key, value);
		if (!err && hwc_strings_add(strings, strdup(json_object_get_string(value))))
			err = hwc_err_nomem(r->ctx);
	}
	return err;
}

/* A program that is known is spoken to in its own way. */
static int name_hypervisor(const struct hwc_vm_reader *r, const char *path)
{
	const char *name = strrchr(path, '/');

	if (path[0] != '/')
		return hwc_err(r->ctx, -EINVAL, "%s: vm.hypervisor.path=%s is not an absolute path",
			       r->what, path);
	name++;
	if (!strncmp(name, "qemu", 4))
		return hwc_vm_set_text(r, &r->machine->vm.hypervisor, "qemu");
	if (!strcmp(name, "xl") || !strncmp(name, "xen", 3))
		return hwc_vm_set_text(r, &r->machine->vm.hypervisor, "xen");
	return hwc_err(r->ctx, -EOPNOTSUPP,
		       "%s: vm.hypervisor.path=%s is neither QEMU nor Xen's xl, by its name",
		       r->what, path);
}

static int read_hypervisor(const struct hwc_vm_reader *r, struct json_object *vm)
{
	struct json_object *hypervisor;
	const char *path;
	int err = get(r, vm, "vm.hypervisor", json_type_object, &hypervisor);

	if (err || !hypervisor)
		return err;
	err = get_text(r, hypervisor, "vm.hypervisor.path", &path);
	if (err)
		return err;
	if (!path)
		return refuse_missing(r, "vm.hypervisor.path");
	err = name_hypervisor(r, path);
	if (!err)
		err = hwc_vm_set_text(r, &r->machine->vm.hypervisor_path, path);
	return err ? err :
		     get_strings(r, hypervisor, "vm.hypervisor.parameters",
				 &r->machine->parameters);
}

static int join(const struct hwc_vm_reader *r, const struct hwc_array *words)
{
	static const char key[] = "vm.kernel.parameters";
	char text[JOIN_MAX] = "";
	size_t length = 0;

	for (size_t i = 0; i < words->count; i++) {
		const char *word = ((char **)words->data)[i];

		if (length + strlen(word) + 2 > sizeof(text))
			return hwc_err(r->ctx, -E2BIG,
				       "%s: the command line in %s has more than the %d characters "
				       "that a kernel takes",
				       r->what, key, HWC_CMDLINE_MAX);
		length += sprintf(text + length, "%s%s", i ? " " : "", word);
	}
	return hwc_vm_set_cmdline(r, key, text);
}

static int read_kernel(const struct hwc_vm_reader *r, struct json_object *vm)
{
	struct hwc_array words = { 0 };
	struct json_object *kernel;
	int err = get(r, vm, "vm.kernel", json_type_object, &kernel);

	if (err || !kernel)
		return err;
	err = get_file(r, kernel, "vm.kernel.path", &r->machine->vm.kernel);
	if (!err && !r->machine->vm.kernel.path)
		err = refuse_missing(r, "vm.kernel.path");
	if (!err)
		err = get_file(r, kernel, "vm.kernel.initrd", &r->machine->vm.ramdisk);
	if (!err)
		err = get_strings(r, kernel, "vm.kernel.parameters", &words);
	if (!err && words.count)
		err = join(r, &words);
	hwc_strings_free(&words);
	return err;
}

static int read_format(const struct hwc_vm_reader *r, struct json_object *image)
{
	static const char *const formats[] = { "raw", "qcow2", "vdi", "vmdk", "vhd" };
	const char *format;
	int err = get_text(r, image, "vm.image.format", &format);

	if (err)
		return err;
	if (!format || !*format)
		format = "raw";
	for (size_t i = 0; i < HWC_ARRAY_SIZE(formats); i++)
		if (!strcmp(format, formats[i]))
			return hwc_vm_set_text(r, &r->machine->vm.image_format, format);
	return hwc_err(r->ctx, -EINVAL,
		       "%s: vm.image.format=%s is neither raw, qcow2, vdi, vmdk nor vhd", r->what,
		       format);
}

static int read_image(const struct hwc_vm_reader *r, struct json_object *vm)
{
	struct json_object *image;
	int err = get(r, vm, "vm.image", json_type_object, &image);

	if (err || !image)
		return err;
	err = get_file(r, image, "vm.image.path", &r->machine->vm.image);
	if (!err && !r->machine->vm.image.path)
		err = refuse_missing(r, "vm.image.path");
	return err ? err : read_format(r, image);
}

static int read_iomem(const struct hwc_vm_reader *r, struct json_object *obj)
{
	struct hwc_iomem *iomem = hwc_array_grow(&r->machine->iomems, sizeof(*iomem));
	uint64_t host = FRAMES_MAX, guest = FRAMES_MAX, pages = 0;
	int err;

	if (!iomem)
		return hwc_err_nomem(r->ctx);
	if (!json_object_is_type(obj, json_type_object))
		return hwc_err(r->ctx, -EINVAL,
			       "%s: an element of vm.hwConfig.iomems is not an object", r->what);
	err = get_number(r, obj, "vm.hwConfig.iomems.firstMFN", 0, FRAMES_MAX - 1, &host);
	if (!err)
		err = get_number(r, obj, "vm.hwConfig.iomems.firstGFN", 0, FRAMES_MAX - 1, &guest);
	if (!err)
		err = get_number(r, obj, "vm.hwConfig.iomems.nrMFNs", 1, FRAMES_MAX, &pages);
	if (err)
		return err;
	if (host == FRAMES_MAX)
		return refuse_missing(r, "vm.hwConfig.iomems.firstMFN");
	if (!pages)
		return refuse_missing(r, "vm.hwConfig.iomems.nrMFNs");
	if (guest == FRAMES_MAX)
		guest = host;
	if (pages > FRAMES_MAX - host || pages > FRAMES_MAX - guest)
		return hwc_err(r->ctx, -EINVAL,
			       "%s: vm.hwConfig.iomems.nrMFNs=%" PRIu64
			       " goes over the end of what can be addressed",
			       r->what, pages);
	*iomem = (struct hwc_iomem){ .guest = guest, .host = host, .pages = pages };
	r->machine->iomems.count++;
	return 0;
}

static int read_iomems(const struct hwc_vm_reader *r, struct json_object *hw)
{
	struct json_object *list;
	int err = get(r, hw, "vm.hwConfig.iomems", json_type_array, &list);

	for (size_t i = 0; !err && list && i < json_object_array_length(list); i++)
		err = read_iomem(r, json_object_array_get_idx(list, i));
	return err;
}

static int read_irq(const struct hwc_vm_reader *r, struct json_object *value)
{
	uint32_t *irq = hwc_array_grow(&r->machine->irqs, sizeof(*irq));

	if (!irq)
		return hwc_err_nomem(r->ctx);
	if (!json_object_is_type(value, json_type_int) || json_object_get_int64(value) < 0 ||
	    json_object_get_int64(value) > UINT32_MAX)
		return hwc_err(r->ctx, -EINVAL, "%s: %s in vm.hwConfig.irqs is no interrupt",
			       r->what, json_object_to_json_string(value));
	*irq = json_object_get_int64(value);
	r->machine->irqs.count++;
	return 0;
}

static int read_irqs(const struct hwc_vm_reader *r, struct json_object *hw)
{
	struct json_object *list;
	int err = get(r, hw, "vm.hwConfig.irqs", json_type_array, &list);

	for (size_t i = 0; !err && list && i < json_object_array_length(list); i++)
		err = read_irq(r, json_object_array_get_idx(list, i));
	return err;
}

static int read_hardware(const struct hwc_vm_reader *r, struct json_object *vm)
{
	struct hwc_machine *m = r->machine;
	struct json_object *hw;
	uint64_t vcpus = 0;
	int err = get(r, vm, "vm.hwConfig", json_type_object, &hw);

	if (err || !hw)
		return err;
	err = get_file(r, hw, "vm.hwConfig.deviceTree", &m->vm.dtb);
	if (!err)
		err = get_number(r, hw, "vm.hwConfig.vcpus", 1, HWC_VM_VCPUS_MAX, &vcpus);
	if (!err)
		err = get_number(r, hw, "vm.hwConfig.memory", 1, HWC_VM_MEMORY_MAX, &m->vm.memory);
	if (!err)
		err = get_strings(r, hw, "vm.hwConfig.dtdevs", &m->dtdevs);
	if (!err)
		err = read_iomems(r, hw);
	if (!err)
		err = read_irqs(r, hw);
	m->vm.vcpus = vcpus;
	return err;
}

int hwc_vm_read_config(const struct hwc_vm_reader *r, struct json_object *config)
{
	struct json_object *vm;
	int err = get(r, config, "vm", json_type_object, &vm);

	if (err || !vm)
		return err;
	r->machine->asked = true;
	err = read_hypervisor(r, vm);
	if (!err)
		err = read_kernel(r, vm);
	if (!err)
		err = read_image(r, vm);
	if (!err)
		err = read_hardware(r, vm);
	r->machine->closed = r->machine->vm.kernel.path;
	return err;
}

/* A member of linux.resources, or NULL. */
static struct json_object *resource(struct json_object *config, const char *controller,
				    const char *name)
{
	struct json_object *obj = config;

	if (json_object_object_get_ex(obj, "linux", &obj) &&
	    json_object_object_get_ex(obj, "resources", &obj) &&
	    json_object_object_get_ex(obj, controller, &obj) &&
	    json_object_object_get_ex(obj, name, &obj))
		return obj;
	return NULL;
}

/* How many processors a list as "0-3,7" has; 0 where it cannot be understood. */
static uint32_t count_cpus(const char *list)
{
	unsigned int first, last, count = 0;
	int used;

	while (*list) {
		if (sscanf(list, "%u%n", &first, &used) != 1)
			return 0;
		list += used;
		last = first;
		if (sscanf(list, "-%u%n", &last, &used) == 1)
			list += used;
		if (last < first || last >= HWC_VM_VCPUS_MAX || (*list && *list++ != ','))
			return 0;
		count += last - first + 1;
	}
	return count > HWC_VM_VCPUS_MAX ? HWC_VM_VCPUS_MAX : count;
}

/* Processors' worth of time in the quota, rounded up; 0 for any. */
static uint32_t quota_cpus(struct json_object *config)
{
	int64_t quota = json_object_get_int64(resource(config, "cpu", "quota"));
	int64_t period = json_object_get_int64(resource(config, "cpu", "period"));
	int64_t cpus;

	if (quota <= 0)
		return 0;
	if (period <= 0)
		period = PERIOD_DEFAULT;
	cpus = quota / period + !!(quota % period);
	return cpus > HWC_VM_VCPUS_MAX ? HWC_VM_VCPUS_MAX : cpus;
}

void hwc_vm_limits(struct json_object *config, uint64_t *memory, uint32_t *vcpus)
{
	int64_t limit = json_object_get_int64(resource(config, "memory", "limit"));
	struct json_object *list = resource(config, "cpu", "cpus");
	uint32_t quota = quota_cpus(config);
	uint32_t set = list ? count_cpus(json_object_get_string(list)) : 0;

	*memory = limit > 0 && (uint64_t)limit <= HWC_VM_MEMORY_MAX ? limit : 0;
	*vcpus = !set || (quota && quota < set) ? quota : set;
}
