// SPDX-License-Identifier: GPL-2.0-or-later
/* What bundles say of virtual machines, in which words, and whose count. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include "bundle.h"
#include "ctx.h"
#include "place.h"
#include "vm.h"

#define VM "org.hwcontainer.vm"
#define KATA "io.katacontainers.config.hypervisor."
#define SHA_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define FILE_PATH "rootfs/etc/hwcontainer.json"

static void show_file(FILE *out, const char *name, const struct hwc_vm_file *file)
{
	if (!file->path)
		return;
	assert_non_null(file->key);
	fprintf(out, " %s=%s%s", name, file->host ? "host:" : "", file->path);
	if (file->digest)
		fprintf(out, "#%02x", file->digest[0]);
}

static void show_hardware(FILE *out, const struct hwc_vm *vm)
{
	for (size_t i = 0; i < vm->n_iomems; i++)
		fprintf(out, " iomem=%" PRIx64 ",%" PRIx64 "@%" PRIx64, vm->iomems[i].host,
			vm->iomems[i].pages, vm->iomems[i].guest);
	for (size_t i = 0; i < vm->n_irqs; i++)
		fprintf(out, " irq=%u", vm->irqs[i]);
	for (size_t i = 0; i < vm->n_dtdevs; i++)
		fprintf(out, " dtdev=%s", vm->dtdevs[i]);
}

/* What is said of it, in one line; to be freed. */
static char *describe(const struct hwc_vm *vm)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	fprintf(out, "%s", !vm ? "none" : vm->secure ? "secure" : "vm");
	if (vm) {
		if (vm->hypervisor)
			fprintf(out, " on=%s", vm->hypervisor);
		if (vm->hypervisor_path)
			fprintf(out, " by=%s", vm->hypervisor_path);
		for (size_t i = 0; i < vm->n_hypervisor_parameters; i++)
			fprintf(out, " with=%s", vm->hypervisor_parameters[i]);
		show_file(out, "kernel", &vm->kernel);
		show_file(out, "ramdisk", &vm->ramdisk);
		show_file(out, "dtb", &vm->dtb);
		show_file(out, "image", &vm->image);
		if (vm->image_format)
			fprintf(out, " format=%s", vm->image_format);
		if (*vm->cmdline)
			fprintf(out, " cmdline='%s'", vm->cmdline);
		if (vm->console)
			fprintf(out, " console=%s", vm->console);
		if (vm->memory)
			fprintf(out, " memory=%" PRIu64, vm->memory);
		if (vm->vcpus)
			fprintf(out, " vcpus=%u", vm->vcpus);
		show_hardware(out, vm);
	}
	fclose(out);
	return text;
}

/* A configuration with annotations and more, and the image's own file where there is one. */
static char *write_words(const char *annotations, const char *more, const char *file)
{
	char *config;

	unlink(FILE_PATH);
	if (file)
		write_file(FILE_PATH, file);
	assert_true(asprintf(&config, "{" ROOT ",\"annotations\":{%s}%s%s}", hwc_text(annotations),
			     more ? "," : "", hwc_text(more)) > 0);
	return config;
}

struct words {
	const char *annotations;
	const char *more;
	const char *file;
	const char *says;
};

static void expect_words(struct place *place, const struct words *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *config = write_words(cases[i].annotations, cases[i].more, cases[i].file);
		struct hwc_bundle *bundle = open_bundle(place, config);
		char *said;

		if (hwc_bundle_read(bundle))
			fail_msg("%zu: %s", i, hwc_ctx_error(place->ctx));
		said = describe(hwc_bundle_vm(bundle));
		if (strcmp(said, cases[i].says))
			fail_msg("%zu says \"%s\", not \"%s\"", i, said, cases[i].says);
		/* nothing of the configuration is touched */
		assert_string_equal(hwc_bundle_json(bundle), config);
		/* and a second look sees the same */
		assert_int_equal(hwc_bundle_read(bundle), 0);
		free(said);
		said = describe(hwc_bundle_vm(bundle));
		assert_string_equal(said, cases[i].says);
		free(said);
		free(config);
		hwc_bundle_free(bundle);
	}
}

