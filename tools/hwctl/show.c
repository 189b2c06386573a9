// SPDX-License-Identifier: GPL-2.0-or-later
/* A claim in full, for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "hwctl.h"

#define NS_PER_MS 1e6

static char *holder(const struct hwc_claim *claim)
{
	enum hwcontainer_holder type = hwc_claim_holder(claim);
	uint32_t pid = hwc_claim_holder_pid(claim);

	switch (type) {
	case HWCONTAINER_HOLDER_FILE:
		return pid ? text("an open file of process %u", pid) : text("an open file");
	case HWCONTAINER_HOLDER_PROCESS:
		return pid ? text("process %u", pid) : text("a process that is not seen from here");
	case HWCONTAINER_HOLDER_NOBODY:
		return text("nobody, until it is deleted");
	case HWCONTAINER_HOLDER_NAMESPACE:
		return text("its network namespace");
	default:
		return type ? text("%u", type) : text("%s", "");
	}
}

const char *claim_flag_name(unsigned int bit)
{
	switch (1u << bit) {
	case HWCONTAINER_CLAIM_FLAGS_KEEP:
		return "keep";
	case HWCONTAINER_CLAIM_FLAGS_DRY_RUN:
		return "dry-run";
	case HWCONTAINER_CLAIM_FLAGS_UNBOUND:
		return "unbound";
	case HWCONTAINER_CLAIM_FLAGS_TAKEOVER:
		return "takeover";
	case HWCONTAINER_CLAIM_FLAGS_ASSIGN:
		return "assign";
	}
	return NULL;
}

static char *flags(uint32_t flags)
{
	char *words = text("%s", "");

	for (unsigned int bit = 0; claim_flag_name(bit); bit++) {
		char *longer;

		if (!(flags & 1u << bit))
			continue;
		longer = text("%s%s%s", words, *words ? " " : "", claim_flag_name(bit));
		free(words);
		words = longer;
	}
	return words;
}

static void show_times(const struct hwc_claim *claim)
{
	const char *name = "stages";
	uint64_t before = 0;

	for (int stage = HWCONTAINER_STAGE_GRANTED; hwc_stage_name(stage); stage++) {
		uint64_t time = hwc_claim_time(claim, stage);

		if (!time)
			continue;
		field(name, PLAIN,
		      text("%-10s %10.3f ms %10.3f more", hwc_stage_name(stage), time / NS_PER_MS,
			   (time - before) / NS_PER_MS));
		name = "";
		before = time;
	}
}

/* Whose it is, where that is not the device itself. */
static void show_clock(const struct hwc_device *dev, const struct hwc_clock *clock)
{
	bool below = strcmp(clock->of_path, hwc_device_of_path(dev));
	char *rate = clock->rate ? text("%ju Hz", (uintmax_t)clock->rate) : text("unknown rate");

	field("", PLAIN,
	      text("clock %u%s%s, %s", clock->index, below ? " of " : "",
		   below ? clock->of_path : "", rate));
	free(rate);
}

static void show_device(const struct hwc_device *dev)
{
	const char *driver = hwc_device_driver(dev);

	field("device", PLAIN,
	      text("%s%s%s%s", hwc_device_name(dev), *driver ? " (" : " (no driver", driver, ")"));
	field("", PLAIN, text("%s", hwc_device_of_path(dev)));
	for (size_t i = 0; i < hwc_device_nodes(dev); i++) {
		const struct hwc_node *node = hwc_device_node(dev, i);

		field("", PLAIN,
		      text("/dev/%s  %s %u:%u", node->path,
			   node->type == HWCONTAINER_NODE_TYPE_BLOCK ? "block" : "char",
			   node->major, node->minor));
	}
	for (size_t i = 0; i < hwc_device_windows(dev); i++) {
		const struct hwc_window *window = hwc_device_window(dev, i);

		field("", PLAIN,
		      text("registers at 0x%jx, 0x%jx bytes%s%s", (uintmax_t)window->start,
			   (uintmax_t)window->size, *window->name ? ", " : "", window->name));
	}
	for (size_t i = 0; i < hwc_device_irqs(dev); i++)
		field("", PLAIN, text("interrupt %u", hwc_device_irq(dev, i)));
	for (size_t i = 0; i < hwc_device_clocks(dev); i++)
		show_clock(dev, hwc_device_clock(dev, i));
}

static void show_signers(const struct hwc_claim *claim)
{
	const uint8_t *id;
	size_t size;

	id = hwc_claim_image_signer(claim, &size);
	field("signer", PLAIN, signer_text(id, size));
	id = hwc_claim_overlay_signer(claim, &size);
	field("dtbo signer", PLAIN, signer_text(id, size));
}

void show_claim(const struct hwc_claim *claim)
{
	enum hwcontainer_claim_state state = hwc_claim_state(claim);

	field("claim", HEAD, text("%u", hwc_claim_id(claim)));
	field("state", claim_color(state), word(hwc_claim_state_name(state), state));
	if (hwc_claim_position(claim))
		field("position", PLAIN, text("%u", hwc_claim_position(claim)));
	if (hwc_claim_taken_in(claim))
		field("taken in", BAD, text("%.1f s", hwc_claim_taken_in(claim) / 1000.0));
	field("message", BAD, text("%s", hwc_claim_message(claim)));
	field("resource", PLAIN, text("%s", hwc_claim_resource(claim)));
	field("kind", PLAIN, text("%s", hwc_claim_kind(claim)));
	field("container", PLAIN, text("%s", hwc_claim_container(claim)));
	field("holder", PLAIN, holder(claim));
	field("netns", PLAIN, text(hwc_claim_netns(claim) ? "%u" : "", hwc_claim_netns(claim)));
	field("flags", PLAIN, flags(hwc_claim_flags(claim)));
	if (hwc_claim_priority(claim))
		field("priority", PLAIN, text("%d", hwc_claim_priority(claim)));
	field("image", PLAIN, digest_text(hwc_claim_image_digest(claim)));
	field("overlay", PLAIN, digest_text(hwc_claim_overlay_digest(claim)));
	show_signers(claim);
	show_times(claim);
	for (size_t i = 0; i < hwc_claim_devices(claim); i++)
		show_device(hwc_claim_device(claim, i));
}

char *claim_nodes(const struct hwc_claim *claim)
{
	char *nodes = text("%s", "");

	for (size_t d = 0; d < hwc_claim_devices(claim); d++) {
		const struct hwc_device *dev = hwc_claim_device(claim, d);

		for (size_t i = 0; i < hwc_device_nodes(dev); i++) {
			char *longer = text("%s%s/dev/%s", nodes, *nodes ? " " : "",
					    hwc_device_node(dev, i)->path);

			free(nodes);
			nodes = longer;
		}
	}
	return nodes;
}

char *claim_took(const struct hwc_claim *claim)
{
	uint64_t last = 0;

	for (int stage = HWCONTAINER_STAGE_GRANTED; hwc_stage_name(stage); stage++)
		if (hwc_claim_time(claim, stage) > last)
			last = hwc_claim_time(claim, stage);
	return last ? text("%.3f ms", last / NS_PER_MS) : text("-");
}

char *claim_holder(const struct hwc_claim *claim)
{
	enum hwcontainer_holder type = hwc_claim_holder(claim);

	if (hwc_claim_holder_pid(claim))
		return text("%s %u", type == HWCONTAINER_HOLDER_PROCESS ? "process" : "file of",
			    hwc_claim_holder_pid(claim));
	return type ? word(hwc_holder_name(type), type) : text("-");
}
