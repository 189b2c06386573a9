// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl image check FILE */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "hwctl.h"

/**
 * struct check - what is checked
 * @path: the image
 * @overlay_path: its overlay; NULL for none
 * @resource_name: what they must fit; NULL for nothing
 * @resource: that resource; NULL where the module does not tell
 * @image: the image; NULL where it is none
 * @overlay: the overlay; NULL for none
 * @rewriting: look at what a claim makes of it
 * @for_region: options say that the image is one for an FPGA region
 * @rewrite: that, and how; NULL where nothing was made
 */
struct check {
	const char *path;
	char *overlay_path;
	const char *resource_name;
	struct hwc_resource *resource;
	struct hwc_image *image;
	struct hwc_overlay *overlay;
	bool rewriting;
	bool for_region;
	struct hwc_rewrite *rewrite;
};

static int parse(struct hwctl *h, int argc, char **argv, struct check *c)
{
	static const struct option options[] = {
		{ "overlay", required_argument, NULL, 'o' },
		{ "no-overlay", no_argument, NULL, 'n' },
		{ "resource", required_argument, NULL, 'r' },
		{ "rewrite", no_argument, NULL, 'w' },
		{ 0 },
	};
	const char *overlay = NULL;
	bool none = false;
	int option;

	optind = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'o')
			overlay = optarg;
		else if (option == 'n')
			none = true;
		else if (option == 'r')
			c->resource_name = optarg;
		else if (option == 'w')
			c->rewriting = true;
		else
			return usage(h, "see hwctl image check -h");
	}
	if (optind != argc - 1)
		return usage(h, optind == argc ? "no image is given" : "one image at a time");
	c->path = argv[optind];
	c->for_region = overlay || c->resource_name || c->rewriting;
	if (overlay)
		c->overlay_path = need(strdup(overlay));
	else if (!none)
		c->overlay_path = overlay_beside(c->path);
	return DONE;
}

/* Without the module a path can still say where the overlay must stay. */
static int find_resource(struct hwctl *h, struct check *c)
{
	struct hwc_info *info;

	if (!c->resource_name || !hwc_resource_get(h->ctx, c->resource_name, &c->resource))
		return DONE;
	if (*c->resource_name == '/' && hwc_info_get(h->ctx, &info) == -ENOENT) {
		say("%s: only the place of the overlay is checked", hwc_ctx_error(h->ctx));
		return DONE;
	}
	return refused(h);
}

static const char *region(const struct check *c)
{
	const char *name = c->resource ? hwc_resource_name(c->resource) : c->resource_name;

	return name && *name == '/' ? name : NULL;
}

static int check_image(struct hwctl *h, struct check *c)
{
	if (hwc_image_open(h->ctx, c->path, &c->image))
		return refused(h);
	if (c->resource && hwc_image_fits(h->ctx, c->image, c->resource))
		return refused(h);
	return DONE;
}

/* Nodes of the image that is loaded now are no obstacle: they go with it. */
static bool is_loaded(const struct check *c)
{
	return c->resource && hwc_resource_state(c->resource) != HWCONTAINER_RESOURCE_STATE_FREE;
}

static int open_overlay(struct hwctl *h, struct check *c, const struct hwc_overlay_place *place)
{
	const struct hwc_rewrite_place where = { .region = place->region };

	if (!c->rewriting)
		return hwc_overlay_open(h->ctx, c->overlay_path, place, &c->overlay);
	if (hwc_rewrite_open(h->ctx, c->overlay_path, &where, &c->rewrite))
		return -1;
	return hwc_overlay_parse(h->ctx, hwc_rewrite_data(c->rewrite), hwc_rewrite_size(c->rewrite),
				 place, &c->overlay);
}

