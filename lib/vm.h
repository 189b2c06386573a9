/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* vm*.c: what is said of a virtual machine, by the strongest first */
#ifndef HWC_VM_H
#define HWC_VM_H

#include "array.h"
#include "digest.h"

struct json_object;

/* Linux on arm64 and x86 takes no more of its command line. */
#define HWC_CMDLINE_MAX 2047
#define HWC_VM_MEMORY_MAX (1ull << 48)
#define HWC_VM_VCPUS_MAX 1024

/**
 * struct hwc_machine - a virtual machine while it is read, and then
 * @vm: what the library's user sees; its strings are the ones here
 * @asked: there is one
 * @denied: there is none, whatever weaker sources say
 * @closed: a source has named the kernel; weaker ones add nothing to it
 * @kata: the kernel is that of an annotation of Kata's
 * @of_image: it was named by the image: by its file or, maybe, its variables
 * @memory_key: key that says how much memory, where that is not the vm object
 * @vcpus_key: key that says how many processors, likewise
 * @cmdline_key: key of the command line
 * @image_key: key of the image's file that says what a kernel is told, or NULL
 * @strings: char *
 * @parameters: char *, for the hypervisor
 * @dtdevs: char *
 * @iomems: struct hwc_iomem
 * @irqs: uint32_t
 * @kernel: digest that it must have
 * @ramdisk: digest that it must have
 * @dtb: digest that it must have
 */
struct hwc_machine {
	struct hwc_vm vm;
	bool asked;
	bool denied;
	bool closed;
	bool kata;
	bool of_image;
	const char *memory_key;
	const char *vcpus_key;
	const char *cmdline_key;
	const char *image_key;
	struct hwc_array strings;
	struct hwc_array parameters;
	struct hwc_array dtdevs;
	struct hwc_array iomems;
	struct hwc_array irqs;
	struct hwc_digest kernel;
	struct hwc_digest ramdisk;
	struct hwc_digest dtb;
};

/**
 * struct hwc_vm_reader - a source that is read
 * @ctx: keeps the sentences
 * @what: the source, for them
 * @machine: receives what no stronger source has said
 * @image: the source is a file of the image
 */
struct hwc_vm_reader {
	struct hwc_ctx *ctx;
	const char *what;
	struct hwc_machine *machine;
	bool image;
};

/* Whether @value is a string without control characters: 0 or -EINVAL. */
int hwc_vm_check_text(const struct hwc_vm_reader *r, const char *key, struct json_object *value);
/* Keeps @text where @field has none. */
int hwc_vm_set_text(const struct hwc_vm_reader *r, const char **field, const char *text);
/* The same of a file; @path must be absolute. */
int hwc_vm_set_file(const struct hwc_vm_reader *r, struct hwc_vm_file *file, const char *key,
		    const char *path, bool host);
int hwc_vm_set_cmdline(const struct hwc_vm_reader *r, const char *key, const char *text);
/* Says what follows from all sources, and what does not fit together. */
int hwc_vm_settle(const struct hwc_vm_reader *r, struct json_object *config);
void hwc_machine_free(struct hwc_machine *machine);

/* vm-keys.c: annotations and variables */

/* Whether an annotation is one of those for virtual machines. */
bool hwc_vm_is_key(const char *key);

/**
 * hwc_vm_read_keys() - read our own keys
 * @members: annotations, or the requests of the root file system
 * @container: name of the container in its pod, or NULL
 */
int hwc_vm_read_keys(const struct hwc_vm_reader *r, struct json_object *members,
		     const char *container);
/* Kata's kernel, and of a virtual machine the rest of Kata's that means the same. */
int hwc_vm_read_kata(const struct hwc_vm_reader *r, struct json_object *members);
int hwc_vm_read_kata_sizes(const struct hwc_vm_reader *r, struct json_object *members);
/* RunX's variables. */
int hwc_vm_read_environment(const struct hwc_vm_reader *r, struct json_object *config);

/* vm-config.c: the vm object of the configuration, and resources */

int hwc_vm_read_config(const struct hwc_vm_reader *r, struct json_object *config);
/* Memory and processors that the container may have; 0 for any. */
void hwc_vm_limits(struct json_object *config, uint64_t *memory, uint32_t *vcpus);

#endif
