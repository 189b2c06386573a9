// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Which nodes go into the guest's tree: those of the claims' devices, with what is
 * below them. Buses are left out, and their children taken instead, for the guest
 * sees all registers at addresses of its own. Left out are FPGA regions, too, which
 * the host programs, and what is not enabled.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "assign.h"
#include "ctx.h"
#include "dtree.h"
#include "msg.h"

/* Each is a sign that a device goes by DMA. */
static const char *const dma_signs[] = {
	"dma-coherent", "dma-noncoherent", "dma-ranges", "dma-channels", "#dma-cells",
	"dmas",		"memory-region",
};

static bool is_enabled(const struct hwc_dt_node *node)
{
	const char *status = hwc_dt_string(node, "status");

	return !hwc_dt_prop(node, "status") ||
	       (status && (!strcmp(status, "okay") || !strcmp(status, "ok")));
}

static bool is_bus(const struct hwc_dt_node *node)
{
	return hwc_dt_prop(node, "ranges") && !hwc_dt_prop(node, "reg");
}

bool hwc_assign_has(const struct hwc_dt_node *node)
{
	return node->mark;
}

bool hwc_assign_is_below(const struct hwc_dt_node *node)
{
	for (; node; node = node->parent)
		if (node->mark)
			return true;
	return false;
}

const struct hwc_dt_node *hwc_assign_region(const struct hwc_dt_node *node)
{
	while (node && !hwc_is_region(node))
		node = node->parent;
	return node;
}

bool hwc_assign_is_used(const struct hwc_dt_node *node)
{
	while (node && is_enabled(node))
		node = node->parent;
	return !node;
}

static int refuse_window(struct hwc_assigner *a, const struct hwc_dt_node *node, int err,
			 const struct hwc_dt_node *at)
{
	char *path = hwc_assign_path(at);

	if (err == -ENOMEM || !path)
		hwc_err_nomem(a->ctx);
	else if (err == -ENXIO)
		hwc_assign_refuse(a, -EPERM, node,
				  "its registers are inside of %s, and not at addresses of the CPU",
				  path);
	else if (err == -ERANGE)
		hwc_assign_refuse(a, -EPERM, node, "its registers are outside of the ranges of %s",
				  path);
	else
		hwc_assign_refuse(a, -EPERM, node, "the %s of %s is not understood",
				  at == node ? "reg" : "ranges", path);
	free(path);
	return err == -ENOMEM || !path ? -ENOMEM : -EPERM;
}

static int add_windows(struct hwc_assigner *a, struct hwc_dt_node *node)
{
	for (size_t i = 0; i < hwc_dt_windows(node); i++) {
		struct hwc_assign_window *slot = hwc_array_grow(&a->windows, sizeof(*slot));
		const struct hwc_dt_node *at;
		int err;

		if (!slot)
			return hwc_err_nomem(a->ctx);
		err = hwc_dt_window(node, i, &slot->window, &at);
		if (err)
			return refuse_window(a, node, err, at);
		slot->node = node;
		a->windows.count++;
	}
	return 0;
}

/* All of them must work, and be the machine's: an image may bring what looks like one. */
static int check_iommu(struct hwc_assigner *a, const struct hwc_dt_node *node)
{
	const struct hwc_dt_prop *iommus = hwc_dt_prop(node, "iommus");
	struct hwc_assign_ref ref = { 0 };
	bool any = false;
	int ret;

	while ((ret = hwc_assign_next_ref(a, node, iommus, "#iommu-cells", &ref)) > 0) {
		if (!ref.to || !hwc_assign_is_used(ref.to))
			return hwc_assign_refuse(a, -EPERM, node, "its IOMMU is not enabled");
		if (hwc_assign_region(ref.to))
			return hwc_assign_refuse(a, -EPERM, node, "its IOMMU is an image's");
		any = true;
	}
	if (!ret && !any)
		return hwc_assign_refuse(a, -EPERM, node, "its iommus names none");
	return ret;
}

