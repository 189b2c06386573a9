// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of a bundle's virtual machine: where they may be, what they are, and who allows them. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include "bundle.h"
#include "ctx.h"
#include "digest.h"
#include "place.h"

#define VM "org.hwcontainer.vm"
#define KATA "io.katacontainers.config.hypervisor."
#define FILE_PATH "rootfs/etc/hwcontainer.json"
#define SHA_A "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_ABC "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ALLOW_ABC "{\"digest\":\"" SHA_ABC "\"}"

static const struct hwc_kernel_taker arm64 = {
	.name = "QEMU",
	.arch = HWC_ARCH_ARM64,
	.formats = HWC_KERNEL_IMAGE | HWC_KERNEL_GZIP,
};

static void write_bytes(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), size);
	close(fd);
}

/* As small as an Image of arm64 can be; @mark makes it another one. */
static void write_kernel(const char *path, uint8_t mark)
{
	uint8_t data[64] = { [0] = mark, [56] = 'A', [57] = 'R', [58] = 'M', [59] = 0x64 };

	write_bytes(path, data, sizeof(data));
}

static void write_dtb(const char *path, uint8_t size, size_t bytes)
{
	uint8_t data[64] = { 0xd0, 0x0d, 0xfe, 0xed, 0, 0, 0, size };

	write_bytes(path, data, bytes);
}

static int make_kernel(void **state)
{
	make_place(state);
	write_kernel("rootfs/boot/k", 0);
	return 0;
}

static int grant(struct hwc_bundle *bundle, struct place *place, const char *rules)
{
	struct hwc_policy *policy = make_policy(place, rules);
	int err = hwc_bundle_grant(bundle, policy);

	hwc_policy_free(policy);
	return err;
}

static int open_files(struct hwc_bundle *bundle, struct place *place, struct hwc_vm_files *files)
{
	if (grant(bundle, place, NULL))
		fail_msg("%s", hwc_ctx_error(place->ctx));
	return hwc_bundle_vm_open(bundle, &arm64, files);
}

static void expect_text(int fd, const char *text)
{
	char found[64] = "";

	assert_int_equal(read(fd, found, sizeof(found) - 1), strlen(text));
	assert_string_equal(found, text);
}

static void test_open(void **state)
{
	struct place *place = *state;
	struct hwc_vm_files files;
	struct hwc_bundle *bundle;

	write_file("rootfs/boot/r", "ramdisk");
	write_dtb("rootfs/boot/d", 40, 64);
	/* links stop at the root, as they do for who is in there */
	assert_int_equal(symlink("/boot/r", "rootfs/boot/l"), 0);
	bundle = read_bundle(place, "{" ROOT ",\"annotations\":{\"KERNEL\":\"/boot/../boot/k\","
				    "\"RAMDISK\":\"/boot/l\",\"DTB\":\"/boot/d\"}}");
	assert_int_equal(open_files(bundle, place, &files), 0);
	assert_int_equal(files.kernel_is.format, HWC_KERNEL_IMAGE);
	assert_int_equal(files.kernel_is.arch, HWC_ARCH_ARM64);
	assert_int_equal(lseek(files.kernel, 0, SEEK_CUR), 0);
	assert_int_equal(lseek(files.dtb, 0, SEEK_CUR), 0);
	expect_text(files.ramdisk, "ramdisk");
	assert_int_equal(files.image, -1);
	hwc_vm_files_close(&files);
	hwc_bundle_free(bundle);
	/* the host's kernel is not the library's to find */
	bundle = read_bundle(place, "{" ROOT ",\"annotations\":{\"" VM "\":\"yes\"}}");
	assert_int_equal(open_files(bundle, place, &files), 0);
	assert_int_equal(files.kernel, -1);
	assert_int_equal(files.ramdisk, -1);
	assert_int_equal(files.dtb, -1);
	hwc_vm_files_close(&files);
	hwc_bundle_free(bundle);
}