static void test_keys(void **state)
{
	static const struct words cases[] = {
		{ NULL, NULL, NULL, "none" },
		{ "\"KERNEL\":\"/k\"", NULL, NULL, "vm kernel=/k" },
		{ "\"KERNEL\":\"/k\",\"RAMDISK\":\"/r\",\"DTB\":\"/d\",\"CMDLINE\":\"a b\"", NULL,
		  NULL, "vm kernel=/k ramdisk=/r dtb=/d cmdline='a b'" },
		{ "\"" VM ".kernel\":\"/k\",\"" VM ".ramdisk\":\"/r\",\"" VM ".dtb\":\"/d\",\"" VM
		  ".cmdline\":\"c\",\"" VM ".memory\":\"64M\",\"" VM ".vcpus\":\"2\",\"" VM
		  ".console\":\"uart\",\"" VM ".hypervisor\":\"xen\"",
		  NULL, NULL,
		  "vm on=xen kernel=/k ramdisk=/r dtb=/d cmdline='c' console=uart memory=67108864 "
		  "vcpus=2" },
		{ "\"" VM ".kernel\":\"/k\",\"" VM ".ramdisk\":\"/r\",\"" VM ".dtb\":\"/d\",\"" VM
		  ".kernel.digest\":\"" SHA_A "\",\"" VM ".ramdisk.digest\":\"" SHA_A "\",\"" VM
		  ".dtb.digest\":\"" SHA_A "\"",
		  NULL, NULL, "vm kernel=/k#aa ramdisk=/r#aa dtb=/d#aa" },
		{ "\"" VM "\":\"yes\"", NULL, NULL, "secure" },
		{ "\"" VM "\":\"xen\",\"" VM ".console\":\"pv\"", NULL, NULL,
		  "secure on=xen console=pv" },
		{ "\"" VM "\":\"qemu\",\"CMDLINE\":\"quiet\"", NULL, NULL,
		  "secure on=qemu cmdline='quiet'" },
		{ "\"" VM "\":\"qemu\",\"" VM ".hypervisor\":\"xen\"", NULL, NULL,
		  "secure on=xen" },
		{ "\"" VM "\":\"yes\",\"DTB\":\"/d\"", NULL, NULL, "secure dtb=/d" },
		{ "\"" VM "\":\"no\",\"KERNEL\":\"/k\"", NULL, "{\"KERNEL\":\"/k\"}", "none" },
		/* these only say more of one that there is */
		{ "\"" VM ".memory\":\"64M\",\"" VM ".vcpus\":\"2\",\"" VM
		  ".hypervisor\":\"qemu\",\"" VM ".console\":\"pv\"",
		  NULL, NULL, "none" },
		/* a pod's words for one of its containers */
		{ "\"KERNEL\":\"/k\",\"" VM ".container\":\"app\","
		  "\"io.kubernetes.cri.container-name\":\"app\"",
		  NULL, NULL, "vm kernel=/k" },
		{ "\"KERNEL\":\"/k\",\"" VM ".container\":\"app\","
		  "\"io.kubernetes.cri.container-name\":\"side\"",
		  NULL, NULL, "none" },
		{ "\"KERNEL\":\"/k\",\"io.kubernetes.cri.container-type\":\"sandbox\"", NULL, NULL,
		  "none" },
		/* hardware is another question */
		{ "\"KERNEL\":\"/k\",\"/fpga/pr0\":\"/a.bit\"", NULL, NULL, "vm kernel=/k" },
		{ "\"/fpga/pr0\":\"/a.bit\"", NULL, "{\"KERNEL\":\"/k\"}", "vm kernel=/k" },
		{ "\"org.hwcontainer.requests\":\"none\"", NULL,
		  "{\"KERNEL\":\"/k\",\"/fpga/pr0\":\"/a.bit\"}", "vm kernel=/k" },
		/* somebody else's labels */
		{ "\"kernel\":\"6.12\",\"Dtb\":\"\",\"cmdline\":\"x\",\"kernel.org\":\"/k\","
		  "\"KERNELS\":\"/k\",\"my-kernel\":\"/k\"",
		  NULL, NULL, "none" },
	};

	expect_words(*state, cases, HWC_ARRAY_SIZE(cases));
}

