// SPDX-License-Identifier: GPL-2.0-or-later
/* Holders: whose death ends a claim, however they die, and whose does not. */
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "hwc.h"

#ifndef PIDFD_THREAD
#define PIDFD_THREAD O_EXCL
#endif

#define TOY0 "toy0"
#define TOY1 "toy1"
#define SHA_BIT HWC_IMAGES "sha256-pr0.bit"
#define SHA_DTBO HWC_DTBO "sha256-pr0.dtbo"

FIXTURE(holder)
{
	struct hwc_ctx *ctx;
	int file;
};

FIXTURE_SETUP(holder)
{
	ASSERT_EQ(0, hwc_test_run("modprobe hwcontainer-toy"));
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	self->file = hwc_holder_open(self->ctx);
	ASSERT_LE(0, self->file);
}

FIXTURE_TEARDOWN(holder)
{
	close(self->file);
	hwc_test_write(HWC_TOY "reset", "1");
	hwc_test_write(HWC_SIM "reset", "1");
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, TOY0));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, TOY1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, HWC_PR0));
	EXPECT_EQ(0, hwc_test_claims(self->ctx));
	hwc_ctx_free(self->ctx);
	EXPECT_EQ(0, hwc_test_run("rmmod hwcontainer-toy"));
}

/* A claim on @resource that is ready, held by the file @file (-1: nobody). */
static uint32_t claim(struct __test_metadata *_metadata, struct hwc_ctx *ctx, const char *resource,
		      int file)
{
	int any = hwc_holder_open(ctx);
	struct hwc_grant grant;

	ASSERT_EQ(0, hwc_test_claim(ctx, resource, file, -1, -1, 0, &grant))
	TH_LOG("%s", hwc_ctx_error(ctx));
	ASSERT_EQ(0, hwc_claim_wait(ctx, any, grant.id, HWC_TEST_WAIT_MS));
	close(any);
	return grant.id;
}

static int claim_by_pidfd(struct hwc_ctx *ctx, const char *resource, int pidfd, uint32_t *id)
{
	struct hwc_request *req;
	struct hwc_grant grant;
	int ret = hwc_request_new(ctx, &req);

	if (ret)
		return ret;
	hwc_request_holder_pidfd(req, pidfd);
	ret = hwc_request_add(req, resource, -1, -1, NULL, NULL);
	if (!ret)
		ret = hwc_request_submit(req, &grant);
	hwc_request_free(req);
	if (!ret)
		*id = grant.id;
	return ret;
}

static bool lives(FIXTURE_DATA(holder) * self, uint32_t id)
{
	int state = hwc_test_claim_state(self->ctx, id);

	return state > 0 && state < HWCONTAINER_CLAIM_STATE_RELEASING;
}

/* Nothing is to happen: give it time to. */
static void settle(void)
{
	usleep(50000 * hwc_test_slow());
}

TEST_F(holder, file_ends_with_close)
{
	uint32_t id = claim(_metadata, self->ctx, TOY0, self->file);
	struct hwc_claim *c;

	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &c));
	EXPECT_EQ(HWCONTAINER_HOLDER_FILE, hwc_claim_holder(c));
	EXPECT_EQ(0, hwc_claim_holder_pid(c));
	hwc_claim_free(c);
	close(self->file);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, TOY0));
	self->file = hwc_holder_open(self->ctx);
}

/* In a child that ends as @how says; its claim is what remains. */
static void die_with_claim(struct __test_metadata *_metadata, FIXTURE_DATA(holder) * self,
			   const char *how)
{
	int pipes[2];
	uint32_t id = 0;
	pid_t pid;

	ASSERT_EQ(0, pipe(pipes));
	pid = fork();
	if (!pid) {
		struct hwc_ctx *ctx;
		struct hwc_grant grant = {};
		int file;

		hwc_ctx_new(&ctx);
		file = hwc_holder_open(ctx);
		hwc_test_claim(ctx, TOY0, file, -1, -1, 0, &grant);
		if (write(pipes[1], &grant.id, sizeof(grant.id)) < 0 || !strcmp(how, "exit"))
			_exit(0);
		if (!strcmp(how, "abort"))
			abort();
		for (;;)
			pause();
	}
	ASSERT_EQ(sizeof(id), read(pipes[0], &id, sizeof(id)));
	ASSERT_NE(0, id) TH_LOG("%s", how);
	if (!strcmp(how, "kill"))
		kill(pid, SIGKILL);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT)) TH_LOG("%s", how);
	waitpid(pid, NULL, 0);
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, TOY0)) TH_LOG("%s", how);
	close(pipes[0]);
	close(pipes[1]);
}

