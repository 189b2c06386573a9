/* SPDX-License-Identifier: GPL-2.0-only */
/* Simulated remote processors: what their files know of each other. */
#ifndef HWC_SIM_RPROC_H
#define HWC_SIM_RPROC_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rpmsg.h>
#include <linux/types.h>
#include <linux/virtio_ring.h>
#include <linux/workqueue.h>

struct dentry;
struct rproc;
struct virtqueue;

/* rproc-rpmsg.c: what a core says and hears by rpmsg */

#define SIM_RPMSG_RINGS		2
#define SIM_RPMSG_CHANNELS	8
/* The first address that is nobody's by convention. */
#define SIM_RPMSG_ADDRESS	1024

/**
 * struct sim_rpmsg_ring - one of the two
 * @vring: as Linux has laid it out
 * @vq: what Linux is called with
 * @taken: how many of the buffers that it has given were taken so far
 */
struct sim_rpmsg_ring {
	struct vring vring;
	struct virtqueue *vq;
	u16 taken;
};

/**
 * struct sim_rpmsg_channel - one that was announced
 * @name: what it is called
 * @peer: who has sent something to it last, 0 for nobody
 */
struct sim_rpmsg_channel {
	char name[RPMSG_NAME_SIZE];
	u32 peer;
};

/**
 * struct sim_rpmsg - the messages of a core
 * @rproc: the framework's
 * @in_cores: in the list of all cores
 * @work: looks at what Linux has sent; on the queue that the drivers of real ones use
 * @lock: protects the rest
 * @up: Linux listens, the rings are known
 * @ring: from the core, to the core
 * @channel: those announced; the address of each is its number and SIM_RPMSG_ADDRESS
 * @channels: how many were announced, of which the first are in @channel
 */
struct sim_rpmsg {
	struct rproc *rproc;
	struct list_head in_cores;
	struct work_struct work;
	struct mutex lock;	/* the rest; Linux may be called with it, and calls @work */
	bool up;
	struct sim_rpmsg_ring ring[SIM_RPMSG_RINGS];
	struct sim_rpmsg_channel channel[SIM_RPMSG_CHANNELS];
	unsigned int channels;
};

void sim_rpmsg_init(struct sim_rpmsg *rpmsg, struct rproc *rproc);
void sim_rpmsg_exit(struct sim_rpmsg *rpmsg);
/* The core has stopped: it knows nothing any more. */
void sim_rpmsg_stop(struct sim_rpmsg *rpmsg);
/* Linux has called. */
void sim_rpmsg_kick(struct sim_rpmsg *rpmsg);
void sim_rpmsg_debugfs_add(struct dentry *dir);
void sim_rpmsg_reset(void);

#endif
