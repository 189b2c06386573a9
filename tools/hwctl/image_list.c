// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl image list DIR */
#include <stdlib.h>
#include <string.h>
#include "hwctl.h"

/* The image of a folder; NULL where it has none that can be read. */
static struct hwc_image *open_image(struct hwctl *h, const struct hwc_dfx_item *item,
				    char **problem)
{
	struct hwc_image *image = NULL;

	if (item->image && hwc_image_open(h->ctx, item->image, &image))
		*problem = text("%s", hwc_ctx_error(h->ctx));
	return image;
}

static char *slot_text(const struct hwc_dfx_item *item)
{
	if (item->type == HWC_DFX_SHELL && item->slots)
		return text("of %u", item->slots);
	return item->slot >= 0 ? text("%d", item->slot) : text("%s", "");
}

static const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* "a.bit, .dtbo" where both have the same name but for what it ends in. */
static char *files_text(const struct hwc_dfx_item *item)
{
	const char *image = item->image ? file_name(item->image) : "-", *overlay, *end;

	if (!item->overlay)
		return text("%s", image);
	overlay = file_name(item->overlay);
	end = strrchr(overlay, '.');
	if (end && !strncmp(image, overlay, end + 1 - overlay))
		overlay = end;
	return text("%s, %s", image, overlay);
}

static char *device_text(const struct hwc_image *image)
{
	const char *partial = image && hwc_image_partial(image) ? ", partial" : "";

	if (!image || !hwc_image_device_id(image))
		return text("%s", "");
	if (*hwc_image_device(image))
		return text("%s%s", hwc_image_device(image), partial);
	return text("0x%08x%s", hwc_image_device_id(image), partial);
}

/* The folder of an item as it is below @dir, "." for that itself. */
static const char *folder_below(const char *dir, const struct hwc_dfx_item *item)
{
	size_t length = strlen(dir);

	if (strncmp(item->path, dir, length))
		return item->path;
	if (!item->path[length])
		return ".";
	return item->path + length + (item->path[length] == '/');
}

static void add_row(struct table *t, const char *dir, const struct hwc_dfx_item *item,
		    const struct hwc_image *image, bool bad)
{
	table_cell(t, PLAIN, text("%s", folder_below(dir, item)));
	table_cell(t, PLAIN, word(hwc_dfx_type_name(item->type), item->type));
	table_cell(t, PLAIN, slot_text(item));
	table_cell(t, PLAIN, device_text(image));
	table_cell(t, bad ? BAD : PLAIN, files_text(item));
}

static struct json_object *json_item(const struct hwc_dfx_item *item, const struct hwc_image *image,
				     const char *problem)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *problems = need(json_object_new_array());

	json_text(json, "path", item->path);
	json_word(json, "type", hwc_dfx_type_name(item->type), item->type);
	json_text(json, "kind", item->kind);
	if (item->slot >= 0)
		json_number(json, "slot", item->slot);
	if (item->type == HWC_DFX_SHELL)
		json_number(json, "slots", item->slots);
	json_text(json, "image", item->image);
	json_text(json, "overlay", item->overlay);
	json_text(json, "firmware-name", item->firmware);
	json_text(json, "source", item->source);
	if (image) {
		if (hwc_image_device_id(image))
			json_number(json, "device-id", hwc_image_device_id(image));
		json_text(json, "device", hwc_image_device(image));
		json_text(json, "part", hwc_image_part(image));
		json_flag(json, "partial", hwc_image_partial(image));
		json_digest(json, "image-digest", hwc_image_digest(image));
	}
	for (size_t i = 0; i < item->n_problems; i++)
		json_append(problems, item->problems[i]);
	if (problem)
		json_append(problems, problem);
	json_object_object_add(json, "problem", problems);
	return json;
}

void say_problems(const struct hwc_dfx_item *item)
{
	for (size_t i = 0; i < item->n_problems; i++) {
		/* some begin with a file in the folder */
		bool named = !strncmp(item->problems[i], item->path, strlen(item->path));

		say("%s%s%s", named ? "" : item->path, named ? "" : ": ", item->problems[i]);
	}
}

static void add_heads(struct table *t)
{
	static const char *const heads[] = { "FOLDER", "TYPE", "SLOT", "DEVICE", "FILES" };

	table_heads(t, heads, ARRAY_SIZE(heads));
}

static void print_items(struct hwctl *h, const char *dir, const struct hwc_dfx *dfx)
{
	struct json_object *list = h->json ? need(json_object_new_array()) : NULL;
	struct table t = { 0 };

	if (!list)
		add_heads(&t);
	for (size_t i = 0; i < hwc_dfx_items(dfx); i++) {
		const struct hwc_dfx_item *item = hwc_dfx_item(dfx, i);
		char *problem = NULL;
		struct hwc_image *image = open_image(h, item, &problem);

		if (list) {
			json_object_array_add(list, json_item(item, image, problem));
		} else {
			add_row(&t, dir, item, image, problem || item->n_problems);
			say_problems(item);
			if (problem)
				say("%s", problem);
		}
		hwc_image_free(image);
		free(problem);
	}
	if (list)
		json_print(h, list);
	else
		table_print(&t);
}

int image_list(struct hwctl *h, int argc, char **argv)
{
	struct hwc_dfx *dfx;
	char *path;
	int ret = DONE;

	if (args_words(h, argc, argv, 1, 1))
		return USAGE;
	path = absolute(argv[1]);
	if (!path || hwc_dfx_open(h->ctx, NULL, path, &dfx)) {
		ret = path ? refused(h) : REFUSED;
		free(path);
		return ret;
	}
	if (hwc_dfx_items(dfx)) {
		print_items(h, path, dfx);
	} else {
		say("%s has no folder with a shell.json or an accel.json", path);
		ret = REFUSED;
	}
	free(path);
	hwc_dfx_free(dfx);
	return ret;
}