/* Paths of the object are the host's. */
static void test_open_host(void **state)
{
	static const char object[] =
		"{\"root\":{\"path\":\"rootfs\",\"readonly\":%s},\"vm\":{\"kernel\":"
		"{\"path\":\"%s/rootfs/boot/k\",\"initrd\":\"%s/r\"},"
		"\"image\":{\"path\":\"%s/i\",\"format\":\"raw\"},"
		"\"hwConfig\":{\"deviceTree\":\"%s/d\"}}}";
	struct place *place = *state;

	write_file("r", "ramdisk");
	write_file("i", "image");
	write_dtb("d", 64, 64);
	for (int readonly = 0; readonly < 2; readonly++) {
		struct hwc_vm_files files;
		struct hwc_bundle *bundle;
		char config[1024];

		snprintf(config, sizeof(config), object, readonly ? "true" : "false", place->dir,
			 place->dir, place->dir, place->dir);
		bundle = read_bundle(place, config);
		assert_int_equal(open_files(bundle, place, &files), 0);
		expect_text(files.ramdisk, "ramdisk");
		assert_int_equal(fcntl(files.image, F_GETFL) & O_ACCMODE,
				 readonly ? O_RDONLY : O_RDWR);
		assert_true(files.dtb >= 0);
		assert_int_equal(fcntl(files.image, F_GETFD), FD_CLOEXEC);
		hwc_vm_files_close(&files);
		hwc_bundle_free(bundle);
	}
}

static void make_text(const char *path)
{
	write_file(path, "#!/bin/sh\n");
}

static void make_x86(const char *path)
{
	uint8_t data[5 * 512] = {
		[0x1fe] = 0x55, [0x1ff] = 0xaa, [0x206] = 0x0f, [0x207] = 2, [0x236] = 1
	};

	memcpy(data + 0x202, "HdrS", 4);
	write_bytes(path, data, sizeof(data));
}

static void make_zimage(const char *path)
{
	uint8_t data[64] = { [0x24] = 0x18, [0x25] = 0x28, [0x26] = 0x6f, [0x27] = 0x01 };

	write_bytes(path, data, sizeof(data));
}

static void test_kernel_refusals(void **state)
{
	static const char missing_link[] =
		"kernel /boot/k is a symbolic link that leads out of the container's root file system or to nothing in it";
	static const struct {
		void (*make)(const char *path);
		const char *path;
		int err;
		const char *sentence;
	} cases[] = {
		{ NULL, "/boot/k", -ENOENT,
		  "kernel /boot/k is not in the container's root file system" },
		{ NULL, "/boot/../../secret", -EXDEV,
		  "kernel /boot/../../secret leads out of the container's root file system" },
		{ make_link_out, "/boot/k", -EXDEV, missing_link },
		{ make_magic, "/boot/k", -EXDEV, missing_link },
		{ make_fifo, "/boot/k", -EINVAL, "kernel /boot/k is a FIFO, not a file" },
		{ make_dir, "/boot/k", -EISDIR, "kernel /boot/k is a directory" },
		{ make_empty, "/boot/k", -ENODATA, "kernel /boot/k is empty" },
		{ make_large, "/boot/k", -EFBIG,
		  "kernel /boot/k has 4294967296 bytes, more than the 268435456 it may have" },
		{ make_text, "/boot/k", -ENOEXEC,
		  "/boot/k is no kernel: neither an Image, a zImage, a bzImage nor an ELF program, nor packed with gzip" },
		{ make_x86, "/boot/k", -ENOEXEC,
		  "/boot/k is a kernel for x86-64, this machine is arm64" },
		{ make_zimage, "/boot/k", -ENOEXEC,
		  "/boot/k is a kernel for arm, this machine is arm64" },
	};
	struct place *place = *state;
	char config[256];

	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		struct hwc_vm_files files = { .kernel = -7 };
		struct hwc_bundle *bundle;

		remove("rootfs/boot/k");
		if (cases[i].make)
			cases[i].make("rootfs/boot/k");
		snprintf(config, sizeof(config), "{\"annotations\":{\"KERNEL\":\"%s\"}," ROOT "}",
			 cases[i].path);
		bundle = read_bundle(place, config);
		assert_int_equal(open_files(bundle, place, &files), cases[i].err);
		assert_string_equal(hwc_ctx_error(place->ctx), cases[i].sentence);
		assert_int_equal(files.kernel, -7);
		hwc_bundle_free(bundle);
	}
}

