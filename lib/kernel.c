// SPDX-License-Identifier: LGPL-2.1-or-later
/* Kernels of virtual machines: what a file is, and whether it is all there. */
#include <elf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "ctx.h"
#include "file.h"

/* Documentation/arch/arm64/booting.rst and riscv/boot-image-header.rst */
#define IMAGE_HEADER 64
/* Documentation/arch/x86/boot.rst: the last of its header that is looked at */
#define BZIMAGE_HEADER 0x264
#define ZIMAGE_HEADER 0x34
/* RFC 1952: header and trailer without anything between them, which is 2 bytes of deflate */
#define GZIP_MIN 20

/**
 * struct probe - a file that is looked at
 * @ctx: keeps the sentence
 * @fd: the file
 * @name: for the sentence
 * @size: bytes it has
 * @head: its beginning, zeros behind its end
 * @kernel: what is found
 */
struct probe {
	struct hwc_ctx *ctx;
	int fd;
	const char *name;
	uint64_t size;
	uint8_t head[BZIMAGE_HEADER];
	struct hwc_kernel kernel;
};

static uint64_t little(const uint8_t *data, int bytes)
{
	uint64_t value = 0;

	while (bytes--)
		value = value << 8 | data[bytes];
	return value;
}

static uint64_t big(const uint8_t *data, int bytes)
{
	uint64_t value = 0;

	for (int i = 0; i < bytes; i++)
		value = value << 8 | data[i];
	return value;
}

static bool has(const struct probe *p, size_t offset, const char *magic, size_t length)
{
	return !memcmp(p->head + offset, magic, length);
}

/* Reads what must be there. */
static int read_at(const struct probe *p, void *data, size_t size, uint64_t offset)
{
	ssize_t got = pread(p->fd, data, size, offset);

	if (got < 0)
		return hwc_err(p->ctx, -errno, "reading %s: %m", p->name);
	if ((size_t)got == size)
		return 0;
	return hwc_err(p->ctx, -EIO, "%s became shorter while it was read", p->name);
}

/* Whether the file goes as far as its own headers say. */
static int reaches(const struct probe *p, uint64_t offset, uint64_t size)
{
	if (offset <= p->size && size <= p->size - offset)
		return 0;
	return hwc_err(p->ctx, -ENODATA,
		       "%s is cut off: it has %" PRIu64 " bytes and speaks of what is behind them",
		       p->name, p->size);
}

/*
 * A kernel that EFI firmware could start has a table of its sections, which tells
 * how long the file is; what the header of an Image says counts memory that is
 * not in the file.
 */
static int check_sections(const struct probe *p)
{
	uint64_t at = little(p->head + 0x3c, 4);
	uint8_t coff[24], section[40];
	unsigned int count;
	int err;

	if (!has(p, 0, "MZ", 2))
		return 0;
	err = reaches(p, at, sizeof(coff));
	if (!err)
		err = read_at(p, coff, sizeof(coff), at);
	if (err || memcmp(coff, "PE\0\0", 4))
		return err;
	count = little(coff + 6, 2);
	at += sizeof(coff) + little(coff + 20, 2);
	for (unsigned int i = 0; !err && i < count; i++, at += sizeof(section)) {
		err = reaches(p, at, sizeof(section));
		if (!err)
			err = read_at(p, section, sizeof(section), at);
		if (!err)
			err = reaches(p, little(section + 20, 4), little(section + 16, 4));
	}
	return err;
}

static int read_image(struct probe *p, enum hwc_arch arch)
{
	int err;

	p->kernel.format = HWC_KERNEL_IMAGE;
	p->kernel.arch = arch;
	p->kernel.memory = little(p->head + 16, 8);
	p->kernel.big_endian = little(p->head + 24, 8) & 1;
	err = reaches(p, 0, IMAGE_HEADER);
	return err ? err : check_sections(p);
}

