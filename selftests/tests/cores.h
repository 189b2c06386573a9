/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Remote processors as Linux shows them, and the one that tests of containers have: a
 * real one where the machine has some, and else a simulated one.
 */
#ifndef HWC_TEST_CORES_H
#define HWC_TEST_CORES_H

#include <dirent.h>

#include "hwc.h"

#define CLASS "/sys/class/remoteproc/"
#define DEBUG "/sys/kernel/debug/remoteproc/"
#define PLACED "/lib/firmware/hwcontainer/"

/* A path made of three parts. */
static inline const char *path(const char *a, const char *b, const char *c)
{
	static char text[4][512];
	static int next;

	next = (next + 1) % 4;
	snprintf(text[next], sizeof(text[next]), "%s%s%s", a, b, c);
	return text[next];
}

static inline bool contains(const char *file, const char *want)
{
	return strstr(hwc_test_read(file), want);
}

/* Which remoteprocN other than @but is called @name; empty when there is none. */
static inline void find_other(const char *name, const char *but, char *core)
{
	DIR *dir = opendir(CLASS);
	struct dirent *e;

	*core = '\0';
	while (dir && (e = readdir(dir))) {
		const char *is;

		if (e->d_name[0] == '.' || !strcmp(e->d_name, but))
			continue;
		is = hwc_test_read(path(CLASS, e->d_name, "/name"));
		if (!strncmp(is, name, strlen(name)) && is[strlen(name)] == '\n')
			snprintf(core, 32, "%.31s", e->d_name);
	}
	if (dir)
		closedir(dir);
}

static inline void find_core(const char *name, char *core)
{
	find_other(name, "", core);
}

static inline bool is_state(const char *core, const char *state)
{
	return contains(path(CLASS, core, "/state"), state);
}

/**
 * struct hwc_test_core - the first core of a machine
 * @name: what its driver calls it
 * @firmware: a file for it
 * @says: the first line that this writes into its trace buffer
 * @running: a file that says how many run, or which
 * @module: its driver, where that is not there yet
 */
struct hwc_test_core {
	const char *name;
	const char *firmware;
	const char *says;
	const char *running;
	const char *module;
};

static const struct hwc_test_core hwc_test_simulated_core = {
	.name = "sim-core0",
	.firmware = HWC_IMAGES "hello.elf",
	.says = "sim-core0: hello",
	.running = "/sys/kernel/debug/hwcontainer-sim-rproc/running",
	.module = "hwcontainer-sim-rproc",
};

static const struct hwc_test_core hwc_test_r5 = {
	.name = "fe800000.r5f",
	.firmware = "/hwc/firmware/r5-core0.elf",
	.says = "core 0: started",
	.running = HWC_MGR "rpus",
};

static inline const struct hwc_test_core *hwc_test_core(void)
{
	return strcmp(hwc_test_machine()->name, "versal") ? &hwc_test_simulated_core : &hwc_test_r5;
}

static inline int hwc_test_core_load(void)
{
	char command[64];

	if (!hwc_test_core()->module)
		return 0;
	snprintf(command, sizeof(command), "modprobe %s", hwc_test_core()->module);
	return hwc_test_run(command);
}

static inline int hwc_test_core_unload(void)
{
	char command[64];

	if (!hwc_test_core()->module)
		return 0;
	snprintf(command, sizeof(command), "rmmod %s", hwc_test_core()->module);
	return hwc_test_run(command);
}

#endif
