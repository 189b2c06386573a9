// SPDX-License-Identifier: GPL-2.0-or-later
/* The devices that every container has, by the runtime specification. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include "vm-init.h"

static int make_node(const char *path, unsigned int major, unsigned int minor)
{
	return mknod(path, S_IFCHR | 0666, makedev(major, minor));
}

int devices_make(struct failure *failure)
{
	static const struct {
		const char *path;
		unsigned int major, minor;
	} nodes[] = {
		{ "/dev/null", 1, 3 },	 { "/dev/zero", 1, 5 },	   { "/dev/full", 1, 7 },
		{ "/dev/random", 1, 8 }, { "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
	};
	static const char *const links[][2] = {
		{ "/proc/self/fd", "/dev/fd" },	      { "/proc/self/fd/0", "/dev/stdin" },
		{ "/proc/self/fd/1", "/dev/stdout" }, { "/proc/self/fd/2", "/dev/stderr" },
		{ "pts/ptmx", "/dev/ptmx" },
	};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(*nodes); i++)
		if (make_node(nodes[i].path, nodes[i].major, nodes[i].minor))
			return failure_errno(failure, nodes[i].path);
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++)
		if (symlink(links[i][0], links[i][1]))
			return failure_errno(failure, links[i][1]);
	return 0;
}
