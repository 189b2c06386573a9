// SPDX-License-Identifier: GPL-2.0-or-later
/* The container's process becomes who it is to be, and the program that it is to run. */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "vm-init.h"

#define UMASK_DEFAULT 022

/* limits and capabilities */

static int set_limits(const struct record *record, struct failure *failure)
{
	for (size_t i = 0; i < record->limit_count; i++)
		if (setrlimit(record->limits[i].resource, &record->limits[i].value))
			return failure_errno(failure, "rlimits");
	return 0;
}

/* Those that this kernel does not know it cannot drop. */
static int drop_bounding(const struct record *record, struct failure *failure)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (!(record->caps[CAPS_BOUNDING] >> cap & 1) && prctl(PR_CAPBSET_DROP, cap))
			return failure_errno(failure, "capabilities.bounding");
	return 0;
}

static int set_caps(const struct record *record, struct failure *failure)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	uint64_t known = 0;

	for (int cap = 0; cap < 64 && prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		known |= 1ull << cap;
	for (int i = 0; i < 2; i++)
		data[i] = (struct __user_cap_data_struct){
			.effective = (record->caps[CAPS_EFFECTIVE] & known) >> (32 * i),
			.permitted = (record->caps[CAPS_PERMITTED] & known) >> (32 * i),
			.inheritable = (record->caps[CAPS_INHERITABLE] & known) >> (32 * i),
		};
	if (syscall(SYS_capset, &header, data))
		return failure_errno(failure, "capabilities");
	for (int cap = 0; cap < 64; cap++)
		if ((record->caps[CAPS_AMBIENT] & known) >> cap & 1 &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))
			return failure_errno(failure, "capabilities.ambient");
	return 0;
}

static int set_user(const struct record *record, struct failure *failure)
{
	if (setgroups(record->group_count, record->groups))
		return failure_errno(failure, "user.additionalGids");
	if (setresgid(record->gid, record->gid, record->gid))
		return failure_errno(failure, "user.gid");
	/* the program's capabilities are set after it */
	if (prctl(PR_SET_KEEPCAPS, 1) || setresuid(record->uid, record->uid, record->uid))
		return failure_errno(failure, "user.uid");
	return 0;
}

static int set_folder(const struct record *record, struct failure *failure)
{
	if (chdir(record->cwd) && errno == ENOENT)
		root_make_folder(record->cwd);
	if (chdir(record->cwd))
		return failure_say(failure, EXIT_NOT_RUN, "cwd %s: %s", record->cwd,
				   strerror(errno));
	return 0;
}

/* the program */

static bool is_folder(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Whether there is such a file at all. */
static bool try(const struct record *record, const char *path, struct failure *failure)
{
	const char *why;

	execve(path, record->args, record->env);
	if (errno == ENOENT && access(path, F_OK))
		return false;
	if (errno == ENOENT)
		why = "what is to interpret it is not there";
	else if (is_folder(path))
		why = "it is a directory";
	else if (errno == ENOEXEC)
		why = "no program for this architecture, nor a script that names its interpreter";
	else
		why = strerror(errno);
	failure_say(failure, EXIT_NOT_RUN, "%s cannot be executed: %s", path, why);
	return true;
}

static const char *search_path(const struct record *record)
{
	for (size_t i = 0; i < record->env_count; i++)
		if (!strncmp(record->env[i], "PATH=", 5))
			return record->env[i] + 5;
	return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

static void execute(const struct record *record, struct failure *failure)
{
	const char *name = record->args[0], *at = search_path(record);
	char path[PATH_MAX];

	failure_say(failure, EXIT_NOT_FOUND,
		    strchr(name, '/') ? "%s is not in the container's root file system" :
					"%s is in no folder of the container's PATH",
		    name);
	if (strchr(name, '/')) {
		try(record, name, failure);
		return;
	}
	for (size_t length; *at; at += length + !!at[length]) {
		length = strcspn(at, ":");
		if (snprintf(path, sizeof(path), "%.*s/%s", (int)length, at, name) <
			    (int)sizeof(path) &&
		    !is_folder(path))
			try(record, path, failure);
	}
}

void become(const struct record *record, struct failure *failure)
{
	if (set_folder(record, failure) || set_limits(record, failure) ||
	    drop_bounding(record, failure) || set_user(record, failure) ||
	    set_caps(record, failure))
		return;
	if (record->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) {
		failure_errno(failure, "noNewPrivileges");
		return;
	}
	umask(record->umask < 0 ? UMASK_DEFAULT : record->umask);
	execute(record, failure);
}
