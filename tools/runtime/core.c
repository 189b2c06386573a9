// SPDX-License-Identifier: GPL-2.0-or-later
/* Remote processors as sysfs has them. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "runtime.h"

#define CLASS "/sys/class/remoteproc"

int cores_open(struct hwc_ctx *ctx)
{
	return hwc_ctx_open(ctx, CLASS, O_PATH | O_DIRECTORY);
}

bool core_state(int classfd, const char *core, char *word)
{
	char path[HWCONTAINER_NAME_MAX + 16];
	ssize_t size;
	int fd;

	snprintf(path, sizeof(path), "%s/state", core);
	fd = openat(classfd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	size = read(fd, word, CORE_STATE_SIZE - 1);
	close(fd);
	if (size <= 0)
		return false;
	word[size] = '\0';
	word[strcspn(word, "\n")] = '\0';
	return true;
}
