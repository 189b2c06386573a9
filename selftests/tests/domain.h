/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Network namespaces for tests, and what is done in them. */
#ifndef HWC_TEST_DOMAIN_H
#define HWC_TEST_DOMAIN_H

#include <sys/prctl.h>

#include "hwc.h"

/**
 * struct hwc_test_domain - a network namespace
 * @pid: the process that keeps it, or 0
 */
struct hwc_test_domain {
	pid_t pid;
};

/**
 * struct hwc_test_passed - what a process in a namespace has from the host
 * @ctx: whose socket was made there
 * @file: /dev/hwcontainer, opened there
 * @claim: number of a claim
 */
struct hwc_test_passed {
	struct hwc_ctx *ctx;
	int file;
	uint32_t claim;
};

static inline int hwc_test_domain_new(struct hwc_test_domain *domain)
{
	int ready[2];
	char byte;
	ssize_t got;

	if (pipe2(ready, O_CLOEXEC))
		return -errno;
	domain->pid = fork();
	if (!domain->pid) {
		/* a test that fails leaves none behind */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) || unshare(CLONE_NEWNET) ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	got = read(ready[0], &byte, 1);
	close(ready[0]);
	return got == 1 ? 0 : -EPERM;
}

/* It ends some time after its last process. */
static inline void hwc_test_domain_end(struct hwc_test_domain *domain)
{
	if (domain->pid)
		hwc_test_kill(domain->pid);
	domain->pid = 0;
}

static inline int hwc_test_domain_enter(const struct hwc_test_domain *domain)
{
	int pidfd = hwc_test_pidfd(domain->pid);
	int ret = setns(pidfd, CLONE_NEWNET);

	close(pidfd);
	return ret;
}

/* What @fn returns in a process in the namespace; 9999 when there is no answer. */
static inline int hwc_test_domain_run(const struct hwc_test_domain *domain,
				      int (*fn)(const void *data), const void *data)
{
	int answer[2], ret = 9999;
	pid_t pid;

	if (pipe2(answer, O_CLOEXEC))
		return ret;
	pid = fork();
	if (!pid) {
		ret = hwc_test_domain_enter(domain) ? 9998 : fn(data);
		_exit(write(answer[1], &ret, sizeof(ret)) != sizeof(ret));
	}
	close(answer[1]);
	if (read(answer[0], &ret, sizeof(ret)) != sizeof(ret))
		ret = 9999;
	close(answer[0]);
	waitpid(pid, NULL, 0);
	return ret;
}

/* State of the claim with that number, as hwc_test_domain_run() finds it there. */
static inline int hwc_test_look_at(const void *id)
{
	struct hwc_ctx *ctx;
	int ret = hwc_ctx_new(&ctx);

	if (ret)
		return ret;
	ret = hwc_test_claim_state(ctx, *(const uint32_t *)id);
	hwc_ctx_free(ctx);
	return ret;
}

/* The step that ended the last claim has the module a little longer than there are claims. */
static inline int hwc_test_unload_toys(void)
{
	int64_t end = hwc_test_ms() + HWC_TEST_WAIT_MS;

	while (hwc_test_number("/sys/module/hwcontainer_toy/refcnt") && hwc_test_ms() < end)
		usleep(2000);
	return hwc_test_run("rmmod hwcontainer-toy");
}

#endif