static int count_open(void)
{
	int count = 0;

	for (int fd = 0; fd < 64; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* What is refused late leaves nothing open of what was opened before. */
static void test_other_refusals(void **state)
{
	static const struct {
		const char *key;
		int err;
		const char *sentence;
	} cases[] = {
		{ "\"RAMDISK\":\"/boot/none\"", -ENOENT,
		  "ramdisk /boot/none is not in the container's root file system" },
		{ "\"RAMDISK\":\"/boot\"", -EISDIR, "ramdisk /boot is a directory" },
		{ "\"RAMDISK\":\"/boot/empty\"", -ENODATA, "ramdisk /boot/empty is empty" },
		{ "\"DTB\":\"/boot/none\"", -ENOENT,
		  "device tree /boot/none is not in the container's root file system" },
		{ "\"DTB\":\"/boot/k\"", -EBADMSG, "/boot/k is no device tree blob" },
		{ "\"DTB\":\"/boot/short\"", -EBADMSG, "/boot/short is no device tree blob" },
		{ "\"DTB\":\"/boot/tiny\"", -EBADMSG,
		  "/boot/tiny is cut off: the device tree blob has 39 bytes and the file 64" },
		{ "\"DTB\":\"/boot/cut\"", -EBADMSG,
		  "/boot/cut is cut off: the device tree blob has 65 bytes and the file 64" },
		{ "\"DTB\":\"/boot/large\"", -EFBIG,
		  "device tree /boot/large has 65537 bytes, more than the 65536 it may have" },
	};
	struct place *place = *state;
	char config[256];

	write_file("rootfs/boot/empty", "");
	write_dtb("rootfs/boot/short", 39, 39);
	write_dtb("rootfs/boot/tiny", 39, 64);
	write_dtb("rootfs/boot/cut", 65, 64);
	write_dtb("rootfs/boot/large", 40, 64);
	assert_int_equal(truncate("rootfs/boot/large", (64 << 10) + 1), 0);
	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		struct hwc_vm_files files;
		struct hwc_bundle *bundle;
		int before;

		snprintf(config, sizeof(config),
			 "{\"annotations\":{\"KERNEL\":\"/boot/k\",%s}," ROOT "}", cases[i].key);
		bundle = read_bundle(place, config);
		before = count_open();
		assert_int_equal(open_files(bundle, place, &files), cases[i].err);
		assert_string_equal(hwc_ctx_error(place->ctx), cases[i].sentence);
		assert_int_equal(count_open(), before);
		hwc_bundle_free(bundle);
	}
}

static void test_host_refusals(void **state)
{
	static const struct {
		const char *path;
		int err;
		const char *sentence;
	} cases[] = {
		{ "/no/such/kernel", -ENOENT, "kernel /no/such/kernel: No such file or directory" },
		{ "/dev/null", -EINVAL, "kernel /dev/null is not a regular file" },
		{ "/tmp", -EINVAL, "kernel /tmp is not a regular file" },
	};
	struct place *place = *state;
	char config[256];

	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		struct hwc_vm_files files;
		struct hwc_bundle *bundle;

		snprintf(config, sizeof(config), "{\"vm\":{\"kernel\":{\"path\":\"%s\"}}," ROOT "}",
			 cases[i].path);
		bundle = read_bundle(place, config);
		assert_int_equal(open_files(bundle, place, &files), cases[i].err);
		assert_string_equal(hwc_ctx_error(place->ctx), cases[i].sentence);
		hwc_bundle_free(bundle);
	}
}

#define RAMDISK_WITH(sha)                                                                 \
	"{" ROOT ",\"annotations\":{\"KERNEL\":\"/boot/k\",\"RAMDISK\":\"/boot/r\",\"" VM \
	".ramdisk.digest\":\"" sha "\"}}"

