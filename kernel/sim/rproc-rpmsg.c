// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages of a simulated remote processor: the core's side of mainline's rpmsg over
 * virtio (drivers/rpmsg/virtio_rpmsg_bus.c). It announces channels and sends whatever
 * comes to one back to who has sent it.
 *
 * As with real ones, a core does not know where to send to before it has been sent
 * something: Linux does not tell it the address that it gives a channel.
 *
 * In /sys/kernel/debug/hwcontainer-sim-rproc/, NAME being a core's:
 *
 *	channels	names of the channels that each core announces when Linux listens
 *	announce	"NAME CHANNEL" or "NAME CHANNEL TIMES": it announces more
 *	withdraw	"NAME CHANNEL": it takes the last of that name back
 *	say		"NAME CHANNEL TIMES TEXT": it sends that, so often, to whoever has
 *			used the channel last; \n and the like are as in C
 */
#include <linux/io.h>
#include <linux/list.h>
#include <linux/remoteproc.h>
#include <linux/rpmsg/byteorder.h>
#include <linux/rpmsg/ns.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/virtio_config.h>

#include "knob.h"
#include "rproc.h"

/* To Linux and from it, as virtio_rpmsg_bus.c orders them. */
enum { TO_LINUX, FROM_LINUX };

/* The order of bytes of a virtio device without VERSION_1. */
#define LITTLE			virtio_legacy_is_little_endian()

#define SIM_RPMSG_BUFFER	512
#define SIM_RPMSG_PAYLOAD	(SIM_RPMSG_BUFFER - sizeof(struct sim_rpmsg_hdr))

/* As in drivers/rpmsg/virtio_rpmsg_bus.c. */
struct sim_rpmsg_hdr {
	__rpmsg32 src;
	__rpmsg32 dst;
	__rpmsg32 reserved;
	__rpmsg16 len;
	__rpmsg16 flags;
	u8 data[];
} __packed;

/**
 * struct sim_rpmsg_order - what a core is told to do
 * @work: does it, on the same queue as all else: who stops a core has that flushed
 * @rpmsg: the core's
 * @run_locked: what
 * @name: of a channel
 * @text: to be sent, or NULL
 * @size: bytes of it
 * @times: how often
 * @ret: what came of it
 */
struct sim_rpmsg_order {
	struct work_struct work;
	struct sim_rpmsg *rpmsg;
	int (*run_locked)(const struct sim_rpmsg_order *order);
	const char *name;
	char *text;
	size_t size;
	u32 times;
	int ret;
};

/*
 * Protects what follows. Held while a core does what it is told to, with its lock inside,
 * never in the framework's ops.
 */
static DEFINE_MUTEX(sim_cores_lock);
static LIST_HEAD(sim_cores);

/* Protects the names, which are replaced as a whole. Innermost. */
static DEFINE_MUTEX(sim_channels_lock);
static char sim_channels[128];

static struct rproc_vdev *sim_rpmsg_vdev(struct rproc *rproc)
{
	return list_first_entry_or_null(&rproc->rvdevs, struct rproc_vdev, node);
}

/* Whether Linux's driver is ready, of which it tells in the resource table. */
static bool sim_rpmsg_is_heard(const struct sim_rpmsg *rpmsg)
{
	struct rproc *rproc = rpmsg->rproc;
	struct rproc_vdev *rvdev = sim_rpmsg_vdev(rproc);
	struct fw_rsc_vdev *rsc;

	if (!rvdev || !rproc->table_ptr)
		return false;
	rsc = (void *)rproc->table_ptr + rvdev->rsc_offset;
	return READ_ONCE(rsc->status) & VIRTIO_CONFIG_S_DRIVER_OK;
}

/* The memory is the framework's, and the framework's is its name. */
static void *sim_rpmsg_ring_memory(const struct sim_rpmsg *rpmsg, unsigned int index, int nr)
{
	struct rproc_mem_entry *mem;
	char name[32];

	snprintf(name, sizeof(name), "vdev%uvring%d", index, nr);
	list_for_each_entry(mem, &rpmsg->rproc->carveouts, node)
		if (!strcmp(mem->name, name))
			return mem->va;
	return NULL;
}

