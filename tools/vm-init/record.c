// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of what to run. It comes from the runtime: what it says is tried as it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "vm-init.h"

/* More than arguments and variables of a process can be. */
#define RECORD_MAX (16u << 20)

/* Room for one more element at the end of a list, which is zero. */
static void *grow(void **list, size_t count, size_t size)
{
	char *longer = realloc(*list, (count + 1) * size);

	if (!longer)
		return NULL;
	*list = longer;
	return memset(longer + count * size, 0, size);
}

/* Lists of strings always end with NULL. */
static int add_string(char ***list, size_t *count, const char *text)
{
	if (!grow((void **)list, *count + 1, sizeof(**list)))
		return -ENOMEM;
	(*list)[(*count)++] = (char *)text;
	return 0;
}

static int add_group(struct record *record, const char *value)
{
	gid_t *group = grow((void **)&record->groups, record->group_count, sizeof(*group));

	if (!group)
		return -ENOMEM;
	*group = strtoul(value, NULL, 10);
	record->group_count++;
	return 0;
}

static int add_limit(struct record *record, const char *value)
{
	struct limit *limit = grow((void **)&record->limits, record->limit_count, sizeof(*limit));
	char *at;

	if (!limit)
		return -ENOMEM;
	limit->resource = strtol(value, &at, 10);
	limit->value.rlim_cur = strtoull(at, &at, 10);
	limit->value.rlim_max = strtoull(at, NULL, 10);
	record->limit_count++;
	return 0;
}

static int add_mount(struct record *record, const char *path)
{
	struct mount *mount = grow((void **)&record->mounts, record->mount_count, sizeof(*mount));

	if (!mount)
		return -ENOMEM;
	*mount = (struct mount){ .path = path, .type = "", .source = "", .data = "" };
	record->mount_count++;
	return 0;
}

static int take_caps(struct record *record, const char *value)
{
	char *at = (char *)value;

	for (int i = 0; i < CAPS_SETS; i++)
		record->caps[i] = strtoull(at, &at, 10);
	return 0;
}

static int take_list(struct record *record, const char *key, const char *value)
{
	if (!strcmp(key, "arg"))
		return add_string(&record->args, &record->arg_count, value);
	if (!strcmp(key, "env"))
		return add_string(&record->env, &record->env_count, value);
	if (!strcmp(key, "sysctl"))
		return add_string(&record->sysctls, &record->sysctl_count, value);
	if (!strcmp(key, "protect"))
		return add_string(&record->readonly_paths, &record->readonly_count, value);
	if (!strcmp(key, "mask"))
		return add_string(&record->masked_paths, &record->masked_count, value);
	if (!strcmp(key, "group"))
		return add_group(record, value);
	if (!strcmp(key, "rlimit"))
		return add_limit(record, value);
	if (!strcmp(key, "mount"))
		return add_mount(record, value);
	if (!strcmp(key, "cap"))
		return take_caps(record, value);
	return -ENOKEY;
}

static int take_of_mount(struct record *record, const char *key, const char *value)
{
	struct mount *mount;

	if (!record->mount_count)
		return -ENOKEY;
	mount = &record->mounts[record->mount_count - 1];
	if (!strcmp(key, "type"))
		mount->type = value;
	else if (!strcmp(key, "source"))
		mount->source = value;
	else if (!strcmp(key, "flags"))
		mount->flags = strtoul(value, NULL, 10);
	else if (!strcmp(key, "data"))
		mount->data = value;
	else
		return -ENOKEY;
	return 0;
}

static int take_string(struct record *record, const char *key, const char *value)
{
	if (!strcmp(key, "hostname"))
		record->hostname = value;
	else if (!strcmp(key, "cwd"))
		record->cwd = value;
	else if (!strcmp(key, "root"))
		record->root = value;
	else
		return -ENOKEY;
	return 0;
}

static int take_number(struct record *record, const char *key, const char *value)
{
	unsigned long number = strtoul(value, NULL, 10);

	if (!strcmp(key, "uid"))
		record->uid = number;
	else if (!strcmp(key, "gid"))
		record->gid = number;
	else if (!strcmp(key, "umask"))
		record->umask = number;
	else if (!strcmp(key, "nnp"))
		record->no_new_privs = number;
	else if (!strcmp(key, "terminal"))
		record->terminal = number;
	else if (!strcmp(key, "rows"))
		record->rows = number;
	else if (!strcmp(key, "columns"))
		record->columns = number;
	else if (!strcmp(key, "readonly"))
		record->readonly = number;
	else
		return -ENOKEY;
	return 0;
}

static int take(struct record *record, char *word)
{
	static int (*const takers[])(struct record * record, const char *key,
				     const char *value) = { take_list, take_of_mount, take_string,
							    take_number };
	char *value = strchr(word, '=');
	int err = -ENOKEY;

	if (!value)
		return err;
	*value++ = '\0';
	for (size_t i = 0; err == -ENOKEY && i < sizeof(takers) / sizeof(*takers); i++)
		err = takers[i](record, word, value);
	return err;
}

static int take_all(struct record *record, size_t size, const char **wrong)
{
	char *word = record->text, *end = word + size, *next;

	if (!size || end[-1]) {
		*wrong = "it does not end where a word ends";
		return -EINVAL;
	}
	if (strcmp(word, RECORD_VERSION)) {
		*wrong = "it is of another version: runtime and vm-init belong together";
		return -EINVAL;
	}
	for (word += strlen(word) + 1; word < end; word = next) {
		int err;

		/* before the word is cut into two */
		next = word + strlen(word) + 1;
		err = take(record, word);

		if (err) {
			*wrong = err == -ENOMEM ? "out of memory" : word;
			return err;
		}
	}
	return 0;
}

int record_parse(struct record *record, char *text, size_t size, const char **wrong)
{
	int err;

	*record = (struct record){ .text = text, .cwd = "/", .root = "9p", .umask = -1 };
	err = take_all(record, size, wrong);
	if (!err && (!record->args || !record->root)) {
		*wrong = "it has nothing to run";
		err = -EINVAL;
	}
	if (!err && !grow((void **)&record->env, record->env_count, sizeof(*record->env))) {
		*wrong = "out of memory";
		err = -ENOMEM;
	}
	return err;
}

/* The size of a file in the initramfs is what it is. */
static char *read_file(const char *path, size_t *size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	struct stat st;

	if (fd < 0)
		return NULL;
	if (!fstat(fd, &st) && st.st_size <= RECORD_MAX)
		text = malloc(st.st_size + 1);
	if (text && read(fd, text, st.st_size) != st.st_size) {
		free(text);
		text = NULL;
	}
	close(fd);
	*size = text ? st.st_size : 0;
	return text;
}

int record_read(struct record *record, const char *path, const char **wrong)
{
	size_t size;
	char *text = read_file(path, &size);

	if (text)
		return record_parse(record, text, size, wrong);
	*record = (struct record){ 0 };
	*wrong = "it cannot be read";
	return -EIO;
}

void record_free(struct record *record)
{
	free(record->text);
	free(record->args);
	free(record->env);
	free(record->sysctls);
	free(record->readonly_paths);
	free(record->masked_paths);
	free(record->groups);
	free(record->limits);
	free(record->mounts);
	*record = (struct record){ 0 };
}