/* A file with a digest is what has it, whatever becomes of the file later. */
static void test_digest(void **state)
{
	struct place *place = *state;
	struct hwc_vm_files files;
	struct hwc_bundle *bundle;

	write_file("rootfs/boot/r", "abc");
	bundle = read_bundle(place, RAMDISK_WITH(SHA_A));
	assert_int_equal(open_files(bundle, place, &files), -EBADMSG);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    "/boot/r is " SHA_ABC " and was asked for as " SHA_A);
	hwc_bundle_free(bundle);
	bundle = read_bundle(place, RAMDISK_WITH(SHA_ABC));
	assert_int_equal(open_files(bundle, place, &files), 0);
	write_file("rootfs/boot/r", "xyz");
	expect_text(files.ramdisk, "abc");
	assert_int_equal(pwrite(files.ramdisk, "x", 1, 0), -1);
	assert_int_equal(ftruncate(files.ramdisk, 0), -1);
	assert_int_equal(fcntl(files.ramdisk, F_GET_SEALS),
			 F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL);
	hwc_vm_files_close(&files);
	hwc_bundle_free(bundle);
}

/* Nothing is opened that was not granted. */
static void test_open_before_grant(void **state)
{
	struct place *place = *state;
	struct hwc_bundle *bundle =
		read_bundle(place, "{" ROOT ",\"annotations\":{\"KERNEL\":\"/boot/k\"}}");
	struct hwc_vm_files files;

	assert_int_equal(hwc_bundle_vm_open(bundle, NULL, &files), -EPERM);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    in_place(place, "/config.json has not been granted anything"));
	assert_int_equal(grant(bundle, place, NULL), 0);
	assert_int_equal(hwc_bundle_vm_open(bundle, NULL, &files), 0);
	hwc_vm_files_close(&files);
	/* what is asked anew is granted anew */
	assert_int_equal(hwc_bundle_read(bundle), 0);
	assert_int_equal(hwc_bundle_vm_open(bundle, NULL, &files), -EPERM);
	hwc_bundle_free(bundle);
	bundle = read_bundle(place, "{" ROOT ",\"annotations\":{\"" KATA
				    "kernel\":\"/k\"," CONVERTED "}}");
	assert_int_equal(grant(bundle, place, NULL), -EPERM);
	assert_int_equal(hwc_bundle_vm_open(bundle, NULL, &files), -EPERM);
	hwc_bundle_free(bundle);
}

#define HARDWARE "\"/fpga/pr0\":\"/boot/a.bit\""
#define KERNEL "\"KERNEL\":\"/boot/k\""
#define DTB "\"DTB\":\"/boot/r\""

static int grant_words(struct place *place, const char *annotations, const char *rules)
{
	char config[512];
	struct hwc_bundle *bundle;
	int err;

	snprintf(config, sizeof(config), "{\"annotations\":{%s}," ROOT "}", annotations);
	bundle = read_bundle(place, config);
	assert_int_equal(hwc_bundle_load(bundle), 0);
	err = grant(bundle, place, rules);
	hwc_bundle_free(bundle);
	return err;
}

/* The digest of the kernel that write_kernel() makes with 0. */
static void kernel_rule(char *text)
{
	uint8_t data[64] = { [56] = 'A', [57] = 'R', [58] = 'M', [59] = 0x64 };
	uint8_t digest[HWCONTAINER_DIGEST_LEN];

	hwc_sha256(data, sizeof(data), digest);
	hwc_digest_text(digest, text);
}

