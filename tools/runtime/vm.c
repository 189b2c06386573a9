// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Containers that are virtual machines. One is made when its container is created, and
 * does not run; its start lets it run. The container's process has its console, and it
 * lives as long as that process does.
 */
#include <errno.h>
#include <json-c/json.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include "vm.h"
#include "vm-root.h"

/* As a process would end: of an abort, and killed. */
#define CODE_CRASHED (128 + SIGABRT)
#define CODE_KILLED (128 + SIGKILL)

/* For what its process has left behind to end, besides what that waits for itself. */
#define REAP_MARGIN_MS 10000

int vm_no_memory(const struct vm *vm)
{
	return claims_no_memory(vm->s->claims);
}

const struct vm_settings *vm_settings_of(const struct vm *vm)
{
	return &vm->s->claims->settings->vm;
}

int vm_read(const struct vm *vm, const char *path, int fd, size_t size, void **data)
{
	ssize_t n;
	int err;

	*data = malloc(size + 1);
	if (!*data)
		return vm_no_memory(vm);
	n = pread(fd, *data, size, 0);
	if (n == (ssize_t)size)
		return 0;
	err = n < 0 ? -errno : -ENODATA;
	log_error(&vm->s->command, "%s: it cannot be read as a whole", path);
	free(*data);
	*data = NULL;
	return err;
}

static bool fits(const struct hwc_bundle *bundle)
{
	return hwc_bundle_vm(bundle);
}

/* The devices of what it claims are for a guest. */
static int start_vm(struct claims *claims, int *code)
{
	int err = start_refuse_supervision(claims);

	claims->flags = HWCONTAINER_CLAIM_FLAGS_ASSIGN;
	return err ? err : verbs_start(claims, code);
}

/* what is checked before there is anything */

static void find_size(struct vm *vm)
{
	uint64_t memory = vm->asked->memory ? vm->asked->memory : vm_settings_of(vm)->memory;

	vm->memory = (memory + MIB - 1) / MIB * MIB;
	vm->vcpus = vm->asked->vcpus ? vm->asked->vcpus : 1;
}

static struct vm *make(struct supervisor *s)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	if (!vm)
		return NULL;
	vm->s = s;
	vm->asked = hwc_bundle_vm(s->claims->bundle);
	vm->files = (struct hwc_vm_files){ -1, -1, -1, -1, { 0 } };
	vm->exit = -1;
	vm->cmdline = strdup(vm->asked->cmdline);
	if (vm->cmdline)
		return vm;
	free(vm);
	return NULL;
}

static int check(struct supervisor *s)
{
	const struct claims *claims = s->claims;
	struct vm *vm = make(s);
	int err;

	s->vm = vm;
	if (!vm)
		return claims_no_memory(claims);
	vm->ops = vm_choose(&s->command, claims->settings, vm->asked);
	if (!vm->ops)
		return -EINVAL;
	find_size(vm);
	err = claims_report(claims,
			    hwc_bundle_vm_open(claims->bundle, &vm->ops->kernels, &vm->files));
	if (!err)
		err = vm_assign_check(vm);
	if (!err && vm->asked->secure)
		err = vm_root_check(vm);
	return err ? err : vm->ops->check(vm);
}

/* For the verbs, which see nothing but the record. */
static void describe(const struct supervisor *s)
{
	container_set(s->container, "hypervisor", json_object_new_string(s->vm->ops->name));
	container_set(s->container, "takesSignals", json_object_new_boolean(s->vm->asked->secure));
	if (s->vm->ops->describe)
		s->vm->ops->describe(s->vm);
}

static int prepare(struct supervisor *s)
{
	return s->vm->ops->prepare ? s->vm->ops->prepare(s->vm) : 0;
}

static void leave(struct supervisor *s)
{
	if (s->vm->ops->leave)
		s->vm->ops->leave(s->vm);
	hwc_vm_files_close(&s->vm->files);
}

/* its process */

/* Those that a process could take are its process's; the kernel sends some of its own will. */
static void fill_signals(const struct supervisor *s, sigset_t *set)
{
	static const int others[] = { SIGCHLD, SIGPIPE, SIGTTIN, SIGTTOU, SIGWINCH };

	if (!s->vm->asked->secure)
		return;
	sigfillset(set);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		sigdelset(set, others[i]);
}

static int settle(struct supervisor *s)
{
	vm_console_open(&s->vm->console, &s->output, spec_wants_terminal(s->spec));
	return s->vm->ops->settle ? s->vm->ops->settle(s->vm) : 0;
}

static int create_vm(struct vm *vm)
{
	int err = claims_take(vm->s->claims);

	if (!err && vm->s->claims->count)
		err = vm_assign(vm);
	if (!err && vm->asked->secure)
		err = vm_root_prepare(vm);
	return err ? err : vm->ops->create(vm);
}

/* A guest that is there still has its hardware, too. */
static int end_vm(struct supervisor *s)
{
	if (s->vm->ops->destroy(s->vm))
		return ENDED_STUCK;
	return holding_end(s->claims);
}

static int create(struct supervisor *s)
{
	int err = create_vm(s->vm);

	if (err)
		end_vm(s);
	return err;
}

static int begin(struct supervisor *s)
{
	return s->vm->ops->start(s->vm);
}

enum {
	FILE_CONSOLE,
	FILE_PORTS = FILE_CONSOLE + VM_CONSOLE_FILES,
	FILE_OPS = FILE_PORTS + VM_PORTS_FILES,
	FILE_CLAIMS = FILE_OPS + VM_FILES,
};

