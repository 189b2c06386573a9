// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is an annotation of ours, and what only looks like one. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "ctx.h"
#include "keys.h"
#include "vm.h"

/* Characters of a node name and its unit address (Devicetree spec. 2.2.1). */
static bool is_tree_path(const char *key)
{
	const char *at;

	if (key[0] != '/')
		return false;
	for (at = key; *at; at++) {
		if (*at == '/' && (at[1] == '/' || !at[1]))
			return false;
		if (!isalnum((unsigned char)*at) && !strchr("/,._+-@", *at))
			return false;
	}
	return true;
}

static const char *skip_hex(const char *at, int digits)
{
	while (digits--)
		if (!isxdigit((unsigned char)*at++))
			return NULL;
	return at;
}

/* [DDDD:]BB:DD.F as lspci prints it */
static bool is_pci_address(const char *key)
{
	const char *at = skip_hex(key, 4);

	at = at && *at == ':' ? at + 1 : key;
	at = skip_hex(at, 2);
	if (!at || *at++ != ':')
		return false;
	at = skip_hex(at, 2);
	if (!at || *at++ != '.')
		return false;
	return *at >= '0' && *at <= '7' && !at[1];
}

static bool is_numbered(const char *key, const char *name)
{
	size_t len = strlen(name);

	return !strncmp(key, name, len) && key[len] && !key[len + strspn(key + len, "0123456789")];
}

static bool is_known_name(const char *key)
{
	return is_numbered(key, "remoteproc");
}

/*
 * A mistake must not start a container without its hardware, and an annotation
 * of somebody else must not be refused: these are too near to be chance.
 */
static bool looks_like_resource(const char *key)
{
	static const char *const beginnings[] = { "fpga", "remoteproc", "rproc", "pci" };
	size_t i;

	if (key[0] == '/')
		return true;
	if (strchr(key, ':') && !key[strspn(key, "0123456789abcdefABCDEF:.")])
		return true;
	for (i = 0; i < HWC_ARRAY_SIZE(beginnings); i++)
		if (!strncasecmp(key, beginnings[i], strlen(beginnings[i])))
			return !strpbrk(key, "./");
	return false;
}

enum hwc_key hwc_key_classify(const char *key)
{
	if (hwc_vm_is_key(key))
		return HWC_KEY_VM;
	if (!strncmp(key, HWC_KEY_PREFIX, strlen(HWC_KEY_PREFIX)))
		return HWC_KEY_OURS;
	if (is_tree_path(key) || is_pci_address(key) || is_known_name(key))
		return HWC_KEY_RESOURCE;
	return looks_like_resource(key) ? HWC_KEY_MISTAKEN : HWC_KEY_FOREIGN;
}

char *hwc_key_resource(const char *key)
{
	char *name, *at;

	if (key[0] == '/' && is_known_name(key + 1))
		return strdup(key + 1);
	if (!is_pci_address(key))
		return strdup(key);
	/* the domain may be left out, and the kernel writes lower case */
	if (asprintf(&name, "%s%s", strlen(key) < 12 ? "0000:" : "", key) < 0)
		return NULL;
	for (at = name; *at; at++)
		*at = tolower((unsigned char)*at);
	return name;
}
