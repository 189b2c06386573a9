// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual machines by QEMU, which is a child of the container's process and in its
 * cgroup and namespaces, confined. It is told what to do by QMP and gets its files by
 * number: no path of an image is looked up by it.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <linux/kvm.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "vm.h"
#include "vm-root.h"

/* Else it may keep 1 GiB of translations, which its cgroup has to have room for. */
#define TCG "tcg,tb-size=128"

/* Refused commands that are told of. */
#define REFUSALS_MAX 10

/**
 * struct machine - what QEMU plays
 * @arch: whose kernels it starts
 * @program: QEMU's
 * @package: Debian's with that
 * @host: what uname() calls a machine that can do it by KVM
 * @type: QEMU's name, with options
 * @cpu: without KVM
 * @bus: virtio devices are there
 * @console: what a Linux is told its console is
 * @panic: device that is told of crashes, or NULL
 * @has_tree: it is described by a device tree
 */
struct machine {
	enum hwc_arch arch;
	const char *program;
	const char *package;
	const char *host;
	const char *type;
	const char *cpu;
	const char *bus;
	const char *console;
	const char *panic;
	bool has_tree;
};

static const struct machine machines[] = {
	{
		.arch = HWC_ARCH_ARM64,
		.program = "qemu-system-aarch64",
		.package = "qemu-system-arm",
		.host = "aarch64",
		.type = "virt,gic-version=max",
		.cpu = "cortex-a72",
		.bus = "device",
		.console = "console=ttyAMA0",
		.panic = "pvpanic-pci",
		.has_tree = true,
	},
	{
		.arch = HWC_ARCH_X86_64,
		.program = "qemu-system-x86_64",
		.package = "qemu-system-x86",
		.host = "x86_64",
		.type = "q35",
		.cpu = "max",
		.bus = "pci",
		.console = "console=ttyS0",
		.panic = "pvpanic",
	},
};

/**
 * struct qemu - one that runs
 * @machine: what it plays
 * @kvm: it has this machine's processors
 * @program: which one it is
 * @path: room for that
 * @child: its process
 * @qmp: the connection to it
 * @console: its end of the guest's console, or -1 when it has that
 * @hold: the container's, which it has, too
 * @dtb: its device tree where that is not its own, or -1
 * @refusals: commands that it has refused
 * @end: what it has told of the guest's end
 */
struct qemu {
	const struct machine *machine;
	bool kvm;
	const char *program;
	char path[PATH_MAX];
	struct child child;
	struct qmp qmp;
	int console;
	int hold;
	int dtb;
	unsigned int refusals;
	enum vm_end end;
};

static bool is_here(void)
{
	return true;
}

/* what it cannot do */

/* Who has packed a kernel does not say for what: Linux is packed so for arm64. */
static const struct machine *find_machine(enum hwc_arch arch)
{
	if (arch == HWC_ARCH_UNKNOWN)
		arch = HWC_ARCH_ARM64;
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (machines[i].arch == arch)
			return &machines[i];
	return NULL;
}

static int refuse_hardware(const struct vm *vm)
{
	const struct hwc_vm *asked = vm->asked;

	if (!vm->s->claims->count && !asked->n_iomems && !asked->n_irqs && !asked->n_dtdevs)
		return 0;
	log_error(
		&vm->s->command,
		"QEMU cannot give hardware to a virtual machine; Xen can, where it is installed and the container says org.hwcontainer.vm=xen");
	return -EOPNOTSUPP;
}

static int find_program(const struct vm *vm, struct qemu *q)
{
	const char *path = vm->asked->hypervisor_path ? vm->asked->hypervisor_path :
							vm_settings_of(vm)->qemu;

	q->program = vm_program(path, q->machine->program, q->path, sizeof(q->path));
	if (q->program)
		return 0;
	if (path)
		log_error(&vm->s->command, "%s cannot be executed: %s", path, strerror(errno));
	else
		log_error(&vm->s->command, "%s is not installed (Debian: %s)", q->machine->program,
			  q->machine->package);
	return -ENOENT;
}