/* What the module refuses may be what a claim takes out before. */
static void tell_of_rewrite(struct hwctl *h, const struct check *c)
{
	const struct hwc_rewrite_place where = { .region = region(c) };
	struct hwc_rewrite *rewrite;

	if (c->rewriting || hwc_rewrite_open(h->ctx, c->overlay_path, &where, &rewrite))
		return;
	say("%s: a container's claim rewrites it; see hwctl image check --rewrite",
	    c->overlay_path);
	hwc_rewrite_free(rewrite);
}

static int check_overlay(struct hwctl *h, struct check *c)
{
	const struct hwc_overlay_place place = { .region = region(c), .loaded = is_loaded(c) };

	if (!c->overlay_path)
		return DONE;
	if (open_overlay(h, c, &place))
		return refused(h);
	for (size_t i = 0; i < hwc_overlay_refusals(c->overlay); i++)
		say("%s: %s", c->overlay_path, hwc_overlay_refusal(c->overlay, i));
	if (!hwc_overlay_refusals(c->overlay))
		return DONE;
	tell_of_rewrite(h, c);
	return REFUSED;
}

static void show_device_id(const struct hwc_image *image)
{
	const char *device = hwc_image_device(image);

	if (hwc_image_device_id(image))
		field("device-id", PLAIN,
		      text("0x%08x%s%s%s", hwc_image_device_id(image), *device ? " (" : "", device,
			   *device ? ")" : ""));
}

static bool is_pdi(const struct hwc_image *image)
{
	return hwc_image_format(image) == HWC_IMAGE_PDI;
}

static char *format_text(const struct hwc_image *image)
{
	if (is_pdi(image))
		return text("Versal PDI%s", hwc_image_boot(image) ? ", boot" : "");
	return text("Xilinx bitstream, .%s%s", hwc_image_format_name(hwc_image_format(image)),
		    hwc_image_swapped(image) ? ", bytes of each word reversed" : "");
}

static const char *partial_text(const struct hwc_image *image)
{
	if (hwc_image_partial(image))
		return "yes";
	if (hwc_image_boot(image))
		return "no, a device starts from it";
	if (is_pdi(image) && !hwc_image_entries(image))
		return "its headers are encrypted";
	return "no, of the whole device";
}

static void show_entry(const struct hwc_image_entry *entry)
{
	field("contains", PLAIN,
	      text("%s%snode 0x%08x, %u partition%s", entry->name, *entry->name ? ", " : "",
		   entry->id, entry->partitions, entry->partitions == 1 ? "" : "s"));
	if (entry->parent_uid)
		field("", PLAIN, text("UID 0x%08x, in UID 0x%08x", entry->uid, entry->parent_uid));
	else if (entry->uid)
		field("", PLAIN, text("UID 0x%08x", entry->uid));
}

static void show_pdi(const struct hwc_image *image)
{
	field("pdi-id", PLAIN,
	      text("0x%x, of boot PDI 0x%x", hwc_image_id(image), hwc_image_parent_id(image)));
	for (size_t i = 0; i < hwc_image_entries(image); i++)
		show_entry(hwc_image_entry(image, i));
}

static void show_image(const char *path, const struct hwc_image *image)
{
	field("image", HEAD, text("%s", path));
	field("format", PLAIN, format_text(image));
	show_device_id(image);
	field("part", PLAIN, text("%s", hwc_image_part(image)));
	field("design", PLAIN, text("%s", hwc_image_design(image)));
	if (*hwc_image_date(image))
		field("made", PLAIN, text("%s %s", hwc_image_date(image), hwc_image_time(image)));
	field("partial", PLAIN, text("%s", partial_text(image)));
	if (is_pdi(image))
		show_pdi(image);
	if (hwc_image_encrypted(image))
		field("encrypted", PLAIN, text("yes"));
	if (hwc_image_authenticated(image))
		field("signed", PLAIN, text("yes"));
	field("size", PLAIN, text("%zu bytes", hwc_image_size(image)));
	if (hwc_image_frames(image))
		field("frames", PLAIN, text("%zu bytes", hwc_image_frames(image)));
	field("digest", PLAIN, digest_text(hwc_image_digest(image)));
}