static size_t fill_files(const struct supervisor *s, struct pollfd *files)
{
	const struct claims *claims = s->claims;

	if (files) {
		vm_console_files(&s->vm->console, files + FILE_CONSOLE);
		vm_root_poll(s->vm->root, files + FILE_PORTS);
		s->vm->ops->files(s->vm, files + FILE_OPS);
	}
	for (size_t i = 0; files && i < claims->count; i++)
		files[FILE_CLAIMS + i] = (struct pollfd){ .fd = claims->file[i] };
	return FILE_CLAIMS + claims->count;
}

static int wait_ms(const struct supervisor *s)
{
	return vm_console_wait_ms(&s->vm->console);
}

static int stop(struct supervisor *s)
{
	int code = end_vm(s);

	vm_console_drain(&s->vm->console);
	vm_root_end(s->vm);
	return code;
}

/* What the guest told, or else what its end says of it. */
static int code_of(const struct vm *vm, enum vm_end end)
{
	int told = vm->exit >= 0 ? vm->exit : vm->console.code;

	if (end == VM_BROKEN)
		return vm->signal ? 128 + vm->signal : ENDED_FAILED;
	if (end == VM_KILLED)
		return CODE_KILLED;
	/* its own kernel begins anew after a crash, and nothing else makes it do so */
	if (end == VM_CRASHED || (end == VM_REBOOT && vm->asked->secure && told < 0)) {
		log_error(&vm->s->command, "the virtual machine has crashed");
		return CODE_CRASHED;
	}
	if (vm->asked->secure && told < 0) {
		log_error(&vm->s->command,
			  "the virtual machine was switched off before its process had ended");
		return CODE_KILLED;
	}
	return told >= 0 ? told : 0;
}

static int finish(struct supervisor *s, enum vm_end end)
{
	int stopped = stop(s);

	return stopped == ENDED_STOPPED ? code_of(s->vm, end) : stopped;
}

static bool has_lost_claims(const struct supervisor *s, const struct pollfd *files)
{
	for (size_t i = 0; i < s->claims->count; i++)
		if (files[FILE_CLAIMS + i].revents)
			return true;
	return false;
}

static int look(struct supervisor *s, const struct pollfd *files)
{
	enum vm_end end;
	int code, stopped;

	vm_console_look(&s->vm->console, files + FILE_CONSOLE);
	if (s->vm->root)
		vm_ports_look(&s->vm->root->ports);
	end = s->vm->ops->look(s->vm, files + FILE_OPS);
	if (end != VM_LIVES)
		return finish(s, end);
	if (!has_lost_claims(s, files))
		return -1;
	code = holding_tell(s->claims);
	stopped = stop(s);
	return stopped == ENDED_STOPPED ? code : stopped;
}

static int take_signal(struct supervisor *s)
{
	struct signalfd_siginfo info;

	if (read(s->signals, &info, sizeof(info)) != sizeof(info))
		return -1;
	if (!s->started)
		return info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT ? stop(s) : -1;
	/* one that cannot be asked any more has ended, which is seen next */
	if (s->vm->root)
		vm_ports_signal(&s->vm->root->ports, info.ssi_signo);
	else
		s->vm->ops->ask(s->vm);
	return -1;
}

static void end(struct supervisor *s)
{
	typing_close(&s->vm->console.typing);
}

/* the verbs */

static bool may_kill(const struct container *container)
{
	const struct vm_ops *ops = vm_of_record(container);

	return !ops || !ops->may_kill || ops->may_kill(container);
}

/* Nobody can pass it on. */
static bool refuse_stop(const struct container *container)
{
	log_error(
		container->command,
		"a secure container takes no SIGSTOP, which would stop what looks after the virtual machine and not what runs in it");
	return false;
}

static bool takes(const struct container *container, int number)
{
	char name[16];

	if (number == SIGKILL)
		return may_kill(container);
	if (number == SIGTERM || number == SIGINT)
		return true;
	if (container_flag(container, "takesSignals"))
		return number != SIGSTOP || refuse_stop(container);
	log_error(
		container->command,
		"a virtual machine takes no %s; SIGTERM and SIGINT ask it to switch itself off, SIGKILL ends it",
		signal_name(number, name));
	return false;
}

static enum status status(const struct container *container, struct hwc_ctx *ctx)
{
	const struct vm_ops *ops = vm_of_record(container);

	(void)ctx;
	return ops && ops->status ? ops->status(container) : STATUS_RUNNING;
}

static int reap(const struct container *container, const struct settings *settings)
{
	const struct vm_ops *ops = vm_of_record(container);
	bool left = container_wait_left(container, settings->vm.timeout_ms + REAP_MARGIN_MS);
	int err = ops && ops->reap ? ops->reap(container, settings) : 0;

	if (err || left)
		return err;
	log_error(container->command, "the hypervisor of container %s does not end",
		  container->command->id);
	return -ETIMEDOUT;
}

const struct kind kind_vm = {
	.name = "vm",
	.subject = "a container that is a virtual machine",
	.what = "a virtual machine",
	.process = "hwc-vm",
	.works = true,
	.orphaned = SIGKILL,
	.fits = fits,
	.start = start_vm,
	.check = check,
	.describe = describe,
	.prepare = prepare,
	.leave = leave,
	.signals = fill_signals,
	.settle = settle,
	.create = create,
	.begin = begin,
	.files = fill_files,
	.wait_ms = wait_ms,
	.look = look,
	.signal = take_signal,
	.stop = stop,
	.end = end,
	.takes = takes,
	.status = status,
	.reap = reap,
};