static int check_memory(const struct vm *vm)
{
	struct sysinfo info;
	uint64_t have;

	if (sysinfo(&info))
		return log_errno(&vm->s->command, "sysinfo");
	have = (uint64_t)info.totalram * info.mem_unit;
	if (vm->memory <= have)
		return 0;
	log_error(
		&vm->s->command,
		"the virtual machine is to have %llu MiB of memory, and this machine has %llu MiB",
		(unsigned long long)(vm->memory / MIB), (unsigned long long)(have / MIB));
	return -ENOMEM;
}

static int check(struct vm *vm)
{
	struct qemu *q = calloc(1, sizeof(*q));
	int err;

	if (!q)
		return vm_no_memory(vm);
	vm->own = q;
	q->child = (struct child){ .pidfd = -1, .says = -1 };
	q->qmp.fd = -1;
	q->console = -1;
	q->hold = -1;
	q->dtb = -1;
	q->machine = find_machine(vm->files.kernel_is.arch);
	if (!q->machine) {
		log_error(&vm->s->command, "no machine of QEMU's for kernels for %s is known",
			  hwc_arch_name(vm->files.kernel_is.arch));
		return -EOPNOTSUPP;
	}
	if (vm->dtb && !q->machine->has_tree) {
		log_error(&vm->s->command, "%s: QEMU's machine for %s has no device tree",
			  vm->asked->dtb.path, hwc_arch_name(q->machine->arch));
		return -EOPNOTSUPP;
	}
	err = refuse_hardware(vm);
	if (!err)
		err = check_memory(vm);
	return err ? err : find_program(vm, q);
}

/* how it is started */

/* A file of that name is no promise. */
static bool has_kvm(const struct machine *machine)
{
	struct utsname host;
	int fd, made;

	if (uname(&host) || strcmp(host.machine, machine->host))
		return false;
	fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return false;
	made = ioctl(fd, KVM_CREATE_VM, 0);
	if (made >= 0)
		close(made);
	close(fd);
	return made >= 0;
}

/* @more: further options of it, or "" */
static void add_machine(const struct vm *vm, struct words *words, const char *more)
{
	const struct qemu *q = vm->own;

	words_add(words, "%s", q->program);
	words_add(words, "-nodefaults");
	words_add(words, "-no-user-config");
	words_add(words, "-display");
	words_add(words, "none");
	words_add(words, "-machine");
	words_add(words, "%s%s", q->machine->type, more);
	words_add(words, "-accel");
	words_add(words, "%s", q->kvm ? "kvm" : TCG);
	words_add(words, "-cpu");
	words_add(words, "%s", q->kvm ? "host" : q->machine->cpu);
	words_add(words, "-smp");
	words_add(words, "%u", vm->vcpus);
	words_add(words, "-m");
	words_add(words, "%lluM", (unsigned long long)(vm->memory >> 20));
}

static void add_file(struct words *words, const char *option, int fd)
{
	if (fd < 0)
		return;
	words_add(words, "%s", option);
	words_add(words, "/proc/self/fd/%d", fd);
}

static bool names_console(const char *cmdline)
{
	const char *at = strstr(cmdline, "console=");

	while (at && at != cmdline && at[-1] != ' ')
		at = strstr(at + 1, "console=");
	return at;
}

static void add_kernel(const struct vm *vm, struct words *words)
{
	const struct qemu *q = vm->own;
	const char *console = names_console(vm->cmdline) ? "" : q->machine->console;

	add_file(words, "-kernel", vm->files.kernel);
	add_file(words, "-initrd", vm->files.ramdisk);
	add_file(words, "-dtb", q->dtb);
	words_add(words, "-append");
	words_add(words, "%s%s%s", vm->cmdline, *vm->cmdline && *console ? " " : "", console);
}

/* QEMU's word for the one format that it has another for. */
static const char *format_of(const struct vm *vm)
{
	return strcmp(vm->asked->image_format, "vhd") ? vm->asked->image_format : "vpc";
}

