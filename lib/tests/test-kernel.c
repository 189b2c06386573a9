// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernels of each kind, whole and cut off at every byte, and what is none. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>
#include "context.h"
#include "ctx.h"

#define ROOM 4096

/* A file that is made; @size is what of it counts. */
struct sample {
	uint8_t data[ROOM];
	size_t size;
};

static void put(struct sample *s, size_t offset, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		s->data[offset + i] = value >> 8 * i;
}

static void put_big(struct sample *s, size_t offset, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		s->data[offset + i] = value >> 8 * (bytes - 1 - i);
}

static void make_image(struct sample *s)
{
	put(s, 16, 0x200000, 8);
	memcpy(s->data + 56, "ARM\x64", 4);
	s->size = 64;
}

static void make_riscv(struct sample *s)
{
	put(s, 16, 0x100000, 8);
	memcpy(s->data + 48, "RISCV\0\0\0RSC\x05", 12);
	s->size = 64;
}

/* As Linux's with CONFIG_EFI_STUB: two sections, the second of which ends the file. */
static void make_efi(struct sample *s)
{
	make_image(s);
	put(s, 24, 1, 8);
	memcpy(s->data, "MZ", 2);
	put(s, 60, 64, 4);
	memcpy(s->data + 64, "PE\0\0", 4);
	put(s, 70, 2, 2);
	put(s, 84, 16, 2);
	put(s, 104 + 16, 200, 4);
	put(s, 104 + 20, 184, 4);
	put(s, 144 + 16, 116, 4);
	put(s, 144 + 20, 384, 4);
	s->size = 500;
}

static void make_bzimage(struct sample *s)
{
	s->data[0x1f1] = 2;
	put(s, 0x1f4, 20, 4);
	put(s, 0x1fe, 0xaa55, 2);
	memcpy(s->data + 0x202, "HdrS", 4);
	put(s, 0x206, 0x020f, 2);
	put(s, 0x236, 1, 2);
	put(s, 0x260, 0x300000, 4);
	s->size = 3 * 512 + 20 * 16;
}

/* Of a time when the size had 16 bits, and no sectors meant four. */
static void make_old_bzimage(struct sample *s)
{
	make_bzimage(s);
	s->data[0x1f1] = 0;
	put(s, 0x1f4, 0xffff0014, 4);
	put(s, 0x206, 0x0203, 2);
	s->size = 5 * 512 + 20 * 16;
}

static void make_zimage(struct sample *s)
{
	put(s, 0x24, 0x016f2818, 4);
	put(s, 0x2c, 700, 4);
	put(s, 0x30, 0x04030201, 4);
	s->size = 700;
}

static void make_swapped_zimage(struct sample *s)
{
	put_big(s, 0x24, 0x016f2818, 4);
	put_big(s, 0x28, 0x100, 4);
	put_big(s, 0x2c, 0x100 + 700, 4);
	s->size = 700;
}

static void make_gzip(struct sample *s)
{
	memcpy(s->data, "\x1f\x8b\x08", 3);
	s->size = 20;
}

/* One program header that is loaded and one that is not. */
static void make_elf64(struct sample *s, unsigned int machine)
{
	Elf64_Ehdr head = {
		.e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_EXEC,
		.e_machine = machine,
		.e_phoff = sizeof(head),
		.e_phentsize = sizeof(Elf64_Phdr),
		.e_phnum = 2,
	};
	const Elf64_Phdr segments[] = {
		{ .p_type = PT_NOTE, .p_offset = 1 << 20, .p_filesz = 1 },
		{ .p_type = PT_LOAD, .p_offset = 200, .p_filesz = 100, .p_memsz = 0x5000 },
	};

	memcpy(s->data, &head, sizeof(head));
	memcpy(s->data + sizeof(head), segments, sizeof(segments));
	s->size = 300;
}

static void make_elf_arm64(struct sample *s)
{
	make_elf64(s, EM_AARCH64);
}

static void make_elf_x86(struct sample *s)
{
	make_elf64(s, EM_X86_64);
}

static void make_elf_other(struct sample *s)
{
	make_elf64(s, EM_S390);
}

/* More than can be counted. */
static void make_elf_large(struct sample *s)
{
	make_elf_x86(s);
	put(s, 64 + sizeof(Elf64_Phdr) + offsetof(Elf64_Phdr, p_memsz), UINT64_MAX, 8);
	memcpy(s->data + 64, s->data + 64 + sizeof(Elf64_Phdr), sizeof(Elf64_Phdr));
}

