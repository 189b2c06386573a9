// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The demonstration's container: reads a text, has its SHA-256 computed by the
 * accelerator that it was given (HWC_DEVICE_0), computes it itself and compares.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "digest.h"

#define TEXT_MAX (1 << 20)
#define HEX_LEN (2 * HWCONTAINER_DIGEST_LEN)

static size_t read_text(int fd, char *text, size_t room)
{
	size_t size = 0;
	ssize_t n;

	while (size < room && (n = read(fd, text + size, room - size)) != 0) {
		if (n < 0)
			err(EXIT_FAILURE, "read");
		size += n;
	}
	return size;
}

static void show_device(const char *path, int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		err(EXIT_FAILURE, "%s", path);
	printf("device       %s, %s %u:%u, mode %o\n", path,
	       S_ISCHR(st.st_mode) ? "character device" : "no character device", major(st.st_rdev),
	       minor(st.st_rdev), st.st_mode & 07777);
	fflush(stdout);
}

static void compute(int fd, const char *text, size_t size, char *hex)
{
	ssize_t n;

	while (size) {
		n = write(fd, text, size);
		if (n < 0)
			err(EXIT_FAILURE, "write to the accelerator");
		text += n;
		size -= n;
	}
	n = read(fd, hex, HEX_LEN);
	if (n != HEX_LEN)
		err(EXIT_FAILURE, "the accelerator gave %zd characters", n);
	hex[HEX_LEN] = '\0';
}

static void compute_here(const char *text, size_t size, char *hex)
{
	uint8_t digest[HWCONTAINER_DIGEST_LEN];
	size_t i;

	hwc_sha256(text, size, digest);
	for (i = 0; i < sizeof(digest); i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
}

int main(void)
{
	const char *device = getenv("HWC_DEVICE_0");
	static char text[TEXT_MAX];
	char accelerator[HEX_LEN + 1], software[HEX_LEN + 1];
	size_t size;
	int fd;

	if (!device)
		errx(EXIT_FAILURE, "HWC_DEVICE_0 is not set: no hardware was given");
	fd = open(device, O_RDWR);
	if (fd < 0)
		err(EXIT_FAILURE, "%s", device);
	show_device(device, fd);
	size = read_text(STDIN_FILENO, text, sizeof(text));
	compute(fd, text, size, accelerator);
	compute_here(text, size, software);
	printf("text         %zu bytes\n", size);
	printf("accelerator  %s\n", accelerator);
	printf("software     %s\n", software);
	if (strcmp(accelerator, software))
		errx(EXIT_FAILURE, "the digests differ");
	printf("             the two are equal\n");
	return EXIT_SUCCESS;
}