TEST_F(holder, file_ends_with_its_process)
{
	die_with_claim(_metadata, self, "exit");
	die_with_claim(_metadata, self, "kill");
	die_with_claim(_metadata, self, "abort");
}

TEST_F(holder, file_lives_in_its_last_descriptor)
{
	uint32_t id = claim(_metadata, self->ctx, TOY0, self->file);
	int copy = dup(self->file);
	pid_t pid;

	close(self->file);
	settle();
	EXPECT_TRUE(lives(self, id));
	pid = hwc_test_sleeper();
	close(copy);
	settle();
	EXPECT_TRUE(lives(self, id));
	hwc_test_kill(pid);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
	self->file = hwc_holder_open(self->ctx);
}

/* Under way in a socket it belongs to nobody's table, and it counts. */
TEST_F(holder, file_goes_through_a_socket)
{
	char room[CMSG_SPACE(sizeof(int))] = {};
	struct iovec io = { .iov_base = (char[1]){}, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &io,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room),
	};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	uint32_t id = claim(_metadata, self->ctx, TOY0, self->file);
	int pair[2], fd;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &self->file, sizeof(int));
	ASSERT_EQ(1, sendmsg(pair[0], &msg, 0));
	close(self->file);
	settle();
	EXPECT_TRUE(lives(self, id));
	ASSERT_EQ(1, recvmsg(pair[1], &msg, 0));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(int));
	settle();
	EXPECT_TRUE(lives(self, id));
	close(fd);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
	close(pair[0]);
	close(pair[1]);
	self->file = hwc_holder_open(self->ctx);
}

TEST_F(holder, process_by_its_pidfd)
{
	pid_t pid = hwc_test_sleeper();
	int pidfd = hwc_test_pidfd(pid);
	struct hwc_claim *c;
	uint32_t id;

	ASSERT_EQ(0, claim_by_pidfd(self->ctx, TOY0, pidfd, &id))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	/* the module has its own reference to it */
	close(pidfd);
	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &c));
	EXPECT_EQ(HWCONTAINER_HOLDER_PROCESS, hwc_claim_holder(c));
	EXPECT_EQ(pid, (pid_t)hwc_claim_holder_pid(c));
	hwc_claim_free(c);
	settle();
	EXPECT_TRUE(lives(self, id));
	/* a zombie has ended */
	kill(pid, SIGKILL);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
	EXPECT_EQ(pid, waitpid(pid, NULL, WNOHANG));
}

/* Deleted before its process dies, twice; the death is no news then. */
TEST_F(holder, process_outlives_its_claims)
{
	pid_t pid = hwc_test_sleeper();
	int pidfd = hwc_test_pidfd(pid);
	uint32_t ids[2];
	int i;

	for (i = 0; i < 20; i++) {
		ASSERT_EQ(0, claim_by_pidfd(self->ctx, TOY0, pidfd, &ids[0]));
		ASSERT_EQ(0, claim_by_pidfd(self->ctx, TOY1, pidfd, &ids[1]));
		ASSERT_EQ(0, hwc_claim_delete(self->ctx, ids, 2));
		ASSERT_EQ(0, hwc_test_wait_free(self->ctx, TOY0));
		ASSERT_EQ(0, hwc_test_wait_free(self->ctx, TOY1));
	}
	close(pidfd);
	hwc_test_kill(pid);
}

static void check_no_holder(struct __test_metadata *_metadata, FIXTURE_DATA(holder) * self, int fd,
			    int error, const char *format)
{
	char sentence[128];
	uint32_t id;

	snprintf(sentence, sizeof(sentence), format, fd);
	EXPECT_EQ(-error, claim_by_pidfd(self->ctx, TOY0, fd, &id)) TH_LOG("%s", sentence);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	close(fd);
}

