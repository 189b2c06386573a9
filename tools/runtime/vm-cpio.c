// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An archive for the initramfs, in the form "newc" of the kernel's
 * Documentation/driver-api/early-userspace/buffer-format.rst.
 */
#include <string.h>
#include <sys/stat.h>
#include "vm-root.h"

#define CPIO_MAGIC "070701"
#define CPIO_TRAILER "TRAILER!!!"
#define CPIO_ALIGN 4

static void pad(FILE *archive)
{
	while (ftell(archive) % CPIO_ALIGN && fputc(0, archive) != EOF)
		;
}

/* All that is not said is 0: nobody links files, and they are of 1970. */
static void header(FILE *archive, const char *name, mode_t mode, size_t size, unsigned int major,
		   unsigned int minor)
{
	const unsigned int fields[] = {
		0, mode, 0,	0,     1,
		0, size, /* number, mode, owners, links, time, size */
		0, 0,	 major, minor, strlen(name) + 1,
		0, /* devices, length of the name, sum */
	};

	fputs(CPIO_MAGIC, archive);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		fprintf(archive, "%08X", fields[i]);
	fputs(name, archive);
	fputc(0, archive);
	pad(archive);
}

void cpio_folder(FILE *archive, const char *name)
{
	header(archive, name, S_IFDIR | 0755, 0, 0, 0);
}

void cpio_device(FILE *archive, const char *name, unsigned int major, unsigned int minor)
{
	header(archive, name, S_IFCHR | 0600, 0, major, minor);
}

void cpio_file(FILE *archive, const char *name, mode_t mode, const void *data, size_t size)
{
	header(archive, name, S_IFREG | mode, size, 0, 0);
	fwrite(data, 1, size, archive);
	pad(archive);
}

void cpio_end(FILE *archive)
{
	header(archive, CPIO_TRAILER, 0, 0, 0, 0);
}
