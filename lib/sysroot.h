/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is said to a program that stands in for the module, besides netlink: it
 * listens at /dev/hwcontainer of a sysroot, a Unix socket of SOCK_SEQPACKET.
 *
 * Each packet is a datagram of netlink, or one of these, which is shorter. The port
 * of a connection is the number that its address is. An open /dev/hwcontainer, which
 * holds claims, is a connection, too; it is named by its number in the sender.
 */
#ifndef HWC_SYSROOT_H
#define HWC_SYSROOT_H

#include <hwcontainer.h>

/**
 * enum hwc_sysroot_what - what a socket is not enough for
 * @HWC_SYSROOT_JOIN: as NETLINK_ADD_MEMBERSHIP; has no answer
 * @HWC_SYSROOT_CLAIM_OPEN: as HWCONTAINER_IOC_CLAIM_OPEN; the answer is an int, 0
 *	and the file beside it, or -errno
 */
enum hwc_sysroot_what {
	HWC_SYSROOT_JOIN = 1,
	HWC_SYSROOT_CLAIM_OPEN,
};

/**
 * struct hwc_sysroot_call - such a packet
 * @what: enum hwc_sysroot_what
 * @value: a group or a claim
 */
struct hwc_sysroot_call {
	uint32_t what;
	uint32_t value;
};

/* sysroot.c: a folder that stands in for this system */

/* A file of this system or of what stands in for it; without a sentence. */
int hwc_sysroot_open(const struct hwc_ctx *ctx, const char *path, int flags);

/**
 * hwc_sysroot_connect() - connect to a program that stands in for the module
 * @flags: SOCK_NONBLOCK or none
 *
 * Return: a socket; -ENOTSOCK where the module is meant; -ENOENT where the folder
 * has neither; -errno.
 */
int hwc_sysroot_connect(const struct hwc_ctx *ctx, int flags);
uint32_t hwc_sysroot_port(int sock);
/* A claim as a file; -ENOTSOCK where @holder is the module's. */
int hwc_sysroot_claim_open(const struct hwc_ctx *ctx, int holder, uint32_t id);

#endif
