// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Where registers are in the guest. Pages are given whole, so that nobody else
 * must have registers in them; they are in the guest from 0x10000000 on, where
 * Xen has nothing on arm64 (xen/include/public/arch-arm.h), in their order.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "array.h"
#include "assign.h"
#include "bus.h"
#include "ctx.h"
#include "dtree.h"

#define GUEST_FIRST (UINT64_C(0x10000000) / HWC_PAGE_SIZE)
#define GUEST_END (UINT64_C(0x20000000) / HWC_PAGE_SIZE)

static const struct hwc_assign_window *window_at(const struct hwc_assigner *a, size_t i)
{
	return (const struct hwc_assign_window *)a->windows.data + i;
}

static uint64_t last_of(const struct hwc_window *window)
{
	return window->start + (window->size - 1);
}

static bool overlap(const struct hwc_window *x, const struct hwc_window *y)
{
	return x->start <= last_of(y) && y->start <= last_of(x);
}

static bool is_above(const struct hwc_dt_node *above, const struct hwc_dt_node *node)
{
	while (node && node != above)
		node = node->parent;
	return node;
}

/* A device may have parts in its own registers, and nothing else. */
static int check_apart(struct hwc_assigner *a, const struct hwc_assign_window *x,
		       const struct hwc_assign_window *y)
{
	char *path;
	int err;

	if (is_above(x->node, y->node) || is_above(y->node, x->node) ||
	    !overlap(&x->window, &y->window))
		return 0;
	path = hwc_assign_path(x->node);
	if (!path)
		return hwc_err_nomem(a->ctx);
	err = hwc_assign_refuse(a, -EEXIST, y->node, "its registers are those of %s, too", path);
	free(path);
	return err;
}

static int check_windows(struct hwc_assigner *a)
{
	int err = 0;

	for (size_t i = 0; i < a->windows.count; i++)
		for (size_t k = 0; !err && k < i; k++)
			err = check_apart(a, window_at(a, k), window_at(a, i));
	return err;
}

static int compare_windows(const void *left, const void *right)
{
	const struct hwc_assign_window *x = left, *y = right;

	return (x->window.start > y->window.start) - (x->window.start < y->window.start);
}

/* What is side by side becomes one; the windows come in their order. */
static int add_pages(struct hwc_assigner *a, const struct hwc_window *window)
{
	struct hwc_iomem *iomems = a->out->iomems.data;
	struct hwc_iomem *last = a->out->iomems.count ? &iomems[a->out->iomems.count - 1] : NULL;
	uint64_t first = window->start / HWC_PAGE_SIZE, end = last_of(window) / HWC_PAGE_SIZE + 1;

	if (last && first <= last->host + last->pages) {
		if (end > last->host + last->pages)
			last->pages = end - last->host;
		return 0;
	}
	last = hwc_array_grow(&a->out->iomems, sizeof(*last));
	if (!last)
		return hwc_err_nomem(a->ctx);
	*last = (struct hwc_iomem){ .host = first, .pages = end - first };
	a->out->iomems.count++;
	return 0;
}

static int find_pages(struct hwc_assigner *a)
{
	struct hwc_assign_window *sorted;
	int err = 0;

	if (!a->windows.count)
		return 0;
	sorted = reallocarray(NULL, a->windows.count, sizeof(*sorted));
	if (!sorted)
		return hwc_err_nomem(a->ctx);
	memcpy(sorted, a->windows.data, a->windows.count * sizeof(*sorted));
	qsort(sorted, a->windows.count, sizeof(*sorted), compare_windows);
	for (size_t i = 0; !err && i < a->windows.count; i++)
		err = add_pages(a, &sorted[i].window);
	free(sorted);
	return err;
}

/* The first pages from @guest on that the guest has nothing in. */
static uint64_t skip_taken(const struct hwc_assigner *a, uint64_t guest, uint64_t pages)
{
	const struct hwc_assignment_plan *plan = a->plan;

	for (size_t i = 0; i < plan->n_taken; i++) {
		const struct hwc_iomem *taken = &plan->taken[i];

		if (!taken->pages || taken->guest >= GUEST_END || taken->guest >= guest + pages ||
		    guest >= taken->guest + taken->pages)
			continue;
		if (taken->pages > GUEST_END - taken->guest)
			return GUEST_END;
		return skip_taken(a, taken->guest + taken->pages, pages);
	}
	return guest;
}

