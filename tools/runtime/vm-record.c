// SPDX-License-Identifier: GPL-2.0-or-later
/* The process of a secure container, from config.json to what the guest's init reads. */
#include <errno.h>
#include <json-c/json.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>
#include "vm-root.h"

void record_put(FILE *record, const char *key, const char *value)
{
	fprintf(record, "%s=%s", key, value);
	fputc(0, record);
}

void record_put_number(FILE *record, const char *key, unsigned long long value)
{
	fprintf(record, "%s=%llu", key, value);
	fputc(0, record);
}

static struct json_object *process_of(const struct spec *spec, const char *key)
{
	return spec_find(spec, (const char *const[]){ "process", key, NULL });
}

static struct json_object *user_of(const struct spec *spec, const char *key)
{
	return spec_find(spec, (const char *const[]){ "process", "user", key, NULL });
}

static struct json_object *linux_of(const struct spec *spec, const char *key)
{
	return spec_find(spec, (const char *const[]){ "linux", key, NULL });
}

static size_t length_of(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static int refuse(const struct command *command, const char *what, const char *why)
{
	log_error(command, "config.json: %s %s", what, why);
	return -EINVAL;
}

/* strings */

static void put_text(FILE *record, const char *key, struct json_object *value)
{
	if (value)
		record_put(record, key, json_object_get_string(value));
}

static void put_list(FILE *record, const char *key, struct json_object *list)
{
	for (size_t i = 0; i < length_of(list); i++)
		put_text(record, key, json_object_array_get_idx(list, i));
}

static void put_sysctls(FILE *record, struct json_object *sysctls)
{
	if (!json_object_is_type(sysctls, json_type_object))
		return;
	json_object_object_foreach(sysctls, name, value) {
		fprintf(record, "sysctl=%s=%s", name, json_object_get_string(value));
		fputc(0, record);
	}
}

/* numbers */

static void put_number(FILE *record, const char *key, struct json_object *value)
{
	if (value)
		record_put_number(record, key, json_object_get_int64(value));
}

static void put_flag(FILE *record, const char *key, struct json_object *value)
{
	if (json_object_get_boolean(value))
		record_put_number(record, key, 1);
}

static void put_user(FILE *record, const struct spec *spec)
{
	struct json_object *groups = user_of(spec, "additionalGids");

	put_number(record, "uid", user_of(spec, "uid"));
	put_number(record, "gid", user_of(spec, "gid"));
	put_number(record, "umask", user_of(spec, "umask"));
	for (size_t i = 0; i < length_of(groups); i++)
		put_number(record, "group", json_object_array_get_idx(groups, i));
}

static void put_terminal(FILE *record, const struct spec *spec)
{
	struct json_object *size = process_of(spec, "consoleSize");

	put_flag(record, "terminal", process_of(spec, "terminal"));
	put_number(record, "rows", json_object_object_get(size, "height"));
	put_number(record, "columns", json_object_object_get(size, "width"));
}

/* names */

/* Of arm64 and x86, which have those of asm-generic. */
static const char *const limit_names[] = {
	[RLIMIT_AS] = "AS",
	[RLIMIT_CORE] = "CORE",
	[RLIMIT_CPU] = "CPU",
	[RLIMIT_DATA] = "DATA",
	[RLIMIT_FSIZE] = "FSIZE",
	[RLIMIT_LOCKS] = "LOCKS",
	[RLIMIT_MEMLOCK] = "MEMLOCK",
	[RLIMIT_MSGQUEUE] = "MSGQUEUE",
	[RLIMIT_NICE] = "NICE",
	[RLIMIT_NOFILE] = "NOFILE",
	[RLIMIT_NPROC] = "NPROC",
	[RLIMIT_RSS] = "RSS",
	[RLIMIT_RTPRIO] = "RTPRIO",
	[RLIMIT_RTTIME] = "RTTIME",
	[RLIMIT_SIGPENDING] = "SIGPENDING",
	[RLIMIT_STACK] = "STACK",
};

static const char *const cap_names[] = {
	[CAP_CHOWN] = "CHOWN",
	[CAP_DAC_OVERRIDE] = "DAC_OVERRIDE",
	[CAP_DAC_READ_SEARCH] = "DAC_READ_SEARCH",
	[CAP_FOWNER] = "FOWNER",
	[CAP_FSETID] = "FSETID",
	[CAP_KILL] = "KILL",
	[CAP_SETGID] = "SETGID",
	[CAP_SETUID] = "SETUID",
	[CAP_SETPCAP] = "SETPCAP",
	[CAP_LINUX_IMMUTABLE] = "LINUX_IMMUTABLE",
	[CAP_NET_BIND_SERVICE] = "NET_BIND_SERVICE",
	[CAP_NET_BROADCAST] = "NET_BROADCAST",
	[CAP_NET_ADMIN] = "NET_ADMIN",
	[CAP_NET_RAW] = "NET_RAW",
	[CAP_IPC_LOCK] = "IPC_LOCK",
	[CAP_IPC_OWNER] = "IPC_OWNER",
	[CAP_SYS_MODULE] = "SYS_MODULE",
	[CAP_SYS_RAWIO] = "SYS_RAWIO",
	[CAP_SYS_CHROOT] = "SYS_CHROOT",
	[CAP_SYS_PTRACE] = "SYS_PTRACE",
	[CAP_SYS_PACCT] = "SYS_PACCT",
	[CAP_SYS_ADMIN] = "SYS_ADMIN",
	[CAP_SYS_BOOT] = "SYS_BOOT",
	[CAP_SYS_NICE] = "SYS_NICE",
	[CAP_SYS_RESOURCE] = "SYS_RESOURCE",
	[CAP_SYS_TIME] = "SYS_TIME",
	[CAP_SYS_TTY_CONFIG] = "SYS_TTY_CONFIG",
	[CAP_MKNOD] = "MKNOD",
	[CAP_LEASE] = "LEASE",
	[CAP_AUDIT_WRITE] = "AUDIT_WRITE",
	[CAP_AUDIT_CONTROL] = "AUDIT_CONTROL",
	[CAP_SETFCAP] = "SETFCAP",
	[CAP_MAC_OVERRIDE] = "MAC_OVERRIDE",
	[CAP_MAC_ADMIN] = "MAC_ADMIN",
	[CAP_SYSLOG] = "SYSLOG",
	[CAP_WAKE_ALARM] = "WAKE_ALARM",
	[CAP_BLOCK_SUSPEND] = "BLOCK_SUSPEND",
	[CAP_AUDIT_READ] = "AUDIT_READ",
	[CAP_PERFMON] = "PERFMON",
	[CAP_BPF] = "BPF",
	[CAP_CHECKPOINT_RESTORE] = "CHECKPOINT_RESTORE",
};

/* The number of "PREFIX_NAME", or -1. */
static int find_name(const char *const *names, size_t n, const char *prefix, const char *text)
{
	size_t length = strlen(prefix);

	if (!text || strncmp(text, prefix, length))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (names[i] && !strcmp(names[i], text + length))
			return i;
	return -1;
}

static int find_limit(struct json_object *limit)
{
	return find_name(limit_names, ARRAY_SIZE(limit_names), "RLIMIT_",
			 json_object_get_string(json_object_object_get(limit, "type")));
}

static void put_limits(FILE *record, struct json_object *list)
{
	for (size_t i = 0; i < length_of(list); i++) {
		struct json_object *limit = json_object_array_get_idx(list, i);

		fprintf(record, "rlimit=%d %llu %llu", find_limit(limit),
			(unsigned long long)json_object_get_uint64(
				json_object_object_get(limit, "soft")),
			(unsigned long long)json_object_get_uint64(
				json_object_object_get(limit, "hard")));
		fputc(0, record);
	}
}

/* A name that is not known here is none that could be had: runc does not mind it, either. */
static unsigned long long caps_of(struct json_object *list)
{
	unsigned long long caps = 0;

	for (size_t i = 0; i < length_of(list); i++) {
		int cap = find_name(cap_names, ARRAY_SIZE(cap_names), "CAP_",
				    json_object_get_string(json_object_array_get_idx(list, i)));

		if (cap >= 0)
			caps |= 1ull << cap;
	}
	return caps;
}

static void put_caps(FILE *record, struct json_object *caps)
{
	static const char *const sets[] = { "bounding", "effective", "permitted", "inheritable",
					    "ambient" };

	fputs("cap=", record);
	for (size_t i = 0; i < ARRAY_SIZE(sets); i++)
		fprintf(record, "%s%llu", i ? " " : "",
			caps_of(json_object_object_get(caps, sets[i])));
	fputc(0, record);
}

/* what is refused */

static int check_args(const struct command *command, const struct spec *spec)
{
	const char *cwd = json_object_get_string(process_of(spec, "cwd"));

	if (!length_of(process_of(spec, "args")))
		return refuse(command, "process.args", "is empty: there is nothing to run");
	if (cwd && *cwd != '/')
		return refuse(command, "process.cwd", "is no absolute path");
	return 0;
}

static int check_limits(const struct command *command, const struct spec *spec)
{
	struct json_object *list = process_of(spec, "rlimits");

	for (size_t i = 0; i < length_of(list); i++)
		if (find_limit(json_object_array_get_idx(list, i)) < 0)
			return refuse(command, "process.rlimits", "has one that is not known");
	return 0;
}

/* The guest makes those that every container has. */
static bool is_usual(const char *path)
{
	static const char *const usual[] = { "/dev/null",    "/dev/zero", "/dev/full",
					     "/dev/random",  "/dev/tty",  "/dev/urandom",
					     "/dev/console", "/dev/ptmx" };

	for (size_t i = 0; i < ARRAY_SIZE(usual); i++)
		if (!strcmp(usual[i], path))
			return true;
	return false;
}

static int check_devices(const struct command *command, const struct spec *spec)
{
	struct json_object *list = linux_of(spec, "devices");

	for (size_t i = 0; i < length_of(list); i++) {
		struct json_object *device = json_object_array_get_idx(list, i);
		const char *path = json_object_get_string(json_object_object_get(device, "path"));

		if (path && is_usual(path))
			continue;
		log_error(
			command,
			"config.json asks for the device %s: devices are this host's kernel's, which a secure container has no part of",
			path ? path : "without a path");
		return -EOPNOTSUPP;
	}
	return 0;
}

int record_check(const struct command *command, const struct spec *spec)
{
	int err = check_args(command, spec);

	if (!err)
		err = check_limits(command, spec);
	if (!err)
		err = check_devices(command, spec);
	if (err || !length_of(linux_of(spec, "uidMappings")))
		return err;
	return refuse(command, "linux.uidMappings",
		      "cannot be had: a secure container's users are those of its own kernel, and "
		      "its files have the owners that they have on this host");
}

void record_process(FILE *record, const struct spec *spec)
{
	static const char *const hostname[] = { "hostname", NULL };
	static const char *const readonly[] = { "root", "readonly", NULL };

	fputs(RECORD_VERSION, record);
	fputc(0, record);
	put_text(record, "hostname", spec_find(spec, hostname));
	put_text(record, "cwd", process_of(spec, "cwd"));
	put_list(record, "arg", process_of(spec, "args"));
	put_list(record, "env", process_of(spec, "env"));
	put_user(record, spec);
	put_flag(record, "nnp", process_of(spec, "noNewPrivileges"));
	put_limits(record, process_of(spec, "rlimits"));
	put_caps(record, process_of(spec, "capabilities"));
	put_terminal(record, spec);
	put_sysctls(record, linux_of(spec, "sysctl"));
	put_list(record, "protect", linux_of(spec, "readonlyPaths"));
	put_list(record, "mask", linux_of(spec, "maskedPaths"));
	put_flag(record, "readonly", spec_find(spec, readonly));
}