static bool sim_rpmsg_open_locked(struct sim_rpmsg *rpmsg)
{
	struct rproc_vdev *rvdev = sim_rpmsg_vdev(rpmsg->rproc);
	int i;

	lockdep_assert_held(&rpmsg->lock);
	for (i = 0; i < SIM_RPMSG_RINGS; i++) {
		const struct rproc_vring *rvring = &rvdev->vring[i];
		void *memory = sim_rpmsg_ring_memory(rpmsg, rvdev->index, i);

		if (!memory)
			return false;
		vring_init(&rpmsg->ring[i].vring, rvring->num, memory, rvring->align);
		rpmsg->ring[i].vq = rvring->vq;
		rpmsg->ring[i].taken = 0;
	}
	rpmsg->channels = 0;
	return true;
}

static bool sim_rpmsg_has_buffer(const struct sim_rpmsg_ring *ring)
{
	return __virtio16_to_cpu(LITTLE, READ_ONCE(ring->vring.avail->idx)) != ring->taken;
}

/* The next buffer that Linux has given; there is one. */
static struct sim_rpmsg_hdr *sim_rpmsg_take(struct sim_rpmsg_ring *ring, u16 *id)
{
	struct vring *vring = &ring->vring;

	/* what is in the ring was there before the index was */
	virt_rmb();
	*id = __virtio16_to_cpu(LITTLE, vring->avail->ring[ring->taken % vring->num]) % vring->num;
	ring->taken++;
	/* rproc's virtio gives physical addresses, and all memory of this machine is mapped */
	return phys_to_virt(__virtio64_to_cpu(LITTLE, vring->desc[*id].addr));
}

static void sim_rpmsg_give_back(struct sim_rpmsg_ring *ring, u16 id, u32 size)
{
	struct vring_used *used = ring->vring.used;
	u16 idx = __virtio16_to_cpu(LITTLE, used->idx);

	used->ring[idx % ring->vring.num] = (struct vring_used_elem){
		.id = __cpu_to_virtio32(LITTLE, id),
		.len = __cpu_to_virtio32(LITTLE, size),
	};
	/* the message and its place are seen before the index is */
	virt_wmb();
	WRITE_ONCE(used->idx, __cpu_to_virtio16(LITTLE, idx + 1));
}

/* Linux takes it out at once, in this call. */
static int sim_rpmsg_send_locked(struct sim_rpmsg *rpmsg, u32 from, u32 to, const void *data,
				 size_t size)
{
	struct sim_rpmsg_ring *ring = &rpmsg->ring[TO_LINUX];
	struct sim_rpmsg_hdr *hdr;
	u16 id;

	lockdep_assert_held(&rpmsg->lock);
	if (!rpmsg->up || !sim_rpmsg_is_heard(rpmsg))
		return -EPIPE;
	if (!sim_rpmsg_has_buffer(ring))
		return -ENOBUFS;
	if (size > SIM_RPMSG_PAYLOAD)
		return -EMSGSIZE;
	hdr = sim_rpmsg_take(ring, &id);
	*hdr = (struct sim_rpmsg_hdr){
		.src = __cpu_to_rpmsg32(LITTLE, from),
		.dst = __cpu_to_rpmsg32(LITTLE, to),
		.len = __cpu_to_rpmsg16(LITTLE, size),
	};
	memcpy(hdr->data, data, size);
	sim_rpmsg_give_back(ring, id, sizeof(*hdr) + size);
	vring_interrupt(0, ring->vq);
	return 0;
}

static int sim_rpmsg_tell_locked(struct sim_rpmsg *rpmsg, const char *name, u32 address, u32 flags)
{
	struct rpmsg_ns_msg msg = {
		.addr = __cpu_to_rpmsg32(LITTLE, address),
		.flags = __cpu_to_rpmsg32(LITTLE, flags),
	};

	strscpy_pad(msg.name, name);
	return sim_rpmsg_send_locked(rpmsg, address, RPMSG_NS_ADDR, &msg, sizeof(msg));
}

static int sim_rpmsg_announce_locked(struct sim_rpmsg *rpmsg, const char *name)
{
	unsigned int nr = rpmsg->channels;
	int ret = sim_rpmsg_tell_locked(rpmsg, name, SIM_RPMSG_ADDRESS + nr, RPMSG_NS_CREATE);

	if (ret)
		return ret;
	rpmsg->channels++;
	if (nr < SIM_RPMSG_CHANNELS) {
		strscpy_pad(rpmsg->channel[nr].name, name);
		rpmsg->channel[nr].peer = 0;
	}
	return 0;
}

static void sim_rpmsg_announce_all_locked(struct sim_rpmsg *rpmsg)
{
	char names[sizeof(sim_channels)], *rest = names, *name;

	mutex_lock(&sim_channels_lock);
	strscpy(names, sim_channels);
	mutex_unlock(&sim_channels_lock);
	while ((name = strsep(&rest, " ")))
		if (*name)
			sim_rpmsg_announce_locked(rpmsg, name);
}

