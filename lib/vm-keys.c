// SPDX-License-Identifier: LGPL-2.1-or-later
/* Annotations and variables that say something of a virtual machine (Documentation/oci.rst). */
#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "ctx.h"
#include "digest.h"
#include "json.h"
#include "keys.h"
#include "vm.h"

#define KATA "io.katacontainers.config.hypervisor."

typedef int (*setter)(const struct hwc_vm_reader *r, const char *key, const char *value);

/**
 * struct vm_key - a key
 * @name: it
 * @set: takes its value
 * @of_kernel: goes with the kernel that its source names
 */
struct vm_key {
	const char *name;
	setter set;
	bool of_kernel;
};

static int refuse_value(const struct hwc_vm_reader *r, const char *key, const char *value,
			const char *wanted)
{
	return hwc_err(r->ctx, -EINVAL, "%s: %s=%s is not %s", r->what, key, value, wanted);
}

static int set_kernel(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	int err = hwc_vm_set_file(r, &r->machine->vm.kernel, key, value, false);

	if (!err)
		r->machine->asked = true;
	return err;
}

static int set_ramdisk(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	return hwc_vm_set_file(r, &r->machine->vm.ramdisk, key, value, false);
}

static int set_dtb(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	struct hwc_machine *m = r->machine;

	if (!m->vm.dtb.path && r->image)
		m->image_key = key;
	return hwc_vm_set_file(r, &m->vm.dtb, key, value, false);
}

static int set_digest(const struct hwc_vm_reader *r, struct hwc_digest *digest, const char *key,
		      const char *value)
{
	struct hwc_digest new;

	if (hwc_digest_parse(value, &new))
		return refuse_value(r, key, value, "\"sha256:\" and 64 hexadecimal digits");
	if (!digest->known)
		*digest = new;
	return 0;
}

static int set_kernel_digest(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	return set_digest(r, &r->machine->kernel, key, value);
}

static int set_ramdisk_digest(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	return set_digest(r, &r->machine->ramdisk, key, value);
}

static int set_dtb_digest(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	return set_digest(r, &r->machine->dtb, key, value);
}

/* A word of a list; NULL ends it. */
static bool is_one_of(const char *value, const char *const *words)
{
	while (*words && strcmp(value, *words))
		words++;
	return *words;
}

static int set_hypervisor(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	static const char *const words[] = { "xen", "qemu", NULL };

	if (!is_one_of(value, words))
		return refuse_value(r, key, value, "\"xen\" or \"qemu\"");
	return hwc_vm_set_text(r, &r->machine->vm.hypervisor, value);
}

static int set_vm(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	static const char *const words[] = { "yes", "no", "xen", "qemu", NULL };
	struct hwc_machine *m = r->machine;

	if (!is_one_of(value, words))
		return refuse_value(r, key, value, "\"yes\", \"no\", \"xen\" or \"qemu\"");
	if (!strcmp(value, "no")) {
		m->denied = !m->asked;
		return 0;
	}
	m->asked = true;
	return strcmp(value, "yes") ? hwc_vm_set_text(r, &m->vm.hypervisor, value) : 0;
}

static int set_console(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	static const char *const words[] = { "uart", "pv", NULL };

	if (!is_one_of(value, words))
		return refuse_value(r, key, value, "\"uart\" or \"pv\"");
	return hwc_vm_set_text(r, &r->machine->vm.console, value);
}

/* A number from 1 to @max without leading zeros; 0 where it is none. */
static uint64_t parse_number(const char *text, const char **end, uint64_t max)
{
	uint64_t value = 0;

	for (; isdigit((unsigned char)*text) && (value || *text != '0'); text++) {
		value = 10 * value + (*text - '0');
		if (value > max)
			return 0;
	}
	*end = text;
	return value;
}

/* Bytes, or K, M or G of them; 0 where it is no such number. */
static uint64_t parse_size(const char *text)
{
	static const char units[] = "KMG";
	const char *end = text, *unit;
	uint64_t value = parse_number(text, &end, HWC_VM_MEMORY_MAX);
	unsigned int shift = 0;

	if (value && *end) {
		unit = strchr(units, *end);
		if (!unit || end[1])
			return 0;
		shift = 10 * (unit - units + 1);
	}
	return value <= HWC_VM_MEMORY_MAX >> shift ? value << shift : 0;
}