static int place(struct hwc_assigner *a)
{
	struct hwc_iomem *iomems = a->out->iomems.data;
	uint64_t guest = GUEST_FIRST;

	for (size_t i = 0; i < a->out->iomems.count; i++) {
		if (iomems[i].pages <= GUEST_END - guest)
			guest = skip_taken(a, guest, iomems[i].pages);
		if (iomems[i].pages > GUEST_END - guest)
			return hwc_err(a->ctx, -ENOSPC,
				       "%" PRIu64 " pages of registers from 0x%" PRIx64
				       " on cannot be assigned: a guest has no room for so much "
				       "between 0x10000000 and 0x20000000",
				       iomems[i].pages, iomems[i].host * HWC_PAGE_SIZE);
		iomems[i].guest = guest;
		guest += iomems[i].pages;
	}
	return 0;
}

static const struct hwc_iomem *iomem_of(const struct hwc_assigner *a, uint64_t host)
{
	const struct hwc_iomem *iomems = a->out->iomems.data;
	uint64_t page = host / HWC_PAGE_SIZE;

	for (size_t i = 0; i < a->out->iomems.count; i++)
		if (page >= iomems[i].host && page - iomems[i].host < iomems[i].pages)
			return &iomems[i];
	return NULL;
}

uint64_t hwc_assign_guest(const struct hwc_assigner *a, uint64_t host)
{
	const struct hwc_iomem *iomem = iomem_of(a, host);

	return host - (iomem->host - iomem->guest) * HWC_PAGE_SIZE;
}

bool hwc_assign_is_mapped(const struct hwc_assigner *a, const struct hwc_window *window)
{
	const struct hwc_iomem *iomems = a->out->iomems.data;

	for (size_t i = 0; i < a->out->iomems.count; i++) {
		const struct hwc_window pages = {
			.start = iomems[i].guest * HWC_PAGE_SIZE,
			.size = iomems[i].pages * HWC_PAGE_SIZE,
		};

		if (overlap(&pages, window))
			return true;
	}
	return false;
}

/* Memory is none of a device, and it is Xen that does not give it away. */
static bool is_memory(const struct hwc_dt_node *node)
{
	const char *type = hwc_dt_string(node, "device_type");

	return (type && !strcmp(type, "memory")) || !strcmp(node->parent->name, "reserved-memory");
}

static bool has_all(const struct hwc_window *window, const struct hwc_window *of)
{
	return window->start <= of->start && last_of(of) <= last_of(window);
}

typedef bool (*window_test)(const struct hwc_window *range, const struct hwc_window *window);

/* Finds one of a node's ranges, where the CPU sees it: 1, 0 where none passes, or -ENOMEM. */
static int find_range(const struct hwc_dt_node *node, window_test passes,
		      const struct hwc_window *window, struct hwc_window *range)
{
	const struct hwc_dt_node *at;
	struct hwc_bus bus;
	int err = hwc_dt_bus(node, &bus), found = 0;

	if (err)
		return err == -ENOMEM ? err : 0;
	for (size_t i = 0; i < bus.n_ranges && !found; i++) {
		range->start = bus.ranges[i].child;
		range->size = bus.ranges[i].size;
		err = range->size ? hwc_dt_up(node, range, &at) : -EINVAL;
		if (err == -ENOMEM)
			found = err;
		else if (!err)
			found = passes(range, window);
	}
	hwc_bus_clear(&bus);
	return found;
}

/*
 * A node that has a whole region describes it: on Xen, the first domain's pages of it.
 * 1, 0 where it does not, or -ENOMEM.
 */
static int describes(const struct hwc_window *window, const struct hwc_assign_window *assigned)
{
	const struct hwc_dt_node *region = hwc_assign_region(assigned->node);
	struct hwc_window range;
	int found = region ? find_range(region, has_all, &assigned->window, &range) : 0;

	return found > 0 ? has_all(window, &range) : found;
}

/* The first page of registers that a window on this machine has addresses of. */
static bool shares(const struct hwc_window *window, const struct hwc_window *registers,
		   uint64_t *page)
{
	uint64_t first = window->start / HWC_PAGE_SIZE, last = last_of(window) / HWC_PAGE_SIZE;
	uint64_t from = registers->start / HWC_PAGE_SIZE;

	*page = first > from ? first : from;
	return *page <= last && *page <= last_of(registers) / HWC_PAGE_SIZE;
}

static int refuse_shared(struct hwc_assigner *a, const struct hwc_dt_node *assigned,
			 const struct hwc_dt_node *node, uint64_t page)
{
	char *path = hwc_assign_path(node);
	int err;

	if (!path)
		return hwc_err_nomem(a->ctx);
	err = hwc_assign_refuse(a, -EPERM, assigned,
				"its page 0x%" PRIx64
				" has registers of %s, too, which is not assigned",
				page * HWC_PAGE_SIZE, path);
	free(path);
	return err;
}