static void test_sizes(void **state)
{
	static const struct words cases[] = {
		{ "\"" VM "\":\"yes\",\"" VM ".memory\":\"1\"", NULL, NULL, "secure memory=1" },
		{ "\"" VM "\":\"yes\",\"" VM ".memory\":\"3K\"", NULL, NULL, "secure memory=3072" },
		{ "\"" VM "\":\"yes\",\"" VM ".memory\":\"2G\"", NULL, NULL,
		  "secure memory=2147483648" },
		{ "\"" VM "\":\"yes\",\"" VM ".memory\":\"281474976710656\",\"" VM
		  ".vcpus\":\"1024\"",
		  NULL, NULL, "secure memory=281474976710656 vcpus=1024" },
		{ "\"" VM "\":\"yes\"",
		  "\"linux\":{\"resources\":{\"memory\":{\"limit\":1048576},"
		  "\"cpu\":{\"quota\":150000,\"period\":100000}}}",
		  NULL, "secure memory=1048576 vcpus=2" },
		/* as much as the limit, or less */
		{ "\"" VM "\":\"yes\",\"" VM ".memory\":\"1M\",\"" VM ".vcpus\":\"2\"",
		  "\"linux\":{\"resources\":{\"memory\":{\"limit\":1048576},"
		  "\"cpu\":{\"quota\":150000,\"period\":100000}}}",
		  NULL, "secure memory=1048576 vcpus=2" },
		{ "\"" VM "\":\"yes\"",
		  "\"linux\":{\"resources\":{\"memory\":{\"limit\":-1},\"cpu\":{\"quota\":-1}}}",
		  NULL, "secure" },
		{ "\"" VM "\":\"yes\"",
		  "\"linux\":{\"resources\":{\"cpu\":{\"quota\":1,\"period\":0}}}", NULL,
		  "secure vcpus=1" },
		{ "\"" VM "\":\"yes\"",
		  "\"linux\":{\"resources\":{\"cpu\":{\"quota\":9223372036854775807,"
		  "\"period\":1}}}",
		  NULL, "secure vcpus=1024" },
		{ "\"" VM "\":\"yes\"", "\"linux\":{\"resources\":{\"cpu\":{\"cpus\":\"0-2,5\"}}}",
		  NULL, "secure vcpus=4" },
		{ "\"" VM "\":\"yes\"",
		  "\"linux\":{\"resources\":{\"cpu\":{\"cpus\":\"0-2,5\",\"quota\":200000}}}", NULL,
		  "secure vcpus=2" },
		{ "\"" VM "\":\"yes\"",
		  "\"linux\":{\"resources\":{\"cpu\":{\"cpus\":\"1\",\"quota\":200000}}}", NULL,
		  "secure vcpus=1" },
		/* lists that the kernel will refuse */
		{ "\"" VM "\":\"yes\"", "\"linux\":{\"resources\":{\"cpu\":{\"cpus\":\"3-1\"}}}",
		  NULL, "secure" },
		{ "\"" VM "\":\"yes\"",
		  "\"linux\":{\"resources\":{\"cpu\":{\"cpus\":\"0-4294967295\"}}}", NULL,
		  "secure" },
		{ "\"" VM "\":\"yes\"", "\"linux\":{\"resources\":{\"cpu\":{\"cpus\":\"0-1024\"}}}",
		  NULL, "secure" },
		{ "\"" VM "\":\"yes\"", "\"linux\":{\"resources\":{\"cpu\":{\"cpus\":\"a\"}}}",
		  NULL, "secure" },
		{ "\"" VM "\":\"yes\"", "\"linux\":{\"resources\":[]}", NULL, "secure" },
	};

	expect_words(*state, cases, HWC_ARRAY_SIZE(cases));
}

#define OBJECT                                                                                 \
	"\"vm\":{\"hypervisor\":{\"path\":\"/usr/sbin/xl\",\"parameters\":[\"-v\",\"x\"]},"    \
	"\"kernel\":{\"path\":\"/h/k\",\"parameters\":[\"a=b\",\"c d\"],\"initrd\":\"/h/r\"}," \
	"\"image\":{\"path\":\"/h/i\",\"format\":\"qcow2\"},"                                  \
	"\"hwConfig\":{\"deviceTree\":\"/h/d\",\"vcpus\":2,\"memory\":4194304,"                \
	"\"dtdevs\":[\"/amba/x@1\",\"/y\"],"                                                   \
	"\"iomems\":[{\"firstMFN\":12288,\"nrMFNs\":1},"                                       \
	"{\"firstGFN\":12544,\"firstMFN\":0,\"nrMFNs\":2}],"                                   \
	"\"irqs\":[11,22]}}"
#define OBJECT_SAYS                                                                            \
	"vm on=xen by=/usr/sbin/xl with=-v with=x kernel=host:/h/k ramdisk=host:/h/r "         \
	"dtb=host:/h/d image=host:/h/i format=qcow2 cmdline='a=b c d' memory=4194304 vcpus=2 " \
	"iomem=3000,1@3000 iomem=0,2@3100 irq=11 irq=22 dtdev=/amba/x@1 dtdev=/y"

static void test_object(void **state)
{
	static const struct words cases[] = {
		{ NULL, OBJECT, NULL, OBJECT_SAYS },
		{ NULL, "\"vm\":null", NULL, "none" },
		{ NULL, "\"vm\":{}", NULL, "secure" },
		{ NULL, "\"vm\":{\"kernel\":{\"path\":\"/k\"}}", NULL, "vm kernel=host:/k" },
		{ NULL, "\"vm\":{\"hypervisor\":{\"path\":\"/usr/bin/qemu-system-aarch64\"}}", NULL,
		  "secure on=qemu by=/usr/bin/qemu-system-aarch64" },
		{ NULL,
		  "\"vm\":{\"kernel\":{\"path\":\"/k\",\"more\":7},"
		  "\"image\":{\"path\":\"/i\"},\"more\":[],\"hwConfig\":{\"more\":1}}",
		  NULL, "vm kernel=host:/k image=host:/i format=raw" },
		{ NULL,
		  "\"vm\":{\"kernel\":{\"path\":\"/k\",\"initrd\":null,\"parameters\":[]},"
		  "\"image\":null,\"hwConfig\":null,\"hypervisor\":null}",
		  NULL, "vm kernel=host:/k" },
		/* what is written there is the operator's, for whom no limit is meant */
		{ NULL,
		  "\"vm\":{\"hwConfig\":{\"memory\":2097152}},"
		  "\"linux\":{\"resources\":{\"memory\":{\"limit\":1048576}}}",
		  NULL, "secure memory=2097152" },
		{ NULL,
		  "\"vm\":{\"hwConfig\":{\"vcpus\":2}},"
		  "\"linux\":{\"resources\":{\"cpu\":{\"quota\":50000,\"period\":100000}}}",
		  NULL, "secure vcpus=2" },
		/* a sandbox does not get it by copying a pod's annotations */
		{ "\"io.kubernetes.cri.container-type\":\"sandbox\"", "\"vm\":{}", NULL, "secure" },
	};

	expect_words(*state, cases, HWC_ARRAY_SIZE(cases));
}

