// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * rpmsg, the device's side: two rings of buffers that are Linux's (virtio 1.2, 2.7,
 * in the byte order of the core), messages in them, and the name service
 * (drivers/rpmsg/virtio_rpmsg_bus.c, include/linux/rpmsg/ns.h).
 */
#include "r5.h"

#define RPMSG_NS_ADDR 53
#define RPMSG_NAME_SIZE 32
#define RPMSG_NS_CREATE 0

struct vring_desc {
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
};

struct vring_avail {
	u16 flags;
	u16 idx;
	u16 ring[VRING_BUFFERS];
};

/* In the flags of what is used: Linux need not call when it gives a buffer. */
#define VRING_USED_F_NO_NOTIFY 1

struct vring_used_elem {
	u32 id;
	u32 len;
};

struct vring_used {
	u16 flags;
	u16 idx;
	struct vring_used_elem ring[VRING_BUFFERS];
};

struct rpmsg_hdr {
	u32 src;
	u32 dst;
	u32 reserved;
	u16 len;
	u16 flags;
	char data[];
};

struct rpmsg_ns_msg {
	char name[RPMSG_NAME_SIZE];
	u32 addr;
	u32 flags;
};

/**
 * struct ring - one of the two
 * @desc: where the buffers are
 * @avail: which of them Linux has given
 * @used: which were given back
 * @taken: how many of the given ones were taken so far
 */
struct ring {
	const volatile struct vring_desc *desc;
	const volatile struct vring_avail *avail;
	volatile struct vring_used *used;
	u16 taken;
};

static struct ring rings[VRINGS];
static bool up;

static void open_ring(struct ring *ring, u32 address)
{
	u32 avail = address + VRING_BUFFERS * sizeof(struct vring_desc);
	u32 end = avail + sizeof(struct vring_avail) + sizeof(u16);

	ring->desc = (const volatile struct vring_desc *)address;
	ring->avail = (const volatile struct vring_avail *)avail;
	ring->used = (volatile struct vring_used *)((end + VRING_ALIGN - 1) & ~(VRING_ALIGN - 1));
	ring->taken = 0;
}

/**
 * rpmsg_update() - look whether Linux listens
 *
 * Return: true once each time that it has begun to.
 */
bool rpmsg_update(void)
{
	const volatile struct fw_rsc_vdev *vdev = resources_vdev();
	bool was_up = up;
	int i;

	up = vdev->status & VIRTIO_CONFIG_S_DRIVER_OK;
	if (was_up || !up)
		return false;
	core_barrier();
	for (i = 0; i < VRINGS; i++)
		open_ring(&rings[i], vdev->vring[i].da);
	return true;
}

static bool has_buffer(const struct ring *ring)
{
	return up && ring->avail->idx != ring->taken;
}

/* The next buffer that Linux has given; has_buffer() was true. */
static volatile struct rpmsg_hdr *take(struct ring *ring, u16 *id)
{
	core_barrier();
	*id = ring->avail->ring[ring->taken++ % VRING_BUFFERS] % VRING_BUFFERS;
	return (volatile struct rpmsg_hdr *)(u32)ring->desc[*id].addr;
}

static void give_back(struct ring *ring, u16 id, u32 size)
{
	volatile struct vring_used_elem *elem = &ring->used->ring[ring->used->idx % VRING_BUFFERS];

	elem->id = id;
	elem->len = size;
	core_barrier();
	ring->used->idx++;
}

/**
 * rpmsg_has_room() - whether a message can be sent
 *
 * Linux is asked to call for new buffers only while there is none.
 */
bool rpmsg_has_room(void)
{
	struct ring *ring = &rings[VRING_TO_LINUX];

	if (!up)
		return false;
	ring->used->flags = has_buffer(ring) ? VRING_USED_F_NO_NOTIFY : 0;
	core_barrier();
	return has_buffer(ring);
}

/**
 * rpmsg_send() - send a message to Linux
 * @message: the message
 *
 * Return: whether there was room for it.
 */
bool rpmsg_send(const struct rpmsg *message)
{
	struct ring *ring = &rings[VRING_TO_LINUX];
	volatile struct rpmsg_hdr *hdr;
	u16 id;
	size_t i;

	if (!has_buffer(ring))
		return false;
	hdr = take(ring, &id);
	hdr->src = message->from;
	hdr->dst = message->to;
	hdr->reserved = 0;
	hdr->len = message->size;
	hdr->flags = 0;
	for (i = 0; i < message->size; i++)
		hdr->data[i] = message->data[i];
	give_back(ring, id, sizeof(*hdr) + message->size);
	interrupt_linux();
	return true;
}

/**
 * rpmsg_receive() - take the next message from Linux
 * @message: receives it
 *
 * Linux finds the buffer when it needs one; nobody has to tell it.
 *
 * Return: whether there was one.
 */
bool rpmsg_receive(struct rpmsg *message)
{
	struct ring *ring = &rings[VRING_FROM_LINUX];
	volatile struct rpmsg_hdr *hdr;
	u16 id;
	size_t i;

	if (!has_buffer(ring))
		return false;
	hdr = take(ring, &id);
	message->from = hdr->src;
	message->to = hdr->dst;
	message->size = hdr->len < RPMSG_PAYLOAD ? hdr->len : RPMSG_PAYLOAD;
	for (i = 0; i < message->size; i++)
		message->data[i] = hdr->data[i];
	give_back(ring, id, 0);
	return true;
}

/**
 * rpmsg_announce() - tell Linux of a channel
 * @name: what it is called, by which Linux finds a driver for it
 * @address: where its messages are to go
 *
 * Return: whether there was room for it.
 */
bool rpmsg_announce(const char *name, u32 address)
{
	static struct rpmsg message;
	struct rpmsg_ns_msg ns;
	size_t i;

	for (i = 0; i < RPMSG_NAME_SIZE; i++)
		ns.name[i] = *name ? *name++ : '\0';
	ns.addr = address;
	ns.flags = RPMSG_NS_CREATE;
	message.from = address;
	message.to = RPMSG_NS_ADDR;
	message.size = sizeof(ns);
	for (i = 0; i < sizeof(ns); i++)
		message.data[i] = ((const char *)&ns)[i];
	return rpmsg_send(&message);
}
