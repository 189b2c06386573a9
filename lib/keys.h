/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* keys.c: what is an annotation of ours, what looks like one */
#ifndef HWC_KEYS_H
#define HWC_KEYS_H

/**
 * enum hwc_key - what a key of an annotation is
 * @HWC_KEY_FOREIGN: somebody else's
 * @HWC_KEY_RESOURCE: names a resource: a path, an address or a known name
 * @HWC_KEY_OURS: in our name space
 * @HWC_KEY_VM: says something of a virtual machine
 * @HWC_KEY_MISTAKEN: looks like a resource and is none
 */
enum hwc_key {
	HWC_KEY_FOREIGN,
	HWC_KEY_RESOURCE,
	HWC_KEY_OURS,
	HWC_KEY_VM,
	HWC_KEY_MISTAKEN,
};

#define HWC_KEY_PREFIX "org.hwcontainer."
#define HWC_KEY_MARK HWC_KEY_PREFIX "allocated"
#define HWC_KEY_EDITS HWC_KEY_PREFIX "edits"
#define HWC_KEY_RESTART HWC_KEY_PREFIX "restart"
#define HWC_KEY_WATCHDOG HWC_KEY_PREFIX "watchdog-ms"
#define HWC_KEY_GROUP HWC_KEY_PREFIX "group"
#define HWC_KEY_WAIT HWC_KEY_PREFIX "wait"
#define HWC_KEY_VM_PREFIX HWC_KEY_PREFIX "vm"
#define HWC_REQUESTS_PATH "/etc/hwcontainer.json"

enum hwc_key hwc_key_classify(const char *key);

/**
 * hwc_key_resource() - the name the kernel knows a resource by
 * @key: as a person writes it: "02:00.1", "/remoteproc0", "/amba/pr@1"
 *
 * Return: the name, to be freed, or NULL without memory.
 */
char *hwc_key_resource(const char *key);

#endif
