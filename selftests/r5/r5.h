/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The firmware for a Cortex-R5: what its files share, sectioned by the file that
 * defines it.
 *
 * Linux starts it with mainline's xlnx_r5_remoteproc. It does something regularly,
 * says so in a trace buffer that Linux shows, and takes commands by rpmsg.
 */
#ifndef R5_H
#define R5_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "../bare/format.h"

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

/* The core: Arm DDI 0460 (Cortex-R5 TRM), 4.2 and 6.4. */

static inline u32 core_number(void)
{
	u32 mpidr;

	__asm__ volatile("mrc p15, 0, %0, c0, c0, 5" : "=r"(mpidr));
	return mpidr & 0xff;
}

/* What was written before is seen before what is written or read behind it. */
static inline void core_barrier(void)
{
	__asm__ volatile("dmb" : : : "memory");
}

/* Let others go first: a hint, and the core does not sleep for long. */
static inline void core_relax(void)
{
	__asm__ volatile("wfe" : : : "memory");
}

/* For ever: no interrupt is enabled. */
static inline void core_halt(void)
{
	for (;;)
		__asm__ volatile("wfi");
}

/* clock.c */

void clock_start(void);
u32 clock_ms(void);

/* console.c */

#define CONSOLE_ADDRESS 1025

struct rpmsg;

bool console_announce(void);
void console_take(const struct rpmsg *message);
void console_print(const char *text, ...) __attribute__((format(printf, 1, 2)));

/* interrupt.c: to and from Linux */

bool interrupt_take(void);
void interrupt_linux(void);

/* main.c */

void main_line(const char *line);

/* memory.c */

void memory_look(void);

/* resources.c: what Linux is told, and tells */

#define TRACE_SIZE 8192
#define VRINGS 2
#define VRING_TO_LINUX 0
#define VRING_FROM_LINUX 1
#define VRING_BUFFERS 16
#define VRING_ALIGN 4096

/* Set by Linux when its driver is ready: include/uapi/linux/virtio_config.h. */
#define VIRTIO_CONFIG_S_DRIVER_OK 4

/* As in include/linux/remoteproc.h. */
struct fw_rsc_vdev_vring {
	u32 da;
	u32 align;
	u32 num;
	u32 notifyid;
	u32 pa;
};

struct fw_rsc_vdev {
	u32 type;
	u32 id;
	u32 notifyid;
	u32 dfeatures;
	u32 gfeatures;
	u32 config_len;
	u8 status;
	u8 num_of_vrings;
	u8 reserved[2];
	struct fw_rsc_vdev_vring vring[VRINGS];
};

extern char resources_trace[TRACE_SIZE];
const volatile struct fw_rsc_vdev *resources_vdev(void);

/* rpmsg.c */

#define RPMSG_PAYLOAD 496

/**
 * struct rpmsg - a message
 * @from: address of who sent it
 * @to: and of whom it is for
 * @size: bytes of it
 * @data: the bytes
 */
struct rpmsg {
	u32 from;
	u32 to;
	size_t size;
	char data[RPMSG_PAYLOAD];
};

bool rpmsg_update(void);
bool rpmsg_announce(const char *name, u32 address);
bool rpmsg_has_room(void);
bool rpmsg_receive(struct rpmsg *message);
bool rpmsg_send(const struct rpmsg *message);

/* trace.c */

void trace(const char *text, ...) __attribute__((format(printf, 1, 2)));

#endif
