// SPDX-License-Identifier: GPL-2.0-or-later
/* A command that lives with its claims, or nothing but the claims. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "hwctl.h"

/* The environment a container would get, set for this process. */
static int set_environment(const char *edits)
{
	struct json_object *json = json_tokener_parse(edits);
	struct json_object *env;
	int err = 0;

	if (json_object_object_get_ex(json, "env", &env)) {
		for (size_t i = 0; !err && i < json_object_array_length(env); i++) {
			const char *set = json_object_get_string(json_object_array_get_idx(env, i));

			err = putenv(need(strdup(set)));
		}
	}
	json_object_put(json);
	return err;
}

static int add_claims(struct hwctl *h, struct hwc_edits *edits, const struct hwc_grant *grants,
		      size_t n)
{
	int err = 0;

	for (size_t i = 0; !err && i < n; i++) {
		struct hwc_claim *claim;

		err = hwc_claim_get(h->ctx, grants[i].id, &claim);
		if (err)
			return err;
		err = hwc_edits_claim(edits, claim, i);
		hwc_claim_free(claim);
	}
	return err;
}

static int export_claims(struct hwctl *h, const struct hwc_grant *grants, size_t n)
{
	struct hwc_edits *edits;
	int err;

	err = hwc_edits_new(h->ctx, &edits);
	if (err)
		return err;
	err = add_claims(h, edits, grants, n);
	if (!err)
		err = set_environment(hwc_edits_json(edits));
	hwc_edits_free(edits);
	return err;
}

/* The claims are held by this process, which becomes the command. */
int run_holding(struct hwctl *h, const struct hwc_grant *grants, size_t n, char **command)
{
	if (export_claims(h, grants, n))
		return refused(h);
	execvp(command[0], command);
	say("%s: %s", command[0], strerror(errno));
	return REFUSED;
}

static int watch(struct hwctl *h, const struct pollfd *files, const struct hwc_grant *grants,
		 size_t n)
{
	(void)h;
	for (size_t i = 0; i < n; i++) {
		if (files[i].revents) {
			say("claim %u was ended by somebody else", grants[i].id);
			return REFUSED;
		}
	}
	return DONE;
}

int hold(struct hwctl *h, int holder, const struct hwc_grant *grants, size_t n)
{
	struct pollfd *files = need(calloc(n, sizeof(*files)));
	int ret = DONE;

	for (size_t i = 0; i < n; i++) {
		files[i].fd = hwc_claim_open(h->ctx, holder, grants[i].id);
		if (files[i].fd < 0)
			ret = refused(h);
	}
	while (ret == DONE && !was_interrupted()) {
		if (poll(files, n, -1) > 0)
			ret = watch(h, files, grants, n);
	}
	for (size_t i = 0; i < n; i++)
		if (files[i].fd >= 0)
			close(files[i].fd);
	free(files);
	return ret;
}