static void add_image(const struct vm *vm, struct words *words)
{
	const struct qemu *q = vm->own;
	bool writable = (fcntl(vm->files.image, F_GETFL) & O_ACCMODE) != O_RDONLY;

	if (vm->files.image < 0)
		return;
	words_add(words, "-drive");
	words_add(words, "if=none,id=image,file=/proc/self/fd/%d,format=%s,read-only=%s",
		  vm->files.image, format_of(vm), writable ? "off" : "on");
	words_add(words, "-device");
	words_add(words, "virtio-blk-%s,drive=image", q->machine->bus);
}

/* @qmp: its end of that */
static void add_connections(const struct vm *vm, struct words *words, int qmp)
{
	const struct qemu *q = vm->own;

	words_add(words, "-chardev");
	words_add(words, "socket,id=console,fd=%d", q->console);
	words_add(words, "-serial");
	words_add(words, "chardev:console");
	words_add(words, "-chardev");
	words_add(words, "socket,id=qmp,fd=%d", qmp);
	words_add(words, "-mon");
	words_add(words, "chardev=qmp,mode=control");
	words_add(words, "-device");
	words_add(words, "%s", q->machine->panic);
}

static void fill_words(const struct vm *vm, struct words *words, int qmp)
{
	const struct qemu *q = vm->own;

	add_machine(vm, words, "");
	words_add(words, "-name");
	words_add(words, "%s", vm->s->command.id);
	words_add(words, "-S");
	words_add(words, "-no-reboot");
	words_add(words, "-sandbox");
	words_add(words, "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	add_connections(vm, words, qmp);
	add_kernel(vm, words);
	add_image(vm, words);
	if (vm->root)
		vm_root_words(vm->root, q->machine->bus, words);
	for (size_t i = 0; i < vm->asked->n_hypervisor_parameters; i++)
		words_add(words, "%s", vm->asked->hypervisor_parameters[i]);
}

static int keep_tree(const struct vm *vm, struct qemu *q, const void *tree, size_t size)
{
	q->dtb = memfd_create("dtb", MFD_CLOEXEC);
	if (q->dtb < 0 || write_all(q->dtb, tree, size))
		return log_errno(&vm->s->command, "the device tree");
	return 0;
}

/* The machine's own tree with what the image brings. */
static int make_tree(const struct vm *vm, struct qemu *q)
{
	struct hwc_ctx *ctx = vm->s->claims->ctx;
	size_t whole_size, size;
	struct words words = { 0 };
	void *whole, *tree;
	int err;

	if (!vm->dtb)
		return 0;
	add_machine(vm, &words, ",dumpdtb=" VM_TREE_PATH);
	err = vm_tree_read(vm, &words, &whole, &whole_size);
	words_free(&words);
	if (err)
		return err;
	err = claims_report(vm->s->claims, hwc_partial_merge(ctx, whole, whole_size, vm->dtb,
							     vm->dtb_size, &tree, &size));
	free(whole);
	if (err)
		return err;
	err = keep_tree(vm, q, tree, size);
	free(tree);
	return err;
}

static int start_program(struct vm *vm, int qmp)
{
	struct qemu *q = vm->own;
	const int own[] = { vm->files.kernel,
			    vm->files.ramdisk,
			    vm->files.image,
			    q->dtb,
			    q->hold,
			    q->console,
			    qmp };
	size_t n = vm->root ? vm_root_files(vm->root, NULL) : 0;
	const uint64_t caps = vm->root ? VM_ROOT_CAPS : 0;
	int *kept = malloc(sizeof(own) + n * sizeof(*kept));
	struct words words = { 0 };
	int err;

	if (!kept)
		return vm_no_memory(vm);
	memcpy(kept, own, sizeof(own));
	if (vm->root)
		vm_root_files(vm->root, kept + ARRAY_SIZE(own));
	fill_words(vm, &words, qmp);
	err = child_start(&vm->s->command, &q->child, &words, kept, ARRAY_SIZE(own) + n, &caps);
	words_free(&words);
	free(kept);
	return err;
}

static int start_connected(struct vm *vm)
{
	struct qemu *q = vm->own;
	int qmp[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qmp))
		return log_errno(&vm->s->command, "socketpair");
	q->qmp.fd = qmp[0];
	err = start_program(vm, qmp[1]);
	close(qmp[1]);
	return err;
}

