// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Virtual machines as domains of Xen, from the container's process: what it wants of the
 * domain its keeper does.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>
#include "vm-xen.h"

#define CAPABILITIES "/proc/xen/capabilities"
#define TYPE "/sys/hypervisor/type"

/* So often the keeper may wait for xl in what it is asked to do once. */
#define STEPS 4

/*
 * A guest that has ended said nothing for so long: xenconsoled has passed all of it on. It
 * lets 200 ms pass where a guest says much (RATE_LIMIT_PERIOD of its io.c).
 */
#define QUIET_MS 300
#define QUIET_MAX_MS 2000

/* For xl, when somebody only wants to know. */
#define STATE_TIMEOUT_MS 5000

#define NAME_ID_MAX 24

/* whether it can be done */

static bool has_word(const char *path, const char *word)
{
	char text[64];

	return read_text_at(AT_FDCWD, path, text, sizeof(text)) && strstr(text, word);
}

static bool is_here(void)
{
	return has_word(CAPABILITIES, "control_d");
}

static int check_host(const struct command *command)
{
	if (is_here())
		return 0;
	if (!has_word(TYPE, "xen"))
		log_error(
			command,
			"this kernel does not run on Xen (%s does not say so): boot the host with Xen, or choose qemu",
			TYPE);
	else if (access(CAPABILITIES, F_OK))
		log_error(command, "%s is not there: mount xenfs at /proc/xen", CAPABILITIES);
	else
		log_error(command,
			  "this is not the domain that rules Xen: %s does not say control_d",
			  CAPABILITIES);
	return -ENODEV;
}

static int check_program(const struct vm *vm, struct xen *xen)
{
	const char *asked = vm->asked->hypervisor_path;
	const char *setting = asked ? asked : vm_settings_of(vm)->xl;

	xen->xl = vm_program(setting, "xl", xen->path, sizeof(xen->path));
	if (xen->xl)
		return 0;
	if (setting)
		log_error(&vm->s->command, "%s cannot be executed: %s", setting, strerror(errno));
	else
		log_error(&vm->s->command, "xl is not installed (Debian: xen-utils-4.17)");
	return -ENOENT;
}

/* xl would wait for it without an end. */
static int check_xenstore(const struct vm *vm)
{
	char name[64];
	int fd = xenstore_connect(), err = fd < 0 ? fd : 0;

	if (!err)
		err = xenstore_read(fd, "/local/domain/0/name", name, sizeof(name),
				    vm_settings_of(vm)->timeout_ms, -1);
	if (fd >= 0)
		close(fd);
	if (err >= 0 || err == -ENOENT)
		return 0;
	log_error(&vm->s->command, "xenstored does not answer (%s): is it running?",
		  strerror(-err));
	return err;
}

static int check_asked(const struct vm *vm)
{
	const char *what = NULL;

	if (vm->asked->secure)
		what = "a virtual machine without a kernel of its own, whose root is the container's,";
	else if (vm->asked->image.path)
		what = "a disk (vm.image)";
	if (!what)
		return 0;
	log_error(&vm->s->command,
		  "%s is not for Xen, which would need a second program for it: choose qemu", what);
	return -EOPNOTSUPP;
}