static void *sleep_in_thread(void *tid)
{
	__atomic_store_n((pid_t *)tid, gettid(), __ATOMIC_SEQ_CST);
	for (;;)
		pause();
	return NULL;
}

TEST_F(holder, what_is_no_process)
{
	static const char no_pidfd[] = "file descriptor %d is no pidfd of a process";
	pid_t tid = 0, pid = hwc_test_sleeper();
	int pidfd = hwc_test_pidfd(pid);
	pthread_t thread;

	check_no_holder(_metadata, self, 777, EBADF, "%d is no open file descriptor");
	check_no_holder(_metadata, self, eventfd(0, 0), EBADF, no_pidfd);
	check_no_holder(_metadata, self, hwc_test_open(SHA_BIT), EBADF, no_pidfd);
	check_no_holder(_metadata, self, hwc_test_open("/proc/self"), EBADF, no_pidfd);
	check_no_holder(_metadata, self, hwc_test_open("/proc/self/ns/pid"), EBADF, no_pidfd);
	check_no_holder(_metadata, self, hwc_holder_open(self->ctx), EBADF, no_pidfd);
	ASSERT_EQ(0, mkfifo("/tmp/fifo", 0600));
	check_no_holder(_metadata, self, open("/tmp/fifo", O_RDWR), EBADF, no_pidfd);
	unlink("/tmp/fifo");

	ASSERT_EQ(0, pthread_create(&thread, NULL, sleep_in_thread, &tid));
	while (!__atomic_load_n(&tid, __ATOMIC_SEQ_CST))
		usleep(1000);
	check_no_holder(_metadata, self, syscall(SYS_pidfd_open, tid, PIDFD_THREAD), EBADF,
			no_pidfd);

	/* dead, and then reaped */
	kill(pid, SIGKILL);
	waitid(P_PID, pid, &(siginfo_t){}, WEXITED | WNOWAIT);
	check_no_holder(_metadata, self, dup(pidfd), ESRCH, "the process of pidfd %d has exited");
	waitpid(pid, NULL, 0);
	check_no_holder(_metadata, self, pidfd, ESRCH, "the process of pidfd %d has exited");
}

TEST_F(holder, what_is_no_file)
{
	struct hwc_grant grant;
	int fd = eventfd(0, 0);
	char sentence[128];

	EXPECT_EQ(-EBADF, hwc_test_claim(self->ctx, TOY0, fd, -1, -1, 0, &grant));
	snprintf(sentence, sizeof(sentence), "file descriptor %d is not /dev/hwcontainer", fd);
	EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	close(fd);
	EXPECT_EQ(-EBADF, hwc_test_claim(self->ctx, TOY0, 777, -1, -1, 0, &grant));
	EXPECT_STREQ("777 is no open file descriptor", hwc_ctx_error(self->ctx));
}

TEST_F(holder, handover_to_a_process)
{
	uint32_t ids[2] = {
		claim(_metadata, self->ctx, TOY0, self->file),
		claim(_metadata, self->ctx, TOY1, self->file),
	};
	pid_t pid = hwc_test_sleeper();
	int pidfd = hwc_test_pidfd(pid);

	/* the sleeper has inherited the file */
	ASSERT_EQ(0, hwc_claim_handover(self->ctx, ids, 1, pidfd))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	close(pidfd);
	hwc_claim_delete(self->ctx, &ids[1], 1);
	close(self->file);
	settle();
	EXPECT_TRUE(lives(self, ids[0]));
	hwc_test_kill(pid);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, ids[0], -ENOENT));
	self->file = hwc_holder_open(self->ctx);
}

