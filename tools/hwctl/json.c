// SPDX-License-Identifier: GPL-2.0-or-later
/* The same for programs: the keys are the attribute names of the netlink spec. */
#include <stdio.h>
#include <stdlib.h>
#include "hwctl.h"

void json_print(const struct hwctl *h, struct json_object *json)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;

	if (h->pretty)
		flags |= JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED;
	puts(json_object_to_json_string_ext(json, flags));
	json_object_put(json);
}

int list_print(struct hwctl *h, struct json_object *json, struct table *table, int err)
{
	if (err) {
		json_object_put(json);
		return refused(h);
	}
	if (json)
		json_print(h, json);
	else
		table_print(table);
	return DONE;
}

void json_text(struct json_object *json, const char *key, const char *value)
{
	if (value && *value)
		json_object_object_add(json, key, need(json_object_new_string(value)));
}

void json_number(struct json_object *json, const char *key, uint64_t value)
{
	json_object_object_add(json, key, need(json_object_new_uint64(value)));
}

void json_flag(struct json_object *json, const char *key, bool value)
{
	json_object_object_add(json, key, need(json_object_new_boolean(value)));
}

void json_word(struct json_object *json, const char *key, const char *name, unsigned int number)
{
	if (name)
		json_text(json, key, name);
	else
		json_number(json, key, number);
}

/* Bare hexadecimal digits, as ynl prints them. */
void json_digest(struct json_object *json, const char *key, const uint8_t *digest)
{
	char *hex = digest_text(digest);

	if (*hex)
		json_text(json, key, hex + sizeof("sha256:") - 1);
	free(hex);
}

static void json_signer(struct json_object *json, const char *key, const uint8_t *id, size_t size)
{
	char *hex = signer_text(id, size);

	if (*hex)
		json_text(json, key, hex + sizeof("signer:") - 1);
	free(hex);
}

static void json_signers(struct json_object *json, const struct hwc_claim *claim)
{
	const uint8_t *id;
	size_t size;

	id = hwc_claim_image_signer(claim, &size);
	json_signer(json, "image-signer", id, size);
	id = hwc_claim_overlay_signer(claim, &size);
	json_signer(json, "overlay-signer", id, size);
}

void json_append(struct json_object *list, const char *value)
{
	json_object_array_add(list, need(json_object_new_string(value)));
}

struct json_object *json_resource(const struct hwc_resource *res)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *aliases = need(json_object_new_array());

	json_number(json, "id", hwc_resource_id(res));
	json_text(json, "name", hwc_resource_name(res));
	for (size_t i = 0; i < hwc_resource_aliases(res); i++)
		json_append(aliases, hwc_resource_alias(res, i));
	json_object_object_add(json, "alias", aliases);
	json_text(json, "kind", hwc_resource_kind(res));
	json_word(json, "state", hwc_resource_state_name(hwc_resource_state(res)),
		  hwc_resource_state(res));
	json_number(json, "capacity", hwc_resource_capacity(res));
	json_number(json, "in-use", hwc_resource_in_use(res));
	json_text(json, "controller", hwc_resource_controller(res));
	if (hwc_resource_device_id(res))
		json_number(json, "device-id", hwc_resource_device_id(res));
	json_digest(json, "image-digest", hwc_resource_image_digest(res));
	json_digest(json, "overlay-digest", hwc_resource_overlay_digest(res));
	json_digest(json, "blank-digest", hwc_resource_blank_digest(res));
	if (hwc_resource_blank_error(res))
		json_number(json, "blank-error", hwc_resource_blank_error(res));
	if (hwc_resource_claim_id(res))
		json_number(json, "claim-id", hwc_resource_claim_id(res));
	json_text(json, "container", hwc_resource_container(res));
	json_text(json, "message", hwc_resource_message(res));
	json_number(json, "waiting", hwc_resource_waiting(res));
	return json;
}

static struct json_object *json_node(const struct hwc_node *node)
{
	struct json_object *json = need(json_object_new_object());

	json_text(json, "path", node->path);
	json_text(json, "type", node->type == HWCONTAINER_NODE_TYPE_BLOCK ? "block" : "char");
	json_number(json, "major", node->major);
	json_number(json, "minor", node->minor);
	return json;
}

static struct json_object *json_window(const struct hwc_window *window)
{
	struct json_object *json = need(json_object_new_object());

	json_text(json, "name", window->name);
	json_number(json, "start", window->start);
	json_number(json, "size", window->size);
	return json;
}

static struct json_object *json_clock(const struct hwc_clock *clock)
{
	struct json_object *json = need(json_object_new_object());

