// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl claim handover ID... */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "hwctl.h"

typedef int (*give_fn)(struct hwc_ctx *ctx, const uint32_t *ids, size_t n, int fd);

/**
 * struct receiver - who gets the claims
 * @pid: a process, NULL for none
 * @netns: file of a network namespace, NULL for none
 */
struct receiver {
	const char *pid;
	const char *netns;
};

static int parse(struct hwctl *h, int argc, char **argv, struct receiver *to)
{
	static const struct option options[] = {
		{ "pid", required_argument, NULL, 'p' },
		{ "netns", required_argument, NULL, 'n' },
		{ 0 },
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return usage(h, "see hwctl claim handover -h");
		if (option == 'p')
			to->pid = optarg;
		else
			to->netns = optarg;
	}
	if (to->pid && to->netns)
		return usage(h, "--pid and --netns exclude each other");
	return optind == argc ? usage(h, "no claim is given") : DONE;
}

static int failed(const char *what)
{
	say("%s: %s", what, strerror(errno));
	return REFUSED;
}

/* Opens who gets them, -1 for nobody. */
static int open_receiver(struct hwctl *h, const struct receiver *to, int *fd)
{
	uint32_t pid;

	*fd = -1;
	if (to->pid) {
		if (!parse_u32(to->pid, &pid) || !pid)
			return usage(h, "%s is no number of a process", to->pid);
		*fd = syscall(SYS_pidfd_open, pid, 0);
		return *fd < 0 ? failed(to->pid) : DONE;
	}
	if (to->netns) {
		*fd = open(to->netns, O_RDONLY | O_CLOEXEC);
		return *fd < 0 ? failed(to->netns) : DONE;
	}
	return DONE;
}

int claim_handover(struct hwctl *h, int argc, char **argv)
{
	struct receiver to = { 0 };
	int ret = parse(h, argc, argv, &to), fd = -1;
	give_fn give = to.netns ? hwc_claim_handover_netns : hwc_claim_handover;
	uint32_t *ids;
	size_t n;

	if (ret != DONE)
		return ret;
	n = argc - optind;
	ids = parse_ids(h, argv + optind, n);
	if (!ids)
		return USAGE;
	ret = open_receiver(h, &to, &fd);
	if (ret == DONE && give(h->ctx, ids, n, fd))
		ret = refused(h);
	if (fd >= 0)
		close(fd);
	free(ids);
	return ret;
}