static int check_window(struct hwc_assigner *a, const struct hwc_dt_node *node,
			const struct hwc_window *window)
{
	uint64_t page;
	int ret;

	for (size_t i = 0; i < a->windows.count; i++) {
		const struct hwc_assign_window *assigned = window_at(a, i);

		if (!shares(window, &assigned->window, &page))
			continue;
		ret = describes(window, assigned);
		if (ret < 0)
			return hwc_err_nomem(a->ctx);
		if (!ret)
			return refuse_shared(a, assigned->node, node, page);
	}
	return 0;
}

static int check_shared(struct hwc_assigner *a)
{
	struct hwc_dt_node **nodes = a->live.nodes.data;
	const struct hwc_dt_node *at;
	struct hwc_window window;
	int err = 0;

	for (size_t i = 0; i < a->live.nodes.count; i++) {
		if (!hwc_dt_windows(nodes[i]) || hwc_assign_is_below(nodes[i]) ||
		    is_memory(nodes[i]))
			continue;
		for (size_t k = 0; !err && k < hwc_dt_windows(nodes[i]); k++) {
			int none = hwc_dt_window(nodes[i], k, &window, &at);

			if (none == -ENOMEM)
				err = hwc_err_nomem(a->ctx);
			else if (!none)
				err = check_window(a, nodes[i], &window);
		}
	}
	return err;
}

/* What bounds a region: its ranges, or those above it where it shows all that is there. */
static const struct hwc_dt_node *bounds_of(const struct hwc_dt_node *region)
{
	const struct hwc_dt_prop *ranges = hwc_dt_prop(region, "ranges");

	while (region->parent && ranges && !ranges->size) {
		region = region->parent;
		ranges = hwc_dt_prop(region, "ranges");
	}
	return region->parent ? region : NULL;
}

/* A slot may end within a page, and what is behind it is of another image, now or later. */
static int check_inside(struct hwc_assigner *a, const struct hwc_dt_node *node,
			const struct hwc_window *page)
{
	const struct hwc_dt_node *region = hwc_assign_region(node);
	const struct hwc_dt_node *bounds = region ? bounds_of(region) : NULL;
	struct hwc_window range;
	char *path;
	int ret = bounds ? find_range(bounds, has_all, page, &range) : 1;

	if (ret > 0)
		return 0;
	path = hwc_assign_path(bounds);
	if (ret || !path) {
		free(path);
		return hwc_err_nomem(a->ctx);
	}
	ret = hwc_assign_refuse(a, -EPERM, node, "its page 0x%" PRIx64 " is not all in %s",
				page->start, path);
	free(path);
	return ret;
}

/* Empty ranges say nothing of where a region's registers are. */
static int check_regions(struct hwc_assigner *a, const struct hwc_dt_node *node,
			 const struct hwc_window *page)
{
	struct hwc_dt_node **nodes = a->live.nodes.data;
	struct hwc_window range;
	int ret;

	for (size_t i = 0; i < a->live.nodes.count; i++) {
		if (!hwc_is_region(nodes[i]) || is_above(nodes[i], node))
			continue;
		ret = find_range(nodes[i], overlap, page, &range);
		if (ret < 0)
			return hwc_err_nomem(a->ctx);
		if (ret)
			return refuse_shared(a, node, nodes[i], page->start / HWC_PAGE_SIZE);
	}
	return 0;
}

/* Also where nothing is loaded now. */
static int check_page(struct hwc_assigner *a, const struct hwc_dt_node *node, uint64_t address)
{
	const struct hwc_window page = {
		.start = address / HWC_PAGE_SIZE * HWC_PAGE_SIZE,
		.size = HWC_PAGE_SIZE,
	};
	int err = check_inside(a, node, &page);

	return err ? err : check_regions(a, node, &page);
}

/* Pages between the first and the last have nothing but the registers. */
static int check_pages(struct hwc_assigner *a)
{
	int err = 0;

	for (size_t i = 0; !err && i < a->windows.count; i++) {
		const struct hwc_assign_window *assigned = window_at(a, i);

		err = check_page(a, assigned->node, assigned->window.start);
		if (!err)
			err = check_page(a, assigned->node, last_of(&assigned->window));
	}
	return err;
}

int hwc_assign_map(struct hwc_assigner *a)
{
	int err = check_windows(a);

	if (!err)
		err = find_pages(a);
	if (!err && a->windows.count)
		err = check_shared(a);
	if (!err)
		err = check_pages(a);
	return err ? err : place(a);
}
