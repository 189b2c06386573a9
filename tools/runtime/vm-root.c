// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Secure containers: the ramdisk with their init and what that is to run, the folders
 * that the guest gets, and how QEMU is told of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "vm.h"
#include "vm-root.h"

/* Where it is installed beside this program, as seen from there. */
#define INIT_BESIDE "../libexec/hwcontainer/vm-init"
#define INIT_MAX (16u << 20)

/* what is needed */

static int find_beside(char *path, size_t room)
{
	ssize_t n = readlink("/proc/self/exe", path, room - 1);
	char *slash;

	if (n < 0)
		return -errno;
	path[n] = '\0';
	slash = strrchr(path, '/');
	if (!slash || slash + 1 - path + sizeof(INIT_BESIDE) > room)
		return -ENAMETOOLONG;
	strcpy(slash + 1, INIT_BESIDE);
	return 0;
}

/* That of the settings, or else the one that was installed with this program. */
static const char *init_path(const struct vm *vm, char *beside, size_t room)
{
	if (vm_settings_of(vm)->init)
		return vm_settings_of(vm)->init;
	return find_beside(beside, room) ? NULL : beside;
}

static int check_init(const struct vm *vm)
{
	const struct command *command = &vm->s->command;
	char beside[PATH_MAX];
	const char *path = init_path(vm, beside, sizeof(beside));

	if (path && !access(path, R_OK))
		return 0;
	log_error(
		command,
		"%s: there is no init for secure containers (make install brings it; \"vm\": { \"init\": PATH } in %s names another)",
		path ? path : INIT_BESIDE, SETTINGS_PATH);
	return -ENOENT;
}

static int open_kernel(struct vm *vm)
{
	struct hwc_ctx *ctx = vm->s->claims->ctx;
	const char *path = vm_settings_of(vm)->kernel;
	int err;

	if (!path) {
		log_error(
			&vm->s->command,
			"the container brings no kernel, and this host has none for secure containers: \"vm\": { \"kernel\": PATH } in %s names one, with virtio, 9p and an initramfs built in",
			SETTINGS_PATH);
		return -ENOENT;
	}
	vm->files.kernel = open(path, O_RDONLY | O_CLOEXEC);
	if (vm->files.kernel < 0)
		return log_errno(&vm->s->command, path);
	err = hwc_kernel_read(ctx, vm->files.kernel, path, &vm->files.kernel_is);
	if (!err)
		err = hwc_kernel_check(ctx, path, &vm->files.kernel_is, &vm->ops->kernels);
	return claims_report(vm->s->claims, err);
}

/* Last, as the last word counts: a kernel that stops must end its machine. */
static int add_cmdline(struct vm *vm)
{
	char *longer;

	if (asprintf(&longer, "%s%s" VM_ROOT_CMDLINE, vm->cmdline, *vm->cmdline ? " " : "") < 0)
		return vm_no_memory(vm);
	free(vm->cmdline);
	vm->cmdline = longer;
	return 0;
}

static int refuse_parts(const struct vm *vm)
{
	const struct hwc_vm_file *file = vm->asked->ramdisk.path ? &vm->asked->ramdisk :
								   &vm->asked->image;

	if (!file->path)
		return 0;
	log_error(
		&vm->s->command,
		"%s: a secure container has the root file system of its container, and no ramdisk or disk of its own; with a kernel of its own (KERNEL) it is another kind of virtual machine",
		file->path);
	return -EINVAL;
}

int vm_root_check(struct vm *vm)
{
	int err = refuse_parts(vm);

	if (!err)
		err = record_check(&vm->s->command, vm->s->spec);
	if (!err && vm->files.kernel < 0)
		err = open_kernel(vm);
	if (!err)
		err = check_init(vm);
	return err ? err : add_cmdline(vm);
}

/* the ramdisk */

static int read_init(const struct vm *vm, void **data, size_t *size)
{
	char beside[PATH_MAX];
	const char *path = init_path(vm, beside, sizeof(beside));
	int fd = open(path, O_RDONLY | O_CLOEXEC), err = 0;
	struct stat st;

	if (fd < 0)
		return log_errno(&vm->s->command, path);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size > INIT_MAX) {
		log_error(&vm->s->command, "%s is no init for secure containers", path);
		err = -EINVAL;
	}
	if (!err)
		err = vm_read(vm, path, fd, st.st_size, data);
	close(fd);
	if (!err)
		*size = st.st_size;
	return err;
}

/* What the guest's init is to run, and the mounts for that. */
static int write_record(const struct vm *vm, FILE *record)
{
	int err = shares_add_root(&vm->root->shares, &vm->s->command, vm->s->spec);

	if (err)
		return err;
	if (vm->root->shares.share[0].readonly)
		mounts_make_places(vm->s->spec);
	record_process(record, vm->s->spec);
	return mounts_record(record, &vm->s->command, vm->s->spec, &vm->root->shares);
}

static int make_record(const struct vm *vm, char **text, size_t *size)
{
	FILE *record = open_memstream(text, size);
	int err;

	if (!record)
		return vm_no_memory(vm);
	err = write_record(vm, record);
	if (!err && ferror(record))
		err = vm_no_memory(vm);
	if (fclose(record) && !err)
		err = vm_no_memory(vm);
	if (err)
		free(*text);
	return err;
}