/* From process to process: the first one's death means nothing any more. */
TEST_F(holder, handover_between_processes)
{
	pid_t first = hwc_test_sleeper(), second = hwc_test_sleeper();
	int fds[2] = { hwc_test_pidfd(first), hwc_test_pidfd(second) };
	uint32_t id;

	ASSERT_EQ(0, claim_by_pidfd(self->ctx, TOY0, fds[0], &id));
	ASSERT_EQ(0, hwc_claim_handover(self->ctx, &id, 1, fds[1]));
	hwc_test_kill(first);
	settle();
	EXPECT_TRUE(lives(self, id));
	hwc_test_kill(second);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
	close(fds[0]);
	close(fds[1]);
}

TEST_F(holder, handover_is_all_or_none)
{
	uint32_t ids[2] = { claim(_metadata, self->ctx, TOY0, self->file), 2000000000 };
	pid_t pid = hwc_test_sleeper();
	int pidfd = hwc_test_pidfd(pid);
	struct hwc_claim *c;

	EXPECT_EQ(-ENOENT, hwc_claim_handover(self->ctx, ids, 2, pidfd));
	EXPECT_STREQ("there is no claim 2000000000", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_claim_get(self->ctx, ids[0], &c));
	EXPECT_EQ(HWCONTAINER_HOLDER_FILE, hwc_claim_holder(c));
	hwc_claim_free(c);
	EXPECT_EQ(-ENOENT, hwc_claim_delete(self->ctx, ids, 2));
	EXPECT_TRUE(lives(self, ids[0]));

	hwc_test_kill(pid);
	EXPECT_EQ(-ESRCH, hwc_claim_handover(self->ctx, ids, 1, pidfd));
	EXPECT_TRUE(lives(self, ids[0]));
	close(pidfd);
}

TEST_F(holder, claim_that_ends_is_not_handed_over)
{
	uint32_t id = claim(_metadata, self->ctx, TOY0, self->file);
	char sentence[64];
	int file = hwc_claim_open(self->ctx, self->file, id);

	ASSERT_EQ(0, hwc_test_set(HWC_TOY "stall_configure_ms", 300));
	/* the next one's work is in the worker that the release needs */
	claim(_metadata, self->ctx, TOY1, self->file);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	if (hwc_test_claim_state(self->ctx, id) == HWCONTAINER_CLAIM_STATE_RELEASING) {
		EXPECT_EQ(-ENOENT, hwc_claim_handover(self->ctx, &id, 1, -1));
		snprintf(sentence, sizeof(sentence), "there is no claim %u", id);
		EXPECT_STREQ(sentence, hwc_ctx_error(self->ctx));
	}
	EXPECT_EQ(0, hwc_claim_wait_released(self->ctx, file, HWC_TEST_WAIT_MS));
	close(file);
}

TEST_F(holder, nobody_keeps_a_claim_until_it_is_deleted)
{
	uint32_t id = claim(_metadata, self->ctx, TOY0, -1);
	struct hwc_claim *c;

	ASSERT_EQ(0, hwc_claim_get(self->ctx, id, &c));
	EXPECT_EQ(HWCONTAINER_HOLDER_NOBODY, hwc_claim_holder(c));
	hwc_claim_free(c);
	/* whoever asked for it may go */
	hwc_ctx_free(self->ctx);
	ASSERT_EQ(0, hwc_ctx_new(&self->ctx));
	settle();
	EXPECT_TRUE(lives(self, id));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	EXPECT_EQ(0, hwc_test_wait_free(self->ctx, TOY0));
}

