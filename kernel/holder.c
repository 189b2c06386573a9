// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: holders, whose death ends claims.
 *
 * A process is watched through its pidfd the way KVM's irqfd watches an
 * eventfd: a wait entry, added by vfs_poll(). Its wake-up comes in atomic
 * context, so the end itself is a work. The pidfd's type is told by its file
 * system, for its file operations are not exported.
 */
#include <linux/file.h>
#include <linux/magic.h>
#include <linux/nsproxy.h>
#include <linux/pid.h>
#include <linux/poll.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <net/net_namespace.h>

#include "claim.h"
#include "core.h"
#include "holder.h"

struct hwc_holder hwc_nobody = {
	.type = HWCONTAINER_HOLDER_NOBODY,
	.claims = LIST_HEAD_INIT(hwc_nobody.claims),
};

/**
 * struct hwc_process - a holder that is a process
 * @holder: the holder
 * @pidfd: what is watched
 * @pid: of that process; the file keeps it
 * @wait: our entry in its wait queue
 * @head: that wait queue, NULL before we are in it
 * @twice: the file has more than one wait queue, so it is no pidfd we know
 * @poll: adds the entry
 * @died: ends the claims
 * @free: frees the holder, where waiting for @died is allowed
 */
struct hwc_process {
	struct hwc_holder holder;
	struct file *pidfd;
	struct pid *pid;
	wait_queue_entry_t wait;
	wait_queue_head_t *head;
	bool twice;
	poll_table poll;
	struct work_struct died;
	struct work_struct free;
};

static struct hwc_process *to_process(struct hwc_holder *holder)
{
	return container_of(holder, struct hwc_process, holder);
}

void hwc_holder_init(struct hwc_holder *holder, enum hwcontainer_holder type)
{
	holder->type = type;
	holder->refs = 1;
	INIT_LIST_HEAD(&holder->claims);
	INIT_LIST_HEAD(&holder->in_domain);
}

void hwc_holder_get_locked(struct hwc_holder *holder)
{
	lockdep_assert_held(&hwc_lock);
	holder->refs++;
}

void hwc_holder_put_locked(struct hwc_holder *holder)
{
	lockdep_assert_held(&hwc_lock);
	if (!--holder->refs && holder->type == HWCONTAINER_HOLDER_PROCESS)
		queue_work(hwc_wq, &to_process(holder)->free);
}

/* End every claim that hangs on @holder. */
void hwc_holder_die(struct hwc_holder *holder)
{
	struct hwcontainer_claim *claim, *next;

	mutex_lock(&hwc_lock);
	holder->dead = true;
	list_for_each_entry_safe(claim, next, &holder->claims, in_holder)
		hwc_claim_end_locked(claim);
	mutex_unlock(&hwc_lock);
}

/* EPOLLIN comes when the last thread has exited, reaped or not. */
static bool hwc_process_is_dead(__poll_t events)
{
	return events & EPOLLIN;
}

static void hwc_process_died(struct work_struct *work)
{
	struct hwc_process *p = container_of(work, struct hwc_process, died);

	if (hwc_process_is_dead(vfs_poll(p->pidfd, NULL)))
		hwc_holder_die(&p->holder);
}

static void hwc_process_free(struct work_struct *work)
{
	struct hwc_process *p = container_of(work, struct hwc_process, free);

	if (p->head)
		remove_wait_queue(p->head, &p->wait);
	cancel_work_sync(&p->died);
	fput(p->pidfd);
	kfree(p);
}

static int hwc_process_wake(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct hwc_process *p = container_of(wait, struct hwc_process, wait);

	queue_work(hwc_wq, &p->died);
	return 0;
}

static void hwc_process_enqueue(struct file *file, wait_queue_head_t *head, poll_table *poll)
{
	struct hwc_process *p = container_of(poll, struct hwc_process, poll);

	if (p->head) {
		p->twice = true;
		return;
	}
	p->head = head;
	add_wait_queue(head, &p->wait);
}

