// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/hwsim-fir-N: samples are written, filtered samples are read; 16 bits
 * each, little-endian. Each open file is a signal of its own: the engine gets
 * the last samples again before the new ones.
 */
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/kfifo.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "accel.h"
#include "sim-regs.h"

#define SAMPLE		2
/* What the filter remembers. */
#define HISTORY		((SIM_FIR_TAPS - 1) * SAMPLE)
#define NEW_MAX		(SIM_DATA_BYTES - HISTORY)
/* Results that wait to be read. */
#define RESULTS		SZ_32K

/**
 * struct fir_file - an open file
 * @accel: the accelerator
 * @lock: protects what follows; outside the accelerator's
 * @results: filtered and not yet read
 * @history: the last samples
 * @data: for a command: @history and new samples, then results
 */
struct fir_file {
	struct accel *accel;
	struct mutex lock; /* what follows */
	struct kfifo results;
	u8 history[HISTORY];
	u8 data[SIM_DATA_BYTES];
};

/* Filters the @len bytes behind the history in @data. */
static int fir_command(struct fir_file *ff, u32 len)
{
	u8 history[HISTORY];
	int ret;

	memcpy(ff->data, ff->history, HISTORY);
	memcpy(history, ff->data + len, HISTORY);
	ret = accel_lock(ff->accel);
	if (ret)
		return ret;
	ret = accel_run_locked(ff->accel, 0, ff->data, HISTORY + len);
	if (!ret)
		accel_result_locked(ff->accel, ff->data, HISTORY + len);
	accel_unlock(ff->accel);
	if (ret)
		return ret;
	memcpy(ff->history, history, HISTORY);
	kfifo_in(&ff->results, ff->data + HISTORY, len);
	return 0;
}

/* As many samples as one command and the room for results allow. */
static ssize_t fir_take(struct fir_file *ff, const char __user *buf, size_t count)
{
	int ret;

	count = min3(count, (size_t)NEW_MAX, (size_t)kfifo_avail(&ff->results));
	count = round_down(count, SAMPLE);
	if (!count)
		return -ENOSPC;
	if (copy_from_user(ff->data + HISTORY, buf, count))
		return -EFAULT;
	ret = fir_command(ff, count);
	return ret ?: count;
}

static ssize_t fir_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct fir_file *ff = file->private_data;
	size_t done = 0;
	ssize_t ret = 0;

	mutex_lock(&ff->lock);
	if (accel_gone(ff->accel))
		ret = -ENODEV;
	else if (count % SAMPLE)
		ret = -EINVAL;
	while (!ret && done < count) {
		if (done && signal_pending(current))
			break;
		ret = fir_take(ff, buf + done, count - done);
		if (ret > 0) {
			done += ret;
			ret = 0;
		}
	}
	mutex_unlock(&ff->lock);
	return done ?: ret;
}

static ssize_t fir_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct fir_file *ff = file->private_data;
	unsigned int copied;
	ssize_t ret;

	mutex_lock(&ff->lock);
	if (accel_gone(ff->accel)) {
		ret = -ENODEV;
	} else {
		ret = kfifo_to_user(&ff->results, buf, count, &copied);
		if (!ret)
			ret = copied;
	}
	mutex_unlock(&ff->lock);
	return ret;
}

static int fir_open(struct inode *inode, struct file *file)
{
	struct fir_file *ff = kzalloc(sizeof(*ff), GFP_KERNEL);
	int ret;

	if (!ff)
		return -ENOMEM;
	ret = kfifo_alloc(&ff->results, RESULTS, GFP_KERNEL);
	if (ret) {
		kfree(ff);
		return ret;
	}
	mutex_init(&ff->lock);
	ff->accel = accel_open(file);
	file->private_data = ff;
	return stream_open(inode, file);
}

static int fir_release(struct inode *inode, struct file *file)
{
	struct fir_file *ff = file->private_data;

	accel_close(ff->accel);
	kfifo_free(&ff->results);
	mutex_destroy(&ff->lock);
	kfree(ff);
	return 0;
}

static const struct file_operations fir_fops = {
	.owner = THIS_MODULE,
	.open = fir_open,
	.release = fir_release,
	.read = fir_read,
	.write = fir_write,
};

static DEFINE_IDA(fir_numbers);

static const struct accel_type fir_type = {
	.name = "fir",
	.id = SIM_ID_FIR,
	.fops = &fir_fops,
	.numbers = &fir_numbers,
};

static int fir_probe(struct platform_device *pdev)
{
	return accel_probe(pdev, &fir_type);
}

static const struct of_device_id fir_ids[] = {
	{ .compatible = "hwcontainer,sim-fir" },
	{}
};
MODULE_DEVICE_TABLE(of, fir_ids);

struct platform_driver accel_fir_driver = {
	.probe = fir_probe,
	.driver = {
		.name = "hwcontainer-sim-fir",
		.of_match_table = fir_ids,
	},
};