#define EVERYTHING(name)                                                        \
	"\"KERNEL\":\"/" name "k\",\"RAMDISK\":\"/" name "r\",\"DTB\":\"/" name \
	"d\",\"CMDLINE\":\"" name "\""

static void test_precedence(void **state)
{
	static const struct words cases[] = {
		/* the operator's object is never overridden */
		{ EVERYTHING("p") ",\"" VM "\":\"qemu\",\"" VM ".memory\":\"1\",\"" VM
				  ".vcpus\":\"9\",\"" VM ".kernel\":\"/n\"",
		  OBJECT, "{" EVERYTHING("f") "}", OBJECT_SAYS },
		{ "\"" VM "\":\"no\"", "\"vm\":{}", NULL, "secure" },
		/* but what it leaves open may be said by others */
		{ "\"" VM ".memory\":\"1M\"", "\"vm\":{\"hwConfig\":{\"vcpus\":2}}",
		  "{\"KERNEL\":\"/k\",\"" VM ".vcpus\":\"3\"}",
		  "vm kernel=/k memory=1048576 vcpus=2" },
		{ EVERYTHING("p"), "\"vm\":{\"kernel\":{\"path\":\"/k\"}}", NULL,
		  "vm kernel=host:/k" },
		{ "\"" VM ".ramdisk\":\"/r\",\"" VM ".kernel.digest\":\"" SHA_A "\"",
		  "\"vm\":{\"kernel\":{\"path\":\"/k\"}}", NULL, "vm kernel=host:/k" },
		/* whoever names the kernel says what goes with it */
		{ EVERYTHING("p") ",\"" VM ".kernel\":\"/n\"", NULL, NULL, "vm kernel=/n" },
		{ "\"KERNEL\":\"/p\"", NULL,
		  "{" EVERYTHING("f") ",\"" VM ".kernel.digest\":\"" SHA_A "\",\"" VM
				      ".vcpus\":\"2\"}",
		  "vm kernel=/p vcpus=2" },
		/* the operator adds to the image's kernel */
		{ "\"" VM "\":\"xen\",\"" VM ".memory\":\"2M\",\"CMDLINE\":\"mine\",\"" VM
		  ".kernel.digest\":\"" SHA_A "\"",
		  NULL,
		  "{" EVERYTHING("f") ",\"" VM "\":\"qemu\",\"" VM ".memory\":\"1M\",\"" VM
				      ".console\":\"pv\"}",
		  "vm on=xen kernel=/fk#aa ramdisk=/fr dtb=/fd cmdline='mine' console=pv "
		  "memory=2097152" },
		{ "\"" VM "\":\"no\"", NULL, "{\"KERNEL\":\"/f\"}", "none" },
		{ "\"" VM "\":\"yes\"", NULL, "{\"" VM "\":\"no\"}", "secure" },
		{ NULL, NULL, "{\"" VM "\":\"no\",\"KERNEL\":\"/f\"}", "none" },
	};

	expect_words(*state, cases, HWC_ARRAY_SIZE(cases));
}

static void test_others(void **state)
{
	static const struct words cases[] = {
		{ NULL,
		  "\"process\":{\"env\":[\"A=b\",\"RUNX_KERNEL=/k\",\"RUNX_RAMDISK=/r\","
		  "\"RUNX_KERNEL=/second\"]}",
		  NULL, "vm kernel=/k ramdisk=/r" },
		{ NULL, "\"process\":{\"env\":[7,\"RUNX_KERNEL\",\"RUNX_RAMDISK=/r\"]}", NULL,
		  "none" },
		{ NULL, "\"process\":{\"env\":[\"RUNX_KERNEL=\"]}", NULL, "none" },
		{ NULL, "\"process\":{\"env\":{\"RUNX_KERNEL\":\"/k\"}}", NULL, "none" },
		{ "\"KERNEL\":\"/p\"",
		  "\"process\":{\"env\":[\"RUNX_KERNEL=/k\",\"RUNX_RAMDISK=/r\"]}", NULL,
		  "vm kernel=/p" },
		{ NULL, "\"process\":{\"env\":[\"RUNX_KERNEL=/k\"]}", "{" EVERYTHING("f") "}",
		  "vm kernel=/k" },
		/* Kata's kernel is the host's, for the container's process; its initrd is Kata's own */
		{ "\"" KATA "kernel\":\"/h\",\"" KATA "initrd\":\"/i\",\"" KATA
		  "kernel_params\":\"quiet\",\"" KATA "default_memory\":\"64\",\"" KATA
		  "default_vcpus\":\"2\"",
		  NULL, NULL, "secure kernel=host:/h cmdline='quiet' memory=67108864 vcpus=2" },
		{ "\"" KATA "kernel\":\"/h\"", NULL, "{" EVERYTHING("f") "}",
		  "secure kernel=host:/h" },
		{ "\"" KATA "kernel\":\"/h\",\"KERNEL\":\"/k\",\"" KATA "kernel_params\":\"quiet\"",
		  NULL, NULL, "vm kernel=/k" },
		/* what is meant for Kata makes no virtual machine of a container */
		{ "\"" KATA "default_memory\":\"much\",\"" KATA "kernel_params\":\"a\",\"" KATA
		  "initrd\":\"/i\"",
		  NULL, NULL, "none" },
		{ "\"" VM "\":\"yes\",\"" VM ".memory\":\"1M\",\"" KATA "default_memory\":\"64\","
		  "\"" KATA "kernel_params\":\"a\"",
		  NULL, NULL, "secure cmdline='a' memory=1048576" },
	};

	expect_words(*state, cases, HWC_ARRAY_SIZE(cases));
}

