/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bundle*.c: an OCI bundle */
#ifndef HWC_BUNDLE_H
#define HWC_BUNDLE_H

#include "annotation.h"
#include "vm.h"

struct json_object;

/**
 * struct hwc_bundle - a bundle
 * @ctx: keeps the sentences
 * @dirfd: its folder
 * @rootfd: root file system of the container, -1 until it is needed
 * @path: its configuration, for people
 * @config: the configuration
 * @changed: it is not what the file says
 * @from_file: the requests come from a file in the root file system
 * @file_known: that file was looked for
 * @file: that file, or NULL where there is none
 * @wants: the requests
 * @machine: the virtual machine
 * @granted: the host's policy allows what was read
 */
struct hwc_bundle {
	struct hwc_ctx *ctx;
	int dirfd;
	int rootfd;
	char *path;
	struct json_object *config;
	bool changed;
	bool from_file;
	bool file_known;
	struct json_object *file;
	struct hwc_wants wants;
	struct hwc_machine machine;
	bool granted;
};

/* The annotation, or NULL. */
const char *hwc_bundle_annotation(const struct hwc_bundle *bundle, const char *key);
/* The same of either: engines have names of their own for one thing. */
const char *hwc_bundle_engine_says(const struct hwc_bundle *bundle, const char *containerd,
				   const char *crio);
/* Opens the root file system, once. */
int hwc_bundle_root(struct hwc_bundle *bundle);
/* Reads the requests of the root file system, once. */
int hwc_bundle_read_file(struct hwc_bundle *bundle);
/* The annotations, or NULL. */
struct json_object *hwc_bundle_annotations(const struct hwc_bundle *bundle);
/* Name of the container in its pod, or NULL. */
const char *hwc_bundle_container(const struct hwc_bundle *bundle);
bool hwc_bundle_is_converted(const struct hwc_bundle *bundle);

/* bundle-vm.c */

int hwc_bundle_read_vm(struct hwc_bundle *bundle, bool sandbox);
/* Digests of those of its files that the container has, taken for those that they must have. */
int hwc_bundle_pin_vm(struct hwc_bundle *bundle);

#endif