static int read_bzimage(struct probe *p)
{
	unsigned int version = little(p->head + 0x206, 2), sectors = p->head[0x1f1];
	/* of old the size had 16 bits, and what is behind them was something else */
	uint64_t body = little(p->head + 0x1f4, version < 0x0204 ? 2 : 4) * 16;

	p->kernel.format = HWC_KERNEL_BZIMAGE;
	p->kernel.arch = version >= 0x020c && p->head[0x236] & 1 ? HWC_ARCH_X86_64 : HWC_ARCH_X86;
	if (version >= 0x020a)
		p->kernel.memory = little(p->head + 0x260, 4);
	return reaches(p, ((sectors ? sectors : 4) + 1) * 512, body);
}

/* Some have an end behind their header, in whose order of bytes they are written. */
static int read_zimage(struct probe *p, bool swapped)
{
	uint64_t (*word)(const uint8_t *data, int bytes) = swapped ? big : little;
	uint64_t start = word(p->head + 0x28, 4), end = word(p->head + 0x2c, 4);

	p->kernel.format = HWC_KERNEL_ZIMAGE;
	p->kernel.arch = HWC_ARCH_ARM;
	p->kernel.big_endian = swapped || little(p->head + 0x30, 4) == 0x01020304;
	return end > start ? reaches(p, 0, end - start) : reaches(p, 0, ZIMAGE_HEADER);
}

static enum hwc_arch elf_arch(unsigned int machine, bool wide)
{
	switch (machine) {
	case EM_ARM:
		return HWC_ARCH_ARM;
	case EM_AARCH64:
		return HWC_ARCH_ARM64;
	case EM_386:
		return HWC_ARCH_X86;
	case EM_X86_64:
		return HWC_ARCH_X86_64;
	case EM_RISCV:
		return wide ? HWC_ARCH_RISCV64 : HWC_ARCH_OTHER;
	default:
		return HWC_ARCH_OTHER;
	}
}

/* The parts of both classes' headers that are used. */
struct elf_layout {
	size_t header, entry, e_phoff, e_phentsize, e_phnum;
	size_t p_offset, p_filesz, p_memsz;
	int word;
};

static const struct elf_layout elf32 = { 52, 32, 28, 42, 44, 4, 16, 20, 4 };
static const struct elf_layout elf64 = { 64, 56, 32, 54, 56, 8, 32, 40, 8 };

static int read_segment(struct probe *p, const struct elf_layout *l, const uint8_t *entry)
{
	uint64_t (*word)(const uint8_t *data, int bytes) = p->kernel.big_endian ? big : little;
	uint64_t memory = word(entry + l->p_memsz, l->word);

	if (word(entry, 4) == PT_INTERP)
		return hwc_err(p->ctx, -ENOEXEC,
			       "%s is no kernel: it is a program for an operating system", p->name);
	if (word(entry, 4) != PT_LOAD)
		return 0;
	if (__builtin_add_overflow(p->kernel.memory, memory, &p->kernel.memory))
		p->kernel.memory = UINT64_MAX;
	return reaches(p, word(entry + l->p_offset, l->word), word(entry + l->p_filesz, l->word));
}

static int read_segments(struct probe *p, const struct elf_layout *l)
{
	uint64_t (*word)(const uint8_t *data, int bytes) = p->kernel.big_endian ? big : little;
	const bool known = word(p->head + l->e_phentsize, 2) == l->entry;
	unsigned int count = known ? word(p->head + l->e_phnum, 2) : 0;
	uint64_t at = word(p->head + l->e_phoff, l->word);
	uint8_t entry[56];
	int err = 0;

	for (unsigned int i = 0; !err && i < count; i++, at += l->entry) {
		err = reaches(p, at, l->entry);
		if (!err)
			err = read_at(p, entry, l->entry, at);
		if (!err)
			err = read_segment(p, l, entry);
	}
	if (!err && !p->kernel.memory)
		err = hwc_err(p->ctx, -ENOEXEC, "%s is no kernel: nothing of it is loaded",
			      p->name);
	return err;
}

static int read_elf(struct probe *p)
{
	const struct elf_layout *l = p->head[EI_CLASS] == ELFCLASS64 ? &elf64 : &elf32;
	uint64_t (*word)(const uint8_t *data, int bytes);
	int err = reaches(p, 0, l->header);
	unsigned int type;

	if (err)
		return err;
	p->kernel.format = HWC_KERNEL_ELF;
	p->kernel.big_endian = p->head[EI_DATA] == ELFDATA2MSB;
	word = p->kernel.big_endian ? big : little;
	type = word(p->head + 16, 2);
	if (type != ET_EXEC && type != ET_DYN)
		return hwc_err(p->ctx, -ENOEXEC,
			       "%s is no kernel: it is an ELF file, but no program", p->name);
	p->kernel.arch = elf_arch(word(p->head + 18, 2), l == &elf64);
	return read_segments(p, l);
}

