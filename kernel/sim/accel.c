// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the drivers of the simulator's accelerators share: registers, interrupt,
 * character device, and files that outlive the device.
 *
 * Ordinary drivers: that their hardware is simulated shows only in the call of
 * hwcontainer_sim_probe(), which lets tests make a probe fail.
 */
#include <linux/clk.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/platform_device.h>
#include <linux/slab.h>

#include "accel.h"
#include "sim.h"
#include "sim-regs.h"

/* A command takes microseconds; a loaded host may make that much more. */
#define TIMEOUT_MS 1000

static void accel_release(struct kref *ref)
{
	struct accel *accel = container_of(ref, struct accel, ref);

	ida_free(accel->type->numbers, accel->nr);
	mutex_destroy(&accel->lock);
	kfree(accel);
}

static void accel_put(void *data)
{
	struct accel *accel = data;

	kref_put(&accel->ref, accel_release);
}

/**
 * accel_open() - begin to use an accelerator
 * @file: of its character device
 *
 * Context: in the file's open(); the misc core's lock keeps the device from
 * being unregistered meanwhile.
 * Return: the accelerator, to be given back with accel_close().
 */
struct accel *accel_open(struct file *file)
{
	struct accel *accel = container_of(file->private_data, struct accel, misc);

	kref_get(&accel->ref);
	return accel;
}

void accel_close(struct accel *accel)
{
	accel_put(accel);
}

bool accel_gone(const struct accel *accel)
{
	return !READ_ONCE(accel->dev);
}

/* Return: 0, or -ENODEV when the device is gone and nothing is locked. */
int accel_lock(struct accel *accel)
{
	mutex_lock(&accel->lock);
	if (!accel_gone(accel))
		return 0;
	mutex_unlock(&accel->lock);
	return -ENODEV;
}

void accel_unlock(struct accel *accel)
{
	mutex_unlock(&accel->lock);
}

u32 accel_read(const struct accel *accel, u32 reg)
{
	return readl(accel->regs + reg);
}

void accel_write(struct accel *accel, u32 reg, u32 value)
{
	writel(value, accel->regs + reg);
}

static irqreturn_t accel_irq(int irq, void *data)
{
	struct accel *accel = data;
	u32 status = accel_read(accel, SIM_STATUS);

	if (!(status & SIM_STATUS_DONE))
		return IRQ_NONE;
	accel_write(accel, SIM_STATUS, 0);
	WRITE_ONCE(accel->status, status);
	complete(&accel->done);
	return IRQ_HANDLED;
}

/* A command that timed out may still be under way; its data must not change. */
static int accel_wait_idle(struct accel *accel)
{
	u32 ctrl;

	return readl_poll_timeout(accel->regs + SIM_CTRL, ctrl,
				  !(ctrl & SIM_CTRL_START) &&
				  !(accel_read(accel, SIM_STATUS) & SIM_STATUS_BUSY),
				  1000, TIMEOUT_MS * 1000);
}

/**
 * accel_run_locked() - let the engine do one command
 * @accel: the accelerator, locked
 * @ctrl: what to do, in the control register's bits
 * @data: what to do it with
 * @len: bytes of @data, at most SIM_DATA_BYTES
 *
 * Return: 0, -ETIMEDOUT when no interrupt came, -EIO when the engine says that
 * it cannot do this.
 */
int accel_run_locked(struct accel *accel, u32 ctrl, const void *data, u32 len)
{
	lockdep_assert_held(&accel->lock);
	if (accel_wait_idle(accel))
		return -ETIMEDOUT;
	reinit_completion(&accel->done);
	accel_write(accel, SIM_STATUS, 0);
	accel_write(accel, SIM_LEN, len);
	memcpy_toio(accel->regs + SIM_DATA, data, len);
	accel_write(accel, SIM_CTRL, ctrl | SIM_CTRL_START | SIM_CTRL_IRQ);
	if (!wait_for_completion_timeout(&accel->done, msecs_to_jiffies(TIMEOUT_MS)))
		return -ETIMEDOUT;
	return READ_ONCE(accel->status) & SIM_STATUS_ERROR ? -EIO : 0;
}