static int keep_memory(const struct hwc_vm_reader *r, const char *key, uint64_t bytes)
{
	struct hwc_machine *m = r->machine;

	if (m->vm.memory)
		return 0;
	m->vm.memory = bytes;
	m->memory_key = key;
	return 0;
}

static int set_memory(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	uint64_t bytes = parse_size(value);

	if (!bytes)
		return refuse_value(
			r, key, value,
			"a number of bytes to 256 TiB, with K, M or G behind it or not");
	return keep_memory(r, key, bytes);
}

static int set_vcpus(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	const char *end = value;
	uint64_t number = parse_number(value, &end, HWC_VM_VCPUS_MAX);
	struct hwc_machine *m = r->machine;

	if (!number || *end)
		return refuse_value(r, key, value, "a number of processors from 1 to 1024");
	if (m->vm.vcpus)
		return 0;
	m->vm.vcpus = number;
	m->vcpus_key = key;
	return 0;
}

static int set_kata_kernel(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	struct hwc_machine *m = r->machine;
	int err = hwc_vm_set_file(r, &m->vm.kernel, key, value, true);

	if (!err) {
		m->asked = true;
		m->kata = true;
	}
	return err;
}

/* In MiB. */
static int set_kata_memory(const struct hwc_vm_reader *r, const char *key, const char *value)
{
	const char *end = value;
	uint64_t number = parse_number(value, &end, HWC_VM_MEMORY_MAX >> 20);

	if (!number || *end)
		return refuse_value(r, key, value, "a number of MiB");
	return keep_memory(r, key, number << 20);
}

static const struct vm_key namespaced[] = {
	{ HWC_KEY_VM_PREFIX ".hypervisor", set_hypervisor, false },
	{ HWC_KEY_VM_PREFIX, set_vm, false },
	{ HWC_KEY_VM_PREFIX ".kernel", set_kernel, true },
	{ HWC_KEY_VM_PREFIX ".kernel.digest", set_kernel_digest, true },
	{ HWC_KEY_VM_PREFIX ".ramdisk", set_ramdisk, true },
	{ HWC_KEY_VM_PREFIX ".ramdisk.digest", set_ramdisk_digest, true },
	{ HWC_KEY_VM_PREFIX ".dtb", set_dtb, true },
	{ HWC_KEY_VM_PREFIX ".dtb.digest", set_dtb_digest, true },
	{ HWC_KEY_VM_PREFIX ".cmdline", hwc_vm_set_cmdline, true },
	{ HWC_KEY_VM_PREFIX ".memory", set_memory, false },
	{ HWC_KEY_VM_PREFIX ".vcpus", set_vcpus, false },
	{ HWC_KEY_VM_PREFIX ".console", set_console, false },
	{ NULL, NULL, false },
};

static const struct vm_key plain[] = {
	{ "KERNEL", set_kernel, true }, { "RAMDISK", set_ramdisk, true },
	{ "DTB", set_dtb, true },	{ "CMDLINE", hwc_vm_set_cmdline, true },
	{ NULL, NULL, false },
};

static const struct vm_key kata[] = {
	{ KATA "kernel", set_kata_kernel, true },
	{ NULL, NULL, false },
};

static const struct vm_key kata_sizes[] = {
	{ KATA "kernel_params", hwc_vm_set_cmdline, true },
	{ KATA "default_memory", set_kata_memory, false },
	{ KATA "default_vcpus", set_vcpus, false },
	{ NULL, NULL, false },
};

static const struct vm_key runx[] = {
	{ "RUNX_KERNEL", set_kernel, true },
	{ "RUNX_RAMDISK", set_ramdisk, true },
	{ NULL, NULL, false },
};

/* The only container of its pod that is meant. */
static const char container_key[] = HWC_KEY_VM_PREFIX ".container";

static const struct vm_key *find(const struct vm_key *keys, const char *name)
{
	while (keys->name && strcmp(keys->name, name))
		keys++;
	return keys->name ? keys : NULL;
}