struct mistake {
	const char *annotations;
	const char *more;
	const char *file;
	int err;
	const char *sentence;
};

/* A sentence that begins with ":" or " " has the path of the configuration before it. */
static void refuse_words(struct place *place, const struct mistake *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *config = write_words(cases[i].annotations, cases[i].more, cases[i].file);
		struct hwc_bundle *bundle = open_bundle(place, config);
		const char *sentence = cases[i].sentence;
		int err = hwc_bundle_read(bundle);

		if (*sentence == ':' || *sentence == ' ') {
			char rest[400];

			snprintf(rest, sizeof(rest), "/config.json%s", sentence);
			sentence = in_place(place, rest);
		}
		if (err != cases[i].err || strcmp(hwc_ctx_error(place->ctx), sentence))
			fail_msg("%zu: %d \"%s\", not \"%s\"", i, err, hwc_ctx_error(place->ctx),
				 sentence);
		assert_null(hwc_bundle_vm(bundle));
		assert_int_equal(hwc_bundle_asks(bundle), 0);
		free(config);
		hwc_bundle_free(bundle);
	}
}

#define NO_SIZE " is not a number of bytes to 256 TiB, with K, M or G behind it or not"

static void test_key_refusals(void **state)
{
	static const struct mistake cases[] = {
		{ "\"KERNEL\":\"k\"", NULL, NULL, -EINVAL,
		  ": KERNEL=k does not give an absolute path" },
		{ "\"KERNEL\":\"\"", NULL, NULL, -EINVAL,
		  ": KERNEL= does not give an absolute path" },
		{ "\"KERNEL\":7", NULL, NULL, -EINVAL, ": the value of KERNEL is not a string" },
		{ "\"KERNEL\":null", NULL, NULL, -EINVAL, ": the value of KERNEL is not a string" },
		{ "\"KERNEL\":\"/k\\u0000/x\"", NULL, NULL, -EINVAL,
		  ": the value of KERNEL has a control character" },
		{ "\"KERNEL\":\"/k\",\"CMDLINE\":\"a\\nkernel=/etc/shadow\"", NULL, NULL, -EINVAL,
		  ": the value of CMDLINE has a control character" },
		{ "\"RAMDISK\":\"/r\"", NULL, NULL, -EINVAL,
		  "RAMDISK is for a kernel and none is named: KERNEL is missing" },
		{ "\"DTB\":\"/d\"", NULL, NULL, -EINVAL,
		  "DTB is for a kernel and none is named: KERNEL is missing" },
		{ "\"CMDLINE\":\"a\"", NULL, NULL, -EINVAL,
		  "CMDLINE is for a kernel and none is named: KERNEL is missing" },
		{ "\"RAMDISK\":\"/r\",\"" VM "\":\"yes\"", NULL, NULL, -EINVAL,
		  "RAMDISK is for a kernel and none is named: KERNEL is missing" },
		{ "\"" VM ".kernel.digest\":\"" SHA_A "\",\"" VM "\":\"yes\"", NULL, NULL, -EINVAL,
		  VM ".kernel.digest is of a file that is not named" },
		{ "\"" VM ".dtb.digest\":\"" SHA_A "\",\"KERNEL\":\"/k\"", NULL, NULL, -EINVAL,
		  VM ".dtb.digest is of a file that is not named" },
		{ "\"" VM ".kernel.digest\":\"sha256:aa\",\"KERNEL\":\"/k\"", NULL, NULL, -EINVAL,
		  ": " VM ".kernel.digest=sha256:aa is not \"sha256:\" and 64 hexadecimal digits" },
		{ "\"" VM "\":\"kvm\"", NULL, NULL, -EINVAL,
		  ": " VM "=kvm is not \"yes\", \"no\", \"xen\" or \"qemu\"" },
		{ "\"" VM ".hypervisor\":\"yes\"", NULL, NULL, -EINVAL,
		  ": " VM ".hypervisor=yes is not \"xen\" or \"qemu\"" },
		{ "\"" VM ".console\":\"tty\"", NULL, NULL, -EINVAL,
		  ": " VM ".console=tty is not \"uart\" or \"pv\"" },
		{ "\"" VM ".image\":\"/i\"", NULL, NULL, -EINVAL,
		  ": " VM ".image is not a key that is known" },
		{ "\"" VM ".\":\"/i\"", NULL, NULL, -EINVAL,
		  ": " VM ". is not a key that is known" },
		/* slips of the pen */
		{ "\"Kernel\":\"/k\"", NULL, NULL, -EINVAL,
		  ": \"Kernel\" is not a key that is known; KERNEL is" },
		{ "\"kernel\":\"/k\"", NULL, NULL, -EINVAL,
		  ": \"kernel\" is not a key that is known; KERNEL is" },
		{ "\"KERNEL\":\"/k\",\"cmdline\":\"a\"", NULL, NULL, -EINVAL,
		  ": \"cmdline\" is not a key that is known; CMDLINE is" },
		{ NULL, NULL, "{\"KERNEL\":\"/k\",\"dtb\":\"d\"}", -EINVAL,
		  "/etc/hwcontainer.json: \"dtb\" is neither a device-tree path, a PCI address nor a known name such as remoteproc0" },
		{ "\"/fpga/pr0\":\"/a.bit\"", NULL, "{\"KERNEL\":\"/k\",\"dtb\":\"d\"}", -EINVAL,
		  "/etc/hwcontainer.json: \"dtb\" is not a key that is known; DTB is" },
		{ NULL, NULL, "{\"KERNEL\":\"k\"}", -EINVAL,
		  "/etc/hwcontainer.json: KERNEL=k does not give an absolute path" },
		{ NULL, "\"process\":{\"env\":[\"RUNX_KERNEL=k\"]}", NULL, -EINVAL,
		  ": RUNX_KERNEL=k does not give an absolute path" },
		{ "\"" KATA "kernel\":\"h\"", NULL, NULL, -EINVAL,
		  ": " KATA "kernel=h does not give an absolute path" },
		{ "\"" VM "\":\"yes\",\"" KATA "default_memory\":\"0\"", NULL, NULL, -EINVAL,
		  ": " KATA "default_memory=0 is not a number of MiB" },
		/* one container is one thing */
		{ "\"KERNEL\":\"/k\",\"remoteproc0\":\"/boot/a.elf\"",
		  "\"process\":{\"args\":[\"/boot/a.elf\"]}", NULL, -EINVAL,
		  " asks for a virtual machine, and for firmware of remoteproc0 as the container's program: a container is one of them" },
	};

	refuse_words(*state, cases, HWC_ARRAY_SIZE(cases));
}

