// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The device tree that QEMU makes for a machine, to add to it. QEMU writes it to a file
 * by way of another one beside it; so it gets a file system in memory of its own, which
 * nobody else sees and which is gone when it has ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "vm.h"

#define FOLDER "/tmp"

/* As QEMU makes it, with room for more: FDT_MAX_SIZE there. */
#define TREE_MAX (4l << 20)

static int make_place(const struct command *command)
{
	if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", FOLDER, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=700"))
		return log_errno(command, FOLDER);
	return 0;
}

static int execute(const struct vm *vm, const struct words *words)
{
	const struct command *command = &vm->s->command;
	int timeout_ms = vm_settings_of(vm)->timeout_ms, err;
	struct child child;

	err = child_start(command, &child, words, NULL, 0, NULL);
	if (err)
		return err;
	if (!process_wait(child.pidfd, timeout_ms)) {
		log_error(command, "%s has not ended after %d ms", words->list[0], timeout_ms);
		child_kill(&child);
		return -ETIMEDOUT;
	}
	child_hear(command, &child, false);
	if (!child_wait(&child))
		return 0;
	log_error(command, "%s: %s", words->list[0], *child.first ? child.first : "no device tree");
	return -EIO;
}

static int copy(const struct command *command, int to)
{
	int from = open(VM_TREE_PATH, O_RDONLY | O_CLOEXEC);
	ssize_t n = from < 0 ? -1 : sendfile(to, from, NULL, TREE_MAX + 1);
	int err = 0;

	if (n < 0) {
		err = log_errno(command, VM_TREE_PATH);
	} else if (n > TREE_MAX) {
		log_error(command, "the tree of QEMU's machine has more than %ld bytes", TREE_MAX);
		err = -EFBIG;
	}
	if (from >= 0)
		close(from);
	return err;
}

/* In a process of its own, which has that place. */
static int dump(const struct vm *vm, const struct words *words, int to)
{
	int err = make_place(&vm->s->command);

	if (!err)
		err = execute(vm, words);
	return err ? err : copy(&vm->s->command, to);
}

static int fork_and_wait(const struct vm *vm, const struct words *words, int to)
{
	pid_t pid = child_fork(&vm->s->command);
	int status;

	if (!pid)
		_exit(dump(vm, words, to) ? EXIT_FAILURE : EXIT_SUCCESS);
	if (pid < 0)
		return pid;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return log_errno(&vm->s->command, "waitpid");
	return status ? -EIO : 0;
}

static int read_back(const struct vm *vm, int fd, void **tree, size_t *size)
{
	struct stat st;

	if (fstat(fd, &st))
		return log_errno(&vm->s->command, VM_TREE_PATH);
	*size = st.st_size;
	return vm_read(vm, VM_TREE_PATH, fd, *size, tree);
}

int vm_tree_read(const struct vm *vm, const struct words *words, void **tree, size_t *size)
{
	int fd = memfd_create("tree", MFD_CLOEXEC), err;

	if (fd < 0)
		return log_errno(&vm->s->command, "memfd_create");
	err = fork_and_wait(vm, words, fd);
	if (!err)
		err = read_back(vm, fd, tree, size);
	close(fd);
	return err;
}