/* Unique on this host, for people and for programs. */
static void name_it(const struct vm *vm, struct xen *xen)
{
	uint8_t r[16] = { 0 };
	size_t n = 0;

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		snprintf((char *)r, sizeof(r), "%d %lld", getpid(), (long long)now_ms());
	/* RFC 9562, version 4 */
	r[6] = (r[6] & 0x0f) | 0x40;
	r[8] = (r[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < sizeof(r); i++)
		n += snprintf(xen->uuid + n, sizeof(xen->uuid) - n, "%s%02x",
			      i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", r[i]);
	snprintf(xen->name, sizeof(xen->name), "hwc-%.*s-%.8s", NAME_ID_MAX, vm->s->command.id,
		 xen->uuid);
}

static int check(struct vm *vm)
{
	struct xen *xen = calloc(1, sizeof(*xen));
	int err;

	vm->own = xen;
	if (!xen)
		return vm_no_memory(vm);
	xen->socket = -1;
	name_it(vm, xen);
	err = check_host(&vm->s->command);
	if (!err)
		err = check_asked(vm);
	if (!err)
		err = xen_config_check(&vm->s->command, "kernel's command line", vm->cmdline);
	if (!err)
		err = check_program(vm, xen);
	return err ? err : check_xenstore(vm);
}

/* the keeper */

/* What a delete needs where nobody else is left. */
static void describe(const struct vm *vm)
{
	const struct container *container = vm->s->container;
	const struct xen *xen = vm->own;

	container_set(container, "domain", json_object_new_string(xen->name));
	container_set(container, "uuid", json_object_new_string(xen->uuid));
	container_set(container, "xl", json_object_new_string(xen->xl));
}

_Noreturn static void become_keeper(const struct vm *vm, const struct xen *xen, int socket)
{
	struct keeper keeper = {
		.command = vm->s->command,
		.program = xen->xl,
		.timeout_ms = vm_settings_of(vm)->timeout_ms,
		.name = xen->name,
		.uuid = xen->uuid,
		.memory = vm->memory / MIB,
		.socket = socket,
		.holder = vm->s->claims->holder,
		.hold = container_hold(vm->s->container),
	};

	keeper_live(&keeper);
}

static int fork_keeper(struct vm *vm, struct xen *xen)
{
	int pair[2], err = 0;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return log_errno(&vm->s->command, "socketpair");
	pid = fork();
	if (!pid) {
		close(pair[0]);
		become_keeper(vm, xen, pair[1]);
	}
	if (pid < 0)
		err = log_errno(&vm->s->command, "fork");
	close(pair[1]);
	xen->socket = pair[0];
	return err;
}

/* The claims end with a file that the keeper has, too: not before the domain is gone. */
static int prepare(struct vm *vm)
{
	struct claims *claims = vm->s->claims;
	int err = claims_connect(claims);

	claims->by_file = claims->count;
	return err ? err : fork_keeper(vm, vm->own);
}

static void leave(struct vm *vm)
{
	struct claims *claims = vm->s->claims;
	struct xen *xen = vm->own;

	if (xen->socket >= 0)
		close(xen->socket);
	xen->socket = -1;
	if (claims->holder >= 0)
		close(claims->holder);
	claims->holder = -1;
}

static void lose_keeper(const struct vm *vm, struct xen *xen)
{
	if (xen->socket < 0)
		return;
	log_error(&vm->s->command, "the keeper of domain %s was killed; the domain is destroyed",
		  xen->name);
	close(xen->socket);
	xen->socket = -1;
}

static enum vm_end end_of(const struct vm *vm, const char *text)
{
	switch (atoi(text)) {
	case XEN_POWEROFF:
		return VM_OFF;
	case XEN_REBOOT:
	case XEN_SOFT_RESET:
		return VM_REBOOT;
	case XEN_CRASH:
	case XEN_WATCHDOG:
		return VM_CRASHED;
	case XEN_DESTROYED:
		return VM_KILLED;
	case XEN_UNWATCHED:
		return VM_BROKEN;
	default:
		log_error(
			&vm->s->command,
			"the guest has stopped for reason %s of Xen's, such as to be suspended: nobody here goes on with it",
			text);
		return VM_BROKEN;
	}
}

/* What is not the answer that is waited for: one to what was given up does no harm. */
static void take(const struct vm *vm, struct xen *xen, const struct keeper_packet *packet)
{
	keeper_close(packet);
	if (keeper_is_answer(packet, KEEPER_ASK))
		xen->asking = false;
	if (packet->kind == KEEPER_ERROR)
		log_error(&vm->s->command, "%s", packet->text);
	else if (packet->kind == KEEPER_ENDED)
		xen->end = end_of(vm, packet->text);
}

/* Waits for the answer to a request; @packet has its files then. */
static int hear(const struct vm *vm, struct xen *xen, char request, struct keeper_packet *packet)
{
	int64_t end = now_ms() + STEPS * (int64_t)vm_settings_of(vm)->timeout_ms, left;
	int err;

	for (;;) {
		left = end - now_ms();
		err = keeper_receive(xen->socket, packet, left > 0 ? left : 0);
		if (err == -EAGAIN)
			continue;
		if (err == -ETIMEDOUT)
			log_error(&vm->s->command, "the keeper of domain %s does not answer",
				  xen->name);
		else if (err)
			lose_keeper(vm, xen);
		if (err)
			return err;
		if (keeper_is_answer(packet, request))
			return packet->kind == KEEPER_DONE ? 0 : -EIO;
		take(vm, xen, packet);
	}
}

static int request(const struct vm *vm, struct xen *xen, char kind, const char *text,
		   const int *files, struct keeper_packet *packet)
{
	int err = keeper_send(xen->socket, kind, text, files, files ? XL_FILES_MAX : 0);

	if (!err)
		return hear(vm, xen, kind, packet);
	lose_keeper(vm, xen);
	return err;
}

/* life */

/* A file that nobody can find nor change. */
static int in_memory(const struct vm *vm, const char *name, const void *data, size_t size)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int err = fd < 0 ? -errno : write_all(fd, data, size);

	if (!err &&
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		err = -errno;
	if (!err)
		return fd;
	log_error(&vm->s->command, "the domain's %s: %s", name, strerror(-err));
	if (fd >= 0)
		close(fd);
	return err;
}

static const void *tree_of(const struct vm *vm, size_t *size)
{
	if (vm->assignment)
		return hwc_assignment_dtb(vm->assignment, size);
	*size = vm->dtb_size;
	return vm->dtb;
}

/* Its files in the order of XEN_FILE_*. */
static int make_files(const struct vm *vm, const struct xen *xen, int *files)
{
	size_t size = 0;
	const void *dtb = tree_of(vm, &size);
	const struct xen_config config = { .vm = vm,
					   .name = xen->name,
					   .uuid = xen->uuid,
					   .ramdisk = vm->files.ramdisk >= 0,
					   .dtb = dtb };
	char *text = xen_config_write(&config);

	files[XEN_FILE_KERNEL] = vm->files.kernel;
	files[XEN_FILE_RAMDISK] = vm->files.ramdisk;
	files[XEN_FILE_CONFIG] = text ? in_memory(vm, "configuration", text, strlen(text)) : -1;
	files[XEN_FILE_DTB] = -1;
	free(text);
	if (files[XEN_FILE_CONFIG] < 0)
		return -EINVAL;
	if (dtb)
		files[XEN_FILE_DTB] = in_memory(vm, "device tree", dtb, size);
	return dtb && files[XEN_FILE_DTB] < 0 ? files[XEN_FILE_DTB] : 0;
}

static int create(struct vm *vm)
{
	struct xen *xen = vm->own;
	struct keeper_packet packet;
	int files[XL_FILES_MAX] = { -1, -1, -1, -1 };
	int err = make_files(vm, xen, files);

	if (!err) {
		xen->tried = true;
		err = request(vm, xen, KEEPER_CREATE, xen_config_has_uart(vm) ? KEEPER_UART : NULL,
			      files, &packet);
	}
	if (files[XEN_FILE_CONFIG] >= 0)
		close(files[XEN_FILE_CONFIG]);
	if (files[XEN_FILE_DTB] >= 0)
		close(files[XEN_FILE_DTB]);
	for (size_t i = 0; !err && i < XL_FILES_MAX; i++)
		if (packet.files[i] >= 0)
			vm_console_add(&vm->console, packet.files[i]);
	return err;
}

static int start(struct vm *vm)
{
	struct keeper_packet packet;

	return request(vm, vm->own, KEEPER_START, NULL, NULL, &packet);
}

/* What comes of it is seen later; who asks again meanwhile asks for the same. */
static int ask(struct vm *vm)
{
	struct xen *xen = vm->own;
	int err = xen->asking ? 0 : keeper_send(xen->socket, KEEPER_ASK, NULL, NULL, 0);

	xen->asking = !err;
	if (err)
		lose_keeper(vm, xen);
	return err;
}

/* Whoever waits for this process is told that it was in vain. */
static void let_wait_no_more(struct supervisor *s)
{
	if (s->command.sink >= 0)
		shutdown(s->command.sink, SHUT_RDWR);
	s->command.sink = -1;
}

/* Without a keeper the claims end with this process: not before the domain is gone. */
static int destroy_alone(const struct vm *vm, const struct xen *xen)
{
	struct xl xl = xl_new(&vm->s->command, xen->xl, vm_settings_of(vm)->timeout_ms, -1);
	int err = xen->tried ? xl_destroy(&xl, xen->uuid) : 0;

	if (!err || !vm->s->claims->count)
		return err;
	log_error(
		&vm->s->command,
		"domain %s may be there still, and has no keeper: its hardware is kept until it can be destroyed, which is tried every %d s",
		xen->name, XEN_AGAIN_MS / 1000);
	let_wait_no_more(vm->s);
	do
		poll(NULL, 0, XEN_AGAIN_MS);
	while (xl_destroy(&xl, xen->uuid));
	return 0;
}

/* Whatever the keeper is doing, it does nothing else after that. */
static int destroy(struct vm *vm)
{
	struct xen *xen = vm->own;
	struct keeper_packet packet;
	int err = -ENOTCONN;

	if (xen->socket >= 0) {
		shutdown(xen->socket, SHUT_WR);
		err = hear(vm, xen, KEEPER_DESTROY, &packet);
	}
	if (xen->socket < 0)
		return destroy_alone(vm, xen);
	close(xen->socket);
	xen->socket = -1;
	return err;
}

static void fill_files(const struct vm *vm, struct pollfd *files)
{
	const struct xen *xen = vm->own;

	for (size_t i = 0; i < VM_FILES; i++)
		files[i] = (struct pollfd){ i ? -1 : xen->socket, POLLIN, 0 };
}

/* Its terminals go with the domain: so what was said is taken before. */
static void drain(struct vm *vm)
{
	int64_t end = now_ms() + QUIET_MAX_MS;
	struct pollfd files[VM_CONSOLE_FILES];

	do {
		vm_console_files(&vm->console, files);
		if (poll(files, ARRAY_SIZE(files), QUIET_MS) <= 0)
			return;
		vm_console_look(&vm->console, files);
	} while (now_ms() < end);
}

static enum vm_end look(struct vm *vm, const struct pollfd *files)
{
	struct xen *xen = vm->own;
	struct keeper_packet packet;
	int err = files[0].revents ? keeper_receive(xen->socket, &packet, 0) : -EAGAIN;

	if (!err)
		take(vm, xen, &packet);
	else if (err == -ECONNRESET)
		lose_keeper(vm, xen);
	if (xen->socket < 0)
		return VM_BROKEN;
	if (xen->end != VM_LIVES)
		drain(vm);
	return xen->end;
}

/* from outside */

static struct xl xl_of(const struct container *container, int timeout_ms)
{
	return xl_new(container->command, container_string(container, "xl"), timeout_ms, -1);
}

/* Whoever cannot say goes by the process, which lives. */
static enum status status(const struct container *container)
{
	struct xl xl = xl_of(container, STATE_TIMEOUT_MS);
	const char *uuid = container_string(container, "uuid");
	struct xl_domain domain;

	if (!uuid || !xl.program || xl_find(&xl, uuid, &domain))
		return STATUS_RUNNING;
	return domain.id && !domain.ended ? STATUS_RUNNING : STATUS_STOPPED;
}

static bool has_claims(const struct container *container)
{
	struct json_object *list = json_object_object_get(container->record, "resources");

	return json_object_is_type(list, json_type_array) && json_object_array_length(list);
}

/* Where there is no keeper any more the claims end with the process: after the domain. */
static bool may_kill(const struct container *container)
{
	struct xl xl = xl_of(container, STATE_TIMEOUT_MS);
	const char *uuid = container_string(container, "uuid");

	if (!uuid || !xl.program || !has_claims(container) || !container_wait_left(container, 0))
		return true;
	if (!xl_destroy(&xl, uuid))
		return true;
	log_error(
		container->command,
		"container %s is not killed: its domain has no keeper and cannot be destroyed, and would have hardware that is free",
		container->command->id);
	return false;
}

/* There is a domain only where its process and its keeper were killed at once. */
static int reap(const struct container *container, const struct settings *settings)
{
	struct xl xl = xl_of(container, settings->vm.timeout_ms);
	const char *uuid = container_string(container, "uuid");

	if (!uuid || !xl.program || !is_here())
		return 0;
	return xl_destroy(&xl, uuid);
}

const struct vm_ops vm_xen = {
	.name = "xen",
	.kernels = { .name = "Xen",
		     .arch = HWC_ARCH_ARM64,
		     .formats = HWC_KERNEL_IMAGE | HWC_KERNEL_GZIP },
	.is_here = is_here,
	.check = check,
	.describe = describe,
	.prepare = prepare,
	.leave = leave,
	.create = create,
	.start = start,
	.ask = ask,
	.destroy = destroy,
	.files = fill_files,
	.look = look,
	.status = status,
	.may_kill = may_kill,
	.reap = reap,
};