/* A claim on PR0 whose holder is killed while it is prepared and @knob stalls that. */
static void die_in(struct __test_metadata *_metadata, FIXTURE_DATA(holder) * self, const char *knob,
		   const char *dtbo)
{
	int image = hwc_test_open(SHA_BIT), overlay = hwc_test_open(dtbo);
	pid_t pid = hwc_test_sleeper();
	int pidfd = hwc_test_pidfd(pid);
	struct hwc_grant grant;
	struct hwc_request *req;
	int64_t start;

	if (knob) {
		ASSERT_EQ(0, hwc_test_set(knob, 400));
	} else {
		knob = dtbo;
	}
	ASSERT_EQ(0, hwc_request_new(self->ctx, &req));
	hwc_request_holder_pidfd(req, pidfd);
	ASSERT_EQ(0, hwc_request_add(req, HWC_PR0, image, overlay, NULL, NULL));
	ASSERT_EQ(0, hwc_request_submit(req, &grant)) TH_LOG("%s", hwc_ctx_error(self->ctx));
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, grant.id, HWCONTAINER_CLAIM_STATE_PREPARING));
	usleep(30000 * hwc_test_slow());
	hwc_test_kill(pid);
	start = hwc_test_ms();
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, grant.id, -ENOENT)) TH_LOG("%s", knob);
	EXPECT_GE(1000 * hwc_test_slow(), hwc_test_ms() - start) TH_LOG("%s", knob);
	EXPECT_EQ(HWCONTAINER_RESOURCE_STATE_FREE, hwc_test_state(self->ctx, HWC_PR0));
	EXPECT_FALSE(hwc_test_has_node(HWC_PR0 "/sha256@0")) TH_LOG("%s", knob);
	EXPECT_TRUE(hwc_test_slot(0, 0, "bridge=disabled")) TH_LOG("%s", knob);
	hwc_test_write(HWC_SIM "reset", "1");
	hwc_request_free(req);
	close(pidfd);
	close(image);
	close(overlay);
}

TEST_F(holder, dies_while_its_region_is_programmed)
{
	die_in(_metadata, self, HWC_MGR "stall_write_ms", SHA_DTBO);
}

TEST_F(holder, dies_while_its_devices_are_bound)
{
	die_in(_metadata, self, HWC_SIM "stall_probe_ms", SHA_DTBO);
}

/* Long before bind_timeout_ms (5000) has passed. */
TEST_F(holder, dies_while_a_driver_is_waited_for)
{
	die_in(_metadata, self, NULL, HWC_DTBO "bad-no-driver.dtbo");
}

/* Behind the release of the one before, which takes its time. */
TEST_F(holder, dies_in_the_queue)
{
	uint32_t id = claim(_metadata, self->ctx, TOY0, self->file);
	struct hwc_grant next;
	int file = hwc_holder_open(self->ctx);
	int seen = hwc_claim_open(self->ctx, self->file, id);

	/* keeps the toys' worker busy, so that nothing behind it begins */
	ASSERT_EQ(0, hwc_test_set(HWC_TOY "stall_configure_ms", 400));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, TOY1, self->file, -1, -1, 0, &next));
	ASSERT_EQ(0, hwc_test_wait_claim(self->ctx, next.id, HWCONTAINER_CLAIM_STATE_PREPARING));
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &id, 1));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, TOY0, file, -1, -1, 0, &next))
	TH_LOG("%s", hwc_ctx_error(self->ctx));
	EXPECT_EQ(HWCONTAINER_CLAIM_STATE_QUEUED, hwc_test_claim_state(self->ctx, next.id));
	close(file);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, next.id, -ENOENT));
	EXPECT_EQ(0, hwc_claim_wait_released(self->ctx, seen, HWC_TEST_WAIT_MS));
	close(seen);
}

TEST_F(holder, claim_file_tells_every_state)
{
	struct hwc_grant grant;
	struct pollfd p = { .events = POLLIN };

	ASSERT_EQ(0, hwc_test_set(HWC_TOY "stall_configure_ms", 200));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, TOY0, self->file, -1, -1, 0, &grant));
	p.fd = hwc_claim_open(self->ctx, self->file, grant.id);
	ASSERT_LE(0, p.fd);
	EXPECT_EQ(0, poll(&p, 1, 0));
	ASSERT_EQ(1, poll(&p, 1, HWC_TEST_WAIT_MS));
	EXPECT_EQ(POLLIN, p.revents);
	ASSERT_EQ(0, hwc_claim_delete(self->ctx, &grant.id, 1));
	EXPECT_EQ(0, hwc_claim_wait_released(self->ctx, p.fd, HWC_TEST_WAIT_MS));
	ASSERT_EQ(1, poll(&p, 1, 0));
	EXPECT_EQ(POLLIN | POLLHUP, p.revents);
	close(p.fd);

	ASSERT_EQ(0, hwc_test_set(HWC_TOY "fail_configure", 5));
	ASSERT_EQ(0, hwc_test_claim(self->ctx, TOY0, self->file, -1, -1, 0, &grant));
	p.fd = hwc_claim_open(self->ctx, self->file, grant.id);
	ASSERT_EQ(1, poll(&p, 1, HWC_TEST_WAIT_MS));
	EXPECT_EQ(POLLIN | POLLERR, p.revents);
	close(p.fd);
}

