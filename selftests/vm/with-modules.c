// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An init for kernels that have as modules what a secure container's must have built in: it
 * loads the modules that are behind it in its file, and becomes the init behind them.
 *
 *	cat with-modules MODULE... INIT	and, in the last TAIL bytes, the size of each
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define TAIL 256
#define FILES_MAX 16

static void load(const char *module, size_t size)
{
	if (syscall(SYS_init_module, module, size, ""))
		err(EXIT_FAILURE, "a module of %zu bytes", size);
}

static void become(const char *init, size_t size, char **argv)
{
	int fd = memfd_create("init", MFD_CLOEXEC);

	if (fd < 0 || write(fd, init, size) != (ssize_t)size)
		err(EXIT_FAILURE, "init");
	fexecve(fd, argv, environ);
	err(EXIT_FAILURE, "init");
}

/* What @tail says, at most FILES_MAX. */
static size_t read_sizes(const char *tail, size_t *sizes)
{
	char text[TAIL + 1] = "", *at = text, *next;
	size_t n = 0;

	memcpy(text, tail, TAIL);
	while (n < FILES_MAX && (sizes[n] = strtoul(at, &next, 10))) {
		at = next;
		n++;
	}
	return n;
}

int main(int argc, char **argv)
{
	int fd = open("/init", O_RDONLY | O_CLOEXEC);
	size_t sizes[FILES_MAX], n;
	const char *file, *at;
	struct stat st;

	(void)argc;
	if (fd < 0 || fstat(fd, &st) || st.st_size < TAIL)
		err(EXIT_FAILURE, "/init");
	file = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (file == MAP_FAILED)
		err(EXIT_FAILURE, "/init");
	at = file + st.st_size - TAIL;
	n = read_sizes(at, sizes);
	for (size_t i = 0; i < n; i++)
		at -= sizes[i];
	for (size_t i = 0; i + 1 < n; at += sizes[i++])
		load(at, sizes[i]);
	if (n)
		become(at, sizes[n - 1], argv);
	errx(EXIT_FAILURE, "/init has nothing behind it");
}
