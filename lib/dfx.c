// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Folders as dfx-mgr has them (Xilinx/dfx-mgr, "Base and Accelerator Bitstreams
 * and Overlays"): /lib/firmware/xilinx/APP with shell.json, and for a shell
 * ACCEL/ACCEL_slotN in it with accel.json; in each an image and its overlay.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "array.h"
#include "clean.h"
#include "ctx.h"
#include "dfx.h"
#include "file.h"
#include "json.h"
#include "overlay.h"
#include "root.h"

#define JSON_MAX (64u << 10)
#define DEPTH_MAX 4
#define FOLDERS_MAX 1024 /* as links may lead in circles */
#define FIRMWARE "/lib/firmware"

/**
 * struct scan - a look at folders
 * @ctx: keeps the sentence
 * @rootfd: where paths begin
 * @dfx: receives what is found
 */
struct scan {
	struct hwc_ctx *ctx;
	int rootfd;
	struct hwc_dfx *dfx;
};

static struct hwc_dfx_entry *last_entry(const struct scan *s)
{
	return (struct hwc_dfx_entry *)s->dfx->entries.data + s->dfx->entries.count - 1;
}

const struct hwc_dfx_entry *hwc_dfx_entry(const struct hwc_dfx *dfx, size_t i)
{
	return (const struct hwc_dfx_entry *)dfx->entries.data + i;
}

static int keep_string(const struct scan *s, struct hwc_array *strings, char *text)
{
	return hwc_strings_add(strings, text) ? hwc_err_nomem(s->ctx) : 0;
}

static int problem(const struct scan *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int problem(const struct scan *s, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	if (text)
		hwc_clean_text(text);
	return keep_string(s, &last_entry(s)->problems, text);
}

/* An error of the library becomes a problem of the folder, all but its own. */
static int as_problem(const struct scan *s, int err)
{
	return err && err != -ENOMEM ? problem(s, "%s", hwc_ctx_error(s->ctx)) : err;
}

static const char *name_at(const struct hwc_array *names, size_t i)
{
	return ((char **)names->data)[i];
}

static bool has_name(const struct hwc_array *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(name_at(names, i), name))
			return true;
	return false;
}

static bool any_name(const struct hwc_array *names, bool (*is_sort)(const char *name))
{
	for (size_t i = 0; i < names->count; i++)
		if (is_sort(name_at(names, i)))
			return true;
	return false;
}

