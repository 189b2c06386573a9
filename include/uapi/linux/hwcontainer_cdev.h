/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/hwcontainer: an open file holds claims, and claims can be opened.
 *
 * Claims are made over the generic netlink family of <linux/hwcontainer.h>,
 * naming the open file as their holder (HWCONTAINER_A_TXN_HOLDER_FILE). When
 * its last reference goes, so do its claims. Nothing is read or written.
 */
#ifndef _UAPI_LINUX_HWCONTAINER_CDEV_H
#define _UAPI_LINUX_HWCONTAINER_CDEV_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * struct hwcontainer_claim_open - open a claim as a file
 * @size: sizeof() this structure, as the caller knows it
 * @flags: must be 0
 * @claim: number of the claim
 * @reserved: must be 0
 *
 * The file's poll() answers EPOLLIN once the claim needs no more waiting for:
 * it is ready, failed or released. EPOLLERR joins it for failed, EPOLLHUP for
 * released. The file does not hold the claim.
 */
struct hwcontainer_claim_open {
	__u32 size;
	__u32 flags;
	__u32 claim;
	__u32 reserved;
};

#define HWCONTAINER_IOC_MAGIC 0xbc

/*
 * Returns a file descriptor (O_CLOEXEC), or -1 with errno
 * EINVAL: size, flags or reserved are not as said above
 * E2BIG: the structure is larger than this kernel's, and not zero there
 * EFAULT: the structure cannot be read
 * EMFILE, ENOMEM: no file can be opened
 * ENOENT: there is no such claim
 */
#define HWCONTAINER_IOC_CLAIM_OPEN \
	_IOW(HWCONTAINER_IOC_MAGIC, 1, struct hwcontainer_claim_open)

#endif /* _UAPI_LINUX_HWCONTAINER_CDEV_H */
