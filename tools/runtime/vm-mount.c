// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Mounts of a secure container. File systems that a kernel makes are made by the guest's;
 * what lies on this host is shared with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "vm-root.h"

static const char *text_of(struct json_object *mount, const char *key)
{
	const char *text = json_object_get_string(json_object_object_get(mount, key));

	return text ? text : "";
}

static struct json_object *list_of(const struct spec *spec)
{
	static const char *const keys[] = { "mounts", NULL };
	struct json_object *list = spec_find(spec, keys);

	return json_object_is_type(list, json_type_array) ? list : NULL;
}

static size_t count_of(const struct spec *spec)
{
	struct json_object *list = list_of(spec);

	return list ? json_object_array_length(list) : 0;
}

static struct json_object *mount_of(const struct spec *spec, size_t i)
{
	return json_object_array_get_idx(list_of(spec), i);
}

static const char *option_of(struct json_object *mount, size_t i)
{
	struct json_object *list = json_object_object_get(mount, "options");

	if (!json_object_is_type(list, json_type_array) || i >= json_object_array_length(list))
		return NULL;
	return json_object_get_string(json_object_array_get_idx(list, i));
}

bool mount_has_option(struct json_object *mount, const char *option)
{
	const char *text;

	for (size_t i = 0; (text = option_of(mount, i)); i++)
		if (!strcmp(text, option))
			return true;
	return false;
}

/* options */

static const struct option {
	const char *name;
	unsigned long flag;
} options[] = {
	/* without a flag: the default, or something between a container and its host */
	{ "bind", 0 },
	{ "rbind", 0 },
	{ "rw", 0 },
	{ "suid", 0 },
	{ "dev", 0 },
	{ "exec", 0 },
	{ "async", 0 },
	{ "relatime", MS_RELATIME },
	{ "norelatime", 0 },
	{ "private", 0 },
	{ "rprivate", 0 },
	{ "shared", 0 },
	{ "rshared", 0 },
	{ "slave", 0 },
	{ "rslave", 0 },
	{ "unbindable", 0 },
	{ "runbindable", 0 },
	{ "tmpcopyup", 0 },
	{ "ro", MS_RDONLY },
	{ "rro", MS_RDONLY },
	{ "nosuid", MS_NOSUID },
	{ "nodev", MS_NODEV },
	{ "noexec", MS_NOEXEC },
	{ "noatime", MS_NOATIME },
	{ "nodiratime", MS_NODIRATIME },
	{ "strictatime", MS_STRICTATIME },
	{ "sync", MS_SYNCHRONOUS },
	{ "dirsync", MS_DIRSYNC },
};

static const struct option *find_option(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(options[i].name, name))
			return &options[i];
	return NULL;
}

static unsigned long flags_of(struct json_object *mount)
{
	unsigned long flags = 0;
	const char *text;

	for (size_t i = 0; (text = option_of(mount, i)); i++) {
		const struct option *option = find_option(text);

		flags |= option ? option->flag : 0;
	}
	return flags;
}

/* the record */

/* What is no option of mounts in general is one of the file system. */
static void put_data(FILE *record, struct json_object *mount)
{
	const char *text, *comma = "";

	fputs("data=", record);
	for (size_t i = 0; (text = option_of(mount, i)); i++) {
		if (find_option(text))
			continue;
		fprintf(record, "%s%s", comma, text);
		comma = ",";
	}
	fputc(0, record);
}

static void put_made(FILE *record, const char *path, const char *type, const char *data)
{
	record_put(record, "mount", path);
	record_put(record, "type", type);
	record_put(record, "source", type);
	record_put(record, "data", data);
}

static bool is_bind(struct json_object *mount)
{
	return !strcmp(text_of(mount, "type"), "bind") || mount_has_option(mount, "bind") ||
	       mount_has_option(mount, "rbind");
}

/* The guest's kernel has them; those of its cgroups are of the one hierarchy. */
static const char *made_type(const char *type)
{
	static const char *const types[] = { "proc",   "sysfs",	  "tmpfs",   "devpts",
					     "mqueue", "cgroup2", "devtmpfs" };

	if (!strcmp(type, "cgroup"))
		return "cgroup2";
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcmp(types[i], type))
			return type;
	return NULL;
}

static int refuse(const struct command *command, struct json_object *mount, const char *why)
{
	log_error(command, "the mount %s of config.json %s", text_of(mount, "destination"), why);
	return -EOPNOTSUPP;
}

/* Memory that its processes share must be the guest's own. */
static bool is_shared_memory(struct json_object *mount)
{
	return !strcmp(text_of(mount, "destination"), "/dev/shm");
}

static int record_share(FILE *record, const struct command *command, const struct spec *spec,
			struct json_object *mount, struct shares *shares)
{
	unsigned long flags = flags_of(mount);
	int nr = shares_add(shares, command, spec, mount, flags & MS_RDONLY);
	bool file = nr >= 0 && shares->share[nr].text;
	char source[32];