bool hwc_vm_is_key(const char *key)
{
	return find(namespaced, key) || find(plain, key) || !strcmp(key, container_key);
}

/* One source: the kernel that it names is known to the weaker ones only. */
static int read_source(const struct hwc_vm_reader *r, struct json_object *members,
		       const struct vm_key *keys)
{
	struct hwc_machine *m = r->machine;
	struct json_object *value;
	int err = 0;

	for (; !err && !m->denied && keys->name; keys++) {
		if ((keys->of_kernel && m->closed) ||
		    !json_object_object_get_ex(members, keys->name, &value))
			continue;
		err = hwc_vm_check_text(r, keys->name, value);
		if (!err)
			err = keys->set(r, keys->name, json_object_get_string(value));
	}
	m->closed = m->closed || m->vm.kernel.path;
	return err;
}

/*
 * A slip of the pen must not start the container as a process, and labels of
 * somebody else are not to be refused: these have a path, or are beside KERNEL.
 */
static int check_spelling(const struct hwc_vm_reader *r, struct json_object *members)
{
	bool sure = json_object_object_get_ex(members, "KERNEL", NULL);

	json_object_object_foreach(members, key, value) {
		const char *text = json_object_get_string(value);

		for (const struct vm_key *k = plain; k->name; k++)
			if (!strcasecmp(key, k->name) && strcmp(key, k->name) &&
			    (sure || *hwc_text(text) == '/'))
				return hwc_err(r->ctx, -EINVAL,
					       "%s: \"%s\" is not a key that is known; %s is",
					       r->what, key, k->name);
	}
	return 0;
}

/* Whether the pod's words are for another of its containers. */
static bool is_for_another(struct json_object *members, const char *container)
{
	const char *wanted = hwc_json_string(members, container_key);

	return wanted && container && strcmp(wanted, container);
}

int hwc_vm_read_keys(const struct hwc_vm_reader *r, struct json_object *members,
		     const char *container)
{
	int err;

	if (is_for_another(members, container))
		return 0;
	err = check_spelling(r, members);
	if (!err)
		err = read_source(r, members, namespaced);
	return err ? err : read_source(r, members, plain);
}

int hwc_vm_read_kata(const struct hwc_vm_reader *r, struct json_object *members)
{
	return read_source(r, members, kata);
}

int hwc_vm_read_kata_sizes(const struct hwc_vm_reader *r, struct json_object *members)
{
	/* they are for the process's machine, not for a kernel that the image has brought */
	r->machine->closed = r->machine->vm.kernel.path && !r->machine->kata;
	return read_source(r, members, kata_sizes);
}

/* The value of a variable, or NULL. */
static const char *variable(struct json_object *env, const char *name)
{
	size_t length = strlen(name);
	const char *text;

	for (size_t i = 0; i < json_object_array_length(env); i++) {
		text = json_object_get_string(json_object_array_get_idx(env, i));
		if (text && !strncmp(text, name, length) && text[length] == '=')
			return text + length + 1;
	}
	return NULL;
}

/* As members, like those of the other sources. */
static int add_variable(struct json_object *members, struct json_object *env, const char *name)
{
	const char *value = variable(env, name);
	struct json_object *text;

	if (!value || !*value)
		return 0;
	text = json_object_new_string(value);
	if (text && !json_object_object_add(members, name, text))
		return 0;
	json_object_put(text);
	return -ENOMEM;
}

int hwc_vm_read_environment(const struct hwc_vm_reader *r, struct json_object *config)
{
	struct json_object *process, *env, *members;
	int err = 0;

	if (!json_object_object_get_ex(config, "process", &process) ||
	    !json_object_object_get_ex(process, "env", &env) ||
	    !json_object_is_type(env, json_type_array) || !variable(env, "RUNX_KERNEL"))
		return 0;
	members = json_object_new_object();
	for (const struct vm_key *k = runx; members && !err && k->name; k++)
		err = add_variable(members, env, k->name);
	err = !members || err ? hwc_err_nomem(r->ctx) : read_source(r, members, runx);
	json_object_put(members);
	return err;
}
