// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl group attach, hwctl group detach */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "hwctl.h"

static int attach_file(struct hwctl *h, const char *group, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), err;

	if (fd < 0) {
		say("%s: %s", path, strerror(errno));
		return REFUSED;
	}
	err = hwc_group_attach_fd(h->ctx, group, fd);
	close(fd);
	return err ? refused(h) : DONE;
}

/* Numbers are processes, all else are files. */
static int attach_all(struct hwctl *h, const char *group, int argc, char **argv)
{
	int ret = DONE;
	uint32_t pid;

	for (int i = 0; ret == DONE && i < argc; i++) {
		if (!parse_u32(argv[i], &pid))
			ret = attach_file(h, group, argv[i]);
		else if (hwc_group_attach(h->ctx, group, pid))
			ret = refused(h);
	}
	return ret;
}

int group_attach(struct hwctl *h, int argc, char **argv)
{
	if (args_words(h, argc, argv, 2, INT32_MAX))
		return USAGE;
	return attach_all(h, argv[1], argc - 2, argv + 2);
}

int group_detach(struct hwctl *h, int argc, char **argv)
{
	if (args_words(h, argc, argv, 1, INT32_MAX))
		return USAGE;
	return attach_all(h, "/", argc - 1, argv + 1);
}
