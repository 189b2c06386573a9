/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Secure containers: the container's process in a virtual machine, whose root is the
 * container's. What the files that make one know of each other, sectioned by file.
 */
#ifndef HWC_RUNTIME_VM_ROOT_H
#define HWC_RUNTIME_VM_ROOT_H

#include <linux/capability.h>
#include <poll.h>
#include <stdio.h>
#include "../vm-init/protocol.h"
#include "../vm-init/relay.h"
#include "runtime.h"

struct vm;
struct words;

/* vm-share.c: folders and files of this host that the guest gets */

/* Folders besides the root: QEMU's machines have places for some 30 devices. */
#define SHARE_FOLDERS_MAX 28

/* A file is copied: it is one of those that engines write, such as /etc/resolv.conf. */
#define SHARE_FILE_MAX (1u << 20)

/**
 * struct share - one of them
 * @fd: a folder, as a mount that is nowhere; or -1
 * @readonly: it is not to be written to
 * @text: what is in a file, or NULL
 * @size: bytes of that
 */
struct share {
	int fd;
	bool readonly;
	char *text;
	size_t size;
};

/**
 * struct shares - those of a container
 * @share: they; the first is the root file system
 * @count: how many
 */
struct shares {
	struct share *share;
	size_t count;
};

/* Adds the folder of the root file system. Logs errors. */
int shares_add_root(struct shares *shares, const struct command *command, const struct spec *spec);
/* Adds what a mount of the configuration names; its number, or -errno after a sentence. */
int shares_add(struct shares *shares, const struct command *command, const struct spec *spec,
	       struct json_object *mount, bool readonly);
void shares_free(struct shares *shares);

/* vm-mount.c: mounts of the configuration, as the guest's init makes them */

/* Whether an option is among those of a mount. */
bool mount_has_option(struct json_object *mount, const char *option);
/* Writes those of a container into its record, and adds what they share. Logs errors. */
int mounts_record(FILE *record, const struct command *command, const struct spec *spec,
		  struct shares *shares);
/*
 * Makes what the root file system lacks to mount them on, for a guest that may not. It
 * misses, and tells of, what could not be made.
 */
void mounts_make_places(const struct spec *spec);

/* vm-record.c: the process of a configuration, as the guest's init reads it */

/* One word of a record: "KEY=VALUE". */
void record_put(FILE *record, const char *key, const char *value);
void record_put_number(FILE *record, const char *key, unsigned long long value);
/* Refuses what a process there cannot have. Logs errors. */
int record_check(const struct command *command, const struct spec *spec);
/* Writes all but mounts. */
void record_process(FILE *record, const struct spec *spec);

/* vm-cpio.c: an archive for the kernel's initramfs */

/* Each adds an entry; the file says whether that went well. */
void cpio_folder(FILE *archive, const char *name);
void cpio_device(FILE *archive, const char *name, unsigned int major, unsigned int minor);
void cpio_file(FILE *archive, const char *name, mode_t mode, const void *data, size_t size);
void cpio_end(FILE *archive);

/* vm-port.c: what goes to and from the guest's init */

/* The longest line of a kernel that is looked at. */
#define MESSAGE_MAX 256

enum { VM_PORT_CONTROL, VM_PORT_IN, VM_PORT_OUT, VM_PORT_ERR, VM_PORTS };

/**
 * struct vm_ports - the ports of a guest
 * @ours: this end of each, -1 where there is none
 * @theirs: the hypervisor's, until it has them
 * @terminal: the process has one: VM_PORT_OUT is that, both ways, and there are no
 *	VM_PORT_IN and VM_PORT_ERR
 * @heard: bytes of it that were read
 * @in: what comes on standard input
 * @out: what the process writes
 * @err: and its errors
 * @line: what has come of a line of the control port
 * @filled: bytes of that
 * @full: the control port had no room for a line
 * @told_end: the process was told that nothing more comes
 * @rows: of the terminal, as the guest knows it
 * @columns: the same
 * @messages: the guest's console, or -1
 * @message: the line that it is at
 * @message_size: bytes of that
 * @panic: why the guest's kernel crashed, or empty
 * @error: why the process could not be started, or empty
 * @code: its exit status, or -1
 * @expected: bytes that it wrote to VM_PORT_OUT and VM_PORT_ERR
 * @off: the guest was told that it may end
 */
struct vm_ports {
	int ours[VM_PORTS];
	int theirs[VM_PORTS];
	bool terminal;
	const uint64_t *heard;
	struct relay in;
	struct relay out;
	struct relay err;
	char line[CONTROL_LINE_MAX];
	size_t filled;
	bool full;
	bool told_end;
	unsigned int rows;
	unsigned int columns;
	int messages;
	char message[MESSAGE_MAX];
	size_t message_size;
	char panic[MESSAGE_MAX];
	char error[CONTROL_LINE_MAX];
	int code;
	uint64_t expected[2];
	bool off;
};

/* The name of a port, for the guest. */
const char *vm_port_name(int port);
/* 0 or -errno. */
int vm_ports_open(struct vm_ports *ports, bool terminal, const uint64_t *heard);
/* The hypervisor has its ends now. */
void vm_ports_given(struct vm_ports *ports);
void vm_ports_close(struct vm_ports *ports);

#define VM_PORTS_FILES 8

/* Files to poll, VM_PORTS_FILES of them. */
void vm_ports_files(const struct vm_ports *ports, struct pollfd *files);
/* What has happened there. */
void vm_ports_look(struct vm_ports *ports);
/* A signal for the process. */
void vm_ports_signal(struct vm_ports *ports, int number);
/* The guest has ended: takes the last of what it said. */
void vm_ports_drain(struct vm_ports *ports);

/* vm-root.c: all of it together */

/*
 * The kernel says nothing unless it crashes, which ends the machine: the container's
 * output is its process's.
 */
#define VM_ROOT_CMDLINE "loglevel=1 panic=-1"

/* Its hypervisor works on files of any owner. No CAP_MKNOD: it can make no device. */
#define VM_ROOT_CAPS                                                                              \
	(UINT64_C(1) << CAP_CHOWN | UINT64_C(1) << CAP_DAC_OVERRIDE | UINT64_C(1) << CAP_FOWNER | \
	 UINT64_C(1) << CAP_FSETID)

/**
 * struct vm_root - what a secure container has besides other virtual machines
 * @shares: folders for the guest
 * @ports: its init and its process
 */
struct vm_root {
	struct shares shares;
	struct vm_ports ports;
};

/*
 * Refuses what cannot be done, opens the kernel of such machines where the bundle names
 * none, and completes its command line. Logs errors.
 */
int vm_root_check(struct vm *vm);
/* Makes the ramdisk, opens the folders and the ports. Logs errors. */
int vm_root_prepare(struct vm *vm);
/* Its files to poll, VM_PORTS_FILES of them; also without one. */
void vm_root_poll(const struct vm_root *root, struct pollfd *files);
/* There is no virtual machine any more: takes what it told, and frees all of it. */
void vm_root_end(struct vm *vm);
/* The size of a list of files that the hypervisor is to have; fills it in. */
size_t vm_root_files(const struct vm_root *root, int *files);
/* QEMU's arguments for it; @bus is "device" or "pci", as its virtio devices end. */
void vm_root_words(const struct vm_root *root, const char *bus, struct words *words);

#endif
