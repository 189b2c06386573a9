// SPDX-License-Identifier: GPL-2.0-or-later
/* The virtual machine as far as all of its processes share it. */
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "vm-init.h"

bool machine_mount(struct failure *failure)
{
	static const struct mount own[] = {
		{ .path = "/dev", .type = "devtmpfs" },
		{ .path = "/proc", .type = "proc" },
		{ .path = "/sys", .type = "sysfs" },
	};

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		mkdir(own[i].path, 0755);
		if (mount(own[i].type, own[i].path, own[i].type, 0, NULL) && errno != EBUSY)
			return !failure_say(failure, EXIT_NOT_RUN,
					    "the micro-VM's kernel has no %s: %s", own[i].type,
					    strerror(errno));
	}
	return true;
}

/* A kernel without a network has none to bring up. */
static void raise_loopback(void)
{
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	ioctl(fd, SIOCSIFFLAGS, &request);
	close(fd);
}

static int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, strlen(text));
	close(fd);
	return n < 0 ? -1 : 0;
}

/* NAME=VALUE, with dots for slashes where there is no slash. */
static int set_sysctl(const char *setting, struct failure *failure)
{
	const char *value = strchr(setting, '=');
	char path[256];
	char *name = path + strlen("/proc/sys/");

	if (!value || snprintf(path, sizeof(path), "/proc/sys/%.*s", (int)(value - setting),
			       setting) >= (int)sizeof(path))
		return failure_say(failure, EXIT_NOT_RUN, "sysctl %s is none", setting);
	for (char *at = name; !strchr(name, '/') && (at = strchr(at, '.'));)
		*at = '\n';
	for (char *at = name; (at = strchr(at, '\n'));)
		*at = '/';
	if (!strstr(name, "..") && !write_file(path, value + 1))
		return 0;
	return failure_say(failure, EXIT_NOT_RUN, "sysctl %s: %s", setting, strerror(errno));
}

int machine_set(const struct record *record, struct failure *failure)
{
	raise_loopback();
	if (record->hostname && sethostname(record->hostname, strlen(record->hostname)))
		return failure_errno(failure, "hostname");
	for (size_t i = 0; i < record->sysctl_count; i++)
		if (set_sysctl(record->sysctls[i], failure))
			return -1;
	return 0;
}

void machine_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	/* a machine that cannot be switched off is stopped by who started it */
	for (;;)
		pause();
}
