// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The resource table: what the firmware wants of Linux (Documentation/staging/
 * remoteproc.rst, include/linux/remoteproc.h).
 */
#include "r5.h"

enum fw_resource_type {
	RSC_TRACE = 2,
	RSC_VDEV = 3,
};

#define FW_RSC_ADDR_ANY 0xffffffff

#define VIRTIO_ID_RPMSG 7
#define VIRTIO_RPMSG_F_NS (1U << 0) /* it hears of channels by name */

struct fw_rsc_trace {
	u32 type;
	u32 da;
	u32 len;
	u32 reserved;
	char name[32];
};

enum { ENTRY_VDEV, ENTRY_TRACE, ENTRIES };

struct resources {
	u32 ver;
	u32 num;
	u32 reserved[2];
	u32 offset[ENTRIES];
	struct fw_rsc_vdev vdev;
	struct fw_rsc_trace trace;
};

char resources_trace[TRACE_SIZE];

/* Linux has regions for the rings (memory-region) and says where they are. */
static volatile struct resources resources
	__attribute__((section(".resource_table"), used)) = {
	.ver = 1,
	.num = ENTRIES,
	.offset = {
		[ENTRY_VDEV] = offsetof(struct resources, vdev),
		[ENTRY_TRACE] = offsetof(struct resources, trace),
	},
	.vdev = {
		.type = RSC_VDEV,
		.id = VIRTIO_ID_RPMSG,
		.dfeatures = VIRTIO_RPMSG_F_NS,
		.num_of_vrings = VRINGS,
		.vring = {
			[VRING_TO_LINUX] = { FW_RSC_ADDR_ANY, VRING_ALIGN, VRING_BUFFERS, 0, 0 },
			[VRING_FROM_LINUX] = { FW_RSC_ADDR_ANY, VRING_ALIGN, VRING_BUFFERS, 1, 0 },
		},
	},
	.trace = {
		.type = RSC_TRACE,
		.da = (u32)resources_trace,
		.len = TRACE_SIZE,
		.name = "trace",
	},
};

const volatile struct fw_rsc_vdev *resources_vdev(void)
{
	return &resources.vdev;
}