static void add_copies(const struct shares *shares, FILE *archive)
{
	char name[64];

	for (size_t i = 0; i < shares->count; i++) {
		if (!shares->share[i].text)
			continue;
		snprintf(name, sizeof(name), "%s/%zu", RECORD_FILES + 1, i);
		cpio_file(archive, name, 0644, shares->share[i].text, shares->share[i].size);
	}
}

static void fill_archive(const struct vm *vm, FILE *archive, const void *init, size_t init_size,
			 const char *record, size_t record_size)
{
	cpio_folder(archive, "dev");
	/* the kernel opens it before it starts the init */
	cpio_device(archive, "dev/console", 5, 1);
	cpio_file(archive, "init", 0700, init, init_size);
	cpio_folder(archive, "hwc");
	cpio_folder(archive, RECORD_FILES + 1);
	cpio_file(archive, RECORD_PATH + 1, 0600, record, record_size);
	add_copies(&vm->root->shares, archive);
	cpio_end(archive);
}

/* Nobody else has it, and it has no name. */
static int write_archive(struct vm *vm, const void *init, size_t init_size, const char *record,
			 size_t record_size)
{
	int fd = memfd_create("secure container", MFD_CLOEXEC);
	FILE *archive = fd < 0 ? NULL : fdopen(dup(fd), "w");
	bool failed;

	vm->files.ramdisk = fd;
	if (!archive)
		return log_errno(&vm->s->command, "the ramdisk");
	fill_archive(vm, archive, init, init_size, record, record_size);
	failed = ferror(archive);
	return fclose(archive) || failed ? log_errno(&vm->s->command, "the ramdisk") : 0;
}

static int make_ramdisk(struct vm *vm)
{
	size_t init_size, record_size;
	char *record;
	void *init;
	int err;

	err = read_init(vm, &init, &init_size);
	if (err)
		return err;
	err = make_record(vm, &record, &record_size);
	if (!err) {
		err = write_archive(vm, init, init_size, record, record_size);
		free(record);
	}
	free(init);
	return err;
}

int vm_root_prepare(struct vm *vm)
{
	bool terminal = spec_wants_terminal(vm->s->spec);
	int err;

	vm->root = calloc(1, sizeof(*vm->root));
	if (!vm->root)
		return vm_no_memory(vm);
	err = vm_ports_open(&vm->root->ports, terminal, &vm->console.line[0].heard);
	if (err) {
		log_error(&vm->s->command, "socketpair: %s", strerror(-err));
		return err;
	}
	if (terminal)
		vm_console_add(&vm->console, vm->root->ports.ours[VM_PORT_OUT]);
	return make_ramdisk(vm);
}

void vm_root_poll(const struct vm_root *root, struct pollfd *files)
{
	for (int i = 0; !root && i < VM_PORTS_FILES; i++)
		files[i] = (struct pollfd){ .fd = -1 };
	if (root)
		vm_ports_files(&root->ports, files);
}

void vm_root_end(struct vm *vm)
{
	struct vm_root *root = vm->root;

	if (!root)
		return;
	vm_ports_drain(&root->ports);
	vm->exit = root->ports.code;
	if (*root->ports.error)
		log_error(&vm->s->command, "%s", root->ports.error);
	if (*root->ports.panic)
		log_error(&vm->s->command, "the virtual machine's kernel: %s", root->ports.panic);
	/* a console closes its own */
	if (root->ports.terminal)
		root->ports.ours[VM_PORT_OUT] = -1;
	vm_ports_close(&root->ports);
	shares_free(&root->shares);
	free(root);
	vm->root = NULL;
}

/* the hypervisor */

size_t vm_root_files(const struct vm_root *root, int *files)
{
	size_t n = 0;

	for (int i = 0; i < VM_PORTS; i++, n++)
		if (files)
			files[n] = root->ports.theirs[i];
	for (size_t i = 0; i < root->shares.count; i++, n++)
		if (files)
			files[n] = root->shares.share[i].fd;
	return n;
}

/* As root of this host: files keep the owners that they have here, and get the guest's. */
static void add_share(struct words *words, const char *bus, const struct share *share, size_t nr)
{
	char tag[32];

	snprintf(tag, sizeof(tag), nr ? RECORD_SHARE_TAG : RECORD_ROOT_TAG, (int)nr);
	words_add(words, "-fsdev");
	words_add(words,
		  "local,id=%s,path=/proc/self/fd/%d,security_model=passthrough,multidevs=remap%s",
		  tag, share->fd, share->readonly ? ",readonly=on" : "");
	words_add(words, "-device");
	words_add(words, "virtio-9p-%s,fsdev=%s,mount_tag=%s", bus, tag, tag);
}

static void add_port(struct words *words, const struct vm_ports *ports, int port)
{
	const char *name = vm_port_name(port);

	words_add(words, "-chardev");
	words_add(words, "socket,id=%s,fd=%d", name, ports->theirs[port]);
	words_add(words, "-device");
	words_add(words, "virtserialport,bus=ports.0,chardev=%s,name=%s", name, name);
}

void vm_root_words(const struct vm_root *root, const char *bus, struct words *words)
{
	for (size_t i = 0; i < root->shares.count; i++)
		if (root->shares.share[i].fd >= 0)
			add_share(words, bus, &root->shares.share[i], i);
	words_add(words, "-device");
	words_add(words, "virtio-serial-%s,id=ports", bus);
	for (int i = 0; i < VM_PORTS; i++)
		if (root->ports.theirs[i] >= 0)
			add_port(words, &root->ports, i);
}