	json_text(json, "of-path", clock->of_path);
	json_number(json, "index", clock->index);
	json_number(json, "rate", clock->rate);
	return json;
}

static struct json_object *json_device(const struct hwc_device *dev)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *nodes = need(json_object_new_array());
	struct json_object *windows = need(json_object_new_array());
	struct json_object *irqs = need(json_object_new_array());
	struct json_object *clocks = need(json_object_new_array());

	for (size_t i = 0; i < hwc_device_nodes(dev); i++)
		json_object_array_add(nodes, json_node(hwc_device_node(dev, i)));
	for (size_t i = 0; i < hwc_device_windows(dev); i++)
		json_object_array_add(windows, json_window(hwc_device_window(dev, i)));
	for (size_t i = 0; i < hwc_device_irqs(dev); i++)
		json_object_array_add(irqs, need(json_object_new_uint64(hwc_device_irq(dev, i))));
	for (size_t i = 0; i < hwc_device_clocks(dev); i++)
		json_object_array_add(clocks, json_clock(hwc_device_clock(dev, i)));
	json_text(json, "name", hwc_device_name(dev));
	json_text(json, "driver", hwc_device_driver(dev));
	json_text(json, "of-path", hwc_device_of_path(dev));
	json_object_object_add(json, "node", nodes);
	json_object_object_add(json, "window", windows);
	json_object_object_add(json, "irq", irqs);
	json_object_object_add(json, "clock", clocks);
	return json;
}

static struct json_object *json_timings(const struct hwc_claim *claim)
{
	struct json_object *timings = need(json_object_new_array());

	for (int stage = HWCONTAINER_STAGE_GRANTED; hwc_stage_name(stage); stage++) {
		struct json_object *timing;

		if (!hwc_claim_time(claim, stage))
			continue;
		timing = need(json_object_new_object());
		json_text(timing, "stage", hwc_stage_name(stage));
		json_number(timing, "time", hwc_claim_time(claim, stage));
		json_object_array_add(timings, timing);
	}
	return timings;
}

static struct json_object *json_flags(uint32_t flags)
{
	struct json_object *names = need(json_object_new_array());

	for (unsigned int bit = 0; claim_flag_name(bit); bit++)
		if (flags & 1u << bit)
			json_append(names, claim_flag_name(bit));
	return names;
}

struct json_object *json_claim(const struct hwc_claim *claim)
{
	struct json_object *json = need(json_object_new_object());
	struct json_object *devices = need(json_object_new_array());

	json_number(json, "id", hwc_claim_id(claim));
	json_word(json, "state", hwc_claim_state_name(hwc_claim_state(claim)),
		  hwc_claim_state(claim));
	json_number(json, "resource-id", hwc_claim_resource_id(claim));
	json_text(json, "resource", hwc_claim_resource(claim));
	json_text(json, "kind", hwc_claim_kind(claim));
	json_text(json, "container", hwc_claim_container(claim));
	if (hwc_claim_holder(claim)) /* a claim that has ended has none */
		json_word(json, "holder", hwc_holder_name(hwc_claim_holder(claim)),
			  hwc_claim_holder(claim));
	if (hwc_claim_holder_pid(claim))
		json_number(json, "holder-pid", hwc_claim_holder_pid(claim));
	if (hwc_claim_netns(claim))
		json_number(json, "netns", hwc_claim_netns(claim));
	if (hwc_claim_age(claim))
		json_number(json, "age", hwc_claim_age(claim));
	json_object_object_add(json, "flags", json_flags(hwc_claim_flags(claim)));
	json_object_object_add(json, "priority",
			       need(json_object_new_int(hwc_claim_priority(claim))));
	if (hwc_claim_position(claim))
		json_number(json, "position", hwc_claim_position(claim));
	if (hwc_claim_taken_in(claim))
		json_number(json, "taken-in", hwc_claim_taken_in(claim));
	json_digest(json, "image-digest", hwc_claim_image_digest(claim));
	json_digest(json, "overlay-digest", hwc_claim_overlay_digest(claim));
	json_signers(json, claim);
	json_object_object_add(json, "timing", json_timings(claim));
	for (size_t i = 0; i < hwc_claim_devices(claim); i++)
		json_object_array_add(devices, json_device(hwc_claim_device(claim, i)));
	json_object_object_add(json, "device", devices);
	if (hwc_claim_error(claim))
		json_number(json, "error", hwc_claim_error(claim));
	json_text(json, "message", hwc_claim_message(claim));
	return json;
}
