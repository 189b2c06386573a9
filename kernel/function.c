// SPDX-License-Identifier: GPL-2.0-only
/*
 * hwcontainer: functions, what resources do once an image is loaded, such as sha256.
 *
 * The kernel does not know what an image computes. Administrators give it a name, in a line of
 * a list of images, and groups count claims by it. A name that was said once keeps its place
 * until the module goes, so that what is counted there stays what it is.
 */
#include <linux/ctype.h>
#include <linux/string.h>

#include "core.h"
#include "group.h"

static char hwc_functions[HWC_FUNCTIONS][HWC_FUNCTION_MAX + 1];
static unsigned int hwc_n_functions;

/* Of what groups count in @slot; "" where there is none. */
const char *hwc_function_of_slot_locked(unsigned int slot)
{
	lockdep_assert_held(&hwc_lock);
	if (slot < HWC_KINDS || slot >= HWC_SLOTS)
		return "";
	return hwc_functions[slot - HWC_KINDS];
}

/* It comes back in sentences, and in files with "=" and ":" around it. */
bool hwc_function_is_name(const char *name)
{
	const char *c;

	for (c = name; *c; c++)
		if (!isascii(*c) || (!isalnum(*c) && !strchr("-_.+", *c)))
			return false;
	return c > name && c - name <= HWC_FUNCTION_MAX;
}

/**
 * hwc_function_take_slot_locked() - where do groups count a function?
 * @name: of the function; known from now on
 *
 * Context: core lock held.
 * Return: the slot, which is behind those of kinds; -EINVAL when that is no name; -ENOSPC when
 * there are too many.
 */
int hwc_function_take_slot_locked(const char *name)
{
	unsigned int i;

	lockdep_assert_held(&hwc_lock);
	if (!hwc_function_is_name(name))
		return -EINVAL;
	for (i = 0; i < hwc_n_functions; i++)
		if (!strcmp(hwc_functions[i], name))
			return HWC_KINDS + i;
	if (i == HWC_FUNCTIONS)
		return -ENOSPC;
	strscpy(hwc_functions[i], name);
	hwc_n_functions++;
	return HWC_KINDS + i;
}

unsigned int hwc_functions_known_locked(void)
{
	lockdep_assert_held(&hwc_lock);
	return hwc_n_functions;
}

/* As if nothing had been said since @known were: the write that did is refused. */
void hwc_functions_forget_locked(unsigned int known)
{
	lockdep_assert_held(&hwc_lock);
	while (hwc_n_functions > known)
		*hwc_functions[--hwc_n_functions] = '\0';
}
