// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The program of the two-slot demonstration's containers: says which UIO devices
 * it was given and what their registers are, tries to get at one that it was not
 * given, and runs until its input ends.
 */
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define STRANGER "/dev/stranger"

/* UIO devices that are looked for beyond those given. */
#define MINORS 16

static void read_line(const char *name, const char *file, char *text, size_t room)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/uio/%s/%s", name, file);
	f = fopen(path, "re");
	if (!f || !fgets(text, room, f))
		err(EXIT_FAILURE, "%s", path);
	fclose(f);
	text[strcspn(text, "\n")] = '\0';
}

/* Its numbers, so that the others can be told from it. */
static dev_t show(const char *name)
{
	char path[64], label[64], addr[32], size[32];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		err(EXIT_FAILURE, "%s", path);
	close(fd);
	read_line(name, "name", label, sizeof(label));
	read_line(name, "maps/map0/addr", addr, sizeof(addr));
	read_line(name, "maps/map0/size", size, sizeof(size));
	printf("device    %s  %s  registers at %s, %s bytes\n", path, label, addr, size);
	return st.st_rdev;
}

static bool is_uio(const char *name)
{
	return !strncmp(name, "uio", 3) && name[3] >= '0' && name[3] <= '9';
}

/* Returns how many there are; @major and @minors receive their numbers. */
static int show_all(unsigned int *major_nr, bool *minors)
{
	struct dirent *entry;
	DIR *dir = opendir("/dev");
	int count = 0;

	if (!dir)
		err(EXIT_FAILURE, "/dev");
	while ((entry = readdir(dir))) {
		dev_t dev;

		if (!is_uio(entry->d_name))
			continue;
		dev = show(entry->d_name);
		*major_nr = major(dev);
		if (minor(dev) < MINORS)
			minors[minor(dev)] = true;
		count++;
	}
	closedir(dir);
	return count;
}

/* A node can be made by who has the right to, but not opened. */
static void try_others(unsigned int major_nr, const bool *minors)
{
	int opened = 0, refused = 0;
	unsigned int nr;

	for (nr = 0; nr < MINORS; nr++) {
		int fd;

		if (minors[nr])
			continue;
		if (mknod(STRANGER, S_IFCHR | 0600, makedev(major_nr, nr))) {
			refused++;
			continue;
		}
		fd = open(STRANGER, O_RDWR | O_CLOEXEC);
		if (fd >= 0) {
			opened++;
			close(fd);
		} else if (errno == EPERM || errno == EACCES) {
			refused++;
		}
		unlink(STRANGER);
	}
	printf("others    %d refused, %d opened\n", refused, opened);
}

int main(void)
{
	bool minors[MINORS] = { false };
	unsigned int major_nr = 0;
	char c;

	if (!show_all(&major_nr, minors))
		errx(EXIT_FAILURE, "there is no UIO device: no hardware was given");
	try_others(major_nr, minors);
	fflush(stdout);
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	printf("ended\n");
	return EXIT_SUCCESS;
}