static char *join_path(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

char *hwc_dfx_folder(const char *path)
{
	size_t length = strlen(path);

	while (length && path[length - 1] == '/')
		length--;
	return strndup(path, length);
}

bool hwc_dfx_is_app(struct hwc_ctx *ctx, int rootfd, const char *path)
{
	char *file = join_path(path, "shell.json");
	int fd = -1;

	if (file && !hwc_root_open(ctx, rootfd, "", file, JSON_MAX, &fd))
		close(fd);
	free(file);
	return fd >= 0;
}

/* "AES128_slot1" is for slot 1; -1 for other names. */
static int slot_of(const char *path)
{
	static const char mark[] = "_slot";
	const char *slash = strrchr(path, '/'), *at;

	for (at = strstr(slash ? slash : path, mark); at; at = strstr(at + 1, mark))
		if (isdigit((unsigned char)at[strlen(mark)]) &&
		    !at[strlen(mark) + strspn(at + strlen(mark), "0123456789")] &&
		    strlen(at + strlen(mark)) <= 4)
			return atoi(at + strlen(mark));
	return -1;
}

/* json */

static int read_json(const struct scan *s, const char *folder, const char *name,
		     struct json_object **obj)
{
	char *path = join_path(folder, name);
	int fd, err;

	if (!path)
		return hwc_err_nomem(s->ctx);
	err = hwc_root_open(s->ctx, s->rootfd, "", path, JSON_MAX, &fd);
	if (!err) {
		err = hwc_json_read(s->ctx, fd, path, JSON_MAX, obj);
		close(fd);
	}
	free(path);
	return err;
}

static int set_text(const struct scan *s, const char **field, const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		return hwc_err_nomem(s->ctx);
	hwc_clean_text(copy);
	free((char *)*field);
	*field = copy;
	return 0;
}

static int take_shell(const struct scan *s, struct json_object *obj)
{
	struct hwc_dfx_item *item = &last_entry(s)->item;
	const char *type = hwc_json_string(obj, "shell_type");
	struct json_object *slots;
	int err;

	if (!type)
		return problem(s, "shell.json has no shell_type");
	err = set_text(s, &item->kind, type);
	if (err)
		return err;
	if (!strcmp(type, "PL_DFX"))
		item->type = HWC_DFX_SHELL;
	else if (strcmp(type, "PL_FLAT") && strcmp(type, "XRT_FLAT"))
		return problem(s, "shell_type %s is not PL_DFX, PL_FLAT or XRT_FLAT", type);
	if (json_object_object_get_ex(obj, "num_pl_slots", &slots)) {
		int n = json_object_get_int(slots);

		item->slots = n > 0 && n <= 9999 ? n : 0;
	}
	return 0;
}

static int take_accel(const struct scan *s, struct json_object *obj)
{
	struct hwc_dfx_entry *entry = last_entry(s);
	const char *type = hwc_json_string(obj, "accel_type");
	struct json_object *devices;
	int err = type ? set_text(s, &entry->item.kind, type) : 0;

	if (err || !json_object_object_get_ex(obj, "accel_devices", &devices))
		return err;
	if (!json_object_is_type(devices, json_type_array))
		return problem(s, "accel.json has accel_devices that are no list");
	for (size_t i = 0; !err && i < json_object_array_length(devices); i++) {
		struct json_object *device = json_object_array_get_idx(devices, i);
		const char *name = NULL;

		if (json_object_is_type(device, json_type_object))
			name = hwc_json_string(device, "dev_name");
		if (name && *name)
			err = keep_string(s, &entry->devices, strdup(name));
	}
	return err;
}

static int take_json(const struct scan *s, const char *name,
		     int (*take)(const struct scan *s, struct json_object *obj))
{
	struct json_object *obj;
	int err = read_json(s, last_entry(s)->item.path, name, &obj);

	if (err)
		return as_problem(s, err);
	err = take(s, obj);
	json_object_put(obj);
	return err;
}

/* files */

/* A name without ".." and not from the root. */
static bool is_plain(const char *name)
{
	const char *at = name;

	if (!*name || *name == '/')
		return false;
	for (; *at; at += strspn(at, "/")) {
		size_t length = strcspn(at, "/");

		if (length == 2 && !strncmp(at, "..", 2))
			return false;
		at += length;
	}
	return true;
}

/* Whether there is such a file; its path is taken over or freed. */
static int try_file(struct hwc_ctx *ctx, int rootfd, char *file, char **path)
{
	int fd, err;

	if (!file)
		return hwc_err_nomem(ctx);
	err = hwc_root_open(ctx, rootfd, "image ", file, HWC_IMAGE_MAX, &fd);
	if (err) {
		free(file);
		return err;
	}
	close(fd);
	*path = file;
	return 0;
}

int hwc_dfx_firmware(struct hwc_ctx *ctx, int rootfd, const char *overlay, const char *name,
		     char **path)
{
	char *folder = strdup(overlay), *bare = strdup(name);
	int err = -ENOENT;

	if (!folder || !bare) {
		free(folder);
		free(bare);
		return hwc_err_nomem(ctx);
	}
	if (strrchr(folder, '/'))
		*strrchr(folder, '/') = '\0';
	if (!is_plain(name))
		err = hwc_err(
			ctx, -EPERM,
			"%s has the firmware-name %s; a name without .. that does not begin with / is looked for",
			overlay, name);
	if (err == -ENOENT)
		err = try_file(ctx, rootfd, join_path(folder, name), path);
	if (err == -ENOENT && hwc_ends_in(name, ".bin")) {
		bare[strlen(bare) - strlen(".bin")] = '\0';
		err = try_file(ctx, rootfd, join_path(folder, bare), path);
	}
	if (err == -ENOENT)
		err = try_file(ctx, rootfd, join_path(FIRMWARE, name), path);
	if (err == -ENOENT)
		hwc_err(ctx, err,
			"%s has the firmware-name %s, which is neither in %s nor in " FIRMWARE,
			overlay, name, *folder ? folder : "/");
	free(folder);
	free(bare);
	return err;
}

static bool is_image(const char *name)
{
	return hwc_ends_in(name, ".bit") || hwc_ends_in(name, ".bin") || hwc_ends_in(name, ".pdi");
}

static bool is_overlay(const char *name)
{
	return hwc_ends_in(name, ".dtbo");
}

static bool is_source(const char *name)
{
	return hwc_ends_in(name, ".dtsi") || hwc_ends_in(name, ".dts") ||
	       hwc_ends_in(name, ".dtso");
}

/* x.bit and x.bit.bin are one image. */
static bool is_wrapped(const char *name, const char *found)
{
	size_t length = strlen(found);

	return !strncmp(name, found, length) && !strcmp(name + length, ".bin");
}

/* The only file of a sort, or nothing. */
static int only_one(const struct scan *s, const struct hwc_array *names,
		    bool (*is_sort)(const char *name), const char *what, const char **path)
{
	const char *found = NULL;

	for (size_t i = 0; i < names->count; i++) {
		const char *name = name_at(names, i);

		if (!is_sort(name))
			continue;
		if (found && is_wrapped(name, found))
			continue;
		if (found)
			return what ? problem(s, "has more than one %s: %s and %s", what, found,
					      name) :
				      0;
		found = name;
	}
	if (!found)
		return 0;
	*path = join_path(last_entry(s)->item.path, found);
	return *path ? 0 : hwc_err_nomem(s->ctx);
}

/* The first firmware-name that a fragment has. */
static const char *blob_firmware(const void *fdt)
{
	int node, size;

	fdt_for_each_subnode(node, fdt, 0) {
		int overlay = fdt_subnode_offset(fdt, node, "__overlay__");
		const char *name = overlay < 0 ? NULL :
						 fdt_getprop(fdt, overlay, "firmware-name", &size);

		if (name && size > 1 && !name[size - 1])
			return name;
	}
	return NULL;
}

int hwc_dfx_named(struct hwc_ctx *ctx, int rootfd, const char *overlay, char **name)
{
	const char *found;
	size_t size;
	void *data;
	int err;

	err = hwc_overlay_load_at(ctx, rootfd, overlay, &data, &size);
	if (err)
		return err;
	found = blob_firmware(data);
	if (found) {
		*name = strdup(found);
		err = *name ? 0 : hwc_err_nomem(ctx);
	} else {
		err = hwc_err(ctx, -ENODATA, "%s names no image: it has no firmware-name", overlay);
	}
	free(data);
	return err;
}

/* The image that the overlay names. */
static int find_firmware(const struct scan *s)
{
	struct hwc_dfx_item *item = &last_entry(s)->item;
	char *image, *name;
	int err;

	err = hwc_dfx_named(s->ctx, s->rootfd, item->overlay, &name);
	if (err == -ENODATA)
		return 0;
	if (err)
		return as_problem(s, err);
	item->firmware = name;
	err = hwc_dfx_firmware(s->ctx, s->rootfd, item->overlay, item->firmware, &image);
	if (err)
		return as_problem(s, err);
	item->image = image;
	return 0;
}

static int tell_source(const struct scan *s)
{
	struct hwc_dfx_item *item = &last_entry(s)->item;
	const char *dot = strrchr(item->source, '.');

	return problem(s, "the overlay is not compiled: dtc -@ -I dts -O dtb -o %.*s.dtbo %s",
		       (int)(dot - item->source), item->source, item->source);
}

static int find_files(const struct scan *s, const struct hwc_array *names)
{
	struct hwc_dfx_item *item = &last_entry(s)->item;
	int err;

	err = only_one(s, names, is_overlay, "overlay", &item->overlay);
	if (!err && !item->overlay)
		err = only_one(s, names, is_source, NULL, &item->source);
	if (!err && item->source)
		err = tell_source(s);
	if (!err && item->overlay)
		err = find_firmware(s);
	if (!err && !item->firmware)
		err = only_one(s, names, is_image, "image", &item->image);
	if (!err && !item->firmware && !any_name(names, is_image))
		err = problem(s, "has no image");
	return err;
}

/* folders */

static int add_entry(const struct scan *s, const char *path, enum hwc_dfx_type type)
{
	struct hwc_dfx_entry *entry;

	entry = hwc_array_grow(&s->dfx->entries, sizeof(*entry));
	if (!entry)
		return hwc_err_nomem(s->ctx);
	s->dfx->entries.count++;
	*entry = (struct hwc_dfx_entry){ .item = { .type = type, .slot = slot_of(path) } };
	return set_text(s, &entry->item.path, path) ?: set_text(s, &entry->item.kind, "");
}

static int scan_names(const struct scan *s, const char *path, const struct hwc_array *names)
{
	bool shell = has_name(names, "shell.json"), accel = has_name(names, "accel.json");
	int err;

	if (!shell && !accel && (slot_of(path) < 0 || !any_name(names, is_image)))
		return 0;
	err = add_entry(s, path, shell ? HWC_DFX_FLAT : HWC_DFX_ACCEL);
	if (!err && shell)
		err = take_json(s, "shell.json", take_shell);
	else if (!err && accel)
		err = take_json(s, "accel.json", take_accel);
	return err ? err : find_files(s, names);
}

static int scan_folder(const struct scan *s, const char *path, int depth);

static int scan_below(const struct scan *s, const char *path, const struct hwc_array *names,
		      int depth)
{
	for (size_t i = 0; depth < DEPTH_MAX && i < names->count; i++) {
		char *below;
		int err;

		/* what has such an ending is a file, and need not be tried */
		if (hwc_ends_in(name_at(names, i), ".json") || is_image(name_at(names, i)) ||
		    is_overlay(name_at(names, i)) || is_source(name_at(names, i)))
			continue;
		below = join_path(path, name_at(names, i));
		if (!below)
			return hwc_err_nomem(s->ctx);
		err = scan_folder(s, below, depth + 1);
		free(below);
		if (err == -ENOMEM || err == -E2BIG)
			return err;
	}
	return 0;
}

static int scan_folder(const struct scan *s, const char *path, int depth)
{
	struct hwc_array names;
	int err;

	if (s->dfx->folders++ == FOLDERS_MAX)
		return hwc_err(s->ctx, -E2BIG, "there are more than %d folders to look at",
			       FOLDERS_MAX);
	err = hwc_root_list(s->ctx, s->rootfd, path, &names);
	if (err)
		return err;
	err = scan_names(s, path, &names);
	if (!err)
		err = scan_below(s, path, &names, depth);
	hwc_strings_free(&names);
	return err;
}

/* What is shown points to what is owned, once nothing moves any more. */
static void publish(const struct scan *s)
{
	struct hwc_dfx_entry *entries = s->dfx->entries.data;

	for (size_t i = 0; i < s->dfx->entries.count; i++) {
		struct hwc_dfx_item *item = &entries[i].item;

		item->problems = entries[i].problems.data;
		item->n_problems = entries[i].problems.count;
	}
}

int hwc_dfx_read(struct hwc_ctx *ctx, int rootfd, const char *path, struct hwc_dfx **dfx)
{
	struct scan s = { .ctx = ctx, .rootfd = rootfd };
	char *folder = hwc_dfx_folder(path);
	int err;

	s.dfx = calloc(1, sizeof(*s.dfx));
	if (!s.dfx || !folder) {
		free(folder);
		free(s.dfx);
		return hwc_err_nomem(ctx);
	}
	err = scan_folder(&s, *folder ? folder : "/", 0);
	free(folder);
	if (err) {
		hwc_dfx_free(s.dfx);
		return err;
	}
	publish(&s);
	*dfx = s.dfx;
	return 0;
}

int hwc_dfx_open(struct hwc_ctx *ctx, const char *root, const char *path, struct hwc_dfx **dfx)
{
	int fd = hwc_root_folder(ctx, root), err;

	if (fd < 0)
		return fd;
	err = hwc_dfx_read(ctx, fd, path, dfx);
	close(fd);
	return err;
}

void hwc_dfx_free(struct hwc_dfx *dfx)
{
	struct hwc_dfx_entry *entries = dfx ? dfx->entries.data : NULL;

	for (size_t i = 0; dfx && i < dfx->entries.count; i++) {
		struct hwc_dfx_item *item = &entries[i].item;
		const char *const owned[] = { item->path,    item->kind,     item->image,
					      item->overlay, item->firmware, item->source };

		for (size_t k = 0; k < HWC_ARRAY_SIZE(owned); k++)
			free((char *)owned[k]);
		hwc_strings_free(&entries[i].problems);
		hwc_strings_free(&entries[i].devices);
	}
	free(entries);
	free(dfx);
}

size_t hwc_dfx_items(const struct hwc_dfx *dfx)
{
	return dfx->entries.count;
}

const struct hwc_dfx_item *hwc_dfx_item(const struct hwc_dfx *dfx, size_t i)
{
	return &hwc_dfx_entry(dfx, i)->item;
}

const char *hwc_dfx_type_name(enum hwc_dfx_type type)
{
	switch (type) {
	case HWC_DFX_FLAT:
		return "flat";
	case HWC_DFX_SHELL:
		return "shell";
	case HWC_DFX_ACCEL:
		return "accelerator";
	}
	return NULL;
}
