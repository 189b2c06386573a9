// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl image rewrite OVERLAY|DIR [OUT] */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "hwctl.h"

/**
 * struct wish - what is rewritten
 * @in: an overlay, or a folder
 * @out: file that receives the result, or NULL
 * @resource: what it is for, or NULL
 * @shell: overlay of the shell, or NULL
 */
struct wish {
	const char *in;
	const char *out;
	const char *resource;
	const char *shell;
};

static int parse(struct hwctl *h, int argc, char **argv, struct wish *w)
{
	static const struct option options[] = {
		{ "resource", required_argument, NULL, 'r' },
		{ "shell", required_argument, NULL, 's' },
		{ 0 },
	};
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			w->resource = optarg;
		else if (option == 's')
			w->shell = optarg;
		else
			return usage(h, "see hwctl image rewrite -h");
	}
	if (optind == argc || argc - optind > 2)
		return usage(h, optind == argc ? "no overlay is given" : "one overlay at a time");
	w->in = argv[optind];
	w->out = argv[optind + 1];
	return DONE;
}

void show_rewrite(const struct hwc_rewrite *rewrite)
{
	for (size_t i = 0; i < hwc_rewrite_changes(rewrite); i++)
		field("change", PLAIN, text("%s", hwc_rewrite_change(rewrite, i)->text));
	if (!hwc_rewrite_changes(rewrite))
		field("change", PLAIN, text("none is needed"));
	if (hwc_rewrite_firmware(rewrite))
		field("firmware", PLAIN, text("%s", hwc_rewrite_firmware(rewrite)));
	if (hwc_rewrite_slots(rewrite))
		field("slots", PLAIN, text("%zu", hwc_rewrite_slots(rewrite)));
}

struct json_object *json_rewrite(const struct hwc_rewrite *rewrite)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *changes = need(json_object_new_array());

	for (size_t i = 0; i < hwc_rewrite_changes(rewrite); i++) {
		struct json_object *change = need(json_object_new_object());

		json_text(change, "node", hwc_rewrite_change(rewrite, i)->node);
		json_text(change, "text", hwc_rewrite_change(rewrite, i)->text);
		json_object_array_add(changes, change);
	}
	json_object_object_add(json, "change", changes);
	json_text(json, "firmware-name", hwc_rewrite_firmware(rewrite));
	json_number(json, "slots", hwc_rewrite_slots(rewrite));
	json_number(json, "size", hwc_rewrite_size(rewrite));
	json_digest(json, "overlay-digest", hwc_rewrite_digest(rewrite));
	return json;
}

static int write_out(const struct wish *w, const struct hwc_rewrite *rewrite)
{
	size_t size = hwc_rewrite_size(rewrite);
	FILE *file = fopen(w->out, "we");
	bool good = file && fwrite(hwc_rewrite_data(rewrite), 1, size, file) == size;

	if (file && fclose(file))
		good = false;
	if (!good)
		say("%s: %s", w->out, strerror(errno));
	return good ? DONE : REFUSED;
}

static int tell(struct hwctl *h, const struct wish *w, const char *path,
		const struct hwc_rewrite *rewrite)
{
	struct json_object *json;

	if (h->json) {
		json = json_rewrite(rewrite);
		json_text(json, "path", path);
		json_print(h, json);
	} else {
		field("overlay", HEAD, text("%s", path));
		show_rewrite(rewrite);
		field("size", PLAIN, text("%zu bytes", hwc_rewrite_size(rewrite)));
		field("digest", PLAIN, digest_text(hwc_rewrite_digest(rewrite)));
	}
	return w->out ? write_out(w, rewrite) : DONE;
}

static int rewrite_file(struct hwctl *h, const struct wish *w)
{
	const struct hwc_rewrite_place place = { .region = w->resource, .shell = w->shell };
	struct hwc_rewrite *rewrite;
	int ret;

	if (hwc_rewrite_open(h->ctx, w->in, &place, &rewrite))
		return refused(h);
	ret = tell(h, w, w->in, rewrite);
	hwc_rewrite_free(rewrite);
	return ret;
}

static int rewrite_folder(struct hwctl *h, const struct wish *w)
{
	const struct hwc_data_place place = { 0 };
	struct hwc_data *data;
	char *path;
	int ret;

	if (!w->resource)
		return usage(h, "%s is a folder: --resource says what it is for", w->in);
	if (w->shell)
		return usage(h, "%s is a folder: the shell is looked for above it", w->in);
	path = absolute(w->in);
	if (!path)
		return REFUSED;
	ret = hwc_data_open(h->ctx, &place, w->resource, path, NULL, &data) ? refused(h) : DONE;
	free(path);
	if (ret != DONE)
		return ret;
	if (hwc_data_rewrite(data)) {
		ret = tell(h, w, hwc_data_overlay_path(data), hwc_data_rewrite(data));
	} else {
		say("%s has no overlay", w->in);
		ret = REFUSED;
	}
	hwc_data_free(data);
	return ret;
}

int image_rewrite(struct hwctl *h, int argc, char **argv)
{
	struct wish w = { 0 };
	struct stat st;
	int ret = parse(h, argc, argv, &w);

	if (ret != DONE)
		return ret;
	if (!stat(w.in, &st) && S_ISDIR(st.st_mode))
		return rewrite_folder(h, &w);
	return rewrite_file(h, &w);
}