static int open_console(struct vm *vm)
{
	struct qemu *q = vm->own;
	int console[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, console))
		return log_errno(&vm->s->command, "socketpair");
	q->console = console[1];
	if (vm->root)
		vm->root->ports.messages = console[0];
	else
		vm_console_add(&vm->console, console[0]);
	return 0;
}

/* It has them: its end is theirs now. */
static void close_theirs(struct vm *vm)
{
	struct qemu *q = vm->own;

	if (q->console >= 0)
		close(q->console);
	q->console = -1;
	if (vm->root)
		vm_ports_given(&vm->root->ports);
}

/* what it says */

static void take_event(struct qemu *q, const char *event, struct json_object *message)
{
	static const struct {
		const char *reason;
		enum vm_end end;
	} ends[] = {
		{ "guest-shutdown", VM_OFF },  { "guest-reset", VM_REBOOT },
		{ "guest-panic", VM_CRASHED }, { "subsystem-reset", VM_REBOOT },
		{ "host-signal", VM_KILLED },  { "host-qmp-quit", VM_KILLED },
		{ "host-ui", VM_KILLED },
	};
	struct json_object *data = json_object_object_get(message, "data");
	const char *reason = json_object_get_string(json_object_object_get(data, "reason"));

	if (strcmp(event, "SHUTDOWN") || !reason || q->end != VM_LIVES)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		if (!strcmp(ends[i].reason, reason))
			q->end = ends[i].end;
}

/* A command that it has refused; @error is its word for that, or NULL. */
static int report_refusal(const struct vm *vm, struct json_object *error)
{
	struct qemu *q = vm->own;
	const char *why = json_object_get_string(json_object_object_get(error, "desc"));

	/* a guest that has taken it over must not fill a log */
	if (q->refusals++ < REFUSALS_MAX)
		log_error(&vm->s->command, "%s: %s", q->machine->program,
			  why ? why : "a command is refused");
	return -EIO;
}

/*
 * Takes what it has said: 1 where that is what it is to say after a greeting or a
 * command, 0 where it is to say that yet, -EIO after a sentence where it refuses.
 */
static int take_messages(struct vm *vm)
{
	struct qemu *q = vm->own;
	struct json_object *message, *error;
	int answer = 0;

	while ((message = qmp_take(&q->qmp))) {
		const char *event =
			json_object_get_string(json_object_object_get(message, "event"));

		if (event)
			take_event(q, event, message);
		else if (json_object_object_get_ex(message, "error", &error))
			answer = report_refusal(vm, error);
		else if (!answer)
			answer = 1;
		json_object_put(message);
	}
	return answer;
}

/* It has ended before it was to. */
static int report_end(struct vm *vm)
{
	struct qemu *q = vm->own;
	const char *name = q->machine->program;
	int status;

	child_hear(&vm->s->command, &q->child, false);
	status = child_wait(&q->child);
	vm->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	if (vm->signal && *q->child.first)
		log_error(&vm->s->command, "%s was killed by signal %d after it said: %s", name,
			  vm->signal, q->child.first);
	else if (vm->signal)
		log_error(&vm->s->command, "%s was killed by signal %d", name, vm->signal);
	else if (*q->child.first)
		log_error(&vm->s->command, "%s", q->child.first);
	else
		log_error(&vm->s->command, "%s has ended and not said why", name);
	return -EIO;
}