/* It does not hold the claim, and outlives it. */
TEST_F(holder, claim_file_holds_nothing)
{
	uint32_t id = claim(_metadata, self->ctx, TOY0, self->file);
	struct pollfd p = { .fd = hwc_claim_open(self->ctx, self->file, id), .events = POLLIN };

	close(self->file);
	EXPECT_EQ(0, hwc_test_wait_claim(self->ctx, id, -ENOENT));
	ASSERT_EQ(1, poll(&p, 1, HWC_TEST_WAIT_MS));
	EXPECT_EQ(POLLIN | POLLHUP, p.revents);
	close(p.fd);
	self->file = hwc_holder_open(self->ctx);
}

TEST_F(holder, ioctl_checks_its_argument)
{
	struct {
		struct hwcontainer_claim_open known;
		uint32_t more;
	} arg = { .known = { .size = sizeof(arg.known) } };
	const struct hwcontainer_claim_open good = {
		.size = sizeof(good),
		.claim = claim(_metadata, self->ctx, TOY0, self->file),
	};
	int fd;

#define EXPECT_ERRNO(number, request)                            \
	do {                                                     \
		EXPECT_EQ(-1, ioctl(self->file, request, &arg)); \
		EXPECT_EQ(number, errno);                        \
		arg.known = good;                                \
		arg.more = 0;                                    \
	} while (0)
	arg.known = good;
	arg.known.claim = 2000000000;
	EXPECT_ERRNO(ENOENT, HWCONTAINER_IOC_CLAIM_OPEN);
	arg.known.size = sizeof(good) - 1;
	EXPECT_ERRNO(EINVAL, HWCONTAINER_IOC_CLAIM_OPEN);
	arg.known.size = 0;
	EXPECT_ERRNO(EINVAL, HWCONTAINER_IOC_CLAIM_OPEN);
	arg.known.flags = 1;
	EXPECT_ERRNO(EINVAL, HWCONTAINER_IOC_CLAIM_OPEN);
	arg.known.reserved = 1;
	EXPECT_ERRNO(EINVAL, HWCONTAINER_IOC_CLAIM_OPEN);
	/* of a later version, which asks for nothing new, or does */
	arg.known.size = sizeof(arg);
	arg.more = 1;
	EXPECT_ERRNO(E2BIG, HWCONTAINER_IOC_CLAIM_OPEN);
	arg.known.size = UINT32_MAX;
	EXPECT_ERRNO(E2BIG, HWCONTAINER_IOC_CLAIM_OPEN);
	EXPECT_ERRNO(ENOTTY, _IO(HWCONTAINER_IOC_MAGIC, 99));
	EXPECT_EQ(-1, ioctl(self->file, HWCONTAINER_IOC_CLAIM_OPEN, NULL));
	EXPECT_EQ(EFAULT, errno);

	arg.known.size = sizeof(arg);
	fd = ioctl(self->file, HWCONTAINER_IOC_CLAIM_OPEN, &arg);
	ASSERT_LE(0, fd);
	EXPECT_EQ(FD_CLOEXEC, fcntl(fd, F_GETFD));
	EXPECT_EQ(-1, ioctl(fd, HWCONTAINER_IOC_CLAIM_OPEN, &arg));
	EXPECT_EQ(-1, read(fd, &arg, 1));
	close(fd);
	EXPECT_EQ(-1, read(self->file, &arg, 1));
	EXPECT_EQ(-1, write(self->file, &arg, 1));
}

TEST_F(holder, device_is_for_root)
{
	struct stat st;

	ASSERT_EQ(0, stat("/dev/hwcontainer", &st));
	EXPECT_EQ(0600, st.st_mode & 07777);
	EXPECT_EQ(0, st.st_uid);
}

TEST_HARNESS_MAIN