static void test_policy(void **state)
{
	static const char both[] = "{\"allow\":[" ALLOW_ABC ",{\"digest\":\"%s\"}]}";
	char rule[HWC_DIGEST_TEXT_LEN + 1], rules[300], sentence[512];
	struct place *place = *state;

	kernel_rule(rule);
	write_file("rootfs/boot/a.bit", "abc");
	write_file("rootfs/boot/r", "abc");
	/* without hardware it is no more than the image's process would be */
	assert_int_equal(grant_words(place, KERNEL "," CONVERTED, NULL), 0);
	assert_int_equal(grant_words(place, KERNEL, "{\"annotations\":\"image\"}"), 0);
	/* the operator's words, and those of a host that allows everything */
	assert_int_equal(grant_words(place, KERNEL "," HARDWARE, NULL), 0);
	assert_int_equal(grant_words(place, KERNEL "," HARDWARE "," CONVERTED,
				     "{\"allow\":[{\"all\":true}]}"),
			 0);
	/* with hardware the claim's rules, */
	assert_int_equal(grant_words(place, KERNEL "," HARDWARE "," CONVERTED, NULL), -EPERM);
	assert_non_null(strstr(hwc_ctx_error(place->ctx), "the image asks for /fpga/pr0 with"));
	/* and who drives it is to be known, too */
	assert_int_equal(grant_words(place, KERNEL "," DTB "," HARDWARE "," CONVERTED,
				     "{\"allow\":[" ALLOW_ABC "]}"),
			 -EPERM);
	snprintf(sentence, sizeof(sentence),
		 "the image asks for a virtual machine with /boot/k that gets hardware and this "
		 "host does not allow it; hwctl policy allow digest %s " SHA_ABC " does",
		 rule);
	assert_string_equal(hwc_ctx_error(place->ctx), sentence);
	snprintf(rules, sizeof(rules), both, rule);
	assert_int_equal(grant_words(place, KERNEL "," DTB "," HARDWARE "," CONVERTED, rules), 0);
	/* the container's process is not looked at, nor is it in a virtual machine of the host's */
	assert_int_equal(grant_words(place, "\"" VM "\":\"yes\"," HARDWARE "," CONVERTED,
				     "{\"allow\":[" ALLOW_ABC "]}"),
			 0);
}

/* What was allowed is what is started. */
static void test_grant_pins(void **state)
{
	struct place *place = *state;
	char rule[HWC_DIGEST_TEXT_LEN + 1], rules[300];
	struct hwc_vm_files files;
	struct hwc_bundle *bundle;

	kernel_rule(rule);
	snprintf(rules, sizeof(rules), "{\"allow\":[" ALLOW_ABC ",{\"digest\":\"%s\"}]}", rule);
	write_file("rootfs/boot/a.bit", "abc");
	bundle = read_bundle(place,
			     "{\"annotations\":{" KERNEL "," HARDWARE "," CONVERTED "}," ROOT "}");
	assert_int_equal(hwc_bundle_load(bundle), 0);
	assert_int_equal(grant(bundle, place, rules), 0);
	write_kernel("rootfs/boot/k", 1);
	assert_int_equal(hwc_bundle_vm_open(bundle, &arm64, &files), -EBADMSG);
	write_kernel("rootfs/boot/k", 0);
	assert_int_equal(hwc_bundle_vm_open(bundle, &arm64, &files), 0);
	write_kernel("rootfs/boot/k", 1);
	assert_int_equal(fcntl(files.kernel, F_GET_SEALS) & F_SEAL_WRITE, F_SEAL_WRITE);
	hwc_vm_files_close(&files);
	hwc_bundle_free(bundle);
}

/* An image opens no file of the host. */
static void test_host_files_of_images(void **state)
{
	struct place *place = *state;

	assert_int_equal(grant_words(place, "\"" KATA "kernel\":\"/k\"", NULL), 0);
	assert_int_equal(grant_words(place, "\"" KATA "kernel\":\"/k\"," CONVERTED,
				     "{\"allow\":[{\"all\":true}]}"),
			 -EPERM);
	assert_string_equal(hwc_ctx_error(place->ctx),
			    in_place(place, "/config.json: " KATA
					    "kernel names a file of the host, and these "
					    "annotations are the image's"));
	assert_int_equal(grant_words(place, "\"" KATA "kernel\":\"/k\"",
				     "{\"annotations\":\"image\"}"),
			 -EPERM);
}

#define RUNX "\"process\":{\"env\":[\"RUNX_KERNEL=/boot/k\"]}"

