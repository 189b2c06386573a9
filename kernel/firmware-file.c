// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: firmware for frameworks that take it by name only.
 *
 * request_firmware() looks below /lib/firmware in the root and the mount namespace
 * of init, which kernel threads share. A file there is ours alone: its folder is
 * closed to others, its name says whose it is, and it is replaced, not changed.
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/slab.h>

#include "rproc.h"

#define HWC_FIRMWARE_ROOT	"/lib/firmware"
#define HWC_FIRMWARE_FOLDER	"/lib/firmware/hwcontainer"

static int hwc_folder_make(const char *name, umode_t mode)
{
	struct dentry *dentry;
	struct path parent;
	int ret;

	dentry = kern_path_create(AT_FDCWD, name, &parent, LOOKUP_DIRECTORY);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry) == -EEXIST ? 0 : PTR_ERR(dentry);
	ret = vfs_mkdir(mnt_idmap(parent.mnt), d_inode(parent.dentry), dentry, mode);
	done_path_create(&parent, dentry);
	return ret;
}

/* Unlinks what is at @name, or removes it where it is an empty folder. */
static int hwc_path_remove(const char *name)
{
	struct dentry *parent;
	struct path path;
	int ret;

	ret = kern_path(name, 0, &path);
	if (ret)
		return ret;
	ret = mnt_want_write(path.mnt);
	if (ret)
		goto out_path;
	parent = dget_parent(path.dentry);
	inode_lock_nested(d_inode(parent), I_MUTEX_PARENT);
	if (path.dentry->d_parent != parent || d_unhashed(path.dentry))
		ret = -ENOENT;
	else if (d_is_dir(path.dentry))
		ret = vfs_rmdir(mnt_idmap(path.mnt), d_inode(parent), path.dentry);
	else
		ret = vfs_unlink(mnt_idmap(path.mnt), d_inode(parent), path.dentry, NULL);
	inode_unlock(d_inode(parent));
	dput(parent);
	mnt_drop_write(path.mnt);
out_path:
	path_put(&path);
	return ret;
}

static int hwc_file_fill(const char *name, const void *data, size_t size)
{
	struct file *file = filp_open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0400);
	loff_t pos = 0;
	ssize_t n;
	int ret = 0;

	if (IS_ERR(file))
		return PTR_ERR(file);
	while (pos < size && !ret) {
		n = kernel_write(file, data + pos, size - pos, &pos);
		if (n <= 0)
			ret = n ?: -ENOSPC;
	}
	/* Not later: while it is open for writing, nobody may read it as firmware. */
	__fput_sync(file);
	return ret;
}

static char *hwc_firmware_path(const char *name)
{
	return kasprintf(GFP_KERNEL, HWC_FIRMWARE_ROOT "/%s", name);
}

/**
 * hwc_firmware_remove() - take firmware away
 * @name: as it was given to hwc_firmware_put(); it need not be there
 *
 * Context: kernel thread.
 */
void hwc_firmware_remove(const char *name)
{
	char *path = hwc_firmware_path(name);

	if (path)
		hwc_path_remove(path);
	kfree(path);
	/* While another file is in it, it stays. */
	hwc_path_remove(HWC_FIRMWARE_FOLDER);
}

/**
 * hwc_firmware_put() - put firmware where request_firmware() finds it
 * @name: for request_firmware(), begins with "hwcontainer/"
 * @data: its bytes
 * @size: how many
 *
 * Context: kernel thread; sleeps.
 * Return: 0 or -errno; nothing is left behind then.
 */
int hwc_firmware_put(const char *name, const void *data, size_t size)
{
	char *path = hwc_firmware_path(name);
	int ret = -ENOMEM;

	if (!path)
		return ret;
	ret = hwc_folder_make(HWC_FIRMWARE_ROOT, 0755) ?:
	      hwc_folder_make(HWC_FIRMWARE_FOLDER, 0700);
	if (ret)
		goto out;
	hwc_path_remove(path);
	ret = hwc_file_fill(path, data, size);
	if (ret)
		hwc_firmware_remove(name);
out:
	kfree(path);
	return ret;
}