static char *interrupt_cells(const struct hwc_overlay_node *node)
{
	char *cells = text("%s", "interrupts");

	for (size_t i = 0; i < node->n_interrupts; i++) {
		char *longer = text("%s %u", cells, node->interrupts[i]);

		free(cells);
		cells = longer;
	}
	return cells;
}

static void show_node(const struct hwc_overlay_node *node)
{
	field("node", PLAIN,
	      text("%s%s%s", node->path, *node->compatible ? "  " : "", node->compatible));
	for (size_t i = 0; i < node->n_windows; i++)
		field("", PLAIN,
		      text("registers at 0x%jx, 0x%jx bytes%s%s", (uintmax_t)node->windows[i].start,
			   (uintmax_t)node->windows[i].size, *node->windows[i].name ? ", " : "",
			   node->windows[i].name));
	if (node->n_interrupts)
		field("", PLAIN, interrupt_cells(node));
}

static void show_overlay(const char *path, const struct hwc_overlay *overlay)
{
	field("overlay", HEAD, text("%s", path));
	field("size", PLAIN, text("%zu bytes", hwc_overlay_size(overlay)));
	field("digest", PLAIN, digest_text(hwc_overlay_digest(overlay)));
	for (size_t i = 0; i < hwc_overlay_targets(overlay); i++)
		field("target", PLAIN, text("%s", hwc_overlay_target(overlay, i)));
	for (size_t i = 0; i < hwc_overlay_nodes(overlay); i++)
		show_node(hwc_overlay_node(overlay, i));
	for (size_t i = 0; i < hwc_overlay_refs(overlay); i++) {
		const struct hwc_overlay_ref *ref = hwc_overlay_ref(overlay, i);

		field("refers to", PLAIN,
		      text("&%s, by %s of %s", ref->label, ref->property, ref->node));
	}
}

static struct json_object *json_entry(const struct hwc_image_entry *entry)
{
	struct json_object *json = need(json_object_new_object());

	json_text(json, "name", entry->name);
	json_number(json, "id", entry->id);
	json_number(json, "uid", entry->uid);
	json_number(json, "parent-uid", entry->parent_uid);
	json_number(json, "function-id", entry->function_id);
	json_number(json, "partitions", entry->partitions);
	return json;
}

static void json_pdi(struct json_object *json, const struct hwc_image *image)
{
	struct json_object *entries = need(json_object_new_array());

	json_flag(json, "boot", hwc_image_boot(image));
	json_flag(json, "authenticated", hwc_image_authenticated(image));
	json_number(json, "pdi-id", hwc_image_id(image));
	json_number(json, "pdi-parent-id", hwc_image_parent_id(image));
	for (size_t i = 0; i < hwc_image_entries(image); i++)
		json_object_array_add(entries, json_entry(hwc_image_entry(image, i)));
	json_object_object_add(json, "entry", entries);
}

static struct json_object *json_image(const char *path, const struct hwc_image *image)
{
	struct json_object *json = need(json_object_new_object());

	json_text(json, "path", path);
	json_text(json, "format", hwc_image_format_name(hwc_image_format(image)));
	if (hwc_image_device_id(image))
		json_number(json, "device-id", hwc_image_device_id(image));
	json_text(json, "device", hwc_image_device(image));
	json_text(json, "part", hwc_image_part(image));
	json_text(json, "design", hwc_image_design(image));
	json_text(json, "date", hwc_image_date(image));
	json_text(json, "time", hwc_image_time(image));
	json_flag(json, "partial", hwc_image_partial(image));
	json_flag(json, "encrypted", hwc_image_encrypted(image));
	json_flag(json, "swapped", hwc_image_swapped(image));
	json_number(json, "size", hwc_image_size(image));
	json_number(json, "frames", hwc_image_frames(image));
	json_digest(json, "image-digest", hwc_image_digest(image));
	if (is_pdi(image))
		json_pdi(json, image);
	return json;
}