/* A message, back to where it came from. */
static void sim_rpmsg_answer_locked(struct sim_rpmsg *rpmsg, const struct sim_rpmsg_hdr *hdr)
{
	u32 from = __rpmsg32_to_cpu(LITTLE, hdr->src), to = __rpmsg32_to_cpu(LITTLE, hdr->dst);
	size_t size = min_t(size_t, __rpmsg16_to_cpu(LITTLE, hdr->len), SIM_RPMSG_PAYLOAD);
	u32 nr = to - SIM_RPMSG_ADDRESS;

	if (nr < min_t(u32, rpmsg->channels, SIM_RPMSG_CHANNELS))
		rpmsg->channel[nr].peer = from;
	sim_rpmsg_send_locked(rpmsg, to, from, hdr->data, size);
}

/* As long as there is room for the answer, too. */
static void sim_rpmsg_receive_locked(struct sim_rpmsg *rpmsg)
{
	struct sim_rpmsg_ring *ring = &rpmsg->ring[FROM_LINUX];
	const struct sim_rpmsg_hdr *hdr;
	u16 id;

	while (sim_rpmsg_has_buffer(ring) && sim_rpmsg_has_buffer(&rpmsg->ring[TO_LINUX])) {
		hdr = sim_rpmsg_take(ring, &id);
		sim_rpmsg_answer_locked(rpmsg, hdr);
		sim_rpmsg_give_back(ring, id, 0);
		cond_resched();
	}
}

static void sim_rpmsg_work(struct work_struct *work)
{
	struct sim_rpmsg *rpmsg = container_of(work, struct sim_rpmsg, work);
	bool was_up;

	mutex_lock(&rpmsg->lock);
	was_up = rpmsg->up;
	if (!sim_rpmsg_is_heard(rpmsg))
		rpmsg->up = false;
	else if (!was_up)
		rpmsg->up = sim_rpmsg_open_locked(rpmsg);
	if (rpmsg->up && !was_up)
		sim_rpmsg_announce_all_locked(rpmsg);
	if (rpmsg->up)
		sim_rpmsg_receive_locked(rpmsg);
	mutex_unlock(&rpmsg->lock);
}

void sim_rpmsg_init(struct sim_rpmsg *rpmsg, struct rproc *rproc)
{
	rpmsg->rproc = rproc;
	mutex_init(&rpmsg->lock);
	INIT_WORK(&rpmsg->work, sim_rpmsg_work);
	mutex_lock(&sim_cores_lock);
	list_add_tail(&rpmsg->in_cores, &sim_cores);
	mutex_unlock(&sim_cores_lock);
}

void sim_rpmsg_exit(struct sim_rpmsg *rpmsg)
{
	mutex_lock(&sim_cores_lock);
	list_del(&rpmsg->in_cores);
	mutex_unlock(&sim_cores_lock);
	sim_rpmsg_stop(rpmsg);
}

void sim_rpmsg_stop(struct sim_rpmsg *rpmsg)
{
	cancel_work_sync(&rpmsg->work);
	mutex_lock(&rpmsg->lock);
	rpmsg->up = false;
	rpmsg->channels = 0;
	mutex_unlock(&rpmsg->lock);
}

void sim_rpmsg_kick(struct sim_rpmsg *rpmsg)
{
	schedule_work(&rpmsg->work);
}

static int sim_rpmsg_run_announce_locked(const struct sim_rpmsg_order *order)
{
	return sim_rpmsg_announce_locked(order->rpmsg, order->name);
}

/* The last of that name which is still there, or NULL. */
static struct sim_rpmsg_channel *sim_rpmsg_find_locked(struct sim_rpmsg *rpmsg, const char *name)
{
	u32 nr = min_t(u32, rpmsg->channels, SIM_RPMSG_CHANNELS);

	lockdep_assert_held(&rpmsg->lock);
	while (nr--)
		if (!strcmp(rpmsg->channel[nr].name, name))
			return &rpmsg->channel[nr];
	return NULL;
}

static u32 sim_rpmsg_address(const struct sim_rpmsg *rpmsg, const struct sim_rpmsg_channel *channel)
{
	return SIM_RPMSG_ADDRESS + (channel - rpmsg->channel);
}

