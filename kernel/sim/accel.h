/* SPDX-License-Identifier: GPL-2.0-only */
/* Drivers of the simulator's accelerators: what they share. */
#ifndef HWC_SIM_ACCEL_H
#define HWC_SIM_ACCEL_H

#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/types.h>

struct device;
struct ida;
struct platform_device;

/**
 * struct accel_type - a kind of accelerator
 * @name: its devices are /dev/hwsim-NAME-N
 * @id: what its register ID reads
 * @fops: its files; open calls accel_open()
 * @numbers: the numbers in use
 */
struct accel_type {
	const char *name;
	u32 id;
	const struct file_operations *fops;
	struct ida *numbers;
};

/**
 * struct accel - an accelerator
 * @ref: one for the bound driver, one for each open file
 * @type: what it is
 * @misc: its character device
 * @nr: its number
 * @name: its name in /dev
 * @lock: one command at a time; protects @dev and @regs
 * @dev: NULL once the driver is unbound: open files get -ENODEV
 * @regs: its registers
 * @done: the interrupt came
 * @status: what the status register read then
 */
struct accel {
	struct kref ref;
	const struct accel_type *type;
	struct miscdevice misc;
	int nr;
	char name[32];
	struct mutex lock; /* commands, dev, regs */
	struct device *dev;
	void __iomem *regs;
	struct completion done;
	u32 status;
};

int accel_probe(struct platform_device *pdev, const struct accel_type *type);
struct accel *accel_open(struct file *file);
void accel_close(struct accel *accel);
bool accel_gone(const struct accel *accel);
int accel_lock(struct accel *accel);
void accel_unlock(struct accel *accel);
u32 accel_read(const struct accel *accel, u32 reg);
void accel_write(struct accel *accel, u32 reg, u32 value);
int accel_run_locked(struct accel *accel, u32 ctrl, const void *data, u32 len);
void accel_result_locked(struct accel *accel, void *data, u32 len);

extern struct platform_driver accel_sha256_driver;
extern struct platform_driver accel_fir_driver;

#endif
