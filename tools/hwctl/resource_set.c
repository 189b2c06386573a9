// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl resource set NAME --blank FILE|none */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>
#include "hwctl.h"

#define LOOK_US 10000
#define TIMEOUT_MS 30000

static int parse(struct hwctl *h, int argc, char **argv, const char **blank)
{
	static const struct option options[] = {
		{ "blank", required_argument, NULL, 'b' },
		{ 0 },
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?')
			return usage(h, "see hwctl resource set -h");
		*blank = optarg;
	}
	if (argc - optind != 1)
		return usage(h, "one resource is to be named");
	return *blank ? DONE : usage(h, "what is to be set? see hwctl resource set -h");
}

/* The module answers before it has read the file. */
static int await(struct hwctl *h, const char *name)
{
	struct hwc_resource *res;
	int error;

	for (int ms = 0; ms < TIMEOUT_MS; ms += LOOK_US / 1000) {
		if (hwc_resource_get(h->ctx, name, &res))
			return refused(h);
		error = hwc_resource_blank_error(res);
		if (error && error != EINPROGRESS)
			say("%s", hwc_resource_message(res));
		hwc_resource_free(res);
		if (error != EINPROGRESS)
			return error ? REFUSED : DONE;
		usleep(LOOK_US);
	}
	say("%s: its blank image is still being read", name);
	return REFUSED;
}

int resource_set(struct hwctl *h, int argc, char **argv)
{
	const char *blank = NULL, *name;
	int fd = -1, ret;

	ret = parse(h, argc, argv, &blank);
	if (ret != DONE)
		return ret;
	name = argv[optind];
	if (strcmp(blank, "none")) {
		fd = open(blank, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
		if (fd < 0) {
			say("%s: %s", blank, strerror(errno));
			return REFUSED;
		}
	}
	ret = hwc_resource_set_blank(h->ctx, name, fd) ? refused(h) : await(h, name);
	if (fd >= 0)
		close(fd);
	return ret;
}