/* Hardware that the operator has asked for, and a kernel that the image has brought. */
static int grant_mixed(struct place *place, const char *annotations, const char *members,
		       const char *rules)
{
	char config[512];
	struct hwc_bundle *bundle;
	int err;

	snprintf(config, sizeof(config), "{\"annotations\":{%s},%s" ROOT "}", annotations, members);
	bundle = read_bundle(place, config);
	assert_int_equal(hwc_bundle_load(bundle), 0);
	assert_non_null(hwc_bundle_vm(bundle));
	err = grant(bundle, place, rules);
	hwc_bundle_free(bundle);
	return err;
}

static void test_mixed_sources(void **state)
{
	static const char *const members[] = { "", RUNX "," };
	char rule[HWC_DIGEST_TEXT_LEN + 1], rules[300], sentence[512];
	struct place *place = *state;

	kernel_rule(rule);
	write_file("rootfs/boot/a.bit", "abc");
	snprintf(rules, sizeof(rules), "{\"allow\":[{\"digest\":\"%s\"}]}", rule);
	snprintf(sentence, sizeof(sentence),
		 "the image asks for a virtual machine with /boot/k that gets hardware and this "
		 "host does not allow it; hwctl policy allow digest %s does",
		 rule);
	for (size_t i = 0; i < HWC_ARRAY_SIZE(members); i++) {
		if (!i)
			write_file("rootfs/etc/hwcontainer.json", "{" KERNEL "}");
		else
			remove("rootfs/etc/hwcontainer.json");
		assert_int_equal(grant_mixed(place, HARDWARE, members[i], NULL), -EPERM);
		assert_string_equal(hwc_ctx_error(place->ctx), sentence);
		/* that there is a machine is not what it is about */
		assert_int_equal(grant_mixed(place, "\"" VM "\":\"xen\"," HARDWARE, members[i],
					     NULL),
				 -EPERM);
		/* the operator's own files need no rule */
		assert_int_equal(grant_mixed(place, HARDWARE, members[i], rules), 0);
		assert_int_equal(grant_mixed(place, HARDWARE, members[i],
					     "{\"allow\":[{\"all\":true}]}"),
				 0);
		assert_int_equal(grant_mixed(place,
					     "\"io.kubernetes.cri.image-name\":\"a/b\"," HARDWARE,
					     members[i], "{\"allow\":[{\"name\":\"a/b\"}]}"),
				 0);
		/* where the operator names the kernel, that is who drives it */
		assert_int_equal(grant_mixed(place, KERNEL "," HARDWARE, members[i], NULL), 0);
		/* without hardware there is nothing to allow */
		assert_int_equal(grant_mixed(place, "\"a\":\"b\"", members[i], NULL), 0);
	}
}

/* What the vm object gives beside claims is hardware as well. */
static void test_object_hardware(void **state)
{
	static const char *const hardware[] = {
		"\"iomems\":[{\"firstMFN\":1,\"nrMFNs\":1}]",
		"\"irqs\":[34]",
		"\"dtdevs\":[\"/dma\"]",
	};
	char rule[HWC_DIGEST_TEXT_LEN + 1], rules[300], vm[200], both[300];
	struct place *place = *state;

	kernel_rule(rule);
	snprintf(rules, sizeof(rules), "{\"allow\":[{\"digest\":\"%s\"}]}", rule);
	for (size_t i = 0; i < HWC_ARRAY_SIZE(hardware); i++) {
		snprintf(vm, sizeof(vm), "\"vm\":{\"hwConfig\":{%s}},", hardware[i]);
		snprintf(both, sizeof(both), "%s" RUNX ",", vm);
		assert_int_equal(grant_mixed(place, "", both, NULL), -EPERM);
		assert_int_equal(grant_mixed(place, "", both, rules), 0);
		assert_int_equal(grant_mixed(place, KERNEL "," CONVERTED, vm, NULL), -EPERM);
		assert_int_equal(grant_mixed(place, KERNEL "," CONVERTED, vm, rules), 0);
		/* the operator's kernel, and the host's */
		assert_int_equal(grant_mixed(place, KERNEL, vm, NULL), 0);
		assert_int_equal(grant_mixed(place, CONVERTED, vm, NULL), 0);
		snprintf(vm, sizeof(vm), "\"vm\":{\"kernel\":{\"path\":\"/k\"},\"hwConfig\":{%s}},",
			 hardware[i]);
		assert_int_equal(grant_mixed(place, KERNEL "," CONVERTED, vm, NULL), 0);
	}
	assert_int_equal(grant_mixed(place, KERNEL "," CONVERTED,
				     "\"vm\":{\"hwConfig\":{\"vcpus\":1}},", NULL),
			 0);
}

