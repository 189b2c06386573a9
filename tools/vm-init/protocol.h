/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the runtime and the init of a secure container's virtual machine say to each
 * other: a record in the initramfs, and ports of a virtio-serial device.
 */
#ifndef HWC_VM_PROTOCOL_H
#define HWC_VM_PROTOCOL_H

/*
 * The record: words that end with NUL. The first is RECORD_VERSION, each of the others a
 * key and its value. Those of a mount follow the one that begins it, and the order of
 * mounts, arguments and variables counts. Numbers are decimal; flags, resources and
 * capabilities have the numbers of the kernel's uAPI.
 *
 *	hostname=NAME  cwd=PATH  arg=WORD  env=NAME=VALUE
 *	uid=N  gid=N  group=N  umask=N  nnp=1
 *	rlimit=RESOURCE SOFT HARD
 *	cap=BOUNDING EFFECTIVE PERMITTED INHERITABLE AMBIENT
 *	terminal=1  rows=N  columns=N
 *	sysctl=NAME=VALUE
 *	protect=PATH to make read-only  mask=PATH to cover
 *	root=9p or a block device; readonly=1
 *	mount=PATH  type=9p, file, or one of the kernel's file systems
 *	source=TAG, or a file of the initramfs  flags=N  data=OPTIONS
 */
#define RECORD_PATH "/hwc/process"
#define RECORD_VERSION "hwcontainer-process 1"

/* Where the runtime lays copies of files to be mounted, by number. */
#define RECORD_FILES "/hwc/files"

/* The tags of the root file system and of other folders, by number. */
#define RECORD_ROOT_TAG "root"
#define RECORD_SHARE_TAG "share%d"

/*
 * The ports. Lines of the control port, to the init:
 *
 *	signal N	for the process
 *	size ROWS COLUMNS	of its terminal
 *	eof N		N bytes are all that comes on its standard input
 *	off		end now
 *
 * and from it:
 *
 *	started		the process exists
 *	error TEXT	why it does not
 *	exit N OUT ERR	its exit status, after so many bytes on the other two ports
 *
 * After "exit" the init waits for "off". The terminal of a process that has one is
 * PORT_OUT, both ways; there are no other ports then.
 */
#define PORT_CONTROL "org.hwcontainer.control"
#define PORT_IN "org.hwcontainer.stdin"
#define PORT_OUT "org.hwcontainer.stdout"
#define PORT_ERR "org.hwcontainer.stderr"

/* An init without a control port says its lines on the console, behind this. */
#define CONSOLE_MARK "vm-init: "

/* The longest line, its end included. */
#define CONTROL_LINE_MAX 512

/* Exit statuses of a process that could not be started, as shells have them. */
#define EXIT_NOT_RUN 126
#define EXIT_NOT_FOUND 127

#endif