static void test_size_refusals(void **state)
{
	static const char *const sizes[] = {
		"",
		"0",
		"00",
		"01",
		"-1",
		"+1",
		" 1",
		"1 ",
		"1k",
		"1KB",
		"1.5G",
		"M",
		"0x1000",
		"262145G",
		"281474976710657",
		"9223372036854775808",
		"18446744073709551617",
		"99999999999999999999999999999",
	};
	static const char *const counts[] = {
		"", "0", "-1", "1025", "x", "1 2", "4294967297", "1.5"
	};
	static const struct mistake limit[] = {
		{ "\"" VM "\":\"yes\",\"" VM ".memory\":\"2M\"",
		  "\"linux\":{\"resources\":{\"memory\":{\"limit\":1048576}}}", NULL, -ERANGE,
		  VM
		  ".memory asks for 2097152 bytes and the container may have 1048576 (linux.resources.memory.limit)" },
		{ NULL, "\"linux\":{\"resources\":{\"cpu\":{\"quota\":50000,\"period\":100000}}}",
		  "{\"KERNEL\":\"/k\",\"" VM ".vcpus\":\"64\"}", -ERANGE,
		  VM
		  ".vcpus asks for 64 processors and the container may have 1 (linux.resources.cpu)" },
		{ "\"" VM "\":\"yes\",\"" KATA "default_vcpus\":\"3\"",
		  "\"linux\":{\"resources\":{\"cpu\":{\"cpus\":\"0-1\"}}}", NULL, -ERANGE,
		  KATA
		  "default_vcpus asks for 3 processors and the container may have 2 (linux.resources.cpu)" },
	};
	char annotation[128], sentence[256];

	for (size_t i = 0; i < HWC_ARRAY_SIZE(sizes); i++) {
		const struct mistake m = { annotation, NULL, NULL, -EINVAL, sentence };

		snprintf(annotation, sizeof(annotation), "\"" VM ".memory\":\"%s\"", sizes[i]);
		snprintf(sentence, sizeof(sentence), ": " VM ".memory=%s" NO_SIZE, sizes[i]);
		refuse_words(*state, &m, 1);
	}
	for (size_t i = 0; i < HWC_ARRAY_SIZE(counts); i++) {
		const struct mistake m = { annotation, NULL, NULL, -EINVAL, sentence };

		snprintf(annotation, sizeof(annotation), "\"" VM ".vcpus\":\"%s\"", counts[i]);
		snprintf(sentence, sizeof(sentence),
			 ": " VM ".vcpus=%s is not a number of processors from 1 to 1024",
			 counts[i]);
		refuse_words(*state, &m, 1);
	}
	refuse_words(*state, limit, HWC_ARRAY_SIZE(limit));
}

