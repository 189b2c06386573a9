// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/hwsim-sha256-N: what is written is hashed, and a read ends the message
 * and yields its digest as sha256sum prints it. Each open file is a message of
 * its own, whose state is put into the engine for each command.
 */
#include <crypto/sha2.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/of.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "accel.h"
#include "sim-regs.h"

#define STATE_WORDS (SHA256_DIGEST_SIZE / 4)

/**
 * struct sha256_file - an open file
 * @accel: the accelerator
 * @lock: protects what follows; outside the accelerator's
 * @state: the engine's registers after the last command
 * @begun: they hold part of a message
 * @fill: bytes in @data
 * @data: the end of the message so far, not yet in the engine
 * @left: bytes of @text that have not been read
 * @finished: the message has ended; 0 bytes are read once @text is gone
 * @text: its digest in hexadecimal, newline, NUL
 */
struct sha256_file {
	struct accel *accel;
	struct mutex lock; /* what follows */
	u32 state[STATE_WORDS + 2];
	bool begun;
	u32 fill;
	u8 data[SIM_DATA_BYTES];
	size_t left;
	bool finished;
	char text[2 * SHA256_DIGEST_SIZE + 2];
};

static void sha256_restart(struct sha256_file *sf)
{
	sf->begun = false;
	sf->finished = false;
	sf->fill = 0;
	sf->left = 0;
}

/* One command on what is in @data; the engine's state is brought and taken. */
static int sha256_command(struct sha256_file *sf, u32 ctrl)
{
	struct accel *accel = sf->accel;
	unsigned int i;
	int ret;

	ret = accel_lock(accel);
	if (ret)
		return ret;
	if (!sf->begun)
		ctrl |= SIM_CTRL_INIT;
	else
		for (i = 0; i < ARRAY_SIZE(sf->state); i++)
			accel_write(accel, SIM_SHA256_STATE + 4 * i, sf->state[i]);
	ret = accel_run_locked(accel, ctrl, sf->data, sf->fill);
	if (!ret)
		for (i = 0; i < ARRAY_SIZE(sf->state); i++)
			sf->state[i] = accel_read(accel, SIM_SHA256_STATE + 4 * i);
	accel_unlock(accel);
	if (ret)
		return ret;
	sf->begun = true;
	sf->fill = 0;
	return 0;
}

static int sha256_finish(struct sha256_file *sf)
{
	unsigned int i;
	int ret;

	ret = sha256_command(sf, SIM_CTRL_LAST);
	if (ret)
		return ret;
	for (i = 0; i < STATE_WORDS; i++)
		sprintf(sf->text + 8 * i, "%08x\n", sf->state[i]);
	sf->left = strlen(sf->text);
	sf->begun = false;
	sf->finished = true;
	return 0;
}

/* As much as there is room for; a full buffer goes to the engine first. */
static ssize_t sha256_take(struct sha256_file *sf, const char __user *buf, size_t count)
{
	int ret;

	if (sf->fill == sizeof(sf->data)) {
		ret = sha256_command(sf, 0);
		if (ret)
			return ret;
	}
	count = min(count, sizeof(sf->data) - sf->fill);
	if (copy_from_user(sf->data + sf->fill, buf, count))
		return -EFAULT;
	sf->fill += count;
	return count;
}

static ssize_t sha256_write(struct file *file, const char __user *buf, size_t count, loff_t *pos)
{
	struct sha256_file *sf = file->private_data;
	size_t done = 0;
	ssize_t ret = 0;

	mutex_lock(&sf->lock);
	if (sf->finished)
		sha256_restart(sf);
	if (accel_gone(sf->accel))
		ret = -ENODEV;
	while (!ret && done < count) {
		if (done && signal_pending(current))
			break;
		ret = sha256_take(sf, buf + done, count - done);
		if (ret > 0) {
			done += ret;
			ret = 0;
		}
	}
	mutex_unlock(&sf->lock);
	return done ?: ret;
}

static ssize_t sha256_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	struct sha256_file *sf = file->private_data;
	ssize_t ret = 0;

	mutex_lock(&sf->lock);
	if (accel_gone(sf->accel))
		ret = -ENODEV;
	else if (!sf->finished)
		ret = sha256_finish(sf);
	if (ret)
		goto out_unlock;
	ret = min(count, sf->left);
	if (copy_to_user(buf, sf->text + strlen(sf->text) - sf->left, ret))
		ret = -EFAULT;
	else
		sf->left -= ret;
out_unlock:
	mutex_unlock(&sf->lock);
	return ret;
}

static int sha256_open(struct inode *inode, struct file *file)
{
	struct sha256_file *sf = kzalloc(sizeof(*sf), GFP_KERNEL);

	if (!sf)
		return -ENOMEM;
	mutex_init(&sf->lock);
	sf->accel = accel_open(file);
	file->private_data = sf;
	return stream_open(inode, file);
}

static int sha256_release(struct inode *inode, struct file *file)
{
	struct sha256_file *sf = file->private_data;

	accel_close(sf->accel);
	mutex_destroy(&sf->lock);
	kfree(sf);
	return 0;
}

static const struct file_operations sha256_fops = {
	.owner = THIS_MODULE,
	.open = sha256_open,
	.release = sha256_release,
	.read = sha256_read,
	.write = sha256_write,
};

static DEFINE_IDA(sha256_numbers);

static const struct accel_type sha256_type = {
	.name = "sha256",
	.id = SIM_ID_SHA256,
	.fops = &sha256_fops,
	.numbers = &sha256_numbers,
};

static int sha256_probe(struct platform_device *pdev)
{
	return accel_probe(pdev, &sha256_type);
}

static const struct of_device_id sha256_ids[] = {
	{ .compatible = "hwcontainer,sim-sha256" },
	{}
};
MODULE_DEVICE_TABLE(of, sha256_ids);

struct platform_driver accel_sha256_driver = {
	.probe = sha256_probe,
	.driver = {
		.name = "hwcontainer-sim-sha256",
		.of_match_table = sha256_ids,
	},
};
