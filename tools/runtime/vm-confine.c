// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What is left to a hypervisor that its guest has taken over: the files that it was
 * given. Of this host's mounts it has those with programs, which nobody can write to, of
 * devices a few, no network, and no capability that it does not need.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <mntent.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "vm.h"

#define MOUNTS "/proc/self/mounts"
/* Where services listen, which ask nobody who is root for more. */
#define SOCKETS "/run"

/* Programs, and what they are linked with. */
static const char *const parts[] = { "/usr", "/opt", "/nix", "/lib", "/lib64" };

static const char *const devices[] = { "/dev/null",   "/dev/zero",    "/dev/full",
				       "/dev/random", "/dev/urandom", "/dev/kvm" };

/* Whether a path is a folder or something in it. */
static bool is_in(const char *path, const char *folder)
{
	size_t length = strlen(folder);

	if (folder[length - 1] == '/')
		length--;
	return !strncmp(path, folder, length) && (!path[length] || path[length] == '/');
}

static bool is_needed(const char *mount, const char *program)
{
	if (is_in("/dev", mount) || is_in(program, mount))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
		if (is_in(parts[i], mount) || is_in(mount, parts[i]))
			return true;
	return false;
}

/* What is mounted in others is said after those. */
static void leave_behind(struct mntent *mount, FILE *mounts, const char *program)
{
	char *folder;

	if (!mount)
		return;
	folder = strdup(mount->mnt_dir);
	leave_behind(getmntent(mounts), mounts, program);
	/* what cannot be reached cannot be left, and is read-only like all */
	if (folder && !is_needed(folder, program))
		umount2(folder, MNT_DETACH | UMOUNT_NOFOLLOW);
	free(folder);
}

/* So nothing here keeps what the host unmounts. */
static int leave_mounts(const char *program)
{
	FILE *mounts = setmntent(MOUNTS, "re");

	if (!mounts)
		return -1;
	leave_behind(getmntent(mounts), mounts, program);
	endmntent(mounts);
	return 0;
}

/* Of its own pid namespace, in which it can be of nobody else's. */
static int mount_own(const char *program)
{
	unsigned long flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC;

	if (mount("proc", "/proc", "proc", flags, NULL))
		return -1;
	if (is_in(program, SOCKETS) || access(SOCKETS, F_OK))
		return 0;
	return mount("none", SOCKETS, "tmpfs", flags, "mode=755");
}

static int seal_mounts(void)
{
	struct mount_attr attributes = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
	};

	return mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &attributes, sizeof(attributes));
}

/* One that is a mount of its own can be used where others cannot. */
static int seal_all_but_devices(void)
{
	int fd[ARRAY_SIZE(devices)], err;

	for (size_t i = 0; i < ARRAY_SIZE(devices); i++)
		fd[i] = open_tree(AT_FDCWD, devices[i], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	err = seal_mounts();
	for (size_t i = 0; i < ARRAY_SIZE(devices); i++) {
		if (fd[i] < 0)
			continue;
		if (!err)
			err = move_mount(fd[i], "", AT_FDCWD, devices[i], MOVE_MOUNT_F_EMPTY_PATH);
		close(fd[i]);
	}
	return err;
}

static int use_own_mounts(const char *program)
{
	char path[PATH_MAX];

	/* who executes it says that it is not there */
	if (!realpath(program, path))
		snprintf(path, sizeof(path), "%s", program);
	/* what is unmounted here is not unmounted there */
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	if (leave_mounts(path) || mount_own(path) || seal_all_but_devices())
		return -1;
	return chdir("/");
}

/* A program that root executes gets all that the bounding set has. */
static int drop_capabilities(uint64_t kept)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = kept, .permitted = kept },
		{ .effective = kept >> 32, .permitted = kept >> 32 },
	};

	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0))
		return -1;
	for (int cap = 0; cap < 64 && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (!(kept >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return -1;
	return syscall(SYS_capset, &header, data);
}

int confine(const char *program, uint64_t caps)
{
	const char *what = NULL;

	if (unshare(CLONE_NEWNET))
		what = "network";
	else if (use_own_mounts(program))
		what = "mounts";
	else if (drop_capabilities(caps))
		what = "capabilities";
	if (!what)
		return 0;
	dprintf(STDERR_FILENO, "%s cannot be confined (%s): %s\n", program, what, strerror(errno));
	return -1;
}