static void test_object_refusals(void **state)
{
	static const struct mistake cases[] = {
		{ NULL, "\"vm\":[]", NULL, -EINVAL, ": vm is not of the type object" },
		{ NULL, "\"vm\":{\"kernel\":\"/k\"}", NULL, -EINVAL,
		  ": vm.kernel is not of the type object" },
		{ NULL, "\"vm\":{\"kernel\":{}}", NULL, -EINVAL, ": vm.kernel.path is missing" },
		{ NULL, "\"vm\":{\"kernel\":{\"path\":1}}", NULL, -EINVAL,
		  ": vm.kernel.path is not of the type string" },
		{ NULL, "\"vm\":{\"kernel\":{\"path\":\"k\"}}", NULL, -EINVAL,
		  ": vm.kernel.path=k does not give an absolute path" },
		{ NULL, "\"vm\":{\"kernel\":{\"path\":\"/k\",\"initrd\":\"r\"}}", NULL, -EINVAL,
		  ": vm.kernel.initrd=r does not give an absolute path" },
		{ NULL, "\"vm\":{\"kernel\":{\"path\":\"/k\",\"parameters\":\"a\"}}", NULL, -EINVAL,
		  ": vm.kernel.parameters is not of the type array" },
		{ NULL, "\"vm\":{\"kernel\":{\"path\":\"/k\",\"parameters\":[1]}}", NULL, -EINVAL,
		  ": the value of vm.kernel.parameters is not a string" },
		{ NULL, "\"vm\":{\"kernel\":{\"path\":\"/k\",\"parameters\":[\"\\t\"]}}", NULL,
		  -EINVAL, ": the value of vm.kernel.parameters has a control character" },
		{ NULL, "\"vm\":{\"hypervisor\":{}}", NULL, -EINVAL,
		  ": vm.hypervisor.path is missing" },
		{ NULL, "\"vm\":{\"hypervisor\":{\"path\":\"qemu\"}}", NULL, -EINVAL,
		  ": vm.hypervisor.path=qemu is not an absolute path" },
		{ NULL, "\"vm\":{\"hypervisor\":{\"path\":\"/bin/sh\"}}", NULL, -EOPNOTSUPP,
		  ": vm.hypervisor.path=/bin/sh is neither QEMU nor Xen's xl, by its name" },
		{ NULL, "\"vm\":{\"hypervisor\":{\"path\":\"/xl\",\"parameters\":{}}}", NULL,
		  -EINVAL, ": vm.hypervisor.parameters is not of the type array" },
		{ NULL, "\"vm\":{\"image\":{\"path\":\"/i\"}}", NULL, -EINVAL,
		  ": the root in vm.image needs a kernel in vm.kernel" },
		/* a kernel of the image's is not to write to it */
		{ NULL, "\"vm\":{\"image\":{\"path\":\"/i\"}}", "{\"KERNEL\":\"/k\"}", -EINVAL,
		  ": the root in vm.image needs a kernel in vm.kernel" },
		{ "\"KERNEL\":\"/k\"", "\"vm\":{\"image\":{\"path\":\"/i\"}}", NULL, -EINVAL,
		  ": the root in vm.image needs a kernel in vm.kernel" },
		{ "\"" KATA "kernel\":\"/k\"", "\"vm\":{\"image\":{\"path\":\"/i\"}}", NULL,
		  -EINVAL, ": the root in vm.image needs a kernel in vm.kernel" },
		{ NULL, "\"vm\":{\"image\":{\"format\":\"raw\"}}", NULL, -EINVAL,
		  ": vm.image.path is missing" },
		{ NULL, "\"vm\":{\"image\":{\"path\":\"/i\",\"format\":\"iso\"}}", NULL, -EINVAL,
		  ": vm.image.format=iso is neither raw, qcow2, vdi, vmdk nor vhd" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"vcpus\":0}}", NULL, -EINVAL,
		  ": vm.hwConfig.vcpus is 0, which is not between 1 and 1024" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"vcpus\":\"2\"}}", NULL, -EINVAL,
		  ": vm.hwConfig.vcpus is not of the type int" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"vcpus\":1.5}}", NULL, -EINVAL,
		  ": vm.hwConfig.vcpus is not of the type int" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"memory\":0}}", NULL, -EINVAL,
		  ": vm.hwConfig.memory is 0, which is not between 1 and 281474976710656" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"memory\":-1}}", NULL, -EINVAL,
		  ": vm.hwConfig.memory is -1, which is not between 1 and 281474976710656" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"memory\":9223372036854775808}}", NULL, -EINVAL,
		  ": vm.hwConfig.memory is 9223372036854775808, which is not between 1 and 281474976710656" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"deviceTree\":\"d\"}}", NULL, -EINVAL,
		  ": vm.hwConfig.deviceTree=d does not give an absolute path" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"dtdevs\":[7]}}", NULL, -EINVAL,
		  ": the value of vm.hwConfig.dtdevs is not a string" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"irqs\":[-1]}}", NULL, -EINVAL,
		  ": -1 in vm.hwConfig.irqs is no interrupt" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"irqs\":[4294967296]}}", NULL, -EINVAL,
		  ": 4294967296 in vm.hwConfig.irqs is no interrupt" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"irqs\":[\"11\"]}}", NULL, -EINVAL,
		  ": \"11\" in vm.hwConfig.irqs is no interrupt" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"iomems\":{}}}", NULL, -EINVAL,
		  ": vm.hwConfig.iomems is not of the type array" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"iomems\":[7]}}", NULL, -EINVAL,
		  ": an element of vm.hwConfig.iomems is not an object" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"iomems\":[{\"nrMFNs\":1}]}}", NULL, -EINVAL,
		  ": vm.hwConfig.iomems.firstMFN is missing" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"iomems\":[{\"firstMFN\":1}]}}", NULL, -EINVAL,
		  ": vm.hwConfig.iomems.nrMFNs is missing" },
		{ NULL, "\"vm\":{\"hwConfig\":{\"iomems\":[{\"firstMFN\":1,\"nrMFNs\":0}]}}", NULL,
		  -EINVAL,
		  ": vm.hwConfig.iomems.nrMFNs is 0, which is not between 1 and 1099511627776" },
		{ NULL,
		  "\"vm\":{\"hwConfig\":{\"iomems\":[{\"firstMFN\":2,\"nrMFNs\":1099511627775}]}}",
		  NULL, -EINVAL,
		  ": vm.hwConfig.iomems.nrMFNs=1099511627775 goes over the end of what can be addressed" },
		{ NULL,
		  "\"vm\":{\"hwConfig\":{\"iomems\":[{\"firstMFN\":2,\"firstGFN\":0,"
		  "\"nrMFNs\":1099511627775}]}}",
		  NULL, -EINVAL,
		  ": vm.hwConfig.iomems.nrMFNs=1099511627775 goes over the end of what can be addressed" },
		{ NULL,
		  "\"vm\":{\"hwConfig\":{\"iomems\":[{\"firstMFN\":0,\"firstGFN\":1099511627775,"
		  "\"nrMFNs\":2}]}}",
		  NULL, -EINVAL,
		  ": vm.hwConfig.iomems.nrMFNs=2 goes over the end of what can be addressed" },
	};

	refuse_words(*state, cases, HWC_ARRAY_SIZE(cases));
}