void accel_result_locked(struct accel *accel, void *data, u32 len)
{
	lockdep_assert_held(&accel->lock);
	memcpy_fromio(data, accel->regs + SIM_DATA, len);
}

/*
 * The driver is unbound: nobody new, and open files get -ENODEV. The registers
 * stay until a command under way has let go of them.
 */
static void accel_remove(void *data)
{
	struct accel *accel = data;

	misc_deregister(&accel->misc);
	mutex_lock(&accel->lock);
	WRITE_ONCE(accel->dev, NULL);
	mutex_unlock(&accel->lock);
}

static struct accel *accel_alloc(struct device *dev, const struct accel_type *type)
{
	struct accel *accel = kzalloc(sizeof(*accel), GFP_KERNEL);

	if (!accel)
		return ERR_PTR(-ENOMEM);
	accel->nr = ida_alloc(type->numbers, GFP_KERNEL);
	if (accel->nr < 0) {
		int ret = accel->nr;

		kfree(accel);
		return ERR_PTR(ret);
	}
	kref_init(&accel->ref);
	mutex_init(&accel->lock);
	init_completion(&accel->done);
	accel->type = type;
	accel->dev = dev;
	snprintf(accel->name, sizeof(accel->name), "hwsim-%s-%d", type->name, accel->nr);
	accel->misc.minor = MISC_DYNAMIC_MINOR;
	accel->misc.name = accel->name;
	accel->misc.fops = type->fops;
	accel->misc.parent = dev;
	return accel;
}

static int accel_check(struct accel *accel)
{
	u32 id = accel_read(accel, SIM_ID);

	if (id != accel->type->id)
		return dev_err_probe(accel->dev, -ENODEV,
				     "register ID reads 0x%08x, a %s engine has 0x%08x\n",
				     id, accel->type->name, accel->type->id);
	return 0;
}

static int accel_setup(struct platform_device *pdev, struct accel *accel)
{
	struct device *dev = &pdev->dev;
	struct clk *clk;
	int irq, ret;

	clk = devm_clk_get_optional_enabled(dev, NULL);
	if (IS_ERR(clk))
		return dev_err_probe(dev, PTR_ERR(clk), "no clock\n");
	accel->regs = devm_platform_ioremap_resource(pdev, 0);
	if (IS_ERR(accel->regs))
		return PTR_ERR(accel->regs);
	ret = accel_check(accel);
	if (ret)
		return ret;
	irq = platform_get_irq(pdev, 0);
	if (irq < 0)
		return irq;
	return devm_request_irq(dev, irq, accel_irq, 0, dev_name(dev), accel);
}

/**
 * accel_probe() - the probe of every accelerator's driver
 * @pdev: the accelerator
 * @type: what it is
 *
 * Everything is undone by devres, the character device first.
 *
 * Return: 0 or -errno.
 */
int accel_probe(struct platform_device *pdev, const struct accel_type *type)
{
	struct device *dev = &pdev->dev;
	struct accel *accel;
	int ret;

	ret = hwcontainer_sim_probe(dev);
	if (ret)
		return ret;
	accel = accel_alloc(dev, type);
	if (IS_ERR(accel))
		return PTR_ERR(accel);
	ret = devm_add_action_or_reset(dev, accel_put, accel);
	if (ret)
		return ret;
	ret = accel_setup(pdev, accel);
	if (ret)
		return ret;
	ret = misc_register(&accel->misc);
	if (ret)
		return ret;
	return devm_add_action_or_reset(dev, accel_remove, accel);
}

static struct platform_driver *const accel_drivers[] = {
	&accel_sha256_driver,
	&accel_fir_driver,
};

static int __init accel_init(void)
{
	return platform_register_drivers(accel_drivers, ARRAY_SIZE(accel_drivers));
}

static void __exit accel_exit(void)
{
	platform_unregister_drivers(accel_drivers, ARRAY_SIZE(accel_drivers));
}

module_init(accel_init);
module_exit(accel_exit);
MODULE_DESCRIPTION("Drivers of the accelerators in hwcontainer's simulated FPGA");
MODULE_AUTHOR("The hwcontainer developers");
MODULE_LICENSE("GPL");
