// SPDX-License-Identifier: GPL-2.0-or-later
/* Remote processors as sysfs has them. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include "firmware.h"

#define CLASS "/sys/class/remoteproc"

int cores_open(struct hwc_ctx *ctx)
{
	return hwc_ctx_open(ctx, CLASS, O_PATH | O_DIRECTORY);
}

bool core_state(int classfd, const char *core, char *word)
{
	char path[HWCONTAINER_NAME_MAX + 16];

	snprintf(path, sizeof(path), "%s/state", core);
	if (!read_text_at(classfd, path, word, CORE_STATE_SIZE))
		return false;
	word[strcspn(word, "\n")] = '\0';
	return true;
}

bool cores_speak(const struct core_list *cores)
{
	for (size_t i = 0; i < cores->count; i++)
		if (cores->core[i].speaks)
			return true;
	return false;
}

const struct core *cores_silent(const struct core_list *cores, int64_t ms)
{
	for (size_t i = 0; i < cores->count; i++)
		if (cores->core[i].speaks && now_ms() - cores->core[i].heard_ms > ms)
			return &cores->core[i];
	return NULL;
}
