// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Remote processors, in the words of the kernel's folders: what sysfs says of one is
 * written there, its trace is a file, and what is written to the FIFO "crash" beside
 * that makes it crash. Files "fail_start" and "fail_stop" there may hold an error.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "model.h"

#define CLASS "sys/class/remoteproc"
#define DEBUG "sys/kernel/debug/remoteproc"
#define FIRMWARE "lib/firmware/hwcontainer"

#define FIRMWARE_MAX 65536

struct core *cores;

/* One line of a file; "" where there is none. */
static void read_line(char *text, size_t room, const char *folder, const struct core *core,
		      const char *name)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s/%s", folder, core->name, name);
	file = fopen(path, "re");
	if (!file || !fgets(text, room, file))
		*text = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
}

static void write_line(const char *folder, const struct core *core, const char *name,
		       const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void write_line(const char *folder, const struct core *core, const char *name,
		       const char *fmt, ...)
{
	char path[256];
	va_list args;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s/%s", folder, core->name, name);
	file = fopen(path, "we");
	if (!file)
		return;
	va_start(args, fmt);
	vfprintf(file, fmt, args);
	va_end(args);
	fclose(file);
}

static int error_of(const struct core *core, const char *knob)
{
	char text[16];

	read_line(text, sizeof(text), DEBUG, core, knob);
	return atoi(text);
}

/* The first member. */
static void crashed(struct watch *watch)
{
	struct core *core = (struct core *)watch;
	char text[64];

	if (read(watch->fd, text, sizeof(text)) <= 0 || !core->running || !core->claim)
		return;
	write_line(CLASS, core, "state", "crashed\n");
	snprintf(core->claim->message, sizeof(core->claim->message), "%s crashed", core->name);
	claim_fail(core->claim, -EIO);
}

static int add(const char *name)
{
	struct core *core = calloc(1, sizeof(*core));
	char path[256];

	if (!core)
		return -ENOMEM;
	snprintf(core->name, sizeof(core->name), "%s", name);
	read_line(core->alias, sizeof(core->alias), CLASS, core, "name");
	core->id = cores ? cores->id + 1 : 1;
	core->next = cores;
	cores = core;
	snprintf(path, sizeof(path), DEBUG "/%s", name);
	if (mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	strncat(path, "/crash", sizeof(path) - strlen(path) - 1);
	if (mkfifo(path, 0600) && errno != EEXIST)
		return -errno;
	/* it is its own writer, too, so that others may come and go */
	watch_add(&core->crash, open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC), crashed);
	return 0;
}

int cores_find(void)
{
	struct dirent **entries;
	int n = scandir(CLASS, &entries, NULL, alphasort), err = n < 0 ? -errno : 0;

	mkdir("sys/kernel", 0700);
	mkdir("sys/kernel/debug", 0700);
	mkdir(DEBUG, 0700);
	while (n-- > 0) {
		if (!err && *entries[n]->d_name != '.')
			err = add(entries[n]->d_name);
		free(entries[n]);
	}
	free(entries);
	return err;
}

/* One whose folder was taken away has left. */
static bool is_there(const struct core *core)
{
	char path[256];

	snprintf(path, sizeof(path), CLASS "/%s", core->name);
	return !access(path, F_OK);
}

struct core *core_named(const char *name)
{
	struct core *core = cores;

	while (core && strcmp(core->name, name) && strcmp(core->alias, name))
		core = core->next;
	return core && is_there(core) ? core : NULL;
}

const char *core_busy(const struct core *core)
{
	static char state[32];

	if (core->running)
		return NULL;
	read_line(state, sizeof(state), CLASS, core, "state");
	return strcmp(state, "offline") ? state : NULL;
}

/* The first line of firmware is what it says, for it is no program. */
static int place(const struct core *core, int image)
{
	static char data[FIRMWARE_MAX];
	ssize_t size = pread(image, data, sizeof(data), 0);
	char path[256];
	int fd;

	mkdir("lib", 0755);
	mkdir("lib/firmware", 0755);
	mkdir(FIRMWARE, 0700);
	snprintf(path, sizeof(path), FIRMWARE "/%s", core->name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || size < 0 || write(fd, data, size) != size)
		return -EIO;
	close(fd);
	write_line(CLASS, core, "firmware", "hwcontainer/%s\n", core->name);
	write_line(DEBUG, core, "trace0", "%s: %.*s\n", core->alias, (int)strcspn(data, "\n"),
		   data);
	return 0;
}

int core_start(struct core *core, int image, char *why, size_t room)
{
	int err = error_of(core, "fail_start");

	core_stop(core);
	if (core->running) {
		snprintf(why, room, "%s", core->message);
		return -EBUSY;
	}
	read_line(core->firmware, sizeof(core->firmware), CLASS, core, "firmware");
	core->running = true;
	if (!err)
		err = -place(core, image);
	write_line(CLASS, core, "state", err ? "offline\n" : "running\n");
	if (err)
		snprintf(why, room, "%s could not be started (error %d)", core->name, err);
	return -err;
}

/* It stays as it is where it does not stop. */
void core_stop(struct core *core)
{
	int err = error_of(core, "fail_stop");
	char path[256];

	if (!core->running)
		return;
	*core->message = '\0';
	if (err) {
		snprintf(core->message, sizeof(core->message),
			 "%s still runs and does not stop (error %d)", core->name, err);
		return;
	}
	core->running = false;
	write_line(CLASS, core, "state", "offline\n");
	write_line(CLASS, core, "firmware", "%s\n", core->firmware);
	snprintf(path, sizeof(path), DEBUG "/%s/trace0", core->name);
	unlink(path);
	snprintf(path, sizeof(path), FIRMWARE "/%s", core->name);
	unlink(path);
	rmdir(FIRMWARE);
}