static void make_elf32(struct sample *s)
{
	memcpy(s->data,
	       "\x7f"
	       "ELF\x01\x02\x01",
	       7);
	put_big(s, 16, ET_DYN, 2);
	put_big(s, 18, EM_ARM, 2);
	put_big(s, 28, 52, 4);
	put_big(s, 42, 32, 2);
	put_big(s, 44, 1, 2);
	put_big(s, 52, PT_LOAD, 4);
	put_big(s, 56, 84, 4);
	put_big(s, 68, 16, 4);
	put_big(s, 72, 0x80, 4);
	s->size = 100;
}

static const struct {
	void (*make)(struct sample *s);
	struct hwc_kernel kernel;
} samples[] = {
	{ make_image, { HWC_KERNEL_IMAGE, HWC_ARCH_ARM64, false, 0x200000 } },
	{ make_riscv, { HWC_KERNEL_IMAGE, HWC_ARCH_RISCV64, false, 0x100000 } },
	{ make_efi, { HWC_KERNEL_IMAGE, HWC_ARCH_ARM64, true, 0x200000 } },
	{ make_bzimage, { HWC_KERNEL_BZIMAGE, HWC_ARCH_X86_64, false, 0x300000 } },
	{ make_old_bzimage, { HWC_KERNEL_BZIMAGE, HWC_ARCH_X86, false, 0 } },
	{ make_zimage, { HWC_KERNEL_ZIMAGE, HWC_ARCH_ARM, false, 0 } },
	{ make_swapped_zimage, { HWC_KERNEL_ZIMAGE, HWC_ARCH_ARM, true, 0 } },
	{ make_gzip, { HWC_KERNEL_GZIP, HWC_ARCH_UNKNOWN, false, 0 } },
	{ make_elf_arm64, { HWC_KERNEL_ELF, HWC_ARCH_ARM64, false, 0x5000 } },
	{ make_elf_x86, { HWC_KERNEL_ELF, HWC_ARCH_X86_64, false, 0x5000 } },
	{ make_elf_other, { HWC_KERNEL_ELF, HWC_ARCH_OTHER, false, 0x5000 } },
	{ make_elf_large, { HWC_KERNEL_ELF, HWC_ARCH_X86_64, false, UINT64_MAX } },
	{ make_elf32, { HWC_KERNEL_ELF, HWC_ARCH_ARM, true, 0x80 } },
};

/* The file as it would be with that many bytes. */
static int read_sample(struct hwc_ctx *ctx, const struct sample *s, size_t size,
		       struct hwc_kernel *kernel)
{
	int fd = memfd_create("kernel", MFD_CLOEXEC), err;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, s->data, size), size);
	err = hwc_kernel_read(ctx, fd, "/boot/k", kernel);
	close(fd);
	return err;
}

static struct sample *new_sample(void (*make)(struct sample *s))
{
	struct sample *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	make(s);
	return s;
}

static void test_formats(void **state)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(samples); i++) {
		struct sample *s = new_sample(samples[i].make);
		struct hwc_kernel kernel;

		if (read_sample(*state, s, s->size, &kernel))
			fail_msg("%zu: %s", i, hwc_ctx_error(*state));
		assert_int_equal(kernel.format, samples[i].kernel.format);
		assert_int_equal(kernel.arch, samples[i].kernel.arch);
		assert_int_equal(kernel.big_endian, samples[i].kernel.big_endian);
		assert_int_equal(kernel.memory, samples[i].kernel.memory);
		/* what is behind it, such as a device tree or a signature, is no harm */
		assert_int_equal(read_sample(*state, s, s->size + 8, &kernel), 0);
		free(s);
	}
}

/* Before its magic there is nothing that could be a kernel; from there on it is cut off. */
static void test_cut_off(void **state)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(samples); i++) {
		struct sample *s = new_sample(samples[i].make);
		struct hwc_kernel kernel = { .memory = 1 };
		bool known = false;

		for (size_t size = 0; size < s->size; size++) {
			int err = read_sample(*state, s, size, &kernel);

			if (err != -ENODATA && (err != -ENOEXEC || known))
				fail_msg("sample %zu with %zu bytes: %d", i, size, err);
			known = known || (size && err == -ENODATA);
			assert_int_equal(strncmp(hwc_ctx_error(*state), "/boot/k is ", 11), 0);
		}
		assert_true(known);
		assert_int_equal(kernel.memory, 1);
		free(s);
	}
}

/* Each byte of the headers is another one: whatever it is then, it is not read amiss. */
static void test_garbled(void **state)
{
	static const uint8_t values[] = { 0x00, 0x7f, 0x80, 0xff };

	for (size_t i = 0; i < HWC_ARRAY_SIZE(samples); i++) {
		struct sample *s = new_sample(samples[i].make);
		struct hwc_kernel kernel;

		for (size_t k = 0; k < s->size && k < 0x270; k++) {
			uint8_t kept = s->data[k];

			for (size_t v = 0; v < HWC_ARRAY_SIZE(values); v++) {
				int err;

				s->data[k] = values[v];
				err = read_sample(*state, s, s->size, &kernel);
				if (err && err != -ENODATA && err != -ENOEXEC)
					fail_msg("sample %zu byte %zu: %d", i, k, err);
			}
			s->data[k] = kept;
		}
		free(s);
	}
}