static int probe(struct probe *p)
{
	if (has(p, 0, ELFMAG, SELFMAG))
		return read_elf(p);
	if (has(p, 0x38, "ARM\x64", 4))
		return read_image(p, HWC_ARCH_ARM64);
	if (has(p, 0x30, "RISCV\0\0\0", 8) && has(p, 0x38, "RSC\x05", 4))
		return read_image(p, HWC_ARCH_RISCV64);
	if (has(p, 0x202, "HdrS", 4) && has(p, 0x1fe, "\x55\xaa", 2))
		return read_bzimage(p);
	if (has(p, 0x24, "\x18\x28\x6f\x01", 4))
		return read_zimage(p, false);
	if (has(p, 0x24, "\x01\x6f\x28\x18", 4))
		return read_zimage(p, true);
	if (has(p, 0, "\x1f\x8b\x08", 3)) {
		p->kernel.format = HWC_KERNEL_GZIP;
		return reaches(p, 0, GZIP_MIN);
	}
	return hwc_err(p->ctx, -ENOEXEC,
		       "%s is no kernel: neither an Image, a zImage, a bzImage nor an ELF program, "
		       "nor packed with gzip",
		       p->name);
}

int hwc_kernel_read(struct hwc_ctx *ctx, int fd, const char *name, struct hwc_kernel *kernel)
{
	struct probe p = { .ctx = ctx, .fd = fd, .name = name };
	size_t size;
	int err = hwc_file_check(ctx, fd, name, HWC_IMAGE_MAX, &size);

	if (err)
		return err;
	p.size = size;
	err = read_at(&p, p.head, size < sizeof(p.head) ? size : sizeof(p.head), 0);
	if (err)
		return err;
	err = probe(&p);
	if (!err)
		*kernel = p.kernel;
	return err;
}

const char *hwc_arch_name(enum hwc_arch arch)
{
	static const char *const names[] = {
		[HWC_ARCH_UNKNOWN] = "unknown",	      [HWC_ARCH_ARM] = "arm",
		[HWC_ARCH_ARM64] = "arm64",	      [HWC_ARCH_X86] = "x86",
		[HWC_ARCH_X86_64] = "x86-64",	      [HWC_ARCH_RISCV64] = "riscv64",
		[HWC_ARCH_OTHER] = "another machine",
	};

	return arch < HWC_ARRAY_SIZE(names) ? names[arch] : "unknown";
}

const char *hwc_kernel_format_name(enum hwc_kernel_format format)
{
	switch (format) {
	case HWC_KERNEL_IMAGE:
		return "Image";
	case HWC_KERNEL_GZIP:
		return "gzip";
	case HWC_KERNEL_ZIMAGE:
		return "zImage";
	case HWC_KERNEL_BZIMAGE:
		return "bzImage";
	case HWC_KERNEL_ELF:
		return "ELF";
	}
	return "unknown";
}

int hwc_kernel_check(struct hwc_ctx *ctx, const char *name, const struct hwc_kernel *kernel,
		     const struct hwc_kernel_taker *taker)
{
	if (taker->arch && kernel->arch && kernel->arch != taker->arch)
		return hwc_err(ctx, -ENOEXEC, "%s is a kernel for %s, this machine is %s", name,
			       hwc_arch_name(kernel->arch), hwc_arch_name(taker->arch));
	if (taker->formats & kernel->format)
		return 0;
	if (kernel->format == HWC_KERNEL_GZIP)
		return hwc_err(ctx, -ENOEXEC,
			       "%s is packed with gzip, which %s cannot start; gunzip unpacks it",
			       name, taker->name);
	return hwc_err(ctx, -ENOEXEC, "%s is in the format %s, which %s cannot start", name,
		       hwc_kernel_format_name(kernel->format), taker->name);
}
