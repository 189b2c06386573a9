// SPDX-License-Identifier: GPL-2.0-or-later
/* hwctl resource show NAME */
#include <string.h>
#include "hwctl.h"

static void show_tenant(const struct hwc_resource *res)
{
	const char *container = hwc_resource_container(res);

	if (hwc_resource_claim_id(res))
		field("claim", PLAIN, text("%u", hwc_resource_claim_id(res)));
	field("container", PLAIN, text("%s", container));
}

/* Only images for FPGAs say which device they are for. */
static void show_device_id(const struct hwc_resource *res)
{
	if (hwc_resource_device_id(res))
		field("device-id", PLAIN, text("0x%08x", hwc_resource_device_id(res)));
	else if (!strcmp(hwc_resource_kind(res), "fpga-region"))
		field("device-id", PLAIN, text("unknown, so that of images is not checked"));
}

static void show_text(const struct hwc_resource *res)
{
	enum hwcontainer_resource_state state = hwc_resource_state(res);

	field("name", HEAD, text("%s", hwc_resource_name(res)));
	for (size_t i = 0; i < hwc_resource_aliases(res); i++)
		field("alias", PLAIN, text("%s", hwc_resource_alias(res, i)));
	field("kind", PLAIN, text("%s", hwc_resource_kind(res)));
	field("state", resource_color(state), word(hwc_resource_state_name(state), state));
	field("message", BAD, text("%s", hwc_resource_message(res)));
	field("claims", PLAIN,
	      text("%u of at most %u", hwc_resource_in_use(res), hwc_resource_capacity(res)));
	if (hwc_resource_waiting(res))
		field("waiting", PLAIN, text("%u", hwc_resource_waiting(res)));
	show_tenant(res);
	field("controller", PLAIN, text("%s", hwc_resource_controller(res)));
	show_device_id(res);
	field("image", PLAIN, digest_text(hwc_resource_image_digest(res)));
	field("overlay", PLAIN, digest_text(hwc_resource_overlay_digest(res)));
	field("blank", PLAIN, digest_text(hwc_resource_blank_digest(res)));
}

int resource_show(struct hwctl *h, int argc, char **argv)
{
	struct hwc_resource *res;

	if (args_words(h, argc, argv, 1, 1))
		return USAGE;
	if (hwc_resource_get(h->ctx, argv[1], &res))
		return refused(h);
	if (h->json)
		json_print(h, json_resource(res));
	else
		show_text(res);
	hwc_resource_free(res);
	return DONE;
}