static const struct hwc_assign_node *claimed_find(const struct hwc_assigner *a,
						  const struct hwc_dt_node *node)
{
	const struct hwc_assign_node *claimed = a->claimed.data;

	for (size_t i = 0; i < a->claimed.count; i++)
		if (claimed[i].node == node)
			return &claimed[i];
	return NULL;
}

/* The first sign of a node, or NULL. */
static const char *dma_sign(const struct hwc_dt_node *node)
{
	for (size_t i = 0; i < HWC_ARRAY_SIZE(dma_signs); i++)
		if (hwc_dt_prop(node, dma_signs[i]))
			return dma_signs[i];
	return NULL;
}

static bool is_claimed(const struct hwc_assigner *a, const struct hwc_dt_node *node)
{
	for (; node && !hwc_is_region(node); node = node->parent)
		if (claimed_find(a, node))
			return true;
	return false;
}

/* What a bus of the image, which is left out, says of all that is on it. */
static int check_bus(struct hwc_assigner *a, const struct hwc_dt_node *node,
		     const struct hwc_dt_node *bus)
{
	const struct hwc_dt_prop *dma = hwc_dt_prop(bus, "dma-ranges");
	const char *sign = hwc_dt_prop(bus, "iommus") ? "iommus" : dma_sign(bus);
	char *path;
	int err;

	if (!sign || (hwc_dt_prop(node, "iommus") && !(dma && dma->size)))
		return 0;
	path = hwc_assign_path(bus);
	if (!path)
		return hwc_err_nomem(a->ctx);
	if (hwc_dt_prop(node, "iommus"))
		err = hwc_assign_refuse(a, -EPERM, node, "the dma-ranges of %s are not understood",
					path);
	else
		err = hwc_assign_refuse(a, -EPERM, node,
					"it goes to memory by itself (%s of %s) and is behind no "
					"IOMMU of its own",
					sign, path);
	free(path);
	return err;
}

static int check_buses(struct hwc_assigner *a, const struct hwc_dt_node *node)
{
	const struct hwc_dt_node *above;
	int err = 0;

	for (above = node->parent; !err && is_claimed(a, above) && !hwc_assign_has(above);
	     above = above->parent)
		err = check_bus(a, node, above);
	return err;
}

/* Without an IOMMU a guest would reach all memory of the machine by way of the device. */
static int check_dma(struct hwc_assigner *a, const struct hwc_dt_node *node)
{
	const char *sign = dma_sign(node);
	char *path;
	int err = check_buses(a, node);

	if (err)
		return err;
	if (!hwc_dt_prop(node, "iommus") && sign)
		return hwc_assign_refuse(a, -EPERM, node,
					 "it goes to memory by itself (%s) and is behind no IOMMU",
					 sign);
	if (!hwc_dt_prop(node, "iommus"))
		return 0;
	err = check_iommu(a, node);
	if (err)
		return err;
	path = hwc_assign_path(node);
	return hwc_strings_add(&a->out->dtdevs, path) ? hwc_err_nomem(a->ctx) : 0;
}

static int take_children(struct hwc_assigner *a, struct hwc_dt_node *node, bool top);

/* @mapped: its reg is registers, and no address on a bus like I2C */
static int take_device(struct hwc_assigner *a, struct hwc_dt_node *node, bool mapped)
{
	int err = check_dma(a, node);

	node->mark = true;
	if (!err && mapped)
		err = add_windows(a, node);
	return err ? err : take_children(a, node, false);
}

static int take(struct hwc_assigner *a, struct hwc_dt_node *node, bool top)
{
	struct hwc_dt_node **slot;

	if (!is_enabled(node) || hwc_is_region(node))
		return 0;
	if (is_bus(node))
		return take_children(a, node, true);
	if (!top)
		return take_device(a, node, hwc_dt_prop(node->parent, "ranges"));
	slot = hwc_array_grow(&a->tops, sizeof(*slot));
	if (!slot)
		return hwc_err_nomem(a->ctx);
	*slot = node;
	a->tops.count++;
	return take_device(a, node, true);
}