struct order {
	const char *annotations;
	const char *file;
	const char *rules;
	const char *refused;
};

/* What the host's kernel is told is the operator's word, whatever the policy allows an image. */
static void test_orders_of_images(void **state)
{
	static const char image[] = "{\"annotations\":\"image\"}";
	static const char all[] = "{\"allow\":[{\"all\":true}]}";
	static const struct order orders[] = {
		{ "\"" VM "\":\"yes\",\"CMDLINE\":\"a\",\"DTB\":\"/d\"", NULL, NULL, NULL },
		{ "\"" VM "\":\"yes\",\"" VM ".cmdline\":\"a\"", NULL, image, VM ".cmdline" },
		{ "\"" VM "\":\"yes\",\"CMDLINE\":\"a\"," CONVERTED, NULL, all, "CMDLINE" },
		{ "\"" VM "\":\"yes\",\"DTB\":\"/d\"," CONVERTED, NULL, NULL, "DTB" },
		{ "\"" VM "\":\"yes\",\"" KATA "kernel_params\":\"a\"," CONVERTED, NULL, NULL,
		  KATA "kernel_params" },
		{ "\"" VM "\":\"yes\"", "{\"CMDLINE\":\"a\"}", all, "CMDLINE" },
		{ "\"" VM "\":\"yes\"", "{\"" VM ".dtb\":\"/d\"}", all, VM ".dtb" },
		{ "\"a\":\"b\"", "{\"" VM "\":\"yes\",\"" VM ".cmdline\":\"a\"}", all,
		  VM ".cmdline" },
		/* where the operator has said it, the image's word does not count */
		{ "\"" VM "\":\"yes\",\"CMDLINE\":\"a\"", "{\"CMDLINE\":\"b\"}", NULL, NULL },
		/* and an image's own kernel is told what the image wants */
		{ "\"" VM "\":\"qemu\"", "{" KERNEL ",\"CMDLINE\":\"a\",\"DTB\":\"/d\"}", image,
		  NULL },
		{ KERNEL ",\"CMDLINE\":\"a\"," CONVERTED, NULL, NULL, NULL },
		{ "\"" VM "\":\"yes\"," CONVERTED, NULL, NULL, NULL },
	};
	struct place *place = *state;
	char sentence[256];

	for (size_t i = 0; i < HWC_ARRAY_SIZE(orders); i++) {
		const struct order *o = &orders[i];
		int err;

		write_file(FILE_PATH, o->file ? o->file : "{}");
		err = grant_words(place, o->annotations, o->rules);
		if (err != (o->refused ? -EPERM : 0))
			fail_msg("%zu: %d", i, err);
		if (!o->refused)
			continue;
		snprintf(
			sentence, sizeof(sentence),
			"%s: %s is the image's and it has no kernel: what the host's kernel is told "
			"is for the operator to say",
			o->file ? "/etc/hwcontainer.json" : in_place(place, "/config.json"),
			o->refused);
		assert_string_equal(hwc_ctx_error(place->ctx), sentence);
	}
	unlink(FILE_PATH);
}

#define place_test(name) cmocka_unit_test_setup_teardown(name, make_kernel, free_place)

int main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(test_open),
		place_test(test_open_host),
		place_test(test_kernel_refusals),
		place_test(test_other_refusals),
		place_test(test_host_refusals),
		place_test(test_digest),
		place_test(test_open_before_grant),
		place_test(test_policy),
		place_test(test_grant_pins),
		place_test(test_host_files_of_images),
		place_test(test_mixed_sources),
		place_test(test_object_hardware),
		place_test(test_orders_of_images),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
