/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers and commands in debugfs, for the simulator and the other modules for tests. */
#ifndef HWC_SIM_KNOB_H
#define HWC_SIM_KNOB_H

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/types.h>

/**
 * struct sim_knob - a number that can be set from outside
 * @name: of its file
 * @initial: what it is after a reset
 * @value: as it is set; read with sim_knob()
 * @reg: where it is set instead, or NULL
 */
struct sim_knob {
	const char *name;
	u32 initial;
	u32 value;
	void __iomem *reg;
};

static inline u32 sim_knob(const struct sim_knob *knob)
{
	return READ_ONCE(knob->value);
}

/* A knob that holds an errno: 0 for off, 5 for -EIO. */
static inline int sim_knob_errno(const struct sim_knob *knob)
{
	u32 value = sim_knob(knob);

	return value <= MAX_ERRNO ? -(int)value : -EINVAL;
}

static inline void sim_knob_stall(const struct sim_knob *knob)
{
	u32 ms = sim_knob(knob);

	if (ms)
		msleep(ms);
}

/* For modules whose knobs are all in one folder and 0 after a reset. */
static inline void sim_knobs_create(struct dentry *dir, struct sim_knob *knob, unsigned int n)
{
	for (; n; n--, knob++)
		debugfs_create_u32(knob->name, 0644, dir, &knob->value);
}

static inline void sim_knobs_clear(struct sim_knob *knob, unsigned int n)
{
	for (; n; n--, knob++)
		WRITE_ONCE(knob->value, 0);
}

/* Calls @command with what is written, less the white space around it. */
static inline ssize_t sim_command(const char __user *buf, size_t size, int (*command)(char *text))
{
	char *text = memdup_user_nul(buf, size);
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = command(strim(text));
	kfree(text);
	return ret ?: size;
}

/* Defines NAME_fops, a file that calls NAME(text) with what is written to it. */
#define DEFINE_SIM_COMMAND(name)							\
static ssize_t name##_write(struct file *file, const char __user *buf, size_t size,	\
			    loff_t *pos)						\
{											\
	return sim_command(buf, size, name);						\
}											\
											\
static const struct file_operations name##_fops = {					\
	.owner = THIS_MODULE,								\
	.open = simple_open,								\
	.write = name##_write,								\
}

#endif