static void refuse(struct hwc_ctx *ctx, const struct sample *s, size_t size, int err,
		   const char *sentence)
{
	struct hwc_kernel kernel;

	assert_int_equal(read_sample(ctx, s, size, &kernel), err);
	assert_string_equal(hwc_ctx_error(ctx), sentence);
}

static void test_refusals(void **state)
{
	struct sample *s = calloc(1, sizeof(*s));
	struct hwc_kernel kernel;
	int ends[2];

	assert_non_null(s);
	refuse(*state, s, 0, -ENODATA, "/boot/k is empty");
	refuse(*state, s, 1000, -ENOEXEC,
	       "/boot/k is no kernel: neither an Image, a zImage, a bzImage nor an ELF program, "
	       "nor packed with gzip");
	make_elf_arm64(s);
	refuse(*state, s, 299, -ENODATA,
	       "/boot/k is cut off: it has 299 bytes and speaks of what is behind them");
	put(s, 16, ET_REL, 2);
	refuse(*state, s, 300, -ENOEXEC, "/boot/k is no kernel: it is an ELF file, but no program");
	put(s, 16, ET_EXEC, 2);
	put(s, 64 + sizeof(Elf64_Phdr), PT_NOTE, 4);
	refuse(*state, s, 300, -ENOEXEC, "/boot/k is no kernel: nothing of it is loaded");
	put(s, 64, PT_INTERP, 4);
	refuse(*state, s, 300, -ENOEXEC,
	       "/boot/k is no kernel: it is a program for an operating system");
	put(s, 56, 0, 2);
	refuse(*state, s, 300, -ENOEXEC, "/boot/k is no kernel: nothing of it is loaded");
	free(s);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(hwc_kernel_read(*state, ends[0], "/boot/k", &kernel), -EINVAL);
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(hwc_kernel_read(*state, -1, "/boot/k", &kernel), -EBADF);
}

static void test_takers(void **state)
{
	static const struct hwc_kernel_taker xen = {
		.name = "Xen",
		.arch = HWC_ARCH_ARM64,
		.formats = HWC_KERNEL_IMAGE | HWC_KERNEL_ELF,
	};
	static const struct hwc_kernel_taker any = { "QEMU", HWC_ARCH_UNKNOWN, HWC_KERNEL_BZIMAGE };
	static const struct {
		const struct hwc_kernel_taker *taker;
		struct hwc_kernel kernel;
		const char *sentence;
	} cases[] = {
		{ &xen, { .format = HWC_KERNEL_IMAGE, .arch = HWC_ARCH_ARM64 }, NULL },
		{ &any, { .format = HWC_KERNEL_BZIMAGE, .arch = HWC_ARCH_X86 }, NULL },
		{ &xen,
		  { .format = HWC_KERNEL_BZIMAGE, .arch = HWC_ARCH_X86_64 },
		  "/boot/k is a kernel for x86-64, this machine is arm64" },
		{ &xen,
		  { .format = HWC_KERNEL_ELF, .arch = HWC_ARCH_OTHER },
		  "/boot/k is a kernel for another machine, this machine is arm64" },
		{ &xen,
		  { .format = HWC_KERNEL_GZIP },
		  "/boot/k is packed with gzip, which Xen cannot start; gunzip unpacks it" },
		{ &any,
		  { .format = HWC_KERNEL_ZIMAGE, .arch = HWC_ARCH_ARM },
		  "/boot/k is in the format zImage, which QEMU cannot start" },
	};

	for (size_t i = 0; i < HWC_ARRAY_SIZE(cases); i++) {
		int err = hwc_kernel_check(*state, "/boot/k", &cases[i].kernel, cases[i].taker);

		assert_int_equal(err, cases[i].sentence ? -ENOEXEC : 0);
		if (err)
			assert_string_equal(hwc_ctx_error(*state), cases[i].sentence);
	}
	assert_string_equal(hwc_arch_name(99), "unknown");
	assert_string_equal(hwc_kernel_format_name(3), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_formats, context_new, context_free),
		cmocka_unit_test_setup_teardown(test_cut_off, context_new, context_free),
		cmocka_unit_test_setup_teardown(test_garbled, context_new, context_free),
		cmocka_unit_test_setup_teardown(test_refusals, context_new, context_free),
		cmocka_unit_test_setup_teardown(test_takers, context_new, context_free),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