static int sim_rpmsg_run_withdraw_locked(const struct sim_rpmsg_order *order)
{
	struct sim_rpmsg *rpmsg = order->rpmsg;
	struct sim_rpmsg_channel *channel = sim_rpmsg_find_locked(rpmsg, order->name);
	int ret;

	if (!channel)
		return -ENOENT;
	ret = sim_rpmsg_tell_locked(rpmsg, order->name, sim_rpmsg_address(rpmsg, channel),
				    RPMSG_NS_DESTROY);
	if (!ret)
		channel->name[0] = '\0';
	return ret;
}

static int sim_rpmsg_run_say_locked(const struct sim_rpmsg_order *order)
{
	struct sim_rpmsg *rpmsg = order->rpmsg;
	struct sim_rpmsg_channel *channel = sim_rpmsg_find_locked(rpmsg, order->name);

	if (!channel)
		return -ENOENT;
	if (!channel->peer)
		return -ENOTCONN;
	return sim_rpmsg_send_locked(rpmsg, sim_rpmsg_address(rpmsg, channel), channel->peer,
				     order->text, order->size);
}

static void sim_rpmsg_order_work(struct work_struct *work)
{
	struct sim_rpmsg_order *order = container_of(work, struct sim_rpmsg_order, work);

	mutex_lock(&order->rpmsg->lock);
	while (!order->ret && order->times--) {
		order->ret = order->run_locked(order);
		cond_resched();
	}
	mutex_unlock(&order->rpmsg->lock);
}

static struct sim_rpmsg *sim_rpmsg_core_locked(const char *name)
{
	struct sim_rpmsg *rpmsg;

	lockdep_assert_held(&sim_cores_lock);
	list_for_each_entry(rpmsg, &sim_cores, in_cores)
		if (!strcmp(rpmsg->rproc->name, name))
			return rpmsg;
	return NULL;
}

static int sim_rpmsg_give_order(struct sim_rpmsg_order *order, const char *core)
{
	mutex_lock(&sim_cores_lock);
	order->rpmsg = sim_rpmsg_core_locked(core);
	if (order->rpmsg) {
		INIT_WORK_ONSTACK(&order->work, sim_rpmsg_order_work);
		schedule_work(&order->work);
		flush_work(&order->work);
		destroy_work_on_stack(&order->work);
	} else {
		order->ret = -ENODEV;
	}
	mutex_unlock(&sim_cores_lock);
	return order->ret;
}

static int sim_rpmsg_order(char *command, int (*run_locked)(const struct sim_rpmsg_order *order))
{
	const char *core = strsep(&command, " ");
	const char *name = strsep(&command, " ");
	const char *times = strsep(&command, " ");
	struct sim_rpmsg_order order = { .run_locked = run_locked, .name = name, .times = 1 };

	if (!name || (times && kstrtou32(times, 10, &order.times)))
		return -EINVAL;
	if (command) {
		order.size = string_unescape_inplace(command, UNESCAPE_ANY);
		order.text = command;
	}
	return sim_rpmsg_give_order(&order, core);
}

static int sim_rpmsg_announce(char *text)
{
	return sim_rpmsg_order(text, sim_rpmsg_run_announce_locked);
}

DEFINE_SIM_COMMAND(sim_rpmsg_announce);

static int sim_rpmsg_withdraw(char *text)
{
	return sim_rpmsg_order(text, sim_rpmsg_run_withdraw_locked);
}

DEFINE_SIM_COMMAND(sim_rpmsg_withdraw);

static int sim_rpmsg_say(char *text)
{
	return sim_rpmsg_order(text, sim_rpmsg_run_say_locked);
}

DEFINE_SIM_COMMAND(sim_rpmsg_say);

static int sim_rpmsg_set_channels(char *names)
{
	if (strlen(names) >= sizeof(sim_channels))
		return -EINVAL;
	mutex_lock(&sim_channels_lock);
	strscpy(sim_channels, names);
	mutex_unlock(&sim_channels_lock);
	return 0;
}

DEFINE_SIM_COMMAND(sim_rpmsg_set_channels);

void sim_rpmsg_debugfs_add(struct dentry *dir)
{
	debugfs_create_file("channels", 0200, dir, NULL, &sim_rpmsg_set_channels_fops);
	debugfs_create_file("announce", 0200, dir, NULL, &sim_rpmsg_announce_fops);
	debugfs_create_file("withdraw", 0200, dir, NULL, &sim_rpmsg_withdraw_fops);
	debugfs_create_file("say", 0200, dir, NULL, &sim_rpmsg_say_fops);
}

void sim_rpmsg_reset(void)
{
	sim_rpmsg_set_channels("");
}