/* A thread's pidfd (PIDFD_THREAD) speaks of the thread, not of the process. */
static struct file *hwc_pidfd_get(int fd, struct netlink_ext_ack *extack)
{
	struct file *file = fget(fd);

	if (!file)
		return ERR_PTR(hwc_refuse(extack, -EBADF, "%d is no open file descriptor", fd));
	if (file_inode(file)->i_sb->s_magic == PID_FS_MAGIC && !(file->f_flags & O_EXCL))
		return file;
	fput(file);
	return ERR_PTR(hwc_refuse(extack, -EBADF, "file descriptor %d is no pidfd of a process",
				  fd));
}

/**
 * hwc_holder_from_pidfd() - watch a process
 * @fd: a pidfd of the caller
 * @extack: receives the sentence
 *
 * Return: a holder that the caller has a reference to, or an ERR_PTR: -EBADF,
 * -ESRCH when the process is dead already, -ENOMEM.
 */
struct hwc_holder *hwc_holder_from_pidfd(int fd, struct netlink_ext_ack *extack)
{
	struct file *file = hwc_pidfd_get(fd, extack);
	struct hwc_process *p;
	int ret = 0;

	if (IS_ERR(file))
		return ERR_CAST(file);
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p) {
		fput(file);
		return ERR_PTR(hwc_refuse(extack, -ENOMEM, "out of memory"));
	}
	hwc_holder_init(&p->holder, HWCONTAINER_HOLDER_PROCESS);
	p->pidfd = file;
	p->pid = file_inode(file)->i_private;
	INIT_WORK(&p->died, hwc_process_died);
	INIT_WORK(&p->free, hwc_process_free);
	init_waitqueue_func_entry(&p->wait, hwc_process_wake);
	init_poll_funcptr(&p->poll, hwc_process_enqueue);

	if (hwc_process_is_dead(vfs_poll(file, &p->poll)))
		ret = hwc_refuse(extack, -ESRCH, "the process of pidfd %d has exited", fd);
	else if (p->twice)
		ret = hwc_refuse(extack, -EBADF, "file descriptor %d is no pidfd", fd);
	if (ret) {
		mutex_lock(&hwc_lock);
		hwc_holder_put_locked(&p->holder);
		mutex_unlock(&hwc_lock);
		return ERR_PTR(ret);
	}
	return &p->holder;
}

/* Of any thread: the first one may have ended before the others. */
static struct net *hwc_task_net(struct task_struct *process)
{
	struct task_struct *task;
	struct net *net = NULL;

	for_each_thread(process, task) {
		task_lock(task);
		if (task->nsproxy)
			net = get_net(task->nsproxy->net_ns);
		task_unlock(task);
		if (net)
			break;
	}
	return net;
}

/**
 * hwc_holder_net() - the network namespace that a process is in
 * @holder: a process
 *
 * Return: the namespace, which the caller is to put, or NULL when the process has exited.
 */
struct net *hwc_holder_net(struct hwc_holder *holder)
{
	struct task_struct *process;
	struct net *net;

	rcu_read_lock();
	process = pid_task(to_process(holder)->pid, PIDTYPE_TGID);
	net = process ? hwc_task_net(process) : NULL;
	rcu_read_unlock();
	return net;
}

/* Process behind a holder, as the first pid namespace counts; 0 for none. */
u32 hwc_holder_pid(struct hwc_holder *holder)
{
	if (!holder || holder->type != HWCONTAINER_HOLDER_PROCESS)
		return 0;
	return pid_nr(to_process(holder)->pid);
}

/* Does the claim's life hang on the calling process? @holder may be NULL. */
bool hwc_holder_is_current(struct hwc_holder *holder)
{
	return holder && holder->type == HWCONTAINER_HOLDER_PROCESS &&
	       to_process(holder)->pid == task_tgid(current);
}
