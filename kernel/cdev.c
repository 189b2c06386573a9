// SPDX-License-Identifier: GPL-2.0-only
/* hwcontainer: /dev/hwcontainer, whose open files hold claims, and claims as files. */
#include <linux/anon_inodes.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <uapi/linux/hwcontainer_cdev.h>

#include "claim.h"
#include "core.h"
#include "domain.h"
#include "holder.h"

static __poll_t hwc_claim_file_poll(struct file *file, poll_table *wait)
{
	struct hwcontainer_claim *claim = file->private_data;
	__poll_t notice;

	poll_wait(file, &claim->wait, wait);
	notice = READ_ONCE(claim->noticed) ? EPOLLPRI : 0;
	switch (READ_ONCE(claim->state)) {
	case HWCONTAINER_CLAIM_STATE_READY:
		return EPOLLIN | notice;
	case HWCONTAINER_CLAIM_STATE_FAILED:
		return EPOLLIN | EPOLLERR;
	case HWCONTAINER_CLAIM_STATE_RELEASED:
		return EPOLLIN | EPOLLHUP;
	default:
		return notice;
	}
}

static int hwc_claim_file_release(struct inode *inode, struct file *file)
{
	hwc_claim_put(file->private_data);
	return 0;
}

static const struct file_operations hwc_claim_fops = {
	.owner = THIS_MODULE,
	.poll = hwc_claim_file_poll,
	.release = hwc_claim_file_release,
	.llseek = noop_llseek,
};

/*
 * Who asks now counts, not who opened the device: files are passed on. A process sees what
 * it holds wherever it went meanwhile.
 */
static bool hwc_cdev_sees_locked(const struct hwcontainer_claim *claim)
{
	return hwc_domain_sees(hwc_domain_current(), claim) ||
	       hwc_holder_is_current(claim->holder) || hwc_domain_current_is_admin();
}

static struct hwcontainer_claim *hwc_cdev_claim_get(u32 id)
{
	struct hwcontainer_claim *claim;

	mutex_lock(&hwc_lock);
	claim = hwc_claim_find_locked(id);
	if (claim && !hwc_cdev_sees_locked(claim))
		claim = NULL;
	if (claim)
		hwc_claim_get(claim);
	mutex_unlock(&hwc_lock);
	return claim;
}

static long hwc_ioctl_claim_open(const struct hwcontainer_claim_open __user *arg)
{
	struct hwcontainer_claim_open req;
	struct hwcontainer_claim *claim;
	u32 size;
	int ret;

	if (get_user(size, &arg->size))
		return -EFAULT;
	if (size < sizeof(req))
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	ret = copy_struct_from_user(&req, sizeof(req), arg, size);
	if (ret)
		return ret;
	if (req.flags || req.reserved)
		return -EINVAL;

	claim = hwc_cdev_claim_get(req.claim);
	if (!claim)
		return -ENOENT;

	ret = anon_inode_getfd("[hwcontainer-claim]", &hwc_claim_fops, claim, O_RDONLY | O_CLOEXEC);
	if (ret < 0)
		hwc_claim_put(claim);
	return ret;
}

static long hwc_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case HWCONTAINER_IOC_CLAIM_OPEN:
		return hwc_ioctl_claim_open((void __user *)arg);
	default:
		return -ENOTTY;
	}
}

static int hwc_check_open(void)
{
	bool admin = hwc_domain_current_is_admin();
	int ret;

	mutex_lock(&hwc_lock);
	ret = hwc_domain_check_look_locked(hwc_domain_current(), admin, NULL);
	mutex_unlock(&hwc_lock);
	return ret;
}

static int hwc_open(struct inode *inode, struct file *file)
{
	struct hwc_holder *holder;
	int ret = hwc_check_open();

	if (ret)
		return ret;
	holder = kzalloc(sizeof(*holder), GFP_KERNEL);
	if (!holder)
		return -ENOMEM;
	hwc_holder_init(holder, HWCONTAINER_HOLDER_FILE);
	mutex_lock(&hwc_lock);
	holder->domain = hwc_domain_current();
	list_add_tail(&holder->in_domain, &holder->domain->files);
	mutex_unlock(&hwc_lock);
	file->private_data = holder;
	return nonseekable_open(inode, file);
}

static int hwc_release(struct inode *inode, struct file *file)
{
	struct hwc_holder *holder = file->private_data;

	hwc_holder_die(holder);
	mutex_lock(&hwc_lock);
	list_del(&holder->in_domain);
	mutex_unlock(&hwc_lock);
	kfree(holder);
	return 0;
}

static const struct file_operations hwc_fops = {
	.owner = THIS_MODULE,
	.open = hwc_open,
	.release = hwc_release,
	.unlocked_ioctl = hwc_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
};

static struct miscdevice hwc_misc = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "hwcontainer",
	.fops = &hwc_fops,
	.mode = 0600,
};

/* The holder behind an open /dev/hwcontainer, or NULL for any other file. */
struct hwc_holder *hwc_holder_from_file(struct file *file)
{
	return file->f_op == &hwc_fops ? file->private_data : NULL;
}

int hwc_cdev_init(void)
{
	return misc_register(&hwc_misc);
}

void hwc_cdev_exit(void)
{
	misc_deregister(&hwc_misc);
}