	if (nr < 0)
		return nr;
	record_put(record, "type", file ? "file" : "9p");
	snprintf(source, sizeof(source), file ? RECORD_FILES "/%d" : RECORD_SHARE_TAG, nr);
	record_put(record, "source", source);
	/* what is written to a copy would be lost without anybody being told */
	record_put_number(record, "flags", file ? flags | MS_RDONLY : flags);
	return 0;
}

static int record_mount(FILE *record, const struct command *command, const struct spec *spec,
			struct json_object *mount, struct shares *shares)
{
	const char *type = made_type(text_of(mount, "type"));

	if (*text_of(mount, "destination") != '/')
		return refuse(command, mount, "needs an absolute destination");
	if (json_object_object_get(mount, "uidMappings"))
		return refuse(command, mount,
			      "has uidMappings, and the owners of a secure container's files are "
			      "those of this host");
	record_put(record, "mount", text_of(mount, "destination"));
	if (is_bind(mount) && is_shared_memory(mount)) {
		record_put(record, "type", "tmpfs");
		record_put(record, "source", "tmpfs");
		record_put_number(record, "flags", flags_of(mount));
		return 0;
	}
	if (is_bind(mount))
		return record_share(record, command, spec, mount, shares);
	if (!type)
		return refuse(command, mount,
			      "is of a file system that only this host's kernel has; a secure "
			      "container gets folders (bind), proc, sysfs, tmpfs, devpts, mqueue "
			      "and cgroup");
	record_put(record, "type", type);
	record_put(record, "source", type);
	record_put_number(record, "flags", flags_of(mount));
	/* those of hierarchies that the guest does not have */
	if (strcmp(type, "cgroup2"))
		put_data(record, mount);
	return 0;
}

static bool has_mount(const struct spec *spec, const char *path)
{
	for (size_t i = 0; i < count_of(spec); i++)
		if (!strcmp(text_of(mount_of(spec, i), "destination"), path))
			return true;
	return false;
}

/* What every container has, by the runtime specification, whether it says so or not. */
static void put_needed(FILE *record, const struct spec *spec, const char *path, const char *type,
		       const char *data)
{
	if (!has_mount(spec, path))
		put_made(record, path, type, data);
}

int mounts_record(FILE *record, const struct command *command, const struct spec *spec,
		  struct shares *shares)
{
	int err = 0;

	put_needed(record, spec, "/proc", "proc", "");
	put_needed(record, spec, "/dev", "tmpfs", "mode=755");
	for (size_t i = 0; !err && i < count_of(spec); i++)
		err = record_mount(record, command, spec, mount_of(spec, i), shares);
	put_needed(record, spec, "/dev/pts", "devpts", "newinstance,ptmxmode=0666,mode=0620");
	return err;
}

/* places */

static int open_below(int rootfd, const char *path, int flags)
{
	const struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};

	return syscall(SYS_openat2, rootfd, path, &how, sizeof(how));
}

/* In a folder that is below the root, with a name that is none of a link's. */
static void make_place(int folder, const char *name, bool is_file)
{
	if (is_file)
		mknodat(folder, name, S_IFREG | 0644, 0);
	else
		mkdirat(folder, name, 0755);
}

/* What cannot be made is missed by the guest, which says so. */
static void make_places(int rootfd, const char *path, bool is_file)
{
	char part[PATH_MAX] = "/";
	size_t length;

	for (; *(path += strspn(path, "/")); path += length) {
		int folder = open_below(rootfd, part, O_PATH | O_DIRECTORY);
		size_t at = strlen(part);

		length = strcspn(path, "/");
		if (folder < 0 || at + length + 2 > sizeof(part)) {
			if (folder >= 0)
				close(folder);
			return;
		}
		memcpy(part + at, path, length);
		part[at + length] = '\0';
		if (strcmp(part + at, "..") && strcmp(part + at, "."))
			make_place(folder, part + at,
				   is_file && !path[length + strspn(path + length, "/")]);
		strcat(part, "/");
		close(folder);
	}
}

static bool is_file_share(const struct spec *spec, struct json_object *mount)
{
	const char *source = text_of(mount, "source");
	struct stat st;
	int folder;
	bool file;

	if (!is_bind(mount))
		return false;
	folder = open(spec->bundle, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return false;
	file = !fstatat(folder, source, &st, 0) && S_ISREG(st.st_mode);
	close(folder);
	return file;
}

/* What is mounted on those is the guest's, and has what is needed. */
static bool is_in_guest(const char *path)
{
	return !strncmp(path, "/dev/", 5) || !strncmp(path, "/proc/", 6) ||
	       !strncmp(path, "/sys/", 5);
}

void mounts_make_places(const struct spec *spec)
{
	int rootfd = open(spec->rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (rootfd < 0)
		return;
	make_places(rootfd, "/proc", false);
	make_places(rootfd, "/dev", false);
	for (size_t i = 0; i < count_of(spec); i++) {
		struct json_object *mount = mount_of(spec, i);
		const char *path = text_of(mount, "destination");

		if (!is_in_guest(path))
			make_places(rootfd, path, is_file_share(spec, mount));
	}
	close(rootfd);
}