static int wait_for_answer(struct vm *vm)
{
	struct qemu *q = vm->own;
	int timeout_ms = vm_settings_of(vm)->timeout_ms, answer;
	int64_t end = now_ms() + timeout_ms, left;

	while ((left = end - now_ms()) > 0) {
		struct pollfd files[] = { { q->qmp.ended ? -1 : q->qmp.fd, POLLIN, 0 },
					  { q->child.pidfd, POLLIN, 0 } };

		if (poll(files, 2, left) <= 0)
			continue;
		answer = take_messages(vm);
		if (answer)
			return answer < 0 ? answer : 0;
		if (files[1].revents)
			return report_end(vm);
	}
	log_error(&vm->s->command, "%s has not answered for %d ms", q->program, timeout_ms);
	return -ETIMEDOUT;
}

static int tell(struct vm *vm, const char *command)
{
	struct qemu *q = vm->own;

	/* one that has ended says why */
	qmp_send(&q->qmp, command);
	return wait_for_answer(vm);
}

/* the operations */

static int settle(struct vm *vm)
{
	struct qemu *q = vm->own;

	q->hold = container_hold(vm->s->container);
	return q->hold < 0 ? q->hold : 0;
}

static int try_to_create(struct vm *vm)
{
	int err = make_tree(vm, vm->own);

	if (!err)
		err = start_connected(vm);
	if (!err)
		err = wait_for_answer(vm);
	return err ? err : tell(vm, "qmp_capabilities");
}

static void end_program(struct qemu *q)
{
	child_kill(&q->child);
	qmp_close(&q->qmp);
	if (q->dtb >= 0)
		close(q->dtb);
	q->dtb = -1;
}

/* KVM may be there, as in a virtual machine, and not be good for one. */
static int create(struct vm *vm)
{
	struct qemu *q = vm->own;
	int err = open_console(vm);

	if (err)
		return err;
	q->kvm = has_kvm(q->machine);
	err = try_to_create(vm);
	if (err == -EIO && q->kvm) {
		log_warning(&vm->s->command, "trying again without KVM");
		end_program(q);
		q->kvm = false;
		err = try_to_create(vm);
	}
	close_theirs(vm);
	return err;
}

static int start(struct vm *vm)
{
	return tell(vm, "cont");
}

static int ask(struct vm *vm)
{
	const struct qemu *q = vm->own;

	return qmp_send(&q->qmp, "system_powerdown");
}

static int destroy(struct vm *vm)
{
	end_program(vm->own);
	return 0;
}

enum { FILE_QMP, FILE_SAYS, FILE_CHILD, FILES };

static void fill_files(const struct vm *vm, struct pollfd *files)
{
	const struct qemu *q = vm->own;

	files[FILE_QMP] = (struct pollfd){ q->qmp.ended ? -1 : q->qmp.fd, POLLIN, 0 };
	files[FILE_SAYS] = (struct pollfd){ q->child.says, POLLIN, 0 };
	files[FILE_CHILD] = (struct pollfd){ q->child.pidfd, POLLIN, 0 };
	for (int i = FILES; i < VM_FILES; i++)
		files[i] = (struct pollfd){ .fd = -1 };
}

static enum vm_end look(struct vm *vm, const struct pollfd *files)
{
	struct qemu *q = vm->own;

	if (files[FILE_SAYS].revents)
		child_hear(&vm->s->command, &q->child, true);
	if (files[FILE_QMP].revents)
		take_messages(vm);
	if (!files[FILE_CHILD].revents)
		return VM_LIVES;
	take_messages(vm);
	if (q->end == VM_KILLED)
		log_error(&vm->s->command, "%s was told to end by somebody else",
			  q->machine->program);
	if (q->end != VM_LIVES)
		return q->end;
	report_end(vm);
	return VM_BROKEN;
}

const struct vm_ops vm_qemu = {
	.name = "qemu",
	.kernels = {
		.name = "QEMU",
		.arch = HWC_ARCH_UNKNOWN,
		.formats = HWC_KERNEL_IMAGE | HWC_KERNEL_GZIP | HWC_KERNEL_BZIMAGE | HWC_KERNEL_ELF,
	},
	.is_here = is_here,
	.check = check,
	.settle = settle,
	.create = create,
	.start = start,
	.ask = ask,
	.destroy = destroy,
	.files = fill_files,
	.look = look,
};
