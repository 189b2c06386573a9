// SPDX-License-Identifier: GPL-2.0-only
/*
 * What programming an FPGA costs without hwcontainer: the number of an open file,
 * written to /sys/kernel/debug/hwcontainer-baseline/load, is read and loaded.
 * The benchmark compares with this.
 */
#include <linux/debugfs.h>
#include <linux/fpga/fpga-mgr.h>
#include <linux/kernel_read_file.h>
#include <linux/module.h>
#include <linux/of.h>
#include <linux/sizes.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

static struct fpga_manager *manager;
static struct dentry *dir;

static int load(int fd, struct fpga_image_info *info)
{
	void *buf = NULL;
	ssize_t size = kernel_read_file_from_fd(fd, 0, &buf, SZ_256M, NULL, READING_FIRMWARE);
	int ret;

	if (size < 0)
		return size;
	info->flags = FPGA_MGR_PARTIAL_RECONFIG;
	info->buf = buf;
	info->count = size;
	ret = fpga_mgr_lock(manager);
	if (!ret) {
		ret = fpga_mgr_load(manager, info);
		fpga_mgr_unlock(manager);
	}
	vfree(buf);
	return ret;
}

static ssize_t load_write(struct file *file, const char __user *ubuf, size_t size, loff_t *pos)
{
	struct fpga_image_info *info;
	int fd, ret = kstrtoint_from_user(ubuf, size, 0, &fd);

	if (ret)
		return ret;
	info = fpga_image_info_alloc(&manager->dev);
	if (!info)
		return -ENOMEM;
	ret = load(fd, info);
	fpga_image_info_free(info);
	return ret ?: size;
}

static const struct file_operations load_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = load_write,
};

static int __init baseline_init(void)
{
	struct device_node *region = of_find_node_by_path("/fpga-full");
	struct device_node *np = of_parse_phandle(region, "fpga-mgr", 0);

	of_node_put(region);
	manager = of_fpga_mgr_get(np);
	of_node_put(np);
	if (IS_ERR(manager))
		return PTR_ERR(manager);
	dir = debugfs_create_dir("hwcontainer-baseline", NULL);
	debugfs_create_file("load", 0200, dir, NULL, &load_fops);
	return 0;
}

static void __exit baseline_exit(void)
{
	debugfs_remove(dir);
	fpga_mgr_put(manager);
}

module_init(baseline_init);
module_exit(baseline_exit);
MODULE_DESCRIPTION("Loads FPGA images, to compare hwcontainer with");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