static int take_children(struct hwc_assigner *a, struct hwc_dt_node *node, bool top)
{
	struct hwc_dt_node *child;
	int err = 0;

	for (child = node->child; !err && child; child = child->next)
		err = take(a, child, top);
	return err;
}

static int add_rates(struct hwc_assigner *a, const struct hwc_device *dev)
{
	for (size_t i = 0; i < hwc_device_clocks(dev); i++) {
		const struct hwc_clock *clock = hwc_device_clock(dev, i);
		struct hwc_assign_rate *slot = hwc_array_grow(&a->rates, sizeof(*slot));

		if (!slot)
			return hwc_err_nomem(a->ctx);
		*slot = (struct hwc_assign_rate){ .node = hwc_dt_at(&a->live, clock->of_path),
						  .index = clock->index,
						  .rate = clock->rate };
		a->rates.count++;
	}
	return 0;
}

static int add_device(struct hwc_assigner *a, const struct hwc_claim *claim,
		      const struct hwc_device *dev)
{
	const char *path = hwc_device_of_path(dev);
	struct hwc_dt_node *node = *path ? hwc_dt_at(&a->live, path) : NULL;
	const struct hwc_assign_node *before;
	struct hwc_assign_node *slot;

	if (!*path)
		return hwc_err(a->ctx, -EPERM,
			       "%s of claim %u cannot be assigned: it is not in the device tree",
			       hwc_device_name(dev), claim->id);
	if (!node)
		return hwc_err(a->ctx, -ENOENT, "claim %u has %s, which the device tree has not",
			       claim->id, path);
	before = claimed_find(a, node);
	/* functions of one device are several in Linux */
	if (before && before->claim == claim->id)
		return 0;
	if (before)
		return hwc_assign_refuse(a, -EEXIST, node, "it is of claim %u and of claim %u",
					 before->claim, claim->id);
	slot = hwc_array_grow(&a->claimed, sizeof(*slot));
	if (!slot)
		return hwc_err_nomem(a->ctx);
	*slot = (struct hwc_assign_node){ .node = node, .claim = claim->id };
	a->claimed.count++;
	return add_rates(a, dev);
}

static int add_claim(struct hwc_assigner *a, struct hwc_claim *const *claims, size_t i)
{
	const struct hwc_claim *claim = claims[i];

	for (size_t k = 0; k < i; k++)
		if (claims[k]->id == claim->id)
			return hwc_err(a->ctx, -EEXIST, "claim %u is to be assigned twice",
				       claim->id);
	if (claim->state != HWCONTAINER_CLAIM_STATE_READY)
		return hwc_err(a->ctx, -EPERM, "claim %u is not ready, and has no devices yet",
			       claim->id);
	for (size_t k = 0; k < hwc_claim_devices(claim); k++) {
		int err = add_device(a, claim, hwc_claim_device(claim, k));

		if (err)
			return err;
	}
	return 0;
}

static bool is_below_claimed(const struct hwc_assigner *a, const struct hwc_dt_node *node)
{
	for (node = node->parent; node; node = node->parent)
		if (claimed_find(a, node) && !hwc_is_region(node))
			return true;
	return false;
}

int hwc_assign_take(struct hwc_assigner *a, struct hwc_claim *const *claims, size_t n)
{
	const struct hwc_assign_node *claimed;
	int err = 0;

	for (size_t i = 0; !err && i < n; i++)
		err = add_claim(a, claims, i);
	claimed = a->claimed.data;
	for (size_t i = 0; !err && i < a->claimed.count; i++)
		if (!is_below_claimed(a, claimed[i].node))
			err = take(a, claimed[i].node, true);
	return err;
}