static struct json_object *json_node(const struct hwc_overlay_node *node)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *windows = need(json_object_new_array());
	struct json_object *cells = need(json_object_new_array());

	for (size_t i = 0; i < node->n_windows; i++) {
		struct json_object *window = need(json_object_new_object());

		json_text(window, "name", node->windows[i].name);
		json_number(window, "start", node->windows[i].start);
		json_number(window, "size", node->windows[i].size);
		json_object_array_add(windows, window);
	}
	for (size_t i = 0; i < node->n_interrupts; i++)
		json_object_array_add(cells, need(json_object_new_uint64(node->interrupts[i])));
	json_text(json, "of-path", node->path);
	json_text(json, "compatible", node->compatible);
	json_object_object_add(json, "window", windows);
	json_object_object_add(json, "interrupts", cells);
	return json;
}

static struct json_object *json_ref(const struct hwc_overlay_ref *ref)
{
	struct json_object *json = need(json_object_new_object());

	json_text(json, "of-path", ref->node);
	json_text(json, "property", ref->property);
	json_text(json, "label", ref->label);
	return json;
}

static struct json_object *json_overlay(const char *path, const struct hwc_overlay *overlay)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *targets = need(json_object_new_array());
	struct json_object *nodes = need(json_object_new_array());
	struct json_object *refs = need(json_object_new_array());
	struct json_object *refusals = need(json_object_new_array());

	for (size_t i = 0; i < hwc_overlay_targets(overlay); i++)
		json_append(targets, hwc_overlay_target(overlay, i));
	for (size_t i = 0; i < hwc_overlay_nodes(overlay); i++)
		json_object_array_add(nodes, json_node(hwc_overlay_node(overlay, i)));
	for (size_t i = 0; i < hwc_overlay_refs(overlay); i++)
		json_object_array_add(refs, json_ref(hwc_overlay_ref(overlay, i)));
	for (size_t i = 0; i < hwc_overlay_refusals(overlay); i++)
		json_append(refusals, hwc_overlay_refusal(overlay, i));
	json_text(json, "path", path);
	json_number(json, "size", hwc_overlay_size(overlay));
	json_digest(json, "overlay-digest", hwc_overlay_digest(overlay));
	json_object_object_add(json, "target", targets);
	json_object_object_add(json, "node", nodes);
	json_object_object_add(json, "reference", refs);
	json_object_object_add(json, "refusal", refusals);
	return json;
}

static void print_json(const struct hwctl *h, const struct check *c)
{
	struct json_object *json = need(json_object_new_object());

	if (c->image)
		json_object_object_add(json, "image", json_image(c->path, c->image));
	if (c->overlay)
		json_object_object_add(json, "overlay", json_overlay(c->overlay_path, c->overlay));
	if (c->rewrite)
		json_object_object_add(json, "rewrite", json_rewrite(c->rewrite));
	json_print(h, json);
}

static void print_text(const struct check *c)
{
	if (c->image)
		show_image(c->path, c->image);
	if (c->overlay)
		show_overlay(c->overlay_path, c->overlay);
	if (c->rewrite)
		show_rewrite(c->rewrite);
}

static int check_all(struct hwctl *h, struct check *c)
{
	int image, overlay;

	if (find_resource(h, c) != DONE)
		return REFUSED;
	image = check_image(h, c);
	overlay = check_overlay(h, c);
	if (h->json)
		print_json(h, c);
	else
		print_text(c);
	return image != DONE ? image : overlay;
}

int image_check(struct hwctl *h, int argc, char **argv)
{
	struct check c = { 0 };
	int ret;

	ret = parse(h, argc, argv, &c);
	if (ret == DONE && !image_is_kernel(h, c.path, c.for_region, &ret))
		ret = check_all(h, &c);
	hwc_overlay_free(c.overlay);
	hwc_rewrite_free(c.rewrite);
	hwc_image_free(c.image);
	hwc_resource_free(c.resource);
	free(c.overlay_path);
	return ret;
}