/* As many characters as a kernel takes, one more, and far more. */
static void test_long_cmdline(void **state)
{
	static const size_t sizes[] = { HWC_CMDLINE_MAX, HWC_CMDLINE_MAX + 1, 1 << 20 };

	for (size_t i = 0; i < HWC_ARRAY_SIZE(sizes); i++) {
		char *text = calloc(1, sizes[i] + 1), *words[2];

		assert_non_null(text);
		memset(text, 'x', sizes[i]);
		assert_true(asprintf(&words[0],
				     "{\"annotations\":{\"KERNEL\":\"/k\",\"CMDLINE\":\"%s\"}}",
				     text) > 0);
		assert_true(asprintf(&words[1],
				     "{\"vm\":{\"kernel\":{\"path\":\"/k\",\"parameters\":[\"a\","
				     "\"%s\"]}}}",
				     text + 2) > 0);
		for (int k = 0; k < 2; k++) {
			struct hwc_bundle *bundle = open_bundle(*state, words[k]);

			assert_int_equal(hwc_bundle_read(bundle), i ? -E2BIG : 0);
			if (!i)
				assert_int_equal(strlen(hwc_bundle_vm(bundle)->cmdline), sizes[i]);
			hwc_bundle_free(bundle);
			free(words[k]);
		}
		free(text);
	}
}

/* Whoever edits the configuration keeps the object as it is. */
static void test_object_survives_an_edit(void **state)
{
	struct place *place = *state;
	struct hwc_bundle *bundle = read_bundle(place, "{" ROOT "," OBJECT "}");
	struct hwc_edits *edits;

	assert_int_equal(hwc_edits_new(place->ctx, &edits), 0);
	assert_int_equal(hwc_edits_env(edits, "A", "b"), 0);
	assert_int_equal(hwc_bundle_apply(bundle, edits, "7"), 0);
	assert_int_equal(hwc_bundle_save(bundle), 0);
	hwc_edits_free(edits);
	hwc_bundle_free(bundle);
	assert_int_equal(hwc_bundle_open(place->ctx, place->dir, &bundle), 0);
	assert_non_null(strstr(hwc_bundle_json(bundle), OBJECT));
	assert_non_null(strstr(hwc_bundle_json(bundle), "A=b"));
	hwc_bundle_free(bundle);
}

#define place_test(name) cmocka_unit_test_setup_teardown(name, make_place, free_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(test_keys),		place_test(test_sizes),
		place_test(test_object),	place_test(test_precedence),
		place_test(test_others),	place_test(test_key_refusals),
		place_test(test_size_refusals), place_test(test_object_refusals),
		place_test(test_long_cmdline),	place_test(test_object_survives_an_edit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
